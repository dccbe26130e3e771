"""The proofs of register_webhook against a sound plugin, and against such as touch what is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub_hookspecs import Outcome, WebhookAct, WebhookReport, WebhookRequest
from hub_hookspecs.testing.proofs.webhooks import PROOFS

Plugin = Callable[[list[str], WebhookRequest, int], bool | None]


@attrs.define
class World:
    """A provider's list of addresses, and a plugin that works on it.

    Attributes:
        room: How many addresses the provider holds.
    """

    plugin: Plugin
    room: int
    subject: Any
    standing: list[str] = attrs.Factory(list)

    def play(self, hook: str, *, webhook: WebhookRequest) -> Any:
        assert hook == "register_webhook"
        self.plugin(self.standing, webhook, self.room)
        foreign = tuple(item for item in self.standing if item != webhook.address)
        return Played(WebhookReport(ours=webhook.address in self.standing, foreign=foreign))


@attrs.frozen
class Played:
    value: WebhookReport
    did: str = "reported"

    @property
    def conclusion(self) -> Any:
        return Concluded()


@attrs.frozen
class Concluded:
    outcome: Outcome = Outcome.RESULT


@attrs.frozen
class Bench:
    plugin: Plugin
    room: int

    def world(self) -> World:
        return World(self.plugin, self.room, Asks())


class Asks:
    now = None

    def call_id(self) -> str:
        return "ABCDEFGH01"


def sound(standing: list[str], webhook: WebhookRequest, room: int) -> None:
    match webhook.act:
        case WebhookAct.REGISTER if webhook.address not in standing:
            if len(standing) < room:
                standing.append(webhook.address)
            elif webhook.may_replace in standing:
                standing[standing.index(webhook.may_replace)] = webhook.address
        case WebhookAct.REMOVE if webhook.address in standing:
            standing.remove(webhook.address)


def overwrites(standing: list[str], webhook: WebhookRequest, room: int) -> None:
    if webhook.act is WebhookAct.REGISTER and len(standing) == room:
        standing.pop()
    sound(standing, webhook, room)


def overwrites_by_any_yes(standing: list[str], webhook: WebhookRequest, room: int) -> None:
    if webhook.act is WebhookAct.REGISTER and webhook.may_replace:
        standing.clear()
    sound(standing, webhook, room)


def clears(standing: list[str], webhook: WebhookRequest, room: int) -> None:
    if webhook.act is WebhookAct.REMOVE:
        standing.clear()
    sound(standing, webhook, room)


def registers_by_looking(standing: list[str], webhook: WebhookRequest, room: int) -> None:
    standing[:] = [webhook.address]


def adds_again(standing: list[str], webhook: WebhookRequest, room: int) -> None:
    if webhook.act is WebhookAct.REGISTER and len(standing) < room:
        standing.append(webhook.address)
    else:
        sound(standing, webhook, room)


def does_nothing(standing: list[str], webhook: WebhookRequest, room: int) -> None:
    pass


def found(plugin: Plugin, room: int) -> list[str]:
    return [text for proof in PROOFS for text in proof.check(Bench(plugin, room))]  # type: ignore[arg-type]


@pytest.mark.parametrize("room", [1, 5])
def test_nothing_is_found_of_a_sound_one_however_many_addresses_the_provider_holds(room: int) -> None:
    assert found(sound, room) == []


@pytest.mark.parametrize(
    ("plugin", "room"),
    [
        (overwrites, 1),
        (overwrites_by_any_yes, 1),
        (overwrites_by_any_yes, 5),
        (clears, 1),
        (clears, 5),
        (registers_by_looking, 1),
        (adds_again, 5),
        (does_nothing, 1),
    ],
)
def test_what_touches_others_or_leaves_two_is_found(plugin: Plugin, room: int) -> None:
    assert found(plugin, room)
