"""Where a provider is told by a call where its notifications go: what is registered, replaced and taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

import hub.flows.accounts.register_webhook as webhooks
from hub.domain.account import AccountStatus, ProviderAccount
from hub.flows.accounts.catalogue import notification_address
from hub.flows.accounts.connect_account import connect_account, disable_account
from hub.flows.accounts.enable_provider import enable_provider
from hub.flows.accounts.open_account import opened_account
from hub.flows.accounts.register_webhook import bring_webhook, follow_webhooks, remove_webhook
from hub.flows.accounts.validate_account import validate_account
from hub.providers.exchange import Exchanger
from hub.providers.limits import Limits
from hub.providers.registry import Registry
from hub_hookspecs import WebhookAct
from tests.faults.harness import Desk
from tests.providers.conftest import an_info
from tests.providers.conftest import provider_with as provider_with

from . import registrar
from .registrar import SETTINGS, Registrar

Plant = Callable[[Any, str, Any], None]

THEIRS = "https://shop.example/hooks"
OTHERS = "https://erp.example/hooks"
LATER = timedelta(minutes=3)


class Killed(BaseException):
    """The process ends here."""


@attrs.define
class Scene:
    """A desk whose company connects to the registrar."""

    desk: Desk
    hub: Any
    there: Registrar
    account_id: str = ""

    async def connect(self) -> ProviderAccount:
        done = await connect_account(self.hub, self.desk.companies["CR"].id, "acme", {"key": "k-1"}, by="owner")
        self.account_id = done.account.id
        return done.account

    @property
    def account(self) -> ProviderAccount:
        found = self.desk.read(lambda tx: tx.accounts.get(self.account_id))
        assert found
        return found

    @property
    def ours(self) -> str:
        return notification_address(self.hub, self.account)

    async def secret(self) -> str:
        opened = await opened_account(self.hub, self.account_id)
        assert opened
        return opened.account.settings.get("signing", "")

    async def is_sound(self) -> bool:
        """Our address stands there, is recorded, and the secret here is the one of it."""
        known = self.account.webhook
        return (
            known is not None
            and not known.unclear
            and (known.address, known.webhook_id) == (self.there.standing["address"], self.there.standing["id"])
            and known.address == self.ours
            and await self.secret() == self.there.standing["secret"]
        )


@pytest.fixture
def play(desk: Desk, provider_with: Any) -> Callable[[Any], Any]:
    """play(story): the story, told with a scene that is ready to connect."""

    def tell(story: Any) -> Any:
        async def run() -> Any:
            async with Registrar() as there:
                info = an_info(settings=SETTINGS, names_account=False, endpoints={"test": {"api": there.url}})
                provider = provider_with(
                    info=info,
                    validate_identity=registrar.validate_identity,
                    register_webhook=registrar.register_webhook,
                )
                registry = Registry(providers={**desk.hub.registry.providers, "acme": provider})
                limits = Limits(pauses=(0, 0), trips=1000)
                async with Exchanger(registry, limits=limits) as exchanger:
                    hub = attrs.evolve(desk.hub, registry=registry, exchanger=exchanger)
                    await enable_provider(hub, "CR", "acme", True)
                    return await story(Scene(desk, hub, there))

        return asyncio.run(run())

    return tell


def test_connecting_registers_our_address_and_keeps_the_secret_that_comes_back(play: Any) -> None:
    async def story(scene: Scene) -> None:
        account = await scene.connect()

        assert account.status is AccountStatus.ACTIVE
        assert await scene.is_sound()
        assert "signing" in scene.account.secret_names
        assert "signing" not in scene.account.settings
        await validate_account(scene.hub, account.id, by="owner")
        assert scene.there.changes == ["PUT /webhook"], "testing it again changes nothing"

    play(story)


def test_a_foreign_address_is_left_alone_until_a_person_says_yes_to_that_very_one(play: Any) -> None:
    async def story(scene: Scene) -> None:
        scene.there.foreign(THEIRS)
        await scene.connect()
        assert scene.account.webhook
        assert (scene.account.webhook.address, scene.account.webhook.foreign) == ("", (THEIRS,))
        await bring_webhook(scene.hub, scene.account_id)
        assert scene.there.changes == []

        scene.there.foreign(OTHERS)  # it changed since it was shown
        await bring_webhook(scene.hub, scene.account_id, replace=THEIRS)
        assert scene.there.changes == []
        assert scene.account.webhook.foreign == (OTHERS,), "and is asked about anew"

        await bring_webhook(scene.hub, scene.account_id, replace=OTHERS)
        assert await scene.is_sound()

    play(story)


def test_control_without_the_question_a_foreign_address_is_gone(play: Any, plant: Plant) -> None:
    async def always(_hub: Any, _account: Any, _report: Any, _replace: str) -> bool:
        return True

    async def story(scene: Scene) -> None:
        plant(webhooks, "_is_allowed", always)
        scene.there.foreign(THEIRS)
        await scene.connect()
        await bring_webhook(scene.hub, scene.account_id, replace=THEIRS)
        assert scene.there.standing["address"] != THEIRS

    play(story)


def test_the_address_of_another_account_here_is_never_replaced(play: Any) -> None:
    async def story(scene: Scene) -> None:
        another = notification_address(scene.hub, scene.desk.accounts["CO"])
        scene.there.foreign(another)
        await scene.connect()
        await bring_webhook(scene.hub, scene.account_id, replace=another)

        assert scene.there.standing["address"] == another
        assert scene.there.changes == []

    play(story)


@pytest.mark.parametrize("trouble", ["before", "after", "500"])
def test_a_registration_without_a_clear_answer_is_looked_at_before_anything_else(play: Any, trouble: str) -> None:
    async def story(scene: Scene) -> None:
        scene.there.troubles = [trouble]
        account = await scene.connect()
        assert account.status is AccountStatus.ACTIVE, "the account works all the same"
        assert scene.account.webhook
        assert scene.account.webhook.unclear
        await bring_webhook(scene.hub, scene.account_id)
        assert scene.there.changes == ["PUT /webhook"], "it may still be under way"

        scene.desk.clock.now += LATER
        asked = len(scene.there.asked)
        await bring_webhook(scene.hub, scene.account_id)
        assert scene.there.asked[asked].startswith("GET")
        assert await scene.is_sound()
        if trouble == "after":  # ours, and its secret lost with the answer: taken away, and registered anew
            assert scene.there.changes[1:] == ["DELETE /webhook/w1", "PUT /webhook"]

    play(story)


def test_control_ours_taken_for_good_without_the_record_of_it_has_no_secret(play: Any, plant: Plant) -> None:
    async def story(scene: Scene) -> None:
        scene.there.troubles = ["after"]
        await scene.connect()
        scene.desk.clock.now += LATER
        plant(webhooks, "_is_recorded", lambda *_given: True)
        await bring_webhook(scene.hub, scene.account_id)
        assert not await scene.is_sound()

    play(story)


def test_what_the_provider_refuses_is_no_longer_unclear(play: Any) -> None:
    async def story(scene: Scene) -> None:
        scene.there.troubles = ["no"]
        await scene.connect()
        assert scene.account.webhook
        assert not scene.account.webhook.unclear
        assert scene.account.webhook.address == ""
        await bring_webhook(scene.hub, scene.account_id)
        assert await scene.is_sound()

    play(story)


def test_a_provider_that_does_not_answer_costs_no_connection(play: Any) -> None:
    async def story(scene: Scene) -> None:
        scene.there.deaf = True
        assert (await scene.connect()).status is AccountStatus.ACTIVE
        assert (scene.account.webhook, scene.there.changes) == (None, [])

    play(story)


@pytest.mark.parametrize("step", ["begun", "sent", "sealed", "recorded"])
def test_a_process_that_dies_leaves_both_or_neither_and_the_next_makes_it_sound(
    play: Any, plant: Plant, step: str
) -> None:
    right_run, right_save = Exchanger.run, webhooks.save_secrets

    async def run(self: Any, provider: Any, hook: str, **given: Any) -> Any:
        is_change = hook == "register_webhook" and given["webhook"].act is not WebhookAct.LOOK
        if is_change and step == "begun":
            raise Killed
        ran = await right_run(self, provider, hook, **given)
        if is_change and step == "sent":
            raise Killed
        return ran

    def save(tx: Any, hub: Any, account: Any, secrets: Any) -> None:
        if step == "sealed":  # between the record and the secret
            raise Killed
        right_save(tx, hub, account, secrets)
        if step == "recorded":  # after both, before the commit
            raise Killed

    async def story(scene: Scene) -> None:
        plant(Exchanger, "run", run)
        plant(webhooks, "save_secrets", save)
        with pytest.raises(Killed):
            await scene.connect()
        plant(Exchanger, "run", right_run)
        plant(webhooks, "save_secrets", right_save)
        current = scene.desk.read(lambda tx: tx.accounts.current_of(scene.desk.companies["CR"].id))
        scene.account_id = next(item.id for item in current if item.provider == "acme")
        known = scene.account.webhook
        assert known
        assert (known.unclear, await scene.secret()) == (True, ""), "neither"

        scene.desk.clock.now += LATER
        await bring_webhook(scene.hub, scene.account_id)
        assert await scene.is_sound(), "both"

    play(story)


def test_what_is_unclear_is_looked_at_again_by_itself(play: Any) -> None:
    async def story(scene: Scene) -> None:
        scene.there.troubles = ["after"]
        await scene.connect()
        scene.desk.clock.now += LATER
        await follow_webhooks(scene.hub)
        assert await scene.is_sound()

    play(story)


def test_turning_an_account_off_takes_our_address_away_and_no_other(play: Any) -> None:
    async def story(scene: Scene) -> None:
        await scene.connect()
        await disable_account(scene.hub, scene.account_id)
        assert scene.there.standing == {}
        assert scene.account.webhook
        assert scene.account.webhook.address == ""

        await scene.connect()
        assert await scene.is_sound()
        scene.there.foreign(THEIRS)  # somebody replaced ours in the panel
        await disable_account(scene.hub, scene.account_id)
        assert scene.there.standing["address"] == THEIRS

    play(story)


def test_what_could_not_be_taken_away_is_tried_again_and_stops_nothing(play: Any) -> None:
    async def story(scene: Scene) -> None:
        await scene.connect()
        scene.there.troubles = ["no", "before"]
        await disable_account(scene.hub, scene.account_id)
        assert scene.account.status is AccountStatus.DISABLED
        assert webhooks.stays_behind(scene.account)
        for _hour in range(3):
            scene.desk.clock.now += timedelta(hours=1)
            await follow_webhooks(scene.hub)
        assert scene.there.standing == {}
        assert not webhooks.stays_behind(scene.account)
        changes = list(scene.there.changes)
        scene.desk.clock.now += timedelta(hours=1)
        await follow_webhooks(scene.hub)
        assert scene.there.changes == changes

    play(story)


def test_while_money_is_under_way_its_news_keep_coming(play: Any, plant: Plant) -> None:
    async def story(scene: Scene) -> None:
        await scene.connect()
        plant(webhooks, "money_under_way", lambda *_given: True)
        await disable_account(scene.hub, scene.account_id)
        assert scene.there.standing["address"] == scene.ours
        plant(webhooks, "money_under_way", lambda *_given: False)
        await remove_webhook(scene.hub, scene.account_id)
        assert scene.there.standing == {}

    play(story)
