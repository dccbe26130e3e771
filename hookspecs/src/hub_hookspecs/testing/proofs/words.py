"""Words and numbers that the provider's documents do not list."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.http import library as httpx
from hub_hookspecs.payment import Kind
from hub_hookspecs.request_mark import Mark
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played, Sent
from hub_hookspecs.testing.scenes import Scene, takes

from .payments import CLOSING

Path = tuple[Any, ...]

STRANGE_WORDS: Final = ("EN_LIMBO", "7777", "limbo")
STRANGE_NUMBERS: Final = (7777, -7777)
CONCLUDING: Final = CLOSING | {Kind.PAID, Kind.RETURNED, Kind.TRY_DECLINED, Kind.CHARGED_BACK}


def _unlisted(bench: Bench) -> Iterator[str]:
    """Replace one value of a genuine answer at a time: a new word may take a conclusion away,
    never make one."""
    for take in takes(bench):
        if take.scene.hook in ("validate_identity", "authorize"):
            continue
        for item in take.played.sent:
            for path, strange in _changes(_json_of(item.handed)):
                yield from _told_strangely(bench, take.scene, take.played, item.number, path, strange)


def _told_strangely(
    bench: Bench, scene: Scene, genuine: Played, number: int, path: Path, strange: Any
) -> Iterator[str]:
    world = bench.world()
    played = world.play(scene.hook, alter=_with(path, strange), at=number, **scene.prepare(world))
    item = played.sent[number - 1]
    where = ".".join(map(str, path))
    text = f"{scene.hook}, request {number}: {item.text} was answered with {where} = {strange!r}"
    new = CONCLUDING & (set(played.kinds) - set(genuine.kinds))
    if played.conclusion.fault:
        yield f"{text}; the plugin {played.did}; the contract allows ProviderError or a result"
    elif new or (_said_no(scene, played, item) and genuine.conclusion.outcome is not Outcome.DECLINED):
        yield f"{text}; the plugin {played.did}; the contract allows no conclusion"


def _said_no(scene: Scene, played: Played, altered: Sent) -> bool:
    """A refund or withdrawal that was given up, or that the provider itself refused after it was misled,
    has closed nothing."""
    if scene.hook in ("refund_payment", "cancel_payment") and altered.mark is Mark.HARMLESS:
        return False
    return played.conclusion.plugin_said == "declined"


def _json_of(handed: Any) -> Any:
    if not isinstance(handed, httpx.Response):
        return None
    try:
        return json.loads(handed.content, parse_float=Decimal)
    except ValueError:
        return None


def _changes(body: Any) -> Iterator[tuple[Path, Any]]:
    for path, value in _leaves(body, ()):
        strange: tuple[Any, ...] = ()
        match value:
            case bool() | None:
                continue
            case str():
                strange = STRANGE_WORDS
            case int():
                strange = STRANGE_NUMBERS
        for item in strange:
            if item != value:
                yield path, item


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    match value:
        case dict():
            for key, item in value.items():
                yield from _leaves(item, (*path, key))
        case list():
            for index, item in enumerate(value[:3]):
                yield from _leaves(item, (*path, index))
        case _:
            yield path, value


def _with(path: Path, strange: Any) -> Callable[[httpx.Response], httpx.Response]:
    def alter(response: httpx.Response) -> httpx.Response:
        body = _json_of(response)
        changed = copy.deepcopy(body)
        place = changed
        try:
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = strange
        except (KeyError, IndexError, TypeError):
            return response  # this time the answer has another shape
        content = json.dumps(changed, default=str).encode()
        return httpx.Response(response.status_code, content=content, headers={"content-type": "application/json"})

    return alter


PROOFS: Final = (Proof("a word that no document lists leads to no conclusion", _unlisted),)
