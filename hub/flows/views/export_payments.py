"""Export what moved money in some days: one row a movement, for spreadsheets and accounting programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.captures import captures_in
from hub.domain.entry_keys import capture_key
from hub.domain.export import Cell
from hub.domain.identity import show_document
from hub.domain.merchant import Customer, Merchant
from hub.domain.moved import By, Moved, MovedTotal, What, movements_of, totals_of
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt, means_name
from hub.domain.returns import returns_in
from hub.domain.settlement import RESERVE, LineState
from hub.domain.text import Text
from hub.domain.told_besides import NOTHING_TOLD, ToldBesides, told_besides
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.view_payment import instrument_of
from hub_hookspecs import Mode, Money

from .export_line import ExportLine, Fee

MAX_MOVEMENTS: Final = 20_000
"""Movements of one file."""


@attrs.frozen(kw_only=True)
class Exported:
    """Movements in the order in which they were booked.

    Attributes:
        cut: There are more than one file holds.
    """

    lines: tuple[ExportLine, ...]
    cut: bool = False

    @property
    def rows(self) -> tuple[tuple[Cell | Text, ...], ...]:
        """Under ``COLUMNS``."""
        return tuple(line.cells for line in self.lines)

    @property
    def totals(self) -> tuple[MovedTotal, ...]:
        """What came in and what went back, by currency."""
        return totals_of([line.moved for line in self.lines])


async def export_payments(
    hub: Hub, merchant: Merchant, first: date, last: date | None = None, *, by: By = By.BOOKED
) -> Exported:
    """What moved money from the day ``first`` to the day ``last``, where the merchant is.

    By the day of booking, whoever asks each day since yesterday misses nothing that came late; by the day that it
    counts for, whoever asks for a month gets what moved in it, as it is known today.
    """

    def read(tx: Tx) -> Exported:
        found = moved_in(tx, merchant, merchant.mode, first, last or date.max, by)
        return Exported(
            lines=lines_of(tx, hub, merchant, merchant.mode, found[:MAX_MOVEMENTS]), cut=len(found) > MAX_MOVEMENTS
        )

    return await hub.store.read(read)


def lines_of(tx: Tx, hub: Hub, merchant: Merchant, mode: Mode, found: Iterable[Moved]) -> tuple[ExportLine, ...]:
    """Movements with what belongs to them."""
    lines = _ExportLines(tx=tx, hub=hub, merchant=merchant, fees=_fees(tx, merchant, mode))
    return tuple(lines.of(moved) for moved in found)


def moved_in(tx: Tx, merchant: Merchant, mode: Mode, first: date, last: date, by: By) -> tuple[Moved, ...]:
    """The movements of some days, as the ledger has them; in the order in which they were booked."""
    zone = ZoneInfo(merchant.company.zone)
    since = datetime.combine(first, time(), zone)
    until = datetime.combine(min(last, date.max - timedelta(days=2)) + timedelta(days=1), time(), zone)
    days = (first, last) if by is By.VALUE else None
    return movements_of(tx.ledger.of_money(merchant.id, mode, since, until, days=days), zone)


def booked_between(tx: Tx, merchant: Merchant, mode: Mode, since: datetime, until: datetime) -> tuple[Moved, ...]:
    """The movements that were booked in [since, until), whatever days they are where the merchant is."""
    return movements_of(tx.ledger.of_money(merchant.id, mode, since, until), ZoneInfo(merchant.company.zone))


def _fees(tx: Tx, merchant: Merchant, mode: Mode) -> Mapping[str, Fee]:
    """What providers kept, by the key of the entry that a line of theirs settles; a line in transit does not say."""
    return {
        stored.settles: Fee(
            fee=_minor(stored.line.fee) + _minor(stored.line.fee_tax),
            withheld=sum(kept.minor for tax, kept in stored.line.withholdings.items() if tax != RESERVE),
            net=stored.line.net.minor,
        )
        for account in tx.accounts.all_of(merchant.id, mode)
        for stored in tx.settlements.of(account.id, LineState.BOOKED)
        if stored.settles is not None and not stored.in_transit
    }


def _recorded(payment: Payment, receipt: CashReceipt) -> tuple[str, ...]:
    """The keys of the entries whose money a receipt records: a capture, or both halves of a conversion."""
    if receipt.came and receipt.movement:
        return (receipt.movement, f"{receipt.movement.removesuffix(':out')}:in")
    return (capture_key(payment.account_id, receipt.movement),) if receipt.movement else ()


def _minor(amount: Money | None) -> int:
    return amount.minor if amount else 0


@attrs.frozen
class _ExportedPayment:
    """What the movements of one payment have in common, and what is stated of each by the key of its observation.

    Attributes:
        captures: Key of the entry of each capture, by the key of its observation.
        receipts: Those that stand, by the key of the entry whose money they record.
    """

    payment: Payment
    provider: str
    means: str
    captures: Mapping[str, str]
    receipts: Mapping[str, CashReceipt]
    references: Mapping[str, str]
    authorisations: Mapping[str, str]
    stated: Mapping[str, datetime]
    moments: Mapping[str, datetime]
    told: Mapping[str, ToldBesides]

    def told_of(self, moved: Moved) -> ToldBesides:
        """What was told beside the amount of a capture; of what went back or corrects, nothing."""
        is_capture = moved.what is What.PAYMENT and not moved.corrects
        return self.told.get(moved.observation or "", NOTHING_TOLD) if is_capture else NOTHING_TOLD

    def receipts_of(self, moved: Moved) -> tuple[CashReceipt, ...]:
        """The cash receipts of the money that a movement is about, each once."""
        capture = self.captures.get(moved.observation or "", "")
        return tuple(self.receipts[key] for key in moved.intakes or (capture,) if key in self.receipts)


@attrs.define(kw_only=True)
class _ExportLines:
    """Finds what belongs to movements, each payment, customer and invoice once."""

    tx: Tx
    hub: Hub
    merchant: Merchant
    fees: Mapping[str, Fee]
    payments: dict[str, _ExportedPayment | None] = attrs.Factory(dict)
    customers: dict[str, tuple[Customer | None, str]] = attrs.Factory(dict)
    numbers: dict[str, str] = attrs.Factory(dict)

    def of(self, moved: Moved) -> ExportLine:
        """The line of a movement."""
        receipt = None if moved.payment_id else self.tx.receipts.get(moved.origin)
        made = self.tx.disbursements.get(moved.origin) if moved.what is What.DISBURSEMENT else None
        paper = receipt or made
        known = self._payment(moved.payment_id or (receipt.payment_id if receipt else None))
        receipts = (receipt,) if receipt else known.receipts_of(moved) if known else ()
        customer, identity = self._customer(moved.customer_id or (known.payment.customer_id if known else ""))
        line = ExportLine(
            moved=moved,
            number=known.payment.reference if known else paper.label if paper else "",
            at=moved.booked_at,
            customer=customer,
            identity=identity,
            invoices=tuple(
                (self._number(share.payable_id), Money(share.amount, moved.currency)) for share in moved.applied
            ),
            fee=self.fees.get(moved.key),
            receipts=receipts,
        )
        if known is None:
            country = self.hub.countries[self.merchant.company.country]
            named = receipt.means if receipt else made.paid.means if made else ""
            means = means_name(named, country) if named else ""
            reference = receipt.bank_reference if receipt else ""
            return attrs.evolve(line, means=means, bank_reference=reference, at=self._on_its_day(moved))
        observation = moved.observation or ""
        return attrs.evolve(
            line,
            payment=known.payment,
            provider=known.provider,
            means=known.means,
            at=known.moments.get(observation, moved.booked_at),
            paid_at=known.stated.get(observation),
            provider_reference=known.references.get(observation, known.payment.provider_reference or ""),
            authorisation=known.authorisations.get(observation, ""),
            told=known.told_of(moved),
        )

    def _payment(self, payment_id: str | None) -> _ExportedPayment | None:
        if payment_id is None:
            return None
        if payment_id not in self.payments:
            payment = self.tx.payments.get(payment_id)
            self.payments[payment_id] = self._known(payment) if payment else None
        return self.payments[payment_id]

    def _known(self, payment: Payment) -> _ExportedPayment:
        seen = self.tx.payments.seen(payment.id)
        provider, instrument = self.hub.providers.get(payment.provider), instrument_of(seen)
        captures, told = captures_in(payment, seen), told_besides(payment, seen)
        zone = ZoneInfo(self.merchant.company.zone)
        return _ExportedPayment(
            payment=payment,
            provider=provider.info.name if provider else payment.provider,
            means=instrument.label if instrument else "",
            captures={taken.key: capture_key(payment.account_id, taken.movement) for taken in captures},
            receipts={
                key: receipt for receipt in self.tx.receipts.standing(payment.id) for key in _recorded(payment, receipt)
            },
            references={taken.key: taken.provider_reference for taken in captures[1:] if taken.provider_reference},
            authorisations={taken.key: taken.authorisation or "" for taken in captures},
            told={taken.key: told[taken.movement] for taken in captures},
            stated={taken.key: taken.at.astimezone(zone) for taken in captures if not taken.is_learnt},
            moments={taken.key: taken.at for taken in captures} | {back.key: back.at for back in returns_in(seen)},
        )

    def _on_its_day(self, moved: Moved) -> datetime:
        """A person named the day alone."""
        if moved.counts_on == moved.booked_on:
            return moved.booked_at
        return datetime.combine(moved.counts_on, time(), ZoneInfo(self.merchant.company.zone))

    def _customer(self, customer_id: str) -> tuple[Customer | None, str]:
        if customer_id not in self.customers:
            customer = self.tx.customers.get(customer_id)
            document = customer.document if customer else None
            country = self.hub.countries[self.merchant.company.country]
            self.customers[customer_id] = customer, show_document(country, document) if document else ""
        return self.customers[customer_id]

    def _number(self, payable_id: str) -> str:
        if payable_id not in self.numbers:
            payable = self.tx.payables.get(payable_id)
            self.numbers[payable_id] = payable.number if payable else ""
        return self.numbers[payable_id]
