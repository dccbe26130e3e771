"""What a file opens again that owes nothing here, since a file or a complete list said that it was paid elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.domain.decision import named
from hub.domain.ledger import Effect
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.stated import InvoiceStanding, Stated, StatedChange, stated_change
from hub.domain.text import Text
from hub.flows.ground.ports import Tx

People = Mapping[str, tuple[str, datetime | None]]


def closed_by_people(tx: Tx, known: Iterable[Payable]) -> People:
    """By invoice: who closed it with a complete list, and when, where no file spoke of it since."""
    paid = [payable.id for payable in known if payable.outside > 0 and payable.due <= 0]
    return tx.imports.closed_by(paid) if paid else {}


def opens_again(standing: InvoiceStanding, update: StatedChange) -> bool:
    """Whether it owes something again that owed nothing, as what was paid elsewhere is taken back."""
    return standing.due <= 0 and update.outside < 0 and standing.after(update).due > 0


def stays_closed(
    known: Payable, standing: InvoiceStanding | None, stated: Stated, closed: People, zone: ZoneInfo
) -> Text | None:
    """Why a file does not open it again: a person closed it, and takes that back where it was wrong."""
    if known.id not in closed or standing is None or not opens_again(standing, stated_change(standing, stated)):
        return None
    by, at = closed[known.id]
    return Text("import.closed_here", by=named(by), at=(at or known.created_at).astimezone(zone).date())


def paid_elsewhere_since(tx: Tx, merchant: Merchant, payable: Payable) -> date:
    """When the last of what was paid elsewhere was booked."""
    entries = tx.ledger.keyed(merchant.id, merchant.mode, f"outside:{payable.id}")
    booked = [
        entry.at
        for entry in entries
        if any(part.effect is Effect.OUTSIDE and part.amount > 0 for part in entry.applied)
    ]
    return max(booked, default=payable.created_at).astimezone(ZoneInfo(merchant.company.zone)).date()
