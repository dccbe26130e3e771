"""Llama Pay (Peru): a hosted page that an order opens, and a signed notification of what became of it."""

import hmac

import hub_hookspecs as hub
from hub_hookspecs import Kind, QueryBy, Starts, Verdict, hookimpl

PAGE = hub.Way(
    code="page", label="Tarjeta", starts=Starts.SESSION, outcome=frozenset({"notification"}), query_by=QueryBy.NONE
)
STATES = {"paid": Kind.PAID, "refused": Kind.DECLINED, "expired": Kind.EXPIRED}
CURRENCIES = ("PEN", "USD")


@hookimpl
def describe_provider():
    return hub.ProviderInfo(
        code="llama-pe", name="Llama Pay", contract_version=(1, 1), countries=("PE",),
        currencies=tuple(hub.CurrencyRule(currency=code, decimals=2) for code in CURRENCIES),
        channels=frozenset(hub.Channel), ways=(PAGE,), reference=hub.ReferenceRule(16),
        endpoints={mode: {"api": f"https://{mode}.llama.example", "page": "https://pay.llama.example"}
                   for mode in ("live", "test")},
        settings=(
            hub.Setting(name="token", label="Token", help="Panel de Llama, API.", secret=True),
            hub.Setting(name="hook", label="Secreto", help="Panel de Llama, avisos.", secret=True, unique=True),
        ),
        names_account=False,
        notification_setup="Avisos de nuestros pagos, por favor, a {address}",
    )  # fmt: skip


@hookimpl
def render_pay_button(offer):
    return hub.PayButton(label="Paga con Llama", accessible_label="Pagar con Llama Pay")


@hookimpl
def validate_identity(check, account):
    answer = yield hub.harmless(call(account, "GET", "me"))
    known = answer.status_code == 200 and "ruc" in hub.json_object(answer)
    word = "accepted" if known else "refused" if answer.status_code == 401 else "unclear"
    return hub.IdentityReport(credentials=hub.Credentials(word))


@hookimpl
def create_payment(order, account):
    if order.amount.currency not in CURRENCIES:
        raise hub.Refused(hub.Reason(hub.ReasonKind.INVALID_AMOUNT))
    wanted = {
        "ref": order.reference,
        "amount": hub.number(order.amount),
        "currency": order.amount.currency,
        "back": order.return_url,
    }
    answer = yield hub.opens_session(call(account, "POST", "orders", wanted))
    url = hub.json_object(answer).get("url")
    if answer.status_code != 201 or not str(url).startswith(f"{account.endpoints['page']}/"):
        raise hub.OutcomeUnknown("no order came back")
    return hub.PaymentStarted(action=hub.Redirect(url))


@hookimpl
def handle_notification(message, account):
    proof = hmac.digest(account.settings["hook"].encode(), message.body, "sha256").hex()
    given = message.header("x-llama-signature") or ""
    if not hmac.compare_digest(given.encode(), proof.encode()):
        return hub.Reading(verdict=Verdict.INVALID, reason="x-llama-signature is missing, or not of this body")
    body = hub.strict_json(message.body)
    kind = STATES.get(body.get("state"))
    if kind is None:
        return hub.Reading(verdict=Verdict.VALID)  # genuine, and about nothing that we know
    told = hub.Observation(
        kind=kind,
        reference=body["ref"],
        movement=body["ref"],
        amount=hub.Money(body["cents"], body["currency"]),
        vouched=frozenset({"reference", "movement", "amount"}),
    )
    return hub.Reading(verdict=Verdict.VALID, observations=(told,))


def call(account, method, path, body=None):
    headers = {"authorization": f"Bearer {account.settings['token']}", "content-type": "application/json"}
    content = None if body is None else hub.json_bytes(body)
    return hub.Request(method, f"{account.endpoints['api']}/{path}", headers=headers, content=content)
