"""Where two people close what a complete list lacks, the second one is told, sees all of it, and says yes or no."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from hub.domain.merchant import Role
from hub.domain.message import DeliveryKind
from hub.flows.imports import complete_list
from tests.web.conftest import Debtor, House, Seat, forms_in, seen_in
from tests.web.test_import_pages import HEAD, bring, row, run_id, send

COMPANIES = itertools.count(1)
OPEN = 6


@pytest.fixture
def owner(company: Callable[..., Any], seat: Callable[..., Seat]) -> Seat:
    """Of a company that nobody else uses."""
    return seat(company("CR", f"segunda-{next(COMPANIES)}"))


@pytest.fixture
def second(owner: Seat, seat: Callable[..., Seat]) -> Seat:
    """Whoever may decide it too."""
    return seat(owner.merchant, Role.ACCOUNTANT)


@pytest.fixture
def looker(owner: Seat, seat: Callable[..., Seat]) -> Seat:
    """Whoever only looks."""
    return seat(owner.merchant, Role.OPERATOR)


@pytest.fixture
def debtor(house: House, owner: Seat) -> Debtor:
    return house.debtor("CR", merchant=owner.merchant)


def settled(house: House, seat: Seat, page: httpx.Response) -> httpx.Response:
    """The page of an import that nobody is at any more, however long that takes here."""
    house.until(lambda: not house.read(lambda tx: tx.imports.get(run_id(page))).is_under_way)
    return seat.browser.get(f"/m/import/{run_id(page)}")


def proposed(house: House, owner: Seat, debtor: Debtor) -> httpx.Response:
    """Six are open; the list has one, and its person says that the five others were paid."""
    begun = send(owner, bring(owner, f"{HEAD}\n{''.join(row(f'SP-{at}', debtor) for at in range(OPEN))}"))
    settled(house, owner, begun)
    shown = bring(owner, f"{HEAD}\n{row('SP-0', debtor)}", name="noviembre.csv")
    listed = send(owner, shown, "look", complete="on")
    sent = send(owner, listed, **{"missing-rest": "outside", "missing_count": str(OPEN - 1)})
    done = settled(house, owner, sent)
    assert f"{OPEN - 1} facturas se cierran si otra persona lo confirma: ₡5 002,50 CRC" in seen_in(done.text)
    return done


def owing(house: House, owner: Seat) -> int:
    """How many of them are owed."""
    bills = house.read(
        lambda tx: tx.payables.numbered(owner.merchant.id, owner.merchant.mode, [f"SP-{at}" for at in range(OPEN)])
    )
    return sum(bill.due > 0 for bill in bills.values())


def decide(seat: Seat, page: httpx.Response, button: str, **typed: str) -> httpx.Response:
    """Press one of the two buttons on the import's page, as it is for this person."""
    path = f"/m/import/{run_id(page)}"
    here = seat.browser.get(path)
    (form,) = [item for item in forms_in(here.text) if item["action"] == f"{path}/closing"]
    fields = {name: values[0] for name, values in form["fields"].items() if values}
    return seat.browser.post(f"{path}/closing", data={**fields, **typed, button: "1"}, follow_redirects=True)


def mailed(house: House, owner: Seat) -> list[str]:
    owed = house.read(lambda tx: tx.deliveries.of(merchant_id=owner.merchant.id))
    return sorted(item.recipient for item in owed if item.kind == DeliveryKind.CLOSING_PROPOSED)


def is_told(house: House, owner: Seat, second: Seat, debtor: Debtor) -> None:
    page = proposed(house, owner, debtor)
    assert mailed(house, owner) == [second.email]
    mail = house.until(lambda: [item for item in house.mailbox.to(second.email) if "propone cerrar" in item.subject])[
        -1
    ]
    said = " ".join(mail.text.split())
    for words in (f"{OPEN - 1}", "₡5 002,50", owner.email, "noviembre.csv", f"/m/import/{run_id(page)}"):
        assert words in said.replace("\u00a0", " "), words


def test_the_second_person_gets_a_mail_with_what_it_is_about(
    house: House, owner: Seat, second: Seat, looker: Seat, debtor: Debtor
) -> None:
    is_told(house, owner, second, debtor)


def test_control_a_proposal_of_which_nobody_is_told_is_found(
    house: House, owner: Seat, second: Seat, debtor: Debtor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complete_list, "_owe_mails", lambda *_given: None)

    with pytest.raises(AssertionError):
        is_told(house, owner, second, debtor)


