"""A plugin for the desk, which keeps the contract; the planted faults each change one thing of it."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import timedelta

from hub_hookspecs import (
    ApproveInApp,
    Credentials,
    FieldMatch,
    Grant,
    IdentityReport,
    Kind,
    Match,
    Money,
    MoneyError,
    NotSent,
    Observation,
    OutcomeUnknown,
    PayButton,
    PaymentStarted,
    ProviderInfo,
    Reading,
    Reason,
    ReasonKind,
    RefundKind,
    Refused,
    SettlementLine,
    Verdict,
    harmless,
    hookimpl,
    json_bytes,
    json_object,
    mask,
    number,
    strict_json,
    without_grant,
)
from hub_hookspecs.http import library as httpx

from .tiny_info import INFO

STATUSES = {
    "pending": Kind.ACCEPTED,
    "paid": Kind.PAID,
    "rejected": Kind.DECLINED,
    "expired": Kind.EXPIRED,
    "cancelled": Kind.CANCELLED,
    "verifying": Kind.ACCEPTED,
    "returned": Kind.PAID,
}
NO_REFUND = frozenset({"not_refundable", "bad_amount"})
VOUCHED = frozenset({"reference", "provider_reference", "amount"})


class Tiny:
    """Keeps the contract."""

    statuses = STATUSES

    def info(self) -> ProviderInfo:
        return INFO

    @hookimpl
    def describe_provider(self):
        return self.info()

    @hookimpl
    def authorize(self, request, account):
        answer = yield self.token_request(account)
        if answer.status_code == 401:
            raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE, "401"), alert=True)
        body = json_object(answer)
        token, seconds = body.get("token"), body.get("seconds")
        if answer.status_code != 200 or not isinstance(token, str) or not isinstance(seconds, int):
            raise OutcomeUnknown("no token")
        expires = request.now + timedelta(seconds=seconds)
        return Grant(headers={"authorization": f"Bearer {token}"}, expires_at=expires)

    def token_request(self, account):
        return without_grant(harmless(self.request("POST", account, "token", {"key": account.settings["key"]})))

    def request(self, method, account, path, body=None):
        content = json_bytes(body) if body is not None else b""
        return httpx.Request(
            method,
            f"{account.endpoints['api']}/{path}",
            content=content,
            headers={"content-type": "application/json"},
        )

    @hookimpl
    def validate_identity(self, check, account):
        ours = mask(account.company.document.number)
        fields = (FieldMatch(field="identity_number", match=Match.UNAVAILABLE, ours=ours),)
        try:
            answer = yield self.token_request(account)
            if answer.status_code in (401, 403):
                return IdentityReport(credentials=Credentials.REFUSED, culprits=("key",), fields=fields)
            usable = answer.status_code == 200 and "token" in json_object(answer)
        except (NotSent, OutcomeUnknown):
            usable = False
        credentials = Credentials.ACCEPTED if usable else Credentials.UNCLEAR
        return IdentityReport(credentials=credentials, fields=fields)

    @hookimpl
    def create_payment(self, order, account):
        terminal = json_object((yield harmless(self.request("GET", account, "terminal")))).get("terminal")
        if not isinstance(terminal, str):
            raise OutcomeUnknown("no terminal")
        answer = yield self.charge(order, account, terminal)
        return PaymentStarted(
            action=ApproveInApp("Aprueba en tu celular."), observations=self.read(answer, order.reference)
        )

    def charge(self, order, account, terminal):
        return self.request("POST", account, "payments", self.body(order, terminal))

    def body(self, order, terminal):
        rule = self.info().currency_rule(order.amount.currency)
        if rule is None:
            raise Refused(Reason(ReasonKind.INVALID_AMOUNT))
        return {
            "ref": order.reference,
            "amount": number(order.amount, rule.decimals),
            "currency": order.amount.currency,
            "terminal": terminal,
            "phone": order.payer.fields["phone"],
        }

    def read(self, answer, reference):
        body = json_object(answer)
        if answer.status_code != 200 or body.get("ref") != reference:
            raise OutcomeUnknown(f"answered {answer.status_code}")
        return self.observed(body)

    def observed(self, body):
        kind = self.statuses.get(body.get("status"))
        if kind is None:
            return ()
        claim = Observation(
            kind=kind,
            reference=body["ref"],
            provider_reference=str(body.get("id")),
            movement=self.movement(body) if kind is Kind.PAID else None,
            amount=self.amount(body),
            vouched=VOUCHED,
        )
        return (
            claim,
            *self.went_back(body, "refunds", Kind.RETURNED),
            *self.went_back(body, "disputes", Kind.CHARGED_BACK),
        )

    def movement(self, body):
        return body["ref"]

    def went_back(self, body, name, kind):
        rows = [row for row in body.get(name) or () if isinstance(row, dict)]
        return tuple(self.back({**body, **row}, kind) for row in rows)

    def back(self, row, kind):
        return Observation(
            kind=kind,
            reference=row["ref"],
            movement=self.movement(row),
            event_id=str(row.get("refund") or row.get("id")),
            amount=self.amount(row),
            vouched=VOUCHED | {"event_id", "movement"},
        )

    def amount(self, body):
        try:
            return Money.parse(body.get("amount"), body.get("currency"))
        except MoneyError:
            return None

    @hookimpl
    def render_pay_button(self, offer):
        return PayButton(label="Paga con Tiny", accessible_label="Pagar con Tiny")

    @hookimpl
    def handle_notification(self, message, account):
        if not self.is_genuine(message, account.settings["hook"]):
            return Reading(verdict=Verdict.INVALID, reason=self.why(message, account.settings["hook"]))
        try:
            body = strict_json(message.body)
        except ValueError:
            return Reading(verdict=Verdict.INVALID, reason="the body is not JSON")
        return Reading(verdict=Verdict.VALID, observations=self.observed(body))

    def why(self, message, key):
        return "x-signature is missing" if message.header("x-signature") is None else "x-signature is not of this body"

    def is_genuine(self, message, key):
        given = message.header("x-signature") or ""
        return hmac.compare_digest(given.encode(), self.expected(message, key).encode())

    def expected(self, message, key):
        return hmac.new(key.encode(), message.body, hashlib.sha256).hexdigest()

    @hookimpl
    def query_payment(self, query, account):
        answer = yield harmless(self.request("GET", account, f"payments/{query.reference}"))
        if answer.status_code == 404 and json_object(answer).get("error") == "not_found":
            return (Observation(kind=Kind.NOT_FOUND),)
        return self.read(answer, query.reference)

    @hookimpl
    def cancel_payment(self, cancel, account):
        answer = yield self.request("POST", account, f"payments/{cancel.reference}/cancel", {})
        if answer.status_code == 409 and json_object(answer).get("error") == "already_paid":
            raise Refused(Reason(ReasonKind.NOT_PERMITTED, "already_paid"))
        return self.read(answer, cancel.reference)

    @hookimpl
    def refund_payment(self, refund, account):
        answer = yield self.ask_for_refund(refund, account)
        return self.refunded(answer, refund)

    def ask_for_refund(self, refund, account):
        return self.request("POST", account, f"payments/{refund.reference}/refunds", self.wanted(refund))

    def wanted(self, refund):
        rule = self.info().currency_rule(refund.amount.currency)
        return {"op": refund.operation, "amount": number(refund.amount, rule.decimals)}

    def refunded(self, answer, refund):
        body = json_object(answer)
        if answer.status_code == 404 and refund.kind is RefundKind.UNDO and body.get("error") == "not_found":
            return (Observation(kind=Kind.NOT_FOUND),)
        if answer.status_code in (409, 422) and body.get("error") in NO_REFUND:
            raise Refused(Reason(ReasonKind.NOT_PERMITTED, body["error"]))
        if answer.status_code != 200 or body.get("ref") != refund.reference or body.get("status") != "returned":
            raise OutcomeUnknown(f"answered {answer.status_code}")
        return (self.back(body, Kind.RETURNED),)

    @hookimpl
    def fetch_settlement(self, period, account):
        answer = yield harmless(self.request("GET", account, f"settlements?from={period.first}"))
        lines = json_object(answer).get("lines")
        if answer.status_code != 200 or not isinstance(lines, list):
            raise OutcomeUnknown("no lines")
        return tuple(self.line(text) for text in lines)

    @hookimpl
    def parse_settlement(self, file, account):
        rows = file.content.decode().splitlines()
        if not rows or rows[0] != "id;ref;gross;fee":
            raise ValueError("line 1, column 1: not a settlement of Tiny")
        return tuple(self.line(text) for text in rows[1:])

    def line(self, text):
        match = re.fullmatch(r"(\w+);(\w+);(\d{1,12});(\d{1,12})", str(text), re.ASCII)
        if match is None:
            raise OutcomeUnknown("a line that is none")
        line_id, reference, gross, fee = match.groups()
        net = int(gross) - int(fee)
        return SettlementLine(
            line_id=line_id,
            reference=reference,
            gross=Money(int(gross), "PEN"),
            fee=Money(int(fee), "PEN"),
            net=Money(net, "PEN"),
        )
