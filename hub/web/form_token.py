"""The hidden field by which a form is known to come from our own page of a link."""

from __future__ import annotations

import hmac

from hub.domain.merchant import Link
from hub.flows.ground.ports import Hub

FORM_FIELD = "form"
"""Name of the hidden field that carries the form token."""


def form_token(hub: Hub, purpose: str, link: Link) -> str:
    """What the hidden field of a link page's form carries."""
    return hub.vault.form_token(purpose, f"{link.id}.{link.version}")


def is_form_token(hub: Hub, purpose: str, link: Link, given: object) -> bool:
    """Whether a form came from our own page of this link."""
    return is_same(form_token(hub, purpose, link), given)


def is_same(expected: str, given: object) -> bool:
    """Equal texts, compared in constant time."""
    return isinstance(given, str) and hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
