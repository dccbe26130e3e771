"""Refunds, undos and cancels, and what is observed of them."""

from contextlib import closing
from typing import Any

from hub.domain.observation import ObservedBy
from hub.domain.operation import Operation, OperationKind
from hub.storage import SqliteStore
from hub.storage.connection import connect
from hub_hookspecs import Kind, Mode, Money
from tests.storage.conftest import World


def undo_of(payment_id: str, world: World) -> Operation:
    return Operation(
        id=f"o-{payment_id}",
        payment_id=payment_id,
        account_id="a1",
        merchant_id="m1",
        mode=Mode.TEST,
        kind=OperationKind.UNDO,
        reference=f"UNDO-{payment_id}",
        amount=Money(10_000, "CRC"),
        created_at=world.now,
    )


def test_what_is_observed_of_an_operation_is_counted_apart_from_others(furnished: SqliteStore, world: World) -> None:
    def write(tx: Any) -> list[bool]:
        for payment_id, payable_id in (("t1", "p1"), ("t2", "p2")):
            tx.payments.add(world.payment(payment_id, payable_id))
            tx.operations.add(undo_of(payment_id, world))
        return [
            tx.operations.observe(key, f"o-{of}", kind, ObservedBy.ANSWER, reason=None, note="", now=world.now)
            for key, of, kind in (
                ("z", "t1", Kind.ACCEPTED),
                ("y", "t2", Kind.ACCEPTED),
                ("a", "t1", Kind.RETURNED),
                ("a", "t1", Kind.RETURNED),
            )
        ]

    assert furnished.write_now(write) == [True, True, True, False]

    with closing(connect(furnished.path)) as connection:
        rows = connection.execute("SELECT operation, seq, id FROM operation_news ORDER BY operation, seq").fetchall()
    assert [tuple(row) for row in rows] == [("o-t1", 1, "z"), ("o-t1", 2, "a"), ("o-t2", 1, "y")]
    kinds = furnished.read_now(lambda tx: [kind for kind, *_ in tx.operations.seen("o-t1")])
    assert kinds == [Kind.ACCEPTED, Kind.RETURNED]
