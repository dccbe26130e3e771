"""Secrets: in no result, message, repr, exception, log line or path."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from hub_hookspecs.messages import Message
from hub_hookspecs.payment import Grant
from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.scenes import Scene, all_takes, takes
from hub_hookspecs.testing.subject import Subject

TOKEN: Final = re.compile(r"[A-Za-z0-9+/=_-]{40,}")


def _hides(bench: Bench) -> Iterator[str]:
    """Every scene, well and with each fault:
    look for the account's secrets and its grants wherever one looks."""
    for take in all_takes(bench):
        yield from _leaks(take.scene, take.played, take.world)
    yield from _expected(bench)


def _leaks(scene: Scene, played: Played, world: World) -> Iterator[str]:
    places = {
        "its result": _shown(played.value),
        "the text of what it raised": f"{played.conclusion.cause} {played.conclusion.plugin_said}",
        "a log line or a print": played.output,
        "a request's path": " ".join(item.request.url.path for item in played.sent),
    }
    for secret in world.subject.secrets(world.account):
        for place, text in places.items():
            if any(_holds(text, word) for word in _disguises(secret, world.account.settings.values())):
                yield f"{scene.hook}: a secret setting shows in {place}"


def _disguises(secret: str, others: Iterable[str]) -> tuple[str, ...]:
    """A secret as it is, and as a Basic header has it beside any other setting."""
    return _encoded(secret, tuple(others))


@functools.lru_cache(maxsize=256)
def _encoded(secret: str, others: tuple[str, ...]) -> tuple[str, ...]:
    pairs = [secret, *(f"{other}:{secret}" for other in others), *(f"{secret}:{other}" for other in (*others, ""))]
    return secret, *(base64.b64encode(pair.encode()).decode().rstrip("=") for pair in pairs)


def _holds(text: str, secret: str) -> bool:
    """Also where it was quoted for JSON or repr."""
    return secret in text or json.dumps(secret)[1:-1] in text or repr(secret)[1:-1] in text


def _shown(value: Any) -> str:
    """All text in a result; of a grant its repr alone, since its headers are the secret."""
    if isinstance(value, Grant):
        return repr(value)
    if attrs.has(type(value)):
        fields = (getattr(value, field.name) for field in attrs.fields(type(value)))
        return " ".join([repr(value), *map(_shown, fields)])
    if isinstance(value, tuple | list | frozenset):
        return " ".join(map(_shown, value))
    if hasattr(value, "items"):
        return " ".join(f"{_shown(key)} {_shown(item)}" for key, item in value.items())
    return value if isinstance(value, str) else repr(value)


def _expected(bench: Bench) -> Iterator[str]:
    """A wrong signature must not be answered with the right one."""
    for take in takes(bench):
        message = take.records.get("message")
        if isinstance(message, Message):
            for token in sorted(_tokens(message)):
                played = take.world.play("handle_notification", message=_without(message, token))
                if token in f"{played.output} {played.conclusion} {played.value}":
                    yield "handle_notification: the expected signature shows when a wrong one comes"


def _tokens(message: Message) -> set[str]:
    """Whatever in a genuine message is long enough to be a signature."""
    texts = [value for _, value in message.headers] + [message.body.decode("utf-8", "replace")]
    return {token for text in texts for token in TOKEN.findall(text)}


def _without(message: Message, token: str) -> Message:
    wrong = "0" * len(token)
    headers = tuple((name, value.replace(token, wrong)) for name, value in message.headers)
    return attrs.evolve(message, headers=headers, body=message.body.replace(token.encode(), wrong.encode()))


def _has_secrets(subject: Subject) -> str:
    return "" if any(item.secret for item in subject.info.settings) else "no setting is secret"


PROOFS: Final = (Proof("its secrets never show", _hides, _has_secrets),)
