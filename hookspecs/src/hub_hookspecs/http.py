"""The HTTP types of the contract: a plugin takes them from here, so that the library below can change.

``library`` is the one place that names it. ``httpx`` is the default; with ``httpx2`` in its place, hub and plugins
go on: ``.ci/on_httpx2`` holds that.
"""

from typing import Final

import httpx as library

Request = library.Request
Response = library.Response
URL = library.URL
InvalidURL = library.InvalidURL

LOGGERS: Final = (library.__name__, library.__name__.replace("httpx", "httpcore"))
"""Loggers of the library and of its transports: they write whole addresses, and grants."""

__all__ = ["LOGGERS", "URL", "InvalidURL", "Request", "Response", "library"]
