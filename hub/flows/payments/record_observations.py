"""The door: the only code that turns observations into state, in one transaction.

Insert observations (duplicates fall out on their key) -> recompute status and flags -> ledger entries by unique key
-> allocations -> deliveries -> reviews. It reads no clock, draws no random number and does no network I/O: running
it 0, 1 or n times gives the same state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import attrs

from hub.domain.dispute import DisputeStage
from hub.domain.flags import CONTRADICTING, DOUBTED_RETURN, LEARNED_OTHERWISE, RETURNED_BILL, flags_of, occasions_of
from hub.domain.handed_over import memory_of
from hub.domain.ids import derived_id
from hub.domain.known_returns import Return, unnamed
from hub.domain.ledger import When
from hub.domain.merchant import Merchant, Parties
from hub.domain.message import Delivery, owed_mail, review_of
from hub.domain.observation import ObservedBy, Seen, dedupe_key
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.payable import Payable
from hub.domain.payment import Flag, Payment, Status, status_of
from hub.domain.payment_checks import next_check
from hub.domain.returns import brought_in, doubted_in, returns_in, told_after, was_undone
from hub.domain.review_causes import CAPTURE_FOUND, CAUSES, PAYMENT_KNOWN
from hub.flows.books.bill_order import asked_again
from hub.flows.books.book_money import Booked, book_money
from hub.flows.ground.open_review import close_by_fact, open_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import corrected_of, observed_of, taken_back_at
from hub.flows.ground.tell import tell, warn
from hub.flows.receipts.issue_receipt import issue_automatically
from hub_hookspecs import Kind, Observation, Way

from .hear_disputes import hear_disputes
from .open_dispute import open_dispute
from .operation_news import end_by_payment, end_refunds
from .read_hold import as_captured, asked_of, hold_of


@attrs.frozen(kw_only=True)
class Claim:
    """A claim on its way through the door.

    Attributes:
        occasion: What makes two equal claims two, e.g. the number of the check for ``not_found``.
        note: For a rule its name and inputs; for an operator who and why.
        operation: Reference of our own operation whose answer it is.
        besides: Keys of what was observed before, where a person said that this is another movement of money.
    """

    observation: Observation
    source: ObservedBy
    occasion: str = ""
    operation: str = ""
    note: str = ""
    digest: str = ""
    besides: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Recorded:
    """What the door did.

    Attributes:
        new: How many claims were not known before.
    """

    payment: Payment
    new: int


def record_observations(tx: Tx, hub: Hub, payment: Payment, claims: Iterable[Claim], *, now: datetime) -> Recorded:
    """Record claims about one payment and everything that follows from them.

    Args:
        payment: As it should stand but for what is derived; phase, memory and action may have been evolved.
    """
    own = [_seen(tx, hub, payment, claim, now) for claim in claims if _is_about(payment, claim.observation)]
    new = [item for item in own if tx.payments.observe(item, payment.merchant_id, payment.mode)]
    seen = observed_of(tx, payment)
    after = _derive(tx, hub, payment, seen, now)
    tx.payments.save(after)
    end_by_payment(tx, after, now)
    end_refunds(tx, after, seen, now)
    merchant = tx.merchants.get(after.merchant_id)
    booked = book_money(tx, after, seen, When(now, zone_of(merchant)))
    customer = tx.customers.get(after.customer_id)
    if merchant and customer:
        if after.status is Status.PAID and merchant.options.auto_record and not was_undone(after, seen):
            issue_automatically(tx, hub, Parties(merchant, customer), after, seen, now)
        change = PaymentChange(payment=after, merchant=merchant, customer=customer, seen=seen)
        _owe_mails(tx, hub, change, now)
    _open_reviews(tx, after, seen, now)
    _review_booked(tx, after, booked, now)
    _review_doubted(tx, after, seen, now)
    if told := memory_of(after.memory, seen).contradictions:
        _review(tx, after, LEARNED_OTHERWISE, "", now, more=f", of which two are told: {', '.join(sorted(told))}")
    _review_due_again(tx, after, booked, now)
    _open_disputes(tx, hub, after, seen, now)
    hear_disputes(tx, hub, after, seen, new, now)
    _flag_others(tx, hub, after, seen, now)
    if after.status is not payment.status:
        _close_reviews(tx, after, now)
    returned = [back for back in returns_in(seen) if back.key in {item.key for item in new}]
    _log_change(tx, payment, after, own, returned)
    tx.after_commit(hub.wake)
    return Recorded(payment=after, new=len(new))


def rule_claim(kind: Kind, rule: str, inputs: str = "") -> Claim:
    """A conclusion of the hub itself; the row names rule and inputs, so that a replay needs no clock."""
    return Claim(observation=Observation(kind=kind), source=ObservedBy.RULE, note=f"{rule} {inputs}".strip())


def _log_change(tx: Tx, before: Payment, after: Payment, own: Sequence[Seen], returned: Sequence[Return]) -> None:
    """One line where the status changed, and one for each return; with the message that brought it."""
    digests = [item.digest for item in own if item.digest and item.source is not ObservedBy.OPERATOR]
    message = message_of(after.account_id, digests[0]) if digests else ""
    for back in returned:
        kind = back.kind.value
        warn(tx, "payment_returned", payment=after.id, account=after.account_id, kind=kind, message=message)
    if after.status is before.status:
        return
    match after.status:
        case Status.PENDING:
            tell(tx, "payment_pending", payment=after.id, account=after.account_id, message=message)
        case Status.PAID:
            tell(tx, "payment_paid", payment=after.id, account=after.account_id, message=message)
        case Status.CLOSED:
            reason = after.reason
            tell(tx, "payment_closed", payment=after.id, account=after.account_id, reason=reason, message=message)


def log_unknown(tx: Tx, payment: Payment) -> None:
    """One line once it was sent, where its outcome is unknown."""
    if payment.status is Status.UNKNOWN:
        warn(tx, "payment_unknown", payment=payment.id, account=payment.account_id)


def message_of(account_id: str, digest: str) -> str:
    """The id of the message with this digest, whether its bytes are stored or not."""
    return derived_id("message", account_id, digest)


def _is_about(payment: Payment, claim: Observation) -> bool:
    """The hub compares the reference, never the plugin."""
    return claim.reference in (None, payment.reference)


def _seen(tx: Tx, hub: Hub, payment: Payment, claim: Claim, now: datetime) -> Seen:
    """The row of a claim."""
    way = way_of(hub, payment)
    news = claim.observation if way and not way.authorises else as_captured(tx, payment, claim.observation)
    return Seen(
        key=dedupe_key(payment.account_id, payment.id, news, occasion=claim.occasion),
        payment_id=payment.id,
        account_id=payment.account_id,
        source=claim.source,
        observation=news,
        seen_at=now,
        note=claim.note,
        digest=claim.digest,
        operation=claim.operation,
        besides=claim.besides,
    )


def _derive(tx: Tx, hub: Hub, payment: Payment, seen: tuple[Seen, ...], now: datetime) -> Payment:
    """The payment with status, flags and next check as all that was observed of it says."""
    kinds = [item.observation.kind for item in seen]
    status, reason = status_of(payment.phase, kinds)
    payables = tx.payables.many([line.payable_id for line in payment.lines])
    shared = status is Status.PAID and bool(_rivals(tx, payment, seen, payables))
    until = min((payable.offered_until for payable in payables if payable.offered_until), default=None)
    corrected = _corrected(tx, payment, seen)
    asked = asked_of(tx, payment, seen)
    flags = flags_of(payment, seen, shares_paid_payable=shared, offered_until=until, corrected=corrected, asked=asked)
    theirs = payment.provider_reference or next(
        (item.observation.provider_reference for item in seen if item.observation.provider_reference), None
    )
    after = attrs.evolve(payment, status=status, reason=reason, flags=flags, provider_reference=theirs)
    hold = hold_of(tx, hub, after, seen)
    if hold:  # its payer has done what there was to do
        after = attrs.evolve(after, action=None, expires_at=hold.until or after.expires_at)
    if not after.is_live and status is not Status.PAID:
        after = attrs.evolve(after, action=None)
    way = way_of(hub, after)
    paid_at = min((item.seen_at for item in seen if item.observation.kind is Kind.PAID), default=None)
    due = next_check(after, way, now, hold, paid_at=paid_at) if way else now + timedelta(hours=1)
    return attrs.evolve(after, next_check_at=due)


def _corrected(tx: Tx, payment: Payment, seen: tuple[Seen, ...]) -> Mapping[str, int]:
    """What people corrected, where it matters: a dispute that was won is no money that went back."""
    return corrected_of(tx, payment) if returns_in(seen) else {}


def _rivals(tx: Tx, payment: Payment, seen: tuple[Seen, ...], payables: Iterable[Payable]) -> tuple[Payment, ...]:
    """Other paid payments that together with this one brought more for a payable than it is for.

    Two halves of one invoice are no double payment, nor are those of an order whose first half went back meanwhile.
    """
    totals = {payable.id: payable.total for payable in asked_again(tx, payables)}
    mine = brought_in(payment, seen)
    others = [
        (other, brought_in(other, tx.payments.seen(other.id)))
        for other in tx.payments.with_payables(list(totals))
        if other.status is Status.PAID and other.id != payment.id
    ]
    found = {}
    for payable_id, total in totals.items():
        sharing = [other for other, brought in others if brought.get(payable_id)]
        came = mine.get(payable_id, 0) + sum(brought.get(payable_id, 0) for _other, brought in others)
        if mine.get(payable_id) and came > total:
            found.update({other.id: other for other in sharing})
    return tuple(found.values())


def _flag_others(tx: Tx, hub: Hub, payment: Payment, seen: tuple[Seen, ...], now: datetime) -> None:
    """What is odd about two payments is odd about each, whichever was recorded first."""
    if Flag.DUPLICATE_CHARGE not in payment.flags:
        return
    payables = tx.payables.many([line.payable_id for line in payment.lines])
    for other in _rivals(tx, payment, seen, payables):
        theirs, again = tx.payments.seen(other.id), other
        if Flag.DUPLICATE_CHARGE not in other.flags:
            again = _derive(tx, hub, other, theirs, now)
            tx.payments.save(again)
        _open_reviews(tx, again, theirs, now)


def way_of(hub: Hub, payment: Payment) -> Way | None:
    """The declared way that a payment was started by; None when its plugin is not installed."""
    provider = hub.providers.get(payment.provider)
    return provider.info.way(payment.way) if provider else None


def zone_of(merchant: Merchant | None) -> ZoneInfo:
    """Where a merchant's days begin."""
    return ZoneInfo(merchant.company.zone if merchant else "UTC")


