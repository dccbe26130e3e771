"""A file that is handed in is an import before it is books: kept sealed, for a while, and only where it belongs."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from hub.domain.files.layout import FileKind
from hub.domain.files.sheet import RowError
from hub.domain.import_run import MAX_BYTES, RunState
from hub.domain.text import Declared, Refusal, Text, packed, unpacked
from hub.flows.imports.hand_in import HELD, NoContent, content_in, hand_in, import_of, list_imports, short_name
from hub.flows.imports.import_report import ChangedRow, ImportReport
from hub.flows.imports.look_at import look_at
from hub.flows.imports.told_report import outcome_of, read_report, stored_report
from hub.flows.operations.prune import prune
from hub.vault.errors import NotOpened
from hub_hookspecs import Mode, Money
from tests.faults.harness import Desk, rows

FILE = b"numero,cliente,fecha,moneda,total\nF-1,1-1234-0567,01/02/2026,CRC,1000\n"


def handed(desk: Desk, content: bytes = FILE, **known: Any) -> Any:
    facts = {"kind": FileKind.INVOICES, "name": "cartera.csv", "by": "ana@cr.example", **known}
    return asyncio.run(hand_in(desk.hub, desk.companies["CR"], content, **facts))


def test_a_file_is_kept_sealed_and_opens_as_the_import_that_it_is(desk: Desk) -> None:
    run = handed(desk)
    assert (run.state, run.by, run.size) == (RunState.SHOWN, "ana@cr.example", len(FILE))
    assert desk.read(lambda tx: content_in(tx, desk.hub, run)) == FILE
    ((sealed, key_id),) = rows(desk.path, "SELECT sealed, key_id FROM import_content")
    assert b"1-1234-0567" not in sealed
    assert key_id == desk.hub.vault.current


def test_a_sealed_file_opens_for_its_own_import_and_merchant_alone(desk: Desk) -> None:
    run = handed(desk)
    for other in (attrs.evolve(run, merchant_id=desk.companies["CO"].id),):
        with pytest.raises(NotOpened):
            desk.read(lambda tx, other=other: content_in(tx, desk.hub, other))


def test_an_import_is_shown_to_its_own_merchant_in_its_own_mode_alone(desk: Desk) -> None:
    run, own = handed(desk), desk.companies["CR"]
    assert asyncio.run(import_of(desk.hub, own, run.id)) == run
    for other in (desk.companies["CO"], attrs.evolve(own, mode=Mode.LIVE)):
        with pytest.raises(LookupError):
            asyncio.run(import_of(desk.hub, other, run.id))
        with pytest.raises(LookupError):
            asyncio.run(look_at(desk.hub, other, run.id))
        assert asyncio.run(list_imports(desk.hub, other)) == ()


@pytest.mark.parametrize(("content", "why"), [(b"", "handed.empty"), (bytes(MAX_BYTES + 1), "handed.too_large")])
def test_nothing_is_kept_of_a_file_that_is_empty_or_too_large(desk: Desk, content: bytes, why: str) -> None:
    with pytest.raises(Refusal) as refused:
        handed(desk, content)
    assert refused.value.message.id == why
    assert rows(desk.path, "SELECT id FROM import_run") == []


def test_the_largest_file_is_kept_whole(desk: Desk) -> None:
    run = handed(desk, bytes(MAX_BYTES))
    assert desk.read(lambda tx: content_in(tx, desk.hub, run)) == bytes(MAX_BYTES)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (r"C:\Users\ana\cartera.xlsx", "cartera.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("x" * 300 + ".csv", "x" * 100),
        ("a\u202eb\n.csv", "ab.csv"),
    ],
)
def test_a_files_name_is_for_people_alone(name: str, kept: str) -> None:
    assert short_name(name) == kept


def test_a_card_number_in_a_files_name_is_masked() -> None:
    assert "4111111111111111" not in short_name("pago 4111111111111111.csv")


def test_a_file_is_dropped_after_thirty_days_and_the_import_stays(desk: Desk) -> None:
    run = handed(desk)
    desk.clock.now += timedelta(days=30, minutes=-1)
    asyncio.run(prune(desk.hub))
    assert desk.read(lambda tx: content_in(tx, desk.hub, run)) == FILE
    desk.clock.now += timedelta(minutes=2)
    asyncio.run(prune(desk.hub))
    with pytest.raises(NoContent):
        desk.read(lambda tx: content_in(tx, desk.hub, run))
    assert asyncio.run(import_of(desk.hub, desk.companies["CR"], run.id)) == run


def test_of_many_files_the_newest_are_kept(desk: Desk) -> None:
    made = []
    for _ in range(HELD + 2):
        desk.clock.now += timedelta(seconds=1)
        made.append(handed(desk))
    kept = {run for (run,) in rows(desk.path, "SELECT run FROM import_content")}
    assert kept == {run.id for run in made[2:]}
    assert len(asyncio.run(list_imports(desk.hub, desk.companies["CR"]))) == len(made)


def test_a_report_is_read_as_it_was_stored() -> None:
    amount, day = Money(1_050, "CRC"), date(2026, 2, 1)
    text = Text("import.rebilled", at=day, by=Text("identity.x", y=Declared("Cédula")), total=amount)
    row = RowError(3, "Total", "1.000", text)
    report = ImportReport(
        new=2,
        set_aside=(row, RowError(4, "", "", "en sus palabras")),
        warnings=(row,),
        described=(ChangedRow("F-1", (Text("change.of", what=Text("change.total"), old=amount, new="-"),)),),
    )
    assert read_report(stored_report(report)) == report
    assert outcome_of(report) != outcome_of(attrs.evolve(report, new=3))


def test_whatever_fills_a_text_comes_back() -> None:
    moment = datetime(2026, 2, 1, 3, 4, tzinfo=UTC)
    for value in ("x", 3, Money(-5, "USD"), date(2026, 1, 1), moment, Declared("Cédula"), (Text("a.b", c=1),)):
        assert unpacked(packed(value)) == value  # type: ignore[arg-type]
