"""Payments, refunds, decisions and what may be paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "cancel.not_possible": "{provider} no permite cancelar este cobro",
    "cancel.too_late": "Este pago ya no se puede cancelar",
    "capture.at_most": "Se puede cobrar más de cero y hasta {amount}",
    "capture.by_provider": "{provider} cobra por su cuenta: aquí no hay nada que elegir",
    "capture.lapsed": "La reserva ya terminó; no se cobró nada",
    "capture.nothing_due": "Ya no se debe nada de este pago; la reserva se puede liberar",
    "capture.nothing_held": "Este pago no tiene dinero reservado por cobrar",
    "capture.other_currency": "El dinero está reservado en otra moneda; mire el panel del proveedor",
    "decision.changed": "La propuesta cambió mientras tanto; revise de nuevo qué espera",
    "decision.other_person": "Falta otra persona",
    "decision.second_person": "{by} ya lo propuso; falta otra persona",
    "decision.why_missing": "Falta el motivo: diga por qué",
    "offer.minimum": "El pago en línea es de {floor} como mínimo, o del saldo completo.",
    "operation.exists": "Ya hay una operación en curso o hecha para este pago",
    "operation.in_progress": "Ya hay una operación en curso",
    "operation.locked": "La conexión no se puede usar en este momento; no se envió nada",
    "operation.not_offered": "{provider} no ofrece esta operación",
    "bounce.no_refund": "No consta una devolución de {amount} de este pago que haya podido rebotar",
    "bounce.choose": "Falta elegir cuál devolución rebotó",
    "bounce.which": "Varias devoluciones son de ese monto; diga cuál rebotó: {names}",
    "dispute.at_most": "El monto disputado va de más de cero hasta {amount}",
    "dispute.case_missing": "Escriba el número de caso con que el banco o el proveedor la nombra",
    "dispute.day_is_over": "Esa fecha ya pasó",
    "dispute.no_inquiry": "Ninguna consulta del banco está abierta con el caso {case}",
    "dispute.none_open": "No hay una disputa abierta con el caso {case}",
    "dispute.nothing_taken": (
        "El banco no ha tomado dinero en el caso {case}: si toma una parte, anótela cuando la tome"
    ),
    "dispute.won_at_most": "Lo que volvió va de más de cero hasta {amount}, lo que el banco tomó",
    "dispute.won_how_much": "Una disputa ganada en parte dice cuánto volvió, y solo ella",
    "dispute.not_in_books": "El dinero del caso {case} ya no se puede anotar de vuelta ({rule})",
    "dispute.not_taken": "No consta que el banco haya tomado el dinero; anote primero el contracargo",
    "dispute.over": "La disputa del caso {case} ya terminó",
    "dispute.which_case": ByReader(
        browser="Varias consultas del banco son de ese monto: escriba el caso. Son {cases}.",
        terminal="Varias consultas del banco son de ese monto: diga cuál con --case. Son {cases}.",
    ),
    "outcome.amount_missing": "Indique el monto que muestra el proveedor",
    "outcome.day_to_come": "Ese día todavía no llega; escriba el día en que volvió el dinero",
    "outcome.evidence_missing": "Hace falta una prueba: qué se vio, dónde y cuándo, o un archivo",
    "outcome.nothing_open": "Este pago no tiene una devolución o cancelación por confirmar",
    "outcome.return_known": ByReader(
        browser="Ya consta que de este pago volvieron {amount}. Si esta es otra, marque la casilla que lo dice.",
        terminal="Ya consta que de este pago volvieron {amount}. Si esta es otra, dígalo con --another.",
    ),
    "payment.already_approved": "Este pago ya está aprobado",
    "payment.already_closed": "Este pago ya está cerrado",
    "payment.card_number": "Aquí no se escribe el número de ninguna tarjeta.",
    "payment.choice_elsewhere": "No va con lo demás que eligió; elija otra opción.",
    "payment.choice_gone": "Esta opción ya no se ofrece; elija otra.",
    "payment.choose": "Elija una opción.",
    "payment.earlier_unconfirmed": "Un pago anterior quedó sin confirmar",
    "payment.in_flight": "Todavía se está hablando con el proveedor; espere dos minutos",
    "payment.in_preparation": "Este pago todavía se está preparando; espere un minuto",
    "payment.credit_and_withholding": "Quite las retenciones para pagar solo con su saldo a favor; envíe a la empresa "
    "el certificado de lo que retuvo",
    "payment.no_withholding": "Este comercio no recibe retenciones declaradas en línea",
    "payment.not_confirmed": "Este pago todavía no está confirmado",
    "payment.not_live": "Este pago ya no retiene sus facturas",
    "payment.owed_changed": "Lo que se debe cambió mientras tanto; revise el estado de cuenta",
    "payment.provider_missing": "El proveedor {provider} no está instalado",
    "payment.terms_again": (
        "Los términos cambiaron o pasó mucho tiempo: hay que leerlos y aceptarlos de nuevo. No se cobró nada."
    ),
    "payment.terms_missing": "Para pagar así hay que aceptar los términos. No se cobró nada.",
    "payment.too_early": "El cliente todavía puede aprobarlo; se puede liberar desde {start}",
    "refund.at_most": "Se puede devolver hasta {amount}",
    "refund.full_only": "{provider} solo devuelve el monto completo, {amount}",
    "refund.full_only_rest": (
        "{provider} solo devuelve el monto completo, {amount}; quedan {left}: hágalo en su panel"
    ),
    "refund.not_here": "{provider} no devuelve pagos por esta vía; hágalo en su panel",
    "refund.not_installed": "{provider} no está instalado",
    "refund.not_paid": "Este pago no está pagado",
    "refund.nothing_left": "De este pago no queda nada por devolver",
    "refund.other_currency": "El dinero llegó en otra moneda, {amount}; devuélvalo en el panel del proveedor",
    "refund.once": "{provider} devuelve un pago una sola vez; lo que falta, hágalo en su panel",
    "refund.too_late": "{provider} devuelve pagos hasta {days} días después",
    "refund.unknown": "El pago está por confirmarse; no se puede devolver todavía",
    "review.answer_needed": "Responda en la página del pago lo que esta excepción pregunta; solo eso la cierra",
    "review.dispute_open": "La disputa del caso {case} sigue abierta; en la página del pago diga cómo terminó",
    "returned_bill.answer_missing": "Diga si la factura todavía se debe, si lleva nota crédito o si no se debía",
    "returned_bill.owes_less": "La factura {number} debe ahora {balance}, menos que la nota crédito: ya no vale",
    "returned_bill.still_due": "La factura {number} todavía debe {balance}: anúlela o registre su nota crédito primero",
    "review.resolved": "{by} ya la resolvió: {resolution}",
    "undo.not_due": "Todavía no hay nada que deshacer",
    "review.somebody": "alguien",
}
