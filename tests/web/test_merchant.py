"""The merchant's pages over real HTTP: who may open them, what they say,
and what a form does once and only once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import attrs
import httpx
import pytest

from hub.domain.account import AccountStatus
from hub.domain.import_run import MAX_BYTES
from hub.domain.intake import Share
from hub.domain.merchant import Customer, LinkKind, Merchant, Role
from hub.domain.message import Review
from hub.domain.payment import Flag, Payment, Status
from hub.flows.accounts.connect_account import connect_account
from hub.flows.ground.open_link import url_of
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.save_company import TYPED, CompanyForm, create_company
from hub.flows.merchants.sign_in import request_sign_in, sign_in, sign_in_token
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.start_payment import start_payment
from hub.flows.payments.view_payment import view_payment
from hub.flows.views.view_start import IN_NEED
from hub.web.merchant import routes
from hub.web.merchant.words import ACCOUNT, FLAGS
from hub_hookspecs import Channel, EnteredBy, Mode
from tests.web.conftest import Debtor, House, drawn_now

PHONE = "3998764643"


def plain(html: str) -> str:
    """What a reader sees of a page, blanks reduced."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def token_in(html: str) -> str:
    """The token of the page's forms."""
    found = re.search(r'name="form" value="([^"]+)"', html)
    assert found, plain(html)[:300]
    return found[1]


@attrs.define
class Clerk:
    """A person of a merchant, signed in."""

    browser: httpx.Client
    merchant: Merchant
    csrf: str
    house: House

    def read(self, path: str) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code, plain(answer.text)[:200])
        return answer.text

    def post(self, path: str, **fields: Any) -> httpx.Response:
        drawn = drawn_now(self.house, path, **fields)
        return self.browser.post(path, data={"form": self.csrf, "drawn": drawn, **fields})

    def follow(self, answer: httpx.Response) -> str:
        assert answer.status_code == 303, plain(answer.text)[:400]
        return self.read(answer.headers["location"])


SignIn = Callable[..., Clerk]


@pytest.fixture(scope="module")
def enter(house: House) -> Iterator[SignIn]:
    """Sign a person in: enter(merchant, role)."""
    opened: list[httpx.Client] = []

    def enter(merchant: Merchant, role: Role = Role.OWNER) -> Clerk:
        email = next((m.email for m in house.read(lambda tx: tx.merchants.members(merchant.id)) if m.role is role), "")
        if not email:
            email = f"{role.value}@{merchant.slug}.example"
            house.run(add_member(house.hub, merchant, email, role))
        house.run(request_sign_in(house.hub, email))
        sent = house.read(lambda tx: tx.deliveries.of(merchant_id=merchant.id))
        newest = max((item for item in sent if item.kind == "sign_in"), key=lambda item: item.created_at)
        signed_in = house.run(sign_in(house.hub, sign_in_token(house.hub, newest.id)))
        browser = house.browser()
        browser.cookies.set("session", signed_in.token)
        opened.append(browser)
        return Clerk(browser, merchant, signed_in.session.csrf, house)

    yield enter
    for browser in opened:
        browser.close()


@pytest.fixture(scope="module")
def clerks(house: House, enter: SignIn) -> dict[str, Clerk]:
    """The owners of the two companies."""
    return {country: enter(merchant) for country, merchant in house.merchants.items()}


def new_company(house: House, country: str, slug: str) -> Merchant:
    """A company that nothing is connected to yet."""
    form = CompanyForm(
        country=country,
        identity_type="CJ" if country == "CR" else "NIT",
        identity_number="3-101-234567" if country == "CR" else "900123456",
        check_digit="" if country == "CR" else "8",
        legal_name="Café de la Montaña SAS" if country == "CO" else "Sodería La Clara S.A.",
        email=f"{slug}@correo.example",
    )
    saved = house.run(create_company(house.hub, form, slug=slug, mode=Mode.TEST, owner_email=f"duena@{slug}.example"))
    merchant: Merchant = saved.merchant
    return merchant


def pay(house: House, country: str, debtor: Debtor, minor: int | None = None) -> Payment:
    """Let the customer pay the first invoice, and the provider say so."""
    account, invoice = house.accounts[country], debtor.invoices[0]
    request = PayRequest(
        account_id=account.id,
        way="form" if country == "CR" else "push",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(invoice.id, minor or invoice.total)],
        fields={} if country == "CR" else {"phone": PHONE},
        email="pagador@correo.example",
        name="Pagadora",
    )
    payment = house.run(start_payment(house.hub, request))
    seen = house.until(lambda: sent_payment(house, payment.id))
    reference = payment.reference if country == "CR" else seen.memory["message_id"]
    house.control(account.provider, "approve", reference=reference)
    paid: Payment = house.until(lambda: paid_payment(house, payment.id))
    return paid


def sent_payment(house: House, payment_id: str) -> Payment | None:
    found: Payment = house.read(lambda tx: tx.payments.get(payment_id))
    return found if found.status is Status.PENDING else None


def paid_payment(house: House, payment_id: str) -> Payment | None:
    found: Payment = house.read(lambda tx: tx.payments.get(payment_id))
    return found if found.status is Status.PAID else None


