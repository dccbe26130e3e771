"""An import is taken back: what it billed counts as never billed, what it changed is as it was, whole or not at all."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.domain.files.layout import FileKind
from hub.domain.identity import Invalid
from hub.domain.import_run import Choices, ImportRun, RunState
from hub.domain.message import About, Delivery, DeliveryKind, DeliveryState, owed_mail, review_of
from hub.domain.payable import Payable
from hub.domain.reported import ReportedPayment
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.imports import take_back, undo
from hub.flows.imports.undo import Undone, undo_import
from hub.flows.views.find_anything import find_anything
from hub.flows.views.list_invoices import list_invoices
from hub.flows.views.view_bill import view_bill
from hub_hookspecs import Mode, Money
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import SIGNED, Desk, run
from tests.flows.imported import bill, imported, listing, right, standing, undone
from tests.spoken import spoken

Desks = Callable[[str], Desk]
OWED = "number,customer,issued_on,currency,total,balance"
FIRST = "FE-1,100000001,2026-03-01,CRC,100.00,70.00"
SECOND = "FE-2,100000001,2026-03-01,CRC,50.00,50.00"


def whys(done: Undone) -> dict[str, list[str]]:
    """What is said of each row that stands in the way."""
    said: dict[str, list[str]] = {}
    for row in done.refused:
        said.setdefault(row.value, []).append(spoken(row.message))
    return said


def reversed_whole(desk: Desk, done: Undone) -> None:
    """Nothing of the file is left, and the books are right."""
    assert done.is_done
    assert desk.balances() == {}
    right(desk)


def test_what_an_import_billed_counts_as_never_billed(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(FIRST, SECOND, head=OWED))

    done = undone(desk, made)

    assert (done.unbilled, done.restored, done.refused) == (("FE-1", "FE-2"), (), ())
    assert standing(desk, "FE-1") is standing(desk, "FE-2") is None
    reversed_whole(desk, done)
    kept = desk.read(lambda tx: tx.imports.get(made.id))
    assert (kept.state, kept.undone_by, kept.undone_at) == (RunState.UNDONE, "duena@x.cr", desk.clock.now)


def test_it_is_shown_nowhere_as_an_invoice(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(FIRST, head=OWED))
    payable = bill(desk, "FE-1")

    undone(desk, made)

    assert run(list_invoices(desk.hub, desk.merchant, "")).rows == ()
    assert run(list_invoices(desk.hub, desk.merchant, "FE-1")).rows == ()
    assert not [found for found in run(find_anything(desk.hub, "FE-1")) if isinstance(found, Payable)]
    assert not [found for found in run(find_anything(desk.hub, payable.id)) if isinstance(found, Payable)]
    with pytest.raises(LookupError):
        run(view_bill(desk.hub, desk.merchant, payable.id))
    with pytest.raises(LookupError):
        desk.do("void-bill FE-1")


def test_the_account_shows_the_reversal(desk_for: Desks) -> None:
    desk = desk_for("CR")
    undone(desk, imported(desk, listing(FIRST, head=OWED)))

    entries = desk.read(lambda tx: tx.ledger.of_customer(desk.merchant.id, Mode.TEST, "c1"))

    assert [(entry.kind.value, entry.note) for entry in entries] == [
        ("bill", ""),
        ("paid_elsewhere", ""),
        ("paid_elsewhere", "duena@x.cr: era el de otro mes"),
        ("bill", "duena@x.cr: era el de otro mes"),
    ]


def test_the_mended_file_bills_it_anew(desk_for: Desks) -> None:
    desk = desk_for("CR")
    first = imported(desk, listing(FIRST, head=OWED))
    before = bill(desk, "FE-1")
    undone(desk, first)

    second = imported(desk, listing("FE-1,100000001,2026-03-01,CRC,90.00,80.00", head=OWED))

    after = bill(desk, "FE-1")
    assert (after.id, after.undone_at, after.total, after.due) == (before.id, None, 90_00, 80_00)
    assert after.revision > before.revision
    right(desk)
    reversed_whole(desk, undone(desk, second))


@pytest.mark.parametrize(
    "row", ["FE-1,100000001,2026-03-01,USD,90.00,90.00", "FE-1,100000002,2026-03-04,CRC,8.00,0.00"]
)
def test_it_is_billed_anew_in_another_currency_or_for_another_customer(desk_for: Desks, row: str) -> None:
    desk = desk_for("CR")
    desk._ensure_customer("c2")
    undone(desk, imported(desk, listing(FIRST, head=OWED)))

    again = imported(desk, listing(row, head=OWED))

    right(desk)
    reversed_whole(desk, undone(desk, again))


CHANGES = {
    "another total": "FE-1,100000001,2026-03-01,CRC,130.00,100.00",
    "a lower total": "FE-1,100000001,2026-03-01,CRC,60.00,30.00",
    "more was paid elsewhere": "FE-1,100000001,2026-03-01,CRC,100.00,10.00",
    "less was paid elsewhere": "FE-1,100000001,2026-03-01,CRC,100.00,95.00",
    "another total, less was paid": "FE-1,100000001,2026-03-01,CRC,130.00,130.00",
    "a lower total, all was paid": "FE-1,100000001,2026-03-01,CRC,60.00,0.00",
    "another date": "FE-1,100000001,2026-02-27,CRC,100.00,70.00",
    "everything": "FE-1,100000001,2026-02-27,CRC,31.00,1.00",
}


def changed_and_undone(desk: Desk, row: str) -> Undone:
    """After a file that changed FE-1 was taken back, all is as before it."""
    imported(desk, listing(FIRST, head=OWED))
    before, books = bill(desk, "FE-1"), desk.balances()
    made = imported(desk, listing(row, SECOND, head=OWED))

    done = undone(desk, made)

    after = bill(desk, "FE-1")
    assert attrs.evolve(after, revision=before.revision) == before
    assert desk.balances() == books
    right(desk)
    return done


@pytest.mark.parametrize("row", CHANGES.values(), ids=CHANGES)
def test_what_it_changed_is_as_it_was(desk_for: Desks, row: str) -> None:
    done = changed_and_undone(desk_for("CR"), row)

    assert (done.unbilled, done.restored) == (("FE-2",), ("FE-1",))


def test_an_invoice_that_moved_goes_back_to_its_customer(desk_for: Desks) -> None:
    desk = desk_for("CR")
    desk._ensure_customer("c2")
    imported(desk, listing(SECOND, head=OWED))
    before = bill(desk, "FE-2")
    made = imported(desk, listing("FE-2,100000002,2026-03-02,CRC,50.00,50.00", head=OWED))

    undone(desk, made)

    after = bill(desk, "FE-2")
    assert attrs.evolve(after, revision=before.revision) == before
    right(desk)


def test_money_that_came_before_the_file_stays_uncounted_again(desk_for: Desks) -> None:
    desk = desk_for("CR")
    imported(desk, listing(SECOND, head=OWED))
    desk.do("received cash 20.00 for FE-2 20.00")
    before = bill(desk, "FE-2")
    made = imported(desk, listing("FE-2,100000001,2026-03-01,CRC,50.00,10.00", head=OWED))

    done = undone(desk, made)

    after = bill(desk, "FE-2")
    assert done.restored == ("FE-2",)
    assert attrs.evolve(after, revision=before.revision) == before
    right(desk)


def test_a_question_that_the_file_raised_is_closed(desk_for: Desks) -> None:
    desk = desk_for("CR")
    imported(desk, listing(SECOND, head=OWED))
    desk.do("received cash 10.00 for FE-2 10.00")
    imported(desk, listing("FE-2,100000001,2026-03-01,CRC,50.00,40.00", head=OWED))
    raised = imported(desk, listing(SECOND, head=OWED))
    assert desk.causes() == ["balance_rose"]

    assert undone(desk, raised).is_done

    assert desk.causes() == []


STANDS: dict[str, tuple[tuple[str, ...], str]] = {
    "a live payment": (("pays A FE-2 50.00",), "Hay un pago en línea en curso de FE-2; espere a que termine"),
    "an unproven payment": (("pays A FE-2 50.00", "unheard A"), "tiene el pago en línea REFA"),
    "a paid one": (("pays A FE-2 50.00", "paid A"), "ya se recibió o se aplicó dinero de esta factura"),
    "a declined one": (("pays A FE-2 50.00", "declined A"), "tiene el pago en línea REFA"),
    "a receipt": (("received cash 10.00 for FE-2 10.00",), "ya se recibió o se aplicó dinero de esta factura"),
    "a voided receipt": (
        ("received cash 10.00 for FE-2 10.00 as R", "void R"),
        "ya se recibió o se aplicó dinero de esta factura",
    ),
    "a withholding": (("certificate C-1 withheld FE-2 renta 1.00",), "tiene una retención"),
    "a credit note": (("credit-note NC-1 FE-2 5.00",), "tiene una nota crédito"),
    "a write-off": (("write-off FE-2",), "se castigó como incobrable, entera o en parte"),
    "a void": (("void-bill FE-2",), "se anuló aquí después"),
    "a void, and a new bill": (("void-bill FE-2", "rebill FE-2 20.00"), "se anuló aquí y se facturó de nuevo"),
    "a dispute": (
        ("pays A FE-2 50.00", "paid A", "inquiry A CASE-1 50.00"),
        "El banco del cliente disputa un pago de FE-2; espere a que se resuelva",
    ),
}


@pytest.mark.parametrize(("lines", "why"), STANDS.values(), ids=STANDS)
def test_all_of_it_is_refused_where_one_invoice_has_something(
    desk_for: Desks, lines: tuple[str, ...], why: str
) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(FIRST, SECOND, head=OWED))
    for line in lines:
        desk.do(line)
    books, before = desk.balances(), (bill(desk, "FE-1"), bill(desk, "FE-2"))

    done = undone(desk, made)

    assert not done.is_done
    assert set(whys(done)) == {"FE-2"}
    assert why in whys(done)["FE-2"]
    assert (bill(desk, "FE-1"), bill(desk, "FE-2")) == before
    assert desk.balances() == books
    assert desk.read(lambda tx: tx.imports.get(made.id)) == made
    right(desk)


def test_every_reason_of_every_row_is_listed(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(FIRST, SECOND, head=OWED))
    for line in ("credit-note NC-1 FE-2 5.00", "received cash 10.00 for FE-2 10.00", "write-off FE-1"):
        desk.do(line)

    said = whys(undone(desk, made))

    assert said == {
        "FE-1": ["se castigó como incobrable, entera o en parte"],
        "FE-2": ["tiene una nota crédito", "ya se recibió o se aplicó dinero de esta factura"],
    }


def test_a_later_file_is_taken_back_first(desk_for: Desks) -> None:
    desk = desk_for("CR")
    first = imported(desk, listing(SECOND, head=OWED), name="marzo.csv")
    second = imported(desk, listing("FE-2,100000001,2026-03-01,CRC,55.00,55.00", head=OWED), name="abril.csv")

    refused = undone(desk, first)

    assert whys(refused)["FE-2"][0] == (
        "el archivo «abril.csv» del 2026-03-02 la trajo otra vez; deshaga primero esa importación"
    )
    assert undone(desk, second).is_done
    reversed_whole(desk, undone(desk, first))


def test_a_question_that_somebody_answered_stands_in_the_way(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(SECOND, head=OWED))
    payable = bill(desk, "FE-2")
    review = review_of("surplus", payable, "sobra", desk.clock.now, subject=payable.id)
    desk.opened.store.write_now(lambda tx: tx.reviews.open(review))
    desk.do("received cash 1.00")
    run(resolve_review(desk.hub, review.id, signed=SIGNED))

    assert whys(undone(desk, made)) == {"FE-2": ["alguien ya respondió una pregunta sobre esta factura"]}


def test_what_its_customer_reported_stands_in_the_way(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(SECOND, head=OWED))
    payable = bill(desk, "FE-2")
    review = review_of("reported_payment", payable, "transferencia", desk.clock.now)
    said = ReportedPayment(
        review_id=review.id,
        merchant_id=desk.merchant.id,
        mode=Mode.TEST,
        customer_id="c1",
        amount=Money(50_00, "CRC"),
        paid_on=desk.clock.now.date(),
        means="transfer",
        bank_reference="",
        payable_ids=(payable.id,),
    )

    def report(tx: Any) -> None:
        tx.reviews.open(review)
        tx.reported.add(said)

    desk.opened.store.write_now(report)

    assert whys(undone(desk, made)) == {"FE-2": ["su cliente avisó que la pagó por otro medio"]}


def test_a_trial_says_what_would_be_done_and_writes_nothing(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(FIRST, SECOND, head=OWED))
    before = desk.exported()

    tried = undone(desk, made, dry_run=True)

    assert (tried.unbilled, tried.dry_run, tried.is_done) == (("FE-1", "FE-2"), True, False)
    assert desk.exported() == before


def test_it_is_taken_back_once_though_two_people_press_at_once(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(FIRST, SECOND, head=OWED))

    async def both() -> list[Undone]:
        return list(
            await asyncio.gather(
                *(undo_import(desk.hub, desk.merchant, made.id, by=by) for by in ("duena", "contadora"))
            )
        )

    done = asyncio.run(both())

    assert sorted(item.is_repeated for item in done) == [False, True]
    assert all(item.is_done for item in done)
    reversed_whole(desk, done[0])
    assert undone(desk, made).is_repeated


def test_nothing_is_taken_back_of_what_was_only_shown_or_is_another_companys(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(SECOND, head=OWED))
    shown = attrs.evolve(made, id="shown", state=RunState.SHOWN, taken_at=None)
    desk.opened.store.write_now(lambda tx: tx.imports.add(shown))

    with pytest.raises(Invalid):
        undone(desk, shown)
    with pytest.raises(LookupError):
        run(undo_import(desk.hub, attrs.evolve(desk.merchant, mode=Mode.LIVE), made.id, by="duena"))
    with pytest.raises(LookupError):
        run(undo_import(desk.hub, attrs.evolve(desk.merchant, id="other"), made.id, by="duena"))


def test_what_was_taken_before_an_import_came_to_a_stop_is_taken_back(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(FIRST, SECOND, head=OWED))
    desk.opened.store.write_now(lambda tx: tx.imports.save(attrs.evolve(made, state=RunState.SHOWN, taken_at=None)))

    reversed_whole(desk, undone(desk, made))


def test_a_credit_note_and_a_void_that_the_file_brought_go_with_it(desk_for: Desks) -> None:
    desk = desk_for("CR")
    head = "number,customer,issued_on,currency,total,estado,tipo_documento,factura_afectada"
    imported(desk, listing(SECOND, "FE-3,100000001,2026-03-01,CRC,9.00,9.00", head=OWED))
    before, books = (bill(desk, "FE-2"), bill(desk, "FE-3")), desk.balances()
    brought = listing(
        "NC-1,100000001,2026-03-02,CRC,5.00,,Nota de crédito,FE-2",
        "FE-3,100000001,2026-03-01,CRC,9.00,Anulada,Factura,",
        head=head,
    )
    made = imported(desk, brought)
    assert bill(desk, "FE-3").is_voided
    assert bill(desk, "FE-2").credited == 5_00

    done = undone(desk, made)

    assert done.is_done, whys(done)
    after = (bill(desk, "FE-2"), bill(desk, "FE-3"))
    assert [item.due for item in after] == [item.due for item in before]
    assert after[1].voided is None
    assert desk.balances() == books
    right(desk)


def test_customers_that_a_file_of_invoices_created_stay_with_what_was_never_billed(desk_for: Desks) -> None:
    desk = desk_for("CR")
    file = listing(
        "FE-8,1-2345-0678,2026-03-01,CRC,5.00,Ana Mora", head="number,customer,issued_on,currency,total,nombre"
    )
    made = imported(desk, file, choices=Choices(create_customers=True))
    assert bill(desk, "FE-8").due == 5_00

    done = undone(desk, made)

    assert (done.unbilled, done.removed, done.left) == (("FE-8",), 0, ("Ana Mora",))
    reversed_whole(desk, done)


def test_nothing_is_taken_back_while_another_file_is_taken(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(SECOND, head=OWED))
    other = attrs.evolve(made, id="other", state=RunState.TAKING, taken_at=None)
    desk.opened.store.write_now(lambda tx: tx.imports.add(other))

    with pytest.raises(Invalid) as refused:
        undone(desk, made)

    assert [spoken(problem.message) for problem in refused.value.problems] == [
        "Se está importando otro archivo; espere a que termine"
    ]


def test_statements_that_show_it_are_named(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(SECOND, head=OWED))
    now = desk.clock.now
    about = About("c1", desk.merchant.id, Mode.TEST)

    def sent(name: str, kind: str, **more: Any) -> Delivery:
        owed = owed_mail(name, kind, f"{name}@x.cr", about, now)
        return attrs.evolve(owed, state=DeliveryState.SENT, due_at=None, sent_at=now, **more)

    mails = (
        sent("ana", DeliveryKind.STATEMENT),
        sent("otra", DeliveryKind.RECEIPT),
        sent("live", DeliveryKind.STATEMENT, mode=Mode.LIVE),
        attrs.evolve(sent("antes", DeliveryKind.STATEMENT), sent_at=made.created_at.replace(year=2025)),
    )
    desk.opened.store.write_now(lambda tx: [tx.deliveries.add(mail) for mail in mails])

    done = undone(desk, made)

    assert [(mail.customer_id, mail.recipient, mail.sent_at) for mail in done.mailed] == [("c1", "ana@x.cr", now)]


PEOPLE = "identity_type,identity_number,name,email"


def test_customers_whom_nothing_names_go_and_others_are_as_they_were(desk_for: Desks) -> None:
    desk = desk_for("CR")
    imported(desk, listing("CF,100000009,Ana,ana@x.cr", head=PEOPLE), kind=FileKind.CUSTOMERS)
    before = desk.read(lambda tx: tx.customers.of(desk.merchant.id))
    file = listing("CF,100000009,Ana María,otra@x.cr", "CF,100000008,Luis,luis@x.cr", head=PEOPLE)
    made = imported(desk, file, kind=FileKind.CUSTOMERS)

    done = undone(desk, made)

    assert (done.customers, done.removed, done.left) == (1, 1, ())
    assert desk.read(lambda tx: tx.customers.of(desk.merchant.id)) == before


def test_a_customer_whom_an_invoice_names_stays(desk_for: Desks) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing("CF,100000008,Luis,luis@x.cr", head=PEOPLE), kind=FileKind.CUSTOMERS)
    imported(desk, listing("FE-3,100000008,2026-03-01,CRC,5.00"))

    done = undone(desk, made)

    assert (done.is_done, done.removed, done.left) == (True, 0, ("Luis",))


def random_row(dice: random.Random) -> str:
    """An invoice of one of two customers, as some file may state it."""
    total = dice.randint(1, 9) * 100
    number, owner, day = dice.randint(1, 5), dice.randint(1, 2), dice.randint(1, 3)
    return f"FE-{number},10000000{owner},2026-03-0{day},CRC,{total}.00,{dice.randint(0, total)}.00"


def one_after_the_other(desk: Desk, dice: random.Random) -> int:
    """Files, money, voids and undos in any order: what is taken back leaves what stood before; how many were."""
    desk._ensure_customer("c2")
    piled: list[tuple[ImportRun, dict[Any, int]]] = []
    done = 0
    for _step in range(14):
        match dice.choice(["file", "file", "file", "undo", "undo", "act"]):
            case "file":
                rows = {row.partition(",")[0]: row for row in (random_row(dice) for _ in range(4))}
                before = desk.balances()
                piled.append((imported(desk, listing(*rows.values(), head=OWED)), before))
            case "undo" if piled:
                made, before = piled.pop()
                said = undone(desk, made)
                if said.is_done:
                    done += 1
                    assert desk.balances() == before
                else:
                    assert said.refused
                    piled.clear()  # what stands on it stays, and what lies below it too
            case "act":
                number = f"FE-{dice.randint(1, 5)}"
                found = standing(desk, number)
                if found is None or found.due <= 1_00:
                    continue
                may_receive = found.customer_id == "c1" and dice.random() < 0.5
                desk.do(f"received cash 1.00 for {number} 1.00" if may_receive else f"write-off {number} 1.00")
                for made, _before in piled:  # of those that touched it none is taken back any more
                    touched = {row.subject_id for row in desk.read(lambda tx, this=made.id: tx.imports.rows(this))}
                    assert found.id not in touched or not undone(desk, made).is_done
                piled.clear()
        assert desk.read(lambda tx: tx.ledger.verify()) == ()
    right(desk)
    return done


def test_whatever_came_before_an_undo_leaves_what_stood_before_its_import(desk_for: Desks, dice: random.Random) -> None:
    assert sum(one_after_the_other(desk_for("CR"), dice) for _ in range(3)) >= 1


@pytest.mark.parametrize("portion", [1, 2, 3])
def test_in_portions_of_whatever_size_it_leaves_what_stood_before_its_import(
    desk_for: Desks, dice: random.Random, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    monkeypatch.setattr(take_back, "PORTION", portion)
    assert sum(one_after_the_other(desk_for("CR"), dice) for _ in range(3)) >= 1


KILLED = """
import asyncio, os, sys
from hub.bootstrap import open_hub
from hub.flows.imports import take_back, undo
from hub.settings import Settings
from pathlib import Path

