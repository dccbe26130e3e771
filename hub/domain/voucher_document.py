"""The payment slip: what somebody takes to the place where he pays. Nothing is paid yet, and it says so."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.letterhead import Letterhead
from hub_hookspecs import Barcode, Money


@attrs.frozen(kw_only=True)
class VoucherDocument:
    """How a payment that was started is paid elsewhere.

    Attributes:
        numbers: Of the invoices, or of the order.
        label: What the reference is called where it is paid; may be empty.
        reference: In groups, as people read it aloud.
        url: The payment's page, which knows what became of it.
    """

    letterhead: Letterhead
    payer: str
    amount: Money
    numbers: tuple[str, ...]
    is_order: bool = False
    provider: str
    label: str = ""
    reference: str
    barcode: Barcode | None = None
    steps: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    expires_at: datetime | None = None
    made_at: datetime
    ours: str
    url: str
