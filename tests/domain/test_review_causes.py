"""One table of causes: what each means, what may be done about it, and which fact closes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.domain.flags import CONTRADICTING, DOUBTED_RETURN, LEARNED_OTHERWISE, RETURNED_BILL
from hub.domain.payment import Flag
from hub.domain.review_causes import CAUSES, RESOLVE, Cause, ways_of
from hub.domain.settlement import Difference
from hub.texts.words import WORDS
from tests.spoken import spoken

ROOT = Path(__file__).parents[2]
OPENED = re.compile(r'(?:review_of|_request_review|_review)\((?:tx, payment, )?"(\w+)"|^[A-Z_]+ = "(\w+)"$', re.M)


def opened() -> set[str]:
    """Causes that code opens reviews for, as far as they are written out."""
    named = {CONTRADICTING, DOUBTED_RETURN, LEARNED_OTHERWISE, RETURNED_BILL, *Difference, *Flag} - {
        Flag.LATE,
        Flag.NEEDS_REVIEW,
    }
    for path in (ROOT / "hub" / "flows").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "review" in text:
            found = (one or other for one, other in OPENED.findall(text))
            named |= {name for name in found if f"cause.{name}" in WORDS or name in CAUSES}
    return {str(name) for name in named} | {"customer_note", "payment_reported", "withholding_waits"}


def test_every_cause_that_is_opened_stands_in_the_table() -> None:
    assert opened() == set(CAUSES)


@pytest.mark.parametrize("cause", CAUSES.values(), ids=list(CAUSES))
def test_each_cause_has_words_and_a_way_out(cause: Cause) -> None:
    assert cause.means in WORDS
    assert cause.closed_by is None or spoken(cause.closed_by.told)
    assert cause.ways
    for way in ways_of(cause.name):
        assert spoken(way.label)
        assert way.command


def test_only_a_person_closes_what_is_about_money_that_nobody_explained() -> None:
    for name in ("duplicate_charge", "over_refund", "surplus", "moved_bill", "amount_mismatch", "currency_mismatch"):
        assert CAUSES[name].closed_by is None


def test_whatever_the_cause_a_person_may_say_what_became_of_it() -> None:
    assert ways_of("of_a_later_version") == (RESOLVE,)


def test_what_needs_an_answer_offers_no_bare_word() -> None:
    for name, cause in CAUSES.items():
        assert (RESOLVE in ways_of(name)) is not cause.needs_answer


def test_the_operators_page_has_the_same_causes() -> None:
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = page.partition("## Reviews")[2].partition("\n## ")[0]
    rows = {row.split("|")[1].strip(" `"): row.split("|")[-2].strip() for row in table.splitlines() if row[:3] == "| `"}

    assert set(rows) == set(CAUSES)
    assert {name for name, closes in rows.items() if closes != "a person"} == {
        cause.name for cause in CAUSES.values() if cause.closed_by
    }
