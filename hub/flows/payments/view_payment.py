"""View a payment: everything that its page, its receipt and its mails say; its money as the books have it."""

from __future__ import annotations

import enum
from datetime import datetime

import attrs

from hub.domain import entry_keys, ledger
from hub.domain.captures import Capture, captures_in
from hub.domain.held import WITH_MONEY, Held, MoneyState, held_as, state_of
from hub.domain.intake import Intake, settled_by
from hub.domain.merchant import Customer, Link, LinkKind, Merchant
from hub.domain.observation import Seen, tries_in
from hub.domain.operation import OperationKind
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Flag, Payment, Phase, Status
from hub.domain.receipt import MEANS_LABELS, CashReceipt, Deduction, Means, name_of_less
from hub.domain.text import Text
from hub.flows.books.read_intakes import by_movement, intakes_in, is_unrecorded, left_by_movement
from hub.flows.ground.open_link import open_link, url_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import deducted_of, held_of
from hub_hookspecs import (
    ApproveInApp,
    Country,
    Instrument,
    Kind,
    Money,
    PostForm,
    Reason,
    ReasonKind,
    Redirect,
    ShowQr,
    ShowReference,
)


class Shown(enum.StrEnum):
    """What the payer sees (money.md section 8)."""

    PREPARING = "preparing"
    HOSTED_PAGE = "hosted_page"
    POST_FORM = "post_form"
    APPROVE = "approve"
    QR = "qr"
    REFERENCE = "reference"
    WAITING_RESULT = "waiting_result"
    UNKNOWN = "unknown"
    NOT_COMPLETED = "not_completed"
    NOT_CONFIRMED = "not_confirmed"
    PAID = "paid"
    PARTLY_RETURNED = "partly_returned"
    RETURNED = "returned"
    PARTLY_CHARGED_BACK = "partly_charged_back"
    CHARGED_BACK = "charged_back"
    NOT_RECEIVED = "not_received"


SHOWN_AS = {state: Shown.PAID if state is MoneyState.HELD else Shown(state.value) for state in MoneyState}
KEPT = frozenset(SHOWN_AS[state] for state in WITH_MONEY)
"""What the payer sees of a paid payment of which money is still here."""


@attrs.frozen(kw_only=True)
class LineView:
    """One payable of a payment; ``applied`` is what the payment settled of it, ``left`` what is still owed.

    Attributes:
        asked: Nothing where the payment was not for it: its credit settled it later.
        withheld: What the payer keeps back: as declared, and once the payment is proven as booked.
        less: The same by name, and what was let off.
    """

    payable_id: str
    number: str
    asked: Money
    applied: Money
    left: Money
    withheld: Money
    discount: Money
    less: tuple[tuple[Text | str, Money], ...] = ()


