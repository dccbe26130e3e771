"""Where a rule ends: the moment, the minor unit, the account, the count;
each with a bug that moves its edge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import attrs
import pytest

import hub.flows.payments.allow_refund
import hub.flows.payments.check_payment
import hub.flows.payments.record_observations
import hub.flows.payments.run_operation
import hub.flows.settlements.match_lines
import hub.flows.settlements.reconcile
from hub.domain.captures import captures_in
from hub.domain.intake import Share
from hub.domain.observation import Seen, dedupe_key
from hub.domain.order import OrderItem
from hub.domain.payable import Payable
from hub.domain.payment import Payment, Phase, Status
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.open_payment import NotPossible, PayRequest
from hub.flows.payments.record_observations import record_observations, rule_claim
from hub.flows.payments.run_operation import refund_payment
from hub.flows.payments.start_payment import start_payment
from hub.flows.settlements.reconcile import import_settlement
from hub.flows.statements.place_order import Cart, place_order
from hub.flows.statements.view_order import order_of
from hub.storage.accounts import Accounts
from hub_hookspecs import Channel, Conclusion, Kind, Mode, Money, Observation, Outcome, Refunds
from tests.faults.harness import LEASE, PHONE, WAY, Debtor, Desk, rows

Plant = Callable[[Any, str, Any], None]
SECOND, INSTANT = timedelta(seconds=1), timedelta(microseconds=1)


def paid(payment: Payment, minor: int, currency: str = "COP") -> Observation:
    vouched = frozenset({"movement", "amount"})
    return Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(minor, currency), vouched=vouched)


def mails_for(desk: Desk, *, event: str = "") -> list[tuple[str, str]]:
    """The key under which a piece of news was recorded, and the one that its account,
    payment and words make."""
    payment = desk.sent(desk.debtor("CO", 100_000))
    claim = paid(payment, 100_000)
    if event:
        claim = attrs.evolve(claim, event_id=event, vouched=claim.vouched | {"event_id"})
    desk.tell(payment, claim)
    return [
        (item.key, dedupe_key(payment.account_id, payment.id, item.observation))
        for item in desk.seen(payment)
        if item.observation.kind is Kind.PAID
    ]


def without_account(_account: str, payment_id: str, observation: Observation, **more: str) -> str:
    return dedupe_key("", payment_id, observation, **more)


def apart(key: Callable[..., str]) -> bool:
    """Whether the same words about payments of the same id with two accounts are two pieces of news."""
    plain = Observation(kind=Kind.PAID, movement="M", vouched=frozenset({"movement"}))
    event = attrs.evolve(plain, event_id="E1", vouched=frozenset({"event_id"}))
    return all(key("a1", "t1", item) != key("a2", "t1", item) for item in (plain, event))


@pytest.mark.parametrize("event", ["", "E1"])
def test_news_is_recorded_under_a_key_that_holds_its_account(desk: Desk, event: str) -> None:
    assert apart(dedupe_key)
    assert all(key == wanted for key, wanted in mails_for(desk, event=event))


@pytest.mark.parametrize("event", ["", "E1"])
def test_control_a_key_without_the_account_is_noticed(desk: Desk, plant: Plant, event: str) -> None:
    plant(hub.flows.payments.record_observations, "dedupe_key", without_account)

    assert not apart(without_account)
    assert not all(key == wanted for key, wanted in mails_for(desk, event=event))


def ordered(desk: Desk) -> Payable:
    """An order whose stock is kept for ten minutes."""
    cart = Cart(
        number="T-9", currency="COP", items=(OrderItem(sku="A", description="Caja", quantity=1, price=500_000),),
        name="Compra", email="compra@correo.example", hold_minutes=10,
    )  # fmt: skip
    placed = asyncio.run(place_order(desk.hub, desk.companies["CO"], Mode.TEST, "key", cart))
    payable: Payable = desk.read(lambda tx: tx.payables.get(placed.body["id"].removeprefix("ord_")))
    return payable


def offers(desk: Desk, order: Payable) -> tuple[bool, bool]:
    """Whether the order's page offers buttons now, and whether it says that the stock is kept."""
    view = desk.read(lambda tx: order_of(tx, desk.hub, order.id, desk.clock.now))
    return bool(view.buttons), view.is_held


