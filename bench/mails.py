"""How fast is a round of statements handed over, against a bare smtplib loop; and how many mails does a kill repeat?

    ./run python bench/mails.py

A company with 400 customers who owe; one round owes each of them a statement. All are drawn before any clock starts,
their PDFs included, as they go on the wire. Then in turn, to the same mail server, a process of its own that does no
more than say yes and note whose mail it took, so that what is measured is ours:

* bare: one ``smtplib`` connection, the same bytes one after the other, nothing written down;
* hub: the product's loop in a process of its own claims the deliveries, hands them over, and writes each down as sent
  before the next may be taken. Only the drawing is replaced, by the mails that are drawn already.

Medians over the rounds, with the lowest and highest; a ratio is taken within each round. Afterwards, at the same
settings, the loop's process is killed again and again in the middle of a round; no kill may leave more than one mail of
which the server says yes and the books do not.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import pickle
import random
import re
import signal
import smtplib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any, Final

import attrs

MAX_RATIO: Final = 2.0
HOST: Final = "127.0.0.1"
SENDER: Final = "pagos@hub.example"
MERCHANT: Final = "m"
END: Final = b"\r\n.\r\n"
ANSWERS: Final = {
    b"EHLO": b"250-bench\r\n250 SIZE 10000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
MESSAGE_ID: Final = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE)


def main() -> int:
    """Measure, kill, print; 1 when a kill repeated more than one mail, or one was lost."""
    options = _options()
    match options.role:
        case "server":
            return _serve(options.folder)
        case "hub":
            return _work(options.folder, options.port)
    with tempfile.TemporaryDirectory(prefix="bench-mails-") as folder:
        return _measure(options, Path(folder))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A round of statement mails against a bare smtplib loop.")
    parser.add_argument("--rounds", type=int, default=5, help="how often both are measured in turn (default 5)")
    parser.add_argument("--count", type=int, default=400, help="statements of one round (default 400)")
    parser.add_argument("--kills", type=int, default=10, help="kills in the middle of a round (default 10)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--role", choices=["server", "hub"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(options: argparse.Namespace, folder: Path) -> int:
    _say(f"drawing {options.count} statements ...")
    mails = list(asyncio.run(_drawn(folder, options.count)).values())
    server = _Process("server", folder)
    figures: dict[str, list[float]] = {"bare": [], "hub": []}
    try:
        for number in range(options.rounds + 1):
            bare, hub = _bare(mails, server.port), _hub(folder, server.port)
            if number:  # the first round warms up
                figures["bare"].append(options.count / bare)
                figures["hub"].append(options.count / hub)
        doubts = [_killed(folder, server.port, options.count) for _ in range(options.kills)]
    finally:
        server.stop()
    size = statistics.mean(len(mail.wire) for mail in mails)
    _report(options, figures, doubts, size)
    return 1 if max(doubts, default=0) > 1 else 0


def _bare(mails: list[Any], port: int) -> float:
    """Seconds that the same bytes take when nothing is written down."""
    with smtplib.SMTP(HOST, port, local_hostname="hub.example") as server:
        start = time.perf_counter()
        for mail in mails:
            server.sendmail(SENDER, [mail.recipient], mail.wire)
        return time.perf_counter() - start


def _hub(folder: Path, port: int) -> float:
    """Seconds that the product takes from the first claim to the last note."""
    _owe_again(folder)
    process = _Process("hub", folder, port)
    try:
        process.go()
        return float(process.line())
    finally:
        process.stop()


def _killed(folder: Path, port: int, count: int) -> int:
    """Mails of which the server said yes and the books do not, after a kill in the middle of a round."""
    _owe_again(folder)
    (folder / "taken").write_bytes(b"")
    process = _Process("hub", folder, port)
    process.go()
    wanted = random.SystemRandom().randint(count // 10, count // 2)
    while len(_taken(folder)) < wanted:
        time.sleep(0.001)
    process.stop(signal.SIGKILL)
    time.sleep(0.1)  # what the server had in hand
    taken = _taken(folder)
    doubtful = set(taken) - {row[0] for row in _rows(folder, "SELECT id FROM delivery WHERE state = 'sent'")}
    if max(taken.values()) > 1:
        raise SystemExit("a mail was sent twice without any kill")
    return len(doubtful)


def _taken(folder: Path) -> collections.Counter[str]:
    """How often the server took each delivery's mail."""
    return collections.Counter((folder / "taken").read_text().split())


