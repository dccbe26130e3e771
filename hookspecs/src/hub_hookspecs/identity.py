"""Legal identity: documents, companies, and what a provider says of them."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

EMPTY: Mapping[str, str] = MappingProxyType({})


@attrs.frozen
class IdentityDocument:
    """A normalised identity document.

    Attributes:
        type: Code of the country's identity type, without the country: ``NIT``, ``CJ``.
        number: Normalised number: upper case, no blanks, dots or dashes, no check digit.
        check_digit: The check digit where the type has one and it is known.
    """

    type: str
    number: str
    check_digit: str | None = None


@attrs.frozen(kw_only=True)
class Company:
    """The legal identity of a merchant, as it stands in Configuración > Empresa.

    Attributes:
        country: ISO 3166-1 alpha-2.
        address: Parts by the country's own part names, as typed.
        zone: IANA time zone.
    """

    country: str
    document: IdentityDocument
    legal_name: str
    trade_name: str = ""
    address: Mapping[str, str] = EMPTY
    phone: str = ""
    email: str = ""
    zone: str = "UTC"

    @property
    def name(self) -> str:
        """What customers read: the trade name, or the legal one."""
        return self.trade_name or self.legal_name


@attrs.frozen(kw_only=True)
class IdentityCheck:
    """Input of validate_identity.

    Attributes:
        reference: Fresh reference by the provider's rule, for a provider that is checked by opening a session.
        currencies: Currencies whose credentials are to be tried.
        now: UTC.
        call_id: 10 fresh alphanumerics.
    """

    reference: str
    currencies: tuple[str, ...]
    now: datetime
    call_id: str


class Match(enum.StrEnum):
    """How one field of the company compares with what the provider has on record."""

    EQUAL = "equal"
    NEAR = "near"
    DIFFERENT = "different"
    UNAVAILABLE = "unavailable"


@attrs.frozen(kw_only=True)
class FieldMatch:
    """One verified company field: ours and theirs side by side, both masked.

    Attributes:
        field: ``identity_type``, ``identity_number`` or ``legal_name``.
    """

    field: str
    match: Match
    ours: str = ""
    theirs: str = ""


class Credentials(enum.StrEnum):
    """What the provider says of an account's credentials."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@attrs.frozen(kw_only=True)
class IdentityReport:
    """Result of validate_identity.

    Attributes:
        culprits: Names of the settings that the provider did not accept, where it says so.
        code: The provider's own code or short text for a refusal; never a secret.
        fields: One entry for each verified company field.
    """

    credentials: Credentials
    culprits: tuple[str, ...] = ()
    code: str | None = None
    fields: tuple[FieldMatch, ...] = ()

    @property
    def needs_confirmation(self) -> bool:
        """A field could not be compared, or only nearly agrees:
        the merchant must confirm by hand."""
        return any(field.match in (Match.NEAR, Match.UNAVAILABLE) for field in self.fields)

    @property
    def contradicts(self) -> bool:
        """A field is known to differ."""
        return any(field.match is Match.DIFFERENT for field in self.fields)


LEGAL_FORMS = re.compile(
    r"\b(sociedad anonima|sociedad por acciones simplificada|sociedad de responsabilidad limitada|limitada"
    r"|s a s|s a|s r l|sas|sa|ltda|srl|eirl|e i r l|inc|llc|ltd)$"
)


def name_key(name: str) -> str:
    """A company name reduced for comparison: no case, accents, punctuation or legal form."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = " ".join(re.sub(r"[^\w]+", " ", plain).split())
    while (shorter := LEGAL_FORMS.sub("", plain).strip()) != plain and shorter:
        plain = shorter
    return plain


def compare_names(ours: str, theirs: str) -> Match:
    """Exact after reduction is equal; one containing all words of the other is near;
    else different."""
    if not theirs.strip():
        return Match.UNAVAILABLE
    one, other = name_key(ours), name_key(theirs)
    if one == other:
        return Match.EQUAL
    words, others = set(one.split()), set(other.split())
    return Match.NEAR if words and others and (words <= others or others <= words) else Match.DIFFERENT


def compare_numbers(ours: IdentityDocument, theirs: str) -> Match:
    """Compare a number with the provider's, which may or may not carry the check digit."""
    number = re.sub(r"[^0-9A-Z]", "", theirs.upper())
    if not number:
        return Match.UNAVAILABLE
    forms = {ours.number, ours.number + (ours.check_digit or "")}
    return Match.EQUAL if number in forms else Match.DIFFERENT


def mask(text: str, keep: int = 3) -> str:
    """Hide all but the ends: ``900123456`` -> ``90*****56``; short texts keep less."""
    keep = min(keep, max(1, len(text) // 4))
    if len(text) <= 2:
        return "*" * len(text)
    return text[:keep] + "*" * (len(text) - 2 * keep) + text[-keep:]