@attrs.frozen(kw_only=True)
class PaymentView:
    """One payment as people see it.

    Attributes:
        amount: What came as people corrected it, in whatever currency it came, else what was asked for.
        captured: The same in the currency that was asked for; None where nothing came in it.
        held: What the books hold of it, a record a currency; empty while nothing is proven.
        used: Payables that it was not for, and that its credit settled.
        last_try: Reason of the newest refused try, while the session is open.
        reason: Why it was refused, if it was.
        paid_at: When it was paid as the provider says; when we learnt of it where that is not said.
        is_learnt: The latter.
        credit: What settled nothing and is the customer's credit.
        cash_receipts: Those that stand, one a movement; nearly always one.
        is_unrecorded: Money is here for which none stands.
        back_url: The statement or order that it came from.
        url: The payment's page.
        link: The link to that page.
        can_cancel: The payer may withdraw the request at the provider.
        cancelling: A withdrawal is on its way.
    """

    payment: Payment
    merchant: Merchant
    country: Country
    customer: Customer
    provider_name: str
    way_label: str
    shown: Shown
    amount: Money
    captured: Money | None
    held: tuple[Held, ...]
    lines: tuple[LineView, ...]
    used: tuple[LineView, ...]
    tries: int
    last_try: Reason | None
    reason: Reason | None
    authorisation: str
    instrument: Instrument | None
    paid_at: datetime | None
    credit: Money | None
    seen: tuple[Seen, ...]
    cash_receipts: tuple[CashReceipt, ...]
    is_unrecorded: bool
    is_order: bool
    back_url: str
    url: str
    link: Link | None = None
    can_cancel: bool = False
    cancelling: bool = False
    is_learnt: bool = False

    @property
    def cash_receipt(self) -> CashReceipt | None:
        """The first receipt that stands."""
        return next(iter(self.cash_receipts), None)

    @property
    def method(self) -> Text | str:
        """How it was paid."""
        kinds = {"card": Means.CARD, "wallet": Means.WALLET}
        return MEANS_LABELS[kinds.get(self.instrument.kind, Means.ONLINE)] if self.instrument else self.way_label

    @property
    def money(self) -> Held:
        """What the books hold in the currency of ``amount``."""
        return held_as(self.held, self.payment.amount.currency)

    @property
    def others(self) -> tuple[Held, ...]:
        """What came in other currencies beside it."""
        return tuple(item for item in self.held if item.currency != self.money.currency)

    @property
    def is_kept(self) -> bool:
        """It is paid, and something of its money is still here."""
        return self.shown in KEPT

    @property
    def returned(self) -> Money | None:
        """What went back to the payer, or was taken back by the payer's bank."""
        return self.money.money(self.money.gone) if self.money.gone else None

    @property
    def remains(self) -> Money:
        """What came and did not go back."""
        return self.money.money(self.money.left)

    @property
    def less(self) -> tuple[tuple[Text | str, Money], ...]:
        """What settled its payables beside the money: taxes that the payer kept back, and discounts, by name."""
        sums: dict[Text | str, Money] = {}
        for name, amount in (item for line in (*self.lines, *self.used) for item in line.less):
            sums[name] = sums[name] + amount if name in sums else amount
        return tuple(sums.items())

    @property
    def is_corrected(self) -> bool:
        """A person said that something else came than was booked at first."""
        return self.money.came != self.money.stated

    @property
    def is_late(self) -> bool:
        """The money came after the payment had been given up."""
        return Flag.LATE in self.payment.flags

    @property
    def is_duplicate(self) -> bool:
        """The same payables had been paid already."""
        return Flag.DUPLICATE_CHARGE in self.payment.flags


def instrument_of(seen: tuple[Seen, ...]) -> Instrument | None:
    """What was paid with; before that, what the newest try was made with."""
    paid = [item for item in seen if item.observation.kind is Kind.PAID]
    found = [item.observation.instrument for item in paid or reversed(seen) if item.observation.instrument]
    return found[0] if found else None


def payment_link_id(payment_id: str) -> str:
    """Id of the link to a payment's page."""
    return f"p{payment_id}"


async def view_payment_by_token(hub: Hub, token: str) -> PaymentView:
    """The payment of a link.

    Raises:
        LinkShut: Unknown, expired or revoked.
    """
    now = hub.clock()

    def read(tx: Tx) -> PaymentView:
        link = open_link(tx, hub, LinkKind.PAYMENT, token, now)
        payment = tx.payments.get(link.target)
        if payment is None:
            raise LookupError(link.target)
        return view_of(tx, hub, payment, now)

    return await hub.store.read(read)


async def view_payment_by_return(hub: Hub, token: str) -> PaymentView | None:
    """The payment whose return address has this token."""
    now = hub.clock()

    def read(tx: Tx) -> PaymentView | None:
        payment = tx.payments.by_return_token(token)
        return view_of(tx, hub, payment, now) if payment else None

    return await hub.store.read(read)


async def view_payment(hub: Hub, payment_id: str) -> PaymentView | None:
    """The payment with this id."""
    now = hub.clock()

    def read(tx: Tx) -> PaymentView | None:
        payment = tx.payments.get(payment_id)
        return view_of(tx, hub, payment, now) if payment else None

    return await hub.store.read(read)


