"""Of which currency each row of a file is: its column says it, or its amounts, or a heading, or else the usual one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from hub.domain.cells import own_currency
from hub.domain.currencies import currency_named
from hub.domain.files.row_cells import RowCells
from hub.domain.files.sheet import unmarked
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS

FIELD: Final = "currency"
IN_HEADINGS: Final = re.compile(r"[A-Z]{3}|.*[₡¢$€].*|colones|d[oó]lares|euros|pesos", re.IGNORECASE)
"""What of a heading may name a currency: ``Total (USD)``, ``Saldo en dólares``."""


@attrs.frozen(kw_only=True)
class CurrencyColumn:
    """How the currency of a row is found.

    Attributes:
        amounts: Fields of amounts, which may name it themselves.
        currencies: Those of the company's country, the usual one first.
        usual: Of rows that name none; None where they are not given any.
        headings: What the headings of the amounts name.
        stated: What they name by a word or a code, and not by a sign that several currencies share.
    """

    amounts: Sequence[str]
    currencies: Sequence[str]
    usual: str | None
    headings: frozenset[str]
    stated: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        rows: Iterable[RowCells],
        columns: Mapping[str, tuple[str, ...]],
        amounts: Sequence[str],
        currencies: Sequence[str],
        usual: str | None,
        *,
        is_said: bool,
    ) -> CurrencyColumn:
        """What a file says of it.

        Args:
            rows: All of the file: where some name their currency, one that names none is given none.
            columns: The file's headings by our field.
            amounts: Fields of amounts that it has.
            currencies: Those of the company's country.
            usual: Of files that name none.
            is_said: Somebody said that it is the currency of rows that name none.
        """
        is_named = any(cells.raw(FIELD) for cells in rows)
        headings = (theirs for field in amounts for theirs in columns.get(field, ()))
        named = {word: code for theirs in headings for code, word in currencies_in(theirs, currencies).items()}
        return cls(
            amounts=amounts,
            currencies=currencies,
            usual=usual if is_said or not is_named else None,
            headings=frozenset(named.values()),
            stated=frozenset(code for word, code in named.items() if word.isalpha()),
        )

    def code(self, cells: RowCells) -> str | None:
        """The currency of a row; None where nothing says it, or what says it is unknown."""
        if written := cells.raw(FIELD):
            code = currency_named(unmarked(written), self.currencies)
            return None if self.stated and code not in self.stated else code
        own = (own_currency(cells.raw(field), self.currencies, self.usual) for field in self.amounts)
        if found := next(filter(None, own), None):
            return found
        if self.headings:
            return next(iter(self.headings)) if len(self.headings) == 1 else None
        return self.usual if self.usual in EXPONENTS else None

    def fault(self, cells: RowCells) -> Text:
        """Why a row has no currency."""
        written = cells.raw(FIELD)
        if self.stated and written and currency_named(unmarked(written), self.currencies):
            return Text("cell.currency_not_of_heading", named=", ".join(sorted(self.stated)))
        return Text("cell.unknown_currency", known=", ".join(EXPONENTS)) if cells.raw(FIELD) else Text("cell.missing")


def currencies_in(text: str, currencies: Sequence[str]) -> dict[str, str]:
    """The currencies that a heading or a label names, each with the word of it that does."""
    words = re.split(r"[\s()\[\]:/]", text)
    return {code: word for word in words if IN_HEADINGS.fullmatch(word) and (code := currency_named(word, currencies))}
