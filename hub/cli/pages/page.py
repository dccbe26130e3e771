"""What a page of one thing consists of, for people and as data."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import click

from hub.cli.printing import command_line, print_facts, print_hanging
from hub.domain.figures import money_text
from hub.domain.merchant import Customer, Merchant
from hub_hookspecs import Mode, Money

FEW = 5
"""Payments, invoices and mails that a page names."""


Facts = Sequence[tuple[str, object]]
Words = tuple[str, ...]
NextStep = tuple[str, Words]
"""Why, and the words of the command."""


@attrs.frozen(kw_only=True)
class ThingPage:
    """One thing that was found.

    Attributes:
        title: What it is and what it is called, as the page is headed.
        brief: What it is called in a list of several.
        narrow: Words of the command that finds this alone.
        zone: On whose clock its times stand.
    """

    kind: str
    title: str
    brief: str
    state: str
    company: str
    mode: Mode | None
    facts: Facts
    choices: Sequence[NextStep]
    narrow: Words
    zone: str

    @property
    def place(self) -> str:
        """Whose it is, and of which mode."""
        return ", ".join(filter(None, (self.company or "the hub's own", self.mode and self.mode.value)))

    def print(self) -> None:
        """The page, for people."""
        test = "  TEST - NO VALUE" if self.mode is Mode.TEST else ""
        print_hanging("", f"{self.title}: {self.state}{test}")
        click.echo("")
        print_facts((("company", self.company), *self.facts), zone=self.zone)
        click.echo("\nwhat you may do now" if self.choices else "\nthere is nothing to do now")
        for why, words in self.choices:
            print_hanging("  ", f"{why}:")
            click.echo(f"    {command_line(*words)}")

    def as_data(self) -> dict[str, object]:
        """The page as data."""
        return {
            "kind": self.kind,
            "what": self.brief,
            "state": self.state,
            "company": self.company or None,
            "mode": self.mode.value if self.mode else None,
            "facts": {name: value for name, value in self.facts if value not in ("", None, ())},
            "may_do": [{"why": why, "command": command_line(*words)} for why, words in self.choices],
        }


def key_of(customer: Customer) -> str:
    """What a command takes for a customer."""
    return customer.document.number if customer.document else customer.id


def called(customer: Customer) -> str:
    """A customer's name and number."""
    return f"{customer.name}{f', {customer.document.number}' if customer.document else ''}"


def money(amount: Money, merchant: Merchant) -> str:
    """An amount as the company writes it, with its currency."""
    return money_text(amount, merchant.locale, with_code=True)
