"""New credentials for an account that works, over real HTTP:
the old ones serve until the new are accepted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.payment import Payment, Status
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.open_account import opened_account
from hub.flows.accounts.replace_credentials import Draft
from hub.stored_grants import StoredGrants
from hub_hookspecs import EnteredBy
from tests.web.conftest import House, Seat

GREENPAY = "/m/integrations/greenpay"
WRONG = "not-the-secret-at-all"
SECONDS = 90


@pytest.fixture
def owner(house: House, seat: Callable[..., Seat]) -> Seat:
    """The owner of the Costa Rican company, signed in."""
    return seat(house.merchants["CR"])


@pytest.fixture(autouse=True)
def as_founded(house: House) -> Iterator[None]:
    """Every test leaves the accounts as they were, with the credentials that they were founded with."""
    kept = {country: stored(house, country) for country in house.accounts}
    secrets = {country: house.read(lambda tx, c=country: tx.accounts.secrets(kept[c].id)) for country in kept}
    yield

    def put_back(tx: Any) -> None:
        for country, account in kept.items():
            now = tx.accounts.get(account.id)
            fields = {name: getattr(account, name) for name in ("status", "settings", "report", "confirmed_by")}
            tx.accounts.save(attrs.evolve(now, **fields, credentials=now.credentials + 1))
            for name, sealed in secrets[country].items():
                tx.accounts.save_secret(account.id, name, sealed, house.hub.vault.current)
            tx.accounts.save_grant(account.id, None)

    house.write(put_back)
    house.hub.cached.clear()
    house.hub.remembered.clear()


def stored(house: House, country: str) -> ProviderAccount:
    """The account as it is stored now."""
    found: ProviderAccount = house.read(lambda tx: tx.accounts.get(house.accounts[country].id))
    return found


def secret_of(house: House, country: str, name: str) -> str:
    """A secret as every process opens it."""
    opened = house.run(opened_account(house.hub, house.accounts[country].id))
    return str(opened.account.settings[name])


def settings(house: House, code: str, which: int = 0) -> dict[str, str]:
    """What the provider gave one of its merchants."""
    config = house.configs[code]
    return dict(house.simulators[code].settings(config, config["merchants"][which]["id"]))


def form_of(values: dict[str, str], **changed: str) -> dict[str, str]:
    """The fields of the merchant's form."""
    return {f"set-{name}": value for name, value in {**values, **changed}.items()}


