"""Amounts of a file, read by the column: what one cell leaves open, the others say, or a person does.

One separator with one to three digits before it (the first not 0) and exactly three behind it is *doubtful*:
``850.000`` parts thousands or decimals. Every other amount can be read in one way, and proves which sign is decimal
where it shows one: ``15.000,50`` and ``1.250.000`` that it is the comma, ``0.500`` and ``1250.000`` that it is the
point. What is doubtful is then read so:

* The signs are those of its own column and currency; where these prove none, of that currency in the file's other
  columns of money; where there are none either, of the whole file: one program wrote it.
* A separator whose counterpart is proven decimal parts thousands.
* A separator that is itself proven decimal, here or by an amount that its currency cannot have, leaves both readings:
  whoever bills 1250000.50 does not write 850.000 for 850.
* Where nothing proves anything it parts thousands, except in dollars and euros, and except where the file's doubtful
  amounts have both separators: then both readings stand for all that shares the signs.
* Where one column of one currency proves both signs, none of its amounts is read before somebody said which sign it is.

Where both readings stand, the file asks once (``Question``), with rows of it read both ways. The answer, ``decimal`` or
``decimal:USD`` of a layout, decides what is doubtful; an amount that cannot be written with that sign is set aside.
Numbers of JSON and of workbooks are exact: they ask nothing and prove nothing. Rates and percentages are no amounts,
and are never read by this rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import attrs

from hub.domain.cells import (
    ASKED,
    Unreadable,
    Written,
    may_show_otherwise,
    other_sign,
    read_amount,
    read_exact,
    shown_otherwise,
    two_readings,
    written,
)
from hub.domain.files.layout import DECIMAL, Layout
from hub.domain.files.question import Choice, Question
from hub.domain.files.sheet import FormattedNumber, JsonNumber, RowError
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS, Money

Cells: TypeAlias = "Mapping[str, Sequence[tuple[int, str, str]]]"
"""(line, cell, currency of that row) by field."""

EXAMPLES: Final = 3
AWAITS_ANSWER: Final = frozenset({"cell.two_readings", "cell.two_signs", "cell.two_orders"})
"""Why a cell is not read before a question of the file is answered."""

TWO_DECIMALS: Final = "MXN"
"""Any currency that has them: no currency that we know has more."""
LABELS: Final = {",": Text("decimal.comma"), ".": Text("decimal.point")}


@attrs.frozen(kw_only=True)
class AmountColumns:
    """The columns of amounts of one file, and how they are read.

    Attributes:
        questions: What must be said before they are.
        told: What is to be said of numbers that a workbook shows otherwise than it keeps them; the column is our field.
    """

    questions: tuple[Question, ...] = ()
    told: tuple[RowError, ...] = ()
    _answers: Mapping[str, str] = attrs.field(factory=dict, alias="answers")
    _proofs: Mapping[tuple[str, str], frozenset[str]] = attrs.field(factory=dict, alias="proofs")
    _unfit: frozenset[str] = attrs.field(default=frozenset(), alias="unfit")
    _asks: bool = attrs.field(default=False, alias="asks")
    _doubts: frozenset[str] = attrs.field(default=frozenset(), alias="doubts")
    _has_numbers: bool = attrs.field(default=False, alias="has_numbers")

    @classmethod
    def of(cls, cells: Cells, layout: Layout | None = None) -> AmountColumns:
        """What the cells of a file say of each other; a row whose currency is unknown says nothing."""
        answers = (layout or Layout()).answers
        texts, numbers, unknown, has_numbers = list[_Cell](), list[_Cell](), list[str](), False
        for field, column in cells.items():
            for line, cell, currency in column:
                if currency not in EXPONENTS:
                    unknown.append(cell)
                    continue
                if isinstance(cell, JsonNumber):
                    has_numbers = True
                    if isinstance(cell, FormattedNumber) and may_show_otherwise(type(cell), currency):
                        numbers.append(_Cell(field, line, cell, currency, None))
                elif found := written(cell):
                    texts.append(_Cell(field, line, cell, currency, found))
        proofs: dict[tuple[str, str], set[str]] = {}
        unfit, doubtful = set[str](), set[tuple[str, str]]()
        for item in texts:
            signs = proofs.setdefault((item.field, item.currency), set())
            if item.doubtful:
                doubtful.add((item.doubtful, item.currency))
            elif item.proves:
                (signs if item.fits else unfit).add(item.proves)
        for (_, currency), signs in proofs.items():
            if answer := _answer(answers, currency):
                signs.clear()
                signs.add(answer)
        one_sign = len({sign for sign, _ in doubtful}) < 2
        asks = not any(proofs.values()) and not (
            one_sign and all(_parts_thousands(currency) for _, currency in doubtful)
        )
        read = cls(
            answers=answers,
            proofs={place: frozenset(signs) for place, signs in proofs.items()},
            unfit=frozenset(unfit),
            asks=asks,
            doubts=frozenset({*(sign for sign, _ in doubtful), *_doubts(unknown)}),
            has_numbers=has_numbers or any(isinstance(cell, JsonNumber) for cell in unknown),
        )
        return attrs.evolve(read, questions=tuple(read._questions(texts)), told=tuple(_told(numbers)))

    def read(self, field: str, cell: str, currency: str) -> Money:
        """The amount of a cell.

        Raises:
            Unreadable: It is none of this currency, or one with two readings that a question is about.
        """
        if isinstance(cell, JsonNumber):
            return read_exact(cell, currency)
        if (found := written(cell)) is None:
            return read_amount(cell, currency)
        if answer := _answer(self._answers, currency):
            return read_amount(cell, currency, answer)
        if self._is_open(field, found, currency):
            raise two_readings(found) if found.doubtful else Unreadable(Text("cell.two_signs"))
        known = found.doubtful and self._proven(field, currency)
        return read_amount(cell, currency, other_sign(found.doubtful) if known else None)

    @property
    def shows_signs(self) -> bool:
        """Whether some amount shows which sign is decimal, or somebody said it."""
        return bool(self._unfit or any(self._proofs.values()) or any(key.startswith(DECIMAL) for key in self._answers))

    def sign_of(self, field: str, currency: str = "") -> str:
        """The decimal sign of a column's amounts; empty where it is not the only one, or none."""
        signs = {answer} if (answer := _answer(self._answers, currency)) else self._proven(field, currency)
        return next(iter(signs)) if len(signs) == 1 else ""

    def bare(self, cell: str, decimal: str) -> str:
        """An amount whose currency nobody knows, with a decimal sign, where it is the same in any; else empty."""
        if self.questions or self._is_marked(cell):
            return ""
        if isinstance(cell, JsonNumber):
            return _bare_number(cell).replace(".", decimal)
        if (found := written(cell)) is None:
            return ""
        sign = self._answers.get(DECIMAL, "") or next(iter(found.readings))
        if found.doubtful and not self._answers.get(DECIMAL):
            if not self.shows_signs and len(self._doubts) == 1 and not self._has_numbers:
                return cell
            proven = self._unfit.union(*self._proofs.values())
            sign = other_sign(found.doubtful) if proven == {other_sign(found.doubtful)} else ""
        plain = found.readings.get(sign, "")
        return _bare_number(f"-{plain}" if found.is_negative else plain).replace(".", decimal) if plain else ""

    @staticmethod
    def _is_marked(cell: str) -> bool:
        if isinstance(cell, JsonNumber):
            return isinstance(cell, FormattedNumber) and bool(cell.shown_as.currency)
        return bool((found := written(cell)) and found.marks)

    def _proven(self, field: str, currency: str) -> frozenset[str]:
        """The decimal signs that count for a column's amounts of a currency."""
        if own := self._proofs.get((field, currency)):
            return own
        same = (signs for (_, other), signs in self._proofs.items() if other == currency)
        return frozenset().union(*same) or frozenset().union(*self._proofs.values())

    def _is_open(self, field: str, found: Written, currency: str) -> bool:
        """Whether a person must say how an amount is read."""
        if _answer(self._answers, currency):
            return False
        if not found.doubtful:
            return bool(found.proves) and len(self._proofs.get((field, currency), ())) > 1
        proven = self._proven(field, currency)
        if found.doubtful in proven or found.doubtful in self._unfit:
            return True
        return not proven and (self._asks or not _parts_thousands(currency))

    def _questions(self, texts: Sequence[_Cell]) -> Iterator[Question]:
        """One for the whole file where that says it all, else one for each currency that is open."""
        of_signs = [item for item in texts if item.doubtful or item.proves]
        is_open = [item for item in of_signs if item.found and self._is_open(item.field, item.found, item.currency)]
        asked = list(dict.fromkeys(item.currency for item in is_open))
        if asked and len(asked) == len({item.currency for item in of_signs}):
            yield _question(DECIMAL, Text("decimal.question"), is_open)
            return
        for currency in asked:
            text = Text("decimal.question_of", currency=currency)
            yield _question(f"{DECIMAL}:{currency}", text, [item for item in is_open if item.currency == currency])


