"""The guard that watches a plugin's steps."""

from __future__ import annotations

import select
import time

from hub_hookspecs.testing import guard


def waits_seen() -> set[str]:
    found: set[str] = set()
    with guard.watched(__name__, found):
        select.select([], [], [], 0)
    return found


def test_control_a_guard_that_knows_one_way_to_wait_misses_another(monkeypatch):
    assert waits_seen() == {"slept"}
    monkeypatch.setattr(guard, "SLEEPS", frozenset({id(time.sleep)}))
    assert waits_seen() == set()
