"""The statement of account."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.merchant import Customer
from hub.domain.open_item import OpenItem, Standing, open_item
from hub.domain.payable import Payable, PayableKind
from hub.domain.statement import Section, Statement, compute_statement, default_selection
from hub_hookspecs import Company, IdentityDocument, Mode, Money

COMPANY = Company(
    country="CO",
    document=IdentityDocument("NIT", "900123456", "8"),
    legal_name="Ferretería El Tornillo S.A.S.",
    zone="America/Bogota",
)
CUSTOMER = Customer(id="cus_1", merchant_id="mer_1", name="La Compañía SAS")
NOON = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


def an_item(number: str, days_overdue: int = 0, balance: int = 100, **changes: Any) -> OpenItem:
    """An invoice whose due date is so many days before today."""
    currency = changes.pop("currency", "COP")
    total = changes.pop("total", balance)
    due_on = TODAY - timedelta(days=days_overdue)
    item = OpenItem(
        payable_id=f"pay_{number}",
        number=number,
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        total=Money(total, currency),
        settled=Money(total - balance, currency),
        balance=Money(balance, currency),
    )
    return attrs.evolve(item, **changes)


def a_statement(*items: OpenItem, **options: Any) -> Statement:
    return compute_statement(company=COMPANY, customer=CUSTOMER, items=items, **{"as_of": NOON, **options})


def only_section(statement: Statement) -> Section:
    (section,) = statement.sections
    return section


def test_figures_are_split_into_overdue_and_not_due() -> None:
    """With the credit taken off, and the oldest days overdue."""
    section = only_section(
        a_statement(an_item("A", 45, 300), an_item("B", 5, 200), an_item("C", -10, 50), credits=[Money(30, "COP")])
    )

    assert (section.outstanding.minor, section.overdue.minor, section.not_due.minor) == (550, 500, 50)
    assert (section.credit.minor, section.net.minor, section.count) == (30, 520, 3)
    assert section.oldest_days_overdue == 45
    assert {bucket.key: bucket.amount.minor for bucket in section.ageing} == {
        "not_due": 50, "1-30": 200, "31-60": 300, "61-90": 0, "over-90": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-400, "not_due"), (-1, "not_due"), (0, "not_due"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"),
     (61, "61-90"), (90, "61-90"), (91, "over-90"), (4000, "over-90")],
)  # fmt: skip
def test_each_age_falls_into_one_bucket(days: int, bucket: str) -> None:
    """Buckets share no day."""
    section = only_section(a_statement(an_item("A", days)))

    assert [found.key for found in section.ageing if found.count] == [bucket]


def test_what_is_due_today_is_not_overdue() -> None:
    """It is the day after that it is."""
    (row,) = only_section(a_statement(an_item("A", 0))).rows

    assert (row.standing, row.is_overdue) == (Standing.DUE_TODAY, False)


def test_an_item_partly_paid_and_not_yet_due_never_reads_overdue() -> None:
    """A part payment says nothing about the date."""
    section = only_section(a_statement(an_item("A", -3, 40, total=100)))

    (row,) = section.rows
    assert row.is_partly_paid
    assert (row.standing, section.overdue.minor) == (Standing.NOT_DUE, 0)


@pytest.mark.parametrize(
    ("zone", "cut_off", "days"),
    [("America/Bogota", date(2026, 11, 20), 0), ("UTC", date(2026, 11, 21), 1)],
)  # fmt: skip
def test_days_are_counted_where_the_merchant_is(zone: str, cut_off: date, days: int) -> None:
    """At four in the morning UTC it is still yesterday in Bogotá."""
    statement = a_statement(an_item("A", 1), as_of=datetime(2026, 11, 21, 4, 0, tzinfo=UTC), zone=zone)

    assert statement.cut_off == cut_off
    assert only_section(statement).rows[0].days_overdue == days


def test_the_zone_of_the_company_is_the_usual_one() -> None:
    """And a moment in another zone is the same moment."""
    tokyo = NOON.astimezone(ZoneInfo("Asia/Tokyo"))

    assert a_statement(an_item("A"), as_of=tokyo).cut_off == TODAY
    assert a_statement(an_item("A")).zone == "America/Bogota"


def test_an_item_without_due_date_counts_as_due_on_its_issue_date_and_says_so() -> None:
    """The statement can then tell the reader."""
    statement = a_statement(an_item("A", due_on=None, issued_on=date(2026, 11, 11)))

    (row,) = only_section(statement).rows
    assert (row.due_on, row.days_overdue, row.undated) == (date(2026, 11, 11), 10, True)
    assert statement.has_undated
    assert not a_statement(an_item("A")).has_undated


def test_rows_stand_oldest_due_first() -> None:
    """Whatever the order of the books; an item without due date by its issue date."""
    items = [
        an_item("C", -5),
        an_item("A", 40),
        an_item("B", due_on=None, issued_on=date(2026, 11, 1)),
        an_item("D", 40),
    ]

    section = only_section(a_statement(*items))

    assert [row.item.number for row in section.rows] == ["A", "D", "B", "C"]


def test_what_is_paid_is_left_out() -> None:
    """A customer who owes nothing has a statement without sections."""
    statement = a_statement(an_item("A", 5, 0, total=100))

    assert statement.sections == ()
    assert statement.is_clear


def test_currencies_never_meet() -> None:
    """One section each, in the order that the country has; a credit alone is shown too."""
    statement = a_statement(
        an_item("A", currency="USD"),
        an_item("B", currency="COP"),
        credits=[Money(5, "EUR"), Money(2, "EUR"), Money(0, "CRC")],
        currencies=("COP", "USD", "CRC"),
    )

    assert [section.currency for section in statement.sections] == ["COP", "USD", "EUR"]
    credit = statement.section("EUR")
    assert credit is not None
    assert (credit.net.minor, credit.count) == (-7, 0)
    assert statement.section("CRC") is None


def test_all_overdue_items_are_chosen_at_first_or_else_all() -> None:
    """What is being paid already cannot be chosen."""
    overdue = [an_item("A", 9), an_item("B", 3, live_payment="REF1")]

    assert default_selection(only_section(a_statement(*overdue, an_item("C", -4)))) == ("pay_A",)
    assert default_selection(only_section(a_statement(an_item("C", -4), an_item("D", 0)))) == ("pay_D", "pay_C")
    assert default_selection(only_section(a_statement(overdue[1]))) == ()


def test_what_is_being_paid_is_still_owed_and_told_apart() -> None:
    """It is counted, but not payable."""
    section = only_section(a_statement(an_item("A", 1, 70, live_payment="REF1"), an_item("B", 1, 30)))

    assert (section.outstanding.minor, section.in_process.minor) == (100, 70)
    assert [row.is_payable for row in section.rows] == [False, True]


def test_a_row_is_found_by_its_payable() -> None:
    """Or not."""
    statement = a_statement(an_item("A"))

    row = statement.row("pay_A")
    assert row is not None
    assert row.item.number == "A"
    assert statement.row("pay_B") is None


def test_figures_that_contradict_one_another_are_refused() -> None:
    """Whoever forms them."""
    section = only_section(a_statement(an_item("A", 5)))

    for change in (
        {"outstanding": Money(1, "COP")},
        {"net": Money(1, "COP")},
        {"rows": ()},
        {"oldest_days_overdue": 4},
    ):
        with pytest.raises(ValueError, match="contradict"):
            attrs.evolve(section, **change)


@pytest.mark.parametrize(
    "changes",
    [{"balance": Money(99, "COP")}, {"settled": Money(-1, "COP")}, {"total": Money(100, "CRC")},
     {"settled": Money(-50, "COP"), "balance": Money(150, "COP")}],
)  # fmt: skip
def test_an_item_whose_amounts_disagree_is_refused(changes: dict[str, Any]) -> None:
    """Total less settled is the balance, between zero and the total, in one currency."""
    with pytest.raises(ValueError, match=r"balance|meets"):
        an_item("A", total=100, balance=100) and attrs.evolve(an_item("A"), **changes)


@pytest.mark.parametrize(
    ("items", "options", "word"),
    [
        ((an_item("A"), an_item("A")), {}, "twice"),
        ((), {"as_of": datetime(2026, 11, 21, 12, 0)}, "zone"),  # noqa: DTZ001
        ((), {"credits": [Money(-1, "COP")]}, "negative"),
    ],
)
def test_what_no_statement_can_be_made_of_is_refused(
    items: tuple[OpenItem, ...], options: dict[str, Any], word: str
) -> None:
    """These are mistakes of a programmer, not of a person."""
    with pytest.raises(ValueError, match=word):
        a_statement(*items, **options)


def test_a_payable_of_the_books_becomes_an_item() -> None:
    """Everything that is no longer owed counts as settled."""
    payable = Payable(
        id="pay_1", merchant_id="mer_1", mode=Mode.TEST, kind=PayableKind.INVOICE, number="FV-1", customer_id="cus_1",
        currency="COP", total=1000, issued_on=TODAY, allocated=300, outside=100, reopened=50, created_at=NOON,
    )  # fmt: skip

    item = open_item(payable, "REF1")

    assert (item.total.minor, item.settled.minor, item.balance.minor) == (1000, 350, 650)
    assert (item.kind, item.live_payment) == ("invoice", "REF1")


def drawn_item(number: int, days: int, total: int, paid: int, currency: str, dated: bool) -> OpenItem:
    item = an_item(str(number), days, total - paid % (total + 1), total=total, currency=currency)
    return item if dated else attrs.evolve(item, due_on=None)


ITEMS = st.lists(
    st.builds(
        drawn_item,
        st.integers(0, 10**6),
        st.integers(-400, 400),
        st.integers(1, 10**12),
        st.integers(0, 10**12),
        st.sampled_from(["COP", "CRC", "USD"]),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda item: item.number,
)


@given(ITEMS, st.lists(st.builds(Money, st.integers(0, 10**12), st.sampled_from(["COP", "USD"])), max_size=3))
def test_a_statement_always_adds_up(items: list[OpenItem], credits: list[Money]) -> None:
    """Rows, ageing, overdue and not due sum to what is outstanding; less credits it is the net;
    nothing is lost."""
    statement = a_statement(*items, credits=credits)

    for currency in ("COP", "CRC", "USD"):
        owed = sum(item.balance.minor for item in items if item.currency == currency)
        credit = sum(money.minor for money in credits if money.currency == currency)
        section = statement.section(currency)
        if section is None:
            assert owed == credit == 0
            continue
        assert section.outstanding.minor == owed
        assert section.outstanding.minor == sum(row.item.balance.minor for row in section.rows)
        assert section.outstanding.minor == sum(bucket.amount.minor for bucket in section.ageing)
        assert section.outstanding == section.overdue + section.not_due
        assert section.net.minor == owed - credit
        assert section.overdue.minor == sum(row.item.balance.minor for row in section.rows if row.days_overdue > 0)
        assert [row.due_on for row in section.rows] == sorted(row.due_on for row in section.rows)
        assert all(row.standing is not Standing.OVERDUE for row in section.rows if row.due_on >= TODAY)
        assert set(default_selection(section)) <= {row.item.payable_id for row in section.rows}


def test_what_is_in_clarification_is_shown_beside_the_figures_and_counted_in_none() -> None:
    unclear = an_item("A", 45, 300, in_clarification=True)
    section = only_section(a_statement(unclear, an_item("B", 5, 200), credits=[Money(30, "COP")]))
    alone = a_statement(unclear)

    assert (section.outstanding.minor, section.overdue.minor, section.oldest_days_overdue) == (200, 200, 5)
    assert (section.net.minor, section.to_pay.minor, section.count) == (470, 200, 1)
    assert [row.item.number for row in section.in_clarification] == ["A"]
    assert [row.item.number for row in section.open_rows] == ["B", "A"]
    assert default_selection(section) == ("pay_B",)
    assert not alone.is_clear
    assert alone.row("pay_A")
    assert not only_section(alone).outstanding


def test_a_section_that_counts_what_is_in_clarification_is_refused() -> None:
    section = only_section(a_statement(an_item("A", 45, 300, in_clarification=True)))
    with pytest.raises(ValueError, match="contradict"):
        attrs.evolve(section, rows=section.in_clarification, in_clarification=())


@given(ITEMS, st.randoms())
def test_the_order_of_the_books_does_not_matter(items: list[OpenItem], random: Any) -> None:
    """The same items give the same statement."""
    shuffled = list(items)
    random.shuffle(shuffled)

    assert a_statement(*items) == a_statement(*shuffled)
