"""A channel that the hub has never heard of: found, configured, spoken to once, and believed only as far as it goes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain.mail import NoticeNotTaken, NoticeUnclear
from hub.domain.reminder import LadderStep
from hub.flows.statements.authorise_channel import authorise_channel
from hub.flows.statements.save_ladder import activate_ladder, save_ladder
from hub.providers.channels import Channels, load_channels
from hub.settings import SettingsError, load_settings
from hub_hookspecs import Mode, Notice
from tests.conftest import install_plugin
from tests.faults.conftest import desk as desk
from tests.faults.conftest import folder as folder
from tests.faults.conftest import origin as origin
from tests.faults.conftest import plant as plant
from tests.faults.conftest import quiet as quiet
from tests.faults.harness import Debtor, Desk, rows

NOTICE = Notice(id="n1", mode=Mode.TEST, to="+50688887777", text="Debe", company="Ferretería", locale="es_CR")
Answer = tuple[int, bytes]


@pytest.fixture
def paloma(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The distribution of tests/plugins/dummy-channel as if it were installed."""
    yield install_plugin("dummy-channel", tmp_path, monkeypatch)
    sys.modules.pop("hub_dummy_channel", None)


class Service:
    """The messenger's service on loopback: what it was asked, and what it answers; ``None`` cuts the connection."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.answer: Answer | None = (201, b'{"message": "m1"}')

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        self.asked.append(head + await reader.readexactly(length))
        if self.answer is not None:
            status, body = self.answer
            writer.write(b"HTTP/1.1 %d x\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body))
            await writer.drain()
        writer.close()
        await writer.wait_closed()


def served(port: int, **settings: str) -> Channels:
    given = {"settings": settings or {"key": "secreta"}, "endpoints": {"api": f"http://127.0.0.1:{port}"}}
    return load_channels({"paloma": given})


def told(service: Service, notice: Notice = NOTICE) -> Any:
    """What came of one notice."""

    async def live() -> Any:
        server = await asyncio.start_server(service, "127.0.0.1", 0)
        channels = served(server.sockets[0].getsockname()[1])
        try:
            return await channels.send("paloma", notice)
        finally:
            await channels.close()
            server.close()
            await server.wait_closed()

    return asyncio.run(live())


def test_a_notice_is_handed_over_once_with_number_and_text(paloma: Path) -> None:
    service = Service()
    assert told(service).reference == "m1"
    (asked,) = service.asked
    assert b"+50688887777" in asked
    assert b"Bearer secreta" in asked


def test_a_complete_no_means_that_it_was_not_taken(paloma: Path) -> None:
    service = Service()
    service.answer = (404, b"{}")
    with pytest.raises(NoticeNotTaken, match="no such number"):
        told(service)


@pytest.mark.parametrize("answer", [None, (500, b"{}"), (201, b"no json"), (201, b"{}")])
def test_whatever_else_comes_is_unclear_and_asked_once(paloma: Path, answer: Answer | None) -> None:
    service = Service()
    service.answer = answer
    with pytest.raises(NoticeUnclear):
        told(service)
    assert len(service.asked) == 1


def test_where_nobody_listens_no_byte_left(paloma: Path) -> None:
    with pytest.raises(NoticeNotTaken):
        asyncio.run(_sent(served(9)))


async def _sent(channels: Channels) -> None:
    try:
        await channels.send("paloma", NOTICE)
    finally:
        await channels.close()


def test_a_host_that_was_not_declared_is_never_reached(paloma: Path, plant: Callable[..., None]) -> None:
    channels = served(9)
    (channel,) = channels
    channel.account = attrs.evolve(channel.account, endpoints={"api": "https://elsewhere.example"})
    import hub_dummy_channel  # type: ignore[import-not-found]

    plant(
        hub_dummy_channel, "Request", lambda *given, **named: __import__("httpx").Request("POST", "http://127.0.0.1:9")
    )
    with pytest.raises(NoticeNotTaken, match="did not declare"):
        asyncio.run(_sent(channels))


def test_without_its_setting_it_is_quarantined_and_the_remedy_names_the_place(paloma: Path) -> None:
    channels = load_channels({})
    assert "paloma" not in channels
    (failure,) = channels.failures
    assert "key under [channels.paloma.settings] in hub.toml" in str(failure)


def test_its_secrets_show_in_no_repr_and_its_settings_are_read_from_the_file(paloma: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "hub.toml").write_text('[channels.paloma.settings]\nkey = "muy-secreta"\n', encoding="utf-8")
    settings = load_settings(data)
    assert settings.channels["paloma"].settings == {"key": "muy-secreta"}
    channels = load_channels({"paloma": {"settings": settings.channels["paloma"].settings}})
    (channel,) = channels
    assert "muy-secreta" not in f"{settings!r} {channel!r} {channel.account!r} {NOTICE!r}"
    (data / "hub.toml").write_text('[channels.paloma.endpoints]\napi = "nowhere"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"channels\.paloma\.endpoints\.api"):
        load_settings(data)


@attrs.define
class Kept:
    """A channel's service in the hub's place: what it was told, and what comes of it."""

    failures = ()
    notices: list[Notice] = attrs.Factory(list)
    raises: Exception | None = None

    def __contains__(self, code: object) -> bool:
        return code == "paloma"

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    async def send(self, _code: str, notice: Notice) -> None:
        self.notices.append(notice)
        if self.raises:
            raise self.raises


def reminded(desk: Desk, *, authorised: bool, raises: Exception | None = None) -> tuple[Debtor, Kept]:
    """A debtor whose reminder is due by the channel, if he authorised it."""
    merchant, kept = desk.companies["CR"], Kept(raises=raises)
    desk.forget_mails()
    desk.hub.channels = kept
    steps = [LadderStep(days=7)]
    asyncio.run(save_ladder(desk.hub, merchant, steps, by="duena", channel="paloma"))
    asyncio.run(activate_ladder(desk.hub, merchant, date(2026, 11, 1), by="duena", authorised=True))
    debtor = desk.debtor("CR", 70_000)

    def write(tx: Any) -> None:
        tx.payables.revise(attrs.evolve(debtor.payables[0], due_on=desk.clock.now.date() - timedelta(days=6)))
        tx.customers.save(attrs.evolve(debtor.customer, phone="8888-7777"))

    desk.write(write)
    if authorised:
        said = {"is_authorised": True, "by": "contadora"}
        asyncio.run(authorise_channel(desk.hub, merchant, debtor.customer.id, "paloma", **said))  # type: ignore[arg-type]
    desk.clock.now += timedelta(days=1)
    desk.do_what_is_due()
    return debtor, kept


def states(desk: Desk, debtor: Debtor) -> list[tuple[Any, ...]]:
    return rows(desk.path, f"SELECT channel, state FROM contact WHERE customer = '{debtor.customer.id}'")


def test_a_reminder_goes_by_the_channel_that_the_customer_authorised(desk: Desk) -> None:
    debtor, kept = reminded(desk, authorised=True)
    (notice,) = kept.notices
    assert notice.to == "+50688887777"
    assert debtor.payables[0].number in notice.text
    assert notice.text.endswith(notice.url)
    assert notice.text.startswith("[PRUEBA]")
    assert not [mail for mail in desk.mails.mails if mail.recipient == debtor.customer.email]
    assert states(desk, debtor) == [("paloma", "made")]


def test_without_his_word_he_gets_the_mail(desk: Desk) -> None:
    debtor, kept = reminded(desk, authorised=False)
    assert kept.notices == []
    assert len([mail for mail in desk.mails.mails if mail.recipient == debtor.customer.email]) == 1
    assert states(desk, debtor) == [("mail", "made")]


def test_a_notice_of_which_nobody_knows_counts_and_is_never_sent_again(desk: Desk) -> None:
    debtor, kept = reminded(desk, authorised=True, raises=NoticeUnclear("it was cut"))
    for _day in range(9):
        desk.clock.now += timedelta(days=1)
        desk.do_what_is_due()
    assert len(kept.notices) == 1
    assert states(desk, debtor) == [("paloma", "claimed")]


def test_a_number_that_is_refused_is_no_contact_and_is_not_tried_each_day(desk: Desk) -> None:
    debtor, kept = reminded(desk, authorised=True, raises=NoticeNotTaken("it has no such number"))
    for _day in range(9):
        desk.clock.now += timedelta(days=1)
        desk.do_what_is_due()
    assert len(kept.notices) == 1
    assert states(desk, debtor) == [("paloma", "dropped")]
