"""A file is read once on each step of its way: handed in, looked at, read otherwise, given back, taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hub.domain.files import table_file
from hub.domain.files.layout import FileKind, Layout
from hub.domain.import_run import RunState
from hub.domain.text import Text
from hub.flows.imports import layouts
from hub.flows.imports.hand_in import hand_in
from hub.flows.imports.look_at import look_at, read_otherwise
from hub.flows.imports.set_aside import rows_set_aside
from hub.flows.imports.take_in import begin, continue_import, take_at_once
from tests.faults.harness import Desk

SAID = Layout(columns={"K1": "number", "K2": "customer", "K3": "issued_on", "K4": "total"})


def words(text: Text) -> str:
    return text.id


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of each file, each time that it is read."""
    found: list[str] = []
    real = table_file._read

    def counted(data: bytes, name: str, *more: Any) -> Any:
        found.append(name)
        return real(data, name, *more)

    monkeypatch.setattr(table_file, "_read", counted)
    return found


def each_step_reads_once(desk: Desk, reads: list[str]) -> None:
    """From hand to books, with columns that were remembered, and a row that is set aside."""
    merchant, by = desk.companies["CR"], "ana@cr.example"
    person = desk.debtor("CR", 1_000).customer.document
    head = "K1;K2;K3;K4"

    def step(work: Callable[[], Any]) -> Any:
        reads.clear()
        done = asyncio.run(work())
        assert len(reads) <= 1, reads
        return done

    def handed(text: str) -> Any:
        given: dict[str, Any] = {"kind": FileKind.INVOICES, "name": "cartera.csv", "by": by}
        return step(lambda: hand_in(desk.hub, merchant, text.encode(), **given))

    run = handed(f"{head}\nR-1;{person.number};01/02/2026;1.000,50\n")
    step(lambda: look_at(desk.hub, merchant, run.id))
    step(lambda: read_otherwise(desk.hub, merchant, run.id, SAID, run.choices))
    asyncio.run(begin(desk.hub, merchant, run.id, by=by))
    step(lambda: continue_import(desk.hub, run.id))

    again = handed(f"{head}\nR-2;{person.number};01/02/2026;1.000,50\nR-3;555;01/02/2026;1,00\n")
    assert again.layout.columns
    seen = step(lambda: look_at(desk.hub, merchant, again.id))
    assert (seen.headings, len(seen.samples)) == (("K1", "K2", "K3", "K4"), 2)
    assert b"R-3" in step(lambda: rows_set_aside(desk.hub, merchant, again.id, words, as_csv=True))[1]
    taken = asyncio.run(begin(desk.hub, merchant, again.id, by=by))
    step(lambda: continue_import(desk.hub, taken.id))
    assert desk.read(lambda tx: tx.imports.get(again.id)).state is RunState.TAKEN
    assert b"R-3" in step(lambda: rows_set_aside(desk.hub, merchant, again.id, words, as_csv=True))[1]


def test_a_file_is_read_once_on_each_step_of_its_way(desk: Desk, reads: list[str]) -> None:
    each_step_reads_once(desk, reads)


def test_a_file_of_instalments_that_an_invoice_of_here_explains_is_read_once(desk: Desk, reads: list[str]) -> None:
    merchant, person = desk.companies["CR"], desk.debtor("CR", 1_000).customer.document
    head = "numero;identificacion;fecha;vence;moneda;total;saldo\n"
    parts = [f"I-1;{person.number};02/09/2026;02/{month}/2026;CRC;3000,00;1000,00\n" for month in (10, 11, 12)]
    known, file = (f"{head}{''.join(some)}".encode() for some in (parts, parts[1:]))
    for content in (known, file):
        given: dict[str, Any] = {"kind": FileKind.INVOICES, "name": "x.csv", "by": "ana@cr.example"}
        run = asyncio.run(hand_in(desk.hub, merchant, content, **given))
        reads.clear()
        report = asyncio.run(take_at_once(desk.hub, merchant, run, content))
        assert (report.is_open, len(reads)) == (False, 1)


def test_control_a_file_that_is_read_anew_for_its_memory_is_found(
    desk: Desk, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = layouts._read

    def anew(*given: Any) -> Any:
        reads.append("again")
        return real(*given)

    monkeypatch.setattr(layouts, "_read", anew)
    with pytest.raises(AssertionError):
        each_step_reads_once(desk, reads)
