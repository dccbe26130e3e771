"""What holds for entries and their rows, and what an allocation or a draw moves."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, exists, or_, update

from hub.domain.ledger import Effect
from hub.storage.guards import (
    AliasedRow,
    Condition,
    RowEvent,
    RowRefusal,
    Trigger,
    append_only,
    fixed,
    guard,
    never_deleted,
    row_in,
    rows_of,
)
from hub.storage.schema import (
    ONE,
    allocation,
    drawn,
    entry,
    erasure,
    intake,
    ledger_account,
    payable,
    payment,
    posting,
    seal,
)

from .conditions import of_one_book, sum_of


def ledger_triggers() -> Iterator[Trigger]:
    """The triggers of entries and of the rows that belong to one."""
    for table in (ledger_account, posting, allocation, drawn, erasure):
        yield from append_only(table)
    yield from _entries()
    for table in (posting, allocation, intake, drawn):
        yield guard(
            f"{table}_unsealed",
            RowEvent("INSERT", table),
            RowRefusal("sealed", "the entry is sealed", row_in(seal, entry=rows_of(table)[0].entry)),
        )
    yield from _allocations()
    yield from _drawn()
    yield from _intake()


def _entries() -> Iterator[Trigger]:
    new, old = rows_of(entry)
    yield fixed(
        entry,
        *("id", "merchant", "mode", "key", "kind", "currency", "at", "value_on", "payment", "payable"),
        *("observation", "own_record", "note_digest"),
    )
    yield guard(
        "entry_note",
        RowEvent("UPDATE", entry, ("note", "note_salt"), or_(new.note != old.note, new.note_salt != old.note_salt)),
        RowRefusal("append_only", "a note can be erased, and not be changed", or_(new.note != "", new.note_salt != "")),
        RowRefusal("accounted_for", "who erases a note says so, and why", ~row_in(erasure, entry=new.id)),
    )
    yield never_deleted(entry)
    yield guard(
        "entry_fits",
        RowEvent("INSERT", entry, when=new.payment.is_not(None)),
        RowRefusal(
            "walls",
            "entry and payment are of one merchant and mode",
            ~row_in(payment, id=new.payment, merchant=new.merchant, mode=new.mode),
        ),
    )
    yield guard(
        "entry_is_on",
        RowEvent("INSERT", entry, when=new.payable.is_not(None)),
        RowRefusal(
            "walls",
            "entry and payable are of one merchant, mode and currency",
            ~row_in(payable, id=new.payable, merchant=new.merchant, mode=new.mode, currency=new.currency),
        ),
    )


def _allocations() -> Iterator[Trigger]:
    new, _ = rows_of(allocation)
    yield guard(
        "allocation_fits",
        RowEvent("INSERT", allocation),
        RowRefusal(
            "walls",
            "payable and entry are of one merchant, mode and currency",
            ~of_one_book(entry, entry.c.id == new.entry, payable, payable.c.id == new.payable),
        ),
        RowRefusal(
            "walls",
            "entry and intake are of one merchant, mode and currency",
            and_(new.intake.is_not(None), ~_in_one_book(new)),
        ),
        RowRefusal(
            "walls",
            "payable and intake are of one customer",
            and_(
                new.intake.is_not(None),
                ~exists(ONE)
                .select_from(intake.join(payable, payable.c.customer == intake.c.customer))
                .where(intake.c.entry == new.intake, payable.c.id == new.payable),
            ),
        ),
    )
    for effect in Effect:
        counter = payable.c[effect]
        yield Trigger(
            f"allocation_moves_{effect}",
            RowEvent("INSERT", allocation, when=new.effect == effect),
            moves=(update(payable).where(payable.c.id == new.payable).values({counter: counter + new.amount}),),
        )
    yield Trigger(
        "allocation_moves_intake",
        RowEvent("INSERT", allocation, when=and_(new.effect == "allocated", new.intake.is_not(None))),
        moves=(
            update(intake)
            .where(intake.c.entry == new.intake)
            .values({intake.c.allocated: intake.c.allocated + new.amount}),
        ),
    )


def _in_one_book(new: AliasedRow) -> Condition:
    """Whether the entry of a row, and the entry that brought its intake, are of one merchant, mode and currency."""
    intakes = entry.alias("intakes")
    return of_one_book(entry, entry.c.id == new.entry, intakes, intakes.c.id == new.intake)


def _drawn() -> Iterator[Trigger]:
    new, _ = rows_of(drawn)
    yield guard(
        "drawn_fits",
        RowEvent("INSERT", drawn),
        RowRefusal("walls", "entry and intake are of one merchant, mode and currency", ~_in_one_book(new)),
    )
    yield Trigger(
        "drawn_moves_intake",
        RowEvent("INSERT", drawn),
        moves=(
            update(intake)
            .where(intake.c.entry == new.intake)
            .values({intake.c.returned: intake.c.returned + new.amount}),
        ),
    )


def _intake() -> Iterator[Trigger]:
    new, _ = rows_of(intake)
    yield guard(
        "intake_begins",
        RowEvent("INSERT", intake),
        RowRefusal("from_ledger", "an intake begins unapplied", or_(new.allocated != 0, new.returned != 0)),
    )
    allocated = sum_of(allocation.c.amount, allocation.c.intake == new.entry, allocation.c.effect == "allocated")
    yield guard(
        "intake_allocated_from_ledger",
        RowEvent("UPDATE", intake, ("allocated",)),
        RowRefusal("from_ledger", "what is allocated comes from the ledger alone", new.allocated != allocated),
    )
    returned = sum_of(drawn.c.amount, drawn.c.intake == new.entry)
    yield guard(
        "intake_returned_from_ledger",
        RowEvent("UPDATE", intake, ("returned",)),
        RowRefusal("from_ledger", "what went back comes from the ledger alone", new.returned != returned),
    )
    yield fixed(intake, "entry", "customer", "payment", "currency", "amount")
    yield never_deleted(intake)
