"""Which column is which: names beside identities, money columns that are alike, what is unknown, what is remembered."""

from __future__ import annotations

from tests.strangers.case import case
from tests.strangers.files import ANA, lines_of, xlsx
from tests.strangers.shop import Shop, Told

# ---- H05: an identity beats a name


@case("H05-a", "«Nombre del cliente» beside «Cédula»")
def _(shop: Shop) -> None:
    head = "Factura;Nombre del cliente;Cédula;Fecha;Total"
    told = shop.invoices(lines_of(f"F1;Ana Prueba;{ANA};02/09/2026;1.000,00", head=head))
    told.all_good(1).uses(customer="Cédula", total="Total")
    shop.owes(F1="1000.00 CRC")


@case("H05-b", "«Razón social», «NIT» and «DV» of a Colombian export")
def _(shop: Shop) -> None:
    head = "No. Factura;Razón social;NIT;DV;Fecha;Valor total"
    told = shop.invoices(
        lines_of("FV-1;Comercial de Prueba SAS;800197268;4;02/09/2026;1.250.000", head=head), company="co"
    )
    told.all_good(1)
    shop.owes("800.197.268-4", FV_1="1250000.00 COP")


@case("H05-c", "«Código cliente», «Cliente» and «Identificación»: the program's own code is nobody's identity")
def _(shop: Shop) -> None:
    head = "Factura;Código cliente;Cliente;Identificación;Fecha;Total"
    told = shop.invoices(lines_of(f"F1;C-0017;Ana Prueba;{ANA};02/09/2026;1.000,00", head=head))
    told.all_good(1).uses(customer="Identificación")
    shop.owes(F1="1000.00 CRC")


@case("H05-d", "«Cliente» with a name beside «Correo»: the address finds the customer")
def _(shop: Shop) -> None:
    head = "Factura;Cliente;Correo;Fecha;Total"
    shop.invoices(lines_of("F1;Ana Prueba;ana@correo.example;02/09/2026;1.000,00", head=head)).all_good(1)
    shop.owes(F1="1000.00 CRC")


@case("H05-e", "«Receptor» and «Cédula receptor», as lists of e-invoices write them")
def _(shop: Shop) -> None:
    head = "Consecutivo;Receptor;Cédula receptor;Fecha emisión;Total comprobante"
    shop.invoices(lines_of("00100001010000000123;Ana Prueba;112340567;02/09/2026;1.000,00", head=head)).all_good(1)
    shop.sum_due("1000")


@case("H05-f", "Identity and mail both stand there and point to two customers: the row is set aside, not guessed")
def _(shop: Shop) -> None:
    head = "Factura;Identificación;Correo;Fecha;Total"
    told = shop.invoices(
        lines_of(
            f"F1;{ANA};pagos@robles.example;02/09/2026;1.000,00",
            f"F2;{ANA};ana@correo.example;02/09/2026;7,50",
            head=head,
        )
    )
    told.counts(new=1) if told.facts.get("set_aside") else told.warns(2)
    shop.owes("3-101-555444")


@case("H05-g", "«Cliente» with identities and «Nombre cliente» with names, in this order or the other")
def _(shop: Shop) -> None:
    shop.invoices(
        lines_of(f"F1;Ana Prueba;{ANA};02/09/2026;1.000,00", head="factura;Nombre cliente;cliente;fecha;total")
    ).all_good(1)
    shop.invoices(
        lines_of(f"F2;{ANA};Ana Prueba;02/09/2026;500,00", head="factura;cliente;Nombre cliente;fecha;total")
    ).all_good(1)
    shop.owes(F1="1000.00 CRC", F2="500.00 CRC")


@case("H05-h", "Names alone: nobody is taken by a name that is only alike")
def _(shop: Shop) -> None:
    told = shop.invoices(lines_of("F1;Ana Pruebas;02/09/2026;1.000,00", head="factura;cliente;fecha;total"))
    told.took_nothing()
    shop.owes()


# ---- H06: money columns that are alike


@case("H06-a", "«Subtotal», «Impuesto», «Total con impuesto»: never the subtotal")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;Subtotal;Impuesto;Total con impuesto"
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;1.000,00;130,00;1.130,00", head=head))
    told.never_read("1000.00 CRC", "130.00 CRC").says_not("subtotal=total")
    told.took("F1", "1130.00 CRC") if told.rows("F1") else told.misses("total")


@case("H06-b", "«Valor bruto» and «Valor neto»: two that could be it, so the person says which")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;Valor bruto;Valor neto"
    told = shop.look(lines_of("FV-1;1020304050;02/09/2026;1.000.000;1.190.000", head=head), company="co")
    told.misses("total").says_not("Valor bruto=total", "Valor neto=total")


