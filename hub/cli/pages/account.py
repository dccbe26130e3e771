"""One connection on one page: its settings without secrets, its money under way, what was heard of its provider."""

from __future__ import annotations

from datetime import datetime

import attrs
import click

from hub.cli.account_words import account_facts, counted, webhook_words
from hub.cli.printing import SHORT, command_line, local, moment, print_facts, print_hanging, print_text
from hub.domain.account import MoneyUnderWay, ProviderAccount
from hub.domain.merchant import Merchant
from hub.domain.message import StoredMessage
from hub.flows.accounts.catalogue import notification_address
from hub.flows.accounts.client_certificates import certificate_ends
from hub.flows.accounts.connect_account import missing_settings
from hub.flows.accounts.money_under_way import money_under_way
from hub.flows.accounts.view_webhook import WebhookView, webhook_of
from hub.flows.accounts.watch_account import REFUSED
from hub.flows.ground.ports import Hub
from hub.flows.operations.view_received import LastReceived, received_from
from hub_hookspecs import ProviderInfo


@attrs.frozen(kw_only=True)
class AccountPage:
    """A connection with what belongs to it.

    Attributes:
        info: What its provider declares; None where that is not served here.
        missing: Names of the settings that nobody entered yet.
        refused: Why and when its provider last let nobody in.
    """

    merchant: Merchant
    account: ProviderAccount
    info: ProviderInfo | None
    missing: tuple[str, ...]
    refused: tuple[str, datetime] | None
    hearing: LastReceived
    under_way: MoneyUnderWay
    address: str
    webhook: WebhookView | None
    certificate_ends: datetime | None

    @property
    def settings(self) -> dict[str, str]:
        """What was entered; of secrets only that they are here."""
        return {**self.account.settings, **dict.fromkeys(sorted(self.account.secret_names), "stored")}


async def page_of(hub: Hub, merchant: Merchant, account: ProviderAccount) -> AccountPage:
    """Everything that the page tells."""
    provider = hub.providers.get(account.provider)
    missing = missing_settings(hub, account) if provider else ()
    return AccountPage(
        merchant=merchant,
        account=account,
        info=provider.info if provider else None,
        missing=tuple(problem.name for problem in missing),
        refused=await hub.store.read(REFUSED.of(account.id).get),
        hearing=await hub.store.read(lambda tx: received_from(tx, account)),
        under_way=await hub.store.read(lambda tx: money_under_way(tx, hub, account, hub.clock())),
        address=notification_address(hub, account),
        certificate_ends=await hub.store.read(lambda tx: certificate_ends(tx, account)),
        webhook=await hub.store.read(lambda tx: webhook_of(tx, hub, account)),
    )


def data_of(page: AccountPage) -> dict[str, object]:
    """The page as data."""
    refused = f"{moment(page.refused[1])}: {page.refused[0]}" if page.refused else None
    return {
        **_facts(page, refused),
        "under_way": attrs.asdict(page.under_way),
        "notification_address": page.address,
        "webhook": attrs.asdict(page.webhook.known) if page.webhook and page.webhook.known else None,
        "certificate_ends": page.certificate_ends,
        "settings": page.settings,
        "missing": list(page.missing),
    }


def print_page(page: AccountPage) -> None:
    """The page, for people."""
    zone = page.merchant.company.zone
    refused = f"{local(page.refused[1], zone)}: {page.refused[0]}" if page.refused else None
    facts = {
        **_facts(page, refused),
        "under_way": counted(page.under_way),
        "notification_address": page.address,
        **({"webhook": webhook_words(page.webhook)} if page.webhook else {}),
        **({"certificate_ends": page.certificate_ends} if page.certificate_ends else {}),
        "missing": list(page.missing),
    }
    print_facts(((name, _readable(value)) for name, value in facts.items()), zone=zone)
    click.echo("settings")
    print_facts(((name, _short(value)) for name, value in page.settings.items()), indent="  ")
    if page.hearing.unproven:
        _print_unproven(page.hearing.unproven, page.hearing.what, zone)
    elif page.info and page.info.notification_setup:
        last = local(page.hearing.at, zone) if page.hearing.at else "never"
        click.echo(f"\nLast heard from: {last}. Mail to {page.info.name}:\n")
        print_text(page.info.notification_setup.replace("{address}", page.address))


def _facts(page: AccountPage, refused: str | None) -> dict[str, object]:
    return {
        **account_facts(page.merchant, page.account),
        "unproven_message": page.hearing.unproven.id if page.hearing.unproven else None,
        "not_let_in": refused,
    }


def _print_unproven(newest: StoredMessage, what: str, zone: str) -> None:
    """The address is known there, so its mail would not help; the newest message may."""
    why = f": {newest.trouble}" if newest.trouble else ""
    arrived, named = local(newest.message.received_at, zone), newest.id[:SHORT]
    click.echo("")
    print_hanging("", f"Messages come, but {what}. The newest is of {arrived}{why}")
    click.echo(f"    {command_line('message', 'show', named)}")
    click.echo("once the keys above are the provider's:")
    click.echo(f"    {command_line('message', 'replay', named)}")


def _readable(value: object) -> object:
    match value:
        case list():
            return ", ".join(map(str, value))
        case dict():
            return ", ".join(f"{name} {text}" for name, text in value.items())
    return value


def _short(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:40]}... ({len(value)} characters)"
