"""Save the invoices of a file: each row is compared with what is known, and what is new or changed of it is booked.

A row is decided by what the database says in the transaction that books it; a dry run decides the same and books
nothing. What contradicts what is paid or being paid is set aside with the reason, while the others are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.acts import Act
from hub.domain.decision import Signed, named
from hub.domain.files.bill_state import BillState
from hub.domain.files.invoice_row import InvoiceRow
from hub.domain.files.sheet import RowError
from hub.domain.identity import Invalid
from hub.domain.import_before import NOTES, before_of, notes_in
from hub.domain.import_run import Choices, ImportRun, RunRow, RunSubject
from hub.domain.merchant import Customer, Merchant
from hub.domain.message import review_of
from hub.domain.payable import Payable
from hub.domain.stated import InvoiceStanding, StatedChange, nothing_new, stated_change
from hub.domain.text import Text
from hub.flows.books.debit_note import is_debit_note
from hub.flows.books.revise_bill import NewBill, add_bills, bill_anew, new_bill, revise_bill, revised, stated_in
from hub.flows.corrections.void_bill import book_voiding, refuse_voiding, voiding
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import objection_to
from hub.flows.payments.decide import NotAllowed, would_be_done
from hub_hookspecs import Country, Money

from .compare_rows import changes_of, difference_between, standings_of, whole_again
from .credit_notes import Notes
from .import_report import Change
from .match_numbers import Numbers
from .name_customers import Key, Named, Person, Understood, creatable, customers_named, key_of, why_unknown
from .opened_again import People, closed_by_people, opens_again, paid_elsewhere_since, stays_closed
from .states import with_state
from .tally import Tally
from .units import Unit

BALANCE_ROSE = "balance_rose"
TOGETHER: Final = 250
"""New bills that are written at once; whatever reads them is written after them."""


@attrs.frozen(kw_only=True)
class Job:
    """What stays the same from one portion of a file to the next.

    Attributes:
        run: The import that this is; None where nobody takes it back.
        numbers: Every number that stands in the file.
        by: Who imports.
        name: Of the file.
        writes: Off for a dry run.
        seen: By customer and what writings of a number share: the number that the file has it under.
        understood: What was understood of the customers that it names.
    """

    hub: Hub
    merchant: Merchant
    country: Country
    choices: Choices
    run: ImportRun | None
    numbers: frozenset[str]
    by: str
    name: str
    now: datetime
    writes: bool
    seen: dict[tuple[str, str], str] = attrs.Factory(dict)
    understood: dict[Key, Understood] = attrs.Factory(dict)


def save_portion(tx: Tx, job: Job, units: Iterable[Unit]) -> Tally:
    """Take what can be taken of some rows, or in a dry run only say what that is."""
    portion = _Portion(tx, job, tuple(units))
    portion.take()
    portion.tally.gone_through = sum(len(row.lines) or 1 for unit in portion.units for row in unit.rows)
    done = portion.did
    portion.tally.run_rows = [row for row in portion.tally.run_rows if row.subject_id not in done]
    return portion.tally


class _Portion:
    """The rows of one transaction, beside what the database says of them."""

    def __init__(self, tx: Tx, job: Job, units: tuple[Unit, ...]) -> None:
        self.tx, self.job, self.units, self.tally = tx, job, units, Tally()
        self.zone = ZoneInfo(job.merchant.company.zone)
        rows = [row for unit in units for row in unit.rows]
        self.who = customers_named(tx, job.merchant, job.country, rows, job.understood)
        self.numbers = Numbers.of(tx, job.merchant, rows, job.numbers)
        self.notes = Notes(tx, job.merchant)
        self.made: dict[Person, Customer] = {}
        self.unwritten: list[NewBill] = []
        self.standings: Mapping[str, InvoiceStanding] = {}
        self.closed: People = {}
        kept = tx.imports.rows(job.run.id) if job.run and job.run.done else ()
        self.did = {row.subject_id: row.what for row in kept}
        self.did_notes = {key for row in kept for key in notes_in(row.before)}

    def take(self) -> None:
        matched = [(unit, *self._match(unit)) for unit in self.units]
        self.standings = standings_of(
            self.tx,
            self.job.merchant,
            [(payable, row, bool(unit.notes)) for unit, row, payable in matched if row and payable],
        )
        self.closed = closed_by_people(self.tx, [payable for _unit, _row, payable in matched if payable])
        for unit, row, payable in matched:
            if unit.notes or row is None or payable or len(self.unwritten) >= TOGETHER:
                self._write()
            if unit.row is None or row is None:
                self._take_notes(unit.notes)
            elif payable is None or payable.undone_at:
                self._take_new(row, unit.notes, payable)
            else:
                self._take_known(row, unit.notes, payable)
        self._write()

    def _write(self) -> None:
        """Write the new bills that came one after the other; whatever reads them comes afterwards."""
        if self.unwritten:
            add_bills(self.tx, self.unwritten)
            self.unwritten = []

    # ---- what a row is about

    def _match(self, unit: Unit) -> tuple[InvoiceRow | None, Payable | None]:
        """The row and the invoice that it is about; no row where it is set aside."""
        row = unit.row
        if row is None:
            return None, None
        customer_id = self._customer(row)
        if customer_id is None:
            return None, None
        stated = with_state(row)
        if stated.objection:
            self._aside(row, *stated.objection)
            return None, None
        row = stated.row
        match = self.numbers.match(row, customer_id)
        if match.objection:
            self._aside(row, "number", match.objection)
            return None, None
        if match.payable and match.payable.customer_id != customer_id and self.who[key_of(row)].by_name:
            self._aside(row, "customer", Text("import.moved_by_name"), row.customer_key)
            return None, None
        if match.payable is None or match.joined:
            under = self.job.seen.setdefault((customer_id, row.folded), row.number)
            if under != row.number:
                self._aside(row, "number", Text("import.number_alike_in_file", number=under))
                return None, None
        if match.payable and match.joined:
            joined = Text("import.number_joined", number=match.payable.number)
            self.tally.warnings.append(RowError(row.line, "number", row.number, joined))
        return (whole_again(row, match.payable) if match.payable else row), match.payable

    def _customer(self, row: InvoiceRow) -> str | None:
        """Whose a row is; a row of nobody known is set aside, unless its customer is to be created."""
        key = key_of(row)
        who = self.who[key]
        if who.customer_id:
            if who.by_name and key[:2] not in self.tally.told_by_name:
                self.tally.told_by_name.add(key[:2])
                self.tally.warnings.append(
                    RowError(row.line, "customer", row.customer_key, Text("import.customer_by_name"))
                )
            return who.customer_id
        customer = self.made.get(_person(who)) or creatable(row, who, self.job.merchant, self.job.hub.fresh_id())
        if customer:
            self.tally.creatable.add(_person(who))
            if self.job.choices.create_customers:
                return self.made.setdefault(_person(who), customer).id
        if who.is_torn:
            self._aside(row, "email", Text("import.customer_torn", customer=row.customer_key), row.email)
            return None
        self._aside(row, "customer", why_unknown(row, who, customer), row.customer_key)
        return None

    # ---- what becomes of it

    def _take_new(self, row: InvoiceRow, notes: tuple[InvoiceRow, ...], undone: Payable | None) -> None:
        """An invoice that is new here, or that counts as never billed, with the notes of it."""
        customer_id = self._owner(row)
        if row.state is BillState.VOID:
            message = RowError(row.line, "state", row.state_word, Text("import.void_unbilled"))
            self.tally.left_out.append(message)
            self._take_notes(notes)
            return
        left, taken = row.total.minor, []
        for note in notes:
            objection = self._objection_to_new(note, row, customer_id, left)
            if isinstance(objection, Text):
                self._aside(note, "credits", objection)
            else:
                left -= note.total.minor
                taken.append(note)
        credited = row.total.minor - left
        self._create(row)
        if self.job.writes:
            tx, merchant, now = self.tx, self.job.merchant, self.job.now
            if undone:
                payable = bill_anew(tx, undone, row, customer_id, now, credited=credited)
            else:
                bill = new_bill(self.job.hub.fresh_id(), merchant, row, customer_id, now, credited=credited)
                payable = bill.payable
                self.unwritten.append(bill)
            if taken:
                self._write()
            for note in taken:
                self.notes.book(note, payable, note.number, now)
            self._keep(row.line, payable, "new", {}, [f"credit:{note.number}" for note in taken])
        self.tally.take(row, Change.NEW)
        for note in taken:
            self.tally.take(note, Change.NEW)

    def _objection_to_new(self, note: InvoiceRow, row: InvoiceRow, customer_id: str, left: int) -> Text | None:
        """Why a note does not come off an invoice that comes with it."""
        if note.state is BillState.VOID:
            return Text("import.note_void_unbooked")
        if self._owner(note) != customer_id:
            return Text("import.note_of_other_customer", number=row.number)
        if self.notes.is_booked(note, customer_id):
            return Text("credit_note.recorded_otherwise", name=note.number)
        if note.total.currency != row.total.currency:
            return Text("bill.other_currency", number=row.number, currency=row.total.currency)
        if note.total.minor > left:
            return Text("credit_note.too_much", number=row.number, rest=Money(left, row.total.currency))
        return None

    def _take_known(self, row: InvoiceRow, notes: tuple[InvoiceRow, ...], known: Payable) -> None:
        customer_id = self._owner(row)
        if row.state is BillState.VOID:
            self._void(row, known)
            self._take_notes(notes)
            return
        standing, stated = self.standings.get(known.id), stated_in(row)
        decided = _decided(known, row, customer_id, self.zone)
        if decided := decided or stays_closed(known, standing, stated, self.closed, self.zone):
            self.tally.take(row, Change.UNCHANGED)
            self.tally.kept.append(RowError(row.line, "number", row.number, decided))
            self._take_notes(notes)
            return
        before, keys, off = self._book_notes(notes, known)
        if standing and off:
            standing = attrs.evolve(
                standing,
                settled=standing.settled + before.credited - known.credited,
                credit_notes=standing.credit_notes + off,
            )
        update = stated_change(standing, stated) if standing else nothing_new(stated)
        if objection := self._objection(before, row, customer_id, update):
            self._aside(row, "number", objection)
            if keys and self.job.writes:
                self._keep(row.line, before, "changed", before_of(known), keys)
            return
        after = revised(before, row, customer_id, update)
        if standing and row.balance and opens_again(standing, update):
            day = paid_elsewhere_since(self.tx, self.job.merchant, known)
            opened = Text("import.opened_again", at=day, balance=row.balance)
            self.tally.warnings.append(RowError(row.line, "balance", "", opened))
        self._create(row)
        if self.job.writes:
            after = revise_bill(self.tx, self.job.merchant, before, row, customer_id, update, self.job.now)
            if after is not before or keys:
                self._keep(row.line, after, "changed", before_of(known), keys)
            if update.rose:
                _ask_why(self.tx, after, update, self.job.now)
        else:
            after = attrs.evolve(after, outside=before.outside + update.outside)
        change = Change.CHANGED if after.revision > before.revision else self._as_before(known)
        self.tally.take(row, change)
        if change is Change.CHANGED:
            self.tally.describe(row.number, lambda: changes_of(before, after, self._owners(before, after)))
        if standing and (apart := difference_between(standing.after(update), row)):
            self.tally.differences.append(apart)

    def _as_before(self, payable: Payable) -> Change:
        """What this import did with it before it was interrupted; else nothing."""
        return Change(self.did[payable.id]) if self.did.get(payable.id) in tuple(Change) else Change.UNCHANGED

    def _objection(self, before: Payable, row: InvoiceRow, customer_id: str, update: StatedChange) -> Text | None:
        if row.state is BillState.PAID and (why := self._not_paid(before, row, update)):
            return why
        return _objection(self.tx, before, row, customer_id, update, self.job.now)

    def _not_paid(self, before: Payable, row: InvoiceRow, update: StatedChange) -> Text | None:
        """Why a word that says paid is not enough: money of here would be counted by it, or may still come."""
        if before.due <= 0 or before.currency != row.total.currency or update.last == before.stated:
            return None
        if (here := before.allocated - before.reopened) > 0:
            return Text("import.paid_beside_money", amount=Money(here, before.currency), balance=before.balance)
        return objection_to(self.tx, Act.VOID_BILL, self.job.now, payables=[before.id])

    # ---- notes

    def _take_notes(self, notes: tuple[InvoiceRow, ...]) -> None:
        """Notes without a row of their invoice; each names it, or was booked before."""
        for note in notes:
            customer_id = self._customer(note)
            if customer_id is None:
                continue
            payable = self.numbers.credited(note, customer_id) if note.credits else None
            if payable is None:
                self._book_note(note, None)
                continue
            payable = self.tx.payables.get(payable.id) or payable
            after, key = self._book_note(note, payable)
            if key and self.job.writes:
                self._keep(note.line, after or payable, "changed", before_of(payable), [key])

    def _book_notes(self, notes: tuple[InvoiceRow, ...], payable: Payable) -> tuple[Payable, list[str], int]:
        """The invoice after its notes, their keys, and what they come to."""
        keys, off = [], 0
        for note in notes:
            room = None if self.job.writes else self.notes.room_on(payable) - off
            after, key = self._book_note(note, payable, room=room)
            if key:
                keys.append(key)
                off += note.total.minor
                payable = after or payable
        return payable, keys, off

    def _book_note(
        self, note: InvoiceRow, payable: Payable | None, *, room: int | None = None
    ) -> tuple[Payable | None, str]:
        """The invoice after a note, and the note's key where it is new."""
        customer_id = self._customer(note)
        if customer_id is None:
            return payable, ""
        decided = self.notes.decide(note, payable, customer_id, self.job.now)
        if decided.left_out:
            self.tally.left_out.append(RowError(note.line, "state", note.state_word, decided.left_out))
        elif decided.objection:
            self._aside(note, "credits", decided.objection, note.credits or note.number)
        elif not decided.is_new or payable is None:
            is_ours = f"credit:{decided.name}" in self.did_notes
            self.tally.take(note, Change.NEW if is_ours else Change.UNCHANGED)
        elif not self.job.writes and room is not None and note.total.minor > room:
            rest = Money(max(0, room), payable.currency)
            self._aside(note, "credits", Text("credit_note.too_much", number=payable.number, rest=rest))
        else:
            self.tally.take(note, Change.NEW)
            if self.job.writes:
                self.notes.book(note, payable, decided.name, self.job.now)
                return self.tx.payables.get(payable.id), f"credit:{decided.name}"
            used = min(note.total.minor, payable.due)
            return attrs.evolve(payable, credited=payable.credited + used), f"credit:{decided.name}"
        return payable, ""

    # ---- annulled

    def _void(self, row: InvoiceRow, known: Payable) -> None:
        if known.is_voided:
            self.tally.take(row, Change.UNCHANGED)
            return
        why = f"{row.state_word or row.state} ({self.job.name})"[:200]
        signed = Signed(by=self.job.by, why=why, via="import")
        try:
            refuse_voiding(self.tx, self.job.merchant, known, self.job.now)
            decision_id = self.job.hub.fresh_id()
            if not would_be_done(self.tx, self.job.hub, voiding(known, signed, self.job.now, decision_id)):
                self._aside(row, "state", Text("import.void_by_two", number=known.number))
                return
            if self.job.writes:
                made = book_voiding(self.tx, self.job.hub, self.job.merchant, known, signed, self.job.now, decision_id)
                self._keep(row.line, made.payable, "changed", before_of(known), [])
        except Invalid as refused:
            self._aside(row, "state", refused.problems[0].message, row.state_word)
            return
        except NotAllowed as refused:
            self._aside(row, "state", refused.message, row.state_word)
            return
        self.tally.take(row, Change.CHANGED)
        total = Money(known.total, known.currency)
        self.tally.describe(row.number, lambda: (Text("import.change_voided", total=total),))

    # ---- small things

    def _owner(self, row: InvoiceRow) -> str:
        """Whose a row is that was not set aside; nobody's for a note of somebody unknown."""
        who = self.who[key_of(row)]
        if who.customer_id:
            return who.customer_id
        made = self.made.get(_person(who))
        return made.id if made else ""

    def _create(self, row: InvoiceRow) -> None:
        """Create the customer of a row that is taken, together with it."""
        who = self.who[key_of(row)]
        customer = None if who.customer_id else self.made.get(_person(who))
        if customer is None or _person(who) in self.tally.created:
            return
        self.tally.created.add(_person(who))
        if self.job.writes:
            self.tx.customers.save(customer)
        if self.job.writes and self.job.run:
            created = RunRow(
                run_id=self.job.run.id,
                line=row.line,
                subject=RunSubject.CUSTOMER,
                subject_id=customer.id,
                what="new",
            )
            self.tally.run_rows.append(created)

    def _keep(self, line: int, payable: Payable, what: str, before: dict[str, object], notes: list[str]) -> None:
        """Keep what was done, so that it can be taken back."""
        if self.job.run is None:
            return
        self.tally.run_rows.append(
            RunRow(
                run_id=self.job.run.id,
                line=line,
                subject=RunSubject.PAYABLE,
                subject_id=payable.id,
                what=what,
                before={**before, NOTES: notes} if notes else before,
                revision=payable.revision,
            )
        )

    def _aside(self, row: InvoiceRow, field: str, message: Text, value: str | None = None) -> None:
        shown = row.number if value is None else value
        self.tally.set_aside += [RowError(line, field, shown, message) for line in row.lines or (row.line,)]

    def _owners(self, before: Payable, after: Payable) -> tuple[str, str]:
        return self._name_of(before.customer_id), self._name_of(after.customer_id)

    def _name_of(self, customer_id: str) -> str:
        customer = self.tx.customers.get(customer_id)
        made = next((one.name for one in self.made.values() if one.id == customer_id), customer_id)
        return customer.name if customer else made


