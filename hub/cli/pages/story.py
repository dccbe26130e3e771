"""A payment with everything that is known of it, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from hub.cli.printing import SHORT, command_line
from hub.cli.reading import state_word
from hub.domain.figures import mask_email
from hub.domain.merchant import Merchant
from hub.domain.observation import Seen
from hub.domain.payment import Payment
from hub.flows.ground.ports import Hub, Tx
from hub.flows.operations.view_received import LastReceived, received_from
from hub.flows.payments.payment_view import PaymentView
from hub.flows.views.explain_payment import Explained, explain_payment
from hub.flows.views.view_payments import PaymentPage, view_payment_page
from hub.flows.views.view_record import PaymentRecord, view_record
from hub_hookspecs import Money, ProviderInfo, Way


@attrs.frozen
class PaymentStory:
    """A payment with what the page needs to know beside it.

    Attributes:
        others: Further payments that match the same text, newest first.
        hearing: What was heard of the account's provider.
        explained: What it waits for, and what comes next.
    """

    page: PaymentPage
    record: PaymentRecord
    info: ProviderInfo | None
    now: datetime
    others: tuple[Payment, ...]
    hearing: LastReceived
    explained: Explained

    @property
    def view(self) -> PaymentView:
        """The payment as people see it."""
        return self.page.view

    @property
    def payment(self) -> Payment:
        """The payment itself."""
        return self.page.view.payment

    @property
    def zone(self) -> str:
        """On whose clock times stand."""
        return self.view.merchant.company.zone

    @property
    def way(self) -> Way | None:
        """How it was started."""
        return self.info.way(self.payment.way) if self.info else None


async def story_of(hub: Hub, payment: Payment, *, others: tuple[Payment, ...] = ()) -> PaymentStory:
    """A payment with everything that its page tells."""

    merchant, hearing = await hub.store.read(lambda tx: _around(tx, payment))
    provider = hub.providers.get(payment.provider)
    page, record = await view_payment_page(hub, merchant, payment.id), await view_record(hub, payment.id)
    now = hub.clock()
    explained = explain_payment(hub, page, record, now)
    return PaymentStory(page, record, provider.info if provider else None, now, others, hearing, explained)


def _around(tx: Tx, payment: Payment) -> tuple[Merchant, LastReceived]:
    """The company of a payment, in the payment's mode, and what was heard of the account's provider."""
    merchant, account = tx.merchants.get(payment.merchant_id), tx.accounts.get(payment.account_id)
    assert merchant is not None
    return attrs.evolve(merchant, mode=payment.mode), received_from(tx, account) if account else LastReceived(None)


@attrs.frozen
class StoryEvent:
    """One line of the timeline."""

    at: datetime
    source: str
    what: str
    amount: Money | None = None
    more: str = ""


def events_of(story: PaymentStory) -> tuple[StoryEvent, ...]:
    """Everything that happened, oldest first."""
    return tuple(sorted(_events(story), key=lambda event: event.at))


def _events(story: PaymentStory) -> Iterator[StoryEvent]:
    payment, view = story.payment, story.view
    lines = ", ".join(line.number for line in payment.lines)
    yield StoryEvent(payment.created_at, "hub", "created", payment.amount, f"{lines}, by {payment.channel.value}")
    for item in story.page.view.seen:
        yield StoryEvent(
            item.seen_at, item.source.value, item.observation.kind.value, item.observation.amount, _more(item)
        )
    for receipt in view.cash_receipts:
        yield StoryEvent(
            receipt.issued_at, "hub", "cash receipt", receipt.cash, f"{receipt.label}, by {receipt.issued_by}"
        )
    for delivery in story.page.deliveries:
        name = f"mail {delivery.kind}"
        if delivery.sent_at:
            yield StoryEvent(delivery.sent_at, "hub", name, more=f"sent to {mask_email(delivery.recipient)}")
        else:
            fault = f", {delivery.last_error}" if delivery.last_error else ""
            state = f"{delivery.state.value} to {mask_email(delivery.recipient)}, {delivery.tries} tries{fault}"
            yield StoryEvent(delivery.created_at, "hub", name, more=state)
    for review in story.page.reviews:
        yield StoryEvent(review.opened_at, "hub", "review opened", more=f"{review.cause}: {review.details}")
    for message in story.record.messages:
        more = command_line("message", "show", message.id[:SHORT])
        yield StoryEvent(message.message.received_at, "hub", f"message kept, {state_word(message.state)}", more=more)
    yield from _operation_events(story)
    for made in story.record.decisions:
        state = "" if made.is_done else ", superseded" if made.superseded else ", waits for a second person"
        evidence = f" [{made.evidence}]" if made.evidence else ""
        yield StoryEvent(
            made.done_at or made.proposed_at,
            "operator",
            f"decided: {made.kind.value}",
            more=f"{made.people}: {made.reasons}{evidence}{state}",
        )


def _operation_events(story: PaymentStory) -> Iterator[StoryEvent]:
    for view in story.record.operations:
        item = view.operation
        asked = f"reference {item.reference}, by {item.decided_by}{f': {item.note}' if item.note else ''}"
        yield StoryEvent(item.created_at, "hub", f"{item.kind.value} sent", item.amount, asked)
        for event in view.events:
            why = f"{event.reason.kind.value} ({event.reason.code or 'no code'})" if event.reason else ""
            more = ", ".join(filter(None, (why, event.note)))
            yield StoryEvent(event.at, event.source, f"{item.kind.value}: {event.kind.value}", more=more)
        if not view.events and item.ended_at:
            yield StoryEvent(item.ended_at, "hub", f"{item.kind.value}: no clear answer")


def _more(item: Seen) -> str:
    claim = item.observation
    parts = (
        f"{claim.reason.kind.value}{f' ({claim.reason.code})' if claim.reason.code else ''}" if claim.reason else "",
        f"authorisation {claim.authorisation}" if claim.authorisation else "",
        claim.instrument.label if claim.instrument else "",
        f"their reference {claim.provider_reference}" if claim.provider_reference else "",
        f"vouched: {', '.join(sorted(claim.vouched))}" if claim.vouched else "",
        item.note,
    )
    return ", ".join(filter(None, parts))
