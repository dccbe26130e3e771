"""One row of a file of invoices, as the file states it."""

from __future__ import annotations

from datetime import date

import attrs

from hub.domain.instalment import Instalment
from hub.domain.invoice_numbers import folded_number
from hub_hookspecs import Money

from .bill_state import BillState, RowKind


@attrs.frozen(kw_only=True)
class InvoiceRow:
    """One invoice, or one credit note, as the file states it.

    Attributes:
        customer_key: The customer's identity number as written, the address of the mail in lower case, or the name.
        total: Of a credit note what it takes off, always positive.
        balance: What is still owed, where the file says so; the rest was paid outside the hub.
        state: What the file's word for its state means; None where it has none.
        state_word: That word as it stands.
        customer_name: As the file has it, for whoever is not known yet.
        identity_type, email, phone: Of the customer, as written; empty where the file does not say.
        credits: Of a credit note: the number of the invoice that it takes off, where the file says it.
        terms: The code of its condition of sale, as the tax authority numbers them: ``08``; empty where it has none.
        plan: Its instalments, where it has several, oldest first.
        lines: All lines that state it, where these are several.
        folded: The number as numbers are compared.
        keeps: Fields that the file has no column for: what is known of them stays, while an empty cell empties it.
    """

    line: int
    number: str
    customer_key: str
    issued_on: date
    due_on: date | None = None
    total: Money
    balance: Money | None = None
    description: str = ""
    kind: RowKind = RowKind.INVOICE
    state: BillState | None = None
    state_word: str = ""
    customer_name: str = ""
    identity_type: str = ""
    email: str = ""
    phone: str = ""
    credits: str = ""
    branch: str = ""
    terms: str = ""
    plan: tuple[Instalment, ...] = ()
    lines: tuple[int, ...] = ()
    keeps: frozenset[str] = frozenset()
    folded: str = attrs.field(init=False, eq=False, repr=False)

    @folded.default
    def _folded(self) -> str:
        return folded_number(self.number)
