"""What people do, and are told: companies, connections, mails, cash receipts."""

from __future__ import annotations

import asyncio
from typing import Any

import attrs
import pytest

import hub.flows.payments.record_observations
from hub.domain.account import AccountStatus
from hub.domain.identity import Invalid
from hub.domain.intake import Share
from hub.domain.merchant import Role
from hub.domain.offer import Absence
from hub.domain.payment import Status
from hub.domain.receipt import Means
from hub.flows.accounts.connect_account import connect_account, disable_account
from hub.flows.accounts.validate_account import confirm_account, validate_account
from hub.flows.corrections.record_receipt import record_by_hand, record_for_payment
from hub.flows.mails.deliver import value_of
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.save_company import save_company
from hub.flows.merchants.save_options import save_options
from hub.flows.merchants.sign_in import request_sign_in
from hub.flows.payments.offer_buttons import offers_for
from hub.flows.payments.open_payment import NotPossible
from hub_demo import companies
from hub_demo import town as demo
from hub_hookspecs import Channel, Credentials, EnteredBy, Mode, Money
from tests.faults.harness import Debtor, World, broken, rows
from tests.spoken import refused

PESOS = Money(150_000, "COP")


def buttons(world: World, country: str, amount: Money) -> dict[str, Absence | None]:
    """What a payer is offered: the absence of each provider's button, or nothing."""
    merchant = world.companies[country]
    found = world.run(offers_for(world.hub, merchant, Mode.TEST, channel=Channel.STATEMENT, amount=amount))
    return {offer.provider: offer.absence for offer in found}


def paid(world: World, country: str = "CO") -> tuple[Debtor, Any]:
    debtor = world.debtor(country, 150_000)
    payment = world.pay(debtor)
    world.approve(payment)
    world.deliver(payment)
    return debtor, world.payment(payment)


def test_a_company_that_changes_its_identity_hides_the_buttons_that_rest_on_it_and_says_which(world: World) -> None:
    assert buttons(world, "CO", PESOS) == {"nequi": None}
    changed = attrs.evolve(companies.CO, legal_name="Café de la Sabana SAS")
    saved = world.run(save_company(world.hub, world.companies["CO"].id, changed))

    assert saved.changed == {"legal_name"}
    assert [account.provider for account in saved.revalidate] == ["nequi"]
    assert buttons(world, "CO", PESOS) == {"nequi": Absence.NEEDS_REVALIDATION}
    with pytest.raises(NotPossible) as refusal:
        world.pay(world.debtor("CO", 150_000))
    assert refusal.value.code == "not_offered"


def test_a_confirmation_ends_with_the_identity_that_was_confirmed(world: World) -> None:
    merchant, account = world.companies["CR"], world.accounts["CR"]
    settings = world.read(lambda tx: tx.accounts.get(account.id)).settings
    assert world.read(lambda tx: tx.accounts.get(account.id)).confirmed_by
    world.run(disable_account(world.hub, account.id))
    changed = attrs.evolve(companies.CR, identity_number="3-101-999999")
    saved = world.run(save_company(world.hub, merchant.id, changed))
    assert saved.revalidate == ()

    again = world.run(connect_account(world.hub, merchant.id, "greenpay", settings, by="duena"))
    assert again.account.status is AccountStatus.NEEDS_CONFIRMATION, "nobody compared the new number"


def test_a_confirmation_ends_with_the_account_that_was_confirmed(world: World) -> None:
    merchant, account = world.companies["CR"], world.accounts["CR"]
    settings = world.read(lambda tx: tx.accounts.get(account.id)).settings

    again = world.run(connect_account(world.hub, merchant.id, "greenpay", settings, by="duena"))
    assert again.account.status is AccountStatus.ACTIVE
    elsewhere = {**settings, "merchant_id": "06c229a2-0000-4000-8000-000000000001"}
    other = world.run(connect_account(world.hub, merchant.id, "greenpay", elsewhere, by="duena", anyway=True))
    assert other.account.confirmed_by == ""


def test_an_account_that_was_turned_off_stays_off_until_its_owner_connects_it_again(world: World) -> None:
    merchant, account = world.companies["CO"], world.accounts["CO"]
    world.run(disable_account(world.hub, account.id))

    assert world.run(validate_account(world.hub, account.id, by="operadora")).status is AccountStatus.DISABLED
    assert buttons(world, "CO", PESOS) == {}
    world.run(connect_account(world.hub, merchant.id, "nequi", {}, by="duena"))
    assert world.read(lambda tx: tx.accounts.get(account.id)).status is not AccountStatus.DISABLED


