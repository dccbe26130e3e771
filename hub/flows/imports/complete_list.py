"""Close what a complete list of open invoices lacks: shown, counted by a person, and closed as was said of each.

All of it is looked at again in the transaction that decides. Where it is much, two people say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from hub.domain.complete_list import (
    CLOSINGS,
    Closing,
    asks_two,
    chosen_for,
    day_of,
    reason_of,
    scope_of,
    series_as_written,
    side_by_side,
    summed,
    why_no_list,
)
from hub.domain.decision import Decision, DecisionKind, Evidence, Signed, is_same_person, proposal
from hub.domain.files.invoice_file import InvoiceFile
from hub.domain.import_run import Choices, ImportRun
from hub.domain.invoice_numbers import folded_number
from hub.domain.merchant import Merchant
from hub.domain.message import About, DeliveryKind, owed_mail
from hub.domain.missing_bills import ALONE, BILL, DAY, Absent, Closed, LeftAlone, Missing, MissingBill
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.corrections.close_bills import begin_closing, closing_of
from hub.flows.corrections.void_bill import standing_on
from hub.flows.corrections.why_left import why_left
from hub.flows.ground.keyed_id import keyed_id
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import MAY_CLOSE, withdraw
from hub.flows.payments.decide import NotAllowed, decide


def absent_from(tx: Tx, merchant: Merchant, file: InvoiceFile, now: datetime) -> Absent | None:
    """What a file lacks of the open invoices that it would have if it were the complete list; None for nothing."""
    if any(why_no_list(file)):
        return None
    scope = scope_of(file)
    lacking = [bill.id for bill in tx.payables.open_bills(merchant.id, merchant.mode, now) if scope.lacks(bill)]
    bills = tx.payables.many(lacking)
    return Absent(tuple(bill.number for bill in bills), summed(bill.balance for bill in bills)) if bills else None


def plan_missing(tx: Tx, merchant: Merchant, file: InvoiceFile, choices: Choices, now: datetime) -> Missing:
    """What of the open invoices a file lacks, each with what was chosen for it.

    Args:
        file: With all that was set aside of it, be it for the file's own faults or for what the hub knows.
    """
    as_of = day_of(file, choices.as_of)
    if refused := (*why_no_list(file), *_no_choices(choices)):
        return Missing(as_of=as_of, refused=refused)
    scope = scope_of(file)
    every = tx.payables.open_bills(merchant.id, merchant.mode, now)
    spoken_of = [bill for bill in every if scope.covers(bill)]
    lacking = tx.payables.many([bill.id for bill in spoken_of if scope.lacks(bill)])
    kept = why_left(tx, merchant, lacking, as_of, now)
    missing = Missing(
        as_of=as_of,
        bills=tuple(
            MissingBill(payable, _name(tx, payable), chosen_for(payable.number, choices.missing))
            for payable in lacking
            if payable.id not in kept
        ),
        left=tuple(LeftAlone(payable, kept[payable.id]) for payable in lacking if payable.id in kept),
        series=series_as_written(row.number for row in file.rows),
        branches=tuple(sorted(scope.branches)),
        currencies=tuple(sorted(scope.currencies)),
        others=len(every) - len(spoken_of),
        open_ones=sum(bill.is_older or scope.lacks(bill) for bill in spoken_of),
    )
    return attrs.evolve(missing, asks_two=asks_two(len(missing.closing), missing.open_ones))


def is_alone(tx: Tx, merchant: Merchant, by: str) -> bool:
    """Whether the company has nobody else who may close what is missing."""
    members = tx.merchants.members(merchant.id)
    return all(is_same_person(member.email, by) for member in members if member.role in MAY_CLOSE)


def close_missing(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    missing: Missing,
    choices: Choices,
    by: str,
    now: datetime,
    *,
    run: ImportRun | None = None,
    via: str = "",
) -> Closed:
    """Decide to close what was chosen, all of it or nothing, in the transaction in which ``missing`` was planned.

    A few are closed within it; of many ``close_rest`` closes portion after portion.

    Args:
        run: The import, which remembers it for an undo.
        via: How it came, as in a decision.
    """
    if run and (before := _decided_before(tx, run, merchant)):
        return before
    alone = missing.asks_two and is_alone(tx, merchant, by)
    if refused := tuple(_refused(tx, merchant, missing, choices, alone)):
        return Closed(refused=refused)
    if not missing.closing:
        if waiting := _waiting(tx, merchant):
            withdraw(tx, waiting)  # a newer list says otherwise
        return Closed()
    seen = Evidence(text=run.id, name=run.name, digest=run.sha256) if run else Evidence()
    signed = Signed(by=by, why=reason_of(missing.as_of, run.name if run else ""), evidence=seen, via=via)
    wanted = _proposed(hub.fresh_id(), merchant, missing, signed, now, alone)
    try:
        made = decide(tx, hub, wanted, now=now, by_two=(missing.asks_two and not alone) or _voids_much(hub, missing))
    except NotAllowed as refusal:
        return Closed(refused=(refusal.message,))
    if run and not made.is_done:
        _owe_mails(tx, hub, merchant, made, run, now)
    return begin_closing(tx, merchant, missing.closing, made, run.id if run else "", now)


def _owe_mails(tx: Tx, hub: Hub, merchant: Merchant, proposed: Decision, run: ImportRun, now: datetime) -> None:
    """Everybody else of the company who may say yes or no is told what it is about."""
    kind, about = DeliveryKind.CLOSING_PROPOSED, About(run.id, merchant.id, merchant.mode)
    for member in tx.merchants.members(merchant.id):
        if member.role in MAY_CLOSE and not is_same_person(member.email, proposed.by):
            mail_id = keyed_id(hub, "delivery", kind, proposed.id, member.email)
            details = {"decision": proposed.id}
            tx.deliveries.add(owed_mail(mail_id, kind, member.email, about, now, details=details))
    tx.after_commit(hub.wake)


def _decided_before(tx: Tx, run: ImportRun, merchant: Merchant) -> Closed | None:
    """What this very import closes, or proposed, before its process died and it was gone on with."""
    if made := closing_of(tx, run.id):
        return Closed(decision=made, is_begun=True)
    waiting = _waiting(tx, merchant)
    return Closed(decision=waiting) if waiting and waiting.evidence.text == run.id else None


def _waiting(tx: Tx, merchant: Merchant) -> Decision | None:
    return tx.decisions.waiting_for(DecisionKind.CLOSE_MISSING, f"{merchant.id}:{merchant.mode}")


def end_contradicted(tx: Tx, merchant: Merchant, run: ImportRun, file: InvoiceFile) -> None:
    """End what was proposed to be closed, where a later file has one of it: there it is still open."""
    waiting = _waiting(tx, merchant)
    if waiting is None or waiting.evidence.text == run.id:
        return
    named = {folded_number(name.removeprefix(BILL)) for name in waiting.content if name.startswith(BILL)}
    if named & scope_of(file).present:
        withdraw(tx, waiting)


def _no_choices(choices: Choices) -> Iterator[Text]:
    for chosen in sorted(set(choices.missing.values()) - CLOSINGS):
        yield Text("missing.no_choice", choice=chosen)


def _refused(tx: Tx, merchant: Merchant, missing: Missing, choices: Choices, alone: bool) -> Iterator[Text]:
    yield from missing.refused
    if missing.refused or not missing.closing:
        return
    if choices.missing_mark and choices.missing_mark != missing.mark:
        yield Text("missing.changed")
    elif choices.missing_count != missing.count:
        yield Text("missing.count", count=missing.count)
    elif alone and dict(choices.missing_sums) != {code: amount.minor for code, amount in missing.sums.items()}:
        yield Text(
            "missing.sum", sums=side_by_side([Text("missing.amount", amount=item) for item in missing.sums.values()])
        )
    for bill in missing.bills:
        if bill.becomes is Closing.VOID:
            yield from (problem.message for problem in standing_on(tx, merchant, bill.payable))


def _voids_much(hub: Hub, missing: Missing) -> bool:
    """Whether what is annulled is above what one person may annul."""
    voided = summed(bill.payable.balance for bill in missing.bills if bill.becomes is Closing.VOID)
    return any(amount.minor > hub.second_person_above.get(code, amount.minor) for code, amount in voided.items())


def _proposed(
    decision_id: str, merchant: Merchant, missing: Missing, signed: Signed, now: datetime, alone: bool
) -> Decision:
    """What is decided of all of them, by number: the same list says the same again."""
    return proposal(
        decision_id,
        DecisionKind.CLOSE_MISSING,
        About(f"{merchant.id}:{merchant.mode}", merchant.id, merchant.mode),
        signed,
        now,
        payment_id=None,
        amount=None,
        content={
            DAY: missing.as_of.isoformat(),
            **({ALONE: signed.by} if alone else {}),
            **{f"{BILL}{bill.payable.number}": bill.said for bill in missing.closing},
        },
    )


def _name(tx: Tx, payable: Payable) -> str:
    customer = tx.customers.get(payable.customer_id)
    return customer.name if customer else payable.customer_id
