"""Two accounts that are handed the same bytes keep two messages on every way in,
and the log tells them apart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest
import structlog
from structlog.testing import capture_logs

import hub.flows.payments.receive_message
import hub.flows.payments.record_message
import hub.flows.payments.record_observations
import hub.flows.payments.store_message
from hub.domain.account import ProviderAccount
from hub.domain.decision import Evidence, Signed
from hub.domain.ids import derived_id
from hub.domain.message import MessageState
from hub.domain.payment import Payment
from hub.flows.accounts.open_account import Locked
from hub.flows.payments.burst import burst_of
from hub.flows.payments.receive_message import receive_notification, receive_return
from hub.flows.payments.record_outcome import OutcomeEvidence, record_paid
from hub_hookspecs import Conclusion, Kind, Message, Observation, Outcome, Reading, Source, Verdict
from tests.faults.harness import Desk

Plant = Callable[[Any, str, Any], None]

PAID = Observation(kind=Kind.PAID, reference="SAMETEXT01", movement="SAMETEXT01", vouched=frozenset({"movement"}))
VALID = Reading(verdict=Verdict.VALID, observations=(PAID,))


@attrs.frozen
class Reads:
    """Plugins that all read the same in a message; nothing is one that wants to ask first."""

    reading: Reading | None

    def peek(self, *_given: Any, **_records: Any) -> Any:
        return self.reading and Conclusion(outcome=Outcome.RESULT, value=self.reading)


@attrs.frozen(kw_only=True)
class Way:
    """A way in, and the state in which a message lies afterwards; none where it is booked at once.

    Attributes:
        is_known: Each account has a payment of the reference that the message names.
    """

    reading: Reading | None = None
    state: MessageState | None = None
    prepare: Callable[[Desk, Plant], object] = lambda _desk, _plant: None
    comes_back: bool = False
    is_known: bool = False


def in_a_burst(desk: Desk, _plant: Plant) -> None:
    burst_of(desk.hub).until = desk.clock.now + timedelta(minutes=1)


def locked(_desk: Desk, plant: Plant) -> None:
    """No key that is here opens the accounts."""

    async def by_token(hub: Any, token: str) -> None:
        record = await hub.store.read(lambda tx: tx.accounts.by_token(token))
        raise Locked(record, "no key")

    def by_record(_tx: Any, _hub: Any, record: ProviderAccount, _now: Any) -> None:
        raise Locked(record, "no key")

    plant(hub.flows.payments.receive_message, "opened_by_token", by_token)
    plant(hub.flows.payments.receive_message, "open_account", by_record)


WAYS = {
    "wants to ask first": Way(state=MessageState.DUE),
    "not proven": Way(reading=Reading(verdict=Verdict.INVALID), state=MessageState.REJECTED),
    "unsigned": Way(reading=Reading(verdict=Verdict.UNSIGNED), state=MessageState.DONE),
    "about nothing": Way(reading=Reading(verdict=Verdict.VALID), state=MessageState.DONE),
    "about a payment that is not here": Way(reading=VALID, state=MessageState.PARKED),
    "in a burst": Way(reading=VALID, state=MessageState.DUE, prepare=in_a_burst),
    "to accounts that do not open": Way(state=MessageState.DUE, prepare=locked),
    "by browsers that come back to accounts that do not open": Way(
        state=MessageState.DUE, prepare=locked, comes_back=True
    ),
    "booked at once": Way(reading=VALID, is_known=True),
    "by browsers that come back, booked at once": Way(reading=VALID, is_known=True, comes_back=True),
}


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


def handed_in(desk: Desk, way: Way, plant: Plant) -> tuple[list[tuple[str, MessageState]], dict[str, set[str]]]:
    """The same bytes for two accounts: (account, state) of what is kept,
    and the ids in the log by account."""
    way.prepare(desk, plant)
    desk.hub.exchanger = Reads(way.reading)
    source = Source.RETURN if way.comes_back else Source.NOTIFICATION
    message = Message(
        source=source, method="POST", path="", query="", headers=(), body=b"{}", received_at=desk.clock.now
    )
    sent = [started(desk, country, is_known=way.is_known) for country in desk.accounts]
    tokens = [account.path_token for account in desk.accounts.values()]
    if way.comes_back:
        tokens = [payment.return_token for payment in sent]
    receive: Any = receive_return if way.comes_back else receive_notification

    async def hand_in() -> None:
        await asyncio.gather(*(receive(desk.hub, token, message) for token in tokens), return_exceptions=True)

    structlog.reset_defaults()  # trials are quiet
    with capture_logs() as lines:
        asyncio.run(hand_in())
    told: dict[str, set[str]] = {}
    for line in lines:
        if line.get("message"):
            told.setdefault(line["account"], set()).add(line["message"])
    kept = desk.read(lambda tx: tx.messages.of())
    return sorted((item.account_id, item.state) for item in kept), told


def started(desk: Desk, country: str, *, is_known: bool) -> Payment:
    made = desk.made(desk.debtor(country, 50_000))
    return desk.started(attrs.evolve(made, reference=PAID.reference) if is_known else made)


def accounts(desk: Desk) -> list[str]:
    return sorted(account.id for account in desk.accounts.values())


def wrong(desk: Desk, way: Way, plant: Plant) -> list[str]:
    """What of the two messages fell together."""
    kept, told = handed_in(desk, way, plant)
    wanted = [(account, way.state) for account in accounts(desk) if way.state]
    found = [] if kept == wanted else [f"kept {kept} and not {wanted}"]
    if sorted(told) != accounts(desk):
        found.append(f"told of {sorted(told)} alone")
    if any(len(ids) != 1 for ids in told.values()) or len(set().union(*told.values())) != len(told):
        found.append(f"told as {told}")
    return found


def test_the_same_bytes_for_two_accounts_are_two_messages(desk: Desk, way: Way, plant: Plant) -> None:
    assert wrong(desk, way, plant) == []


def test_control_an_id_without_its_account_is_noticed_on_each_way_in(desk: Desk, way: Way, plant: Plant) -> None:
    for module in (
        hub.flows.payments.record_message,
        hub.flows.payments.record_observations,
        hub.flows.payments.store_message,
    ):
        plant(module, "message_of", lambda _account, digest: derived_id("message", digest))

    assert wrong(desk, way, plant)


def test_what_a_person_shows_is_no_message(desk: Desk) -> None:
    payment = started(desk, "CO", is_known=False)
    proof, file = OutcomeEvidence(amount=payment.amount), Evidence(name="panel.png", digest="ab" * 32)
    structlog.reset_defaults()
    with capture_logs() as lines:
        asyncio.run(record_paid(desk.hub, payment.id, proof, signed=Signed(by="Ana", why="panel", evidence=file)))

    assert [line.get("message") for line in lines if line["event"] == "payment_paid"] == [None]
