"""Open a mailed link, or make one: its token is an HMAC that is computed at the
hand-over and never stored."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

import attrs

from hub.domain.merchant import Link, LinkKind
from hub.domain.message import Concern

from .ports import Hub, Tx

PATHS = {
    LinkKind.STATEMENT: "s",
    LinkKind.PAYMENT: "p",
    LinkKind.ORDER: "o",
    LinkKind.RECEIPT: "r",
}
"""First part of the address that opens a link of a kind."""

RENEW_BEFORE = timedelta(days=7)


class WhyClosed(enum.StrEnum):
    """Why a link does not open. An unknown one and a forged one look the same."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"


class LinkClosed(LookupError):
    """The link opens nothing; ``link`` is set only for a genuine one, so that a new one can be mailed."""

    def __init__(self, why: WhyClosed, link: Link | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.link = link


def open_link(tx: Tx, hub: Hub, kind: LinkKind, token: str, now: datetime) -> Link:
    """The link of a token.

    Raises:
        LinkClosed: Unknown, expired or revoked.
    """
    link = tx.links.get(token.partition(".")[0])
    if link is None or link.kind is not kind:
        raise LinkClosed(WhyClosed.UNKNOWN)
    if link.revoked_at is not None and _was_token_of(hub, link, token):
        raise LinkClosed(WhyClosed.REVOKED, link)
    if not hub.vault.is_token_of(link, token):
        raise LinkClosed(WhyClosed.UNKNOWN)
    if now >= link.expires_at:
        raise LinkClosed(WhyClosed.EXPIRED, link)
    return link


def _was_token_of(hub: Hub, link: Link, token: str) -> bool:
    """Whether a token opened the link before it was revoked; whoever holds one learns that,
    and nothing else."""
    return any(hub.vault.is_token_of(attrs.evolve(link, version=version), token) for version in range(1, link.version))


def link_to(
    tx: Tx,
    hub: Hub,
    kind: LinkKind,
    about: Concern,
    now: datetime,
    *,
    fresh_id: str,
    days: int | None = None,
) -> Link:
    """The open link to a target, or a new one when there is none that lasts."""
    life = timedelta(days=days if days is not None else hub.link_days)
    link = tx.links.find(kind, about.id, about.mode, now)
    if link and (link.expires_at - now > min(RENEW_BEFORE, life / 2)):
        return link
    link = Link(
        id=fresh_id,
        merchant_id=about.merchant_id,
        mode=about.mode,
        kind=kind,
        target=about.id,
        version=1,
        expires_at=now + life,
    )
    tx.links.add(link)
    return link


def url_of(hub: Hub, link: Link) -> str:
    """The address that opens a link; handed over, never stored."""
    return f"{hub.base_url}/{PATHS[link.kind]}/{hub.vault.link_token(link)}"


def revoked(link: Link, now: datetime) -> Link:
    """The link revoked: raising the version makes every token of it dead."""
    return attrs.evolve(link, version=link.version + 1, revoked_at=now)
