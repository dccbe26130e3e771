"""Money that is held: it is booked nowhere, keeps its payables, and lapses proven when nobody took it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

import hub.domain.payment
import hub.flows.payments.record_observations
from hub.domain.account import CaptureChoice
from hub.domain.observation import ObservedBy
from hub.domain.payment import Flag, Payment, Status
from hub.flows.accounts.replace_credentials import SettingEntry
from hub.flows.accounts.retire_account import successor_of
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.view_payment import view_payment
from hub_hookspecs import EnteredBy, Kind, Money, Observation
from tests.faults.harness import Debtor, Desk, broken

Plant = Callable[[Any, str, Any], None]

DAYS = timedelta(days=1)
VOUCHED = frozenset({"reference", "movement", "amount"})


def held(desk: Desk, *, days: float = 7, minor: int = 1_500_000, **said: Any) -> tuple[Debtor, Payment]:
    """A payment of which money is held, by a provider that cannot be asked."""
    debtor = desk.debtor("CR", 1_500_000)
    payment = desk.sent(debtor)
    news = Observation(
        kind=Kind.AUTHORISED,
        amount=Money(minor, "CRC"),
        vouched=VOUCHED,
        expires_at=desk.clock.now + days * DAYS,
        **said,
    )
    return debtor, desk.tell(payment, news, source=ObservedBy.NOTIFICATION)


def paid(minor: int = 1_500_000) -> Observation:
    return Observation(kind=Kind.PAID, movement="M1", amount=Money(minor, "CRC"), vouched=VOUCHED)


def booked(desk: Desk, payment: Payment) -> list[str]:
    entries = desk.read(lambda tx: tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id))
    return [entry.kind.value for entry in entries]


def test_money_that_is_held_is_pending_live_and_booked_nowhere(desk: Desk) -> None:
    debtor, payment = held(desk)

    assert (payment.status, payment.is_live, payment.flags) == (Status.PENDING, True, frozenset())
    assert desk.due(debtor.payables[0]) == 1_500_000
    assert booked(desk, payment) == []
    assert desk.owed_mails(payment) == []
    assert broken(desk) == []


def test_control_held_money_read_as_paid_would_settle_the_invoice(desk: Desk, plant: Plant) -> None:
    right = hub.domain.payment.status_of
    plant(
        hub.flows.payments.record_observations,
        "status_of",
        lambda phase, kinds: (Status.PAID, "") if Kind.AUTHORISED in kinds else right(phase, kinds),
    )

    assert held(desk)[1].status is Status.PAID


async def shown(desk: Desk, payment: Payment) -> Any:
    return await view_payment(desk.hub, payment.id)


def run(desk: Desk, work: Any) -> Any:
    import asyncio

    return asyncio.run(work)


def test_its_payer_reads_that_it_is_reserved_has_nothing_to_do_and_cannot_call_it_off(desk: Desk) -> None:
    _debtor, payment = held(desk)
    view = run(desk, shown(desk, payment))

    assert (view.shown.value, view.can_cancel, view.held_until) == ("reserved", False, None)
    assert view.payment.action is None
    assert view.hold.until == view.payment.expires_at == desk.clock.now + 7 * DAYS


def test_another_account_at_the_provider_keeps_what_its_merchant_chose(desk: Desk) -> None:
    """Nobody finds captured by itself what a person was to take."""
    desk.sent(desk.debtor("CO", 100_000))
    info = desk.hub.providers["nequi"].info
    stored = attrs.evolve(desk.accounts["CO"], capture=CaptureChoice.BY_HAND)
    stored = attrs.evolve(stored, settings={**stored.settings, **{item.name: "1" for item in info.identifying}})
    given = {item.name: "2" for item in info.identifying}
    fresh = attrs.evolve(desk.accounts["CO"], id="fresh", created_at=desk.clock.now + DAYS)
    entry = SettingEntry(
        merchant_id=stored.merchant_id, code="nequi", given=given, entered_by=EnteredBy.MERCHANT, by="Ana"
    )

    after = desk.read(lambda tx: successor_of(tx, info, stored, given, fresh, entry))
    assert after.capture is CaptureChoice.BY_HAND


def test_a_session_does_not_end_a_hold(desk: Desk) -> None:
    _debtor, payment = held(desk)
    desk.clock.now += timedelta(hours=3)
    desk.do_what_is_due()

    assert desk.payment(payment).status is Status.PENDING


def test_a_hold_that_nobody_took_lapses_proven_and_its_rule_names_its_end(desk: Desk) -> None:
    debtor, payment = held(desk)
    end = desk.clock.now + 7 * DAYS
    for _ in range(9):
        desk.clock.now += DAYS
        desk.do_what_is_due()
    after = desk.payment(payment)

    assert (after.status, after.reason, after.is_unproven, after.next_check_at) == (
        Status.CLOSED, "expired", False, None,
    )  # fmt: skip
    rule = desk.seen(payment)[-1]
    assert rule.source is ObservedBy.RULE
    assert rule.note.startswith(f"authorisation_lapsed held until {end.isoformat(timespec='seconds')}, at ")
    assert desk.causes(payment) == set()
    assert desk.due(debtor.payables[0]) == 1_500_000
    assert broken(desk) == []


def test_the_end_that_a_later_word_gives_counts(desk: Desk) -> None:
    _debtor, payment = held(desk, days=2)
    later = desk.seen(payment)[-1].observation
    desk.tell(payment, attrs.evolve(later, expires_at=desk.clock.now + 5 * DAYS))
    desk.clock.now += 3 * DAYS
    desk.do_what_is_due()
    assert desk.payment(payment).is_live

    desk.clock.now += 3 * DAYS
    desk.do_what_is_due()
    assert desk.payment(payment).reason == "expired"


def test_a_hold_that_became_less_is_heard_of_whatever_is_vouched_for(desk: Desk) -> None:
    _debtor, payment = held(desk)
    first = attrs.evolve(desk.seen(payment)[-1].observation, vouched=frozenset())
    for minor in (1_500_000, 400_000, 400_000):
        desk.tell(payment, attrs.evolve(first, amount=Money(minor, "CRC")))

    assert run(desk, shown(desk, payment)).hold.amount == Money(400_000, "CRC")
    assert len([item for item in desk.seen(payment) if item.observation.kind is Kind.AUTHORISED]) == 3


def test_money_that_comes_after_the_lapse_wins_and_a_person_is_asked(desk: Desk) -> None:
    debtor, payment = held(desk, days=1)
    desk.clock.now += 2 * DAYS
    desk.do_what_is_due()
    after = desk.tell(payment, paid())

    assert after.status is Status.PAID
    assert Flag.CONFLICT in after.flags
    assert desk.due(debtor.payables[0]) == 0
    assert broken(desk) == []


@pytest.mark.parametrize("first", [True, False], ids=["held first", "taken first"])
def test_a_capture_settles_it_whatever_is_heard_first(desk: Desk, first: bool) -> None:
    debtor = desk.debtor("CR", 1_500_000)
    payment = desk.sent(debtor)
    news = [Observation(kind=Kind.AUTHORISED, amount=Money(1_500_000, "CRC"), vouched=VOUCHED), paid()]
    for item in news if first else news[::-1]:
        payment = desk.tell(payment, item)

    assert (payment.status, payment.flags) == (Status.PAID, frozenset())
    assert desk.due(debtor.payables[0]) == 0
    assert broken(desk) == []


def test_a_provider_that_gives_the_hold_up_closes_it(desk: Desk) -> None:
    debtor, payment = held(desk)
    after = desk.tell(payment, Observation(kind=Kind.CANCELLED))

    assert (after.status, after.reason, after.is_unproven) == (Status.CLOSED, "cancelled", False)
    assert desk.due(debtor.payables[0]) == 1_500_000


def test_a_hold_without_an_end_is_put_before_a_person_after_a_week(desk: Desk) -> None:
    debtor = desk.debtor("CR", 1_500_000)
    payment = desk.tell(desk.sent(debtor), Observation(kind=Kind.AUTHORISED))
    for _ in range(8):
        desk.clock.now += DAYS
        desk.do_what_is_due()

    assert desk.payment(payment).is_live
    assert "unresolved" in desk.causes(payment)
    assert broken(desk) == []


def test_the_invoices_of_held_money_are_not_given_back_before_its_end(desk: Desk) -> None:
    from hub.domain.decision import Signed
    from hub.flows.payments.release_payment import release_payment

    _debtor, payment = held(desk)
    with pytest.raises(NotAllowed) as refusal:
        run(desk, release_payment(desk.hub, payment.id, signed=Signed(by="Ana", why="no quiere")))

    assert refusal.value.code == "too_early"
