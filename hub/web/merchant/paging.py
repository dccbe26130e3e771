"""The two links below a page of a list: to what follows, and back to its beginning; the filters stay."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import attrs


@attrs.frozen
class Paging:
    """Queries of the next page and of the first one; empty where this is the last, or the first."""

    next: str
    first: str | None


def paging(kept: Mapping[str, str], after: str, following: str) -> Paging:
    """The links of a page that begins behind ``after``, and that another follows behind ``following``."""
    filters = {name: text for name, text in kept.items() if text}
    return Paging(
        next=urlencode({**filters, "after": following}) if following else "",
        first=urlencode(filters) if after else None,
    )
