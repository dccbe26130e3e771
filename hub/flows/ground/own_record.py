"""What a merchant keeps is shown and changed only by that merchant, in the mode in which it was made."""

from __future__ import annotations

from typing import Protocol, TypeVar

from hub.domain.merchant import Merchant
from hub_hookspecs import Mode


class Kept(Protocol):
    """A record of one merchant, in one mode."""

    @property
    def merchant_id(self) -> str:
        """Whose it is."""

    @property
    def mode(self) -> Mode:
        """Test or live."""


K = TypeVar("K", bound=Kept)


def own_record(record: K | None, merchant: Merchant, record_id: str) -> K:
    """A record of this merchant.

    Raises:
        LookupError: Unknown, another merchant's, or of the other mode.
    """
    if record is None or (record.merchant_id, record.mode) != (merchant.id, merchant.mode):
        raise LookupError(record_id)
    return record
