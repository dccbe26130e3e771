"""What a row does to what is owed: numbers, states, credit notes, instalments, and what is not in the file any more."""

from __future__ import annotations

from tests.strangers.case import bill, case
from tests.strangers.files import ANA, INVOICE_HEAD, Shown, lines_of, xlsx
from tests.strangers.shop import Shop, Told

ROBLES = "3-101-555444"
STATES = "factura;cliente;fecha;total;estado"


def state(word: str, number: str = "F1", total: str = "1.000,00") -> bytes:
    """One invoice in a state."""
    return lines_of(f"{number};{ANA};02/09/2026;{total};{word}", head=STATES)


def absent(told: Told) -> set[str]:
    """The numbers that the hub has open and a complete list lacks."""
    listed = told.facts.get("complete_list")
    told.shop.expect(isinstance(listed, dict), "nothing is said of what a complete list lacks")
    return {str(row.get("number")) for row in (listed or {}).get("bills", [])}


# ---- H03: what is not in a newer export any more


@case(
    "H03-a", "A complete list names what is missing, with count and sum, and closes nothing before the person says so"
)
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="FE-1") + bill("500,00", number="FE-2") + bill("250,00", number="FE-3"))
    told = shop.look(bill("500,00", number="FE-2"), "--complete")
    shop.expect(absent(told) == {"FE-1", "FE-3"}, "FE-1 and FE-3 are not named")
    shop.owes(FE_1="1000.00 CRC", FE_2="500.00 CRC", FE_3="250.00 CRC")


@case("H03-b", "Without the word «complete» nothing that is missing is closed")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="FE-1") + bill("500,00", number="FE-2"))
    shop.invoices(bill("500,00", number="FE-2")).counts(unchanged=1)
    shop.owes(FE_1="1000.00 CRC", FE_2="500.00 CRC")


@case("H03-c", "A number in a faulty row counts as present, and a list with a faulty row closes nothing")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="FE-1") + bill("500,00", number="FE-2") + bill("250,00", number="FE-3"))
    told = shop.invoices(bill("mil", number="FE-1") + bill("500,00", number="FE-2"), "--complete")
    shop.expect("FE-1" not in absent(told), "FE-1 is in the file")
    shop.owes(FE_1="1000.00 CRC", FE_2="500.00 CRC", FE_3="250.00 CRC")


@case("H03-d", "An invoice in dollars is not missing in a list that has colones alone")
def _(shop: Shop) -> None:
    shop.invoices(
        bill("1000,00", number="FE-1") + bill("50,25", currency="USD", number="FE-2") + bill("7,50", number="FE-3")
    )
    told = shop.look(bill("7,50", number="FE-3"), "--complete")
    shop.expect(absent(told) == {"FE-1"}, "FE-1 alone is missing")


@case("H03-e", "Another series (TE-) is not missing in a list that has FE- alone")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="FE-1") + bill("500,00", number="TE-1") + bill("7,50", number="FE-3"))
    told = shop.look(bill("7,50", number="FE-3"), "--complete")
    shop.expect(absent(told) == {"FE-1"}, "FE-1 alone is missing")


@case("H03-f", "An invoice issued after the newest date of the file is not missing")
def _(shop: Shop) -> None:
    later = f"FE-9;{ANA};20/11/2026;;CRC;300,00;300,00\n"
    shop.invoices(bill("1000,00", number="FE-1") + later + bill("7,50", number="FE-3"))
    told = shop.look(bill("7,50", number="FE-3"), "--complete")
    shop.expect(absent(told) == {"FE-1"}, "FE-1 alone is missing")


@case("H03-g", "An invoice with a live payment is left alone, and it is said")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="FE-1") + bill("7,50", number="FE-3"))
    shop.start_payment("FE-1")
    told = shop.look(bill("7,50", number="FE-3"), "--complete").says("FE-1")
    shop.expect(not absent(told), "FE-1 is proposed to be closed")
    left = (told.facts.get("complete_list") or {}).get("left", [])
    shop.expect([row.get("number") for row in left if row.get("why")] == ["FE-1"], "FE-1 is not said to be left")


