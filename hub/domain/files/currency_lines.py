"""What the words around the rows of a file say of its currency: ``Moneda: USD``, ``Cuentas por cobrar en dólares``.

Only words that plainly speak of it count: behind a label for it, behind *en* where nothing else follows, alone, or in
parentheses. Wherever else a currency is named, as in a rate, a name or a remark below all rows, nothing is known by it,
and whoever brings the file is asked. A plain line between rows is that of the rows below it, until the next one; a sum
that names a currency speaks of the rows since the sum before it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from hub.domain.currencies import CURRENCY_WORDS, LOCAL, currency_named
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS

from .heading_words import reduced
from .line_words import is_figure, is_sum_of_all
from .owner_line import LABELS, first_label
from .sheet import HeadLine, Table

IN_HEADINGS: Final = re.compile(r"[A-Z]{3}|.*[₡¢$€].*|colones|d[oó]lares|euros|pesos", re.IGNORECASE)
"""What of a heading may name a currency: ``Total (USD)``, ``Saldo en dólares``."""
LONGEST: Final = 200
"""Letters of a line that are looked at."""
OTHERWISE_TOO: Final = "COLON CORDOBA BALBOA BOLIVAR SOL REAL REALES PESO MN M.N. US U.S. Q Q. BS BS. S/ B/"
"""Words that are names or other things as often; behind a label or *en* they are currencies."""
APART: Final = " | "
"""Between the cells of a line."""


def _any(words: Iterable[str]) -> str:
    listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return rf"(?<![A-Z])(?:{listed})(?![A-Z$])"


WORD: Final = _any((*CURRENCY_WORDS, *LOCAL))
SURE: Final = _any({*CURRENCY_WORDS, *LOCAL[:2]} - {*OTHERWISE_TOO.split()})
MORE: Final = rf"(?:[\s/(,-]*{WORD}\)?)*"
ENDS: Final = r"\s*(?:$|[)\]|;,.–—-](?!\s*[0-9])|(?:AL?|DEL|AT|AS OF) [0-9]|(?:DESDE|HASTA|CON CORTE)\b)"
LABELLED: Final = re.compile(
    r"\b(?:MONEDAS?|DIVISAS?|CURRENC(?:Y|IES))\b(?:\s+(?:DE LAS?|DE LOS|DEL?|OF THE|OF)\s+\w+)?"
    rf"[\s|:=–(-]*{WORD}"
)
WITHIN: Final = re.compile(rf"\b(?:EN|IN)\s+{WORD}{MORE}{ENDS}")
ALONE: Final = re.compile(rf"(?:^|[(\[–—]|\s-\s)\s*{SURE}{MORE}\s*(?:$|[)\]](?!\s*[0-9:]))")
NAMED: Final = re.compile(SURE)
FOREIGN: Final = re.compile(r"\b(?:MONEDAS? EXTRANJERAS?|FOREIGN CURRENC(?:Y|IES))\b")
UNSURE: Final = re.compile(
    r"\b(?:TIPO DE CAMBIO|T\.? ?C\b|TASA|TRM|RATE|COTIZACION|EQUIVAL\w+|CONVER\w+|NO|SIN|NOT|EXCEPT\w*|SALVO|MENOS|IBAN"
    r"|BANC\w+|BANK|CTA|DEPOSIT\w+|TRANSFER\w+|PAGUE|PAGOS"
    r"|S\.? ?A\.?(?: ?S\.?)?|S\.? ?DE ?R\.? ?L\.?|S\.? ?R\.? ?L\.?|LTDA|LIMITADA|INC|LLC|CORP|CIA)(?![A-Z])"
)
"""Rates, what is not so, bank accounts, and companies: a currency beside these is no word about the rows."""
SCALED: Final = re.compile(
    r"\b(?:EN|IN) (?:MILES|MILLONES|THOUSANDS|MILLIONS)\b"
    rf"|\b(?:MILES|MILLONES|THOUSANDS|MILLIONS) (?:DE|OF) {WORD}"
    r"|[(\[]\s*(?:MILES|MILLONES|THOUSANDS|MILLIONS|'?000S?)\s*[)\]]|\$ ?'?000S?\b|(?<![A-Z])MM? ?(?:US)?\$"
)


@attrs.frozen
class Said:
    """A line that names currencies; plainly so, or anyhow."""

    line: int
    text: str
    codes: tuple[str, ...]
    is_plain: bool

    @property
    def code(self) -> str | None:
        """The one that it names; None where it names several."""
        return self.codes[0] if len(self.codes) == 1 else None


@attrs.frozen(kw_only=True)
class CurrencyLines:
    """What a file says of its currency beside its rows.

    Attributes:
        above: Plain lines above the headings.
        between: Plain lines that have rows below them.
        others: What leaves it open.
        sums: Sums that name one, each with the line of the sum before it.
    """

    above: tuple[Said, ...] = ()
    between: tuple[Said, ...] = ()
    others: tuple[Said, ...] = ()
    sums: tuple[tuple[int, Said], ...] = ()
    _lines: tuple[int, ...] = attrs.field(default=(), alias="lines")
    _ends: tuple[int, ...] = attrs.field(default=(), alias="ends")

    @classmethod
    def of(cls, table: Table, currencies: Sequence[str]) -> CurrencyLines:
        """What the words, the sums and the name of the sheet say."""
        last = max((row.line for row in table.rows), default=0)
        found = [said for words in table.words if (said := _said(words, currencies))]
        above = [said for said in found if said.is_plain and said.line < table.header_line]
        between = [said for said in found if said.is_plain and table.header_line <= said.line < last]
        others = [said for said in found if said not in above and said not in between]
        sums, before = list[tuple[int, Said]](), table.header_line
        for row in table.totals:
            if said := _of_sum(HeadLine(row.line, tuple(row.cells.values())), currencies):
                sums.append((before, said))
            before = row.line
        return cls(
            above=tuple(above),
            between=tuple(between),
            others=(*others, *_sheet(table, currencies)),
            sums=tuple(sums),
            lines=tuple(said.line for said in between),
            ends=tuple(said.line for _before, said in sums),
        )

    @property
    def titled(self) -> tuple[str, ...]:
        """What is plainly said above the headings."""
        return _codes(self.above)

    def block(self, line: int) -> Said | None:
        """The line that says of which currency a row is."""
        at = bisect_left(self._lines, line)
        return self.between[at - 1] if at else None

    def sum_of(self, line: int) -> Said | None:
        """The sum with a currency that a row is part of."""
        at = bisect_left(self._ends, line)
        return self.sums[at][1] if at < len(self.sums) and self.sums[at][0] < line else None

    def open_codes(self) -> tuple[str, ...]:
        """What is named without saying that it is the rows'; nothing where a title says that plainly."""
        return () if self.above else _codes((*self.others, *self.between))

    @property
    def text(self) -> str:
        """What speaks of it, for people."""
        return "; ".join(dict.fromkeys(said.text for said in (*self.above, *self.others, *self.between)))[:LONGEST]

    @property
    def key(self) -> str:
        """The same, by which an answer is kept; without figures, which change from file to file."""
        return reduced(re.sub("[0-9]", "", self.text))


