"""Examine a deployment: everything in its database and plugins that is not as it should be, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from hub.domain.payment_checks import WATCH
from hub.domain.visitor import is_among
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import standing_proposals

from .check_keys import KEYS
from .check_readiness import REMEDIES, check_readiness
from .examine_accounts import examine_accounts, examine_comparisons, examine_transit
from .examined_fact import ExaminedFact, fault, fine, warning
from .prune import HEARTBEAT
from .quarantine_plugin import FROZEN, frozen_twice
from .raise_alerts import BACKLOG, BACKUP, MIN_FREE, OLDEST_BACKUP
from .record_proxy import PROXY, PROXY_LIFETIME, Blind
from .record_restore import RESTORED

ALIVE = timedelta(seconds=100)
"""A process gives a sign of life every half minute."""

AHEAD = timedelta(minutes=5)


async def examine(hub: Hub) -> tuple[ExaminedFact, ...]:
    """Look at everything; nothing is sent and nothing is changed but a note."""
    now, due = hub.clock(), hub.store.next_due()
    readiness = await check_readiness(hub)
    inside = await hub.store.read(lambda tx: tuple(_inside(tx, hub, now)))
    return (*_parts(readiness.problems), *_plugins(hub), *_due(now, due), *_disk(hub), *inside)


def _parts(problems: tuple[tuple[str, str], ...]) -> Iterator[ExaminedFact]:
    for part, problem in problems:
        yield fault(f"{part}: {problem}", REMEDIES[part])
    if not problems:
        yield fine("the database can be written, and every guard is in place")


def _plugins(hub: Hub) -> Iterator[ExaminedFact]:
    for failure in hub.quarantined:
        yield fault(str(failure), failure.remedy or "correct or remove the plugin, then start the hub again")
    if hub.providers:
        yield fine(f"served: {', '.join(sorted(hub.providers))}")
    else:
        yield fault("no provider is served", "install one beside the hub, such as payment-hub-greenpay")


def _due(now: datetime, due: datetime | None) -> Iterator[ExaminedFact]:
    if due is not None and now - due > BACKLOG:
        yield fault(
            f"work has been due since {due:%Y-%m-%d %H:%M:%S} UTC",
            "start payment-hub serve or worker; if one runs, restart it and look at its log",
        )


def _disk(hub: Hub) -> Iterator[ExaminedFact]:
    free = hub.disk_free()
    if free is not None and free < MIN_FREE:
        yield fault(f"{free:.1%} of the disk is free", "free some, or move the data folder to a larger disk")
    elif free is not None:
        yield fine(f"{free:.0%} of the disk is free")


def _inside(tx: Tx, hub: Hub, now: datetime) -> Iterator[ExaminedFact]:
    yield from _processes(tx, now)
    yield from _keys(tx, hub, now)
    yield from _clock(tx, now)
    yield from _proxies(tx, hub, now)
    yield from _countries(tx, hub)
    yield from examine_accounts(tx, hub, now)
    yield from examine_comparisons(tx)
    yield from examine_transit(tx, now)
    yield from _waiting(tx, now)
    yield from _restored(tx, now)
    yield from _backup(tx, hub, now)


def _processes(tx: Tx, now: datetime) -> Iterator[ExaminedFact]:
    heartbeats = HEARTBEAT.all(tx)
    alive = sorted(role for role, (_owner, at) in heartbeats.items() if abs(now - at) < ALIVE)
    if alive:
        yield fine(f"at work: {', '.join(alive)}")
    else:
        seen = max((at for _owner, at in heartbeats.values()), default=None)
        since = f"since {seen:%Y-%m-%d %H:%M} UTC" if seen else "and none ever was"
        yield warning(f"neither serve nor worker is at work {since}", "start payment-hub serve")
    frozen = FROZEN.all(tx)
    for name in sorted(frozen_twice(frozen)):
        yield fault(
            f"plugin {name} froze the process twice", f"replace it, or payment-hub plugins release {name.split()[0]}"
        )


def _keys(tx: Tx, hub: Hub, now: datetime) -> Iterator[ExaminedFact]:
    """What running processes have recorded of their keys, and what is sealed under keys that the file does not hold."""
    for role, (error, at) in sorted(KEYS.all(tx).items()):
        if abs(now - at) < ALIVE:
            yield fault(f"{role} has the wrong keys: {error}", f"{REMEDIES['keys']}; do not stop {role} before")
    for key_id, count in sorted(tx.messages.key_ids().items()):
        if key_id not in hub.vault.key_ids:
            yield warning(
                f"{count} messages are sealed under key {key_id}, which keys.json does not hold",
                "payment-hub account add-keys FILE, with the keys.json that was here when they came",
            )
    for key_id, count in sorted(tx.imports.key_ids().items()):
        if key_id not in hub.vault.key_ids:
            yield warning(
                f"{count} imported files are sealed under key {key_id}, which keys.json does not hold",
                "payment-hub account add-keys FILE, with the keys.json that was here when they came",
            )


def _clock(tx: Tx, now: datetime) -> Iterator[ExaminedFact]:
    newest = max((item.created_at for item in tx.payments.search(limit=1)), default=None)
    heartbeats = [at for _owner, at in HEARTBEAT.all(tx).values()]
    last = max([*heartbeats, *([newest] if newest else [])], default=None)
    if last is not None and last - now > AHEAD:
        yield fault(
            f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC, but something was written at {last:%Y-%m-%d %H:%M}",
            "set the clock (timedatectl set-ntp true) before anything is paid: expiries follow it",
        )


def _proxies(tx: Tx, hub: Hub, now: datetime) -> Iterator[ExaminedFact]:
    """Proxies behind which one visitor who guesses links shuts out all; what the settings mended is not reported."""
    for address, (why, at) in sorted(PROXY.all(tx).items()):
        if now - at > PROXY_LIFETIME:
            continue
        seen = f"at {at:%Y-%m-%d %H:%M} UTC"
        if why == Blind.NOT_TRUSTED and not is_among(address, hub.proxies):
            yield warning(
                f"{seen} many visitors came through {address}, which is not trusted: they are counted as one",
                f"if it is your proxy, add {address} to trusted_proxies and restart; if not, somebody makes up headers",
            )
        elif why == Blind.SAYS_NOTHING:
            yield warning(
                f"{seen} the proxy {address} was shut out like one visitor: it does not say for whom it asks",
                "let it send X-Forwarded-For: docs/operating.md, Behind a proxy",
            )


def _countries(tx: Tx, hub: Hub) -> Iterator[ExaminedFact]:
    enabled = tx.countries.enabled()
    for country, code in sorted(enabled):
        if code not in hub.providers:
            yield fault(
                f"{code} is enabled in {country}, but not served",
                f"install its plugin, or payment-hub country disable {country} {code}",
            )
    for country in sorted({merchant.company.country for merchant in tx.merchants.all()}):
        if country not in hub.countries:
            yield fault(
                f"companies are in {country}, which is not served",
                "install the country's distribution, or see what quarantined it: payment-hub plugins list",
            )
        elif not any(place == country for place, _ in enabled):
            yield warning(f"no provider is enabled in {country}", f"payment-hub country enable {country} PROVIDER")
    for code, text, by, since in tx.countries.pauses():
        yield warning(
            f"{code} is paused everywhere since {since:%Y-%m-%d %H:%M} UTC by {by}: {text}",
            f"payment-hub provider resume {code}",
        )


def _waiting(tx: Tx, now: datetime) -> Iterator[ExaminedFact]:
    reviews = len(tx.reviews.of())
    if reviews:
        yield warning(f"{reviews} reviews wait for a person", "payment-hub review list")
    seconds = len(standing_proposals(tx, now))
    if seconds:
        yield warning(f"{seconds} decisions wait for a second person", "payment-hub review waiting")
    for count, what, command in (
        (tx.messages.count_in("dead"), "messages were given up", "payment-hub message list --state dead"),
        (tx.messages.count_in("rejected"), "messages failed their proof", "payment-hub message list --state rejected"),
        (
            tx.messages.count_in("parked"),
            "messages name no payment known here",
            "payment-hub message list --state parked",
        ),
        (tx.deliveries.count_in("dead"), "mails were given up", "payment-hub delivery list --state dead"),
    ):
        if count:
            yield warning(f"{count} {what}", command)


def _restored(tx: Tx, now: datetime) -> Iterator[ExaminedFact]:
    restored = RESTORED.get(tx)
    if restored and now - restored[1] < WATCH:
        yield warning(
            f"{restored[0]} was restored at {restored[1]:%Y-%m-%d %H:%M} UTC: what happened after it is unknown here",
            "compare with the providers' panels: docs/operating.md, After a restore",
        )


def _backup(tx: Tx, hub: Hub, now: datetime) -> Iterator[ExaminedFact]:
    made = BACKUP.get(tx)
    if made is None:
        grade = fault if hub.backup_expected else warning
        yield grade("no backup was ever made by payment-hub backup", "payment-hub backup FILE, every night")
    elif now - made[1] > OLDEST_BACKUP:
        yield fault(f"the last backup is of {made[1]:%Y-%m-%d %H:%M} UTC", "payment-hub backup FILE")
    else:
        yield fine(f"the last backup is of {made[1]:%Y-%m-%d %H:%M} UTC ({made[0]})")
