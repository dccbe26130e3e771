"""A payment as people see it: everything that its page, its receipt and its mails say."""

from __future__ import annotations

import enum
from datetime import datetime

import attrs

from hub.domain.held import WITH_MONEY, Held, MoneyState, held_as, state_of
from hub.domain.hold import Hold
from hub.domain.merchant import Customer, Link, Merchant
from hub.domain.observation import Seen
from hub.domain.payment import Flag, Payment, Phase, Status
from hub.domain.receipt import MEANS_LABELS, CashReceipt, Means
from hub.domain.text import Text
from hub.domain.told_besides import NOTHING_TOLD, ToldBesides
from hub_hookspecs import ApproveInApp, Country, Instrument, Money, PostForm, Reason, Redirect, ShowQr, ShowReference


class Shown(enum.StrEnum):
    """What the payer sees (money.md section 8)."""

    PREPARING = "preparing"
    HOSTED_PAGE = "hosted_page"
    POST_FORM = "post_form"
    APPROVE = "approve"
    QR = "qr"
    REFERENCE = "reference"
    RESERVED = "reserved"
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

HAS_MONEY = frozenset(SHOWN_AS[state] for state in WITH_MONEY)
"""What the payer sees of a paid payment of which money is still here."""


@attrs.frozen(kw_only=True)
class LineView:
    """One payable of a payment; ``applied`` is what the payment settled of it, ``left`` what is still owed.

    Attributes:
        asked: Nothing where the payment was not for it: its credit settled it later.
        withheld: What the payer keeps back: as declared, and once the payment is proven as booked.
        credit: What of the customer's credit settles it: as it is held, and once the payment is proven as booked.
        less: What is withheld by name, and what was let off.
        in_clarification: What is left is not asked for, until somebody says whether it is still owed.
    """

    payable_id: str
    number: str
    asked: Money
    applied: Money
    left: Money
    withheld: Money
    discount: Money
    credit: Money
    less: tuple[tuple[Text | str, Money], ...] = ()
    in_clarification: bool = False


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
        paid_at: When it was paid as the provider says; when we learnt of it where that is not stated.
        is_learnt: The latter.
        credit: What settled nothing and is the customer's credit.
        paid_out: What of its credit was paid out to the customer.
        exchanged: What money that came in another currency was converted to, in the currency that was asked for.
        billed_again: What went back after that, and a debit note bills.
        cash_receipts: Those that stand, one a movement; nearly always one.
        is_unrecorded: Money is here for which none stands.
        back_url: The statement or order that it came from.
        url: The payment's page.
        link: The link to that page.
        can_cancel: The payer may withdraw the request at the provider.
        cancelling: A withdrawal is on its way.
        held_until: When a session that nobody can end earlier lets go of its payables, as long as nothing is heard.
        hold: What was authorised and is not captured, while the payment is live.
        told: What its provider told beside the amount; for its merchant, never for its payer.
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
    paid_out: Money | None
    billed_again: Money | None
    exchanged: Money | None
    seen: tuple[Seen, ...]
    cash_receipts: tuple[CashReceipt, ...]
    is_unrecorded: bool
    is_order: bool
    back_url: str
    url: str
    link: Link | None = None
    can_cancel: bool = False
    cancelling: bool = False
    held_until: datetime | None = None
    is_learnt: bool = False
    hold: Hold | None = None
    told: ToldBesides = NOTHING_TOLD

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
    def has_money(self) -> bool:
        """It is paid, and something of its money is still here."""
        return self.shown in HAS_MONEY

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
    def credit_used(self) -> Money:
        """What of the customer's credit settled its payables beside the money, or is held for them."""
        return sum((line.credit for line in self.lines), Money(0, self.payment.amount.currency))

    @property
    def is_corrected(self) -> bool:
        """A person corrected what came after it was booked."""
        return self.money.came != self.money.stated

    @property
    def is_late(self) -> bool:
        """The money came after the payment had been given up."""
        return Flag.LATE in self.payment.flags

    @property
    def is_duplicate(self) -> bool:
        """The same payables had been paid already."""
        return Flag.DUPLICATE_CHARGE in self.payment.flags


def shown_for(payment: Payment, held: tuple[Held, ...], now: datetime, hold: Hold | None = None) -> Shown:
    """What the payer sees; never failure wording while the payment is live."""
    if payment.status is Status.PAID:
        return SHOWN_AS[state_of(held)]
    if payment.status is Status.CLOSED:
        return Shown.NOT_CONFIRMED if payment.is_unproven else Shown.NOT_COMPLETED
    if hold:
        return Shown.WAITING_RESULT if hold.until and now >= hold.until else Shown.RESERVED
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
