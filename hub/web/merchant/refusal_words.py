"""What providers say in English when they refuse credentials, in the words of whoever must mend them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hub.texts.engine import message as _

WRONG = _("Quiere decir que la llave o la clave no es la de esta cuenta, o que ya no vale. Cópiela de nuevo del panel.")
FORBIDDEN = _(
    "Quiere decir que la llave no es la de esta cuenta, o que no tiene permiso para cobrar. Cópiela de nuevo; si sigue "
    "igual, pida al proveedor que la active."
)
EXPIRED = _("Quiere decir que la llave venció. Cree una nueva en el panel del proveedor.")
WRONG_PLACE = _("Quiere decir que la llave es de otro ambiente: la de pruebas no sirve en producción, ni al revés.")
SUSPENDED = _("Quiere decir que el proveedor tiene detenida la cuenta. Escríbale para saber por qué.")

MEANS: Final[Mapping[str, str]] = {
    "expired": EXPIRED,
    "suspend": SUSPENDED,
    "disabled": SUSPENDED,
    "inactive": SUSPENDED,
    "environment": WRONG_PLACE,
    "test mode": WRONG_PLACE,
    "live mode": WRONG_PLACE,
    "forbidden": FORBIDDEN,
    "403": FORBIDDEN,
    "permission": FORBIDDEN,
    "scope": FORBIDDEN,
    "invalid": WRONG,
    "unauthori": WRONG,
    "401": WRONG,
    "credential": WRONG,
    "incorrect": WRONG,
    "not found": WRONG,
}
"""By what stands in the provider's answer; the first that does."""


def refusal_text(code: str | None) -> str:
    """What such an answer means; empty where nothing is known of it."""
    said = (code or "").casefold()
    return next((text for word, text in MEANS.items() if word in said), "")
