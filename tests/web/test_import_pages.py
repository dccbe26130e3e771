"""The pages of an import, from outside: what is asked, what is shown, what is taken, and who may."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import pytest
from babel.messages.pofile import read_po

from hub.domain.files.field_labels import LABELS
from hub.domain.files.known_columns import KNOWN_COLUMNS
from hub.domain.import_run import MAX_BYTES, RunState
from hub.domain.merchant import Role
from hub.flows.imports import look_at
from hub_hookspecs import IdentityDocument
from tests.strangers.files import cells_of, saved_anew
from tests.web.catalogues import LOCALES, in_code, in_templates, in_words
from tests.web.conftest import Debtor, House, Seat, forms_in, seen_in

HEAD = "numero;identificacion;fecha;vence;moneda;total;saldo"
MOST_BYTES = 300_000
NUMBERS = itertools.count(1)


@pytest.fixture
def clerk(house: House, company: Callable[..., Any], seat: Callable[..., Seat]) -> Seat:
    """The owner of a company that nobody else uses."""
    return seat(company("CR", f"importa-{next(NUMBERS)}"))


@pytest.fixture
def debtor(house: House, clerk: Seat) -> Debtor:
    return house.debtor("CR", (100_000, 5), merchant=clerk.merchant)


def person(debtor: Debtor) -> str:
    assert isinstance(debtor.customer.document, IdentityDocument)
    return debtor.customer.document.number


def row(number: str, debtor: Debtor, total: str = "1.000,50", saldo: str = "", fecha: str = "01/02/2026") -> str:
    return f"{number};{person(debtor)};{fecha};01/03/2026;CRC;{total};{saldo}\n"


def bring(clerk: Seat, text: str | bytes, *, name: str = "cartera.csv", kind: str = "invoices") -> httpx.Response:
    content = text.encode() if isinstance(text, str) else text
    return clerk.browser.post(
        "/m/import", data={"form": clerk.csrf, "kind": kind}, files={"file": (name, content)}, follow_redirects=True
    )


def send(clerk: Seat, page: httpx.Response, button: str = "take", **typed: str) -> httpx.Response:
    """Press a button below what was typed into the page's form."""
    (form,) = [item for item in forms_in(page.text) if item["action"] == page.url.path]
    fields = {name: values[0] for name, values in form["fields"].items() if values}
    return clerk.browser.post(page.url.path, data={**fields, **typed, button: "1"}, follow_redirects=True)


def run_id(page: httpx.Response) -> str:
    return page.url.path.split("/")[3]


def test_what_the_page_shows_as_unused_and_nobody_touches_is_no_choice(clerk: Seat, debtor: Debtor) -> None:
    read = {
        "column:identificacion": "customer",
        "column:fecha": "issued_on",
    }  # a browser sends every choice as it stands
    named = {**read, "column:R1": "number", "column:R2": "total", "column:Mon.": "-", "column:Saldo vencido": "-"}
    head = "R1;identificacion;fecha;R2;"
    lines = [f"Z-{at};{person(debtor)};01/02/2026;1.130,00;" for at in range(2)]

    money = send(clerk, bring(clerk, f"{head}Mon.\n{lines[0]}CRC\n{lines[1]}USD\n"), "look", **named)
    owed = send(clerk, bring(clerk, f"{head}Saldo vencido\n{lines[0]}400,00\n{lines[1]}400,00\n"), "look", **named)
    left = send(clerk, money, "look", **{"column:Mon.": "-"})

    rows = seen_in(money.text).partition("Opciones")[0]
    assert ("CRC" in rows, "USD" in rows) == (True, True)
    assert "Saldo vencido" in seen_in(owed.text)
    assert "answer:money:saldo_vencido" in owed.text, "what may lower the debt is asked about on the page too"
    assert "USD" not in seen_in(left.text).partition("Opciones")[0], "what somebody puts aside stays so"


