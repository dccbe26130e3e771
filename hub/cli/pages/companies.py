"""Pages of companies: their accounts, members, former members and keys."""

from __future__ import annotations

from hub.cli.explaining import words
from hub.cli.printing import SHORT, local
from hub.domain.account import ProviderAccount
from hub.domain.merchant import Member, Merchant
from hub.domain.text import read_stored
from hub.flows.merchants.remove_member import Removal
from hub.flows.merchants.revoke_api_key import KeyLine
from hub.flows.operations.view_received import received_from

from .page import FEW, ThingPage
from .snapshot import Snapshot, other_mode


def company_page(snapshot: Snapshot, merchant: Merchant) -> ThingPage:
    """A company: its accounts, its members, where to read on."""
    company, of = merchant.company, ("--company", merchant.slug)
    accounts = snapshot.tx.accounts.current_of(merchant.id, merchant.mode)
    return ThingPage(
        kind="company",
        title=f"Company {merchant.slug}",
        brief=f"{merchant.slug}, {company.legal_name}",
        state=f"works in {merchant.mode.value} mode",
        company=merchant.slug,
        mode=None,
        facts=(
            ("name", company.legal_name),
            ("identity", f"{company.document.type} {company.document.number}"),
            ("clock", company.zone),
            ("mail", company.email),
            ("accounts", ", ".join(f"{item.provider} {item.status.value}" for item in accounts) or "none"),
            ("members", ", ".join(item.email for item in snapshot.tx.merchants.members(merchant.id)[:FEW])),
            ("open reviews", len(snapshot.tx.reviews.of(merchant_id=merchant.id)) or ""),
        ),
        choices=(
            ("see everything about it", ("company", "show", merchant.slug)),
            ("list its payments", ("payment", "list", *of)),
            ("list its open reviews", ("review", "list", *of)),
            ("list who signs in", ("company", "member", "list", *of)),
            ("list the keys of its shops", ("api-key", "list", *of)),
        ),
        narrow=("find", merchant.slug),
        zone=company.zone,
    )


def member_page(snapshot: Snapshot, member: Member) -> ThingPage:
    """A person who may sign in."""
    merchant = snapshot.merchant(member.merchant_id)
    return ThingPage(
        kind="member",
        title=f"Member {member.email}",
        brief=member.email,
        state=f"{member.role.value}, may sign in",
        company=merchant.slug,
        mode=None,
        facts=(("language", member.language),),
        choices=(
            (
                "end this person's access",
                ("company", "member", "remove", member.email, "--company", merchant.slug),
            ),
            ("see who else signs in", ("company", "member", "list", "--company", merchant.slug)),
        ),
        narrow=("find", member.email, "--company", merchant.slug),
        zone=merchant.company.zone,
    )


def removal_page(snapshot: Snapshot, removal: Removal) -> ThingPage:
    """A person who may not sign in any more."""
    merchant = snapshot.merchant(removal.merchant_id)
    of = ("--company", merchant.slug)
    return ThingPage(
        kind="former_member",
        title=f"Former member {removal.email}",
        brief=removal.email,
        state="removed, cannot sign in",
        company=merchant.slug,
        mode=None,
        facts=(("removed", removal.at), ("by", removal.by)),
        choices=(
            ("see who signs in", ("company", "member", "list", *of)),
            ("let this person in again", ("company", "member", "add", removal.email, *of)),
        ),
        narrow=("find", removal.email, *of),
        zone=merchant.company.zone,
    )


def api_key_page(snapshot: Snapshot, line: KeyLine) -> ThingPage:
    """A key of a shop."""
    key, merchant = line.key, line.merchant
    revoke = (("end it; its shop is refused from then on", ("api-key", "revoke", key.id)),)
    return ThingPage(
        kind="api_key",
        title=f"API key {key.name}",
        brief=f"{key.name} ({key.id})",
        state="revoked" if key.revoked_at else "in use",
        company=merchant.slug,
        mode=key.mode,
        facts=(("id", key.id), ("created", key.created_at), ("revoked", key.revoked_at), ("by", line.revoked_by)),
        choices=() if key.revoked_at else revoke,
        narrow=("find", key.id),
        zone=merchant.company.zone,
    )


def account_page(snapshot: Snapshot, account: ProviderAccount) -> ThingPage:
    """A connection to a provider: how it stands, and when its provider was last heard from."""
    merchant, heard = snapshot.merchant(account.merchant_id), received_from(snapshot.tx, account)
    zone, of = merchant.company.zone, ("--company", merchant.slug)
    newest = heard.unproven.id[:SHORT] if heard.unproven else ""
    read = (("see the newest message", ("message", "show", newest)),) if newest else ()
    named = account.id if account.is_retired else account.provider
    own = (
        ("see its settings and its notification address", ("account", "show", named, *of)),
        ("ask the provider about it again", ("account", "validate", named, *of)),
    )
    return ThingPage(
        kind="account",
        title=f"Account {account.provider} of {merchant.slug}",
        brief=f"{account.provider} of {merchant.slug}",
        state="retired" if account.is_retired else account.status.value,
        company=merchant.slug,
        mode=account.mode,
        facts=(
            ("retired", _retired(account, zone)),
            ("last heard from", local(heard.at, zone) if heard.at else ""),
            ("messages", f"come, but {heard.what}" if heard.what else "" if heard.at else "none ever came"),
            ("paused", words(read_stored(account.paused))),
            (
                "confirmed",
                f"{local(account.confirmed_at, zone)} by {account.confirmed_by}" if account.confirmed_at else "",
            ),
            other_mode(merchant, account.mode),
        ),
        choices=(
            *(own if account.mode is merchant.mode else ()),
            *read,
            ("list its messages", ("message", "list", "--account", account.provider, *of)),
        ),
        narrow=("account", "show", named, *of),
        zone=zone,
    )


def _retired(account: ProviderAccount, zone: str) -> str:
    """When and by whom, and why; empty for a current one."""
    if account.retired_at is None:
        return ""
    why = f": {account.retired_why}" if account.retired_why else ""
    return f"{local(account.retired_at, zone)} by {account.retired_by}{why}"
