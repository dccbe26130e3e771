"""Reminders that go out by themselves: to whom, when, once, and to nobody who must not get one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

import hub.flows.statements.claim_contact
import hub.flows.statements.dunning
from hub.domain.identity import Invalid
from hub.domain.merchant import Customer, LinkKind, Merchant
from hub.domain.message import About, review_of
from hub.domain.reminder import ContactState, LadderStep
from hub.domain.round import Choice
from hub.flows.books.withheld_waits import WITHHOLDING_WAITS
from hub.flows.ground.open_link import link_to
from hub.flows.ground.open_review import open_review
from hub.flows.mails.resend_mail import resend_mail
from hub.flows.statements.authorise_channel import authorise_channel
from hub.flows.statements.end_reminders import record_wish
from hub.flows.statements.promise_payment import give_promise, record_promise, withdraw_promise
from hub.flows.statements.report_payment import Report, report_payment
from hub.flows.statements.save_ladder import activate_ladder, save_ladder, stop_ladder
from hub.flows.statements.send_round import start_round
from hub.flows.statements.send_statement import send_statement
from hub.flows.statements.write_note import write_note
from hub_hookspecs import Kind, Money, Observation
from tests.faults.harness import Debtor, Desk, rows

Plant = Callable[[Any, str, Any], None]
MONDAY = date(2026, 11, 23)
"""The desk's clock begins on it, at ten in San José and at eleven in Bogotá."""


def active(desk: Desk, country: str = "CR", *steps: int, since: date = date(2026, 1, 1)) -> Merchant:
    merchant = desk.companies[country]
    if steps:
        asyncio.run(save_ladder(desk.hub, merchant, [LadderStep(days=days) for days in steps], by="duena"))
    asyncio.run(activate_ladder(desk.hub, merchant, since, by="duena", authorised=True))
    return merchant


def owing(desk: Desk, country: str, *overdue: int, minor: int = 70_000) -> Debtor:
    """A debtor whose invoices have been due for so many days."""
    debtor = desk.debtor(country, *[minor] * len(overdue))

    def write(tx: Any) -> None:
        for payable, days in zip(debtor.payables, overdue, strict=True):
            tx.payables.revise(attrs.evolve(payable, due_on=desk.clock.now.date() - timedelta(days=days)))

    desk.write(write)
    return debtor


def go_to(desk: Desk, text: str) -> None:
    """Let time pass until a moment UTC; whatever comes due on the way is done at its moment."""
    end = datetime.fromisoformat(text).replace(tzinfo=UTC)
    desk.do_what_is_due()
    while (due := desk.opened.store.next_due()) is not None and due <= end:
        desk.clock.now = max(due, desk.clock.now)
        desk.do_what_is_due()
    desk.clock.now = end


def mailed(desk: Desk, debtor: Debtor) -> list[Any]:
    return [mail for mail in desk.mails.mails if mail.recipient == debtor.customer.email]


def reminded(desk: Desk, debtor: Debtor) -> list[datetime]:
    """When the customer got a reminder."""
    found = rows(
        desk.path,
        f"SELECT sent_at FROM delivery WHERE kind = 'reminder' AND state = 'sent' AND subject = '{debtor.customer.id}'"
        " ORDER BY sent_at",
    )
    return [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at) for (at,) in found]


def token(desk: Desk, debtor: Debtor) -> str:
    def write(tx: Any) -> Any:
        about = About(debtor.customer.id, debtor.customer.merchant_id, desk.companies["CR"].mode)
        return link_to(tx, desk.hub, LinkKind.STATEMENT, about, desk.clock.now, fresh_id="0" * 25 + "Z")

    return str(desk.hub.vault.link_token(desk.write(write)))


