"""A channel: another way than mail by which a customer is told something, such as WhatsApp or SMS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from .identity import EMPTY
from .provider import Mode

MAX_NOTICE: Final = 1000
"""Characters of a notice, where a channel declares no less."""


def _secretless(settings: Mapping[str, str]) -> str:
    return f"<{len(settings)} settings>"


@attrs.frozen(kw_only=True)
class ChannelInfo:
    """What a channel declares.

    Attributes:
        code: Equals the entry-point name.
        name: What people call it: ``WhatsApp``.
        contract_version: Major and minor that it was written for.
        endpoints: URL by role, https; requests go to these hosts and to no other.
        settings: Names of what the operator enters; each must be there.
        max_length: Characters that one notice may have.
        timeout_seconds: How long one request may take.
    """

    code: str
    name: str
    contract_version: tuple[int, int]
    endpoints: Mapping[str, str]
    settings: tuple[str, ...] = ()
    max_length: int = MAX_NOTICE
    timeout_seconds: float = 20.0


@attrs.frozen(kw_only=True)
class ChannelAccount:
    """What a channel needs to speak to its service.

    Attributes:
        settings: Values by name, secrets included; its repr shows none.
        endpoints: URL by role; the operator may point them at a simulator.
    """

    settings: Mapping[str, str] = attrs.field(default=EMPTY, repr=_secretless)
    endpoints: Mapping[str, str] = EMPTY


@attrs.frozen(kw_only=True)
class Notice:
    """What a customer is to be told.

    Attributes:
        id: The same for the same notice.
        to: The customer's number with its country's prefix: ``+50688887777``.
        text: All of it, in the customer's language, with the address of the page at its end.
        url: That address alone.
        company: Who writes.
        locale: Babel locale with underscore: ``es_CR``.
    """

    id: str
    mode: Mode
    to: str = attrs.field(repr=False)
    text: str = attrs.field(repr=False)
    url: str = attrs.field(default="", repr=False)
    company: str
    locale: str


@attrs.frozen(kw_only=True)
class NoticeTaken:
    """The service took the notice.

    Attributes:
        reference: What the service calls it, where it says so.
    """

    reference: str = ""


class NoticeRefused(Exception):
    """A complete answer, and the service does not take the notice; says why, without number or text."""
