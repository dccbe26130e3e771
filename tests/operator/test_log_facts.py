"""Facts of the business, each one line with its ids alone: receipts, reviews, rounds, what is unknown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

import hub.flows.ground.open_review
from hub.domain.decision import Signed
from hub.domain.message import Review
from hub.domain.payment import Status
from hub.domain.round import Choice
from hub.flows.corrections.record_receipt import record_for_payment
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.ground.open_review import open_review
from hub.flows.receipts.void_receipt import void_receipt
from hub.flows.statements.end_reminders import record_wish
from hub.flows.statements.send_round import run_round, start_round
from hub_hookspecs import Kind, Observation
from tests.faults.harness import Desk, World

Line = dict[str, Any]
NAME, MAIL = "Persona Canaria", "canaria@privado.example"


def logged(act: Callable[[], object]) -> list[Line]:
    """What the log says while something is done."""
    structlog.reset_defaults()
    with capture_logs() as lines:
        act()
    return [dict(line) for line in lines]


def only(lines: list[Line], event: str) -> Line:
    (line,) = [item for item in lines if item["event"] == event]
    return line


def paid(desk: Desk) -> Any:
    payment = desk.sent(desk.debtor("CO", 90_000))
    claim = Observation(kind=Kind.PAID, reference=payment.reference, movement=payment.reference, amount=payment.amount)
    return desk.tell(payment, claim)


def test_a_cash_receipt_is_told_when_it_is_issued_and_when_it_is_voided(desk: Desk) -> None:
    merchant, payment = desk.companies["CO"], paid(desk)
    issued = only(
        logged(lambda: asyncio.run(record_for_payment(desk.hub, merchant, payment.id, by=MAIL, notes=NAME))),
        "cash_receipt_issued",
    )
    assert (issued["merchant"], issued["payment"]) == (merchant.id, payment.id)
    receipt = desk.read(lambda tx: next(iter(tx.receipts.standing(payment.id)), None))
    voiding = void_receipt(desk.hub, merchant, receipt.id, reason=NAME, by=MAIL)
    lines = logged(lambda: asyncio.run(voiding))
    assert only(lines, "cash_receipt_voided")["receipt"] == issued["receipt"] == receipt.id
    again = void_receipt(desk.hub, merchant, receipt.id, reason=NAME, by=MAIL)
    assert logged(lambda: asyncio.run(again)) == []


def odd(desk: Desk, payment: Any) -> Review:
    return Review(
        id="ab" * 16,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        cause="conflict",
        payment_id=payment.id,
        details=f"{NAME} {MAIL}",
        opened_at=desk.clock.now,
    )


def test_a_review_is_told_once_when_it_opens_and_once_when_it_is_resolved(desk: Desk) -> None:
    payment = paid(desk)
    lines = logged(lambda: [desk.write(lambda tx: open_review(tx, odd(desk, payment))) for _ in range(2)])
    opened = only(lines, "review_opened")
    assert (opened["log_level"], opened["cause"], opened["payment"]) == ("warning", "conflict", payment.id)
    resolving = resolve_review(desk.hub, opened["review"], signed=Signed(by=MAIL, why=NAME))
    resolved = only(logged(lambda: asyncio.run(resolving)), "review_resolved")
    assert resolved["review"] == opened["review"]
    assert not [text for text in (NAME, MAIL) if text in json.dumps([opened, resolved])]


def test_a_payment_whose_outcome_is_unknown_is_told_once(world: World) -> None:
    world.fault("nequi", "*unregisteredpayment", "cut_after")
    made: list[Any] = []
    lines = logged(lambda: made.append(world.pay(world.debtor("CO", 90_000))))
    assert world.payment(made[0]).status is Status.UNKNOWN
    line = only(lines, "payment_unknown")
    assert (line["payment"], line["log_level"]) == (made[0].id, "warning")
    assert [item for item in logged(lambda: world.pass_time(minutes=3)) if item["event"] == "payment_unknown"] == []


def test_a_payment_whose_sender_died_is_told_when_its_time_is_over(world: World) -> None:
    made = world.made(world.debtor("CO", 90_000))
    world.write(lambda tx: tx.payments.add(made))
    world.write(lambda tx: tx.payments.begin_sending(made.id, "process-1", world.clock.now + timedelta(minutes=2)))
    lines = logged(lambda: world.pass_time(minutes=10))
    assert only(lines, "payment_unknown")["payment"] == made.id


def test_a_round_is_told_when_it_starts_and_when_all_of_it_is_owed(desk: Desk) -> None:
    merchant = desk.companies["CR"]
    desk.debtors("CR", 3, 15_000_00)
    started = only(
        logged(lambda: asyncio.run(start_round(desk.hub, merchant, Choice(), round_id="r" * 26, by=MAIL, note=NAME))),
        "round_started",
    )
    queued = logged(lambda: [asyncio.run(run_round(desk.hub, "r" * 26)) for _ in range(2)])
    assert only(queued, "round_queued")["customers"] == started["customers"] >= 3
    assert (started["round"], started["merchant"]) == ("r" * 26, merchant.id)
    assert not [text for text in (NAME, MAIL) if text in json.dumps(started)]


def test_a_customer_who_wants_no_reminders_is_told_once_by_id(desk: Desk) -> None:
    merchant, customer = desk.companies["CR"], desk.debtor("CR", 15_000_00).customer
    wishes = [
        record_wish(desk.hub, merchant, customer.id, wanted=wanted) for wanted in (True, False, False, True, True)
    ]
    lines = logged(lambda: [asyncio.run(wish) for wish in wishes])
    assert [(line["event"], line["customer"]) for line in lines] == [
        ("reminders_ended", customer.id),
        ("reminders_resumed", customer.id),
    ]


def test_control_a_fact_without_its_line_is_missed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub.flows.ground.open_review, "warn", lambda *_given, **_fields: None)
    payment = paid(desk)
    assert logged(lambda: desk.write(lambda tx: open_review(tx, odd(desk, payment)))) == []
