"""What a row of a file of invoices is, and what its word for a state means."""

from __future__ import annotations

import enum


class RowKind(enum.StrEnum):
    """What a row of a file of invoices is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class BillState(enum.StrEnum):
    """What a file's word for the state of an invoice means."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    NOTE = "note"
    SKIP = "skip"
    """Such rows are no invoices: drafts, quotations."""
    RECEIPT = "receipt"
    """Such rows are money that came: they lower no invoice, and are set aside."""
