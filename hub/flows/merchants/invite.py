"""Invite a person who may sign in: told by mail who gave access to what, with a link that signs in the first time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

from hub.domain.mail_address import folded
from hub.domain.merchant import Member, Merchant
from hub.domain.message import About, DeliveryKind, owed_mail
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import CROCKFORD

from .sign_in import add_sign_in, member_of

INVITATION_LIFE: Final = timedelta(days=7)


@attrs.frozen(kw_only=True)
class Invitation:
    """One invitation: its id, which is its mail's too, who gives access (empty: the operator), and when."""

    id: str
    by: str
    at: datetime


def invitation_of(hub: Hub, by: str = "") -> Invitation:
    """A fresh one."""
    return Invitation(id=hub.random_text(26, CROCKFORD), by=by, at=hub.clock())


def invite(tx: Tx, hub: Hub, merchant: Merchant, member: Member, invitation: Invitation) -> None:
    """Owe the mail, whose link is good for a week."""
    add_sign_in(tx, hub, member, invitation.id, invitation.at, life=INVITATION_LIFE)
    details = {"by": invitation.by, "expires_at": (invitation.at + INVITATION_LIFE).isoformat()}
    about = About(merchant.id, merchant.id, merchant.mode)
    tx.deliveries.add(
        owed_mail(invitation.id, DeliveryKind.INVITATION, member.email, about, invitation.at, details=details)
    )
    tx.after_commit(hub.wake)


async def invite_again(hub: Hub, merchant: Merchant, email: str, *, by: str = "") -> Member:
    """Owe the mail once more to somebody who may sign in.

    Raises:
        LookupError: No such member of this merchant.
    """
    invitation = invitation_of(hub, by)

    def write(tx: Tx) -> Member:
        member = member_of(tx, merchant.id, folded(email))
        if member is None:
            raise LookupError(email)
        invite(tx, hub, merchant, member, invitation)
        return member

    return await hub.store.write(write)
