"""Random books in which people come through every door, in any order.

Money comes in parts, late, twice and in another currency; it goes back by the provider's news, by a bank, by hand and
by a line of a payout; credit is held, used and paid out; and each act is tried whether it may be done or not, as are
forms that somebody forged. After every step the hub's own check, and a referee of ours that shares nothing with it,
look at the books.

``python -m tests.bookkeeping.doors SEED [COUNT]`` keeps books from the command line, and tells of a broken one the
shortest story that still breaks it.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from hub.bootstrap import DATABASE
from hub.domain.identity import Invalid
from hub.domain.refusals import Conflict
from tests.bookkeeping.beside import without_threads
from tests.bookkeeping.desk import Desk, Missing, Refused, make_origin
from tests.bookkeeping.referee import agreed
from tests.per_customer import broken
from tests.worlds.__main__ import quiet

EVENTS = 40
NEWS = ("paid", "proved", "declined", "unheard", "returned", "chargeback")
REFUSALS = (Invalid, Conflict, Refused, Missing, LookupError)
CUSTOMERS = ("c1", "c1", "c1", "c2")
UNHELD = " AND id NOT IN (SELECT payable FROM payment_line WHERE live = 1)"
RATES = ("0.5", "5", "33.335")


class Broken(AssertionError):
    """A book is not what it must be."""


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


@attrs.define
class Book:
    """One company's books, and what is known of them to whoever acts at random."""

    desk: Desk
    db: sqlite3.Connection
    rng: random.Random = attrs.Factory(random.Random)
    story: list[str] = attrs.Factory(list)
    done: int = 0
    names: int = 0

    def rows(self, sql: str, *values: object) -> list[Any]:
        return self.db.execute(sql, values).fetchall()

    def name(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    def some(self, sql: str, *values: object) -> Any:
        """A row at random; None where there is none."""
        found = self.rows(sql, *values)
        return self.rng.choice(found) if found else None

    def amount(self, whole: int) -> str:
        """The whole, a part, or a little more."""
        part = self.rng.choice((whole, whole, self.rng.randint(1, max(1, whole)), whole + 1000))
        return money(max(1, part))

    def do(self, line: str) -> bool:
        """Whether it was done; then all of it holds."""
        self.story.append(line)
        try:
            self.desk.do(line)
        except REFUSALS as refusal:
            if isinstance(refusal, Conflict) and line.split()[0] not in ("pays", "resting"):
                raise Broken(f"nobody is told why: {refusal}") from refusal
            if line.split()[0] in NEWS and not isinstance(refusal, (Missing, KeyError)):
                raise Broken(f"news was refused: {refusal}") from refusal
            return False
        self.done += 1
        self.check()
        return True

    def check(self) -> None:
        found = [*self.desk.read(lambda tx: tx.ledger.verify()), *map(str, broken(self.db))]
        if found:
            raise Broken(found[0])

    def agree(self) -> None:
        if agreed(self.desk.exported()) != self.desk.balances():
            raise Broken("Beancount adds up otherwise")

    # what is billed

    def invoice(self) -> None:
        total, of = self.rng.choice((10_000, 25_000, 9_950)), self.rng.choice(CUSTOMERS)
        currency = self.rng.choice(("", "", "", " USD"))
        owes = self.rng.choice(("", "", "", f" owes {money(total // 2)}"))
        self.do(f"invoice {self.name('FE-')} {money(total)}{currency}{owes} of {of}")

    def revised(self) -> None:
        if row := self.some("SELECT number, total, currency, customer FROM payable WHERE kind = 'invoice'"):
            number, total, currency, customer = row
            other = self.rng.choice((customer, customer, "c2"))
            self.do(f"invoice {number} {self.amount(total or 100)} {currency} of {other}")

    def order(self) -> None:
        self.do(f"order {self.name('P-')} {self.rng.choice(('250.00', '99.50'))}")

    def void_bill(self) -> None:
        if row := self.some("SELECT number FROM payable"):
            self.do(f"void-bill {row[0]}")

    def rebill(self) -> None:
        if row := self.some("SELECT number FROM payable WHERE voided_at IS NOT NULL"):
            how = self.rng.choice(("", " USD", "", " CRC of c2"))
            self.do(f"rebill {row[0]} {self.amount(10_000)}{how}")

    # what is paid

    def owed(self) -> Any:
        return self.some("SELECT number, due, kind, customer, currency, id FROM payable WHERE due > 0" + UNHELD)

    def owed_by_who_has_credit(self) -> Any:
        return self.some(
            "SELECT number, due, kind, customer, currency, id FROM payable p WHERE due > 100 AND kind = 'invoice'"
            " AND EXISTS (SELECT 1 FROM ledger_account a JOIN balance b ON b.ledger_account = a.id AND b.amount < 0"
            " WHERE a.kind = 'customer_credit' AND a.owner = p.customer AND a.currency = p.currency)" + UNHELD
        )

    def pay(self) -> None:
        if not (row := self.owed_by_who_has_credit() or self.owed()):
            self.rng.choice((self.invoice, self.order))()
            return
        number, due, kind, customer, currency, _id = row
        name = self.name("A")
        if currency == "CRC" and due > 100 and due % 100 and self.rng.random() < 0.7:
            self.do(f"resting {name} {number} {money(due - due % 100)} {money(due % 100)}")
            return
        credit = self.free(customer, currency) if kind == "invoice" else 0
        used = min(credit, due - 1, self.rng.choice((0, credit, credit, credit // 2)))
        rest = due - used
        kept = rest // 10 if kind == "invoice" and self.rng.random() < 0.15 else 0
        asked = rest - kept if kept or kind == "order" else self.rng.choice((rest, rest, max(1, rest // 2)))
        line = f"pays {name} {number} {money(asked)}"
        other = self.some(
            "SELECT number, due FROM payable WHERE kind = 'invoice' AND due > 0 AND number <> ? AND customer = ?"
            " AND currency = ?",
            *(number, customer, currency),
        )
        if other and kind == "invoice" and self.rng.random() < 0.2:
            line += f" {other[0]} {money(other[1])}"
        line += f" withheld {number} iva {money(kept)}" if kept else ""
        line += f" credit {number} {money(used)}" if used > 0 else ""
        self.do(line)

    def free(self, customer: str, currency: str) -> int:
        ((credit,),) = self.rows(
            "SELECT coalesce(-sum(p.amount), 0) FROM posting p JOIN ledger_account a ON a.id = p.ledger_account"
            " WHERE a.kind = 'customer_credit' AND a.owner = ? AND a.currency = ?",
            *(customer, currency),
        )
        ((held,),) = self.rows(
            "SELECT coalesce(sum(l.credit), 0) FROM payment p JOIN payment_line l ON l.payment = p.id"
            " WHERE l.live = 1 AND p.customer = ? AND p.currency = ?",
            *(customer, currency),
        )
        return max(0, credit - held)

    def payment(self, *statuses: str) -> tuple[str, int, str] | None:
        """Name, amount and currency of a payment in one of these states."""
        marks = ", ".join("?" * len(statuses))
        row = self.some(f"SELECT id, amount, currency FROM payment WHERE status IN ({marks})", *statuses)
        return (row[0].removeprefix("pay-"), row[1], row[2]) if row else None

    def news(self) -> None:
        if not (found := self.payment("pending", "unknown", "pending", "unknown", "closed")):
            return
        name, asked, currency = found
        match self.rng.randrange(12):
            case 0:
                self.do(f"declined {name}")
            case 1 | 2:
                self.do(f"unheard {name}")
            case 3:
                self.do(f"paid {name} {self.amount(asked)} as {self.name('M')}")
            case 4:
                other = "USD" if currency == "CRC" else "CRC"
                self.do(f"paid {name} {self.rng.choice(('20.00', '50.00'))} {other} as {self.name('M')}")
            case 5:
                part = max(1, asked // 3)
                for minor in (part, max(1, asked - part)):
                    self.do(f"paid {name} {money(minor)} as {self.name('M')}")
            case 6:
                self.do(f"paid {name} as {self.rng.choice(('M-same', self.name('M')))}")
            case 7:
                self.do(f"proved {name}")
            case _:
                self.do(f"paid {name}")

    def again(self) -> None:
        """A second capture of what is paid, or the same news once more."""
        if found := self.payment("paid"):
            name, asked, currency = found
            other = "USD" if currency == "CRC" else "CRC"
            how = (f"{money(asked)} as {self.name('M')}", "", f"{money(max(1, asked // 2))} as {self.name('M')}")
            self.do(f"paid {name} {self.rng.choice((*how, f'20.00 {other} as ' + self.name('M')))}".strip())

    # what goes back

    def held(self) -> tuple[str, int, str] | None:
        """A payment, and what is left of it in one of its currencies."""
        row = self.some(
            "SELECT e.payment, e.currency, sum(p.amount) AS held FROM entry e JOIN posting p ON p.entry = e.id"
            " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind = 'provider_clearing'"
            " WHERE e.payment IS NOT NULL AND e.key NOT GLOB '*settle:*' AND e.key NOT GLOB '*fee*'"
            " GROUP BY 1, 2 HAVING held > 0"
        )
        return (row[0].removeprefix("pay-"), row[2], row[1]) if row else None

    def goes_back(self) -> None:
        if not (found := self.held()):
            return
        name, left, currency = found
        amount = f"{self.amount(left)} {currency}"
        case = self.some("SELECT case_id FROM dispute WHERE payment = ?", f"pay-{name}")
        match self.rng.randrange(8):
            case 0 | 1 | 2:
                self.do(f"returned {name} {amount} as {self.name('R')}")
            case 3:
                self.do(f"chargeback {name} {amount} as {case[0] if case else self.name('K')}")
            case 4:
                self.do(f"chargeback {name} {amount} as {self.name('K')}")
            case 5:
                self.do(f"seen-back {name} {amount} another yes as {self.name('S')}")
            case 6:
                known = f" case {case[0]}" if case and self.rng.random() < 0.5 else ""
                self.do(f"seen-taken {name} {amount} another yes{known} as {self.name('S')}")
            case _:
                self.do(f"inquiry {name} {self.name('K')}")

    def dispute_ends(self) -> None:
        if row := self.some("SELECT payment, case_id FROM dispute WHERE outcome IS NULL"):
            end = self.rng.choice(("won", "won", "lost", "accepted"))
            self.do(f"dispute-ends {row[0].removeprefix('pay-')} {row[1]} {end}")

    # what a person takes in, lets off and pays out

    def received(self) -> None:
        of, means = self.rng.choice(CUSTOMERS), self.rng.choice(("cash", "transfer"))
        row = self.owed()
        if row is None or self.rng.random() < 0.35:
            self.do(f"received {means} {self.rng.choice(('40.00', '500.00'))} of {of}")
            return
        number, due, _kind, customer, currency, _id = row
        less = self.rng.choice(("", "", f" withheld {number} iva 2.00", f" discount {number} 1.00"))
        part = max(1, min(due, self.rng.choice((due, due // 2))) - (200 if less else 0))
        more = part + self.rng.choice((0, 0, 3000))
        self.do(f"received {means} {money(more)} {currency} for {number} {money(part)}{less} of {customer}")

    def certificate(self) -> None:
        if row := self.owed():
            self.do(f"certificate {self.name('CT-')} withheld {row[0]} renta {self.rng.choice(('2.00', '0.01'))}")

    def receipt(self) -> None:
        if found := self.payment("paid"):
            row = self.owed()
            less = f" withheld {row[0]} renta 1.00" if row and self.rng.random() < 0.3 else ""
            self.do(f"receipt {found[0]}{less}")

    def void(self) -> None:
        receipts = [name for name in self.desk.receipts if name.startswith("RC-")]
        if receipts:
            self.do(f"void {self.rng.choice(receipts)}")

    def credit(self) -> Any:
        """A customer's credit, with its currency; held or not."""
        return self.some(
            "SELECT a.owner, -sum(p.amount) AS credit, a.currency FROM posting p JOIN ledger_account a"
            " ON a.id = p.ledger_account AND a.kind = 'customer_credit' GROUP BY a.id HAVING credit > 0"
        )

    def use_credit(self) -> None:
        credit, row = self.credit(), self.owed()
        if credit and row:
            self.do(f"use-credit {row[0]} {money(max(1, min(row[1], credit[1])))}")

    def disburse(self) -> None:
        if credit := self.credit():
            customer, minor, currency = credit
            means = self.rng.choice(("cash", "sinpe"))
            self.do(f"disburse {means} {self.amount(minor)} {currency} of {customer} as {self.name('E')}")

    def void_disbursement(self) -> None:
        if made := [name for name in self.desk.receipts if name.startswith("E")]:
            self.do(f"void-disbursement {self.rng.choice(made)}")

    def convert(self) -> None:
        if row := self.some(
            "SELECT e.payment, -sum(p.amount) AS waits FROM entry e JOIN posting p ON p.entry = e.id"
            " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind = 'suspense'"
            " WHERE e.payment IS NOT NULL GROUP BY e.payment, e.currency HAVING waits > 0"
        ):
            self.do(f"convert {row[0].removeprefix('pay-')} at {self.rng.choice(RATES)} as {self.name('X')}")

    def converted(self) -> None:
        came, to = self.rng.choice((("10.00 USD", "CRC"), ("0.03 USD", "CRC"), ("500.00 CRC", "USD")))
        rate, of = self.rng.choice(RATES), self.rng.choice(CUSTOMERS)
        self.do(f"converted cash {came} to {to} at {rate} of {of} as {self.name('X')}")

    def void_conversion(self) -> None:
        if made := [name for name in self.desk.receipts if name.startswith("X")]:
            self.do(f"void-conversion {self.rng.choice(made)}")

    def credit_note(self) -> None:
        if row := self.some("SELECT number, total FROM payable WHERE total > 0"):
            self.do(f"credit-note {self.name('N')} {row[0]} {self.amount(row[1] // 2 or 1)}")

    def against_what_is_held(self) -> None:
        """While a payment that is under way is about to use credit, somebody tries to take it away."""
        if self.rows("SELECT 1 FROM payment_line WHERE live = 1 AND credit > 0"):
            tries = (self.void_conversion, self.void, self.disburse, self.use_credit, self.goes_back, self.correct)
            self.rng.choice(tries)()

    def write_off(self) -> None:
        if row := self.owed():
            self.do(f"write-off {row[0]}" + self.rng.choice(("", f" {money(max(1, row[1] // 2))}")))

    # what a person puts right

    def correct(self) -> None:
        if row := self.some("SELECT key, kind, currency FROM entry WHERE kind NOT IN ('bill', 'correction')"):
            key, kind, currency = row
            line = f"correct {self.named(key)}"
            if kind in ("capture", "offline_receipt"):
                line += f" {self.amount(self.rng.choice((0, 5_000, 10_000)))} {currency}"
            self.do(line)

    def named(self, key: str) -> str:
        """A key without the ids that are drawn anew in each telling."""
        ids = dict(self.rows("SELECT id, number FROM payable"))
        ids |= {this: name for name, this in (self.desk.receipts | self.desk.returns).items()}
        for this, name in ids.items():
            key = key.replace(this, f"{{{name}}}")
        return key

    # what the provider pays out

    def settled(self) -> None:
        if not (found := self.held()):
            return
        name, left, currency = found
        line = self.rng.choice((self.name("L"), self.name("L"), "L-same"))
        gross = self.rng.choice((money(left), money(left), self.amount(left), f"-{money(left)}"))
        fee = self.rng.choice(("", " fee 1.00 fee-tax 0.13", " fee 0.50 reserve 5.00", " kept iva 1.00"))
        self.do(f"settled {line} {name} {gross} {currency}{fee}")

    def line_acts(self) -> None:
        if row := self.some("SELECT line FROM settlement_line"):
            self.do(f"{self.rng.choice(('withdraw', 'withdraw', 'reopen', 'charge'))} {row[0]}")

    def charged(self) -> None:
        self.do(f"charged {self.name('F')} 0.00 fee 2.00" + self.rng.choice(("", " fee-tax 0.26")))


ACTS: tuple[tuple[int, Callable[[Book], None]], ...] = (
    *((2, Book.invoice), (1, Book.revised), (2, Book.order), (2, Book.void_bill), (2, Book.rebill)),
    *((10, Book.pay), (12, Book.news), (4, Book.again), (8, Book.goes_back), (5, Book.dispute_ends)),
    *((3, Book.received), (1, Book.certificate), (2, Book.receipt), (2, Book.void), (3, Book.use_credit)),
    *((5, Book.disburse), (3, Book.void_disbursement), (6, Book.convert), (2, Book.converted)),
    *((3, Book.void_conversion), (2, Book.credit_note), (1, Book.write_off), (6, Book.correct)),
    (8, Book.against_what_is_held),
    *((3, Book.settled), (2, Book.line_acts), (1, Book.charged)),
)


def told(origin: Path, folder: Path, lines: Sequence[str] | None, seed: int = 0, events: int = EVENTS) -> Book:
    """A book of these lines, or of this seed; its last line says what broke it."""
    shutil.copytree(origin, folder)
    desk = without_threads(Desk.open(folder))
    db = sqlite3.connect(folder / DATABASE)
    book = Book(desk, db, random.Random(seed))
    desk._ensure_customer("c2")
    try:
        if lines is None:
            book.do("invoice FE-1 100.00")
            chosen = [what for often, what in ACTS for _each in range(often)]
            while len(book.story) < events:
                book.rng.choice(chosen)(book)
        for line in lines or ():
            book.do(line)
        book.agree()
    except Broken as broke:
        book.story.append(f"BROKEN {broke}")
    finally:
        db.close()
        desk.close()
        shutil.rmtree(folder, ignore_errors=True)
    return book


def kept(origin: Path, folder: Path, first: int, count: int) -> Iterator[tuple[int, Book]]:
    """Books of these seeds."""
    for seed in range(first, first + count):
        yield seed, told(origin, folder / f"book{seed}", None, seed)


def shortest(origin: Path, folder: Path, story: Sequence[str]) -> list[str]:
    """The story without what it does not take to be broken by the same rule."""
    rule = story[-1].split(" of ")[0].split(" in ")[0]
    lines = list(story[:-1])
    ending = story[-1]
    at = len(lines) - 1
    while at >= 0:
        fewer = [*lines[:at], *lines[at + 1 :]]
        try:
            book = told(origin, folder / f"shorter{at}", fewer)
        except Exception:  # noqa: BLE001 - a story that cannot be told is no shorter one
            at -= 1
            continue
        if book.story[-1].startswith(rule):
            lines, ending = book.story[:-1], book.story[-1]
            at = min(at, len(lines))
        at -= 1
    return [*lines, ending]


def main() -> int:
    quiet()
    first, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="doors-", dir=shared if shared.is_dir() else None))
    try:
        origin = make_origin(folder / "origin")
        started, bad, done = time.monotonic(), 0, 0
        for seed, book in kept(origin, folder, first, count):
            done += book.done
            if book.story[-1].startswith("BROKEN"):
                bad += 1
                print(f"--- book {seed}")  # noqa: T201
                print("\n".join(shortest(origin, folder, book.story)), flush=True)  # noqa: T201
            elif count == 1:
                print("\n".join(book.story))  # noqa: T201
        print(f"{count} books, {bad} broken, {done} acts, {time.monotonic() - started:.1f} s")  # noqa: T201
        return 1 if bad else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
