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
from hub.domain.files.layout import Layout
from hub.domain.files.reading import Reading
from hub.domain.files.settlement_file import parse_lines
from hub.domain.files.sheet import RowError
from hub.domain.identity import FieldError, Invalid
from hub.domain.settlement import FETCHED, LineState, StatedLine, line_day, line_errors, normal
from hub.domain.text import Text
from hub.flows.accounts.open_account import Opened, opened_account
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
    layout: Layout | None = None,
    days: int = DAYS_TO_SETTLE,
    dry_run: bool = False,
) -> Reconciliation:
    """Reconcile an account with a file of its provider, or with the documented one.

    Args:
        layout: Which of the file's columns is which, and what was answered; not for a plugin that reads files itself.
        days: Captures older than the file's last day by this many days are expected in it.

    Raises:
        LookupError: No such account, or it cannot be opened here.
    """
    opened = await opened_account(hub, account.id)
    if opened is None:
        raise LookupError(account.id)
    source, reading = name or "file", Reading()
    if "parse_settlement" in opened.provider.capabilities:
        file = SettlementFile(name=name, content=data)
        try:
            read = opened.provider.settlement_lines(file, opened.account)
        except ValueError as error:
            return Reconciliation(source=source, faults=(RowError(0, "", "", str(error)),))
        lines = tuple(StatedLine(line=line) for line in read if not [*line_errors(line)])
        set_aside = tuple(RowError(0, "", "", problem) for line in read for problem in line_errors(line))
    else:
        usual = opened.provider.info.currencies[0].currency
        parsed = reading = parse_lines(data, name=name, currency=usual, decimal=decimal, layout=layout)
        if parsed.errors or parsed.is_open:
            return Reconciliation(source=source, reading=reading, faults=parsed.errors, dry_run=dry_run)
        lines, set_aside = parsed.lines, parsed.set_aside
    zone = ZoneInfo(opened.account.company.zone)
    last = max((day for told in lines if (day := line_day(told.line, zone))), default=None)
    # What a file misses is known when all of it can be read.
    until = last - timedelta(days=days) if last and not set_aside else None
    stated = StatedLines(lines=lines, source=source, until=until, days=days, zone=zone, set_aside=set_aside)
    return attrs.evolve(await _reconcile(hub, account, stated, dry_run=dry_run), reading=reading)


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
    stated = _told_by_api(opened, ran.conclusion.value or (), f"{first}..{last}")
    until = min(last, now.astimezone(stated.zone).date() - timedelta(days=1))
    return await _reconcile(hub, account, attrs.evolve(stated, since=first, until=until), dry_run=dry_run)


async def take_lines(
    hub: Hub, account: ProviderAccount, lines: Iterable[SettlementLine], source: str
) -> Reconciliation:
    """Take lines that a notification brought, as a report's that is complete for no day; again, nothing changes.

    Raises:
        LookupError: The account cannot be opened here.
    """
    opened = await opened_account(hub, account.id)
    if opened is None:
        raise LookupError(account.id)
    return await _reconcile(hub, account, _told_by_api(opened, lines, source), dry_run=False)


def _told_by_api(opened: Opened, lines: Iterable[SettlementLine], source: str) -> StatedLines:
    """Lines that the provider's program told: nobody reads the report, so what is wrong with one becomes a review."""
    read, in_transit = tuple(lines), not opened.provider.info.reports_net
    return StatedLines(
        lines=tuple(StatedLine(line=line, in_transit=in_transit) for line in read if not [*line_errors(line)]),
        source=f"{FETCHED}{source}",
        until=None,
        zone=ZoneInfo(opened.account.company.zone),
        set_aside=tuple(RowError(0, "", "", problem) for line in read for problem in line_errors(line)),
        asked_about=tuple(line for line in read if [*line_errors(line)]),
    )


@attrs.frozen(kw_only=True)
class StatedLines:
    """What a provider stated, where, and which days it is complete for.

    Attributes:
        days: Captures older than the last day by this many days are expected in it.
        set_aside: What is wrong with lines that are not among these.
        asked_about: Lines that were set aside where nobody reads the report: each becomes a review.
    """

    lines: Sequence[StatedLine]
    source: str
    since: date | None = None
    until: date | None
    days: int = DAYS_TO_SETTLE
    zone: ZoneInfo
    set_aside: tuple[RowError, ...] = ()
    asked_about: Sequence[SettlementLine] = ()


async def _reconcile(hub: Hub, account: ProviderAccount, stated: StatedLines, *, dry_run: bool) -> Reconciliation:
    lines, source = stated.lines, stated.source
    now, lists = hub.clock(), hub.providers[account.provider].info.settles_returns
    named = frozenset((*(told.line.line_id for told in lines), *(line.line_id for line in stated.asked_about)))
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
    rest = [stored.stated for stored in retried if stored.line.line_id not in named]
    parts = tuple(_marked([*lines, *rest]))
    report = Reconciliation(source=source, lines=len(lines), set_aside=stated.set_aside, dry_run=dry_run)

    def finish(tx: Tx, before: Reconciliation) -> Reconciliation:
        for line in stated.asked_about:
            before = desk.asks.set_aside(tx, before, line)
        return desk.finish(tx, before, stated.since, stated.until)

    if dry_run:
        return await write_nothing(hub, lambda tx: finish(tx, desk.take(tx, parts, report)))
    for at in range(0, len(parts), TOGETHER):
        part = parts[at : at + TOGETHER]
        report = await hub.store.write(lambda tx, part=part, before=report: desk.take(tx, part, before))  # type: ignore[misc]
    return await hub.store.write(lambda tx: finish(tx, report))


def _marked(lines: Iterable[StatedLine]) -> Iterator[tuple[StatedLine, bool]]:
    """Each line, and whether it stood further up already."""
    met: set[str] = set()
    for told in lines:
        yield attrs.evolve(told, line=normal(told.line)), told.line.line_id in met
        met.add(told.line.line_id)