@pytest.mark.parametrize("path", ["/m/", "/m/reviews"])
def test_the_start_page_and_the_exceptions_lead_to_it(
    house: House, owner: Seat, second: Seat, looker: Seat, debtor: Debtor, path: str
) -> None:
    page = proposed(house, owner, debtor)
    link = f'href="/m/import/{run_id(page)}#closing"'

    for seat, says in ((second, "Ver y decidir"), (owner, "Ver la propuesta"), (looker, "")):
        text = seat.browser.get(path).text
        assert (link in text) is bool(says)
        assert "5 facturas esperan que otra persona confirme su cierre: ₡5 002,50 CRC." in seen_in(text)
        assert says in seen_in(text)

    decide(second, page, "approve", closing_count="5")
    settled(house, second, page)
    assert link not in second.browser.get(path).text


def test_the_second_person_confirms_by_the_count_and_all_of_it_is_closed(
    house: House, owner: Seat, second: Seat, debtor: Debtor
) -> None:
    page = proposed(house, owner, debtor)
    shown = seen_in(second.read(f"/m/import/{run_id(page)}"))
    for number in range(1, OPEN):
        assert f"SP-{number} {debtor.customer.name} ₡1 000,50 CRC Se pagó por otro medio" in shown

    decide(second, page, "approve", closing_count="5", why="conté las colillas")
    done = settled(house, second, page)

    assert "Se cerraron 5 facturas" in seen_in(done.text)
    assert owing(house, owner) == 1
    (made,) = house.read(lambda tx: tx.decisions.of(f"{owner.merchant.id}:{owner.merchant.mode}"))
    assert (made.by, made.seconded_by, made.second_why) == (owner.email, second.email, "conté las colillas")


@pytest.mark.parametrize("count", ["", "4", "6", "cinco"])
def test_another_count_closes_nothing(house: House, owner: Seat, second: Seat, debtor: Debtor, count: str) -> None:
    page = proposed(house, owner, debtor)

    answer = decide(second, page, "approve", closing_count=count)

    assert answer.status_code == 422
    assert "Escriba cuántas facturas se cierran: son 5" in seen_in(answer.text)
    assert owing(house, owner) == OPEN


def test_the_second_person_refuses_and_everybody_reads_who_and_why(
    house: House, owner: Seat, second: Seat, debtor: Debtor
) -> None:
    page = proposed(house, owner, debtor)

    answer = decide(second, page, "refuse", why="SP-3 no se ha pagado")

    for text in (answer.text, owner.browser.get(f"/m/import/{run_id(page)}").text):
        assert f"{second.email} no lo confirmó: no se cerró ninguna. Motivo: SP-3 no se ha pagado" in seen_in(text)
    assert owing(house, owner) == OPEN
    assert "esperan que otra persona" not in owner.read("/m/")


def test_whoever_proposed_it_cannot_confirm_it_and_may_take_it_back(
    house: House, owner: Seat, second: Seat, debtor: Debtor
) -> None:
    page = proposed(house, owner, debtor)

    answer = decide(owner, page, "approve", closing_count="5")
    assert f"{owner.email} ya lo propuso; falta otra persona" in seen_in(answer.text)
    assert owing(house, owner) == OPEN

    gone = decide(owner, page, "refuse")
    assert "ya no espera respuesta" in seen_in(gone.text)
    assert owing(house, owner) == OPEN


def test_whoever_may_only_look_sees_it_and_cannot_decide(
    house: House, owner: Seat, second: Seat, looker: Seat, debtor: Debtor
) -> None:
    page = proposed(house, owner, debtor)
    path = f"/m/import/{run_id(page)}"

    assert looker.browser.get(path).status_code == 403
    assert looker.browser.post(f"{path}/closing", data={"form": looker.csrf, "approve": "1"}).status_code == 403
    assert owing(house, owner) == OPEN


def test_a_form_that_shows_another_proposal_answers_nothing(
    house: House, owner: Seat, second: Seat, debtor: Debtor
) -> None:
    page = proposed(house, owner, debtor)

    answer = decide(second, page, "approve", closing_count="5", proposal="01M8PPZZBZ1BFE3KW7ASCFVR15")

    assert "ya no espera respuesta" in seen_in(answer.text)
    assert owing(house, owner) == OPEN


def test_after_an_undo_nothing_is_listed_and_the_same_list_is_a_first_word(
    house: House, owner: Seat, second: Seat, debtor: Debtor
) -> None:
    page = proposed(house, owner, debtor)
    path = f"/m/import/{run_id(page)}"
    owner.browser.post(f"{path}/undo", data={"form": owner.csrf}, follow_redirects=True)
    settled(house, owner, page)

    assert "esperan que otra persona" not in second.read("/m/")
    assert "se cierran si otra persona" not in second.read(path)
    again = bring(second, f"{HEAD}\n{row('SP-0', debtor)}")
    listed = send(second, again, "look", complete="on")
    done = settled(house, second, send(second, listed, **{"missing-rest": "outside", "missing_count": "5"}))
    assert "5 facturas se cierran si otra persona lo confirma" in seen_in(done.text)
    assert owing(house, owner) == OPEN
