"""A small referee of our own: what must hold for each merchant, mode, customer and currency, read by plain SQL alone.

``broken(connection)`` takes an open ``sqlite3`` connection to a hub's database (it only reads) and returns a list of
``Broken``, empty where all is well: ``rule`` (one of ``RULES``), ``merchant``, ``mode``, ``customer`` (empty for what
is nobody's: suspense and clearing), ``currency``, and ``why`` in words. ``broken_at(path)`` opens the file by itself.

It shares no balance, no statement and no rule with the hub: it folds entries, postings, allocations and drawn rows
in the order in which they were sealed, and holds the tables of documents against what comes out.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

Book = tuple[str, str, str, str]
"""Merchant, mode, whose, currency."""


@attrs.frozen
class Broken:
    """One rule that does not hold for one customer's money."""

    rule: str
    merchant: str
    mode: str
    customer: str
    currency: str
    why: str

    def __str__(self) -> str:
        whose = f" of {self.customer}" if self.customer else ""
        return f"{self.rule}{whose} in {self.currency} ({self.merchant}, {self.mode}): {self.why}"


@attrs.frozen(kw_only=True)
class Booked:
    """An entry with all that hangs on it.

    Attributes:
        root: Key of the entry that a correction comes down to; its own where it is none.
        legs: Kind of ledger account, owner and amount of each posting.
        applied: Payable, effect, amount and intake of each allocation.
        drawn: Intake and amount.
    """

    id: str
    merchant: str
    mode: str
    key: str
    root: str
    kind: str
    currency: str
    at: int
    payment: str
    payable: str
    observation: str
    legs: tuple[tuple[str, str, int], ...]
    applied: tuple[tuple[str, str, int, str], ...]
    drawn: tuple[tuple[str, int], ...]

    def on(self, kind: str) -> int:
        return sum(amount for of, _owner, amount in self.legs if of == kind)

    def owner(self, kind: str) -> str:
        return next((owner for of, owner, _amount in self.legs if of == kind), "")


LEGS = {
    "bill": "receivable billed",
    "capture": "provider_clearing customer_credit suspense",
    "offline_receipt": "cash bank customer_credit",
    "paid_elsewhere": "outside receivable",
    "allocation": "customer_credit receivable",
    "withheld": "withholding_receivable receivable",
    "discount": "discounts receivable",
    "credit_note": "billed receivable customer_credit",
    "refund": "receivable customer_credit suspense provider_clearing",
    "chargeback": "receivable customer_credit suspense chargeback_loss provider_clearing",
    "write_off": "write_off receivable",
    "disbursement": "customer_credit cash bank",
    "debit_note": "receivable customer_credit",
    "exchange": "bank cash suspense exchange customer_credit",
    "settlement": "bank in_transit provider_clearing",
    "fee": "fees provider_clearing",
    "fee_tax": "fee_tax provider_clearing",
    "acquirer_tax": "tax_withheld provider_clearing",
    "reserve": "provider_reserve provider_clearing",
    "payout": "bank fees fee_tax in_transit",
}
"""What each kind of entry may move; a correction what the entry may that it comes down to."""

BACK = ("refund", "chargeback")
LINES = ("settlement", "fee", "fee_tax", "acquirer_tax", "reserve")
SETTLES = {"allocated": -1, "withheld": -1, "discounted": -1, "credited": -1, "outside": -1, "written_off": -1}
EFFECTS = {**SETTLES, "reopened": 1}


def root_of(key: str) -> str:
    while key.startswith("fix:"):
        key = key.removeprefix("fix:").rpartition(":")[0]
    return key


