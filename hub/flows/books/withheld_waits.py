"""What a payer declared to withhold above the merchant's cap: owed until a person accepts it, which is asked here."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Final

from hub.domain.message import Review, review_of
from hub.domain.payment import Payment, PaymentLine
from hub.flows.ground.open_review import close_by_fact, open_review, reopen_review
from hub.flows.ground.ports import Tx

WITHHOLDING_WAITS: Final = "withholding_waits"
"""The cause of the review that waits until somebody accepts or refuses it: one a payment and invoice."""

ANSWER: Final = "withheld"
"""What a decision about it says in its content."""

MONEY_BACK: Final = "the money of its payment went back"


class WithheldAnswer(enum.StrEnum):
    """What a person says of it."""

    ACCEPT = "accept"
    REFUSE = "refuse"


def waiting_minor(line: PaymentLine) -> int:
    """What of an invoice waits, minor units."""
    return sum(part.amount for part in line.withholdings if part.waits)


def answer_to(tx: Tx, payment: Payment, payable_id: str) -> WithheldAnswer | None:
    """What a person said; None while nobody did."""
    review_id = _review(payment, payable_id, "", payment.created_at).id
    said = [made.content[ANSWER] for made in tx.decisions.of(review_id) if made.is_done and ANSWER in made.content]
    return WithheldAnswer(said[-1]) if said else None


def ask_about_withheld(tx: Tx, payment: Payment, line: PaymentLine, now: datetime) -> None:
    """Let a person say whether it is accepted; once, and again where its money went back and came once more."""
    details = f"{line.number}: {waiting_minor(line)} {payment.amount.currency} in minor units"
    wanted = _review(payment, line.payable_id, details, now)
    known = tx.reviews.get(wanted.id)
    if known is None:
        open_review(tx, wanted)
    elif known.resolved_at is not None and not known.resolved_by:
        reopen_review(tx, known)


def ask_no_more(tx: Tx, payment: Payment, line: PaymentLine, now: datetime) -> None:
    """Nothing is left of its money: nothing of it can be accepted."""
    known = tx.reviews.get(_review(payment, line.payable_id, "", now).id)
    if known is not None:
        close_by_fact(tx, known, MONEY_BACK, now)


def _review(payment: Payment, payable_id: str, details: str, now: datetime) -> Review:
    return review_of(
        *(WITHHOLDING_WAITS, payment, details, now), occasion=payable_id, payment_id=payment.id, subject=payable_id
    )
