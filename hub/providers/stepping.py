"""Running a plugin's steps beside the event loop, each with a time limit.

A thread of its own for each plugin, because a pool's threads would be waited for when the process ends, and a
step that never ends would never let it.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from hub_hookspecs import Account, Ask, Step, Steps, exchange_of

from .at_work import NOBODY, AtWork
from .registry import Provider
from .strict import compute

T = TypeVar("T")

WAITED_FOR = 1.5
"""Times the limit that a step's result is waited for: the machine may be busy, and its own seconds are counted then."""

MARK_SECONDS = 0.25
"""How old the last look at the thread's processor time may be."""


class StepHung(Exception):
    """A plugin's step was over its time."""


class Stepper:
    """Runs the steps of one plugin, one at a time."""

    def __init__(self, name: str, limit: float, at_work: AtWork = NOBODY, *, is_strict: bool = False) -> None:
        self._name = name
        self._is_strict = is_strict
        self._at_work = at_work
        self._limit = limit
        self._turn = asyncio.Lock()
        self._work: queue.SimpleQueue[Callable[[], None] | None] | None = None
        self._marked = (float("-inf"), 0.0)

    async def run(self, step: Callable[[], T]) -> T:
        """Run one step in the plugin's thread.

        Raises:
            StepHung: It took longer than the limit; its thread is left behind.
        """
        async with self._turn:
            outcome: asyncio.Future[tuple[T, float]] = asyncio.get_running_loop().create_future()
            self._submit(lambda: _report(outcome, partial(self._recorded, step)))
            try:  # where the loop itself was held up, a result that is there counts
                done, _ = await asyncio.wait([outcome], timeout=WAITED_FOR * self._limit)
            finally:
                if not outcome.done():
                    outcome.cancel()
                    self._leave_behind()
            if not done:
                raise StepHung
            value, busy = outcome.result()
        if busy > self._limit:
            raise StepHung
        return value

    def run_inline(self, step: Callable[[], T]) -> T:
        """Run one step here and now; a long one is found out afterwards.

        Processor time is asked for rarely: on some machines that costs more than the step.
        """
        started = time.monotonic()
        if started - self._marked[0] > MARK_SECONDS:
            self._marked = (started, time.thread_time())
        value = self._recorded(step)
        took = time.monotonic() - started
        if took > 2 * self._limit:  # twice: the machine may be busy
            raise StepHung
        if took > self._limit and time.thread_time() - self._marked[1] > self._limit + MARK_SECONDS:
            raise StepHung
        return value

    def _recorded(self, step: Callable[[], T]) -> T:
        place = self._at_work.begin(self._name)
        try:
            return compute(self._name, step, is_strict=self._is_strict)
        finally:
            self._at_work.end(place)

    def close(self) -> None:
        """Let the thread end."""
        self._leave_behind()

    def _submit(self, work: Callable[[], None]) -> None:
        if self._work is None:
            self._work = queue.SimpleQueue()
            threading.Thread(target=_serve, args=(self._work,), name=f"plugin {self._name}", daemon=True).start()
        self._work.put(work)

    def _leave_behind(self) -> None:
        if self._work is not None:
            self._work.put(None)
            self._work = None


def _serve(work: queue.SimpleQueue[Callable[[], None] | None]) -> None:
    while (item := work.get()) is not None:
        item()


def _report(outcome: asyncio.Future[Any], step: Callable[[], Any]) -> None:
    """Run a step in its thread and hand its result to the loop; CPU time counts, so a busy machine is no hang."""
    started = time.thread_time()
    try:
        value = step()
    except BaseException as error:  # noqa: BLE001 - whatever the step raises belongs to who waits for it
        _tell(outcome, partial(outcome.set_exception, error))
    else:
        busy = time.thread_time() - started
        _tell(outcome, partial(outcome.set_result, (value, busy)))


def _tell(outcome: asyncio.Future[Any], settle: Callable[[], object]) -> None:
    def tell() -> None:
        if not outcome.done():
            settle()

    try:
        outcome.get_loop().call_soon_threadsafe(tell)
    except RuntimeError:
        return  # the loop ended while a hung step was still at work


def steps_of(provider: Provider, hook: str, account: Account, records: Mapping[str, object]) -> Steps[Any]:
    """The steps of one hook call, not begun."""
    exchange = exchange_of(lambda: provider.call(hook, account=account, **records))
    return Steps(hook, exchange, info=provider.info, account=account)


def close_steps(provider: Provider, steps: Steps[Any]) -> None:
    """End the steps; what a plugin does then is its own computing too."""
    compute(provider.code, steps.close, is_strict=provider.is_strict)


def next_step(steps: Steps[Any], resume: Callable[[], Step[Any]]) -> Step[Any]:
    """The next step; where its request's body is a generator, that is the plugin's own computing, in its own time."""
    step = resume()
    if isinstance(step, Ask):
        try:
            step.request.read()
        except BaseException as error:  # noqa: BLE001 - the plugin's own code; the request is not sent
            return steps.abandon(f"the request's body raised {type(error).__name__}")
    return step
