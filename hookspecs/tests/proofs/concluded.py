"""Faults in what is sent, and in what is concluded from an answer."""

from __future__ import annotations

import itertools
import uuid

import attrs

from hub_hookspecs import (
    ApproveInApp,
    Credentials,
    FieldMatch,
    IdentityReport,
    Kind,
    Literal,
    Match,
    Money,
    NotExecuted,
    Observation,
    OutcomeUnknown,
    PaymentStarted,
    Reason,
    ReasonKind,
    Refused,
    harmless,
    hookimpl,
    number,
)

from .planted import Planted, planted
from .tiny import STATUSES, Tiny

FAULTS: list[Planted] = []
TROUBLE = "at every step, trouble leads to the conclusions that the contract allows"


@planted(
    FAULTS,
    TROUBLE,
    "validate_identity, request 1: POST /v1/token was answered 500; the plugin called the "
    "credentials refused; the contract allows unclear",
)
class RefusesOnTrouble(Tiny):
    @hookimpl
    def validate_identity(self, check, account):
        answer = yield self.token_request(account)
        credentials = Credentials.ACCEPTED if answer.status_code == 200 else Credentials.REFUSED
        field = FieldMatch(field="identity_number", match=Match.UNAVAILABLE)
        return IdentityReport(credentials=credentials, fields=(field,))


@planted(FAULTS, "every reference of its rule reaches the provider unchanged", "instead of our reference")
class ChangesTheReference(Tiny):
    def body(self, order, terminal):
        return {**super().body(order, terminal), "ref": f"INV-{order.reference}"}

    def read(self, answer, reference):
        return super().read(answer, f"INV-{reference}")


@planted(FAULTS, "every reference of its rule reaches the provider unchanged", "0000000000000000")
class LosesLeadingZeros(Tiny):
    def body(self, order, terminal):
        return {**super().body(order, terminal), "ref": order.reference.lstrip("0") or "0"}

    def read(self, answer, reference):
        return super().read(answer, reference.lstrip("0") or "0")


@planted(
    FAULTS,
    "a request marked harmless moves no money when it is sent twice",
    "create_payment, request 2: POST /v1/payments is marked harmless and was sent twice; by the provider's book",
)
class CallsItsChargeHarmless(Tiny):
    def charge(self, order, account, terminal):
        return harmless(super().charge(order, account, terminal))


@planted(FAULTS, "the same order gives the same requests", "create_payment (a new push), request 2")
class DrawsAnIdOfItsOwn(Tiny):
    def charge(self, order, account, terminal):
        request = super().charge(order, account, terminal)
        request.headers["x-id"] = uuid.uuid4().hex
        return request


@planted(FAULTS, "the same order gives the same requests", "another request for the same order")
class CountsItsCalls(Tiny):
    calls = itertools.count()

    def charge(self, order, account, terminal):
        request = super().charge(order, account, terminal)
        request.headers["x-call"] = str(next(self.calls))
        return request


@planted(
    FAULTS,
    "a query tells what the provider's book says",
    "the payer can still pay, and did; the plugin had concluded expired",
)
class TakesPendingForExpired(Tiny):
    statuses = {**STATUSES, "pending": Kind.EXPIRED}  # noqa: RUF012


@planted(FAULTS, "a query tells what the provider's book says", "has no money; the plugin concluded paid")
class TakesPendingForPaid(Tiny):
    statuses = {**STATUSES, "pending": Kind.PAID}  # noqa: RUF012


@planted(FAULTS, "a genuine notification is understood", "genuine; the plugin called it invalid")
class NeverHears(Tiny):
    def expected(self, message, key):
        return super().expected(message, key).upper()


@planted(FAULTS, "a cancelled payment takes no money", "has the money; the plugin concluded cancelled")
class BelievesItsOwnCancel(Tiny):
    @hookimpl
    def cancel_payment(self, cancel, account):
        yield harmless(self.request("GET", account, f"payments/{cancel.reference}"))
        return (Observation(kind=Kind.CANCELLED),)


@planted(FAULTS, "a refund gives the money back, and says so only then", "still has the money")
class BelievesItsOwnRefund(Tiny):
    @hookimpl
    def refund_payment(self, refund, account):
        yield harmless(self.request("GET", account, f"payments/{refund.reference}"))
        return (Observation(kind=Kind.RETURNED, movement=refund.reference),)


@planted(
    FAULTS,
    TROUBLE,
    "create_payment, request 2: POST /v1/payments was answered 500; the plugin concluded declined; "
    "the contract allows no conclusion",
)
class DeclinesOn500(Tiny):
    def read(self, answer, reference):
        if answer.status_code >= 500:
            raise Refused(Reason(ReasonKind.DENIED))
        return super().read(answer, reference)


@planted(
    FAULTS,
    TROUBLE,
    "create_payment, request 2: POST /v1/payments was answered with garbage; the plugin concluded declined",
)
class DeclinesGarbage(Tiny):
    def read(self, answer, reference):
        try:
            return super().read(answer, reference)
        except OutcomeUnknown:
            raise Refused(Reason(ReasonKind.OTHER)) from None


