"""Store orders, and the answers saved for idempotency keys."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from sqlalchemy import bindparam, select

from hub.domain.order import OrderItem, StoreOrder
from hub_hookspecs import Mode, Money

from .rows import json_text, micros, moment
from .schema import idempotency, store_order
from .statements import Runs, inserted

ADD = inserted(store_order)
GET = select(store_order).where(store_order.c.id == bindparam("id"))
OF = (
    select(store_order)
    .where(store_order.c.merchant == bindparam("merchant"), store_order.c.mode == bindparam("mode"))
    .order_by(store_order.c.created_at.desc(), store_order.c.id.desc())
)
SAVE_ANSWER = inserted(idempotency)
SAVED_ANSWER = select(idempotency).where(
    idempotency.c.merchant == bindparam("merchant"),
    idempotency.c.mode == bindparam("mode"),
    idempotency.c.key == bindparam("key"),
)


class Orders:
    """Store orders and the answers saved for idempotency keys."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, order: StoreOrder) -> None:
        """Insert an order; its payable is there already."""
        self._tx.run(ADD, _values(order))

    def get(self, order_id: str) -> StoreOrder | None:
        """An order by id."""
        row = self._tx.run(GET, {"id": order_id}).fetchone()
        return None if row is None else _order(row)

    def of(self, merchant_id: str, mode: Mode) -> tuple[StoreOrder, ...]:
        """A merchant's orders; newest first."""
        return tuple(_order(row) for row in self._tx.run(OF, {"merchant": merchant_id, "mode": mode.value}))

    def saved_answer(self, merchant_id: str, mode: Mode, key: str) -> tuple[str, int, str] | None:
        """(body digest, status, answer) of an idempotency key."""
        row = self._tx.run(SAVED_ANSWER, {"merchant": merchant_id, "mode": mode.value, "key": key}).fetchone()
        return None if row is None else (row["digest"], row["status"], row["answer"])

    def save_answer(
        self, merchant_id: str, mode: Mode, key: str, digest: str, status: int, answer: str, now: datetime
    ) -> None:
        """Save the answer to a key.

        Raises:
            Conflict: ``unique`` when the key has an answer.
        """
        values = {"merchant": merchant_id, "mode": mode.value, "key": key, "digest": digest, "status": status}
        self._tx.run(SAVE_ANSWER, {**values, "answer": answer, "created_at": micros(now)})


def _values(record: StoreOrder) -> dict[str, object]:
    return {
        "id": record.id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "number": record.number,
        "customer": record.customer_id,
        "items": json_text([[item.sku, item.description, item.quantity, item.price] for item in record.items]),
        "currency": record.total.currency,
        "total": record.total.minor,
        "hold_until": micros(record.hold_until),
        "return_url": record.return_url,
        "created_at": micros(record.created_at),
    }


def _order(row: sqlite3.Row) -> StoreOrder:
    return StoreOrder(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        number=row["number"],
        customer_id=row["customer"],
        items=tuple(
            OrderItem(sku=sku, description=description, quantity=quantity, price=price)
            for sku, description, quantity, price in json.loads(row["items"])
        ),
        total=Money(row["total"], row["currency"]),
        hold_until=moment(row["hold_until"]),
        return_url=row["return_url"],
        created_at=moment(row["created_at"]),
    )
