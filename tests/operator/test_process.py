"""The process as its service manager sees it: it ends in order when told, and by itself when it is stuck."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

import hub.jobs.process
from hub.domain.alert import AlertCause
from hub.domain.payment import Phase, Status
from hub.flows.operations.raise_alerts import raise_alerts
from hub.flows.operations.record_backup import record_backup
from hub.jobs.freezes import note_freeze, trace_of
from hub.jobs.process import Process
from tests.faults.harness import PHONE, Clock, Desk, World, broken, refuse_another_day, until
from tests.operator.test_alerts import hook as hook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix: signals")

SECONDS = 90


@attrs.define
class Served:
    """``payment-hub serve`` in a process of its own, beside a world whose providers it reaches."""

    world: World
    process: subprocess.Popen[str]
    base: str
    told: list[str] = attrs.Factory(list)

    def link(self, debtor: Any) -> str:
        """The address of a debtor's statement."""
        number = debtor.customer.document.number
        words = [*HUB, "statement", "link", number, "--company", self.world.companies[debtor.country].slug]
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment(self.world.data))
        return self.base + re.sub(r"^https?://[^/]+", "", done.stdout.strip())

    def press(self, link: str) -> httpx.Response:
        """Press the pay button as a browser would."""
        with httpx.Client(timeout=SECONDS, trust_env=False) as browser:
            page = browser.get(f"{link}/pay", params={"currency": "COP", "provider": "nequi"}).text
            fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
            named = set(re.findall(r'name="([^"]+)"', page))
            phone = next(name for name in named if "phone" in name)
            return browser.post(f"{link}/pay", data={**fields, phone: PHONE, "way": "push"})

    def ends(self) -> int:
        """Its exit code."""
        return self.process.wait(SECONDS)


HUB = (sys.executable, "-m", "hub")
PLANTED = (
    sys.executable,
    "-c",
    "import os, runpy; exec(os.environ['PLANTED']); runpy.run_module('hub', run_name='__main__')",
)
"""The same, with something planted."""


def environment(data: Path) -> dict[str, str]:
    """Of a process on this folder; it lives by the real clock, and so must the house."""
    refuse_another_day(data)
    return {**os.environ, "HUB_DATA": str(data)}


@pytest.fixture
def served(folder_of_today: Callable[[], Path]) -> Iterator[Served]:
    """A serving process that is ready."""
    with serving(World.open(folder_of_today(), clock=Clock.today())) as made:
        yield made