def press(desk: Desk, country: str, customer_id: str, payable: Payable, *, account: str = "", **more: Any) -> str:
    """What a payer who presses now is told; nothing if the payment starts."""
    request = PayRequest(
        account_id=account or desk.accounts[country].id,
        way=WAY[country],
        channel=more.get("channel", Channel.STATEMENT),
        customer_id=customer_id,
        shares=[Share(payable.id, payable.due)],
        fields={"phone": PHONE},
    )
    try:
        asyncio.run(start_payment(desk.hub, request))
    except NotPossible as refusal:
        return refusal.code
    return ""


def at_the_end_of_its_hold(desk: Desk) -> list[Any]:
    """An order an instant before, and at the very moment at which its stock is free again."""
    order = ordered(desk)
    assert order.offered_until
    desk.clock.now = order.offered_until - INSTANT
    before = offers(desk, order)
    desk.clock.now = order.offered_until
    refusal = press(desk, "CO", order.customer_id, order, channel=Channel.CHECKOUT)
    return [before, offers(desk, order), refusal]


def test_an_order_is_offered_until_the_moment_its_hold_ends_and_not_at_it(desk: Desk) -> None:
    assert at_the_end_of_its_hold(desk) == [(True, True), (False, False), "not_owed"]


def test_an_order_is_not_paid_as_if_a_statement_listed_it(desk: Desk) -> None:
    """Its credit, withholdings and rest are a statement's, and would settle an order that is not billed yet."""
    order = ordered(desk)

    assert press(desk, "CO", order.customer_id, order) == "unknown_payable"
    assert press(desk, "CO", order.customer_id, order, channel=Channel.CHECKOUT) == ""


def test_control_an_order_that_is_offered_at_the_end_of_its_hold_is_noticed(desk: Desk, plant: Plant) -> None:
    def too_long(self: Payable, now: Any) -> bool:
        return self.due > 0 and (self.offered_until is None or now <= self.offered_until)

    plant(Payable, "is_offered", too_long)

    assert at_the_end_of_its_hold(desk) != [(True, True), (False, False), "not_owed"]


def refusal_of(desk: Desk, minor: int) -> tuple[str, str]:
    """What a person is told who asks to give this much back of 100,000, of which 30,000 went back."""
    provider = desk.hub.providers["nequi"]
    provider.info = attrs.evolve(provider.info, refunds=Refunds.PARTIAL)
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    back = Observation(kind=Kind.RETURNED, amount=Money(30_000, "COP"), event_id="E1", vouched=frozenset({"event_id"}))
    desk.tell(payment, back)
    desk.hub.exchanger = Answers({"refund_payment": (attrs.evolve(back, event_id="E2", amount=None),)})
    try:
        asyncio.run(refund_payment(desk.hub, payment.id, amount=Money(minor, "COP"), by="Ana"))
    except NotAllowed as refusal:
        return refusal.code, str(refusal)
    return "", ""


@attrs.frozen
class Answers:
    """A provider that answers a hook with these observations."""

    by_hook: Mapping[str, tuple[Observation, ...]]

    def is_open(self, _account_id: str) -> bool:
        return False

    async def run(self, _provider: Any, hook: str, **_records: Any) -> Any:
        conclusion = Conclusion(outcome=Outcome.RESULT, value=self.by_hook[hook])
        return attrs.make_class("Ran", ["conclusion", "steps"])(conclusion, ())


@pytest.mark.parametrize("minor", [70_001, 100_000, 10**9])
def test_more_than_is_left_is_refused_with_what_may_go_back(desk: Desk, minor: int) -> None:
    code, told = refusal_of(desk, minor)

    assert code == "amount"
    assert "700" in told, "it says how much may still go back"
    assert rows(desk.path, "SELECT count(*) FROM operation") == [(0,)]


