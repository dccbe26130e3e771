"""What a money form was drawn from, as a short digest: whoever sends it decides on what was shown, or on nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property

import attrs


@attrs.frozen(kw_only=True)
class DrawnFrom:
    """How a customer stood when a form was drawn.

    Attributes:
        due: What is due of each payable, by id, minor units.
        credit: Free credit by currency, minor units.
        live: Ids of live payments.
    """

    due: Mapping[str, int]
    credit: Mapping[str, int]
    live: frozenset[str]

    @cached_property
    def digest(self) -> str:
        """What the form carries; equal for equal states."""
        state = [sorted(self.due.items()), sorted(self.credit.items()), sorted(self.live)]
        return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]
