"""Why a review is opened: what each cause means, what may be done about it, and which fact answers it by itself.

Only a cause with such a fact is ever closed without a person, and that fact is its resolution.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Final

import attrs

from hub.domain.text import Text


@attrs.frozen(kw_only=True)
class WayOut:
    """Something that may be done about a review: on a page of the merchant's, by a command of the operator's, or both.

    What stands in braces is filled in for the review: ``{payment}``, ``{reference}``, ``{customer}``,
    ``{customer_name}``, ``{invoice}``, ``{invoice_number}``, ``{provider}``, ``{company}``, ``{message}``,
    ``{review}``. Of what is offered only sometimes, ``refundable``, ``releasable`` and ``owed`` say that it is.

    Attributes:
        name: What it is called in data.
        label: What is done, for whoever reads the page.
        page: Path of the page; empty where only the operator can do it.
        command: Words of the command; names in capitals are the operator's to replace.
        needs: What must be offered for it to be a way at all; a value of that name says that it is.
        is_owners: Only an owner may do it on the page.
    """

    name: str
    label: Text
    page: str = ""
    command: tuple[str, ...]
    needs: str = ""
    is_owners: bool = False

    def is_open(self, values: Mapping[str, str]) -> bool:
        """Whether what it needs is offered."""
        return not self.needs or bool(values.get(self.needs))

    def page_for(self, values: Mapping[str, str]) -> str:
        """Where it is done; empty where there is no page, or not for this review."""
        return _filled(self.page, values) if self.is_open(values) else ""

    def command_for(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The command; empty where it is not for this review."""
        words = tuple(_filled(word, values) for word in self.command)
        return words if all(words) and self.is_open(values) else ()


def _filled(template: str, values: Mapping[str, str]) -> str:
    wanted = [name for _text, name, _spec, _conversion in string.Formatter().parse(template) if name]
    return template.format_map(values) if all(values.get(name) for name in wanted) else ""


@attrs.frozen
class Fact:
    """What answers a review by itself, in words for whoever asks why it is closed."""

    told: Text


LINE_BOOKED = Fact(Text("review.closed_line_booked"))
PAYMENT_FOUND = Fact(Text("review.closed_payment_found"))
PAYMENT_KNOWN = Fact(Text("review.closed_payment_known"))
OPERATION_KNOWN = Fact(Text("review.closed_operation_known"))
CAPTURE_FOUND = Fact(Text("review.closed_capture_found"))
MONEY_BACK = Fact(Text("review.closed_money_back"))


@attrs.frozen(kw_only=True)
class Cause:
    """What a review is opened for.

    Attributes:
        ways: What may be done about it, the likeliest first; besides, a person may say what became of it.
        closed_by: The fact that answers it; None where only a person does.
        needs_answer: Only one of its ways closes it; what a person says besides does not.
    """

    name: str
    ways: tuple[WayOut, ...]
    closed_by: Fact | None = None
    needs_answer: bool = False

    @property
    def means(self) -> str:
        """Id of the text that says in a few words what happened."""
        return f"cause.{self.name}"


SIGNED = ("--by", "NAME", "--why", "TEXT")
PROVEN = (*SIGNED, "--evidence", "TEXT")

