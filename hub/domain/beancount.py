"""The books as Beancount text, so that a program that shares nothing with ours can agree, or not.

One ledger account of ours is one account of the file: ``Assets:Receivable:Test-shop:C-...:CRC``.
Customers appear by their id alone, and nobody's words are in it. After the entries stands what each
account comes to, which Beancount compares with its own sums.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hub.domain.ledger import Entry, LedgerKind, Posting
from hub_hookspecs import EXPONENTS, Mode, Money

PLACES = {
    LedgerKind.RECEIVABLE: "Assets:Receivable",
    LedgerKind.PROVIDER_CLEARING: "Assets:Clearing",
    LedgerKind.BANK: "Assets:Bank",
    LedgerKind.CASH: "Assets:Cash",
    LedgerKind.WITHHOLDING_RECEIVABLE: "Assets:WithheldByPayers",
    LedgerKind.TAX_WITHHELD: "Assets:WithheldByAcquirers",
    LedgerKind.OUTSIDE: "Assets:PaidElsewhere",
    LedgerKind.EXCHANGE: "Assets:Exchange",
    LedgerKind.PROVIDER_RESERVE: "Assets:ProviderReserve",
    LedgerKind.IN_TRANSIT: "Assets:InTransit",
    LedgerKind.CUSTOMER_CREDIT: "Liabilities:CustomerCredit",
    LedgerKind.SUSPENSE: "Liabilities:Suspense",
    LedgerKind.BILLED: "Income:Billed",
    LedgerKind.FEES: "Expenses:Fees",
    LedgerKind.FEE_TAX: "Expenses:FeeTax",
    LedgerKind.DISCOUNTS: "Expenses:Discounts",
    LedgerKind.WRITE_OFF: "Expenses:WriteOff",
    LedgerKind.CHARGEBACK_LOSS: "Expenses:ChargebackLoss",
}
OWNERS = {
    LedgerKind.RECEIVABLE: "C",
    LedgerKind.CUSTOMER_CREDIT: "C",
    LedgerKind.WITHHOLDING_RECEIVABLE: "T",
    LedgerKind.TAX_WITHHELD: "T",
}
"""What stands before an owner's name: C a customer, T a tax, A an account with a provider."""

Balance = tuple[str, str, str, int]
"""Kind, owner, currency, balance: as the ledger's own table has it."""


def beancount_text(
    entries: Iterable[Entry], balances: Sequence[Balance], *, merchant: str, mode: Mode, zone: str, head: str = ""
) -> str:
    """The entries of one merchant and mode, in their order, and the balances that must come out.

    Each stands on the day that it counts for, and says when it was booked.

    Args:
        merchant: Short name, part of every account.
        zone: Where a day begins.
        head: Hash of the chain's last seal, for the reader.
    """
    kept = tuple(entries)
    lines = beancount_lines(lambda: kept, balances, merchant=merchant, mode=mode, zone=zone, head=head)
    return "\n".join(lines) + "\n"


def beancount_lines(
    entries: Callable[[], Iterable[Entry]],
    balances: Sequence[Balance],
    *,
    merchant: str,
    mode: Mode,
    zone: str,
    head: str = "",
) -> Iterator[str]:
    """The lines of the same, for whom the entries are too many to hold: they are gone through twice."""
    book, clock = book_of(merchant, mode), ZoneInfo(zone)
    first, last, currencies = date.max, date.min, set[str]()
    named = {account_of(book, LedgerKind(kind), owner, currency) for kind, owner, currency, _ in balances}
    for entry in entries():
        day = entry.counts_on(clock)
        first, last = min(first, day), max(last, day)
        currencies.add(entry.currency)
        named |= {account_of(book, leg.kind, leg.owner, entry.currency) for leg in entry.postings}
    if last == date.min:
        first = last = date(1970, 1, 1)
    yield f'option "title" "{_quoted(f"{merchant}, {mode} mode")}"'
    for currency in sorted(currencies):
        yield f'option "operating_currency" "{currency}"'
    if head:
        yield f"; chain head {head}"
    yield ""
    for name in sorted(named):
        yield f"{first} open {name} {name.rpartition(':')[2]}"
    for entry in entries():
        yield ""
        yield from _transaction(entry, entry.counts_on(clock), book, clock)
    yield ""
    for kind, owner, currency, amount in balances:
        name = account_of(book, LedgerKind(kind), owner, currency)
        yield f"{last + timedelta(days=1)} balance {name}  {_amount(amount, currency, exactly=True)}"


def _transaction(entry: Entry, day: date, book: str, zone: ZoneInfo) -> Iterator[str]:
    yield f'{day} * "{_quoted(entry.kind.value)}"'
    yield f'  key: "{_quoted(entry.key)}"'
    yield f"  booked: {entry.booked_on(zone)}"
    for name, value in (("payment", entry.payment_id), ("observation", entry.observation)):
        if value:
            yield f'  {name}: "{_quoted(value)}"'
    if entry.own_record:
        yield "  own-record: TRUE"
    for leg in entry.postings:
        yield _posting(leg, entry.currency, book)


def _posting(leg: Posting, currency: str, book: str) -> str:
    return f"  {account_of(book, leg.kind, leg.owner, currency)}  {_amount(leg.amount, currency)}"


def account_of(book: str, kind: LedgerKind, owner: str, currency: str) -> str:
    """The account's name in the file; no two of ours have the same."""
    place = f"{PLACES[kind]}:{book}"
    return f"{place}:{OWNERS.get(kind, 'A')}-{_plain(owner)}:{currency}" if owner else f"{place}:{currency}"


def book_of(merchant: str, mode: Mode) -> str:
    """The part of every account's name that keeps merchants and modes apart;
    it begins with a capital, as it must."""
    return f"{mode.value.capitalize()}-{_plain(merchant)}"


def _plain(text: str) -> str:
    """Letters and digits as they are, a hyphen doubled, all else in hex between hyphens:
    no two texts become one."""
    return "".join(
        char if re.fullmatch("[A-Za-z0-9]", char) else "--" if char == "-" else f"-{char.encode().hex()}-"
        for char in text
    )


def _amount(minor: int, currency: str, *, exactly: bool = False) -> str:
    """An amount to the last minor unit; Beancount would else let a balance be out by one."""
    text = f"{Money(minor, currency).decimal:.{EXPONENTS[currency]}f}"
    return f"{text} ~ 0 {currency}" if exactly else f"{text} {currency}"


def _quoted(text: str) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line.replace("\\", "\\\\").replace('"', '\\"')
