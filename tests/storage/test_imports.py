"""Imports as they are stored: how far they are, their files for a while, what they did, and a company's layouts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from hub.domain.files.layout import FileKind, Layout, SavedLayout, headings_key
from hub.domain.import_run import Choices, ImportRun, RunRow, RunState, RunSubject
from hub.domain.refusals import Conflict
from hub.storage import SqliteStore
from hub_hookspecs import Mode

NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)


def run_of(world: Any, number: str, **more: Any) -> ImportRun:
    facts: dict[str, Any] = {
        "id": number,
        "merchant_id": "m1",
        "mode": Mode.TEST,
        "kind": FileKind.INVOICES,
        "name": "cartera.xlsx",
        "size": 3,
        "sha256": "0" * 64,
        "by": "duena@cr.example",
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=30),
        **more,
    }
    return ImportRun(**facts)


def test_an_import_is_read_as_it_was_written(furnished: SqliteStore, world: Any) -> None:
    run = run_of(world, "A", layout=Layout(columns={"Factura": "number"}, answers={"decimal": ","}, name="Siigo"))
    furnished.write_now(lambda tx: tx.imports.add(run))
    chosen = Choices(complete=True, as_of=NOW.date(), missing_count=3, missing={"*": "outside"})
    on = attrs.evolve(run, choices=chosen, state=RunState.TAKING, done=5, rows=9, due_at=NOW, report={"new": 5})
    furnished.write_now(lambda tx: tx.imports.save(on))
    assert furnished.read_now(lambda tx: tx.imports.get("A")) == on
    assert furnished.read_now(lambda tx: tx.imports.of("m1", Mode.TEST)) == (on,)
    assert furnished.read_now(lambda tx: tx.imports.taking("m1", Mode.TEST)) == on
    assert furnished.next_due() == NOW
    claimed = furnished.write_now(lambda tx: tx.imports.claim_due(NOW, NOW + timedelta(minutes=1), 2))
    assert claimed == ("A",)
    assert furnished.write_now(lambda tx: tx.imports.claim_due(NOW, NOW, 2)) == ()


def test_one_import_of_a_merchant_is_taken_at_a_time(furnished: SqliteStore, world: Any) -> None:
    furnished.write_now(lambda tx: tx.imports.add(run_of(world, "A", state=RunState.TAKING)))
    furnished.write_now(lambda tx: tx.imports.add(run_of(world, "B")))
    with pytest.raises(Conflict):
        furnished.write_now(lambda tx: tx.imports.save(run_of(world, "B", state=RunState.TAKING)))


def test_while_one_is_taken_back_no_other_is_taken(furnished: SqliteStore, world: Any) -> None:
    undoing = run_of(world, "A", state=RunState.UNDOING)
    furnished.write_now(lambda tx: tx.imports.add(undoing))
    assert furnished.read_now(lambda tx: tx.imports.taking("m1", Mode.TEST)) == undoing
    with pytest.raises(Conflict):
        furnished.write_now(lambda tx: tx.imports.add(run_of(world, "B", state=RunState.TAKING)))


def test_a_row_is_taken_back_once_and_stands_in_nobodys_way_from_then_on(furnished: SqliteStore, world: Any) -> None:
    rows = [
        RunRow(run_id="A", line=line, subject=RunSubject.PAYABLE, subject_id=this, what="changed", revision=2)
        for line, this in enumerate("PQ")
    ]

    def add(tx: Any) -> None:
        tx.imports.add(run_of(world, "A", state=RunState.TAKEN, taken_at=NOW + timedelta(hours=1)))
        tx.imports.add_rows(rows)
        tx.imports.undone(rows[0], 3, NOW)

    furnished.write_now(add)
    assert furnished.read_now(lambda tx: tx.imports.rows("A")) == (
        attrs.evolve(rows[0], revision=3, undone_at=NOW),
        rows[1],
    )
    later = furnished.read_now(lambda tx: tx.imports.later(RunSubject.PAYABLE, ["P", "Q"], NOW))
    assert [subject for subject, _run, _name, _at in later] == ["Q"]
    assert furnished.read_now(lambda tx: tx.imports.revisions("other", ["P", "Q"])) == {"P": 3}
    with pytest.raises(LookupError):
        furnished.write_now(lambda tx: tx.imports.undone(rows[0], 4, NOW))


def test_the_file_is_dropped_after_its_time_and_what_came_of_it_stays(furnished: SqliteStore, world: Any) -> None:
    rows = (
        RunRow(run_id="A", line=2, subject=RunSubject.PAYABLE, subject_id="P", what="new", revision=1),
        RunRow(run_id="A", line=3, subject=RunSubject.CUSTOMER, subject_id="C", what="changed", before={"name": "x"}),
    )

    def add(tx: Any) -> None:
        tx.imports.add(run_of(world, "A"))
        tx.imports.keep_content("A", b"sealed", "k1")
        tx.imports.add_rows(rows)

    furnished.write_now(add)
    assert furnished.read_now(lambda tx: tx.imports.sealed_otherwise("k2", 5)) == (("A", "m1", b"sealed"),)
    furnished.write_now(lambda tx: tx.imports.reseal("A", b"again", "k2"))
    assert furnished.read_now(lambda tx: tx.imports.sealed_otherwise("k2", 5)) == ()
    assert furnished.read_now(lambda tx: tx.imports.content("A")) == b"again"
    assert furnished.write_now(lambda tx: tx.imports.drop_expired(NOW + timedelta(days=29))) == 0
    assert furnished.write_now(lambda tx: tx.imports.drop_expired(NOW + timedelta(days=30))) == 1
    assert furnished.read_now(lambda tx: tx.imports.content("A")) is None
    assert furnished.read_now(lambda tx: tx.imports.rows("A")) == rows


def test_a_later_import_of_the_same_is_told(furnished: SqliteStore, world: Any) -> None:
    def add(tx: Any) -> None:
        for at, number in enumerate("AB"):
            later = run_of(world, number, state=RunState.TAKEN, taken_at=NOW + timedelta(hours=at))
            tx.imports.add(later)
            row = RunRow(run_id=number, line=2, subject=RunSubject.PAYABLE, subject_id="P", what="changed")
            tx.imports.add_rows((row,))

    furnished.write_now(add)
    found = furnished.read_now(lambda tx: tx.imports.later(RunSubject.PAYABLE, ["P", "Q"], NOW))
    assert [(subject, run) for subject, run, _name, _at in found] == [("P", "B")]


def test_a_layout_is_remembered_by_kind_type_and_headings(furnished: SqliteStore, world: Any) -> None:
    assert headings_key(["N.º Factura", "Total"]) == headings_key(["n º factura", "TOTAL"])
    saved = SavedLayout(
        id="L",
        merchant_id="m1",
        kind=FileKind.INVOICES,
        file_type="csv",
        headings=headings_key(["Factura", "Total"]),
        layout=Layout(columns={"Factura": "number"}, answers={"decimal": "."}, name="Siigo"),
        by="duena@cr.example",
        saved_at=NOW,
        used_at=NOW,
    )
    furnished.write_now(lambda tx: tx.imports.save_layout(saved))
    again = attrs.evolve(saved, layout=Layout(columns={"Total": "total"}), used_at=NOW + timedelta(days=1))
    furnished.write_now(lambda tx: tx.imports.save_layout(again))
    assert furnished.read_now(lambda tx: tx.imports.layouts("m1", FileKind.INVOICES)) == (again,)
    assert furnished.read_now(lambda tx: tx.imports.layouts("m1", FileKind.CUSTOMERS)) == ()
    furnished.write_now(lambda tx: tx.imports.forget_layout("L"))
    assert furnished.read_now(lambda tx: tx.imports.layouts("m1", FileKind.INVOICES)) == ()
