"""Try a plugin by hand: its simulator and a hub, each in a process of its own, and begun anew when its code changes."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from hub.bootstrap import OpenedHub

HOST = "127.0.0.1"
LOOK_SECONDS = 0.3
GRACE_SECONDS = 75
NEXT_PORTS = 20


@click.command("try")
@click.argument("code", metavar="PROVIDER")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="A busy one takes the next."
)
@click.option("--data", metavar="DIR", help="Keep the data in this folder, a new one or an earlier try's.")
@click.option("--open", "opens", is_flag=True, help="Open the payer's page in a browser, if there is one.")
def try_(code: str, port: int, data: str | None, opens: bool) -> int:
    """Pay by hand what a plugin starts, against its simulator, until Ctrl-C.

    A company of the provider's country is made up, connected with the simulator's credentials, and bills one invoice. A
    line of JSON says where payer and merchant go, and where the simulator is told what its people do. When a file of
    the plugin's package is saved, the hub begins anew with it; the data is kept."""
    from hub.proving.folder import WrongFolder
    from hub.proving.tryout import NothingToTry
    from hub_hookspecs.testing.raised import told

    folder = Path(data or tempfile.mkdtemp(prefix="payment-hub-try-")).absolute()
    try:
        with _like_ctrl_c():
            return _Try(code, folder, opens).run(port)
    except KeyboardInterrupt:
        return 0
    except (WrongFolder, NothingToTry, click.ClickException) as why:
        raise click.ClickException(str(why)) from None
    except Exception as error:
        raise click.ClickException(f"{code} cannot be set up: {told(error, code)}") from error
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _like_ctrl_c() -> Iterator[None]:
    """SIGTERM ends it as Ctrl-C does, even where the caller's shell ignores that."""

    def press(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, press) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@attrs.define
class _Try:
    """Two processes and whoever looks after them; both sockets stay open meanwhile, so that nobody is turned away."""

    code: str
    folder: Path
    opens: bool
    _running: dict[str, SpawnProcess] = attrs.Factory(dict)

    def run(self, port: int) -> int:
        """Serve until Ctrl-C."""
        from hub.proving.tryout import prepare_folder, sources_of, stamps

        hub, simulator = _listening(port), _listening(0)
        held = prepare_folder(self.folder, self.code, _base(hub), _base(simulator))
        plugin, simulated = sources_of(self.code)
        seen = {**stamps(plugin), **stamps(simulated)}
        try:
            self._start("simulator", serve_simulator, simulator, str(self.folder))
            self._start("hub", serve_tried, hub, str(self.folder), _base(simulator), self.opens)
            while True:
                time.sleep(LOOK_SECONDS)
                now = {**stamps(plugin), **stamps(simulated)}
                changed = {path for path in {*seen, *now} if seen.get(path) != now.get(path)}
                if changed:
                    seen = now
                    names = ", ".join(sorted(path.name for path in changed))
                    played = bool(changed & set(stamps(simulated))) or simulated == plugin
                    about = "; the simulator begins anew too, and knows no payment any more" if played else ""
                    click.echo(f"{names} changed: {self.code} begins anew{about}", err=True)
                    if played:
                        self._start("simulator", serve_simulator, simulator, str(self.folder))
                    self._start("hub", serve_tried, hub, str(self.folder), _base(simulator), False)
        finally:
            for process in self._running.values():
                process.terminate()
            for process in self._running.values():
                _end(process)
            os.close(held)

    def _start(self, name: str, target: Callable[..., None], *given: Any) -> None:
        if before := self._running.pop(name, None):
            before.terminate()
            _end(before)
        self._running[name] = multiprocessing.get_context("spawn").Process(target=target, args=given, daemon=True)
        self._running[name].start()


def _end(process: SpawnProcess) -> None:
    process.join(GRACE_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()


def _listening(port: int) -> socket.socket:
    from hub.web.serve import bind

    for chosen in range(port, port + NEXT_PORTS) if port else (0,):
        with contextlib.suppress(OSError):
            return bind(HOST, chosen)
    raise click.ClickException(f"ports {port} to {port + NEXT_PORTS - 1} are all in use: choose another with --port")


def _base(sock: socket.socket) -> str:
    return f"http://{HOST}:{sock.getsockname()[1]}"


def _begin() -> None:
    """Of a process: what was saved a moment ago is never taken from a file compiled before; no parent, no process."""
    sys.dont_write_bytecode = True
    parent = multiprocessing.parent_process()

    def end() -> None:
        if parent:
            parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end, daemon=True).start()


def serve_simulator(sock: socket.socket, folder: str) -> None:
    """The simulator's process."""
    from hub.providers.simulators import load_simulators
    from hub.proving.tryout import played_in

    from .serving import serve_app

    _begin()
    code, config = played_in(Path(folder))
    sys.exit(serve_app(load_simulators()[code].app(config), sock, lambda: None))


def serve_tried(sock: socket.socket, folder: str, simulator_base: str, opens: bool) -> None:
    """The hub's process: it says where everything is, or why the plugin cannot be tried yet."""
    import asyncio

    from hub.logs import set_up_logs
    from hub.proving.tryout import ToldMailer, set_up
    from hub.settings import load_settings

    from .serve import serve_hub
    from .serving import run

    async def announce(opened: OpenedHub) -> None:
        try:
            links = await set_up(opened.hub, Path(folder), simulator_base)
        except Exception as why:  # noqa: BLE001 - whatever its code does, the next saved file may mend it
            click.echo(f"not ready, and waiting for a file to be saved: {str(why) or type(why).__name__}", err=True)
            return
        click.echo(json.dumps(attrs.asdict(links), ensure_ascii=False))
        if opens:
            import webbrowser

            webbrowser.open(links.payer)

    tasks: list[asyncio.Task[None]] = []

    _begin()
    set_up_logs("error")
    settings = load_settings(Path(folder))
    mailer = ToldMailer(lambda text: click.echo(text, err=True))
    ready = serve_hub(
        settings, sock, mailer=mailer, ready=lambda opened: tasks.append(asyncio.create_task(announce(opened)))
    )
    sys.exit(run(ready))
