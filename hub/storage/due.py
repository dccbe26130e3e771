"""When the loop has something to do next."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from sqlalchemy import func, select

from .connection import execute
from .rows import moment
from .schema import (
    daily_reconciliation,
    delivery,
    dispute,
    import_run,
    literal,
    mail_round,
    month_package,
    operation,
    payment,
    raw_message,
    reminder_ladder,
    schedule,
)
from .statements import ready

DUE = select(
    select(func.min(payment.c.next_check_at)).where(payment.c.next_check_at.is_not(None)).scalar_subquery(),
    select(func.min(operation.c.next_check_at)).where(operation.c.next_check_at.is_not(None)).scalar_subquery(),
    select(func.min(raw_message.c.due_at)).where(raw_message.c.due_at.is_not(None)).scalar_subquery(),
    select(func.min(delivery.c.due_at))
    .where(delivery.c.state == literal("due"), delivery.c.due_at.is_not(None))
    .scalar_subquery(),
    select(func.min(mail_round.c.due_at)).where(mail_round.c.due_at.is_not(None)).scalar_subquery(),
    select(func.min(schedule.c.due_at)).scalar_subquery(),
    select(func.min(import_run.c.due_at)).where(import_run.c.due_at.is_not(None)).scalar_subquery(),
    select(func.min(month_package.c.due_at)).where(month_package.c.due_at.is_not(None)).scalar_subquery(),
    select(func.min(dispute.c.remind_at)).where(dispute.c.remind_at.is_not(None)).scalar_subquery(),
    select(func.min(daily_reconciliation.c.due_at)).scalar_subquery(),
    select(func.min(reminder_ladder.c.due_at)).where(reminder_ladder.c.due_at.is_not(None)).scalar_subquery(),
)


def earliest_due(connection: sqlite3.Connection) -> datetime | None:
    """The earliest due time of anything that the loop does."""
    row = execute(connection, ready(DUE).sql).fetchone()
    found = [at for at in row if at is not None]
    return moment(min(found)) if found else None
