"""How the simulated ONVO renders its things in answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request

from .records import Customer, Intent, Merchant, Method, Refund, Session, Transfer

Options = Mapping[str, Any]

COLONES_A_DOLLAR: Final = 505
"""The one exchange rate; information, never the paid amount."""


def iso(moment: datetime) -> str:
    """A moment, UTC with milliseconds."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def in_dollars(amount: int, currency: str) -> tuple[int, int]:
    """The worth in US cents, and the rate used."""
    rate = COLONES_A_DOLLAR if currency == "CRC" else 1
    return (amount + rate // 2) // rate, rate


def intent_json(intent: Intent, options: Options) -> dict[str, Any]:
    """A payment intent."""
    worth, rate = in_dollars(intent.amount, intent.currency)
    return {
        "id": intent.id,
        "accountId": intent.merchant.id,
        "amount": intent.amount,
        "baseAmount": worth,
        "exchangeRate": rate,
        "capturableAmount": intent.amount if intent.status == "requires_capture" else 0,
        "receivedAmount": _received(intent, options),
        "captureMethod": intent.capture_method,
        "currency": intent.currency,
        "createdAt": iso(intent.created),
        "updatedAt": iso(intent.updated),
        "customerId": intent.customer.id if intent.customer else None,
        "paymentMethodId": intent.method.id if intent.method else None,
        "description": intent.description,
        "charges": charges(intent),
        "lastPaymentError": intent.error,
        "mode": intent.merchant.mode,
        "status": intent.status,
        "metadata": dict(intent.metadata),
        "nextAction": _next_action(intent),
        "officeId": intent.office,
        "onBehalfOf": intent.behalf,
    }


def _received(intent: Intent, options: Options) -> int:
    if intent.collected is None:
        return intent.amount if options["unpaid_received"] == "amount" else 0
    early = options["refund_shows"] == "pending" and intent.refund is not None and intent.refund.status == "pending"
    on_its_way = intent.refund.amount if early and intent.refund else 0
    return intent.received - intent.returned - on_its_way


def charges(intent: Intent) -> list[dict[str, Any]]:
    """The charge of a paid intent."""
    if intent.collected is None:
        return []
    return [{"amount": intent.received, "currency": intent.currency, "refNumber": intent.ref_number}]


def _next_action(intent: Intent) -> dict[str, Any] | None:
    if intent.status != "requires_action":
        return None
    return {
        "type": "redirect_to_url",
        "redirectToUrl": {"url": intent.challenge_url, "returnUrl": intent.return_url},
    }


def session_json(session: Session, options: Options, now: datetime) -> dict[str, Any]:
    """A checkout session."""
    return {
        "id": session.id,
        "accountId": session.merchant.id,
        "url": session.url,
        "status": session_status(session, options, now),
        "paymentStatus": "paid" if session.paid else "unpaid",
        "paymentIntentId": session.intent.id,
        "successUrl": session.redirect_url,
        "cancelUrl": session.cancel_url,
        "lineItems": session.lines,
        "mode": session.merchant.mode,
        "createdAt": iso(session.created),
        "updatedAt": iso(session.updated),
        "account": {"id": session.merchant.id, "name": session.merchant.name},
        "billingAddressCollection": False,
        "allowPromotionCodes": False,
        "shippingAddressCollection": False,
    }


def session_status(session: Session, options: Options, now: datetime) -> str:
    """``open``, ``expired``, or in newer texts ``complete``."""
    if session.ended:
        return "expired"
    if session.paid:
        return str(options["paid_session"])
    return "expired" if now >= session.expires else "open"


def customer_json(customer: Customer) -> dict[str, Any]:
    """A customer."""
    given = {name: customer.fields.get(name) for name in ("name", "email", "phone", "address", "description")}
    return {
        "id": customer.id,
        "accountId": customer.merchant.id,
        **given,
        "mode": customer.merchant.mode,
        "createdAt": iso(customer.created),
        "updatedAt": iso(customer.created),
    }


def method_json(method: Method) -> dict[str, Any]:
    """A payment method, without what must not be shown."""
    key = {"card": "card", "mobile_number": "mobileNumber"}[method.kind]
    return {
        "id": method.id,
        "accountId": method.merchant.id,
        "type": method.kind,
        key: dict(method.shown),
        "customerId": method.customer.id,
        "status": "detached" if method.detached else "active",
        "mode": method.merchant.mode,
        "createdAt": iso(method.created),
        "updatedAt": iso(method.created),
    }


def refund_json(refund: Refund) -> dict[str, Any]:
    """A refund."""
    return {
        "id": refund.id,
        "amount": refund.amount,
        "currency": refund.intent.currency,
        "createdAt": iso(refund.created),
        "paymentIntentId": refund.intent.id,
        "description": refund.description,
        "mode": refund.merchant.mode,
        "status": refund.status,
        "reason": refund.reason,
        "updatedAt": iso(refund.updated),
        "failureReason": refund.failure,
    }


def transfer_json(transfer: Transfer) -> dict[str, Any]:
    """A SINPE Móvil transfer, as the list has it."""
    return {
        "id": transfer.id,
        "mode": transfer.mode,
        "amount": transfer.amount,
        "currency": transfer.currency,
        "status": transfer.status,
        "description": transfer.description,
        "SINPERefNumber": transfer.number,
        "originId": transfer.origin_id,
        "originName": transfer.origin_name,
        "destinationPhone": transfer.destination.removeprefix("+506"),
        "authorizationDate": iso(transfer.created),
        "createdAt": iso(transfer.created),
        "paymentIntentId": transfer.intent.id if transfer.intent else None,
    }


def pages_of(request: Request) -> str:
    """Where the pages are for whoever made a request, wherever the simulator is mounted."""
    scope = request.scope
    return f"{request.url.scheme}://{request.url.netloc}{scope.get('root_path', '')}/checkout"


def account_number(merchant: Merchant) -> str:
    """A merchant's destination as people read it: ``+506 7019 6686``."""
    digits = merchant.destination.removeprefix("+506")
    return f"+506 {digits[:4]} {digits[4:]}"
