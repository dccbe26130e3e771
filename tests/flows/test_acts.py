"""What the table of acts says is what happens: every act is tried while each thing is really under way."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

import hub.flows
from hub.domain.acts import RULES, Act, Pending, Rule, why_refused
from hub.domain.conversion import Rate
from hub.domain.decision import Signed
from hub.domain.disbursement import PaidOut
from hub.domain.dispute import Dispute, DisputeStage
from hub.domain.files.invoice_file import parse_invoices
from hub.domain.identity import FieldError, Invalid
from hub.domain.import_run import Choices
from hub.domain.intake import Share
from hub.domain.operation import Operation, OperationKind
from hub.domain.payment import LEASE, Payment, Status
from hub.flows.corrections import disburse_credit as disburse_credit_module
from hub.flows.corrections import write_off
from hub.flows.corrections.answer_return import ReturnedBill, answer_return
from hub.flows.corrections.convert_money import Wanted, convert_money
from hub.flows.corrections.disburse_credit import disburse_credit
from hub.flows.ground.free_credit import free_sums
from hub.flows.imports.complete_list import close_missing, plan_missing
from hub.flows.imports.undo import undo_import
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.open_payment import Fresh, NotPossible, PayRequest, open_payment
from hub.flows.payments.record_return import ReturnEvidence, record_return
from hub.flows.payments.run_operation import refund_payment
from hub_hookspecs import Channel, Kind, Mode, Money
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import SIGNED, START, Desk, Refused, Reporting, run
from tests.flows.imported import keep_import, listing

BILL: Final = "FE-1"
PAYMENT: Final = "A"
FREED: Final = "correct alloc:capture:acct:REFA:{FE-1}:0"
"""What a paid payment settled is taken back, for acts that want a bill that nothing settles."""


def line(text: str) -> Callable[[Desk], None]:
    """A line of an accountant's case."""
    return lambda desk: desk.do(text)


def start(desk: Desk, *, warned: bool = False) -> None:
    """The payer pays another part of the bill; ``warned``: after the warning of an unproven close."""
    payable = desk._payable(BILL)
    share = Share(payable.id, 10_000_00)
    wanted = PayRequest(
        account_id="acct",
        way="push",
        channel=Channel.STATEMENT,
        customer_id=payable.customer_id,
        shares=[share],
        fields={"phone": "3001234567"},
        warned=warned,
    )
    drawn = Fresh("pay-B", "return-B", {"nequi": "REFB"}, desk.clock.now)

    def write(tx: Any) -> None:
        payment = open_payment(tx, desk.hub, wanted, drawn)
        if payment.id != drawn.payment_id:
            raise Shown(payment)
        tx.payments.add(payment)

    desk.opened.store.write_now(write)


def money_of(desk: Desk) -> Payment:
    """Whose money an act is about that is about a paid one: what is under way, or the one that was paid before."""
    payment = desk._payment(PAYMENT)
    return payment if payment.status is Status.PAID else desk._payment(BEFORE)


def refund(desk: Desk) -> None:
    """All that is left of it goes back through its provider, which does not answer."""
    desk.hub.exchanger = Reporting(None)
    run(refund_payment(desk.hub, money_of(desk).id, by="contadora"))


def record_back(desk: Desk) -> None:
    """A person saw in the provider's panel that some of it went back."""
    proof = ReturnEvidence(kind=Kind.RETURNED, amount=Money(1_000_00, "COP"))
    run(record_return(desk.hub, money_of(desk).id, proof, signed=SIGNED))


def exchange(desk: Desk) -> None:
    """Dollars in hand settle this bill; a first rate is looked at by two people."""
    today = desk.clock.now.date()
    wanted = Wanted(
        customer_id="c1",
        came=Money(10_00, "USD"),
        settles_in="COP",
        rate=Rate(base="USD", quote="COP", value=Decimal(4000), source="BanRep", on=today),
        means="cash",
        value_on=today,
        invoices=[BILL],
    )
    for by in ("dueña", "contadora"):
        made = run(convert_money(desk.hub, desk.merchant, wanted, signed=Signed(by=by, why="así lo pagó")))
        if made.conversion:
            return


def disburse_all(desk: Desk) -> None:
    """The customer is paid out all that is free."""
    (free,) = desk.read(lambda tx: free_sums(tx, "c1", Mode.TEST))
    paid = PaidOut(amount=free, means="cash", paid_on=desk.clock.now.date())
    run(disburse_credit(desk.hub, desk.merchant, "c1", paid, signed=SIGNED))


