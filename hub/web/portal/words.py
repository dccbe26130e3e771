"""Why a card or a wallet said no, in the payer's words: what it means, and what helps; *usted*, then *tú*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hub_hookspecs import ReasonKind

REASONS: Final[Mapping[ReasonKind, tuple[str, str]]] = {
    ReasonKind.DENIED: (
        "Su banco no aprobó el pago. Consulte con su banco o use otro medio de pago.",
        "Tu banco no aprobó el pago. Consulta con tu banco o usa otro medio de pago.",
    ),
    ReasonKind.INSUFFICIENT_FUNDS: (
        "No hay fondos suficientes. Use otra tarjeta o revise su saldo.",
        "No hay fondos suficientes. Usa otro medio de pago o revisa tu saldo.",
    ),
    ReasonKind.CARD_EXPIRED: (
        "La tarjeta está vencida. Use otra tarjeta.",
        "La tarjeta está vencida. Usa otra tarjeta.",
    ),
    ReasonKind.CARD_INVALID: (
        "Los datos de la tarjeta no son correctos. Revíselos e intente de nuevo.",
        "Los datos de la tarjeta no son correctos. Revísalos e intenta de nuevo.",
    ),
    ReasonKind.CARD_BLOCKED: (
        "La tarjeta no puede usarse. Comuníquese con su banco o use otra tarjeta.",
        "La tarjeta no puede usarse. Comunícate con tu banco o usa otra tarjeta.",
    ),
    ReasonKind.WRONG_PIN: (
        "La clave o el código de seguridad no es correcto. Revíselo e intente de nuevo.",
        "La clave o el código de seguridad no es correcto. Revísalo e intenta de nuevo.",
    ),
    ReasonKind.NOT_PERMITTED: (
        "Su banco no permite este tipo de pago con este medio. Consulte con su banco o use otro.",
        "Tu banco no permite este tipo de pago con este medio. Consulta con tu banco o usa otro.",
    ),
    ReasonKind.ISSUER_UNAVAILABLE: (
        "Su banco no respondió. Intente de nuevo en unos minutos.",
        "Tu banco no respondió. Intenta de nuevo en unos minutos.",
    ),
    # Never told to whoever may be trying cards out.
    ReasonKind.FRAUD_SUSPECTED: (
        "Su banco no aprobó el pago. Consulte con su banco o use otro medio de pago.",
        "Tu banco no aprobó el pago. Consulta con tu banco o usa otro medio de pago.",
    ),
    ReasonKind.NO_WALLET: (
        "Ese número no tiene una cuenta activa. Revise el número e intente de nuevo.",
        "Ese número no tiene una cuenta activa. Revisa el número e intenta de nuevo.",
    ),
    ReasonKind.ACCOUNT_BLOCKED: (
        "La cuenta no puede hacer pagos en este momento. Revísela en su aplicación o use otro medio de pago.",
        "La cuenta no puede hacer pagos en este momento. Revísala en tu aplicación o usa otro medio de pago.",
    ),
    ReasonKind.REJECTED_BY_PAYER: (
        "El pago fue rechazado desde la aplicación. Si no fue su intención, intente de nuevo.",
        "El pago fue rechazado desde la aplicación. Si no fue tu intención, intenta de nuevo.",
    ),
    ReasonKind.METHOD_UNAVAILABLE: (
        "Este medio de pago no está disponible en este momento. Use otro o intente más tarde.",
        "Este medio de pago no está disponible en este momento. Usa otro o intenta más tarde.",
    ),
    ReasonKind.INVALID_AMOUNT: (
        "El monto no se puede pagar con este medio. Use otro medio de pago.",
        "El valor no se puede pagar con este medio. Usa otro medio de pago.",
    ),
    ReasonKind.EXPIRED: (
        "Pasó el tiempo para aprobar el pago. Intente de nuevo.",
        "Pasó el tiempo para aprobar el pago. Intenta de nuevo.",
    ),
    ReasonKind.OTHER: (
        "El pago no fue aprobado. Use otro medio de pago o intente más tarde.",
        "El pago no fue aprobado. Usa otro medio de pago o intenta más tarde.",
    ),
}
