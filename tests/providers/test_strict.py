"""Strict mode: what a plugin must not do is refused where it tries,
and a plugin that ends the process loses nothing.

Each deed is tried at each place where a plugin computes.
The controls try the same without strict mode (F44, F46).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub.providers.exchange import Exchanger
from hub.providers.registry import Provider, Registry
from hub.providers.strict import NotForPlugins
from hub_hookspecs import (
    Channel,
    Done,
    Offer,
    Outcome,
    PayButton,
    PaymentStarted,
    PluginFault,
    Reading,
    Verdict,
    harmless,
)
from hub_hookspecs.http import library as httpx

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix: fork, signals")

TRUE = ["/bin/true"]


def ended(child: int) -> None:
    """A child that was born ends; its parent goes on."""
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def start_a_thread() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()


def fork_with_a_terminal() -> None:
    child, terminal = os.forkpty()
    ended(child)
    os.close(terminal)


def connect() -> None:
    with socket.socket() as made, contextlib.suppress(ConnectionRefusedError):
        made.connect(("127.0.0.1", 9))


def kill_a_group() -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(os.getpgid(0), 0)


FOLDER = Path(tempfile.gettempdir())


def a_path() -> Path:
    return FOLDER / f"strict-{os.getpid()}"


def become_another() -> None:
    with contextlib.suppress(FileNotFoundError):
        os.execv("/nowhere", ["nowhere"])


def open_a_database() -> None:
    sqlite3.connect(":memory:").close()


def write_a_module() -> None:
    """Modules may be read, for a step may import; not written."""
    path = a_path().with_suffix(".py")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
    path.unlink()


def make_a_folder() -> None:
    a_path().mkdir()
    a_path().rmdir()


def change_the_environment() -> None:
    os.environ["STRICT"] = "1"
    del os.environ["STRICT"]


DEEDS: dict[str, Callable[[], Any]] = {
    "fork": lambda: ended(os.fork()),
    "fork with a terminal": fork_with_a_terminal,
    "run a process": lambda: subprocess.run(TRUE, check=False),
    "run a command": lambda: os.system("true"),
    "spawn a process": lambda: ended(os.posix_spawn(TRUE[0], TRUE, {})),
    "become another process": become_another,
    "start a thread": start_a_thread,
    "kill a process": lambda: os.kill(os.getpid(), 0),
    "kill a group": kill_a_group,
    "kill a thread": lambda: signal.pthread_kill(threading.get_ident(), 0),
    "read a file": lambda: Path(os.devnull).read_bytes(),
    "write a module": write_a_module,
    "make a folder": make_a_folder,
    "connect": connect,
    "ask for an address": lambda: socket.getaddrinfo("127.0.0.1", 80),
    "open a database": open_a_database,
    "change the environment": change_the_environment,
    "load a library": lambda: ctypes.CDLL(None),
}


Deed = Callable[[], Any]


class Trial:
    """One plugin that does a deed at one place, and what came of it."""

    def __init__(self, provider_with: Any, account_at: Any, *, is_strict: bool) -> None:
        self._provider_with, self._account_at, self._is_strict = provider_with, account_at, is_strict
        self.notes: list[str] = []

    def noted(self, deed: Deed) -> None:
        """The deed, as a plugin does it."""
        try:
            deed()
        except NotForPlugins:
            self.notes.append("refused")
            raise
        self.notes.append("done")

    def provider(self, **hooks: Callable[..., Any]) -> Provider:
        made: Provider = self._provider_with(**hooks)
        made.is_strict = self._is_strict
        return made

    def exchange(self, hook: str, implementation: Callable[..., Any], *, peek: bool = False, **records: Any) -> Any:
        """The conclusion of an exchange whose requests nobody answers."""
        provider = self.provider(**{hook: implementation})

        async def play() -> Any:
            async with Exchanger(Registry({provider.code: provider})) as exchanger:
                account = self._account_at("http://127.0.0.1:9")
                if peek:
                    return exchanger.peek(provider, hook, account=account, account_id="a", **records)
                return (await exchanger.run(provider, hook, account=account, account_id="a", **records)).conclusion

        return asyncio.run(play())


def in_a_thread(trial: Trial, deed: Deed) -> None:
    def create_payment(order, account):
        trial.noted(deed)
        return PaymentStarted(action=Done())

    conclusion = trial.exchange("create_payment", create_payment, order=None)
    assert conclusion.outcome is (Outcome.RESULT if trial.notes == ["done"] else Outcome.NEVER_SENT)


def in_the_loop(trial: Trial, deed: Deed) -> None:
    def handle_notification(message, account):
        trial.noted(deed)
        return Reading(verdict=Verdict.VALID)

    conclusion = trial.exchange("handle_notification", handle_notification, peek=True, message=None)
    assert (conclusion.outcome is Outcome.RESULT) == (trial.notes == ["done"])


def at_its_end(trial: Trial, deed: Deed) -> None:
    """When its exchange is ended before it is over, a plugin may want to clear up."""

    def handle_notification(message, account):
        try:
            yield harmless(httpx.Request("GET", account.endpoints["api"]))
        finally:
            trial.noted(deed)

    trial.exchange("handle_notification", handle_notification, peek=True, message=None)


def in_a_body(trial: Trial, deed: Deed) -> None:
    def create_payment(order, account):
        def body():
            trial.noted(deed)
            yield b"{}"

        yield httpx.Request("POST", account.endpoints["api"], content=body())

    assert trial.exchange("create_payment", create_payment, order=None).outcome is Outcome.NEVER_SENT


def in_a_button(trial: Trial, deed: Deed) -> None:
    def render_pay_button(offer):
        trial.noted(deed)
        return PayButton(label="Paga", accessible_label="Pagar")

    with contextlib.suppress(PluginFault):
        offer = Offer(channel=Channel.STATEMENT, currency="CRC", minor=100, locale="es_CR")
        trial.provider(render_pay_button=render_pay_button).button(offer)


def in_a_settlement(trial: Trial, deed: Deed) -> None:
    def parse_settlement(file, account):
        trial.noted(deed)
        return ()

    with contextlib.suppress(PluginFault):
        trial.provider(parse_settlement=parse_settlement).settlement_lines(None, None)


PLACES = (in_a_thread, in_the_loop, at_its_end, in_a_body, in_a_button, in_a_settlement)


def outcomes(provider_with: Any, account_at: Any, *, is_strict: bool) -> dict[tuple[str, str], list[str]]:
    """What came of each deed at each place."""
    found = {}
    for place in PLACES:
        for name, deed in DEEDS.items():
            trial = Trial(provider_with, account_at, is_strict=is_strict)
            place(trial, deed)
            found[place.__name__, name] = trial.notes
    return found


def test_what_a_plugin_must_not_do_is_refused_wherever_it_computes(provider_with, account_at):
    found = outcomes(provider_with, account_at, is_strict=True)

    assert {key: notes for key, notes in found.items() if notes != ["refused"]} == {}


def test_control_without_strict_mode_a_plugin_does_it_all(provider_with, account_at):
    found = outcomes(provider_with, account_at, is_strict=False)

    assert {key: notes for key, notes in found.items() if notes != ["done"]} == {}


def test_the_operator_is_told_even_if_the_plugin_takes_no_notice(provider_with, account_at):
    trial = Trial(provider_with, account_at, is_strict=True)

    def careless():
        with contextlib.suppress(OSError):
            Path(os.devnull).read_bytes()

    with capture_logs() as logs:
        in_a_thread(trial, careless)

    assert trial.notes == ["done"]
    assert [(line["provider"], line["tried"]) for line in logs if line["event"] == "plugin_refused"] == [
        ("acme", ["open"])
    ]


def test_a_step_may_import(provider_with, account_at, monkeypatch):
    monkeypatch.delitem(sys.modules, "this", raising=False)
    trial = Trial(provider_with, account_at, is_strict=True)

    def imports():
        with contextlib.redirect_stdout(None):
            __import__("this")

    in_a_thread(trial, imports)
    assert trial.notes == ["done"]


def test_whoever_is_no_plugin_at_work_is_hindered_by_nothing(provider_with, account_at):
    """Another thread goes on as before while a plugin computes, and this one when it has ended."""
    trial = Trial(provider_with, account_at, is_strict=True)
    others: list[str] = []
    begun, over = threading.Event(), threading.Event()

    def elsewhere():
        begun.wait(60)
        for name, deed in DEEDS.items():
            if "fork" not in name:
                deed()
                others.append(name)
        over.set()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    in_a_settlement(trial, lambda: (begun.set(), over.wait(60)))
    thread.join()

    assert len(others) == len(DEEDS) - 2
    start_a_thread()
