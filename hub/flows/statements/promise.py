"""What a mailed button promised, as its address carries it, and what that means when it is pressed much later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from urllib.parse import urlencode

import attrs

from hub.domain.demand import Demand

DUE: Final = "due"
"""What fell due before this day is asked for."""
ALL: Final = "all"
ASKED: Final = "asked"
"""What the mail said that there was to pay, minor units."""


@attrs.frozen(kw_only=True)
class Promise:
    """What was asked for when the button was made.

    Attributes:
        due_before: The day before which it fell due; None where everything was asked for.
        asked: What there was to pay then, minor units; None where the address does not say so.
    """

    due_before: date | None
    asked: int | None = None


def query_of(demand: Demand) -> str:
    """A demand in the query of the pay step; short enough for a code on paper, however many invoices it is for."""
    pairs = [(DUE, demand.due_before.isoformat())] if demand.due_before else [(ALL, "1")]
    pairs += [("now", "1")] if demand.only_now else []
    return urlencode([*pairs, (ASKED, str(demand.to_pay.minor))])


def promise_in(query: Mapping[str, str]) -> Promise | None:
    """The promise of an address; None where it made none."""
    said = query.get(ASKED, "")
    asked = int(said) if said.isascii() and said.isdigit() and len(said) < 18 else None
    if query.get(ALL) == "1":
        return Promise(due_before=None, asked=asked)
    try:
        return Promise(due_before=date.fromisoformat(query.get(DUE, "")), asked=asked)
    except ValueError:
        return None
