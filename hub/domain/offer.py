"""Which pay buttons may be shown, and why one is not."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import attrs

from hub.domain.text import Text
from hub_hookspecs import EXPONENTS, Channel, Money, MoneyError, PayButton, ProviderInfo, Way, plain

from .account import AccountStatus, ProviderAccount, offered_currencies


class Absence(enum.StrEnum):
    """Why a provider is not offered."""

    NOT_INSTALLED = "not_installed"
    NOT_DECLARED = "not_declared"
    NOT_ENABLED = "not_enabled"
    NOT_CONNECTED = "not_connected"
    NOT_ACTIVE = "not_active"
    NEEDS_REVALIDATION = "needs_revalidation"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    CHANNEL = "channel"
    CURRENCY = "currency"
    BELOW_MINIMUM = "below_minimum"
    MERCHANT_MINIMUM = "merchant_minimum"
    ABOVE_MAXIMUM = "above_maximum"
    TOO_FINE = "too_fine"
    PROVIDER_DOWN = "provider_down"
    LOCKED = "locked"
    PLUGIN_FAILED = "plugin_failed"


ABSENCE_WORDS = {
    Absence.NOT_INSTALLED: Text("absence.not_installed"),
    Absence.NOT_DECLARED: Text("absence.not_declared"),
    Absence.NOT_ENABLED: Text("absence.not_enabled"),
    Absence.NOT_CONNECTED: Text("absence.not_connected"),
    Absence.NOT_ACTIVE: Text("absence.not_active"),
    Absence.NEEDS_REVALIDATION: Text("absence.needs_revalidation"),
    Absence.SUSPENDED: Text("absence.paused"),
    Absence.PAUSED: Text("absence.paused"),
    Absence.CHANNEL: Text("absence.channel"),
    Absence.CURRENCY: Text("absence.currency"),
    Absence.BELOW_MINIMUM: Text("absence.below_minimum"),
    Absence.MERCHANT_MINIMUM: Text("absence.merchant_minimum"),
    Absence.ABOVE_MAXIMUM: Text("absence.above_maximum"),
    Absence.TOO_FINE: Text("absence.too_fine"),
    Absence.PROVIDER_DOWN: Text("absence.provider_down"),
    Absence.LOCKED: Text("absence.paused"),
    Absence.PLUGIN_FAILED: Text("absence.paused"),
}
"""What people read of each, after the provider's name."""


BY_STATUS = {
    AccountStatus.NEEDS_REVALIDATION: Absence.NEEDS_REVALIDATION,
    AccountStatus.SUSPENDED: Absence.SUSPENDED,
}


def availability(*, installed: ProviderInfo | None, country: str, enabled: bool) -> Absence | None:
    """A provider is offered where it is installed, declares the country and is enabled there."""
    return next((absence for _condition, absence in judged_place(installed, country, enabled) if absence), None)


@attrs.frozen(kw_only=True)
class Offered:
    """One provider on a statement or checkout: a button, or the reason why there is none.

    Attributes:
        part: What of the amount it could take, where the amount is only finer than its unit.
    """

    provider: str
    name: str
    account_id: str
    button: PayButton | None
    ways: tuple[Way, ...]
    currencies: tuple[str, ...]
    absence: Absence | None = None
    pause_text: Text | str = ""
    part: Money | None = None

    @property
    def reason(self) -> Text | str:
        """Why it is not offered, for the payer; empty when it is. What the operator wrote stands as it is."""
        if self.absence is None:
            return ""
        why = Text("absence.too_fine_but", part=self.part) if self.part else ABSENCE_WORDS[self.absence]
        return self.pause_text or Text("absence.of", provider=self.name, why=why)


@attrs.frozen(kw_only=True)
class Asked:
    """What a payer wants to pay, and where.

    Attributes:
        floor: The merchant's own minimum, where it forbids this amount to this payer.
    """

    channel: Channel
    amount: Money
    floor: Money | None = None


@attrs.frozen(kw_only=True)
class AccountNow:
    """How an account stands now.

    Attributes:
        account: As the operator's pauses leave it.
        info: What its provider declares; None where that is not installed.
        country: The merchant's.
        enabled: The operator enabled the provider there.
        answers: The provider answered lately, as far as anybody knows.
        locked: The account's secrets do not open here.
    """

    account: ProviderAccount
    info: ProviderInfo | None
    country: str
    enabled: bool
    answers: bool = True
    locked: bool = False


