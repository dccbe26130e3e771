"""Which mails a payment that changed owes: what a kind of mail is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import attrs

from hub.domain.captures import Capture, captures_in
from hub.domain.merchant import Customer, Merchant
from hub.domain.message import NO_DETAILS
from hub.domain.observation import Seen
from hub.domain.payment import Payment, Status
from hub.domain.returns import was_undone


@attrs.frozen(kw_only=True)
class PaymentChange:
    """A payment as it stands now, with everything that was ever observed of it."""

    payment: Payment
    merchant: Merchant
    customer: Customer
    seen: tuple[Seen, ...]

    @property
    def payer(self) -> str:
        """The mail address of whoever pays; empty where nobody knows it."""
        return self.payment.payer.email or self.customer.email

    @cached_property
    def captures(self) -> tuple[Capture, ...]:
        """The captures of a payment that stays paid; none of another one."""
        stays_paid = self.payment.status is Status.PAID and not was_undone(self.payment, self.seen)
        return captures_in(self.payment, self.seen) if stays_paid else ()


@attrs.frozen(kw_only=True)
class OwedMail:
    """Somebody who is owed a mail.

    Attributes:
        recipient: A mail address; nobody is owed a mail without one.
        occasion: What tells it from another mail of the same kind about the same payment; empty for the first.
        details: Further ids that the mail needs.
    """

    recipient: str
    occasion: str = ""
    details: Mapping[str, str] = NO_DETAILS
