"""Every kind of entry beyond the story's: its key, its legs, what it does to bills;
and the text for Beancount."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import billing, correction_entries, entry_keys, ledger, money_entries
from hub.domain.beancount import account_of, beancount_text, book_of
from hub.domain.intake import Intake, Share, allocations, reopening, shares_back
from hub.domain.ledger import Applied, Drawn, Effect, Entry, LedgerKind, Posting
from hub.domain.observation import ObservedBy, Seen
from hub.domain.payable import Payable, PayableKind
from hub.domain.returns import returns_in
from hub.domain.settlement import line_errors, normal, same_line
from hub_hookspecs import Kind, Mode, Money, Observation, SettlementLine
from tests.bookkeeping.referee import agreed, complaints
from tests.spoken import spoken

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
BILL = Payable(
    id="i1", merchant_id="m1", mode=Mode.TEST, kind=PayableKind.INVOICE, number="FE-1", customer_id="c1",
    currency="CRC", total=1000, allocated=700, issued_on=date(2026, 3, 1), created_at=NOW,
)  # fmt: skip
LINE = SettlementLine(
    line_id="L1", gross=Money(1000, "CRC"), fee=Money(30, "CRC"), fee_tax=Money(4, "CRC"), net=Money(940, "CRC"),
    withholdings={"vat": Money(18, "CRC"), "income": Money(8, "CRC")},
)  # fmt: skip
RECEIVED = money_entries.offline_receipt(
    receipt_id="r1", merchant_id="m1", mode=Mode.TEST, customer_id="c1", currency="CRC", amount=500,
    into=LedgerKind.CASH, at=NOW,
)  # fmt: skip
INTAKE = Intake(
    key="manual:r1", merchant_id="m1", mode=Mode.TEST, customer_id="c1", currency="CRC", amount=500, allocated=400,
    shares=(Share("i1", 300), Share("i2", 100)),
)  # fmt: skip


def legs(entry: Entry) -> list[tuple[str, str, int]]:
    return [(posting.kind.value, posting.owner, posting.amount) for posting in entry.postings]


def settled(line: SettlementLine = LINE) -> tuple[Entry, ...]:
    return money_entries.settlement(line, account_id="a1", merchant_id="m1", mode=Mode.TEST, at=NOW)


CREDIT_NOTE = billing.credit_note(BILL, note_number="NC-1", amount=450, at=NOW)

BOOKED: list[tuple[Entry, str, list[tuple[str, str, int]], list[tuple[str, Effect, int]]]] = [
    (billing.withheld("r1", BILL, tax="retefuente", amount=40, at=NOW), "withheld:r1:i1:retefuente",
     [("withholding_receivable", "retefuente", 40), ("receivable", "c1", -40)], [("i1", Effect.WITHHELD, 40)]),
    (billing.discount("r1", BILL, amount=20, at=NOW), "discount:r1:i1",
     [("discounts", "", 20), ("receivable", "c1", -20)], [("i1", Effect.DISCOUNTED, 20)]),
    (billing.write_off(BILL, number=2, amount=300, at=NOW), "writeoff:i1:2",
     [("write_off", "", 300), ("receivable", "c1", -300)], [("i1", Effect.WRITTEN_OFF, 300)]),
    (billing.credit_note(BILL, note_number="NC-1", amount=300, at=NOW), "credit:NC-1",
     [("billed", "", 300), ("receivable", "c1", -300)], [("i1", Effect.CREDITED, 300)]),
    (CREDIT_NOTE, "credit:NC-1",
     [("billed", "", 450), ("receivable", "c1", -300), ("customer_credit", "c1", -150)],
     [("i1", Effect.CREDITED, 300)]),
    (billing.credit_note(attrs.evolve(BILL, allocated=1000), note_number="NC-1", amount=450, at=NOW), "credit:NC-1",
     [("billed", "", 450), ("customer_credit", "c1", -450)], []),
    (settled()[0], "settle:a1:L1", [("bank", "", 940), ("provider_clearing", "a1", -940)], []),
    (settled()[1], "fee:a1:L1", [("fees", "a1", 30), ("provider_clearing", "a1", -30)], []),
    (settled()[2], "feetax:a1:L1", [("fee_tax", "a1", 4), ("provider_clearing", "a1", -4)], []),
    (settled()[3], "acqtax:a1:L1:income", [("tax_withheld", "income", 8), ("provider_clearing", "a1", -8)], []),
    (settled()[4], "acqtax:a1:L1:vat", [("tax_withheld", "vat", 18), ("provider_clearing", "a1", -18)], []),
    (allocations(INTAKE, [Share("i1", -300)], customer_id="c1", at=NOW, times={"i1": 1})[0],
     "alloc:manual:r1:i1:1", [("customer_credit", "c1", -300), ("receivable", "c1", 300)],
     [("i1", Effect.ALLOCATED, -300)]),
    (correction_entries.correction(RECEIVED, number=0, at=NOW, note="void"), "fix:manual:r1:0",
     [("cash", "", -500), ("customer_credit", "c1", 500)], []),
    (correction_entries.correction(CREDIT_NOTE, number=0, at=NOW, note="wrong"), "fix:credit:NC-1:0",
     [("billed", "", -450), ("receivable", "c1", 300), ("customer_credit", "c1", 150)],
     [("i1", Effect.CREDITED, -300)]),
    (correction_entries.intake_correction(RECEIVED, difference=-10, number=0, at=NOW, note="counted"),
     "fix:manual:r1:0", [("cash", "", -10), ("customer_credit", "c1", 10)], []),
    (correction_entries.intake_correction(RECEIVED, difference=15, number=1, at=NOW, note="counted"),
     "fix:manual:r1:1", [("cash", "", 15), ("customer_credit", "c1", -15)], []),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "key", "postings", "applied"), BOOKED, ids=[row[1] for row in BOOKED])
def test_each_kind_books_its_legs_and_settles_what_it_says(
    entry: Entry, key: str, postings: list[tuple[str, str, int]], applied: list[tuple[str, Effect, int]]
) -> None:
    assert (entry.key, legs(entry)) == (key, postings)
    assert [(row.payable_id, row.effect, row.amount) for row in entry.applied] == applied
    assert ledger.broken_rules(entry) == ()


def test_what_a_credit_note_gives_beyond_the_due_is_an_intake_of_its_own() -> None:
    assert (CREDIT_NOTE.intake_of, CREDIT_NOTE.brought_in) == ("c1", 150)
    assert billing.credit_note(BILL, note_number="NC-2", amount=300, at=NOW).intake_of is None


def test_a_payout_without_fee_is_one_entry_and_one_without_net_has_no_bank() -> None:
    plain = SettlementLine(line_id="L1", gross=Money(1000, "CRC"), net=Money(1000, "CRC"))
    eaten = SettlementLine(line_id="L1", gross=Money(30, "CRC"), fee=Money(30, "CRC"), net=Money(0, "CRC"))

    assert [entry.key for entry in settled(plain)] == ["settle:a1:L1"]
    assert [entry.key for entry in settled(eaten)] == ["fee:a1:L1"]


def test_a_refund_in_a_payout_goes_the_other_way() -> None:
    back = SettlementLine(line_id="L2", gross=Money(-1000, "CRC"), fee=Money(-30, "CRC"), net=Money(-970, "CRC"))

    assert [legs(entry)[0] for entry in settled(back)] == [("bank", "", -970), ("fees", "a1", -30)]


def test_a_reversed_intake_is_drawn_whole_and_a_raised_one_is_a_further_intake() -> None:
    assert correction_entries.correction(RECEIVED, number=0, at=NOW, note="x").drawn == (Drawn("manual:r1", 500),)
    assert correction_entries.intake_correction(RECEIVED, difference=-10, number=0, at=NOW, note="x").drawn == (
        Drawn("manual:r1", 10),
    )
    assert correction_entries.intake_correction(RECEIVED, difference=15, number=0, at=NOW, note="x").brought_in == 15


def test_only_what_brought_something_in_is_found_to_be_more_or_less() -> None:
    with pytest.raises(ValueError, match=r"^entry settle:a1:L1 brought in nothing$"):
        correction_entries.intake_correction(settled()[0], difference=1, number=0, at=NOW, note="x")


@given(st.sampled_from([row[0] for row in BOOKED]))
def test_an_entry_and_its_correction_come_to_nothing(entry: Entry) -> None:
    back = correction_entries.correction(entry, number=0, at=NOW, note="x")
    totals: dict[object, int] = {}
    for leg in (*entry.postings, *back.postings):
        totals[leg.kind, leg.owner] = totals.get((leg.kind, leg.owner), 0) + leg.amount

    assert set(totals.values()) == {0}
    assert sum(row.amount for row in (*entry.applied, *back.applied)) == 0
    assert entry_keys.reverses(back.key) == entry.key
    assert entry_keys.reverses(entry.key) in (None, "manual:r1", "credit:NC-1")


@given(st.integers(0, 600))
def test_what_is_taken_back_frees_exactly_what_is_wanted(amount: int) -> None:
    free = min(max(0, amount - INTAKE.unapplied), INTAKE.allocated)

    assert -sum(share.amount for share in shares_back(INTAKE, amount)) == free


RULES = {
    "receivables": {"applied": ()},
    "receivables by another sum": {"applied": (Applied(payable_id="i1", effect=Effect.WITHHELD, amount=39),)},
    "credit": {
        "postings": (Posting(LedgerKind.BANK, "", 40), Posting(LedgerKind.CUSTOMER_CREDIT, "c1", -40)),
        "applied": (),
    },
    "an intake of nothing": {"intake_of": "c1"},
    "an allocation of nothing": {
        "postings": (Posting(LedgerKind.CUSTOMER_CREDIT, "c1", 40), Posting(LedgerKind.RECEIVABLE, "c1", -40)),
        "applied": (Applied(payable_id="i1", effect=Effect.ALLOCATED, amount=40),),
    },
}


@pytest.mark.parametrize("changes", RULES.values(), ids=RULES.keys())
def test_an_entry_whose_sums_do_not_move_together_cannot_be_made(changes: dict[str, Any]) -> None:
    entry = billing.withheld("r1", BILL, tax="iva", amount=40, at=NOW)

    with pytest.raises(ValueError, match="entry withheld"):
        attrs.evolve(entry, **changes)


def back(kind: Kind = Kind.RETURNED, at: int = 0, ours: str = "", minor: int | None = None, **claim: Any) -> Seen:
    amount = None if minor is None else Money(minor, "COP")
    return Seen(
        key=f"o{at}", payment_id="t1", account_id="a1", source=ObservedBy.QUERY, operation=ours,
        observation=Observation(kind=kind, amount=amount, **claim), seen_at=NOW,
    )  # fmt: skip


def answered(ours: str, at: int = 0, event_id: str = "", **claim: Any) -> Seen:
    """The answer of a refund of ours: under the provider's id, or ours where it names none."""
    return back(at=at, ours=ours, event_id=event_id or ours, **claim)


