"""Named notes of the deployment, each declared by whoever writes it: a value and a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from .ports import Tx


@attrs.frozen
class NamedMark:
    """One note."""

    name: str

    def set(self, tx: Tx, value: str, at: datetime) -> None:
        """Write the note, or write it anew."""
        tx.marks.set(self.name, value, at)

    def get(self, tx: Tx) -> tuple[str, datetime] | None:
        """Its value and time; None before the first."""
        return tx.marks.get(self.name)

    def drop(self, tx: Tx) -> None:
        """Forget it."""
        tx.marks.drop(self.name)


@attrs.frozen
class MarkTable:
    """Notes of one kind, by key."""

    prefix: str

    def of(self, key: str) -> NamedMark:
        """The note under a key."""
        return NamedMark(f"{self.prefix}{key}")

    def all(self, tx: Tx) -> Mapping[str, tuple[str, datetime]]:
        """Value and time of each note, by key."""
        return tx.marks.beginning(self.prefix)
