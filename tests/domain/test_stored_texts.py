"""Texts that the hub keeps in a column: without a language, and never mistaken for what people wrote."""

from __future__ import annotations

import pytest

from hub.domain.text import Text, read_stored, stored
from hub_hookspecs import Money
from tests.spoken import spoken

SEEN = Text("numbers.restored_seen", backup="hub-1.zip", label="RC-000042")


def test_a_stored_text_is_read_as_it_was_and_said_in_each_language() -> None:
    unseen = Text("numbers.restored_unseen", backup="hub-1.zip", skip=100)
    assert [read_stored(stored(text)) for text in (SEEN, unseen)] == [SEEN, unseen]
    assert stored(SEEN) == '{"text":"numbers.restored_seen","backup":"hub-1.zip","label":"RC-000042"}'
    assert spoken(read_stored(stored(unseen))).endswith("se dejan 100 sin usar")
    assert spoken(read_stored(stored(unseen)), "en").endswith("100 are left out")


WRITTEN = ("", "Se perdió la hoja", "{", '{"other":"a.b"}', "[1]")
BROKEN = ('{"text":', '{"text":"a.b"', '{"text":["a"]}', '{"text":"a.b","c":null}')


@pytest.mark.parametrize("written", [*WRITTEN, *BROKEN])
def test_what_people_wrote_stands_as_it_is(written: str) -> None:
    assert read_stored(written) == written


def test_a_value_that_no_column_keeps_is_refused() -> None:
    with pytest.raises(TypeError, match=r"bill\.owes: balance"):
        stored(Text("bill.owes", number="FE-1", balance=Money(500, "CRC")))
