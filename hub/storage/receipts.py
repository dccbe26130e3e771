"""Cash receipts: numbered without gaps, never edited, only voided."""

from __future__ import annotations

import json
import sqlite3
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import bindparam, func, literal_column, or_, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from hub.domain.bank_reference import mark_of
from hub.domain.conversion import CameIn, Rate
from hub.domain.receipt import CashReceipt, Party, ReceiptLine, SeriesGap
from hub_hookspecs import Mode, Money

from .rows import folded, json_text, maybe_micros, maybe_moment, micros, moment, party_text, pattern
from .schema import ONE, cash_receipt, conversion, customer, literal, receipt_note, series, series_gap
from .statements import Runs, changed, inserted

NEXT = (
    insert(series)
    .values(
        merchant=bindparam("merchant"), mode=bindparam("mode"), series=bindparam("series"), next=literal_column("2")
    )
    .on_conflict_do_update(
        index_elements=[series.c.merchant, series.c.mode, series.c.series], set_={"next": series.c.next + ONE}
    )
    .returning((series.c.next - ONE).label("number"))
)
LAST = select((series.c.next - ONE).label("last")).where(
    series.c.merchant == bindparam("merchant"),
    series.c.mode == bindparam("mode"),
    series.c.series == bindparam("series"),
)
SERIES = select(series).order_by(series.c.merchant, series.c.mode, series.c.series)
ADD_GAP = inserted(series_gap)
GAPS = (
    select(series_gap)
    .where(series_gap.c.merchant == bindparam("merchant"), series_gap.c.mode == bindparam("mode"))
    .order_by(series_gap.c.series, series_gap.c.first.desc())
)
NOTED = (
    select(receipt_note.c.text)
    .where(receipt_note.c.receipt == cash_receipt.c.id, receipt_note.c.kind == literal("shown"))
    .order_by(receipt_note.c.number.desc())
    .limit(1)
    .scalar_subquery()
    .label("noted")
)
"""What was written in place of the notes with which a receipt was issued."""
ADD = inserted(cash_receipt)
VOID = changed(cash_receipt, cash_receipt.c.void_reason, cash_receipt.c.voided_at, cash_receipt.c.voided_by)
RECEIPTS = select(
    cash_receipt,
    NOTED,
    *(conversion.c[name].label(f"came_{name}") for name in ("came_currency", "came", "base", "quote", "rate")),
    *(conversion.c[name].label(f"came_{name}") for name in ("source", "rate_on")),
).outerjoin(conversion, conversion.c.id == cash_receipt.c.id)
"""The receipt of a conversion has its id: what came, and the rate, stand there."""
GET = RECEIPTS.where(cash_receipt.c.id == bindparam("id"))
FIRST_NOTES = select(cash_receipt.c.notes).where(cash_receipt.c.id == bindparam("id"))
OF_PAYMENT = RECEIPTS.where(
    cash_receipt.c.payment == bindparam("payment"), cash_receipt.c.payment.is_not(None)
).order_by(cash_receipt.c.number)
LABELLED = cash_receipt.c.series + literal("-") + func.printf(literal("%06d"), cash_receipt.c.number)
"""As ``label_of`` writes it."""
OF = RECEIPTS.where(
    cash_receipt.c.merchant == bindparam("merchant"), cash_receipt.c.mode == bindparam("mode")
).order_by(cash_receipt.c.series, cash_receipt.c.number.desc())
OF_CUSTOMER = (
    RECEIPTS.where(cash_receipt.c.customer == bindparam("customer"), cash_receipt.c.mode == bindparam("mode"))
    .order_by(cash_receipt.c.issued_at.desc(), cash_receipt.c.id.desc())
    .limit(bindparam("limit"))
)

REFERRED = OF.where(
    cash_receipt.c.bank_reference == bindparam("reference"),
    cash_receipt.c.bank_reference != "",
    cash_receipt.c.voided_at.is_(None),
)
NEWEST = (
    RECEIPTS.where(
        *(cash_receipt.c.merchant == bindparam("merchant"), cash_receipt.c.mode == bindparam("mode")),
        tuple_(cash_receipt.c.number, cash_receipt.c.id) < tuple_(bindparam("number"), bindparam("last")),
    )
    .order_by(cash_receipt.c.number.desc(), cash_receipt.c.id.desc())
    .limit(bindparam("limit"))
)
MATCHING = NEWEST.where(
    or_(
        *(
            text.ilike(bindparam("pattern"), escape="\\")
            for text in (
                *(LABELLED, cash_receipt.c.provider_reference, cash_receipt.c.authorisation),
                *(cash_receipt.c.bank_reference, cash_receipt.c.lines, cash_receipt.c.received_from),
            )
        ),
        cash_receipt.c.customer.in_(
            select(customer.c.id).where(
                customer.c.merchant == bindparam("merchant"), customer.c.search.like(bindparam("folded"), escape="\\")
            )
        ),
    )
)
NUMBERED = OF.where(cash_receipt.c.series == bindparam("series"), cash_receipt.c.number == bindparam("number"))


