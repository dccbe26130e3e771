"""Empuje (Colombia): a push to the payer's phone, asked for by Empuje's own id, undone by ours.

Business refusals come with HTTP 200 and a code; only those that the documents list as final are a no. A notification is
signed but states no amount, so it leads to a query. Whole pesos, full refunds.
"""

from __future__ import annotations

import base64
import hmac
import re
from datetime import UTC, datetime, timedelta

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound.empuje_simulator import SIMULATOR as SIMULATOR
from hub_hookspecs import Kind, ReasonKind, Verdict, hookimpl
from hub_hookspecs.http import library as httpx

PHONE = hub.PayerField(name="phone", label="Celular", pattern="3[0-9]{9}", kind="tel", example="3001234567")
PUSH = hub.Way(
    code="push", label="Empuje al celular", starts=hub.Starts.CHARGE, outcome=frozenset({"notification", "query"}),
    query_by=hub.QueryBy.THEIRS, payer_fields=(PHONE,), expiry_minutes=10, undo=True,
)  # fmt: skip
REFUSALS = {"41": ReasonKind.NO_WALLET, "42": ReasonKind.ACCOUNT_BLOCKED, "61": ReasonKind.INVALID_AMOUNT}
STATES = {
    "waiting": (Kind.ACCEPTED,), "review": (Kind.ACCEPTED,), "accepted": (Kind.PAID,), "rejected": (Kind.DECLINED,),
    "expired": (Kind.EXPIRED,), "reversed": (Kind.PAID, Kind.RETURNED), "disputed": (Kind.PAID, Kind.CHARGED_BACK),
}  # fmt: skip
NOT_OVER, NOTHING_THERE, ALREADY_BACK, OTHER_VALUE = "78", "79", "80", "81"
FIELDS = ("reference", "provider_reference", "movement", "amount", "occurred_at", "event_id", "instrument", "reason")


@hookimpl
def describe_provider():
    return hub.ProviderInfo(
        code="empuje", name="Empuje", contract_version=(1, 1), countries=("CO",),
        currencies=(hub.CurrencyRule(currency="COP", decimals=0, minimum=100_00, maximum=5_000_000_00),),
        channels=frozenset(hub.Channel), ways=(PUSH,), reference=hub.ReferenceRule(14),
        endpoints={"live": {"oauth": "https://auth.empuje.example", "api": "https://api.empuje.example"},
                   "test": {"oauth": "https://auth.test.empuje.example", "api": "https://api.test.empuje.example"}},
        settings=(
            hub.Setting(name="client_id", label="Cliente", help="Portal de Empuje, Credenciales.", identifies=True,
                        pattern="[0-9A-Za-z-]{4,80}"),
            hub.Setting(name="client_secret", label="Secreto", help="Portal de Empuje, Credenciales.", secret=True,
                        pattern="[!-~]{8,200}"),
            hub.Setting(name="notify_secret", label="Secreto de avisos", help="Portal de Empuje, Avisos.", secret=True,
                        unique=True, pattern="[!-~]{8,200}"),
        ),
        not_executed=(hub.NotExecuted(hook="create_payment", status=401, body_key="fault"),),
        refunds=hub.Refunds.FULL, refund_days=30,
        notification_setup="Por favor, los avisos de nuestros pagos a {address}",
    )  # fmt: skip


@hookimpl
def render_pay_button(offer):
    return hub.PayButton(label="Paga con Empuje", accessible_label="Pagar con Empuje, desde el celular")


@hookimpl
def authorize(request, account):
    answer = yield token_request(account)
    if answer.status_code in (400, 401) and hub.json_object(answer).get("error") == "invalid_client":
        raise hub.Refused(hub.Reason(ReasonKind.METHOD_UNAVAILABLE, "invalid_client"), alert=True)
    token, life = token_in(answer)
    return hub.Grant(headers={"authorization": f"Bearer {token}"}, expires_at=request.now + timedelta(seconds=life))


def token_request(account):
    pair = f"{account.settings['client_id']}:{account.settings['client_secret']}".encode()
    headers = {"authorization": "Basic " + base64.b64encode(pair).decode(),
               "content-type": "application/x-www-form-urlencoded"}  # fmt: skip
    url = f"{account.endpoints['oauth']}/oauth/token"
    return hub.without_grant(
        hub.harmless(httpx.Request("POST", url, headers=headers, content=b"grant_type=client_credentials"))
    )


