"""What mails and documents say, by id and locale; a country's own ``wording`` goes before the words of the hub."""

from __future__ import annotations

from collections.abc import Mapping

from hub.texts.engine import filled, texts_for
from hub.texts.words import WORDS

Wording = Mapping[str, Mapping[str, str]]
"""Texts by message id, by locale."""


def text(message: str, locale: str, wording: Wording | None = None, familiar: bool = False, /, **values: object) -> str:
    """A text in the best language there is: the country's wording, the locale, its language, Spanish."""
    own = (wording or {}).get(locale, {}).get(message)
    return filled(own or texts_for(locale, familiar=familiar).words(message), values)


def is_known(message: str) -> bool:
    """Whether there is such a message."""
    return message in WORDS
