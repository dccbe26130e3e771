"""Every other door: what a merchant decides at the counter, what banks take and give again, what payers report.

Each is an act of somebody with dice; ``pending`` says what the table of acts has the hub refuse, ``truth`` what really
happened. Whoever got no answer, since the process died, asks the same again with the same form.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hub.domain.acts import Act
from hub.domain.conversion import SUSPENSE, Rate
from hub.domain.decision import Evidence, Signed
from hub.domain.disbursement import PaidOut
from hub.domain.dispute import DisputeOutcome, DisputeStage
from hub.domain.identity import Invalid
from hub.domain.intake import Share
from hub.domain.merchant import LinkKind, Merchant
from hub.domain.message import About
from hub.domain.observation import ObservedBy
from hub.domain.receipt import MEANS_BY_HAND, Certificate, Deduction, Means
from hub.flows.books.settle_bill import apply_credit, credit_bill
from hub.flows.corrections.convert_money import Converted, Wanted, convert_money, void_conversion
from hub.flows.corrections.correct_entry import correct_amount, correct_entry
from hub.flows.corrections.disburse_credit import Disbursed, disburse_credit, void_disbursement
from hub.flows.corrections.end_dispute import end_dispute
from hub.flows.corrections.record_dispute import record_dispute
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.corrections.record_withholding import record_withholding
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.corrections.void_bill import rebill, void_bill
from hub.flows.corrections.write_off import write_off_bill
from hub.flows.ground.as_drawn import as_drawn
from hub.flows.ground.open_link import link_to
from hub.flows.ground.ports import Hub
from hub.flows.ground.read_drawn import Subject, drawn_from, state_of
from hub.flows.imports.import_files import import_invoices
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.payments.record_return import ReturnEvidence, record_return
from hub.flows.payments.run_operation import cancel_payment
from hub.flows.receipts.void_receipt import void_receipt
from hub.flows.settlements.withdraw_line import reopen_line, withdraw_line
from hub.flows.statements.report_payment import Report, report_payment
from hub_greenpay.simulator.session import State
from hub_hookspecs import Kind, Mode, Money, Observation

from .machine import Crashed
from .pending import BY_TABLE, judged, refused_by, under_way
from .truth import Back, Case, Paper, held_now

if TYPE_CHECKING:
    from .world import World

PANEL = Evidence(text="se vio en el panel del proveedor")
SIGNED = Signed(by="contadora", why="lo dice el banco", evidence=PANEL)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RATES = {"CRC": 520, "COP": 4000}


async def ask(
    world: World,
    act: Act | None,
    work: Callable[[Hub], Awaitable[Any]],
    *,
    name: str = "",
    payables: Sequence[str] = (),
    payments: Sequence[str] = (),
    perhaps: Sequence[str] = (),
) -> Any:
    """What came of it: what the flow returns, or the refusal; None where nobody ever answered."""
    for attempt in range(6):
        asked: Coroutine[Any, Any, Any] = _asked(world, None if attempt else act, work, payables, payments, perhaps)
        task = world.do(name or str(act), asked)
        await asyncio.wait([task])
        if not task.cancelled() and not isinstance(task.exception(), Crashed):
            return task.result()
        await asyncio.sleep(200)
    return None


async def _asked(
    world: World,
    act: Act | None,
    work: Callable[[Hub], Awaitable[Any]],
    payables: Sequence[str],
    payments: Sequence[str],
    perhaps: Sequence[str],
) -> Any:
    """Nobody is judged who asks a second time: it may have been done the first time."""
    done = work(world.process.hub)
    if act is None:
        return await done
    return await judged(world, act, done, payables=payables, payments=payments, perhaps=perhaps)


async def as_drawn_now(world: World, subject: Subject, this: str) -> Callable[[Hub], Hub]:
    """The hub for whoever sends a form that is drawn now, however often it is sent."""
    state = state_of(subject, this, Mode.TEST)
    mark = await drawn_from(world.process.hub, subject, this, Mode.TEST)
    return lambda hub: as_drawn(hub, state, mark)


async def merchant_of(world: World, merchant_id: str) -> Merchant:
    found: Any = await world.process.hub.store.read(lambda tx: tx.merchants.get(merchant_id))
    return found  # type: ignore[no-any-return]


INVOICES = (
    "SELECT id, number, due, total, currency, merchant, customer, voided_at IS NOT NULL AND rebilled_at IS NULL AS void"
    " FROM payable WHERE kind = 'invoice'"
)


def an_invoice(world: World, more: str = "", *values: Any) -> Any:
    return world.pick(f"{INVOICES} {more} ORDER BY id", *values)


def another_customer(world: World, merchant_id: str, besides: str = "") -> Any:
    return world.pick(
        "SELECT id, document_number FROM customer WHERE merchant = ? AND id <> ? AND document_number IS NOT NULL"
        " ORDER BY id",
        merchant_id,
        besides,
    )


# The company's accounting


async def bill(world: World) -> str | None:
    """A file brings a new invoice, or states another total or customer of one that is known."""
    country = world.dice.choice(("CR", "CO"))
    code, currency = ("greenpay", "CRC") if country == "CR" else ("nequi", "COP")
    (owner,) = world.one("SELECT merchant FROM account WHERE provider = ?", code)
    merchant = await merchant_of(world, owner)
    known = None
    if world.dice.random() < 0.4:
        known = an_invoice(world, "AND merchant = ? AND number NOT LIKE 'ND-%'", owner)
    customer, document = another_customer(world, owner)
    total = world.dice.choice((100_000, 250_000, 1_500_000, 990_050))
    act, number = None, f"F-{country}-N{next(world.forms)}"
    if known:
        this, number, _due, total, currency, _merchant, customer, void = known
        act = world.dice.choice((Act.REVISE_BILL, Act.REVISE_BILL, Act.MOVE_BILL))
        if void:
            return None
        if act is Act.REVISE_BILL:
            total += world.dice.choice((-5_000, 10_000, 70_000))
            (document,) = world.one("SELECT document_number FROM customer WHERE id = ?", customer)
        else:
            _customer, document = another_customer(world, owner, customer)
        if total < 0:
            return None
    day = world.one("SELECT issued_on FROM payable WHERE id = ?", known[0])[0] if known else f"{world.clock():%Y-%m-%d}"
    row = f"{number},{document},{day},{currency},{Money(total, currency).decimal:f}"
    file = f"number,customer,issued_on,currency,total\n{row}\n".encode()

    async def imported(hub: Hub) -> str:
        must = refused_by(act, under_way(world, [this], ())) if act else frozenset()
        report = await import_invoices(hub, merchant, file, decimal=".")
        if report.faults:
            world.problems.append(f"a file that is right has faults: {report.faults}")
        told = {BY_TABLE.get(getattr(error.message, "id", "")) for error in report.set_aside} - {None}
        if told - must or (must and not report.set_aside and not report.kept):
            world.problems.append(f"{act} of {number}: under way and refusing is {must}, the report says {report}")
        return f"{report.new} new, {report.changed} changed, {len(report.set_aside)} refused"

    said = await ask(world, None, imported, name="bill")
    return f"{act or 'new'} {row}: {said}"


async def void_or_rebill(world: World) -> str | None:
    """An invoice was never owed; or it is billed anew, to somebody else or in another currency too."""
    row = an_invoice(world, "")
    if row is None:
        return None
    this, number, _due, total, currency, merchant_id, customer, void = row
    merchant = await merchant_of(world, merchant_id)
    if not void:
        said = await ask(
            world,
            Act.VOID_BILL,
            lambda hub: void_bill(hub, merchant, number, by="contadora", reason="no se debía"),
            payables=[this],
        )
        return f"void {number}: {_short(said)}"
    before = total or world.one("SELECT voided_total FROM payable WHERE id = ?", this)[0]
    anew = Money(before + world.dice.choice((0, 0, 5_000)), currency)
    if world.dice.random() < 0.1:
        anew = Money(world.dice.choice((1_000, 20_000)), "USD")
    whose = ""
    if world.dice.random() < 0.3:
        _customer, whose = another_customer(world, merchant_id, customer)
    said = await ask(
        world,
        Act.REVISE_BILL,
        lambda hub: rebill(hub, merchant, number, total=anew, customer=whose, by="contadora", reason="era otra"),
        payables=[this],
    )
    return f"rebill {number} with {anew}{whose and f' of {whose}'}: {_short(said)}"


async def lower(world: World) -> str | None:
    """The accountant writes off, or notes credit."""
    row = an_invoice(world)
    if row is None:
        return None
    this, number, due, _total, currency, merchant_id, _customer, _void = row
    merchant = await merchant_of(world, merchant_id)
    some = Money(world.dice.choice((100, 5_000, 50_000, max(due, 100))), currency)
    if world.dice.random() < 0.4:
        part = Money(min(some.minor, 50_000), currency)
        said = await ask(
            world,
            Act.WRITE_OFF,
            lambda hub: write_off_bill(hub, merchant, number, amount=part, by="contadora", reason="incobrable"),
            payables=[this],
        )
        return f"write off {part} of {number}: {_short(said)}"
    note = f"N{world.dice.randrange(20)}"
    said = await ask(
        world,
        Act.CREDIT_NOTE,
        lambda hub: credit_bill(hub, merchant, number, note_number=note, amount=some, by="contadora"),
        payables=[this],
    )
    return f"credit note {note} of {some} on {number}: {_short(said)}"


async def correct(world: World) -> str | None:
    """The accountant takes an entry back that settled something without new money."""
    row = world.pick(
        "SELECT id, merchant, key, coalesce(payment, '') FROM entry"
        " WHERE kind IN ('write_off', 'credit_note', 'withheld', 'discount', 'allocation') ORDER BY key"
    )
    if row is None:
        return None
    entry, merchant_id, key, payment = row
    merchant = await merchant_of(world, merchant_id)
    touched = world.rows("SELECT payable FROM allocation WHERE entry = ? OR intake = ?", entry, entry)
    said = await ask(
        world,
        Act.CORRECT_ENTRY,
        lambda hub: correct_entry(hub, merchant, key, by="contadora", reason="error"),
        payables=sorted({item[0] for item in touched}) if payment or touched else (),
        payments=[payment] if payment else [],
    )
    return f"correct {key}: {_short(said)}"


async def restate(world: World) -> str | None:
    """A payout line that was booked is withdrawn, or one that was withdrawn is taken up again."""
    row = world.pick("SELECT line, account, merchant, state FROM settlement_line ORDER BY account, line")
    if row is None:
        return None
    line, account_id, merchant_id, state = row
    merchant = await merchant_of(world, merchant_id)
    account: Any = await world.process.hub.store.read(lambda tx: tx.accounts.get(account_id))
    flow = reopen_line if state == "withdrawn" else withdraw_line
    said = await ask(
        world, None, lambda hub: flow(hub, merchant, account, line, by="contadora", reason="error"), name="restate"
    )
    return f"{flow.__name__} {line}: {_short(said)}"


# The counter


async def count_money(world: World) -> str | None:
    """Somebody pays at the counter, or by transfer, and keeps something back perhaps; the form may be sent twice."""
    row = an_invoice(world)
    if row is None:
        return None
    this, number, due, _total, currency, merchant_id, customer, _void = row
    some = world.dice.choice((100, 5_000, 50_000, max(due, 100), due + 7_700))
    shares = [Share(this, min(some, due))] if due and world.dice.random() < 0.8 else []
    left = due - sum(share.amount for share in shares)
    kept = []
    if left > 0 and world.dice.random() < 0.3:
        kept = [Deduction(payable_id=this, amount=min(left, 3_000), tax=world.dice.choice((None, "retefuente")))]
    said = await _receive(world, merchant_id, customer, Money(some, currency), shares, kept)
    return f"{Money(some, currency)} for {number}, {shares}, less {kept}: {_short(said)}"


async def _receive(
    world: World,
    merchant_id: str,
    customer: str,
    cash: Money,
    shares: Sequence[Share],
    kept: Sequence[Deduction] = (),
    **more: Any,
) -> Any:
    merchant, form = await merchant_of(world, merchant_id), f"form-{next(world.forms)}"
    means = world.dice.choice(sorted(MEANS_BY_HAND)) if "report_id" not in more else Means.TRANSFER
    said = None
    for _ in range(2 if world.dice.random() < 0.1 else 1):
        said = await ask(
            world,
            None if said is not None else Act.RECEIVE,
            lambda hub: record_by_hand(
                *(hub, merchant, customer),
                means=means,
                cash=cash,
                shares=shares,
                by="contadora",
                receipt_id=form,
                deductions=kept,
                **more,
            ),
            name="receive",
            payables=[*(share.payable_id for share in shares), *(less.payable_id for less in kept)],
        )
        if said is not None and not isinstance(said, Exception):
            world.truth.papers[form] = Paper(key=f"manual:{form}", amount=cash.minor, currency=cash.currency)
    return said


async def pay_out(world: World) -> str | None:
    """Credit is paid out: all that is free, a part, or more than there is."""
    row = _credit(world)
    if world.dice.random() < 0.5:
        row = _credit(world, HELD) or row
    if row is None:
        return None
    merchant_id, customer, currency, credit = row
    amount = world.dice.choice((credit, max(1, credit // 2), credit + 1))
    merchant, form = await merchant_of(world, merchant_id), f"form-{next(world.forms)}"
    means = world.dice.choice((Means.CASH, Means.TRANSFER))
    paid = PaidOut(amount=Money(amount, currency), means=means, paid_on=_today(world, merchant))
    sources = world.rows(
        "SELECT DISTINCT payment FROM intake WHERE customer = ? AND currency = ? AND payment IS NOT NULL"
        " AND amount > allocated + returned",
        customer,
        currency,
    )
    said: Any = None
    for _ in range(2 if world.dice.random() < 0.1 else 1):
        said = await ask(
            world,
            None if said is not None else Act.DISBURSE,
            lambda hub: disburse_credit(
                hub, merchant, customer, paid, signed=Signed(by="dueña", why="lo pidió"), disbursement_id=form
            ),
            name="disburse",
            perhaps=[source[0] for source in sources],
        )
    if isinstance(said, Disbursed) and said.disbursement:
        world.truth.papers[form] = Paper(key=f"disburse:{form}", amount=-amount, currency=currency)
    return f"{paid.amount} of {credit} to {customer}: {_short(said)}"


async def convert(world: World) -> str | None:
    """Money in another currency is converted at a stated rate: dollars at the counter, or what waits in suspense."""
    waiting = world.pick(
        "SELECT e.payment, e.currency, -sum(p.amount) FROM entry e JOIN posting p ON p.entry = e.id"
        " JOIN ledger_account a ON a.id = p.ledger_account WHERE a.kind = 'suspense'"
        " GROUP BY e.payment, e.currency HAVING sum(p.amount) < 0 ORDER BY 1"
    )
    if waiting and world.dice.random() < 0.7:
        payment, currency, came = waiting
        merchant_id, customer, owed = world.one(
            "SELECT merchant, customer, currency FROM payment WHERE id = ?", payment
        )
        touched = [row[0] for row in world.rows("SELECT payable FROM payment_line WHERE payment = ?", payment)]
        return await _convert(world, merchant_id, customer, Money(came, currency), owed, touched, payment)
    row = an_invoice(world, "AND due > 0 AND currency <> 'USD'")
    if row is None:
        return None
    this, number, _due, _total, owed, merchant_id, customer, _void = row
    came = Money(world.dice.choice((100, 1_000, 7_777)), "USD")
    named = world.dice.random() < 0.5
    touched = [this]
    if not named:
        touched = [
            item[0]
            for item in world.rows(
                "SELECT id FROM payable WHERE kind = 'invoice' AND customer = ? AND currency = ? AND due > 0"
                " AND id NOT IN (SELECT payable FROM payment_line WHERE live = 1)"
                " AND id NOT IN (SELECT subject FROM review WHERE cause = 'returned_bill' AND resolved_at IS NULL)",
                customer,
                owed,
            )
        ]
    return await _convert(world, merchant_id, customer, came, owed, touched, None, (number,) if named else ())


async def _convert(
    world: World,
    merchant_id: str,
    customer: str,
    came: Money,
    owed: str,
    touched: Sequence[str],
    payment: str | None,
    named: tuple[str, ...] = (),
) -> str:
    merchant, form = await merchant_of(world, merchant_id), f"form-{next(world.forms)}"
    today, other = _today(world, merchant), owed if came.currency == "USD" else came.currency
    value = Decimal(RATES.get(other, 520)) * world.dice.choice((100, 100, 101, 98, 130)) / 100
    wanted = Wanted(
        customer_id=customer,
        payment_id=payment,
        came=came,
        settles_in=owed,
        rate=Rate(base="USD", quote=other, value=value, source="BCCR", on=today),
        means=SUSPENSE if payment else Means.CASH,
        value_on=today,
        invoices=named,
    )
    said: Any = None
    for by in ("dueña", "contadora"):
        signed = Signed(by=by, why="así lo pagó")
        said = await ask(
            world,
            Act.EXCHANGE,
            lambda hub, signed=signed: convert_money(hub, merchant, wanted, signed=signed, form=form),
            payables=touched,
            payments=[payment] if payment else [],
        )
        if not isinstance(said, Converted) or said.conversion:
            break
    if isinstance(said, Converted) and said.conversion and not payment:
        key = f"exchange:{said.conversion.id}:in"
        world.truth.papers[said.conversion.id] = Paper(key=key, amount=came.minor, currency=came.currency)
    return f"{came} of {customer} into {owed} at {value}: {_short(said)}"


async def void_paper(world: World) -> str | None:
    """A receipt, a disbursement or a conversion turns out to be none; or it was of another amount."""
    match world.dice.choice(("receipt", "receipt", "amount", "disbursement", "conversion")):
        case "receipt":
            row = world.pick("SELECT id, merchant FROM cash_receipt ORDER BY id")
            if row is None:
                return None
            merchant = await merchant_of(world, row[1])
            said = await ask(
                world,
                Act.VOID_RECEIPT,
                lambda hub: void_receipt(hub, merchant, row[0], reason="duplicado", by="contadora"),
            )
            _voided(world, row[0], said)
            return f"receipt {row[0]}: {_short(said)}"
        case "disbursement":
            row = world.pick("SELECT id, merchant, customer FROM disbursement ORDER BY id")
            if row is None:
                return None
            merchant = await merchant_of(world, row[1])
            said = await ask(
                world,
                None,
                lambda hub: void_disbursement(hub, merchant, row[0], reason="no se entregó", by="dueña"),
                name="void disbursement",
            )
            _voided(world, row[0], said)
            return f"disbursement {row[0]}: {_short(said)}"
        case "conversion":
            row = world.pick("SELECT id, merchant, customer FROM conversion ORDER BY id")
            if row is None:
                return None
            merchant = await merchant_of(world, row[1])
            said = await ask(
                world,
                None,
                lambda hub: void_conversion(hub, merchant, row[0], reason="otra tasa", by="dueña"),
                name="void conversion",
            )
            _voided(world, row[0], said)
            return f"conversion {row[0]}: {_short(said)}"
    return await _wrong_amount(world)


def _voided(world: World, this: str, said: Any) -> None:
    if this in world.truth.papers and said is not None and not isinstance(said, Exception):
        world.truth.papers[this].void = True


async def _wrong_amount(world: World) -> str | None:
    row = world.pick(
        "SELECT r.id, r.merchant, r.currency, r.cash, e.id FROM cash_receipt r"
        " JOIN entry e ON e.key = 'manual:' || r.id WHERE r.voided_at IS NULL ORDER BY r.id"
    )
    if row is None or row[0] not in world.truth.papers:
        return None
    this, merchant_id, currency, cash, entry = row
    amount = Money(max(0, cash + world.dice.choice((-1_000, 2_500, -cash))), currency)
    merchant, key = await merchant_of(world, merchant_id), f"manual:{this}"
    settled = world.rows("SELECT DISTINCT payable FROM allocation WHERE intake = ?", entry)
    said = await ask(
        world,
        None if not settled else Act.CORRECT_AMOUNT,
        lambda hub: correct_amount(hub, merchant, key, amount, by="contadora", reason="error"),
        name="correct amount",
        perhaps=_payments_of(world, [item[0] for item in settled]),
    )
    booked = world.one(
        "SELECT sum(p.amount) FROM entry e JOIN posting p ON p.entry = e.id JOIN ledger_account a"
        " ON a.id = p.ledger_account WHERE a.kind IN ('cash', 'bank') AND (e.key = ? OR e.key LIKE ?)",
        key,
        f"fix:{key}:%",
    )
    if not isinstance(said, Exception) or booked[0] == amount.minor:
        world.truth.papers[this].amount = amount.minor
    return f"{key} was {amount}: {_short(said)}"


def _payments_of(world: World, payables: Sequence[str]) -> list[str]:
    return [
        row[0] for this in payables for row in world.rows("SELECT payment FROM payment_line WHERE payable = ?", this)
    ]


async def certify(world: World) -> str | None:
    """A payer proves later what it kept back; the same certificate may come twice."""
    row = an_invoice(world, "AND due > 0")
    if row is None:
        return None
    this, number, due, _total, _currency, merchant_id, _customer, _void = row
    merchant = await merchant_of(world, merchant_id)
    name = f"R-{world.dice.randrange(6)}"
    paper = Certificate(number=name, issued_on=_today(world, merchant))
    tax = world.dice.choice(("retefuente", "reteiva"))
    less = [Deduction(payable_id=this, amount=min(due, 2_000), tax=tax)]
    said = await ask(
        world,
        Act.DEDUCT,
        lambda hub: record_withholding(hub, merchant, paper, less, by="contadora"),
        payables=[] if _certified(world, name, this, tax) else [this],
    )
    return f"certificate {name} of {number}: {_short(said)}"


def _certified(world: World, name: str, payable: str, tax: str) -> bool:
    """Whether it is booked already, which is no act any more; of another tax it is one."""
    return bool(world.one("SELECT 1 FROM entry WHERE key = ?", f"withheld:certificate-{name}:{payable}:{tax}"))


async def use_credit(world: World) -> str | None:
    """The payer, whom credit covers, or the merchant lets it settle invoices."""
    row = _credit(world)
    if row is None:
        return None
    merchant_id, customer, currency, credit = row
    merchant = await merchant_of(world, merchant_id)
    open_ones = world.rows(f"{INVOICES} AND customer = ? AND currency = ? AND due > 0 ORDER BY id", customer, currency)
    if not open_ones:
        return None
    chosen = world.dice.sample(open_ones, min(len(open_ones), world.dice.choice((1, 1, 2))))
    shares = [Share(item[0], min(item[2], max(1, credit // len(chosen)))) for item in chosen]
    drawn = await as_drawn_now(world, Subject.CUSTOMER, customer)
    said = await ask(
        world,
        Act.APPLY_CREDIT,
        lambda hub: apply_credit(drawn(hub), merchant, customer, shares, by="payer"),
        payables=[share.payable_id for share in shares],
    )
    return f"{shares} of {credit} of {customer}: {_short(said)}"


HELD = (
    "EXISTS (SELECT 1 FROM payment p JOIN payment_line l ON l.payment = p.id WHERE p.customer = a.owner AND p.live = 1"
)
HELD += " AND l.credit > 0)"


def _credit(world: World, more: str = "1") -> Any:
    """A customer who has credit."""
    return world.pick(
        "SELECT a.merchant, a.owner, a.currency, -b.amount FROM ledger_account a"
        " JOIN balance b ON b.ledger_account = a.id WHERE a.kind = 'customer_credit' AND b.amount < 0"
        f" AND {more} ORDER BY a.owner, a.currency"
    )


def held(world: World, customer: str, currency: str = "%") -> int:
    """What payments under way hold of a customer's credit."""
    (found,) = world.one(
        "SELECT coalesce(sum(l.credit), 0) FROM payment p JOIN payment_line l ON l.payment = p.id"
        " WHERE p.live = 1 AND p.customer = ? AND p.currency LIKE ?",
        customer,
        currency,
    )
    return int(found)


