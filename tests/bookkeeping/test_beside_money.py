"""What is booked beside a payment's money, a withholding or a rest below its unit, rests on the proof of that money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import attrs
import pytest

from hub.domain.ledger import Entry
from hub.flows.books import book_withheld, settle_bill
from hub_hookspecs import Kind, Mode, Observation
from tests.bookkeeping.desk import START, Desk

Desks = Callable[[str], Desk]

WITHHELD = ("invoice FV-1 100000.00", "pays A FV-1 97500.00 withheld FV-1 retefuente 2500.00")
RESTING = ("invoice FV-1 119000.45", "resting A FV-1 119000.00 0.45")
RESTS = RESTING, ("invoice FV-2 119000.45", "resting B FV-2 119000.00 0.45")
LOST_AND_WON = ("chargeback A as CASE-1", "correct chargeback:acct:CASE-1")


def entries(desk: Desk) -> list[Entry]:
    return list(desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, Mode.TEST)))


def booked(desk: Desk, kind: str) -> list[Entry]:
    """What was booked under keys of this kind, corrections included, oldest first."""
    return [entry for entry in entries(desk) if entry.key.removeprefix("fix:").startswith(f"{kind}:")]


def proof_of(desk: Desk, key: str) -> str | None:
    """The observation on which the entry of money with this key rests."""
    return next(entry.observation for entry in entries(desk) if entry.key == key)


def paid_days_ago(desk: Desk, name: str, days: int = 3) -> date:
    """News of money that came some days before; on which day."""
    desk.clock.now = START + timedelta(days=9)
    occurred = desk.clock.now - timedelta(days=days)
    vouched = frozenset({"movement", "amount", "occurred_at"})
    amount = desk._payment(name).amount
    desk._tell(
        name,
        Observation(kind=Kind.PAID, movement=f"REF{name}", amount=amount, occurred_at=occurred, vouched=vouched),
    )
    return occurred.date()


@pytest.mark.parametrize(
    ("kind", "given", "note"),
    [("withheld", WITHHELD, "base 10000000"), ("writeoff", RESTING, "below the provider's unit")],
)
def test_it_counts_for_the_day_of_the_money_and_rests_on_the_same_proof(
    kind: str, given: tuple[str, ...], note: str, desk_for: Desks
) -> None:
    desk = desk_for("CO")
    for line in given:
        desk.do(line)
    day = paid_days_ago(desk, "A")

    (entry,) = booked(desk, kind)

    assert entry.key.startswith(f"{kind}:pay-A:{desk._payable('FV-1').id}")
    assert (entry.value_on, entry.at, entry.note) == (day, desk.clock.now, note)
    assert (entry.payment_id, entry.observation) == ("pay-A", proof_of(desk, "capture:acct:REFA"))
    assert entry.observation is not None


@pytest.mark.parametrize(("kind", "given"), [("withheld", WITHHELD), ("writeoff", RESTING)])
def test_what_goes_with_the_money_and_comes_back_counts_for_the_day_on_which_it_does(
    kind: str, given: tuple[str, ...], desk_for: Desks
) -> None:
    desk = desk_for("CO")
    for line in given:
        desk.do(line)
    paid_days_ago(desk, "A")
    desk.do(LOST_AND_WON[0])
    lost_at = desk.clock.now
    desk.do(LOST_AND_WON[1])

    first, fix, again = booked(desk, kind)

    assert (fix.key, again.key) == (f"fix:{first.key}:0", f"{first.key}:1")
    assert (fix.note, fix.at, fix.value_on) == ("returned", lost_at, None)
    assert fix.observation == proof_of(desk, "chargeback:acct:CASE-1")
    assert (again.note, again.at, again.value_on) == (first.note, desk.clock.now, None)
    assert again.observation == first.observation


@pytest.mark.parametrize(
    ("kind", "given", "other"),
    [
        ("withheld", WITHHELD, ("invoice FV-2 100000.00", "pays B FV-2 97500.00 withheld FV-2 retefuente 2500.00")),
        ("writeoff", *RESTS),
    ],
)
def test_it_rests_on_the_money_of_its_own_payment_whatever_came_for_another_meanwhile(
    kind: str, given: tuple[str, ...], other: tuple[str, ...], desk_for: Desks
) -> None:
    desk = desk_for("CO")
    whole = 97_500 if kind == "withheld" else 119_000
    for line in (*given, f"paid A {whole - 1}.00", *other, "paid B", f"correct capture:acct:REFA {whole}.00"):
        desk.do(line)
    desk.do("use-credit FV-1 1.00")

    of_other, own = booked(desk, kind)

    assert (own.payment_id, own.observation) == ("pay-A", proof_of(desk, "capture:acct:REFA"))
    assert (of_other.payment_id, of_other.observation) == ("pay-B", proof_of(desk, "capture:acct:REFB"))


def test_control_credit_whose_payment_is_not_looked_at_again_leaves_the_rest_due(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle_bill, "book_rest", lambda *_given: None)
    with pytest.raises(ValueError, match="not enough values"):
        test_it_rests_on_the_money_of_its_own_payment_whatever_came_for_another_meanwhile("writeoff", *RESTS, desk_for)


def test_a_withholding_stands_as_long_as_the_least_of_its_money_is_left(desk_for: Desks) -> None:
    desk = desk_for("CO")
    for line in (*WITHHELD, "paid A", "returned A 97499.99 as R1"):
        desk.do(line)
    assert [entry.key.partition(":")[0] for entry in booked(desk, "withheld")] == ["withheld"]

    desk.do("returned A 0.01 as R2")

    assert [entry.key.partition(":")[0] for entry in booked(desk, "withheld")] == ["withheld", "fix"]


def test_nothing_is_withheld_on_a_bill_that_the_money_did_not_reach(desk_for: Desks) -> None:
    """FV-2 is another customer's by the time its last minor unit was to be paid."""
    desk = desk_for("CO")
    for line in (
        "invoice FV-1 1000.00",
        "invoice FV-2 500.00",
        "pays A FV-1 1000.00 FV-2 0.01 withheld FV-2 retefuente 100.00",
        "unheard A",
        "invoice FV-2 500.00 of c2",
        "paid A",
    ):
        desk.do(line)

    assert booked(desk, "withheld") == []
    assert desk._payable("FV-2").due == 50_000


