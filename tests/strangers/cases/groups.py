"""Reports that gather the invoices of each customer below a line with its name; no column says whose they are."""

from __future__ import annotations

from datetime import date

from tests.strangers.case import case
from tests.strangers.files import ANA, COMERCIAL, ROBLES, Shown, html_of, lines_of, xlsx
from tests.strangers.shop import Shop

DAY = date(2026, 9, 2)
HEAD = "Factura;Fecha;Vencimiento;Total;Saldo"


def report(*lines: str, head: str = HEAD) -> bytes:
    """A report in colones."""
    return lines_of(*lines, head=head)


def line(number: str, total: str = "1.000,00") -> str:
    """An invoice, which names nobody."""
    return f"{number};02/09/2026;02/10/2026;{total};{total}"


@case("group-a", "Name and identity number in one cell, a sum below each customer, a total below all")
def _(shop: Shop) -> None:
    told = shop.invoices(
        report(
            f"Cliente: Ana Prueba {ANA};;;;",
            line("F1"),
            line("F2", "500,00"),
            "Total cliente Ana Prueba;;;1.500,00;1.500,00",
            f"Cliente: Robles de Prueba S.A. {ROBLES};;;;",
            line("F3", "250,00"),
            "Total cliente Robles de Prueba S.A.;;;250,00;250,00",
            "Total general;;;1.750,00;1.750,00",
        )
    )
    told.all_good(3).total_row(agrees=True)
    shop.owes(F1="1000.00 CRC", F2="500.00 CRC")
    shop.owes(ROBLES, F3="250.00 CRC")


@case("group-b", "A workbook with label, name and number in cells of their own, and a code before the name")
def _(shop: Shop) -> None:
    rows = (
        ("Ferretería de Prueba",),
        ("Cuentas por cobrar",),
        ("Documento", "Fecha", "Vence", "Monto", "Saldo"),
        ("Cliente:", "0012", "Ana Prueba", "Cédula:", ANA),
        ("F1", DAY, DAY, 1000, 400),
        ("Total", "", "", 1000, 400),
        ("Cliente:", "0013", "Robles de Prueba S.A.", "Cédula:", ROBLES),
        ("F2", DAY, DAY, 500, 500),
        ("Total", "", "", 500, 500),
    )
    shop.invoices(xlsx(rows), name="libro.xlsx").all_good(2).total_row(agrees=True)
    shop.owes(F1="400.00 CRC")
    shop.owes(ROBLES, F2="500.00 CRC")


@case("group-c", "The number first, then the name, as Colombian programs write a third party; no sums")
def _(shop: Shop) -> None:
    told = shop.invoices(
        report(
            f"Tercero: {COMERCIAL} COMERCIAL DE PRUEBA SAS;;;;",
            line("FV1", "1.250.000"),
            "Tercero: 1020304050 LUIS PRUEBA;;;;",
            line("FV2", "80.000"),
        ),
        company="co",
    )
    told.all_good(2)
    shop.owes(COMERCIAL, FV1="1250000.00 COP")
    shop.owes("1020304050", FV2="80000.00 COP")


@case("group-d", "The name alone, which exactly one customer has, in a line above headings that come again each time")
def _(shop: Shop) -> None:
    told = shop.invoices(
        report(
            HEAD,
            line("F1"),
            "Total;;;1.000,00;1.000,00",
            "Cliente: Robles de Prueba S.A.;;;;",
            HEAD,
            line("F2"),
            head="Cliente: Ana Prueba;;;;",
        )
    )
    told.ends(0)
    shop.owes(F1="1000.00 CRC")
    shop.owes(ROBLES, F2="1000.00 CRC")


@case("group-e", "A page called .xls: the name below the heading «Cliente», and its invoices with nothing there")
def _(shop: Shop) -> None:
    rows = (
        ("Cliente", "Factura", "Fecha", "Total"),
        ("Ana Prueba", "", "", ""),
        ("", "F1", "02/09/2026", "1.000,00"),
        ("", "F2", "02/09/2026", "500,00"),
        ("Total Ana Prueba", "", "", "1.500,00"),
        ("Robles de Prueba S.A.", "", "", ""),
        ("", "F3", "02/09/2026", "250,00"),
        ("Total Robles de Prueba S.A.", "", "", "250,00"),
    )
    shop.invoices(html_of(rows), name="reporte.xls").ends(0).total_row(agrees=True)
    shop.owes(F1="1000.00 CRC", F2="500.00 CRC")
    shop.owes(ROBLES, F3="250.00 CRC")


