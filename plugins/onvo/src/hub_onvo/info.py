"""What ONVO Pay is and can do, as data."""

from __future__ import annotations

from typing import Final

import hub_hookspecs as hub

SESSION_MINUTES: Final = 30

CHECKOUT: Final = hub.Way(
    code="checkout",
    label="Tarjeta o SINPE Móvil",
    starts=hub.Starts.SESSION,
    outcome=frozenset({"notification", "query"}),
    query_by=hub.QueryBy.THEIRS,
    # How long ONVO keeps a session open by itself is unknown: the hub keeps this clock, and ends it by a cancel.
    expiry_minutes=SESSION_MINUTES,
    # A transfer may be associated long after the page stopped waiting for it.
    settle_minutes=60,
    cancel=True,
    # No event tells of money that went back, by the API or by hand.
    watch_paid_days=30,
)

INFO: Final = hub.ProviderInfo(
    code="onvo",
    name="ONVO Pay",
    contract_version=(1, 1),
    countries=("CR",),
    # The guide asks for 0.50 dollars or their worth in colones.
    currencies=(
        hub.CurrencyRule(currency="CRC", decimals=2, minimum=30_000),
        hub.CurrencyRule(currency="USD", decimals=2, minimum=50),
    ),
    channels=frozenset(hub.Channel),
    ways=(CHECKOUT,),
    reference=hub.ReferenceRule(16),
    endpoints={
        mode: {"api": "https://api.onvopay.com", "page": "https://checkout.onvopay.com"} for mode in ("live", "test")
    },
    settings=(
        hub.Setting(
            name="secret_key",
            label="Llave secreta",
            help="En el panel de ONVO, Desarrolladores, Llaves. Comienza con onvo_live_secret_key_, y la de pruebas "
            "con onvo_test_secret_key_. Se guarda cifrada y no se vuelve a mostrar.",
            pattern=r"onvo_(live|test)_secret_key_\S{8,200}",
            secret=True,
            unique=True,
        ),
        hub.Setting(
            name="webhook_secret",
            label="Secreto del webhook",
            help="En el panel de ONVO, Desarrolladores, Webhooks: el secreto de la dirección que registró para este "
            "comercio. Comienza con webhook_secret_.",
            pattern=r"webhook_secret_\S{4,200}",
            secret=True,
            unique=True,
        ),
    ),
    # Nothing but secrets is entered, so nobody can tell a newer key from another account's.
    names_account=False,
    verified_fields=("identity_type", "identity_number"),
    not_found_final=False,
    decline_ends_session=False,
    # Cards alone, before they are settled, once a charge: everything else is refused with its reason.
    refunds=hub.Refunds.PARTIAL,
    refunds_per_payment=1,
    notification_setup="En el panel de ONVO, Desarrolladores, Webhooks, agregue esta dirección y marque los eventos de "
    "payment-intent y checkout-session:\n\n{address}\n",
    tagline="Tarjetas y SINPE Móvil en una sola página",
    settlement_note="ONVO deposita en la cuenta IBAN que usted registró; el detalle está en su panel.",
    fee_note="La comisión es la de su contrato con ONVO y se descuenta de cada depósito. SINPE Móvil no se puede "
    "devolver desde aquí.",
    links=hub.Links(panel="https://dashboard.onvopay.com", help="https://docs.onvopay.com"),
)
