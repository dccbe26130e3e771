"""What an operator is woken for: one alert a cause and hour, with the command that shows it."""

from __future__ import annotations

import enum
from datetime import timedelta

import attrs

AT_MOST_EVERY = timedelta(hours=1)
"""How often one cause is alerted; what happens meanwhile stands in the next alert."""


class AlertCause(enum.StrEnum):
    """Why an operator is alerted. ``docs/operating.md`` has a paragraph for each."""

    REVIEW_OPENED = "review_opened"
    CREDENTIALS_REFUSED = "credentials_refused"
    BACKLOG = "backlog"
    REJECTED_SIGNATURES = "rejected_signatures"
    MESSAGE_DEAD = "message_dead"
    DELIVERY_DEAD = "delivery_dead"
    DISK_LOW = "disk_low"
    BACKUP_OLD = "backup_old"
    PLUGIN_QUARANTINED = "plugin_quarantined"
    PROCESS_FROZEN = "process_frozen"
    KEYS_WRONG = "keys_wrong"
    DATABASE_UNAVAILABLE = "database_unavailable"
    CLOSED_ALONE = "closed_alone"
    CERTIFICATE_ENDS = "certificate_ends"


@attrs.frozen
class Telling:
    """How a cause is reported.

    Attributes:
        title: One line, without names of people.
        command: What shows it.
    """

    title: str
    command: str


TELLINGS = {
    AlertCause.REVIEW_OPENED: Telling("a review waits for a person", "payment-hub review list"),
    AlertCause.CREDENTIALS_REFUSED: Telling("a provider does not let an account in", "payment-hub account list"),
    AlertCause.BACKLOG: Telling("what is due is not being done", "payment-hub doctor"),
    AlertCause.REJECTED_SIGNATURES: Telling(
        "notifications failed their proof", "payment-hub message list --state rejected"
    ),
    AlertCause.MESSAGE_DEAD: Telling("a message was given up", "payment-hub message list --state dead"),
    AlertCause.DELIVERY_DEAD: Telling("a mail was given up", "payment-hub delivery list --state dead"),
    AlertCause.DISK_LOW: Telling("the disk is nearly full", "payment-hub doctor"),
    AlertCause.BACKUP_OLD: Telling("the last backup is too old", "payment-hub backup FILE"),
    AlertCause.PLUGIN_QUARANTINED: Telling("a plugin or a country is quarantined", "payment-hub plugins list"),
    AlertCause.PROCESS_FROZEN: Telling("the process froze and was ended", "payment-hub doctor"),
    AlertCause.KEYS_WRONG: Telling("stored secrets do not open", "payment-hub doctor"),
    AlertCause.DATABASE_UNAVAILABLE: Telling("the database cannot write", "payment-hub doctor"),
    AlertCause.CERTIFICATE_ENDS: Telling("an account's client certificate is about to end", "payment-hub doctor"),
    AlertCause.CLOSED_ALONE: Telling("one person closed many invoices by a complete list", "payment-hub import list"),
}

MAX_LINES = 20


@attrs.frozen(kw_only=True)
class Alert:
    """One alert.

    Attributes:
        lines: What happened, one fact a line; references and short names, never people, secrets or payloads.
    """

    cause: AlertCause
    lines: tuple[str, ...]

    @property
    def title(self) -> str:
        """One line."""
        count = f" ({len(self.lines)})" if len(self.lines) > 1 else ""
        return f"{TELLINGS[self.cause].title}{count}"

    @property
    def command(self) -> str:
        """What shows it."""
        return TELLINGS[self.cause].command

    @property
    def text(self) -> str:
        """Everything, as plain text."""
        more = len(self.lines) - MAX_LINES
        shown = [*self.lines[:MAX_LINES], *([f"and {more} more"] if more > 0 else [])]
        facts = "\n".join(f"  {line}" for line in shown)
        return (
            f"{self.title}\n\n{facts}\n\nShow it:\n  {self.command}\n\n"
            f"What it means and what is safe: docs/operating.md, {self.cause.value}."
            f"\nThis cause is not alerted again within the hour.\n"
        )
