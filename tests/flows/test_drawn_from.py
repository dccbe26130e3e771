"""A money form that was drawn from something else writes nothing; who is no form is not asked."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

import attrs
import pytest

from hub.domain.decision import Signed
from hub.domain.disbursement import PaidOut
from hub.domain.drawn_from import SAID, DrawnFrom, Part
from hub.domain.intake import Share
from hub.domain.payment import Payment
from hub.flows.books.settle_bill import apply_credit, credit_bill
from hub.flows.corrections.correct_entry import correct_entry
from hub.flows.corrections.decide_refund import decide_refund
from hub.flows.corrections.disburse_credit import disburse_credit
from hub.flows.corrections.record_receipt import record_by_hand, record_for_payment
from hub.flows.ground import read_drawn
from hub.flows.ground.as_drawn import ComparingStore, FormChanged, as_drawn
from hub.flows.ground.ports import Hub
from hub.flows.ground.read_drawn import Subject, drawn_from, state_of
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.release_payment import release_payment
from hub.flows.payments.start_payment import start_payment
from hub_hookspecs import Channel, Mode, Money
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import Desk, run
from tests.faults.harness import Debtor, World
from tests.flows.test_returns import paid
from tests.spoken import refused

BETWEEN: Final = {
    "somebody else records a receipt": "received cash 10000.00 for FE-1 10000.00",
    "credit comes": "received cash 500.00",
    "credit is used": "use-credit FE-1 1000.00",
    "a credit note": "credit-note NC-1 FE-1 1000.00",
    "a payment starts": "pays B FE-9 500.00",
    "the bill is revised": "invoice FE-1 120000.00",
    "another bill comes": "invoice FE-2 1000.00",
}
"""What may happen while a form is filled in."""

Form = Callable[[Desk, Hub], None]


@pytest.fixture
def desk(desk_for: Callable[[str], Desk]) -> Desk:
    """A bill, credit, and a payment of a part of another bill that was paid."""
    desk = desk_for("CO")
    desk.opened.store.write_now(lambda tx: tx.countries.set("CO", "nequi", enabled=True))
    for line in ("invoice FE-1 100000.00", "received cash 5000.00", "invoice FE-9 9000.00", "pays A FE-9 8000.00"):
        desk.do(line)
    desk.do("paid A")
    return desk


def by_hand(desk: Desk, hub: Hub) -> None:
    """Money received outside the hub."""
    shares, cash = [Share(desk._payable("FE-1").id, 2_000_00)], Money(2_000_00, "COP")
    known = {"receipt_id": "receipt-of-a-form-1234", "by": "contadora"}
    run(record_by_hand(hub, desk.merchant, "c1", means="cash", cash=cash, shares=shares, **known))


def for_payment(desk: Desk, hub: Hub) -> None:
    """A payment's receipt."""
    run(record_for_payment(hub, desk.merchant, "pay-A", by="contadora"))


def use_credit(desk: Desk, hub: Hub) -> None:
    """Credit settles a bill."""
    run(apply_credit(hub, desk.merchant, "c1", [Share(desk._payable("FE-1").id, 300_00)], by="contadora"))


def disburse(desk: Desk, hub: Hub) -> None:
    """Credit is paid out."""
    told = PaidOut(amount=Money(200_00, "COP"), means="cash", paid_on=desk.clock.now.date(), reference="")
    signed = Signed(by="Ana", why="la pidió")
    run(disburse_credit(hub, desk.merchant, "c1", told, signed=signed, disbursement_id="form-of-a-disbursement"))


FORMS: Final = {
    by_hand: (Subject.CUSTOMER, "c1"),
    for_payment: (Subject.PAYMENT, "pay-A"),
    use_credit: (Subject.CUSTOMER, "c1"),
    disburse: (Subject.CUSTOMER, "c1"),
}


def shown(desk: Desk, form: Form) -> Hub:
    """The hub of whoever has the form open, as it is drawn now."""
    subject, this = FORMS[form]
    mark = run(drawn_from(desk.hub, subject, this, Mode.TEST))
    return as_drawn(desk.hub, state_of(subject, this, Mode.TEST), mark)


@pytest.mark.parametrize("act", BETWEEN.values(), ids=list(BETWEEN))
@pytest.mark.parametrize("form", FORMS)
def test_a_form_writes_nothing_once_something_changed_and_books_when_it_is_drawn_again(
    desk: Desk, act: str, form: Form
) -> None:
    before_it = shown(desk, form)
    desk.do(act)
    before = desk.exported()

    with refused(FormChanged, match="cambió desde que abrió el formulario"):
        form(desk, before_it)
    assert desk.exported() == before
    form(desk, shown(desk, form))


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_is_sent_twice_books_once(desk: Desk, form: Form) -> None:
    sent = run(drawn_from(desk.hub, *FORMS[form], Mode.TEST))
    state = state_of(*FORMS[form], Mode.TEST)
    form(desk, as_drawn(desk.hub, state, sent))
    before = desk.exported()

    if form is use_credit:  # which has no number that it could lead to again
        with refused(FormChanged):
            form(desk, as_drawn(desk.hub, state, sent))
    else:
        form(desk, as_drawn(desk.hub, state, sent))
    assert desk.exported() == before