PAYMENT = WayOut(
    name="payment",
    label=Text("review.way_payment"),
    page="/m/payments/{payment}",
    command=("payment", "show", "{reference}"),
)
REFUND = WayOut(
    name="refund",
    label=Text("review.way_refund"),
    page="/m/payments/{payment}#refund",
    command=("payment", "refund", "{reference}", *SIGNED),
    needs="refundable",
    is_owners=True,
)
RELEASE = WayOut(
    name="release",
    label=Text("review.way_release"),
    page="/m/payments/{payment}#release",
    command=("payment", "release", "{reference}", *SIGNED),
    needs="releasable",
    is_owners=True,
)
RECORD = WayOut(
    name="record", label=Text("review.way_record"), command=("payment", "record", "{reference}", "--paid", *PROVEN)
)
CONCLUDE = WayOut(
    name="conclude",
    label=Text("review.way_conclude"),
    command=("payment", "conclude", "{reference}", "--done", *PROVEN),
)
CUSTOMER = WayOut(
    name="customer",
    label=Text("review.way_customer"),
    page="/m/customers/{customer}",
    command=("find", "{customer_name}"),
)
RECEIPT = WayOut(
    name="receipt",
    label=Text("review.way_receipt"),
    page="/m/customers/{customer}/receipt",
    command=(
        "receipt",
        "record",
        "--company",
        "{company}",
        *("--means", "MEANS", "--customer", "CUSTOMER"),
        "--amount",
        "0.00",
    ),
)
STILL_OWED = WayOut(
    name="still_owed",
    label=Text("review.way_still_owed"),
    command=("review", "answer", "{review}", "still_owed", *SIGNED),
)
CREDIT_NOTE = WayOut(
    name="credit_note",
    label=Text("review.way_credit_note"),
    command=("review", "answer", "{review}", "credit_note", "--note", "NUMBER", *SIGNED),
)
NOT_DUE = WayOut(
    name="not_due",
    label=Text("review.way_not_due"),
    command=("review", "answer", "{review}", "not_due", *SIGNED),
)
USE_CREDIT = WayOut(
    name="use_credit",
    label=Text("review.way_use_credit"),
    command=("ledger", "use-credit", "INVOICE", "--company", "{company}"),
)
WRITE_OFF = WayOut(
    name="write_off",
    label=Text("review.way_write_off"),
    page="/m/invoices/{invoice}#write-off",
    command=("ledger", "write-off", "{invoice_number}", "--company", "{company}", "--why", "TEXT"),
    needs="owed",
    is_owners=True,
)
CORRECT = WayOut(
    name="correct",
    label=Text("review.way_correct"),
    command=("ledger", "correct", "ENTRY", "--company", "{company}", "--why", "TEXT"),
)
IMPORT = WayOut(
    name="import",
    label=Text("review.way_import"),
    page="/m/import",
    command=("import", "invoices", "FILE", "--company", "{company}"),
)
LINES = WayOut(
    name="lines",
    label=Text("review.way_lines"),
    page="/m/settlements",
    command=("reconcile", "lines", "{provider}", "--company", "{company}"),
)
FETCH = WayOut(
    name="fetch",
    label=Text("review.way_fetch"),
    page="/m/settlements",
    command=("reconcile", "import", "FILE", "{provider}", "--company", "{company}"),
)
ACCEPT_WITHHELD = WayOut(
    name="accept_withheld",
    label=Text("review.way_accept_withheld"),
    page="/m/payments/{payment}#withheld",
    command=("review", "answer", "{review}", "accept", *SIGNED),
)
REFUSE_WITHHELD = WayOut(
    name="refuse_withheld",
    label=Text("review.way_refuse_withheld"),
    command=("review", "answer", "{review}", "refuse", *SIGNED),
)
WITHDRAW = WayOut(
    name="withdraw",
    label=Text("review.way_withdraw"),
    command=("reconcile", "withdraw", "{provider}", "LINE", "--company", "{company}", "--why", "TEXT"),
)
MESSAGE = WayOut(name="message", label=Text("review.way_message"), command=("message", "show", "{message}"))
REPLAY = WayOut(name="replay", label=Text("review.way_replay"), command=("message", "replay", "{message}"))
RESOLVE = WayOut(
    name="resolve",
    label=Text("review.way_resolve"),
    page="/m/reviews",
    command=("review", "resolve", "{review}", *SIGNED),
)