RETURNS = {
    "by their own ids": ([back(event_id="e1", at=1), back(event_id="e2", at=2)], ["e1", "e2"]),
    "the same id twice": ([back(event_id="e1", at=1), back(event_id="e1", at=2)], ["e1"]),
    "one told without an id": ([back(event_id="e1", movement="m", at=1), back(movement="m", at=2)], ["e1"]),
    "one told without an id first": ([back(movement="m", at=1), back(event_id="e1", movement="m", at=2)], ["m"]),
    "a second id of a movement": (
        [back(movement="m", at=1), back(event_id="e1", movement="m", at=2), back(event_id="e2", movement="m", at=3)],
        ["m", "e2"],
    ),
    "another kind": ([back(movement="m", at=1), back(Kind.CHARGED_BACK, movement="m", at=2)], ["m", "m"]),
    "nothing to know them by": ([back(at=1), back(at=2)], ["o1", "o2"]),
    "no returns": ([back(Kind.PAID, at=1)], []),
    "two amounts of a movement": ([back(movement="m", minor=3, at=1), back(movement="m", minor=2, at=2)], ["m", "o2"]),
    "an answer with an id, and its news": ([answered("r", 1, "e1", minor=3), back(event_id="e1", minor=3)], ["e1"]),
    "an answer without one, and its news": ([answered("r", 1, minor=3), back(event_id="e1", minor=3)], ["r"]),
    "news, and an answer without an id": ([back(event_id="e1", minor=3), answered("r", 1, minor=3)], ["e1"]),
    "news that repeats our reference": ([answered("r", 1, "e1", minor=3), back(event_id="r", minor=3)], ["e1"]),
    "two answers without ids": ([answered("r", 1, minor=3), answered("s", 2, minor=3)], ["r", "s"]),
    "two answers without ids, and their news": (
        [
            answered("r", 1, minor=3),
            answered("s", 2, minor=3),
            back(event_id="e1", minor=3),
            back(event_id="e2", minor=3),
        ],
        ["r", "s"],
    ),
    "the news of the first, then two answers": (
        [back(event_id="e1", minor=3), answered("s", 1, minor=3), answered("r", 2, "e1", minor=3)],
        ["e1", "s"],
    ),
    "an answer, and news of another amount": ([answered("r", 1, minor=3), back(event_id="e1", minor=2)], ["r", "e1"]),
    "an answer, and a channel without ids": (
        [answered("r", 1, movement="m", minor=3), back(movement="m", minor=3)],
        ["r"],
    ),
    "one answer of two returns": ([answered("r", 1, "e1", minor=1), answered("r", 2, "e2", minor=2)], ["e1", "e2"]),
    "a refund and a chargeback": ([answered("r", 1, minor=3), back(Kind.CHARGED_BACK, event_id="c")], ["r", "c"]),
    "two disputes": ([back(Kind.CHARGED_BACK, event_id="c1"), back(Kind.CHARGED_BACK, event_id="c2")], ["c1", "c2"]),
    "one dispute, with its case and without": (
        [back(Kind.CHARGED_BACK, event_id="c1", movement="m", minor=3), back(Kind.CHARGED_BACK, movement="m", minor=3)],
        ["c1"],
    ),
    "two disputes of parts of a movement": (
        [back(Kind.CHARGED_BACK, movement="m", minor=3), back(Kind.CHARGED_BACK, movement="m", minor=2, at=2)],
        ["m", "o2"],
    ),
}