@case("H03-h", "With hidden rows it is no complete list: nothing can be closed")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="FE-1") + bill("7,50", number="FE-3"))
    rows = (
        INVOICE_HEAD.split(";"),
        *(line.split(";") for line in (bill("7,50", number="FE-3") + bill("9,00", number="FE-4")).split()),
    )
    told = shop.invoices(xlsx(rows, hidden=(3,)), "--complete", name="libro.xlsx")
    shop.expect(not absent(told) and told.code != 0, "a list with hidden rows was taken as complete")
    shop.expect(shop.due().get("FE-1") == "1000.00 CRC", "FE-1 was closed")


@case("H03-i", "With a TOTAL that disagrees it is no complete list")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="FE-1") + bill("7,50", number="FE-3"))
    told = shop.invoices(bill("7,50", number="FE-3") + "TOTAL;;;;;1.007,50;1.007,50\n", "--complete")
    shop.expect(told.facts and not absent(told), "a list whose sum disagrees was taken as complete")
    shop.owes(FE_1="1000.00 CRC", FE_3="7.50 CRC")


@case("H03-j", "With a cut end it is no complete list")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="FE-1") + bill("7,50", number="FE-3"))
    shop.invoices(bill("7,50", number="FE-3") + 'FE-1;"1-1234', "--complete")
    shop.owes(FE_1="1000.00 CRC", FE_3="7.50 CRC")


@case("H03-k", "A number written otherwise (FE-0001 for FE-1) counts as present")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="FE-1") + bill("7,50", number="FE-3"))
    told = shop.look(bill("1000,00", number="FE-0001") + bill("7,50", number="FE-3"), "--complete")
    shop.expect(not absent(told), "FE-1 is in the file")


@case("H03-l", "An empty list that is said to be complete closes nothing")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="FE-1"))
    shop.invoices(INVOICE_HEAD.encode() + b"\n", "--complete").took_nothing()
    shop.owes(FE_1="1000.00 CRC")


# ---- H04: numbers that are written otherwise

for letter, before, after in (
    ("d", "FE-000123", "FE-123"),
    ("e", "FE-123", "fe-123"),
    ("f", "FE-123", "FE 123"),
    ("g", "FE-123", "FE123"),
    ("h", "00123", " 123\u00a0"),
    ("i", "123", "00123"),
    ("j", "FE-123", "FE–123"),
    ("k", "123", "123.0"),
):

    @case(f"H04-{letter}", f"«{before}», then «{after}» of the same customer, day and amount: owed once")
    def _(shop: Shop, before: str = before, after: str = after) -> None:
        shop.invoices(bill("1000,00", number=before)).counts(new=1)
        shop.invoices(bill("1000,00", number=after)).counts(new=0)
        shop.sum_due("1000")


@case("H04-l", "The same lost zeros with another day and amount: neither joined nor billed twice without a person")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="000123"))
    told = shop.invoices(f"123;{ANA};15/10/2026;;CRC;777,00;777,00\n")
    shop.sum_due("1000")
    shop.expect(told.facts.get("set_aside") or told.facts.get("questions"), "nobody is asked")


@case("H04-m", "The same lost zeros at another customer are two invoices, both owed")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="000123"))
    shop.invoices(bill("500,00", number="123", who=ROBLES)).counts(new=1)
    shop.sum_due("1000")
    shop.sum_due("500", ROBLES)


@case("H04-n", "«A-1» and «B-1», «F-10» and «F-100» are never the same")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="A-1") + bill("1000,00", number="F-10")).counts(new=2)
    shop.invoices(bill("1000,00", number="B-1") + bill("1000,00", number="F-100")).counts(new=2)
    shop.sum_due("4000")


@case("H04-o", "A workbook that shows 000123 and one that lost the format: owed once")
def _(shop: Shop) -> None:
    head = ("factura", "cliente", "fecha", "total")
    shop.invoices(xlsx((head, (Shown(123, "000000"), ANA, "02/09/2026", 1000))), name="a.xlsx").counts(new=1)
    shop.invoices(xlsx((head, (123, ANA, "02/09/2026", 1000))), name="b.xlsx").counts(new=0)
    shop.sum_due("1000")


