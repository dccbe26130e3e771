"""The documentation says what the code is: a new status, setting, hook or cause is written down,
or a test fails."""

import ast
import enum
import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import hub.domain
from hub.domain.ledger import LedgerKind
from hub.domain.payment import Flag
from hub.domain.settlement import Difference
from hub.settings import Settings
from hub_hookspecs import Kind, specs

ROOT = Path(__file__).parents[2]
VOCABULARY = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8")
SPOKEN = frozenset({"hub.domain.open_item", "hub.domain.activity"})
"""Modules whose words are texts for people."""


def words_of_the_domain() -> Iterator[tuple[str, str]]:
    """(enumeration, value) of everything that the domain can be in."""
    for module in pkgutil.walk_packages(hub.domain.__path__, "hub.domain."):
        if module.name in SPOKEN:
            continue
        for name, item in vars(importlib.import_module(module.name)).items():
            own = isinstance(item, type) and issubclass(item, enum.StrEnum) and item.__module__ == module.name
            if own:
                yield from ((name, member.value) for member in item)
    yield from (("Kind", kind.value) for kind in Kind)


@pytest.mark.parametrize(("owner", "word"), sorted(set(words_of_the_domain())))
def test_every_status_kind_flag_and_state_stands_in_the_vocabulary(owner: str, word: str) -> None:
    assert f"`{word}`" in VOCABULARY, f"{owner}: docs/vocabulary.md does not know {word!r}"


def test_every_ledger_account_stands_in_the_table_of_the_books() -> None:
    told = (ROOT / "docs" / "books.md").read_text(encoding="utf-8")
    table = told.partition("## The accounts")[2].partition("##")[0]
    named = {
        name for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for name in re.findall("`([a-z_]+)`", row)
    }

    assert named == {kind.value for kind in LedgerKind}


def parsed(text: str) -> ast.Module:
    """The syntax tree; CPython 3.11 sometimes miscounts its recursion and is right when asked again."""
    try:
        return ast.parse(text)
    except SystemError:
        return ast.parse(text)


def review_causes() -> set[str]:
    """Causes that flows give reviews by a literal or a name of theirs,
    and those of flags and settlement lines."""
    causes = {flag.value for flag in Flag if flag not in (Flag.LATE, Flag.NEEDS_REVIEW)}
    causes |= {difference.value for difference in Difference}
    for file in sorted((ROOT / "hub" / "flows").rglob("*.py")):
        nodes = list(ast.walk(parsed(file.read_text(encoding="utf-8"))))
        named = {
            getattr(node.targets[0], "id", ""): node.value.value
            for node in nodes
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        }
        for call in nodes:
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "review_of":
                cause = call.args[0]
                said = cause.value if isinstance(cause, ast.Constant) else named.get(getattr(cause, "id", ""))
                causes |= {said} if isinstance(said, str) else set()
    return causes | {"contradicting_claims", "learned_otherwise"}


@pytest.mark.parametrize("page", ["vocabulary.md", "operating.md"])
def test_every_cause_of_a_review_is_explained(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert {cause for cause in review_causes() if f"`{cause}`" not in text} == set()


def test_every_setting_is_documented_with_its_default_and_none_that_is_not_there() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", text, re.MULTILINE))
    fields = {field.name: field for field in attrs.fields(Settings)}
    assert set(rows) == set(fields)
    for name, default in rows.items():
        value = fields[name].default
        if isinstance(value, bool | int | str | Path) and str(value):
            said = str(value).lower() if isinstance(value, bool) else str(value)
            assert default == f"`{said}`", name


def test_every_hook_is_documented_with_its_arguments() -> None:
    text = (ROOT / "docs" / "writing-a-provider.md").read_text(encoding="utf-8")
    hooks = [item for item in vars(specs).values() if inspect.isfunction(item) and item.__module__ == specs.__name__]
    assert hooks
    for hook in hooks:
        heading = f"`{hook.__name__}({', '.join(inspect.signature(hook).parameters)})`"
        assert heading in text, f"docs/writing-a-provider.md does not describe {heading}"


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "bench" / "README.md"]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(
    "page", [ROOT / "docs" / "flow.md", ROOT / "docs" / "writing-a-provider.md"], ids=lambda p: p.name
)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"`((?:hub|plugins|tests|bench)/[\w./-]+)`", page.read_text(encoding="utf-8")))
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_the_shelves_of_the_flows_are_told_in_the_order_that_is_held() -> None:
    told = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "flow.md").read_text(encoding="utf-8"), re.MULTILINE)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (held,) = [contract["layers"] for contract in contracts if contract.get("containers") == ["hub.flows"]]
    assert told == list(reversed(held))


def test_every_decision_is_listed_and_has_its_three_parts() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    for page in sorted(folder.glob("[0-9]*.md")):
        text = page.read_text(encoding="utf-8")
        assert f"({page.name})" in index
        assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], page.name
