"""What a title or a line between the rows says of the currency; what is wrong with a cell that nothing is read from."""

from __future__ import annotations

from tests.strangers.case import case
from tests.strangers.files import ANA, ROBLES, html_of, raw_row, raw_xlsx, xlsx
from tests.strangers.shop import Shop

HEAD = "Documento;Identificación;Fecha;Vencimiento;Total;Saldo"
ROW = f"U-1;{ANA};01/10/2026;31/10/2026;1.200,00;350,00"


def report(*lines: str) -> bytes:
    """Lines as a report prints them."""
    return "".join(f"{line}\n" for line in lines).encode()


for letter, titles in (
    ("a", ("Cuentas por cobrar en dólares", "Moneda: USD")),
    ("b", ("Reporte de cuentas por cobrar - Moneda: Dólares",)),
    ("c", ("Antigüedad de saldos", "(Cifras expresadas en US$)")),
    ("d", ("Ferretería de Prueba S.A.;;;;;", "Moneda;USD;;;;")),
):

    @case(f"title-{letter}", f"A title that says dollars: «{titles[-1]}»")
    def _(shop: Shop, titles: tuple[str, ...] = titles) -> None:
        told = shop.invoices(report(*titles, HEAD, ROW))
        told.all_good(1).took("U-1", "1200.00 USD").asks_nothing()
        shop.expect(shop.due() == {"USD": "350.00"} or "USD" in str(shop.due()), f"owed {shop.due()}")


@case("title-e", "A workbook whose second title says dollars")
def _(shop: Shop) -> None:
    rows = (("Saldos",), ("Expresado en dólares (US$)",), HEAD.split(";"), ("U-1", ANA, "01/10/2026", "", 1200, 350))
    shop.look(xlsx(rows), name="libro.xlsx").all_good(1).took("U-1", "1200.00 USD")


@case("title-f", "A page whose heading above the table says dollars")
def _(shop: Shop) -> None:
    data = html_of([HEAD.split(";"), ROW.split(";")], before="<h1>Cuentas por cobrar en dólares</h1>")
    shop.look(data, name="cxc.xls").all_good(1).took("U-1", "1200.00 USD")


@case("title-g", "A company that is called «Dólar S.A.» is no word about the rows: it is asked, and the answer counts")
def _(shop: Shop) -> None:
    data = report("Casa Dólar S.A.", HEAD, ROW)
    told = shop.look(data).asks("currency:casa_dolar_s_a", "CRC", "USD").took_nothing()
    option = told.facts["questions"][0]["key"] + "=CRC"
    shop.look(data, "--answer", option).all_good(1).took("U-1", "1200.00 CRC")


@case("title-h", "Amounts «en miles» are refused by name, and none is taken as it stands")
def _(shop: Shop) -> None:
    shop.look(report("Valores en miles de colones", HEAD, ROW)).refused("miles").took_nothing()


@case("title-i", "Blocks by currency, each with its sum")
def _(shop: Shop) -> None:
    told = shop.look(
        report(
            HEAD,
            "Moneda: Colones",
            f"B-1;{ANA};01/10/2026;31/10/2026;15.000,00;15.000,00",
            "Total Colones;;;;15.000,00;15.000,00",
            "Moneda: Dólares",
            f"B-2;{ROBLES};01/10/2026;31/10/2026;1.200,00;350,00",
            "Total Dólares;;;;1.200,00;350,00",
        )
    )
    told.all_good(2).took("B-1", "15000.00 CRC").took("B-2", "1200.00 USD").total_row(agrees=True)


@case(
    "title-j", "A title that says colones over a sum that says dollars: the row is set aside, and the sum has a figure"
)
def _(shop: Shop) -> None:
    told = shop.look(report("Moneda: Colones", HEAD, ROW, "Total Dólares;;;;1.200,00;350,00"))
    told.set_aside(3)
    shop.expect(all(total["read"] for total in told.facts["totals"]), str(told.facts["totals"]))


@case("unused-a", "Formulas without their values in columns that nothing is read from set nothing aside")
def _(shop: Shop) -> None:
    empty = '<c r="@"><f>TODAY()-C2</f><v/></c>'
    rows = raw_row(1, "Factura", "Cédula", "Fecha", "Total", "Días") + raw_row(
        2, "U-1", ANA, "01/10/2026", "5,00", empty
    )
    shop.look(raw_xlsx(rows), name="libro.xlsx").all_good(1).took("U-1", "5.00 CRC").left_out("Días")


@case("order-a", "Days that would be due before they are issued: asked which part stands first, none taken")
def _(shop: Shop) -> None:
    data = report(
        "Num,Customer,Date,Due Date,Amount",
        f'5101,{ANA},09/02/2026,10/02/2026,"15,000.50"',
        f'5102,{ROBLES},10/05/2026,11/04/2026,"48,250.00"',
    )
    shop.look(data).asks("order", "dmy", "mdy").took_nothing()
    shop.look(data, "--answer", "order=mdy").all_good(2).took("5101", issued_on="2026-09-02")
