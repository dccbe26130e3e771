"""Certificates of what was withheld, and what was withheld by month, which the books' own writer adds up."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from hub.domain.entry_keys import root_of
from hub.domain.ledger import Effect, Entry, LedgerKind
from hub.domain.withholding_certificate import CertificateFile, Period, WithheldMonth, WithholdingCertificate
from hub_hookspecs import Mode, Money

from .entries import entry_id
from .rows import json_text, maybe_micros, maybe_moment, micros, moment
from .schema import entry, merchant, withheld_month, withholding_certificate
from .statements import Runs, among, changed, inserted

ADD = inserted(withholding_certificate)
VOID = changed(
    withholding_certificate,
    withholding_certificate.c.void_reason,
    withholding_certificate.c.voided_at,
    withholding_certificate.c.voided_by,
)
GROW = changed(withholding_certificate, withholding_certificate.c.amount, withholding_certificate.c.booked)
GET = select(withholding_certificate).where(withholding_certificate.c.id == bindparam("id"))
STANDING = select(withholding_certificate).where(
    withholding_certificate.c.merchant == bindparam("merchant"),
    withholding_certificate.c.mode == bindparam("mode"),
    withholding_certificate.c.customer == bindparam("customer"),
    withholding_certificate.c.tax == bindparam("tax"),
    withholding_certificate.c.number == bindparam("number"),
    withholding_certificate.c.voided_at.is_(None),
)
OF_YEAR = (
    select(withholding_certificate)
    .where(
        withholding_certificate.c.merchant == bindparam("merchant"),
        withholding_certificate.c.mode == bindparam("mode"),
        withholding_certificate.c.period_to >= bindparam("first"),
        withholding_certificate.c.period_to <= bindparam("last"),
    )
    .order_by(withholding_certificate.c.period_to.desc(), withholding_certificate.c.recorded_at.desc())
    .limit(bindparam("limit"))
)
OF_CUSTOMERS = (
    select(withholding_certificate)
    .where(among(withholding_certificate.c.customer, "customers"), withholding_certificate.c.mode == bindparam("mode"))
    .order_by(withholding_certificate.c.recorded_at.desc(), withholding_certificate.c.id)
)
MONTHS_OF = select(withheld_month).where(
    withheld_month.c.merchant == bindparam("merchant"),
    withheld_month.c.mode == bindparam("mode"),
    among(withheld_month.c.customer, "customers"),
    withheld_month.c.month >= bindparam("first"),
    withheld_month.c.month <= bindparam("last"),
)
CONCERNED = tuple(
    select(table.c.customer)
    .where(
        table.c.merchant == bindparam("merchant"),
        table.c.mode == bindparam("mode"),
        table.c.customer > bindparam("after"),
    )
    .distinct()
    .order_by(table.c.customer)
    .limit(bindparam("limit"))
    for table in (withheld_month, withholding_certificate)
)
"""Who withheld, and who certified; a page of each in the order of their ids."""

_count = insert(withheld_month).values({column.name: bindparam(column.name) for column in withheld_month.columns})
COUNT = _count.on_conflict_do_update(
    index_elements=list(withheld_month.primary_key.columns),
    set_={"amount": withheld_month.c.amount + _count.excluded.amount},
)
BEGAN = select(entry.c.at, entry.c.value_on).where(entry.c.id == bindparam("id"))
COMPANY = select(merchant.c.company).where(merchant.c.id == bindparam("id"))


def count_withheld(tx: Runs, records: Iterable[Entry]) -> None:
    """Add what entries withhold to the months of their customers; a correction counts where what it corrects did."""
    for record in records:
        if not any(row.effect is Effect.WITHHELD for row in record.applied):
            continue
        customer = next(leg.owner for leg in record.postings if leg.kind is LedgerKind.RECEIVABLE)
        for leg in record.postings:
            if leg.kind is LedgerKind.WITHHOLDING_RECEIVABLE:
                values = {"merchant": record.merchant_id, "mode": record.mode.value, "month": _month_of(tx, record)}
                about = {"customer": customer, "tax": leg.owner, "currency": record.currency, "amount": leg.amount}
                tx.run(COUNT, {**values, **about})


def _month_of(tx: Runs, record: Entry) -> str:
    """The month of the day that it counts for, where the merchant is."""
    at, value_on = record.at, record.value_on
    if (root := root_of(record.key)) != record.key:
        row = tx.run(BEGAN, {"id": entry_id(record.merchant_id, record.mode, root)}).fetchone()
        if row is not None:
            at, value_on = moment(row["at"]), date.fromisoformat(row["value_on"]) if row["value_on"] else None
    if value_on is None:
        company = json.loads(tx.run(COMPANY, {"id": record.merchant_id}).fetchone()["company"])
        value_on = at.astimezone(ZoneInfo(company["zone"])).date()
    return f"{value_on:%Y-%m}"


class WithholdingCertificates:
    """Certificates, and what they are compared with; rows are kept for ever."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, paper: WithholdingCertificate) -> None:
        """Insert a certificate.

        Raises:
            Conflict: ``one_certificate`` when this customer's number of this tax stands already.
        """
        self._tx.run(ADD, _values(paper))

    def grow(self, certificate_id: str, amount: int, booked: int) -> None:
        """Say that more is booked by it, and so is certified; never less.

        Raises:
            Conflict: ``only_grows`` when it would be less.
        """
        self._tx.change(GROW, {"this": certificate_id, "amount": amount, "booked": booked})

    def void(self, certificate_id: str, reason: str, at: datetime, *, by: str) -> None:
        """Say that it is none, once; nothing that is booked changes.

        Raises:
            Conflict: ``append_only`` when somebody said so already.
        """
        values = {"this": certificate_id, "void_reason": reason, "voided_at": micros(at), "voided_by": by}
        self._tx.change(VOID, values)

    def get(self, certificate_id: str) -> WithholdingCertificate | None:
        """A certificate by id."""
        row = self._tx.run(GET, {"id": certificate_id}).fetchone()
        return None if row is None else _certificate(row)

    def standing(
        self, merchant_id: str, mode: Mode, customer_id: str, tax: str, number: str
    ) -> WithholdingCertificate | None:
        """A customer's certificate of a number and tax that is not void."""
        about = {"merchant": merchant_id, "mode": mode.value, "customer": customer_id, "tax": tax, "number": number}
        row = self._tx.run(STANDING, about).fetchone()
        return None if row is None else _certificate(row)

    def of_year(self, merchant_id: str, mode: Mode, year: int, limit: int) -> tuple[WithholdingCertificate, ...]:
        """A merchant's certificates whose periods end in a year; those of the last periods first, as many as wanted."""
        days = {"first": f"{year}-01-01", "last": f"{year}-12-31", "limit": limit}
        rows = self._tx.run(OF_YEAR, {"merchant": merchant_id, "mode": mode.value, **days})
        return tuple(_certificate(row) for row in rows)

    def of_customers(self, customer_ids: Collection[str], mode: Mode) -> tuple[WithholdingCertificate, ...]:
        """The certificates of customers, the newest first."""
        rows = self._tx.run(OF_CUSTOMERS, {"customers": json_text(list(customer_ids)), "mode": mode.value})
        return tuple(_certificate(row) for row in rows)

    def months_of(
        self, merchant_id: str, mode: Mode, customer_ids: Collection[str], first: date = date.min, last: date = date.max
    ) -> tuple[WithheldMonth, ...]:
        """What customers of a merchant withheld, by month."""
        days = {name: f"{day.year:04d}-{day.month:02d}" for name, day in (("first", first), ("last", last))}
        about = {"merchant": merchant_id, "mode": mode.value, "customers": json_text(list(customer_ids)), **days}
        return tuple(_month(row) for row in self._tx.run(MONTHS_OF, about))

    def concerned(self, merchant_id: str, mode: Mode, after: str, limit: int) -> tuple[str, ...]:
        """Ids of customers who withheld or certified, in order, from this one on."""
        about = {"merchant": merchant_id, "mode": mode.value, "after": after, "limit": limit}
        found = {row["customer"] for statement in CONCERNED for row in self._tx.run(statement, about)}
        return tuple(sorted(found)[:limit])


