"""A customer's credit is paid out once, as far as it is free, with a document of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.domain.decision import Signed
from hub.domain.disbursement import PaidOut
from hub.domain.dispute import Dispute, DisputeStage
from hub.domain.identity import Invalid
from hub.domain.refusals import Conflict
from hub.flows.books import book_return
from hub.flows.books.settle_bill import credit_bill
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.disburse_credit import Disbursed, disburse_credit, void_disbursement
from hub.flows.corrections.void_bill import void_bill
from hub.flows.ground.read_held import refundable_now
from hub.flows.views.view_bill import view_bill
from hub_hookspecs import Mode, Money
from tests.bookkeeping.desk import Desk, Refused, run
from tests.spoken import refused

ANA, LUIS = Signed(by="Ana", why="lo pidió"), Signed(by="Luis", why="de acuerdo")


@pytest.fixture
def paid(desk_for: Callable[[str], Desk]) -> Desk:
    """A payment that left 40 000 of credit."""
    desk = desk_for("CR")
    for line in ("invoice FE-1 60000.00", "pays A FE-1 60000.00", "paid A 100000.00"):
        desk.do(line)
    return desk


def paid_out(desk: Desk, minor: int) -> PaidOut:
    return PaidOut(amount=Money(minor, "CRC"), means="cash", paid_on=desk.clock.now.date())


def disburse(desk: Desk, minor: int, **more: Any) -> Disbursed:
    return run(disburse_credit(desk.hub, desk.merchant, "c1", paid_out(desk, minor), signed=ANA, **more))


def test_one_form_pays_out_once_and_another_amount_in_it_pays_nothing(paid: Desk) -> None:
    first = disburse(paid, 1_000_000, disbursement_id="form-1")
    again = disburse(paid, 1_000_000, disbursement_id="form-1")

    assert first.disbursement == again.disbursement
    with pytest.raises(Invalid):
        disburse(paid, 2_000_000, disbursement_id="form-1")
    assert paid.balances()["customer_credit", "CRC"] == -3_000_000


def transfer(desk: Desk, minor: int, reference: str) -> Disbursed:
    """Typed by hand, without a form that knows what it did."""
    told = PaidOut(amount=Money(minor, "CRC"), means="transfer", paid_on=desk.clock.now.date(), reference=reference)
    return run(disburse_credit(desk.hub, desk.merchant, "c1", told, signed=ANA))


def typed_twice(desk: Desk, second: str) -> None:
    """The same transfer, typed again, is refused with the document that has it."""
    first = transfer(desk, 1_000_000, "TR-77").disbursement
    assert first
    for minor in (1_000_000, 500_000):
        with refused(Invalid, match=f"{first.label}.*10000.00 CRC"):
            transfer(desk, minor, second)
    assert desk.balances()["customer_credit", "CRC"] == -3_000_000


def test_a_transfer_that_is_typed_twice_is_paid_out_once(paid: Desk) -> None:
    typed_twice(paid, "TR-77")


def test_a_transfer_whose_document_was_voided_may_be_recorded_again(paid: Desk) -> None:
    first = transfer(paid, 1_000_000, "TR-77").disbursement
    assert first
    run(void_disbursement(paid.hub, paid.merchant, first.id, reason="otro cliente", by="Ana"))

    assert transfer(paid, 1_000_000, "TR-77").disbursement
    assert paid.balances()["customer_credit", "CRC"] == -3_000_000


def test_control_a_transfer_with_a_number_of_its_own_is_another(paid: Desk) -> None:
    with pytest.raises(pytest.fail.Exception):
        typed_twice(paid, "TR-78")


def test_above_the_limit_a_second_person_approves_and_parts_are_added_up(
    paid: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(paid.hub.second_person_above, "CRC", 2_500_000)
    assert disburse(paid, 2_000_000).disbursement

    waiting = disburse(paid, 1_000_000)

    assert waiting.decision
    assert waiting.disbursement is None
    made = run(approve_decision(paid.hub, waiting.decision.id, signed=LUIS))
    assert made.people == "Ana and Luis"
    assert paid.balances()["customer_credit", "CRC"] == -1_000_000


def test_credit_of_a_disputed_payment_is_not_paid_out(paid: Desk) -> None:
    dispute = Dispute(
        id="dispute-1",
        merchant_id=paid.merchant.id,
        mode=Mode.TEST,
        payment_id="pay-A",
        case="K1",
        amount=Money(1_000_000, "CRC"),
        stage=DisputeStage.INQUIRY,
        opened_at=paid.clock.now,
    )
    paid.opened.store.write_now(lambda tx: tx.disputes.add(dispute))

    with pytest.raises(Invalid):
        disburse(paid, 1_000_000)


def test_what_was_paid_out_is_not_given_back_through_the_provider_too(paid: Desk) -> None:
    paid.do("disburse cash 40000.00")

    assert paid.read(lambda tx: refundable_now(tx, tx.payments.get("pay-A"))) == 6_000_000


def void(desk: Desk, document: str) -> None:
    run(void_disbursement(desk.hub, desk.merchant, desk.receipts[document], reason="no se entregó", by="Ana"))


def test_what_was_paid_out_and_went_back_is_neither_voided_nor_its_debit_note(paid: Desk) -> None:
    for line in ("disburse cash 40000.00 as E", "returned A 40000.00"):
        paid.do(line)
    books = paid.balances()

    with pytest.raises(Invalid) as refused:
        void(paid, "E")
    with pytest.raises(Invalid) as refused_note:
        run(void_bill(paid.hub, paid.merchant, "ND-000001", by="Ana", reason="por error"))

    (problem,), (note,) = refused.value.problems, refused_note.value.problems
    assert (problem.message.id, dict(problem.message.values)["number"]) == ("disbursement.owed_back", "ND-000001")
    assert note.message.id == "bill.is_debit_note"
    assert paid.balances() == books


def test_a_receipt_whose_credit_was_paid_out_says_so(paid: Desk) -> None:
    for line in ("received cash 500.00 as RC", "disburse cash 40500.00"):
        paid.do(line)

    with pytest.raises(Invalid) as refused:
        paid.do("void RC")

    assert [problem.message.id for problem in refused.value.problems] == ["receipt.paid_out"]


def test_control_a_void_that_knows_no_such_rule_tells_nobody_why(paid: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.flows.receipts.void_receipt.PAID_OUT", frozenset({"unapplied"}))

    with pytest.raises(Conflict):
        test_a_receipt_whose_credit_was_paid_out_says_so(paid)


@pytest.mark.parametrize("row", ["300.00", "40000.00 of c2", "50000.00"])
def test_a_file_that_has_an_invoice_of_a_debit_notes_number_does_not_change_it(paid: Desk, row: str) -> None:
    for line in ("disburse cash 40000.00", "returned A 40000.00", "invoice FE-2 10.00 of c2"):
        paid.do(line)
    books = paid.balances()

    with pytest.raises(Refused, match=r"import\.debit_note"):
        paid.do(f"invoice ND-000001 {row}")

    assert paid.balances() == books
    paid.do("invoice ND-000001 40000.00")


def test_control_a_debit_note_that_a_file_revises_is_revenue_that_never_was(
    paid: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.flows.imports.save_invoices.is_debit_note", lambda *_given: False)
    for line in ("disburse cash 40000.00", "returned A 40000.00", "invoice ND-000001 300.00"):
        paid.do(line)

    assert paid.balances()["billed", "CRC"] == -6_000_000 + 3_970_000


def credited(paid: Desk) -> None:
    for line in ("disburse cash 40000.00", "returned A 40000.00"):
        paid.do(line)
    note = {"note_number": "NC-1", "amount": Money(1_000_000, "CRC"), "by": "Ana"}
    run(credit_bill(paid.hub, paid.merchant, "ND-000001", **note))


def test_a_debit_note_takes_no_credit_note(paid: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        credited(paid)

    assert [problem.message.id for problem in refused.value.problems] == ["bill.is_debit_note"]


def test_control_a_debit_note_that_is_credited_takes_revenue_that_never_was(
    paid: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = paid.balances()["billed", "CRC"]
    monkeypatch.setattr("hub.flows.books.settle_bill.is_debit_note", lambda *_given: False)
    credited(paid)

    assert paid.balances()["billed", "CRC"] == before + 1_000_000


def test_the_page_of_a_debit_note_offers_no_void(paid: Desk) -> None:
    for line in ("disburse cash 40000.00", "returned A 40000.00"):
        paid.do(line)

    views = [run(view_bill(paid.hub, paid.merchant, paid._payable(number).id)) for number in ("FE-1", "ND-000001")]

    assert [view.may_be_void for view in views] == [True, False]


def test_control_a_debit_note_that_is_voided_as_an_invoice_takes_revenue_that_never_was(
    paid: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the disbursement voided too, what was really paid out is nobody's: it is the customer's credit again."""
    monkeypatch.setattr("hub.flows.corrections.void_bill.is_debit_note", lambda *_given: False)
    monkeypatch.setattr("hub.flows.corrections.disburse_credit.owed_back_by", lambda *_given: ())
    for line in ("disburse cash 40000.00 as E", "returned A 40000.00", "void-bill ND-000001"):
        paid.do(line)
    void(paid, "E")

    assert paid.balances()["customer_credit", "CRC"] == -4_000_000
    assert paid.balances()["billed", "CRC"] == -2_000_000


def test_control_a_return_that_bills_nobody_makes_suspense_of_what_was_paid_out(
    paid: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the debit note the invoice that was paid is due again, though nobody took its money."""
    monkeypatch.setattr(book_return, "owe_disbursed", lambda *_given: None)
    paid.do("disburse cash 40000.00")

    paid.do("returned A 40000.00")

    assert paid._payable("FE-1").due == 4_000_000
