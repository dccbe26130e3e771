"""What a file states of an invoice: only a change of it is news,
and what happened here is not booked again."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.stated import InvoiceStanding, Stated, StatedChange, stated_change

FULL = Stated(100, 100)
OWED = InvoiceStanding(total=100, last=FULL)
PAID_HERE = InvoiceStanding(total=100, settled=100, last=FULL)
COUNTED = InvoiceStanding(total=100, settled=100, counted=100, last=Stated(100, 0))
CAME_AND_WENT = InvoiceStanding(total=100, settled=100, reopened=100, last=FULL)
CREDIT_NOTE = InvoiceStanding(total=100, settled=20, credit_notes=20, last=FULL)
TOLD_AS_TOTAL = InvoiceStanding(total=100, settled=20, credit_notes=20, counted=20, last=Stated(80, 80))

ROWS = {
    "the same file again": (OWED, FULL, {}),
    "the same file after it was paid here": (PAID_HERE, FULL, {}),
    "it was paid here, and the file knows": (PAID_HERE, Stated(100, 0), {"counted": 100}),
    "it was paid here, and the file knows a part": (PAID_HERE, Stated(100, 40), {"counted": 60}),
    "the file that knew, after all went back here": (attrs.evolve(COUNTED, reopened=100), Stated(100, 0), {}),
    "the file learns that all went back": (attrs.evolve(COUNTED, reopened=100), FULL, {"counted_back": 100}),
    "the file learns late of what came and went back": (CAME_AND_WENT, Stated(100, 0), {"counted": 100}),
    "the file learns late that it went back, too": (
        attrs.evolve(CAME_AND_WENT, counted=100, last=Stated(100, 0)),
        FULL,
        {"counted_back": 100},
    ),
    "it was paid elsewhere": (OWED, Stated(100, 0), {"outside": 100}),
    "a part here that no file knew, the rest elsewhere": (
        InvoiceStanding(total=100, settled=30, last=FULL),
        Stated(100, 0),
        {"counted": 30, "outside": 70},
    ),
    "a payment elsewhere was withdrawn": (
        InvoiceStanding(total=100, outside=50, last=Stated(100, 50)),
        FULL,
        {"outside": -50},
    ),
    "what went back here, then a payment elsewhere that was withdrawn": (
        InvoiceStanding(total=100, settled=30, reopened=20, outside=50, counted=30, last=Stated(100, 20)),
        Stated(100, 95),
        {"counted_back": 20, "outside": -50, "rose": 5},
    ),
    "the balance rises without a reason": (COUNTED, Stated(100, 40), {"rose": 40}),
    "the balance that rose without a reason falls again": (
        attrs.evolve(COUNTED, last=Stated(100, 40)),
        Stated(100, 0),
        {},
    ),
    "it falls by more than it rose, of which a part was received here": (
        InvoiceStanding(total=100, settled=50, counted=40, last=Stated(100, 80)),
        Stated(100, 20),
        {"counted": 10, "outside": 30},
    ),
    "a balance that was too low rises again": (
        InvoiceStanding(total=100, settled=30, counted=30, last=Stated(100, 0)),
        Stated(100, 70),
        {},
    ),
    "a person took money from elsewhere back, and a file follows": (
        InvoiceStanding(total=100, last=Stated(100, 60)),
        FULL,
        {},
    ),
    "the bill grew": (OWED, Stated(120, 120), {"revision": 20}),
    "the bill shrank": (OWED, Stated(80, 80), {"revision": -20}),
    "the bill grew and a part was paid elsewhere": (OWED, Stated(120, 90), {"revision": 20, "outside": 30}),
    "a credit note here is the lower total there": (CREDIT_NOTE, Stated(80, 80), {"counted": 20}),
    "a credit note here, and a total lowered by more": (
        CREDIT_NOTE,
        Stated(70, 70),
        {"revision": -10, "counted": 20},
    ),
    "a credit note here is a lower balance there": (CREDIT_NOTE, Stated(100, 80), {"counted": 20}),
    "a credit note told as a balance before, as a total now": (
        attrs.evolve(CREDIT_NOTE, counted=20, last=Stated(100, 80)),
        Stated(80, 80),
        {},
    ),
    "a credit note that a total told already tells no other total": (
        attrs.evolve(TOLD_AS_TOTAL, settled=40),
        Stated(60, 60),
        {"revision": -20},
    ),
    "a credit note is reversed here, and the total rises there": (
        attrs.evolve(TOLD_AS_TOTAL, reopened=20, credit_notes=0),
        FULL,
        {"counted_back": 20},
    ),
    "its end was told as a balance before, as a total now": (
        InvoiceStanding(total=100, settled=20, reopened=20, counted=20, counted_back=20, last=Stated(80, 100)),
        FULL,
        {},
    ),
    "a credit note on what was paid here is credit, and a lower total": (
        attrs.evolve(COUNTED, credit_notes=20),
        Stated(80, 0),
        {},
    ),
    "a credit note is told by the total, together with a payment elsewhere that was withdrawn": (
        InvoiceStanding(total=100, settled=20, credit_notes=20, outside=60, last=Stated(100, 40)),
        Stated(80, 80),
        {"counted": 20, "outside": -60},
    ),
    "a credit note that a wrong balance seemed to tell before": (
        InvoiceStanding(total=100, settled=20, credit_notes=20, counted=20, last=FULL),
        Stated(80, 80),
        {},
    ),
    "a payment elsewhere was withdrawn and the bill shrank": (
        InvoiceStanding(total=100, outside=20, last=Stated(100, 80)),
        Stated(80, 80),
        {"revision": -20, "outside": -20},
    ),
    "a file without balances": (
        InvoiceStanding(total=100, settled=30, last=FULL),
        Stated(120),
        {"revision": 20, "last": Stated(120, 120)},
    ),
    "a file without balances that lowers the total by more than was owed": (
        InvoiceStanding(total=100, settled=80, reopened=80, counted=80, last=Stated(100, 20)),
        Stated(70),
        {"revision": -30, "last": Stated(70, -10)},
    ),
    "a file without balances, and a credit note here": (
        attrs.evolve(CREDIT_NOTE, last=Stated(100)),
        Stated(80),
        {"counted": 20},
    ),
    "the first balance of an invoice without money": (
        InvoiceStanding(total=100, last=Stated(100)),
        Stated(100, 60),
        {"outside": 40},
    ),
    "the first balance of an invoice that has money here": (
        InvoiceStanding(total=100, settled=30, last=Stated(100)),
        Stated(100, 0),
        {"counted": 30},
    ),
    "the first balance of an invoice that had money here": (
        InvoiceStanding(total=100, settled=30, reopened=30, last=Stated(100)),
        Stated(100, 70),
        {"counted": 30},
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_what_a_statement_tells(row: str) -> None:
    standing, stated, said = ROWS[row]

    assert stated_change(standing, stated) == StatedChange(**{"last": stated, **said})


@st.composite
def statements(draw: st.DrawFn) -> Stated:
    total = draw(st.integers(1, 12))
    return Stated(total, draw(st.none() | st.integers(0, total)))


@st.composite
def standings(draw: st.DrawFn) -> InvoiceStanding:
    """Whatever may have happened here, and whatever of it files have counted."""
    total = draw(st.integers(1, 12))
    outside = draw(st.integers(0, total))
    reopened = draw(st.integers(0, 12))
    settled = reopened + draw(st.integers(0, total - outside))
    return InvoiceStanding(
        total=total,
        settled=settled,
        reopened=reopened,
        credit_notes=draw(st.integers(0, total)),
        outside=outside,
        counted=draw(st.integers(0, settled)),
        counted_back=draw(st.integers(0, reopened)),
        last=draw(st.none() | statements()),
    )


NOTHING = (0, 0, 0, 0, 0)


def moved(news: StatedChange) -> tuple[int, ...]:
    return news.revision, news.outside, news.counted, news.counted_back, news.rose


@given(standings(), statements(), st.integers(0, 12), st.integers(0, 12))
def test_the_same_statement_again_tells_nothing_whatever_happened_here(
    standing: InvoiceStanding, stated: Stated, came: int, went: int
) -> None:
    known = standing.after(stated_change(standing, stated))
    meanwhile = attrs.evolve(known, settled=known.settled + came, reopened=known.reopened + min(went, came))

    assert moved(stated_change(meanwhile, stated)) == NOTHING


@given(standings(), statements())
def test_nothing_is_counted_twice_below_nothing_or_above_what_is_owed(
    standing: InvoiceStanding, stated: Stated
) -> None:
    news = stated_change(standing, stated)
    then = standing.after(news)

    assert standing.counted <= then.counted <= then.settled
    assert standing.counted_back <= then.counted_back <= then.reopened
    assert then.outside >= 0
    assert news.outside <= 0 or then.due >= 0
    assert news.rose >= 0


@given(standings(), statements())
def test_what_sets_file_and_hub_apart_is_named_to_the_last_cent(standing: InvoiceStanding, stated: Stated) -> None:
    then = standing.after(stated_change(standing, stated))
    received, back, unexplained = then.apart

    if stated.balance is not None:
        assert stated.balance - then.due == received - back + unexplained


@given(st.lists(statements(), max_size=6))
def test_where_nothing_happens_here_the_hub_owes_what_the_last_file_states(files: list[Stated]) -> None:
    balanced = [file for file in files if file.balance is not None]
    standing = InvoiceStanding(total=balanced[0].total if balanced else 1)
    for file in balanced:
        standing = standing.after(stated_change(standing, file))

    if balanced:
        assert standing.due == balanced[-1].balance
        assert standing.total == balanced[-1].total


def test_control_a_reading_against_what_the_hub_owes_books_a_refund_as_money_from_elsewhere() -> None:
    """As it was: what a file says was paid is compared with what is settled here now."""
    refunded = attrs.evolve(COUNTED, reopened=100)

    naive = refunded.due - 0

    assert naive == 100
    assert stated_change(refunded, Stated(100, 0)).outside == 0