def test_a_mailed_link_signs_in_once_and_only_by_its_button(house: House) -> None:
    merchant, mail = new_company(house, "CR", "entrada"), "duena@entrada.example"
    with house.browser() as browser:
        wanted = browser.get("/m/payments")
        assert (wanted.status_code, wanted.headers["location"]) == (303, "/m/sign-in")
        asked = browser.post("/m/sign-in", data={"form": token_in(browser.get("/m/sign-in").text), "email": mail})
        assert "Revise su correo" in plain(asked.text)
        letter = house.until(lambda: house.mailbox.to(mail))[0]
        path = re.search(r"/m/sign-in/\S+", letter.text)
        assert path
        pages = [browser.get(path[0]).text for _ in range(3)]  # mail scanners open links
        assert all("Entrar" in plain(page) for page in pages)
        form = {"form": token_in(pages[-1])}
        entered = browser.post(path[0], data=form)
        assert (entered.status_code, entered.headers["location"]) == (303, "/m/payments")
        cookie = next(line for line in entered.headers.get_list("set-cookie") if line.startswith("session="))
        assert "httponly" in cookie.lower()
        assert "samesite=lax" in cookie.lower()
        assert merchant.company.legal_name in browser.get("/m").text
    with house.browser() as second:
        shown = second.get(path[0])
        again = second.post(path[0], data={"form": token_in(shown.text)})
        assert again.status_code == 410
        assert "ya se usó" in again.text


def test_an_unknown_address_is_answered_like_a_known_one_and_gets_no_mail(house: House) -> None:
    with house.browser() as browser:
        token = token_in(browser.get("/m/sign-in").text)
        known, unknown = (
            browser.post("/m/sign-in", data={"form": token, "email": email})
            for email in ("duena@cr.example", "nadie@correo.example")
        )
    assert plain(known.text) == plain(unknown.text)
    house.until(lambda: house.mailbox.to("duena@cr.example"))
    assert not house.mailbox.to("nadie@correo.example")


def test_sign_in_forms_from_elsewhere_are_refused(house: House) -> None:
    with house.browser() as browser:
        assert browser.post("/m/sign-in", data={"email": "duena@cr.example"}).status_code == 403
        browser.get("/m/sign-in")
        assert browser.post("/m/sign-in", data={"email": "duena@cr.example", "form": "x"}).status_code == 403
        assert browser.post("/m/sign-in/whatever", data={"form": "x"}).status_code == 403


def test_after_signing_out_the_session_is_dead(house: House, enter: SignIn) -> None:
    clerk = enter(house.merchants["CR"])
    session = clerk.browser.cookies["session"]
    assert clerk.post("/m/sign-out").headers["location"] == "/m/sign-in"
    clerk.browser.cookies.set("session", session)
    assert clerk.browser.get("/m").status_code == 303


def test_a_session_ends_by_itself(house: House, enter: SignIn) -> None:
    clerk = enter(house.merchants["CR"])
    house.time.ahead += timedelta(hours=13)
    try:
        assert clerk.browser.get("/m").status_code == 303
    finally:
        house.time.ahead -= timedelta(hours=13)


def below_m(method: str) -> list[str]:
    """Paths of the signed-in pages that answer a method, with a word in place of each parameter."""
    paths = []
    desk: Any = routes()[0]
    for route in desk.routes:
        for handler in route.route_handlers:
            if method in handler.http_methods:
                paths.append(re.sub(r"{\w+:str}", "anything", route.path))
    return sorted({path for path in paths if "sign-in" not in path and "/new/" not in path})


@pytest.mark.parametrize("path", below_m("GET"))
def test_nobody_reads_without_signing_in(house: House, path: str) -> None:
    with house.browser() as browser:
        answer = browser.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/m/sign-in")


@pytest.mark.parametrize("path", below_m("POST"))
def test_every_form_needs_its_session_and_its_token(house: House, clerks: dict[str, Clerk], path: str) -> None:
    with house.browser() as browser:
        assert browser.post(path, data={"form": "x"}).status_code == 303
    for fields in ({}, {"form": ""}, {"form": clerks["CO"].csrf}, {"form": "ñ"}):
        answer = clerks["CR"].browser.post(path, data=fields)
        assert answer.status_code == 403, (path, fields)
        assert "No se hizo ningún cambio" in plain(answer.text)


def test_what_belongs_to_another_merchant_is_not_there(house: House, clerks: dict[str, Clerk]) -> None:
    debtor = house.debtor("CO", (5_000_000, -3))
    payment = pay(house, "CO", debtor)
    receipt = clerks["CO"].follow(clerks["CO"].post(f"/m/payments/{payment.id}/receipt"))
    receipt_path = f"/m/receipts/{payment.id}-rc"
    assert "RC-" in receipt
    assert clerks["CO"].read(receipt_path)
    theirs = clerks["CR"]
    for path in (
        f"/m/customers/{debtor.customer.id}",
        f"/m/customers/{debtor.customer.id}/receipt",
        f"/m/payments/{payment.id}",
        f"/m/payments/{payment.id}/receipt",
        receipt_path,
        "/m/integrations/nequi",
    ):
        assert theirs.browser.get(path).status_code == 404, path
    for path in (
        f"/m/customers/{debtor.customer.id}/send",
        f"/m/customers/{debtor.customer.id}/link",
        f"/m/customers/{debtor.customer.id}/revoke",
        f"/m/customers/{debtor.customer.id}/receipt",
        f"/m/payments/{payment.id}/receipt",
        "/m/integrations/nequi",
        "/m/integrations/nequi/disable",
    ):
        assert theirs.post(path).status_code == 404, path
    assert debtor.customer.name not in theirs.read("/m/customers")


