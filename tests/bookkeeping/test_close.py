"""A closed month stays what was closed: whatever comes afterwards is in exactly one later close."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.identity import Invalid
from hub.domain.month import Month
from hub.domain.month_close import MonthClose, span_of
from hub.domain.observation import ObservedBy
from hub.domain.refusals import Conflict
from hub.domain.terms import terms_code
from hub.flows.closing.close_month import close_month, reopen_month
from hub.flows.closing.package_files import Tables, write_beancount
from hub.flows.closing.view_close import view_received_on_terms
from hub.flows.ground.closed_months import looking
from hub.flows.imports.import_files import import_invoices
from hub.flows.payments.record_observations import Claim, record_observations
from hub.storage import closes
from hub_hookspecs import Kind, Mode, Money, Observation
from tests.bookkeeping.desk import Desk, run
from tests.bookkeeping.test_random import EVENTS, attempt

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
EACH = (MARCH, APRIL, Month(2026, 5), Month(2026, 6))


def close(desk: Desk, month: Month, *, mode: Mode = Mode.TEST, why: str = "así es", owner: bool = True) -> MonthClose:
    return run(close_month(desk.hub, desk.merchant, mode, month, by="duena", why=why, is_owner=owner))


def reopen(desk: Desk, month: Month) -> MonthClose:
    return run(reopen_month(desk.hub, desk.merchant, Mode.TEST, month, by="duena", why="faltó algo"))


def later(desk: Desk, day: str) -> None:
    """It is noon of a day where the company is."""
    desk.clock.now = datetime.fromisoformat(f"{day}T18:00:00+00:00")


def totals(made: MonthClose) -> dict[str, tuple[int, int, int, int]]:
    return {item.kind: (item.opening, item.debit, item.credit, item.closing) for item in made.totals}


def seals(tx: Any, made: MonthClose) -> list[str]:
    before = span_of(tx.closes.get(made.before) if made.before else None)
    return list(tx.closes.seals(made.merchant_id, made.mode, made.span, before))


def report(desk: Desk, made: MonthClose) -> str:
    """The hash of what is handed out of a close: the books as text, and the sheets that its entries make."""

    def read(tx: Any) -> str:
        file, digest = io.BytesIO(), hashlib.sha256()
        write_beancount(tx, desk.merchant, made, file)
        digest.update(file.getvalue())
        tables = Tables(tx, desk.hub, desk.merchant, made, tx.closes.get(made.before) if made.before else None)
        for sheet in (tables.summary(), tables.ledger(), tables.money()):
            digest.update(repr([list(row) for row in sheet.rows]).encode())
        return digest.hexdigest()

    return desk.read(read)


def test_a_close_says_what_each_kind_of_account_came_to(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 100.00", "received cash 60.00 for FE-1 60.00"):
        desk.do(line)
    later(desk, "2026-04-02")
    desk.do("received cash 40.00 for FE-1 40.00")

    made = close(desk, MARCH)

    assert totals(made)["receivable"] == (0, 10_000, 6_000, 4_000)
    assert totals(made)["cash"] == (0, 6_000, 0, 6_000)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()

    later(desk, "2026-05-02")
    assert totals(close(desk, APRIL))["receivable"] == (4_000, 0, 4_000, 0)


def test_a_late_fact_is_of_the_next_close_and_leaves_the_closed_one(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    later(desk, "2026-04-02")
    made = close(desk, MARCH)
    desk.do("invoice FE-2 30.00 dated 2026-03-20")

    assert [item.key[:5] for item in desk.read(lambda tx: tx.closes.late(made, 10**9))] == ["bill:"]
    assert desk.read(lambda tx: tx.closes.problems(made)) == ()

    later(desk, "2026-05-02")
    assert totals(close(desk, APRIL))["receivable"] == (10_000, 3_000, 0, 13_000)


def test_months_are_closed_in_order_once_and_when_they_have_ended(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    desk.clock.now = datetime(2026, 4, 1, 5, 59, tzinfo=UTC)  # a minute before April in Costa Rica
    with pytest.raises(Invalid, match="not_ended"):
        close(desk, MARCH)
    desk.clock.now += timedelta(minutes=1)
    close(desk, MARCH)

    later(desk, "2026-06-02")
    for month, told in ((MARCH, "already"), (Month(2026, 5), "not_next"), (Month(2026, 2), "not_next")):
        with pytest.raises(Invalid, match=told):
            close(desk, month)
    close(desk, APRIL)


def test_of_two_who_close_at_once_one_does(desk_for: Callable[[str], Desk]) -> None:
    """Both have looked before either writes; also where nothing but the database stands between them."""
    desk = desk_for("CR")
    later(desk, "2026-04-02")
    made = close(desk, MARCH)

    with pytest.raises(Conflict, match="closed"):
        desk.opened.store.write_now(lambda tx: tx.closes.add(attrs.evolve(made, id="other", n=2)))


def test_test_and_live_are_closed_apart(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    later(desk, "2026-04-02")
    close(desk, MARCH)

    assert totals(close(desk, MARCH, mode=Mode.LIVE)) == {}


def test_a_month_is_opened_again_by_name_from_the_last(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    later(desk, "2026-05-02")
    close(desk, MARCH)
    close(desk, APRIL)
    with pytest.raises(Invalid, match="later_closed"):
        reopen(desk, MARCH)
    reopen(desk, APRIL)
    reopen(desk, MARCH)
    desk.do("invoice FE-2 30.00 dated 2026-03-20")

    made = close(desk, MARCH)

    assert (made.n, totals(made)["receivable"][-1]) == (2, 13_000)
    first = desk.read(lambda tx: tx.closes.of(desk.merchant.id, Mode.TEST))[0]
    assert (first.n, first.reopened and first.reopened.why) == (1, "faltó algo")
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_what_is_open_warns_and_its_owner_decides(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 100.00", "pays A FE-1 100.00", "paid A 100.00"):
        desk.do(line)
    later(desk, "2026-04-02")

    with pytest.raises(Invalid, match="owner_decides"):
        close(desk, MARCH, owner=False)
    with pytest.raises(Invalid, match="reason_missing"):
        close(desk, MARCH, why=" ")
    made = close(desk, MARCH, why="los recibos se hacen en abril")
    assert {item.kind.value: (item.count, dict(item.amounts)) for item in made.open} == {
        "unrecorded": (1, {"CRC": 10_000}),
        "awaited": (1, {"CRC": 10_000}),
    }


def test_an_accountant_closes_where_nothing_is_open(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    later(desk, "2026-04-02")

    assert close(desk, MARCH, why="", owner=False).open == ()


@pytest.mark.parametrize(
    ("source", "is_news"), [(ObservedBy.NOTIFICATION, True), (ObservedBy.QUERY, True), (ObservedBy.OPERATOR, False)]
)
def test_what_a_provider_tells_of_a_closed_month_is_booked_and_what_a_person_says_is_asked_about(
    desk_for: Callable[[str], Desk], source: ObservedBy, is_news: bool
) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 100.00", "pays A FE-1 100.00"):
        desk.do(line)
    later(desk, "2026-04-02")
    made = close(desk, MARCH)
    told = Observation(
        kind=Kind.PAID,
        movement="REFA",
        amount=Money(10_000, "CRC"),
        vouched=frozenset({"movement", "amount"}),
        occurred_at=datetime(2026, 3, 31, 20, tzinfo=UTC),
    )

    class Asked(Exception):
        """Somebody is asked for a reason."""

    hub = looking(desk.hub, merchant_id=None, by="contadora", why="", refuse=lambda *_all: Asked())
    claim = Claim(observation=told, source=source, note="contadora: lo vi")
    book = hub.store.write(
        lambda tx: record_observations(tx, hub, tx.payments.get("pay-A"), [claim], now=desk.clock.now)
    )
    with contextlib.nullcontext() if is_news else pytest.raises(Asked):
        run(book)

    late = [(item.kind.value, item.value_on.isoformat()) for item in desk.read(lambda tx: tx.closes.late(made, 10**9))]
    assert late == ([("capture", "2026-03-31"), ("allocation", "2026-03-31")] if is_news else [])
    assert desk.read(lambda tx: tx.closes.problems(made)) == ()


TERMS = """number,customer,issued_on,total,Condición de venta
FE-8,101110111,2026-03-01,100.00,08 - Servicios al Estado a crédito
FE-10,101110111,2026-03-01,100.00,10
FE-1,101110111,2026-03-01,100.00,02
FE-11,101110111,2026-03-01,100.00,11
"""


def test_money_for_an_invoice_on_credit_08_or_10_needs_a_receipt_of_payment(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-0 1.00")
    document = desk.read(lambda tx: tx.customers.get("c1")).document.number
    report = run(import_invoices(desk.hub, desk.merchant, TERMS.replace("101110111", document).encode(), decimal="."))
    assert (report.new, report.set_aside) == (4, ())
    for number, amount in (("FE-8", "100.00"), ("FE-10", "30.00"), ("FE-1", "100.00"), ("FE-11", "100.00")):
        desk.do(f"received cash {amount} for {number} {amount}")
    later(desk, "2026-04-02")
    desk.do("received cash 10.00 for FE-10 10.00")

    made = close(desk, MARCH)

    assert {item.kind.value: (item.count, dict(item.amounts)) for item in made.open} == {
        "payment_receipts": (2, {"CRC": 13_000})
    }
    rows = run(view_received_on_terms(desk.hub, desk.merchant, Mode.TEST, MARCH))
    assert [(row.number, row.terms, row.amount.minor) for row in rows] == [
        ("FE-10", "10", 3_000),
        ("FE-8", "08", 10_000),
    ]
    later(desk, "2026-05-02")
    rows = run(view_received_on_terms(desk.hub, desk.merchant, Mode.TEST, APRIL))
    assert [(row.number, row.amount.minor) for row in rows] == [("FE-10", 1_000)]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("08", "08"),
        ("8", "08"),
        (" 10 - Crédito", "10"),
        ("99", "99"),
        ("Crédito", ""),
        ("", ""),
        ("100", ""),
        ("30 días", ""),
        ("8 días", ""),
        ("10 DIAS", ""),
    ],
)
def test_the_code_of_a_condition_is_what_its_cell_begins_with(cell: str, code: str) -> None:
    assert terms_code(cell) == code


ACTS = st.one_of(
    EVENTS,
    st.sampled_from(("later", "later", "close", "reopen")),
    st.tuples(
        st.sampled_from(("FE-4", "FE-5", "FE-6")), st.sampled_from(("2026-03-09", "2026-04-09", "2026-05-20"))
    ).map(lambda drawn: f"invoice {drawn[0]} 44.00 dated {drawn[1]}"),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=8, max_size=35))
def test_whatever_comes_after_a_close_it_stays_and_each_entry_is_in_one(
    fresh: Callable[[], Desk], acts: list[str]
) -> None:
    desk = fresh()
    stood = lived(desk, acts)

    assert broken(desk, stood) == [], acts


def lived(desk: Desk, acts: list[str]) -> dict[str, tuple[MonthClose, list[str], str]]:
    """Do it all, and return what each close was of when it was made."""
    stood: dict[str, tuple[MonthClose, list[str], str]] = {}
    for act in ("invoice FE-1 100.00", "invoice FE-4 44.00 dated 2026-03-09", *acts, "later", "close"):
        standing = desk.read(lambda tx: tx.closes.standing(desk.merchant.id, Mode.TEST))
        if act == "later":
            desk.clock.now += timedelta(days=17)
        elif act == "close":
            month = EACH[len(standing)] if len(standing) < len(EACH) else EACH[-1]
            try:
                made = close(desk, month)
            except Invalid:
                continue
            its = desk.read(lambda tx, made=made: seals(tx, made))  # type: ignore[misc]
            stood[made.id] = made, its, report(desk, made)
        elif act == "reopen" and standing:
            reopen(desk, standing[-1].month)
        elif act != "reopen":
            attempt(desk, act)
    return stood


def broken(desk: Desk, stood: dict[str, tuple[MonthClose, list[str], str]]) -> list[str]:
    """Closes that are not what they were, and entries that are in no close, or in two."""

    def look(tx: Any) -> list[str]:
        wrong = [*tx.ledger.verify()]
        for made, before, _report in stood.values():
            wrong += tx.closes.problems(made)
            wrong += ["of others"] if seals(tx, made) != before else []
        standing = tx.closes.standing(desk.merchant.id, Mode.TEST)
        times = Counter(sealed for made in standing for sealed in seals(tx, made))
        wrong += [f"{sealed} is in {count}" for sealed, count in times.items() if count != 1]
        if standing:
            last = standing[-1]
            closed = list(tx.closes.seals(last.merchant_id, last.mode, last.span, span_of(None)))
            wrong += ["not whole"] if set(closed) != set(times) else []
            wrong += unlisted(tx, standing)
        return wrong

    changed = [f"{made.month} reads otherwise" for made, _its, was in stood.values() if report(desk, made) != was]
    return changed + desk.read(look)


def unlisted(tx: Any, standing: tuple[MonthClose, ...]) -> list[str]:
    """Entries that a close has of earlier months, and that are not listed with it; and the other way round."""
    wrong = []
    for made, after in pairwise(standing):
        zone = ZoneInfo(made.zone)
        its = tx.closes.entries(after.merchant_id, after.mode, after.span, made.span)
        late = {entry.key for entry in its if entry.counts_on(zone) <= made.month.last}
        wrong += [f"{key} is not listed once" for key in late ^ {item.key for item in tx.closes.late(made, after.seq)}]
    return wrong


def test_control_a_close_that_goes_by_the_day_alone_is_found(
    fresh: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = closes.book_values

    def by_day_alone(*given: Any) -> dict[str, Any]:
        return {**right(*given), "seq": 2**62, "before_seq": 2**62}

    monkeypatch.setattr(closes, "book_values", by_day_alone)
    desk = fresh()
    stood = lived(desk, ["later", "later", "close", "invoice FE-5 44.00 dated 2026-03-09"])

    assert broken(desk, stood) != []