def answer_with_note(desk: Desk) -> None:
    """Of what went back before a person says that a credit note gave it up."""
    reviews = desk.read(lambda tx: tx.reviews.of())
    (review,) = [item for item in reviews if item.cause == "returned_bill"]
    noted = {"note_number": "NC-9", "amount": Money(10_000_00, "COP")}
    run(answer_return(desk.hub, desk.merchant, review.id, ReturnedBill.CREDIT_NOTE, signed=SIGNED, **noted))


def undo_its_import(desk: Desk) -> None:
    """The file that brought this bill is taken back, or every reason why not is told."""
    made = keep_import(desk, [desk._payable(BILL).id], at=START)
    done = run(undo_import(desk.hub, desk.merchant, made.id, by="contadora"))
    if done.refused:
        raise Invalid(tuple(FieldError("run", row.message) for row in done.refused))


def close_as_missing(desk: Desk) -> None:
    """A complete list lacks this bill, or every reason why it is left alone is told."""
    file = parse_invoices(listing("FE-2,100000001,2026-03-01,COP,5.00"))

    def write(tx: Any) -> None:
        chosen = Choices(complete=True, missing_count=1, missing={"*": "outside"})
        missing = plan_missing(tx, desk.merchant, file, chosen, desk.clock.now)
        if missing.left:
            raise Invalid(tuple(FieldError("file", item.why) for item in missing.left))
        assert close_missing(tx, desk.hub, desk.merchant, missing, chosen, "contadora", desk.clock.now).numbers

    desk.opened.store.write_now(write)


class Shown(Exception):
    """Nothing was started: the payer is shown the payment that is live."""

    def __init__(self, payment: Payment) -> None:
        super().__init__(payment.id)
        self.payment = payment


@attrs.frozen
class Door:
    """A way by which an act is done.

    Attributes:
        before: Lines of a case that make it possible.
        free: Nothing may settle the bill.
        apart: What can be under way only with another payment than the one whose money it is about: that is no matter
            of this act, which the table says.
        confirmed: The same once a warning was confirmed.
    """

    does: Callable[[Desk], None]
    before: tuple[str, ...] = ()
    free: bool = False
    apart: frozenset[Pending] = frozenset()
    confirmed: Callable[[Desk], None] | None = None


BEFORE: Final = "Z"
PAID_BEFORE: Final = (f"pays {BEFORE} {BILL} 10000.00", f"paid {BEFORE}")
UNPAID: Final = frozenset({Pending.LIVE, Pending.UNPROVEN})
"""With these a payment holds no money that could go back or be credit."""

DOORS: Final[dict[Act, tuple[Door, ...]]] = {
    Act.REVISE_BILL: (
        Door(line("invoice FE-1 120000.00")),
        Door(line("invoice FE-1 100000.00 dated 2026-02-20")),
    ),
    Act.MOVE_BILL: (Door(line("invoice FE-1 100000.00 of c2"), free=True),),
    Act.VOID_BILL: (Door(line("void-bill FE-1"), free=True),),
    Act.CREDIT_NOTE: (Door(line("credit-note NC-1 FE-1 100000.00")),),
    Act.ANSWER_RETURN: (Door(answer_with_note, (*PAID_BEFORE, "returned Z 10000.00 as R-1")),),
    Act.WRITE_OFF: (Door(line("write-off FE-1")),),
    Act.RECEIVE: (Door(line("received cash 10000.00 for FE-1 10000.00")),),
    Act.DEDUCT: (
        Door(line("certificate C-1 withheld FE-1 retefuente 1000.00")),
        Door(line("received cash 10000.00 withheld FE-1 retefuente 1000.00")),
        Door(line("receipt P discount FE-1 1000.00"), ("invoice FE-2 5000.00", "pays P FE-2 5000.00", "paid P")),
    ),
    Act.VOID_RECEIPT: (Door(line("void R"), ("received cash 10000.00 for FE-1 10000.00 as R",)),),
    Act.APPLY_CREDIT: (Door(line("use-credit FE-1 10000.00"), ("received cash 10000.00",)),),
    Act.DISBURSE: (Door(disburse_all, ("received cash 10000.00",), free=True, apart=UNPAID),),
    Act.EXCHANGE: (Door(exchange),),
    Act.CORRECT_ENTRY: (Door(line("correct writeoff:{FE-1}:0"), ("write-off FE-1 10000.00",)),),
    Act.CORRECT_AMOUNT: (Door(line("correct manual:{R} 8000.00"), ("received cash 10000.00 for FE-1 10000.00 as R",)),),
    Act.REFUND: (Door(refund, PAID_BEFORE, apart=UNPAID),),
    Act.RECORD_RETURN: (Door(record_back, PAID_BEFORE, apart=UNPAID),),
    Act.UNDO_IMPORT: (Door(undo_its_import, free=True),),
    Act.CLOSE_MISSING: (Door(close_as_missing, free=True),),
    Act.START_PAYMENT: (Door(start, confirmed=lambda desk: start(desk, warned=True)),),
}
"""How each act is done."""


