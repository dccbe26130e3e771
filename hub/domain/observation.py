"""An observation as the hub stores it: a verified claim about one payment, and the key that makes it one row."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs

from hub_hookspecs import Kind, Observation
from hub_hookspecs.payment import NO_MEMORY


class ObservedBy(enum.StrEnum):
    """Where an observation came from."""

    NOTIFICATION = "notification"
    RETURN = "return"
    QUERY = "query"
    ANSWER = "answer"
    SETTLEMENT = "settlement"
    OPERATOR = "operator"
    RULE = "rule"


@attrs.frozen(kw_only=True)
class Seen:
    """An observation with what the hub adds to it.

    Attributes:
        key: Dedupe key, unique per account for ever; also the row's id.
        note: For a rule its name and inputs, for an operator who and why.
        digest: SHA-256 of the raw message or answer, for audit.
        operation: Reference of our own operation whose answer it is; empty for all others.
        besides: Keys of what was observed before, when a person said that this is another movement of money.
    """

    key: str
    payment_id: str
    account_id: str
    source: ObservedBy
    observation: Observation
    seen_at: datetime
    note: str = ""
    digest: str = ""
    operation: str = ""
    besides: frozenset[str] = frozenset()


PERSONAL: Final = frozenset({"instrument", "sender"})
"""Fields of an observation that describe the payer."""

IN_WORDS: Final = frozenset({"dispute", "learned"})
"""Fields that hold free text, or what only a plugin reads."""


def dedupe_key(account_id: str, payment_id: str, observation: Observation, *, occasion: str = "") -> str:
    """The key that the same claim has, whatever channel brought it and however often.

    Two claims of one event, about two payments or of two kinds, are two. What the payer paid with is no part of it:
    the key is sealed and exported, and a card's last digits or half a telephone number are soon guessed. What was
    learned is, so that whoever teaches more is heard whichever comes first.

    Args:
        occasion: What makes two equal claims two, e.g. the number of the check for ``not_found``, or which of our
            operations was answered so.
    """
    if observation.event_id and "event_id" in observation.vouched:
        parts = [account_id, "event", observation.event_id, payment_id, observation.kind, *filter(None, [occasion])]
    else:
        vouched = [
            f"{name}={_plain(getattr(observation, name, None))}"
            for name in sorted(observation.vouched - PERSONAL - IN_WORDS)
        ]
        parts = [account_id, payment_id, observation.kind, observation.movement or "", occasion, *vouched]
    if observation.learned:
        parts.append(f"learned={json.dumps(dict(observation.learned), sort_keys=True)}")
    parts += [*_stage_of(observation), *_hold_of(observation)]
    return hashlib.sha256("\x1f".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()[:40]


def _stage_of(observation: Observation) -> list[str]:
    """Each stage of a dispute is news of its own, and so is another last day for an answer."""
    dispute = observation.dispute
    return [dispute.case, dispute.stage, _plain(dispute.answer_by)] if dispute else []


def _hold_of(observation: Observation) -> list[str]:
    """Another end or amount of a hold is news, vouched for or not: less may be taken, or for longer."""
    if observation.kind is not Kind.AUTHORISED:
        return []
    return [_plain(observation.amount), _plain(observation.expires_at)]


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def tries_in(seen: Iterable[Seen]) -> int:
    """How often the payer tried, for people only: what was refused, and what ended the payment; at least once."""
    told = [item.observation for item in seen]
    refused = {said_by(claim) for claim in told if claim.kind is Kind.TRY_DECLINED}
    return max(1, len(refused) + any(claim.kind in (Kind.PAID, Kind.DECLINED) for claim in told))


def said_by(claim: Observation) -> str:
    """What is the same where one channel taught more of it than another."""
    return dedupe_key("", "", attrs.evolve(claim, learned=NO_MEMORY))
