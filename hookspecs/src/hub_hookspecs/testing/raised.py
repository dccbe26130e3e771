"""Tells what was raised, with the file and line of whoever's code it is."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path
from types import FrameType
from typing import Final

import hub_hookspecs

FOREIGN: Final = ("site-packages", str(Path(hub_hookspecs.__file__).parent), sysconfig.get_path("stdlib"))
"""Code that is nobody's here: libraries, the contract and this kit, the interpreter's own."""

LONGEST: Final = 200


def told(error: BaseException, package: str) -> str:
    """``KeyError: 'id', at hub_acme/wire.py, line 33``: the deepest place in a package,
    or else in nobody else's code."""
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [place for place in frames if _belongs(place[0], package)]
    own = ours or [place for place in frames if not _is_foreign(place[0])] or frames
    words = " ".join(str(error).split())[:LONGEST]
    text = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return f"{text}, at {_name(own[-1][0])}, line {own[-1][1]}" if own else text


def _belongs(frame: FrameType, package: str) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return name == package or name.startswith(f"{package}.")


def _is_foreign(frame: FrameType) -> bool:
    return any(part in frame.f_code.co_filename for part in FOREIGN)


def _name(frame: FrameType) -> str:
    return "/".join(Path(frame.f_code.co_filename).parts[-2:])