@case(
    "H06-c",
    "The tax office's report: «Total Gravado», «Total Descuentos», «Total Impuesto», «Total Comprobante»",
)
def _(shop: Shop) -> None:
    sums = "Total Gravado;Total Exento;Total Descuentos;Total Impuesto;Total Comprobante"
    head = f"Consecutivo;Cédula receptor;Fecha emisión;{sums}"
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;1.000,00;0,00;50,00;130,00;1.080,00", head=head))
    told.never_read("1000.00 CRC", "50.00 CRC", "130.00 CRC")
    told.took("F1", "1080.00 CRC") if told.rows("F1") else told.misses("total")


@case("H06-d", "«Saldo anterior» and «Saldo actual»: never the earlier one")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;total;Saldo anterior;Saldo actual"
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;1.000,00;900,00;400,00", head=head))
    told.never_read("900.00 CRC")


@case("H06-e", "«Total» in colones beside «Total USD»: the row is not given the other's amount")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;moneda;Total;Total USD"
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;CRC;512.345,00;1.000,00", head=head))
    told.took("F1", "512345.00 CRC").left_out("Total USD")


@case("H06-f", "A misspelt «Totl» is not proposed as the total by likeness alone")
def _(shop: Shop) -> None:
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;1.000,00", head="factura;cliente;fecha;Totl"))
    told.misses("total").says_not("Totl=total")


@case("H06-g", "«Abonos» beside the total, without a balance: what was paid is not asked again")
def _(shop: Shop) -> None:
    shop.invoices(lines_of(f"F1;{ANA};02/09/2026;1.000,00;400,00", head="factura;cliente;fecha;total;Abonos"))
    shop.owes(F1="600.00 CRC")


@case("H06-h", "«Retención» and «Comisión» are never taken for total or balance")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;total;Retención;Comisión vendedor"
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;1.000,00;25,00;30,00", head=head))
    told.all_good(1).took("F1", "1000.00 CRC").left_out("Retención", "Comisión vendedor")


@case("H06-i", "«Saldo pendiente» of the customer beside «Saldo» of the invoice: not both, and not added")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;total;Saldo;Saldo pendiente"
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;1.000,00;400,00;5.400,00", head=head))
    told.never_read("5400.00 CRC", "5800.00 CRC")


@case("H06-j", "An ageing («Por vencer», «1-30», «31-60», «Más de 90») beside «Saldo» is left out, not summed again")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;total;Por vencer;1-30;31-60;Más de 90;Saldo"
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;1.000,00;0;400,00;0;0;400,00", head=head))
    told.all_good(1).took("F1", "1000.00 CRC", balance="400.00 CRC")


# ---- unknown columns, missing ones, a mapping


@case("columns-a", "Fourteen columns of which half are unknown: they are listed, nothing is refused")
def _(shop: Shop) -> None:
    head = (
        "Sucursal;Tipo;Factura;Identificación;Nombre / Razón social;Creación;Vencimiento;Vendedor;Condición;Moneda;"
        "Total;Abonos;Saldo pendiente;Estado"
    )
    line = f"Central;FE;F1;{ANA};Ana Prueba;02/09/2026;02/10/2026;Pedro;30 días;CRC;1.000,00;600,00;400,00;Pendiente"
    told = shop.invoices(lines_of(line, head=head))
    told.counts(new=1).ends(0)
    shop.expect(
        {"Vendedor", "Condición"} <= set(told.facts.get("left_out", [])), "Vendedor and Condición are not listed"
    )
    shop.owes(F1="400.00 CRC")


@case("columns-b", "No column is the total: the mapping opens, with the first rows; nothing is refused line by line")
def _(shop: Shop) -> None:
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;X", head="factura;cliente;fecha;observaciones"))
    told.misses("total")
    shop.expect(not told.facts.get("set_aside"), "no row is at fault")


@case("columns-c", "--map names a column that no alias knows; the rest is known by itself")
def _(shop: Shop) -> None:
    data = lines_of(f"F1;{ANA};02/09/2026;1.000,00", head="Docto;Contraparte;Día;Monto facturado")
    words = ("--map", "Docto=number", "--map", "Contraparte=customer", "--map", "Día=issued_on")
    shop.look(data, *words, "--map", "Monto facturado=total").all_good(1).took("F1", "1000.00 CRC")


@case("columns-d", "What was mapped is remembered: the next file of the same headings needs no word")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;Monto facturado"
    shop.invoices(lines_of(f"F1;{ANA};02/09/2026;1.000,00", head=head), "--map", "Monto facturado=total").all_good(1)
    shop.invoices(lines_of(f"F2;{ANA};03/09/2026;500,00", head=head)).all_good(1)
    shop.owes(F1="1000.00 CRC", F2="500.00 CRC")