@pytest.mark.parametrize("status", sorted(set(AccountStatus) - {AccountStatus.NEEDS_CONFIRMATION}))
def test_only_what_was_just_validated_can_be_confirmed(world: World, status: AccountStatus) -> None:
    account = world.accounts["CR"]
    world.write(lambda tx: tx.accounts.set_status(account.id, status, world.hub.clock()))

    with refused(Invalid, match="valide de nuevo"):
        world.run(confirm_account(world.hub, account.id, by="duena"))
    assert world.read(lambda tx: tx.accounts.get(account.id)).status is status


def test_an_account_that_waits_already_is_named_at_the_next_change_too(world: World) -> None:
    merchant = world.companies["CO"]
    world.run(save_company(world.hub, merchant.id, attrs.evolve(companies.CO, legal_name="Café de la Sabana SAS")))
    saved = world.run(save_company(world.hub, merchant.id, attrs.evolve(companies.CO, legal_name="Café del Valle SAS")))
    assert [account.provider for account in saved.revalidate] == ["nequi"]


def test_a_company_that_changes_its_address_keeps_its_buttons(world: World) -> None:
    changed = attrs.evolve(companies.CO, phone="601 555 9999", email="nuevo@cafemontana.example")
    saved = world.run(save_company(world.hub, world.companies["CO"].id, changed))

    assert (saved.changed, saved.revalidate) == (frozenset(), ())
    assert buttons(world, "CO", PESOS) == {"nequi": None}


