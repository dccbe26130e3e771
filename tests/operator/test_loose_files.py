"""Doctor faults what other users of the machine may read or replace, and says the command that mends it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.cli import checkup
from hub.flows.operations.examined_fact import Grade
from tests.cli.conftest import call
from tests.faults.harness import Desk

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="files have no mode here"),
]

PASSWORD = 'smtp_user = "hub"\nsmtp_password = "canary"\n'
WEBHOOK = 'alert_webhook = "https://chat.example/hooks/canary"\n'


def write(name: str, text: str, mode: int) -> Callable[[Path], None]:
    def spoil(data: Path) -> None:
        path = data / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    return spoil


def open_folder(name: str, mode: int) -> Callable[[Path], None]:
    def spoil(data: Path) -> None:
        (data / name).mkdir(exist_ok=True)
        (data / name).chmod(mode)

    return spoil


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose files are closed to others, as far as they hold secrets."""
    tmp_path.chmod(0o755)
    for name, mode in (("hub.db", 0o600), ("keys.json", 0o600), ("hub.toml", 0o644)):
        write(name, "", mode)(tmp_path)
    return tmp_path


def faults(data: Path) -> dict[str, str]:
    """Remedy by fault."""
    found = list(checkup.open_to_others(data))
    assert {item.grade for item in found} <= {Grade.FAULT}
    assert "canary" not in repr(found)
    return {item.what: item.remedy for item in found}


@pytest.mark.parametrize(
    ("spoil", "path", "told"),
    [
        (write("hub.toml", PASSWORD, 0o644), "hub.toml", "smtp_password"),
        (write("hub.toml", PASSWORD, 0o640), "hub.toml", "smtp_password"),
        (write("hub.toml", PASSWORD, 0o604), "hub.toml", "smtp_password"),
        (write("hub.toml", WEBHOOK, 0o644), "hub.toml", "alert_webhook"),
        (write(".env", "export HUB_SMTP_PASSWORD=canary\n", 0o644), ".env", "HUB_SMTP_PASSWORD"),
        (
            write("serve.env", "HUB_ALERT_WEBHOOK=https://chat.example/canary\n", 0o644),
            "serve.env",
            "HUB_ALERT_WEBHOOK",
        ),
        (write("hub.db-wal", "", 0o644), "hub.db-wal", "read"),
        (write("nightly.db", "", 0o640), "nightly.db", "read"),
        (open_folder("proofs", 0o755), "proofs", "read"),
        (write("proofs/one", "", 0o644), "proofs/one", "read"),
        (open_folder(".", 0o777), ".", "changed"),
        (open_folder(".", 0o775), ".", "changed"),
    ],
)
def test_what_others_may_read_or_change_is_a_fault(
    data: Path, spoil: Callable[[Path], None], path: str, told: str
) -> None:
    spoil(data)
    (fault, remedy), *others = faults(data).items()

    assert others == []
    meant = (data / path).resolve()
    assert str(meant) in fault
    assert told in fault
    assert re.search(rf"chmod (600|700|go-w) {re.escape(str(meant))}", remedy)


@pytest.mark.parametrize(
    "spoil",
    [
        write("hub.toml", PASSWORD, 0o600),
        write("hub.toml", 'base_url = "https://pagos.example"\n', 0o644),
        write("hub.toml", 'smtp_password = ""\n', 0o644),
        write(".env", "HUB_PORT=8080\n", 0o644),
        write("notes.txt", "smtp_password", 0o644),
        open_folder("proofs", 0o700),
    ],
)
def test_what_holds_no_secret_or_is_closed_is_no_fault(data: Path, spoil: Callable[[Path], None]) -> None:
    spoil(data)

    assert faults(data) == {}


def test_the_command_says_it_with_a_remedy_that_mends_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATA", str(desk.data))
    desk.close()
    write("hub.toml", PASSWORD, 0o644)(desk.data)
    ended = call("doctor", "--no-mail")
    found = re.search(r"^FAULT +(.+ by others.*)\n +-> (.+)$", ended.out, re.MULTILINE)

    assert ended.code == 1
    assert found
    assert "smtp_password" in found[1]
    assert "canary" not in ended.out + ended.err
    assert "HUB_SMTP_PASSWORD" in found[2]
    command = re.search(r"chmod 600 (\S+?)[;,]?(\s|$)", found[2])
    assert command
    Path(command[1]).chmod(0o600)
    assert faults(desk.data) == {}


def test_control_a_doctor_who_does_not_look_into_files_is_seen(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "_secrets_in", lambda _path: [])

    with pytest.raises(ValueError, match="not enough values"):
        test_what_others_may_read_or_change_is_a_fault(
            data, write("hub.toml", PASSWORD, 0o644), "hub.toml", "smtp_password"
        )
