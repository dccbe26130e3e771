"""Examine the provider accounts: whether they open and work, send messages, and are compared with their reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.message import UNSERVED
from hub.domain.text import read_stored
from hub.flows.accounts.client_certificates import certificate_ends, is_near
from hub.flows.accounts.money_under_way import RETIRED, money_under_way
from hub.flows.accounts.open_account import is_locked
from hub.flows.accounts.watch_account import REFUSED, held_back
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import EnteredBy, Mode, Money, Setting

from .check_readiness import REMEDIES
from .examined_fact import ExaminedFact, fault, warning
from .view_received import received_from

WAITS_LONG = timedelta(days=2)
TRANSIT_LONG = timedelta(days=7)


def examine_accounts(tx: Tx, hub: Hub, now: datetime) -> Iterator[ExaminedFact]:
    """What is wrong with each account, and the messages that wait for its plugin."""
    slugs = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
    held = held_back(tx, now)
    for account in tx.accounts.all():
        slug = slugs.get(account.merchant_id, "?")
        if is_locked(tx, hub, account):
            yield fault(f"{account.provider} of {slug} ({account.mode}): its secrets do not open", REMEDIES["keys"])
        yield from _certificate(tx, hub, account, slug, now)
        if account.is_retired:
            yield from _retired(tx, hub, account, slug, now)
            continue
        yield from _account(hub, account, slug, held, now)
        yield from _received(tx, hub, account, slug)
    yield from _unserved(tx, slugs)


def _certificate(tx: Tx, hub: Hub, account: ProviderAccount, slug: str, now: datetime) -> Iterator[ExaminedFact]:
    """Whether the certificate that an account shows ends soon, as long as somebody asks under it."""
    ends = certificate_ends(tx, account)
    off = account.is_retired or account.status is AccountStatus.DISABLED
    if ends is None or not is_near(ends, now) or (off and not money_under_way(tx, hub, account, now)):
        return
    what = f"{account.provider} of {slug} ({account.mode}): its client certificate"
    remedy = f"paste the next one: payment-hub account {_verb(hub, account)} {account.id} FILE --company {slug}"
    if ends <= now:
        yield fault(f"{what} ended {ends:%Y-%m-%d}; its provider lets nobody in", remedy)
    else:
        yield warning(f"{what} ends {ends:%Y-%m-%d}", remedy)


def _unserved(tx: Tx, slugs: dict[str, str]) -> Iterator[ExaminedFact]:
    for account_id, _key, count in tx.messages.waiting(UNSERVED):
        account = tx.accounts.get(account_id)
        if account:
            yield fault(
                f"messages of {account.provider} for {slugs.get(account.merchant_id, '?')} that wait for its plugin:"
                f" {count}",
                "let it be served again (payment-hub plugins list): then they are read by themselves",
            )


def _retired(tx: Tx, hub: Hub, account: ProviderAccount, slug: str, now: datetime) -> Iterator[ExaminedFact]:
    """Whether a retired account is let in as long as money of it is under way."""
    refused = REFUSED.of(account.id).get(tx)
    if refused and refused[1] >= account.updated_at and money_under_way(tx, hub, account, now):
        yield fault(
            f"{account.provider} of {slug} ({account.mode}), retired {account.retired_at:%Y-%m-%d}, has money under"
            f" way, and its provider does not let it in: {refused[0]}",
            f"enter its newest credentials: payment-hub account {_verb(hub, account)} {account.id} FILE",
        )


def _verb(hub: Hub, account: ProviderAccount) -> str:
    """How its credentials are entered."""
    provider = hub.providers.get(account.provider)
    settings: tuple[Setting, ...] = provider.info.settings if provider else ()
    return "connect" if any(item.entered_by is EnteredBy.MERCHANT for item in settings) else "provision"


def _received(tx: Tx, hub: Hub, account: ProviderAccount, slug: str) -> Iterator[ExaminedFact]:
    """Whether the provider of an account in use ever sent something genuine."""
    provider = hub.providers.get(account.provider)
    if account.status is not AccountStatus.ACTIVE or provider is None:
        return
    received, words = received_from(tx, account), f"{account.provider} --company {slug}"
    if received.unproven and received.proves_nothing:
        newest, name = received.unproven, received.unproven.id[:10]
        why = f", {newest.trouble}" if newest.trouble else ""
        yield warning(
            f"messages of {account.provider} for {slug} ({account.mode}) come, but {received.what}:"
            f" the newest is {name} of {newest.message.received_at:%Y-%m-%d %H:%M} UTC{why}",
            f"look at it: payment-hub message show {name}; compare the keys with {provider.info.name}:"
            f" payment-hub account show {words}; once they are right: payment-hub message replay {name}",
        )
    elif received.is_silent and provider.info.notification_setup:
        yield warning(
            f"{account.provider} of {slug} ({account.mode}) has never sent a genuine notification",
            f"tell {provider.info.name} the address that payment-hub account show {words} prints",
        )


def _account(
    hub: Hub, account: ProviderAccount, slug: str, held: frozenset[str], now: datetime
) -> Iterator[ExaminedFact]:
    name, words = f"{account.provider} of {slug} ({account.mode})", f"{account.provider} --company {slug}"
    if account.status is AccountStatus.DISABLED:
        return
    provider = hub.providers.get(account.provider)
    if provider is None:
        yield fault(f"{name}: its plugin is not served", "install it, or see what quarantined it: plugins list")
        return
    old = now - account.updated_at > WAITS_LONG
    match account.status:
        case AccountStatus.SUSPENDED:
            yield fault(
                f"{name} is suspended: the provider refuses its credentials",
                f"enter new ones: payment-hub account connect {words}",
            )
        case AccountStatus.FAILED:
            yield warning(f"{name} failed its validation", f"payment-hub account show {words}")
        case AccountStatus.NEEDS_REVALIDATION:
            yield warning(f"{name} must be validated again", f"payment-hub account validate {words}")
        case AccountStatus.NEEDS_CONFIRMATION:
            yield warning(f"{name} waits for a person's confirmation", f"payment-hub account confirm {words}")
        case AccountStatus.REQUESTED if old:
            yield warning(f"{name} waits for operator settings", f"payment-hub account provision {words} FILE")
    if account.paused:
        reason = read_stored(account.paused)
        paused = f"{name} is paused: {reason}" if isinstance(reason, str) else f"{name} is paused"
        yield warning(paused, f"payment-hub provider resume {words.replace('company', 'account')}")
    if account.id in held:
        yield warning(f"{name}: the provider does not answer", "wait; its checks are due the moment it answers")
    if account.mode is Mode.LIVE and provider.is_simulated(Mode.TEST):
        yield warning(
            f"{name} is live, while {account.provider}'s test endpoints are overridden here",
            f"remove [providers.{account.provider}.endpoints] from hub.toml unless you test beside real money",
        )


def examine_comparisons(tx: Tx) -> Iterator[ExaminedFact]:
    """The accounts that could not be compared with their reports."""
    accounts = {account.id: account for account in tx.accounts.all()}
    slugs = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
    for planned in tx.reconciliations.all():
        account = accounts.get(planned.account_id)
        if account and planned.trouble not in ("", RETIRED) and _is_compared(account):
            name = f"{account.provider} of {slugs.get(account.merchant_id, '?')} ({account.mode})"
            since = f"since {planned.covered}" if planned.covered else "yet"
            error = read_stored(planned.trouble)
            why = error if isinstance(error, str) else error.values.get("cause", error)
            yield warning(
                f"{name} could not be compared with its report {since}: {why}",
                f"it is tried again at {planned.due_at:%H:%M} UTC; payment-hub reconcile list",
            )


def examine_transit(tx: Tx, now: datetime) -> Iterator[ExaminedFact]:
    """The accounts whose money is in transit for long, and nobody recorded what reached the bank."""
    slugs = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
    for account in tx.accounts.all():
        amounts = tx.settlements.in_transit(account.id)
        if not amounts:
            continue
        payouts = tx.ledger.keyed(account.merchant_id, account.mode, f"payout:{account.id}")
        last = max((entry.at for entry in payouts), default=None)
        since = tx.settlements.in_transit_since(account.id, last) or last
        if since and now - since > TRANSIT_LONG:
            slug = slugs.get(account.merchant_id, "?")
            shown = ", ".join(str(Money(minor, currency)) for currency, minor in sorted(amounts.items()))
            yield warning(
                f"{account.provider} of {slug} ({account.mode}): {shown} in transit since {since:%Y-%m-%d},"
                " and nobody recorded what reached the bank",
                f"payment-hub reconcile payout {account.provider} --company {slug}",
            )


def _is_compared(account: ProviderAccount) -> bool:
    return account.status is AccountStatus.ACTIVE or account.is_retired
