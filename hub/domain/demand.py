"""What a statement asks for first: the headline of a mail and the button below it say and lead to the same amount."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from hub.domain.credit import used_of
from hub.domain.open_item import StatementRow
from hub.domain.statement import Section
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class Demand:
    """What of a section is asked for first: all that is overdue, or else all.

    Attributes:
        due_before: The day before which it fell due; None where everything is asked for.
        only_now: Of what has instalments, what falls due by now alone.
        to_pay: What is asked in money.
        credit: What of the customer's credit is used beside it.
    """

    rows: tuple[StatementRow, ...]
    due_before: date | None
    only_now: bool
    to_pay: Money
    credit: Money


def demand_of(section: Section, today: date) -> Demand:
    """What a statement of this day asks for first."""
    payable = tuple(row for row in section.rows if row.is_payable)
    late = tuple(row for row in payable if row.is_overdue)
    only_now = any(_waits(row) for row in late)
    if late and (only_now or len(late) < len(payable)):
        parts = (row.due_now if row.is_planned and only_now else row.item.balance for row in late)
        to_pay, credit = in_money(section, parts)
        if to_pay:
            return Demand(rows=late, due_before=today, only_now=only_now, to_pay=to_pay, credit=credit)
    to_pay, credit = in_money(section, (row.item.balance for row in payable))
    return Demand(rows=payable, due_before=None, only_now=False, to_pay=to_pay, credit=credit)


def rows_due(section: Section, before: date | None) -> tuple[StatementRow, ...]:
    """The rows that a demand named: those that fell due before a day, or all."""
    return tuple(row for row in section.rows if before is None or row.due_on < before)


def _waits(row: StatementRow) -> bool:
    """Whether a part of it falls due now, and another one later."""
    return row.is_planned and 0 < row.due_now.minor < row.item.balance.minor


def in_money(section: Section, parts: Iterable[Money]) -> tuple[Money, Money]:
    """What is asked in money for these parts of a section, and what credit is used, as the pay step counts."""
    settled = sum(parts, Money(0, section.currency))
    used = used_of(settled, section.free_credit)
    return settled - used, used