@pytest.mark.parametrize(("seen", "names"), RETURNS.values(), ids=RETURNS.keys())
def test_a_return_is_one_whichever_channels_tell_it(seen: list[Seen], names: list[str]) -> None:
    assert [item.name for item in returns_in(seen)] == names


@pytest.mark.parametrize("seen", [case[0] for case in RETURNS.values()], ids=RETURNS.keys())
def test_no_order_and_no_repetition_makes_more_or_fewer_returns(seen: list[Seen]) -> None:
    told = {tuple(sorted(amounts_of(order))) for order in itertools.permutations([*seen, *seen[:1]])}

    assert len(told) == 1


def amounts_of(seen: Iterable[Seen]) -> list[int]:
    return [back.amount.minor if back.amount else 0 for back in returns_in(seen)]


@pytest.mark.parametrize("seen", [case[0] for case in RETURNS.values()], ids=RETURNS.keys())
def test_what_is_booked_under_a_name_keeps_it_whatever_is_heard_later(seen: list[Seen]) -> None:
    for order in itertools.permutations(seen):
        names: list[str] = []
        for end in range(len(order) + 1):
            now = [item.name for item in returns_in(order[:end])]
            assert set(names) <= set(now)
            names = now


def test_lines_are_the_same_when_they_say_the_same_about_the_money() -> None:
    assert same_line(LINE, attrs.evolve(LINE, settled_on=date(2026, 3, 5), provider_reference="T"))
    assert not same_line(LINE, attrs.evolve(LINE, fee=Money(31, "CRC")))
    assert normal(attrs.evolve(LINE, fee=Money(0, "CRC"), reference="")).fee is None


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"net": Money(941, "CRC")}, "neto"),
        ({"fee": Money(30, "USD")}, "moneda"),
        ({"line_id": ""}, "identificación"),
        ({"withholdings": {"IVA 2": Money(26, "CRC")}}, "retención"),
    ],
)
def test_a_line_that_does_not_add_up_is_told(changes: dict[str, Any], fault: str) -> None:
    assert list(line_errors(LINE)) == []
    assert any(fault in spoken(problem) for problem in line_errors(attrs.evolve(LINE, **changes)))


