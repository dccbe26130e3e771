"""A complete list closes what it lacks: shown, counted, and as was said of each; never what it cannot know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from hub.domain.alert import AlertCause
from hub.domain.complete_list import asks_two, series_of
from hub.domain.decision import Signed
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import FileKind
from hub.domain.files.reading import TotalRow
from hub.domain.files.sheet import RowError
from hub.domain.import_run import Choices, ImportRun, RunState
from hub.domain.merchant import Member, Role
from hub.domain.missing_bills import Closed, Missing
from hub.domain.text import Text
from hub.flows.corrections import why_left
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.imports import complete_list, save_invoices
from hub.flows.imports.complete_list import close_missing, plan_missing
from hub.flows.imports.import_files import import_invoices
from hub.flows.imports.import_report import ImportReport
from hub.flows.operations.raise_alerts import raise_alerts
from hub.flows.payments.decide import NotAllowed
from hub_hookspecs import Money
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import Desk, run
from tests.flows.imported import bill, imported, listing, right, undone
from tests.spoken import spoken

Desks = Callable[[str], Desk]
OWNER = "duena@empresa.example"
OWED = "number,customer,issued_on,currency,total,balance"
PAID = {"*": "outside"}


def row(number: str, *, currency: str = "CRC", owes: str = "100.00", on: str = "2026-03-01") -> str:
    return f"{number},100000001,{on},{currency},100.00,{owes}"


def read(*rows: str) -> InvoiceFile:
    return parse_invoices(listing(*rows, head=OWED))


def begun(desk: Desk, *numbers: str, **more: str) -> None:
    """These are open, as a file said."""
    imported(desk, listing(*(row(number, **more) for number in numbers), head=OWED))


def shown(desk: Desk, file: InvoiceFile, **choices: Any) -> Missing:
    desk.clock.now += timedelta(minutes=1)
    chosen = Choices(complete=True, **choices)
    return desk.read(lambda tx: plan_missing(tx, desk.merchant, file, chosen, desk.clock.now))


def closed(
    desk: Desk,
    file: InvoiceFile,
    *,
    count: int | None = None,
    missing: Mapping[str, str] = PAID,
    by: str = OWNER,
    **choices: Any,
) -> tuple[Closed, ImportRun]:
    """Whoever confirms types the count that is right, unless another is given."""
    desk.clock.now += timedelta(minutes=1)
    now = desk.clock.now
    made = ImportRun(
        id=desk.hub.fresh_id(),
        merchant_id=desk.merchant.id,
        mode=desk.merchant.mode,
        kind=FileKind.INVOICES,
        name="cartera.csv",
        size=1,
        sha256="0" * 64,
        by=by,
        state=RunState.TAKEN,
        created_at=now,
        taken_at=now,
        expires_at=now + timedelta(days=30),
    )

    def write(tx: Any) -> Closed:
        tx.imports.add(made)
        chosen = Choices(complete=True, missing=missing, **choices)
        planned = plan_missing(tx, desk.merchant, file, chosen, now)
        chosen = attrs.evolve(chosen, missing_count=planned.count if count is None else count)
        return close_missing(tx, desk.hub, desk.merchant, planned, chosen, by, now, run=made)

    done = desk.opened.store.write_now(write)
    right(desk)
    return done, made


def numbers(missing: Missing) -> list[str]:
    return [item.payable.number for item in missing.bills]


def left(missing: Missing) -> dict[str, str]:
    return {item.payable.number: spoken(item.why) for item in missing.left}


def whys(done: Closed) -> list[str]:
    return [spoken(text) for text in done.refused]


def test_what_is_missing_is_shown_with_count_and_sum_by_currency(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2", "FE-3")
    begun(desk, "FE-4", currency="USD", owes="40.00")

    missing = shown(desk, read(row("FE-1"), row("FE-9", currency="USD")))

    assert numbers(missing) == ["FE-2", "FE-3", "FE-4"]
    assert (missing.count, missing.open_ones, missing.refused) == (3, 4, ())
    assert {code: str(amount) for code, amount in missing.sums.items()} == {"CRC": "200.00 CRC", "USD": "40.00 USD"}
    assert {item.becomes.value for item in missing.bills} == {"left"}


def test_what_was_paid_elsewhere_is_closed_as_a_file_that_says_so_would(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1")
    begun(desk, "FE-2", owes="70.00")

    done, _made = closed(desk, read(row("FE-1")))

    assert done.numbers == ("FE-2",)
    assert (bill(desk, "FE-2").due, bill(desk, "FE-2").outside) == (0, 100_00)
    assert bill(desk, "FE-1").due == 100_00
    after = bill(desk, "FE-2")
    again = imported(desk, listing(row("FE-1"), row("FE-2", owes="0.00"), head=OWED))
    assert bill(desk, "FE-2") == after
    assert desk.read(lambda tx: tx.imports.rows(again.id)) == ()


def test_what_was_never_owed_is_voided_and_what_is_left_stays(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2", "FE-3")

    done, _made = closed(desk, read(row("FE-1")), missing={"FE-2": "void", "*": "left"})

    assert done.numbers == ("FE-2",)
    assert bill(desk, "FE-2").is_voided
    assert [voided.reason for voided in [bill(desk, "FE-2").voided] if voided] == [
        "lista completa al 01/03/2026: cartera.csv"
    ]
    assert bill(desk, "FE-3").due == 100_00


def test_nothing_is_closed_that_nobody_chose(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")
    books = desk.balances()

    done, _made = closed(desk, read(row("FE-1")), missing={})

    assert (done.numbers, done.refused, done.decision) == ((), (), None)
    assert desk.balances() == books


@pytest.mark.parametrize("count", [0, 1, 3, -2])
def test_the_count_that_was_typed_must_be_right(desk_for: Desks, count: int) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2", "FE-3")
    books = desk.balances()

    done, _made = closed(desk, read(row("FE-1")), count=count)

    assert whys(done) == ["Escriba cuántas facturas faltan: son 2"]
    assert desk.balances() == books


ERROR = RowError(3, "total", "x", Text("cell.missing"))
NO_LIST: dict[str, tuple[dict[str, Any], str]] = {
    "hidden rows": ({"hidden": (4, 5)}, "Filas ocultas: 2; muestre todas en Excel y guarde el archivo otra vez"),
    "rows set aside": ({"set_aside": (ERROR, ERROR)}, "Filas que quedaron aparte: 1; corríjalas primero"),
    "unread": ({"errors": (ERROR,)}, "El archivo no se entendió completo"),
    "a column is missing": ({"missing": ("total",)}, "El archivo no se entendió completo"),
    "a cut end": ({"is_cut": True}, "El archivo termina a medias"),
    "another total": (
        {"totals": (TotalRow(line=9, column="Saldo", stated="300.00", sums=(Money(100_00, "CRC"),), agrees=False),)},
        "La columna Saldo dice que suma 300.00, y lo leído suma 100.00 CRC",
    ),
    "no row": ({"rows": ()}, "El archivo no trae ninguna factura"),
}


@pytest.mark.parametrize(("more", "why"), NO_LIST.values(), ids=NO_LIST)
def test_a_file_of_which_something_was_not_read_is_no_complete_list(
    desk_for: Desks, more: dict[str, Any], why: str
) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")
    file = attrs.evolve(read(row("FE-1")), **more)

    assert [spoken(text) for text in shown(desk, file).refused] == [why]
    done, _made = closed(desk, file)

    assert why in whys(done)
    assert bill(desk, "FE-2").due == 100_00


def test_a_total_that_agrees_is_no_reason(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")
    total = TotalRow(line=9, column="Saldo", stated="100.00", sums=(Money(100_00, "CRC"),), agrees=True)

    assert numbers(shown(desk, attrs.evolve(read(row("FE-1")), totals=(total,)))) == ["FE-2"]


@pytest.mark.parametrize("written", ["FE-2", "fe-0002", "FE 2", "FE2"])
def test_a_number_is_present_however_it_is_written(desk_for: Desks, written: str) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")

    assert numbers(shown(desk, read(row("FE-1"), row(written)))) == []


def test_a_list_speaks_of_its_own_currencies_and_series_alone(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2", "NV-1", "77")
    begun(desk, "FE-3", currency="USD")

    missing = shown(desk, read(row("FE-1")))
    assert numbers(missing) == ["FE-2"]
    assert spoken(missing.compared) == (
        "Se comparó con la serie FE-, en CRC; otras 3 facturas abiertas no se compararon."
    )
    assert (missing.series, missing.currencies, missing.others) == (("FE-",), ("CRC",), 3)
    bare = shown(desk, read(row("78"), row("FE-2"), row("NV-9")))
    assert "con los números sin serie, la serie FE-, la serie NV-, en CRC; otra factura abierta" in spoken(
        bare.compared
    )
    assert numbers(shown(desk, read(row("FE-1", currency="USD"), row("NV-9")))) == ["FE-2", "FE-3", "NV-1"]


def test_a_list_speaks_of_its_own_branches_alone(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2", "FE-3")

    def move(tx: Any) -> None:
        for number, branch in (("FE-2", "Norte"), ("FE-3", "Sur")):
            payable = tx.payables.numbered(desk.merchant.id, desk.merchant.mode, [number])[number]
            tx.payables.revise(attrs.evolve(payable, branch=branch))

    desk.opened.store.write_now(move)
    north = read(row("FE-9"))
    north = attrs.evolve(north, rows=tuple(attrs.evolve(item, branch="Norte") for item in north.rows))

    assert numbers(shown(desk, north)) == ["FE-2"]
    assert numbers(shown(desk, read(row("FE-9")))) == ["FE-1"]


@pytest.mark.parametrize(
    ("number", "series"), [("FE-000123", "fe"), ("77", ""), ("001-02-0009", "1.2"), ("Recibo A", "recibo")]
)
def test_the_series_is_what_stands_before_the_last_digits(number: str, series: str) -> None:
    assert series_of(number) == series


ALONE = {
    "a live payment": (("pays A FE-2 100.00",), "Hay un pago en línea en curso de FE-2; espere a que termine"),
    "an unproven payment": (
        ("pays A FE-2 100.00", "unheard A"),
        "Un pago de FE-2 se cerró sin confirmación y el dinero todavía puede llegar; espere o revise ese pago primero",
    ),
    "a receipt": (
        ("received cash 10.00 for FE-2 10.00",),
        "aquí se recibió, se devolvió o se acreditó algo que ningún archivo cuenta todavía",
    ),
    "a credit note": (
        ("credit-note NC-1 FE-2 10.00",),
        "aquí se recibió, se devolvió o se acreditó algo que ningún archivo cuenta todavía",
    ),
    "a bill anew": (("void-bill FE-2", "rebill FE-2 60.00"), "nació o cambió aquí, y ningún archivo la trajo así"),
    "money that went back": (
        ("pays A FE-2 60.00", "paid A", "returned A 60.00"),
        "se devolvió dinero que la había pagado",
    ),
    "a dispute": (
        ("pays A FE-2 60.00", "paid A", "inquiry A CASE-1 60.00"),
        "El banco del cliente disputa un pago de FE-2; espere a que se resuelva",
    ),
}


def keeps_open(desk: Desk, lines: tuple[str, ...], why: str) -> None:
    """What the list cannot know of stays open, whatever was chosen."""
    begun(desk, "FE-1", "FE-2", "FE-3")
    for line in lines:
        desk.do(line)
    before = bill(desk, "FE-2")

    assert left(shown(desk, read(row("FE-1")))) == {"FE-2": why}
    done, _made = closed(desk, read(row("FE-1")))

    assert done.numbers == ("FE-3",)
    assert bill(desk, "FE-2") == before


@pytest.mark.parametrize(("lines", "why"), ALONE.values(), ids=ALONE)
def test_what_changed_here_or_is_under_way_is_left_alone(desk_for: Desks, lines: tuple[str, ...], why: str) -> None:
    keeps_open(desk_for("CR"), lines, why)


def test_control_a_list_that_closes_one_with_a_live_payment_is_found(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(why_left, "objection_to", lambda *_args, **_named: None)

    with pytest.raises(AssertionError):
        keeps_open(desk_for("CR"), *ALONE["a live payment"])


def test_control_a_list_that_forgets_what_no_file_counts_is_found(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complete_list, "why_left", lambda *_args: {})

    with pytest.raises(AssertionError):
        keeps_open(desk_for("CR"), *ALONE["a receipt"])


def test_money_that_the_files_count_keeps_nothing_open(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")
    desk.do("received cash 40.00 for FE-2 40.00")
    imported(desk, listing(row("FE-2", owes="60.00"), head=OWED))

    done, _made = closed(desk, read(row("FE-1")))

    assert done.numbers == ("FE-2",)
    assert (bill(desk, "FE-2").due, bill(desk, "FE-2").outside) == (0, 60_00)


def test_what_was_issued_after_the_day_of_the_list_is_left_alone(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1")
    begun(desk, "FE-2", on="2026-03-02")
    file = read(row("FE-1"))

    assert left(shown(desk, file)) == {"FE-2": "se emitió el 2026-03-02, después de la fecha de la lista"}
    assert numbers(shown(desk, file, as_of=date(2026, 3, 2))) == ["FE-2"]


def test_an_order_is_never_missing(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1")
    desk.do("order FE-7 50.00")

    assert numbers(shown(desk, read(row("FE-1")))) == []


def test_what_was_shown_is_what_is_closed(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2", "FE-3")
    file = read(row("FE-1"))
    before = shown(desk, file)
    desk.do("write-off FE-2")
    begun(desk, "FE-4")
    books = desk.balances()

    done, _made = closed(desk, file, missing_mark=before.mark)

    assert whys(done) == ["Lo que falta en el archivo cambió desde que se mostró; revíselo otra vez"]
    assert desk.balances() == books
    again = shown(desk, file)
    assert closed(desk, file, missing_mark=again.mark)[0].numbers == ("FE-3", "FE-4")


def test_nothing_is_voided_that_something_stands_on(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")
    begun(desk, "FE-3", owes="70.00")
    books = desk.balances()

    done, _made = closed(desk, read(row("FE-1")), missing={"*": "void"})

    assert len(done.refused) == 1
    assert "FE-3 tiene 30.00 CRC pagados fuera según el archivo" in whys(done)[0]
    assert desk.balances() == books


def test_a_choice_that_there_is_not_is_refused(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")

    done, _made = closed(desk, read(row("FE-1")), missing={"*": "pagada"})

    assert whys(done) == ["Lo que falta queda outside, void o left; «pagada» no es ninguna"]


def test_late_money_is_its_payers_credit_and_a_person_is_asked(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")
    desk.do("pays A FE-2 100.00")
    desk.do("declined A")
    closed(desk, read(row("FE-1")))

    desk.do("paid A")

    assert bill(desk, "FE-2").due == 0
    assert desk.balances()["customer_credit", "CRC"] == -100_00
    assert desk.causes()
    right(desk)


@pytest.mark.parametrize("missing", [PAID, {"*": "void"}], ids=["outside", "void"])
def test_an_undo_opens_it_again(desk_for: Desks, missing: dict[str, str]) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")
    before, books = bill(desk, "FE-2"), desk.balances()
    _done, made = closed(desk, read(row("FE-1")), missing=missing)

    done = undone(desk, made)

    assert (done.is_done, done.reopened) == (True, ("FE-2",))
    assert attrs.evolve(bill(desk, "FE-2"), revision=before.revision) == before
    assert desk.balances() == books
    right(desk)


@pytest.mark.parametrize(
    ("count", "open_ones", "two"),
    [(20, 1000, False), (21, 1000, True), (3, 3, False), (4, 4, True), (4, 40, False), (4, 39, True), (10, 100, False)],
)
def test_many_or_a_good_part_two_people_close(count: int, open_ones: int, two: bool) -> None:
    assert asks_two(count, open_ones) is two


FOUR = ("FE-2", "FE-3", "FE-4", "FE-5")


def team(desk: Desk, *emails: str) -> None:
    def add(tx: Any) -> None:
        for email in emails:
            tx.merchants.add_member(Member(merchant_id=desk.merchant.id, email=email, role=Role.ACCOUNTANT))

    desk.opened.store.write_now(add)


def test_a_good_part_waits_for_a_second_person_who_brings_the_same_list(desk_for: Desks) -> None:
    desk = desk_for("CR")
    team(desk, "conta@x.cr")
    begun(desk, "FE-1", *FOUR)
    file, books = read(row("FE-1")), desk.balances()
    assert shown(desk, file, missing=PAID).asks_two

    first, _made = closed(desk, file)
    same, _made = closed(desk, file)

    assert (first.waits, first.numbers) == (True, ())
    assert whys(same) == [f"{OWNER} ya lo propuso; falta otra persona"]
    assert desk.balances() == books

    second, made = closed(desk, file, by="conta@x.cr")

    assert second.numbers == FOUR
    assert second.decision
    assert second.decision.people == f"{OWNER} and conta@x.cr"
    assert undone(desk, made).reopened == FOUR


def test_a_second_person_approves_what_waits(desk_for: Desks) -> None:
    desk = desk_for("CR")
    team(desk, "conta@x.cr")
    begun(desk, "FE-1", *FOUR)
    first, made = closed(desk, read(row("FE-1")), missing={"FE-2": "void", "*": "outside"})
    assert first.decision

    done = run(approve_decision(desk.hub, first.decision.id, signed=Signed(by="conta@x.cr", why="así es")))

    assert done.is_done
    assert [bill(desk, number).due for number in FOUR] == [0, 0, 0, 0]
    assert bill(desk, "FE-2").is_voided
    right(desk)
    assert set(undone(desk, made).reopened) == set(FOUR)


@pytest.mark.parametrize("line", ["pays A FE-3 100.00", "received cash 1.00 for FE-3 1.00", "write-off FE-3"])
def test_what_changed_meanwhile_is_not_approved(desk_for: Desks, line: str) -> None:
    desk = desk_for("CR")
    team(desk, "conta@x.cr")
    begun(desk, "FE-1", *FOUR)
    first, _made = closed(desk, read(row("FE-1")))
    assert first.decision
    desk.do(line)
    books = desk.balances()

    with pytest.raises(NotAllowed):
        run(approve_decision(desk.hub, first.decision.id, signed=Signed(by="conta@x.cr", why="así es")))

    assert desk.balances() == books
    right(desk)


def test_an_owner_who_has_nobody_to_ask_types_the_sum_too_and_the_operator_is_told(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", *FOUR)
    file = read(row("FE-1"))

    without, _made = closed(desk, file)
    wrong, _made = closed(desk, file, missing_sums={"CRC": 400_01})

    assert whys(without) == whys(wrong) == ["Escriba también cuánto suman: 400.00 CRC"]

    done, _made = closed(desk, file, missing_sums={"CRC": 400_00})

    assert done.numbers == FOUR
    raised = run(raise_alerts(desk.hub))
    told = [alert for alert in raised if alert.cause is AlertCause.CLOSED_ALONE]
    assert [line.partition(": ")[0] for alert in told for line in alert.lines] == ["4 invoices of empresa (test)"]


def test_two_people_who_closed_it_alert_nobody(desk_for: Desks) -> None:
    desk = desk_for("CR")
    team(desk, "conta@x.cr")
    begun(desk, "FE-1", *FOUR)
    for by in (OWNER, "conta@x.cr"):
        closed(desk, read(row("FE-1")), by=by)

    assert AlertCause.CLOSED_ALONE not in {alert.cause for alert in run(raise_alerts(desk.hub))}


def test_what_is_voided_above_the_limit_waits_for_a_second_person(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")
    desk.hub.second_person_above = {"CRC": 50_00}

    assert closed(desk, read(row("FE-1")), missing={"*": "void"})[0].waits
    assert closed(desk, read(row("FE-1")), missing=PAID)[0].numbers == ("FE-2",)


def test_a_file_that_is_a_complete_list_closes_what_it_lacks_and_is_undone_whole(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")
    books, file = desk.balances(), listing(row("FE-1", owes="80.00"), row("FE-3"), head=OWED)
    chosen = Choices(complete=True, missing=PAID, missing_count=1)

    tried = run(import_invoices(desk.hub, desk.merchant, file, choices=chosen, dry_run=True))
    assert tried.missing
    assert (numbers(tried.missing), tried.closing, tried.closed) == (["FE-2"], None, 0)
    assert desk.balances() == books

    made = imported(desk, file, choices=chosen)

    assert [bill(desk, number).due for number in ("FE-1", "FE-2", "FE-3")] == [80_00, 0, 100_00]
    done = undone(desk, made)
    assert (done.unbilled, done.restored, done.reopened) == (("FE-3",), ("FE-1",), ("FE-2",))
    assert desk.balances() == books
    right(desk)


def test_a_list_with_a_row_that_the_hub_sets_aside_closes_nothing(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2")
    file = listing(row("FE-1"), row("FE-3").replace("100000001", "555"), head=OWED)

    done = run(
        import_invoices(desk.hub, desk.merchant, file, choices=Choices(complete=True, missing=PAID, missing_count=1))
    )

    assert done.set_aside
    assert done.closing
    assert whys(done.closing) == ["Filas que quedaron aparte: 1; corríjalas primero"]
    assert bill(desk, "FE-2").due == 100_00


def test_what_was_closed_before_a_process_died_is_closed_once(desk_for: Desks) -> None:
    desk = desk_for("CR")
    begun(desk, "FE-1", "FE-2", "FE-3")
    chosen = Choices(complete=True, missing=PAID, missing_count=2)
    file = listing(row("FE-1"), head=OWED)
    made = imported(desk, file, choices=chosen)
    books = desk.balances()

    again = run(import_invoices(desk.hub, desk.merchant, file, choices=chosen, run=made))

    assert again.closing
    assert (again.closing.refused, again.closing.numbers) == ((), ("FE-2", "FE-3"))
    assert desk.balances() == books
    right(desk)


# ---- an older file, brought afterwards


def brought(desk: Desk, *rows: str) -> ImportReport:
    """A file, looked at and then taken: both say the same of what it opens."""
    desk.clock.now += timedelta(days=1)
    file = listing(*rows, head=OWED)
    seen = run(import_invoices(desk.hub, desk.merchant, file, decimal=".", dry_run=True))
    report = run(import_invoices(desk.hub, desk.merchant, file, decimal="."))
    assert (seen.warnings, seen.kept, seen.changed) == (report.warnings, report.kept, report.changed)
    right(desk)
    return report


def opens_what_a_file_paid(desk: Desk) -> None:
    begun(desk, "FE-1", "FE-2")
    brought(desk, row("FE-1", owes="0.00"), row("FE-2", owes="40.00"))
    day = desk.clock.now.date()

    report = brought(desk, row("FE-1", owes="70.00"), row("FE-2", owes="50.00"))

    assert (bill(desk, "FE-1").due, bill(desk, "FE-2").due, report.kept) == (70_00, 50_00, ())
    (told,) = report.warnings
    assert (told.column, told.value, told.line) == ("balance", "", 2)
    assert f"pagada por otro medio desde el {day}" in spoken(told.message)
    assert "la abre otra vez con 70.00 CRC" in spoken(told.message)


def test_a_file_that_opens_what_was_paid_elsewhere_is_taken_and_says_so(desk_for: Desks) -> None:
    opens_what_a_file_paid(desk_for("CR"))


def test_control_a_file_that_opens_it_in_silence_is_found(desk_for: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save_invoices, "opens_again", lambda *_: False)
    with pytest.raises((AssertionError, ValueError)):
        opens_what_a_file_paid(desk_for("CR"))


def keeps_what_a_person_closed(desk: Desk) -> None:
    begun(desk, "FE-1", "FE-2")
    _done, made = closed(desk, read(row("FE-1")))
    before, day = bill(desk, "FE-2"), desk.clock.now.date()

    report = brought(desk, row("FE-1"), row("FE-2"))

    assert (bill(desk, "FE-2"), report.warnings, report.changed) == (before, (), 0)
    (kept,) = report.kept
    assert kept.value == "FE-2"
    assert spoken(kept.message) == (
        f"Cerrada aquí por {OWNER} el {day} con una lista completa; no cambia nada. Remedio: deshacer esa importación."
    )
    undone(desk, made)
    assert bill(desk, "FE-2").due == 100_00
    assert (brought(desk, row("FE-2")).kept, bill(desk, "FE-2").due) == ((), 100_00)


def test_what_a_person_closed_no_file_opens_again(desk_for: Desks) -> None:
    keeps_what_a_person_closed(desk_for("CR"))


def test_control_a_file_that_opens_what_a_person_closed_is_found(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_invoices, "closed_by_people", lambda *_: {})
    with pytest.raises(AssertionError):
        keeps_what_a_person_closed(desk_for("CR"))
