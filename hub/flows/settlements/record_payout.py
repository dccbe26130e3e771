"""Record what reached the bank of money that a provider's report settled without stating its fees."""

from __future__ import annotations

import itertools
from datetime import date
from zoneinfo import ZoneInfo

import attrs

from hub.domain import money_entries
from hub.domain.account import ProviderAccount
from hub.domain.entry_keys import line_key
from hub.domain.identity import FieldError, Invalid
from hub.domain.ledger import Entry, EntryKind
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.books.reverse_entry import is_reversed
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class Payout:
    """What the bank's statement says, and what the provider kept of it.

    Attributes:
        reference: The bank's, of this deposit; with the day it names the payout, so that none is recorded twice.
    """

    arrived: Money
    fee: Money
    fee_tax: Money
    on: date
    reference: str

    @property
    def total(self) -> Money:
        """What leaves the account's money in transit."""
        return self.arrived + self.fee + self.fee_tax


async def record_payout(hub: Hub, merchant: Merchant, account: ProviderAccount, payout: Payout, *, by: str) -> Entry:
    """Book what reached the bank, once a reference and day; what was corrected away may be recorded anew.

    Raises:
        Invalid: An amount that is none, a day to come, no reference, another amount under a reference that was
            recorded, or more than is in transit.
    """
    now = hub.clock()
    today = now.astimezone(ZoneInfo(merchant.company.zone)).date()
    if problems := tuple(_problems(payout, today)):
        raise Invalid(problems)

    def write(tx: Tx) -> Entry:
        stem = f"{payout.on.isoformat()}-{payout.reference}"
        for number in itertools.count():
            named = f"{stem}:{number}" if number else stem
            entry = money_entries.payout(
                account_id=account.id,
                merchant_id=merchant.id,
                mode=account.mode,
                named=named,
                arrived=payout.arrived,
                fee=payout.fee.minor,
                fee_tax=payout.fee_tax.minor,
                at=now,
                on=payout.on,
                note=by,
            )
            before = _entry(tx, entry)
            if before is None:
                _refuse_too_much(tx, account, payout)
                tx.ledger.write(entry)
                return entry
            if not is_reversed(tx, before):
                return _same(before, entry, payout)
        raise AssertionError("numbers do not end")

    return await hub.store.write(write)


def _problems(payout: Payout, today: date) -> list[FieldError]:
    found = []
    if payout.arrived.minor <= 0:
        found.append(FieldError("amount", Text("payout.nothing")))
    if payout.fee.minor < 0 or payout.fee_tax.minor < 0:
        found.append(FieldError("fee", Text("payout.fee_below_zero")))
    if payout.on > today:
        found.append(FieldError("on", Text("payout.day_to_come")))
    if not payout.reference.strip() or len(payout.reference) > 64 or not payout.reference.isprintable():
        found.append(FieldError("reference", Text("payout.reference_missing")))
    return found


def _entry(tx: Tx, wanted: Entry) -> Entry | None:
    keyed = tx.ledger.keyed(wanted.merchant_id, wanted.mode, wanted.key)
    return next((entry for entry in keyed if entry.key == wanted.key), None)


def _same(before: Entry, entry: Entry, payout: Payout) -> Entry:
    if before.postings != entry.postings or before.currency != entry.currency:
        raise Invalid((FieldError("reference", Text("payout.recorded_otherwise", reference=payout.reference)),))
    return before


def _refuse_too_much(tx: Tx, account: ProviderAccount, payout: Payout) -> None:
    currency = payout.arrived.currency
    there = Money(tx.settlements.in_transit(account.id).get(currency, 0), currency)
    if payout.total > there:
        raise Invalid((FieldError("amount", Text("payout.too_much", asked=payout.total, there=there)),))


def payouts_of(tx: Tx, merchant: Merchant, account: ProviderAccount) -> tuple[Entry, ...]:
    """The payouts that were recorded and stand, oldest first."""
    entries = tx.ledger.keyed(merchant.id, account.mode, line_key("payout", account.id, "").removesuffix(":"))
    return tuple(entry for entry in entries if entry.kind is EntryKind.PAYOUT and not is_reversed(tx, entry))
