"""What the text of an amount means: separators by the column, currencies, dashes, signs, digits too many."""

from __future__ import annotations

from tests.strangers.case import bill, case
from tests.strangers.files import lines_of
from tests.strangers.shop import Shop

BARE = "factura;cliente;fecha;total"
NO_BALANCE = "factura;cliente;fecha;moneda;total"


def pesos(*amounts: str, head: str = BARE) -> bytes:
    """Invoices FV-1, FV-2, ... of a Colombian company."""
    return lines_of(*(f"FV-{at};1020304050;02/09/2026;{text}" for at, text in enumerate(amounts, 1)), head=head)


def mixed(*cells: tuple[str, str]) -> bytes:
    """Invoices F1, F2, ... with a currency and a total each."""
    return lines_of(*(f"F{at};1-1234-0567;02/09/2026;{c};{t}" for at, (c, t) in enumerate(cells, 1)), head=NO_BALANCE)


# ---- H00: the apostrophe of millions, and what stands beside it


@case("H00-a", "An apostrophe for millions with a decimal comma: «$ 1'250.000,50»")
def _(shop: Shop) -> None:
    told = shop.look(pesos("$ 1'250.000,50", "$ 850.000,00"), company="co")
    told.all_good(2).took("FV-1", "1250000.50 COP").took("FV-2", "850000.00 COP")


@case("H00-b", "The apostrophe that phones and Word write: «$1’250.000»")
def _(shop: Shop) -> None:
    told = shop.look(pesos("$1’250.000", "$850.000"), company="co")
    told.all_good(2).took("FV-1", "1250000.00 COP").took("FV-2", "850000.00 COP")


@case("H00-c", "The acute accent in place of the apostrophe is read as one or set aside, never 1250")
def _(shop: Shop) -> None:
    told = shop.look(pesos("$1´250.000", "$850.000"), company="co")
    told.never_read("1250.00 COP", "1.25 COP", "850.00 COP").took("FV-2", "850000.00 COP")


@case("H00-d", "Thousands of millions: «1.234'567.890», and one with points alone beside it")
def _(shop: Shop) -> None:
    told = shop.look(pesos("1.234'567.890", "2.345.678.901", "999.999"), company="co")
    told.all_good(3).took("FV-1", "1234567890.00 COP").took("FV-2", "2345678901.00 COP").took("FV-3", "999999.00 COP")


@case("H00-e", "Mexico: «$1'250,000.00», comma for thousands and a decimal point")
def _(shop: Shop) -> None:
    told = shop.look(mixed(("MXN", "$1'250,000.00"), ("MXN", "$850,000.00")))
    told.all_good(2).took("F1", "1250000.00 MXN").took("F2", "850000.00 MXN")


@case("H00-f", "A column of pesos in which every cell has one point and three digits is thousands, unasked")
def _(shop: Shop) -> None:
    told = shop.look(pesos("$850.000", "120.500", "7.300"), company="co")
    told.all_good(3).took("FV-1", "850000.00 COP").took("FV-2", "120500.00 COP").took("FV-3", "7300.00 COP")


@case("H00-g", "An apostrophe for thousands, as some banks write: «1'250» beside «850»")
def _(shop: Shop) -> None:
    shop.look(pesos("1'250", "850"), company="co").all_good(2).took("FV-1", "1250.00 COP").took("FV-2", "850.00 COP")


@case("H00-h", "«850.000» beside «1250000.50» is asked: neither 850 nor 850 000 is taken in silence")
def _(shop: Shop) -> None:
    shop.look(pesos("1250000.50", "850.000"), company="co").asks("decimal", ",", ".", option="decimal").asks_once()


@case("H00-i", "A column that always writes three decimals: «1250.000» proves that «850.000» is not 850 thousand")
def _(shop: Shop) -> None:
    shop.look(pesos("1250.000", "850.000", "0.500"), company="co").never_read("850000.00 COP", "1250000.00 COP")


@case("H00-j", "Excel's text mark before an amount: «'1.250.000»")
def _(shop: Shop) -> None:
    told = shop.look(pesos("'1.250.000", "'850.000"), company="co")
    told.all_good(2).took("FV-1", "1250000.00 COP").took("FV-2", "850000.00 COP")


@case("H00-k", "Groups that are no groups («1.25.000», «12'34.567») are set aside, the good row is taken")
def _(shop: Shop) -> None:
    told = shop.look(pesos("1.25.000", "12'34.567", "$850.000"), company="co")
    told.set_aside(2, 3).counts(new=1).took("FV-3", "850000.00 COP")


# ---- H01: currencies mixed in one column


