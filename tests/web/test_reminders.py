"""Who wants no reminders gets none: by a mail program's button, by the page,
or told to the company; receipts go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import attrs
import httpx
import pytest

import hub.flows.statements.send_round
from hub.domain.merchant import Customer
from hub.domain.message import DeliveryState
from hub.domain.round import Choice, Every
from hub.flows.mails.deliver import deliver
from hub.flows.mails.preview_mail import MASK, preview_statement
from hub.flows.merchants.choose_language import choose_language
from hub.flows.statements.end_reminders import unsubscribe_url
from hub.flows.statements.schedule_rounds import run_schedule, schedule_round
from hub.flows.statements.send_round import plan_round, round_in, run_round, view_round
from hub.flows.statements.send_statement import send_statement
from hub.web import door as web_door
from hub.web.portal import reminders
from tests.web.conftest import House, Seat

ONE_CLICK = "List-Unsubscribe=One-Click"
PROVIDER = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Origin": "https://mail.example",
    "Sec-Fetch-Site": "cross-site",
}
BOUNDARY = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


@pytest.fixture(scope="module")
def shop(house: House, company: Callable[..., Any]) -> Any:
    return company("CR", "recordatorios")


@pytest.fixture
def customer(house: House, shop: Any) -> Any:
    """A customer who owes."""
    number = next(house.numbers)
    return house.debtor("CR", (1500000, -30), email=f"ana{number}@recordatorios.example", merchant=shop).customer


@pytest.fixture
def over_https(house: House) -> Iterator[None]:
    base, house.hub.base_url = house.hub.base_url, "https://pagos.example.com"
    yield
    house.hub.base_url = base


def path_of(house: House, customer: Customer) -> str:
    return "/u/" + unsubscribe_url(house.hub, customer.id).rpartition("/")[2]


def ended(house: House, customer: Customer) -> bool:
    there = house.read(lambda tx: tx.customers.get(customer.id))
    return there.unsubscribed_at is not None


def mailed(house: House, customer: Customer) -> Any:
    """The newest mail to this customer."""
    return house.until(lambda: house.mailbox.to(customer.email))[-1]


def fields(mail: Any) -> dict[str, str]:
    head = mail.raw.partition(b"\r\n\r\n")[0].decode("ascii")
    lines = re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n")
    return dict(line.split(": ", 1) for line in lines)


def test_a_statement_mail_names_the_page_and_the_address_that_end_it(
    house: House, shop: Any, customer: Customer, over_https: None
) -> None:
    house.run(send_statement(house.hub, shop, customer.id))
    mail = mailed(house, customer)

    page, address = fields(mail)["List-Unsubscribe"].split(", ")
    assert page == f"<https://pagos.example.com{path_of(house, customer)}>"
    assert address.startswith(f"<mailto:{shop.company.email}?subject=")
    assert fields(mail)["List-Unsubscribe-Post"] == ONE_CLICK
    assert page.strip("<>") in mail.text
    assert f'href="{page.strip("<>")}"' in mail.html


def test_without_https_no_mail_program_is_told_to_post(house: House, shop: Any, customer: Customer) -> None:
    house.run(send_statement(house.hub, shop, customer.id))
    found = fields(mailed(house, customer))

    assert found["List-Unsubscribe"].startswith(f"<{house.base}/u/")
    assert "List-Unsubscribe-Post" not in found


def acting(house: House, customer: Customer, methods: tuple[str, ...]) -> list[str]:
    """Methods that end reminders though they should only show something."""
    found = []
    with house.browser() as browser:
        for method in methods:
            browser.request(method, path_of(house, customer))
            if ended(house, customer):
                found.append(method)
    return found


def test_reading_the_page_changes_nothing(house: House, customer: Customer, seen: Callable[[str], str]) -> None:
    with house.browser() as browser:
        page = browser.get(path_of(house, customer))

    assert page.status_code == 200
    assert "¿Dejar de recibir recordatorios?" in seen(page.text)
    assert "recordatorios" in page.text
    assert acting(house, customer, ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")) == []


def test_control_a_page_that_acts_when_it_is_read_is_seen(
    house: House, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "view_wish", reminders.end_reminders)

    assert acting(house, customer, ("GET",)) == ["GET"]


@pytest.mark.parametrize(
    "request_",
    [
        {"content": ONE_CLICK, "headers": PROVIDER},
        {"content": BOUNDARY, "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
        {"content": ONE_CLICK, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": b""},
    ],
    ids=["urlencoded", "multipart", "without any sign of a browser", "empty"],
)
def test_a_mail_programs_button_ends_reminders_at_once(
    house: House, customer: Customer, seen: Callable[[str], str], request_: dict[str, Any]
) -> None:
    with httpx.Client(base_url=house.base, trust_env=False, verify=False) as provider:
        answer = provider.post(path_of(house, customer), **request_)

    assert answer.status_code == 200  # a redirect would not be followed
    assert "No le llegarán más recordatorios" in seen(answer.text)
    assert ended(house, customer)


def test_control_a_door_that_wants_forms_of_our_own_keeps_mail_programs_out(
    house: House, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_door, "FOREIGN_WELCOME", ("/v1/",))
    with house.browser() as provider:
        assert provider.post(path_of(house, customer), content=ONE_CLICK, headers=PROVIDER).status_code == 403
    assert not ended(house, customer)


def test_the_pages_own_forms_end_reminders_and_bring_them_back(
    house: House, customer: Customer, forms: Callable[[str], list[dict[str, Any]]], seen: Callable[[str], str]
) -> None:
    with house.browser() as browser:
        [form] = forms(browser.get(path_of(house, customer)).text)
        [again] = forms(browser.post(form["action"], data=form["fields"]).text)
        assert ended(house, customer)
        answer = browser.post(again["action"], data=again["fields"])

    assert not ended(house, customer)
    assert "Vuelven a llegarle los recordatorios" in seen(answer.text)


def test_the_page_speaks_the_payers_language_and_names_the_company(
    house: House, shop: Any, customer: Customer, seen: Callable[[str], str]
) -> None:
    house.run(choose_language(house.hub, shop, customer.id, "en"))
    with house.browser() as browser:
        text = seen(browser.get(path_of(house, customer)).text)

    assert "Stop these reminders?" in text
    assert shop.company.name in text
    assert customer.name not in text  # mails are forwarded


def test_another_ones_or_a_made_up_address_ends_nothing(house: House, shop: Any, customer: Customer) -> None:
    other = house.debtor("CR", (100, -1), email="otro@recordatorios.example", merchant=shop).customer
    mac = path_of(house, other).rpartition(".")[2]
    with house.browser() as browser:
        answers = [
            browser.post(path).status_code
            for path in (f"/u/{customer.id}.{mac}", f"/u/{customer.id}.", f"/u/{customer.id}", "/u/x.y", f"/u/.{mac}")
        ]
    assert answers == [404] * 5
    assert not ended(house, customer)


def left_out(house: House, shop: Any, customer: Customer) -> bool:
    """Whether a round and a scheduled one leave this customer out, and tell so."""
    plan = house.run(plan_round(house.hub, shop, Choice()))
    in_plan = customer.id in {debtor.customer.id for debtor in plan.reached}
    schedule = house.run(schedule_round(house.hub, shop, every=Every.WEEK, weekday=0, choice=Choice(), by="duena"))
    house.time.ahead += timedelta(days=8)
    try:
        house.run(run_schedule(house.hub, schedule.id))
    finally:
        house.time.ahead -= timedelta(days=8)
    there = house.read(lambda tx: tx.rounds.get(tx.schedules.get(schedule.id).last_round))
    house.write(lambda tx: tx.schedules.remove(schedule.id))
    view = house.run(view_round(house.hub, shop, there.id))
    told = [item.id for item in view.unsubscribed]
    return not in_plan and customer.id not in there.customers and customer.id in told


def test_rounds_and_schedules_leave_out_who_wants_no_reminders(house: House, shop: Any, customer: Customer) -> None:
    with house.browser() as browser:
        browser.post(path_of(house, customer))

    assert left_out(house, shop, customer)
    with house.browser() as browser:
        browser.post(f"{path_of(house, customer)}/again")
    assert not left_out(house, shop, customer)


def test_control_a_round_that_does_not_ask_is_seen(
    house: House, shop: Any, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.statements.send_round, "_is_reached", lambda customer: bool(customer.email))
    with house.browser() as browser:
        browser.post(path_of(house, customer))

    assert not left_out(house, shop, customer)


def test_who_ends_reminders_while_a_round_is_on_its_way_gets_no_mail_of_it(
    house: House, shop: Any, customer: Customer
) -> None:
    """Both before the mail is owed, and after it."""
    late = house.debtor("CR", (100, -1), email="tarde@recordatorios.example", merchant=shop).customer
    round_id, now, far = house.hub.fresh_id(), house.time(), timedelta(days=1)

    def start(tx: Any) -> None:
        """Nobody's mail is owed yet when the wish comes."""
        round_in(tx, shop, Choice(), round_id=round_id, by="duena", note="", now=now)
        tx.customers.save(attrs.evolve(customer, unsubscribed_at=now))

    house.write(start)
    house.run(run_round(house.hub, round_id))
    owed = house.read(lambda tx: tx.deliveries.of_round(round_id))
    assert customer.id in house.read(lambda tx: tx.rounds.get(round_id)).customers
    assert customer.id not in {item.subject_id for item in owed}
    house.until(lambda: house.mailbox.to(late.email))
    [there] = [item for item in house.read(lambda tx: tx.deliveries.of_round(round_id)) if item.subject_id == late.id]
    with house.browser() as browser:
        browser.post(path_of(house, late))
    again = attrs.evolve(
        there, id=house.hub.fresh_id(), state=DeliveryState.DUE, due_at=house.time() + far, sent_at=None
    )
    house.write(lambda tx: tx.deliveries.add(again))
    house.run(deliver(house.hub, again.id))
    after = house.read(lambda tx: tx.deliveries.get(again.id))
    assert (after.state, after.last_error) == (DeliveryState.DEAD, "the customer asked for no more reminders")
    assert len(house.mailbox.to(late.email)) == 1


