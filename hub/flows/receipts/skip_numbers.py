"""Leave out numbers of documents that left the house and are not here, so that they are never given again."""

from __future__ import annotations

import re

from hub.domain.identity import FieldError, Invalid
from hub.domain.lengths import REASON, too_long
from hub.domain.merchant import Merchant
from hub.domain.receipt import MAX_GAP, SeriesGap, label_of
from hub.domain.text import Text, read_stored
from hub.flows.ground.ports import Hub, Tx
from hub.flows.operations.record_restore import leave_out, own_series

LABEL = re.compile(r"(?:([A-Za-z0-9]{1,10})-)?([0-9]{1,9})")


async def list_gaps(hub: Hub, merchant: Merchant) -> tuple[SeriesGap, ...]:
    """Numbers that no document of this merchant has, the last first."""
    return await hub.store.read(lambda tx: tx.receipts.gaps(merchant.id, merchant.mode))


async def skip_numbers(hub: Hub, merchant: Merchant, last: str, *, by: str, reason: str) -> SeriesGap:
    """Leave out every number up to and with ``last``, such as RC-000042.

    Raises:
        Invalid: No such number, one that was given or left out already, one that is too far ahead, or no reason.
    """
    now, why = hub.clock(), reason.strip()
    own = own_series(hub.countries[merchant.company.country])
    if not why or isinstance(read_stored(why), Text):
        raise Invalid((FieldError("reason", Text("numbers.reason_missing")),))
    if problems := too_long("reason", why, REASON):
        raise Invalid(problems)
    if not (found := LABEL.fullmatch(last.strip())):
        raise Invalid((FieldError("number", Text("numbers.not_a_number", number=last)),))
    named, number = (found[1] or "").upper(), int(found[2])

    def write(tx: Tx) -> SeriesGap:
        chosen = {item.series: item for item in tx.receipt_series.of(merchant.id, merchant.mode)}
        in_use = tx.receipt_series.open_one(merchant.id, merchant.mode) or own[0]
        series = named or in_use
        if series in chosen and chosen[series].closed_at:
            raise Invalid((FieldError("number", Text("numbers.closed_series", series=series)),))
        given = tx.receipts.last_number(merchant.id, merchant.mode, series)
        if number <= given:
            raise Invalid((FieldError("number", Text("numbers.used", number=label_of(series, number))),))
        if number - given > MAX_GAP or (not given and series not in {*own, in_use}):
            raise Invalid((FieldError("number", Text("numbers.last", number=label_of(series, given))),))
        gap = SeriesGap(
            merchant_id=merchant.id,
            mode=merchant.mode,
            series=series,
            first=given + 1,
            last=number,
            by=by,
            why=why,
            at=now,
        )
        leave_out(tx, gap)
        return gap

    return await hub.store.write(write)
