"""Money, dates, phones and mails as people read them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.cells import read_amount
from hub.domain.figures import date_text, datetime_text, mask_email, mask_phone, money_text
from hub_hookspecs import Money

MOMENT = datetime(2026, 11, 22, 3, 41, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        ("1234567.50", "CRC", "es_CR", "₡1_234_567,50"),
        ("18250", "CRC", "es_CR", "₡18_250,00"),
        ("950.5", "CRC", "es_CR", "₡950,50"),
        ("1234567.50", "COP", "es_CO", "$1.234.567,50"),
        ("185000", "COP", "es_CO", "$185.000"),
        ("1500", "COP", "es_CO", "$1.500"),
        ("0", "COP", "es_CO", "$0"),
        ("-185000", "COP", "es_CO", "-$185.000"),
        ("-18250.75", "CRC", "es_CR", "-₡18_250,75"),
        ("185000", "COP", "es_CR", "COP_185_000"),
        ("1234567.50", "CRC", "es_CO", "CRC_1.234.567,50"),
        ("100", "USD", "es_CR", "USD_100,00"),
        ("100", "USD", "es_CO", "US$100,00"),
        ("1234567.50", "CRC", "en", "CRC_1,234,567.50"),
        ("185000", "COP", "en", "COP_185,000"),
        ("1234567", "CLP", "es_CL", "$1.234.567"),
        ("1234567.50", "PEN", "es_PE", "S/_1,234,567.50"),
        ("9999999999999.99", "COP", "es_CO", "$9.999.999.999.999,99"),
    ],
)
def test_money_is_written_as_its_readers_write_it(amount: str, currency: str, locale: str, text: str) -> None:
    """Pesos whole where there are no cents, no blank that may break,
    letters apart from digits (_ is U+00A0)."""
    assert money_text(Money.parse(amount, currency), locale) == text.replace("_", "\u00a0")


@pytest.mark.parametrize(
    ("currency", "locale", "text"),
    [("COP", "es_CO", "$100_COP"), ("USD", "es_CO", "US$100,00_USD"), ("USD", "es_CR", "USD_100,00"),
     ("CRC", "es_CR", "₡100,00_CRC")],
)  # fmt: skip
def test_the_code_is_added_once_where_currencies_meet(currency: str, locale: str, text: str) -> None:
    """A bare dollar sign means many things."""
    assert money_text(Money.parse("100", currency), locale, with_code=True) == text.replace("_", "\u00a0")


@given(
    st.integers(-(10**15), 10**15), st.sampled_from([("COP", "es_CO"), ("CRC", "es_CR"), ("USD", "en")]), st.booleans()
)
def test_what_is_shown_is_the_exact_amount(minor: int, where: tuple[str, str], with_code: bool) -> None:
    """Nothing is rounded for display."""
    currency, locale = where
    money = Money(minor, currency)

    assert (
        read_amount(money_text(money, locale, with_code=with_code), currency, "." if locale == "en" else ",") == money
    )


def test_dates_have_the_day_first_and_four_digits_of_the_year() -> None:
    """In Spanish; English names the month."""
    day = date(2026, 3, 5)

    assert date_text(day, "es_CR") == date_text(day, "es_CO") == "05/03/2026"
    assert date_text(day, "es_CO", long=True) == "5 de marzo de 2026"
    assert date_text(day, "en") == "Mar 5, 2026"
    assert date_text(day, "en", long=True) == "March 5, 2026"


def test_moments_are_shown_where_the_merchant_is() -> None:
    """The day may be another one there."""
    assert datetime_text(MOMENT, "America/Costa_Rica", "es_CR") == "21/11/2026 21:41"
    assert datetime_text(MOMENT, "America/Bogota", "es_CO", with_zone=True) == "21/11/2026 22:41 (UTC-5)"
    assert datetime_text(MOMENT, "Asia/Kolkata", "en", with_zone=True) == "Nov 22, 2026 09:11 (UTC+5:30)"
    assert datetime_text(MOMENT, "UTC", "es_CO", with_zone=True) == "22/11/2026 03:41 (UTC)"


def test_a_moment_without_zone_is_refused() -> None:
    """It would be shown wrongly."""
    with pytest.raises(ValueError, match="zone"):
        datetime_text(MOMENT.replace(tzinfo=None), "UTC", "es_CO")


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("3998764643", "399***4643"), ("399 876 4643", "399***4643"), ("88881234", "8***1234"), ("8888-1234", "8***1234"),
     ("+573998764643", "573*****4643"), ("1234567", "*****67"), ("12", "**"), ("", "")],
)  # fmt: skip
def test_the_middle_of_a_phone_number_is_hidden(phone: str, masked: str) -> None:
    """Its owner knows it by its ends."""
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("email", "masked"),
    [("alejandro@example.com", "al***@example.com"), ("ana@example.com", "a***@example.com"), ("a@x.co", "a***@x.co"),
     ("no mail", "***"), ("@x.co", "***"), ("", "***")],
)  # fmt: skip
def test_most_of_the_name_in_a_mail_address_is_hidden(email: str, masked: str) -> None:
    """Its owner knows it by its beginning and its host."""
    assert mask_email(email) == masked
