"""A served hub beside a Nequi that answers as its recorded sandbox did: what it repeats is shown nowhere."""

from __future__ import annotations

import base64
import csv
import io
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

import hub_nequi.wire
from hub.bootstrap import DATABASE
from hub.domain.payment import Payment, Status
from hub.flows.views.print_receipt import verify_token
from tests.web.conftest import House, Seat

Forms = Callable[[str], list[dict[str, Any]]]
CLIENT = "hub-01"
ALONE = re.compile(rf"(?<![\w-]){CLIENT}(?![\w-])")
"""The ClientID by itself; inside a transactionId it is Nequi's own."""
AS_RECORDED = {"trn_id": "client", "paid_date": "creation", "notification_signature": "no_headers"}


@pytest.fixture(scope="module", autouse=True)
def recorded(house: House) -> Iterator[None]:
    """The sandbox of the recordings."""
    house.control("nequi", "options", **AS_RECORDED)
    yield
    house.control("nequi", "options", trn_id="number", notification_signature="full", qr_named_by="any")


def start(house: House, forms: Forms, **changes: Any) -> tuple[str, Payment]:
    """A payer presses Pagar: the payment's address, and the payment."""
    debtor = house.debtor("CO", (1500000, -30), email=f"ana{next(house.numbers)}@correo.example")
    with house.browser() as browser:
        html = browser.get(f"{debtor.path}/pay", params={"provider": "nequi", "invoice": [debtor.invoices[0].id]}).text
        form = next(form for form in forms(html) if "total" in form["fields"])
        answer = browser.post(form["action"], data={**form["fields"], **changes})
    path = answer.headers["location"].removeprefix(house.base)
    return path, house.payment(path)


def paid(house: House, forms: Forms, **changes: Any) -> tuple[str, Payment]:
    """One that the payer approves some time after it was pushed."""
    path, payment = start(house, forms, **(changes or {"field.push.phone": "3001234567"}))
    house.control("nequi", "approve", reference=payment.reference)
    return path, house.until(lambda: (now := house.payment(path)).status is Status.PAID and now)


def told(house: House, path: str, payment: Payment, seat: Callable[..., Seat]) -> dict[str, str]:
    """Everything in which people read of a payment, as text."""
    desk = seat(house.merchants["CO"])
    mails = house.until(
        lambda: [mail for mail in house.mailbox.to(payment.payer.email) if payment.reference in mail.text]
    )
    today = house.time().date() - timedelta(days=1)
    with house.browser() as browser:
        return {
            "page": browser.get(path).text,
            "check": browser.get(f"/v/{verify_token(house.hub, payment.id)}").text,
            "mail": mails[0].text,
            "desk": desk.read(f"/m/payments/{payment.id}"),
            "export": desk.browser.get(f"/m/exports/payments?since={today}&kind=csv").content.decode("utf-8-sig"),
        }


def stored(house: House) -> list[str]:
    """The columns of the database in which the ClientID stands by itself,
    settings and copies of the wire left out."""
    found = []
    with sqlite3.connect(house.hub.data / DATABASE) as db:
        for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
            for column in [row[1] for row in db.execute(f'pragma table_info("{table}")')]:
                values = db.execute(f'select "{column}" from "{table}" where typeof("{column}") = \'text\'').fetchall()
                if any(ALONE.search(value) for (value,) in values):
                    found.append(f"{table}.{column}")
    return found


def test_what_repeats_our_client_id_is_shown_nowhere(house: House, forms: Forms, seat: Callable[..., Seat]) -> None:
    path, payment = paid(house, forms)

    shown = told(house, path, payment, seat)

    assert {name for name, text in shown.items() if ALONE.search(text)} == set()
    assert {name for name, text in shown.items() if payment.reference not in text} == set()
    assert "Autorización" not in shown["page"] + shown["check"] + shown["mail"] + shown["desk"]
    assert stored(house) == []


def test_two_payments_that_share_it_are_two(house: House, forms: Forms) -> None:
    (_, one), (_, other) = paid(house, forms), paid(house, forms)

    seen = [house.read(lambda tx, this=item: tx.payments.seen(this.id)) for item in (one, other)]

    assert len({item.key for found in seen for item in found}) == sum(map(len, seen))
    assert [item.flags for item in (one, other)] == [frozenset(), frozenset()]


def test_control_an_authorisation_that_is_whatever_nequi_repeats(
    house: House, forms: Forms, seat: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_nequi.wire, "number_in", lambda value, _known: hub_nequi.wire.text_of(value) or None)
    path, payment = paid(house, forms)

    shown = told(house, path, payment, seat)

    assert {name for name, text in shown.items() if ALONE.search(text)} == set(shown)
    assert stored(house) != []


def test_a_time_that_nequi_does_not_state_is_the_time_when_we_learnt_of_it(
    house: House, forms: Forms, seat: Callable[..., Seat]
) -> None:
    path, payment = start(house, forms, **{"field.push.phone": "3001234567"})
    pushed, house.time.ahead = house.time(), timedelta(minutes=9)
    try:
        house.control("nequi", "approve", reference=payment.reference)
        payment = house.until(lambda: (now := house.payment(path)).status is Status.PAID and now)
        shown = told(house, path, payment, seat)
    finally:
        house.time.ahead = timedelta()

    claims = [item for item in house.read(lambda tx: tx.payments.seen(payment.id)) if item.observation.kind == "paid"]
    assert {item.observation.occurred_at for item in claims} == {None}
    assert claims[0].seen_at - pushed >= timedelta(minutes=8)
    for name in ("page", "check", "mail", "desk"):
        assert "Confirmado el" in shown[name], name
        assert "Fecha y hora" not in shown[name], name
        assert "Aprobado el" not in shown[name], name
    rows = csv.DictReader(io.StringIO(shown["export"]), delimiter=";")
    (row,) = [row for row in rows if row["Referencia"] == payment.reference]
    assert (row["Pagado"], bool(row["Registrado"])) == ("", True)


def notification_of(house: House, payment: Payment) -> tuple[dict[str, str], bytes]:
    """Headers and body of the notification that Nequi owes."""
    with house.browser() as browser:
        found = browser.get("/sim/nequi/_control/notifications", params={"reference": payment.reference}).json()
    return found[0]["headers"], base64.b64decode(found[0]["body"])


@pytest.mark.parametrize("form", ["full", "no_headers", "bare"])
def test_a_notification_is_taken_in_however_its_signature_is_written(house: House, forms: Forms, form: str) -> None:
    house.control("nequi", "options", notification_signature=form)
    _, payment = paid(house, forms)
    headers, body = notification_of(house, payment)
    account = house.accounts["CO"]
    address = f"/n/nequi/{account.path_token}"
    signature = headers.pop("signature")
    assert ("headers=" in signature, "algorithm=" in signature) == (form == "full", form != "bare")

    with house.browser() as browser:

        def answered(**more: str) -> int:
            return browser.post(address, content=body, headers={**headers, **more}).status_code

        assert answered(signature=f"{signature},created=1") == 200
        assert answered() == 401
        assert answered(signature=f'{signature},headers="date"') == 401
        assert answered(signature=signature[:-2] + '"') == 401


@pytest.mark.parametrize("named_by", ["qrValue", "transactionId"])
def test_a_code_is_seen_paid_whatever_finds_it(house: House, forms: Forms, named_by: str) -> None:
    house.control("nequi", "options", qr_named_by=named_by)

    path, payment = paid(house, forms, way="qr")

    assert payment.status is Status.PAID
    with house.browser() as browser:
        assert not ALONE.search(browser.get(path).text)
