"""Money that came in another currency has one cash receipt, as any other money: none twice, none without."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import pytest
from pypdf import PdfReader

import hub.flows.books.read_intakes as read_intakes
import hub.flows.corrections.convert_money as converting
from hub.documents.mails import conversion
from hub.domain.entry_keys import movement_in
from hub.domain.identity import Invalid
from hub.domain.receipt import CashReceipt
from hub.flows.corrections.receipt_form import receipt_form
from hub.flows.views.export_payments import export_payments
from hub.flows.views.view_receipts import list_receipts
from hub_hookspecs import Mode, Money
from tests.bookkeeping.desk import Desk, day, run

BY_HAND = ("invoice FE-1 1000.00 USD", "converted sinpe 520000.00 CRC to USD at 500 as X")
IN_SUSPENSE = (*("invoice FE-1 1000.00 USD", "pays A FE-1 1000.00", "paid A 500000.00 CRC", "convert A at 500 as X"),)


def done(desk: Desk, *lines: str) -> Desk:
    for line in lines:
        desk.do(line)
    return desk


def receipts_of(desk: Desk) -> tuple[CashReceipt, ...]:
    """The first number first."""
    return tuple(reversed(desk.read(lambda tx: tx.receipts.of(desk.merchant.id, Mode.TEST))))


def receipted(desk: Desk) -> dict[str, int]:
    """How many receipts stand for each entry that made money a customer's credit."""

    def read(tx: Any) -> dict[str, int]:
        count: Counter[str] = Counter()
        for entry in tx.ledger.entries(desk.merchant.id, Mode.TEST):
            if entry.key.split(":")[0] in ("capture", "manual", "exchange") and entry.intake_of:
                payment = tx.payments.get(entry.payment_id) if entry.payment_id else None
                movement = (payment and movement_in(entry.key, payment)) or entry.key
                stands = [
                    item
                    for item in tx.receipts.of(desk.merchant.id, Mode.TEST)
                    if not item.voided_at
                    and (
                        (item.payment_id == entry.payment_id and item.movement == movement)
                        if payment
                        else item.id in entry.key
                    )
                ]
                count[entry.key.split(":")[0] + ("" if payment else " by hand")] += len(stands)
        return dict(count)

    return desk.read(read)


def test_what_came_in_another_currency_by_hand_has_a_receipt_of_the_one_series(desk_for: Any) -> None:
    desk = done(desk_for("CR"), "invoice FE-0 100.00", "received cash 100.00 for FE-0 100.00", *BY_HAND)
    done(desk, "invoice FE-2 100.00", "received cash 100.00 for FE-2 100.00")

    first, converted, last = receipts_of(desk)
    assert [item.label for item in (first, converted, last)] == ["RC-000001", "RC-000002", "RC-000003"]
    assert (converted.cash, converted.advance) == (Money(104_000, "USD"), Money(4_000, "USD"))
    assert [(line.number, line.before, line.applied, line.after) for line in converted.lines] == [
        ("FE-1", 100_000, 100_000, 0)
    ]
    assert converted.came
    assert converted.came.money == Money(52_000_000, "CRC")
    assert (str(converted.came.rate), converted.came.rate.source) == ("1 USD = 500 CRC", "BCCR")
    assert converted.came.rate.on == converted.received_on == desk.clock.now.date()
    assert (converted.means, converted.payment_id) == ("sinpe", None)
    assert receipted(desk) == {"manual by hand": 2, "exchange by hand": 1}


def test_what_waited_in_suspense_has_its_receipt_once_it_is_converted_and_none_before(desk_for: Any) -> None:
    desk = done(desk_for("CR"), *IN_SUSPENSE[:-1])
    assert receipts_of(desk) == ()
    done(desk, IN_SUSPENSE[-1])

    (receipt,) = receipts_of(desk)
    payment = desk._payment("A")
    assert (receipt.payment_id, receipt.cash) == (payment.id, Money(100_000, "USD"))
    assert receipt.came
    assert receipt.came.money == Money(50_000_000, "CRC")
    assert receipt.provider == "greenpay"
    form = run(receipt_form(desk.hub, desk.merchant, payment.id))
    assert (form.receipt, form.draft) == (receipt, None)
    assert receipted(desk) == {"exchange": 1}


def test_a_second_capture_has_a_receipt_of_its_own_beside_the_conversions(desk_for: Any) -> None:
    """Of a hundred dollars that came once in colones and once in dollars."""
    desk = done(desk_for("CR"), *IN_SUSPENSE, "paid A 1000.00 as again", "receipt A")

    converted, own = receipts_of(desk)
    assert [item.cash for item in (converted, own)] == [Money(100_000, "USD")] * 2
    assert (bool(converted.came), own.came, own.advance) == (True, None, Money(100_000, "USD"))
    assert receipted(desk) == {"exchange": 1, "capture": 1}


