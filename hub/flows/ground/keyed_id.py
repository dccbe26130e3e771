"""Ids that follow from what names a person, under the hub's keys."""

from __future__ import annotations

from hub.domain.ids import derived_id

from .ports import Hub


def keyed_id(hub: Hub, *parts: str) -> str:
    """``derived_id`` of what names a person: without the hub's keys nobody finds out whom by trying."""
    return derived_id(hub.vault.form_token("id", "\x1f".join(parts)))
