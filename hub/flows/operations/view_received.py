"""View what was received from an account's provider: genuine notifications, or only messages that prove nothing."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.message import MessageState, StoredMessage
from hub.flows.ground.ports import Tx
from hub_hookspecs import Verdict


@attrs.frozen
class LastReceived:
    """What was received from an account's provider.

    Attributes:
        at: When the last genuine notification came.
        unproven: While none ever did, the newest message that came all the same.
    """

    at: datetime | None
    unproven: StoredMessage | None = None

    @property
    def is_silent(self) -> bool:
        """Nothing came at all, so perhaps the provider does not know the notification address."""
        return self.at is None and self.unproven is None

    @property
    def proves_nothing(self) -> bool:
        """Messages come and were read, and none had a proof: a key is wrong, or none is set."""
        newest = self.unproven
        return newest is not None and (newest.state is MessageState.REJECTED or newest.verdict == Verdict.UNSIGNED)

    @property
    def what(self) -> str:
        """What becomes of the messages that come, for operators; empty where something genuine came, or nothing."""
        if self.unproven is None:
            return ""
        if self.unproven.state is MessageState.REJECTED:
            return "fail their proof"
        return "prove nothing" if self.unproven.verdict == Verdict.UNSIGNED else "are not read yet"


def received_from(tx: Tx, account: ProviderAccount) -> LastReceived:
    """What was received from an account's provider."""
    return LastReceived(account.last_heard_at, None if account.last_heard_at else _newest(tx, account))


def _newest(tx: Tx, account: ProviderAccount) -> StoredMessage | None:
    return next(iter(tx.messages.of(accounts=[account.id], limit=1)), None)
