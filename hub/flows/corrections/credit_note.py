"""Record a credit note on an invoice; a large one two people record."""

from __future__ import annotations

import attrs

from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.lengths import stated_reason
from hub.domain.merchant import Merchant
from hub.domain.message import About
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.books.settle_bill import CreditNote, book_credit_note, unbooked_note
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.decide import decide
from hub_hookspecs import Money

from .void_bill import invoice_of


@attrs.frozen
class Credited:
    """The invoice, and what was decided; it stands as it was while a second person is missing.

    Attributes:
        decision: None where the same note was recorded before.
    """

    decision: Decision | None
    payable: Payable


async def record_credit_note(
    hub: Hub,
    merchant: Merchant,
    number: str,
    *,
    note_number: str,
    amount: Money | None = None,
    by: str,
    reason: str,
    via: str = "",
) -> Credited:
    """Book a credit note once under its number: of all that is due, or of an amount up to the invoice.

    Args:
        via: How it came, as in a decision.

    Raises:
        LookupError: No such invoice.
        Invalid: As ``credit_bill``; or no reason.
        NotAllowed: The second person is the first one.
    """
    now, decision_id = hub.clock(), hub.fresh_id()
    why = stated_reason(reason, Text("credit_note.reason_missing"))

    def write(tx: Tx) -> Credited:
        payable = invoice_of(tx, merchant, number)
        wanted = CreditNote(number=note_number.strip(), amount=payable.balance if amount is None else amount)
        if unbooked_note(tx, merchant, payable.number, wanted, now) is None:
            return Credited(None, payable)
        decision = proposal(
            decision_id,
            DecisionKind.CREDIT_NOTE,
            About(payable.id, merchant.id, merchant.mode),
            Signed(by=by, why=why, via=via),
            now,
            payment_id=None,
            amount=wanted.amount,
            content={"invoice": payable.number, "note": wanted.number},
        )
        made = decide(tx, hub, decision, now=now)
        if made.is_done:
            note = attrs.evolve(wanted, note=f"{made.people}: {made.reasons}")
            payable = book_credit_note(tx, merchant, payable.number, note, now)
        return Credited(made, payable)

    return await hub.store.write(write)
