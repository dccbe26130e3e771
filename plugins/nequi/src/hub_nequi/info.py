"""What Nequi declares of itself. Every setting is the operator's: the merchant's form is empty."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hub_hookspecs import (
    Account,
    Channel,
    CurrencyRule,
    EnteredBy,
    Links,
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

PUSH_WAY = "push"
QR_WAY = "qr"
PHONE = "3[0-9]{9}"
DEFAULT_MINUTES = "15"
SETTLE = timedelta(minutes=15)
"""How long after its expiry news of a payment may still come."""

TRUE_OR_FALSE = "true|false"
MINUTES = r"(?!0+(\.0+)?$)[0-9]{1,4}(\.[0-9]{1,2})?"


def provider_info() -> ProviderInfo:
    """The declaration, the same each time."""
    return ProviderInfo(
        code="nequi",
        name="Nequi",
        contract_version=(1, 1),
        countries=("CO",),
        currencies=(CurrencyRule(currency="COP", decimals=0, minimum=100),),
        channels=frozenset(Channel),
        ways=(_push(), _qr()),
        reference=ReferenceRule(10),
        endpoints={
            "live": {"oauth": "https://oauth.nequi.com/oauth2/token", "api": "https://api.nequi.com"},
            "test": {"oauth": "https://oauth.sandbox.nequi.com/oauth2/token", "api": "https://api.sandbox.nequi.com"},
        },
        settings=_settings(),
        verified_fields=("identity_type", "identity_number", "legal_name"),
        not_executed=tuple(
            NotExecuted(hook="create_payment", status=status, body_key="message") for status in (401, 403, 429)
        ),
        refunds=Refunds.FULL,
        settles_returns=False,  # the report is of sales; no source shows a reversal in it
        reports_net=False,  # it lists what was sold, and neither fee nor tax
        tagline="Tus clientes aprueban el pago en su app Nequi o escanean un código QR.",
        settlement_note="Las ventas del día llegan al día siguiente a tu cuenta Nequi o Bancolombia.",
        fee_note="La comisión es la de tu contrato con Nequi Negocios.",
        timeout_seconds=30.0,
        links=Links(
            register="https://www.nequi.com.co/negocios/",
            support="https://ayuda.negocios.nequi.co/hc/es-419",
            help="https://www.nequi.com.co/negocios/pago-en-linea",
        ),
    )


def life_of(account: Account, setting: str) -> timedelta:
    """How long a push or a code lives, by the merchant's contract; fractions of a minute are for trials."""
    return timedelta(seconds=int(Decimal(account.settings.get(setting) or DEFAULT_MINUTES) * 60))


def _push() -> Way:
    return Way(
        code=PUSH_WAY,
        label="Notificación en tu app Nequi",
        starts=Starts.CHARGE,
        outcome=frozenset({"notification", "query"}),
        query_by=QueryBy.THEIRS,
        payer_fields=(
            PayerField(
                name="phone",
                label="Celular Nequi",
                pattern=PHONE,
                kind="tel",
                example="3001234567",
                error="Escribe los 10 números del celular, empezando por 3 y sin +57.",
                remember=True,
            ),
        ),
        expiry_minutes=15,
        expiry_setting="push_expiry_minutes",
        settle_minutes=SETTLE // timedelta(minutes=1),
        undo=True,
        cancel=True,
    )


def _qr() -> Way:
    return Way(
        code=QR_WAY,
        label="Código QR",
        starts=Starts.SESSION,
        outcome=frozenset({"query"}),
        query_by=QueryBy.THEIRS,
        expiry_minutes=15,
        expiry_setting="qr_expiry_minutes",
        settle_minutes=SETTLE // timedelta(minutes=1),
    )


def _settings() -> tuple[Setting, ...]:
    return (
        # Client and code both: no source says whether another client of the same code finds what this one has pushed,
        # and an undo that is told "there is no such payment" would set the invoice free.
        _setting(
            "client_id",
            "Client Id",
            "Nequi lo entrega con las llaves, uno por comercio y por ambiente.",
            identifies=True,
        ),
        _setting(
            "client_secret",
            "Client Secret",
            "Nequi lo entrega junto con el Client Id; no se vuelve a mostrar.",
            secret=True,
        ),
        _setting("api_key", "API Key", "La llave x-api-key que Nequi entrega junto con el Client Id.", secret=True),
        _setting(
            "code",
            "Código del comercio",
            "Tipo y número de documento con que el comercio se registró en Nequi, por ejemplo NIT_901234567.",
            pattern=r"[A-Z]{1,12}_[0-9A-Z]{1,20}",
            identifies=True,
        ),
        _setting(
            "notification_secret",
            "Secreto de notificaciones",
            "Si Nequi firma las notificaciones del comercio: el secreto de la firma. Sin él, solo apuran una consulta.",
            secret=True,
            optional=True,
        ),
        _setting(
            "notification_secret_old",
            "Secreto de notificaciones anterior",
            "Mientras se cambia el secreto: el anterior, que sigue valiendo.",
            secret=True,
            optional=True,
        ),
        _setting(
            "push_expiry_minutes",
            "Minutos para aprobar en la app",
            "Vida de una notificación de pago, según el contrato del comercio con Nequi.",
            pattern=MINUTES,
            default=DEFAULT_MINUTES,
        ),
        _setting(
            "qr_expiry_minutes",
            "Minutos para pagar el QR",
            "Vida de un código QR, según el contrato del comercio con Nequi.",
            pattern=MINUTES,
            default=DEFAULT_MINUTES,
        ),
        _setting(
            "reports",
            "Servicio de reportes",
            "true si la cuenta puede consultar los reportes de Nequi; con ellos se compara la identidad del comercio.",
            pattern=TRUE_OR_FALSE,
            default="true",
        ),
        _setting(
            "reversal_idempotent",
            "Reversos repetibles",
            "true solo si una prueba con Nequi demostró que un reverso repetido no devuelve el dinero dos veces.",
            pattern=TRUE_OR_FALSE,
            default="false",
        ),
        _setting(
            "client_ref",
            "ClientID de los mensajes",
            "Texto corto que identifica a quien llama; vuelve dentro del identificador de cada transacción.",
            pattern=r"[A-Za-z0-9-]{1,20}",
            default="hub-01",
        ),
    )


def _setting(
    name: str,
    label: str,
    text: str,
    *,
    pattern: str = r"[\x21-\x7e]{1,300}",
    secret: bool = False,
    optional: bool = False,
    default: str | None = None,
    identifies: bool = False,
) -> Setting:
    return Setting(
        name=name,
        label=label,
        help=text,
        pattern=pattern,
        secret=secret,
        entered_by=EnteredBy.OPERATOR,
        optional=optional,
        default=default,
        identifies=identifies,
    )
