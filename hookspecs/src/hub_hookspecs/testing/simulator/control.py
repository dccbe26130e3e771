"""Reads the requests to a simulator's control address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .faults import AFTER, BEFORE, ON_NEWS, PlannedFault


class WrongRequest(Exception):
    """What is wrong with a control request."""


def object_in(raw: bytes) -> dict[str, Any]:
    """The JSON object of a body."""
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise WrongRequest("the body is no JSON") from None
    if not isinstance(body, dict):
        raise WrongRequest("the body is no JSON object")
    return body


def member(body: Mapping[str, Any], name: str) -> str:
    """A required text."""
    if not isinstance(value := body.get(name), str):
        raise WrongRequest(f"{name} is missing, or no text")
    return value


def fault_from(body: Mapping[str, Any]) -> PlannedFault:
    """The fault that is planned."""
    if body.get("kind") not in BEFORE | AFTER | ON_NEWS:
        raise WrongRequest(f"unknown fault {body.get('kind')!r}")
    if unknown := set(body) - {"path", "kind", "times", "seconds", "status"}:
        raise WrongRequest(f"a fault has no {', '.join(sorted(unknown))}")
    return PlannedFault(**{**body, "path": member(body, "path")})


def clock_from(body: Mapping[str, Any]) -> tuple[timedelta, datetime | None]:
    """By how much the clock is shifted, and where it stands still."""
    try:
        shift = timedelta(seconds=body.get("seconds", 0))
        stopped = datetime.fromisoformat(body["at"]) if "at" in body else None
    except (TypeError, ValueError) as error:
        raise WrongRequest(str(error)) from None
    if stopped and stopped.tzinfo is None:
        raise WrongRequest("at needs its zone: 2026-01-31T12:00:00Z")
    return shift, stopped
