"""Of what a customer may be reminded, read from the rows in one transaction: what is due, less all that must wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

import attrs

from hub.domain.acts import Pending
from hub.domain.contact_rules import MAIL, WEEK, ContactCalendar, Made, calendar_for
from hub.domain.merchant import Customer, Merchant
from hub.domain.payable import Payable
from hub.domain.reminder import (
    Ladder,
    LadderStep,
    Promise,
    Silent,
    Waits,
    broken_step,
    is_channel_open,
    next_step,
    step_due,
)
from hub.domain.reported import REPORTED
from hub.flows.books.withheld_waits import WITHHOLDING_WAITS
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import pending_of
from hub.flows.statements.write_note import NOTE
from hub_hookspecs import Money

WAITS_FOR: Final = {
    Pending.DISPUTE_OPEN: Waits.DISPUTED,
    Pending.LIVE: Waits.IN_PROCESS,
    Pending.UNPROVEN: Waits.UNDECIDED,
    Pending.REFUND_UNKNOWN: Waits.UNDECIDED,
}


@attrs.frozen(kw_only=True)
class ReminderLine:
    """An invoice of which a customer is reminded, by which step."""

    payable: Payable
    due_on: date
    days: int
    step: LadderStep


@attrs.frozen(kw_only=True)
class Dunning:
    """What holds for a customer at a moment.

    Attributes:
        silent: Why he is not reminded at all; None where he may be.
        lines: What he is reminded of now, the oldest first.
        waits: Why others wait, by payable id.
        coming: The day of the next step of each invoice for which nothing holds it back, by payable id.
        payables: All that he owes.
        promises: The last promise of each that was not withdrawn, by payable id.
        credit: What of his credit is free.
        channel: By which channel.
    """

    customer: Customer
    silent: Silent | None = None
    lines: tuple[ReminderLine, ...] = ()
    waits: Mapping[str, Waits] = attrs.Factory(dict)
    coming: Mapping[str, date] = attrs.Factory(dict)
    payables: tuple[Payable, ...] = ()
    promises: Mapping[str, Promise] = attrs.Factory(dict)
    credit: tuple[Money, ...] = ()
    channel: str = MAIL


def calendar_of(hub: Hub, merchant: Merchant) -> ContactCalendar:
    """When the customers of a company may be contacted."""
    return calendar_for(hub.countries.get(merchant.company.country), merchant.company.zone)


def made_with(tx: Tx, customer_id: str, merchant: Merchant, at: datetime, *, but: str = "") -> tuple[Made, ...]:
    """What was made of contacts with a customer within the week before, but for one."""
    found = tx.contacts.since(customer_id, merchant.mode, at - WEEK - timedelta(days=1))
    return tuple(Made(contact.at, contact.channel) for contact in found if contact.id != but)


def dunning_of(tx: Tx, hub: Hub, merchant: Merchant, ladder: Ladder, customer: Customer, at: datetime) -> Dunning:
    """Of what a customer may be reminded at a moment."""
    calendar = calendar_of(hub, merchant)
    today = calendar.day(at)
    payables = tx.payables.open_of(customer.id, ladder.mode)
    promises = _promises(tx, payables)
    credit = tx.ledger.free_credit(customer.id, ladder.mode)
    wrote, reported = _written(tx, merchant, customer)
    channel = _channel(tx, hub, ladder, customer)
    waits = _waiting(tx, payables, promises, at, today)
    waits |= {payable.id: Waits.REPORTED for payable in payables if reported is None or payable.id in reported}
    waits |= {payable.id: Waits.TOO_OLD for payable in payables if ladder.since and payable.falls_due_on < ladder.since}
    lines, coming = _lines(tx, ladder, [item for item in payables if item.id not in waits], promises, today)
    covered = _covered(lines, credit)
    waits |= dict.fromkeys(covered, Waits.COVERED)
    stepless = {item.id for item in payables} - waits.keys() - coming.keys() - {line.payable.id for line in lines}
    waits |= dict.fromkeys(stepless, Waits.NO_STEP)
    silent = _silent(tx, ladder, customer, channel, wrote=wrote)
    left = tuple(line for line in lines if line.payable.id not in covered)
    if silent is None and not left and not coming:
        silent = Silent.NOTHING
    return Dunning(
        customer=customer,
        silent=silent,
        lines=() if silent else left,
        waits=waits,
        coming=coming,
        payables=payables,
        promises=promises,
        credit=tuple(Money(minor, currency) for currency, minor in sorted(credit.items())),
        channel=channel,
    )


def _promises(tx: Tx, payables: tuple[Payable, ...]) -> dict[str, Promise]:
    found = tx.promises.of_payables([payable.id for payable in payables])
    return {promise.payable_id: promise for promise in found if promise.withdrawn_at is None}


def _written(tx: Tx, merchant: Merchant, customer: Customer) -> tuple[bool, frozenset[str] | None]:
    """Whether the customer wrote and nobody answered, and what he says is paid already; None for all of it."""
    own = tx.reviews.open_of_customer(merchant.id, customer.id, (NOTE, REPORTED))
    wrote = any(item.cause == NOTE for item in own)
    named: set[str] = set()
    for review in own:
        if review.cause == REPORTED:
            report = tx.reported.of_review(review.id)
            if report is None or not report.payable_ids:
                return wrote, None
            named.update(report.payable_ids)
    return wrote, frozenset(named)


def _channel(tx: Tx, hub: Hub, ladder: Ladder, customer: Customer) -> str:
    """The ladder's channel where it is installed, the customer authorised it and has a number, else the mail."""
    if ladder.channel == MAIL or not customer.phone or ladder.channel not in (hub.channels or ()):
        return MAIL
    return ladder.channel if is_channel_open(tx.contacts.wishes(customer.id), ladder.channel) else MAIL


