"""The merchant's page of a payment: what the owner may decide there, and nobody else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from hub.domain.decision import Signed
from hub.domain.merchant import Role
from hub.domain.payment import Status
from hub.flows.corrections.approve_decision import approve_decision
from hub_hookspecs import Kind
from tests.safety.people import Clerk, People, words_of
from tests.web.conftest import House


@pytest.fixture(scope="module")
def people(house: House) -> Iterator[People]:
    """Whoever is needed."""
    found = People(house)
    yield found
    for browser in found.opened:
        browser.close()


def post(clerk: Clerk, path: str, **fields: str) -> Any:
    """Send a form as its page draws it now; of a stranger's page there is none."""
    page = clerk.browser.get(path.rpartition("/")[0]).text
    drawn = re.search(r'name="drawn" value="([^"]+)"', page)
    return clerk.browser.post(path, data={"form": clerk.csrf, "drawn": drawn[1] if drawn else "", **fields})


def payment_of(house: House, payment_id: str) -> Any:
    return house.read(lambda tx: tx.payments.get(payment_id))


def test_the_owner_releases_a_hosted_session_after_confirming_the_warning(house: House, people: People) -> None:
    payment = people.start("CR", house.debtor("CR", (120_000, 10)))
    owner = people.clerk(house.merchants["CR"])
    page = owner.browser.get(f"/m/payments/{payment.id}").text
    assert "Liberar las facturas" in page
    assert "Solo si el cliente confirma" in page
    unsure = post(owner, f"/m/payments/{payment.id}/release", why="se arrepintió")
    assert unsure.status_code == 422
    assert payment_of(house, payment.id).is_live
    done = post(owner, f"/m/payments/{payment.id}/release", why="se arrepintió", sure="1")
    assert done.status_code == 303
    after = payment_of(house, payment.id)
    assert (after.status, after.reason) == (Status.CLOSED, Kind.RELEASED)
    payer = people.browser()
    assert "no recibimos" in words_of(payer.get(people.page_of(payment)).text).lower()


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.OPERATOR])
@pytest.mark.parametrize("what", ["release", "refund", "cancel"])
def test_nobody_but_the_owner_decides_about_money(house: House, people: People, role: Role, what: str) -> None:
    payment = people.start("CR", house.debtor("CR", (130_000, 10)))
    clerk = people.clerk(house.merchants["CR"], role)
    assert "Liberar las facturas" not in clerk.browser.get(f"/m/payments/{payment.id}").text
    assert post(clerk, f"/m/payments/{payment.id}/{what}", why="x", sure="1").status_code == 403
    assert payment_of(house, payment.id).is_live


@pytest.mark.parametrize("what", ["release", "refund", "cancel"])
def test_another_merchants_payment_is_not_there(house: House, people: People, what: str) -> None:
    payment = people.start("CR", house.debtor("CR", (140_000, 10)))
    stranger = people.clerk(house.merchants["CO"])
    assert post(stranger, f"/m/payments/{payment.id}/{what}", why="x", sure="1").status_code == 404
    assert payment_of(house, payment.id).is_live


def test_the_owner_gives_a_payment_back_where_the_provider_can(house: House, people: People) -> None:
    payment = people.paid("CO", house.debtor("CO", (2_500_000, 10)))
    owner = people.clerk(house.merchants["CO"])
    page = owner.browser.get(f"/m/payments/{payment.id}").text
    assert "Devolver el dinero" in page
    old = post(owner, f"/m/payments/{payment.id}/refund", why="mercancía devuelta", drawn="due-1")
    assert "esto cambió desde que abriste el formulario" in old.text
    nobody = post(owner, f"/m/payments/{payment.id}/refund", why="")
    assert nobody.status_code == 422
    done = post(owner, f"/m/payments/{payment.id}/refund", why="mercancía devuelta")
    assert done.status_code == 303
    house.until(
        lambda: [item for item in house.read(lambda tx: tx.operations.of_payment(payment.id)) if item.status == "done"]
    )
    page = words_of(owner.browser.get(f"/m/payments/{payment.id}").text)
    assert "Cobros, devoluciones y cancelaciones" in page
    assert "mercancía devuelta" in page
    again = post(owner, f"/m/payments/{payment.id}/refund", why="otra vez")
    assert again.status_code == 422


def test_where_the_provider_cannot_there_is_no_button(house: House, people: People) -> None:
    payment = people.paid("CR", house.debtor("CR", (150_000, 10)))
    owner = people.clerk(house.merchants["CR"])
    assert "Devolver el dinero" not in owner.browser.get(f"/m/payments/{payment.id}").text
    assert "panel" in post(owner, f"/m/payments/{payment.id}/refund", why="x").text


def test_above_the_amount_the_owners_release_waits_for_another_person(house: House, people: People) -> None:
    payment = people.start("CR", house.debtor("CR", (160_000, 10)))
    owner = people.clerk(house.merchants["CR"])
    before = house.hub.second_person_above
    house.hub.second_person_above = {"CRC": 1_000}
    try:
        proposed = post(owner, f"/m/payments/{payment.id}/release", why="se arrepintió", sure="1")
        assert (proposed.status_code, "Queda propuesto" in proposed.text) == (200, True)
        assert payment_of(house, payment.id).is_live
        page = words_of(owner.browser.get(f"/m/payments/{payment.id}").text)
        assert "propuso liberar las facturas" in page
        again = post(owner, f"/m/payments/{payment.id}/release", why="se arrepintió", sure="1")
        assert (again.status_code, "falta otra persona" in again.text) == (422, True)
        assert payment_of(house, payment.id).is_live
        (waiting,) = [item for item in house.read(lambda tx: tx.decisions.waiting()) if item.subject == payment.id]
        made = house.run(approve_decision(house.hub, waiting.id, signed=Signed(by="Luis Mora", why="agreed")))
        assert made.is_done
        assert payment_of(house, payment.id).reason == Kind.RELEASED
        page = words_of(owner.browser.get(f"/m/payments/{payment.id}").text)
        assert "lo propuso: se arrepintió. Luis Mora lo confirmó: agreed." in page
    finally:
        house.hub.second_person_above = before
