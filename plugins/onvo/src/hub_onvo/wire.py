"""ONVO's requests and answers, both ways: pure translation, nothing is sent here.

Amounts are integers of minor units, two decimals in every currency. ONVO refuses properties that it does not document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import hub_hookspecs as hub
from hub_hookspecs import Kind, ReasonKind
from hub_hookspecs.http import Request, Response

from .info import SESSION_MINUTES

ID: Final = re.compile(r"[A-Za-z0-9_-]{1,150}")
FREE: Final = frozenset({"requires_confirmation", "requires_payment_method"})
"""Nothing was collected, and nothing is on its way."""

WAITING: Final = FREE | {"requires_action", "processing", "requires_capture"}
VOUCHED: Final = frozenset({"reference", "provider_reference", "movement", "amount", "event_id"})
"""Everything comes from a read with the account's own key."""

REASONS: Final = {
    "insufficient_funds": ReasonKind.INSUFFICIENT_FUNDS,
    "declined": ReasonKind.DENIED,
    "declinado": ReasonKind.DENIED,
    "issuer_declined": ReasonKind.DENIED,
    "gateway_declined": ReasonKind.DENIED,
    "onvo_declined": ReasonKind.FRAUD_SUSPECTED,
    "processor_error": ReasonKind.ISSUER_UNAVAILABLE,
    "cards.invalid_card_info": ReasonKind.CARD_INVALID,
}


def call(account: hub.Account, method: str, path: str, body: Mapping[str, Any] | None = None) -> Request:
    """A request to the API, with the account's key."""
    headers = {"authorization": f"Bearer {account.settings['secret_key']}", "content-type": "application/json"}
    content = None if body is None else hub.json_bytes(body)
    return Request(method, f"{account.endpoints['api']}/v1{path}", headers=headers, content=content)


def session_for(order: hub.Order) -> dict[str, Any]:
    """A hosted page for the whole amount of an order."""
    amount = {"unitAmount": order.amount.minor, "currency": order.amount.currency}
    payer = {"customerName": order.payer.name, "customerEmail": order.payer.email}
    return {
        "lineItems": [{"quantity": 1, "description": order.description[:200], **amount}],
        "redirectUrl": order.return_url,
        "cancelUrl": order.cancel_url or order.return_url,
        "metadata": {"ref": order.reference},
        **{name: value for name, value in payer.items() if value},
    }


def is_refusal(answer: Response) -> bool:
    """Whether it is ONVO's own no, in either of its two shapes, and not somebody's on the way."""
    return answer.status_code in (400, 401, 403) and "statusCode" in hub.json_object(answer)


def started(answer: Response, order: hub.Order, account: hub.Account) -> hub.PaymentStarted:
    """What a created session means; ``OutcomeUnknown`` where it is not the one that was asked for."""
    body = hub.json_object(answer)
    session, intent, url = (str(body.get(name)) for name in ("id", "paymentIntentId", "url"))
    ours = url.startswith(f"{account.endpoints['page']}/") and body.get("mode") == account.mode
    if answer.status_code != 201 or not ours or not ID.fullmatch(session) or not ID.fullmatch(intent):
        raise hub.OutcomeUnknown("no session of this account came back")
    known = hub.Observation(kind=Kind.ACCEPTED, provider_reference=intent, vouched=frozenset({"provider_reference"}))
    return hub.PaymentStarted(
        action=hub.Redirect(url, order.now + timedelta(minutes=SESSION_MINUTES)),
        memory={"session": session, "intent": intent},
        observations=(known,),
    )


def intent_of(answer: Response, intent: str, account: hub.Account) -> dict[str, Any]:
    """The intent that was read; ``OutcomeUnknown`` where the answer is of another one, or of the other mode."""
    body = hub.json_object(answer)
    if answer.status_code != 200 or body.get("id") != intent or body.get("mode") != account.mode:
        raise hub.OutcomeUnknown("the intent could not be read")
    return body


def reference_in(intent: Mapping[str, Any]) -> str | None:
    """Our reference, as the intent carries it."""
    metadata = intent.get("metadata")
    reference = metadata.get("ref") if isinstance(metadata, dict) else None
    return reference if isinstance(reference, str) else None


def observations_of(intent: Mapping[str, Any]) -> tuple[hub.Observation, ...]:
    """What an intent says. A status that no document lists says nothing."""
    status, error = intent.get("status"), intent.get("lastPaymentError")
    if status in ("succeeded", "refunded"):
        return paid_and_returned(intent)
    if status == "canceled":
        return (observed(Kind.CANCELLED, intent),)
    if status not in WAITING:
        return ()
    waiting = observed(Kind.ACCEPTED, intent)
    if not isinstance(error, dict):
        return (waiting,)
    return waiting, observed(Kind.TRY_DECLINED, intent, reason=reason_of(error))


def paid_and_returned(intent: Mapping[str, Any]) -> tuple[hub.Observation, ...]:
    """What was collected, and what went back of an intent that is ``refunded``.

    Of one that is ``succeeded`` less may be left as well, while a refund of it is pending and may still fail.
    """
    collected, left = stated(intent, "amount"), stated(intent, "receivedAmount")
    paid = observed(Kind.PAID, intent, amount=collected)
    if intent["status"] == "succeeded":
        return (paid,)
    known = collected and left and left.minor < collected.minor
    gone = hub.Money(collected.minor - left.minor, collected.currency) if collected and left and known else None
    return paid, returned(intent, gone)


def returned(intent: Mapping[str, Any], amount: hub.Money | None) -> hub.Observation:
    """The one refund that a charge may have; so its name is the charge's, on every channel."""
    return observed(Kind.RETURNED, intent, amount=amount, event_id=f"{intent['id']}/refund")


def refunded(answer: Response, intent: Mapping[str, Any]) -> tuple[hub.Observation, ...]:
    """What a refund says that we asked for; one that is pending is remembered by its id."""
    body = hub.json_object(answer)
    status, refund = body.get("status"), str(body.get("id"))
    if answer.status_code not in (200, 201) or body.get("paymentIntentId") != intent["id"] or not ID.fullmatch(refund):
        raise hub.OutcomeUnknown("no refund of this payment came back")
    if status == "succeeded":
        return (returned(intent, stated(body, "amount")),)
    return (observed(Kind.ACCEPTED, intent, learned={"refund": refund}),) if status == "pending" else ()


def observed(kind: Kind, intent: Mapping[str, Any], **claim: Any) -> hub.Observation:
    """A claim about an intent that was read."""
    known = {"reference": reference_in(intent), "provider_reference": intent["id"], "movement": intent["id"]}
    return hub.Observation(kind=kind, vouched=VOUCHED, **known, **claim)


def stated(body: Mapping[str, Any], name: str) -> hub.Money | None:
    """An amount as ONVO writes it; none where it is not one."""
    amount = hub.money_or_none(body.get(name), body.get("currency"), minor=True)
    least = 1 if name == "amount" else 0
    return amount if amount and amount.minor >= least else None


def reason_of(error: Mapping[str, Any]) -> hub.Reason:
    """Why a try was refused; a text that is no code stays out."""
    if "3DS2" in str(error.get("message")):
        return hub.Reason(ReasonKind.REJECTED_BY_PAYER)
    code = str(error.get("code") or error.get("apiCode") or "").lower()
    known = REASONS.get(code, ReasonKind.OTHER)
    return hub.Reason(known, code if re.fullmatch(r"[a-z0-9_.]{1,60}", code) else None)