def _owe_mails(tx: Tx, hub: Hub, change: PaymentChange, now: datetime) -> None:
    """Owe the mails of a visible change in this transaction: one per recipient, kind and occasion."""
    for kind, rules in hub.documents.mails.items():
        for owed in rules.after_payment(change):
            if owed.recipient:
                tx.deliveries.add(_owed(change.payment, kind, owed, now))


def _owed(payment: Payment, kind: str, owed: OwedMail, now: datetime) -> Delivery:
    key = ("delivery", kind, payment.id, payment.return_token, owed.recipient, *filter(None, [owed.occasion]))
    return owed_mail(derived_id(*key), kind, owed.recipient, payment, now, details=owed.details)


def _open_reviews(tx: Tx, payment: Payment, seen: tuple[Seen, ...], now: datetime) -> None:
    """One review a cause and movement: what is odd about the payment."""
    causes = [flag.value for flag in sorted(payment.flags - {Flag.NEEDS_REVIEW, Flag.LATE})]
    if Flag.NEEDS_REVIEW in payment.flags and not causes:
        causes = [CONTRADICTING]
    if not causes:
        return
    shared = False
    if Flag.DUPLICATE_CHARGE in payment.flags:
        payables = tx.payables.many([line.payable_id for line in payment.lines])
        shared = bool(_rivals(tx, payment, seen, payables))
    corrected = _corrected(tx, payment, seen)
    asked = asked_of(tx, payment, seen)
    occasions = occasions_of(payment, seen, shares_paid_payable=shared, corrected=corrected, asked=asked)
    for cause in causes:
        for occasion in occasions.get(cause, ("",)):
            _review(tx, payment, cause, occasion, now)


