"""What is said of closing a month, and of what is dated into a closed one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "close.already": "El mes ya está cerrado: {month}",
    "close.later_closed": "Primero hay que volver a abrir el mes que se cerró después: {month}",
    "close.not_ended": "Un mes se cierra cuando terminó, y todavía no termina: {month}",
    "close.not_next": "Los meses se cierran en orden; sigue {month}",
    "close.owner_decides": "Hay asuntos abiertos: cierra el mes quien administra la empresa, que dice por qué",
    "close.reason_missing": "Escriba la razón",
    "month.of": "{month} de {year}",
    "month.january": "enero",
    "month.february": "febrero",
    "month.march": "marzo",
    "month.april": "abril",
    "month.may": "mayo",
    "month.june": "junio",
    "month.july": "julio",
    "month.august": "agosto",
    "month.september": "septiembre",
    "month.october": "octubre",
    "month.november": "noviembre",
    "month.december": "diciembre",
}