@contextlib.contextmanager
def serving(world: World, settings: str = "", planted: str = "") -> Iterator[Served]:
    """A serving process with these settings, beside a world; what is planted is run in it first."""
    roles = {code: item.endpoints for code, item in world.town.settings.providers.items()}
    (world.data / "hub.toml").write_text(
        settings
        + "".join(
            f"[providers.{code}.endpoints]\n" + "".join(f'{role} = "{url}"\n' for role, url in urls.items())
            for code, urls in roles.items()
        ),
        encoding="utf-8",
    )
    words = [*(PLANTED if planted else HUB), "serve", "--port", "0"]
    seen = {**environment(world.data), "PLANTED": textwrap.dedent(planted)}
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=seen)
    assert process.stderr is not None
    told: list[str] = []
    while not (told and "Listening on" in told[-1]):
        assert process.poll() is None, told
        told.append(process.stderr.readline())
    found = re.search(r"http://127\.0\.0\.1:\d+", told[-1])
    assert found
    made = Served(world, process, found[0], told)
    reader = threading.Thread(target=lambda: told.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        yield made
    finally:
        end(made, reader)


def end(made: Served, reader: threading.Thread) -> None:
    """Whatever is left."""
    process = made.process
    if process.poll() is None:
        process.kill()
        process.wait()
    reader.join(5)
    if process.stderr:
        process.stderr.close()
    made.world.close()


def payments(world: World) -> list[Any]:
    return list(world.read(lambda tx: tx.payments.search()))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_an_idle_process_ends_at_once_and_in_order(served: Served, number: int, code: int) -> None:
    assert httpx.get(f"{served.base}/readyz", trust_env=False).status_code == 200
    began = time.monotonic()
    served.process.send_signal(number)
    assert served.ends() == code
    assert time.monotonic() - began < 40
    assert not [line for line in served.told if "Traceback" in line]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_worker_ends_in_order_too(folder_of_today: Callable[[], Path], number: int, code: int) -> None:
    words = [*HUB, "worker"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment(folder_of_today())) as process:
        assert process.stderr is not None
        while "Working" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(number)
        assert process.wait(SECONDS) == code
        assert "Traceback" not in process.stderr.read()


def test_sigterm_lets_a_running_exchange_end_and_its_outcome_is_kept(served: Served) -> None:
    world = served.world
    debtor, other = world.debtor("CO", 150_000), world.debtor("CO", 90_000)
    links = served.link(debtor), served.link(other)
    world.fault("nequi", "*unregisteredpayment", "delay", times=1, seconds=4)
    answers: list[Any] = []
    pressing = threading.Thread(target=lambda: answers.append(served.press(links[0])))
    pressing.start()
    assert world.reached("unregisteredpayment")
    (sending,) = payments(world)
    assert sending.phase is Phase.SENDING

    served.process.send_signal(signal.SIGTERM)
    assert until(lambda: refused(served, links[1]))
    assert served.process.poll() is None  # it waits for the exchange
    assert served.ends() == 0
    pressing.join(SECONDS)
    (after,) = payments(world)
    assert (after.status, after.phase, bool(after.provider_reference)) == (Status.PENDING, Phase.SENT, True)
    assert sum(path.endswith("unregisteredpayment") for path in world.front.paths) == 1
    assert not [line for line in served.told if "Traceback" in line]
    assert broken(world) == []


def refused(served: Served, link: str) -> bool:
    """Whether nobody can press a button any more."""
    try:
        return served.press(link).status_code >= 500
    except (httpx.TransportError, StopIteration):
        return True


def test_control_a_killed_process_leaves_the_exchange_to_its_lease(served: Served) -> None:
    world = served.world
    link = served.link(world.debtor("CO", 150_000))
    world.fault("nequi", "*unregisteredpayment", "delay", times=1, seconds=2)
    pressing = threading.Thread(target=lambda: refused(served, link))
    pressing.start()
    assert world.reached("unregisteredpayment")
    served.process.kill()
    assert served.ends() == -signal.SIGKILL
    pressing.join(SECONDS)
    (after,) = payments(world)
    assert after.phase is Phase.SENDING  # nobody concludes anything before the lease is over
    world.clock.now = datetime.now(UTC)
    world.pass_time(seconds=130)
    (later,) = payments(world)
    assert later.status is Status.UNKNOWN
    assert broken(world) == []


def test_an_exchange_that_does_not_end_is_waited_for_no_longer_than_the_grace(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.jobs.process, "GRACE", 0.5)

    async def work() -> float:
        process = Process(desk.opened, "serve", works=False)
        await process.start()
        desk.hub.spawn(asyncio.sleep(60))
        began = time.monotonic()
        await process.stop()
        return time.monotonic() - began

    assert 0.4 < asyncio.run(work()) < 40
    assert desk.hub.stopping


def test_a_serving_process_alerts_by_mail_and_webhook_once(folder_of_today: Callable[[], Path], hook: Any) -> None:
    world = World.open(folder_of_today(), clock=Clock.today())
    made = datetime.now(UTC) - timedelta(hours=27)
    world.run(record_backup(world.hub, made, "one.db"))
    settings = (
        f'smtp_host = "127.0.0.1"\nsmtp_port = {world.town.mailbox.port}\n'
        f'operator_email = "operaciones@hub.example"\nalert_webhook = "{hook.url}"\n'
    )
    with serving(world, settings) as served:
        assert until(lambda: "backup_old" in [body["cause"] for body in hook.taken.bodies])
        assert until(lambda: any("backup" in subject for subject in world.mailed("operaciones@hub.example")))
        served.process.send_signal(signal.SIGTERM)
        assert served.ends() == 0
        with serving_again(served) as again:  # a restart does not tell it again
            time.sleep(1)
            again.send_signal(signal.SIGTERM)
            assert again.wait(SECONDS) == 0
        told = [body for body in hook.taken.bodies if body["cause"] == "backup_old"]
        assert len(told) == 1
        assert told[0]["command"] == "payment-hub backup FILE"
        assert sum("backup" in subject for subject in world.mailed("operaciones@hub.example")) == 1


@contextlib.contextmanager
def serving_again(served: Served) -> Iterator[subprocess.Popen[str]]:
    """One more process on the same folder, ready."""
    words = [*HUB, "serve", "--port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment(served.world.data)) as process:
        assert process.stderr is not None
        while "Listening on" not in process.stderr.readline():
            assert process.poll() is None
        try:
            yield process
        finally:
            process.kill()


STUCK = """
    import asyncio, functools, re, sys
    from pathlib import Path
    import hub.jobs.process as process
    from hub.bootstrap import open_hub
    from hub.jobs.watchdog import Watchdog
    from hub.settings import load_settings

    process.Watchdog = functools.partial(Watchdog, seconds=2.0)

    async def main():
        opened = open_hub(load_settings(Path(sys.argv[1])))
        running = process.Process(opened, "serve")
        await running.start()
        await asyncio.sleep(0.5)
        print("ready", flush=True)
        if sys.argv[2] == "stuck":
            re.match(r"(a+)+$", "a" * 60 + "b")  # holds the interpreter's lock, for years
        await asyncio.sleep(5)
        await running.stop()

    asyncio.run(main())
"""


def stuck(data: Path, how: str) -> tuple[int, float]:
    """How such a process ends, and after how many seconds."""
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(STUCK), str(data), how],
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        began = time.monotonic()
        try:
            return process.wait(SECONDS), time.monotonic() - began
        finally:
            process.kill()


def test_a_stuck_process_ends_itself_and_the_next_one_tells(folder_of_today: Callable[[], Path]) -> None:
    data = folder_of_today()
    code, took = stuck(data, "stuck")
    assert (code, took < 60) == (1, True)
    assert trace_of(data, "serve").stat().st_size > 0
    with Desk.open(data, clock=Clock.today()) as desk:
        desk.hub.disk_free = lambda: 0.5
        asyncio.run(raise_alerts(desk.hub))
        desk.clock.now = datetime.now(UTC) + timedelta(minutes=1)
        asyncio.run(note_freeze(desk.hub, data, "serve"))
        raised = {alert.cause: alert for alert in asyncio.run(raise_alerts(desk.hub))}
        assert "serve: in no plugin" in raised[AlertCause.PROCESS_FROZEN].lines[0]
        assert broken(desk) == []


def test_control_a_process_that_works_is_left_alone(folder_of_today: Callable[[], Path]) -> None:
    data = folder_of_today()
    assert stuck(data, "working")[0] == 0
    assert trace_of(data, "serve").stat().st_size == 0