@attrs.frozen
class _Cell:
    """A cell with an amount, and what stands there; None of a number, which is exact."""

    field: str
    line: int
    text: str
    currency: str
    found: Written | None

    @property
    def doubtful(self) -> str:
        return self.found.doubtful if self.found else ""

    @property
    def proves(self) -> str:
        return self.found.proves if self.found else ""

    @property
    def fits(self) -> bool:
        """Whether the currency has so many decimals; what it cannot have proves nothing."""
        plain = next(iter(self.found.readings.values())) if self.found else ""
        return len(plain.partition(".")[2].rstrip("0")) <= EXPONENTS[self.currency]


def _question(key: str, text: Text, items: Sequence[_Cell]) -> Question:
    """Rows read with either sign; first the one that makes thousands of what is doubtful."""
    likely = other_sign(next((item.doubtful for item in items if item.doubtful), "."))
    shown = _examples(items)
    choices = tuple(
        Choice(value=sign, label=LABELS[sign], examples=tuple(_read_as(item, sign) for item in shown))
        for sign in (likely, other_sign(likely))
    )
    return Question(key=key, text=text, choices=choices)


def _examples(items: Sequence[_Cell]) -> list[_Cell]:
    """A few rows in their order: at least one of each currency and of each way of writing."""
    first: dict[tuple[str, str, str], _Cell] = {}
    for item in items:
        first.setdefault((item.currency, item.doubtful, item.proves), item)
    every = {(item.line, item.text): item for item in (*first.values(), *items)}
    return sorted(list(every.values())[:EXAMPLES], key=lambda item: item.line)


