"""Customers: types of identity, mails and phones as programs and people write them; what is emptied or absent."""

from __future__ import annotations

from tests.strangers.case import case
from tests.strangers.files import Shown, lines_of, xlsx
from tests.strangers.shop import Shop

HEAD = "tipo;identificación;nombre;correo;teléfono\n"


def everything(shop: Shop, number: str) -> str:
    """All that is kept of a customer, in one text."""
    bare = "".join(char for char in number if char.isalnum())
    return " ".join(
        str(value) for row in shop.rows("SELECT * FROM customer WHERE document_number = ?", bare) for value in row
    )


# ---- H13: mails and phones

for letter, cell in (
    ("a", "a@x.example / b@x.example"),
    ("b", "a@x.example, b@x.example"),
    ("c", '"a@x.example\nb@x.example"'),
    ("d", "a@x.example y b@x.example"),
    ("e", "a@x.example b@x.example"),
):

    @case(f"H13-{letter}", f"Two mails in a cell, {cell!r}: both are kept, the row is taken with a warning")
    def _(shop: Shop, cell: str = cell) -> None:
        told = shop.customers(f"{HEAD}CF;1-1111-0567;Otra Prueba;{cell};\nCF;1-1111-0568;Tercera Prueba;c@x.example;\n")
        told.counts(new=2).ends(0)
        kept = everything(shop, "1-1111-0567")
        shop.expect("a@x.example" in kept and "b@x.example" in kept, f"kept {kept}")


for letter, cell in (("f", "N/A"), ("g", "no tiene"), ("h", "-"), ("i", "ana arroba correo"), ("j", "ana@")):

    @case(f"H13-{letter}", f"A mail of «{cell}» is none: the customer is taken, with a warning")
    def _(shop: Shop, cell: str = cell) -> None:
        told = shop.customers(f"{HEAD}CF;1-1111-0567;Otra Prueba;{cell};\n")
        told.counts(new=1).ends(0)
        shop.knows("1-1111-0567", email="")


for letter, cell in (
    ("k", "Ana Prueba <a@x.example>"),
    ("l", "mailto:a@x.example"),
    ("m", "a@x.example;"),
    ("n", "\u00a0A@X.EXAMPLE "),
    ("o", "<a@x.example>"),
):

    @case(f"H13-{letter}", f"The mail in «{cell}» is a@x.example")
    def _(shop: Shop, cell: str = cell) -> None:
        quoted = f'"{cell}"' if ";" in cell else cell
        shop.customers(f"{HEAD}CF;1-1111-0567;Otra Prueba;{quoted};\n").counts(new=1).ends(0)
        shop.knows("1-1111-0567", email="a@x.example")


for letter, cell in (
    ("p", "8888-8888 / 2222-2222"),
    ("q", "2222-2222 ext. 5"),
    ("r", "N/A"),
    ("s", "casa 88888888"),
    ("t", "5.06889E+10"),
):

    @case(f"H13-{letter}", f"A phone of «{cell}» refuses nobody")
    def _(shop: Shop, cell: str = cell) -> None:
        shop.customers(f"{HEAD}CF;1-1111-0567;Otra Prueba;a@x.example;{cell}\n").counts(new=1).ends(0)
        shop.knows("1-1111-0567", email="a@x.example")


@case("H13-u", "A phone that a workbook keeps as a number is that number")
def _(shop: Shop) -> None:
    rows = (("tipo", "identificación", "nombre", "teléfono"), ("CF", 111110567, "Otra Prueba", 88888888))
    shop.customers(xlsx(rows), name="clientes.xlsx").all_good(1)
    shop.knows("1-1111-0567", phone="88888888")


@case("H13-v", "«N/A» for a customer whose mail is known does not take it away")
def _(shop: Shop) -> None:
    shop.customers(f"{HEAD}CF;1-1234-0567;Ana Prueba;N/A;8888-8888\n").warns(2)
    shop.knows("1-1234-0567", email="ana@correo.example")


# ---- H14: types of identity


@case("H14-a", "Tax codes that lost their zero: 1, 2, 3")
def _(shop: Shop) -> None:
    told = shop.customers("tipo;identificación;nombre\n1;1-1111-0567;A\n2;3-101-555445;B\n3;155812345678;C\n")
    told.all_good(3)
    shop.knows("1-1111-0567", document_type="CF")
    shop.knows("3-101-555445", document_type="CJ")
    shop.knows("155812345678", document_type="DIMEX")


