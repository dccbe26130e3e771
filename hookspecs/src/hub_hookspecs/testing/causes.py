"""Findings of one cause are one finding: whoever mends it mends them all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

RAISED: Final = re.compile(r"raised (\w+)(?:: [^;]*?)?, at (\S+, line \d+)")
SCENE: Final = re.compile(r"^(\w+)(?: \([^()]*\))?(?:, request \d+)?")
NUMBER: Final = re.compile(r"\d[\d.,]*")
REFERENCE: Final = re.compile(r"/[^\s/]*\d[^\s/]*|\b[0-9A-Z]{8,}\b")


def cause_of(text: str) -> str:
    """What two findings of one cause have in common: where it was raised,
    or else the hook and what the plugin did, whatever happened before."""
    if raised := RAISED.search(text):
        return f"{raised[1]} at {raised[2]}"
    title, plugin, did = text.partition("; the plugin ")
    scene = SCENE.match(title)
    said = f"{scene[1]} {did}" if plugin and scene else SCENE.sub(r"\1", text)
    return NUMBER.sub("0", REFERENCE.sub("", said))


def is_raised(cause: str) -> bool:
    """Whether a cause is a place in somebody's code, which any proof may come upon."""
    return re.fullmatch(r"\w+ at \S+, line \d+", cause) is not None


def joined(texts: Iterable[str]) -> dict[str, str]:
    """By its cause, the first finding of each, with how many more scenes show it."""
    first: dict[str, str] = {}
    more: dict[str, int] = {}
    for text in dict.fromkeys(texts):
        cause = cause_of(text)
        if cause in first:
            more[cause] = more.get(cause, 0) + 1
        first.setdefault(cause, text)
    return {cause: text + _more(more.get(cause, 0)) for cause, text in first.items()}


def _more(count: int) -> str:
    return f" (and so in {count} more scene{'' if count == 1 else 's'})" if count else ""
