"""Dummy (Peru): the browser posts a signed form, and the outcome is asked for by our reference."""

import hmac

import hub_hookspecs as hub
from hub_hookspecs import Kind, QueryBy, Starts, hookimpl

FORM = hub.Way(code="form", label="Tarjeta", starts=Starts.SESSION, outcome=frozenset({"query"}), query_by=QueryBy.OURS)
STATES = {"waiting": Kind.ACCEPTED, "paid": Kind.PAID, "refused": Kind.DECLINED, "expired": Kind.EXPIRED}
COUNTRY = hub.Country(
    code="PE", name="Perú", currencies=("PEN",), locale="es_PE", zone="America/Lima",
    identity_types=(hub.IdentityType(code="RUC", label="RUC", pattern="(10|15|17|20)[0-9]{9}", legal_person=True),),
    address_parts=(("district", "Distrito"), ("street", "Dirección")), mobile="9[0-9]{8}", phone_prefix="+51",
    receipts=hub.ReceiptRules(major={"PEN": ("sol", "soles")}),
)  # fmt: skip


@hookimpl
def describe_provider():
    return hub.ProviderInfo(
        code="dummy-pe", name="Dummy", contract_version=(1, 1), countries=("PE",),
        currencies=(hub.CurrencyRule(currency="PEN", decimals=2),),
        channels=frozenset(hub.Channel),
        ways=(FORM,),
        reference=hub.ReferenceRule(12),
        endpoints={"live": {"pay": "https://pay.dummy.example"}, "test": {"pay": "https://test.dummy.example"}},
        settings=(hub.Setting(name="key", label="Llave", help="Panel de Dummy, sección Integración.", secret=True),),
        names_account=False,
    )  # fmt: skip


@hookimpl
def render_pay_button(offer):
    return hub.PayButton(label="Paga con Dummy", accessible_label="Pagar con Dummy", background="#7a1f2b")


@hookimpl
def validate_identity(check, account):
    answer = yield ask(account, "commerce")
    known = answer.status_code == 200 and "ruc" in hub.json_object(answer)
    word = "accepted" if known else "refused" if answer.status_code == 401 else "unclear"
    return hub.IdentityReport(credentials=hub.Credentials(word))


@hookimpl
def create_payment(order, account):
    if order.amount.currency != "PEN":
        raise hub.Refused(hub.Reason(hub.ReasonKind.INVALID_AMOUNT))
    fields = {"ref": order.reference, "amount": hub.plain(order.amount), "back": order.return_url}
    sign = hmac.digest(account.settings["key"].encode(), "|".join(fields.values()).encode(), "sha256").hex()
    return hub.PaymentStarted(action=hub.PostForm(f"{account.endpoints['pay']}/form", {**fields, "sign": sign}))


@hookimpl
def query_payment(query, account):
    answer = yield ask(account, f"payments/{query.reference}")
    body = hub.json_object(answer)  # raises OutcomeUnknown when it is none
    kind = STATES.get(str(body.get("state")))
    if answer.status_code != 200 or body.get("ref") != query.reference or kind is None:
        return ()  # a word that no document lists: nothing was learnt
    cents = body.get("cents")
    amount = hub.Money(cents, "PEN") if isinstance(cents, int) and cents > 0 else None
    vouched = frozenset({"reference", "movement", "amount"})
    return (hub.Observation(kind=kind, reference=body["ref"], movement=body["ref"], amount=amount, vouched=vouched),)


def ask(account, path):
    url = f"{account.endpoints['pay']}/{path}"
    return hub.harmless(hub.Request("GET", url, headers={"x-key": account.settings["key"]}))
