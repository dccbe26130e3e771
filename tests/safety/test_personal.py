"""Nothing personal stands in what is sealed, nor in any id: an audit export tells nobody who a customer is.

Identity numbers have nine digits and mails are easily guessed, so whoever has a plain hash finds
whose it is by trying. Who tries all numbers tries the right one: so here only what belongs to the
customers is tried, but in every writing and by every recipe that can be made of it and of what
stands in the export beside it.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import hub.flows.books.settle_bill
import hub.flows.imports.save_customers
import hub.flows.statements.place_order
from hub.bootstrap import open_hub
from hub.domain.merchant import Customer
from hub.domain.observation import dedupe_key
from hub.domain.order import OrderItem
from hub.flows.statements.place_order import Cart, place_order
from hub.settings import Settings
from hub.storage.audit import TABLES, _shown
from hub.storage.chain import CHAIN_START, derived
from hub_hookspecs import Instrument, Kind, Mode, Observation
from tests.cli.conftest import CREATE, call
from tests.cli.conftest import bare as bare
from tests.cli.conftest import made as made
from tests.cli.conftest import run as run
from tests.cli.conftest import shop as shop

Plant = Callable[..., None]

CUSTOMERS = """nombre;tipo;identificacion;correo;telefono
Alejandro González;CF;1-1234-0567;alejandro@example.com;8888-1234
María Solís;CF;2-0456-0789;maria.solis@example.com;
"""
INVOICES = """numero;cliente;fecha;vencimiento;total;saldo
FE-001;1-1234-0567;01/11/2026;15/11/2026;1.234.567,50;
FE-002;maria.solis@example.com;01/11/2026;15/12/2026;18.250,75;10.000,00
"""
SHOPPER = "ana.mora@example.com"
PERSONAL = (
    *("Alejandro González", "María Solís", "Ana Mora", "alejandro@example.com", "maria.solis@example.com", SHOPPER),
    *("1-1234-0567", "112340567", "2-0456-0789", "204560789", "8888-1234", "88881234", "50688881234"),
)
"""What identifies the customers, as people and files write it."""

BESIDE = ("shopper", "customer", "CF", "01", "CR", "test", "invoice")
"""Words that a recipe may have besides, and that anybody can guess."""

BETWEEN = ("", "\x1f", ":", "|", "-")
OPAQUE = re.compile(r"[0-9a-f]{20,}|[0-9A-HJKMNP-TV-Z]{26}")


@pytest.fixture
def house(bare: Path) -> Path:
    """A company without customers."""
    assert call(*CREATE).code == 0
    return bare


def live_through(data: Path) -> None:
    """Customers and invoices by file, money, a credit note, and an order of a shopper."""
    for words, text in (
        (("import", "customers", "-"), CUSTOMERS),
        (("import", "invoices", "-"), INVOICES),
        (("receipt", "record", "--means", "transfer", "--customer", "alejandro@example.com", "--amount", "1000.00",
          "--invoice", "FE-001"), ""),
        (("ledger", "credit-note", "FE-002", "NC-1", "50.00", "--why", "María Solís llamó"), ""),
    ):  # fmt: skip
        ended = call(*words, "--data", str(data), stdin=text.encode())
        assert ended.code == 0, ended
    asyncio.run(order_in(data, "k1", "W-1"))


async def order_in(data: Path, key: str, number: str, email: str = SHOPPER) -> Any:
    opened = open_hub(Settings(data=data))
    try:
        merchant = await opened.hub.store.read(lambda tx: tx.merchants.by_slug("tornillo"))
        assert merchant is not None
        cart = Cart(
            number=number,
            currency="CRC",
            items=(OrderItem(sku="T", description="Taladro", quantity=1, price=500),),
            name="Ana Mora",
            email=email,
        )
        return await place_order(opened.hub, merchant, Mode.TEST, key, cart)
    finally:
        await opened.close()


def exported(data: Path, file: Path) -> str:
    """Everything that stands in an audit export and in the Beancount text."""
    assert call("ledger", "audit", str(file), "--data", str(data)).code == 0
    with sqlite3.connect(file) as audit:
        text = "\n".join(audit.iterdump())
    audit.close()
    return text + call("ledger", "export", "--beancount", "-", "--data", str(data)).out


def merchant_of(data: Path) -> str:
    with sqlite3.connect(data / "hub.db") as database:
        (found,) = database.execute("SELECT id FROM merchant").fetchone()
    return str(found)


def spellings(value: str) -> set[str]:
    return {value, value.lower(), value.upper(), re.sub(r"\W", "", value)}


def recipes(value: str, known: tuple[str, ...]) -> Iterator[bytes]:
    """What may have been hashed of a value: itself, and with one to three of the known words around it."""
    for count in range(4):
        for words in itertools.permutations(known, count):
            for at in range(count + 1):
                parts = (*words[:at], value, *words[at:])
                yield from (between.join(parts).encode() for between in BETWEEN)
                yield b"".join(b"%d:%s" % (len(part.encode()), part.encode()) for part in parts)


def found_out(text: str, merchant: str) -> list[str]:
    """What a stranger with an export finds out about people by trying."""
    tokens = {token[:20] for token in re.findall("[0-9a-f]{20,}", text)}
    found = []
    for value in set().union(*map(spellings, PERSONAL)):
        if len(value) > 4 and value in text:
            found.append(f"{value} stands there")
        for data in recipes(value, (merchant, *BESIDE)):
            if any(hashed(data).hexdigest()[:20] in tokens for hashed in (hashlib.sha256, hashlib.sha1, hashlib.md5)):
                found.append(f"{value} by {data!r}")
    return found


def plain(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:26]


def test_who_tries_every_number_and_mail_finds_nobody_in_an_export(house: Path, tmp_path: Path) -> None:
    live_through(house)

    assert found_out(exported(house, tmp_path / "audit.db"), merchant_of(house)) == []


def test_two_houses_that_know_the_same_people_have_no_id_in_common(house: Path, tmp_path: Path) -> None:
    """What follows from content alone would be the same in both, whatever the recipe."""
    other = shutil.copytree(house, tmp_path / "other")
    live_through(house)
    live_through(other)

    merchant, texts = merchant_of(house), [exported(data, tmp_path / f"{data.name}.db") for data in (house, other)]
    nobodys = {derived(merchant, "test", kind, "", "CRC") for kind in ("billed", "bank", "outside")}
    documents = {derived(merchant, "test", "credit:NC-1")}
    common = set.intersection(*(set(OPAQUE.findall(text)) for text in texts))
    assert common <= {merchant, CHAIN_START, *nobodys, *documents}


def test_control_plain_hashes_of_numbers_and_mails_are_found_out(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_by_document(**fields: Any) -> Customer:
        document = fields["document"]
        return Customer(**{**fields, "id": plain(fields["merchant_id"], document.type, document.number)})

    def told_by_mail(**fields: Any) -> Customer:
        return Customer(**{**fields, "id": plain("shopper", fields["merchant_id"], fields["email"])})

    monkeypatch.setattr(hub.flows.imports.save_customers, "Customer", told_by_document)
    monkeypatch.setattr(hub.flows.statements.place_order, "Customer", told_by_mail)
    live_through(house)

    found = " ".join(found_out(exported(house, tmp_path / "audit.db"), merchant_of(house)))
    assert all(value in found for value in ("112340567", "204560789", SHOPPER))


def test_control_of_a_plain_hash_a_stranger_who_knows_no_customer_finds_the_number() -> None:
    """The search itself, on a short stretch of the numbers: the whole of them takes a laptop minutes."""
    seen = plain("merchant", "CF", "112340567")

    assert [n for n in range(112_330_000, 112_350_000) if plain("merchant", "CF", f"{n:09d}") == seen] == [112_340_567]


BESIDE_EACH_OTHER = """
import asyncio, sys, time
from pathlib import Path
from hub.bootstrap import open_hub
from hub.domain.order import OrderItem
from hub.flows.imports.import_files import import_customers
from hub.flows.statements.place_order import Cart, place_order
from hub.settings import Settings
from hub_hookspecs import Mode

