"""Credit that a payment uses, while something happens in between: applied elsewhere, gone, the bill shrinks (F04).

The payment dies at each of its commits and requests in turn; the act comes while nobody knows what became of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.domain.identity import Invalid
from hub.domain.intake import Share
from hub.domain.payment import Payment, Status
from hub.flows.books import use_held
from hub.flows.books.settle_bill import apply_credit, credit_bill
from hub.flows.corrections.correct_entry import correct_amount
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.open_payment import NotPossible
from hub.flows.payments.run_operation import refund_payment
from hub.flows.payments.start_payment import start_payment
from hub.storage.ledger import Ledger
from hub_hookspecs import Kind, Mode, Money, Observation
from tests.faults.harness import Debtor, World, broken
from tests.faults.test_crash import newest, payer_pays, victim_of

Plant = Callable[[Any, str, Any], None]

DUE, CREDIT, OTHER = 70_000, 20_000, 30_000


@attrs.frozen
class Table:
    """A customer with credit from a payment that brought too much, an invoice to be paid with it, and another one."""

    world: World
    debtor: Debtor
    source: Payment

    @classmethod
    def laid(cls, world: World) -> Table:
        debtor = world.debtor("CR", DUE, OTHER, 10_000)
        wanted, other, first = debtor.payables
        source = world.sent(attrs.evolve(debtor, payables=(first,)))
        amount = Money(10_000 + CREDIT, "CRC")
        world.tell(
            source,
            Observation(
                kind=Kind.PAID, movement=source.reference, amount=amount, vouched=frozenset({"movement", "amount"})
            ),
        )
        return cls(world, attrs.evolve(debtor, payables=(wanted, other)), source)

    def request(self, **changes: Any) -> Any:
        """What the payer of the first invoice asks for, with all the credit."""
        wanted = self.debtor.payables[0].id
        asked = self.world.request(self.debtor, shares=[Share(wanted, DUE - CREDIT)], credits={wanted: CREDIT})
        return attrs.evolve(asked, **changes)

    def apply(self) -> None:
        """A person applies all the credit to the other invoice."""
        share = Share(self.debtor.payables[1].id, CREDIT)
        world = self.world
        world.run(apply_credit(world.hub, world.companies["CR"], self.debtor.customer.id, [share], by="contadora"))

    def correct(self) -> None:
        """A person finds that less had come."""
        world = self.world
        key = f"capture:{self.source.account_id}:{self.source.reference}"
        amount = Money(10_000 + CREDIT // 2, "CRC")
        world.run(correct_amount(world.hub, world.companies["CR"], key, amount, by="contadora", reason="error"))

    def told_back(self) -> None:
        """The provider tells that the credit went back."""
        back = Observation(
            kind=Kind.RETURNED, event_id="R1", amount=Money(CREDIT, "CRC"), vouched=frozenset({"event_id", "amount"})
        )
        self.world.tell(self.source, back)

    def shrink(self) -> None:
        """A credit note comes for the invoice that is being paid."""
        world, payable = self.world, self.debtor.payables[0]
        note = credit_bill(
            *(world.hub, world.companies["CR"], payable.number),
            note_number=f"NC-{payable.number}",
            amount=Money(30_000, "CRC"),
            by="contadora",
        )
        world.run(note)

    def nothing(self) -> None:
        """Nothing happens."""

    def free(self) -> int:
        found = self.world.read(lambda tx: tx.ledger.free_credit(self.debtor.customer.id, Mode.TEST))
        return int(found.get("CRC", 0))

    def held(self) -> int:
        found = self.world.read(lambda tx: tx.ledger.held_credit(self.debtor.customer.id, Mode.TEST))
        return int(found.get("CRC", 0))

    def net(self) -> int:
        """What is owed less what is credit, whatever settled what."""
        owed = sum(self.world.due(payable) for payable in self.debtor.payables)
        return owed - self.world.credit(self.debtor).get("CRC", 0)


ACTS = ("nothing", "apply", "correct", "told_back", "shrink")
TAKES_CREDIT = ("apply", "correct")
MOVES_NET = {"correct": CREDIT // 2, "told_back": CREDIT, "shrink": -30_000}
"""By how much an act alone changes what is owed less what is credit."""


def played(table: Table, act: str, fatal: int) -> tuple[list[str], bool]:
    """What is wrong after an act in between a death and the money; and whether nobody died."""
    world, wrong = table.world, list[str]()
    with victim_of(world, fatal) as victim:
        survived = world.run(victim.live(start_payment(victim.opened.hub, table.request())))
    payment = newest(world, table.debtor)
    holds = bool(payment and payment.is_live)
    if table.held() != (CREDIT if holds else 0):
        wrong.append(f"holds {table.held()} while live is {holds}")
    refused = False
    try:
        getattr(table, act)()
    except Invalid:
        refused = True
    if refused != (holds and act in TAKES_CREDIT):
        wrong.append(f"{act} was {'refused' if refused else 'done'} while live is {holds}")
    if payment:
        payer_pays(world, payment)
        world.deliver(payment)
    world.pass_time(hours=3)
    after = newest(world, table.debtor)
    charged = world.charged(table.debtor.payables, "greenpay")
    if table.held():
        wrong.append(f"{table.held()} is held at the end")
    came = (DUE - CREDIT) * charged
    gone = 0 if refused else MOVES_NET.get(act, 0)
    if table.net() != DUE + OTHER - CREDIT - came + gone:
        wrong.append(f"owed less credit is {table.net()}, {came} came and {gone} went")
    if after and after.status is Status.PAID:
        left = world.due(table.debtor.payables[0])
        short = act == "told_back" or (act in TAKES_CREDIT and not refused)
        if (left > 0) != short or ("credit_gone" in world.causes(after)) != short:
            wrong.append(f"{left} left, {world.causes(after)}")
    return [f"{act} {fatal} ({victim.points.names[-1]}): {text}" for text in wrong], survived


@pytest.mark.parametrize("act", ACTS)
def test_an_act_in_between_never_takes_credit_twice_wherever_the_payment_dies(world: World, act: str) -> None:
    wrong: list[str] = []
    for fatal in itertools.count(1):
        found, survived = played(Table.laid(world), act, fatal)
        wrong += found
        if survived:
            break

    assert wrong == []
    assert broken(world) == []


def test_control_without_holding_the_credit_is_applied_twice_over(world: World, plant: Plant) -> None:
    plant(Ledger, "held_credit", lambda _ledger, _customer, _mode: {})
    wrong, _ = played(Table.laid(world), "apply", 10**6)

    assert wrong


def test_control_a_capture_that_applies_no_credit_leaves_it_due(world: World, plant: Plant) -> None:
    plant(use_held, "move_credit", lambda *_given, **_named: None)
    wrong, _ = played(Table.laid(world), "nothing", 10**6)

    assert wrong


@pytest.mark.parametrize("act", ["apply", "correct", "told_back", "shrink"])
def test_a_form_whose_credit_or_bill_changed_starts_nothing(world: World, act: str) -> None:
    table = Table.laid(world)
    request = table.request()
    getattr(table, act)()

    with pytest.raises(NotPossible) as refused:
        world.run(start_payment(world.hub, request))
    assert refused.value.code in ("changed", "wrong_amount")
    assert newest(world, table.debtor) is None


@pytest.mark.parametrize("act", ACTS)
def test_late_money_takes_the_credit_that_is_still_there(world: World, act: str) -> None:
    """The payment closed unproven and holds nothing; then its money comes all the same."""
    table = Table.laid(world)
    payment = world.run(start_payment(world.hub, table.request()))
    world.tell(payment, Observation(kind=Kind.SESSION_EXPIRED))
    assert table.free() == CREDIT

    getattr(table, act)()
    paid = Observation(kind=Kind.PAID, movement=payment.reference, vouched=frozenset({"movement"}))
    world.tell(payment, paid)
    world.pass_time(hours=3)

    missing = {"apply": CREDIT, "correct": CREDIT // 2, "told_back": CREDIT}.get(act, 0)
    assert world.due(table.debtor.payables[0]) == missing
    assert ("credit_gone" in world.causes(payment)) == bool(missing)
    assert broken(world) == []


@pytest.mark.parametrize("credits", [{"": CREDIT + 1}, {"": -1}, {"": CREDIT, "another": 0}])
def test_credit_that_is_not_there_is_not_used(world: World, credits: dict[str, int]) -> None:
    table = Table.laid(world)
    wanted = table.debtor.payables[0].id
    request = table.request(credits={name or wanted: minor for name, minor in credits.items()})

    with pytest.raises(NotPossible):
        world.run(start_payment(world.hub, request))


def test_credit_that_a_payment_holds_is_not_given_back(world: World) -> None:
    debtor = world.debtor("CO", 40_000, 100_000)
    paid_twice, wanted = (attrs.evolve(debtor, payables=(payable,)) for payable in debtor.payables)
    first = world.pay(paid_twice)
    world.tell(first, Observation(kind=Kind.SESSION_EXPIRED))
    second = world.pay(paid_twice, warned=True)
    for payment in (second, first):
        world.approve(payment)
        paid = Observation(kind=Kind.PAID, movement=payment.reference, amount=payment.amount)
        world.tell(payment, attrs.evolve(paid, vouched=frozenset({"movement", "amount"})))
    payable = wanted.payables[0].id
    holder = world.pay(wanted, shares=[Share(payable, 60_000)], credits={payable: 40_000})
    assert holder.is_live

    with pytest.raises(NotAllowed) as refused:
        world.run(refund_payment(world.hub, first.id, by="dueña"))
    assert refused.value.code == "credit_held"

    world.tell(holder, Observation(kind=Kind.DECLINED, vouched=frozenset({"movement"})))
    world.run(refund_payment(world.hub, first.id, by="dueña"))
    assert broken(world) == []
