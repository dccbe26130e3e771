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
    "history.settlement": "Liquidado por el proveedor",
}
