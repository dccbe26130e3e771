"""What a plugin and its provider say to each other, scenario by scenario, with everything secret taken out."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import attrs

from hub.domain.card_numbers import mask_card_numbers
from hub_hookspecs import Grant, Message, QueryBy, Way
from hub_hookspecs.http import library as httpx
from hub_hookspecs.testing import Subject
from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.scenes import Unplayable, an_order, notification_of, query_for, start, takes

SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization"})
SECRET_NAMES: Final = re.compile(
    r"(?i)pass(word|wd)?|secret|token|api.?key|authorization|credential|\bpan\b|card.?number|cvv|cvc|security.?code"
)
REDACTED: Final = "[redacted]"
MIN_SECRET: Final = 4
ENDINGS: Final = {"reject": "a refused", "expire": "an expired"}

Headers = tuple[tuple[str, str], ...]


class StillSecret(Exception):
    """Something secret was left in what was to be written; nothing was written."""


@attrs.frozen(kw_only=True)
class Said:
    """A request with its answer, or a notification that came; texts are redacted.

    Attributes:
        status: Of the answer; 0 for a notification, which the provider sends.
    """

    method: str
    url: str
    headers: Headers
    body: str
    status: int = 0
    answer_headers: Headers = ()
    answer: str = ""


@attrs.frozen(kw_only=True)
class Scenario:
    """One hook call in one situation, and what it came to."""

    name: str
    hook: str
    came_to: str
    said: tuple[Said, ...]


@attrs.define
class Redaction:
    """Takes out the account's secrets, what they are in other spellings, grants, and the numbers of cards."""

    values: dict[str, str]

    @classmethod
    def of(cls, subject: Subject, settings: Mapping[str, str]) -> Redaction:
        """For an account's settings."""
        redaction = cls({})
        for setting in subject.info.settings:
            if setting.secret and setting.name in settings:
                redaction.add(settings[setting.name], setting.name)
        return redaction

    def add(self, value: str, name: str) -> None:
        """One more secret."""
        if len(value) < MIN_SECRET:
            return
        raw = value.encode()
        for text in (value, quote(value, safe=""), json.dumps(value)[1:-1], raw.hex(), base64.b64encode(raw).decode()):
            self.values[text] = f"[{name}, redacted]"

    def text(self, text: str) -> str:
        """The text without them."""
        for value in sorted(self.values, key=len, reverse=True):
            text = text.replace(value, self.values[value])
        return mask_card_numbers(text)

    def headers(self, pairs: Iterable[tuple[str, str]]) -> Headers:
        """Names and values; of what opens something the name alone."""
        return tuple(
            (name, REDACTED if name.lower() in SECRET_HEADERS or SECRET_NAMES.search(name) else self.text(value))
            for name, value in pairs
        )

    def body(self, content: bytes) -> str:
        """JSON with the members that are named like secrets emptied; other text as it stands."""
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return f"<{len(content)} bytes that are no text>"
        try:
            found = json.loads(text)
        except ValueError:
            return self.text(_form(text))
        if not isinstance(found, dict | list):
            return self.text(text)
        return self.text(json.dumps(_emptied(found), ensure_ascii=False, indent=2))

    def left_in(self, text: str) -> bool:
        """Whether one of them stands in a text after all."""
        return any(value in text for value in self.values)


def _emptied(value: Any, name: str = "") -> Any:
    match value:
        case dict():
            return {key: _emptied(item, str(key)) for key, item in value.items()}
        case list():
            return [_emptied(item, name) for item in value]
        case str() | int() if SECRET_NAMES.search(name) and not isinstance(value, bool):
            return REDACTED
    return value


def _form(text: str) -> str:
    """A form's text with the values emptied that are named like secrets."""
    parts = [part.partition("=") for part in text.split("&")]
    return "&".join(
        f"{name}{sign}{REDACTED if sign and SECRET_NAMES.search(name) else value}" for name, sign, value in parts
    )


def scenarios_of(subject: Subject) -> tuple[Scenario, ...]:
    """Each hook in each situation that the simulator can play, once, when all goes well.

    Raises:
        StillSecret: A secret was left in one of them.
    """
    found: list[Scenario] = []
    redaction = Redaction.of(subject, subject.account().settings)
    with Bench(subject) as bench:
        for take in takes(bench):
            message = take.records.get("message")
            found.append(_scenario(redaction, take.scene.name, take.played, message))
        for name, hook, records in _ended(subject, bench):
            world = bench.world()
            try:
                given = records(world)
            except Unplayable:
                continue
            found.append(_scenario(redaction, name, world.play(hook, **given), given.get("message")))
    if any(redaction.left_in(repr(attrs.astuple(item))) for item in found):
        raise StillSecret(f"a secret of {subject.info.code} was left in what it says: nothing was written")
    return tuple(found)


def _ended(subject: Subject, bench: Bench) -> Iterator[tuple[str, str, Callable[[World], dict[str, Any]]]]:
    """What the kit's scenes do not play: a payment that was refused, and one whose time was over."""
    for way in subject.info.ways:
        for action, what in ENDINGS.items():
            if subject.can("query_payment") and way.query_by is not QueryBy.NONE:
                yield f"query_payment ({what} {way.code})", "query_payment", _asked(way, action)
            if subject.can("handle_notification") and "notification" in way.outcome:
                yield f"handle_notification ({what} {way.code})", "handle_notification", _told(way, action)


def _asked(way: Way, action: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"query": query_for(world, _driven(world, way, action))}


def _told(way: Way, action: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"message": notification_of(world, _driven(world, way, action))}


def _driven(world: World, way: Way, action: str) -> Any:
    started = start(world, an_order(world, way))
    if not world.drive(action, started.order.reference):
        raise Unplayable(f"the simulator cannot {action}")
    return started


def _scenario(redaction: Redaction, name: str, played: Played, message: Message | None) -> Scenario:
    if isinstance(played.value, Grant):
        for header, value in played.value.headers.items():
            for part in value.split():
                redaction.add(part, header)
    said = [_notified(redaction, message)] if message else []
    for sent in played.sent:
        answer = sent.handed if isinstance(sent.handed, httpx.Response) else None
        said.append(
            Said(
                method=sent.request.method,
                url=redaction.text(str(sent.request.url)),
                headers=redaction.headers(sent.request.headers.multi_items()),
                body=redaction.body(sent.request.content),
                status=answer.status_code if answer else 0,
                answer_headers=redaction.headers(answer.headers.multi_items()) if answer else (),
                answer=redaction.body(answer.content) if answer else "",
            )
        )
    return Scenario(name=name, hook=played.hook, came_to=redaction.text(played.did), said=tuple(said))


def _notified(redaction: Redaction, message: Message) -> Said:
    path = f"/{message.path}" if message.path else "/"
    return Said(
        method=message.method,
        url=redaction.text(f"{path}?{message.query}" if message.query else path),
        headers=redaction.headers(message.headers),
        body=redaction.body(message.body),
    )
