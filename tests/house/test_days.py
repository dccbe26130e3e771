"""A day is the merchant's: nothing takes the day of a moment without saying where.

At seven in the evening it is the last of November in San José and the first of December in UTC.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("hub", "demo/src", "plugins/*/src", "hookspecs/src/hub_hookspecs")
SIMULATED = "simulator"
PLACED_BEFORE = ("hub/cli/explaining.py", "hub/domain/export.py")
"""Their moments come from the caller as the merchant's clock shows them."""
CLOCKS = frozenset({"today", "utcnow", "utcfromtimestamp"})
SHOWN = re.compile(r"%[YdmjxDF]")
OF_A_CLOCK = re.compile(r"%[HMIX]")
DAY_IN_A_TEMPLATE = re.compile(r"\.date\(\)|strftime\([^)]*%[YdmjxDF]|isoformat\(\)\[|\btoday\(")


def strays(source: str) -> Iterator[int]:
    """Lines that take a moment's day, or write it down, in nobody's zone."""
    for function in _scopes(ast.parse(source)):
        placed = set(_placed(function))
        for node in _own(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                about = node.func.value
                if node.func.attr == "date" and not node.args and not _is_placed(about, placed):
                    yield node.lineno
                if node.func.attr in CLOCKS:
                    yield node.lineno
            if isinstance(node, ast.JoinedStr):
                yield from _shown(node, placed)
            if (
                isinstance(node, ast.Subscript)
                and isinstance(node.value, ast.Call)
                and isinstance(node.value.func, ast.Attribute)
                and node.value.func.attr == "isoformat"
                and not _is_placed(node.value.func.value, placed)
            ):
                yield node.lineno


def _shown(text: ast.JoinedStr, placed: set[str]) -> Iterator[int]:
    """Moments with their time of day, neither placed nor said to be UTC."""
    words = ast.unparse(text)
    for part in text.values:
        if isinstance(part, ast.FormattedValue) and part.format_spec is not None:
            spec = ast.unparse(part.format_spec)
            is_moment = SHOWN.search(spec) and OF_A_CLOCK.search(spec)
            if is_moment and not _is_placed(part.value, placed) and "UTC" not in words and "Z'" not in words:
                yield part.lineno


def _scopes(tree: ast.AST) -> Iterator[ast.AST]:
    yield tree
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a scope itself, not in a function inside it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _own(child)


def _placed(scope: ast.AST) -> Iterator[str]:
    """Names of moments that were put into a zone."""
    for node in _own(scope):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_placed(node.value, set()):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _is_placed(node: ast.AST, placed: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in placed or node.id.isupper()
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in (
        "astimezone",
        "strptime",
    )  # fmt: skip


def _is_judged(path: Path) -> bool:
    return SIMULATED not in path.parts and str(path.relative_to(ROOT)) not in PLACED_BEFORE


def sources() -> Iterator[Path]:
    for place in SOURCES:
        for folder in ROOT.glob(place):
            yield from sorted(path for path in folder.rglob("*.py") if _is_judged(path))


def test_nothing_takes_a_day_in_nobodys_zone() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := sorted(set(strays(path.read_text(encoding="utf-8")))))
    }

    assert found == {}


def test_no_page_takes_a_day_by_itself() -> None:
    places = (ROOT / "hub", ROOT / "demo" / "src")
    pages = [path for place in places for path in place.rglob("*.html") if "templates" in path.parts]

    assert len(pages) > 50
    assert [path.name for path in pages if DAY_IN_A_TEMPLATE.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    [
        "issued_on = now.date()",
        "issued_on = hub.clock().date()",
        "day = date.today()",
        "told = f'since {now:%Y-%m-%d %H:%M}'",
        "day = now.isoformat()[:10]",
    ],
)
def test_control_a_day_of_nobodys_zone_is_found(line: str) -> None:
    assert list(strays(f"def place(now, hub):\n    {line}\n")) == [2]
    assert not list(strays("def place(now, zone):\n    there = now.astimezone(zone)\n    return there.date()\n"))
