"""The words of pages in the reader's language.

Templates and code carry the Spanish of Costa Rica (*usted*), which is also the message id; ``locale/es_CO.po`` says it
with *tú*, ``locale/en.po`` in English. A catalogue holds only what differs; what it lacks is said as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import attrs
from markupsafe import Markup, escape

LOCALES: Final = Path(__file__).parent / "locale"
Catalogue = Mapping[str, tuple[str, ...]]
"""Translations by message id: one text, or one for each plural form."""


@attrs.frozen
class Texts:
    """Says things in one language."""

    catalogue: Catalogue

    def say(self, message: str, /, **values: object) -> str:
        """A sentence with its values: ``say("Pagar %(amount)s", amount="₡5")``."""
        found = self.catalogue.get(message, (bare(message),))[0]
        return found % values if values else found

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """A sentence in the singular or the plural; ``%(n)s`` is the number."""
        forms = self.catalogue.get(one, (one, many))
        return forms[0 if number == 1 else -1] % {"n": number, **values}

    def rich(self, message: str, /, **values: object) -> Markup:
        """A sentence whose values may be markup; everything else is escaped."""
        return Markup(escape(self.catalogue.get(message, (message,))[0])) % {
            name: escape(value) for name, value in values.items()
        }


SPANISH: Final = Texts({})


CONTEXT: Final = "\x04"
"""Parts a message from what it is about, as gettext does."""


def message(text: str, about: str = "") -> str:
    """Mark a text for the catalogues where it is written; it is said where its reader is known.

    Args:
        about: Tells two messages apart that are one word in Spanish and two elsewhere.
    """
    return f"{about}{CONTEXT}{text}" if about else text


def bare(message: str) -> str:
    """A message without what it is about."""
    return message.rpartition(CONTEXT)[2]


@cache
def texts_for(locale: str) -> Texts:
    """The words of a locale: its own catalogue, its language's, or the Spanish of the templates."""
    for name in (locale, locale.partition("_")[0]):
        file = LOCALES / f"{name}.po"
        if file.exists():
            return Texts(read_catalogue(file))
    return SPANISH


def read_catalogue(file: Path) -> Catalogue:
    """The translations of a ``.po`` file, read as it stands: nothing is compiled."""
    from babel.messages.pofile import read_po

    with file.open("rb") as stream:
        messages = list(read_po(stream, abort_invalid=True))
    found: dict[str, tuple[str, ...]] = {}
    for message in messages:
        key = message.id if isinstance(message.id, str) else message.id[0]
        key = f"{message.context}{CONTEXT}{key}" if message.context else key
        told = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if key and all(told) and not message.fuzzy:
            found[key] = told
    return found
