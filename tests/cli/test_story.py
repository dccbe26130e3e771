"""One payment from the shell: simulator, server and commands, each a process of its own, over real HTTP."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from .conftest import Run

SECONDS = 90


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@attrs.frozen
class Shop:
    """A company that is connected to the simulated Greenpay.

    Attributes:
        line: What the simulator printed.
    """

    data: Path
    settings: Path
    port: int
    line: dict[str, Any]

    def control(self, action: str, **body: Any) -> None:
        httpx.post(f"{self.line['control']}/{action}", json=body).raise_for_status()


@pytest.fixture
def connected(shop: Path, run: Run, tmp_path: Path) -> Iterator[Shop]:
    """Greenpay's simulator in a process of its own, and an account that is active there."""
    config, settings = tmp_path / "config.json", tmp_path / "settings.json"
    config.write_text(json.dumps({"public_key_file": str(tmp_path / "key.pem")}), encoding="utf-8")
    command = [sys.executable, "-m", "hub", "simulator", "greenpay", "--port", "0"]
    with subprocess.Popen(
        [*command, "--config", str(config), "--settings", str(settings)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line, port = json.loads(process.stdout.readline()), free_port()
            roles = "\n".join(f'{role} = "{url}"' for role, url in line["endpoints"].items())
            (shop / "hub.toml").write_text(
                f'base_url = "http://127.0.0.1:{port}"\nsmtp_host = "127.0.0.1"\nsmtp_port = 1\n'
                f"[providers.greenpay.endpoints]\n{roles}\n",
                encoding="utf-8",
            )
            assert run("country", "enable", "CR", "greenpay").code == 0
            ended = run("account", "connect", "greenpay", str(settings))
            assert (ended.code, "needs_confirmation" in ended.out) == (0, True), ended
            assert "active, confirmed by operator" in run("account", "confirm", "greenpay", "--yes").out
            yield Shop(shop, settings, port, line)
        finally:
            process.terminate()


def test_a_wrong_secret_is_a_failed_command_that_names_it(connected: Shop, run: Run) -> None:
    wrong = {**json.loads(connected.settings.read_text()), "secret": "not-the-secret-at-all"}
    ended = run("account", "connect", "greenpay", "-", stdin=json.dumps(wrong).encode())
    assert ended.code == 1
    assert "not accepted: secret" in ended.out
    assert "payment-hub account connect greenpay --company" in ended.err
    assert "not-the-secret-at-all" not in ended.out + ended.err
    assert json.loads(run("account", "list", "--json").out)[0]["status"] == "active"
    assert "credentials: accepted" in run("account", "validate", "greenpay").out, "the stored ones stay"

    assert "nobody can pay tornillo through Greenpay until Greenpay accepts others" in ended.err
    words = ("account", "connect", "greenpay", "-", "--replace-anyway")
    ended = run(*words, stdin=json.dumps(wrong).encode())
    assert (ended.code, "not accepted: secret" in ended.out) == (1, True)
    assert json.loads(run("account", "list", "--json").out)[0]["status"] == "failed"
    assert run("account", "connect", "greenpay", str(connected.settings)).code == 0


def test_rotated_keys_seal_everything_again(connected: Shop, run: Run) -> None:
    before = set(json.loads((connected.data / "keys.json").read_text())["keys"])
    assert "1 secrets, 0 messages and 2 files sealed again" in run("account", "rotate-keys").out
    assert before < set(json.loads((connected.data / "keys.json").read_text())["keys"])
    assert "forgotten: " in run("account", "rotate-keys", "--forget-old").out
    ring = json.loads((connected.data / "keys.json").read_text())
    assert list(ring["keys"]) == [ring["current"]]
    assert "credentials: accepted" in run("account", "validate", "greenpay").out


@pytest.mark.long
def test_a_payment_is_followed_from_the_shell(connected: Shop, run: Run) -> None:
    command = [sys.executable, "-m", "hub", "serve", "--port", str(connected.port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            while "Listening on" not in server.stderr.readline():
                assert server.poll() is None
            address = json.loads(run("account", "show", "greenpay", "--json").out)["notification_address"]
            merchant = json.loads(connected.settings.read_text())["merchant_id"]
            connected.control("notify", merchant=merchant, url=address)

            reference = pay(run("statement", "link", "Alejandro").out.strip())
            waiting = run("payment", "show", reference)
            assert waiting.out.startswith(f"Payment {reference}: pending")
            assert "waits for   the payer, on Greenpay's page, until" in waiting.out
            assert "Greenpay was never heard from" in waiting.out
            assert "still pending" in run("payment", "check", reference).out
            assert run("receipt", "for-payment", reference).code == 1

            connected.control("approve", reference=reference)
            paid = wait_for(run, reference, "paid")
            assert [event["source"] for event in paid["timeline"][:3]] == ["hub", "answer", "notification"]
            assert paid["lines"][0]["left"] == {"minor": 0, "currency": "CRC"}
            assert f"payment-hub receipt for-payment {reference}" in [do["command"] for do in paid["may_do"]]
            for anything in ("FE-001", "alejandro@example.com", "8888 8888", "1-1234-0567", paid["provider_reference"]):
                assert run("payment", "show", anything).out.startswith(f"Payment {reference}: paid")

            recorded = run("receipt", "for-payment", reference).out
            assert recorded.startswith("tornillo RC-000001: 1234567.50 CRC (un millón")
            assert run("receipt", "for-payment", reference).out == recorded
            assert reference in run("payment", "list", "--status", "paid", "--since", "1h", "--format", "csv").out
            assert run("ledger", "verify").code == 0
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(SECONDS) == 0


def pay(link: str) -> str:
    """Press the button of the statement's first invoice, as a browser would; our reference."""
    with httpx.Client(follow_redirects=False) as browser:
        page = browser.get(f"{link}/pay", params={"currency": "CRC", "provider": "greenpay"}).text
        fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
        answer = browser.post(f"{link}/pay", data=fields)
        assert answer.status_code == 303, answer.text
    from .conftest import call

    (payment,) = json.loads(call("payment", "list", "--json").out)
    return str(payment["reference"])


def wait_for(run: Run, reference: str, status: str) -> dict[str, Any]:
    """What is shown of a payment once it has this status."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        shown: dict[str, Any] = json.loads(run("payment", "show", reference, "--json").out)
        if shown["status"] == status:
            return shown
        time.sleep(0.1)
    raise AssertionError(f"{reference} did not become {status}")
