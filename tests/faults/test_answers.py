"""Answers that are lost, late, false or about something else: no second charge,
no wrong belief (F12-F16, F84, F86)."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import pytest

import hub.domain.payment_checks
import hub.flows.payments.check_payment
import hub.flows.payments.observe_operation
import hub.flows.payments.record_observations
import hub.flows.payments.run_operation
import hub.flows.payments.send_payment
import hub.providers.exchange
import hub_nequi
import hub_nequi.codes
import hub_nequi.status
import hub_nequi.wire
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status
from hub.flows.payments.open_payment import NotPossible
from hub.flows.payments.record_observations import Claim
from hub_hookspecs import Kind, Money, Observation, Outcome, Repeat
from hub_hookspecs.http import library as httpx
from tests.faults.harness import HANGING, Debtor, World, broken

Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

PUSH = "*unregisteredpayment"
STATUS = "*getstatuspayment"
REVERSAL = "*reversetransaction"
LOSSES = ("cut_after", "hang_after", "status_after", "garbage", "empty", "html", "invalid_utf8", "oversized")
LOST_ON_THE_WAY = ("cut_before", "hang_before", "status_before")


def lose_answer(world: World, kind: str, path: str = PUSH) -> None:
    world.fault("nequi", path, kind, seconds=2 * HANGING)


def press_again(world: World, debtor: Debtor) -> Payment | str:
    """What the payer gets who presses the pay button once more; the refusal's code where there is none."""
    try:
        return world.pay(debtor, warned=True)
    except NotPossible as refusal:
        return refusal.code


def charged_twice(world: World, runs: int, dice: random.Random) -> list[str]:
    """Pushes that took the money and were not answered: what is charged twice, or believed wrongly."""
    wrong = []
    for run in range(runs):
        kind, told = LOSSES[run % len(LOSSES)], run % 2 == 0
        debtor = world.debtor("CO", dice.randrange(100, 10_000) * 100)
        lose_answer(world, kind)
        payment = world.pay(debtor)
        again = press_again(world, debtor)
        if isinstance(again, Payment) and again.id != payment.id:
            world.approve(again)
        if payment.status is not Status.UNKNOWN:
            wrong.append(f"{kind}: {payment.status} {payment.reason}")
        world.approve(payment)
        if told:
            world.deliver(payment)
        else:
            world.pass_time(seconds=61)  # by then it was asked for in the report
        after = world.payment(payment)
        if after.status is not Status.PAID:
            wrong.append(f"{kind}, {'told' if told else 'not told'}: {after.status} {after.reason}")
        if (count := world.charged(debtor.payables, "nequi")) != 1:
            wrong.append(f"{kind}: charged {count} times")
        if press_again(world, debtor) not in ("not_owed", "nothing_chosen"):
            wrong.append(f"{kind}: a paid invoice could be paid again")
    return wrong + broken(world) + world.book_differences()


def test_a_charge_that_was_never_answered_is_charged_once_and_believed_at_the_first_look_that_can_know(
    world: World, dice: random.Random, size: Size
) -> None:
    assert charged_twice(world, size(16, 2000), dice) == []


def test_control_no_clear_answer_taken_for_no_charges_twice(world: World, dice: random.Random, plant: Plant) -> None:
    right = hub.flows.payments.send_payment.claims_of

    def believe_in_silence(hub_: Any, payment: Payment, conclusion: Any) -> Any:
        if conclusion.outcome is Outcome.UNKNOWN:
            conclusion = attrs.evolve(conclusion, outcome=Outcome.NEVER_SENT)
        return right(hub_, payment, conclusion)

    plant(hub.flows.payments.send_payment, "claims_of", believe_in_silence)

    assert any("charged 2 times" in text for text in charged_twice(world, 4, dice))


