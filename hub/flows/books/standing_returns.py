"""The refunds of a payment that are booked and stand, each of which may still bounce; and those that did."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import attrs

from hub.domain import entry_keys
from hub.domain.ledger import Entry, EntryKind, LedgerKind
from hub.domain.payment import Payment
from hub.domain.returns import returns_in
from hub.flows.ground.ports import Tx
from hub.flows.ground.read_held import observed_of
from hub_hookspecs import Kind, Money

from .book_return import own_key_of
from .reverse_entry import fixes_of


@attrs.frozen
class StandingReturn:
    """A refund that is booked and stands, with its entries: one, or its parts."""

    name: str
    amount: Money
    entries: tuple[Entry, ...]


def standing_returns(tx: Tx, payment: Payment) -> tuple[StandingReturn, ...]:
    """The refunds of a payment that may bounce: booked as a whole, and not corrected."""
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    found = []
    for back in returns_in(observed_of(tx, payment)):
        key = own_key_of(tx, payment, entry_keys.refund_key(payment.account_id, back.name))
        own = tuple(
            entry
            for entry in entries
            if entry.kind is EntryKind.REFUND and (entry.key == key or entry.key.startswith(f"{key}#"))
        )
        if back.kind is Kind.RETURNED and own and not any(fixes_of(tx, entry) for entry in own):
            minor = -sum(entry.moved(LedgerKind.PROVIDER_CLEARING) for entry in own)
            found.append(StandingReturn(back.name, Money(minor, own[0].currency), own))
    return tuple(found)


@attrs.frozen
class BouncedReturn:
    """A refund that came back, and the day for which that counts."""

    amount: Money
    on: date


def bounced_returns(tx: Tx, payment: Payment, zone: ZoneInfo) -> tuple[BouncedReturn, ...]:
    """The refunds of a payment that bounced, or their parts; in the order in which that was recorded."""
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    return tuple(
        BouncedReturn(Money(entry.moved(LedgerKind.PROVIDER_CLEARING), entry.currency), entry.counts_on(zone))
        for entry in entries
        if entry.observation and (entry_keys.reverses(entry.key) or "").startswith("refund:")
    )
