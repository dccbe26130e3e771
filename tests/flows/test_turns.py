"""Turns: so many at a time, the more urgent first, and nobody's place is lost when somebody gives up."""

from __future__ import annotations

import asyncio

from hub.flows.ground.turns import Turns


async def take(turns: Turns, rank: int, name: str, order: list[str], at_once: list[int]) -> None:
    async with turns.turn(rank):
        at_once.append(len(at_once) + 1 if not at_once else at_once[-1] + 1)
        order.append(name)
        await asyncio.sleep(0.01)
        at_once.append(at_once[-1] - 1)


def test_one_at_a_time_and_the_more_urgent_first() -> None:
    async def run() -> tuple[list[str], list[int]]:
        turns, order, at_once = Turns(), list[str](), list[int]()
        names = [(2, "a"), (2, "b"), (1, "c"), (0, "d"), (2, "e"), (1, "f")]
        await asyncio.gather(*(take(turns, rank, name, order, at_once) for rank, name in names))
        return order, at_once

    order, at_once = asyncio.run(run())
    assert order == ["a", "d", "c", "f", "b", "e"]  # the first was there before anybody
    assert max(at_once) == 1


def test_no_more_than_there_are_places() -> None:
    async def run() -> list[int]:
        turns, at_once = Turns(3), list[int]()
        await asyncio.gather(*(take(turns, 0, "x", [], at_once) for _ in range(12)))
        return at_once

    assert max(asyncio.run(run())) == 3


def test_who_gives_up_while_waiting_or_in_the_moment_of_being_called_loses_nobodys_place() -> None:
    async def run() -> list[str]:
        turns, order = Turns(), list[str]()
        async with turns.turn(0):
            waiting = [asyncio.ensure_future(take(turns, 0, str(number), order, [])) for number in range(4)]
            await asyncio.sleep(0)
            waiting[1].cancel()
        waiting[0].cancel()  # it has been called, and has not run yet
        await asyncio.gather(*waiting, return_exceptions=True)
        assert not turns.is_awaited
        await asyncio.wait_for(take(turns, 0, "last", order, []), 5)
        return order

    assert asyncio.run(run()) == ["2", "3", "last"]
