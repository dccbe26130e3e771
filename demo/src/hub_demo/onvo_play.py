"""What the whole play does at ONVO Pay: cards and SINPE Móvil on its page, sessions given up, money given back."""

from __future__ import annotations

import asyncio

from hub.domain.operation import OperationStatus
from hub.domain.payment import Payment, Status
from hub.flows.accounts.pause_provider import pause_provider, resume_provider
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.run_operation import refund_payment
from hub.flows.payments.view_payment import view_payment
from hub_hookspecs import Money

from .companies import OWNERS
from .story import Check, Story
from .visitor import Visitor

CARD = "4242424242424242"
PROVIDER = "ONVO Pay"
GIVEN_BACK = Money(300_000, "CRC")


async def play_onvo(story: Story) -> tuple[Payment, ...]:
    """Everything that the second provider of Costa Rica shows; the payments that were paid."""
    await story.town.control("onvo", "options", refund_seconds=2)
    by_card = await _while_greenpay_pauses(story)
    await _give_back(story, by_card)
    by_halves = await _pay_in_halves(story)
    in_dollars = await _give_up_and_pay(story)
    late = await _give_up_too_late(story)
    return by_card, by_halves, in_dollars, late


async def _begin(story: Story, visitor: Visitor, name: str) -> Payment:
    """A customer presses the button in the mail and pays the default selection; ONVO's page is open."""
    customer = await story.open_statement(visitor, "CR", name, PROVIDER)
    await visitor.press("Pagar")
    payment = await story.started(customer)
    await story.to_hosted_page(visitor)
    return payment


async def _pay_by_card(story: Story, visitor: Visitor, payment: Payment) -> None:
    await story.narrate("form", provider=PROVIDER, amount=story.money(payment.amount, "CR"), card=f"****{CARD[-4:]}")
    await visitor.press("Pagar", card=CARD, holder="PRUEBA", expiry="12/35", cvv="123")
    await visitor.until("aprobad")
    await story.narrate_result(payment, "CR")


async def _choose_sinpe(story: Story, visitor: Visitor, payment: Payment) -> None:
    """The payer says who will send the transfer, and is told where to."""
    await visitor.follow("SINPE Móvil")
    await visitor.press("Continuar", identification="01-1393-1919", number="88887777")
    await story.narrate("sinpe_chosen", amount=story.money(payment.amount, "CR"))


async def _while_greenpay_pauses(story: Story) -> Payment:
    """One provider is paused: its button is gone, and the other takes the payment."""
    await pause_provider(story.town.opened.hub, "greenpay", by="operator")
    await story.narrate("paused", provider="Greenpay")
    async with Visitor() as visitor:
        customer = await story.open_statement(visitor, "CR", "Carlos Jiménez", PROVIDER)
        offered = [label for label, _ in visitor.here.links if label in ("Pagar con Greenpay", "Pagar con ONVO Pay")]
        story.checks.append(
            Check("CR: the paused provider is not offered", "Greenpay" not in str(offered), str(offered))
        )
        await visitor.press("Pagar")
        payment = await story.started(customer)
        await story.to_hosted_page(visitor)
        await _pay_by_card(story, visitor, payment)
    await resume_provider(story.town.opened.hub, "greenpay")
    return payment


async def _pay_in_halves(story: Story) -> Payment:
    """A transfer comes in two halves: half of the money pays nothing."""
    async with Visitor() as visitor:
        payment = await _begin(story, visitor, "Constructora Los Robles")
        await _choose_sinpe(story, visitor, payment)
        await story.town.control("onvo", "transfer", reference=payment.reference, part="half")
        after = await check_payment(story.town.opened.hub, payment.id)
        waits = after is not None and after.status is Status.PENDING
        story.checks.append(Check("CR: half of a SINPE transfer pays nothing", waits, after.status if after else ""))
        await story.narrate("half")
        await story.town.control("onvo", "transfer", reference=payment.reference)
    await story.narrate_result(payment, "CR")
    return payment


