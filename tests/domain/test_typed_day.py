"""What a person types into a field for a day is read with the day first, however it is written, and never guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hub.domain.typed_day import read_typed_day, shown_day
from hub.domain.unreadable import Unreadable

DAY = date(2026, 12, 3)


@pytest.mark.parametrize(
    "text",
    [
        *("03/12/2026", "3/12/2026", "03-12-2026", "3.12.2026", "3 12 2026", "3,12,2026", "3 / 12 / 2026"),
        *("03122026", "3/12/26", "03-12-26", "2026-12-03", "20261203", " 03/12/2026 "),
        *("3 de diciembre de 2026", "3 dic 2026", "3 Dec 2026", "December 3, 2026"),
    ],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert read_typed_day(text) == DAY


@pytest.mark.parametrize(
    "text", ["", "3", "31/02/2026", "12/13/2026", "mañana", "3/12", "99999999", "0312202", "46359"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_typed_day(text)


def test_what_a_field_shows_is_read_as_the_same_day() -> None:
    for days in range(0, 40_000, 37):
        day = date(1990, 1, 1) + timedelta(days)
        assert read_typed_day(shown_day(day)) == read_typed_day(shown_day(day.isoformat())) == day
        assert read_typed_day(f"{day:%d%m%Y}") == read_typed_day(f"{day:%Y%m%d}") == day


def test_a_field_shows_what_it_cannot_read_as_it_was_typed() -> None:
    assert (shown_day("31/02/2026"), shown_day(""), shown_day(None)) == ("31/02/2026", "", "")