@case("H04-p", "A newer balance under the number without its zeros is the newer balance of that invoice")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00", number="000123")).counts(new=1)
    shop.invoices(bill("1000,00", "400,00", number="123")).counts(new=0, changed=1)
    shop.sum_due("400")


@case("H04-q", "Branch and point of sale: «001-002-000000123» and «001-003-000000123» are two invoices")
def _(shop: Shop) -> None:
    rows = bill("1000,00", number="001-002-000000123") + bill("1000,00", number="001-003-000000123")
    shop.invoices(rows).counts(new=2)
    shop.sum_due("2000")


# ---- H15: instalments, and rows that come more than once


def parts(*cells: str, head: str = INVOICE_HEAD) -> bytes:
    """Rows of F1, due in October, November, December: ``total;balance`` each."""
    return lines_of(*(f"F1;{ANA};02/09/2026;02/{10 + at}/2026;CRC;{cell}" for at, cell in enumerate(cells)), head=head)


@case("H15-a", "The first instalment is paid: balances 0, 1000, 1000 of a total of 3000")
def _(shop: Shop) -> None:
    data = parts("3000,00;0,00", "3000,00;1000,00", "3000,00;1000,00")
    told = shop.invoices(data)
    if told.facts.get("questions"):  # the sum of what is left proves nothing of the totals
        told.asks("total_of", "invoice", "instalment")
        shop.invoices(data, "--answer", "total_of=invoice").ends(0)
    shop.owes(F1="2000.00 CRC")


@case("H15-b", "Each row has the instalment as its total, 1000 three times, and no balance: asked which is meant")
def _(shop: Shop) -> None:
    data = parts("1000,00", "1000,00", "1000,00", head="factura;cliente;fecha;vencimiento;moneda;total")
    shop.invoices(data).asks("total_of", "invoice", "instalment", option="total_of")
    shop.owes()


@case("H15-c", "The same answered: instalments make 3000")
def _(shop: Shop) -> None:
    data = parts("1000,00", "1000,00", "1000,00", head="factura;cliente;fecha;vencimiento;moneda;total")
    shop.invoices(data, "--answer", "total_of=instalment").ends(0)
    shop.owes(F1="3000.00 CRC")


@case("H15-d", "Fewer rows next time: those that are gone are paid")
def _(shop: Shop) -> None:
    shop.invoices(parts("3000,00;1000,00", "3000,00;1000,00", "3000,00;1000,00")).ends(0)
    later = lines_of(*(f"F1;{ANA};02/09/2026;02/{m}/2026;CRC;3000,00;1000,00" for m in (11, 12)))
    shop.invoices(later).ends(0)
    shop.owes(F1="2000.00 CRC")


@case("H15-e", "The very same row twice is one invoice, never two debts")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00") + bill("1000,00") + bill("7,50", number="F2"))
    shop.expect(shop.due().get("F1") in (None, "1000.00 CRC"), f"owed {shop.due()}")
    shop.expect(shop.due().get("F2") == "7.50 CRC", f"owed {shop.due()}")


@case("H15-f", "One number at two customers: set aside, not joined into instalments")
def _(shop: Shop) -> None:
    told = shop.invoices(bill("1000,00") + bill("1000,00", who=ROBLES) + bill("7,50", number="F2"))
    told.set_aside(2, 3).counts(new=1)


@case("H15-g", "A line per article, each with the invoice's whole total: owed once")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;artículo;total;saldo"
    articles = ("Martillo", "Clavos", "Sierra")
    shop.invoices(lines_of(*(f"F1;{ANA};02/09/2026;{article};3000,00;3000,00" for article in articles), head=head))
    shop.expect(shop.due().get("F1") in (None, "3000.00 CRC"), f"owed {shop.due()}")


