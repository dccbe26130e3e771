"""The hooks of a channel, in the same style as a provider's: one request record in, one result record out, no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .markers import hookspec

if TYPE_CHECKING:
    from .channel import ChannelAccount, ChannelInfo, Notice, NoticeTaken
    from .exchange import Exchange

REQUIRED: Final = ("describe_channel", "send_notice")
"""Hooks that every channel has."""


@hookspec(firstresult=True)
def describe_channel() -> ChannelInfo:  # type: ignore[empty-body]
    """Say what the channel is. Called once, at load; must return the same value each time."""


@hookspec(firstresult=True)
def send_notice(notice: Notice, account: ChannelAccount) -> Exchange[NoticeTaken]:  # type: ignore[empty-body]
    """Hand one notice to the service.

    Called after the contact was written down, once a notice: no request is ever repeated, and a notice of which nobody
    knows whether it left is not sent again. Must return ``NoticeTaken`` only on the service's word; must raise
    ``NoticeRefused`` where a complete answer says that it was not taken, and let everything else pass.
    """
