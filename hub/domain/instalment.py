"""Instalments: dates and amounts alone; what is owed is booked per invoice, and money fills the oldest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs


@attrs.frozen(order=True)
class Instalment:
    """A part of an invoice that falls due on a day of its own; minor units."""

    due_on: date
    amount: int


def due_now(plan: Iterable[Instalment], due: int, today: date) -> int:
    """What of an invoice of which ``due`` is owed falls due by today; what was paid fills the oldest."""
    later = sum(part.amount for part in plan if part.due_on > today)
    return max(0, due - later)
