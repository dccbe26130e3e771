"""Where a provider sends its notifications, on the account's page: what stands there, and what its owner may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

import hub.web.merchant.integrations
from hub.domain.account import Webhook
from tests.web.conftest import House, Seat

PAGE = "/m/integrations/greenpay"
THEIRS = "https://shop.example/hooks"


@pytest.fixture
def standing(house: House) -> Iterator[Callable[..., str]]:
    """standing(...): what was last seen at the provider of the company's account; it returns our address."""
    account = house.accounts["CR"]

    def put(webhook: Webhook | None) -> None:
        house.write(lambda tx: tx.accounts.save(attrs.evolve(tx.accounts.get(account.id), webhook=webhook)))

    def seen(**fields: Any) -> str:
        put(Webhook(seen_at=fields.pop("seen_at", house.hub.clock()), **fields))
        return f"{house.hub.base_url}/n/greenpay/{account.path_token}"

    yield seen
    put(None)


def test_a_foreign_address_is_shown_beside_ours_and_asked_about(
    house: House, seat: Callable[..., Seat], standing: Callable[..., str]
) -> None:
    ours = standing(foreign=(THEIRS,))
    owner = seat(house.merchants["CR"])
    page = owner.read(PAGE)

    assert "Otra dirección recibe hoy sus avisos" in page
    assert f"<code>{THEIRS}</code>" in page
    assert ours in page
    assert f'name="replace" value="{THEIRS}"' in page


def test_the_address_of_another_connection_here_has_no_button(
    house: House, seat: Callable[..., Seat], standing: Callable[..., str]
) -> None:
    other = f"{house.hub.base_url}/n/nequi/{house.accounts['CO'].path_token}"
    standing(foreign=(other,))
    page = seat(house.merchants["CR"]).read(PAGE)

    assert other in page
    assert "no se reemplaza" in page
    assert "Reemplazarla por la nuestra" not in page


def test_a_yes_names_the_very_address_that_was_shown(
    house: House, seat: Callable[..., Seat], standing: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    async def bring(_hub: Any, _account_id: str, *, replace: str) -> None:
        said.append(replace)

    monkeypatch.setattr(hub.web.merchant.integrations, "bring_webhook", bring)
    standing(foreign=(THEIRS,))
    owner = seat(house.merchants["CR"])
    answer = owner.post(f"{PAGE}/webhook", replace=THEIRS)

    assert answer.headers["location"].endswith(f"{PAGE}#avisos")
    assert said == [THEIRS]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"address": "ours"}, "Está registrada en"),
        ({}, "Todavía no está registrada"),
        ({"unclear": True}, "se está registrando"),
    ],
)
def test_the_page_says_how_it_stands(
    house: House, seat: Callable[..., Seat], standing: Callable[..., str], fields: dict[str, Any], says: str
) -> None:
    standing(**fields)

    assert says in seat(house.merchants["CR"]).read(PAGE)
