"""Exceptions that wait for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .deciding import by_option, evidence_options, why_option
from .options import any_company_option, data_option, json_option

if TYPE_CHECKING:
    from hub.domain.message import Review
    from hub.flows.ground.ports import Hub

SHOWN_BY = {
    "rejected_signature": ("message", "list", "--state", "rejected"),
    "unclear_message": ("message", "list", "--state", "done"),
    "parked_payment": ("message", "list", "--state", "parked"),
}
"""What shows the thing that a review is about, where that is no payment alone; by its cause."""

SHORT = 10
"""Characters of an id that lists show; commands take them."""


@click.group()
def command() -> None:
    """Exceptions that wait for a person: list, show, resolve."""


@command.command("list")
@any_company_option
@click.option("--cause", metavar="CAUSE", help="Only this one.")
@click.option("--resolved", is_flag=True, help="Those that were resolved, newest first.")
@json_option
@data_option
def list_(slug: str | None, cause: str | None, resolved: bool, as_json: bool, data: str | None) -> None:
    """List open reviews, oldest first."""
    from .finding import company_in, zones_in
    from .printing import print_json, print_table, when
    from .running import run

    def read(tx: Any) -> Any:
        owner = company_in(tx, slug).id if slug else None
        names = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
        zones = zones_in(tx)
        found = tx.reviews.resolved() if resolved else tx.reviews.of(merchant_id=owner)
        wanted = [item for item in found if cause in (None, item.cause) and owner in (None, item.merchant_id)]
        payments = {item.payment_id: tx.payments.get(item.payment_id) for item in wanted if item.payment_id}
        return zones, [(item, names.get(item.merchant_id, ""), payments.get(item.payment_id)) for item in wanted]

    zones, found = run(data, lambda hub: hub.store.read(read))
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


def _facts(item: Review, company: str, payment: Any) -> dict[str, object]:
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

    from .finding import only

    return only(await find_review(hub, text), "review", text)


@command.command()
@json_option
@data_option
def waiting(as_json: bool, data: str | None) -> None:
    """List decisions that wait for a second person."""
    from .finding import zones_in
    from .printing import print_json, print_table, when
    from .running import run

    def read(tx: Any) -> Any:
        found = tx.decisions.waiting()
        payments = {item.payment_id: tx.payments.get(item.payment_id) for item in found if item.payment_id}
        return zones_in(tx), [(item, payments.get(item.payment_id)) for item in found]

    zones, rows = run(data, lambda hub: hub.store.read(read))
    if as_json:
        print_json([{**_decision(item), "payment": payment.reference if payment else None} for item, payment in rows])
    elif rows:
        print_table(
            ("PROPOSED", "ID", "BY", "KIND", "PAYMENT", "AMOUNT", "WHY"),
            [
                (
                    when(item.proposed_at, zones[item.merchant_id]),
                    item.id,
                    item.by,
                    item.kind.value,
                    payment.reference if payment else item.subject[:SHORT],
                    item.amount or "",
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


@command.command()
@click.argument("review_id", metavar="ID")
@json_option
@data_option
def show(review_id: str, as_json: bool, data: str | None) -> None:
    """Show a review: its cause, its payment, what was decided, and what to do."""
    from hub.flows.ground.read_held import held_of

    from .finding import zones_in
    from .printing import command_line, local, print_facts, print_hanging, print_json
    from .running import run
    from .standing import standing

    async def work(hub: Hub) -> tuple[Review, str, str, Any, str, Any, Any]:
        review = await _find(hub, review_id)

        def read(tx: Any) -> Any:
            merchant = tx.merchants.get(review.merchant_id)
            payment = tx.payments.get(review.payment_id) if review.payment_id else None
            account = tx.accounts.get(review.subject.partition(":")[0])
            return (
                merchant.slug if merchant else "",
                zones_in(tx)[review.merchant_id],
                payment,
                standing(payment, held_of(tx, payment)) if payment else "",
                account,
                tx.decisions.of(review.id),
            )

        return (review, *await hub.store.read(read))

    review, company, zone, payment, stands, account, decisions = run(data, work)
    about = f"{account.provider}: {review.subject.partition(':')[2]}" if account else review.subject
    shows = ("reconcile", "lines", account.provider, "--company", company) if account else SHOWN_BY.get(review.cause)
    message = review.subject.removeprefix("message ") if review.subject.startswith("message ") else ""
    named = review.id[:SHORT]
    if as_json:
        print_json({**_facts(review, company, payment), "decisions": [_decision(item) for item in decisions]})
        return
    click.echo(f"Review {review.cause}: {'resolved' if review.resolved_at else 'open'}\n")
    print_facts(
        (
            ("id", review.id),
            ("company", company),
            ("mode", review.mode.value),
            ("payment", f"{payment.reference}, {payment.amount}, {stands}" if payment else ""),
            ("about", about),
            ("details", review.details),
            ("opened", review.opened_at),
            ("resolved", f"{local(review.resolved_at, zone)} by {review.resolved_by}" if review.resolved_at else ""),
            ("resolution", review.resolution),
            *(("decision", _told(item)) for item in decisions),
        ),
        zone=zone,
    )
    click.echo("")
    print_hanging("", f"what it means and what is safe: docs/operating.md, {review.cause}")
    if message:
        click.echo(f"the message it is about:\n    {command_line(data, 'message', 'show', message)}")
        click.echo("once what refused or parked it is put right:")
        click.echo(f"    {command_line(data, 'message', 'replay', message)}")
    elif shows:
        click.echo(f"what it is about:\n    {command_line(data, *shows)}")
    if payment:
        click.echo(f"the payment's story:\n    {command_line(data, 'payment', 'show', payment.reference)}")
    waiting = next((item for item in decisions if not item.is_done and not item.superseded), None)
    if waiting is not None:
        click.echo(f"{waiting.by}'s word waits for a second person:")
        click.echo(f"    {command_line(data, 'review', 'approve', named, '--by', 'NAME', '--why', 'TEXT')}")
    elif review.resolved_at is None:
        click.echo("when it is dealt with:")
        click.echo(f"    {command_line(data, 'review', 'resolve', named, '--by', 'NAME', '--why', 'TEXT')}")


def _told(decision: Any) -> str:
    state = "done" if decision.is_done else "superseded" if decision.superseded else "waits for a second person"
    evidence = f" [{decision.evidence}]" if decision.evidence else ""
    return f"{decision.kind.value} by {decision.people}, {state}: {decision.reasons}{evidence} ({decision.via})"


def _decision(decision: Any) -> dict[str, object]:
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
@data_option
def resolve(review_id: str, by: str, why: str, evidence: str, evidence_file: str | None, data: str | None) -> None:
    """Say what became of a review; it moves no money and frees no invoice."""
    from hub.flows.corrections.resolve_review import resolve_review

    from .deciding import evidence_of, tell_decision, via
    from .running import run

    async def work(hub: Hub) -> Any:
        review = await _find(hub, review_id)
        proof = evidence_of(evidence, evidence_file)
        made = await resolve_review(hub, review.id, by=by, why=why, evidence=proof, via=via())
        payment = await hub.store.read(lambda tx: tx.payments.get(review.payment_id) if review.payment_id else None)
        return review, made, payment

    review, made, payment = run(data, work)
    tell_decision(made, f"resolved: {review.cause} {review.id[:SHORT]}")
    if made.is_done and payment is not None and payment.is_live:
        click.echo(f"the payment itself is still {payment.status.value}: payment-hub payment show {payment.reference}")


@command.command()
@click.argument("waiting_id", metavar="ID")
@by_option
@why_option
@data_option
def approve(waiting_id: str, by: str, why: str, data: str | None) -> None:
    """Let happen what another person proposed; the checks of the first command are made again.

    ID is the review's or the proposal's, see: payment-hub review waiting."""
    from hub.flows.corrections.approve_decision import approve_decision, find_waiting

    from .deciding import tell_decision, via
    from .running import run

    async def work(hub: Hub) -> Any:
        found = await find_waiting(hub, waiting_id)
        if not found:
            raise click.ClickException(
                f"nothing of {waiting_id!r} waits for a second person: payment-hub review waiting"
            )
        if len(found) > 1:
            ids = ", ".join(item.id for item in found)
            raise click.ClickException(f"{len(found)} proposals begin with {waiting_id!r}, say which: {ids}")
        made = await approve_decision(hub, found[0].id, by=by, why=why, via=via())
        payment = await hub.store.read(lambda tx: tx.payments.get(made.payment_id) if made.payment_id else None)
        return made, payment

    made, payment = run(data, work)
    tell_decision(made, f"{made.kind.value}: done")
    if payment is not None:
        reason = f" ({payment.reason})" if payment.reason else ""
        click.echo(
            f"{payment.reference} is {payment.status.value}{reason}: payment-hub payment show {payment.reference}"
        )
