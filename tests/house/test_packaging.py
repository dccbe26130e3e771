"""The rules of the packages: exact versions in two places that agree, no address in either, no lock file."""

import re
import shutil
import subprocess
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXACT = re.compile(r"[a-z0-9-]+==[0-9][A-Za-z0-9.]*( ; .+)?")


def pyproject(folder: str = ".") -> dict[str, Any]:
    return tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))


def constraints() -> list[str]:
    return (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


def distributions() -> list[str]:
    plugins = sorted(f"plugins/{path.parent.name}" for path in ROOT.glob("plugins/*/pyproject.toml"))
    return [".", "demo", "hookspecs", *plugins]


def tracked_files() -> list[str]:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout")
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listing.stdout.splitlines()


def test_constraints_say_the_same_to_pip_and_to_uv() -> None:
    assert pyproject()["tool"]["uv"]["constraint-dependencies"] == constraints()


def test_constraints_are_exact_and_sorted() -> None:
    lines = constraints()
    assert [line for line in lines if not EXACT.fullmatch(line)] == []
    assert lines == sorted(lines, key=lambda line: line.split("==")[0])


@pytest.mark.parametrize("file", ["constraints.txt", *(f"{folder}/pyproject.toml" for folder in distributions())])
def test_no_address_is_named(file: str) -> None:
    assert "://" not in (ROOT / file).read_text(encoding="utf-8")


def test_no_lock_file_is_tracked() -> None:
    lock = re.compile(r"(.*/)?(uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|pylock.*\.toml)")
    assert [name for name in tracked_files() if lock.fullmatch(name)] == []


@pytest.mark.parametrize("folder", distributions())
def test_every_declared_dependency_is_pinned(folder: str) -> None:
    pinned = {line.split("==")[0] for line in constraints()}
    project = pyproject(folder)["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project.get("optional-dependencies", {}).values())]
    names = {re.split(r"[^A-Za-z0-9-]", line, maxsplit=1)[0].lower() for line in wanted}
    assert {name for name in names if not name.startswith("payment-hub")} <= pinned


@pytest.mark.parametrize("folder", distributions())
def test_every_distribution_is_complete(folder: str) -> None:
    project = pyproject(folder)["project"]
    assert project["requires-python"] == ">=3.11"  # without it a wheel is tagged for Python 2 as well
    assert project["license"] == "MIT"
    assert "Private :: Do Not Upload" in project["classifiers"]
    for file in ("README.md", "CHANGELOG.md", "LICENSE"):
        assert (ROOT / folder / file).is_file()


@pytest.mark.parametrize("folder", [folder for folder in distributions() if folder.startswith("plugins/")])
def test_a_plugin_depends_on_the_contract_within_both_ends(folder: str) -> None:
    dependencies = pyproject(folder)["project"]["dependencies"]
    assert "payment-hub-hookspecs>=1,<2" in dependencies
    assert not any(re.match(r"payment-hub(\[|[<>=! ]|$)", line) for line in dependencies)


def test_the_demo_goes_with_the_very_hub_that_it_plays() -> None:
    hub, demo = pyproject()["project"], pyproject("demo")["project"]
    assert demo["version"] == hub["version"]
    assert f"payment-hub=={hub['version']}" in demo["dependencies"]


def test_the_hub_needs_nothing_for_the_demo_alone() -> None:
    assert not any(line.startswith(("aiosmtpd", "payment-hub-demo")) for line in pyproject()["project"]["dependencies"])


def test_every_package_is_typed() -> None:
    packages = [ROOT / "hub", *ROOT.glob("demo/src/*"), *ROOT.glob("hookspecs/src/*"), *ROOT.glob("plugins/*/src/*")]
    assert [p for p in packages if (p / "__init__.py").exists() and not (p / "py.typed").exists()] == []
