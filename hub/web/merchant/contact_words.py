"""What the merchant's pages say of contacts and of steps of a ladder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from hub.domain.reminder import WHY_SILENT as WHY_SILENT
from hub.domain.reminder import WHY_WAITS as WHY_WAITS
from hub.domain.reminder import ContactState, ContactWhy
from hub.flows.statements.dunning import calendar_of

if TYPE_CHECKING:
    from .context import MerchantContext

CONTACTS: Final[Mapping[ContactWhy, str]] = {
    ContactWhy.REMINDER: "Recordatorio automático",
    ContactWhy.ROUND: "Envío a varios clientes",
    ContactWhy.ASKED: "Estado de cuenta que le envió una persona",
}
CONTACT_STATES: Final[Mapping[ContactState, tuple[str, str]]] = {
    ContactState.CLAIMED: ("Quizá salió", "warn"),
    ContactState.MADE: ("Salió", "good"),
    ContactState.DROPPED: ("No salió", ""),
}
CONTACT_CHANNELS: Final[Mapping[str, str]] = {"mail": "Correo"}


def opens_for(context: MerchantContext) -> datetime | None:
    """When mails about a debt leave next, where they do not leave now."""
    now = context.hub.clock()
    opens = calendar_of(context.hub, context.merchant).opens(now)
    return opens if opens and opens > now else None
