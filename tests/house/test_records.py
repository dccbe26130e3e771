"""Decisions say when they were made and whether they hold; changelogs have one form."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISION = re.compile(
    r"# (?P<number>\d{4}) \S.*\n\n"
    r"\* Date: (?P<day>\d{4}-\d\d-\d\d)\n"
    r"\* Status: (accepted|proposed|withdrawn|replaced by \[(?P<by>\d{4})\]\(\d{4}-[\w-]+\.md\))\n\n"
)
VERSION = re.compile(r"\[(\d+)\.(\d+)\.(\d+)\] - \d{4}-\d\d-\d\d")
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
"""Of changes, as Keep a Changelog has them."""

PLACES = ("CHANGELOG.md", "*/CHANGELOG.md", "plugins/*/CHANGELOG.md")
DISTRIBUTIONS = [path.parent for place in PLACES for path in sorted(ROOT.glob(place))]


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "adr").glob("[0-9]*.md")), ids=lambda page: page.stem)
def test_a_decision_says_when_it_was_made_and_whether_it_holds(page: Path) -> None:
    found = DECISION.match(page.read_text(encoding="utf-8"))
    assert found, f"{page.name} begins with its title, then '* Date: YYYY-MM-DD' and '* Status: accepted'"
    assert page.name.startswith(f"{found['number']}-")
    assert date.fromisoformat(found["day"])
    assert found["by"] is None or list(page.parent.glob(f"{found['by']}-*.md"))


def changelog_faults(text: str, version: str) -> list[str]:
    """What is wrong with a changelog of a distribution that has this version."""
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    faults = [] if headings[:1] == ["[Unreleased]"] else ["the first section is not [Unreleased]"]
    faults += [f"no [1.2.3] - 2026-01-31: {heading}" for heading in headings[1:] if not VERSION.fullmatch(heading)]
    numbers = [tuple(map(int, found.groups())) for found in map(VERSION.fullmatch, headings[1:]) if found]
    if numbers != sorted(set(numbers), reverse=True):
        faults.append("versions do not descend")
    if numbers and ".".join(map(str, numbers[0])) != version:
        faults.append(f"the newest is not {version} of pyproject.toml")
    kinds = re.findall(r"^### (.+)$", text, re.MULTILINE)
    faults += [f"{kind} is no kind of change" for kind in kinds if kind not in KINDS]
    for section in re.split(r"^## .+$", text, flags=re.MULTILINE):
        named = re.findall(r"^### (.+)$", section, re.MULTILINE)
        faults += [f"{kind} stands twice in a version" for kind in sorted(set(named)) if named.count(kind) > 1]
    for section in re.split(r"^### .+$", text, flags=re.MULTILINE)[1:]:
        entries = re.split(r"^## ", section, maxsplit=1, flags=re.MULTILINE)[0].strip().splitlines()
        faults += [f"no entry: {line}" for line in entries if line and not line.startswith(("- ", "  "))]
    return faults


@pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=lambda folder: folder.name)
def test_a_changelog_has_the_form_of_keep_a_changelog(folder: Path) -> None:
    version = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert changelog_faults((folder / "CHANGELOG.md").read_text(encoding="utf-8"), version) == []


GOOD = """# Changelog

## [Unreleased]

### Fixed

- A fault that takes
  two lines to tell.

## [1.1.0] - 2026-02-01

## [1.0.0] - 2026-01-31
"""


def test_a_good_changelog_has_no_fault() -> None:
    assert changelog_faults(GOOD, "1.1.0") == []


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        (GOOD.replace("## [Unreleased]\n\n", ""), "[Unreleased]"),
        (GOOD.replace("] - 2026-02-01", " of February]"), "[1.2.3]"),
        (GOOD.replace("1.0.0", "1.2.0"), "descend"),
        (GOOD.replace("1.1.0", "1.1.1"), "1.1.0 of pyproject.toml"),
        (GOOD.replace("### Fixed", "### Mended"), "Mended"),
        (GOOD.replace("- A fault", "A fault"), "no entry"),
        (GOOD.replace("### Fixed", "### Fixed\n\n- Another.\n\n### Fixed"), "twice"),
    ],
)
def test_control_a_changelog_of_another_form_is_seen(planted: str, fault: str) -> None:
    assert any(fault in found for found in changelog_faults(planted, "1.1.0"))
