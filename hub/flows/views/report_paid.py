"""What was paid, and what went back, between two days: the movements of the books day by day, never all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import attrs

from hub.domain.merchant import Merchant
from hub.domain.moved import By, Moved, What
from hub.domain.receipt import means_name
from hub.domain.report import ReportRow, Who
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Country, Money

from .export_line import CORRECTION, LABELS
from .export_payments import moved_in

PAID: Final = (
    *(Text("reports.booked"), Text("reports.value_day"), Text("reports.movement"), Text("reports.reference")),
    *(Text("reports.means"), Text("reports.customer"), Text("reports.identity"), Text("reports.bills_paid")),
    *(Text("reports.currency"), Text("reports.came"), Text("reports.went"), Text("reports.withheld")),
    *(Text("reports.applied"), Text("reports.credit")),
)

Named = Callable[[Who | None], tuple[str, str]]


def paid_rows(
    tx: Tx, hub: Hub, merchant: Merchant, first: date, last: date, by: By, names: Named
) -> Iterator[ReportRow]:
    """A row for each movement of these days, by the day that it was booked or counts for."""
    providers = {code: item.info.name for code, item in hub.providers.items()}
    country = hub.countries[merchant.company.country]
    for passed in range((last - first).days + 1):
        day = first + timedelta(days=passed)
        found = moved_in(tx, merchant, merchant.mode, day, day, by)
        if found:
            beside = _beside(tx, found)
            yield from (_row(moved, beside, providers, country, names) for moved in found)


@attrs.frozen(kw_only=True)
class _Beside:
    """What belongs to the movements of a day, read at once."""

    payments: Mapping[str, tuple[str, str, str]]
    receipts: Mapping[str, tuple[str, str, str]]
    numbers: Mapping[str, str]
    people: Mapping[str, Who]


def _beside(tx: Tx, found: Sequence[Moved]) -> _Beside:
    payments = tx.report_rows.references({moved.payment_id for moved in found if moved.payment_id})
    receipts = tx.report_rows.labels({moved.origin for moved in found if not moved.payment_id})
    people = {moved.customer_id for moved in found if moved.customer_id}
    people |= {known[2] for known in (*payments.values(), *receipts.values())}
    return _Beside(
        payments=payments,
        receipts=receipts,
        numbers=tx.report_rows.numbers({share.payable_id for moved in found for share in moved.applied}),
        people=tx.report_rows.names(people),
    )


def _row(moved: Moved, beside: _Beside, providers: Mapping[str, str], country: Country, names: Named) -> ReportRow:
    paid, receipt = beside.payments.get(moved.payment_id or ""), beside.receipts.get(moved.origin)
    known = paid or receipt or ("", "", "")
    means = providers.get(paid[1], paid[1]) if paid else means_name(receipt[1], country) if receipt else ""
    numbers = dict.fromkeys(beside.numbers.get(share.payable_id, "") for share in moved.applied)
    return ReportRow(
        (
            *(moved.booked_on, moved.counts_on, CORRECTION if moved.corrects else LABELS[moved.what], known[0], means),
            *(*names(beside.people.get(moved.customer_id or known[2])), " | ".join(numbers), moved.currency),
            *_amounts(moved),
        ),
        moved.currency,
        f"/m/payments/{moved.payment_id}" if paid else f"/m/receipts/{moved.origin}" if receipt else "",
    )


def _amounts(moved: Moved) -> tuple[Money | None, ...]:
    came, went = (0, -moved.amount) if moved.returns else (moved.amount, 0)
    credit = moved.credit if moved.what is not What.APPLIED or moved.credit else 0
    return tuple(
        Money(minor, moved.currency) if minor else None for minor in (came, went, moved.withheld, moved.settled, credit)
    )
