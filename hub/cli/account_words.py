"""How a connection stands, and what is to do about it: in words, and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .explaining import words

if TYPE_CHECKING:
    from hub.domain.account import MoneyUnderWay, ProviderAccount
    from hub.domain.merchant import Merchant
    from hub.flows.accounts.connect_account import Connected
    from hub.flows.accounts.replace_credentials import NotReplaced
    from hub.flows.accounts.retire_account import MoneyIsUnderWay
    from hub.flows.accounts.view_webhook import WebhookView
    from hub_hookspecs import IdentityReport


def words_for(held: NotReplaced, merchant: Merchant, info: Any) -> str:
    """Why new credentials were not taken, and what replacing the stored ones would stop."""
    differing = ", ".join(field.field for field in held.report.fields if field.match.value == "different")
    words = f"{info.code} --company {merchant.slug}"
    if held.awaits_confirmation:
        why = f"{info.name} accepts the new credentials, but a person must confirm whose they are"
    elif differing:
        why = f"{info.name} knows the owner of the new credentials by another {differing}"
    elif held.report.credentials.value == "refused":
        why = f"{info.name} refused the new credentials"
    else:
        why = f"{info.name} gave no clear answer about the new credentials"
    until = f"payment-hub account confirm {words}" if held.awaits_confirmation else f"{info.name} accepts others"
    if held.is_another:
        return f"{why}; they are those of another account, which takes the place of this one {_once(held)}"
    stops = [f"nobody can pay {merchant.slug} through {info.name} until {until}"] if held.is_offered else []
    if held.live:
        stops.append(f"whether {held.live} payments under way are paid may never be known")
    stops.append("the stored ones are lost")
    return (
        f"{why}; enter the right ones: payment-hub account {_verb(info)} {words},"
        f" or replace the stored ones with --replace-anyway: then {', and '.join(stops)}"
    )


def _once(held: NotReplaced) -> str:
    if not held.awaits_confirmation:
        return "once they are accepted"
    return "with --release WHY: nobody can pay until a person confirms whose it is"


def words_of_another(held: MoneyIsUnderWay, info: Any) -> str:
    """Why the credentials of another account at the provider were not taken."""
    stops = f"; nobody can pay through {info.name} until it is accepted and confirmed" if held.is_offered else ""
    return (
        f"the new credentials are those of another account at {info.name}, which knows nothing of what is under way"
        f" with this one: {counted(held.under_way)}. Enter newer credentials of the same account, or wait; or let the"
        f" other take its place with --release WHY: this one is retired, and what is under way goes on with it{stops}"
    )


def counted(under_way: MoneyUnderWay) -> str:
    """How many payments of an account still want something of its provider."""
    counts = {
        "live": under_way.live,
        "closed without proof and watched": under_way.watched,
        "paid and still refundable": under_way.refundable,
        "disputed": under_way.disputed,
        "in no payout yet": under_way.unsettled,
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def _verb(info: Any) -> str:
    """How its credentials are entered."""
    asked = any(setting.entered_by.value == "merchant" for setting in info.settings)
    return "connect" if asked else "provision"


def print_connected(merchant: Merchant, done: Connected, info: Any) -> None:
    """How an account stands, and what comes next."""
    account = done.account
    click.echo(f"{merchant.slug} {account.provider}: {_state(account)}")
    if done.retired:
        click.echo(f"  the account before it is retired: payment-hub account show {done.retired.id}")
    for problem in done.problems:
        click.echo(f"  missing: {problem.name} ({words(problem.message)})")
    if done.problems:
        click.echo(f"  next: payment-hub account provision {account.provider} FILE --company {merchant.slug}")
        return
    print_report(account.report)
    if account.status.value == "needs_confirmation":
        click.echo(f"  next: payment-hub account confirm {account.provider} --company {merchant.slug}")
    if info.notification_setup:
        show = f"payment-hub account show {account.provider} --company {merchant.slug}"
        click.echo(f"  {info.name} must be told where to send notifications: {show}")


def webhook_words(view: WebhookView) -> str:
    """What stands at the provider for an account's notifications, and what comes next."""
    known = view.known
    if view.is_under_way:
        return "a change of the webhook is under way; look again in two minutes"
    if known is None:
        return "no webhook; the provider could not be asked, or nobody tried"
    if known.unclear:
        return "it is unclear whether our address is registered; it is looked at before anything is changed"
    if known.address and view.is_off:
        return f"the account is off, and the provider still holds {known.address}; it is tried again every hour"
    if known.address:
        return f"registered: {known.address}"
    if known.foreign and not view.is_off:
        kept = ", used by another account here and kept" if set(known.foreign) <= view.in_use else ""
        return f"not registered; another address stands there{kept}: {' '.join(known.foreign)}"
    return "not registered"


def _state(account: ProviderAccount) -> str:
    return "retired" if account.is_retired else account.status.value


def print_report(report: IdentityReport | None) -> None:
    """What the provider said of the credentials and of each field of the identity."""
    if report is None:
        return
    click.echo(f"  credentials: {report.credentials.value}{f' ({report.code})' if report.code else ''}")
    for name in report.culprits:
        click.echo(f"  not accepted: {name}")
    for field in report.fields:
        both = f"  ours {field.ours}, theirs {field.theirs}" if field.theirs else ""
        click.echo(f"  {field.field}: {field.match.value}{both}")


def fail_unless_usable(merchant: Merchant, account: ProviderAccount, info: Any) -> None:
    """A validation that failed is a failed command, which says what to do about it."""
    if account.report is None:
        return
    account_words = f"{account.provider} --company {merchant.slug}"
    if account.report.credentials.value == "unclear":
        stays = "" if account.status.value == "failed" else f" (the account is still {account.status.value})"
        raise click.ClickException(
            f"{info.name} gave no clear answer{stays};"
            f" once it can be reached: payment-hub account validate {account_words}"
        )
    if account.status.value != "failed":
        return
    if account.report.credentials.value == "refused":
        raise click.ClickException(
            f"{info.name} refused the credentials;"
            f" enter the right ones: payment-hub account {_verb(info)} {account_words}"
        )
    differing = ", ".join(field.field for field in account.report.fields if field.match.value == "different")
    raise click.ClickException(
        f"{info.name} knows the company by another {differing}: payment-hub company edit {merchant.slug},"
        f" then payment-hub account validate {account_words}"
    )


def account_facts(merchant: Merchant, account: ProviderAccount) -> dict[str, object]:
    """A connection as data."""
    from hub.domain.text import read_stored

    report = account.report
    return {
        "id": account.id,
        "company": merchant.slug,
        "provider": account.provider,
        "mode": account.mode.value,
        "status": account.status.value,
        "channels": sorted(channel.value for channel in account.channels),
        "capture": account.capture.value,
        "credentials": report.credentials.value if report else None,
        "fields": {field.field: field.match.value for field in report.fields} if report else {},
        "confirmed_by": account.confirmed_by,
        "confirmed_at": account.confirmed_at,
        "last_heard_at": account.last_heard_at,
        "paused": words(read_stored(account.paused)),
        "retired_at": account.retired_at,
        "retired_by": account.retired_by,
        "retired_why": account.retired_why,
    }
