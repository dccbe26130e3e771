"""Nequi's report of what was paid in a period: how it is asked for, and what its lines say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from hub_hookspecs import Account, Exchange, Kind, Observation, OutcomeUnknown, SettlementLine, harmless
from hub_nequi import wire
from hub_nequi.codes import OK


def ask_for_report(
    account: Account, message_id: str, now: datetime, first: datetime, last: datetime
) -> Exchange[wire.Answer | int]:
    """The report from one day to another, or the HTTP status of whoever keeps us from it."""
    body = {
        "code": account.settings["code"],
        "startDate": f"{first.astimezone(wire.BOGOTA):%Y-%m-%d}",
        "endDate": f"{last.astimezone(wire.BOGOTA):%Y-%m-%d}",
        "format": "json",
    }
    response = yield harmless(wire.request_for(wire.REPORT, body, account=account, message_id=message_id, now=now))
    if response.status_code == 403:
        return response.status_code
    return wire.answer_from(response, wire.REPORT, message_id)


def listed_payments(answer: wire.Answer, reference: str, sent: Iterable[str] = ()) -> tuple[Observation, ...]:
    """The lines of a report that bear our reference as MessageID: paid. That none does proves nothing."""
    lines = answer.body.get("transactions") if answer.code == OK else None
    mine = [
        line
        for line in (lines if isinstance(lines, list) else [])
        if isinstance(line, dict) and wire.text_of(line.get("messageId")) == reference
    ]
    return tuple(_listed(line, reference, (*sent, reference)) for line in mine[:10])


def _listed(line: Mapping[str, Any], reference: str, known: Iterable[str]) -> Observation:
    claim = Observation(
        kind=Kind.PAID,
        reference=reference,
        movement=reference,
        amount=wire.amount_from(line.get("transactionValue")),
        occurred_at=wire.moment_from(line.get("transactionDate")),
        authorisation=wire.number_in(line.get("transactionReference"), known),
    )
    return wire.vouched(claim, "reference", "amount", "occurred_at", "authorisation")


def settlement_lines(answer: wire.Answer, sent: Iterable[str] = ()) -> tuple[SettlementLine, ...]:
    """The lines of a report, by the MessageID of what was paid.

    Raises:
        OutcomeUnknown: No report, one that lists less than it counts, or a line that cannot be read.
    """
    lines = answer.body.get("transactions") if answer.code == OK else None
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise OutcomeUnknown(f"the report was answered with code {answer.code} and no list")
    if answer.text("count") not in ("", str(len(lines))):
        raise OutcomeUnknown(f"the report counts {answer.text('count')[:20]} lines and lists {len(lines)}")
    return tuple(_settled(line, at, tuple(sent)) for at, line in enumerate(lines, 1))


def _settled(line: Mapping[str, Any], at: int, sent: tuple[str, ...]) -> SettlementLine:
    amount, reference = wire.amount_from(line.get("transactionValue")), wire.text_of(line.get("messageId"))[:200]
    number = wire.number_in(line.get("transactionReference"), (*sent, reference))
    if amount is None or not (number or reference):
        raise OutcomeUnknown(f"line {at} of the report has no amount, or names no payment")
    return SettlementLine(
        line_id=number or reference,
        reference=reference or None,
        authorisation=number,
        gross=amount,
        net=amount,
        occurred_at=wire.moment_from(line.get("transactionDate")),
    )