LAST_NUMBER = 2**62


class Receipts:
    """Cash receipts."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def next_number(self, merchant_id: str, mode: Mode, series: str) -> int:
        """Take the next number of a series, in this transaction; gapless because it rolls back with it."""
        values = {"merchant": merchant_id, "mode": mode.value, "series": series}
        (row,) = self._tx.run(NEXT, values).fetchall()
        return int(row["number"])

    def last_number(self, merchant_id: str, mode: Mode, series: str) -> int:
        """The last number of a series that was taken, or left out; 0 before the first."""
        row = self._tx.run(LAST, {"merchant": merchant_id, "mode": mode.value, "series": series}).fetchone()
        return 0 if row is None else int(row["last"])

    def series(self) -> tuple[tuple[str, Mode, str], ...]:
        """(merchant id, mode, series) of every series that has begun."""
        return tuple((row["merchant"], Mode(row["mode"]), row["series"]) for row in self._tx.run(SERIES))

    def leave_out(self, gap: SeriesGap) -> None:
        """Give the numbers of a gap to nobody: the series goes on after it.

        Raises:
            Conflict: ``append_only`` when it does not begin where the series stands.
        """
        self._tx.run(
            ADD_GAP,
            {
                "merchant": gap.merchant_id,
                "mode": gap.mode.value,
                "series": gap.series,
                "first": gap.first,
                "last": gap.last,
                "by": gap.by,
                "why": gap.why,
                "at": micros(gap.at),
            },
        )

    def gaps(self, merchant_id: str, mode: Mode) -> tuple[SeriesGap, ...]:
        """A merchant's gaps by series, the last first."""
        rows = self._tx.run(GAPS, {"merchant": merchant_id, "mode": mode.value})
        return tuple(
            SeriesGap(
                merchant_id=row["merchant"],
                mode=Mode(row["mode"]),
                series=row["series"],
                first=row["first"],
                last=row["last"],
                by=row["by"],
                why=row["why"],
                at=moment(row["at"]),
            )
            for row in rows
        )

    def add(self, receipt: CashReceipt) -> None:
        """Insert a receipt.

        Raises:
            Conflict: ``unique`` when its number, or its movement's receipt, is already there.
        """
        self._tx.run(ADD, _values(receipt))

    def void(self, receipt_id: str, reason: str, at: datetime, *, by: str = "") -> None:
        """Void a receipt, once; it keeps its number.

        Raises:
            Conflict: ``append_only`` when it is void already.
        """
        self._tx.change(VOID, {"this": receipt_id, "void_reason": reason, "voided_at": micros(at), "voided_by": by})

    def get(self, receipt_id: str) -> CashReceipt | None:
        """A receipt by id."""
        row = self._tx.run(GET, {"id": receipt_id}).fetchone()
        return None if row is None else _receipt(row)

    def first_notes(self, receipt_id: str) -> str:
        """The notes with which a receipt was issued."""
        row = self._tx.run(FIRST_NOTES, {"id": receipt_id}).fetchone()
        return "" if row is None else str(row["notes"])

    def standing(self, payment_id: str) -> tuple[CashReceipt, ...]:
        """The receipts of a payment that are not void, one a movement; the first number first."""
        return tuple(item for item in self.all_of_payment(payment_id) if item.voided_at is None)

    def all_of_payment(self, payment_id: str) -> tuple[CashReceipt, ...]:
        """Every receipt that a payment ever had, of whichever movement, void ones included;
        the first number first."""
        return tuple(_receipt(row) for row in self._tx.run(OF_PAYMENT, {"payment": payment_id}).fetchall())

    def numbered(self, merchant_id: str, mode: Mode, series: str, number: int) -> tuple[CashReceipt, ...]:
        """The receipt of this number, if there is one."""
        values = {"merchant": merchant_id, "mode": mode.value, "series": series, "number": number}
        return tuple(_receipt(row) for row in self._tx.run(NUMBERED, values))

    def referred(self, merchant_id: str, mode: Mode, reference: str) -> tuple[CashReceipt, ...]:
        """The receipts that stand with this reference of the bank, the last number first."""
        values = {"merchant": merchant_id, "mode": mode.value, "reference": reference}
        return tuple(_receipt(row) for row in self._tx.run(REFERRED, values))

    def of_customer(self, customer_id: str, mode: Mode, *, limit: int) -> tuple[CashReceipt, ...]:
        """The last receipts of a customer, the newest first."""
        values = {"customer": customer_id, "mode": mode.value, "limit": limit}
        return tuple(_receipt(row) for row in self._tx.run(OF_CUSTOMER, values))

    def newest(
        self, merchant_id: str, mode: Mode, text: str = "", *, after: str = "", limit: int = 200
    ) -> tuple[CashReceipt, ...]:
        """A page of them, the newest number first.

        Args:
            text: What a label, reference, invoice's number or name has in it; empty for all.
            after: Id of the last receipt of the page before; empty for the first page.
        """
        last = self.get(after) if after else None
        values = {"merchant": merchant_id, "mode": mode.value, "limit": limit, "pattern": pattern(text)}
        values |= {"number": last.number if last else LAST_NUMBER, "last": last.id if last else ""}
        values["folded"] = pattern(folded(text))
        return tuple(_receipt(row) for row in self._tx.run(MATCHING if text else NEWEST, values))

    def of(self, merchant_id: str, mode: Mode) -> tuple[CashReceipt, ...]:
        """A merchant's receipts by series, the last number first."""
        return tuple(_receipt(row) for row in self._tx.run(OF, {"merchant": merchant_id, "mode": mode.value}))


