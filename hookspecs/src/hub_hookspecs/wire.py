"""Reading a provider's answer safely; the same few lines in every plugin."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final

from .errors import OutcomeUnknown
from .http import Response
from .money import Money, MoneyError

DEEPEST: Final = 100
"""Levels of nesting; what an interpreter bears differs, and at its end anything may fail,
not the reading alone."""

_MARKS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def strict_json(raw: bytes) -> Any:
    """Decode JSON of untrusted origin.

    Duplicate keys, NaN, lone surrogates, more than ``DEEPEST`` levels, huge integers and invalid
    UTF-8 are refused; numbers with a point come as ``Decimal``.

    Raises:
        ValueError: The bytes are not such JSON; no other exception leaves this function.
    """
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _is_deep(raw):
        raise ValueError(f"not acceptable JSON: nested deeper than {DEEPEST}")
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
        if b"\\u" in raw:  # only an escape can bring in half a surrogate pair
            json.dumps(value, default=str, ensure_ascii=False).encode("utf-8")
    except (RecursionError, ArithmeticError) as error:
        raise ValueError(f"not acceptable JSON: {type(error).__name__}") from None
    except UnicodeError:
        raise ValueError("not acceptable JSON: its text is not UTF-8") from None
    return value


def _is_deep(raw: bytes) -> bool:
    depth = 0
    for mark in _MARKS.finditer(raw):
        if mark[0] in (b"[", b"{"):
            depth += 1
            if depth > DEEPEST:
                return True
        elif mark[0] in (b"]", b"}"):
            depth -= 1
    return False


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError("not acceptable JSON: an integer of more than 20 digits")
    return int(digits)


def _constant(name: str) -> Any:
    raise ValueError(f"not acceptable JSON: {name}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("not acceptable JSON: a key stands twice")
    return value


_DECODER = json.JSONDecoder(
    parse_float=Decimal, parse_int=_integer, parse_constant=_constant, object_pairs_hook=_unique
)


def json_object(response: Response) -> dict[str, Any]:
    """The JSON object of an answer.

    Raises:
        OutcomeUnknown: The answer is not a JSON object, so nothing can be concluded from it.
    """
    try:
        body = strict_json(response.content)
    except ValueError as error:
        raise OutcomeUnknown(f"answer {response.status_code} is unreadable: {error}") from None
    if not isinstance(body, dict):
        raise OutcomeUnknown(f"answer {response.status_code} is not a JSON object")
    return body


def money_or_none(value: object, currency: object, *, minor: bool = False) -> Money | None:
    """An amount as a provider states it; None where it states none that can be read.

    Args:
        value: Plain decimal text, an integer or a Decimal, as ``strict_json`` decodes it; never a float.
        minor: It counts minor units.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or not isinstance(currency, str):
        return None
    try:
        if not minor:
            return Money.parse(value, currency)
        if isinstance(value, Decimal) or not str(value).removeprefix("-").isdecimal():
            return None
        return Money(int(value), currency)
    except (MoneyError, ArithmeticError):
        return None
