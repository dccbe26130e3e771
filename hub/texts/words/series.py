"""The series of cash receipts, and what is written on a receipt after it was issued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "numbers.begins_at": "La serie empieza aquí en {label}; los números anteriores no son de este sistema",
    "numbers.closed_series": "La serie {series} está cerrada y no da más números",
    "receipt.leave_reason_missing": "Indique por qué se deja vigente",
    "receipt.stands": "El recibo sigue vigente, con su nota.",
    "receipt.no_address_chosen": "Elija al menos un correo",
    "receipt.notes_fixed": "Este recibo ya salió por correo o está anulado: sus observaciones no cambian",
    "receipt.notes_kept": "Las observaciones quedaron guardadas.",
    "series.began": "La serie {series} da los números desde ahora. El próximo recibo de caja es {label}.",
    "series.in_use": "La serie {series} ya es la que da los números",
    "series.not_a_name": "Escriba de una a diez letras o números, sin espacios ni signos: por ejemplo RC2027",
    "series.not_a_number": "Escriba un número entre 1 y 999999999, sin puntos",
    "series.of_other_documents": "La serie {series} es de otros documentos; elija otro nombre",
    "series.skipped": "Los números {first} a {last} quedan sin usar.",
    "series.was_used": "La serie {series} ya se usó, hasta {last}; elija otro nombre",
}