hub, whole, done = open_hub(Settings(data=Path(sys.argv[1]))).hub, take_back.book_revision, []

def killed(*args, **more):
    if len(done) == int(sys.argv[3]):
        os._exit(9)
    done.append(1)
    return whole(*args, **more)

take_back.book_revision = killed
merchant = asyncio.run(hub.store.read(lambda tx: tx.merchants.all()))[0]
asyncio.run(undo.undo_import(hub, merchant, sys.argv[2], by="duena"))
"""


@pytest.mark.parametrize("done", [0, 1])
def test_a_kill_within_a_portion_leaves_all_of_it_and_whoever_presses_again_goes_on(desk_for: Desks, done: int) -> None:
    desk = desk_for("CR")
    made = imported(desk, listing(FIRST, SECOND, head=OWED))
    books, before = desk.balances(), (bill(desk, "FE-1"), bill(desk, "FE-2"))

    ended = subprocess.run([sys.executable, "-c", KILLED, str(desk.data), made.id, str(done)], check=False)

    assert ended.returncode == 9
    assert (desk.balances(), bill(desk, "FE-1"), bill(desk, "FE-2")) == (books, *before)
    assert desk.read(lambda tx: tx.imports.get(made.id)).state is RunState.UNDOING
    right(desk)
    again = undone(desk, made)
    assert (again.is_repeated, again.unbilled) == (True, ("FE-1", "FE-2"))
    reversed_whole(desk, again)


def test_control_an_undo_that_leaves_an_entry_is_found(desk_for: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = take_back.book_revision

    def without_outside(*args: Any, **more: Any) -> Payable:
        return whole(*args, **{**more, "outside": 0})

    monkeypatch.setattr(take_back, "book_revision", without_outside)

    with pytest.raises(AssertionError):
        changed_and_undone(desk_for("CR"), CHANGES["more was paid elsewhere"])


def test_control_an_undo_that_does_not_look_is_found(desk_for: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    lines, why = STANDS["a declined one"]
    for module in (undo, take_back):
        monkeypatch.setattr(module, "reasons", lambda *_args: ())

    with pytest.raises(AssertionError):
        test_all_of_it_is_refused_where_one_invoice_has_something(desk_for, lines, why)
