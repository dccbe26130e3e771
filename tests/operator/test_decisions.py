"""What only a person may decide: with who, why and evidence, and above an amount by two people."""

import asyncio
import json
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain.decision import Decision, DecisionKind, Evidence, Signed, is_same_person
from hub.domain.payment import Flag, Phase, Status
from hub.flows.corrections.approve_decision import approve_decision, find_waiting
from hub.flows.corrections.decide_refund import decide_refund
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.payments.decide import NotAllowed, needs_second
from hub.flows.payments.record_outcome import OutcomeEvidence, conclude_operation, record_not_paid, record_paid
from hub.flows.payments.release_payment import release_payment
from hub.flows.views.view_record import view_record
from hub_hookspecs import Kind, Money, Observation, Redirect
from tests.cli.conftest import call
from tests.faults.harness import Desk, World, broken, rows
from tests.spoken import refused, spoken

PANEL = Evidence(text="panel, 23 Nov 10:05")


def on_a_card_page(desk: Desk, *, owed: int = 1_500_000) -> Any:
    """A payment whose payer was sent to the provider's page."""
    debtor = desk.debtor("CR", owed)
    payment = desk.sent(debtor)
    url = Redirect("https://checkout.example/session", payment.expires_at)
    desk.write(lambda tx: tx.payments.save(attrs.evolve(tx.payments.get(payment.id), action=url)))
    return debtor, desk.payment(payment)


def pushed(desk: Desk, *, owed: int = 18_500_000) -> Any:
    """A payment that waits for an approval in the payer's app."""
    debtor = desk.debtor("CO", owed)
    return debtor, desk.sent(debtor)


def test_a_hosted_session_is_released_at_any_time_and_its_invoice_can_be_paid_again(desk: Desk) -> None:
    debtor, payment = on_a_card_page(desk)
    made, after = asyncio.run(release_payment(desk.hub, payment.id, signed=Signed(by="Ana", why="closed the page")))
    assert (after.status, after.reason, after.is_unproven) == (Status.CLOSED, Kind.RELEASED, True)
    assert made.is_done
    assert "Ana: closed the page" in desk.seen(payment)[-1].note
    again = desk.sent(debtor)
    assert again.is_live
    assert broken(desk) == []


def test_an_approval_in_an_app_is_released_only_when_it_can_no_longer_be_approved(desk: Desk) -> None:
    _debtor, payment = pushed(desk)
    with refused(NotAllowed, match="todavía puede aprobarlo"):
        asyncio.run(release_payment(desk.hub, payment.id, signed=Signed(by="Ana", why="asked by phone")))
    assert desk.payment(payment).is_live
    desk.clock.now += timedelta(minutes=30 + 60)
    _made, after = asyncio.run(release_payment(desk.hub, payment.id, signed=Signed(by="Ana", why="asked by phone")))
    assert after.reason == Kind.RELEASED


def test_nothing_is_released_while_its_sender_may_be_at_work(desk: Desk) -> None:
    debtor = desk.debtor("CR", 100_000)
    payment = desk.made(debtor)

    def begin(tx: Any) -> None:
        tx.payments.add(payment)
        tx.payments.begin_sending(payment.id, "process-1", desk.clock.now + timedelta(seconds=120))

    desk.write(begin)
    with refused(NotAllowed, match="Todavía se está hablando"):
        asyncio.run(release_payment(desk.hub, payment.id, signed=Signed(by="Ana", why="impatient")))
    assert desk.payment(payment).phase is Phase.SENDING


def test_money_that_arrives_after_a_release_is_booked_as_late(desk: Desk) -> None:
    debtor, payment = on_a_card_page(desk)
    asyncio.run(release_payment(desk.hub, payment.id, signed=Signed(by="Ana", why="closed the page")))
    after = desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))
    assert after.status is Status.PAID
    assert Flag.LATE in after.flags
    assert desk.due(debtor.payables[0]) == 0
    assert broken(desk) == []


def test_a_closed_payment_is_not_released(desk: Desk) -> None:
    _debtor, payment = on_a_card_page(desk)
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))
    with pytest.raises(NotAllowed):
        asyncio.run(release_payment(desk.hub, payment.id, signed=Signed(by="Ana", why="wrong")))


