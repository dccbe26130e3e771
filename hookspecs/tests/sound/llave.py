"""Llave (Uruguay): a hosted page that an order opens; several tries, several payments, refunds in parts.

Each payment, refund and chargeback has an id of its own, the same in the query and in the notification, which brings
the whole order and is signed with its time. A refused card leaves the page open.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound.llave_simulator import SIMULATOR as SIMULATOR
from hub_hookspecs import Kind, ReasonKind, Verdict, hookimpl
from hub_hookspecs.http import library as httpx

PAGE = hub.Way(
    code="page", label="Tarjeta", starts=hub.Starts.SESSION, outcome=frozenset({"notification", "query"}),
    query_by=hub.QueryBy.OURS, expiry_minutes=30, cancel=True,
)  # fmt: skip
CURRENCIES = ("UYU", "USD")
STATES = {
    "open": Kind.ACCEPTED, "verifying": Kind.ACCEPTED, "expired": Kind.EXPIRED, "cancelled": Kind.CANCELLED,
}  # fmt: skip
REASONS = {"51": ReasonKind.INSUFFICIENT_FUNDS, "54": ReasonKind.CARD_EXPIRED, "05": ReasonKind.DENIED}
NO_REFUND = frozenset({"not_found", "not_paid", "exceeds", "bad_amount", "bad_currency"})
NO_CANCEL = frozenset({"not_found", "already_paid", "already_over"})
NO_ORDER = frozenset({"bad_amount", "bad_currency"})
SIGNATURE = re.compile(r"t=([0-9]{1,10}),v1=([0-9a-f]{64})")
ID = re.compile("[0-9A-Za-z-]{1,40}")
FRESH = timedelta(minutes=5)
FIELDS = ("reference", "provider_reference", "movement", "amount", "occurred_at", "event_id", "reason", "instrument")
COUNTRY = hub.Country(
    code="UY", name="Uruguay", currencies=("UYU", "USD"), locale="es_UY", zone="America/Montevideo",
    identity_types=(hub.IdentityType(code="RUT", label="RUT", pattern="[0-9]{12}", legal_person=True),
                    hub.IdentityType(code="CI", label="Cédula", pattern="[0-9]{6,8}")),
    address_parts=(("department", "Departamento"), ("street", "Dirección")), mobile="9[0-9]{7}", phone_prefix="+598",
    receipts=hub.ReceiptRules(major={"UYU": ("peso uruguayo", "pesos uruguayos"), "USD": ("dólar", "dólares")}),
)  # fmt: skip


@hookimpl
def describe_provider():
    return hub.ProviderInfo(
        code="llave", name="Llave", contract_version=(1, 1), countries=("UY",),
        currencies=tuple(hub.CurrencyRule(currency=code, decimals=2) for code in CURRENCIES),
        channels=frozenset(hub.Channel), ways=(PAGE,), reference=hub.ReferenceRule(20),
        endpoints={"live": {"api": "https://api.llave.example", "page": "https://pay.llave.example"},
                   "test": {"api": "https://api.test.llave.example", "page": "https://pay.test.llave.example"}},
        settings=(
            hub.Setting(name="store", label="Comercio", help="Panel de Llave, Datos del comercio.", identifies=True,
                        pattern="[0-9A-Za-z-]{1,40}"),
            hub.Setting(name="key", label="Llave", help="Panel de Llave, API.", secret=True, pattern="[!-~]{8,200}"),
            hub.Setting(name="hook_secret", label="Secreto", help="Panel de Llave, avisos.", secret=True, unique=True,
                        pattern="[!-~]{8,200}"),
        ),
        verified_fields=("identity_number",), decline_ends_session=False, refunds=hub.Refunds.PARTIAL,
        notification_setup="Por favor, los avisos de nuestras órdenes a {address}",
    )  # fmt: skip


@hookimpl
def render_pay_button(offer):
    return hub.PayButton(label="Paga con Llave", accessible_label="Pagar con Llave, tarjeta", background="#0b3d6b")


@hookimpl
def validate_identity(check, account):
    match, theirs, culprits = hub.Match.UNAVAILABLE, "", ()
    word = hub.Credentials.UNCLEAR
    try:
        answer = yield hub.harmless(call(account, "GET", "store"))
        body = hub.json_object(answer)
    except (hub.NotSent, hub.OutcomeUnknown):
        answer, body = None, {}
    if answer is not None and answer.status_code == 401 and "error" in body:
        word, culprits = hub.Credentials.REFUSED, ("key",)
    elif answer is not None and answer.status_code == 200 and isinstance(body.get("rut"), str):
        right = body.get("store") == account.settings["store"]
        word, culprits = (hub.Credentials.ACCEPTED, ()) if right else (hub.Credentials.REFUSED, ("store",))
        match, theirs = hub.compare_numbers(account.company.document, body["rut"]), hub.mask(body["rut"])
    ours = hub.mask(account.company.document.number)
    field = hub.FieldMatch(field="identity_number", match=match, ours=ours, theirs=theirs)
    return hub.IdentityReport(credentials=word, culprits=culprits, fields=(field,))


@hookimpl
def create_payment(order, account):
    answer = yield hub.opens_session(call(account, "POST", "orders", order_body(order, account)))
    return started(answer, order, account)


def order_body(order, account):
    if order.amount.currency not in CURRENCIES or order.amount.minor <= 0:
        raise hub.Refused(hub.Reason(ReasonKind.INVALID_AMOUNT))
    return {"ref": order.reference, "store": account.settings["store"], "amount": hub.plain(order.amount, 2),
            "currency": order.amount.currency, "description": order.description, "back": order.return_url}  # fmt: skip


def started(answer, order, account):
    body = hub.json_object(answer)
    refuse(answer, body, (400, 422), NO_ORDER)
    url, theirs = body.get("url"), body.get("order")
    if answer.status_code != 201 or body.get("ref") != order.reference or not isinstance(theirs, str) or not theirs:
        raise hub.OutcomeUnknown("no order came back")
    if not isinstance(url, str) or not re.fullmatch(re.escape(account.endpoints["page"]) + "/[0-9A-Za-z/-]{1,80}", url):
        raise hub.OutcomeUnknown("the order came back without its page")
    seen = hub.Observation(kind=Kind.ACCEPTED, reference=body["ref"], provider_reference=theirs)
    action = hub.Redirect(url, order.now + timedelta(minutes=PAGE.expiry_minutes))
    return hub.PaymentStarted(action=action, memory={"order": theirs}, observations=(vouch(seen),))


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(call(account, "GET", f"orders/{query.reference}"))
    return read_answer(answer, query.reference)


def read_answer(answer, reference):
    body = hub.json_object(answer)
    if body.get("ref") != reference:
        return ()
    if answer.status_code == 404 and body.get("error") == "not_found":
        return (vouch(hub.Observation(kind=Kind.NOT_FOUND, reference=body["ref"])),)
    return read_order(body) if answer.status_code == 200 else ()


@hookimpl
def handle_notification(message, account):
    if message.source is hub.Source.RETURN:
        return hub.Reading(verdict=Verdict.UNSIGNED, reason="a return of the browser carries no proof")
    if flaw := flaw_of(message, account.settings["hook_secret"]):
        return hub.Reading(verdict=Verdict.INVALID, reason=flaw)
    try:
        return hub.Reading(verdict=Verdict.VALID, observations=read_order(hub.strict_json(message.body)["order"]))
    except (ValueError, LookupError, TypeError, hub.OutcomeUnknown):
        return hub.Reading(verdict=Verdict.INVALID, reason="it is signed, and no order as documented")


def flaw_of(message, secret):
    """Which check of the proof failed; empty when none did."""
    given = SIGNATURE.fullmatch(message.header("x-llave-signature") or "")
    if not given:
        return "x-llave-signature is missing, repeated or not as documented"
    proof = hmac.digest(secret.encode(), given[1].encode() + b"." + message.body, "sha256").hex()
    if not hmac.compare_digest(proof, given[2]):
        return "x-llave-signature is not of this body"
    if abs(message.received_at - datetime.fromtimestamp(int(given[1]), UTC)) > FRESH:
        return "x-llave-signature is too old, or of the future"
    return ""


@hookimpl
def cancel_payment(cancel, account):
    answer = yield call(account, "POST", f"orders/{cancel.reference}/cancel", {"op": cancel.operation})
    body = hub.json_object(answer)
    refuse(answer, body, (404, 409), NO_CANCEL)
    if answer.status_code != 200 or body.get("ref") != cancel.reference or body.get("state") != "cancelled":
        raise hub.OutcomeUnknown("the cancel was not confirmed")
    return read_order(body)


@hookimpl
def refund_payment(refund, account):
    payment = yield from payment_to_refund(refund, account)
    wanted = {"op": refund.operation, "amount": hub.plain(refund.amount, 2), "currency": refund.amount.currency}
    answer = yield call(account, "POST", f"payments/{payment}/refunds", wanted)
    return refunded(answer, refund)


def payment_to_refund(refund, account):
    """The id of the first payment of which enough is left."""
    answer = yield hub.harmless(call(account, "GET", f"orders/{refund.reference}"))
    body = hub.json_object(answer)
    if answer.status_code != 200 or body.get("ref") != refund.reference:
        raise hub.OutcomeUnknown("the order to refund was not shown")
    left = {seen.movement: seen.amount for seen in read_order(body) if seen.kind is Kind.PAID}
    for seen in read_order(body):
        if seen.kind in (Kind.RETURNED, Kind.CHARGED_BACK) and seen.movement in left:
            left[seen.movement] -= seen.amount
    for payment, rest in left.items():
        if rest.currency == refund.amount.currency and rest >= refund.amount and ID.fullmatch(payment):
            return payment
    raise hub.Refused(hub.Reason(ReasonKind.NOT_PERMITTED, "exceeds"))


def refunded(answer, refund):
    body = hub.json_object(answer)
    refuse(answer, body, (404, 409, 422), NO_REFUND)
    if answer.status_code != 201 or body.get("op") != refund.operation or body.get("ref") != refund.reference:
        raise hub.OutcomeUnknown("the refund was not confirmed")
    return (gone(Kind.RETURNED, body, body),)


@hookimpl
def fetch_settlement(period, account):
    answer = yield hub.harmless(call(account, "GET", f"payouts?from={period.first}&to={period.last}"))
    lines = hub.json_object(answer).get("lines")
    if answer.status_code != 200 or not isinstance(lines, list):
        raise hub.OutcomeUnknown("no payouts were shown")
    try:
        return tuple(map(settlement_line, lines))
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("a payout is not as documented") from None


def settlement_line(line):
    gross, fee, tax, net = (hub.Money.parse(line[key], line["currency"]) for key in ("gross", "fee", "fee_tax", "net"))
    return hub.SettlementLine(
        line_id=text(line, "id"), reference=text(line, "ref"), provider_reference=text(line, "order"),
        movement=text(line, "payment"), gross=gross, fee=fee, fee_tax=tax, net=net,
        occurred_at=moment(line), settled_on=date.fromisoformat(line["paid_on"]),
    )  # fmt: skip


def read_order(order: Any):
    """All that an order tells.

    Raises:
        OutcomeUnknown: It is not as documented.
    """
    try:
        seen = [tried(row, order) for row in rows(order, "tries")]
        seen += [paid(row, order) for row in rows(order, "payments") if row["state"] == "captured"]
        seen += [gone(Kind.RETURNED, row, order) for row in rows(order, "refunds")]
        seen += [gone(Kind.CHARGED_BACK, row, order) for row in rows(order, "chargebacks")]
        if kind := STATES.get(text(order, "state")):
            seen.append(vouch(hub.Observation(kind=kind, **names(order))))
        return tuple(seen)
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("the order is not as documented") from None


def tried(row, order):
    reason = hub.Reason(REASONS.get(text(row, "code"), ReasonKind.OTHER), row["code"])
    told = hub.Observation(kind=Kind.TRY_DECLINED, **names(order), event_id=text(row, "id"), reason=reason)
    return vouch(attrs.evolve(told, occurred_at=moment(row)))


def paid(row, order):
    told = hub.Observation(
        kind=Kind.PAID, **names(order), movement=text(row, "id"), event_id=row["id"],
        amount=amount(row, order), occurred_at=moment(row), instrument=hub.Instrument("card", text(row, "card")),
    )  # fmt: skip
    return vouch(told)


def gone(kind, row, order):
    try:
        told = hub.Observation(
            kind=kind, reference=text(order, "ref"), provider_reference=text(order, "order"),
            movement=text(row, "payment"), event_id=text(row, "id"), amount=amount(row, order), occurred_at=moment(row),
        )  # fmt: skip
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("what went back is not as documented") from None
    return vouch(told)


def names(order):
    return {"reference": text(order, "ref"), "provider_reference": text(order, "order")}


def vouch(told):
    return attrs.evolve(told, vouched=frozenset(name for name in FIELDS if getattr(told, name) is not None))


def amount(row, order):
    money = hub.Money.parse(text(row, "amount"), text(order, "currency"))
    if money.minor <= 0:
        raise ValueError("no amount")
    return money


def moment(row):
    at = datetime.fromisoformat(text(row, "at"))
    if at.tzinfo is None or not 2000 < at.year < 3000:
        raise ValueError("a time without its zone, or none")
    return at.astimezone(UTC)


def rows(order, name):
    found = order[name]
    if not isinstance(found, list) or len(found) > 20:
        raise ValueError("no list")
    return found


def text(row, name):
    value = row[name]
    if not isinstance(value, str) or not 1 <= len(value) <= 200:
        raise ValueError("no text")
    return value


def refuse(answer, body, statuses, words):
    """A documented no; whatever else it may be is no conclusion."""
    word = body.get("error")
    if answer.status_code in statuses and isinstance(word, str) and word in words:
        raise hub.Refused(hub.Reason(ReasonKind.OTHER, word))


def call(account, method, path, body=None):
    headers = {"x-key": account.settings["key"], "content-type": "application/json"}
    content = None if body is None else hub.json_bytes(body)
    return httpx.Request(method, f"{account.endpoints['api']}/{path}", headers=headers, content=content)
