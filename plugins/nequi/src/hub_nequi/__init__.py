"""Nequi (Colombia): a push to the payer's phone, or a QR code.

A push charges: its answer brings the transactionId by which it is asked for. A lost answer is *unknown*, never sent
again, and may be undone by our own reference, which is the MessageID of the push. A notification proves nothing of
the money: it leads to a status call.
"""

from __future__ import annotations

import re
from datetime import datetime, time

from hub_hookspecs import (
    Account,
    ApproveInApp,
    Cancel,
    Credentials,
    Exchange,
    Grant,
    GrantRequest,
    IdentityCheck,
    IdentityReport,
    Kind,
    Message,
    Observation,
    Offer,
    Order,
    OutcomeUnknown,
    PayButton,
    PaymentStarted,
    Period,
    ProviderError,
    ProviderInfo,
    Query,
    Reading,
    Reason,
    ReasonKind,
    Refund,
    RefundKind,
    Refused,
    SettlementLine,
    ShowQr,
    Verdict,
    harmless,
    hookimpl,
    opens_session,
    strict_json,
)
from hub_hookspecs.http import Request
from hub_nequi import identity, report, status, tokens, wire
from hub_nequi.codes import NOT_IN_CORE
from hub_nequi.info import PHONE, PUSH_WAY, QR_WAY, SETTLE, life_of, provider_info
from hub_nequi.signature import flaw_in, is_genuine

APPROVE = "Abre tu app Nequi y acepta el pago. También llega como notificación al celular {phone}."

NO_SECRET = "the account has no notification_secret, so no signature can be checked"


@hookimpl
def describe_provider() -> ProviderInfo:
    """Say what Nequi is and can do."""
    return provider_info()


@hookimpl
def render_pay_button(offer: Offer) -> PayButton:
    """The button of the statement and the store, in Nequi's colours."""
    return PayButton(
        label="Paga con Nequi",
        accessible_label="Paga con Nequi, desde tu celular",
        background="#200020",
        hint="Apruebas el pago en tu app Nequi.",
    )


@hookimpl
def authorize(request: GrantRequest, account: Account) -> Exchange[Grant]:
    """Fetch an access token with the merchant's client credentials."""
    response = yield tokens.token_request(account)
    return tokens.grant_from(response, request.now)


@hookimpl
def validate_identity(check: IdentityCheck, account: Account) -> Exchange[IdentityReport]:
    """Try the credentials one by one: client id and secret for a token, API key and code for a report."""
    try:
        response = yield tokens.token_request(account)
        if refusal := tokens.token_refusal(response):
            return identity.report_for(account, Credentials.REFUSED, ("client_id", "client_secret"), code=refusal)
        tokens.grant_from(response, check.now)
        if account.settings.get("reports", "true") == "true":
            answer = yield from report.ask_for_report(account, check.call_id, check.now, check.now, check.now)
            if isinstance(answer, wire.Answer):
                return identity.report_for(account, Credentials.ACCEPTED, code=answer.code, answer=answer)
        # The key may be right and only the report service closed to it: the payments service decides.
        return (yield from _try_key(check, account))
    except ProviderError:
        return identity.report_for(account, Credentials.UNCLEAR)


def _try_key(check: IdentityCheck, account: Account) -> Exchange[IdentityReport]:
    """Ask for a payment that does not exist: any business answer shows that the API key is good."""
    message_id = wire.message_id_for(check.call_id, 2)
    response = yield harmless(
        wire.request_for(
            wire.STATUS, {"codeQR": check.reference}, account=account, message_id=message_id, now=check.now
        )
    )
    if response.status_code == 403:
        return identity.report_for(account, Credentials.REFUSED, ("api_key",), code="403")
    wire.answer_from(response, wire.STATUS, message_id)
    return identity.report_for(account, Credentials.ACCEPTED)


@hookimpl
def create_payment(order: Order, account: Account) -> Exchange[PaymentStarted]:
    """Push a payment to the payer's phone, or make a QR code."""
    value = wire.value_for(order.amount)
    references = {
        "reference1": wire.short(order.description) or order.reference,
        "reference2": wire.short(", ".join(line.number for line in order.lines)) or order.reference,
        "reference3": order.reference,
    }
    body = {"code": account.settings["code"], "value": value, **references}
    match order.way:
        case "push":
            return (yield from _push(order, account, body))
        case "qr":
            return (yield from _show_code(order, account, body))
    raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE))