def test_a_capture_recorded_by_hand_settles_the_invoice_and_later_news_of_it_changes_nothing(desk: Desk) -> None:
    debtor, payment = on_a_card_page(desk)
    shown = OutcomeEvidence(amount=payment.amount, provider_reference="GP-1", authorisation="123456")
    _made, after = asyncio.run(
        record_paid(desk.hub, payment.id, shown, signed=Signed(by="Ana", why="no news", evidence=PANEL))
    )
    assert after.status is Status.PAID
    assert desk.seen(payment)[-1].source == "operator"
    assert desk.due(debtor.payables[0]) == 0
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))
    assert desk.credit(debtor) == {}
    assert len(desk.owed_mails(payment, "receipt")) == 1
    assert broken(desk) == []


def test_another_amount_by_hand_is_booked_and_flagged(desk: Desk) -> None:
    debtor, payment = on_a_card_page(desk, owed=200_000)
    shown = OutcomeEvidence(amount=Money(150_000, "CRC"))
    _made, after = asyncio.run(
        record_paid(desk.hub, payment.id, shown, signed=Signed(by="Ana", why="no news", evidence=PANEL))
    )
    assert Flag.AMOUNT_MISMATCH in after.flags
    assert desk.due(debtor.payables[0]) == 50_000


def test_no_money_by_hand_closes_unproven_and_late_money_still_wins(desk: Desk) -> None:
    debtor, payment = pushed(desk)
    _made, after = asyncio.run(
        record_not_paid(desk.hub, payment.id, signed=Signed(by="Ana", why="not listed", evidence=PANEL))
    )
    assert (after.status, after.is_unproven) == (Status.CLOSED, True)
    paid = desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=payment.amount))
    assert paid.status is Status.PAID
    assert desk.due(debtor.payables[0]) == 0


def test_money_is_never_unrecorded(desk: Desk) -> None:
    _debtor, payment = pushed(desk)
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=payment.amount))
    with pytest.raises(NotAllowed):
        asyncio.run(record_not_paid(desk.hub, payment.id, signed=Signed(by="Ana", why="typo", evidence=PANEL)))
    assert desk.payment(payment).status is Status.PAID


@pytest.mark.parametrize(("by", "why", "evidence"), [("", "x", PANEL), ("Ana", " ", PANEL), ("Ana", "x", Evidence())])
def test_nothing_is_recorded_without_who_why_and_evidence(desk: Desk, by: str, why: str, evidence: Evidence) -> None:
    _debtor, payment = pushed(desk)
    with pytest.raises(NotAllowed):
        asyncio.run(record_not_paid(desk.hub, payment.id, signed=Signed(by=by, why=why, evidence=evidence)))
    assert desk.payment(payment).is_live


def test_above_the_amount_two_people_must_say_the_same(desk: Desk) -> None:
    desk.hub.second_person_above = {"COP": 10_000_000}
    _debtor, payment = pushed(desk)

    def say(by: str, minor: int) -> Decision:
        shown = OutcomeEvidence(amount=Money(minor, "COP"))
        made, _ = asyncio.run(
            record_paid(desk.hub, payment.id, shown, signed=Signed(by=by, why="no news", evidence=PANEL))
        )
        return made

    assert not say("Ana Rojas", 18_500_000).is_done
    with refused(NotAllowed, match="falta otra persona"):
        say("  ana  ROJAS ", 18_500_000)
    assert not say("Luis", 18_400_000).is_done  # another amount is another proposal, and takes the first one's place
    assert desk.payment(payment).is_live
    agreed = say("Ana Rojas", 18_400_000)
    assert (agreed.is_done, agreed.people) == (True, "Luis and Ana Rojas")
    assert desk.payment(payment).status is Status.PAID
    kept = desk.read(lambda tx: tx.decisions.of(payment.id))
    assert [item.superseded for item in kept] == [True, False]


