"""Export what was paid since a moment: one row a payment and invoice, for spreadsheets and accounting programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.export import Cell
from hub.domain.identity import show_document
from hub.domain.merchant import Customer, Merchant
from hub.domain.payment import Capture, Payment, captures_in
from hub.domain.settlement import LineState
from hub_hookspecs import Money

from .ports import Hub, Tx
from .view_payment import instrument_of

COLUMNS: Final = (
    "Referencia",
    "Transacción del proveedor",
    "Autorización",
    "Registrado",
    "Pagado",
    "Proveedor",
    "Medio",
    "Cliente",
    "Identificación",
    "Factura",
    "Moneda",
    "Monto aplicado",
    "Monto del pago",
    "Comisión",
    "Retenido",
    "Neto",
    "Recibo de caja",
    "Nuestro pago",
)
TO_CREDIT: Final = "(a favor del cliente)"
MOST: Final = 20_000


@attrs.frozen(kw_only=True)
class Fee:
    """What a provider kept of a payment, by its settlement lines; minor units."""

    fee: int = 0
    withheld: int = 0
    net: int = 0


@attrs.frozen(kw_only=True)
class Exported:
    """Rows under ``COLUMNS``; a payment's own amounts stand in its first row alone, so that columns can be summed.

    Attributes:
        payments: How many payments they are of.
        cut: There are more than one file holds.
    """

    rows: tuple[tuple[Cell, ...], ...]
    payments: int
    cut: bool = False


async def export_payments(hub: Hub, merchant: Merchant, since: datetime, until: datetime | None = None) -> Exported:
    """Everything that was booked as paid from ``since`` on, in the order of booking.

    What counts is when the hub learned of the money, not when the payer paid: whoever asks each day since yesterday
    misses no late news.
    """

    def read(tx: Tx) -> Exported:
        ids = tx.payments.paid_since(merchant.id, merchant.mode, since, until, limit=MOST + 1)
        fees = _fees(tx, merchant)
        customers: dict[str, Customer | None] = {}
        rows: list[tuple[Cell, ...]] = []
        for payment_id, booked_at in ids[:MOST]:
            payment = tx.payments.get(payment_id)
            if payment is None:
                continue
            if payment.customer_id not in customers:
                customers[payment.customer_id] = tx.customers.get(payment.customer_id)
            rows += _rows(tx, hub, merchant, payment, customers[payment.customer_id], booked_at, fees.get(payment.id))
        return Exported(rows=tuple(rows), payments=min(len(ids), MOST), cut=len(ids) > MOST)

    return await hub.store.read(read)


def _fees(tx: Tx, merchant: Merchant) -> Mapping[str, Fee]:
    found: dict[str, Fee] = {}
    for account in tx.accounts.of(merchant.id, merchant.mode):
        for stored in tx.settlements.of(account.id, LineState.BOOKED):
            if stored.payment_id is None:
                continue
            line, before = stored.line, found.get(stored.payment_id, Fee())
            found[stored.payment_id] = Fee(
                fee=before.fee + _minor(line.fee) + _minor(line.fee_tax),
                withheld=before.withheld + sum(kept.minor for kept in line.withholdings.values()),
                net=before.net + line.net.minor,
            )
    return found


def _minor(amount: Money | None) -> int:
    return amount.minor if amount else 0


def _rows(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    payment: Payment,
    customer: Customer | None,
    booked_at: datetime,
    fee: Fee | None,
) -> Iterator[tuple[Cell, ...]]:
    zone = ZoneInfo(merchant.company.zone)
    seen = tx.payments.seen(payment.id)
    captures = captures_in(payment, seen)
    instrument = instrument_of(seen)
    receipt = tx.receipts.of_payment(payment.id)
    provider = hub.providers.get(payment.provider)
    country = hub.countries[merchant.company.country]
    document = customer.document if customer else None
    for at, (number, applied) in enumerate(_applied(tx, payment)):
        yield (
            payment.reference,
            payment.provider_reference or "",
            next((taken.authorisation for taken in captures if taken.authorisation), "") or "",
            booked_at.astimezone(zone),
            captures[0].at.astimezone(zone) if captures and not captures[0].is_learnt else None,
            provider.info.name if provider else payment.provider,
            instrument.label if instrument else "",
            customer.name if customer else "",
            show_document(country, document) if document else "",
            number,
            applied.currency,
            applied,
            _captured(captures, payment) if at == 0 else None,
            *(_kept(fee, applied.currency) if at == 0 else (None, None, None)),
            receipt.label if receipt else "",
            payment.id,
        )


def _kept(fee: Fee | None, currency: str) -> tuple[Cell, Cell, Cell]:
    if fee is None:
        return None, None, None
    return Money(fee.fee, currency), Money(fee.withheld, currency), Money(fee.net, currency)


def _captured(captures: tuple[Capture, ...], payment: Payment) -> Money:
    own = [taken.amount.minor for taken in captures if taken.amount.currency == payment.amount.currency]
    return Money(sum(own), payment.amount.currency) if own else payment.amount


def _applied(tx: Tx, payment: Payment) -> Iterator[tuple[str, Money]]:
    """(invoice, amount) of what a payment settles now, and what of it is the customer's credit."""
    numbers = {line.payable_id: line.number for line in payment.lines}
    none = True
    for intake in tx.ledger.intakes_of(payment.id):
        for share in intake.shares:
            none = False
            yield numbers.get(share.payable_id) or _number(tx, share.payable_id), Money(share.amount, intake.currency)
        if intake.unapplied > 0:
            none = False
            yield TO_CREDIT, Money(intake.unapplied, intake.currency)
    if none:
        yield "", Money(0, payment.amount.currency)


def _number(tx: Tx, payable_id: str) -> str:
    payable = tx.payables.get(payable_id)
    return payable.number if payable else ""
