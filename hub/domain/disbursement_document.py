"""A disbursement as it is printed and mailed: who received what of its credit, how and why."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from hub.domain.letterhead import Letterhead
from hub.domain.message import DeliveryKind
from hub.domain.text import Text
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class DisbursementDocument:
    """The numbered document (comprobante de egreso) of a customer's credit that was paid out.

    Attributes:
        number: ``CE-000042``.
        city: Where it is issued, where known.
        words: The amount in words.
        means: How it was paid out, in words.
        reference: Of the bank or of SINPE.
        issued_by: Who decided it.
        void_reason: Why it was voided; then it is marked as void.
    """

    kind = DeliveryKind.DISBURSEMENT

    letterhead: Letterhead
    number: str
    city: str = ""
    paid_on: date
    issued_at: datetime
    issued_by: str
    customer: str
    customer_identity: str = ""
    customer_address: str = ""
    amount: Money
    words: str
    means: Text | str
    reference: str = ""
    why: str
    void_reason: str = ""
    voided_at: datetime | None = None
