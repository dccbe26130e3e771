"""One payment on one page: what is known and from whom, what it waits for, what a person may do now."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs
import click

from hub.domain.figures import mask_email, money_text
from hub.domain.message import DeliveryState
from hub.domain.payment import WATCH, Payment, Phase, Seen, Status
from hub.flows.view_desk import PaymentDesk
from hub.flows.view_payment import PaymentView, Shown
from hub_hookspecs import Kind, Money, ProviderInfo, QueryBy, Way

from .printing import local, print_facts, print_table

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
        data: The data folder as given, so that the commands shown can be copied.
        heard_at: When the account's provider was last heard from.
    """

    desk: PaymentDesk
    info: ProviderInfo | None
    now: datetime
    others: tuple[Payment, ...]
    data: str | None
    heard_at: datetime | None = None

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
    receipt = view.cash_receipt
    if receipt:
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
        return "" if view.cash_receipt else "its cash receipt, which the merchant records"
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
    if payment.is_live and told.heard_at is None and told.info and told.info.notification_setup:
        show = ("account", "show", payment.provider, "--company", view.merchant.slug)
        yield f"{view.provider_name} was never heard from: see whether it knows the notification address", show
    if payment.status is Status.PAID and not view.cash_receipt:
        yield "record its cash receipt", ("receipt", "for-payment", payment.reference)
    if payment.status is Status.CLOSED and any(line.left for line in view.lines) and not view.is_order:
        who = view.customer.document.number if view.customer.document else view.customer.id
        yield "let the customer pay again", ("statement", "send", who, "--company", view.merchant.slug)
    for delivery in told.desk.deliveries:
        if delivery.state is DeliveryState.DEAD:
            yield f"try the mail {delivery.kind.value} again", ("delivery", "retry", delivery.id)
    overdue = timedelta(minutes=1)
    if any(item.due_at and told.now - item.due_at > overdue for item in told.desk.deliveries):
        yield "hand over mails that are due (neither serve nor worker seems to run)", ("delivery", "run")


def _command(told: Told, *words: str) -> str:
    folder = ("--data", told.data) if told.data else ()
    return shlex.join(("payment-hub", *words, *folder))


def facts_of(told: Told) -> dict[str, object]:
    """The page as data."""
    view = told.view
    return {
        "authorisation": view.authorisation,
        "instrument": view.instrument.label if view.instrument else None,
        "tries": view.tries,
        "lines": [
            {"number": line.number, "asked": line.asked, "applied": line.applied, "left": line.left}
            for line in view.lines
        ],
        "cash_receipt": view.cash_receipt.label if view.cash_receipt else None,
        "timeline": [
            {"at": event.at, "source": event.source, "what": event.what, "amount": event.amount, "more": event.more}
            for event in events_of(told)
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
    click.echo(f"\nWhat is known, and from whom ({zone})")
    print_table(
        ("AT", "SOURCE", "WHAT", "AMOUNT", "MORE"),
        [
            (
                local(event.at, zone, seconds=True),
                event.source,
                event.what,
                money_text(event.amount, locale) if event.amount else "",
                event.more,
            )
            for event in events_of(told)
        ],
        right=("AMOUNT",),
    )
    click.echo("")
    print_facts((("waits for", waits_for(told) or "nothing"), ("next check", comes_next(told))))
    choices = may_do(told)
    click.echo("what you may do now" if choices else "there is nothing to do now")
    for why, command in choices:
        click.echo(f"  {why}:\n    {command}")
    for other in told.others:
        click.echo(f"also matches: {other.reference} {other.status.value} {local(other.created_at, zone)}")


def _print_head(told: Told) -> None:
    payment, view = told.payment, told.view
    locale, zone = view.merchant.locale, view.merchant.company.zone
    mode = "  TEST - NO VALUE" if payment.mode.value == "test" else ""
    click.echo(f"Payment {payment.reference}: {_standing(payment, view)}{mode}\n")
    captured = f", captured {money_text(view.captured, locale)}" if view.captured else ""
    print_facts(
        (
            ("company", f"{view.merchant.company.name} ({view.merchant.slug})"),
            ("customer", view.customer.name),
            ("amount", f"{money_text(payment.amount, locale, with_code=True)}{captured}"),
            *(("invoice" if not view.is_order else "order", _line(line, locale)) for line in view.lines),
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
    return payment.status.value


def _line(line: object, locale: str) -> str:
    number, asked, applied, left = (getattr(line, name) for name in ("number", "asked", "applied", "left"))
    settled = f", settled {money_text(applied, locale)}" if applied else ""
    return f"{number}: asked {money_text(asked, locale)}{settled}, still owed {money_text(left, locale)}"


def _phase(payment: Payment, zone: str) -> str:
    if payment.phase is Phase.SENDING:
        return f"sending by {payment.owner}, lease until {local(payment.lease_until, zone, seconds=True)}"
    ended = f", exchange ended {local(payment.ended_at, zone, seconds=True)}" if payment.ended_at else ""
    return f"{payment.phase.value}{ended}"