def test_company_and_connections_are_the_owners(house: House, enter: SignIn) -> None:
    accountant = enter(house.merchants["CR"], Role.ACCOUNTANT)
    assert "Solo quien administra" in plain(accountant.read("/m/company"))
    assert "Guardar" not in plain(accountant.read("/m/company"))
    assert "Desactivar Greenpay" not in plain(accountant.read("/m/integrations/greenpay"))
    for path in (
        "/m/company",
        *(f"/m/integrations/greenpay{end}" for end in ("", "/confirm", "/validate", "/disable")),
    ):
        assert accountant.post(path).status_code == 403, path
    assert house.read(lambda tx: tx.accounts.get(house.accounts["CR"].id)).status is AccountStatus.ACTIVE


def test_every_field_of_a_company_is_on_its_page(clerks: dict[str, Clerk]) -> None:
    page = clerks["CO"].read("/m/company")
    assert {name for name in TYPED if f'name="{name}"' in page} == set(TYPED)


def test_a_company_with_faults_is_not_saved_and_every_fault_is_named(house: House, enter: SignIn) -> None:
    clerk = enter(new_company(house, "CO", "fallas"))
    answer = clerk.post("/m/company", identity_type="NIT", identity_number="900123456", check_digit="3", email="x")
    text = plain(answer.text)
    assert answer.status_code == 422
    for part in ("No se guardó nada", "es 8, no 3", "Falta la razón social", "Este correo no parece válido"):
        assert part in text.replace("Revisa", "Revise"), part
    kept = house.read(lambda tx: tx.merchants.get(clerk.merchant.id))
    assert kept.company == clerk.merchant.company


def test_an_unusual_number_is_saved_with_a_warning(house: House, enter: SignIn) -> None:
    clerk = enter(new_company(house, "CR", "rara"))
    answer = clerk.post("/m/company", identity_type="CJ", identity_number="3-101-A00001", legal_name="Clara S.A.")
    assert answer.status_code == 200
    assert "Los cambios se guardaron" in plain(answer.text)
    answer = clerk.post("/m/company", identity_type="CJ", identity_number="3-999-000001", legal_name="Clara S.A.")
    assert "conviene revisar" in plain(answer.text)
    assert "Cambió: número de identificación" in plain(answer.text)


def test_a_changed_identity_names_the_connections_that_must_pass_again(house: House, enter: SignIn) -> None:
    clerk = connected_greenpay(house, enter, "cambio")
    answer = clerk.post("/m/company", identity_type="CJ", identity_number="3-101-999999", legal_name="Clara S.A.")
    text = plain(answer.text)
    assert "deben validarse de nuevo" in text
    assert "Greenpay: validar de nuevo" in text
    assert "Requiere atención" in plain(clerk.read("/m/online-payments"))
    assert "Ver qué falta" in plain(clerk.read("/m"))
    again = clerk.follow(clerk.post("/m/integrations/greenpay/validate"))
    assert "Por confirmar" in plain(again)
    assert "La conexión está activa" in plain(
        clerk.follow(clerk.post("/m/integrations/greenpay/confirm", confirmed="on"))
    )


def test_what_was_validated_before_a_change_cannot_be_confirmed_after_it(house: House, enter: SignIn) -> None:
    clerk = enter(new_company(house, "CR", "antes"))
    clerk.post("/m/integrations/greenpay", **greenpay_settings(house))
    clerk.post("/m/company", identity_type="CJ", identity_number="3-101-888888", legal_name="Clara S.A.")
    clerk.post("/m/integrations/greenpay/confirm", confirmed="on")
    account = house.read(lambda tx: tx.accounts.current_of(clerk.merchant.id))[0]
    assert account.status is AccountStatus.NEEDS_REVALIDATION


@pytest.mark.parametrize("status", AccountStatus)
def test_every_state_of_a_connection_has_its_page_and_its_card(
    house: House, enter: SignIn, status: AccountStatus
) -> None:
    merchant = house.merchants["CO"]
    account = house.accounts["CO"]
    clerk = enter(merchant)
    house.write(lambda tx: tx.accounts.set_status(account.id, status, house.time()))
    try:
        for path in ("/m/online-payments", "/m/integrations/nequi"):
            assert ACCOUNT[status][0] in plain(clerk.read(path))
        assert "Nequi" in plain(clerk.read("/m")) or status not in IN_NEED
        house.write(lambda tx: tx.countries.set("CO", "nequi", False))
        assert "no está habilitado en este país" in plain(clerk.read("/m/online-payments"))
        assert "no está habilitado en este país" in plain(clerk.read("/m/integrations/nequi"))
        assert clerk.post("/m/integrations/nequi", active="on").status_code in (303, 422)
    finally:
        house.write(lambda tx: tx.countries.set("CO", "nequi", True))
        house.write(lambda tx: tx.accounts.save(account))


