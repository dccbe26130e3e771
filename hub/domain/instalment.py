"""Instalments: dates and amounts alone; what is owed is booked per invoice, and money fills the oldest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import attrs


@attrs.frozen(order=True)
class Instalment:
    """A part of an invoice that falls due on a day of its own; minor units."""

    due_on: date
    amount: int


@attrs.frozen
class OpenPart:
    """An instalment as it stands: what is still owed of it, minor units."""

    number: int
    due_on: date
    amount: int
    due: int


def parts_of(plan: Sequence[Instalment], due: int) -> tuple[OpenPart, ...]:
    """Each instalment of an invoice of which ``due`` is owed; what is owed beyond all of them is of the oldest."""
    left, parts = due, list[OpenPart]()
    for number, part in reversed(list(enumerate(sorted(plan), start=1))):
        owed = left if number == 1 else min(part.amount, left)
        parts.append(OpenPart(number, part.due_on, part.amount, owed))
        left -= owed
    return tuple(reversed(parts))


def next_due(plan: Sequence[Instalment], due: int) -> date | None:
    """When the oldest unpaid instalment falls, or fell, due; None where there is no plan, or nothing is owed."""
    return next((part.due_on for part in parts_of(plan, due) if part.due), None)


def due_now(plan: Iterable[Instalment], due: int, today: date) -> int:
    """What of an invoice of which ``due`` is owed falls due by today; what was paid fills the oldest."""
    later = sum(part.amount for part in plan if part.due_on > today)
    return max(0, due - later)
