"""Controls: what the tests of this room look with would see a fault."""

from __future__ import annotations

from pathlib import Path

import attrs

from .combinations import PAIRS
from .conftest import Write, failing_in, mistyped_in, styled_wrongly_in

ONE = attrs.evolve(
    next(one for one in PAIRS if one.starts == "form" and "notification" not in one.news), code="control"
)


def planted(folder: Path, file: str, old: str, new: str) -> Path:
    """The distribution with a fault in it."""
    path = folder / "src/hub_control" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return folder


def test_control_a_payment_that_is_looked_at_and_told_as_over_fails_a_proof(write: Write) -> None:
    folder = planted(write(ONE), "states.py", '"verifying": Kind.ACCEPTED', '"verifying": Kind.EXPIRED')
    assert "the payer can still pay" in failing_in(folder)


def test_control_a_wrong_type_and_a_wrong_style_are_found(write: Write) -> None:
    folder = planted(write(ONE), "info.py", "DECIMALS = ", "DECIMALS: str  =  ")
    assert "Incompatible types in assignment" in mistyped_in(write(PAIRS[0]), folder)
    assert "would be reformatted" in styled_wrongly_in(write(PAIRS[0]), folder).lower()
