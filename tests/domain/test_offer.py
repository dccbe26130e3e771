"""Which pay buttons may be shown, and why one is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.offer import (
    ABSENCE_WORDS,
    Absence,
    AccountNow,
    Asked,
    Offered,
    absence_of,
    availability,
    currencies_of,
    part_of,
)
from hub_hookspecs import Channel, CurrencyRule, Mode, Money, ProviderInfo, QueryBy, ReferenceRule, Setting, Starts, Way
from tests.spoken import spoken

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
INFO = ProviderInfo(
    code="acme", name="Acme", contract_version=(1, 1), countries=("CR",),
    currencies=(CurrencyRule(currency="CRC", decimals=2, minimum=100, maximum=10_000),
                CurrencyRule(currency="USD", decimals=2)),
    channels=frozenset({Channel.STATEMENT}),
    ways=(Way(code="w", label="W", starts=Starts.SESSION, outcome=frozenset({"notification"}),
              query_by=QueryBy.NONE),),
    reference=ReferenceRule(26), endpoints={"live": {}, "test": {}},
    settings=(Setting(name="crc", label="", help="", enables="CRC"),
              Setting(name="usd", label="", help="", enables="USD")),
)  # fmt: skip
ACCOUNT = ProviderAccount(
    id="a1", merchant_id="m1", provider="acme", mode=Mode.TEST, status=AccountStatus.ACTIVE, path_token="x",
    settings={"crc": "T"}, created_at=NOW, updated_at=NOW,
)  # fmt: skip


@pytest.mark.parametrize(
    ("installed", "country", "enabled", "absence"),
    [
        (INFO, "CR", True, None),
        (INFO, "CR", False, Absence.NOT_ENABLED),
        (INFO, "CO", True, Absence.NOT_DECLARED),
        (None, "CR", True, Absence.NOT_INSTALLED),
    ],
)
def test_a_provider_is_there_where_it_is_installed_declared_and_enabled(
    installed: ProviderInfo | None, country: str, enabled: bool, absence: Absence | None
) -> None:
    assert availability(installed=installed, country=country, enabled=enabled) is absence


CASES: list[tuple[str, dict[str, Any], dict[str, Any], Absence | None]] = [
    ("an active account", {}, {}, None),
    ("a company that changed", {"status": AccountStatus.NEEDS_REVALIDATION}, {}, Absence.NEEDS_REVALIDATION),
    ("a suspended account", {"status": AccountStatus.SUSPENDED}, {}, Absence.SUSPENDED),
    ("an account that waits", {"status": AccountStatus.REQUESTED}, {}, Absence.NOT_ACTIVE),
    ("a paused account", {"paused": "Volvemos el lunes"}, {}, Absence.PAUSED),
    ("a channel the provider has not", {}, {"channel": Channel.CHECKOUT}, Absence.CHANNEL),
    ("a channel switched off", {"channels": frozenset()}, {}, Absence.CHANNEL),
    ("a currency without a terminal", {}, {"currency": "USD"}, Absence.CURRENCY),
    ("a currency nobody knows", {}, {"currency": "COP"}, Absence.CURRENCY),
    ("just below the minimum", {}, {"minor": 99}, Absence.BELOW_MINIMUM),
    ("the minimum", {}, {"minor": 100}, None),
    ("the maximum", {}, {"minor": 10_000}, None),
    ("just above the maximum", {}, {"minor": 10_001}, Absence.ABOVE_MAXIMUM),
]


@pytest.mark.parametrize(("account", "asked", "absence"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_account_is_offered_or_says_why_not(
    account: dict[str, Any], asked: dict[str, Any], absence: Absence | None
) -> None:
    wanted: dict[str, Any] = {"channel": Channel.STATEMENT, "currency": "CRC", "minor": 500, **asked}
    amount = Money(wanted["minor"], wanted["currency"])

    assert (
        absence_of(
            AccountNow(account=attrs.evolve(ACCOUNT, **account), info=INFO, country="CR", enabled=True),
            Asked(channel=wanted["channel"], amount=amount),
        )
        is absence
    )


@pytest.mark.parametrize(
    ("standing", "floor", "absence"),
    [
        ({"answers": False, "locked": True}, 600, Absence.PROVIDER_DOWN),
        ({"locked": True}, 600, Absence.LOCKED),
        ({}, 600, Absence.MERCHANT_MINIMUM),
        ({"info": None, "enabled": False}, 0, Absence.NOT_INSTALLED),
        ({"country": "CO"}, 0, Absence.NOT_DECLARED),
        ({"enabled": False}, 0, Absence.NOT_ENABLED),
    ],
)
def test_what_the_hub_knows_of_the_moment_counts_too_and_the_merchants_minimum_last(
    standing: dict[str, Any], floor: int, absence: Absence
) -> None:
    now = attrs.evolve(AccountNow(account=ACCOUNT, info=INFO, country="CR", enabled=True), **standing)
    asked = Asked(channel=Channel.STATEMENT, amount=Money(500, "CRC"), floor=Money(floor, "CRC") if floor else None)

    assert absence_of(now, asked) is absence


def test_an_amount_finer_than_the_providers_units_is_not_taken() -> None:
    whole = attrs.evolve(INFO, currencies=(CurrencyRule(currency="CRC", decimals=0, minimum=100),))
    standing = AccountNow(account=ACCOUNT, info=whole, country="CR", enabled=True)

    assert absence_of(standing, Asked(channel=Channel.STATEMENT, amount=Money(500, "CRC"))) is None
    assert absence_of(standing, Asked(channel=Channel.STATEMENT, amount=Money(550, "CRC"))) is Absence.TOO_FINE


def test_what_the_unit_can_carry_is_offered_where_the_rest_allows_it() -> None:
    whole = attrs.evolve(INFO, currencies=(CurrencyRule(currency="CRC", decimals=0, minimum=100),))
    standing = AccountNow(account=ACCOUNT, info=whole, country="CR", enabled=True)

    def part(minor: int, now: AccountNow = standing) -> Money | None:
        return part_of(now, Asked(channel=Channel.STATEMENT, amount=Money(minor, "CRC")))

    assert part(11_900_045) == Money(11_900_000, "CRC")
    assert part(11_900_000) is None
    assert part(45) is None
    assert part(199) == Money(100, "CRC")
    assert part(11_900_045, attrs.evolve(standing, answers=False)) is None
    offered = Offered(
        provider="acme",
        name="Acme",
        account_id="a1",
        button=None,
        ways=(),
        currencies=(),
        absence=Absence.TOO_FINE,
        part=Money(11_900_000, "CRC"),
    )
    assert "puede recibir 119000.00 CRC" in spoken(offered.reason)


def test_settings_switch_currencies_on() -> None:
    assert currencies_of(ACCOUNT, INFO) == ("CRC",)
    assert currencies_of(attrs.evolve(ACCOUNT, secret_names=frozenset({"usd"})), INFO) == ("CRC", "USD")
    assert currencies_of(attrs.evolve(ACCOUNT, settings={"crc": ""}), INFO) == ()


def test_every_absence_has_words_for_payers_and_an_operators_text_comes_first() -> None:
    assert set(ABSENCE_WORDS) == set(Absence)
    offered = Offered(
        provider="acme", name="Acme", account_id="a1", button=None, ways=(), currencies=(), absence=Absence.PAUSED
    )

    assert spoken(offered.reason) == "Acme no está disponible por ahora"
    assert attrs.evolve(offered, pause_text="Volvemos el lunes").reason == "Volvemos el lunes"
    assert attrs.evolve(offered, absence=None).reason == ""
