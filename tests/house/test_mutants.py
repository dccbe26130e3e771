"""What .ci/mutants finds in a shop of five functions, and that its figures are true."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CI = Path(__file__).parents[2] / ".ci"

PRICE = """
def due(total, paid):
    return total - paid


def is_settled(total, paid):
    return total <= paid


def left(total, paid):
    if paid > total:
        return 0
    return total - paid


def unheard(total):
    return total + 1
"""

DIGITS = """
def digits(amount):
    count = 1
    while amount > 9:
        amount //= 10
        count += 1
    return count
"""

TESTS = """
from shop.digits import digits
from shop.price import due, is_settled, left

ONCE = iter([(5, 5)])


def test_what_is_due():
    assert due(10, 4) == 6


def test_a_bill_is_settled():
    assert is_settled(10, 11)
    assert not is_settled(10, 9)


def test_a_bill_that_is_paid_to_the_last_is_settled_as_can_be_told_once():
    assert is_settled(*next(ONCE))


def test_nothing_is_left_of_what_was_paid():
    assert (left(10, 4), left(10, 10), left(10, 11)) == (6, 0, 0)


def test_how_long_a_number_is():
    assert [digits(amount) for amount in (7, 9, 10, 99, 1_000_000)] == [1, 1, 2, 2, 7]
"""

MORE_TESTS = """
from shop.price import is_settled, unheard


def test_a_bill_that_is_paid_to_the_last_is_settled():
    assert is_settled(10, 10)


def test_what_nobody_asked():
    assert unheard(1) == 2
"""

RULES = """
seed = 7
sample = 100
in_full = []
patience = 1
rooms = ["tests"]
left_out = []

[parts]
price = ["shop/price.py"]
digits = ["shop/digits.py"]

