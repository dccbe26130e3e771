"""What mails and papers say, by message id and locale.

The catalogues are ``locale/*.po``: the context of an entry is its message id, its text the Spanish of Costa Rica
(*usted*), which stands for every Spanish-speaking country that has no catalogue; Colombia says *tú*. A country's own
``wording`` goes before them. Names in braces are filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

Wording = Mapping[str, Mapping[str, str]]
"""Texts by message id, by locale."""

LOCALES: Final = Path(__file__).parent / "locale"
SPANISH: Final = "es_CR"


def text(message: str, locale: str, wording: Wording | None = None, /, **values: object) -> str:
    """A text in the best language there is: the country's wording, the locale, its language, Spanish."""
    words = (wording or {}).get(locale, {}).get(message) or texts_for(locale)[message]
    for name, value in values.items():
        if isinstance(value, str) and value.endswith("."):  # "S.A." ends the sentence too
            words = words.replace(f"{{{name}}}.", f"{{{name}}}")
    return words.format_map(values)


def is_known(message: str) -> bool:
    """Whether there is such a message."""
    return message in texts_for(SPANISH)


@cache
def recognised() -> tuple[tuple[re.Pattern[str], str], ...]:
    """How sentences that come whole from the flows are told, by message id: ``told.*``."""
    return tuple(
        (re.compile("".join(_parts(words))), message)
        for message, words in texts_for(SPANISH).items()
        if message.startswith("told.")
    )


def _parts(words: str) -> Iterator[str]:
    for index, part in enumerate(re.split(r"\{(\w+)\}", words)):
        yield f"(?P<{part}>.+)" if index % 2 else re.escape(part)


@cache
def texts_for(locale: str) -> Mapping[str, str]:
    """All texts by message id, in the locale, its language, or Spanish."""
    names = (locale, locale.partition("_")[0], SPANISH)
    return read_texts(next(file for name in names if (file := LOCALES / f"{name}.po").exists()))


def read_texts(file: Path) -> Mapping[str, str]:
    """The texts of a ``.po`` file, read as it stands: nothing is compiled."""
    from babel.messages.pofile import read_po

    with file.open("rb") as stream:
        messages = list(read_po(stream, abort_invalid=True))
    return {item.context: str(item.string) for item in messages if item.context and item.string and not item.fuzzy}
