"""Movimientos: what a customer's balance did between two days, on the portal, at the desk,
as PDF and as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from pypdf import PdfReader

from hub.domain.intake import Share
from hub.domain.receipt import Means
from hub.flows.books.settle_bill import credit_bill
from hub.flows.corrections.record_receipt import record_by_hand
from hub_hookspecs import Money
from tests.web.conftest import Debtor, House, Seat


@pytest.fixture(scope="module")
def debtor(house: House) -> Debtor:
    """₡15 000 and ₡25 000, of which ₡10 000 came in cash and ₡2 500 were credited."""
    found = house.debtor("CR", (1500000, -30), (2500000, 10))
    merchant, bill = house.merchants["CR"], found.invoices[0]
    cash = Money(1_000_000, "CRC")
    shares = [Share(bill.id, cash.minor)]
    house.run(
        record_by_hand(house.hub, merchant, found.customer.id, means=Means.CASH, cash=cash, shares=shares, by="duena")
    )
    note = Money(250_000, "CRC")
    house.run(credit_bill(house.hub, merchant, bill.number, note_number=f"NC-{bill.number}", amount=note, by="duena"))
    return found


WANTED = ["Saldo anterior ₡0", "Factura", "Recibo de caja", "Nota de crédito", "Saldo final ₡27 500"]


def ascending(text: str, wanted: list[str]) -> bool:
    """Whether the words stand one after the other."""
    places, at = [], 0
    plain = re.sub(r"\s+", " ", text.replace("\xa0", " ").replace("\u202f", " "))
    for words in wanted:
        at = plain.find(words, at)
        places.append(at)
    return -1 not in places


def test_page_desk_pdf_and_csv_tell_the_same(
    house: House, debtor: Debtor, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    owner = seat(house.merchants["CR"])
    with house.browser() as payer:
        statement = payer.get(debtor.path).text
        assert f'href="{debtor.path}/activity"' in statement
        page = payer.get(f"{debtor.path}/activity")
        assert page.status_code == 200
        assert ascending(seen(page.text), WANTED), seen(page.text)
        own = owner.read(f"/m/customers/{debtor.customer.id}/activity")
        assert ascending(seen(own), WANTED)
        for answer in (
            payer.get(f"{debtor.path}/movimientos.pdf"),
            owner.browser.get(f"/m/customers/{debtor.customer.id}/activity/pdf"),
        ):
            pages = PdfReader(io.BytesIO(answer.content)).pages
            text = " ".join(part.extract_text() for part in pages)
            assert ascending(text, [*WANTED[1:4], "27 500"]), text
        for answer in (
            payer.get(f"{debtor.path}/movimientos.csv"),
            owner.browser.get(f"/m/customers/{debtor.customer.id}/activity/csv"),
        ):
            assert answer.headers["content-type"] == "text/csv; charset=utf-8"
            rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
            assert [row["Saldo"] for row in rows] == [
                "0,00",
                "15000,00",
                "40000,00",
                "30000,00",
                "27500,00",
                "27500,00",
            ]
            assert (rows[-1]["Cargo"], rows[-1]["Abono"]) == ("40000,00", "12500,00")
            assert [row["Registrado"] for row in rows] == ["", *[house.today.isoformat()] * 4, ""]


def test_the_days_that_were_chosen_are_kept(house: House, debtor: Debtor, seen: Callable[[str], str]) -> None:
    today = house.today.isoformat()
    with house.browser() as payer:
        page = payer.get(f"{debtor.path}/activity", params={"since": today, "until": today})
        assert ascending(seen(page.text), ["Saldo anterior ₡40 000", "Recibo de caja", "Saldo final ₡27 500"])
        assert f"movimientos.csv?since={today}&amp;until={today}" in page.text
        before = (house.today - timedelta(days=200)).isoformat()
        earlier = payer.get(f"{debtor.path}/activity", params={"since": before, "until": before})
        assert "No hay movimientos en estas fechas." in earlier.text


@pytest.mark.parametrize(
    ("since", "until"),
    [("2026-02-30", ""), ("mañana", ""), ("2020-01-01", ""), ("2026-02-01", "2026-01-01"), ("", "2999-01-01")],
)
@pytest.mark.parametrize("kind", ["activity", "movimientos.pdf", "movimientos.csv"])
def test_days_that_make_no_period_are_said(house: House, debtor: Debtor, kind: str, since: str, until: str) -> None:
    with house.browser() as payer:
        answer = payer.get(f"{debtor.path}/{kind}", params={"since": since, "until": until})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_it_is_said_in_english_to_who_asks(house: House, debtor: Debtor, seen: Callable[[str], str]) -> None:
    with house.browser() as payer:
        page = seen(payer.get(f"{debtor.path}/activity?lang=en").text)
        assert ascending(page, ["Opening balance", "Invoice", "Cash receipt", "Credit note", "Closing balance"])
        file = payer.get(f"{debtor.path}/movimientos.csv?lang=en").content.decode("utf-8-sig")
        assert file.startswith("Currency;Date;")
