"""The control address of every simulator: what it is told wrongly it says."""

import asyncio

import pytest

from hub_hookspecs import Money
from hub_hookspecs.http import library as httpx
from hub_hookspecs.testing.options import Option, WrongOption, read_options
from hub_hookspecs.testing.simulator import Stage


def stage() -> Stage:
    made = Stage()

    async def approve(reference, _body):
        raise LookupError(f"no payment {reference!r}")

    made.actions.update(approve=approve)
    return made


@pytest.mark.parametrize(
    ("action", "body", "status", "told"),
    [
        ("fault", b"{", 400, "the body is no JSON"),
        ("fault", b"[]", 400, "the body is no JSON object"),
        ("fault", b"{}", 400, "unknown fault None"),
        ("fault", b'{"kind": "delay"}', 400, "path is missing, or no text"),
        ("fault", b'{"kind": "delay", "path": "/x", "often": 2}', 400, "a fault has no often"),
        ("fault", b'{"kind": "forge", "path": "notification"}', 400, "this simulator cannot forge: its Stage was not"),
        ("clock", b'{"at": "soon"}', 400, "Invalid isoformat string"),
        ("clock", b'{"at": "2026-01-31T12:00:00"}', 400, "at needs its zone"),
        ("clock", b'{"seconds": "1"}', 400, "unsupported type"),
        ("notify", b'{"merchant": "m1"}', 400, "url is missing, or no text"),
        ("approve", b"{}", 400, "reference is missing, or no text"),
        ("approve", b'{"reference": "X"}', 404, "no payment 'X'"),
        ("rotate", b'{"merchant": "m1", "secret": 1}', 400, "secret is missing, or no text"),
        ("rotate", b'{"merchant": "m1", "secret": "x"}', 404, "its Stage was not told how they change"),
        ("dance", b"{}", 404, "unknown action 'dance'"),
        ("fault", b'{"kind": "delay", "path": "/x"}', 200, ""),
        ("clock", b'{"at": "2026-01-31T12:00:00Z"}', 200, ""),
    ],
)
def test_what_is_told_wrongly_is_answered_in_words(action: str, body: bytes, status: int, told: str) -> None:
    async def tell() -> httpx.Response:
        transport = httpx.ASGITransport(stage().wrap([]))
        async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as client:
            return await client.post(f"/_control/{action}", content=body)

    answer = asyncio.run(tell())
    assert (answer.status_code, told in answer.json().get("error", "")) == (status, True)


def test_the_book_knows_how_much_went_back_and_gives_no_more_than_it_holds() -> None:
    made = stage()
    made.capture("R", "P1", "m1", Money(70_00, "PEN"))
    assert not made.give_back("P2")
    assert made.give_back("P1", Money(30_00, "PEN"))
    assert made.book[0].row().items() >= {"state": "captured", "returned": 30_00}.items()
    assert not made.give_back("P1", Money(40_01, "PEN"))
    assert not made.give_back("P1", Money(1_00, "USD"))
    assert made.give_back("P1")
    assert made.book[0].row().items() >= {"state": "returned", "returned": 70_00}.items()
    assert not made.give_back("P1")


def test_a_simulator_lists_its_own_actions() -> None:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(stage().wrap([])), base_url="http://sim") as client:
            return await client.get("/_control/actions")

    assert asyncio.run(ask()).json() == ["approve"]


OPTIONS = (
    Option(name="manner", default="old", choices=("old", "new"), text="How it answers."),
    Option(name="strict", default=False, text="Whether it looks."),
    Option(name="life", default=900, text="Seconds."),
    Option(name="after", default=None, text="Calls."),
    Option(name="left_out", default=[], text="Keys."),
)


def test_what_is_not_given_is_as_declared_and_belongs_to_nobody_else() -> None:
    read = read_options(OPTIONS, {"manner": "new"})
    assert read == {"manner": "new", "strict": False, "life": 900, "after": None, "left_out": []}
    read["left_out"].append("x")
    assert read_options(OPTIONS, {})["left_out"] == []


@pytest.mark.parametrize(
    "given", [{"strict": True}, {"life": 0.5}, {"life": 1}, {"after": 2}, {"after": None}, {"left_out": ["a"]}]
)
def test_an_option_takes_values_of_its_kind(given: dict[str, object]) -> None:
    assert read_options(OPTIONS, given).items() >= given.items()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"maner": "new"}, "there is no option maner; there are: manner, strict, life, after, left_out"),
        ({"manner": "newest"}, 'option manner takes "old", "new"'),
        ({"strict": 1}, "option strict takes true or false"),
        ({"life": "900"}, "option life takes a number"),
        ({"life": True}, "option life takes a number"),
        ({"after": "two"}, "option after takes a number or null"),
        ({"left_out": "a"}, "option left_out takes a list"),
    ],
)
def test_any_other_option_or_value_is_refused(given: dict[str, object], told: str) -> None:
    with pytest.raises(WrongOption) as wrong:
        read_options(OPTIONS, given)
    assert str(wrong.value) == told


def test_a_stage_without_declared_options_takes_any() -> None:
    async def tell() -> Stage:
        made = stage()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(made.wrap([])), base_url="http://sim") as client:
            assert (await client.post("/_control/options", json={"anything": 1})).status_code == 200
        return made

    assert asyncio.run(tell()).options == {"anything": 1}
