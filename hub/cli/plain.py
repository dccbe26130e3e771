"""What a terminal is told: printable characters alone. Names come from files and strangers,
and it obeys the rest."""

from __future__ import annotations

import contextlib
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any, TextIO, cast


def plain(text: str) -> str:
    """A text in which everything but line ends that a terminal would obey,
    or read from the right, is a blank."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(char if _is_shown(char) else " " for char in text)


def _is_shown(char: str) -> bool:
    return char == "\n" or char.isprintable() or unicodedata.category(char) == "Zs"


class Plain:
    """A stream that is told printable characters alone."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be shown."""
        return self._stream.write(plain(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def plain_terminal() -> Iterator[None]:
    """Meanwhile standard output is told no more than that, where it is a terminal;
    files get every character."""
    with contextlib.redirect_stdout(told_plainly(sys.stdout)):
        yield


def told_plainly(stream: TextIO) -> TextIO:
    """The stream, or what stands before it where it is a terminal."""
    return cast("TextIO", Plain(stream)) if stream.isatty() else stream
