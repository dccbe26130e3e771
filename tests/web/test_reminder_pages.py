"""Recordatorios: the company's ladder, a customer's section, and the payer's own word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import attrs

from hub.domain.countries.co import COUNTRY
from hub.flows.statements.save_ladder import stop_ladder
from hub_hookspecs import ContactRules
from tests.web.conftest import Debtor, House, Seat, seen_in

WINDOW = (time(8), time(9))


def the_seat(house: House, seat: Callable[..., Seat], country: str = "CR") -> Seat:
    return seat(house.merchants[country])


def section(page: str) -> str:
    return page.partition('id="recordatorios"')[2].partition('aria-labelledby="send"')[0]


def test_the_ladder_is_off_until_the_merchant_turns_it_on_and_shows_whom_it_would_reach(
    house: House, seat: Callable[..., Seat]
) -> None:
    desk, debtor = the_seat(house, seat), house.debtor("CR", (70_000, -6), email="deudora@correo.example")
    page = desk.read("/m/reminders")
    assert "Están apagados" in page
    since = (house.today - timedelta(days=60)).isoformat()
    assert debtor.customer.name not in seen_in(page)  # it fell due before today, which is proposed
    assert debtor.customer.name in seen_in(desk.read(f"/m/reminders?since={since}"))

    page = desk.go("/m/reminders/activate", since=since)
    assert "Están encendidos" in page
    assert debtor.customer.name in seen_in(page)
    assert "7 días después de vencer" in seen_in(page)
    assert "Próximo recordatorio" in section(desk.read(f"/m/customers/{debtor.customer.id}"))
    assert "Están apagados" in desk.go("/m/reminders/stop")


def test_the_steps_are_written_down_as_they_were_typed_and_faults_are_said_beside_them(
    house: House, seat: Callable[..., Seat]
) -> None:
    desk = the_seat(house, seat)
    steps = {
        "when-0": "before",
        "days-0": "5",
        "on-0": "on",
        "when-1": "on",
        "days-1": "",
        "when-2": "after",
        "days-2": "10",
        "on-2": "on",
        "text-2": "Ya pasaron diez días.",
        "when-3": "after",
        "days-3": "",
    }
    page = desk.go("/m/reminders", **steps)
    assert "Ya pasaron diez días." in page
    ladder = house.read(lambda tx: tx.reminders.of(desk.merchant.id, desk.merchant.mode))
    assert ladder is not None
    assert [(step.days, step.is_on) for step in ladder.steps] == [(-5, True), (0, False), (10, True)]

    for wrong, said in (
        ({"days-0": "mil"}, "entre 0 y 365"),
        ({"days-0": "10", "when-0": "after"}, "Ya hay un paso ese día"),
    ):
        answer = desk.post("/m/reminders", **{**steps, **wrong})
        assert answer.status_code == 422
        assert said in seen_in(answer.text)
        assert "Ya pasaron diez días." in answer.text  # nothing that was typed is lost
    answer = desk.post("/m/reminders/activate", since="mañana")
    assert answer.status_code == 422
    answer = desk.post("/m/reminders/activate", since=(house.today + timedelta(days=2)).isoformat())
    assert answer.status_code == 422


def test_in_colombia_turning_them_on_asks_that_the_customers_authorised_the_mail(
    house: House, seat: Callable[..., Seat]
) -> None:
    desk, countries = the_seat(house, seat, "CO"), house.hub.countries
    house.hub.countries = {**countries, "CO": attrs.evolve(countries["CO"], contacts=COUNTRY.contacts)}
    try:
        page = desk.read("/m/reminders")
        assert "Ley 2300" in page
        assert "Nadie de derecho lo ha revisado" in page
        today = house.today.isoformat()
        answer = desk.post("/m/reminders/activate", since=today)
        assert answer.status_code == 422
        assert "Marca esta casilla" in seen_in(answer.text)
        desk.go("/m/reminders/activate", since=today, authorised="on")
    finally:
        house.hub.countries = countries
        house.run(stop_ladder(house.hub, desk.merchant, by="duena"))


def promised(house: House, debtor: Debtor) -> list[Any]:
    ids = [invoice.id for invoice in debtor.invoices]
    return [
        (item.payable_id, item.until, item.is_payers) for item in house.read(lambda tx: tx.promises.of_payables(ids))
    ]


def test_a_promise_is_recorded_on_the_customers_page_and_taken_back_there(
    house: House, seat: Callable[..., Seat]
) -> None:
    desk, debtor = the_seat(house, seat), house.debtor("CR", (70_000, -6), (50_000, -2))
    page, invoice = f"/m/customers/{debtor.customer.id}", debtor.invoices[0]
    until = house.today + timedelta(days=10)
    shown = section(desk.go(f"{page}/promise", until=until.isoformat(), **{f"promised-{invoice.id}": "on"}))
    assert invoice.number in shown
    assert "En espera" in shown
    assert promised(house, debtor) == [(invoice.id, until, False)]

    for wrong, said in (
        ({"until": (house.today + timedelta(days=31)).isoformat(), f"promised-{invoice.id}": "on"}, "próximos 30"),
        ({"until": until.isoformat()}, "Marque al menos una factura"),
        ({"until": "", f"promised-{invoice.id}": "on"}, "Escriba la fecha"),
    ):
        answer = desk.post(f"{page}/promise", **wrong)
        assert answer.status_code == 422
        assert said in seen_in(answer.text)
    (promise,) = house.read(lambda tx: tx.promises.of_payables([invoice.id]))
    shown = section(desk.go(f"/m/promises/{promise.id}/withdraw"))
    assert "En espera" not in shown


def test_a_payer_says_once_on_the_statement_when_it_is_paid(house: House) -> None:
    debtor = house.debtor("CR", (70_000, -6), (50_000, -2))
    with house.browser() as browser:
        assert "Avisar cuándo va a pagar" in browser.get(debtor.path).text
        page = browser.get(f"{debtor.path}/promise").text
        form = page.partition('name="form" value="')[2].partition('"')[0]
        until = house.today + timedelta(days=3)
        first, second = debtor.invoices
        answer = browser.post(
            f"{debtor.path}/promise", data={"form": form, "invoice": first.id, "until": until.isoformat()}
        )
        assert answer.status_code == 303
        assert "Gracias por avisar" in browser.get(answer.headers["location"]).text
        assert promised(house, debtor) == [(first.id, until, True)]

        page = browser.get(f"{debtor.path}/promise").text
        assert f"{first.number}: ya avisó" in seen_in(page)
        again = browser.post(
            f"{debtor.path}/promise", data={"form": form, "invoice": first.id, "until": until.isoformat()}
        )
        assert again.status_code == 422
        late = {"form": form, "invoice": second.id, "until": (house.today + timedelta(days=31)).isoformat()}
        assert browser.post(f"{debtor.path}/promise", data=late).status_code == 422
        forged = {"form": "x", "invoice": second.id, "until": until.isoformat()}
        assert browser.post(f"{debtor.path}/promise", data=forged).status_code == 422
    assert len(promised(house, debtor)) == 1


def test_a_channel_that_a_customer_no_longer_authorises_is_recorded_with_who_and_shown(
    house: House, seat: Callable[..., Seat]
) -> None:
    desk, debtor = the_seat(house, seat), house.debtor("CR", (70_000, -6), email="otra@correo.example")
    page = f"/m/customers/{debtor.customer.id}"
    shown = section(desk.go(f"{page}/channel", channel="mail", said="no"))
    assert "Correo: no" in seen_in(shown)
    assert "Lo anotó" in shown
    (wish,) = house.read(lambda tx: tx.contacts.wishes(debtor.customer.id))
    assert (wish.is_authorised, wish.by) == (False, desk.email)
    assert "Correo: sí" in seen_in(section(desk.go(f"{page}/channel", channel="mail", said="yes")))


def test_a_statement_sent_by_a_person_leaves_outside_the_windows_and_the_page_warns(
    house: House, seat: Callable[..., Seat]
) -> None:
    desk, debtor = the_seat(house, seat), house.debtor("CR", (70_000, -6), email="fuera@correo.example")
    page, countries = f"/m/customers/{debtor.customer.id}", house.hub.countries
    shut = ContactRules(windows={(house.time().weekday() + 3) % 7: WINDOW}, source="Una prueba")
    assert "A esta hora no se escribe" not in desk.read(page)
    house.hub.countries = {code: attrs.evolve(country, contacts=shut) for code, country in countries.items()}
    try:
        assert "A esta hora no se escribe" in desk.read(page)
        for number in (1, 2):
            desk.post(f"{page}/send", note="")
            house.until(
                lambda number=number: (
                    len(house.read(lambda tx: tx.contacts.of(debtor.customer.id, desk.merchant.mode))) == number
                )
            )
        shown = section(desk.read(page))
        assert "Ya se le escribió" in shown
        assert "2 contactos" in shown
        assert desk.email in shown
    finally:
        house.hub.countries = countries


def test_a_round_outside_the_windows_says_when_it_leaves_and_waits(house: House, seat: Callable[..., Seat]) -> None:
    desk, debtor = the_seat(house, seat), house.debtor("CR", (98_765_400, -6), email="espera@correo.example")
    countries = house.hub.countries
    assert "A esta hora no se escribe" not in desk.read("/m/rounds")
    shut = ContactRules(windows={(house.time().weekday() + 3) % 7: WINDOW}, source="Una prueba")
    house.hub.countries = {code: attrs.evolve(country, contacts=shut) for code, country in countries.items()}
    try:
        assert "A esta hora no se escribe a quien debe: lo que envíe sale el" in seen_in(desk.read("/m/rounds"))
        page = desk.go("/m/rounds", least="900000", currency="CRC", days="", round_id="w" * 26, note="")
        assert "Envío del" in page
        house.until(lambda: "En espera: 1." in seen_in(desk.read("/m/rounds/" + "w" * 26)))
        page = desk.read("/m/rounds/" + "w" * 26)
        assert 'http-equiv="refresh"' not in page
        assert not house.read(lambda tx: tx.contacts.of(debtor.customer.id, desk.merchant.mode))
    finally:
        house.hub.countries = countries
