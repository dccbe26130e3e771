"""What each proven fact books: two legs or more, nothing lost, one key for ever."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import billing, money_entries
from hub.domain.captures import Capture
from hub.domain.intake import Intake, Share, allocations, reopening, shares_back, shares_of
from hub.domain.ledger import Applied, Drawn, Effect, Entry, EntryKind, LedgerKind, Posting
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment, PaymentLine
from hub_hookspecs import Channel, Mode, Money, Payer

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)

INVOICE = Payable(
    id="i1", merchant_id="m1", mode=Mode.TEST, kind=PayableKind.INVOICE, number="FE-1", customer_id="c1",
    currency="CRC", total=1000, issued_on=date(2026, 3, 1), created_at=NOW,
)  # fmt: skip
PAYMENT = Payment(
    id="t1", merchant_id="m1", mode=Mode.TEST, account_id="a1", provider="greenpay", way="form",
    channel=Channel.STATEMENT, customer_id="c1", payer=Payer(), reference="R1", amount=Money(1000, "CRC"),
    lines=(PaymentLine(payable_id="i1", number="FE-1", amount=600),
           PaymentLine(payable_id="i2", number="FE-2", amount=400)),
    created_at=NOW,
)  # fmt: skip
INTAKE = Intake(
    key="capture:a1:R1", merchant_id="m1", mode=Mode.TEST, customer_id="c1", currency="CRC", amount=1000,
    allocated=1000, shares=(Share("i1", 600), Share("i2", 400)),
)  # fmt: skip


def taken(amount: Money, movement: str = "R1", **changes: Any) -> Capture:
    capture = Capture(
        movement=movement, amount=amount, own_record=False, key="o1", provider_reference="T1", authorisation="9", at=NOW
    )
    return attrs.evolve(capture, **changes)


def legs(entry: Entry) -> list[tuple[str, str, int]]:
    return [(posting.kind.value, posting.owner, posting.amount) for posting in entry.postings]


BOOKED = [
    ("a bill", billing.bill(INVOICE, difference=1000, at=NOW), "bill:i1:0",
     [("receivable", "c1", 1000), ("billed", "", -1000)]),
    ("a lowered bill", billing.bill(attrs.evolve(INVOICE, revision=2), difference=-300, at=NOW), "bill:i1:2",
     [("receivable", "c1", -300), ("billed", "", 300)]),
    ("what was paid elsewhere", billing.paid_elsewhere(INVOICE, amount=250, at=NOW), "outside:i1:0",
     [("outside", "", 250), ("receivable", "c1", -250)]),
    ("a capture", money_entries.capture(PAYMENT, taken(Money(1000, "CRC"))), "capture:a1:R1",
     [("provider_clearing", "a1", 1000), ("customer_credit", "c1", -1000)]),
    ("a capture in another currency", money_entries.capture(PAYMENT, taken(Money(1000, "USD"))), "capture:a1:R1",
     [("provider_clearing", "a1", 1000), ("suspense", "a1", -1000)]),
    ("a return out of the customer's credit",
     money_entries.refund(PAYMENT, key="refund:a1:x", currency="CRC", drawn=[Drawn("capture:a1:R1", 1000)], at=NOW),
     "refund:a1:x", [("customer_credit", "c1", 1000), ("provider_clearing", "a1", -1000)]),
    ("a return of money that was nobody's",
     money_entries.refund(PAYMENT, key="refund:a1:x", currency="USD", drawn=[], suspended=7, at=NOW),
     "refund:a1:x", [("suspense", "a1", 7), ("provider_clearing", "a1", -7)]),
    ("a chargeback",
     money_entries.chargeback(PAYMENT, key="chargeback:a1:x", currency="CRC", drawn=[Drawn("capture:a1:R1", 100)],
                              lost=50, reopened=reopening(INTAKE, 850), at=NOW),
     "chargeback:a1:x", [("receivable", "c1", 850), ("customer_credit", "c1", 100), ("chargeback_loss", "a1", 50),
                         ("provider_clearing", "a1", -1000)]),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "key", "postings"), [case[1:] for case in BOOKED], ids=[case[0] for case in BOOKED])
def test_each_fact_books_its_legs_under_its_key(entry: Entry, key: str, postings: list[tuple[str, str, int]]) -> None:
    assert (entry.key, legs(entry)) == (key, postings)


def test_money_in_another_currency_is_nobodys_credit() -> None:
    entry = money_entries.capture(PAYMENT, taken(Money(1000, "USD")))

    assert (entry.currency, entry.intake_of) == ("USD", None)


def test_a_capture_says_when_its_amount_is_our_own_record() -> None:
    assert money_entries.capture(PAYMENT, taken(Money(1000, "CRC"), own_record=True)).own_record


@pytest.mark.parametrize(
    ("into", "account"), [(LedgerKind.CASH, "cash"), (LedgerKind.BANK, "bank")], ids=["cash", "transfer"]
)
def test_money_received_by_hand_is_the_customers_credit_until_it_is_allocated(into: LedgerKind, account: str) -> None:
    entry = money_entries.offline_receipt(
        receipt_id="r1",
        merchant_id="m1",
        mode=Mode.TEST,
        customer_id="c1",
        currency="CRC",
        amount=500,
        into=into,
        at=NOW,
    )

    assert (entry.key, legs(entry), entry.intake_of) == (
        "manual:r1",
        [(account, "", 500), ("customer_credit", "c1", -500)],
        "c1",
    )


def test_an_allocation_names_the_intake_that_its_money_came_in_by() -> None:
    intake = money_entries.capture(PAYMENT, taken(Money(1000, "CRC")))
    first, second = allocations(intake, [Share("i1", 600), Share("i2", 400)], customer_id="c1")

    assert [first.key, second.key] == ["alloc:capture:a1:R1:i1:0", "alloc:capture:a1:R1:i2:0"]
    assert first.applied == (Applied(payable_id="i1", effect=Effect.ALLOCATED, amount=600, intake="capture:a1:R1"),)
    assert legs(second) == [("customer_credit", "c1", 400), ("receivable", "c1", -400)]


def test_what_goes_back_is_taken_from_the_last_line_first() -> None:
    assert shares_back(INTAKE, 500) == (Share("i2", -400), Share("i1", -100))
    assert shares_back(attrs.evolve(INTAKE, amount=1200), 500) == (Share("i2", -300),)
    assert [(row.payable_id, row.effect, row.amount) for row in reopening(INTAKE, 500)] == [
        ("i2", Effect.REOPENED, 400),
        ("i1", Effect.REOPENED, 100),
    ]


AMOUNTS = st.integers(0, 10**15)


@given(
    AMOUNTS,
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6)), max_size=8),
)
def test_shares_never_pass_the_money_the_line_or_what_is_due(amount: int, lines: list[tuple[int, int]]) -> None:
    wanted = [Share(f"i{at}", want) for at, (want, _due) in enumerate(lines)]
    due = {f"i{at}": owed for at, (_want, owed) in enumerate(lines)}
    shares = shares_of(amount, wanted, due)

    assert sum(share.amount for share in shares) <= amount
    assert all(0 < share.amount <= due[share.payable_id] for share in shares)
    left = amount - sum(share.amount for share in shares)
    given_to = {share.payable_id: share.amount for share in shares}
    unfilled = [want for want in wanted if given_to.get(want.payable_id, 0) < min(want.amount, due[want.payable_id])]
    assert not unfilled or left == 0


def test_lines_are_filled_in_their_order() -> None:
    wanted = [Share("i1", 600), Share("i2", 400)]

    assert shares_of(700, wanted, {"i1": 600, "i2": 400}) == (Share("i1", 600), Share("i2", 100))
    assert shares_of(1000, wanted, {"i1": 100, "i2": 400}) == (Share("i1", 100), Share("i2", 400))
    assert shares_of(1000, wanted, {"i2": 400}) == (Share("i2", 400),)


@pytest.mark.parametrize(
    "postings",
    [
        (),
        (Posting(LedgerKind.CASH, "", 5),),
        (Posting(LedgerKind.CASH, "", 5), Posting(LedgerKind.BILLED, "", -4)),
        (Posting(LedgerKind.CASH, "", 0), Posting(LedgerKind.BILLED, "", 0)),
    ],
)
def test_an_entry_that_is_not_double_is_no_entry(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(ValueError, match="entry"):
        Entry(key="k", kind=EntryKind.BILL, merchant_id="m1", mode=Mode.TEST, currency="CRC", postings=postings, at=NOW)
