"""What the owner's page says of a stranger's file: in her language, with remedies that her page has.

Brothers of the situation in which a page answered with an option of the command line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import attrs
import pytest

from hub.domain.merchant import Merchant
from tests.strangers.files import OLD_XLS, PDF, lines_of
from tests.strangers.waiting import PAGES_WAITING
from tests.web.conftest import House, Seat, forms_in, seen_in

PEOPLE = "tipo;identificación;nombre;correo\nCF;1-1234-0567;Ana Prueba;ana@correo.example\n".encode()
ENGLISH = re.compile(r"\b(the|column|row|file|amount|missing|unknown|remedy|please)\b", re.IGNORECASE)
FIELDS = re.compile(r"\b(issued_on|due_on|identity_type|identity_number|check_digit)\b")
FLAG = re.compile(r"(?<![\w-])--[a-z]{3,}")


@attrs.define
class Page:
    """An owner's page of imports; ``wrong`` gathers what is otherwise than expected."""

    seat: Seat
    html: str = ""
    wrong: list[str] = attrs.Factory(list)

    def bring(self, content: bytes, name: str = "archivo.csv", kind: str = "invoices") -> Page:
        """Upload a file, and read the page that comes of it."""
        fields = {"form": self.seat.csrf, "kind": kind}
        answer = self.seat.browser.post("/m/import", data=fields, files={"file": (name, content)})
        for _hop in range(50):
            if answer.has_redirect_location:
                answer = self.seat.browser.get(answer.headers["location"])
            elif 'http-equiv="refresh"' in answer.text:
                answer = self.seat.browser.get(str(answer.url))
            else:
                break
        self.html = answer.text
        self.expect(answer.status_code < 500, f"status {answer.status_code}")
        self.expect(not FLAG.search(self.text), f"a flag: {FLAG.findall(self.text)}")
        self.expect(not ENGLISH.search(self.text), f"English: {ENGLISH.findall(self.text)}")
        self.expect(not FIELDS.search(self.text), f"names of the code: {FIELDS.findall(self.text)}")
        return self

    @property
    def text(self) -> str:
        """What a person sees."""
        return seen_in(self.html)

    def expect(self, holds: object, otherwise: str) -> Page:
        """Gather what does not hold."""
        if not holds:
            self.wrong.append(f"{otherwise}; seen: {self.text[-900:]}")
        return self

    def offers(self, field: str) -> Page:
        """A form of the page has such a field."""
        return self.expect(re.search(rf'name="[^"]*{field}[^"]*"', self.html), f"no field {field!r}")

    def says(self, *words: str) -> Page:
        """These words are seen."""
        for word in words:
            self.expect(word.casefold() in self.text.casefold(), f"{word!r} is not said")
        return self


Play = Callable[[Page], None]
PAGES: Final = dict[str, tuple[str, Play]]()


def page(id: str, sentence: str) -> Callable[[Play], Play]:
    """Keep a case."""

    def keep(play: Play) -> Play:
        PAGES[id] = (sentence, play)
        return play

    return keep


def rows(*cells: str, head: str = "factura;cliente;fecha;moneda;total") -> bytes:
    """Invoices of Ana."""
    return lines_of(*(f"F{at};1-1234-0567;02/09/2026;{cell}" for at, cell in enumerate(cells, 1)), head=head)


@page("H07-a", "Dollars that may be 1200 or 1.20: the page shows a real row read both ways, and asks by a choice")
def _(page: Page) -> None:
    page.bring(rows("USD;1,200", "USD;2,500")).offers("decimal").expect(
        re.search(r"1[. \u00a0\u202f]200", page.text) and re.search(r"1,20\b", page.text), "not both readings"
    )


@page("H07-b", "No column is the total: the first rows as a table, a choice above each column")
def _(page: Page) -> None:
    page.bring(rows("Pedro;1000,00", head="factura;cliente;fecha;vendedor;campo 7")).says("F1", "Pedro")
    page.expect(page.html.count("<select") >= 5, f"{page.html.count('<select')} choices for five columns")


