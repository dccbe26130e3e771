"""Every fault that was found stands in found.toml with a test that is collected and a control;
no mark hides one."""

from __future__ import annotations

import ast
import itertools
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOUND: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "found.toml").read_text(encoding="utf-8"))
KNOWN_KEYS = {"fault", "rule", "test", "control", "open"}
ID = re.compile(r"([A-Z])([1-9]\d*)")
TESTS = ("tests", "hookspecs/tests", "plugins/*/tests")

COLLECT = """
import json, sys, pytest

class Seen:
    def pytest_collection_finish(self, session):
        found = {}
        for item in session.items:
            name = item.nodeid.partition("[")[0]
            marks = found.setdefault(name, [])
            marks += [str(mark.kwargs.get("reason", "")) for mark in item.iter_markers("xfail")]
        print("\\nSEEN", json.dumps(found))

sys.exit(pytest.main(["--collect-only", "-q", "-n0", "-m", "", *sys.argv[1:]], plugins=[Seen()]))
"""


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def collected(files: set[str]) -> dict[str, list[str]]:
    """The tests of these files by node id, each with the reasons of its xfail marks."""
    if not files:
        return {}
    command = [sys.executable, "-c", COLLECT, *sorted(files)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    line = next((line for line in run.stdout.splitlines() if line.startswith("SEEN ")), None)
    assert line, run.stdout[-2000:] + run.stderr[-2000:]
    return dict(json.loads(line.removeprefix("SEEN ")))


def mistakes(found: dict[str, dict[str, Any]], seen: dict[str, list[str]]) -> Iterator[str]:
    """What is wrong with the page, one sentence each."""
    numbers: dict[str, set[int]] = {}
    for key, entry in found.items():
        name = ID.fullmatch(key)
        if not name:
            yield f"{key}: not a letter and a number"
            continue
        numbers.setdefault(name[1], set()).add(int(name[2]))
        if strange := set(entry) - KNOWN_KEYS:
            yield f"{key}: unknown {', '.join(sorted(strange))}"
        yield from (f"{key}: no {part}" for part in ("fault", "rule", "test", "control") if not entry.get(part))
        for part in ("test", "control"):
            for test in listed(entry.get(part, [])):
                if test not in seen:
                    yield f"{key}: {test} is not collected"
                elif not entry.get("open") and (marks := seen[test]):
                    yield f"{key}: is said to be mended, and {test} is still marked: {marks[0]}"
        if entry.get("open") and not any(seen.get(test) for test in listed(entry.get("test", []))):
            yield f"{key}: is open, and none of its tests is marked"
    for letter, taken in numbers.items():
        if gaps := set(range(1, max(taken) + 1)) - taken:
            yield f"{letter}: {', '.join(f'{letter}{number}' for number in sorted(gaps))} left out"


def marks_in(source: str) -> Iterator[str]:
    """The reason of each xfail in a file, as far as it is written out; empty where it is not."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "xfail":
            call = next((call for call in ast.walk(ast.parse(source)) if _is_call_of(call, node)), None)
            reasons = [part.value for part in call.keywords if part.arg == "reason"] if call else []
            yield str(reasons[0].value) if reasons and isinstance(reasons[0], ast.Constant) else ""


def _is_call_of(call: ast.AST, function: ast.Attribute) -> bool:
    return isinstance(call, ast.Call) and ast.dump(call.func, include_attributes=True) == ast.dump(
        function, include_attributes=True
    )


def unexplained(found: dict[str, dict[str, Any]], source: str) -> list[str]:
    """Marks that no open fault stands behind."""
    return [
        reason for reason in marks_in(source) if not ((name := ID.match(reason)) and found.get(name[0], {}).get("open"))
    ]


def test_every_fault_names_tests_and_a_control_that_exist() -> None:
    named = itertools.chain.from_iterable(
        listed(entry.get(part, [])) for entry in FOUND.values() for part in ("test", "control")
    )
    files = {test.partition("::")[0] for test in named}

    assert [file for file in files if not (ROOT / file).is_file()] == []
    assert list(mistakes(FOUND, collected(files))) == []


def test_no_mark_stands_without_its_fault() -> None:
    files = [file for pattern in TESTS for folder in ROOT.glob(pattern) for file in folder.rglob("*.py")]
    wrong = {
        str(file.relative_to(ROOT)): marks
        for file in files
        if file != Path(__file__) and (marks := unexplained(FOUND, file.read_text(encoding="utf-8")))
    }

    assert len(files) > 100
    assert wrong == {}


GOOD = {"fault": "it fell", "rule": "it stands", "test": "t.py::test_a", "control": "t.py::test_control_a"}
SEEN: dict[str, list[str]] = {"t.py::test_a": [], "t.py::test_control_a": [], "t.py::test_b": ["A1: it fell"]}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"A2": GOOD}, "A: A1 left out"),
        ({"A1": GOOD, "A4": GOOD}, "A: A2, A3 left out"),
        ({"A1": {**GOOD, "test": "t.py::test_gone"}}, "A1: t.py::test_gone is not collected"),
        ({"A1": {**GOOD, "control": ""}}, "A1: no control"),
        ({"A1": {**GOOD, "test": ["t.py::test_a", "t.py::test_b"]}}, "A1: is said to be mended, and t.py::test_b is"),
        ({"A1": {**GOOD, "open": True}}, "A1: is open, and none of its tests is marked"),
        ({"A1": {**GOOD, "seen": "yes"}}, "A1: unknown seen"),
        ({"seven": GOOD}, "seven: not a letter and a number"),
    ],
)
def test_control_a_page_that_hides_something_is_seen(found: dict[str, dict[str, Any]], said: str) -> None:
    assert any(line.startswith(said) for line in mistakes(found, SEEN))


def test_control_a_page_that_hides_nothing_is_let_through() -> None:
    assert list(mistakes({"A1": GOOD, "A2": {**GOOD, "test": "t.py::test_b", "open": True}}, SEEN)) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('@pytest.mark.xfail(strict=True, reason="A2: open")\ndef test_a(): ...', 0),
        ('@pytest.mark.xfail(strict=True, reason="A1: mended")\ndef test_a(): ...', 1),
        ('@pytest.mark.xfail(reason="later")\ndef test_a(): ...', 1),
        ("@pytest.mark.xfail\ndef test_a(): ...", 1),
        ('def test_a():\n    pytest.xfail("not today")', 1),
        ('pytest.param(1, marks=pytest.mark.xfail(reason="B1: of another letter"))', 1),
    ],
)
def test_control_a_mark_without_an_open_fault_is_seen(source: str, count: int) -> None:
    assert len(unexplained({"A1": GOOD, "A2": {**GOOD, "open": True}}, source)) == count
