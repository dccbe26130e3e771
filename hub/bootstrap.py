"""Settings in, Hub out: the only module that knows everyone."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import attrs
import structlog

from hub.documents import Documents
from hub.documents.posting import HttpAlerter
from hub.documents.smtp import SmtpMailer
from hub.flows.accounts.watch_account import answer_again, check_credentials, hold_back
from hub.flows.ground.ports import Hub, Mailer, Store
from hub.flows.operations.quarantine_plugin import FROZEN, quarantine_frozen
from hub.providers.at_work import AtWork
from hub.providers.channels import load_channels
from hub.providers.countries import load_countries
from hub.providers.exchange import Exchanger
from hub.providers.load import load_providers
from hub.settings import Settings
from hub.storage import AttachmentFolder, SqliteStore, open_store
from hub.stored_grants import StoredGrants
from hub.vault.errors import KeyFileMissing
from hub.vault.key_changes import create_keys
from hub.vault.sealing import Vault, open_vault
from hub_hookspecs import CROCKFORD

log = structlog.get_logger()
DATABASE = "hub.db"
KEYS = "keys.json"
PROOFS = "proofs"


class NotReady(Exception):
    """The data folder cannot be served; the text says what to do."""


@attrs.define
class Tasks:
    """Tasks that belong to the process, not to the request that started them."""

    running: set[asyncio.Future[None]] = attrs.Factory(set)

    def spawn(self, task: Awaitable[None]) -> None:
        """Keep a task until it is done."""
        future = asyncio.ensure_future(task)
        self.running.add(future)
        future.add_done_callback(self.running.discard)

    async def finish(self, grace: float) -> None:
        """Let running exchanges end; what remains is *unknown* and is looked at after its lease."""
        end = asyncio.get_running_loop().time() + grace
        while self.running and (left := end - asyncio.get_running_loop().time()) > 0:  # one may start another
            await asyncio.wait(set(self.running), timeout=left)


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


class TimeOrderedIds:
    """26 characters: milliseconds, then random bits; ascending within the process."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """A fresh id."""
        with self._lock:
            fresh = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
            self._last = fresh if fresh > self._last else self._last + 1
            return _crockford(self._last)


PAIRS = [first + second for first in CROCKFORD for second in CROCKFORD]


def _crockford(number: int) -> str:
    return "".join([PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def random_text(length: int, alphabet: str) -> str:
    """An unguessable text."""
    size = len(alphabet)
    if 256 % size == 0:  # each character as likely as the next: one draw instead of one a character
        return "".join([alphabet[byte % size] for byte in os.urandom(length)])
    return "".join(secrets.choice(alphabet) for _ in range(length))


@attrs.define(kw_only=True)
class OpenedHub:
    """A hub with what must be closed at the end."""

    hub: Hub
    settings: Settings
    store: SqliteStore
    exchanger: Exchanger
    tasks: Tasks
    post: SmtpMailer | None = None

    def record_work(self, at_work: AtWork) -> None:
        """Record from now on which plugin computes."""
        for provider in self.hub.providers.values():
            provider.at_work = at_work

    async def close(self, grace: float = 70.0) -> None:
        """Nothing new is sent; running exchanges get their time; then everything is closed."""
        await self.tasks.finish(grace)
        await self.exchanger.close()
        if self.hub.channels:
            await self.hub.channels.close()
        if self.post:
            await asyncio.to_thread(self.post.close)
        await self.store.close()


def prepare(settings: Settings) -> Vault:
    """The key ring of the data folder; a fresh one in a folder that has no database yet.

    Raises:
        NotReady: There is a database without its keys.
    """
    keys, database = settings.data / KEYS, settings.data / DATABASE
    try:
        return open_vault(keys)
    except KeyFileMissing:
        if database.exists():
            raise NotReady(f"{database} is there but its keys are not: restore {keys} from the backup") from None
        settings.data.mkdir(parents=True, exist_ok=True)
        return create_keys(keys)


def migrate_data(settings: Settings) -> None:
    """Bring the data folder's database to this version's schema; makes folder and keys where they are missing."""
    from hub.storage import migrate

    prepare(settings)
    migrate(settings.data / DATABASE)
    (settings.data / DATABASE).chmod(0o600)  # it holds personal data


def open_hub(
    settings: Settings,
    *,
    strict: bool = False,
    clock: Callable[[], datetime] = utc_now,
    mailer: Mailer | None = None,
) -> OpenedHub:
    """Build the hub of a data folder.

    Raises:
        NotReady: No database, an older schema, missing keys; the text says what to do.
    """
    database = settings.data / DATABASE
    if not database.exists():
        raise NotReady(f"{database} is not there yet: run payment-hub migrate --data {settings.data}")
    vault = prepare(settings)
    registry = load_providers(
        settings={code: {"endpoints": dict(roles)} for code, roles in settings.endpoints.items()}, strict=strict
    )
    for provider in registry:
        provider.is_strict = settings.strict_plugins
    countries = load_countries(strict=strict)
    store = open_store(database)
    tasks = Tasks()
    post = None if mailer else mailer_for(settings)
    exchanger = Exchanger(registry, grants=StoredGrants(store, vault), clock=clock)
    hub = Hub(
        store=cast("Store", store),
        registry=registry,
        countries=countries.countries,
        lost_countries=countries.failures,
        exchanger=exchanger,
        documents=Documents(
            sender=settings.sender,
            wording={country.locale: country.wording for country in countries},
            familiar={country.locale for country in countries if country.familiar},
        ),
        mailer=mailer or cast("Mailer", post),
        vault=vault,
        clock=clock,
        fresh_id=TimeOrderedIds(),
        random_text=random_text,
        spawn=tasks.spawn,
        wake=wake_nobody,
        base_url=settings.base_url,
        owner=f"{socket.gethostname()}:{os.getpid()}",
        operator_email=settings.operator_email,
        sender=settings.sender,
        trusted_proxies=settings.trusted_proxies,
        simulated=bool(settings.endpoints),
        link_days=settings.link_days,
        files=AttachmentFolder(settings.data / PROOFS),
        channels=load_channels(
            {
                code: {"settings": said.settings, "endpoints": said.endpoints}
                for code, said in settings.channels.items()
            },
            strict=strict,
        ),
        alerter=HttpAlerter(),
        alert_webhook=settings.alert_webhook,
        second_person_above=settings.second_person,
        backup_expected=settings.backup_expected,
        reconcile_daily=settings.reconcile_daily,
        data=settings.data,
        disk_free=lambda: free_share(settings.data),
    )
    watch_exchanges(hub, exchanger)
    quarantine_frozen(hub, store.read_now(FROZEN.all))
    return OpenedHub(hub=hub, settings=settings, store=store, exchanger=exchanger, tasks=tasks, post=post)


def free_share(folder: Path) -> float | None:
    """Share of a folder's disk that is free; None where the system does not say."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return usage.free / usage.total if usage.total else None


