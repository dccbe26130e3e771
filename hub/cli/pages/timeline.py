"""One payment on one page: what is known and from whom, what it waits for, what a person may do now."""

from __future__ import annotations

import click

from hub.cli.explaining import words
from hub.cli.payment_dispute import dispute_facts
from hub.cli.printing import clock, local, offset, print_facts, print_hanging, print_table
from hub.cli.standing import standing
from hub.domain.dispute import Dispute
from hub.domain.figures import money_text
from hub.domain.held import Held
from hub.domain.payment import Payment, Phase, Status
from hub.flows.payments.payment_view import LineView, PaymentView
from hub_hookspecs import Kind

from .next_steps import comes_next, may_do, waits_for
from .story import PaymentStory, events_of

MAX_REQUESTS = 20


def facts_of(story: PaymentStory) -> dict[str, object]:
    """The page as data."""
    view = story.view
    return {
        "authorisation": view.authorisation,
        "instrument": view.instrument.label if view.instrument else None,
        "sent_by": list(view.told.sent_by),
        "settled_amount": view.told.settled,
        "settled_rate": view.told.rate,
        "told_fee": view.told.fee,
        "tries": view.tries,
        "lines": [
            {
                "number": line.number,
                "asked": line.asked,
                "applied": line.applied,
                "withheld": line.withheld,
                "discount": line.discount,
                "credit": line.credit,
                "left": line.left,
            }
            for line in (*view.lines, *view.used)
        ],
        "cash_receipt": view.cash_receipt.label if view.cash_receipt else None,
        "cash_receipts": [receipt.label for receipt in view.cash_receipts],
        "timeline": [
            {"at": event.at, "source": event.source, "what": event.what, "amount": event.amount, "more": event.more}
            for event in events_of(story)
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
            for view in story.record.operations
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
            for item in story.record.requests
        ],
        "decisions": [
            {
                "kind": made.kind.value,
                "by": made.people,
                "why": made.why,
                "second_why": made.second_why,
                "done_at": made.done_at,
            }
            for made in story.record.decisions
        ],
        "disputes": [dispute_facts(item) for item in story.page.disputes],
        "reviews": [{"cause": review.cause, "details": review.details} for review in story.page.reviews],
        "waits_for": waits_for(story),
        "comes_next": comes_next(story),
        "may_do": [{"why": why, "command": command} for why, command in may_do(story)],
        "others": [other.reference for other in story.others],
    }


def print_timeline(story: PaymentStory) -> None:
    """The page."""
    _print_head(story)
    zone, locale = story.zone, story.view.merchant.locale
    click.echo(f"\nWhat is known, and from whom ({zone}, {offset(story.now, zone)})")
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
            for event in events_of(story)
        ],
        right=("AMOUNT",),
        fold=("MORE",),
    )
    _print_requests(story)
    click.echo("")
    print_facts((("waits for", waits_for(story) or "nothing"), ("next check", comes_next(story))))
    choices = may_do(story)
    click.echo("what you may do now" if choices else "there is nothing to do now")
    for why, command in choices:
        print_hanging("  ", f"{why}:")
        click.echo(f"    {command}")
    for other in story.others:
        click.echo(f"also matches: {other.reference} {other.status.value} {local(other.created_at, zone)}")


def _print_requests(story: PaymentStory) -> None:
    """What went to the provider; a long row of queries is cut in its middle."""
    requests, zone = story.record.requests, story.zone
    if not requests:
        return
    left_out = len(requests) - MAX_REQUESTS
    shown = requests if left_out <= 0 else (*requests[:5], *requests[5 - MAX_REQUESTS :])
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


def _print_head(story: PaymentStory) -> None:
    payment, view = story.payment, story.view
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
            *(("dispute", _dispute(item, locale, zone)) for item in story.page.disputes),
            ("provider", f"{view.provider_name}, {view.way_label or payment.way}"),
            ("their reference", payment.provider_reference),
            ("authorisation", view.authorisation),
            ("instrument", view.instrument.label if view.instrument else ""),
            ("sent by", ", ".join(view.told.sent_by)),
            ("settles as", _settles(view, locale)),
            ("fee, as told", money_text(view.told.fee, locale, with_code=True) if view.told.fee else ""),
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
    for minor, what in ((held.returned, "returned"), (held.charged_back, "charged back")):
        if minor:
            parts.append(f"{money_text(held.money(minor), locale)} {what}")
    return ", ".join((*parts, f"{money_text(held.money(held.left), locale)} remain"))


def _settles(view: PaymentView, locale: str) -> str:
    """What reaches the merchant in another currency; nothing is booked of it."""
    if view.told.settled is None:
        return ""
    return f"{money_text(view.told.settled, locale, with_code=True)}{f' at {view.told.rate}' if view.told.rate else ''}"


def _dispute(dispute: Dispute, locale: str, zone: str) -> str:
    """Of what, how far it is and until when to answer; or how it ended."""
    about = f"{dispute.case}: {money_text(dispute.amount, locale)}"
    if dispute.outcome:
        won = f" ({money_text(dispute.won, locale)})" if dispute.won else ""
        how = f"{dispute.outcome.value.replace('_', ' ')}{won}"
        return f"{about}, {how} {local(dispute.ended_at, zone)}, by {dispute.ended_by}"
    until = f", to be answered by {local(dispute.respond_by, zone)}" if dispute.respond_by else ""
    return f"{about}, {dispute.stage.value}{until}{f': {dispute.reason}' if dispute.reason else ''}"


def _line(line: LineView, locale: str) -> str:
    parts = [f"asked {money_text(line.asked, locale)}"] if line.asked else []
    if line.applied:
        parts.append(f"settled {money_text(line.applied, locale)}")
    if line.credit:
        parts.append(f"with credit {money_text(line.credit, locale)}")
    parts += [f"{words(name).lower()} {money_text(amount, locale)}" for name, amount in line.less]
    return f"{line.number}: {', '.join((*parts, f'still owed {money_text(line.left, locale)}'))}"


def _phase(payment: Payment, zone: str) -> str:
    if payment.phase is Phase.SENDING:
        return f"sending by {payment.owner}, lease until {local(payment.lease_until, zone, seconds=True)}"
    ended = f", exchange ended {local(payment.ended_at, zone, seconds=True)}" if payment.ended_at else ""
    return f"{payment.phase.value}{ended}"