def test_a_release_above_the_amount_frees_nothing_until_a_second_person_approves(desk: Desk) -> None:
    desk.hub.second_person_above = {"CRC": 1_000_000}
    debtor, payment = on_a_card_page(desk)
    made, after = asyncio.run(release_payment(desk.hub, payment.id, signed=Signed(by="Ana", why="closed the page")))
    assert (made.is_done, after.is_live, desk.payment(payment).is_live) == (False, True, True)
    assert not [item for item in desk.seen(payment) if item.observation.kind is Kind.RELEASED]
    with refused(NotAllowed, match="falta otra persona"):
        asyncio.run(approve_decision(desk.hub, made.id, signed=Signed(by=" ANA ", why="agreed")))
    assert desk.payment(payment).is_live
    agreed = asyncio.run(approve_decision(desk.hub, made.id, signed=Signed(by="Luis", why="agreed")))
    assert (agreed.people, agreed.why) == ("Ana and Luis", "closed the page")
    assert desk.payment(payment).reason == Kind.RELEASED
    assert "Ana and Luis: closed the page" in desk.seen(payment)[-1].note
    assert desk.sent(debtor).is_live
    with pytest.raises(LookupError):
        asyncio.run(approve_decision(desk.hub, made.id, signed=Signed(by="Eva", why="agreed")))
    assert broken(desk) == []


def test_an_approval_makes_every_check_again(desk: Desk) -> None:
    desk.hub.second_person_above = {"CRC": 1_000_000}
    _debtor, payment = on_a_card_page(desk)
    made, _ = asyncio.run(release_payment(desk.hub, payment.id, signed=Signed(by="Ana", why="closed the page")))
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))
    with refused(NotAllowed, match="ya no retiene"):
        asyncio.run(approve_decision(desk.hub, made.id, signed=Signed(by="Luis", why="agreed")))
    assert desk.payment(payment).status is Status.PAID


def test_a_recorded_capture_is_approved_with_all_that_the_panel_showed(desk: Desk) -> None:
    desk.hub.second_person_above = {"COP": 10_000_000}
    debtor, payment = pushed(desk)
    shown = OutcomeEvidence(amount=payment.amount, provider_reference="N-77", authorisation="A-1")
    made, _ = asyncio.run(
        record_paid(desk.hub, payment.id, shown, signed=Signed(by="Ana", why="no news", evidence=PANEL))
    )
    (found,) = asyncio.run(find_waiting(desk.hub, made.id[:20]))
    assert asyncio.run(approve_decision(desk.hub, found.id, signed=Signed(by="Luis", why="agreed"))).is_done
    observation = desk.seen(payment)[-1].observation
    assert (observation.provider_reference, observation.authorisation) == ("N-77", "A-1")
    assert desk.due(debtor.payables[0]) == 0
    assert broken(desk) == []


def test_a_review_of_much_money_is_resolved_by_two_from_the_shell(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.data / "hub.toml").write_text('[second_person_above]\nCRC = "10000"\n', encoding="utf-8")
    monkeypatch.setenv("HUB_DATA", str(desk.data))
    monkeypatch.setenv("HUB_LOG_LEVEL", "debug")
    _debtor, payment = on_a_card_page(desk)
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(1, "CRC")))
    (review,) = desk.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    first = call("review", "resolve", review.id[:10], "--by", "Ana", "--why", "they pay the rest")
    assert (first.code, "nothing happened yet" in first.out) == (0, True), first
    assert desk.causes(payment) == {review.cause}
    line = next(line.strip() for line in first.out.splitlines() if "review approve" in line)
    waiting = call("review", "waiting").out
    assert line.split()[3] in waiting
    assert "waits for a second person" in call("review", "show", review.id[:10]).out
    assert line in call("payment", "show", payment.reference).out
    same = call(*shlex.split(line.replace("NAME", "ana"))[1:])
    assert (same.code, "another person can: payment-hub review waiting" in same.err) == (1, True), same
    assert desk.causes(payment) == {review.cause}
    other = call("review", "approve", review.id[:10], "--by", "Luis", "--why", "the bank's letter says so")
    assert (other.code, "decided by Ana and Luis" in other.out) == (0, True), other
    both = "Ana and Luis, done: they pay the rest; Luis: the bank's letter says so"
    assert both in call("review", "show", review.id[:10]).out
    assert "Ana and Luis: they pay the rest; Luis: the bank's letter says so" in " ".join(
        call("payment", "show", payment.reference).out.split()
    )
    shown = json.loads(call("review", "show", review.id[:10], "--json").out)
    (kept,) = shown["decisions"]
    assert [way["way"] for way in shown["ways"]] == ["payment", "customer", "correct", "resolve"]
    assert shown["ways"][0]["command"] == f"payment-hub payment show {payment.reference}"
    assert (kept["why"], kept["second_why"]) == ("they pay the rest", "the bank's letter says so")
    assert desk.causes(payment) == set()
    again = call("review", "approve", review.id[:10], "--by", "Luis", "--why", "again")
    assert (again.code, "payment-hub review waiting" in again.err) == (1, True), again
    assert call("review", "approve", "", "--by", "Luis", "--why", "x").code == 1


