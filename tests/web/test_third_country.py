"""A company of a country whose every fact is otherwise, from its form to its export: pages, mails,
receipts, books."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from urllib.parse import urlsplit

import pytest

from hub.domain.identity import Invalid
from hub.domain.merchant import Merchant
from hub.domain.payment import Status
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.validate_account import confirm_account
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.imports.import_files import import_customers, import_invoices
from hub.flows.merchants.save_company import CompanyForm, create_company
from hub.flows.merchants.save_options import save_options
from hub.flows.payments.check_payment import check_payment
from hub.flows.statements.send_statement import copy_link, send_statement
from hub_hookspecs import Mode, Money
from tests.conftest import install_dummy_pe
from tests.spoken import spoken
from tests.web.conftest import House, Seat, _live, forms_in, living, seen_in

COMPANY = CompanyForm(
    country="PE",
    identity_type="RUC",
    identity_number="2010007097",
    check_digit="0",
    legal_name="Bodega Lima S.A.C.",
    address={"region": "Lima", "ubigeo": "150101", "road": "Jirón de la Unión 300"},
    phone="01 555 0100",
    email="cobros@bodega.example",
)
CUSTOMERS = b"""tipo;identificaci\xc3\xb3n;nombre;correo
DNI;45678912;Rosa Quispe;rosa@correo.example
RUC;2060000001-3;Andes S.A.C.;pagos@andes.example
"""
INVOICES = b"""factura;cliente;fecha;vencimiento;moneda;total
F001-15;45678912;02/09/2026;02/10/2026;PEN;1,000.50
F001-16;45678912;02/09/2026;02/10/2026;PEN;200.00
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A hub that knows this country, with a company connected to a provider there."""
    with pytest.MonkeyPatch.context() as patch:
        plugins = install_dummy_pe(tmp_path_factory.mktemp("lima"), patch, PE="otherwise_pe:COUNTRY").parent
        patch.syspath_prepend(plugins / "otherwise-pe")
        live = partial(_live, tmp_path_factory.mktemp("hub"), names={"dummy-pe": {}}, companies=())
        with living(live) as made:
            made.run(found(made))
            yield made
    for name in [name for name in sys.modules if name.partition(".")[0] in ("hub_dummy_pe", "otherwise_pe")]:
        del sys.modules[name]


async def found(house: House) -> None:
    """Register the company, connect it, and bring its customers and invoices in."""
    hub, config = house.hub, house.configs["dummy-pe"]
    saved = await create_company(hub, COMPANY, slug="bodega", mode=Mode.TEST, owner_email="duena@bodega.example")
    await hub.store.write(lambda tx: tx.countries.set("PE", "dummy-pe", True))
    values = dict(house.simulators["dummy-pe"].settings(config, config["merchants"][0]["id"]))
    account = (await connect_account(hub, saved.merchant.id, "dummy-pe", values, by="duena")).account
    if account.status == "needs_confirmation":
        account = await confirm_account(hub, account.id, by="duena")
    assert account.status == "active", account
    merchant = await save_options(hub, saved.merchant.id, withholdings=True, partial=True)
    house.merchants["PE"], house.accounts["PE"] = merchant, account
    for take, file, name in ((import_customers, CUSTOMERS, "c.csv"), (import_invoices, INVOICES, "f.csv")):
        report = await take(hub, merchant, file, name=name)
        assert report.faults == ()


@pytest.fixture
def merchant(house: House) -> Merchant:
    found: Merchant = house.read(lambda tx: tx.merchants.get(house.merchants["PE"].id))
    return found


@pytest.fixture
def owner(house: House, merchant: Merchant, seat: Callable[..., Seat]) -> Seat:
    return seat(merchant)


def customer_id(house: House, merchant: Merchant) -> str:
    (customer,) = house.read(lambda tx: tx.customers.find(merchant.id, number="45678912"))
    return str(customer.id)


def words_of_this_country_alone(text: str) -> None:
    """Nothing of the two countries that come along, and nobody is addressed formally."""
    strange = (
        r"SINPE|ReteIVA|ReteICA|Retefuente|NIT\b|[Cc]édula|Canton|Departamento|colones|pesos|usted\b|Elija\b|Revise\b"
    )
    assert re.findall(strange, text) == []


def test_the_company_form_has_the_countrys_fields(house: House, owner: Seat, merchant: Merchant) -> None:
    html = owner.read("/m/company")
    page = seen_in(html)
    for label in ("Región", "Ubigeo", "Vía y número", "RUC", "Documento Nacional de Identidad"):
        assert label in page, label
    zones = re.search(r'<select[^>]*name="zone".*?</select>', html, re.DOTALL)
    assert zones
    assert re.findall(r'value="([^"]+)"', zones[0]) == ["America/Lima", "Pacific/Galapagos"]
    words_of_this_country_alone(page)

    given = {
        "identity_type": "RUC",
        "identity_number": "2010007097",
        "legal_name": "Bodega Lima S.A.C.",
        "address-region": "Lima",
        "email": "cobros@bodega.example",
        "phone": "01 555 0100",
    }
    wrong = owner.post("/m/company", **given, check_digit="1", zone="America/Lima")
    assert wrong.status_code == 422
    assert "es 0, no 1" in seen_in(wrong.text)
    kept = owner.post("/m/company", **given, check_digit="0", zone="Pacific/Galapagos")
    assert kept.status_code in (200, 303)
    changed = house.read(lambda tx: tx.merchants.get(merchant.id)).company
    assert (changed.zone, changed.address["region"]) == ("Pacific/Galapagos", "Lima")


def test_a_file_is_read_by_the_countrys_documents(house: House, merchant: Merchant) -> None:
    file = b"tipo;identificaci\xc3\xb3n;nombre\nDNI;1234567;Corta\nNIT;900123456-8;Ajena\nRUC;2060000001-9;Mal\n"
    report = house.run(import_customers(house.hub, merchant, file, name="c.csv", dry_run=True))
    assert [fault.line for fault in report.set_aside] == [2, 3, 4]
    assert "RUC, DNI" in spoken(report.set_aside[1].message)


def test_statement_and_mail_speak_as_the_country_does(house: House, merchant: Merchant) -> None:
    customer = customer_id(house, merchant)
    sent = house.run(send_statement(house.hub, merchant, customer))
    mail = house.until(lambda: next(iter(house.mailbox.to(sent.recipient)), None))
    assert "Lo que tienes pendiente con" in mail.subject
    assert "S/ 1,200.50" in seen_in(mail.html)
    words_of_this_country_alone(seen_in(mail.html))

    path = house.run(copy_link(house.hub, merchant, customer)).removeprefix(house.base)
    with house.browser() as browser:
        page = seen_in(browser.get(path).text)
        report = browser.get(f"{path}/report").text
    assert "puede ver tu estado de cuenta: no lo compartas" in page
    words_of_this_country_alone(page)
    assert re.findall(r'<option value="([a-z]+)"', report)[:4] == ["transfer", "yape", "plin", "deposit"]


def test_a_payment_with_a_withholding_is_recorded_and_exported(house: House, owner: Seat, merchant: Merchant) -> None:
    customer = customer_id(house, merchant)
    invoice = house.read(lambda tx: tx.payables.numbered(merchant.id, Mode.TEST, {"F001-15"}))["F001-15"]
    path = house.run(copy_link(house.hub, merchant, customer)).removeprefix(house.base)
    taxes = {f"igv.base.{invoice.id}": "1,000.50", f"igv.amount.{invoice.id}": "30.50"}
    with house.browser() as browser:
        first = browser.get(f"{path}/pay?provider=dummy-pe&currency=PEN&invoice={invoice.id}").text
        form = next(item for item in forms_in(first) if item["action"].split("?")[0].endswith("/pay"))
        assert form["fields"][f"amount.{invoice.id}"] == ["1,000.50"]
        assert "Retención del IGV" in seen_in(first)
        words_of_this_country_alone(seen_in(first))
        shown = browser.post(form["action"], data={**form["fields"], **taxes, "update": "1"})
        form = next(item for item in forms_in(shown.text) if item["action"].split("?")[0].endswith("/pay"))
        paid = browser.post(form["action"], data=form["fields"])
        assert paid.status_code == 303, seen_in(paid.text)
        place = urlsplit(paid.headers["location"]).path
        payment = house.payment(place)
        assert (payment.amount, payment.lines[0].withheld) == (Money(97_000, "PEN"), 3_050)
        posted = next(
            item for item in forms_in(browser.get(paid.headers["location"]).text) if "/sim/" in item["action"]
        )
        browser.post(posted["action"], data=posted["fields"]).raise_for_status()
    house.control("dummy-pe", "approve", reference=payment.reference)
    house.run(check_payment(house.hub, payment.id))
    house.until(lambda: house.payment(place).status is Status.PAID)

    receipt = seen_in(owner.go(f"/m/payments/{payment.id}/receipt"))
    assert "RI-000001" in receipt
    assert "Retención del IGV S/ 30.50" in receipt
    assert "novecientos setenta soles" in receipt.lower()
    words_of_this_country_alone(receipt)
    book = house.read(lambda tx: tx.ledger.entries(merchant.id, Mode.TEST, payment_id=payment.id))
    assert f"withheld:{payment.id}:{invoice.id}:igv" in {entry.key for entry in book}

    by_hand = f"/m/customers/{customer}/receipt"
    offered = re.findall(r'name="means" value="([a-z]+)"', owner.read(by_hand))
    assert offered == ["cash", "transfer", "cheque", "yape", "plin"]
    typed = {"means": "yape", "amount": "150.00", "currency": "PEN"}
    kept = owner.go(by_hand, **typed, receipt_id=house.hub.fresh_id(), record="1")
    assert "Yape" in seen_in(kept)
    with pytest.raises(Invalid, match="cash, transfer, cheque, yape, plin"):
        house.run(
            record_by_hand(*(house.hub, merchant, customer), means="sinpe", cash=Money(100, "PEN"), shares=(), by="ana")
        )

    certificate = re.search(r'<select[^>]*name="tax".*?</select>', kept, re.DOTALL)
    assert certificate
    assert re.findall(r'value="([a-z]+)"', certificate[0]) == ["igv", "cuarta"]
    file = owner.browser.get("/m/exports/payments?since=2020-01-01&kind=csv").text
    assert ";Yape;" in file
    assert ";30,50;" in file
    assert not house.read(lambda tx: tx.ledger.verify())


def test_the_pages_of_the_desk_speak_as_the_country_does(house: House, owner: Seat) -> None:
    for path in ("/m/", "/m/options", "/m/members", "/m/rounds", "/m/exports", "/m/import"):
        words_of_this_country_alone(seen_in(owner.read(path)))


def test_holidays_follow_the_countrys_own_rule(house: House) -> None:
    holidays = house.hub.countries["PE"].holidays
    assert date(2040, 6, 29) in holidays
    assert date(2040, 7, 20) not in holidays
