"""What a live payment holds of a customer's credit is nobody else's, and free again with every close."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import pytest

from hub.domain.payment import Payment, PaymentLine, Phase, Status
from hub.domain.refusals import Conflict
from hub.storage import SqliteStore, SqliteTx
from hub_hookspecs import Kind, Mode, Money
from tests.storage.conftest import World


@pytest.fixture
def credited(furnished: SqliteStore, world: World) -> SqliteStore:
    """The customer has 4 000 of credit, from a payment of p2 that brought too much."""
    furnished.write_now(lambda tx: world.pay(tx, world.start(tx, world.payment("t1", "p2")), amount=14_000))
    return furnished


def holding(world: World, credit: int, *, id: str = "t2", amount: int = 6_000, of: str = "p1") -> Payment:
    """A payment of a part in money, and of a part with credit."""
    lines = (PaymentLine(payable_id=of, number=f"F-{of}", amount=amount, credit=credit),)
    return attrs.evolve(world.payment(id, of), lines=lines, amount=Money(amount, "CRC"))


def free(store: SqliteStore) -> Mapping[str, int]:
    return store.read_now(lambda tx: tx.ledger.free_credit("c1", Mode.TEST))


def close(tx: SqliteTx, world: World, payment: Payment) -> None:
    tx.payments.observe(world.seen(Kind.DECLINED, payment_id=payment.id), "m1", Mode.TEST)
    closed = attrs.evolve(payment, phase=Phase.SENT, status=Status.CLOSED, reason="declined", ended_at=world.now)
    tx.payments.save(closed)


def test_a_live_payment_holds_the_credit_that_it_uses(credited: SqliteStore, world: World) -> None:
    assert free(credited) == {"CRC": 4_000}

    payment = credited.write_now(lambda tx: world.start(tx, holding(world, 3_000)))

    assert free(credited) == {"CRC": 1_000}
    assert credited.read_now(lambda tx: tx.ledger.held_credit("c1", Mode.TEST)) == {"CRC": 3_000}
    assert credited.read_now(lambda tx: tx.payments.get("t2").lines[0]) == payment.lines[0]
    assert payment.lines[0].settled == 9_000
    assert payment.credit == Money(3_000, "CRC")


def test_credit_that_is_held_is_free_again_with_the_close(credited: SqliteStore, world: World) -> None:
    credited.write_now(lambda tx: close(tx, world, world.start(tx, holding(world, 4_000))))

    assert free(credited) == {"CRC": 4_000}
    assert credited.read_now(lambda tx: tx.ledger.held_credit("c1", Mode.TEST)) == {}


def test_nothing_is_free_where_all_is_held(credited: SqliteStore, world: World) -> None:
    credited.write_now(lambda tx: world.start(tx, holding(world, 4_000)))

    assert free(credited) == {}


@pytest.mark.parametrize(
    ("amount", "credit", "why"),
    [
        (6_000, 4_001, "more than is due, and more than there is"),
        (5_000, 4_001, "more than there is"),
        (6_001, 4_000, "more than is due"),
    ],
)
def test_a_payment_that_holds_too_much_is_not_sent(
    credited: SqliteStore, world: World, amount: int, credit: int, why: str
) -> None:
    with pytest.raises(Conflict) as refused:
        credited.write_now(lambda tx: world.start(tx, holding(world, credit, amount=amount)))

    assert refused.value.rule == "legal_send", why
    assert free(credited) == {"CRC": 4_000}


def test_two_payments_do_not_hold_the_same_credit(credited: SqliteStore, world: World) -> None:
    def third(tx: SqliteTx) -> None:
        world.bill(tx, world.payable("p3"))
        world.start(tx, holding(world, 3_000))

    credited.write_now(third)

    with pytest.raises(Conflict, match="held"):
        credited.write_now(lambda tx: world.start(tx, holding(world, 1_001, id="t3", of="p3")))
    credited.write_now(lambda tx: world.start(tx, holding(world, 1_000, id="t3", of="p3")))


def test_a_line_may_be_of_credit_alone_but_not_of_nothing(credited: SqliteStore, world: World) -> None:
    money = PaymentLine(payable_id="p1", number="F-p1", amount=10_000)
    covered = PaymentLine(payable_id="p3", number="F-p3", amount=0, credit=4_000)
    empty = attrs.evolve(covered, credit=0)
    credited.write_now(lambda tx: world.bill(tx, world.payable("p3")))

    with pytest.raises(Conflict, match="of_something"):
        credited.write_now(lambda tx: world.start(tx, attrs.evolve(world.payment("t2"), lines=(money, empty))))
    credited.write_now(lambda tx: world.start(tx, attrs.evolve(world.payment("t2"), lines=(money, covered))))


def test_what_is_held_is_left_of_the_newest_credit(credited: SqliteStore, world: World) -> None:
    def more(tx: SqliteTx) -> None:
        world.bill(tx, world.payable("p3"))
        world.pay(tx, world.start(tx, world.payment("t9", "p3")), amount=12_000)
        world.start(tx, holding(world, 3_000))

    credited.write_now(more)

    found = credited.read_now(lambda tx: tx.ledger.free_intakes("c1", Mode.TEST, "CRC"))
    assert [intake.unapplied for intake in found] == [3_000]
    assert credited.read_now(lambda tx: tx.ledger.free_intakes("c1", Mode.TEST, "USD")) == ()
