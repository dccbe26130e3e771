"""What of an account's payments something may still become of, and what of it is counted."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import attrs
import pytest

from hub.domain.account import MoneyUnderWay
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment
from hub.domain.settlement import StoredLine
from hub.flows.accounts.money_under_way import has_payments, money_under_way
from hub.flows.corrections.correct_entry import correct_entry
from hub_hookspecs import Kind, Money, Observation, SettlementLine
from tests.faults.harness import Desk

NONE = MoneyUnderWay()
PAID = Observation(kind=Kind.PAID, movement="m-1", amount=Money(50_000, "COP"), vouched=frozenset({"amount"}))


def counted(desk: Desk, country: str = "CO") -> MoneyUnderWay:
    account = desk.accounts[country]
    return desk.read(lambda tx: money_under_way(tx, desk.hub, account, desk.clock.now))


def told(desk: Desk, *kinds: Kind, country: str = "CO") -> Payment:
    """A payment of 500 of which only this was observed after it had been accepted."""
    payment = desk.sent(desk.debtor(country, 50_000))
    return desk.tell(payment, *(Observation(kind=kind) for kind in kinds), source=ObservedBy.RULE)


def returned(event: str, minor: int) -> Observation:
    amount, vouched = Money(minor, "COP"), frozenset({"event_id", "amount"})
    return Observation(kind=Kind.RETURNED, movement="m-1", event_id=event, amount=amount, vouched=vouched)


def paid(desk: Desk, *more: Observation) -> Payment:
    return desk.tell(desk.sent(desk.debtor("CO", 50_000)), PAID, *more)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), MoneyUnderWay(live=1)),
        ((Kind.DECLINED,), NONE),
        ((Kind.EXPIRED,), NONE),
        ((Kind.SESSION_EXPIRED,), MoneyUnderWay(watched=1)),
        ((Kind.NEVER_EXISTED,), MoneyUnderWay(watched=1)),
        ((Kind.RELEASED,), MoneyUnderWay(watched=1)),
        ((Kind.NEVER_SENT,), MoneyUnderWay(watched=1)),  # and yet accepted: a conflict
    ],
    ids=lambda value: ",".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_open_or_closed_without_proof_is_under_way(
    desk: Desk, kinds: tuple[Kind, ...], expected: MoneyUnderWay
) -> None:
    assert (counted(desk), desk.read(lambda tx: has_payments(tx, desk.accounts["CO"], desk.clock.now))) == (NONE, False)

    told(desk, *kinds)

    assert counted(desk) == expected
    assert desk.read(lambda tx: has_payments(tx, desk.accounts["CO"], desk.clock.now))
    desk.clock.now += timedelta(days=8)
    assert counted(desk) == (expected if expected.live else NONE)


def test_what_was_paid_is_under_way_while_it_can_be_given_back_or_is_not_paid_out(desk: Desk) -> None:
    payment = paid(desk)
    assert counted(desk) == MoneyUnderWay(refundable=1, unsettled=1)

    desk.tell(payment, returned("r-1", 20_000))
    assert counted(desk) == MoneyUnderWay(refundable=1, unsettled=1)

    desk.tell(payment, returned("r-2", 30_000))
    assert counted(desk) == NONE


def test_a_dispute_is_under_way_until_it_is_won(desk: Desk) -> None:
    payment = paid(desk, Observation(kind=Kind.CHARGED_BACK, event_id="case-1", amount=Money(50_000, "COP")))
    assert counted(desk) == MoneyUnderWay(disputed=1)

    key = f"chargeback:{payment.account_id}:case-1"
    asyncio.run(correct_entry(desk.hub, desk.companies["CO"], key, reason="won", by="Ana"))

    assert counted(desk) == MoneyUnderWay(refundable=1, unsettled=1)


def test_where_the_provider_gives_nothing_back_and_reports_nothing_a_paid_payment_is_done(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CR", 50_000))
    desk.tell(payment, Observation(kind=Kind.PAID, movement="m-1"))
    assert counted(desk, "CR") == NONE
    line = SettlementLine(line_id="L-1", gross=Money(100, "CRC"), net=Money(100, "CRC"), reference="SOMEBODYELSES")

    desk.write(lambda tx: tx.settlements.add(stored(desk, line)))

    assert counted(desk, "CR") == NONE, "its lines say nothing of the day on which it was paid"
    desk.write(lambda tx: tx.settlements.add(stored(desk, dated(desk, line))))
    assert counted(desk, "CR") == MoneyUnderWay(unsettled=1)


def stored(desk: Desk, line: SettlementLine) -> StoredLine:
    account = desk.accounts["CR"]
    return StoredLine(
        account_id=account.id,
        merchant_id=account.merchant_id,
        mode=account.mode,
        line=line,
        source="file",
        imported_at=desk.clock.now,
    )


def dated(desk: Desk, line: SettlementLine) -> SettlementLine:
    return attrs.evolve(line, line_id="L-2", settled_on=desk.clock.now.date())
