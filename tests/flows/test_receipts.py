"""Cash receipts: one a movement, ended by a person for good,
and saying for ever what was so when it was issued."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

import hub.flows.payments.record_observations
import hub.flows.receipts.issue_receipt
import hub.flows.receipts.receipt_lines
import hub.flows.views.print_cash_receipt
from hub.cli import main
from hub.domain.decision import Signed
from hub.domain.flags import RETURNED_BILL
from hub.domain.identity import Invalid
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt, Deduction, Means
from hub.flows.corrections.answer_return import ReturnedBill, answer_return
from hub.flows.corrections.record_receipt import record_by_hand, record_for_payment
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.mails.deliver import value_of
from hub.flows.merchants.save_options import save_options
from hub.flows.receipts.void_receipt import void_receipt
from hub.flows.settlements.reconcile import import_settlement
from hub.flows.views.print_cash_receipt import cash_receipt_document
from hub_hookspecs import Kind, Money, Observation
from tests.faults.harness import Debtor, Desk, broken, rows
from tests.spoken import refused


def paid(payment: Payment, minor: int = 0, *, movement: str = "", event: str = "") -> Observation:
    """A capture; all that was asked for unless an amount is given."""
    return Observation(
        kind=Kind.PAID,
        movement=movement or payment.reference,
        amount=Money(minor or payment.amount.minor, payment.amount.currency),
        event_id=event or None,
        vouched=frozenset({"movement", "amount", *(["event_id"] if event else [])}),
    )


def part_of(desk: Desk, debtor: Debtor, minor: int) -> Payment:
    """A payment of a part of the debtor's first invoice, sent."""
    made = desk.made(debtor)
    line = attrs.evolve(made.lines[0], amount=minor)
    return desk.started(attrs.evolve(made, lines=(line,), amount=Money(minor, made.amount.currency)))


def run(work: Any) -> Any:
    return asyncio.run(work)


def record(desk: Desk, payment: Payment, **more: Any) -> CashReceipt:
    merchant = next(company for company in desk.companies.values() if company.id == payment.merchant_id)
    receipt: CashReceipt = run(record_for_payment(desk.hub, merchant, payment.id, by="Ana", **more))
    return receipt


def void(desk: Desk, receipt: CashReceipt) -> None:
    merchant = next(company for company in desk.companies.values() if company.id == receipt.merchant_id)
    run(void_receipt(desk.hub, merchant, receipt.id, reason="otro cliente", by="Ana"))


def standing(desk: Desk, payment: Payment) -> list[tuple[Any, ...]]:
    """(number, movement, cash) of the receipts that are not void."""
    sql = "SELECT number, movement, cash FROM cash_receipt WHERE payment = ? AND voided_at IS NULL ORDER BY number"
    return rows(desk.path, sql, payment.id)


def told_again(desk: Desk, payment: Payment) -> None:
    desk.tell(payment, paid(payment), source=ObservedBy.NOTIFICATION)


def told_by_another_event(desk: Desk, payment: Payment) -> None:
    desk.tell(payment, paid(payment, event="E2"), source=ObservedBy.NOTIFICATION)


def asked(desk: Desk, payment: Payment) -> None:
    desk.tell(payment, paid(payment, event="Q1"), source=ObservedBy.QUERY)


def replayed(desk: Desk, payment: Payment) -> None:
    desk.tell(payment)


def paid_out(desk: Desk, payment: Payment) -> None:
    amount = payment.amount
    data = f"line_id,reference,currency,gross\nL-1,{payment.reference},{amount.currency},{amount.decimal}\n"
    account = desk.read(lambda tx: tx.accounts.get(payment.account_id))
    report = run(import_settlement(desk.hub, account, data.encode(), name="pagos.csv", decimal="."))
    assert (report.faults, report.balanced) == ((), True)


def option_set_anew(desk: Desk, payment: Payment) -> None:
    for wanted in (False, True):
        run(save_options(desk.hub, payment.merchant_id, auto_record=wanted))
    replayed(desk, payment)


NEWS = [told_again, told_by_another_event, asked, replayed, paid_out, option_set_anew]


def voided(desk: Desk) -> Payment:
    """A payment whose automatic receipt a person has voided."""
    payment = desk.sent(desk.debtor("CR", 100_000))
    desk.tell(payment, paid(payment))
    (receipt,) = [desk.read(lambda tx: next(iter(tx.receipts.standing(payment.id)), None))]
    void(desk, receipt)
    return payment


