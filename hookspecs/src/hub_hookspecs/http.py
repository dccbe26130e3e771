"""The HTTP types of the contract: a plugin takes them from here, so that the library below can change.

``library`` is the one place that names it. ``httpx`` is the default; with ``httpx2`` in its place, hub and plugins
go on.
"""

import httpx as library

Request = library.Request
Response = library.Response
URL = library.URL
InvalidURL = library.InvalidURL

__all__ = ["URL", "InvalidURL", "Request", "Response", "library"]
