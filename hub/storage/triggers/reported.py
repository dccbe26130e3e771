"""What holds for payments that customers reported."""

from __future__ import annotations

from collections.abc import Iterator

from hub.storage.guards import Trigger, append_only
from hub.storage.schema import reported_payment


def reported_triggers() -> Iterator[Trigger]:
    """What a customer reported stays as it was said."""
    yield from append_only(reported_payment)
