"""Find what a person means: a company, a customer, an account, a payment."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from hub.domain.account import ProviderAccount
    from hub.domain.merchant import Customer, Merchant
    from hub.domain.payment import Payment
    from hub.flows.ground.ports import Hub, Tx
    from hub_hookspecs import Mode

T = TypeVar("T")

SHOWN = 8


def company_in(tx: Tx, slug: str | None) -> Merchant:
    """The company of this short name, or the only one."""
    merchants = tx.merchants.all()
    names = ", ".join(merchant.slug for merchant in merchants)
    if slug:
        found = tx.merchants.by_slug(slug)
        if found is None:
            raise click.ClickException(f"there is no company {slug!r}; there are: {names or 'none'}")
        return found
    if not merchants:
        raise click.ClickException("there is no company yet: payment-hub company create")
    if len(merchants) > 1:
        raise click.UsageError(f"there are several companies: say --company NAME, one of {names}")
    return merchants[0]


def companies_in(tx: Tx, slug: str | None) -> Sequence[Merchant]:
    """The company of this short name, or all of them."""
    return [company_in(tx, slug)] if slug else tx.merchants.all()


def zones_in(tx: Tx) -> dict[str, str]:
    """The time zone of each company by its id; what is of no company stands in UTC."""
    return defaultdict(lambda: "UTC", {merchant.id: merchant.company.zone for merchant in tx.merchants.all()})


async def find_company(hub: Hub, slug: str | None) -> Merchant:
    """The company of this short name, or the only one."""
    return await hub.store.read(lambda tx: company_in(tx, slug))


async def find_book(hub: Hub, slug: str | None, mode: str | None) -> tuple[Merchant, Mode]:
    """The company of this short name, or the only one, and which of its books is meant; else that of its own mode."""
    from hub_hookspecs import Mode

    merchant = await find_company(hub, slug)
    return merchant, Mode(mode) if mode else merchant.mode


async def find_customer(hub: Hub, merchant: Merchant, text: str) -> Customer:
    """The one customer whose identity number, mail, id or name is meant."""
    found = await hub.store.read(lambda tx: _customers(tx, hub, merchant, text.strip()))
    if not found:
        raise click.ClickException(f"{merchant.slug} has no customer {text!r}: give an identity number or a mail")
    if len(found) > 1:
        some = "; ".join(
            f"{item.name} ({item.document.number if item.document else item.id})" for item in found[:SHOWN]
        )
        raise click.ClickException(f"{len(found)} customers of {merchant.slug} match {text!r}: {some}")
    return found[0]


def _customers(tx: Tx, hub: Hub, merchant: Merchant, text: str) -> tuple[Customer, ...]:
    from hub.flows.views.find_person import customers_called, customers_numbered

    by_id = tx.customers.get(text)
    if by_id and by_id.merchant_id == merchant.id:
        return (by_id,)
    if "@" in text:
        return tx.customers.find(merchant.id, email=text)
    return (
        customers_numbered(tx, hub, merchant, text)
        or tx.customers.of(merchant.id, text)
        or customers_called(tx, merchant, text)
    )


def only(found: Sequence[T], noun: str, text: str) -> T:
    """The one whose id begins with what was typed."""
    if not found:
        raise click.ClickException(f"no {noun} begins with {text!r}: payment-hub {noun} list")
    if len(found) > 1:
        raise click.ClickException(f"{len(found)} {noun}s begin with {text!r}: give more of the id")
    return found[0]


async def find_named(hub: Hub, merchant: Merchant, text: str) -> tuple[str, str]:
    """(provider code, account id) of what is named: a provider, whose account may not be there yet, or an account."""
    named = await hub.store.read(lambda tx: tx.accounts.get(text))
    return (named.provider, named.id) if named is not None and named.merchant_id == merchant.id else (text, "")


async def find_account(hub: Hub, merchant: Merchant, code: str) -> ProviderAccount:
    """The company's connection to the provider of this code, or the one with this id, which may be retired."""
    named = await hub.store.read(lambda tx: tx.accounts.get(code))
    if named is not None and named.merchant_id == merchant.id:
        return named
    accounts = await hub.store.read(lambda tx: tx.accounts.current_of(merchant.id, merchant.mode))
    for account in accounts:
        if account.provider == code:
            return account
    connected = ", ".join(account.provider for account in accounts) or "none"
    raise click.ClickException(
        f"{merchant.slug} is not connected to {code!r} (connected: {connected}): payment-hub account connect {code}"
    )


