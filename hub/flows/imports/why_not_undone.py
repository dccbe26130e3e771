"""Why an import is not taken back: what was built since on what it brought, row by row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from hub.domain.acts import Act
from hub.domain.entry_keys import root_of
from hub.domain.files.sheet import RowError
from hub.domain.import_before import notes_in
from hub.domain.import_run import ImportRun, RunRow, RunSubject
from hub.domain.ledger import EntryKind
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.ground.ports import Tx
from hub.flows.ground.refuse_while import objection_to

STANDS_ON_IT: Final = {
    EntryKind.WITHHELD: Text("undo.withheld"),
    EntryKind.DISCOUNT: Text("undo.discount"),
    EntryKind.CREDIT_NOTE: Text("undo.credit_note"),
    EntryKind.WRITE_OFF: Text("undo.written_off"),
    EntryKind.REFUND: Text("undo.returned"),
    EntryKind.CHARGEBACK: Text("undo.returned"),
    EntryKind.CORRECTION: Text("undo.corrected"),
}
"""What is said of an entry that stands on an invoice."""
MONEY: Final = Text("undo.money")
"""What is said of any other."""


def reasons(
    tx: Tx,
    merchant: Merchant,
    run: ImportRun,
    rows: Iterable[RunRow],
    payables: Mapping[str, Payable],
    now: datetime,
) -> Iterator[tuple[str, RowError]]:
    """The id of each invoice or customer that something stands on, with every reason, in the order of the rows.

    Args:
        rows: All that the import did, or a portion of it: each is judged by itself.
    """
    rows = tuple(rows)
    found: dict[str, list[Text]] = {row.subject_id: [] for row in rows}
    for subject in RunSubject:
        _later(tx, merchant, run, [row for row in rows if row.subject is subject], subject, found)
    _since(tx, merchant, run, [row for row in rows if row.subject is RunSubject.PAYABLE], payables, now, found)
    for row in rows:
        payable = payables.get(row.subject_id)
        shown, column = (payable.number, "number") if payable else (_name(tx, row.subject_id), "customer")
        for message in dict.fromkeys(found.get(row.subject_id, ())):
            yield row.subject_id, RowError(row.line, column, shown, message)


def _since(
    tx: Tx,
    merchant: Merchant,
    run: ImportRun,
    rows: Iterable[RunRow],
    payables: Mapping[str, Payable],
    now: datetime,
    found: Mapping[str, list[Text]],
) -> None:
    """What stands on the invoices, or is under way with them."""
    since, own = run.created_at, {key for row in rows for key in notes_in(row.before)}
    _payments(tx, payables, since, now, found)
    for payable_id, kind, key in tx.ledger.touched(list(payables), since):
        if root_of(key) not in own:
            found[payable_id].append(STANDS_ON_IT.get(kind, MONEY))
    for payable_id in tx.reported.naming(merchant.id, since) & payables.keys():
        found[payable_id].append(Text("undo.reported"))
    stood = tx.imports.revisions(run.id, list(payables))
    subjects = {f"invoice {payable.number}": payable.id for payable in payables.values()}
    for review in tx.reviews.answered(merchant.id, {*payables, *subjects}, since):
        if review.mode is merchant.mode:
            found[subjects.get(review.subject, review.subject)].append(Text("undo.answered"))
    for payable in payables.values():
        if payable.revision != stood.get(payable.id, payable.revision) and (payable.voided or not found[payable.id]):
            found[payable.id].append(_changed(payable, since))


def _changed(payable: Payable, since: datetime) -> Text:
    """Why it is of another revision; a later file says so itself."""
    voided = payable.voided
    if voided and max(voided.at, voided.rebilled_at or voided.at) >= since:
        return Text("undo.voided") if payable.is_voided else Text("undo.rebilled")
    return Text("undo.changed")


def _payments(
    tx: Tx, payables: Collection[str], since: datetime, now: datetime, found: Mapping[str, list[Text]]
) -> None:
    """A payment that somebody began since, or that is under way whenever it began."""
    concerned = set()
    for payment in tx.payments.with_payables(payables):
        for payable_id in {line.payable_id for line in payment.lines} & found.keys():
            concerned.add(payable_id)
            if payment.created_at >= since:
                found[payable_id].append(Text("undo.payment", reference=payment.reference))
    for payable_id in sorted(concerned):
        if why := objection_to(tx, Act.UNDO_IMPORT, now, payables=[payable_id]):
            found[payable_id].append(why)


def _later(
    tx: Tx,
    merchant: Merchant,
    run: ImportRun,
    rows: Iterable[RunRow],
    subject: RunSubject,
    found: Mapping[str, list[Text]],
) -> None:
    """A file that came later and touched the same."""
    zone = ZoneInfo(merchant.company.zone)
    ids = [row.subject_id for row in rows]
    for subject_id, _run_id, name, at in tx.imports.later(subject, ids, run.taken_at or run.created_at):
        day = (at or run.created_at).astimezone(zone).date()
        found[subject_id].append(Text("undo.later_import", name=name or "-", at=day))


def _name(tx: Tx, customer_id: str) -> str:
    customer = tx.customers.get(customer_id)
    return customer.name if customer else customer_id
