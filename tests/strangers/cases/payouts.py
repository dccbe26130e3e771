"""Payout files: headings of the provider's own, charges without a payment, rows aside.

No payment of these cases is known to the hub, so that a line is taken where the command counts it; what its amounts
were read as is asked of the domain's reader.
"""

from __future__ import annotations

from hub.domain.settlement import LineKind
from tests.strangers import read
from tests.strangers.case import case
from tests.strangers.files import csv_of, xlsx
from tests.strangers.shop import Shop, Told

HEAD = "line_id,provider_reference,gross,fee,net,settled_on\n"
GOOD = "L-1,abc-1,2500.50,87.52,2412.98,2026-11-29\n"
SPANISH = ("Número de línea", "Referencia", "Monto bruto", "Comisión", "Monto neto", "Fecha de liquidación")


def counted(told: Told, lines: int) -> Told:
    """So many lines, no fault, none aside."""
    shop = told.shop
    shop.expect(told.facts.get("lines") == lines, f"{lines} lines expected, told {str(told.facts)[:500]}")
    shop.expect(not told.facts.get("faults") and not told.facts.get("set_aside"), f"faults: {str(told.facts)[:500]}")
    return told


def amounts(shop: Shop, data: bytes | str, **wanted: str) -> None:
    """Gross, fee and net of line L-1, by the domain's reader."""
    data = data.encode() if isinstance(data, str) else data
    lines = {stated.line.line_id: stated.line for stated in read.payouts(data, name="pagos.csv").lines}
    line = lines.get("L-1")
    found = {name: str(getattr(line, name)) for name in wanted} if line else {}
    shop.expect(found == wanted, f"read {found or 'nothing'}, not {wanted}")


# ---- H17: the provider's own charges


@case("H17-a", "A charge in the fee column, with nothing in gross and no reference")
def _(shop: Shop) -> None:
    counted(shop.payout(f"{HEAD}{GOOD}L-2,,,5650.00,-5650.00,2026-11-29\n", "--dry-run"), 2)


@case(
    "H17-b", "A negative net alone does not say what it is taken for: that line is set aside, and the others are read"
)
def _(shop: Shop) -> None:
    told = shop.payout(f"{HEAD}{GOOD}L-2,,0.00,,-5650.00,2026-11-29\n", "--dry-run")
    aside = told.facts.get("set_aside") or []
    shop.expect(told.facts.get("lines") == 1, f"one line expected, told {str(told.facts)[:500]}")
    shop.expect(len(aside) == 1 and "L-2" in aside[0], f"L-2 set aside expected, told {aside}")


@case("H17-c", "A charge with the tax on it: a monthly fee and its VAT")
def _(shop: Shop) -> None:
    head = "line_id,provider_reference,gross,fee,fee_tax,net,settled_on\n"
    rows = "L-1,abc-1,2500.50,87.52,11.38,2401.60,2026-11-29\nL-2,,0.00,5000.00,650.00,-5650.00,2026-11-29\n"
    counted(shop.payout(head + rows, "--dry-run"), 2)


@case("H17-d", "Fees that the provider writes as negative: net is gross plus fee")
def _(shop: Shop) -> None:
    data = f"{HEAD}L-1,abc-1,2500.50,-87.52,2412.98,2026-11-29\n"
    counted(shop.payout(data, "--dry-run"), 1)
    amounts(shop, data, gross="2500.50 CRC", fee="87.52 CRC", net="2412.98 CRC")


@case("H17-e", "A line that pays out what was kept in reserve, without a reference")
def _(shop: Shop) -> None:
    head = "line_id,provider_reference,gross,fee,reserve,net,settled_on\n"
    rows = "L-1,abc-1,2500.50,87.52,250.05,2162.93,2026-11-29\nL-2,,0.00,0.00,-250.05,250.05,2026-11-29\n"
    counted(shop.payout(head + rows, "--dry-run"), 2)


@case("H17-f", "A row that says of itself «Comisión mensual», in a column of types")
def _(shop: Shop) -> None:
    head = "line_id,Tipo,provider_reference,gross,fee,net,settled_on\n"
    rows = "L-1,Venta,abc-1,2500.50,87.52,2412.98,2026-11-29\nL-2,Comisión mensual,,0.00,5650.00,-5650.00,2026-11-29\n"
    counted(shop.payout(head + rows, "--dry-run"), 2)


@case("H17-g", "A line of zero without charge and reference books nothing, and the others are taken")
def _(shop: Shop) -> None:
    told = shop.payout(f"{HEAD}{GOOD}L-2,,0.00,0.00,0.00,2026-11-29\n", "--dry-run")
    shop.expect(told.facts.get("lines") in (1, 2) and not told.facts.get("faults"), f"told {str(told.facts)[:500]}")
    shop.expect(told.facts.get("booked") == 0, f"told {str(told.facts)[:500]}")


