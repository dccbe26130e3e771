"""What a payment waits for, what comes next, what a person may do now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hub.cli.explaining import words
from hub.cli.printing import SHORT, command_line, local
from hub.domain.message import DeliveryState
from hub.domain.payment import Phase, Status
from hub.domain.review_causes import needs_answer
from hub.flows.payments.open_dispute import CAUSE
from hub_hookspecs import QueryBy

from .story import PaymentStory


def waits_for(story: PaymentStory) -> str:
    """What the payment waits for; empty when for nothing."""
    return words(story.explained.waits) if story.explained.waits else ""


def comes_next(story: PaymentStory) -> str:
    """When it is looked at next, and what can come of it."""
    return "; ".join(map(words, story.explained.next))


def may_do(story: PaymentStory) -> tuple[tuple[str, str], ...]:
    """What a person may do now, each with its exact command."""
    return tuple((why, command_line(*words)) for why, words in _choices(story))


def _choices(story: PaymentStory) -> Iterator[tuple[str, tuple[str, ...]]]:
    payment, view = story.payment, story.view
    askable = story.way is not None and story.way.query_by is not QueryBy.NONE
    if payment.is_live and askable:
        yield f"ask {view.provider_name} now", ("payment", "check", payment.reference)
    elif payment.is_live and payment.next_check_at and story.now >= payment.next_check_at:
        yield "apply the rule that is due", ("payment", "check", payment.reference)
    if payment.is_live and story.hearing.unproven:
        name = story.hearing.unproven.id[:SHORT]
        yield f"messages of {view.provider_name} {story.hearing.what}: see the newest", ("message", "show", name)
        yield "read it again, once the keys are right", ("message", "replay", name)
    elif payment.is_live and story.hearing.is_silent and story.info and story.info.notification_setup:
        show = ("account", "show", payment.provider, "--company", view.merchant.slug)
        yield f"{view.provider_name} was never heard from: see whether it knows the notification address", show
    if view.is_unrecorded:
        yield "record its cash receipt", ("receipt", "for-payment", payment.reference)
    if payment.status is Status.CLOSED and any(line.left for line in view.lines) and not view.is_order:
        who = view.customer.document.number if view.customer.document else view.customer.id
        yield "let the customer pay again", ("statement", "send", who, "--company", view.merchant.slug)
    yield from _decisions(story)
    for delivery in story.page.deliveries:
        if delivery.state is DeliveryState.DEAD:
            yield f"try the mail {delivery.kind} again", ("delivery", "retry", delivery.id)
    overdue = timedelta(minutes=1)
    if any(item.due_at and story.now - item.due_at > overdue for item in story.page.deliveries):
        yield "hand over mails that are due (neither serve nor worker seems to run)", ("delivery", "run")


def _decisions(story: PaymentStory) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What only a person may decide; NAME and the texts are to be filled in."""
    payment, record, name = story.payment, story.record, story.view.provider_name
    signed = ("--by", "NAME", "--why", "TEXT")
    proof = (*signed, "--evidence", "TEXT")
    in_flight = payment.phase is not Phase.SENT and payment.lease_until and story.now < payment.lease_until
    if record.open_operation:
        kind = record.open_operation.kind.value
        yield (
            f"say what {name}'s panel shows of the {kind}",
            ("payment", "conclude", payment.reference, "--done", *proof),
        )
    if record.cancellable:
        yield f"ask {name} to withdraw it", ("payment", "cancel", payment.reference, "--by", "NAME")
    if record.refundable:
        yield f"give {record.refundable} back", ("payment", "refund", payment.reference, *signed)
    if story.view.has_money and not record.open_operation:
        back = ("--returned", f"{story.view.remains.decimal:f}", *proof)
        yield f"say that {name}'s panel shows money given back", ("payment", "record", payment.reference, *back)
    if payment.status is not Status.PAID and not in_flight and payment.phase is not Phase.CREATED:
        shown = ("--paid", "--amount", f"{payment.amount.decimal:f}", *proof)
        yield f"say that {name}'s panel shows it paid", ("payment", "record", payment.reference, *shown)
    if payment.is_live and not in_flight and payment.phase is not Phase.CREATED:
        yield f"say that {name}'s panel shows no money", ("payment", "record", payment.reference, "--not-paid", *proof)
    if record.release_from:
        when = "" if story.now >= record.release_from else f", from {local(record.release_from, story.zone)} on"
        yield (
            f"give the invoices back, if the payer confirms that nothing was approved{when}",
            ("payment", "release", payment.reference, *signed),
        )
    for dispute in story.page.disputes:
        if dispute.is_open:
            ended = ("--case", dispute.case, "--won", *proof)
            yield "say how the dispute ended (or --lost)", ("payment", "dispute", payment.reference, *ended)
    for made in record.waiting:
        what = f"{made.kind.value} {made.amount}" if made.amount else made.kind.value
        yield (
            f"let {made.by}'s {what} happen, as a second person",
            ("review", "approve", made.id, "--by", "NAME", "--why", "TEXT"),
        )
    for review in story.page.reviews:
        if review.resolved_at is None and review.cause != CAUSE:
            named = review.id[:SHORT]
            if needs_answer(review.cause):
                yield f"answer the review {review.cause}: it names the commands", ("review", "show", named)
            else:
                yield f"resolve the review {review.cause}", ("review", "resolve", named, *signed)
