"""Write off what will never be paid of an invoice; a large amount two people write off."""

from __future__ import annotations

import attrs

from hub.domain import billing
from hub.domain.acts import Act
from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.identity import FieldError, Invalid
from hub.domain.lengths import stated_reason
from hub.domain.merchant import Merchant
from hub.domain.message import About
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.books.settle_bill import refuse_amount
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.payments.decide import decide
from hub_hookspecs import Money

from .void_bill import invoice_of


@attrs.frozen
class WrittenOff:
    """What was decided, and the invoice; it stands as it was while a second person is missing."""

    decision: Decision
    payable: Payable


async def write_off_bill(
    hub: Hub,
    merchant: Merchant,
    number: str,
    *,
    amount: Money | None = None,
    by: str,
    reason: str,
    via: str = "",
) -> WrittenOff:
    """Write off what will never be paid: all that is due, or a part.

    Args:
        via: How it came, as in a decision.

    Raises:
        LookupError: No such invoice.
        Invalid: Nothing is due, more than is due, no reason, or a payment is under way.
        NotAllowed: The second person is the first one.
    """
    now, decision_id = hub.clock(), hub.fresh_id()
    why = stated_reason(reason, Text("write_off.reason_missing"))

    def write(tx: Tx) -> WrittenOff:
        payable = invoice_of(tx, merchant, number)
        refuse_while(tx, Act.WRITE_OFF, now, payables=[payable.id])
        wanted = payable.balance if amount is None else amount
        refuse_amount(payable, wanted)
        if wanted.minor > payable.due:
            raise Invalid((FieldError("amount", Text("bill.owes", number=payable.number, balance=payable.balance)),))
        decision = proposal(
            decision_id,
            DecisionKind.WRITE_OFF,
            About(payable.id, merchant.id, merchant.mode),
            Signed(by=by, why=why, via=via),
            now,
            payment_id=None,
            amount=wanted,
            content={"invoice": payable.number, "due": str(payable.due)},
        )
        made = decide(tx, hub, decision, now=now)
        if made.is_done:
            earlier = tx.ledger.keyed(merchant.id, merchant.mode, f"writeoff:{payable.id}")
            note = f"{made.people}: {made.reasons}"
            tx.ledger.write(billing.write_off(payable, number=len(earlier), amount=wanted.minor, at=now, note=note))
        return WrittenOff(made, tx.payables.get(payable.id) or payable)

    return await hub.store.write(write)