def test_a_command_records_what_the_panel_shows_to_be_back_and_says_what_is_known_already(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATA", str(desk.data))
    monkeypatch.setenv("HUB_LOG_LEVEL", "debug")
    debtor, payment = on_a_card_page(desk)
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=payment.amount))
    words = ("payment", "record", payment.reference, "--by", "Ana", "--why", "goods back", "--evidence", "panel")
    first = call(*words, "--returned", "5000.00", "--on", "2026-11-20")
    assert (first.code, "5000.00 CRC" in first.out) == (0, True), first
    assert desk.due(debtor.payables[0]) == 500_000
    again = call(*words, "--returned", "5000.00")
    assert (again.code, "--another" in again.err) == (1, True), again
    other = call(*words, "--charged-back", "1000.00")
    assert (other.code, desk.due(debtor.payables[0])) == (0, 600_000), other
    assert f"payment record {payment.reference} --returned 9000.00" in call("payment", "show", payment.reference).out


def test_control_below_the_amount_the_same_command_resolves_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.data / "hub.toml").write_text('[second_person_above]\nCRC = "100000"\n', encoding="utf-8")
    monkeypatch.setenv("HUB_DATA", str(desk.data))
    monkeypatch.setenv("HUB_LOG_LEVEL", "debug")
    _debtor, payment = on_a_card_page(desk)
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(1, "CRC")))
    (review,) = desk.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    assert call("review", "resolve", review.id[:10], "--by", "Ana", "--why", "they pay the rest").code == 0
    assert desk.causes(payment) == set()


def test_below_the_amount_one_person_is_enough(desk: Desk) -> None:
    desk.hub.second_person_above = {"COP": 10_000_000}
    _debtor, payment = pushed(desk, owed=5_000_000)
    _made, after = asyncio.run(
        record_not_paid(desk.hub, payment.id, signed=Signed(by="Ana", why="not listed", evidence=PANEL))
    )
    assert after.status is Status.CLOSED


@pytest.mark.parametrize(
    ("one", "other", "same"), [("Ana", "ana ", True), ("Ana  R", "ana r", True), ("Ana", "Eva", False)]
)
def test_a_person_is_the_same_however_the_name_is_written(one: str, other: str, same: bool) -> None:
    assert is_same_person(one, other) is same


def test_a_review_is_resolved_once_and_moves_nothing(desk: Desk) -> None:
    debtor, payment = on_a_card_page(desk)
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(1, "CRC")))
    (review,) = desk.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    before = desk.due(debtor.payables[0])
    made = asyncio.run(
        resolve_review(desk.hub, review.id, signed=Signed(by="Ana", why="they will pay the rest", evidence=PANEL))
    )
    assert made.is_done
    assert desk.causes(payment) == set()
    assert desk.due(debtor.payables[0]) == before
    kept = desk.read(lambda tx: tx.reviews.get(review.id))
    assert (kept.resolved_by, kept.resolution) == ("Ana", "they will pay the rest")
    with refused(NotAllowed, match="ya la resolvió"):
        asyncio.run(resolve_review(desk.hub, review.id, signed=Signed(by="Luis", why="again")))
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(1, "CRC")))
    assert desk.causes(payment) == set()


def test_what_the_provider_cannot_give_back_is_said_before_anything_is_decided(desk: Desk) -> None:
    _debtor, payment = on_a_card_page(desk)
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))
    with refused(NotAllowed, match="panel"):
        asyncio.run(decide_refund(desk.hub, payment.id, signed=Signed(by="Ana", why="returned goods")))
    assert desk.read(lambda tx: tx.decisions.of(payment.id)) == ()
    record = asyncio.run(view_record(desk.hub, payment.id))
    assert record.refundable is None
    assert "panel" in spoken(record.why_not)


