"""Something owed, as the books have it, and where it stands on a day."""

from __future__ import annotations

import enum
from datetime import date
from typing import Final

import attrs

from hub.domain.instalment import Instalment, OpenPart, next_due, parts_of
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub_hookspecs import Money


class Standing(enum.StrEnum):
    """Where an item stands on the cut-off date."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    NOT_DUE = "not_due"

    @property
    def label(self) -> Text:
        """What people call it."""
        return LABELS[self]


LABELS: Final = {
    Standing.OVERDUE: Text("standing.past_due"),
    Standing.DUE_TODAY: Text("standing.due_today"),
    Standing.NOT_DUE: Text("standing.not_due"),
}


@attrs.frozen(kw_only=True)
class OpenItem:
    """Something owed, as the books have it.

    Attributes:
        kind: ``invoice`` or ``order``.
        settled: What no longer is owed: paid, withheld, credited, paid outside; total less balance.
        live_payment: Reference of the payment that is trying to settle it, if there is one.
        in_clarification: Its money went back, and nobody has said yet whether it is still owed; it is not asked for.
        plan: Its instalments, oldest first; empty where it falls due at once.
    """

    payable_id: str
    number: str
    kind: str = "invoice"
    issued_on: date
    due_on: date | None = None
    total: Money
    balance: Money
    settled: Money = attrs.field(default=attrs.Factory(lambda item: item.total - item.balance, takes_self=True))
    live_payment: str | None = None
    in_clarification: bool = False
    description: str = ""
    plan: tuple[Instalment, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.total - self.settled != self.balance:
            raise ValueError(f"{self.number}: total - settled is not the balance")
        if not 0 <= self.balance.minor <= self.total.minor:
            raise ValueError(f"{self.number}: the balance is not between zero and the total")

    @property
    def currency(self) -> str:
        """The currency that all its amounts have."""
        return self.total.currency


@attrs.frozen(kw_only=True)
class RowPart:
    """An instalment on the cut-off date; where there is no plan, all of the item.

    Attributes:
        number: Which instalment it is; 0 where there is no plan.
        due: What is still owed of it.
        days_overdue: As of a row.
    """

    number: int
    due_on: date
    amount: Money
    due: Money
    days_overdue: int

    @property
    def is_overdue(self) -> bool:
        """Whether something of it is owed since an earlier day."""
        return self.days_overdue > 0 and self.due.minor > 0


@attrs.frozen(kw_only=True)
class StatementRow:
    """An open item on the cut-off date.

    Attributes:
        due_on: When it, or its oldest unpaid instalment, fell or falls due; the issue date where it has no due date.
        undated: It has no due date of its own.
        days_overdue: Days from due date to cut-off date; negative while it is not yet due.
        parts: Its instalments, oldest first; itself where it has none.
    """

    item: OpenItem
    due_on: date
    undated: bool
    days_overdue: int
    parts: tuple[RowPart, ...] = ()

    @property
    def is_planned(self) -> bool:
        """Whether it has instalments."""
        return bool(self.item.plan)

    @property
    def overdue(self) -> Money:
        """What of it is overdue."""
        late = (part.due for part in self.parts if part.is_overdue)
        return sum(late, Money(0, self.item.currency))

    @property
    def due_now(self) -> Money:
        """What of it falls due by the cut-off date."""
        fallen = (part.due for part in self.parts if part.days_overdue >= 0)
        return sum(fallen, Money(0, self.item.currency))

    @property
    def next_part(self) -> RowPart | None:
        """The first instalment that is still to fall due."""
        return next((part for part in self.parts if part.days_overdue < 0 and part.due), None)

    @property
    def standing(self) -> Standing:
        """Overdue from the day after the due date on, partly paid or not."""
        if self.days_overdue > 0:
            return Standing.OVERDUE
        return Standing.NOT_DUE if self.days_overdue < 0 else Standing.DUE_TODAY

    @property
    def is_overdue(self) -> bool:
        """Whether its due date has passed."""
        return self.standing is Standing.OVERDUE

    @property
    def is_partly_paid(self) -> bool:
        """Whether a part, and only a part, is settled."""
        return self.item.settled.minor > 0

    @property
    def is_payable(self) -> bool:
        """Whether it may be paid now; what is in a live payment, or in clarification, may not."""
        return self.item.live_payment is None and not self.item.in_clarification


def open_item(payable: Payable, live_payment: str | None = None, *, in_clarification: bool = False) -> OpenItem:
    """A payable of the books as a statement shows it."""
    return OpenItem(
        payable_id=payable.id,
        number=payable.number,
        kind=str(payable.kind),
        issued_on=payable.issued_on,
        due_on=payable.due_on,
        total=Money(payable.total, payable.currency),
        settled=Money(payable.settled, payable.currency),
        balance=payable.balance,
        live_payment=live_payment,
        in_clarification=in_clarification,
        description=payable.description,
        plan=payable.plan,
    )


def row_on(item: OpenItem, cut_off: date) -> StatementRow:
    """An open item as it stands on a day."""
    due_on = next_due(item.plan, item.balance.minor) or item.due_on or item.issued_on
    undated = item.due_on is None and not item.plan
    return StatementRow(
        item=item,
        due_on=due_on,
        undated=undated,
        days_overdue=(cut_off - due_on).days,
        parts=_parts_on(item, due_on, cut_off),
    )


def _parts_on(item: OpenItem, due_on: date, cut_off: date) -> tuple[RowPart, ...]:
    planned = parts_of(item.plan, item.balance.minor) or (OpenPart(0, due_on, item.total.minor, item.balance.minor),)
    return tuple(
        RowPart(
            number=part.number,
            due_on=part.due_on,
            amount=Money(part.amount, item.currency),
            due=Money(part.due, item.currency),
            days_overdue=(cut_off - part.due_on).days,
        )
        for part in planned
    )
