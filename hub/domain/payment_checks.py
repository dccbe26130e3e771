"""When a payment is looked at next, and what the hub concludes by itself when nobody says more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from hub_hookspecs import Kind, QueryBy, Starts, Way

from .hold import Hold
from .payment import Flag, Payment, Phase, Status

UNKNOWN_CHECKS = (5, 15, 60, 300, 900, 3600, 21600)
"""Seconds after ``ended_at`` at which an unknown payment is asked about."""

DAY = timedelta(days=1)
RETRY = timedelta(minutes=15)
WATCH = timedelta(days=7)
LAPSED = "authorisation_lapsed"

LONG_LIFE = timedelta(hours=3)
"""A session, push or code that lives longer is paid at a till or a bank, hours later if at all."""

LONG_PAUSES = (5, 25, 30, 60, 60, 60, 60, 60, 360)
"""Minutes between two checks of such a one: hourly in the first six hours, then every six."""

PAID_CHECKS = (3600, *(day * 86400 for day in (1, 2, 4, 7)))
"""Seconds after it was paid at which a payment is asked about whose provider does not tell of returns; then weekly."""


@attrs.frozen
class Conclude:
    """The hub's own conclusion is due: record this kind as rule ``rule``."""

    kind: Kind
    rule: str


def session_over_at(payment: Payment, way: Way) -> datetime | None:
    """When the hub stops waiting for a session that is open at its provider: its end and the grace after it."""
    if payment.status is not Status.PENDING or way.starts is not Starts.SESSION or payment.expires_at is None:
        return None
    return payment.expires_at + timedelta(minutes=way.settle_minutes)


def session_end_due(payment: Payment, way: Way, now: datetime, hold: Hold | None = None) -> bool:
    """Whether a session that is over by our clock is to be ended at its provider, where that can be done.

    Silence concludes nothing before: an end that the provider confirms is proven, and comes at once.
    """
    if payment.status is not Status.PENDING or payment.phase is not Phase.SENT or hold is not None:
        return False
    over = payment.expires_at is not None and now >= payment.expires_at
    return over and way.starts is Starts.SESSION and way.cancel


def conclusion_due(payment: Payment, way: Way, now: datetime, hold: Hold | None = None) -> Conclude | None:
    """What the rules conclude by themselves at ``now``, if anything (money.md 2.1, 3.1, 3.3).

    Of money that is held nothing but its lapse, and not while a capture may have taken it.
    """
    if hold and payment.status is Status.PENDING:
        over_at = hold.lapsed_at(way)
        over = over_at is not None and now >= over_at and hold.unclear_since is None
        return Conclude(Kind.EXPIRED, LAPSED) if over else None
    if payment.phase is Phase.CREATED:
        old = now >= payment.created_at + timedelta(seconds=60)
        return Conclude(Kind.NEVER_SENT, "created_too_long") if old and payment.status is Status.CREATED else None
    if payment.phase is Phase.SENDING:
        over = payment.lease_until is not None and now >= payment.lease_until
        if over and payment.status is Status.UNKNOWN and way.starts is Starts.SESSION:
            return Conclude(Kind.NEVER_SENT, "session_never_opened")
        return None
    over_at = session_over_at(payment, way)
    return Conclude(Kind.SESSION_EXPIRED, "session_over") if over_at and now >= over_at else None


def next_check(
    payment: Payment, way: Way, now: datetime, hold: Hold | None = None, *, paid_at: datetime | None = None
) -> datetime | None:
    """When the payment is to be looked at next; None when nothing more can be learnt by looking.

    Args:
        paid_at: When it was first known to be paid.
    """
    if payment.status is Status.CREATED:
        return payment.created_at + timedelta(seconds=60)
    ended = payment.ended_at or payment.lease_until or payment.created_at
    if payment.status is Status.PAID:
        return _next_watched(way, paid_at or ended, now)
    if hold and payment.status is Status.PENDING:
        return _next_held(hold, way, now)
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


