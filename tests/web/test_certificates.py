"""Certificates of what customers withheld: the list of missing ones, the form, the file, and the customer's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import attrs
import pytest

from hub.domain.intake import Share
from hub.domain.merchant import Merchant, Role
from hub.domain.receipt import Certificate, Deduction
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.corrections.record_withholding import record_withholding
from hub.flows.corrections.withholding_certificates import void_certificate
from hub_hookspecs import Money
from tests.web.conftest import Debtor, House, Seat

PAGE = "/m/certificates"
PDF = b"%PDF-1.7\n" + b"0" * 200


@pytest.fixture
def merchant(house: House, company: Callable[..., Merchant]) -> Merchant:
    """A company whose customers certify every month."""
    made = company("CO", f"certifica-{next(house.numbers)}")
    options = attrs.evolve(made.options, withholdings=True, withholding_periods={"retefuente": "month"})
    monthly = attrs.evolve(made, options=options)
    house.write(lambda tx: tx.merchants.save(monthly))
    return monthly


@pytest.fixture
def withheld(house: House, merchant: Merchant) -> Debtor:
    """A customer who paid last month less a tax."""
    debtor = house.debtor("CO", (100_000_000, -30), (50_000_000, -10), merchant=merchant)
    last_month = house.today.replace(day=1) - timedelta(days=1)
    less = [Deduction(payable_id=debtor.invoices[0].id, tax="retefuente", amount=4_000_000)]
    known = {"means": "cash", "cash": Money(96_000_000, "COP"), "by": "otra", "received_on": last_month}
    made = record_by_hand(
        *(house.hub, merchant, debtor.customer.id),
        shares=[Share(debtor.invoices[0].id, 96_000_000)],
        deductions=less,
        **known,
    )
    house.run(made)
    return debtor


def typed(house: House, **changes: Any) -> dict[str, Any]:
    last_month = (house.today.replace(day=1) - timedelta(days=1)).isoformat()
    known = {"tax": "retefuente", "number": "RF 77", "period_from": last_month, "period_to": last_month}
    return {**known, "issued_on": house.today.isoformat(), "amount": "40.000", "currency": "COP", **changes}


def year_of(house: House) -> int:
    return (house.today.replace(day=1) - timedelta(days=1)).year


def test_a_missing_certificate_is_listed_with_its_days_until_it_comes(
    house: House, merchant: Merchant, withheld: Debtor, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    desk, year = seat(merchant, Role.ACCOUNTANT), year_of(house)
    customer = f"/m/customers/{withheld.customer.id}"
    page = desk.read(f"{PAGE}?year={year}")
    assert f"{customer}/certificate?tax=retefuente&amp;since=" in page
    assert "Retefuente" in seen(page)
    assert "$40.000" in seen(page)
    assert "$40.000" in seen(desk.read(customer))

    part = desk.post(f"{customer}/certificate", **typed(house, amount="30.000"))
    assert part.status_code == 303
    assert "$10.000" in seen(desk.read(f"{PAGE}?year={year}"))
    desk.post(f"{customer}/certificate", **typed(house, number="RF 78", amount="10.000"))
    after = seen(desk.read(f"{PAGE}?year={year}"))
    assert f"No falta ningún certificado de {year}" in after
    assert "RF 77" in after


def test_the_list_is_handed_out_as_a_table_of_either_kind(
    house: House, merchant: Merchant, withheld: Debtor, seat: Callable[..., Seat]
) -> None:
    desk, year = seat(merchant, Role.ACCOUNTANT), year_of(house)
    table = desk.browser.get(f"{PAGE}/missing?year={year}&kind=csv")
    book = desk.browser.get(f"{PAGE}/missing?year={year}&kind=xlsx")
    rows = table.content.decode("utf-8-sig").splitlines()

    assert rows[0].split(";")[:3] == ["Cliente", "Identificación", "Retención"]
    assert [row.split(";")[-1] for row in rows[1:]] == ["40000,00"]
    assert withheld.customer.name in rows[1]
    assert book.content.startswith(b"PK")
    assert seat(merchant, Role.OPERATOR).browser.get(f"{PAGE}/missing?year={year}").status_code == 403


def test_the_file_is_kept_as_it_was_handed_in_and_what_is_no_document_is_refused(
    house: House, merchant: Merchant, withheld: Debtor, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    desk = seat(merchant)
    address = f"/m/customers/{withheld.customer.id}/certificate"
    fields = {**typed(house), "form": desk.csrf}
    wrong = desk.browser.post(address, data=fields, files={"file": ("x.exe", b"MZ" * 90)})
    assert wrong.status_code == 422
    assert "se adjunta como PDF o foto" in seen(wrong.text)
    taken = desk.browser.post(address, data=fields, files={"file": ("certificado marzo.pdf", PDF)})
    assert taken.status_code == 303
    (paper,) = house.read(lambda tx: tx.withholding_certificates.of_customers([withheld.customer.id], merchant.mode))
    saved = desk.browser.get(f"{PAGE}/{paper.id}/file")
    assert (saved.content, saved.headers["content-type"]) == (PDF, "application/octet-stream")
    assert "certificado%20marzo.pdf" in saved.headers["content-disposition"]


def test_a_certificate_is_voided_with_its_reason_and_is_missing_again(
    house: House, merchant: Merchant, withheld: Debtor, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    desk, year = seat(merchant), year_of(house)
    desk.post(f"/m/customers/{withheld.customer.id}/certificate", **typed(house))
    (paper,) = house.read(lambda tx: tx.withholding_certificates.of_customers([withheld.customer.id], merchant.mode))
    silent = desk.post(f"{PAGE}/{paper.id}/void", reason=" ", year=str(year))
    assert silent.status_code == 422
    desk.post(f"{PAGE}/{paper.id}/void", reason="era de otra empresa", year=str(year))
    page = seen(desk.read(f"{PAGE}?year={year}"))
    assert "era de otra empresa" in page
    assert "No falta ningún certificado" not in page


def test_what_a_certificate_booked_after_a_receipt_is_in_the_list_too(
    house: House, merchant: Merchant, withheld: Debtor, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    paper = Certificate(number="RF 90", issued_on=house.today)
    kept = [Deduction(payable_id=withheld.invoices[1].id, tax="retefuente", amount=2_000_000)]
    house.run(record_withholding(house.hub, merchant, paper, kept, by="otra"))

    page = seen(seat(merchant).read(f"{PAGE}?year={house.today.year}"))
    assert "RF 90" in page
    assert "$20.000" in page


def test_another_companys_certificate_is_not_there(
    house: House, merchant: Merchant, withheld: Debtor, seat: Callable[..., Seat]
) -> None:
    seat(merchant).post(f"/m/customers/{withheld.customer.id}/certificate", **typed(house))
    (paper,) = house.read(lambda tx: tx.withholding_certificates.of_customers([withheld.customer.id], merchant.mode))
    other = seat(house.merchants["CO"])

    assert other.post(f"{PAGE}/{paper.id}/void", reason="x").status_code == 404
    assert other.post(f"/m/customers/{withheld.customer.id}/certificate", **typed(house)).status_code == 404
    assert other.browser.get(f"{PAGE}/{paper.id}/file").status_code == 404


def test_in_costa_rica_the_merchant_marks_the_bodies_of_the_state_and_they_alone_declare(
    house: House, company: Callable[..., Merchant], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    merchant = company("CR", "proveedora", connected=True)
    debtor = house.debtor("CR", (10_000_000, -30), merchant=merchant)
    desk, customer = seat(merchant), f"/m/customers/{debtor.customer.id}"
    assert "Marcar como institución del Estado" not in desk.read(customer), "off until the company allows it"
    options = attrs.evolve(merchant.options, withholdings=True)
    house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, options=options)))
    house.hub.cached.clear()
    desk.post("/m/options/withholdings/rates", tax="retencion", concept="Compras del Estado", rate="2", unit="percent")

    def declares() -> bool:
        with house.browser() as browser:
            return "Declarar retenciones" in browser.get(f"{debtor.path}/pay?provider=greenpay").text

    assert not declares()
    desk.post(f"{customer}/withholds", withholds="1")
    assert declares()
    assert "Es una institución del Estado" in seen(desk.read(customer))
    desk.post(f"{customer}/withholds")
    assert not declares()


def test_a_long_list_goes_on_with_the_customers_that_follow(
    house: House, merchant: Merchant, seat: Callable[..., Seat]
) -> None:
    last_month = house.today.replace(day=1) - timedelta(days=1)
    taxes = ("retefuente", "reteica", "reteiva", "otra_a", "otra_b")
    debtors = [house.debtor("CO", (1_000_000, -30), merchant=merchant) for _ in range(23)]
    for debtor in debtors:
        paper = Certificate(number=f"RF {debtor.customer.id[-6:]}", issued_on=last_month)
        kept = [Deduction(payable_id=debtor.invoices[0].id, tax=tax, amount=1_000) for tax in taxes]
        house.run(record_withholding(house.hub, merchant, paper, kept, by="otra"))
    options = attrs.evolve(merchant.options, withholding_periods=dict.fromkeys(taxes, "month"))
    monthly = attrs.evolve(merchant, options=options)
    house.write(lambda tx: tx.merchants.save(monthly))
    for debtor in debtors:
        for found in house.read(
            lambda tx, who=debtor.customer.id: tx.withholding_certificates.of_customers([who], merchant.mode)
        ):
            house.run(void_certificate(house.hub, monthly, found.id, reason="no llegó", by="otra"))
    desk, address, pages = seat(monthly), f"{PAGE}?year={last_month.year}", list[set[str]]()
    while address:
        page = desk.read(address)
        pages.append(set(re.findall(r"/m/customers/(\w+)/certificate", page)))
        onwards = re.search(r'href="(/m/certificates\?year=\d+&amp;after=\w+)"', page)
        address = unescape(onwards[1]) if onwards else ""

    assert len(pages) == 2
    assert not pages[0] & pages[1]
    assert pages[0] | pages[1] == {debtor.customer.id for debtor in debtors}