def currencies_in(text: str, currencies: Sequence[str]) -> dict[str, str]:
    """The currencies that a heading or a label names, each with the word of it that does."""
    words = re.split(r"[\s()\[\]:/]", text)
    return {code: word for word in words if IN_HEADINGS.fullmatch(word) and (code := currency_named(word, currencies))}


def scaled_line(words: Iterable[HeadLine]) -> HeadLine | None:
    """The first line that says that amounts are written in thousands or millions."""
    return next((line for line in words if is_scaled(APART.join(filter(None, line.cells)))), None)


def is_scaled(text: str) -> bool:
    """Whether words say that amounts are written in thousands or millions."""
    return bool(SCALED.search(_capitals(text[:LONGEST])))


def speaks_of_currency(cells: Sequence[str]) -> bool:
    """Whether a line has nothing but the currency of what is below it: ``Moneda: Dólares``."""
    filled = [cell for cell in cells if cell]
    text = _capitals(APART.join(filled)[:LONGEST])
    if LABELLED.match(text):
        return True
    return len(filled) == 1 and not is_figure(filled[0]) and bool(ALONE.fullmatch(text) or WITHIN.search(text))


def _said(words: HeadLine, currencies: Sequence[str]) -> Said | None:
    filled = [cell for cell in words.cells if cell]
    text = APART.join(filled)[:LONGEST]
    plain = _capitals(text)
    labelled = [found[0] for found in LABELLED.finditer(plain)]
    cells = [cell for cell in map(_capitals, text.split(APART)) if not UNSURE.search(cell)]
    within = [cell for cell in cells if WITHIN.search(cell) or ALONE.search(cell)]
    is_plain = bool(labelled or within)
    told = [*labelled, *(cell for cell in (cells if is_plain else [plain]) if NAMED.search(cell) or cell in within)]
    if not is_plain and first_label(filled) in LABELS:
        return None
    codes = dict.fromkeys(code for one in told for code in _named_in(one, currencies))
    if not is_plain and FOREIGN.search(plain):
        codes |= dict.fromkeys(currencies[1:])
    return Said(words.line, " ".join(filled)[:LONGEST], tuple(codes), is_plain) if codes else None


def _named_in(text: str, currencies: Sequence[str]) -> Iterable[str]:
    for found in re.finditer(WORD if LABELLED.search(text) or WITHIN.search(text) else SURE, text):
        if (word := found[0]) in LOCAL and currencies:
            yield currencies[0]
        elif code := currency_named(word, currencies):
            yield code
        else:
            yield from CURRENCY_WORDS.get(word, ())


def _of_sum(words: HeadLine, currencies: Sequence[str]) -> Said | None:
    labels = [cell for cell in words.cells if cell and not is_figure(cell)]
    codes = {code for label in labels for code in currencies_in(label, currencies)}
    if len(codes) != 1 or not any(map(is_sum_of_all, labels)):
        return None
    return Said(words.line, " ".join(labels), tuple(codes), True)


def _sheet(table: Table, currencies: Sequence[str]) -> Iterable[Said]:
    name = table.format.values.get("name") if isinstance(table.format, Text) else None
    said = _said(HeadLine(0, (str(name),)), currencies) if name else None
    return (attrs.evolve(said, is_plain=False),) if said else ()


def _codes(several: Iterable[Said]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for said in several for code in said.codes if code in EXPONENTS))


def _capitals(text: str) -> str:
    """In capitals, without accents."""
    plain = unicodedata.normalize("NFKD", " ".join(text.upper().split()))
    return "".join(char for char in plain if not unicodedata.combining(char))
