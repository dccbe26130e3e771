"""Disputes of a payment: what a bank says, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .deciding import by_option, evidence_options, signed, tell_decision, why_option
from .finding import find_payment
from .options import check_usage, json_option
from .printing import moment, print_json
from .running import pass_hub
from .values import amount_of

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from hub.domain.decision import Evidence
    from hub.domain.dispute import Dispute
    from hub.flows.ground.ports import Hub

STAGES = ("inquiry", "chargeback", "pre_arbitration", "arbitration")
OUTCOMES = ("won", "lost", "accepted")


def _one_thing(stage: str | None, outcome: str | None, **given: Any) -> None:
    if (stage is None) == (outcome is None):
        raise click.UsageError("say --stage, or how it ended: --won, --lost or --accepted")
    if outcome and any(given[name] for name in ("reason", "respond_by")):
        raise click.UsageError("--reason and --respond-by go with --stage")
    if outcome in ("lost", "accepted") and given["amount"]:
        raise click.UsageError("--amount goes with --stage, or with --won")


@click.command()
@click.argument("reference", metavar="REF")
@click.option("--case", required=True, metavar="NAME", help="As the provider or the bank names it.")
@click.option("--stage", type=click.Choice(STAGES), help="How far it is; inquiry opens one.")
@click.option("--won", "outcome", flag_value="won", help="The money stays, or is here again.")
@click.option("--lost", "outcome", flag_value="lost", help="The bank keeps the money.")
@click.option("--accepted", "outcome", flag_value="accepted", help="The merchant gave it up.")
@click.option("--amount", metavar="AMOUNT", help="What is disputed, or with --won what came back; else all.")
@click.option("--reason", metavar="TEXT", default="", help="As the bank words it.")
@click.option("--respond-by", metavar="DATE", help="The last day for an answer, such as 2026-12-09.")
@by_option
@why_option
@evidence_options
@json_option
@check_usage(_one_thing)
@pass_hub
async def dispute(
    hub: Hub,
    reference: str,
    case: str,
    stage: str | None,
    outcome: str | None,
    amount: str | None,
    reason: str,
    respond_by: str | None,
    by: str,
    why: str,
    evidence: Evidence,
    as_json: bool,
) -> None:
    """Record what the payer's bank says of a payment, and how its dispute ended.

    The end wants evidence; won, the money is booked back, or --amount of it where the rest is lost.

    The merchant is told at once and before the last day.
    """
    from hub.domain.dispute import DisputeOutcome, DisputeStage
    from hub.flows.corrections.end_dispute import end_dispute
    from hub.flows.corrections.record_dispute import record_dispute

    payment = await find_payment(hub, reference)
    if outcome:
        won = amount_of(amount, payment.amount.currency) if amount else None
        made, found = await end_dispute(
            hub, payment.id, case, DisputeOutcome(outcome), won=won, signed=signed(by, why, evidence)
        )
        if as_json:
            print_json({**dispute_facts(found), "decided": made.is_done, "decision": made.id})
        else:
            part = f": {found.won} of {found.amount}" if found.won else ""
            how = found.outcome.value.replace("_", " ") if found.outcome else outcome
            tell_decision(made, f"dispute {found.case} of {payment.reference} is {how}{part}")
        return
    zone = await hub.store.read(lambda tx: _zone_of(tx, payment.merchant_id))
    found = await record_dispute(
        hub,
        payment.id,
        case=case,
        stage=DisputeStage(stage or ""),
        amount=amount_of(amount, payment.amount.currency) if amount else None,
        reason=reason,
        respond_by=_last_moment(respond_by, zone) if respond_by else None,
        signed=signed(by, why, evidence),
    )
    if as_json:
        print_json(dispute_facts(found))
    else:
        until = f", to be answered by {moment(found.respond_by)}" if found.respond_by else ""
        click.echo(f"dispute {found.case} of {payment.reference} over {found.amount} is at {found.stage.value}{until}")


def _zone_of(tx: Any, merchant_id: str) -> tzinfo:
    from hub.flows.payments.record_observations import zone_of

    return zone_of(tx.merchants.get(merchant_id))


def _last_moment(text: str, zone: tzinfo) -> datetime:
    from hub.domain.cells import Unreadable, read_date
    from hub.domain.dispute import last_moment

    try:
        return last_moment(read_date(text), zone)
    except Unreadable as error:
        raise click.UsageError(f"--respond-by {text} is no date such as 2026-12-09") from error


def dispute_facts(dispute: Dispute) -> dict[str, object]:
    """A dispute as data."""
    return {
        "case": dispute.case,
        "amount": dispute.amount,
        "stage": dispute.stage.value,
        "reason": dispute.reason,
        "respond_by": dispute.respond_by,
        "opened_at": dispute.opened_at,
        "outcome": dispute.outcome.value if dispute.outcome else None,
        "won": dispute.won,
        "ended_at": dispute.ended_at,
        "ended_by": dispute.ended_by,
    }
