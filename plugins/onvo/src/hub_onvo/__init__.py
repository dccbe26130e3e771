"""ONVO Pay (Costa Rica) as a payment provider of Payment Hub: cards and SINPE Móvil on one hosted page.

Starting opens a session and collects nothing. A notification's secret proves who sent it and nothing of what it says,
so the intent is read with the account's key, and only what that answer says counts.
"""

from __future__ import annotations

import hmac

import hub_hookspecs as hub
from hub_hookspecs import Credentials, Exchange, Kind, Match, Reading, Reason, ReasonKind, Refused, Verdict, hookimpl

from . import wire
from .info import INFO

Observations = tuple[hub.Observation, ...]

NO_PROOF = Reading(verdict=Verdict.UNSIGNED, reason="a browser's return proves nothing")
NO_SECRET = Reading(verdict=Verdict.UNSIGNED, reason="the account has no webhook_secret, so nothing can be proved")
UNREADABLE = Reading(verdict=Verdict.INVALID, reason="the body is no event as ONVO documents it")
WRONG_SECRET = Reading(verdict=Verdict.INVALID, reason="X-Webhook-Secret is missing, repeated or not the account's")


@hookimpl
def describe_provider() -> hub.ProviderInfo:
    """Say what ONVO is and can do."""
    return INFO


@hookimpl
def validate_identity(check: hub.IdentityCheck, account: hub.Account) -> Exchange[hub.IdentityReport]:
    """Try the key. No call tells whose account it is, so the merchant confirms type and number by hand."""
    document = account.company.document
    fields = (
        hub.FieldMatch(field="identity_type", match=Match.UNAVAILABLE, ours=document.type),
        hub.FieldMatch(field="identity_number", match=Match.UNAVAILABLE, ours=hub.mask(document.number)),
    )
    refused = hub.IdentityReport(credentials=Credentials.REFUSED, culprits=("secret_key",), fields=fields)
    if not account.settings["secret_key"].startswith(f"onvo_{account.mode}_"):
        return refused
    answer = yield hub.harmless(wire.call(account, "GET", "/customers?limit=1"))
    if answer.status_code == 401 and wire.is_refusal(answer):
        return refused
    known = answer.status_code == 200 and "data" in hub.json_object(answer)
    return hub.IdentityReport(credentials=Credentials.ACCEPTED if known else Credentials.UNCLEAR, fields=fields)


@hookimpl
def create_payment(order: hub.Order, account: hub.Account) -> Exchange[hub.PaymentStarted]:
    """Open a session and send the payer to its page; where the answer is lost, nobody was sent to it."""
    if INFO.currency_rule(order.amount.currency) is None or order.amount.minor <= 0:
        raise Refused(Reason(ReasonKind.INVALID_AMOUNT))
    request = wire.call(account, "POST", "/checkout/sessions/one-time-link", wire.session_for(order))
    answer = yield hub.opens_session(request)
    if wire.is_refusal(answer):
        # Nothing in a session is the payer's choice, so a refusal is the merchant's business.
        raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE, str(answer.status_code)), alert=True)
    return wire.started(answer, order, account)


@hookimpl
def render_pay_button(offer: hub.Offer) -> hub.PayButton:
    """Describe the pay button; transfers are in colones alone."""
    hint = "Tarjeta o SINPE Móvil" if offer.currency == "CRC" else "Tarjeta de crédito o débito"
    return hub.PayButton(label="ONVO Pay", accessible_label="Pagar con ONVO Pay", background="#3a1d8a", hint=hint)


@hookimpl
def handle_notification(message: hub.Message, account: hub.Account) -> Exchange[Reading]:
    """Compare the sender's secret, then read the intent that the message names."""
    if message.source is hub.Source.RETURN:
        return NO_PROOF
    secret = account.settings.get("webhook_secret", "")
    if not secret:
        return NO_SECRET
    given = message.header("x-webhook-secret") or ""
    if not hmac.compare_digest(given.encode(), secret.encode()):
        return WRONG_SECRET
    try:
        intent = _intent_named(hub.strict_json(message.body))
    except (ValueError, KeyError, TypeError):
        return UNREADABLE
    observations = (yield from _read(intent, account)) if intent else ()
    # The id is the sender's word alone: that ONVO does not know it says nothing about any payment of ours.
    known = tuple(item for item in observations if item.kind is not Kind.NOT_FOUND)
    return Reading(verdict=Verdict.VALID, observations=known)


