"""The two shapes in which ONVO tells errors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Any

import attrs


@attrs.frozen
class ApiError(Exception):
    """A request that is refused.

    Attributes:
        messages: What is wrong; errors of form have a list, all others one sentence.
        code: ONVO's own word, where there is one.
    """

    status: int
    messages: tuple[str, ...]
    code: str = ""
    of_form: bool = False

    def body(self, path: str, now: datetime, *, plain: bool) -> dict[str, Any]:
        """The answer's body, in the shape that such an error has."""
        if self.code and not plain:
            return {
                "statusCode": self.status,
                "type": "OnvoAPIError",
                "code": self.code,
                "message": self.messages[0],
                "path": path,
                "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}",
            }
        return {
            "statusCode": self.status,
            **({"apiCode": self.code} if self.code else {}),
            "message": list(self.messages) if self.of_form or self.code else self.messages[0],
            "error": HTTPStatus(self.status).phrase,
        }


def of_form(problems: Iterable[str]) -> ApiError:
    """What a body or a query is refused with."""
    return ApiError(400, tuple(problems), of_form=True)


def refused(code: str, message: str) -> ApiError:
    """What the rules of the thing forbid."""
    return ApiError(400, (message,), code)


def not_found(what: str) -> ApiError:
    """An id that is not the merchant's."""
    return ApiError(404, (f"{what} not found",))
