"""A reminder of invoices that fall due, or fell due: what of them is still owed when the mail leaves."""

from __future__ import annotations

import json
from datetime import datetime

import attrs

from hub.documents.content.phrases import greeting
from hub.documents.document import MailContent
from hub.documents.mails.gathering import merchant_of
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Cell, Figure, Heading, Paragraph, Part, Quote, Rows, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay
from hub.domain.merchant import locale_for
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.open_item import StatementRow, open_item, row_on
from hub.domain.sums import sums_of
from hub.domain.text import Text
from hub.flows.ground.open_link import url_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.statements.claim_contact import LINES
from hub.flows.statements.dunning import calendar_of
from hub.flows.statements.end_reminders import unsubscribe_url
from hub.flows.views.print_document import letterhead_of
from hub_hookspecs import Mode, Money


@attrs.frozen(kw_only=True)
class ReminderMail:
    """What a customer is reminded of.

    Attributes:
        rows: The invoices, as they stand today.
        words: What the company says, one text a step.
        credit: What of his credit is free.
    """

    kind = DeliveryKind.REMINDER

    letterhead: Letterhead
    customer: str
    rows: tuple[StatementRow, ...]
    words: tuple[str, ...] = ()
    credit: tuple[Money, ...] = ()
    url: str
    unsubscribe_url: str = ""


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[ReminderMail, str]:
    """What its claim found, as far as it is still owed."""
    merchant, customer = merchant_of(tx, delivery), tx.customers.get(delivery.subject_id)
    link = tx.links.get(delivery.details["link"])
    if customer is None or link is None or not link.is_open(now):
        raise NothingToSay("the link was revoked")
    steps = dict[str, int](json.loads(delivery.details.get(LINES, "[]")))
    open_now = [payable for payable in tx.payables.many(list(steps)) if payable.due > 0]
    if not open_now:
        raise NothingToSay("nothing is owed any more")
    today = calendar_of(hub, merchant).day(now)
    ladder = tx.reminders.of(merchant.id, delivery.mode)
    words = {step.days: step.text for step in ladder.steps} if ladder else {}
    used = sorted({steps[payable.id] for payable in open_now})
    credit = tx.ledger.free_credit(customer.id, delivery.mode)
    value = ReminderMail(
        letterhead=letterhead_of(hub, merchant, delivery.mode),
        customer=customer.name,
        rows=tuple(row_on(open_item(payable), today) for payable in open_now),
        words=tuple(filter(None, (words.get(days, "") for days in used))),
        credit=tuple(Money(minor, currency) for currency, minor in sorted(credit.items())),
        url=url_of(hub, link),
        unsubscribe_url=unsubscribe_url(hub, customer.id),
    )
    return value, locale_for(merchant, customer)


def says(value: ReminderMail, reader: DocumentReader) -> MailContent:
    """The invoices, what they come to, and the way to the page where they are paid."""
    t = reader.t
    owed = sums_of(row.item.balance for row in value.rows)
    reader = attrs.evolve(reader, codes=len(owed) > 1)
    late = [row.is_overdue for row in value.rows]
    intro = t("reminder.overdue") if all(late) else t("reminder.both") if any(late) else t("reminder.coming")
    parts: list[Part] = [Title(t("reminder.title")), greeting(value.customer, reader), Paragraph(intro)]
    parts += [Quote(words) for words in value.words]
    for total in owed:
        rows = [row for row in value.rows if row.item.currency == total.currency]
        parts.append(Figure(t("label.total"), reader.money(total)))
        head = (t("label.invoice"), t("label.due"), t("label.balance"))
        parts += [Heading(t("label.invoices")), Rows(head, tuple(_row(row, reader) for row in rows))]
    parts += [Paragraph(t("reminder.credit", amount=reader.money(amount))) for amount in value.credit]
    parts += [Button(label=t("reminder.pay"), url=value.url), Paragraph(t("reminder.paid"), small=True)]
    return MailContent(
        subject=t("reminder.subject"),
        preview=reader.sums(owed),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
        unsubscribe=t("unsubscribe.subject"),
        unsubscribe_url=value.unsubscribe_url,
    )


def notice(value: ReminderMail, reader: DocumentReader) -> str:
    """The same for a telephone."""
    mark = reader.t("mark.subject") if value.letterhead.mode is Mode.TEST else ""
    numbers = ", ".join(row.item.number for row in value.rows[:5])
    owed = reader.sums(sums_of(row.item.balance for row in value.rows))
    return mark + reader.t("reminder.notice", numbers=numbers, amount=owed, url=value.url)


def _row(row: StatementRow, reader: DocumentReader) -> tuple[Cell, ...]:
    late = reader.t("statement.days_overdue", days=reader.days(row.days_overdue)) if row.is_overdue else ""
    return (
        Cell(row.item.number),
        Cell(reader.day(row.due_on), late, Tone.WARNING if row.is_overdue else Tone.PLAIN),
        Cell(reader.money(row.item.balance)),
    )


MAIL = MailKind(kind=DeliveryKind.REMINDER, name=Text("mail_kind.reminder"), gather=gather, says=says, notice=notice)