def _values(record: CashReceipt) -> dict[str, object]:
    if record.advance.currency != record.cash.currency:
        raise ValueError(f"cash receipt {record.label} is in two currencies")
    return {
        "id": record.id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "series": record.series,
        "number": record.number,
        "customer": record.customer_id,
        "payment": record.payment_id,
        "movement": record.movement,
        "received_on": record.received_on.isoformat(),
        "issued_at": micros(record.issued_at),
        "issued_by": record.issued_by,
        "means": str(record.means),
        "currency": record.cash.currency,
        "cash": record.cash.minor,
        "advance": record.advance.minor,
        "lines": json_text(
            [
                [line.payable_id, line.number, line.applied, line.before, line.after]
                + ([dict(line.withholdings), line.discount] if line.withholdings or line.discount else [])
                for line in record.lines
            ]
        ),
        "words": record.words,
        "clause": record.clause,
        "concept": record.concept,
        "issuer": party_text(record.issuer),
        "received_from": party_text(record.received_from),
        "notes": record.notes,
        "bank_account": record.bank_account,
        "bank_reference": record.bank_reference,
        "received_in": mark_of(record).received_in,
        "provider": record.provider,
        "provider_reference": record.provider_reference,
        "authorisation": record.authorisation,
        "void_reason": record.void_reason,
        "voided_at": maybe_micros(record.voided_at),
        "voided_by": record.voided_by,
    }


def _receipt(row: sqlite3.Row) -> CashReceipt:
    return CashReceipt(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        series=row["series"],
        number=row["number"],
        customer_id=row["customer"],
        payment_id=row["payment"],
        received_on=date.fromisoformat(row["received_on"]),
        issued_at=moment(row["issued_at"]),
        issued_by=row["issued_by"],
        means=row["means"],
        cash=Money(row["cash"], row["currency"]),
        advance=Money(row["advance"], row["currency"]),
        lines=tuple(
            ReceiptLine(
                payable_id=payable_id,
                number=number,
                applied=applied,
                before=before,
                after=after,
                **(dict(zip(("withholdings", "discount"), less, strict=True)) if less else {}),
            )
            for payable_id, number, applied, before, after, *less in json.loads(row["lines"])
        ),
        words=row["words"],
        clause=row["clause"],
        concept=row["concept"],
        movement=row["movement"],
        issuer=Party(**json.loads(row["issuer"])),
        received_from=Party(**json.loads(row["received_from"])),
        notes=row["notes"] if row["noted"] is None else row["noted"],
        bank_account=row["bank_account"],
        bank_reference=row["bank_reference"],
        provider=row["provider"],
        provider_reference=row["provider_reference"],
        authorisation=row["authorisation"],
        came=None
        if row["came_came"] is None
        else CameIn(Money(row["came_came"], row["came_came_currency"]), _rate(row)),
        void_reason=row["void_reason"],
        voided_at=maybe_moment(row["voided_at"]),
        voided_by=row["voided_by"],
    )


def _rate(row: sqlite3.Row) -> Rate:
    return Rate(
        base=row["came_base"],
        quote=row["came_quote"],
        value=Decimal(row["came_rate"]),
        source=row["came_source"],
        on=date.fromisoformat(row["came_rate_on"]),
    )
