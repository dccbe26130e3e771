"""The payer's proof of one payment (soporte), which exists on approval only."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.held import MoneyState
from hub.domain.letterhead import Letterhead
from hub.domain.message import DeliveryKind
from hub.domain.text import Text
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class MoneyBack:
    """What became of money that came and did not stay: how much went back, and what remains."""

    state: MoneyState
    came: Money
    back: Money
    remains: Money


@attrs.frozen(kw_only=True)
class PaidLine:
    """What one payment did to one invoice or order.

    Attributes:
        withheld: What the payer kept back and pays as tax.
        discount: What was let off.
        credit: What of the customer's credit was used with it.
        is_order: It is an order of the shop, for which there is no invoice yet.
    """

    number: str
    applied: Money
    left: Money
    withheld: Money | None = None
    discount: Money | None = None
    credit: Money | None = None
    is_order: bool = False


@attrs.frozen(kw_only=True)
class ReceiptDocument:
    """The payer's proof of one payment.

    Attributes:
        amount: What the provider took, as proven, and as people corrected it since.
        asked: What we had asked for; shown where it differs.
        stated: What the provider had said, where people corrected it.
        back: What became of it, where something went back.
        provider: Its name for people.
        method: How it was paid, for people: ``Tarjeta``; may be empty.
        instrument: Masked: ``Visa ****1111``, ``399***4643``.
        paid_at: As the provider says; where it does not, when we learnt of it, and ``is_learnt``.
        reference: Ours.
        credit: What settled nothing and is the customer's credit now.
        left: What the customer is still asked for, per currency; empty when nothing.
        in_clarification: Numbers of what is open and not asked for, since its money went back.
        late: The money came after the payment had been given up.
        duplicate: The same invoices had been paid already.
        url: The receipt's page.
        verify_url: Where a third party can check the receipt.
    """

    kind = DeliveryKind.RECEIPT

    letterhead: Letterhead
    payer: str
    payer_identity: str = ""
    payer_email: str = ""
    amount: Money
    asked: Money | None = None
    stated: Money | None = None
    back: MoneyBack | None = None
    lines: tuple[PaidLine, ...]
    provider: str
    method: Text | str = ""
    instrument: str = ""
    provider_reference: str = ""
    authorisation: str = ""
    paid_at: datetime
    is_learnt: bool = False
    reference: str
    credit: Money | None = None
    left: tuple[Money, ...] = ()
    in_clarification: tuple[str, ...] = ()
    late: bool = False
    duplicate: bool = False
    url: str
    verify_url: str = ""