@case("H14-b", "Codes with their words: «01 - Cédula Física», «02 Cédula Jurídica», «03-DIMEX»")
def _(shop: Shop) -> None:
    lines = "01 - Cédula Física;1-1111-0567;A\n02 Cédula Jurídica;3-101-555445;B\n03-DIMEX;155812345678;C\n"
    shop.customers(f"tipo;identificación;nombre\n{lines}").all_good(3)


@case(
    "H14-c",
    "Long forms: «Cédula de persona física», «Cédula de persona jurídica», «Documento de identificación migratorio»",
)
def _(shop: Shop) -> None:
    lines = (
        "Cédula de persona física;1-1111-0567;A\nCédula de persona jurídica;3-101-555445;B\nNacional;1-1111-0568;C\n"
    )
    told = shop.customers(f"tipo;identificación;nombre\n{lines}")
    told.counts(new=3) if not told.facts.get("set_aside") else told.set_aside(4).counts(new=2)


@case(
    "H14-d", "Colombia's codes and words: 13, 31, 22, 41, «C.C.», «N.I.T.», «Cédula de extranjería», «Persona natural»"
)
def _(shop: Shop) -> None:
    rows = (
        "13;1020304051",
        "31;800197268",
        "C.C.;1020304052",
        "Cédula de ciudadanía;1020304053",
        "22;345678",
        "Cédula de extranjería;345679",
    )
    lines = "".join(f"{row};A{at}\n" for at, row in enumerate(rows))
    told = shop.customers(f"tipo;identificación;nombre\n{lines}", company="co")
    shop.expect(not told.facts.get("set_aside"), "a type is not known")
    shop.knows("1020304051", document_type="CC")
    shop.knows("345678", document_type="CE")


@case("H14-e", "Without a column of types, each number tells its own where one type fits: CR")
def _(shop: Shop) -> None:
    told = shop.customers("identificación;nombre\n1-1111-0567;A\n3-101-555445;B\n155812345678;C\n")
    told.counts(new=3).ends(0).asks_nothing()
    shop.knows("1-1111-0567", document_type="CF")
    shop.knows("3-101-555445", document_type="CJ")


@case("H14-f", "Without a column of types, a number that two types fit is asked once: CO, a citizen or a company")
def _(shop: Shop) -> None:
    data = "identificación;nombre\n1020304051;Luz Gómez\n1020304052;Raúl Díaz\n"
    shop.customers(data, company="co").asks("identity_type", "CC", "NIT", option="identity_type").asks_once()
    shop.knows_not("1020304051")
    shop.customers(data, "--answer", "identity_type=CC", company="co").counts(new=2).ends(0)
    shop.knows("1020304051", document_type="CC")


@case("H14-g", "A number with its check digit, «800.197.268-4», is a NIT without asking")
def _(shop: Shop) -> None:
    told = shop.customers(
        "identificación;nombre;correo\n800.197.268-4;Comercial de Prueba SAS;otro@comercial.example\n", company="co"
    )
    told.asks_nothing().counts(new=0, changed=1)


@case("H14-h", "A type that nobody knows sets its row aside and names it; the others are taken")
def _(shop: Shop) -> None:
    told = shop.customers("tipo;identificación;nombre\nRUC;20601030013;A\nCF;1-1111-0567;B\n99;1-1111-0568;C\n")
    told.set_aside(2, 4, cell="RUC").counts(new=1).ends(1)


@case("H14-i", "A wrong check digit sets its row aside; the right one is taken")
def _(shop: Shop) -> None:
    told = shop.customers(
        "tipo;identificación;dv;nombre\nNIT;800197268;9;A\nNIT;900373115;;B\nCC;1020304051;;C\n", company="co"
    )
    shop.expect(2 in {row.get("line") for row in told.facts.get("set_aside", [])}, "line 2 is not set aside")
    shop.knows("1020304051", document_type="CC")


@case("H14-j", "A cédula with a zero in front, as the tax office's programs write it, is the same person")
def _(shop: Shop) -> None:
    told = shop.customers("tipo;identificación;nombre;correo\n01;0112340567;Ana Prueba;ana@correo.example\n")
    told.counts(new=0).ends(0)


@case("H14-k", "Types in a workbook's cells: the number 1 shown as 01, and an identity that is a number")
def _(shop: Shop) -> None:
    rows = (("tipo", "identificación", "nombre"), (Shown(1, "00"), 111110567, "A"), (Shown(2, "00"), 3101555445, "B"))
    shop.customers(xlsx(rows), name="clientes.xlsx").all_good(2)
    shop.knows("1-1111-0567", document_type="CF")


