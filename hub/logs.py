"""Log lines: JSON for machines, plain text for a terminal; no secret gets through by its name."""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO, cast

import attrs
import structlog

from hub.domain.card_numbers import MIN_DIGITS, mask_card_numbers
from hub_hookspecs.http import LOGGERS

HIDDEN = "***"
SECRET_KEYS = frozenset(
    {
        "api_key",
        "apikey",
        "authorization",
        "body",
        "card",
        "card_number",
        "client_secret",
        "content",
        "cookie",
        "credentials",
        "csrf",
        "cvc",
        "cvv",
        "data",
        "form",
        "grant",
        "html",
        "key",
        "keys",
        "link_token",
        "mail",
        "message_body",
        "pan",
        "password",
        "payload",
        "private_key",
        "proxy_authorization",
        "raw",
        "secret",
        "secrets",
        "session",
        "set_cookie",
        "settings",
        "signature",
        "token",
        "tokens",
        "x_api_key",
    }
)
SECRET_ENDINGS = ("_key", "_password", "_secret", "_signature", "_token")
HARMLESS_KEYS = frozenset({"dedupe_key", "entry_key", "intake_key"})
IDS = re.compile(r"(^|_)(id|reference|payment|account|delivery|message|number)$")
"""Names of ids, which may look like a card's number."""

SCHEME_AND_GRANT = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")

Event = MutableMapping[str, Any]


@attrs.frozen
class Patient:
    """A stream that never fails who writes: what was done is done,
    also where its line finds no room on the disk."""

    stream: TextIO

    def write(self, text: str) -> int:
        """Write what can be written."""
        with contextlib.suppress(OSError):
            return self.stream.write(text)
        return 0

    def flush(self) -> None:
        """Hand on what can be handed on."""
        with contextlib.suppress(OSError):
            self.stream.flush()


def set_up_logs(level: str = "info", *, stream: TextIO | None = None, as_json: bool | None = None) -> None:
    """Send the log lines of hub and libraries to ``stream``: JSON unless it is a terminal.

    Args:
        stream: Standard error when not given.
        as_json: Overrules the choice.
    """
    target = stream if stream is not None else sys.stderr
    in_json = not target.isatty() if as_json is None else as_json
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, *_last_steps(in_json)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", Patient(target))),
        cache_logger_on_first_use=False,
    )
    _send_libraries_through(target, number, shared, in_json)


def hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Replace what stands under a secret's name, at any depth, and grants inside texts."""
    return {name: HIDDEN if _is_secret(name) else _hidden(value, name) for name, value in event.items()}


def _last_steps(in_json: bool) -> list[structlog.typing.Processor]:
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)  # last, for there is nothing to hide in it
    if in_json:
        return [
            structlog.processors.format_exc_info,  # a traceback without local variables
            hide_secrets,
            stamp,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return [hide_secrets, stamp, console]


def _send_libraries_through(
    target: TextIO, number: int, shared: list[structlog.typing.Processor], in_json: bool
) -> None:
    """Lines of the standard library's logging come out in the same form."""
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last_steps(in_json)],
        )
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if getattr(old, "of_payment_hub", False)]:
        root.removeHandler(old)
    handler.of_payment_hub = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(number)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # a server gives them handlers and levels
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).setLevel(logging.NOTSET)
        logging.getLogger(name).propagate = True
    # These name whole addresses, which carry link tokens.
    for name in (*LOGGERS, "uvicorn.access", "typed_settings", "asyncio", "mail.log"):
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


@functools.lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    plain = name.lower().replace("-", "_").lstrip("_")
    return plain not in HARMLESS_KEYS and (plain in SECRET_KEYS or plain.endswith(SECRET_ENDINGS))


@functools.lru_cache(maxsize=1024)
def _is_id(name: str) -> bool:
    return bool(IDS.search(name))


def _hidden(value: Any, name: str = "") -> Any:
    match value:
        case str() if len(value) < MIN_DIGITS:  # no room for a card number or a grant: most words of a line
            return value
        case str() if _is_id(name):
            return value if value.isalnum() else SCHEME_AND_GRANT.sub(rf"\1 {HIDDEN}", value)
        case str():
            return SCHEME_AND_GRANT.sub(rf"\1 {HIDDEN}", mask_card_numbers(value))
        case Mapping():
            return {key: HIDDEN if _is_secret(str(key)) else _hidden(item, str(key)) for key, item in value.items()}
        case list() | tuple():
            return [_hidden(item, name) for item in value]
        case bytes():
            return f"<{len(value)} bytes>"
    return value