def in_language(hub: Hub, view: PaymentView, locale: str) -> PaymentView:
    """The view with what the provider's plugin says in this language."""
    provider = hub.providers.get(view.payment.provider)
    way = provider.info_for(locale).way(view.payment.way) if provider else None
    if provider is None or way is None:
        return view
    action = view.payment.action
    if isinstance(action, ApproveInApp):
        action = attrs.evolve(action, hint=provider.said(action.hint, locale))
    return attrs.evolve(view, way_label=way.label, payment=attrs.evolve(view.payment, action=action))


def view_of(tx: Tx, hub: Hub, payment: Payment, now: datetime) -> PaymentView:
    """Put together what is known of a payment."""
    merchant = tx.merchants.get(payment.merchant_id)
    customer = tx.customers.get(payment.customer_id)
    if merchant is None or customer is None:
        raise LookupError(f"payment {payment.reference} has lost its merchant or customer")
    seen = tx.payments.seen(payment.id)
    captures = captures_in(payment, seen)
    payables = {payable.id: payable for payable in tx.payables.many([line.payable_id for line in payment.lines])}
    provider = hub.providers.get(payment.provider)
    way = provider.info.way(payment.way) if provider else None
    held, currency = held_of(tx, payment) if captures else (), payment.amount.currency
    came = held_as(held, currency)
    intakes = intakes_in(tx, payment, currency)
    country = hub.countries[merchant.company.country]
    lines, used = _lines(tx, country, payment, payables, intakes, proven=bool(captures))
    credit = Money(sum(intake.unapplied for intake in intakes), currency)
    link = tx.links.get(payment_link_id(payment.id))
    cancelling = payment.is_live and any(
        item.kind is OperationKind.CANCEL and item.is_live for item in tx.operations.of_payment(payment.id)
    )
    receipts = tx.receipts.standing(payment.id)
    can_cancel = bool(way and way.cancel and provider and "cancel_payment" in provider.capabilities)
    return PaymentView(
        payment=payment,
        merchant=merchant,
        country=country,
        customer=customer,
        provider_name=provider.info.name if provider else payment.provider,
        way_label=way.label if way else "",
        shown=shown_for(payment, held, now),
        amount=came.money(came.came) if held else payment.amount,
        captured=came.money(came.came) if held and came.currency == currency else None,
        held=held,
        lines=lines,
        used=used,
        tries=tries_in(seen),
        last_try=_last(seen, Kind.TRY_DECLINED) if payment.is_live else None,
        reason=_last(seen, Kind.DECLINED),
        authorisation=next((taken.authorisation for taken in captures if taken.authorisation), "") or "",
        instrument=instrument_of(seen),
        paid_at=captures[0].at if captures else None,
        is_learnt=bool(captures) and captures[0].is_learnt,
        credit=credit or None,
        seen=seen,
        cash_receipts=receipts,
        is_unrecorded=is_unrecorded(tx, payment, receipts),
        is_order=any(payable.kind is PayableKind.ORDER for payable in payables.values()),
        back_url=_back(tx, hub, payment, payables, now),
        url=url_of(hub, link) if link else "",
        link=link,
        can_cancel=can_cancel and payment.status is Status.PENDING and not cancelling,
        cancelling=cancelling,
    )


def of_movement(tx: Tx, view: PaymentView, movement: str) -> PaymentView:
    """The view of a payment that was captured several times, narrowed to one capture; an empty name is the first."""
    payment, captures = view.payment, captures_in(view.payment, view.seen)
    if len(captures) < 2:
        return view
    taken = next((item for item in captures if item.movement == movement), captures[0])
    amount = _booked(tx, payment, taken)
    intakes = tuple(by_movement(payment, tx.ledger.intakes_of(payment.id)).get(taken.movement, ()))
    payables = {payable.id: payable for payable in tx.payables.many([line.payable_id for line in payment.lines])}
    receipts = tuple(receipt for receipt in view.cash_receipts if receipt.movement == taken.movement)
    credit = Money(sum(intake.unapplied for intake in intakes), amount.currency)
    lines, used = _lines(tx, view.country, payment, payables, intakes, proven=True, observation=taken.key)
    return attrs.evolve(
        view,
        amount=amount,
        captured=amount if amount.currency == payment.amount.currency else None,
        lines=lines,
        used=used,
        authorisation=taken.authorisation or "",
        paid_at=taken.at,
        is_learnt=taken.is_learnt,
        credit=credit or None,
        cash_receipts=receipts,
        is_unrecorded=view.is_unrecorded and not receipts and left_by_movement(tx, payment).get(taken.movement, 0) > 0,
    )


