"""Why a card or a wallet said no, in the payer's words: what it means, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hub.texts.engine import message as _
from hub_hookspecs import ReasonKind

REASONS: Final[Mapping[ReasonKind, str]] = {
    ReasonKind.DENIED: _("Su banco no aprobó el pago. Consulte con su banco o use otro medio de pago."),
    ReasonKind.INSUFFICIENT_FUNDS: _("No hay fondos suficientes. Use otra tarjeta o revise su saldo."),
    ReasonKind.CARD_EXPIRED: _("La tarjeta está vencida. Use otra tarjeta."),
    ReasonKind.CARD_INVALID: _("Los datos de la tarjeta no son correctos. Revíselos e intente de nuevo."),
    ReasonKind.CARD_BLOCKED: _("La tarjeta no puede usarse. Comuníquese con su banco o use otra tarjeta."),
    ReasonKind.WRONG_PIN: _("La clave o el código de seguridad no es correcto. Revíselo e intente de nuevo."),
    ReasonKind.NOT_PERMITTED: _(
        "Su banco no permite este tipo de pago con este medio. Consulte con su banco o use otro."
    ),
    ReasonKind.ISSUER_UNAVAILABLE: _("Su banco no respondió. Intente de nuevo en unos minutos."),
    # Never told to whoever may be trying cards out.
    ReasonKind.FRAUD_SUSPECTED: _("Su banco no aprobó el pago. Consulte con su banco o use otro medio de pago."),
    ReasonKind.NO_WALLET: _("Ese número no tiene una cuenta activa. Revise el número e intente de nuevo."),
    ReasonKind.ACCOUNT_BLOCKED: _(
        "La cuenta no puede hacer pagos en este momento. Revísela en su aplicación o use otro medio de pago."
    ),
    ReasonKind.REJECTED_BY_PAYER: _(
        "El pago fue rechazado desde la aplicación. Si no fue su intención, intente de nuevo."
    ),
    ReasonKind.METHOD_UNAVAILABLE: _(
        "Este medio de pago no está disponible en este momento. Use otro o intente más tarde."
    ),
    ReasonKind.INVALID_AMOUNT: _("El monto no se puede pagar con este medio. Use otro medio de pago."),
    ReasonKind.EXPIRED: _("Pasó el tiempo para aprobar el pago. Intente de nuevo."),
    ReasonKind.OTHER: _("El pago no fue aprobado. Use otro medio de pago o intente más tarde."),
}
