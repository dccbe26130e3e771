"""A payment: its phases, and its status as a function of the set of observations.

created -> sending -> sent are written by us; the status is derived, so order, repetition and delay of news cannot
matter: ``created``, ``pending``, ``unknown``, ``paid``, ``closed(reason)``.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import attrs

from hub_hookspecs import Channel, JsonMap, Kind, Mode, Money, NextAction, Observation, Payer, QueryBy, Starts, Way
from hub_hookspecs.payment import NO_MEMORY

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
    Kind.DECLINED,
    Kind.CANCELLED,
    Kind.EXPIRED,
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


class ObservedBy(enum.StrEnum):
    """Where an observation came from."""

    NOTIFICATION = "notification"
    RETURN = "return"
    QUERY = "query"
    ANSWER = "answer"
    SETTLEMENT = "settlement"
    OPERATOR = "operator"
    RULE = "rule"


@attrs.frozen(kw_only=True)
class Seen:
    """An observation with what the hub adds to it.

    Attributes:
        key: Dedupe key, unique per account for ever; also the row's id.
        note: For a rule its name and inputs, for an operator who and why.
        digest: SHA-256 of the raw message or answer, for audit.
        operation: Reference of our own operation whose answer it is; empty for all other news.
    """

    key: str
    payment_id: str
    account_id: str
    source: ObservedBy
    observation: Observation
    seen_at: datetime
    note: str = ""
    digest: str = ""
    operation: str = ""


@attrs.frozen(kw_only=True)
class Withholding:
    """A tax that the payer declares to keep back of one invoice, and pays for the merchant. Minor units.

    Attributes:
        tax: As in the books: ``retefuente``.
        base: What the tax is reckoned on.
    """

    tax: str
    base: int
    amount: int


@attrs.frozen(kw_only=True)
class PaymentLine:
    """One payable inside a payment; ``amount`` is paid in money, the withholdings settle it besides."""

    payable_id: str
    number: str
    amount: int
    withholdings: tuple[Withholding, ...] = ()

    @property
    def withheld(self) -> int:
        """What the payer keeps back, minor units."""
        return sum(kept.amount for kept in self.withholdings)


@attrs.frozen(kw_only=True)
class Payment:
    """One attempt to settle payables through one account under one merchant reference.

    Attributes:
        reference: Ours, told to the provider; random, never reused.
        provider_reference: Theirs, once known.
        amount: What we asked for.
        memory: What the plugin wants to have back.
        action: What the payer must do next; shown only while the payment is live.
        return_token: Unguessable part of the browser's return address.
        expires_at: When session, push or code dies.
        ended_at: When the exchange's outcome was committed, else the lease's end.
        warned: The payer confirmed the warning of an unproven close before starting this payment.
        tries: Refused tries inside one provider session, plus one.
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
    created_at: datetime

    @property
    def is_live(self) -> bool:
        """Whether it still holds its payables."""
        return self.status in LIVE

    @property
    def is_unproven(self) -> bool:
        """Closed by our own conclusion, so money may still arrive."""
        return self.status is Status.CLOSED and self.reason in UNPROVEN


PERSONAL: Final = frozenset({"instrument"})
"""Fields of an observation that tell of the payer."""


