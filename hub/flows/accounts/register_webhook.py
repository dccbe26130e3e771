"""Register an account's notification address at its provider, where that goes by a call; and take it away again.

    LOOK       what stands at the provider; changes nothing
    REGISTER   only where nothing foreign stands, or a person said that the very address shown is to be replaced
    REMOVE     only what the hub set: its own address

Before a change is sent it is recorded as *unclear*, and stays so until its outcome is known: nothing is sent twice
without a look between. Our address found there without the record of it is a registration whose answer, and the secret
in it, was lost: it is removed and registered anew, for it is ours. What the provider returned is sealed in the
transaction that records the registration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs
import structlog

from hub.domain.account import AccountStatus, ProviderAccount, Webhook
from hub.flows.ground.memory import Slot
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell, warn
from hub_hookspecs import CROCKFORD, Outcome, WebhookAct, WebhookReport, WebhookRequest

from .catalogue import notification_address
from .money_under_way import money_under_way
from .open_account import CannotOpen, Opened, opened_account
from .replace_credentials import save_secrets
from .reseal_secrets import refuse_forgotten

log = structlog.get_logger()

HOOK: Final = "register_webhook"

UNDER_WAY: Final = timedelta(seconds=120)
"""How long a change may still be on its way, in whatever process: meanwhile nobody looks or sends."""

OFF: Final = frozenset({AccountStatus.DRAFT, AccountStatus.REQUESTED, AccountStatus.FAILED, AccountStatus.DISABLED})

TRY_AGAIN: Final = timedelta(hours=1)
"""How often what is unclear or left behind is looked at again by itself."""

TRIED: Final = Slot[str, datetime]("webhooks tried")
"""When this process tried last, by account."""


def is_in_use(account: ProviderAccount) -> bool:
    """Whether its notifications come here: it works, or did a moment ago."""
    return not account.is_retired and account.status not in OFF


def stays_behind(account: ProviderAccount) -> bool:
    """Whether an address of ours may stand at the provider of an account that is off."""
    known = account.webhook
    off = account.is_retired or account.status is AccountStatus.DISABLED
    return off and known is not None and bool(known.address or known.unclear)


async def bring_webhook(hub: Hub, account_id: str, *, replace: str = "") -> ProviderAccount | None:
    """See to it that our address stands at the provider; the account as it is then. Fails for no fault of the provider.

    Args:
        replace: The foreign address of which a person, to whom it was shown, said that ours takes its place.

    Returns None where its provider registers nothing by a call, or is not asked now.
    """
    opened = await _openable(hub, account_id)
    if opened is None or opened.record.status is not AccountStatus.ACTIVE or is_under_way(hub, opened.record):
        return None
    report = await _look(hub, opened)
    if report and report.ours and not _is_recorded(hub, opened.record):
        report = await _change(hub, opened, WebhookAct.REMOVE, report)
        opened = await _openable(hub, account_id)
    if report is None or opened is None:
        return await _current(hub, account_id)
    if report.ours or (report.foreign and not await _is_allowed(hub, opened.record, report, replace)):
        return await _record(hub, opened, _seen(hub, report, opened))
    await _change(hub, opened, WebhookAct.REGISTER, report, may_replace=replace or None)
    return await _current(hub, account_id)


async def remove_webhook(hub: Hub, account_id: str) -> ProviderAccount | None:
    """Take our address away from the provider of an account that is off, once no money of it is under way.

    What it does not come to is left as it is, and tried again later; nothing waits for it.
    """
    opened = await _openable(hub, account_id)
    if opened is None or not stays_behind(opened.record) or is_under_way(hub, opened.record):
        return await _current(hub, account_id)
    now = hub.clock()
    if await hub.store.read(lambda tx: money_under_way(tx, hub, opened.record, now)):
        return opened.record  # its news comes by this address
    report = await _look(hub, opened)
    if report is None:
        return opened.record
    if not report.ours:
        return await _record(hub, opened, _seen(hub, report, opened))
    await _change(hub, opened, WebhookAct.REMOVE, report)
    return await _current(hub, account_id)


async def follow_webhooks(hub: Hub) -> None:
    """Look again, every hour, at what is unclear, and at what accounts left behind that are off."""
    now, tried = hub.clock(), hub.remembered.of(TRIED)

    def left(tx: Tx) -> list[ProviderAccount]:
        return [item for item in tx.accounts.all() if stays_behind(item) or (item.webhook and item.webhook.unclear)]

    for account in await hub.store.read(left):
        if account.id in tried and timedelta() <= now - tried[account.id] < TRY_AGAIN:
            continue
        tried[account.id] = now
        await (remove_webhook if stays_behind(account) else bring_webhook)(hub, account.id)


async def _is_allowed(hub: Hub, account: ProviderAccount, report: WebhookReport, replace: str) -> bool:
    """Whether a person said that ours takes the place of what stands there, and of nothing that is used here."""
    if replace not in report.foreign:
        return False
    return await hub.store.read(lambda tx: may_be_replaced(tx, hub, account, replace))


def may_be_replaced(tx: Tx, hub: Hub, account: ProviderAccount, address: str) -> bool:
    """Whether a person may let ours take the place of this address: never of another account here that is in use."""
    token = address.removeprefix(f"{hub.base_url}/n/").partition("/")[2].partition("/")[0]
    other = tx.accounts.by_token(token) if token else None
    return other is None or other.id == account.id or not is_in_use(other)


async def _openable(hub: Hub, account_id: str) -> Opened | None:
    try:
        opened = await opened_account(hub, account_id)
    except CannotOpen:
        return None
    return opened if opened and HOOK in opened.provider.capabilities else None


async def _current(hub: Hub, account_id: str) -> ProviderAccount | None:
    return await hub.store.read(lambda tx: tx.accounts.get(account_id))


def is_under_way(hub: Hub, account: ProviderAccount) -> bool:
    """Whether a change may still be on its way to the provider."""
    known = account.webhook
    return known is not None and known.unclear and timedelta() <= hub.clock() - known.seen_at < UNDER_WAY


def _is_recorded(hub: Hub, account: ProviderAccount) -> bool:
    """Whether the hub has all that belongs to its address there."""
    known = account.webhook
    return known is not None and not known.unclear and known.address == notification_address(hub, account)


async def _look(hub: Hub, opened: Opened) -> WebhookReport | None:
    report, _outcome = await _ask(hub, opened, WebhookAct.LOOK, opened.record.webhook)
    return report


async def _ask(
    hub: Hub,
    opened: Opened,
    act: WebhookAct,
    known: Webhook | None,
    may_replace: str | None = None,
) -> tuple[WebhookReport | None, Outcome]:
    request = WebhookRequest(
        act=act,
        address=notification_address(hub, opened.record),
        now=hub.clock(),
        call_id=hub.random_text(10, CROCKFORD),
        known_id=known.webhook_id if known else None,
        may_replace=may_replace,
    )
    ran = await hub.exchanger.run(
        opened.provider,
        HOOK,
        account=opened.account,
        account_id=opened.record.id,
        credentials=opened.record.credentials,
        webhook=request,
    )
    conclusion = ran.conclusion
    return (conclusion.value if conclusion.outcome is Outcome.RESULT else None), conclusion.outcome


async def _change(
    hub: Hub, opened: Opened, act: WebhookAct, before: WebhookReport, *, may_replace: str | None = None
) -> WebhookReport | None:
    """Send one change, recorded as unclear before it leaves.

    Returns what stands at the provider now; None where that is unclear, or nothing was sent.
    """
    known = opened.record.webhook
    sent = Webhook(
        address=notification_address(hub, opened.record),
        webhook_id=before.webhook_id or (known.webhook_id if known and before.ours else None),
        foreign=before.foreign,
        unclear=True,
        seen_at=hub.clock(),
    )

    def begin(tx: Tx) -> ProviderAccount | None:
        refuse_forgotten(tx, hub)  # a secret that comes back could not be sealed
        return _as_it_was(tx, opened.record, lambda account: attrs.evolve(account, webhook=sent))

    begun = await hub.store.write(begin)
    if begun is None:
        return None
    report, outcome = await _ask(hub, opened, act, sent, may_replace)
    if report and report.ours and act is WebhookAct.REMOVE:
        report, outcome = None, Outcome.UNKNOWN  # still there, without its secret here
    if report is None and outcome not in (Outcome.NEVER_SENT, Outcome.DECLINED):
        log.warning("webhook_unclear", account=begun.id, act=act.value)
        return None
    returned = report.settings if report and report.ours else {}
    if report:
        after: Webhook | None = _seen(hub, report, opened)
    else:  # nothing was done, and it is as it was seen; of ours it is not known more than before
        after = known if before.ours else _seen(hub, before, opened)

    done = hub.clock()

    def end(tx: Tx) -> None:
        account = _as_it_was(tx, begun, lambda item: _with(item, opened, after, returned, done))
        if account is None:
            return
        if returned:
            secrets = {name: text for name, text in returned.items() if name in account.secret_names}
            save_secrets(tx, hub, account, secrets)
        if report:
            tell(tx, "webhook_changed", account=account.id, act=act.value)
        else:
            warn(tx, "webhook_refused", account=account.id, act=act.value)

    await hub.store.write(end)
    hub.cached.clear()
    return report


def _with(
    account: ProviderAccount, opened: Opened, webhook: Webhook | None, returned: Mapping[str, str], now: datetime
) -> ProviderAccount:
    """The account with what stands at the provider now, and with what that returned."""
    info = opened.provider.info
    secret = {name for name in returned if (setting := info.setting(name)) and setting.secret}
    return attrs.evolve(
        account,
        webhook=webhook,
        settings={**account.settings, **{name: text for name, text in returned.items() if name not in secret}},
        secret_names=account.secret_names | secret,
        credentials=account.credentials + 1 if returned else account.credentials,
        updated_at=now,
    )


async def _record(hub: Hub, opened: Opened, seen: Webhook) -> ProviderAccount | None:
    """Keep what was seen, if nobody changed it meanwhile."""

    def keep(tx: Tx) -> None:
        _as_it_was(tx, opened.record, lambda account: attrs.evolve(account, webhook=seen))

    await hub.store.write(keep)
    hub.cached.clear()
    return await _current(hub, opened.record.id)


def _as_it_was(
    tx: Tx, before: ProviderAccount, changed: Callable[[ProviderAccount], ProviderAccount]
) -> ProviderAccount | None:
    """Store a change of the account, if credentials and webhook are those that were read; None where they are not."""
    account = tx.accounts.get(before.id)
    if account is None or (account.credentials, account.webhook) != (before.credentials, before.webhook):
        return None
    after = changed(account)
    tx.accounts.save(after)
    return after


def _seen(hub: Hub, report: WebhookReport, opened: Opened) -> Webhook:
    return Webhook(
        address=notification_address(hub, opened.record) if report.ours else "",
        webhook_id=report.webhook_id if report.ours else None,
        foreign=tuple(item for item in report.foreign if item != notification_address(hub, opened.record)),
        seen_at=hub.clock(),
    )
