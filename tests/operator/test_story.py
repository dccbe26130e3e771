"""One payment on one page: found by whatever somebody has at hand,
with every request that was sent for it."""

import json
import shlex
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.decision import Signed
from hub.domain.payment import Status
from hub.flows.corrections.decide_refund import decide_refund
from hub.flows.operations.prune import QUERY_LIFETIME, prune
from hub.flows.views.view_record import view_record
from tests.cli.conftest import Ended, call
from tests.faults.harness import Desk, World, broken, rows
from tests.operator.test_messages import shell as shell

Shell = Callable[..., Ended]


def paid(world: World, country: str = "CO") -> Any:
    """A payment that was approved and is known to be."""
    payment = world.pay(world.debtor(country, 150_000))
    world.approve(payment)
    world.deliver(payment)
    world.pass_time(seconds=20)
    assert world.payment(payment).status is Status.PAID
    return world.payment(payment)


def test_a_payment_is_found_by_whatever_somebody_has_at_hand(world: World, shell: Shell) -> None:
    payment, other = paid(world, "CR"), paid(world, "CR")
    (seen,) = [item.observation for item in world.seen(payment) if item.observation.kind == "paid"]
    receipt = world.read(lambda tx: next(iter(tx.receipts.standing(payment.id)), None))
    customer = world.read(lambda tx: tx.customers.get(payment.customer_id))
    found = [
        payment.reference, payment.reference.lower(), payment.id, payment.provider_reference, payment.lines[0].number,
        receipt.label, f"{receipt.series}{receipt.number}", customer.document.number, customer.email, customer.name,
    ]  # fmt: skip
    for text in found:
        ended = shell("payment", "show", text)
        assert ended.out.startswith(f"Payment {payment.reference}: paid"), (text, ended)
    by_authorisation = shell("payment", "show", seen.authorisation)
    assert by_authorisation.out.startswith(f"Payment {payment.reference}: paid")
    # A name that both customers have: the newest is shown, the other is named.
    both = shell("payment", "show", "Persona").out
    assert both.startswith(f"Payment {other.reference}")
    assert f"also matches: {payment.reference} paid" in both
    nobody = shell("payment", "show", "ZZZ-000")
    assert (nobody.code, "no payment matches 'ZZZ-000': give our reference" in nobody.err) == (1, True)
    assert shell("payment", "show", " ").code == 1


def test_a_refund_is_found_by_its_own_reference(world: World, shell: Shell) -> None:
    payment = paid(world)
    decided = world.run(decide_refund(world.hub, payment.id, signed=Signed(by="Ana", why="returned goods")))
    world.work()
    assert shell("payment", "show", decided.operation.reference).out.startswith(f"Payment {payment.reference}: paid")


def put_alike(world: World, tx: Any, number: str, count: int) -> None:
    """Newer payments of invoices whose numbers begin alike."""
    for at in range(count):
        made = world.made(world.put_debtor(tx, "CO", 1_000))
        (line,) = made.lines
        tx.payments.add(attrs.evolve(made, lines=(attrs.evolve(line, number=f"{number}{at}"),)))


def test_an_exact_number_is_not_lost_among_many_that_begin_so(world: World, shell: Shell) -> None:
    first = paid(world)
    number = first.lines[0].number
    world.write(lambda tx: put_alike(world, tx, number, 205))
    assert first.id not in {item.id for item in world.read(lambda tx: tx.payments.search(text=number))}
    assert shell("payment", "show", number).out.startswith(f"Payment {first.reference}")


def test_every_request_stands_there_with_its_time_and_without_content(world: World, shell: Shell) -> None:
    payment = paid(world)
    page = json.loads(shell("payment", "show", payment.reference, "--json").out)
    hooks = [item["hook"] for item in page["requests"]]
    assert hooks.count("create_payment") == 1
    assert {"query_payment", "handle_notification"} & set(hooks)
    (charging,) = [item for item in page["requests"] if item["mark"] == "charging"]
    assert (charging["status"], charging["wrote"], charging["number"]) == (200, True, 1)
    assert charging["started"] <= charging["at"]
    assert "?" not in charging["request"]
    told = shell("payment", "show", payment.reference).out
    assert "POST 127.0.0.1/sim/nequi/api/payments/v2/-services-paymentservice-unregisteredpayment" in told
    stored = str(rows(world.path, "SELECT * FROM request_sent"))
    for secret in ("3998764643", payment.reference, "Bearer", "token="):
        assert secret not in stored


def test_a_request_that_was_held_back_stands_there_too(world: World, shell: Shell) -> None:
    world.fault("nequi", "*/oauth2/token", "cut_before", times=9)
    world.forget_grants()
    world.run(world.opened.exchanger._grants.drop(world.accounts["CO"].id))
    payment = world.pay(world.debtor("CO", 150_000))
    assert world.payment(payment).reason == "never_sent"
    page = shell("payment", "show", payment.reference).out
    assert "not sent: NotSent: no grant" in page
    assert broken(world) == []


def test_what_charged_is_kept_for_ever_and_old_questions_are_forgotten(world: World) -> None:
    payment = paid(world)
    before = world.run(view_record(world.hub, payment.id)).requests
    world.clock.now += QUERY_LIFETIME + timedelta(days=1)
    world.run(prune(world.hub))
    after = world.run(view_record(world.hub, payment.id)).requests
    forgotten = {item.hook for item in before} - {item.hook for item in after}
    assert forgotten <= {"query_payment", "handle_notification"}
    assert len(after) < len(before)
    assert "create_payment" in {item.hook for item in after}


def test_control_a_request_before_the_commit_of_sending_is_a_broken_invariant(desk: Desk) -> None:
    payment = desk.made(desk.debtor("CO", 150_000))
    desk.write(lambda tx: tx.payments.add(payment))
    assert not [text for text in broken(desk) if text.startswith("I1:")]
    with closing(sqlite3.connect(desk.path)) as connection:
        connection.execute(
            "INSERT INTO request_sent (payment, seq, operation, hook, number, mark, method, host, path, status,"
            " trouble, milliseconds, wrote, started, at)"
            " VALUES (?, 1, '', 'create_payment', 1, 'charging', 'POST', 'h', '/', 200, '', 1, 1, 1, 1)",
            [payment.id],
        )
        connection.commit()
    assert [text for text in broken(desk) if text.startswith("I1:") and payment.reference in text]


@pytest.mark.parametrize("state", ["pending", "unknown", "closed", "paid"])
def test_every_command_that_the_page_offers_is_one_that_can_be_typed(world: World, shell: Shell, state: str) -> None:
    debtor = world.debtor("CO", 150_000)
    if state == "unknown":
        world.fault("nequi", "*unregisteredpayment", "cut_before", times=1)
    payment = world.pay(debtor)
    if state == "closed":
        world.reject(payment)
        world.pass_time(minutes=2)
    if state == "paid":
        world.approve(payment)
        world.pass_time(minutes=2)
    facts = json.loads(shell("payment", "show", payment.reference, "--json").out)
    assert facts["status"] == state
    assert bool(facts["comes_next"])
    offered = [do["command"] for do in facts["may_do"]]
    assert offered
    for command in offered:
        words = shlex.split(command)
        assert words[0] == "payment-hub"
        helped = call(*words[1:3], "--help")
        assert helped.code == 0, command
        options = [word for word in words[3:] if word.startswith("--")]
        assert all(option in helped.out for option in options), command
