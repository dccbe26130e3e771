"""How much longer does a page of a company with 100,000 invoices take than the same page of one with 100?

    ./run python bench/pages.py
    ./run python bench/pages.py --invoices 100000 --rounds 7

Two data folders are made here, alike but for their size: customers with ten invoices each on average, most of them
open; of nearly every second invoice a cash receipt of money by hand, and of the others a mail. Bills and money are in
the books.
Then each page is drawn by the product's own application, in this process, once in the one and once in the other house,
turn about; ratios are taken within each round, by the clock of the processor. Lists have a goal; a search that finds
nothing reads an index to its end, and a report adds up all that there is: they stand here to be seen. A file is written
whole; what this process grew by at its highest meanwhile stands beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx

from hub.bootstrap import OpenedHub, migrate_data, open_hub
from hub.domain import billing
from hub.domain.ledger import Applied, Effect, Entry, EntryKind, LedgerKind, Posting
from hub.domain.merchant import Customer, Merchant, Role
from hub.domain.message import Delivery, DeliveryState
from hub.domain.payable import Payable, PayableKind
from hub.domain.receipt import CashReceipt, Party, ReceiptLine
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.sign_in import request_sign_in, sign_in, sign_in_token
from hub.settings import Settings
from hub.web.app import create_app
from hub_hookspecs import Company, IdentityDocument, Mode, Money

AT_MOST: Final = 2.0
LISTS: Final = (
    "/m", "/m/customers", "/m/invoices", "/m/invoices?only=open", "/m/invoices?only=overdue", "/m/payments",
    "/m/payments?status=paid", "/m/receipts", "/m/reviews", "/m/settlements", "/m/mails", "/m/mails?kind=statement",
    "/m/imports",
)  # fmt: skip
SEARCHES: Final = ("/m/invoices?q=nobody", "/m/receipts?q=nobody", "/m/payments?q=nobody")
REPORTS: Final = (
    "/m/reports", "/m/reports/ageing", "/m/reports/owed", "/m/reports/owed?until=01/06/2026", "/m/reports/paid",
    "/m/reports/receipts", "/m/reports/bills", "/m/reports/debtors",
)  # fmt: skip
FILES: Final = ("ageing", "owed", "paid", "receipts", "bills", "debtors")
EVER: Final = "since=01/01/2025"
NOW: Final = datetime.now(UTC)
NUMBERS: Final = itertools.count(1)
OWNER: Final = "duena@banco.example"


class House(NamedTuple):
    """A hub with one company, and a browser in which its owner is signed in."""

    opened: OpenedHub
    browser: httpx.AsyncClient
    invoices: int


async def main() -> int:
    """Make both, measure, print."""
    parser = argparse.ArgumentParser(description="Pages of many invoices over the same pages of few.")
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="a folder in which both houses stay, to be measured again")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="pages-"))
    try:
        few, many = [await furnish(folder / str(size), size) for size in (given.few, given.invoices)]
        after = await behind(many)
        failed = False
        for title, paths, target in (
            ("lists", (*LISTS, f"/m/invoices?after={after}"), AT_MOST),
            ("searches that find nothing", SEARCHES, None),
            ("reports", REPORTS, None),
        ):
            print(f"{title}{f', at most {target}' if target else ''}")
            for path in paths:
                ratio = await compare(path, few, many, given.rounds)
                failed |= target is not None and ratio > target
        print("files of all of it")
        for kind in FILES:
            await weigh(kind, many)
        return int(failed)
    finally:
        if given.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


async def compare(path: str, few: House, many: House, rounds: int) -> float:
    """Print and return the median ratio of a page, many over few."""
    seconds: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        seconds.append((await draw(few, path), await draw(many, path)))
    pairs = seconds[1:]
    ratios = sorted(large / small for small, large in pairs)
    ratio = statistics.median(ratios)
    ms = [1000 * statistics.median(side) for side in zip(*pairs, strict=True)]
    print(f"  {ratio:6.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})  {ms[0]:6.0f} ms {ms[1]:7.0f} ms  {path}", flush=True)
    return ratio


async def draw(house: House, path: str) -> float:
    """Seconds of the processor."""
    began = time.process_time()
    answer = await house.browser.get(path)
    took = time.process_time() - began
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return took


async def weigh(kind: str, house: House) -> None:
    """Print how long a file takes, how large it is, and what memory it takes."""
    for form in ("csv", "xlsx"):
        before, began, size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time(), 0
        async with house.browser.stream("GET", f"/m/reports/{kind}/file?{EVER}&file={form}") as answer:
            async for piece in answer.aiter_bytes():
                size += len(piece)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"  {time.process_time() - began:6.1f} s {size / 1e6:7.1f} MB, grew by {grown:.0f} MB  {kind}.{form}")


async def behind(house: House) -> str:
    """The id of an invoice in the middle of the list."""
    merchant = await house.opened.hub.store.read(lambda tx: tx.merchants.all()[0])
    found = await house.opened.hub.store.read(
        lambda tx: tx.payables.search(merchant.id, merchant.mode, limit=house.invoices // 2)
    )
    return found[-1].id


async def furnish(data: Path, invoices: int) -> House:
    """A hub with so many invoices in its books, made where it is not there yet."""
    settings = Settings(data=data)
    is_new = not data.exists()
    if is_new:
        migrate_data(settings)
    opened = open_hub(settings)
    if is_new:
        await fill(opened, invoices)
    store = opened.hub.store
    merchant = await store.read(lambda tx: tx.merchants.all()[0])
    app = create_app(opened.hub)
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000", timeout=600)
    await request_sign_in(opened.hub, OWNER)
    sent = await store.read(lambda tx: tx.deliveries.newest(merchant.id, merchant.mode, kind="sign_in"))
    signed = await sign_in(opened.hub, sign_in_token(opened.hub, sent[0].id))
    browser.cookies.set("session", signed.token)
    return House(opened, browser, invoices)


async def fill(opened: OpenedHub, invoices: int) -> None:
    """A company, its customers, their invoices, money and mails."""
    store = opened.hub.store
    merchant = Merchant(id=new_id(), slug="banco", company=COMPANY, locale="es_CR", mode=Mode.TEST, created_at=NOW)
    await store.write(lambda tx: tx.merchants.add(merchant))
    await add_member(opened.hub, merchant, OWNER, Role.OWNER)
    people = [_customer(merchant, at) for at in range(max(1, invoices // 10))]
    for batch in _batches(people):
        await store.write(lambda tx, batch=batch: [tx.customers.save(item) for item in batch])
    number = 0
    for batch in _batches(range(invoices)):
        bills = [_bill(merchant, people[at % len(people)], at) for at in batch]
        await store.write(lambda tx, bills=bills: tx.payables.add_many(bills))
        entries = [billing.bill(item, difference=item.total, at=NOW) for item in bills]
        entries += [billing.paid_elsewhere(item, amount=item.total, at=NOW) for item in bills if not _is_open(item)]
        await store.write(lambda tx, entries=entries: tx.ledger.write_many(entries))
        paid = [item for item in bills if _is_open(item) and int(item.number[3:]) % 2 == 0]
        receipts = [_receipt(merchant, item, number + at) for at, item in enumerate(paid, 1)]
        number += len(receipts)
        money = [entry for item, made in zip(paid, receipts, strict=True) for entry in _money(item, made)]
        await store.write(lambda tx, money=money: tx.ledger.write_many(money))
        await store.write(lambda tx, receipts=receipts: [tx.receipts.add(item) for item in receipts])
        mails = [_mail(merchant, item) for item in bills if int(item.number[3:]) % 2]
        await store.write(lambda tx, mails=mails: [tx.deliveries.add(item) for item in mails])


def _batches(items: Any, size: int = 2000) -> Iterator[Any]:
    for at in range(0, len(items), size):
        yield items[at : at + size]


COMPANY: Final = Company(
    country="CR",
    document=IdentityDocument("CJ", "3101234567"),
    legal_name="Banco de pruebas S.A.",
    trade_name="Banco de pruebas",
    email="banco@correo.example",
    zone="America/Costa_Rica",
)


def new_id() -> str:
    """One that grows, as ours do."""
    return f"01M{next(NUMBERS):023}"


def _customer(merchant: Merchant, at: int) -> Customer:
    return Customer(
        id=new_id(), merchant_id=merchant.id, name=f"Cliente {at * 7919 % 100_003:06}", email=f"c{at}@correo.example"
    )


def _bill(merchant: Merchant, customer: Customer, at: int) -> Payable:
    issued = NOW.date() - timedelta(days=at % 365)
    return Payable(
        id=new_id(),
        merchant_id=merchant.id,
        mode=merchant.mode,
        kind=PayableKind.INVOICE,
        number=f"FE-{at:07}",
        customer_id=customer.id,
        currency="CRC" if at % 5 else "USD",
        total=100_00 + at,
        issued_on=issued,
        due_on=issued + timedelta(days=30),
        created_at=NOW,
    )


def _is_open(bill: Payable) -> bool:
    return int(bill.number[3:]) % 5 != 1


def _receipt(merchant: Merchant, bill: Payable, number: int) -> CashReceipt:
    return CashReceipt(
        id=new_id(),
        merchant_id=merchant.id,
        mode=merchant.mode,
        series="RC",
        number=number,
        customer_id=bill.customer_id,
        payment_id=None,
        received_on=_day(bill),
        issued_at=NOW,
        issued_by=OWNER,
        means="transfer",
        cash=Money(bill.total // 2, bill.currency),
        advance=Money(0, bill.currency),
        lines=(
            ReceiptLine(
                payable_id=bill.id,
                number=bill.number,
                applied=bill.total // 2,
                before=bill.total,
                after=bill.total - bill.total // 2,
            ),
        ),
        words="una suma",
        clause="part",
        concept="Abono",
        issuer=Party(name="Banco de pruebas S.A."),
        received_from=Party(name="Cliente"),
        bank_reference=f"B{number}",
    )


def _day(bill: Payable) -> date:
    return min(bill.issued_on + timedelta(days=20), NOW.date())


def _money(bill: Payable, receipt: CashReceipt) -> tuple[Entry, Entry]:
    common = {
        "merchant_id": bill.merchant_id,
        "mode": bill.mode,
        "currency": bill.currency,
        "at": NOW,
        "value_on": _day(bill),
    }
    half, key = receipt.cash.minor, f"manual:{receipt.id}"
    came = Entry(
        key=key,
        kind=EntryKind.OFFLINE_RECEIPT,
        postings=(Posting(LedgerKind.BANK, "", half), Posting(LedgerKind.CUSTOMER_CREDIT, bill.customer_id, -half)),
        intake_of=bill.customer_id,
        **common,
    )
    used = Entry(
        key=f"alloc:{key}:{bill.id}:0",
        kind=EntryKind.ALLOCATION,
        postings=(
            Posting(LedgerKind.CUSTOMER_CREDIT, bill.customer_id, half),
            Posting(LedgerKind.RECEIVABLE, bill.customer_id, -half),
        ),
        applied=(Applied(payable_id=bill.id, effect=Effect.ALLOCATED, amount=half, intake=key),),
        **common,
    )
    return came, used


def _mail(merchant: Merchant, bill: Payable) -> Delivery:
    return Delivery(
        id=new_id(),
        merchant_id=merchant.id,
        mode=merchant.mode,
        kind="statement",
        recipient="c@correo.example",
        subject_id=bill.customer_id,
        details={},
        state=DeliveryState.SENT,
        due_at=None,
        created_at=NOW,
        sent_at=NOW,
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
