"""The marks of a request: what it may do to money, and so whether it may be repeated."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from .errors import ProviderError
from .http import Request, Response

_MARK: Final = "hub_mark"
_GRANTLESS: Final = "hub_without_grant"


class Mark(enum.StrEnum):
    """What a request may do to money; decides what may happen to it."""

    HARMLESS = "harmless"
    SESSION = "opens_session"
    CHARGING = "charging"


def harmless(request: Request) -> Request:
    """Mark a request that cannot move money: the driver may repeat it."""
    request.extensions = {**request.extensions, _MARK: Mark.HARMLESS}
    return request


def opens_session(request: Request) -> Request:
    """Mark a request that opens a session nobody can have been sent to yet: never repeated,
    nobody can have paid."""
    request.extensions = {**request.extensions, _MARK: Mark.SESSION}
    return request


def without_grant(request: Request) -> Request:
    """Mark a request that must not carry the account's grant: the token request itself."""
    request.extensions = {**request.extensions, _GRANTLESS: True}
    return request


def mark_of(request: Request) -> Mark:
    """The mark of a request; unmarked means charging."""
    return Mark(request.extensions.get(_MARK, Mark.CHARGING))


def wants_grant(request: Request) -> bool:
    """Whether the account's grant belongs on this request."""
    return not request.extensions.get(_GRANTLESS, False)


LEGAL: Final[Mapping[str, frozenset[Mark]]] = {
    "create_payment": frozenset(Mark),
    "refund_payment": frozenset({Mark.HARMLESS, Mark.CHARGING}),
    "cancel_payment": frozenset({Mark.HARMLESS, Mark.CHARGING}),
    "capture_payment": frozenset({Mark.HARMLESS, Mark.CHARGING}),
    "register_webhook": frozenset({Mark.HARMLESS, Mark.CHARGING}),
    "validate_identity": frozenset({Mark.HARMLESS, Mark.SESSION}),
}
"""Marks that each hook may yield; any other hook may yield harmless requests alone."""


class Repeat(enum.Enum):
    """Whether the driver may send a request once more."""

    NO = enum.auto()
    AGAIN = enum.auto()
    WITH_NEW_GRANT = enum.auto()


def repeat_for(mark: Mark, outcome: Response | ProviderError) -> Repeat:
    """Only a harmless request is ever repeated: after a loss, a 5xx or 429,
    or a 401 with a new grant."""
    if mark is not Mark.HARMLESS:
        return Repeat.NO
    if isinstance(outcome, ProviderError):
        return Repeat.AGAIN
    if outcome.status_code == 401:
        return Repeat.WITH_NEW_GRANT
    return Repeat.AGAIN if outcome.status_code == 429 or outcome.status_code >= 500 else Repeat.NO
