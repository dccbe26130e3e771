"""Hostile notifications: nothing forged is believed and nothing undeclared raised,
over HTTP neither (F36, G7)."""

from __future__ import annotations

import http.client
import random
import tracemalloc
from typing import Any

import pytest

import hub_greenpay.signature
import hub_greenpay.wire
import hub_nequi
from hub.domain.account import ProviderAccount
from hub.domain.payment import Payment
from hub_hookspecs import Message, Source
from tests.faults.harness import World, broken, seed_for

from .hostile import PROVIDERS, Target, fuzz, genuine_refused, hostile, problems_of, targets
from .world import Origin

IN_PROCESS = 10_000
LONG = 500_000
OVER_HTTP = 500
MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def aims(origin: Origin) -> dict[str, Target]:
    return targets(origin)


def wrong(target: Target, count: int) -> list[str]:
    first = seed_for(f"hostile {target.code}")
    print(f"HUB_TEST_SEED={first}")  # noqa: T201
    found: list[str] = []
    fuzz(target, first, count, found=found.append)
    return found


@pytest.mark.parametrize("code", PROVIDERS)
@pytest.mark.parametrize("count", [IN_PROCESS, pytest.param(LONG, marks=pytest.mark.long)])
def test_nothing_forged_is_believed_and_nothing_undeclared_raised(
    aims: dict[str, Target], code: str, count: int
) -> None:
    assert genuine_refused(aims[code]) == []
    assert wrong(aims[code], count) == []
    assert genuine_refused(aims[code]) == []


@pytest.mark.parametrize("code", PROVIDERS)
def test_a_hostile_message_costs_little_memory(aims: dict[str, Target], code: str) -> None:
    tracemalloc.start()
    try:
        for seed in range(300):
            tracemalloc.reset_peak()
            before, _peak = tracemalloc.get_traced_memory()
            problems_of(aims[code], seed)
            assert tracemalloc.get_traced_memory()[1] - before < 2 * MEBIBYTE, (
                seed
            )  # half of it is the message's making
    finally:
        tracemalloc.stop()


def test_control_a_reader_that_trusts_its_input_is_found(
    aims: dict[str, Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    monkeypatch.setattr(hub_greenpay.wire, "parse_answer", lambda raw: json.loads(raw.decode())["status"])

    assert any("undeclared" in text for text in wrong(aims["greenpay"], 500))


def test_control_greenpay_without_its_signature_is_found(
    aims: dict[str, Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_greenpay.signature, "is_genuine", lambda *_any: True)

    assert any("forged" in text for text in wrong(aims["greenpay"], 3000))


def test_control_nequi_without_its_signature_is_found(aims: dict[str, Target], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_nequi, "is_genuine", lambda *_any: True)

    assert any("nobody signed" in text for text in wrong(aims["nequi"], 3000))


def _statuses(served: World, payment: Payment, account: ProviderAccount, count: int) -> dict[int, int]:
    """What hostile messages are answered with, over a socket of our own:
    a client library would refuse to send some."""
    dice = random.Random(seed_for("over HTTP"))
    news = [
        Message(
            source=Source.NOTIFICATION,
            method=item.method,
            path=item.path,
            query="",
            headers=item.headers,
            body=item.body,
            received_at=served.clock.now,
            call_id="CALL000001",
        )
        for item in served.news(payment)
    ]
    host, _, port = served.base.removeprefix("http://").partition(":")
    found: dict[int, int] = {}
    for _ in range(count):
        message = hostile(dice, dice.choice(news))
        line = http.client.HTTPConnection(host, int(port), timeout=10)
        line.putrequest("POST", f"/n/{account.provider}/{account.path_token}", skip_accept_encoding=True)
        for name, value in message.headers:
            raw = value.encode("latin-1", "replace").replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\x00", b"?")
            if name.lower() != "content-length":
                line.putheader(name, raw)
        line.putheader("content-length", str(len(message.body)))
        line.endheaders(message.body)
        status = line.getresponse().status
        line.close()
        found[status] = found.get(status, 0) + 1
    return found


@pytest.mark.parametrize("count", [OVER_HTTP, pytest.param(100_000, marks=pytest.mark.long)])
def test_over_http_no_hostile_message_is_our_fault_and_none_moves_money(served: World, count: int) -> None:
    told: dict[str, Any] = {}
    for country in ("CR", "CO"):
        payment = served.pay(served.debtor(country, 150_000))
        served.approve(payment)
        told[country] = _statuses(served, payment, served.accounts[country], count // 2)
        served.deliver(payment)
    print(told)  # noqa: T201

    assert [status for found in told.values() for status in found if status >= 500] == []
    assert sum(sum(found.values()) for found in told.values()) == count // 2 * 2
    assert served.book_differences() == []
    assert broken(served) == []