def test_nobody_is_reminded_until_the_ladder_is_activated(desk: Desk) -> None:
    debtor = owing(desk, "CR", 7)
    merchant = desk.companies["CR"]
    asyncio.run(save_ladder(desk.hub, merchant, [LadderStep(days=7)], by="duena"))
    go_to(desk, "2026-12-10T16:00")
    assert reminded(desk, debtor) == []

    asyncio.run(activate_ladder(desk.hub, merchant, date(2026, 1, 1), by="duena", authorised=True))
    go_to(desk, "2026-12-11T16:00")
    assert len(reminded(desk, debtor)) == 1
    asyncio.run(stop_ladder(desk.hub, merchant, by="duena"))
    later = owing(desk, "CR", 7)
    go_to(desk, "2026-12-20T16:00")
    assert reminded(desk, later) == []


def test_each_step_is_one_mail_at_the_opening_of_its_day_and_the_last_one_is_the_last(desk: Desk) -> None:
    active(desk, "CR", -3, 0, 7, 15)
    debtor = owing(desk, "CR", -8)  # due on Tuesday 1 December
    go_to(desk, "2027-02-01T16:00")
    assert [at.date() for at in reminded(desk, debtor)] == [
        date(2026, 11, 30),  # three days before is a Saturday
        date(2026, 12, 7),  # the day itself is a holiday, and within the week
        date(2026, 12, 14),
        date(2026, 12, 21),
    ]
    assert {at.hour for at in reminded(desk, debtor)} == {14}  # eight in San José


def test_what_must_be_said_before_the_day_is_not_said_after_it(desk: Desk) -> None:
    active(desk, "CR", -3)
    debtor = owing(desk, "CR", 0)
    go_to(desk, "2026-12-20T16:00")
    assert reminded(desk, debtor) == []


def test_several_invoices_are_one_mail_and_one_a_week_over_all_of_them(desk: Desk) -> None:
    active(desk, "CR", 0, 7)
    debtor = owing(desk, "CR", 0, -2, -3)
    go_to(desk, "2026-12-10T16:00")
    times = reminded(desk, debtor)
    assert [at.date() for at in times] == [date(2026, 11, 24), date(2026, 12, 2), date(2026, 12, 9)]
    texts = [mail.text for mail in mailed(desk, debtor)]
    assert [sum(payable.number in text for payable in debtor.payables) for text in texts] == [1, 3, 1]


def test_after_a_month_without_a_worker_there_is_one_reminder_and_not_the_backlog(desk: Desk) -> None:
    active(desk, "CR", 0, 7, 15, 30)
    debtor = owing(desk, "CR", 0)
    desk.clock.now = datetime(2026, 12, 28, 16, tzinfo=UTC)
    go_to(desk, "2027-01-20T16:00")
    assert [at.date() for at in reminded(desk, debtor)] == [date(2026, 12, 28)]


def test_the_first_activation_chases_nothing_that_fell_due_before_the_day_that_was_confirmed(desk: Desk) -> None:
    old, new = owing(desk, "CR", 40), owing(desk, "CR", 5)
    active(desk, "CR", 0, 7, 30, since=date(2026, 11, 1))
    go_to(desk, "2027-02-01T16:00")
    assert reminded(desk, old) == []
    assert reminded(desk, new)


def test_a_reminder_that_is_due_at_night_or_on_a_sunday_leaves_with_the_next_window(desk: Desk) -> None:
    active(desk, "CO", 0)
    debtor = owing(desk, "CO", 0)
    desk.clock.now = datetime(2026, 11, 29, 15, tzinfo=UTC)  # Sunday
    go_to(desk, "2026-12-05T16:00")
    assert reminded(desk, debtor) == [datetime(2026, 11, 30, 12, tzinfo=UTC)]


def hold_disputed(desk: Desk, debtor: Debtor) -> None:
    asyncio.run(write_note(desk.hub, token(desk, debtor), "Esta factura no es mía"))


def hold_reported(desk: Desk, debtor: Debtor) -> None:
    report = Report(amount=Money(70_000, "CRC"), paid_on=MONDAY, means="Transferencia")
    asyncio.run(report_payment(desk.hub, token(desk, debtor), report, lambda *_given: "pagado"))


def hold_promised(desk: Desk, debtor: Debtor) -> None:
    ids = [payable.id for payable in debtor.payables]
    until = desk.clock.now.date() + timedelta(days=20)
    asyncio.run(record_promise(desk.hub, desk.companies["CR"], debtor.customer.id, ids, until, by="contadora"))