def lost_on_the_way(world: World, runs: int) -> list[str]:
    """Requests that never had an effect: what is paid, or still open when the rules should have closed it."""
    wrong = []
    for run in range(runs):
        kind = LOST_ON_THE_WAY[run % 3]
        debtor = world.debtor("CO", 70_000)
        lose_answer(world, kind)
        payment = world.pay(debtor)
        if payment.status is not Status.UNKNOWN:
            wrong.append(f"push, {kind}: {payment.status} {payment.reason}")
        world.pass_time(minutes=29)
        if not world.payment(payment).is_live:
            wrong.append(f"push, {kind}: closed before it settled")
        world.pass_time(minutes=3)
        after = world.payment(payment)
        if (after.status, after.reason) != (Status.CLOSED, "never_existed"):
            wrong.append(f"push, {kind}: {after.status} {after.reason} after the undo found nothing")
        session = world.debtor("CR", 70_000)
        world.fault("greenpay", "/merchant", kind, seconds=2 * HANGING)
        opened = world.pay(session)
        if (opened.status, opened.reason) != (Status.CLOSED, "never_sent"):
            wrong.append(f"session, {kind}: {opened.status} {opened.reason}")
        retry = world.pay(session)
        if retry.id == opened.id or not retry.is_live:
            wrong.append(f"session, {kind}: no new payment")
    return wrong + broken(world) + world.book_differences()


def test_what_was_lost_on_the_way_there_is_closed_by_the_rules_of_its_tier(world: World, size: Size) -> None:
    assert lost_on_the_way(world, size(6, 100)) == []
    assert world.book("nequi") == []


def test_control_without_the_tier_rule_a_lost_push_stays_in_limbo(world: World, plant: Plant) -> None:
    plant(hub.flows.payments.check_payment, "undo_due", lambda *_given: False)

    assert any("after the undo found nothing" in text for text in lost_on_the_way(world, 1))


def closed_while_charged(world: World, minutes: Sequence[int]) -> list[str]:
    """QR codes paid at these minutes of a provider whose status call lags behind by ten."""
    wrong = []
    for minute in minutes:
        debtor = world.debtor("CO", 50_000)
        payment = world.pay(debtor, way="qr", fields={})
        world.pass_time(minutes=minute)
        lag = Lag(world)
        world.approve(payment)
        world.pass_time(minutes=10)
        lag.over()
        world.pass_time(minutes=40)
        after = world.payment(payment)
        if after.status is not Status.PAID or "late" in after.flags:
            wrong.append(f"paid in minute {minute}: {after.status} {after.reason} {sorted(after.flags)}")
    return wrong + broken(world) + world.book_differences()


@attrs.define
class Lag:
    """While it lasts, status calls answer what was true before it began."""

    world: World
    right: Any = hub_nequi.status.observations_from

    def __attrs_post_init__(self) -> None:
        right = self.right

        def earlier(*given: Any, **named: Any) -> tuple[Observation, ...]:
            return tuple(
                attrs.evolve(item, kind=Kind.ACCEPTED, movement=None, amount=None) if item.kind is Kind.PAID else item
                for item in right(*given, **named)
            )

        hub_nequi.status.observations_from = earlier

    def over(self) -> None:
        """The provider has caught up."""
        hub_nequi.status.observations_from = self.right


def test_nothing_is_closed_while_charged_by_a_provider_that_lags_ten_minutes(world: World) -> None:
    assert closed_while_charged(world, (1, 6, 12, 14)) == []


def test_control_without_a_settle_time_what_was_paid_last_is_closed(world: World, plant: Plant) -> None:
    right = hub.domain.payment_checks.conclusion_due
    plant(
        hub.flows.payments.check_payment,
        "conclusion_due",
        lambda payment, way, now, *_hold: right(payment, attrs.evolve(way, settle_minutes=0), now),
    )
    right_next = hub.domain.payment_checks.next_check
    plant(
        hub.flows.payments.record_observations,
        "next_check",
        lambda payment, way, now, *_hold, **_paid: right_next(payment, attrs.evolve(way, settle_minutes=0), now),
    )

    assert closed_while_charged(world, (14,))