def token_in(answer):
    body = hub.json_object(answer)
    token, life = body.get("access_token"), body.get("expires_in")
    if answer.status_code != 200 or not isinstance(token, str) or not re.fullmatch("[!-~]{1,500}", token):
        raise hub.OutcomeUnknown("no token came back")
    if isinstance(life, bool) or not isinstance(life, int) or not 0 < life <= 86_400:
        raise hub.OutcomeUnknown("the token has no life as documented")
    return token, life


@hookimpl
def validate_identity(check, account):
    try:
        answer = yield token_request(account)
        if answer.status_code in (400, 401) and hub.json_object(answer).get("error") == "invalid_client":
            refused = hub.Credentials.REFUSED
            return hub.IdentityReport(
                credentials=refused, culprits=("client_id", "client_secret"), code="invalid_client"
            )
        token_in(answer)
    except (hub.NotSent, hub.OutcomeUnknown):
        return hub.IdentityReport(credentials=hub.Credentials.UNCLEAR)
    return hub.IdentityReport(credentials=hub.Credentials.ACCEPTED)


@hookimpl
def create_payment(order, account):
    answer = yield call(account, "POST", "pushes", push_body(order))  # unmarked: it may move money
    return pushed(answer, order)


def push_body(order):
    phone = order.payer.fields.get("phone", "")
    if not re.fullmatch(PHONE.pattern, phone):
        raise hub.Refused(hub.Reason(ReasonKind.NO_WALLET))
    return {"ref": order.reference, "phone": phone, "value": pesos(order.amount), "text": order.description[:60]}


def pushed(answer, order):
    body = hub.json_object(answer)
    code, theirs = body.get("code"), body.get("tx")
    if answer.status_code == 200 and body.get("ref") == order.reference and str(code) in REFUSALS:
        raise hub.Refused(hub.Reason(REFUSALS[str(code)], str(code)))
    if answer.status_code != 200 or code != "00" or body.get("ref") != order.reference or not is_text(theirs):
        raise hub.OutcomeUnknown("the push was neither taken nor refused as documented")
    seen = hub.Observation(kind=Kind.ACCEPTED, reference=body["ref"], provider_reference=theirs)
    hint = "Abre Empuje en tu celular y acepta el pago."
    action = hub.ApproveInApp(hint, order.now + timedelta(minutes=PUSH.expiry_minutes))
    return hub.PaymentStarted(action=action, memory={"tx": theirs}, observations=(vouch(seen),))


@hookimpl
def query_payment(query, account):
    theirs = query.provider_reference or query.memory.get("tx")
    if not is_text(theirs):
        return ()  # nobody told us their id, so there is nothing to ask by
    answer = yield hub.harmless(call(account, "GET", f"pushes/{theirs}"))
    return read_push(answer, theirs, query.reference)


def read_push(answer, theirs, reference):
    """What the answer to a query tells of one push; it is about another one where an id differs."""
    body = hub.json_object(answer)
    if answer.status_code == 404 and body.get("code") == "44" and body.get("tx") == theirs:
        return (vouch(hub.Observation(kind=Kind.NOT_FOUND, provider_reference=theirs)),)
    if answer.status_code != 200 or body.get("tx") != theirs or body.get("ref") != reference:
        return ()
    try:
        kinds = STATES.get(body["state"], ())
        return tuple(told(kind, body) for kind in kinds)
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("the push is not as documented") from None


def told(kind, body):
    seen = hub.Observation(kind=kind, reference=body["ref"], provider_reference=body["tx"])
    if kind is Kind.PAID:
        card = hub.Instrument("wallet", body["phone"]) if is_text(body.get("phone")) else None
        seen = attrs.evolve(seen, movement=body["ref"], amount=money(body["paid_value"]), instrument=card,
                            event_id=f"{body['tx']}-paid", occurred_at=moment(body["paid_at"]))  # fmt: skip
    elif kind in (Kind.RETURNED, Kind.CHARGED_BACK):
        back = body["back"]
        seen = attrs.evolve(seen, movement=body["ref"], amount=money(back["value"]), event_id=back["id"],
                            occurred_at=moment(back["at"]))  # fmt: skip
    elif kind is Kind.DECLINED:
        seen = attrs.evolve(seen, reason=hub.Reason(ReasonKind.REJECTED_BY_PAYER, "rejected"))
    return vouch(seen)


