"""Why an open invoice that a complete list lacks is left alone: the list cannot know what happened to it here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from hub.domain.acts import Act
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.books.debit_note import is_debit_note
from hub.flows.ground.ports import Tx
from hub.flows.ground.refuse_while import objection_to


def why_left(tx: Tx, merchant: Merchant, payables: Sequence[Payable], as_of: date, now: datetime) -> Mapping[str, Text]:
    """What keeps each of these open, by its id; of the others nothing."""
    ids = [payable.id for payable in payables]
    unclear, reported = tx.payables.in_clarification(ids), tx.reported.naming(merchant.id, now)
    here = tx.ledger.settled_here(ids)
    paid = {line.payable_id for payment in tx.payments.with_payables(ids) for line in payment.lines}

    def why(payable: Payable) -> Iterator[Text]:
        if payable.stated is None or is_debit_note(tx, payable):
            yield Text("missing.not_from_file")
        if payable.issued_on > as_of:
            yield Text("missing.issued_later", issued=payable.issued_on)
        if payable.reopened or payable.id in unclear:
            yield Text("missing.returned")
        if payable.id in paid and (met := objection_to(tx, Act.CLOSE_MISSING, now, payables=[payable.id])):
            yield met
        if payable.id in reported:
            yield Text("missing.reported")
        if here.get(payable.id, (0, 0)) != (payable.counted, payable.counted_back):
            yield Text("missing.changed_here")

    found = ((payable.id, next(why(payable), None)) for payable in payables)
    return {payable_id: text for payable_id, text in found if text}
