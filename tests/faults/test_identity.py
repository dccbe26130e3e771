"""Credentials of another account at the provider while money of the first is under way:
nothing is charged twice."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hub.flows.accounts.connect_account
import hub.flows.accounts.draft_account
import hub.flows.payments.receive_message
import hub.flows.payments.replay_message
from hub.domain.account import AccountStatus, MoneyUnderWay, ProviderAccount
from hub.domain.identity import Invalid
from hub.domain.operation import OperationStatus
from hub.domain.payment import Payment, Status
from hub.flows.accounts.catalogue import notification_address
from hub.flows.accounts.connect_account import connect_account, disable_account
from hub.flows.accounts.money_under_way import money_under_way
from hub.flows.accounts.replace_credentials import NotReplaced
from hub.flows.accounts.retire_account import MoneyIsUnderWay
from hub.flows.accounts.validate_account import confirm_account
from hub.flows.accounts.watch_account import check_credentials
from hub.flows.operations.examine import examine
from hub.flows.payments.offer_buttons import offers_for
from hub.flows.payments.open_payment import NotPossible
from hub.flows.payments.run_operation import refund_payment
from hub.flows.settlements.reconcile import fetch_settlement
from hub.flows.settlements.reconcile_daily import plan_reconciliations
from hub.providers.simulators import load_simulators
from hub_demo.folder import SIMULATORS
from hub_hookspecs import Channel, EnteredBy, Mode, Money
from tests.faults.conftest import share_the_clock
from tests.faults.harness import Debtor, World, broken
from tests.spoken import spoken

PUSH = "*unregisteredpayment"
OWED = 90_000
WHY = "Nequi nos cambió de comercio"


@pytest.fixture
def world(folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world in which each provider knows a second account of the same company."""
    data, simulators = folder(), load_simulators()
    file = data / SIMULATORS
    configs = {
        code: simulators[code].configure({**config, "merchants": [*config["merchants"], second_of(config)]})
        for code, config in json.loads(file.read_text()).items()
    }
    file.write_text(json.dumps(configs))
    opened = World.open(data)
    share_the_clock(opened.clock, monkeypatch)
    yield opened
    opened.close()


def second_of(config: dict[str, Any]) -> dict[str, Any]:
    """One more account of the same legal person."""
    return {name: config["merchants"][0][name] for name in ("name", "nit") if name in config["merchants"][0]}


def settings(world: World, code: str, which: int) -> dict[str, str]:
    """What the provider gave for one of the two accounts."""
    config = world.town.configs[code]
    return dict(world.town.simulators[code].settings(config, config["merchants"][which]["id"]))


def enter(world: World, which: int, *, by: str = "operator", **more: Any) -> ProviderAccount:
    """The operator enters what Nequi gave for one of the two accounts."""
    merchant = world.companies["CO"]
    return world.run(
        connect_account(
            world.hub,
            merchant.id,
            "nequi",
            settings(world, "nequi", which),
            by=by,
            entered_by=EnteredBy.OPERATOR,
            **more,
        )
    ).account


def current(world: World, code: str = "nequi") -> ProviderAccount:
    """The account that is offered now."""
    return next(
        item for item in world.read(lambda tx: tx.accounts.all()) if item.provider == code and not item.is_retired
    )


def stored(world: World, account: ProviderAccount) -> ProviderAccount:
    """An account as it is now."""
    found: ProviderAccount = world.read(lambda tx: tx.accounts.get(account.id))
    return found


def lost_push(world: World) -> tuple[Debtor, Payment]:
    """A push that the payer has approved, whose answer and notification are lost."""
    debtor = world.debtor("CO", OWED)
    world.fault("nequi", PUSH, "cut_after")
    payment = world.pay(debtor)
    world.approve(payment)
    return debtor, payment


def paid(world: World) -> tuple[Debtor, Payment]:
    """A payment that was paid and told."""
    debtor = world.debtor("CO", OWED)
    payment = world.pay(debtor)
    world.approve(payment)
    world.deliver(payment)
    return debtor, world.payment(payment)