def test_all_that_is_left_may_go_back(desk: Desk) -> None:
    assert refusal_of(desk, 70_000) == ("", "")


@pytest.mark.parametrize("minor", [70_001, 100_000, 10**9])
def test_control_a_flow_without_the_limit_is_noticed(desk: Desk, plant: Plant, minor: int) -> None:
    """The database knows of our own refunds alone, and tells of another one under way."""
    plant(hub.flows.payments.allow_refund, "refundable", lambda _tx, _hub, _payment, amount, **_more: amount)

    assert refusal_of(desk, minor)[0] != "amount"


def test_control_a_limit_that_forgets_what_went_back_before_is_noticed(desk: Desk, plant: Plant) -> None:
    def of_all_that_came(_tx: Any, _hub: Any, payment: Payment, amount: Money, **_more: Any) -> Money:
        if amount.minor > payment.amount.minor:
            raise NotAllowed("amount", f"{payment.amount}")
        return amount

    plant(hub.flows.payments.allow_refund, "refundable", of_all_that_came)

    assert refusal_of(desk, 70_001)[0] != "amount"


def through_anothers_account(desk: Desk) -> str:
    debtor = desk.debtor("CO", 100_000)
    code = press(desk, "CO", debtor.customer.id, debtor.payables[0], account=desk.accounts["CR"].id)
    assert rows(desk.path, "SELECT count(*) FROM payment") == [(0,)]
    return code


def test_nobody_pays_through_another_companys_account(desk: Desk) -> None:
    assert through_anothers_account(desk) == "unknown_account"


def test_control_a_flow_that_takes_any_account_for_its_own_leaves_it_to_the_database(desk: Desk, plant: Plant) -> None:
    right, own = Accounts.get, desk.accounts["CO"]

    def anybodys(self: Accounts, account_id: str) -> Any:
        found = right(self, account_id)
        return found and attrs.evolve(found, merchant_id=own.merchant_id, provider=own.provider, settings=own.settings)

    plant(Accounts, "get", anybodys)

    assert through_anothers_account(desk) not in ("", "unknown_account")


def double(desk: Desk) -> tuple[bool, int]:
    """Whether two payments of one invoice count as paid twice, where one of them came in another currency."""
    debtor = desk.debtor("CO", 100_000)
    first = desk.sent(debtor)
    gone = [rule_claim(Kind.RELEASED, "released")]
    desk.write(lambda tx: record_observations(tx, desk.hub, first, gone, now=desk.clock.now))
    second = desk.sent(debtor)
    desk.tell(second, paid(second, 100_000))
    desk.tell(first, paid(first, 100_000, "USD"))
    flags = desk.payment(first).flags | desk.payment(second).flags
    return "duplicate_charge" in flags, desk.due(debtor.payables[0])


def test_money_of_another_currency_brings_an_invoice_nothing(desk: Desk) -> None:
    assert double(desk) == (False, 0)


def test_control_another_currency_counted_as_brought_in_makes_a_double_payment(desk: Desk, plant: Plant) -> None:
    def of_any_currency(payment: Payment, seen: tuple[Seen, ...]) -> dict[str, int]:
        return {
            line.payable_id: min(line.amount, sum(taken.amount.minor for taken in captures_in(payment, seen)))
            for line in payment.lines
        }

    plant(hub.flows.payments.record_observations, "brought_in", of_any_currency)

    assert double(desk)[0]


def statuses(desk: Desk, *minutes: int) -> list[Status]:
    """How a charge stands that nobody answered, after each look at which its provider did not find it."""
    provider = desk.hub.providers["nequi"]
    ways = tuple(attrs.evolve(way, undo=False) for way in provider.info.ways)
    provider.info = attrs.evolve(provider.info, not_found_final=True, ways=ways)
    desk.hub.exchanger = Answers({"query_payment": (Observation(kind=Kind.NOT_FOUND),)})
    payment = doubted(desk, desk.debtor("CO", 100_000))
    began, found = desk.clock.now, []
    for minute in minutes:
        desk.clock.now = began + timedelta(minutes=minute)
        asyncio.run(check_payment(desk.hub, payment.id))
        found.append(desk.payment(payment).status)
    return found