def _read_as(item: _Cell, sign: str) -> Text:
    """A row of the file, read with a sign."""
    try:
        amount = read_amount(item.text, item.currency, sign)
    except Unreadable:
        return Text("cell.example_aside", line=item.line, written=item.text)
    return Text("decimal.example", line=item.line, written=item.text, amount=amount)


def _told(numbers: Sequence[_Cell]) -> Iterator[RowError]:
    for item in numbers:
        try:
            said = shown_otherwise(item.text, item.currency)
        except Unreadable:
            continue
        if said:
            yield RowError(item.line, item.field, item.text, said)


def _doubts(cells: Sequence[str]) -> Iterator[str]:
    """The separators of which the amounts of rows without a currency leave open what they part."""
    found = (written(cell) for cell in cells if not isinstance(cell, JsonNumber))
    return (amount.doubtful for amount in found if amount and amount.doubtful)


def _bare_number(cell: str) -> str:
    """A plain number in any currency: whole, or with two decimals."""
    try:
        money = read_amount(cell if isinstance(cell, JsonNumber) else JsonNumber(cell), TWO_DECIMALS)
    except Unreadable:
        return ""
    return f"{money.decimal:f}" if money.minor % 100 else f"{money.decimal:.0f}"


def _answer(answers: Mapping[str, str], currency: str) -> str:
    answer = answers.get(f"{DECIMAL}:{currency}") or answers.get(DECIMAL, "")
    return answer if answer in LABELS else ""


def _parts_thousands(currency: str) -> bool:
    """Whether a doubtful separator parts thousands in a currency as long as nothing says otherwise."""
    return currency not in ASKED and EXPONENTS[currency] <= 2
