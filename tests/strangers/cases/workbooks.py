"""What a workbook says besides its values: formats, hidden rows, dates, text marks; and what it must not do."""

from __future__ import annotations

from datetime import date

from tests.strangers.case import case
from tests.strangers.files import ANA, PACKAGE, REL, Rows, Shown, raw_row, raw_xlsx, xlsx, zipped
from tests.strangers.shop import Shop, Told

DAY = date(2026, 9, 2)
MOMENT = "dd/mm/yyyy hh:mm"
HEAD = ("factura", "cliente", "fecha", "total")
WITH_BALANCE = (*HEAD, "saldo")


def totals(*cells: object, number: str = "F") -> Rows:
    """Invoices F1, F2, ... with these totals."""
    return (HEAD, *((f"{number}{at}", ANA, DAY, cell) for at, cell in enumerate(cells, 1)))


def look(shop: Shop, rows: Rows, *options: str, company: str = "cr", **more: object) -> Told:
    """A dry run of a workbook."""
    return shop.look(xlsx(rows, **more), *options, name="libro.xlsx", company=company)  # type: ignore[arg-type]


# ---- H02: the format gives the currency

for letter, code, wanted in (
    ("a", "[$US$-540A]#,##0.00", "1200.00 USD"),
    ("b", '"US$ "#,##0.00', "1200.00 USD"),
    ("c", "#,##0.00 [$€-1]", "1200.00 EUR"),
    ("d", '_-[$₡-140A]* #,##0.00_-;-[$₡-140A]* #,##0.00_-;_-[$₡-140A]* "-"??_-;_-@_-', "1200.00 CRC"),
    ("e", "[$USD] #,##0.00", "1200.00 USD"),
    ("f", "[$$-409]#,##0.00_);[Red]\\([$$-409]#,##0.00\\)", "1200.00 USD"),
    ("g", "[$$-80A]#,##0.00", "1200.00 MXN"),
    ("h", "[$-es-CR]#,##0.00", "1200.00 CRC"),
    ("i", "[>=1000]#,##0;0", "1200.00 CRC"),
):

    @case(f"H02-{letter}", f"1200 in the format {code} is {wanted}")
    def _(shop: Shop, code: str = code, wanted: str = wanted) -> None:
        look(shop, totals(Shown(1200, code))).all_good(1).took("F1", wanted)


@case("H02-j", "Each row has a format of its own: colones and dollars in one column")
def _(shop: Shop) -> None:
    told = look(
        shop, totals(Shown(1200, "[$$-409]#,##0.00"), Shown(15000.5, '"₡"#,##0.00'), Shown(300, "[$€-C0A]#,##0.00"))
    )
    told.all_good(3).took("F1", "1200.00 USD").took("F2", "15000.50 CRC").took("F3", "300.00 EUR")


@case("H02-k", "In Colombia a plain «$» is pesos; «[$USD]» beside it is dollars")
def _(shop: Shop) -> None:
    rows = (
        HEAD,
        ("FV-1", "1020304050", DAY, Shown(1250000, '"$"#,##0')),
        ("FV-2", "1020304050", DAY, Shown(50, "[$USD] 0.00")),
    )
    look(shop, rows, company="co").all_good(2).took("FV-1", "1250000.00 COP").took("FV-2", "50.00 USD")


@case("H02-l", "The currency column says CRC and the format shows US$: not taken in silence")
def _(shop: Shop) -> None:
    head = (*HEAD[:3], "moneda", "total")
    rows = (head, ("F1", ANA, DAY, "CRC", Shown(1200, "[$US$-540A]#,##0.00")), ("F2", ANA, DAY, "CRC", 500))
    look(shop, rows).set_aside(2).never_read("1200.00 CRC").took("F2", "500.00 CRC")


@case("H02-m", "A plain «$» format in Costa Rica is never colones in silence")
def _(shop: Shop) -> None:
    look(shop, totals(Shown(1200, '"$"#,##0.00'))).never_read("1200.00 CRC")


# ---- H12: digits beyond what is shown


