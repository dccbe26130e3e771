"""Receipts that several processes issue at once are numbered without a gap, and none twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Run

EACH = 3
PROCESSES = 4
RECORD = (
    "import sys\n"
    "from hub.cli import main\n"
    "for number in range(int(sys.argv[1])):\n"
    "    words = ['receipt', 'record', '--means', 'cash', '--customer', 'alejandro@example.com', '--amount', '1.00']\n"
    "    if code := main(words):\n"
    "        sys.exit(code)\n"
)


def issue_at_once(folder: Path) -> None:
    """Processes of their own that record receipts at the same time."""
    command = [sys.executable, "-c", RECORD, str(EACH)]
    environment = {**os.environ, "HUB_DATA": str(folder)}
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]
    ended = [(process.communicate(timeout=120)[1].decode(), process.returncode) for process in running]
    assert [error for error, code in ended if code] == []


def labels(run: Run) -> list[str]:
    listed = run("receipt", "list", "--json")
    assert listed.code == 0, listed
    return sorted(item["receipt"] for item in json.loads(listed.out))


def test_processes_that_issue_at_once_leave_no_gap_and_give_no_number_twice(shop: Path, run: Run) -> None:
    issue_at_once(shop)
    assert labels(run) == [f"RC-{number:06d}" for number in range(1, PROCESSES * EACH + 1)]
    assert run("ledger", "verify").code == 0
