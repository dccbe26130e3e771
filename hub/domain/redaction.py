"""What may be shown of a message: its shape, and words that say nothing about a person; never what could be a secret.

A message is stored as it came, since its proof needs every byte. An operator who looks at it needs to know what kind of
message it is and how far it is complete, not whose it is: what it claims about a payment, its plugin says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl

from hub_hookspecs import Message

PLAIN_HEADERS: Final = frozenset(
    {"accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "user-agent"}
)
MAX_LINES: Final = 60
PLAIN_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.-]{0,39}")
SMALL: Final = 9999
"""Numbers up to here are statuses and codes; longer ones may be a card's, a telephone's or a person's."""


def shown_headers(message: Message, known: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """Names of headers, with their values where these reveal nothing."""
    shown = frozenset(known)
    return tuple(
        (_name(name), _word(value) if name.lower() in PLAIN_HEADERS else _described(value, shown))
        for name, value in message.headers[:MAX_LINES]
    )


def shown_body(message: Message, known: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """What stands where in the body, each value as its kind and length.

    Args:
        known: Words that are shown as they are: references of ours and of the provider that are in the books anyway.
    """
    lines = list(_lines(message, frozenset(known)))
    left = len(lines) - MAX_LINES
    return (*lines[:MAX_LINES], *([("...", f"{left} more")] if left > 0 else []))


def _lines(message: Message, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    query = parse_qsl(message.query, True)[:MAX_LINES]
    yield from ((f"?{_name(name)}", _described(value, known)) for name, value in query)
    if not message.body:
        return
    try:
        value = json.loads(message.body)
    except (ValueError, RecursionError):
        form = any(name.lower() == "content-type" and "form" in value for name, value in message.headers)
        pairs = parse_qsl(message.body.decode("latin-1"), True) if form else []
        yield from ((_name(name), _described(value, known)) for name, value in pairs)
        if not pairs:
            yield "body", f"<{len(message.body)} bytes that are no JSON>"
        return
    yield from _members(value, "", known, 0)


def _members(value: Any, path: str, known: frozenset[str], depth: int) -> Iterator[tuple[str, str]]:
    if depth > 8:
        yield path, "<deeper>"
    elif isinstance(value, dict) and value:
        for name, below in value.items():
            yield from _members(below, f"{path}.{_name(name)}".lstrip("."), known, depth + 1)
    elif isinstance(value, list) and value:
        for at, below in enumerate(value):
            yield from _members(below, f"{path}[{at}]", known, depth + 1)
    else:
        yield path or "body", _described(value, known)


def _described(value: Any, known: frozenset[str]) -> str:
    match value:
        case None | bool():
            return json.dumps(value)
        case int() | float():
            return str(value) if -SMALL <= value <= SMALL else "<number>"
        case str() if value in known:
            return _word(value)
        case str() if value.isascii() and value.isdigit() and len(value) <= 4:
            return value
        case str():
            return f"<text of {len(value)}>"
    return "{}" if isinstance(value, dict) else "[]"


def _name(text: str) -> str:
    """A name as it came, unless it looks like more than a name."""
    return text if PLAIN_NAME.fullmatch(text) and sum(map(str.isdigit, text)) < 5 else f"<name of {len(text)}>"


def _word(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)[:120]
