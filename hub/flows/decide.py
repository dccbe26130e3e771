"""Decide, as a person: who, why and on what evidence is kept for ever; above an amount two people must say the same."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.decision import Decision, is_same_person

from .ports import Hub, Tx


class NotAllowed(Exception):
    """What was asked may not be done; ``code`` says why. Nothing was sent and nothing changed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def needs_second(hub: Hub, decision: Decision) -> bool:
    """Whether the deployment wants two people for this."""
    if decision.amount is None:
        return False
    limit = hub.second_person_above.get(decision.amount.currency)
    return limit is not None and decision.amount.minor > limit


def decide(tx: Tx, hub: Hub, wanted: Decision, *, now: datetime) -> Decision:
    """Keep a decision: done, or waiting for a second person; a second person who says the same completes it.

    Raises:
        NotAllowed: Nobody signed it, or the second person is the first one.
    """
    if not wanted.by.strip() or not wanted.why.strip():
        raise NotAllowed("nobody", "Diga quién lo decide y por qué")
    waiting = tx.decisions.waiting_for(wanted.kind, wanted.subject)
    if waiting and (waiting.content, waiting.amount) == (wanted.content, wanted.amount):
        if is_same_person(waiting.by, wanted.by):
            raise NotAllowed("second_person", f"{waiting.by} ya lo propuso; falta otra persona")
        agreed = attrs.evolve(waiting, seconded_by=wanted.by.strip(), done_at=now)
        tx.decisions.save(agreed)
        return agreed
    if waiting:
        tx.decisions.save(attrs.evolve(waiting, superseded=True))
    made = attrs.evolve(wanted, by=wanted.by.strip(), done_at=None if needs_second(hub, wanted) else now)
    tx.decisions.add(made)
    return made


def would_be_done(tx: Tx, hub: Hub, wanted: Decision) -> bool:
    """Whether ``decide`` would complete it now."""
    waiting = tx.decisions.waiting_for(wanted.kind, wanted.subject)
    same = waiting is not None and (waiting.content, waiting.amount) == (wanted.content, wanted.amount)
    return same or not needs_second(hub, wanted)