@case("columns-e", "What one company mapped is not used for another")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;Monto facturado"
    shop.invoices(lines_of(f"F1;{ANA};02/09/2026;1.000,00", head=head), "--map", "Monto facturado=total").all_good(1)
    shop.look(lines_of("F2;1020304050;03/09/2026;500,00", head=head), company="co").misses("total")


@case("columns-f", "The remembered columns in another order, other case and other accents are the same layout")
def _(shop: Shop) -> None:
    first = lines_of(f"F1;{ANA};02/09/2026;1.000,00", head="factura;cliente;fecha;Monto facturación")
    shop.invoices(first, "--map", "Monto facturación=total").all_good(1)
    told = shop.invoices(lines_of(f"500,00;03/09/2026;{ANA};F2", head="MONTO FACTURACION;FECHA;CLIENTE;FACTURA"))
    told.all_good(1).took("F2", "500.00 CRC")


@case(
    "columns-g",
    "A remembered layout whose cells no longer fit (texts where the total was) asks again, and takes nothing",
)
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;Campo 4"
    shop.invoices(lines_of(f"F1;{ANA};02/09/2026;1.000,00", head=head), "--map", "Campo 4=total").all_good(1)
    told = shop.invoices(lines_of(f"F2;{ANA};03/09/2026;Pendiente", head=head))
    told.took_nothing().ends(2)


@case("columns-h", "A name in four columns: several columns to one field, in the file's order")
def _(shop: Shop) -> None:
    head = "tipo;identificación;Primer nombre;Segundo nombre;Primer apellido;Segundo apellido"
    line = "CC;1020304099;Luz;Marina;Gómez;Díaz"
    words = [f"--map={column}=name" for column in head.split(";")[2:]]
    told = shop.customers(f"{head}\n{line}\n", *words, company="co")
    told.all_good(1)
    shop.knows("1020304099", name="Luz Marina Gómez Díaz")


@case(
    "columns-i", "Headings of a program in capitals, with points, stars and line breaks: «N° FACTURA *», «FEC. EMISIÓN»"
)
def _(shop: Shop) -> None:
    rows = (("N° FACTURA *", "CÉDULA\nCLIENTE", "FECHA DE EMISIÓN:", "TOTAL (₡)"), ("F1", ANA, "02/09/2026", 1000))
    shop.look(xlsx(rows), name="libro.xlsx").all_good(1).took("F1", "1000.00 CRC")


@case("columns-j", "--map of a column that the file has not is told by name; nothing is taken")
def _(shop: Shop) -> None:
    told = shop.look(
        lines_of(f"F1;{ANA};02/09/2026;1.000,00", head="factura;cliente;fecha;total"), "--map", "Monto=total"
    )
    told.took_nothing().says("Monto")


@case("columns-k", "A column mapped to «-» is left out, also where its name is known")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;total;saldo"
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;1.000,00;basura", head=head), "--map", "saldo=-")
    told.all_good(1).took("F1", "1000.00 CRC").left_out("saldo")


@case(
    "columns-l",
    "Alegra's list: «Creación», «Vencimiento», «Total», «Cobrado», «Por cobrar», «Estado»",
)
def _(shop: Shop) -> None:
    head = "Número;Cliente;Identificación;Creación;Vencimiento;Total;Cobrado;Por cobrar;Estado"
    line = f"F1;Ana Prueba;{ANA};02/09/2026;02/10/2026;1.000,00;600,00;400,00;Por cobrar"
    shop.invoices(lines_of(line, head=head)).counts(new=1).ends(0)
    shop.owes(F1="400.00 CRC")


@case(
    "columns-m",
    "QuickBooks in Spanish: «Núm.», «Fecha», «Fecha de vencimiento», «Importe», «Saldo abierto», «Cliente» with names",
)
def _(shop: Shop) -> None:
    head = "Fecha;Tipo de transacción;Núm.;Cliente;Correo;Fecha de vencimiento;Importe;Saldo abierto"
    line = "02/09/2026;Factura;F1;Ana Prueba;ana@correo.example;02/10/2026;1.000,00;400,00"
    shop.invoices(lines_of(line, head=head)).counts(new=1).ends(0)
    shop.owes(F1="400.00 CRC")


@case(
    "columns-n",
    "Odoo in Spanish: «Empresa/NIF», «Fecha de factura», «Importe adeudado», «Estado de pago»",
)
def _(shop: Shop) -> None:
    dates = "Fecha de factura;Fecha vencimiento"
    who = "Nombre de la empresa a mostrar en la factura;Empresa/NIF"
    head = f"Número;{who};{dates};Total;Importe adeudado;Moneda;Estado de pago"
    line = "INV/2026/00001;Ana Prueba;112340567;2026-09-02;2026-10-02;1000.50;400.25;CRC;Parcialmente pagado"
    shop.invoices(lines_of(line, head=head)).counts(new=1).ends(0)
    shop.expect(shop.due() == {"INV/2026/00001": "400.25 CRC"}, f"owed {shop.due()}")


