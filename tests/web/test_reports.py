"""Informes: each report as a page, a workbook and CSV; its sums are the ledger's, its cells are what they say."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal

import attrs
import openpyxl
import pytest

from hub.domain.merchant import Role
from hub.domain.report import Asked, ReportKind
from hub.flows.merchants.save_options import save_options
from hub.flows.views.view_report import age_debts, view_report
from tests.web.conftest import House, Seat

Seats = Callable[..., Seat]

KINDS = [kind.value for kind in ReportKind]


@pytest.fixture(scope="module")
def owing(house: House) -> None:
    """A customer whose name a spreadsheet could take for a formula."""
    debtor = house.debtor("CR", (123_456_750, -70), (4_825_000, -5), (99_00, 20))
    house.write(lambda tx: tx.customers.save(attrs.evolve(debtor.customer, name="=1+1")))


@pytest.fixture
def clerk(house: House, owing: None, seat: Seats) -> Seat:
    """An accountant."""
    return seat(house.merchants["CR"], Role.ACCOUNTANT)


def test_what_is_owed_by_age_adds_up_to_what_the_ledger_says(house: House, clerk: Seat) -> None:
    merchant = house.merchants["CR"]
    aged = house.run(age_debts(house.hub, merchant))
    ledger = house.read(lambda tx: tx.owed.by_currency(merchant.id, merchant.mode))
    assert {row.currency: row.total.minor for row in aged} == ledger
    report = house.run(view_report(house.hub, merchant, Asked(kind=ReportKind.AGEING)))
    assert {total[4]: total[-1].minor for total in report.totals} == ledger


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_a_page_a_workbook_and_csv_with_the_same_rows(house: House, clerk: Seat, kind: str) -> None:
    query = "since=01/01/2020" if kind in ("paid", "receipts", "bills") else ""
    page = clerk.browser.get(f"/m/reports/{kind}?{query}")
    assert page.status_code == 200
    book = clerk.browser.get(f"/m/reports/{kind}/file?{query}&file=xlsx")
    text = clerk.browser.get(f"/m/reports/{kind}/file?{query}&file=csv")
    assert book.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert "attachment" in text.headers["content-disposition"]
    rows = list(openpyxl.load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True))
    lines = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig")), delimiter=";"))
    assert lines[0] == list(rows[0])
    assert len(lines) == len(rows)
    assert all(not cell.startswith(("=", "+", "@")) for line in lines for cell in line)


def test_the_cells_of_a_workbook_are_numbers_days_and_texts(house: House, clerk: Seat) -> None:
    book = clerk.browser.get("/m/reports/owed/file?file=xlsx")
    head, *rows = openpyxl.load_workbook(io.BytesIO(book.content)).active.iter_rows()
    (row,) = [row for row in rows if row[6].value == 1_234_567.5]
    assert [cell.value for cell in head][:3] == ["Cliente", "Identificación", "Factura"]
    assert row[0].value == "=1+1"
    assert row[0].data_type == "s"
    assert isinstance(row[4].value, dt.datetime)
    assert row[6].data_type == "n"
    assert Decimal(str(row[6].value)) == Decimal("1234567.5")


def test_a_day_that_is_none_is_said_beside_its_field_and_no_file_is_made(house: House, clerk: Seat) -> None:
    for path in ("/m/reports/owed?until=31/02/2026", "/m/reports/owed/file?until=31/02/2026"):
        answer = clerk.browser.get(path)
        assert answer.status_code == 422
        assert "El día 31 no existe en ese mes" in answer.text
        assert 'aria-invalid="true"' in answer.text
    turned = clerk.browser.get("/m/reports/paid?since=02/03/2026&until=01/03/2026")
    assert "El último día está antes del primero" in turned.text
    assert clerk.browser.get("/m/reports/nothing").status_code == 404


def test_the_company_chooses_its_own_ages(house: House, clerk: Seat, seat: Seats) -> None:
    merchant = house.merchants["CR"]
    owner = seat(merchant)
    try:
        owner.post("/m/options", ageing_cuts="15, 45")
        page = clerk.read("/m/reports/ageing")
        assert "1 a 15 días" in page
        assert "16 a 45 días" in page
        assert "Más de 45 días" in page
        total = house.read(lambda tx: tx.owed.by_currency(merchant.id, merchant.mode))
        aged = house.run(age_debts(house.hub, house.read(lambda tx: tx.merchants.get(merchant.id))))
        assert {row.currency: row.total.minor for row in aged} == total
    finally:
        house.run(save_options(house.hub, merchant.id, ageing_cuts=""))


def test_nobody_else_reads_a_companys_reports(house: House, owing: None, seat: Seats) -> None:
    other = seat(house.merchants["CO"], Role.ACCOUNTANT)
    for kind in KINDS:
        assert "1234567,5" not in other.browser.get(f"/m/reports/{kind}/file?since=01/01/2020&file=csv").text
