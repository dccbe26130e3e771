"""What became of a message that was read, or would become of it: in words, and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.domain.message import MessageState
    from hub.flows.payments.read_message import Read
    from hub.flows.payments.record_message import AppliedClaim

STATES = {"pending": "due", "applied": "done", "parked": "parked", "rejected": "rejected", "dead": "dead"}
"""What an operator says, and what is stored."""


def state_word(state: MessageState) -> str:
    """What an operator says for a state."""
    return next(word for word, stored in STATES.items() if stored == state.value)


def led_nowhere(read: Read | None) -> bool:
    """Whether a reading left the message where it was: parked, refused, or not read at all."""
    return read is None or bool(read.trouble) or read.state.value in ("parked", "rejected", "dead")


def reading_lines(read: Read | None, provider: str) -> Iterator[str]:
    """What a reading came to, in words."""
    if read is None:
        yield f"not read: {provider}'s plugin is not served here: payment-hub plugins list"
    elif read.state.value == "rejected":
        yield "stay refused: its proof does not hold" + (f", {read.trouble}" if read.trouble else "")
    elif read.trouble:
        later = "given up" if read.state.value == "dead" else "tried again by serve or worker"
        yield f"{later}: {read.trouble}"
    elif read.asked and not read.claims and read.state.value == "due":
        yield f"ask {provider} about it, and apply its answer"
    elif not read.claims:
        yield "book nothing: " + (
            "it proves nothing, a check is due" if read.verdict == "unsigned" else "it has no news"
        )
    else:
        yield from map(_claim, read.claims)


def _claim(item: AppliedClaim) -> str:
    claim = item.observation
    what = f"{claim.kind.value} {claim.amount}" if claim.amount else claim.kind.value
    if item.payment is None:
        named = claim.reference or claim.provider_reference or "no reference"
        return f"stay parked: {what} for {named}, which is not known here"
    if not item.new:
        return f"nothing new: {what} of {item.payment.reference} is known, {item.payment.status.value}"
    before = item.before.value if item.before else "?"
    return f"{what} of {item.payment.reference}: {before} -> {item.payment.status.value}"


def reading_facts(read: Read | None) -> dict[str, object] | None:
    """What a reading came to, as data."""
    if read is None:
        return None
    return {
        "state": state_word(read.state),
        "verdict": read.verdict,
        "asks_the_provider": read.asked,
        "trouble": read.trouble,
        "news": [
            {
                "kind": item.observation.kind.value,
                "amount": item.observation.amount,
                "payment": item.payment.reference if item.payment else None,
                "before": item.before.value if item.before else None,
                "after": item.payment.status.value if item.payment else None,
                "new": item.new,
            }
            for item in read.claims
        ],
    }
