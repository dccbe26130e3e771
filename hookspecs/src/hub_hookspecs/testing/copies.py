"""Another copy of a plugin, as another process would have it; and what its code imports."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from .subject import Subject

HUB: Final = "hub"
REACHES_OUT: Final = frozenset(
    {"socket", "socketserver", "ssl", "select", "selectors", "asyncio", "threading", "_thread", "multiprocessing"}
    | {
        "subprocess",
        "concurrent",
        "sqlite3",
        "urllib.request",
        "http.client",
        "ftplib",
        "smtplib",
        "requests",
        "aiohttp",
    }
)
"""What no hook may use: it does no I/O, and has no thread of its own."""


def fresh_copy(plugin: object) -> object:
    """The plugin, imported once more; whoever has the first copy keeps it."""
    if not isinstance(plugin, ModuleType):
        return type(plugin)()
    name = plugin.__name__
    known = {key: module for key, module in sys.modules.items() if key == name or key.startswith(f"{name}.")}
    for key in known:
        del sys.modules[key]
    parent, _, last = name.rpartition(".")
    try:
        if known:
            return importlib.import_module(name)
        return _loaded(plugin)
    finally:
        for key in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
            del sys.modules[key]
        sys.modules.update(known)
        if known and parent in sys.modules:
            setattr(sys.modules[parent], last, plugin)


def _loaded(plugin: ModuleType) -> ModuleType:
    """A module that was loaded from its file, and is not known by its name."""
    if plugin.__spec__ is None or plugin.__spec__.loader is None:
        return plugin
    module = importlib.util.module_from_spec(plugin.__spec__)
    plugin.__spec__.loader.exec_module(module)
    return module


def imports_of(subject: Subject) -> Iterator[tuple[str, int, str]]:
    """What the plugin's own code imports, its simulator excepted: file, line and module."""
    for name, file, tree, first in _trees(subject):
        for node in ast.walk(tree):
            for module in _imported(node, name):
                yield file, first + getattr(node, "lineno", 1) - 1, module


def _trees(subject: Subject) -> Iterator[tuple[str, str, ast.AST, int]]:
    plugin = subject.plugin
    if isinstance(plugin, ModuleType):
        for name, path in _files(plugin, simulator_of(subject)):
            yield name, "/".join(path.parts[-2:]), ast.parse(path.read_bytes()), 1
        return
    for cls in type(plugin).__mro__:
        if cls is not object and not cls.__module__.startswith("hub_hookspecs."):
            try:
                lines, first = inspect.getsourcelines(cls)
            except OSError:  # made while running
                continue
            path = Path(inspect.getsourcefile(cls) or "")
            yield cls.__module__, "/".join(path.parts[-2:]), ast.parse(textwrap.dedent("".join(lines))), first


def simulator_of(subject: Subject) -> str:
    """The module in which the simulator's application is made."""
    return str(getattr(subject.simulator.app, "__module__", "") or "")


def _files(plugin: ModuleType, simulator: str) -> Iterator[tuple[str, Path]]:
    file = Path(plugin.__file__ or "")
    if not hasattr(plugin, "__path__"):
        yield plugin.__name__.rpartition(".")[0], file
        return
    for path in sorted(file.parent.rglob("*.py")):
        parts = path.relative_to(file.parent).with_suffix("").parts
        name = ".".join([plugin.__name__, *(part for part in parts if part != "__init__")])
        if "simulator" in parts or (simulator and f"{name}.".startswith(f"{simulator}.") and name != plugin.__name__):
            continue
        yield name if parts[-1] == "__init__" else name.rpartition(".")[0], path


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    match node:
        case ast.Import(names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module, names, level):
            above = package.rsplit(".", level - 1)[0] if level and level > 1 else package
            start = ".".join(filter(None, [above if level else "", module]))
            yield from (f"{start}.{alias.name}" for alias in names)
        case ast.Call(ast.Name("__import__") | ast.Attribute(attr="import_module"), [ast.Constant(str() as text), *_]):
            yield text


def is_below(module: str, names: Any) -> bool:
    """Whether a module is one of these, or in one of them."""
    return any(module == name or module.startswith(f"{name}.") for name in names)
