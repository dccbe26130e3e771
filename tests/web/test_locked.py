"""An account whose secrets do not open: payers and merchants read a clear sentence on every page,
and pay otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.domain.merchant import Merchant
from hub.domain.payment import Status
from hub.vault.key_changes import create_keys
from tests.web.conftest import House, Seat

SENTENCE = "Los datos guardados de esta conexión no se pueden usar en este momento."


@pytest.fixture(scope="module")
def shop(company: Callable[..., Merchant]) -> Merchant:
    return company("CR", "cerrada", connected=True)


@pytest.fixture
def locked(house: House, shop: Merchant, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """From the call on its secrets are sealed under keys that nobody here has;
    afterwards they are what they were."""
    (account,) = house.read(lambda tx: tx.accounts.current_of(shop.id))
    rows = [row for row in house.read(lambda tx: tx.accounts.all_secrets()) if row[0] == account.id]

    def lock() -> None:
        strange = create_keys(tmp_path / "strange.json")
        for _account, merchant, name, _sealed, _key in rows:
            sealed, key_id = strange.seal(b"x", table="account_secret", column=name, row=account.id, merchant=merchant)
            house.write(lambda tx, n=name, s=sealed, k=key_id: tx.accounts.save_secret(account.id, n, s, k))
        house.hub.cached.clear()

    yield lock
    for _account, _merchant, name, sealed, key_id in rows:
        house.write(lambda tx, n=name, s=sealed, k=key_id: tx.accounts.save_secret(account.id, n, s, k))
    house.hub.cached.clear()


def test_a_payer_reads_that_the_provider_is_not_available_and_nothing_is_started(
    house: House, shop: Merchant, locked: Callable[[], None], forms: Any, seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CR", (1500000, -30), email="ana@correo.example", merchant=shop)
    with house.browser() as browser:
        html = browser.get(f"{debtor.path}/pay?provider=greenpay").text
        form = next(form for form in forms(html) if "total" in form["fields"])
        locked()
        for path in (debtor.path, f"{debtor.path}/pay", f"{debtor.path}/pay?provider=greenpay"):
            page = browser.get(path)
            assert (page.status_code, "no está disponible por ahora" in seen(page.text)) == (200, True), path
        pressed = browser.post(form["action"], data=form["fields"])  # the form was open before
        assert (pressed.status_code, "no está disponible por ahora" in seen(pressed.text)) == (422, True)
    assert house.read(lambda tx: tx.payments.with_payables([debtor.invoices[0].id])) == ()


def test_the_page_of_a_payment_goes_on_and_its_return_leads_to_it(
    house: House, shop: Merchant, locked: Callable[[], None], forms: Any
) -> None:
    debtor = house.debtor("CR", (1500000, -30), email="ana@correo.example", merchant=shop)
    with house.browser() as browser:
        html = browser.get(f"{debtor.path}/pay?provider=greenpay").text
        form = next(form for form in forms(html) if "total" in form["fields"])
        path = browser.post(form["action"], data=form["fields"]).headers["location"].removeprefix(house.base)
        payment = house.payment(path)
        locked()
        assert browser.get(path).status_code == 200
        back = browser.get(f"/pay/return/{payment.return_token}/whatever")
        assert (back.status_code, back.headers["location"].removeprefix(house.base)) == (303, path.partition("?")[0])
    assert house.payment(path).status is Status.PENDING


def test_a_merchant_reads_that_the_connection_cannot_be_used(
    house: House, shop: Merchant, locked: Callable[[], None], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    owner = seat(shop)
    for path in ("/m/online-payments", "/m/integrations/greenpay"):
        assert SENTENCE not in seen(owner.read(path))
    locked()
    for path in ("/m/online-payments", "/m/integrations/greenpay"):
        assert SENTENCE in seen(owner.read(path)), path
    assert "La conexión está activa." not in seen(owner.read("/m/integrations/greenpay"))
    for path in ("/m/", "/m/payments", "/m/settlements", "/m/settings", "/m/guide"):
        assert owner.browser.get(path, follow_redirects=True).status_code == 200, path
    answer = owner.post("/m/integrations/greenpay/validate")
    assert (answer.status_code, SENTENCE in seen(answer.text)) == (409, True)


def test_a_settlement_file_is_not_compared_for_it(
    house: House, shop: Merchant, locked: Callable[[], None], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    owner = seat(shop)
    (account,) = house.read(lambda tx: tx.accounts.current_of(shop.id))
    locked()
    answer = owner.browser.post(
        "/m/settlements/file",
        data={"form": owner.csrf, "account": account.id},
        files={"file": ("abonos.csv", b"id;monto\n1;10\n", "text/csv")},
        follow_redirects=True,
    )
    assert (answer.status_code, "No se comparó nada" in seen(answer.text)) == (422, True), seen(answer.text)[:300]
