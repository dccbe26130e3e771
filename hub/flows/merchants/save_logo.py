"""Save a merchant's logo, redrawn; take it away again; and open it for whoever sees the merchant's pages."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any, TypeVar

import attrs

from hub.domain.logo import Logo
from hub.domain.mail_value import MailValue
from hub.domain.merchant import Merchant
from hub.domain.pdf import PdfDocument
from hub.flows.ground.ports import Hub, Tx

Shown = TypeVar("Shown", bound=MailValue | PdfDocument)


async def save_logo(hub: Hub, merchant: Merchant, content: bytes) -> Merchant:
    """Keep what can be drawn of a picture, in place of the logo before; the merchant as it stands then.

    Raises:
        LogoRefused: It is no picture that is taken; nothing changed.
    """
    drawn, width, height = await asyncio.to_thread(hub.documents.redraw_logo, content)
    logo = Logo(sha256=hashlib.sha256(drawn).hexdigest(), width=width, height=height)
    now = hub.clock()
    await hub.store.write(lambda tx: tx.logos.save(merchant.id, logo, drawn, now))
    return attrs.evolve(merchant, logo=logo)


async def remove_logo(hub: Hub, merchant: Merchant) -> Merchant:
    """Show the company's initials again."""
    await hub.store.write(lambda tx: tx.logos.drop(merchant.id))
    return attrs.evolve(merchant, logo=None)


async def open_logo(hub: Hub, merchant_id: str, sha256: str) -> bytes:
    """A merchant's logo.

    Raises:
        LookupError: There is none like it, or not any more.
    """
    content = await hub.store.read(lambda tx: tx.logos.content(merchant_id, sha256))
    if content is None:
        raise LookupError(sha256)
    return content


def with_logo(tx: Tx, value: Shown) -> Shown:
    """A mail or document with its merchant's logo at its head."""
    head = value.letterhead
    if head.logo is None:
        return value
    picture = tx.logos.content(head.merchant_id, head.logo.sha256) or b""
    record: Any = value
    shown: Shown = attrs.evolve(record, letterhead=attrs.evolve(head, picture=picture))
    return shown