def test_a_refund_above_the_amount_is_sent_when_the_second_person_agrees(world: World) -> None:
    world.hub.second_person_above = {"COP": 10_000_000}
    debtor = world.debtor("CO", 18_500_000)
    payment = world.pay(debtor)
    world.approve(payment)
    world.pass_time(seconds=10)
    assert world.payment(payment).status is Status.PAID
    first = world.run(decide_refund(world.hub, payment.id, signed=Signed(by="Ana", why="returned goods")))
    assert first.operation is None
    assert world.read(lambda tx: tx.operations.of_payment(payment.id)) == ()
    second = world.run(decide_refund(world.hub, payment.id, signed=Signed(by="Luis", why="agreed")))
    assert second.operation is not None
    assert second.decision.people == "Ana and Luis"
    world.work()
    record = world.run(view_record(world.hub, payment.id))
    assert [view.operation.status.value for view in record.operations] == ["done"]
    assert {item.hook for item in record.requests} >= {"create_payment", "query_payment", "refund_payment"}
    with pytest.raises(NotAllowed):
        world.run(decide_refund(world.hub, payment.id, signed=Signed(by="Ana", why="twice")))
    assert [item.kind for item in record.decisions] == [DecisionKind.REFUND]
    assert broken(world) == []


def test_a_refund_is_sent_once_when_two_people_approve_it_at_the_same_moment(world: World) -> None:
    world.hub.second_person_above = {"COP": 10_000_000}
    payment = world.pay(world.debtor("CO", 18_500_000))
    world.approve(payment)
    world.pass_time(seconds=10)
    proposed = world.run(decide_refund(world.hub, payment.id, signed=Signed(by="Ana", why="returned goods"))).decision

    async def both() -> list[Any]:
        approvals = [
            approve_decision(world.hub, proposed.id, signed=Signed(by=name, why="agreed")) for name in ("Luis", "Eva")
        ]
        return await asyncio.gather(*approvals, return_exceptions=True)

    answers = world.run(both())
    assert [isinstance(answer, Decision) for answer in answers].count(True) == 1, answers
    world.work()
    assert len(world.read(lambda tx: tx.operations.of_payment(payment.id))) == 1
    assert sum(path.endswith("reversetransaction") for path in world.front.paths) == 1
    kept = [item for item in world.read(lambda tx: tx.decisions.of(payment.id)) if item.is_done]
    assert [item.by for item in kept] == ["Ana"]
    assert broken(world) == []


def refunded(world: World, amount: int, by: str) -> Any:
    """A paid payment, and what became of the wish to give it back."""
    payment = world.pay(world.debtor("CO", amount))
    world.approve(payment)
    world.pass_time(seconds=10)
    assert world.payment(payment).status is Status.PAID
    return world.run(decide_refund(world.hub, payment.id, signed=Signed(by=by, why="returned goods")))


def test_small_refunds_add_up_until_a_second_person_is_wanted(world: World) -> None:
    world.hub.second_person_above = {"COP": 10_000_000}
    assert refunded(world, 4_000_000, "Ana").operation is not None
    assert refunded(world, 6_000_000, " ANA ").operation is not None  # exactly the limit
    third = refunded(world, 100_000, "Ana")
    assert third.operation is None
    assert not third.decision.is_done
    assert refunded(world, 4_000_000, "Luis").operation is not None  # everyone has a limit of their own
    world.work()
    assert gone_back(world) == 14_000_000

    agreed = world.run(approve_decision(world.hub, third.decision.id, signed=Signed(by="Luis", why="seen")))
    assert (agreed.people, agreed.reasons) == ("Ana and Luis", "returned goods; Luis: seen")
    assert refunded(world, 6_000_000, "Luis").operation is not None  # what Ana proposed is not Luis's
    world.pass_time(days=1)
    assert refunded(world, 100_000, "Ana").operation is not None
    world.work()
    assert gone_back(world) == 20_200_000
    assert broken(world) == []


