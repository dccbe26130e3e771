"""Columns of money that nobody knows by their names, and that may change what is owed: asked about, never ignored.

Asked only where no column says the balance, and the amounts do not show that the answer would change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from hub.domain.cells import Unreadable
from hub.domain.files.amounts import AmountColumns
from hub.domain.files.columns import LEFT_OUT, MONEY, Resolved
from hub.domain.files.heading_words import reduced
from hub.domain.files.layout import Layout
from hub.domain.files.line_words import is_figure
from hub.domain.files.question import Choice, Question
from hub.domain.files.row_cells import RowCells
from hub.domain.text import Text
from hub_hookspecs import Money

_OWED: Final = (
    "saldo saldos pendiente pendientes adeudado adeuda deuda debe cobrar vencido vencida balance owed outstanding"
    " pagar resta restante falta faltante open unpaid"
)
_CAME: Final = (
    "abono abonos abonado pago pagos pagado cobrado cobros recaudo recaudos recaudado recibido retenido retenidos"
    " retenida anticipo anticipos adelanto adelantos credito creditos haber devolucion devoluciones amortizado"
    " cancelado amortizacion favor aplicado aplicados paid credit credits received payments prepaid"
)
_OTHERWISE: Final = (
    "inicial anterior limite cupo subtotal iva impuesto impuestos descuento descuentos dias plazo tasa porcentaje base"
    " fecha numero no cuotas cuenta forma medio condicion condiciones tipo days limit fee comision"
)
OWED: Final = frozenset(_OWED.split())
CAME: Final = frozenset(_CAME.split())
"""Words of headings: what is still owed, and what came or was taken off."""
OTHERWISE: Final = frozenset(_OTHERWISE.split())
"""What is no part of what is owed, or lies within the total, whatever else its heading says."""
EXAMPLES: Final = 3


def questions(
    left_out: Iterable[str], resolved: Resolved, rows: Sequence[RowCells], codes: Sequence[str | None], layout: Layout
) -> tuple[Question, ...]:
    """One for each such column, with rows of the file as each answer reads them."""
    asked = [theirs for theirs in may_count(left_out, resolved, layout) if _is_money(theirs, rows)]
    if not asked:
        return ()
    read = _Read.of(asked, rows, codes, layout)
    owed = [theirs for theirs in asked if _words(theirs) & OWED and not _words(theirs) & CAME]
    if read.come_to_what_is_owed(owed):
        asked = [theirs for theirs in asked if theirs not in owed]
    return tuple(
        read.question(theirs, has_paid="paid" in resolved.columns)
        for theirs in asked
        if not read.changes_nothing(theirs, is_owed=theirs in owed)
    )


def may_count(left_out: Iterable[str], resolved: Resolved, layout: Layout) -> tuple[str, ...]:
    """Columns that may change what is owed by what their headings say, and of which nobody said what they are."""
    if "total" not in resolved.columns or "balance" in resolved.columns:
        return ()
    said = layout.named | {key.removeprefix(MONEY) for key in layout.answers}
    return tuple(theirs for theirs in left_out if reduced(theirs) not in said and _words(theirs))


def _words(heading: str) -> set[str]:
    """The words of money in a heading; none where it is something else: *Total a pagar* is a total."""
    words = set(reduced(heading).split("_"))
    if "total" in words:
        words.discard("pagar")
    return set() if words & OTHERWISE or "%" in heading else words & (OWED | CAME)


def _is_money(theirs: str, rows: Sequence[RowCells]) -> bool:
    cells = [cell for row in rows if (cell := row.row.cells.get(theirs, ""))]
    return bool(cells) and all(map(is_figure, cells)) and any(char in "123456789" for cell in cells for char in cell)


@attrs.frozen
class _Amounts:
    """What one row says: its total, what was paid, and the columns that are asked about; None where it is empty."""

    line: int
    total: Money
    paid: Money
    others: Mapping[str, Money | None]

    @property
    def owed(self) -> Money:
        """Without the columns that are asked about."""
        return self.total - self.paid


@attrs.frozen
class _Read:
    """The rows whose amounts can be read; ``is_whole`` where these are all."""

    rows: tuple[_Amounts, ...]
    is_whole: bool
    cells: Mapping[str, tuple[tuple[int, str], ...]]

    @classmethod
    def of(cls, asked: Sequence[str], rows: Sequence[RowCells], codes: Sequence[str | None], layout: Layout) -> _Read:
        """Each column by all of its cells, and apart from those that are read."""
        pairs = [(row, code) for row, code in zip(rows, codes, strict=True) if code]
        cells = {
            **{field: [(row.line, row.raw(field), code) for row, code in pairs] for field in ("total", "paid")},
            **{theirs: [(row.line, row.row.cells.get(theirs, ""), code) for row, code in pairs] for theirs in asked},
        }
        columns = AmountColumns.of(cells, layout)
        found = []
        for row, code in pairs:
            try:
                amounts = {
                    name: columns.read(name, cell, code) if cell else None
                    for name, cell in (
                        ("total", row.raw("total")),
                        ("paid", row.raw("paid")),
                        *((theirs, row.row.cells.get(theirs, "")) for theirs in asked),
                    )
                }
            except Unreadable:
                continue
            total, paid = amounts.pop("total"), amounts.pop("paid") or Money(0, code)
            if total is not None:
                found.append(_Amounts(row.line, total, -paid if paid.minor < 0 else paid, amounts))
        seen = {theirs: tuple((line, cell) for line, cell, _code in cells[theirs] if cell) for theirs in asked}
        return cls(tuple(found), len(found) == len(rows), seen)

    def changes_nothing(self, theirs: str, *, is_owed: bool) -> bool:
        """Whether the amounts show that a column says nothing new, in every row."""
        said = [(row, value) for row in self.rows if (value := row.others[theirs]) is not None]
        if is_owed:
            return self.is_whole and all(value == row.owed for row, value in said)
        return self.is_whole and all(abs(value.minor) in (0, row.paid.minor) for row, value in said)

    def come_to_what_is_owed(self, several: Sequence[str]) -> bool:
        """Whether columns are parts of what is owed anyway, as those of an ageing report."""
        if len(several) < 2 or not self.is_whole:
            return False
        return all(
            sum(value.minor for theirs in several if (value := row.others[theirs])) == row.owed.minor
            for row in self.rows
        )

    def question(self, theirs: str, *, has_paid: bool) -> Question:
        """What a column is: what is still owed, what came, or neither."""
        values = ("balance", *(() if has_paid else ("paid",)), LEFT_OUT)
        labels = {
            "balance": Text("money.balance"),
            "paid": Text("money.paid"),
            LEFT_OUT: Text("money.neither"),
        }
        return Question(
            key=f"{MONEY}{reduced(theirs)}",
            text=Text("money.which", name=theirs),
            choices=tuple(
                Choice(value=value, label=labels[value], examples=tuple(self._examples(theirs, value)))
                for value in values
            ),
        )

    def _examples(self, theirs: str, value: str) -> Iterator[Text]:
        rows = [row for row in self.rows if row.others[theirs] is not None]
        rows.sort(key=lambda row: not row.others[theirs] or row.others[theirs] == row.owed)
        for row in rows[:EXAMPLES]:
            other = row.others[theirs]
            assert other is not None
            came = -other if other.minor < 0 else other
            owed = {"balance": other, "paid": row.owed - came}.get(value, row.owed)
            yield Text("money.example", line=row.line, total=row.total, value=other, owed=owed)
        if not rows:
            for line, cell in self.cells[theirs][:EXAMPLES]:
                yield Text("column.cell", line=line, value=cell)
