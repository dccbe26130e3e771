"""Money, dates, phones and mails as people read them."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from hub_hookspecs import Money, plain

from .conversion import Rate
from .currencies import WHOLE

NO_BREAK: Final = "\u00a0"
DAY: Final = {"es": "dd/MM/y"}
LONG_DAY: Final = {"es": "d 'de' MMMM 'de' y"}
CLOCK: Final = "HH:mm"
DOLLARS: Final = re.compile(rf"[A-Z]*\$[{NO_BREAK} ]?")


def money_text(money: Money, locale: str, *, with_code: bool = False) -> str:
    """An amount in a locale: ``₡18 250,75``, ``$185.000``;
    with its ISO code where currencies may be confused."""
    bare = money.currency in WHOLE and money.decimal == money.decimal.to_integral_value()
    text = format_currency(
        money.decimal,
        money.currency,
        format=_pattern(locale, bare),
        locale=Locale.parse(locale),  # once: Babel reads a name anew for every sign of an amount
        currency_digits=not bare,
    )
    text = re.sub(r"(?<=[^\W\d_])(?=\d)", NO_BREAK, text)  # CLDR glues COP to the digits
    text = text.replace(" ", NO_BREAK)
    return f"{text}{NO_BREAK}{money.currency}" if with_code and money.currency not in text else text


def marked_text(money: Money, locale: str) -> str:
    """An amount with one mark that no other currency has: ``₡18 250,75``, but ``COP 185.000``: many have a ``$``."""
    text = money_text(money, locale)
    return text if "$" not in text else f"{money.currency}{NO_BREAK}{re.sub(DOLLARS, '', text)}"


def written(amount: Money, decimal_sign: str) -> str:
    """An amount as a person types it: without decimals where they are not used."""
    text = plain(amount)
    return (text.removesuffix(".00") if amount.currency in WHOLE else text).replace(".", decimal_sign)


def grouped(amount: Money, decimal_sign: str) -> str:
    """The same in groups of three, so that its size is seen; ``decimal_sign`` is the country's, empty where people
    write both: groups are then told from decimals by a blank.
    """
    sign = decimal_sign or ","
    whole, _sign, decimals = written(amount, sign).partition(sign)
    groups = {",": ".", ".": ","}.get(decimal_sign, NO_BREAK)
    text = f"{int(whole):,}".replace(",", groups)
    return f"{text}{sign}{decimals}" if decimals else text


def rate_text(rate: Rate, locale: str) -> str:
    """A rate with every decimal that was stated: ``1 USD = 520,25 CRC``."""
    value = format_decimal(rate.value, format="#,##0.#########", locale=Locale.parse(locale))
    return f"1 {rate.base} = {value} {rate.quote}".replace(" ", NO_BREAK)


def date_text(day: date, locale: str, *, long: bool = False) -> str:
    """A day: ``21/11/2026``, or ``21 de noviembre de 2026``."""
    there = Locale.parse(locale)
    pattern = (LONG_DAY if long else DAY).get(there.language)
    return format_date(day, pattern or ("long" if long else "medium"), locale=there)


def datetime_text(moment: datetime, zone: str, locale: str, *, with_zone: bool = False) -> str:
    """A moment where the merchant is: ``21/11/2026 09:41``, with zone ``21/11/2026 09:41 (UTC-6)``.

    Raises:
        ValueError: The moment has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone")
    there = moment.astimezone(ZoneInfo(zone))
    text = f"{date_text(there.date(), locale)} {format_datetime(there, CLOCK, locale=locale)}"
    return f"{text} ({_offset(there)})" if with_zone else text


def mask_phone(phone: str) -> str:
    """A number of which its owner knows the ends: ``3998764643`` -> ``399***4643``."""
    digits = re.sub("[^0-9]", "", phone)
    if len(digits) < 8:
        return "*" * max(0, len(digits) - 2) + digits[-2:] if len(digits) > 2 else "*" * len(digits)
    shown = min(3, len(digits) - 7)
    return digits[:shown] + "*" * (len(digits) - shown - 4) + digits[-4:]


def mask_email(email: str) -> str:
    """An address that its owner recognises: ``alejandro@example.com`` -> ``al***@example.com``."""
    name, at, host = email.rpartition("@")
    if not at or not name:
        return "***"
    return f"{name[: 2 if len(name) > 4 else 1]}***@{host}"


@lru_cache(maxsize=64)
def _pattern(locale: str, bare: bool) -> str:
    """The locale's own pattern, without decimals where they are not shown."""
    pattern: str = Locale.parse(locale).currency_formats["standard"].pattern
    return pattern.replace(".00", "") if bare else pattern


def _offset(moment: datetime) -> str:
    offset = moment.utcoffset()
    assert offset is not None
    hours, minutes = divmod(int(abs(offset.total_seconds())) // 60, 60)
    if not (hours or minutes):
        return "UTC"
    sign = "-" if offset.total_seconds() < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")


def in_groups(reference: str) -> str:
    """A long reference as people read it aloud, four signs at a time; one that has groups keeps them."""
    if len(reference) <= 6 or not reference.isalnum():
        return reference
    return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