@case(
    "H14-l",
    "A type that contradicts its number (a company's number as a person) is set aside, not corrected in silence",
)
def _(shop: Shop) -> None:
    told = shop.customers("tipo;identificación;nombre\n01;3-101-555445;B\n01;1-1111-0567;A\n")
    told.set_aside(2).counts(new=1)


@case("H14-m", "An identity that Excel made 1.0203E+09 lost digits: set aside, nobody is made")
def _(shop: Shop) -> None:
    told = shop.customers("tipo;identificación;nombre\n13;1,0203E+09;A\n13;1020304051;B\n", company="co")
    told.set_aside(2).counts(new=1)


# ---- emptied, absent, unchanged


@case("emptied-a", "A column that is absent changes nothing: mail and phone stay")
def _(shop: Shop) -> None:
    shop.customers("tipo;identificación;nombre\nCF;1-1234-0567;Ana Prueba\n").ends(0).counts(changed=0, unchanged=1)
    shop.knows("1-1234-0567", email="ana@correo.example", phone="8888-8888")


@case("emptied-b", "A mail that was emptied is gone, and it is told; it is not kept in silence")
def _(shop: Shop) -> None:
    told = shop.customers(f"{HEAD}CF;1-1234-0567;Ana Prueba;;8888-8888\n")
    told.counts(changed=1).ends(0)
    shop.knows("1-1234-0567", email="", phone="8888-8888")


@case("emptied-c", "An unchanged row is unchanged, also in other case and with other blanks")
def _(shop: Shop) -> None:
    told = shop.customers(f"{HEAD}CF; 112340567 ;Ana Prueba;ANA@correo.example;8888-8888\n")
    told.counts(new=0, changed=0, unchanged=1).ends(0)


@case("emptied-d", "A due date that was emptied, and one whose column is absent, are two things")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;vencimiento;total\n"
    shop.invoices(f"{head}F1;1-1234-0567;02/09/2026;02/10/2026;1.000,00\n".encode()).ends(0)
    shop.invoices(b"factura;cliente;fecha;total\nF1;1-1234-0567;02/09/2026;1.000,00\n").counts(changed=0, unchanged=1)
    kept = shop.rows("SELECT due_on FROM payable WHERE number = 'F1'")
    shop.expect(kept and kept[0]["due_on"] == "2026-10-02", "the due date went with its column")
    shop.invoices(f"{head}F1;1-1234-0567;02/09/2026;;1.000,00\n".encode()).counts(changed=1)


@case("emptied-e", "An absent description wipes no description; an emptied one does")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;total;descripción\n"
    shop.invoices(f"{head}F1;1-1234-0567;02/09/2026;1.000,00;Tornillos\n".encode()).ends(0)
    shop.invoices(b"factura;cliente;fecha;total\nF1;1-1234-0567;02/09/2026;1.000,00\n").ends(0)
    shop.expect(
        shop.description("F1") == "Tornillos", f"description {shop.description('F1')!r} after its column was absent"
    )
    shop.invoices(f"{head}F1;1-1234-0567;02/09/2026;1.000,00;\n".encode()).counts(changed=1)
    shop.expect(shop.description("F1") == "", f"description {shop.description('F1')!r} after it was emptied")


@case("emptied-f", "An absent balance is not «all is owed again» where a file said before that some was paid")
def _(shop: Shop) -> None:
    shop.invoices(b"factura;cliente;fecha;total;saldo\nF1;1-1234-0567;02/09/2026;1.000,00;400,00\n").ends(0)
    shop.invoices(b"factura;cliente;fecha;total\nF1;1-1234-0567;02/09/2026;1.000,00\n")
    shop.owes(F1="400.00 CRC")


# ---- rows aside, all in one round


@case("aside-a", "A bad row among good customers: the good ones are taken, the bad one is set aside with its cell")
def _(shop: Shop) -> None:
    told = shop.customers("tipo;identificación;nombre\nCF;1-1111-0567;A\nCF;123;B\nCF;1-1111-0568;C\n")
    told.set_aside(3, cell="123").counts(new=2).ends(1)
    shop.knows("1-1111-0568", name="C")


@case("aside-b", "The same with --whole: nothing is taken")
def _(shop: Shop) -> None:
    told = shop.customers("tipo;identificación;nombre\nCF;1-1111-0567;A\nCF;123;B\n", "--whole")
    told.took_nothing().ends(1)
    shop.knows_not("1-1111-0567")


