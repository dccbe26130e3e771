"""How long the words that people give may be: what is longer is refused with its limit,
never cut in silence."""

from __future__ import annotations

from typing import Final

from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text

NAME: Final = 200
"""Of a company, a person, or a line of an address."""

PHONE: Final = 40
KEY_NAME: Final = 100
BANK_ACCOUNT: Final = 100
REASON: Final = 400
"""Why somebody did something; it stays for ever."""

REMARKS: Final = 500
"""Of a cash receipt."""

LETTER: Final = 1000
"""Words between a merchant and a customer."""


def too_long(field: str, text: str, longest: int) -> tuple[FieldError, ...]:
    """What is wrong with a text that does not fit; nothing where it does."""
    text = text.replace("\r\n", "\n")  # browsers send two characters where a person sees the end of one line
    if len(text) <= longest:
        return ()
    return (FieldError(field, Text("field.too_long", letters=len(text), limit=longest)),)


def stated_reason(reason: str, missing: Text) -> str:
    """Why somebody does something that stays for ever, without the blanks around it.

    Raises:
        Invalid: There is none, which ``missing`` says, or it is too long.
    """
    why = reason.strip()
    if not why:
        raise Invalid((FieldError("reason", missing),))
    if problems := too_long("reason", why, REASON):
        raise Invalid(problems)
    return why