@planted(
    FAULTS,
    TROUBLE,
    "create_payment, request 1: POST /v1/payments took effect and its answer was lost; the plugin "
    "concluded declined; the contract allows no conclusion",
)
class DeclinesWhatIsLost(Tiny):
    @hookimpl
    def create_payment(self, order, account):
        try:
            answer = yield self.charge(order, account, "T1")
        except OutcomeUnknown:
            raise Refused(Reason(ReasonKind.ISSUER_UNAVAILABLE)) from None
        return PaymentStarted(action=ApproveInApp("x"), observations=self.read(answer, order.reference))


@planted(
    FAULTS,
    TROUBLE,
    "took effect and its answer was lost; the plugin concluded accepted; the contract allows no conclusion",
)
class TakesSilenceForConsent(Tiny):
    @hookimpl
    def create_payment(self, order, account):
        try:
            answer = yield self.charge(order, account, "T1")
        except OutcomeUnknown:
            return PaymentStarted(action=ApproveInApp("x"), observations=(Observation(kind=Kind.ACCEPTED),))
        return PaymentStarted(action=ApproveInApp("x"), observations=self.read(answer, order.reference))


@planted(
    FAULTS,
    TROUBLE,
    "was answered with garbage; the plugin broke its contract: it raised JSONDecodeError: "
    "Unterminated string starting at: line 1 column 2 (char 1), at ",
)
class TrustsItsAnswers(Tiny):
    def read(self, answer, reference):
        return self.observed(answer.json())


@planted(
    FAULTS,
    TROUBLE,
    "took effect and was answered 500; the plugin declared this status as not executed",
)
class CallsEveryGatewayRefusalNotExecuted(Tiny):
    def info(self):
        rules = (NotExecuted(hook="create_payment", status=500, body_key="ref"),)
        return attrs.evolve(super().info(), not_executed=rules)


@planted(FAULTS, "no request but a harmless one is sent twice", "no charging request to be sent again")
class ChargesAgain(Tiny):
    @hookimpl
    def create_payment(self, order, account):
        try:
            answer = yield self.charge(order, account, "T1")
        except OutcomeUnknown:
            answer = yield self.charge(order, account, "T1")
        return PaymentStarted(action=ApproveInApp("x"), observations=self.read(answer, order.reference))


@planted(
    FAULTS,
    "no request but a harmless one is sent twice",
    "create_payment, request 1: POST /v1/payments was answered 500; the plugin asked for POST "
    "/v1/payments in request 2; the contract allows no charging request to be sent again",
)
class ChargesAgainUnderAnotherName(Tiny):
    @hookimpl
    def create_payment(self, order, account):
        answer = yield self.charge(order, account, "T1")
        if answer.status_code >= 500:
            answer = yield self.charge(order, account, "T2")
        return PaymentStarted(action=ApproveInApp("x"), observations=self.read(answer, order.reference))


@planted(
    FAULTS,
    "a word that no document lists leads to no conclusion",
    "was answered with status = 'EN_LIMBO'; the plugin concluded declined; the contract allows no conclusion",
)
class DeclinesUnknownWords(Tiny):
    def observed(self, body):
        return super().observed({**body, "status": body["status"] if body["status"] in STATUSES else "rejected"})


@planted(FAULTS, "a word that no document lists leads to no conclusion", "the plugin concluded paid")
class ApprovesUnknownWords(Tiny):
    def observed(self, body):
        return super().observed({**body, "status": body["status"] if body["status"] in STATUSES else "paid"})


@planted(FAULTS, "every declared currency reaches the provider exactly", "were owed")
class RoundsThroughAFloat(Tiny):
    def body(self, order, terminal):
        cents = int(float(order.amount.decimal) * 100)
        return {**super().body(order, terminal), "amount": number(Money(cents, order.amount.currency))}


@planted(FAULTS, "every declared currency reaches the provider exactly", "which a float wrote")
class WritesFloats(Tiny):
    def body(self, order, terminal):
        text = f"{float(order.amount.decimal):.6e}"
        return {**super().body(order, terminal), "amount": Literal(text)}


@planted(FAULTS, "an amount that its wire cannot carry is refused, not rounded", "is finer than 0 decimals")
class RoundsWhatIsFiner(Tiny):
    def body(self, order, terminal):
        amount = order.amount
        if amount.currency == "COP":
            amount = Money(amount.minor // 100 * 100, "COP")
        return super().body(attrs.evolve(order, amount=amount), terminal)


@planted(FAULTS, "an amount that its wire cannot carry is refused, not rounded", "not declared")
class TakesAnyCurrency(Tiny):
    def body(self, order, terminal):
        return {
            "ref": order.reference,
            "amount": number(order.amount),
            "currency": order.amount.currency,
            "terminal": terminal,
        }


@planted(FAULTS, "an amount is what the provider said, or none", "the provider did not state")
class InventsTheAmount(Tiny):
    @hookimpl
    def query_payment(self, query, account):
        answer = yield harmless(self.request("GET", account, f"payments/{query.reference}"))
        if answer.status_code == 404:
            return ()
        return tuple(attrs.evolve(item, amount=query.amount) for item in self.read(answer, query.reference))
