"""Whether the books still say of each closed month what was closed; in words."""

from __future__ import annotations

from collections.abc import Iterator

from hub.domain.month_close import MonthClose, by_kind, digest_of_close, span_of

from .closes import Closes
from .statements import Runs


def close_problems(tx: Runs) -> Iterator[str]:
    """What is wrong with the closes of every book, also with those that were opened again."""
    for close in Closes(tx).every():
        where = f"the close {close.n} of {close.month} of merchant {close.merchant_id} in {close.mode.value} mode"
        for problem in problems_of(tx, close):
            yield f"{where}: {problem}"


def problems_of(tx: Runs, close: MonthClose) -> Iterator[str]:
    """What the books say otherwise than they did when a month was closed."""
    closes = Closes(tx)
    book, before = (close.merchant_id, close.mode), span_of(closes.get(close.before) if close.before else None)
    if close.seq and closes.hash_at(*book, close.seq) != close.head:
        yield f"entry {close.seq} of the chain is another one, or is not there"
    figures = closes.figures(*book, close.span, before)
    if by_kind(figures) != close.totals:
        yield "its accounts come to something else"
    if digest_of_close(figures, closes.seals(*book, close.span, before)) != (close.entries, close.digest):
        yield "it is of other entries"
