"""One payment on one page: what is known and from whom, what it waits for, what a person may do now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs
import click

from hub.domain.figures import mask_email, money_text
from hub.domain.held import Held
from hub.domain.merchant import Merchant
from hub.domain.message import DeliveryState
from hub.domain.payment import WATCH, Payment, Phase, Seen, Status
from hub.flows.ground.ports import Hub, Tx
from hub.flows.operations.view_hearing import Hearing, hearing_of
from hub.flows.payments.view_payment import LineView, PaymentView, Shown
from hub.flows.views.view_desk import PaymentDesk, view_payment_desk
from hub.flows.views.view_record import PaymentRecord, view_record
from hub_hookspecs import Kind, Money, ProviderInfo, QueryBy, Way

from .printing import clock, command_line, local, offset, print_facts, print_hanging, print_table
from .reading import state_word
from .standing import standing

WAITS = {
    Shown.HOSTED_PAGE: "the payer, on {provider}'s page",
    Shown.POST_FORM: "the payer, on {provider}'s page",
    Shown.APPROVE: "the payer, who approves in {provider}'s app",
    Shown.QR: "the payer, who scans the code",
    Shown.REFERENCE: "the payer, who pays with the reference",
    Shown.WAITING_RESULT: "{provider}'s word; the payer's time is over",
    Shown.UNKNOWN: "{provider}'s word whether anything was charged: unknown is not failed, and nothing is sent again",
}


@attrs.frozen
class Told:
    """A payment with what the page needs to know beside it.

    Attributes:
        others: Further payments that match the same text, newest first.
        hearing: What was heard of the account's provider.
    """

    desk: PaymentDesk
    record: PaymentRecord
    info: ProviderInfo | None
    now: datetime
    others: tuple[Payment, ...]
    hearing: Hearing

    @property
    def view(self) -> PaymentView:
        """The payment as people see it."""
        return self.desk.view

    @property
    def payment(self) -> Payment:
        """The payment itself."""
        return self.desk.view.payment

    @property
    def way(self) -> Way | None:
        """How it was started."""
        return self.info.way(self.payment.way) if self.info else None


async def told_of(hub: Hub, payment: Payment, *, others: tuple[Payment, ...] = ()) -> Told:
    """A payment with everything that its page tells."""

    def read(tx: Tx) -> tuple[Merchant, Hearing]:
        merchant, account = tx.merchants.get(payment.merchant_id), tx.accounts.get(payment.account_id)
        assert merchant is not None
        return attrs.evolve(merchant, mode=payment.mode), hearing_of(tx, account) if account else Hearing(None)

    merchant, hearing = await hub.store.read(read)
    provider = hub.providers.get(payment.provider)
    return Told(
        await view_payment_desk(hub, merchant, payment.id),
        await view_record(hub, payment.id),
        provider.info if provider else None,
        hub.clock(),
        others,
        hearing,
    )


@attrs.frozen
class Event:
    """One line of the timeline."""

    at: datetime
    source: str
    what: str
    amount: Money | None = None
    more: str = ""


def events_of(told: Told) -> tuple[Event, ...]:
    """Everything that happened, oldest first."""
    return tuple(sorted(_events(told), key=lambda event: event.at))


def _events(told: Told) -> Iterator[Event]:
    payment, view = told.payment, told.view
    lines = ", ".join(line.number for line in payment.lines)
    yield Event(payment.created_at, "hub", "created", payment.amount, f"{lines}, by {payment.channel.value}")
    for item in told.desk.view.seen:
        yield Event(item.seen_at, item.source.value, item.observation.kind.value, item.observation.amount, _more(item))
    for receipt in view.cash_receipts:
        yield Event(receipt.issued_at, "hub", "cash receipt", receipt.cash, f"{receipt.label}, by {receipt.issued_by}")
    for delivery in told.desk.deliveries:
        name = f"mail {delivery.kind.value}"
        if delivery.sent_at:
            yield Event(delivery.sent_at, "hub", name, more=f"sent to {mask_email(delivery.recipient)}")
        else:
            fault = f", {delivery.last_error}" if delivery.last_error else ""
            state = f"{delivery.state.value} to {mask_email(delivery.recipient)}, {delivery.tries} tries{fault}"
            yield Event(delivery.created_at, "hub", name, more=state)
    for review in told.desk.reviews:
        yield Event(review.opened_at, "hub", "review opened", more=f"{review.cause}: {review.details}")
    for message in told.record.messages:
        more = _command(told, "message", "show", message.id[:10])
        yield Event(message.message.received_at, "hub", f"message kept, {state_word(message.state)}", more=more)
    yield from _operation_events(told)
    for made in told.record.decisions:
        state = "" if made.is_done else ", superseded" if made.superseded else ", waits for a second person"
        evidence = f" [{made.evidence}]" if made.evidence else ""
        yield Event(
            made.done_at or made.proposed_at,
            "operator",
            f"decided: {made.kind.value}",
            more=f"{made.people}: {made.reasons}{evidence}{state}",
        )


def _operation_events(told: Told) -> Iterator[Event]:
    for view in told.record.operations:
        item = view.operation
        asked = f"reference {item.reference}, by {item.decided_by}{f': {item.note}' if item.note else ''}"
        yield Event(item.created_at, "hub", f"{item.kind.value} sent", item.amount, asked)
        for news in view.news:
            why = f"{news.reason.kind.value} ({news.reason.code or 'no code'})" if news.reason else ""
            more = ", ".join(filter(None, (why, news.note)))
            yield Event(news.at, news.source, f"{item.kind.value}: {news.kind.value}", more=more)
        if not view.news and item.ended_at:
            yield Event(item.ended_at, "hub", f"{item.kind.value}: no clear answer")


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


def waits_for(told: Told) -> str:
    """What the payment waits for; empty when for nothing."""
    payment, view = told.payment, told.view
    zone = view.merchant.company.zone
    if payment.phase is not Phase.SENT:
        if payment.status is Status.CLOSED:
            return ""
        until = local(payment.lease_until, zone, seconds=True)
        return f"its exchange with {view.provider_name}, at the latest until {until}"
    if payment.status is Status.PAID:
        return "its cash receipt, which the merchant records" if view.is_unrecorded else ""
    if payment.status is Status.CLOSED:
        if not payment.is_unproven:
            return ""
        until = local((payment.ended_at or payment.created_at) + WATCH, zone)
        return f"nothing, but nobody proved that no money moved: it is watched until {until}"
    until = f", until {local(payment.expires_at, zone, seconds=True)}" if payment.expires_at else ""
    over = view.shown in (Shown.UNKNOWN, Shown.WAITING_RESULT)
    return WAITS.get(view.shown, "{provider}'s word").format(provider=view.provider_name) + ("" if over else until)


def comes_next(told: Told) -> str:
    """When it is looked at next, and what can come of it."""
    payment, way = told.payment, told.way
    if payment.next_check_at is None:
        return "no check: nothing more can be learnt by looking"
    when = local(payment.next_check_at, told.view.merchant.company.zone, seconds=True)
    if told.now >= payment.next_check_at:
        when += " (due now; serve or worker does it)"
    if way and way.query_by is QueryBy.NONE and payment.status is Status.PENDING:
        return f"{when}: {told.view.provider_name} cannot be asked, so silence then closes it by rule"
    if told.record.undo_from:
        until = local(told.record.undo_from, told.view.merchant.company.zone)
        return f"{when}; without any news it is undone at {until}, which gives back what may have been charged"
    return when


def may_do(told: Told) -> tuple[tuple[str, str], ...]:
    """What a person may do now, each with its exact command."""
    return tuple((why, _command(told, *words)) for why, words in _choices(told))


def _choices(told: Told) -> Iterator[tuple[str, tuple[str, ...]]]:
    payment, view = told.payment, told.view
    askable = told.way is not None and told.way.query_by is not QueryBy.NONE
    if payment.is_live and askable:
        yield f"ask {view.provider_name} now", ("payment", "check", payment.reference)
    elif payment.is_live and payment.next_check_at and told.now >= payment.next_check_at:
        yield "apply the rule that is due", ("payment", "check", payment.reference)
    if payment.is_live and told.hearing.unproven:
        name = told.hearing.unproven.id[:10]
        yield f"messages of {view.provider_name} {told.hearing.what}: see the newest", ("message", "show", name)
        yield "read it again, once the keys are right", ("message", "replay", name)
    elif payment.is_live and told.hearing.is_silent and told.info and told.info.notification_setup:
        show = ("account", "show", payment.provider, "--company", view.merchant.slug)
        yield f"{view.provider_name} was never heard from: see whether it knows the notification address", show
    if view.is_unrecorded:
        yield "record its cash receipt", ("receipt", "for-payment", payment.reference)
    if payment.status is Status.CLOSED and any(line.left for line in view.lines) and not view.is_order:
        who = view.customer.document.number if view.customer.document else view.customer.id
        yield "let the customer pay again", ("statement", "send", who, "--company", view.merchant.slug)
    yield from _decisions(told)
    for delivery in told.desk.deliveries:
        if delivery.state is DeliveryState.DEAD:
            yield f"try the mail {delivery.kind.value} again", ("delivery", "retry", delivery.id)
    overdue = timedelta(minutes=1)
    if any(item.due_at and told.now - item.due_at > overdue for item in told.desk.deliveries):
        yield "hand over mails that are due (neither serve nor worker seems to run)", ("delivery", "run")


def _decisions(told: Told) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What only a person may decide; NAME and the texts are to be filled in."""
    payment, record, name = told.payment, told.record, told.view.provider_name
    signed = ("--by", "NAME", "--why", "TEXT")
    proof = (*signed, "--evidence", "TEXT")
    in_flight = payment.phase is not Phase.SENT and payment.lease_until and told.now < payment.lease_until
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
    if payment.status is not Status.PAID and not in_flight and payment.phase is not Phase.CREATED:
        shown = ("--paid", "--amount", f"{payment.amount.decimal:f}", *proof)
        yield f"say that {name}'s panel shows it paid", ("payment", "record", payment.reference, *shown)
    if payment.is_live and not in_flight and payment.phase is not Phase.CREATED:
        yield f"say that {name}'s panel shows no money", ("payment", "record", payment.reference, "--not-paid", *proof)
    if record.release_from:
        when = "" if told.now >= record.release_from else f", from {local(record.release_from, _zone(told))} on"
        yield (
            f"give the invoices back, if the payer confirms that nothing was approved{when}",
            ("payment", "release", payment.reference, *signed),
        )
    for made in record.waiting:
        what = f"{made.kind.value} {made.amount}" if made.amount else made.kind.value
        yield (
            f"let {made.by}'s {what} happen, as a second person",
            ("review", "approve", made.id, "--by", "NAME", "--why", "TEXT"),
        )
    for review in told.desk.reviews:
        if review.resolved_at is None:
            yield f"resolve the review {review.cause}", ("review", "resolve", review.id[:10], *signed)


