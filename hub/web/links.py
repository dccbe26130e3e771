"""Mailed links as mail programs hand them over: what cannot belong to an address is left out of it.

The sign that ends the sentence, the bracket around the link, a line's end inside it, an address put
before it: a token ends with 43 signs of base64url, so whatever else stands there is none of ours.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

KINDS: Final = ("s", "p", "o", "r", "v", "c", "u", "m/sign-in", "m/new")
"""First parts of paths that a mailed token opens."""

RETURN: Final = "pay/return"
"""The same for a browser that comes back from a provider,
which may put whatever it likes behind the token."""

LINKS: Final = tuple(f"/{kind}/" for kind in (*KINDS, RETURN))
"""Paths that a token opens."""

LINE_ENDS: Final = re.compile(r"[\s=\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff]+(?:>[\s>]*)?")
"""What a broken line leaves inside a link: blanks, signs that nobody sees, a soft break's sign,
a quotation's mark."""

BEFORE: Final = r"/+(?:https?:/+[^/]+/+)?"
"""An address that was put before the path."""

MEANT: Final = re.compile(
    rf"{BEFORE}(?P<kind>{'|'.join(KINDS)})/[^0-9A-Za-z/]*(?P<token>[0-9A-Za-z]{{1,64}}\.[0-9A-Za-z_-]{{43}})"
    r"(?P<below>(?:/[0-9A-Za-z./-]*)?)(?P<behind>.*)"
)
MEANT_RETURN: Final = re.compile(
    rf"{BEFORE}(?P<kind>{RETURN})/[^0-9A-Za-z/]*(?P<token>[0-9A-Z]{{32}})(?P<below>/?)(?P<behind>.*)"
)
BEHIND: Final = re.compile(r"[_-]*(?:[^0-9A-Za-z_-].*)?")
"""What may follow a token without making another one of it: no letter and no figure at once."""

BEGUN: Final = re.compile(r"[0-9A-Za-z]{0,64}(?:\.[0-9A-Za-z_-]{0,42})?[^0-9A-Za-z_-]*")
"""A token without its end, and the signs behind it; read once, however long it is."""

OWN: Final = frozenset({"currency", "invoice", "lang", "provider"})
"""What our links ask for; the values are words, figures and hyphens."""

LONG_VALUE: Final = re.compile(r"([0-9A-Za-z-]*[0-9A-Za-z])(?:%[0-9A-Fa-f]{2}|[^0-9A-Za-z%])+")


def mended(path: str, query: str) -> str:
    """The address that was meant; empty where nothing is wrong with it,
    or where it is none that a token opens.

    Args:
        path: The path, decoded.
        query: What follows it, as it stands.
    """
    squeezed = LINE_ENDS.sub("", path)
    found = MEANT.fullmatch(squeezed) or MEANT_RETURN.fullmatch(squeezed)
    if found is None or not (found["below"] or BEHIND.fullmatch(found["behind"])):
        return ""
    if ".." in (below := found["below"].rstrip("./-")):  # it would lead to another page than the token's
        return ""
    if found["kind"] == RETURN:
        if found["below"] and found["behind"]:
            return ""
        asked = query
    else:
        asked = _mended_query(query)
    meant = f"/{found['kind']}/{found['token']}{below}"
    return "" if (meant, asked) == (path, query) else f"{meant}?{asked}" if asked else meant


def _mended_query(query: str) -> str:
    """The query without marks of HTML between its parts, and without what stands behind the last of them."""
    query = query.replace("&amp;", "&")
    if not re.search("[0-9A-Za-z]", unquote(query)):
        return ""
    others, between, last = query.rpartition("&")
    name, equals, value = last.partition("=")
    found = LONG_VALUE.fullmatch(value) if name in OWN else None
    return f"{others}{between}{name}{equals}{found[1]}" if found else query


def is_cut(path: str) -> bool:
    """Whether an address is the beginning of a mailed link;
    that much can be seen of it without knowing any."""
    squeezed = LINE_ENDS.sub("", path)
    kind = next((kind for kind in KINDS if squeezed.startswith(f"/{kind}/")), None)
    if kind is None:
        return False
    token = squeezed.removeprefix(f"/{kind}/").partition("/")[0]
    return bool(BEGUN.fullmatch(token))
