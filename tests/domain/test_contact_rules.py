"""When a contact about a debt may be made: what the records say, and the clock that keeps to it."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest

from hub.domain.contact_rules import CAREFUL, MAIL, ContactCalendar, Made, calendar_for
from hub.domain.countries.co import COUNTRY as CO
from hub.domain.countries.cr import COUNTRY as CR
from hub_hookspecs import ContactRules
from hub_hookspecs.declared_country import country_faults

BOGOTA, SAN_JOSE = "America/Bogota", "America/Costa_Rica"
IN_BOGOTA = calendar_for(CO, BOGOTA)
IN_SAN_JOSE = calendar_for(CR, SAN_JOSE)


def at(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_colombia_is_open_from_seven_to_seven_on_saturdays_from_eight_to_three_and_never_on_sundays_or_holidays() -> (
    None
):
    hours = {
        "2026-11-23T06:59": False,
        "2026-11-23T07:00": True,
        "2026-11-23T18:59": True,
        "2026-11-23T19:00": False,
        "2026-11-28T07:59": False,
        "2026-11-28T08:00": True,
        "2026-11-28T14:59": True,
        "2026-11-28T15:00": False,
        "2026-11-29T10:00": False,  # a Sunday
        "2026-12-08T10:00": False,  # a holiday on a Tuesday
        "2026-11-16T10:00": False,  # a holiday that was moved to a Monday
    }
    assert {moment: IN_BOGOTA.is_open(at(BOGOTA, moment)) for moment in hours} == hours


def test_costa_rica_is_open_on_weekdays_from_eight_to_six_which_is_said_to_be_our_own_choice() -> None:
    hours = {
        "2026-11-23T07:59": False,
        "2026-11-23T08:00": True,
        "2026-11-23T18:00": False,
        "2026-11-28T10:00": False,
        "2026-12-25T10:00": False,
    }
    assert {moment: IN_SAN_JOSE.is_open(at(SAN_JOSE, moment)) for moment in hours} == hours
    assert CR.contacts
    assert "propia" in CR.contacts.source
    assert CO.contacts
    assert "Ley 2300" in CO.contacts.source
    assert CO.contacts.authorised_only
    assert {CO.contacts.verified_by, CR.contacts.verified_by} == {""}  # nobody has compared them yet


def test_what_comes_outside_goes_to_the_next_window_over_a_long_weekend_too() -> None:
    assert IN_BOGOTA.opens(at(BOGOTA, "2026-11-29T10:00")) == at(BOGOTA, "2026-11-30T07:00")
    assert IN_BOGOTA.opens(at(BOGOTA, "2026-12-07T20:00")) == at(BOGOTA, "2026-12-09T07:00")
    # Holy Week: Thursday and Friday are holidays, Saturday opens in Colombia and not in Costa Rica.
    assert IN_BOGOTA.opens(at(BOGOTA, "2027-03-25T10:00")) == at(BOGOTA, "2027-03-27T08:00")
    assert IN_SAN_JOSE.opens(at(SAN_JOSE, "2027-03-25T10:00")) == at(SAN_JOSE, "2027-03-29T08:00")


def test_one_a_week_is_seven_days_of_the_calendar_so_that_every_monday_fits() -> None:
    monday = at(SAN_JOSE, "2026-11-23T08:00:03")
    made = [Made(monday, MAIL)]
    assert IN_SAN_JOSE.earliest(at(SAN_JOSE, "2026-11-24T09:00"), MAIL, made) == at(SAN_JOSE, "2026-11-30T08:00")
    assert IN_SAN_JOSE.earliest(at(SAN_JOSE, "2026-11-30T08:00"), MAIL, made) == at(SAN_JOSE, "2026-11-30T08:00")


def test_a_second_channel_within_the_week_waits_even_where_two_contacts_are_allowed() -> None:
    rules = attrs.evolve(CAREFUL, per_week=2)
    calendar = ContactCalendar(rules=rules, zone=SAN_JOSE)
    made = [Made(at(SAN_JOSE, "2026-11-23T09:00"), MAIL)]
    tuesday = at(SAN_JOSE, "2026-11-24T09:00")
    assert calendar.earliest(tuesday, MAIL, made) == tuesday
    assert calendar.earliest(tuesday, "whatsapp", made) == at(SAN_JOSE, "2026-11-30T08:00")


def test_a_calendar_that_never_opens_says_so() -> None:
    shut = ContactCalendar(rules=attrs.evolve(CAREFUL, windows={}), zone=SAN_JOSE)
    assert shut.opens(at(SAN_JOSE, "2026-11-23T09:00")) is None
    assert shut.earliest(at(SAN_JOSE, "2026-11-23T09:00"), MAIL, ()) is None


@pytest.mark.parametrize("country", [CO, CR], ids=lambda country: country.code)
def test_any_history_that_asks_again_and_again_keeps_to_windows_and_limits(country: object) -> None:
    """Read off by plain arithmetic, which shares nothing with the calendar."""
    dice = random.Random(2300)
    zone = BOGOTA if country is CO else SAN_JOSE
    calendar = calendar_for(country, zone)  # type: ignore[arg-type]
    for _history in range(30):
        now, made = datetime(2026, 11, 1, tzinfo=UTC), list[Made]()
        for _ask in range(60):
            now += timedelta(minutes=dice.randint(1, 60 * 40))
            moment = calendar.earliest(now, MAIL, made)
            assert moment is not None
            assert moment >= now
            if dice.random() < 0.7:
                made.append(Made(moment, MAIL))
                now = moment
        assert broken(made, zone) == []


def broken(made: list[Made], zone: str) -> list[str]:
    """What a history does not keep to, by the letter of the two records."""
    found, days = [], list[date]()
    for contact in made:
        here = contact.at.astimezone(ZoneInfo(zone))
        hours = {**dict.fromkeys(range(5), (time(7), time(19))), 5: (time(8), time(15))}
        if zone == SAN_JOSE:
            hours = dict.fromkeys(range(5), (time(8), time(18)))
        window = hours.get(here.weekday())
        holidays = (CO if zone == BOGOTA else CR).holidays
        if window is None or not window[0] <= here.time() < window[1] or here.date() in holidays:
            found.append(f"outside: {here}")
        found += [f"again within a week: {here}" for day in days if abs((here.date() - day).days) < 7]
        days.append(here.date())
    return found


def test_control_a_calendar_that_forgets_the_zone_is_found() -> None:
    wrong = [Made(datetime(2026, 11, 23, 7, 30, tzinfo=UTC), MAIL)]  # 02:30 in Bogotá
    assert broken(wrong, BOGOTA)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (ContactRules(source=""), "source is empty"),
        (ContactRules(source="x", windows={}), "nobody could ever be reminded"),
        (ContactRules(source="x", windows={7: (time(8), time(9))}), "no weekday"),
        (ContactRules(source="x", windows={0: (time(9), time(8))}), "closes before it opens"),
        (ContactRules(source="x", per_week=0), "per_week is less than one"),
    ],
)
def test_rules_that_cannot_be_kept_quarantine_their_country(rules: ContactRules, said: str) -> None:
    assert any(said in fault for fault in country_faults(attrs.evolve(CR, contacts=rules)))
