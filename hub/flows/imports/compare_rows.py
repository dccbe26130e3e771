"""How a row of a file and its invoice compare: how the invoice stands, what changed, what the two say differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from hub.domain.files.invoice_row import InvoiceRow
from hub.domain.files.sheet import RowError
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.stated import InvoiceStanding
from hub.domain.text import Text
from hub.flows.books.revise_bill import stated_in
from hub.flows.books.settle_bill import credited_on
from hub.flows.ground.ports import Tx
from hub_hookspecs import Money

from .import_report import changes_in


def whole_again(row: InvoiceRow, known: Payable) -> InvoiceRow:
    """A row of an invoice that has a plan: what a file still lists of its instalments says that the others are paid.

    No file lists what somebody agreed by hand.
    """
    if not known.plan or known.plan_by or known.stated is None or known.currency != row.total.currency:
        return row
    amounts = {part.due_on: part.amount for part in known.plan}
    parts = {part.due_on: part.amount for part in row.plan} or ({row.due_on: row.total.minor} if row.due_on else {})
    if not set(parts) <= set(amounts):
        return row
    row = attrs.evolve(row, plan=known.plan)
    if parts == amounts or row.total.minor == known.stated.total:
        return row
    if any(amounts[day] != amount for day, amount in parts.items()) or sum(parts.values()) != row.total.minor:
        return row
    whole = Money(known.stated.total, known.currency)
    return attrs.evolve(row, total=whole, balance=row.total if row.balance is None else row.balance)


def standings_of(
    tx: Tx, merchant: Merchant, matched: Iterable[tuple[Payable, InvoiceRow, bool]]
) -> Mapping[str, InvoiceStanding]:
    """How the invoices stand of which a file states something new, or another balance than is owed; by id."""
    stated = {payable.id: stated_in(row) for payable, row, _noted in matched}
    known = [
        payable
        for payable, _row, noted in matched
        if noted or payable.stated != stated[payable.id] or stated[payable.id].balance not in (None, payable.due)
    ]
    noted = {payable.id for payable, _row, noted in matched if noted}
    here = tx.ledger.settled_here([payable.id for payable in known])
    moved = [
        payable
        for payable in known
        if payable.id in noted or (payable.stated and payable.stated.total != stated[payable.id].total)
    ]
    credited = credited_on(tx, merchant, moved)
    standings = {}
    for payable in known:
        settled, reopened = here.get(payable.id, (0, 0))
        standings[payable.id] = InvoiceStanding(
            total=payable.total,
            settled=settled,
            reopened=reopened,
            credit_notes=credited.get(payable.id, 0),
            outside=payable.outside,
            counted=payable.counted,
            counted_back=payable.counted_back,
            last=payable.stated,
        )
    return standings


def difference_between(standing: InvoiceStanding, row: InvoiceRow) -> RowError | None:
    """What the file and the hub say differently of an invoice, and why, as far as the hub knows."""
    if row.balance is None or row.balance.minor == standing.due:
        return None

    stated, owed, received, back, rest = (
        Money(abs(minor), row.total.currency) for minor in (row.balance.minor, standing.due, *standing.apart)
    )
    if rest.minor:
        message = Text("import.difference_unexplained", stated=stated, owed=owed, rest=rest)
    elif received.minor and back.minor:
        message = Text(
            "import.difference_received_and_returned", stated=stated, owed=owed, received=received, back=back
        )
    elif received.minor:
        message = Text("import.difference_received", stated=stated, owed=owed, received=received)
    else:
        message = Text("import.difference_returned", stated=stated, owed=owed, back=back)
    return RowError(row.line, "balance", row.number, message)


def changes_of(before: Payable, after: Payable, owners: tuple[str, str]) -> tuple[Text, ...]:
    """What an accepted row changed of an invoice.

    Args:
        owners: Names of whose it was and whose it is.
    """

    def money(minor: int) -> Money:
        return Money(minor, before.currency)

    return changes_in(
        (Text("change.total"), money(before.total), money(after.total)),
        (Text("change.outside"), money(before.outside), money(after.outside)),
        (Text("change.issued"), before.issued_on, after.issued_on),
        (Text("change.due"), before.due_on, after.due_on),
        (Text("change.description"), before.description, after.description),
        (Text("change.customer"), *owners),
    )
