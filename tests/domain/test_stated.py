"""What a file states of an invoice: only a change of it is news, and what happened here is not booked again."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.stated import News, Standing, Stated, news_of

FULL = Stated(100, 100)
OWED = Standing(total=100, last=FULL)
PAID_HERE = Standing(total=100, here=100, last=FULL)

ROWS = {
    "the same file again": (OWED, FULL, {}),
    "the same file after it was paid here": (PAID_HERE, FULL, {}),
    "it was paid here, and the file knows": (PAID_HERE, Stated(100, 0), {"counted": 100}),
    "it was paid here, and the file knows a part": (PAID_HERE, Stated(100, 40), {"counted": 60}),
    "the file that knew, after all went back here": (
        Standing(total=100, counted=100, last=Stated(100, 0)),
        Stated(100, 0),
        {},
    ),
    "the file learns that all went back": (
        Standing(total=100, counted=100, last=Stated(100, 0)),
        FULL,
        {"counted": 0},
    ),
    "it was paid elsewhere": (OWED, Stated(100, 0), {"outside": 100}),
    "a part here that no file knew, the rest elsewhere": (
        Standing(total=100, here=30, last=FULL),
        Stated(100, 0),
        {"counted": 30, "outside": 70},
    ),
    "more elsewhere than is owed here": (
        Standing(total=100, here=80, counted=80, last=Stated(100, 60)),
        Stated(100, 0),
        {"outside": 20, "unbooked": 40},
    ),
    "a payment elsewhere was withdrawn": (
        Standing(total=100, outside=50, last=Stated(100, 50)),
        FULL,
        {"outside": -50},
    ),
    "what went back here, then a payment elsewhere that was withdrawn": (
        Standing(total=100, here=10, outside=50, counted=30, last=Stated(100, 20)),
        Stated(100, 95),
        {"counted": 10, "outside": -50, "unexplained": 5},
    ),
    "the balance rises without a reason": (
        Standing(total=100, here=100, counted=100, last=Stated(100, 0)),
        Stated(100, 40),
        {"unexplained": 40},
    ),
    "the bill grew": (OWED, Stated(120, 120), {"revision": 20}),
    "the bill shrank": (OWED, Stated(80, 80), {"revision": -20}),
    "the bill grew and a part was paid elsewhere": (OWED, Stated(120, 90), {"revision": 20, "outside": 30}),
    "a credit note here is the lower total there": (
        Standing(total=100, here=20, credited=20, last=FULL),
        Stated(80, 80),
        {"counted": 20},
    ),
    "a credit note here, and a total lowered by more": (
        Standing(total=100, here=20, credited=20, last=FULL),
        Stated(70, 70),
        {"revision": -10, "counted": 20},
    ),
    "a credit note here is a lower balance there": (
        Standing(total=100, here=20, credited=20, last=FULL),
        Stated(100, 80),
        {"counted": 20},
    ),
    "a credit note told as a balance before, as a total now": (
        Standing(total=100, here=20, credited=20, counted=20, last=Stated(100, 80)),
        Stated(80, 80),
        {},
    ),
    "a payment elsewhere was withdrawn and the bill shrank": (
        Standing(total=100, outside=20, last=Stated(100, 80)),
        Stated(80, 80),
        {"revision": -20, "outside": -20},
    ),
    "a file without balances": (Standing(total=100, here=30, last=FULL), Stated(120), {"revision": 20}),
    "a file without balances, and a credit note here": (
        Standing(total=100, here=20, credited=20, last=Stated(100)),
        Stated(80),
        {"counted": 20},
    ),
    "the first balance of an invoice without money": (
        Standing(total=100, last=Stated(100)),
        Stated(100, 60),
        {"outside": 40},
    ),
    "the first balance of an invoice that has money here": (
        Standing(total=100, here=30, last=Stated(100)),
        Stated(100, 0),
        {"counted": 30},
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_what_a_statement_tells(row: str) -> None:
    standing, stated, said = ROWS[row]
    kept = stated if stated.balance is not None else Stated(stated.total, standing.last and standing.last.balance)

    assert news_of(standing, stated) == News(**{"counted": standing.counted, "last": kept, **said})


def after(standing: Standing, news: News) -> Standing:
    return attrs.evolve(
        standing,
        total=standing.total + news.revision,
        outside=standing.outside + news.outside,
        counted=news.counted,
        last=news.last,
    )


@st.composite
def statements(draw: st.DrawFn) -> Stated:
    total = draw(st.integers(1, 12))
    return Stated(total, draw(st.none() | st.integers(0, total)))


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    total = draw(st.integers(1, 12))
    outside = draw(st.integers(0, total))
    here = draw(st.integers(0, total - outside))
    last = draw(st.none() | statements())
    counted = draw(st.integers(0, 12))
    return Standing(
        total=total, here=here, credited=draw(st.integers(0, here)), outside=outside, counted=counted, last=last
    )


@given(standings(), statements())
def test_the_same_statement_again_tells_nothing(standing: Standing, stated: Stated) -> None:
    first = news_of(standing, stated)
    again = news_of(after(standing, first), stated)

    assert again == News(counted=first.counted, last=first.last)


@given(standings(), statements(), st.integers(0, 12))
def test_the_same_statement_tells_nothing_whatever_happened_here(standing: Standing, stated: Stated, here: int) -> None:
    known = after(standing, news_of(standing, stated))
    meanwhile = attrs.evolve(known, here=here, credited=min(here, known.credited))

    again = news_of(meanwhile, stated)

    assert (again.revision, again.outside, again.unexplained, again.unbooked) == (0, 0, 0, 0)


@given(standings(), statements())
def test_money_from_elsewhere_is_never_below_nothing_nor_above_what_is_owed(standing: Standing, stated: Stated) -> None:
    news = news_of(standing, stated)
    then = after(standing, news)

    assert then.outside >= 0
    assert news.counted >= 0
    assert news.outside <= 0 or then.due >= 0
    assert news.unexplained >= 0
    assert news.unbooked >= 0


@given(st.lists(statements(), max_size=6))
def test_where_nothing_happens_here_the_hub_owes_what_the_last_file_states(files: list[Stated]) -> None:
    standing = Standing(total=files[0].total if files else 1)
    balanced = [file for file in files if file.balance is not None]
    for file in balanced:
        standing = after(standing, news_of(standing, file))

    if balanced:
        assert standing.due == balanced[-1].balance
        assert standing.total == balanced[-1].total


def test_control_a_reading_against_what_the_hub_owes_books_a_refund_as_money_from_elsewhere() -> None:
    """As it was: what a file says was paid is compared with what is settled here now."""
    refunded = Standing(total=100, counted=100, last=Stated(100, 0))

    naive = (refunded.total - 0) - refunded.here - refunded.outside

    assert naive == 100
    assert news_of(refunded, Stated(100, 0)).outside == 0
