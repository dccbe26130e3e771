"""The lines of a provider's payout file, for providers whose plugin reads none of its own.

docs/books.md says what its columns mean, whatever their headings are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from hub.domain.files.amounts import AmountColumns
from hub.domain.files.columns import Column, Resolved, errors_read, reduced, resolve_columns
from hub.domain.files.dates import DateColumns
from hub.domain.files.known_columns import LINE_KINDS, PAYOUT_COLUMNS, WITHHOLDINGS
from hub.domain.files.layout import DECIMAL, LEFT_OUT, FileKind, Layout
from hub.domain.files.listed import read_listed
from hub.domain.files.reading import Reading
from hub.domain.files.row_cells import RowCells
from hub.domain.files.sheet import RowError, Table
from hub.domain.receipt import TAX_NAME
from hub.domain.settlement import RESERVE, LineKind, StatedLine, line_errors, normal
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS, Money, SettlementLine

TEXTS: Final = ("line_id", "reference", "provider_reference", "authorisation", "movement")
NAMES: Final = TEXTS[1:4]
"""What a line may name its payment by."""
WITHHOLDING: Final = "withholding:"
PARTS: Final = ("fee", "fee_tax")
MAX_TEXT: Final = 200
AN_AMOUNT: Final = re.compile(r"[^\w,.()-]*\(?-?[^\w,.()-]*[0-9][0-9.,' \u00a0]*\)?-?")


@attrs.frozen(kw_only=True)
class LineFile(Reading):
    """The lines of a file, and all that is to be said of it.

    Attributes:
        amounts, dates: How its columns of amounts and days are read; None where it asks something first.
        money: Our fields of amounts that it has.
        is_turned: It writes what it keeps back with a minus.
    """

    lines: tuple[StatedLine, ...] = ()
    amounts: AmountColumns | None = None
    dates: DateColumns | None = None
    money: tuple[str, ...] = ()
    is_turned: bool = False


def parse_lines(
    data: bytes | Table, *, name: str = "", currency: str, decimal: str | None = None, layout: Layout | None = None
) -> LineFile:
    """Read a payout file: the line's own number, its gross, and what names its payment: ``reference``,
    ``provider_reference`` or ``authorisation``; and where there are, ``fee``, ``fee_tax``, ``withholding:<tax>``,
    ``reserve``, ``net``, ``settled_on``, ``currency``, ``movement``, ``kind``. Negative amounts are money that went
    back, or a reserve that is released.

    A row that cannot be read is set aside; the others are read all the same.
    """
    layout = layout or Layout()
    layout = layout.answering({DECIMAL: decimal}) if decimal else layout
    table = read_listed(FileKind.PAYOUTS, data, name)
    known = (*PAYOUT_COLUMNS, *_withheld(table, layout))
    resolved = _with_net(table, resolve_columns(table, known, layout), layout)
    body, told = {row.line for row in table.rows} - {table.header_line}, errors_read(table, resolved)
    file = LineFile(
        errors=(*(error for error in told if error.line not in body), *resolved.errors),
        set_aside=tuple(error for error in told if error.line in body),
        format=table.format,
        file_type=table.file_type,
        columns=resolved.columns,
        left_out=resolved.left_out,
        questions=resolved.questions,
        missing=resolved.missing,
        head=table.head,
        hidden=table.hidden,
        titles=table.titles,
        is_cut=table.is_cut,
        unread_sheets=table.unread_sheets,
        seen=len(table.rows),
        layout=layout,
    )
    return file if file.errors or file.is_open else _with_lines(file, table, resolved, currency)


def _with_lines(file: LineFile, table: Table, resolved: Resolved, currency: str) -> LineFile:
    columns = resolved.columns
    kept = [ours for ours in columns if ours == RESERVE or ours.startswith(WITHHOLDING)]
    errors: list[RowError] = []
    spoiled = {error.line for error in file.set_aside}
    every = [RowCells(row, columns, errors, spoiled) for row in table.rows if row.line not in spoiled]
    money = [field for field in ("gross", *PARTS, "net", *kept) if field in columns]
    codes = [(cells, (cells.raw("currency") or currency).upper()) for cells in every]
    amounts = AmountColumns.of(
        {field: [(cells.line, cells.raw(field), code) for cells, code in codes] for field in money}, file.layout
    )
    dates = DateColumns.of({"settled_on": [(cells.line, cells.raw("settled_on")) for cells in every]}, file.layout)
    if questions := (*amounts.questions, *dates.questions):
        return attrs.evolve(file, questions=questions)
    stated = [(cells, _LineReader(cells, code, amounts, dates, kept).line()) for cells, code in codes]
    whole = [(cells, line) for cells, line in stated if line and not cells.has_errors]
    is_turned = "net" in columns and _is_turned([line for _, line in whole])
    if is_turned:
        whole = [(cells, attrs.evolve(line, line=_turned(line.line))) for cells, line in whole]
    lines = []
    for cells, line in whole:
        problems = [*line_errors(line.line, line.kind)]
        errors += [RowError(cells.line, "", "", problem) for problem in problems]
        lines += [] if problems else [line]
    set_aside = tuple(sorted((*file.set_aside, *errors), key=lambda error: error.line))
    return attrs.evolve(
        file,
        lines=tuple(lines),
        set_aside=set_aside,
        amounts=amounts,
        dates=dates,
        money=tuple(money),
        is_turned=is_turned,
    )


def _withheld(table: Table, layout: Layout) -> Iterable[Column]:
    """Columns of what was withheld: by the usual names of a tax, or named ``withholding:<tax>``."""
    yield from WITHHOLDINGS
    usual = {column.name for column in WITHHOLDINGS}
    for name in dict.fromkeys((*table.columns, *layout.columns.values())):
        tax = name.strip().lower().removeprefix(WITHHOLDING)
        full = WITHHOLDING + tax
        if name.strip().lower() == full and full not in usual and tax != RESERVE and re.fullmatch(TAX_NAME, tax):
            usual.add(full)
            yield Column(full, is_money=True)


def _with_net(table: Table, resolved: Resolved, layout: Layout) -> Resolved:
    """The net must be stated where a column of amounts is left out that nobody said to leave out: what reached the bank
    is known only if all that was kept back is."""
    said = {reduced(theirs) for theirs, ours in layout.columns.items() if ours == LEFT_OUT}
    doubtful = [
        theirs
        for theirs in resolved.left_out
        if reduced(theirs) not in said
        and "%" not in theirs
        and any(AN_AMOUNT.fullmatch(row.cells.get(theirs, "")) for row in table.rows)
    ]
    if "net" in resolved.columns or not doubtful or resolved.is_open:
        return resolved
    return attrs.evolve(resolved, missing=("net",))


def _is_turned(lines: Sequence[StatedLine]) -> bool:
    """Whether a file writes what it keeps with a minus: some lines add up so, and none adds up as it stands. What adds
    up neither way says nothing of the others."""
    both = [(stated.line, _turned(stated.line)) for stated in lines]
    told = [(line, turned) for line, turned in both if line != turned]
    return any(_adds_up(turned) for _, turned in told) and not any(_adds_up(line) for line, _ in told)


def _turned(line: SettlementLine) -> SettlementLine:
    return normal(
        attrs.evolve(
            line,
            fee=_negated(line.fee),
            fee_tax=_negated(line.fee_tax),
            withholdings={tax: Money(-amount.minor, amount.currency) for tax, amount in line.withholdings.items()},
        )
    )


def _negated(amount: Money | None) -> Money | None:
    return None if amount is None else Money(-amount.minor, amount.currency)


def _adds_up(line: SettlementLine) -> bool:
    parts = [part for part in (line.fee, line.fee_tax, *line.withholdings.values()) if part is not None]
    return line.gross.minor - sum(part.minor for part in parts) == line.net.minor


class _LineReader:
    """Reads one row; what is wrong with it is added to its errors."""

    def __init__(
        self, cells: RowCells, currency: str, amounts: AmountColumns, dates: DateColumns, kept: Sequence[str]
    ) -> None:
        self._cells, self._currency, self._kept = cells, currency, kept
        self._amounts, self._dates = amounts, dates

    def line(self) -> StatedLine | None:
        cells = self._cells
        if self._currency not in EXPONENTS:
            cells.add_error("currency", Text("settlement.no_currency"))
            return None
        texts = {field: cells.code(field, MAX_TEXT) or None for field in TEXTS}
        if not texts["line_id"]:
            cells.add_error("line_id", Text("cell.missing"))
        kind = self._kind()
        amounts = {field: self._money(field) for field in ("gross", *PARTS, "net")}
        withheld = {
            name.removeprefix(WITHHOLDING): amount for name in self._kept if (amount := self._money(name)) is not None
        }
        is_named = any(texts[field] for field in NAMES)
        gross, net = amounts["gross"], amounts["net"]
        if gross is None and not is_named and net is not None and not cells.raw("gross"):
            gross = Money(0, self._currency)
        if gross is None:
            cells.add_error("gross", Text("cell.missing"))
            return None
        net = _net(gross, amounts, withheld) if net is None else net
        if kind is LineKind.PAYMENT and not is_named:
            if gross.minor or not (net.minor or any(part and part.minor for part in amounts.values())):
                cells.add_error("reference", Text("settlement.nothing_names_payment"))
            elif _is_charge(net, amounts, withheld):
                kind = LineKind.CHARGE
        stated = normal(
            SettlementLine(
                line_id=texts["line_id"] or "",
                reference=texts["reference"],
                provider_reference=texts["provider_reference"],
                authorisation=texts["authorisation"],
                movement=texts["movement"],
                gross=gross,
                fee=amounts["fee"],
                fee_tax=amounts["fee_tax"],
                withholdings=withheld,
                net=net,
                settled_on=cells.read("settled_on", self._dates.read),
            )
        )
        return StatedLine(line=stated, kind=kind)

    def _kind(self) -> LineKind:
        """By the whole word, or by the one kind that a word of it names."""
        written = reduced(self._cells.raw("kind"))
        several = {LINE_KINDS[word] for word in written.split("_") if word in LINE_KINDS}
        if written in LINE_KINDS:
            return LINE_KINDS[written]
        if written and len(several) != 1:
            self._cells.add_error("kind", Text("settlement.no_kind", known=", ".join(LineKind)))
        return several.pop() if len(several) == 1 else LineKind.PAYMENT

    def _money(self, field: str) -> Money | None:
        return self._cells.read(field, lambda text: self._amounts.read(field, text, self._currency))


def _is_charge(net: Money, amounts: Mapping[str, Money | None], withheld: Mapping[str, Money]) -> bool:
    """Whether a line that names no payment and has nothing gross is a charge: all that it takes is called a fee."""
    fees = sum(part.minor for part in _parts(amounts) if part is not None)
    return fees > 0 and net.minor == -fees and not any(amount.minor for amount in withheld.values())


def _parts(amounts: Mapping[str, Money | None]) -> tuple[Money | None, ...]:
    return tuple(amounts[field] for field in PARTS)


def _net(gross: Money, amounts: Mapping[str, Money | None], withheld: Mapping[str, Money]) -> Money:
    less = [part.minor for part in (*_parts(amounts), *withheld.values()) if part is not None]
    return Money(gross.minor - sum(less), gross.currency)