@case(
    "columns-o",
    "Siigo's receivables: «Comprobante», «Identificación», «Nombre tercero», «Valor», «Saldo»",
)
def _(shop: Shop) -> None:
    head = "Comprobante;Identificación;Sucursal;Nombre tercero;Fecha elaboración;Fecha vencimiento;Valor;Saldo"
    line = "FV-1-123;800197268;0;COMERCIAL DE PRUEBA SAS;02/09/2026;02/10/2026;1.250.000,00;850.000,00"
    shop.invoices(lines_of(line, head=head), company="co").counts(new=1).ends(0)
    shop.sum_due("850000", "800.197.268-4")


# ---- columns of money that nobody knows

MONEY_HEAD = "factura;cliente;fecha;moneda;total"


def _beside(shop: Shop, heading: str, *cells: str, total: str = "1.000,00", head: str = MONEY_HEAD) -> Told:
    rows = [f"F{at};{ANA};02/09/2026;CRC;{total};{cell}" for at, cell in enumerate(cells, 1)]
    return shop.look(lines_of(*rows, head=f"{head};{heading}"))


@case("money-a", "«Saldo vencido» beside the total alone: what is owed would be the whole total")
def _(shop: Shop) -> None:
    told = _beside(shop, "Saldo vencido", "400,00", "1.000,00")
    told.asks("money:saldo_vencido", "balance", "paid", "-").asks_once().says("400")


@case("money-b", "The answer is remembered: the balance, and the same headings are read so without a question")
def _(shop: Shop) -> None:
    head = f"{MONEY_HEAD};Saldo vencido"
    row = f"F1;{ANA};02/09/2026;CRC;1.000,00;400,00"
    shop.invoices(lines_of(row, head=head), "--answer", "money:saldo_vencido=balance").all_good(1)
    shop.owes(F1="400.00 CRC")
    shop.invoices(lines_of(row.replace("F1", "F2"), head=head)).all_good(1)
    shop.owes(F1="400.00 CRC", F2="400.00 CRC")


@case("money-c", "Advances, what was withheld, credit notes and payments under names that nobody knows")
def _(shop: Shop) -> None:
    for heading in ("Anticipos aplicados", "Valor retenido", "Notas de crédito", "Pagos del mes", "Saldo a favor"):
        _beside(shop, heading, "400,00", "0,00").asks("money:", "paid", "-").asks_once()


@case("money-d", "What certainly is the balance is taken: a la fecha, CRC, final, pendiente por cobrar")
def _(shop: Shop) -> None:
    for heading in ("Saldo a la fecha", "Saldo CRC", "Saldo final", "Pendiente por cobrar", "Saldo (₡)"):
        _beside(shop, heading, "400,00").all_good(1).took("F1", "1000.00 CRC", balance="400.00 CRC")


@case("money-e", "What lies within the total, or says nothing of the debt, is not asked about")
def _(shop: Shop) -> None:
    for heading in ("Subtotal", "IVA", "Descuento", "Saldo inicial", "Límite de crédito", "Días de crédito"):
        _beside(shop, heading, "400,00").all_good(1).took("F1", "1000.00 CRC")


@case("money-f", "The amounts show that the answer would change nothing: nil, the whole total, parts that come to it")
def _(shop: Shop) -> None:
    _beside(shop, "Saldo vencido", "0,00", "-").all_good(2)
    _beside(shop, "Saldo vencido", "1.000,00").all_good(1)
    _beside(shop, "Saldo 1-30 días", "400,00").all_good(1)
    _beside(shop, "Saldo corriente;Saldo vencido", "400,00;600,00", "0,00;1.000,00").all_good(2)
    _beside(shop, "Abonos;Saldo vencido", "400,00;600,00").all_good(1)
    _beside(shop, "Saldo;Saldo vencido", "400,00;100,00").all_good(1)


@case("money-g", "Payments as large as the total are no balance as large as the total: they are asked about")
def _(shop: Shop) -> None:
    _beside(shop, "Pagos del mes", "1.000,00").asks("money:pagos_del_mes", "paid")


@case("money-h", "What came, as somebody answered, is taken off; and what changes nothing is left out")
def _(shop: Shop) -> None:
    head = f"{MONEY_HEAD};Anticipos aplicados"
    row = f"F1;{ANA};02/09/2026;CRC;1.000,00;400,00"
    shop.invoices(lines_of(row, head=head), "--answer", "money:anticipos_aplicados=paid").all_good(1)
    shop.owes(F1="600.00 CRC")
    other = row.replace("F1", "F2")
    shop.invoices(lines_of(other, head=f"{head};Zona"), "--answer", "money:anticipos_aplicados=-").all_good(1)
    shop.owes(F1="600.00 CRC", F2="1000.00 CRC")
