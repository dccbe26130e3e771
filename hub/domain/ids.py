"""Ids that follow from what they name."""

from __future__ import annotations

import hashlib


def derived_id(*parts: str) -> str:
    """An id that follows from a key, so that doing it again makes the same row."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
