"""What states are called on the merchant's pages: (word, colour of its badge)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.dispute import Dispute, DisputeOutcome, DisputeStage
from hub.domain.held import Held, MoneyState, state_of
from hub.domain.identity import show_document
from hub.domain.message import DeliveryKind
from hub.domain.observation import ObservedBy, Seen
from hub.domain.offer import ABSENCE_WORDS, Absence
from hub.domain.payable import Payable
from hub.domain.payment import Flag, Payment, Status
from hub.domain.receipt import means_name as means_name
from hub.domain.text import Text
from hub.domain.text import unpacked as unpacked
from hub.domain.told_disputes import told_disputes
from hub.flows.ground.ports import Hub
from hub.flows.payments.payment_view import PaymentView, Shown
from hub.flows.views.payment_rows import LISTED as LISTED
from hub_hookspecs import (
    Channel,
    Company,
    Country,
    Credentials,
    IdentityDocument,
    Kind,
    Match,
    Mode,
    Money,
    ProviderInfo,
    ReasonKind,
)

from .contact_words import CONTACT_CHANNELS as CONTACT_CHANNELS
from .contact_words import CONTACT_STATES as CONTACT_STATES
from .contact_words import CONTACTS as CONTACTS
from .contact_words import WHY_SILENT as WHY_SILENT
from .contact_words import WHY_WAITS as WHY_WAITS
from .mail_words import DELIVERY_STATES as DELIVERY_STATES
from .mail_words import NOT_NEEDED as NOT_NEEDED
from .mail_words import delivery_word as delivery_word
from .mail_words import mail_trouble as mail_trouble
from .refusal_words import refusal_text as refusal_text

Word = tuple[str, str]

ACCOUNT: Mapping[AccountStatus, Word] = {
    AccountStatus.DRAFT: ("Disponible", ""),
    AccountStatus.REQUESTED: ("Solicitada", "wait"),
    AccountStatus.NEEDS_CONFIRMATION: ("Por confirmar", "warn"),
    AccountStatus.ACTIVE: ("Conectado", "good"),
    AccountStatus.FAILED: ("Falló", "bad"),
    AccountStatus.NEEDS_REVALIDATION: ("Requiere atención", "warn"),
    AccountStatus.SUSPENDED: ("Requiere atención", "bad"),
    AccountStatus.DISABLED: ("Desactivado", ""),
}

FIELDS: Mapping[str, str] = {
    "identity_type": "Tipo de identificación",
    "identity_number": "Número de identificación",
    "legal_name": "Razón social",
}

MATCHES: Mapping[Match, Word] = {
    Match.EQUAL: ("Coincide", "good"),
    Match.NEAR: ("Casi coincide", "warn"),
    Match.DIFFERENT: ("No coincide", "bad"),
    Match.UNAVAILABLE: ("El proveedor no lo informa", "wait"),
}

CREDENTIALS: Mapping[Credentials, Word] = {
    Credentials.ACCEPTED: ("Aceptadas", "good"),
    Credentials.REFUSED: ("Rechazadas", "bad"),
    Credentials.UNCLEAR: ("Sin respuesta clara", "warn"),
}

CHANNELS: Mapping[Channel, str] = {Channel.STATEMENT: "estado de cuenta", Channel.CHECKOUT: "tienda en línea"}

STATUSES: Mapping[Status, Word] = {
    Status.CREATED: ("En preparación", "wait"),
    Status.PENDING: ("En proceso", "wait"),
    Status.UNKNOWN: ("Por confirmar", "warn"),
    Status.PAID: ("Aprobado", "good"),
    Status.CLOSED: ("No completado", ""),
}

MONEY: Mapping[MoneyState, Word] = {
    MoneyState.HELD: ("Aprobado", "good"),
    MoneyState.PARTLY_RETURNED: ("Devuelto en parte", "warn"),
    MoneyState.RETURNED: ("Devuelto", ""),
    MoneyState.PARTLY_CHARGED_BACK: ("Contracargo en parte", "bad"),
    MoneyState.CHARGED_BACK: ("Contracargo", "bad"),
    MoneyState.NOT_RECEIVED: ("No llegó dinero", "warn"),
}
"""What became of the money of a payment that was paid, as the books have it."""

CLOSED: Mapping[str, Word] = {
    Kind.DECLINED: ("Rechazado", "bad"),
    Kind.CANCELLED: ("Cancelado", ""),
    Kind.EXPIRED: ("Vencido", ""),
    Kind.NEVER_SENT: ("No se envió", ""),
    Kind.NEVER_EXISTED: ("Sin confirmación", "warn"),
    Kind.SESSION_EXPIRED: ("Sin confirmación", "warn"),
    Kind.RELEASED: ("Liberado", "warn"),
}

KINDS: Mapping[Kind, str] = {
    Kind.ACCEPTED: "Recibido por el proveedor; falta que el cliente pague",
    Kind.AUTHORISED: "Dinero reservado; falta que se cobre",
    Kind.PAID: "Pago aprobado",
    Kind.TRY_DECLINED: "Un intento fue rechazado; el cliente puede intentar de nuevo",
    Kind.DECLINED: "Pago rechazado",
    Kind.EXPIRED: "Venció sin pagarse",
    Kind.CANCELLED: "Cancelado",
    Kind.NOT_FOUND: "El proveedor no lo encuentra",
    Kind.RETURNED: "Dinero devuelto al cliente",
    Kind.CHARGED_BACK: "Contracargo: el banco del cliente retiró el dinero",
    Kind.SETTLED: "Depositado por el proveedor",
    Kind.NEVER_SENT: "No llegó a enviarse al proveedor",
    Kind.NEVER_EXISTED: "El proveedor nunca lo recibió",
    Kind.SESSION_EXPIRED: "La página de pago venció sin noticias",
    Kind.RELEASED: "Liberado por la empresa",
}

OBSERVED_BY: Mapping[ObservedBy, str] = {
    ObservedBy.NOTIFICATION: "Aviso de {provider}",
    ObservedBy.RETURN: "Regreso del cliente desde {provider}",
    ObservedBy.QUERY: "Consulta a {provider}",
    ObservedBy.ANSWER: "Respuesta de {provider}",
    ObservedBy.SETTLEMENT: "Liquidación de {provider}",
    ObservedBy.OPERATOR: "Una persona",
    ObservedBy.RULE: "Regla del sistema",
}

REASONS: Mapping[ReasonKind, str] = {
    ReasonKind.DENIED: "El banco no lo aprobó",
    ReasonKind.INSUFFICIENT_FUNDS: "Fondos insuficientes",
    ReasonKind.CARD_EXPIRED: "Tarjeta vencida",
    ReasonKind.CARD_INVALID: "Tarjeta no válida",
    ReasonKind.CARD_BLOCKED: "Tarjeta bloqueada",
    ReasonKind.WRONG_PIN: "Clave incorrecta",
    ReasonKind.NOT_PERMITTED: "El banco no lo permite",
    ReasonKind.ISSUER_UNAVAILABLE: "El banco no respondió",
    ReasonKind.FRAUD_SUSPECTED: "Detenido por seguridad",
    ReasonKind.NO_WALLET: "El celular no tiene esta billetera",
    ReasonKind.ACCOUNT_BLOCKED: "Cuenta bloqueada",
    ReasonKind.REJECTED_BY_PAYER: "El cliente lo rechazó",
    ReasonKind.METHOD_UNAVAILABLE: "Medio de pago no disponible",
    ReasonKind.INVALID_AMOUNT: "Monto no permitido",
    ReasonKind.EXPIRED: "Se acabó el tiempo",
    ReasonKind.OTHER: "El proveedor no lo aprobó",
}

FLAGS: Mapping[Flag, str] = {
    Flag.AMOUNT_MISMATCH: "Llegó un monto distinto del solicitado.",
    Flag.CURRENCY_MISMATCH: "Llegó en otra moneda; el dinero está en suspenso hasta que se revise.",
    Flag.DUPLICATE_CHARGE: "Estas facturas ya tenían un pago: lo que no debían quedó a favor del cliente.",
    Flag.LATE: "El dinero llegó después de darlo por no completado.",
    Flag.CONFLICT: "Hay noticias contradictorias del proveedor.",
    Flag.ORPHAN_REFUND: "Hay una devolución sin su pago.",
    Flag.OVER_REFUND: "Se devolvió más de lo pagado.",
    Flag.NEEDS_REVIEW: "Una persona debe revisarlo.",
}

FLAG_BADGES: Mapping[Flag, str] = {
    Flag.AMOUNT_MISMATCH: "Otro monto",
    Flag.CURRENCY_MISMATCH: "Otra moneda",
    Flag.DUPLICATE_CHARGE: "Doble pago",
    Flag.LATE: "Tardío",
    Flag.CONFLICT: "Contradictorio",
    Flag.ORPHAN_REFUND: "Devolución sin pago",
    Flag.OVER_REFUND: "Devuelto de más",
    Flag.NEEDS_REVIEW: "Por revisar",
}

DISPUTE_STAGES: Mapping[DisputeStage, str] = {
    DisputeStage.INQUIRY: "El banco pregunta",
    DisputeStage.CHARGEBACK: "El banco tomó el dinero",
    DisputeStage.PRE_ARBITRATION: "Prearbitraje",
    DisputeStage.ARBITRATION: "Arbitraje",
}
DISPUTE_OUTCOMES: Mapping[DisputeOutcome, tuple[str, str]] = {
    DisputeOutcome.WON: ("Ganada", "La ganamos: el dinero queda o vuelve"),
    DisputeOutcome.PARTLY_WON: ("Ganada en parte", "La ganamos en parte: vuelve solo el monto de abajo"),
    DisputeOutcome.LOST: ("Perdida", "La perdimos: el dinero se queda con el banco"),
    DisputeOutcome.ACCEPTED: ("Aceptada", "La aceptamos: el cliente tenía razón"),
}
"""As a badge, and as a choice."""


def dispute_word(dispute: Dispute) -> Word:
    """How far a dispute is, or how it ended."""
    if dispute.outcome is None:
        return DISPUTE_STAGES[dispute.stage], "warn"
    return DISPUTE_OUTCOMES[dispute.outcome][0], "good" if dispute.outcome is DisputeOutcome.WON else ""


def is_answered(view: PaymentView, dispute: Dispute) -> bool:
    """Whether its provider says that the bank has the merchant's answer."""
    told = told_disputes(view.seen)
    return any(item.is_answered and dispute.is_called(case) for case, item in told.items())