def test_no_news_issues_again_what_a_person_voided(desk: Desk) -> None:
    for news in NEWS:
        payment = voided(desk)
        desk.clock.now += timedelta(minutes=5)
        news(desk, payment)

        assert standing(desk, payment) == [], news.__name__
        again = record(desk, payment)
        assert standing(desk, payment) == [(again.number, payment.reference, 100_000)], "a person issues again"
    assert broken(desk) == []


def test_control_where_only_a_receipt_that_stands_counts_the_voided_one_is_issued_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.receipts.issue_receipt, "was_issued", hub.flows.receipts.issue_receipt.is_issued)

    with pytest.raises(AssertionError, match="told_again"):
        test_no_news_issues_again_what_a_person_voided(desk)


def resolve_all(desk: Desk, payment: Payment) -> int:
    """Close the payment's open reviews, a returned bill as still owed; how many there were."""
    found = desk.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    signed = Signed(by="Ana", why="se devolvió")
    for review in found:
        if review.cause == RETURNED_BILL:
            merchant = desk.read(lambda tx: tx.merchants.get(payment.merchant_id))
            run(answer_return(desk.hub, merchant, review.id, ReturnedBill.STILL_OWED, signed=signed))
        else:
            run(resolve_review(desk.hub, review.id, signed=signed))
    return len(found)


