"""Strangers' files, as accounting programs, Excel, accountants and shop owners write them; what each must lead to.

A case is named after the situation that it is a brother of, and was written before anything was built for it. What does
not pass yet stands in ``waiting.py``, and is run all the same; ``python -m tests.strangers.standing`` tells which.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.strangers.case import CASES, Case
from tests.strangers.shop import Shop, make_folder
from tests.strangers.standing import load_cases
from tests.strangers.waiting import WAITING

load_cases()

SITUATIONS = [f"H{number:02}" for number in range(21) if number != 16]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that each case copies."""
    return make_folder(tmp_path_factory.mktemp("strangers") / "made")


def played(case: Case, made: Path, folder: Path) -> list[str]:
    """What was otherwise than expected."""
    shop = Shop(made, folder)
    case.play(shop)
    return shop.wrong


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES.values()])
def test_a_strangers_file_is_understood_as_people_see_it(case: Case, made: Path, tmp_path: Path) -> None:
    wrong = played(case, made, tmp_path)
    if case.id in WAITING:
        assert wrong, f"{case.id} passes now: take it off tests/strangers/waiting.py"
        return
    assert not wrong, "\n".join([case.sentence, *wrong])


def test_each_situation_has_five_brothers() -> None:
    brothers = Counter(id.partition("-")[0] for id in CASES)
    assert {name: brothers[name] for name in SITUATIONS if name != "H07" and brothers[name] < 5} == {}


def test_only_cases_wait() -> None:
    assert set(CASES) >= WAITING


def test_control_a_case_that_expects_the_wrong_amount_does_not_pass(made: Path, tmp_path: Path) -> None:
    def play(shop: Shop) -> None:
        told = shop.look("F1;1-1234-0567;02/09/2026;;CRC;1000,50;\n")
        told.took("F1", "1000.05 CRC").never_read("1000.50 CRC").asks("decimal")
        shop.owes(F1="1000.50 CRC")

    shop = Shop(made, tmp_path)
    play(shop)
    assert len(shop.wrong) >= 4
