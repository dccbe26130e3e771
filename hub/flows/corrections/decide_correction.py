"""Correct an entry as a person decides; a large one two people correct."""

from __future__ import annotations

import attrs

from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.ledger import Entry
from hub.domain.lengths import stated_reason
from hub.domain.merchant import Merchant
from hub.domain.message import About
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.decide import decide
from hub_hookspecs import Money

from .correct_entry import amount_in, difference_to, entry_of, refuse_kind, reverse_in, why_impossible


@attrs.frozen
class Corrected:
    """What was decided, and the entry that corrects; None while a second person is missing."""

    decision: Decision
    fix: Entry | None


async def decide_correction(
    hub: Hub, merchant: Merchant, key: str, *, amount: Money | None = None, by: str, reason: str, via: str = ""
) -> Corrected:
    """Reverse an entry, or say what it truly brought in.

    Args:
        amount: What it brought in; None to reverse the whole entry.
        via: How it came, as in a decision.

    Raises:
        LookupError: No such entry.
        Invalid: As ``correct_entry`` and ``correct_amount``.
        NotAllowed: The second person is the first one.
    """
    now, decision_id = hub.clock(), hub.fresh_id()
    why = stated_reason(reason, Text("entry.reason_missing"))

    def write(tx: Tx) -> Corrected:
        entry = entry_of(tx, merchant, key)
        wanted = proposal(
            decision_id,
            DecisionKind.CORRECT,
            About(f"{merchant.id}:{merchant.mode}:{key}", merchant.id, merchant.mode),
            Signed(by=by, why=why, via=via),
            now,
            payment_id=entry.payment_id,
            amount=_at_stake(tx, entry, amount),
            content={"entry": key, "amount": "" if amount is None else str(amount.minor)},
        )
        made = decide(tx, hub, wanted, now=now)
        if not made.is_done:
            return Corrected(made, None)
        if amount is None:
            return Corrected(made, reverse_in(tx, hub, entry, made.people, made.reasons, now))
        return Corrected(made, amount_in(tx, hub, entry, amount, f"{made.people}: {made.reasons}", now))

    with why_impossible(key if amount is None else ""):
        return await hub.store.write(write)


def _at_stake(tx: Tx, entry: Entry, amount: Money | None) -> Money:
    """How much a correction moves."""
    if amount is not None:
        return Money(abs(difference_to(tx, entry, amount)), entry.currency)
    refuse_kind(entry)
    return Money(sum(leg.amount for leg in entry.postings if leg.amount > 0), entry.currency)
