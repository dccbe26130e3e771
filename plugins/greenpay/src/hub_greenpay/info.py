"""What Greenpay is and can do, as data."""

from __future__ import annotations

from typing import Final

from hub_hookspecs import (
    Channel,
    CurrencyRule,
    Links,
    ProviderInfo,
    QueryBy,
    ReferenceRule,
    Refunds,
    Setting,
    Starts,
    Way,
)

SESSION_MINUTES: Final = 30

# Greenpay's documents also list GTQ; a Guatemalan terminal was never seen, so it is not offered.
CURRENCIES: Final = (CurrencyRule(currency="CRC", decimals=2), CurrencyRule(currency="USD", decimals=2))

ENDPOINTS: Final = {
    "live": {
        "merchant": "https://merchant.greenpay.me",
        "checkout": "https://checkout.greenpay.me",
        "form": "https://checkout-form.greenpay.me",
    },
    "test": {
        "merchant": "https://sandbox-merchant.greenpay.me",
        "checkout": "https://sandbox-checkout.greenpay.me",
        "form": "https://sandbox-checkoutform.greenpay.me",
    },
}

SETTINGS: Final = (
    Setting(
        name="merchant_id",
        label="Identificador del comercio (merchantId)",
        help="El código largo con guiones que Greenpay le entregó junto con sus credenciales, por ejemplo "
        "06c229a2-0000-4000-8000-000000000001.",
        pattern=r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        identifies=True,
    ),
    Setting(
        name="secret",
        label="Clave secreta (secret)",
        help="El texto largo que Greenpay le entregó como «secret». Cópielo completo, sin espacios. "
        "Se guarda cifrado y no se vuelve a mostrar.",
        pattern=r"\S{8,2000}",
        secret=True,
    ),
    Setting(
        name="public_key",
        label="Llave pública (public key)",
        help="El bloque de texto que Greenpay le entregó como llave pública; comienza con MIG o MII. Con ella se "
        "comprueba que cada aviso de pago viene de Greenpay. Puede pegarlo con o sin las líneas BEGIN y END.",
        pattern=r"[A-Za-z0-9+/=\s-]{150,2000}",
        multiline=True,
        unique=True,
    ),
    Setting(
        name="terminal_crc",
        label="Terminal en colones",
        help="El nombre de su terminal para cobrar en colones, tal como lo entregó Greenpay; suele terminar en -CRC. "
        "Deje el espacio vacío si no cobra en colones.",
        pattern=r"\S(.{0,198}\S)?",
        one_of="terminal",
        enables="CRC",
    ),
    Setting(
        name="terminal_usd",
        label="Terminal en dólares",
        help="El nombre de su terminal para cobrar en dólares, tal como lo entregó Greenpay; suele terminar en -USD. "
        "Deje el espacio vacío si no cobra en dólares.",
        pattern=r"\S(.{0,198}\S)?",
        one_of="terminal",
        enables="USD",
    ),
)

NOTIFICATION_SETUP: Final = """\
Asunto: Dirección para los avisos de pago (webhook) de nuestro comercio

Estimado equipo de soporte de Greenpay:

Les solicitamos configurar la siguiente dirección como URL base de los webhooks de nuestro comercio, para todas \
nuestras terminales:

{address}

A esa dirección deben llegar los resultados de los pagos hechos con el formulario de pago (checkout form), firmados \
con la llave de nuestro comercio. Por favor, confírmennos cuando el cambio esté aplicado.

Muchas gracias.
"""

INFO: Final = ProviderInfo(
    code="greenpay",
    name="Greenpay",
    contract_version=(1, 1),
    countries=("CR",),
    currencies=CURRENCIES,
    channels=frozenset({Channel.STATEMENT, Channel.CHECKOUT}),
    ways=(
        Way(
            code="form",
            label="Tarjeta de crédito o débito",
            starts=Starts.SESSION,
            outcome=frozenset({"notification", "return"}),
            query_by=QueryBy.NONE,
            expiry_minutes=SESSION_MINUTES,
            settle_minutes=15,
        ),
    ),
    reference=ReferenceRule(26),
    endpoints=ENDPOINTS,
    settings=SETTINGS,
    verified_fields=("identity_type", "identity_number"),
    # Whether the real session survives a declined card was never seen; the other way round a payer could be offered a
    # second method while the first card page still takes cards.
    decline_ends_session=False,
    # Void and refund want the card's first six digits, and an answer of the hosted form has only the last four.
    refunds=Refunds.NONE,
    notification_setup=NOTIFICATION_SETUP,
    tagline="Tarjetas de crédito y débito en colones y dólares",
    settlement_note="El dinero llega directamente a su cuenta de Greenpay; los plazos de depósito son los de su "
    "contrato con Greenpay.",
    fee_note="Greenpay cobra la comisión pactada en su contrato y la descuenta de cada depósito. Las devoluciones se "
    "hacen en el panel de Greenpay.",
    links=Links(
        support="https://support.greenpay.me/portal/",
        help="https://support.greenpay.me/portal/en/kb/articles/payment-process-with-form-28-3-2020",
    ),
)