def watched_till(way: Way, paid_at: datetime) -> datetime | None:
    """Until when a paid payment is asked about; None where its provider tells of returns, or cannot be asked."""
    if way.query_by is QueryBy.NONE or way.watch_paid_days <= 0:
        return None
    return paid_at + timedelta(days=way.watch_paid_days)


def _next_watched(way: Way, paid_at: datetime, now: datetime) -> datetime | None:
    end = watched_till(way, paid_at)
    if end is None or now >= end:
        return None
    return min(end, _next_of(PAID_CHECKS, paid_at, now) or paid_at + ((now - paid_at) // WATCH + 1) * WATCH)


def _next_of(seconds: Iterable[int], start: datetime, now: datetime) -> datetime | None:
    return next((moment for s in seconds if (moment := start + timedelta(seconds=s)) > now), None)


def _next_pending(payment: Payment, way: Way, now: datetime) -> datetime:
    """As its way says until it expires, at expiry, and after settling.

    Where the way says nothing: every 5 s in the first minute, every 15 s to 5 min, then every 60 s; what lives for
    hours or days as ``LONG_PAUSES`` says.
    """
    expiry = payment.expires_at or payment.created_at + timedelta(minutes=way.expiry_minutes)
    settled = expiry + timedelta(minutes=way.settle_minutes)
    if way.query_by is QueryBy.NONE:
        own_end = way.starts is Starts.SESSION and way.cancel
        return next((end for end in (expiry if own_end else settled, settled) if now < end), now + DAY)
    start = payment.ended_at or payment.created_at
    since = now - start
    if now < expiry:
        pauses = way.check_minutes or (LONG_PAUSES if expiry - start > LONG_LIFE else ())
        step = 5 if since < timedelta(minutes=1) else 15 if since < timedelta(minutes=5) else 60
        return min(_next_after(pauses, start, now) if pauses else now + timedelta(seconds=step), expiry)
    if now < settled:
        return settled
    # A session past its time is open only because its provider could not be asked: it holds its payables meanwhile.
    return now + (RETRY if way.starts is Starts.SESSION else DAY)


def _next_held(hold: Hold, way: Way, now: datetime) -> datetime:
    """Daily, at its end, once it must have lapsed; sooner where the hub captures, or does not know whether it did."""
    ends = (hold.until, hold.lapsed_at(way))
    moments = [now + DAY, *(end for end in ends if end is not None and end > now)]
    if hold.due_from is not None:
        later = _next_of(UNKNOWN_CHECKS, hold.due_from, now) or now + DAY
        moments.append(hold.due_from if now < hold.due_from else later)
    if hold.unclear_since is not None:
        moments.append(_next_of(UNKNOWN_CHECKS, hold.unclear_since, now) or now + DAY)
    over_at = hold.lapsed_at(way)
    if over_at is not None and now >= over_at:
        moments.append(now + timedelta(hours=1))
    return min(moments)


def _next_after(minutes: Sequence[int], start: datetime, now: datetime) -> datetime:
    """The next moment of a schedule of pauses, the last of them again and again; a look in between shifts none.

    No pause is longer than a day, so that nothing waits unseen.
    """
    pauses = [min(timedelta(minutes=pause), DAY) for pause in minutes]
    moment = start
    for pause in pauses:
        moment += pause
        if moment > now:
            return moment
    return moment + ((now - moment) // pauses[-1] + 1) * pauses[-1]


def is_waited_for(payment: Payment, way: Way, now: datetime) -> bool:
    """Whether it is pending and nothing is odd about that: it may still be paid in time."""
    expiry = payment.expires_at or payment.created_at + timedelta(minutes=way.expiry_minutes)
    return payment.status is Status.PENDING and now <= expiry + timedelta(minutes=way.settle_minutes)


def is_watched(payment: Payment, now: datetime) -> bool:
    """Whether money of an unproven close is still expected to show, if it came at all."""
    return payment.is_unproven and now < (payment.expires_at or payment.ended_at or payment.created_at) + WATCH