def test_nor_where_it_was_owed_no_more_when_the_money_came_and_is_owed_again(desk_for: Desks) -> None:
    """What else is paid with it has its withholding all the same, whichever of the two stands first."""
    desk = desk_for("CO")
    for line in (
        "invoice FV-1 500.00",
        "invoice FV-2 1000.00",
        "pays A FV-1 0.01 FV-2 900.00 withheld FV-1 retefuente 100.00 withheld FV-2 retefuente 100.00",
        "unheard A",
        "received cash 500.00 for FV-1 500.00 as R",
        "paid A",
    ):
        desk.do(line)
    (entry,) = booked(desk, "withheld")
    assert [row.payable_id for row in entry.applied] == [desk._payable("FV-2").id]

    for line in ("void R", "paid A auth 7"):
        desk.do(line)

    assert booked(desk, "withheld") == [entry]
    assert desk._payable("FV-1").due == 50_000


def test_a_withholding_that_a_person_took_away_keeps_no_other_of_the_bill_from_coming_back(desk_for: Desks) -> None:
    desk = desk_for("CO")
    kept = "withheld FV-1 reteica 300.00 withheld FV-1 retefuente 2500.00"
    for line in ("invoice FV-1 100000.00", f"pays A FV-1 97200.00 {kept}", "paid A"):
        desk.do(line)
    payable_id = desk._payable("FV-1").id
    desk.do(f"correct withheld:pay-A:{payable_id}:reteica")

    for line in LOST_AND_WON:
        desk.do(line)

    taxes = [entry.key.split(":")[-1] for entry in booked(desk, "withheld") if not entry.key.startswith("fix:")]
    assert taxes == ["reteica", "retefuente", "1"]
    assert desk.balances()["withholding_receivable retefuente", "COP"] == 250_000
    assert ("withholding_receivable reteica", "COP") not in desk.balances()


CREDIT_ALONE = (
    "received transfer 40000.00",
    "invoice FV-1 41000.00",
    "invoice FV-2 100000.00",
    "pays A FV-1 0.00 FV-2 97500.00 withheld FV-1 retefuente 1000.00 withheld FV-2 retefuente 2500.00"
    " credit FV-1 40000.00",
    "unheard A",
)
BY_THEN = {
    "another customer's": ("invoice FV-1 41000.00 of c2",),
    "in another currency": ("days 8", "void-bill FV-1", "rebill FV-1 10.00 USD"),
}


@pytest.mark.parametrize("meanwhile", BY_THEN)
def test_nothing_is_withheld_on_a_bill_that_its_customers_credit_was_to_settle_and_that_is_by_then(
    meanwhile: str, desk_for: Desks
) -> None:
    desk = desk_for("CO")
    for line in (*CREDIT_ALONE, *BY_THEN[meanwhile], "paid A"):
        desk.do(line)

    (entry,) = booked(desk, "withheld")

    assert [row.payable_id for row in entry.applied] == [desk._payable("FV-2").id]
    assert desk._payable("FV-1").due == desk._payable("FV-1").total


def test_control_a_withholding_that_asks_nobody_whose_bill_it_is_makes_anothers_smaller(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_withheld, "_is_as_asked", lambda *_given: True)
    with pytest.raises(ValueError, match="too many values"):
        test_nothing_is_withheld_on_a_bill_that_its_customers_credit_was_to_settle_and_that_is_by_then(
            "another customer's", desk_for
        )


def test_a_payout_line_that_proves_its_payment_is_booked_on_what_it_said(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 1000.00", "pays A FE-1 1000.00", "paid A", "settled L1 A 1000.00 fee 30.00"):
        desk.do(line)
    (said,) = (
        item.key for item in desk.read(lambda tx: tx.payments.seen("pay-A")) if item.observation.kind is Kind.SETTLED
    )

    assert [entry.observation for entry in booked(desk, "settle") + booked(desk, "fee")] == [said, said]


def test_control_a_withholding_whose_proof_is_not_kept_is_found(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = book_withheld.billing.withheld

    def planted(*given: object, **more: object) -> Entry:
        return attrs.evolve(whole(*given, **(more | {"on": None})))  # type: ignore[arg-type]

    monkeypatch.setattr(book_withheld.billing, "withheld", planted)
    with pytest.raises(AssertionError):
        test_it_counts_for_the_day_of_the_money_and_rests_on_the_same_proof(
            "withheld", WITHHELD, "base 10000000", desk_for
        )