def test_a_receipt_and_a_statement_sent_by_hand_go_out_all_the_same(
    house: House, shop: Any, customer: Customer
) -> None:
    with house.browser() as browser:
        browser.post(path_of(house, customer))
    house.run(send_statement(house.hub, shop, customer.id, note="Como me pidió."))

    assert "Como me pidió." in mailed(house, customer).text


def test_the_company_sees_it_and_is_warned_and_can_undo_it(
    house: House, shop: Any, customer: Customer, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    clerk = seat(shop)
    page = clerk.go(f"/m/customers/{customer.id}/reminders", reminders="no")
    assert ended(house, customer)
    assert "Pidió no recibir recordatorios el" in seen(page)
    assert "Este cliente pidió no recibir recordatorios." in seen(clerk.read(f"/m/customers/{customer.id}/mail"))
    assert re.search("fuera: pid(ió|ieron) no recibir recordatorios", seen(clerk.read("/m/rounds?least=&days=")))

    page = clerk.go(f"/m/customers/{customer.id}/reminders", reminders="yes")
    assert not ended(house, customer)
    assert "Volver a enviarle recordatorios" not in seen(page)


def test_a_preview_hides_the_address_that_ends_reminders(house: House, shop: Any, customer: Customer) -> None:
    preview = house.run(preview_statement(house.hub, shop, customer.id))

    assert path_of(house, customer).removeprefix("/u/") not in preview.text + preview.html
    assert f"/u/{MASK}" in preview.text
