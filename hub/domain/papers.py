"""What stands in mails and papers: plain values that the flows fill in and hub.documents draws.

| record               | goes to            | about                                                    |
|----------------------|--------------------|----------------------------------------------------------|
| StatementMail        | customer           | what is owed, with the pay buttons                       |
| ReceiptMail          | payer              | the proof of one payment (soporte), on approval only     |
| CashReceiptMail      | customer           | the merchant's numbered cash receipt                     |
| PaymentDeclinedMail  | payer              | a payment that was refused                               |
| PaymentPendingMail   | payer              | a payment that is not confirmed yet                      |
| PaymentReturnedMail  | payer or merchant  | money that went back                                     |
| PaymentReceivedMail  | merchant           | every transaction, and the way to the cash receipt       |
| PaymentDigestMail    | merchant           | all transactions of a day, with the seal of the books    |
| AccountResultMail    | merchant           | what the validation of a connection said                 |
| AccountRequestedMail | operator           | a merchant waits for credentials                         |
| AccountAttentionMail | merchant           | a connection no longer works                             |
| SignInMail           | member             | the link that signs in                                   |
| OrderMail            | shopper            | a store order, placed or paid                            |
| ReviewMail           | merchant, operator | an exception that waits for a person                     |
| CashReceiptPaper     | page, PDF          | the numbered cash receipt (recibo de caja), for printing |
| StatementPaper       | PDF                | what is owed, with pay links and their QR codes          |
| ActivityPaper        | PDF                | how what is owed moved in a period                       |
| PaymentsPaper        | PDF                | what moved in a period, per provider and currency        |

A ``ReceiptMail`` is drawn as a PDF too.

Texts are plain, one line (``note``, ``details``, ``advice`` and ``other_ways`` may have more); times are UTC, shown in
the letterhead's zone; addresses are absolute http(s) URLs.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import TypeAlias

import attrs

from hub.domain.account import AccountStatus
from hub.domain.activity import Activity
from hub.domain.held import MoneyState
from hub.domain.identity import show_document
from hub.domain.logo import Logo
from hub.domain.merchant import Merchant
from hub.domain.message import DeliveryKind
from hub.domain.statement import Statement
from hub.domain.text import Text
from hub_hookspecs import Country, Credentials, FieldMatch, Mode, Money, PayButton, ReasonKind


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
class StatementMail:
    """A customer's statement with the bar "Pagar en línea".

    Attributes:
        statement: The computed object that page and mail share.
        ways: One a currency of the statement; a section without one shows no bar.
        url: The statement's page ("Ver estado de cuenta").
        note: A personal message of the merchant.
        unsubscribe_url: The page that ends such mails; a https address ends them by POST too.
        number: By which people name it.
    """

    kind = DeliveryKind.STATEMENT

    letterhead: Letterhead
    statement: Statement
    ways: tuple[PayWays, ...] = ()
    url: str
    expires_at: datetime
    note: str = ""
    unsubscribe_url: str = ""
    number: str = ""


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
    method: str = ""
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
class ReceivedTransaction:
    """One transaction as the merchant reads it.

    Attributes:
        paid_at: As the provider says; where it does not, when we learnt of it, and ``is_learnt``.
        fee, withheld: Of the provider, where known.
        status: In words: ``Aprobada``.
        back: What became of it, where something went back.
        remarks: Further sentences: paid twice, late, another amount than asked.
        provider: Its name for people, where a mail tells of several.
        cash_receipt: Label of the cash receipt that is already recorded: ``RC-000012``.
        record_url: The signed single-purpose link "Agregar recibo de caja"; empty where one is recorded.
        receipt_url: The recorded cash receipt's page.
        url: The payment's page.
    """

    customer: str
    customer_identity: str = ""
    paid_at: datetime
    is_learnt: bool = False
    method: str = ""
    instrument: str = ""
    gross: Money
    fee: Money | None = None
    withheld: Money | None = None
    provider_reference: str = ""
    authorisation: str = ""
    reference: str
    lines: tuple[PaidLine, ...]
    credit: Money | None = None
    status: str
    back: MoneyBack | None = None
    remarks: tuple[Text, ...] = ()
    cash_receipt: str = ""
    record_url: str = ""
    receipt_url: str = ""
    url: str = ""
    provider: str = ""


@attrs.frozen(kw_only=True)
class PaymentReceivedMail:
    """The mail "Pagos recibidos": every transaction detailed, each with the way to its cash receipt.

    Attributes:
        automatic: The merchant lets cash receipts be recorded automatically.
    """

    kind = DeliveryKind.PAYMENT_RECEIVED

    letterhead: Letterhead
    provider: str
    transactions: tuple[ReceivedTransaction, ...]
    automatic: bool = False


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


@attrs.frozen(kw_only=True)
class PaymentDigestMail:
    """The mail "Pagos recibidos" of a whole day.

    Attributes:
        day: Where the merchant is.
        transactions: Told one by one.
        count: Of the whole day, also those that are only in the list.
        received: Of the whole day, one sum a currency.
        rest: Sums of those that are only in the list.
        url: The list of payments.
    """

    kind = DeliveryKind.PAYMENT_DIGEST

    letterhead: Letterhead
    day: date
    transactions: tuple[ReceivedTransaction, ...]
    count: int
    received: tuple[Money, ...]
    rest: tuple[Money, ...] = ()
    seal: Seal
    url: str


@attrs.frozen(kw_only=True)
class PaymentDeclinedMail:
    """A refused payment, in the payer's words.

    Attributes:
        not_charged: The provider proved that no money was taken; only then the mail says so.
        url: Where to try again.
    """

    kind = DeliveryKind.PAYMENT_DECLINED

    letterhead: Letterhead
    payer: str
    amount: Money
    numbers: tuple[str, ...]
    is_order: bool = False
    provider: str
    at: datetime
    reason: ReasonKind
    not_charged: bool
    reference: str
    url: str


@attrs.frozen(kw_only=True)
class PaymentPendingMail:
    """A payment that is not confirmed yet.

    Attributes:
        unknown: We do not know what became of it: do not pay again. Else the payer or the bank must still act.
        expires_at: Until when the payer can act, where known.
    """

    kind = DeliveryKind.PAYMENT_PENDING

    letterhead: Letterhead
    payer: str
    amount: Money
    numbers: tuple[str, ...]
    is_order: bool = False
    provider: str
    started_at: datetime
    reference: str
    unknown: bool
    expires_at: datetime | None = None
    url: str


@attrs.frozen(kw_only=True)
class PaymentReturnedMail:
    """Money that went back.

    Attributes:
        amount: What went back of ``paid``.
        remains: What is left of it.
        charged_back: The payer's bank took it back; else a refund or reversal.
        to_merchant: The mail is for the merchant, not for the payer.
        left: What the customer owes again, per currency.
    """

    kind = DeliveryKind.PAYMENT_RETURNED

    letterhead: Letterhead
    payer: str
    amount: Money
    paid: Money
    remains: Money | None = None
    numbers: tuple[str, ...]
    is_order: bool = False
    provider: str
    instrument: str = ""
    provider_reference: str = ""
    returned_at: datetime
    reference: str
    charged_back: bool = False
    to_merchant: bool = False
    left: tuple[Money, ...] = ()
    url: str


@attrs.frozen(kw_only=True)
class AccountResultMail:
    """What a validation said, in three parts: credentials, identity, notifications.

    Attributes:
        status: ``active``, ``needs_confirmation`` or ``failed``.
        culprits: Labels of the settings that the provider did not accept, of those that the merchant enters.
        asked: The merchant enters settings; else the operator alone does.
        code: The provider's own short text for a refusal.
        fields: Verified company fields, ours and theirs side by side, masked.
        confirmed_by: Who confirmed by hand what could not be compared.
        notification_address: Our address where the merchant must tell it to the provider; else empty.
        last_heard_at: The last genuine notification.
        proves_nothing: Notifications came, and none had a proof.
        checked_by: Who asked for the validation.
        buttons: Labels that customers now see.
        channels: Where they see them, in words: ``Estado de cuenta``, ``Tienda``.
    """

    kind = DeliveryKind.ACCOUNT_RESULT

    letterhead: Letterhead
    provider: str
    status: AccountStatus
    checked_at: datetime
    checked_by: str = ""
    credentials: Credentials
    culprits: tuple[str, ...] = ()
    asked: bool = True
    code: str = ""
    fields: tuple[FieldMatch, ...] = ()
    confirmed_by: str = ""
    notification_address: str = ""
    last_heard_at: datetime | None = None
    proves_nothing: bool = False
    buttons: tuple[str, ...] = ()
    channels: tuple[Text, ...] = ()
    url: str


@attrs.frozen(kw_only=True)
class AccountRequestedMail:
    """A merchant asked for a provider whose credentials the operator puts in.

    Attributes:
        missing: Labels of the operator settings that are not there yet.
        command: What the operator types.
    """

    kind = DeliveryKind.ACCOUNT_REQUESTED

    letterhead: Letterhead
    provider: str
    requested_by: str
    requested_at: datetime
    missing: tuple[str, ...]
    command: str
    url: str = ""


class Attention(enum.StrEnum):
    """Why a connection needs its merchant."""

    COMPANY_CHANGED = "company_changed"
    CREDENTIALS_REFUSED = "credentials_refused"
    SUSPENDED = "suspended"
    SILENT = "silent"


@attrs.frozen(kw_only=True)
class AccountAttentionMail:
    """A connection no longer works, or seems not to.

    Attributes:
        changed: Names of company fields that were changed: ``identity_number``.
        buttons_hidden: Customers no longer see its buttons.
        details: Further words for people.
    """

    kind = DeliveryKind.ACCOUNT_ATTENTION

    letterhead: Letterhead
    provider: str
    cause: Attention
    changed: tuple[str, ...] = ()
    buttons_hidden: bool = True
    details: str = ""
    at: datetime
    url: str


@attrs.frozen(kw_only=True)
class SignInMail:
    """The link that signs a member in, once."""

    kind = DeliveryKind.SIGN_IN

    letterhead: Letterhead
    url: str
    expires_at: datetime
    requested_at: datetime


@attrs.frozen(kw_only=True)
class OrderedItem:
    """One position of an order."""

    description: str
    quantity: int
    price: Money
    amount: Money


@attrs.frozen(kw_only=True)
class OrderMail:
    """A store order.

    Attributes:
        paid: Whether it is paid; else the mail offers the buttons.
        back: What became of the money, where something went back.
        paid_at: As the provider says; where it does not, when we learnt of it, and ``is_learnt``.
        hold_until: Until when the shop keeps the goods.
        url: The order's page.
    """

    kind = DeliveryKind.ORDER

    letterhead: Letterhead
    customer: str
    number: str
    placed_at: datetime
    items: tuple[OrderedItem, ...]
    total: Money
    paid: bool
    back: MoneyBack | None = None
    provider: str = ""
    provider_reference: str = ""
    authorisation: str = ""
    instrument: str = ""
    reference: str = ""
    paid_at: datetime | None = None
    is_learnt: bool = False
    hold_until: datetime | None = None
    buttons: tuple[PayLink, ...] = ()
    not_offered: tuple[NotOffered, ...] = ()
    url: str


@attrs.frozen(kw_only=True)
class ReviewMail:
    """An exception that waits for a person.

    Attributes:
        cause: Of the review; a known one is explained in words.
        advice: What to do, in words.
        written: The details are a customer's own words, from the statement.
    """

    kind = DeliveryKind.REVIEW

    letterhead: Letterhead
    cause: str
    details: str = ""
    advice: str = ""
    written: bool = False
    opened_at: datetime
    customer: str = ""
    amount: Money | None = None
    provider: str = ""
    reference: str = ""
    provider_reference: str = ""
    url: str = ""


@attrs.frozen(kw_only=True)
class CashReceiptMail:
    """The mail "Recibo de caja": the merchant's numbered document, for the customer."""

    kind = DeliveryKind.CASH_RECEIPT

    letterhead: Letterhead
    paper: CashReceiptPaper


