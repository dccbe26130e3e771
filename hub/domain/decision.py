"""What a person decided about a payment or a review: who, why, on what evidence; above an amount by two people."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from hub.domain.message import Concern
from hub.domain.text import Text
from hub_hookspecs import Mode, Money
from hub_hookspecs.identity import EMPTY


class DecisionKind(enum.StrEnum):
    """What is decided."""

    RESOLVE = "resolve"
    RECORD = "record"
    RELEASE = "release"
    REFUND = "refund"
    CAPTURE = "capture"
    CONCLUDE = "conclude"
    DISBURSE = "disburse"
    CONVERT = "convert"
    VOID_BILL = "void_bill"
    WRITE_OFF = "write_off"
    CREDIT_NOTE = "credit_note"
    CORRECT = "correct"
    CHARGE = "charge"
    CLOSE_MISSING = "close_missing"


@attrs.frozen(kw_only=True)
class Evidence:
    """What a decision rests on.

    Attributes:
        text: In words: what was seen, where, when.
        name, digest: Of a file that stays with the operator, and its SHA-256; the file itself is not stored.
    """

    text: str = ""
    name: str = ""
    digest: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.digest)

    def __str__(self) -> str:
        file = f"{self.name} (SHA-256 {self.digest})" if self.digest else ""
        return "; ".join(filter(None, (self.text, file)))


@attrs.frozen(kw_only=True)
class Signed:
    """Who decides, why, what was seen, and how it came: ``page``, or the command line and its user."""

    by: str
    why: str
    evidence: Evidence = Evidence()
    via: str = ""


@attrs.frozen(kw_only=True)
class Decision:
    """One decision, never changed: it waits for a second person, or it is done.

    Attributes:
        subject: The review or payment that it is about.
        content: What exactly was decided, in plain words: ``{"outcome": "paid"}``. A second person must say the same.
        via: How it came: ``page``, or the command line and its user.
        second_why: The second person's own reason.
        superseded: Somebody proposed something else before a second person agreed.
    """

    id: str
    merchant_id: str
    mode: Mode
    kind: DecisionKind
    subject: str
    payment_id: str | None = None
    content: Mapping[str, str] = EMPTY
    amount: Money | None = None
    by: str
    why: str
    evidence: Evidence = Evidence()
    via: str = ""
    proposed_at: datetime
    seconded_by: str = ""
    second_why: str = ""
    done_at: datetime | None = None
    superseded: bool = False

    @property
    def is_done(self) -> bool:
        """Whether it took effect."""
        return self.done_at is not None

    @property
    def reasons(self) -> str:
        """Why, in the words of whoever decided."""
        return f"{self.why}; {self.seconded_by}: {self.second_why}" if self.second_why else self.why

    @property
    def people(self) -> str:
        """Who decided, as it is kept; ``named`` says it to people."""
        return f"{self.by}{JOINED}{self.seconded_by}" if self.seconded_by else self.by


JOINED: Final = " and "
"""Stands between two names where they are kept."""

BEFORE_I: Final = re.compile(r"i|hi(?![aeo])")
"""Spanish joins such a name by another word."""


def named(people: str) -> Text | str:
    """Who decided, for people: two names are joined by the word of the reader's language."""
    first, joined, second = people.partition(JOINED)
    if not joined:
        return people
    if BEFORE_I.match(unicodedata.normalize("NFKD", second).casefold().replace("\u0301", "")):
        return Text("people.two_before_i", first=first, second=second)
    return Text("people.two", first=first, second=second)


def proposal(
    decision_id: str,
    kind: DecisionKind,
    about: Concern,
    signed: Signed,
    now: datetime,
    *,
    payment_id: str | None,
    amount: Money | None,
    content: Mapping[str, str] = EMPTY,
) -> Decision:
    """What somebody decides about a payment or a review; it waits, or is done, as ``decide`` finds."""
    return Decision(
        id=decision_id,
        merchant_id=about.merchant_id,
        mode=about.mode,
        kind=kind,
        subject=about.id,
        payment_id=payment_id,
        content=content,
        amount=amount,
        by=signed.by,
        why=signed.why,
        evidence=signed.evidence,
        via=signed.via,
        proposed_at=now,
    )


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, however they are written: a mail address is also its user's name alone."""
    (first, at_one), (second, at_other) = _person(one), _person(other)
    return first == second and (at_one == at_other or not at_one or not at_other)


def _person(name: str) -> tuple[str, str]:
    """A name, or the user of a mail address without what he added to it, and where the address is.

    Accents, dots, blanks and other signs tell nobody from another: *Ana Rojas* is who writes from ana.rojas@….
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    user, _, where = "".join(plain.split()).partition("@")
    user = user.partition("+")[0] or user if where else user
    return "".join(sign for sign in user if sign.isalnum()) or user, where
