"""For whom a page is drawn: the language, the zone, and how figures and dates are written for them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain.conversion import Rate
from hub.domain.figures import date_text, datetime_text, money_text, rate_text
from hub.domain.merchant import Merchant
from hub.domain.offer import Offered
from hub.domain.text import Text
from hub.domain.typed_day import shown_day
from hub.texts.engine import Texts, texts_for
from hub_hookspecs import Money

DEFAULT_LOCALE = "es_CR"
DEFAULT_ZONE = "UTC"


@attrs.frozen
class PageReader:
    """For whom a page is drawn: language, the zone in which times are shown, and whether Spanish says *tú*."""

    locale: str = DEFAULT_LOCALE
    zone: str = DEFAULT_ZONE
    familiar: bool = False

    @property
    def texts(self) -> Texts:
        """The words of the reader's language."""
        return texts_for(self.locale, familiar=self.familiar)

    def say(self, message: str | Text, /, **values: object) -> str:
        """A sentence of the pages in the reader's language, see ``Texts.say``; or a text, which brings its values."""
        if isinstance(message, Text):
            return self.words(message)
        shown = {name: self.words(value) if isinstance(value, Text) else value for name, value in values.items()}
        return self.texts.say(message, **shown)

    @property
    def at_terminal(self) -> bool:
        """Never: a page names no flag."""
        return False

    def words(self, text: Text) -> str:
        """A text in the reader's language, its figures as this reader writes them."""
        return self.texts.render(text, self)

    @property
    def language(self) -> str:
        """The page's language for ``lang``: ``es-CR``."""
        return self.locale.replace("_", "-")

    def why_not(self, offer: Offered) -> str:
        """Why a provider is not offered, in the reader's language."""
        return self.words(offer.reason) if isinstance(offer.reason, Text) else offer.reason

    def money(self, amount: Money, with_code: bool = False) -> str:
        """An amount with its currency; dollars always with their code, since ``$`` means several things here."""
        return money_text(amount, self.locale, with_code=with_code or amount.currency == "USD")

    def amount(self, amount: Money) -> str:
        """The same below a heading that names the currency: with one mark alone."""
        return money_text(amount, self.locale)

    def rate(self, rate: Rate) -> str:
        """A rate between two currencies."""
        return rate_text(rate, self.locale)

    def day(self, day: date) -> str:
        """A date."""
        return date_text(day, self.locale)

    @staticmethod
    def typed_day(value: date | str | None) -> str:
        """A day in a field, or what was typed there."""
        return shown_day(value)

    def day_of(self, moment: datetime) -> str:
        """The date of a moment where the merchant is."""
        return self.day(moment.astimezone(ZoneInfo(self.zone)).date())

    def moment(self, moment: datetime) -> str:
        """Date and time where the merchant is, with the zone."""
        return datetime_text(moment, self.zone, self.locale, with_zone=True)

    def clock(self, moment: datetime) -> str:
        """The time of day where the merchant is: ``15:04``."""
        return datetime_text(moment, self.zone, self.locale).rpartition(" ")[2]


def reader_for(merchant: Merchant | None, language: str = "") -> PageReader:
    """Who reads a merchant's pages; in the merchant's own Spanish unless the reader asked for another language."""
    reader = PageReader(merchant.locale, merchant.company.zone) if merchant else PageReader()
    return attrs.evolve(reader, locale=language) if language else reader
