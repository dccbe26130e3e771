"""Paloma: a made-up messenger that takes a number and a text, and answers with the id of its message."""

from hub_hookspecs import ChannelInfo, NoticeRefused, NoticeTaken, OutcomeUnknown, Request, hookimpl, json_object


@hookimpl
def describe_channel():
    return ChannelInfo(
        code="paloma",
        name="Paloma",
        contract_version=(1, 1),
        endpoints={"api": "https://api.paloma.example"},
        settings=("key",),
    )


@hookimpl
def send_notice(notice, account):
    answer = yield Request(
        "POST",
        f"{account.endpoints['api']}/messages",
        json={"id": notice.id, "to": notice.to, "text": notice.text},
        headers={"authorization": f"Bearer {account.settings['key']}"},
    )
    if answer.status_code in (400, 404):
        raise NoticeRefused("it has no such number")
    message = json_object(answer).get("message")  # raises OutcomeUnknown when it is none
    if answer.status_code != 201 or not message:
        raise OutcomeUnknown("no message came back")
    return NoticeTaken(reference=str(message))