@case("H12-c", "«1661.340000001» in the format 0.00 is 1661.34")
def _(shop: Shop) -> None:
    look(shop, totals(Shown(1661.340000001, "0.00"))).all_good(1).took("F1", "1661.34 CRC")


@case("H12-d", "«8849.55752212389» without a format shows its digits: set aside, and the good row is taken")
def _(shop: Shop) -> None:
    told = look(shop, totals(8849.55752212389, 1250.5))
    told.set_aside(2, cell="8849.5575").took("F2", "1250.50 CRC").ends(1)


@case("H12-e", "A format that hides céntimos: 8849.56 shown as 8,850 is taken as 8849.56, and told")
def _(shop: Shop) -> None:
    look(shop, totals(Shown(8849.56, "#,##0"))).took("F1", "8849.56 CRC").ends(0).warns(2).says("8,850")


@case("H12-f", "A format without decimals over whole amounts hides nothing, and nothing is told")
def _(shop: Shop) -> None:
    look(shop, totals(Shown(8850, "#,##0"), Shown(1250000, "#,##0"))).all_good(2).no_warning().took("F1", "8850.00 CRC")


@case("H12-g", "A format of thousands shows 1,250 for 1250000: what is stored counts, and it is told")
def _(shop: Shop) -> None:
    look(shop, totals(Shown(1250000, "#,##0,"))).took("F1", "1250000.00 CRC").never_read("1250.00 CRC").warns(2)


@case("H12-h", "Binary noise without a format is no digit: 1130.0000000000002 is 1130.00")
def _(shop: Shop) -> None:
    look(shop, totals(1130.0000000000002, 0.1 + 0.2)).all_good(2).took("F1", "1130.00 CRC").took("F2", "0.30 CRC")


@case("H12-i", "A percentage is no amount: 0.13 shown as 13% is set aside")
def _(shop: Shop) -> None:
    look(shop, totals(Shown(0.13, "0%"), 500)).set_aside(2).took("F2", "500.00 CRC")


@case("H12-j", "Chilean pesos: 119000.4 shown as 119.000 is 119000")
def _(shop: Shop) -> None:
    rows = ((*HEAD[:3], "moneda", "total"), ("F1", ANA, DAY, "CLP", Shown(119000.4, "#,##0")))
    look(shop, rows).took("F1", "119000 CLP").ends(0)


@case("H12-k", "An accounting format shows a dash for a balance of 0: it is zero")
def _(shop: Shop) -> None:
    shown = Shown(0, '_-"₡"* #,##0.00_-;_-"₡"* "-"??_-;_-@_-')
    rows = (WITH_BALANCE, ("F1", ANA, DAY, 1000, shown))
    look(shop, rows).all_good(1).took("F1", "1000.00 CRC", balance="0.00 CRC")


@case("H12-l", "A format that shows a positive number in brackets, or hides the minus: what is stored counts")
def _(shop: Shop) -> None:
    rows = (
        WITH_BALANCE,
        ("F1", ANA, DAY, Shown(1000, "(#,##0.00)"), Shown(-200, "#,##0.00;#,##0.00")),
        ("F2", ANA, DAY, 7, 7),
    )
    look(shop, rows).never_read("200.00 CRC").set_aside(2).took("F2", "7.00 CRC")


# ---- H04 by format: prefixes and zeros


@case("H04-a", "A number 123 in the format 000000 is the invoice 000123")
def _(shop: Shop) -> None:
    rows = (HEAD, (Shown(123, "000000"), ANA, DAY, 1000))
    look(shop, rows).all_good(1).took("000123", "1000.00 CRC")


@case("H04-b", 'A number 123 in the format "FE-"00000000 is the invoice FE-00000123')
def _(shop: Shop) -> None:
    rows = (HEAD, (Shown(123, '"FE-"00000000'), ANA, DAY, 1000))
    look(shop, rows).all_good(1).took("FE-00000123", "1000.00 CRC")


@case(
    "H04-c", "A consecutive of twenty digits that Excel made a number of lost its end: set aside, never a new invoice"
)
def _(shop: Shop) -> None:
    rows = (HEAD, (1.0000101000000012e17, ANA, DAY, 1000), ("F2", ANA, DAY, 7))
    look(shop, rows).set_aside(2).counts(new=1).took("F2", "7.00 CRC")


