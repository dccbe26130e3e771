"""Rows of a file that have the same number: the same row again, the instalments of one invoice, or a contradiction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from hub.domain.instalment import Instalment
from hub.domain.text import Text
from hub_hookspecs import Money

from .bill_state import BillState, RowKind
from .heading_words import reduced
from .invoice_row import InvoiceRow
from .known_columns import TOTAL_MEANINGS
from .question import Choice, Question
from .row_cells import RowCells, refuse_each
from .sheet import RowError

TOTAL_OF: Final = "total_of"
"""Answered with ``invoice`` or ``instalment``: of what the column of totals is, where an invoice has several rows."""
TOTAL_MEANS: Final = "total_means"
"""Our field that says it, row by row."""
OF_INVOICE: Final = "invoice"
OF_INSTALMENT: Final = "instalment"
BESIDE_FAULTY: Final = "import.beside_faulty"
"""Why a row is set aside in which nothing is wrong; whoever tells causes tells it last."""
EXAMPLES: Final = 3


@attrs.frozen
class Stated:
    """A row, its cells, and what of it an instalment may be."""

    cells: RowCells
    number: str
    row: InvoiceRow | None
    quota: Money | None = None

    @property
    def meant(self) -> str | None:
        """Of what its total is, where a column says it."""
        return TOTAL_MEANINGS.get(reduced(self.cells.raw(TOTAL_MEANS)))


@attrs.frozen(kw_only=True)
class Joined:
    """The invoices of a file, each once.

    Attributes:
        warnings: Of rows that stand there twice.
        questions: Of what the column of totals is, where the rows do not say.
        unclear: By number: the rows that do not say it.
        meant: What it is where rows do not say it themselves: as somebody answered, or as all others say.
    """

    rows: tuple[InvoiceRow, ...] = ()
    warnings: tuple[RowError, ...] = ()
    questions: tuple[Question, ...] = ()
    unclear: Mapping[str, tuple[InvoiceRow, ...]] = attrs.Factory(dict)
    meant: str | None = None


def joined(stated: Iterable[Stated], answers: Mapping[str, str]) -> Joined:
    """Each invoice once, in the order of the file; rows that contradict one another are refused."""
    groups: dict[tuple[RowKind | None, str], list[Stated]] = {}
    for one in stated:
        groups.setdefault((one.row.kind if one.row else RowKind.INVOICE, one.number.casefold()), []).append(one)
    warnings: list[RowError] = []
    rows: list[InvoiceRow] = []
    plans: list[list[Stated]] = []
    for (_kind, number), several in groups.items():
        distinct = _without_repeats(several, warnings) if number and len(several) > 1 else several
        if not number or len(distinct) == 1:
            rows += [one.row for one in distinct if one.row and not one.cells.has_errors]
        elif all(_is_void(one) for one in distinct):
            rows += [attrs.evolve(one.row, lines=_lines(distinct)) for one in distinct[:1] if one.row]
        elif _are_instalments(distinct):
            if not _contradict(distinct):
                plans.append(distinct)
        else:
            _refuse(distinct)
    meanings = {_meaning(plan) for plan in plans}
    known = meanings - {None}
    meant = answers.get(TOTAL_OF) or (known.pop() if len(known) == 1 else None)
    open_plans = [plan for plan in plans if _meaning(plan) is None and not meant]
    for plan in plans:
        meaning = _meaning(plan) or meant
        invoice = _invoice(plan, meaning) if meaning else None
        if invoice:
            rows.append(invoice)
        elif meaning:
            for one in plan:
                one.cells.add_error("total", Text("import.instalments_unclear"))
    question = (_question(open_plans),) if open_plans else ()
    return Joined(
        rows=tuple(sorted(rows, key=lambda row: row.line)),
        warnings=tuple(warnings),
        questions=question,
        meant=meant,
        unclear={plan[0].number: tuple(one.row for one in plan if one.row) for plan in open_plans},
    )


def _without_repeats(several: Sequence[Stated], warnings: list[RowError]) -> list[Stated]:
    """The rows without those that say in every cell what one before them says."""
    kept: dict[tuple[tuple[str, str], ...], Stated] = {}
    for one in several:
        cells = tuple(sorted((name, cell) for name, cell in one.cells.row.cells.items() if cell))
        first = kept.setdefault(cells, one)
        if first is not one:
            warnings.append(one.cells.error("number", Text("import.same_row", line=first.cells.line)))
    return list(kept.values())


def _are_instalments(several: Sequence[Stated]) -> bool:
    rows = [one.row for one in several if one.row and not one.cells.has_errors]
    if len(rows) < len(several) or any(row.kind is not RowKind.INVOICE for row in rows):
        return False
    same = {
        (row.customer_key, row.issued_on, row.total.currency, _is_void(one))
        for row, one in zip(rows, several, strict=True)
    }
    days = {row.due_on for row in rows}
    balances = {row.balance is None for row in rows if row.state is not BillState.PAID}
    return len(same) == 1 and len(balances) < 2 and None not in days and len(days) == len(rows)


def _refuse(several: Sequence[Stated]) -> None:
    """Nothing is taken of an invoice of which a row is faulty: that row says what is wrong, the others which it is."""
    faulty = [one for one in several if one.row is None or one.cells.has_errors]
    sound = [one for one in several if one.row is not None and not one.cells.has_errors]
    if not faulty or (len(sound) > 1 and not _are_instalments(sound)):
        refuse_each([one.cells for one in several], "number")
        return
    for one in sound:
        one.cells.add_error("number", Text("import.beside_faulty", lines=", ".join(map(str, _lines(faulty)))))


def _is_void(one: Stated) -> bool:
    return one.row is not None and not one.cells.has_errors and one.row.state is BillState.VOID


def _lines(several: Iterable[Stated]) -> tuple[int, ...]:
    return tuple(sorted(one.cells.line for one in several))


def _contradict(plan: Sequence[Stated]) -> bool:
    """Whether an instalment that its word calls paid has a balance; then nothing is taken of the invoice."""
    wrong = [one for one in plan if one.row and one.row.state is BillState.PAID and one.row.balance]
    for one in plan if wrong else ():
        row = one.row
        if row and one in wrong and row.balance:
            one.cells.add_error("balance", Text("import.paid_with_balance", word=row.state_word, balance=row.balance))
        else:
            one.cells.add_error("number", Text("import.beside_faulty", lines=", ".join(map(str, _lines(wrong)))))
    return bool(wrong)


def _left_of(row: InvoiceRow, part: int, is_told: bool) -> int | None:
    """What is left of an instalment: its balance, or what the word for its state says where some word does."""
    if row.state is BillState.PAID:
        return 0
    if row.balance is not None:
        return row.balance.minor
    return part if is_told else None


def _parts(plan: Sequence[Stated]) -> list[int] | None:
    """What the parts of an invoice come to where a column says it besides the total."""
    parts = [one.quota or (one.row.balance if one.row else None) for one in plan]
    return None if None in parts else [part.minor for part in parts if part is not None]


def _meaning(plan: Sequence[Stated]) -> str | None:
    """Of what the totals are, as far as the sums tell: parts never exceed the whole.

    Balances above the total tell it only where each instalment is owed whole, or not at all: else nobody knows what is
    wrong.
    """
    totals = [one.row.total.minor for one in plan if one.row]
    if len(set(totals)) > 1:
        return OF_INSTALMENT
    parts = _parts(plan)
    if parts is None or sum(parts) < totals[0]:
        return _said(plan)
    if sum(parts) == totals[0]:
        return OF_INVOICE
    return OF_INSTALMENT if {*parts} <= {0, totals[0]} else _said(plan)


def _said(plan: Iterable[Stated]) -> str | None:
    """What a column says of it, where all rows say the same."""
    said = {one.meant for one in plan}
    return said.pop() if len(said) == 1 else None


def _invoice(plan: Sequence[Stated], meaning: str) -> InvoiceRow | None:
    """The invoice that these are the instalments of; None where their amounts are nowhere."""
    rows = sorted((one.row for one in plan if one.row), key=lambda row: row.due_on or row.issued_on)
    by_line = {one.row.line: one.quota for one in plan if one.row}
    currency = rows[0].total.currency
    amounts = []
    for row in rows:
        part = row.total if meaning == OF_INSTALMENT else by_line[row.line] or row.balance
        if part is None:
            return None
        amounts.append(part.minor)
    whole = sum(row.total.minor for row in rows) if meaning == OF_INSTALMENT else rows[0].total.minor
    is_told = any(row.state is BillState.PAID for row in rows)
    each = [_left_of(row, part, is_told) for row, part in zip(rows, amounts, strict=True)]
    left = None if None in each else [rest for rest in each if rest is not None]
    if sum(amounts) > whole or (left is not None and sum(left) > whole):
        return None
    is_paid = all(row.state is BillState.PAID for row in rows)
    unpaid = [row for row, rest in zip(rows, left, strict=True) if rest] if left is not None else rows
    return attrs.evolve(
        rows[0],
        line=min(row.line for row in rows),
        due_on=(unpaid or rows)[0 if unpaid else -1].due_on,
        total=Money(whole, currency),
        balance=None if left is None else Money(sum(left), currency),
        plan=tuple(
            Instalment(row.due_on, amount) for row, amount in zip(rows, amounts, strict=True) if row.due_on and amount
        ),
        state=BillState.PAID if is_paid else next(row.state for row in rows if row.state is not BillState.PAID),
        lines=_lines(plan),
    )


def _question(plans: Sequence[Sequence[Stated]]) -> Question:
    """Of what the totals are, with a few invoices read both ways."""
    choices = []
    for meaning in (OF_INVOICE, OF_INSTALMENT):
        examples = []
        for plan in plans[:EXAMPLES]:
            totals = [one.row.total for one in plan if one.row]
            total = totals[0] if meaning == OF_INVOICE else Money(sum(one.minor for one in totals), totals[0].currency)
            examples.append(Text("import.total_of_example", number=plan[0].number, count=len(plan), total=total))
        label = Text("import.total_of_invoice") if meaning == OF_INVOICE else Text("import.total_of_instalment")
        choices.append(Choice(value=meaning, label=label, examples=tuple(examples)))
    return Question(key=TOTAL_OF, text=Text("import.total_of"), choices=tuple(choices))
