"""Orders, next actions and observations: the vocabulary of one payment."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

import attrs

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


@attrs.frozen
class Redirect:
    """Send the browser there."""

    url: str
    expires_at: datetime | None = None


@attrs.frozen
class PostForm:
    """Let the browser post these fields there."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime | None = None


@attrs.frozen
class ApproveInApp:
    """The payer approves in the provider's app."""

    hint: str
    expires_at: datetime | None = None


@attrs.frozen
class ShowQr:
    """Draw this payload as a QR code."""

    payload: str
    expires_at: datetime | None = None


@attrs.frozen
class ShowReference:
    """Show a reference that the payer pays elsewhere."""

    text: str
    barcode: str | None = None
    expires_at: datetime | None = None


@attrs.frozen
class Done:
    """Nothing to do for the payer."""


NextAction = Redirect | PostForm | ApproveInApp | ShowQr | ShowReference | Done


class Kind(enum.StrEnum):
    """What an observation claims.

    The last four are concluded by the hub or its operator; a plugin never reports them.
    """

    ACCEPTED = "accepted"
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
class Observation:
    """One verified, normalised claim about one payment.

    A plugin never fills in from our own order what the provider did not say.

    Attributes:
        reference: Our reference as the provider echoed it, or None.
        provider_reference: Theirs, or None.
        movement: The same text for the same movement of money on every channel.
        amount: What the provider stated; None if it stated none.
        vouched: Names of the fields that were signed, or fetched over an authenticated call.
        occurred_at: When the provider says it happened, UTC.
        event_id: The provider's id of this piece of news, if it is vouched for.
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
