"""What a payer reads who goes back to a payment that is under way, by what there is to do there."""

from __future__ import annotations

from hub.domain.payment import Payment
from hub.flows.ground.ports import Hub
from hub.texts.engine import message as _
from hub.web.reader import PageReader
from hub_hookspecs import ApproveInApp, PostForm, Redirect, ShowQr, ShowReference


def way_back(hub: Hub, payment: Payment, reader: PageReader) -> str:
    """The words of the link to its page."""
    found = hub.providers.get(payment.provider)
    provider = found.info.name if found else payment.provider
    match payment.action:
        case Redirect() | PostForm():
            return reader.say(_("Volver a la página de {provider}"), provider=provider)
        case ApproveInApp():
            return reader.say(_("Aprobar en {provider}"), provider=provider)
        case ShowQr():
            return reader.say(_("Ver el código QR"))
        case ShowReference():
            return reader.say(_("Ver la referencia para pagar"))
    return reader.say(_("Ver el pago en proceso"))
