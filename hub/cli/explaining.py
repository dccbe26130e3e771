"""What went wrong, in lines that name culprit and remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from hub.domain.files.sheet import RowError
    from hub.domain.text import Text
    from hub_hookspecs import Money

NOT_ALLOWED = {
    "already_paid": "it is paid already: payment-hub payment show REFERENCE",
    "amount": "that amount cannot be",
    "answer": "only an answer closes it, and these are the commands: payment-hub review show ID",
    "cannot": "the provider cannot do that here",
    "changed": "what was proposed has changed meanwhile: payment-hub review waiting",
    "day": "that day is still to come",
    "evidence": "say what was seen, where and when: --evidence TEXT, or --evidence-file FILE",
    "full_only": "the provider gives back the whole amount alone: leave --amount out",
    "in_flight": "the provider is being talked to just now: wait two minutes, then payment-hub payment show REFERENCE",
    "known": "it may be booked already: payment-hub payment show REFERENCE",
    "locked": "its account's secrets do not open, and nothing was sent: payment-hub doctor",
    "nobody": "say who decides it (--by) and why (--why)",
    "not_installed": "its provider is not served here: payment-hub plugins list",
    "not_live": "it is over, and holds no invoice any more: payment-hub payment show REFERENCE",
    "nothing_left": "nothing of it is left to give back: payment-hub payment show REFERENCE",
    "not_paid": "it is not paid: payment-hub payment show REFERENCE",
    "nothing_open": "nothing that was sent of it waits to be concluded: payment-hub payment show REFERENCE",
    "resolved": "the review was resolved already: payment-hub review list --resolved",
    "second_person": "who proposed it cannot let it happen too; another person can: payment-hub review waiting",
    "too_early": "the payer may still approve it",
    "under_way": "something of it is under way: payment-hub payment show REFERENCE",
    "unknown": "nobody knows yet whether it was paid: payment-hub payment show REFERENCE",
}
"""What may not be done, for operators; flows say it to merchants, in their language."""

DETAILED = frozenset({"amount", "cannot", "full_only", "known", "resolved", "too_early", "under_way"})
"""Those whose own words tell more: a time, a name, a limit."""

OURS = ("hub.", "hub_hookspecs")
SHOWN = 12


def explanation(error: Exception) -> tuple[str, ...]:
    """Lines for people; none for an error that nobody expected, whose traceback is then wanted."""
    lines = [line for line in _lines(error) if line.strip()]
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return tuple(lines[:SHOWN] + more)


def words(text: str | Text) -> str:
    """A text as a terminal says it, in English; what is none, such as what an operator wrote, as it stands."""
    from hub.domain.text import Text
    from hub.texts.engine import texts_for

    return texts_for("en").render(text, TERMINAL) if isinstance(text, Text) else text


def supposed(text: Text) -> str:
    """A text of one of several readings, as a terminal says it."""
    from hub.texts.engine import texts_for

    return texts_for("en").render(text, SUPPOSED)


def in_spanish(text: Text) -> str:
    """A text as it stands in a file whose heads are Spanish."""
    from hub.texts.engine import texts_for

    return texts_for("es_CR").render(text, TERMINAL)


class _Terminal:
    """Writes figures as the command line does: amounts with their code, days and moments by ISO 8601."""

    at_terminal = True

    def money(self, amount: Money, /) -> str:
        """``12500.00 CRC``."""
        return str(amount)

    def day(self, day: date, /) -> str:
        """``2026-11-21``."""
        return day.isoformat()

    def moment(self, moment: datetime, /) -> str:
        """``2026-11-21 09:41``, where the moment is told."""
        return f"{moment:%Y-%m-%d %H:%M}"


class _Supposed(_Terminal):
    """The same of amounts that are one of two readings: the code first, so that none is taken for what was read."""

    def money(self, amount: Money, /) -> str:
        """``CRC 12500.00``."""
        return f"{amount.currency} {amount.decimal:f}"


TERMINAL = _Terminal()
SUPPOSED = _Supposed()


def row_error_line(error: RowError) -> str:
    """What is wrong with a cell, a row or a file."""
    place = ", ".join(filter(None, (f"line {error.line}" if error.line else "", words(error.column))))
    text = words(error.message) + (f" ({error.value})" if error.value else "")
    return f"{place}: {text}" if place else text


def _lines(error: Exception) -> Iterator[str]:
    if isinstance(error, OSError):
        yield f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    elif (code := getattr(error, "code", None)) in NOT_ALLOWED:
        message = getattr(error, "message", None) or str(error)
        yield f"{NOT_ALLOWED[str(code)]} ({words(message)})" if code in DETAILED else NOT_ALLOWED[str(code)]
    elif type(error).__module__.startswith(OURS) or type(error) is LookupError:
        # Every exception class of the hub is worded for people; a form's says which fields.
        fields = [problem for problem in getattr(error, "problems", ()) if hasattr(problem, "field")]
        field_errors = [f"{problem.field}: {words(problem.message)}" for problem in fields]
        message = getattr(error, "message", None)
        lines = [words(message)] if message else str(error).splitlines()
        yield from field_errors or lines
        if not str(error):
            yield type(error).__name__
