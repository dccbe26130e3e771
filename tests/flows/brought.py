"""Files of invoices that are brought to a desk: first only looked at, then taken, and both say the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hub.domain.files.layout import Layout
from hub.domain.import_run import Choices
from hub.domain.payable import Payable
from hub.flows.imports.import_files import import_invoices
from hub.flows.imports.import_report import ImportReport
from tests.bookkeeping.desk import Desk, run
from tests.spoken import spoken

HEAD = "factura;cliente;fecha;vencimiento;moneda;total;saldo"
ANA = "100000001"
"""The desk's customer, as a file names it."""


def file_of(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *rows, "")).encode()


def look(desk: Desk, *rows: str, head: str = HEAD, choices: Choices | None = None, **answers: str) -> ImportReport:
    """What an import would do; nothing is written, whatever it is."""
    layout = Layout(answers=answers)
    before = desk.read(everything)
    report = run(
        import_invoices(
            desk.hub, desk.merchant, file_of(*rows, head=head), layout=layout, choices=choices, dry_run=True
        )
    )
    assert desk.read(everything) == before
    return report


def bring(desk: Desk, *rows: str, head: str = HEAD, choices: Choices | None = None, **answers: str) -> ImportReport:
    """Take a file, and hold that the look at it before said the same."""
    desk.clock.now += timedelta(minutes=1)
    seen = look(desk, *rows, head=head, choices=choices, **answers)
    layout = Layout(answers=answers)
    report = run(import_invoices(desk.hub, desk.merchant, file_of(*rows, head=head), layout=layout, choices=choices))
    assert told(seen) == told(report)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()
    return report


def told(report: ImportReport) -> dict[str, Any]:
    """What a report says, without what only one of the two can know."""
    names = (
        *("new", "changed", "unchanged", "closed", "faults", "set_aside", "left_out", "rows", "described"),
        *("differences", "kept", "warnings", "creatable", "created"),
    )
    return {name: getattr(report, name) for name in names}


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """New, changed, unchanged, and rows that were set aside."""
    aside = len({error.line for error in report.set_aside})
    return report.new, report.changed, report.unchanged, aside


def reasons(report: ImportReport) -> list[tuple[int, str]]:
    """Line and cause of what was set aside."""
    return [(error.line, getattr(error.message, "id", str(error.message))) for error in report.set_aside]


def words(report: ImportReport) -> list[str]:
    return [spoken(error.message) for error in report.set_aside]


def everything(tx: Any) -> tuple[Any, ...]:
    """What an import may touch."""
    return (tuple(tx.customers.of(merchant_of(tx))), tuple(bills(tx).values()), tx.reviews.of())


def merchant_of(tx: Any) -> str:
    (merchant,) = tx.merchants.all()
    merchant_id: str = merchant.id
    return merchant_id


def desk_mode(tx: Any) -> Any:
    (merchant,) = tx.merchants.all()
    return merchant.mode


def bills(tx: Any) -> dict[str, Payable]:
    """The invoices by number, the voided ones too."""
    found = tx.payables.search(merchant_of(tx), desk_mode(tx), "", limit=10_000)
    return {payable.number: payable for payable in found}


def owed(desk: Desk) -> dict[str, int]:
    """What each invoice owes, in whole units of its currency."""
    return {number: payable.due // 100 for number, payable in desk.read(bills).items()}