def test_each_further_capture_of_a_payment_asks_a_person_once(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CR", 100_000))
    desk.tell(payment, paid(payment, movement="M1"))
    assert desk.causes(payment) == set()

    for movement in ("M2", "M3"):
        desk.tell(payment, paid(payment, movement=movement))
        (review,) = desk.read(lambda tx: tx.reviews.of(payment_id=payment.id))
        assert (review.cause, review.subject) == ("duplicate_charge", movement)
        assert resolve_all(desk, payment) == 1
        desk.tell(payment, paid(payment, movement=movement, event="again"))
        assert desk.causes(payment) == set()


def test_each_capture_has_its_own_mails_and_its_own_cash_receipt(desk: Desk) -> None:
    debtor = desk.debtor("CR", 100_000)
    payment = desk.sent(debtor)
    desk.tell(payment, paid(payment, movement="M1"))
    first = desk.owed_mails(payment)
    desk.tell(payment, paid(payment, 30_000, movement="M2"))
    desk.tell(payment, paid(payment, 30_000, movement="M2", event="again"))

    assert standing(desk, payment) == [(1, "M1", 100_000), (2, "M2", 30_000)]
    mails = [mail for mail in desk.owed_mails(payment) if mail.kind in ("receipt", "payment_received")]
    assert len(mails) == 2 * len([mail for mail in first if mail.kind in ("receipt", "payment_received")])
    assert {mail.id for mail in first} < {mail.id for mail in mails}, "the first one's ids stay"
    said = {}
    for mail in mails:
        value, _ = desk.read(lambda tx, this=mail: value_of(tx, desk.hub, this, desk.clock.now))
        told = value if mail.kind == "receipt" else value.transactions[0]
        amount = told.amount if mail.kind == "receipt" else told.gross
        applied = sum(line.applied.minor for line in told.lines)
        credit = told.credit.minor if told.credit else 0
        said.setdefault(mail.kind, set()).add((amount.minor, applied, credit))
    own = {(100_000, 100_000, 0), (30_000, 0, 30_000)}
    assert said == {"receipt": own, "payment_received": own}
    assert broken(desk) == []


def test_each_oddity_of_a_further_movement_asks_a_person_although_the_first_was_closed(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CR", 100_000))
    desk.tell(payment, paid(payment, 90_000, movement="M1"))
    assert resolve_all(desk, payment) == 1
    desk.tell(payment, paid(payment, 80_000, movement="M2"))
    assert desk.causes(payment) == {"amount_mismatch", "duplicate_charge"}
    assert resolve_all(desk, payment) == 2

    asked = []
    for event in ("R1", "R2", "R3"):
        claim = Observation(
            kind=Kind.RETURNED,
            event_id=event,
            amount=Money(100_000, payment.amount.currency),
            vouched=frozenset({"event_id", "amount"}),
        )
        desk.tell(payment, claim)
        desk.tell(payment, claim, source=ObservedBy.NOTIFICATION)
        asked.append(sorted(desk.causes(payment)))
        resolve_all(desk, payment)
    assert asked == [["returned_bill"], ["over_refund", "returned_bill"], ["over_refund"]]
    assert broken(desk) == []


def test_a_third_payment_of_a_bill_asks_although_two_were_looked_at(desk: Desk) -> None:
    debtor = desk.debtor("CO", 100_000)
    payments = [part_of(desk, debtor, 100_000)]
    desk.tell(payments[0], Observation(kind=Kind.EXPIRED))
    for _other in range(2):
        payments.append(part_of(desk, debtor, 100_000))
        desk.tell(payments[-1], Observation(kind=Kind.EXPIRED))
    desk.tell(payments[0], paid(payments[0]))
    resolve_all(desk, payments[0])
    desk.tell(payments[1], paid(payments[1]))
    assert [resolve_all(desk, payment) for payment in payments] == [1, 2, 0]

    desk.tell(payments[2], paid(payments[2]))

    assert [desk.causes(payment) for payment in payments] == [set(), set(), {"conflict", "duplicate_charge"}]


def test_control_where_a_key_forgets_the_movement_the_second_capture_is_told_to_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = hub.flows.payments.record_observations.derived_id
    monkeypatch.setattr(
        hub.flows.payments.record_observations,
        "derived_id",
        lambda *parts: right(*[part for part in parts if part[:1] != "M"]),
    )

    with pytest.raises(AssertionError):
        test_each_capture_has_its_own_mails_and_its_own_cash_receipt(desk)


def test_a_form_by_hand_that_tells_of_other_money_is_not_taken_for_the_receipt_that_it_made(desk: Desk) -> None:
    debtor = desk.debtor("CO", 100_000)
    merchant = desk.companies["CO"]

    def send(minor: int) -> CashReceipt:
        given = {"means": Means.CASH, "cash": Money(minor, "COP"), "shares": (), "by": "Ana", "receipt_id": "R" * 26}
        receipt: CashReceipt = run(record_by_hand(desk.hub, merchant, debtor.customer.id, **given))
        return receipt

    assert send(50_000) == send(50_000)
    with refused(Invalid, match="RC-000001 con otros datos"):
        send(60_000)
    assert desk.credit(debtor) == {"COP": 50_000}


@pytest.mark.parametrize("tax", ["retefuente", None])
def test_what_is_declared_where_a_receipt_exists_is_refused_with_the_reason(desk: Desk, tax: str | None) -> None:
    debtor = desk.debtor("CO", 100_000)
    payment = part_of(desk, debtor, 97_500)
    desk.tell(payment, paid(payment))
    receipt = record(desk, payment)
    less = [Deduction(payable_id=debtor.payables[0].id, tax=tax, amount=2_500)]

    with refused(Invalid, match=receipt.label):
        record(desk, payment, deductions=less)
    assert desk.due(debtor.payables[0]) == 2_500

    void(desk, receipt)
    again = record(desk, payment, deductions=less)
    assert record(desk, payment, deductions=less) == again, "the same words again are the same receipt"
    assert desk.due(debtor.payables[0]) == 0


def test_control_where_the_receipt_that_exists_is_handed_back_unread_the_withholding_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.receipts.issue_receipt, "refuse_undeclared", lambda *_given: None)

    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_what_is_declared_where_a_receipt_exists_is_refused_with_the_reason(desk, "retefuente")


def command(desk: Desk, *words: str) -> tuple[int, str]:
    """How a command ended on the desk's data, and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main([*words, "--data", str(desk.data)])
    return code, said.getvalue()


def test_the_command_line_says_why_and_books_the_certificate_once(desk: Desk) -> None:
    debtor = desk.debtor("CO", 100_000)
    payment = part_of(desk, debtor, 97_500)
    desk.tell(payment, paid(payment))
    number, kept = debtor.payables[0].number, "retefuente=25.00"
    assert command(desk, "receipt", "for-payment", payment.reference)[0] == 0

    code, said = command(desk, "receipt", "for-payment", payment.reference, "--withheld", f"{number}:{kept}")
    assert code == 1
    assert "RC-000001 is added already without this withholding" in said
    company = desk.companies["CO"].slug
    certificate = ("receipt", "certificate", "RF-7", "--on", "2026-11-20", "--company", company)
    for _again in range(2):
        code, said = command(desk, *certificate, "--withheld", f"{number}:{kept}")
        assert (code, said) == (0, f"{company} {number}: 0.00 COP still owed\n")
    code, said = command(desk, *certificate[:2], "RF-8", *certificate[3:], "--withheld", f"{number}:{kept}")
    assert code == 1
    assert "owes nothing any more" in said
    assert desk.balance("CO", "withholding_receivable") == 2_500
    assert broken(desk) == []


def test_the_command_line_records_each_movement_and_asks_which_one_was_paid_less(desk: Desk) -> None:
    debtor = desk.debtor("CO", 100_000, 5_000)
    payment = part_of(desk, debtor, 100_000)
    for movement, minor in (("M1", 60_000), ("M2", 40_000)):
        desk.tell(payment, paid(payment, minor, movement=movement))
    less = ("--discount", f"{debtor.payables[1].number}=10.00")

    assert command(desk, "receipt", "for-payment", payment.reference, *less)[0] == 2
    assert command(desk, "receipt", "for-payment", payment.reference, "--movement", "M3")[0] == 1
    assert command(desk, "receipt", "for-payment", payment.reference, "--movement", "M2", *less)[0] == 0
    for _again in range(2):
        assert command(desk, "receipt", "for-payment", payment.reference)[0] == 0

    assert standing(desk, payment) == [(1, "M2", 40_000), (2, "M1", 60_000)]
    receipts = desk.read(lambda tx: tx.receipts.all_of_payment(payment.id))
    assert [lines_of(receipt)[0] for receipt in receipts] == [(40_000, 40_000, 0), (100_000, 60_000, 40_000)]
    assert [receipt.deductions for receipt in receipts[1:]] == [()]


def lines_of(receipt: CashReceipt) -> list[tuple[int, int, int]]:
    return [(line.before, line.applied, line.after) for line in receipt.lines]


def first_first(receipts: list[Callable[[], CashReceipt]]) -> list[CashReceipt]:
    return [issue() for issue in receipts]


def last_first(receipts: list[Callable[[], CashReceipt]]) -> list[CashReceipt]:
    return [issue() for issue in reversed(receipts)][::-1]


@pytest.mark.parametrize("order", [first_first, last_first])
def test_two_halves_say_what_was_owed_when_each_came_whichever_is_recorded_first(desk: Desk, order: Any) -> None:
    debtor = desk.debtor("CO", 100_000)
    payments = []
    for minor in (60_000, 40_000):
        payments.append(part_of(desk, debtor, minor))
        desk.tell(payments[-1], paid(payments[-1]))

    receipts = order([lambda this=payment: record(desk, this) for payment in payments])

    assert [lines_of(receipt) for receipt in receipts] == [[(100_000, 60_000, 40_000)], [(40_000, 40_000, 0)]]
    assert [receipt.clause for receipt in receipts] == ["part", "settles"]


def test_a_receipt_says_who_issued_it_and_from_whom_as_they_were(desk: Desk) -> None:
    debtor = desk.debtor("CO", 100_000)
    payment = desk.sent(debtor)
    desk.tell(payment, paid(payment))
    receipt = record(desk, payment)
    merchant = desk.companies["CO"]

    def paper(tx: Any) -> Any:
        return cash_receipt_document(desk.hub, tx.merchants.get(merchant.id), tx.receipts.get(receipt.id), payment)

    before = desk.read(paper)
    assert (before.customer, before.letterhead.name) == (debtor.customer.name, merchant.company.name)
    document = attrs.evolve(debtor.customer.document, number="99887766")
    company = attrs.evolve(
        *(merchant.company,), legal_name="Otra SAS", trade_name="", phone="1", email="a@otra.example", address={}
    )

    def rename(tx: Any) -> None:
        tx.customers.save(attrs.evolve(debtor.customer, name="Otra persona", document=document, address="Otra calle"))
        tx.merchants.save(attrs.evolve(merchant, company=attrs.evolve(company, zone="Europe/Madrid")))

    desk.write(rename)
    assert desk.read(paper) == before


def test_control_where_a_receipt_is_printed_as_the_company_is_today_it_says_another_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.views.print_cash_receipt, "as_issued", lambda head, _issuer: head)

    with pytest.raises(AssertionError):
        test_a_receipt_says_who_issued_it_and_from_whom_as_they_were(desk)


def test_control_where_balances_are_read_as_they_stand_the_first_half_says_that_nothing_was_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_it_stands(steps: Any, _intakes: Any) -> int:
        return sum(step.amount for step in steps)

    monkeypatch.setattr(hub.flows.receipts.receipt_lines, "left_when_settled", as_it_stands)

    with pytest.raises(AssertionError):
        test_two_halves_say_what_was_owed_when_each_came_whichever_is_recorded_first(desk, first_first)