def doubted(desk: Desk, debtor: Debtor) -> Payment:
    payment = desk.made(debtor)

    def send(tx: Any) -> None:
        tx.payments.add(payment)
        tx.payments.begin_sending(payment.id, "process-1", desk.clock.now + LEASE)
        sent = attrs.evolve(tx.payments.get(payment.id), phase=Phase.SENT, ended_at=desk.clock.now)
        record_observations(tx, desk.hub, sent, [], now=desk.clock.now)

    desk.write(send)
    return payment


@pytest.mark.parametrize(
    ("minutes", "closed_at"),
    [((60,), None), ((60, 70), None), ((60, 70, 80), 2), ((1, 2, 3, 4), None), ((1, 2, 60), 2), ((1, 60), None)],
)
def test_only_three_times_not_found_and_the_last_after_the_settle_time_is_never_existed(
    desk: Desk, minutes: tuple[int, ...], closed_at: int | None
) -> None:
    wanted = [Status.CLOSED if at == closed_at else Status.UNKNOWN for at in range(len(minutes))]

    assert statuses(desk, *minutes) == wanted


def test_control_one_not_found_that_concludes_is_noticed(desk: Desk, plant: Plant) -> None:
    def at_once(tx: Any, _hub: Any, payment: Payment, _way: Any) -> Any:
        found = any(item.observation.kind is Kind.NOT_FOUND for item in tx.payments.seen(payment.id))
        return rule_claim(Kind.NEVER_EXISTED, "not_found") if found else None

    plant(hub.flows.payments.check_payment, "_never_existed", at_once)

    assert statuses(desk, 60) == [Status.CLOSED]


def settled(desk: Desk, *off: int) -> tuple[int, list[str]]:
    """How many lines are booked that are so much off a capture and its refund, and why a person is asked."""
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    back = Observation(kind=Kind.RETURNED, amount=Money(30_000, "COP"), event_id="E1", vouched=frozenset({"event_id"}))
    desk.tell(payment, back)
    gross = [Money(100_000 + off[0], "COP"), Money(-30_000 + off[1], "COP")]
    lines = [f"L{at},{payment.reference},{amount.decimal}" for at, amount in enumerate(gross)]
    data = "\n".join(["line_id,reference,gross", *lines, ""]).encode()
    report = asyncio.run(import_settlement(desk.hub, desk.accounts["CO"], data, decimal="."))
    assert {found.cause.value for found in report.differences} == desk.causes(payment) - {"returned_bill"}
    return report.booked, [found.cause.value for found in report.differences]


@pytest.mark.parametrize(
    ("off", "booked"), [((0, 0), 2), ((1, 0), 1), ((-1, 0), 1), ((0, 1), 1), ((0, -1), 1), ((1, -1), 0)]
)
def test_a_payout_that_differs_by_one_minor_unit_is_not_booked_and_asked_about(
    desk: Desk, off: tuple[int, int], booked: int
) -> None:
    assert settled(desk, *off) == (booked, ["settlement_amount"] * (2 - booked))


def test_control_a_payout_that_may_differ_by_one_minor_unit_is_noticed(desk: Desk, plant: Plant) -> None:
    right = hub.flows.settlements.match_lines.LineMatcher._match

    def nearly(self: Any, tx: Any, stored: Any, *given: Any) -> Any:
        line = stored.line
        payment, _named = self._payment_of(tx, line)
        waiting = tx.settlements.awaited(self.account.id, payment_id=payment.id)
        fits = [item for item in waiting if abs(item.minor - line.gross.minor) <= 1]
        told = attrs.evolve(line, gross=Money(fits[0].minor, "COP")) if fits else line
        return right(self, tx, attrs.evolve(stored, line=told), *given)

    plant(hub.flows.settlements.match_lines.LineMatcher, "_match", nearly)

    assert settled(desk, 1, -1) == (2, [])
