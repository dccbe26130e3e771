"""What does a customer's statement cost: the page with its pay buttons, its PDF, and the mail that brings both?

    ./run python bench/statement.py
    ./run python bench/statement.py --against PATH_OF_ANOTHER_CHECKOUT

A company with 40 customers, 20 open invoices each, connected to a simulated Greenpay; all of it is set up by the
command line, and served by `payment-hub serve` on a fresh data folder. In turn, each over one connection:

* page: the statement that a payer opens by its link, another customer's each time: link, invoices, buttons, drawing;
* bare page: in the same process a bare Litestar route that lets Jinja2 draw the last of these pages again, from the
  same template and the values that are ready;
* pdf, bare pdf: the same with the statement's PDF, and with nothing but `typst.compile` of what the last one was drawn
  from, with other invoice numbers and names, since typst remembers what it drew;
* mail: `statement send --all` owes every customer one; drawn, with its PDF, and handed over to a mail server that says
  yes. The clock runs from the first mail to the last.

Each has a time by the clock and one by the processor, the whole serving process's; the latter is told by a route beside
the bare ones. Ratios are taken within each round, by the processor, which the machine's other work disturbs least.

With `--against` another checkout is measured in the same run, piece by piece in turn and the first one changing; it
uses its own `./run`. Only what stays is used of either: the command line, the settings, and what is served over HTTP.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import os
import platform
import re
import signal
import socket
import socketserver
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Final, NamedTuple

HERE: Final = Path(__file__).resolve().parents[1]
HOST: Final = "127.0.0.1"
INVOICES: Final = 20
PAGES: Final = 100
PDFS: Final = 10
SECONDS: Final = 600
TARGETS: Final = {("page", "bare page"): 1.4, ("pdf", "bare pdf"): 1.6, ("mail", "bare pdf"): 2.0}
"""At most this often what it is measured against."""

LINK: Final = re.compile(r"/s/[\w-]+\.[\w-]+")
COMPANY: Final = ("company", "create", "tornillo", "--country", "CR", "--type", "CJ", "--number", "3-101-234567")
OF_COMPANY: Final = ("--name", "Ferretería El Tornillo S.A.", "--owner", "duena@eltornillo.example")


class Figure(NamedTuple):
    """Milliseconds of one piece: by the clock, and of the serving process's processor time."""

    clock: float
    processor: float


def main() -> int:
    """Measure and print."""
    options = _options()
    if options.role:
        return _serve()
    trees = {"here": HERE, **({"against": options.against.resolve()} if options.against else {})}
    figures: dict[str, dict[str, list[Figure]]] = {name: {} for name in trees}
    with contextlib.ExitStack() as stack:
        houses = {name: stack.enter_context(_house(tree, options.customers)) for name, tree in trees.items()}
        for number in range(options.rounds + 1):
            for piece in _House.pieces:
                for name in reversed(houses) if number % 2 else houses:
                    figure = houses[name].measure(piece)
                    if number:  # the first round warms up
                        figures[name].setdefault(piece, []).append(figure)
    _report(options, figures)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A statement's page, PDF and mail against bare Jinja2 and typst.")
    parser.add_argument("--rounds", type=int, default=7, help="how often all are measured in turn (default 7)")
    parser.add_argument("--customers", type=int, default=40, help="customers, and mails of a round (default 40)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="measure this one too, and compare")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--role", choices=["hub"], help=argparse.SUPPRESS)
    return parser.parse_args()


class _House:
    """A checkout's hub, served, and what is measured of it."""

    pieces: Final = ("page", "bare page", "pdf", "bare pdf", "mail")

    def __init__(self, run: Callable[..., None], post: _Post, ports: tuple[int, int], customers: int) -> None:
        self._run, self._post, self._customers = run, post, customers
        self._hub, self._bare = (http.client.HTTPConnection(HOST, port, timeout=SECONDS) for port in ports)
        self.mail()  # brings the links

    def measure(self, piece: str) -> Figure:
        """One round of a piece."""
        match piece:
            case "page":
                return self._ask(self._hub, list(itertools.islice(self._next, PAGES)), b"Greenpay")
            case "bare page":
                return self._ask(self._bare, ["/page"] * PAGES, b"Greenpay")
            case "pdf":
                links = [f"{link}/estado-de-cuenta.pdf" for link in itertools.islice(self._next, PDFS)]
                return self._ask(self._hub, links, b"%PDF")
            case "bare pdf":
                return self._ask(self._bare, ["/pdf"] * PDFS, b"%PDF")
        return self.mail()

    def mail(self) -> Figure:
        """A statement for everybody, from the first that the mail server takes to the last."""
        self._post.mails.clear()
        before = self._spent()
        self._run("statement", "send", "--all")
        _until(lambda: len(self._post.mails) >= self._customers)
        taken = sorted(self._post.mails)
        if not all(b"application/pdf" in mail for _moment, mail in taken):
            raise SystemExit("a mail came without its PDF")
        self._next = itertools.cycle([_link_in(mail) for _moment, mail in taken])
        clock = (taken[-1][0] - taken[0][0]) / (len(taken) - 1)
        return Figure(1000 * clock, 1000 * (self._spent() - before) / len(taken))

    def _ask(self, connection: http.client.HTTPConnection, paths: list[str], must_have: bytes) -> Figure:
        connection.close()  # it idled, and may be closed at the other end; asking opens it again
        before, start = self._spent(), time.perf_counter()
        for path in paths:
            if must_have not in _body(connection, path):
                raise SystemExit(f"{path} has no {must_have.decode()} in it")
        clock = time.perf_counter() - start
        return Figure(1000 * clock / len(paths), 1000 * (self._spent() - before) / len(paths))

    def _spent(self) -> float:
        self._bare.close()
        return float(_body(self._bare, "/spent"))