def at_the_expiry(world: World, bursts: int, dice: random.Random, *, acts: Sequence[str], last: int = 5) -> list[str]:
    """Pushes and codes that are approved, rejected or left within five seconds of their expiry."""
    wrong = []
    for _ in range(bursts):
        payments = [
            world.pay(world.debtor("CO", 50_000), **({"way": "qr", "fields": {}} if at % 2 else {})) for at in range(12)
        ]
        plans = [(dice.randint(-5, last), dice.choice(acts), payment) for payment in payments]
        world.pass_time(minutes=14, seconds=55)
        for second in range(-5, 6):
            for at, act, payment in plans:
                if at == second and act:
                    with contextlib.suppress(httpx.HTTPStatusError):  # it is too late
                        world.control("nequi", act, reference=payment.reference)
            world.pass_time(seconds=1)
        world.pass_time(minutes=16)
        held = {row["reference"] for row in world.book("nequi") if row["state"] == "captured"}
        for at, act, payment in plans:
            after = world.payment(payment)
            if after.is_live or (after.status is Status.PAID) != (payment.reference in held):
                wrong.append(f"{payment.way}, {act} at {at} s: {after.status} {after.reason}")
    return wrong + broken(world) + world.book_differences()


def test_what_happens_within_seconds_of_the_expiry_ends_as_the_providers_book_says(
    world: World, dice: random.Random, size: Size
) -> None:
    assert at_the_expiry(world, size(1, 84), dice, acts=("approve", "reject", "")) == []


def test_control_closing_at_our_own_expiry_loses_what_was_paid_just_before_it(
    world: World, dice: random.Random, plant: Plant
) -> None:
    right = hub.flows.payments.check_payment._ask

    async def by_our_clock(hub_: Any, opened: Any, payment: Payment) -> Any:
        if payment.expires_at and hub_.clock() >= payment.expires_at:
            return [Claim(observation=Observation(kind=Kind.EXPIRED), source=ObservedBy.RULE)], ()
        return await right(hub_, opened, payment)

    plant(hub.flows.payments.check_payment, "_ask", by_our_clock)

    assert any("approve" in text for text in at_the_expiry(world, 1, dice, acts=("approve",), last=-2))


def test_a_code_that_cannot_be_asked_about_when_its_time_is_over_is_not_concluded_blindly(world: World) -> None:
    debtor = world.debtor("CO", 50_000)
    payment = world.pay(debtor, way="qr", fields={})
    world.pass_time(minutes=14, seconds=50)
    world.misbehave("nequi", "getStatusPayment", "20-07A")
    world.approve(payment)
    world.pass_time(minutes=40)
    assert world.payment(payment).is_live

    world.behave("nequi")
    world.pass_time(hours=1)

    assert world.payment(payment).status is Status.PAID
    assert "late" not in world.payment(payment).flags


def test_a_code_that_nobody_pays_is_closed_on_time_and_frees_its_invoice(world: World) -> None:
    debtor = world.debtor("CO", 50_000)
    payment = world.pay(debtor, way="qr", fields={})
    world.pass_time(minutes=31)
    after = world.payment(payment)

    assert after.status is Status.CLOSED
    assert after.reason in ("expired", "session_expired")
    assert isinstance(press_again(world, debtor), Payment)


@pytest.mark.parametrize("kind", ["hang_before", "cut_before", "cut_after", "status_before", "garbage", "empty"])
def test_a_payment_that_is_paid_stays_paid_when_it_is_asked_about_again_in_vain(world: World, kind: str) -> None:
    payment = world.pay(world.debtor("CO", 60_000))
    world.approve(payment)
    world.pass_time(seconds=6)
    assert world.payment(payment).status is Status.PAID
    world.fault("nequi", STATUS, kind, times=50, seconds=2 * HANGING)

    assert asked_in_vain(world, payment) is Status.PAID
    assert broken(world) + world.book_differences() == []


def asked_in_vain(world: World, payment: Payment) -> Status:
    """Ask whether it is due or not, and then wait a day."""
    world.run(hub.flows.payments.check_payment.check_payment(world.hub, payment.id))
    world.post("CO", world.news(payment)[-1])
    world.pass_time(days=1)
    return world.payment(payment).status


