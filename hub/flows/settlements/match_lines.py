"""Match the lines of a provider with what is booked: book those that fit, open a review for each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

import attrs

from hub.domain import entry_keys
from hub.domain.account import ProviderAccount
from hub.domain.ledger import When
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status
from hub.domain.settlement import (
    Awaited,
    Difference,
    LineKind,
    LineState,
    StatedLine,
    StoredLine,
    is_said_again,
    kind_errors,
    same_line,
)
from hub.flows.corrections.end_dispute import win_by_line
from hub.flows.corrections.keep_line import book_to_account, free_name, is_reserve_there, restate_line, store_line
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.record_observations import Claim, record_observations
from hub_hookspecs import Kind, Money, Observation, SettlementLine

from .ask_about_line import LineQuestions, evidence_of, shown
from .prove_return import proves_return, record_proved_return
from .prove_win import dispute_won_by
from .reconciliation import Reconciliation

NOON = time(12)
"""Of a day without a time: it is that day on either side of the ocean."""


@attrs.frozen(kw_only=True)
class LineMatcher:
    """One reconciliation at work, inside the transactions of its caller; it stores nothing, as one may run twice."""

    hub: Hub
    account: ProviderAccount
    source: str
    now: datetime
    named: frozenset[str]
    days: int
    zone: ZoneInfo
    settles_returns: bool

    @cached_property
    def asks(self) -> LineQuestions:
        """What a person is asked where a line does not match."""
        account, source = self.account, self.source
        return LineQuestions(account=account, source=source, now=self.now, named=self.named, zone=self.zone)

    def take(self, tx: Tx, lines: Sequence[tuple[StatedLine, bool]], before: Reconciliation) -> Reconciliation:
        """Match some lines, book those that fit, open a review for each other."""
        report = before
        for told, is_repeated in lines:
            line = told.line
            if is_repeated:
                report = self.asks.differ(tx, report, Difference.REPEATED, line, None, "the line is in the file twice")
                continue
            stored = tx.settlements.get(self.account.id, line.line_id)
            if stored is None:
                stored = store_line(tx, self.account, told, self.source, self.now)
            elif stored.state is LineState.BOOKED:
                report = self._compare(tx, stored, told, report)
                continue
            elif not is_said_again(stored, told):
                stored = restate_line(tx, stored, told, self.source, self.now)
            elif stored.state is LineState.WITHDRAWN:
                report = attrs.evolve(report, known=report.known + 1)
                continue
            report = self._match(tx, stored, report)
        return report

    def _compare(self, tx: Tx, stored: StoredLine, told: StatedLine, report: Reconciliation) -> Reconciliation:
        """A line that is booked stays as it was stated, until a person withdraws it."""
        if same_line(stored.line, told.line) and told.kind in (stored.kind, LineKind.PAYMENT):
            return attrs.evolve(report, known=report.known + 1)
        why = f"it was stated as {shown(stored.line)} before, by {stored.source}"
        return self.asks.differ(tx, report, Difference.CHANGED, told.line, None, why)

    def finish(self, tx: Tx, report: Reconciliation, since: date | None, until: date | None) -> Reconciliation:
        """Look for what is booked here and no line settles, and compare the clearing account."""
        awaited = tx.settlements.awaited(self.account.id)
        first = since or tx.settlements.covered_since(self.account.id, self.days, self.zone)
        listed = [item for item in awaited if item.minor > 0 or self.settles_returns]
        for item in listed if first and until else ():
            # A report speaks of its own days: late in the evening there it is tomorrow here.
            if first <= item.counts_on(self.zone) <= until:  # type: ignore[operator]
                report = self.asks.miss(tx, report, item)
        return attrs.evolve(
            report,
            clearing=tx.settlements.clearing(self.account.id),
            reserved=tx.settlements.reserved(self.account.id),
            in_transit=tx.settlements.in_transit(self.account.id),
            awaited=awaited,
        )

    def _match(self, tx: Tx, stored: StoredLine, report: Reconciliation) -> Reconciliation:
        line, occasion = stored.line, str(stored.restated or "")
        if not is_reserve_there(tx, stored):
            why = "it releases more than is kept in reserve"
            return self.asks.differ(tx, report, Difference.RESERVE, line, None, why, occasion)
        if stored.kind is not LineKind.PAYMENT and not [*kind_errors(line, stored.kind)]:
            book_to_account(tx, stored, stored.kind, When(self.now, self.zone))
            self.asks.answer(tx, line)
            return attrs.evolve(report, booked=report.booked + 1)
        payment, by_reference = self._payment_of(tx, line)
        if payment is None:
            why = "no payment here has this reference" if _is_named(line) else "it names no payment: reconcile charge"
            return self.asks.differ(tx, report, Difference.UNKNOWN, line, None, why, occasion)
        late = False
        if payment.status is not Status.PAID and line.gross.minor > 0:
            if not by_reference or line.gross != payment.amount:
                why = f"the payment is {payment.status} here, for {payment.amount}"
                return self.asks.differ(tx, report, Difference.UNPROVEN, line, payment, why, occasion)
            payment, late = self._record_paid(tx, payment, line), True
        own = self._awaited(tx, payment, line)
        if not own and by_reference:
            own = self._told_by(tx, payment, stored)
        fits = [item for item in own if _fits(item, line.gross) and _is_movement(payment, item, line)]
        if not fits:
            return self._no_fit(tx, report, stored, payment, own)
        self._book(tx, payment, stored, fits[0])
        self.asks.answer(tx, line, fits[0].key)
        return attrs.evolve(report, booked=report.booked + 1, late=report.late + late)

    def _awaited(self, tx: Tx, payment: Payment, line: SettlementLine, *, apart: bool = False) -> tuple[Awaited, ...]:
        """What no line has settled of a payment, of the way that a line's money went."""
        waiting = tx.settlements.awaited(self.account.id, payment_id=payment.id, apart=apart)
        return tuple(item for item in waiting if _same_way(item, line.gross))

    def _told_by(self, tx: Tx, payment: Payment, stored: StoredLine) -> tuple[Awaited, ...]:
        """What a line that names our reference tells of by itself, once it is recorded.

        A bank that took and gave again moved money twice; that it gave it again; that it went back at all.
        """
        line = stored.line
        twice = self._awaited(tx, payment, line, apart=True)
        if fits := tuple(item for item in twice if _fits(item, line.gross)):
            return fits
        if won := dispute_won_by(tx, payment, stored, self.now):
            win_by_line(tx, self.hub, payment, won, self._evidence(line), self.now)
        elif proves_return(tx, payment, line, self.now):
            record_proved_return(tx, self.hub, payment, line, evidence=self._evidence(line), now=self.now)
        return self._awaited(tx, payment, line)

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
        """The provider's own file names our reference and amount: the money is there, however late we learn of it."""
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

    def _book(self, tx: Tx, payment: Payment, stored: StoredLine, item: Awaited) -> None:
        line = stored.line
        named = free_name(tx, stored)
        tx.settlements.book(self.account.id, line.line_id, named=named, payment_id=payment.id, settles=item.key)
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
            occasion=f"line {named}",
            note=self._evidence(line),
        )
        record_observations(tx, self.hub, payment, [claim], now=self.now)

    def _no_fit(
        self, tx: Tx, report: Reconciliation, stored: StoredLine, payment: Payment, own: Sequence[Awaited]
    ) -> Reconciliation:
        line, occasion = stored.line, str(stored.restated or "")
        if own:
            booked = ", ".join(str(Money(abs(item.minor), item.currency)) for item in own)
            return self.asks.differ(tx, report, Difference.AMOUNT, line, payment, f"{booked} is booked here", occasion)
        settled = [
            other.line.line_id
            for other in tx.settlements.of(self.account.id, LineState.BOOKED, payment_id=payment.id)
            if (other.line.gross.minor > 0) is (line.gross.minor > 0)
        ]
        if settled:
            why = f"the payment is settled by line {', '.join(settled)} already"
            return self.asks.differ(tx, report, Difference.REPEATED, line, payment, why, occasion)
        why = "nothing of this kind is booked here"
        return self.asks.differ(tx, report, Difference.UNKNOWN, line, payment, why, occasion)

    def _evidence(self, line: SettlementLine) -> str:
        return evidence_of(line, self.source)


def _is_named(line: SettlementLine) -> bool:
    return bool(line.reference or line.provider_reference or line.authorisation)


def _is_movement(payment: Payment, item: Awaited, line: SettlementLine) -> bool:
    """Whether a line speaks of this movement; it says so of captures alone."""
    return line.movement is None or entry_keys.movement_in(item.key, payment) in (None, line.movement)


def _fits(item: Awaited, gross: Money) -> bool:
    """To the last minor unit: one less, or one more, is a difference that a person looks at."""
    return item.minor == gross.minor


def _same_way(item: Awaited, gross: Money) -> bool:
    """Money in settles money in, money out money out, in one currency."""
    return item.currency == gross.currency and (item.minor > 0) is (gross.minor > 0)