def pay_what_is_due(world: World, debtor: Debtor) -> None:
    """The payer presses the button again, as far as there is one, and approves."""
    world.accounts["CO"] = current(world)
    with contextlib.suppress(NotPossible):
        payment = world.pay(debtor, warned=True)
        world.approve(payment)
        world.deliver(payment)


def held_for(world: World, debtor: Debtor) -> int:
    """What the provider took from this payer and has not given back, whoever it holds it for."""
    references = {
        item.reference for item in world.read(lambda tx: tx.payments.with_payables([p.id for p in debtor.payables]))
    }
    return sum(
        row["minor"] * row["captures"]
        for row in world.book("nequi")
        if row["reference"] in references and row["state"] == "captured"
    )


def lose_a_push_and_enter_another_account(world: World, **more: Any) -> Debtor:
    """What was seen; the payer pays again if there is anything to pay."""
    debtor, _payment = lost_push(world)
    with contextlib.suppress(MoneyIsUnderWay):
        enter(world, 1, **more)
    world.control("nequi", "options", reports="denied")
    world.pass_time(hours=2)
    pay_what_is_due(world, debtor)
    return debtor


@pytest.mark.parametrize("released", ["", WHY], ids=["refused", "released"])
def test_whatever_is_entered_a_lost_push_is_charged_once(world: World, released: str) -> None:
    debtor = lose_a_push_and_enter_another_account(world, released=released)

    assert held_for(world, debtor) == OWED
    assert world.due(debtor.payables[0]) == 0
    assert broken(world) == []


def test_control_an_account_that_becomes_another_one_charges_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.accounts.draft_account, "successor_of", lambda *_anything: None)

    assert held_for(world, lose_a_push_and_enter_another_account(world)) == 2 * OWED


def test_the_refusal_counts_what_is_under_way_and_changes_nothing(world: World) -> None:
    lost_push(world)
    paid(world)
    before = stored(world, current(world))

    with pytest.raises(MoneyIsUnderWay) as refused:
        enter(world, 1, anyway=True)

    assert refused.value.under_way == MoneyUnderWay(live=1, refundable=1, unsettled=1)
    assert refused.value.is_offered
    assert world.read(lambda tx: tx.accounts.all_of(before.merchant_id)) == (before,)
    assert enter(world, 0).id == before.id, "the same account is entered as ever"


def test_where_nothing_is_under_way_the_other_takes_its_place_without_a_word(world: World) -> None:
    _debtor, payment = paid(world)
    world.run(refund_payment(world.hub, payment.id, by="Ana"))
    before = current(world)

    after = enter(world, 1)

    assert (after.status, after.id == before.id, after.path_token == before.path_token) == (
        AccountStatus.ACTIVE,
        False,
        False,
    )
    retired = stored(world, before)
    assert (retired.status, retired.retired_at, retired.retired_by, retired.retired_why) == (
        AccountStatus.DISABLED,
        world.clock.now,
        "operator",
        "",
    )
    assert (retired.settings, retired.credentials) == (before.settings, before.credentials)


def test_before_anything_was_sent_an_account_becomes_whatever_it_is_told(world: World) -> None:
    before = current(world)

    after = enter(world, 1)

    assert (after.id, after.settings["client_id"]) == (before.id, settings(world, "nequi", 1)["client_id"])
    assert world.read(lambda tx: tx.accounts.all_of(before.merchant_id)) == (stored(world, before),)


def test_what_the_provider_refuses_takes_nobodys_place_whatever_is_said(world: World) -> None:
    lost_push(world)
    before = stored(world, current(world))
    values = {**settings(world, "nequi", 1), "client_secret": "not-the-secret"}

    with pytest.raises(NotReplaced) as held:
        world.run(
            connect_account(
                world.hub,
                before.merchant_id,
                "nequi",
                values,
                released=WHY,
                anyway=True,
                by="Ana",
                entered_by=EnteredBy.OPERATOR,
            )
        )

    assert held.value.is_another
    assert world.read(lambda tx: tx.accounts.all_of(before.merchant_id)) == (before,)


