"""A message that failed its proof keeps which check failed, for the operator; nothing of what was sent."""

import asyncio
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from hub.domain.message import MessageState, StoredMessage
from hub.flows.payments.read_message import read_message
from hub_hookspecs import Account, Message, Reading, Verdict
from tests.faults.harness import Desk
from tests.faults.test_batches import post, sends_batches

FAILED = "the digest is not the body's"
SECRET = "s3cr3t-of-the-account"


def says_which(_message: Message, _account: Account) -> Reading:
    return Reading(verdict=Verdict.INVALID, reason=FAILED)


def falls(_message: Message, _account: Account) -> Reading:
    raise ValueError(SECRET)


def says_nothing(_message: Message, _account: Account) -> Reading:
    return Reading(verdict=Verdict.INVALID)


def rejected(desk: Desk) -> StoredMessage:
    message: StoredMessage
    (message,) = desk.read(lambda tx: tx.messages.of(states=["rejected"]))
    return message


@pytest.mark.parametrize(
    ("read", "reason"), [(says_which, FAILED), (falls, "the plugin failed: ValueError"), (says_nothing, "")]
)
def test_what_is_rejected_says_which_check_failed_in_the_log_and_on_its_row(desk: Desk, read: Any, reason: str) -> None:
    structlog.reset_defaults()  # trials are quiet
    sends_batches(desk, read)
    with capture_logs() as lines:
        assert post(desk, []) == 401
    assert rejected(desk).trouble == reason
    (told,) = [line for line in lines if line["event"] == "message_rejected"]
    assert (told.get("reason") or "") == reason
    assert SECRET not in str(lines)


def test_what_is_rejected_by_a_job_says_it_too(desk: Desk) -> None:
    sends_batches(desk, says_nothing)
    post(desk, [])
    message = rejected(desk)
    sends_batches(desk, says_which)
    read = asyncio.run(read_message(desk.hub, message.id))
    assert read is not None
    assert (read.state, read.reason, read.trouble) == (MessageState.REJECTED, FAILED, "")
    assert rejected(desk).trouble == FAILED
