"""An accountant's desk: each line of a case is done by the hub's own flows, on a database of its own.

What a case may say is listed in ``VERBS``; README.md beside the cases tells it along examples.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest

from hub.bootstrap import OpenedHub, migrate_data, open_hub
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.beancount import beancount_text
from hub.domain.conversion import Rate
from hub.domain.decision import Evidence, Signed
from hub.domain.disbursement import PaidOut
from hub.domain.dispute import DisputeOutcome, DisputeStage
from hub.domain.identity import Invalid
from hub.domain.intake import Share
from hub.domain.mail import Mail
from hub.domain.merchant import Customer, Merchant
from hub.domain.observation import ObservedBy
from hub.domain.order import StoreOrder
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import LEASE, Payment, PaymentLine, Phase, Withholding
from hub.domain.receipt import CashReceipt, Certificate, Deduction
from hub.domain.refusals import Conflict
from hub.domain.settlement import LineKind
from hub.flows.books.settle_bill import apply_credit, credit_bill
from hub.flows.books.withheld_waits import WITHHOLDING_WAITS, WithheldAnswer
from hub.flows.corrections.answer_withholding import answer_withholding
from hub.flows.corrections.charge_line import charge_line
from hub.flows.corrections.convert_money import Wanted, convert_money, void_conversion, waiting_in_suspense
from hub.flows.corrections.correct_entry import correct_amount, correct_entry
from hub.flows.corrections.disburse_credit import disburse_credit, void_disbursement
from hub.flows.corrections.end_dispute import end_dispute
from hub.flows.corrections.record_bounce import BounceEvidence, record_bounce
from hub.flows.corrections.record_dispute import record_dispute
from hub.flows.corrections.record_receipt import record_by_hand, record_for_payment
from hub.flows.corrections.record_withholding import record_withholding
from hub.flows.corrections.void_bill import rebill, void_bill
from hub.flows.corrections.write_off import write_off_bill
from hub.flows.imports.import_files import import_invoices
from hub.flows.merchants.save_company import CompanyForm, create_company
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.record_observations import Claim, record_observations, rule_claim
from hub.flows.payments.record_return import ReturnEvidence, record_return
from hub.flows.receipts.void_receipt import void_receipt
from hub.flows.settlements.reconcile import fetch_settlement, import_settlement
from hub.flows.settlements.reconciliation import Reconciliation
from hub.flows.settlements.record_payout import Payout, record_payout
from hub.flows.settlements.withdraw_line import reopen_line, withdraw_line
from hub.settings import Settings
from hub.storage import SqliteTx
from hub_hookspecs import (
    Channel,
    Conclusion,
    IdentityDocument,
    Kind,
    Mode,
    Money,
    Observation,
    Outcome,
    Payer,
    SettlementLine,
)

T = TypeVar("T")

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
FORMS = {
    "CR": CompanyForm(
        country="CR", identity_type="CJ", identity_number="3-101-234567", legal_name="Ferretería El Tornillo S.A."
    ),
    "CO": CompanyForm(
        country="CO", identity_type="NIT", identity_number="900123456", check_digit="8", legal_name="Café SAS"
    ),
}
CURRENCY = {"CR": "CRC", "CO": "COP"}
SIGNED = Signed(by="contadora", why="lo dice el banco", evidence=Evidence(text="carta del banco"))
PROVIDER = {"CR": ("greenpay", "form"), "CO": ("nequi", "push")}


class NoMails:
    """Nothing is handed over here."""

    async def send(self, mail: Mail) -> None:
        raise AssertionError("no mail leaves the accountant's desk")


class Refused(Exception):
    """The hub would not do it."""


class Missing(Exception):
    """A case names an invoice or order that is not there."""


@attrs.define
class Clock:
    """A minute passes with each event."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


def make_origin(folder: Path) -> Path:
    """A data folder with an empty database, to be copied."""
    migrate_data(Settings(data=folder))
    return folder


