"""Send a payment to its provider, and commit what the exchange came to through the door."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
import structlog

from hub.domain.message import MessageState
from hub.domain.observation import ObservedBy
from hub.domain.payable import Payable
from hub.domain.payment import Payment, Phase
from hub.flows.accounts.catalogue import notification_address
from hub.flows.accounts.open_account import CannotOpen, open_account
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.write_outcome import write_outcome
from hub_hookspecs import (
    CROCKFORD,
    ApproveInApp,
    Conclusion,
    Kind,
    Money,
    Observation,
    Order,
    OrderLine,
    Outcome,
    PaymentStarted,
    PostForm,
    Redirect,
    ShowQr,
    ShowReference,
    Starts,
)

from .receive_message import GAVE_UP
from .record_observations import Claim, log_unknown, record_observations, rule_claim

log = structlog.get_logger()


async def send_payment(hub: Hub, payment: Payment) -> None:
    """Drive create_payment and commit its outcome through the door; never raises."""
    try:
        with structlog.contextvars.bound_contextvars(payment=payment.id):
            conclusion, steps = await _perform(hub, payment)
    except asyncio.CancelledError:
        raise
    except Exception:  # the exchange's own errors are conclusions; this is a bug of ours: stay unknown
        log.exception("start_payment_failed", payment=payment.id)
        return
    now = hub.clock()

    def commit(tx: Tx) -> None:
        _commit_outcome(tx, hub, payment.id, conclusion, now)
        tx.requests.add(payment.id, steps, at=now)

    with structlog.contextvars.bound_contextvars(payment=payment.id):
        await write_outcome(hub, commit)


async def _perform(hub: Hub, payment: Payment) -> tuple[Conclusion[PaymentStarted], tuple[Any, ...]]:
    now = hub.clock()

    def read(tx: Tx) -> Any:
        record = tx.accounts.get(payment.account_id)
        assert record is not None
        return open_account(tx, hub, record, now), tx.payables.many([line.payable_id for line in payment.lines])

    try:
        opened, payables = await hub.store.read(read)
    except CannotOpen as error:  # it could a moment ago; nothing has left, and that is certain
        log.error("account_not_opened", payment=payment.id)
        return Conclusion(outcome=Outcome.NEVER_SENT, cause=str(error)), ()
    order = order_for(hub, payment, payables, now, notification_url=notification_address(hub, opened.record))
    ran = await hub.exchanger.run(
        opened.provider,
        "create_payment",
        account=opened.account,
        account_id=payment.account_id,
        credentials=opened.record.credentials,
        lease_until=payment.lease_until,
        order=order,
    )
    return ran.conclusion, ran.steps


def order_for(
    hub: Hub, payment: Payment, payables: Sequence[Payable], now: datetime, *, notification_url: str = ""
) -> Order:
    """The order that the plugin gets; everything but ``now`` and ``call_id`` follows from the payment.

    What the customer's credit settles alone is no line of it: the provider is asked for nothing there.
    """
    by_id = {payable.id: payable for payable in payables}
    lines = tuple(
        OrderLine(
            number=line.number,
            description=by_id[line.payable_id].description or f"Factura {line.number}",
            amount=Money(line.amount, payment.amount.currency),
        )
        for line in payment.lines
        if line.amount
    )
    numbers = ", ".join(line.number for line in lines)
    return_url = f"{hub.base_url}/pay/return/{payment.return_token}"
    return Order(
        reference=payment.reference,
        way=payment.way,
        amount=payment.amount,
        description=f"Pago {numbers}"[:120],
        lines=lines,
        payer=payment.payer,
        terms=payment.terms,
        return_url=return_url,
        cancel_url=f"{return_url}/{GAVE_UP}",
        notification_url=notification_url,
        locale=payment.locale,
        now=now,
        call_id=hub.random_text(10, CROCKFORD),
    )


def _commit_outcome(tx: Tx, hub: Hub, payment_id: str, conclusion: Conclusion[PaymentStarted], now: datetime) -> None:
    payment = tx.payments.get(payment_id)
    if payment is None:
        return
    sent = attrs.evolve(payment, phase=Phase.SENT, ended_at=now)
    started = conclusion.value
    if isinstance(started, PaymentStarted):
        sent = attrs.evolve(sent, memory=dict(started.memory))
        if conclusion.outcome is Outcome.RESULT:
            expires = action_expiry(started)
            sent = attrs.evolve(sent, action=started.action, expires_at=expires or sent.expires_at)
    claims = claims_of(hub, sent, conclusion)
    recorded = record_observations(tx, hub, sent, claims, now=now)
    log_unknown(tx, recorded.payment)
    if recorded.payment.provider_reference:
        for message_id in tx.messages.parked(payment.account_id):
            tx.messages.settle(message_id, MessageState.DUE, due_at=now)


def action_expiry(started: PaymentStarted) -> datetime | None:
    """When the next action dies, where the plugin says."""
    match started.action:
        case Redirect() | PostForm() | ApproveInApp() | ShowQr() | ShowReference():
            return started.action.expires_at
    return None


def claims_of(hub: Hub, payment: Payment, conclusion: Conclusion[PaymentStarted]) -> list[Claim]:
    """What an exchange's conclusion says of the payment (money.md 1.3)."""
    match conclusion.outcome:
        case Outcome.RESULT if conclusion.value is not None:
            claims = [Claim(observation=item, source=ObservedBy.ANSWER) for item in conclusion.value.observations]
            way = hub.providers[payment.provider].info.way(payment.way)
            if not claims and way and way.starts is Starts.SESSION:
                claims = [rule_claim(Kind.ACCEPTED, "session_handed_out")]
            return claims
        case Outcome.DECLINED:
            refusal = Observation(kind=Kind.DECLINED, reason=conclusion.reason)
            return [Claim(observation=refusal, source=ObservedBy.ANSWER, note=conclusion.cause)]
        case Outcome.NEVER_SENT:
            return [rule_claim(Kind.NEVER_SENT, "never_sent", conclusion.cause)]
    return []
