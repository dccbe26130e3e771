"""What proves a message is compared in constant time, never with == (F40).

In a change the code is read; in the long set the time is taken that a verifier needs for proofs
that are wrong from the first character on, and for those that are wrong in the last one alone.
"""

from __future__ import annotations

import ast
import base64
import gc
import hashlib
import hmac
import math
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

import hub_nequi.signature
from hub_hookspecs import Message, Source
from hub_nequi.signature import is_genuine

ROOT = Path(__file__).parents[2]
PROOFS = re.compile(r"^\s*(?:import|from) (?:hmac|secrets|cryptography)\b", re.MULTILINE)
SOURCES = [
    file
    for folder in ("hub", "demo/src", "hookspecs/src", *map(str, ROOT.glob("plugins/*/src")))
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
    assert {"sealing.py", "signature.py"} <= {file.name for file in SOURCES}


def test_control_a_comparison_that_tells_how_much_was_right_is_found() -> None:
    text = "def is_genuine(text, proof, key):\n    return hmac.new(key, text, 'sha256').hexdigest() == proof\n"

    assert list(compared(text))


SECRET = "un-secreto-de-prueba"
CALLS = 100_000
CALLS_OF_A_CONTROL = 20_000
LEAKS = 4.5
"""Of Welch's t: beyond it two kinds of proofs take a different time, as the usual test for leaks has it."""


def proved(flip: int | None) -> Message:
    """A notification whose signature is wrong in one character only."""
    body = b'{"commerceCode":"1"}'
    digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    mac = hmac.new(SECRET.encode(), f"content-type: application/json\ndigest: {digest}".encode(), "sha384").digest()
    proof = list(base64.b64encode(mac).decode())
    if flip is not None:
        proof[flip] = "A" if proof[flip] != "A" else "B"
    named = f'keyId="k",algorithm="hmac-sha384",headers="content-type digest",signature="{"".join(proof)}"'
    headers = (("content-type", "application/json"), ("digest", digest), ("signature", named))
    return Message(
        source=Source.NOTIFICATION, method="POST", path="", query="", headers=headers, body=body,
        received_at=datetime(2026, 11, 23, tzinfo=UTC),
    )  # fmt: skip


def copied(message: Message) -> Message:
    """The same in fresh memory: where a text lies must not be what is measured."""
    headers = tuple((name, "".join(list(value))) for name, value in message.headers)
    return attrs.evolve(message, headers=headers)


def leak(verify: Callable[[Message], bool], calls: int) -> float:
    """Welch's t between early and late mistakes; the slowest tenth, which the machine made slow,
    is left out."""
    kinds = {"early": proved(0), "late": proved(-1)}
    taken: dict[str, list[int]] = {name: [] for name in kinds}

    def timed(message: Message) -> int:
        begin = time.perf_counter_ns()
        verify(message)
        return time.perf_counter_ns() - begin

    order = list(kinds) * calls
    random.Random(1).shuffle(order)
    gc.disable()
    try:
        for name in order:
            taken[name].append(timed(copied(kinds[name])))
    finally:
        gc.enable()
    limit = statistics.quantiles(taken["early"] + taken["late"], n=10)[-1]
    early, late = ([item for item in found if item <= limit] for found in taken.values())
    spread = math.sqrt(statistics.variance(early) / len(early) + statistics.variance(late) / len(late))
    return (statistics.fmean(early) - statistics.fmean(late)) / spread


def test_the_proofs_that_are_timed_are_wrong_in_one_character_alone() -> None:
    assert is_genuine(proved(None), [SECRET])
    assert not is_genuine(proved(0), [SECRET])
    assert not is_genuine(proved(-1), [SECRET])


@pytest.mark.long
def test_the_time_of_a_verifier_does_not_tell_how_much_was_right() -> None:
    assert abs(leak(lambda message: is_genuine(message, [SECRET]), CALLS)) < LEAKS


@pytest.mark.long
def test_control_a_verifier_that_ends_at_the_first_mistake_tells_by_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_turn(given: str, texts: tuple[str, ...]) -> bool:
        return any(len(given) == len(text) and all(map(str.__eq__, given, text)) for text in texts)

    monkeypatch.setattr(hub_nequi.signature, "_is_one_of", in_turn)

    assert abs(leak(lambda message: is_genuine(message, [SECRET]), CALLS_OF_A_CONTROL)) > LEAKS
