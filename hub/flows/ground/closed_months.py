"""What somebody dates into a closed month needs its owner and a reason: the one place that looks, whatever the form.

A flow knows nothing of it. A person's page or command gets a hub whose store looks at what each transaction booked.
What a provider told is news, and never refused; what a file says of its documents is not looked at: its routes say so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

import attrs

from hub.domain.merchant import Role
from hub.domain.month_close import PROVIDERS_OWN, MonthClose, Reopening

from .ports import Hub, Tx
from .wrapped_store import WrappedStore

T = TypeVar("T")

REASON_FIELD: Final = "into_closed"
"""The field of a form that says why."""

Refuse = Callable[[MonthClose, tuple[str, ...]], Exception]
"""What is raised for the close that stands in the way, and the addresses of who may decide."""


@attrs.define(kw_only=True)
class LookingStore(WrappedStore):
    """The store as a person writes to it.

    Attributes:
        merchant_id: Whose months; None for those of every company.
        by, why: Who writes, and why it may be dated into a closed month; empty where nobody said.
    """

    clock: Callable[[], datetime]
    merchant_id: str | None
    by: str
    why: str
    refuse: Refuse

    async def write(self, fn: Callable[[Tx], T], *, synced: bool = True) -> T:
        """``Store.write``.

        Raises:
            Exception: What ``refuse`` makes, where something was dated into a closed month and nobody may or said why.
        """
        at = self.clock()

        def looked(tx: Tx) -> T:
            merchants = [self.merchant_id] if self.merchant_id else [item.id for item in tx.merchants.all()]
            closed = [close for merchant_id in merchants for close in tx.closes.last_of(merchant_id)]
            before = [tx.ledger.head(close.merchant_id, close.mode)[0] for close in closed]
            result = fn(tx)
            for close, seq in zip(closed, before, strict=True):
                self._look(tx, close, seq, at)
            return result

        return await self._store.write(looked, synced=synced)

    def _look(self, tx: Tx, close: MonthClose, seq: int, at: datetime) -> None:
        if tx.ledger.head(close.merchant_id, close.mode)[0] == seq:
            return
        if dated := tx.closes.dated_into(close, seq, PROVIDERS_OWN):
            if not self.why:
                raise self.refuse(close, _owners(tx, close.merchant_id))
            tx.closes.give_reason(dated, close.id, Reopening(self.by, self.why, at))


def _owners(tx: Tx, merchant_id: str) -> tuple[str, ...]:
    return tuple(member.email for member in tx.merchants.members(merchant_id) if member.role is Role.OWNER)


def looking(hub: Hub, *, merchant_id: str | None, by: str, why: str, refuse: Refuse) -> Hub:
    """The hub for whoever may date something into a closed month with this reason; without one nobody may."""
    store = LookingStore(
        store=hub.store, clock=hub.clock, merchant_id=merchant_id, by=by, why=why.strip(), refuse=refuse
    )
    return attrs.evolve(hub, store=store)
