"""Print the payment report: what moved in a period, as the ledger has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from hub.domain.merchant import Merchant
from hub.domain.moved import By, What
from hub.domain.payments_document import Direction, PaymentsDocument, ReportMovement, Seal
from hub.domain.pdf import PdfFile
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Mode

from .export_line import ExportLine
from .export_payments import booked_between, lines_of, moved_in
from .print_document import letterhead_of, print_document

MAX_DAYS = 400
"""Of one payment report."""


async def payments_pdf(hub: Hub, merchant: Merchant, since: date, until: date, *, by: By = By.VALUE) -> PdfFile:
    """Every movement of the merchant's days ``since`` to ``until``, both included.

    Raises:
        ValueError: The period ends before it begins, or is longer than ``MAX_DAYS``.
        PdfMissing: Nothing that draws PDFs is installed.
    """
    if not timedelta() <= until - since <= timedelta(days=MAX_DAYS):
        raise ValueError(f"a payment report is about 1 to {MAX_DAYS} days")
    now = hub.clock()

    def read(tx: Tx) -> PaymentsDocument:
        found = movements_in(tx, hub, merchant, merchant.mode, since, until, by=by)
        return payments_document(tx, hub, merchant, merchant.mode, since, until, (item for _, item in found), now)

    return await print_document(hub, await hub.store.read(read), merchant.locale)


def payments_document(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    mode: Mode,
    since: date,
    until: date,
    movements: Iterable[ReportMovement],
    now: datetime,
) -> PaymentsDocument:
    """The values of a payment report."""
    return PaymentsDocument(
        letterhead=letterhead_of(hub, merchant, mode),
        since=since,
        until=until,
        made_at=now,
        movements=tuple(sorted(movements, key=lambda item: (item.at, item.reference))),
        seal=seal_of(tx, merchant, mode, now),
    )


def movements_in(
    tx: Tx, hub: Hub, merchant: Merchant, mode: Mode, since: date, until: date, *, by: By = By.VALUE
) -> list[tuple[ExportLine, ReportMovement]]:
    """What came and went back in the merchant's days ``since`` to ``until``, as the ledger has it.

    Args:
        by: The day on which it moved, or on which it was booked.
    """
    found = [moved for moved in moved_in(tx, merchant, mode, since, until, by) if moved.amount]
    return [(line, _movement(line)) for line in lines_of(tx, hub, merchant, mode, found)]


def came_in(
    tx: Tx, hub: Hub, merchant: Merchant, mode: Mode, since: datetime, until: datetime
) -> dict[str, list[ReportMovement]]:
    """What became known in [since, until) to have come by online payments, by payment."""
    found: dict[str, list[ReportMovement]] = {}
    moved = [item for item in booked_between(tx, merchant, mode, since, until) if item.amount]
    for line in lines_of(tx, hub, merchant, mode, moved):
        if line.payment and line.moved.what is What.PAYMENT and not line.moved.corrects:
            found.setdefault(line.payment.id, []).append(_movement(line))
    return found


DIRECTIONS = {
    What.REFUND: Direction.RETURNED,
    What.CHARGEBACK: Direction.CHARGED_BACK,
    What.DISBURSEMENT: Direction.RETURNED,
}


def _movement(line: ExportLine) -> ReportMovement:
    moved, payment = line.moved, line.payment
    direction = DIRECTIONS.get(moved.what, Direction.RECEIVED)
    numbers = [item.number for item in payment.lines] if payment else [number for number, _ in line.invoices]
    return ReportMovement(
        direction=direction,
        at=line.at,
        on=None if payment or moved.counts_on == moved.booked_on else moved.counts_on,
        is_correction=moved.corrects is not None,
        customer=line.customer.name if line.customer else "",
        numbers=tuple(numbers),
        provider=line.provider or line.means,
        instrument=line.means if payment else "",
        provider_reference=line.provider_reference,
        authorisation=line.authorisation,
        reference=line.number,
        cash_receipt=line.cash_receipt if direction is Direction.RECEIVED else "",
        amount=-moved.money if moved.returns else moved.money,
    )


def seal_of(tx: Tx, merchant: Merchant, mode: Mode, now: datetime) -> Seal:
    """The head of the merchant's books as they are now."""
    number, head = tx.ledger.head(merchant.id, mode)
    return Seal(number=number, hash=head, at=now)
