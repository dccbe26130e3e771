"""Live through worlds from the command line: ``python -m tests.worlds SEED [COUNT [STEPS]]``;
a single one is told whole."""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path

import structlog

from .world import STEPS, make_origin, play


def quiet() -> None:
    """What is planned to go wrong is not logged."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def main() -> int:
    quiet()
    first = int(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    steps = int(sys.argv[3]) if len(sys.argv) > 3 else STEPS
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="worlds-", dir=shared if shared.is_dir() else None))
    try:
        origin = make_origin(folder / "origin")
        started, broken, payments, captures, crashes = time.monotonic(), 0, 0, 0, 0
        for seed in range(first, first + count):
            outcome = play(seed, origin, folder, steps=steps)
            payments, captures = payments + outcome.payments, captures + outcome.captures
            crashes += outcome.crashes
            if outcome.problems or count == 1:
                for line in outcome.story if count == 1 else ():
                    print(line)  # noqa: T201
            if outcome.problems:
                broken += 1
                print(f"world {seed}: {outcome.problems[:3]}", flush=True)  # noqa: T201
        took = time.monotonic() - started
        print(  # noqa: T201
            f"{count} worlds, {broken} broken, {payments} payments, {captures} captures, {crashes} crashes,"
            f" {took:.1f} s"
        )
        return 1 if broken else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