@attrs.define(kw_only=True)
class Desk:
    """One company, one customer, one account with a provider."""

    data: Path
    opened: OpenedHub
    clock: Clock
    country: str
    merchant: Merchant
    account: ProviderAccount
    payments: dict[str, str] = attrs.Factory(dict)
    receipts: dict[str, str] = attrs.Factory(dict)
    returns: dict[str, str] = attrs.Factory(dict)
    reports: list[Reconciliation] = attrs.Factory(list)

    @classmethod
    def open(cls, data: Path, country: str = "CR") -> Desk:
        """Open a copied data folder and found the company."""
        clock = Clock()
        opened = open_hub(Settings(data=data), clock=clock, mailer=NoMails())
        saved = run(
            create_company(
                opened.hub, FORMS[country], slug="empresa", mode=Mode.TEST, owner_email="duena@empresa.example"
            )
        )
        account = ProviderAccount(
            id="acct",
            merchant_id=saved.merchant.id,
            provider=PROVIDER[country][0],
            mode=Mode.TEST,
            status=AccountStatus.ACTIVE,
            path_token="path-token",
            created_at=START,
            updated_at=START,
        )
        desk = cls(data=data, opened=opened, clock=clock, country=country, merchant=saved.merchant, account=account)

        def found(tx: Any) -> None:
            tx.accounts.add(account)
            desk._customer(tx, "c1")

        opened.store.write_now(found)
        return desk

    def close(self) -> None:
        self.opened.store.close_now()

    @property
    def hub(self) -> Any:
        return self.opened.hub

    @property
    def currency(self) -> str:
        return CURRENCY[self.country]

    def read(self, fn: Callable[[SqliteTx], T]) -> T:
        return self.opened.store.read_now(fn)

    def money(self, text: str, currency: str = "") -> Money:
        return Money.parse(text.replace(",", ""), currency or self.currency)

    def do(self, line: str) -> None:
        """Do one line of a case."""
        self.clock.now += timedelta(minutes=1)
        verb, *words = line.split()
        if verb == "refused":
            # In words for people; the database alone refuses only what no flow of the hub does here.
            with pytest.raises((Invalid, Refused, *((Conflict,) if words[0] == "pays" else ()))):
                self.do(" ".join(words))
            return
        if verb not in VERBS:
            raise AssertionError(f"no such verb: {line}")
        VERBS[verb](self, _Words(words))

    def invoice(self, words: _Words) -> None:
        """invoice NUMBER TOTAL [CURRENCY] [owes BALANCE] [of CUSTOMER] [dated DAY]"""
        number, total = words.one(), words.one()
        currency = words.currency() or self.currency
        rest = words.pairs("owes", "of", "dated")
        balance = rest.get("owes", "")
        document = _document(rest.get("of", "c1"))
        self._ensure_customer(rest.get("of", "c1"))
        head = "number,customer,issued_on,currency,total" + (",balance" if balance else "")
        row = ",".join(filter(None, (number, document, rest.get("dated", "2026-03-01"), currency, total, balance)))
        report = run(import_invoices(self.hub, self.merchant, f"{head}\n{row}\n".encode(), decimal="."))
        if report.faults or report.set_aside:
            raise Refused(str(report))

    def order(self, words: _Words) -> None:
        """order NUMBER TOTAL"""
        number, total = words.one(), self.money(words.one())
        payable = Payable(
            id=f"order-{number}",
            merchant_id=self.merchant.id,
            mode=Mode.TEST,
            kind=PayableKind.ORDER,
            number=number,
            customer_id="c1",
            currency=total.currency,
            total=total.minor,
            issued_on=self.clock.now.date(),
            created_at=self.clock.now,
        )

        order = StoreOrder(
            id=payable.id,
            merchant_id=self.merchant.id,
            mode=Mode.TEST,
            number=number,
            customer_id="c1",
            items=(),
            total=total,
            hold_until=self.clock.now,
            created_at=self.clock.now,
        )

        def write(tx: SqliteTx) -> None:
            tx.payables.add(payable)
            tx.orders.add(order)

        self.opened.store.write_now(write)

    def pays(self, words: _Words) -> None:
        """pays PAYMENT NUMBER AMOUNT [NUMBER AMOUNT ...] [withheld NUMBER TAX AMOUNT]... [waits NUMBER TAX AMOUNT]...
        [credit NUMBER AMOUNT]..."""
        name, parts = words.one(), words.two_by_two("withheld", "waits", "credit")
        kept, used = list[tuple[str, str, str, bool]](), dict[str, str]()
        while words:
            if (word := words.one()) in ("withheld", "waits"):
                kept.append((words.one(), words.one(), words.one(), word == "waits"))
            else:
                used |= {words.one(): words.one()}
        currency = self._payable(parts[0][0]).currency
        lines = tuple(
            PaymentLine(
                payable_id=self._payable(number).id,
                number=number,
                amount=self.money(amount, currency).minor,
                withholdings=tuple(
                    Withholding(
                        tax=tax, base=self._payable(number).total, amount=self.money(less, currency).minor, waits=waits
                    )
                    for of, tax, less, waits in kept
                    if of == number
                ),
                credit=self.money(used.get(number, "0"), currency).minor,
            )
            for number, amount in parts
        )
        self._start(name, lines, self._payable(parts[0][0]))

    def resting(self, words: _Words) -> None:
        """resting PAYMENT NUMBER AMOUNT REST: of the whole due, of which the provider's unit cannot carry the rest."""
        name, payable = words.one(), self._payable(words.one())
        amount, rest = (self.money(words.one(), payable.currency).minor for _ in range(2))
        if payable.due != amount + rest:
            raise Refused("it is not of the whole due")
        line = PaymentLine(payable_id=payable.id, number=payable.number, amount=amount, rest=rest)
        self._start(name, (line,), payable)

    def _start(self, name: str, lines: tuple[PaymentLine, ...], first: Payable) -> None:
        payment = Payment(
            id=f"pay-{name}",
            merchant_id=self.merchant.id,
            mode=Mode.TEST,
            account_id=self.account.id,
            provider=self.account.provider,
            way=PROVIDER[self.country][1],
            channel=Channel.STATEMENT,
            customer_id=first.customer_id,
            payer=Payer(name="Persona", email="persona@correo.example"),
            reference=f"REF{name}",
            amount=Money(sum(line.amount for line in lines), first.currency),
            lines=lines,
            return_token=f"return-{name}",
            created_at=self.clock.now,
        )

        def write(tx: SqliteTx) -> None:
            tx.payments.add(payment)
            tx.payments.begin_sending(payment.id, "process-1", self.clock.now + LEASE)
            sent = attrs.evolve(payment, phase=Phase.SENT, ended_at=self.clock.now)
            accepted = Claim(observation=Observation(kind=Kind.ACCEPTED), source=ObservedBy.ANSWER)
            record_observations(tx, self.hub, sent, [accepted], now=self.clock.now)

        self.opened.store.write_now(write)
        self.payments[name] = payment.id

    def paid(self, words: _Words) -> None:
        """paid PAYMENT [AMOUNT [CURRENCY]] [as MOVEMENT] [auth AUTHORISATION]"""
        name = words.one()
        amount = self._amount(words, name)
        rest = words.pairs("as", "auth")
        self._tell(
            name,
            Observation(
                kind=Kind.PAID,
                movement=rest.get("as", f"REF{name}"),
                amount=amount,
                vouched=frozenset({"movement", "amount"}),
                authorisation=rest.get("auth"),
            ),
        )

    def proved(self, words: _Words) -> None:
        """proved PAYMENT: the provider says paid, and names no amount."""
        name = words.one()
        self._tell(name, Observation(kind=Kind.PAID, movement=f"REF{name}", vouched=frozenset({"movement"})))

    def declined(self, words: _Words) -> None:
        """declined PAYMENT"""
        self._tell(words.one(), Observation(kind=Kind.DECLINED, vouched=frozenset({"movement"})))

    def unheard(self, words: _Words) -> None:
        """unheard PAYMENT: the session ended and nothing was heard."""
        payment = self._payment(words.one())
        claim = rule_claim(Kind.SESSION_EXPIRED, "session_over")
        self.opened.store.write_now(
            lambda tx: record_observations(tx, self.hub, tx.payments.get(payment.id), [claim], now=self.clock.now)
        )

    def returned(self, words: _Words) -> None:
        """returned PAYMENT [AMOUNT [CURRENCY]] [as REFERENCE]"""
        self._went_back(Kind.RETURNED, words)

    def chargeback(self, words: _Words) -> None:
        """chargeback PAYMENT [AMOUNT [CURRENCY]] [as CASE]"""
        self._went_back(Kind.CHARGED_BACK, words)

    def inquiry(self, words: _Words) -> None:
        """inquiry PAYMENT CASE [AMOUNT]: the payer's bank asks, and takes nothing yet."""
        payment, case = self._payment(words.one()), words.one()
        amount = self.money(words.one(), payment.amount.currency) if words else None
        stage = DisputeStage.INQUIRY
        run(record_dispute(self.hub, payment.id, case=case, stage=stage, amount=amount, signed=SIGNED))

    def dispute_ends(self, words: _Words) -> None:
        """dispute-ends PAYMENT CASE won|lost|accepted [AMOUNT of what was won]"""
        payment, case, outcome = self._payment(words.one()), words.one(), DisputeOutcome(words.one())
        won = self.money(words.one(), payment.amount.currency) if words else None
        try:
            run(end_dispute(self.hub, payment.id, case, outcome, won=won, signed=SIGNED))
        except NotAllowed as refusal:
            raise Refused(refusal.code) from refusal

    def _went_back(self, kind: Kind, words: _Words) -> None:
        name = words.one()
        amount = self._amount(words, name)
        event = words.pairs("as").get("as", f"{kind}-{name}")
        vouched = frozenset({"event_id", "amount"})
        self._tell(name, Observation(kind=kind, amount=amount, event_id=event, vouched=vouched))

    def seen_back(self, words: _Words) -> None:
        """seen-back PAYMENT AMOUNT [CURRENCY] [another yes] [as NAME]: a person saw it in the provider's panel."""
        self._record_back(Kind.RETURNED, words)

    def seen_taken(self, words: _Words) -> None:
        """seen-taken PAYMENT AMOUNT [CURRENCY] [another yes] [case CASE] [as NAME]: a bank took it, as a person saw."""
        self._record_back(Kind.CHARGED_BACK, words)

    def _record_back(self, kind: Kind, words: _Words) -> None:
        name = words.one()
        amount = self._amount(words, name)
        rest = words.pairs("another", "case", "as")
        proof = ReturnEvidence(kind=kind, amount=amount, is_another="another" in rest, case=rest.get("case", ""))
        shown = Signed(by="contadora", why="panel", evidence=Evidence(text="panel"))
        try:
            run(record_return(self.hub, self.payments[name], proof, signed=shown))
        except NotAllowed as refusal:
            raise Refused(refusal.code) from refusal
        last = self.read(lambda tx: tx.payments.seen(self.payments[name]))[-1]
        self.returns[rest.get("as", name)] = last.key

    def bounced(self, words: _Words) -> None:
        """bounced PAYMENT AMOUNT [CURRENCY] [of NAME]: a refund came back"""
        name = words.one()
        amount = self._amount(words, name)
        proof = BounceEvidence(amount=amount, name=words.pairs("of").get("of", ""))
        shown = Signed(by="contadora", why="el banco la devolvió", evidence=Evidence(text="panel"))
        try:
            run(record_bounce(self.hub, self.payments[name], proof, signed=shown))
        except NotAllowed as refusal:
            raise Refused(refusal.code) from refusal

    def received(self, words: _Words) -> None:
        """received MEANS AMOUNT [CURRENCY] [for NUMBER AMOUNT]... [withheld NUMBER TAX AMOUNT]...
        [discount NUMBER AMOUNT]... [as RECEIPT] [of CUSTOMER]

        Before ``for``: [bank REFERENCE [DAY]] [other]: what the bank calls it, and that it is other money.
        """
        means, amount = words.one(), words.one()
        cash = self.money(amount, words.currency())
        reference, received_on, is_other = "", None, False
        if words and words.peek() == "bank":
            _word, reference = words.one(), words.one()
            if words and words.peek()[:1].isdigit():
                received_on = day(words.one())
        if words and words.peek() == "other":
            is_other = bool(words.one())
        shares, deductions, name, customer = self._parts(words, cash.currency)
        receipt = run(
            record_by_hand(
                self.hub,
                self.merchant,
                customer,
                means=means,
                cash=cash,
                shares=shares,
                received_on=received_on,
                by="contadora",
                deductions=deductions,
                bank_reference=reference,
                is_other=is_other,
            )
        )
        self.receipts[name or receipt.label] = receipt.id

    def receipt(self, words: _Words) -> None:
        """receipt PAYMENT [movement NAME] [withheld NUMBER TAX AMOUNT]... [discount NUMBER AMOUNT]... [as RECEIPT]"""
        payment = self._payment(words.one())
        movement = ""
        if words and words.peek() == "movement":
            _word, movement = words.one(), words.one()
        _shares, deductions, name, _customer = self._parts(words, payment.amount.currency)
        receipt: CashReceipt = run(
            record_for_payment(
                *(self.hub, self.merchant, payment.id), by="contadora", movement=movement, deductions=deductions
            )
        )
        self.receipts[name or receipt.label] = receipt.id

    def disburse(self, words: _Words) -> None:
        """disburse MEANS AMOUNT [CURRENCY] [of CUSTOMER] [as DOCUMENT]"""
        means, amount = words.one(), words.one()
        rest = {"of": "c1", "as": ""}
        paid = PaidOut(amount=self.money(amount, words.currency()), means=means, paid_on=self.clock.now.date())
        rest |= words.pairs("of", "as")
        signed = Signed(by="dueña", why="lo pidió")
        made = run(disburse_credit(self.hub, self.merchant, rest["of"], paid, signed=signed)).disbursement
        assert made is not None
        self.receipts[rest["as"] or made.label] = made.id

    def void_disbursement(self, words: _Words) -> None:
        """void-disbursement DOCUMENT"""
        this = self.receipts[words.one()]
        run(void_disbursement(self.hub, self.merchant, this, reason="no se entregó", by="dueña"))

    def converted(self, words: _Words) -> None:
        """converted MEANS AMOUNT CURRENCY to CURRENCY at RATE [of CUSTOMER] [as NAME]: 1 USD is RATE of the other"""
        means, amount, came = words.one(), words.one(), words.one()
        rest = {"of": "c1", "as": ""} | words.pairs("to", "at", "of", "as")
        self._convert(means, self.money(amount, came), rest)

    def convert(self, words: _Words) -> None:
        """convert PAYMENT at RATE [as NAME]: what waits in suspense"""
        payment = self._payment(words.one())
        rest = {"as": "", "to": payment.amount.currency, "of": payment.customer_id} | words.pairs("at", "as")
        came = self.read(lambda tx: waiting_in_suspense(tx, payment))
        if came is None:
            raise Refused("nothing waits")
        self._convert("suspense", came, rest, payment.id)

    def _convert(self, means: str, came: Money, rest: dict[str, str], payment_id: str | None = None) -> None:
        base, today = "USD", self.clock.now.date()
        quote = rest["to"] if came.currency == base else came.currency
        wanted = Wanted(
            customer_id=rest["of"],
            payment_id=payment_id,
            came=came,
            settles_in=rest["to"],
            rate=Rate(base=base, quote=quote, value=Decimal(rest["at"]), source="BCCR", on=today),
            means=means,
            value_on=today,
        )
        for by in ("dueña", "contadora"):
            signed = Signed(by=by, why="así lo pagó")
            made = run(convert_money(self.hub, self.merchant, wanted, signed=signed)).conversion
            if made:
                break
        assert made is not None
        self.receipts[rest["as"] or "X"] = made.id

    def void_conversion(self, words: _Words) -> None:
        """void-conversion NAME"""
        run(void_conversion(self.hub, self.merchant, self.receipts[words.one()], reason="otra tasa", by="dueña"))

    def certificate(self, words: _Words) -> None:
        """certificate CERTIFICATE withheld NUMBER TAX AMOUNT [withheld ...]... [as RECEIPT: the one it came after]"""
        paper = Certificate(number=words.one(), issued_on=self.clock.now.date())
        currency = self._payable(words.rest[1]).currency
        _shares, kept, after, _customer = self._parts(words, currency)
        receipt_id = self.receipts[after] if after else ""
        run(record_withholding(self.hub, self.merchant, paper, kept, by="contadora", receipt_id=receipt_id))

    def accept_withheld(self, words: _Words) -> None:
        """accept-withheld PAYMENT NUMBER"""
        self._answer_withheld(words, WithheldAnswer.ACCEPT)

    def refuse_withheld(self, words: _Words) -> None:
        """refuse-withheld PAYMENT NUMBER"""
        self._answer_withheld(words, WithheldAnswer.REFUSE)

    def _answer_withheld(self, words: _Words, answer: WithheldAnswer) -> None:
        payment, payable = self._payment(words.one()), self._payable(words.one())
        asked = self.read(lambda tx: (*tx.reviews.of(payment_id=payment.id), *tx.reviews.resolved()))
        about = (WITHHOLDING_WAITS, payment.id, payable.id)
        review = next((item for item in asked if (item.cause, item.payment_id, item.subject) == about), None)
        if review is None:
            raise Refused("nothing waits")
        signed = Signed(by="contadora", why="la revisó")
        try:
            run(answer_withholding(self.hub, self.merchant, review.id, answer, signed=signed))
        except NotAllowed as refusal:
            raise Refused(str(refusal)) from refusal

    def void(self, words: _Words) -> None:
        """void RECEIPT"""
        receipt_id = self.receipts[words.one()]
        run(void_receipt(self.hub, self.merchant, receipt_id, reason="duplicado", by="contadora"))

    def credit_note(self, words: _Words) -> None:
        """credit-note NOTE NUMBER AMOUNT"""
        note, number = words.one(), words.one()
        amount = self.money(words.one(), self._payable(number).currency)
        run(credit_bill(self.hub, self.merchant, number, note_number=note, amount=amount, by="contadora"))

    def write_off(self, words: _Words) -> None:
        """write-off NUMBER [AMOUNT]"""
        number = words.one()
        amount = self.money(words.one(), self._payable(number).currency) if words else None
        run(write_off_bill(self.hub, self.merchant, number, amount=amount, by="contadora", reason="incobrable"))

    def void_bill(self, words: _Words) -> None:
        """void-bill NUMBER"""
        run(void_bill(self.hub, self.merchant, words.one(), by="contadora", reason="no se debía"))

    def rebill(self, words: _Words) -> None:
        """rebill NUMBER TOTAL [CURRENCY] [of CUSTOMER]"""
        number, amount = words.one(), words.one()
        total = self.money(amount, words.currency() or self._payable(number).currency)
        customer = words.pairs("of").get("of", "")
        if customer:
            self._ensure_customer(customer)
        document = _document(customer) if customer else ""
        run(rebill(self.hub, self.merchant, number, total=total, customer=document, by="contadora", reason="era otra"))

    def days(self, words: _Words) -> None:
        """days NUMBER: so many pass."""
        self.clock.now += timedelta(days=int(words.one()))

    def use_credit(self, words: _Words) -> None:
        """use-credit NUMBER AMOUNT"""
        payable = self._payable(words.one())
        share = Share(payable.id, self.money(words.one(), payable.currency).minor)
        run(apply_credit(self.hub, self.merchant, payable.customer_id, [share], by="contadora"))

    def correct(self, words: _Words) -> None:
        """correct KEY [AMOUNT]; {NAME} stands for the id of an invoice or receipt, or of what was seen to be back."""
        key = re.sub(r"\{(.+?)\}", lambda found: self._id_of(found[1]), words.one())
        if not words:
            run(correct_entry(self.hub, self.merchant, key, by="contadora", reason="error"))
            return
        amount = self.money(words.one(), words.currency())
        run(correct_amount(self.hub, self.merchant, key, amount, by="contadora", reason="error"))

    def settled(self, words: _Words) -> None:
        """settled LINE PAYMENT GROSS [CURRENCY] [fee AMOUNT] [fee-tax AMOUNT] [kept TAX AMOUNT]... [reserve AMOUNT]
        [on DATE]"""
        line, name, gross = words.one(), words.one(), words.one()
        currency = words.currency() or self.currency
        cells = {"line_id": line, "reference": f"REF{name}", "currency": currency, "gross": gross}
        while words:
            match words.one():
                case "fee":
                    cells["fee"] = words.one()
                case "fee-tax":
                    cells["fee_tax"] = words.one()
                case "reserve":
                    cells["reserve"] = words.one()
                case "kept":
                    tax = words.one()
                    cells[f"withholding:{tax}"] = words.one()
                case "on":
                    cells["settled_on"] = words.one()
        self.import_lines(cells)

    def charged(self, words: _Words) -> None:
        """charged LINE GROSS [fee AMOUNT] [fee-tax AMOUNT] [reserve AMOUNT] [on DATE] [as KIND]: about no payment"""
        cells = {"line_id": words.one(), "gross": words.one(), "kind": "charge"}
        names = {"fee": "fee", "fee-tax": "fee_tax", "reserve": "reserve", "on": "settled_on", "as": "kind"}
        cells.update({names[name]: value for name, value in words.pairs(*names).items()})
        self.import_lines(cells)

    def charge(self, words: _Words) -> None:
        """charge LINE [KIND]: a person says that an open line is about no payment"""
        line, kind = words.one(), LineKind(words.one()) if words else LineKind.CHARGE
        run(charge_line(self.hub, self.merchant, self.account, line, kind, by="contadora", reason="contrato"))

    def reported(self, words: _Words) -> None:
        """reported LINE PAYMENT GROSS: the provider's own report, which states no fees"""
        line, name = words.one(), words.one()
        gross = self.money(words.one())
        told = SettlementLine(line_id=line, reference=f"REF{name}", gross=gross, net=gross)
        day, asked = self.clock.now.date(), attrs.evolve(self.hub, exchanger=Reporting((told,)))
        report = run(fetch_settlement(asked, self.account, day, day))
        assert report.balanced, report
        self.reports.append(report)

    def payout(self, words: _Words) -> None:
        """payout REFERENCE AMOUNT [fee AMOUNT] [fee-tax AMOUNT] [on DATE]: what the bank received of it"""
        reference, arrived = words.one(), self.money(words.one())
        rest = words.pairs("fee", "fee-tax", "on")
        told = Payout(
            arrived=arrived,
            fee=self.money(rest.get("fee", "0")),
            fee_tax=self.money(rest.get("fee-tax", "0")),
            on=day(rest["on"]) if "on" in rest else self.clock.now.date(),
            reference=reference,
        )
        run(record_payout(self.hub, self.merchant, self.account, told, by="contadora"))

    def reopen(self, words: _Words) -> None:
        """reopen LINE"""
        run(reopen_line(self.hub, self.merchant, self.account, words.one(), by="contadora", reason="era correcta"))

    def import_lines(self, *lines: dict[str, str]) -> Reconciliation:
        """Reconcile with a file of these lines."""
        names = list(dict.fromkeys(name for line in lines for name in line))
        rows = [",".join(names), *(",".join(line.get(name, "") for name in names) for line in lines)]
        data = ("\n".join(rows) + "\n").encode()
        report = run(import_settlement(self.hub, self.account, data, name="pagos.csv", decimal="."))
        if report.faults or report.set_aside:
            raise Refused(str(report))
        assert report.balanced, report
        self.reports.append(report)
        return report

    def withdraw(self, words: _Words) -> None:
        """withdraw LINE"""
        run(withdraw_line(self.hub, self.merchant, self.account, words.one(), by="contadora", reason="otro archivo"))

    def _customer(self, tx: Any, name: str) -> None:
        document = IdentityDocument("CF" if self.country == "CR" else "CC", _document(name))
        tx.customers.save(
            Customer(
                id=name,
                merchant_id=self.merchant.id,
                name=f"Persona {name}",
                document=document,
                email=f"{name}@correo.example",
            )
        )

    def _ensure_customer(self, name: str) -> None:
        if self.read(lambda tx: tx.customers.get(name)) is None:
            self.opened.store.write_now(lambda tx: self._customer(tx, name))

    def _payable(self, number: str) -> Payable:
        def find(tx: Any) -> Payable:
            for kind in PayableKind:
                found: Payable | None = tx.payables.by_number(self.merchant.id, Mode.TEST, kind, number)
                if found:
                    return found
            raise Missing(number)

        return self.read(find)

    def _payment(self, name: str) -> Payment:
        found: Payment = self.read(lambda tx: tx.payments.get(self.payments[name]))
        return found

    def _id_of(self, name: str) -> str:
        known = self.receipts | self.returns
        return known[name] if name in known else self._payable(name).id

    def _amount(self, words: _Words, name: str) -> Money:
        if not words or not words.peek()[:1].isdigit():
            return self._payment(name).amount
        text = words.one()
        return self.money(text, words.currency() or self._payment(name).amount.currency)

    def _tell(self, name: str, observation: Observation) -> None:
        claim = Claim(observation=observation, source=ObservedBy.NOTIFICATION)
        self.opened.store.write_now(
            lambda tx: record_observations(
                tx, self.hub, tx.payments.get(self.payments[name]), [claim], now=self.clock.now
            )
        )

    def _parts(self, words: _Words, currency: str) -> tuple[list[Share], list[Deduction], str, str]:
        shares, deductions, name, customer = [], [], "", "c1"
        while words:
            match words.one():
                case "for":
                    number, amount = words.one(), words.one()
                    shares.append(Share(self._payable(number).id, self.money(amount, currency).minor))
                case "withheld":
                    number, tax, amount = words.one(), words.one(), words.one()
                    minor = self.money(amount, currency).minor
                    deductions.append(Deduction(payable_id=self._payable(number).id, tax=tax, amount=minor))
                case "discount":
                    number, amount = words.one(), words.one()
                    minor = self.money(amount, currency).minor
                    deductions.append(Deduction(payable_id=self._payable(number).id, amount=minor))
                case "as":
                    name = words.one()
                case "of":
                    customer = words.one()
        return shares, deductions, name, customer

    def balances(self) -> dict[tuple[str, str], int]:
        """(kind, or kind and tax; currency) -> balance, without those that are zero."""
        found: dict[tuple[str, str], int] = {}
        for kind, owner, currency, amount in self.read(lambda tx: tx.ledger.balances(self.merchant.id, Mode.TEST)):
            name = f"{kind} {owner}" if kind in ("withholding_receivable", "tax_withheld") else kind
            found[name, currency] = found.get((name, currency), 0) + amount
        return {name: amount for name, amount in found.items() if amount}

    def exported(self) -> str:
        """The books as Beancount text."""

        def read(tx: SqliteTx) -> str:
            entries = tx.ledger.entries(self.merchant.id, Mode.TEST)
            balances = tx.ledger.balances(self.merchant.id, Mode.TEST)
            zone = self.merchant.company.zone
            return beancount_text(entries, balances, merchant=self.merchant.slug, mode=Mode.TEST, zone=zone)

        return self.read(read)

    def causes(self) -> list[str]:
        """Why a person is asked, sorted."""
        return sorted(review.cause for review in self.read(lambda tx: tx.reviews.of()))


