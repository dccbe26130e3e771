"""A customer's statements as documents: what is owed, with the pay buttons, and how it moved in a period."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.activity import Activity
from hub.domain.demand import Demand
from hub.domain.letterhead import Letterhead
from hub.domain.message import DeliveryKind
from hub.domain.no_way import NoWay
from hub.domain.statement import Statement
from hub.domain.text import Text
from hub_hookspecs import Money, PayButton


@attrs.frozen(kw_only=True)
class PayLink:
    """A pay button and where it leads: to the portal with this provider chosen, never to a payment."""

    button: PayButton
    url: str


@attrs.frozen
class NotOffered:
    """A provider that is not offered here, and why: a sentence for people."""

    provider: str
    reason: Text | str


@attrs.frozen(kw_only=True)
class PayWays:
    """How what is owed in one currency can be paid.

    Attributes:
        demand: What its buttons lead to.
        part: The least part of it that may be paid; None where it is paid whole.
        no_way: Why there is no button at all; None where there is one.
    """

    currency: str
    demand: Demand | None = None
    part: Money | None = None
    no_way: NoWay | None = None
    buttons: tuple[PayLink, ...] = ()
    not_offered: tuple[NotOffered, ...] = ()


@attrs.frozen(kw_only=True)
class StatementDocument:
    """A customer's statement with the bar "Pagar en línea".

    Attributes:
        statement: The computed object that page, mail and PDF share.
        ways: One a currency of the statement; a section without one shows no bar.
        url: The statement's page ("Ver estado de cuenta"); empty in the merchant's preview.
        expires_at: Of that page.
        number: By which people name it; empty in the merchant's preview.
        note: A personal message of the merchant, for a mail.
        unsubscribe_url: The page that ends such mails; a https address ends them by POST too.
    """

    kind = DeliveryKind.STATEMENT

    letterhead: Letterhead
    statement: Statement
    customer_identity: str = ""
    ways: tuple[PayWays, ...] = ()
    url: str = ""
    expires_at: datetime | None = None
    number: str = ""
    note: str = ""
    unsubscribe_url: str = ""


@attrs.frozen(kw_only=True)
class ActivityDocument:
    """A customer's statement of activity."""

    letterhead: Letterhead
    activity: Activity
    customer_identity: str = ""
