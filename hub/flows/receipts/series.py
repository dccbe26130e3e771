"""The series in which a merchant numbers its cash receipts: seen, and another one begun in place of the one in use."""

from __future__ import annotations

from datetime import datetime

from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Merchant
from hub.domain.receipt import SeriesGap, label_of
from hub.domain.receipt_series import MAX_NUMBER, SERIES_NAME, ReceiptSeries, SeriesView
from hub.domain.text import Text, stored
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub.flows.operations.record_restore import NUMBERED, leave_out
from hub_hookspecs import Country, Mode


def series_in_use(tx: Tx, merchant_id: str, mode: Mode, country: Country) -> str:
    """The series that gives the next cash receipt its number: the one that was chosen, else the country's."""
    return tx.receipt_series.open_one(merchant_id, mode) or country.receipts.series


async def list_series(hub: Hub, merchant: Merchant) -> tuple[SeriesView, ...]:
    """Every series of a merchant's cash receipts, the one that gives numbers first, then the one closed last."""
    country = hub.countries[merchant.company.country]
    return await hub.store.read(lambda tx: _views(tx, merchant, country))


def _views(tx: Tx, merchant: Merchant, country: Country) -> tuple[SeriesView, ...]:
    chosen = {item.series: item for item in tx.receipt_series.of(merchant.id, merchant.mode)}
    in_use = series_in_use(tx, merchant.id, merchant.mode, country)
    issued = tx.receipt_series.issued(merchant.id, merchant.mode)
    names = dict.fromkeys((in_use, *reversed(chosen), *issued))
    return tuple(
        _view(tx, merchant, name, chosen.get(name), issued.get(name, 0), is_open=name == in_use) for name in names
    )


def _view(
    tx: Tx, merchant: Merchant, name: str, chosen: ReceiptSeries | None, issued: int, *, is_open: bool
) -> SeriesView:
    return SeriesView(
        series=name,
        last=tx.receipts.last_number(merchant.id, merchant.mode, name),
        issued=issued,
        is_open=is_open,
        began_at=chosen.began_at if chosen else None,
        began_by=chosen.began_by if chosen else "",
        closed_at=chosen.closed_at if chosen else None,
        closed_by=chosen.closed_by if chosen else "",
    )


async def begin_series(hub: Hub, merchant: Merchant, name: str, first: str, *, by: str) -> SeriesView:
    """Number the next cash receipts in another series, from a number on; the one in use is closed for good.

    Raises:
        Invalid: The name is none, or was used before, or the first number is none.
    """
    now, country = hub.clock(), hub.countries[merchant.company.country]
    series, number = _understood(name, first)

    def write(tx: Tx) -> SeriesView:
        _refuse_used(tx, merchant, country, series)
        _close(tx, merchant, country, by=by, now=now)
        made = ReceiptSeries(merchant_id=merchant.id, mode=merchant.mode, series=series, began_at=now, began_by=by)
        tx.receipt_series.add(made)
        if number > 1:
            gap = SeriesGap(
                merchant_id=merchant.id,
                mode=merchant.mode,
                series=series,
                first=1,
                last=number - 1,
                by=by,
                why=stored(Text("numbers.begins_at", label=label_of(series, number))),
                at=now,
            )
            leave_out(tx, gap)
        tell(tx, "receipt_series_began", merchant=merchant.id, mode=merchant.mode.value, series=series)
        return _view(tx, merchant, series, made, 0, is_open=True)

    return await hub.store.write(write)


def _understood(name: str, first: str) -> tuple[str, int]:
    """The name and the first number as they were typed.

    Raises:
        Invalid: Every fault that can be seen without the books.
    """
    problems = []
    series, digits = name.strip().upper(), first.strip() or "1"
    if not SERIES_NAME.fullmatch(series):
        problems.append(FieldError("series", Text("series.not_a_name")))
    elif series in NUMBERED:
        problems.append(FieldError("series", Text("series.of_other_documents", series=series)))
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits[:12]) <= MAX_NUMBER):
        problems.append(FieldError("first", Text("series.not_a_number")))
    if problems:
        raise Invalid(tuple(problems))
    return series, int(digits)


def _refuse_used(tx: Tx, merchant: Merchant, country: Country, series: str) -> None:
    if series == series_in_use(tx, merchant.id, merchant.mode, country):
        raise Invalid((FieldError("series", Text("series.in_use", series=series)),))
    closed = {item.series for item in tx.receipt_series.of(merchant.id, merchant.mode)}
    last = tx.receipts.last_number(merchant.id, merchant.mode, series)
    if series in closed or last:
        raise Invalid((FieldError("series", Text("series.was_used", series=series, last=label_of(series, last))),))


def _close(tx: Tx, merchant: Merchant, country: Country, *, by: str, now: datetime) -> None:
    """The series in use gives no further number; one that nobody ever chose is written down as it is closed."""
    series = series_in_use(tx, merchant.id, merchant.mode, country)
    if tx.receipt_series.open_one(merchant.id, merchant.mode):
        tx.receipt_series.close(merchant.id, merchant.mode, by=by, at=now)
    else:
        began = ReceiptSeries(
            merchant_id=merchant.id,
            mode=merchant.mode,
            series=series,
            began_at=merchant.created_at,
            began_by=by,
            closed_at=now,
            closed_by=by,
        )
        tx.receipt_series.add(began)
    tell(tx, "receipt_series_closed", merchant=merchant.id, mode=merchant.mode.value, series=series)
