"""What the payer kept back goes with the money of its payment, and comes back with it."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

import hub.flows.corrections.correct_entry
import hub.flows.corrections.record_withholding as record
from hub.domain.identity import Invalid
from hub.domain.ledger import EntryKind
from hub.domain.receipt import Certificate, Deduction
from hub.domain.refusals import Conflict
from hub.flows.corrections.record_withholding import record_withholding
from hub_hookspecs import Mode
from tests.bookkeeping.desk import Desk, run

WON = (
    "invoice FV-1 100000.00",
    "pays A FV-1 97500.00 withheld FV-1 retefuente 2500.00",
    "paid A",
    "chargeback A as CASE-1",
    "correct chargeback:acct:CASE-1",
)


def withheld(desk: Desk) -> list[str]:
    """Keys of the withholdings that were booked, and of their corrections."""
    entries = desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, Mode.TEST))
    return [entry.key for entry in entries if entry.kind is EntryKind.WITHHELD or entry.key.startswith("fix:withheld:")]


def played(desk: Desk, *lines: str) -> int:
    """What is left of withholdings after these events, minor units."""
    for line in lines:
        desk.do(line)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()
    return desk.balances().get(("withholding_receivable retefuente", "COP"), 0)


def test_a_dispute_that_is_won_brings_the_withholding_back(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")

    assert played(desk, *WON) == 250_000


def test_it_is_booked_under_a_further_key_each_time_and_once(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")
    played(desk, *WON, "chargeback A as CASE-2", "correct chargeback:acct:CASE-2", "paid A", "chargeback A as CASE-1")
    key = f"withheld:pay-A:{desk._payable('FV-1').id}:retefuente"

    assert withheld(desk) == [key, f"fix:{key}:0", f"{key}:1", f"fix:{key}:1:0", f"{key}:2"]


@pytest.mark.parametrize("strange", ["another company", "no invoice"])
def test_a_certificate_counts_for_invoices_of_this_company_alone(desk_for: Callable[[str], Desk], strange: str) -> None:
    desk = desk_for("CO")
    desk.do("invoice FV-1 100000.00")
    merchant = attrs.evolve(desk.merchant, id="other") if strange == "another company" else desk.merchant
    payable_id = desk._payable("FV-1").id if strange == "another company" else "nothing"
    paper = Certificate(number="C-1", issued_on=desk.clock.now.date())

    kept = [Deduction(payable_id=payable_id, tax="retefuente", amount=250_000)]
    with pytest.raises(Invalid) as refused:
        run(record_withholding(desk.hub, merchant, paper, kept, by="otra"))

    found = [(problem.field, problem.message.id) for problem in refused.value.problems]
    assert found == [("invoice", "bill.of_other_customer")], "where the form shows it"
    assert desk._payable("FV-1").due == 10_000_000


def test_control_a_certificate_that_asks_nobody_whose_invoice_it_is_meets_the_databases_wall(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "invoices_of", lambda *_given, **_more: ())

    with pytest.raises(Conflict, match="certificate and customer are of one merchant"):  # the database's own wall
        test_a_certificate_counts_for_invoices_of_this_company_alone(desk_for, "another company")


def test_it_stands_on_the_receipt_that_is_issued_afterwards(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")
    played(desk, *WON, "receipt A as R")
    receipt = desk.read(lambda tx: tx.receipts.get(desk.receipts["R"]))

    assert [(line.applied, dict(line.withholdings)) for line in receipt.lines] == [(9_750_000, {"retefuente": 250_000})]


def test_a_capture_that_is_corrected_to_nothing_takes_it_along(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")

    assert played(desk, *WON[:3], "correct capture:acct:REFA 0.00") == 0
    assert played(desk, "correct capture:acct:REFA 97500.00") == 0
    assert played(desk, "use-credit FV-1 97500.00") == 250_000


def test_credit_of_two_payments_that_settles_all_of_a_bill_leaves_nothing_to_be_withheld(
    desk_for: Callable[[str], Desk],
) -> None:
    desk = desk_for("CO")
    lines = (*WON[:3], "returned A 97500.00 as R1", "correct refund:acct:R1", "received cash 2500.00")

    assert played(desk, *lines, "use-credit FV-1 100000.00") == 0


def test_a_second_payment_that_takes_the_place_of_a_disputed_one_brings_its_own(
    desk_for: Callable[[str], Desk],
) -> None:
    desk = desk_for("CO")
    other = "pays B FV-1 97500.00 withheld FV-1 retefuente 2500.00"

    assert played(desk, WON[0], WON[1], "unheard A", other, "paid B", "paid A", "chargeback B as CASE-1") == 250_000


def test_control_a_win_that_brings_back_the_money_alone_leaves_the_withholding_owed(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.corrections.correct_entry, "record_observations", lambda *_given, now: None)

    assert played(desk_for("CO"), *WON) == 0
