"""Check a payment whose check is due: apply the hub's own rules, else ask the provider; safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import structlog

from hub.domain.hold import Hold, holds_still
from hub.domain.message import review_of
from hub.domain.observation import ObservedBy
from hub.domain.operation import undo_due
from hub.domain.payment import Payment, Phase, Status
from hub.domain.payment_checks import DAY, conclusion_due, is_waited_for, watched_till
from hub.flows.accounts.open_account import CannotOpen, Opened, open_account
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.operations.record_restore import is_from_a_backup
from hub_hookspecs import CROCKFORD, Kind, Observation, Outcome, Query, QueryBy, Starts, Way

from .capture_held import capture_by_rule
from .read_hold import captures_sent, hold_of
from .read_known import Known, known_of
from .record_observations import Claim, log_unknown, record_observations, rule_claim, way_of, zone_of
from .run_operation import end_session, may_end_session, undo_payment

PROBE_EVERY = timedelta(seconds=30)
"""How soon a provider that does not answer is tried again."""

PENDING_LONG = timedelta(days=3)
UNKNOWN_LONG = timedelta(days=7)

AFTER_ASKING = frozenset({Kind.SESSION_EXPIRED, Kind.EXPIRED})
"""Conclusions of ours for which the provider is asked first, where it can be."""


async def check_payment(hub: Hub, payment_id: str) -> Payment | None:
    """Look at one payment now; None where its account cannot be opened: nothing is concluded, and the check waits."""
    now = hub.clock()

    def load(tx: Tx) -> tuple[Payment, Opened, Known, Hold | None, bool] | None:
        payment = tx.payments.get(payment_id)
        record = tx.accounts.get(payment.account_id) if payment else None
        if payment is None or record is None:
            return None
        opened, way = open_account(tx, hub, record, now), way_of(hub, payment)
        ends = way is not None and may_end_session(tx, hub, payment, way)
        return payment, opened, known_of(tx, payment), hold_of(tx, hub, payment), ends

    try:
        loaded = await hub.store.read(load)
    except CannotOpen:
        await _put_off(hub, payment_id, now)
        return None
    if loaded is None:
        return None
    payment, opened, known, hold, ends = loaded
    way = way_of(hub, payment)
    if way is None or (payment.phase is Phase.SENDING and not _lease_over(payment, now)):
        return payment
    due = conclusion_due(payment, way, now, hold)
    claims: list[Claim] = []
    steps: tuple[Any, ...] = ()
    heard = False
    if _can_ask(opened, way, payment, known) and (due is None or due.kind in AFTER_ASKING):
        if not hub.exchanger.is_open(opened.record.id):
            with structlog.contextvars.bound_contextvars(payment=payment.id):
                claims, steps, heard = await _ask(hub, opened, payment, known)
        if not _is_still_open(claims) or holds_still((claim.observation for claim in claims), now):
            due = None
    if ends and due and due.kind is Kind.SESSION_EXPIRED and not hub.exchanger.is_open(opened.record.id):
        due = None  # its provider is asked to end it first
    if due:
        claims = [*claims, rule_claim(due.kind, due.rule, _inputs(hold, now))]
    ended = hub.clock()
    # This one was the probe of an account that does not answer; whoever pays or not, somebody must try again.
    silent = bool(steps) and hub.exchanger.is_open(opened.record.id)

    def commit(tx: Tx) -> Payment | None:
        tx.requests.add(payment_id, steps, at=ended)
        after = _commit(tx, hub, payment_id, way, claims, ended)
        if after and after.is_live and silent:
            tx.payments.make_due(payment_id, ended + PROBE_EVERY)
        if after and not after.is_live and not heard and watched_till(way, ended):
            after = _ask_again(tx, after, ended)
        return after

    after = await hub.store.write(commit)
    if after is None or hub.exchanger.is_open(opened.record.id):
        return after
    if after.is_live and hold is not None and hold.due_from is not None and ended >= hold.due_from:
        await capture_by_rule(hub, after)
    elif after.is_live and ends:
        await end_session(hub, payment_id)
    elif undo_due(after, way, ended):
        await undo_payment(hub, payment_id)
    else:
        return after
    return await hub.store.read(lambda tx: tx.payments.get(payment_id))


async def _put_off(hub: Hub, payment_id: str, now: datetime) -> None:
    """Its account cannot be opened: a live payment is tried again soon, for a paid one tomorrow is enough."""

    def put_off(tx: Tx) -> None:
        payment = tx.payments.get(payment_id)
        if payment and payment.status is Status.PAID:
            tx.payments.save(attrs.evolve(payment, next_check_at=now + DAY))

    payment = await hub.store.read(lambda tx: tx.payments.get(payment_id))
    if payment and payment.status is Status.PAID:
        await hub.store.write(put_off)


def _ask_again(tx: Tx, payment: Payment, now: datetime) -> Payment:
    """A paid payment was asked about and nobody answered: silence is no answer, and next week is late."""
    if payment.status is not Status.PAID or payment.next_check_at is None or payment.next_check_at < now + DAY:
        return payment
    again = attrs.evolve(payment, next_check_at=now + DAY)
    tx.payments.save(again)
    return again


def _lease_over(payment: Payment, now: datetime) -> bool:
    return payment.lease_until is None or now >= payment.lease_until


def _can_ask(opened: Opened, way: Way, payment: Payment, known: Known) -> bool:
    if "query_payment" not in opened.provider.capabilities or way.query_by is QueryBy.NONE:
        return False
    return payment.status is not Status.PAID or way.watch_paid_days > 0 or known.is_given_back


def _inputs(hold: Hold | None, now: datetime) -> str:
    """What a rule concluded from."""
    at = f"at {now.isoformat(timespec='seconds')}"
    return f"held until {hold.until.isoformat(timespec='seconds')}, {at}" if hold and hold.until else at


def _is_still_open(claims: list[Claim]) -> bool:
    """The provider was asked just now and knows of no end: only then is silence an answer."""
    kinds = {claim.observation.kind for claim in claims}
    return bool(kinds) and kinds <= {Kind.ACCEPTED, Kind.AUTHORISED, Kind.NOT_FOUND, Kind.TRY_DECLINED}


def query_for(payment: Payment, *, now: datetime, call_id: str, known: Known) -> Query:
    """The question about a payment, with what is known of it by now."""
    return Query(
        reference=payment.reference,
        provider_reference=payment.provider_reference,
        way=payment.way,
        amount=payment.amount,
        created_at=payment.created_at,
        memory=known.memory.first,
        payer_fields=payment.payer.fields,
        now=now,
        call_id=call_id,
        captures=known.captures,
    )


async def _ask(hub: Hub, opened: Opened, payment: Payment, known: Known) -> tuple[list[Claim], tuple[Any, ...], bool]:
    call_id = hub.random_text(10, CROCKFORD)
    query = query_for(payment, now=hub.clock(), call_id=call_id, known=known)
    ran = await hub.exchanger.run(
        opened.provider,
        "query_payment",
        account=opened.account,
        account_id=opened.record.id,
        credentials=opened.record.credentials,
        query=query,
    )
    if ran.conclusion.outcome is not Outcome.RESULT:
        return [], ran.steps, False
    return [_claim(item, payment) for item in ran.conclusion.value or ()], ran.steps, True


def _claim(observation: Observation, payment: Payment) -> Claim:
    occasion = f"check {payment.checks}" if observation.kind is Kind.NOT_FOUND else ""
    return Claim(observation=observation, source=ObservedBy.QUERY, occasion=occasion)


def _commit(tx: Tx, hub: Hub, payment_id: str, way: Way, claims: list[Claim], now: datetime) -> Payment | None:
    payment = tx.payments.get(payment_id)
    if payment is None:
        return None
    checked = attrs.evolve(payment, checks=payment.checks + 1)
    if checked.phase is Phase.SENDING and _lease_over(checked, now) and way.starts is Starts.CHARGE:
        checked = attrs.evolve(checked, phase=Phase.SENT, ended_at=checked.lease_until)
    if any(item.is_live for item in captures_sent(tx, payment)):  # it may have been sent since
        claims = [claim for claim in claims if claim.source is not ObservedBy.RULE]
    recorded = record_observations(tx, hub, checked, claims, now=now)
    after = recorded.payment
    if checked.phase is not payment.phase:
        log_unknown(tx, after)
    final = _never_existed(tx, hub, after, way)
    if final:
        after = record_observations(tx, hub, after, [final], now=now).payment
    started = after.ended_at or after.created_at
    zone = zone_of(tx.merchants.get(payment.merchant_id))
    details = f"payment {after.reference} is {after.status} since {started.astimezone(zone).date()}"
    long_from = _long_from(after, started, way, hold_of(tx, hub, after))
    if after.is_live and now >= long_from and not is_waited_for(after, way, now):
        open_review(tx, review_of("unresolved", after, details, now, payment_id=after.id))
    elif undo_due(after, way, now) and is_from_a_backup(tx, after):
        details += ", in a restored backup: it is not undone, for it may be paid by now"
        open_review(tx, review_of("unresolved", after, details, now, payment_id=after.id))
    return after


def _long_from(payment: Payment, started: datetime, way: Way, hold: Hold | None) -> datetime:
    """From when a person is asked about a payment that is live still; held money may be so until its end."""
    if payment.status is not Status.PENDING:
        return started + UNKNOWN_LONG
    over_at = hold.lapsed_at(way) if hold else None
    return over_at + DAY if over_at else started + (UNKNOWN_LONG if hold else PENDING_LONG)


def _never_existed(tx: Tx, hub: Hub, payment: Payment, way: Way) -> Claim | None:
    """An authoritative "not found", three times and still after the settle time, is "never existed" (money.md 1.4).

    What a provider said before it had settled proves nothing, and one that has once accepted a payment knows it.
    """
    info = hub.providers[payment.provider].info
    ended = payment.ended_at or payment.lease_until
    if not info.not_found_final or payment.status is not Status.UNKNOWN or ended is None:
        return None
    seen = tx.payments.seen(payment.id)
    negatives = [item.seen_at for item in seen if item.observation.kind is Kind.NOT_FOUND]
    if len(negatives) < 3 or max(negatives) < ended + timedelta(minutes=way.settle_minutes):
        return None
    return rule_claim(Kind.NEVER_EXISTED, "not_found", f"{len(negatives)} negatives")


async def look_now(hub: Hub, payment: Payment, *, pause: timedelta = timedelta(seconds=5)) -> None:
    """The payer opened the page: make a check due, at most one per ``pause``."""
    if not payment.is_live or payment.phase is not Phase.SENT:
        return
    now = hub.clock()
    if payment.next_check_at is None or payment.next_check_at > now + pause:
        await hub.store.write(lambda tx: tx.payments.make_due(payment.id, now + pause))
