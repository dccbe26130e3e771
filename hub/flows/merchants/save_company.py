"""Save a company's legal identity, and say which accounts no longer agree with it."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from hub.domain.account import AccountStatus, Attention, ProviderAccount, changed_fields
from hub.domain.card_numbers import holds_card_number
from hub.domain.identity import FieldError, Invalid, read_document
from hub.domain.lengths import NAME, PHONE, too_long
from hub.domain.mail_address import AddressRefused, read_address
from hub.domain.merchant import Member, Merchant, Options, Role
from hub.domain.message import Delivery, DeliveryKind, owed_mail
from hub.domain.text import Text
from hub.flows.ground.keyed_id import keyed_id
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import Company, Country, Mode

MAX_ADDRESSES: Final = 10
JUDGED: Final = (AccountStatus.ACTIVE, AccountStatus.NEEDS_CONFIRMATION)
"""Accounts of which somebody said that the identity is the company's."""


@attrs.frozen(kw_only=True)
class CompanyForm:
    """Configuración > Empresa, as typed."""

    country: str
    identity_type: str
    identity_number: str
    check_digit: str = ""
    legal_name: str
    trade_name: str = ""
    address: Mapping[str, str] = attrs.Factory(dict)
    phone: str = ""
    email: str = ""
    zone: str = ""


TYPED = tuple(field.name for field in attrs.fields(CompanyForm) if field.name not in ("country", "address"))
"""Fields of the form that are one text each."""


@attrs.frozen(kw_only=True)
class CompanySaved:
    """What saving did.

    Attributes:
        changed: Names of the verifiable fields that changed.
        revalidate: Accounts that no longer match; their buttons are hidden until they pass again.
    """

    merchant: Merchant
    warnings: tuple[FieldError, ...] = ()
    changed: frozenset[str] = frozenset()
    revalidate: tuple[ProviderAccount, ...] = ()


def form_of(company: Company) -> CompanyForm:
    """A company as its form shows it before anybody types; fields of one name are the same in both."""
    names = {field.name for field in attrs.fields(Company)} & {field.name for field in attrs.fields(CompanyForm)}
    return CompanyForm(
        identity_type=company.document.type,
        identity_number=company.document.number,
        check_digit=company.document.check_digit or "",
        **{name: getattr(company, name) for name in names},
    )


def read_company(country: Country | None, form: CompanyForm) -> tuple[Company, tuple[FieldError, ...]]:
    """The company that a form describes, and warnings.

    Raises:
        Invalid: With every error of the form.
    """
    if country is None:
        raise Invalid((FieldError("country", Text("company.country_unknown", country=form.country)),))
    reading = read_document(country, form.identity_type, form.identity_number, form.check_digit or None)
    problems = list(reading.errors)
    if not form.legal_name.strip():
        problems.append(FieldError("legal_name", Text("company.legal_name_missing")))
    email = _address("email", form.email, problems) if form.email.strip() else ""
    zone = form.zone or country.zone
    if zone not in zoneinfo.available_timezones():
        problems.append(FieldError("zone", Text("company.zone_unknown", zone=zone)))
    if any("\n" in text or "\r" in text or "\0" in text for text in (form.legal_name, form.trade_name, form.email)):
        problems.append(FieldError("legal_name", Text("company.name_lines")))
    address = {f"address-{part}": text for part, text in form.address.items()}
    typed = {"legal_name": form.legal_name, "trade_name": form.trade_name, "phone": form.phone, **address}
    problems += [
        FieldError(name, Text("field.unprintable")) for name, text in typed.items() if not _one_line(text).isprintable()
    ]
    for name, text in typed.items():
        problems += too_long(name, _one_line(text), PHONE if name == "phone" else NAME)
    problems += [FieldError(name, Text("field.card_number")) for name, text in typed.items() if holds_card_number(text)]
    if problems or reading.document is None:
        raise Invalid(tuple(problems) or (FieldError("identity_number", Text("company.phone_invalid")),))
    company = Company(
        country=country.code,
        document=reading.document,
        legal_name=_one_line(form.legal_name),
        trade_name=_one_line(form.trade_name),
        address={key: _one_line(form.address.get(key, "")) for key, _label in country.address_parts},
        phone=_one_line(form.phone),
        email=email,
        zone=zone,
    )
    return company, reading.warnings


def _address(field: str, text: str, problems: list[FieldError]) -> str:
    """The address of a field; empty, and a problem more, where it is none."""
    try:
        return read_address(text)
    except AddressRefused as refusal:
        problems.append(FieldError(field, refusal.message))
        return ""


def read_notified(notify: Iterable[str], problems: list[FieldError]) -> tuple[str, ...]:
    """Who is notified of payments, each once; what is wrong with them is added to the problems."""
    addresses = []
    for text in filter(str.strip, notify):
        try:
            addresses.append(read_address(text))
        except AddressRefused as refusal:
            problems.append(FieldError("notify", Text("email.refused", email=text.strip()[:80], why=refusal.message)))
    if len(addresses) > MAX_ADDRESSES:
        problems.append(FieldError("notify", Text("email.too_many", limit=MAX_ADDRESSES)))
    return tuple(dict.fromkeys(addresses))


