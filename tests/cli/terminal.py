"""Commands in a terminal of a given width, all in one process: what a person sees of each."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import attrs

MARK = "=====ended====="
PLAYS = f"""
import json, sys
from hub.cli import main
for words in json.loads(sys.argv[1]):
    code = main(words)
    sys.stderr.flush()
    print("{MARK}", code, flush=True)
"""


@attrs.frozen
class Shown:
    """What a command wrote, line by line, and how it ended."""

    words: tuple[str, ...]
    lines: tuple[str, ...]
    code: int

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def in_a_terminal(
    commands: Sequence[Sequence[str]], *, columns: int, data: Path, env: dict[str, str] | None = None
) -> list[Shown]:
    """Run commands one after another, with a terminal as their standard output."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    given = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-c", PLAYS, json.dumps([list(words) for words in commands])],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**given, "HUB_DATA": str(data), "PYTHONUTF8": "1", **(env or {})},
    )
    os.close(theirs)
    text = _all_of(ours)
    assert process.wait(60) == 0, text[-2000:]
    return list(_parted(commands, text))


def _all_of(master: int) -> str:
    found = b""
    try:
        while piece := os.read(master, 65536):
            found += piece
    except OSError:  # Linux says EIO once the other end is closed
        pass
    os.close(master)
    return found.decode().replace("\r\n", "\n")


def _parted(commands: Sequence[Sequence[str]], text: str) -> list[Shown]:
    parts = text.split(MARK)
    assert len(parts) == len(commands) + 1, text[-3000:]
    shown = []
    for at, words in enumerate(commands):
        before = parts[at] if not at else parts[at].partition("\n")[2]
        code = int(parts[at + 1].partition("\n")[0])
        shown.append(Shown(tuple(words), tuple(before.splitlines()), code))
    return shown


def columns_of(line: str) -> int:
    """How many columns a line takes: East Asian wide characters take two, marks above a letter none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line
    )