CAUSES: Mapping[str, str] = {
    **{flag.value: text for flag, text in FLAGS.items()},
    "contradicting_claims": "Hay noticias contradictorias del proveedor.",
    "learned_otherwise": "El proveedor dio dos identificadores distintos de un mismo pago.",
    "dispute": "El banco de un cliente disputa un pago; hay que responder antes de la fecha límite.",
    "customer_note": "Un cliente escribió desde su estado de cuenta.",
    "payment_reported": "Un cliente informa que pagó por otro medio; falta confirmarlo.",
    "unresolved": "Un pago sigue sin respuesta clara.",
    "rejected_signature": "Llegan avisos con una firma que no es la del proveedor.",
    "unclear_message": "Llegó un aviso auténtico del proveedor que no se entiende; falta preguntarle qué significa.",
    "parked_payment": "El proveedor confirmó dinero que no nombra ningún pago de aquí.",
    "operation_unknown": "No se sabe si el proveedor hizo una devolución o anulación.",
    "settlement_unknown": "Una línea de la liquidación no corresponde a ningún pago de aquí.",
    "settlement_missing": "Un pago no aparece en la liquidación en que debía estar.",
    "settlement_amount": "La liquidación trae otro monto que el anotado.",
    "settlement_repeated": "La liquidación trae dos veces el mismo pago.",
    "settlement_changed": "Una línea que ya estaba anotada cambió.",
    "settlement_reserve": "La liquidación libera más de lo que hay en reserva.",
    "settlement_unreadable": "Una línea del informe del proveedor no se puede leer.",
    "settlement_unproven": "La liquidación trae un pago que aquí no está confirmado.",
    "debit_note": "Se devolvió dinero cuyo saldo a favor ya se había entregado al cliente: una nota débito lo cobra.",
    "withholding_waits": "Un cliente declaró retenciones por encima del tope; se deben hasta que se acepten.",
    "returned_bill": "Volvió el dinero de una factura; falta decir si todavía se debe. Mientras tanto no se recuerda.",
    "doubted_return": "El proveedor dice que volvió dinero, y puede ser lo que aquí ya se anotó; no se anotó otra vez.",
    "settlement_return": "La liquidación descuenta dinero de un pago: es una devolución o un contracargo.",
    "surplus": "Llegó dinero para una factura que ya debía menos; el resto quedó a favor del cliente.",
    "moved_bill": "Llegó dinero para una factura que ahora es de otro cliente; quedó a favor de quien pagó.",
    "credit_gone": "Un pago iba a usar saldo a favor que ya no estaba; esa parte se sigue debiendo.",
    "balance_rose": "Un archivo dice que se debe más de una factura, y aquí no se sabe por qué.",
}

