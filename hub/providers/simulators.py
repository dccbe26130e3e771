"""The installed simulators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, cast

from .entry_points import found_in

if TYPE_CHECKING:
    from hub_hookspecs.testing.simulator import Simulator

SIMULATORS = "hub.simulators"


class Simulators(Mapping[str, "Simulator"]):
    """The installed simulators by provider code, each imported when it is asked for."""

    def __init__(self, entries: Mapping[str, EntryPoint]) -> None:
        self._entries = entries

    def __getitem__(self, code: str) -> Simulator:
        simulator = self._entries[code].load()
        if getattr(simulator, "code", None) != code:
            raise TypeError(f"entry point {code} of {SIMULATORS} is not the simulator of {code}")
        return cast("Simulator", simulator)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def load_simulators(entry_points: Iterable[EntryPoint] | None = None) -> Simulators:
    """The installed simulators; nothing is imported yet."""
    return Simulators({entry.name: entry for entry in found_in(SIMULATORS, entry_points)})
