"""View a statement: what a customer owes now, with the pay buttons; one object for page and mail."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

import attrs

from hub.domain.demand import demand_of
from hub.domain.merchant import Customer, Link, LinkKind, Merchant
from hub.domain.offer import Offered
from hub.domain.open_item import open_item
from hub.domain.payable import Payable
from hub.domain.payment import Payment
from hub.domain.statement import Section, Statement, compute_statement
from hub.domain.withholding import WithholdingRate
from hub.flows.ground.open_link import open_link, url_of
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx, Unavailable
from hub.flows.payments.declared_withholdings import may_withhold
from hub.flows.payments.offer_buttons import ON_PAGE, Showing, offered
from hub.flows.payments.view_payment import payment_link_id
from hub.flows.payments.waiting_withheld import WaitingWithheld, waiting_in
from hub_hookspecs import Channel, Mode, Money


@attrs.frozen(kw_only=True)
class StatementView:
    """A statement as its customer sees it.

    Attributes:
        buttons: Providers by currency, offered or with the reason why not.
        live: Live payments by payable id.
        live_urls: Pages of those payments, by payable id.
        unclear: Payables in clarification, which are asked for nowhere.
        link: The link it was opened by; None in the merchant's preview.
        withholds: The customer may declare what it withholds.
        rates: The merchant's rates for that.
        waits: What it declared above the merchant's cap and nobody has accepted yet.
    """

    statement: Statement
    merchant: Merchant
    customer: Customer
    mode: Mode
    buttons: Mapping[str, tuple[Offered, ...]]
    live: Mapping[str, Payment]
    live_urls: Mapping[str, str]
    payables: Mapping[str, Payable]
    unclear: frozenset[str]
    link: Link | None
    simulated: bool
    withholds: bool = False
    rates: tuple[WithholdingRate, ...] = ()
    waits: tuple[WaitingWithheld, ...] = ()


async def view_statement(hub: Hub, token: str, *, locale: str = "") -> StatementView:
    """The statement of a link.

    Raises:
        LinkClosed: Unknown, expired or revoked.
    """
    now = hub.clock()

    def read(tx: Tx) -> StatementView:
        link = open_link(tx, hub, LinkKind.STATEMENT, token, now)
        return statement_of(tx, hub, link.target, link.mode, now, Showing(link=link, locale=locale))

    return await hub.store.read(read)


def note_look(hub: Hub, view: StatementView) -> None:
    """Its customer looks at a statement, which the delivery log tells; nobody waits for the note."""
    now = hub.clock()
    if view.link and (view.link.opened_at is None or now - view.link.opened_at > LOOKED_ANEW):
        hub.spawn(_note_opened(hub, view.link.id, now))


LOOKED_ANEW = timedelta(minutes=1)
"""Within this time, opening a link again is the same look."""


async def _note_opened(hub: Hub, link_id: str, now: datetime) -> None:
    """Note that a link was opened, for the delivery log; nobody waits for it."""

    def write(tx: Tx) -> None:
        link = tx.links.get(link_id)
        if link and link.is_open(now):
            tx.links.save(attrs.evolve(link, opened_at=now))

    with contextlib.suppress(Unavailable):  # the page was shown all the same
        await hub.store.write(write)


async def preview_statement(hub: Hub, merchant: Merchant, customer_id: str) -> StatementView:
    """What a customer of this merchant would see now.

    Raises:
        LookupError: No such customer of this merchant.
    """
    now = hub.clock()

    def read(tx: Tx) -> StatementView:
        return statement_of(tx, hub, customer_of(tx, merchant, customer_id).id, merchant.mode, now)

    return await hub.store.read(read)


async def owed_no_more(hub: Hub, view: StatementView, asked: Collection[str]) -> tuple[str, ...]:
    """Numbers of those that somebody wanted to pay and of which nothing is owed any more; the customer's own alone."""
    others = [key for key in asked if key not in view.payables]
    found = await hub.store.read(lambda tx: tx.payables.many(others)) if others else ()
    own = (view.merchant.id, view.mode, view.customer.id)
    return tuple(
        item.number for item in found if (item.merchant_id, item.mode, item.customer_id) == own and not item.due
    )


def statement_of(
    tx: Tx,
    hub: Hub,
    customer_id: str,
    mode: Mode,
    now: datetime,
    shown: Showing = ON_PAGE,
) -> StatementView:
    """Compute the statement of a customer in a reading transaction; its buttons speak the locale, or the merchant's."""
    customer = tx.customers.get(customer_id)
    merchant = tx.merchants.get(customer.merchant_id) if customer else None
    if customer is None or merchant is None:
        raise LookupError(customer_id)
    payables = [payable for payable in tx.payables.open_of(customer_id, mode) if payable.is_offered(now)]
    live = {
        line.payable_id: payment
        for payment in tx.payments.live_with([payable.id for payable in payables])
        for line in payment.lines
    }
    unclear = tx.payables.in_clarification([payable.id for payable in payables])
    owed_back = tx.ledger.credit_of(customer_id, mode)
    held = tx.ledger.held_credit(customer_id, mode)
    statement = compute_statement(
        company=merchant.company,
        customer=customer,
        items=[
            open_item(payable, _reference(live.get(payable.id)), in_clarification=payable.id in unclear)
            for payable in payables
        ],
        credits=[Money(minor, currency) for currency, minor in owed_back.items()],
        held=[Money(minor, currency) for currency, minor in held.items()],
        currencies=hub.countries[merchant.company.country].currencies,
        as_of=now,
        zone=merchant.company.zone,
    )
    withholds = may_withhold(tx, merchant, hub.countries[merchant.company.country], customer_id)
    return StatementView(
        withholds=withholds,
        rates=tx.withholding_rates.of(merchant.id) if withholds else (),
        waits=waiting_in(tx, merchant.id, [payable.id for payable in payables]) if withholds else (),
        statement=statement,
        merchant=merchant,
        customer=customer,
        mode=mode,
        buttons={
            section.currency: offered(
                tx,
                hub,
                merchant,
                mode,
                shown.offer(Channel.STATEMENT, _asked(section, statement.cut_off), merchant.locale),
            )
            for section in statement.sections
            if section.outstanding and not section.is_covered
        },
        live=live,
        live_urls={payable_id: _page(tx, hub, payment) for payable_id, payment in live.items()},
        payables={payable.id: payable for payable in payables},
        unclear=unclear,
        link=shown.link,
        simulated=any(provider.is_simulated(mode) for provider in hub.providers.values()),
    )


def _asked(section: Section, today: date) -> Money:
    """What the buttons of a section are for at first."""
    return demand_of(section, today).to_pay or section.outstanding


def _reference(payment: Payment | None) -> str | None:
    return payment.reference if payment else None


def _page(tx: Tx, hub: Hub, payment: Payment) -> str:
    link = tx.links.get(payment_link_id(payment.id))
    return url_of(hub, link) if link else ""
