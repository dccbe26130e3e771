"""The API for shops: orders in, their state out; amounts are whole minor units."""

from __future__ import annotations

from typing import Any

from .orders import create_order, read_order
from .schema import describe_api


def routes() -> list[Any]:
    """The API's handlers."""
    return [create_order, read_order, describe_api]
