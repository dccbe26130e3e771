"""A merchant's logo: what is taken, and what is stored of it, a picture that the hub drew itself."""

from __future__ import annotations

from typing import Final

import attrs

MAX_BYTES: Final = 1024 * 1024
"""Of a file that is handed in."""

MAX_PIXELS: Final = 16_000_000
"""Of a picture that is handed in; a small file may unpack to a huge one."""

WIDEST: Final = 600
HIGHEST: Final = 200
MAX_STORED_BYTES: Final = 20_000
"""Bytes of the picture that is stored: a statement's page is 60 kB in all."""


@attrs.frozen(kw_only=True)
class Logo:
    """A merchant's logo without its content, a PNG.

    Attributes:
        sha256: Of the content, in hexadecimal; its address carries it.
    """

    sha256: str
    width: int
    height: int


class LogoRefused(ValueError):
    """A file that is not taken; ``code`` is ``empty``, ``size``, ``vector``, ``kind``, ``pixels`` or ``broken``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