def hold_live(desk: Desk, debtor: Debtor) -> None:
    desk.write(lambda tx: desk.put(tx, debtor, expires=timedelta(days=60)))


def hold_paid(desk: Desk, debtor: Debtor) -> None:
    payment = desk.sent(debtor)
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))


def hold_unsubscribed(desk: Desk, debtor: Debtor) -> None:
    asyncio.run(record_wish(desk.hub, desk.companies["CR"], debtor.customer.id, wanted=False))


def hold_unauthorised(desk: Desk, debtor: Debtor) -> None:
    asyncio.run(
        authorise_channel(
            desk.hub, desk.companies["CR"], debtor.customer.id, "mail", is_authorised=False, by="contadora"
        )
    )


def hold_withheld(desk: Desk, debtor: Debtor) -> None:
    """What the customer withheld of it waits until a person accepts it."""
    merchant, payable = desk.companies["CR"], debtor.payables[0]
    about = About(debtor.customer.id, merchant.id, merchant.mode)
    asked = review_of(WITHHOLDING_WAITS, about, "x", desk.clock.now, occasion=payable.id, subject=payable.id)
    desk.write(lambda tx: open_review(tx, asked))


HOLDS = pytest.mark.parametrize(
    "hold",
    [
        hold_disputed,
        hold_reported,
        hold_withheld,
        hold_promised,
        hold_live,
        hold_paid,
        hold_unsubscribed,
        hold_unauthorised,
    ],
)


@HOLDS
def test_who_must_not_be_reminded_is_not(desk: Desk, hold: Callable[[Desk, Debtor], None]) -> None:
    active(desk, "CR", 0, 7)
    debtor, other = owing(desk, "CR", 7), owing(desk, "CR", 7)
    hold(desk, debtor)
    go_to(desk, "2026-11-25T16:00")
    assert reminded(desk, debtor) == []
    assert len(reminded(desk, other)) == 1  # it was the hold


@HOLDS
def test_it_is_looked_at_again_in_the_transaction_that_claims_the_mail(
    desk: Desk, hold: Callable[[Desk, Debtor], None], plant: Plant
) -> None:
    """The hold comes after the mail is owed, and just before it would leave."""
    active(desk, "CR", 7)
    debtor = owing(desk, "CR", 6)
    desk.clock.now = datetime(2026, 11, 24, 15, tzinfo=UTC)
    right = hub.flows.mails.deliver.claim_contact

    async def late(hub_: Any, held: Any, lasts: Any) -> Any:
        if held.kind == "reminder":
            plant(hub.flows.mails.deliver, "claim_contact", right)
            await asyncio.to_thread(hold_in_thread, hold, desk, debtor)
        return await right(hub_, held, lasts)

    plant(hub.flows.mails.deliver, "claim_contact", late)
    desk.do_what_is_due()
    assert reminded(desk, debtor) == []


def hold_in_thread(hold: Callable[[Desk, Debtor], None], desk: Desk, debtor: Debtor) -> None:
    hold(desk, debtor)


def test_control_a_claim_that_trusts_the_plan_reminds_who_has_promised(desk: Desk, plant: Plant) -> None:
    right = hub.flows.statements.dunning._waiting
    plant(hub.flows.statements.dunning, "_waiting", lambda *_given: {})
    active(desk, "CR", 0, 7)
    debtor = owing(desk, "CR", 7)
    hold_promised(desk, debtor)
    go_to(desk, "2026-11-25T16:00")
    assert len(reminded(desk, debtor)) == 1
    plant(hub.flows.statements.dunning, "_waiting", right)


