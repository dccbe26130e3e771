"""docs/contract.md: every record of the contract with its fields, and every hook, as the code has them.

``./run python tests/house/contract_page.py`` writes it anew.
"""

from __future__ import annotations

import enum
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import attrs

from hub_hookspecs import (
    CONTRACT_VERSION,
    actions,
    channel,
    channel_specs,
    contact,
    country,
    form,
    identity,
    messages,
    payment,
    provider,
    specs,
    webhook,
)

PAGE: Final = Path(__file__).parents[2] / "docs" / "contract.md"

ROOMS: Final[tuple[tuple[str, ModuleType], ...]] = (
    ("What a provider declares", provider),
    ("Orders, observations, operations, settlements", payment),
    ("What the payer does next", actions),
    ("What the payer is asked first", form),
    ("What arrives from outside", messages),
    ("Where notifications go", webhook),
    ("Companies and their papers", identity),
    ("Countries", country),
    ("When people may be reminded", contact),
    ("Channels", channel),
)

HEAD: Final = """\
# The contract, record by record

Written from `hub_hookspecs` by `tests/house/contract_page.py`; version {major}.{minor}. The guide is
[writing-a-provider.md](writing-a-provider.md); what to look up stands here. A field with a default may be left out.
Everything is imported from `hub_hookspecs`.

"""


def page() -> str:
    """The page as the code has it."""
    major, minor = CONTRACT_VERSION
    parts = [HEAD.format(major=major, minor=minor), *_hooks(), *(part for room in ROOMS for part in _room(*room))]
    return "".join(parts).replace("``", "`")


def _hooks() -> Iterator[str]:
    yield "## Hooks\n\n"
    for hook in (*vars(specs).values(), *vars(channel_specs).values()):
        if inspect.isfunction(hook) and hook.__module__ in (specs.__name__, channel_specs.__name__):
            arguments = ", ".join(f"{name}: {item}" for name, item in _typed(hook) if name != "return")
            result = dict(_typed(hook))["return"]
            text = inspect.cleandoc(hook.__doc__ or "").split("\n\nExample")[0]
            yield f"### {hook.__name__}\n\n`{hook.__name__}({arguments}) -> {result}`\n\n{text}\n\n"


def _typed(hook: Any) -> Iterator[tuple[str, str]]:
    yield from ((name, str(kind)) for name, kind in inspect.get_annotations(hook).items())


def _room(title: str, module: ModuleType) -> Iterator[str]:
    yield f"## {title}\n\n"
    for name, item in vars(module).items():
        if inspect.isclass(item) and item.__module__ == module.__name__ and not name.startswith("_"):
            yield from _class(name, item)


def _class(name: str, item: type) -> Iterator[str]:
    text = inspect.cleandoc(item.__doc__ or "")
    said, _, listed = text.partition("Attributes:\n")
    yield f"### {name}\n\n{said.strip()}\n\n"
    if issubclass(item, enum.Enum):
        yield " · ".join(f"`{member.value}`" for member in item) + "\n\n"
    elif attrs.has(item):
        told = _told(listed)
        yield "| field | type | without it | |\n|---|---|---|---|\n"
        for field in attrs.fields(item):
            kind = str(field.type).replace("|", "\\|")
            yield f"| `{field.name}` | `{kind}` | {_default(field)} | {told.get(field.name, '')} |\n"
        yield "\n"


def _told(listed: str) -> dict[str, str]:
    """What a docstring says of each field; one line may be about several."""
    told: dict[str, str] = {}
    names: list[str] = []
    for line in inspect.cleandoc(listed).splitlines():
        if line and not line.startswith(" "):
            heads, _, words = line.partition(":")
            names = [head.strip() for head in heads.split(",")]
            told |= dict.fromkeys(names, words.strip())
        else:
            told |= {name: f"{told[name]} {line.strip()}".strip() for name in names}
    return {name: words.replace("|", "\\|") for name, words in told.items()}


def _default(field: attrs.Attribute[Any]) -> str:
    if field.default is attrs.NOTHING:
        return "needed"
    default = field.default
    if isinstance(default, enum.Enum):
        return f"`{default.value}`"
    if attrs.has(type(default)) or callable(default):
        return "plain"
    if not default and not isinstance(default, bool | int):
        return "none"
    return f"`{default}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
