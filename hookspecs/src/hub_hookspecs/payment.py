"""Orders, next actions and observations: the vocabulary of one payment."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

import attrs

from .actions import NextAction
from .form import AcceptedTerms
from .identity import EMPTY, IdentityDocument
from .money import Money

JsonMap = Mapping[str, str | int | None]
NO_MEMORY: JsonMap = MappingProxyType({})


@attrs.frozen(kw_only=True)
class OrderLine:
    """One payable inside an order."""

    number: str
    description: str
    amount: Money


@attrs.frozen(kw_only=True)
class Payer:
    """Who pays now.

    Attributes:
        fields: Values of the way's payer fields, already checked against their patterns.
    """

    name: str = ""
    email: str = ""
    document: IdentityDocument | None = None
    country: str = ""
    address: str = ""
    fields: Mapping[str, str] = EMPTY


@attrs.frozen(kw_only=True)
class Order:
    """Input of create_payment.

    Attributes:
        reference: Our merchant reference by the provider's rule; never used before.
        way: Code of the declared way of starting.
        return_url: Where the provider may send the browser; carries a random token.
        cancel_url: Where it may send the browser of a payer who gave up; proves nothing.
        notification_url: Where this account's notifications go, for a provider that takes the address with each order.
        terms: What the payer accepted on the hub's page, with the versions that ``fetch_form`` gave.
        now: UTC.
        call_id: 10 fresh alphanumerics.
    """

    reference: str
    way: str
    amount: Money
    description: str
    lines: tuple[OrderLine, ...]
    payer: Payer
    return_url: str
    locale: str
    now: datetime
    call_id: str
    cancel_url: str = ""
    notification_url: str = ""
    terms: tuple[AcceptedTerms, ...] = ()


class Kind(enum.StrEnum):
    """What an observation claims.

    ``authorised``: money is held for us and not taken; pending and never paid, until ``capture_payment`` or its lapse.
    The last four are concluded by the hub or its operator; a plugin never reports them.
    """

    ACCEPTED = "accepted"
    AUTHORISED = "authorised"
    PAID = "paid"
    TRY_DECLINED = "try_declined"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    NOT_FOUND = "not_found"
    RETURNED = "returned"
    CHARGED_BACK = "charged_back"
    SETTLED = "settled"
    NEVER_SENT = "never_sent"
    NEVER_EXISTED = "never_existed"
    SESSION_EXPIRED = "session_expired"
    RELEASED = "released"


CLOSING_KINDS = (Kind.DECLINED, Kind.CANCELLED, Kind.EXPIRED)
"""With these a provider ends a payment unpaid;
where several were seen the first of this order is the reason."""

HUB_KINDS = frozenset({Kind.NEVER_SENT, Kind.NEVER_EXISTED, Kind.SESSION_EXPIRED, Kind.RELEASED})


class ReasonKind(enum.StrEnum):
    """Why a try or a payment was refused, in words that the hub can put to the payer."""

    DENIED = "denied"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CARD_EXPIRED = "card_expired"
    CARD_INVALID = "card_invalid"
    CARD_BLOCKED = "card_blocked"
    WRONG_PIN = "wrong_pin"
    NOT_PERMITTED = "not_permitted"
    ISSUER_UNAVAILABLE = "issuer_unavailable"
    FRAUD_SUSPECTED = "fraud_suspected"
    NO_WALLET = "no_wallet"
    ACCOUNT_BLOCKED = "account_blocked"
    REJECTED_BY_PAYER = "rejected_by_payer"
    METHOD_UNAVAILABLE = "method_unavailable"
    INVALID_AMOUNT = "invalid_amount"
    EXPIRED = "expired"
    OTHER = "other"


@attrs.frozen
class Reason:
    """A normalised reason, and the provider's own code."""

    kind: ReasonKind
    code: str | None = None


@attrs.frozen
class Instrument:
    """What was paid with, masked by the provider or by the plugin: ``Instrument("card",
    "Visa ****1111")``."""

    kind: str
    label: str


@attrs.frozen(kw_only=True)
class Sender:
    """Who really paid, as the provider states it: often not the one who was asked.

    Attributes:
        account: Where the money came from, masked by the provider or by the plugin: ``Banco Nacional ****1234``.
    """

    name: str = ""
    document: str = ""
    email: str = ""
    phone: str = ""
    account: str = ""


class DisputeStage(enum.StrEnum):
    """How far a dispute is. Only ``lost`` and ``won`` end it; ``opened`` may or may not take the money."""

    INQUIRY = "inquiry"
    OPENED = "opened"
    ANSWERED = "answered"
    WON = "won"
    LOST = "lost"


@attrs.frozen(kw_only=True)
class Dispute:
    """What the provider says of a dispute, beside the money that it moved.

    Attributes:
        case: The provider's id of the dispute, the same at each stage.
        reason: In the provider's words, for the merchant.
        answer_by: Until when evidence is taken, UTC.
    """

    case: str
    stage: DisputeStage
    reason: str = ""
    answer_by: datetime | None = None


