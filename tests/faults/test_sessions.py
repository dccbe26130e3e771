"""Greenpay's sessions, which nobody can ask about: what may be promised without a query (F85)."""

from __future__ import annotations

import base64
import itertools
import json
import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import attrs
import pytest

import hub.flows.payments.receive_message
import hub.flows.payments.send_payment
import hub_greenpay
from hub.domain.observation import ObservedBy, tries_in
from hub.domain.payment import Payment, Status
from hub.domain.payment_checks import conclusion_due
from hub.flows.payments.record_observations import Claim, record_observations, rule_claim
from hub_greenpay.info import INFO
from hub_hookspecs import Kind, Observation, Order
from hub_hookspecs.http import library as httpx
from tests.faults.harness import Desk, World, broken

Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

WAY = INFO.ways[0]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
NEVER = 10**6


@attrs.frozen
class Case:
    """Minutes: when the payer pays, how late each signed channel is, when the payer tries again."""

    pays: int
    notice: int
    comes_back: int
    retries: int

    @property
    def is_heard_in_time(self) -> bool:
        return min(self.notice, self.comes_back) <= 15


DELAYS = (0, 1, 7, 14, 15, 16, 40, NEVER)
GRID = [
    Case(pays, notice, comes_back, retries)
    for pays, notice, comes_back, retries in itertools.product(
        (0, 5, 15, 25, 29), DELAYS, DELAYS, (1, 16, 31, 40, 44, 46, 60, 120)
    )
    if retries >= pays
]


def is_charged_twice(desk: Desk, case: Case, settle_minutes: int, tx: Any) -> bool:
    """Play one case through the door: does the payer's next try become a second charge?"""
    start = desk.clock.now
    debtor = desk.put_debtor(tx, "CR", 150_000)
    payment = desk.put(tx, debtor)
    payable = debtor.payables[0].id
    way = attrs.evolve(WAY, settle_minutes=settle_minutes)
    paid = Observation(kind=Kind.PAID, movement=payment.reference, vouched=frozenset({"status", "reference"}))
    events = [
        (case.pays + case.notice, 1, ObservedBy.NOTIFICATION),
        (case.pays + case.comes_back, 1, ObservedBy.RETURN),
        (30 + settle_minutes, 2, None),
        (case.retries, 3, None),
    ]
    for minute, what, source in sorted(events, key=lambda event: event[:2]):
        now = start + minute * MINUTE
        current = tx.payments.get(payment.id)
        if source and minute < NEVER:
            claims = [Claim(observation=paid, source=source)]
            record_observations(tx, desk.hub, current, claims, now=now)
        elif what == 2 and (due := conclusion_due(current, way, now)):
            record_observations(tx, desk.hub, current, [rule_claim(due.kind, due.rule)], now=now)
        elif what == 3:
            return not tx.payments.live_with([payable]) and tx.payables.get(payable).due > 0
    return False


def doubles(desk: Desk, cases: Iterable[Case], settle_minutes: int = 15) -> list[Case]:
    """Cases in which a second payment is possible although the first was, or will be, paid."""
    return [case for case in cases if desk.write(partial(is_charged_twice, desk, case, settle_minutes))]


def test_a_session_heard_of_on_one_signed_channel_within_a_quarter_hour_is_never_charged_twice(
    desk: Desk, dice: random.Random, size: Size
) -> None:
    cases = [case for case in GRID if case.is_heard_in_time]

    assert doubles(desk, dice.sample(cases, size(500, len(cases)))) == []


def test_what_tier_c_cannot_promise_is_said_openly(desk: Desk) -> None:
    """Both channels late or lost, and the payer confirms the warning after 45 minutes."""
    lost = [case for case in GRID if not case.is_heard_in_time]
    found = doubles(desk, lost[::5])

    assert found
    assert all(case.retries >= 45 for case in found)


def test_control_a_session_given_up_at_its_expiry_is_charged_twice(desk: Desk) -> None:
    cases = [case for case in GRID if case.is_heard_in_time and case.pays >= 25 and 31 < case.retries < 45]

    assert doubles(desk, cases, settle_minutes=1)


def try_twice(world: World) -> Payment:
    """A card is declined, the next one is approved, in one session."""
    payment = world.pay(world.debtor("CR", 150_000))
    world.reject(payment, code="51")
    world.deliver(payment)
    assert world.payment(payment).status is Status.PENDING
    world.approve(payment)
    world.deliver(payment)
    return payment


