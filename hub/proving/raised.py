"""What foreign code raised, as a finding tells it: its text, and the file and line of whoever's code it is."""

from __future__ import annotations

import traceback
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hub_hookspecs.testing.simulator import Simulator

LONGEST: Final = 200


def told_of(error: BaseException, packages: Collection[str]) -> str:
    """``KeyError: 'id', at hub_acme/wire.py, line 33``: the deepest place in these packages, else of all."""
    frames = list(traceback.walk_tb(error.__traceback__))
    tops = {package.partition(".")[0] for package in packages}
    own = [place for place in frames if str(place[0].f_globals.get("__name__", "")).partition(".")[0] in tops]
    words = " ".join(str(error).split())[:LONGEST]
    text = f"{type(error).__name__}: {words}" if words else type(error).__name__
    if not frames:
        return text
    frame, line = (own or frames)[-1]
    return f"{text}, at {'/'.join(Path(frame.f_code.co_filename).parts[-2:])}, line {line}"


def packages_of(plugin: object, simulator: Simulator) -> tuple[str, ...]:
    """Whose code a plugin's author can mend: the plugin's and its simulator's."""
    own = getattr(plugin, "__name__", None)
    return (own if isinstance(own, str) else type(plugin).__module__, str(getattr(simulator.app, "__module__", "")))
