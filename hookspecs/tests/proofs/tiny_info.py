"""What the plugin for the desk declares."""

from __future__ import annotations

from hub_hookspecs import (
    Channel,
    CurrencyRule,
    NotExecuted,
    PayerField,
    ProviderInfo,
    QueryBy,
    ReferenceRule,
    Refunds,
    Setting,
    Starts,
    Way,
)

WAY = Way(
    code="push",
    label="Push",
    starts=Starts.CHARGE,
    outcome=frozenset({"query", "notification"}),
    query_by=QueryBy.OURS,
    payer_fields=(PayerField(name="phone", label="Celular", pattern="9[0-9]{8}", example="987654321"),),
    cancel=True,
    undo=True,
)
INFO = ProviderInfo(
    code="tiny",
    name="Tiny",
    contract_version=(1, 1),
    countries=("PE",),
    currencies=(CurrencyRule(currency="PEN", decimals=2), CurrencyRule(currency="COP", decimals=0)),
    channels=frozenset(Channel),
    ways=(WAY,),
    reference=ReferenceRule(16),
    endpoints={"live": {"api": "https://api.tiny.example/v1"}, "test": {"api": "https://test.tiny.example/v1"}},
    settings=(
        Setting(name="key", label="Llave", help="En el panel.", secret=True),
        Setting(name="hook", label="Secreto", help="En el panel.", secret=True),
    ),
    names_account=False,
    verified_fields=("identity_number",),
    not_executed=(NotExecuted(hook="create_payment", status=401, body_key="message"),),
    refunds=Refunds.PARTIAL,
)