@case("H15-h", "A line per article, each with its own amount: never one of them for the whole")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;artículo;total"
    cells = ("Martillo;1500,00", "Clavos;500,00", "Sierra;1000,00")
    shop.invoices(lines_of(*(f"F1;{ANA};02/09/2026;{cell}" for cell in cells), head=head))
    shop.expect(shop.due().get("F1") in (None, "3000.00 CRC"), f"owed {shop.due()}")


@case("H15-i", "Instalments that do not divide: 333,33 + 333,33 + 333,34 of 1000")
def _(shop: Shop) -> None:
    shop.invoices(parts("1000,00;333,33", "1000,00;333,33", "1000,00;333,34")).ends(0)
    shop.owes(F1="1000.00 CRC")


@case("H15-j", "Balances that make more than the total are set aside, not owed")
def _(shop: Shop) -> None:
    shop.invoices(parts("3000,00;2000,00", "3000,00;2000,00"))
    shop.expect(shop.due().get("F1") != "4000.00 CRC", f"owed {shop.due()}")


@case("H15-k", "One instalment of two cannot be read: the invoice is not owed by half in silence")
def _(shop: Shop) -> None:
    told = shop.invoices(parts("2000,00;1000,00", "2000,00;mil"))
    shop.owes()
    shop.expect(told.facts.get("set_aside"), "nothing is set aside")


@case("H15-l", "Money came for the first instalment here; the next file has the same three rows: not owed again")
def _(shop: Shop) -> None:
    data = parts("3000,00;1000,00", "3000,00;1000,00", "3000,00;1000,00")
    shop.invoices(data).ends(0)
    shop.receive("F1", "1000.00")
    shop.invoices(data)
    shop.owes(F1="2000.00 CRC")


# ---- H20: credit notes among the invoices

NOTED = "tipo;factura;cliente;fecha;total;saldo;factura afectada"


def note(amount: str, *, number: str = "NC-5", of: str = "F1", kind: str = "Nota de crédito") -> str:
    """A row of a credit note."""
    return f"{kind};{number};{ANA};03/09/2026;{amount};{amount};{of}"


FIRST = f"Factura;F1;{ANA};02/09/2026;1.000,00;1.000,00;"


@case("H20-a", "A credit note by its type, with a positive amount, that names its invoice lowers it")
def _(shop: Shop) -> None:
    told = shop.invoices(lines_of(FIRST, note("200,00"), head=NOTED))
    told.ends(0).took("NC-5", kind="credit_note")
    shop.owes(F1="800.00 CRC")


@case("H20-b", "The same with the amount in brackets, with a minus in front, and behind")
def _(shop: Shop) -> None:
    rows = (note("(100,00)", number="NC-1"), note("-100,00", number="NC-2"), note("100,00-", number="NC-3"))
    shop.invoices(lines_of(FIRST, *rows, head=NOTED)).ends(0)
    shop.owes(F1="700.00 CRC")


@case("H20-c", "The note stands above its invoice in the file")
def _(shop: Shop) -> None:
    shop.invoices(lines_of(note("200,00"), FIRST, head=NOTED)).ends(0)
    shop.owes(F1="800.00 CRC")


@case("H20-d", "The same export on the next day: the note counts once")
def _(shop: Shop) -> None:
    for _day in range(2):
        shop.invoices(lines_of(FIRST, note("200,00"), head=NOTED)).ends(0)
    shop.owes(F1="800.00 CRC")


@case("H20-e", "A note whose invoice nobody knows waits by its number; nothing else changes")
def _(shop: Shop) -> None:
    told = shop.invoices(lines_of(FIRST, note("200,00", of="F77"), head=NOTED))
    told.set_aside(3, cell="F77") if told.facts.get("set_aside") else told.says("NC-5")
    shop.owes(F1="1000.00 CRC")


@case("H20-f", "A note without any invoice named is never an invoice, and never lowers one by guess")
def _(shop: Shop) -> None:
    shop.invoices(f"F1;{ANA};02/09/2026;;CRC;1000,00;1000,00\nNC-5;{ANA};03/09/2026;;CRC;-200,00;-200,00\n").says(
        "NC-5"
    )
    shop.owes(F1="1000.00 CRC")


