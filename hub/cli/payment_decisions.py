"""What a person decides about a payment: give it back, withdraw it, release it, say what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .deciding import by_option, evidence_options, signed, stands, tell_decision, why_option
from .finding import find_payment
from .options import check_usage
from .running import pass_hub
from .values import amount_of, day_of

if TYPE_CHECKING:
    from hub.domain.decision import Evidence, Signed
    from hub.domain.operation import Operation
    from hub.domain.payment import Payment
    from hub.flows.ground.ports import Hub
    from hub_hookspecs import Money


@click.command()
@click.argument("reference", metavar="REF")
@click.option("--amount", metavar="AMOUNT", help="In major units, such as 1500.50; else everything that is left.")
@by_option
@why_option
@evidence_options
@pass_hub
async def refund(
    hub: Hub,
    reference: str,
    amount: str | None,
    by: str,
    why: str,
    evidence: Evidence,
) -> int:
    """Give a captured payment back through its provider, once."""
    from hub.flows.corrections.decide_refund import decide_refund

    payment = await find_payment(hub, reference)
    wanted = amount_of(amount, payment.amount.currency) if amount is not None else None
    decided = await decide_refund(hub, payment.id, amount=wanted, signed=signed(by, why, evidence))
    if decided.operation is None:
        tell_decision(decided.decision, "")
        return 0
    return _tell_operation(decided.operation, reference)


@click.command()
@click.argument("reference", metavar="REF")
@click.argument("amount", metavar="[AMOUNT]", required=False)
@by_option
@why_option
@pass_hub
async def capture(hub: Hub, reference: str, amount: str | None, by: str, why: str) -> int:
    """Take money that a provider holds, once; what is not taken lapses.

    AMOUNT is in major units, such as 1500.50; else everything that is held and due."""
    from hub.flows.corrections.decide_refund import decide_capture

    payment = await find_payment(hub, reference)
    wanted = amount_of(amount, payment.amount.currency) if amount is not None else None
    decided = await decide_capture(hub, payment.id, amount=wanted, signed=signed(by, why))
    if decided.operation is None:
        tell_decision(decided.decision, "")
        return 0
    return _tell_operation(decided.operation, reference)


@click.command()
@click.argument("reference", metavar="REF")
@by_option
@pass_hub
async def cancel(hub: Hub, reference: str, by: str) -> int:
    """Ask the provider to withdraw a pending payment, or to let held money go; only its word cancels it."""
    from hub.flows.payments.run_operation import cancel_payment

    payment = await find_payment(hub, reference)
    return _tell_operation(await cancel_payment(hub, payment.id, by=by), reference)


def _tell_operation(operation: Operation, reference: str) -> int:
    """Say how a refund, cancel or capture stands; exit code 1 where the provider said no."""
    click.echo(f"{operation.kind.value} of {operation.amount}: {stands(operation)}")
    if operation.is_live:
        click.echo(f"no clear answer yet, and it is never sent twice: payment-hub payment show {reference}")
    return 1 if operation.status.value == "closed" else 0


def _confirmed(ctx: click.Context, _param: click.Parameter, yes: bool) -> None:
    if not yes and not ctx.resilient_parsing:
        click.confirm("Did the payer confirm that nothing was approved and no card was entered?", abort=True, err=True)


@click.command()
@click.argument("reference", metavar="REF")
@by_option
@why_option
@click.option(
    "--yes",
    is_flag=True,
    expose_value=False,
    callback=_confirmed,
    help="The payer confirmed that nothing was approved and no card was entered.",
)
@pass_hub
async def release(hub: Hub, reference: str, by: str, why: str) -> None:
    """Give the invoices of a live payment back, so that they can be paid again.

    Only if the payer confirms that nothing was approved and no card was entered. It is closed unproven and watched:
    money that still arrives is booked as late."""
    from hub.flows.payments.release_payment import release_payment

    payment = await find_payment(hub, reference)
    made, payment = await release_payment(hub, payment.id, signed=signed(by, why))
    tell_decision(made, f"{payment.reference} is {stands(payment)}; its invoices can be paid")


def _one_outcome(
    paid: str | None, amount: str | None, returned: str | None, charged_back: str | None, **given: Any
) -> None:
    went_back = [text for text in (returned, charged_back) if text is not None]
    bounced = given["bounced"] is not None
    if (paid is not None) + len(went_back) + bounced != 1:
        raise click.UsageError("say one of --paid, --not-paid, --returned, --charged-back and --bounced")
    if (paid == "paid") != bool(amount):
        raise click.UsageError("--paid wants the --amount that the provider shows; the others want none")
    if not went_back and (given["another"] or (given["on"] and not bounced)):
        raise click.UsageError("--another and --on go with --returned or --charged-back, --on with --bounced too")
    if given["refund"] and not bounced:
        raise click.UsageError("--refund goes with --bounced")
    if (given["case"] or given["no_case"]) and charged_back is None:
        raise click.UsageError("--case and --no-case go with --charged-back")
    if given["case"] and given["no_case"]:
        raise click.UsageError("say --case or --no-case")


@click.command()
@click.argument("reference", metavar="REF")
@click.option("--paid", "paid", flag_value="paid", help="The provider took the money.")
@click.option("--not-paid", "paid", flag_value="not_paid", help="The provider took nothing.")
@click.option("--returned", metavar="AMOUNT", help="Money that went back to the payer in the provider's panel.")
@click.option("--charged-back", metavar="AMOUNT", help="Money that the payer's bank took back.")
@click.option("--bounced", metavar="AMOUNT", help="A refund of this amount that the payer's bank sent back.")
@click.option("--refund", metavar="NAME", default="", help="Which refund bounced, where several are of its amount.")
@click.option("--case", metavar="NAME", default="", help="Which open inquiry it is of; else the one of this amount.")
@click.option("--no-case", is_flag=True, help="It is of no inquiry that is open.")
@click.option("--another", is_flag=True, help="It is none of the returns that are known of this payment.")
@click.option("--on", metavar="DATE", callback=day_of, help="The day on which it went back, such as 2026-11-21.")
@click.option("--amount", metavar="AMOUNT", help="What the provider shows, in major units; wanted with --paid.")
@click.option("--currency", metavar="CODE", help="Of the amount, where it is not the payment's.")
@click.option("--provider-reference", metavar="TEXT", default="", help="The provider's id of the transaction.")
@click.option("--authorisation", metavar="TEXT", default="")
@click.option("--movement", metavar="TEXT", default="", help="Only where the provider's plugin names movements itself.")
@by_option
@why_option
@evidence_options
@check_usage(_one_outcome)
@pass_hub
async def record(
    hub: Hub,
    reference: str,
    paid: str | None,
    returned: str | None,
    charged_back: str | None,
    amount: str | None,
    currency: str | None,
    by: str,
    why: str,
    evidence: Evidence,
    **stated: Any,
) -> None:
    """Record with proof what became of a payment: what its provider shows, when no news will come.

    --paid books the money as if the provider had told it. --not-paid closes the payment unproven and watched.
    --returned and --charged-back book what went back of a paid one, and are joined with the provider's news of it
    if that comes later. --bounced books that a refund came back: what is owed and what is credit is as before it."""
    from hub.flows.payments.record_outcome import OutcomeEvidence, record_not_paid, record_paid

    payment = await find_payment(hub, reference)
    decided = signed(by, why, evidence)
    went_back = {"--returned": returned, "--charged-back": charged_back}
    for option, text in went_back.items():
        if text is not None:
            money = amount_of(text, currency or payment.amount.currency, option)
            await _record_return(hub, payment, option, money, decided, stated)
            return
    if bounced := stated["bounced"]:
        await _record_bounce(
            hub, payment, amount_of(bounced, currency or payment.amount.currency, "--bounced"), decided, stated
        )
        return
    if amount:
        shown = OutcomeEvidence(
            amount=amount_of(amount, currency or payment.amount.currency),
            provider_reference=stated["provider_reference"],
            authorisation=stated["authorisation"],
            movement=stated["movement"],
        )
        made, payment = await record_paid(hub, payment.id, shown, signed=decided)
    else:
        made, payment = await record_not_paid(hub, payment.id, signed=decided)
    tell_decision(made, f"{payment.reference} is {stands(payment)}")


async def _record_return(
    hub: Hub, payment: Payment, option: str, amount: Money, decided: Signed, stated: dict[str, Any]
) -> None:
    """Record what went back, and say it."""
    from hub.flows.payments.record_return import ReturnEvidence, record_return
    from hub_hookspecs import Kind

    shown = ReturnEvidence(
        kind=Kind.RETURNED if option == "--returned" else Kind.CHARGED_BACK,
        amount=amount,
        on=stated["on"],
        is_another=stated["another"],
        case=stated["case"],
        of_no_inquiry=stated["no_case"],
    )
    made, payment = await record_return(hub, payment.id, shown, signed=decided)
    tell_decision(made, f"{amount} of {payment.reference} is booked as {shown.kind.value}")


async def _record_bounce(hub: Hub, payment: Payment, amount: Money, decided: Signed, stated: dict[str, Any]) -> None:
    """Record that a refund came back, and say it."""
    from hub.flows.corrections.record_bounce import BounceEvidence, record_bounce

    proof = BounceEvidence(amount=amount, on=stated["on"], name=stated["refund"])
    made, payment = await record_bounce(hub, payment.id, proof, signed=decided)
    tell_decision(made, f"the refund of {amount} of {payment.reference} is booked as bounced")


def _done_or_not(done: str | None, **_given: Any) -> None:
    if done is None:
        raise click.UsageError("say --done or --not-done")


@click.command()
@click.argument("reference", metavar="REF")
@click.option("--done", "done", flag_value="done", help="The provider executed it.")
@click.option("--not-done", "done", flag_value="not_done", help="The provider did not.")
@by_option
@why_option
@evidence_options
@check_usage(_done_or_not)
@pass_hub
async def conclude(
    hub: Hub,
    reference: str,
    done: str | None,
    by: str,
    why: str,
    evidence: Evidence,
) -> None:
    """Say with proof whether a refund, undo, cancel or capture without a clear answer was executed."""
    from hub.flows.payments.record_outcome import conclude_operation

    payment = await find_payment(hub, reference)
    made, operation = await conclude_operation(hub, payment.id, done=done == "done", signed=signed(by, why, evidence))
    tell_decision(made, f"{operation.kind.value} of {operation.amount} is {stands(operation)}")