def _push(order: Order, account: Account, body: dict[str, str]) -> Exchange[PaymentStarted]:
    phone = order.payer.fields.get("phone", "")
    if not re.fullmatch(PHONE, phone):
        raise Refused(Reason(ReasonKind.NO_WALLET))
    action = ApproveInApp(
        APPROVE.format(phone=f"{phone[:3]}***{phone[-4:]}"), order.now + life_of(account, "push_expiry_minutes")
    )
    memory = {"transactionId": None, "phone": phone, "value": body["value"], "message_id": order.reference}
    request = wire.request_for(
        wire.PUSH, {"phoneNumber": phone, **body}, account=account, message_id=order.reference, now=order.now
    )
    try:
        response = yield request  # unmarked: it may move money
    except OutcomeUnknown:
        return PaymentStarted(action=action, memory=memory)  # what an undo will need; it claims nothing
    answer = wire.answer_from(response, wire.PUSH, order.reference)
    wire.check_started(answer, wire.PUSH)
    transaction = answer.text("transactionId")
    if not 1 <= len(transaction) <= 200:
        raise OutcomeUnknown("the push was accepted without a transactionId")
    accepted = Observation(kind=Kind.ACCEPTED, reference=order.reference, provider_reference=transaction)
    return PaymentStarted(
        action=action,
        memory={**memory, "transactionId": transaction},
        observations=(wire.vouched(accepted, "reference", "provider_reference"),),
    )


def _show_code(order: Order, account: Account, body: dict[str, str]) -> Exchange[PaymentStarted]:
    request = wire.request_for(wire.CODE, body, account=account, message_id=order.reference, now=order.now)
    answer = wire.answer_from((yield opens_session(request)), wire.CODE, order.reference)
    wire.check_started(answer, wire.CODE)
    code, value, transaction = answer.text("codeQR"), answer.text("qrValue"), answer.text("transactionId")
    payload = value or (code and f"bancadigital-{code}")
    if not 1 <= len(payload) <= 2000 or len(transaction) > 200:
        raise OutcomeUnknown("the answer holds no code that can be drawn")
    theirs = transaction or code or value
    accepted = Observation(kind=Kind.ACCEPTED, reference=order.reference, provider_reference=theirs)
    return PaymentStarted(
        action=ShowQr(payload, order.now + life_of(account, "qr_expiry_minutes")),
        memory={
            "transactionId": transaction or None,
            "qrValue": value or None,
            "codeQR": code or None,
            "value": body["value"],
            "message_id": order.reference,
        },
        observations=(wire.vouched(accepted, "reference", "provider_reference"),),
    )


@hookimpl
def query_payment(query: Query, account: Account) -> Exchange[tuple[Observation, ...]]:
    """Ask by their transactionId or code; without one, look for our MessageID in the report."""
    if asked := status.named_by(query):
        answer, _ = yield from status.ask_for_status(query, account, asked, first=1)
        return status.observed(answer, query, account)
    if account.settings.get("reports", "true") != "true":
        return ()
    setting = "qr_expiry_minutes" if query.way == QR_WAY else "push_expiry_minutes"
    last = min(query.now, query.created_at + life_of(account, setting) + SETTLE)
    listed = yield from report.ask_for_report(account, query.call_id, query.now, query.created_at, last)
    if not isinstance(listed, wire.Answer):
        return ()
    return report.listed_payments(listed, query.reference, wire.sent_by(account))


@hookimpl
def cancel_payment(cancel: Cancel, account: Account) -> Exchange[tuple[Observation, ...]]:
    """Withdraw a push; what became of it is what a status call says then, since the payer may have been quicker."""
    asked, phone = status.named_by(cancel), _phone_of(cancel)
    if cancel.way != PUSH_WAY or not asked or not phone:
        raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE))
    body = {"code": account.settings["code"], "phoneNumber": phone, "transactionId": asked["codeQR"]}
    response = yield wire.request_for(wire.CANCEL, body, account=account, message_id=cancel.call_id, now=cancel.now)
    wire.answer_from(response, wire.CANCEL, cancel.call_id)
    answer, _ = yield from status.ask_for_status(cancel, account, asked, first=2)
    return status.observed(answer, cancel, account)


def _phone_of(about: Cancel | Refund) -> str:
    phone = status.memory_text(about, "phone") or about.payer_fields.get("phone", "")
    return phone if re.fullmatch(PHONE, phone) else ""


