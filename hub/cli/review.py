"""Exceptions that wait for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .deciding import by_option, evidence_options, signed, stands, tell_decision, why_option
from .finding import company_in, only, zones_in
from .options import any_company_option, json_option
from .printing import SHORT, command_line, print_json, print_table, when
from .running import pass_hub
from .values import amount_of

if TYPE_CHECKING:
    from datetime import datetime

    from hub.domain.decision import Decision, Evidence, Signed
    from hub.domain.merchant import Merchant
    from hub.domain.message import Review
    from hub.domain.payment import Payment
    from hub.flows.ground.ports import Hub, Tx

WITHHELD = ("accept", "refuse")
ANSWERS = ("still_owed", "credit_note", "not_due", *WITHHELD)


@click.group()
def command() -> None:
    """Exceptions that wait for a person: list, show, resolve."""


@command.command("list")
@any_company_option
@click.option("--cause", metavar="CAUSE", help="Only this one.")
@click.option("--resolved", is_flag=True, help="Those that were resolved, newest first.")
@json_option
@pass_hub
async def list_(hub: Hub, slug: str | None, cause: str | None, resolved: bool, as_json: bool) -> None:
    """List open reviews, oldest first."""
    zones = await hub.store.read(zones_in)
    found = await hub.store.read(lambda tx: _listed(tx, slug, cause, resolved=resolved))
    if as_json:
        print_json([_facts(*row) for row in found])
        return
    if not found:
        click.echo("no review was resolved yet" if resolved else "no review is open")
        return
    print_table(
        ("OPENED", "ID", "COMPANY", "CAUSE", "PAYMENT", "AMOUNT", "DETAILS"),
        [
            (
                when(item.opened_at, zones[item.merchant_id]),
                item.id[:SHORT],
                company,
                item.cause,
                payment.reference if payment else "",
                payment.amount if payment else "",
                f"{item.resolved_by}: {item.resolution}" if resolved else item.details,
            )
            for item, company, payment in found
        ],
        right=("AMOUNT",),
        fold=("DETAILS",),
    )


def _listed(tx: Tx, slug: str | None, cause: str | None, *, resolved: bool) -> list[tuple[Review, str, Payment | None]]:
    """Reviews with the company and the payment of each."""
    owner = company_in(tx, slug).id if slug else None
    names = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
    found = tx.reviews.resolved() if resolved else tx.reviews.of(merchant_id=owner)
    return [
        (item, names.get(item.merchant_id, ""), tx.payments.get(item.payment_id) if item.payment_id else None)
        for item in found
        if cause in (None, item.cause) and owner in (None, item.merchant_id)
    ]


def _facts(item: Review, company: str, payment: Payment | None) -> dict[str, object]:
    return {
        "id": item.id,
        "company": company,
        "mode": item.mode.value,
        "cause": item.cause,
        "payment": payment.reference if payment else None,
        "amount": payment.amount if payment else None,
        "subject": item.subject,
        "details": item.details,
        "opened_at": item.opened_at,
        "resolved_at": item.resolved_at,
        "resolved_by": item.resolved_by,
        "resolution": item.resolution,
    }


async def _find(hub: Hub, text: str) -> Review:
    from hub.flows.corrections.resolve_review import find_review

    return only(await find_review(hub, text), "review", text)


@command.command()
@json_option
@pass_hub
async def waiting(hub: Hub, as_json: bool) -> None:
    """List decisions that wait for a second person."""
    zones = await hub.store.read(zones_in)
    now = hub.clock()
    rows = await hub.store.read(lambda tx: _waiting(tx, now))
    if as_json:
        print_json(
            [{**decision_facts(item), "payment": payment.reference if payment else None} for item, payment in rows]
        )
    elif rows:
        print_table(
            ("PROPOSED", "ID", "BY", "KIND", "PAYMENT", "AMOUNT", "WHY"),
            [
                (
                    when(item.proposed_at, zones[item.merchant_id]),
                    item.id,
                    item.by,
                    item.kind.value,
                    payment.reference if payment else _about(item),
                    "" if item.amount is None else item.amount,
                    item.why,
                )
                for item, payment in rows
            ],
            right=("AMOUNT",),
            cut=("BY",),
            fold=("WHY",),
        )
        click.echo("to let one happen, another person types:\n    payment-hub review approve ID --by NAME --why TEXT")
    else:
        click.echo("nothing waits for a second person")


def _about(item: Decision) -> str:
    """What a decision without a payment is about."""
    from hub.domain.missing_bills import BILL

    bills = sum(name.startswith(BILL) for name in item.content)
    return f"{bills} invoices" if bills else item.subject[:SHORT]


def _waiting(tx: Tx, now: datetime) -> list[tuple[Decision, Payment | None]]:
    """Decisions that wait, with the payment of each."""
    from hub.flows.ground.proposals import standing_proposals

    return [
        (item, tx.payments.get(item.payment_id) if item.payment_id else None) for item in standing_proposals(tx, now)
    ]


@command.command()
@click.argument("review_id", metavar="ID")
@json_option
@pass_hub
async def show(hub: Hub, review_id: str, as_json: bool) -> None:
    """Show a review: its cause, its payment, what was decided, and what to do."""
    from .pages.review import page_of, print_page

    review = await _find(hub, review_id)
    page = await hub.store.read(lambda tx: page_of(tx, hub, review))
    if as_json:
        decisions = [decision_facts(item) for item in page.decisions]
        ways = [{"way": way.name, "command": command_line(*command)} for way, command in page.ways]
        print_json({**_facts(review, page.company, page.payment), "decisions": decisions, "ways": ways})
    else:
        print_page(page)


def decision_facts(decision: Decision) -> dict[str, object]:
    """A decision as data."""
    return {
        "id": decision.id,
        "kind": decision.kind.value,
        "by": decision.by,
        "seconded_by": decision.seconded_by,
        "why": decision.why,
        "second_why": decision.second_why,
        "evidence": str(decision.evidence),
        "via": decision.via,
        "content": dict(decision.content),
        "amount": decision.amount,
        "proposed_at": decision.proposed_at,
        "done_at": decision.done_at,
        "superseded": decision.superseded,
    }


@command.command()
@click.argument("review_id", metavar="ID")
@by_option
@why_option
@evidence_options
@pass_hub
async def resolve(hub: Hub, review_id: str, by: str, why: str, evidence: Evidence) -> None:
    """Say what became of a review; it moves no money and frees no invoice."""
    from hub.flows.corrections.resolve_review import resolve_review

    review = await _find(hub, review_id)
    made = await resolve_review(hub, review.id, signed=signed(by, why, evidence))
    payment = await hub.store.read(lambda tx: tx.payments.get(review.payment_id) if review.payment_id else None)
    tell_decision(made, f"resolved: {review.cause} {review.id[:SHORT]}")
    if made.is_done and payment is not None and payment.is_live:
        click.echo(f"the payment itself is still {payment.status.value}: payment-hub payment show {payment.reference}")


@command.command()
@click.argument("review_id", metavar="ID")
@click.argument("said", metavar="ANSWER", type=click.Choice(ANSWERS))
@click.option("--note", metavar="NUMBER", default="", help="The credit note's number; needed with credit_note.")
@click.option("--amount", metavar="AMOUNT", help="The credit note's amount, in major units; else all that is due.")
@by_option
@why_option
@pass_hub
async def answer(hub: Hub, review_id: str, said: str, note: str, amount: str | None, by: str, why: str) -> None:
    """Answer what a review asks: of an invoice whose money was returned, still_owed, credit_note or not_due;
    of what a payer declared to withhold above the cap, accept or refuse."""
    from hub.flows.corrections.answer_return import ReturnedBill, answer_return

    review = await _find(hub, review_id)
    merchant, payable = await hub.store.read(
        lambda tx: (tx.merchants.get(review.merchant_id), tx.payables.get(review.subject))
    )
    if merchant is None or payable is None:
        raise click.ClickException(f"review {review_id} does not ask about an invoice: payment-hub review show ID")
    if said in WITHHELD:
        await _answer_withheld(hub, merchant, review.id, said, signed(by, why))
        return
    noted = amount_of(amount, payable.balance.currency) if amount else None
    made = await answer_return(
        *(hub, merchant, review.id, ReturnedBill(said)), signed=signed(by, why), note_number=note, amount=noted
    )
    tell_decision(made, f"answered: {payable.number} {said}")


async def _answer_withheld(hub: Hub, merchant: Merchant, review_id: str, said: str, given: Signed) -> None:
    from hub.flows.books.withheld_waits import WithheldAnswer
    from hub.flows.corrections.answer_withholding import answer_withholding

    made = await answer_withholding(hub, merchant, review_id, WithheldAnswer(said), signed=given)
    tell_decision(made, f"answered: {said}")


@command.command()
@click.argument("waiting_id", metavar="ID")
@by_option
@why_option
@pass_hub
async def approve(hub: Hub, waiting_id: str, by: str, why: str) -> None:
    """Let happen what another person proposed; the checks of the first command are made again.

    ID is the review's or the proposal's, see: payment-hub review waiting."""
    from hub.flows.corrections.approve_decision import approve_decision, find_waiting

    found = await find_waiting(hub, waiting_id)
    if not found:
        raise click.ClickException(f"nothing of {waiting_id!r} waits for a second person: payment-hub review waiting")
    if len(found) > 1:
        ids = ", ".join(item.id for item in found)
        raise click.ClickException(f"{len(found)} proposals begin with {waiting_id!r}, say which: {ids}")
    made = await approve_decision(hub, found[0].id, signed=signed(by, why))
    payment = await hub.store.read(lambda tx: tx.payments.get(made.payment_id) if made.payment_id else None)
    tell_decision(made, f"{made.kind.value}: done")
    if payment is not None:
        click.echo(f"{payment.reference} is {stands(payment)}: payment-hub payment show {payment.reference}")
