"""A mail that is ready to be handed over, and why there may be none."""

from __future__ import annotations

from collections.abc import Mapping

import attrs


@attrs.frozen(kw_only=True)
class Mail:
    """A mail ready to be handed over.

    Attributes:
        attachments: (file name, media type, content).
        inline: (content id, media type, content) of pictures that the HTML shows as ``cid:``.
        wire: All of it as it goes on the wire, where that was made beforehand.
    """

    message_id: str
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = attrs.Factory(dict)
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    inline: tuple[tuple[str, str, bytes], ...] = ()
    wire: bytes = attrs.field(default=b"", repr=False)


class MailRefused(Exception):
    """The mail server refused this recipient or mail for good."""


class NothingToSay(Exception):
    """What the mail was about is no more; it is not sent."""


class NotYet(Exception):
    """It cannot be drawn now, and may be later: what it needs is not served."""


class NoticeNotTaken(Exception):
    """A notice by another channel surely was not sent; says why."""


class NoticeUnclear(Exception):
    """A notice by another channel may have been sent; it is never sent again."""
