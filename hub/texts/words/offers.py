"""Why a payment provider is not offered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "absence.of": "{provider} {why}",
    "absence.sentence": "{provider} {why}.",
    "absence.not_installed": "no está instalado",
    "absence.not_declared": "no opera en este país",
    "absence.not_enabled": "no está habilitado en este país",
    "absence.not_connected": "no está conectado",
    "absence.not_active": "todavía no está activo",
    "absence.needs_revalidation": "está por validarse de nuevo",
    "absence.paused": "no está disponible por ahora",
    "absence.channel": "no se ofrece aquí",
    "absence.currency": "no recibe pagos en esta moneda",
    "absence.below_minimum": "el monto está por debajo de su mínimo",
    "absence.merchant_minimum": "el monto está por debajo del mínimo de la empresa",
    "absence.above_maximum": "el monto está por encima de su máximo",
    "absence.too_fine": "no recibe pagos con céntimos de este tamaño",
    "absence.too_fine_but": "no recibe pagos con céntimos de este tamaño; puede recibir {part}",
    "absence.provider_down": "no responde en este momento; elija otro medio o intente en unos minutos",
}
