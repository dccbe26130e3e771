"""What .ci/shifted moves, and what it leaves alone; a trial whose date is fixed turns red under it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SAMPLE = """
import os, sqlite3, subprocess, sys, threading, time

BEGAN, PASSED = float(os.environ["BEGAN"]), float(os.environ["PASSED"])
TOLD = subprocess.check_output([sys.executable, "-c", "import time; print(time.time())"])
DAYS = {
    "python": time.time(),
    "a process of its own": float(TOLD),
    "sqlite": sqlite3.connect(":memory:").execute("SELECT CAST(strftime('%s', 'now') AS INTEGER)").fetchone()[0],
}

def test_the_wall_clock_is_put_forward_everywhere():
    assert {name: round((at - BEGAN) / 86400) for name, at in DAYS.items()} == dict.fromkeys(DAYS, 60)

def test_time_passes_as_ever():
    assert 0 <= time.monotonic() - PASSED < 3600
    before = time.monotonic(), time.time()
    time.sleep(0.1)
    threading.Event().wait(0.1)
    assert 0.19 < time.monotonic() - before[0] < 60
    assert 0.19 < time.time() - before[1] < 60
"""

FIXED = """
from datetime import datetime, UTC

def test_an_order_of_a_fixed_day_can_still_be_paid():
    assert datetime.now(UTC) < datetime.fromisoformat("{expires}")
"""


@pytest.fixture
def shifted(require: Callable[[str, object, str], None], tmp_path: Path) -> Callable[[str, str], str]:
    """shifted(moment, source): what pytest says of a module at that moment."""
    library = any(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    require("libfaketime", library, "install Debian's libfaketime")

    def run(moment: str, source: str) -> str:
        (tmp_path / "test_sample.py").write_text(source, encoding="utf-8")
        words = ["-c", os.devnull, "--rootdir", str(tmp_path), "-p", "no:cacheprovider", "-n0", str(tmp_path)]
        done = subprocess.run(
            [str(ROOT / ".ci" / "shifted"), moment, *words],
            env={**os.environ, "BEGAN": str(time.time()), "PASSED": str(time.monotonic())},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    return run


def test_the_wall_clock_is_shifted_and_no_other(shifted: Callable[[str, str], str]) -> None:
    assert "2 passed" in shifted("+60 days", SAMPLE)


def test_control_a_fixed_date_that_meets_the_wall_clock_turns_red(shifted: Callable[[str, str], str]) -> None:
    source = FIXED.format(expires=(datetime.now(UTC) + timedelta(days=30)).isoformat())

    assert "1 passed" in shifted("+1 day", source)
    assert "1 failed" in shifted("+60 days", source)