def test_a_declined_card_and_an_approved_one_are_one_payment_with_two_tries_and_one_receipt(world: World) -> None:
    payment = try_twice(world)

    assert world.payment(payment).status is Status.PAID
    assert tries_in(world.seen(payment)) == 2
    assert len(world.owed_mails(payment, "receipt")) == 1
    assert len(world.owed_mails(payment, "payment_declined")) == 0
    assert broken(world) + world.book_differences() == []


def test_news_of_both_tries_in_the_wrong_order_is_the_same_payment(world: World) -> None:
    payment = world.pay(world.debtor("CR", 150_000))
    world.reject(payment, code="05")
    world.approve(payment)
    for news in reversed(world.news(payment)):
        assert world.post("CR", news).status_code == 200

    assert (world.payment(payment).status, tries_in(world.seen(payment))) == (Status.PAID, 2)
    assert "conflict" not in world.payment(payment).flags


def test_control_a_signed_no_taken_for_the_end_frees_the_invoice_of_a_session_that_still_takes_cards(
    world: World, plant: Plant
) -> None:
    plant(hub_greenpay, "INFO", attrs.evolve(INFO, decline_ends_session=True))
    debtor = world.debtor("CR", 150_000)
    payment = world.pay(debtor)
    world.reject(payment, code="05")
    world.deliver(payment)
    second = world.pay(debtor)
    world.approve(payment)
    world.approve(second)

    assert world.charged(debtor.payables, "greenpay") == 2


def come_back(world: World, payment: Payment, path: str) -> httpx.Response:
    """The browser is sent to the return address with this behind it."""
    url = f"{world.base}/pay/return/{payment.return_token}{path}"

    async def get() -> httpx.Response:
        request = httpx.Request("GET", url)
        raw = f"/pay/return/{payment.return_token}{path}".encode()
        request.url = request.url.copy_with(raw_path=raw)
        return await world.town.client.send(request)

    return world.run(get())


def result_with(world: World, payment: Payment, characters: str) -> str:
    """The signed result as base64 that holds these characters."""
    (news,) = world.news(payment)
    body = json.loads(news.body)
    for padding in range(400):
        raw = json.dumps({**body, "x": "?" * 6 + "~" * 6 + "ñ" * padding}, ensure_ascii=False).encode()
        text = base64.b64encode(raw).decode()
        if all(character in text for character in characters):
            return text
    raise LookupError(characters)


@pytest.mark.parametrize("characters", ["/", "+", "=", "/+="])
def test_a_signed_return_is_believed_whatever_its_base64_holds(world: World, characters: str) -> None:
    payment = world.pay(world.debtor("CR", 150_000))
    world.approve(payment)
    text = result_with(world, payment, characters)

    assert come_back(world, payment, f"/{text}").status_code == 303
    assert world.payment(payment).status is Status.PAID


def test_both_signed_channels_are_one_piece_of_news(world: World) -> None:
    payment = world.pay(world.debtor("CR", 150_000))
    world.approve(payment)
    (news,) = world.news(payment)
    come_back(world, payment, "/" + base64.b64encode(news.body).decode())
    world.deliver(payment)

    assert [item.observation.kind for item in world.seen(payment)].count(Kind.PAID) == 1
    assert world.balance("CR", "provider_clearing") == 150_000


@pytest.mark.parametrize(
    "path", ["/cancel", "", "/x", "/" + base64.b64encode(b'{"status":200,"orderId":"A"}').decode()]
)
def test_a_return_that_proves_nothing_changes_nothing_and_shows_the_payments_page(world: World, path: str) -> None:
    payment = world.pay(world.debtor("CR", 150_000))
    answer = come_back(world, payment, path)

    assert answer.status_code == 303
    assert world.payment(payment).status is Status.PENDING


def test_an_order_names_where_its_news_go_and_where_a_payer_who_gave_up_goes(world: World, plant: Plant) -> None:
    orders: list[Order] = []
    right = hub.flows.payments.send_payment.order_for

    def look(*given: Any, **more: Any) -> Order:
        orders.append(right(*given, **more))
        return orders[-1]

    plant(hub.flows.payments.send_payment, "order_for", look)
    payment = world.pay(world.debtor("CR", 150_000))
    account = world.read(lambda tx: tx.accounts.get(payment.account_id))

    (order,) = orders
    back = f"{world.base}/pay/return/{payment.return_token}"
    assert (order.return_url, order.cancel_url) == (back, f"{back}/gave-up")
    assert order.notification_url == f"{world.base}/n/greenpay/{account.path_token}"


