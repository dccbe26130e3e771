"""How a company's files are read is remembered, and used as long as a file fits it."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from hub.domain.files.columns import resolve_columns
from hub.domain.files.invoice_file import parse_invoices
from hub.domain.files.known_columns import KNOWN_COLUMNS
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.programs import PROGRAMS, Program, program_layout
from hub.domain.files.reading import TotalRow
from hub.domain.files.table_file import read_table
from hub.domain.import_run import Choices
from hub.flows.imports import layouts, take_in
from hub.flows.imports.hand_in import hand_in
from hub.flows.imports.layouts import (
    fits,
    forget_layout,
    layout_for,
    layout_named,
    layouts_of,
    proposed_layout,
    remember_layout,
    with_said,
)
from hub.flows.imports.look_at import read_otherwise
from hub.flows.imports.take_in import begin, continue_import
from hub_hookspecs import Money
from tests.faults.harness import World

SAMPLES = Path(__file__).parents[1] / "samples"
HEAD = "Doc;Quién;Cuándo;Cuánto;Otro"
ROW = "FE-1;1-1234-0567;02/09/2026;1000,00;x"
SAID = Layout(columns={"Doc": "number", "Quién": "customer", "Cuándo": "issued_on", "Cuánto": "total"}, name="Caja")


def remembered(world: World, text: str = f"{HEAD}\n{ROW}\n", said: Layout = SAID) -> None:
    reading = parse_invoices(text.encode(), name="f.csv", default_currency="CRC", layout=said)
    merchant = world.companies["CR"]
    world.write(lambda tx: remember_layout(tx, world.hub, merchant, FileKind.INVOICES, reading, "duena@cr.example"))


def proposed(world: World, text: str, said: Layout | None = None) -> Layout:
    work = proposed_layout(
        *(world.hub, world.companies["CR"], FileKind.INVOICES, text.encode()),
        name="f.csv",
        said=said or Layout(),
        currency="CRC",
    )
    return world.run(work)


def test_a_layout_is_used_for_the_next_file_with_the_same_headings(world: World) -> None:
    remembered(world)

    found = proposed(world, "OTRO;Cuánto;CUÁNDO;Quién;Doc\nx;5,50;03/09/2026;1-1234-0567;FE-2\n")

    assert found == attrs.evolve(SAID, columns={**SAID.columns, "Otro": "-"})
    assert proposed(world, f"{HEAD};Más\n{ROW};y\n") == Layout()


def asked_again(world: World) -> None:
    remembered(world)
    for cells in ("FE-1;1-1234-0567;mañana;1000,00;x", "FE-1;1-1234-0567;02/09/2026;mil;x"):
        assert proposed(world, f"{HEAD}\n{ROW.replace('FE-1', 'FE-0')}\n{cells}\n") == Layout(), cells
    assert proposed(world, f"{HEAD}\n{ROW}\n;1-1234-0567;02/09/2026;5,00;x\n") != Layout()  # whatever way it is read


def test_a_layout_that_a_cell_does_not_fit_is_not_used(world: World) -> None:
    asked_again(world)


def test_control_a_layout_that_is_used_although_cells_do_not_fit_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layouts, "fits", lambda _reading: True)

    with pytest.raises(AssertionError):
        asked_again(world)


def test_a_sum_that_disagrees_does_not_fit() -> None:
    reading = parse_invoices(f"{HEAD}\n{ROW}\n".encode(), default_currency="CRC", layout=SAID)
    assert fits(reading)
    assert not fits(attrs.evolve(reading, missing=("total",)))
    wrong = TotalRow(line=3, column="Cuánto", stated="900", sums=(Money(1000_00, "CRC"),), agrees=False)
    assert not fits(attrs.evolve(reading, totals=(wrong,)))


def test_nothing_is_remembered_of_a_file_of_which_nobody_said_anything(world: World) -> None:
    before = world.read(lambda tx: layouts_of(tx, world.companies["CR"]))
    remembered(world, "factura;cédula;fecha;total\nFE-1;1-1234-0567;02/09/2026;1000,00\n", Layout())
    assert world.read(lambda tx: layouts_of(tx, world.companies["CR"])) == before


def test_what_somebody_says_now_counts(world: World) -> None:
    remembered(world)

    found = proposed(world, f"{HEAD}\n{ROW}\n", Layout(columns={"otro": "description"}, answers={"decimal": ","}))

    assert found.columns["otro"] == "description"
    assert (found.answers, found.name) == ({"decimal": ","}, "Caja")
    moved = with_said(SAID, Layout(columns={"Otro": "total"}))
    assert (moved.columns["Cuánto"], moved.columns["Otro"]) == ("-", "total")


def test_a_layout_is_used_by_its_name_for_other_headings_too_and_forgotten(world: World) -> None:
    remembered(world)
    merchant = world.companies["CR"]

    found = proposed(world, f"{HEAD};Más\n{ROW};y\n", Layout(name="caja"))
    assert found.columns["Cuánto"] == "total"
    assert world.read(lambda tx: layout_named(tx, merchant, FileKind.CUSTOMERS, "Caja")) is None

    assert [saved.layout.name for saved in world.write(lambda tx: forget_layout(tx, merchant, "CAJA"))] == ["Caja"]
    assert world.read(lambda tx: layouts_of(tx, merchant)) == ()
    with pytest.raises(LookupError):
        world.write(lambda tx: forget_layout(tx, merchant, "Caja"))


def test_another_company_knows_nothing_of_it(world: World) -> None:
    remembered(world)

    headings = HEAD.split(";")
    other = world.companies["CO"]
    assert world.read(lambda tx: layout_for(tx, other, FileKind.INVOICES, headings, "csv")) is None


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.layout.name)
def test_a_sample_of_each_program_is_read_by_its_layout(program: Program) -> None:
    (sample,) = SAMPLES.glob(f"{program.layout.name.lower()}_*.csv")
    table = read_table(sample.read_bytes(), name=sample.name)

    layout = program_layout(program.kind, table.columns)

    assert layout is not None
    assert layout.name == program.layout.name
    resolved = resolve_columns(table, KNOWN_COLUMNS[program.kind], layout)
    assert (resolved.is_open, program.source[:8]) == (False, "https://")
    assert program_layout(program.kind, ("Factura", "Total")) is None


def test_an_odoo_list_is_read_as_it_stands() -> None:
    data = (SAMPLES / "odoo_facturas.csv").read_bytes()
    table = read_table(data, name="odoo.csv")

    resolved = resolve_columns(
        table, KNOWN_COLUMNS[FileKind.INVOICES], program_layout(FileKind.INVOICES, table.columns) or Layout()
    )

    assert {ours: theirs[0] for ours, theirs in resolved.columns.items()} == {
        "number": "Número",
        "customer_name": "Nombre del contacto a mostrar en la factura",
        "issued_on": "Fecha de factura",
        "due_on": "Fecha de vencimiento",
        "total": "Total",
        "balance": "Importe adeudado",
        "state": "Estado de pago",
    }


def on_the_page(world: World) -> None:
    """As a person does it in a browser: handed in, mapped once, taken; handed in again."""
    merchant, kind = world.companies["CR"], FileKind.INVOICES
    text = f"{HEAD}\n{ROW}\n"
    first = world.run(hand_in(world.hub, merchant, text.encode(), kind=kind, name="caja.csv", by="duena@cr.example"))
    assert first.layout == Layout()
    said = attrs.evolve(SAID, name="")
    world.run(read_otherwise(world.hub, merchant, first.id, said, Choices()))
    world.run(begin(world.hub, merchant, first.id, by="duena@cr.example", rows=1))
    world.run(continue_import(world.hub, first.id))

    next_one = text.replace("FE-1", "FE-2").encode()
    second = world.run(hand_in(world.hub, merchant, next_one, kind=kind, name="x.csv", by="duena@cr.example"))

    assert (second.layout.name, second.layout.columns["Cuánto"]) == ("caja.csv", "total")


def test_what_was_mapped_on_a_page_is_proposed_for_the_next_file(world: World) -> None:
    on_the_page(world)


def test_control_a_layout_that_nobody_remembers_is_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_in, "remember_run", lambda *_given: None)

    with pytest.raises(KeyError):
        on_the_page(world)
