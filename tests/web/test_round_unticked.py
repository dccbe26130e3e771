"""A round is sent to those who are ticked: on every page of its list, and kept so in the round."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from hub.domain.merchant import Merchant
from hub.web.merchant import rounds
from tests.web.conftest import House, Seat, seen_in

COLON = 100


@pytest.fixture
def desk(
    house: House, company: Callable[..., Merchant], seat: Callable[..., Seat], request: pytest.FixtureRequest
) -> Seat:
    """A company of its own with seven customers who owe, the first one longest."""
    merchant = company("CR", f"marcas{abs(hash(request.node.name)) % 10**8}")
    for at in range(7):
        house.debtor("CR", ((at + 1) * 1_000 * COLON, -90 + at), email=f"m{at}@marcas.example", merchant=merchant)
    return seat(merchant)


def plan_form(page: str) -> dict[str, str]:
    """What the form of the list sends as it stands."""
    form = re.search(r'<form method="post" action="/m/rounds">.*?</form>', page, re.DOTALL)
    assert form
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", form[0]):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") != "checkbox" or " checked" in tag:
            fields[given["name"]] = unescape(given.get("value", ""))
    return fields


def boxes(fields: dict[str, str]) -> list[str]:
    return [name for name in fields if name.startswith("to-")]


def without(fields: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in names}


def turned(desk: Seat, fields: dict[str, str], page: str, words: str) -> str:
    """Another page of the list, by the button with these words."""
    button = re.search(rf'name="after" value="([^"]*)">{words}', page)
    assert button
    answer = desk.browser.post("/m/rounds/preview", data={**fields, "after": button[1]})
    assert answer.status_code == 200
    return answer.text


def reached(desk: Seat, round_id: str) -> list[str]:
    """The addresses to which a round goes, in order, once every mail of it is owed."""
    house = desk.house
    house.until(lambda: there(desk, round_id).due_at is None)
    customers = house.read(lambda tx: tx.customers.many(there(desk, round_id).customers))
    mails = house.read(lambda tx: tx.deliveries.of_round(round_id))
    assert {mail.recipient for mail in mails} == {customer.email for customer in customers}
    return [customer.email for customer in customers]


def there(desk: Seat, round_id: str) -> Any:
    return desk.house.read(lambda tx: tx.rounds.get(round_id))


def sent(desk: Seat, fields: dict[str, str]) -> str:
    answer = desk.browser.post("/m/rounds", data=fields)
    assert answer.status_code == 303, seen_in(answer.text)[:500]
    return answer.headers["location"].rpartition("/")[2]


def test_who_is_not_ticked_gets_no_mail_and_the_round_says_who_that_was(desk: Seat) -> None:
    fields = plan_form(desk.read("/m/rounds?least=&days="))
    assert len(boxes(fields)) == 7

    round_id = sent(desk, without(fields, boxes(fields)[1], boxes(fields)[4]))

    assert reached(desk, round_id) == [f"m{at}@marcas.example" for at in (0, 2, 3, 5, 6)]
    assert len(there(desk, round_id).unticked) == 2
    page = desk.read(f"/m/rounds/{round_id}")
    assert "Se dejaron sin marcar" in page
    for customer_id in there(desk, round_id).unticked:
        assert f"/m/customers/{customer_id}" in page


def test_who_is_left_out_on_one_page_stays_so_on_the_others(desk: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "SHOWN", 3)
    first = desk.read("/m/rounds?least=&days=")
    assert "Del 1 al 3 de 7." in seen_in(first)
    fields = plan_form(first)
    second = turned(desk, without(fields, boxes(fields)[0]), first, "Ver los siguientes")
    assert "Del 4 al 6 de 7." in seen_in(second)
    assert "Le llega a 6 clientes" in seen_in(second)
    fields = plan_form(second)
    third = turned(desk, without(fields, boxes(fields)[2]), second, "Ver los siguientes")
    assert "Ver los siguientes" not in third
    back = turned(desk, plan_form(third), third, "Ver los anteriores")
    assert len(boxes(plan_form(back))) == 2
    again = turned(desk, plan_form(back), back, "Ver los anteriores")
    assert len(boxes(plan_form(again))) == 2
    assert plan_form(again)["round_id"] == plan_form(first)["round_id"]

    round_id = sent(desk, plan_form(again))

    assert reached(desk, round_id) == [f"m{at}@marcas.example" for at in (1, 2, 3, 4, 6)]


def test_who_was_left_out_may_be_ticked_again(desk: Seat) -> None:
    fields = plan_form(desk.read("/m/rounds?least=&days="))
    name = boxes(fields)[3]
    drawn = desk.browser.post("/m/rounds/preview", data={**without(fields, name), "after": ""}).text
    assert name not in plan_form(drawn)

    round_id = sent(desk, {**plan_form(drawn), name: "1"})

    assert len(reached(desk, round_id)) == 7
    assert there(desk, round_id).unticked == ()


def test_a_page_of_the_list_sends_nothing(desk: Seat) -> None:
    fields = plan_form(desk.read("/m/rounds?least=&days="))
    desk.browser.post("/m/rounds/preview", data=fields)
    assert desk.house.read(lambda tx: tx.rounds.of(desk.merchant.id, desk.merchant.mode)) == ()


def test_a_note_that_is_too_long_keeps_who_is_left_out(desk: Seat) -> None:
    fields = plan_form(desk.read("/m/rounds?least=&days="))
    name = boxes(fields)[2]
    answer = desk.browser.post("/m/rounds", data={**without(fields, name), "note": "x" * 1001})
    assert answer.status_code == 422
    assert len(boxes(plan_form(answer.text))) == 6
    assert name not in plan_form(answer.text)


def test_control_a_round_that_minds_no_box_is_found(desk: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "unticked_in", lambda _form: frozenset())
    with pytest.raises(AssertionError):
        test_who_is_not_ticked_gets_no_mail_and_the_round_says_who_that_was(desk)
