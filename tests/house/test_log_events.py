"""docs/logs.md names every event that the hub writes, with level and fields,
and none that it does not write."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from hub.providers.ran import StepRecord

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "logs.md"
ROW = re.compile(r"^\| `(\w+)` \| (\w+(?: or \w+)*) \| .+ \|(.*)\|$", re.MULTILINE)
LEVELS = {name: name for name in ("debug", "info", "warning", "error", "critical")} | {"exception": "error"}
TOLD = {"tell": "info", "warn": "warning"}
EXPANDED = {"step_fields": {field.name for field in attrs.fields(StepRecord)} - {"started"}}
"""Fields of calls that give them as one mapping, by its name."""

BOUND = {"provider_request": {"payment"}}
"""Fields that a line has from what it is written within."""


@attrs.frozen
class Written:
    """A call that writes a line; ``fault`` is why its event or a field cannot be read from it."""

    event: str
    level: str
    fields: frozenset[str]
    fault: str = ""


def calls_in(source: str) -> Iterator[Written]:
    """Every call of a file that writes a line."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        match call.func:
            case ast.Attribute(value=ast.Name(id="log"), attr=name) if name in LEVELS:
                yield written(call, LEVELS[name], call.args)
            case ast.Attribute(value=ast.Call(func=ast.Attribute(attr="get_logger")), attr=name) if name in LEVELS:
                yield Written("", name, frozenset(), f"line {call.lineno}: a logger has the name log")
            case ast.Name(id=name) if name in TOLD:
                yield written(call, TOLD[name], call.args[1:])


def written(call: ast.Call, level: str, args: list[ast.expr]) -> Written:
    fields: set[str] = set()
    for given in call.keywords:
        if given.arg is not None:
            fields.add(given.arg)
        elif isinstance(given.value, ast.Name) and given.value.id in EXPANDED:
            fields |= EXPANDED[given.value.id]
        else:
            return Written("", level, frozenset(), f"line {call.lineno}: fields that nobody can read")
    match args:
        case [ast.Constant(value=str(event))]:
            return Written(event, level, frozenset(fields - {"exc_info"}))
    return Written("", level, frozenset(), f"line {call.lineno}: an event is one literal")


def everything_written() -> dict[str, list[Written]]:
    """All lines of the hub, by event."""
    found: dict[str, list[Written]] = {}
    for file in sorted((ROOT / "hub").rglob("*.py")):
        for line in calls_in(file.read_text(encoding="utf-8")):
            assert not line.fault, f"{file.relative_to(ROOT)}: {line.fault}"
            found.setdefault(line.event, []).append(line)
    return found


def everything_described() -> dict[str, tuple[str, frozenset[str]]]:
    """Level and fields of each event, as the page says them."""
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert len(rows) == len({event for event, _, _ in rows}), "an event stands twice"
    return {event: (level, frozenset(re.findall(r"`(\w+)`", fields))) for event, level, fields in rows}


def differences(written: dict[str, list[Written]], described: dict[str, tuple[str, frozenset[str]]]) -> Iterator[str]:
    """What page and program say differently."""
    for event in sorted(set(written) | set(described)):
        if event not in described:
            yield f"{event} is not described"
        elif event not in written:
            yield f"{event} is never written"
        else:
            level, fields = described[event]
            given = set().union(*(line.fields for line in written[event])) | BOUND.get(event, set())
            if given != fields:
                yield f"{event}: {', '.join(sorted(given ^ fields))}"
            if levels := {line.level for line in written[event]} ^ set(level.split(" or ")):
                yield f"{event} is {level}, which is not so of {', '.join(sorted(levels))}"


def test_every_event_is_described_with_its_level_and_its_fields() -> None:
    found = everything_written()

    assert len(found) > 60
    assert list(differences(found, everything_described())) == []


READING = {"offer_buttons.py"}
"""Modules whose transactions only read: they run once, and nothing is taken back."""


def told_too_early(source: str) -> list[int]:
    """Lines of calls that write at once, in a function that may be rolled back or run again."""
    found = set()
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef) and "tx" in {argument.arg for argument in function.args.args}:
            found |= {
                call.lineno
                for call in ast.walk(function)
                if isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and isinstance(call.func.value, ast.Name)
                and call.func.value.id == "log"
            }
    return sorted(found)


def test_nothing_is_told_before_its_transaction_is_on_the_disk() -> None:
    files = [file for file in sorted((ROOT / "hub").rglob("*.py")) if file.name not in READING]
    wrong = {file.name: lines for file in files if (lines := told_too_early(file.read_text(encoding="utf-8")))}

    assert wrong == {}


BY_ITSELF = re.compile(r"\.reviews\.(?:open|resolve)\(")
"""Past the module that tells the log of it."""


def past_the_log(source: str) -> bool:
    return bool(BY_ITSELF.search(source))


def test_every_review_is_told_when_it_opens_and_when_it_closes() -> None:
    files = [file for file in sorted((ROOT / "hub" / "flows").rglob("*.py")) if file.name != "open_review.py"]

    assert [file.name for file in files if past_the_log(file.read_text(encoding="utf-8"))] == []
    assert past_the_log((ROOT / "hub" / "flows" / "ground" / "open_review.py").read_text(encoding="utf-8"))


def test_control_a_line_that_is_told_too_early_is_seen() -> None:
    assert told_too_early("def _paid(tx, payment):\n    if payment:\n        log.info('paid')") == [3]
    assert told_too_early("def _paid(tx, payment):\n    tell(tx, 'paid')\nasync def pay(hub):\n    log.info('x')") == []


LINE = Written("mail_sent", "info", frozenset({"delivery"}))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([attrs.evolve(LINE, event="mail_lost")], "mail_lost is not described"),
        ([], "mail_sent is never written"),
        ([attrs.evolve(LINE, fields=frozenset({"delivery", "recipient"}))], "mail_sent: recipient"),
        ([attrs.evolve(LINE, fields=frozenset())], "mail_sent: delivery"),
        ([LINE, attrs.evolve(LINE, level="error")], "mail_sent is info, which is not so of error"),
    ],
)
def test_control_a_line_that_is_not_as_described_is_seen(lines: list[Written], said: str) -> None:
    found: dict[str, list[Written]] = {}
    for line in lines:
        found.setdefault(line.event, []).append(line)

    assert said in list(differences(found, {"mail_sent": ("info", frozenset({"delivery"}))}))


@pytest.mark.parametrize(
    "source",
    ['log.info(f"paid {payment}")', "log.info(event)", "log.info('paid', **facts)", "structlog.get_logger().info('x')"],
)
def test_control_a_line_that_nobody_can_read_is_a_fault(source: str) -> None:
    assert [line for line in calls_in(source) if line.fault]


def test_control_lines_of_both_kinds_are_found() -> None:
    source = 'log.exception("fell", kind=1, exc_info=e)\ntell(tx, "paid", payment=1)\nwarn(tx, "lost", message=2)'

    assert [(line.event, line.level, line.fields) for line in calls_in(source)] == [
        ("fell", "error", frozenset({"kind"})),
        ("paid", "info", frozenset({"payment"})),
        ("lost", "warning", frozenset({"message"})),
    ]
