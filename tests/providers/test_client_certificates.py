"""Over real TLS, with a server that demands a certificate: each account shows its own, and nobody else's."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

import hub.providers.wires as wires
from hub.domain.client_certificate import Unusable, certificate_problem, client_certificate
from hub.providers.exchange import Exchanger
from hub.providers.limits import Limits
from hub.providers.ran import Ran
from hub.providers.registry import Registry
from hub_hookspecs import Account, Mode, Outcome, Setting, SettingKind, harmless
from hub_hookspecs.http import Request
from tests.providers.certified import DAY, Authority, key_text
from tests.providers.conftest import an_info

HOST = "api.acme.example"
OURS, STRANGERS = Authority("ours"), Authority("strangers")
SETTING = Setting(
    name="certificate",
    label="Certificado",
    help="Panel.",
    secret=True,
    multiline=True,
    kind=SettingKind.CLIENT_CERTIFICATE,
    optional=True,
)


def ask(query: Any, account: Any) -> Any:
    answer = yield harmless(Request("GET", f"{account.endpoints['api']}/who"))
    assert answer.status_code == 200
    return ()


@attrs.define
class Gate:
    """A server that tells whose certificate each request came with, by connection.

    Attributes:
        seen: (connection, common name) of each request.
    """

    context: ssl.SSLContext
    seen: list[tuple[int, str]] = attrs.Factory(list)
    connections: int = 0
    url: str = ""
    hold: asyncio.Event | None = None
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Gate:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context)
        self.url = f"https://{HOST}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_exception: object) -> None:
        assert self._server
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        this = self.connections
        shown = writer.get_extra_info("peercert") or {}
        name = next((value for part in shown.get("subject", ()) for key, value in part if key == "commonName"), "")
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                self.seen.append((this, name))
                if self.hold:
                    await self.hold.wait()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            writer.close()


async def here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
def play(tmp_path: Path, provider_with: Any, account_at: Any) -> Callable[..., Any]:
    """play(story): the story, told with a gate and a function that asks as an account with a certificate."""

    def tell(story: Any, *, demands: bool = True) -> Any:
        provider = provider_with(info=an_info(settings=(SETTING,)), query_payment=ask)

        async def run() -> Any:
            gate = Gate(OURS.server(tmp_path, HOST, demands=demands))
            limits = Limits(pauses=(0, 0), tries=1, trips=1000)
            async with (
                gate,
                Exchanger(Registry(), limits=limits, addresses_of=here, make_context=OURS.client) as exchanger,
            ):

                async def asks(account_id: str, pem: str, *, credentials: int | None = 1) -> Ran:
                    account: Account = account_at(gate.url, Mode.LIVE)
                    account = attrs.evolve(account, settings={**account.settings, "certificate": pem})
                    return await exchanger.run(
                        provider,
                        "query_payment",
                        account=account,
                        account_id=account_id,
                        credentials=credentials,
                        query=None,
                    )

                return await story(gate, asks)

        return asyncio.run(run())

    return tell


def test_an_account_shows_its_certificate_and_is_let_in(play: Any) -> None:
    kept = OURS.pem_for("shop-a")

    async def story(gate: Gate, asks: Any) -> None:
        for _time in range(3):
            ran = await asks("a", kept)
            assert ran.conclusion.outcome is Outcome.RESULT
        assert gate.seen == [(1, "shop-a")] * 3, "one kept connection"

    play(story)


WRONG = {
    "none": lambda: "",
    "of a stranger": lambda: STRANGERS.pem_for("shop-a"),
    "expired": lambda: OURS.pem_for("shop-a", begins=-9 * DAY, ends=-DAY),
    "not valid yet": lambda: OURS.pem_for("shop-a", begins=DAY),
}


@pytest.mark.parametrize("made", WRONG.values(), ids=WRONG)
def test_whoever_shows_a_wrong_certificate_is_not_let_in_and_asks_nothing(play: Any, made: Callable[[], str]) -> None:
    async def story(gate: Gate, asks: Any) -> None:
        ran = await asks("a", made())
        assert ran.conclusion.outcome is not Outcome.RESULT
        assert gate.seen == []

    play(story)


def test_what_is_no_certificate_sends_nothing(play: Any) -> None:
    async def story(gate: Gate, asks: Any) -> None:
        ran = await asks("a", "-----BEGIN NONSENSE-----")
        assert ran.conclusion.outcome is Outcome.NEVER_SENT
        assert gate.connections == 0
        assert "certificate cannot be shown" in ran.steps[0].trouble

    play(story)


def test_two_accounts_with_two_certificates_do_not_mix(play: Any) -> None:
    async def story(gate: Gate, asks: Any) -> None:
        mine, theirs = OURS.pem_for("shop-a"), OURS.pem_for("shop-b")
        for _time in range(5):
            await asyncio.gather(asks("a", mine), asks("b", theirs), asks("a", mine), asks("b", theirs))
        by_connection: dict[int, set[str]] = {}
        for connection, name in gate.seen:
            by_connection.setdefault(connection, set()).add(name)
        assert sorted(name for _connection, name in gate.seen) == ["shop-a"] * 10 + ["shop-b"] * 10
        assert all(len(names) == 1 for names in by_connection.values())

    play(story)


def test_control_one_wire_for_all_shows_one_accounts_certificate_for_another(play: Any, monkeypatch: Any) -> None:
    right = wires.Wires.of

    async def of(self: Any, info: Any, account: Any, _account_id: str, *, keep: bool) -> Any:
        first = self.__dict__.setdefault("first", account)
        return await right(self, info, first, "all", keep=keep)

    monkeypatch.setattr(wires.Wires, "of", of)

    async def story(gate: Gate, asks: Any) -> None:
        await asks("a", OURS.pem_for("shop-a"))
        await asks("b", OURS.pem_for("shop-b"))
        assert [name for _connection, name in gate.seen] == ["shop-a", "shop-a"]

    play(story)


def test_an_account_without_one_shows_none_beside_one_that_has(play: Any) -> None:
    async def story(gate: Gate, asks: Any) -> None:
        await asks("a", OURS.pem_for("shop-a"))
        await asks("b", "")
        assert [name for _connection, name in gate.seen] == ["", ""], "nobody is asked for one here"
        assert gate.connections == 2

    play(story, demands=False)


def test_the_next_certificate_is_shown_at_once_and_what_is_under_way_ends_in_peace(play: Any) -> None:
    async def story(gate: Gate, asks: Any) -> None:
        gate.hold = asyncio.Event()
        old, new = OURS.pem_for("old"), OURS.pem_for("new")
        first = asyncio.create_task(asks("a", old))
        while not gate.seen:
            await asyncio.sleep(0)
        second = asyncio.create_task(asks("a", new))
        while len(gate.seen) < 2:
            await asyncio.sleep(0)
        gate.hold.set()
        assert [(await task).conclusion.outcome for task in (first, second)] == [Outcome.RESULT] * 2
        await asks("a", new)
        assert gate.seen == [(1, "old"), (2, "new"), (2, "new")]

    play(story)


def test_one_that_is_only_tried_leaves_the_stored_ones_connection_alone(play: Any) -> None:
    async def story(gate: Gate, asks: Any) -> None:
        stored = OURS.pem_for("stored")
        await asks("a", stored)
        await asks("a", OURS.pem_for("tried"), credentials=None)
        await asks("a", stored)
        assert gate.seen == [(1, "stored"), (2, "tried"), (1, "stored")]

    play(story)


def test_the_key_has_no_name_in_a_file_system(monkeypatch: Any) -> None:
    read: list[str] = []
    right = ssl.SSLContext.load_cert_chain

    class Listening(ssl.SSLContext):
        def load_cert_chain(self, certfile: Any, *more: Any, **others: Any) -> None:
            read.append(str(certfile))
            right(self, certfile, *more, **others)

    wires.show_certificate(Listening(ssl.PROTOCOL_TLS_CLIENT), OURS.pem_for("shop-a"))
    if hasattr(os, "memfd_create"):
        assert read[0].startswith("/proc/self/fd/")

    monkeypatch.delattr(os, "memfd_create", raising=False)
    wires.show_certificate(Listening(ssl.PROTOCOL_TLS_CLIENT), OURS.pem_for("shop-a"))
    assert not Path(read[-1]).exists(), "elsewhere it is a file of this user alone, and gone"
    assert not Path(read[-1]).parent.exists()


# What is pasted.

NOW = datetime.now(UTC)


def pasted() -> dict[str, tuple[str, str]]:
    """What a person may paste, and what is said of it."""
    paper = OURS.paper_for("shop-a")
    assert OURS.last_key
    key, locked = key_text(OURS.last_key), key_text(OURS.last_key, passphrase="secret")
    other = key_text(STRANGERS.key)
    return {
        "both": (paper + key, ""),
        "the key first": (key + paper, ""),
        "with its chain before it": (OURS.paper + paper + key, ""),
        "with words between": (f"Bag Attributes\n  name: x\n{paper}\nKey Attributes: <No Attributes>\n{key}", ""),
        "with the line ends of another system": ((paper + key).replace("\n", "\r\n"), ""),
        "no key": (paper, "certificate.no_key"),
        "a key alone": (key, "certificate.missing"),
        "a passphrase": (paper + locked, "certificate.passphrase"),
        "another's key": (paper + other, "certificate.other_key"),
        "two keys": (paper + key + other, "certificate.two_keys"),
        "words": ("my certificate", "certificate.unreadable"),
        "garbage inside": (paper.replace("MI", "@@", 1) + key, "certificate.unreadable"),
        "too much": ("x" * 70_000 + paper + key, "certificate.unreadable"),
        "expired": (OURS.pem_for("shop-a", begins=-9 * DAY, ends=-DAY), "certificate.expired"),
        "not valid yet": (OURS.pem_for("shop-a", begins=DAY), "certificate.not_yet"),
    }


@pytest.mark.parametrize("name", pasted())
def test_what_is_pasted_is_taken_or_said_what_helps(name: str) -> None:
    text, wrong = pasted()[name]
    problem = certificate_problem(text, NOW)

    assert (problem.id if problem else "") == wrong
    if not wrong:
        read = client_certificate(text)
        wires.show_certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), text)
        assert read.ends - NOW > 80 * DAY
        assert "PRIVATE" not in repr(read)


def test_what_is_unusable_repeats_nothing_of_it() -> None:
    paper, key = OURS.paper_for("shop-a"), key_text(STRANGERS.key)
    with pytest.raises(Unusable) as caught:
        client_certificate(paper + key)

    assert key.splitlines()[1] not in str(caught.value)


def test_a_year_is_warned_of_thirty_days_before() -> None:
    from hub.flows.accounts.client_certificates import is_near

    ends = NOW + timedelta(days=31)
    assert [is_near(ends, NOW + timedelta(days=days)) for days in (0, 2, 40)] == [False, True, True]
