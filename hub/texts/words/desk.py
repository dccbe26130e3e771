"""What only pages say, where a form or a result has values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "currency.choose": "Elija la moneda.",
    "customer.greeting": "Hola, {customer}. Este es su estado de cuenta con {company}: {url}",
    "form.changed": (
        "No se anotó nada, porque esto cambió desde que abrió el formulario: {what} "
        "Revise los datos y envíelo de nuevo."
    ),
    "form.changed_credit": "El saldo a favor.",
    "form.changed_decided": "Lo que alguien decidió o propuso.",
    "form.changed_dispute": "Una disputa.",
    "form.changed_due": "Lo que se debe.",
    "form.changed_line": "La línea.",
    "form.changed_live": "Los pagos en línea en curso.",
    "form.changed_money": "El dinero de este pago.",
    "form.changed_payout": "Lo que está en camino al banco o en reserva.",
    "form.changed_refund": "Una devolución o cancelación.",
    "form.changed_review": "La excepción.",
    "form.old": "El formulario venció. Abra la página de nuevo.",
    "letter.bills": "Facturas: {numbers}.",
    "letter.file": "Archivo: {name} ({size} kB).",
    "letter.no_file": "Sin archivo.",
    "letter.number": "Comprobante número {number}.",
    "means.choose": "Elija cómo se recibió el dinero.",
    "receipt.on_its_way": "El recibo de caja va en camino a {recipient}.",
    "report.period_limit": "El informe abarca de 1 a {days} días, y termina después de empezar.",
    "share.more_than_owed": "Es más de lo que debe esta factura.",
    "share.more_than_received": "Lo aplicado a las facturas es más que lo recibido.",
    "share.not_pending": "Una factura ya no está pendiente. Abra la página de nuevo.",
    "share.other_currency": "Esta factura está en {currency}.",
    "trial.customer": "Cliente de prueba",
    "trial.hint_card": "{provider}: tarjeta 4111 1111 1111 1111, cualquier fecha futura y cualquier código.",
    "trial.hint_phone": "{provider}: celular 399 876 4643, y se acepta en la app o en su celular simulado.",
    "trial.item": "Factura de prueba",
    "trial.note": "Así ven sus clientes el estado de cuenta.",
    "typed.days": "Escriba un número de días, por ejemplo 30.",
    "typed.least": "Escriba un monto, por ejemplo 25000 o 25.000,50.",
    "typed.minimum": "Escriba un monto, por ejemplo 5000 o 5.000,50.",
    "typed.not_positive": "El monto debe ser mayor que cero.",
    "typed.other_currency": "El monto lleva «{mark}», pero la moneda elegida es {currency}.",
    "typed.one_amount": "Escriba el monto sin separador de miles, por ejemplo 1234 o 1234,50.",
    "withholding.choose_bill": "Elija la factura.",
    "withholding.choose_tax": "Elija qué se retuvo.",
    "withholding.recorded": "La retención quedó registrada: la factura {number} debe {balance}.",
}
