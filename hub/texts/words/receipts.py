"""What cash receipts are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "receipt.invoice": "factura",
    "receipt.invoices": "facturas",
    "receipt.order": "pedido",
    "receipt.orders": "pedidos",
    "receipt.pays": "Pago {what} {numbers}",
    "receipt.pays_part": "Abono {what} {numbers}",
    "receipt.on_account": "Abono a cuenta",
}