def _values(paper: WithholdingCertificate) -> dict[str, object]:
    file = paper.file
    return {
        "id": paper.id,
        "merchant": paper.merchant_id,
        "mode": paper.mode.value,
        "customer": paper.customer_id,
        "tax": paper.tax,
        "number": paper.number,
        "period_from": paper.period.first.isoformat(),
        "period_to": paper.period.last.isoformat(),
        "issued_on": paper.issued_on.isoformat(),
        "currency": paper.amount.currency,
        "amount": paper.amount.minor,
        "booked": paper.booked,
        "file": file.file if file else "",
        "file_name": file.name if file else "",
        "file_kind": file.kind if file else "",
        "file_sha256": file.sha256 if file else "",
        "recorded_by": paper.recorded_by,
        "recorded_at": micros(paper.recorded_at),
        "void_reason": paper.void_reason,
        "voided_at": maybe_micros(paper.voided_at),
        "voided_by": paper.voided_by,
    }


def _certificate(row: sqlite3.Row) -> WithholdingCertificate:
    file = CertificateFile(file=row["file"], name=row["file_name"], kind=row["file_kind"], sha256=row["file_sha256"])
    return WithholdingCertificate(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        customer_id=row["customer"],
        tax=row["tax"],
        number=row["number"],
        period=Period(date.fromisoformat(row["period_from"]), date.fromisoformat(row["period_to"])),
        issued_on=date.fromisoformat(row["issued_on"]),
        amount=Money(row["amount"], row["currency"]),
        booked=row["booked"],
        file=file if file.file else None,
        recorded_by=row["recorded_by"],
        recorded_at=moment(row["recorded_at"]),
        void_reason=row["void_reason"],
        voided_at=maybe_moment(row["voided_at"]),
        voided_by=row["voided_by"],
    )


def _month(row: sqlite3.Row) -> WithheldMonth:
    return WithheldMonth(
        customer_id=row["customer"],
        tax=row["tax"],
        month=date.fromisoformat(f"{row['month']}-01"),
        amount=Money(row["amount"], row["currency"]),
    )