def test_another_account_brings_all_that_is_its_own(world: World) -> None:
    lost_push(world)
    before = current(world)
    partly = {name: settings(world, "nequi", 1)[name] for name in ("client_id", "code")}

    with pytest.raises(Invalid) as invalid:
        world.run(
            connect_account(
                world.hub,
                before.merchant_id,
                "nequi",
                partly,
                released=WHY,
                entered_by=EnteredBy.OPERATOR,
                by="operator",
            )
        )

    assert {problem.field for problem in invalid.value.problems} == {"client_secret", "api_key"}
    assert "otra cuenta" in spoken(invalid.value.problems[0].message)


def test_a_payment_that_starts_while_the_provider_is_asked_is_money_under_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _debtor, payment = paid(world)
    world.run(refund_payment(world.hub, payment.id, by="Ana"))
    before, right = stored(world, current(world)), hub.flows.accounts.connect_account.ask_identity

    async def meanwhile(*args: Any) -> Any:
        world.write(lambda tx: world.put(tx, another))
        return await right(*args)

    another = world.debtor("CO", OWED)
    monkeypatch.setattr(hub.flows.accounts.connect_account, "ask_identity", meanwhile)

    with pytest.raises(MoneyIsUnderWay):
        enter(world, 1)

    assert stored(world, before) == before


def test_a_retired_account_offers_nothing_starts_nothing_and_takes_no_other_identity(world: World) -> None:
    lost_push(world)
    before = current(world)
    after = enter(world, 1, released=WHY)
    merchant, debtor = world.companies["CO"], world.debtor("CO", OWED)

    offers = world.run(offers_for(world.hub, merchant, Mode.TEST, channel=Channel.STATEMENT, amount=Money(OWED, "COP")))
    assert [item.account_id for item in offers] == [after.id]
    with pytest.raises(NotPossible):
        world.pay(debtor, account_id=before.id)
    with pytest.raises(Invalid):
        enter(world, 1, account_id=before.id)
    world.run(disable_account(world.hub, before.id))
    assert stored(world, before).is_retired


def test_an_account_that_is_entered_again_comes_back_and_is_one_account(world: World) -> None:
    _debtor, payment = lost_push(world)
    first = current(world)
    second = enter(world, 1, released=WHY)

    back = enter(world, 0)

    assert (back.id, back.path_token, back.status) == (first.id, first.path_token, AccountStatus.ACTIVE)
    assert (back.retired_at, back.retired_by, back.retired_why) == (None, "", "")
    assert back.credentials > first.credentials
    assert stored(world, second).is_retired
    assert world.payment(payment).account_id == back.id
    assert len(world.read(lambda tx: tx.accounts.all_of(back.merchant_id))) == 2


def test_what_was_paid_before_is_given_back_by_the_account_that_holds_it(world: World) -> None:
    debtor, payment = paid(world)
    enter(world, 1, released=WHY)

    operation = world.run(refund_payment(world.hub, payment.id, by="Ana"))

    assert operation.status is OperationStatus.DONE
    assert (held_for(world, debtor), world.due(debtor.payables[0])) == (0, OWED)
    assert broken(world) == []


def test_a_pending_payment_is_asked_about_under_the_account_that_asked_for_it(world: World) -> None:
    debtor = world.debtor("CO", OWED)
    payment = world.pay(debtor)
    enter(world, 1, released=WHY)
    world.approve(payment)

    world.pass_time(minutes=2)

    assert world.payment(payment).status is Status.PAID
    assert world.due(debtor.payables[0]) == 0


