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