@case("H01-a", "Dollars «1,200» beside colones «15.000,50» are asked, with both readings of the dollars")
def _(shop: Shop) -> None:
    shop.look(mixed(("CRC", "15.000,50"), ("USD", "1,200"))).asks("decimal", ",", ".", option="decimal")


@case("H01-b", "Euros «1.500» alone prove neither sign, and are asked")
def _(shop: Shop) -> None:
    shop.look(mixed(("EUR", "1.500"), ("EUR", "2.750"))).asks("decimal", ",", ".", option="decimal").asks_once()


@case("H01-c", "The same answered: with --decimal . the dollars «1,200» are 1200")
def _(shop: Shop) -> None:
    shop.look(mixed(("USD", "1,200")), "--decimal", ".").all_good(1).took("F1", "1200.00 USD")


@case("H01-d", "One cell of the column proves the rest: «1,200» beside «3,450.75» is 1200 dollars, unasked")
def _(shop: Shop) -> None:
    shop.look(mixed(("USD", "1,200"), ("USD", "3,450.75"))).all_good(2).took("F1", "1200.00 USD")


@case("H01-e", "The other way round: «1.200» dollars beside colones «1,234,567.80» are never 1.20 in silence")
def _(shop: Shop) -> None:
    told = shop.look(mixed(("CRC", "1,234,567.80"), ("USD", "1.200")))
    told.never_read("1.20 USD", "1200.00 USD").asks("decimal")


@case("H01-f", "Each currency's cells prove their own: «15.000,50» colones and «1,200.50» dollars, unasked")
def _(shop: Shop) -> None:
    told = shop.look(mixed(("CRC", "15.000,50"), ("USD", "1,200.50"), ("USD", "2,000")))
    told.all_good(3).took("F1", "15000.50 CRC").took("F2", "1200.50 USD").took("F3", "2000.00 USD")


@case("H01-g", "Chilean pesos have no decimals: «119.000» is 119 000, unasked, and «1.250» is 1250")
def _(shop: Shop) -> None:
    told = shop.look(mixed(("CLP", "119.000"), ("CLP", "1.250")))
    told.all_good(2).took("F1", "119000 CLP").took("F2", "1250 CLP")


@case("H01-h", "The currency stands in the cell, without a column of its own: «US$1,200» beside «₡15.000,50»")
def _(shop: Shop) -> None:
    rows = ("F1;1-1234-0567;02/09/2026;₡15.000,50", "F2;1-1234-0567;02/09/2026;US$1,200")
    shop.look(lines_of(*rows, head=BARE)).never_read("1.20 USD", "1.20 CRC", "1200.00 CRC").asks("decimal")


@case("H01-i", "The answer for one currency leaves the other alone: --answer decimal:USD=.")
def _(shop: Shop) -> None:
    told = shop.look(mixed(("CRC", "15.000,50"), ("USD", "1,200")), "--answer", "decimal:USD=.")
    told.all_good(2).took("F1", "15000.50 CRC").took("F2", "1200.00 USD")


@case("H01-j", "The answer is remembered: the next export of the same columns asks nothing")
def _(shop: Shop) -> None:
    shop.invoices(mixed(("USD", "1,200")), "--decimal", ".").all_good(1)
    told = shop.invoices(mixed(("USD", "1,200"), ("USD", "2,500")))
    told.all_good(1).took("F2", "2500.00 USD")
    shop.owes(F1="1200.00 USD", F2="2500.00 USD")


@case("H01-k", "What is remembered is asked again once a cell no longer fits it")
def _(shop: Shop) -> None:
    shop.invoices(mixed(("USD", "1,200")), "--decimal", ".").all_good(1)
    told = shop.invoices(mixed(("USD", "1,200"), ("USD", "2.500,75")))
    told.never_read("2.50 USD", "1.20 USD")
    shop.owes(F1="1200.00 USD")


@case("H01-l", "The exchange rate «512.345» proves nothing about the totals beside it, and is left out")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;moneda;Tipo de cambio;total"
    told = shop.look(lines_of("F1;1-1234-0567;02/09/2026;CRC;512.345;1.250", head=head))
    told.all_good(1).took("F1", "1250.00 CRC").left_out("Tipo de cambio")


@case("H01-m", "Total and balance are columns of their own: «1,200» beside a balance «1,200.00» is not 1.20 dollars")
def _(shop: Shop) -> None:
    shop.look(bill("1,200", "1,200.00", "USD")).never_read("1.20 USD")


# ---- H10: currencies as people write them

