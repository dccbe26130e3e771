"""What mails and papers say, by message id and locale; a country's own ``wording`` goes before the words of the hub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from hub.texts.engine import filled, texts_for
from hub.texts.words import WORDS
from hub.texts.words.mails import WORDS as MAILS

Wording = Mapping[str, Mapping[str, str]]
"""Texts by message id, by locale."""


def text(message: str, locale: str, wording: Wording | None = None, /, **values: object) -> str:
    """A text in the best language there is: the country's wording, the locale, its language, Spanish."""
    return filled((wording or {}).get(locale, {}).get(message) or texts_for(locale).words(message), values)


def is_known(message: str) -> bool:
    """Whether there is such a message."""
    return message in WORDS


@cache
def recognised() -> tuple[tuple[re.Pattern[str], str], ...]:
    """How sentences that come whole from the flows are told, by message id: ``told.*``."""
    return tuple(
        (re.compile("".join(_parts(words))), message) for message, words in MAILS.items() if message.startswith("told.")
    )


def _parts(words: str) -> Iterator[str]:
    for index, part in enumerate(re.split(r"\{(\w+)\}", words)):
        yield f"(?P<{part}>.+)" if index % 2 else re.escape(part)
