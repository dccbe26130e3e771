"""Which invoice a row is about: the one of its number, or one whose number a spreadsheet wrote otherwise.

A number that only resembles one is joined with it where customer, issue date and total agree too; else a person says
so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from hub.domain.files.invoice_row import InvoiceRow
from hub.domain.invoice_numbers import folded_number
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.ground.ports import Tx
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class Match:
    """What a row is about.

    Attributes:
        payable: None where it is new.
        joined: Its number is written otherwise here.
        objection: Why nobody knows.
    """

    payable: Payable | None = None
    joined: bool = False
    objection: Text | None = None


@attrs.frozen
class Numbers:
    """The invoices that the rows of a portion may be about.

    Attributes:
        in_file: Every number that stands in the file.
    """

    exact: Mapping[str, Payable]
    alike: Mapping[str, tuple[Payable, ...]]
    in_file: frozenset[str]

    @classmethod
    def of(cls, tx: Tx, merchant: Merchant, rows: Iterable[InvoiceRow], in_file: frozenset[str]) -> Numbers:
        """Found with two queries, however many rows there are."""
        each = tuple(rows)
        credited = {row.credits for row in each if row.credits}
        folded = {row.folded for row in each} | set(map(folded_number, credited))
        return cls(
            tx.payables.numbered(merchant.id, merchant.mode, {row.number for row in each} | credited),
            tx.payables.alike(merchant.id, merchant.mode, folded),
            in_file,
        )

    def match(self, row: InvoiceRow, customer_id: str) -> Match:
        """The invoice of a row of this customer's."""
        exact = self.exact.get(row.number)
        if exact and exact.customer_id == customer_id:
            return Match(payable=exact)
        alike = self._alike(row.number, customer_id)
        if not alike:
            return Match(payable=exact)
        same = [payable for payable in alike if _is_same(payable, row)]
        if len(same) == 1 and same[0].number not in self.in_file:
            return Match(payable=same[0], joined=True)
        likely = (same or alike)[0]
        total = Money(likely.voided.total.minor if likely.voided else likely.total, likely.currency)
        text = Text("import.number_alike", number=likely.number, issued=likely.issued_on, total=total)
        return Match(objection=text)

    def credited(self, row: InvoiceRow, customer_id: str) -> Payable | None:
        """The invoice that a credit note names: of this number, or the only one of the customer that resembles it."""
        exact = self.exact.get(row.credits)
        if exact and exact.undone_at is None:
            return exact
        alike = self._alike(row.credits, customer_id)
        return alike[0] if len(alike) == 1 else None

    def _alike(self, number: str, customer_id: str) -> list[Payable]:
        return [
            payable
            for payable in (self.alike.get(folded_number(number), ()) if self.alike else ())
            if payable.customer_id == customer_id and payable.number != number
        ]


def _is_same(payable: Payable, row: InvoiceRow) -> bool:
    """Whether issue date and total agree, the total as it is, as a file stated it last, or as it was before a void."""
    totals = {payable.total}
    totals |= {payable.stated.total} if payable.stated else set()
    totals |= {payable.voided.total.minor} if payable.voided else set()
    return payable.issued_on == row.issued_on and payable.currency == row.total.currency and row.total.minor in totals