@attrs.define
class Books:
    """The database as it was read."""

    db: sqlite3.Connection

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with closing(self.db.execute(sql)) as cursor:
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def of_entries(self, sql: str) -> dict[str, list[tuple[Any, ...]]]:
        found = defaultdict(list)
        for row in self.rows(sql):
            found[row.pop("entry")].append(tuple(row.values()))
        return found

    @cached_property
    def entries(self) -> list[Booked]:
        """Every entry, in the order in which they were sealed."""
        legs = self.of_entries(
            "SELECT p.entry, a.kind, a.owner, p.amount FROM posting p JOIN ledger_account a ON a.id = p.ledger_account"
        )
        applied = self.of_entries(
            "SELECT entry, payable, effect, amount, coalesce(intake, '') AS intake FROM allocation"
        )
        drawn = self.of_entries("SELECT entry, intake, amount FROM drawn")
        return [
            Booked(
                **row,
                root=root_of(row["key"]),
                legs=tuple(legs[row["id"]]),
                applied=tuple(applied[row["id"]]),
                drawn=tuple(drawn[row["id"]]),
            )
            for row in self.rows(
                "SELECT e.id, e.merchant, e.mode, e.key, e.kind, e.currency, e.at, coalesce(e.payment, '') AS payment,"
                " coalesce(e.payable, '') AS payable, coalesce(e.observation, '') AS observation FROM entry e"
                " LEFT JOIN seal s ON s.entry = e.id ORDER BY e.merchant, e.mode, s.seq"
            )
        ]

    @cached_property
    def kinds(self) -> dict[tuple[str, str, str], str]:
        """The kind of each entry, by merchant, mode and key."""
        return {(item.merchant, item.mode, item.key): item.kind for item in self.entries}

    def kind_of(self, item: Booked) -> str:
        """The kind of an entry, or of what a correction comes down to."""
        return self.kinds.get((item.merchant, item.mode, item.root), "")

    @cached_property
    def payables(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.rows("SELECT * FROM payable")}

    def totals(self, kind: str) -> dict[Book, int]:
        """What is booked on a kind of ledger account, by whose it is."""
        sums: dict[Book, int] = defaultdict(int)
        for item in self.entries:
            for of, owner, amount in item.legs:
                if of == kind:
                    sums[item.merchant, item.mode, owner, item.currency] += amount
        return sums

    @cached_property
    def owed(self) -> dict[str, dict[tuple[str, str], int]]:
        """What is booked as owed of each payable, by customer and currency."""
        sums: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
        for item in self.entries:
            for payable, amount in owed_by(item):
                sums[payable][item.owner("receivable"), item.currency] += amount
        return sums


def owed_by(item: Booked) -> Iterator[tuple[str, int]]:
    """What an entry makes owed of which payable."""
    if item.kind == "bill":
        yield item.key.split(":")[1], item.on("receivable")
    elif item.kind == "debit_note":
        yield item.payable, item.on("receivable")
    for payable, effect, amount, _intake in item.applied:
        yield payable, EFFECTS[effect] * amount


def _credit(books: Books) -> Iterator[Broken]:
    """Credit is never below zero, of a customer nor of what brought it in, at no entry since the first."""
    customers: dict[Book, int] = defaultdict(int)
    intakes: dict[str, int] = {}
    for item in books.entries:
        for of, owner, amount in item.legs:
            if of == "customer_credit":
                book = item.merchant, item.mode, owner, item.currency
                customers[book] -= amount
                if customers[book] < 0:
                    yield Broken("credit", *book, f"{customers[book]} after {item.key}")
        used = [(intake, amount) for _payable, effect, amount, intake in item.applied if effect == "allocated"]
        if brought := -item.on("customer_credit") + sum(amount for _intake, amount in (*used, *item.drawn)):
            intakes[item.id] = brought
        for intake, amount in (*used, *item.drawn):
            intakes[intake] = intakes.get(intake, 0) - amount
            if intakes[intake] < 0:
                book = item.merchant, item.mode, item.owner("customer_credit"), item.currency
                yield Broken("credit", *book, f"{item.key} takes {amount} out of {intake}, which has {intakes[intake]}")


def _held(books: Books) -> Iterator[Broken]:
    """What payments under way hold is there; it may only have gone back to its payer meanwhile, by news."""
    credit = books.totals("customer_credit")
    for row in books.rows(
        "SELECT p.merchant, p.mode, p.customer, p.currency, sum(l.credit) AS held, min(p.created_at) AS since"
        " FROM payment p JOIN payment_line l ON l.payment = p.id WHERE p.status IN ('created', 'pending', 'unknown')"
        " GROUP BY 1, 2, 3, 4 HAVING sum(l.credit) > 0"
    ):
        held, since = row.pop("held"), row.pop("since")
        book = row["merchant"], row["mode"], row["customer"], row["currency"]
        gone = sum(
            max(0, item.on("customer_credit"))
            for item in books.entries
            if item.at >= since
            and (item.merchant, item.mode, item.owner("customer_credit"), item.currency) == book
            and (item.kind in BACK or (item.kind == "correction" and item.observation))
        )
        if held > -credit.get(book, 0) + gone:
            yield Broken("held", *book, f"{held} is held of {-credit.get(book, 0)}, and {gone} went back since")


def _bills(books: Books) -> Iterator[Broken]:
    """Of an invoice something between nothing and its amount is owed, at any moment, by whose it is: settled once."""
    for this, payable in books.payables.items():
        now = payable["customer"], payable["currency"]
        owed = {whose: amount for whose, amount in books.owed[this].items() if amount}
        book = payable["merchant"], payable["mode"], *now
        wanted = payable["due"] if payable["kind"] == "invoice" or owed else 0
        if owed != ({now: wanted} if wanted else {}):
            yield Broken("bill", *book, f"{payable['number']} says due {payable['due']}, booked as owed is {owed}")
        if not 0 <= payable["due"] <= payable["total"]:
            yield Broken("bill", *book, f"{payable['number']} of {payable['total']} owes {payable['due']}")
    running: dict[str, int] = defaultdict(int)
    for _at, moment in itertools.groupby(books.entries, lambda item: (item.merchant, item.mode, item.at)):
        touched = {}
        for item in moment:
            for payable_id, amount in owed_by(item):
                running[payable_id] += amount
                touched[payable_id] = item
        for payable_id, item in touched.items():  # within a moment a bill may be taken back and booked anew
            if running[payable_id] < 0:
                book = item.merchant, item.mode, item.owner("receivable"), item.currency
                yield Broken("bill", *book, f"{item.key} settles more of {payable_id} than is owed")


