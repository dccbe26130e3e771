"""The merchant's numbered cash receipt (recibo de caja), and the payer's proof (soporte)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

import attrs

from hub.domain.conversion import CameIn
from hub.domain.text import Text, read_stored
from hub_hookspecs import Country, Mode, Money

EMPTY_SUMS: Mapping[str, int] = MappingProxyType({})


class Means(enum.StrEnum):
    """How the money came; a country may have means of its own besides."""

    CASH = "cash"
    TRANSFER = "transfer"
    CHEQUE = "cheque"
    CARD = "card"
    WALLET = "wallet"
    ONLINE = "online"


MEANS_BY_HAND = (Means.CASH, Means.TRANSFER, Means.CHEQUE)
"""Means of money received outside the hub, in every country."""

IN_HAND = frozenset({Means.CASH, Means.CHEQUE})
"""What somebody holds; the rest is at the bank."""

MEANS_LABELS: Mapping[str, Text] = {
    Means.CASH: Text("means.cash"),
    Means.TRANSFER: Text("means.transfer"),
    Means.CHEQUE: Text("means.cheque"),
    Means.CARD: Text("means.card"),
    Means.WALLET: Text("means.wallet"),
    Means.ONLINE: Text("means.online"),
}


def means_by_hand(country: Country) -> tuple[str, ...]:
    """The means of money received outside the hub, those of the country last."""
    return (*MEANS_BY_HAND, *(code for code, _name in country.means))


def means_name(means: str, country: Country) -> Text | str:
    """What people call how money came; means that are not declared any more are called by their code."""
    return MEANS_LABELS.get(means) or dict(country.means).get(means) or means.capitalize()


@attrs.frozen(kw_only=True)
class Deduction:
    """What a payer pays less on one invoice: a tax that it keeps back and pays for us, or a discount.

    Attributes:
        tax: As in the books: ``retefuente``; None for a discount.
    """

    payable_id: str
    amount: int
    tax: str | None = None


def name_of_less(tax: str | None, country: Country) -> Text | str:
    """What people call what was paid less: a tax that was kept back, ``Retefuente``, or a discount."""
    return country.tax_name(tax) if tax else Text("less.discount")


@attrs.frozen(kw_only=True)
class Certificate:
    """The document with which a payer proves what it kept back.

    Attributes:
        number: As it stands on the document; what it says of an invoice and a tax is booked once.
    """

    number: str
    issued_on: date

    @property
    def key(self) -> str:
        """What stands in the keys of its entries in a receipt's place."""
        return f"certificate-{self.number}"


CERTIFICATE_NUMBER = r"[0-9A-Z](?:[0-9A-Z ./_-]{0,38}[0-9A-Z])?"
"""How the number of a certificate is written: in capitals, with single blanks."""

TAX_NAME = r"[a-z][a-z0-9_]{1,39}"
"""How a tax is named in keys and ledger accounts."""


@attrs.frozen(kw_only=True)
class ReceiptLine:
    """One invoice that a cash receipt settles, wholly or in part. Minor units.

    Attributes:
        applied: Of the cash; ``before - after = applied + sum(withholdings) + discount``.
        withholdings: What the payer kept back, by tax.
    """

    payable_id: str
    number: str
    applied: int
    before: int
    after: int
    withholdings: Mapping[str, int] = EMPTY_SUMS
    discount: int = 0

    def less(self, country: Country) -> tuple[tuple[Text | str, int], ...]:
        """What was kept back and let off, by its name."""
        less: tuple[tuple[str | None, int], ...] = (*self.withholdings.items(), (None, self.discount))
        return tuple((name_of_less(tax, country), amount) for tax, amount in less if amount)

    @property
    def settled(self) -> int:
        """What the receipt settles of the invoice, in cash and otherwise."""
        return self.applied + sum(self.withholdings.values()) + self.discount


MAX_GAP = 100_000
"""How many numbers are left out at once."""


def label_of(series: str, number: int) -> str:
    """Series and number as people write it: ``RC-000042``."""
    return f"{series}-{number:06d}"


@attrs.frozen(kw_only=True)
class SeriesGap:
    """Numbers that no receipt here has and none will get: they left the house, or may have, before it was restored.

    Attributes:
        first, last: Both are left out.
        why: As a person wrote it, or a text of the hub as ``stored`` writes it.
    """

    merchant_id: str
    mode: Mode
    series: str
    first: int
    last: int
    by: str
    why: str
    at: datetime

    @property
    def reason(self) -> Text | str:
        """Why, for people."""
        return read_stored(self.why)

    @property
    def labels(self) -> tuple[str, str]:
        """First and last as people write them."""
        return label_of(self.series, self.first), label_of(self.series, self.last)


