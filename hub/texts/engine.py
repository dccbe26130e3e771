"""Words in a reader's language, for pages, mails, papers, the API and the command line.

The Spanish of Costa Rica (*usted*) is what every text is written in, and the message id of the catalogues: templates
and code of the pages carry it, and ``hub.texts.words`` has it for each ``Text``. ``locale/en.po`` says everything in
English; ``locale/es_CO.po`` holds what Colombia (*tú*) says otherwise. What a catalogue lacks is said as it stands.
Names in braces are filled in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final, Protocol

import attrs
from markupsafe import Markup, escape

from hub.domain.text import Declared, Text, Value
from hub_hookspecs import Money

from .words import WORDS, ByReader

LOCALES: Final = Path(__file__).parent / "locale"
Catalogue = Mapping[str, tuple[str, ...]]
"""Translations by message id: one text, or one for each plural form."""

CONTEXT: Final = "\x04"
"""Parts a message from what it is about, as gettext does."""


class Figures(Protocol):
    """How a reader writes what fills a text."""

    @property
    def at_terminal(self) -> bool:
        """Whether remedies may name commands and flags."""

    def money(self, amount: Money, /) -> str:
        """An amount."""

    def day(self, day: date, /) -> str:
        """A date."""

    def moment(self, moment: datetime, /) -> str:
        """Date and time."""


@attrs.frozen
class Texts:
    """Says things in one language."""

    catalogue: Catalogue

    def say(self, message: str, /, **values: object) -> str:
        """A sentence with its values: ``say("Pagar {amount}", amount="₡5")``."""
        return filled(self.catalogue.get(message, (bare(message),))[0], values)

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """A sentence in the singular or the plural; ``{n}`` is the number."""
        forms = self.catalogue.get(one, (one, many))
        return filled(forms[0 if number == 1 else -1], {"n": number, **values})

    def rich(self, message: str, /, **values: object) -> Markup:
        """A sentence whose values may be markup; everything else is escaped."""
        return Markup(escape(self.catalogue.get(message, (message,))[0])).format(
            **{name: escape(value) for name, value in values.items()}
        )

    def words(self, id: str, *, at_terminal: bool = False) -> str:
        """The words of a text, its places still empty.

        Raises:
            KeyError: No table has this id.
        """
        words = WORDS[id]
        if isinstance(words, ByReader):
            words = words.terminal if at_terminal else words.browser
        about = self.catalogue.get(f"{id}{CONTEXT}{words}") or self.catalogue.get(words, (words,))
        return about[0]

    def render(self, text: Text, reader: Figures) -> str:
        """A text in this language, its figures as the reader writes them."""
        values = {name: self._shown(value, reader) for name, value in text.values.items()}
        return filled(self.words(text.id, at_terminal=reader.at_terminal), values)

    def _shown(self, value: Value, reader: Figures) -> str:
        match value:
            case Text():
                return self.render(value, reader)
            case Declared():
                return self.say(value.words)
            case tuple():
                return " ".join(self.render(text, reader) for text in value)
            case Money():
                return reader.money(value)
            case datetime():
                return reader.moment(value)
            case date():
                return reader.day(value)
        return str(value)


PLACE: Final = re.compile(r"\{(\w+)\}")


def filled(words: str, values: Mapping[str, object]) -> str:
    """Words with their places filled; without values they stand as they are."""
    if not values:
        return words
    for name, value in values.items():
        if isinstance(value, str) and value.endswith("."):  # "S.A." ends the sentence too
            words = words.replace(f"{{{name}}}.", f"{{{name}}}")
    return words.format_map(values)


def message(text: str, about: str = "") -> str:
    """Mark a text for the catalogues where it is written; it is said where its reader is known.

    Args:
        about: Tells two messages apart that are one word in Spanish and two elsewhere.
    """
    return f"{about}{CONTEXT}{text}" if about else text


def bare(message: str) -> str:
    """A message without what it is about."""
    return message.rpartition(CONTEXT)[2]


FAMILIAR: Final = "es_CO"
"""The Spanish with *tú*, for every country that speaks so and has no catalogue of its own."""


@cache
def texts_for(locale: str, *, familiar: bool = False) -> Texts:
    """The words of a locale: its own catalogue, its language's, or the Spanish as it is written."""
    for name in (locale, locale.partition("_")[0], *([FAMILIAR] if familiar else [])):
        file = LOCALES / f"{name}.po"
        if file.exists():
            return Texts(read_catalogue(file))
    return Texts({})


def read_catalogue(file: Path) -> Catalogue:
    """The translations of a ``.po`` file, read as it stands: nothing is compiled."""
    from babel.messages.pofile import read_po

    with file.open("rb") as stream:
        messages = list(read_po(stream, abort_invalid=True))
    found: dict[str, tuple[str, ...]] = {}
    for message in messages:
        key = message.id if isinstance(message.id, str) else message.id[0]
        key = f"{message.context}{CONTEXT}{key}" if message.context else key
        texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if key and all(texts) and not message.fuzzy:
            found[key] = texts
    return found
