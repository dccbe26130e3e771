"""The kit itself: a good provider proves everything, and each planted fault is found by its proof."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import logging
import os
import re
import select
import socket
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from hub_hookspecs import (
    ApproveInApp,
    Channel,
    Credentials,
    CurrencyRule,
    FieldMatch,
    Grant,
    IdentityReport,
    Kind,
    Literal,
    Match,
    Money,
    MoneyError,
    NotExecuted,
    NotSent,
    Observation,
    OutcomeUnknown,
    PayButton,
    PayerField,
    PaymentStarted,
    ProviderInfo,
    QueryBy,
    Reading,
    Reason,
    ReasonKind,
    ReferenceRule,
    RefundKind,
    Refunds,
    Refused,
    Setting,
    SettlementLine,
    Source,
    Starts,
    Verdict,
    Way,
    harmless,
    hookimpl,
    json_bytes,
    json_object,
    mask,
    number,
    opens_session,
    strict_json,
    without_grant,
)
from hub_hookspecs.testing import PROOFS, ProviderContract, Result, Subject, guard, prove, run_proofs
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.simulator import News, Simulator, Stage


@attrs.define
class Row:
    """One payment at the provider."""

    id: str
    ref: str
    amount: Money
    status: str = "pending"


class Desk:
    """The provider, as its documents have it: bearer token, payments by our reference, signed notifications."""

    def __init__(self, config: Any) -> None:
        (self.merchant,) = config["merchants"]
        self.rows: list[Row] = []
        self.ids = itertools.count(1)
        self.stage = Stage(forge=self.forge, forget=self.rows.clear)
        self.stage.actions.update(approve=self.approve, reject=self.end("rejected"), expire=self.end("expired"))

    def app(self) -> Any:
        routes = [
            Route("/v1/token", self.token, methods=["POST"]),
            Route("/v1/terminal", self.guarded(self.terminal)),
            Route("/v1/payments", self.guarded(self.create), methods=["POST"]),
            Route("/v1/settlements", self.guarded(self.settle)),
            Route("/v1/payments/{ref}", self.guarded(self.show)),
            Route("/v1/payments/{ref}/cancel", self.guarded(self.cancel), methods=["POST"]),
            Route("/v1/payments/{ref}/refunds", self.guarded(self.refund), methods=["POST"]),
        ]
        return self.stage.wrap(routes)

    async def token(self, request: Request) -> JSONResponse:
        body = json.loads(await request.body())
        if body.get("key") != self.merchant["key"]:
            return JSONResponse({"error": "unknown key"}, 401)
        return JSONResponse({"token": f"token-{self.merchant['key']}", "seconds": 600})

    def guarded(self, handle: Any) -> Any:
        async def guard(request: Request) -> JSONResponse:
            if request.headers.get("authorization") != f"Bearer token-{self.merchant['key']}":
                return JSONResponse({"message": "Unauthorized"}, 401)
            body = json.loads(await request.body() or b"{}", parse_float=Decimal)
            return handle(body, self.row(request.path_params.get("ref")))

        return guard

    def row(self, ref: Any) -> Row | None:
        return next((row for row in self.rows if row.ref == ref), None)

    def terminal(self, _body: Any, _row: Any) -> JSONResponse:
        return JSONResponse({"terminal": "T1"})

    def create(self, body: Any, _row: Any) -> JSONResponse:
        row = Row(f"P{next(self.ids)}", body["ref"], Money.parse(body["amount"], body["currency"]))
        self.rows.append(row)
        return self.told(row)

    def told(self, row: Row | None) -> JSONResponse:
        if row is None:
            return JSONResponse({"error": "not_found"}, 404)
        return JSONResponse(self.facts(row))

    def facts(self, row: Row) -> dict[str, Any]:
        stated = f"{row.amount.decimal:f}"
        return {
            "id": row.id,
            "ref": row.ref,
            "status": row.status,
            "amount": stated,
            "currency": row.amount.currency,
            "took": 12,
        }

    def settle(self, _body: Any, _row: Any) -> JSONResponse:
        lines = [f"{row.id};{row.ref};{row.amount.minor};100" for row in self.rows if row.status == "paid"]
        return JSONResponse({"lines": lines})

    def show(self, _body: Any, row: Row | None) -> JSONResponse:
        return self.told(row)

    def cancel(self, _body: Any, row: Row | None) -> JSONResponse:
        if row and row.status == "pending":
            row.status = "cancelled"
        return self.told(row)

    def refund(self, _body: Any, row: Row | None) -> JSONResponse:
        if row and self.stage.give_back(row.id):
            row.status = "returned"
        return self.told(row)

    async def approve(self, reference: str, _body: Any) -> None:
        pending = [row for row in self.rows if row.ref == reference and row.status == "pending"]
        if not pending:
            raise LookupError(reference)
        for row in pending:
            row.status = "paid"
            self.stage.capture(row.ref, row.id, self.merchant["id"], row.amount)
            self.tell(row)

    def end(self, status: str) -> Any:
        async def act(reference: str, _body: Any) -> None:
            if (row := self.row(reference)) is None:
                raise LookupError(reference)
            row.status = status
            self.tell(row)

        return act

    def tell(self, row: Row) -> None:
        body = json.dumps(self.facts(row)).encode()
        signature = hmac.new(self.merchant["hook"].encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-signature": signature}
        self.stage.notify(News(reference=row.ref, merchant=self.merchant["id"], path="/", headers=headers, body=body))

    @staticmethod
    def forge(news: News) -> News:
        return attrs.evolve(news, headers={**news.headers, "x-signature": "0" * 64})


def configure(config: Any) -> dict[str, Any]:
    fresh = {"id": "m1", "name": "Bodega Lima", "key": f"k-{uuid.uuid4().hex}", "hook": f"h-{uuid.uuid4().hex}"}
    return {"merchants": [fresh], **config}


SIMULATOR = Simulator(
    code="tiny",
    configure=configure,
    app=lambda config: Desk(config).app(),
    endpoints=lambda base: {"api": f"{base}/v1"},
    settings=lambda config, _merchant: {name: config["merchants"][0][name] for name in ("key", "hook")},
)


STATUSES = {
    "pending": Kind.ACCEPTED,
    "paid": Kind.PAID,
    "rejected": Kind.DECLINED,
    "expired": Kind.EXPIRED,
    "cancelled": Kind.CANCELLED,
    "returned": Kind.RETURNED,
}
VOUCHED = frozenset({"reference", "provider_reference", "amount"})


class Tiny:
    """Keeps the contract."""

    statuses = STATUSES

    def info(self) -> ProviderInfo:
        way = Way(
            code="push",
            label="Push",
            starts=Starts.CHARGE,
            outcome=frozenset({"query", "notification"}),
            query_by=QueryBy.OURS,
            payer_fields=(PayerField(name="phone", label="Celular", pattern="9[0-9]{8}", example="987654321"),),
            cancel=True,
            undo=True,
        )
        return ProviderInfo(
            code="tiny",
            name="Tiny",
            contract_version=(1, 1),
            countries=("PE",),
            currencies=(CurrencyRule(currency="PEN", decimals=2), CurrencyRule(currency="COP", decimals=0)),
            channels=frozenset(Channel),
            ways=(way,),
            reference=ReferenceRule(16),
            endpoints={"live": {"api": "https://api.tiny.example/v1"}, "test": {"api": "https://test.tiny.example/v1"}},
            settings=(
                Setting(name="key", label="Llave", help="En el panel.", secret=True),
                Setting(name="hook", label="Secreto", help="En el panel.", secret=True),
            ),
            names_account=False,
            verified_fields=("identity_number",),
            not_executed=(NotExecuted(hook="create_payment", status=401, body_key="message"),),
            refunds=Refunds.FULL,
        )

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
        return (
            Observation(
                kind=kind,
                reference=body["ref"],
                provider_reference=str(body.get("id")),
                movement=body["ref"] if kind in (Kind.PAID, Kind.RETURNED) else None,
                amount=self.amount(body),
                vouched=VOUCHED,
            ),
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
        return self.read(answer, cancel.reference)

    @hookimpl
    def refund_payment(self, refund, account):
        answer = yield self.request("POST", account, f"payments/{refund.reference}/refunds", {"op": refund.operation})
        if answer.status_code == 404 and refund.kind is RefundKind.UNDO:
            return (Observation(kind=Kind.NOT_FOUND),)
        return self.read(answer, refund.reference)

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


class TestAGoodProvider(ProviderContract):
    plugin = Tiny()
    simulator = SIMULATOR


def test_a_good_provider_proves_everything_and_nothing_is_excused():
    results = prove(Subject(plugin=Tiny(), simulator=SIMULATOR))
    assert [str(finding) for result in results for finding in result.findings] == []
    assert [result.excuse for result in results if result.excuse] == []


class PayerFieldThatRefusesItsExample(Tiny):
    def info(self):
        (way,) = super().info().ways
        field = attrs.evolve(way.payer_fields[0], pattern="8[0-9]{8}")
        return attrs.evolve(super().info(), ways=(attrs.evolve(way, payer_fields=(field,)),))


class NamesNoAccount(Tiny):
    def info(self):
        return attrs.evolve(super().info(), names_account=True)


class DescribesItselfAnew(Tiny):
    @hookimpl
    def describe_provider(self):
        return attrs.evolve(self.info(), tagline=uuid.uuid4().hex)


class RefundsUndeclared(Tiny):
    def info(self):
        (way,) = super().info().ways
        return attrs.evolve(super().info(), refunds=Refunds.NONE, ways=(attrs.evolve(way, undo=False),))


class CancelDeclaredOnly(Tiny):
    cancel_payment = None


class MisspeltHook(Tiny):
    @hookimpl
    def querry_payment(self, query, account): ...


class ButtonWithMarkup(Tiny):
    @hookimpl
    def render_pay_button(self, offer):
        return PayButton(label="<b>Paga</b>", accessible_label="Paga")


class ButtonTooLong(Tiny):
    @hookimpl
    def render_pay_button(self, offer):
        return PayButton(label="Paga " * 20, accessible_label="Paga")


class AcceptsAnybody(Tiny):
    @hookimpl
    def validate_identity(self, check, account):
        yield self.token_request(account)
        field = FieldMatch(field="identity_number", match=Match.UNAVAILABLE)
        return IdentityReport(credentials=Credentials.ACCEPTED, fields=(field,))


class ShowsTheWholeNumber(Tiny):
    @hookimpl
    def validate_identity(self, check, account):
        yield self.token_request(account)
        number = account.company.document.number
        field = FieldMatch(field="identity_number", match=Match.EQUAL, ours=number, theirs=number)
        return IdentityReport(credentials=Credentials.ACCEPTED, fields=(field,))


class RefusesOnTrouble(Tiny):
    @hookimpl
    def validate_identity(self, check, account):
        answer = yield self.token_request(account)
        credentials = Credentials.ACCEPTED if answer.status_code == 200 else Credentials.REFUSED
        field = FieldMatch(field="identity_number", match=Match.UNAVAILABLE)
        return IdentityReport(credentials=credentials, fields=(field,))


class ChangesTheReference(Tiny):
    def body(self, order, terminal):
        return {**super().body(order, terminal), "ref": f"INV-{order.reference}"}

    def read(self, answer, reference):
        return super().read(answer, f"INV-{reference}")


class LosesLeadingZeros(Tiny):
    def body(self, order, terminal):
        return {**super().body(order, terminal), "ref": order.reference.lstrip("0") or "0"}

    def read(self, answer, reference):
        return super().read(answer, reference.lstrip("0") or "0")


class CallsItsChargeHarmless(Tiny):
    def charge(self, order, account, terminal):
        return harmless(super().charge(order, account, terminal))


class CallsItsChargeASession(Tiny):
    def charge(self, order, account, terminal):
        return opens_session(super().charge(order, account, terminal))


class DrawsAnIdOfItsOwn(Tiny):
    def charge(self, order, account, terminal):
        request = super().charge(order, account, terminal)
        request.headers["x-id"] = uuid.uuid4().hex
        return request


class CountsItsCalls(Tiny):
    calls = itertools.count()

    def charge(self, order, account, terminal):
        request = super().charge(order, account, terminal)
        request.headers["x-call"] = str(next(self.calls))
        return request


class TakesPendingForExpired(Tiny):
    statuses = {**STATUSES, "pending": Kind.EXPIRED}  # noqa: RUF012


class TakesPendingForPaid(Tiny):
    statuses = {**STATUSES, "pending": Kind.PAID}  # noqa: RUF012


class NeverHears(Tiny):
    def expected(self, message, key):
        return super().expected(message, key).upper()


class TokenRequestWantsAToken(Tiny):
    def token_request(self, account):
        return harmless(self.request("POST", account, "token", {"key": account.settings["key"]}))


class BelievesItsOwnCancel(Tiny):
    @hookimpl
    def cancel_payment(self, cancel, account):
        yield harmless(self.request("GET", account, f"payments/{cancel.reference}"))
        return (Observation(kind=Kind.CANCELLED),)


class BelievesItsOwnRefund(Tiny):
    @hookimpl
    def refund_payment(self, refund, account):
        yield harmless(self.request("GET", account, f"payments/{refund.reference}"))
        return (Observation(kind=Kind.RETURNED, movement=refund.reference),)


class DeclinesOn500(Tiny):
    def read(self, answer, reference):
        if answer.status_code >= 500:
            raise Refused(Reason(ReasonKind.DENIED))
        return super().read(answer, reference)


class DeclinesGarbage(Tiny):
    def read(self, answer, reference):
        try:
            return super().read(answer, reference)
        except OutcomeUnknown:
            raise Refused(Reason(ReasonKind.OTHER)) from None


class DeclinesWhatIsLost(Tiny):
    @hookimpl
    def create_payment(self, order, account):
        try:
            answer = yield self.charge(order, account, "T1")
        except OutcomeUnknown:
            raise Refused(Reason(ReasonKind.ISSUER_UNAVAILABLE)) from None
        return PaymentStarted(action=ApproveInApp("x"), observations=self.read(answer, order.reference))


class TakesSilenceForConsent(Tiny):
    @hookimpl
    def create_payment(self, order, account):
        try:
            answer = yield self.charge(order, account, "T1")
        except OutcomeUnknown:
            return PaymentStarted(action=ApproveInApp("x"), observations=(Observation(kind=Kind.ACCEPTED),))
        return PaymentStarted(action=ApproveInApp("x"), observations=self.read(answer, order.reference))


class TrustsItsAnswers(Tiny):
    def read(self, answer, reference):
        return self.observed(answer.json())


class CallsEveryGatewayRefusalNotExecuted(Tiny):
    def info(self):
        rules = (NotExecuted(hook="create_payment", status=500, body_key="ref"),)
        return attrs.evolve(super().info(), not_executed=rules)


class ChargesAgain(Tiny):
    @hookimpl
    def create_payment(self, order, account):
        try:
            answer = yield self.charge(order, account, "T1")
        except OutcomeUnknown:
            answer = yield self.charge(order, account, "T1")
        return PaymentStarted(action=ApproveInApp("x"), observations=self.read(answer, order.reference))


class ChargesAgainUnderAnotherName(Tiny):
    @hookimpl
    def create_payment(self, order, account):
        answer = yield self.charge(order, account, "T1")
        if answer.status_code >= 500:
            answer = yield self.charge(order, account, "T2")
        return PaymentStarted(action=ApproveInApp("x"), observations=self.read(answer, order.reference))


class DeclinesUnknownWords(Tiny):
    def observed(self, body):
        return super().observed({**body, "status": body["status"] if body["status"] in STATUSES else "rejected"})


class ApprovesUnknownWords(Tiny):
    def observed(self, body):
        return super().observed({**body, "status": body["status"] if body["status"] in STATUSES else "paid"})


class RoundsThroughAFloat(Tiny):
    def body(self, order, terminal):
        cents = int(float(order.amount.decimal) * 100)
        return {**super().body(order, terminal), "amount": number(Money(cents, order.amount.currency))}


class WritesFloats(Tiny):
    def body(self, order, terminal):
        text = f"{float(order.amount.decimal):.6e}"
        return {**super().body(order, terminal), "amount": Literal(text)}


class RoundsWhatIsFiner(Tiny):
    def body(self, order, terminal):
        amount = order.amount
        if amount.currency == "COP":
            amount = Money(amount.minor // 100 * 100, "COP")
        return super().body(attrs.evolve(order, amount=amount), terminal)


class TakesAnyCurrency(Tiny):
    def body(self, order, terminal):
        return {
            "ref": order.reference,
            "amount": number(order.amount),
            "currency": order.amount.currency,
            "terminal": terminal,
        }


class InventsTheAmount(Tiny):
    @hookimpl
    def query_payment(self, query, account):
        answer = yield harmless(self.request("GET", account, f"payments/{query.reference}"))
        if answer.status_code == 404:
            return ()
        return tuple(attrs.evolve(item, amount=query.amount) for item in self.read(answer, query.reference))


class AcceptsUnsigned(Tiny):
    def is_genuine(self, message, key):
        return message.header("x-signature") is None or super().is_genuine(message, key)


class AcceptsAnySignature(Tiny):
    def is_genuine(self, message, key):
        return len(message.header("x-signature") or "") == 64


class ReadsBeforeItVerifies(Tiny):
    def is_genuine(self, message, key):
        json.loads(message.body)["ref"]
        return super().is_genuine(message, key)


class KeepsTheFirstKey(Tiny):
    def __init__(self):
        self.key = None

    def is_genuine(self, message, key):
        self.key = self.key or key
        return super().is_genuine(message, self.key)


class CountsReplaysAsNew(Tiny):
    @hookimpl
    def handle_notification(self, message, account):
        reading = Tiny.handle_notification(self, message, account)
        told = [attrs.evolve(item, event_id=str(message.received_at)) for item in reading.observations]
        return attrs.evolve(reading, observations=tuple(told))


class BelievesTheBrowser(Tiny):
    @hookimpl
    def handle_notification(self, message, account):
        if message.source is Source.RETURN and "status=paid" in message.query:
            paid = Observation(kind=Kind.PAID, movement="m")
            return Reading(verdict=Verdict.VALID, observations=(paid,))
        return Tiny.handle_notification(self, message, account)


class LogsItsKey(Tiny):
    def request(self, method, account, path, body=None):
        logging.getLogger("tiny").debug("calling %s with %s", path, account.settings["key"])
        return super().request(method, account, path, body)


class RaisesItsKey(Tiny):
    def charge(self, order, account, terminal):
        self.key = account.settings["key"]
        return super().charge(order, account, terminal)

    def read(self, answer, reference):
        if answer.status_code >= 500:
            raise OutcomeUnknown(f"{answer.status_code} for {self.key}")
        return super().read(answer, reference)


class RemembersItsKey(Tiny):
    @hookimpl
    def create_payment(self, order, account):
        started = yield from Tiny.create_payment(self, order, account)
        return attrs.evolve(started, memory={"key": account.settings["key"]})


class PutsItsKeyInThePath(Tiny):
    @hookimpl
    def query_payment(self, query, account):
        yield harmless(self.request("GET", account, f"{account.settings['key']}/payments/{query.reference}"))
        return ()


class LogsTheExpectedSignature(Tiny):
    def is_genuine(self, message, key):
        logging.getLogger("tiny").warning("expected %s", self.expected(message, key))
        return super().is_genuine(message, key)


class RepeatsTheSignature(Tiny):
    def why(self, message, key):
        return f"{message.header('x-signature')} is not genuine"


class RepeatsTheBody(Tiny):
    def why(self, message, key):
        return f"the signature is not of {message.body.decode(errors='replace')[:80]}"


class SaysWhatItExpected(Tiny):
    def why(self, message, key):
        return f"the signature is not {self.expected(message, key)}"


class SaysItsKey(Tiny):
    def why(self, message, key):
        return f"the signature is not made with {key}"


class ReadsTheClock(Tiny):
    def charge(self, order, account, terminal):
        datetime.now(UTC)
        return super().charge(order, account, terminal)


class ReadsAnotherClock(Tiny):
    def read(self, answer, reference):
        time.monotonic()
        return super().read(answer, reference)


class ReadsTheEnvironment(Tiny):
    def charge(self, order, account, terminal):
        os.environ.get("TINY_KEY")
        return super().charge(order, account, terminal)


class ReadsAFile(Tiny):
    def charge(self, order, account, terminal):
        Path(os.devnull).read_bytes()
        return super().charge(order, account, terminal)


class OpensASocket(Tiny):
    def charge(self, order, account, terminal):
        socket.socket().close()
        return super().charge(order, account, terminal)


class StartsAThread(Tiny):
    def charge(self, order, account, terminal):
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
        return super().charge(order, account, terminal)


class StartsAProcess(Tiny):
    def charge(self, order, account, terminal):
        os.system("exit")
        return super().charge(order, account, terminal)


class KillsAProcess(Tiny):
    def charge(self, order, account, terminal):
        os.kill(os.getpid(), 0)
        return super().charge(order, account, terminal)


class Sleeps(Tiny):
    def read(self, answer, reference):
        time.sleep(0)
        return super().read(answer, reference)


class WaitsForNothing(Tiny):
    def read(self, answer, reference):
        select.select([], [], [], 0)
        return super().read(answer, reference)


class ReadsTheClockForItsButton(Tiny):
    @hookimpl
    def render_pay_button(self, offer):
        return PayButton(label=f"Paga {time.time() > 0}", accessible_label="Paga")


class ForgetsTheFee(Tiny):
    def line(self, text):
        line = super().line(text)
        return attrs.evolve(line, net=line.gross)


class ReadsAnyFile(Tiny):
    @hookimpl
    def parse_settlement(self, file, account):
        return ()


PLANTED = {
    ForgetsTheFee: ("settlement lines can be asked for, and add up", "is not net"),
    ReadsAnyFile: ("a settlement file that is not understood is refused", "the contract allows ValueError"),
    PayerFieldThatRefusesItsExample: ("it declares what can be true", "does not match its own pattern"),
    NamesNoAccount: ("it declares what can be true", "no setting identifies the account"),
    DescribesItselfAnew: ("it declares what can be true", "differently each time"),
    RefundsUndeclared: ("it implements what it declares, and nothing else", "refund_payment: implemented, and not"),
    CancelDeclaredOnly: ("it implements what it declares, and nothing else", "cancel_payment: declared"),
    MisspeltHook: ("it implements what it declares, and nothing else", "querry_payment: there is no such hook"),
    ButtonWithMarkup: ("its button is a value that can be drawn anywhere", "not markup"),
    ButtonTooLong: ("its button is a value that can be drawn anywhere", "at most 40 characters"),
    ShowsTheWholeNumber: ("good credentials are accepted, and every verified field is reported", "masked"),
    AcceptsAnybody: ("wrong credentials are not accepted", "every secret was wrong"),
    RefusesOnTrouble: (
        "at every step, trouble leads to the conclusions that the contract allows",
        "validate_identity, request 1: POST /v1/token was answered 500; the plugin called the credentials refused; "
        "the contract allows unclear",
    ),
    ChangesTheReference: ("every reference of its rule reaches the provider unchanged", "instead of our reference"),
    LosesLeadingZeros: ("every reference of its rule reaches the provider unchanged", "0000000000000000"),
    CallsItsChargeHarmless: (
        "a request marked harmless moves no money when it is sent twice",
        "create_payment, request 2: POST /v1/payments is marked harmless and was sent twice; "
        "the provider's book has the money 2 times",
    ),
    CallsItsChargeASession: ("its marks are what it declares", "declared to charge"),
    DrawsAnIdOfItsOwn: ("the same order gives the same requests", "create_payment (a new push), request 2"),
    CountsItsCalls: ("the same order gives the same requests", "another request for the same order"),
    TakesPendingForExpired: (
        "a query tells what the provider's book says",
        "the payer can still pay, and did; the plugin had concluded expired",
    ),
    TakesPendingForPaid: ("a query tells what the provider's book says", "has no money; the plugin concluded paid"),
    NeverHears: ("a genuine notification is understood", "genuine; the plugin called it invalid"),
    TokenRequestWantsAToken: ("a grant can be had", "not marked without_grant"),
    BelievesItsOwnCancel: ("a cancelled payment takes no money", "has the money; the plugin concluded cancelled"),
    BelievesItsOwnRefund: ("a refund gives the money back, and says so only then", "still has the money"),
    DeclinesOn500: (
        "at every step, trouble leads to the conclusions that the contract allows",
        "create_payment, request 2: POST /v1/payments was answered 500; the plugin concluded declined; "
        "the contract allows no conclusion",
    ),
    DeclinesGarbage: (
        "at every step, trouble leads to the conclusions that the contract allows",
        "create_payment, request 2: POST /v1/payments was answered with garbage; the plugin concluded declined",
    ),
    DeclinesWhatIsLost: (
        "at every step, trouble leads to the conclusions that the contract allows",
        "create_payment, request 1: POST /v1/payments took effect and its answer was lost; the plugin concluded "
        "declined; the contract allows no conclusion",
    ),
    TakesSilenceForConsent: (
        "at every step, trouble leads to the conclusions that the contract allows",
        "took effect and its answer was lost; the plugin concluded accepted; the contract allows no conclusion",
    ),
    TrustsItsAnswers: (
        "at every step, trouble leads to the conclusions that the contract allows",
        "was answered with garbage; the plugin broke its contract (the plugin raised JSONDecodeError); "
        "the contract allows ProviderError or a result",
    ),
    CallsEveryGatewayRefusalNotExecuted: (
        "at every step, trouble leads to the conclusions that the contract allows",
        "took effect and was answered 500; the plugin declared this status as not executed",
    ),
    ChargesAgain: ("no request but a harmless one is sent twice", "no charging request to be sent again"),
    ChargesAgainUnderAnotherName: (
        "no request but a harmless one is sent twice",
        "create_payment, request 1: POST /v1/payments was answered 500; the plugin asked for POST /v1/payments in "
        "request 2; the contract allows no charging request to be sent again",
    ),
    DeclinesUnknownWords: (
        "a word that no document lists leads to no conclusion",
        "was answered with status = 'EN_LIMBO'; the plugin concluded declined; the contract allows no conclusion",
    ),
    ApprovesUnknownWords: ("a word that no document lists leads to no conclusion", "the plugin concluded paid"),
    RoundsThroughAFloat: ("every declared currency reaches the provider exactly", "were owed"),
    WritesFloats: ("every declared currency reaches the provider exactly", "which a float wrote"),
    RoundsWhatIsFiner: ("an amount that its wire cannot carry is refused, not rounded", "is finer than 0 decimals"),
    TakesAnyCurrency: ("an amount that its wire cannot carry is refused, not rounded", "not declared"),
    InventsTheAmount: ("an amount is what the provider said, or none", "the provider did not state"),
    AcceptsUnsigned: ("a notification that is not genuine proves nothing", "for a payment that nobody paid"),
    AcceptsAnySignature: ("a notification that is not genuine proves nothing", "rewritten for a payment"),
    ReadsBeforeItVerifies: ("a notification that is not genuine proves nothing", "broke its contract"),
    KeepsTheFirstKey: ("a notification for another account proves nothing", "genuine for another account"),
    CountsReplaysAsNew: ("a notification that arrives again says the same", "it claims something else"),
    BelievesTheBrowser: ("a browser return that anybody can type proves nothing", "concluded paid"),
    RepeatsTheSignature: ("why a message is not believed is told in words alone", "its reason shows what was sent"),
    RepeatsTheBody: ("why a message is not believed is told in words alone", "its reason shows what was sent"),
    SaysWhatItExpected: ("why a message is not believed is told in words alone", "shows a computed proof"),
    SaysItsKey: ("why a message is not believed is told in words alone", "its reason shows a secret setting"),
    LogsItsKey: ("its secrets never show", "a log line or a print"),
    RaisesItsKey: ("its secrets never show", "the text of what it raised"),
    RemembersItsKey: ("its secrets never show", "its result"),
    PutsItsKeyInThePath: ("its secrets never show", "a request's path"),
    LogsTheExpectedSignature: ("its secrets never show", "the expected signature shows"),
    ReadsTheClock: ("its hooks are pure", "create_payment: the plugin read the clock"),
    ReadsAnotherClock: ("its hooks are pure", "read the clock"),
    ReadsTheEnvironment: ("its hooks are pure", "read the environment"),
    ReadsAFile: ("its hooks are pure", "opened a file"),
    OpensASocket: ("its hooks are pure", "used a socket"),
    StartsAThread: ("its hooks are pure", "started a thread"),
    StartsAProcess: ("its hooks are pure", "started a process"),
    KillsAProcess: ("its hooks are pure", "killed a process"),
    Sleeps: ("its hooks are pure", "slept"),
    WaitsForNothing: ("its hooks are pure", "slept"),
    ReadsTheClockForItsButton: ("its hooks are pure", "render_pay_button: the plugin read the clock"),
}


@pytest.mark.parametrize("broken", PLANTED, ids=lambda item: item.__name__)
def test_a_planted_fault_is_found_by_its_proof(broken):
    name, words = PLANTED[broken]
    proof = next(proof for proof in PROOFS if proof.name == name)

    with Bench(Subject(plugin=broken(), simulator=SIMULATOR)) as bench:
        found = []
        for text in proof.check(bench):  # stop at the first: a proof plays what it needs
            found.append(text)
            if words in text:
                return
    pytest.fail(f"not found among {found}")


def test_every_proof_has_a_provider_that_fails_it():
    special = {"each way starts a payment, and the provider's book agrees to the cent", SPEAKS}
    assert {proof.name for proof in PROOFS} == {name for name, _ in PLANTED.values()} | special


def test_a_provider_that_starts_nothing_is_found():
    class StartsNothing(Tiny):
        @hookimpl
        def create_payment(self, order, account):
            raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE))

    findings = run_proofs(Subject(plugin=StartsNothing(), simulator=SIMULATOR))
    assert "create_payment (push): the plugin concluded declined" in map(str, findings)


def test_what_a_provider_does_not_have_is_excused_with_the_reason():
    class Silent(Tiny):
        handle_notification = None
        cancel_payment = None
        refund_payment = None
        fetch_settlement = None
        parse_settlement = None

        def info(self):
            (way,) = super().info().ways
            quiet = attrs.evolve(way, outcome=frozenset({"query"}), cancel=False, undo=False)
            return attrs.evolve(super().info(), ways=(quiet,), refunds=Refunds.NONE)

    results: tuple[Result, ...] = prove(Subject(plugin=Silent(), simulator=SIMULATOR))

    assert [str(finding) for result in results for finding in result.findings] == []
    assert {result.excuse for result in results if result.excuse} == {
        "no handle_notification",
        "no cancel_payment",
        "no refund_payment",
        "no fetch_settlement",
        "no parse_settlement",
    }


SPEAKS = "a language that it brings has all its texts"
ENGLISH = {
    "Push": "Push",
    "Celular": "Mobile",
    "Llave": "Key",
    "En el panel.": "In the panel.",
    "Secreto": "Secret",
    "Paga con Tiny": "Pay with Tiny",
    "Pagar con Tiny": "Pay with Tiny",
}


@pytest.mark.parametrize(
    ("file", "changes", "words"),
    [
        ("en.po", {}, ""),
        ("en.po", {"Celular": ""}, "'Celular' is missing"),
        ("en.po", {"Paga con Tiny": ""}, "'Paga con Tiny' is missing"),
        ("en.po", {"Al {phone}": "To {number}"}, "fills in something else"),
        ("en.po", {"Llave": "<b>Key</b>"}, "not markup"),
        ("en.po", {"Paga con Tiny": "Pay " * 20}, "at most 40 characters"),
        ("english.po", {}, "no language such as en"),
    ],
)
def test_a_language_is_proved_to_have_all_texts(tmp_path, monkeypatch, file, changes, words):
    package = f"tiny_{uuid.uuid4().hex}"
    folder = tmp_path / package / "locale"
    folder.mkdir(parents=True)
    (tmp_path / package / "__init__.py").touch()
    entries = {**ENGLISH, **changes}.items()
    (folder / file).write_text(
        "".join(f'msgid "{key}"\nmsgstr "{told}"\n\n' for key, told in entries), encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    plugin = Tiny()
    plugin.__package__ = package
    proof = next(proof for proof in PROOFS if proof.name == SPEAKS)

    with Bench(Subject(plugin=plugin, simulator=SIMULATOR)) as bench:
        found = list(proof.check(bench))
    assert len(found) == (1 if words else 0), found
    assert all(words in text for text in found)


def waits_seen() -> set[str]:
    found: set[str] = set()
    with guard.watched(__name__, found):
        select.select([], [], [], 0)
    return found


def test_control_a_guard_that_knows_one_way_to_wait_misses_another(monkeypatch):
    assert waits_seen() == {"slept"}
    monkeypatch.setattr(guard, "SLEEPS", frozenset({id(time.sleep)}))
    assert waits_seen() == set()