@hookimpl
def refund_payment(refund: Refund, account: Account) -> Exchange[tuple[Observation, ...]]:
    """Reverse the whole payment, once: a push by its MessageID, a code by itself and the phone that paid it."""
    if refund.amount != refund.captured:
        raise Refused(Reason(ReasonKind.INVALID_AMOUNT))
    body = {"value": wire.value_for(refund.amount), "code": account.settings["code"]}
    service = wire.REVERSAL
    if refund.way == QR_WAY:
        service = wire.CODE_REVERSAL
        body |= yield from _name_code(refund, account)
    else:
        body |= {"phoneNumber": _phone_of(refund), "messageId": refund.reference, "type": "payment"}
    if not body["phoneNumber"]:
        raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE), alert=True)
    response = yield wire.request_for(service, body, account=account, message_id=refund.call_id, now=refund.now)
    answer = wire.answer_from(response, service, refund.call_id)
    if answer.code == NOT_IN_CORE:
        return _nothing_to_return(refund)
    wire.check_started(answer, service)
    theirs = status.their_reference(refund)
    returned = Observation(kind=Kind.RETURNED, provider_reference=theirs, movement=refund.reference)
    return (wire.vouched(returned, "movement"),)


def _nothing_to_return(refund: Refund) -> tuple[Observation, ...]:
    if refund.kind is RefundKind.UNDO:
        return (Observation(kind=Kind.NOT_FOUND, movement=refund.reference),)
    raise Refused(Reason(ReasonKind.OTHER, NOT_IN_CORE))


def _name_code(refund: Refund, account: Account) -> Exchange[dict[str, str]]:
    """How a reversal names a code that was paid: as it was found, with the phone that only the status answer knows."""
    asked = status.named_by(refund)
    if not asked:
        raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE), alert=True)
    answer, named = yield from status.ask_for_status(refund, account, asked, first=2)
    if [seen.kind for seen in status.observed(answer, refund, account)] != [Kind.PAID]:
        raise OutcomeUnknown("the code is not known to be paid, so there is nothing to give back yet")
    phone = answer.text("phoneNumber")
    if not re.fullmatch(PHONE, phone):
        raise OutcomeUnknown("Nequi did not say which phone paid the code")
    if "qrValue" in named:
        return {"phoneNumber": phone, **named}
    return {"phoneNumber": phone, "messageId": refund.reference, "type": "payment"}


@hookimpl
def fetch_settlement(period: Period, account: Account) -> Exchange[tuple[SettlementLine, ...]]:
    """What the report lists as paid in a period; it states neither fee nor payout, so each line is settled whole."""
    if account.settings.get("reports", "true") != "true":
        raise OutcomeUnknown("the account does not have the report product")
    first, last = (datetime.combine(day, time(), wire.BOGOTA) for day in (period.first, period.last))
    listed = yield from report.ask_for_report(account, period.call_id, period.now, first, last)
    if not isinstance(listed, wire.Answer):
        raise OutcomeUnknown("the report service is closed to the account")
    return report.settlement_lines(listed, wire.sent_by(account))


@hookimpl
def handle_notification(message: Message, account: Account) -> Exchange[Reading]:
    """Verify, then ask: the payment's state is what the status call says, never what the notification says."""
    secrets = [account.settings.get(name, "") for name in ("notification_secret", "notification_secret_old")]
    if not any(secrets):
        return Reading(verdict=Verdict.UNSIGNED, hints=_hints(_named(message)), reason=NO_SECRET)
    if not is_genuine(message, secrets):
        flaw = flaw_in(message, secrets, client_id=account.settings.get("client_id", ""))
        return Reading(verdict=Verdict.INVALID, reason=flaw)
    named = _named(message)
    reference, transaction = named.get("messageId", ""), named.get("transactionId", "")
    if not reference or not transaction or len(transaction) > 200:
        return Reading(verdict=Verdict.VALID, hints=_hints(named))
    response = yield harmless(_status_request(message, account, transaction))
    answer = wire.answer_from(response, wire.STATUS, message.call_id)
    seen = status.observations_from(
        answer, movement=reference, asked=transaction, reference=reference, sent=wire.sent_by(account)
    )
    # Signed: Nequi has it, under this id. That matters where our own answer was lost.
    known = Observation(kind=Kind.ACCEPTED, reference=reference, provider_reference=transaction)
    return Reading(verdict=Verdict.VALID, observations=(wire.vouched(known, "reference", "provider_reference"), *seen))


def _status_request(message: Message, account: Account, transaction: str) -> Request:
    return wire.request_for(
        wire.STATUS,
        {"codeQR": transaction},
        account=account,
        message_id=message.call_id,
        now=message.received_at,
    )


def _named(message: Message) -> dict[str, str]:
    """The texts of a notification's body; empty when it is no JSON object."""
    try:
        body = strict_json(message.body)
    except ValueError:
        return {}
    return {key: wire.text_of(value) for key, value in body.items()} if isinstance(body, dict) else {}


def _hints(named: dict[str, str]) -> tuple[str, ...]:
    """Our reference, if what the message names can be one."""
    reference = named.get("messageId", "")
    return (reference,) if re.fullmatch("[0-9A-Z]{10}", reference) else ()
