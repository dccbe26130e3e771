"""The two pluggy markers of the project, and the version of this contract."""

from __future__ import annotations

from typing import Final

import pluggy

PROJECT: Final = "hub"
CONTRACT_VERSION: Final = (1, 1)
"""Major and minor. Another major breaks; a higher minor only adds, so a plugin needs at least its own."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
