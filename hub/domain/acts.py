"""Acts that change what is owed, by whom, or what credit is free; and what each does while money is under way.

The table has no empty field: whoever adds an act says for every state what becomes of it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from hub.domain.text import Text


class Act(enum.StrEnum):
    """What a person, a file or a payer does to what is owed or to a customer's credit."""

    REVISE_BILL = "revise_bill"
    MOVE_BILL = "move_bill"
    VOID_BILL = "void_bill"
    CREDIT_NOTE = "credit_note"
    ANSWER_RETURN = "answer_return"
    WRITE_OFF = "write_off"
    RECEIVE = "receive"
    DEDUCT = "deduct"
    VOID_RECEIPT = "void_receipt"
    APPLY_CREDIT = "apply_credit"
    DISBURSE = "disburse"
    EXCHANGE = "exchange"
    CORRECT_ENTRY = "correct_entry"
    CORRECT_AMOUNT = "correct_amount"
    REFUND = "refund"
    RECORD_RETURN = "record_return"
    START_PAYMENT = "start_payment"
    UNDO_IMPORT = "undo_import"
    CLOSE_MISSING = "close_missing"


class Pending(enum.StrEnum):
    """What may be under way with a payment of the bill, or with the payment itself, when somebody acts.

    ``live``: a payment may still be paid. ``unproven``: one was closed by our own conclusion and is
    still watched. ``refund_unknown``: it is not known whether a refund was executed.
    ``dispute_open``: a bank wants the money back.
    """

    LIVE = "live"
    UNPROVEN = "unproven"
    REFUND_UNKNOWN = "refund_unknown"
    DISPUTE_OPEN = "dispute_open"


class Rule(enum.StrEnum):
    """What an act does then.

    ``taken``: as always. ``warned``: once a person has confirmed the warning. ``reviewed``: it is
    done, and a person is asked, now or when the money comes. ``refused``: nothing happens, and the
    reason is told.
    """

    TAKEN = "taken"
    WARNED = "warned"
    REVIEWED = "reviewed"
    REFUSED = "refused"


def _rules(live: Rule, unproven: Rule, refund_unknown: Rule, dispute_open: Rule) -> Mapping[Pending, Rule]:
    return {
        Pending.LIVE: live,
        Pending.UNPROVEN: unproven,
        Pending.REFUND_UNKNOWN: refund_unknown,
        Pending.DISPUTE_OPEN: dispute_open,
    }


TAKEN, WARNED, REVIEWED, REFUSED = Rule.TAKEN, Rule.WARNED, Rule.REVIEWED, Rule.REFUSED

RULES: Final[Mapping[Act, Mapping[Pending, Rule]]] = {
    # what is done:                live,     unproven, refund_unknown, dispute_open
    Act.REVISE_BILL: _rules(REFUSED, TAKEN, TAKEN, TAKEN),
    Act.MOVE_BILL: _rules(REFUSED, REVIEWED, TAKEN, TAKEN),
    Act.VOID_BILL: _rules(REFUSED, REFUSED, REFUSED, REFUSED),
    Act.CREDIT_NOTE: _rules(REVIEWED, TAKEN, TAKEN, TAKEN),
    Act.ANSWER_RETURN: _rules(REFUSED, TAKEN, REFUSED, REFUSED),
    Act.WRITE_OFF: _rules(REFUSED, REVIEWED, TAKEN, TAKEN),
    Act.RECEIVE: _rules(REFUSED, TAKEN, TAKEN, TAKEN),
    Act.DEDUCT: _rules(REFUSED, TAKEN, TAKEN, TAKEN),
    Act.VOID_RECEIPT: _rules(TAKEN, TAKEN, TAKEN, TAKEN),
    Act.APPLY_CREDIT: _rules(REFUSED, TAKEN, TAKEN, TAKEN),
    Act.DISBURSE: _rules(TAKEN, TAKEN, REFUSED, REFUSED),
    Act.EXCHANGE: _rules(REFUSED, TAKEN, REFUSED, REFUSED),
    Act.CORRECT_ENTRY: _rules(TAKEN, TAKEN, REFUSED, TAKEN),
    Act.CORRECT_AMOUNT: _rules(TAKEN, TAKEN, REFUSED, TAKEN),
    Act.REFUND: _rules(TAKEN, TAKEN, REFUSED, REFUSED),
    Act.RECORD_RETURN: _rules(TAKEN, TAKEN, REFUSED, TAKEN),
    Act.START_PAYMENT: _rules(REFUSED, WARNED, TAKEN, TAKEN),
    Act.UNDO_IMPORT: _rules(REFUSED, REFUSED, REFUSED, REFUSED),
    Act.CLOSE_MISSING: _rules(REFUSED, REFUSED, REFUSED, REFUSED),
}
"""What each act does while something is under way."""


def why_refused(pending: Pending, number: str) -> Text:
    """Why an act is refused, naming the invoices of the payment that stands in its way."""
    match pending:
        case Pending.LIVE:
            return Text("bill.payment_in_progress", number=number)
        case Pending.UNPROVEN:
            return Text("bill.payment_unproven", number=number)
        case Pending.REFUND_UNKNOWN:
            return Text("payment.refund_unknown", number=number)
        case Pending.DISPUTE_OPEN:
            return Text("payment.dispute_open", number=number)
