"""Merchants, their people, and the customers who owe them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import attrs

from hub.domain.logo import Logo
from hub_hookspecs import Company, IdentityDocument, Mode
from hub_hookspecs.identity import EMPTY

EMPTY_SUMS: Mapping[str, int] = MappingProxyType({})
EMPTY_TEXTS: Mapping[str, str] = MappingProxyType({})


class Role(enum.StrEnum):
    """What a person of the merchant may do.

    The owner configures and decides about money, the accountant sends, imports and keeps the books, the operator
    helps: sees everything, looks after mails, links and exceptions, and books nothing.
    """

    OWNER = "owner"
    ACCOUNTANT = "accountant"
    OPERATOR = "operator"


@attrs.frozen(kw_only=True)
class Options:
    """A merchant's choices.

    Attributes:
        auto_record: Record the cash receipt as soon as a payment is proven.
        partial: Customers may pay part of an invoice.
        notify: Addresses that are notified of payments; the company's own when empty.
        minimum: Smallest online payment in minor units by currency; a full balance may always be paid.
        withholdings: Customers may declare what they withhold.
        withholding_tolerance: How far what they declare may be from what its rate gives, minor units by currency.
        withholding_periods: By which periods customers certify what they withhold, by tax.
        withholding_cap: Above it, of one invoice, what they declare waits for a person, minor units by currency.
        withholding_cap_parts: The same as a part of the invoice's total, of a million; 0 for none.
        write_off_rest: What only a provider's unit cannot carry of a payment of the whole due is written off with it.
        bank_account: Name of the bank account that recorded cash receipts carry.
        digest: Report the payments of each day in one mail too.
        digest_from: The moment at which somebody wanted it again, as text; what came before is not reported.
        button_order: Provider codes in the order of their buttons; others follow by name.
        other_ways: How customers may pay without a provider, such as bank accounts, in the merchant's own words;
            shown with what is owed.
        shop_origins: Addresses (scheme and host) of the merchant's own shops; shoppers go back to these alone.
        ageing_cuts: The last day of each age of what is overdue, ascending; empty for the usual ones.
    """

    auto_record: bool = False
    partial: bool = False
    notify: tuple[str, ...] = ()
    minimum: Mapping[str, int] = EMPTY_SUMS
    withholdings: bool = False
    withholding_tolerance: Mapping[str, int] = EMPTY_SUMS
    withholding_periods: Mapping[str, str] = EMPTY_TEXTS
    withholding_cap: Mapping[str, int] = EMPTY_SUMS
    withholding_cap_parts: int = 0
    write_off_rest: bool = False
    bank_account: str = ""
    other_ways: str = ""
    digest: bool = True
    digest_from: str = ""
    button_order: tuple[str, ...] = ()
    shop_origins: tuple[str, ...] = ()
    ageing_cuts: tuple[int, ...] = ()


@attrs.frozen(kw_only=True)
class Merchant:
    """The business that is owed; its legal identity is ``company``.

    Attributes:
        slug: Short name for commands: ``--company ferreteria``.
        mode: The mode that its pages and imports work in.
        logo: Written apart, by ``logos``.
    """

    id: str
    slug: str
    company: Company
    locale: str
    mode: Mode
    options: Options = Options()
    created_at: datetime
    logo: Logo | None = None

    @property
    def notify(self) -> tuple[str, ...]:
        """Who is notified of payments."""
        return self.options.notify or tuple(filter(None, (self.company.email,)))


@attrs.frozen(kw_only=True)
class Member:
    """A person who may sign in for a merchant.

    Attributes:
        language: Of the pages and mails that this person reads: ``es``, ``en``; empty for the merchant's own.
    """

    merchant_id: str
    email: str
    role: Role
    language: str = ""


@attrs.frozen(kw_only=True)
class ApiKey:
    """A key of the merchant's shop, without the key.

    Attributes:
        id: Beginning of its hash, in hexadecimal: enough to tell it from the others.
    """

    id: str
    merchant_id: str
    mode: Mode
    name: str
    created_at: datetime
    revoked_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Customer:
    """Someone who owes, or a shopper.

    Attributes:
        other_emails: Further addresses by which people reach them; a mail goes there only where somebody chooses it.
        remembered: Payer fields of earlier payments by field name, shown masked.
        language: Of mails and documents to this customer: ``es``, ``en``; empty for the merchant's own.
        unsubscribed_at: When they asked for no more reminders of this merchant; mails about a payment go on.
        is_shopper: Who only bought in the store: anybody can type any mail there, so it is never taken for a customer.
        joined_to: The customer who this shopper is, as the merchant says; empty for none.
        joined_by, joined_at: Who said so, or that it is none any more, and when; empty while nobody said anything.
        contact: The person whom the merchant speaks with there.
        other_phones: Further numbers.
        by_hand: Fields that a person wrote, by name (``CustomerField``): files leave them as they are.
    """

    id: str
    merchant_id: str
    name: str
    document: IdentityDocument | None = None
    email: str = ""
    phone: str = ""
    address: str = ""
    other_emails: tuple[str, ...] = ()
    remembered: Mapping[str, str] = EMPTY
    language: str = ""
    unsubscribed_at: datetime | None = None
    is_shopper: bool = False
    joined_to: str = ""
    joined_by: str = ""
    joined_at: datetime | None = None
    contact: str = ""
    other_phones: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()

    @property
    def phones(self) -> tuple[str, ...]:
        """Every number, the first one first."""
        return tuple(filter(None, (self.phone, *self.other_phones)))


def locale_in(merchant: Merchant, language: str) -> str:
    """A chosen language as a locale; Spanish, and none, are the Spanish of the merchant's country."""
    return merchant.locale if language in ("", "es") else language


