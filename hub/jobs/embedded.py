"""The embedded loop: one process finds what is due in its SQLite file and does it.

Due rows say when; claiming one moves its due time 120 s forward, so that the row of a dead process comes due again by
itself. Every job reads its row again and is safe to run twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import attrs
import structlog

from hub.flows.accounts.register_webhook import follow_webhooks
from hub.flows.closing.make_package import make_package
from hub.flows.corrections.follow_dispute import follow_dispute
from hub.flows.ground.ports import Hub, Tx
from hub.flows.imports.take_back import go_on
from hub.flows.mails.deliver import deliver
from hub.flows.mails.owe_digests import owe_digests
from hub.flows.payments.burst import burst_of
from hub.flows.payments.check_operation import check_operation
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.store_unread import take_up_locked
from hub.flows.settlements.reconcile_daily import plan_reconciliations, reconcile_due
from hub.flows.settlements.take_message import take_message
from hub.flows.statements.remind import run_ladder
from hub.flows.statements.schedule_rounds import run_schedule
from hub.flows.statements.send_round import run_round

log = structlog.get_logger()

VISIBILITY: Final = timedelta(seconds=120)
"""How long a claimed row stays out of sight."""

LIMIT_SECONDS: Final = 90.0
"""How long one row may take; a mail waits for its turn, and looks after its claim itself."""

LOOK_EVERY: Final = timedelta(seconds=60)
"""How often it is looked whether a day's mail is owed, an account is to be compared, or what was locked opens."""

MAX_SLEEP: Final = 5.0

PATIENCE: Final = 10.0
"""Seconds that they do at a stretch; then they get a turn, so that a lasting burst starves nobody."""


@attrs.frozen
class Work:
    """One kind of due rows.

    Attributes:
        claim: Takes ids of due rows and moves their due time.
        run: Does one row; safe to run twice.
        at_once: How many may run together.
        limit: Seconds that one row may take; None where it looks after its claim itself.
    """

    name: str
    claim: Callable[[Tx, datetime, datetime, int], tuple[str, ...]]
    run: Callable[[Hub, str], Awaitable[Any]]
    at_once: int
    limit: float | None = LIMIT_SECONDS


