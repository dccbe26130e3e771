"""Go live: a company of real money beside the one that tries; nothing of what was tried goes along."""

from __future__ import annotations

from typing import Final

import attrs

from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Merchant, Role
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import Mode

ENDING: Final = "-live"


@attrs.frozen(kw_only=True)
class LiveView:
    """What stands between a company that tries and its live one.

    Attributes:
        company: The live one, once it is there.
        is_possible: This hub speaks to real providers.
    """

    company: Merchant | None
    is_possible: bool


async def view_live(hub: Hub, merchant: Merchant) -> LiveView:
    """How far a company in test mode is."""
    there = await hub.store.read(lambda tx: _live_of(tx, merchant))
    return LiveView(company=there, is_possible=not hub.simulated)


async def go_live(hub: Hub, merchant: Merchant) -> Merchant:
    """The live company: identity, options and logo of this one, and its people with what they may do.

    Connections, customers, invoices and keys of shops are made there anew: those of the test mode are none of real
    money. Asked for twice, it is the same one.

    Raises:
        Invalid: This is the live one, or this hub plays its providers.
    """
    if merchant.mode is Mode.LIVE:
        raise Invalid((FieldError("mode", Text("live.already")),))
    if hub.simulated:
        raise Invalid((FieldError("mode", Text("live.simulated")),))
    fresh = attrs.evolve(
        merchant,
        id=hub.fresh_id(),
        slug=f"{merchant.slug[: 40 - len(ENDING)]}{ENDING}",
        mode=Mode.LIVE,
        options=attrs.evolve(merchant.options, shop_origins=()),
        created_at=hub.clock(),
    )

    def write(tx: Tx) -> Merchant:
        if there := _live_of(tx, merchant):
            return there
        if tx.merchants.by_slug(fresh.slug):
            raise Invalid((FieldError("slug", Text("company.slug_taken", slug=fresh.slug)),))
        tx.merchants.add(fresh)
        for member in tx.merchants.members(merchant.id):
            tx.merchants.add_member(attrs.evolve(member, merchant_id=fresh.id))
        if merchant.logo and (content := tx.logos.content(merchant.id, merchant.logo.sha256)):
            tx.logos.save(fresh.id, merchant.logo, content, fresh.created_at)
        tell(tx, "company_created", merchant=fresh.id, mode=fresh.mode.value)
        return fresh

    return await hub.store.write(write)


def _live_of(tx: Tx, merchant: Merchant) -> Merchant | None:
    """The live company of the same identity that an owner of this one owns too."""
    for member in tx.merchants.members(merchant.id):
        if member.role is Role.OWNER:
            for other in tx.merchants.members_by_email(member.email):
                there = tx.merchants.get(other.merchant_id)
                if there and _is_live_of(there, merchant) and other.role is Role.OWNER:
                    return there
    return None


def _is_live_of(there: Merchant, merchant: Merchant) -> bool:
    return there.mode is Mode.LIVE and there.company.document == merchant.company.document
