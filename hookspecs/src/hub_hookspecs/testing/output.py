"""What a plugin logs and prints, captured."""

from __future__ import annotations

import contextlib
import io
import logging


class CapturedOutput(logging.Handler):
    """Captures what is logged, at any level, and what is printed."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self._printed = io.StringIO()
        self._logged: list[str] = []
        self._stack: contextlib.ExitStack | None = None
        self._level = logging.WARNING

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join([*self._logged, self._printed.getvalue()])

    def emit(self, record: logging.LogRecord) -> None:
        """Store a record with whatever hangs on it."""
        self._logged.append(f"{record.getMessage()} {record.__dict__!r}")

    def __enter__(self) -> CapturedOutput:
        root = logging.getLogger()
        self._level = root.level
        root.addHandler(self)
        root.setLevel(logging.DEBUG)
        self._stack = contextlib.ExitStack()
        self._stack.enter_context(contextlib.redirect_stdout(self._printed))
        self._stack.enter_context(contextlib.redirect_stderr(self._printed))
        return self

    def __exit__(self, *_exception: object) -> None:
        root = logging.getLogger()
        root.removeHandler(self)
        root.setLevel(self._level)
        if self._stack:
            self._stack.close()
