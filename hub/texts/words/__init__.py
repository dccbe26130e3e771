"""The words of every text, by its id, in the Spanish of Costa Rica: what catalogues translate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import (
    accounts,
    books,
    cells,
    closes,
    columns,
    customers,
    desk,
    explained,
    exports,
    files,
    handed,
    history,
    identity,
    imports,
    lists,
    mails,
    merchants,
    offers,
    payments,
    proposals,
    receipts,
    reminders,
    reports,
    series,
    withholdings,
)
from .by_reader import ByReader as ByReader

ROOMS: Final[tuple[Mapping[str, str | ByReader], ...]] = (
    accounts.WORDS,
    books.WORDS,
    cells.WORDS,
    closes.WORDS,
    columns.WORDS,
    customers.WORDS,
    desk.WORDS,
    explained.WORDS,
    exports.WORDS,
    files.WORDS,
    handed.WORDS,
    history.WORDS,
    identity.WORDS,
    imports.WORDS,
    lists.WORDS,
    mails.WORDS,
    merchants.WORDS,
    offers.WORDS,
    payments.WORDS,
    proposals.WORDS,
    receipts.WORDS,
    withholdings.WORDS,
    series.WORDS,
    reminders.WORDS,
    reports.WORDS,
)
"""Each room's own; a test holds that no id stands in two."""

WORDS: Final[Mapping[str, str | ByReader]] = {id: words for room in ROOMS for id, words in room.items()}
