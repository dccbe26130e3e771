"""Reconcile what a provider pays out with what is booked here: invoice, provider, payout.

A line that settles exactly what is booked is booked too; each other becomes one review with its evidence. Importing the
same lines again changes nothing; a line that could not be matched is tried again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs

from hub.domain import entry_keys
from hub.domain.account import ProviderAccount
from hub.domain.identity import FieldError, Invalid
from hub.domain.lengths import REASON, too_long
from hub.domain.merchant import Merchant
from hub.domain.message import About, Review, review_of
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status
from hub.domain.settlement import (
    Awaited,
    Difference,
    LineState,
    StoredLine,
    line_day,
    line_errors,
    normal,
    parse_lines,
    same_line,
)
from hub.domain.sheet import RowError
from hub.domain.text import Text
from hub.flows.accounts.open_account import opened_account
from hub.flows.books.reverse_entry import reverse
from hub.flows.ground.open_review import close_review, open_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.roll_back import write_nothing
from hub.flows.payments.record_observations import Claim, record_observations
from hub_hookspecs import CROCKFORD, Kind, Money, Observation, Outcome, Period, SettlementFile, SettlementLine

TOGETHER = 100
"""Lines of one transaction: short enough that notifications need not wait."""

NOON = time(12)
"""Of a day without a time: it is that day on either side of the ocean."""

DAYS_TO_SETTLE = 3
"""How long after a capture a file may leave it out before that is a difference."""


@attrs.frozen(kw_only=True)
class Found:
    """One difference, as its review states it; ``new`` when the review was opened now.

    Attributes:
        line: Of the file; None where it is the file that lacks one.
    """

    cause: Difference
    details: str
    line: SettlementLine | None = None
    payment_id: str | None = None
    reference: str = ""
    new: bool = True

    @property
    def line_id(self) -> str:
        """The provider's id of the line."""
        return self.line.line_id if self.line else ""