def _voided(books: Books) -> Iterator[Broken]:
    """A bill that was never owed owes nothing, and no payment is under way for it."""
    live = {row["payable"] for row in books.rows("SELECT payable FROM payment_line WHERE live = 1")}
    for this, payable in books.payables.items():
        if payable["voided_at"] is None or payable["rebilled_at"] is not None:
            continue
        book = payable["merchant"], payable["mode"], payable["customer"], payable["currency"]
        if payable["total"] or payable["due"] or any(books.owed[this].values()):
            yield Broken("voided", *book, f"{payable['number']} is void and owes {dict(books.owed[this])}")
        if this in live:
            yield Broken("voided", *book, f"{payable['number']} is void and a payment of it is under way")


def _orders(books: Books) -> Iterator[Broken]:
    """An order is billed, and its rest owed, only while money settles it; what went back of it is owed by nobody.

    What a person corrected went nowhere: it never came.
    """
    returns = {item.observation for item in books.entries if item.kind in BACK and item.observation}
    settled: dict[str, int] = defaultdict(int)
    went_back: dict[str, bool] = {}
    for item in books.entries:
        for payable_id, effect, amount, _intake in item.applied:
            settled[payable_id] -= EFFECTS[effect] * amount
            went_back[payable_id] = EFFECTS[effect] * amount > 0 and item.observation in returns
    for this, payable in books.payables.items():
        owed = sum(books.owed[this].values())
        book = payable["merchant"], payable["mode"], payable["customer"], payable["currency"]
        if payable["kind"] == "order" and owed and (not settled[this] or went_back.get(this)):
            yield Broken("order", *book, f"{payable['number']} is due with {owed}, {settled[this]} settles it")


def _paid_out(books: Books) -> Iterator[Broken]:
    """What a document paid out, took in or exchanged is booked with exactly that, and with nothing once it is void."""
    net: dict[tuple[str, str, str], int] = defaultdict(int)
    for item in books.entries:
        net[item.merchant, item.mode, item.root] += item.on("cash") + item.on("bank") + item.on("exchange")
    for row in books.rows("SELECT * FROM disbursement"):
        booked = -net[row["merchant"], row["mode"], f"disburse:{row['id']}"]
        if booked != (0 if row["voided_at"] else row["amount"]):
            book = row["merchant"], row["mode"], row["customer"], row["currency"]
            yield Broken("paid out", *book, f"{row['series']}-{row['number']} of {row['amount']} is booked {booked}")
    for row in books.rows("SELECT * FROM cash_receipt WHERE payment IS NULL"):
        booked = net[row["merchant"], row["mode"], f"manual:{row['id']}"]
        if booked < 0 or (row["voided_at"] and booked) or (booked and not row["cash"]):
            book = row["merchant"], row["mode"], row["customer"], row["currency"]
            yield Broken("received", *book, f"{row['series']}-{row['number']} of {row['cash']} is booked {booked}")
    for row in books.rows("SELECT * FROM conversion"):
        for half, currency, stated in (("out", "settles_currency", "settles"), ("in", "came_currency", "came")):
            exchanged = sum(
                item.on("exchange") for item in books.entries if item.root == f"exchange:{row['id']}:{half}"
            )
            booked = exchanged if half == "out" else -exchanged
            if not 0 <= booked <= (0 if row["voided_at"] else row[stated]):
                book = row["merchant"], row["mode"], row["customer"], row[currency]
                yield Broken("exchanged", *book, f"{stated} {row[stated]} is booked with {booked}")


def _suspense(books: Books) -> Iterator[Broken]:
    """Money that is nobody's yet is never below zero: of no account, and of no payment."""
    for (merchant, mode, account, currency), amount in books.totals("suspense").items():
        if amount > 0:
            yield Broken("suspense", merchant, mode, "", currency, f"{-amount} of account {account}")
    payments: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for item in books.entries:
        payments[item.merchant, item.mode, item.payment, item.currency] -= item.on("suspense")
    for (merchant, mode, payment, currency), amount in payments.items():
        if amount < 0:
            yield Broken("suspense", merchant, mode, "", currency, f"{amount} of payment {payment}")


