"""What a shopper's link opens: the order, and the pay step."""

from __future__ import annotations

from typing import Any

from .order import pay_order, show_order, show_pay_step


def routes() -> list[Any]:
    """The checkout's handlers."""
    return [show_order, show_pay_step, pay_order]
