"""How fast are notifications taken in for good, against a server that only answers?

    ./run python bench/ingest.py
    ./run python bench/ingest.py --against PATH_OF_ANOTHER_CHECKOUT

Three servers of the same kind (uvicorn, uvloop, httptools, one process each) on loopback: the hub on a fresh SQLite
file (WAL, synchronous=FULL) with one connected Greenpay account; a bare ASGI application that reads the body and
answers 200; and between them a raw reference, the least that anybody could do: verify, parse, keep the body and change
one row, committed in groups with the same durability, without framework, plugin, books or mails. A fourth process
posts the same bytes to each in turn, over keep-alive connections: a unique genuine signed notification of about 2 KB
for each of as many open payments.

*Acknowledged* is the rate of 2xx answers, each sent after the RSA signature was verified and a commit was on the disk.
A lone notification is applied in that same transaction; of a burst the hub may store the proven message and apply
it at once afterwards (hub/flows/payments/receive_message.py), so *applied* is the rate until all of it is in the books:
observation, status, capture and allocation with their seals, and the two mails that are owed. The mails themselves
are counted, not sent. At the end every acknowledged notification must be found applied exactly once.

Another checkout is measured by its own copy of this file, in its own environment, in turn with this one.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import functools
import json
import os
import platform
import queue
import secrets
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

BORN: Final = time.perf_counter()
TARGET: Final = 0.30
LATER: Final = 0.42
LATER_OF_RAW: Final = 0.90
BODY_BYTES: Final = 2048
TOKEN: Final = "BENCHBENCHBENCHBENCHBENCHBENCH00"
KEY_BITS: Final = 1024  # what Greenpay gives its merchants
SEED_BATCH: Final = 200
ELSEWHERE: Final = """
import json, pathlib, sys
sys.path.insert(0, "bench")
import ingest
folder = pathlib.Path(sys.argv[1])
"""
DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def main() -> int:
    """Measure, print, verify; 1 when something was lost or applied twice."""
    options = _options()
    match options.role:
        case "hub" | "echo" | "raw":
            return _serve(options.role, options.folder)
        case "load":
            return _load(options.port, options.requests, options.concurrency)
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as folder:
        return _measure(options, Path(folder))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Durable notification ingest over HTTP against a bare echo.")
    parser.add_argument("--rounds", type=int, default=5, help="how often all are measured in turn (default 5)")
    parser.add_argument("--count", type=int, default=1500, help="notifications of one round (default 1500)")
    parser.add_argument("--concurrency", type=int, default=32, help="connections (default 32)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="measure this one too, and compare")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--role", choices=["hub", "echo", "raw", "load"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--requests", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(options: argparse.Namespace, folder: Path) -> int:
    _say(f"seeding {options.count * (options.rounds + 1)} open payments and signing their notifications ...")
    files = list(_seed(folder, options.rounds + 1, options.count))
    folders = dict.fromkeys(("echo", "raw", "hub"), folder)
    if options.against:
        folders["against"] = folder / "against"
        folders["against"].mkdir()
        seed = f"list(ingest._seed(folder, {options.rounds + 1}, {options.count}))"
        _elsewhere(options.against, folders["against"], seed)
    figures: dict[str, list[dict[str, Any]]] = {role: [] for role in folders}
    servers = {role: _Server(role, place, options.against) for role, place in folders.items()}
    try:
        for number, file in enumerate(files):
            for role, server in servers.items() if number % 2 else reversed(servers.items()):
                start = time.perf_counter()
                figure = _run_load(server.port, folders[role] / file.name, options.concurrency)
                if figure["refused"]:
                    raise SystemExit(f"{role} refused {figure['refused']} of {options.count}")
                if role in ("hub", "against"):
                    _wait_until_applied(folders[role])
                    seconds = time.perf_counter() - start - figure["started"]
                    figure["applied"] = options.count / seconds
                if number:  # the first round warms up
                    figures[role].append(figure)
    finally:
        for server in servers.values():
            server.stop()
    faults = _faults(folder, options.count * len(files))
    if options.against:
        check = f"print(json.dumps(ingest._faults(folder, {options.count * len(files)})))"
        faults += [f"against: {fault}" for fault in json.loads(_elsewhere(options.against, folders["against"], check))]
    _report(options, figures, faults)
    return 1 if faults else 0


def _elsewhere(checkout: Path, folder: Path, do: str) -> str:
    """What another checkout's own copy of this file says when it does its part in a folder."""
    command = [checkout / "run", "python", "-c", ELSEWHERE + do, folder]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