def _zone(told: Told) -> str:
    return told.view.merchant.company.zone


def _command(told: Told, *words: str) -> str:
    return command_line(*words)


def facts_of(told: Told) -> dict[str, object]:
    """The page as data."""
    view = told.view
    return {
        "authorisation": view.authorisation,
        "instrument": view.instrument.label if view.instrument else None,
        "tries": view.tries,
        "lines": [
            {
                "number": line.number,
                "asked": line.asked,
                "applied": line.applied,
                "withheld": line.withheld,
                "discount": line.discount,
                "left": line.left,
            }
            for line in (*view.lines, *view.used)
        ],
        "cash_receipt": view.cash_receipt.label if view.cash_receipt else None,
        "cash_receipts": [receipt.label for receipt in view.cash_receipts],
        "timeline": [
            {"at": event.at, "source": event.source, "what": event.what, "amount": event.amount, "more": event.more}
            for event in events_of(told)
        ],
        "operations": [
            {
                "kind": view.operation.kind.value,
                "reference": view.operation.reference,
                "amount": view.operation.amount,
                "status": view.operation.status.value,
                "reason": view.operation.reason,
                "by": view.operation.decided_by,
                "next_check_at": view.operation.next_check_at,
            }
            for view in told.record.operations
        ],
        "requests": [
            {
                "started": item.started,
                "at": item.at,
                "hook": item.hook,
                "number": item.number,
                "mark": item.mark,
                "request": f"{item.method} https://{item.host}{item.path}",
                "status": item.status,
                "trouble": item.trouble,
                "milliseconds": item.milliseconds,
                "wrote": item.wrote,
            }
            for item in told.record.requests
        ],
        "decisions": [
            {
                "kind": made.kind.value,
                "by": made.people,
                "why": made.why,
                "second_why": made.second_why,
                "done_at": made.done_at,
            }
            for made in told.record.decisions
        ],
        "reviews": [{"cause": review.cause, "details": review.details} for review in told.desk.reviews],
        "waits_for": waits_for(told),
        "comes_next": comes_next(told),
        "may_do": [{"why": why, "command": command} for why, command in may_do(told)],
        "others": [other.reference for other in told.others],
    }