[[equivalent]]
function = "shop.price.left"
was = "if paid > total:"
becomes = "if paid >= total:"
why = "nothing is left of it either way"
judged = "both are 0 there"
"""


class Shop:
    """A repository with two modules, and tests of theirs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def change(self, name: str, was: str, becomes: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert was in text
        self.write(name, text.replace(was, becomes))

    def run(self, *options: str) -> tuple[int, str]:
        """How the run ends, and what it says."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTEST_"))}
        done = subprocess.run(
            [sys.executable, ".ci/mutants", "--jobs", "2", *options],
            cwd=self.folder, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert not done.stderr, done.stderr
        return done.returncode, done.stdout

    @property
    def tried(self) -> list[str]:
        """What was tried, one after the other."""
        lines = (self.folder / ".venv/.mutants/found.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["name"].replace("x_", "") for line in lines]

    def forget(self, left: int, then: str = "") -> None:
        """Go back to where only some had been tried."""
        found = self.folder / ".venv/.mutants/found.jsonl"
        lines = found.read_text(encoding="utf-8").splitlines(keepends=True)
        found.write_text("".join(lines[:left]) + then, encoding="utf-8")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, int, str]:
    """The shop after its first run, how that ended, and what it said."""
    shop = Shop(tmp_path_factory.mktemp("mutants") / "shop")
    shop.write("shop/__init__.py", "")
    shop.write("shop/price.py", PRICE)
    shop.write("shop/digits.py", DIGITS)
    shop.write("tests/test_price.py", TESTS)
    shop.write(".ci/mutants.toml", RULES)
    shop.write(".gitignore", ".venv\n")
    shop.write("pyproject.toml", '[tool.mutmut]\nsource_paths = ["shop"]\n')
    for name in ("mutants", "mutant_trial.py"):
        shutil.copy(CI / name, shop.folder / ".ci" / name)
    subprocess.run(["git", "init", "-q", str(shop.folder)], check=True)
    return shop, *shop.run()


@pytest.fixture
def shop(first: tuple[Shop, int, str], tmp_path: Path) -> Shop:
    """A copy of it, to go on with."""
    shutil.copytree(first[0].folder, tmp_path / "shop")
    return Shop(tmp_path / "shop")


def test_what_a_test_notices_is_killed_and_the_rest_is_told_with_figures(first: tuple[Shop, int, str]) -> None:
    shop, ended, said = first

    assert ended == 1
    assert "price: 7 of 7 tried; killed 3, survived 3, timed out 0, equivalent 1; 50.0 % killed of 6\n" in said
    assert "digits: 10 of 10 tried; killed 9, survived 0, timed out 1, equivalent 0; 90.0 % killed of 10\n" in said
    assert "all together: 17 of 17 tried; killed 12, survived 3, timed out 1, equivalent 1; 75.0 %" in said
    assert len(set(shop.tried)) == 17


def test_who_survived_is_told_line_by_line_and_nothing_is_tried_for_it(shop: Shop) -> None:
    shop.write("tests/test_red.py", "def test_red(): assert False")

    ended, said = shop.run("--told")

    assert ended == 1
    assert "survived: shop.price.is_settled\n  - return total <= paid\n  + return total < paid\n" in said
    assert "survived: shop.price.unheard (no test calls it)\n  - return total + 1\n  + return total - 1\n" in said
    assert re.search(
        r"timed out: shop.digits.digits \(.*test_how_long.*\)\n  - amount //= 10\n  \+ amount = 10\n", said
    )
    assert "shop.price.left" not in said


def test_a_test_that_is_red_without_a_fault_in_a_process_of_its_own_kills_nobody(first: tuple[Shop, int, str]) -> None:
    _shop, _ended, said = first

    assert "StopIteration" in said
    assert "left out, killed without a fault in a forked process: tests/test_price.py::test_a_bill_that_is_paid" in said


def test_those_that_survived_are_tried_again_after_a_test_was_written(shop: Shop) -> None:
    shop.write("tests/test_more.py", MORE_TESTS)
    before = shop.tried

    ended, said = shop.run("--again", "--only", "price")

    assert "killed 6, survived 0, timed out 0, equivalent 1; 100.0 % killed of 6" in said
    again = {"shop.price.is_settled", "shop.price.left", "shop.price.unheard"}
    assert {name.partition("__")[0] for name in shop.tried[len(before) :]} == again
    assert ended == 1, "one of seven is more than three of a hundred"
    shop.write(".ci/mutants.toml", RULES.partition("[[equivalent]]")[0])
    shop.change(
        "shop/price.py", "    if paid > total:\n        return 0\n    return total - paid", "    return total - paid"
    )
    shop.change("tests/test_price.py", "(6, 0, 0)", "(6, 0, -1)")
    assert shop.run("--only", "price")[0] == 0


def test_of_a_changed_module_the_functions_that_changed_are_tried_anew(shop: Shop) -> None:
    before = shop.tried
    shop.change("shop/price.py", "return total + 1", "return 1 + total")

    shop.run()

    assert {name.partition("__")[0] for name in shop.tried[len(before) :]} == {"shop.price.unheard"}


def test_a_run_that_was_interrupted_goes_on_where_it_was(shop: Shop, first: tuple[Shop, int, str]) -> None:
    shop.forget(5, then='{"key": "82cd')

    assert "5 of 17 tried" in shop.run("--told")[1]
    _ended, said = shop.run()

    assert said.splitlines()[-1] == first[2].splitlines()[-1]


def test_the_same_seed_draws_the_same_and_a_new_function_moves_no_other(shop: Shop) -> None:
    def drawn(seed: int) -> set[str]:
        shop.forget(0)
        shop.write(".ci/mutants.toml", RULES.replace("seed = 7", f"seed = {seed}").replace("= 100", "= 6"))
        shop.run()
        return set(shop.tried)

    once, other = drawn(7), drawn(8)
    shop.write("shop/price.py", "def new(total):\n    return total + 7\n\n" + PRICE)
    anew = drawn(7)

    assert len(once) == len(other) == len(anew) == 6
    assert once != other
    assert {name for name in anew - once if ".new__" not in name} == set()


def test_a_list_of_equivalents_that_is_not_true_is_told(shop: Shop) -> None:
    entry = '[[equivalent]]\nfunction = "shop.price.due"\nwas = "return total - paid"\nbecomes = "{}"\nwhy = ""\n'
    rules = RULES.replace('judged = "both are 0 there"', 'judged = ""')
    shop.write(".ci/mutants.toml", rules + entry.format("return total + paid") + entry.format("return paid"))

    _ended, said = shop.run("--told")

    assert "what is called equivalent is killed by tests/test_price.py::test_what_is_due: shop.price.due\n" in said
    assert "what is called equivalent names no mutant: shop.price.due\n  + return paid\n" in said
    assert "what is called equivalent was judged by nobody else: shop.price.left\n" in said


def test_nothing_is_tried_while_a_test_is_red_without_any_fault(shop: Shop) -> None:
    before = shop.tried
    shop.write("tests/test_red.py", "def test_red(): assert False")

    ended, said = shop.run("--again")

    assert ended == 1
    assert "Without any fault these are red" in said
    assert shop.tried == before


def test_two_runs_in_one_folder_do_not_meet(shop: Shop) -> None:
    with (shop.folder / ".venv/.mutants/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, ".ci/mutants"], cwd=shop.folder, capture_output=True, text=True, check=False
        )

    assert done.returncode == 1
    assert "Another run is at it in this folder" in done.stderr
