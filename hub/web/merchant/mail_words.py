"""What the merchant's pages say of a mail that was owed: how it stands, and why it did not leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hub.domain.message import Delivery, DeliveryState

DELIVERY_STATES: Final[Mapping[DeliveryState, tuple[str, str]]] = {
    DeliveryState.DUE: ("Por enviar", "wait"),
    DeliveryState.SENT: ("Enviado", "good"),
    DeliveryState.DEAD: ("No se pudo enviar", "bad"),
}
NO_LONGER_NEEDED: Final = ("Ya no hacía falta", "")

NOT_NEEDED: Final[Mapping[str, str]] = {
    "the invitation is over": "La invitación venció, o esa persona ya no es de la empresa.",
    "it waits no more": "La propuesta ya no espera respuesta.",
    "who reads it is no member any more": "Esa persona ya no es de la empresa.",
    "no money came that day": "Ese día no llegó dinero.",
    "the review is gone": "La excepción ya no está.",
    "the conversion is gone": "El cambio de moneda ya no está.",
    "the payment is under way no longer": "El pago ya no estaba en curso.",
    "it can be paid there no longer": "Ya no se podía pagar así.",
    "the disbursement is gone": "El comprobante de egreso ya no está.",
    "the link was revoked": "El enlace ya no sirve.",
    "the customer asked for no more reminders": "El cliente pidió no recibir más recordatorios.",
    "the merchant is gone": "La empresa ya no está.",
    "the payment is gone": "El pago ya no está.",
    "the account is gone": "La conexión con el proveedor ya no está.",
    "the return was corrected": "Al final el dinero no volvió.",
    "the invoice owes nothing any more": "La factura ya no debe nada.",
    "the dispute is gone": "La disputa ya no está.",
    "the dispute ended": "La disputa ya había terminado.",
    "nothing is owed any more": "Ya no se debía nada.",
    "the cash receipt is gone": "El recibo de caja ya no está.",
}
"""Why a mail has nothing to say any more, as it is kept."""

NOT_CONTACTED: Final[Mapping[str, str]] = {
    "contact: gone": "El cliente ya no está.",
    "contact: nothing": "Ya no había nada que recordarle.",
    "contact: closed": "No hay ningún día en que se le pueda escribir.",
    "contact: off": "Los recordatorios se apagaron.",
    "contact: no_address": "El cliente no tiene correo.",
    "contact: shopper": "Compró en la tienda y no es un cliente suyo.",
    "contact: unsubscribed": "El cliente pidió no recibir más recordatorios.",
    "contact: not_authorised": "El cliente no autoriza que se le escriba por correo.",
    "contact: wrote": "El cliente escribió y nadie le ha respondido.",
}
"""Why a mail about a debt was not sent after all, by what its claim found."""

NOT_SENT: Final[Mapping[str, str]] = {
    "contact: unclear": "Quizá salió: el proceso se detuvo al enviarlo, y un recordatorio no se repite.",
    "the recipient": "La dirección del correo no sirve: hay que corregirla y enviarlo de nuevo.",
    "an address is not": "La dirección del correo no sirve: hay que corregirla y enviarlo de nuevo.",
    "a header of the mail": "No se pudo componer el correo.",
    "the header": "No se pudo componer el correo.",
    "a file of the mail": "No se pudo componer el correo.",
}
"""Why a mail cannot be sent, by how what is kept begins."""

NO_TALK: Final = "El servidor de correo no respondió."


def mail_trouble(delivery: Delivery) -> str:
    """Why a mail did not leave; what its mail server answered stands in the server's own words."""
    error = delivery.last_error
    if error.isidentifier():  # the name of what failed on the way, such as TimeoutError
        return NO_TALK
    told = (words for beginning, words in NOT_SENT.items() if error.startswith(beginning))
    return NOT_NEEDED.get(error) or NOT_CONTACTED.get(error) or next(told, error)


def delivery_word(delivery: Delivery) -> tuple[str, str]:
    """How a mail stands, with its tone; one that had nothing to say any more did not fail."""
    if delivery.state is DeliveryState.DEAD and delivery.last_error in {*NOT_NEEDED, *NOT_CONTACTED}:
        return NO_LONGER_NEEDED
    return DELIVERY_STATES[delivery.state]
