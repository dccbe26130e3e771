"""A made-up company of any country, its customer, what that one owes, and its account at a simulated provider."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain import billing
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.identity import Invalid, read_document
from hub.domain.merchant import Customer, Merchant
from hub.domain.payable import Payable, PayableKind
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.validate_account import confirm_account
from hub.flows.ground.ports import Hub, Tx
from hub.flows.merchants.save_company import CompanyForm
from hub_hookspecs import Country, Credentials, EnteredBy, IdentityDocument, IdentityType, Money, ProviderInfo
from hub_hookspecs.patterns import texts_for
from hub_hookspecs.testing.subject import DOCUMENTS

NAME: Final = "Comercial El Ejemplo"
PLACE: Final = "Ejemplo"
MAIL: Final = "pagos@ejemplo.test"
OWNER: Final = "duena@ejemplo.test"


class NotConnected(Exception):
    """The plugin's account does not work; the text says what became of it."""


def example_company(country: Country, name: str = NAME) -> CompanyForm:
    """A company that the country's own rules accept.

    Raises:
        LookupError: No number could be made that they accept.
    """
    document = example_document(country)
    return CompanyForm(
        country=country.code,
        identity_type=document.type,
        identity_number=document.number,
        check_digit=document.check_digit or "",
        legal_name=name,
        address={part: PLACE for part, _label in country.address_parts},
        phone=next(iter(_made(country.mobile)), ""),
        email=MAIL,
    )


def example_document(country: Country) -> IdentityDocument:
    """The identity of a made-up company: the one that simulators know where they ask for one,
    else the first that the country's rules accept without a warning, check digit included.

    Raises:
        LookupError: None could be made.
    """
    known = DOCUMENTS.get(country.code)
    kinds = sorted(country.identity_types, key=lambda kind: not kind.legal_person)
    tried = [(kind, number) for kind in kinds for number in _numbers(kind)]
    if known and (kind := country.identity_type(known.type)):
        tried.insert(0, (kind, known.number))
    for kind, number in tried:
        digit = kind.check_digit(number) if kind.check_digit and re.fullmatch(kind.pattern, number) else None
        reading = read_document(country, kind.code, number, digit)
        if reading.document and not reading.warnings:
            return reading.document
    raise LookupError(f"no identity number could be made that {country.name}'s rules accept: give an example of one")


def _numbers(kind: IdentityType) -> tuple[str, ...]:
    made = (*_made(kind.usual or ""), *_made(kind.pattern))
    return made if kind.check_digit else (*filter(None, [kind.example]), *made)


def _made(pattern: str) -> tuple[str, ...]:
    try:
        return texts_for(pattern) if pattern else ()
    except re.error:
        return ()


def owe(
    tx: Tx, hub: Hub, merchant: Merchant, number: str, amount: Money, *, customer: Customer | None = None
) -> Payable:
    """An open invoice of a customer, or of a new one."""
    now = hub.clock()
    if customer is None:
        customer = Customer(id=hub.fresh_id(), merchant_id=merchant.id, name="Ana Prueba", email="ana@ejemplo.test")
        tx.customers.save(customer)
    payable = Payable(
        id=hub.fresh_id(),
        merchant_id=merchant.id,
        mode=merchant.mode,
        kind=PayableKind.INVOICE,
        number=number,
        customer_id=customer.id,
        currency=amount.currency,
        total=amount.minor,
        issued_on=now.astimezone(ZoneInfo(merchant.company.zone)).date(),
        created_at=now,
    )
    tx.payables.add(payable)
    tx.ledger.write(billing.bill(payable, difference=payable.total, at=now))
    return payable


async def connect_example(
    hub: Hub, merchant: Merchant, info: ProviderInfo, given: Mapping[str, str], *, by: str
) -> ProviderAccount:
    """What the merchant enters, then what the operator does; a person confirms what the provider cannot tell.

    Raises:
        NotConnected: Its settings are refused, or the account does not become active.
    """
    account = None
    try:
        for hand in (EnteredBy.MERCHANT, EnteredBy.OPERATOR):
            names = {setting.name for setting in info.settings if setting.entered_by is hand}
            values = {name: value for name, value in given.items() if name in names}
            if values or hand is EnteredBy.MERCHANT:
                connected = await connect_account(hub, merchant.id, info.code, values, by=by, entered_by=hand)
                account = connected.account
        assert account is not None
        if account.status is AccountStatus.NEEDS_CONFIRMATION:
            account = await confirm_account(hub, account.id, by=by)
    except Invalid as invalid:
        raise NotConnected(f"the settings that its simulator gives are refused: {invalid}") from None
    return account if account.status is AccountStatus.ACTIVE else await _activate(hub, account)


async def _activate(hub: Hub, account: ProviderAccount) -> ProviderAccount:
    """Where its credentials work, the simulator's merchant may be another company than the one that is made up here."""
    said = account.report.credentials if account.report else "nothing"
    if said is not Credentials.ACCEPTED:
        raise NotConnected(f"its account is {account.status} after validate_identity said {said} of the credentials")
    now = hub.clock()
    await hub.store.write(lambda tx: tx.accounts.set_status(account.id, AccountStatus.ACTIVE, now))
    hub.cached.clear()
    return attrs.evolve(account, status=AccountStatus.ACTIVE)