def test_a_form_whose_act_was_corrected_meanwhile_does_not_act_again(desk: Desk) -> None:
    """All stands as it did when it was drawn, and yet somebody took this very act back."""
    sent = run(drawn_from(desk.hub, *FORMS[use_credit], Mode.TEST))
    state = state_of(*FORMS[use_credit], Mode.TEST)
    use_credit(desk, as_drawn(desk.hub, state, sent))
    entries = desk.opened.store.read_now(lambda tx: tx.ledger.entries(desk.merchant.id, Mode.TEST))
    run(correct_entry(desk.hub, desk.merchant, entries[-1].key, by="Ana", reason="no era esa"))

    with refused(FormChanged, match="El saldo a favor"):
        use_credit(desk, as_drawn(desk.hub, state, sent))


def test_a_form_without_its_mark_is_old(desk: Desk) -> None:
    with refused(FormChanged, match="El formulario venció"):
        use_credit(desk, as_drawn(desk.hub, state_of(*FORMS[use_credit], Mode.TEST), ""))


@pytest.mark.parametrize("mark", ["x", "due-", "due-0.credit-0", ".", "-", "due-0-0..live"])
def test_a_mark_that_is_none_is_another_one(desk: Desk, mark: str) -> None:
    with refused(FormChanged, match="Lo que se debe. El saldo a favor. Los pagos en línea en curso."):
        use_credit(desk, as_drawn(desk.hub, state_of(*FORMS[use_credit], Mode.TEST), mark))


def test_what_follows_the_first_write_is_the_same_act(desk: Desk) -> None:
    hub = shown(desk, use_credit)
    use_credit(desk, hub)

    run(credit_bill(hub, desk.merchant, "FE-1", note_number="NC-7", amount=Money(100, "COP"), by="contadora"))
    assert desk._payable("FE-1").due == 9_969_900


def opened(world: World, payment: Payment) -> Hub:
    """The hub of whoever looks at the payment's page now."""
    state = state_of(Subject.PAYMENT, payment.id, Mode.TEST)
    return as_drawn(world.hub, state, world.run(drawn_from(world.hub, Subject.PAYMENT, payment.id, Mode.TEST)))


def refund(world: World, payment: Payment, hub: Hub) -> None:
    world.run(decide_refund(hub, payment.id, signed=Signed(by="Ana", why="mercancía devuelta")))


def release(world: World, payment: Payment, hub: Hub) -> None:
    world.run(release_payment(hub, payment.id, signed=Signed(by="Ana", why="cerró la página")))


def noted(world: World, debtor: Debtor) -> Coroutine[Any, Any, Any]:
    """A credit note on the last bill."""
    credit = {"note_number": "NC-1", "amount": Money(100, "COP"), "by": "Ana"}
    return credit_bill(world.hub, world.companies["CO"], debtor.payables[-1].number, **credit)


def paid_whole(world: World) -> tuple[Debtor, Payment]:
    """Of two bills the first was paid."""
    debtor = world.debtor("CO", 100_000, 50_000)
    payment = world.sent(attrs.evolve(debtor, payables=debtor.payables[:1]))
    world.tell(payment, paid(payment, 100_000))
    return debtor, payment


def another_starts(world: World, debtor: Debtor) -> None:
    world.sent(attrs.evolve(debtor, payables=debtor.payables[1:]))


MEANWHILE: Final = {
    "a credit note": lambda world, debtor: world.run(noted(world, debtor)),
    "another payment starts": another_starts,
}


@pytest.mark.parametrize("act", MEANWHILE.values(), ids=list(MEANWHILE))
def test_nothing_is_given_back_once_something_changed(world: World, act: Callable[[World, Debtor], None]) -> None:
    debtor, payment = paid_whole(world)
    hub = opened(world, payment)
    act(world, debtor)

    with refused(FormChanged):
        refund(world, payment, hub)
    assert world.operations(payment) == []
    refund(world, payment, opened(world, payment))
    assert len(world.operations(payment)) == 1


def interrupted(world: World, plant: Callable[[Any, str, Any], None], after_each: Callable[[Any], None]) -> None:
    """Between the two transactions of a refund another person books."""
    debtor, payment = paid_whole(world)
    hub, write, calls = opened(world, payment), ComparingStore.write, list[Any]()

    async def slow(self: Any, fn: Any, **more: Any) -> Any:
        calls.append(fn)
        if len(calls) == 2:
            await noted(world, debtor)
        result = await write(self, fn, **more)
        after_each(self)
        return result

    plant(ComparingStore, "write", slow)
    with refused(FormChanged, match="Lo que se debe"):
        refund(world, payment, hub)
    assert (len(calls), world.operations(payment)) == (2, [])


def test_a_refund_is_compared_where_it_is_sent_too(world: World, plant: Callable[[Any, str, Any], None]) -> None:
    interrupted(world, plant, lambda _store: None)


