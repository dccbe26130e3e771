"""View what one person proposed to close of what a complete list lacks, for the second person who decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import attrs

from hub.domain.complete_list import Closing, summed
from hub.domain.decision import Decision, DecisionKind
from hub.domain.import_run import ImportRun
from hub.domain.merchant import Merchant
from hub.domain.missing_bills import BILL, DAY
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import closing_proposed, why_lapsed
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class ProposedBill:
    """One invoice that is proposed to be closed.

    Attributes:
        payable_id: Empty where it is here no more.
        owes: What it owed when it was proposed; it is closed only while it owes that.
    """

    number: str
    payable_id: str
    customer: str
    becomes: Closing
    owes: Money


@attrs.frozen(kw_only=True)
class ClosingView:
    """A proposal that waits for a second person, and the import that it came with."""

    decision: Decision
    run: ImportRun
    as_of: date
    bills: tuple[ProposedBill, ...]

    @property
    def count(self) -> int:
        """How many are to be closed: what whoever approves types."""
        return len(self.bills)

    @property
    def sums(self) -> Mapping[str, Money]:
        """What they owe, by currency."""
        return summed(bill.owes for bill in self.bills)

    def counted(self, becomes: Closing) -> int:
        """How many of them become this."""
        return sum(bill.becomes is becomes for bill in self.bills)


@attrs.frozen(kw_only=True)
class EndedClosing:
    """A proposal of an import that ended and closed nothing.

    Attributes:
        refused_by, why: Who said no, and why; empty where nobody did.
    """

    refused_by: str = ""
    why: str = ""


async def list_closings(hub: Hub, merchant: Merchant) -> tuple[ClosingView, ...]:
    """What waits in this company for a second person to say yes or no."""
    now = hub.clock()
    return await hub.store.read(lambda tx: _waiting(tx, merchant, now))


async def view_closing(hub: Hub, merchant: Merchant, run_id: str) -> ClosingView | EndedClosing | None:
    """What an import of this merchant proposed to close, or how that ended; None where it closed it, or never did.

    Raises:
        LookupError: No such import of this merchant.
    """
    now = hub.clock()

    def read(tx: Tx) -> ClosingView | EndedClosing | None:
        run = own_record(tx.imports.get(run_id), merchant, run_id)
        if proposed := closing_proposed(tx, run, now):
            return closing_view(tx, run, proposed)
        every = [item for item in tx.decisions.of(_about(merchant)) if item.evidence.text == run.id]
        if not every or every[-1].is_done:
            return None
        return EndedClosing(refused_by=every[-1].seconded_by, why=every[-1].second_why)

    return await hub.store.read(read)


def _about(merchant: Merchant) -> str:
    return f"{merchant.id}:{merchant.mode}"


def _waiting(tx: Tx, merchant: Merchant, now: datetime) -> tuple[ClosingView, ...]:
    """One at most of a company and mode."""
    waiting = tx.decisions.waiting_for(DecisionKind.CLOSE_MISSING, _about(merchant))
    run = tx.imports.get(waiting.evidence.text) if waiting and not why_lapsed(tx, waiting, now) else None
    return (closing_view(tx, run, waiting),) if run and waiting else ()


def closing_view(tx: Tx, run: ImportRun, proposed: Decision) -> ClosingView:
    """What a proposal says of each invoice, as people know it."""
    said = {name.removeprefix(BILL): what for name, what in proposed.content.items() if name.startswith(BILL)}
    payables = tx.payables.numbered(run.merchant_id, run.mode, list(said), undone=False)
    bills = []
    for number, what in said.items():
        becomes, minor, currency = what.split()
        payable = payables.get(number)
        customer = tx.customers.get(payable.customer_id) if payable else None
        bills.append(
            ProposedBill(
                number=number,
                payable_id=payable.id if payable else "",
                customer=customer.name if customer else "",
                becomes=Closing(becomes),
                owes=Money(int(minor), currency),
            )
        )
    as_of = date.fromisoformat(proposed.content[DAY])
    return ClosingView(decision=proposed, run=run, as_of=as_of, bills=tuple(bills))