def test_a_file_goes_from_its_look_to_its_result_and_its_bytes_are_the_ones_that_were_shown(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    shown = bring(clerk, f"{HEAD}\n{row('P-1', debtor)}{row('P-2', debtor, saldo='250,25')}")
    text = seen_in(shown.text)
    assert "Todavía no se importó nada" in text
    assert "Filas nuevas 2 Filas con cambios 0 Filas sin cambios 0 Filas apartadas 0" in text
    assert "₡1 000,50 CRC" in text
    assert "01/03/2026" in text
    done = seen_in(send(clerk, shown).text)
    assert "El archivo se importó" in done
    assert "Lo confirmó" in done
    run = house.read(lambda tx: tx.imports.get(run_id(shown)))
    assert (run.state, run.report["new"]) == (RunState.TAKEN, 2)
    assert "P-1" in clerk.read("/m/invoices?q=P-1")


def test_good_rows_are_taken_and_the_others_come_back_as_a_file_that_is_mended_and_handed_in(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    shown = bring(
        clerk, f"{HEAD}\n{row('Q-1', debtor)}{row('Q-2', debtor, fecha='ayer')}{row('Q-3', debtor, fecha='hoy')}"
    )
    text = seen_in(shown.text)
    assert "2 filas: No es una fecha" in text
    assert "Línea 3 · fecha: «ayer»" in text
    for page in (shown, send(clerk, shown)):
        answer = clerk.browser.get(f"/m/import/{run_id(page)}/set-aside")
        assert answer.headers["content-disposition"].startswith("attachment")
        head, *rows = cells_of(answer.content)
        assert head[:3] == ["Número de factura", "Identificación o correo del cliente", "Fecha de emisión"]
        assert [cells[0] for cells in rows] == ["Q-2", "Q-3"]
    mended = saved_anew(answer.content, {"ayer": "03/02/2026", "hoy": "04/02/2026"})
    again = bring(clerk, mended, name="apartadas.xlsx")
    assert "Filas nuevas 2" in seen_in(again.text)
    assert "Motivo" in seen_in(again.text)  # it is left out, and said so
    assert "Filas nuevas 2" in seen_in(send(clerk, again).text)
    assert "apartadas: 2" in seen_in(clerk.read("/m/imports"))


def test_columns_that_are_missing_are_named_by_whoever_brings_the_file_and_remembered(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    text = f"K1;K2;K3;K4\nR-1;{person(debtor)};01/02/2026;1.000,50\n"
    shown = bring(clerk, text)
    assert "Falta decir qué columna es" in seen_in(shown.text)
    assert 'name="take"' not in shown.text
    chosen = {"column:K1": "number", "column:K2": "customer", "column:K3": "issued_on", "column:K4": "total"}
    understood = send(clerk, shown, "look", **chosen)
    assert "Filas nuevas 1" in seen_in(understood.text)
    assert "₡1 000,50" in seen_in(understood.text)
    assert "El archivo se importó" in seen_in(send(clerk, understood).text)

    next_day = bring(clerk, text.replace("R-1", "R-2"), name="otra.csv")
    assert "Se leyó como la última vez: «cartera.csv»" in seen_in(next_day.text)
    assert "Filas nuevas 1" in seen_in(next_day.text)


def asks_again_as_remembered(house: House, clerk: Seat, debtor: Debtor) -> None:
    text = f"Q1;Q2;Q3;Q4\nQ-1;{person(debtor)};01/02/2026;1.000,50\n"
    chosen = {"column:Q1": "number", "column:Q2": "customer", "column:Q3": "issued_on", "column:Q4": "total"}
    send(clerk, send(clerk, bring(clerk, text, name="caja.csv"), "look", **chosen))
    faulty = text.replace("Q-1", "Q-2") + f"Q-3;{person(debtor)};01/02/2026;mil\n"
    shown = bring(clerk, faulty, name="hoy.csv")
    assert "Las columnas son las de «caja.csv»" in seen_in(shown.text)
    assert "Línea 3 · Q4: «mil»" in seen_in(shown.text)
    chosen_now = dict(re.findall(r'<select name="(column:Q.)".*?value="([^"]+)" selected', shown.text))
    assert chosen_now == chosen
    understood = seen_in(send(clerk, shown, "look", **chosen_now).text)
    assert "Filas nuevas 1 Filas con cambios 0 Filas sin cambios 0 Filas apartadas 1" in understood


def test_a_file_that_does_not_fit_what_is_remembered_is_asked_about_with_that_filled_in_and_why(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    asks_again_as_remembered(house, clerk, debtor)


def test_control_a_mapping_that_starts_empty_is_found(
    house: House, clerk: Seat, debtor: Debtor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_given: Any, **_named: Any) -> None:
        return None

    monkeypatch.setattr(look_at, "doubted_layout", nothing)

    with pytest.raises(AssertionError):
        asks_again_as_remembered(house, clerk, debtor)


def test_what_is_remembered_is_not_used_for_a_file_that_it_does_not_fit(clerk: Seat, debtor: Debtor) -> None:
    text = f"K1;K2;K3;K4;K5\nS-1;{person(debtor)};01/02/2026;1.000,50;2.000,50\n"
    chosen = {"column:K1": "number", "column:K2": "customer", "column:K3": "issued_on", "column:K4": "total"}
    send(clerk, send(clerk, bring(clerk, text), "look", **chosen))
    other = bring(clerk, text.replace("S-1", "S-2").replace("1.000,50;", "contado;"))
    assert "Se leyó como la última vez" not in seen_in(other.text)
    assert "Falta decir qué columna es" in seen_in(other.text)


def test_another_reading_is_shown_before_it_is_taken(house: House, clerk: Seat, debtor: Debtor) -> None:
    text = f"{HEAD};otro\n{row('T-1', debtor).strip()};9.000,50\n"
    shown = bring(clerk, text)
    again = send(clerk, shown, **{"column:total": "-", "column:otro": "total"})
    assert "₡9 000,50" in seen_in(again.text)
    assert "Todavía no se importó nada" in seen_in(again.text)
    assert house.read(lambda tx: tx.imports.get(run_id(shown))).state is RunState.SHOWN
    assert "El archivo se importó" in seen_in(send(clerk, again).text)
    assert "9 000,50" in seen_in(clerk.read("/m/invoices?q=T-1"))


def test_what_only_a_person_can_say_is_asked_with_rows_read_each_way(clerk: Seat, debtor: Debtor) -> None:
    shown = bring(clerk, f"{HEAD}\n{row('U-1', debtor, total='1.234').replace('CRC', 'USD')}")
    text = seen_in(shown.text)
    assert "Lo que solo usted sabe del archivo" in text
    assert 'name="take"' not in shown.text
    asked = dict(re.findall(r'name="(answer:[^"]+)" value="([^"]+)"', shown.text))
    assert list(asked) == ["answer:decimal"]
    understood = send(clerk, shown, "look", **{"answer:decimal": ","})
    assert "Filas nuevas 1" in seen_in(understood.text)


def test_unknown_customers_are_created_from_the_file_where_somebody_says_so(house: House, clerk: Seat) -> None:
    text = "numero;identificacion;nombre cliente;fecha;moneda;total\n" + "".join(
        f"V-{at};1-1111-000{at};Persona Nueva {at};01/02/2026;CRC;1.000,50\n" for at in range(1, 6)
    )
    shown = bring(clerk, text)
    assert "5 filas" in seen_in(shown.text)
    assert "Crear desde este archivo los clientes que no existen: 5" in seen_in(shown.text)
    understood = send(clerk, shown, "look", create_customers="on")
    assert "Filas nuevas 5" in seen_in(understood.text)
    assert "Clientes nuevos 5" in seen_in(send(clerk, understood).text)
    assert "Persona Nueva 3" in clerk.read("/m/customers?q=Nueva")


def test_all_or_nothing_takes_nothing_while_a_row_is_set_aside(clerk: Seat, debtor: Debtor) -> None:
    shown = bring(clerk, f"{HEAD}\n{row('W-1', debtor)}{row('W-2', debtor, fecha='ayer')}")
    whole = send(clerk, shown, "look", whole="on")
    assert 'name="take"' not in whole.text
    assert "No se importó nada" in seen_in(whole.text)
    assert "mientras tanto los demás esperan, también los pagos que llegan" in seen_in(shown.text)
    assert "W-1" not in seen_in(clerk.read("/m/invoices?q=W-1")).partition("coincide")[0]


def test_what_a_complete_list_lacks_is_closed_by_its_count_alone(house: House, clerk: Seat, debtor: Debtor) -> None:
    send(clerk, bring(clerk, f"{HEAD}\n{''.join(row(f'Y-{at}', debtor) for at in range(1, 6))}"))
    shown = bring(clerk, f"{HEAD}\n{''.join(row(f'Y-{at}', debtor) for at in range(2, 7))}")
    listed = send(clerk, shown, "look", complete="on")
    assert "Falta 1 factura que aquí sigue abierta" in seen_in(listed.text)
    assert "Se comparó con la serie Y-, en CRC" in seen_in(listed.text)
    wrong = send(clerk, listed, **{"missing-rest": "outside", "missing_count": "2"})
    assert wrong.status_code == 422
    assert "Escriba cuántas facturas faltan: son 1" in seen_in(wrong.text)
    assert house.read(lambda tx: tx.imports.get(run_id(shown))).state is RunState.SHOWN
    done = send(clerk, wrong, **{"missing-rest": "outside", "missing_count": "1"})
    assert "Se cerró 1 factura: Y-1 · ₡1 000,50 CRC" in seen_in(done.text).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Y-2" in seen_in(done.text)
    assert "cerradas: 1" in seen_in(clerk.read("/m/imports"))
    closed = house.read(lambda tx: tx.payables.numbered(clerk.merchant.id, clerk.merchant.mode, ["Y-1"]))["Y-1"]
    assert (closed.due, closed.outside) == (0, 100_050)


def test_a_count_beside_missing_ones_that_all_stay_open_is_refused_before_anything_is_taken(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    head = f"{HEAD};sucursal"
    norte = [row(f"YC-{at}", debtor).replace("\n", ";Norte\n") for at in range(1, 7)]
    send(clerk, bring(clerk, f"{head}\n{''.join(norte[:5])}"))
    shown = bring(clerk, f"{head}\n{''.join(norte[1:])}")
    listed = send(clerk, shown, "look", complete="on")
    assert "Se comparó con la serie YC-, la sucursal Norte, en CRC" in seen_in(listed.text)
    wrong = send(clerk, listed, missing_count="1")
    assert (wrong.status_code, "Así no se cierra nada: faltan 1" in seen_in(wrong.text)) == (422, True)
    assert house.read(lambda tx: tx.imports.get(run_id(shown))).state is RunState.SHOWN
    done = seen_in(send(clerk, wrong, missing_count="").text)
    assert "No se cerró ninguna" in done
    assert "Escriba cuántas" not in done


def test_what_was_said_of_the_missing_ones_stands_through_another_look(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    send(clerk, bring(clerk, f"{HEAD}\n{''.join(row(f'YA-{at}', debtor) for at in range(1, 6))}"))
    shown = bring(clerk, f"{HEAD}\n{''.join(row(f'YA-{at}', debtor) for at in range(2, 7))}")
    listed = send(clerk, shown, "look", complete="on")
    said = {"missing-rest": "outside", "missing_count": "1"}
    changes: list[dict[str, str]] = [{}, {"whole": "on"}]
    for change in changes:
        listed = send(clerk, listed, "look", **said, **{"missing:YA-1": "outside"}, **change)
        (form,) = [item for item in forms_in(listed.text) if item["action"] == listed.url.path]
        kept = {name: form["fields"][name][0] for name in said}
        assert kept == said
        assert re.search(r'name="missing:YA-1".*?<option value="outside" selected', listed.text, re.DOTALL)
    assert "Se cerró 1 factura: YA-1" in seen_in(send(clerk, listed).text)


@pytest.mark.parametrize("count", ["", "2", "una"])
def test_without_the_count_of_the_missing_ones_nothing_is_taken_and_the_field_says_so(
    house: House, clerk: Seat, debtor: Debtor, count: str
) -> None:
    send(clerk, bring(clerk, f"{HEAD}\n{''.join(row(f'YB-{at}', debtor) for at in range(1, 6))}"))
    shown = bring(clerk, f"{HEAD}\n{''.join(row(f'YB-{at}', debtor) for at in range(2, 7))}")
    listed = send(clerk, shown, "look", complete="on")
    wrong = send(clerk, listed, **{"missing-rest": "outside", "missing_count": count})

    assert wrong.status_code == 422
    beside = re.search(r'id="missing_count-error1".*?</', wrong.text, re.DOTALL)
    assert beside, "it stands at the field"
    assert "Escriba cuántas facturas faltan: son 1" in beside[0]
    assert house.read(lambda tx: tx.imports.get(run_id(shown))).state is RunState.SHOWN
    bills = house.read(lambda tx: tx.payables.numbered(clerk.merchant.id, clerk.merchant.mode, ["YB-1", "YB-6"]))
    assert [(number, bill.due) for number, bill in bills.items()] == [("YB-1", 100_050)]


def test_an_import_is_taken_back_on_its_page(house: House, clerk: Seat, debtor: Debtor) -> None:
    done = send(clerk, bring(clerk, f"{HEAD}\n{row('Z-1', debtor)}"))
    here = done.url.path
    asked = clerk.read(f"{here}/undo")
    assert "Facturas que dejan de existir aquí 1 Z-1" in seen_in(asked)
    undone = clerk.browser.post(f"{here}/undo", data={"form": clerk.csrf, "reason": "x"}, follow_redirects=True)
    assert "Esta importación se deshizo" in seen_in(undone.text)
    assert house.read(lambda tx: tx.imports.get(here.split("/")[3])).state is RunState.UNDONE
    assert "Filas nuevas 1" in seen_in(bring(clerk, f"{HEAD}\n{row('Z-1', debtor)}").text)
    assert "Deshecho" in seen_in(clerk.read("/m/imports"))


def test_the_page_of_what_was_taken_back_says_of_nothing_that_it_holds(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    send(clerk, bring(clerk, f"{HEAD}\n{''.join(row(f'ZA-{at}', debtor) for at in range(1, 6))}"))
    shown = bring(clerk, f"{HEAD}\n{''.join(row(f'ZA-{at}', debtor) for at in range(2, 7))}")
    done = send(clerk, send(clerk, shown, "look", complete="on"), **{"missing-rest": "outside", "missing_count": "1"})
    here = done.url.path
    assert "Se cerró 1 factura: ZA-1" in seen_in(done.text)
    assert "clientes que este archivo creó" not in seen_in(clerk.read(f"{here}/undo"))
    undone = clerk.browser.post(f"{here}/undo", data={"form": clerk.csrf}, follow_redirects=True)
    text = seen_in(undone.text)
    assert "Nada de lo que sigue vale ya" in text
    assert "Qué se había importado, y se deshizo" in text
    assert "Se había cerrado 1 factura, que se vuelve a deber: ZA-1" in text
    assert "Qué se importó" not in text
    assert "Se cerró" not in text


def test_only_of_customers_that_the_file_created_the_undo_says_that_they_stay(house: House, clerk: Seat) -> None:
    text = (
        "numero;identificacion;nombre cliente;fecha;moneda;total\nZB-1;1-1111-0077;Persona Creada;01/02/2026;CRC;10\n"
    )
    done = send(clerk, send(clerk, bring(clerk, text), "look", create_customers="on"))
    assert "Los clientes que este archivo creó se quedan" in seen_in(clerk.read(f"{done.url.path}/undo"))


def test_an_import_is_its_companys_alone(
    house: House, clerk: Seat, debtor: Debtor, company: Callable[..., Any], seat: Callable[..., Seat]
) -> None:
    here = bring(clerk, f"{HEAD}\n{row('AA-1', debtor)}").url.path
    other = seat(company("CO", f"ajena-{next(NUMBERS)}"))
    for path in (here, f"{here}/set-aside", f"{here}/undo"):
        assert other.browser.get(path).status_code == 404, path
    for path in (here, f"{here}/undo"):
        answer = other.browser.post(path, data={"form": other.csrf, "take": "1"})
        assert answer.status_code == 404, path
    assert "AA-1" not in other.read("/m/imports")
    support = seat(clerk.merchant, Role.OPERATOR)
    assert support.browser.get(here).status_code == 403
    assert clerk.browser.post(here, data={"form": "wrong", "take": "1"}).status_code == 403


def test_an_accountant_imports_too(house: House, clerk: Seat, debtor: Debtor, seat: Callable[..., Seat]) -> None:
    accountant = seat(clerk.merchant, Role.ACCOUNTANT)
    done = send(accountant, bring(accountant, f"{HEAD}\n{row('AB-1', debtor)}"))
    assert "El archivo se importó" in seen_in(done.text)


@pytest.mark.parametrize(
    ("text", "are_customers"),
    [
        ("tipo;identificación;nombre;correo;teléfono\nCF;1-1234-0567;Luz Núñez;luz@viaje.example;8888-1234\n", True),
        ("tipo;número;nombre;correo\nCF;1-1234-0567;Luz Núñez;luz@viaje.example\n", True),
        ("número;identificación;nombre;correo;K4;K5\nF1;1-1234-0567;Luz;luz@viaje.example;01/02/2026;10,50\n", False),
        ("número;identificación;nombre;correo;fecha\nF1;1-1234-0567;Luz;luz@viaje.example;01/02/2026\n", False),
    ],
)
def test_a_file_of_customers_that_is_brought_as_invoices_is_told_so(
    clerk: Seat, text: str, are_customers: bool
) -> None:
    shown = bring(clerk, text)
    assert ("Parece un archivo de clientes" in seen_in(shown.text)) is are_customers
    assert ('href="/m/import?kind=customers"' in shown.text) is are_customers
    assert ("Falta decir qué columna es" in seen_in(shown.text)) is not are_customers
    assert "Parece un archivo" not in seen_in(bring(clerk, text, kind="customers").text)


@pytest.mark.parametrize("beyond", [1, 300 * 1024], ids=["the file's own limit", "the limit of what is received"])
def test_a_file_that_is_too_large_says_the_limit_the_remedy_and_the_way_back(clerk: Seat, beyond: int) -> None:
    answer = bring(clerk, bytes(MAX_BYTES + beyond), name="grande.csv")
    assert answer.status_code in (413, 422)
    said = seen_in(answer.text)
    assert "El archivo pasa de 20 MB; divídalo en varios, o guárdelo como CSV" in said
    assert 'href="/m/import"' in answer.text or 'action="/m/import"' in answer.text


def test_what_is_wrong_with_a_file_as_a_whole_is_said_of_no_row(clerk: Seat, debtor: Debtor) -> None:
    text = seen_in(bring(clerk, b"%PDF-1.7\n%%EOF\n", name="cartera.pdf").text)
    assert "Es un PDF" in text
    assert "1 fila" not in text
    assert "1 fila: " in seen_in(bring(clerk, f"{HEAD}\n{row('AE-1', debtor, fecha='ayer')}").text)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "\n" + "".join(f"X{at};no;ayer{at};;CRC;mucho{at};\n" for at in range(30_000)),
        ";".join(f"una columna con un nombre bastante largo {at}" for at in range(250))
        + "\n"
        + ";".join(str(at) for at in range(250))
        + "\n",
        HEAD + "\n" + "x" * 30_000 + ";1;ayer;;CRC;1;\n" * 40,
    ],
    ids=["rows", "columns", "cells"],
)
def test_no_page_grows_with_the_file(clerk: Seat, text: str) -> None:
    shown = bring(clerk, text)
    assert shown.status_code in (200, 422)
    assert len(shown.content) < MOST_BYTES


def test_a_file_that_was_dropped_is_asked_for_again(house: House, clerk: Seat, debtor: Debtor) -> None:
    here = bring(clerk, f"{HEAD}\n{row('AC-1', debtor)}").url.path
    house.write(lambda tx: tx.imports.drop_but_newest(clerk.merchant.id, clerk.merchant.mode, 0))
    answer = clerk.browser.get(here)
    assert answer.status_code == 410
    assert "Súbalo de nuevo" in seen_in(answer.text)
    again = clerk.browser.post(here, data={"form": clerk.csrf, "take": "1"}, follow_redirects=True)
    assert again.status_code == 410
    assert clerk.browser.get(f"{here}/set-aside").status_code == 410


def test_a_page_that_waits_comes_again_by_itself_and_says_how_far_the_import_is(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    shown = bring(clerk, f"{HEAD}\n{row('AD-1', debtor)}")
    run = house.read(lambda tx: tx.imports.get(run_id(shown)))
    later = house.time().replace(year=2040)
    waiting = attrs.evolve(run, state=RunState.TAKING, done=500, rows=2_000, due_at=later)
    house.write(lambda tx: tx.imports.save(waiting))
    page = clerk.read(shown.url.path)
    assert '<meta http-equiv="refresh"' in page
    assert "Van 500 de 2000 filas" in seen_in(page)
    other = bring(clerk, f"{HEAD}\n{row('AD-2', debtor)}", name="otra.csv")
    busy = send(clerk, other)
    assert busy.status_code == 422
    assert "Ahora mismo se está importando «cartera.csv»" in seen_in(busy.text)
    house.write(lambda tx: tx.imports.save(attrs.evolve(waiting, state=RunState.SHOWN, due_at=None)))
    assert "El archivo se importó" in seen_in(send(clerk, busy).text)


def test_every_field_has_a_name_for_people() -> None:
    assert {column.name for known in KNOWN_COLUMNS.values() for column in known} <= set(LABELS)


def test_control_a_page_that_grows_with_the_file_is_found(clerk: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.web.merchant.import_words.EXAMPLES", 100_000)
    with pytest.raises(AssertionError):
        test_no_page_grows_with_the_file(
            clerk, f"{HEAD}\n" + "".join(f"X{at};no;ayer;;CRC;1;\n" for at in range(9_000))
        )


def broken_plan(clerk: Seat, debtor: Debtor) -> tuple[str, list[list[str]]]:
    """An invoice in three instalments of which one has no day: the page, and what whoever mends it reads."""
    rows = "".join(
        f"PL-1;{person(debtor)};01/02/2026;{due};CRC;300,00;100,00\n" for due in ("01/03/2026", "ayer", "01/05/2026")
    )
    shown = bring(clerk, f"{HEAD}\n{rows}")
    mend = clerk.browser.get(f"/m/import/{run_id(shown)}/set-aside").content
    return seen_in(shown.text), cells_of(mend)


def test_what_is_wrong_with_one_instalment_is_told_before_what_follows_for_the_others(
    clerk: Seat, debtor: Debtor
) -> None:
    text, mend = broken_plan(clerk, debtor)
    assert "Filas apartadas 3" in text
    assert text.index("1 fila: No es una fecha") < text.index("2 filas: No se toma porque otra fila de la misma")
    assert "Está también" not in text
    assert [cells[0] for cells in mend[1:]] == ["PL-1"] * 3


def test_control_causes_by_their_count_alone_tell_what_follows_first(
    clerk: Seat, debtor: Debtor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.merchant.import_words.BESIDE_FAULTY", "")
    with pytest.raises(AssertionError):
        test_what_is_wrong_with_one_instalment_is_told_before_what_follows_for_the_others(clerk, debtor)


def test_rows_are_counted_and_not_their_cells(clerk: Seat, debtor: Debtor) -> None:
    text = seen_in(bring(clerk, f"{HEAD}\n{row('N-1', debtor)};;;;CRC;5;\n;;;;CRC;6;\n").text)
    assert "2 filas: Falta este dato" in text, text
    assert "Filas apartadas 2" in text


def test_the_first_rows_are_none_that_were_set_aside(clerk: Seat, debtor: Debtor) -> None:
    shown = bring(clerk, f"{HEAD}\nN-8;9-9999-9999;01/02/2026;;CRC;5,00;\n")
    assert "Filas apartadas 1" in seen_in(shown.text)
    assert "Primeras filas" not in seen_in(shown.text)


def test_the_remedy_of_a_customer_whom_nobody_knows_is_the_one_that_there_is(clerk: Seat) -> None:
    named = "numero;identificacion;nombre cliente;fecha;total\nN-9;2-0456-0789;Ana Mora;01/02/2026;5,00\n"
    text = seen_in(bring(clerk, named).text)
    assert "Remedio: marcar «Crear desde este archivo los clientes que no existen»" in text
    assert "--create" not in text
    assert "agregar al archivo una columna" not in text


# ---- the help


def labels_that_no_page_has(locale: str) -> set[str]:
    """What the help of an import quotes in a language and no page says; a label may be quoted by its beginning."""
    with (LOCALES / f"{locale}.po").open("rb") as stream:
        catalog = read_po(stream)

    def told(text: str) -> str:
        message = catalog.get(text)
        found = message.string if message else ""
        return (found[0] if isinstance(found, tuple) else found) or text

    said = list(in_templates())
    of_help = [told(one.text) for one in said if one.where.startswith("import_help.html")]
    pages = [told(one.text) for one in said if not one.where.startswith("import_help.html")]
    pages += [told(one.text) for one in (*in_code(), *in_words())]
    quoted = {label for text in of_help for label in re.findall("[«“]([^»”]+)[»”]", text)}
    assert len(quoted) > 10
    return {label for label in quoted if not any(text.startswith(label) for text in pages)}


@pytest.mark.parametrize("locale", ["es_CO", "en"])
def test_every_label_that_the_help_quotes_stands_on_a_page(locale: str) -> None:
    assert labels_that_no_page_has(locale) == set()


def test_control_a_label_that_stands_on_no_page_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [said for said in in_templates() if not said.text.startswith("Qué contiene")]
    monkeypatch.setattr(sys.modules[__name__], "in_templates", lambda: iter(pages))
    assert labels_that_no_page_has("en") == {"What it holds"}