data, name = Path(sys.argv[1]), sys.argv[2]

async def work():
    opened = open_hub(Settings(data=data))
    hub = opened.hub
    merchant = await hub.store.read(lambda tx: tx.merchants.by_slug("tornillo"))
    print("ready", flush=True)
    sys.stdin.readline()
    for at in range(12):
        rows = [f"Ana {n};CF;1-{n:04d}-{at:04d};ana{n}.{at}@example.com;" for n in range(1, 6)]
        text = "\\n".join(["nombre;tipo;identificacion;correo;telefono", *rows])
        report = await import_customers(hub, merchant, text.encode())
        assert not report.faults, report
        cart = dict(currency="CRC", items=(OrderItem(sku="T", description="T", quantity=1, price=5),), name="Eva")
        mail = f"eva{at}@example.com"
        await place_order(hub, merchant, Mode.TEST, f"same{at}", Cart(number=f"S-{at}", email=mail, **cart))
        await place_order(hub, merchant, Mode.TEST, name + str(at), Cart(number=f"{name}-{at}", email=mail, **cart))
    await opened.close()

asyncio.run(work())
"""


def people_from_two_processes(house: Path, plant: str = "") -> tuple[int, ...]:
    """How many customers, numbers and mails are there then."""
    both = [
        subprocess.Popen(
            [sys.executable, "-c", plant + BESIDE_EACH_OTHER, str(house), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for process in both:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
    with sqlite3.connect(house / "hub.db") as database:
        found = database.execute(
            "SELECT count(*), count(DISTINCT document_number), count(DISTINCT email) FROM customer"
        )
        return tuple(found.fetchone())


def test_the_same_people_from_two_processes_at_once_are_there_once(house: Path) -> None:
    assert people_from_two_processes(house) == (72, 60, 72)
    with sqlite3.connect(house / "hub.db") as database:
        assert database.execute("SELECT count(*) FROM store_order").fetchone() == (36,)
    assert call("ledger", "verify").code == 0


def test_control_who_does_not_look_in_the_transaction_makes_people_twice(house: Path) -> None:
    plant = """
