"""Every act about money that the command line has stands on a page too, or a reason says why it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

import click
import pytest

from hub.cli.commands import COMMANDS
from hub.web.merchant import routes

NOUNS: Final = ("bill", "payment", "review", "receipt", "credit", "conversion", "order", "ledger", "reconcile")
"""Where the commands about money are."""

PAGES: Final = {
    "bill rebill": ("/m/invoices/{}/rebill",),
    "bill void": ("/m/invoices/{}/void",),
    "conversion list": ("/m/customers/{}",),
    "conversion record": ("/m/customers/{}/conversion",),
    "conversion settle": ("/m/payments/{}/conversion",),
    "conversion show": ("/m/conversions/{}",),
    "conversion void": ("/m/conversions/{}/void",),
    "credit disburse": ("/m/customers/{}/disbursement",),
    "credit list": ("/m/customers/{}",),
    "credit show": ("/m/disbursements/{}",),
    "credit void": ("/m/disbursements/{}/void",),
    "ledger correct": ("/m/invoices/{}/correct", "/m/payments/{}/correct", "/m/customers/{}/correct"),
    "ledger credit-note": ("/m/invoices/{}/credit-note",),
    "ledger entries": ("/m/invoices/{}", "/m/payments/{}", "/m/customers/{}/history"),
    "ledger erase-note": ("/m/invoices/{}/erase-note", "/m/payments/{}/erase-note", "/m/customers/{}/erase-note"),
    "ledger use-credit": ("/m/customers/{}/credit",),
    "ledger write-off": ("/m/invoices/{}/write-off",),
    "order join": ("/m/customers/{}/join",),
    "order list": ("/m/payments",),
    "payment cancel": ("/m/payments/{}/cancel",),
    "payment capture": ("/m/payments/{}/capture",),
    "payment check": ("/m/payments/{}/check",),
    "payment conclude": ("/m/payments/{}/concluded",),
    "payment dispute": ("/m/payments/{}/dispute", "/m/payments/{}/dispute-end"),
    "payment export": ("/m/exports/payments",),
    "payment list": ("/m/payments",),
    "payment record": ("/m/payments/{}/recorded", "/m/payments/{}/returned", "/m/payments/{}/bounced"),
    "payment refund": ("/m/payments/{}/refund",),
    "payment release": ("/m/payments/{}/release",),
    "payment show": ("/m/payments/{}",),
    "receipt certificate": ("/m/receipts/{}/withheld",),
    "receipt for-payment": ("/m/payments/{}/receipt",),
    "receipt gaps": ("/m/receipts",),
    "receipt list": ("/m/receipts",),
    "receipt record": ("/m/customers/{}/receipt",),
    "receipt show": ("/m/receipts/{}",),
    "receipt void": ("/m/receipts/{}/void",),
    "reconcile charge": ("/m/settlements/{}/line",),
    "reconcile fetch": ("/m/settlements/read",),
    "reconcile import": ("/m/settlements/file", "/m/settlements"),
    "reconcile lines": ("/m/settlements",),
    "reconcile list": ("/m/settlements",),
    "reconcile payout": ("/m/settlements/{}/payout", "/m/settlements/{}/payout/correct"),
    "reconcile reopen": ("/m/settlements/{}/line",),
    "reconcile withdraw": ("/m/settlements/{}/line",),
    "review answer": ("/m/payments/{}/reviews/{}/answer",),
    "review approve": ("/m/proposals/{}/approve", "/m/import/{}/closing"),
    "review list": ("/m/reviews",),
    "review resolve": ("/m/reviews/{}/resolve", "/m/payments/{}/reviews/{}"),
    "review show": ("/m/reviews",),
    "review waiting": ("/m/proposals",),
}
"""The pages of each act."""

NO_PAGE: Final = {
    "ledger audit": "a copy of the whole database's book; the month's package has it for the merchant",
    "ledger balances": "the operator's check of the chart of accounts; reports show what each customer owes",
    "ledger export": "for the accountant's own program; the month's package has it for the merchant",
    "ledger verify": "the operator's proof of the whole database, of all companies",
    "receipt skip": "after a restore, by whoever restored it; a series of the merchant's begins on its own page",
}
"""What no page does, and why."""


def group(noun: str) -> click.Group:
    """The commands of a noun."""
    found: click.Group = import_module(f"hub.cli.{COMMANDS[noun][0]}").command
    return found


def commands() -> Iterator[str]:
    """Every command of these nouns."""
    yield from (f"{noun} {name}" for noun in NOUNS for name in group(noun).list_commands(click.Context(group(noun))))


def pages() -> set[str]:
    desk: Any = routes()[0]
    return {re.sub(r"{\w+:str}", "{}", route.path).rstrip("/") for route in desk.routes}


def test_every_command_about_money_has_a_page_or_a_reason() -> None:
    assert set(commands()) == set(PAGES) | set(NO_PAGE)
    assert not set(PAGES) & set(NO_PAGE)


@pytest.mark.parametrize("act", PAGES)
def test_the_pages_of_an_act_are_there(act: str) -> None:
    assert set(PAGES[act]) <= pages()


def test_control_a_new_command_without_a_page_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(group("ledger").commands, "invent", click.Command("invent"))

    with pytest.raises(AssertionError):
        test_every_command_about_money_has_a_page_or_a_reason()
