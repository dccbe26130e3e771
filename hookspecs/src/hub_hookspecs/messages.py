"""What arrives from outside, raw and untrusted, and what a plugin reads in it."""

from __future__ import annotations

import enum
from datetime import datetime

import attrs

from .payment import Observation, SettlementLine


class Source(enum.StrEnum):
    """How a message came in."""

    NOTIFICATION = "notification"
    RETURN = "return"


@attrs.frozen(kw_only=True)
class Message:
    """A notification or a browser return, exactly as received.

    Attributes:
        path: What follows the account's notification (or the payment's return) address, percent-decoding
            undone by nobody: raw, without the leading slash; empty at the address itself.
        query: Raw query string.
        headers: In the order received, names in lower case; a name may repeat.
        body: Raw bytes; decode only after verifying.
        call_id: 10 fresh alphanumerics.
    """

    source: Source
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = attrs.field(repr=False)
    received_at: datetime
    call_id: str = ""

    def header(self, name: str) -> str | None:
        """The value of a header that must not repeat; None when it is absent **or given twice**."""
        values = [value for key, value in self.headers if key == name.lower()]
        return values[0] if len(values) == 1 else None


class Verdict(enum.StrEnum):
    """Whether a message proves anything."""

    VALID = "valid"
    INVALID = "invalid"
    UNSIGNED = "unsigned"


@attrs.frozen(kw_only=True)
class Reply:
    """What the provider wants to hear for a message that was accepted."""

    status: int = 200
    content_type: str = "application/json"
    body: bytes = b"{}"


@attrs.frozen(kw_only=True)
class Reading:
    """Result of handle_notification.

    Attributes:
        verdict: VALID only after a proof; an exception counts as INVALID.
        observations: Only of a VALID message; may be empty (a route that we do not use).
        hints: Our references named by a message that claims nothing: it proves nothing, or is VALID without
            observations. They make a query due; where a VALID one has a reason too, a person is asked.
        reason: Which check failed, in English and for the operator, such as ``the digest is not the body's``, or why
            a genuine message claims nothing; it is logged and shown, so it holds nothing that was sent or computed:
            no secret, no signature, no value.
        settlement_lines: Of a VALID message that tells of a pay-out, or of what one payment came to.
    """

    verdict: Verdict
    observations: tuple[Observation, ...] = ()
    hints: tuple[str, ...] = ()
    reason: str = ""
    reply: Reply = Reply()
    settlement_lines: tuple[SettlementLine, ...] = ()
