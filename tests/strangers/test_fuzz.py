"""Mutated files: no reader raises, none takes long, and no amount is read that a person could not read there."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs
import pytest

from hub_hookspecs import Money
from hub_hookspecs.money import MoneyError
from tests.strangers.fuzz import Report, cells_of, memory, parsed, run
from tests.strangers.mutate import Mutated, mutated
from tests.strangers.readings import readings
from tests.strangers.waiting import WRONG_AMOUNTS_WAIT

FIRST = 1_000_000
MEMORY = 400
"""MiB; all of it together takes a tenth."""


def is_sound(report: Report, *, wrong_amounts_wait: bool = False) -> None:
    """Nothing raised, nothing slow, every amount one that a person could read."""
    told = "\n".join(report.lines())
    assert not report.raised, told
    assert not report.slow, told
    if wrong_amounts_wait:
        assert report.wrong, "no wrong amount any more: set WRONG_AMOUNTS_WAIT in tests/strangers/waiting.py to False"
    else:
        assert not report.wrong, told


def test_two_thousand_mutated_files() -> None:
    before = memory()
    report = run(FIRST, 2_000)
    is_sound(report, wrong_amounts_wait=WRONG_AMOUNTS_WAIT)
    assert report.amounts > 200, "\n".join(report.lines())
    assert report.unjudged * 20 <= report.amounts, "\n".join(report.lines())
    assert memory() - before < MEMORY


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
def test_a_hundred_thousand_mutated_files(part: int) -> None:
    is_sound(run(part * 5_000, 5_000), wrong_amounts_wait=WRONG_AMOUNTS_WAIT)


def test_the_same_seed_makes_the_same_file() -> None:
    seeds = random.Random(7).sample(range(10**6), 200)
    assert [mutated(seed) for seed in seeds] == [mutated(seed) for seed in seeds]


def test_every_format_and_kind_is_made() -> None:
    made = {(file.kind, file.format) for file in map(mutated, range(600))}
    assert len(made) == 3 * 6


# ---- controls: each is a fault that the trial must see


def point_always(text: str) -> Decimal | None:
    """The point is the decimal sign, whatever stands there; commas are dropped."""
    try:
        return Decimal(re.sub(r"[^0-9.-]", "", text))
    except InvalidOperation:
        return None


def without_signs(text: str) -> Decimal | None:
    """Digits alone, as if every sign between them were grouping."""
    digits = re.sub(r"[^0-9]", "", text)
    return Decimal(digits) if digits else None


def first_group(text: str) -> Decimal | None:
    """What stands before the apostrophe or the second separator."""
    found = re.search(r"\d+(?:[.,]\d+)?", text)
    return Decimal(found[0].replace(",", ".")) if found else None


def planted(rule: Callable[[str], Decimal | None]) -> Callable[[Mutated], Any]:
    """The reader, but each total that it reads is read anew from its cell by this rule."""

    def reader(file: Mutated) -> Any:
        result = parsed(file)
        if file.kind != "invoices":
            return result
        return attrs.evolve(result, rows=tuple(_reread(file, row, rule) for row in result.rows))

    return reader


def _reread(file: Mutated, row: Any, rule: Callable[[str], Decimal | None]) -> Any:
    for cell in sorted(cells_of(file, row.line) or ()):
        if len(cell) <= 60 and row.total.decimal in readings(cell, row.total.currency):
            amount = rule(cell)
            try:
                total = Money.parse(amount, row.total.currency) if amount is not None else row.total
            except MoneyError:
                total = row.total
            return attrs.evolve(row, total=total)
    return row


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The seeds of which the reader itself reads a wrong amount."""
    return {line.split(":")[0] for line in run(0, 500).wrong}


@pytest.mark.parametrize("rule", [point_always, without_signs, first_group])
def test_control_a_reader_with_one_rule_for_all_is_caught(
    rule: Callable[[str], Decimal | None], known: set[str]
) -> None:
    report = run(0, 500, planted(rule))
    report.wrong = [line for line in report.wrong if line.split(":")[0] not in known]
    assert not report.raised
    with pytest.raises(AssertionError, match=r"0 raised, [1-9]\d* wrong amounts"):
        is_sound(report)


def test_control_a_reader_that_raises_is_caught() -> None:
    def reader(file: Mutated) -> Any:
        if file.data.startswith(b"PK") and file.format == "xlsx":
            raise KeyError("xl/workbook.xml")
        return parsed(file)

    with pytest.raises(AssertionError, match="KeyError"):
        is_sound(run(0, 50, reader), wrong_amounts_wait=True)


def test_control_a_reader_that_takes_longer_than_it_may_is_caught() -> None:
    with pytest.raises(AssertionError, match="slow"):
        is_sound(run(0, 20, seconds=-1.0), wrong_amounts_wait=True)
