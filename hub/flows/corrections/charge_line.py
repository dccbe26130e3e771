"""Book a line that is about no payment to the provider's account, because a person says so; a large charge, two."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.identity import FieldError, Invalid
from hub.domain.ledger import When
from hub.domain.merchant import Merchant
from hub.domain.message import About
from hub.domain.settlement import LineKind, LineState, StoredLine, kind_errors
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.decide import decide
from hub_hookspecs import Money

from .find_line import find_line, line_reason
from .keep_line import book_to_account, close_line_reviews, is_reserve_there


@attrs.frozen
class Charged:
    """What was decided, and the line; it is open still while a second person is missing."""

    decision: Decision
    line: StoredLine


async def charge_line(
    hub: Hub,
    merchant: Merchant,
    account: ProviderAccount,
    line_id: str,
    kind: LineKind,
    *,
    by: str,
    reason: str,
    via: str = "",
) -> Charged:
    """Book an open line as a charge of the provider's, or as a reserve that it releases.

    Args:
        via: How it came, as in a decision.

    Raises:
        LookupError: The account has no such line.
        Invalid: It is not open, no reason was given, its amounts are not of this kind, it names the money of a
            payment that is here, or it releases more than is kept.
        NotAllowed: The second person is the first one.
    """
    now, decision_id, why = hub.clock(), hub.fresh_id(), line_reason(reason)

    def write(tx: Tx) -> Charged:
        stored = find_line(tx, merchant, account, line_id, LineState.OPEN)
        problems = [*kind_errors(stored.line, kind)]
        if _names_money(tx, stored):
            problems.append(Text("settlement.names_payment", line=line_id))
        if not is_reserve_there(tx, stored):
            problems.append(Text("settlement.reserve_short", line=line_id))
        if problems:
            raise Invalid(tuple(FieldError("line", problem) for problem in problems))
        wanted = proposal(
            decision_id,
            DecisionKind.CHARGE,
            About(f"{account.id}:{line_id}", merchant.id, merchant.mode),
            Signed(by=by, why=why, via=via),
            now,
            payment_id=None,
            amount=_taken_by(stored, kind),
            content={"account": account.id, "line": line_id, "kind": kind.value, "stated": str(stored.restated)},
        )
        made = decide(tx, hub, wanted, now=now)
        if not made.is_done:
            return Charged(made, stored)
        note = f"{made.people}: {made.reasons}"
        close_line_reviews(tx, stored, f"booked to the account as {kind.value}; {note}", now, made.people)
        booked = book_to_account(tx, stored, kind, When(now, ZoneInfo(merchant.company.zone)), note)
        return Charged(made, booked)

    return await hub.store.write(write)


def _taken_by(stored: StoredLine, kind: LineKind) -> Money | None:
    """What is lost by it; a reserve that is released is ours already."""
    taken = -stored.line.net
    return taken if kind is LineKind.CHARGE and taken.minor > 0 else None


def _names_money(tx: Tx, stored: StoredLine) -> bool:
    """Whether a line says that money of a payment which is here moved: that is a payout of it, or a return."""
    line, account = stored.line, stored.account_id
    named = (line.reference and tx.payments.by_reference(account, line.reference)) or (
        line.provider_reference and tx.payments.by_provider_reference(account, line.provider_reference)
    )
    return bool(named) and line.gross.minor != 0
