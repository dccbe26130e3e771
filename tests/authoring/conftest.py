"""Distributions as they come out of the template, and the tools that look at them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.authoring.beginning import write_distribution
from hub.authoring.country_facts import facts_of
from hub.authoring.wanted import Wanted
from hub.providers.countries import load_countries

WITHOUT_THE_HUB = "import sys; sys.modules['hub'] = None; import pytest; sys.exit(pytest.main(sys.argv[1:]))"

Write = Callable[[Wanted], Path]


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Writes a distribution, each into a folder of its own below one."""
    folder, known = tmp_path_factory.mktemp("begun"), load_countries()

    def write_one(wanted: Wanted) -> Path:
        path = folder / f"payment-hub-{wanted.code}"
        if not path.exists():
            write_distribution(wanted, facts_of(wanted.country, known.get(wanted.country)), path)
        return path

    return write_one


def run_tool(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One tool in a distribution, as its author would run it."""
    command = [sys.executable, "-m", *words] if words[0] != "-c" else [sys.executable, *words]
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def told(done: subprocess.CompletedProcess[str]) -> str:
    """What it said, where it did not succeed."""
    return "" if done.returncode == 0 else done.stdout + done.stderr


def failing_in(folder: Path, *words: str) -> str:
    """What fails of a distribution's own tests, the contract's proofs among them, where no hub can be imported."""
    done = run_tool("-c", WITHOUT_THE_HUB, "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *words, folder=folder)
    return told(done)


def styled_wrongly_in(*folders: Path) -> str:
    """What style and format find, each by its distribution's own settings."""
    names = [str(folder) for folder in folders]
    check = run_tool("ruff", "check", "--no-cache", "-q", *names, folder=folders[0])
    return told(check) + told(run_tool("ruff", "format", "--no-cache", "--check", *names, folder=folders[0]))


def mistyped_in(*folders: Path) -> str:
    """What mypy finds in all of them at once, by the settings that each has."""
    sources = [str(folder / "src") for folder in folders]
    paths = os.pathsep.join(sources)
    words = ("mypy", "--config-file", str(folders[0] / "pyproject.toml"), "--cache-dir", os.devnull, *sources)
    return told(run_tool(*words, folder=folders[0], MYPYPATH=paths))


def settings_of(command: Any) -> dict[str, Any]:
    """The options of a command, by name."""
    return {param.name: param for param in command.params}