def exported(*entries: Entry, balances: list[tuple[str, str, str, int]] | None = None) -> str:
    sums: dict[tuple[str, str, str], int] = {}
    for entry in entries:
        for leg in entry.postings:
            account = (leg.kind.value, leg.owner, entry.currency)
            sums[account] = sums.get(account, 0) + leg.amount
    listed = [(*account, amount) for account, amount in sums.items()]
    return beancount_text(
        entries, listed if balances is None else balances, merchant="el-tornillo", mode=Mode.TEST,
        zone="America/Costa_Rica", head="ab" * 32,
    )  # fmt: skip


def test_beancount_reads_every_kind_and_comes_to_the_same() -> None:
    text = exported(*[row[0] for row in BOOKED])

    assert agreed(text)["withholding_receivable retefuente", "CRC"] == 40
    assert '  key: "withheld:r1:i1:retefuente"' in text
    assert "; chain head abab" in text


def test_a_balance_that_is_out_by_one_minor_unit_is_refused() -> None:
    """The control of the referee: without the exact tolerance Beancount would let it pass."""
    wrong = [("cash", "", "CRC", 501), ("customer_credit", "c1", "CRC", -500)]

    assert complaints(exported(RECEIVED)) == []
    assert "0.01" in complaints(exported(RECEIVED, balances=wrong))[0]


