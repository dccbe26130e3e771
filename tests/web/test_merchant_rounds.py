"""Statements to many customers at once: whom they reach, that each gets one mail, and that schedules come by
themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from hub.domain.round import Choice, Every, debts_of, next_time
from hub.flows.mails.resend_mail import resend_mail
from hub.flows.statements.schedule_rounds import run_schedule, schedule_round
from hub.flows.statements.send_round import PORTION, plan_round, run_round, start_round
from tests.web.conftest import House, Seat

COLON = 100


@pytest.mark.parametrize(
    ("choice", "owed", "days", "taken"),
    [
        (Choice(), {"CRC": 1}, 0, True),
        (Choice(), {"CRC": 0}, 90, False),
        (Choice(), {}, 0, False),
        (Choice(least={"CRC": 1000}), {"CRC": 1000}, 0, True),
        (Choice(least={"CRC": 1000}), {"CRC": 999}, 400, False),
        (Choice(least={"CRC": 1000}), {"USD": 5000}, 0, False),
        (Choice(overdue_days=30), {"CRC": 1}, 30, True),
        (Choice(overdue_days=30), {"CRC": 10**9}, 29, False),
        (Choice(least={"CRC": 1000}, overdue_days=30), {"CRC": 1}, 31, True),
        (Choice(least={"CRC": 1000}, overdue_days=30), {"CRC": 1000}, 0, True),
        (Choice(least={"CRC": 1000}, overdue_days=30), {"CRC": 999}, 29, False),
    ],
)
def test_a_choice_takes_who_owes_so_much_or_so_long(
    choice: Choice, owed: dict[str, int], days: int, taken: bool
) -> None:
    assert choice.takes(owed, days) is taken


@pytest.mark.parametrize(
    ("every", "weekday", "after", "comes"),
    [
        (Every.WEEK, 0, datetime(2026, 1, 5, 13, 59, tzinfo=UTC), datetime(2026, 1, 5, 14, 0, tzinfo=UTC)),
        (Every.WEEK, 0, datetime(2026, 1, 5, 14, 0, tzinfo=UTC), datetime(2026, 1, 12, 14, 0, tzinfo=UTC)),
        (Every.WEEK, 6, datetime(2026, 1, 5, 14, 0, tzinfo=UTC), datetime(2026, 1, 11, 14, 0, tzinfo=UTC)),
        (Every.MONTH, 0, datetime(2026, 1, 5, 13, 0, tzinfo=UTC), datetime(2026, 1, 5, 14, 0, tzinfo=UTC)),
        (Every.MONTH, 0, datetime(2026, 1, 5, 14, 0, tzinfo=UTC), datetime(2026, 2, 2, 14, 0, tzinfo=UTC)),
        (Every.MONTH, 3, datetime(2026, 12, 31, 23, 0, tzinfo=UTC), datetime(2027, 1, 7, 14, 0, tzinfo=UTC)),
    ],
)
def test_a_schedule_comes_at_eight_in_the_morning_there(
    every: Every, weekday: int, after: datetime, comes: datetime
) -> None:
    assert next_time(every, weekday, after, "America/Costa_Rica") == comes


def test_the_oldest_invoice_says_how_long_a_customer_owes() -> None:
    rows = [("a", "CRC", 5, date(2026, 1, 10)), ("a", "USD", 7, date(2026, 1, 1)), ("b", "CRC", 1, date(2026, 2, 1))]
    debts = debts_of(rows, date(2026, 1, 11))
    assert (debts["a"].owed, debts["a"].days_overdue) == ({"CRC": 5, "USD": 7}, 10)
    assert debts["b"].days_overdue == 0


@pytest.fixture(scope="module")
def shop(house: House, company: Callable[..., Any]) -> Any:
    """A company whose customers are known: three who owe, one of them without mail,
    and one who owes nothing."""
    merchant = company("CR", "envios")
    for owed, days, email in (
        (50_000 * COLON, -40, "ana@envios.example"),
        (2_000 * COLON, -5, "beto@envios.example"),
        (80_000 * COLON, -90, ""),
    ):
        house.debtor("CR", (owed, days), email=email, merchant=merchant)
    house.debtor("CR", email="nada@envios.example", merchant=merchant)
    return merchant


def names(debtors: Any) -> list[str]:
    return [debtor.customer.email for debtor in debtors]


@pytest.mark.parametrize(
    ("choice", "reached", "silent"),
    [
        (Choice(), ["ana@envios.example", "beto@envios.example"], 1),
        (Choice(least={"CRC": 10_000 * COLON}), ["ana@envios.example"], 1),
        (Choice(overdue_days=60), [], 1),
        (Choice(overdue_days=30), ["ana@envios.example"], 1),
        (Choice(least={"CRC": 90_000 * COLON}), [], 0),
    ],
)
def test_a_plan_lists_those_without_mail_apart(
    house: House, shop: Any, choice: Choice, reached: list[str], silent: int
) -> None:
    plan = house.run(plan_round(house.hub, shop, choice))
    assert names(plan.reached) == reached
    assert len(plan.without_mail) == silent


def test_a_round_is_shown_before_it_goes_and_sends_one_mail_a_customer(
    house: House, shop: Any, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    clerk = seat(shop)
    page = clerk.read("/m/rounds?least=&days=1")
    text = seen(page)
    assert "1 cliente queda fuera: no tiene correo" in text
    assert "Le llega a 2 clientes, que en total deben ₡52 000,00" in text
    drawn = re.search(r'name="round_id" value="([^"]+)"', page)
    assert drawn
    first, second = (clerk.post("/m/rounds", days="1", round_id=drawn[1], note="Por favor, pague.") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    path = first.headers["location"]
    house.until(lambda: "Listo: salieron 2 de 2" in seen(clerk.read(path)))
    for address in ("ana@envios.example", "beto@envios.example"):
        mails = house.mailbox.to(address)
        assert len(mails) == 1
        assert "Por favor, pague." in mails[0].text
    assert 'http-equiv="refresh"' not in clerk.read(path)
    assert "2 enviados" in seen(clerk.read("/m/rounds"))


def test_many_without_mail_do_not_push_the_button_out_of_sight(
    house: House, company: Callable[..., Any], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    merchant = company("CR", "callados")
    for _ in range(7):
        house.debtor("CR", (100_000, -3), merchant=merchant)
    page = seat(merchant).read("/m/rounds?least=&days=")
    assert "7 clientes quedan fuera: no tienen correo" in seen(page)
    first, _, others = page.partition("Ver los demás")
    assert others.startswith(" (2)")
    assert (first.count("/m/customers/"), others.partition("</details>")[0].count("/m/customers/")) == (5, 2)


def test_the_log_tells_who_opened_and_who_paid_and_a_mail_can_go_out_again(
    house: House, shop: Any, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    clerk = seat(shop)
    link = re.search(r"/s/\S+", house.mailbox.to("ana@envios.example")[-1].text)
    assert link
    with house.browser() as anna:
        assert anna.get(link[0]).status_code == 200
    house.until(lambda: "Abierto" in seen(clerk.read("/m/mails?kind=statement")).replace("«Abierto»", ""))
    sent = house.read(lambda tx: tx.deliveries.of(merchant_id=shop.id))
    mail = next(item for item in sent if item.recipient == "beto@envios.example")
    assert "Enviar de nuevo" in clerk.go(f"/m/mails/{mail.id}/again")
    house.until(lambda: len(house.mailbox.to("beto@envios.example")) == 2)
    first, second = house.mailbox.to("beto@envios.example")
    assert first.message["Message-ID"] != second.message["Message-ID"]


def test_a_preview_shows_the_mail_and_opens_nothing(
    house: House, shop: Any, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    clerk = seat(shop)
    sent = house.read(lambda tx: tx.deliveries.of(merchant_id=shop.id))
    mail = next(item for item in sent if item.recipient == "ana@envios.example")
    page = clerk.browser.get(f"/m/mails/{mail.id}")
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    body = clerk.browser.get(f"/m/mails/{mail.id}/body")
    policy = body.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    assert "Estado de cuenta" in seen(body.text)
    for text in (page.text, body.text):
        assert not re.search(r"/[sprno]/[0-9A-Z]{26}", text)
        assert ".example/m/sign-in/" not in text
    assert "href" not in body.text
    signs = [item for item in sent if item.kind == "sign_in"]
    assert clerk.browser.get(f"/m/mails/{signs[0].id}").status_code == 404
    assert clerk.browser.get(f"/m/mails/{signs[0].id}/body").status_code == 404


def test_a_statement_mail_is_seen_before_it_is_sent(
    house: House, shop: Any, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CR", (700_000, 3), email="antes@envios.example", merchant=shop)
    before = len(house.read(lambda tx: tx.deliveries.of(merchant_id=shop.id)))
    body = seat(shop).read(f"/m/customers/{debtor.customer.id}/mail/body")
    assert "₡7 000,00" in seen(body)
    sent = [item for item in house.read(lambda tx: tx.deliveries.of(merchant_id=shop.id)) if item.kind != "sign_in"]
    assert len(sent) <= before
    assert not house.mailbox.to("antes@envios.example")


def test_a_large_round_is_queued_in_portions_and_survives_being_run_twice(
    house: House, company: Callable[..., Any]
) -> None:
    merchant = company("CR", "grande")
    for at in range(PORTION + 3):
        house.debtor("CR", (100_000, -1), email=f"c{at}@grande.example", merchant=merchant)
    started = house.run(start_round(house.hub, merchant, Choice(), round_id="r" * 26, by="duena"))
    house.run(run_round(house.hub, started.id))
    house.run(run_round(house.hub, started.id))
    counts = house.until(
        lambda: (
            (found := house.read(lambda tx: tx.deliveries.counts_of_round(started.id))).get("sent") == PORTION + 3
            and found
        )
    )
    assert counts == {"sent": PORTION + 3}


def test_whoever_lost_the_address_meanwhile_gets_no_mail(house: House, company: Callable[..., Any]) -> None:
    merchant = company("CR", "pagados")
    debtor = house.debtor("CR", (100_000, -1), email="pagado@pagados.example", merchant=merchant)
    started = house.run(start_round(house.hub, merchant, Choice(), round_id="p" * 26, by="duena"))
    assert started.customers == (debtor.customer.id,)

    house.write(lambda tx: tx.customers.save(attrs.evolve(debtor.customer, email="")))
    house.run(run_round(house.hub, started.id))
    house.until(lambda: house.read(lambda tx: tx.rounds.get(started.id)).due_at is None)
    assert not house.read(lambda tx: tx.deliveries.of_round(started.id))


def test_a_schedule_comes_by_itself_once_and_is_set_to_the_next_time(house: House, company: Callable[..., Any]) -> None:
    merchant = company("CR", "programa")
    house.debtor("CR", (100_000, -1), email="lunes@programa.example", merchant=merchant)
    made = house.run(
        schedule_round(
            house.hub, merchant, every=Every.WEEK, weekday=0, choice=Choice(), by="duena", note="Recordatorio"
        )
    )
    house.time.ahead += made.next_at - house.time() + timedelta(minutes=1)
    try:
        house.hub.wake()
        mail = house.until(lambda: house.mailbox.to("lunes@programa.example"))[0]
        assert "Recordatorio" in mail.text
        there = house.until(
            lambda: (now := house.read(lambda tx: tx.schedules.get(made.id))).next_at > made.next_at and now
        )
        assert there.next_at == made.next_at + timedelta(days=7)
        house.run(run_schedule(house.hub, made.id))
        rounds = house.read(lambda tx: tx.rounds.of(merchant.id, merchant.mode))
        assert [item.by for item in rounds] == ["programado"]
    finally:
        house.time.ahead = timedelta()


def test_a_schedule_is_made_and_dropped_on_the_page(
    house: House, shop: Any, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    clerk = seat(shop)
    page = clerk.go("/m/schedules", every="month", weekday="2", days="30")
    assert "El primer miércoles de cada mes, a las 8:00" in seen(page)
    assert "tienen 30 días de mora o más" in seen(page)
    drop = re.search(r'action="(/m/schedules/[^"]+/drop)"', page)
    assert drop
    assert "No hay ninguno" in seen(clerk.go(drop[1]))
    refused = clerk.post("/m/schedules", every="month", weekday="9")
    assert refused.status_code == 422
    assert "Elija el día" in seen(refused.text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"least": "mucho"}, "Escriba un monto"),
        ({"days": "-3"}, "Escriba un número de días"),
        ({"days": "99999"}, "Escriba un número de días"),
    ],
)
def test_a_choice_with_a_fault_sends_nothing(
    house: House, shop: Any, seat: Callable[..., Seat], seen: Callable[[str], str], fields: dict[str, str], said: str
) -> None:
    clerk = seat(shop)
    rounds = len(house.read(lambda tx: tx.rounds.of(shop.id, shop.mode)))
    answer = clerk.post("/m/rounds", **fields)
    assert answer.status_code == 422
    assert said in seen(answer.text)
    assert len(house.read(lambda tx: tx.rounds.of(shop.id, shop.mode))) == rounds


def test_another_merchants_rounds_mails_and_schedules_are_not_there(
    house: House, shop: Any, seat: Callable[..., Seat]
) -> None:
    stranger = seat(house.merchants["CR"])
    there = house.read(lambda tx: tx.rounds.of(shop.id, shop.mode))[0]
    mail = house.read(lambda tx: tx.deliveries.of_round(there.id))[0]
    made = house.run(schedule_round(house.hub, shop, every=Every.WEEK, weekday=1, choice=Choice(), by="duena"))
    for path in (f"/m/rounds/{there.id}", f"/m/mails/{mail.id}", f"/m/mails/{mail.id}/body"):
        assert stranger.browser.get(path).status_code == 404, path
    for path in (f"/m/mails/{mail.id}/again", f"/m/schedules/{made.id}/drop"):
        assert stranger.post(path).status_code == 404, path
    assert stranger.post("/m/rounds", round_id=there.id).status_code == 404
    with pytest.raises(LookupError):
        house.run(resend_mail(house.hub, house.merchants["CR"], mail.id))
