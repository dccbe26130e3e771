"""Commands in a terminal, one after another in one process: what a person sees of each."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

MARK = "=====ended====="
PLAYS = f"""
import fcntl, json, struct, sys, termios
from hub.cli import main
for columns, words in json.loads(sys.argv[1]):
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    code = main(words)
    sys.stderr.flush()
    print("{MARK}", code, flush=True)
"""


@attrs.frozen
class Typed:
    """A command, typed into a terminal of so many columns."""

    columns: int
    words: tuple[str, ...]


@attrs.frozen
class Shown:
    """What a command wrote, line by line, and how it ended."""

    typed: Typed
    lines: tuple[str, ...]
    code: int = 0

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def name(self) -> str:
        """The first two words."""
        return " ".join(self.typed.words[:2])


def in_a_terminal(typed: Sequence[Typed], *, data: Path, env: dict[str, str] | None = None) -> list[Shown]:
    """Run commands with a terminal as their output, whose size is changed before each."""
    ours, theirs = pty.openpty()
    given = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-c", PLAYS, json.dumps([[item.columns, list(item.words)] for item in typed])],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**given, "HUB_DATA": str(data), "PYTHONUTF8": "1", **(env or {})},
    )
    os.close(theirs)
    text = _all_of(ours)
    assert process.wait(60) == 0, text[-2000:]
    return list(_parted(typed, text))


def _all_of(master: int) -> str:
    found = b""
    try:
        while piece := os.read(master, 65536):
            found += piece
    except OSError:  # Linux says EIO once the other end is closed
        pass
    os.close(master)
    return found.decode().replace("\r\n", "\n")


def _parted(typed: Sequence[Typed], text: str) -> Iterator[Shown]:
    parts = text.split(MARK)
    assert len(parts) == len(typed) + 1, text[-3000:]
    for at, item in enumerate(typed):
        before = parts[at].partition("\n")[2] if at else parts[at]
        yield Shown(item, tuple(before.splitlines()), int(parts[at + 1].partition("\n")[0]))


def columns_of(line: str) -> int:
    """How many columns a line takes: East Asian wide characters take two, marks above a letter none."""
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in line
    )
