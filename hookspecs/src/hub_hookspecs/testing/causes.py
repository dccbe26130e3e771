"""Findings of one cause are one finding: whoever mends it mends them all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from hub_hookspecs import specs

RAISED: Final = re.compile(r"raised (\w+)(?:: [^;]*?)?, at (\S+, line \d+)")
NUMBER: Final = re.compile(r"\d[\d.,]*")
NAME: Final = re.compile(r"/[^\s/]*\d[^\s/]*|\b[0-9A-Z]{8,}\b")
BOOK: Final = "by the provider's book"


def cause_of(text: str) -> str:
    """What two findings of one cause have in common: where it was raised, or what the book and the plugin disagree
    about, or else the hook and what the plugin did, whatever happened before."""
    if raised := RAISED.search(text):
        return f"{raised[1]} at {raised[2]}"
    title, plugin, did = text.partition("; the plugin ")
    if BOOK in title:
        return _plain(f"{BOOK}{title.partition(BOOK)[2]}: {did.partition(', all channels')[0]}")
    word = text.replace(":", " ").replace(",", " ").split(" ")[0]
    hook = word if hasattr(specs, word) else ""
    return _plain(f"{hook} {did}" if plugin else f"{hook} {text.partition(': ')[2] or text}")


def _plain(text: str) -> str:
    """Without amounts, references and ids."""
    return NUMBER.sub("0", NAME.sub("", text))


def is_everywhere(cause: str) -> bool:
    """Whether any proof may come upon a cause: a place in somebody's code, a book that was told otherwise."""
    return cause.startswith(BOOK) or re.fullmatch(r"\w+ at \S+, line \d+", cause) is not None


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
