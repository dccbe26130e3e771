"""What an import does beyond its rows: it is taken back, it is a complete list, its invoices have instalments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "undo.answered": "alguien ya respondió una pregunta sobre esta factura",
    "undo.being_taken": "Se está importando otro archivo; espere a que termine",
    "undo.changed": "cambió aquí después de importarse",
    "undo.corrected": "algo de esta factura se corrigió a mano después",
    "undo.credit_note": "tiene una nota crédito",
    "undo.discount": "tiene un descuento",
    "undo.later_import": "el archivo «{name}» del {at} la trajo otra vez; deshaga primero esa importación",
    "undo.money": "ya se recibió o se aplicó dinero de esta factura",
    "undo.not_taken": "De este archivo no se importó nada todavía",
    "undo.payment": "tiene el pago en línea {reference}",
    "undo.payouts": "Una liquidación no se deshace entera: retire sus líneas una por una",
    "undo.rebilled": "se anuló aquí y se facturó de nuevo",
    "undo.reported": "su cliente avisó que la pagó por otro medio",
    "undo.returned": "de esta factura se devolvió dinero",
    "undo.voided": "se anuló aquí después",
    "undo.withheld": "tiene una retención",
    "undo.written_off": "se castigó como incobrable, entera o en parte",
}