def watch_exchanges(hub: Hub, exchanger: Exchanger) -> None:
    """What an exchanger notices of accounts is dealt with by tasks of the process."""

    def later(work: Coroutine[Any, Any, object]) -> None:
        hub.spawn(_quietly(work))

    exchanger.watch(
        on_close=lambda account: later(answer_again(hub, account)),
        on_open=lambda account: later(hold_back(hub, account)),
        on_refused=lambda account, credentials, why: later(check_credentials(hub, account, why, credentials)),
    )


async def _quietly(work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except Exception:  # it is noticed again with the next exchange
        log.exception("watching_failed")


def mailer_for(settings: Settings) -> SmtpMailer:
    """The deployment's mail server."""
    return SmtpMailer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=str(settings.smtp_password),
        starttls=settings.smtp_starttls,
    )


def wake_nobody() -> None:
    """What wakes the loop while there is none: the tick of the next one finds the work anyway."""


@contextmanager
def opened_hub(settings: Settings) -> Iterator[OpenedHub]:
    """A hub for one command."""
    opened = open_hub(settings)
    try:
        yield opened
    finally:
        if opened.post:
            opened.post.close()
        opened.store.close_now()


def database_of(settings: Settings) -> Path:
    """The database file of a data folder."""
    return settings.data / DATABASE
