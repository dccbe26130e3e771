"""What stands in documents: plain values that are filled in from the rows, and drawn by hub.documents.

| record           | goes to        | about                                                           |
|------------------|----------------|-----------------------------------------------------------------|
| StatementPaper   | customer       | what is owed, with the pay buttons: mail and PDF                |
| ReceiptMail      | payer          | the proof of one payment (soporte), on approval only: mail, PDF |
| CashReceiptPaper | customer       | the merchant's numbered cash receipt: mail, PDF                 |
| ActivityPaper    | PDF            | how what is owed moved in a period                              |
| PaymentsPaper    | PDF            | what moved in a period, per provider and currency               |

What a mail alone says stands in its module of ``hub.documents.mails``.

Texts are plain, one line (``note``, ``details``, ``advice`` and ``other_ways`` may have more); times are UTC, shown in
the letterhead's zone; addresses are absolute http(s) URLs.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Protocol, TypeAlias

import attrs

from hub.domain.activity import Activity
from hub.domain.held import MoneyState
from hub.domain.identity import show_document
from hub.domain.logo import Logo
from hub.domain.merchant import Merchant
from hub.domain.message import DeliveryKind
from hub.domain.statement import Statement
from hub.domain.text import Text
from hub_hookspecs import Country, Mode, Money, PayButton


@attrs.frozen(kw_only=True)
class Letterhead:
    """Whose paper it is: the merchant block, and the marks that its mode demands.

    Attributes:
        name: What customers read.
        identity: Kind and number of the identity document as people write it: ``NIT 900.123.456-8``.
        zone: IANA zone in which times are shown.
        mode: Test papers say ``PRUEBA - SIN VALOR``.
        simulated: The provider's part is played by a simulator; the paper says so.
        other_ways: How the merchant is paid without a provider, in its own words and lines; shown with what is owed.
        merchant_id: Whose logo it is.
        picture: The logo's content; it is put in when the paper is about to be drawn.
    """

    name: str
    legal_name: str = ""
    identity: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    zone: str = "UTC"
    mode: Mode
    simulated: bool = False
    other_ways: str = ""
    merchant_id: str = ""
    logo: Logo | None = None
    picture: bytes = attrs.field(default=b"", repr=False)


def letterhead_for(merchant: Merchant, country: Country, mode: Mode, *, simulated: bool = False) -> Letterhead:
    """The merchant block of a paper."""
    company = merchant.company
    parts = (company.address.get(key, "") for key, _ in reversed(country.address_parts))
    return Letterhead(
        name=company.name,
        legal_name=company.legal_name,
        identity=show_document(country, company.document, with_type=True),
        address=", ".join(part for part in parts if part),
        phone=company.phone,
        email=company.email,
        zone=company.zone,
        mode=mode,
        simulated=simulated,
        other_ways=merchant.options.other_ways,
        merchant_id=merchant.id,
        logo=merchant.logo,
    )


class MailValue(Protocol):
    """What a mail tells; each kind has a record of its own, which names its ``kind``."""

    @property
    def kind(self) -> str:
        """The kind of mail that it is for."""

    @property
    def letterhead(self) -> Letterhead:
        """Whose mail it is."""


@attrs.frozen(kw_only=True)
class PayLink:
    """A pay button and where it leads: to the portal with this provider chosen, never to a payment."""

    button: PayButton
    url: str


@attrs.frozen
class NotOffered:
    """A provider that is not offered here, and why: a sentence for people."""

    provider: str
    reason: Text | str


@attrs.frozen(kw_only=True)
class PayWays:
    """How what is owed in one currency can be paid."""

    currency: str
    buttons: tuple[PayLink, ...] = ()
    not_offered: tuple[NotOffered, ...] = ()


@attrs.frozen(kw_only=True)
class MoneyBack:
    """What became of money that came and did not stay: how much went back, and what remains."""

    state: MoneyState
    came: Money
    back: Money
    remains: Money


@attrs.frozen(kw_only=True)
class PaidLine:
    """What one payment did to one invoice or order.

    Attributes:
        withheld: What the payer kept back and pays as tax.
        discount: What was let off.
        is_order: It is an order of the shop, for which there is no invoice yet.
    """

    number: str
    applied: Money
    left: Money
    withheld: Money | None = None
    discount: Money | None = None
    is_order: bool = False


@attrs.frozen(kw_only=True)
class ReceiptMail:
    """The payer's proof of one payment.

    Attributes:
        amount: What the provider took, as proven, and as people corrected it since.
        asked: What we had asked for; shown where it differs.
        stated: What the provider had said, where people corrected it.
        back: What became of it, where something went back.
        provider: Its name for people.
        method: How it was paid, for people: ``Tarjeta``; may be empty.
        instrument: Masked: ``Visa ****1111``, ``399***4643``.
        paid_at: As the provider says; where it does not, when we learnt of it, and ``is_learnt``.
        reference: Ours.
        credit: What settled nothing and is the customer's credit now.
        left: What the customer still owes, per currency; empty when nothing.
        late: The money came after the payment had been given up.
        duplicate: The same invoices had been paid already.
        url: The receipt's page.
        verify_url: Where a third party can check the receipt.
    """

    kind = DeliveryKind.RECEIPT

    letterhead: Letterhead
    payer: str
    payer_identity: str = ""
    payer_email: str = ""
    amount: Money
    asked: Money | None = None
    stated: Money | None = None
    back: MoneyBack | None = None
    lines: tuple[PaidLine, ...]
    provider: str
    method: Text | str = ""
    instrument: str = ""
    provider_reference: str = ""
    authorisation: str = ""
    paid_at: datetime
    is_learnt: bool = False
    reference: str
    credit: Money | None = None
    left: tuple[Money, ...] = ()
    late: bool = False
    duplicate: bool = False
    url: str
    verify_url: str = ""


@attrs.frozen(kw_only=True)
class Seal:
    """The head of a merchant's books: a rewriting of anything before it would show.

    Attributes:
        number: How many entries it covers.
        hash: SHA-256 in hexadecimal.
        at: The moment at which it was the head.
    """

    number: int
    hash: str
    at: datetime


class Attention(enum.StrEnum):
    """Why a connection needs its merchant."""

    COMPANY_CHANGED = "company_changed"
    CREDENTIALS_REFUSED = "credentials_refused"
    SUSPENDED = "suspended"
    SILENT = "silent"


@attrs.frozen(kw_only=True)
class SettledLine:
    """One invoice on a cash receipt: ``before - applied - all of less = after``.

    Attributes:
        less: What was kept back or let off, by its name: ``Retefuente``, ``Descuento``.
        is_order: It is an order of the shop, for which there is no invoice yet.
    """

    number: str
    before: Money
    applied: Money
    after: Money
    less: tuple[tuple[Text | str, Money], ...] = ()
    is_order: bool = False


@attrs.frozen(kw_only=True)
class CashReceiptPaper:
    """The numbered cash receipt, as it is printed.

    Attributes:
        number: ``RC-000042``.
        city: Where it is issued, where known.
        words: The amount in words.
        clause: ``settles``, ``part`` or ``account``.
        means: How the money came, in words.
        issued_by: Who recorded it; a name or ``automático``.
        reference: Ours, of the payment that it records.
        void_reason: Why it was voided; then it is marked as void.
    """

    kind = DeliveryKind.CASH_RECEIPT

    letterhead: Letterhead
    number: str
    city: str = ""
    received_on: date
    issued_at: datetime
    issued_by: str
    customer: str
    customer_identity: str = ""
    customer_address: str = ""
    cash: Money
    words: str
    advance: Money
    lines: tuple[SettledLine, ...]
    concept: Text | str
    clause: str
    means: Text | str
    provider: str = ""
    provider_reference: str = ""
    authorisation: str = ""
    reference: str = ""
    bank_account: str = ""
    note: str = ""
    void_reason: str = ""
    voided_at: datetime | None = None


@attrs.frozen(kw_only=True)
class StatementPaper:
    """A customer's statement with the bar "Pagar en línea".

    Attributes:
        statement: The computed object that page, mail and PDF share.
        ways: One a currency of the statement; a section without one shows no bar.
        url: The statement's page ("Ver estado de cuenta"); empty in the merchant's preview.
        expires_at: Of that page.
        number: By which people name it; empty in the merchant's preview.
        note: A personal message of the merchant, for a mail.
        unsubscribe_url: The page that ends such mails; a https address ends them by POST too.
    """

    kind = DeliveryKind.STATEMENT

    letterhead: Letterhead
    statement: Statement
    customer_identity: str = ""
    ways: tuple[PayWays, ...] = ()
    url: str = ""
    expires_at: datetime | None = None
    number: str = ""
    note: str = ""
    unsubscribe_url: str = ""


@attrs.frozen(kw_only=True)
class ActivityPaper:
    """A customer's statement of activity on paper."""

    letterhead: Letterhead
    activity: Activity
    customer_identity: str = ""