def test_an_entry_stands_on_its_day_where_the_company_is() -> None:
    late = attrs.evolve(RECEIVED, at=datetime(2026, 3, 5, 3, 0, tzinfo=UTC))

    assert '2026-03-04 * "offline_receipt"' in exported(late)


def test_text_of_people_does_no_harm() -> None:
    nasty = billing.credit_note(BILL, note_number='a "quote" \\ and; 2020-01-01 open X', amount=300, at=NOW)

    assert complaints(exported(BOOKED[0][0], nasty)) == []


def test_nobodys_words_are_exported() -> None:
    assert "Ana" not in exported(RECEIVED, correction_entries.correction(RECEIVED, number=0, at=NOW, note="Ana called"))


def test_currencies_without_minor_units_are_written_whole() -> None:
    pesos = attrs.evolve(RECEIVED, currency="CLP")

    assert "  500 CLP" in exported(pesos)
    assert complaints(exported(pesos)) == []


NAMES = st.text(min_size=1, max_size=12)


@given(NAMES, NAMES)
def test_no_two_owners_have_the_same_account(one: str, other: str) -> None:
    book = book_of("m", Mode.LIVE)
    names = {account_of(book, LedgerKind.RECEIVABLE, owner, "CRC") for owner in (one, other)}

    assert len(names) == len({one, other})
    assert all(part[0].isupper() or part[0].isdigit() for name in names for part in name.split(":"))


def test_books_of_a_company_and_mode_are_apart() -> None:
    assert book_of("el-tornillo", Mode.TEST) == "Test-el--tornillo"
    assert book_of("el-tornillo", Mode.LIVE) != book_of("el-tornillo", Mode.TEST)


def test_an_intake_that_keeps_no_moment_is_allocated_at_a_given_one() -> None:
    with pytest.raises(ValueError, match="when is"):
        allocations(INTAKE, [Share(payable_id="i", amount=1)], customer_id="c")


def test_a_return_reopens_the_last_line_first_and_no_more_than_went_back() -> None:
    shares = (Share(payable_id="i1", amount=600), Share(payable_id="i2", amount=400))
    intake = attrs.evolve(INTAKE, shares=shares)
    assert [(row.payable_id, row.amount) for row in reopening(intake, 300)] == [("i2", 300)]
    assert [(row.payable_id, row.amount) for row in reopening(intake, 500)] == [("i2", 400), ("i1", 100)]