def test_a_live_payment_goes_on_when_its_account_needs_revalidation(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    payment = world.pay(debtor)
    world.run(save_company(world.hub, world.companies["CO"].id, attrs.evolve(companies.CO, legal_name="Otra SAS")))
    world.hub.cached.clear()
    world.approve(payment)
    world.deliver(payment)

    assert world.payment(payment).status is Status.PAID


def test_an_account_that_was_asked_for_is_provisioned_and_the_merchant_is_mailed(world: World) -> None:
    world.enable("CO", "nequi")
    other = world.found("CO", slug="otra", number="900.123.457", check="5", owner="otra@empresa.example")
    asked = world.run(connect_account(world.hub, other.id, "nequi", {}, by="otra@empresa.example"))
    assert asked.account.status is AccountStatus.REQUESTED
    world.work()
    assert len(world.mailed(demo.OPERATOR)) == 1

    config = world.town.configs["nequi"]
    values = world.town.simulators["nequi"].settings(config, config["merchants"][0]["id"])
    provisioned = world.run(
        connect_account(world.hub, other.id, "nequi", values, entered_by=EnteredBy.OPERATOR, by="operator")
    )
    world.work()

    assert provisioned.account.status is AccountStatus.FAILED  # these are another company's credentials
    assert len(world.mailed("otra@empresa.example")) == 1


def test_a_provider_that_cannot_answer_says_nothing_against_an_account_that_works(world: World) -> None:
    account = world.accounts["CO"]
    told = world.read(lambda tx: tx.deliveries.of(subject_id=account.id))
    world.control("nequi", "fault", path="*", kind="status_before", status=401, times=20)

    after = world.run(validate_account(world.hub, account.id, by="Ana"))

    assert (after.report.credentials, after.status) == (Credentials.UNCLEAR, AccountStatus.ACTIVE)
    assert world.read(lambda tx: tx.deliveries.of(subject_id=account.id)) == told


def test_wrong_credentials_name_the_field_that_is_wrong(world: World) -> None:
    merchant = world.companies["CR"]
    config = world.town.configs["greenpay"]
    values = world.town.simulators["greenpay"].settings(config, config["merchants"][0]["id"])
    wrong = {**values, "secret": "not-the-secret"}
    connected = world.run(connect_account(world.hub, merchant.id, "greenpay", wrong, by="dueña", anyway=True))

    assert connected.account.status is AccountStatus.FAILED
    assert connected.account.report
    assert "secret" in connected.account.report.culprits
    assert buttons(world, "CR", Money(150_000, "CRC")) == {}


def test_a_merchant_is_not_told_to_check_what_the_operator_enters(world: World) -> None:
    account = world.accounts["CO"]
    known = world.read(lambda tx: tx.accounts.get(account.id)).settings
    wrong = {**known, "client_id": "nobody", "client_secret": "nothing", "api_key": "none"}
    done = world.run(
        connect_account(
            world.hub,
            world.companies["CO"].id,
            "nequi",
            wrong,
            anyway=True,
            entered_by=EnteredBy.OPERATOR,
            by="operator",
        )
    )
    assert done.account.report
    assert done.account.report.culprits
    (told,) = [
        mail
        for mail in world.read(lambda tx: tx.deliveries.of(subject_id=account.id))
        if mail.kind == "account_result" and mail.state == "due"
    ]
    value, _locale = world.read(lambda tx: value_of(tx, world.hub, told, world.hub.clock()))
    assert (value.culprits, value.asked) == ((), False)


def test_a_mail_server_that_is_down_loses_nothing_and_delays_no_payment(world: World) -> None:
    world.run(world.town.mailbox.stop())
    debtor, payment = paid(world)
    assert payment.status is Status.PAID
    world.pass_time(hours=2)
    states = dict(rows(world.path, "SELECT state, count(*) FROM delivery WHERE subject = ? GROUP BY 1", payment.id))
    assert states == {"due": 2}

    world.run(world.town.mailbox.start())
    world.pass_time(hours=1, minutes=5)

    assert len(world.mailed(debtor.customer.email)) == 1
    assert len(world.mailed(companies.OWNERS["CO"])) == 1
    ids = [str(mail.message["Message-ID"]) for mail in world.town.mailbox.mails]
    assert len(set(ids)) == len(ids)


def test_a_mailbox_that_does_not_exist_is_not_tried_for_ever(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    world.town.mailbox.refuse[debtor.customer.email] = "550 no such mailbox"
    payment = world.pay(debtor)
    world.approve(payment)
    world.deliver(payment)
    world.pass_time(days=1)
    ((state, tries),) = rows(world.path, "SELECT state, tries FROM delivery WHERE recipient = ?", debtor.customer.email)

    assert (state, tries) == ("dead", 1)
    assert len(world.mailed(companies.OWNERS["CO"])) >= 1


def test_a_receipt_is_mailed_once_however_often_the_news_comes(world: World) -> None:
    debtor = world.debtor("CR", 150_000)
    payment = world.pay(debtor)
    world.approve(payment)
    world.deliver(payment, times=5)

    assert len(world.mailed(debtor.customer.email)) == 1


def numbers(world: World, country: str) -> list[int]:
    merchant = world.companies[country].id
    found = rows(world.path, "SELECT number FROM cash_receipt WHERE merchant = ? ORDER BY number", merchant)
    return [row[0] for row in found]


def test_automatic_cash_receipts_are_numbered_without_a_gap_although_transactions_fail_in_between(
    world: World, plant: Any
) -> None:
    right = hub.flows.payments.record_observations._owe_mails
    for at in range(6):
        debtor = world.debtor("CR", 150_000)
        payment = world.pay(debtor)
        world.approve(payment)
        if at % 2:
            plant(hub.flows.payments.record_observations, "_owe_mails", _fail)
            (news,) = world.news(payment)
            assert world.post("CR", news).status_code == 500  # after its number was taken
            plant(hub.flows.payments.record_observations, "_owe_mails", right)
        world.deliver(payment)

    assert numbers(world, "CR") == [1, 2, 3, 4, 5, 6]
    assert broken(world) == []


def _fail(*_given: Any, **_named: Any) -> None:
    raise RuntimeError("planted")


def test_a_cash_receipt_is_recorded_once_however_often_the_merchant_presses(world: World) -> None:
    _debtor, payment = paid(world)
    merchant = world.companies["CO"]

    async def press() -> list[Any]:
        presses = (record_for_payment(world.hub, merchant, payment.id, by="Ana") for _ in range(5))
        return await asyncio.gather(*presses)

    receipts = world.run(press())

    assert {receipt.id for receipt in receipts} == {receipts[0].id}
    assert numbers(world, "CO") == [1]
    assert receipts[0].cash == PESOS


def test_no_cash_receipt_is_recorded_for_what_is_not_proven(world: World) -> None:
    payment = world.pay(world.debtor("CO", 150_000))

    with pytest.raises(Invalid):
        world.run(record_for_payment(world.hub, world.companies["CO"], payment.id, by="Ana"))
    assert numbers(world, "CO") == []


def by_hand(world: World, debtor: Debtor, minor: int, share: int, **more: Any) -> Any:
    return world.run(
        record_by_hand(
            world.hub, world.companies["CO"], debtor.customer.id, means=Means.TRANSFER, cash=Money(minor, "COP"),
            shares=[Share(debtor.payables[0].id, share)] if share else [], by="Ana", **more,
        )
    )  # fmt: skip


def test_money_received_by_hand_settles_invoices_and_the_rest_is_credit(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    receipt = by_hand(world, debtor, 200_000, 150_000)

    assert (receipt.advance.minor, receipt.clause) == (50_000, "settles")
    assert world.due(debtor.payables[0]) == 0
    assert world.credit(debtor) == {"COP": 50_000}
    assert world.balance("CO", "bank") == 200_000
    assert broken(world) == []


def test_a_receipt_by_hand_takes_nothing_from_one_invoice_for_another(world: World) -> None:
    debtor = world.debtor("CO", 100_000, 50_000)
    shares = [Share(debtor.payables[0].id, 100_000), Share(debtor.payables[1].id, -50_000)]

    with refused(Invalid, match="mayor que cero"):
        world.run(
            record_by_hand(
                world.hub,
                world.companies["CO"],
                debtor.customer.id,
                means=Means.CASH,
                cash=Money(50_000, "COP"),
                shares=shares,
                by="Ana",
            )
        )

    assert [world.due(payable) for payable in debtor.payables] == [100_000, 50_000]


def test_the_same_form_sent_twice_records_once(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    first = by_hand(world, debtor, 100_000, 100_000, receipt_id="form-1")
    second = by_hand(world, debtor, 100_000, 100_000, receipt_id="form-1")

    assert first.id == second.id
    assert world.due(debtor.payables[0]) == 50_000
    assert numbers(world, "CO") == [1]


@pytest.mark.parametrize(("minor", "share"), [(0, 0), (-5, 0), (100_000, 100_001), (200_000, 150_001)])
def test_a_receipt_by_hand_that_does_not_add_up_changes_nothing(world: World, minor: int, share: int) -> None:
    debtor = world.debtor("CO", 150_000)
    with pytest.raises(Invalid):
        by_hand(world, debtor, minor, share)

    assert (world.due(debtor.payables[0]), numbers(world, "CO")) == (150_000, [])


def test_a_mail_to_a_member_is_in_that_members_language_and_any_other_in_the_companys(world: World) -> None:
    merchant = world.companies["CO"]
    world.run(add_member(world.hub, merchant, "Ann@cafe.example", Role.OWNER))
    world.run(add_member(world.hub, merchant, "luis@cafe.example", Role.ACCOUNTANT))
    world.write(lambda tx: tx.merchants.set_language(merchant.id, "ann@cafe.example", "en"))
    world.write(lambda tx: tx.merchants.set_language(merchant.id, "luis@cafe.example", "es"))
    told = ("ann@cafe.example", "luis@cafe.example", "contadora@fuera.example")
    merchant = world.run(save_options(world.hub, merchant.id, notify=told, digest=True))

    paid(world)
    world.run(save_company(world.hub, merchant.id, attrs.evolve(companies.CO, legal_name="Café de la Sabana SAS")))
    world.run(request_sign_in(world.hub, "ann@cafe.example"))
    world.pass_time(days=1)
    world.work()

    def said(tx: Any) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {address: {} for address in told}
        for owed in tx.deliveries.of(merchant_id=merchant.id):
            if owed.recipient.lower() in found:
                value, locale = value_of(tx, world.hub, owed, world.hub.clock())
                mail = world.hub.documents.mail(value, recipient=owed.recipient, message_id="m", locale=locale)
                found[owed.recipient.lower()][owed.kind] = mail.subject.partition("] ")[2] or mail.subject
        return found

    english, spanish, outside = (world.read(said)[address] for address in told)
    assert english.keys() == {"payment_received", "payment_digest", "account_attention", "sign_in"}
    assert english["payment_received"].startswith("Payment received through Nequi")
    assert english["payment_digest"].startswith("Payments received on")
    assert english["account_attention"] == "Nequi needs your attention"
    assert english["sign_in"].startswith("Your link to")
    assert spanish == outside
    assert spanish["payment_received"].startswith("Pago recibido con Nequi")