def print_timeline(told: Told) -> None:
    """The page."""
    _print_head(told)
    zone, locale = told.view.merchant.company.zone, told.view.merchant.locale
    click.echo(f"\nWhat is known, and from whom ({zone}, {offset(told.now, zone)})")
    print_table(
        ("AT", "SOURCE", "WHAT", "AMOUNT", "MORE"),
        [
            (
                clock(event.at, zone, seconds=True),
                event.source,
                event.what,
                money_text(event.amount, locale) if event.amount else "",
                event.more,
            )
            for event in events_of(told)
        ],
        right=("AMOUNT",),
        fold=("MORE",),
    )
    _print_requests(told)
    click.echo("")
    print_facts((("waits for", waits_for(told) or "nothing"), ("next check", comes_next(told))))
    choices = may_do(told)
    click.echo("what you may do now" if choices else "there is nothing to do now")
    for why, command in choices:
        print_hanging("  ", f"{why}:")
        click.echo(f"    {command}")
    for other in told.others:
        click.echo(f"also matches: {other.reference} {other.status.value} {local(other.created_at, zone)}")


MOST_REQUESTS = 20


def _print_requests(told: Told) -> None:
    """What went to the provider; a long row of queries is cut in its middle."""
    requests, zone = told.record.requests, _zone(told)
    if not requests:
        return
    left_out = len(requests) - MOST_REQUESTS
    shown = requests if left_out <= 0 else (*requests[:5], *requests[5 - MOST_REQUESTS :])
    click.echo("\nRequests (content is never kept)")
    print_table(
        ("STARTED", "HOOK", "#", "MARK", "REQUEST", "ANSWER", "MS"),
        [
            (
                clock(item.started, zone, seconds=True),
                item.hook,
                item.number,
                item.mark,
                f"{item.method} {item.host}{item.path}",
                item.status if item.status is not None else f"{'none' if item.wrote else 'not sent'}: {item.trouble}",
                item.milliseconds,
            )
            for item in shown
        ],
        right=("MS",),
        fold=("REQUEST", "ANSWER"),
    )
    if left_out > 0:
        click.echo(f"... {left_out} more in the middle: --json shows them")


