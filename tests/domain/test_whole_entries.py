"""Entries as a whole: whose they are, for which day they count, and of what; to the last field.

The tables of test_ledger.py and test_ledger_entries.py say what is booked; here stands everything else that an entry
carries, because a field that is lost is found only by whoever looks for it years later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from hub.domain import billing, correction_entries, entry_keys, money_entries
from hub.domain.captures import Capture
from hub.domain.intake import Intake, Share, allocations, as_far_as_free, reopening, settled_by, shares_back, shares_of
from hub.domain.ledger import Applied, Drawn, Effect, Entry, EntryKind, LedgerKind, Posting, When, broken_rules
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment, PaymentLine
from hub.domain.settlement import RESERVE, LineKind
from hub_hookspecs import Channel, Mode, Money, Payer, SettlementLine

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
TODAY, ISSUED = date(2026, 3, 4), date(2026, 2, 1)
INVOICE = Payable(
    id="i1", merchant_id="m1", mode=Mode.LIVE, kind=PayableKind.INVOICE, number="FE-1", customer_id="c1",
    currency="COP", total=1000, allocated=700, issued_on=ISSUED, created_at=NOW,
)  # fmt: skip
PAYMENT = Payment(
    id="t1", merchant_id="m1", mode=Mode.LIVE, account_id="a1", provider="nequi", way="push", channel=Channel.STATEMENT,
    customer_id="c1", payer=Payer(), reference="R1", amount=Money(1000, "COP"),
    lines=(PaymentLine(payable_id="i1", number="FE-1", amount=1000),), created_at=NOW,
)  # fmt: skip
TAKEN = Capture(
    movement="M1", amount=Money(1000, "COP"), own_record=True, key="o1", provider_reference=None, authorisation=None,
    at=NOW - timedelta(minutes=3),
)  # fmt: skip
INTAKE = Intake(
    key="capture:a1:M1", merchant_id="m1", mode=Mode.LIVE, customer_id="c1", currency="COP", amount=500, allocated=400,
    payment_id="t1", shares=(Share("i1", 300), Share("i2", 100)),
)  # fmt: skip
LINE = SettlementLine(
    line_id="L1", gross=Money(1000, "COP"), fee=Money(30, "COP"), fee_tax=Money(4, "COP"), net=Money(908, "COP"),
    withholdings={"vat": Money(18, "COP"), RESERVE: Money(40, "COP")},
)  # fmt: skip
RECEIVED = Entry(
    key="manual:r1", kind=EntryKind.OFFLINE_RECEIPT, merchant_id="m1", mode=Mode.LIVE, currency="COP",
    postings=(Posting(LedgerKind.CASH, "", 500), Posting(LedgerKind.CUSTOMER_CREDIT, "c1", -500)), at=NOW,
    value_on=ISSUED, intake_of="c1", payment_id="t1", payable_id="i1", observation="o1", note="in the shop",
)  # fmt: skip
OF_LINE: dict[str, Any] = {
    "account_id": "a1", "merchant_id": "m1", "mode": Mode.LIVE, "at": NOW, "on": TODAY, "payment_id": "t1",
    "observation": "o2",
}  # fmt: skip


def an_entry(kind: EntryKind, key: str, *legs: tuple[LedgerKind, str, int], **more: Any) -> Entry:
    """An entry of m1, live, in pesos, of this moment."""
    postings = tuple(Posting(*leg) for leg in legs)
    common = {"merchant_id": "m1", "mode": Mode.LIVE, "currency": "COP", "at": NOW}
    return Entry(key=key, kind=kind, postings=postings, **{**common, **more})


def settles(effect: Effect, amount: int) -> tuple[Applied, ...]:
    return (Applied(payable_id="i1", effect=effect, amount=amount),)


WHOLE: dict[str, tuple[Callable[[], Entry], Entry]] = {
    "a bill counts for the day of the document": (
        lambda: billing.bill(INVOICE, difference=1000, at=NOW),
        an_entry(EntryKind.BILL, "bill:i1:0", (LedgerKind.RECEIVABLE, "c1", 1000), (LedgerKind.BILLED, "", -1000),
                 value_on=ISSUED),
    ),
    "a revision counts for the day on which it came": (
        lambda: billing.bill(attrs.evolve(INVOICE, revision=1), difference=-1, at=NOW),
        an_entry(EntryKind.BILL, "bill:i1:1", (LedgerKind.RECEIVABLE, "c1", -1), (LedgerKind.BILLED, "", 1)),
    ),
    "what was paid elsewhere": (
        lambda: billing.paid_elsewhere(INVOICE, amount=1, at=NOW),
        an_entry(EntryKind.PAID_ELSEWHERE, "outside:i1:0", (LedgerKind.OUTSIDE, "", 1),
                 (LedgerKind.RECEIVABLE, "c1", -1),
                 value_on=ISSUED, applied=settles(Effect.OUTSIDE, 1)),
    ),
    "what an import says later was paid elsewhere": (
        lambda: billing.paid_elsewhere(attrs.evolve(INVOICE, revision=2), amount=1, at=NOW),
        an_entry(EntryKind.PAID_ELSEWHERE, "outside:i1:2", (LedgerKind.OUTSIDE, "", 1),
                 (LedgerKind.RECEIVABLE, "c1", -1),
                 applied=settles(Effect.OUTSIDE, 1)),
    ),
    "a tax that the payer kept back": (
        lambda: billing.withheld("r1", INVOICE, tax="retefuente", amount=40, at=NOW, on=TODAY),
        an_entry(EntryKind.WITHHELD, "withheld:r1:i1:retefuente",
                 (LedgerKind.WITHHOLDING_RECEIVABLE, "retefuente", 40), (LedgerKind.RECEIVABLE, "c1", -40),
                 value_on=TODAY, applied=settles(Effect.WITHHELD, 40)),
    ),
    "a discount": (
        lambda: billing.discount("r1", INVOICE, amount=20, at=NOW, on=TODAY),
        an_entry(EntryKind.DISCOUNT, "discount:r1:i1", (LedgerKind.DISCOUNTS, "", 20),
                 (LedgerKind.RECEIVABLE, "c1", -20),
                 value_on=TODAY, applied=settles(Effect.DISCOUNTED, 20)),
    ),
    "what is written off, and why": (
        lambda: billing.write_off(INVOICE, number=2, amount=300, at=NOW, note="gone"),
        an_entry(EntryKind.WRITE_OFF, "writeoff:i1:2", (LedgerKind.WRITE_OFF, "", 300),
                 (LedgerKind.RECEIVABLE, "c1", -300),
                 applied=settles(Effect.WRITTEN_OFF, 300), note="gone"),
    ),
    "what is written off without a word": (
        lambda: billing.write_off(INVOICE, number=2, amount=300, at=NOW),
        an_entry(EntryKind.WRITE_OFF, "writeoff:i1:2", (LedgerKind.WRITE_OFF, "", 300),
                 (LedgerKind.RECEIVABLE, "c1", -300),
                 applied=settles(Effect.WRITTEN_OFF, 300)),
    ),
    "a credit note on what is due": (
        lambda: billing.credit_note(INVOICE, note_number="N", amount=300, at=NOW),
        an_entry(EntryKind.CREDIT_NOTE, "credit:N", (LedgerKind.BILLED, "", 300), (LedgerKind.RECEIVABLE, "c1", -300),
                 applied=settles(Effect.CREDITED, 300), payable_id="i1"),
    ),
    "a credit note beyond what is due": (
        lambda: billing.credit_note(INVOICE, note_number="N", amount=301, at=NOW, note="returned goods"),
        an_entry(EntryKind.CREDIT_NOTE, "credit:N", (LedgerKind.BILLED, "", 301), (LedgerKind.RECEIVABLE, "c1", -300),
                 (LedgerKind.CUSTOMER_CREDIT, "c1", -1), applied=settles(Effect.CREDITED, 300), intake_of="c1",
                 payable_id="i1", note="returned goods"),
    ),
    "a credit note on what was settled": (
        lambda: billing.credit_note(attrs.evolve(INVOICE, allocated=1000), note_number="N", amount=5, at=NOW),
        an_entry(EntryKind.CREDIT_NOTE, "credit:N", (LedgerKind.BILLED, "", 5), (LedgerKind.CUSTOMER_CREDIT, "c1", -5),
                 intake_of="c1", payable_id="i1"),
    ),
    "a debit note": (
        lambda: billing.debit_note(INVOICE, PAYMENT, returned_as="refund:a1:x", at=NOW, observation="o2"),
        an_entry(EntryKind.DEBIT_NOTE, "debit:refund:a1:x", (LedgerKind.RECEIVABLE, "c1", 1000),
                 (LedgerKind.CUSTOMER_CREDIT, "c1", -1000), value_on=ISSUED, intake_of="c1", payment_id="t1",
                 payable_id="i1", observation="o2"),
    ),
    "a capture counts for its day, and is booked when it was captured": (
        lambda: money_entries.capture(PAYMENT, TAKEN, on=TODAY),
        an_entry(EntryKind.CAPTURE, "capture:a1:M1", (LedgerKind.PROVIDER_CLEARING, "a1", 1000),
                 (LedgerKind.CUSTOMER_CREDIT, "c1", -1000), at=TAKEN.at, value_on=TODAY, intake_of="c1",
                 payment_id="t1", observation="o1", own_record=True),
    ),
    "a capture in another currency is nobody's credit": (
        lambda: money_entries.capture(PAYMENT, attrs.evolve(TAKEN, amount=Money(7, "USD"), own_record=False), at=NOW),
        an_entry(EntryKind.CAPTURE, "capture:a1:M1", (LedgerKind.PROVIDER_CLEARING, "a1", 7),
                 (LedgerKind.SUSPENSE, "a1", -7), currency="USD", payment_id="t1", observation="o1"),
    ),
    "cash": (
        lambda: money_entries.offline_receipt(
            receipt_id="r1", merchant_id="m1", mode=Mode.LIVE, customer_id="c1", currency="COP", amount=500,
            into=LedgerKind.CASH, at=NOW, on=ISSUED),
        attrs.evolve(RECEIVED, payment_id=None, payable_id=None, observation=None, note=""),
    ),
    "a refund": (
        lambda: money_entries.refund(
            PAYMENT, key="refund:a1:x", currency="COP", drawn=[Drawn("capture:a1:M1", 2), Drawn("capture:a1:M2", 3)],
            suspended=4, at=NOW, on=TODAY, observation="o2"),
        an_entry(EntryKind.REFUND, "refund:a1:x", (LedgerKind.CUSTOMER_CREDIT, "c1", 5), (LedgerKind.SUSPENSE, "a1", 4),
                 (LedgerKind.PROVIDER_CLEARING, "a1", -9), value_on=TODAY, payment_id="t1", observation="o2",
                 drawn=(Drawn("capture:a1:M1", 2), Drawn("capture:a1:M2", 3))),
    ),
    "a chargeback": (
        lambda: money_entries.chargeback(
            PAYMENT, key="chargeback:a1:x", currency="COP", drawn=[Drawn("capture:a1:M1", 2)], suspended=3,
            reopened=settles(Effect.REOPENED, 4), lost=5, at=NOW, on=TODAY, observation="o2"),
        an_entry(EntryKind.CHARGEBACK, "chargeback:a1:x", (LedgerKind.RECEIVABLE, "c1", 4),
                 (LedgerKind.CUSTOMER_CREDIT, "c1", 2), (LedgerKind.SUSPENSE, "a1", 3),
                 (LedgerKind.CHARGEBACK_LOSS, "a1", 5), (LedgerKind.PROVIDER_CLEARING, "a1", -14), value_on=TODAY,
                 applied=settles(Effect.REOPENED, 4), drawn=(Drawn("capture:a1:M1", 2),), payment_id="t1",
                 observation="o2"),
    ),
    "a chargeback of what was lost alone": (
        lambda: money_entries.chargeback(PAYMENT, key="chargeback:a1:x", currency="COP", lost=5, at=NOW),
        an_entry(EntryKind.CHARGEBACK, "chargeback:a1:x", (LedgerKind.CHARGEBACK_LOSS, "a1", 5),
                 (LedgerKind.PROVIDER_CLEARING, "a1", -5), payment_id="t1"),
    ),
    "a payout": (
        lambda: money_entries.payout(
            account_id="a1", merchant_id="m1", mode=Mode.LIVE, named="P1", arrived=Money(90, "COP"), fee=7, fee_tax=3,
            at=NOW, on=TODAY, note="seen in the bank"),
        an_entry(EntryKind.PAYOUT, "payout:a1:P1", (LedgerKind.BANK, "", 90), (LedgerKind.FEES, "a1", 7),
                 (LedgerKind.FEE_TAX, "a1", 3), (LedgerKind.IN_TRANSIT, "a1", -100), value_on=TODAY,
                 note="seen in the bank"),
    ),
    "what an intake settles, with the intake": (
        lambda: allocations(attrs.evolve(RECEIVED, payable_id=None), [Share("i1", 4)], customer_id="c1")[0],
        an_entry(EntryKind.ALLOCATION, "alloc:manual:r1:i1:0", (LedgerKind.CUSTOMER_CREDIT, "c1", 4),
                 (LedgerKind.RECEIVABLE, "c1", -4), value_on=ISSUED, payment_id="t1", observation="o1",
                 applied=(Applied(payable_id="i1", effect=Effect.ALLOCATED, amount=4, intake="manual:r1"),)),
    ),
    "what an intake settles later": (
        lambda: allocations(
            INTAKE, [Share("i1", -4)], customer_id="c1", at=NOW, on=TODAY, times={"i1": 2}, observation="o3",
            note="moved")[0],
        an_entry(EntryKind.ALLOCATION, "alloc:capture:a1:M1:i1:2", (LedgerKind.CUSTOMER_CREDIT, "c1", -4),
                 (LedgerKind.RECEIVABLE, "c1", 4), value_on=TODAY, payment_id="t1", observation="o3", note="moved",
                 applied=(Applied(payable_id="i1", effect=Effect.ALLOCATED, amount=-4, intake="capture:a1:M1"),)),
    ),
    "what an entry settles later counts for the later day": (
        lambda: allocations(RECEIVED, [Share("i1", 4)], customer_id="c1", at=NOW, on=TODAY, observation="o3")[0],
        an_entry(EntryKind.ALLOCATION, "alloc:manual:r1:i1:0", (LedgerKind.CUSTOMER_CREDIT, "c1", 4),
                 (LedgerKind.RECEIVABLE, "c1", -4), value_on=TODAY, payment_id="t1", observation="o3",
                 applied=(Applied(payable_id="i1", effect=Effect.ALLOCATED, amount=4, intake="manual:r1"),)),
    ),
    "what is kept as credit observes nothing by itself": (
        lambda: allocations(INTAKE, [Share("i1", 4)], customer_id="c1", at=NOW)[0],
        an_entry(EntryKind.ALLOCATION, "alloc:capture:a1:M1:i1:0", (LedgerKind.CUSTOMER_CREDIT, "c1", 4),
                 (LedgerKind.RECEIVABLE, "c1", -4), payment_id="t1",
                 applied=(Applied(payable_id="i1", effect=Effect.ALLOCATED, amount=4, intake="capture:a1:M1"),)),
    ),
    "a correction": (
        lambda: correction_entries.correction(RECEIVED, number=3, at=NOW, note="typed twice"),
        an_entry(EntryKind.CORRECTION, "fix:manual:r1:3", (LedgerKind.CASH, "", -500),
                 (LedgerKind.CUSTOMER_CREDIT, "c1", 500), drawn=(Drawn("manual:r1", 500),), payment_id="t1",
                 payable_id="i1", note="typed twice"),
    ),
    "an intake that brought in more": (
        lambda: correction_entries.intake_correction(RECEIVED, difference=1, number=3, at=NOW, note="counted"),
        an_entry(EntryKind.CORRECTION, "fix:manual:r1:3", (LedgerKind.CASH, "", 1),
                 (LedgerKind.CUSTOMER_CREDIT, "c1", -1), intake_of="c1", payment_id="t1", note="counted"),
    ),
    "an intake that brought in less": (
        lambda: correction_entries.intake_correction(RECEIVED, difference=-1, number=3, at=NOW, note="counted"),
        an_entry(EntryKind.CORRECTION, "fix:manual:r1:3", (LedgerKind.CASH, "", -1),
                 (LedgerKind.CUSTOMER_CREDIT, "c1", 1), drawn=(Drawn("manual:r1", 1),), payment_id="t1",
                 note="counted"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("booked", "entry"), WHOLE.values(), ids=WHOLE.keys())
def test_an_entry_carries_everything_that_it_is_about(booked: Callable[[], Entry], entry: Entry) -> None:
    assert booked() == entry


def test_a_settlement_line_books_an_entry_for_each_of_its_parts() -> None:
    def part(kind: EntryKind, key: str, debit: LedgerKind, owner: str, amount: int) -> Entry:
        legs = (debit, owner, amount), (LedgerKind.PROVIDER_CLEARING, "a1", -amount)
        return an_entry(kind, key, *legs, value_on=TODAY, payment_id="t1", observation="o2")

    assert money_entries.settlement(LINE, **OF_LINE) == (
        part(EntryKind.SETTLEMENT, "settle:a1:L1", LedgerKind.BANK, "", 908),
        part(EntryKind.FEE, "fee:a1:L1", LedgerKind.FEES, "a1", 30),
        part(EntryKind.FEE_TAX, "feetax:a1:L1", LedgerKind.FEE_TAX, "a1", 4),
        part(EntryKind.RESERVE, "reserve:a1:L1", LedgerKind.PROVIDER_RESERVE, "a1", 40),
        part(EntryKind.ACQUIRER_TAX, "acqtax:a1:L1:vat", LedgerKind.TAX_WITHHELD, "vat", 18),
    )  # fmt: skip


def test_a_line_that_stands_under_another_name_is_booked_under_it_and_waits_in_transit() -> None:
    first, *others = money_entries.settlement(LINE, **OF_LINE, named="L1#2", in_transit=True)

    assert (first.key, first.postings[0]) == ("settle:a1:L1#2", Posting(LedgerKind.IN_TRANSIT, "a1", 908))
    assert [entry.key for entry in others] == ["fee:a1:L1#2", "feetax:a1:L1#2", "reserve:a1:L1#2", "acqtax:a1:L1#2:vat"]


def test_a_charge_without_a_payment_is_a_fee() -> None:
    charge = SettlementLine(line_id="L3", gross=Money(-50, "COP"), net=Money(-50, "COP"))
    legs = [[(leg.kind, leg.amount) for leg in entry.postings[:1]]
            for entry in money_entries.settlement(charge, **OF_LINE, kind=LineKind.CHARGE)]  # fmt: skip

    assert legs == [[(LedgerKind.BANK, -50)], [(LedgerKind.FEES, 50)]]


def test_what_was_drawn_is_put_back_to_where_it_was_taken_from() -> None:
    refund = money_entries.refund(PAYMENT, key="refund:a1:x", currency="COP", drawn=[Drawn("manual:r1", 2)], at=NOW)

    assert correction_entries.correction(refund, number=0, at=NOW, note="x").drawn == (Drawn("manual:r1", -2),)


def test_what_was_settled_is_re_opened_by_the_intake_that_settled_it() -> None:
    again = attrs.evolve(INTAKE, shares=(Share("i1", 1), Share("i2", 1)))

    assert reopening(again, 2) == (
        Applied(payable_id="i2", effect=Effect.REOPENED, amount=1, intake="capture:a1:M1"),
        Applied(payable_id="i1", effect=Effect.REOPENED, amount=1, intake="capture:a1:M1"),
    )


def test_the_last_minor_unit_is_settled_taken_back_and_free_like_any_other() -> None:
    assert shares_of(5, [Share("i1", 1), Share("i2", 9)], {"i1": 9, "i2": 9}) == (Share("i1", 1), Share("i2", 4))
    assert shares_back(INTAKE, 101) == (Share("i2", -1),)
    assert [intake.unapplied for intake in as_far_as_free([INTAKE, INTAKE], 101)] == [100, 1]


def test_an_intake_with_nothing_left_takes_nothing_of_what_is_free() -> None:
    empty = attrs.evolve(INTAKE, allocated=500)

    assert [intake.unapplied for intake in as_far_as_free([empty, INTAKE], 100)] == [100]


RULES: dict[str, tuple[dict[str, Any], str]] = {
    "a bill that is settled by nobody": (
        {"applied": ()},
        "receivables move by what is settled",
    ),
    "credit that comes from nowhere": (
        {"postings": (Posting(LedgerKind.BANK, "", 1), Posting(LedgerKind.CUSTOMER_CREDIT, "c1", -1)), "applied": ()},
        "a customer's credit moves by what is brought in, allocated and drawn",
    ),
    "an intake of nothing": (
        {"intake_of": "c1"},
        "an intake brings something in",
    ),
    "an allocation of nobody's money": (
        {"postings": (Posting(LedgerKind.CUSTOMER_CREDIT, "c1", 1), Posting(LedgerKind.RECEIVABLE, "c1", -1)),
         "applied": settles(Effect.ALLOCATED, 1)},
        "what is allocated comes out of an intake",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "rule"), RULES.values(), ids=RULES.keys())
def test_the_rule_that_an_entry_breaks_is_named(changes: dict[str, Any], rule: str) -> None:
    entry = billing.discount("r1", INVOICE, amount=1, at=NOW)

    with pytest.raises(ValueError, match=f"^entry discount:r1:i1: {rule}$"):
        attrs.evolve(entry, **changes)


def test_every_rule_that_is_broken_is_named() -> None:
    entry = billing.discount("r1", INVOICE, amount=1, at=NOW)

    with pytest.raises(ValueError, match=r"settled; an intake brings something in$"):
        attrs.evolve(entry, applied=(), intake_of="c1")


def test_the_smallest_intake_and_what_it_reopens_break_no_rule() -> None:
    smallest = correction_entries.intake_correction(RECEIVED, difference=1, number=0, at=NOW, note="")
    reopened = money_entries.chargeback(
        PAYMENT, key="chargeback:a1:x", currency="COP", reopened=settles(Effect.REOPENED, 1), at=NOW
    )

    assert broken_rules(smallest) == broken_rules(reopened) == ()


def test_a_dispute_that_is_won_settles_again_what_is_the_payers_and_is_credit_where_somebody_else_owes_by_now() -> None:
    rows = (
        Applied(payable_id="i1", effect=Effect.REOPENED, amount=4, intake="capture:a1:M1"),
        Applied(payable_id="i2", effect=Effect.REOPENED, amount=3, intake="capture:a1:M1"),
    )
    lost = money_entries.chargeback(
        PAYMENT, key="chargeback:a1:x", currency="COP", drawn=[Drawn("capture:a1:M1", 2)], reopened=rows, at=NOW
    )
    fix = correction_entries.correction(lost, number=0, at=NOW, note="won")

    assert correction_entries.won_for("c1", fix, {"i2"}) == an_entry(
        EntryKind.CORRECTION, "fix:chargeback:a1:x:0",
        (LedgerKind.RECEIVABLE, "c1", -4), (LedgerKind.CUSTOMER_CREDIT, "c1", -5),
        (LedgerKind.PROVIDER_CLEARING, "a1", 9),
        applied=(attrs.evolve(rows[0], amount=-4),), intake_of="c1", payment_id="t1", note="won",
    )  # fmt: skip
    assert correction_entries.won_for("c1", fix, {"i1", "i2"}).postings[0] == Posting(
        LedgerKind.CUSTOMER_CREDIT, "c1", -9
    )


def test_every_key_of_a_line_is_known_before_it_is_booked() -> None:
    keys = entry_keys.line_keys("a1", "L1", ["vat", "income"])

    assert keys == {
        "settle:a1:L1", "fee:a1:L1", "feetax:a1:L1", "reserve:a1:L1", "acqtax:a1:L1", "acqtax:a1:L1:vat",
        "acqtax:a1:L1:income",
    }  # fmt: skip
    assert {entry.key for entry in money_entries.settlement(LINE, **OF_LINE)} <= keys


def test_what_intakes_settle_together_is_counted_by_payable() -> None:
    other = attrs.evolve(INTAKE, shares=(Share("i2", 5), Share("i3", 7)))

    assert settled_by([INTAKE, other]) == {"i1": 300, "i2": 105, "i3": 7}
    assert settled_by([]) == {}


def test_a_day_is_the_companys_and_never_later_than_today() -> None:
    when = When(datetime(2026, 3, 5, 3, 0, tzinfo=UTC), ZoneInfo("America/Bogota"))

    assert when.day(when.now) == when.day(when.now + timedelta(days=9)) == date(2026, 3, 4)
    assert when.day(when.now - timedelta(days=1)) == date(2026, 3, 3)


def test_an_intake_of_one_minor_unit_can_be_corrected() -> None:
    one = attrs.evolve(
        RECEIVED, postings=(Posting(LedgerKind.CASH, "", 1), Posting(LedgerKind.CUSTOMER_CREDIT, "c1", -1))
    )
    fix = correction_entries.intake_correction(one, difference=-1, number=0, at=NOW, note="")

    assert fix.postings == (Posting(LedgerKind.CASH, "", -1), Posting(LedgerKind.CUSTOMER_CREDIT, "c1", 1))


def test_a_refund_and_a_chargeback_suspend_and_lose_nothing_unless_it_is_said() -> None:
    drawn = [Drawn("capture:a1:M1", 2)]

    for entry in (
        money_entries.refund(PAYMENT, key="refund:a1:x", currency="COP", drawn=drawn, at=NOW),
        money_entries.chargeback(PAYMENT, key="chargeback:a1:x", currency="COP", drawn=drawn, at=NOW),
    ):
        assert entry.postings == (
            Posting(LedgerKind.CUSTOMER_CREDIT, "c1", 2), Posting(LedgerKind.PROVIDER_CLEARING, "a1", -2),
        )  # fmt: skip


def test_what_a_debit_note_is_for_is_stored_in_spanish() -> None:
    assert billing.debit_note_concept() == "Nota débito: dinero devuelto después de entregarle ese saldo a favor"
