"""Where a payment that did not come about is tried again."""

from __future__ import annotations

from urllib.parse import urlencode

from hub.domain.figures import written
from hub.flows.payments.payment_view import LineView, PaymentView
from hub_hookspecs import Money


def pay_again_url(view: PaymentView) -> str:
    """Where the same is paid again: the pay step with the same choice; empty where nothing is asked for any more."""
    owed = [line for line in view.lines if line.left.minor and not line.in_clarification]
    if not view.back_url or not owed:
        return ""
    query = [("provider", view.payment.provider), ("way", view.payment.way)]
    if not view.is_order:
        query = [("currency", view.payment.amount.currency), *(("invoice", line.payable_id) for line in owed), *query]
        if view.merchant.options.partial:
            sign = view.country.decimal_sign or ","
            for line in owed:
                least = min(_settled_by(view, line), line.left, key=lambda amount: amount.minor)
                query.append((f"amount.{line.payable_id}", written(least, sign)))
    return f"{view.back_url}/pay?{urlencode(query)}"


def _settled_by(view: PaymentView, line: LineView) -> Money:
    """What the payment was to settle of an invoice: with money, and with the credit that it held meanwhile."""
    settled = sum(item.settled for item in view.payment.lines if item.payable_id == line.payable_id)
    return Money(settled, view.payment.amount.currency)