def dedupe_key(account_id: str, payment_id: str, observation: Observation, *, occasion: str = "") -> str:
    """The key under which the same news falls together, whatever channel brought it and however often.

    Two claims of one event, about two payments or of two kinds, are two. What the payer paid with is no part of it:
    the key is sealed and exported, and a card's last digits or half a telephone number are soon guessed.

    Args:
        occasion: What makes two equal claims two, e.g. the number of the check for ``not_found``, or which of our
            operations was answered so.
    """
    if observation.event_id and "event_id" in observation.vouched:
        parts = [account_id, "event", observation.event_id, payment_id, observation.kind, *filter(None, [occasion])]
    else:
        vouched = [
            f"{name}={_plain(getattr(observation, name, ''))}" for name in sorted(observation.vouched - PERSONAL)
        ]
        parts = [account_id, payment_id, observation.kind, observation.movement or "", occasion, *vouched]
    return hashlib.sha256("\x1f".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()[:40]


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def status_of(phase: Phase, kinds: Iterable[Kind]) -> tuple[Status, str]:
    """Status and reason of a payment from the kinds that were observed; the first rule that holds decides."""
    seen = frozenset(kinds)
    if Kind.PAID in seen:
        return Status.PAID, ""
    for kind in CLOSING:
        if kind in seen:
            return Status.CLOSED, kind.value
    if Kind.ACCEPTED in seen:
        return Status.PENDING, ""
    if phase is not Phase.CREATED:
        return Status.UNKNOWN, ""
    return Status.CREATED, ""


@attrs.frozen(kw_only=True)
class Capture:
    """One proven movement of money into the merchant's account with the provider.

    Attributes:
        own_record: The provider vouched for no amount; ours stands for it.
        key: Of the observation that is booked.
        is_learnt: The provider did not say when it happened; ``at`` is when we learnt of it.
    """

    movement: str
    amount: Money
    own_record: bool
    key: str
    provider_reference: str | None
    authorisation: str | None
    at: datetime
    is_learnt: bool = False


def movements_of(payment: Payment, paid: Sequence[Observation]) -> tuple[str, ...]:
    """The movement that each claim of money speaks of, under the name that it was first recorded by.

    A claim that names no movement (an undo that was done, a person, a payout line) speaks of the first that is named.
    """
    first = next((claim.movement for claim in paid if claim.movement), "")
    names: dict[str, str] = {}
    return tuple(names.setdefault(claim.movement or first, claim.movement or payment.reference) for claim in paid)


def captures_in(payment: Payment, seen: Iterable[Seen]) -> tuple[Capture, ...]:
    """One capture a movement; the first claim of a movement that was recorded is the one that is booked."""
    paid = [item for item in seen if item.observation.kind is Kind.PAID]
    found: dict[str, Capture] = {}
    for item, movement in zip(paid, movements_of(payment, [item.observation for item in paid]), strict=True):
        if movement not in found:
            claim = item.observation
            stated = claim.amount if "amount" in claim.vouched else None
            found[movement] = Capture(
                movement=movement,
                amount=payment.amount if stated is None else stated,
                own_record=stated is None,
                key=item.key,
                provider_reference=claim.provider_reference,
                authorisation=claim.authorisation,
                at=claim.occurred_at or item.seen_at,
                is_learnt=claim.occurred_at is None,
            )
    return tuple(found.values())


@attrs.frozen(kw_only=True)
class Return:
    """One movement of money back to the payer: returned by us, or taken back by the payer's bank.

    Attributes:
        name: Reference of the return or case of the chargeback, part of its entry's key.
        amount: None where the provider stated none: all of what was captured.
        key: Of the observation that is booked.
    """

    kind: Kind
    name: str
    amount: Money | None
    key: str
    at: datetime


BACK = (Kind.RETURNED, Kind.CHARGED_BACK)


def returns_in(seen: Iterable[Seen]) -> tuple[Return, ...]:
    """One return a movement of money, in recorded order, whichever channels tell of it and whatever each knows of it.

    What names the same id is the same: the provider's, or that of our own operation. Then what does not contradict
    itself is the same, one for one: an answer without an id and a notification with one, or a channel that knows the
    movement alone. Two ids of one kind, two amounts or two movements are two returns, and so are a return and a
    chargeback.
    """
    claims = [_Told.of(item) for item in seen if item.observation.kind in BACK]
    named = _joined(claims, lambda one, other: one.has_id_of(other))
    found: dict[tuple[Kind, str], Return] = {}
    for told in _joined(named, lambda one, other: one.agrees_with(other)):
        back = told.first
        name = back.key if (back.kind, back.name) in found else back.name  # two of one movement are two entries
        found[back.kind, name] = attrs.evolve(back, name=name)
    return tuple(found.values())


@attrs.frozen(kw_only=True)
class _Told:
    """What is known of one return by now.

    Attributes:
        event: The provider's id of it.
        operation: Our operation that brought it about.
    """

    first: Return
    movement: str | None
    amount: Money | None
    event: str | None
    operation: str | None

    @classmethod
    def of(cls, item: Seen) -> _Told:
        """What one observation tells."""
        claim = item.observation
        back = Return(
            kind=claim.kind,
            name=claim.event_id or claim.movement or item.key,
            amount=claim.amount,
            key=item.key,
            at=claim.occurred_at or item.seen_at,
        )
        event = None if claim.event_id == item.operation else claim.event_id
        return cls(
            first=back,
            movement=claim.movement,
            amount=claim.amount,
            event=event or None,
            operation=item.operation or None,
        )

    def has_id_of(self, other: _Told) -> bool:
        """Whether both carry the same id; a provider may repeat that of our operation as its own."""
        if self.first.kind is not other.first.kind:
            return False
        if self.operation and self.operation == other.operation:  # one answer may tell of several returns
            return None in (self.event, other.event) or self.event == other.event
        return bool({self.event, self.operation} & {other.event, other.operation} - {None})

    def agrees_with(self, other: _Told) -> bool:
        """Whether nothing that both know differs, and enough is known to hold them for the same."""
        if self.first.kind is not other.first.kind:
            return False
        if (self.event and other.event) or (self.operation and other.operation):
            return False
        if self.amount is not None and other.amount is not None and self.amount != other.amount:
            return False
        if self.movement and other.movement:
            return self.movement == other.movement
        return bool(self.operation or other.operation)

    def with_(self, other: _Told) -> _Told:
        """What both know together."""
        operation = self.operation or other.operation
        events = [event for event in (self.event, other.event) if event and event != operation]
        return attrs.evolve(
            self,
            movement=self.movement or other.movement,
            amount=other.amount if self.amount is None else self.amount,
            event=events[0] if events else None,
            operation=operation,
        )


def _joined(claims: Iterable[_Told], is_same: Callable[[_Told, _Told], bool]) -> list[_Told]:
    found: list[_Told] = []
    for told in claims:
        at = next((at for at, other in enumerate(found) if is_same(other, told)), None)
        if at is None:
            found.append(told)
        else:
            found[at] = found[at].with_(told)
    return found


NOTHING_CORRECTED: Mapping[str, int] = MappingProxyType({})


def flags_of(
    payment: Payment,
    seen: Iterable[Seen],
    *,
    shares_paid_payable: bool = False,
    offered_until: datetime | None = None,
    corrected: Mapping[str, int] = NOTHING_CORRECTED,
) -> frozenset[Flag]:
    """Everything that is odd in a set of observations.

    Args:
        corrected: What people found that captures and returns truly came to, minor units, by their keys.
        shares_paid_payable: Together with another paid payment it brought more for a payable than that is for.
        offered_until: The earliest end of what the payment's payables were offered for.
    """
    items = tuple(seen)
    kinds = {item.observation.kind for item in items}
    paid = [item.observation for item in items if item.observation.kind is Kind.PAID]
    amounts = [claim.amount for claim in paid if claim.amount is not None]
    captures = captures_in(payment, items)
    first_paid = min((item.seen_at for item in items if item.observation.kind is Kind.PAID), default=None)
    tests = {
        Flag.AMOUNT_MISMATCH: any(
            amount.currency == payment.amount.currency and amount.minor != payment.amount.minor for amount in amounts
        ),
        Flag.CURRENCY_MISMATCH: any(amount.currency != payment.amount.currency for amount in amounts),
        Flag.DUPLICATE_CHARGE: len(captures) > 1 or bool(paid and shares_paid_payable),
        Flag.LATE: bool(paid)
        and (bool(kinds & OURS) or bool(offered_until and first_paid and first_paid >= offered_until)),
        Flag.CONFLICT: (bool(paid) and bool(kinds & {Kind.DECLINED, Kind.CANCELLED, Kind.EXPIRED}))
        or (Kind.ACCEPTED in kinds and bool(kinds & {Kind.NEVER_SENT, Kind.NEVER_EXISTED})),
        Flag.ORPHAN_REFUND: bool(kinds & {Kind.RETURNED, Kind.CHARGED_BACK}) and not paid,
        Flag.OVER_REFUND: bool(paid) and _exceeds(captures, returns_in(items), corrected),
    }
    flags = {flag for flag, holds in tests.items() if holds}
    told = tuple(zip(movements_of(payment, paid), paid, strict=True))
    if flags - {Flag.LATE} or any(_differ(told, taken.movement) for taken in captures):
        flags.add(Flag.NEEDS_REVIEW)
    return frozenset(flags)


CONTRADICTING = "contradicting_claims"
"""Two claims of one movement that cannot both be right; no flag says so but ``needs_review``."""


def occasions_of(
    payment: Payment,
    seen: Iterable[Seen],
    *,
    shares_paid_payable: bool = False,
    corrected: Mapping[str, int] = NOTHING_CORRECTED,
) -> Mapping[str, tuple[str, ...]]:
    """The movements that something is odd about, by its cause; each of them asks a person once.

    The first capture of a payment has no name here, so that what is said of the whole payment is said of it. A cause
    that is about no single movement is left out.

    Args:
        shares_paid_payable: As in ``flags_of``.
        corrected: As in ``flags_of``.
    """
    items = tuple(seen)
    captures, returns = captures_in(payment, items), returns_in(items)
    paid = [item.observation for item in items if item.observation.kind is Kind.PAID]
    told = tuple(zip(movements_of(payment, paid), paid, strict=True))
    uneven = [
        (movement, claim.amount.currency) for movement, claim in told if claim.amount and claim.amount != payment.amount
    ]
    own = payment.amount.currency
    found = {
        Flag.DUPLICATE_CHARGE.value: [taken.movement for taken in captures[0 if shares_paid_payable else 1 :]],
        Flag.AMOUNT_MISMATCH.value: [movement for movement, currency in uneven if currency == own],
        Flag.CURRENCY_MISMATCH.value: [movement for movement, currency in uneven if currency != own],
        CONTRADICTING: [taken.movement for taken in captures if _differ(told, taken.movement)],
    }
    first = captures[0].movement if captures else ""
    named = {
        cause: tuple(dict.fromkeys("" if movement == first else movement for movement in movements))
        for cause, movements in found.items()
        if movements
    }
    back = {
        Flag.OVER_REFUND.value: tuple(
            item.name
            for at, item in enumerate(returns)
            if captures and _exceeds(captures, returns[: at + 1], corrected)
        ),
        Flag.ORPHAN_REFUND.value: () if captures else tuple(item.name for item in returns),
    }
    return {**named, **{cause: names for cause, names in back.items() if names}}


def _exceeds(captures: Iterable[Capture], returns: Iterable[Return], corrected: Mapping[str, int]) -> bool:
    return any(minor < 0 for minor in left_of(captures, returns, corrected).values())


def left_of(
    captures: Iterable[Capture], returns: Iterable[Return], corrected: Mapping[str, int] = NOTHING_CORRECTED
) -> dict[str, int]:
    """What came less what went back, by currency; below zero where more went back.

    Args:
        corrected: As in ``flags_of``.
    """
    came: dict[str, int] = {}
    for taken in captures:
        minor = corrected.get(taken.key, taken.amount.minor)
        came[taken.amount.currency] = came.get(taken.amount.currency, 0) + minor
    left = dict(came)
    for back in returns:
        first = next(iter(came))
        amount = Money(came[first], first) if back.amount is None else back.amount
        left[amount.currency] = left.get(amount.currency, 0) - corrected.get(back.key, amount.minor)
    return left


def _differ(told: Iterable[tuple[str, Observation]], movement: str) -> bool:
    """Two claims of one movement with different authorisations or provider ids: perhaps two captures.

    A channel that does not know one contradicts nobody.
    """
    own = [claim for name, claim in told if name == movement]
    authorisations = {claim.authorisation for claim in own if claim.authorisation}
    references = {claim.provider_reference for claim in own if claim.provider_reference}
    return len(authorisations) > 1 or len(references) > 1


def was_undone(payment: Payment, seen: Iterable[Seen]) -> bool:
    """The money was known to have gone back by the time it was known to have come: it settles nothing."""
    items = tuple(seen)
    first = min((item.seen_at for item in items if item.observation.kind is Kind.PAID), default=None)
    if first is None:
        return False
    left = left_of(captures_in(payment, items), returns_in(item for item in items if item.seen_at <= first))
    return all(minor <= 0 for minor in left.values())


def brought_in(payment: Payment, seen: Iterable[Seen]) -> Mapping[str, int]:
    """What the proven money brings for each payable, in the order of the lines; nothing once it was undone."""
    items = tuple(seen)
    if was_undone(payment, items):
        return {}
    own = [taken.amount for taken in captures_in(payment, items) if taken.amount.currency == payment.amount.currency]
    left = sum(amount.minor for amount in own)
    brought = {}
    for line in payment.lines:
        brought[line.payable_id] = min(left, line.amount)
        left -= brought[line.payable_id]
    return brought


def tries_in(seen: Iterable[Seen]) -> int:
    """How often the payer tried inside one session, for people only."""
    return 1 + sum(1 for item in seen if item.observation.kind is Kind.TRY_DECLINED)


@attrs.frozen
class Conclude:
    """The hub's own conclusion is due: record this kind as rule ``rule``."""

    kind: Kind
    rule: str


def conclusion_due(payment: Payment, way: Way, now: datetime) -> Conclude | None:
    """What the rules conclude by themselves at ``now``, if anything (money.md 2.1, 3.1, 3.3)."""
    if payment.phase is Phase.CREATED:
        old = now >= payment.created_at + timedelta(seconds=60)
        return Conclude(Kind.NEVER_SENT, "created_too_long") if old and payment.status is Status.CREATED else None
    if payment.phase is Phase.SENDING:
        over = payment.lease_until is not None and now >= payment.lease_until
        if over and payment.status is Status.UNKNOWN and way.starts is Starts.SESSION:
            return Conclude(Kind.NEVER_SENT, "session_never_opened")
        return None
    if payment.status is not Status.PENDING or way.starts is not Starts.SESSION or payment.expires_at is None:
        return None
    over = now >= payment.expires_at + timedelta(minutes=way.settle_minutes)
    return Conclude(Kind.SESSION_EXPIRED, "session_over") if over else None


UNKNOWN_CHECKS = (5, 15, 60, 300, 900, 3600, 21600)
"""Seconds after ``ended_at`` at which an unknown payment is asked about."""

DAY = timedelta(days=1)
RETRY = timedelta(minutes=15)
WATCH = timedelta(days=7)


def next_check(payment: Payment, way: Way, now: datetime) -> datetime | None:
    """When the payment is to be looked at next; None when nothing more can be learnt by looking."""
    if payment.status is Status.CREATED:
        return payment.created_at + timedelta(seconds=60)
    ended = payment.ended_at or payment.lease_until or payment.created_at
    if payment.status is Status.PAID:
        return None
    if payment.is_live and payment.phase is Phase.SENDING:
        return max(now, payment.lease_until or now)
    if payment.status is Status.CLOSED:
        doubted = payment.is_unproven or Flag.CONFLICT in payment.flags
        watched = doubted and way.query_by is not QueryBy.NONE and now < ended + WATCH
        return now + DAY if watched else None
    if payment.status is Status.UNKNOWN:
        expiry = payment.expires_at or payment.created_at + timedelta(minutes=way.expiry_minutes)
        settled = expiry + timedelta(minutes=way.settle_minutes)
        regular = _next_of(UNKNOWN_CHECKS, ended, now) or now + DAY
        return min(regular, settled) if way.undo and now < settled else regular
    return _next_pending(payment, way, now)


def _next_of(seconds: Iterable[int], start: datetime, now: datetime) -> datetime | None:
    return next((moment for s in seconds if (moment := start + timedelta(seconds=s)) > now), None)


def _next_pending(payment: Payment, way: Way, now: datetime) -> datetime:
    """Every 5 s in the first minute, every 15 s to 5 min, every 60 s to expiry, at expiry, and after settling."""
    expiry = payment.expires_at or payment.created_at + timedelta(minutes=way.expiry_minutes)
    settled = expiry + timedelta(minutes=way.settle_minutes)
    if way.query_by is QueryBy.NONE:
        return settled if now < settled else now + DAY
    since = now - (payment.ended_at or payment.created_at)
    step = 5 if since < timedelta(minutes=1) else 15 if since < timedelta(minutes=5) else 60
    moment = now + timedelta(seconds=step)
    if now < expiry:
        return min(moment, expiry)
    if now < settled:
        return settled
    # A session past its time is open only because its provider could not be asked: it holds its payables meanwhile.
    return now + (RETRY if way.starts is Starts.SESSION else DAY)
