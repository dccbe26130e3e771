"""A cash receipt as it is printed: page and PDF are drawn from the same values."""

from hub.flows.views.print_cash_receipt import cash_receipt_document as paper_for

__all__ = ["paper_for"]
