"""What the books say happened to an invoice, a payment or a customer, where no statement of activity says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "correction.proposed": "Queda propuesto: por el monto hace falta que otra persona corrija lo mismo.",
    "history.acquirer_tax": "Impuesto que retuvo el proveedor",
    "history.allocation": "Pago o saldo a favor aplicado",
    "history.by_file": "Archivo importado",
    "history.correction_of": "Corrección: {what}",
    "history.debit_note": "Nota débito",
    "history.erased": "El texto fue borrado por {by}",
    "history.fee": "Comisión del proveedor",
    "history.fee_tax": "Impuesto de la comisión",
    "history.payout": "Depósito en el banco",
    "history.reserve": "Reserva del proveedor",
    "plan.owes_nothing": "La factura {number} no debe nada: no hay qué repartir",
    "plan.parts": "Cada cuota lleva un día distinto y un monto mayor que cero; son {most} a lo sumo",
    "plan.sum": "Las cuotas suman {sum} y la factura debe {owed}; tienen que ser lo mismo",
    "plan.too_early": "Ninguna cuota vence antes de que la factura se emitió",
    "history.settlement": "Liquidado por el proveedor",
}