from hub.storage.customers import Customers
Customers.find = lambda self, merchant_id, **who: ()
"""

    people, numbers, mails = people_from_two_processes(house, plant)

    assert people > max(numbers, mails)


def test_the_same_file_and_the_same_order_again_make_nobody_and_nothing_new(house: Path) -> None:
    live_through(house)
    before = call("ledger", "balances", "--json").out

    told = [
        call("import", what, "-", stdin=text.encode()).out
        for what, text in (("customers", CUSTOMERS), ("invoices", INVOICES))
    ]
    first, again = [asyncio.run(order_in(house, "k1", "W-1")) for _ in range(2)]

    assert all("0 new, 0 changed, 2 unchanged" in text for text in told), told
    assert (first.status, again.body["id"]) == (200, first.body["id"])
    assert call("ledger", "balances", "--json").out == before


def test_nobodys_words_and_nothing_of_a_payers_card_or_telephone_leave_with_an_export() -> None:
    shown = {f"{table.name}.{column.name}" for table in TABLES for column in _shown(table)}

    assert (
        not {
            *(
                "entry.note",
                "entry.note_salt",
                "erasure.why",
                "payable.description",
                "payment.payer",
                "payment.payer_email",
            ),
            *("observation.note", "observation.digest", "observation.instrument_label", "settlement_line.source"),
        }
        & shown
    )


def test_what_the_payer_paid_with_is_no_part_of_an_observations_id() -> None:
    seen = Observation(kind=Kind.PAID, movement="m", vouched=frozenset({"movement", "instrument"}))
    other = attrs.evolve(seen, instrument=Instrument("wallet", "300***4567"))

    assert dedupe_key("a", "p", seen) == dedupe_key("a", "p", other)


def test_a_credit_note_is_known_again_after_its_text_was_erased(house: Path) -> None:
    assert forgetful_credit_note(house) == [0, 0, 0, 1, 1]


def forgetful_credit_note(house: Path) -> list[int]:
    """A note on what owes nothing, erased; then stated again, for another invoice, and beyond the invoice."""
    live_through(house)
    assert call("ledger", "write-off", "FE-002", "--why", "María Solís se mudó").code == 0
    return [
        call(*words).code
        for words in (
            ("ledger", "credit-note", "FE-002", "NC-2", "60.00", "--why", "María Solís llamó otra vez"),
            ("ledger", "erase-note", "credit:NC-2", "--why", "pedido de la titular"),
            ("ledger", "credit-note", "FE-002", "NC-2", "60.00", "--why", "x"),
            ("ledger", "credit-note", "FE-001", "NC-2", "60.00", "--why", "x"),
            ("ledger", "credit-note", "FE-002", "NC-3", "18200.00", "--why", "x"),
        )
    ]


def test_control_a_credit_note_that_is_known_by_its_text_is_forgotten_with_it(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = hub.flows.books.settle_bill._notes

    def by_text(tx: Any, merchant: Any) -> Any:
        return [note if note.note else attrs.evolve(note, payable_id=None) for note in right(tx, merchant)]

    monkeypatch.setattr(hub.flows.books.settle_bill, "_notes", by_text)

    assert forgetful_credit_note(house) != [0, 0, 0, 1, 1]


def test_an_erased_note_is_gone_and_who_erased_it_stays(house: Path, tmp_path: Path) -> None:
    live_through(house)

    ended = call("ledger", "erase-note", "credit:NC-1", "--why", "pedido de la titular")

    assert ended.code == 0, ended
    assert "María" not in call("ledger", "entries", "--json").out
    assert call("ledger", "verify").code == 0
    erased = call("ledger", "entries", "--key", "credit:", "--json").out
    assert "pedido de la titular" in erased
    assert "operator" in erased
    assert call("ledger", "erase-note", "credit:NC-1", "--why", "otra vez").code == 1
    assert call("ledger", "erase-note", "credit:NC-1").code == 2
    assert "llamó" not in "".join(path.read_text("latin-1") for path in house.glob("hub.db*"))