def _link_in(mail: bytes) -> str:
    text = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    found = LINK.search(text.get_content()) if text else None
    if found is None:
        raise SystemExit("a mail came without its link")
    return found[0]


def _body(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} was answered {answer.status}")
    return body


@contextlib.contextmanager
def _house(tree: Path, customers: int) -> Iterator[_House]:
    """A company of this checkout, set up by its command line, and served."""
    _say(f"setting up {customers} customers with {INVOICES} invoices each by {tree} ...")
    with tempfile.TemporaryDirectory(prefix="bench-statement-") as name, _Post() as post:
        folder, port = Path(name), _free_port()
        environment = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")}
        environment |= {"HUB_DATA": str(folder / "data"), "HUB_LOG_LEVEL": "error"}

        def command(*words: str) -> list[str]:
            return [str(tree / "run"), *words]

        def run(*words: str) -> None:
            called = command("payment-hub", *words)
            done = subprocess.run(called, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
            if done.returncode:
                raise SystemExit(f"payment-hub {' '.join(words)} ended with {done.returncode}:\n{done.stderr}")

        # The environment of the tests is the one that has typst.
        subprocess.run(command("coverage", "--version"), env=environment, stdout=subprocess.DEVNULL, check=True)
        keys = folder / "greenpay.json"
        simulator = command("payment-hub", "simulator", "greenpay", "--port", "0", "--settings", str(keys))
        with _started(simulator, environment) as line:
            _set_up(run, folder, keys, _settings(json.loads(line)["endpoints"], port, post.port), customers)
        with _started(command("python", __file__, "--role", "hub"), environment) as line:
            _until(lambda: _listens(port))
            yield _House(run, post, (port, int(line)), customers)


def _set_up(run: Callable[..., None], folder: Path, keys: Path, settings: str, customers: int) -> None:
    run("migrate")
    (folder / "data" / "hub.toml").write_text(settings, encoding="utf-8")
    people, bills = folder / "customers.csv", folder / "invoices.csv"
    people.write_text("".join(_customers(customers)), encoding="utf-8")
    bills.write_text("".join(_invoices(customers)), encoding="utf-8")
    run(*COMPANY, *OF_COMPANY)
    run("country", "enable", "CR", "greenpay")
    run("account", "connect", "greenpay", str(keys), "--confirm")
    run("import", "customers", str(people))
    run("import", "invoices", str(bills))


def _settings(endpoints: Mapping[str, str], port: int, smtp_port: int) -> str:
    lines = [
        f'base_url = "http://{HOST}:{port}"',
        f"port = {port}",
        f'smtp_host = "{HOST}"',
        f"smtp_port = {smtp_port}",
    ]
    roles = [f'{role} = "{url}"' for role, url in endpoints.items()]
    return "\n".join([*lines, "[providers.greenpay.endpoints]", *roles, ""])


def _customers(count: int) -> Iterator[str]:
    yield "tipo;identificación;nombre;correo\n"
    for number in range(count):
        yield f"CF;1-{1000 + number}-0567;Peña Núñez {number};cliente{number}@correo.example\n"


def _invoices(customers: int) -> Iterator[str]:
    """As many a customer, some not due yet, some overdue."""
    yield "factura;cliente;fecha;vencimiento;moneda;total\n"
    for number in range(customers):
        for at in range(INVOICES):
            due = datetime.now(UTC).date() + timedelta(days=20 - 7 * at)
            issued = due - timedelta(days=30)
            yield f"FE-{number}-{at};1-{1000 + number}-0567;{issued:%d/%m/%Y};{due:%d/%m/%Y};CRC;{15_000 + at},50\n"


@contextlib.contextmanager
def _started(command: list[str], environment: Mapping[str, str]) -> Iterator[str]:
    """A process that is ended at the end, and the first line that it says."""
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout
        try:
            if not (line := process.stdout.readline()):
                raise SystemExit(f"{' '.join(command)} did not start")
            yield line
        finally:
            process.send_signal(signal.SIGTERM)


class _Post(socketserver.ThreadingTCPServer):
    """A mail server that says yes, and keeps the customers' mails with the moment in which each came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Visitor)
        self.port = int(self.server_address[1])
        self.mails: list[tuple[float, bytes]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_why: object) -> None:
        self.shutdown()
        self.server_close()


class _Visitor(socketserver.StreamRequestHandler):
    """One connection to the mail server."""

    server: _Post
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Say yes to everything until the visitor leaves."""
        recipient = b""
        self.wfile.write(b"220 bench\r\n")
        for line in self.rfile:
            match line[:4].upper():
                case b"RCPT":
                    recipient = line
                case b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    mail = b"".join(iter(self.rfile.readline, b".\r\n"))
                    if b"cliente" in recipient:
                        self.server.mails.append((time.perf_counter(), mail))
            self.wfile.write(b"250 yes\r\n")


def _until(question: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not question():
        if time.monotonic() > end:
            raise SystemExit("waited in vain")
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port)):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def _serve() -> int:
    """`payment-hub serve`, and in a thread of the same process the bare routes."""
    from importlib.metadata import entry_points

    threading.Thread(target=_end_with_parent, daemon=True).start()
    threading.Thread(target=_serve_bare, args=(_drawn_again(),), daemon=True).start()
    sys.argv = ["payment-hub", "serve"]
    (command,) = entry_points(group="console_scripts", name="payment-hub")
    return int(command.load()() or 0)