def greenpay_settings(house: House) -> dict[str, str]:
    """What Greenpay gave a merchant that no company of ours has used yet."""
    config, simulator = house.configs["greenpay"], house.simulators["greenpay"]
    used = {account.settings.get("merchant_id") for account in house.read(lambda tx: tx.accounts.all())}
    every = (simulator.settings(config, merchant["id"]) for merchant in config["merchants"])
    fresh = next(values for values in every if values["merchant_id"] not in used)
    return {f"set-{name}": value for name, value in fresh.items()}


def connected_greenpay(house: House, enter: SignIn, slug: str) -> Clerk:
    clerk = enter(new_company(house, "CR", slug))
    clerk.post("/m/integrations/greenpay", **greenpay_settings(house))
    clerk.follow(clerk.post("/m/integrations/greenpay/confirm", confirmed="on"))
    return clerk


def test_connecting_shows_three_results_and_waits_for_the_confirmation(house: House, enter: SignIn) -> None:
    clerk = enter(new_company(house, "CR", "tres"))
    cards = plain(clerk.read("/m/online-payments"))
    assert "Disponible" in cards
    assert "Conectar" in cards
    assert "Una sola activación abre los dos lugares" in cards
    values = greenpay_settings(house)
    html = clerk.follow(clerk.post("/m/integrations/greenpay", **values))
    text = plain(html)
    for part in (
        "1. Credenciales Aceptadas",
        "2. Identidad Por confirmar",
        "Cédula jurídica 3-101-234567",
        "3. Avisos de pago",
        "Último aviso recibido: nunca",
        "Confirmo que el tipo y número de identificación son los de mi cuenta de Greenpay",
        "/n/greenpay/",
    ):
        assert part in text, part
    assert "3101234567" not in html, "the identity is masked side by side"
    assert values["set-secret"] not in html, "a secret is never shown again"
    unticked = clerk.post("/m/integrations/greenpay/confirm")
    assert unticked.status_code == 422
    assert "Marque la casilla" in unticked.text
    done = plain(clerk.follow(clerk.post("/m/integrations/greenpay/confirm", confirmed="on")))
    assert "Conectado" in done
    assert "estado de cuenta" in done
    assert f"Confirmado por duena@{clerk.merchant.slug}" in done


def test_a_form_with_faults_connects_nothing_and_keeps_what_was_typed(house: House, enter: SignIn) -> None:
    clerk = enter(new_company(house, "CR", "malo"))
    answer = clerk.post(
        "/m/integrations/greenpay",
        **{"set-merchant_id": "no es", "set-terminal_crc": "T-CRC", "set-secret": "abcdefghij"},
    )
    assert answer.status_code == 422
    assert "no tiene el formato esperado" in answer.text
    assert "Este dato es obligatorio" in answer.text
    assert re.search(r"<li>[^<]+: Este dato es obligatorio</li>", answer.text), "which field is not said"
    assert 'value="T-CRC"' in answer.text
    assert "abcdefghij" not in answer.text
    assert not house.read(lambda tx: tx.accounts.current_of(clerk.merchant.id))
    strange = clerk.post("/m/integrations/greenpay", **{**greenpay_settings(house), "set-other": "x"})
    assert strange.status_code == 422


def test_refused_credentials_name_the_culprit_and_are_tried_again_without_the_secret(
    house: House, enter: SignIn
) -> None:
    clerk = enter(new_company(house, "CR", "rechazo"))
    values = greenpay_settings(house)
    html = clerk.follow(clerk.post("/m/integrations/greenpay", **{**values, "set-terminal_crc": "otra terminal"}))
    assert "Falló" in plain(html)
    assert "1. Credenciales Rechazadas" in plain(html)
    kept = clerk.post("/m/integrations/greenpay", **{**values, "set-secret": ""})
    assert "1. Credenciales Aceptadas" in plain(clerk.follow(kept))


def test_a_deactivated_connection_shows_no_button_and_can_be_connected_again(house: House, enter: SignIn) -> None:
    clerk = connected_greenpay(house, enter, "apagada")
    assert "Desactivado" in plain(clerk.follow(clerk.post("/m/integrations/greenpay/disable")))
    assert "Conectar" in plain(clerk.read("/m/online-payments"))


def test_a_provider_without_a_form_is_ticked_and_saved(house: House, enter: SignIn) -> None:
    clerk = enter(new_company(house, "CO", "casilla"))
    page = clerk.read("/m/integrations/nequi")
    assert "Activar pagos en línea" in page
    assert "set-" not in page
    asked = plain(clerk.follow(clerk.post("/m/integrations/nequi", active="on")))
    assert "Solicitada" in asked
    assert "No tienes que hacer nada más" in asked
    config = house.configs["nequi"]
    values = house.simulators["nequi"].settings(config, config["merchants"][0]["id"])
    house.run(
        connect_account(house.hub, clerk.merchant.id, "nequi", values, entered_by=EnteredBy.OPERATOR, by="operator")
    )
    shown = plain(clerk.read("/m/integrations/nequi"))
    assert "1. Credenciales Aceptadas" in shown
    assert "Razón social" in shown
    if "Por confirmar" in shown:
        clerk.post("/m/integrations/nequi/confirm", confirmed="on")
    account = house.read(lambda tx: tx.accounts.current_of(clerk.merchant.id))[0]
    assert account.status is AccountStatus.ACTIVE
    clerk.post("/m/integrations/nequi", active="on")
    assert house.read(lambda tx: tx.accounts.get(account.id)) == account, "saving what is active asks nobody again"
    assert "Desactivado" in plain(clerk.follow(clerk.post("/m/integrations/nequi")))