@case("H20-g", "The file lowered the balance already (800) and lists the note too: not twice")
def _(shop: Shop) -> None:
    first = f"Factura;F1;{ANA};02/09/2026;1.000,00;800,00;"
    shop.invoices(lines_of(first, note("200,00").replace("200,00;200,00", "200,00;0,00"), head=NOTED))
    shop.owes(F1="800.00 CRC")


@case("H20-h", "Receipts, advances and payments among the invoices are no credit notes and no invoices")
def _(shop: Shop) -> None:
    words = ("Recibo de caja", "Anticipo", "Abono", "Pago")
    rows = [note("-100,00", number=f"RC-{at}", kind=word) for at, word in enumerate(words)]
    told = shop.invoices(lines_of(FIRST, *rows, head=NOTED))
    shop.owes(F1="1000.00 CRC")
    told.took_not("RC-0").says("RC-0")


@case("H20-i", "A note greater than its invoice: the invoice is settled, the rest is the customer's credit or waits")
def _(shop: Shop) -> None:
    shop.invoices(lines_of(FIRST, note("1.500,00"), head=NOTED)).says("NC-5")
    shop.expect(shop.due() in ({}, {"F1": "1000.00 CRC"}), f"owed {shop.due()}")


@case("H20-j", "A note of another customer's invoice is set aside")
def _(shop: Shop) -> None:
    rows = (FIRST, note("200,00").replace(ANA, ROBLES))
    shop.invoices(lines_of(*rows, head=NOTED)).set_aside(3)
    shop.owes(F1="1000.00 CRC")


@case("H20-k", "A debit note is owed like an invoice; it is no credit note")
def _(shop: Shop) -> None:
    told = shop.invoices(lines_of(FIRST, note("200,00", number="ND-1", kind="Nota de débito"), head=NOTED))
    shop.expect("800.00 CRC" not in shop.due().values(), f"owed {shop.due()}")
    shop.expect(told.code in (0, 1, 2), f"exit {told.code}")


@case("H20-l", "NC, «Nota Crédito», «03», «N/C» in the type column are notes too")
def _(shop: Shop) -> None:
    words = ("NC", "Nota Crédito", "NOTA DE CREDITO ELECTRONICA", "N/C")
    rows = [note("100,00", number=f"NC-{at}", kind=word) for at, word in enumerate(words)]
    shop.invoices(lines_of(FIRST, *rows, head=NOTED)).ends(0)
    shop.owes(F1="600.00 CRC")


# ---- states

for letter, word in (
    ("a", "Pendiente"),
    ("b", "Vencida"),
    ("c", "Por cobrar"),
    ("d", "Abierta"),
    ("e", "Parcialmente pagada"),
    ("f", "EMITIDA"),
):

    @case(f"state-{letter}", f"«{word}» is open")
    def _(shop: Shop, word: str = word) -> None:
        shop.invoices(state(word)).all_good(1)
        shop.owes(F1="1000.00 CRC")


@case("state-g", "«Anulada» on an open invoice without money: it is owed no longer")
def _(shop: Shop) -> None:
    shop.invoices(state("Pendiente"))
    shop.invoices(state("Anulada")).ends(0)
    shop.owes()


@case("state-h", "«ANULADO » that the hub never saw is not billed")
def _(shop: Shop) -> None:
    shop.invoices(state("ANULADO ")).counts(new=0)
    shop.owes()


@case("state-i", "«Anulada» where money is here already is set aside with the reason")
def _(shop: Shop) -> None:
    shop.invoices(state("Pendiente"))
    shop.receive("F1", "400.00")
    shop.invoices(state("Anulada")).set_aside(2).ends(1)
    shop.owes(F1="600.00 CRC")


@case("state-j", "«Anulada» and «Pagada» while a payment is live are set aside with the reason")
def _(shop: Shop) -> None:
    for word in ("Anulada", "Pagada"):
        shop.invoices(state("Pendiente"))
        if word == "Anulada":
            shop.start_payment("F1")
        shop.invoices(state(word)).set_aside(2).ends(1)
        shop.owes(F1="1000.00 CRC")