# ---- H09: moments, 1904, strict


@case("H09-a", "A cell with a moment, 2 September 2026 14:35, is that day")
def _(shop: Shop) -> None:
    rows = (HEAD, ("F1", ANA, Shown(46267.6076388889, MOMENT), 1000), ("F2", ANA, Shown(46267.9999884259, MOMENT), 7))
    look(shop, rows).all_good(2).took("F1", issued_on="2026-09-02").took("F2", issued_on="2026-09-02")


@case("H09-b", "A workbook that counts days from 1904 says the same day")
def _(shop: Shop) -> None:
    look(shop, totals(1000), from_1904=True).all_good(1).took("F1", issued_on="2026-09-02")


@case("H09-c", 'A strict workbook writes dates as ISO text (t="d")')
def _(shop: Shop) -> None:
    data = raw_row(1, *HEAD) + raw_row(
        2, "F1", ANA, '<c r="@" t="d"><v>2026-09-02T14:35:10</v></c>', '<c r="@"><v>1000</v></c>'
    )
    shop.look(raw_xlsx(data, strict=True), name="libro.xlsx").all_good(1).took(
        "F1", "1000.00 CRC", issued_on="2026-09-02"
    )


@case("H09-d", "A date whose format was lost, 46267 as a bare number, is that day or set aside, never another")
def _(shop: Shop) -> None:
    told = look(shop, (HEAD, ("F1", ANA, 46267, 1000), ("F2", ANA, DAY, 7))).took("F2", "7.00 CRC")
    read = [row.get("issued_on") for row in told.rows("F1")]
    shop.expect(read in ([], ["2026-09-02"]), f"issued on {read}")


@case("H09-e", "A date kept as text behind an apostrophe: «'02/09/2026»")
def _(shop: Shop) -> None:
    look(shop, (HEAD, ("F1", ANA, "'02/09/2026", 1000))).all_good(1).took("F1", issued_on="2026-09-02")


@case("H09-f", "A due date of zero (shown 00/01/1900) is no due date, not the year 1900")
def _(shop: Shop) -> None:
    rows = (
        (*HEAD[:3], "vencimiento", "total"),
        ("F1", ANA, DAY, Shown(0, "dd/mm/yyyy"), 1000),
        ("F2", ANA, DAY, DAY, 7),
    )
    told = look(shop, rows).took("F2", "7.00 CRC")
    due = [row.get("due_on") for row in told.rows("F1")]
    shop.expect(due in ([], [None]), f"due on {due}")


# ---- hidden and filtered rows, sheets


@case("hidden-a", "Hidden rows are left out and counted aloud")
def _(shop: Shop) -> None:
    told = look(shop, totals(1000, 500, 250), hidden=(3,))
    told.hides(3).counts(new=2).took_not("F2").took("F3", "250.00 CRC").ends(0)


@case("hidden-b", "Rows that an autofilter hides are left out like hidden ones")
def _(shop: Shop) -> None:
    told = look(shop, totals(1000, 500, 250), hidden=(2, 4), filtered="A1:D4")
    told.hides(2, 4).counts(new=1).took("F2", "500.00 CRC")


@case("hidden-c", "An autofilter that hides nothing leaves nothing out")
def _(shop: Shop) -> None:
    look(shop, totals(1000, 500), filtered="A1:D3").all_good(2).hides()


@case("hidden-d", "Rows of height zero are hidden too")
def _(shop: Shop) -> None:
    rows = [raw_row(1, *HEAD)]
    rows += [
        raw_row(at, f"F{at}", ANA, "02/09/2026", "1.000,00", more=' ht="0" customHeight="1"' if at == 2 else "")
        for at in (2, 3)
    ]
    shop.look(raw_xlsx("".join(rows)), name="libro.xlsx").hides(2).counts(new=1)


@case("hidden-e", "Where all rows are hidden nothing is taken, and it is said why")
def _(shop: Shop) -> None:
    look(shop, totals(1000, 500), hidden=(2, 3)).hides(2, 3).took_nothing()