@case("aside-c", "A row with three faults names all three in one round")
def _(shop: Shop) -> None:
    told = shop.look("F1;1-1234-0567;ayer;02/10/2026;XBT;mil;mil\nF2;1-1234-0567;02/09/2026;;CRC;7,50;7,50\n")
    told.set_aside(2).counts(new=1)
    shop.expect(len(told.facts.get("set_aside", [])) >= 2, "more than one fault of the row expected")


@case(
    "aside-d", "Three hundred invoices of forty unknown customers: set aside, and the way to create them is named once"
)
def _(shop: Shop) -> None:
    lines = "".join(f"F{at};1-1{at % 40:03}-0999;02/09/2026;;CRC;7,50;7,50\n" for at in range(300))
    told = shop.invoices(lines + "G1;1-1234-0567;02/09/2026;;CRC;7,50;7,50\n")
    told.counts(new=1).ends(1)
    shop.expect("--create-customers" in told.err + str(told.facts), "the option is not named")
    shop.expect(told.err.count("--create-customers") <= 1, "the option is named more than once")


@case("aside-e", "--create-customers makes them from the file's identity and name, and the invoices are taken")
def _(shop: Shop) -> None:
    head = "factura;identificación;nombre;correo;fecha;total\n"
    told = shop.invoices(
        f"{head}F1;1-1111-0999;Nueva Prueba;n@x.example;02/09/2026;1.000,00\n".encode(), "--create-customers"
    )
    told.counts(new=1).ends(0)
    shop.knows("1-1111-0999", name="Nueva Prueba", email="n@x.example")
    shop.owes("1-1111-0999", F1="1000.00 CRC")


@case("aside-f", "A customer twice in a file, once with another mail: not the later one in silence")
def _(shop: Shop) -> None:
    told = shop.customers(f"{HEAD}CF;1-1111-0567;A;a@x.example;\nCF;1-1111-0567;A;b@x.example;\nCF;1-1111-0568;C;;\n")
    shop.knows("1-1111-0568", name="C")
    shop.expect(told.facts.get("set_aside") or told.facts.get("warnings"), "nothing is said of the second row")


@case(
    "aside-g",
    "A file of customers brought as invoices, or the other way: the mapping opens, or it is said; nothing is taken",
)
def _(shop: Shop) -> None:
    told = shop.invoices(f"{HEAD}CF;1-1111-0567;A;a@x.example;\n".encode())
    told.took_nothing()
    shop.expect(told.code in (1, 2), f"exit {told.code}")
    shop.expect(not told.facts.get("set_aside"), "no row is at fault")


# ---- the same number under another type of document

TYPED = "factura;tipo de identificación;identificación;nombre;fecha;total"


@case("typed-a", "A type as code and letters, with and without check digit: the customer of that number and type")
def _(shop: Shop) -> None:
    rows = (
        ("13 / CC", "1020304050"),
        ("13", "1.020.304.050"),
        ("31 / NIT", "800.197.268-4"),
        ("31", "800197268"),
        ("NIT", "8001972684"),
        ("31 - NIT", "800197268-4"),
    )
    lines = [f"F{at};{kind};{number};X;02/09/2026;1.000" for at, (kind, number) in enumerate(rows)]
    shop.invoices(lines_of(*lines, head=TYPED), company="co").all_good(6)
    shop.sum_due("2000", "1020304050")
    shop.sum_due("4000", "800.197.268-4")


@case("typed-b", "A person's NIT has the digits of the person's cédula: never a second customer in silence")
def _(shop: Shop) -> None:
    lines = ("F1;31;1020304050;Luis;02/09/2026;1.000", "F2;NIT;1020304050-8;Luis;02/09/2026;1.000")
    told = shop.invoices(lines_of(*lines, head=TYPED), "--create-customers", company="co")
    told.set_aside(2, 3)
    found = shop.rows("SELECT 1 FROM customer WHERE document_number = '1020304050'")
    shop.expect(len(found) == 1, f"one customer expected, not {len(found)}")
    shop.owes("1020304050")


@case("typed-c", "A company's number under a type that does not fit it is nobody else's either")
def _(shop: Shop) -> None:
    line = "F1;13;800197268;Comercial;02/09/2026;1.000"
    told = shop.invoices(lines_of(line, head=TYPED), "--create-customers", company="co")
    told.set_aside(2)
    shop.owes("800.197.268-4")