def _open_disputes(tx: Tx, hub: Hub, payment: Payment, seen: tuple[Seen, ...], now: datetime) -> None:
    """What a payer's bank took back is a dispute, under the name of its entry in the books."""
    for back in returns_in(seen):
        if back.kind is Kind.CHARGED_BACK:
            amount = payment.amount if back.amount is None else back.amount
            open_dispute(tx, hub, payment, case=back.name, amount=amount, stage=DisputeStage.CHARGEBACK, now=now)


def _close_reviews(tx: Tx, payment: Payment, now: datetime) -> None:
    """What was asked about a payment is known by now, or the capture appeared that a return was missing."""
    answers = {} if payment.is_live else {PAYMENT_KNOWN: f"payment {payment.reference} is {payment.status}"}
    if payment.status is Status.PAID:
        answers[CAPTURE_FOUND] = f"the capture of payment {payment.reference} is booked"
    for review in tx.reviews.of(payment_id=payment.id) if answers else ():
        cause = CAUSES.get(review.cause)
        if cause and cause.closed_by in answers:
            close_by_fact(tx, review, answers[cause.closed_by], now)


def _review_booked(tx: Tx, payment: Payment, booked: Booked, now: datetime) -> None:
    """Money that found nothing due here, and money that the provider claims for another payment too."""
    if booked.surplus and Flag.DUPLICATE_CHARGE not in payment.flags:
        _review(tx, payment, "surplus", "", now)
    if booked.moved:
        _review(tx, payment, "moved_bill", "", now)
    if booked.short:
        _review(tx, payment, "credit_gone", "", now)
    for movement in booked.claimed:
        _review(tx, payment, CONTRADICTING, movement, now, more=f", whose movement {movement} is another payment's too")


