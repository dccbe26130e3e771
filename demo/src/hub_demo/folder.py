"""Which data folder a demo may use: a new one,
or an earlier demo's that nobody uses at the moment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hub.bootstrap import DATABASE

SIMULATORS = "simulators.json"
"""How the simulators are configured; only a demo's folder holds it."""

FOREIGN = (DATABASE, "hub.toml", "keys.json")


class WrongFolder(ValueError):
    """A data folder that this demo must leave alone."""


def take(data: Path, *, new: bool = False) -> int:
    """Make the folder where it is missing, and hold it for one demo until the descriptor is closed.

    Args:
        new: Whether an earlier demo's folder is refused too.

    Raises:
        WrongFolder: It holds something else than a demo, or a demo that is running.
    """
    mine = (data / SIMULATORS).exists()
    found = [name for name in FOREIGN if (data / name).exists()]
    if found and not mine:
        raise WrongFolder(f"{data} holds {found[0]}, and no demo made it: choose another folder with --data")
    if found and new:
        raise WrongFolder(f"{data} holds an earlier demo, and --play begins anew: choose another folder with --data")
    data.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        return os.open(os.devnull, os.O_RDONLY)  # a folder cannot be held there
    import fcntl

    held = os.open(data, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise WrongFolder(f"a demo is running in {data}: end it, or choose another folder with --data") from None
    return held