@attrs.frozen(kw_only=True)
class Reconciliation:
    """What a reconciliation did, or with ``dry_run`` would do.

    Attributes:
        booked: Lines booked now; ``known``: lines that were booked before.
        late: Of them those whose payment was not known to be paid.
        differences: Each with a review of its own.
        clearing: What the account still has to pay out by the books, by currency (L10).
        awaited: What that is made of.
        faults: What is wrong with the file; when there are any, nothing was taken.
    """

    source: str = ""
    lines: int = 0
    booked: int = 0
    known: int = 0
    late: int = 0
    differences: tuple[Found, ...] = ()
    clearing: Mapping[str, int] = attrs.Factory(dict)
    awaited: tuple[Awaited, ...] = ()
    faults: tuple[RowError, ...] = ()
    dry_run: bool = False

    @property
    def balanced(self) -> bool:
        """Whether the books' clearing account is what is awaited, to the last minor unit (L10)."""
        left: dict[str, int] = {}
        for item in self.awaited:
            left[item.currency] = left.get(item.currency, 0) + item.minor
        return {currency: minor for currency, minor in left.items() if minor} == dict(self.clearing)


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
        faults = tuple(RowError(0, "", "", problem) for problem in line_errors(lines))
    else:
        usual = opened.provider.info.currencies[0].currency
        parsed = parse_lines(data, name=name, currency=usual, decimal=decimal)
        lines, faults = parsed.lines, parsed.errors
    if faults:
        return Reconciliation(source=source, faults=faults)
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
    desk = _Desk(
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
    """Each line, and whether it was told further up already."""
    met: set[str] = set()
    for line in lines:
        yield normal(line), line.line_id in met
        met.add(line.line_id)


@attrs.frozen(kw_only=True)
class _Desk:
    """One reconciliation at work, inside the transactions of its caller; it keeps nothing, since one may run twice."""

    hub: Hub
    account: ProviderAccount
    source: str
    now: datetime
    named: frozenset[str]
    days: int
    zone: ZoneInfo
    settles_returns: bool

    def take(self, tx: Tx, lines: Sequence[tuple[SettlementLine, bool]], before: Reconciliation) -> Reconciliation:
        """Match some lines, book those that fit, open a review for each other."""
        report, waiting = before, self._reviews(tx)
        for line, is_repeated in lines:
            if is_repeated:
                report = self._differ(tx, report, Difference.REPEATED, line, None, "the line is in the file twice")
                continue
            stored = tx.settlements.get(self.account.id, line.line_id)
            if stored is None:
                self._store(tx, line)
            elif not same_line(stored.line, line):
                told = f"it was stated as {_told(stored.line)} before, by {stored.source}"
                report = self._differ(tx, report, Difference.CHANGED, line, None, told)
                continue
            elif stored.state is not LineState.OPEN:
                report = attrs.evolve(report, known=report.known + 1)
                continue
            report = self._match(tx, line, report, waiting)
        return report

    def finish(self, tx: Tx, report: Reconciliation, since: date | None, until: date | None) -> Reconciliation:
        """Look for what is booked here and no line settles, and compare the clearing account."""
        awaited = tx.settlements.awaited(self.account.id)
        first = since or tx.settlements.covered_since(self.account.id, self.days, self.zone)
        listed = [item for item in awaited if item.minor > 0 or self.settles_returns]
        for item in listed if first and until else ():
            # A report speaks of its own days: late in the evening there it is tomorrow here.
            if first <= item.counts_on(self.zone) <= until:  # type: ignore[operator]
                report = self._miss(tx, report, item)
        return attrs.evolve(report, clearing=tx.settlements.clearing(self.account.id), awaited=awaited)

    def _store(self, tx: Tx, line: SettlementLine) -> None:
        tx.settlements.add(
            StoredLine(
                account_id=self.account.id,
                merchant_id=self.account.merchant_id,
                mode=self.account.mode,
                line=line,
                source=self.source,
                imported_at=self.now,
            )
        )

    def _match(self, tx: Tx, line: SettlementLine, report: Reconciliation, reviews: Sequence[Review]) -> Reconciliation:
        payment, by_reference = self._payment_of(tx, line)
        if payment is None:
            return self._differ(tx, report, Difference.UNKNOWN, line, None, "no payment here has this reference")
        late = False
        if payment.status is not Status.PAID and line.gross.minor > 0:
            if not by_reference or line.gross != payment.amount:
                told = f"the payment is {payment.status} here, for {payment.amount}"
                return self._differ(tx, report, Difference.UNPROVEN, line, payment, told)
            payment, late = self._record_paid(tx, payment, line), True
        waiting = tx.settlements.awaited(self.account.id, payment_id=payment.id)
        own = [item for item in waiting if _same_way(item, line.gross)]
        fits = [item for item in own if item.minor == line.gross.minor and _is_movement(payment, item, line)]
        if not fits:
            return self._no_fit(tx, report, line, payment, own)
        self._book(tx, payment, line, fits[0])
        self._settle_reviews(tx, line, fits[0], reviews)
        return attrs.evolve(report, booked=report.booked + 1, late=report.late + late)

    def _payment_of(self, tx: Tx, line: SettlementLine) -> tuple[Payment | None, bool]:
        """The payment that a line names, and whether it names it by our own reference."""
        if line.reference and (payment := tx.payments.by_reference(self.account.id, line.reference)):
            return payment, True
        if line.provider_reference and (
            payment := tx.payments.by_provider_reference(self.account.id, line.provider_reference)
        ):
            return payment, False
        if line.authorisation:
            named = tx.settlements.authorised(self.account.id, line.authorisation)
            found = [payment for payment_id in named if (payment := tx.payments.get(payment_id))]
            if len(found) == 1:
                return found[0], False
        return None, False

    def _record_paid(self, tx: Tx, payment: Payment, line: SettlementLine) -> Payment:
        """The provider's own file names our reference and amount: the money is there, however late we hear of it."""
        paid = Observation(
            kind=Kind.PAID,
            reference=payment.reference,
            provider_reference=line.provider_reference,
            movement=line.movement,
            amount=line.gross,
            vouched=frozenset({"reference", "movement", "amount"}),
            occurred_at=line.occurred_at,
            authorisation=line.authorisation,
        )
        claim = Claim(observation=paid, source=ObservedBy.SETTLEMENT, note=self._evidence(line))
        return record_observations(tx, self.hub, payment, [claim], now=self.now).payment

    def _book(self, tx: Tx, payment: Payment, line: SettlementLine, item: Awaited) -> None:
        tx.settlements.book(self.account.id, line.line_id, payment_id=payment.id, settles=item.key)
        day = datetime.combine(line.settled_on, NOON, UTC) if line.settled_on else line.occurred_at
        settled = Observation(
            kind=Kind.SETTLED,
            reference=payment.reference,
            amount=line.gross,
            vouched=frozenset({"amount"}),
            occurred_at=day,
            event_id=line.line_id,
        )
        claim = Claim(
            observation=settled,
            source=ObservedBy.SETTLEMENT,
            occasion=f"line {line.line_id}",
            note=self._evidence(line),
        )
        record_observations(tx, self.hub, payment, [claim], now=self.now)

    def _no_fit(
        self, tx: Tx, report: Reconciliation, line: SettlementLine, payment: Payment, own: Sequence[Awaited]
    ) -> Reconciliation:
        if own:
            booked = ", ".join(str(Money(abs(item.minor), item.currency)) for item in own)
            return self._differ(tx, report, Difference.AMOUNT, line, payment, f"{booked} is booked here")
        settled = [
            stored.line.line_id
            for stored in tx.settlements.of(self.account.id, LineState.BOOKED, payment_id=payment.id)
            if (stored.line.gross.minor > 0) is (line.gross.minor > 0)
        ]
        if settled:
            told = f"the payment is settled by line {', '.join(settled)} already"
            return self._differ(tx, report, Difference.REPEATED, line, payment, told)
        return self._differ(tx, report, Difference.UNKNOWN, line, payment, "nothing of this kind is booked here")

    def _miss(self, tx: Tx, report: Reconciliation, item: Awaited) -> Reconciliation:
        payment = tx.payments.get(item.payment_id)
        reference = payment.reference if payment else item.payment_id
        day = item.counts_on(self.zone)
        money = Money(abs(item.minor), item.currency)
        details = f"{money} of payment {reference}, {day} ({item.key}), is in no line of {self.source}"
        return self._found(tx, report, Difference.MISSING, details, subject=item.key, payment=payment)

    def _differ(
        self,
        tx: Tx,
        report: Reconciliation,
        cause: Difference,
        line: SettlementLine,
        payment: Payment | None,
        told: str,
    ) -> Reconciliation:
        details = f"{self._evidence(line)}: {_told(line)}; {told}"
        return self._found(tx, report, cause, details, subject=line.line_id, payment=payment, line=line)

    def _found(
        self,
        tx: Tx,
        report: Reconciliation,
        cause: Difference,
        details: str,
        *,
        subject: str,
        payment: Payment | None,
        line: SettlementLine | None = None,
    ) -> Reconciliation:
        subject = f"{self.account.id}:{subject}"
        about, named = About(subject, self.account.merchant_id, self.account.mode), payment.id if payment else None
        review = review_of(cause, about, details[:600], self.now, payment_id=named, subject=subject)
        new = open_review(tx, review)
        if not new and line and line.line_id not in self.named:
            return report  # a line of an earlier file that still waits
        found = Found(
            new=new,
            cause=cause,
            details=details,
            line=line,
            payment_id=payment.id if payment else None,
            reference=payment.reference if payment else "",
        )
        return attrs.evolve(report, differences=(*report.differences, found))

    def _reviews(self, tx: Tx) -> tuple[Review, ...]:
        """Open ones that a line may settle."""
        causes = {cause.value for cause in Difference if cause is not Difference.CHANGED}
        every = tx.reviews.of(merchant_id=self.account.merchant_id)
        return tuple(review for review in every if review.cause in causes)

    def _settle_reviews(self, tx: Tx, line: SettlementLine, item: Awaited, reviews: Sequence[Review]) -> None:
        """What was open about this line, or about this money, has found its other half."""
        subjects = {f"{self.account.id}:{line.line_id}", f"{self.account.id}:{item.key}"}
        for review in reviews:
            if review.subject in subjects:
                close_review(tx, review, f"settled by line {line.line_id} of {self.source}", self.now)

    def _evidence(self, line: SettlementLine) -> str:
        return f"line {line.line_id} of {self.source}"


def _is_movement(payment: Payment, item: Awaited, line: SettlementLine) -> bool:
    """Whether a line speaks of this movement; it says so of captures alone."""
    return line.movement is None or entry_keys.movement_in(item.key, payment) in (None, line.movement)


def _same_way(item: Awaited, gross: Money) -> bool:
    """Money in settles money in, money out money out, in one currency."""
    return item.currency == gross.currency and (item.minor > 0) is (gross.minor > 0)


def _told(line: SettlementLine) -> str:
    names = {
        "reference": line.reference,
        "provider_reference": line.provider_reference,
        "authorisation": line.authorisation,
    }
    parts = [f"{name} {value}" for name, value in names.items() if value]
    amounts = {"gross": line.gross, "fee": line.fee, "fee tax": line.fee_tax, **line.withholdings, "net": line.net}
    return ", ".join((*parts, *(f"{name} {amount}" for name, amount in amounts.items() if amount)))


async def withdraw_line(
    hub: Hub, merchant: Merchant, account: ProviderAccount, line_id: str, *, by: str, reason: str
) -> StoredLine:
    """Take back a line that was booked and is wrong: its entries are corrected, and what it settled is awaited again.

    Raises:
        LookupError: The account has no such line.
        Invalid: It is not booked, or no reason was given.
    """
    now = hub.clock()
    if not reason.strip():
        raise Invalid((FieldError("reason", Text("settlement.reason_missing")),))
    if problems := too_long("reason", reason.strip(), REASON):
        raise Invalid(problems)

    def write(tx: Tx) -> StoredLine:
        stored = tx.settlements.get(account.id, line_id)
        if stored is None or stored.merchant_id != merchant.id:
            raise LookupError(line_id)
        if stored.state is not LineState.BOOKED:
            raise Invalid((FieldError("line", Text("settlement.line_unknown", line=line_id)),))
        note = f"{by}: {reason.strip()}"
        taxes = [f"acqtax:{account.id}:{line_id}:{tax}" for tax in stored.line.withholdings]
        for key in (*(f"{word}:{account.id}:{line_id}" for word in ("settle", "fee", "feetax")), *taxes):
            for entry in tx.ledger.keyed(merchant.id, account.mode, key):
                if entry.key == key:
                    reverse(tx, entry, at=now, note=note)
        tx.settlements.withdraw(account.id, line_id)
        return tx.settlements.get(account.id, line_id) or stored

    return await hub.store.write(write)