def test_control_refunds_that_are_not_added_up_pass_the_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.flows.payments.decide.given_back", lambda _tx, _decision: 0)
    world.hub.second_person_above = {"COP": 10_000_000}
    for amount in (4_000_000, 6_000_000, 100_000):
        assert refunded(world, amount, "Ana").operation is not None
    world.work()
    assert gone_back(world) > 10_000_000


def gone_back(world: World) -> int:
    """Minor units that refunds gave back."""
    sql = "SELECT coalesce(sum(amount), 0) FROM operation WHERE kind = 'refund' AND status = 'done'"
    return int(rows(world.path, sql)[0][0])


def test_what_a_payment_gave_back_counts_whoever_lets_the_next_refund_happen(world: World) -> None:
    world.hub.second_person_above = {"COP": 10_000_000}
    made = refunded(world, 8_000_000, "Ana")
    world.work()
    now = world.hub.clock() + timedelta(days=30)
    for by in ("Ana", "Luis"):
        more = attrs.evolve(made.decision, id="x", by=by, amount=Money(3_000_000, "COP"), proposed_at=now, done_at=None)
        assert world.read(lambda tx, wanted=more: needs_second(tx, world.hub, wanted))
        little = attrs.evolve(more, amount=Money(2_000_000, "COP"))
        assert not world.read(lambda tx, wanted=little: needs_second(tx, world.hub, wanted))
        other = attrs.evolve(more, kind=DecisionKind.RELEASE)
        assert not world.read(lambda tx, wanted=other: needs_second(tx, world.hub, wanted))


def test_two_small_refunds_at_one_moment_do_not_pass_the_limit_together(world: World) -> None:
    world.hub.second_person_above = {"COP": 10_000_000}
    payments = [world.pay(world.debtor("CO", 6_000_000)) for _ in range(3)]
    for payment in payments:
        world.approve(payment)
    world.pass_time(seconds=10)

    async def at_once() -> list[Any]:
        wishes = [
            decide_refund(world.hub, payment.id, signed=Signed(by="Ana", why="returned goods")) for payment in payments
        ]
        return await asyncio.gather(*wishes, return_exceptions=True)

    answers = world.run(at_once())
    assert [bool(getattr(answer, "operation", None)) for answer in answers].count(True) == 1, answers
    world.work()
    assert gone_back(world) == 6_000_000
    assert broken(world) == []


