"""The file of everything that moved money: its heads and what its movements are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "export.booked": "Registrado",
    "export.value_day": "Fecha valor",
    "export.movement": "Movimiento",
    "export.reference": "Referencia",
    "export.provider_reference": "Transacción del proveedor",
    "export.authorisation": "Autorización",
    "export.bank_reference": "Referencia del banco",
    "export.paid": "Pagado",
    "export.provider": "Proveedor",
    "export.means": "Medio",
    "export.customer": "Cliente",
    "export.identity": "Identificación",
    "export.currency": "Moneda",
    "export.amount": "Monto",
    "export.withheld": "Retención",
    "export.applied": "Aplicado",
    "export.bills": "Facturas",
    "export.credit": "A favor",
    "export.suspended": "Por aclarar",
    "export.exchanged": "Cambiado de moneda",
    "export.fee": "Comisión",
    "export.provider_withheld": "Retenido por el proveedor",
    "export.net": "Neto",
    "export.sender": "Quién envió el dinero",
    "export.told_fee": "Comisión informada",
    "export.settled": "Depósito en otra moneda",
    "export.rate": "Tasa informada",
    "export.cash_receipt": "Recibo de caja",
    "export.payment": "Nuestro pago",
    "export.entry": "Asiento",
    "moved.payment": "Pago en línea",
    "moved.receipt": "Recibo de caja",
    "moved.refund": "Devolución",
    "moved.disbursement": "Egreso",
    "moved.exchange": "Cambio de moneda",
    "moved.chargeback": "Contracargo",
    "moved.withheld": "Retención",
    "moved.applied": "Saldo a favor aplicado",
    "moved.correction": "Corrección",
}