for letter, words, code in (
    ("a", ("Colones costarricenses", "CRC - Colón", "COLONES", "¢", "Colón costarricense"), "CRC"),
    ("b", ("US Dollars", "U$S", "USD $", "dolares", "Dólar estadounidense", "Dólares americanos"), "USD"),
    ("c", ("Euros", "€", "EUR €"), "EUR"),
    ("d", ("M.N.", "Pesos mexicanos", "MX$"), "MXN"),
    ("e", ("Pesos chilenos", "CLP$"), "CLP"),
):

    @case(f"H10-{letter}", f"{', '.join(f'«{word}»' for word in words)}: {code}")
    def _(shop: Shop, words: tuple[str, ...] = words, code: str = code) -> None:
        told = shop.look("".join(bill("1.000", "", word, f"F{at}") for at, word in enumerate(words)), "--decimal", ",")
        told.all_good(len(words))
        for at in range(len(words)):
            told.took(f"F{at}", f"1000 {code}")


@case("H10-f", "In Colombia «$», «Pesos», «COL$» and «Pesos colombianos» are COP")
def _(shop: Shop) -> None:
    words = ("$", "Pesos", "COL$", "Pesos colombianos")
    rows = [f"FV-{at};1020304050;02/09/2026;{word};1.000,00" for at, word in enumerate(words)]
    told = shop.look(lines_of(*rows, head=NO_BALANCE), company="co").all_good(4)
    for at in range(4):
        told.took(f"FV-{at}", "1000.00 COP")


@case("H10-g", "In Costa Rica «$» is never taken for colones in silence")
def _(shop: Shop) -> None:
    shop.look(mixed(("$", "1000,00"), ("₡", "500,00"))).never_read("1000.00 CRC").counts(new=2)


@case("H10-h", "The currency stands in the heading: «Total (USD)»")
def _(shop: Shop) -> None:
    told = shop.look(lines_of("F1;1-1234-0567;02/09/2026;1,200.50", head="factura;cliente;fecha;Total (USD)"))
    told.all_good(1).took("F1", "1200.50 USD")


@case("H10-i", "The sign stands in the cell: «US$ 1.000,00» and «₡1.000,00», «1.000,00 USD» and «CRC 1.000,00»")
def _(shop: Shop) -> None:
    cells = ("US$ 1.000,00", "₡1.000,00", "1.000,00 USD", "CRC 1.000,00", "¢1.000,00")
    told = shop.look(lines_of(*(f"F{at};1-1234-0567;02/09/2026;{cell}" for at, cell in enumerate(cells)), head=BARE))
    told.all_good(5)
    for at, code in enumerate(("USD", "CRC", "USD", "CRC", "CRC")):
        told.took(f"F{at}", f"1000.00 {code}")


@case("H10-j", "A currency that nobody knows sets its row aside, and names the cell; the other row is taken")
def _(shop: Shop) -> None:
    shop.look(mixed(("XBT", "1000,00"), ("CRC", "500,00"))).set_aside(2, cell="XBT").took("F2", "500.00 CRC")


@case("H10-k", "The cell's sign and the currency column contradict each other: the row is not taken in silence")
def _(shop: Shop) -> None:
    told = shop.look(mixed(("CRC", "US$ 1.000,00"), ("CRC", "500,00")))
    told.set_aside(2).never_read("1000.00 CRC", "1000.00 USD").took("F2", "500.00 CRC")


@case("H10-l", "A row without a currency among rows that have one is not given the country's own in silence")
def _(shop: Shop) -> None:
    told = shop.look(mixed(("USD", "1.000,50"), ("", "500,75")))
    told.took("F1", "1000.50 USD").never_read("500.75 CRC", "500.75 USD")


# ---- H12 in text: digits beyond the minor unit


@case("H12-a", "A text of a CSV with eleven decimals is set aside with its cell; the others are taken")
def _(shop: Shop) -> None:
    told = shop.look(bill("8849.55752212389") + bill("1250.50", number="F2"))
    told.set_aside(2, cell="8849.55752212389").took("F2", "1250.50 CRC").ends(1)


@case("H12-b", "Zeros beyond the minor unit are no digits: «15000.50000», as e-invoices write every amount")
def _(shop: Shop) -> None:
    shop.look(bill("15000.50000") + bill("130.00000", number="F2")).all_good(2).took("F1", "15000.50 CRC")


# ---- H19: a dash is zero, a sign is a sign

