"""What the template writes is sound before the first edit: each pair of options, in the long set each combination.

That the tests of each pair pass is shown beside, in two modules that run at the same time.
"""

from __future__ import annotations

import attrs
import pytest

from hub.authoring.wanted import Wanted

from .combinations import ALL, PAIRS, code, pairs_of
from .conftest import Write, failing_in, mistyped_in, styled_wrongly_in

SHORT = [attrs.evolve(wanted, code=f"s{place:02d}", name="A") for place, wanted in enumerate(PAIRS)]
LONG = [
    attrs.evolve(wanted, code=f"a-code-of-thirty-two-characters{place:02d}"[-32:], name="Andino de los Pagos del Sur")
    for place, wanted in enumerate(PAIRS)
]


def test_the_pairs_are_all_that_any_combination_has() -> None:
    assert frozenset().union(*map(pairs_of, PAIRS)) == frozenset().union(*map(pairs_of, ALL))


def test_style_and_format_find_nothing_however_short_or_long_its_names_are(write: Write) -> None:
    assert styled_wrongly_in(*map(write, [*PAIRS, *SHORT, *LONG])) == ""


def test_types_are_strict_throughout(write: Write) -> None:
    assert mistyped_in(*map(write, PAIRS)) == ""


@pytest.mark.long
def test_style_and_types_find_nothing_in_any_combination(write: Write) -> None:
    assert styled_wrongly_in(*map(write, ALL)) == ""
    assert mistyped_in(*map(write, ALL)) == ""


@pytest.mark.long
@pytest.mark.parametrize("wanted", ALL, ids=code)
def test_the_proofs_hold_for_every_combination(write: Write, wanted: Wanted) -> None:
    assert failing_in(write(wanted)) == ""