WRITTEN = ("customer_note", "payment_reported")
"""Causes whose details are a customer's own words; those of the others are for the operator."""

ALERT = Text("mail_kind.alert")
"""The one kind of mail that is no merchant's."""


def mail_names(hub: Hub) -> Mapping[str, Text]:
    """The kinds of mail, as the merchant calls them."""
    return {**{kind: rules.name for kind, rules in hub.documents.mails.items()}, DeliveryKind.ALERT.value: ALERT}


WAITS: Mapping[Shown, str] = {
    Shown.PREPARING: "Se está enviando a {provider}.",
    Shown.HOSTED_PAGE: "El cliente está en la página de {provider}; falta su pago.",
    Shown.POST_FORM: "El cliente está por pasar a la página de {provider}.",
    Shown.APPROVE: "Falta que el cliente lo apruebe en su app {provider}.",
    Shown.QR: "Falta que el cliente escanee el código QR.",
    Shown.REFERENCE: "Falta que el cliente pague con la referencia que recibió.",
    Shown.RESERVED: "{provider} reservó el dinero del cliente; todavía no se cobra.",
    Shown.WAITING_RESULT: "Se espera el resultado de {provider}.",
    Shown.UNKNOWN: "No se sabe si {provider} lo recibió. Se sigue preguntando y las facturas quedan apartadas.",
    Shown.NOT_COMPLETED: "No se completó y no se cobró nada. El cliente puede pagar de nuevo.",
    Shown.NOT_CONFIRMED: "No llegó ninguna confirmación. Si el cliente sí pagó, se anota cuando llegue la noticia.",
    Shown.PAID: "El dinero llegó a la cuenta de la empresa en {provider}.",
    Shown.PARTLY_RETURNED: "Una parte volvió al cliente; el resto está en la cuenta de la empresa en {provider}.",
    Shown.RETURNED: "El dinero volvió al cliente.",
    Shown.PARTLY_CHARGED_BACK: "El banco del cliente retiró una parte; el resto está en la cuenta de la empresa.",
    Shown.CHARGED_BACK: "El banco del cliente retiró el dinero.",
    Shown.NOT_RECEIVED: "Lo que {provider} confirmó se corrigió: no llegó dinero.",
}