def _owe_again(folder: Path) -> None:
    _rows(
        folder,
        "UPDATE delivery SET state = 'due', sent_at = NULL, tries = 0, due_at = ?",
        int(datetime.now(UTC).timestamp() * 1_000_000),
    )


def _rows(folder: Path, sql: str, *values: Any) -> list[Any]:
    database = sqlite3.connect(folder / "hub.db", isolation_level=None)
    try:
        return database.execute(sql, values).fetchall()
    finally:
        database.close()


class _Process:
    """One process of this file; ready once it has said so, with its port or without."""

    def __init__(self, role: str, folder: Path, port: int = 0) -> None:
        command = [sys.executable, __file__, "--role", role, "--folder", str(folder), "--port", str(port)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.line())

    def line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("a process of the measure ended before its time")
        return line

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        self._process.send_signal(with_signal)
        with self._process:
            pass


def _report(options: argparse.Namespace, figures: dict[str, list[float]], doubts: list[int], size: float) -> None:
    ratios = [bare / hub for bare, hub in zip(figures["bare"], figures["hub"], strict=True)]
    ratio = statistics.median(ratios)
    if options.json:
        print(json.dumps({**figures, "ratio": ratio, "target": MAX_RATIO, "bytes": size, "in_doubt": doubts}))
        return
    for role, rates in figures.items():
        print(f"{role:5} {statistics.median(rates):6.0f} mails/s  ({min(rates):.0f}..{max(rates):.0f})")
    verdict = "kept" if ratio <= MAX_RATIO else "MISSED"
    print(f"{size / 1024:.0f} KB a mail; bare is {ratio:.2f} times as fast ({min(ratios):.2f}..{max(ratios):.2f})")
    print(f"target at most {MAX_RATIO:.1f}: {verdict}")
    print(f"{options.kills} kills, mails that each leaves to be repeated: {' '.join(map(str, doubts))}")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _serve(folder: Path) -> int:
    """A mail server that says yes to everything and notes whose mail it took."""

    async def serving() -> None:
        with (folder / "taken").open("ab", buffering=0) as taken:
            server = await asyncio.get_running_loop().create_server(lambda: _Taker(taken), HOST, 0)
            print(server.sockets[0].getsockname()[1], flush=True)
            await asyncio.Event().wait()

    asyncio.run(serving())
    return 0


class _Taker(asyncio.Protocol):
    """One visitor of the mail server."""

    def __init__(self, taken: Any) -> None:
        self._taken = taken
        self._heard = b""
        self._in_mail = False
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(b"220 bench\r\n")

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if self._in_mail:
            if not self._heard.endswith(END):
                return
            found = MESSAGE_ID.search(self._heard)
            assert found
            self._taken.write(found[1] + b"\n")
            self._heard, self._in_mail = b"", False
            self._transport.write(b"250 taken\r\n")
        while not self._in_mail and b"\r\n" in self._heard:
            line, _, self._heard = self._heard.partition(b"\r\n")
            self._answer(line[:4].upper())

    def _answer(self, command: bytes) -> None:
        self._in_mail = command == b"DATA"
        self._transport.write(ANSWERS.get(command, b"250 yes\r\n"))


def _settings(folder: Path, port: int) -> Any:
    from hub.settings import Settings

    return Settings(data=folder, base_url="https://pagos.hub.example", sender=SENDER, smtp_host=HOST, smtp_port=port)


