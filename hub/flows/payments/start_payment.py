"""Start a payment: commit *sending* first, then let a task of the process talk to the provider."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta

import attrs

from hub.domain.merchant import Link, LinkKind
from hub.domain.payment import LEASE, Payment, Phase, Status
from hub.domain.text import Text
from hub.flows.ground.ports import Conflict, Hub, Tx, Unavailable
from hub.flows.ground.tell import tell
from hub_hookspecs import CROCKFORD

from .open_payment import Fresh, NotPossible, PayRequest, open_payment
from .send_payment import send_payment
from .view_payment import payment_link_id

WAIT_SECONDS = 3.0
"""How long the POST waits for the provider before it shows the payment's page."""


async def start_payment(hub: Hub, request: PayRequest) -> Payment:
    """Start a payment, or return the live one that already holds one of these payables.

    Raises:
        NotPossible: Nothing was sent and nothing changed.
    """
    if hub.stopping:
        raise Unavailable("the process is stopping: nothing new is sent")
    drawn = _fresh(hub)
    payment_id, now = drawn.payment_id, drawn.at

    def commit_sending(tx: Tx) -> Payment:
        payment = open_payment(tx, hub, request, drawn)
        if payment.id == payment_id:
            lease = now + LEASE
            tx.payments.add(payment)
            tx.payments.begin_sending(payment.id, hub.owner, lease)
            tx.links.add(_link_to(hub, payment, now))
            _remember(tx, hub, payment, request)
            if rates := {part.rate_id for line in payment.lines for part in line.withholdings if part.rate_id}:
                tx.withholding_rates.use(rates, now)
            channel = payment.channel.value
            tell(
                tx, "payment_started", payment=payment.id, account=payment.account_id, way=payment.way, channel=channel
            )
            return attrs.evolve(payment, phase=Phase.SENDING, status=Status.UNKNOWN, lease_until=lease)
        return payment

    try:
        payment = await hub.store.write(commit_sending)
    except Conflict:
        payment = await _holder(hub, request)
    if payment.id != payment_id:
        return payment
    task = asyncio.ensure_future(send_payment(hub, payment))
    hub.spawn(task)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(task), WAIT_SECONDS)
    return await hub.store.read(lambda tx: tx.payments.get(payment_id)) or payment


def _fresh(hub: Hub) -> Fresh:
    return Fresh(
        payment_id=hub.fresh_id(),
        token=hub.random_text(32, CROCKFORD),
        references={
            code: hub.random_text(provider.info.reference.length, provider.info.reference.alphabet)
            for code, provider in hub.providers.items()
        },
        at=hub.clock(),
    )


def _link_to(hub: Hub, payment: Payment, now: datetime) -> Link:
    """The payment's own page: for the payer, the receipt mail and the merchant."""
    return Link(
        id=payment_link_id(payment.id),
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        kind=LinkKind.PAYMENT,
        target=payment.id,
        version=1,
        expires_at=now + timedelta(days=hub.link_days),
    )


async def _holder(hub: Hub, request: PayRequest) -> Payment:
    """Somebody was first: the payment that holds the payables."""
    ids = [share.payable_id for share in request.shares]
    live = await hub.store.read(lambda tx: tx.payments.live_with(ids))
    if not live:
        raise NotPossible("changed", message=Text("payment.owed_changed"))
    return live[0]


def _remember(tx: Tx, hub: Hub, payment: Payment, request: PayRequest) -> None:
    way = hub.providers[payment.provider].info.way(request.way)
    remembered = {
        field.name: payment.payer.fields[field.name]
        for field in (way.payer_fields if way else ())
        if field.remember and field.name in payment.payer.fields
    }
    if remembered:
        tx.customers.remember(payment.customer_id, remembered)
