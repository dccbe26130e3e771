"""What people wrote on a cash receipt after it was issued: notes that are printed, and why it stands as it is."""

from __future__ import annotations

import enum
from datetime import datetime

import attrs


class NoteKind(enum.StrEnum):
    """What a note is for: ``shown`` is printed in place of the notes before it, ``left`` says why nothing was done."""

    SHOWN = "shown"
    LEFT = "left"


@attrs.frozen(kw_only=True)
class ReceiptNote:
    """A note, never changed: another one takes its place.

    Attributes:
        number: The first of a receipt is 1.
    """

    receipt_id: str
    number: int
    kind: NoteKind
    text: str
    by: str
    at: datetime
