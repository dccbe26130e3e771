"""Accounts at providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "account.changed_before_confirming": "Alguien más cambió los datos de esta cuenta: revíselos y confirme",
    "account.changed_meanwhile": (
        "Alguien más cambió los datos de esta cuenta. Vea lo que ahora está guardado; si envía los suyos "
        "otra vez, lo reemplazan"
    ),
    "account.field_names_other_account": (
        "Los datos nombran otra cuenta del proveedor: escriba también este, el de esa cuenta"
    ),
    "account.field_unknown": "{provider} no tiene este dato",
    "account.identity_differs": "La identidad no coincide con la del proveedor",
    "account.nothing_to_confirm": "No hay nada que confirmar. Remedio: valide de nuevo la conexión",
    "account.retired_takes_own_only": (
        "Este dato nombra otra cuenta del proveedor; una cuenta anterior solo recibe los suyos"
    ),
    "account.used_by_other_company": ("Otra empresa ya usa este dato; el operador debe confirmarlo antes de activarlo"),
}
