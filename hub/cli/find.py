"""Find whatever a text means, and say what may be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .finding import find_company
from .options import any_company_option, json_option
from .printing import command_line, print_hanging, print_json
from .running import pass_hub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.flows.ground.ports import Hub

    from .pages.page import ThingPage
    from .pages.story import PaymentStory

SHOWN = 20


@click.command()
@click.argument("words", metavar="ANYTHING", nargs=-1, required=True)
@any_company_option
@json_option
@pass_hub
async def command(hub: Hub, words: tuple[str, ...], slug: str | None, as_json: bool) -> None:
    """Find whatever somebody has at hand: what it is, how it stands, and what may be done, ready to be pasted.

    ANYTHING is the number of an invoice, an order or a cash receipt, a customer's name, identity number, mail or phone,
    our reference of a payment or the provider's, an authorisation, the id of a message, a review or a mail, an address
    that a payer forwards, a notification address, a company, a member, or a shop's key. All companies and both modes
    are looked through.
    """
    from .pages.timeline import print_timeline

    text = " ".join(words).strip()
    pages, story = await _found(hub, text, slug)
    if as_json:
        print_json([page.as_data() for page in pages])
    elif story is not None:
        print_timeline(story)
    elif len(pages) == 1:
        pages[0].print()
    else:
        _print_short(pages, text)


async def _found(hub: Hub, text: str, slug: str | None) -> tuple[Sequence[ThingPage], PaymentStory | None]:
    """A page for each thing; of a payment alone its whole story."""
    from hub.domain.payment import Payment
    from hub.flows.views.find_anything import find_anything, is_address

    from .pages.found import pages_of
    from .pages.story import story_of

    things = await find_anything(hub, text, await find_company(hub, slug) if slug else None)
    if not things and is_address(text):
        raise click.ClickException(
            "no link of this hub: it was cut short or changed on its way, or another hub made it"
        )
    if not things:
        raise click.ClickException(
            f"nothing is known here of {text!r}: give a number of an invoice, an order or a receipt, a name, an"
            " identity number, a mail, a phone, a reference, an id or an address; see payment-hub find --help"
        )
    pages = await pages_of(hub, things)
    alone = things[0] if len(things) == 1 else None
    return pages, await story_of(hub, alone) if isinstance(alone, Payment) else None


def _print_short(pages: Sequence[ThingPage], text: str) -> None:
    """A line for each, and the command that shows it alone."""
    click.echo(f"{len(pages)} things match {text!r}; to look at one of them:")
    for page in pages[:SHOWN]:
        click.echo("")
        print_hanging("", f"{page.kind} {page.brief}: {page.state} ({page.place})")
        click.echo(f"    {command_line(*page.narrow)}")
    if len(pages) > SHOWN:
        click.echo("")
        print_hanging("", f"and {len(pages) - SHOWN} more; narrow it with more of the text, or with --company NAME")
