"""The merchant's numbered cash receipt, as it is printed."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from hub.domain.conversion import CameIn
from hub.domain.letterhead import Letterhead
from hub.domain.message import DeliveryKind
from hub.domain.text import Text
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class SettledLine:
    """One invoice on a cash receipt: ``before - applied - all of less = after``.

    Attributes:
        less: What was kept back or let off, by its name: ``Retefuente``, ``Descuento``.
        is_order: It is an order of the shop, for which there is no invoice yet.
    """

    number: str
    before: Money
    applied: Money
    after: Money
    less: tuple[tuple[Text | str, Money], ...] = ()
    is_order: bool = False


@attrs.frozen(kw_only=True)
class CashReceiptDocument:
    """The numbered cash receipt, as it is printed.

    Attributes:
        number: ``RC-000042``.
        city: Where it is issued, where known.
        words: The amount in words.
        clause: ``settles``, ``part`` or ``account``.
        means: How the money came, in words.
        issued_by: Who recorded it; a name or ``automático``.
        reference: Ours, of the payment that it records.
        came: What came in another currency; ``cash`` is what that settles.
        verify_url: Where whoever holds it checks it.
        fingerprint: What that page shows too, of all that never changes of it.
        void_reason: Why it was voided; then it is marked as void.
    """

    kind = DeliveryKind.CASH_RECEIPT

    letterhead: Letterhead
    number: str
    city: str = ""
    received_on: date
    issued_at: datetime
    issued_by: str
    customer: str
    customer_identity: str = ""
    customer_address: str = ""
    cash: Money
    words: str
    advance: Money
    lines: tuple[SettledLine, ...]
    concept: Text | str
    clause: str
    means: Text | str
    provider: str = ""
    provider_reference: str = ""
    authorisation: str = ""
    reference: str = ""
    bank_account: str = ""
    bank_reference: str = ""
    note: str = ""
    came: CameIn | None = None
    verify_url: str = ""
    fingerprint: str = ""
    void_reason: str = ""
    voided_at: datetime | None = None


@attrs.frozen(kw_only=True)
class VoidedReceipt:
    """A cash receipt that is void, as its customer is told.

    Attributes:
        is_of_payment: It recorded an online payment, which stays booked; else what it booked was taken back.
    """

    kind = DeliveryKind.CASH_RECEIPT_VOID

    letterhead: Letterhead
    receipt: CashReceiptDocument
    is_of_payment: bool