def _silent(tx: Tx, ladder: Ladder, customer: Customer, channel: str, *, wrote: bool) -> Silent | None:
    if not ladder.is_active:
        return Silent.OFF
    if customer.is_shopper:
        return Silent.SHOPPER
    if customer.unsubscribed_at:
        return Silent.UNSUBSCRIBED
    if channel == MAIL and not customer.email:
        return Silent.NO_ADDRESS
    if channel == MAIL and not is_channel_open(tx.contacts.wishes(customer.id), MAIL):
        return Silent.NOT_AUTHORISED
    return Silent.WROTE if wrote else None


def _waiting(
    tx: Tx, payables: tuple[Payable, ...], promises: Mapping[str, Promise], at: datetime, today: date
) -> dict[str, Waits]:
    ids = [payable.id for payable in payables]
    if not ids:
        return {}
    unclear = tx.payables.in_clarification(ids)
    waits = dict.fromkeys(unclear, Waits.CLARIFIED)
    for pending, payment in pending_of(tx, at, payables=ids):
        for line in payment.lines:
            if line.payable_id in ids:
                waits.setdefault(line.payable_id, WAITS_FOR[pending])
    for review in tx.reviews.about(payables[0].merchant_id, [WITHHOLDING_WAITS], *ids):
        waits.setdefault(review.subject, Waits.UNDECIDED)
    for payable_id, promise in promises.items():
        if promise.is_kept_open(today):
            waits.setdefault(payable_id, Waits.PROMISED)
    return waits


def _lines(
    tx: Tx, ladder: Ladder, payables: list[Payable], promises: Mapping[str, Promise], today: date
) -> tuple[list[ReminderLine], dict[str, date]]:
    """What stands on a step that was not used, and when the next step of the others comes."""
    used = tx.reminders.used([payable.id for payable in payables])
    lines, coming = list[ReminderLine](), dict[str, date]()
    for payable in payables:
        due_on = payable.falls_due_on
        days = (today - due_on).days
        steps = (*ladder.steps, *broken_step(promises.get(payable.id), due_on, today))
        step = step_due(steps, days, used.get((payable.id, due_on), frozenset()))
        if step:
            lines.append(ReminderLine(payable=payable, due_on=due_on, days=days, step=step))
        elif later := next_step(ladder.steps, days):
            coming[payable.id] = due_on + timedelta(days=later.days)
    return lines, coming


def _covered(lines: list[ReminderLine], credit: Mapping[str, int]) -> frozenset[str]:
    """What the customer's free credit pays already, the oldest first."""
    left, covered = dict(credit), set[str]()
    for line in lines:
        due, currency = line.payable.due, line.payable.currency
        if left.get(currency, 0) >= due:
            left[currency] -= due
            covered.add(line.payable.id)
    return frozenset(covered)
