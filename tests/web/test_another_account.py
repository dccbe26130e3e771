"""Another account at the provider, typed on the page of a connection that has money under way."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.payment import Status
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.validate_account import confirm_account
from tests.web.conftest import House, Seat
from tests.web.test_credentials import current, form_of, plain, press_pay, settings, write_settings

GREENPAY = "/m/integrations/greenpay"
WHY = "Greenpay nos cambió de comercio"


@pytest.fixture
def owner(house: House, seat: Callable[..., Seat]) -> Seat:
    """The owner of the Costa Rican company, signed in."""
    return seat(house.merchants["CR"])


@pytest.fixture(autouse=True)
def first_again(house: House) -> Iterator[None]:
    """Every test leaves the first account in its place."""
    yield
    first = house.read(lambda tx: tx.accounts.get(house.accounts["CR"].id))
    if first.is_retired:
        values, merchant = settings(house, "greenpay"), house.merchants["CR"].id
        back = house.run(connect_account(house.hub, merchant, "greenpay", values, by="duena", released="back"))
        assert back.account.id == first.id
        house.run(confirm_account(house.hub, first.id, by="duena"))


def accounts(house: House) -> tuple[ProviderAccount, ...]:
    """The company's accounts at Greenpay, retired ones first."""
    found: tuple[ProviderAccount, ...] = house.read(lambda tx: tx.accounts.all_of(house.merchants["CR"].id))
    return found


def test_the_page_counts_what_is_under_way_and_takes_a_release_with_its_reason(house: House, owner: Seat) -> None:
    payment = press_pay(house, "CR")
    house.until(lambda: current(house, payment).status is Status.PENDING)
    other = settings(house, "greenpay", 5)
    before = accounts(house)

    refused = owner.post(GREENPAY, **form_of(other))

    assert refused.status_code == 422
    text = plain(refused.text)
    for part in (
        "No se cambió nada: siguen en uso los datos que ya estaban guardados",
        "Los datos nuevos son de otra cuenta de Greenpay",
        "1 pago en curso",
        "corrija el dato que la nombra: Identificador del comercio (merchantId)",
        "Cambiar a la otra cuenta",
        "Escríbalo otra vez: por seguridad no se conserva",
    ):
        assert part in text, part
    assert "Reemplazarlos de todas formas" not in text
    assert (accounts(house), other["secret"] in refused.text) == (before, False)

    unexplained = owner.post(GREENPAY, **form_of(other), release="on", why=" ")
    assert unexplained.status_code == 422
    assert "Escriba por qué cambia de cuenta" in plain(unexplained.text)
    assert accounts(house) == before

    assert owner.post(GREENPAY, **form_of(other), release="on", why=WHY).status_code == 303

    retired, now = accounts(house)[-2:]
    assert (retired.id, retired.retired_by, retired.retired_why) == (before[-1].id, owner.email, WHY)
    assert (now.status, now.settings["merchant_id"]) == (AccountStatus.NEEDS_CONFIRMATION, other["merchant_id"])
    page = plain(owner.read(GREENPAY))
    assert f"Cuentas anteriores No se ofrecen más. Lo que está en camino sigue con ellas: {retired_name(house)}" in page
    assert "cuenta anterior, hasta el" in plain(owner.read("/m/settlements"))
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: current(house, payment).status is Status.PAID)


def retired_name(house: House) -> str:
    return settings(house, "greenpay")["merchant_id"]


def test_the_release_works_by_keyboard_and_without_scripts(house: House, owner: Seat, chromium: Any) -> None:
    payment = press_pay(house, "CR")
    house.until(lambda: current(house, payment).status is Status.PENDING)
    other = settings(house, "greenpay", 5)
    context = chromium.new_context(base_url=house.base, java_script_enabled=False, locale="es-CR")
    context.add_cookies([{"name": "session", "value": owner.session, "url": house.base}])
    page = context.new_page()
    page.goto(GREENPAY)
    page.locator("summary", has_text="Cambiar los datos").press("Enter")
    for name, value in other.items():
        page.locator(f"[name=set-{name}]").fill(value)
    page.get_by_role("button", name="Validar y guardar").press("Enter")
    assert page.get_by_role("alert").inner_text().startswith("No se cambió nada")
    page.locator("[name=release]").press("Space")
    page.locator("[name=why]").fill(WHY)
    page.locator("[name=set-secret]").fill(other["secret"])
    page.locator("[name=why]").press("Enter")
    page.get_by_text("Cuentas anteriores").wait_for()
    context.close()

    assert accounts(house)[-2].retired_why == WHY
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: current(house, payment).status is Status.PAID)


def command(house: House, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """A command of the operator's, in a process of its own."""
    write_settings(house)
    whole = [sys.executable, "-m", "hub", *words, "--data", str(house.opened.settings.data)]
    return subprocess.run(whole, input=given, capture_output=True, text=True, check=False, timeout=90)


def test_the_command_says_what_is_under_way_and_takes_newer_keys_by_the_retired_accounts_id(house: House) -> None:
    payment = press_pay(house, "CR")
    house.until(lambda: current(house, payment).status is Status.PENDING)
    first, mine, other = accounts(house)[-1], settings(house, "greenpay"), settings(house, "greenpay", 5)
    of = ("--company", "casa-cr")
    lines = "\n".join(f"{name}={value}" for name, value in other.items())

    refused = command(house, "account", "connect", "greenpay", "-", *of, given=lines)

    assert refused.returncode == 1
    assert re.search(r"knows nothing of what is under way with this one: \d+ live", refused.stderr), refused
    assert "--release WHY" in refused.stderr

    released = command(house, "account", "connect", "greenpay", "-", "--confirm", "--release", WHY, *of, given=lines)
    assert (released.returncode, f"retired: payment-hub account show {first.id}" in released.stdout) == (0, True), (
        released
    )
    listed = command(house, "account", "list", *of)
    assert f"retired, {first.id}" in listed.stdout
    shown = command(house, "account", "show", first.id, *of)
    assert WHY in shown.stdout
    assert "1 live" in shown.stdout

    strange = command(house, "account", "connect", first.id, "-", *of, given=lines)
    assert (strange.returncode, "names another account" in strange.stderr) == (1, True), strange
    house.control("greenpay", "rotate", merchant=mine["merchant_id"], secret="greenpays-newest-secret")
    try:
        newest = f"merchant_id={mine['merchant_id']}\nsecret=greenpays-newest-secret"
        renewed = command(house, "account", "connect", first.id, "-", *of, given=newest)
        assert (renewed.returncode, "greenpay: retired" in renewed.stdout) == (0, True), renewed
    finally:
        house.control("greenpay", "rotate", merchant=mine["merchant_id"], secret=mine["secret"])
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: current(house, payment).status is Status.PAID)


def test_the_sentences_are_there_in_english(house: House, owner: Seat) -> None:
    payment = press_pay(house, "CR")
    house.until(lambda: current(house, payment).status is Status.PENDING)
    answer = owner.browser.post(
        GREENPAY,
        data={"form": owner.csrf, **form_of(settings(house, "greenpay", 5))},
        headers={"accept-language": "en"},
    )
    assert "The new values are those of another account at Greenpay" in plain(unescape(answer.text))
    assert re.search(r"\d+ payments? under way", plain(answer.text))
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: current(house, payment).status is Status.PAID)