def under_way(desk: Desk, pending: Pending, *, free: bool) -> None:
    """A payment of a part of the bill comes to this; ``free``: what it settled was taken back before."""
    desk.do(f"pays {PAYMENT} {BILL} 40000.00")
    match pending:
        case Pending.LIVE:
            return
        case Pending.UNPROVEN:
            desk.do(f"unheard {PAYMENT}")
            return
    desk.do(f"paid {PAYMENT}")
    if free:
        desk.do(FREED)
    payment, now = desk._payment(PAYMENT), desk.clock.now

    def write(tx: Any) -> None:
        if pending is Pending.DISPUTE_OPEN:
            stage = DisputeStage.INQUIRY
            about = {"merchant_id": payment.merchant_id, "mode": Mode.TEST, "payment_id": payment.id}
            dispute = Dispute(id="d1", case="CASE-1", amount=payment.amount, stage=stage, opened_at=now, **about)
            tx.disputes.add(dispute)
            return
        refund = Operation(
            id="op1",
            payment_id=payment.id,
            account_id=payment.account_id,
            merchant_id=payment.merchant_id,
            mode=Mode.TEST,
            kind=OperationKind.REFUND,
            reference="OP1",
            amount=Money(1_000_00, "COP"),
            created_at=now,
        )
        tx.operations.add(refund)
        tx.operations.begin_sending(refund.id, "process-1", now + LEASE)

    desk.opened.store.write_now(write)


def scene(desk: Desk, pending: Pending, door: Door) -> Desk:
    """The bill, what the act needs, and what is under way."""

    def offer(tx: Any) -> None:
        tx.countries.set("CO", "nequi", enabled=True)

    desk.opened.store.write_now(offer)
    desk.do(f"invoice {BILL} 100000.00")
    for text in door.before:
        desk.do(text)
    under_way(desk, pending, free=door.free)
    return desk


def standing(desk: Desk) -> object:
    """All that an act may change."""

    def read(tx: Any) -> object:
        bill = tx.payables.by_number(desk.merchant.id, Mode.TEST, desk._payable(BILL).kind, BILL)
        operations = [tx.operations.of_payment(payment_id) for payment_id in desk.payments.values()]
        receipts = [tx.receipts.get(receipt_id) for receipt_id in desk.receipts.values()]
        return bill, receipts, operations, tx.payments.with_payables([bill.id]), tx.reviews.of()

    return desk.exported(), desk.read(read)


def said(error: BaseException) -> str:
    """What a refusal says, for developers."""
    if isinstance(error, NotPossible | NotAllowed):
        return str(error.message)
    return str(error)


def refused(desk: Desk, pending: Pending, does: Callable[[Desk], None]) -> None:
    """It is refused for this reason, and nothing is otherwise."""
    before = standing(desk)
    with pytest.raises((Invalid, Refused, NotPossible, NotAllowed, Shown)) as caught:
        does(desk)
    assert standing(desk) == before
    if isinstance(caught.value, Shown):
        assert pending is Pending.LIVE
        assert caught.value.payment.id == desk._payment(PAYMENT).id
        return
    why = why_refused(pending, BILL)
    assert str(why) in said(caught.value) or repr(why) in said(caught.value)


def done(desk: Desk, does: Callable[[Desk], None]) -> None:
    before = standing(desk)
    does(desk)
    assert standing(desk) != before
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def asked(desk: Desk) -> bool:
    """Whether a person is asked, now or when the money comes."""
    if not desk.causes():
        desk.do(f"paid {PAYMENT}")
    return bool(desk.causes())


