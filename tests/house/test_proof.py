"""The page of proofs names tests that exist, forgets no danger and no goal,
and hides nothing that is open."""

import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
DANGERS = {
    number
    for number in range(1, 91)
    if number not in {2, 77, 78, 79, 82}  # PostgreSQL and scale
    and number not in {9, 49, 50, 51, 65, 72, 74, 75, 76}  # platform and privacy
}
GOALS = (1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 14, 16, 19, 20, 21)
NAMED = re.compile(r"`([\w/-]+\.py)::(test_\w*)`")
CONTROLS = {
    "test_a_fee_tax_left_out_is_seen",
    "test_a_kind_that_does_not_count",
    "test_a_good_provider",
    "test_a_planted_fault",
}
"""Controls that go by another name."""


def rows(initial: str) -> dict[str, list[str]]:
    """The rows of the page's tables whose first cell begins with this letter and a number."""
    lines = re.findall(rf"^\| ({initial}\d+)\b(.*)\|$", PAGE, re.MULTILINE)
    assert len({name for name, _ in lines}) == len(lines), "an id stands twice"
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in lines}


@functools.cache
def names_in(file: str) -> tuple[str, ...]:
    return tuple(re.findall(r"^ *(?:async )?def (test_\w+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))


def test_every_danger_and_every_goal_has_a_row() -> None:
    assert {int(name[1:]) for name in rows("F")} == DANGERS
    assert [int(name[1:]) for name in rows("G")] == list(GOALS)
    assert list(rows("H")) == [f"H{number}" for number in range(1, 9)]


@pytest.mark.parametrize("danger", rows("F"))
def test_a_danger_names_tests_and_a_control_that_exist_or_says_what_is_open(danger: str) -> None:
    _, tests, size, _, control = rows("F")[danger]
    for file, beginning in NAMED.findall(f"{tests} {control}"):
        assert (ROOT / file).is_file(), file
        assert any(name.startswith(beginning) for name in names_in(file)), f"{file} has no {beginning}"
    assert NAMED.search(tests) or tests.startswith("open: "), "neither a test nor a word of what is missing"
    assert "`" not in NAMED.sub("", f"{tests} {control}"), "a name that is not understood"
    if NAMED.search(tests):
        assert size
        assert NAMED.search(control) or re.match(r"open|none: ", control), "neither a control nor why there is none"


@pytest.mark.parametrize("name", [*rows("F"), *rows("K")])
def test_what_stands_as_a_control_plants_a_bug(name: str) -> None:
    controls = [beginning for _file, beginning in NAMED.findall(rows(name[0])[name][-1])]

    assert [one for one in controls if not one.startswith("test_control_") and one not in CONTROLS] == []


def test_every_guard_has_a_row() -> None:
    assert list(rows("K")) == [f"K{number}" for number in range(1, len(rows("K")) + 1)]


@pytest.mark.parametrize("guard", rows("K"))
def test_a_guard_names_what_went_red_without_it_and_a_control(guard: str) -> None:
    _, gone, tests, control = rows("K")[guard]
    assert gone
    for cell in (tests, control):
        named = NAMED.findall(cell)
        assert named, "a guard without a test, or without a control, is none"
        for file, beginning in named:
            assert beginning not in ("test_", "test_control_"), "a whole file is no test of one guard"
            assert any(name.startswith(beginning) for name in names_in(file)), f"{file} has no {beginning}"


@pytest.mark.parametrize("goal", rows("G"))
def test_a_goal_is_reached_by_a_command_or_not_claimed_with_the_reason(goal: str) -> None:
    _, reached, command, _, _ = rows("G")[goal]
    assert reached
    assert command or "not claimed: " in reached
    for path in re.findall(r"(?:tests|plugins|hookspecs|bench)[\w/]*(?:\.py)?", command):
        assert (ROOT / path).exists(), path
