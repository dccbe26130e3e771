"""The rules of contact that the hub chose itself: for Costa Rica, and for a country whose record says nothing."""

from __future__ import annotations

from typing import Final

from hub_hookspecs import ContactRules

CAREFUL: Final = ContactRules(
    source=(
        "Decisión propia, sin norma detrás: de lunes a viernes de 8 a. m. a 6 p. m., nunca en feriados,"
        " y un contacto a la semana contando todas las facturas."
    )
)