def _booked(tx: Tx, payment: Payment, taken: Capture) -> Money:
    """What a capture brought in by the books, corrections included."""
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    own = [entry for entry in entries if entry_keys.movement_in(entry.key, payment) == taken.movement]
    if not own:
        return taken.amount
    return Money(sum(entry.moved(ledger.LedgerKind.PROVIDER_CLEARING) for entry in own), taken.amount.currency)


def _lines(
    tx: Tx,
    country: Country,
    payment: Payment,
    payables: dict[str, Payable],
    intakes: tuple[Intake, ...],
    *,
    proven: bool,
    observation: str = "",
) -> tuple[tuple[LineView, ...], tuple[LineView, ...]]:
    """What the payment did to its payables, and what its credit or a deduction with its receipt settled besides."""
    applied = settled_by(intakes)
    asked = {line.payable_id: line.amount for line in payment.lines}
    less = deducted_of(tx, payment, observation) if proven else _declared(payment)
    besides = [key for key in dict.fromkeys((*applied, *(item.payable_id for item in less))) if key not in asked]
    found = {**payables, **{item.id: item for item in tx.payables.many(besides)}}
    currency = payment.amount.currency
    views = {
        key: LineView(
            payable_id=key,
            number=payable.number,
            asked=Money(asked.get(key, 0), currency),
            applied=Money(applied.get(key, 0), currency),
            left=payable.balance,
            withheld=Money(sum(item.amount for item in less if item.payable_id == key and item.tax), currency),
            discount=Money(sum(item.amount for item in less if item.payable_id == key and not item.tax), currency),
            less=tuple(
                (name_of_less(item.tax, country), Money(item.amount, currency))
                for item in less
                if item.payable_id == key
            ),
        )
        for key, payable in found.items()
    }
    own = tuple(attrs.evolve(views[line.payable_id], number=line.number) for line in payment.lines)
    return own, tuple(views[key] for key in besides)


def _declared(payment: Payment) -> tuple[Deduction, ...]:
    """What the payer said to keep back, before anything is booked of it."""
    return tuple(
        Deduction(payable_id=line.payable_id, tax=kept.tax, amount=kept.amount)
        for line in payment.lines
        for kept in line.withholdings
    )


def _last(seen: tuple[Seen, ...], kind: Kind) -> Reason | None:
    found = [item.observation for item in seen if item.observation.kind is kind]
    return (found[-1].reason or Reason(ReasonKind.OTHER)) if found else None


def shown_for(payment: Payment, held: tuple[Held, ...], now: datetime) -> Shown:
    """What the payer sees; never failure wording while the payment is live."""
    if payment.status is Status.PAID:
        return SHOWN_AS[state_of(held)]
    if payment.status is Status.CLOSED:
        return Shown.NOT_CONFIRMED if payment.is_unproven else Shown.NOT_COMPLETED
    if payment.phase is not Phase.SENT:
        return Shown.PREPARING
    if payment.status is Status.UNKNOWN:
        return Shown.UNKNOWN
    if payment.expires_at is not None and now >= payment.expires_at:
        return Shown.WAITING_RESULT
    match payment.action:
        case Redirect():
            return Shown.HOSTED_PAGE
        case PostForm():
            return Shown.POST_FORM
        case ShowQr():
            return Shown.QR
        case ShowReference():
            return Shown.REFERENCE
        case ApproveInApp():
            return Shown.APPROVE
    return Shown.WAITING_RESULT


def _back(tx: Tx, hub: Hub, payment: Payment, payables: dict[str, Payable], now: datetime) -> str:
    for payable in payables.values():
        if payable.kind is PayableKind.ORDER:
            order_link = tx.links.get(f"o{payable.id}")
            return url_of(hub, order_link) if order_link and order_link.is_open(now) else ""
    link = tx.links.find(LinkKind.STATEMENT, payment.customer_id, payment.mode, now)
    return url_of(hub, link) if link else ""