@case("state-k", "«Pagada» without a balance column: paid elsewhere, nothing is owed")
def _(shop: Shop) -> None:
    shop.invoices(state("Pendiente"))
    shop.invoices(state("Pagada")).ends(0)
    shop.owes()


@case("state-l", "«Pagada» where a part came here: set aside with the reason, the rest stays as it was")
def _(shop: Shop) -> None:
    shop.invoices(state("Pendiente"))
    shop.receive("F1", "400.00")
    shop.invoices(state("Pagada")).set_aside(2)
    shop.owes(F1="600.00 CRC")


@case("state-m", "«Cancelada» is paid in Costa Rica and void in Mexico: it is asked, once")
def _(shop: Shop) -> None:
    told = shop.invoices(state("Cancelada"))
    told.asks("word:cancelada", "paid", "void", option="word:cancelada").asks_once()
    shop.owes()


@case("state-n", "A word that nobody knows is asked once, however many rows have it")
def _(shop: Shop) -> None:
    rows = [f"F{at};{ANA};02/09/2026;1.000,00;En trámite" for at in range(5)]
    shop.invoices(lines_of(*rows, head=STATES)).asks("word:en_tramite", "open", "paid", "void", "skip").asks_once()
    shop.invoices(lines_of(*rows, head=STATES), "--answer", "word:en_tramite=open").all_good(5)
    shop.sum_due("5000")


@case("state-o", "The answer to a word is remembered for the next export")
def _(shop: Shop) -> None:
    shop.invoices(state("En trámite"), "--answer", "word:en_tramite=skip").counts(new=0)
    shop.invoices(state("En trámite", "F2")).counts(new=0).asks_nothing()
    shop.owes()


@case("state-p", "«Borrador» and «Proforma» are not billed in silence")
def _(shop: Shop) -> None:
    shop.invoices(state("Borrador"))
    shop.invoices(state("Proforma", "F2"))
    shop.owes()


@case("state-q", "«Pagada» beside a balance that is not zero contradicts itself: set aside, nothing is closed")
def _(shop: Shop) -> None:
    shop.invoices(
        lines_of(f"F1;{ANA};02/09/2026;1.000,00;1.000,00;Pendiente", head="factura;cliente;fecha;total;saldo;estado")
    )
    shop.invoices(
        lines_of(f"F1;{ANA};02/09/2026;1.000,00;400,00;Pagada", head="factura;cliente;fecha;total;saldo;estado")
    )
    shop.expect(shop.due().get("F1") in ("1000.00 CRC", "400.00 CRC"), f"owed {shop.due()}")


@case("state-r", "The tax office's «Aceptado» and «Rechazado» are no word about money: asked, or left out")
def _(shop: Shop) -> None:
    head = "factura;cliente;fecha;total;Estado Hacienda"
    told = shop.invoices(lines_of(f"F1;{ANA};02/09/2026;1.000,00;Aceptado", head=head))
    told.counts(new=1) if told.code == 0 else told.asks("word:aceptado")


# ---- the same file twice, and a story over weeks


@case("again-a", "The same file again changes nothing, in any format")
def _(shop: Shop) -> None:
    rows = (("factura", "cliente", "fecha", "total"), ("F1", ANA, "02/09/2026", "1.000,00"))
    shop.invoices(lines_of(f"F1;{ANA};02/09/2026;1.000,00", head="factura;cliente;fecha;total")).counts(new=1)
    shop.invoices(xlsx(rows), name="libro.xlsx").counts(new=0, changed=0, unchanged=1)
    shop.owes(F1="1000.00 CRC")


@case("again-b", "A balance that fell because money came here is not counted twice")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00"))
    shop.receive("F1", "400.00")
    shop.invoices(bill("1000,00", "600,00")).ends(0)
    shop.owes(F1="600.00 CRC")


@case("again-c", "A balance that the program has not lowered yet does not bring back what was paid here")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00"))
    shop.receive("F1", "400.00")
    told = shop.invoices(bill("1000,00", "1000,00"))
    shop.owes(F1="600.00 CRC")
    shop.expect(told.facts.get("differences"), "the difference is not told")
