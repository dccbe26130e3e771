"""The words of pages in the reader's language.

Templates and code carry the Spanish of Costa Rica (*usted*), which is also the message id; ``locale/es_CO.po`` says it
with *tú*, ``locale/en.po`` in English. Every catalogue is complete, which a test holds; what it lacks, such as the
words of a provider that came later, is said as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import attrs
from markupsafe import Markup, escape

LOCALES: Final = Path(__file__).parent / "locale"
Catalogue = Mapping[str, tuple[str, ...]]
"""Translations by message id: one text, or one for each plural form."""


PLACE: Final = re.compile(r"%\((\w+)\)s")
LEAST: Final = 6
"""Letters that a sentence needs beside its values to be told from another one."""


@attrs.frozen(slots=False)
class Texts:
    """Says things in one language."""

    catalogue: Catalogue

    def say(self, message: str, /, **values: object) -> str:
        """A sentence with its values: ``say("Pagar %(amount)s", amount="₡5")``."""
        found = self.catalogue.get(message, (bare(message),))[0]
        for name, value in values.items():
            if isinstance(value, str) and value.endswith("."):  # "S.A." ends the sentence too
                found = found.replace(f"%({name})s.", f"%({name})s")
        return found % values if values else found

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """A sentence in the singular or the plural; ``%(n)s`` is the number."""
        forms = self.catalogue.get(one, (one, many))
        return forms[0 if number == 1 else -1] % {"n": number, **values}

    def told(self, text: object) -> str:
        """A sentence that comes whole, its values already in it, as refusals of the flows do.

        It is recognised by its message; what nobody translated is said as it stands.
        """
        whole = str(text)
        if whole in self.catalogue or not whole:
            return self.say(whole)
        for pattern, form in self._patterns:
            if found := pattern.fullmatch(whole):
                return form % {name: self.told(value) for name, value in found.groupdict().items()}
        return whole

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """Sentences with places, the most particular first."""
        return tuple(sorted(_patterns(self.catalogue), key=lambda item: -len(PLACE.sub("", item[0].pattern))))

    def rich(self, message: str, /, **values: object) -> Markup:
        """A sentence whose values may be markup; everything else is escaped."""
        return Markup(escape(self.catalogue.get(message, (message,))[0])) % {
            name: escape(value) for name, value in values.items()
        }


def _patterns(catalogue: Catalogue) -> Iterator[tuple[re.Pattern[str], str]]:
    for message, forms in catalogue.items():
        literal = PLACE.sub("", message)
        if literal == message or len(forms) > 1 or message == forms[0] or sum(map(str.isalpha, literal)) < LEAST:
            continue
        seen: set[str] = set()
        yield re.compile("".join(_parts(bare(message), seen)), re.DOTALL), forms[0]


def _parts(message: str, seen: set[str]) -> Iterator[str]:
    for index, part in enumerate(PLACE.split(message)):
        if index % 2 == 0:
            yield re.escape(part.replace("%%", "%"))
        elif part in seen:
            yield f"(?P={part})"
        else:
            seen.add(part)
            yield f"(?P<{part}>.+?)"


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
