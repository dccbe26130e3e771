"""Approve a decision: a second person lets happen what a first one proposed, through the same checks as the first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs

from hub.domain.conversion import Rate
from hub.domain.decision import Decision, DecisionKind, Signed, is_same_person
from hub.domain.disbursement import PaidOut
from hub.domain.dispute import DisputeOutcome
from hub.domain.identity import Invalid
from hub.domain.merchant import Merchant
from hub.domain.settlement import LineKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub
from hub.flows.ground.proposals import standing_proposals
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.record_outcome import OutcomeEvidence, conclude_operation, record_not_paid, record_paid
from hub.flows.payments.record_return import proof_in, record_return
from hub.flows.payments.release_payment import release_payment
from hub_hookspecs import Money

from .answer_return import answer_in, answer_return
from .answer_withholding import answer_in as answer_withheld_in
from .answer_withholding import answer_withholding
from .charge_line import charge_line
from .close_bills import close_decided
from .convert_money import Wanted, convert_money
from .credit_note import record_credit_note
from .decide_correction import decide_correction
from .decide_refund import decide_capture, decide_refund
from .disburse_credit import disburse_credit
from .end_dispute import end_dispute
from .record_bounce import bounce_in, record_bounce
from .resolve_review import resolve_review
from .void_bill import void_bill
from .write_off import write_off_bill


async def find_waiting(hub: Hub, beginning: str) -> tuple[Decision, ...]:
    """What waits for a second person and whose id, or whose review's or payment's id, begins so."""
    text = beginning.strip().casefold()
    now = hub.clock()
    waiting = await hub.store.read(lambda tx: standing_proposals(tx, now))
    return tuple(
        item for item in waiting if text and any(name.casefold().startswith(text) for name in (item.id, item.subject))
    )


async def approve_decision(hub: Hub, decision_id: str, *, signed: Signed) -> Decision:
    """Let a proposal happen; its reason and evidence stand, with both names and the second person's own reason.

    Raises:
        LookupError: Nothing of this id waits.
        NotAllowed: The first person may not approve, or what was proposed may not be done any more.
    """
    now = hub.clock()
    waiting = await hub.store.read(lambda tx: standing_proposals(tx, now))
    proposed = next((item for item in waiting if item.id == decision_id), None)
    if proposed is None:
        raise LookupError(f"nothing of id {decision_id} waits for a second person: payment-hub review waiting")
    if is_same_person(proposed.by, signed.by):
        raise NotAllowed("second_person", Text("decision.second_person", by=proposed.by))
    made = await _decide_again(hub, proposed, attrs.evolve(signed, evidence=proposed.evidence))
    if made.id != proposed.id:
        raise NotAllowed("changed", Text("decision.changed"))
    return made


async def _decide_again(hub: Hub, proposed: Decision, signed: Signed) -> Decision:
    subject, payment = proposed.subject, proposed.payment_id or ""
    match proposed.kind:
        case DecisionKind.RESOLVE if said := answer_in(proposed):
            answer, note, amount = said
            own = await _merchant_of(hub, proposed)
            try:
                return await answer_return(hub, own, subject, answer, signed=signed, note_number=note, amount=amount)
            except Invalid as invalid:
                raise NotAllowed("changed", invalid.problems[0].message) from invalid
        case DecisionKind.RESOLVE if withheld := answer_withheld_in(proposed):
            own = await _merchant_of(hub, proposed)
            try:
                return await answer_withholding(hub, own, subject, withheld, signed=signed)
            except Invalid as invalid:
                raise NotAllowed("changed", invalid.problems[0].message) from invalid
        case DecisionKind.RESOLVE:
            return await resolve_review(hub, subject, signed=signed)
        case DecisionKind.RELEASE:
            made, _ = await release_payment(hub, payment, signed=signed)
            return made
        case DecisionKind.REFUND:
            return (await decide_refund(hub, payment, amount=proposed.amount, signed=signed)).decision
        case DecisionKind.CAPTURE:
            return (await decide_capture(hub, payment, amount=proposed.amount, signed=signed)).decision
        case DecisionKind.DISBURSE:
            return await _disburse(hub, proposed, signed)
        case DecisionKind.CONVERT:
            return await _convert(hub, proposed, signed)
        case DecisionKind.VOID_BILL | DecisionKind.WRITE_OFF | DecisionKind.CHARGE:
            return await _lessen(hub, proposed, signed)
        case DecisionKind.CREDIT_NOTE | DecisionKind.CORRECT:
            return await _rebook(hub, proposed, signed)
        case DecisionKind.CLOSE_MISSING:
            return await close_decided(hub, await _merchant_of(hub, proposed), proposed, signed=signed)
        case DecisionKind.CONCLUDE:
            done = proposed.content.get("outcome") == "done"
            made, _ = await conclude_operation(hub, payment, done=done, signed=signed)
            return made
        case DecisionKind.RECORD if case := proposed.content.get("case"):
            outcome = DisputeOutcome(proposed.content["outcome"])
            part, disputed = proposed.content.get("won"), proposed.amount
            won = attrs.evolve(disputed, minor=int(part)) if part and disputed else None
            made, _ = await end_dispute(hub, payment, case, outcome, won=won, signed=signed)
            return made
        case DecisionKind.RECORD if proposed.content.get("outcome") == "paid" and proposed.amount:
            content = proposed.content
            shown = OutcomeEvidence(
                amount=proposed.amount,
                movement=content.get("movement", ""),
                provider_reference=content.get("provider_reference", ""),
                authorisation=content.get("authorisation", ""),
            )
            made, _ = await record_paid(hub, payment, shown, signed=signed)
            return made
    if bounced := bounce_in(proposed):
        made, _ = await record_bounce(hub, payment, bounced, signed=signed)
        return made
    if proof := proof_in(proposed):
        made, _ = await record_return(hub, payment, proof, signed=signed)
        return made
    made, _ = await record_not_paid(hub, payment, signed=signed)
    return made


async def _merchant_of(hub: Hub, proposed: Decision) -> Merchant:
    merchant = await hub.store.read(lambda tx: tx.merchants.get(proposed.merchant_id))
    if merchant is None:
        raise LookupError(proposed.merchant_id)
    return attrs.evolve(merchant, mode=proposed.mode)


async def _disburse(hub: Hub, proposed: Decision, signed: Signed) -> Decision:
    own = await _merchant_of(hub, proposed)
    if proposed.amount is None:
        raise LookupError(proposed.id)
    paid = PaidOut(
        amount=proposed.amount,
        means=proposed.content["means"],
        paid_on=date.fromisoformat(proposed.content["paid_on"]),
        reference=proposed.content["reference"],
    )
    try:
        done = await disburse_credit(hub, own, proposed.subject, paid, signed=signed)
    except Invalid as invalid:
        raise NotAllowed("changed", invalid.problems[0].message) from invalid
    return done.decision or proposed


async def _lessen(hub: Hub, proposed: Decision, signed: Signed) -> Decision:
    """What makes less owed, or books a loss."""
    own, said, by, why, via = await _merchant_of(hub, proposed), proposed.content, signed.by, signed.why, signed.via
    try:
        if proposed.kind is DecisionKind.VOID_BILL:
            return (await void_bill(hub, own, said["invoice"], by=by, reason=why, via=via)).decision
        if proposed.kind is DecisionKind.WRITE_OFF:
            invoice, amount = said["invoice"], proposed.amount
            return (await write_off_bill(hub, own, invoice, amount=amount, by=by, reason=why, via=via)).decision
        account = await hub.store.read(lambda tx: tx.accounts.get(said["account"]))
        if account is None:
            raise LookupError(said["account"])
        line, kind = said["line"], LineKind(said["kind"])
        return (await charge_line(hub, own, account, line, kind, by=by, reason=why, via=via)).decision
    except Invalid as invalid:
        raise NotAllowed("changed", invalid.problems[0].message) from invalid


async def _rebook(hub: Hub, proposed: Decision, signed: Signed) -> Decision:
    """What changes what was booked."""
    own, said, by, why, via = await _merchant_of(hub, proposed), proposed.content, signed.by, signed.why, signed.via
    try:
        if proposed.kind is DecisionKind.CREDIT_NOTE:
            number, note, amount = said["invoice"], said["note"], proposed.amount
            noted = await record_credit_note(
                hub, own, number, note_number=note, amount=amount, by=by, reason=why, via=via
            )
            if noted.decision is None:
                raise NotAllowed("changed", Text("decision.changed"))
            return noted.decision
        minor, currency = said["amount"], proposed.amount.currency if proposed.amount else ""
        came = Money(int(minor), currency) if minor else None
        return (await decide_correction(hub, own, said["entry"], amount=came, by=by, reason=why, via=via)).decision
    except Invalid as invalid:
        raise NotAllowed("changed", invalid.problems[0].message) from invalid


async def _convert(hub: Hub, proposed: Decision, signed: Signed) -> Decision:
    own = await _merchant_of(hub, proposed)
    said = proposed.content
    if proposed.amount is None:
        raise LookupError(proposed.id)
    wanted = Wanted(
        customer_id=said["customer"],
        payment_id=said["payment"] or None,
        came=proposed.amount,
        settles_in=said["settles_in"],
        rate=Rate(
            base=said["base"],
            quote=said["quote"],
            value=Decimal(said["rate"]),
            source=said["source"],
            on=date.fromisoformat(said["rate_on"]),
        ),
        means=said["means"],
        value_on=date.fromisoformat(said["value_on"]),
        invoices=said["invoices"].split(),
    )
    try:
        done = await convert_money(hub, own, wanted, signed=signed)
    except Invalid as invalid:
        raise NotAllowed("changed", invalid.problems[0].message) from invalid
    return done.decision or proposed