def _review_due_again(tx: Tx, payment: Payment, booked: Booked, now: datetime) -> None:
    """A bill whose money was returned: nobody is reminded of it until a person says whether it is still owed."""
    for payable_id, name in booked.due_again:
        review = review_of(
            RETURNED_BILL,
            payment,
            f"payment {payment.reference}, return {name}"[:600],
            now,
            occasion=f"{payable_id} {name}",
            payment_id=payment.id,
            subject=payable_id,
        )
        open_review(tx, review)


def _review_doubted(tx: Tx, payment: Payment, seen: tuple[Seen, ...], now: datetime) -> None:
    """News of money that went back that may be what was recorded by hand already, or not."""
    late = told_after(seen, taken_back_at(tx, payment)) if any(unnamed(item) for item in seen) else ()
    for back in (*doubted_in(seen), *late):
        amount = "of an amount that is not stated" if back.amount is None else back.amount
        said = f": {back.kind} {amount}, {back.name}"
        _review(tx, payment, DOUBTED_RETURN, back.name, now, more=said)


def _review(tx: Tx, payment: Payment, cause: str, occasion: str, now: datetime, *, more: str = "") -> None:
    details = f"payment {payment.reference}{more}"[:600]
    review = review_of(cause, payment, details, now, occasion=occasion, payment_id=payment.id, subject=occasion)
    open_review(tx, review)
