"""Which data folder a demo may use: a new one,
or an earlier demo's that nobody uses at the moment."""

from __future__ import annotations

from pathlib import Path

from hub.proving.folder import WrongFolder as WrongFolder
from hub.proving.folder import take_folder

SIMULATORS = "simulators.json"
"""How the simulators are configured; only a demo's folder holds it."""


def take(data: Path, *, new: bool = False) -> int:
    """Hold the folder for one demo until the descriptor is closed.

    Args:
        new: Whether an earlier demo's folder is refused too.

    Raises:
        WrongFolder: It holds something else than a demo, or a demo that is running.
    """
    return take_folder(data, SIMULATORS, "demo", new="--play" if new else "")
