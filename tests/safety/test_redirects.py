"""A browser is led to our own pages, to declared providers, and back to registered shops; nowhere else."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.domain.identity import Invalid
from hub.flows.merchants.save_options import save_options
from hub.flows.statements import place_order
from hub.providers.registry import Provider
from hub.web.merchant import sign_in as sign_in_pages
from hub.web.merchant.sign_in import _wanted
from hub_hookspecs import Account, Company, IdentityDocument, Mode, PaymentStarted, PluginFault, Redirect, results
from hub_hookspecs import exchange as exchange_rules
from tests.safety.people import People
from tests.web.conftest import House, forms_in

NUMBERS = itertools.count(1)
SHOP = "https://tienda.example"
WELCOME = (
    f"{SHOP}/",
    f"{SHOP}/gracias?pedido=1#arriba",
    f"{SHOP}:443/gracias",
    "https://TIENDA.example/gracias",
    "https://shop.tienda.example:8443/x",
    "http://127.0.0.1:8000/tienda",
)
REGISTERED = (SHOP, "https://shop.tienda.example:8443", "http://127.0.0.1:8000")
HOSTILE = (
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https:\\\\evil.example",
    "http://tienda.example/",
    "ftp://tienda.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "javascript://tienda.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://tienda.example/1",
    "https://tienda.example.evil.example/",
    "https://tienda.example@evil.example/",
    "https://tienda.example:x@evil.example/",
    "https://:x@tienda.example/",
    "https://ana@tienda.example/",
    "https://evil.example#@tienda.example/",
    "https://evil.example?@tienda.example/",
    "https://evil.example\\@tienda.example/",
    "https://evil.example\\.tienda.example/",
    "https://tienda.example\\@evil.example/",
    "https://tienda.example%2f@evil.example/",
    "https://tienda.example%00.evil.example/",
    "https://tienda.example%252eevil.example/",
    "https://tienda.example\u3002evil.example/",
    "https://tienda.example\uff0fevil.example/",
    "https://tienda\uff0eexample/",
    "https://t\u0456enda.example/",
    "https://tienda.example:8443/",
    "https://tienda.example:80/",
    "https://tienda.example:99999/",
    "https://tienda.example:abc/",
    "https://tienda.example./",
    "https://tiendaxexample/",
    "https://sub.tienda.example/",
    "https://evil-tienda.example/",
    "https://evil.example/https://tienda.example/",
    "https://evil.example/?to=https://tienda.example/",
    " https://evil.example/",
    " https://tienda.example/",
    "https://tienda.example /",
    "https://tienda.example/ x",
    "https://tienda.example/\r\nLocation: https://evil.example",
    "https://tienda.example/\nx",
    "https://tienda.example/\tx",
    "https://tienda.example/\x00",
    "https://tienda.example/\u202e",
    'https://tienda.example/"onmouseover="alert(1)',
    "https://tienda.example/<script>",
    "https://[::1]/",
    "https://[tienda.example]/",
    "https://2130706433/",
    "http://127.0.0.1:8001/",
    "http://localhost:8000/",
    "https://127.0.0.1:8000/",
    "tienda.example",
    "?https://tienda.example",
    "https://",
    "https",
    ":",
)


@pytest.fixture(scope="module")
def shop(house: House, people: People) -> Any:
    """place(return_url) -> the API's answer, for a company with registered shops."""
    merchant = people.company("con-tiendas")
    house.run(save_options(house.hub, merchant.id, shop_origins=REGISTERED))
    key, browser = people.api_key(merchant), people.browser()

    def place(url: str) -> Any:
        number = next(NUMBERS)
        cart = {
            "number": f"R-{number}",
            "currency": "CRC",
            "items": [{"description": "Taladro", "quantity": 1, "price": 100}],
            "customer": {"email": "ana@correo.example"},
            "return_url": url,
        }
        return browser.post(
            "/v1/orders", json=cart, headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"r{number}"}
        )

    return place


def led_astray(shop: Any) -> list[str]:
    """The hostile addresses that were taken."""
    return [url for url in HOSTILE if shop(url).status_code != 422]


def test_an_order_leads_back_to_a_registered_shop(house: House, shop: Any) -> None:
    for url in WELCOME:
        placed = shop(url)
        assert placed.status_code == 201, (url, placed.text)
        with house.browser() as browser:
            assert "Volver a la tienda" in browser.get(placed.json()["page"]).text


def test_an_order_leads_nowhere_else(shop: Any) -> None:
    assert len(HOSTILE) >= 60
    assert led_astray(shop) == []
    assert "return_url" in shop(HOSTILE[0]).json()["detail"]


def test_a_merchant_without_shops_has_no_way_back(people: People) -> None:
    merchant = people.company("sin-tiendas")

    assert not place_order.is_of_shop(merchant, f"{SHOP}/")
    assert not place_order.is_of_shop(merchant, "")


def test_control_comparing_beginnings_leads_astray(shop: Any, plant: Callable[..., None]) -> None:
    def begins(merchant: Any, url: str) -> bool:
        return url.startswith(merchant.options.shop_origins)

    plant(place_order, "is_of_shop", begins)

    assert led_astray(shop)