@case("hidden-f", "A sum over all rows, the hidden ones too, does not agree with what was read")
def _(shop: Shop) -> None:
    rows = (*totals(1000, 500, 250), ("TOTAL", "", "", 1750))
    look(shop, rows, hidden=(3,)).hides(3).total_row(agrees=False)


@case("sheet-a", "The invoices are on the second sheet, behind a cover: they are read, or the sheet is asked")
def _(shop: Shop) -> None:
    told = look(shop, (("Informe",), ("Al 28/11/2026",)), sheet="Portada", more={"Facturas": totals(1000)})
    read = [row.get("total") for row in told.rows("F1")]
    asked = bool(told.facts.get("questions"))
    shop.expect(read == ["1000.00 CRC"] or asked or "Facturas" in str(told.facts), "the other sheet is not named")


@case("sheet-b", "A hidden sheet with old rows is not taken beside the visible one")
def _(shop: Shop) -> None:
    old = totals(999, number="OLD")
    told = look(shop, totals(1000), more={"Viejo": old}, sheet_state={"Viejo": "hidden"})
    told.took("F1", "1000.00 CRC").took_not("OLD1")


@case("sheet-c", "A first sheet that is hidden is not what the owner sees")
def _(shop: Shop) -> None:
    old = totals(999, number="OLD")
    told = look(shop, old, sheet="Viejo", more={"Facturas": totals(1000)}, sheet_state={"Viejo": "hidden"})
    told.took_not("OLD1")


# ---- text in cells


@case("cell-a", "Identity numbers kept as numbers are the same documents: 112340567, 3101555444")
def _(shop: Shop) -> None:
    rows = (HEAD, ("F1", 112340567, DAY, 1000), ("F2", 3101555444, DAY, 500))
    shop.invoices(xlsx(rows), name="libro.xlsx").all_good(2)
    shop.owes(F1="1000.00 CRC")
    shop.owes("3-101-555444", F2="500.00 CRC")


@case("cell-b", "Amounts kept as text, with the green corner, are read as text is: «1.250.000,50»")
def _(shop: Shop) -> None:
    look(shop, totals("'1.250.000,50", Shown("850.000,00", "@"))).all_good(2).took("F1", "1250000.50 CRC")


@case("cell-c", "Numbers and texts in one column: 1250000.5 stored beside «850.000» written")
def _(shop: Shop) -> None:
    told = look(shop, totals(1250000.5, "850.000")).never_read("850.00 CRC")
    told.took("F1", "1250000.50 CRC").took("F2", "850000.00 CRC")


@case("cell-d", "Rich text, line breaks and no-break spaces within a number of an invoice are one text")
def _(shop: Shop) -> None:
    rich = '<c r="@" t="inlineStr"><is><r><t>FE-</t></r><r><t xml:space="preserve">123\u00a0</t></r></is></c>'
    data = raw_row(1, *HEAD) + raw_row(2, rich, ANA, "02/09/2026", "1.000,00")
    shop.look(raw_xlsx(data), name="libro.xlsx").all_good(1).took("FE-123", "1000.00 CRC")


@case("cell-e", "A cell of an error (#N/A, #REF!) sets its row aside; the other is taken")
def _(shop: Shop) -> None:
    wrong = '<c r="@" t="e"><v>#N/A</v></c>'
    data = raw_row(1, *HEAD) + raw_row(2, "F1", ANA, "02/09/2026", wrong) + raw_row(3, "F2", ANA, "02/09/2026", "7,50")
    shop.look(raw_xlsx(data), name="libro.xlsx").set_aside(2).took("F2", "7.50 CRC")


@case("cell-f", "A formula with its stored value is that value")
def _(shop: Shop) -> None:
    formula = '<c r="@"><f>1000+130</f><v>1130</v></c>'
    data = raw_row(1, *HEAD) + raw_row(2, "F1", ANA, "02/09/2026", formula)
    shop.look(raw_xlsx(data), name="libro.xlsx").all_good(1).took("F1", "1130.00 CRC")


