"""What to do about each exception, in a sentence for the company's people; the buttons below it lead there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hub.texts.engine import message as _

ADVICE: Final[Mapping[str, str]] = {
    "amount_mismatch": _("Compare con el panel del proveedor cuánto llegó. Si llegó de más, devuelva la diferencia."),
    "currency_mismatch": _("Pregúntele al proveedor en qué moneda cobró y hable con el cliente."),
    "duplicate_charge": _("Devuelva uno de los dos pagos, o acuerde con el cliente dejarlo a su favor."),
    "credit_gone": _("Cóbrele al cliente esa parte, o use otro saldo a su favor."),
    "conflict": _("Mire en el panel del proveedor si el cobro se hizo, y siga lo que diga."),
    "orphan_refund": _("Busque el cobro en el panel del proveedor o traiga su liquidación."),
    "over_refund": _("Compare con el panel cuánto se devolvió de verdad."),
    "contradicting_claims": _("Mire en el panel del proveedor cuál noticia es la cierta."),
    "learned_otherwise": _("Pregúntele al proveedor cuál de los dos identificadores es el del pago."),
    "dispute": _("Responda al proveedor antes de la fecha límite y anote aquí en qué va."),
    "returned_bill": _("Diga si la factura todavía se debe."),
    "doubted_return": _("Compare con el panel: si es otra devolución, anótela; si es la misma, cierre esta excepción."),
    "debit_note": _("Cobre la nota débito, o cancélela con un saldo a favor."),
    "surplus": _("Devuelva lo que sobra, o acuerde con el cliente dejarlo a su favor."),
    "moved_bill": _("Decida con los dos clientes de quién es ese dinero."),
    "rejected_signature": _(
        "Avise a quien opera este servicio; puede que las llaves de la conexión no sean las del proveedor."
    ),
    "unclear_message": _("Avise a quien opera este servicio, para que le pregunte al proveedor."),
    "parked_payment": _("Avise a quien opera este servicio; el dinero está en su cuenta con el proveedor."),
    "unresolved": _(
        "Mire en el panel del proveedor si se cobró. Mientras no se sepa, no le cobre de nuevo al cliente."
    ),
    "operation_unknown": _("Mire en el panel del proveedor si se hizo. Mientras no se sepa, no lo repita."),
    "balance_rose": _("Revise en su sistema por qué debe más, y traiga el archivo de nuevo."),
    "settlement_unknown": _("Busque a qué pago corresponde la línea."),
    "settlement_missing": _("Pregúntele al proveedor en qué liquidación va el pago, y traiga ese archivo."),
    "settlement_amount": _("Pregúntele al proveedor por la diferencia."),
    "settlement_repeated": _("Deje una sola línea; retire la que sobra."),
    "settlement_changed": _("Compare las dos versiones y retire la que no vale."),
    "settlement_reserve": _("Pregúntele al proveedor qué reserva libera."),
    "settlement_unreadable": _("Traiga el archivo de nuevo, tal como lo da el proveedor."),
    "settlement_return": _("Mire en el pago si la devolución ya está anotada."),
    "settlement_unproven": _("Mire en el panel si el pago se hizo y regístrelo."),
    "withholding_waits": _("Compare con el certificado del cliente y diga en el pago si acepta lo retenido."),
    "customer_note": _("Respóndale al cliente."),
    "payment_reported": _("Confírmelo en su banco y agregue el recibo de caja."),
}
"""By the cause of the exception."""
