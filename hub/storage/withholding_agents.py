"""Which customers withhold where not everybody may: bodies of the State, as the merchant says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from .rows import micros, moment
from .schema import withholding_agent
from .statements import Runs

ADD = (
    insert(withholding_agent)
    .values({column.name: bindparam(column.name) for column in withholding_agent.columns})
    .on_conflict_do_nothing()
)
DROP = delete(withholding_agent).where(withholding_agent.c.customer == bindparam("customer"))
GET = select(withholding_agent).where(withholding_agent.c.customer == bindparam("customer"))


class WithholdingAgents:
    """The customers that withhold."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, customer_id: str, merchant_id: str, *, by: str, at: datetime) -> None:
        """Say that a customer withholds; said again it changes nothing."""
        self._tx.run(ADD, {"customer": customer_id, "merchant": merchant_id, "by": by, "since": micros(at)})

    def drop(self, customer_id: str) -> None:
        """Say that a customer does not."""
        self._tx.run(DROP, {"customer": customer_id})

    def has(self, customer_id: str) -> bool:
        """Whether a customer withholds."""
        return self.said_of(customer_id) is not None

    def said_of(self, customer_id: str) -> tuple[str, datetime] | None:
        """Who said that a customer withholds, and when; None where nobody did."""
        row = self._tx.run(GET, {"customer": customer_id}).fetchone()
        return None if row is None else (row["by"], moment(row["since"]))
