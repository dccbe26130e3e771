"""Notifications in a burst: stored together, each answered for itself, none lost and none twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from hub.flows.ground.ports import Unavailable
from hub.flows.payments.burst import MAX_ROWS, Burst


class Shelf:
    """Stores numbers, all or none, as slowly as a disk; refuses negative ones."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []
        self.full = False

    async def write(self, items: Sequence[int]) -> None:
        await asyncio.sleep(0.001)
        if self.full:
            raise Unavailable("the disk is full")
        if any(item < 0 for item in items):
            raise ValueError(items)
        self.commits.append(list(items))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def told(shelf: Shelf, items: Sequence[int]) -> list[Any]:
    async def all_at_once() -> list[Any]:
        crowd = Burst[int]()
        return await asyncio.gather(*(crowd.store(item, shelf.write) for item in items), return_exceptions=True)

    return asyncio.run(all_at_once())


def test_what_arrives_during_a_commit_shares_the_next(shelf: Shelf) -> None:
    many = list(range(2 * MAX_ROWS + 1))

    assert told(shelf, many) == [None] * len(many)
    assert [item for commit in shelf.commits for item in commit] == many
    assert len(shelf.commits) == 3


def test_only_the_guilty_one_is_refused(shelf: Shelf) -> None:
    answers = told(shelf, [1, -2, 3])

    assert [type(answer) for answer in answers] == [type(None), ValueError, type(None)]
    assert shelf.commits == [[1], [3]]


def test_where_nothing_can_be_written_everybody_is_told_so_once(shelf: Shelf) -> None:
    shelf.full = True

    assert [type(answer) for answer in told(shelf, [1, 2, 3])] == [Unavailable] * 3
    assert shelf.commits == []


def test_who_left_meanwhile_has_his_item_stored_all_the_same(shelf: Shelf) -> None:
    async def leave() -> None:
        crowd = Burst[int]()
        first = asyncio.ensure_future(crowd.store(1, shelf.write))
        second = asyncio.ensure_future(crowd.store(2, shelf.write))
        await asyncio.sleep(0)
        first.cancel()
        await second
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(leave())

    assert shelf.commits == [[1, 2]]
