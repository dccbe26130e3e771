"""What can go wrong between the hub and a provider.

ProviderError
├── NotSent          no byte of this request left; earlier ones may have
├── OutcomeUnknown   it may have happened; ask, never send again
├── Refused          a complete answer, and the provider said no
└── PluginFault      the plugin broke its contract

What a payment becomes depends on the whole exchange: *never sent* only while
no charging request has written a byte, *unknown* from then on
(``hub_hookspecs.exchange``). Only NotSent may be tried again as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .payment import Reason


class ProviderError(Exception):
    """Root of everything that an exchange may raise; never carries a payload or a secret."""

    retry_is_safe = False


class NotSent(ProviderError):
    """No byte of this request left the machine."""

    retry_is_safe = True


class OutcomeUnknown(ProviderError):
    """The request may have been executed: its answer is missing, late or unreadable."""


class Refused(ProviderError):
    """The provider answered completely, and said no.

    Args:
        reason: What to tell the payer, and the provider's own code.
        alert: True when the cause is the merchant's configuration, so that the merchant is told.
    """

    def __init__(self, reason: Reason, *, alert: bool = False) -> None:
        super().__init__(f"{reason.kind} ({reason.code or 'no code'})")
        self.reason = reason
        self.alert = alert


class PluginFault(ProviderError):
    """The plugin broke its contract: an illegal mark, an undeclared host,
    a result of the wrong type."""
