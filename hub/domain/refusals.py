"""Why the database or the vault did not do what it was asked.

Exception
 +- Conflict      do not repeat as it is: what was asked is no longer possible, or was done already
 +- Unavailable   may be repeated later
 +- Unopened      may be repeated once the right keys are there
"""

from __future__ import annotations

from typing import Final

PAID_OUT: Final = frozenset({"intake_unapplied", "credit"})
"""Rules that say of credit that it is not there any more to be taken back."""


class Conflict(Exception):
    """The database refused a write because somebody else was first; nothing was changed.

    ``rule`` names what stood in the way: ``one_live``, ``legal_send``, ``unique``.
    """

    def __init__(self, rule: str, detail: str = "") -> None:
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.rule = rule


class Unavailable(Exception):
    """The database cannot write now (disk full, locked, read-only); nothing was changed, try later."""


class Unopened(Exception):
    """What is stored encrypted does not open with the keys that are here; the text says what helps,
    and no secret."""