def test_a_shop_that_is_no_longer_registered_is_not_led_to(house: House, people: People) -> None:
    merchant = people.company("tienda-vieja")
    merchant = house.run(save_options(house.hub, merchant.id, shop_origins=[SHOP]))
    assert place_order.is_of_shop(merchant, f"{SHOP}/x")
    merchant = house.run(save_options(house.hub, merchant.id, shop_origins=[]))
    assert not place_order.is_of_shop(merchant, f"{SHOP}/x")


@pytest.mark.parametrize(
    "origin",
    ["tienda.example", "http://tienda.example", "https://ana@tienda.example", "javascript:alert(1)", "https://a b"],
)
def test_what_is_no_shop_is_not_registered(house: House, people: People, origin: str) -> None:
    merchant = house.merchants["CR"]
    with pytest.raises(Invalid):
        house.run(save_options(house.hub, merchant.id, shop_origins=[origin]))
    assert house.read(lambda tx: tx.merchants.get(merchant.id)).options.shop_origins == (SHOP,)


DECLARED = {"api": "https://api.acme.example/v1", "form": "https://pay.acme.example/form"}
ACCOUNT = Account(
    company=Company(country="CR", document=IdentityDocument("CJ", "3101234567"), legal_name="A"),
    mode=Mode.LIVE,
    endpoints=DECLARED,
)
ACTIONS = (
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//evil.example/x",
    "///evil.example",
    "/form",
    "form",
    "",
    "https://evil.example/form",
    "http://pay.acme.example/form",
    "https://pay.acme.example:444/form",
    "https://pay.acme.example.evil.example/",
    "https://pay.acme.example@evil.example/",
    "https://ana@pay.acme.example/",
    "https://ana:x@pay.acme.example/",
    "https://:@pay.acme.example/",
    "https://evil.example\\@pay.acme.example/",
    "https://pay.acme.example\\@evil.example/",
    "https://evil.example#@pay.acme.example",
    "https://pay.acme.example./form",
    "https://xpay.acme.example/form",
    "ftp://pay.acme.example/",
    "blob:https://pay.acme.example/1",
    "https:pay.acme.example",
    "https:///pay.acme.example",
    " https://evil.example",
    "https://pay.acme.example\t.evil.example/",
    "https://[::1]/form",
)


@attrs.frozen
class Declared:
    """As much of a declaration as the rule reads."""

    code: str = "acme"


def accepted_actions() -> list[str]:
    found = []
    for url in ACTIONS:
        try:
            exchange_rules.check_result("create_payment", PaymentStarted(action=Redirect(url)), ACCOUNT, Declared())  # type: ignore[arg-type]
        except PluginFault:
            continue
        found.append(url)
    return found


def test_a_plugin_sends_the_payer_to_declared_hosts_alone() -> None:
    assert accepted_actions() == []
    for url in ("https://pay.acme.example/form?id=1", "https://pay.acme.example:443/x", "https://api.acme.example/"):
        started = PaymentStarted(action=Redirect(url))
        exchange_rules.check_result("create_payment", started, ACCOUNT, Declared())  # type: ignore[arg-type]


def test_control_without_the_rule_any_address_passes(plant: Callable[..., None]) -> None:
    plant(results, "check_browser_url", lambda *_: None)

    assert accepted_actions() == list(ACTIONS)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "https://a@b.example", "http://evil.example"])
def test_a_bad_next_action_costs_its_payment_and_the_other_methods_stay(
    house: House, people: People, plant: Callable[..., None], url: str
) -> None:
    """The real plugin, bent to lead elsewhere: nothing is shown of its address,
    and the payer may pay again."""
    debtor, page = house.debtor("CR", (1500000, -30)), people.browser()
    provider = house.hub.providers["greenpay"]
    assert isinstance(provider, Provider)
    hooks = provider.hooks

    def bent(**records: Any) -> Any:
        started = yield from hooks.create_payment(**records)
        return attrs.evolve(started, action=Redirect(url))

    @attrs.frozen
    class Bent:
        def __getattr__(self, name: str) -> Any:
            return bent if name == "create_payment" else getattr(hooks, name)

    plant(provider, "hooks", Bent())
    step = page.get(f"{debtor.path}/pay?provider=greenpay").text
    form = next(form for form in forms_in(step) if "total" in form["fields"])
    started = page.post(form["action"], data=form["fields"], follow_redirects=True)

    assert started.status_code == 200
    assert url not in started.text
    again = page.get(debtor.path).text
    assert debtor.invoices[0].number in again


WISHES = (
    "//evil.example",
    "/m\\evil.example",
    "/m/\\evil.example",
    "https://evil.example/m/",
    "/m/\r\nSet-Cookie: a=b",
    "/s/token",
    "/mevil",
    "m/payments",
    "",
)


@attrs.frozen
class Asked:
    """A request with a cookie."""

    cookies: dict[str, str]


@pytest.mark.parametrize("wish", WISHES)
def test_after_the_sign_in_only_pages_of_ours_are_led_to(house: House, wish: str) -> None:
    assert _wanted(house.hub, Asked({sign_in_pages.NEXT: wish})) == "/m"  # type: ignore[arg-type]
    assert _wanted(house.hub, Asked({sign_in_pages.NEXT: "/m/payments"})) == "/m/payments"  # type: ignore[arg-type]