def test_a_statement_is_mailed_and_the_log_says_so(house: House, clerks: dict[str, Clerk]) -> None:
    debtor = house.debtor("CR", (1_500_050, -30), email="deudor.uno@correo.example")
    clerk, path = clerks["CR"], f"/m/customers/{debtor.customer.id}"
    assert "₡15 000,50" in plain(clerk.read(path))
    sent = clerk.post(f"{path}/send", note="Gracias por su compra <b>")
    assert "va en camino a deudor.uno@correo.example" in plain(sent.text)
    letter = house.until(lambda: house.mailbox.to("deudor.uno@correo.example"))[0]
    assert "Gracias por su compra <b>" in letter.text
    assert "<b>" not in letter.html
    house.until(lambda: "Enviado" in plain(clerk.read(path)))


def test_without_a_mail_address_nothing_is_sent_and_the_page_says_why(house: House, clerks: dict[str, Clerk]) -> None:
    debtor = house.debtor("CO", (1_000_000, 3))
    answer = clerks["CO"].post(f"/m/customers/{debtor.customer.id}/send")
    assert answer.status_code == 422
    assert "no tiene correo" in plain(answer.text)


def test_a_copied_link_opens_the_statement_until_it_is_revoked(house: House, clerks: dict[str, Clerk]) -> None:
    debtor = house.debtor("CR", (900_000, 5))
    clerk, path = clerks["CR"], f"/m/customers/{debtor.customer.id}"
    page = clerk.follow(clerk.post(f"{path}/link", copy="1"))
    url = re.search(r'readonly value="([^"]+)"', page)
    assert url
    seen = clerk.post(f"{path}/link", view="1")
    assert seen.status_code == 303
    assert seen.headers["location"].startswith("/s/")
    with house.browser() as customer:
        assert customer.get(url[1]).status_code == 200
        assert "ya no abren" in plain(clerk.post(f"{path}/revoke").text)
        assert customer.get(url[1]).status_code >= 400


def test_names_from_files_are_text_and_nothing_else(house: House, clerks: dict[str, Clerk]) -> None:
    hostile = "<script>alert(1)</script>"
    customer = Customer(id=house.hub.fresh_id(), merchant_id=clerks["CR"].merchant.id, name=hostile)
    house.write(lambda tx: tx.customers.save(customer))
    for path in (
        "/m/customers",
        f"/m/customers/{customer.id}",
        "/m/customers?q=<script>alert(1)",
        "/m/payments?q=<script>",
    ):
        assert "<script" not in clerks["CR"].read(path)


@pytest.mark.parametrize(
    "path", ["/m/payments/ñandú", "/m/x%0d%0aSet-Cookie:a=b", "/m/%2e%2e//evil.example", "/m/;,=\"'"]
)
def test_strange_addresses_are_remembered_harmlessly(house: House, path: str) -> None:
    with house.browser() as browser:
        answer = browser.get(path)
        assert answer.status_code in (303, 404)
        assert "a" not in browser.cookies


def test_a_payment_tells_what_is_known_from_whom_and_when(house: House, clerks: dict[str, Clerk]) -> None:
    debtor = house.debtor("CR", (2_500_000, -2))
    payment = pay(house, "CR", debtor)
    view = house.run(view_payment(house.hub, payment.id))
    text = plain(clerks["CR"].read(f"/m/payments/{payment.id}"))
    for part in (
        "Aprobado",
        payment.reference,
        view.payment.provider_reference,
        view.authorisation,
        "Aviso de Greenpay",
        "El cliente pidió pagar",
        "Agregar recibo de caja",
        "Pagadora",
    ):
        assert part in text, part
    listed = plain(clerks["CR"].read(f"/m/payments?status=unrecorded&q={payment.reference}"))
    assert debtor.customer.name in listed
    assert "Ningún pago coincide" in plain(clerks["CR"].read(f"/m/payments?status=closed&q={payment.reference}"))
    for strange in ("?status=x&since=nunca", "?since=2999-01-01", "?q=%25_'%22"):
        assert clerks["CR"].read(f"/m/payments{strange}")


def test_a_cash_receipt_is_recorded_once_from_the_pages(house: House, clerks: dict[str, Clerk]) -> None:
    debtor = house.debtor("CR", (2_500_000, -2))
    payment = pay(house, "CR", debtor)
    clerk, path = clerks["CR"], f"/m/payments/{payment.id}/receipt"
    form = plain(clerk.read(path))
    assert "Agregar recibo de caja" in form
    assert "veinticinco mil colones" in form
    paper = plain(clerk.follow(clerk.post(path, notes="Caja 1", bank_account="BN 001")))
    for part in ("VEINTICINCO MIL COLONES", "Caja 1", "BN 001", debtor.customer.name, "Cancela el saldo total"):
        assert part in paper, part
    first = clerk.post(path).headers["location"]
    assert first == clerk.post(path).headers["location"]
    assert clerk.browser.get(path).headers["location"] == first
    assert first.removeprefix("/m/receipts/") in clerk.read("/m/receipts")


