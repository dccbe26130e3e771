"""An amount of zero is an amount: nobody takes it for one that was not stated."""

from __future__ import annotations

import ast
from pathlib import Path

MONEY = frozenset({"amount", "gross", "net", "fee", "fee_tax"})
"""How amounts are called that may be missing: ``amount or other`` would replace a zero as well."""


def replaced(source: str) -> list[str]:
    """Where an amount that is zero is replaced like one that is missing."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for operand in node.values[:-1] if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) else ():
            named = operand.slice if isinstance(operand, ast.Subscript) else operand
            name = named.attr if isinstance(named, ast.Attribute) else getattr(named, "value", "")
            if name in MONEY and isinstance(named, ast.Attribute | ast.Constant):
                found.append(ast.unparse(node))
    return found


def test_zero_is_stated() -> None:
    paths = (*Path("hub").rglob("*.py"), *Path("plugins").glob("*/src/**/*.py"))
    found = {str(path): replaced(path.read_text(encoding="utf-8")) for path in paths}
    assert {path: what for path, what in found.items() if what} == {}


def test_control_an_amount_that_is_replaced_when_it_is_zero_is_found() -> None:
    assert replaced('amounts["net"] or rest(gross)') == ["amounts['net'] or rest(gross)"]
    assert replaced("reported.amount or asked") == ["reported.amount or asked"]