def _print_head(told: Told) -> None:
    payment, view = told.payment, told.view
    locale, zone = view.merchant.locale, view.merchant.company.zone
    mode = "  TEST - NO VALUE" if payment.mode.value == "test" else ""
    click.echo(f"Payment {payment.reference}: {_standing(payment, view)}{mode}\n")
    captured = f", captured {money_text(view.captured, locale)}" if view.captured is not None else ""
    print_facts(
        (
            ("company", f"{view.merchant.company.name} ({view.merchant.slug})"),
            ("customer", view.customer.name),
            ("amount", f"{money_text(payment.amount, locale, with_code=True)}{captured}"),
            *(("money", _held(item, locale)) for item in view.held),
            *(("invoice" if not view.is_order else "order", _line(line, locale)) for line in view.lines),
            *(("credit used" if line.applied else "withheld besides", _line(line, locale)) for line in view.used),
            ("credit", money_text(view.credit, locale) if view.credit else ""),
            ("provider", f"{view.provider_name}, {view.way_label or payment.way}"),
            ("their reference", payment.provider_reference),
            ("authorisation", view.authorisation),
            ("instrument", view.instrument.label if view.instrument else ""),
            ("tries", view.tries if view.tries > 1 else ""),
            ("phase", _phase(payment, zone)),
            ("checks", payment.checks or ""),
            ("flags", ", ".join(sorted(flag.value for flag in payment.flags))),
        )
    )


def _standing(payment: Payment, view: PaymentView) -> str:
    if payment.status is Status.CLOSED:
        why = f"{view.reason.kind.value}" if view.reason and payment.reason == Kind.DECLINED else ""
        return f"closed ({', '.join(filter(None, (payment.reason, why)))})"
    return standing(payment, view.held)


def _held(held: Held, locale: str) -> str:
    """What the books hold: what was stated and corrected, what went back, what remains."""
    parts = [f"{money_text(held.money(held.came), locale, with_code=True)} came"]
    if held.came != held.stated:
        parts.append(f"corrected from {money_text(held.money(held.stated), locale)}")
    for minor, words in ((held.returned, "returned"), (held.charged_back, "charged back")):
        if minor:
            parts.append(f"{money_text(held.money(minor), locale)} {words}")
    return ", ".join((*parts, f"{money_text(held.money(held.left), locale)} remain"))


def _line(line: LineView, locale: str) -> str:
    parts = [f"asked {money_text(line.asked, locale)}"] if line.asked else []
    if line.applied:
        parts.append(f"settled {money_text(line.applied, locale)}")
    parts += [f"{name.lower()} {money_text(amount, locale)}" for name, amount in line.less]
    return f"{line.number}: {', '.join((*parts, f'still owed {money_text(line.left, locale)}'))}"


def _phase(payment: Payment, zone: str) -> str:
    if payment.phase is Phase.SENDING:
        return f"sending by {payment.owner}, lease until {local(payment.lease_until, zone, seconds=True)}"
    ended = f", exchange ended {local(payment.ended_at, zone, seconds=True)}" if payment.ended_at else ""
    return f"{payment.phase.value}{ended}"