def test_every_oddity_of_a_payment_can_be_shown(house: House, clerks: dict[str, Clerk]) -> None:
    payment = pay(house, "CR", house.debtor("CR", (2_500_000, -2)))
    odd = attrs.evolve(payment, flags=frozenset(Flag))
    house.write(lambda tx: tx.payments.save(odd))
    try:
        text = plain(clerks["CR"].read(f"/m/payments/{payment.id}"))
        assert all(FLAGS[flag] in text for flag in Flag if flag is not Flag.NEEDS_REVIEW)
        assert "Por revisar" in plain(clerks["CR"].read(f"/m/payments?q={payment.reference}"))
    finally:
        house.write(lambda tx: tx.payments.save(payment))
    review = Review(
        id="review-of-a-test",
        merchant_id=payment.merchant_id,
        mode=Mode.TEST,
        cause="duplicate_charge",
        payment_id=payment.id,
        details="",
        opened_at=house.time(),
    )
    house.write(lambda tx: tx.reviews.open(review))
    page = clerks["CR"].read("/m/reviews")
    assert "ya tenían un pago" in plain(page)
    assert re.search(rf'<a class="button[^"]*" href="/m/payments/{payment.id}">Ver el pago</a>', page)
    assert "1 excepción espera" in plain(clerks["CR"].read("/m"))
    story = clerks["CR"].read(f"/m/payments/{payment.id}")
    assert "Excepciones" in plain(story)
    assert "#refund" not in page + story  # Greenpay gives nothing back for us, and the page has no such form
    assert f'href="/m/customers/{payment.customer_id}">Ver al cliente' in story


def test_an_unproven_payment_gets_no_cash_receipt(house: House, clerks: dict[str, Clerk]) -> None:
    debtor = house.debtor("CO", (7_000_000, 4))
    account = house.accounts["CO"]
    request = PayRequest(
        account_id=account.id,
        way="push",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(debtor.invoices[0].id, 7_000_000)],
        fields={"phone": PHONE},
        email="pagador@correo.example",
    )
    payment = house.run(start_payment(house.hub, request))
    house.until(lambda: sent_payment(house, payment.id))
    path = f"/m/payments/{payment.id}/receipt"
    assert "todavía no está confirmado" in plain(clerks["CO"].read(path))
    refused = clerks["CO"].post(path)
    assert refused.status_code == 422
    assert "todavía no está confirmado" in plain(refused.text)
    assert "Falta que el cliente lo apruebe" in plain(clerks["CO"].read(f"/m/payments/{payment.id}"))
    by_hand = clerks["CO"].read(f"/m/customers/{debtor.customer.id}/receipt")
    assert "no se pueden aplicar aquí" in plain(by_hand)


def test_the_mails_link_shows_by_get_and_records_once_by_post(house: House) -> None:
    debtor = house.debtor("CO", (4_400_000, -2))
    payment = pay(house, "CO", debtor)
    mail = house.until(
        lambda: [m for m in house.mailbox.to("administracion@cafemontana.example") if payment.reference in m.text]
    )[0]
    path = re.search(r"/r/\S+", mail.text)
    assert path
    with house.browser() as browser:
        shown = [browser.get(path[0]) for _ in range(3)]
        assert all("Agregar recibo de caja" in plain(page.text) for page in shown)
        assert {page.headers["cache-control"] for page in shown} == {"no-store"}
        assert house.read(lambda tx: next(iter(tx.receipts.standing(payment.id)), None)) is None
        assert browser.post(path[0], data={"form": "forged"}).status_code == 403
        assert house.read(lambda tx: next(iter(tx.receipts.standing(payment.id)), None)) is None
        form = {"form": token_in(shown[-1].text), "drawn": drawn_in(shown[-1].text), "notes": "Desde el correo"}
        assert browser.post(path[0], data=form).status_code == 303
        receipt = house.read(lambda tx: next(iter(tx.receipts.standing(payment.id)), None))
        assert browser.post(path[0], data={**form, "notes": "otra"}).status_code == 303
        assert house.read(lambda tx: next(iter(tx.receipts.standing(payment.id)), None)) == receipt
        after = plain(browser.get(path[0]).text)
    assert receipt.label in after
    assert "ya está agregado" in after
    assert "Desde el correo" in after


def test_a_link_of_another_kind_records_nothing(house: House) -> None:
    debtor = house.debtor("CO", (4_400_000, -2))
    payment = pay(house, "CO", debtor)
    link = house.until(
        lambda: house.read(lambda tx: tx.links.find(LinkKind.RECEIPT, payment.id, Mode.TEST, house.time()))
    )  # the mail that holds it makes it
    good = url_of(house.hub, link).removeprefix(house.base)
    with house.browser() as browser:
        for path in (debtor.path.replace("/s/", "/r/"), good[:-1] + ("A" if good[-1] != "A" else "B"), "/r/x"):
            assert browser.get(path).status_code == 404
            assert browser.post(path, data={"form": "x"}).status_code == 404
        house.time.ahead += timedelta(days=8)
        try:
            assert browser.get(good).status_code in (404, 410)
            assert browser.post(good, data={"form": "x"}).status_code in (404, 410)
        finally:
            house.time.ahead -= timedelta(days=8)
    assert house.read(lambda tx: next(iter(tx.receipts.standing(payment.id)), None)) is None


BY_HAND = {"means": "transfer", "currency": "CRC", "amount": "20000", "received_on": "2026-01-05"}