def test_control_a_question_without_an_answer_taken_for_a_no_closes_what_was_paid(world: World, plant: Plant) -> None:
    right = hub.flows.payments.check_payment._ask

    async def no_answer_is_a_no(*given: Any) -> Any:
        claims, steps, _heard = await right(*given)
        return claims or [Claim(observation=Observation(kind=Kind.DECLINED), source=ObservedBy.QUERY)], steps, True

    plant(hub.flows.payments.check_payment, "_ask", no_answer_is_a_no)
    payment = world.pay(world.debtor("CO", 60_000))
    world.approve(payment)
    world.fault("nequi", STATUS, "cut_after", times=50)
    world.pass_time(minutes=1)

    assert world.payment(payment).status is Status.CLOSED


def query_says(plant: Plant, *claims: Observation) -> None:
    plant(hub_nequi.status, "observations_from", lambda *_given, **_named: claims)


def test_an_answer_for_another_reference_is_not_credited(world: World, plant: Plant) -> None:
    payment = world.pay(world.debtor("CO", 60_000))
    query_says(plant, Observation(kind=Kind.PAID, reference="SOMEBODYEL", movement="SOMEBODYEL"))
    world.pass_time(minutes=2)

    assert world.payment(payment).status is Status.PENDING
    assert world.balance("CO", "provider_clearing") == 0


def test_control_without_the_comparison_somebody_elses_payment_is_credited(world: World, plant: Plant) -> None:
    payment = world.pay(world.debtor("CO", 60_000))
    query_says(plant, Observation(kind=Kind.PAID, reference="SOMEBODYEL", movement="SOMEBODYEL"))
    plant(hub.flows.payments.record_observations, "_is_about", lambda *_given: True)
    world.pass_time(minutes=2)

    assert world.payment(payment).status is Status.PAID
    assert world.book_differences() != []


def test_another_amount_is_booked_as_it_is_and_another_currency_waits_in_suspense(world: World, plant: Plant) -> None:
    short, strange = world.debtor("CO", 60_000), world.debtor("CO", 60_000)
    vouched = frozenset({"amount"})
    payment = world.pay(short)
    query_says(
        plant,
        Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(10_000, "COP"), vouched=vouched),
    )
    world.pass_time(seconds=6)
    assert (world.payment(payment).status, world.due(short.payables[0])) == (Status.PAID, 50_000)
    assert "amount_mismatch" in world.causes(payment)

    payment = world.pay(strange)
    query_says(
        plant,
        Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(60_000, "USD"), vouched=vouched),
    )
    world.pass_time(seconds=6)
    assert (world.payment(payment).status, world.due(strange.payables[0])) == (Status.PAID, 60_000)
    assert world.balance("CO", "suspense", "USD") == -60_000
    assert "currency_mismatch" in world.causes(payment)
    assert broken(world) == []


def reversals_sent(world: World) -> int:
    """How often the provider was asked to give a push back."""
    return sum(path.endswith("reversetransaction") for path in world.front.paths)