def test_newer_secrets_of_a_retired_account_are_entered_for_it_and_it_is_asked_at_once(world: World) -> None:
    debtor = world.debtor("CO", OWED)
    payment = world.pay(debtor)
    before = current(world)
    enter(world, 1, released=WHY)
    world.approve(payment)
    merchant = world.town.configs["nequi"]["merchants"][0]["id"]
    new = {"client_secret": "nequis-new-secret", "api_key": "nequis-new-key"}
    world.control("nequi", "rotate", merchant=merchant, **new)
    world.forget_grants()
    world.pass_time(minutes=3)
    assert world.payment(payment).status is Status.PENDING, "nobody is let in any more"
    told = world.run(check_credentials(world.hub, before.id, "HTTP 401 to query_payment"))
    assert told is None or told.is_retired, "it is told to the operator, and stays what it is"

    wrong = {**settings(world, "nequi", 0), **new, "api_key": "mistyped"}
    with pytest.raises(NotReplaced):
        world.run(
            connect_account(
                world.hub,
                before.merchant_id,
                "nequi",
                wrong,
                account_id=before.id,
                entered_by=EnteredBy.OPERATOR,
                by="operator",
            )
        )
    renewed = {**settings(world, "nequi", 0), **new}
    after = world.run(
        connect_account(
            world.hub,
            before.merchant_id,
            "nequi",
            renewed,
            account_id=before.id,
            entered_by=EnteredBy.OPERATOR,
            by="operator",
        )
    )
    world.work()

    assert (after.account.is_retired, after.account.status) == (True, AccountStatus.DISABLED)
    assert world.payment(payment).status is Status.PAID
    assert world.due(debtor.payables[0]) == 0


def test_the_report_of_a_retired_account_settles_what_was_paid_through_it(world: World) -> None:
    _debtor, payment = paid(world)
    before = current(world)
    after = enter(world, 1, released=WHY)
    today = world.clock.now.date()

    report = world.run(fetch_settlement(world.hub, stored(world, before), today, today))

    assert (report.booked, report.differences) == (1, ())
    assert world.read(lambda tx: tx.settlements.of(before.id))[0].payment_id == payment.id
    assert not world.read(lambda tx: tx.settlements.of(after.id))
    assert world.read(lambda tx: money_under_way(tx, world.hub, stored(world, before), world.clock.now)) == (
        MoneyUnderWay(refundable=1)
    )


def test_a_retired_account_is_compared_daily_until_nothing_of_it_is_under_way(world: World) -> None:
    _debtor, payment = paid(world)
    before = current(world)
    world.hub.reconcile_daily = True
    enter(world, 1, released=WHY)
    world.run(plan_reconciliations(world.hub))
    world.pass_time(days=2)

    settled = world.read(lambda tx: tx.settlements.of(before.id))
    assert [line.payment_id for line in settled] == [payment.id]

    world.run(refund_payment(world.hub, payment.id, by="Ana"))
    world.pass_time(days=9)
    planned = world.read(lambda tx: tx.reconciliations.get(before.id))
    assert planned.trouble == "the account is retired, and no money of it is under way"
    findings = " ".join(finding.what for finding in world.run(examine(world.hub)))
    assert "could not be compared" not in findings


def test_the_doctor_names_the_retired_account_that_is_not_let_in_and_what_helps(world: World) -> None:
    world.pay(world.debtor("CO", OWED))
    before = current(world)
    enter(world, 1, released=WHY)
    merchant = world.town.configs["nequi"]["merchants"][0]["id"]
    world.control("nequi", "rotate", merchant=merchant, api_key="nequis-new-key")

    told = world.run(check_credentials(world.hub, before.id, "HTTP 403 to query_payment"))

    assert told is not None
    assert (told.is_retired, told.status) == (True, AccountStatus.DISABLED)
    (finding,) = [item for item in world.run(examine(world.hub)) if "does not let it in" in item.what]
    assert finding.remedy == f"enter its newest credentials: payment-hub account provision {before.id} FILE"


def addresses(world: World, first: ProviderAccount, second: ProviderAccount) -> list[str]:
    return [notification_address(world.hub, account) for account in (first, second)]


@pytest.mark.parametrize("at", [0, 1], ids=["at the old address", "at the new address"])
def test_a_notification_is_taken_at_either_address_for_the_account_whose_keys_prove_it(world: World, at: int) -> None:
    of_first = world.pay(world.debtor("CO", OWED))
    first = current(world)
    second = enter(world, 1, released=WHY)
    world.accounts["CO"] = second
    of_second = world.pay(world.debtor("CO", OWED))
    for payment in (of_first, of_second):
        world.approve(payment)

        for news in world.news(payment):
            answer = world.run(world._post(addresses(world, first, second)[at], news))
            assert answer.status_code == 200
        world.work()

        assert world.payment(payment).status is Status.PAID
        kept = world.read(lambda tx, own=payment.account_id: tx.messages.of(accounts=[own]))
        assert [message.payment_id for message in kept] == [payment.id]
    heard = [stored(world, account).last_heard_at for account in (first, second)]
    assert heard == [world.clock.now, world.clock.now]


