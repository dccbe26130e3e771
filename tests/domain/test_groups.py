"""Reports that gather invoices below a line with their customer: each is that one's, or nobody's."""

from __future__ import annotations

import random

import pytest

from hub.domain.files.groups import GIVEN_NAME, GIVEN_NUMBER, Groups
from hub.domain.files.invoice_file import parse_invoices
from hub.domain.files.layout import FileKind
from hub.domain.files.listed import read_listed
from hub.domain.files.owner_line import owner_of

ANA, ROBLES = "1-1234-0567", "3-101-555444"


@pytest.mark.parametrize(
    ("cells", "name", "number"),
    [
        (["Cliente: Ana Mora 1-1234-0567"], "Ana Mora", ANA),
        (["Cliente: Ana Mora (Céd. 1-1234-0567)"], "Ana Mora", ANA),
        (["Cliente: Ana Mora, Cédula: 1-1234-0567 Tel: 8888-8888"], "Ana Mora", ANA),
        (["Cliente: Ana Mora 8888-8888"], "Ana Mora", ""),
        (["Cliente:", "0012", "Ana Mora", "", ANA], "Ana Mora", ANA),
        (["Cliente", ANA, "Ana Mora"], "Ana Mora", ANA),
        (["Código: 12", "Cliente: Ana Mora"], "Ana Mora", ""),
        (["Código cliente: 12 Nombre: Ana Mora Identificación: 1 1234 0567"], "Ana Mora", "1 1234 0567"),
        (["Cliente: 0012 - Ana Mora"], "Ana Mora", ""),
        (["Cliente: Ana Mora (continuación)"], "Ana Mora", ""),
        (["Tercero: 800197268 COMERCIAL SAS"], "COMERCIAL SAS", "800197268"),
        (["NIT: 800.197.268-4 - Comercial SAS"], "Comercial SAS", "800.197.268-4"),
        (["NIT 800.197.268-4 Comercial SAS"], "Comercial SAS", "800.197.268-4"),
        (["Razón social: Robles de Prueba S.A.", "RUT: 12.345.678-K"], "Robles de Prueba S.A.", "12.345.678-K"),
        (["Customer: ACME Corp", "Tax ID", "XAXX010101000"], "ACME Corp", "XAXX010101000"),
        (["Identificación: 12345", "Nombre: Ana Mora"], "Ana Mora", "12345"),
        (["Cliente: 1234567"], "", "1234567"),
        (["Cliente: 12"], "", ""),
        (["Cliente:"], "", ""),
        (["Cliente: Ana Mora / 1-1234-0567 / 3-101-555444"], "Ana Mora", ""),
        (["Cliente:", "Ana Mora", "San José"], "", ""),
        (["Cliente: Almacén 24 S.A."], "Almacén 24 S.A.", ""),
    ],
)
def test_what_a_line_says_of_a_customer(cells: list[str], name: str, number: str) -> None:
    owner = owner_of(1, cells)

    assert (owner.name, owner.number) == (name, number)


def test_a_number_before_the_name_is_a_code_where_all_customers_have_one() -> None:
    def names(*owners: str) -> list[str]:
        lines = "".join(f"Cliente: {owner};;\nF{at};02/09/2026;1,00\n" for at, owner in enumerate(owners))
        table = read_listed(FileKind.INVOICES, f"Factura;Fecha;Total\n{lines}".encode())
        return [row.cells[GIVEN_NAME] for row in table.rows]

    assert names("101 Ana Mora", "24 Horas S.A.") == ["Ana Mora", "Horas S.A."]
    assert names("Ana Mora", "24 Horas S.A.") == ["Ana Mora", "24 Horas S.A."]


@pytest.mark.parametrize("word", ["Total cliente", "Total del cliente:", "Subtotal", "Total tercero", "Total Ana Mora"])
def test_a_sum_below_the_rows_of_a_customer_is_that_customers_alone(word: str) -> None:
    lines = (
        *("Factura;Fecha;Total", "Cliente: Ana Mora;;", "F1;02/09/2026;100,00", f"{word};;100,00"),
        *("Cliente: Rosa Prueba;;", "F2;02/09/2026;200,00", f"{word.replace('Ana Mora', 'Rosa Prueba')};;200,00"),
        "Total general;;300,00",
    )
    file = parse_invoices("\n".join(lines).encode(), default_currency="CRC", currencies=("CRC",))

    assert [(row.number, row.customer_name) for row in file.rows] == [("F1", "Ana Mora"), ("F2", "Rosa Prueba")]
    assert [total.agrees for total in file.totals] == [True] * len(file.totals)
    assert file.totals[-1].stated == "300,00"


def report(seed: str) -> tuple[bytes, dict[str, str]]:
    """A report with lines in it that nobody expects, and whose each invoice is."""
    chance = random.Random(seed)
    lines, whose = ["Factura;Fecha;Vence;Total"], {}
    for at in range(chance.randint(2, 8)):
        name, number = f"Persona {chr(65 + at)} de Prueba", f"1-1111-00{at:02}"
        lines += chance.choices(
            [
                [f"Cliente: {name} {number};;;"],
                [f"Cliente:;{name};{number};"],
                [f"Nombre: {name};;;", f"Cédula: {number};;;"],
                [f"Tercero: {number} - {name};;;", "Teléfono: 8888-8888;;;"],
                [f"{name};;;"],
                [f"{number};{name};;"],
                [f"{name};;;1.000,00"],
                [f"Cliente: {name};;;1.000,00"],
                [f"Cta {at};{name};;"],
                [f"Persona{at};;;"],
            ],
            [6, 4, 3, 3, 1, 1, 1, 1, 1, 1],
        )[0]
        for turn in range(chance.randint(0, 4)):
            whose[f"F{at}-{turn}"] = number
            lines.append(f"F{at}-{turn};02/09/2026;{chance.choice(['', '02/10/2026'])};1.000,00")
            lines += chance.choices([[], ["Página 1 de 2;;;"], ["Factura;Fecha;Vence;Total"]], [8, 1, 1])[0]
        lines += chance.choice([[], [f"Total {name};;;1.000,00"], ["Subtotal;;;1.000,00"], [";;;1.000,00"]])
    return "\n".join([*lines, "Total general;;;9,00", ""]).encode(), whose


def each_is_its_own(seed: str) -> int:
    """How many rows were given a customer; each of them its own."""
    data, whose = report(seed)
    rows = parse_invoices(data, default_currency="CRC").rows
    for row in rows:
        assert row.customer_key == whose[row.number], f"{seed}: {row.number}"
    return len(rows)


def all_are_their_own() -> None:
    assert sum(each_is_its_own(f"{at}") for at in range(400)) > 1000


def test_no_row_is_ever_given_anothers_customer() -> None:
    all_are_their_own()


def test_control_a_customer_to_whom_unknown_lines_do_not_put_an_end_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Groups, "_end", lambda _self, _fault: None)

    with pytest.raises(AssertionError):
        all_are_their_own()


def test_rows_that_are_nobodys_are_told_by_line_and_once() -> None:
    data = "Factura;Fecha;Total\nCliente: Ana Mora;;\nF1;02/09/2026;1,00\nRobles S.A.;;\nF2;02/09/2026;1,00\n"

    file = parse_invoices(data.encode(), default_currency="CRC")

    assert [row.number for row in file.rows] == ["F1"]
    assert [(error.line, str(error.message)) for error in file.set_aside] == [(5, "group.broken(line=4)")]
    assert file.columns["customer"] == (GIVEN_NUMBER,)
