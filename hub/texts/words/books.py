"""Imports, entries, cash receipts, withholdings and settlements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "change.address": "dirección",
    "change.begun": "{what}: {new}",
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
    "bill.changed_meanwhile": "La factura {number} cambió mientras tanto; no se registró nada. Revise cómo está ahora",
    "bill.is_debit_note": (
        "{number} es una nota débito: cobra dinero que se devolvió y que ya se había entregado. "
        "No se anula ni lleva nota crédito; se paga, se salda con saldo a favor o se castiga como incobrable"
    ),
    "bill.is_order": "{number} es un pedido de la tienda: solo lo salda el pago de quien compró",
    "bill.not_voided": "La factura {number} no está anulada; se corrige importándola de nuevo",
    "bill.in_clarification": "La factura {number} está en aclaración con la empresa; no hay que pagarla por ahora",
    "bill.of_other_customer": "Una factura no es de este cliente",
    "bill.other_currency": "La factura {number} está en {currency}",
    "bill.owes": "La factura {number} debe {balance}",
    "bill.payment_in_progress": "Hay un pago en línea en curso de {number}; espere a que termine",
    "bill.payment_unproven": (
        "Un pago de {number} se cerró sin confirmación y el dinero todavía puede llegar; "
        "espere o revise ese pago primero"
    ),
    "bill.rebill_reason_missing": "Indique por qué se factura de nuevo",
    "bill.stands_credit_note": "{number} tiene notas crédito por {amount}: reviértalas primero",
    "bill.stands_discount": "{number} tiene un descuento de {amount}: anule primero el recibo que lo dio",
    "bill.stands_money": (
        "{number} tiene {amount} pagados: devuélvalos o anule su recibo de caja primero, o registre una nota crédito"
    ),
    "bill.stands_outside": (
        "{number} tiene {amount} pagados fuera según el archivo: importe uno con el saldo completo, "
        "o registre una nota crédito"
    ),
    "bill.stands_withheld": "{number} tiene {amount} retenidos: revierta primero esa retención",
    "bill.stands_written_off": "{number} tiene {amount} dados por perdidos: revierta primero ese registro",
    "bill.total_out_of_range": "El total debe ser mayor que cero y no pasar del límite",
    "bill.void_reason_missing": "Indique por qué se anula",
    "bill.voided_already": "La factura {number} ya está anulada",
    "payment.dispute_open": "El banco del cliente disputa un pago de {number}; espere a que se resuelva",
    "payment.refund_unknown": (
        "Una devolución de un pago de {number} no tiene respuesta clara; averigüe primero si se hizo"
    ),
    "disbursement.form_used": "Este formulario ya registró el comprobante {number}; abra uno nuevo",
    "disbursement.reference_known": (
        "Esta entrega ya consta: es el comprobante {number}, con la misma forma, fecha y número, por {amount}"
    ),
    "disbursement.owed_back": (
        "{document} ya no se anula: ese dinero se devolvió después y se cobra con la nota débito {number}. "
        "Si nunca se entregó, registre un recibo de caja de ese monto para la nota"
    ),
    "disbursement.proposed": (
        "Queda propuesto: por el monto hace falta que otra persona que administra anote la misma entrega."
    ),
    "disbursement.void_reason_missing": "Indique por qué se anula el comprobante de egreso",
    "people.two": "{first} y {second}",
    "people.two_before_i": "{first} e {second}",
    "rate.asked_in": "Este pago se pidió en {currency}: se convierte a esa moneda",
    "rate.comes_to_nothing": "Con esa tasa no llega a la unidad más pequeña de {currency}",
    "rate.far": "La tasa se aparta más de 5 % de la última.",
    "rate.first": "Es la primera tasa entre estas dos monedas.",
    "rate.inverted": "La tasa parece invertida.",
    "rate.proposed": "Queda propuesto: hace falta que otra persona anote lo mismo.",
    "rate.form_used": "Este formulario ya registró otra conversión; abra uno nuevo",
    "rate.in_future": "La tasa es de una fecha que no ha llegado",
    "rate.not_owed": "La factura {number} no debe nada en {currency}",
    "rate.not_positive": "La tasa debe ser un número mayor que cero",
    "rate.nothing_waits": "Ese dinero ya no espera en suspenso; revise el pago",
    "rate.other_pair": "La tasa debe ser entre {came}, la moneda que llegó, y {owed}, la que se debe",
    "rate.source_missing": "Indique de quién es la tasa, por ejemplo el banco central",
    "receipt.paid_out": "Este saldo a favor ya se entregó al cliente; anule primero el comprobante de egreso",
    "receipt.of_conversion": (
        "El recibo {receipt} es de un cobro en otra moneda: anule ese cobro, y el recibo queda anulado con él"
    ),
    "credit.too_little": "El cliente solo tiene {credit} a favor",
    "credit.held": "Un pago en curso usa {held} del saldo a favor del cliente; espere a que termine",
    "credit_note.number_missing": "Indique el número de la nota crédito",
    "credit_note.reason_missing": "Indique por qué se acredita",
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
    "entry.remedy_conversion": "anule la conversión",
    "entry.remedy_debit_note": "se salda con la nota débito, o se castiga como incobrable",
    "entry.remedy_disbursement": "anule su comprobante de egreso",
    "entry.remedy_receipt": "anule su recibo de caja, o corrija el monto",
    "entry.remedy_settlement": "retire la línea de la liquidación",
    "entry.returned_more": "No se puede: ya se devolvió más que eso ({rule})",
    "entry.went_back": "No se puede: de {key} ya se devolvió, o el banco del cliente retiró, más que eso",
    "entry.settled_by_line": "{key} está liquidado por la línea {line}: retírela primero",
    "import.currency_fixed": "La factura está en {currency}; la moneda no se puede cambiar.",
    "import.customer_fixed": "La factura ya tiene pagos o cambia de monto; no puede pasar a otro cliente.",
    "import.customer_unknown": (
        "Ningún cliente tiene este dato. Remedio: importar primero los clientes, o agregar al archivo una columna con "
        "sus nombres para crearlos desde él."
    ),
    "import.customer_creatable": ByReader(
        browser=(
            "Ningún cliente tiene este dato. Remedio: marcar «Crear desde este archivo los clientes que no existen», o "
            "importar primero los clientes."
        ),
        terminal=(
            "Ningún cliente tiene este dato. Remedio: importar con --create-customers, o importar primero los clientes."
        ),
    ),
    "import.customer_undocumented": (
        "Ningún cliente se llama así ni tiene este dato. Remedio: poner en el archivo su número de identificación, o "
        "importar primero los clientes."
    ),
    "import.debit_note": (
        "Es una nota débito de aquí, por {total}: no cambia de monto ni de cliente. "
        "Remedio: dar otro número a la factura del archivo."
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
    "import.rebilled": "Facturada de nuevo aquí el {at} por {by}: {total}.",
    "import.row_customer": "{document}  {name}  {email}",
    "import.row_invoice": "{number}  {customer}  {issued}  {due_heading} {due}  {total_heading} {total}",
    "import.row_with_balance": "{row}  {heading} {balance}",
    "import.row_without_mail": "(sin correo)",
    "import.total_below_paid": "Ya se pagaron {paid}; el total no puede quedar por debajo.",
    "import.voided": "Anulada aquí el {at} por {by}.",
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
    "payout.day_to_come": "El día del depósito no puede ser uno por venir",
    "payout.fee_below_zero": "La comisión y su impuesto no pueden ser negativos",
    "payout.nothing": "Indique cuánto llegó al banco",
    "payout.recorded_otherwise": "El depósito {reference} de ese día ya está registrado con otros montos",
    "payout.reference_missing": "Indique la referencia del banco, de hasta 64 caracteres",
    "payout.too_much": "{asked} es más de lo que hay en camino: {there}",
    "receipt.means_not_by_hand": "No es un medio que se registre a mano: {known}",
    "receipt.no_money_charged_back": "De este pago no queda dinero: el banco del cliente lo retiró",
    "receipt.no_money_corrected": "De este pago no queda dinero: se corrigió lo que llegó",
    "receipt.no_money_other_currency": "El dinero de este pago llegó en otra moneda y está en suspenso",
    "receipt.no_money_returned": "De este pago no queda dinero: se devolvió",
    "receipt.other_currency": "La factura {number} está en {currency}, el pago en {paid}",
    "receipt.same_reference": ByReader(
        browser="El recibo {receipt} ya tiene esta referencia, con la misma cuenta y fecha, por {amount}. Si es otro "
        "dinero, márquelo abajo y se agrega por {asked}; si no, corrija la referencia",
        terminal="El recibo {receipt} ya tiene esta referencia, con la misma cuenta y fecha, por {amount}. Si es otro "
        "dinero, repita con --another-amount y se agrega por {asked}; si no, corrija la referencia",
    ),
    "receipt.same_transfer": (
        "Este dinero ya está registrado: es el recibo {receipt}, con la misma referencia, cuenta, fecha y monto"
    ),
    "report.unknown": "Este cliente no tiene ese pago informado: abra de nuevo la excepción",
    "receipt.void": "El recibo {receipt} está anulado",
    "receipt.void_reason_missing": "Indique por qué se anula",
    "receipt.without_discount": (
        "El recibo {receipt} ya está agregado sin este descuento: anúlelo y agréguelo de nuevo con el descuento"
    ),
    "receipt.without_withholding": (
        "El recibo {receipt} ya está agregado sin esta retención: regístrela con el número y la fecha de su certificado"
    ),
    "settlement.bad_answer": "{provider} no respondió bien: {cause}",
    "settlement.names_payment": "La línea {line} nombra un pago que está aquí: no es un cargo",
    "settlement.not_booked": "La línea {line} no está registrada",
    "settlement.not_open": "La línea {line} no está por resolver",
    "settlement.not_withdrawn": "La línea {line} no está retirada",
    "settlement.not_reported": "{provider} no informa sus pagos: importe su archivo",
    "settlement.period_backwards": "El período termina antes de empezar",
    "settlement.reason_missing": "Indique por qué",
    "settlement.reserve_released": "Lo que la línea {line} dejó en reserva ya se liberó: retire antes esa línea",
    "settlement.reserve_short": "La línea {line} libera más de lo que hay en reserva",
    "settlement.transit_arrived": "Lo que la línea {line} trajo ya llegó al banco: corrija antes ese depósito",
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
