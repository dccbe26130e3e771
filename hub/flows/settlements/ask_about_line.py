"""Ask a person about a line that does not match, or about money that no line settles; and take the question back."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.message import About, review_of
from hub.domain.payment import Payment
from hub.domain.review_causes import CAUSES, LINE_BOOKED
from hub.domain.settlement import Awaited, Difference
from hub.flows.ground.open_review import close_by_fact, open_review
from hub.flows.ground.ports import Tx
from hub_hookspecs import Money, SettlementLine

from .reconciliation import Found, Reconciliation


@attrs.frozen(kw_only=True)
class LineQuestions:
    """What is asked about the lines of one source; each question is a review, and a difference of the report.

    Attributes:
        named: Lines that the source names; another one is of an earlier file, and still waits.
    """

    account: ProviderAccount
    source: str
    now: datetime
    named: frozenset[str]
    zone: ZoneInfo

    def differ(
        self,
        tx: Tx,
        report: Reconciliation,
        cause: Difference,
        line: SettlementLine,
        payment: Payment | None,
        why: str,
        occasion: str = "",
    ) -> Reconciliation:
        """A line does not match what is booked here."""
        details = f"{evidence_of(line, self.source)}: {shown(line)}; {why}"
        subject = line.line_id
        return self._found(tx, report, cause, details, subject=subject, payment=payment, line=line, occasion=occasion)

    def set_aside(self, tx: Tx, report: Reconciliation, line: SettlementLine) -> Reconciliation:
        """A line of a report that nobody imported, and that cannot be taken as it is."""
        why = "it cannot be taken: its parts do not come to its net, or it has two currencies, or no usable name"
        return self.differ(tx, report, Difference.UNREADABLE, line, None, why)

    def miss(self, tx: Tx, report: Reconciliation, item: Awaited) -> Reconciliation:
        """Money is booked here, and no line settles it."""
        payment = tx.payments.get(item.payment_id)
        reference = payment.reference if payment else item.payment_id
        day = item.counts_on(self.zone)
        money = Money(abs(item.minor), item.currency)
        details = f"{money} of payment {reference}, {day} ({item.key}), is in no line of {self.source}"
        return self._found(tx, report, Difference.MISSING, details, subject=item.key, payment=payment)

    def answer(self, tx: Tx, line: SettlementLine, *keys: str) -> None:
        """What was open about this line, or about the money that it settles, has found its other half."""
        causes = [cause.name for cause in CAUSES.values() if cause.closed_by is LINE_BOOKED]
        subjects = (f"{self.account.id}:{name}" for name in (line.line_id, *keys))
        for review in tx.reviews.about(self.account.merchant_id, causes, *subjects):
            close_by_fact(tx, review, f"settled by {evidence_of(line, self.source)}", self.now)

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


def evidence_of(line: SettlementLine, source: str) -> str:
    """Where it stands."""
    return f"line {line.line_id} of {source}"


def shown(line: SettlementLine) -> str:
    """What a line says, in one line."""
    names = {
        "reference": line.reference,
        "provider_reference": line.provider_reference,
        "authorisation": line.authorisation,
    }
    parts = [f"{name} {value}" for name, value in names.items() if value]
    kept = {"fee": line.fee, "fee tax": line.fee_tax, **line.withholdings}
    amounts = {"gross": line.gross, **{name: amount for name, amount in kept.items() if amount}, "net": line.net}
    return ", ".join((*parts, *(f"{name} {amount}" for name, amount in amounts.items())))
