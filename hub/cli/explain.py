"""Explain what the hub does, by its own rules: why a provider is offered or not, what a payment waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .explaining import words
from .finding import find_payment
from .options import company_option, json_option
from .printing import command_line, print_hanging, print_json
from .running import pass_hub, pass_merchant
from .values import amount_of

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub

MARKS = {True: "yes  ", False: "NO   ", None: "     "}


@click.group()
def command() -> None:
    """Why a provider is offered or not, and what a payment waits for."""


@command.command()
@click.argument("code", metavar="PROVIDER")
@company_option
@click.option("--currency", metavar="CODE", help="Of the amount; else the usual one of the company's country.")
@click.option("--amount", metavar="AMOUNT", help="What would be paid; without it its limits are told and not judged.")
@click.option("--channel", type=click.Choice(["statement", "checkout"]), default="statement", show_default=True)
@json_option
@pass_merchant
async def provider(
    hub: Hub, merchant: Merchant, code: str, currency: str | None, amount: str | None, channel: str, as_json: bool
) -> int:
    """Why PROVIDER is offered to a company's payers, or why not: each condition, and whether it holds.

    The rule is the one that statement, checkout and the start of a payment ask. Exit code 1 when it is not offered."""
    from hub.flows.views.explain_offer import explain_offer
    from hub_hookspecs import EXPONENTS, Channel

    wanted = (currency or hub.countries[merchant.company.country].currencies[0]).upper()
    if wanted not in EXPONENTS:
        raise click.BadParameter(f"no currency {wanted!r} is known", param_hint="--currency")
    asked = amount_of(amount, wanted) if amount else None
    lines = await explain_offer(hub, merchant, code, channel=Channel(channel), amount=asked)
    reasons = [line for line in lines if line.holds is False]
    if as_json:
        print_json(
            {
                "provider": code,
                "company": merchant.slug,
                "offered": not reasons,
                "conditions": [{"name": x.name, "holds": x.holds, "text": words(x.text)} for x in lines],
            }
        )
        return 1 if reasons else 0
    about = f", {asked} by {channel}" if asked else ""
    click.echo(f"{code} for {merchant.slug}{about}: {'not offered' if reasons else 'offered'}")
    for line in lines:
        print_hanging(MARKS[line.holds], words(line.text))
    return 1 if reasons else 0


@command.command()
@click.argument("reference", metavar="REF")
@json_option
@pass_hub
async def payment(hub: Hub, reference: str, as_json: bool) -> None:
    """What a payment waits for, what comes next and when, by the rules that its checks follow."""
    from .pages.story import story_of

    story = await story_of(hub, await find_payment(hub, reference))
    lines = [words(line) for line in story.explained.lines]
    if as_json:
        waits = story.explained.waits
        print_json(
            {
                "reference": story.payment.reference,
                "status": story.payment.status.value,
                "waits_for": words(waits) if waits else None,
                "next": [words(line) for line in story.explained.next],
            }
        )
        return
    click.echo(f"{story.payment.reference}: {story.payment.status.value}, on the clock of {story.zone}")
    for line in lines:
        print_hanging("  ", line)
    click.echo(f"more: {command_line('payment', 'show', story.payment.reference)}")