def given_up(world: World, behind: str = "") -> tuple[Payment, httpx.Response]:
    """A payer comes back by the address of those who gave up, with this behind it."""
    payment = world.pay(world.debtor("CR", 150_000))
    return payment, come_back(world, payment, f"/gave-up{behind}")


def test_a_payer_who_gave_up_changes_nothing_and_makes_a_question_due(world: World) -> None:
    payment, answer = given_up(world)
    after = world.payment(payment)

    assert answer.status_code == 303
    assert answer.headers["location"].endswith("?gave-up=1")
    assert (after.status, world.seen(after)) == (Status.PENDING, world.seen(payment))
    assert after.next_check_at is not None
    assert after.next_check_at <= world.clock.now + 30 * SECOND
    world.approve(payment)  # the session is open in another tab
    world.deliver(payment)
    assert world.payment(payment).status is Status.PAID


def test_whatever_stands_behind_that_address_is_handed_to_nobody(world: World) -> None:
    payment = world.pay(world.debtor("CR", 150_000))
    world.approve(payment)
    (news,) = world.news(payment)
    genuine = base64.b64encode(news.body).decode().replace("/", "%2F")

    assert come_back(world, payment, f"/gave-up/{genuine}").status_code == 303
    assert world.payment(payment).status is Status.PENDING
    assert come_back(world, payment, f"/{genuine}").status_code == 303
    assert world.payment(payment).status is Status.PAID, "control: by the other address it is believed"


def test_control_an_address_that_asks_for_nothing_leaves_the_question_for_later(world: World, plant: Plant) -> None:
    plant(hub.flows.payments.receive_message, "hint", lambda *_given: None)
    payment, _ = given_up(world)
    after = world.payment(payment)

    assert after.next_check_at is None or after.next_check_at > world.clock.now + 30 * SECOND


def test_an_address_of_nobody_is_not_there(world: World) -> None:
    payment = world.pay(world.debtor("CR", 150_000))

    assert come_back(world, attrs.evolve(payment, return_token="0" * 32), "/gave-up").status_code == 404


def test_somebody_elses_signed_return_pays_nothing_here(world: World) -> None:
    other = world.pay(world.debtor("CR", 150_000))
    world.approve(other)
    mine = world.pay(world.debtor("CR", 150_000))
    (news,) = world.news(other)
    come_back(world, mine, "/" + base64.b64encode(news.body).decode())

    assert world.payment(mine).status is Status.PENDING
    assert world.payment(other).status is Status.PAID, "it is proven, whichever browser brings it"
    assert world.read(lambda tx: tx.accounts.get(other.account_id)).last_heard_at is None, "no notification came"
    world.deliver(other)
    assert world.balance("CR", "provider_clearing") == 150_000
    assert broken(world) + world.book_differences() == []


@pytest.mark.parametrize("kind", ["status_before", "status_after", "cut_after", "garbage", "empty", "html"])
def test_an_order_without_a_usable_answer_was_never_a_session(world: World, kind: str) -> None:
    debtor = world.debtor("CR", 150_000)
    world.fault("greenpay", "/merchant", kind, status=504)
    payment = world.pay(debtor)

    assert (payment.status, payment.reason, payment.action) == (Status.CLOSED, "never_sent", None)
    assert world.pay(debtor).status is Status.PENDING


def test_a_released_session_that_is_paid_after_all_is_credited_and_told(desk: Desk) -> None:
    debtor = desk.debtor("CR", 150_000)
    first = desk.sent(debtor)
    desk.tell(first, Observation(kind=Kind.RELEASED), source=ObservedBy.OPERATOR)
    assert desk.payment(first).is_unproven
    second = desk.sent(debtor)
    for payment in (second, first):
        desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))

    assert {"late", "duplicate_charge"} <= desk.payment(first).flags
    assert (desk.due(debtor.payables[0]), desk.credit(debtor)) == (0, {"CRC": 150_000})
    assert "duplicate_charge" in desk.causes(first)
    assert broken(desk) == []