def _claim_mails(tx: Tx, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
    return tx.deliveries.claim_due(now, until, limit, of_rounds=False)


def _claim_round_mails(tx: Tx, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
    return tx.deliveries.claim_due(now, until, limit, of_rounds=True)


KINDS: Final = (
    Work("message", lambda tx, now, until, n: tx.messages.claim_due(now, until, n), take_message, 16),
    Work("payment", lambda tx, now, until, n: tx.payments.claim_due(now, until, n), check_payment, 16),
    Work("operation", lambda tx, now, until, n: tx.operations.claim_due(now, until, n), check_operation, 8),
    Work("delivery", _claim_mails, deliver, 16, None),
    Work("round mail", _claim_round_mails, deliver, 16, None),
    Work("round", lambda tx, now, until, n: tx.rounds.claim_due(now, until, n), run_round, 2),
    Work("import", lambda tx, now, until, n: tx.imports.claim_due(now, until, n), go_on, 1, None),
    Work("reconciliation", lambda tx, now, until, n: tx.reconciliations.claim_due(now, until, n), reconcile_due, 1),
    Work("package", lambda tx, now, until, n: tx.packages.claim_due(now, until, n), make_package, 1, None),
    Work("dispute", lambda tx, now, until, n: tx.disputes.claim_due(now, until, n), follow_dispute, 4),
    Work("schedule", lambda tx, now, until, n: tx.schedules.claim_due(now, until, n), run_schedule, 2),
    Work("ladder", lambda tx, now, until, n: tx.reminders.claim_due(now, until, n), run_ladder, 1),
)


class Loop:
    """Runs what is due until it is told to stop; ``wake`` may be called from any thread."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._running: dict[str, set[asyncio.Task[None]]] = {work.name: set() for work in KINDS}
        self._stopping = False
        self._looked_at: datetime | None = None
        self._keys = hub.vault.changes
        self._burst_since: float | None = None
        self._called = False

    def wake(self) -> None:
        """Something may be due."""
        if self._called:
            return
        self._called = True
        with contextlib.suppress(RuntimeError):  # the process is ending, and the row is durable
            self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Claim and run until stopped."""
        self._hub.wake = self.wake
        while not self._stopping:
            if self._stands_back():
                await asyncio.sleep(0.05)
                continue
            self._called = False
            self._woken.clear()
            try:
                sleep = await self._tick()
            except Exception:  # a database that cannot write now must not end the loop
                log.exception("tick_failed")
                sleep = MAX_SLEEP
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), sleep)

    async def stop(self, grace: float = 70.0) -> None:
        """Claim nothing more and let running rows end; what remains comes due again by itself."""
        self._stopping = True
        self._woken.set()
        running = [task for tasks in self._running.values() for task in tasks]
        if running:
            _done, left = await asyncio.wait(running, timeout=grace)
            for task in left:
                task.cancel()

    async def drain(self) -> None:
        """Run everything that is due now, and what becomes due by it; for commands and tests."""
        self._hub.wake = self.wake
        while True:
            await self._tick()
            running = [task for tasks in self._running.values() for task in tasks]
            if running:
                await asyncio.wait(running)
                continue
            due = await asyncio.to_thread(self._hub.store.next_due)
            if due is None or due > self._hub.clock():
                return

    async def _tick(self) -> float:
        """Start what is due; how long nothing else can be."""
        self._hub.heartbeat = time.monotonic()
        await self._look_around()
        due = await asyncio.to_thread(self._hub.store.next_due)
        now = self._hub.clock()
        if due is not None and due <= now:
            await self._start_due(now)
            return 0.05
        return MAX_SLEEP if due is None else min(MAX_SLEEP, max(0.01, (due - now).total_seconds()))

    async def _look_around(self) -> None:
        now, vault = self._hub.clock(), self._hub.vault
        vault.follow()
        fresh_keys, self._keys = vault.changes != self._keys, vault.changes
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY and not fresh_keys:
            return
        self._looked_at = now
        for look in (take_up_locked, owe_digests, plan_reconciliations, follow_webhooks):
            try:
                await look(self._hub)
            except Exception:  # what is owed once a day must not keep anything else from running
                log.exception("look_failed", look=look.__name__)

    def _stands_back(self) -> bool:
        """Whether what is being acknowledged goes first; a burst may hold due rows up for ``PATIENCE``, not longer."""
        moment = time.monotonic()
        if not burst_of(self._hub).is_there(self._hub.clock()):
            self._burst_since = None
            return False
        if self._burst_since is None:
            self._burst_since = moment
        if moment - self._burst_since < PATIENCE:
            return True
        self._burst_since = None
        return False

    async def _start_due(self, now: datetime) -> None:
        """Claim what is due of every kind that has room, in one transaction, and start it."""
        room = {work: work.at_once - len(self._running[work.name]) for work in KINDS if self._has_room(work)}

        def claim(tx: Tx) -> list[tuple[Work, tuple[str, ...]]]:
            return [(work, work.claim(tx, now, now + VISIBILITY, left)) for work, left in room.items()]

        # A claim that a power cut takes back is claimed again; nobody is left who could have acted on it.
        for work, ids in await self._hub.store.write(claim, synced=False):
            for row in ids:
                task = asyncio.create_task(self._one(work, row))
                self._running[work.name].add(task)
                task.add_done_callback(partial(self._ended, work))

    def _has_room(self, work: Work) -> bool:
        """Half of it or more: rows are claimed by the handful, not one by one."""
        return len(self._running[work.name]) <= work.at_once // 2

    def _ended(self, work: Work, task: asyncio.Task[None]) -> None:
        self._running[work.name].discard(task)
        if self._has_room(work):
            self._woken.set()

    async def _one(self, work: Work, row: str) -> None:
        try:
            async with asyncio.timeout(work.limit):
                await work.run(self._hub, row)
        except Exception:  # the row comes due again; the loop lives
            log.exception("job_failed", kind=work.name, row=row)