class _Server:
    """One server in a process of its own; ready once it has said its port."""

    def __init__(self, role: str, folder: Path, against: Path | None) -> None:
        command = [sys.executable, __file__, "--role", role]
        if role == "against":
            command = [f"{against}/run", "python", "bench/ingest.py", "--role", "hub"]
        self._process = subprocess.Popen(
            [*command, "--folder", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        said = self._process.stdout.readline()
        if not said:
            raise SystemExit(f"the {role} server did not start")
        self.port = int(said)

    def stop(self) -> None:
        """Close its standard input, which ends it."""
        self._process.communicate(timeout=30)


def _run_load(port: int, file: Path, concurrency: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--role", "load", "--port", str(port)]
    command += ["--requests", str(file), "--concurrency", str(concurrency)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _wait_until_applied(folder: Path) -> None:
    """Until no stored message waits; looked at from outside, on a connection of its own."""
    connection = sqlite3.connect(folder / "hub.db")
    while connection.execute("SELECT count(*) FROM raw_message WHERE due_at IS NOT NULL").fetchone() != (0,):
        time.sleep(0.05)
    connection.close()


def _report(options: argparse.Namespace, figures: dict[str, list[dict[str, Any]]], faults: list[str]) -> None:
    rates = {role: [figure["rate"] for figure in taken] for role, taken in figures.items()}
    medians = {role: statistics.median(taken) for role, taken in rates.items()}
    ratio = medians["hub"] / medians["echo"]
    applied = [figure["applied"] for figure in figures["hub"]]
    if options.json:
        found = {"ratio": round(ratio, 3), "target": TARGET, "rates": {**rates, "applied": applied}, "faults": faults}
        print(json.dumps(found))
        return
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, SQLite {sqlite3.sqlite_version}; "
        f"{options.rounds} rounds in turn of {options.count} notifications, {options.concurrency} connections, "
        f"RSA-{KEY_BITS}"
    )
    for role, name in (("echo", "bare echo"), ("raw", "raw reference"), ("hub", "acknowledged")):
        p50 = statistics.median(figure["p50_ms"] for figure in figures[role])
        p99 = statistics.median(figure["p99_ms"] for figure in figures[role])
        low, high = min(rates[role]), max(rates[role])
        print(f"{name:13} {medians[role]:7.0f}/s  ({low:.0f}..{high:.0f})  p50 {p50:.1f} ms  p99 {p99:.1f} ms")
    print(f"{'applied':13} {statistics.median(applied):7.0f}/s  ({min(applied):.0f}..{max(applied):.0f})")
    verdict = "reached" if ratio >= TARGET else "NOT reached"
    raw = medians["hub"] / medians["raw"]
    print(f"ratio         {ratio:.2f} of the echo; target {TARGET:.2f}: {verdict}; later {LATER:.2f}")
    print(f"              {raw:.2f} of the raw reference; later {LATER_OF_RAW:.2f}")
    for what in ("rate", "applied") if options.against else ():
        pairs = zip(figures["hub"], figures["against"], strict=True)
        each = [ours[what] / theirs[what] for ours, theirs in pairs]
        name = "acknowledged" if what == "rate" else what
        print(f"here / against, {name}: {statistics.median(each):.3f} ({min(each):.2f}..{max(each):.2f})")
    for fault in faults:
        print(f"FAULT         {fault}")
    if not faults:
        print("every acknowledged notification was applied exactly once; the books balance")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _serve(role: str, folder: Path) -> int:
    from hub.web.serve import bind, run, serve

    async def serving() -> None:
        listening = bind("127.0.0.1", 0)
        stop = asyncio.Event()
        # The parent's end of standard input closing is the sign to end; so nothing outlives a killed parent.
        asyncio.get_running_loop().add_reader(0, lambda: stop.set() if not os.read(0, 1) else None)
        if role != "hub":
            app = _echo if role == "echo" else _Raw(folder)
            await serve(app, [listening], stop=stop, ready=lambda: _tell(listening.getsockname()[1]))
            return
        from hub.bootstrap import open_hub
        from hub.jobs import embedded
        from hub.logs import set_up_logs
        from hub.web.app import create_app

        set_up_logs("info", stream=(folder / "hub.log").open("w", encoding="utf-8"), as_json=True)
        embedded.KINDS = tuple(work for work in embedded.KINDS if work.name != "delivery")  # type: ignore[misc, assignment]
        opened = open_hub(_settings(folder))
        loop = embedded.Loop(opened.hub)
        running = asyncio.create_task(loop.run())
        try:
            await serve(create_app(opened.hub), [listening], stop=stop, ready=lambda: _tell(listening.getsockname()[1]))
        finally:
            await loop.stop()
            await running
            await opened.close()

    run(serving())
    return 0


def _tell(port: int) -> None:
    print(port, flush=True)


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    """Read the body, answer 200: what the server itself can do."""
    if scope["type"] != "http":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    while (await receive()).get("more_body", False):
        pass
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"OK"})


class _Raw:
    """The least that durable ingest takes: RSA, JSON, one insert and one update, committed in groups by one thread."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        self._key: Any = load_der_public_key((folder / "key.der").read_bytes())
        self._path = folder / "raw.db"
        self._queue: queue.SimpleQueue[tuple[str, bytes, asyncio.Future[None]]] = queue.SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Verify, parse, wait for the commit, answer."""
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.hashes import SHA256

        if scope["type"] != "http":
            await _echo(scope, receive, send)
            return
        event = await receive()
        body = event["body"]
        while event.get("more_body", False):
            event = await receive()
            body += event["body"]
        found = json.loads(body)
        text = f"status:{found['status']},orderId:{found['orderId']}".encode()
        self._key.verify(bytes.fromhex(found["_signature"]), text, padding.PKCS1v15(), SHA256())
        waiting = asyncio.get_running_loop().create_future()
        self._queue.put((found["orderId"], body, waiting))
        await waiting
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"OK"})

    def _write(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        while True:
            group = [self._queue.get()]
            while not self._queue.empty():
                group.append(self._queue.get())
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR IGNORE INTO event VALUES (?, ?)", [item[:2] for item in group])
            paid = "UPDATE payment SET status = 'paid' WHERE reference = ? AND status = 'pending'"
            connection.executemany(paid, [item[:1] for item in group])
            connection.execute("COMMIT")
            loop = group[0][2].get_loop()
            loop.call_soon_threadsafe(_answer, [item[2] for item in group])


def _answer(waiting: list[asyncio.Future[None]]) -> None:
    for future in waiting:
        future.set_result(None)


def _settings(folder: Path) -> Any:
    from hub.settings import Settings

    return Settings(data=folder)


class _Connection(asyncio.Protocol):
    """One keep-alive connection: send, wait for the whole answer, send the next."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._read = b""
        self._sent = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().find(b"content-length: ")
        length = int(head[at + 16 :].partition(b"\r\n")[0]) if at >= 0 else 0
        if len(body) < length:
            return
        self._read = body[length:]
        self._load.answered(head[9:12] == b"200", time.perf_counter() - self._sent)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.left()

    def _next(self) -> None:
        request = next(self._load.requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


class _Load:
    """All requests once, over all connections."""

    def __init__(self, requests: Iterator[bytes], connections: int) -> None:
        self.requests = requests
        self.done = asyncio.get_running_loop().create_future()
        self.times: list[float] = []
        self.refused = 0
        self._open = connections

    def answered(self, ok: bool, seconds: float) -> None:
        self.times.append(seconds)
        self.refused += not ok

    def left(self) -> None:
        self._open -= 1
        if not self._open and not self.done.done():
            self.done.set_result(None)


def _load(port: int, file: Path, concurrency: int) -> int:
    import uvloop

    requests = _requests_in(file)

    async def run() -> dict[str, Any]:
        load = _Load(iter(requests), concurrency)
        loop = asyncio.get_running_loop()
        start = time.perf_counter()
        started = start - BORN
        for _ in range(concurrency):
            await loop.create_connection(lambda: _Connection(load), "127.0.0.1", port)
        await load.done
        seconds = time.perf_counter() - start
        times = sorted(load.times)
        lost = len(requests) - len(times)
        return {
            "rate": len(times) / seconds,
            "p50_ms": 1000 * times[len(times) // 2],
            "p99_ms": 1000 * times[int(len(times) * 0.99)],
            "refused": load.refused + lost,
            "started": started,
        }

    print(json.dumps(uvloop.run(run())))
    return 0


def _requests_in(file: Path) -> list[bytes]:
    raw, at, found = file.read_bytes(), 0, []
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        found.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def _seed(folder: Path, rounds: int, count: int) -> Iterator[Path]:
    """A merchant with one connected account, and for each round a file of requests for as many open payments."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    from hub.bootstrap import DATABASE, migrate_data, prepare
    from hub.storage import open_store

    settings = _settings(folder)
    migrate_data(settings)
    key = rsa.generate_private_key(65537, KEY_BITS)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    vault = prepare(settings)
    store = open_store(folder / DATABASE)
    now = datetime.now(UTC)
    (folder / "key.der").write_bytes(public)
    raw = sqlite3.connect(folder / "raw.db", isolation_level=None)
    raw.executescript(
        "PRAGMA journal_mode=WAL; CREATE TABLE event (id TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID;"
        "CREATE TABLE payment (reference TEXT PRIMARY KEY, status TEXT) WITHOUT ROWID"
    )
    store.write_now(lambda tx: _add_merchant(tx, vault, base64.b64encode(public).decode(), now))
    for number in range(rounds):
        references = []
        for start in range(0, count, SEED_BATCH):
            batch = [_reference() for _ in range(min(SEED_BATCH, count - start))]
            store.write_now(functools.partial(_add_payments, references=batch, now=now))
            references += batch
        raw.execute("BEGIN")
        raw.executemany("INSERT INTO payment VALUES (?, 'pending')", [(reference,) for reference in references])
        raw.execute("COMMIT")
        file = folder / f"round-{number}.requests"
        file.write_bytes(b"".join(_framed(_request(key, reference)) for reference in references))
        yield file
    raw.close()
    store.close_now()


def _reference() -> str:
    return "".join(secrets.choice(DIGITS) for _ in range(26))


def _framed(request: bytes) -> bytes:
    return len(request).to_bytes(4, "big") + request


def _request(key: Any, reference: str) -> bytes:
    """One signed notification as Greenpay sends it, with the headers that a proxy adds."""
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.hashes import SHA256

    signature = key.sign(f"status:200,orderId:{reference}".encode(), padding.PKCS1v15(), SHA256()).hex()
    body: dict[str, Any] = {
        "status": 200,
        "orderId": reference,
        "authorization": f"{secrets.randbelow(1_000_000):06d}",
        "last4": "1111",
        "brand": "Visa",
        "result": {
            "time_local_tran": "101502",
            "systems_trace_audit_number": f"{secrets.randbelow(1_000_000):06d}",
            "success": True,
            "retrieval_ref_num": f"{secrets.randbelow(10**12):012d}",
            "resp_code": "00",
            "reserved_private4": "",
            "proc_code": "000000",
            "network_international_id": "0003",
            "mti": "0210",
            "merchant_id": 900,
            "date_local_tran": "1121",
            "card_acceptor_terminal_id": "00990001",
            "authorization_id_resp": "",
        },
        "errors": [],
        "callback": "https://hub.example/return/abc",
        "_signature": signature,
    }
    body["result"]["reserved_private4"] = "x" * (BODY_BYTES - len(json.dumps(body)))
    raw = json.dumps(body).encode()
    head = (
        f"POST /n/greenpay/{TOKEN} HTTP/1.1\r\nHost: hub.example\r\nUser-Agent: node-fetch/1.0\r\n"
        "Content-Type: application/json\r\nAccept: */*\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
        f"Content-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def _add_merchant(tx: Any, vault: Any, public_key: str, now: datetime) -> None:
    from hub.domain.account import AccountStatus, ProviderAccount
    from hub.domain.merchant import Merchant
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
    tx.merchants.add(Merchant(id="m", slug="m", company=company, locale="es_CR", mode=Mode.TEST, created_at=now))
    tx.accounts.add(
        ProviderAccount(
            id="a",
            merchant_id="m",
            provider="greenpay",
            mode=Mode.TEST,
            status=AccountStatus.ACTIVE,
            path_token=TOKEN,
            settings={
                "merchant_id": "06c229a2-0000-4000-8000-000000000001",
                "public_key": public_key,
                "terminal_crc": "bench-CRC",
            },
            secret_names=frozenset({"secret"}),
            created_at=now,
            updated_at=now,
        )
    )
    sealed, key_id = vault.seal(b"bench-secret", table="account_secret", column="secret", row="a", merchant="m")
    tx.accounts.save_secret("a", "secret", sealed, key_id)


def _add_payments(tx: Any, references: list[str], now: datetime) -> None:
    for reference in references:
        _add_payment(tx, reference, now)


def _add_payment(tx: Any, reference: str, now: datetime) -> None:
    """A customer with one billed invoice and a payment of it that waits at the provider."""
    import attrs

    from hub.domain import billing
    from hub.domain.merchant import Customer
    from hub.domain.observation import ObservedBy, Seen
    from hub.domain.payable import Payable, PayableKind
    from hub.domain.payment import Payment, PaymentLine, Phase, Status
    from hub_hookspecs import Channel, IdentityDocument, Kind, Mode, Money, Observation, Payer, Redirect

    customer = Customer(
        id=f"c{reference}",
        merchant_id="m",
        name="Alejandro González",
        document=IdentityDocument("CF", f"1{secrets.randbelow(10**8):08d}"),
        email=f"{reference.lower()}@example.com",
    )
    payable = Payable(
        id=f"i{reference}",
        merchant_id="m",
        mode=Mode.TEST,
        kind=PayableKind.INVOICE,
        number=reference,
        customer_id=customer.id,
        currency="CRC",
        total=1_500_050,
        issued_on=date(2026, 1, 2),
        created_at=now,
    )
    payment = Payment(
        id=f"t{reference}",
        merchant_id="m",
        mode=Mode.TEST,
        account_id="a",
        provider="greenpay",
        way="form",
        channel=Channel.STATEMENT,
        customer_id=customer.id,
        payer=Payer(name=customer.name, email=customer.email),
        reference=reference,
        amount=Money(payable.total, "CRC"),
        lines=(PaymentLine(payable_id=payable.id, number=payable.number, amount=payable.total),),
        return_token=secrets.token_hex(16),
        created_at=now,
    )
    tx.customers.save(customer)
    tx.payables.add(payable)
    tx.ledger.write(billing.bill(payable, difference=payable.total, at=now))
    tx.payments.add(payment)
    tx.payments.begin_sending(payment.id, "bench", now + timedelta(minutes=2))
    session = secrets.token_hex(20)
    claim = Observation(kind=Kind.ACCEPTED, provider_reference=session, vouched=frozenset({"provider_reference"}))
    tx.payments.observe(
        Seen(
            key=f"k{reference}",
            payment_id=payment.id,
            account_id="a",
            source=ObservedBy.ANSWER,
            observation=claim,
            seen_at=now,
        ),
        "m",
        Mode.TEST,
    )
    tx.payments.save(
        attrs.evolve(
            payment,
            phase=Phase.SENT,
            status=Status.PENDING,
            provider_reference=session,
            memory={"session": session},
            action=Redirect(f"https://form.example/{session}", now + timedelta(minutes=30)),
            ended_at=now,
            expires_at=now + timedelta(hours=8),
            next_check_at=now + timedelta(hours=9),
        )
    )


COUNTS: Final = {
    "payments paid": "SELECT count(*) FROM payment WHERE status = 'paid'",
    "paid observations": "SELECT count(*) FROM observation WHERE kind = 'paid'",
    "capture entries": "SELECT count(*) FROM entry WHERE kind = 'capture'",
    "allocation entries": "SELECT count(*) FROM entry WHERE kind = 'allocation'",
    "payers' mails": "SELECT count(*) FROM delivery WHERE kind = 'receipt'",
    "merchant's mails": "SELECT count(*) FROM delivery WHERE kind = 'payment_received'",
    "invoices without a balance": "SELECT count(*) FROM payable WHERE due = 0",
}


def _faults(folder: Path, sent: int) -> list[str]:
    """What is not as ``sent`` acknowledged notifications must have left it."""
    from hub.bootstrap import DATABASE
    from hub.storage import open_store

    faults = []
    connection = sqlite3.connect(folder / DATABASE)
    for name, query in COUNTS.items():
        (found,) = connection.execute(query).fetchone()
        if found != sent:
            faults.append(f"{found} {name} for {sent} acknowledged notifications")
    connection.close()
    _say("verifying the books ...")
    store = open_store(folder / DATABASE)
    faults += store.read_now(lambda tx: tx.ledger.verify())
    store.close_now()
    return faults


if __name__ == "__main__":
    sys.exit(main())