def story_of_a_lost_push(world: World, payer: str, *, told: bool, undo: str) -> list[str]:
    """Approve, ignore or reject a push whose answer was lost, with and without its notice,
    the undo's answer lost."""
    world.control("nequi", "options", reports="denied")
    debtor, before = world.debtor("CO", 90_000), reversals_sent(world)
    lose_answer(world, "cut_after")
    payment = world.pay(debtor)
    if payer == "approve":
        world.approve(payment)
    elif payer == "reject":
        world.reject(payment)
    if told:
        world.deliver(payment)
    if undo != "answered":
        world.fault("nequi", REVERSAL, undo, times=1, seconds=2 * HANGING)
    world.pass_time(hours=3)
    after = world.payment(payment)
    held = [row for row in world.book("nequi") if row["reference"] == payment.reference]
    undone = [row for row in held if row["state"] == "returned"]
    found = []
    if len(held) > 1 or any(row["captures"] > 1 for row in held):
        found.append("charged twice")
    wanted = {
        ("approve", True): Status.PAID,
        ("approve", False): Status.PAID if undo == "answered" else after.status,
        ("reject", True): Status.CLOSED,
    }
    expected = wanted.get((payer, told), Status.CLOSED if undo == "answered" else after.status)
    if after.status is not expected:
        found.append(f"{after.status} {after.reason}, not {expected}")
    if told and undone:
        found.append("returned although it was told")
    if payer == "approve" and not told and undo == "answered":
        if not undone:
            found.append("kept, not returned")
        if world.due(debtor.payables[0]) != 90_000:
            found.append("allocated although it was returned")
        if not world.owed_mails(payment, "payment_returned"):
            found.append("the payer was not told")
    if after.is_live and not world.causes(payment):
        found.append("in limbo without a person")
    undos = len([item for item in world.operations(payment) if item.kind == "undo"])
    sent = reversals_sent(world) - before
    if sent > 1 or undos > 1:
        found.append(f"{undos} undos, sent {sent} times")
    problems = broken(world) + (world.book_differences() if undo == "answered" else [])
    return [f"{payer}, told {told}, undo {undo}: {text}" for text in found + problems]


@pytest.mark.parametrize("undo", ["answered", "cut_after", "hang_after", "status_after"])
def test_a_push_whose_answer_was_lost_ends_rightly_whatever_the_payer_does(world: World, undo: str, size: Size) -> None:
    assert [
        text
        for _ in range(size(1, 100))
        for payer in ("approve", "ignore", "reject")
        for told in (True, False)
        for text in story_of_a_lost_push(world, payer, told=told, undo=undo)
    ] == []


def approved_after_an_early_undo(world: World) -> list[str]:
    """The payer takes ten minutes; the undo must not have looked by then."""
    world.control("nequi", "options", reports="denied")
    debtor = world.debtor("CO", 90_000)
    lose_answer(world, "cut_after")
    payment = world.pay(debtor)
    world.pass_time(minutes=10)
    if world.payment(payment).is_live:
        world.approve(payment)
        world.pass_time(hours=1)
        return broken(world) + world.book_differences()
    world.approve(payment)
    world.pass_time(hours=1)
    return [f"given up while it could be approved, {text}" for text in ("", *world.book_differences())]


def test_an_approval_that_takes_ten_minutes_is_found_by_the_undo_and_returned(world: World) -> None:
    assert approved_after_an_early_undo(world) == []
    assert world.book("nequi")[0]["state"] == "returned"


def test_control_an_undo_before_the_expiry_proves_nothing_and_loses_money(world: World, plant: Plant) -> None:
    plant(hub.flows.payments.check_payment, "undo_due", lambda payment, _way, _now: payment.status is Status.UNKNOWN)
    plant(hub.flows.payments.run_operation, "undo_due", lambda payment, _way, _now: payment.status is Status.UNKNOWN)
    plant(hub.flows.payments.observe_operation, "settled_at", lambda payment, _way: payment.created_at)

    assert approved_after_an_early_undo(world)


def test_control_an_undo_without_an_answer_that_is_sent_again_is_seen(world: World, plant: Plant) -> None:
    right = hub.providers.exchange.repeat_for

    def eager(mark: Any, outcome: Any) -> Any:
        is_undo = isinstance(outcome, Exception) and world.front.paths[-1].endswith("reversetransaction")
        return Repeat.AGAIN if is_undo else right(mark, outcome)

    plant(hub.providers.exchange, "repeat_for", eager)

    assert any("sent 2 times" in text for text in story_of_a_lost_push(world, "approve", told=False, undo="cut_after"))


