"""What is said about reminders, promises to pay and contacts; what their mail says stands with the mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "ladder.too_many": "Caben {limit} pasos.",
    "ladder.no_step": "Deje al menos un paso.",
    "ladder.too_far": "Escriba un número de días entre 0 y {limit}.",
    "ladder.twice": "Ya hay un paso ese día.",
    "ladder.not_authorised": "Marque esta casilla: en su país solo se escribe por un canal que el cliente autorizó.",
    "ladder.day": "Escriba la fecha, por ejemplo 2026-12-01.",
    "ladder.future": "La fecha no puede ser futura.",
    "promise.given_before": "Una de estas facturas ya tuvo una promesa. Escriba a la empresa si la fecha cambió.",
    "promise.no_invoice": "Marque al menos una factura.",
    "promise.day": "Elija un día de los próximos {limit}.",
    "reminder.too_old": "venció antes de la fecha desde la que se recuerda",
    "reminder.in_process": "se está pagando",
    "reminder.undecided": "hay un pago o una devolución por confirmar",
    "reminder.clarified": "está en aclaración",
    "reminder.disputed": "un banco reclama su pago",
    "reminder.reported": "el cliente avisó que la pagó; falta revisarlo",
    "reminder.promised": "hay una promesa de pago",
    "reminder.covered": "la cubre su saldo a favor",
    "reminder.no_step": "ya pasó el último paso",
    "reminder.off": "Los recordatorios automáticos están apagados.",
    "reminder.no_address": "No tiene correo.",
    "reminder.shopper": "Compró en la tienda y no es un cliente suyo.",
    "reminder.unsubscribed": "Pidió no recibir recordatorios.",
    "reminder.not_authorised": "No autoriza que se le escriba por correo.",
    "reminder.wrote": "Escribió un mensaje que nadie ha respondido. Respóndalo en Excepciones.",
    "reminder.nothing": "No hay nada que recordarle.",
}
