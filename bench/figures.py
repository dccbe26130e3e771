"""How large and how plain is the source: the figures that a redesign is held to, counted.

    ./run python bench/figures.py [CHECKOUT]

Counts what is shipped: the hub, the demo, the contract and the plugins. Of lines, lines over 100 columns and section
banners it counts the tests' too. Nothing is imported, so that any checkout can be counted.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SHIPPED: Final = ("hub", "demo", "hookspecs/src", "plugins/*/src")
TRIED: Final = ("tests", "demo/tests", "hookspecs/tests", "plugins/*/tests")
LONG: Final = 300
WIDE: Final = 100
MAX_PARAMETERS: Final = 5
DECLARED: Final = 2 / 3
"""A module is declared data where this share of its lines are values given to names."""

REVISION: Final = {"revision", "down_revision"}
"""The names by which Alembic knows a revision of the schema."""

BANNER: Final = re.compile(r"\s*# ?-{4,}")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description="Counts the source of a checkout.")
    parser.add_argument("checkout", type=Path, nargs="?", default=Path(__file__).resolve().parents[1])
    root = parser.parse_args().checkout.resolve()
    tried = dict(_files(root, TRIED, "*.py"))
    shipped = {path: text for path, text in _files(root, SHIPPED, "*.py") if path not in tried}
    trees = {path: ast.parse(text) for path, text in shipped.items()}
    functions = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, Function)]
    lengths = [_lines(function) for function in functions]
    catalogues = [text for _path, text in _files(root, SHIPPED, "*.po")]
    rows = {
        "Python lines": _total(shipped.values()),
        "Python lines of tests": _total(tried.values()),
        ".po lines": _total(catalogues),
        "functions, median lines": statistics.median(lengths),
        "functions, p90 lines": statistics.quantiles(lengths, n=10)[-1],
        f"functions with more than {MAX_PARAMETERS} parameters": sum(
            _parameters(function) > MAX_PARAMETERS for function in functions
        ),
        f"lines over {WIDE} columns": _wide(shipped.values()),
        f"lines over {WIDE} columns in tests": _wide(tried.values()),
        "section banners": _banners(shipped.values()),
        "section banners in tests": _banners(tried.values()),
        "ports.py, lines": _total(text for path, text in shipped.items() if path.name == "ports.py"),
    }
    for name, value in rows.items():
        print(f"{value:8,.0f}  {name}")
    long = {path: _total([text]) for path, text in shipped.items() if _total([text]) > LONG}
    declared = {path for path in long if _is_declared(trees[path])}
    full = {path for path in long if sum(map(bool, shipped[path].split("\n"))) > LONG} - declared
    plain = len(long) - len(declared)
    print(f"{len(full):8}  modules over {LONG} lines, blank ones not counted")
    print(f"{plain:8}  modules over {LONG} lines, blank ones counted; and {len(declared)} of declared data")
    for path, count in sorted(long.items(), key=lambda item: -item[1]):
        print(f"          {count:5} {path.relative_to(root)}{' (declared data)' if path in declared else ''}")
    twice = _named_twice(root, trees)
    print(f"{len(twice):8}  class names with two meanings")
    for name, paths in sorted(twice.items()):
        print(f"          {name}: {', '.join(str(path.relative_to(root)) for path in paths)}")


def _files(root: Path, folders: tuple[str, ...], pattern: str) -> Iterator[tuple[Path, str]]:
    found = {path for folder in folders for place in root.glob(folder) for path in place.rglob(pattern)}
    return ((path, path.read_text(encoding="utf-8")) for path in sorted(found))


def _total(texts: Iterator[str] | list[str]) -> int:
    return sum(len(text.splitlines()) for text in texts)


def _wide(texts: Iterator[str]) -> int:
    return sum(len(line) > WIDE for text in texts for line in text.splitlines())


def _banners(texts: Iterator[str]) -> int:
    return sum(bool(BANNER.match(line)) for text in texts for line in text.splitlines())


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _parameters(function: Function) -> int:
    given = function.args
    named = [item.arg for item in itertools.chain(given.posonlyargs, given.args, given.kwonlyargs)]
    return len(named) - (named[:1] in (["self"], ["cls"]))


def _is_declared(tree: ast.Module) -> bool:
    """Whether a module is nothing but values given to names.

    A revision of the schema counts as such: it names the tables and columns of its day in one function, and is neither
    cut nor changed once a database has run it.
    """
    given = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    names = {name.id for node in given for name in ast.walk(node) if isinstance(name, ast.Name)}
    values = sum(map(_lines, given))
    return names >= REVISION or values >= DECLARED * (tree.body[-1].end_lineno or 1)


def _named_twice(root: Path, trees: dict[Path, ast.Module]) -> dict[str, list[Path]]:
    """Names of classes that stand in two modules; a plugin, which knows nobody of us, is seen by itself."""
    found: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for path, tree in trees.items():
        folder, name = path.relative_to(root).parts[:2]
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                found[name if folder == "plugins" else "", node.name].append(path)
    return {name: paths for (_plugin, name), paths in found.items() if len(paths) > 1}


if __name__ == "__main__":
    main()