class Condition(enum.StrEnum):
    """What must hold before a provider is offered; in this order they are asked."""

    INSTALLED = "installed"
    DECLARED = "declared"
    ENABLED = "enabled"
    ACTIVE = "active"
    RUNNING = "running"
    CHANNEL = "channel"
    CURRENCY = "currency"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    UNIT = "unit"
    ANSWERS = "answers"
    OPENS = "opens"
    MERCHANT_MINIMUM = "merchant_minimum"


Judged = tuple[Condition, Absence | None]
"""A condition, and what comes of it: None where it holds."""


def absence_of(standing: AccountNow, asked: Asked) -> Absence | None:
    """Why this account may not take this amount from this payer now; None when it may.

    The one rule for the offer, the pay step and the start of a payment.
    """
    return next((absence for _condition, absence in judged(standing, asked) if absence), None)


def judged(standing: AccountNow, asked: Asked | None) -> Iterator[Judged]:
    """Each condition and whether it holds; the first that does not is why the provider is not offered.

    Those that nobody can judge, since one before them does not hold, are left out.

    Args:
        asked: None where nobody wants to pay yet: what hangs on amount and place is left out.
    """
    account, info = standing.account, standing.info
    yield from judged_place(info, standing.country, standing.enabled)
    if info is None:
        return
    is_active = account.status is AccountStatus.ACTIVE
    yield Condition.ACTIVE, None if is_active else BY_STATUS.get(account.status, Absence.NOT_ACTIVE)
    yield Condition.RUNNING, Absence.PAUSED if account.paused else None
    if asked:
        yield from _judged_amount(account, info, asked)
    yield Condition.ANSWERS, None if standing.answers else Absence.PROVIDER_DOWN
    yield Condition.OPENS, Absence.LOCKED if standing.locked else None
    if asked:
        yield Condition.MERCHANT_MINIMUM, Absence.MERCHANT_MINIMUM if asked.floor else None


def judged_place(info: ProviderInfo | None, country: str, enabled: bool) -> Iterator[Judged]:
    """The conditions that need no account."""
    yield Condition.INSTALLED, None if info else Absence.NOT_INSTALLED
    if info:
        yield Condition.DECLARED, None if country in info.countries else Absence.NOT_DECLARED
        yield Condition.ENABLED, None if enabled else Absence.NOT_ENABLED


def _judged_amount(account: ProviderAccount, info: ProviderInfo, asked: Asked) -> Iterator[Judged]:
    amount = asked.amount
    here = asked.channel in account.channels and asked.channel in info.channels
    yield Condition.CHANNEL, None if here else Absence.CHANNEL
    rule = info.currency_rule(amount.currency)
    if rule is None or amount.currency not in currencies_of(account, info):
        yield Condition.CURRENCY, Absence.CURRENCY
        return
    yield Condition.CURRENCY, None
    yield Condition.MINIMUM, Absence.BELOW_MINIMUM if amount.minor < rule.minimum else None
    over = rule.maximum is not None and amount.minor > rule.maximum
    yield Condition.MAXIMUM, Absence.ABOVE_MAXIMUM if over else None
    try:
        plain(amount, rule.decimals)
    except MoneyError:
        yield Condition.UNIT, Absence.TOO_FINE
    else:
        yield Condition.UNIT, None


def carried(amount: Money, info: ProviderInfo) -> Money:
    """What of an amount the provider's unit can carry; what is left of it is less than one unit."""
    rule = info.currency_rule(amount.currency)
    unit = 10 ** max(0, EXPONENTS[amount.currency] - rule.decimals) if rule else 1
    return Money(amount.minor - amount.minor % unit, amount.currency)


def part_of(standing: AccountNow, asked: Asked) -> Money | None:
    """The part of an amount that this account could take, where it is only too fine for it."""
    if standing.info is None or absence_of(standing, asked) is not Absence.TOO_FINE:
        return None
    part = carried(asked.amount, standing.info)
    return part if part and absence_of(standing, attrs.evolve(asked, amount=part)) is None else None


def currencies_of(account: ProviderAccount, info: ProviderInfo) -> tuple[str, ...]:
    """Currencies that the account's settings switch on."""
    given = {name for name, value in account.settings.items() if value} | account.secret_names
    return offered_currencies(info, frozenset(given))
