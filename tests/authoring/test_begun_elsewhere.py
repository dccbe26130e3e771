"""A provider that begins, paid by phone, code or at a till: its tests and every proof hold, where there is no hub."""

from __future__ import annotations

import pytest

from hub.authoring.wanted import Wanted

from .combinations import PAIRS, code
from .conftest import Write, failing_in


@pytest.mark.parametrize("wanted", [one for one in PAIRS if one.starts not in ("redirect", "form")], ids=code)
def test_its_tests_pass_before_the_first_edit(write: Write, wanted: Wanted) -> None:
    assert failing_in(write(wanted)) == ""