@attrs.frozen(kw_only=True)
class Party:
    """Who stands on a receipt, as it was when that was issued.

    Attributes:
        identity: Kind and number of the identity document as people write it: ``NIT 900.123.456-8``.
        zone: IANA zone in which the issuer's times are shown.
    """

    name: str = ""
    legal_name: str = ""
    identity: str = ""
    address: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    zone: str = ""


NOBODY = Party()


@attrs.frozen(kw_only=True)
class CashReceipt:
    """A cash receipt: numbered without gaps per merchant, mode and series; never edited, only voided.

    Attributes:
        payment_id: The payment it records; None for money received outside the hub.
        movement: The movement of that payment that it records; of money of it that was converted, the key of the
            entry that made it the customer's credit.
        issuer, received_from: The company and the customer as they were when it was issued.
        cash: What was received; ``cash = sum(applied) + advance``. Of a conversion what that settles.
        came: What came in another currency, with the rate; then the receipt has the conversion's id, and is void
            when that is.
        advance: What settled nothing and stays the customer's credit.
        clause: ``settles`` when nothing is left of the invoices, ``part`` otherwise, ``account`` without invoices.
        bank_reference: What the bank calls money received outside the hub; empty where nobody said.
        provider: Code of the provider the money came through.
    """

    id: str
    merchant_id: str
    mode: Mode
    series: str
    number: int
    customer_id: str
    payment_id: str | None
    received_on: date
    issued_at: datetime
    issued_by: str
    means: str
    cash: Money
    advance: Money
    lines: tuple[ReceiptLine, ...]
    words: str
    clause: str
    concept: str
    movement: str | None = None
    issuer: Party = NOBODY
    received_from: Party = NOBODY
    notes: str = ""
    bank_account: str = ""
    bank_reference: str = ""
    provider: str = ""
    provider_reference: str = ""
    authorisation: str = ""
    came: CameIn | None = None
    void_reason: str = ""
    voided_at: datetime | None = None
    voided_by: str = ""

    def __attrs_post_init__(self) -> None:
        if sum(line.applied for line in self.lines) + self.advance.minor != self.cash.minor:
            raise ValueError(f"cash receipt {self.label} does not add up")
        if any(line.before - line.after != line.settled for line in self.lines):
            raise ValueError(f"cash receipt {self.label} does not settle what it says")

    @property
    def label(self) -> str:
        """Series and number as people write it: ``RC-000042``."""
        return label_of(self.series, self.number)

    @property
    def deductions(self) -> tuple[Deduction, ...]:
        """What it says was kept back or let off."""
        return tuple(
            Deduction(payable_id=line.payable_id, tax=tax, amount=amount)
            for line in self.lines
            for tax, amount in (*line.withholdings.items(), (None, line.discount))
            if amount
        )

    @property
    def is_of_order(self) -> bool:
        """Whether it is for an order of the shop, as its concept says."""
        return is_order_in(self.concept)

    @property
    def purpose(self) -> Text:
        """What the money was for, as its concept says it in Spanish."""
        return purpose_of(self.lines, is_order=self.is_of_order)


def clause_for(lines: tuple[ReceiptLine, ...]) -> str:
    """Whether the receipt settles its invoices, pays part of them, or is on account."""
    if not lines:
        return "account"
    return "settles" if all(line.after == 0 for line in lines) else "part"


WHAT: Final = {
    (False, False): Text("receipt.invoice"),
    (False, True): Text("receipt.invoices"),
    (True, False): Text("receipt.order"),
    (True, True): Text("receipt.orders"),
}
"""What a receipt is for, by (is an order of the shop, there are several)."""


def purpose_of(lines: tuple[ReceiptLine, ...], *, is_order: bool = False) -> Text:
    """What the money was for: invoices, or an order of the shop, which has none yet."""
    if not lines:
        return Text("receipt.on_account")
    what, numbers = WHAT[is_order, len(lines) > 1], ", ".join(line.number for line in lines)
    if clause_for(lines) == "settles":
        return Text("receipt.pays", what=what, numbers=numbers)
    return Text("receipt.pays_part", what=what, numbers=numbers)


def concept_for(lines: tuple[ReceiptLine, ...], *, is_order: bool = False) -> str:
    """What the money was for, in the Spanish that is stored with a receipt for good; people read ``purpose_of``."""
    if not lines:
        return "Abono a cuenta"
    numbers = ", ".join(line.number for line in lines)
    what = "pedido" if is_order else "factura"
    return f"{'Pago' if clause_for(lines) == 'settles' else 'Abono'} {what}{'s' if len(lines) > 1 else ''} {numbers}"


def is_order_in(concept: str) -> bool:
    """Whether a stored concept names an order of the shop."""
    return concept.split()[1:2] in (["pedido"], ["pedidos"])