def by_hand(clerk: Clerk, debtor: Debtor, **fields: str) -> tuple[str, dict[str, str]]:
    """The address of a customer's form, and what it carries."""
    path = f"/m/customers/{debtor.customer.id}/receipt"
    drawn = re.search(r'name="receipt_id" value="([^"]+)"', clerk.read(path))
    assert drawn
    return path, {**BY_HAND, "receipt_id": drawn[1], **fields}


def test_money_received_elsewhere_is_shown_as_understood_and_recorded_once(
    house: House, clerks: dict[str, Clerk]
) -> None:
    debtor = house.debtor("CR", (1_500_050, -30), (4_825_000, -5))
    clerk = clerks["CR"]
    path, fields = by_hand(clerk, debtor)
    reviewed = clerk.post(path, **fields)
    text = plain(reviewed.text)
    assert "₡15 000,50" in text
    assert "₡4 999,50" in text
    assert "Corregir" in text
    assert not house.read(
        lambda tx: [r for r in tx.receipts.of(clerk.merchant.id, Mode.TEST) if r.customer_id == debtor.customer.id]
    )
    first, second = (clerk.post(path, **fields, record="1").headers["location"] for _ in range(2))
    assert first == second
    dues = house.read(lambda tx: [tx.payables.get(invoice.id).due for invoice in debtor.invoices])
    assert dues == [0, 4_825_000 - 499_950]
    assert not house.read(lambda tx: tx.ledger.verify())
    assert "Transferencia" in plain(clerk.read(first))


def drawn_in(page: str) -> str:
    """What the form of a page was drawn from."""
    found = re.search(r'name="drawn" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_form_that_was_drawn_before_something_changed_is_drawn_again(house: House, clerks: dict[str, Clerk]) -> None:
    debtor = house.debtor("CR", (9_000_000, -5))
    clerk = clerks["CR"]
    path, fields = by_hand(clerk, debtor)
    old = drawn_in(clerk.read(path))
    _path, others = by_hand(clerk, debtor)
    assert clerk.post(path, **others, drawn=old, record="1").status_code == 303

    refused = clerk.post(path, **fields, drawn=old, record="1")

    assert refused.status_code == 422
    assert "cambió desde que abrió el formulario" in plain(refused.text)
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id).due) == 9_000_000 - 2_000_000
    assert drawn_in(refused.text) != old
    assert clerk.post(path, **fields, drawn=drawn_in(refused.text), record="1").status_code == 303


def test_every_money_form_of_a_payment_says_what_it_was_drawn_from(house: House, clerks: dict[str, Clerk]) -> None:
    payment = pay(house, "CR", house.debtor("CR", (2_100_000, -2)))
    page = clerks["CR"].read(f"/m/payments/{payment.id}")
    forms = re.findall(r'<form[^>]*action="/m/payments/[^"]+/(?:refund|release)".*?</form>', page, re.S)
    receipt = clerks["CR"].read(f"/m/payments/{payment.id}/receipt")
    for form in (*forms, receipt):
        assert drawn_in(form)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": "1.234", "currency": "USD"}, "sin separador de miles"),
        ({"amount": ""}, "sin separador de miles"),
        ({"amount": "-5"}, "mayor que cero"),
        ({"amount": "0"}, "mayor que cero"),
        ({"amount": "10,123", "currency": "USD"}, "sin separador de miles"),
        ({"amount": "$ 20000"}, "moneda"),
        ({"means": "card"}, "Elija cómo se recibió"),
        ({"currency": "XYZ"}, "Elija la moneda"),
        ({"received_on": "2099-12-31", "record": "1"}, "futuro"),
        ({"received_on": "ayer"}, "No es una fecha"),
        ({"receipt_id": "x-rc"}, "venció"),
        ({"share": "20000,00"}, "más de lo que debe"),
        ({"amount": "50", "share": "60"}, "más que lo recibido"),
    ],
)
def test_a_receipt_by_hand_with_a_fault_records_nothing(
    house: House, clerks: dict[str, Clerk], fields: dict[str, str], said: str
) -> None:
    debtor = house.debtor("CR", (1_500_050, -30))
    given = {(f"share-{debtor.invoices[0].id}" if name == "share" else name): value for name, value in fields.items()}
    path, form = by_hand(clerks["CR"], debtor, **given)
    answer = clerks["CR"].post(path, **form)
    assert answer.status_code == 422
    assert said in plain(answer.text)
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 1_500_050


def test_a_transfer_is_added_once_and_another_amount_asks(house: House, clerks: dict[str, Clerk]) -> None:
    debtor, clerk = house.debtor("CR", (1_500_050, -30)), clerks["CR"]
    path, form = by_hand(clerk, debtor, advance="on", bank_reference="sinpe 88", bank_account="BAC 1", record="1")
    shown = plain(clerk.read(clerk.post(path, **form).headers["location"]))
    assert "Referencia del banco SINPE 88" in shown
    assert "Cuenta bancaria BAC 1" in shown
    assert "SINPE 88" in plain(clerk.read("/m/receipts"))

    _path, again = by_hand(clerk, debtor, **{**form, "receipt_id": ""})
    _path, fresh = by_hand(clerk, debtor)
    same = clerk.post(path, **{**again, "receipt_id": fresh["receipt_id"]})
    assert same.status_code == 422
    assert "Este dinero ya está registrado" in plain(same.text)

    other = {**again, "receipt_id": fresh["receipt_id"], "amount": "19000"}
    asked = clerk.post(path, **other)
    assert asked.status_code == 422
    assert "Es otro dinero, con la misma referencia" in plain(asked.text)
    assert "--" not in plain(asked.text)
    assert clerk.post(path, **other, is_other="on").headers["location"].startswith("/m/receipts/")


