"""Reminders that go out by themselves: the ladder of a company, a promise to pay, and why an invoice waits."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Final

import attrs

from hub.domain.text import Text
from hub_hookspecs import Mode

from .contact_rules import MAIL
from .message import DeliveryKind

REMINDER: Final = DeliveryKind.REMINDER

MAX_STEPS: Final = 8
MAX_DAYS: Final = 365
MAX_PROMISE_DAYS: Final = 30


@attrs.frozen(kw_only=True)
class LadderStep:
    """One step of a ladder.

    Attributes:
        days: From the day on which it falls due; negative before it.
        text: What the company says in it, in its own words; empty for the hub's.
    """

    days: int
    text: str = ""
    is_on: bool = True


USUAL: Final = tuple(LadderStep(days=days) for days in (-3, 0, 7, 15, 30))
"""What a company begins with."""


@attrs.frozen(kw_only=True)
class Ladder:
    """When a company's customers are reminded of an invoice. It is off until somebody activates it.

    Attributes:
        channel: ``mail``, or the code of an installed channel; who did not authorise that one gets the mail.
        since: What fell due before this day is never chased; whoever activates it confirms the day.
        activated_by, activated_at: Empty while it is off.
        due_at: When it is looked at next; None while it is off.
    """

    id: str
    merchant_id: str
    mode: Mode
    steps: tuple[LadderStep, ...] = USUAL
    channel: str = MAIL
    since: date | None = None
    activated_by: str = ""
    activated_at: datetime | None = None
    due_at: datetime | None = None
    saved_by: str = ""
    saved_at: datetime

    @property
    def is_active(self) -> bool:
        """Whether it reminds anybody."""
        return self.activated_at is not None and self.since is not None


@attrs.frozen(kw_only=True)
class Promise:
    """A word that an invoice will be paid by a day. It changes nothing that is due.

    Attributes:
        by: Who recorded it: a person of the company; of the payer's own, empty.
        is_payers: The payer gave it on the statement.
    """

    id: str
    merchant_id: str
    mode: Mode
    customer_id: str
    payable_id: str
    until: date
    by: str = ""
    is_payers: bool = False
    made_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""

    def is_kept_open(self, today: date) -> bool:
        """Whether its day has not passed."""
        return self.withdrawn_at is None and today <= self.until

    def is_broken(self, today: date) -> bool:
        """Whether its day has passed; asked of what is still owed."""
        return self.withdrawn_at is None and today > self.until


class Waits(enum.StrEnum):
    """Why nobody is reminded of an invoice that is owed."""

    TOO_OLD = "too_old"
    IN_PROCESS = "in_process"
    UNDECIDED = "undecided"
    CLARIFIED = "clarified"
    DISPUTED = "disputed"
    REPORTED = "reported"
    PROMISED = "promised"
    COVERED = "covered"
    NO_STEP = "no_step"


class Silent(enum.StrEnum):
    """Why a customer is not reminded at all."""

    OFF = "off"
    NO_ADDRESS = "no_address"
    SHOPPER = "shopper"
    UNSUBSCRIBED = "unsubscribed"
    NOT_AUTHORISED = "not_authorised"
    WROTE = "wrote"
    NOTHING = "nothing"


WHY_WAITS: Final = {
    Waits.TOO_OLD: Text("reminder.too_old"),
    Waits.IN_PROCESS: Text("reminder.in_process"),
    Waits.UNDECIDED: Text("reminder.undecided"),
    Waits.CLARIFIED: Text("reminder.clarified"),
    Waits.DISPUTED: Text("reminder.disputed"),
    Waits.REPORTED: Text("reminder.reported"),
    Waits.PROMISED: Text("reminder.promised"),
    Waits.COVERED: Text("reminder.covered"),
    Waits.NO_STEP: Text("reminder.no_step"),
}
WHY_SILENT: Final = {
    Silent.OFF: Text("reminder.off"),
    Silent.NO_ADDRESS: Text("reminder.no_address"),
    Silent.SHOPPER: Text("reminder.shopper"),
    Silent.UNSUBSCRIBED: Text("reminder.unsubscribed"),
    Silent.NOT_AUTHORISED: Text("reminder.not_authorised"),
    Silent.WROTE: Text("reminder.wrote"),
    Silent.NOTHING: Text("reminder.nothing"),
}


def step_due(steps: Iterable[LadderStep], days: int, used: Collection[int]) -> LadderStep | None:
    """The step that an invoice stands on, ``days`` after the day on which it fell due, unless it was used.

    The last one that was reached, whatever was missed before it: after a pause there is one reminder. What was to come
    before the day does not come after it.
    """
    reached = [step for step in steps if step.is_on and step.days <= days]
    step = max(reached, key=lambda item: item.days, default=None)
    if step is None or (step.days < 0 <= days) or any(was >= step.days for was in used):
        return None
    return step


def next_step(steps: Iterable[LadderStep], days: int) -> LadderStep | None:
    """The step that comes next."""
    return min((step for step in steps if step.is_on and step.days > days), key=lambda item: item.days, default=None)


def broken_step(promise: Promise | None, due_on: date, today: date) -> tuple[LadderStep, ...]:
    """A broken promise is a step of its own, on the day after it."""
    if promise is None or not promise.is_broken(today):
        return ()
    days = (promise.until - due_on).days + 1
    return (LadderStep(days=days),) if days > 0 else ()


class ContactState(enum.StrEnum):
    """What became of a contact.

    ``claimed`` from the moment before it leaves; if the process dies then, nobody knows, and it counts as made.
    """

    CLAIMED = "claimed"
    MADE = "made"
    DROPPED = "dropped"


class ContactWhy(enum.StrEnum):
    """Why a customer was contacted."""

    REMINDER = "reminder"
    ROUND = "round"
    ASKED = "asked"


@attrs.frozen(kw_only=True)
class Contact:
    """A contact with a customer about what he owes.

    Attributes:
        id: Of the mail that it is.
        rule: By which rule it was made, as its country's record had it.
        by: Who asked for it; empty for what comes by itself.
    """

    id: str
    merchant_id: str
    mode: Mode
    customer_id: str
    channel: str
    why: ContactWhy
    rule: str
    by: str = ""
    at: datetime
    state: ContactState


@attrs.frozen(kw_only=True)
class ChannelWish:
    """Whether a customer authorised a channel, who recorded it, and when."""

    customer_id: str
    channel: str
    is_authorised: bool
    by: str
    at: datetime


def is_channel_open(wishes: Iterable[ChannelWish], channel: str) -> bool:
    """Whether a customer may be contacted by a channel.

    A channel needs his word. The mail has it by the address that he gave for his accounts, until he takes it back.
    """
    said = {wish.channel: wish.is_authorised for wish in wishes}
    return said.get(channel, channel == MAIL)
