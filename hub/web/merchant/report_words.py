"""What the pages of the reports say, and how their columns stand on a page: the file has all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from hub.domain.report import ReportKind
from hub.domain.text import Text

SHOWN: Final = 100
"""Rows of a page."""

TITLES: Final[Mapping[ReportKind, Text]] = {
    ReportKind.AGEING: Text("reports.ageing"),
    ReportKind.OWED: Text("reports.owed"),
    ReportKind.PAID: Text("reports.paid"),
    ReportKind.RECEIPTS: Text("reports.receipts"),
    ReportKind.BILLS: Text("reports.bills"),
    ReportKind.DEBTORS: Text("reports.debtors"),
}
TOLD: Final[Mapping[ReportKind, Text]] = {
    ReportKind.AGEING: Text("reports.ageing_told"),
    ReportKind.OWED: Text("reports.owed_told"),
    ReportKind.PAID: Text("reports.paid_told"),
    ReportKind.RECEIPTS: Text("reports.receipts_told"),
    ReportKind.BILLS: Text("reports.bills_told"),
    ReportKind.DEBTORS: Text("reports.debtors_told"),
}

Layout: TypeAlias = Sequence[tuple[int, str]]
"""Which columns a page shows, and where each stands in an item of a list on a phone."""


def _ageing(cuts: int) -> Layout:
    ages = [(5 + at, "amount p-off") for at in range(cuts + 2)]
    return ((0, "text p-name"), (2, "amount p-named"), (3, "amount p-named"), *ages, (7 + cuts, "amount p-sum"))


def _fixed(*columns: tuple[int, str]) -> Callable[[int], Layout]:
    return lambda _cuts: columns


LAID_OUT: Final[Mapping[ReportKind, Callable[[int], Layout]]] = {
    ReportKind.AGEING: _ageing,
    ReportKind.OWED: _fixed((0, "text p-name"), (2, ""), (3, "p-off"), (4, "p-named"), (6, "amount p-sum")),
    ReportKind.PAID: _fixed(
        *((1, ""), (2, "p-state"), (4, "p-off"), (5, "text p-name"), (7, "text p-off")),
        *((9, "amount p-sum"), (10, "amount p-sum"), (11, "amount p-off")),
    ),
    ReportKind.RECEIPTS: _fixed(
        *((0, ""), (1, ""), (2, "text p-name"), (5, "p-state"), (7, "text p-off")),
        *((9, "amount p-sum"), (10, "amount p-off")),
    ),
    ReportKind.BILLS: _fixed(
        *((0, "p-key"), (1, "text p-name"), (3, "p-off"), (4, "p-named")),
        *((6, "amount p-off"), (7, "amount p-sum"), (8, "amount p-off")),
    ),
    ReportKind.DEBTORS: _fixed(
        *((0, "text p-name"), (1, ""), (2, "text p-off"), (5, "amount p-sum"), (6, "amount p-off"))
    ),
}