_TABLE: Final = (
    Cause(name="amount_mismatch", ways=(PAYMENT, CUSTOMER, REFUND, CORRECT)),
    Cause(name="currency_mismatch", ways=(PAYMENT, CUSTOMER)),
    Cause(name="duplicate_charge", ways=(REFUND, PAYMENT, USE_CREDIT, CUSTOMER)),
    Cause(name="credit_gone", ways=(CUSTOMER, USE_CREDIT, PAYMENT)),
    Cause(name="conflict", ways=(PAYMENT, RECORD)),
    Cause(name="orphan_refund", ways=(PAYMENT, RECORD, FETCH), closed_by=CAPTURE_FOUND),
    Cause(name="over_refund", ways=(PAYMENT, LINES, CORRECT)),
    Cause(name="contradicting_claims", ways=(PAYMENT, LINES, CORRECT)),
    Cause(name="learned_otherwise", ways=(PAYMENT,)),
    Cause(name="dispute", ways=(PAYMENT,)),
    Cause(name="returned_bill", ways=(PAYMENT, CUSTOMER, STILL_OWED, CREDIT_NOTE, NOT_DUE), needs_answer=True),
    Cause(
        name="withholding_waits",
        ways=(ACCEPT_WITHHELD, REFUSE_WITHHELD, PAYMENT, CUSTOMER),
        closed_by=MONEY_BACK,
        needs_answer=True,
    ),
    Cause(name="doubted_return", ways=(PAYMENT, CORRECT)),
    Cause(name="debit_note", ways=(CUSTOMER, USE_CREDIT, WRITE_OFF)),
    Cause(name="surplus", ways=(REFUND, PAYMENT, USE_CREDIT, CUSTOMER)),
    Cause(name="moved_bill", ways=(CUSTOMER, REFUND, PAYMENT, USE_CREDIT)),
    Cause(name="rejected_signature", ways=(MESSAGE, REPLAY, PAYMENT)),
    Cause(name="unclear_message", ways=(MESSAGE, REPLAY, RECORD)),
    Cause(name="parked_payment", ways=(MESSAGE, REPLAY), closed_by=PAYMENT_FOUND),
    Cause(name="unresolved", ways=(PAYMENT, RELEASE, RECORD), closed_by=PAYMENT_KNOWN),
    Cause(name="operation_unknown", ways=(PAYMENT, CONCLUDE), closed_by=OPERATION_KNOWN),
    Cause(name="balance_rose", ways=(IMPORT, CORRECT)),
    Cause(name="settlement_unknown", ways=(LINES, FETCH), closed_by=LINE_BOOKED),
    Cause(name="settlement_missing", ways=(FETCH, LINES, PAYMENT), closed_by=LINE_BOOKED),
    Cause(name="settlement_amount", ways=(LINES, FETCH, CORRECT), closed_by=LINE_BOOKED),
    Cause(name="settlement_repeated", ways=(LINES, WITHDRAW), closed_by=LINE_BOOKED),
    Cause(name="settlement_changed", ways=(LINES, WITHDRAW)),
    Cause(name="settlement_reserve", ways=(LINES, FETCH), closed_by=LINE_BOOKED),
    Cause(name="settlement_unreadable", ways=(FETCH, LINES), closed_by=LINE_BOOKED),
    Cause(name="settlement_return", ways=(PAYMENT, WITHDRAW, CORRECT)),
    Cause(name="settlement_unproven", ways=(PAYMENT, LINES, RECORD), closed_by=LINE_BOOKED),
    Cause(name="customer_note", ways=(CUSTOMER,)),
    Cause(name="payment_reported", ways=(RECEIPT, CUSTOMER)),
)

CAUSES: Final[Mapping[str, Cause]] = {cause.name: cause for cause in _TABLE}
"""Every cause that a review may have."""


def ways_of(cause: str) -> tuple[WayOut, ...]:
    """What may be done about a review of this cause; a person may say what became of it, unless it needs an answer."""
    ways = CAUSES[cause].ways if cause in CAUSES else ()
    return ways if needs_answer(cause) else (*ways, RESOLVE)


def needs_answer(cause: str) -> bool:
    """Whether only an answer closes a review of this cause."""
    return cause in CAUSES and CAUSES[cause].needs_answer
