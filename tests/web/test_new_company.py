"""A company begins in the browser: by a link of the operator's, with its owner invited; and goes live there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import attrs
import pytest

from hub.domain.merchant import Merchant, Role
from hub.domain.message import Delivery
from hub.flows.merchants import found_company
from hub.flows.merchants.found_company import founding_url
from hub.flows.merchants.go_live import go_live
from hub.flows.merchants.invite import INVITATION_LIFE
from hub.flows.merchants.sign_in import sign_in_token
from hub_hookspecs import Mode
from tests.web.conftest import House, Seat, seen_in

TYPED = {
    "country": "CR",
    "legal_name": "Pulpería La Esquina S.A.",
    "trade_name": "Pulpería La Esquina",
    "identity_type": "CJ",
    "identity_number": "3-101-234567",
    "owner_email": "Rosa@Esquina.example",
}


def token_in(html: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', html)
    assert found, html[:300]
    return found[1]


def path_of(url: str, house: House) -> str:
    return url.removeprefix(house.hub.base_url)


def founded(house: House, link: str) -> Merchant:
    name = found_company._nonce(house.hub, link)
    made = house.read(lambda tx: found_company.FOUNDED.of(name).get(tx))
    assert made
    merchant = house.read(lambda tx: tx.merchants.get(made[0]))
    assert merchant
    return merchant


def invitations(house: House, merchant: Merchant) -> list[Delivery]:
    sent = house.read(lambda tx: tx.deliveries.of(merchant_id=merchant.id))
    return [item for item in sent if item.kind == "invitation"]


def test_an_operators_link_makes_a_company_whose_owner_signs_in_by_the_invitation(house: House) -> None:
    path = path_of(founding_url(house.hub), house)
    with house.browser() as browser:
        assert "Colombia" in browser.get(path).text
        form = browser.get(f"{path}?country=CR").text
        made = browser.post(path, data={"form": token_in(form), **TYPED})
        assert (made.status_code, made.headers["location"]) == (303, path)
        told = seen_in(browser.get(path).text)
        again = browser.post(path, data={"form": token_in(form), **TYPED, "legal_name": "Otra S.A."})
    merchant = founded(house, path.rpartition("/")[2])
    assert "Pulpería La Esquina quedó registrada" in told
    assert "rosa@esquina.example" in told
    assert again.status_code == 303, "the link is used up, and shows what it made"
    assert (merchant.mode, merchant.company.legal_name) == (Mode.TEST, "Pulpería La Esquina S.A.")
    (invitation,) = invitations(house, merchant)
    with house.browser() as browser:
        entry = f"/m/sign-in/{sign_in_token(house.hub, invitation.id)}"
        into = browser.post(entry, data={"form": token_in(browser.get(entry).text)})
        assert into.headers["location"] == "/m"
        assert "Primeros pasos" in browser.get("/m").text


def test_whoever_guesses_or_comes_late_finds_nothing(house: House) -> None:
    link = founding_url(house.hub).rpartition("/")[2]
    said, _, token = link.partition(".")
    guessed = f"{said[:10]}{int(said[10:]) + 1}.{token}"
    late = attrs.evolve(house.hub, clock=lambda: house.hub.clock() + found_company.LINK_LIFE + timedelta(seconds=1))
    with house.browser() as browser:
        assert browser.get(f"/m/new/{guessed}").status_code == 404
    with pytest.raises(LookupError):
        found_company._nonce(late, link)
    assert found_company._nonce(house.hub, link) == said[:10], "control: in time it opens"


def test_a_form_with_faults_makes_no_company_and_keeps_what_was_typed(house: House) -> None:
    path = path_of(founding_url(house.hub), house)
    with house.browser() as browser:
        form = browser.get(f"{path}?country=CR").text
        answer = browser.post(
            path, data={"form": token_in(form), **TYPED, "owner_email": "rosa", "identity_number": "12"}
        )
    assert answer.status_code == 422
    assert 'value="Pulpería La Esquina S.A."' in answer.text
    assert answer.text.count('aria-invalid="true"') == 2


def test_an_added_person_is_told_who_gave_access_and_can_be_invited_again(
    house: House, company: Callable[..., Merchant], seat: Callable[..., Seat]
) -> None:
    owner = seat(company("CR", "invitadora"))
    owner.go("/m/members", email="leo@contador.example", role="accountant")
    (first,) = invitations(house, owner.merchant)
    assert "leo@contador.example" in owner.post("/m/members/invite", email="leo@contador.example").text
    second = next(item for item in invitations(house, owner.merchant) if item.id != first.id)
    assert (first.recipient, first.details["by"]) == ("leo@contador.example", owner.email)
    assert second.recipient == first.recipient
    with house.browser() as browser:
        entry = f"/m/sign-in/{sign_in_token(house.hub, first.id)}"
        assert "location" in browser.post(entry, data={"form": token_in(browser.get(entry).text)}).headers
    assert timedelta(days=1) < INVITATION_LIFE


def test_a_mail_to_oneself_shows_whether_mails_go_out(
    house: House, company: Callable[..., Merchant], seat: Callable[..., Seat]
) -> None:
    owner = seat(company("CO", "probadora"))
    page = owner.go("/m/mails/test")
    assert owner.email in page
    sent = house.read(lambda tx: tx.deliveries.of(merchant_id=owner.merchant.id))
    (mail,) = [item for item in sent if item.kind == "mail_test"]
    assert mail.recipient == owner.email


@pytest.fixture
def real(house: House) -> Iterator[None]:
    """Providers are not played here."""
    house.hub.simulated = False
    yield
    house.hub.simulated = True


@pytest.mark.usefixtures("real")
def test_going_live_takes_identity_options_and_people_along_and_nothing_that_was_tried(
    house: House, company: Callable[..., Merchant], seat: Callable[..., Seat]
) -> None:
    owner = seat(company("CR", "a-produccion", connected=True))
    owner.go("/m/members", email="luz@contador.example", role="accountant")
    owner.post("/m/options", partial="1")
    answer = owner.post("/m/live")
    assert answer.headers.get("location") == "/m/guide", seen_in(answer.text)
    session = answer.cookies["session"]
    live = house.read(lambda tx: tx.merchants.by_slug("a-produccion-live"))
    assert live
    assert live.mode is Mode.LIVE
    members = house.read(lambda tx: tx.merchants.members(live.id))
    assert {(item.email, item.role) for item in members} == {
        (owner.email, Role.OWNER),
        ("luz@contador.example", Role.ACCOUNTANT),
    }
    assert live.options.partial
    assert house.read(lambda tx: tx.accounts.all_of(live.id, Mode.LIVE)) == ()
    assert house.run(go_live(house.hub, owner.merchant)) == live, "asked twice, it is the same one"
    again = seat(owner.merchant)
    assert again.post("/m/switch", company=next(iter(house.merchants.values())).id).status_code == 404
    with house.browser() as browser:
        browser.cookies.set("session", session)
        page = browser.get("/m/live").text
        assert "Esta empresa está en producción" in page
        assert "Modo de prueba" in page
        back = browser.post("/m/switch", data={"form": token_in(page), "company": owner.merchant.id})
        assert back.status_code == 303


def test_where_providers_are_played_nobody_goes_live(
    house: House, company: Callable[..., Merchant], seat: Callable[..., Seat]
) -> None:
    owner = seat(company("CR", "de-mentira"))
    answer = owner.post("/m/live")
    assert answer.status_code == 422
    assert "simulados" in seen_in(answer.text)
    assert house.read(lambda tx: tx.merchants.by_slug("de-mentira-live")) is None
