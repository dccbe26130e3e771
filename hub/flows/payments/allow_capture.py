"""Allow a capture: what may be taken of held money, by what is held, what is due and what its provider can."""

from __future__ import annotations

from hub.domain.operation import OperationStatus
from hub.domain.payment import Payment, Status
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money

from .decide import NotAllowed
from .read_hold import HOOK, captures_sent, hold_of


def capturable(tx: Tx, hub: Hub, payment: Payment, amount: Money | None = None) -> Money:
    """What may be taken of a hold: ``amount``, or all that is held and still due.

    Raises:
        NotAllowed: Nothing is held, its time is over, it was captured, nothing is due, more than is held or due, or the
            provider cannot.
    """
    provider = hub.providers.get(payment.provider)
    way = provider.info.way(payment.way) if provider else None
    if provider is None or way is None or not way.authorises or HOOK not in provider.capabilities:
        raise NotAllowed("cannot", Text("operation.not_offered", provider=payment.provider))
    hold = hold_of(tx, hub, payment)
    if hold is None or payment.status is not Status.PENDING:
        raise NotAllowed("not_held", Text("capture.nothing_held"))
    if any(item.status is not OperationStatus.CLOSED for item in captures_sent(tx, payment)):
        raise NotAllowed("in_progress", Text("operation.exists"))
    if hold.until is not None and hub.clock() >= hold.until:
        raise NotAllowed("lapsed", Text("capture.lapsed"))
    if hold.amount is None:
        raise NotAllowed("currency", Text("capture.other_currency"))
    most = min(hold.amount, _still_due(tx, payment), key=lambda money: money.minor)
    if not most:
        raise NotAllowed("nothing_due", Text("capture.nothing_due"))
    wanted = most if amount is None else amount
    if wanted.currency != most.currency or not 0 < wanted.minor <= most.minor:
        raise NotAllowed("amount", Text("capture.at_most", amount=most))
    return wanted


def _still_due(tx: Tx, payment: Payment) -> Money:
    """What of the payment is owed by now; what its payer keeps back and the credit that it uses come first."""
    due = {payable.id: payable.due for payable in tx.payables.many([line.payable_id for line in payment.lines])}
    lines = ((line.amount, due[line.payable_id] - line.withheld - line.credit) for line in payment.lines)
    return Money(sum(max(0, min(amount, left)) for amount, left in lines), payment.amount.currency)
