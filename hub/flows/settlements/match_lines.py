"""Match the lines of a provider with what is booked: book those that fit, open a review for each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import attrs

from hub.domain import entry_keys
from hub.domain.account import ProviderAccount
from hub.domain.ledger import When
from hub.domain.message import About, review_of
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status
from hub.domain.review_causes import CAUSES, LINE_BOOKED
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
from hub.flows.ground.open_review import close_by_fact, open_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.record_observations import Claim, record_observations
from hub_hookspecs import Kind, Money, Observation, SettlementLine

from .prove_return import proves_return, record_proved_return
from .prove_win import dispute_won_by
from .reconciliation import Found, Reconciliation

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

    def take(self, tx: Tx, lines: Sequence[tuple[StatedLine, bool]], before: Reconciliation) -> Reconciliation:
        """Match some lines, book those that fit, open a review for each other."""
        report = before
        for told, is_repeated in lines:
            line = told.line
            if is_repeated:
                report = self._differ(tx, report, Difference.REPEATED, line, None, "the line is in the file twice")
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
        why = f"it was stated as {_shown(stored.line)} before, by {stored.source}"
        return self._differ(tx, report, Difference.CHANGED, told.line, None, why)

    def finish(self, tx: Tx, report: Reconciliation, since: date | None, until: date | None) -> Reconciliation:
        """Look for what is booked here and no line settles, and compare the clearing account."""
        awaited = tx.settlements.awaited(self.account.id)
        first = since or tx.settlements.covered_since(self.account.id, self.days, self.zone)
        listed = [item for item in awaited if item.minor > 0 or self.settles_returns]
        for item in listed if first and until else ():
            # A report speaks of its own days: late in the evening there it is tomorrow here.
            if first <= item.counts_on(self.zone) <= until:  # type: ignore[operator]
                report = self._miss(tx, report, item)
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
            return self._differ(tx, report, Difference.RESERVE, line, None, why, occasion)
        if stored.kind is not LineKind.PAYMENT and not [*kind_errors(line, stored.kind)]:
            book_to_account(tx, stored, stored.kind, When(self.now, self.zone))
            self._settle_reviews(tx, line)
            return attrs.evolve(report, booked=report.booked + 1)
        payment, by_reference = self._payment_of(tx, line)
        if payment is None:
            why = "no payment here has this reference"
            return self._differ(tx, report, Difference.UNKNOWN, line, None, why, occasion)
        late = False
        if payment.status is not Status.PAID and line.gross.minor > 0:
            if not by_reference or line.gross != payment.amount:
                why = f"the payment is {payment.status} here, for {payment.amount}"
                return self._differ(tx, report, Difference.UNPROVEN, line, payment, why, occasion)
            payment, late = self._record_paid(tx, payment, line), True
        own = self._awaited(tx, payment, line)
        if not own and by_reference:
            own = self._told_by(tx, payment, stored)
        fits = [item for item in own if _fits(item, line.gross) and _is_movement(payment, item, line)]
        if not fits:
            return self._no_fit(tx, report, stored, payment, own)
        self._book(tx, payment, stored, fits[0])
        self._settle_reviews(tx, line, fits[0].key)
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
            return self._differ(tx, report, Difference.AMOUNT, line, payment, f"{booked} is booked here", occasion)
        settled = [
            other.line.line_id
            for other in tx.settlements.of(self.account.id, LineState.BOOKED, payment_id=payment.id)
            if (other.line.gross.minor > 0) is (line.gross.minor > 0)
        ]
        if settled:
            why = f"the payment is settled by line {', '.join(settled)} already"
            return self._differ(tx, report, Difference.REPEATED, line, payment, why, occasion)
        why = "nothing of this kind is booked here"
        return self._differ(tx, report, Difference.UNKNOWN, line, payment, why, occasion)

    def set_aside(self, tx: Tx, report: Reconciliation, line: SettlementLine) -> Reconciliation:
        """A line of a report that nobody imported, and that cannot be taken as it is: a person is asked."""
        why = "it cannot be taken: its parts do not come to its net, or it has two currencies, or no usable name"
        return self._differ(tx, report, Difference.UNREADABLE, line, None, why)

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
        why: str,
        occasion: str = "",
    ) -> Reconciliation:
        details = f"{self._evidence(line)}: {_shown(line)}; {why}"
        subject = line.line_id
        return self._found(tx, report, cause, details, subject=subject, payment=payment, line=line, occasion=occasion)

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
        occasion: str = "",
    ) -> Reconciliation:
        subject = f"{self.account.id}:{subject}"
        about, named = About(subject, self.account.merchant_id, self.account.mode), payment.id if payment else None
        review = review_of(cause, about, details[:600], self.now, occasion=occasion, payment_id=named, subject=subject)
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

    def _settle_reviews(self, tx: Tx, line: SettlementLine, *keys: str) -> None:
        """What was open about this line, or about the money that it settles, has found its other half."""
        causes = [cause.name for cause in CAUSES.values() if cause.closed_by is LINE_BOOKED]
        subjects = (f"{self.account.id}:{name}" for name in (line.line_id, *keys))
        for review in tx.reviews.about(self.account.merchant_id, causes, *subjects):
            close_by_fact(tx, review, f"settled by line {line.line_id} of {self.source}", self.now)

    def _evidence(self, line: SettlementLine) -> str:
        return f"line {line.line_id} of {self.source}"


def _is_movement(payment: Payment, item: Awaited, line: SettlementLine) -> bool:
    """Whether a line speaks of this movement; it says so of captures alone."""
    return line.movement is None or entry_keys.movement_in(item.key, payment) in (None, line.movement)


def _fits(item: Awaited, gross: Money) -> bool:
    """To the last minor unit: one less, or one more, is a difference that a person looks at."""
    return item.minor == gross.minor


def _same_way(item: Awaited, gross: Money) -> bool:
    """Money in settles money in, money out money out, in one currency."""
    return item.currency == gross.currency and (item.minor > 0) is (gross.minor > 0)


def _shown(line: SettlementLine) -> str:
    names = {
        "reference": line.reference,
        "provider_reference": line.provider_reference,
        "authorisation": line.authorisation,
    }
    parts = [f"{name} {value}" for name, value in names.items() if value]
    kept = {"fee": line.fee, "fee tax": line.fee_tax, **line.withholdings}
    amounts = {"gross": line.gross, **{name: amount for name, amount in kept.items() if amount}, "net": line.net}
    return ", ".join((*parts, *(f"{name} {amount}" for name, amount in amounts.items())))
