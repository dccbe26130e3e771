"""What a customer's mailed links open: the statement, the pay step, and the page of a payment."""

from __future__ import annotations

from typing import Any

from .papers import download_receipt, download_statement, verify_receipt
from .payment import show_payment
from .shut import renew_link
from .statement import pay_chosen, show_pay_step, show_statement


def routes() -> list[Any]:
    """The portal's handlers."""
    return [
        show_statement,
        show_pay_step,
        pay_chosen,
        show_payment,
        renew_link,
        download_statement,
        download_receipt,
        verify_receipt,
    ]
