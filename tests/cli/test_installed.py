"""Commands that other distributions bring: found by their entry points, and alone in their faults."""

import importlib.metadata
import subprocess
import sys

import pytest

import hub.cli.installed
from hub.cli.commands import COMMANDS
from tests.conftest import Site

from .conftest import Run

GREET = """
    import click

    @click.command()
    @click.argument("name")
    def command(name):
        \"\"\"Greet somebody.\"\"\"
        click.echo(f"hello {name}")
        return 3
"""


def offering(site: Site, source: str, command: str = "greet", name: str = "greetings") -> None:
    """A distribution that brings one command, from this module."""
    module = name.replace("-", "_")
    site.install(name, {"hub.commands": {command: f"{module}:command"}}, **{module: source})


def test_a_command_of_another_distribution_runs_like_ours(site: Site, run: Run) -> None:
    offering(site, GREET)
    ended = run("greet", "Ana")
    assert (ended.code, ended.out) == (3, "hello Ana\n")
    assert run("greet", "--help").out.startswith("Usage: payment-hub greet ")


def test_the_list_of_commands_names_it_and_imports_nothing(site: Site, run: Run) -> None:
    offering(site, "raise SystemExit('imported')")
    ended = run("--help")
    assert ended.code == 0
    assert "Commands of other distributions:\n" in ended.out
    assert "greetings, made by hand" in ended.out


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("other = 1", "AttributeError: module 'greetings' has no attribute 'command'"),
    ],
)
def test_one_that_cannot_be_imported_says_so_and_whose_it_is(site: Site, run: Run, source: str, why: str) -> None:
    offering(site, source)
    ended = run("greet", "--loud", "--help", "Ana")
    assert ended.code == 1
    assert ended.err == (
        f"Error: greet, a command of greetings 1.2.0, could not be loaded ({why}): repair or uninstall it\n"
    )


def test_what_is_no_command_is_told_as_such(site: Site, run: Run) -> None:
    offering(site, "command = 'hello'")
    assert "is str, not a click command: repair or uninstall it" in run("greet").err


def test_two_distributions_of_one_command_are_both_named(site: Site, run: Run) -> None:
    offering(site, GREET)
    offering(site, GREET, name="other-greetings")
    ended = run("greet", "Ana")
    assert (ended.code, ended.out) == (1, "")
    assert "greet is a command of greetings 1.2.0 and other-greetings 1.2.0: uninstall one of them" in ended.err


def test_nobody_takes_the_place_of_one_of_ours(site: Site, run: Run) -> None:
    offering(site, GREET, command="plugins")
    assert run("plugins", "list").code == 0
    assert "made by hand" not in run("--help").out


def test_our_own_commands_look_nothing_up(site: Site, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    offering(site, "raise SystemExit('imported')")
    monkeypatch.delitem(sys.modules, "hub.cli.installed", raising=False)
    for name in COMMANDS:
        assert run(name, "--help").code == 0
    assert "hub.cli.installed" not in sys.modules


def test_one_without_metadata_costs_its_line_alone(site: Site, run: Run) -> None:
    offering(site, GREET)
    (site.path / "greetings-1.2.0.dist-info" / "METADATA").unlink()
    listed = run("--help")
    assert listed.code == 0
    assert "  greet" in listed.out


def test_a_broken_one_leaves_completion_alone(site: Site) -> None:
    offering(site, "raise SystemExit('imported')", command="paint")
    done = subprocess.run(
        [sys.executable, "-m", "hub"],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PYTHONPATH": str(site.path),
            "_PAYMENT_HUB_COMPLETE": "bash_complete",
            "COMP_WORDS": "payment-hub pa",
            "COMP_CWORD": "1",
        },
    )
    assert done.stdout.split() == ["plain,payment", "plain,paint"]


def test_the_demo_is_a_command_of_its_own_distribution(run: Run) -> None:
    (entry,) = importlib.metadata.entry_points(group="hub.commands", name="demo")
    assert entry.dist is not None
    assert entry.dist.name == hub.cli.installed.KNOWN["demo"]
    assert "  demo  Play the sample companies" in run("--help").out


@pytest.mark.parametrize("words", [(), ("--play", "--json"), ("--help",)])
def test_without_it_the_demo_says_what_to_install(
    words: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.cli.installed, "GROUP", "hub.commands of a hub that stands alone")
    ended = run("demo", *words)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        "Error: demo comes with payment-hub-demo, which is not installed: install it beside payment-hub\n"
    )
    assert "demo" not in run("--help").out


def test_what_nobody_brings_is_a_wrong_word(run: Run) -> None:
    assert not importlib.metadata.entry_points(group="hub.commands", name="greet")
    assert run("greet").code == 2
