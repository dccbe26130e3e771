"""Words that differ by where they are read."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class ByReader:
    """A text whose remedy is another one in a browser than at a terminal: a page never names a flag."""

    browser: str
    terminal: str
