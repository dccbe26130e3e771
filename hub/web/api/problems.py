"""Answers that say what is wrong: ``application/problem+json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from litestar import Response

MEDIA_TYPE = "application/problem+json"


def problem(status: int, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: str) -> Response[bytes]:
    """A refusal: its status, what it means, and what this one is about."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    return Response(
        json.dumps({**body, **more}, ensure_ascii=False).encode(),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})},
    )
