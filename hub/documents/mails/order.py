"""A store order, placed or paid."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.content.phrases import greeting, pay_bar, went_back
from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Cell, Facts, Figure, Heading, Notice, Paragraph, Part, Rows, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.held import MoneyState
from hub.domain.letterhead import Letterhead
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.payment import Status
from hub.domain.receipt_document import MoneyBack
from hub.domain.statement_document import NotOffered, PayLink
from hub.domain.text import Text
from hub.flows.ground.open_link import url_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.offer_buttons import Showing
from hub.flows.payments.view_payment import view_of
from hub.flows.statements.view_order import order_of
from hub.flows.views.print_statement import pay_links
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class OrderedItem:
    """One position of an order."""

    description: str
    quantity: int
    price: Money
    amount: Money


@attrs.frozen(kw_only=True)
class OrderMail:
    """A store order.

    Attributes:
        paid: Whether it is paid.
        went: What became of the money that had paid it, where less than its price is left.
        is_live: It is being paid at this moment.
        is_over: It was never paid, and the shop keeps the goods no longer.
        back: What became of the money, where something went back.
        paid_at: As the provider says; where it does not, when we learnt of it, and ``is_learnt``.
        hold_until: Until when the shop keeps the goods.
        url: The order's page.
    """

    kind = DeliveryKind.ORDER

    letterhead: Letterhead
    customer: str
    number: str
    placed_at: datetime
    items: tuple[OrderedItem, ...]
    total: Money
    paid: bool
    went: MoneyState | None = None
    is_live: bool = False
    is_over: bool = False
    back: MoneyBack | None = None
    provider: str = ""
    provider_reference: str = ""
    authorisation: str = ""
    instrument: str = ""
    reference: str = ""
    paid_at: datetime | None = None
    is_learnt: bool = False
    hold_until: datetime | None = None
    buttons: tuple[PayLink, ...] = ()
    not_offered: tuple[NotOffered, ...] = ()
    url: str

    @property
    def standing(self) -> str:
        """Which words open it; nothing where it waits to be paid."""
        if self.paid:
            return ".paid"
        if self.went:
            return f".{self.went}"
        return ".live" if self.is_live else ".over" if self.is_over else ""


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[OrderMail, str]:
    """The order with its payment, or with the ways to pay it."""
    view = order_of(tx, hub, delivery.subject_id, now, Showing(medium="mail"))
    link = tx.links.get(f"o{view.order.id}")
    url = url_of(hub, link) if link else hub.base_url
    paid = view_of(tx, hub, view.payment, now) if view.payment and view.payment.status is Status.PAID else None
    buttons, absent = pay_links(view.buttons, f"{url}?")
    currency = view.order.total.currency
    value = OrderMail(
        letterhead=head_for(tx, hub, delivery),
        customer=view.customer.name,
        number=view.order.number,
        placed_at=view.order.created_at,
        items=tuple(
            OrderedItem(
                description=item.description,
                quantity=item.quantity,
                price=Money(item.price, currency),
                amount=Money(item.price * item.quantity, currency),
            )
            for item in view.order.items
        ),
        total=view.order.total,
        paid=view.is_paid,
        went=view.went,
        is_live=view.is_live,
        is_over=not view.is_held,
        back=view.back,
        provider=paid.provider_name if paid else "",
        provider_reference=(paid.payment.provider_reference or "") if paid else "",
        authorisation=paid.authorisation if paid else "",
        instrument=paid.instrument.label if paid and paid.instrument else "",
        reference=paid.payment.reference if paid else "",
        paid_at=paid.paid_at if paid else None,
        is_learnt=paid.is_learnt if paid else False,
        hold_until=None if view.is_paid else view.order.hold_until,
        buttons=() if view.is_paid else buttons,
        not_offered=() if view.is_paid else absent,
        url=url,
    )
    return value, view.locale


def says(value: OrderMail, reader: DocumentReader) -> MailContent:
    """What was ordered, and the buttons or the proof of its payment."""
    t, waits = reader.t, not value.standing
    intro, subject = t(f"order.intro{value.standing}"), t("order.subject", number=value.number)
    if value.paid:
        subject = t("order.subject.paid", number=value.number)
    elif value.went:
        subject = t("order.subject.went", number=value.number, became=t(f"money.{value.went}"))
    parts: list[Part] = [
        Title(t("order.title", number=value.number)),
        greeting(value.customer, reader),
        Paragraph(intro),
        Figure(
            t("label.paid") if value.paid else t("label.total"),
            reader.money(value.total),
            reader.paid_caption(value.paid_at or value.placed_at, is_learnt=value.is_learnt),
            Tone.GOOD if value.paid else Tone.PLAIN,
        ),
    ]
    parts += went_back(value.back, reader)
    if waits and (value.buttons or not value.back):
        if value.hold_until:
            parts.append(Notice(t("order.hold", moment=reader.moment(value.hold_until))))
        parts.append(pay_bar(t("statement.bar"), value.buttons, value.not_offered, reader))
    parts += [
        Heading(t("order.items")),
        Rows(
            (t("label.item"), t("label.amount")),
            tuple(
                (
                    Cell(item.description, f"{item.quantity} × {reader.money(item.price)}"),
                    Cell(reader.money(item.amount)),
                )
                for item in value.items
            ),
            (t("label.total"), reader.money(value.total)),
        ),
    ]
    if value.paid or value.went:
        parts.append(
            Facts(
                (
                    (t("label.provider"), value.provider),
                    (t("label.instrument"), value.instrument),
                    (t("label.provider_reference", provider=value.provider), value.provider_reference),
                    (t("label.authorisation"), value.authorisation),
                    (t("label.reference"), value.reference),
                )
            )
        )
    if value.paid:
        parts.append(Paragraph(t("receipt.no_invoice"), small=True))
    parts.append(Button(label=t("order.view"), url=value.url))
    return MailContent(
        subject=subject,
        preview=intro,
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


MAIL = MailKind(
    kind=DeliveryKind.ORDER,
    name=Text("mail_kind.order"),
    gather=gather,
    says=says,
)
