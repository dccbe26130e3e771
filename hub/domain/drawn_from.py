"""What a money form was drawn from, as a short mark: whoever sends it decides on what was shown, or on nothing."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping
from typing import Final

import attrs

from hub.domain.text import Text


class Part(enum.StrEnum):
    """What a form shows, and what somebody else may change while it is filled in."""

    DUE = "due"
    CREDIT = "credit"
    LIVE = "live"
    MONEY = "money"
    REFUND = "refund"
    DISPUTE = "dispute"
    DECIDED = "decided"
    REVIEW = "review"
    LINE = "line"
    PAYOUT = "payout"
    FILE = "file"
    OUTCOME = "outcome"


SAID: Final[Mapping[Part, Text]] = {
    Part.DUE: Text("form.changed_due"),
    Part.CREDIT: Text("form.changed_credit"),
    Part.LIVE: Text("form.changed_live"),
    Part.MONEY: Text("form.changed_money"),
    Part.REFUND: Text("form.changed_refund"),
    Part.DISPUTE: Text("form.changed_dispute"),
    Part.DECIDED: Text("form.changed_decided"),
    Part.REVIEW: Text("form.changed_review"),
    Part.LINE: Text("form.changed_line"),
    Part.PAYOUT: Text("form.changed_payout"),
    Part.FILE: Text("form.changed_file"),
    Part.OUTCOME: Text("form.changed_outcome"),
}
"""What is said of each part that changed."""

OLD: Final = Text("form.old")
LETTERS: Final = 12


@attrs.frozen
class DrawnFrom:
    """How everything stood that a form shows.

    Attributes:
        parts: Plain values, by what they are about; an act that can be repeated leaves a trace in one of them.
    """

    parts: Mapping[Part, object]

    @property
    def mark(self) -> str:
        """What the form carries; equal for equal states."""
        return ".".join(f"{part.value}-{_digest(value)}" for part, value in sorted(self.parts.items()))

    def changed_since(self, mark: str) -> tuple[Part, ...]:
        """The parts that a form shows otherwise than they are now; all of them where it names none."""
        shown = dict(item.partition("-")[::2] for item in mark.split("."))
        return tuple(part for part, value in self.parts.items() if shown.get(part.value) != _digest(value))


def what_changed(parts: tuple[Part, ...]) -> Text:
    """The sentence for whoever sent the form."""
    return Text("form.changed", what=tuple(SAID[part] for part in parts))


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:LETTERS]
