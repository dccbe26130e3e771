"""The head of every document and mail: whose it is, and the marks that its mode demands.

Texts of documents are plain, one line (``note``, ``details``, ``advice`` and ``other_ways`` may have more); times are
UTC, shown in the letterhead's zone; addresses are absolute http(s) URLs.
"""

from __future__ import annotations

import attrs

from hub.domain.identity import show_document
from hub.domain.logo import Logo
from hub.domain.merchant import Merchant
from hub_hookspecs import Country, Mode


@attrs.frozen(kw_only=True)
class Letterhead:
    """Whose document it is: the merchant block, and the marks that its mode demands.

    Attributes:
        name: What customers read.
        identity: Kind and number of the identity document as people write it: ``NIT 900.123.456-8``.
        zone: IANA zone in which times are shown.
        mode: Test documents say ``PRUEBA - SIN VALOR``.
        simulated: The provider's part is played by a simulator; the document says so.
        other_ways: How the merchant is paid without a provider, in its own words and lines; shown with what is owed.
        merchant_id: Whose logo it is.
        picture: The logo's content; it is put in when the document is about to be drawn.
    """

    name: str
    legal_name: str = ""
    identity: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    zone: str = "UTC"
    mode: Mode
    simulated: bool = False
    other_ways: str = ""
    merchant_id: str = ""
    logo: Logo | None = None
    picture: bytes = attrs.field(default=b"", repr=False)


def letterhead_for(merchant: Merchant, country: Country, mode: Mode, *, simulated: bool = False) -> Letterhead:
    """The merchant block of a document."""
    company = merchant.company
    parts = (company.address.get(key, "") for key, _ in reversed(country.address_parts))
    return Letterhead(
        name=company.name,
        legal_name=company.legal_name,
        identity=show_document(country, company.document, with_type=True),
        address=", ".join(part for part in parts if part),
        phone=company.phone,
        email=company.email,
        zone=company.zone,
        mode=mode,
        simulated=simulated,
        other_ways=merchant.options.other_ways,
        merchant_id=merchant.id,
        logo=merchant.logo,
    )