@attrs.define
class _Words:
    """The rest of a line."""

    rest: list[str]

    def __bool__(self) -> bool:
        return bool(self.rest)

    def peek(self) -> str:
        return self.rest[0]

    def one(self) -> str:
        return self.rest.pop(0)

    def currency(self) -> str:
        """A currency's code, if one stands here."""
        return self.one() if self and re.fullmatch("[A-Z]{3}", self.peek()) else ""

    def pairs(self, *names: str) -> dict[str, str]:
        found = {}
        while self and self.peek() in names:
            name = self.one()
            found[name] = self.one()
        assert not self, f"what does {' '.join(self.rest)!r} mean?"
        return found

    def two_by_two(self, *until: str) -> list[tuple[str, str]]:
        """Pairs up to one of these words, or to the end."""
        end = next((at for at, word in enumerate(self.rest) if word in until), len(self.rest))
        found, self.rest = self.rest[:end], self.rest[end:]
        return list(_pairs(found))


@attrs.frozen
class Reporting:
    """A provider that reports these lines, or does not answer."""

    lines: tuple[SettlementLine, ...] | None

    async def run(self, provider: Any, hook: str, **records: Any) -> Any:
        assert hook == "fetch_settlement"
        if self.lines is None:
            return attrs.make_class("Ran", ["conclusion"])(Conclusion(outcome=Outcome.UNKNOWN, cause="no answer"))
        return attrs.make_class("Ran", ["conclusion"])(Conclusion(outcome=Outcome.RESULT, value=self.lines))


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    assert len(words) % 2 == 0, words
    yield from zip(words[::2], words[1::2], strict=True)


