"""Values as one reader sees them: language, currency, dates in the company's zone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import attrs

from hub.documents.texts import Wording, is_known, text
from hub.domain.cash_receipt_document import SettledLine
from hub.domain.conversion import Rate
from hub.domain.figures import date_text, datetime_text, marked_text, money_text, rate_text
from hub.domain.letterhead import Letterhead
from hub.domain.receipt_document import MoneyBack, PaidLine
from hub.domain.statement_document import NotOffered
from hub.domain.text import Text
from hub.texts.engine import Texts, texts_for
from hub_hookspecs import Money, ReasonKind

R = TypeVar("R")

# Line and paragraph separators, and marks that turn the direction of what follows.
UNSEEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+"
)
MULTILINE = frozenset({"note", "details", "advice", "other_ways"})


@attrs.frozen
class DocumentReader:
    """For whom a document is drawn.

    Attributes:
        codes: Several currencies meet in the document, so that each amount shows its code.
        familiar: Spanish says *tú* to this reader.
        one_mark: Where codes are shown, each amount has one mark, a sign or a code, never both.
    """

    locale: str
    letterhead: Letterhead
    wording: Wording = attrs.Factory(dict)
    codes: bool = False
    familiar: bool = False
    one_mark: bool = False

    @property
    def language(self) -> str:
        """The document's language for ``lang``: ``es-CR``."""
        return self.locale.replace("_", "-")

    def t(self, message: str, /, **values: object) -> str:
        """A text of the catalogue; ``company`` is always there."""
        values = {"company": self.letterhead.name, **values}
        return text(message, self.locale, self.wording, self.familiar, **values)

    @property
    def texts(self) -> Texts:
        """The words of the reader's language."""
        return texts_for(self.locale, familiar=self.familiar)

    @property
    def at_terminal(self) -> bool:
        """Never: a mail names no flag."""
        return False

    def words(self, text: Text) -> str:
        """A text in the reader's language, its figures as this reader writes them."""
        return self.texts.render(text, self)

    def say(self, words: str | Text) -> str:
        """A text, or a word of a table that the catalogues know; anything else as it stands."""
        return self.words(words) if isinstance(words, Text) else self.texts.say(words)

    def what(self, lines: Sequence[PaidLine | SettledLine]) -> str:
        """What the lines of a document are: an invoice each, or the order of a shop."""
        return self.t("label.order" if any(line.is_order for line in lines) else "label.invoice")

    def settled(self, line: PaidLine | SettledLine) -> str:
        """That nothing is left of a line; an order is another word than an invoice."""
        return self.t("receipt.line.settled_order" if line.is_order else "receipt.line.settled")

    def became(self, back: MoneyBack | None) -> str:
        """What a payment's money is called: approved while all of it is here."""
        return self.t(f"money.{back.state}" if back else "receipt.paid")

    def went_back(self, back: MoneyBack) -> str:
        """How much of it went back, and what remains."""
        amounts = {"back": back.back, "amount": back.came, "remains": back.remains}
        return self.t("money.went_back", **{name: self.money(amount) for name, amount in amounts.items()})

    def money(self, amount: Money) -> str:
        """An amount with its currency."""
        if self.codes and self.one_mark:
            return marked_text(amount, self.locale)
        return money_text(amount, self.locale, with_code=self.codes)

    def sums(self, amounts: tuple[Money, ...]) -> str:
        """Amounts of several currencies side by side."""
        several = attrs.evolve(self, codes=len(amounts) > 1)
        return self.t("list.and").join(several.money(amount) for amount in amounts)

    def rate(self, rate: Rate) -> str:
        """A rate between two currencies."""
        return rate_text(rate, self.locale)

    def day(self, day: date) -> str:
        """A date."""
        return date_text(day, self.locale)

    def moment(self, moment: datetime) -> str:
        """Date and time in the company's zone, and which zone that is."""
        return datetime_text(moment, self.letterhead.zone, self.locale, with_zone=True)

    def paid_fact(self, at: datetime, *, is_learnt: bool) -> tuple[str, str]:
        """When a payment was paid, under its label; where nobody said when, when we learnt of it, under another."""
        return self.t("label.learnt" if is_learnt else "label.moment"), self.moment(at)

    def paid_caption(self, at: datetime, *, is_learnt: bool) -> str:
        """The same where no label stands beside it."""
        label, moment = self.paid_fact(at, is_learnt=is_learnt)
        return f"{label} {moment}" if is_learnt else moment

    def clock(self, moment: datetime) -> str:
        """Date and time in the company's zone, where the zone is said elsewhere."""
        return datetime_text(moment, self.letterhead.zone, self.locale)

    def day_of(self, moment: datetime) -> str:
        """The date of a moment in the company's zone."""
        return date_text(moment.astimezone(ZoneInfo(self.letterhead.zone)).date(), self.locale)

    def days(self, count: int) -> str:
        """``9 días``."""
        return self.t("days.one" if count == 1 else "days.other", count=count)

    def reason(self, kind: ReasonKind) -> str:
        """Why a payment was refused, and what the payer can do."""
        return self.t(f"reason.{kind.value}")

    def cause(self, cause: str) -> str:
        """What a review is about; a cause without words stands for itself."""
        return self.t(f"cause.{cause}") if is_known(f"cause.{cause}") else cause


def sentence(reader: DocumentReader, item: NotOffered) -> str:
    """Why a provider is not offered; its name goes before what an operator wrote without it."""
    if isinstance(item.reason, Text):
        words = reader.words(item.reason)
    else:
        words = item.reason if item.reason.startswith(item.provider) else f"{item.provider}: {item.reason}"
    return words if words.endswith((".", "!", "?")) else f"{words}."


def clean(record: R) -> R:
    """The record without control characters, line breaks and direction marks in its texts, however deep.

    Names come from files, forms and providers; a line break in one could pass for a line of ours.
    """
    cleaned: R = _clean(record, multiline=False)
    return cleaned


def _clean(value: Any, *, multiline: bool) -> Any:
    if type(value) is str:
        return _line(value, multiline)
    if isinstance(value, Text):
        return Text(value.id, **{name: _clean(item, multiline=False) for name, item in value.values.items()})
    if isinstance(value, tuple):
        return tuple(_clean(item, multiline=False) for item in value)
    if isinstance(value, Money) or not attrs.has(type(value)):
        return value
    changed = {}
    for field in attrs.fields(type(value)):
        before = getattr(value, field.name)
        after = _clean(before, multiline=field.name in MULTILINE)
        if after is not before and after != before:
            changed[field.name] = after
    return attrs.evolve(value, **changed) if changed else value


def _line(value: str, multiline: bool) -> str:
    lines = value.splitlines() if multiline else [value]
    cleaned = "\n".join(" ".join(UNSEEN.sub(" ", line).split(" ")).strip() for line in lines)
    return unicodedata.normalize("NFC", cleaned)
