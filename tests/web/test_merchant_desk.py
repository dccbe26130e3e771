"""The desk: guide and test payment, options, channels, shop keys, export, workbooks, receipts,
settlements."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import attrs
import pytest

from hub.domain.export import Cell, xlsx_of
from hub.domain.files.table_file import read_table
from hub.domain.intake import Share
from hub.domain.receipt import Means
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.payments.offer_buttons import offers_for
from hub.flows.payments.open_payment import NotPossible, PayRequest
from hub.flows.payments.start_payment import start_payment
from hub.flows.receipts.skip_numbers import skip_numbers
from hub.flows.statements.send_statement import send_statement
from hub.web.merchant.words import CAUSES
from hub.web.reader import PageReader
from hub_hookspecs import Channel, Mode, Money
from tests.spoken import refused
from tests.web.conftest import Debtor, House, Seat, forms_in

Seats = Callable[..., Seat]
Seen = Callable[[str], str]


def pay(house: House, account: Any, debtor: Debtor, minor: int | None = None) -> Any:
    """Let the customer pay the first invoice by card, and the provider say so."""
    invoice = debtor.invoices[0]
    payment = house.run(start_payment(house.hub, request(account, debtor, minor or invoice.total)))
    house.until(lambda: house.read(lambda tx: tx.payments.get(payment.id)).status == "pending")
    house.control("greenpay", "approve", reference=payment.reference)
    return house.until(lambda: (found := house.read(lambda tx: tx.payments.get(payment.id))).status == "paid" and found)


def request(account: Any, debtor: Debtor, minor: int) -> PayRequest:
    return PayRequest(
        account_id=account.id,
        way="form",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(debtor.invoices[0].id, minor)],
        email="pagador@correo.example",
        name="Pagadora",
    )


def account_of(house: House, merchant: Any) -> Any:
    """The first that is offered where the merchant is."""

    def read(tx: Any) -> Any:
        places, country = tx.countries.enabled(), merchant.company.country
        accounts = tx.accounts.current_of(merchant.id, merchant.mode)
        return next(account for account in accounts if (country, account.provider) in places)

    return house.read(read)


def test_the_guide_ends_in_a_payment_whose_mails_stand_on_the_page(
    house: House, company: Callable[..., Any], seat: Seats, seen: Seen
) -> None:
    merchant = company("CR", "primera", connected=True)
    clerk = seat(merchant)
    text = seen(clerk.read("/m"))
    assert "Primeros pasos: 2 de 5" in text
    assert "Sigue: Clientes y facturas" in text
    clerk.go("/m/guide/try")
    assert "Pagar en línea" in seen(
        clerk.read(re.findall(r'<iframe[^>]* src="([^"]+)"', clerk.read("/m/guide/try"))[0])
    )
    page = clerk.go("/m/guide/try")  # pressed again, the same invoice is sent once more
    assert "PRUEBA-1 de ₡1 000,00" in seen(page)
    house.until(lambda: [mail for mail in house.mailbox.to(clerk.email) if "PRUEBA-1" in mail.text])
    (debtor,) = house.read(lambda tx: tx.payables.search(merchant.id, merchant.mode))
    payment = house.run(
        start_payment(
            house.hub,
            PayRequest(
                account_id=account_of(house, merchant).id,
                way="form",
                channel=Channel.STATEMENT,
                customer_id=debtor.customer_id,
                shares=[Share(debtor.id, debtor.total)],
            ),
        )
    )
    house.until(lambda: house.read(lambda tx: tx.payments.get(payment.id)).status == "pending")
    assert "Seguir con el pago" in seen(clerk.read("/m/guide/try"))
    house.control("greenpay", "approve", reference=payment.reference)
    said = ("Así funciona con cada cliente", "Soporte de pago al cliente para", "Pagos recibidos para")
    house.until(lambda: (page := seen(clerk.read("/m/guide/try"))) and all(words in page for words in said))
    page = clerk.read("/m/guide/try")
    assert "Estado de cuenta para" in seen(page)
    frames = re.findall(r'<iframe[^>]* src="([^"]+)"[^>]* sandbox=""', page)
    proof, notice = (seen(clerk.read(frame)) for frame in frames)
    assert "Soporte de pago" in proof
    assert "Agregar recibo de caja" in notice
    assert not house.read(lambda tx: tx.ledger.verify())
    assert "Primeros pasos: 3 de 5" in seen(clerk.read("/m"))


def test_without_a_connection_there_is_nothing_to_try(company: Callable[..., Any], seat: Seats, seen: Seen) -> None:
    clerk = seat(company("CO", "sinnada"))
    answer = clerk.post("/m/guide/try")
    assert answer.status_code == 422
    assert "Primero conecta un medio de pago" in seen(answer.text)


def test_a_live_company_gets_no_test_payment(
    house: House, company: Callable[..., Any], seat: Seats, seen: Seen
) -> None:
    merchant = company("CR", "enserio")
    house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, mode=Mode.LIVE)))
    clerk = seat(merchant)
    assert "Probar con un pago de prueba" not in seen(clerk.read("/m/guide"))
    assert clerk.post("/m/guide/try").status_code == 422


def test_options_of_every_kind_are_kept_and_others_stay(
    house: House, company: Callable[..., Any], seat: Seats, seen: Seen
) -> None:
    merchant = company("CR", "eleccion")
    clerk = seat(merchant)
    given = {"minimum-CRC": "5.000,50", "bank_account": "Banco  Nacional 1234", "digest": "on", "notify": ""}
    assert "Los cambios se guardaron" in seen(clerk.post("/m/options", **given).text)
    options = house.read(lambda tx: tx.merchants.get(merchant.id)).options
    assert dict(options.minimum) == {"CRC": 500_050}
    assert (options.bank_account, options.digest, options.auto_record) == ("Banco Nacional 1234", True, False)
    assert 'value="5000,50"' in clerk.read("/m/options")
    wrong = clerk.post("/m/options", **{**given, "minimum-CRC": "cinco mil"})
    assert wrong.status_code == 422
    assert "Escriba un monto" in seen(wrong.text)
    assert house.read(lambda tx: tx.merchants.get(merchant.id)).options == options


@pytest.fixture
def choosy(house: House, clerk: Seat) -> Iterator[Any]:
    """A company that takes no online payment below 5000 colones."""
    clerk.post("/m/options", **{"minimum-CRC": "5000", "partial": "on"})
    yield house.read(lambda tx: tx.merchants.get(clerk.merchant.id))
    clerk.post("/m/options", partial="on")


@pytest.mark.parametrize(
    ("owed", "minor", "taken"),
    [
        (1_000_000, 500_000, True),
        (1_000_000, 499_999, False),
        (1_000_000, 1_000_000, True),
        (120_000, 120_000, True),
        (120_000, 119_999, False),
    ],
)
def test_below_the_merchants_minimum_only_the_whole_balance_is_taken(
    house: House, choosy: Any, seen: Seen, owed: int, minor: int, taken: bool
) -> None:
    debtor, account = house.debtor("CR", (owed, -3), merchant=choosy), account_of(house, choosy)
    (offer,) = house.run(
        offers_for(
            house.hub,
            choosy,
            Mode.TEST,
            channel=Channel.STATEMENT,
            amount=Money(minor, "CRC"),
            customer_id=debtor.customer.id,
        )
    )
    assert (offer.button is not None) is taken
    if taken:
        assert house.run(start_payment(house.hub, request(account, debtor, minor))).amount.minor == minor
    else:
        assert "₡5 000,00 como mínimo" in seen(PageReader().say(offer.reason))
        with refused(NotPossible, match="como mínimo"):
            house.run(start_payment(house.hub, request(account, debtor, minor)))
        with house.browser() as browser:
            field = f"amount.{debtor.invoices[0].id}"
            told = seen(browser.get(f"{debtor.path}/pay", params={"provider": "greenpay", field: minor / 100}).text)
        assert "o del saldo completo." in told


def test_other_ways_to_pay_are_read_on_the_statement_and_in_its_mail_with_every_digit(
    house: House, company: Callable[..., Any], seat: Seats, seen: Seen
) -> None:
    merchant = company("CR", "transfiere", connected=True)
    clerk = seat(merchant)
    ways = "  Banco Nacional, IBAN 4111111111111111 \n\nSINPE Móvil <b>8888-1234</b>"
    assert "Los cambios se guardaron" in seen(clerk.post("/m/options", other_ways=ways).text)
    debtor = house.debtor("CR", (100_000, -3), merchant=merchant, email="otra@forma.example")
    nothing = house.debtor("CR", merchant=merchant)

    with house.browser() as browser:
        page, free = browser.get(debtor.path).text, browser.get(nothing.path).text
    told = "Otras formas de pagar Banco Nacional, IBAN 4111111111111111 SINPE Móvil <b>8888-1234</b>"
    assert told in seen(page)
    assert "Otras formas de pagar" not in free
    house.run(send_statement(house.hub, merchant, debtor.customer.id))
    mail = house.until(lambda: house.mailbox.to("otra@forma.example"))[0]
    assert "> Banco Nacional, IBAN 4111111111111111\n> SINPE Móvil <b>8888-1234</b>\n" in mail.text
    refused = clerk.post("/m/options", other_ways="x" * 601)
    assert refused.status_code == 422
    assert "caben 600 letras" in seen(refused.text)


def test_a_provider_stands_where_it_was_put(house: House, company: Callable[..., Any], seat: Seats, seen: Seen) -> None:
    merchant = company("CR", "canales", connected=True)
    clerk = seat(merchant)
    page = clerk.go("/m/integrations/greenpay/channels", **{"channel-checkout": "on"})
    assert "Greenpay en la tienda en línea, en" in seen(page)
    debtor = house.debtor("CR", (100_000, -3), merchant=merchant)
    with house.browser() as browser:
        assert "todavía no recibe pagos en línea" in seen(browser.get(debtor.path).text)
    assert "No se ofrece en ningún lugar" in seen(clerk.go("/m/integrations/greenpay/channels"))
    assert clerk.post("/m/integrations/nequi/channels").status_code == 404


def test_a_shop_key_is_shown_once_works_and_can_be_revoked(
    house: House, company: Callable[..., Any], seat: Seats, seen: Seen
) -> None:
    clerk = seat(company("CR", "tienda"))
    page = clerk.post("/m/shop/keys", name="Tienda").text
    key = re.search(r'value="(phk_test_[^"]+)"', page)
    assert key
    again = clerk.read("/m/shop")
    assert key[1] not in again
    assert "Tienda" in seen(again)
    with house.browser() as shop:
        headers = {"Authorization": f"Bearer {key[1]}"}
        assert shop.get("/v1/orders/ord_nada", headers=headers).status_code == 404
        revoke = re.search(r'action="(/m/shop/keys/[^"]+/revoke)"', again)
        assert revoke
        assert "Anulada" in seen(clerk.go(revoke[1]))
        assert shop.get("/v1/orders/ord_nada", headers=headers).status_code == 401
    assert clerk.post(revoke[1]).status_code == 404
    assert clerk.post("/m/shop/keys", name="").status_code == 422


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://tienda.example/carrito?x=1", ("https://tienda.example",)),
        (
            "https://tienda.example:443\nhttps://otra.example:8443/",
            ("https://tienda.example", "https://otra.example:8443"),
        ),
        ("http://127.0.0.1:5000", ("http://127.0.0.1:5000",)),
        ("", ()),
        ("http://tienda.example", None),
        ("javascript:alert(1)", None),
        ("https://ana@tienda.example", None),
        ("tienda", None),
    ],
)
def test_a_shops_address_is_kept_as_scheme_and_host(
    house: House, clerk: Seat, typed: str, kept: tuple[str, ...] | None
) -> None:
    before = house.read(lambda tx: tx.merchants.get(clerk.merchant.id)).options.shop_origins
    assert clerk.post("/m/shop", shop_origins=typed).status_code == (422 if kept is None else 303)
    after = house.read(lambda tx: tx.merchants.get(clerk.merchant.id)).options.shop_origins
    assert after == (before if kept is None else kept)


@pytest.fixture(scope="module")
def clerk(company: Callable[..., Any], seat: Seats) -> Seat:
    """The owner of a company of its own."""
    return seat(company("CR", "propia", connected=True))


def test_a_person_is_added_with_a_role_and_signs_in(house: House, clerk: Seat, seen: Seen) -> None:
    page = clerk.go("/m/members", email="Nueva@Propia.example", role="operator")
    assert "nueva@propia.example" in page
    assert "Soporte: Ve todo" in seen(page)
    for fields in ({"email": "nadie", "role": "owner"}, {"email": "x@y.example", "role": "king"}):
        assert clerk.post("/m/members", **fields).status_code == 422
    assert clerk.post("/m/members/remove", email="otra@empresa.example").status_code == 404


def test_a_link_is_shared_by_whatsapp_and_its_preview_tells_only_the_company(
    house: House, clerk: Seat, seen: Seen
) -> None:
    debtor = house.debtor("CR", (1_234_500, -3), email="ana@propia.example", merchant=clerk.merchant)
    page = clerk.go(f"/m/customers/{debtor.customer.id}/link", copy="1").replace("&amp;", "&")
    shared = re.search(r'href="(https://wa\.me/\?text=[^"]+)"', page)
    assert shared
    text = unquote_plus(shared[1])
    assert debtor.customer.name in text
    url = re.search(r"http\S+/s/\S+", text)
    assert url
    with house.browser() as browser:
        statement = browser.get(url[0]).text
    metas = re.findall(r'<meta property="og:[^>]+>', statement)
    assert 'content="Ferretería El Tornillo"' in "".join(metas)
    assert debtor.customer.name not in "".join(metas)
    title = re.search(r"<title>(.*?)</title>", statement)
    assert title
    assert title[1] == "Estado de cuenta · Ferretería El Tornillo"


HEADER = ("Factura", "Cliente", "Fecha", "Vencimiento", "Moneda", "Total")


def bring(clerk: Seat, kind: str, name: str, content: bytes, **fields: str) -> Any:
    return clerk.browser.post(
        "/m/import",
        data={"form": clerk.csrf, "kind": kind, **fields},
        files={"file": (name, content)},
        follow_redirects=True,
    )


def test_a_workbook_is_previewed_taken_and_told_what_changed(house: House, clerk: Seat, seen: Seen) -> None:
    people = xlsx_of("Clientes", ("Tipo", "Identificación", "Nombre"), [("CF", "112340567", "José Núñez")])
    shown = bring(clerk, "customers", "clientes.xlsx", people)
    assert "Excel, hoja «Clientes»" in seen(shown.text)
    take(clerk, shown.text)
    rows = [("X-1", "112340567", date(2026, 1, 5), date(2026, 2, 5), "CRC", Money(1_000_050, "CRC"))]
    shown = bring(clerk, "invoices", "facturas.xlsx", xlsx_of("Facturas", HEADER, rows))
    assert "Filas nuevas 1" in seen(shown.text)
    assert "El archivo se importó" in seen(take(clerk, shown.text))
    changed = [(*rows[0][:5], Money(1_200_000, "CRC")), ("X-2", *rows[0][1:])]
    shown = bring(clerk, "invoices", "facturas.xlsx", xlsx_of("Facturas", HEADER, changed))
    assert "Filas nuevas 1 Filas con cambios 1" in seen(shown.text)
    assert "Qué cambiaría X-1: total ₡10 000,50 → ₡12 000,00" in seen(shown.text)
    assert "Qué cambió X-1: total" in seen(take(clerk, shown.text))
    assert "₡12 000,00" in seen(clerk.read("/m/invoices?q=X-1"))


def test_where_file_and_hub_say_another_balance_the_page_lists_it_with_the_reason(
    house: House, clerk: Seat, seen: Seen
) -> None:
    debtor = house.debtor("CR", (5_000_000, 5), merchant=clerk.merchant)
    bill, customer = debtor.invoices[0], debtor.customer
    cash = Money(2_000_000, "CRC")
    shares = [Share(bill.id, cash.minor)]
    house.run(
        record_by_hand(house.hub, clerk.merchant, customer.id, means=Means.CASH, cash=cash, shares=shares, by="x")
    )
    rows = [(bill.number, customer.document.number, bill.issued_on, bill.due_on, "CRC", Money(5_000_000, "CRC"))]
    file = xlsx_of("Facturas", (*HEADER, "Saldo"), [(*rows[0], Money(5_000_000, "CRC"))])
    shown = bring(clerk, "invoices", "facturas.xlsx", file)
    again = bring(clerk, "invoices", "facturas.xlsx", file)
    for page in (shown.text, take(clerk, shown.text), again.text):
        assert (
            "El archivo dice ₡50 000,00, aquí se deben ₡30 000,00: ₡20 000,00 se recibieron o descontaron"
            " aquí y el archivo no los cuenta."
        ) in seen(page)


def take(clerk: Seat, html: str) -> str:
    """The second button: import what was shown."""
    (form,) = [item for item in forms_in(html) if item["action"].startswith("/m/import/")]
    fields = {name: values[0] for name, values in form["fields"].items()}
    text: str = clerk.browser.post(form["action"], data={**fields, "take": "1"}, follow_redirects=True).text
    return text


def test_a_workbook_with_faults_says_line_and_column_and_takes_nothing_of_them(clerk: Seat, seen: Seen) -> None:
    rows: list[tuple[Cell, ...]] = [
        ("Y-1", "999", "ayer", None, "CRC", Money(100, "CRC")),
        ("Y-2", "112340567", "01/02/2026", None, "XYZ", "mil"),
    ]
    answer = bring(clerk, "invoices", "f.xlsx", xlsx_of("F", HEADER, rows))
    text = seen(answer.text)
    assert "No es una fecha" in text
    assert "Línea 2 · Fecha: «ayer»" in text
    assert "No es una moneda conocida" in text
    assert "Línea 3 · Moneda: «XYZ»" in text
    assert "Y-1" not in clerk.read("/m/invoices?q=Y-")


def test_what_was_paid_is_exported_with_a_row_for_each_movement(house: House, clerk: Seat, seen: Seen) -> None:
    merchant = clerk.merchant
    debtor = house.debtor("CR", (3_000_000, -3), merchant=merchant)
    house.write(lambda tx: tx.customers.save(attrs.evolve(debtor.customer, name="=1+1")))
    payment = pay(house, account_of(house, merchant), debtor)
    today = house.today.isoformat()
    text = clerk.browser.get(f"/m/exports/payments?since={today}&kind=csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    row = next(item for item in rows if item["Referencia"] == payment.reference)
    assert row["Cliente"] == "'=1+1"
    assert (row["Monto"], row["Aplicado"], row["Facturas"]) == (
        "30000,00",
        "30000,00",
        f"{debtor.invoices[0].number}: 30000,00",
    )
    assert row["Autorización"]
    assert row["Proveedor"] == "Greenpay"
    answer = clerk.browser.get(f"/m/exports/payments?since={today}&kind=xlsx")
    assert answer.headers["content-disposition"].startswith('attachment; filename="pagos-propia-')
    table = read_table(answer.content)
    assert not table.errors
    cells = next(item.cells for item in table.rows if item.cells["Referencia"] == payment.reference)
    assert (cells["Monto"], cells["Cliente"]) == ("30000", "=1+1")
    asked = clerk.read(f"/m/exports?since={today}&by=value")
    assert f"Con estas fechas hay {len(rows)} movimiento" in seen(asked)
    came = sum(Decimal(item["Monto"].replace(",", ".")) for item in rows if not item["Monto"].startswith("-"))
    told = f"{came:,.2f}".replace(",", " ").replace(".", ",")
    assert f"Moneda Entró Se devolvió Retenciones CRC ₡{told} " in seen(asked)
    assert re.search(r'value="value" checked', asked)
    tomorrow = (house.today + timedelta(days=1)).isoformat()
    assert "hay 0 movimientos" in seen(clerk.read(f"/m/exports?since={tomorrow}"))


def test_days_and_statements_are_printed(house: House, clerk: Seat) -> None:
    debtor = house.debtor("CR", (5_000_000, -3), merchant=clerk.merchant)
    day = house.today
    for path in (f"/m/exports/report?since={day}", f"/m/customers/{debtor.customer.id}/pdf"):
        answer = clerk.browser.get(path)
        assert answer.headers["content-type"] == "application/pdf", path
        assert answer.content.startswith(b"%PDF-")
    assert clerk.browser.get(f"/m/exports/report?since={day}&until={day - timedelta(days=1)}").status_code == 422
    assert clerk.browser.get("/m/exports/report").status_code == 422


@pytest.mark.parametrize("query", ["", "since=ayer", "since=2026-01-01&until=nunca"])
def test_an_export_without_a_day_is_asked_again(clerk: Seat, query: str) -> None:
    assert clerk.browser.get(f"/m/exports/payments?{query}").status_code == 422


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("amount=43.210,00", True),
        ("amount=43210", True),
        ("amount=43,210.00", True),
        ("amount=43211", False),
        ("amount=nada", True),
        ("provider=greenpay&status=paid", True),
        ("provider=nequi", False),
        ("status=closed", False),
        ("since={today}&until={today}", True),
        ("until={yesterday}", False),
        ("q=%s", True),
        ("q=pagador@correo.example&amount=43210", True),
    ],
)
def test_payments_are_found_by_what_people_know_of_them(
    house: House, clerk: Seat, found_payment: Any, query: str, found: bool
) -> None:
    today = house.today
    days = {"today": today.isoformat(), "yesterday": (today - timedelta(days=1)).isoformat()}
    page = clerk.read("/m/payments?" + query.replace("%s", found_payment.reference).format(**days))
    assert (f"/m/payments/{found_payment.id}" in page) is found


@pytest.fixture(scope="module")
def found_payment(house: House, clerk: Seat) -> Any:
    """A payment of 43 210 colones."""
    return pay(house, account_of(house, clerk.merchant), house.debtor("CR", (4_321_000, -3), merchant=clerk.merchant))


def test_at_the_desk_an_address_without_a_page_leads_back_home(house: House, seat: Seats) -> None:
    lost = seat(house.merchants["CR"]).browser.get("/m/nada")
    assert (lost.status_code, '<a href="/m">Ir al inicio</a>' in lost.text) == (404, True)
    with house.browser() as browser:
        assert 'href="/m"' not in browser.get("/s/nada").text


def test_every_exception_that_may_wait_has_words() -> None:
    vocabulary = (Path(__file__).parents[2] / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    table = vocabulary.partition("## Reviews")[2].partition("## Accounts")[0]
    causes = {cause for row in table.splitlines() if row.startswith("| `") for cause in re.findall(r"`(\w+)`", row)}
    assert "parked_payment" in causes
    assert causes <= set(CAUSES)


def test_numbers_that_are_not_here_stand_under_the_receipts(house: House, clerk: Seat, seen: Seen) -> None:
    given = house.read(lambda tx: [item.number for item in tx.receipts.of(clerk.merchant.id, clerk.merchant.mode)])
    first = max(given, default=0) + 1
    for last in (first + 3, first + 4):
        named = f"RC-{last:06d}"
        house.run(skip_numbers(house.hub, clerk.merchant, named, by="operator Ana", reason="impresos antes"))

    page = seen(clerk.read("/m/receipts"))

    gap = f"Los números RC-{first:06d} a RC-{first + 3:06d} no están aquí y no se vuelven a dar."
    assert f"{gap} impresos antes · operator Ana" in page
    assert f"El número RC-{first + 4:06d} no está aquí y no se vuelve a dar." in page


def test_a_cash_receipt_is_found_mailed_and_voided_with_a_reason(house: House, clerk: Seat, seen: Seen) -> None:
    debtor = house.debtor("CR", (2_000_000, -3), email="paga@propia.example", merchant=clerk.merchant)
    path = f"/m/customers/{debtor.customer.id}/receipt"
    drawn = re.search(r'name="receipt_id" value="([^"]+)"', clerk.read(path))
    assert drawn
    fields = {"means": "cash", "currency": "CRC", "amount": "20000", "receipt_id": drawn[1]}
    location = clerk.post(path, **fields, record="1").headers["location"]
    assert debtor.customer.name in seen(clerk.read(f"/m/receipts?q={debtor.invoices[0].number}"))
    assert "Ningún recibo" in seen(clerk.read("/m/receipts?q=ZZZZ"))
    assert "va en camino a paga@propia.example" in seen(clerk.post(f"{location}/mail").text)
    mail = house.until(lambda: house.mailbox.to("paga@propia.example"))[0]
    assert "Recibo de caja RC-" in mail.subject
    assert "VEINTE MIL COLONES" in mail.text
    assert clerk.post(f"{location}/void", reason="").status_code == 422
    assert "Anulado" in seen(clerk.go(f"{location}/void", reason="Se anotó dos veces"))
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 2_000_000
    assert "Anular este recibo" not in seen(clerk.read(location))
    assert not house.read(lambda tx: tx.ledger.verify())


def test_a_settlement_file_is_compared_before_it_is_booked(house: House, clerk: Seat, seen: Seen) -> None:
    account = account_of(house, clerk.merchant)
    debtor = house.debtor("CR", (4_000_000, -3), merchant=clerk.merchant)
    payment = pay(house, account, debtor)
    content = (
        "line_id;reference;gross;fee;net;currency\n"
        f"L-1;{payment.reference};40000,00;1400,00;38600,00;CRC\nL-2;NADIE;10,00;;10,00;CRC\n"
    ).encode()
    before = seen(clerk.read("/m/settlements"))
    assert "Falta que deposite" in before
    shown = clerk.browser.post(
        "/m/settlements/file",
        data={"form": clerk.csrf, "account": account.id},
        files={"file": ("pagos.csv", content)},
        follow_redirects=True,
    )
    assert "Todavía no se anotó nada" in seen(shown.text)
    assert "Cuadran 1" in seen(shown.text)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text))
    taken = clerk.browser.post("/m/settlements", data={**fields, "take": "1"})
    assert "quedó comparado con los libros" in seen(taken.text)
    text = seen(clerk.read("/m/settlements"))
    assert "L-1" in text
    assert "₡38 600,00" in text
    today = house.today.isoformat()
    exported = clerk.browser.get(f"/m/exports/payments?since={today}&kind=csv").content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(exported), delimiter=";")
    row = next(item for item in rows if item["Referencia"] == payment.reference)
    assert (row["Comisión"], row["Neto"]) == ("1400,00", "38600,00")
    reviews = clerk.read("/m/reviews")
    assert "no corresponde a ningún pago" in seen(reviews)
    assert "L-2 NADIE Bruto ₡10,00 · Neto ₡10,00" in seen(reviews)
    assert "NADIE Bruto ₡10,00 · Neto ₡10,00" in seen(shown.text)
    assert " line " not in seen(reviews) + seen(shown.text)
    resolve = re.search(r'action="(/m/reviews/[^"]+/resolve)"', reviews)
    assert resolve
    assert clerk.post(resolve[1], why=" ").status_code == 422
    assert "Es de otra empresa" in seen(clerk.go(resolve[1], why="Es de otra empresa"))
    assert clerk.post(resolve[1], why="otra vez").status_code == 422
    assert clerk.post("/m/reviews/nada/resolve", why="x").status_code == 404


def test_what_was_given_back_in_the_panel_is_recorded_on_the_payments_page_once(
    house: House, company: Callable[..., Any], seat: Seats, seen: Seen
) -> None:
    merchant = company("CR", "devuelve", connected=True)
    clerk = seat(merchant)
    debtor = house.debtor("CR", (2_500_000, 5), merchant=merchant)
    payment = pay(house, account_of(house, merchant), debtor)
    page, post = f"/m/payments/{payment.id}", f"/m/payments/{payment.id}/returned"
    assert "Anotar dinero que volvió" in seen(clerk.read(page))
    form = {"drawn": clerk.drawn(post), "kind": "returned", "amount": "10000", "why": "mercadería devuelta"}

    unproved = clerk.post(post, **form)
    assert (unproved.status_code, "Hace falta una prueba" in seen(unproved.text)) == (422, True)
    strange = clerk.post(post, **{**form, "amount": "mucho", "evidence": "panel"})
    assert (strange.status_code, "sin separador de miles" in seen(strange.text)) == (422, True)
    assert clerk.post(post, **form, evidence="panel, 21 nov").status_code == 303
    twice = clerk.post(post, **form, evidence="panel, 21 nov", another="1")
    assert (twice.status_code, "cambió desde que abrió el formulario" in seen(twice.text)) == (422, True)

    text = seen(clerk.read(page))
    assert "Volvieron ₡10 000,00" in text
    assert "Ya consta que volvieron ₡10 000,00" in text
    due = house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due
    assert due == 1_000_000

    (review,) = house.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    assert "Decir si todavía se debe" in text
    said = f"{page}/reviews/{review.id}/answer"
    assert clerk.post(said, why="nota de hoy").status_code == 422
    owing = clerk.post(said, answer="not_due", why="no se debía")
    assert (owing.status_code, "todavía debe" in seen(owing.text)) == (422, True)
    assert clerk.post(said, answer="credit_note", note="NC-7", why="mercadería devuelta").status_code == 303
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 0
    assert house.read(lambda tx: tx.reviews.of(payment_id=payment.id)) == ()
