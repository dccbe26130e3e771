"""What a row of a file does: good ones are taken, others set aside with their reason, and nothing is doubled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.domain.files import left_identity
from hub.domain.files.layout import FileKind
from hub.domain.import_run import Choices, ImportRun, RunState, RunSubject
from hub.flows.imports import import_files, match_numbers, name_customers, save_invoices, tally, units
from hub.flows.imports.import_files import import_customers, import_invoices
from hub.flows.imports.import_report import Change
from hub.flows.imports.match_numbers import Numbers
from hub.flows.imports.set_aside_file import Handed, set_aside_file
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import Desk, run
from tests.flows.brought import ANA, HEAD, bills, bring, counts, file_of, look, owed, reasons, words
from tests.spoken import spoken

Desks = Callable[[str], Desk]


@pytest.fixture
def desk(desk_for: Desks) -> Desk:
    return desk_for("CR")


# ---- good rows and others


def test_good_rows_are_taken_and_the_others_set_aside_all_in_one_round(desk: Desk) -> None:
    report = bring(
        desk,
        f"F1;{ANA};02/09/2026;;CRC;1000,00;1000,00",
        f"F2;{ANA};31/13/2026;;CRC;500,00;500,00",
        f"F3;{ANA};02/09/2026;;CRC;abc;500,00",
        "F4;199999999;02/09/2026;;CRC;10,00;10,00",
        "F5;188888888;02/09/2026;;CRC;10,00;10,00",
        f"F6;{ANA};02/09/2026;;CRC;20,00;0,00",
    )

    assert counts(report) == (2, 0, 0, 4)
    assert {cause for _line, cause in reasons(report)} >= {"cell.no_month", "cell.no_amount", "import.customer_unknown"}
    assert owed(desk) == {"F1": 1000, "F6": 0}
    assert report.faults == ()


def test_all_or_nothing_stays_a_choice(desk: Desk) -> None:
    rows = (f"F1;{ANA};02/09/2026;;CRC;1000,00;1000,00", "F4;199999999;02/09/2026;;CRC;10,00;10,00")
    report = bring(desk, *rows, choices=Choices(whole=True))

    assert (report.new, len(report.faults), len(report.set_aside)) == (0, 1, 1)
    assert "todo o nada" in spoken(report.faults[0].message)
    assert owed(desk) == {}


def test_a_file_that_cannot_be_read_takes_nothing(desk: Desk) -> None:
    report = bring(desk, "F1;9", head="factura;cliente")

    assert report.faults or report.is_open
    assert owed(desk) == {}


def test_rows_are_saved_in_portions_and_a_mended_file_takes_up_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "PORTION", 3)
    rows = [f"F{n};{ANA};02/09/2026;;CRC;{n},00;{n},00" for n in range(1, 11)]
    assert counts(bring(desk, *rows[:7], "F8;5;02/09/2026;;CRC;8,00;8,00", *rows[8:])) == (9, 0, 0, 1)
    assert counts(bring(desk, *rows)) == (1, 0, 9, 0)


def test_what_goes_customer_by_customer_is_told_in_the_order_of_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "PORTION", 3)
    monkeypatch.setattr(tally, "MAX_ROWS", 5)
    others = ("112340567", "113340568", "109990111")
    people = [f"F{n};{others[n % 3]};Nombre {n % 3};02/09/2026;CRC;{n + 1},00" for n in range(12)]
    head = "factura;cliente;nombre;fecha;moneda;total"

    report = bring(desk, *people, head=head, choices=Choices(create_customers=True))

    assert [row.number for row in report.rows] == ["F0", "F1", "F2", "F3", "F4"]
    assert (report.new, report.created) == (12, 3)
    assert owed(desk) == {f"F{n}": n + 1 for n in range(12)}


# ---- customers


def test_unknown_customers_are_one_cause_and_may_be_created_from_the_file(desk: Desk) -> None:
    head = "factura;cliente;nombre;fecha;moneda;total"
    rows = (
        "F1;1-1234-0567;Luis Prueba;02/09/2026;CRC;100,00",
        "F2;112340567;Luis Prueba;02/09/2026;CRC;200,00",
        "F3;3-101-555444;;02/09/2026;CRC;300,00",
        "F4;1-1234-0999;Rosa Prueba;31/13/2026;CRC;300,00",
    )
    report = bring(desk, *rows, head=head)

    assert report.creatable == 1, "two writings of one number are one person"
    causes = [cause for _line, cause in reasons(report)]
    assert (causes.count("import.customer_creatable"), causes.count("import.customer_unknown")) == (2, 1)
    assert owed(desk) == {}
    report = bring(desk, *rows, head=head, choices=Choices(create_customers=True))
    assert owed(desk) == {"F1": 100, "F2": 200}
    (made,) = desk.read(lambda tx: tx.customers.find(desk.merchant.id, number="112340567"))
    assert (made.name, made.document.type) == ("Luis Prueba", "CF")
    assert desk.read(lambda tx: tx.customers.find(desk.merchant.id, number="112340999")) == (), "its row is not good"


def test_customers_are_created_of_the_types_that_a_tax_authority_numbers_or_a_number_alone_tells(
    desk_for: Desks,
) -> None:
    """And of nobody whose number may be of two types, such as those of ten figures from 1 on: an NIT or a cédula."""
    desk = desk_for("CO")
    head = "factura;tipo id;nro. identificación;nombre;fecha;moneda;total"
    rows = (
        "F1;13;52123456;María Prueba;02/09/2026;COP;100,00",
        "F2;31;900373913;Prueba Andina SAS;02/09/2026;COP;100,00",
        "F3;Persona jurídica;901.555.222-9;Prueba Nueva SAS;02/09/2026;COP;100,00",
        "F4;;901555333;Prueba Tercera SAS;02/09/2026;COP;100,00",
        "F5;;1020304050;Ana Prueba;02/09/2026;COP;100,00",
        "F6;Mayorista;52123499;Pedro Prueba;02/09/2026;COP;100,00",
    )
    assert look(desk, *rows, head=head).creatable == 4
    bring(desk, *rows, head=head, choices=Choices(create_customers=True))

    def made(number: str) -> list[str]:
        return [one.document.type for one in desk.read(lambda tx: tx.customers.find(desk.merchant.id, number=number))]

    numbers = ("52123456", "900373913", "901555222", "901555333", "1020304050", "52123499")
    assert [made(number) for number in numbers] == [["CC"], ["NIT"], ["NIT"], ["NIT"], [], []]


def no_company_becomes_a_person(desk: Desk) -> None:
    head = "factura;cédula;nombre;fecha;moneda;total"
    for number in ("3-101-99988", "310199988"):
        report = bring(
            desk, f"F1;{number};Mala S.A.;02/09/2026;CRC;100,00", head=head, choices=Choices(create_customers=True)
        )
        assert (report.created, reasons(report)) == (0, [(2, "import.customer_undocumented")]), number
    assert desk.read(lambda tx: tx.customers.find(desk.merchant.id, number="310199988")) == ()


def test_no_company_with_a_digit_too_few_becomes_a_person(desk: Desk) -> None:
    no_company_becomes_a_person(desk)


def test_control_whoever_reads_figures_alone_makes_a_person_of_a_company(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_customers, "fits_name", lambda kinds, _name: kinds)
    with pytest.raises(AssertionError):
        no_company_becomes_a_person(desk)


def test_a_number_with_a_companys_dashes_is_no_customers_who_is_a_person(desk: Desk) -> None:
    ana = desk.read(lambda tx: tx.customers.get("c1"))
    person = attrs.evolve(ana, id="c9", name="Rosa Prueba", document=attrs.evolve(ana.document, number="310199988"))
    desk.opened.store.write_now(lambda tx: tx.customers.save(person))
    head = "factura;cédula;fecha;moneda;total"
    report = bring(desk, "F1;3-101-99988;02/09/2026;CRC;100,00", "F2;310199988;02/09/2026;CRC;1,00", head=head)
    assert (reasons(report), owed(desk)) == ([(2, "import.customer_several")], {"F2": 1})


def test_a_name_alone_is_a_customer_where_exactly_one_has_it_and_a_warning_says_so(desk: Desk) -> None:
    name = desk.read(lambda tx: tx.customers.get("c1")).name
    report = bring(desk, f"F1;{name.upper()};02/09/2026;;CRC;100,00;100,00")
    assert counts(report) == (1, 0, 0, 0)
    assert [getattr(one.message, "id", "") for one in report.warnings] == ["import.customer_by_name"]

    other = desk.read(lambda tx: tx.customers.get("c1"))
    namesake = attrs.evolve(other, id="c9", document=None, email="otra@correo.example")
    desk.opened.store.write_now(lambda tx: tx.customers.save(namesake))
    report = bring(desk, f"F2;{name};02/09/2026;;CRC;100,00;100,00")
    assert reasons(report) == [(2, "import.customer_several")]


def no_namesake_is_billed(desk: Desk) -> None:
    name = desk.read(lambda tx: tx.customers.get("c1")).name
    for heading in ("Ced.", "NIT o CC", "Cód. cliente", "Socio"):
        head = f"factura;{heading};nombre;fecha;moneda;total"
        report = bring(desk, f"F1;2-0999-0999;{name};02/09/2026;CRC;100,00", head=head)
        assert report.is_open or reasons(report) == [(2, "import.customer_creatable")], heading
        assert owed(desk) == {}


def test_a_name_never_beats_another_identity_number_that_the_file_states(desk: Desk) -> None:
    no_namesake_is_billed(desk)


def test_control_a_column_of_identity_numbers_that_is_left_out_bills_the_namesake(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_identity, "_has_no_number", lambda _cells: False)
    with pytest.raises(AssertionError):
        no_namesake_is_billed(desk)


def test_what_was_said_of_a_column_with_such_numbers_counts(desk: Desk) -> None:
    name = desk.read(lambda tx: tx.customers.get("c1")).name
    head, rows = "factura;Cód. cliente;nombre;fecha;moneda;total", (f"F1;2-0999-0999;{name};02/09/2026;CRC;100,00",)
    report = bring(desk, *rows, head=head, **{"identity:cod_cliente": "customer"})
    assert reasons(report) == [(2, "import.customer_creatable")]
    assert counts(bring(desk, *rows, head=head, **{"identity:cod_cliente": "-"})) == (1, 0, 0, 0)


def test_a_name_alone_moves_no_invoice_to_another_customer(desk: Desk) -> None:
    bring(desk, f"F1;{ANA};02/09/2026;;CRC;100,00;100,00")
    other = attrs.evolve(desk.read(lambda tx: tx.customers.get("c1")), id="c9", name="Otra Prueba", document=None)
    desk.opened.store.write_now(lambda tx: tx.customers.save(other))
    report = bring(desk, "F1;Otra Prueba;02/09/2026;;CRC;100,00;100,00")

    assert reasons(report) == [(2, "import.moved_by_name")]
    assert desk.read(bills)["F1"].customer_id == "c1"


def test_a_number_of_one_customer_beside_the_mail_of_another_is_nobodys_invoice(desk: Desk) -> None:
    ana = desk.read(lambda tx: tx.customers.get("c1"))
    other = attrs.evolve(ana, id="c9", name="Otra Prueba", document=None, email="otra@correo.example")
    desk.opened.store.write_now(lambda tx: tx.customers.save(other))
    head = "factura;cliente;correo;fecha;moneda;total"
    rows = (f"F{at};{ANA};{mail};02/09/2026;CRC;100,00" for at, mail in enumerate(("OTRA@correo.example", ana.email)))
    report = bring(desk, *rows, f"F2;{ANA};nadie@correo.example;02/09/2026;CRC;100,00", head=head)

    assert reasons(report) == [(2, "import.customer_torn")]
    assert sorted(desk.read(bills)) == ["F1", "F2"]


def test_control_whoever_reads_the_number_alone_bills_one_of_two_customers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_customers, "_beside", lambda who, _of_mail: who)
    with pytest.raises(AssertionError):
        test_a_number_of_one_customer_beside_the_mail_of_another_is_nobodys_invoice(desk)


# ---- numbers


def test_a_number_that_lost_its_zeros_is_the_same_invoice_where_customer_date_and_total_agree(desk: Desk) -> None:
    bring(desk, f"FE-000123;{ANA};02/09/2026;;CRC;1000,00;1000,00")
    report = bring(desk, f"fe 123;{ANA};02/09/2026;;CRC;1000,00;400,00")

    assert counts(report) == (0, 1, 0, 0)
    assert [getattr(one.message, "id", "") for one in report.warnings] == ["import.number_joined"]
    assert owed(desk) == {"FE-000123": 400}


@pytest.mark.parametrize("row", ["03/09/2026;;CRC;1000,00;1000,00", "02/09/2026;;CRC;1000,01;1000,01"])
def test_a_number_that_only_resembles_one_is_set_aside_and_the_likely_invoice_named(desk: Desk, row: str) -> None:
    bring(desk, f"000123;{ANA};02/09/2026;;CRC;1000,00;1000,00")
    report = bring(desk, f"123;{ANA};{row}")

    assert reasons(report) == [(2, "import.number_alike")]
    assert "000123" in words(report)[0]
    assert owed(desk) == {"000123": 1000}


def test_another_series_or_another_customer_is_another_invoice(desk: Desk) -> None:
    desk._ensure_customer("c2")
    bring(desk, f"FE-123;{ANA};02/09/2026;;CRC;1000,00;1000,00")
    report = bring(
        desk, f"FV-123;{ANA};02/09/2026;;CRC;1000,00;1000,00", "FE-0123;100000002;02/09/2026;;CRC;1000,00;1000,00"
    )

    assert counts(report) == (2, 0, 0, 0)


def test_two_writings_of_one_number_in_one_file_are_never_billed_twice(desk: Desk) -> None:
    rows = (f"FE-123;{ANA};02/09/2026;;CRC;1000,00;1000,00", f"FE-0123;{ANA};02/09/2026;;CRC;1000,00;1000,00")
    report = bring(desk, *rows)
    assert (counts(report), reasons(report)) == ((1, 0, 0, 1), [(3, "import.number_alike_in_file")])
    assert counts(bring(desk, *rows)) == (0, 0, 1, 1)
    assert owed(desk) == {"FE-123": 1000}


def test_the_same_row_twice_is_one_with_a_warning_and_others_of_a_number_are_set_aside(desk: Desk) -> None:
    same = f"F1;{ANA};02/09/2026;;CRC;1000,00;1000,00"
    report = bring(desk, same, same, f"F2;{ANA};02/09/2026;;CRC;5,00;5,00", f"f2;{ANA};02/09/2026;;CRC;6,00;6,00")

    assert counts(report) == (1, 0, 0, 2)
    assert [getattr(one.message, "id", "") for one in report.warnings] == ["import.same_row"]
    assert owed(desk) == {"F1": 1000}


def test_control_numbers_that_only_resemble_are_joined_without_a_person(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_numbers, "_is_same", lambda _payable, _row: True)
    with pytest.raises(AssertionError):
        test_a_number_that_only_resembles_one_is_set_aside_and_the_likely_invoice_named(
            desk, "02/09/2026;;CRC;1000,01;1000,01"
        )


def test_control_without_the_folded_number_an_invoice_is_billed_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Numbers, "_alike", lambda *_asked: [])
    with pytest.raises(AssertionError):
        test_a_number_that_lost_its_zeros_is_the_same_invoice_where_customer_date_and_total_agree(desk)


# ---- emptied, absent, unchanged


def test_an_absent_column_leaves_what_is_there_and_an_emptied_cell_empties_it(desk: Desk) -> None:
    head = f"{HEAD};descripción;sucursal"
    bring(desk, f"F1;{ANA};02/09/2026;02/10/2026;CRC;1000,00;1000,00;Repuestos;Centro", head=head)
    plain = "factura;cliente;fecha;moneda;total;saldo"
    assert counts(bring(desk, f"F1;{ANA};02/09/2026;CRC;1000,00;1000,00", head=plain)) == (0, 0, 1, 0)
    kept = desk.read(bills)["F1"]
    assert (str(kept.due_on), kept.description, kept.branch) == ("2026-10-02", "Repuestos", "Centro")

    report = bring(desk, f"F1;{ANA};02/09/2026;;CRC;1000,00;1000,00;;", head=head)
    assert [spoken(change) for change in report.described[0].changes] == [
        "vence 2026-10-02 → -",
        "descripción Repuestos → -",
    ]
    emptied = desk.read(bills)["F1"]
    assert (emptied.due_on, emptied.description, emptied.branch) == (None, "", "")


def test_an_emptied_mail_is_emptied_and_an_absent_column_keeps_it(desk: Desk) -> None:
    def take(text: str) -> Any:
        report = run(import_customers(desk.hub, desk.merchant, text.encode()))
        (found,) = desk.read(lambda tx: tx.customers.find(desk.merchant.id, number="112340567"))
        return report, found

    take("tipo;identificación;nombre;correo;teléfono\nCF;1-1234-0567;Luis;luis@correo.example;8888-8888\n")
    report, kept = take("tipo;identificación;nombre\nCF;1-1234-0567;Luis\n")
    assert (report.unchanged, kept.email, kept.phone) == (1, "luis@correo.example", "8888-8888")
    report, emptied = take("tipo;identificación;nombre;correo\nCF;1-1234-0567;Luis;\n")
    assert (report.changed, emptied.email, emptied.phone) == (1, "", "8888-8888")
    assert [spoken(change) for change in report.described[0].changes] == ["correo luis@correo.example → -"]


# ---- what is kept of it


def test_what_an_import_does_is_kept_row_by_row_in_the_same_transaction(desk: Desk) -> None:
    bring(desk, f"F1;{ANA};02/09/2026;;CRC;1000,00;1000,00")
    made = begun(desk)
    data = file_of(
        f"F1;{ANA};02/09/2026;;CRC;1000,00;600,00",
        f"F2;{ANA};02/09/2026;;CRC;50,00;50,00",
        "F3;5;02/09/2026;;CRC;50,00;50,00",
    )
    first = run(import_invoices(desk.hub, desk.merchant, data, run=made))
    kept = desk.read(lambda tx: tx.imports.rows("run-1"))
    assert [(row.line, row.subject, row.what) for row in kept] == [
        (2, RunSubject.PAYABLE, "changed"),
        (3, RunSubject.PAYABLE, "new"),
    ]
    assert kept[0].before["stated"] == [100_000, 100_000]
    assert kept[1].before == {}

    stored = desk.read(lambda tx: tx.imports.get("run-1"))
    again = run(import_invoices(desk.hub, desk.merchant, data, run=stored))
    assert (stored.done, counts(again)) == (3, counts(first)), "a restart says of what it did before that it did it"
    assert desk.read(lambda tx: tx.imports.rows("run-1")) == kept


def begun(desk: Desk) -> ImportRun:
    """An import that is being taken."""
    made = ImportRun(
        id="run-1",
        merchant_id=desk.merchant.id,
        mode=desk.merchant.mode,
        kind=FileKind.INVOICES,
        name="cartera.csv",
        size=1,
        sha256="0" * 64,
        by="contadora",
        state=RunState.TAKING,
        due_at=desk.clock.now,
        created_at=desk.clock.now,
        expires_at=desk.clock.now,
    )
    desk.opened.store.write_now(lambda tx: tx.imports.add(made))
    return made


class Died(Exception):
    """The process is gone."""


@pytest.mark.parametrize("portions", [0, 1, 3])
def test_an_import_that_is_interrupted_goes_on_and_says_of_all_of_it_what_it_did(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, portions: int
) -> None:
    bring(desk, *(f"F{n};{ANA};02/09/2026;;CRC;10,00;10,00" for n in range(4)))
    monkeypatch.setattr(units, "PORTION", 2)
    made = begun(desk)
    data = file_of(
        *(f"F{n};{ANA};02/09/2026;;CRC;10,00;{n % 2},00;" for n in range(8)),
        f"NC-5;{ANA};03/09/2026;;CRC;-1,00;;F1",
        head=f"{HEAD};factura afectada",
    )
    write, written = import_files.write_unless, 0

    async def dies(*given: Any) -> Any:
        nonlocal written
        if written == portions:
            raise Died
        written += 1
        return await write(*given)

    with monkeypatch.context() as patched:
        patched.setattr(import_files, "write_unless", dies)
        with pytest.raises(Died):
            run(import_invoices(desk.hub, desk.merchant, data, run=made))
    stored = desk.read(lambda tx: tx.imports.get("run-1"))
    again = run(import_invoices(desk.hub, desk.merchant, data, run=stored))

    assert counts(again) == (5, 4, 0, 0)
    kept = desk.read(lambda tx: tx.imports.rows("run-1"))
    assert [row.what for row in kept] == ["changed"] * 4 + ["new"] * 4
    assert owed(desk) == {f"F{n}": n % 2 for n in range(8)}
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_control_an_import_that_forgets_what_it_did_says_that_it_did_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_invoices._Portion, "_as_before", lambda *_asked: Change.UNCHANGED)
    with pytest.raises(AssertionError):
        test_an_import_that_is_interrupted_goes_on_and_says_of_all_of_it_what_it_did(desk, monkeypatch, 3)


def test_nothing_is_asked_of_the_database_row_by_row(desk: Desk) -> None:
    """As many statements for two hundred unchanged rows as for two."""

    def statements(count: int) -> int:
        rows = [f"F{n};{ANA};02/09/2026;;CRC;{n + 1},00;{n + 1},00" for n in range(count)]
        bring(desk, *rows)
        asked: list[str] = []
        readers = desk.opened.store._readers
        for reader in readers:
            reader.set_trace_callback(asked.append)
        look(desk, *rows)
        for reader in readers:
            reader.set_trace_callback(None)
        return len(asked)

    assert statements(200) == statements(2)


# ---- the rows that were set aside, given back


def test_the_rows_set_aside_come_back_as_a_file_that_is_mended_and_brought_again(desk: Desk) -> None:
    head = "Factura;Cliente;Fecha;Moneda;Total;Detalle"
    rows = (
        f"F1;{ANA};02/09/2026;CRC;1000,00;bien",
        f"F2;{ANA};31/13/2026;CRC;1.500,50;=1+1",
        "F3;199999999;02/09/2026;CRC;20,00;+506 8888-8888",
        f"NC-5;{ANA};02/09/2026;CRC;-20,00;nota",
    )
    report = bring(desk, *rows, head=head)
    country = desk.hub.countries["CR"]
    first = Handed(data=file_of(*rows, head=head), name="cartera.csv", kind=FileKind.INVOICES, country=country)
    name, data = set_aside_file(first, report.set_aside, spoken, as_csv=True)

    assert (name, data[:3]) == ("cartera-motivo.csv", b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").splitlines()
    ours = "Número de factura;Identificación o correo del cliente;Fecha de emisión;Moneda;Total;Descripción;Motivo"
    assert lines[0] == ours
    assert lines[1].startswith(f"F2;{ANA};31/13/2026;CRC;CRC 1500,50;'=1+1;")
    assert "Fecha de emisión: El mes sería 13: las fechas van aaaa-mm-dd" in lines[1]
    assert [line.split(";")[0] for line in lines[1:]] == ["F2", "F3", "NC-5"]

    mended = [line.replace("31/13/2026", "30/11/2026").replace("199999999", ANA) for line in lines[1:]]
    again = bring(desk, *mended, head=lines[0])
    assert (counts(again), again.reading.left_out) == ((2, 0, 0, 1), ("Motivo",))
    assert reasons(again) == [(4, "import.note_of_which")], "a minus behind a currency is a minus"
    kept = desk.read(bills)
    assert (kept["F2"].total, kept["F2"].description, kept["F3"].description) == (150_050, "=1+1", "+506 8888-8888")
    second = Handed(data=file_of(*mended, head=lines[0]), name=name, kind=FileKind.INVOICES, country=country)
    _name, once_more = set_aside_file(second, again.set_aside, spoken, as_csv=True)
    assert once_more.decode("utf-8-sig").splitlines()[0] == ours