def test_a_broken_promise_resumes_the_reminders_and_changes_nothing_that_is_due(desk: Desk) -> None:
    merchant = active(desk, "CR", 0)
    debtor = owing(desk, "CR", -2)  # due on Wednesday 25
    before = rows(desk.path, "SELECT * FROM payable ORDER BY id")
    ids = [debtor.payables[0].id]
    asyncio.run(record_promise(desk.hub, merchant, debtor.customer.id, ids, date(2026, 12, 3), by="contadora"))
    assert rows(desk.path, "SELECT * FROM payable ORDER BY id") == before
    go_to(desk, "2026-12-03T23:00")
    assert reminded(desk, debtor) == []
    go_to(desk, "2026-12-20T16:00")
    assert [at.date() for at in reminded(desk, debtor)] == [date(2026, 12, 4)]


def test_a_promise_is_at_most_thirty_days_on_and_a_payer_gives_it_once(desk: Desk) -> None:
    merchant, debtor = desk.companies["CR"], owing(desk, "CR", 5)
    ids = [debtor.payables[0].id]
    with pytest.raises(Invalid):
        asyncio.run(record_promise(desk.hub, merchant, debtor.customer.id, ids, date(2026, 12, 24), by="contadora"))
    with pytest.raises(Invalid):
        asyncio.run(record_promise(desk.hub, merchant, debtor.customer.id, ids, date(2026, 11, 22), by="contadora"))
    asyncio.run(give_promise(desk.hub, token(desk, debtor), ids, date(2026, 12, 1)))
    with pytest.raises(Invalid):  # else a payer could end reminders for ever, a month at a time
        asyncio.run(give_promise(desk.hub, token(desk, debtor), ids, date(2026, 12, 20)))
    (promise,) = desk.read(lambda tx: tx.promises.of_payables(ids))
    assert (promise.is_payers, promise.by) == (True, "")
    asyncio.run(withdraw_promise(desk.hub, merchant, promise.id, by="contadora"))
    with pytest.raises(LookupError):
        asyncio.run(withdraw_promise(desk.hub, merchant, promise.id, by="contadora"))


def test_nobody_promises_for_another_customer(desk: Desk) -> None:
    merchant, debtor, other = desk.companies["CR"], owing(desk, "CR", 5), owing(desk, "CR", 5)
    with pytest.raises(Invalid):
        asyncio.run(give_promise(desk.hub, token(desk, debtor), [other.payables[0].id], date(2026, 12, 1)))
    with pytest.raises(LookupError):
        asyncio.run(
            record_promise(desk.hub, desk.companies["CO"], debtor.customer.id, [], date(2026, 12, 1), by="contadora")
        )
    assert merchant.id != desk.companies["CO"].id


def test_what_credit_covers_is_not_dunned_and_a_part_is(desk: Desk, plant: Plant) -> None:
    active(desk, "CR", 7)
    covered, part = owing(desk, "CR", 7), owing(desk, "CR", 7)
    free = {covered.customer.id: {"CRC": 70_000}, part.customer.id: {"CRC": 69_999}}
    kind = type(desk.read(lambda tx: tx.ledger))
    plant(kind, "free_credit", lambda _self, customer, _mode: free.get(customer, {}))
    go_to(desk, "2026-11-25T16:00")
    assert reminded(desk, covered) == []
    assert len(reminded(desk, part)) == 1


def test_a_round_on_a_sunday_leaves_with_the_next_window_and_counts_as_the_contact_of_the_week(desk: Desk) -> None:
    merchant = active(desk, "CO", 0)
    debtor = owing(desk, "CO", -4)  # due on Friday 27
    desk.forget_mails()
    desk.clock.now = datetime(2026, 11, 29, 15, tzinfo=UTC)  # Sunday, ten in Bogotá
    asyncio.run(start_round(desk.hub, merchant, Choice(), round_id="r" * 26, by="duena"))
    desk.do_what_is_due()
    assert mailed(desk, debtor) == []
    go_to(desk, "2026-12-05T16:00")
    assert len(mailed(desk, debtor)) == 1
    contacts = desk.read(lambda tx: tx.contacts.of(debtor.customer.id, merchant.mode))
    assert [contact.at for contact in contacts] == [datetime(2026, 11, 30, 12, tzinfo=UTC)]