def _end_with_parent() -> None:
    """The parent's end of standard input closes when it ends, even when it is killed."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _drawn_again() -> Mapping[str, Callable[[], Any]]:
    """What draws the last page and the last PDF again, from values that are ready."""
    import typst
    from jinja2 import Template

    kept: dict[str, Callable[[], Any]] = {}
    render, compile_, numbers = Template.render, typst.compile, itertools.count()

    def kept_render(*args: Any, **values: Any) -> Any:
        kept["page"] = lambda: render(*args, **values)
        return render(*args, **values)

    def kept_compile(*args: Any, **values: Any) -> Any:
        kept["pdf"] = lambda: compile_(*args, **_renumbered(values, f"FE{next(numbers)}-"))
        return compile_(*args, **values)

    vars(typst)["compile"] = kept_compile
    Template.render = kept_render  # type: ignore[method-assign]
    return kept


def _renumbered(value: Any, fresh: str) -> Any:
    """The same with other invoice numbers and names in all of its texts: typst remembers what it drew."""
    if isinstance(value, dict):
        return {key: _renumbered(inner, fresh) for key, inner in value.items()}
    return value.replace("FE-", fresh).replace("Peña", f"Peña {fresh}") if isinstance(value, str) else value


def _serve_bare(kept: Mapping[str, Callable[[], Any]]) -> None:
    import uvicorn
    import uvloop
    from litestar import Litestar, get

    @get("/page", media_type="text/html; charset=utf-8", sync_to_thread=False)
    def page() -> str:
        return str(kept["page"]())

    @get("/pdf", media_type="application/pdf", sync_to_thread=False)
    def pdf() -> bytes:
        return bytes(kept["pdf"]())

    @get("/spent", sync_to_thread=False)
    def spent() -> float:
        return time.process_time()

    app = Litestar([page, pdf, spent], openapi_config=None, logging_config=None)
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: Nagle's is off then
    listening.bind((HOST, 0))
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(app, http="httptools", log_config=None, access_log=False, timeout_keep_alive=SECONDS)
    uvloop.run(uvicorn.Server(config).serve(sockets=[listening]))


def _report(options: argparse.Namespace, figures: Mapping[str, Mapping[str, list[Figure]]]) -> None:
    if options.json:
        print(json.dumps(figures))
        return
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores; {options.rounds} rounds in turn, "
        f"{options.customers} customers with {INVOICES} invoices each; milliseconds"
    )
    for name, pieces in figures.items():
        for piece, taken in pieces.items():
            clocks, spent = (statistics.median(column) for column in zip(*taken, strict=True))
            low, high = min(taken)[0], max(taken)[0]
            print(f"{name:8} {piece:10} {clocks:7.2f} ({low:.2f}..{high:.2f}), of the processor {spent:.2f}")
        for (piece, bare), most in TARGETS.items():
            middle, spread = _ratio(pieces[piece], pieces[bare], "processor")
            verdict = "reached" if middle <= most else "NOT reached"
            print(f"{name:8} {piece} / {bare}: {middle:.2f} ({spread}), target at most {most}: {verdict}")
    for piece in _House.pieces if options.against else ():
        told = []
        for by in Figure._fields:
            middle, spread = _ratio(figures["here"][piece], figures["against"][piece], by)
            told.append(f"{middle:.3f} ({spread}) by the {by}")
        print(f"here / against, {piece}: {', '.join(told)}")


def _ratio(ours: list[Figure], theirs: list[Figure], by: str) -> tuple[float, str]:
    """Median of the ratios of each round, and the lowest and highest."""
    each = [getattr(one, by) / getattr(other, by) for one, other in zip(ours, theirs, strict=True)]
    return statistics.median(each), f"{min(each):.2f}..{max(each):.2f}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