def _clearing(books: Books) -> Iterator[Broken]:
    """Of no payment more went back than came, nor more was paid out, or taken back by a payout, than ever came or went.

    So an account is below zero only by what went back after it was paid out, and by charges without a payment.
    """
    sums: dict[tuple[str, str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for item in books.entries:
        if moved := item.on("provider_clearing"):
            kind, by = books.kind_of(item), sums[item.merchant, item.mode, item.payment, item.currency]
            by["lines" if kind in LINES else kind] += moved
            if kind not in LINES:
                by["ever in" if moved > 0 else "ever out"] += moved
    for (merchant, mode, payment, currency), by in sums.items():
        book = merchant, mode, "", currency
        if set(by) - ({"capture", *BACK, "lines", "ever in", "ever out"} if payment else {"lines"}):
            yield Broken("clearing", *book, f"{payment or 'no payment'} is moved by {sorted(by)}")
            continue
        came, back, lines = by["capture"], -by["refund"] - by["chargeback"], by["lines"]
        if by["refund"] > 0 or by["chargeback"] > 0 or back > came:
            yield Broken("clearing", *book, f"of {came} of payment {payment} {back} went back")
        if payment and not -by["ever in"] <= lines <= -by["ever out"]:
            yield Broken("clearing", *book, f"of {came} less {back} of payment {payment} {-lines} was paid out")


def _kinds(books: Books) -> Iterator[Broken]:
    """Only the kinds of entries that there are move credit and receivables, each only what it may; one customer's."""
    for item in books.entries:
        whose = {owner for kind, owner, _amount in item.legs if kind in ("customer_credit", "receivable")}
        book = item.merchant, item.mode, min(whose, default=""), item.currency
        if strange := {kind for kind, _owner, _amount in item.legs} - _may(books, item):
            yield Broken("kinds", *book, f"{item.key}, a {item.kind}, moves {sorted(strange)}")
        if len(whose) > 1:
            yield Broken("walls", *book, f"{item.key} moves what {sorted(whose)} have")
        if sum(amount for _kind, _owner, amount in item.legs):
            yield Broken("kinds", *book, f"{item.key} does not sum to zero")


def _may(books: Books, item: Booked) -> set[str]:
    may = set(LEGS.get(books.kind_of(item), "").split())
    if item.kind == "correction" and "chargeback_loss" in may:
        may |= {"customer_credit"}  # what was won is credit, where somebody else owes it by now
    return may if item.kind == "correction" or item.kind in LEGS else set()


def _explained(books: Books) -> Iterator[Broken]:
    """What a customer owes less the credit is what was billed, less money and what else settled: by documents."""
    booked: dict[Book, int] = defaultdict(int)
    explained: dict[Book, int] = defaultdict(int)
    for kind in ("receivable", "customer_credit"):
        for book, amount in books.totals(kind).items():
            booked[book] += amount
    for item in books.entries:
        whose = item.owner("receivable") or item.owner("customer_credit")
        # what the other side of the entry says: cash, bank, clearing, revenue, taxes, ...
        explained[item.merchant, item.mode, whose, item.currency] -= sum(
            amount for kind, _owner, amount in item.legs if whose and kind not in ("receivable", "customer_credit")
        )
    due: dict[Book, int] = defaultdict(int)
    for this, payable in books.payables.items():
        if payable["kind"] == "invoice" or any(books.owed[this].values()):
            due[payable["merchant"], payable["mode"], payable["customer"], payable["currency"]] += payable["due"]
    left: dict[Book, int] = defaultdict(int)
    for row in books.rows(
        "SELECT e.merchant, e.mode, i.customer, i.currency, i.amount - i.allocated - i.returned AS free"
        " FROM intake i JOIN entry e ON e.id = i.entry"
    ):
        left[row["merchant"], row["mode"], row["customer"], row["currency"]] += row["free"]
    for book in sorted({*booked, *explained, *due, *left}):
        says = {booked[book], explained[book], due[book] - left[book]}
        if len(says) > 1:
            yield Broken(
                *("explained", *book),
                f"{booked[book]} is booked, {explained[book]} by the other sides of its entries,"
                f" bills are due with {due[book]} and intakes have {left[book]} left",
            )


RULES = {
    "credit": _credit,
    "held": _held,
    "bill": _bills,
    "voided": _voided,
    "order": _orders,
    "paid out, received, exchanged": _paid_out,
    "suspense": _suspense,
    "clearing": _clearing,
    "kinds, walls": _kinds,
    "explained": _explained,
}
"""What is looked at, by the rules that it may find broken."""


def broken(db: sqlite3.Connection) -> list[Broken]:
    """Every broken rule of the books."""
    books = Books(db)
    return [found for rule in RULES.values() for found in rule(books)]


def broken_at(path: Path) -> list[Broken]:
    """Every broken rule of a database file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return broken(db)
