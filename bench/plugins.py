"""What the protection of a plugin call costs: a hook through the hub's driver against a bare pluggy call.

    ./run python bench/plugins.py [ROUNDS]

A plugin that answers at once is called in these ways in turn, on the event loop that the hub is served on:

* bare: ``pluggy`` with one plugin registered, nothing around it;
* inline: through the driver as a notification is read: looked up among 20 providers, its result checked, its time
  watched, in the caller's thread;
* the same among 2 and among 200 providers, and with strict mode;
* threaded: through the driver as a payment is started: as above, in the plugin's own watched thread. Handing over to a
  thread and back is measured by itself and taken out for the target; with it the figure is printed too.

Medians over the rounds, with the lowest and highest; a ratio is taken within each round. Targets: without the hand-over
at most 15 times a bare call; among 200 plugins at most 1.05 times the same among 2.
"""

from __future__ import annotations

import asyncio
import queue
import statistics
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, Final

import pluggy

from hub.providers.exchange import Exchanger
from hub.providers.registry import Provider, Registry
from hub.web.serve import run
from hub_hookspecs import (
    PROJECT,
    Account,
    Channel,
    Company,
    CurrencyRule,
    Done,
    IdentityDocument,
    Mode,
    PaymentStarted,
    ProviderInfo,
    QueryBy,
    Reading,
    ReferenceRule,
    Starts,
    Verdict,
    Way,
    hookimpl,
    specs,
)

CALLS: Final = 2000
THREADED: Final = 500
MAX_RATIO: Final = 15.0
MAX_RATIO_AMONG_MANY: Final = 1.05
READING: Final = Reading(verdict=Verdict.UNSIGNED)
STARTED: Final = PaymentStarted(action=Done())


def provider(number: int, *, is_strict: bool = False) -> Provider:
    """A provider whose plugin answers at once."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(specs)
    manager.register(
        SimpleNamespace(
            handle_notification=hookimpl(lambda message, account: READING),
            create_payment=hookimpl(lambda order, account: STARTED),
        )
    )
    way = Way(code="push", label="Push", starts=Starts.CHARGE, outcome=frozenset({"query"}), query_by=QueryBy.OURS)
    info = ProviderInfo(
        code=f"bench-{number}",
        name="Bench",
        contract_version=(1, 1),
        countries=("CR",),
        currencies=(CurrencyRule(currency="CRC", decimals=2),),
        channels=frozenset(Channel),
        ways=(way,),
        reference=ReferenceRule(10),
        endpoints={"test": {"api": "https://test.bench.example"}},
    )
    return Provider(
        code=info.code,
        info=info,
        hooks=manager.hook,
        module=None,
        distribution="bench",
        version="1",
        capabilities=frozenset({"handle_notification", "create_payment"}),
        is_strict=is_strict,
    )


def among(count: int, *, is_strict: bool = False) -> Registry:
    """So many of them."""
    made = [provider(number, is_strict=is_strict) for number in range(count)]
    return Registry({item.code: item for item in made})


ACCOUNT: Final = Account(
    company=Company(country="CR", document=IdentityDocument("CJ", "3101234567"), legal_name="Ferretería El Sol"),
    mode=Mode.TEST,
    settings={"key": "1"},
    endpoints={"api": "https://test.bench.example"},
)


def bare() -> float:
    """Microseconds of a bare call."""
    hook = provider(0).hooks.handle_notification
    begin = time.perf_counter()
    for _ in range(CALLS):
        hook(message=None, account=ACCOUNT)
    return (time.perf_counter() - begin) / CALLS * 1e6


def inline(exchanger: Exchanger, registry: Registry) -> float:
    """Microseconds of a notification that is read through the driver."""
    code = f"bench-{len(registry) // 2}"
    begin = time.perf_counter()
    for _ in range(CALLS):
        exchanger.peek(registry[code], "handle_notification", account=ACCOUNT, account_id="a", message=None)
    return (time.perf_counter() - begin) / CALLS * 1e6


async def threaded(exchanger: Exchanger, registry: Registry) -> float:
    """Microseconds of a payment that is started through the driver."""
    code = f"bench-{len(registry) // 2}"
    begin = time.perf_counter()
    for _ in range(THREADED):
        await exchanger.run(registry[code], "create_payment", account=ACCOUNT, account_id="a", order=None)
    return (time.perf_counter() - begin) / THREADED * 1e6


async def handed_over() -> float:
    """Microseconds of handing nothing over to a thread and back, with a limit of time as the driver sets one."""
    loop = asyncio.get_running_loop()
    work: queue.SimpleQueue[asyncio.Future[None] | None] = queue.SimpleQueue()

    def serve() -> None:
        while (future := work.get()) is not None:
            loop.call_soon_threadsafe(future.set_result, None)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    begin = time.perf_counter()
    for _ in range(THREADED):
        future: asyncio.Future[None] = loop.create_future()
        work.put(future)
        async with asyncio.timeout(1.0):
            await future
    taken = (time.perf_counter() - begin) / THREADED * 1e6
    work.put(None)
    thread.join()
    return taken


async def measure(rounds: int) -> dict[str, list[float]]:
    """All ways in turn, so that load falls on all alike."""
    plain, strict, few, many = among(20), among(20, is_strict=True), among(2), among(200)
    drivers = {id(item): Exchanger(item) for item in (plain, strict, few, many)}

    def read(registry: Registry) -> Callable[[], float]:
        return lambda: inline(drivers[id(registry)], registry)

    ways: dict[str, Callable[[], float | Awaitable[float]]] = {
        "bare pluggy call": bare,
        "inline, 20 providers": read(plain),
        "inline, 2 providers": read(few),
        "inline, 200 providers": read(many),
        "handing over to a thread": handed_over,
        "threaded, 20 providers": lambda: threaded(drivers[id(plain)], plain),
        "inline, strict mode": read(strict),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            taken: Any = way()
            taken = taken if isinstance(taken, float) else await taken
            if number:  # the first round warms up
                found[name].append(taken)
    for driver in drivers.values():
        await driver.close()
    return found


def main(rounds: int) -> None:
    """Measure and print."""
    found = run(measure(rounds))
    for name, taken in found.items():
        middle = statistics.median(taken)
        print(f"{name:28} {middle:7.2f} us ({min(taken):.2f}..{max(taken):.2f}), {rounds} rounds")
    one = found["bare pluggy call"]
    without = [
        whole - hand
        for whole, hand in zip(found["threaded, 20 providers"], found["handing over to a thread"], strict=True)
    ]
    ratio("inline / bare", found["inline, 20 providers"], one, MAX_RATIO)
    ratio("threaded less hand-over / bare", without, one, MAX_RATIO)
    ratio("threaded / bare", found["threaded, 20 providers"], one)
    ratio(
        "inline, 200 / 2 providers", found["inline, 200 providers"], found["inline, 2 providers"], MAX_RATIO_AMONG_MANY
    )
    ratio("strict mode / without", found["inline, strict mode"], found["inline, 20 providers"])


def ratio(name: str, ours: list[float], theirs: list[float], most: float | None = None) -> None:
    """Print a ratio of medians with its target; min..max over the single rounds."""
    each = [own / other for own, other in zip(ours, theirs, strict=True)]
    middle = statistics.median(each)
    word = "" if most is None else f", target at most {most:g}: {'holds' if middle <= most else 'missed'}"
    print(f"{name:30} {middle:6.2f} ({min(each):.2f}..{max(each):.2f}){word}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
