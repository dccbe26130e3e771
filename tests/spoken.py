"""Texts as tests read them: in the Spanish of Costa Rica, amounts with their code,
days and moments by ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import attrs
import pytest

from hub.domain.text import Text
from hub.texts.engine import texts_for
from hub_hookspecs import Money


@attrs.frozen
class Plain:
    """Writes figures as they are."""

    at_terminal: bool = False

    def money(self, amount: Money, /) -> str:
        """``12500.00 CRC``."""
        return str(amount)

    def day(self, day: date, /) -> str:
        """``2026-11-21``."""
        return day.isoformat()

    def moment(self, moment: datetime, /) -> str:
        """``2026-11-21 09:41+00:00``."""
        return moment.isoformat(" ", "minutes")


def spoken(text: Text | str | BaseException, locale: str = "es_CR", *, at_terminal: bool = False) -> str:
    """The words of a text, or of a refusal, its fields before them; what is none stands as it is."""
    if problems := getattr(text, "problems", ()):
        return "; ".join(f"{one.field}: {spoken(one.message, locale, at_terminal=at_terminal)}" for one in problems)
    said = getattr(text, "message", text) if isinstance(text, BaseException) else text
    return texts_for(locale).render(said, Plain(at_terminal)) if isinstance(said, Text) else str(said or text)


@contextmanager
def refused(kind: type[Exception], match: str = "") -> Iterator[pytest.ExceptionInfo[Exception]]:
    """``pytest.raises``, where the words of the refusal as Costa Rica reads them are matched."""
    with pytest.raises(kind) as caught:
        yield caught
    assert re.search(match, spoken(caught.value)), f"{match!r} is not in {spoken(caught.value)!r}"
