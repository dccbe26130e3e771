"""What an author asks for, and which of it cannot be true together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

import attrs

STARTS: Final = ("redirect", "form", "push", "qr", "reference")
NEWS: Final = ("notification", "query")
PROOFS: Final = ("hmac-sha256", "rsa", "none")
REFUNDS: Final = ("none", "full", "partial")
NAME: Final = re.compile(r"""[^\s"'<>&{}\\%]([^"'<>&{}\\%\n]{0,26}[^\s"'<>&{}\\%])?""")
TAKEN: Final = frozenset({"demo", "hookspecs", "author"})
"""Codes whose distribution or package would be called like one of the hub's own."""


@attrs.frozen(kw_only=True)
class Wanted:
    """A provider as it is to begin.

    Attributes:
        country: ISO 3166-1 alpha-2.
        news: How the outcome comes back.
        proof: What makes a notification genuine.
    """

    code: str
    name: str
    country: str
    starts: str
    news: frozenset[str]
    proof: str
    refunds: str
    cancel: bool = False


def faults(wanted: Wanted, installed: Iterable[str] = ()) -> Iterator[str]:
    """Why there can be no such provider; nothing when there can.

    Args:
        installed: Codes of the providers that are there already.
    """
    from hub_hookspecs.declared import CODE  # which brings the HTTP library, and the command line's help needs none

    if not CODE.fullmatch(wanted.code) or wanted.code.endswith("-") or "--" in wanted.code:
        yield f"{wanted.code!r} is no code: lower-case letters, digits and single dashes, 2 to 32, a letter first"
    elif wanted.code in TAKEN or wanted.code in installed:
        yield f"{wanted.code} is taken: two providers of one code would both be left out"
    if not NAME.fullmatch(wanted.name) or not wanted.name.isprintable():
        yield f"--name {wanted.name!r}: it stands on a button, so it is plain text of at most 28 characters"
    if not wanted.news:
        yield "without news nobody ever learns what became of a payment: say --news notification, query, or both"
    yield from _news_faults(wanted)


def _news_faults(wanted: Wanted) -> Iterator[str]:
    if wanted.news == {"notification"} and wanted.proof == "none":
        yield (
            "--news notification --proof none: nothing ever proves a payment; say how a notification is proven, "
            "or add query to --news"
        )
    if wanted.news == {"query"} and wanted.proof != "none":
        yield (
            f"--news query --proof {wanted.proof}: a proof is a notification's, and none is sent; leave --proof out, "
            "or add notification to --news"
        )
    if wanted.starts == "push" and wanted.news == {"notification"}:
        yield (
            "--starts push needs query in --news: a push may charge, so a lost answer leaves the payment unknown, and "
            "it must be possible to ask"
        )


def meant(word: str, known: Iterable[str]) -> str:
    """What somebody may have meant, as the end of a sentence; empty where nothing is near."""
    near = get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""
