"""Send a round: statements to all customers who owe so much or so long, one mail a customer.

A round is a row before it is mails: the loop queues its deliveries in portions, so that thousands of customers hold
nobody up and a process that dies goes on where it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.identity import Invalid
from hub.domain.ids import derived_id
from hub.domain.lengths import LETTER, too_long
from hub.domain.merchant import Customer, LinkKind, Merchant
from hub.domain.message import About, Delivery, DeliveryKind, DeliveryState, owed_mail
from hub.domain.round import Choice, Debt, Round, debts_of
from hub.domain.sums import sums_of
from hub.flows.ground.open_link import link_to
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import CROCKFORD, Money

from .claim_contact import HELD

PORTION: Final = 100
LISTED: Final = 200


@attrs.frozen(kw_only=True)
class Debtor:
    """A customer whom a round would reach."""

    customer: Customer
    owed: tuple[Money, ...]
    days_overdue: int


@attrs.frozen(kw_only=True)
class Plan:
    """Whom a round would reach, and apart who has no mail address or wants no reminders; who owes longest first."""

    reached: tuple[Debtor, ...]
    without_mail: tuple[Debtor, ...]
    unsubscribed: tuple[Debtor, ...]

    @property
    def owed(self) -> tuple[Money, ...]:
        """What those who are reached owe in all."""
        return sums_of(amount for debtor in self.reached for amount in debtor.owed)

    def less(self, unticked: Collection[str]) -> Plan:
        """The plan without those whom somebody leaves out, by id."""
        return attrs.evolve(self, reached=tuple(item for item in self.reached if item.customer.id not in unticked))


async def plan_round(hub: Hub, merchant: Merchant, choice: Choice) -> Plan:
    """Whom a round would reach now; nothing is sent."""
    now = hub.clock()
    return await hub.store.read(lambda tx: plan_in(tx, merchant, choice, now))


def plan_in(tx: Tx, merchant: Merchant, choice: Choice, now: datetime) -> Plan:
    """Whom a round would reach, in a transaction."""
    debts = debts_of(tx.payables.open_debts(merchant.id, merchant.mode), _today(merchant, now))
    meant = [customer_id for customer_id, debt in debts.items() if choice.takes(debt.owed, debt.days_overdue)]
    found = [_debtor(customer, debts[customer.id]) for customer in tx.customers.many(meant)]
    found.sort(key=lambda debtor: (-debtor.days_overdue, debtor.customer.name.casefold(), debtor.customer.id))
    return Plan(
        reached=tuple(debtor for debtor in found if _is_reached(debtor.customer)),
        without_mail=tuple(debtor for debtor in found if not debtor.customer.email),
        unsubscribed=tuple(debtor for debtor in found if debtor.customer.email and debtor.customer.unsubscribed_at),
    )


def _is_reached(customer: Customer) -> bool:
    return bool(customer.email) and customer.unsubscribed_at is None


def _today(merchant: Merchant, now: datetime) -> date:
    return now.astimezone(ZoneInfo(merchant.company.zone)).date()


def _debtor(customer: Customer, debt: Debt) -> Debtor:
    owed = tuple(Money(minor, currency) for currency, minor in sorted(debt.owed.items()))
    return Debtor(customer=customer, owed=owed, days_overdue=debt.days_overdue)


async def start_round(
    hub: Hub,
    merchant: Merchant,
    choice: Choice,
    *,
    round_id: str,
    by: str,
    note: str = "",
    unticked: Collection[str] = (),
) -> Round:
    """Start a round; the same ``round_id``, drawn when the form was shown, starts it once.

    Args:
        unticked: Ids of those whom whoever asks for it leaves out.

    Raises:
        LookupError: The id is somebody else's.
        Invalid: The words are too long.
    """
    if problems := too_long("note", note.strip(), LETTER):
        raise Invalid(problems)
    now = hub.clock()

    def write(tx: Tx) -> Round:
        there = tx.rounds.get(round_id)
        if there is None:
            there = round_in(tx, merchant, choice, round_id=round_id, by=by, note=note, now=now, unticked=unticked)
            tx.after_commit(hub.wake)
        if there.merchant_id != merchant.id:
            raise LookupError(round_id)
        return there

    return await hub.store.write(write)


def round_in(
    tx: Tx,
    merchant: Merchant,
    choice: Choice,
    *,
    round_id: str,
    by: str,
    note: str,
    now: datetime,
    unticked: Collection[str] = (),
) -> Round:
    """Write a round down; the loop sends it."""
    whole = plan_in(tx, merchant, choice, now)
    plan = whole.less(unticked)
    made = Round(
        id=round_id,
        merchant_id=merchant.id,
        mode=merchant.mode,
        by=by,
        choice=choice,
        note=mask_card_numbers(note.strip()),
        customers=tuple(debtor.customer.id for debtor in plan.reached),
        without_mail=tuple(debtor.customer.id for debtor in plan.without_mail),
        unsubscribed=tuple(debtor.customer.id for debtor in plan.unsubscribed),
        unticked=tuple(debtor.customer.id for debtor in whole.reached if debtor.customer.id in unticked),
        due_at=now if plan.reached else None,
        created_at=now,
    )
    tx.rounds.add(made)
    tell(
        tx,
        "round_started",
        round=made.id,
        merchant=merchant.id,
        customers=len(made.customers),
        without_mail=len(made.without_mail),
        unsubscribed=len(made.unsubscribed),
        unticked=len(made.unticked) or None,
    )
    return made


async def run_round(hub: Hub, round_id: str) -> None:
    """Queue the deliveries of a round that are not queued yet; safe to run twice."""
    while await _queue_portion(hub, round_id):
        pass


async def _queue_portion(hub: Hub, round_id: str) -> bool:
    """One portion in one transaction; False when there is no more."""
    now = hub.clock()
    links = [hub.random_text(26, CROCKFORD) for _ in range(PORTION)]

    def write(tx: Tx) -> bool:
        there = tx.rounds.get(round_id)
        if there is None or there.due_at is None:
            return False
        portion = there.customers[there.queued : there.queued + PORTION]
        for customer_id, link_id in zip(portion, links, strict=False):
            _owe(tx, hub, there, customer_id, link_id, now)
        queued = there.queued + len(portion)
        more = queued < len(there.customers)
        tx.rounds.save(attrs.evolve(there, queued=queued, due_at=there.due_at if more else None))
        if not more:
            tell(tx, "round_queued", round=there.id, merchant=there.merchant_id, customers=queued)
        tx.after_commit(hub.wake)
        return more

    return await hub.store.write(write)


def _owe(tx: Tx, hub: Hub, there: Round, customer_id: str, link_id: str, now: datetime) -> None:
    """Owe one customer the statement, unless he has paid everything meanwhile, or wants no reminders any more."""
    customer = tx.customers.get(customer_id)
    if customer is None or not _is_reached(customer) or not tx.payables.is_dunned(customer_id, there.mode):
        return
    about = About(customer.id, there.merchant_id, there.mode)
    link = link_to(tx, hub, LinkKind.STATEMENT, about, now, fresh_id=link_id)
    tx.deliveries.add(
        owed_mail(
            derived_id("delivery", "round", there.id, customer.id),
            DeliveryKind.STATEMENT,
            customer.email,
            about,
            now,
            details={"link": link.id, "note": there.note},
            round_id=there.id,
        )
    )


@attrs.frozen(kw_only=True)
class RoundView:
    """How far a round is.

    Attributes:
        counts: Mails by state.
        deliveries: The first ones, those that failed before the others.
        without_mail: Customers who get none, for want of an address.
        unsubscribed: Customers who get none, since they asked for no reminders.
        unticked: Customers who get none, since somebody left them out.
    """

    round: Round
    counts: Mapping[str, int]
    deliveries: tuple[Delivery, ...]
    names: Mapping[str, Customer]
    without_mail: tuple[Customer, ...]
    unsubscribed: tuple[Customer, ...]
    unticked: tuple[Customer, ...] = ()

    @property
    def is_running(self) -> bool:
        """Mails are still to be queued or sent."""
        return self.round.due_at is not None or bool(self.counts.get(DeliveryState.DUE, 0))

    @property
    def held(self) -> tuple[Delivery, ...]:
        """Mails that wait for the next window, or until the week of the last contact is over; the next one first."""
        found = [item for item in self.deliveries if item.state is DeliveryState.DUE and HELD in item.details]
        return tuple(sorted(found, key=lambda item: item.details[HELD]))

    @property
    def is_held(self) -> bool:
        """Nothing is left to do but to wait for that."""
        return self.round.due_at is None and len(self.held) >= min(self.counts.get(DeliveryState.DUE, 0), LISTED)

    @property
    def finished(self) -> int:
        """Mails that were sent or given up."""
        return self.counts.get(DeliveryState.SENT, 0) + self.counts.get(DeliveryState.DEAD, 0)


async def view_round(hub: Hub, merchant: Merchant, round_id: str) -> RoundView:
    """One round of this merchant.

    Raises:
        LookupError: No such round of this merchant.
    """

    def read(tx: Tx) -> RoundView:
        there = own_record(tx.rounds.get(round_id), merchant, round_id)
        deliveries = tx.deliveries.of_round(round_id, limit=LISTED)
        named = tx.customers.many([item.subject_id for item in deliveries])
        return RoundView(
            round=there,
            counts=tx.deliveries.counts_of_round(round_id),
            deliveries=deliveries,
            names={customer.id: customer for customer in named},
            without_mail=_named(tx, there.without_mail),
            unsubscribed=_named(tx, there.unsubscribed),
            unticked=_named(tx, there.unticked),
        )

    return await hub.store.read(read)


def _named(tx: Tx, customer_ids: Sequence[str]) -> tuple[Customer, ...]:
    return tx.customers.many(customer_ids[:LISTED])


async def list_rounds(hub: Hub, merchant: Merchant) -> tuple[RoundView, ...]:
    """The last rounds, the newest first, without their mails."""

    def read(tx: Tx) -> tuple[RoundView, ...]:
        return tuple(
            RoundView(
                round=there,
                counts=tx.deliveries.counts_of_round(there.id),
                deliveries=(),
                names={},
                without_mail=(),
                unsubscribed=(),
            )
            for there in tx.rounds.of(merchant.id, merchant.mode, limit=20)
        )

    return await hub.store.read(read)
