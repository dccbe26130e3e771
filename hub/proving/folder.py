"""Data folders that are played in: which may be taken, and what tells every command of the simulators in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hub.bootstrap import DATABASE, KEYS
from hub.settings import FILE_NAME, Settings

FOREIGN = (DATABASE, FILE_NAME, KEYS)


class WrongFolder(ValueError):
    """A data folder that must be left alone."""


def take_folder(data: Path, mark: str, player: str, *, new: str = "") -> int:
    """Make the folder where it is missing, and hold it for one player until the descriptor is closed.

    Args:
        mark: Name of the file that only a folder of this player holds.
        player: Who plays, such as ``demo``.
        new: What begins anew, so that a folder that was played in is refused too.

    Raises:
        WrongFolder: It holds something else, or is played in at the moment.
    """
    mine = (data / mark).exists()
    found = [name for name in FOREIGN if (data / name).exists()]
    if found and not mine:
        raise WrongFolder(f"{data} holds {found[0]}, and no {player} made it: choose another folder with --data")
    if found and new:
        raise WrongFolder(f"{data} holds an earlier {player}, and {new} begins anew: choose another folder with --data")
    data.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        return os.open(os.devnull, os.O_RDONLY)  # a folder cannot be held there
    import fcntl

    held = os.open(data, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise WrongFolder(f"a {player} is running in {data}: end it, or choose another folder with --data") from None
    return held


def write_settings(settings: Settings) -> None:
    """Write hub.toml, so that every command works on the folder."""
    lines = [
        f'base_url = "{settings.base_url}"',
        f'smtp_host = "{settings.smtp_host}"',
        f"smtp_port = {settings.smtp_port}",
        f'sender = "{settings.sender}"',
        f'operator_email = "{settings.operator_email}"',
    ]
    for code, chosen in settings.providers.items():
        lines += ["", f"[providers.{code}.endpoints]"]
        lines += [f'{role} = "{url}"' for role, url in chosen.endpoints.items()]
    settings.data.mkdir(parents=True, exist_ok=True)
    (settings.data / FILE_NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")
