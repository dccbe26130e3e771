"""Find the line that a person does something about, and why it is done."""

from __future__ import annotations

from hub.domain.account import ProviderAccount
from hub.domain.identity import FieldError, Invalid
from hub.domain.lengths import stated_reason
from hub.domain.merchant import Merchant
from hub.domain.settlement import LineState, StoredLine
from hub.domain.text import Text
from hub.flows.ground.ports import Tx


def find_line(tx: Tx, merchant: Merchant, account: ProviderAccount, line_id: str, state: LineState) -> StoredLine:
    """The line of this id, if it is in this state.

    Raises:
        LookupError: The account has no such line.
        Invalid: The line is in another state.
    """
    stored = tx.settlements.get(account.id, line_id)
    if stored is None or stored.merchant_id != merchant.id:
        raise LookupError(f"no line {line_id} of this account")
    if stored.state is not state:
        raise Invalid((FieldError("line", _not_in(state, line_id)),))
    return stored


def _not_in(state: LineState, line_id: str) -> Text:
    match state:
        case LineState.OPEN:
            return Text("settlement.not_open", line=line_id)
        case LineState.BOOKED:
            return Text("settlement.not_booked", line=line_id)
        case LineState.WITHDRAWN:
            return Text("settlement.not_withdrawn", line=line_id)


def line_reason(reason: str) -> str:
    """Why somebody does something about a line.

    Raises:
        Invalid: No reason was given, or one that is too long.
    """
    return stated_reason(reason, Text("settlement.reason_missing"))