@page("H07-c", "A column that is not needed is listed, and the invoice is previewed")
def _(page: Page) -> None:
    page.bring(rows("CRC;1000,00;Pedro", head="factura;cliente;fecha;moneda;total;vendedor")).says("F1", "vendedor")
    page.expect(re.search(r"1[. \u00a0\u202f]000,00", page.text), "the amount is not shown")


@page("H07-d", "Customers whom nobody knows are one line, with a way to create them from this file")
def _(page: Page) -> None:
    lines = [f"F{at};1-1{at:03}-0999;02/09/2026;7,50" for at in range(40)]
    page.bring(lines_of(*lines, head="factura;cliente;fecha;total"))
    page.expect(len(re.findall("0999", page.text)) < 40, "each unknown customer is a fault of its own")
    page.says("crear")


@page("H07-e", "A state that nobody knows is asked on the page")
def _(page: Page) -> None:
    page.bring(rows("CRC;1000,00;En trámite", head="factura;cliente;fecha;moneda;total;estado"))
    page.says("En trámite").expect(re.search(r"<(select|input type=\"?radio)", page.html), "no choice")


@page("H07-f", "An old workbook: the remedy is to save it as .xlsx, said in Spanish")
def _(page: Page) -> None:
    page.bring(OLD_XLS, "facturas.xls").says(".xlsx")


@page("H07-g", "A PDF is named as one")
def _(page: Page) -> None:
    page.bring(PDF, "facturas.pdf").says("PDF")


@page("H07-h", "A bad row among good ones: the good one is previewed, the bad one can be had back as a file")
def _(page: Page) -> None:
    page.bring(rows("CRC;1000,00", "CRC;mil")).says("F1", "mil")
    page.expect(not re.search("No se importó nada", page.text), "all was refused")
    page.expect('<button name="take"' in page.html, "nothing can be taken")
    page.expect("/set-aside" in page.html, "the bad row cannot be had back")


@page("H07-i", "The empty form offers no option that only the command line has")
def _(page: Page) -> None:
    page.html = page.seat.read("/m/import")
    page.expect(not FLAG.search(page.text), f"a flag: {FLAG.findall(page.text)}")


@page("H07-j", "Types of identity are asked on the page where two fit")
def _(page: Page) -> None:
    page.bring("identificación;nombre\n1020304051;Luz Gómez\n".encode(), kind="customers").offers("identity_type")


@pytest.fixture(scope="module")
def owners(house: House, seat: Callable[..., Seat], company: Callable[..., Merchant]) -> dict[str, Seat]:
    """An owner in each country; Ana is a customer of the Costa Rican company."""
    found = {country: seat(company(country, f"extrana-{country.lower()}")) for country in ("CR", "CO")}
    first = found["CR"]
    page = Page(first).bring(PEOPLE, "c.csv", kind="customers")
    (form,) = [form for form in forms_in(page.html) if form["action"].startswith("/m/import/")]
    first.browser.post(form["action"], data={**form["fields"], "take": "1"})
    return found


@pytest.mark.parametrize("id", PAGES)
def test_the_owners_page_has_the_remedy_that_it_names(id: str, owners: dict[str, Seat]) -> None:
    sentence, play = PAGES[id]
    here = Page(owners["CO" if id == "H07-j" else "CR"])
    play(here)
    if id in PAGES_WAITING:
        assert here.wrong, f"{id} passes now: take it off tests/strangers/waiting.py"
        return
    assert not here.wrong, "\n".join([sentence, *here.wrong])


def test_only_cases_of_pages_wait() -> None:
    assert set(PAGES) >= PAGES_WAITING
    assert len(PAGES) >= 5


def test_control_a_flag_on_a_page_is_seen() -> None:
    assert FLAG.search("Remedio: --map vendedor=-")
    assert not FLAG.search("un guion -- y otro --")
