"""The last check of a plugin in which every proof held: of which version, on which day, and of exactly which code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import attrs

from hub.providers.registry import Provider
from hub_hookspecs.testing import Result

KIT: Final = "payment-hub-hookspecs"
CODE: Final = frozenset({".py", ".po"})


@attrs.frozen(kw_only=True)
class Green:
    """What was proven.

    Attributes:
        kit: Version of the contract's distribution, whose kit it was.
        proofs: How many held; ``excused`` of them, because the provider does not have what they are about.
        sources: SHA-256 of the plugin's own files, so that anybody can say whether they changed since.
    """

    distribution: str
    version: str
    kit: str
    proofs: int
    excused: int
    on: date
    sources: str


def green_of(provider: Provider, results: Iterable[Result], on: date) -> Green | None:
    """What a check of all proofs came to; None where one failed."""
    every = tuple(results)
    if not every or not all(result.holds for result in every):
        return None
    return Green(
        distribution=provider.distribution,
        version=provider.version,
        kit=version(KIT),
        proofs=len(every),
        excused=sum(bool(result.excuse) for result in every),
        on=on,
        sources=sources_digest(provider.module),
    )


def sources_digest(module: object) -> str:
    """SHA-256 of the names and contents of a plugin's code and catalogues, its simulator included."""
    assert isinstance(module, ModuleType)
    assert module.__file__ is not None
    file = Path(module.__file__)
    folder = file.parent if hasattr(module, "__path__") else None
    files = [file] if folder is None else sorted(item for item in folder.rglob("*") if item.suffix in CODE)
    digest = hashlib.sha256()
    for item in files:
        content = item.read_bytes()
        name = item.relative_to(folder or file.parent).as_posix()
        digest.update(f"{len(name)}:{name}{len(content)}:".encode() + content)
    return digest.hexdigest()


def read_greens(file: Path) -> Mapping[str, Green]:
    """What was recorded, by provider code."""
    if not file.exists():
        return {}
    found = json.loads(file.read_text(encoding="utf-8"))
    return {code: Green(**{**fields, "on": date.fromisoformat(fields["on"])}) for code, fields in found.items()}


def record_green(file: Path, code: str, green: Green) -> None:
    """Write it beside those of other providers."""
    greens: dict[str, Any] = {
        name: {**attrs.asdict(item), "on": item.on.isoformat()}
        for name, item in sorted({**read_greens(file), code: green}.items())
    }
    file.write_text(json.dumps(greens, indent=2) + "\n", encoding="utf-8")