for letter, dash in (("a", "-"), ("b", "–"), ("c", "₡ -   "), ("d", "$-"), ("e", "—"), ("f", " -00 ")):

    @case(f"H19-{letter}", f"A balance of «{dash}» is zero")
    def _(shop: Shop, dash: str = dash) -> None:
        currency = "USD" if dash == "$-" else "CRC"
        told = shop.look(bill("15.000,00", dash, currency))
        told.all_good(1).took("F1", f"15000.00 {currency}", balance=f"0.00 {currency}")


@case("H19-g", "A total of a dash is no invoice: the row is set aside, the next one is taken")
def _(shop: Shop) -> None:
    shop.look(bill("-", "-") + bill("500,00", number="F2")).set_aside(2).counts(new=1)


@case("H19-h", "An empty balance is not zero: all of it is owed")
def _(shop: Shop) -> None:
    shop.invoices("F1;1-1234-0567;02/09/2026;02/10/2026;CRC;1.000,00;\n").all_good(1)
    shop.owes(F1="1000.00 CRC")


@case("H19-i", "«N/A» and «pendiente» are no amounts: set aside, never zero")
def _(shop: Shop) -> None:
    rows = bill("1.000,00", "N/A") + bill("1.000,00", "pendiente", number="F2") + bill("1.000,00", number="F3")
    shop.look(rows).set_aside(2, 3).never_read("0.00 CRC").took("F3", "1000.00 CRC")


@case("H19-j", "«0», «0,00», «(0,00)», «0,00-» and «₡0,00» are zero")
def _(shop: Shop) -> None:
    zeros = ("0", "0,00", "(0,00)", "0,00-", "₡0,00")
    told = shop.look("".join(bill("1.000,00", zero, number=f"F{at}") for at, zero in enumerate(zeros))).all_good(5)
    for at in range(5):
        told.took(f"F{at}", "1000.00 CRC", balance="0.00 CRC")


# ---- separators that are blanks, and what is no amount

for letter, text in (
    ("a", "1\u00a0234\u00a0567,50"),
    ("b", "1\u202f234\u202f567,50"),
    ("c", "1 234 567,50"),
    ("d", "₡\u00a01.234.567,50"),
    ("e", "1.234.567,50 colones"),
    ("f", "1,234,567.50"),
    ("g", "1234567,5"),
    ("h", "₡ 1.234.567,50.-"),
):

    @case(f"amount-{letter}", f"«{text}» is 1 234 567.50 colones")
    def _(shop: Shop, text: str = text) -> None:
        shop.look(bill(text)).all_good(1).took("F1", "1234567.50 CRC")


@case("amount-i", "A cell of two amounts, a range, a formula, an exponent: each set aside, the good row taken")
def _(shop: Shop) -> None:
    bad = ("1000 / 2000", "100-200", "=A1*2", "1,5E+06", "mil", "1.000,00 + IVA")
    told = shop.look("".join(bill(text, number=f"F{at}") for at, text in enumerate(bad)) + bill("7,50", number="F9"))
    told.set_aside(2, 3, 4, 5, 6, 7).counts(new=1).took("F9", "7.50 CRC")


@case("amount-j", "Arabic, full-width and superscript digits are no amounts of ours: set aside, never another number")
def _(shop: Shop) -> None:
    told = shop.look(bill("١٢٣") + bill("12²", number="F2") + bill("1 000,00", number="F3"))
    told.never_read("122.00 CRC", "12.00 CRC").took("F3", "1000.00 CRC")


@case("amount-k", "An amount on the command line is read as in a file: «1.000» colones are a thousand, not one")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00")).counts(new=1)
    words = ("--means", "cash", "--customer", "1-1234-0567", "--amount", "1.000", "--invoice", "F1", "--by", "Ana")
    shop.run("receipt", "record", *words, "--company", "cr")
    shop.expect(shop.due().get("F1") != "999.00 CRC", f"one colón was booked: {shop.due()}")


@case("amount-l", "An amount beyond all invoices is set aside, not cut")
def _(shop: Shop) -> None:
    told = shop.look(bill("99999999999999999999,00") + bill("7,50", number="F2"))
    told.set_aside(2).took("F2", "7.50 CRC")


@case("amount-m", "A negative balance («saldo a favor») of an invoice is set aside by its cell, never made positive")
def _(shop: Shop) -> None:
    told = shop.look(bill("1.000,00", "-200,00") + bill("7,50", number="F2"))
    told.set_aside(2, cell="-200,00").never_read("200.00 CRC").took("F2", "7.50 CRC")


@case("amount-n", "A balance above the total is set aside, not taken as owed")
def _(shop: Shop) -> None:
    told = shop.invoices(bill("1.000,00", "1.500,00") + bill("7,50", number="F2"))
    told.set_aside(2).ends(1)
    shop.owes(F2="7.50 CRC")