def free(world: World, customer: str, currency: str) -> int:
    """What of a customer's credit is nobody's yet."""
    (found,) = world.one(
        "SELECT coalesce(-sum(b.amount), 0) FROM ledger_account a JOIN balance b ON b.ledger_account = a.id"
        " WHERE a.kind = 'customer_credit' AND a.owner = ? AND a.currency = ?",
        customer,
        currency,
    )
    return max(0, int(found) - held(world, customer, currency))


# What payers report


async def report(world: World) -> str | None:
    """A payer says that a transfer was made; whether it arrives is another matter."""
    row = an_invoice(world, "AND due > 0")
    if row is None:
        return None
    this, number, due, _total, currency, merchant_id, customer, _void = row
    merchant, link_id = await merchant_of(world, merchant_id), f"link-{next(world.forms)}"
    amount = Money(world.dice.choice((due, max(1, due // 3))), currency)
    said = Report(
        amount=amount,
        paid_on=_today(world, merchant),
        means="Depósito",
        code="deposit",
        number=f"{world.dice.randrange(10**6):06d}",
        invoices=(number,),
        payable_ids=(this,),
    )

    async def reported(hub: Hub) -> None:
        about = About(customer, merchant.id, merchant.mode)
        link = await hub.store.write(
            lambda tx: link_to(tx, hub, LinkKind.STATEMENT, about, hub.clock(), fresh_id=link_id)
        )
        token = hub.vault.link_token(link)
        await report_payment(hub, token, said, lambda told, _merchant, _proof: f"{told.amount}")

    await ask(world, None, reported, name="report")
    return f"{customer} says that {amount} was sent for {number}"


async def take_report(world: World) -> str | None:
    """The merchant looks into the bank: the transfer is there and recorded, or nothing came."""
    row = world.pick(
        "SELECT r.id, r.merchant, p.customer, p.amount, p.currency, p.bank_reference, p.payables FROM review r"
        " JOIN reported_payment p ON p.review = r.id WHERE r.resolved_at IS NULL ORDER BY r.opened_at"
    )
    if row is None:
        return await report(world)
    review, merchant_id, customer, amount, currency, number, _payables = row
    if world.dice.random() < 0.3:
        signed = Signed(by="contadora", why="no llegó nada")
        said = await ask(world, None, lambda hub: resolve_review(hub, review, signed=signed), name="resolve")
        return f"nothing came of what {customer} reported: {_short(said)}"

    def shares(tx: Any) -> Any:
        told = tx.reported.of_review(review)
        return told.shares({item.id: item for item in tx.payables.many(told.payable_ids)})

    made: Any = await world.process.hub.store.read(shares)
    more = {"report_id": review, "bank_reference": number}
    said = await _receive(world, merchant_id, customer, Money(amount, currency), made, **more)
    return f"{amount} {currency} that {customer} reported: {_short(said)}"


async def give_up(world: World) -> str | None:
    """The payer does not want to pay now: a push is withdrawn, a hosted page is left."""
    row = world.pick("SELECT id, reference, way FROM payment WHERE live = 1 AND status = 'pending' ORDER BY id")
    if row is None:
        return None
    this, reference, way = row
    if way != "push":
        world.left.add(reference)
        return f"{reference} is left on its page"
    world.do("give up", cancel_payment(world.process.hub, this, by="pagador"))
    return f"{reference} is withdrawn"


# Banks and providers


async def give_back(world: World) -> str | None:
    """The merchant gives money back in the provider's own panel, where the hub does not look."""
    row = world.pick("SELECT id, reference, provider FROM payment WHERE status = 'paid' ORDER BY id")
    if row is None or not (amount := _there(world, row[1])):
        return None
    this, reference, provider = row
    made = Back(reference=reference, payment=this, kind=Kind.RETURNED, amount=amount, name=f"R{next(world.forms)}")
    if provider == "nequi":
        if not world.phone.give_back(_charge_of(world, reference)):
            return None
        made.in_book = True
    elif world.dice.random() < 0.6:
        made.amount = Money(
            world.dice.choice((amount.minor, max(1, amount.minor // 2), min(amount.minor, 10_000))), amount.currency
        )
    world.truth.backs.append(made)
    if world.dice.random() < 0.3:
        await _tell(world, made)
    return f"{made.amount} of {reference} as {made.name}"


def _charge_of(world: World, reference: str) -> Any:
    """Nequi's own record of a payment that was paid once."""
    return next(item for item in world.phone.charges if item.message_id == reference and item.state == "paid")


def _there(world: World, reference: str) -> Money | None:
    """What the provider holds of a payment that was taken once."""
    items = [item for item in world.held(reference) if item.state == "captured"]
    if len(items) != 1 or items[0].captures != 1 or held_now(world, reference) <= 0:
        return None
    return Money(held_now(world, reference), items[0].amount.currency)


async def tell(world: World) -> str | None:
    """A provider tells of money that went back, for the first time or again."""
    if not world.truth.backs:
        return None
    back = world.dice.choice(world.truth.backs)
    await _tell(world, back)
    return f"{back.kind} {back.amount} of {back.reference} as {back.name}"


async def _tell(world: World, back: Back) -> None:
    await _news(
        world,
        back.payment,
        Observation(
            kind=back.kind,
            reference=back.reference,
            amount=back.amount,
            event_id=back.name,
            vouched=frozenset({"event_id", "amount"}),
        ),
    )
    back.told = True


async def _news(world: World, payment_id: str, observation: Observation) -> None:
    """News such as another provider's plugin would read from its notification."""

    async def heard(hub: Hub) -> None:
        claim = Claim(observation=observation, source=ObservedBy.NOTIFICATION)

        def write(tx: Any) -> None:
            record_observations(tx, hub, tx.payments.get(payment_id), [claim], now=hub.clock())

        await hub.store.write(write)

    await ask(world, None, heard, name="news")


async def see_back(world: World) -> str | None:
    """The merchant sees in the panel that money went back, and records it: never more than the panel shows."""
    unseen = [back for back in world.truth.backs if not back.recorded and not back.given_again]
    if not unseen:
        return None
    back = world.dice.choice(unseen)
    said = await _record(world, back)
    if back.recorded and not back.told and world.dice.random() < 0.4:
        await _tell(world, back)  # the provider's own news comes after all
    return f"{back.kind} {back.amount} of {back.reference}: {_short(said)}"


async def _record(world: World, back: Back, *, is_another: bool | None = None) -> Any:
    booked = world.booked_back(back.reference)
    if booked + back.amount.minor > world.truly_back(back.reference) and not (back.told and is_another is None):
        return "the books say so already"
    kinds = world.rows("SELECT 1 FROM observation WHERE payment = ? AND kind = ?", back.payment, back.kind.value)
    case = world.truth.cases.get(back.name)
    proof = ReturnEvidence(
        kind=back.kind,
        amount=back.amount,
        is_another=bool(kinds) and not back.told if is_another is None else is_another,
        case=case.name if case and _asked_of(world, case) else "",
        of_no_inquiry=case is None or not _asked_of(world, case),
    )
    drawn = await as_drawn_now(world, Subject.PAYMENT, back.payment)
    said = await ask(
        world,
        Act.RECORD_RETURN,
        lambda hub: record_return(drawn(hub), back.payment, proof, signed=SIGNED),
        payments=[back.payment],
    )
    if not isinstance(said, Exception) or world.booked_back(back.reference) == booked + back.amount.minor:
        back.recorded = True
    return said


def _asked_of(world: World, case: Case) -> bool:
    """Whether the books know that the bank asks."""
    return bool(
        world.one(
            "SELECT 1 FROM dispute WHERE payment = ? AND case_id = ? AND outcome IS NULL AND stage = 'inquiry'"
            " AND taken_as = ''",
            case.payment,
            case.name,
        )
    )


async def bank(world: World) -> str | None:
    """A payer's bank asks, takes the money, or decides."""
    undecided = [case for case in world.truth.cases.values() if not case.outcome]
    what = world.dice.choice(("ask", "take", "take", "decide"))
    if what == "decide" and undecided:
        return _decide(world, world.dice.choice(undecided))
    asked = [case for case in undecided if case.back is None]
    if what == "take" and asked and world.dice.random() < 0.6:
        return await _take(world, world.dice.choice(asked))
    row = world.pick("SELECT id, reference FROM payment WHERE status = 'paid' ORDER BY id")
    if row is None or not (there := _there(world, row[1])):
        return None
    amount = there if world.dice.random() < 0.7 else Money(max(1, there.minor // 2), there.currency)
    case = Case(name=f"K{next(world.forms)}", reference=row[1], payment=row[0], amount=amount)
    world.truth.cases[case.name] = case
    if what == "take":
        return await _take(world, case)
    said = await _record_case(world, case) if world.dice.random() < 0.7 else "nobody says so"
    return f"{case.name} asks for {amount} of {case.reference}: {_short(said)}"


async def _record_case(world: World, case: Case, stage: DisputeStage = DisputeStage.INQUIRY) -> Any:
    until = world.clock() + timedelta(days=world.dice.choice((1, 2, 5)))
    amount = case.amount if stage is DisputeStage.INQUIRY else None
    said = await ask(
        world,
        None,
        lambda hub: record_dispute(
            hub, case.payment, case=case.name, stage=stage, amount=amount, respond_by=until, signed=SIGNED
        ),
        name="record dispute",
    )
    case.recorded = case.recorded or not isinstance(said, Exception)
    return said


async def _take(world: World, case: Case) -> str | None:
    there = _there(world, case.reference)
    if there is None or there.minor < case.amount.minor:
        return None
    back = Back(
        reference=case.reference, payment=case.payment, kind=Kind.CHARGED_BACK, amount=case.amount, name=case.name
    )
    if world.provider_of(case.reference) == "nequi":
        (item,) = [item for item in world.held(case.reference) if item.state == "captured"]
        back.amount, back.in_book = item.amount, True
        item.give_back()
        world.banked.add(item.provider_reference)
        _charge_of(world, case.reference).returned = True
        case.amount = item.amount
    case.back = back
    world.truth.backs.append(back)
    if world.dice.random() < 0.5:
        await _tell(world, back)
    return f"{case.name} takes {back.amount} of {case.reference}"


def _decide(world: World, case: Case) -> str:
    case.outcome = world.dice.choice(("won", "won", "lost", "accepted"))
    if case.back and case.outcome == "won":
        case.back.given_again = True
        for item in world.held(case.reference):
            if item.provider_reference in world.banked:
                item.returned = 0
                world.banked.discard(item.provider_reference)
                _charge_of(world, case.reference).returned = False
    return f"{case.name} is {case.outcome}"


async def answer_bank(world: World) -> str | None:
    """The merchant records that a bank asks, how far it is, or how it ended."""
    cases = [case for case in world.truth.cases.values() if not case.ended]
    if not cases:
        return None
    case = world.dice.choice(cases)
    if case.outcome:
        return await _end(world, case)
    stage = DisputeStage.INQUIRY if case.back is None else DisputeStage.PRE_ARBITRATION
    return f"{case.name} at {stage}: {_short(await _record_case(world, case, stage))}"


async def _end(world: World, case: Case) -> str:
    """Under the name that the books have for it."""
    known = world.rows(
        "SELECT case_id, stage FROM dispute WHERE payment = ? AND outcome IS NULL AND (case_id = ? OR amount = ?)"
        " ORDER BY case_id <> ?",
        case.payment,
        case.name,
        case.amount.minor,
        case.name,
    )
    others = [other for other in world.truth.cases.values() if other is not case and other.payment == case.payment]
    known = [row for row in known if row[0] not in {other.name for other in others}]
    if not known:
        return f"nobody here knows of {case.name}"
    name, stage = known[0]
    brings_back = case.outcome == "won" and stage != "inquiry"
    said = await ask(
        world,
        Act.CORRECT_ENTRY if brings_back else None,
        lambda hub: end_dispute(hub, case.payment, name, DisputeOutcome(case.outcome), signed=SIGNED),
        name="end dispute",
        payments=[case.payment] if brings_back else [],
    )
    case.ended = not isinstance(said, Exception)
    return f"{case.name} ended {case.outcome}: {_short(said)}"


async def pay_in_dollars(world: World) -> str | None:
    """The card is charged in another currency than was asked for, and the provider says so."""
    sessions = [
        item
        for item in world.greenpay.sessions.values()
        if item.reference in world.shown and world.greenpay.is_open(item) and item.amount.currency == "CRC"
    ]
    if not sessions:
        return None
    session = world.dice.choice(sessions)
    (payment,) = world.one("SELECT id FROM payment WHERE reference = ?", session.reference)
    amount = Money(max(1, session.amount.minor // 520), "USD")
    session.state, session.paid_at = State.ENDED, world.clock()
    world.stages["greenpay"].capture(session.reference, session.id, session.merchant.id, amount)
    news = Observation(
        kind=Kind.PAID,
        reference=session.reference,
        movement=session.reference,
        amount=amount,
        vouched=frozenset({"movement", "amount"}),
    )
    await _news(world, payment, news)
    return f"{amount} for {session.reference}"


# In the end


async def make_known(world: World) -> None:
    """Whatever happened outside is told or recorded at last, and what the hub asks a person about is answered.

    In the end the person compares what the panel shows as gone with the books, payment by payment: news that came after
    a record of the same amount was taken for the same movement, which may have been another.
    """
    for case in world.truth.cases.values():
        if case.back and not case.outcome and world.dice.random() < 0.7:
            _decide(world, case)
    await _end_all(world)
    for back in world.truth.backs:
        if not back.is_known and not back.given_again:
            if world.dice.random() < 0.5:
                await _record(world, back)
            if not back.recorded or world.dice.random() < 0.5:
                await _tell(world, back)
    await _end_all(world)
    standing = [back for back in world.truth.backs if not back.given_again]
    for back in standing:
        if _is_doubted(world, back):
            await _record(world, back, is_another=True)
    for back in standing:
        if not _is_named(world, back) and _missing(world, back) == back.amount.minor:
            await _record(world, back, is_another=True)


def _is_named(world: World, back: Back) -> bool:
    """Whether the books have it under the provider's own id."""
    return bool(world.one("SELECT 1 FROM entry WHERE key LIKE ?", f"%:{back.name}"))


async def _end_all(world: World) -> None:
    """Also what was ended before late news opened it again."""
    for case in list(world.truth.cases.values()):
        is_open = world.one(
            "SELECT 1 FROM dispute WHERE payment = ? AND case_id = ? AND outcome IS NULL", case.payment, case.name
        )
        if case.outcome and (is_open or not case.ended):
            await _end(world, case)


def _missing(world: World, back: Back) -> int:
    """What of a payment's money is gone by the panel, and not by the books."""
    return world.truly_back(back.reference) - world.booked_back(back.reference)


def _is_doubted(world: World, back: Back) -> bool:
    """Whether the books wait for a person to say that this is another movement than the one that was recorded."""
    asked = world.one(
        "SELECT 1 FROM review WHERE cause = 'doubted_return' AND payment = ? AND subject = ?", back.payment, back.name
    )
    return bool(asked) and _missing(world, back) >= back.amount.minor and not _is_named(world, back)


def _today(world: World, merchant: Merchant) -> Any:
    return world.clock().astimezone(ZoneInfo(merchant.company.zone)).date()


def _short(said: Any) -> str:
    if isinstance(said, Invalid | NotAllowed):
        return f"refused, {said}"
    if isinstance(said, Exception):
        return f"refused, {said!r}"
    return said if isinstance(said, str) else "done"


DOORS: tuple[tuple[Any, int], ...] = (
    (bill, 4),
    (void_or_rebill, 2),
    (lower, 3),
    (correct, 2),
    (restate, 1),
    (count_money, 4),
    (pay_out, 3),
    (convert, 2),
    (void_paper, 3),
    (certify, 2),
    (use_credit, 2),
    (take_report, 2),
    (give_up, 2),
    (give_back, 3),
    (tell, 3),
    (see_back, 5),
    (bank, 8),
    (answer_bank, 5),
    (pay_in_dollars, 1),
)
"""What may happen besides, and how often."""
