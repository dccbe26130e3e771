"""A client certificate among an account's settings: looked at when pasted, sealed, warned of before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.alert import AlertCause
from hub.domain.identity import Invalid
from hub.flows.accounts.client_certificates import certificate_ends
from hub.flows.accounts.connect_account import connect_account, disable_account
from hub.flows.accounts.enable_provider import enable_provider
from hub.flows.accounts.open_account import opened_account
from hub.flows.operations.examine import examine
from hub.flows.operations.raise_alerts import raise_alerts
from hub.providers.registry import Registry
from tests.faults.harness import Desk, rows
from tests.providers.certified import DAY, Authority
from tests.providers.conftest import an_info
from tests.providers.conftest import provider_with as provider_with
from tests.providers.test_client_certificates import SETTING
from tests.spoken import refused

from .registrar import validate_identity

OURS = Authority("ours")


@attrs.define
class Scene:
    desk: Desk
    hub: Any
    account_id: str = ""

    async def connect(self, pem: str) -> None:
        done = await connect_account(self.hub, self.desk.companies["CR"].id, "acme", {"certificate": pem}, by="owner")
        self.account_id = done.account.id

    @property
    def ends(self) -> Any:
        return self.desk.read(lambda tx: certificate_ends(tx, tx.accounts.get(self.account_id)))

    async def told(self) -> tuple[list[str], list[str]]:
        """What doctor says of certificates, and what is alerted."""
        found = [item.what for item in await examine(self.hub) if "client certificate" in item.what]
        alerts = [line for alert in await raise_alerts(self.hub) for line in alert.lines if alert.cause in CAUSES]
        return found, alerts


CAUSES = (AlertCause.CERTIFICATE_ENDS,)


@pytest.fixture
def play(desk: Desk, provider_with: Any) -> Callable[[Any], Any]:
    """play(story): the story, told with a scene that is ready to connect."""

    def tell(story: Any) -> Any:
        async def run() -> Any:
            provider = provider_with(
                info=an_info(settings=(SETTING,), names_account=False), validate_identity=validate_identity
            )
            registry = Registry(providers={**desk.hub.registry.providers, "acme": provider})
            hub = attrs.evolve(desk.hub, registry=registry)
            await enable_provider(hub, "CR", "acme", True)
            return await story(Scene(desk, hub))

        return asyncio.run(run())

    return tell


def test_it_is_sealed_like_any_secret_and_opened_for_the_hook(play: Any) -> None:
    async def story(scene: Scene) -> None:
        pem = OURS.pem_for("shop", begins=-900 * DAY, ends=400 * DAY)
        await scene.connect(pem)
        opened = await opened_account(scene.hub, scene.account_id)
        assert opened
        assert opened.account.settings["certificate"] == pem.strip()
        dump = str(rows(scene.desk.path, "SELECT * FROM account")) + str(
            rows(scene.desk.path, "SELECT * FROM account_secret")
        )
        assert pem.splitlines()[1] not in dump
        assert "PRIVATE KEY" not in dump

    play(story)


def test_what_cannot_be_used_is_refused_with_what_helps_and_changes_nothing(play: Any) -> None:
    async def story(scene: Scene) -> None:
        with refused(Invalid, "falta su clave privada"):
            await scene.connect(OURS.paper_for("shop"))
        found = scene.desk.read(lambda tx: tx.accounts.current_of(scene.desk.companies["CR"].id))
        assert "acme" not in {item.provider for item in found}

    play(story)


def test_people_are_warned_thirty_days_before_it_ends_and_once(play: Any) -> None:
    async def story(scene: Scene) -> None:
        await scene.connect(OURS.pem_for("shop", begins=-900 * DAY, ends=900 * DAY))
        assert await scene.told() == ([], [])
        scene.desk.clock.now = scene.ends - timedelta(days=30, hours=1)
        assert await scene.told() == ([], [])

        scene.desk.clock.now = scene.ends - timedelta(days=30)
        found, alerts = await scene.told()
        assert len(found) == 1
        assert [line.split(":")[0] for line in alerts] == ["acme of " + scene.desk.companies["CR"].slug + " (test)"]
        scene.desk.clock.now += timedelta(hours=2)
        found, alerts = await scene.told()
        assert (len(found), alerts) == (1, []), "doctor goes on, the alert was raised"

        scene.desk.clock.now = scene.ends + timedelta(days=1)
        found, _ = await scene.told()
        assert "ended" in found[0]
        await disable_account(scene.hub, scene.account_id)
        assert (await scene.told())[0] == [], "nobody asks under it any more"

    play(story)


def test_the_next_one_ends_the_warning(play: Any) -> None:
    async def story(scene: Scene) -> None:
        await scene.connect(OURS.pem_for("shop", begins=-900 * DAY, ends=100 * DAY))
        first = scene.ends
        scene.desk.clock.now = first - timedelta(days=5)
        assert len((await scene.told())[0]) == 1
        await scene.connect(OURS.pem_for("shop", begins=-900 * DAY, ends=800 * DAY))
        assert scene.ends > first
        assert (await scene.told())[0] == []

    play(story)
