"""Ways (Colombia): banks and terms that are fetched, a key with its code, and a reference that is paid elsewhere."""

from datetime import timedelta

import hub_hookspecs as hub
from hub_hookspecs import Kind, QueryBy, Starts, hookimpl

ASKED = {"outcome": frozenset({"query"}), "query_by": QueryBy.OURS, "starts": Starts.SESSION}
PEOPLE = (hub.Choice("0", "Persona"), hub.Choice("1", "Empresa"))
PAPERS = (
    hub.Choice("CC", "Cédula de ciudadanía", {"person": frozenset({"0"})}),
    hub.Choice("CE", "Cédula de extranjería", {"person": frozenset({"0"})}),
    hub.Choice("NIT", "NIT", {"person": frozenset({"1"})}),
)
BANK = hub.Way(
    code="bank", label="Débito bancario PSE", terms=True, **ASKED,
    payer_fields=(
        hub.PayerField(name="bank", label="Banco", pattern="[0-9]{4}", fetched=True, remember=True),
        hub.PayerField(name="person", label="Tipo de persona", pattern="[01]", choices=PEOPLE),
        hub.PayerField(name="paper", label="Tipo de documento", pattern="[A-Z]{2,3}", choices=PAPERS),
        hub.PayerField(name="number", label="Número de documento", pattern="[0-9]{6,12}",
                       error="Escriba solo números."),
        hub.PayerField(name="firm", label="Nombre de la empresa", pattern=".{3,80}",
                       error="Escriba el nombre de la empresa.", only_with={"person": frozenset({"1"})}),
    ),
)  # fmt: skip
KEY = hub.Way(code="key", label="Llave Bre-B", expiry_minutes=10, **ASKED)
STORE = hub.Way(code="store", label="Efectivo en un punto de pago", expiry_minutes=4320, **ASKED)


@hookimpl
def describe_provider():
    return hub.ProviderInfo(
        code="ways-co", name="Caminos", contract_version=(1, 1), countries=("CO",),
        currencies=(hub.CurrencyRule(currency="COP", decimals=2),), channels=frozenset(hub.Channel),
        ways=(BANK, KEY, STORE), reference=hub.ReferenceRule(12),
        endpoints={"live": {"api": "https://api.caminos.example"}, "test": {"api": "https://test.caminos.example"}},
        settings=(hub.Setting(name="key", label="Llave", help="Panel de Caminos.", secret=True),),
        names_account=False, app_schemes=("caminos",),
    )  # fmt: skip


@hookimpl
def render_pay_button(offer):
    return hub.PayButton(label="Paga con Caminos", accessible_label="Pagar con Caminos", background="#1f3a5f")


@hookimpl
def validate_identity(check, account):
    answer = yield ask(account, "commerce")
    return hub.IdentityReport(credentials=hub.Credentials("accepted" if answer.status_code == 200 else "unclear"))


@hookimpl
def fetch_form(request, account):
    """Banks, and the terms with the token that proves which of them were accepted."""
    banks = hub.json_object((yield ask(account, "banks")))["banks"]
    terms = hub.json_object((yield ask(account, "terms")))
    return hub.PaymentForm(
        choices={"bank": tuple(hub.Choice(bank["code"], bank["name"]) for bank in banks)},
        terms=tuple(
            hub.Terms(code=code, label=text["label"], url=text["url"], version=text["token"])
            for code, text in terms["documents"].items()
        ),
        keep_minutes=terms["keep"],
    )


@hookimpl
def create_payment(order, account):
    accepted = {item.code: item.version for item in order.terms}
    body = {"ref": order.reference, "amount": hub.plain(order.amount), "fields": dict(order.payer.fields)}
    answer = yield hub.Request(
        "POST",
        f"{account.endpoints['api']}/orders",
        content=hub.json_bytes({**body, "way": order.way, "terms": accepted}),
        headers={"content-type": "application/json"},
    )
    made = hub.json_object(answer)
    if answer.status_code != 201:
        raise hub.OutcomeUnknown("no order came back")
    page = f"{account.endpoints['api']}/pay/{order.reference}"
    match order.way:
        case "key":
            action = hub.ShowQr(made["code"], order.now + timedelta(minutes=10), key=made["key"],
                                deep_link=f"caminos://pay/{order.reference}")  # fmt: skip
        case "store":
            action = hub.ShowReference(
                made["reference"],
                order.now + timedelta(days=3),
                label="Convenio 110757 y referencia",
                barcode=hub.Barcode(made["barcode"]),
                instructions=("Vaya a un punto de pago.", "Diga el convenio y la referencia.", "Guarde el recibo."),
                places=("Efecty", "Baloto"),
                document_url=f"{page}/voucher.pdf",
            )
        case _:
            action = hub.Redirect(page, deep_link=f"caminos://pay/{order.reference}")
    return hub.PaymentStarted(action=action)


@hookimpl
def query_payment(query, account):
    body = hub.json_object((yield ask(account, f"orders/{query.reference}")))
    kind = {"waiting": Kind.ACCEPTED, "paid": Kind.PAID, "refused": Kind.DECLINED}.get(body.get("state"))
    if body.get("ref") != query.reference or kind is None:
        return ()
    vouched = frozenset({"reference", "movement", "amount"})
    amount = hub.Money.parse(body["amount"], "COP")
    return (hub.Observation(kind=kind, reference=body["ref"], movement=body["ref"], amount=amount, vouched=vouched),)


def ask(account, path):
    url = f"{account.endpoints['api']}/{path}"
    return hub.harmless(hub.Request("GET", url, headers={"x-key": account.settings["key"]}))