def test_what_no_key_of_the_merchant_proves_is_refused_at_either_address(world: World) -> None:
    payment = world.pay(world.debtor("CO", OWED))
    first = current(world)
    second = enter(world, 1, released=WHY)
    world.approve(payment)
    (news, *_more) = world.news(payment)

    for address in addresses(world, first, second):
        answer = world.run(world._post(address, news.with_members(value="1")))
        assert answer.status_code == 401
    assert "rejected_signature" in world.causes(payment) or world.payment(payment).status is Status.PENDING


def test_once_nothing_of_a_retired_account_is_under_way_its_keys_prove_nothing_elsewhere(world: World) -> None:
    _debtor, payment = paid(world)
    first = current(world)
    (news, *_more) = world.news(payment)
    world.run(refund_payment(world.hub, payment.id, by="Ana"))
    second = enter(world, 1)

    old, new = (world.run(world._post(url, news)).status_code for url in addresses(world, first, second))

    assert (old, new) == (200, 401)


def test_a_message_that_was_refused_is_replayed_for_the_account_whose_keys_prove_it(world: World) -> None:
    payment = world.pay(world.debtor("CO", OWED))
    first = current(world)
    second = enter(world, 1, released=WHY)
    world.approve(payment)
    (news, *_more) = world.news(payment)
    url = notification_address(world.hub, second)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hub.flows.payments.receive_message, "_match_account", as_addressed)
        assert world.run(world._post(url, news)).status_code == 401
    (kept,) = world.read(lambda tx: tx.messages.of(accounts=[second.id]))

    replayed = world.run(hub.flows.payments.replay_message.replay_message(world.hub, kept.id))

    assert replayed.read is not None
    assert (replayed.read.verdict, world.payment(payment).status) == ("valid", Status.PAID)
    assert stored(world, first).last_heard_at == world.clock.now


async def as_addressed(_hub: Any, own: Any, reading: Any, _message: Any) -> Any:
    return own, reading


def typed(world: World, which: int, **more: Any) -> ProviderAccount:
    """The owner enters what Greenpay gave for one of the two accounts."""
    merchant, values = world.companies["CR"], settings(world, "greenpay", which)
    return world.run(connect_account(world.hub, merchant.id, "greenpay", values, by="dueña", **more)).account


def test_greenpays_card_page_that_is_open_is_heard_of_under_the_merchant_that_opened_it(world: World) -> None:
    debtor = world.debtor("CR", 5_000_000)
    payment = world.pay(debtor)
    first = current(world, "greenpay")
    with pytest.raises(MoneyIsUnderWay) as refused:
        typed(world, 1)
    assert refused.value.under_way == MoneyUnderWay(live=1)

    second = typed(world, 1, released=WHY)
    assert (second.status, stored(world, first).retired_by) == (AccountStatus.NEEDS_CONFIRMATION, "dueña")
    second = world.run(confirm_account(world.hub, second.id, by="dueña"))
    world.approve(payment)
    for news in world.news(payment):
        assert world.run(world._post(notification_address(world.hub, second) + news.path, news)).status_code == 200

    assert second.status is AccountStatus.ACTIVE
    assert world.payment(payment).status is Status.PAID
    assert (world.due(debtor.payables[0]), broken(world)) == (0, [])


def test_a_person_confirms_first_where_nothing_is_under_way(world: World) -> None:
    payment = world.pay(world.debtor("CR", 5_000_000))
    world.reject(payment)
    world.control("greenpay", "expire", reference=payment.reference)
    world.pass_time(days=9)
    before = stored(world, current(world, "greenpay"))

    with pytest.raises(NotReplaced) as held:
        typed(world, 1, anyway=True)

    assert (held.value.awaits_confirmation, held.value.is_another) == (True, True)
    assert stored(world, before) == before
    assert typed(world, 1, released=WHY).status is AccountStatus.NEEDS_CONFIRMATION
