"""Serves a data folder in processes that may be killed at any moment; run as a script,
told what to do on stdin.

Everything is imported once; each ``serve`` forks, so that a fresh server answers a
moment after the last one died.

    serve DATA PORT BUG    -> prints its process id once it answers
    work DATA PORT BUG     -> does what is due, mailing to this port of a mail server; prints its process id at once

BUG names what is planted, separated by commas; ``none`` for nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import time
from pathlib import Path
from typing import Any

from hub.bootstrap import open_hub
from hub.documents.smtp import SmtpMailer
from hub.domain.contact_rules import ContactCalendar
from hub.flows.mails import deliver
from hub.flows.payments import receive_message
from hub.flows.statements import claim_contact, dunning, remind
from hub.jobs.embedded import Loop
from hub.logs import set_up_logs
from hub.settings import Settings
from hub.web import notifications
from hub.web.serve import bind, serve
from hub_hookspecs import ContactRules

HOST = "127.0.0.1"
LATER_SECONDS = 0.05


def acknowledge_before_commit() -> None:
    """The planted bug: the answer leaves while the message is still on its way to the disk."""
    right = receive_message.receive_notification
    late: set[asyncio.Task[Any]] = set()

    async def receive(*given: Any, **named: Any) -> receive_message.Answer:
        async def later() -> None:
            await asyncio.sleep(LATER_SECONDS)
            await right(*given, **named)

        task = asyncio.ensure_future(later())
        late.add(task)
        task.add_done_callback(late.discard)
        return receive_message.Answer(200)

    vars(notifications)["receive_notification"] = receive


def no_papers() -> None:
    """No bug: PDFs are not on trial, and drawing them takes longer than the mail."""
    vars(deliver)["prints"] = lambda _hub: False


def together() -> None:
    """The planted bug: several mails are handed over at a time, and each is noted when it was taken."""
    right = SmtpMailer.send

    async def send(mailer: SmtpMailer, mail: Any) -> None:
        own = SmtpMailer(host=mailer.host, port=mailer.port)
        await right(own, mail)
        own.close()

    note = deliver.write_outcome

    async def write_later(*given: Any, **named: Any) -> None:
        await asyncio.sleep(LATER_SECONDS)  # as long as a busy disk takes
        await note(*given, **named)

    vars(deliver)["write_outcome"] = write_later
    vars(deliver)["mail_turns"] = lambda _hub: Everybody()
    type.__setattr__(SmtpMailer, "send", send)


class Everybody:
    """No turns: all at once."""

    @contextlib.asynccontextmanager
    async def turn(self, _rank: int) -> AsyncIterator[None]:
        yield


def open_always() -> None:
    """No bug: contacts about a debt leave at whatever hour the trial runs."""
    rules = ContactRules(windows=dict.fromkeys(range(7), (time(0), time.max)), source="Una prueba")
    for module in (claim_contact, dunning, remind):
        vars(module)["calendar_of"] = lambda _hub, merchant: ContactCalendar(rules=rules, zone=merchant.company.zone)


BUGS: dict[str, Callable[[], None]] = {
    "none": lambda: None,
    "acknowledge_before_commit": acknowledge_before_commit,
    "no_papers": no_papers,
    "together": together,
    "always_open": open_always,
}


async def answer(data: Path, port: int) -> None:
    """A hub that takes notifications in and does what is due."""
    sock = bind(HOST, port)
    opened = open_hub(Settings(data=data, base_url=f"http://{HOST}:{port}"), mailer=Nobody())
    jobs = Loop(opened.hub)

    def ready() -> None:
        sys.stdout.write(f"{os.getpid()}\n")
        sys.stdout.flush()

    await asyncio.gather(serve(application(opened.hub), [sock], ready=ready), jobs.run())


def application(hub: Any) -> Any:
    """Notifications, and nothing else."""
    taker = notifications.Notifications(hub)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await taker(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})

    return app


async def do_what_is_due(data: Path, smtp_port: int) -> None:
    """A worker without a server."""
    opened = open_hub(Settings(data=data, smtp_host=HOST, smtp_port=smtp_port, sender="pagos@hub.example"))
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    await Loop(opened.hub).run()


class Nobody:
    """Takes every mail and forgets it."""

    async def send(self, _mail: Any) -> None:
        """Done."""


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


def listen() -> None:
    """Fork a server for every line."""
    for line in sys.stdin:
        verb, data, port, bug = line.split()
        if os.fork() == 0:
            try:
                for planted in bug.split(","):
                    BUGS[planted]()
                run({"serve": answer, "work": do_what_is_due}[verb](Path(data), int(port)))
            finally:
                sys.stdout.write("0\n")  # whoever waits for an id must not wait for ever
                sys.stdout.flush()
                os._exit(1)


if __name__ == "__main__":
    import signal

    set_up_logs("error")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    listen()
