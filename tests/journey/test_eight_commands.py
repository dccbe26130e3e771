"""README's eight commands, run word by word, against Greenpay's simulator and a real mail server."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from aiosmtpd.controller import Controller

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECONDS = 90


def commands() -> list[str]:
    """The block of README, one command a line."""
    (block,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return str(block).replace("\\\n", " ").strip().splitlines()


def files() -> dict[str, str]:
    """The two files that README shows."""
    return dict(re.findall(r"`(\w+\.csv)`:\n\n```csv\n(.*?)```", README, re.DOTALL))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@attrs.define
class Mailbox:
    """Takes mail for everybody; keeps recipient and text."""

    mails: list[tuple[str, str]] = attrs.Factory(list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        from email import message_from_bytes, policy

        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("plain",))
        self.mails.append((envelope.rcpt_tos[0], body.get_content() if body else ""))
        return "250 OK"

    def to(self, address: str, words: str) -> str | None:
        """The newest mail to an address that says this."""
        return next((text for who, text in reversed(self.mails) if who == address and words in text), None)


@attrs.frozen
class Place:
    """An empty folder with what README presupposes: the two files, credentials,
    and settings of this machine."""

    folder: Path
    mailbox: Mailbox
    simulator: dict[str, Any]
    environment: dict[str, str]

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, shell=True, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=SECONDS
        )

    def reading(self, command: str) -> Any:
        """What a reading command says."""
        return json.loads(self.shell(f"payment-hub {command} --json").stdout)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


@pytest.fixture
def place(tmp_path: Path, mailbox: tuple[Mailbox, int]) -> Iterator[Place]:
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    config = tmp_path / "simulator.json"
    config.write_text(json.dumps({"public_key_file": str(tmp_path / "key.pem")}), encoding="utf-8")
    command = ["payment-hub", "simulator", "greenpay", "--port", "0", "--settings", "greenpay.json"]
    with subprocess.Popen(
        [*command, "--config", str(config)], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line, (box, smtp_port), port = json.loads(process.stdout.readline()), mailbox, free_port()
            data = tmp_path / "payment-hub-data"
            data.mkdir()
            roles = "\n".join(f'{role} = "{url}"' for role, url in line["endpoints"].items())
            (data / "hub.toml").write_text(
                f'base_url = "http://127.0.0.1:{port}"\nport = {port}\n'
                f'smtp_host = "127.0.0.1"\nsmtp_port = {smtp_port}\n[providers.greenpay.endpoints]\n{roles}\n',
                encoding="utf-8",
            )
            yield Place(tmp_path, box, line, environment)
        finally:
            process.terminate()


def until(question: Callable[[], Any]) -> Any:
    """What the question answers, once it answers."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.1)
    raise AssertionError("nothing came")


def pay(link: str) -> None:
    """Press the pay button of what is offered first, as a browser would."""
    with httpx.Client(follow_redirects=False) as browser:
        page = browser.get(link).text
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page):
            fields.setdefault(name, []).append(value)
        answer = browser.post(link.partition("?")[0], data=fields)
        assert answer.status_code == 303, answer.text


def test_there_are_eight_and_the_files_are_shown() -> None:
    assert len(commands()) == 8
    assert all(command.startswith("payment-hub ") for command in commands())
    assert set(files()) == {"clientes.csv", "facturas.csv"}


@pytest.mark.long
def test_a_company_is_paid_after_the_eight_commands(place: Place) -> None:
    *seven, serve = commands()
    for command in seven:
        done = place.shell(command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    with subprocess.Popen(
        serve.split(), cwd=place.folder, env=place.environment, stderr=subprocess.PIPE, text=True
    ) as hub:
        try:
            assert hub.stderr is not None
            while "Listening on" not in hub.stderr.readline():
                assert hub.poll() is None
            address = place.reading("account show greenpay")["notification_address"]
            merchant = json.loads((place.folder / "greenpay.json").read_text(encoding="utf-8"))["merchant_id"]
            control = place.simulator["control"]
            httpx.post(f"{control}/notify", json={"merchant": merchant, "url": address}).raise_for_status()

            mail = until(lambda: place.mailbox.to("alejandro@correo.example", "/s/"))
            assert until(lambda: place.mailbox.to("pagos@losrobles.example", "/s/"))
            link = re.search(r"http://\S+/s/[\w.-]+", mail)
            assert link
            pay(f"{link[0]}/pay?currency=CRC&provider=greenpay")
            (payment,) = place.reading("payment list")
            httpx.post(f"{control}/approve", json={"reference": payment["reference"]}).raise_for_status()

            receipt = until(lambda: place.mailbox.to("alejandro@correo.example", payment["reference"]))
            assert "FE-1041" in receipt
            assert until(lambda: place.mailbox.to("ventas@eltornillo.example", "/r/"))
            assert [found["status"] for found in place.reading("payment list")] == ["paid"]
            assert place.shell("payment-hub ledger verify").returncode == 0
        finally:
            hub.send_signal(signal.SIGTERM)
            assert hub.wait(SECONDS) == 0
