"""What is not believed says which check failed, each in words of its own, and repeats nothing of what was sent."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

import hub_greenpay
from hub_greenpay import signature
from hub_hookspecs import Account, Message, Reading, Source, Verdict

Notify = Callable[..., Message]
CANARY = "canario4111"


def read(message: Message, account: Account) -> Reading:
    return hub_greenpay.handle_notification(message=message, account=account)


def answers(greenpay: Any) -> dict[str, bytes]:
    """An answer for each check that may fail; everything in it that is a value is a canary."""
    genuine = json.loads(greenpay.sample("approved"))
    proof: str = genuine["_signature"]

    def changed(**members: object) -> bytes:
        return json.dumps({**genuine, "note": CANARY, **members}).encode()

    unsigned = {name: value for name, value in genuine.items() if name != "_signature"}
    return {
        "no JSON": f"{CANARY}{{".encode(),
        "a list": json.dumps([CANARY]).encode(),
        "a member twice": b'{"canario4111":1,"canario4111":2}',
        "no status": changed(status=CANARY),
        "no orderId": changed(orderId=[CANARY]),
        "no signature": json.dumps({**unsigned, "note": CANARY}).encode(),
        "a signature of another kind": changed(_signature=[CANARY]),
        "a short signature": changed(_signature=CANARY),
        "no hexadecimal": changed(_signature=CANARY + "g" * (len(proof) - len(CANARY))),
        "another signature": changed(_signature="ab" * (len(proof) // 2)),
    }


ONE_REASON = [{"no JSON", "a member twice"}]
"""Those that fail the same check."""


def test_each_check_that_fails_is_told_in_its_own_words(greenpay: Any, account: Account, notification: Notify) -> None:
    said = {}
    for name, body in answers(greenpay).items():
        reading = read(notification(body), account)
        assert reading.verdict is Verdict.INVALID, name
        said[name] = reading.reason
    assert all(said.values()), said
    alike = [{name for name in said if said[name] == reason} for reason in set(said.values())]
    assert [names for names in alike if len(names) > 1] == ONE_REASON


def unbelieved(greenpay: Any, account: Account, notification: Notify) -> Iterator[tuple[str, Reading, Message]]:
    """Everything that may be refused, or proves nothing, by either channel."""
    keyless = attrs.evolve(account, settings={**account.settings, "public_key": ""})
    broken = attrs.evolve(account, settings={**account.settings, "public_key": CANARY})
    for name, body in answers(greenpay).items():
        message = notification(body)
        below = attrs.evolve(message, path=f"/{CANARY}")
        card = attrs.evolve(message, path="newCard")
        path = base64.b64encode(body).decode()
        returned = attrs.evolve(message, source=Source.RETURN, method="GET", path=path, body=b"")
        for where, given, owner in (
            ("", message, account),
            (", without a key", message, keyless),
            (", with a broken key", message, broken),
            (", below the address", below, account),
            (", as a card's", card, account),
            (", in a return", returned, account),
        ):
            yield f"{name}{where}", read(given, owner), given
    for path in ("", "cancel", f"{CANARY}!", "%ff%fe"):
        given = attrs.evolve(notification(b""), source=Source.RETURN, method="GET", path=path)
        yield f"a return to {path!r}", read(given, account), given


def test_everything_that_is_not_believed_has_a_reason_and_it_repeats_nothing(
    greenpay: Any, account: Account, notification: Notify
) -> None:
    for name, reading, message in unbelieved(greenpay, account, notification):
        assert reading.verdict in (Verdict.INVALID, Verdict.UNSIGNED), name
        assert reading.reason, name
        assert leaks(reading.reason, message, account) == [], (name, reading.reason)


def leaks(reason: str, message: Message, account: Account) -> list[str]:
    """What of the message or of the account stands in a reason."""
    sent = f"{message.path} {message.body.decode('utf-8', 'replace')}"
    values = {word for word in re.findall(r"\w{4,}", sent) if re.search(r"\d", word)}
    return sorted(part for part in {CANARY, "0xff", *account.settings.values(), *values} if part and part in reason)


def test_a_genuine_answer_needs_no_reason(greenpay: Any, account: Account, notification: Notify) -> None:
    reading = read(notification(greenpay.sample("approved")), account)
    assert (reading.verdict, reading.reason) == (Verdict.VALID, "")


def test_control_a_reason_that_repeats_the_signature_is_seen(
    greenpay: Any, account: Account, notification: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signature, "doubt_about", lambda given, _key: f"{given} is not genuine")
    message = notification(answers(greenpay)["a short signature"])
    assert leaks(read(message, account).reason, message, account) == [CANARY]
