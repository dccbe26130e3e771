"""Unknown outcomes by the hundred thousand: the hub's own rules and plugin against a
simulator (F12, F14, G5).

One story: a charge whose answer was lost; a provider that learns late what it has done; a payer who
approves, refuses or sleeps, and who presses again whenever he may. Nothing may be told "failed"
while it is charged, nor charged twice.

Replay one: ``python -m tests.worlds.doubts TIER SEED``
"""

from __future__ import annotations

import heapq
import itertools
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import httpx

import hub.flows.payments.check_payment as checking
import hub.flows.payments.observe_operation as observing
import hub_nequi
from hub.domain import payment as rules
from hub.domain import payment_checks
from hub.domain.handed_over import memory_of
from hub.domain.observation import ObservedBy, Seen
from hub.domain.operation import Operation, OperationKind, operation_status, undo_due
from hub.domain.payment import Payment, PaymentLine, Phase, Status
from hub.flows.payments.check_payment import query_for
from hub.flows.payments.read_known import Known
from hub.flows.payments.record_observations import Claim
from hub_hookspecs import (
    Account,
    Ask,
    Channel,
    Company,
    Conclusion,
    IdentityDocument,
    Kind,
    Mode,
    Money,
    Observation,
    Order,
    OrderLine,
    Outcome,
    OutcomeUnknown,
    Payer,
    QueryBy,
    Refund,
    RefundKind,
    Steps,
    Way,
    exchange_of,
)
from hub_nequi import simulator as nequi
from hub_nequi.simulator import api
from hub_nequi.simulator.world import Charge
from hub_nequi.simulator.world import World as NequiWorld

from .machine import ClockedStage

START = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
PHONE = "3998764643"
LAG = timedelta(minutes=10)
TIERS = ("A", "B", "QR")
CONFIG = nequi.configure({"merchants": [{"name": "Café SAS", "nit": "900123456"}]})
COMPANY = Company(country="CO", document=IdentityDocument("NIT", "900123456"), legal_name="Café SAS")
INFO = hub_nequi.describe_provider()
ENDPOINTS = dict(nequi.endpoints("http://127.0.0.1/sim/nequi"))


@attrs.frozen(kw_only=True)
class Rules:
    """How the hub behaves; the two changes are the planted bugs.

    Attributes:
        settles: Whether T_settle is waited for.
        waits: Whether an unknown payment is waited for; otherwise it is charged again under a new reference.
    """

    settles: bool = True
    waits: bool = True


@attrs.frozen
class _News:
    """What a transaction shows of observations, for the rule that counts negatives."""

    payments: Any


@attrs.frozen
class _Shown:
    items: tuple[Seen, ...]

    def seen(self, _payment_id: str) -> tuple[Seen, ...]:
        return self.items


@attrs.frozen
class _Known:
    """What a hub knows of its providers, for the same rule."""

    providers: dict[str, Any]


@attrs.frozen
class _Provider:
    info: Any


FINAL = _Known({"nequi": _Provider(attrs.evolve(INFO, not_found_final=True))})
OPEN = _Known({"nequi": _Provider(INFO)})


@attrs.define(kw_only=True)
class Attempt:
    """One payment of the story, as the hub sees it."""

    payment: Payment
    seen: list[Seen] = attrs.Factory(list)
    operation: Operation | None = None
    negatives: int = 0