def _intent_named(event: dict[str, object]) -> str | None:
    """The intent that an event is about; ``mobile-transfer.received`` names none: that money answers no payment."""
    data = event["data"]
    names = {"payment-intent": "id", "checkout-session": "paymentIntentId"}
    key = names.get(str(event["type"]).partition(".")[0])
    named = data.get(key) if isinstance(data, dict) and key else None
    return named if isinstance(named, str) and wire.ID.fullmatch(named) else None


def _intent_of(record: hub.Query | hub.Cancel | hub.Refund) -> str:
    """ONVO's id of the payment, as the session's answer named it; empty where that answer was lost."""
    return str(record.memory.get("intent") or record.provider_reference or "")


def _read(intent: str, account: hub.Account) -> Exchange[Observations]:
    """What ONVO says of an intent."""
    answer = yield hub.harmless(wire.call(account, "GET", f"/payment-intents/{intent}"))
    if answer.status_code == 404 and hub.json_object(answer).get("statusCode") == 404:
        return (hub.Observation(kind=Kind.NOT_FOUND, provider_reference=intent),)
    return wire.observations_of(wire.intent_of(answer, intent, account))


@hookimpl
def query_payment(query: hub.Query, account: hub.Account) -> Exchange[Observations]:
    """Read the payment's intent; without its id nothing can be asked."""
    intent, refund = _intent_of(query), query.memory.get("refund")
    if not intent:
        return ()
    observations = yield from _read(intent, account)
    if refund and any(item.kind is Kind.PAID for item in observations):
        answer = yield hub.harmless(wire.call(account, "GET", f"/refunds/{refund}"))
        observations += wire.refunded(answer, {"id": intent, "metadata": {"ref": query.reference}})
    return tuple(item for item in observations if item.reference in (None, query.reference))


@hookimpl
def cancel_payment(cancel: hub.Cancel, account: hub.Account) -> Exchange[Observations]:
    """End the session, then look whether it was too late.

    A transfer or a card that is on its way can still arrive after the end of its session: that frees nothing.
    """
    intent, session = _intent_of(cancel), cancel.memory.get("session")
    if not (intent and session):
        return ()
    ended = yield wire.call(account, "POST", f"/checkout/sessions/{session}/expire")
    if ended.status_code not in (200, 201, 400):  # 400: it had ended before
        raise hub.OutcomeUnknown("whether the session ended is not known")
    answer = yield hub.harmless(wire.call(account, "GET", f"/payment-intents/{intent}"))
    body = wire.intent_of(answer, intent, account)
    if body.get("status") in wire.FREE:
        return (wire.observed(Kind.CANCELLED, body),)
    return wire.observations_of(body)


@hookimpl
def refund_payment(refund: hub.Refund, account: hub.Account) -> Exchange[Observations]:
    """Give a card payment back, whole or in part, once; when it is too late ONVO says so itself."""
    intent = _intent_of(refund)
    answer = yield hub.harmless(wire.call(account, "GET", f"/payment-intents/{intent}"))
    body = wire.intent_of(answer, intent, account)
    if body.get("status") != "succeeded":
        raise Refused(Reason(ReasonKind.NOT_PERMITTED, "not_succeeded"))
    answer = yield hub.harmless(wire.call(account, "GET", f"/payment-methods/{body.get('paymentMethodId')}"))
    kind = hub.json_object(answer).get("type")
    if answer.status_code != 200 or not kind:
        raise hub.OutcomeUnknown("how it was paid could not be read")
    if kind != "card":
        raise Refused(Reason(ReasonKind.NOT_PERMITTED, "not_a_card"))
    wanted = {"paymentIntentId": intent, "amount": refund.amount.minor, "reason": "requested_by_customer"}
    answer = yield wire.call(account, "POST", "/refunds", wanted)
    if wire.is_refusal(answer):
        raise Refused(wire.reason_of(hub.json_object(answer)))
    if answer.status_code == 201 and hub.json_object(answer).get("status") == "failed":
        raise Refused(Reason(ReasonKind.NOT_PERMITTED, "failed"))
    return wire.refunded(answer, body)
