"""The events that the simulated ONVO tells a merchant, with the secret that proves the sender and not the content."""

from __future__ import annotations

import json
from typing import Any, Final

import attrs

from hub_hookspecs.testing.simulator import News, Stage

from .records import Intent, Merchant, Transfer
from .rendering import charges, in_dollars, iso

RETRIES: Final = (0.5, 1, 2)
"""Seconds between the tries of a notification that nobody takes, where it is sent again at all."""


@attrs.frozen
class Events:
    """Events of one stage."""

    stage: Stage

    def succeeded(self, intent: Intent) -> None:
        """The money is here: two events where a session was paid; in which order, nobody promises."""
        if session := intent.session:
            self._tell(
                "checkout-session.succeeded",
                intent.merchant,
                intent.reference,
                {
                    "mode": intent.merchant.mode,
                    "paymentStatus": "paid",
                    "currency": intent.currency,
                    "url": session.url,
                    "amountTotal": intent.amount,
                    "createdAt": iso(session.created),
                    "metadata": dict(intent.metadata),
                    "customer": _customer(intent),
                    "lineItems": session.lines,
                    **self._more(paymentIntentId=intent.id),
                },
            )
        self._tell(
            "payment-intent.succeeded",
            intent.merchant,
            intent.reference,
            {
                "id": intent.id,
                "accountId": intent.merchant.id,
                "currency": intent.currency,
                "amount": intent.amount,
                "status": intent.status,
                "confirmationAttempts": intent.attempts,
                "description": intent.description,
                "createdAt": iso(intent.created),
                "customer": _customer(intent),
                "metadata": dict(intent.metadata),
                **self._more(
                    mode=intent.merchant.mode,
                    paymentMethodId=intent.method.id if intent.method else None,
                    charges=charges(intent),
                ),
            },
        )

    def failed(self, intent: Intent) -> None:
        """A try failed; another is possible."""
        kind = intent.method.kind if intent.method else None
        self._tell(
            "payment-intent.failed",
            intent.merchant,
            intent.reference,
            {
                "id": intent.id,
                "accountId": intent.merchant.id,
                "currency": intent.currency,
                "status": intent.status,
                "customer": _customer(intent),
                "metadata": dict(intent.metadata),
                "error": {**(intent.error or {}), "paymentMethodType": kind, "createdAt": iso(self.stage.now())},
            },
        )

    def deferred(self, intent: Intent) -> None:
        """The payer has still to send the transfer. No metadata."""
        self._tell(
            "payment-intent.deferred",
            intent.merchant,
            intent.reference,
            {
                "id": intent.id,
                "mode": intent.merchant.mode,
                "currency": intent.currency,
                "status": intent.status,
                "confirmationAttempts": intent.attempts,
                "description": intent.description,
                "createdAt": iso(intent.created),
                "amount": intent.amount,
                "baseAmount": in_dollars(intent.amount, intent.currency)[0],
                "paymentMethodId": intent.method.id if intent.method else None,
                "customerId": intent.customer.id if intent.customer else None,
                "accountId": intent.merchant.id,
            },
        )

    def received(self, merchant: Merchant, transfer: Transfer) -> None:
        """A transfer reached the merchant's own number. No id, no mode, and no word of what it is for."""
        self._tell(
            "mobile-transfer.received",
            merchant,
            transfer.intent.reference if transfer.intent else transfer.number,
            {
                "amount": transfer.amount,
                "currency": transfer.currency,
                "description": transfer.description,
                "SINPERefNumber": transfer.number,
                "originId": transfer.origin_id,
                "originName": transfer.origin_name,
                "originPhone": transfer.origin_phone,
                "authorizationDate": iso(transfer.created),
            },
        )

    def _more(self, **fields: Any) -> dict[str, Any]:
        return fields if self.stage.options["event_fields"] == "more" else {}

    def _tell(self, kind: str, merchant: Merchant, reference: str, data: dict[str, Any]) -> None:
        if kind not in self.stage.options["events"]:
            return
        body = json.dumps({"type": kind, "data": data}, ensure_ascii=False, separators=(",", ":")).encode()
        self.stage.pauses = RETRIES if self.stage.options["webhook_failure"] == "retried" else ()
        headers = {"content-type": "application/json", "x-webhook-secret": merchant.webhook_secret}
        self.stage.notify(News(reference=reference, merchant=merchant.id, path="", headers=headers, body=body))


def _customer(intent: Intent) -> dict[str, Any]:
    customer = intent.customer
    if customer is None:
        return {}
    return {"id": customer.id, **{name: customer.fields.get(name) for name in ("name", "email", "phone")}}


def forged(news: News) -> News:
    """The same notification from somebody who does not know the secret."""
    return attrs.evolve(news, headers={**news.headers, "x-webhook-secret": "webhook_secret_somebody_else"})


def distorted(news: News) -> News:
    """The same notification with another amount, which its secret lets pass."""
    event = json.loads(news.body)
    for name in ("amount", "amountTotal"):
        if name in event["data"]:
            event["data"][name] += 1000
    return attrs.evolve(news, body=json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())