def _person(who: Named) -> Person:
    """Who somebody is that nobody knows: two writings of one number are one person."""
    return (who.document.type, who.document.number) if who.document else ("", "")


def _decided(before: Payable, row: InvoiceRow, customer_id: str, zone: ZoneInfo) -> Text | None:
    """What a person decided here of a bill, against which a file that still lists the old one changes nothing."""
    if before.voided is None:
        return None
    if before.is_voided:
        return Text("import.voided", at=before.voided.at.astimezone(zone).date(), by=named(before.voided.by))
    is_what_it_was = row.total == before.voided.total and row.total.minor != before.total
    if (before.currency, before.customer_id) == (row.total.currency, customer_id) and not is_what_it_was:
        return None
    day, by = (before.voided.rebilled_at or before.voided.at).astimezone(zone).date(), named(before.voided.rebilled_by)
    return Text("import.rebilled", at=day, by=by, total=Money(before.total, before.currency))


def _objection(
    tx: Tx, before: Payable, row: InvoiceRow, customer_id: str, update: StatedChange, now: datetime
) -> Text | None:
    """Why a row that contradicts what is paid or being paid is not taken."""
    if before.currency != row.total.currency:
        return Text("import.currency_fixed", currency=before.currency)
    moves = before.customer_id != customer_id
    if (moves or before.total != row.total.minor) and is_debit_note(tx, before):
        return Text("import.debit_note", total=Money(before.total, before.currency))
    if moves and (before.settled or update.revision or update.outside):
        return Text("import.customer_fixed")
    if before.settled + update.outside > before.total + update.revision:
        return Text("import.total_below_paid", paid=Money(before.settled, before.currency))
    dated = before.issued_on != row.issued_on
    if moves:
        return objection_to(tx, Act.MOVE_BILL, now, payables=[before.id])
    if dated or update.last != before.stated:
        return objection_to(tx, Act.REVISE_BILL, now, payables=[before.id])
    return None


def _ask_why(tx: Tx, payable: Payable, update: StatedChange, now: datetime) -> None:
    """A balance that rose without a reason that the hub knows is for a person."""
    details = f"a file states {Money(update.rose, payable.currency)} more than is owed on {payable.number}"
    subject = f"invoice {payable.number}"
    open_review(tx, review_of(BALANCE_ROSE, payable, details, now, occasion=str(now), subject=subject))