def test_two_rounds_in_a_week_are_one_mail_now_and_one_when_the_week_is_over(desk: Desk) -> None:
    merchant, debtor = desk.companies["CR"], owing(desk, "CR", 5)
    desk.forget_mails()
    for name in "ab":
        asyncio.run(start_round(desk.hub, merchant, Choice(), round_id=name * 26, by="duena"))
        desk.do_what_is_due()
    assert len(mailed(desk, debtor)) == 1
    go_to(desk, "2026-12-05T16:00")
    assert len(mailed(desk, debtor)) == 2
    times = [contact.at for contact in desk.read(lambda tx: tx.contacts.of(debtor.customer.id, merchant.mode))]
    assert [at.date() for at in times] == [date(2026, 11, 30), date(2026, 11, 23)]


@pytest.mark.parametrize(
    "moment",
    ["2026-11-29T15:00", "2026-12-08T15:00", "2026-11-24T04:00"],
    ids=["Sunday", "holiday", "night"],
)
def test_a_statement_that_a_person_sends_to_one_customer_is_never_held_back(desk: Desk, moment: str) -> None:
    merchant, debtor = desk.companies["CO"], owing(desk, "CO", 5)
    desk.forget_mails()
    desk.clock.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    for _again in range(2):  # twice in a week, and on one day
        asyncio.run(send_statement(desk.hub, merchant, debtor.customer.id, by="contadora"))
        desk.do_what_is_due()
    assert len(mailed(desk, debtor)) == 2
    contacts = desk.read(lambda tx: tx.contacts.of(debtor.customer.id, merchant.mode))
    assert [(contact.why, contact.by, contact.state) for contact in contacts] == [("asked", "contadora", "made")] * 2


def test_receipts_leave_at_any_hour(desk: Desk) -> None:
    debtor = owing(desk, "CO", 5)
    desk.forget_mails()
    desk.clock.now = datetime(2026, 11, 29, 15, tzinfo=UTC)
    payment = desk.sent(debtor)
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))
    desk.do_what_is_due()
    assert len(mailed(desk, debtor)) == 1


def test_in_colombia_the_ladder_asks_that_the_mail_was_authorised(desk: Desk) -> None:
    with pytest.raises(Invalid):
        asyncio.run(activate_ladder(desk.hub, desk.companies["CO"], MONDAY, by="duena", authorised=False))
    asyncio.run(activate_ladder(desk.hub, desk.companies["CR"], MONDAY, by="duena", authorised=False))


def test_a_reminder_sent_again_by_a_person_is_the_statement(desk: Desk) -> None:
    merchant, debtor = active(desk, "CR", 7), owing(desk, "CR", 6)
    go_to(desk, "2026-11-24T15:00")
    ((delivery_id,),) = rows(
        desk.path, f"SELECT id FROM delivery WHERE kind = 'reminder' AND subject = '{debtor.customer.id}'"
    )
    again = asyncio.run(resend_mail(desk.hub, merchant, delivery_id))
    desk.do_what_is_due()
    assert again.kind == "statement"
    assert len(mailed(desk, debtor)) == 2


def test_who_has_no_address_is_told_nothing_and_the_log_says_what_was_made(desk: Desk) -> None:
    merchant, debtor = active(desk, "CR", 7), owing(desk, "CR", 6)
    silent = owing(desk, "CR", 6)
    desk.write(lambda tx: tx.customers.save(attrs.evolve(silent.customer, email="")))
    go_to(desk, "2026-11-24T15:00")
    assert reminded(desk, silent) == []
    (contact,) = desk.read(lambda tx: tx.contacts.of(debtor.customer.id, merchant.mode))
    assert (contact.channel, contact.why, contact.rule, contact.state) == ("mail", "reminder", "7", ContactState.MADE)


def test_an_order_of_the_store_and_a_shopper_are_never_dunned(desk: Desk) -> None:
    active(desk, "CR", 7)
    shopper = owing(desk, "CR", 7)
    desk.write(lambda tx: tx.customers.save(_as_shopper(shopper.customer)))
    go_to(desk, "2026-11-25T16:00")
    assert reminded(desk, shopper) == []


def _as_shopper(customer: Customer) -> Customer:
    return attrs.evolve(customer, is_shopper=True)
