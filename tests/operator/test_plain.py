"""A terminal is told printable characters alone, whoever made up a name: it would obey the rest."""

import asyncio
import io
import sys
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import hub.cli.plain
from hub.cli import main
from hub.cli.plain import plain
from hub.domain.identity import Invalid
from hub.domain.order import OrderItem
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.merchants.save_company import read_company
from hub.flows.statements.place_order import Cart, OrderRefused, place_order
from tests.bookkeeping.desk import FORMS
from tests.cli.terminal import Typed, in_a_terminal
from tests.faults.harness import Desk

EVIL = "Eve\x9b31m\x1b]0;mine\x07\x1b[2J \u202egpj.exe\u2066\x85"
OBEYED = tuple(char for char in EVIL if not char.isprintable())


class Terminal(io.StringIO):
    """Standard output that says that it is one."""

    def isatty(self) -> bool:
        return True


Show = Callable[..., str]


@pytest.fixture
def show(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Show:
    """show("find", "Eve"): what a terminal is told."""
    monkeypatch.setenv("HUB_DATA", str(desk.data))

    def shown(*words: str) -> str:
        terminal = Terminal()
        with monkeypatch.context() as at_it:
            at_it.setattr(sys, "stdout", terminal)
            assert main(list(words)) == 0, words
        return terminal.getvalue()

    return shown


def everywhere(desk: Desk) -> list[tuple[str, ...]]:
    """Commands that tell of somebody of that name, which was there before names were looked at."""
    made, company = desk.debtor("CR", 150_000), desk.companies["CR"]
    desk.write(lambda tx: tx.customers.save(attrs.evolve(made.customer, name=EVIL)))
    named = attrs.evolve(company, company=attrs.evolve(company.company, trade_name=EVIL))
    desk.write(lambda tx: tx.merchants.save(named))
    key = asyncio.run(issue_api_key(desk.hub, company, EVIL))
    number = made.customer.document.number
    return [
        ("find", "Eve"),
        ("find", number),
        ("find", key),
        ("statement", "show", number, "--company", company.slug),
        ("statement", "revoke", number, "--company", company.slug),
        ("company", "list"),
        ("api-key", "list"),
    ]


def obeyed(show: Show, commands: list[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {words for words in commands if any(char in show(*words) for char in OBEYED)}


def test_no_name_makes_a_terminal_do_anything(desk: Desk, show: Show) -> None:
    commands = everywhere(desk)
    assert obeyed(show, commands) == set()
    assert "Eve" in show(*commands[0])


def test_a_real_terminal_is_told_no_more(desk: Desk) -> None:
    for page in in_a_terminal([Typed(80, words) for words in everywhere(desk)[:2]], data=desk.data):
        assert (page.code, [char for char in OBEYED if char in page.text]) == (0, []), page


def test_control_names_that_are_told_as_they_are_reach_the_terminal(
    desk: Desk, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.cli.plain, "plain", lambda text: text)
    assert len(obeyed(show, everywhere(desk))) >= 4


@pytest.mark.parametrize("text", ["Añasco 東京", "₡1\xa0500,00", "two\nlines", "", "a\u0301"])
def test_what_can_be_shown_is_shown(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\x9b", "\u202e", "\u2066"])
def test_a_company_is_not_named_with_what_cannot_be_printed(desk: Desk, char: str) -> None:
    for field in ("legal_name", "trade_name", "phone"):
        with pytest.raises(Invalid) as refused:
            read_company(desk.hub.countries["CR"], attrs.evolve(FORMS["CR"], **{field: f"Ferre{char}tería"}))
        assert [problem.field for problem in refused.value.problems] == [field]


def test_blanks_of_any_kind_in_a_companys_name_are_blanks(desk: Desk) -> None:
    company, _ = read_company(
        desk.hub.countries["CR"], attrs.evolve(FORMS["CR"], legal_name=" Ferretería\xa0El  Tornillo ")
    )
    assert company.legal_name == "Ferretería El Tornillo"


@pytest.mark.parametrize("char", ["\x1b", "\x7f", "\x85", "\x9b"])
def test_an_order_holds_no_control_character_of_either_set(desk: Desk, char: str) -> None:
    company: Any = desk.companies["CR"]
    item = OrderItem(sku="a", description="silla", quantity=1, price=150_000)
    good = Cart(number="P-1", name="Ana", email="ana@correo.example", currency="CRC", items=(item,))
    for bad in (
        attrs.evolve(good, name=f"A{char}na"),
        attrs.evolve(good, number=f"P{char}1"),
        attrs.evolve(good, items=(attrs.evolve(item, description=f"si{char}lla"),)),
    ):
        with pytest.raises(OrderRefused, match="without control characters"):
            asyncio.run(place_order(desk.hub, company, company.mode, "k1", bad))
