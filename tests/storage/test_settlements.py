"""Lines of payouts: kept as they were stated, each settling one thing at most; and what waits for one."""

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from hub.domain.refusals import Conflict
from hub.domain.settlement import LineState, StoredLine
from hub.storage import SqliteStore
from hub_hookspecs import Mode, Money, SettlementLine
from tests.storage.conftest import World

LINE = SettlementLine(
    line_id="L1", reference="REFT1", provider_reference="T-1", authorisation="612044", movement="REFT1",
    gross=Money(10_000, "CRC"), fee=Money(300, "CRC"), fee_tax=Money(39, "CRC"), net=Money(9_484, "CRC"),
    withholdings={"vat": Money(177, "CRC")}, occurred_at=datetime(2026, 3, 4, 15, 0, tzinfo=UTC),
    settled_on=date(2026, 3, 5),
)  # fmt: skip
STORED = StoredLine(
    account_id="a1", merchant_id="m1", mode=Mode.TEST, line=LINE, source="pagos.csv",
    imported_at=datetime(2026, 3, 6, tzinfo=UTC),
)  # fmt: skip
CAPTURE = "capture:a1:REFT1"


@pytest.fixture
def paid(furnished: SqliteStore, world: World) -> SqliteStore:
    furnished.write_now(lambda tx: world.pay(tx, world.start(tx, world.payment())))
    return furnished


def test_a_line_comes_back_as_it_was_stated_and_is_stored_once(furnished: SqliteStore) -> None:
    assert furnished.write_now(lambda tx: tx.settlements.add(STORED)) is True
    assert furnished.write_now(lambda tx: tx.settlements.add(attrs.evolve(STORED, source="other"))) is False

    assert furnished.read_now(lambda tx: tx.settlements.get("a1", "L1")) == STORED
    assert furnished.read_now(lambda tx: tx.settlements.get("a1", "L2")) is None
    assert furnished.read_now(lambda tx: tx.settlements.of("a1", LineState.OPEN)) == (STORED,)
    assert furnished.read_now(lambda tx: tx.settlements.of("a1", LineState.BOOKED)) == ()


def test_a_line_that_does_not_add_up_is_refused(furnished: SqliteStore) -> None:
    wrong = attrs.evolve(STORED, line=attrs.evolve(LINE, net=Money(9_485, "CRC")))

    with pytest.raises(Conflict) as refused:
        furnished.write_now(lambda tx: tx.settlements.add(wrong))

    assert refused.value.rule == "settlement_line_net_of_gross"


def test_what_is_booked_is_awaited_until_a_line_settles_it(paid: SqliteStore) -> None:
    def awaited(**more: Any) -> list[tuple[str, int]]:
        return [(item.key, item.minor) for item in paid.read_now(lambda tx: tx.settlements.awaited("a1", **more))]

    assert awaited() == awaited(payment_id="t1") == [(CAPTURE, 10_000)]
    assert awaited(payment_id="t2") == []
    assert paid.read_now(lambda tx: tx.settlements.clearing("a1")) == {"CRC": 10_000}

    def book(tx: Any) -> None:
        tx.settlements.add(STORED)
        tx.settlements.book("a1", "L1", named="L1", payment_id="t1", settles=CAPTURE)

    paid.write_now(book)

    assert awaited() == awaited(payment_id="t1") == []
    (stored,) = paid.read_now(lambda tx: tx.settlements.of("a1", payment_id="t1"))
    assert (stored.state, stored.settles) == (LineState.BOOKED, CAPTURE)
    assert paid.read_now(lambda tx: tx.settlements.covered_since("a1", 3, UTC)) == date(2026, 3, 2)
    paid.write_now(lambda tx: tx.settlements.withdraw("a1", "L1"))
    assert awaited() == [(CAPTURE, 10_000)]


def test_one_thing_is_settled_by_one_line(paid: SqliteStore) -> None:
    def book(tx: Any) -> None:
        for name in ("L1", "L2"):
            tx.settlements.add(attrs.evolve(STORED, line=attrs.evolve(LINE, line_id=name)))
            tx.settlements.book("a1", name, named=name, payment_id="t1", settles=CAPTURE)

    with pytest.raises(Conflict) as refused:
        paid.write_now(book)

    assert refused.value.rule == "unique"


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("UPDATE settlement_line SET gross = 1, net = -515", "append_only"),
        ("UPDATE settlement_line SET line = 'L9'", "fixed"),
        ("UPDATE settlement_line SET kind = 'charge', payment = NULL, settles = NULL", "append_only"),
        ("UPDATE settlement_line SET restated = 1", "append_only"),
        ("UPDATE settlement_line SET state = 'open', settles = NULL", "append_only"),
        ("UPDATE settlement_line SET state = 'withdrawn', settles = NULL, payment = NULL", "append_only"),
        ("UPDATE settlement_line SET state = 'withdrawn'", "settlement_line_settles"),
        ("DELETE FROM settlement_line", "append_only"),
        ("UPDATE settlement_line SET settles = 'capture:a1:OTHER'", "append_only"),
    ],
)
def test_a_booked_line_stays_as_it_is(paid: SqliteStore, sql: str, rule: str) -> None:
    from sqlalchemy import text

    def book(tx: Any) -> None:
        tx.settlements.add(STORED)
        tx.settlements.book("a1", "L1", named="L1", payment_id="t1", settles=CAPTURE)

    paid.write_now(book)

    with pytest.raises(Conflict) as refused:
        paid.write_now(lambda tx: tx.run(text(sql)))

    assert refused.value.rule == rule


def test_a_line_is_of_its_accounts_company(furnished: SqliteStore) -> None:
    with pytest.raises(Conflict) as refused:
        furnished.write_now(lambda tx: tx.settlements.add(attrs.evolve(STORED, mode=Mode.LIVE)))

    assert refused.value.rule == "walls"


def test_a_payment_is_found_by_its_authorisation(furnished: SqliteStore, world: World) -> None:
    def pay(tx: Any) -> None:
        payment = world.start(tx, world.payment())
        tx.payments.observe(world.seen(authorisation="612044"), payment.merchant_id, payment.mode)

    furnished.write_now(pay)

    assert furnished.read_now(lambda tx: tx.settlements.authorised("a1", "612044")) == ("t1",)
    assert furnished.read_now(lambda tx: tx.settlements.authorised("a1", "612045")) == ()
    assert furnished.read_now(lambda tx: tx.settlements.authorised("a2", "612044")) == ()
