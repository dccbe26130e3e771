"""The one place where these tests name the readers of the domain, so that a move of them is one edit."""

from __future__ import annotations

from hub.domain.countries.co import COUNTRY as CO
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.files.customer_file import CustomerFile, parse_customers
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.settlement_file import LineFile, parse_lines

__all__ = ["CO", "CR", "CustomerFile", "InvoiceFile", "LineFile", "customers", "invoices", "payouts"]


def invoices(data: bytes, *, name: str = "", currency: str | None = "CRC") -> InvoiceFile:
    """A file of invoices."""
    return parse_invoices(data, name=name, default_currency=currency)


def customers(data: bytes, *, name: str = "") -> CustomerFile:
    """A file of customers of a Costa Rican company."""
    return parse_customers(data, name=name, country=CR)


def payouts(data: bytes, *, name: str = "", currency: str = "CRC") -> LineFile:
    """A payout file."""
    return parse_lines(data, name=name, currency=currency)
