"""Two people who decided are named with the word of the reader's language, whoever wrote the decision down."""

from __future__ import annotations

import pytest

from hub.domain.decision import named
from tests.spoken import spoken


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("Ana", "Ana"),
        ("Ana and Luis", "Ana y Luis"),
        ("Ana and Inés", "Ana e Inés"),
        ("Ana and íngrid", "Ana e íngrid"),
        ("Ana and Hilda", "Ana e Hilda"),
        ("Ana and Hielo", "Ana y Hielo"),
        ("ana@correo.example and ines@correo.example", "ana@correo.example e ines@correo.example"),
        ("", ""),
    ],
)
def test_spanish_joins_two_names_with_its_own_word(kept: str, said: str) -> None:
    assert spoken(named(kept)) == said


def test_english_says_and_before_any_name() -> None:
    assert [spoken(named(f"Ana and {name}"), "en") for name in ("Luis", "Inés")] == ["Ana and Luis", "Ana and Inés"]