@attrs.define(kw_only=True)
class Story:
    """One payer, one invoice, one provider."""

    tier: str
    seed: int
    rules: Rules = Rules()
    now: datetime = START
    dice: random.Random = attrs.field(init=False)
    world: NequiWorld = attrs.field(init=False)
    services: api.Services = attrs.field(init=False)
    account: Account = attrs.field(init=False)
    way: Way = attrs.field(init=False)
    attempts: list[Attempt] = attrs.Factory(list)
    taken: dict[str, datetime] = attrs.Factory(dict)
    wrong: list[str] = attrs.Factory(list)
    _due: list[tuple[datetime, int, Callable[[], None]]] = attrs.Factory(list)
    _numbers: Iterator[int] = attrs.Factory(itertools.count)

    def __attrs_post_init__(self) -> None:
        self.dice = random.Random(f"{self.tier}{self.seed}")
        reports = self.dice.choice(("yes", "denied"))
        stage = ClockedStage(options={**CONFIG["options"], "reports": reports}, clock=lambda: self.now)
        self.world = NequiWorld(stage, CONFIG["merchants"])
        self.services = api.Services(self.world)
        settings = dict(nequi.settings(CONFIG, CONFIG["merchants"][0]["id"]))
        if reports == "denied" and self.dice.random() < 0.5:
            settings["reports"] = "false"
        self.account = Account(company=COMPANY, mode=Mode.TEST, settings=settings, endpoints=ENDPOINTS)
        way = INFO.way("qr" if self.tier == "QR" else "push")
        assert way is not None
        if self.tier == "A":
            way = attrs.evolve(way, query_by=QueryBy.OURS, undo=False)
        self.way = way if self.rules.settles else attrs.evolve(way, settle_minutes=0)

    def at(self, moment: datetime, work: Callable[[], None]) -> None:
        heapq.heappush(self._due, (max(moment, self.now), next(self._numbers), work))

    def play(self) -> Story:
        """Four days, or until nothing is due."""
        self.press()
        end = START + timedelta(days=4)
        while self._due and self._due[0][0] < end and not self.wrong:
            self.now, _number, work = heapq.heappop(self._due)
            work()
            self._look()
        self.now = max(self.now, end)
        for attempt in self.attempts:
            if attempt.payment.is_live and attempt.operation is None:
                self.wrong.append(f"{attempt.payment.reference} is still {attempt.payment.status}")
            if attempt.payment.status is Status.CLOSED and self._charged(attempt.payment.reference):
                self.wrong.append(f"lost: {attempt.payment.reference} is {attempt.payment.reason} and charged")
        return self

    def _look(self) -> None:
        charged = [item for item in self.attempts if self._charged(item.payment.reference)]
        for attempt in charged:
            if attempt.payment.status is Status.CLOSED:
                self.wrong.append(f"told failed: {attempt.payment.reference}, {attempt.payment.reason}, while charged")
        if len(charged) > 1:
            self.wrong.append(f"charged twice: {[item.payment.reference for item in charged]}")

    def _charged(self, reference: str) -> bool:
        taken = self.taken.get(reference)
        back = any(held.reference == reference and held.state == "returned" for held in self.world.stage.book)
        return taken is not None and taken <= self.now and not back

    def press(self) -> None:
        """The payer presses pay, for the first time or again."""
        knows = any(self._charged(item.payment.reference) for item in self.attempts)
        if len(self.attempts) >= 4 or (knows and self.rules.waits):
            return  # whoever knows that money left does not pay again
        reference = f"STORY{len(self.attempts)}{self.seed % 10000:04d}"
        payment = Payment(
            id=reference,
            merchant_id="m",
            mode=Mode.TEST,
            account_id="a",
            provider="nequi",
            way=self.way.code,
            channel=Channel.STATEMENT,
            customer_id="c",
            payer=Payer(name="Ana", email="ana@correo.example", fields={"phone": PHONE}),
            reference=reference,
            amount=Money(100_000, "COP"),
            lines=(PaymentLine(payable_id="i", number="F-1", amount=100_000),),
            phase=Phase.SENDING,
            status=Status.UNKNOWN,
            created_at=self.now,
            expires_at=self.now + timedelta(minutes=15),
        )
        attempt = Attempt(payment=payment)
        self.attempts.append(attempt)
        lost = "" if self.attempts[1:] else self.dice.choice(("there", "back", "back", "back"))
        if self.tier == "QR":
            lost = ""
        self._send(attempt, lost)
        self._plan_payer(attempt)
        self.after(attempt)

    def _plan_payer(self, attempt: Attempt) -> None:
        """A payer who approves does so when he likes; the provider may notice ten minutes late."""
        charge = self._charge_of(attempt.payment.reference)
        if charge is None:
            return
        if self.tier == "A":  # a card: charged as soon as the request arrives
            self._approve(charge, LAG * self.dice.random() if self.dice.random() < 0.8 else timedelta())
            return
        act = self.dice.choice(("approve", "approve", "approve", "reject", "sleep"))
        when = self.now + timedelta(seconds=self.dice.uniform(1, 899))
        if act == "reject":
            self.at(when, lambda: _ignored(self.world.reject(charge)))
        elif act == "approve":
            lag = LAG * self.dice.random() if self.dice.random() < 0.6 else timedelta()
            self.at(when, lambda: self._approve(charge, lag))

    def _charge_of(self, reference: str) -> Charge | None:
        return next((item for item in self.world.charges if item.message_id == reference), None)

    def _approve(self, charge: Charge, lag: timedelta) -> None:
        """The money is gone at once, whatever the provider's other systems know of it."""
        if self.world.state_of(charge) != "pending":
            return
        self.taken[charge.message_id] = self.now
        self._look()
        charge.created += timedelta(days=1)  # it no longer dies by the clock: it is only known late

        def known() -> None:
            self.world.accept(charge)
            if self.way.code == "push" and self.dice.random() < 0.5:
                delay = self.dice.expovariate(1 / 600)
                self.at(self.now + timedelta(seconds=delay), lambda: self._hear(charge))

        self.at(self.now + lag, known)

    def _hear(self, charge: Charge) -> None:
        """A signed notification arrives: the provider has it under this id, and is asked."""
        attempt = next(item for item in self.attempts if item.payment.reference == charge.message_id)
        known = Observation(kind=Kind.ACCEPTED, provider_reference=charge.transaction_id)
        self.record(attempt, [known])
        self.check(attempt)

    def _send(self, attempt: Attempt, lost: str) -> None:
        payment = attempt.payment
        order = Order(
            reference=payment.reference,
            way=payment.way,
            amount=payment.amount,
            description="Pago F-1",
            lines=(OrderLine(number="F-1", description="x", amount=payment.amount),),
            payer=payment.payer,
            return_url="http://hub.example/pay/return/x",
            locale="es",
            now=self.now,
            call_id="CALL000001",
        )
        conclusion = self.drive("create_payment", lost, order=order)
        started = conclusion.value
        memory = dict(started.memory) if started is not None else {}
        attempt.payment = attrs.evolve(payment, phase=Phase.SENT, ended_at=self.now, memory=memory)
        if conclusion.outcome is Outcome.RESULT and started is not None:
            self.record(attempt, started.observations)
        elif conclusion.outcome is Outcome.DECLINED:
            self.record(attempt, [Observation(kind=Kind.DECLINED)])
        elif conclusion.outcome is Outcome.NEVER_SENT:
            self.record(attempt, [Observation(kind=Kind.NEVER_SENT)])

    def drive(self, hook: str, lost: str = "", **records: Any) -> Conclusion[Any]:
        """The plugin's own exchange, concluded by the contract's own rules;
        the first charging answer may be lost."""
        exchange = exchange_of(lambda: getattr(hub_nequi, hook)(account=self.account, **records))
        steps: Steps[Any] = Steps(hook, exchange, info=INFO, account=self.account)
        step = steps.first()
        while isinstance(step, Ask):
            if lost:
                if lost == "back":
                    self.answer(step.request)
                step = steps.failed(OutcomeUnknown("no answer"), wrote=True)
            else:
                step = steps.answered(self.answer(step.request))
        return step

    def answer(self, request: httpx.Request) -> httpx.Response:
        operation, service = api.SERVICES[request.url.path.removeprefix("/sim/nequi/api/")]
        header, body = api._opened(request.content)
        merchant = self.world.merchants[0]
        call = api.Call(merchant=merchant, message_id=header["MessageID"], client=header["ClientID"], body=body)
        code, result = self.services._run(operation, service, call)
        envelope = self.services._enveloped(header, code, result)
        return httpx.Response(200, json=envelope, request=request)

    def record(self, attempt: Attempt, observations: Sequence[Observation]) -> None:
        """The status is a function of what was seen."""
        for seen in observations:
            number = len(attempt.seen)
            attempt.seen.append(
                Seen(
                    key=f"{number}",
                    payment_id=attempt.payment.id,
                    account_id="a",
                    source=ObservedBy.QUERY,
                    observation=seen,
                    seen_at=self.now,
                )
            )
        kinds = [item.observation.kind for item in attempt.seen]
        status, reason = rules.status_of(attempt.payment.phase, kinds)
        theirs = next(
            (s.observation.provider_reference for s in attempt.seen if s.observation.provider_reference), None
        )
        attempt.payment = attrs.evolve(attempt.payment, status=status, reason=reason, provider_reference=theirs)

    def after(self, attempt: Attempt) -> None:
        """What becomes due by what is known now."""
        payment = attempt.payment
        due = payment_checks.next_check(payment, self.way, self.now)
        if due is not None:
            self.at(due, lambda: self.check(attempt))
        if payment is self.attempts[-1].payment:
            retries = not self.rules.waits and payment.status is Status.UNKNOWN
            if payment.status is Status.CLOSED or retries:
                self.at(self.now + timedelta(seconds=self.dice.uniform(1, 600)), self.press)

    def check(self, attempt: Attempt) -> None:
        """As check_payment does it: the hub's own conclusions, the provider's answer, and at last an undo."""
        payment = attempt.payment
        if payment.status is Status.PAID or (payment.status is Status.CLOSED and not payment.is_unproven):
            return
        if attempt is not self.attempts[-1] and payment.status is Status.CLOSED:
            return
        due = payment_checks.conclusion_due(payment, self.way, self.now)
        told = self._ask(attempt)
        claims = [Claim(observation=item, source=ObservedBy.QUERY) for item in told]
        if due and checking._is_still_open(claims):
            told = [*told, Observation(kind=due.kind)]
        attempt.payment = attrs.evolve(payment, checks=payment.checks + 1)
        self.record(attempt, told)
        final = checking._never_existed(
            _News(_Shown(tuple(attempt.seen))),  # type: ignore[arg-type]
            FINAL if self.tier == "A" else OPEN,  # type: ignore[arg-type]
            attempt.payment,
            self.way,
        )
        if final:
            self.record(attempt, [final.observation])
        if attempt.operation is None and undo_due(attempt.payment, self.way, self.now):
            self._undo(attempt)
        self.after(attempt)

    def _ask(self, attempt: Attempt) -> list[Observation]:
        payment = attempt.payment
        if self.dice.random() < 0.1:
            return []  # no answer this time
        if self.tier == "A":
            return self._ask_by_our_reference(payment.reference)
        query = query_for(payment, now=self.now, call_id="CALL000001", known=Known(memory_of(payment.memory, ())))
        conclusion = self.drive("query_payment", query=query)
        return list(conclusion.value or ()) if conclusion.outcome is Outcome.RESULT else []

    def _ask_by_our_reference(self, reference: str) -> list[Observation]:
        """A provider that can be asked by our reference, and whose "no" is final;
        it knows as late as the others."""
        charge = self._charge_of(reference)
        if charge is None or (self.taken.get(reference) and self.world.state_of(charge) == "pending"):
            return [Observation(kind=Kind.NOT_FOUND)]
        match self.world.state_of(charge):
            case "paid":
                return [
                    Observation(kind=Kind.PAID, movement=reference, amount=charge.amount, vouched=frozenset({"amount"}))
                ]
            case "rejected":
                return [Observation(kind=Kind.DECLINED)]
            case "expired":
                return [Observation(kind=Kind.EXPIRED)]
        return [Observation(kind=Kind.ACCEPTED)]

    def _undo(self, attempt: Attempt) -> None:
        payment = attempt.payment
        operation = Operation(
            id=f"u{payment.id}",
            payment_id=payment.id,
            account_id="a",
            merchant_id="m",
            mode=Mode.TEST,
            kind=OperationKind.UNDO,
            reference=f"U{payment.reference[1:]}",
            amount=payment.amount,
            phase=Phase.SENT,
            created_at=self.now,
        )
        attempt.operation = operation
        refund = Refund(
            kind=RefundKind.UNDO,
            captured=payment.amount,
            reference=payment.reference,
            operation=operation.reference,
            provider_reference=payment.provider_reference,
            way=payment.way,
            amount=payment.amount,
            memory=payment.memory,
            payer_fields=payment.payer.fields,
            now=self.now,
            call_id="CALL000002",
        )
        lost = self.dice.choice(("", "", "", "there", "back"))
        conclusion = self.drive("refund_payment", lost, refund=refund)
        told = conclusion.value if conclusion.outcome is Outcome.RESULT else ()
        kinds = [item.kind for item in told or ()]
        if conclusion.outcome is Outcome.DECLINED:
            kinds.append(Kind.DECLINED)
        status, reason = operation_status(operation.kind, operation.phase, kinds)
        attempt.operation = operation = attrs.evolve(operation, status=status, reason=reason)
        claims = observing._claims(payment, operation, tuple(told or ()), self.way, self.now)
        self.record(attempt, [claim.observation for claim in claims])


def _ignored(_value: object) -> None:
    """What it says is of no interest."""


def wrong_in(tier: str, first: int, count: int, chosen: Rules = Rules()) -> tuple[list[str], dict[str, int]]:
    """What went wrong in many stories, and how they ended."""
    wrong: list[str] = []
    ends: dict[str, int] = {}
    for seed in range(first, first + count):
        story = Story(tier=tier, seed=seed, rules=chosen).play()
        wrong += [f"python -m tests.worlds.doubts {tier} {seed}: {text}" for text in story.wrong[:1]]
        last = story.attempts[0].payment
        name = f"{last.status} {last.reason}".strip()
        ends[name] = ends.get(name, 0) + 1
    return wrong, ends


def main() -> int:
    """Replay one story, or run many: TIER SEED [COUNT]."""
    tier, first = sys.argv[1], int(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    started = time.monotonic()
    wrong, ends = wrong_in(tier, first, count)
    print("\n".join(f"world {text}" for text in wrong[:20]))  # noqa: T201
    print(f"{count} worlds, {len(wrong)} broken, tier {tier}: {ends}, {time.monotonic() - started:.1f} s")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

__all__ = ["TIERS", "Rules", "Story", "wrong_in"]
