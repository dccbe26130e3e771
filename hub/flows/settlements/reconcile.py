"""Reconcile what a provider pays out with what is booked here: invoice, provider, payout.

A line that settles exactly what is booked is booked too; each other becomes one review with its evidence:
``match_lines``. Importing the same lines again changes nothing; a line that could not be matched is tried again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.identity import FieldError, Invalid
from hub.domain.settlement import LineState, line_day, line_errors, normal, parse_lines
from hub.domain.sheet import RowError
from hub.domain.text import Text
from hub.flows.accounts.open_account import opened_account
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.roll_back import write_nothing
from hub_hookspecs import CROCKFORD, Outcome, Period, SettlementFile, SettlementLine

from .match_lines import LineMatcher
from .reconciliation import Reconciliation

TOGETHER = 100
"""Lines of one transaction: short enough that notifications need not wait."""

DAYS_TO_SETTLE = 3
"""How long after a capture a file may leave it out before that is a difference."""


async def import_settlement(
    hub: Hub,
    account: ProviderAccount,
    data: bytes,
    *,
    name: str = "",
    decimal: str | None = None,
    days: int = DAYS_TO_SETTLE,
    dry_run: bool = False,
) -> Reconciliation:
    """Reconcile an account with a file of its provider, or with the documented one.

    Args:
        days: Captures older than the file's last day by this many days are expected in it.

    Raises:
        LookupError: No such account, or it cannot be opened here.
    """
    opened = await opened_account(hub, account.id)
    if opened is None:
        raise LookupError(account.id)
    source = name or "file"
    if "parse_settlement" in opened.provider.capabilities:
        file = SettlementFile(name=name, content=data)
        try:
            lines = opened.provider.settlement_lines(file, opened.account)
        except ValueError as error:
            return Reconciliation(source=source, faults=(RowError(0, "", "", str(error)),))
        errors = tuple(RowError(0, "", "", problem) for problem in line_errors(lines))
    else:
        usual = opened.provider.info.currencies[0].currency
        parsed = parse_lines(data, name=name, currency=usual, decimal=decimal)
        lines, errors = parsed.lines, parsed.errors
    if errors:
        return Reconciliation(source=source, faults=errors)
    zone = ZoneInfo(opened.account.company.zone)
    last = max((day for line in lines if (day := line_day(line, zone))), default=None)
    until = last - timedelta(days=days) if last else None
    stated = StatedLines(lines=lines, source=source, until=until, days=days, zone=zone)
    return await _reconcile(hub, account, stated, dry_run=dry_run)


async def fetch_settlement(
    hub: Hub, account: ProviderAccount, first: date, last: date, *, dry_run: bool = False
) -> Reconciliation:
    """Reconcile an account with what its provider reports for a period, in the provider's own zone.

    Raises:
        LookupError: No such account, or it cannot be opened here.
        Invalid: The provider reports nothing, or did not answer properly.
    """
    opened = await opened_account(hub, account.id)
    if opened is None:
        raise LookupError(account.id)
    if "fetch_settlement" not in opened.provider.capabilities:
        raise Invalid((FieldError("account", Text("settlement.not_reported", provider=account.provider)),))
    if last < first:
        raise Invalid((FieldError("period", Text("settlement.period_backwards")),))
    now = hub.clock()
    ran = await hub.exchanger.run(
        opened.provider,
        "fetch_settlement",
        account=opened.account,
        account_id=account.id,
        credentials=opened.record.credentials,
        period=Period(first=first, last=last, now=now, call_id=hub.random_text(10, CROCKFORD)),
    )
    if ran.conclusion.outcome is not Outcome.RESULT:
        raise Invalid(
            (
                FieldError(
                    "account", Text("settlement.bad_answer", provider=account.provider, cause=ran.conclusion.cause)
                ),
            )
        )
    lines: tuple[SettlementLine, ...] = tuple(ran.conclusion.value or ())
    source = f"fetched {first}..{last}"
    if problems := tuple(line_errors(lines)):
        return Reconciliation(source=source, faults=tuple(RowError(0, "", "", problem) for problem in problems))
    zone = ZoneInfo(opened.account.company.zone)
    until = min(last, now.astimezone(zone).date() - timedelta(days=1))
    stated = StatedLines(lines=lines, source=source, since=first, until=until, zone=zone)
    return await _reconcile(hub, account, stated, dry_run=dry_run)


@attrs.frozen(kw_only=True)
class StatedLines:
    """What a provider stated, where, and which days it is complete for.

    Attributes:
        days: Captures older than the last day by this many days are expected in it.
    """

    lines: Sequence[SettlementLine]
    source: str
    since: date | None = None
    until: date | None
    days: int = DAYS_TO_SETTLE
    zone: ZoneInfo


async def _reconcile(hub: Hub, account: ProviderAccount, stated: StatedLines, *, dry_run: bool) -> Reconciliation:
    lines, source = stated.lines, stated.source
    now, lists = hub.clock(), hub.providers[account.provider].info.settles_returns
    named = frozenset(line.line_id for line in lines)
    desk = LineMatcher(
        hub=hub,
        account=account,
        source=source,
        now=now,
        named=named,
        days=stated.days,
        zone=stated.zone,
        settles_returns=lists,
    )
    retried = await hub.store.read(lambda tx: tx.settlements.of(account.id, LineState.OPEN))
    rest = [stored.line for stored in retried if stored.line.line_id not in named]
    parts = tuple(_marked([*lines, *rest]))
    if dry_run:

        def take_all(tx: Tx) -> Reconciliation:
            report = desk.take(tx, parts, Reconciliation(source=source, lines=len(lines), dry_run=True))
            return desk.finish(tx, report, stated.since, stated.until)

        return await write_nothing(hub, take_all)
    report = Reconciliation(source=source, lines=len(lines))
    for at in range(0, len(parts), TOGETHER):
        part = parts[at : at + TOGETHER]
        report = await hub.store.write(lambda tx, part=part, before=report: desk.take(tx, part, before))  # type: ignore[misc]
    return await hub.store.write(lambda tx: desk.finish(tx, report, stated.since, stated.until))


def _marked(lines: Iterable[SettlementLine]) -> Iterator[tuple[SettlementLine, bool]]:
    """Each line, and whether it stood further up already."""
    met: set[str] = set()
    for line in lines:
        yield normal(line), line.line_id in met
        met.add(line.line_id)
