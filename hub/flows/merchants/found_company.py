"""Found a company in the browser, by a link of the operator's: whoever has it names the company and its owner."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from hub.domain.merchant import Merchant, Role
from hub.domain.message import Delivery, DeliveryKind
from hub.flows.ground.marks import MarkTable
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import CROCKFORD, Mode

from .invite import invitation_of, invite, invite_again
from .save_company import CompanyForm, CompanySaved, create_company

LINK_LIFE: Final = timedelta(days=7)
FOUNDED: Final = MarkTable("founded:")
"""A note of which company was founded by which link."""

NONCE: Final = 10
PURPOSE: Final = "found"
PATH: Final = "m/new"


@attrs.frozen(kw_only=True)
class Founding:
    """What a link leads to.

    Attributes:
        merchant: The company that was founded by it; None while it may be.
        mail: The newest invitation of its owner.
    """

    merchant: Merchant | None = None
    mail: Delivery | None = None


def founding_url(hub: Hub) -> str:
    """A fresh link, good once within a week; nothing of it is stored."""
    expires = int((hub.clock() + LINK_LIFE).timestamp())
    said = f"{hub.random_text(NONCE, CROCKFORD)}{expires}"
    return f"{hub.base_url}/{PATH}/{said}.{hub.vault.form_token(PURPOSE, said)}"


def _nonce(hub: Hub, link: str) -> str:
    """What a link is known by.

    Raises:
        LookupError: It is none of ours, or over.
    """
    said, _, token = link.partition(".")
    nonce, expires = said[:NONCE], said[NONCE:]
    if not hub.vault.is_form_token(PURPOSE, said, token):
        raise LookupError(link)
    if datetime.fromtimestamp(int(expires), UTC) <= hub.clock():
        raise LookupError(link)
    return nonce


async def view_founding(hub: Hub, link: str) -> Founding:
    """What became of a link.

    Raises:
        LookupError: It is none of ours, or over.
    """
    nonce = _nonce(hub, link)

    def read(tx: Tx) -> Founding:
        made = FOUNDED.of(nonce).get(tx)
        merchant = tx.merchants.get(made[0]) if made else None
        if merchant is None:
            return Founding()
        mails = tx.deliveries.of(merchant_id=merchant.id, subject_id=merchant.id)
        invitations = (mail for mail in mails if mail.kind == DeliveryKind.INVITATION)
        return Founding(merchant=merchant, mail=max(invitations, key=lambda mail: mail.created_at, default=None))

    return await hub.store.read(read)


async def found_company(hub: Hub, link: str, form: CompanyForm, *, owner_email: str) -> CompanySaved:
    """Register the company in test mode, and invite its owner by mail.

    Raises:
        LookupError: The link is none of ours, over, or used.
        Invalid: The form, with every error.
    """
    nonce, invitation = _nonce(hub, link), invitation_of(hub)
    slug = f"{_short(form.trade_name or form.legal_name)}-{nonce[:4].lower()}"

    def invited(tx: Tx, merchant: Merchant) -> None:
        if FOUNDED.of(nonce).get(tx):
            raise LookupError(link)
        owner = next(member for member in tx.merchants.members(merchant.id) if member.role is Role.OWNER)
        invite(tx, hub, merchant, owner, invitation)
        FOUNDED.of(nonce).set(tx, merchant.id, invitation.at)

    return await create_company(
        hub,
        form,
        slug=slug,
        mode=Mode.TEST,
        owner_email=owner_email,
        beside=invited,
    )


async def invite_owner_again(hub: Hub, link: str) -> None:
    """Owe the owner's invitation once more.

    Raises:
        LookupError: The link is none of ours, or over, or founded nothing, or who was invited is no member any more.
    """
    founding = await view_founding(hub, link)
    if founding.merchant is None or founding.mail is None:
        raise LookupError(link)
    await invite_again(hub, founding.merchant, founding.mail.recipient)


def _short(name: str) -> str:
    """A name for commands: ``ferreteria-el-tornillo``."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30].rstrip("-") or "empresa"