@pytest.mark.parametrize("lines", [BY_HAND, IN_SUSPENSE], ids=["by hand", "in suspense"])
def test_a_conversion_that_is_voided_voids_its_receipt_and_another_one_has_the_next_number(
    desk_for: Any, lines: tuple[str, ...]
) -> None:
    desk = done(desk_for("CR"), *lines, "void-conversion X", lines[-1].replace("as X", "as Y"))

    void, stands = receipts_of(desk)
    assert (void.label, void.void_reason, void.voided_by) == ("RC-000001", "otra tasa", "dueña")
    assert (stands.label, stands.voided_at) == ("RC-000002", None)
    assert sum(receipted(desk).values()) == 1


@pytest.mark.parametrize("lines", [BY_HAND, IN_SUSPENSE], ids=["by hand", "in suspense"])
def test_the_receipt_alone_is_not_voided_and_says_what_is(desk_for: Any, lines: tuple[str, ...]) -> None:
    desk = done(desk_for("CR"), *lines)

    with pytest.raises(Invalid) as refused:
        desk.do("void X")
    assert refused.value.problems[0].message.id == "receipt.of_conversion"
    assert receipts_of(desk)[0].voided_at is None


def paper_of(desk: Desk) -> str:
    """What can be read in the PDF that goes with the last mail to the customer."""

    def read(tx: Any) -> str:
        owed = [item for item in tx.deliveries.of(merchant_id=desk.merchant.id) if item.kind == "conversion"]
        value, locale = conversion.gather(tx, desk.hub, owed[-1], desk.clock.now)
        attached = conversion.MAIL.attached
        assert attached
        paper = attached(tx, desk.hub, owed[-1], value, desk.clock.now)
        assert paper
        assert value.receipt == paper.number
        pdf = PdfReader(io.BytesIO(desk.hub.documents.pdf(paper, locale=locale).content))
        return " ".join(" ".join(page.extract_text() for page in pdf.pages).replace("\u200b", "").split())

    return desk.read(read)


@pytest.mark.parametrize("lines", [BY_HAND, IN_SUSPENSE], ids=["by hand", "in suspense"])
def test_the_mail_brings_the_receipt_with_both_amounts_rate_source_and_day(
    desk_for: Any, lines: tuple[str, ...]
) -> None:
    desk = done(desk_for("CR"), *lines)

    paper = paper_of(desk)
    for said in ("RC-000001", "CRC", "USD", "1 USD = 500 CRC", "BCCR", "FE-1", "02/03/2026"):
        assert said in paper, (said, paper)
    assert "ANULADO" not in paper.upper()
    done(desk, "void-conversion X")
    assert "ANULADO" in paper_of(desk).upper()


@pytest.mark.parametrize("lines", [BY_HAND, IN_SUSPENSE], ids=["by hand", "in suspense"])
def test_list_and_export_name_the_receipt_at_both_halves(desk_for: Any, lines: tuple[str, ...]) -> None:
    desk = done(desk_for("CR"), *lines)

    assert [view.receipt.label for view in run(list_receipts(desk.hub, desk.merchant))] == ["RC-000001"]
    rows = run(export_payments(desk.hub, desk.merchant, day("2026-03-01"))).lines
    named = [[item.label for item in row.receipts] for row in rows if row.moved.what == "exchange"]
    assert named == [["RC-000001"], ["RC-000001"]]


def test_a_certificate_that_comes_later_is_shown_with_the_payment(desk_for: Any) -> None:
    desk = done(desk_for("CO"), "invoice FV-1 1000.00 USD", "pays A FV-1 1000.00", "paid A 3600000.00 COP")
    done(desk, "convert A at 4000 as X", "certificate 77 withheld FV-1 retefuente 100.00 as X")

    entries = desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, Mode.TEST, payment_id=desk._payment("A").id))
    assert [entry.key.split(":")[0] for entry in entries][-1] == "withheld"


def test_control_a_conversion_without_a_receipt_is_found(desk_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "issue_for_conversion", lambda *_all: None)

    for trial in (
        test_what_came_in_another_currency_by_hand_has_a_receipt_of_the_one_series,
        test_what_waited_in_suspense_has_its_receipt_once_it_is_converted_and_none_before,
    ):
        with pytest.raises((AssertionError, ValueError)):
            trial(desk_for)


def test_control_converted_money_that_counts_as_a_capture_leaves_the_second_one_without_a_receipt(
    desk_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_intakes.entry_keys, "EXCHANGE", "nothing begins so")

    with pytest.raises((AssertionError, ValueError, Invalid)):
        test_a_second_capture_has_a_receipt_of_its_own_beside_the_conversions(desk_for)
