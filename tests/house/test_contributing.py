"""What the next person finds: the words of ./run, one loop to work in, hooks of our own,
pages that lead on."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.md"))
PAGES = ("CONTRIBUTING.md", "docs/releasing.md", "tests/README.md", "CHANGELOG.md")


def test_run_alone_lists_its_words() -> None:
    told = subprocess.run([ROOT / "run"], capture_output=True, text=True, check=True).stdout
    words = set(re.findall(r"^ +\./run ([\w-]+)", told, re.MULTILINE))
    assert {"check", "pytest", "payment-hub", "ruff", "mypy", "lint-imports"} <= words


def test_the_loop_to_work_in_looks_at_what_it_says() -> None:
    loop = (ROOT / ".ci" / "check").read_text(encoding="utf-8")
    parts = (
        "ruff check",
        "ruff format --check",
        "mypy",
        "lint-imports",
        "tests/domain",
        "tests/storage",
        "tests/flows",
    )
    assert [part for part in parts if f" {part}" not in loop] == []


def test_hooks_before_a_commit_are_our_own_and_run_in_our_environment() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (.+)", hooks) == ["local"]
    entries = re.findall(r"entry: (.+)", hooks)
    assert entries
    assert all(entry.startswith("./run ") for entry in entries)
    assert re.findall(r"language: (.+)", hooks) == ["system"] * len(entries)


def test_editors_and_ruff_agree_how_long_a_line_is() -> None:
    editors = (ROOT / ".editorconfig").read_text(encoding="utf-8")
    found = re.search(r"^\[\*\.py\]\nmax_line_length = (\d+)$", editors, re.MULTILINE)
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    assert found
    assert int(found[1]) == ruff["line-length"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_says_what_it_is_for(template: Path) -> None:
    _, front, rest = template.read_text(encoding="utf-8").split("---\n", 2)
    assert re.findall(r"^(\w+): \S", front, re.MULTILINE) == ["name", "about"]
    assert rest.strip()


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_links_or_names_is_there(name: str) -> None:
    page = ROOT / name
    text = page.read_text(encoding="utf-8")
    linked = {target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target}
    assert {target for target in linked if not (page.parent / target).exists()} == set()
    named = set(re.findall(r"`((?:\.ci|bench|docs|hub|plugins|tests)/[\w./-]+)`", text))
    assert {path for path in named if not (ROOT / path).exists()} == set()
