"""Taking an import back on its pages: how far it is, what stayed, and several people or tabs at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import httpx
import pytest

from hub.domain.files.sheet import RowError
from hub.domain.import_run import ImportRun, RunState
from hub.domain.merchant import Role
from hub.domain.text import Text
from hub.flows.corrections.void_bill import void_bill
from hub.flows.imports import take_back, take_in
from hub.flows.imports.take_back import Progress, _with, progress_of
from tests.web.conftest import Debtor, House, Seat, forms_in, seen_in
from tests.web.test_import_pages import HEAD, bring, row, run_id, send

NUMBERS = itertools.count(1)
COMPANIES = itertools.count(1)


@pytest.fixture
def clerk(company: Callable[..., Any], seat: Callable[..., Seat]) -> Seat:
    """The owner of a company that nobody else uses."""
    return seat(company("CR", f"deshace-{next(COMPANIES)}"))


@pytest.fixture
def colleague(clerk: Seat, seat: Callable[..., Seat]) -> Seat:
    """Somebody else of the same company."""
    return seat(clerk.merchant, Role.ACCOUNTANT)


@pytest.fixture
def debtor(house: House, clerk: Seat) -> Debtor:
    return house.debtor("CR", (100_000, 5), merchant=clerk.merchant)


def fresh(debtor: Debtor, count: int = 2) -> str:
    """A file with numbers that nobody has."""
    begins = f"DU{next(NUMBERS)}"
    return f"{HEAD}\n{''.join(row(f'{begins}-{at}', debtor) for at in range(count))}"


def stored(house: House, page: httpx.Response) -> ImportRun:
    found = house.read(lambda tx: tx.imports.get(run_id(page)))
    assert found is not None
    return found


def pressed(seat: Seat, page: httpx.Response, **fields: str) -> httpx.Response:
    """Press *Deshacer* on the page of what would be taken back."""
    return seat.browser.post(
        f"/m/import/{run_id(page)}/undo", data={"form": seat.csrf, **fields}, follow_redirects=True
    )


def entries_of(house: House, page: httpx.Response) -> list[tuple[str, int]]:
    """What is booked of the invoices of an import: how often each kind."""
    run = stored(house, page)
    ids = [found.subject_id for found in house.read(lambda tx: tx.imports.rows(run.id))]
    kinds = []
    for this in ids:
        entries = house.read(lambda tx, this=this: tx.ledger.keyed(run.merchant_id, run.mode, f"bill:{this}"))
        kinds.append((this, len(entries)))
    return kinds


def are_booked(house: House, page: httpx.Response, times: int) -> None:
    """Every bill of an import has so many entries, and the books are right."""
    assert {count for _bill, count in entries_of(house, page)} == {times}
    assert house.read(lambda tx: tx.ledger.verify()) == ()


def put(house: House, run: ImportRun) -> None:
    house.write(lambda tx: tx.imports.save(run))


def test_the_page_says_how_far_it_is_and_whoever_brings_another_file_is_told_to_wait(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    done = send(clerk, bring(clerk, fresh(debtor)))
    taken = stored(house, done)
    later = house.time().replace(year=2040)
    half = Progress(note="ana", done=1, rows=2)
    put(house, _with(taken, half, state=RunState.UNDOING, due_at=later, undone_by="ana@x.cr"))
    page = clerk.read(done.url.path)
    assert '<meta http-equiv="refresh"' in page
    assert "Se está deshaciendo: van 1 de 2 filas" in seen_in(page)
    assert "Deshaciéndose" in seen_in(clerk.read("/m/imports"))
    busy = send(clerk, bring(clerk, fresh(debtor), name="otra.csv"))
    assert busy.status_code == 422
    assert "Ahora mismo ana@x.cr está deshaciendo la importación de «cartera.csv»" in seen_in(busy.text)
    assert clerk.browser.get(f"{done.url.path}/undo", follow_redirects=True).url.path == done.url.path
    put(house, taken)
    assert "El archivo se importó" in seen_in(send(clerk, busy).text)


def test_what_stayed_is_listed_and_what_came_to_a_stop_goes_on(house: House, clerk: Seat, debtor: Debtor) -> None:
    done = send(clerk, bring(clerk, fresh(debtor)))
    taken = stored(house, done)
    why = RowError(3, "number", "DU-9", Text("undo.payment", reference="ABC"))
    stopped = Progress(note="ana", done=1, rows=2, is_stopped=True)
    put(house, _with(taken, stopped))
    text = seen_in(clerk.read(done.url.path))
    assert "No se terminó de deshacer: se pasó por 1 de 2 filas" in text
    assert "Deshacer esta importación" in text
    undone = pressed(clerk, done)
    assert "Esta importación se deshizo" in seen_in(undone.text)
    kept = attrs.evolve(progress_of(stored(house, done)) or stopped, kept=(why,))
    put(house, _with(stored(house, done), kept))
    text = seen_in(clerk.read(done.url.path))
    assert "De lo que sigue vale solo lo que se dice que se quedó" in text
    assert "3 DU-9 tiene el pago en línea ABC" in text


def test_what_came_to_a_stop_in_the_middle_is_taken_back_and_its_page_says_what_it_was(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    done = send(clerk, bring(clerk, fresh(debtor)))
    put(house, attrs.evolve(stored(house, done), state=RunState.SHOWN, taken_at=None, report={take_in.STOPPED: 2}))
    undone = pressed(clerk, done)
    assert undone.status_code == 200
    assert "Esta importación se deshizo" in seen_in(undone.text)
    assert "Filas nuevas 2" in seen_in(undone.text)
    are_booked(house, done, 2)


def test_of_two_tabs_that_confirm_the_late_one_is_shown_what_came_of_it_and_by_whom(
    house: House, clerk: Seat, colleague: Seat, debtor: Debtor
) -> None:
    shown = bring(clerk, fresh(debtor))
    early = colleague.browser.get(shown.url.path)
    send(colleague, early)
    late = send(clerk, shown)
    assert "El archivo se importó" in seen_in(late.text)
    assert f"Lo confirmó {colleague.email}" in seen_in(late.text)
    are_booked(house, shown, 1)


def test_a_confirmation_of_what_was_taken_back_meanwhile_books_nothing(
    house: House, clerk: Seat, colleague: Seat, debtor: Debtor
) -> None:
    shown = bring(clerk, fresh(debtor))
    pressed(colleague, send(colleague, colleague.browser.get(shown.url.path)))
    late = send(clerk, shown)
    assert "Esta importación se deshizo" in seen_in(late.text)
    assert f"la deshizo {colleague.email}" in seen_in(late.text)
    are_booked(house, shown, 2)


def test_an_undo_that_is_sent_twice_or_by_two_people_is_done_once_and_the_late_one_is_told(
    house: House, clerk: Seat, colleague: Seat, debtor: Debtor
) -> None:
    done = send(clerk, bring(clerk, fresh(debtor)))
    clerk.read(f"{done.url.path}/undo")
    pressed(colleague, done)
    for late in (pressed(clerk, done), pressed(colleague, done)):
        assert f"la deshizo {colleague.email}" in seen_in(late.text)
    are_booked(house, done, 2)


def test_an_undo_that_comes_late_leaves_the_mended_file_alone(
    house: House, clerk: Seat, colleague: Seat, debtor: Debtor
) -> None:
    file = fresh(debtor)
    done = send(clerk, bring(clerk, file))
    clerk.read(f"{done.url.path}/undo")
    pressed(colleague, done)
    again = send(colleague, bring(colleague, file.replace("1.000,50", "2.000,50"), name="corregida.csv"))
    assert "El archivo se importó" in seen_in(again.text)
    pressed(clerk, done)
    assert stored(house, again).state is RunState.TAKEN
    are_booked(house, again, 3)


def test_what_came_between_the_page_and_the_press_refuses_it_with_the_list(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    done = send(clerk, bring(clerk, fresh(debtor)))
    asked = clerk.read(f"{done.url.path}/undo")
    assert "Qué pasa al deshacerla" in seen_in(asked)
    rows = house.read(lambda tx: tx.imports.rows(run_id(done)))
    bill = house.read(lambda tx: tx.payables.get(rows[0].subject_id))
    house.run(void_bill(house.hub, clerk.merchant, bill.number, by=clerk.email, reason="no iba"))
    refused = pressed(clerk, done, reason="era otro")
    assert refused.status_code == 422
    assert "No se deshizo nada" in seen_in(refused.text)
    assert f"{bill.number} se anuló aquí después" in seen_in(refused.text)
    assert stored(house, done).state is RunState.TAKEN


def test_nothing_is_booked_for_whoever_signed_out_meanwhile(house: House, clerk: Seat, debtor: Debtor) -> None:
    done = send(clerk, bring(clerk, fresh(debtor)))
    shown = bring(clerk, fresh(debtor))
    (form,) = [item for item in forms_in(clerk.read("/m/invoices")) if "out" in item["action"]]
    clerk.browser.post(form["action"], data={"form": clerk.csrf})
    for answer in (pressed(clerk, done), send(clerk, shown)):
        assert "/m/" not in str(answer.url) or "sign-in" in str(answer.url), answer.url
    assert stored(house, done).state is RunState.TAKEN
    assert stored(house, shown).state is RunState.SHOWN


def test_the_same_file_of_two_companies_is_two_imports_and_neither_touches_the_other(
    house: House, clerk: Seat, debtor: Debtor, company: Callable[..., Any], seat: Callable[..., Seat]
) -> None:
    other = seat(company("CR", f"deshace-{next(COMPANIES)}"))
    twin = attrs.evolve(debtor.customer, id=house.hub.fresh_id(), merchant_id=other.merchant.id)
    house.write(lambda tx: tx.customers.save(twin))
    file = fresh(debtor)
    here, there = (send(who, bring(who, file)) for who in (clerk, other))
    assert other.browser.get(f"{here.url.path}/undo").status_code == 404
    assert pressed(other, here).status_code == 404
    pressed(clerk, here)
    are_booked(house, here, 2)
    are_booked(house, there, 1)
    assert stored(house, there).state is RunState.TAKEN


def test_whoever_sends_the_same_file_as_another_tab_is_shown_that_nothing_is_new(
    house: House, clerk: Seat, colleague: Seat, debtor: Debtor
) -> None:
    file = fresh(debtor)
    mine, theirs = bring(clerk, file), bring(colleague, file, name="la misma.csv")
    send(colleague, theirs)
    late = send(clerk, mine)
    assert late.status_code == 422
    assert "Lo que el archivo cambiaría" in seen_in(late.text)
    assert "Filas nuevas 0" in seen_in(late.text)
    are_booked(house, theirs, 1)


def at_once(*acts: Callable[[], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(act) for act in acts]]


def undone_at_once(house: House, clerk: Seat, colleague: Seat, debtor: Debtor) -> None:
    """Several confirm at once, several take it back at once: once is booked, once is reversed."""
    shown = bring(clerk, fresh(debtor, 6))
    pages = {who.email: who.browser.get(shown.url.path) for who in (clerk, colleague)}
    confirm = [lambda who=who: send(who, pages[who.email]) for who in (clerk, colleague)] * 2
    for answer in at_once(*confirm):
        assert answer.status_code == 200, answer.text[:300]
    are_booked(house, shown, 1)
    press = [lambda who=who: pressed(who, shown) for who in (clerk, colleague)] * 2
    for answer in at_once(*press, lambda: send(clerk, shown)):
        assert answer.status_code in (200, 409), answer.text[:300]
    are_booked(house, shown, 2)
    assert stored(house, shown).state is RunState.UNDONE


def test_people_who_confirm_and_take_back_at_once_do_it_once(
    house: House, clerk: Seat, colleague: Seat, debtor: Debtor
) -> None:
    undone_at_once(house, clerk, colleague, debtor)


def test_control_a_reversal_that_is_booked_twice_is_found(
    house: House, clerk: Seat, colleague: Seat, debtor: Debtor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = take_back.book_revision

    def twice(tx: Any, merchant: Any, before: Any, after: Any, now: Any, **more: Any) -> Any:
        between = attrs.evolve(after, total=before.total // 2)
        real(tx, merchant, before, between, now, **more)
        return real(tx, merchant, between, attrs.evolve(after, revision=after.revision + 1), now, **more)

    monkeypatch.setattr(take_back, "book_revision", twice)
    with pytest.raises(AssertionError):
        undone_at_once(house, clerk, colleague, debtor)