@case("group-f", "Number and telephone of the customer in lines of their own below its name; numbers without dashes")
def _(shop: Shop) -> None:
    rows = (
        ("Factura", "Fecha", "Total"),
        ("Cliente", "Ana Prueba"),
        ("Identificación", Shown(112340567, "0")),
        ("Teléfono", "8888-8888"),
        ("F1", DAY, 1000),
        ("Nombre", "Robles de Prueba S.A."),
        ("Cédula jurídica", "3101555444"),
        ("F2", DAY, 500),
    )
    shop.invoices(xlsx(rows), name="libro.xlsx").all_good(2)
    shop.owes(F1="1000.00 CRC")
    shop.owes(ROBLES, F2="500.00 CRC")


@case("group-g", "Customers without a label between those with one: the rows below them are nobody's")
def _(shop: Shop) -> None:
    told = shop.invoices(
        report(f"Cliente: Ana Prueba {ANA};;;;", line("F1"), "Robles de Prueba S.A.;;;;", line("F2"), line("F3"))
    )
    told.set_aside(5, 6)
    shop.owes(F1="1000.00 CRC")


@case("group-h", "The line with the next customer is hidden: what stands below it is not the one's above")
def _(shop: Shop) -> None:
    rows = (
        ("Factura", "Fecha", "Total"),
        (f"Cliente: Ana Prueba {ANA}",),
        ("F1", DAY, 1000),
        (f"Cliente: Robles {ROBLES}",),
        ("F2", DAY, 500),
    )
    shop.invoices(xlsx(rows, hidden=[4]), name="libro.xlsx").set_aside(5)
    shop.owes(F1="1000.00 CRC")


@case("group-i", "A code that is no identity number, two numbers, nothing behind the label, rows below a sum")
def _(shop: Shop) -> None:
    told = shop.invoices(
        report(
            "Cliente: 12;;;;",
            line("F1"),
            f"Cliente: {ANA} / {ROBLES};;;;",
            line("F2"),
            "Cliente:;;;;",
            line("F3"),
            f"Cliente: Ana Prueba {ANA};;;;",
            line("F4"),
            "Total Ana Prueba;;;1.000,00;1.000,00",
            line("F5"),
        )
    )
    told.set_aside(3, 5, 7, 11)
    shop.owes(F4="1000.00 CRC")


@case("group-j", "A sum that names another customer than the line above: the rows between them are nobody's")
def _(shop: Shop) -> None:
    told = shop.invoices(
        report(
            f"Cliente: Ana Prueba {ANA};;;;",
            line("F1"),
            "Total Robles de Prueba S.A.;;;1.000,00;1.000,00",
            f"Cliente: Robles de Prueba S.A. {ROBLES};;;;",
            line("F2"),
        )
    )
    told.set_aside(3)
    shop.owes()
    shop.owes(ROBLES, F2="1000.00 CRC")


@case("group-k", "A list whose rows name their customers is no such report, whatever a line below them says")
def _(shop: Shop) -> None:
    told = shop.invoices(
        lines_of(f"F1;{ANA};02/09/2026;1.000,00", f"Cliente: Robles {ROBLES};;;", head="Factura;Cédula;Fecha;Total")
    )
    told.ends(0)
    shop.owes(F1="1000.00 CRC")


@case("group-l", "A label beside an amount, as a collapsed report has it: nobody's rows are taken for the one's above")
def _(shop: Shop) -> None:
    told = shop.invoices(
        report(
            f"Cliente: Ana Prueba {ANA};;;;",
            line("F1"),
            f"Cliente: Robles de Prueba S.A. {ROBLES};;;700,00;700,00",
            line("F2", "700,00"),
        )
    )
    told.took_not("F2")
    shop.owes(F1="1000.00 CRC")


@case("group-m", "What was set aside is mended in the columns that its file has for the customer, and brought again")
def _(shop: Shop) -> None:
    head = "Nombre del cliente;Identificación del cliente;Factura;Fecha;Vencimiento;Total;Saldo;Motivo"
    told = shop.invoices(lines_of(f"Robles;{ROBLES};{line('F2')};x", f";{ANA};{line('F3')};x", head=head))
    told.ends(0)
    shop.owes(F3="1000.00 CRC")
    shop.owes(ROBLES, F2="1000.00 CRC")
