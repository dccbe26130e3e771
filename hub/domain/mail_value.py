"""What a mail says, before it is drawn."""

from __future__ import annotations

from typing import Protocol

from hub.domain.letterhead import Letterhead


class MailValue(Protocol):
    """What a mail says; each kind has a record of its own, which names its ``kind``."""

    @property
    def kind(self) -> str:
        """The kind of mail that it is for."""

    @property
    def letterhead(self) -> Letterhead:
        """Whose mail it is."""