def test_control_a_guessed_transaction_id_asks_about_somebody_else(world: World, plant: Plant) -> None:
    """Never guess the provider's id from its pattern: another payer's payment may bear it."""
    other = world.pay(world.debtor("CO", 90_000))
    world.approve(other)
    lose_answer(world, "cut_after")
    world.control("nequi", "options", reports="denied")
    payment = world.pay(world.debtor("CO", 90_000))
    plant(hub_nequi.status, "named_by", lambda _about: {"codeQR": other.provider_reference})
    world.pass_time(minutes=5)

    assert world.payment(payment).status is Status.PAID
    assert world.book_differences() != []


SPEECH: list[tuple[str, dict[str, Any], str, str]] = [
    ("plain", {}, "approve", "paid"),
    ("keys nobody documented", {"extra_keys": True}, "approve", "paid"),
    ("blanks around codes", {"blanks": True}, "approve", "paid"),
    ("the ending as a code", {"ended_as": "code"}, "reject", "cancelled"),
    ("the ending as a value", {"ended_as": "value"}, "reject", "cancelled"),
    ("the ending as a value, with blanks", {"ended_as": "value", "blanks": True}, "expire", "expired"),
    ("no date", {"omit_keys": ["date"]}, "approve", "paid"),
    ("no name, no origin", {"omit_keys": ["name", "originMoney", "ipAddress"]}, "approve", "paid"),
    ("no value", {"omit_keys": ["value"]}, "approve", "paid"),
    ("no transaction number", {"omit_keys": ["trnId"]}, "approve", "paid"),
    ("no status", {"omit_keys": ["status"]}, "approve", "pending"),
    ("no status code", {"omit_keys": ["StatusCode"]}, "approve", "pending"),
    ("no body", {"omit_keys": ["ResponseBody"]}, "approve", "pending"),
    ("a code nobody knows", {"force": {"getStatusPayment": {"code": "99-XYZ", "times": 99}}}, "approve", "pending"),
    ("a technical error", {"force": {"getStatusPayment": {"code": "20-07A", "times": 99}}}, "approve", "pending"),
    ("an empty code", {"force": {"getStatusPayment": {"code": "", "times": 99}}}, "approve", "pending"),
    ("nearly success", {"force": {"getStatusPayment": {"code": "00", "times": 99}}}, "approve", "pending"),
]


@pytest.mark.parametrize(("options", "act", "end"), [case[1:] for case in SPEECH], ids=[case[0] for case in SPEECH])
def test_nequi_is_understood_in_all_its_ways_and_what_is_unknown_concludes_nothing(
    world: World, options: dict[str, Any], act: str, end: str
) -> None:
    payment = world.pay(world.debtor("CO", 90_000))
    world.control("nequi", act, reference=payment.reference)
    world.control("nequi", "options", **options)
    world.pass_time(seconds=6)
    after = world.payment(payment)

    assert end in (after.status.value, after.reason)


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("20-08A", "closed", "declined"), ("3-451", "closed", "declined"), ("11-37L", "closed", "declined"),
        ("2-CCSB000012", "closed", "declined"), ("20-09A", "closed", "declined"), ("11-17L", "closed", "declined"),
        ("20-10A", "closed", "declined"), ("11-18L", "unknown", ""), ("20-07A", "unknown", ""),
        ("99-XYZ", "unknown", ""), ("", "unknown", ""),
    ],
)  # fmt: skip
def test_a_push_answered_with_a_business_code_is_refused_or_left_open_as_the_table_says(
    world: World, code: str, status: str, reason: str
) -> None:
    world.control("nequi", "options", force={"unregisteredPayment": {"code": code, "effect": False, "times": 1}})
    payment = world.pay(world.debtor("CO", 90_000))

    assert (payment.status.value, payment.reason) == (status, reason)


def test_control_a_plugin_that_branches_on_text_believes_what_it_cannot_know(world: World, plant: Plant) -> None:
    plant(hub_nequi.status, "STATUSES", {**hub_nequi.codes.STATUSES, "": Kind.PAID})
    payment = world.pay(world.debtor("CO", 90_000))
    world.control("nequi", "options", omit_keys=["status"])
    world.pass_time(seconds=6)

    assert world.payment(payment).status is Status.PAID
    assert world.book_differences() != []