def plain(html: str) -> str:
    """What a reader sees of a page, blanks reduced."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def press_pay(house: House, country: str, base: str = "") -> Payment:
    """A payer opens the link of a statement and presses Pagar."""
    debtor = house.debtor(country, (1_500_000, -30), email="ana@correo.example")
    provider = house.accounts[country].provider
    with httpx.Client(base_url=base or house.base, trust_env=False, timeout=SECONDS, verify=False) as browser:
        html = browser.get(f"{debtor.path}/pay", params={"provider": provider}).text
        forms = re.findall(r'<form\b[^>]*action="([^"]*)".*?</form>', html, re.DOTALL)
        fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', html))
        more = {"field.push.phone": "3998764643", "way": "push"} if country == "CO" else {}
        action = next(unescape(address) for address in forms if address.endswith("/pay"))
        answer = browser.post(action, data={**fields, **more})
    assert answer.status_code == 303, plain(answer.text)[:600]
    found: Payment = house.payment(answer.headers["location"])
    return found


def paid(house: House, country: str, base: str = "") -> Payment:
    """A payment that a payer starts and pays at the provider; the last that was known of it."""
    payment = press_pay(house, country, base)
    end = time.monotonic() + SECONDS
    while (now := current(house, payment)).status in (Status.CREATED, Status.UNKNOWN) and time.monotonic() < end:
        time.sleep(0.05)
    if now.status is Status.PENDING:
        house.control(payment.provider, "approve", reference=payment.reference)
        now = house.until(lambda: (found := current(house, payment)).status is Status.PAID and found)
    return now


def current(house: House, payment: Payment) -> Payment:
    found: Payment = house.read(lambda tx: tx.payments.get(payment.id))
    return found


def provision(house: House, values: dict[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    """The operator enters what Nequi gave, in a process of his own."""
    write_settings(house)
    command = [sys.executable, "-m", "hub", "account", "provision", "nequi", "-", "--company", "casa-co", *words]
    command += ["--data", str(house.opened.settings.data)]
    return subprocess.run(command, input=json.dumps(values).encode(), capture_output=True, check=False, timeout=SECONDS)


def write_settings(house: House) -> None:
    """Settings for other processes on the same data folder."""
    chosen = house.opened.settings
    lines = [f'base_url = "{chosen.base_url}"', 'smtp_host = "127.0.0.1"', f"smtp_port = {chosen.smtp_port}"]
    for code, provider in chosen.providers.items():
        lines += [f"[providers.{code}.endpoints]", *(f'{role} = "{url}"' for role, url in provider.endpoints.items())]
    (chosen.data / "hub.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def second(house: House) -> Iterator[str]:
    """Another ``payment-hub serve`` on the same data folder; its address."""
    write_settings(house)
    data: Path = house.opened.settings.data
    command = [sys.executable, "-m", "hub", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            line = ""
            while "Listening on" not in line:
                assert process.poll() is None
                line = process.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert found
            yield found[0]
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)


def offer_wrong_secret(house: House, owner: Seat) -> httpx.Response:
    """The owner types a secret that Greenpay does not know."""
    answer: httpx.Response = owner.post(GREENPAY, **form_of(settings(house, "greenpay"), secret=WRONG))
    return answer


def test_wrong_new_credentials_change_nothing_and_the_old_ones_go_on_being_paid_with(house: House, owner: Seat) -> None:
    before = stored(house, "CR")

    answer = offer_wrong_secret(house, owner)

    assert answer.status_code == 422
    assert "Greenpay no acepta estos datos" in plain(answer.text)
    assert WRONG not in answer.text
    assert (stored(house, "CR"), secret_of(house, "CR", "secret")) == (before, settings(house, "greenpay")["secret"])
    assert paid(house, "CR").status is Status.PAID


@pytest.fixture
def waiting(house: House) -> Iterator[Payment]:
    """A payment that waits for its payer, and ends with the test."""
    payment = press_pay(house, "CR")
    house.until(lambda: current(house, payment).status is Status.PENDING)
    yield payment
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: current(house, payment).status is Status.PAID)


def test_the_form_comes_back_with_what_was_typed_and_says_what_would_stop(
    house: House, owner: Seat, waiting: Payment
) -> None:
    answer = owner.post(GREENPAY, **form_of(settings(house, "greenpay"), secret=WRONG, terminal_usd="Otra-USD"))

    text = plain(answer.text)
    for part in (
        "No se cambió nada: siguen en uso los datos que ya estaban guardados",
        "Revise: Clave secreta (secret)",
        "Sus clientes no podrán pagar con Greenpay hasta que Greenpay acepte otros datos",
        "Hay 1 pago en curso, y podría no llegar a saberse si se pagó",
        "Reemplazarlos de todas formas",
        "La conexión está activa",
    ):
        assert part in text, part
    assert 'value="Otra-USD"' in answer.text
    english = owner.browser.post(
        GREENPAY,
        data={"form": owner.csrf, **form_of(settings(house, "greenpay"), secret=WRONG)},
        headers={"accept-language": "en"},
    )
    assert "1 payment is under way, and it may never be known whether it was paid" in plain(english.text)


def test_who_was_told_what_stops_may_replace_them_anyway_and_types_the_secret_again(house: House, owner: Seat) -> None:
    typed = form_of(settings(house, "greenpay"), secret=WRONG)
    held = owner.post(GREENPAY, **typed)
    assert 'name="again-secret"' in held.text
    more = {"again-secret": "yes", "anyway": "on"}

    empty = owner.post(GREENPAY, **{**typed, "set-secret": "", **more})

    assert empty.status_code == 422
    assert "Escríbalo otra vez: por seguridad no se conserva" in plain(empty.text)
    assert (stored(house, "CR").status, secret_of(house, "CR", "secret") == WRONG) == (AccountStatus.ACTIVE, False)

    assert owner.post(GREENPAY, **typed, **more).status_code == 303

    assert (stored(house, "CR").status, secret_of(house, "CR", "secret")) == (AccountStatus.FAILED, WRONG)
    assert owner.post(GREENPAY, **form_of(settings(house, "greenpay"))).status_code == 303
    assert stored(house, "CR").status is AccountStatus.ACTIVE


def test_a_form_that_was_drawn_before_somebody_elses_change_replaces_nothing_unseen(house: House, owner: Seat) -> None:
    seen = re.search(r'name="credentials" value="(\d+)"', owner.read(GREENPAY))
    assert seen
    values = settings(house, "greenpay")
    mine, theirs = form_of(values), form_of(values, secret=WRONG)
    house.write(lambda tx: tx.accounts.replace(attrs.evolve(stored_in(tx, house), credentials=int(seen[1]) + 1)))

    late = owner.post(GREENPAY, **theirs, credentials=seen[1])

    assert late.status_code == 422
    assert "Alguien más cambió los datos de esta cuenta" in plain(late.text)
    assert f'name="credentials" value="{int(seen[1]) + 1}"' in late.text
    again = owner.post(GREENPAY, **mine, credentials=str(int(seen[1]) + 1))
    assert again.status_code == 303
    for strange in ("", "x", "-1", "9" * 5000, "٣"):
        assert owner.post(GREENPAY, **mine, credentials=strange).status_code == 303


def stored_in(tx: Any, house: House) -> ProviderAccount:
    found: ProviderAccount = tx.accounts.get(house.accounts["CR"].id)
    return found


def test_nobody_confirms_an_account_that_somebody_else_has_replaced_meanwhile(house: House, owner: Seat) -> None:
    account = stored(house, "CR")
    waits = attrs.evolve(account, status=AccountStatus.NEEDS_CONFIRMATION, confirmed_by="")
    house.write(lambda tx: tx.accounts.save(waits))
    page = owner.read(GREENPAY)
    assert f'name="credentials" value="{account.credentials}"' in page.partition("/confirm")[2]

    stale = owner.post(f"{GREENPAY}/confirm", confirmed="on", credentials=str(account.credentials - 1 or 99))

    assert stale.status_code == 422
    assert "Alguien más cambió los datos de esta cuenta" in plain(stale.text)
    assert stored(house, "CR").status is AccountStatus.NEEDS_CONFIRMATION


def test_the_form_works_by_keyboard_and_without_scripts(house: House, owner: Seat, chromium: Any) -> None:
    context = chromium.new_context(base_url=house.base, java_script_enabled=False, locale="es-CR")
    context.add_cookies([{"name": "session", "value": owner.session, "url": house.base}])
    page = context.new_page()
    page.goto(GREENPAY)
    page.locator("summary", has_text="Cambiar los datos").press("Enter")
    page.locator("[name=set-secret]").fill(WRONG)
    page.locator("[name=set-secret]").press("Enter")
    assert page.get_by_role("alert").inner_text().startswith("No se cambió nada")
    page.locator("[name=anyway]").press("Space")
    page.locator("[name=set-secret]").fill(WRONG)
    page.locator("[name=set-secret]").press("Enter")
    page.get_by_text("Rechazadas").wait_for()
    context.close()

    assert secret_of(house, "CR", "secret") == WRONG


def test_a_secret_that_greenpay_changed_is_entered_and_everything_goes_on(house: House, owner: Seat) -> None:
    before, values = stored(house, "CR"), settings(house, "greenpay")
    house.control("greenpay", "rotate", merchant=values["merchant_id"], secret="greenpays-new-secret")
    try:
        assert press_pay(house, "CR").status is not Status.PAID
        answer = owner.post(GREENPAY, **form_of(values, secret="greenpays-new-secret"))

        assert answer.status_code == 303
        after = stored(house, "CR")
        assert (after.status, after.confirmed_by) == (AccountStatus.ACTIVE, before.confirmed_by)
        assert after.credentials == before.credentials + 1
        assert paid(house, "CR").status is Status.PAID
    finally:
        house.control("greenpay", "rotate", merchant=values["merchant_id"], secret=values["secret"])


@pytest.fixture
def renew(house: House) -> Iterator[Callable[[], dict[str, str]]]:
    """renew(): Nequi gives its merchant another secret and key, and the tokens of the old ones end."""
    values, config = settings(house, "nequi"), house.configs["nequi"]
    merchant = config["merchants"][0]["id"]

    def give(**new: str) -> None:
        house.control("nequi", "rotate", merchant=merchant, **new)

    def renewed() -> dict[str, str]:
        new = {"client_secret": "nequis-new-secret", "api_key": "nequis-new-key"}
        give(**new)
        return {**values, **new}

    yield renewed
    give(**{name: values[name] for name in ("client_secret", "api_key")})


def test_correct_new_credentials_work_at_once_where_a_grant_of_the_old_ones_is_cached(
    house: House, renew: Callable[[], dict[str, str]]
) -> None:
    assert paid(house, "CO").status is Status.PAID  # and its grant is kept now

    done = house.run(
        connect_account(
            house.hub, house.merchants["CO"].id, "nequi", renew(), entered_by=EnteredBy.OPERATOR, by="operator"
        )
    )

    assert done.account.status is AccountStatus.ACTIVE
    assert paid(house, "CO").status is Status.PAID
    assert stored(house, "CO").status is AccountStatus.ACTIVE


def test_correct_new_credentials_work_in_every_other_process_that_has_a_grant_of_the_old_ones(
    house: House, second: str, renew: Callable[[], dict[str, str]]
) -> None:
    assert paid(house, "CO").status is Status.PAID
    assert paid(house, "CO", second).status is Status.PAID

    ended = provision(house, renew())

    assert (ended.returncode, b"nequi: active" in ended.stdout) == (0, True), ended
    assert paid(house, "CO").status is Status.PAID
    assert paid(house, "CO", second).status is Status.PAID
    assert stored(house, "CO").status is AccountStatus.ACTIVE


def test_control_credentials_that_are_stored_before_they_are_validated_are_noticed(
    house: House, owner: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Draft, "is_in_use", property(lambda _draft: False))
    monkeypatch.setattr(Draft, "has_accepted", property(lambda _draft: False))

    assert offer_wrong_secret(house, owner).status_code == 303

    assert (stored(house, "CR").status, secret_of(house, "CR", "secret")) == (AccountStatus.FAILED, WRONG)


def test_control_a_grant_of_whatever_credentials_is_noticed(
    house: House, renew: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paid(house, "CO").status is Status.PAID
    account = stored(house, "CO")
    grant = house.run(house.opened.exchanger._grants.load(account.id, account.credentials))

    async def load(_grants: Any, _account_id: str, _credentials: int) -> Any:
        return grant

    monkeypatch.setattr(StoredGrants, "load", load)
    assert provision(house, renew()).returncode == 0

    assert paid(house, "CO").status is Status.CLOSED