@case("cell-g", "A formula without a stored value is told by its cell, never zero and never empty")
def _(shop: Shop) -> None:
    formula = '<c r="@"><f>1000+130</f></c>'
    data = raw_row(1, *WITH_BALANCE) + raw_row(2, "F1", ANA, "02/09/2026", "1.000,00", formula)
    data += raw_row(3, "F2", ANA, "02/09/2026", "7,50", "7,50")
    shop.look(raw_xlsx(data), name="libro.xlsx").set_aside(2).took("F2", "7.50 CRC")


# ---- what a workbook must not do


@case("safe-a", "A workbook whose sheet declares an entity is refused, not expanded")
def _(shop: Shop) -> None:
    prolog = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    data = raw_row(1, *HEAD) + '<row r="2"><c r="A2" t="inlineStr"><is><t>&b;</t></is></c></row>'
    shop.look(raw_xlsx(data, prolog=prolog), name="libro.xlsx").refused()


@case("safe-b", "An external entity is refused, and no file of the machine is read")
def _(shop: Shop) -> None:
    prolog = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    data = raw_row(1, *HEAD) + '<row r="2"><c r="A2" t="inlineStr"><is><t>&a;</t></is></c></row>'
    shop.look(raw_xlsx(data, prolog=prolog), name="libro.xlsx").refused()


@case("safe-c", "A zip of a few hundred kilobytes whose sheet holds hundreds of megabytes is refused")
def _(shop: Shop) -> None:
    rows = raw_row(1, *HEAD) + raw_row(2, "F1", ANA, "02/09/2026", "7,50")
    shop.look(raw_xlsx(rows + " " * 250_000_000), name="b.xlsx").refused()


@case("safe-d", "A cell in column XFD or beyond makes no million columns")
def _(shop: Shop) -> None:
    far = raw_row(2, "F1", ANA, "02/09/2026", "7,50").replace(
        "</row>", '<c r="ZZZZ2" t="inlineStr"><is><t>x</t></is></c></row>'
    )
    shop.look(raw_xlsx(raw_row(1, *HEAD) + far), name="libro.xlsx").refused()


@case("safe-e", "A workbook with links to others says so by name, or is read by its stored values; it fetches nothing")
def _(shop: Shop) -> None:
    link = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" TargetMode="External"'
    link += f' Type="{REL}/externalLinkPath" Target="//x/y.xlsx"/>'
    parts = {"xl/externalLinks/_rels/externalLink1.xml.rels": link + "</Relationships>"}
    formula = '<c r="@"><f>[1]Hoja1!A1</f><v>1130</v></c>'
    told = shop.look(
        raw_xlsx(raw_row(1, *HEAD) + raw_row(2, "F1", ANA, "02/09/2026", formula), parts=parts), name="l.xlsx"
    )
    shop.expect(told.rows("F1") or told.facts.get("set_aside") or told.facts.get("faults"), "nothing is said")


@case("safe-f", "A row numbered 99999999 makes no hundred million rows")
def _(shop: Shop) -> None:
    data = (
        raw_row(1, *HEAD)
        + raw_row(2, "F1", ANA, "02/09/2026", "7,50")
        + raw_row(99999999, "F2", ANA, "02/09/2026", "7,50")
    )
    told = shop.look(raw_xlsx(data), name="libro.xlsx")
    shop.expect(told.facts, "no facts")


@case("safe-g", "A workbook cut off in the middle is refused by name")
def _(shop: Shop) -> None:
    whole = xlsx(totals(1000))
    shop.look(whole[: len(whole) // 2], name="libro.xlsx").refused()


@case("safe-h", "A locked workbook is an old container: the message says that it has a password or is old")
def _(shop: Shop) -> None:
    told = shop.look(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), name="libro.xlsx").refused("xlsx")
    told.says_one_of("contraseña", "password", "locked", "clave", "protegid")


@case("safe-i", "A zip inside which a path climbs out is refused or ignored; nothing is written")
def _(shop: Shop) -> None:
    shop.look(zipped({"../../x.csv": "factura;cliente\n", "[Content_Types].xml": "<Types/>"}), name="l.xlsx").refused()