class Direction(enum.StrEnum):
    """Which way money went."""

    RECEIVED = "received"
    RETURNED = "returned"
    CHARGED_BACK = "charged_back"


@attrs.frozen(kw_only=True)
class ReportMovement:
    """Money that came, or went back.

    Attributes:
        at: When it moved, as the provider said, else when we heard of it.
        on: The day, where a person named that alone.
        is_correction: It corrects what was booked before.
        numbers: Of the invoices or the order.
        provider: Who brought it; without a provider how it came.
        amount: Positive, whichever way it went; negative where a correction takes some of it back.
        cash_receipt: Label of the cash receipt that is recorded.
    """

    direction: Direction
    at: datetime
    on: date | None = None
    is_correction: bool = False
    customer: str
    numbers: tuple[str, ...]
    provider: Text | str
    instrument: Text | str = ""
    provider_reference: str = ""
    authorisation: str = ""
    reference: str
    cash_receipt: str = ""
    amount: Money


@attrs.frozen(kw_only=True)
class PaymentsTotal:
    """What one provider moved in one currency; ``net`` is what came less what went back."""

    provider: Text | str
    count: int
    received: Money
    returned: Money

    @property
    def net(self) -> Money:
        """Negative where more went back than came."""
        return self.received - self.returned


@attrs.frozen(kw_only=True)
class PaymentsPaper:
    """The payment report: every movement of a period, with totals per provider and currency.

    Attributes:
        since, until: First and last day, where the merchant is.
        movements: Oldest first.
    """

    letterhead: Letterhead
    since: date
    until: date
    made_at: datetime
    movements: tuple[ReportMovement, ...]
    seal: Seal

    @property
    def totals(self) -> tuple[PaymentsTotal, ...]:
        """One a provider and currency."""
        keys = {(item.provider, item.amount.currency) for item in self.movements}
        return tuple(self._total(provider, currency) for provider, currency in sorted(keys, key=str))

    def _total(self, provider: Text | str, currency: str) -> PaymentsTotal:
        own = [item for item in self.movements if (item.provider, item.amount.currency) == (provider, currency)]
        zero = Money(0, currency)
        came = [item.amount for item in own if item.direction is Direction.RECEIVED]
        back = [item.amount for item in own if item.direction is not Direction.RECEIVED]
        return PaymentsTotal(provider=provider, count=len(own), received=sum(came, zero), returned=sum(back, zero))


Paper: TypeAlias = StatementPaper | ActivityPaper | ReceiptMail | CashReceiptPaper | PaymentsPaper
"""Everything that can be drawn as a PDF."""


@attrs.frozen
class PaperFile:
    """A drawn PDF and the name under which people save it."""

    name: str
    content: bytes = attrs.field(repr=False)


class PapersMissing(Exception):
    """Nothing that draws PDFs is installed; the extra ``payment-hub[pdf]`` brings it."""
