"""Codigo (Chile): a QR code or a number that is paid later, at a bank or a shop; pesos without cents, and dollars.

Its notifications carry no proof, so they only make a query due. Amounts are JSON numbers in what it is asked, and
Chilean text in what it answers: ``12.500`` pesos, ``1.234,50`` dollars. A code may be paid twice, and what was paid may
go back.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound.codigo_simulator import SIMULATOR as SIMULATOR
from hub_hookspecs import Kind, ReasonKind, Verdict, hookimpl
from hub_hookspecs.http import library as httpx

WAYS = tuple(
    hub.Way(code=code, label=label, starts=hub.Starts.SESSION, outcome=frozenset({"notification", "query"}),
            query_by=hub.QueryBy.OURS, expiry_minutes=60, settle_minutes=30)
    for code, label in (("qr", "Código QR"), ("cupon", "Cupón de pago"))
)  # fmt: skip
DECIMALS = {"CLP": 0, "USD": 2}
STATES = {"issued": Kind.ACCEPTED, "reviewing": Kind.ACCEPTED, "rejected": Kind.DECLINED, "expired": Kind.EXPIRED}
REFERENCE = hub.ReferenceRule(16)
TEXT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})*)(?:,([0-9]{2}))?")
FIELDS = ("reference", "provider_reference", "movement", "amount", "occurred_at", "event_id")


def check_digit(number):
    """The digit of a RUT: modulus 11 with the weights 2 to 7 from the right."""
    weighed = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(number)))
    return "0K987654321"[weighed % 11]


COUNTRY = hub.Country(
    code="CL", name="Chile", currencies=("CLP", "USD"), locale="es_CL", zone="America/Santiago",
    identity_types=(hub.IdentityType(code="RUT", label="RUT", pattern="[0-9]{7,8}", example="76.086.428-5",
                                     check_digit=check_digit, legal_person=True),),
    address_parts=(("commune", "Comuna"), ("street", "Dirección")), mobile="9[0-9]{8}", phone_prefix="+56",
    receipts=hub.ReceiptRules(major={"CLP": ("peso", "pesos"), "USD": ("dólar", "dólares")}),
    zones=("Pacific/Easter", "America/Punta_Arenas"), decimal_sign=",",
)  # fmt: skip


@hookimpl
def describe_provider():
    return hub.ProviderInfo(
        code="codigo", name="Código", contract_version=(1, 1), countries=("CL",),
        currencies=tuple(hub.CurrencyRule(currency=code, decimals=places) for code, places in DECIMALS.items()),
        channels=frozenset(hub.Channel), ways=WAYS, reference=REFERENCE,
        endpoints={"live": {"api": "https://api.codigo.example"}, "test": {"api": "https://test.codigo.example"}},
        settings=(
            hub.Setting(name="commerce", label="Comercio", help="Portal de Código, Mi cuenta.", identifies=True,
                        pattern="[0-9A-Za-z-]{1,40}"),
            hub.Setting(name="token", label="Token", help="Portal de Código, Integración.", secret=True,
                        pattern="[!-~]{8,200}"),
        ),
        not_found_final=True, notification_setup="Por favor, los avisos de nuestros cobros a {address}",
    )  # fmt: skip


@hookimpl
def render_pay_button(offer):
    return hub.PayButton(label="Paga con código", accessible_label="Pagar con un código, en banco o tienda")


@hookimpl
def validate_identity(check, account):
    try:
        answer = yield hub.harmless(call(account, "GET", "commerce"))
        body = hub.json_object(answer)
    except (hub.NotSent, hub.OutcomeUnknown):
        return hub.IdentityReport(credentials=hub.Credentials.UNCLEAR)
    if answer.status_code == 401 and "error" in body:
        return hub.IdentityReport(credentials=hub.Credentials.REFUSED, culprits=("token",))
    if answer.status_code != 200 or not isinstance(body.get("commerce"), str):
        return hub.IdentityReport(credentials=hub.Credentials.UNCLEAR)
    if body["commerce"] != account.settings["commerce"]:
        return hub.IdentityReport(credentials=hub.Credentials.REFUSED, culprits=("commerce",))
    return hub.IdentityReport(credentials=hub.Credentials.ACCEPTED)


@hookimpl
def create_payment(order, account):
    answer = yield hub.opens_session(call(account, "POST", "codes", code_body(order)))
    return issued(answer, order)


def code_body(order):
    money = order.amount
    if money.currency not in DECIMALS or money.minor <= 0 or order.way not in ("qr", "cupon"):
        raise hub.Refused(hub.Reason(ReasonKind.INVALID_AMOUNT))
    return {"ref": order.reference, "kind": order.way, "amount": hub.number(money, DECIMALS[money.currency]),
            "currency": money.currency, "minutes": 60, "text": order.description[:80]}  # fmt: skip


def issued(answer, order):
    body = hub.json_object(answer)
    if answer.status_code == 422 and body.get("error") in ("amount", "currency"):
        raise hub.Refused(hub.Reason(ReasonKind.INVALID_AMOUNT, body["error"]))
    payload, theirs = body.get("payload"), body.get("code")
    if answer.status_code != 201 or body.get("ref") != order.reference or not (is_text(payload) and is_text(theirs)):
        raise hub.OutcomeUnknown("no code came back")
    until = order.now + timedelta(minutes=60)
    action = (
        hub.ShowQr(payload, until)
        if order.way == "qr"
        else hub.ShowReference(theirs, barcode=hub.Barcode(payload), expires_at=until)
    )
    seen = hub.Observation(kind=Kind.ACCEPTED, reference=body["ref"], provider_reference=theirs)
    return hub.PaymentStarted(action=action, memory={"code": theirs}, observations=(vouch(seen),))


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(call(account, "GET", f"codes/{query.reference}"))
    return read_code(answer, query.reference)


def read_code(answer, reference):
    body = hub.json_object(answer)
    if body.get("ref") != reference:
        return ()
    if answer.status_code == 404 and body.get("error") == "not_found":
        return (vouch(hub.Observation(kind=Kind.NOT_FOUND, reference=body["ref"])),)
    if answer.status_code != 200:
        return ()
    try:
        seen = [told(Kind.PAID, row, row["folio"], body) for row in rows(body, "payments")]
        seen += [told(Kind.RETURNED, row, row["id"], body) for row in rows(body, "returns")]
        if kind := STATES.get(body["state"]):
            names = {"reference": body["ref"], "provider_reference": text(body["code"])}
            seen.append(vouch(hub.Observation(kind=kind, **names)))
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("the code is not as documented") from None
    return tuple(seen)


def told(kind, row, event, body):
    return vouch(
        hub.Observation(
            kind=kind, reference=body["ref"], provider_reference=text(body["code"]), movement=text(row["folio"]),
            amount=money_in(row["monto"], body["currency"]), occurred_at=moment(row["at"]), event_id=text(event),
        )
    )  # fmt: skip


@hookimpl
def handle_notification(message, account):
    why = "Codigo signs nothing, so it is only a reason to ask"
    try:
        reference = hub.strict_json(message.body)["ref"]
    except (ValueError, LookupError, TypeError):
        return hub.Reading(verdict=Verdict.UNSIGNED, reason="it carries no proof, and names no code")
    ours = isinstance(reference, str) and re.fullmatch(f"[{REFERENCE.alphabet}]{{{REFERENCE.length}}}", reference)
    return hub.Reading(verdict=Verdict.UNSIGNED, hints=(reference,) if ours else (), reason=why)


def money_in(value, currency):
    """Chilean text: points between thousands, a comma before decimals."""
    found = TEXT.fullmatch(value)
    if not found or currency not in DECIMALS or bool(found[2]) != bool(DECIMALS[currency]):
        raise ValueError("no amount as documented")
    money = hub.Money.parse(found[1].replace(".", "") + (f".{found[2]}" if found[2] else ""), currency)
    if money.minor <= 0:
        raise ValueError("no amount")
    return money


def moment(value):
    at = datetime.fromisoformat(value)
    if at.tzinfo is None or not 2000 < at.year < 3000:
        raise ValueError("a time without its zone, or none")
    return at.astimezone(UTC)


def rows(body, name):
    if not isinstance(body[name], list) or len(body[name]) > 20:
        raise ValueError("no list")
    return body[name]


def is_text(value):
    return isinstance(value, str) and 1 <= len(value) <= 200


def text(value):
    if not is_text(value):
        raise ValueError("no text")
    return value


def vouch(seen):
    return attrs.evolve(seen, vouched=frozenset(name for name in FIELDS if getattr(seen, name) is not None))


def call(account, method, path, body=None):
    headers = {"authorization": f"Token {account.settings['token']}", "content-type": "application/json"}
    content = None if body is None else hub.json_bytes(body)
    return httpx.Request(method, f"{account.endpoints['api']}/{path}", headers=headers, content=content)