@hookimpl
def handle_notification(message, account):
    if flaw := flaw_of(message, account.settings["notify_secret"]):
        return hub.Reading(verdict=Verdict.INVALID, reason=flaw)
    try:
        body = hub.strict_json(message.body)
        theirs, reference = body["tx"], body["ref"]
    except (ValueError, LookupError, TypeError):
        return hub.Reading(verdict=Verdict.INVALID, reason="it is signed, and not as documented")
    if not is_text(theirs) or not is_text(reference):
        return hub.Reading(verdict=Verdict.INVALID, reason="it is signed, and names no push as documented")
    answer = yield hub.harmless(call(account, "GET", f"pushes/{theirs}"))
    known = hub.Observation(kind=Kind.ACCEPTED, reference=reference, provider_reference=theirs)
    seen = read_push(answer, theirs, reference)
    return hub.Reading(
        verdict=Verdict.VALID, observations=(vouch(known), *(told for told in seen if told != vouch(known)))
    )


def flaw_of(message, secret):
    """Which check of the proof failed; empty when none did."""
    if message.source is hub.Source.RETURN:
        return "Empuje sends no browser back"
    given = message.header("x-empuje-sign") or ""
    proof = base64.b64encode(hmac.digest(secret.encode(), message.body, "sha256"))
    if not given:
        return "x-empuje-sign is missing or repeated"
    return "" if hmac.compare_digest(proof, given.encode()) else "x-empuje-sign is not of this body"


@hookimpl
def refund_payment(refund, account):
    if refund.amount != refund.captured:
        raise hub.Refused(hub.Reason(ReasonKind.INVALID_AMOUNT, "full only"))
    body = {"ref": refund.reference, "op": refund.operation, "value": pesos(refund.amount)}
    answer = yield call(account, "POST", "reversals", body)
    return reversal(answer, refund)


def reversal(answer, refund):
    body = hub.json_object(answer)
    ours = body.get("ref") == refund.reference and body.get("op") == refund.operation
    if ours and answer.status_code == 422:
        if body.get("code") == NOTHING_THERE and refund.kind is hub.RefundKind.UNDO:
            return (vouch(hub.Observation(kind=Kind.NOT_FOUND, reference=body["ref"])),)
        if body.get("code") == NOT_OVER and refund.kind is hub.RefundKind.UNDO:
            raise hub.OutcomeUnknown("the push is not over, so there is nothing to conclude from yet")
        if body.get("code") in (NOT_OVER, NOTHING_THERE, ALREADY_BACK, OTHER_VALUE):
            raise hub.Refused(hub.Reason(ReasonKind.OTHER, body["code"]))
    if answer.status_code != 200 or body.get("code") != "00" or not ours:
        raise hub.OutcomeUnknown("the reversal was neither done nor refused as documented")
    try:
        return (told(Kind.RETURNED, body),)
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("the reversal is not as documented") from None


def pesos(amount):
    """Whole pesos; an amount that has cents is refused."""
    if amount.currency != "COP" or amount.minor <= 0 or amount.minor % 100:
        raise hub.Refused(hub.Reason(ReasonKind.INVALID_AMOUNT))
    return amount.minor // 100


def money(value):
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError("no whole pesos")
    return hub.Money.parse(value, "COP")


def moment(value):
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 33:
        raise ValueError("no time")
    return datetime.fromtimestamp(value, UTC)


def is_text(value):
    return isinstance(value, str) and re.fullmatch("[0-9A-Za-z*-]{1,60}", value) is not None


def vouch(seen):
    return attrs.evolve(seen, vouched=frozenset(name for name in FIELDS if getattr(seen, name) is not None))


def call(account, method, path, body=None):
    content = None if body is None else hub.json_bytes(body)
    headers = {"content-type": "application/json"}
    return httpx.Request(method, f"{account.endpoints['api']}/{path}", headers=headers, content=content)
