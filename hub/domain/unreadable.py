"""A cell that cannot be read, and what Excel leaves behind instead of what was written."""

from __future__ import annotations

import re
from typing import Final

from hub.domain.files.sheet import JsonNumber
from hub.domain.text import Text

SCIENTIFIC: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
EXCEL_ERROR: Final = re.compile(r"#(?:N/?[AD]|[¡¿]?[A-ZÁÉÍÓÚÑ/0]+[!?]|#*)", re.IGNORECASE)


class Unreadable(ValueError):
    """A cell that cannot be read; the message is for the person who wrote it,
    and names the remedy."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


def refuse_excel(text: str) -> None:
    """Refuse what Excel leaves behind: an error, or a long number in scientific notation,
    which has lost digits."""
    if text.startswith("#") and EXCEL_ERROR.fullmatch(text):
        raise Unreadable(Text("cell.excel_error"))
    if ("E" in text or "e" in text) and not isinstance(text, JsonNumber) and SCIENTIFIC.fullmatch(text):
        raise Unreadable(Text("cell.digits_lost"))