def test_that_nothing_was_taken_and_that_an_undo_was_not_done_are_approved_too(world: World) -> None:
    world.hub.second_person_above = {"COP": 10_000}
    payment = world.pay(world.debtor("CO", 150_000))
    made, _ = world.run(
        record_not_paid(world.hub, payment.id, signed=Signed(by="Ana", why="not listed", evidence=PANEL))
    )
    assert world.payment(payment).is_live
    assert world.run(approve_decision(world.hub, made.id, signed=Signed(by="Luis", why="agreed"))).is_done
    assert world.payment(payment).reason == Kind.NEVER_EXISTED

    refunded = world.pay(world.debtor("CO", 150_000))
    world.approve(refunded)
    world.pass_time(seconds=10)
    first = world.run(decide_refund(world.hub, refunded.id, signed=Signed(by="Ana", why="returned goods"))).decision
    world.fault("nequi", "*reversetransaction", "cut_before", times=1)
    world.run(approve_decision(world.hub, first.id, signed=Signed(by="Luis", why="agreed")))
    world.work()
    (operation,) = world.operations(refunded)
    assert operation.is_live
    said, _ = world.run(
        conclude_operation(
            world.hub, refunded.id, done=False, signed=Signed(by="Ana", why="not in the panel", evidence=PANEL)
        )
    )
    assert not said.is_done
    assert world.operations(refunded)[0].is_live
    assert world.run(approve_decision(world.hub, said.id, signed=Signed(by="Luis", why="agreed"))).is_done
    assert not world.operations(refunded)[0].is_live
    assert broken(world) == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("payment", "refund", "REF", "--by", "A", "--why", "x", "--amount", "abc"), 2, "'abc' is no amount in CRC"),
        (("payment", "refund", "REF", "--by", "A", "--why", "x", "--amount", ""), 2, "'' is no amount in CRC"),
        (("payment", "refund", "REF", "--by", " ", "--why", "x"), 1, "it is not paid"),
        (("payment", "record", "REF", "--paid", "--by", "A", "--why", "x"), 2, "--paid wants the --amount"),
        (("payment", "record", "REF", "--by", "A", "--why", "x"), 2, "say one of --paid, --not-paid"),
        (("payment", "record", "REF", "--paid", "--amount", "1e3", "--by", "A", "--why", "x"), 2, "is no amount"),
        (("payment", "record", "REF", "--paid", "--amount", "5", "--by", "A", "--why", "x"), 1, "--evidence TEXT"),
        (
            ("payment", "record", "REF", "--paid", "--amount", "-5", "--by", "A", "--why", "x", "--evidence", "y"),
            1,
            "that amount cannot be",
        ),
        (("payment", "record", "REF", "--returned", "5", "--by", "A", "--why", "x"), 1, "--evidence TEXT"),
        (("payment", "record", "REF", "--charged-back", "1e3", "--by", "A", "--why", "x"), 2, "--charged-back"),
        (("payment", "record", "REF", "--paid", "--returned", "5", "--by", "A", "--why", "x"), 2, "say one of"),
        (("payment", "record", "REF", "--not-paid", "--another", "--by", "A", "--why", "x"), 2, "go with --returned"),
        (("payment", "record", "REF", "--not-paid", "--by", "A", "--why", "x"), 1, "--evidence-file FILE"),
        (("review", "resolve", "zz", "--by", "A", "--why", "x"), 1, "no review begins with 'zz'"),
        (
            ("payment", "conclude", "REF", "--done", "--by", "A", "--why", "x", "--evidence", "y"),
            1,
            "nothing that was sent of it waits",
        ),
        (("payment", "show", "nothing-like-it"), 1, "give our reference"),
        (("review", "show", "zz"), 1, "payment-hub review list"),
        (("review", "approve", "zz", "--by", "A", "--why", "x"), 1, "payment-hub review waiting"),
    ],
)
def test_bad_input_names_what_is_wrong_and_what_helps_and_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, told: str
) -> None:
    monkeypatch.setenv("HUB_DATA", str(desk.data))
    monkeypatch.setenv("HUB_LOG_LEVEL", "debug")
    _debtor, payment = on_a_card_page(desk)
    state = [rows(desk.path, f"SELECT * FROM {table}") for table in ("payment", "observation", "decision", "review")]
    ended = call(*[payment.reference if word == "REF" else word for word in words])
    assert (ended.code, told in ended.err) == (code, True), ended
    assert "Traceback" not in ended.err
    after = [rows(desk.path, f"SELECT * FROM {table}") for table in ("payment", "observation", "decision", "review")]
    assert after == state


def test_a_review_of_a_payout_names_its_provider_and_shows_its_lines_by_a_command_to_paste(
    desk: Desk, tmp_path: Path
) -> None:
    file, slug = tmp_path / "payout.csv", desk.companies["CR"].slug
    file.write_text("line_id,reference,gross\nL-1,NOBODYS,10.00\n")
    here = ("--data", str(desk.data))
    imported = call("reconcile", "import", str(file), "greenpay", "--company", slug, *here)
    (review,) = json.loads(call("review", "list", "--json", *here).out)

    told = call("review", "show", review["id"], *here).out

    assert imported.code == 1
    assert "greenpay: L-1" in told
    lines = next(line.strip() for line in told.splitlines() if "reconcile lines" in line)
    assert "NOBODYS" in call(*shlex.split(lines)[1:]).out
    end = next(line.strip() for line in told.splitlines() if "review resolve" in line)
    assert call(*shlex.split(end)[1:]).code == 0


def test_what_is_wrong_with_a_file_is_in_the_json_as_the_terminal_says_it(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "payout.csv"
    file.write_text("line_id,reference,gross\nL-1,R-1,1e3\n")
    here = ("reconcile", "import", str(file), "greenpay", "--company", desk.companies["CR"].slug)

    told = call(*here, "--data", str(desk.data))
    (fault, *_others) = json.loads(call(*here, "--json", "--data", str(desk.data)).out)["set_aside"]

    assert told.code == 1
    assert fault.startswith("line 2, gross: ")
    assert f"set aside: {fault}" in told.err
    assert "cell." not in fault
