"""A day that is none is refused in the same words wherever an option takes one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

OPTIONS = {
    "export": (("payment", "export", "--since", "ayer"), "--since"),
    "record": (("payment", "record", "REF", "--returned", "1", "--on", "ayer", "--by", "A", "--why", "x"), "--on"),
    "receipt": (("receipt", "record", "--received-on", "ayer"), "--received-on"),
    "disbursement": (("credit", "disburse", "c", "1", "--paid-on", "ayer"), "--paid-on"),
    "deposit": (("reconcile", "payout", "R", "--on", "ayer"), "--on"),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_a_day_that_is_none_is_refused_in_the_same_words(run: Run, shop: Path, case: str) -> None:
    words, option = OPTIONS[case]
    ended = run(*words)

    assert ended.code == 2
    assert f"Invalid value for {option}: 'ayer' is no date such as 2026-11-21" in ended.err


@pytest.mark.parametrize("case", OPTIONS)
def test_a_year_that_cannot_be_is_refused_as_on_a_page(run: Run, shop: Path, case: str) -> None:
    words, option = OPTIONS[case]
    ended = run(*("1900-01-01" if word == "ayer" else word for word in words))

    assert ended.code == 2
    assert f"Invalid value for {option}: '1900-01-01' is no date such as 2026-11-21" in ended.err


RATES = {
    "nothing": (("--settles", "USD", "--rate", "USD=0"), "how much of the other currency one USD is"),
    "no currency": (("--settles", "USD", "--rate", "520"), "how much of the other currency one CRC or USD is"),
    "of one": (("--settles", "CRC", "--rate", "CRC=1"), "payment-hub receipt record"),
}


@pytest.mark.parametrize("case", RATES)
def test_a_rate_that_is_none_is_told_with_the_right_one_to_write(run: Run, shop: Path, case: str) -> None:
    more, words = RATES[case]
    said = ("--currency", "CRC", "--means", "cash", "--source", "BCCR", "--by", "Ana", "--why", "x")
    ended = run("conversion", "record", "1-1234-0567", "520.25", *said, *more)

    assert ended.code == 2
    assert words in " ".join(ended.err.split())
    assert "CRC=520.25" not in ended.err