def test_a_refund_that_is_sent_twice_gives_back_once(world: World) -> None:
    _debtor, payment = paid_whole(world)
    mark = world.run(drawn_from(world.hub, Subject.PAYMENT, payment.id, Mode.TEST))
    state = state_of(Subject.PAYMENT, payment.id, Mode.TEST)
    refund(world, payment, as_drawn(world.hub, state, mark))

    with refused(FormChanged, match="Una devolución o cancelación"):
        refund(world, payment, as_drawn(world.hub, state, mark))
    assert len(world.operations(payment)) == 1


def test_nothing_is_released_once_something_changed(world: World) -> None:
    debtor = world.debtor("CO", 100_000, 50_000)
    payment = world.sent(attrs.evolve(debtor, payables=debtor.payables[:1]))
    world.pass_time(minutes=50)
    hub = opened(world, payment)
    world.run(noted(world, debtor))

    with refused(FormChanged, match="Lo que se debe"):
        release(world, payment, hub)
    assert world.payment(payment).is_live
    release(world, payment, opened(world, payment))
    assert not world.payment(payment).is_live


def test_a_payer_starts_no_payment_of_what_was_shown_otherwise(world: World) -> None:
    debtor = world.debtor("CO", 100_000, 50_000)
    request: PayRequest = world.request(debtor)
    state = state_of(Subject.CUSTOMER, debtor.customer.id, Mode.TEST)
    mark = world.run(drawn_from(world.hub, Subject.CUSTOMER, debtor.customer.id, Mode.TEST))
    world.run(noted(world, debtor))

    request = attrs.evolve(request, shares=[Share(debtor.payables[0].id, 100_000)])
    with refused(FormChanged):
        world.run(start_payment(as_drawn(world.hub, state, mark), request))
    assert not world.read(lambda tx: tx.payments.of_customer(debtor.customer.id, Mode.TEST))
    mark = world.run(drawn_from(world.hub, Subject.CUSTOMER, debtor.customer.id, Mode.TEST))
    payment = world.run(start_payment(as_drawn(world.hub, state, mark), request))
    again = world.run(start_payment(as_drawn(world.hub, state, mark), request))
    assert (payment.id, request.channel) == (again.id, Channel.STATEMENT)


def test_equal_states_have_one_mark_and_others_say_what_changed() -> None:
    state = DrawnFrom({Part.DUE: {"a": 1, "b": 2}, Part.CREDIT: {"COP": 3}, Part.LIVE: ["p"]})
    others = {part: DrawnFrom({**state.parts, part: value}) for part, value in ((Part.DUE, {}), (Part.LIVE, []))}

    assert DrawnFrom({**state.parts, Part.DUE: {"b": 2, "a": 1}}).mark == state.mark
    assert state.changed_since(state.mark) == ()
    assert {part: other.changed_since(state.mark) for part, other in others.items()} == {
        part: (part,) for part in others
    }


def test_every_part_has_its_words() -> None:
    assert set(SAID) == set(Part)


def test_of_what_is_not_there_nothing_is_drawn(desk: Desk) -> None:
    gone = [subject for subject in Subject if subject is not Subject.CUSTOMER]
    assert {run(drawn_from(desk.hub, subject, "none", Mode.TEST)) for subject in gone} == {""}


def test_control_forms_that_are_not_asked_book_what_nobody_saw(
    desk: Desk, plant: Callable[[Any, str, Any], None]
) -> None:
    plant(DrawnFrom, "changed_since", lambda _state, _mark: ())
    with pytest.raises(pytest.fail.Exception):
        test_a_form_writes_nothing_once_something_changed_and_books_when_it_is_drawn_again(
            desk, BETWEEN["a credit note"], use_credit
        )


def test_control_a_refund_that_is_compared_where_it_is_decided_alone_is_sent(
    world: World, plant: Callable[[Any, str, Any], None]
) -> None:
    def take(store: Any) -> None:
        store._is_taken = True

    with pytest.raises(pytest.fail.Exception):
        interrupted(world, plant, take)


def test_control_a_form_that_knows_not_how_often_credit_was_used_uses_it_again(
    desk: Desk, plant: Callable[[Any, str, Any], None]
) -> None:
    plant(read_drawn, "_used", lambda *_args: {})
    with pytest.raises(pytest.fail.Exception):
        test_a_form_whose_act_was_corrected_meanwhile_does_not_act_again(desk)


def test_control_a_refund_that_is_not_asked_is_given_back(world: World, plant: Callable[[Any, str, Any], None]) -> None:
    plant(DrawnFrom, "changed_since", lambda _state, _mark: ())
    with pytest.raises(pytest.fail.Exception):
        test_nothing_is_given_back_once_something_changed(world, MEANWHILE["a credit note"])


def test_control_a_release_that_is_not_asked_gives_the_bills_back(
    world: World, plant: Callable[[Any, str, Any], None]
) -> None:
    plant(DrawnFrom, "changed_since", lambda _state, _mark: ())
    with pytest.raises(pytest.fail.Exception):
        test_nothing_is_released_once_something_changed(world)
