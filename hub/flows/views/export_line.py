"""A line of the export of payments: one movement of money with what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from hub.domain.export import Cell
from hub.domain.merchant import Customer
from hub.domain.moved import Moved, What
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt
from hub.domain.text import Text
from hub.domain.told_besides import NOTHING_TOLD, ToldBesides
from hub_hookspecs import Money

COLUMNS: Final = (
    Text("export.booked"),
    Text("export.value_day"),
    Text("export.movement"),
    Text("export.reference"),
    Text("export.provider_reference"),
    Text("export.authorisation"),
    Text("export.bank_reference"),
    Text("export.paid"),
    Text("export.provider"),
    Text("export.means"),
    Text("export.customer"),
    Text("export.identity"),
    Text("export.currency"),
    Text("export.amount"),
    Text("export.withheld"),
    Text("export.applied"),
    Text("export.bills"),
    Text("export.credit"),
    Text("export.suspended"),
    Text("export.exchanged"),
    Text("export.fee"),
    Text("export.provider_withheld"),
    Text("export.net"),
    Text("export.sender"),
    Text("export.told_fee"),
    Text("export.settled"),
    Text("export.rate"),
    Text("export.cash_receipt"),
    Text("export.payment"),
    Text("export.entry"),
)
"""Heads of the file, in the merchant's own language as its rows."""

LABELS: Final = {
    What.PAYMENT: Text("moved.payment"),
    What.RECEIPT: Text("moved.receipt"),
    What.REFUND: Text("moved.refund"),
    What.CHARGEBACK: Text("moved.chargeback"),
    What.DISBURSEMENT: Text("moved.disbursement"),
    What.EXCHANGE: Text("moved.exchange"),
    What.WITHHELD: Text("moved.withheld"),
    What.APPLIED: Text("moved.applied"),
}
CORRECTION: Final = Text("moved.correction")


@attrs.frozen(kw_only=True)
class Fee:
    """What a provider kept of a movement, by the line that paid it out; minor units."""

    fee: int = 0
    withheld: int = 0
    net: int = 0


@attrs.frozen(kw_only=True)
class ExportLine:
    """A movement with what belongs to it.

    Attributes:
        number: Of the payment, else of the cash receipt.
        at: When it moved, as well as is known.
        paid_at: When the payer paid, where the provider says so; where the merchant is.
        invoices: (number, amount) of what it settled.
        receipts: The cash receipts of the money that it is about, which stand.
        told: What its provider told beside the amount; nothing is booked of it.
    """

    moved: Moved
    number: str
    at: datetime
    paid_at: datetime | None = None
    provider_reference: str = ""
    authorisation: str = ""
    bank_reference: str = ""
    provider: str = ""
    means: Text | str = ""
    customer: Customer | None = None
    identity: str = ""
    invoices: tuple[tuple[str, Money], ...] = ()
    fee: Fee | None = None
    receipts: tuple[CashReceipt, ...] = ()
    payment: Payment | None = None
    told: ToldBesides = NOTHING_TOLD

    @property
    def cash_receipt(self) -> str:
        """The labels of its cash receipts; a return may be of two."""
        return " | ".join(receipt.label for receipt in self.receipts)

    @property
    def cells(self) -> tuple[Cell | Text, ...]:
        """Its row under ``COLUMNS``; what does not concern it is empty, so that each column can be summed."""
        moved, fee, currency = self.moved, self.fee, self.moved.currency

        def money(minor: int) -> Money:
            return Money(minor, currency)

        return (
            moved.booked_on,
            moved.counts_on,
            CORRECTION if moved.corrects else LABELS[moved.what],
            self.number,
            self.provider_reference,
            self.authorisation,
            self.bank_reference,
            self.paid_at,
            self.provider,
            self.means,
            self.customer.name if self.customer else "",
            self.identity,
            currency,
            money(moved.amount) if moved.amount else None,
            money(moved.withheld) if moved.withheld else None,
            money(moved.settled) if moved.applied else None,
            " | ".join(f"{number}: {amount.decimal:f}".replace(".", ",") for number, amount in self.invoices),
            money(moved.credit),
            money(moved.suspended) if moved.suspended else None,
            money(moved.exchanged) if moved.exchanged else None,
            *((money(fee.fee), money(fee.withheld), money(fee.net)) if fee else (None, None, None)),
            " | ".join(self.told.sent_by),
            self.told.keeps_of(moved.money),
            f"{self.told.settled.currency} {self.told.settled.decimal:f}".replace(".", ",")
            if self.told.settled
            else "",
            (self.told.rate or "").replace(".", ","),
            self.cash_receipt,
            moved.payment_id or "",
            moved.key,
        )

    @property
    def facts(self) -> Mapping[str, object]:
        """The same for programs."""
        moved, fee, currency = self.moved, self.fee, self.moved.currency
        return {
            "key": moved.key,
            "kind": moved.what.value,
            "corrects": moved.corrects,
            "booked_on": moved.booked_on,
            "value_on": moved.counts_on,
            "reference": self.number,
            "payment": moved.payment_id,
            "provider_reference": self.provider_reference or None,
            "authorisation": self.authorisation or None,
            "bank_reference": self.bank_reference or None,
            "provider": self.provider or None,
            "means": self.means or None,
            "customer": self.customer.name if self.customer else None,
            "identity": self.identity or None,
            "amount": moved.money,
            "withheld": Money(moved.withheld, currency),
            "applied": [{"invoice": number, "amount": amount} for number, amount in self.invoices],
            "credit": Money(moved.credit, currency),
            "suspended": Money(moved.suspended, currency),
            "exchanged": Money(moved.exchanged, currency),
            "lost": Money(moved.lost, currency),
            "fee": Money(fee.fee, currency) if fee else None,
            "provider_withheld": Money(fee.withheld, currency) if fee else None,
            "net": Money(fee.net, currency) if fee else None,
            "sent_by": list(self.told.sent_by),
            "told_fee": self.told.fee,
            "settled_amount": self.told.settled,
            "settled_rate": self.told.rate,
            "cash_receipt": self.cash_receipt or None,
        }
