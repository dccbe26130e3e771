"""What is stored of messages, deliveries and exceptions."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

import attrs

from hub_hookspecs import Message, Mode

from .ids import derived_id


class MessageState(enum.StrEnum):
    """What became of a stored message.

    ``parked`` waits for its payment to become known; ``rejected`` failed its proof and may be replayed.
    """

    DUE = "due"
    DONE = "done"
    PARKED = "parked"
    REJECTED = "rejected"
    DEAD = "dead"


LOCKED = "the keys that are here do not open it"
"""The trouble of a message that waits for its keys: its account's secrets or its own text do not open."""

UNSERVED = "the plugin that reads it is not served here"
"""The trouble of a message that waits for its plugin, which is in quarantine or not installed."""


@attrs.frozen(kw_only=True)
class StoredMessage:
    """A message as it arrived; its raw text is encrypted at rest.

    Attributes:
        trouble: Why the last try to continue it led nowhere; of a rejected one, which check failed.
    """

    id: str
    account_id: str
    merchant_id: str
    mode: Mode
    message: Message
    digest: str
    state: MessageState
    verdict: str = ""
    payment_id: str | None = None
    due_at: datetime | None = None
    tries: int = 0
    trouble: str = ""


class DeliveryState(enum.StrEnum):
    """Where a delivery stands."""

    DUE = "due"
    SENT = "sent"
    DEAD = "dead"


MOVEMENT = "movement"
"""The detail of a mail about a further capture of its payment: which movement it was."""


class DeliveryKind(enum.StrEnum):
    """What a mail is about: the kinds that code names. What belongs to a kind stands in its module of documents."""

    STATEMENT = "statement"
    REMINDER = "reminder"
    RECEIPT = "receipt"
    CASH_RECEIPT = "cash_receipt"
    CASH_RECEIPT_VOID = "cash_receipt_void"
    DISBURSEMENT = "disbursement"
    CONVERSION = "conversion"
    PAYMENT_RECEIVED = "payment_received"
    PAYMENT_DIGEST = "payment_digest"
    PAYMENT_DECLINED = "payment_declined"
    PAYMENT_PENDING = "payment_pending"
    PAYMENT_RETURNED = "payment_returned"
    RETURN_BOUNCED = "return_bounced"
    WITHHOLDING_REFUSED = "withholding_refused"
    DISPUTE = "dispute"
    ACCOUNT_RESULT = "account_result"
    ACCOUNT_REQUESTED = "account_requested"
    ACCOUNT_ATTENTION = "account_attention"
    SIGN_IN = "sign_in"
    INVITATION = "invitation"
    MAIL_TEST = "mail_test"
    ORDER = "order"
    REVIEW = "review"
    CLOSING_PROPOSED = "closing_proposed"
    ALERT = "alert"


@attrs.frozen(kw_only=True)
class Delivery:
    """One mail that is owed, and its tries. Rows hold ids, never tokens or texts.

    Attributes:
        id: Derived from kind, subject and recipient, so that a change is reported once.
        kind: What it is about, a ``DeliveryKind`` or one that a module of ``hub.documents.mails`` brings.
        subject_id: Id of what it is about: payment, customer, account, order.
        details: Further ids and plain words that the template needs.
        round_id: The round of statements that it belongs to.
    """

    id: str
    merchant_id: str
    mode: Mode
    kind: str
    recipient: str
    subject_id: str
    details: Mapping[str, str]
    state: DeliveryState
    due_at: datetime | None
    tries: int = 0
    last_error: str = ""
    created_at: datetime
    sent_at: datetime | None = None
    round_id: str | None = None

    @property
    def message_id(self) -> str:
        """Left part of the mail's Message-ID: the same for every try."""
        return f"{self.id}"


@attrs.frozen(kw_only=True)
class Review:
    """An exception that waits for a person; one per cause, payment and subject.

    Attributes:
        subject: What it is about where that is no payment, or one of several things about it.
    """

    id: str
    merchant_id: str
    mode: Mode
    cause: str
    payment_id: str | None
    subject: str = ""
    details: str
    opened_at: datetime
    resolved_at: datetime | None = None
    resolution: str = ""
    resolved_by: str = ""


class Concern(Protocol):
    """What a mail or a review is about: a payment, an account, an order, a receipt, a message."""

    @property
    def id(self) -> str: ...
    @property
    def merchant_id(self) -> str: ...
    @property
    def mode(self) -> Mode: ...


@attrs.frozen
class About:
    """A subject that is no record of one mode by itself, such as a customer or a company."""

    id: str
    merchant_id: str
    mode: Mode


NO_DETAILS: Final[Mapping[str, str]] = MappingProxyType({})


def owed_mail(
    mail_id: str,
    kind: str,
    recipient: str,
    about: Concern,
    now: datetime,
    *,
    details: Mapping[str, str] = NO_DETAILS,
    round_id: str | None = None,
) -> Delivery:
    """A mail that is due now."""
    return Delivery(
        id=mail_id,
        merchant_id=about.merchant_id,
        mode=about.mode,
        kind=kind,
        recipient=recipient,
        subject_id=about.id,
        details=details,
        state=DeliveryState.DUE,
        due_at=now,
        created_at=now,
        round_id=round_id,
    )


def review_of(
    cause: str,
    about: Concern,
    details: str,
    now: datetime,
    *,
    occasion: str = "",
    payment_id: str | None = None,
    subject: str = "",
) -> Review:
    """What a person is to look at, once a cause, subject and occasion."""
    return Review(
        id=derived_id("review", cause, about.id, *filter(None, [occasion])),
        merchant_id=about.merchant_id,
        mode=about.mode,
        cause=str(cause),
        payment_id=payment_id,
        subject=subject,
        details=details,
        opened_at=now,
    )