MailValue = (
    StatementMail
    | CashReceiptMail
    | ReceiptMail
    | PaymentReceivedMail
    | PaymentDigestMail
    | PaymentDeclinedMail
    | PaymentPendingMail
    | PaymentReturnedMail
    | AccountResultMail
    | AccountRequestedMail
    | AccountAttentionMail
    | SignInMail
    | OrderMail
    | ReviewMail
)
"""Everything that can be mailed; each class names its ``kind``."""


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
    less: tuple[tuple[str, Money], ...] = ()
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
    concept: str
    clause: str
    means: str
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
    """A customer's statement on paper.

    Attributes:
        ways: One a currency; a section without one shows no bar.
        url: The statement's page; empty in the merchant's preview.
        expires_at: Of that page.
        number: By which people name it; empty in the merchant's preview.
    """

    letterhead: Letterhead
    statement: Statement
    customer_identity: str = ""
    ways: tuple[PayWays, ...] = ()
    url: str = ""
    expires_at: datetime | None = None
    number: str = ""


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
class Movement:
    """Money that came, or went back.

    Attributes:
        at: When it moved, as the provider said, else when we heard of it.
        on: The day, where a person named that alone.
        is_correction: It corrects what was booked before.
        numbers: Of the invoices or the order.
        amount: Positive, whichever way it went; negative where a correction takes some of it back.
        cash_receipt: Label of the cash receipt that is recorded.
    """

    direction: Direction
    at: datetime
    on: date | None = None
    is_correction: bool = False
    customer: str
    numbers: tuple[str, ...]
    provider: str
    instrument: str = ""
    provider_reference: str = ""
    authorisation: str = ""
    reference: str
    cash_receipt: str = ""
    amount: Money


@attrs.frozen(kw_only=True)
class PaymentsTotal:
    """What one provider moved in one currency; ``net`` is what came less what went back."""

    provider: str
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
    movements: tuple[Movement, ...]
    seal: Seal

    @property
    def totals(self) -> tuple[PaymentsTotal, ...]:
        """One a provider and currency, in the order of their names."""
        keys = sorted({(item.provider, item.amount.currency) for item in self.movements})
        return tuple(self._total(provider, currency) for provider, currency in keys)

    def _total(self, provider: str, currency: str) -> PaymentsTotal:
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
