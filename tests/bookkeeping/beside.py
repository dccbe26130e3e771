"""An accounting program that lives beside the hub, and random books that both of them keep.

The program has the same invoices. It learns of what happens in the hub late, in any order, or
never; it has payments and new totals of its own, tells a credit note as a lower total or as a lower
balance, and sometimes is wrong. Its files are imported at any time, changed or as they were. What
each customer must owe is added up here from the facts alone: what came, went back, was let off, and
what the files said.

``python -m tests.bookkeeping.beside SEED [COUNT]`` keeps books from the command line;
a single one is told whole.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import attrs

from hub.bootstrap import DATABASE
from hub.domain.identity import Invalid
from hub.domain.refusals import Conflict
from hub.flows.imports.import_files import import_invoices
from hub.flows.imports.import_report import ImportReport
from tests.bookkeeping.desk import Desk, Missing, Refused, make_origin, run
from tests.bookkeeping.referee import agreed
from tests.per_customer import broken
from tests.spoken import spoken
from tests.worlds.__main__ import quiet
from tests.worlds.machine import InlineStore, Life

TOGETHER = 25
"""Books that are kept in one hub, each with customers of its own; its ledger is verified,
and read by Beancount."""
EVENTS = 22
TOTALS = (100, 250, 400)


class Broken(AssertionError):
    """A book is not what it must be."""


@attrs.define(eq=False)
class Change:
    """Something that happened in the hub, as the program will type it in.

    Attributes:
        after: What it has to know first.
    """

    total: int
    balance: int
    after: Change | None = None
    told: bool = False


@attrs.define(kw_only=True, eq=False)
class Bill:
    """An invoice, as the program has it.

    Attributes:
        elsewhere: What was paid where the hub does not look.
        fallen: By how much files said that its balance fell, beyond its total.
        excused: What may have been taken for money from elsewhere: such money, lower totals, and what files had wrong.
        stated: What the last file that was taken said.
        written, taken: Its date in the last file that has it, and in the last one that was taken.
        ended: A credit note of it was reversed.
        ways: Which ways its total, and its balance besides, have moved since a file told.
        apart: What sets file and hub apart may stay a difference: the first balance came when there was money here, one
            file told what went up together with what went down, or a credit note was reversed that no file which was
            taken may have told, because something else was taken for it; or money from elsewhere was withdrawn that
            had been taken for a credit note in part. The difference is listed all the same.
    """

    number: str
    customer: str
    total: int
    balance: int
    day: int = 1
    elsewhere: int = 0
    fallen: int = 0
    excused: int = 0
    stated: tuple[int, int | None] | None = None
    written: int = 1
    taken: int = 1
    ended: bool = False
    ways: set[tuple[str, bool]] = attrs.Factory(set)
    apart: bool = False
    untold: list[Change] = attrs.Factory(list)

    @property
    def truth(self) -> int:
        """What is owed when everything is typed in."""
        return self.balance + sum(change.balance for change in self.untold)

    def tellable(self) -> list[Change]:
        """What may be typed in now, so that the invoice still is one."""
        return [
            change
            for change in self.untold
            if (change.after is None or change.after.told)
            and 0 <= self.balance + change.balance <= self.total + change.total
            and self.total + change.total > 0
        ]

    def tell(self, change: Change) -> None:
        self.untold.remove(change)
        change.told = True
        self.move(change.total, change.balance)

    def move(self, total: int, balance: int) -> None:
        """Change what it says; a balance moves with its total, and besides."""
        self.total += total
        self.balance += balance
        self.ways |= {(what, by > 0) for what, by in (("total", total), ("balance", balance - total)) if by}


@attrs.define(kw_only=True)
class Book:
    """One book: a few customers and invoices in a hub, and the program beside it.

    Attributes:
        noted: What credit notes took off each invoice, though they may have been reversed.
        facts: What each customer brought, or was let off; negative where it went back.
        live: Payments under way, with what they are of.
        closed: Payments that ended and of which nothing was heard.
        taken: By payment what was captured and has not gone back.
    """

    desk: Desk
    past: sqlite3.Connection
    seed: int
    rng: random.Random
    wrong: bool
    bills: list[Bill] = attrs.Factory(list)
    facts: Counter[str] = attrs.Factory(Counter)
    live: dict[str, tuple[str, int]] = attrs.Factory(dict)
    closed: dict[str, tuple[str, int]] = attrs.Factory(dict)
    taken: dict[str, tuple[str, int]] = attrs.Factory(dict)
    receipts: dict[str, tuple[str, int]] = attrs.Factory(dict)
    notes: dict[str, tuple[Bill, int, int, Change | None, bool]] = attrs.Factory(dict)
    disputes: dict[str, tuple[str, str, int]] = attrs.Factory(dict)
    paid_out: dict[str, tuple[str, int]] = attrs.Factory(dict)
    converted: dict[str, tuple[str, int]] = attrs.Factory(dict)
    noted: Counter[str] = attrs.Factory(Counter)
    offs: dict[str, tuple[str, int]] = attrs.Factory(dict)
    last: bytes = b""
    last_rows: list[tuple[Bill, int, int | None]] = attrs.Factory(list)
    story: list[str] = attrs.Factory(list)
    names: int = 0
    agreements: int = 0

    def name(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.seed}x{self.names}"

    def do(self, line: str) -> bool:
        """Whether the hub did it."""
        self.story.append(line)
        try:
            self.desk.do(line)
        except (Invalid, Conflict, Refused, Missing, LookupError) as refusal:
            self.story[-1] += f"   # {str(refusal)[:100]}"
            if line.split()[0] in ("paid", "declined", "unheard", "returned", "chargeback"):
                raise Broken(f"news was refused: {refusal}") from refusal
            return False
        return True

    def due(self, bill: Bill) -> int:
        return int(self.rows("SELECT due FROM payable WHERE number = ?", bill.number)[0][0]) // 100

    def watched(self, line: str) -> tuple[bool, dict[str, int]]:
        """Do it; what it settled of each invoice is typed in later."""
        before = {bill.number: self.due(bill) for bill in self.bills}
        done = self.do(line)
        return done, {bill.number: before[bill.number] - self.due(bill) for bill in self.bills}

    def happens(self, line: str) -> bool:
        done, settled = self.watched(line)
        for bill in self.bills:
            if settled[bill.number]:
                bill.untold.append(Change(0, -settled[bill.number]))
        return done

    def begin_payment(self) -> None:
        bill = self.rng.choice(self.bills)
        due = self.due(bill)
        if not due or any(number == bill.number for number, _amount in self.live.values()):
            return
        payment, amount = self.name("P"), self.rng.choice((due, self.rng.randint(1, due)))
        used = min(self.free(bill.customer), amount - 1) if self.rng.random() < 0.5 else 0
        amount -= used
        if self.do(f"pays {payment} {bill.number} {amount}" + (f" credit {bill.number} {used}" if used else "")):
            self.live[payment] = bill.number, amount

    def free(self, customer: str) -> int:
        """Credit of a customer that no payment under way holds, whole units."""
        credit = self.booked_on("customer_credit", customer)
        ((held,),) = self.rows(
            "SELECT coalesce(sum(l.credit), 0) FROM payment p JOIN payment_line l ON l.payment = p.id"
            " WHERE l.live = 1 AND p.customer = ?",
            customer,
        )
        return max(0, int(-credit - held)) // 100

    def end_payment(self) -> None:
        if not self.live:
            return
        payment = self.rng.choice(list(self.live))
        number, amount = self.live.pop(payment)
        match self.rng.randrange(7):
            case 0:
                self.do(f"declined {payment}")
            case 1 | 2:
                self.do(f"unheard {payment}")
                self.closed[payment] = number, amount
                if self.rng.random() < 0.4:
                    self.made_out_to_another(next(bill for bill in self.bills if bill.number == number))
            case _:
                self.capture(payment, amount)

    def late_money(self) -> None:
        if self.closed:
            payment = self.rng.choice(list(self.closed))
            self.capture(payment, self.closed.pop(payment)[1])

    def capture(self, payment: str, asked: int) -> None:
        payer = self.desk._payment(payment).customer_id
        for number in range(self.rng.choice((1, 1, 1, 2))):
            amount = self.rng.choice((asked, asked, asked, asked + 10, max(1, asked - 10)))
            self.happens(f"paid {payment} {amount} as M{payment}{number}")
            self.facts[payer] += amount
            self.taken[payment] = payer, self.taken.get(payment, (payer, 0))[1] + amount

    def money_goes_back(self) -> None:
        payment, amount = self.some_taken()
        if payment:
            self.happens(f"returned {payment} {amount} as {self.name('R')}")
            self.went(payment, amount)

    def dispute(self) -> None:
        payment, amount = self.some_taken()
        if payment:
            case = self.name("K")
            self.happens(f"chargeback {payment} {amount} as {case}")
            self.went(payment, amount)
            self.disputes[case] = payment, self.taken[payment][0], amount

    def win_dispute(self) -> None:
        if self.disputes:
            case = self.rng.choice(list(self.disputes))
            payment, payer, amount = self.disputes[case]
            if self.happens(f"correct chargeback:acct:{case}"):
                del self.disputes[case]
                self.facts[payer] += amount
                self.taken[payment] = payer, self.taken[payment][1] + amount

    def some_taken(self) -> tuple[str, int]:
        held = [payment for payment, (_payer, amount) in self.taken.items() if amount]
        if not held:
            return "", 0
        payment = self.rng.choice(held)
        amount = self.taken[payment][1]
        return payment, self.rng.choice((amount, self.rng.randint(1, amount)))

    def went(self, payment: str, amount: int) -> None:
        payer, held = self.taken[payment]
        self.taken[payment] = payer, held - amount
        self.facts[payer] -= amount

    def receive(self) -> None:
        bill = self.rng.choice(self.bills)
        due = self.due(bill)
        if due < 3:
            return
        cash, receipt = self.rng.randint(1, due - 2), self.name("Q")
        more = self.rng.choice(("", f" withheld {bill.number} iva 2", f" discount {bill.number} 1"))
        means = self.rng.choice(("cash", "transfer", "cheque"))
        line = f"received {means} {cash} for {bill.number} {cash}{more} as {receipt} of {bill.customer}"
        if self.happens(line):
            worth = cash + (int(more.split()[-1]) if more else 0)
            self.facts[bill.customer] += worth
            self.receipts[receipt] = bill.customer, worth

    def void(self) -> None:
        if self.receipts:
            receipt = self.rng.choice(list(self.receipts))
            if self.happens(f"void {receipt}"):
                customer, worth = self.receipts.pop(receipt)
                self.facts[customer] -= worth

    def advance(self) -> None:
        customer, amount = self.rng.choice(self.bills).customer, self.rng.randint(1, 60)
        if self.happens(f"received cash {amount} of {customer}"):
            self.facts[customer] += amount

    def use_credit(self) -> None:
        bill = self.rng.choice(self.bills)
        if due := self.due(bill):
            self.happens(f"use-credit {bill.number} {self.rng.randint(1, due)}")

    def credit_note(self) -> None:
        bill, note = self.rng.choice(self.bills), self.name("N")
        amount = self.rng.randint(1, 40)
        done, settled = self.watched(f"credit-note {note} {bill.number} {amount}")
        if not done:
            return
        used, way = settled[bill.number], self.rng.randrange(3)
        self.facts[bill.customer] += amount
        self.noted[bill.number] += amount
        bill.apart |= bill.ended
        change = Change(-amount if way == 0 else 0, -used)
        bill.untold.append(change)
        if way == 2:
            change = Change(-amount, 0, after=change)
            bill.untold.append(change)
        self.notes[note] = bill, amount, used, change, way != 1

    def end_credit_note(self) -> None:
        if self.notes:
            note = self.rng.choice(list(self.notes))
            bill, amount, _used, change, as_total = self.notes[note]
            bill.apart |= not change.told or bill.excused > 0 or bill.stated != (bill.total, bill.balance)
            bill.apart |= self.noted[bill.number] > amount  # whose end it is, two figures do not tell
            bill.ended = True
            done, settled = self.watched(f"correct credit:{note}")
            if done:
                del self.notes[note]
                self.facts[bill.customer] -= amount
                for other in self.bills:
                    back = -settled[other.number]
                    if other is bill:
                        other.untold.append(Change(amount if as_total else 0, back, after=change))
                    elif back:
                        other.untold.append(Change(0, back))

    def certificate(self) -> None:
        bill = self.rng.choice(self.bills)
        if self.due(bill) > 1 and self.happens(f"certificate {self.name('T')} withheld {bill.number} renta 1"):
            self.facts[bill.customer] += 1

    def disburse(self) -> None:
        customer, document = self.rng.choice(self.bills).customer, self.name("E")
        amount = self.rng.choice((self.free(customer), self.rng.randint(1, 20)))
        if amount and self.happens(f"disburse cash {amount} of {customer} as {document}"):
            self.facts[customer] -= amount
            self.paid_out[document] = customer, amount

    def void_disbursement(self) -> None:
        if self.paid_out:
            document = self.rng.choice(list(self.paid_out))
            if self.happens(f"void-disbursement {document}"):
                customer, amount = self.paid_out.pop(document)
                self.facts[customer] += amount

    def convert(self) -> None:
        customer, made = self.rng.choice(self.bills).customer, self.name("X")
        dollars = self.rng.randint(1, 9)
        if self.happens(f"converted cash {dollars}.00 USD to CRC at 5 of {customer} as {made}"):
            self.facts[customer] += 5 * dollars
            self.converted[made] = customer, 5 * dollars

    def void_conversion(self) -> None:
        if self.converted:
            made = self.rng.choice(list(self.converted))
            if self.happens(f"void-conversion {made}"):
                customer, amount = self.converted.pop(made)
                self.facts[customer] -= amount

    def write_off(self) -> None:
        bill = self.rng.choice(self.bills)
        if due := self.due(bill):
            amount = self.rng.randint(1, due)
            entries = self.rows("SELECT count(*) FROM entry WHERE key LIKE ?", f"writeoff:{self.id_of(bill)}:%")[0][0]
            if self.happens(f"write-off {bill.number} {amount}"):
                self.facts[bill.customer] += amount
                self.offs[f"writeoff:{self.id_of(bill)}:{entries}"] = bill.customer, amount

    def recover(self) -> None:
        if self.offs:
            key = self.rng.choice(list(self.offs))
            if self.happens(f"correct {key}"):
                customer, amount = self.offs.pop(key)
                self.facts[customer] -= amount

    def new_bill(self) -> None:
        if len(self.bills) < 4:
            total = self.rng.choice(TOTALS)
            paid = self.rng.choice((0, 0, 0, self.rng.randint(1, total)))
            number = self.name("F")
            customer = f"c{self.seed % 10**6 * 10 + self.rng.randint(1, 2)}"
            bill = Bill(
                number=number, customer=customer, total=total, balance=total - paid, elsewhere=paid, excused=paid
            )
            self.bills.append(bill)
            self.import_file(self.rng.random() < 0.8, [bill])

    def paid_elsewhere(self) -> None:
        bill = self.rng.choice(self.bills)
        if (most := min(bill.balance, bill.truth)) > 0:
            amount = self.rng.randint(1, most)
            self.story.append(f"# elsewhere {bill.number} {amount}")
            bill.elsewhere += amount
            bill.excused += amount
            bill.move(0, -amount)
            self.perhaps(bill)

    def withdrawn_elsewhere(self) -> None:
        bill = self.rng.choice(self.bills)
        if (most := min(bill.elsewhere, bill.total - bill.balance)) > 0:
            amount = self.rng.randint(1, most)
            self.story.append(f"# withdrawn {bill.number} {amount}")
            bill.elsewhere -= amount
            bill.apart |= self.noted[bill.number] > 0  # what fell meanwhile may have been taken for the note
            bill.move(0, amount)
            self.perhaps(bill)

    def rebilled(self) -> None:
        bill = self.rng.choice(self.bills)
        amount = self.rng.randint(-max(0, min(bill.balance, bill.truth, 30)), 30)
        if bill.total + amount > 0:
            self.story.append(f"# rebilled {bill.number} {amount}")
            bill.move(amount, amount)
            bill.excused += max(0, -amount)
            self.perhaps(bill)

    def typed_in(self) -> None:
        bill = self.rng.choice(self.bills)
        if changes := bill.tellable():
            self.tell(bill, self.rng.choice(changes))
            self.perhaps(bill)

    def perhaps(self, bill: Bill) -> None:
        """Now and then a file is written at once."""
        if self.rng.random() < 0.6:
            self.import_file(True, [bill])

    def tell(self, bill: Bill, change: Change) -> None:
        self.story.append(f"# typed in {bill.number} {change.total:+} {change.balance:+}")
        bill.tell(change)

    def redated(self) -> None:
        self.rng.choice(self.bills).day = self.rng.randint(1, 20)

    def made_out_to_another(self, one: Bill | None = None) -> None:
        bill = one or self.rng.choice(self.bills)
        before = bill.customer
        other = before[:-1] + ("1" if before.endswith("2") else "2")
        self.desk._ensure_customer(other)
        bill.customer = other
        if self.import_file(True, [bill]).set_aside:
            bill.customer, self.last = before, b""

    def file(self) -> None:
        self.import_file(self.rng.random() < 0.85, [bill for bill in self.bills if self.rng.random() < 0.8])

    def import_file(self, balances: bool, bills: list[Bill]) -> ImportReport:
        """Import what the program says of these invoices, which is wrong now and then."""
        rows: list[tuple[Bill, int, int | None]] = []
        for bill in bills:
            balance = bill.balance
            if self.wrong and self.rng.random() < 0.15:
                balance = self.rng.randint(0, bill.total)
            rows.append((bill, bill.total, balance if balances else None))
        head = "number,customer,issued_on,currency,total" + (",balance" if balances else "")
        lines = [
            f"{bill.number},1{int(bill.customer[1:]):08d},2026-03-{bill.day:02},CRC,{total}"
            + (f",{balance}" if balances else "")
            for bill, total, balance in rows
        ]
        for bill in bills:
            self.desk._ensure_customer(bill.customer)
            bill.written = bill.day
        if not bills:
            return ImportReport()
        self.last, self.last_rows = "\n".join((head, *lines)).encode(), rows
        report = self.take()
        refused = {fault.value for fault in report.set_aside}
        for bill, _total, balance in rows:
            mistake = 0 if balance is None else balance - bill.balance
            if mistake and bill.number in refused:
                self.last = b""  # nobody hands it in again
            elif balance is not None and bill.number not in refused:
                bill.excused += abs(mistake)
                bill.ways |= {("balance", mistake > 0)} if mistake else set()
                bill.apart |= len({what for what, _up in bill.ways}) < len(bill.ways)
                # Where there are credit notes: a total that falls beside a balance that stays is one told before.
                bill.apart |= bool(self.noted[bill.number]) and len({up for _what, up in bill.ways}) > 1
                bill.ways = {("balance", mistake < 0)} if mistake else set()
        if self.rng.random() < 0.3 and self.last:
            self.nothing_new()
        return report

    def take(self) -> ImportReport:
        """Import the last file; what it says and the hub does is noted, and what it lists is compared."""
        known = {bill.number for bill, _total, _balance in self.last_rows if bill.stated}
        settled = {bill.number: self.had_money(bill) for bill, _total, _balance in self.last_rows if bill.stated}
        report = self.imported()
        refused = {fault.value for fault in report.set_aside}
        apart = set()
        for bill, total, balance in self.last_rows:
            if bill.number in refused:
                continue
            bill.taken = bill.written
            if bill.number not in known:
                bill.fallen += total - (total if balance is None else balance)
                bill.stated = total, balance
                continue
            before_total, before = bill.stated or (total, None)
            if balance is not None and before is not None:
                bill.fallen += max(0, before + total - before_total - balance)
            elif balance is not None:
                bill.fallen += total - balance
                bill.apart |= settled[bill.number]
            if balance is None and before is not None:
                balance = before + total - before_total
            elif balance is not None and balance != self.due(bill):
                apart.add(bill.number)
            bill.stated = total, balance
        listed = {fault.value for fault in report.differences}
        if listed != apart:
            raise Broken(f"listed are {sorted(listed)}, file and hub differ on {sorted(apart)}")
        return report

    def imported(self) -> ImportReport:
        text = self.last.decode()
        report = run(import_invoices(self.desk.hub, self.desk.merchant, self.last, decimal="."))
        if report.faults:
            raise Broken(f"{text}: {report.faults}")
        said = [f"refused {fault.value}: {spoken(fault.message)}" for fault in report.set_aside]
        said += [f"differs {fault.value}: {spoken(fault.message)}" for fault in report.differences]
        self.story.append("; ".join([*text.splitlines(), *said]))
        return report

    def again(self) -> None:
        """The last file once more: what it said before of an invoice, and was taken, is no news."""
        if self.last:
            same = [
                bill
                for bill, total, balance in self.last_rows
                if balance is not None and (bill.stated, bill.taken) == ((total, balance), bill.written)
            ]
            before = {bill.number: self.booked(bill) for bill in same}
            self.take()
            for bill in same:
                if self.booked(bill) != before[bill.number]:
                    raise Broken(f"the same file again booked {self.booked(bill)} of {bill.number}")

    def nothing_new(self) -> None:
        """At once the same file changes nothing at all."""
        before = self.state()
        self.imported()
        if self.state() != before:
            raise Broken("the same file at once was not the same")

    def rows(self, statement: str, *values: object) -> list[Any]:
        return self.past.execute(statement, values).fetchall()

    def id_of(self, bill: Bill) -> str:
        return str(self.rows("SELECT id FROM payable WHERE number = ?", bill.number)[0][0])

    def had_money(self, bill: Bill) -> bool:
        return bool(self.rows("SELECT 1 FROM allocation WHERE payable = ? AND effect <> 'outside'", self.id_of(bill)))

    def booked(self, bill: Bill) -> list[Any]:
        own = self.id_of(bill)
        return self.rows("SELECT key FROM entry WHERE key LIKE ? OR key LIKE ?", *(f"bill:{own}:%", f"outside:{own}:%"))

    def state(self) -> list[Any]:
        return [
            self.rows(f"SELECT {what} ORDER BY 1")
            for what in ("count(*) FROM entry", "count(*) FROM review", "* FROM payable", "* FROM balance")
        ]

    def booked_on(self, kind: str, customer: str) -> int:
        return int(
            self.rows(
                "SELECT coalesce(sum(p.amount), 0) FROM posting p JOIN ledger_account a ON a.id = p.ledger_account"
                " WHERE a.kind = ? AND a.owner = ?",
                *(kind, customer),
            )[0][0]
        )

    def check(self) -> None:
        """What must hold of every customer and invoice at any time."""
        owed: Counter[str] = Counter()
        worth: Counter[str] = Counter()
        for bill in self.bills:
            own = self.id_of(bill)
            customer, total, outside, due, counted, back, stated = self.rows(
                "SELECT customer, total, outside, due, counted, counted_back, stated_total FROM payable WHERE id = ?",
                own,
            )[0]
            owed[customer] += due
            worth[customer] += total - outside
            if min(due, outside, counted, back) < 0 or outside > bill.fallen * 100:
                raise Broken(
                    f"{bill.number}: due {due}, outside {outside} of {bill.fallen * 100}, counted {counted}, {back}"
                )
            if outside > bill.excused * 100 and not bill.apart:
                raise Broken(f"{bill.number}: {outside} are said to be paid elsewhere, {bill.excused * 100} can be")
            noted = self.noted[bill.number] * 100
            if not 0 <= total - stated <= noted:
                raise Broken(f"{bill.number}: total {total}, stated {stated}, credit notes {noted}")
        for customer, due in self.rows("SELECT customer, due FROM payable WHERE number LIKE 'ND-%'"):
            owed[customer] += due  # what was paid out and went back is owed, and was never billed
        for customer in {bill.customer for bill in self.bills} | set(self.facts):
            receivable, credit = (self.booked_on(kind, customer) for kind in ("receivable", "customer_credit"))
            if receivable != owed[customer] or receivable < 0 or credit > 0:
                raise Broken(f"{customer}: {receivable} in the ledger, {owed[customer]} by invoices, credit {credit}")
            if receivable + credit != worth[customer] - self.facts[customer] * 100:
                raise Broken(
                    f"{customer}: {receivable + credit} in the ledger, billed {worth[customer]},"
                    f" came or let off {self.facts[customer] * 100}"
                )

    def agree(self) -> None:
        """The program types in all that is left, one after the other, each with a file:
        then both say the same."""
        for payment in list(self.live):
            self.do(f"unheard {payment}")
            del self.live[payment]
        self.wrong = False
        self.import_file(True, self.bills)
        for bill in self.bills:
            while changes := bill.tellable():
                self.tell(bill, changes[0])
                self.import_file(True, [bill])
        report = self.import_file(True, self.bills)
        self.check()
        refused = {fault.value for fault in report.set_aside}
        for bill in self.bills:
            if bill.untold or bill.apart or bill.number in refused:
                continue
            self.agreements += 1
            if self.due(bill) != bill.balance:
                raise Broken(f"{bill.number}: all is typed in, the hub says {self.due(bill)}, the file {bill.balance}")


HAPPENINGS: tuple[tuple[int, Callable[[Book], None]], ...] = (
    (7, Book.begin_payment),
    (7, Book.end_payment),
    (3, Book.late_money),
    (3, Book.money_goes_back),
    (2, Book.dispute),
    (2, Book.win_dispute),
    (4, Book.receive),
    (2, Book.void),
    (1, Book.advance),
    (1, Book.use_credit),
    (3, Book.credit_note),
    (1, Book.end_credit_note),
    (1, Book.certificate),
    (2, Book.disburse),
    (1, Book.void_disbursement),
    (1, Book.convert),
    (1, Book.void_conversion),
    (1, Book.write_off),
    (1, Book.recover),
    (2, Book.new_bill),
    (3, Book.paid_elsewhere),
    (2, Book.withdrawn_elsewhere),
    (2, Book.rebilled),
    (9, Book.typed_in),
    (1, Book.redated),
    (2, Book.made_out_to_another),
    (8, Book.file),
    (3, Book.again),
)


def keep(desk: Desk, past: sqlite3.Connection, seed: int) -> Book:
    """Keep one book; it says what it broke."""
    rng = random.Random(seed)
    book = Book(desk=desk, past=past, seed=seed, rng=rng, wrong=rng.random() < 0.4)
    try:
        book.new_bill()
        chosen = rng.choices([what for _often, what in HAPPENINGS], [often for often, _what in HAPPENINGS], k=EVENTS)
        for what in chosen:
            what(book)
            book.check()
        book.agree()
    except Broken as broken:
        book.story.append(f"BROKEN {broken}")
    return book


def without_threads(desk: Desk) -> Desk:
    """The desk with a store whose writer has no thread of its own: the same storage, without the waiting."""
    desk.opened.store.close_now()
    store = InlineStore(desk.data / DATABASE, Life())
    store.glance = cast(Any, object())  # nobody is to be woken
    desk.opened = attrs.evolve(desk.opened, hub=attrs.evolve(desk.hub, store=cast(Any, store)), store=store)
    return desk


def keep_many(origin: Path, folder: Path, first: int, count: int) -> Iterator[tuple[int, Book, list[str]]]:
    """Books of these seeds; with each the problems that it has, or that the hub has in which it was kept."""
    for start in range(first, first + count, TOGETHER):
        shutil.copytree(origin, target := folder / f"books{start}")
        desk = without_threads(Desk.open(target))
        past = sqlite3.connect(target / DATABASE)
        try:
            books = [(seed, keep(desk, past, seed)) for seed in range(start, min(start + TOGETHER, first + count))]
            problems = [*desk.read(lambda tx: tx.ledger.verify()), *map(str, broken(past))]
            if agreed(desk.exported()) != desk.balances():
                problems.append("Beancount adds up otherwise")
        finally:
            past.close()
            desk.close()
            shutil.rmtree(target, ignore_errors=True)
        for number, (seed, book) in enumerate(books):
            own = [line for line in book.story if line.startswith("BROKEN")]
            yield seed, book, own + (problems if number == 0 else [])


def main() -> int:
    quiet()
    first = int(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="books-", dir=shared if shared.is_dir() else None))
    try:
        origin = make_origin(folder / "origin")
        started, broken, events, agreements = time.monotonic(), 0, 0, 0
        for seed, book, problems in keep_many(origin, folder, first, count):
            events, agreements = events + len(book.story), agreements + book.agreements
            for line in book.story if count == 1 else ():
                print(line)  # noqa: T201
            if problems:
                broken += 1
                print(f"book {seed}: {problems[:3]}", flush=True)  # noqa: T201
        took = time.monotonic() - started
        print(f"{count} books, {broken} broken, {events} events, {agreements} agreements, {took:.1f} s")  # noqa: T201
        return 1 if broken else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
