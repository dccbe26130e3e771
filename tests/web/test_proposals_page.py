"""Por aprobar: a second person sees what was proposed, lets it happen or refuses it; the first one cannot approve."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from hub.domain.merchant import Role
from hub.flows.corrections.write_off import write_off_bill
from hub.web.merchant import proposals
from tests.web.conftest import Debtor, House, Seat, forms_in, seen_in


@pytest.fixture
def owner(house: House, seat: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch) -> Seat:
    monkeypatch.setattr(house.hub, "second_person_above", {"CRC": 1_000_000})
    return seat(house.merchants["CR"], Role.OWNER)


@pytest.fixture
def second(house: House, seat: Callable[..., Seat]) -> Seat:
    return seat(house.merchants["CR"], Role.OWNER, "segunda.duena@cr.example")


@pytest.fixture
def debtor(house: House, owner: Seat) -> Debtor:
    """Owes what the owner proposed to write off."""
    made = house.debtor("CR", (5_000_000, -400))
    number = made.invoices[0].number
    done = house.run(write_off_bill(house.hub, owner.merchant, number, by=owner.email, reason=f"cerró {number}"))
    assert not done.decision.is_done
    return made


def send(seat: Seat, debtor: Debtor, act: str, why: str = "lo revisé") -> httpx.Response:
    """Press the button of this proposal, where the page offers it."""
    page = seat.read("/m/proposals")
    article = next(part for part in page.split("<article") if f"/m/invoices/{debtor.invoices[0].id}" in part)
    (form,) = [form for form in forms_in(article) if form["action"].endswith(f"/{act}")]
    return seat.browser.post(form["action"], data={**form["fields"], "why": why})


def address_of(seat: Seat, debtor: Debtor, act: str) -> str:
    page = seat.read("/m/proposals")
    article = next(part for part in page.split("<article") if f"/m/invoices/{debtor.invoices[0].id}" in part)
    return (
        next(form["action"] for form in forms_in(article) if "/proposals/" in form["action"]).rpartition("/")[0]
        + f"/{act}"
    )


def owed(house: House, debtor: Debtor) -> int:
    found = house.read(lambda tx: tx.payables.get(debtor.invoices[0].id))
    assert found
    return found.due


def test_the_second_person_sees_it_all_and_approves(house: House, owner: Seat, second: Seat, debtor: Debtor) -> None:
    assert "segunda persona" in seen_in(second.read("/m/"))
    said = seen_in(second.read("/m/proposals"))
    for words in ("Castigar lo que no se va a cobrar", owner.email, f"cerró {debtor.invoices[0].number}"):
        assert words in said
    assert send(second, debtor, "approve", " ").status_code == 422
    assert owed(house, debtor) == 5_000_000

    assert send(second, debtor, "approve").status_code == 303
    assert owed(house, debtor) == 0
    history = seen_in(second.read(f"/m/invoices/{debtor.invoices[0].id}"))
    assert f"{owner.email} y {second.email}" in history
    assert "lo revisé" in history


def test_the_first_person_cannot_approve_and_may_take_it_back(house: House, owner: Seat, debtor: Debtor) -> None:
    refused = owner.browser.post(address_of(owner, debtor, "approve"), data={"form": owner.csrf, "why": "x"})
    assert refused.status_code == 422
    assert owed(house, debtor) == 5_000_000
    assert send(owner, debtor, "refuse", "ya pagó").status_code == 303
    assert debtor.invoices[0].id not in owner.read("/m/proposals")


def test_whoever_may_not_write_off_may_not_approve_it(
    house: House, owner: Seat, debtor: Debtor, seat: Callable[..., Seat]
) -> None:
    clerk = seat(house.merchants["CR"], Role.ACCOUNTANT)
    answer = clerk.browser.post(address_of(owner, debtor, "approve"), data={"form": clerk.csrf, "why": "x"})
    assert answer.status_code == 403
    assert owed(house, debtor) == 5_000_000


def test_what_was_refused_does_not_happen(house: House, owner: Seat, second: Seat, debtor: Debtor) -> None:
    address = address_of(second, debtor, "approve")
    assert send(second, debtor, "refuse", "todavía paga").status_code == 303
    assert second.browser.post(address, data={"form": second.csrf, "why": "x"}).status_code == 404
    assert owed(house, debtor) == 5_000_000


def test_every_kind_of_decision_is_named_or_waits_elsewhere() -> None:
    assert {kind.value for kind in proposals.DecisionKind} - {kind.value for kind in proposals.WORDS} == {
        "close_missing"
    }


def test_control_without_the_right_of_its_kind_an_accountant_writes_off(
    house: House, owner: Seat, debtor: Debtor, seat: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "right_for", lambda _kind: proposals.Right.SEE)
    clerk = seat(house.merchants["CR"], Role.ACCOUNTANT)
    clerk.browser.post(address_of(owner, debtor, "approve"), data={"form": clerk.csrf, "why": "x"})
    assert owed(house, debtor) == 0
