"""A case: a sentence, and what is done with which files; what is expected is gathered by the shop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from tests.strangers.shop import Shop

Play = Callable[[Shop], None]


@attrs.frozen
class Case:
    """A situation of the class that its id begins with (``H04-b``), or of a part of an import (``state-c``)."""

    id: str
    sentence: str
    play: Play


CASES: Final = dict[str, Case]()


def case(id: str, sentence: str) -> Callable[[Play], Play]:
    """Keep a case under its id."""

    def keep(play: Play) -> Play:
        if id in CASES:
            raise ValueError(f"{id} twice")
        CASES[id] = Case(id, sentence, play)
        return play

    return keep


def bill(total: str, balance: str = "", currency: str = "CRC", number: str = "F1", who: str = "1-1234-0567") -> str:
    """A line below the usual headings."""
    return f"{number};{who};02/09/2026;02/10/2026;{currency};{total};{balance or total}\n"
