"""A payment: its phases, and its status as a function of the set of observations.

created -> sending -> sent are written by us; the status is derived, so order, repetition and delay of notifications
cannot matter: ``created``, ``pending``, ``unknown``, ``paid``, ``closed(reason)``.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from hub_hookspecs import AcceptedTerms, Channel, JsonMap, Kind, Mode, Money, NextAction, Payer
from hub_hookspecs.payment import CLOSING_KINDS, NO_MEMORY

LEASE = timedelta(seconds=120)
"""How long a bare ``sending`` concludes nothing."""


class Phase(enum.StrEnum):
    """How far we got in sending."""

    CREATED = "created"
    SENDING = "sending"
    SENT = "sent"


class Status(enum.StrEnum):
    """What is known of a payment."""

    CREATED = "created"
    PENDING = "pending"
    UNKNOWN = "unknown"
    PAID = "paid"
    CLOSED = "closed"


LIVE = frozenset({Status.CREATED, Status.PENDING, Status.UNKNOWN})

CLOSING = (
    *CLOSING_KINDS,
    Kind.NEVER_SENT,
    Kind.NEVER_EXISTED,
    Kind.SESSION_EXPIRED,
    Kind.RELEASED,
)
"""Closing kinds; where several were seen the first of this order is the reason."""

UNPROVEN = frozenset({Kind.NEVER_EXISTED, Kind.SESSION_EXPIRED, Kind.RELEASED})
"""Reasons of a close that we concluded without the provider's word: watched, and warned about."""

OURS = frozenset({Kind.NEVER_SENT, *UNPROVEN})


class Flag(enum.StrEnum):
    """What is odd about a payment; always a function of the set of observations."""

    AMOUNT_MISMATCH = "amount_mismatch"
    CURRENCY_MISMATCH = "currency_mismatch"
    DUPLICATE_CHARGE = "duplicate_charge"
    LATE = "late"
    CONFLICT = "conflict"
    ORPHAN_REFUND = "orphan_refund"
    OVER_REFUND = "over_refund"
    NEEDS_REVIEW = "needs_review"


@attrs.frozen(kw_only=True)
class Withholding:
    """A tax that the payer declares to keep back of one invoice, and pays for the merchant. Minor units.

    Attributes:
        tax: As in the books: ``retefuente``.
        base: What the tax is reckoned on, as the payer declares it.
        rate_id: The merchant's rate that it rests on; empty where none was valid.
        waits: It is above what a payer's word alone settles: owed until the merchant accepts it.
    """

    tax: str
    base: int
    amount: int
    rate_id: str = ""
    waits: bool = False


@attrs.frozen(kw_only=True)
class PaymentLine:
    """One payable inside a payment; ``amount`` is paid in money, the withholdings settle it besides.

    Attributes:
        credit: What of the customer's credit settles it besides; the payment holds it while it is live.
        rest: Of a payment of the whole due, what only the provider's unit cannot carry; it is written off with it.
    """

    payable_id: str
    number: str
    amount: int
    withholdings: tuple[Withholding, ...] = ()
    credit: int = 0
    rest: int = 0

    @property
    def withheld(self) -> int:
        """What the payer keeps back, minor units."""
        return sum(withholding.amount for withholding in self.withholdings)

    @property
    def settled(self) -> int:
        """What the capture settles of it: the money, and the credit that is held for it."""
        return self.amount + self.credit


@attrs.frozen(kw_only=True)
class Payment:
    """One attempt to settle payables through one account under one merchant reference.

    Attributes:
        reference: Ours, sent to the provider; random, never reused.
        provider_reference: Theirs, once known.
        amount: What we asked for.
        memory: What the plugin wants to have back.
        action: What the payer must do next; shown only while the payment is live.
        return_token: Unguessable part of the browser's return address.
        expires_at: When session, push or code dies; of money that is held, when the authorisation does.
        ended_at: When the exchange's outcome was committed, else the lease's end.
        terms: What the payer accepted before it was started.
        warned: The payer confirmed the warning of an unproven close before starting this payment.
    """

    id: str
    merchant_id: str
    mode: Mode
    account_id: str
    provider: str
    way: str
    channel: Channel
    customer_id: str
    payer: Payer
    reference: str
    provider_reference: str | None = None
    amount: Money
    lines: tuple[PaymentLine, ...]
    phase: Phase = Phase.CREATED
    status: Status = Status.CREATED
    reason: str = ""
    flags: frozenset[Flag] = frozenset()
    memory: JsonMap = NO_MEMORY
    action: NextAction | None = None
    return_token: str = ""
    locale: str = "es"
    owner: str = ""
    lease_until: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    next_check_at: datetime | None = None
    checks: int = 0
    warned: bool = False
    terms: tuple[AcceptedTerms, ...] = ()
    created_at: datetime

    @property
    def is_live(self) -> bool:
        """Whether it still holds its payables."""
        return self.status in LIVE

    @property
    def credit(self) -> Money:
        """What of the customer's credit it uses, with all its lines."""
        return Money(sum(line.credit for line in self.lines), self.amount.currency)

    @property
    def is_unproven(self) -> bool:
        """Closed by our own conclusion, so money may still arrive."""
        return self.status is Status.CLOSED and self.reason in UNPROVEN


def status_of(phase: Phase, kinds: Iterable[Kind]) -> tuple[Status, str]:
    """Status and reason of a payment from the kinds that were observed; the first rule that holds decides."""
    seen = frozenset(kinds)
    if Kind.PAID in seen:
        return Status.PAID, ""
    for kind in CLOSING:
        if kind in seen:
            return Status.CLOSED, kind.value
    if seen & {Kind.ACCEPTED, Kind.AUTHORISED}:
        return Status.PENDING, ""
    if phase is not Phase.CREATED:
        return Status.UNKNOWN, ""
    return Status.CREATED, ""
