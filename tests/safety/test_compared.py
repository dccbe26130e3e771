"""What proves a message is compared in constant time, never with == (F40)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROOFS = re.compile(r"^\s*(?:import|from) (?:hmac|secrets|cryptography)\b", re.MULTILINE)
SOURCES = [
    file
    for folder in ("hub", "hookspecs/src", *map(str, ROOT.glob("plugins/*/src")))
    for file in sorted((ROOT / folder).rglob("*.py"))
    if "simulator" not in file.parts and PROOFS.search(file.read_text(encoding="utf-8"))
]


WORDS = re.compile(r"sign|proof|mac|digest|hash|token|secret|seal|given|presented", re.IGNORECASE)


def compared(source: str) -> Iterator[str]:
    """Comparisons of what may prove something, of which neither side stands in the code."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        sides = [node.left, *node.comparators]
        text = ast.unparse(node)
        if WORDS.search(text) and not any(_is_known(side) for side in sides):
            yield f"line {node.lineno}: {text}"


def _is_known(side: ast.expr) -> bool:
    """A constant, by value or by its name in capitals, or a length."""
    if isinstance(side, ast.Call):
        return isinstance(side.func, ast.Name) and side.func.id == "len"
    name = side.attr if isinstance(side, ast.Attribute) else side.id if isinstance(side, ast.Name) else ""
    return isinstance(side, ast.Constant) or (bool(name) and name.isupper())


def test_no_module_that_holds_a_key_compares_texts_with_an_equals_sign() -> None:
    found = [
        f"{file.relative_to(ROOT)}, {line}" for file in SOURCES for line in compared(file.read_text(encoding="utf-8"))
    ]

    assert found == []
    assert {"vault.py", "signature.py"} <= {file.name for file in SOURCES}


def test_control_a_comparison_that_tells_how_much_was_right_is_found() -> None:
    text = "def is_genuine(text, proof, key):\n    return hmac.new(key, text, 'sha256').hexdigest() == proof\n"

    assert list(compared(text))