def locale_for(merchant: Merchant, customer: Customer | None, paid_in: str = "") -> str:
    """The language of mails to a customer: in which they paid, else their own, else the Spanish of the country."""
    chosen = paid_in.partition("_")[0]
    if chosen in ("", "es"):
        chosen = customer.language if customer else ""
    return locale_in(merchant, chosen)


def locale_at(merchant: Merchant, members: Iterable[Member], address: str) -> str:
    """The language of a mail to the merchant's people: of the member with this address, else the merchant's own."""
    chosen = next((member.language for member in members if member.email.casefold() == address.casefold()), "")
    return locale_in(merchant, chosen)


@attrs.frozen
class Parties:
    """Between whom something is issued or said."""

    merchant: Merchant
    customer: Customer


@attrs.frozen(kw_only=True)
class SignIn:
    """A mailed sign-in link: hash at rest, used once, by POST."""

    token_hash: bytes
    merchant_id: str
    email: str
    expires_at: datetime
    used_at: datetime | None = None


FRESH_LIFE: Final = timedelta(minutes=15)
"""How long after a sign-in acts that cannot be made good again are taken without another one."""


@attrs.frozen(kw_only=True)
class Session:
    """A signed-in browser.

    Attributes:
        signed_in_at: When this person last proved who he is with this browser.
    """

    token_hash: bytes
    merchant_id: str
    email: str
    role: Role
    csrf: str
    signed_in_at: datetime
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether the sign-in is recent enough for what cannot be made good again."""
        return now - self.signed_in_at <= FRESH_LIFE


class LinkKind(enum.StrEnum):
    """What a mailed link opens."""

    STATEMENT = "statement"
    RECEIPT = "receipt"
    ORDER = "order"
    PAYMENT = "payment"


@attrs.frozen(kw_only=True)
class Link:
    """A mailed link. Its token is HMAC(link key, id + version), computed when it is handed over and never stored.

    Attributes:
        target: Id of what it opens: customer, payment or order.
        version: Raised to revoke.
    """

    id: str
    merchant_id: str
    mode: Mode
    kind: LinkKind
    target: str
    version: int
    expires_at: datetime
    revoked_at: datetime | None = None
    opened_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Neither expired nor revoked."""
        return self.revoked_at is None and now < self.expires_at