RECORDED: Mapping[str, str] = {"automático": "automáticamente", "enlace del correo": "desde el enlace del correo"}
"""What recorded a cash receipt, where it was no person."""

CLAUSES: Mapping[str, str] = {
    "settles": "Cancela el saldo total de lo indicado.",
    "part": "Abono parcial a lo indicado.",
    "account": "Se recibe a cuenta, como saldo a favor.",
}


def account_word(account: ProviderAccount | None, absence: Absence | None = None) -> Word:
    """What a card says of a connection."""
    if absence and (account is None or account.status is AccountStatus.DRAFT):
        return "No disponible", ""
    return ACCOUNT[account.status] if account else ("Disponible", "")


def absence_text(info: ProviderInfo | None, code: str, absence: Absence) -> Text:
    """Why a provider cannot be connected here."""
    return Text("absence.sentence", provider=info.name if info else code, why=ABSENCE_WORDS[absence])


def status_word(payment: Payment, held: tuple[Held, ...]) -> Word:
    """What a list says of a payment, and of its money what the books say."""
    if payment.status is Status.PAID:
        return MONEY[state_of(held)]
    if payment.status is Status.CLOSED:
        return CLOSED.get(payment.reason, STATUSES[Status.CLOSED])
    return STATUSES[payment.status]


LINE = re.compile(r"line (.+) of (.+)")
"""How the note of a payout line names it."""


def settled_by(seen: Seen) -> tuple[str, str] | None:
    """The line of a payout and the file that said what was seen."""
    found = LINE.fullmatch(seen.note) if seen.source is ObservedBy.SETTLEMENT else None
    return (found[1], found[2]) if found else None


def document(country: Country, document: IdentityDocument) -> str:
    """An identity document as people write it, with its type."""
    return show_document(country, document, with_type=True)


def compared(country: Country, field: str, value: str) -> str:
    """One side of a comparison: a type by its name, everything else as it came, masked."""
    kind = country.identity_type(value) if field == "identity_type" else None
    return kind.label if kind else value


def own(country: Country, company: Company, field: str) -> str:
    """Our side of a comparison, whole: nobody's own name is hidden from themselves."""
    if field == "identity_type":
        return compared(country, field, company.document.type)
    return show_document(country, company.document) if field == "identity_number" else company.legal_name


def minor(amount: int, like: Money) -> Money:
    """Minor units in the currency of another amount."""
    return Money(amount, like.currency)


def money(minor: int, currency: str) -> Money:
    """Minor units as an amount."""
    return Money(minor, currency)


def day_in(moment: datetime, zone: str) -> date:
    """The day of a moment where the merchant is."""
    return moment.astimezone(ZoneInfo(zone)).date()


def total_of(payable: Payable) -> Money:
    """What a payable was in all."""
    return Money(payable.total, payable.currency)


def mode_word(mode: Mode) -> str:
    """The badge of an account that moves no money; empty for a live one."""
    return "Modo de prueba" if mode is Mode.TEST else ""
