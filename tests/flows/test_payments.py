"""The story of a payment, told through the flows: tries, time, late money, odd money."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from hub.domain.identity import Invalid
from hub.domain.intake import Share
from hub.domain.order import OrderItem
from hub.domain.payment import Flag, Status
from hub.domain.receipt import Means
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.imports.import_files import import_invoices
from hub.flows.payments.open_payment import NotPossible
from hub.flows.payments.payment_view import Shown
from hub.flows.payments.view_payment import view_payment
from hub.flows.statements.place_order import Cart, place_order
from hub_hookspecs import Channel, Kind, Mode, Money, Observation
from tests.faults.harness import PHONE, Debtor, News, World, broken, rows
from tests.spoken import refused, spoken


def invoice_file(debtor: Debtor, total: str, balance: str = "") -> bytes:
    """A newer export of a Colombian debtor's first invoice."""
    number = debtor.payables[0].number
    assert debtor.customer.document
    row = f"{number},{debtor.customer.document.number},2026-10-01,2026-11-23,COP,{total},{balance}"
    return f"number,customer,issued_on,due_on,currency,total,balance\n{row}\n".encode()


def test_a_payment_that_was_refused_is_followed_by_a_new_one_under_a_new_reference(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    world.control("nequi", "options", blocked_phones=[PHONE])
    refused = world.pay(debtor)
    world.control("nequi", "options", blocked_phones=[])
    retry = world.pay(debtor)

    assert (refused.status, refused.reason) == (Status.CLOSED, "declined")
    assert retry.status is Status.PENDING
    assert retry.reference != refused.reference
    assert not retry.warned


def test_a_payer_who_says_no_in_the_app_is_told_and_may_pay_again(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    payment = world.pay(debtor)
    world.reject(payment)
    world.deliver(payment)

    after = world.payment(payment)
    assert (after.status, after.reason) == (Status.CLOSED, "cancelled")
    assert world.pay(debtor).status is Status.PENDING


def test_a_card_session_that_nothing_is_heard_of_is_given_up_after_45_minutes_and_the_payer_is_warned(
    world: World,
) -> None:
    debtor = world.debtor("CR", 150_050)
    payment = world.pay(debtor)
    world.pass_time(minutes=44)
    assert world.payment(payment).status is Status.PENDING
    world.pass_time(minutes=2)
    after = world.payment(payment)

    assert (after.status, after.reason, after.is_unproven) == (Status.CLOSED, "session_expired", True)
    view = world.run(view_payment(world.hub, payment.id))
    assert view
    assert view.shown is Shown.NOT_CONFIRMED
    with pytest.raises(NotPossible) as refusal:
        world.pay(debtor)
    assert refusal.value.code == "unproven"
    assert world.pay(debtor, warned=True).warned


def test_money_that_comes_after_the_session_was_given_up_is_believed(world: World) -> None:
    debtor = world.debtor("CR", 150_050)
    payment = world.pay(debtor)
    world.approve(payment)
    world.pass_time(minutes=46)
    world.deliver(payment)
    after = world.payment(payment)

    assert (after.status, Flag.LATE in after.flags) == (Status.PAID, True)
    assert world.due(debtor.payables[0]) == 0
    assert broken(world) + world.book_differences() == []


def test_money_that_comes_late_for_an_invoice_paid_meanwhile_is_the_customers_credit(world: World) -> None:
    debtor = world.debtor("CR", 150_050)
    first = world.pay(debtor)
    world.approve(first)
    world.pass_time(minutes=46)
    second = world.pay(debtor, warned=True)
    world.approve(second)
    world.deliver(second)
    assert world.due(debtor.payables[0]) == 0
    world.deliver(first)
    after = world.payment(first)

    assert {Flag.LATE, Flag.DUPLICATE_CHARGE} <= after.flags
    assert world.credit(debtor) == {"CRC": 150_050}
    assert "duplicate_charge" in world.causes(first)
    assert len(world.mailed(debtor.customer.email)) == 2  # one receipt for each, the second saying what became of it
    assert broken(world) + world.book_differences() == []


def test_a_receipt_says_what_really_came_and_what_was_asked(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    payment = world.pay(debtor)
    told = Observation(
        kind=Kind.PAID, movement=payment.reference, amount=Money(100_000, "COP"), vouched=frozenset({"amount"})
    )
    world.tell(payment, told)
    world.work()
    (mail,) = world.town.mailbox.to(debtor.customer.email)

    assert "1.000" in mail.text
    assert world.due(debtor.payables[0]) == 50_000


def test_an_amount_without_a_proof_makes_no_credit(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    payment = world.pay(debtor)
    world.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(90_000_000, "COP")))
    world.work()
    view = world.run(view_payment(world.hub, payment.id))

    assert view
    assert (view.amount, world.due(debtor.payables[0])) == (Money(150_000, "COP"), 0)
    assert "amount_mismatch" in world.causes(payment)


def test_a_receipt_never_claims_money_in_a_currency_that_did_not_come(world: World) -> None:
    debtor = world.debtor("CR", 150_000)
    payment = world.pay(debtor)
    told = Observation(
        kind=Kind.PAID, movement=payment.reference, amount=Money(777, "USD"), vouched=frozenset({"amount"})
    )
    world.tell(payment, told)
    world.work()
    view = world.run(view_payment(world.hub, payment.id))

    assert view
    assert view.amount == Money(777, "USD")
    assert world.due(debtor.payables[0]) == 150_000
    assert "currency_mismatch" in world.causes(payment)
    for mail in world.town.mailbox.to(debtor.customer.email):
        assert "7,77" in mail.text


def test_an_import_that_would_change_an_invoice_in_a_live_payment_is_refused(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    payment = world.pay(debtor)
    merchant = world.companies["CO"]
    report = world.run(import_invoices(world.hub, merchant, invoice_file(debtor, "2000.00"), name="x.csv"))

    assert [fault.value for fault in report.set_aside] == [debtor.payables[0].number]
    assert "pago en línea en curso" in spoken(report.set_aside[0].message)
    assert world.due(debtor.payables[0]) == 150_000

    world.reject(payment)
    world.deliver(payment)
    report = world.run(import_invoices(world.hub, merchant, invoice_file(debtor, "2000.00"), name="x.csv"))
    assert (report.set_aside, report.changed) == ((), 1)
    assert world.due(debtor.payables[0]) == 200_000
    assert broken(world) == []


def test_an_import_below_what_is_paid_is_refused(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    payment = world.pay(debtor)
    world.approve(payment)
    world.deliver(payment)
    merchant = world.companies["CO"]
    report = world.run(import_invoices(world.hub, merchant, invoice_file(debtor, "1000.00"), name="x.csv"))

    assert len(report.set_aside) == 1
    assert world.due(debtor.payables[0]) == 0


def test_an_export_that_does_not_know_the_payment_yet_makes_nothing_due_again(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    merchant = world.companies["CO"]

    def import_balance(balance: str) -> int:
        """What is due of 1,500.00 after an export that says so."""
        report = world.run(import_invoices(world.hub, merchant, invoice_file(debtor, "1500.00", balance), name="x.csv"))
        assert (report.faults, report.set_aside) == ((), ())
        return world.due(debtor.payables[0])

    assert import_balance("1200.00") == 120_000, "300.00 were paid at the counter"
    payment = world.pay(debtor, shares=[Share(debtor.payables[0].id, 100_000)])
    world.approve(payment)
    world.deliver(payment)
    assert world.due(debtor.payables[0]) == 20_000

    assert import_balance("1200.00") == 20_000, "it knows the counter alone"
    assert import_balance("1500.00") == 50_000, "the counter's money was taken back there"
    assert import_balance("200.00") == 20_000, "it knows both"
    assert import_balance("0.00") == 0, "the rest was paid at the counter"
    assert import_balance("500.00") == 50_000, "money at the counter was taken back there, or an older file comes late"
    assert broken(world) == []


def test_an_order_that_is_paid_after_its_hold_is_credited_and_flagged(world: World) -> None:
    merchant = world.companies["CO"]
    cart = Cart(
        number="T-9", currency="COP", items=(OrderItem(sku="A", description="Caja", quantity=1, price=500_000),),
        name="Compra", email="compra@correo.example", hold_minutes=10,
    )  # fmt: skip
    world.run(place_order(world.hub, merchant, Mode.TEST, "key", cart))
    ((order_id, customer_id),) = rows(world.path, "SELECT id, customer FROM store_order")
    payable = world.read(lambda tx: tx.payables.get(order_id))
    customer = world.read(lambda tx: tx.customers.get(customer_id))
    debtor = Debtor(country="CO", customer=customer, payables=(payable,))
    payment = world.pay(debtor, channel=Channel.CHECKOUT)
    world.pass_time(minutes=11)
    assert world.pay(debtor, channel=Channel.CHECKOUT).id == payment.id  # the one that is under way, and no other
    world.approve(payment)
    world.deliver(payment)

    assert Flag.LATE in world.payment(payment).flags
    assert world.due(payable) == 0


def test_money_received_by_hand_is_refused_for_an_invoice_that_is_being_paid_online(world: World) -> None:
    debtor = world.debtor("CO", 150_000)
    world.pay(debtor)
    with refused(Invalid, match="pago en línea en curso"):
        world.run(
            record_by_hand(
                world.hub, world.companies["CO"], debtor.customer.id, means=Means.CASH, cash=Money(150_000, "COP"),
                shares=[Share(debtor.payables[0].id, 150_000)], by="Ana",
            )
        )  # fmt: skip


def test_a_verified_notice_of_a_payment_we_do_not_know_yet_waits_for_it(world: World) -> None:
    """As after a restored backup: the payment is written back, and what came meanwhile counts."""
    reference = "7Q2M9XK4T0VB3H8C5RZN6WDJ1E"
    news = approval(world, reference)
    assert world.post("CR", news).status_code == 200
    assert rows(world.path, "SELECT state FROM raw_message") == [("parked",)]
    restored = world.sent(world.debtor("CR", 150_000), reference=reference)

    world.pay(world.debtor("CR", 10_000))  # the account is heard of again
    world.work()

    assert world.payment(restored).status is Status.PAID
    assert rows(world.path, "SELECT state FROM raw_message") == [("done",)]


def approval(world: World, reference: str) -> News:
    """A genuine approval of a reference."""
    pem = world.town.configs["greenpay"]["merchants"][0]["private_key"]
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    proof = key.sign(f"status:200,orderId:{reference}".encode(), padding.PKCS1v15(), SHA256()).hex()
    body = {"status": 200, "orderId": reference, "authorization": "1", "_signature": proof}
    return News(body=json.dumps(body).encode(), headers=(("content-type", "application/json"),))
