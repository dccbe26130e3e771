"""Who is told of what happens with money, by which mail; or by none, and why not.

The table has no empty field: whoever adds an event says it for the payer, the merchant and the operator.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final, TypeAlias

import attrs

from .message import DeliveryKind


class Event(enum.StrEnum):
    """What happens with money that somebody must know."""

    PAID = "paid"
    PAID_LATE = "paid_late"
    PAID_TWICE = "paid_twice"
    PAID_OTHERWISE = "paid_otherwise"
    PAID_FOR_ANOTHER = "paid_for_another"
    DECLINED_LATER = "declined_later"
    UNKNOWN = "unknown"
    UNPROVEN = "unproven"
    REFUNDED_HERE = "refunded_here"
    RETURNED_OUTSIDE = "returned_outside"
    RETURNED_UNPAID = "returned_unpaid"
    REFUND_BOUNCED = "refund_bounced"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_NEAR_ITS_DAY = "dispute_near_its_day"
    TRANSFER_REPORTED = "transfer_reported"
    RECEIVED_BY_HAND = "received_by_hand"
    CREDIT_DISBURSED = "credit_disbursed"
    RECEIPT_VOIDED = "receipt_voided"
    CONVERTED = "converted"
    SETTLED_OTHERWISE = "settled_otherwise"
    WITHHELD_ABOVE_CAP = "withheld_above_cap"
    WITHHOLDING_REFUSED = "withholding_refused"


class Person(enum.StrEnum):
    """Who may have to know."""

    PAYER = "payer"
    MERCHANT = "merchant"
    OPERATOR = "operator"


@attrs.frozen
class NoMail:
    """Nobody is mailed, and why that is right."""

    why: str


Told: TypeAlias = "str | NoMail"
"""The kind of the mail, or why there is none."""


def _told(*, payer: Told, merchant: Told, operator: Told) -> Mapping[Person, Told]:
    return {Person.PAYER: payer, Person.MERCHANT: merchant, Person.OPERATOR: operator}


RECEIPT, RECEIVED = DeliveryKind.RECEIPT.value, DeliveryKind.PAYMENT_RECEIVED.value
RETURNED, REVIEW = DeliveryKind.PAYMENT_RETURNED.value, DeliveryKind.REVIEW.value
ALERT, BOUNCED = DeliveryKind.ALERT.value, DeliveryKind.RETURN_BOUNCED.value
DISPUTE, DISBURSEMENT, CONVERSION = "dispute", "disbursement", "conversion"

NOTHING_ODD: Final = NoMail("nothing is odd about it")
DID_IT: Final = NoMail("it was done by the person who would be told")
ON_ITS_PAGE: Final = NoMail("the payment's page says it, and nothing is to be done yet")

TOLD: Final[Mapping[Event, Mapping[Person, Told]]] = {
    Event.PAID: _told(payer=RECEIPT, merchant=RECEIVED, operator=NOTHING_ODD),
    Event.PAID_LATE: _told(
        payer=RECEIPT, merchant=RECEIVED, operator=NoMail("both mails say that it came late; it settles or is credit")
    ),
    Event.PAID_TWICE: _told(payer=RECEIPT, merchant=RECEIVED, operator=ALERT),
    Event.PAID_OTHERWISE: _told(payer=RECEIPT, merchant=RECEIVED, operator=ALERT),
    Event.PAID_FOR_ANOTHER: _told(payer=RECEIPT, merchant=RECEIVED, operator=ALERT),
    Event.DECLINED_LATER: _told(
        payer=DeliveryKind.PAYMENT_DECLINED.value,
        merchant=NoMail("nothing was charged, and the payer may try again"),
        operator=NOTHING_ODD,
    ),
    Event.UNKNOWN: _told(
        payer=DeliveryKind.PAYMENT_PENDING.value,
        merchant=ON_ITS_PAGE,
        operator=NoMail("a review opens where it stays so for days"),
    ),
    Event.UNPROVEN: _told(
        payer=NoMail("the payer left the page; whoever comes back is warned before paying again"),
        merchant=ON_ITS_PAGE,
        operator=NOTHING_ODD,
    ),
    Event.REFUNDED_HERE: _told(payer=RETURNED, merchant=DID_IT, operator=ALERT),
    Event.RETURNED_OUTSIDE: _told(payer=RETURNED, merchant=RETURNED, operator=ALERT),
    Event.RETURNED_UNPAID: _told(payer=RETURNED, merchant=RETURNED, operator=ALERT),
    Event.REFUND_BOUNCED: _told(
        payer=BOUNCED,
        merchant=BOUNCED,
        operator=NoMail("a person recorded it with proof; what a line says is compared"),
    ),
    Event.DISPUTE_OPENED: _told(
        payer=NoMail("the payer asked the bank for it, and hears from the bank"), merchant=DISPUTE, operator=ALERT
    ),
    Event.DISPUTE_NEAR_ITS_DAY: _told(
        payer=NoMail("only the merchant can answer the bank"),
        merchant=DISPUTE,
        operator=NoMail("the review of the dispute is open, and was told"),
    ),
    Event.TRANSFER_REPORTED: _told(payer=DID_IT, merchant=REVIEW, operator=ALERT),
    Event.RECEIVED_BY_HAND: _told(
        payer=NoMail("the receipt is handed over, or mailed from its page when the customer wants it"),
        merchant=DID_IT,
        operator=NOTHING_ODD,
    ),
    Event.CREDIT_DISBURSED: _told(payer=DISBURSEMENT, merchant=DID_IT, operator=NOTHING_ODD),
    Event.RECEIPT_VOIDED: _told(payer=DeliveryKind.CASH_RECEIPT_VOID.value, merchant=DID_IT, operator=NOTHING_ODD),
    Event.CONVERTED: _told(payer=CONVERSION, merchant=CONVERSION, operator=NOTHING_ODD),
    Event.SETTLED_OTHERWISE: _told(
        payer=NoMail("the payer's money is in the books; what the provider pays out is no matter of the payer's"),
        merchant=NoMail("the report of the import and the page of exceptions say it"),
        operator=ALERT,
    ),
    Event.WITHHELD_ABOVE_CAP: _told(
        payer=NoMail("the pay step said so before, and the receipt says what is left"),
        merchant=NoMail("the page of exceptions asks, and the start page says that something waits"),
        operator=ALERT,
    ),
    Event.WITHHOLDING_REFUSED: _told(
        payer=DeliveryKind.WITHHOLDING_REFUSED.value, merchant=DID_IT, operator=NOTHING_ODD
    ),
}
"""Who is told of each event."""
