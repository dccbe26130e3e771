"""Whether conversions are booked with what they say: two halves at one rate, taken back at the old one; in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import text

from hub.domain.conversion import Conversion, back_of
from hub.domain.entry_keys import root_of

from .conversions import conversion_in
from .statements import Runs

CONVERSIONS = text("SELECT * FROM conversion")
HALVES = text(
    "SELECT e.merchant, e.mode, e.key, e.kind, e.currency, p.amount FROM entry e JOIN posting p ON p.entry = e.id"
    " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind = 'exchange'"
    " WHERE e.kind = 'exchange' OR e.kind = 'correction' AND e.key LIKE 'fix:exchange:%'"
)
NOTHING = (0, 0)
Half = tuple[str, str, str, str]
"""Merchant, mode, key and currency."""


def conversion_problems(tx: Runs) -> Iterator[str]:
    """L9: a conversion says what it said when its entries, whose keys hold a hash of it, were sealed. L11: so do they.

    Of each half, what was booked and what was taken back since, in the currency that it must be of.
    """
    booked: dict[Half, tuple[int, int]] = defaultdict(lambda: NOTHING)
    for row in tx.run(HALVES):
        half = row["merchant"], row["mode"], root_of(row["key"]), row["currency"]
        there, back = booked[half]
        is_new = row["kind"] == "exchange"
        booked[half] = (there + row["amount"], back) if is_new else (there, back + row["amount"])
    for row in tx.run(CONVERSIONS):
        made = conversion_in(row)
        if made.id != row["id"]:
            yield f"L9: conversion {row['id']} is not what was sealed"
        else:
            yield from _of(made, booked)


def _of(made: Conversion, booked: Mapping[Half, tuple[int, int]]) -> Iterator[str]:
    book, (first, second) = (made.merchant_id, made.mode.value), made.keys
    came, came_back = (-amount for amount in booked.get((*book, first, made.came.currency), NOTHING))
    settles, settles_back = booked.get((*book, second, made.settles.currency), NOTHING)
    if made.settles != made.rate.converted(made.came):
        yield f"L11: conversion {made.id} of {made.came} at {made.rate} settles {made.settles}"
    if (came, settles) != (made.came.minor, made.settles.minor):
        yield f"L11: conversion {made.id} of {made.came} to {made.settles} is booked with {came} and {settles}"
        return
    gone, taken = -came_back, -settles_back
    if gone > came or (made.voided_at and gone != came):
        yield f"L11: of conversion {made.id} of {made.came} {gone} is taken back"
    if taken != back_of(made, gone, 0).minor:
        yield f"L11: of conversion {made.id} {gone} is taken back of what came, and {taken} of what it settles"