def _document(customer: str) -> str:
    return f"1{int(customer.removeprefix('c')):08d}"


class _Loop(asyncio.SelectorEventLoop):
    """What would be done in a thread is done here and now."""

    def run_in_executor(self, _executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
            future.set_exception(error)
        return future


def run(work: Coroutine[Any, Any, T]) -> T:
    """Let a flow run to its end."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


VERBS: dict[str, Callable[[Desk, _Words], object]] = {
    "invoice": Desk.invoice,
    "order": Desk.order,
    "pays": Desk.pays,
    "resting": Desk.resting,
    "paid": Desk.paid,
    "proved": Desk.proved,
    "declined": Desk.declined,
    "unheard": Desk.unheard,
    "returned": Desk.returned,
    "chargeback": Desk.chargeback,
    "inquiry": Desk.inquiry,
    "dispute-ends": Desk.dispute_ends,
    "seen-back": Desk.seen_back,
    "seen-taken": Desk.seen_taken,
    "bounced": Desk.bounced,
    "received": Desk.received,
    "receipt": Desk.receipt,
    "certificate": Desk.certificate,
    "accept-withheld": Desk.accept_withheld,
    "refuse-withheld": Desk.refuse_withheld,
    "void": Desk.void,
    "disburse": Desk.disburse,
    "converted": Desk.converted,
    "convert": Desk.convert,
    "void-conversion": Desk.void_conversion,
    "void-disbursement": Desk.void_disbursement,
    "credit-note": Desk.credit_note,
    "write-off": Desk.write_off,
    "use-credit": Desk.use_credit,
    "void-bill": Desk.void_bill,
    "rebill": Desk.rebill,
    "days": Desk.days,
    "correct": Desk.correct,
    "settled": Desk.settled,
    "withdraw": Desk.withdraw,
    "charged": Desk.charged,
    "charge": Desk.charge,
    "reported": Desk.reported,
    "payout": Desk.payout,
    "reopen": Desk.reopen,
}


@attrs.frozen(kw_only=True)
class Case:
    """A case as its file has it: sections of lines."""

    title: str
    country: str
    sections: dict[str, list[str]]


SECTIONS = ("given", "events", "expected", "due", "reviews")


def read_case(path: Path) -> Case:
    """Title, then sections; ``#`` begins a remark."""
    lines = [line.split("#")[0].rstrip() for line in path.read_text(encoding="utf-8").splitlines()]
    title, country, section = lines[0], "CR", ""
    sections: dict[str, list[str]] = {}
    for line in lines[1:]:
        word = line.strip()
        if word in SECTIONS and line == word:
            section = word
            sections[section] = []
        elif line.startswith("company "):
            country = word.split()[1]
        elif word and section:
            sections[section].append(word)
    return Case(title=title, country=country, sections=sections)


def day(text: str) -> date:
    return date.fromisoformat(text)