@case("H17-h", "What is a charge is declared as one, so that the books take it as such")
def _(shop: Shop) -> None:
    data = f"{HEAD}{GOOD}L-2,,0.00,5650.00,-5650.00,2026-11-29\n".encode()
    kinds = {stated.line.line_id: stated.kind for stated in read.payouts(data).lines}
    shop.expect(kinds == {"L-1": LineKind.PAYMENT, "L-2": LineKind.CHARGE}, f"kinds {kinds}")


# ---- H18: headings of its own


@case("H18-a", "Spanish headings")
def _(shop: Shop) -> None:
    data = csv_of((SPANISH, ("L-1", "abc-1", "2.500,50", "87,52", "2.412,98", "29/11/2026")))
    counted(shop.payout(data, "--dry-run"), 1)
    amounts(shop, data, gross="2500.50 CRC", fee="87.52 CRC", net="2412.98 CRC")


@case("H18-b", "Capitals, blanks and other words: «LINE ID», «Gross Amount», «Fees», «Net Amount», «Settlement Date»")
def _(shop: Shop) -> None:
    head = "LINE ID;Provider Reference;Gross Amount;Fees;Net Amount;Settlement Date\n"
    counted(shop.payout(f"{head}L-1;abc-1;2500.50;87.52;2412.98;2026-11-29\n", "--dry-run"), 1)


@case("H18-c", "--map names what no alias knows, and is remembered for the next payout")
def _(shop: Shop) -> None:
    head = "Folio;Trx;Bruto cobrado;Cargo;Depósito\n"
    words = ("--map", "Folio=line_id", "--map", "Trx=provider_reference", "--map", "Bruto cobrado=gross")
    words = (*words, "--map", "Cargo=fee", "--map", "Depósito=net")
    counted(shop.payout(f"{head}L-1;abc-1;2500,50;87,52;2412,98\n", *words), 1)
    counted(shop.payout(f"{head}L-2;abc-2;2500,50;87,52;2412,98\n", "--dry-run"), 1)


@case("H18-d", "Columns that are not needed (terminal, brand, card) are left out, never a refusal")
def _(shop: Shop) -> None:
    head = "line_id;Terminal;Marca;provider_reference;gross;fee;net\n"
    counted(shop.payout(f"{head}L-1;T1;VISA;abc-1;2500,50;87,52;2412,98\n", "--dry-run"), 1)


@case("H18-e", "A workbook, with amounts and dates as its cells keep them")
def _(shop: Shop) -> None:
    rows = (SPANISH, ("L-1", "abc-1", 2500.5, 87.52, 2412.98, "2026-11-29"))
    counted(shop.payout(xlsx(rows), "--dry-run", name="pagos.xlsx"), 1)
    amounts(shop, xlsx(rows), gross="2500.50 CRC", fee="87.52 CRC", net="2412.98 CRC")


@case("H18-f", "Titles above and a TOTAL below")
def _(shop: Shop) -> None:
    data = f"Liquidación de comercio,,,,,\nComercio: Prueba CR,,,,,\n\n{HEAD}{GOOD}TOTAL,,2500.50,87.52,2412.98,\n"
    counted(shop.payout(data, "--dry-run"), 1)


@case("H18-g", "No column is the gross: the file asks for it by name, and nothing is booked")
def _(shop: Shop) -> None:
    told = shop.payout("line_id,provider_reference,Depositado\nL-1,abc-1,2412.98\n")
    shop.expect(
        told.code == 2 and told.facts.get("missing") == ["gross"], f"exit {told.code}, told {str(told.facts)[:500]}"
    )


@case("H18-h", "An unreadable row is set aside; the others are taken")
def _(shop: Shop) -> None:
    told = shop.payout(f"{HEAD}{GOOD}L-2,abc-2,mil,1.00,2.00,2026-11-29\n", "--dry-run")
    shop.expect(told.facts.get("lines") == 1 and told.facts.get("set_aside"), f"told {str(told.facts)[:500]}")


@case("H18-i", "«2.500» colones of a payout are two thousand five hundred, and «1'250.000» pesos a million and more")
def _(shop: Shop) -> None:
    amounts(shop, "line_id;reference;gross;fee;net\nL-1;R1;2.500;87;2.413\n", gross="2500.00 CRC", net="2413.00 CRC")
    amounts(shop, "line_id;reference;gross\nL-1;R1;1'250.000\n", gross="1250000.00 CRC")


@case("H18-j", "Rates are no money: a column «% comisión» of 3.500 is left out, and proves nothing of the amounts")
def _(shop: Shop) -> None:
    data = "line_id;reference;gross;% comisión;fee;net\nL-1;R1;2.500;3.500;87;2.413\n"
    amounts(shop, data, gross="2500.00 CRC", fee="87.00 CRC", net="2413.00 CRC")


@case("H18-k", "A net that is not gross less fee sets the line aside")
def _(shop: Shop) -> None:
    told = shop.payout(f"{HEAD}{GOOD}L-2,abc-2,1000.00,10.00,900.00,2026-11-29\n", "--dry-run")
    shop.expect(told.facts.get("lines") == 1 and told.facts.get("set_aside"), f"told {str(told.facts)[:500]}")
