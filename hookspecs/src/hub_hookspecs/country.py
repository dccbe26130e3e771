"""A country as data: identity documents, currencies, wording and rules.

Found through entry-point group ``hub.countries``; adding a country touches no
file of ours, and a provider's distribution may bring its own.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import date

import attrs

from .contact import ContactRules
from .identity import EMPTY


@attrs.frozen(kw_only=True)
class IdentityType:
    """One kind of identity document.

    Attributes:
        code: Unique in its country: ``NIT``.
        pattern: What a normalised number must match in full; else it is refused.
        usual: Narrower pattern; a number outside it is accepted with a warning.
        warning: That warning, in the country's language.
        example: A number as people write it.
        check_digit: Computes the check digit of a normalised number, where the type has one; it answers to whatever
            the pattern lets through, and to a number that is a character too short or too long.
        normalise: Further normalisation after upper case and removal of blanks, dots and dashes.
        show: Formats normalised number and check digit for people.
        legal_person: True where the document usually names a company.
        tax_code: The tax authority's code of the document.
        also_called: What programs call it besides, in files of customers.
    """

    code: str
    label: str
    pattern: str
    usual: str | None = None
    warning: str = ""
    example: str = ""
    check_digit: Callable[[str], str] | None = None
    normalise: Callable[[str], str] = str
    show: Callable[[str, str | None], str] = lambda number, digit: f"{number}-{digit}" if digit else number
    legal_person: bool = False
    tax_code: str = ""
    also_called: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ReceiptRules:
    """How cash receipts are written.

    Attributes:
        major: Singular and plural of the currency's name by currency: ``{"COP": ("peso", "pesos")}``.
        tail: Closing words of an amount in words by currency, e.g. ``M/CTE``.
        series: Default series prefix.
    """

    major: Mapping[str, tuple[str, str]]
    tail: Mapping[str, str] = EMPTY
    series: str = "RC"


@attrs.frozen(kw_only=True)
class Country:
    """Everything that the hub knows of a country.

    Attributes:
        code: ISO 3166-1 alpha-2; equals the entry-point name.
        currencies: The first is the usual one.
        locale: Babel locale with underscore: ``es_CR``.
        zone: IANA time zone.
        address_parts: (key, label) in the order of the form.
        mobile: Pattern of a mobile number without country prefix, digits only.
        phone_prefix: International prefix: ``+506``.
        wording: Texts that differ from the language's default, by message id.
        holidays: Bank holidays, for estimates only: a set of dates, or ``Holidays`` by a rule that never ends.
        withholdings: Whether payers withhold taxes in private business.
        withheld_taxes: (code, name) of the taxes that a payer may declare to withhold; the code, such as
            ``retefuente``, stands in keys of the books and never changes.
        withheld_of_vat: Codes of those that are a part of the VAT; the base of the others is the price before it.
        state_withholds: Whether bodies of the State withhold where others do not; a merchant says which customers are.
        means: (code, name) of the ways in which money comes by hand besides cash, transfer and cheque, such as
            ``("sinpe", "SINPE Móvil")``; it reaches the bank account, and the code stands in receipts for ever.
        decimal_sign: What stands before the decimals of a typed amount, ``,`` or ``.``; empty where people write both.
        familiar: Whether people are addressed as *tú* where the hub speaks Spanish; else as *usted*.
        zones: Further time zones of the country, of which a company may choose.
        contacts: When and how often people may be reminded of what they owe; without it the hub's own, careful rules.
        payment_receipt_terms: Codes of the conditions of sale whose payment is declared to the tax authority by a
            document of its own, as invoices name them: ``("08", "10")``; the hub lists what needs one.
    """

    code: str
    name: str
    identity_types: tuple[IdentityType, ...]
    currencies: tuple[str, ...]
    locale: str
    zone: str
    address_parts: tuple[tuple[str, str], ...]
    mobile: str
    phone_prefix: str
    receipts: ReceiptRules
    wording: Mapping[str, str] = EMPTY
    holidays: Container[date] = frozenset()
    withholdings: bool = False
    withheld_taxes: tuple[tuple[str, str], ...] = (("retencion", "Retención"),)
    withheld_of_vat: tuple[str, ...] = ()
    state_withholds: bool = False
    means: tuple[tuple[str, str], ...] = ()
    decimal_sign: str = attrs.field(default="", validator=attrs.validators.in_(("", ",", ".")))
    familiar: bool = False
    zones: tuple[str, ...] = ()
    contacts: ContactRules | None = None
    payment_receipt_terms: tuple[str, ...] = ()

    def identity_type(self, code: str) -> IdentityType | None:
        """The identity type with this code, if the country has it."""
        return next((kind for kind in self.identity_types if kind.code == code), None)

    def tax_name(self, code: str) -> str:
        """What people call a tax that is withheld;
        one that nobody declares here is called by its code."""
        return dict(self.withheld_taxes).get(code) or code.replace("_", " ").capitalize()
