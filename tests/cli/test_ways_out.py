"""What a review's page says may be done is there: each command takes its words, each page has its address."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from litestar import Litestar

import hub.web.merchant
from hub.cli.commands import COMMANDS, LazyGroup
from hub.domain.review_causes import CAUSES, WayOut, ways_of
from hub.web.merchant import routes

WAYS = list({way.name: way for cause in CAUSES for way in ways_of(cause)}.values())
NAMES = (
    *("payment", "reference", "customer", "customer_name", "invoice", "invoice_number"),
    *("provider", "company", "message", "review", "refundable", "releasable", "owed"),
)
VALUES = dict.fromkeys(NAMES, "x")
PAGES = Path(hub.web.merchant.__file__).parents[1] / "templates" / "merchant"
FORMS = {
    "/m/payments/{payment}": ("decisions.html", "withheld_answer.html"),
    "/m/invoices/{invoice}": ("bill.html", "bill_more.html"),
}
"""The forms of a page, to which a way out leads."""


def name_of(way: WayOut) -> str:
    return way.name


@pytest.mark.parametrize("way", WAYS, ids=name_of)
def test_the_command_of_a_way_out_takes_its_words(way: WayOut) -> None:
    words = list(way.command_for(VALUES))
    command: click.Command | None = LazyGroup("payment-hub", COMMANDS)
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None

    given = click.Context(command)
    values, rest, _order = command.make_parser(given).parse_args(words)

    assert rest == []
    assert [param.name for param in command.params if param.required and param.name not in values] == []


@pytest.mark.parametrize("way", [way for way in WAYS if way.page], ids=name_of)
def test_the_page_of_a_way_out_is_there(way: WayOut) -> None:
    paths = {route.path for route in Litestar(route_handlers=routes(), openapi_config=None).routes}
    page, _, part = way.page.partition("#")
    pattern = re.sub(r"{(\w+)}", r"{\1:str}", page)

    assert pattern in paths
    assert not part or any(f'id="{part}"' in (PAGES / form).read_text() for form in FORMS[page])


def test_what_is_not_about_a_payment_leads_to_none() -> None:
    nothing = dict.fromkeys(NAMES, "")

    assert {way.name for way in WAYS if way.page_for(nothing)} == {"import", "lines", "fetch", "resolve"}


@pytest.mark.parametrize("way", [way for way in WAYS if way.needs], ids=name_of)
def test_what_is_not_offered_is_no_way(way: WayOut) -> None:
    without = {**VALUES, way.needs: ""}

    assert way.page_for(VALUES)
    assert way.command_for(VALUES)
    assert (way.page_for(without), way.command_for(without)) == ("", ())