def test_an_advance_stays_the_customers_credit(house: House, clerks: dict[str, Clerk]) -> None:
    debtor = house.debtor("CR", (1_500_050, -30))
    path, form = by_hand(clerks["CR"], debtor, advance="on")
    clerks["CR"].post(path, **form, record="1")
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 1_500_050
    assert "Saldo a favor ₡20 000,00" in plain(clerks["CR"].read(f"/m/customers/{debtor.customer.id}"))


def test_a_file_is_shown_as_understood_before_it_is_taken(house: House, enter: SignIn) -> None:
    clerk = enter(new_company(house, "CR", "importa"))
    people = "tipo;identificación;nombre;correo\nCF;1-1234-0567;José Núñez;jose@correo.example\n".encode("cp1252")
    bills = b"factura;cliente;fecha;vencimiento;moneda;total\nF-1;1-1234-0567;01/02/2026;01/03/2026;CRC;10.000,50\n"
    again = ""
    for kind, content, first in (("customers", people, "José Núñez"), ("invoices", bills, "F-1")):
        shown = brought(clerk, kind, content)
        assert "Todavía no se importó nada" in plain(shown.text)
        assert first in plain(shown.text)
        assert first not in clerk.read(f"/m/{kind}")
        taken = confirmed(clerk, shown)
        assert "El archivo se importó" in plain(taken.text)
        assert first in clerk.read(f"/m/{kind}")
        again = brought(clerk, kind, content).text
    assert "₡10 000,50" in plain(clerk.read("/m/invoices?only=overdue"))
    assert "Filas sin cambios 1" in plain(again)
    assert "No hay nada que importar" in plain(again)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no esté vacío"),
        (b"PK\x03\x04" + b"\0" * 40, "libro de Excel"),
        (b"\xff\xfe\x00", "No se importó nada"),
        (b"x" * (MAX_BYTES + 1), "pasa de 20 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_the_readers_words(
    clerks: dict[str, Clerk], content: bytes, said: str
) -> None:
    answer = brought(clerks["CR"], "invoices", content)
    assert answer.status_code == 422
    assert said in plain(answer.text)
    assert not re.search("--[a-z]", plain(answer.text))


def brought(clerk: Clerk, kind: str, content: bytes) -> httpx.Response:
    """The page that a file leads to."""
    return clerk.browser.post(
        "/m/import",
        data={"form": clerk.csrf, "kind": kind},
        files={"file": ("datos.csv", content, "text/csv")},
        follow_redirects=True,
    )


def confirmed(clerk: Clerk, shown: httpx.Response) -> httpx.Response:
    """The page that its confirmation leads to."""
    drawn = re.search(r'name="drawn" value="([^"]+)"', shown.text)
    assert drawn
    fields = {"form": clerk.csrf, "drawn": drawn[1], "take": "1"}
    return clerk.browser.post(shown.url.path, data=fields, follow_redirects=True)


def test_options_are_saved_and_a_bad_address_changes_nothing(house: House, enter: SignIn) -> None:
    clerk = enter(new_company(house, "CO", "opciones"))
    bad = clerk.post("/m/options", auto_record="on", notify="uno@correo.example, dos")
    assert bad.status_code == 422
    assert "«dos»" in bad.text
    assert house.read(lambda tx: tx.merchants.get(clerk.merchant.id)).options == clerk.merchant.options
    assert "se guardaron" in clerk.post("/m/options", auto_record="on", notify="uno@correo.example\ndos@x.co").text
    options = house.read(lambda tx: tx.merchants.get(clerk.merchant.id)).options
    assert (options.auto_record, options.partial) == (True, False)
    assert options.notify == ("uno@correo.example", "dos@x.co")


def test_colombia_is_spoken_to_with_tu_and_costa_rica_with_usted(clerks: dict[str, Clerk]) -> None:
    assert "Tus clientes" in clerks["CO"].read("/m/options")
    assert "Sus clientes" in clerks["CR"].read("/m/options")


def test_pages_load_nothing_from_elsewhere_and_run_no_script(clerks: dict[str, Clerk]) -> None:
    for clerk in clerks.values():
        for path in below_m("GET"):
            if "anything" in path:
                continue
            answer = clerk.browser.get(path, follow_redirects=True)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script" not in policy
            assert answer.text.count("<h1") == 1, path
            assert "<script" not in answer.text
            assert " onclick" not in answer.text
            assert not re.search(r'(?:src|action)="https?://', answer.text)


def test_the_mail_of_an_activation_names_the_type_of_identity_document(house: House) -> None:
    def told() -> list[Any]:
        mails = house.mailbox.to(house.merchants["CR"].company.email)
        return [mail for mail in mails if "quedó activo" in mail.subject]

    text = house.until(told)[0].text
    assert "Cédula jurídica" in text
    assert not re.search(r"\bCJ\b", text)