def _one_line(text: str) -> str:
    """A text whose blanks, of whatever kind, are single ones."""
    return " ".join(text.split())


async def create_company(
    hub: Hub,
    form: CompanyForm,
    *,
    slug: str,
    mode: Mode,
    owner_email: str,
    options: Options | None = None,
    beside: Callable[[Tx, Merchant], None] | None = None,
) -> CompanySaved:
    """Register a merchant and its owner.

    Args:
        beside: Writes what belongs to it in the same transaction, or raises.

    Raises:
        Invalid: The form, or a short name that is taken.
    """
    problems: list[FieldError] = []
    owner, chosen = _address("owner_email", owner_email, problems), options or Options()
    notify = read_notified(chosen.notify, problems)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,39}", slug):
        problems.append(FieldError("slug", Text("company.slug_form")))
    try:
        company, warnings = read_company(hub.countries.get(form.country), form)
    except Invalid as invalid:
        raise Invalid((*invalid.problems, *problems)) from None
    if problems:
        raise Invalid(tuple(problems))
    merchant = Merchant(
        id=hub.fresh_id(),
        slug=slug,
        company=company,
        locale=hub.countries[form.country].locale,
        mode=mode,
        options=attrs.evolve(chosen, notify=notify),
        created_at=hub.clock(),
    )

    def add(tx: Tx) -> None:
        if tx.merchants.by_slug(slug):
            raise Invalid((FieldError("slug", Text("company.slug_taken", slug=slug)),))
        tx.merchants.add(merchant)
        tx.merchants.add_member(Member(merchant_id=merchant.id, email=owner.lower(), role=Role.OWNER))
        if beside:
            beside(tx, merchant)
        tell(tx, "company_created", merchant=merchant.id, mode=mode.value)

    await hub.store.write(add)
    return CompanySaved(merchant=merchant, warnings=warnings)


async def save_company(hub: Hub, merchant_id: str, form: CompanyForm) -> CompanySaved:
    """Save a changed company; accounts whose verified fields changed need revalidation.

    Raises:
        Invalid: Every error of the form; nothing changed.
    """
    company, warnings = read_company(hub.countries.get(form.country), form)
    now = hub.clock()
    return await hub.store.write(lambda tx: _save(tx, hub, merchant_id, company, warnings, now))


def _save(
    tx: Tx, hub: Hub, merchant_id: str, company: Company, warnings: tuple[FieldError, ...], now: datetime
) -> CompanySaved:
    before = tx.merchants.get(merchant_id)
    if before is None:
        raise LookupError(f"no merchant {merchant_id}")
    merchant = attrs.evolve(before, company=company)
    tx.merchants.save(merchant)
    changed = changed_fields(before.company, company)
    touched = tuple(account for account in tx.accounts.current_of(merchant_id) if _rests_on(hub, account, changed))
    for account in touched:
        judged = account.status in JUDGED
        status = AccountStatus.NEEDS_REVALIDATION if judged else account.status
        tx.accounts.save(attrs.evolve(account, status=status, confirmed_by="", confirmed_at=None, updated_at=now))
        for address in merchant.notify if judged else ():
            tx.deliveries.add(_attention(hub, account, address, changed, now))
    hub.cached.clear()
    tx.after_commit(hub.wake)
    hidden = (AccountStatus.ACTIVE, AccountStatus.NEEDS_CONFIRMATION, AccountStatus.NEEDS_REVALIDATION)
    revalidate = tuple(account for account in touched if account.status in hidden)
    return CompanySaved(merchant=merchant, warnings=warnings, changed=changed, revalidate=revalidate)


@attrs.frozen
class Resting:
    """A connection whose buttons a change of these fields of the company would hide."""

    account: ProviderAccount
    fields: tuple[str, ...]


async def resting_on_identity(hub: Hub, merchant: Merchant) -> tuple[Resting, ...]:
    """What a change of the company would switch off."""

    def read(tx: Tx) -> tuple[Resting, ...]:
        judged = [item for item in tx.accounts.current_of(merchant.id) if item.status in JUDGED]
        found = ((item, hub.providers.get(item.provider)) for item in judged)
        return tuple(Resting(item, tuple(there.info.verified_fields)) for item, there in found if there)

    return await hub.store.read(read)


def _rests_on(hub: Hub, account: ProviderAccount, changed: frozenset[str]) -> bool:
    """Whether what was compared or confirmed of an account is about fields that changed."""
    provider = hub.providers.get(account.provider)
    verified = set(provider.info.verified_fields) if provider else changed
    return bool(changed & set(verified))


def _attention(hub: Hub, account: ProviderAccount, recipient: str, changed: frozenset[str], now: datetime) -> Delivery:
    """Tell the merchant that an account no longer matches and its buttons are hidden."""
    kind = DeliveryKind.ACCOUNT_ATTENTION
    mail_id = keyed_id(hub, "delivery", kind, account.id, recipient, now.isoformat())
    details = {"cause": Attention.COMPANY_CHANGED.value, "changed": ",".join(sorted(changed))}
    return owed_mail(mail_id, kind, recipient, account, now, details=details)
