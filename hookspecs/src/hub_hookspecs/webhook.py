"""Telling a provider where its notifications go, where it can be told by a call."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs


class WebhookAct(enum.StrEnum):
    """What is wanted of the provider.

    ``look`` changes nothing. ``register`` adds our address; where the provider holds a single one that is not ours and
    not ``may_replace``, it must be left alone. ``remove`` takes away what we registered, nothing else.
    """

    LOOK = "look"
    REGISTER = "register"
    REMOVE = "remove"


@attrs.frozen(kw_only=True)
class WebhookRequest:
    """Input of register_webhook.

    Attributes:
        address: This account's notification address.
        known_id: The provider's id of what we registered before, if it gave one.
        may_replace: A foreign address of which a person said that ours takes its place.
    """

    act: WebhookAct
    address: str
    now: datetime
    call_id: str
    known_id: str | None = None
    may_replace: str | None = None


@attrs.frozen(kw_only=True)
class WebhookReport:
    """Result of register_webhook: what stands at the provider after it.

    Attributes:
        ours: Whether our address is registered and in force.
        webhook_id: The provider's id of it.
        foreign: Addresses that the hub did not set; they are shown, and never touched without a person.
        settings: Settings of the account that the provider returned (its signing secret), by name; sealed with the
            account in the same commit.
    """

    ours: bool
    webhook_id: str | None = None
    foreign: tuple[str, ...] = ()
    settings: Mapping[str, str] = attrs.field(default=MappingProxyType({}), repr=False)
