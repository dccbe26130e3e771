"""One review on one page: its cause, its payment, what was decided, and what to do."""

from __future__ import annotations

import attrs
import click

from hub.cli.finding import zones_in
from hub.cli.printing import SHORT, command_line, local, print_facts, print_hanging
from hub.cli.standing import standing
from hub.domain.account import ProviderAccount
from hub.domain.decision import Decision
from hub.domain.message import Review
from hub.domain.payment import Payment
from hub.domain.review_causes import RESOLVE, WayOut, needs_answer
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import held_of
from hub.flows.views.view_reviews import ways_out

SHOWN_BY = {
    "rejected_signature": ("message", "list", "--state", "rejected"),
    "unclear_message": ("message", "list", "--state", "done"),
    "parked_payment": ("message", "list", "--state", "parked"),
}
"""What shows the thing that a review is about, where that is no payment alone; by its cause."""


@attrs.frozen(kw_only=True)
class ReviewPage:
    """A review with what belongs to it.

    Attributes:
        stands: How its payment stands, in words.
        account: The connection that it is about, where it is about a line of a settlement.
        ways: What may be done about it, each with its command.
    """

    review: Review
    company: str
    zone: str
    payment: Payment | None
    stands: str
    account: ProviderAccount | None
    decisions: tuple[Decision, ...]
    ways: tuple[tuple[WayOut, tuple[str, ...]], ...]

    @property
    def about(self) -> str:
        """What it is about, in words."""
        subject = self.review.subject
        return f"{self.account.provider}: {subject.partition(':')[2]}" if self.account else subject

    @property
    def shown_by(self) -> tuple[str, ...] | None:
        """Words of the command that shows it, where its payment is not all."""
        if self.account:
            return ("reconcile", "lines", self.account.provider, "--company", self.company)
        return SHOWN_BY.get(self.review.cause)


def page_of(tx: Tx, hub: Hub, review: Review) -> ReviewPage:
    """Everything that the page tells."""
    merchant = tx.merchants.get(review.merchant_id)
    payment = tx.payments.get(review.payment_id) if review.payment_id else None
    return ReviewPage(
        review=review,
        company=merchant.slug if merchant else "",
        zone=zones_in(tx)[review.merchant_id],
        payment=payment,
        stands=standing(payment, held_of(tx, payment)) if payment else "",
        account=tx.accounts.get(review.subject.partition(":")[0]),
        decisions=tx.decisions.of(review.id),
        ways=tuple(
            (way, command)
            for way, values in ways_out(tx, hub, review, company=merchant.slug if merchant else "")
            if (command := way.command_for(values))
        ),
    )


def print_page(page: ReviewPage) -> None:
    """The page, for people."""
    review, payment = page.review, page.payment
    click.echo(f"Review {review.cause}: {'resolved' if review.resolved_at else 'open'}\n")
    resolved = f"{local(review.resolved_at, page.zone)} by {review.resolved_by}" if review.resolved_at else ""
    print_facts(
        (
            ("id", review.id),
            ("company", page.company),
            ("mode", review.mode.value),
            ("payment", f"{payment.reference}, {payment.amount}, {page.stands}" if payment else ""),
            ("about", page.about),
            ("details", review.details),
            ("opened", review.opened_at),
            ("resolved", resolved),
            ("resolution", review.resolution),
            *(("decision", _told(item)) for item in page.decisions),
        ),
        zone=page.zone,
    )
    click.echo("")
    print_hanging("", f"what it means and what is safe: docs/operating.md, {review.cause}")
    _print_where_to_look(page)
    _print_what_to_do(page)


def _print_where_to_look(page: ReviewPage) -> None:
    if page.review.subject.startswith("message "):
        message = page.review.subject.removeprefix("message ")
        click.echo(f"the message it is about:\n    {command_line('message', 'show', message)}")
        click.echo("once what refused or parked it is put right:")
        click.echo(f"    {command_line('message', 'replay', message)}")
    elif page.shown_by:
        click.echo(f"what it is about:\n    {command_line(*page.shown_by)}")
    if page.payment:
        click.echo(f"the payment's story:\n    {command_line('payment', 'show', page.payment.reference)}")


def _print_what_to_do(page: ReviewPage) -> None:
    named = page.review.id[:SHORT]
    waiting = next((item for item in page.decisions if not item.is_done and not item.superseded), None)
    if waiting is not None:
        click.echo(f"{waiting.by}'s word waits for a second person:")
        click.echo(f"    {command_line('review', 'approve', named, '--by', 'NAME', '--why', 'TEXT')}")
    elif page.review.resolved_at is None:
        _print_ways(page)
        if not needs_answer(page.review.cause):
            click.echo("when it is dealt with:")
            click.echo(f"    {command_line('review', 'resolve', named, '--by', 'NAME', '--why', 'TEXT')}")


def _print_ways(page: ReviewPage) -> None:
    """What may be done about it, before somebody says that it was."""
    ways = [(way, command) for way, command in page.ways if way is not RESOLVE]
    if ways:
        click.echo("what may be done about it:")
    for _way, command in ways:
        click.echo(f"    {command_line(*command)}")


def _told(decision: Decision) -> str:
    state = "done" if decision.is_done else "superseded" if decision.superseded else "waits for a second person"
    evidence = f" [{decision.evidence}]" if decision.evidence else ""
    return f"{decision.kind.value} by {decision.people}, {state}: {decision.reasons}{evidence} ({decision.via})"
