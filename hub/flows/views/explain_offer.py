"""Explain why a provider is offered to a company's payers, or why not: each condition of the one rule, held or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.merchant import Merchant
from hub.domain.offer import AccountNow, Asked, Condition, currencies_of, judged, judged_place
from hub.domain.text import Text, read_stored
from hub.flows.accounts.connect_account import missing_settings
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.offer_buttons import Showing, conditions_at, standing_of
from hub_hookspecs import EXPONENTS, Channel, Money, PluginFault, ProviderInfo

STATES: Final = {
    AccountStatus.DRAFT: Text("why.account_draft"),
    AccountStatus.REQUESTED: Text("why.account_requested"),
    AccountStatus.NEEDS_CONFIRMATION: Text("why.account_needs_confirmation"),
    AccountStatus.ACTIVE: Text("why.account_active"),
    AccountStatus.FAILED: Text("why.account_failed"),
    AccountStatus.NEEDS_REVALIDATION: Text("why.account_needs_revalidation"),
    AccountStatus.SUSPENDED: Text("why.account_suspended"),
    AccountStatus.DISABLED: Text("why.account_disabled"),
}
CHANNELS: Final = {Channel.STATEMENT: Text("why.on_statement"), Channel.CHECKOUT: Text("why.on_checkout")}


@attrs.frozen
class Line:
    """One condition as people read it.

    Attributes:
        name: Which one, for programs.
        holds: None for what is told and not judged, since nobody said what is to be paid.
    """

    name: str
    holds: bool | None
    text: Text


async def explain_offer(
    hub: Hub, merchant: Merchant, code: str, *, channel: Channel = Channel.STATEMENT, amount: Money | None = None
) -> tuple[Line, ...]:
    """Every condition, in the order in which the rule asks them; the first that does not hold is the reason.

    Args:
        amount: What would be paid; without it its limits are told and not judged.
    """
    return await hub.store.read(lambda tx: tuple(_lines(tx, hub, merchant, code, channel, amount)))


def _lines(tx: Tx, hub: Hub, merchant: Merchant, code: str, channel: Channel, amount: Money | None) -> Iterator[Line]:
    conditions, provider = conditions_at(tx, hub.clock()), hub.providers.get(code)
    accounts = tx.accounts.current_of(merchant.id, merchant.mode)
    account = next((item for item in accounts if item.provider == code), None)
    if account is None:
        place = merchant.company.country
        for condition, absence in judged_place(
            provider.info if provider else None, place, (place, code) in conditions.enabled
        ):
            yield Line(condition, absence is None, _place_text(hub, code, place, condition))
        yield Line("connected", False, Text("why.connected"))
        return
    standing = standing_of(tx, hub, merchant, account, conditions)
    asked = Asked(channel=channel, amount=amount, floor=_floor(merchant, amount)) if amount else None
    offered = True
    for condition, absence in judged(standing, asked):
        offered &= absence is None
        yield Line(condition, absence is None, _text(hub, merchant, standing, condition, asked))
        if condition is Condition.ENABLED:
            yield Line("connected", True, Text("why.connected"))
        if condition is Condition.RUNNING and asked is None and standing.info:
            yield from _limits(merchant, account, standing.info)
    if offered and asked and provider:
        try:
            provider.button(Showing().offer(channel, asked.amount, merchant.locale))
        except PluginFault as fault:
            yield Line("button", False, Text("why.button_failed", error=str(fault)))


def _floor(merchant: Merchant, amount: Money) -> Money | None:
    least = Money(merchant.options.minimum.get(amount.currency, 0), amount.currency)
    return least if amount.minor < least.minor else None


def _place_text(hub: Hub, code: str, country: str, condition: Condition) -> Text:
    name = hub.countries[country].name if country in hub.countries else country
    if condition is Condition.DECLARED:
        return Text("why.declared", country=name)
    if condition is Condition.ENABLED:
        return Text("why.enabled", country=name)
    if provider := hub.providers.get(code):
        return Text("why.installed", distribution=provider.distribution, version=provider.version)
    failure = next((str(item) for item in hub.registry.failures if item.code == code), "")
    return Text("why.quarantined", reason=failure) if failure else Text("why.not_installed")


def _text(hub: Hub, merchant: Merchant, standing: AccountNow, condition: Condition, asked: Asked | None) -> Text:
    account, info = standing.account, standing.info
    rule = info.currency_rule(asked.amount.currency) if info and asked else None
    match condition:
        case Condition.ACTIVE:
            return _account_text(hub, account)
        case Condition.RUNNING:
            said = read_stored(account.paused)
            return Text("why.paused", text=said) if said else Text("why.running")
        case Condition.CHANNEL if asked:
            return CHANNELS[asked.channel]
        case Condition.CURRENCY if asked and info:
            return Text(
                "why.currency", currency=asked.amount.currency, currencies=", ".join(currencies_of(account, info))
            )
        case Condition.MINIMUM if asked and rule:
            return Text("why.minimum", amount=Money(rule.minimum, rule.currency))
        case Condition.MAXIMUM if rule:
            if rule.maximum is None:
                return Text("why.no_maximum")
            return Text("why.maximum", amount=Money(rule.maximum, rule.currency))
        case Condition.UNIT if rule:
            return Text("why.unit", amount=_unit(rule.currency, rule.decimals))
        case Condition.ANSWERS:
            return Text("why.answers")
        case Condition.OPENS:
            return Text("why.opens")
        case Condition.MERCHANT_MINIMUM if asked:
            least = merchant.options.minimum.get(asked.amount.currency, 0)
            return Text("why.merchant_minimum", amount=Money(least, asked.amount.currency))
    return _place_text(hub, account.provider, standing.country, condition)


def _account_text(hub: Hub, account: ProviderAccount) -> Text:
    missing = missing_settings(hub, account) if account.provider in hub.providers else ()
    if account.status is AccountStatus.ACTIVE or not missing:
        return Text("why.account", state=STATES[account.status])
    names = ", ".join(problem.name for problem in missing)
    return Text("why.account_lacks", state=STATES[account.status], settings=names)


def _limits(merchant: Merchant, account: ProviderAccount, info: ProviderInfo) -> Iterator[Line]:
    """What an amount would be judged by."""
    for channel in Channel:
        if channel in account.channels and channel in info.channels:
            yield Line("channel", None, CHANNELS[channel])
    given = currencies_of(account, info)
    yield Line("currency", None if given else False, Text("why.currencies", currencies=", ".join(given) or "–"))
    for rule in info.currencies:
        if rule.currency not in given:
            continue
        if rule.minimum > 1:
            yield Line("minimum", None, Text("why.minimum", amount=Money(rule.minimum, rule.currency)))
        if rule.maximum is not None:
            yield Line("maximum", None, Text("why.maximum", amount=Money(rule.maximum, rule.currency)))
        if rule.decimals < EXPONENTS[rule.currency]:
            yield Line("unit", None, Text("why.unit", amount=_unit(rule.currency, rule.decimals)))
        if least := merchant.options.minimum.get(rule.currency, 0):
            yield Line("merchant_minimum", None, Text("why.merchant_minimum", amount=Money(least, rule.currency)))


def _unit(currency: str, decimals: int) -> Money:
    return Money(10 ** max(0, EXPONENTS[currency] - decimals), currency)
