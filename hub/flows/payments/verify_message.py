"""Verify a message: what its plugin reads in it without sending a request."""

from __future__ import annotations

from typing import Any

import structlog

from hub.flows.accounts.open_account import Opened
from hub.flows.ground.ports import Hub
from hub_hookspecs import Conclusion, Message, Outcome, Reading, Verdict

log = structlog.get_logger()


def verdict_of(hub: Hub, opened: Opened, message: Message) -> Reading | None:
    """What the plugin reads in the message without a request; None when it wants one. Any error counts as invalid."""
    conclusion = hub.exchanger.peek(
        opened.provider,
        "handle_notification",
        account=opened.account,
        account_id=opened.record.id,
        message=message,
    )
    if conclusion is None:
        return None
    return reading_of(conclusion)


def reading_of(conclusion: Conclusion[Any]) -> Reading:
    """The reading that a conclusion carries; a plugin that failed has proved nothing."""
    if conclusion.outcome is Outcome.RESULT and isinstance(conclusion.value, Reading):
        return conclusion.value
    log.error("handle_notification_failed", cause=conclusion.cause)
    return Reading(verdict=Verdict.INVALID, reason=f"the plugin failed: {conclusion.plugin_said or 'no answer'}")
