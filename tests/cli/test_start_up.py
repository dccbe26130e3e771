"""Starting is cheap, help is complete, and the documentation knows every command."""

import ast
import importlib.metadata
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hub.cli import VERSION
from hub.cli.commands import COMMANDS, LazyGroup

from .conftest import Run

CLI = Path(__file__).resolve().parents[2] / "hub" / "cli"
DOC = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
HEAVY = (
    "alembic",
    "sqlalchemy",
    "litestar",
    "typst",
    "httpx",
    "structlog",
    "email_validator",
    "dns",
    "hub.bootstrap",
    "hub.flows",
)


def tree(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below this one, with the words that call it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    if command.invoke_without_command:
        yield path, command
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from tree(below, (*path, name))


ALL = dict(tree(LazyGroup("payment-hub", COMMANDS)))


def loaded_by(*words: str) -> set[str]:
    """Modules that a command has loaded when it ends."""
    code = (
        "import sys, json; from hub.cli import main; code = main(json.loads(sys.argv[1])); "
        "sys.stderr.write('\\n'.join(sys.modules)); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, json.dumps(words)], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines())


def test_the_version_is_the_distributions_own() -> None:
    assert importlib.metadata.version("payment-hub") == VERSION


def test_the_version_is_answered_before_click_is_imported() -> None:
    loaded = loaded_by("--version")
    assert "click" not in loaded
    assert {name for name in loaded if name.startswith("hub")} == {"hub", "hub.cli"}


@pytest.mark.parametrize("words", [("--help",), ("payment", "--help"), ("payment", "show", "--help")])
def test_help_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    assert not loaded_by(*words) & set(HEAVY)


def test_every_module_of_commands_is_light() -> None:
    modules = ", ".join(f"hub.cli.{module}" for module, _help in COMMANDS.values())
    code = f"import sys, {modules}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.splitlines()) & set(HEAVY)


def test_nothing_light_of_the_command_line_is_imported_inside_a_function() -> None:
    light = {name for name in loaded_by("payment", "--help") if name.startswith("hub.")}
    late = {
        f"{path.name}: {name}"
        for path in CLI.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for name in imported_in(function)
        if name in light and path != CLI / "__init__.py"  # which answers --version with nothing else loaded
    }
    assert late == set()


def imported_in(function: ast.AST) -> Iterator[str]:
    """Modules that a function of the command line imports when it is called."""
    for node in ast.walk(function):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield f"hub.cli.{node.module}" if node.level else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...], run: Run) -> None:
    ended = run(*path, "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"Usage: payment-hub {' '.join(path)} ")
    assert ALL[path].help


def test_the_list_of_commands_says_what_their_own_help_says() -> None:
    context = click.Context(LazyGroup("payment-hub", COMMANDS))
    for name in COMMANDS:
        command = LazyGroup("payment-hub", COMMANDS).get_command(context, name)
        assert command is not None
        assert command.help, name


def examples() -> list[str]:
    return [
        line.strip() for line in DOC.read_text(encoding="utf-8").splitlines() if line.startswith("    payment-hub ")
    ]


def test_every_command_is_documented_with_an_example_and_no_other_is() -> None:
    headings = re.findall(r"^### payment-hub (.+)$", DOC.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(" ".join(path) for path in ALL)
    shown = {max((path for path in ALL if words_of(line)[: len(path)] == list(path)), key=len) for line in examples()}
    assert shown == set(ALL)


def words_of(line: str) -> list[str]:
    return shlex.split(line.partition(" < ")[0])[1:]


@pytest.mark.parametrize("line", examples())
def test_every_example_has_options_that_exist(line: str) -> None:
    words = words_of(line)
    path = max((path for path in ALL if words[: len(path)] == list(path)), key=len)
    command = ALL[path]
    context = click.Context(command)
    given, _left, _order = command.make_parser(context).parse_args(words[len(path) :])
    for parameter in command.params:
        assert not parameter.required or given.get(parameter.name) is not None


def test_every_reading_command_prints_json() -> None:
    reading = {"list", "show", "verify", "check"}
    without = {
        " ".join(path)
        for path, command in ALL.items()
        if path[-1] in reading and "--json" not in {opt for param in command.params for opt in param.opts}
    }
    assert without == {"payment check"}  # it changes what it looks at


def test_python_m_hub_is_the_same_command() -> None:
    done = subprocess.run([sys.executable, "-m", "hub", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"payment-hub {VERSION}\n"


def test_bash_can_complete() -> None:
    env = {**os.environ, "_PAYMENT_HUB_COMPLETE": "bash_complete", "COMP_WORDS": "payment-hub pay", "COMP_CWORD": "1"}
    done = subprocess.run([sys.executable, "-m", "hub"], capture_output=True, text=True, check=False, env=env)
    assert done.stdout.split() == ["plain,payment"]


def test_an_interrupted_command_ends_with_130(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hub", "simulator", "greenpay", "--port", "0"]
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"public_key_file": str(tmp_path / "key.pem")}), encoding="utf-8")
    with subprocess.Popen([*command, "--config", str(config)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        assert line["provider"] == "greenpay"
        assert set(line["endpoints"]) == {"merchant", "checkout", "form"}
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stdout.read() == ""


def test_who_acts_and_why_is_said_with_the_same_two_words_everywhere() -> None:
    """``--reason`` is what a bank says of a dispute, and nothing else; who may say why may say who."""
    words = {name: {word for param in found.params for word in param.opts} for name, found in ALL.items()}

    assert [name for name, said in words.items() if "--reason" in said] == [("payment", "dispute")]
    assert [name for name, said in words.items() if "--why" in said and "--by" not in said] == []
