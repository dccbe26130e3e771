"""A stranger's export, brought in a real browser by somebody who reads Spanish alone: how many clicks it takes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from tests.web.catalogues import ENGLISH
from tests.web.conftest import House
from tests.web.conftest import company as company
from tests.web.conftest import house as house
from tests.web.conftest import open_desk as open_desk
from tests.web.conftest import seat as seat

if TYPE_CHECKING:
    from playwright.sync_api import Page

NUMBERS = itertools.count(1)
WIDTHS = {"phone": 390, "narrow": 320, "desk": 1280}
PEOPLE = """tipo;identificación;nombre;correo
CF;1-1234-0567;José Núñez;jose@viaje.example
CF;2-3456-0789;Rosa Mata;rosa@viaje.example
"""
HEADINGS = (
    *("Ref.", "Expedido por", "Contraparte", "Ident.", "F. doc", "F. tope", "Mon."),
    *("Neto sin IVA", "Imp.", "A cobrar", "Zona", "Ruta", "Obs.", "Sello"),
)
ROWS = (
    ("A-1", "Ana", "José Núñez", "1-1234-0567", "01/02/2026", "01/03/2026", "CRC"),
    ("A-2", "Luis", "Rosa Mata", "2-3456-0789", "05/02/2026", "05/03/2026", "CRC"),
)
AMOUNTS = (("10.000,00", "1.300,00", "11.300,00"), ("20.500,50", "2.665,07", "23.165,57"))


def export() -> str:
    """Fourteen columns, four of which have to be known and are called as nobody else calls them."""
    body = [(*row, *amounts, "Norte", "7", "", "x") for row, amounts in zip(ROWS, AMOUNTS, strict=True)]
    return "\n".join(";".join(row) for row in (HEADINGS, *body)) + "\n"


@attrs.define
class Clicks:
    """A browser whose clicks and choices are counted; a choice in a list is one, as is a chosen file."""

    page: Page
    folder: Path
    count: int = 0

    def file(self, name: str, content: str) -> None:
        (self.folder / name).write_text(content, encoding="utf-8")
        self.page.get_by_label("Archivo", exact=True).set_input_files(str(self.folder / name))
        self.count += 1

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.count += 1

    def choose(self, column: str, field: str) -> None:
        self.page.get_by_label(f"Qué es «{column}»", exact=True).select_option(label=field)
        self.count += 1

    def tick(self, label: str) -> None:
        self.page.get_by_label(label).check()
        self.count += 1

    def says(self, *words: str) -> None:
        for each in words:
            self.page.get_by_text(each).locator("visible=true").first.wait_for()

    def is_right(self) -> None:
        """Not a word of English, no flag and no name of a field; and nothing sticks out of the screen."""
        width, room = (
            self.page.evaluate(f"document.documentElement.{name}") for name in ("scrollWidth", "clientWidth")
        )
        assert width <= room
        text = self.page.locator("main").inner_text()
        assert not ENGLISH.search(text), text
        assert not re.search(r"--[a-z]|[a-z]+_[a-z]+", text), text


@pytest.fixture(params=WIDTHS)
def clicks(request: pytest.FixtureRequest, house: House, open_desk: Callable[..., Page], tmp_path: Path) -> Clicks:
    """The browser of a company's owner, who has two customers; without scripts."""
    page = open_desk(f"archivo-{next(NUMBERS)}", WIDTHS[request.param], "/m/import")
    known = Clicks(page, tmp_path)
    known.tick("Clientes")
    known.file("clientes.csv", PEOPLE)
    known.press("Revisar archivo")
    known.says("Todavía no se importó nada", "José Núñez")
    known.press("Importar")
    known.says("El archivo se importó")
    known.count = 0
    page.goto(f"{house.base}/m/import")
    return known


def test_a_strangers_export_is_understood_in_six_clicks_and_the_next_one_in_two(house: House, clicks: Clicks) -> None:
    clicks.file("cartera rara.csv", export())
    clicks.press("Revisar archivo")
    clicks.says("Falta decir qué columna es", "14 columnas. La tabla sigue hacia la derecha")
    clicks.is_right()
    clicks.choose("Ref.", "Número de factura")
    clicks.choose("A cobrar", "Total")
    clicks.choose("F. tope", "Vencimiento")
    clicks.press("Ver cómo queda")
    clicks.says("Todavía no se importó nada", "₡11 300,00", "₡23 165,57", "01/02/2026", "05/03/2026")
    clicks.is_right()
    assert clicks.count <= 6

    clicks.press("Importar")
    clicks.says("El archivo se importó")
    clicks.is_right()
    clicks.page.get_by_role("link", name="Ver las facturas").click()
    clicks.says("A-1", "A-2")

    clicks.page.goto(f"{house.base}/m/import")
    clicks.count = 0
    clicks.file("cartera rara de hoy.csv", export().replace("A-2", "A-3"))
    clicks.press("Revisar archivo")
    clicks.says("Todavía no se importó nada", "Se leyó como la última vez", "₡23 165,57")
    assert clicks.count == 2


@pytest.mark.parametrize("clicks", ["desk"], indirect=True)
def test_control_a_page_that_names_a_field_as_the_code_does_is_found(clicks: Clicks) -> None:
    clicks.page.set_content("<main><p>Falta due_on</p></main>")
    with pytest.raises(AssertionError):
        clicks.is_right()