def cases(*, apart: bool = True) -> list[Any]:
    """Every door with everything that may be under way; ``apart``: also with what is no matter of the act."""
    return [
        pytest.param(act, door, pending, id=f"{act}-{number}-{pending}")
        for act, doors in DOORS.items()
        for (number, door), pending in itertools.product(enumerate(doors), Pending)
        if apart or pending not in door.apart
    ]


@pytest.mark.parametrize(("act", "door", "pending"), cases())
def test_an_act_does_what_the_table_says(
    desk_for: Callable[[str], Desk], act: Act, door: Door, pending: Pending
) -> None:
    desk = scene(desk_for("CO"), pending, door)

    match RULES[act][pending]:
        case Rule.TAKEN:
            done(desk, door.does)
        case Rule.REVIEWED:
            done(desk, door.does)
            assert asked(desk)
        case Rule.REFUSED:
            refused(desk, pending, door.does)
        case Rule.WARNED:
            warned_of(desk, door.does)
            assert door.confirmed
            done(desk, door.confirmed)


def warned_of(desk: Desk, does: Callable[[Desk], None]) -> None:
    """Nothing is done yet, and the warning is what is shown."""
    before = standing(desk)
    with pytest.raises(NotPossible) as caught:
        does(desk)
    assert caught.value.code == "unproven"
    assert standing(desk) == before


@pytest.mark.parametrize(("act", "door", "pending"), cases(apart=False))
def test_an_act_that_the_table_refused_would_be_refused(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch, act: Act, door: Door, pending: Pending
) -> None:
    """The table is asked, whatever it says today."""
    desk = scene(desk_for("CO"), pending, door)
    monkeypatch.setitem(RULES, act, dict.fromkeys(Pending, Rule.REFUSED))

    refused(desk, pending, door.does)


def test_every_act_has_a_door() -> None:
    flows = "".join(path.read_text() for path in Path(hub.flows.__path__[0]).rglob("*.py"))
    asking = {act for act in Act if re.search(rf"\bAct\.{act.name}\b", flows)}

    assert set(DOORS) == set(Act)
    assert asking == set(Act)


def test_what_is_no_matter_of_an_act_is_taken_by_the_table() -> None:
    said = {RULES[act][pending] for act, doors in DOORS.items() for door in doors for pending in door.apart}

    assert said == {Rule.TAKEN}


def holding(desk: Desk) -> Desk:
    """A live payment holds 20 000 of 30 000 of credit."""
    held = f"pays {PAYMENT} {BILL} 80000.00 credit {BILL} 20000.00"
    for text in (f"invoice {BILL} 100000.00", "received cash 30000.00", held):
        desk.do(text)
    return desk


def test_credit_that_a_live_payment_holds_is_not_paid_out(desk_for: Callable[[str], Desk]) -> None:
    desk = holding(desk_for("CO"))

    desk.do("refused disburse cash 10000.01")
    desk.do("disburse cash 10000.00")
    desk.do("paid A")

    assert desk._payable(BILL).due == 0
    assert "customer_credit" not in {kind for kind, _currency in desk.balances()}
    assert not desk.causes()
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_credit_that_a_declined_payment_held_is_paid_out(desk_for: Callable[[str], Desk]) -> None:
    desk = holding(desk_for("CO"))
    desk.do("declined A")

    desk.do("disburse cash 30000.00")

    assert "customer_credit" not in {kind for kind, _currency in desk.balances()}


def test_control_a_disbursement_of_all_credit_takes_what_a_live_payment_holds(
    desk_for: Callable[[str], Desk], plant: Callable[[Any, str, Any], None]
) -> None:
    desk = holding(desk_for("CO"))
    plant(disburse_credit_module, "free_credit", lambda tx, *whose: tx.ledger.unapplied(*whose))

    desk.do("disburse cash 30000.00")
    desk.do("paid A")

    assert desk._payable(BILL).due


def test_control_an_act_that_does_not_ask_is_found(
    desk_for: Callable[[str], Desk], plant: Callable[[Any, str, Any], None]
) -> None:
    door = DOORS[Act.WRITE_OFF][0]
    desk = scene(desk_for("CO"), Pending.LIVE, door)
    plant(write_off, "refuse_while", lambda *_args, **_named: frozenset())

    with pytest.raises(pytest.fail.Exception):
        refused(desk, Pending.LIVE, door.does)
