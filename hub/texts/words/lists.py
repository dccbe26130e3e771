"""What an import does beyond its rows: it is taken back, it is a complete list, its invoices have instalments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "missing.amount": "{amount}",
    "missing.and": "{before}, {after}",
    "missing.changed": "Lo que falta en el archivo cambió desde que se mostró; revíselo otra vez",
    "missing.changed_here": "aquí se recibió, se devolvió o se acreditó algo que ningún archivo cuenta todavía",
    "missing.changed_since": "cambió aquí después de que se decidió cerrarla",
    "missing.branch": "la sucursal {branch}",
    "missing.code": "{code}",
    "missing.compared": "Se comparó con {series}, en {currencies}; otras {others} facturas abiertas no se compararon.",
    "missing.compared_all": "Se comparó con {series}, en {currencies}: son todas las facturas abiertas.",
    "missing.compared_one": "Se comparó con {series}, en {currencies}; otra factura abierta no se comparó.",
    "missing.count": "Escriba cuántas facturas faltan: son {count}",
    "missing.cut": "El archivo termina a medias",
    "missing.empty": "El archivo no trae ninguna factura",
    "missing.file_under_way": "Otro archivo de la empresa está en curso; espere a que termine",
    "missing.hidden": "Filas ocultas: {count}; muestre todas en Excel y guarde el archivo otra vez",
    "missing.issued_later": "se emitió el {issued}, después de la fecha de la lista",
    "missing.more_series": "{count} series más",
    "missing.no_choice": "Lo que falta queda outside, void o left; «{choice}» no es ninguna",
    "missing.more_branches": "{count} sucursales más",
    "missing.no_branch": "lo que no es de ninguna sucursal",
    "missing.no_series": "los números sin serie",
    "missing.nothing_chosen": (
        "Así no se cierra nada: faltan {count}, y todas siguen abiertas. Elija qué pasa con ellas o borre la cantidad"
    ),
    "missing.not_from_file": "nació o cambió aquí, y ningún archivo la trajo así",
    "missing.other_sheet": (
        "La hoja «{name}» también tiene filas y no se lee; ponga todas las facturas en una sola hoja"
    ),
    "missing.reported": "su cliente avisó que la pagó por otro medio; eso espera respuesta",
    "missing.returned": "se devolvió dinero que la había pagado",
    "missing.second_table": (
        "Al lado hay otra tabla, con los números en «{column}», y no se lee; ponga todas las facturas en una sola tabla"
    ),
    "missing.series": "la serie {series}",
    "missing.set_aside": "Filas que quedaron aparte: {count}; corríjalas primero",
    "missing.sum": "Escriba también cuánto suman: {sums}",
    "missing.total": "La columna {column} dice que suma {stated}, y lo leído suma {read}",
    "missing.unread": "El archivo no se entendió completo",
    "undo.answered": "alguien ya respondió una pregunta sobre esta factura",
    "undo.being_closed": "Se está cerrando lo que faltaba en una lista completa; espere a que termine",
    "undo.being_taken": "Se está importando otro archivo; espere a que termine",
    "undo.being_undone": "Se está deshaciendo otra importación; espere a que termine",
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
