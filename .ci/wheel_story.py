#!/usr/bin/env python3
"""The main story with installed wheels alone; .ci/wheel_check calls it in an empty folder, with their Python.

First the demo, played whole. Then Peru: a country and a provider that the hub has never heard of come with the
distribution payment-hub-dummy-pe, and an invoice is paid through it: by a form that the browser posts, and a query.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from html import unescape
from pathlib import Path
from typing import Any, Final

import httpx

COMMAND: Final = str(Path(sys.executable).with_name("payment-hub"))
SECONDS: Final = 60
RUC: Final = "20100070970"
CUSTOMERS: Final = f"tipo;identificación;nombre;correo\nRUC;{RUC};Minera Los Andes SAC;tesoreria@losandes.example\n"
INVOICES: Final = f"factura;cliente;fecha;vencimiento;moneda;total\nF001-17;{RUC};02/09/2026;02/10/2026;PEN;1.234,50\n"


def main() -> None:
    """Both parts; any failure is an exception."""
    _refuse_checkout()
    play()
    with tempfile.TemporaryDirectory(prefix="wheel-story-") as folder:
        pay_in_peru(Path(folder))


def _refuse_checkout() -> None:
    import hub

    place = Path(hub.__file__).resolve()
    if "site-packages" not in place.parts:
        raise SystemExit(f"hub comes from {place}, not from a wheel")


def play() -> None:
    """`payment-hub demo --play --json` ends with 0, and every check in it holds."""
    done = subprocess.run(
        [COMMAND, "demo", "--play", "--json", "--port", "0"], capture_output=True, text=True, timeout=300, check=False
    )
    report = json.loads(done.stdout or "{}")
    failed = [check["name"] for check in report.get("checks", []) if not check["ok"]]
    if done.returncode or failed or not report:
        raise SystemExit(f"the demo failed: {failed or done.stderr[-2000:]}")
    print(f"demo: {len(report['payments'])} payments, {len(report['checks'])} checks hold")


def pay_in_peru(folder: Path) -> None:
    """A company in Peru is paid through a provider that no file of the hub names."""
    for name, text in (("clientes.csv", CUSTOMERS), ("facturas.csv", INVOICES)):
        (folder / name).write_text(text, encoding="utf-8")
    with _started(folder, "simulator", "dummy-pe", "--port", "0", "--settings", "dummy.json") as simulator:
        assert simulator.stdout
        line = json.loads(simulator.stdout.readline())
        try:
            _pay(folder, line)
        finally:
            simulator.send_signal(signal.SIGTERM)


def _pay(folder: Path, simulator: dict[str, Any]) -> None:
    port = _free_port()
    run(folder, "migrate")
    (folder / "payment-hub-data" / "hub.toml").write_text(
        f'base_url = "http://127.0.0.1:{port}"\nport = {port}\nsmtp_host = "127.0.0.1"\nsmtp_port = 1\n'
        f'[providers.dummy-pe.endpoints]\npay = "{simulator["endpoints"]["pay"]}"\n',
        encoding="utf-8",
    )
    create = ("company", "create", "andes", "--country", "PE", "--type", "RUC", "--number", "20131312955")
    run(folder, *create, "--name", "Bodega Andes SAC", "--owner", "duena@andes.example")
    run(folder, "country", "enable", "PE", "dummy-pe")
    run(folder, "account", "connect", "dummy-pe", "dummy.json", "--confirm")
    run(folder, "import", "customers", "clientes.csv")
    run(folder, "import", "invoices", "facturas.csv")
    link = run(folder, "statement", "link", RUC).strip()
    with _started(folder, "serve", stdout=subprocess.DEVNULL) as hub:
        try:
            _until(lambda: _answers(f"http://127.0.0.1:{port}/healthz"))
            reference = _post_forms(link)
            control = f"{simulator['control']}/approve"
            httpx.post(control, json={"reference": reference}).raise_for_status()
            paid = _until(lambda: _status(folder, reference) == "paid")
        finally:
            hub.send_signal(signal.SIGTERM)
            hub.wait(SECONDS)
    assert paid
    run(folder, "ledger", "verify")
    print(f"Peru: F001-17 paid through dummy-pe as {reference}")


def _post_forms(link: str) -> str:
    """What a browser does: press pay, and post the form that the payment's page shows; our reference."""
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        page = browser.get(f"{link}/pay?currency=PEN&provider=dummy-pe")
        started = browser.post(f"{link}/pay", data=_fields(page.text))
        started.raise_for_status()
        whole = re.compile(r'<form[^>]*action="([^"]*/form)"[^>]*>(.*?)</form>', re.DOTALL)
        form = _until(lambda: whole.search(browser.get(started.url).text))
        fields = _fields(form[2])
        browser.post(unescape(form[1]), data=fields).raise_for_status()
    return str(fields["ref"][0])


def _fields(html: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="checkbox"' not in tag or "checked" in tag):
            found.setdefault(unescape(name[1]), []).append(unescape(value[1]))
    return found


def _status(folder: Path, reference: str) -> str:
    run(folder, "payment", "check", reference)
    return str(json.loads(run(folder, "payment", "show", reference, "--json"))["status"])


def run(folder: Path, *words: str) -> str:
    """Run one command; what it printed.

    Raises:
        SystemExit: It failed.
    """
    done = subprocess.run(
        [COMMAND, *words], cwd=folder, env=_environment(), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode:
        raise SystemExit(f"payment-hub {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _started(folder: Path, *words: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen([COMMAND, *words], cwd=folder, env=_environment(), stdout=stdout, text=True)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTHON"))}
    return {**kept, "HUB_LOG_LEVEL": "warning"}


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False


def _until(question: Any) -> Any:
    """What the question answers, once it answers."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.2)
    raise SystemExit("waited in vain")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    main()
