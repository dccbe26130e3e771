"""What a file's word for the state of an invoice says of its balance."""

from __future__ import annotations

import attrs

from hub.domain.files.bill_state import BillState
from hub.domain.files.invoice_row import InvoiceRow
from hub.domain.text import Text
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class InState:
    """A row with what its state says; or the field and the reason why the two contradict one another."""

    row: InvoiceRow
    objection: tuple[str, Text] | None = None


def with_state(row: InvoiceRow) -> InState:
    """The row, its balance filled in where its word says that it is paid."""
    if row.state is not BillState.PAID:
        return InState(row=row)
    if row.balance is not None and row.balance.minor > 0:
        contradiction = Text("import.paid_with_balance", word=row.state_word, balance=row.balance)
        return InState(row=row, objection=("balance", contradiction))
    return InState(row=attrs.evolve(row, balance=Money(0, row.total.currency)))