@attrs.frozen(kw_only=True)
class Observation:
    """One verified, normalised claim about one payment.

    A plugin never fills in from our own order what the provider did not say.

    Attributes:
        reference: Our reference as the provider echoed it, or None.
        provider_reference: Theirs for the payment, or for this try or capture of it; they may differ.
        movement: The same text for the same movement of money on every channel.
        amount: What the provider stated; None if it stated none.
        vouched: Names of the fields that were signed, or fetched over an authenticated call.
        occurred_at: When the provider says it happened, UTC.
        event_id: The provider's id of this piece of news, if it is vouched for.
        expires_at: Until when an authorisation holds the money.
        sender: Who paid.
        settled_amount, settled_rate: What reaches the merchant in another currency, and the rate as the provider
            writes it, in plain decimal text; information, never what was paid.
        fee: What the provider keeps of this movement, where it says so at once.
        dispute: Of a ``charged_back``, and of what is said about a dispute that has taken nothing (``accepted``).
        learned: What later hooks need and only this channel told; merges with the payment's memory as a set.
    """

    kind: Kind
    reference: str | None = None
    provider_reference: str | None = None
    movement: str | None = None
    amount: Money | None = None
    vouched: frozenset[str] = frozenset()
    occurred_at: datetime | None = None
    reason: Reason | None = None
    authorisation: str | None = None
    instrument: Instrument | None = None
    event_id: str | None = None
    expires_at: datetime | None = None
    sender: Sender | None = None
    settled_amount: Money | None = None
    settled_rate: str | None = None
    fee: Money | None = None
    dispute: Dispute | None = None
    learned: JsonMap = attrs.field(default=NO_MEMORY, hash=False)


@attrs.frozen(kw_only=True)
class Capture:
    """Money of this payment that was taken, as the ledger has it.

    Attributes:
        provider_reference: Theirs, as the observation of this movement named it.
        amount: What was booked.
        returned: What of it went back so far.
    """

    movement: str
    provider_reference: str | None
    amount: Money
    returned: Money


@attrs.frozen(kw_only=True)
class PaymentStarted:
    """Result of create_payment.

    Attributes:
        memory: A small JSON map that the hub keeps with the payment and hands back in every later hook.
    """

    action: NextAction
    memory: JsonMap = NO_MEMORY
    observations: tuple[Observation, ...] = ()


@attrs.frozen(kw_only=True)
class Query:
    """Input of query_payment.

    Attributes:
        provider_reference: The first that was told, what the payment was started as; a capture has its own.
        captures: What was taken so far; the same in ``Cancel``, ``Refund`` and ``CaptureOrder``.
        memory: What create_payment returned, and what observations have ``learned`` since. Two values of one key are
            a contradiction: a person is asked, and hooks that move money are given neither.
        payer_fields: What the payer typed when the payment started; there even where the answer, and with
            it the memory, was lost. The same in ``Cancel`` and ``Refund``.
    """

    reference: str
    provider_reference: str | None
    way: str
    amount: Money
    created_at: datetime
    memory: JsonMap
    now: datetime
    call_id: str
    payer_fields: Mapping[str, str] = EMPTY
    captures: tuple[Capture, ...] = ()


@attrs.frozen(kw_only=True)
class Cancel:
    """Input of cancel_payment; ``reference`` is the payment's,
    ``operation`` this operation's own."""

    reference: str
    operation: str
    provider_reference: str | None
    way: str
    amount: Money
    memory: JsonMap
    now: datetime
    call_id: str
    payer_fields: Mapping[str, str] = EMPTY
    captures: tuple[Capture, ...] = ()


class RefundKind(enum.StrEnum):
    """A refund of a proven capture, or the undoing of a payment whose outcome is unknown."""

    REFUND = "refund"
    UNDO = "undo"


@attrs.frozen(kw_only=True)
class Refund:
    """Input of refund_payment."""

    kind: RefundKind
    reference: str
    operation: str
    provider_reference: str | None
    way: str
    amount: Money
    captured: Money
    memory: JsonMap
    now: datetime
    call_id: str
    payer_fields: Mapping[str, str] = EMPTY
    captures: tuple[Capture, ...] = ()


@attrs.frozen(kw_only=True)
class CaptureOrder:
    """Input of capture_payment: take what was authorised, or a part of it.

    Attributes:
        operation: This operation's own reference.
        amount: At most what was authorised.
    """

    reference: str
    operation: str
    provider_reference: str | None
    way: str
    amount: Money
    authorised: Money
    memory: JsonMap
    now: datetime
    call_id: str
    payer_fields: Mapping[str, str] = EMPTY
    captures: tuple[Capture, ...] = ()


@attrs.frozen(kw_only=True)
class Grant:
    """Result of authorize: headers that the hub adds to the account's requests until it expires."""

    headers: Mapping[str, str] = attrs.field(repr=False)
    expires_at: datetime


@attrs.frozen(kw_only=True)
class GrantRequest:
    """Input of authorize."""

    now: datetime
    call_id: str


@attrs.frozen(kw_only=True)
class Period:
    """Input of fetch_settlement: first and last day, in the provider's own zone."""

    first: date
    last: date
    now: datetime
    call_id: str


@attrs.frozen(kw_only=True)
class SettlementFile:
    """Input of parse_settlement."""

    name: str
    content: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class SettlementLine:
    """One line of what the provider pays out: gross - fee - fee_tax - withholdings = net; negative for what went back.

    Attributes:
        line_id: The provider's id of the line, the same each time it is fetched; unique for the account.
        movement: As in ``Observation``; None where it is our reference.
    """

    line_id: str
    gross: Money
    net: Money
    reference: str | None = None
    provider_reference: str | None = None
    authorisation: str | None = None
    movement: str | None = None
    fee: Money | None = None
    fee_tax: Money | None = None
    withholdings: Mapping[str, Money] = MappingProxyType({})
    occurred_at: datetime | None = None
    settled_on: date | None = None
