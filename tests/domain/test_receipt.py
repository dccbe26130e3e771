"""What was owed when money settled a bill, and which movement of a payment something is odd about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.entry_keys import counts_with, movement_in, own_key, root_of
from hub.domain.flags import occasions_of
from hub.domain.observation import ObservedBy, Seen
from hub.domain.payable import Step, left_when_settled
from hub.domain.payment import Payment, PaymentLine
from hub_hookspecs import Channel, Kind, Mode, Money, Observation, Payer

NOW = datetime(2026, 11, 29, 15, tzinfo=UTC)
A, B = "capture:acct:A", "capture:acct:B"


@pytest.mark.parametrize(
    ("steps", "left_by_a"),
    [
        ("bill 100, A -100", 0),
        ("bill 100, A -60, B -40", 40),
        ("bill 100, B -40, A -60", 0),
        ("bill 100, A -60, B -40, A +10", 50),
        ("bill 100, A -60, B -40, B +40", 40),
        ("bill 100, A -60, A +60, B -100, B +70, A -60", 10),
        ("bill 60, A -60, bill +20, A -20", 0),
        ("bill 60, A -60, bill +20, B -20", 0),
        ("bill 100, A -60, outside -40, outside +40", 40),
        ("bill 100, bill -100, bill 100, A -30", 70),
    ],
)
def test_what_was_left_is_what_the_books_say_right_after_the_money(steps: str, left_by_a: int) -> None:
    names = {"A": A, "B": B}
    told = [Step(int(amount), names.get(name)) for name, amount in (part.split() for part in steps.split(", "))]

    assert left_when_settled(told, {A}) == left_by_a


def a_payment() -> Payment:
    return Payment(
        id="t1",
        merchant_id="m",
        mode=Mode.TEST,
        account_id="acct",
        provider="nequi",
        way="push",
        channel=Channel.STATEMENT,
        customer_id="c1",
        payer=Payer(name="Persona"),
        reference="REF",
        amount=Money(100, "COP"),
        lines=(PaymentLine(payable_id="i1", number="FV-1", amount=100),),
        created_at=NOW,
    )


def test_a_capture_and_its_corrections_name_their_movement() -> None:
    payment = a_payment()

    assert movement_in("capture:acct:M:1", payment) == "M:1"
    assert movement_in("fix:capture:acct:M1:0", payment) == "M1"
    assert movement_in("fix:fix:capture:acct:M1:0:2", payment) == "M1"
    assert movement_in("capture:other:M1", payment) is None
    assert movement_in("manual:R", payment) is None
    assert movement_in(own_key("capture:acct:M1", payment), payment) == "M1"
    assert root_of("fix:withheld:R:I:retefuente:0") == "withheld:R:I:retefuente"


@pytest.mark.parametrize(
    ("key", "settled", "part_of"),
    [
        ("capture:acct:M1", set(), "capture:acct:M1"),
        ("fix:capture:acct:M1:0", set(), "capture:acct:M1"),
        ("fix:capture:acct:M1:0", {"capture:acct:M1", "fix:capture:acct:M1:0"}, "capture:acct:M1"),
        ("fix:chargeback:acct:K1:0", set(), "chargeback:acct:K1"),
        ("fix:chargeback:acct:K1:0", {"chargeback:acct:K2"}, "chargeback:acct:K1"),
        ("fix:chargeback:acct:K1:0", {"chargeback:acct:K1"}, "fix:chargeback:acct:K1:0"),
        ("fix:chargeback:acct:K1:0", {"fix:chargeback:acct:K1:0"}, "fix:chargeback:acct:K1:0"),
    ],
)
def test_a_correction_is_part_of_what_it_names_but_a_won_dispute_stands_alone_once_a_line_settled_either(
    key: str, settled: set[str], part_of: str
) -> None:
    assert counts_with(key, settled) == part_of
    alone = key if key.startswith("fix:chargeback:") else part_of
    assert counts_with(key, settled, apart=True) == alone


def paid(movement: str, minor: int, *, currency: str = "COP", authorisation: str | None = None) -> Observation:
    return Observation(
        kind=Kind.PAID,
        movement=movement,
        amount=Money(minor, currency),
        authorisation=authorisation,
        vouched=frozenset({"movement", "amount"}),
    )


def back(event: str, minor: int) -> Observation:
    return Observation(
        kind=Kind.RETURNED, event_id=event, amount=Money(minor, "COP"), vouched=frozenset({"event_id", "amount"})
    )


def occasions(*news: Observation, shared: bool = False) -> Mapping[str, tuple[str, ...]]:
    payment = a_payment()
    seen = [
        Seen(
            key=f"k{at}",
            payment_id="t1",
            account_id="acct",
            source=ObservedBy.NOTIFICATION,
            observation=claim,
            seen_at=NOW + timedelta(minutes=at),
        )
        for at, claim in enumerate(news)
    ]
    return occasions_of(payment, seen, shares_paid_payable=shared)


def test_each_oddity_names_the_movement_that_it_is_about() -> None:
    first = paid("M1", 100)
    assert occasions(first) == {}
    assert occasions(first, shared=True) == {"duplicate_charge": ("",)}
    assert occasions(first, paid("M2", 100), paid("M3", 100)) == {"duplicate_charge": ("M2", "M3")}
    assert occasions(first, paid("M2", 100), shared=True) == {"duplicate_charge": ("", "M2")}
    assert occasions(paid("M1", 90), paid("M1", 80)) == {"amount_mismatch": ("",)}
    assert occasions(first, paid("M2", 90)) == {"duplicate_charge": ("M2",), "amount_mismatch": ("M2",)}
    assert occasions(first, paid("M2", 1, currency="USD"))["currency_mismatch"] == ("M2",)
    differing = paid("M1", 100, authorisation="1"), paid("M1", 100, authorisation="2")
    assert occasions(*differing) == {"contradicting_claims": ("",)}


def test_each_return_beyond_what_came_asks_by_its_own_name() -> None:
    assert occasions(back("R1", 30), back("R2", 20)) == {"orphan_refund": ("R1", "R2")}
    assert occasions(paid("M1", 100), back("R1", 100)) == {}
    assert occasions(paid("M1", 100), back("R1", 100), back("R2", 5), back("R3", 5)) == {"over_refund": ("R2", "R3")}
