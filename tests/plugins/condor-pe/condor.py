"""Cóndor (Peru): an order opens a page, a signed notification and a query tell of it, and money goes back in parts."""

import hmac

import hub_hookspecs as hub
from hub_hookspecs import Kind, QueryBy, Refunds, Starts, Verdict, hookimpl

PAGE = hub.Way(
    code="page",
    label="Tarjeta",
    starts=Starts.SESSION,
    outcome=frozenset({"notification", "query"}),
    query_by=QueryBy.OURS,
)
STATES = {"open": Kind.ACCEPTED, "paid": Kind.PAID, "refused": Kind.DECLINED, "expired": Kind.EXPIRED}


@hookimpl
def describe_provider():
    return hub.ProviderInfo(
        code="condor-pe", name="Cóndor", contract_version=(1, 1), countries=("PE",),
        currencies=(hub.CurrencyRule(currency="PEN", decimals=2),),
        channels=frozenset(hub.Channel), ways=(PAGE,), reference=hub.ReferenceRule(16),
        endpoints={mode: {"api": f"https://{mode}.condor.example"} for mode in ("live", "test")},
        settings=(
            hub.Setting(name="token", label="Token", help="Panel de Cóndor, API.", secret=True),
            hub.Setting(name="hook", label="Secreto", help="Panel de Cóndor, avisos.", secret=True, unique=True),
        ),
        names_account=False, refunds=Refunds.PARTIAL,
    )  # fmt: skip


@hookimpl
def render_pay_button(offer):
    return hub.PayButton(label="Paga con Cóndor", accessible_label="Pagar con Cóndor")


@hookimpl
def validate_identity(check, account):
    answer = yield hub.harmless(call(account, "GET", "me"))
    known = answer.status_code == 200 and "ruc" in hub.json_object(answer)
    word = "accepted" if known else "refused" if answer.status_code == 401 else "unclear"
    return hub.IdentityReport(credentials=hub.Credentials(word))


@hookimpl
def create_payment(order, account):
    wanted = {"ref": order.reference, "amount": hub.number(order.amount), "back": order.return_url}
    answer = yield hub.opens_session(call(account, "POST", "orders", wanted))
    url = hub.json_object(answer).get("url")
    if answer.status_code != 201 or not str(url).startswith(f"{account.endpoints['api']}/"):
        raise hub.OutcomeUnknown("no order came back")
    return hub.PaymentStarted(action=hub.Redirect(url))


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(call(account, "GET", f"orders/{query.reference}"))
    body = hub.json_object(answer)
    return told(body) if answer.status_code == 200 and body.get("ref") == query.reference else ()


@hookimpl
def handle_notification(message, account):
    proof = hmac.digest(account.settings["hook"].encode(), message.body, "sha256").hex()
    if not hmac.compare_digest((message.header("x-condor-signature") or "").encode(), proof.encode()):
        return hub.Reading(verdict=Verdict.INVALID, reason="x-condor-signature is missing, or not of this body")
    return hub.Reading(verdict=Verdict.VALID, observations=told(hub.strict_json(message.body)))


@hookimpl
def refund_payment(refund, account):
    body = {"id": refund.operation, "amount": hub.number(refund.amount)}
    answer = yield call(account, "POST", f"orders/{refund.reference}/refunds", body)
    if answer.status_code == 422:
        raise hub.Refused(hub.Reason(hub.ReasonKind.OTHER))
    if answer.status_code != 201:
        raise hub.OutcomeUnknown("no refund came back")
    return tuple(item for item in told(hub.json_object(answer)) if item.event_id == refund.operation)


def told(body):
    """What a body says: of its payment, and of each part that went back."""
    kind = STATES.get(str(body.get("state")))
    if kind is None:
        return ()
    common = {"reference": body["ref"], "movement": movement_in(body), "vouched": VOUCHED}
    back = [
        hub.Observation(kind=Kind.RETURNED, event_id=part["id"], amount=hub.Money(part["cents"], "PEN"), **common)
        for part in body.get("refunds", ())
    ]
    lost = [
        hub.Observation(kind=Kind.CHARGED_BACK, event_id=case["id"], amount=hub.Money(case["cents"], "PEN"), **common)
        for case in body.get("disputes", ())
    ]
    return (hub.Observation(kind=kind, amount=hub.Money(body["cents"], "PEN"), **common), *back, *lost)


VOUCHED = frozenset({"reference", "movement", "amount", "event_id"})


def movement_in(body):
    """Their id of the charge."""
    return body["charge"]


def call(account, method, path, body=None):
    headers = {"authorization": f"Bearer {account.settings['token']}", "content-type": "application/json"}
    content = None if body is None else hub.json_bytes(body)
    return hub.http.Request(method, f"{account.endpoints['api']}/{path}", headers=headers, content=content)
