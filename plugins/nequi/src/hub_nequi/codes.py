"""What Nequi's codes mean to the hub: one table of StatusCodes, one of payment statuses.

Business errors come with HTTP 200, so these tables are all there is. StatusDesc is for people and never read. A
code or status that is not listed leads to no conclusion.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from hub_hookspecs import Kind, ReasonKind

OK: Final = "0"
NOT_IN_CORE: Final = "2-CCSB000079"
"""For a reversal: there is no such payment."""


@attrs.frozen(kw_only=True)
class Code:
    """One StatusCode.

    Attributes:
        means: As Nequi's own table has it.
        refuses: Why the payment was refused, when a push or a code is answered with it; None where that answer
            leaves the outcome open.
        alert: The cause is the merchant's configuration.
        says: What it tells when a status call is answered with it; None where it tells nothing.
    """

    means: str
    refuses: ReasonKind | None = None
    alert: bool = False
    says: Kind | None = None


CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {
        OK: Code(means="success"),
        "2-CCSB000005": Code(means="the transaction failed in the core"),
        "2-CCSB000012": Code(means="the payer's account is blocked", refuses=ReasonKind.ACCOUNT_BLOCKED),
        "2-CCSB000013": Code(means="the payer's account is blocked", refuses=ReasonKind.ACCOUNT_BLOCKED),
        NOT_IN_CORE: Code(means="not found in the core"),
        "3-451": Code(means="the client is not in the database", refuses=ReasonKind.NO_WALLET),
        "3-455": Code(means="the record is not in the database", says=Kind.NOT_FOUND),
        "10-454": Code(means="the transaction expired", says=Kind.EXPIRED),
        "10-455": Code(means="the transaction was cancelled or rejected", says=Kind.CANCELLED),
        "11-9L": Code(
            means="phone number, merchant code or transaction does not exist",
            refuses=ReasonKind.METHOD_UNAVAILABLE,
            alert=True,
            says=Kind.NOT_FOUND,
        ),
        "11-17L": Code(means="an attribute has the wrong form", refuses=ReasonKind.METHOD_UNAVAILABLE, alert=True),
        "11-18L": Code(means="time-out in the business component"),
        "11-37L": Code(means="the user's account does not exist", refuses=ReasonKind.NO_WALLET),
        "20-05A": Code(means="wrong parameters in the body", refuses=ReasonKind.METHOD_UNAVAILABLE, alert=True),
        "20-07A": Code(means="technical error in the backend function"),
        "20-08A": Code(means="datum not found: this client does not exist", refuses=ReasonKind.NO_WALLET),
        "20-09A": Code(means="the user may not perform this operation", refuses=ReasonKind.NOT_PERMITTED),
        "20-10A": Code(
            means="the merchant may not perform this operation", refuses=ReasonKind.METHOD_UNAVAILABLE, alert=True
        ),
    }
)

UNKNOWN_BY_THAT_NAME: Final = frozenset({"3-455", "11-9L", "11-17L", "20-05A", "20-08A", NOT_IN_CORE})
"""A status call that was answered so did not find what it named, or did not understand how it was named."""

STATUSES: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "33": Kind.ACCEPTED,
        "35": Kind.PAID,
        "71": Kind.DECLINED,
        "34": Kind.DECLINED,
        "69": Kind.DECLINED,
        "70": Kind.DECLINED,
        "10-454": Kind.EXPIRED,  # some clients list these two codes as statuses
        "10-455": Kind.CANCELLED,
    }
)
"""``getStatusPaymentRS.status``; 36 to 39 have clashing meanings in the wild and are left out on purpose."""

REASONS: Final[Mapping[Kind, ReasonKind]] = MappingProxyType(
    {
        Kind.DECLINED: ReasonKind.DENIED,
        Kind.EXPIRED: ReasonKind.EXPIRED,
        Kind.CANCELLED: ReasonKind.REJECTED_BY_PAYER,
    }
)
"""The reason put beside an ending that a status call told."""
