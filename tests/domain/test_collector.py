"""The garbage collector rests while rows are made, for all threads at once, and works again afterwards."""

from __future__ import annotations

import gc

import pytest

from hub.domain.collector import collector_rests, resting


def test_it_rests_until_the_last_of_those_who_want_it_has_ended() -> None:
    assert gc.isenabled()
    with collector_rests():
        assert not resting(gc.isenabled)
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_again_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError):
        resting(lambda: 1 // 0)
    assert gc.isenabled()


def test_it_stays_off_where_it_was() -> None:
    gc.disable()
    try:
        assert not resting(gc.isenabled)
        assert not gc.isenabled()
    finally:
        gc.enable()