def _work(folder: Path, port: int) -> int:
    """The product's loop on mails that are drawn already."""
    from hub.bootstrap import open_hub
    from hub.flows.mails import deliver
    from hub.jobs.embedded import Loop
    from hub.logs import set_up_logs
    from hub.web.serve import run
    from hub_hookspecs import ContactRules

    set_up_logs("error")
    mails = pickle.loads((folder / "mails").read_bytes())

    async def drawn(_hub: Any, delivery: Any) -> Any:
        return mails[delivery.id]

    vars(deliver)["_drawn"] = drawn

    async def working() -> None:
        opened = open_hub(_settings(folder, port))
        always = ContactRules(windows=dict.fromkeys(range(7), (clock_time(0), clock_time.max)), source="bench")
        countries = opened.hub.countries.items()
        opened.hub.countries = {code: attrs.evolve(country, contacts=always) for code, country in countries}
        loop = Loop(opened.hub)
        print(0, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        start = time.perf_counter()
        task = asyncio.create_task(loop.run())
        while await asyncio.to_thread(opened.store.next_due) is not None:
            await asyncio.sleep(0.01)
        print(time.perf_counter() - start, flush=True)
        await task

    run(working())
    return 0


async def _drawn(folder: Path, count: int) -> dict[str, Any]:
    """A company whose round owes as many statements, and each of its mails by delivery id, as it goes on the wire."""
    from hub.bootstrap import migrate_data, open_hub
    from hub.domain.round import Choice
    from hub.flows.mails.deliver import _drawn as drawn
    from hub.flows.statements.send_round import run_round, start_round

    settings = _settings(folder, 0)
    migrate_data(settings)
    opened = open_hub(settings)
    hub, now = opened.hub, datetime.now(UTC)
    merchant = await hub.store.write(lambda tx: _add_merchant(tx, now, count))
    await start_round(hub, merchant, Choice(), round_id="bench-round", by="bench")
    await run_round(hub, "bench-round")
    owed = await hub.store.read(lambda tx: tx.deliveries.of(merchant_id=MERCHANT, limit=count))
    mails = {delivery.id: await drawn(hub, delivery) for delivery in owed}
    if len(mails) != count:
        raise SystemExit(f"{len(mails)} of {count} are owed")
    await opened.close()
    (folder / "mails").write_bytes(pickle.dumps(mails))
    return mails


def _add_merchant(tx: Any, now: datetime, count: int) -> Any:
    from hub.domain import billing
    from hub.domain.merchant import Customer, Merchant
    from hub.domain.payable import Payable, PayableKind
    from hub_hookspecs import Company, IdentityDocument, Mode

    company = Company(
        country="CR",
        document=IdentityDocument("CJ", "3101234567"),
        legal_name="Ferretería El Tornillo S.A.",
        trade_name="Ferretería El Tornillo",
        address={"province": "San José", "details": "Avenida 7"},
        email="pagos@eltornillo.example",
        zone="America/Costa_Rica",
    )
    merchant = Merchant(id=MERCHANT, slug="m", company=company, locale="es_CR", mode=Mode.LIVE, created_at=now)
    tx.merchants.add(merchant)
    for number in range(count):
        customer = Customer(
            id=f"c{number}", merchant_id=MERCHANT, name=f"Peña Núñez {number}", email=f"cliente{number}@correo.example"
        )
        tx.customers.save(customer)
        for at in range(4):
            payable = Payable(
                id=f"i{number}-{at}",
                merchant_id=MERCHANT,
                mode=Mode.LIVE,
                kind=PayableKind.INVOICE,
                number=f"FE-{number}-{at}",
                customer_id=customer.id,
                currency="CRC",
                total=1_500_050 + at,
                issued_on=date(2026, 1, 2),
                due_on=now.date() - timedelta(days=at * 20),
                created_at=now,
            )
            tx.payables.add(payable)
            tx.ledger.write(billing.bill(payable, difference=payable.total, at=now))
    return merchant


if __name__ == "__main__":
    sys.exit(main())
