"""Files on the command line: what is asked, how it is answered, what is remembered, what is printed."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from hub.cli import importing
from hub.cli.import_told import by_cause
from hub.domain.files.sheet import RowError
from hub.domain.text import Text

from .conftest import Ended, Run

TWO_TOTALS = (
    "factura;cliente;fecha;Total;Total a pagar\n"
    "F-1;1-1234-0567;02/09/2026;1000,00;900,00\nF-2;1-1234-0567;02/09/2026;500,00;500,00\n"
)
ODD = "Doc;Quién;Cuándo;Cuánto\nF-1;1-1234-0567;02/09/2026;1000,00\n"
MAPPED = ("--map", "Doc=number", "--map", "Quién=customer", "--map", "Cuándo=issued_on", "--map", "Cuánto=total")
KEYS = {
    *("format", "dry_run", "new", "changed", "unchanged", "taken", "set_aside", "faults", "warnings", "differences"),
    *("kept", "questions", "missing", "columns", "left_out", "rows_left_out", "hidden", "titles", "totals"),
}


def invoices(run: Run, text: str, *words: str) -> Ended:
    return run("import", "invoices", "-", *words, stdin=text.encode())


def told(run: Run, text: str, *words: str) -> tuple[int, dict[str, Any]]:
    ended = invoices(run, text, "--json", *words)
    return ended.code, json.loads(ended.out)


# ---- what is asked


def asks_which_total(run: Run) -> None:
    ended = invoices(run, TWO_TOTALS)
    assert (ended.code, ended.out) == (2, "")
    assert "--answer 'column:total=Total a pagar'" in ended.err
    assert "line 2: 900,00" in ended.err
    code, facts = told(run, TWO_TOTALS)
    assert (code, facts["new"], facts["taken"]) == (2, 0, [])
    assert [choice["value"] for choice in facts["questions"][0]["choices"]] == ["Total", "Total a pagar"]
    assert facts["questions"][0]["option"] == "--answer column:total=Total"

    answered = invoices(run, TWO_TOTALS, "--answer", "column:total=Total a pagar")
    assert (answered.code, "2 new" in answered.out) == (0, True)


def test_a_file_that_asks_takes_nothing_and_names_the_option_that_answers(run: Run, shop: Path) -> None:
    asks_which_total(run)


def test_control_a_file_that_asks_ends_as_if_it_were_taken(
    run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_tell", lambda *_given: 0)

    with pytest.raises(AssertionError):
        asks_which_total(run)


def test_a_column_that_is_missing_is_named_with_the_option(run: Run, shop: Path) -> None:
    ended = invoices(run, "factura;cliente;fecha;subtotal\nF-1;1-1234-0567;02/09/2026;10\n")

    assert (ended.code, ended.out) == (2, "")
    assert "no column is total (Total): --map HEADING=total; left are: subtotal" in ended.err
    assert "subtotal=total" not in ended.err


class Typed(io.StringIO):
    """A keyboard."""

    def isatty(self) -> bool:
        return True


def at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, *words: str
) -> Ended:
    monkeypatch.setattr(sys, "stdin", Typed(typed))
    from hub.cli import main

    code = main(["import", "invoices", *words])
    said = capsys.readouterr()
    return Ended(code, said.out, said.err)


def test_whoever_sits_at_a_terminal_is_asked(
    run: Run, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "f.csv"
    file.write_text(TWO_TOTALS, encoding="utf-8")
    silent = at_a_terminal(monkeypatch, capsys, "", str(file), "--no-input")
    assert silent.code == 2

    ended = at_a_terminal(monkeypatch, capsys, "Total\n", str(file))
    assert (ended.code, "2 new" in ended.out) == (0, True)

    file.write_text(ODD, encoding="utf-8")
    ended = at_a_terminal(monkeypatch, capsys, "Quién\nCuándo\nCuánto\n", str(file), "--dry-run")
    assert "1 changed" in ended.out or "1 unchanged" in ended.out


# ---- what is remembered


def test_what_was_said_is_remembered_named_and_forgotten(run: Run, shop: Path) -> None:
    assert invoices(run, ODD).code == 2
    assert invoices(run, ODD, *MAPPED, "--layout", "Caja").code == 0

    again = invoices(run, ODD.replace("F-1", "F-2"))
    assert (again.code, "1 new" in again.out, "read as Caja" in again.out) == (0, True, True)
    listed = run("import", "layouts")
    assert "Caja" in listed.out
    assert "Odoo" in listed.out
    assert json.loads(run("import", "layouts", "--json").out)[0]["columns"]["Cuánto"] == "total"

    assert "Caja: forgotten (invoices, csv)" in run("import", "forget", "caja").out
    assert invoices(run, ODD).code == 2
    assert "no layout is called 'caja'" in run("import", "forget", "caja").err
    assert "no layout of invoices is called 'Caja'" in invoices(run, ODD, "--layout", "Caja").err


def test_a_file_that_does_not_fit_what_is_remembered_says_why_and_what_reads_it_so(run: Run, shop: Path) -> None:
    assert invoices(run, ODD, *MAPPED, "--layout", "Caja").code == 0
    faulty = ODD.replace("F-1", "F-2") + "F-3;1-1234-0567;02/09/2026;mil\n"

    asked = invoices(run, faulty)
    assert (asked.code, asked.out) == (2, "")
    assert "the layout Caja, which it does not fit: line 3, Cuánto" in asked.err
    assert "--layout Caja reads it so all the same" in asked.err
    taken = invoices(run, faulty, "--layout", "Caja")
    assert (taken.code, "1 new, 0 changed, 0 unchanged, 1 set aside" in taken.out) == (1, True)


def test_a_file_is_never_read_otherwise_than_is_remembered_without_a_word(run: Run, shop: Path) -> None:
    assert invoices(run, TWO_TOTALS, "--answer", "column:total=Total a pagar", "--layout", "Dos").code == 0
    same = "factura;cliente;fecha;Total;Total a pagar\nF-3;1-1234-0567;02/09/2026;700,00;700,00\n"
    faulty = invoices(run, same + "F-4;1-1234-0567;99/99/2026;800,00;800,00\n")
    assert (faulty.code, faulty.out) == (2, "")
    assert "--layout Dos reads it so" in faulty.err


def test_a_dry_run_remembers_nothing(run: Run, shop: Path) -> None:
    assert invoices(run, ODD, *MAPPED, "--dry-run").code == 0
    assert json.loads(run("import", "layouts", "--json").out) == []


# ---- what is printed


def test_json_has_all_its_keys_and_the_rows_as_understood(run: Run, shop: Path) -> None:
    text = "factura;cliente;fecha;vence;total;saldo;Vendedor\nF-1;1-1234-0567;02/09/2026;;1000,00;5,00;Pedro\n"

    code, facts = told(run, text, "--dry-run")

    assert (code, set(facts) >= KEYS, facts["dry_run"], facts["left_out"]) == (0, True, True, ["Vendedor"])
    assert facts["columns"]["due_on"] == ["vence"]
    (row,) = facts["taken"]
    assert row == {
        "line": 2,
        "number": "F-1",
        "customer": "1-1234-0567",
        "issued_on": "2026-09-02",
        "due_on": None,
        "total": "1000.00 CRC",
        "balance": "5.00 CRC",
        "kind": "invoice",
    }
    people = run("import", "customers", "-", "--json", "--dry-run", stdin=b"nombre;tipo;cedula\nEva;01;1-1111-0567\n")
    assert json.loads(people.out)["taken"][0]["document"] == "CF 111110567"


def test_columns_that_nothing_is_read_from_are_named(run: Run, shop: Path) -> None:
    ended = invoices(run, "factura;cliente;fecha;total;Vendedor\nF-1;1-1234-0567;02/09/2026;1000,00;Pedro\n")

    assert (ended.code, "1 new" in ended.out) == (0, True)
    assert "nothing is read from these columns: Vendedor" in ended.out


def test_more_than_five_of_one_cause_are_one_line() -> None:
    alike = [RowError(line, "cliente", f"9{line}", Text("import.customer_unknown")) for line in range(2, 1502)]
    lines = list(by_cause([*alike, RowError(1502, "fecha", "x", Text("cell.no_date"))]))

    assert len(lines) == 2
    assert lines[0].startswith("1500 rows alike, lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 1490 more; the first: line 2")
    assert len(list(by_cause(alike[:5]))) == 5


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--answer", "decimal"), "--answer wants KEY=VALUE"),
        (("--missing", "F-1=gone"), "outside, void, left"),
        (("--as-of", "2026-09-30"), "say --complete too"),
        (("--missing-count", "3"), "say --complete too"),
        (("--map", "Nada=total"), "Nada"),
    ],
)
def test_an_option_that_cannot_be_is_told(run: Run, shop: Path, words: tuple[str, ...], why: str) -> None:
    ended = invoices(run, "factura;cliente;fecha;total\nF-1;1-1234-0567;02/09/2026;1\n", *words)

    assert ended.code != 0
    assert why in ended.err


def test_two_mails_of_a_cell_are_taken_and_shown(run: Run, shop: Path) -> None:
    text = 'tipo;identificación;nombre;correo\nCF;1-1111-0567;Otra Prueba;"a@x.example; b@x.example"\n'
    assert "1 new" in run("import", "customers", "-", stdin=text.encode()).out

    assert "b@x.example" in run("find", "Otra Prueba").out


def test_an_import_of_the_command_line_is_listed_and_can_be_taken_back(run: Run, shop: Path) -> None:
    invoices(run, "factura;cliente;fecha;total\nF-9;1-1234-0567;02/09/2026;1000,00\n")
    (newest, *_) = json.loads(run("import", "list", "--json").out)

    assert (newest["state"], newest["rows"]) == ("taken", 1)
    undone = run("import", "undo", newest["id"], "--by", "Ana", "--why", "the wrong file")
    assert undone.code == 0, undone
    assert "F-9" not in run("statement", "show", "1-1234-0567").out


def test_a_complete_list_says_what_it_misses_and_how_to_close_it(run: Run, shop: Path) -> None:
    text = "numero;cliente;fecha;total\nFE-002;1-1234-0567;02/11/2026;18.250,75\n"
    ended = invoices(run, text, "--complete", "--dry-run", "--as-of", "2026-12-31", "--decimal", ",")

    assert "it misses 1 of 2" in ended.out, ended
    assert "compared with series FE-, in CRC: these are all the open invoices" in ended.out
    assert "--complete --missing '*=outside' --missing-count 1" in ended.out
    before = run("import", "list", "--json").out
    alone = invoices(run, text, "--complete", "--missing-count", "1", "--as-of", "2026-12-31", "--decimal", ",")
    assert (alone.code, "closes nothing: every missing invoice stays open" in alone.err) == (2, True)
    assert run("import", "list", "--json").out == before, "nothing of the file was taken"


def test_a_complete_list_names_the_branches_that_limit_it(run: Run, shop: Path) -> None:
    text = "numero;cliente;fecha;total;sucursal\nFE-002;1-1234-0567;02/11/2026;18.250,75;Norte\n"
    said = ("--complete", "--dry-run", "--as-of", "2026-12-31", "--decimal", ",")
    assert "compared with series FE-, branch Norte, in CRC" in invoices(run, text, *said).out
    _code, facts = told(run, text, *said)
    expected = {"series": ["FE-"], "branches": ["Norte"], "currencies": ["CRC"]}
    assert facts["complete_list"]["compared"] == expected


def test_what_changed_is_told_with_its_amounts(run: Run, shop: Path) -> None:
    text = "numero;cliente;fecha;vence;total\nFE-8;1-1234-0567;02/11/2026;02/12/2026;1.000,50\n"
    assert "1 new" in invoices(run, text).out
    newer = text.replace("1.000,50", "1.200,75").replace("02/12/2026", "05/12/2026")
    shown = invoices(run, newer, "--dry-run").out
    assert "what would change:" in shown
    line = next(line for line in shown.splitlines() if line.startswith("  FE-8: "))
    assert {"1000.50", "1200.75", "2026-12-05"} <= set(line.replace("CRC", "").replace(";", "").split())
    _code, facts = told(run, newer)
    assert [row["number"] for row in facts["changes"]] == ["FE-8"]
    assert any("1200.75" in change for change in facts["changes"][0]["changes"])


def test_rows_that_need_nothing_are_told(run: Run, shop: Path) -> None:
    text = (
        "factura;cliente;fecha;moneda;total;estado\nD-1;1-1234-0567;02/09/2026;CRC;1000,00;Borrador\n"
        "D-2;1-1234-0567;02/09/2026;CRC;500,00;Anulada\n"
    )
    ended = invoices(run, text)
    assert "2 rows are left out, and need nothing:" in ended.out, ended
    assert "(D-1)" in ended.out or "line 2" in ended.out
    _code, facts = told(run, text)
    assert [row["line"] for row in facts["rows_left_out"]] == [2, 3]


# ---- who is not known, and what is no complete list


def test_unknown_customers_are_told_once_how_they_could_be_created(run: Run, shop: Path) -> None:
    nameless = "factura;cliente;fecha;total\n" + "".join(f"F-{n};1-111{n}-0999;02/09/2026;7,50\n" for n in range(4))
    for words in ((), ("--json",)):
        ended = invoices(run, nameless, *words)
        assert (ended.code, ended.err.count("--create-customers")) == (1, 1)
        assert "4 rows are of customers whom nobody knows" in ended.err


def test_a_list_that_cannot_be_complete_ends_with_one(run: Run, shop: Path) -> None:
    text = "factura;cliente;fecha;total\nF-1;1-1234-0567;02/09/2026;1000,00\nTOTAL;;;1500,00\n"
    assert invoices(run, text, "--dry-run").code == 0
    assert invoices(run, text, "--dry-run", "--complete").code == 1


# ---- what an option may not be


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (
            ("--answer", "foo=bar"),
            "nothing is asked as 'foo'; there are decimal, decimal:..., currency, currency:..., order,",
        ),
        (("--answer", "order=xyz"), "the answers to order are dmy, mdy"),
        (("--answer", "word:vencida=nada"), "the answers to word:vencida are open, paid,"),
        (("--map", "Nada=total"), "Nada"),
        (("--map", "Total=nada"), "nada"),
    ],
)
def test_an_option_that_names_nothing_is_refused_with_what_there_is(
    run: Run, shop: Path, words: tuple[str, ...], why: str
) -> None:
    ended = invoices(run, TWO_TOTALS, "--answer", "column:total=Total", *words)
    assert (ended.code, ended.out, why in ended.err) == (2, "", True), ended


def test_no_import_of_that_name_is_told_in_a_sentence(run: Run, shop: Path) -> None:
    for verb in ("set-aside", "undo"):
        more = ("--why", "prueba", "--by", "ana") if verb == "undo" else ()
        ended = run("import", verb, "zzz", *more)
        assert (ended.code, "there is no import 'zzz': payment-hub import list" in ended.err) == (1, True), ended


def test_who_is_created_already_is_not_proposed_to_be(run: Run, shop: Path) -> None:
    text = "factura;cliente;nombre cliente;fecha;total\nF-1;1-2222-0999;Ana Mora;02/09/2026;7,50\n"
    assert "--create-customers" in invoices(run, text, "--dry-run").err
    ended = invoices(run, text, "--dry-run", "--create-customers")
    assert (ended.code, "--create-customers" in ended.err + ended.out) == (0, False), ended


def test_layouts_of_programs_say_their_columns(run: Run, shop: Path) -> None:
    listed = run("import", "layouts").out
    assert ("http" in listed, "=balance" in listed) == (False, True), listed
