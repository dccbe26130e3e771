"""Mail addresses: the one place that says what is one, by a library that knows the rules.

Nothing is looked up, so an address may have the right form and still be nobody's. What is stored already is never
judged again; what is sent to is brought into the form of the wire.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from hub.domain.cells import Unreadable
from hub.domain.text import Text

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

MAX_ADDRESS_LENGTH: Final = 254
MAX_LOCAL_LENGTH: Final = 64
"""Characters of a whole address, and of what stands before its @: RFC 5321, 4.5.3.1."""

AMBIGUOUS: Final = frozenset("ßς\u200c\u200d")
"""Letters of a domain that older and newer rules turn into different ASCII names."""


class AddressError(enum.Enum):
    """Why a text is no mail address."""

    FORM = "form"
    LENGTH = "length"
    LOCAL_LENGTH = "local_length"
    LETTERS = "letters"
    AMBIGUOUS = "ambiguous"


class AddressRefused(Unreadable):
    """A text that is no mail address; the message is for the person who typed it, and names the limit."""

    def __init__(self, error: AddressError, message: Text) -> None:
        super().__init__(message)
        self.error = error


def read_address(text: str, *, dotless: bool = False) -> str:
    """One address as it is stored: without blanks around it, its domain in lower case, otherwise as it was written.

    Args:
        dotless: Whether a host of an own network will do, such as ``root@localhost``.

    Raises:
        AddressRefused: It is none, it is several, or it has a name beside it.
    """
    local, domain = _parts(text)
    judged = _judged(local, domain, dotless=dotless)
    return f"{local}@{judged.ascii_domain if domain.isascii() else judged.domain}"


def folded(text: str) -> str:
    """An address as it is compared with stored ones, among which may be some that would not be taken today."""
    try:
        return read_address(text).lower()
    except AddressRefused:
        return text.strip().lower()


def wire_address(text: str) -> str:
    """An address as it goes on the wire, its domain in ASCII; hosts of an own network are taken too.

    Raises:
        AddressRefused: It is none, or might become somebody else's on the way.
    """
    local, domain = _parts(text)
    return f"{local}@{_judged(local, domain, dotless=True).ascii_domain}"


def _parts(text: str) -> tuple[str, str]:
    """What stands before and after the last @."""
    local, _, domain = text.strip().rpartition("@")
    return local, domain


def _judged(local: str, domain: str, *, dotless: bool) -> ValidatedEmail:
    _refuse_too_long(local, domain)
    if not local.isascii():
        raise AddressRefused(
            AddressError.LETTERS,
            Text("email.letters"),
        )
    if "=?" in local or set(domain) & AMBIGUOUS:
        raise AddressRefused(AddressError.AMBIGUOUS, Text("email.ambiguous"))
    import email_validator

    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()  # names that only some networks know are judged like the others
    try:
        return email_validator.validate_email(
            f"{local}@{domain}",
            allow_smtputf8=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
            check_deliverability=False,
            globally_deliverable=not dotless,
        )
    except email_validator.EmailNotValidError:
        raise AddressRefused(AddressError.FORM, Text("email.form")) from None


def _refuse_too_long(local: str, domain: str) -> None:
    letters = len(local) + 1 + len(domain)
    if letters > MAX_ADDRESS_LENGTH:
        raise AddressRefused(AddressError.LENGTH, Text("email.too_long", letters=letters, limit=MAX_ADDRESS_LENGTH))
    if len(local) > MAX_LOCAL_LENGTH:
        raise AddressRefused(
            AddressError.LOCAL_LENGTH, Text("email.local_too_long", letters=len(local), limit=MAX_LOCAL_LENGTH)
        )
