"""How a file's columns are to be read, and what whoever brings it has answered: remembered for the next of its kind."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from .columns import LEFT_OUT as LEFT_OUT
from .columns import reduced

DECIMAL: Final = "decimal"
"""Answered with ``,`` or ``.``; of one currency alone by ``decimal:USD``."""
CURRENCY: Final = "currency"
"""Of rows that name none: a code."""


class FileKind(enum.StrEnum):
    """What a file's rows are."""

    CUSTOMERS = "customers"
    INVOICES = "invoices"
    PAYOUTS = "payouts"


@attrs.frozen(kw_only=True)
class Layout:
    """How the columns of a file are to be read.

    Attributes:
        columns: Our field, or ``-`` to leave it out, by the file's own heading; a heading that is not named is found by
            its usual names. Several headings may name one field that is a text: they are read one after the other.
        answers: What was asked, by the question's key (``hub.domain.files.question``).
        name: What people call it: the program that writes such files, or what they typed.
    """

    columns: Mapping[str, str] = attrs.Factory(dict)
    answers: Mapping[str, str] = attrs.Factory(dict)
    name: str = ""

    @property
    def named(self) -> frozenset[str]:
        """The headings of which somebody said what they are, reduced."""
        return frozenset(map(reduced, self.columns))

    def answering(self, answers: Mapping[str, str]) -> Layout:
        """The same with further answers."""
        return attrs.evolve(self, answers={**self.answers, **answers})


@attrs.frozen(kw_only=True)
class SavedLayout:
    """A layout that a company used: proposed for files with the same headings and of the same type.

    Attributes:
        headings: ``headings_key`` of the file that it was made with.
    """

    id: str
    merchant_id: str
    kind: FileKind
    file_type: str
    headings: str
    layout: Layout
    by: str
    saved_at: datetime
    used_at: datetime


def headings_key(columns: Iterable[str]) -> str:
    """What files with the same headings share, whatever their order, case, accents and punctuation; 32 hexadecimal
    digits."""
    return hashlib.sha256("\n".join(sorted(map(reduced, columns))).encode()).hexdigest()[:32]
