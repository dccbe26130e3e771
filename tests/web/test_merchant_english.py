"""The merchant's pages in English: all of them, and no Spanish word among ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from hub.domain.merchant import Role
from hub.flows.merchants.sign_in import request_sign_in, sign_in, sign_in_token
from tests.web.conftest import House, Seat

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = re.compile(
    r"\b(facturas?|guardar|clientes?|pagos?|pagar|recibos?|caja|correos?|enviar|enviado|estado|cuentas?|todav[ií]a|ning[uú]n"
    r"|ninguna|empresa|proveedor|medios?|saldo|vence|vencid[ao]|fecha|monto|buscar|abrir|cerrar|anular|agregar|quitar|revisar"
    r"|sigue|listo|desde|hasta|seg[uú]n|cuando|donde|qui[eé]n|qu[eé]|cada|todos|todas|prueba|tienda|pedido|nombre|datos"
    r"|el|los|las|una|para|por|con|sin|este|esta|est[aá]|son|se|su|sus|del|al|ya|aqu[ií]|solo|pero|hay|puede|debe)\b",
    re.IGNORECASE,
)
OWN = re.compile(
    r"Ferretería El Tornillo( S\.A\.)?|Alejandro González|Cliente de prueba|PRUEBA-\d|PRUEBA - SIN VALOR|SIMULADO"
    r"|Español|Una tienda con un nombre bastante largo|SINPE Móvil"
    r"|[\w.+-]+@[\w.-]+|https?://\S+|FE-\S+|Paga con Nequi"
)
"""What the merchant, its customers and the provider wrote, and marks that the law of the house fixes."""
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-label")


class Texts(HTMLParser):
    """What a page says in its own language; what is marked as another's (``lang="es"``) is left out."""

    VOID = frozenset({"input", "meta", "link", "br", "img", "hr", "path", "rect", "circle"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.foreign = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in self.VOID and (self.foreign or given.get("lang") == "es" or tag in ("style", "script")):
            self.foreign += 1
        if not self.foreign:
            self.said += [given[name] or "" for name in SPOKEN if name in given]

    def handle_endtag(self, tag: str) -> None:
        if self.foreign and tag not in self.VOID:
            self.foreign -= 1

    def handle_data(self, data: str) -> None:
        if not self.foreign:
            self.said.append(data)


def spanish_in(html: str) -> list[str]:
    """Pieces of a page in which a Spanish word stands."""
    page = Texts()
    page.feed(html)
    return [piece.strip() for piece in page.said if WORDS.search(OWN.sub("", piece))]


@pytest.fixture(scope="module")
def clerk(house: House) -> Iterator[httpx.Client]:
    """The owner, whose browser asked for English once."""
    house.run(request_sign_in(house.hub, "duena@cr.example"))
    sent = house.read(lambda tx: tx.deliveries.of(merchant_id=house.merchants["CR"].id))
    newest = max((item for item in sent if item.kind == "sign_in"), key=lambda item: item.created_at)
    signed_in = house.run(sign_in(house.hub, sign_in_token(house.hub, newest.id)))
    with house.browser() as browser:
        browser.cookies.set("session", signed_in.token)
        assert browser.get("/m?lang=en").status_code == 200
        yield browser
    _speak(house, "")


def _speak(house: House, language: str) -> None:
    house.write(lambda tx: tx.merchants.set_language(house.merchants["CR"].id, "duena@cr.example", language))


def test_every_page_of_the_merchant_is_in_english(clerk: httpx.Client, desk_paths: list[str]) -> None:
    found: dict[str, list[str]] = {}
    for path in desk_paths:
        answer = clerk.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        assert '<html lang="en">' in answer.text, path
        if spanish := spanish_in(answer.text):
            found[path] = spanish
    assert not found, "\n".join(f"{path}: {said}" for path, said in found.items())


def test_the_same_walk_finds_spanish_where_it_is_spoken(
    house: House, clerk: httpx.Client, desk_paths: list[str]
) -> None:
    """The control: every page says something in Spanish to those who want it so,
    whatever the browser asked once."""
    _speak(house, "es")
    silent = [path for path in desk_paths if not spanish_in(clerk.get(path).text)]
    _speak(house, "en")
    assert silent == []


FORMS: Mapping[str, dict[str, str]] = {
    "/m/company": {
        "identity_type": "CJ",
        "identity_number": "3-101",
        "legal_name": "",
        "email": "x",
        "zone": "Nowhere",
    },
    "/m/options": {"notify": "not an address", "minimum-CRC": "much"},
    "/m/members": {"email": "nobody"},
    "/m/shop": {"shop_origins": "ftp://nowhere"},
    "/m/schedules": {"least": "much", "days": "many"},
    "/m/settlements/file": {"account": "nobody"},
    "/m/import": {"kind": "invoices"},
}


@pytest.mark.parametrize("path", FORMS)
def test_a_refused_form_says_why_in_english(clerk: httpx.Client, path: str, forms: Callable[[str], Any]) -> None:
    here = {"/m/schedules": "/m/rounds", "/m/settlements/file": "/m/settlements"}.get(path, path)
    token = re.search(r'name="form" value="([^"]+)"', clerk.get(here).text)
    assert token
    answer = clerk.post(path, data={**FORMS[path], "form": token[1]})
    assert answer.status_code == 422
    assert spanish_in(answer.text) == []


def test_signing_in_and_what_is_refused_are_in_english(house: House) -> None:
    with house.browser() as browser:
        asked = browser.get("/m/sign-in", headers={"accept-language": "en"})
        used = browser.get("/m/sign-in/nobody", headers={"accept-language": "en"})
        missing = browser.get("/m/nowhere", headers={"accept-language": "en"})
        refused = browser.post("/m/sign-in", data={"email": "x@y.example"}, headers={"accept-language": "en"})
    for answer in (asked, used, missing, refused):
        assert '<html lang="en">' in answer.text
        assert spanish_in(answer.text) == []
    assert "Sign in" in asked.text


def test_the_switch_stands_on_every_page_and_is_remembered(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    there = seat(house.merchants["CR"], Role.ACCOUNTANT)
    spanish = there.browser.get("/m/customers?q=x")
    assert 'href="/m/customers?q=x&amp;lang=en" lang="en">English</a>' in spanish.text
    english = there.browser.get("/m/customers?q=x&lang=en")
    assert "HttpOnly" in english.headers["set-cookie"]
    assert "Customers" in there.browser.get("/m/customers").text
    assert "Clientes" in there.browser.get("/m/customers?lang=es").text


def test_what_a_person_chose_follows_them_into_another_browser_and_into_their_mails(
    house: House, company: Any, seat: Callable[..., Seat]
) -> None:
    merchant = company("CO", "palabras")
    owner, clerk = seat(merchant), seat(merchant, Role.ACCOUNTANT)
    assert owner.browser.get("/m?lang=en").status_code == 200
    for person in (owner, clerk):
        house.run(request_sign_in(house.hub, person.email.upper()))

    with house.browser() as elsewhere:
        elsewhere.cookies.set("session", owner.session)
        assert '<html lang="en">' in elsewhere.get("/m", headers={"accept-language": "es"}).text
    assert '<html lang="es-CO">' in clerk.browser.get("/m", headers={"accept-language": "es"}).text
    last = {person.email: house.until(lambda p=person: _mails(house, p.email, 2))[-1] for person in (owner, clerk)}
    assert last[owner.email].subject == "[TEST] Your link to Café de la Montaña"
    assert spanish_in(last[owner.email].html) == []
    assert "Enlace para entrar" in last[clerk.email].subject

    assert owner.browser.get("/m?lang=es").status_code == 200
    house.run(request_sign_in(house.hub, owner.email))
    assert "Enlace para entrar" in house.until(lambda: _mails(house, owner.email, 3))[-1].subject


def _mails(house: House, address: str, least: int) -> Any:
    mails = house.mailbox.to(address)
    return mails if len(mails) >= least else None
