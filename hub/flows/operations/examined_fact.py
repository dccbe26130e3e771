"""What the doctor reports: one thing that was looked at, how much it matters, and what helps."""

from __future__ import annotations

import enum

import attrs


class Grade(enum.StrEnum):
    """How much it matters."""

    FAULT = "fault"
    WARNING = "warning"
    FINE = "fine"


@attrs.frozen
class ExaminedFact:
    """One thing that was looked at.

    Attributes:
        remedy: What helps; empty where nothing is wrong.
    """

    grade: Grade
    what: str
    remedy: str = ""


def fault(what: str, remedy: str) -> ExaminedFact:
    """Something does not work."""
    return ExaminedFact(Grade.FAULT, what, remedy)


def warning(what: str, remedy: str) -> ExaminedFact:
    """Something may not be meant, or will not work for long."""
    return ExaminedFact(Grade.WARNING, what, remedy)


def fine(what: str) -> ExaminedFact:
    """Nothing is wrong here."""
    return ExaminedFact(Grade.FINE, what)
