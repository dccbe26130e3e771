"""What an import does beyond its rows: it is taken back, it is a complete list, its invoices have instalments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "instalment.next": "la próxima",
    "instalment.one": "Cuota {number} de {all}: {day}, {amount}, {state}",
    "instalment.open": "por vencer",
    "instalment.overdue": "vencida",
    "instalment.paid": "pagada",
    "missing.amount": "{amount}",
    "missing.changed": "Lo que falta en el archivo cambió desde que se mostró; revíselo otra vez",
    "missing.changed_here": "aquí se recibió, se devolvió o se acreditó algo que ningún archivo cuenta todavía",
    "missing.count": "Escriba cuántas facturas faltan: son {count}",
    "missing.cut": "El archivo termina a medias",
    "missing.empty": "El archivo no trae ninguna factura",
    "missing.hidden": "Filas ocultas: {count}; muestre todas en Excel y guarde el archivo otra vez",
    "missing.issued_later": "se emitió el {issued}, después de la fecha de la lista",
    "missing.no_choice": "Lo que falta queda outside, void o left; «{choice}» no es ninguna",
    "missing.not_from_file": "nació o cambió aquí, y ningún archivo la trajo así",
    "missing.reported": "su cliente avisó que la pagó por otro medio; eso espera respuesta",
    "missing.returned": "se devolvió dinero que la había pagado",
    "missing.set_aside": "Filas que quedaron aparte: {count}; corríjalas primero",
    "missing.sum": "Escriba también cuánto suman: {sums}",
    "missing.total": "La columna {column} dice que suma {stated}, y lo leído suma {read}",
    "missing.unread": "El archivo no se entendió completo",
    "statement.due_now": "Vence ahora: {amount}. En la página puede pagar solo eso, o el saldo completo.",
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
