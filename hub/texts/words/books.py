"""Imports, entries, cash receipts, withholdings and settlements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "change.address": "dirección",
    "change.customer": "cliente",
    "change.description": "descripción",
    "change.due": "vence",
    "change.email": "correo",
    "change.issued": "emitida",
    "change.name": "nombre",
    "change.of": "{what} {old} → {new}",
    "change.outside": "pagado fuera",
    "change.phone": "teléfono",
    "change.total": "total",
    "amount.not_positive": "El monto debe ser mayor que cero",
    "bill.of_other_customer": "Una factura no es de este cliente",
    "bill.other_currency": "La factura {number} está en {currency}",
    "bill.owes": "La factura {number} debe {balance}",
    "bill.payment_in_progress": "Hay un pago en línea en curso de {number}; espere a que termine",
    "credit.too_little": "El cliente solo tiene {credit} a favor",
    "credit_note.number_missing": "Indique el número de la nota crédito",
    "credit_note.recorded_otherwise": "La nota crédito {name} ya está registrada para otra factura u otro monto",
    "credit_note.reversed": "La nota crédito {name} fue revertida; registre la otra con otro número",
    "credit_note.too_much": "A la factura {number} se le puede acreditar hasta {rest}",
    "date.in_future": "La fecha está en el futuro",
    "deduction.no_amount": "La retención o el descuento de la factura {number} no es un monto en {currency}",
    "deduction.tax_unknown": "«{tax}» no es el nombre de una retención, como retefuente",
    "deduction.too_much": "La factura {number} debe {balance}; no se le puede descontar más",
    "deduction.twice": "Una retención o un descuento está dos veces para la misma factura",
    "entry.booked_with": "{key} está registrado con {booked}",
    "entry.corrected_already": "{key} ya fue corregido",
    "entry.money_gone": "{key} ya no se puede revertir: el banco del cliente retiró ese dinero",
    "entry.not_received": "{key} no es dinero recibido de un cliente",
    "entry.not_reversible": "{key} no se puede revertir: {remedy}",
    "entry.not_reversible_any_more": "{key} ya no se puede revertir ({rule})",
    "entry.reason_missing": "Indique por qué se corrige",
    "entry.remedy_bill": "una factura se corrige importándola de nuevo",
    "entry.remedy_capture": "lo que un proveedor probó se corrige en su monto",
    "entry.remedy_correction": "una corrección no se corrige; registre de nuevo lo que era",
    "entry.remedy_receipt": "anule su recibo de caja, o corrija el monto",
    "entry.remedy_settlement": "retire la línea de la liquidación",
    "entry.returned_more": "No se puede: ya se devolvió más que eso ({rule})",
    "entry.settled_by_line": "{key} está liquidado por la línea {line}: retírela primero",
    "import.currency_fixed": "La factura está en {currency}; la moneda no se puede cambiar.",
    "import.customer_fixed": "La factura ya tiene pagos o cambia de monto; no puede pasar a otro cliente.",
    "import.customer_unknown": (
        "Ningún cliente (o más de uno) tiene este dato. Remedio: importar primero los clientes."
    ),
    "import.difference_received": (
        "El archivo dice {stated}, aquí se deben {owed}: {received} se recibieron o descontaron aquí y el "
        "archivo no los cuenta."
    ),
    "import.difference_received_and_returned": (
        "El archivo dice {stated}, aquí se deben {owed}: no cuenta {received} que se recibieron o "
        "descontaron aquí, ni {back} que se devolvieron."
    ),
    "import.difference_returned": (
        "El archivo dice {stated}, aquí se deben {owed}: {back} que el archivo cuenta como pagados se devolvieron."
    ),
    "import.difference_unexplained": (
        "El archivo dice {stated}, aquí se deben {owed}: de {rest} no se sabe por qué; compare la factura."
    ),
    "import.payment_in_progress": "Hay un pago en curso de esta factura; importe de nuevo cuando termine.",
    "import.row_customer": "{document}  {name}  {email}",
    "import.row_invoice": "{number}  {customer}  {issued}  vence {due}  total {total}",
    "import.row_with_balance": "{row}  saldo {balance}",
    "import.row_without_mail": "(sin correo)",
    "import.total_below_paid": "Ya se pagaron {paid}; el total no puede quedar por debajo.",
    "note.none": "{key} no tiene texto",
    "note.reason_missing": "Indique por qué se borra",
    "numbers.last": "El último número de la serie es {number}",
    "numbers.not_a_number": "«{number}» no es el número de un recibo de caja",
    "numbers.reason_missing": "Indique por qué se deja sin usar",
    "numbers.restored_seen": "Se restauró la copia {backup}; el último recibo que alguien tiene es {label}",
    "numbers.restored_unseen": (
        "Se restauró la copia {backup} y nadie sabe el último número; se dejan {skip} sin usar"
    ),
    "numbers.used": "{number} ya se dio o ya se dejó sin usar",
    "receipt.applied_not_positive": "Lo aplicado a una factura debe ser mayor que cero",
    "receipt.applied_too_much": "Se aplica más de lo recibido",
    "receipt.applies_too_much": "La factura {number} debe {balance}; no se le puede aplicar más",
    "receipt.bill_twice": "Una factura aparece dos veces",
    "receipt.form_used": (
        "Este formulario ya agregó el recibo {receipt} con otros datos: abra uno nuevo para agregar otro"
    ),
    "receipt.means_not_by_hand": "No es un medio que se registre a mano: {known}",
    "receipt.no_money_charged_back": "De este pago no queda dinero: el banco del cliente lo retiró",
    "receipt.no_money_corrected": "De este pago no queda dinero: se corrigió lo que llegó",
    "receipt.no_money_other_currency": "El dinero de este pago llegó en otra moneda y está en suspenso",
    "receipt.no_money_returned": "De este pago no queda dinero: se devolvió",
    "receipt.other_currency": "La factura {number} está en {currency}, el pago en {paid}",
    "receipt.void": "El recibo {receipt} está anulado",
    "receipt.void_reason_missing": "Indique por qué se anula",
    "receipt.without_discount": (
        "El recibo {receipt} ya está agregado sin este descuento: anúlelo y agréguelo de nuevo con el descuento"
    ),
    "receipt.without_withholding": (
        "El recibo {receipt} ya está agregado sin esta retención: regístrela con el número y la fecha de su certificado"
    ),
    "settlement.bad_answer": "{provider} no respondió bien: {cause}",
    "settlement.line_unknown": "La línea {line} no está registrada",
    "settlement.not_reported": "{provider} no informa sus pagos: importe su archivo",
    "settlement.period_backwards": "El período termina antes de empezar",
    "settlement.reason_missing": "Indique por qué se retira",
    "withholding.bill_paid": (
        "La factura {number} ya no debe nada: lo retenido también se pagó. Devuélvalo al cliente, o anule el "
        "recibo que lo cobró, y registre después la retención"
    ),
    "withholding.certificate_other_amount": (
        "El certificado {number} ya está registrado con otro monto; revise el monto"
    ),
    "withholding.certificate_reversed": ("El certificado {number} fue revertido; registre lo retenido con otro número"),
    "withholding.nothing": "Indique qué se retuvo y de qué factura",
    "withholding.number_is_identity": (
        "Este es el número de identificación del cliente; escriba el del certificado, o el año y un consecutivo"
    ),
    "withholding.number_missing": "Indique el número del certificado, con letras, cifras y guiones",
    "write_off.reason_missing": "Indique por qué no se cobrará",
}