async def _give_up(story: Story, visitor: Visitor, payment: Payment) -> Payment:
    """The payer comes back to the payment's page and does not want it any more."""
    view = await view_payment(story.town.opened.hub, payment.id)
    assert view is not None
    await visitor.open(view.url)
    await visitor.press("No voy a pagar ahora")
    after = await view_payment(story.town.opened.hub, payment.id)
    assert after is not None
    await story.narrate("gave_up", customer=view.customer.name, status=after.payment.status)
    return after.payment


async def _is_free(story: Story, payment: Payment) -> bool:
    """Whether no live payment holds what this one was for."""
    wanted = [line.payable_id for line in payment.lines]
    return not await story.town.opened.hub.store.read(lambda tx: tx.payments.live_with(wanted))


async def _give_up_and_pay(story: Story) -> Payment:
    """A session that is given up ends at the provider, and its invoice is paid by another at once."""
    async with Visitor() as visitor:
        payment = await _begin(story, visitor, "Constructora Los Robles")
        ended = await _give_up(story, visitor, payment)
        free = ended.status is Status.CLOSED and ended.reason == "cancelled" and await _is_free(story, payment)
        story.checks.append(Check("CR: a session given up frees its invoice", free, f"{ended.status} {ended.reason}"))
        again = await _begin(story, visitor, "Constructora Los Robles")
        await _pay_by_card(story, visitor, again)
    return again


async def _give_up_too_late(story: Story) -> Payment:
    """A transfer may be on its way: giving up frees nothing, and what arrives is booked."""
    async with Visitor() as visitor:
        payment = await _begin(story, visitor, "Alejandro González")
        await _choose_sinpe(story, visitor, payment)
        after = await _give_up(story, visitor, payment)
        held = after.status is Status.PENDING and not await _is_free(story, payment)
        story.checks.append(Check("CR: given up with a transfer on its way frees nothing", held, after.status))
        await story.town.control("onvo", "transfer", reference=payment.reference)
    await story.narrate_result(payment, "CR")
    rows = [row for row in await story.town.book("onvo") if row["reference"] == payment.reference]
    once = [row["captures"] for row in rows] == [1]
    story.checks.append(Check("CR: the late transfer is booked once", once, f"{len(rows)} in the provider's book"))
    return payment


async def _give_back(story: Story, payment: Payment) -> None:
    """A part of a card payment goes back: pending first, asked about until it is done, and never a second time."""
    hub, amount = story.town.opened.hub, story.money(GIVEN_BACK, "CR")
    operation = await refund_payment(hub, payment.id, amount=GIVEN_BACK, by=OWNERS["CR"])
    pending = operation.status is OperationStatus.UNKNOWN and not await _returned(story, payment)
    story.checks.append(Check("CR: a pending refund is booked nowhere", pending, operation.status))
    await story.narrate("gave_back", amount=amount, reference=payment.reference)
    for _ in range(600):
        if await _returned(story, payment):
            break
        await asyncio.sleep(0.1)
    returned = await _returned(story, payment)
    done = await hub.store.read(lambda tx: tx.operations.get(operation.id))
    is_done = done is not None and done.status is OperationStatus.DONE
    told = f"{returned}, {done.status if done else ''}"
    story.checks.append(Check("CR: a part of a card payment went back", returned == GIVEN_BACK.minor and is_done, told))
    await story.narrate("went_back", amount=amount)
    try:
        await refund_payment(hub, payment.id, amount=GIVEN_BACK, by=OWNERS["CR"])
        refused = ""
    except NotAllowed as error:
        refused = error.code
    story.checks.append(Check("CR: a second refund is refused with its reason", refused == "once", refused))
    await story.narrate_books()


async def _returned(story: Story, payment: Payment) -> int:
    """How much of a payment went back, by the books."""
    view = await view_payment(story.town.opened.hub, payment.id)
    return view.returned.minor if view and view.returned else 0
