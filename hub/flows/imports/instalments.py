"""Of what the totals of instalments are, where their rows do not say and an invoice of here does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.domain.files.invoice_row import InvoiceRow
from hub.domain.files.same_number import OF_INSTALMENT, OF_INVOICE
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.flows.ground.ports import Tx


def meaning_here(tx: Tx, merchant: Merchant, unclear: Mapping[str, tuple[InvoiceRow, ...]]) -> str | None:
    """What the invoices of these numbers say, where they all say the same."""
    known = tx.payables.numbered(merchant.id, merchant.mode, list(unclear), undone=False)
    said = {_meaning(payable, unclear[number]) for number, payable in known.items()} - {None}
    return said.pop() if len(said) == 1 else None


def _meaning(known: Payable, rows: Iterable[InvoiceRow]) -> str | None:
    """As it was billed here, by the same days."""
    amounts = {part.due_on: part.amount for part in known.plan}
    totals = {row.due_on: row.total.minor for row in rows}
    currencies = {row.total.currency for row in rows}
    if known.stated is None or known.plan_by or currencies != {known.currency} or not set(totals) <= set(amounts):
        return None
    means = {
        OF_INVOICE: {*totals.values()} == {known.stated.total},
        OF_INSTALMENT: all(amounts[day] == total for day, total in totals.items() if day),
    }
    fitting = [meaning for meaning, fits in means.items() if fits]
    return fitting[0] if len(fitting) == 1 else None