def payments_in(tx: Tx, hub: Hub, text: str) -> tuple[Payment, ...]:
    """Payments that a text means, newest first; exact ones alone.

    A text may be our reference, the provider's, an authorisation, the number of an invoice, an order or a cash receipt,
    the reference of a refund or undo; else a mail, an identity number, a phone or a name.
    """
    exact = tx.payments.marked(text)
    by_reference = tuple(item for item in exact if text in (item.id, item.reference, item.provider_reference))
    by_number = tuple(item for item in exact if any(line.number == text for line in item.lines))
    return by_reference or by_number or exact or tx.payments.search(text=text) or _by_person(tx, hub, text)


def _by_person(tx: Tx, hub: Hub, text: str) -> tuple[Payment, ...]:
    """Payments of customers with this identity number or phone, and those for which this phone was typed."""
    from hub.flows.views.find_person import customers_called, customers_numbered, payments_typed

    found = {
        payment.id: payment
        for merchant in tx.merchants.all()
        for customer in customers_numbered(tx, hub, merchant, text) or customers_called(tx, merchant, text)
        for payment in tx.payments.of_customer(customer.id, merchant.mode)
    }
    found |= {payment.id: payment for payment in payments_typed(tx, text)}
    return tuple(sorted(found.values(), key=lambda payment: payment.created_at, reverse=True))


async def find_payments(hub: Hub, text: str) -> tuple[Payment, ...]:
    """Payments that a text means, newest first; at least one."""
    found = await hub.store.read(lambda tx: payments_in(tx, hub, text.strip())) if text.strip() else ()
    if not found:
        raise click.ClickException(
            f"no payment matches {text!r}: give our reference, the provider's, an authorisation, the number of an"
            " invoice, an order or a cash receipt, a mail, an identity number or a phone;"
            " what has no payment: payment-hub find TEXT"
        )
    return found


async def find_payment(hub: Hub, text: str) -> Payment:
    """The one payment that is meant."""
    found = await find_payments(hub, text)
    if len(found) > 1:
        some = "; ".join(f"{item.reference} ({item.status.value})" for item in found[:SHOWN])
        raise click.ClickException(f"{len(found)} payments match {text!r}, say which: {some}")
    return found[0]


def clock_in(tx: Tx, slug: str | None) -> tzinfo | None:
    """The clock of the named company, or the one that all go by; None where they differ."""
    from zoneinfo import ZoneInfo

    zones = {company_in(tx, slug).company.zone} if slug else {merchant.company.zone for merchant in tx.merchants.all()}
    return ZoneInfo(zones.pop()) if len(zones) == 1 else None


def since_moment(text: str | None, now: datetime, zone: tzinfo | None = None) -> datetime | None:
    """``2026-11-21``, ``2026-11-21T09:41``, ``7d`` or ``24h``.

    Args:
        zone: Whose clock is meant where the text does not say; None for this machine's.
    """
    if not text:
        return None
    if found := re.fullmatch(r"(\d{1,5})([dh])", text.strip()):
        count = int(found[1])
        return now - (timedelta(days=count) if found[2] == "d" else timedelta(hours=count))
    try:
        typed = datetime.fromisoformat(text.strip())
        return (typed.replace(tzinfo=zone) if typed.tzinfo is None else typed).astimezone(UTC)
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither a date such as 2026-11-21 nor 7d nor 24h") from None
