"""Each form of money, while something changes: nothing is booked, it is drawn again with what was typed and says what
changed; the new one books once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias

import attrs
import httpx
import pytest

from hub.domain.account import CaptureChoice
from hub.domain.conversion import Rate
from hub.domain.decision import Signed
from hub.domain.disbursement import PaidOut
from hub.domain.dispute import DisputeStage
from hub.domain.drawn_from import DrawnFrom
from hub.domain.instalment import Instalment
from hub.domain.intake import Share
from hub.domain.merchant import LinkKind, Merchant
from hub.domain.message import Review
from hub.domain.observation import ObservedBy
from hub.domain.operation import Operation, OperationKind
from hub.domain.payment import LEASE, Payment, PaymentLine, Phase, Status, Withholding
from hub.domain.receipt import CashReceipt
from hub.domain.settlement import LineKind, StatedLine
from hub.flows.corrections.agree_plan import agree_plan
from hub.flows.corrections.charge_line import charge_line
from hub.flows.corrections.convert_money import Wanted, convert_money
from hub.flows.corrections.disburse_credit import disburse_credit
from hub.flows.corrections.keep_line import store_line
from hub.flows.corrections.record_dispute import record_dispute
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.corrections.void_bill import rebill, void_bill
from hub.flows.corrections.write_off import write_off_bill
from hub.flows.ground.open_link import url_of
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.payments.start_payment import start_payment
from hub.flows.settlements.reconcile import import_settlement
from hub.flows.settlements.record_payout import Payout, record_payout
from hub.flows.settlements.withdraw_line import reopen_line, withdraw_line
from hub_hookspecs import Channel, Kind, Money, Observation, Payer, SettlementLine
from tests.faults import holding
from tests.faults.harness import rows
from tests.web.conftest import Debtor, House, Seat, forms_in, seen_in
from tests.web.test_checkout import order
from tests.web.test_merchant_desk import account_of
from tests.web.test_money_forms import EXEMPT, books_money, handlers

BOOKED: Final = (
    "SELECT id FROM entry ORDER BY 1",
    "SELECT id, done_at FROM decision ORDER BY 1",
    "SELECT id, stage, respond_by, outcome FROM dispute ORDER BY 1",
    "SELECT id FROM operation ORDER BY 1",
    "SELECT id, plan FROM payable WHERE plan <> '[]' ORDER BY 1",
    "SELECT id FROM payment ORDER BY 1",
    "SELECT id, resolved_at FROM review ORDER BY 1",
    "SELECT id, voided_at FROM cash_receipt ORDER BY 1",
    "SELECT account, line, state, restated FROM settlement_line ORDER BY 1, 2",
)
"""What a form may book or decide."""


@attrs.define(kw_only=True)
class Trial:
    """One form of one customer, and who has it open.

    Attributes:
        address: Of the page with the form.
        action: Where the form is sent; of several forms that go there, the one that carries ``told``.
        typed: What the person typed or ticked; what else is sent with it names the ``button``.
        reviewed: What was understood is shown once more before it is booked.
        page: The page with the form, where that is the answer to another one.
    """

    house: House
    seat: Seat
    merchant: Merchant
    debtor: Debtor
    browser: httpx.Client
    payment: Any = None
    address: str = ""
    action: str = ""
    typed: dict[str, Any] = attrs.Factory(dict)
    told: dict[str, str] = attrs.Factory(dict)
    button: Mapping[str, str] = attrs.Factory(dict)
    reviewed: bool = False
    page: str = ""

    @property
    def customer(self) -> str:
        return self.debtor.customer.id

    @property
    def customer_number(self) -> str:
        """Of the customer's document."""
        return self.debtor.customer.document.number  # type: ignore[union-attr]

    @property
    def invoice(self) -> Any:
        return self.debtor.invoices[0]

    @property
    def currency(self) -> str:
        return self.invoice.currency  # type: ignore[no-any-return]

    @property
    def number(self) -> str:
        """A number that no other test uses."""
        return self.invoice.number.removeprefix("FE-")  # type: ignore[no-any-return]

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def form_in(self, page: str) -> dict[str, Any]:
        """What the form carries by itself."""
        wanted = (self.action, "" if self.action == self.address else None)
        for form in forms_in(page):
            fields = {name: values[0] for name, values in form["fields"].items()}
            if form["action"] in wanted and self.told.items() <= fields.items():
                return form["fields"]  # type: ignore[no-any-return]
        raise AssertionError(f"no form goes to {self.action} with {self.told}: {seen_in(page)[:600]}")

    def open(self) -> dict[str, Any]:
        """The form as it is drawn now, and filled in."""
        fields = {**self.form_in(self.page or self.read(self.address)), **self.typed}
        if self.reviewed:
            answer = self.browser.post(self.action, data=fields)
            assert answer.status_code == 200, seen_in(answer.text)[:600]
            fields = self.form_in(answer.text)
        return {**fields, **self.button}

    def read(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text

    def booked(self) -> list[Any]:
        return [rows(self.house.opened.store.path, statement) for statement in BOOKED]


Prepare: TypeAlias = Callable[[Trial], None]
Begin: TypeAlias = Callable[[str], Trial]


def another_bill(trial: Trial) -> None:
    trial.house.add_invoice(trial.debtor, f"OTRA-{trial.number}", 77_700, trial.currency)


def credit(trial: Trial, minor: int = 900_000) -> CashReceipt:
    known = {"means": "cash", "cash": trial.money(minor), "by": "otra"}
    return trial.house.run(record_by_hand(trial.house.hub, trial.merchant, trial.customer, shares=[], **known))


def another_payment(trial: Trial) -> None:
    another_bill(trial)
    found = trial.house.read(lambda tx: tx.payables.open_of(trial.customer, trial.invoice.mode))
    (bill,) = [item for item in found if item.number.startswith("OTRA")]
    started(trial, [Share(bill.id, bill.due)])


def inquiry(trial: Trial) -> None:
    said = {"case": f"OTRO-{trial.number}", "stage": DisputeStage.INQUIRY, "reason": "no recibido"}
    signed = Signed(by="otra", why="lo dice el banco")
    trial.house.run(record_dispute(trial.house.hub, trial.payment.id, signed=signed, **said))


def a_refund_is_unknown(trial: Trial) -> None:
    about = {"merchant_id": trial.merchant.id, "mode": trial.payment.mode, "account_id": trial.payment.account_id}
    now = trial.house.time()
    refund = Operation(
        id=f"op-{trial.number}",
        payment_id=trial.payment.id,
        kind=OperationKind.REFUND,
        reference=f"OP{trial.number}",
        amount=trial.money(100),
        created_at=now,
        **about,
    )

    def write(tx: Any) -> None:
        tx.operations.add(refund)
        tx.operations.begin_sending(refund.id, "process-1", now + LEASE)

    trial.house.write(write)


def a_part_went_back(trial: Trial) -> None:
    observed(trial, Kind.RETURNED, trial.money(1_000), f"R-{trial.number}")


def billed_otherwise(trial: Trial) -> None:
    """Voided and billed anew by somebody else; or where it is void, billed anew and voided."""
    house, number = trial.house, trial.invoice.number
    void = void_bill(house.hub, trial.merchant, number, by="otra", reason="error")
    anew = rebill(house.hub, trial.merchant, number, total=trial.money(4_444), by="otra", reason="era menos")
    is_void = house.read(lambda tx: tx.payables.get(trial.invoice.id)).is_voided
    for act in (anew, void) if is_void else (void, anew):
        house.run(act)


def another_write_off(trial: Trial) -> None:
    known = {"amount": trial.money(500), "by": "otra", "reason": "tampoco vuelve"}
    trial.house.run(write_off_bill(trial.house.hub, trial.merchant, trial.invoice.number, **known))


def another_plan(trial: Trial) -> None:
    parts = [Instalment(date(2028, 1, 15), trial.invoice.total)]
    trial.house.run(agree_plan(trial.house.hub, trial.merchant, trial.invoice.number, parts, by="otra"))


def taken_up_again(trial: Trial) -> None:
    """Booked, withdrawn and taken up by somebody else."""
    account, line = account_of(trial.house, trial.merchant), trial.told["line"]
    about = (trial.house.hub, trial.merchant, account, line)
    trial.house.run(charge_line(*about, LineKind.CHARGE, by="otra", reason="mensualidad"))
    trial.house.run(withdraw_line(*about, by="otra", reason="no era"))
    trial.house.run(reopen_line(*about, by="otra", reason="sí era"))


def another_deposit(trial: Trial) -> None:
    in_transit(trial, 5_000)
    deposit(trial, f"B-{trial.number}", 1_000)


CUSTOMERS: Final = (another_bill, credit, another_payment)
PAYMENTS: Final = (another_bill, inquiry)


def started(trial: Trial, shares: Sequence[Share], **known: Any) -> Payment:
    """A payment that waits for its payer."""
    country = trial.merchant.company.country
    request = PayRequest(
        account_id=account_of(trial.house, trial.merchant).id,
        way="form" if country == "CR" else "push",
        channel=Channel.STATEMENT,
        customer_id=trial.customer,
        shares=shares,
        fields={} if country == "CR" else {"phone": "3998764643"},
        email="pagador@correo.example",
        **known,
    )
    payment = trial.house.run(start_payment(trial.house.hub, request))
    return trial.house.until(lambda: in_status(trial, payment.id, Status.PENDING))  # type: ignore[return-value]


def in_status(trial: Trial, payment_id: str, status: Status) -> Payment | None:
    found = trial.house.read(lambda tx: tx.payments.get(payment_id))
    return found if found.status is status else None


def observed(trial: Trial, kind: Kind, amount: Money, event: str) -> None:
    news = Observation(kind=kind, amount=amount, event_id=event, vouched=frozenset({"event_id", "amount"}))
    told = Claim(observation=news, source=ObservedBy.NOTIFICATION)
    trial.house.write(
        lambda tx: record_observations(
            tx, trial.house.hub, tx.payments.get(trial.payment.id), [told], now=trial.house.time()
        )
    )


def paid(trial: Trial, less: int = 0, **known: Any) -> None:
    """The invoice was paid, and the provider says so."""
    trial.payment = started(trial, [Share(trial.invoice.id, trial.invoice.total - less)], **known)
    country = trial.merchant.company.country
    named = {"reference": trial.payment.reference if country == "CR" else trial.payment.memory["message_id"]}
    trial.house.control("greenpay" if country == "CR" else "nequi", "approve", **named)
    trial.payment = trial.house.until(lambda: in_status(trial, trial.payment.id, Status.PAID))
    trial.address = f"/m/payments/{trial.payment.id}"


def on_payment(act: str, **typed: str) -> Prepare:
    """A form on the page of a payment that was paid."""

    def prepare(trial: Trial) -> None:
        paid(trial)
        trial.action, trial.typed = f"{trial.address}/{act}", typed

    return prepare


def live(act: str, **typed: str) -> Prepare:
    """A form on the page of a payment that is live."""

    def prepare(trial: Trial) -> None:
        trial.payment = started(trial, [Share(trial.invoice.id, trial.invoice.total)])
        trial.address = f"/m/payments/{trial.payment.id}"
        trial.action, trial.typed = f"{trial.address}/{act}", typed

    return prepare


def held(trial: Trial) -> None:
    """The form that takes money which a provider holds; nothing answers for it here, so the capture stays unknown."""
    hub, now = trial.house.hub, trial.house.hub.clock()
    hub.registry.providers = {**hub.registry.providers, holding.CODE: holding.provider_at(trial.house.base)}
    account = attrs.evolve(
        account_of(trial.house, trial.merchant),
        id=f"apartado-{trial.merchant.id}",
        provider=holding.CODE,
        path_token=f"apartado-{trial.merchant.id}",
        capture=CaptureChoice.BY_HAND,
        secret_names=frozenset(),
    )
    line = PaymentLine(payable_id=trial.invoice.id, number=trial.invoice.number, amount=trial.invoice.total)
    payment = Payment(
        id=f"held-{trial.number}",
        merchant_id=account.merchant_id,
        mode=account.mode,
        account_id=account.id,
        provider=holding.CODE,
        way=holding.CARD.code,
        channel=Channel.STATEMENT,
        customer_id=trial.customer,
        payer=Payer(),
        reference=f"HELD-{trial.number}",
        amount=trial.money(trial.invoice.total),
        lines=(line,),
        return_token=f"held-{trial.number}",
        created_at=now,
    )

    def hold(tx: Any) -> Payment:
        if tx.accounts.get(account.id) is None:
            tx.accounts.add(account)
        tx.payments.add(payment)
        tx.payments.begin_sending(payment.id, "process-1", now + LEASE)
        news = Observation(kind=Kind.AUTHORISED, expires_at=now + timedelta(days=7))
        claim = Claim(observation=news, source=ObservedBy.QUERY)
        sent = attrs.evolve(payment, phase=Phase.SENT, ended_at=now)
        return record_observations(tx, hub, sent, [claim], now=now).payment

    trial.payment = trial.house.write(hold)
    trial.address = f"/m/payments/{trial.payment.id}"
    trial.action, trial.typed = f"{trial.address}/capture", {"amount": "12", "why": "ya se le envió"}


def on_customer(act: str, **typed: str) -> Prepare:
    def prepare(trial: Trial) -> None:
        credit(trial)
        trial.address = trial.action = f"/m/customers/{trial.customer}/{act}"
        trial.typed = {**typed}

    return prepare


def use_credit(trial: Trial) -> None:
    on_customer("credit", **{f"share-{trial.invoice.id}": "2000"})(trial)


def receipt_by_hand(trial: Trial) -> None:
    on_customer("receipt", means="cash", amount="1234", currency=trial.currency, notes="lo trajo él mismo")(trial)
    trial.reviewed, trial.button = True, {"record": "1"}


def receipt_of_payment(trial: Trial) -> None:
    paid(trial)
    trial.address = trial.action = f"{trial.address}/receipt"
    trial.typed = {"notes": "lo trajo él mismo", "bank_account": "BAC 7788"}


def receipt_by_mail(trial: Trial) -> None:
    paid(trial)
    about = (LinkKind.RECEIPT, trial.payment.id, trial.payment.mode, trial.house.time())
    link = trial.house.until(lambda: trial.house.read(lambda tx: tx.links.find(*about)))
    trial.address = trial.action = url_of(trial.house.hub, link).removeprefix(trial.house.base)
    trial.typed = {"notes": "lo trajo él mismo"}
    trial.browser = trial.house.browser()


def recorded(trial: Trial) -> CashReceipt:
    """A receipt by hand for half of the invoice."""
    half = trial.invoice.total // 2
    known = {"means": "cash", "cash": trial.money(half), "by": "otra", "shares": [Share(trial.invoice.id, half)]}
    return trial.house.run(record_by_hand(trial.house.hub, trial.merchant, trial.customer, **known))


def void_of_receipt(trial: Trial) -> None:
    trial.address = f"/m/receipts/{recorded(trial).id}"
    trial.action, trial.typed = f"{trial.address}/void", {"reason": "no era de él"}


def withheld(trial: Trial) -> None:
    trial.address = f"/m/receipts/{recorded(trial).id}"
    certificate = {"certificate": f"RF-{trial.number}-X", "certified_on": f"{trial.house.today:%d/%m/%Y}"}
    trial.action = f"{trial.address}/withheld"
    trial.typed = {"invoice": trial.invoice.id, "tax": "retefuente", "amount": "12,00", **certificate}


RATE: Final = {"base": "USD", "rate": "4000", "source": "TRM del día", "why": "así pagó el cliente"}


def converted(trial: Trial, by: str, form: str = "") -> Any:
    today = trial.house.today
    wanted = Wanted(
        customer_id=trial.customer,
        came=Money(500, "USD"),
        settles_in=trial.currency,
        rate=Rate(base="USD", quote=trial.currency, value=Decimal(4000), source="TRM del día", on=today),
        means="cash",
        value_on=today,
    )
    signed = Signed(by=by, why="así pagó el cliente")
    return trial.house.run(convert_money(trial.house.hub, trial.merchant, wanted, signed=signed, form=form)).conversion


def of_a_known_rate(trial: Trial) -> Any:
    """A rate is known, so that one person may state it again."""
    return converted(trial, "una", f"form-{trial.number}") or converted(trial, "otra", f"form-{trial.number}")


def conversion_by_hand(trial: Trial) -> None:
    of_a_known_rate(trial)
    trial.address = trial.action = f"/m/customers/{trial.customer}/conversion"
    came = {"means": "cash", "currency": "USD", "settles_in": trial.currency, "amount": "7"}
    trial.typed, trial.reviewed, trial.button = {**RATE, **came}, True, {"record": "1"}


def conversion_in_suspense(trial: Trial) -> None:
    of_a_known_rate(trial)
    trial.payment = started(trial, [Share(trial.invoice.id, trial.invoice.total // 4)])
    observed(trial, Kind.PAID, Money(700, "USD"), f"P-{trial.number}")
    trial.address = trial.action = f"/m/payments/{trial.payment.id}/conversion"
    trial.typed, trial.reviewed, trial.button = {**RATE}, True, {"record": "1"}


def void_of_conversion(trial: Trial) -> None:
    trial.address = f"/m/conversions/{of_a_known_rate(trial).id}"
    trial.action, trial.typed = f"{trial.address}/void", {"reason": "no era de él"}


def void_of_disbursement(trial: Trial) -> None:
    credit(trial)
    told = PaidOut(amount=trial.money(300), means="cash", paid_on=trial.house.today, reference="")
    made = disburse_credit(trial.house.hub, trial.merchant, trial.customer, told, signed=Signed(by="una", why="pidió"))
    trial.address = f"/m/disbursements/{trial.house.run(made).disbursement.id}"  # type: ignore[union-attr]
    trial.action, trial.typed = f"{trial.address}/void", {"reason": "no vino por él"}


def void_of_bill(trial: Trial) -> None:
    trial.address = f"/m/invoices/{trial.invoice.id}"
    trial.action, trial.typed = f"{trial.address}/void", {"reason": "se hizo dos veces"}


def write_off(trial: Trial) -> None:
    trial.address = f"/m/invoices/{trial.invoice.id}"
    trial.action, trial.typed = f"{trial.address}/write-off", {"amount": "12", "reason": "no vuelve nunca"}


def credit_note(trial: Trial) -> None:
    trial.address = trial.action = f"/m/invoices/{trial.invoice.id}/credit-note"
    trial.typed = {"number": f"NC-{trial.number}", "how": "part", "amount": "12", "reason": "devolvió la mitad"}


def plan(trial: Trial) -> None:
    trial.address = trial.action = f"/m/invoices/{trial.invoice.id}/plan"
    days = {f"on-{at}": f"15/0{at + 1}/2027" for at in range(2)}
    trial.typed = {**days, "amount-0": "20000", "amount-1": "30000"}


def correction_of_invoice(trial: Trial) -> None:
    known = {"amount": trial.money(1_000), "by": "una", "reason": "no vuelve"}
    trial.house.run(write_off_bill(trial.house.hub, trial.merchant, trial.invoice.number, **known))
    on_entry(trial, f"/m/invoices/{trial.invoice.id}", f"writeoff:{trial.invoice.id}:0")


def correction_of_payment(trial: Trial) -> None:
    paid(trial)
    about = (trial.merchant.id, trial.merchant.mode)
    entries = trial.house.read(lambda tx: tx.ledger.entries(*about, payment_id=trial.payment.id))
    on_entry(trial, f"/m/payments/{trial.payment.id}", next(item.key for item in entries if item.kind == "capture"))
    trial.typed["amount"] = "40321"


def correction_of_customer(trial: Trial) -> None:
    on_entry(trial, f"/m/customers/{trial.customer}", f"manual:{credit(trial).id}")
    trial.typed["amount"] = "4321"


def unclear_refund(trial: Trial) -> None:
    """Nobody knows whether it was done, and nobody sends it any more."""
    paid(trial)
    a_refund_is_unknown(trial)
    unknown = trial.house.read(lambda tx: tx.operations.of_payment(trial.payment.id))[0]
    sent = attrs.evolve(unknown, phase=Phase.SENT, ended_at=trial.house.time())
    trial.house.write(lambda tx: tx.operations.save(sent))
    trial.action = f"{trial.address}/concluded"
    trial.typed = {"done": "no", "evidence": "el panel del 3", "why": "no está en el panel"}


def on_entry(trial: Trial, page: str, key: str) -> None:
    trial.address, trial.action = f"{page}/correct?key={key}", f"{page}/correct"
    trial.typed = {"reason": "se anotó mal"}


def bounced(trial: Trial) -> None:
    paid(trial)
    a_part_went_back(trial)
    trial.action = f"{trial.address}/bounced"
    trial.typed = {"refund": f"R-{trial.number}", "evidence": "el panel del 3", "why": "la cuenta estaba cerrada"}


def anew(trial: Trial) -> None:
    number = trial.invoice.number
    trial.house.run(void_bill(trial.house.hub, trial.merchant, number, by="una", reason="error"))
    trial.address = f"/m/invoices/{trial.invoice.id}"
    trial.action = f"{trial.address}/rebill"
    trial.typed = {"total": "5432", "currency": trial.currency, "customer": "", "reason": "era otro total"}


def open_review(trial: Trial) -> str:
    paid(trial)
    review = Review(
        id=f"review-{trial.number}",
        merchant_id=trial.merchant.id,
        mode=trial.payment.mode,
        cause="unresolved",
        payment_id=trial.payment.id,
        details="for the operator",
        opened_at=trial.house.time(),
    )
    trial.house.write(lambda tx: tx.reviews.open(review))
    return review.id


def review_on_payment(trial: Trial) -> None:
    trial.action = f"{open_review(trial) and trial.address}/reviews/review-{trial.number}"
    trial.typed = {"why": "se habló con el banco"}


def review_in_list(trial: Trial) -> None:
    trial.action = f"/m/reviews/{open_review(trial)}/resolve"
    trial.address, trial.typed = "/m/reviews", {"why": "se habló con el banco"}


def answer(trial: Trial) -> None:
    paid(trial)
    a_part_went_back(trial)
    (review,) = trial.house.read(lambda tx: tx.reviews.of(payment_id=trial.payment.id))
    trial.action = f"{trial.address}/reviews/{review.id}/answer"
    trial.typed = {"answer": "still_owed", "why": "se habló con el banco"}


def withheld_above_cap(trial: Trial) -> None:
    """What was declared of a paid invoice waits."""
    hub, merchant = trial.house.hub, trial.merchant
    capped = attrs.evolve(merchant.options, withholdings=True, withholding_cap={trial.currency: 1})
    trial.house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, options=capped)))
    kept = {trial.invoice.id: [Withholding(tax="reteica", base=100_000, amount=1_000)]}
    try:
        paid(trial, less=1_000, withholdings=kept)
    finally:
        trial.house.write(lambda tx: tx.merchants.save(merchant))
        hub.cached.clear()
    (review,) = trial.house.read(lambda tx: tx.reviews.of(payment_id=trial.payment.id))
    trial.action = f"{trial.address}/withheld/{review.id}"
    trial.typed = {"withheld": "accept", "why": "trajo el certificado"}


def dispute(trial: Trial) -> None:
    on_payment("dispute", case=f"CASO-{trial.number}", reason="no recibido por él")(trial)
    trial.told = {"opens": "1"}


def end_of_dispute(trial: Trial) -> None:
    paid(trial)
    inquiry(trial)
    trial.action, trial.told = f"{trial.address}/dispute-end", {"case": f"OTRO-{trial.number}"}
    trial.typed = {"outcome": "accepted", "evidence": "correo del banco", "why": "tenía razón él"}


def line(trial: Trial) -> None:
    account = account_of(trial.house, trial.merchant)
    data = f"line_id,reference,gross,fee,kind\nM-{trial.number},CONTRATO,0.00,50.00,\n".encode()
    trial.house.run(import_settlement(trial.house.hub, account, data, name="pagos.csv", decimal="."))
    trial.address, trial.action = "/m/settlements", f"/m/settlements/{account.id}/line"
    trial.told, trial.typed = {"line": f"M-{trial.number}"}, {"reason": "es la mensualidad"}
    trial.button = {"act": "charge"}


def in_transit(trial: Trial, minor: int) -> None:
    """A payment that the provider's report settled without saying what reached the bank."""
    debtor, before = trial.house.debtor("CR", (minor, -3), merchant=trial.merchant), trial.payment
    other = attrs.evolve(trial, debtor=debtor)
    paid(other)
    money = Money(minor, "CRC")
    stated = SettlementLine(line_id=f"S-{other.number}", reference=other.payment.reference, gross=money, net=money)
    account, now = account_of(trial.house, trial.merchant), trial.house.time()
    trial.house.write(lambda tx: store_line(tx, account, StatedLine(line=stated, in_transit=True), "fetched", now))
    header = b"line_id,reference,gross,fee,kind\n"
    trial.house.run(import_settlement(trial.house.hub, account, header + b"X-1,NADIE,1.00,,\n", name="x", decimal="."))
    trial.payment = before


def deposit(trial: Trial, reference: str, minor: int) -> Any:
    nothing = Money(0, "CRC")
    told = Payout(arrived=Money(minor, "CRC"), fee=nothing, fee_tax=nothing, on=trial.house.today, reference=reference)
    account = account_of(trial.house, trial.merchant)
    return trial.house.run(record_payout(trial.house.hub, trial.merchant, account, told, by="otra"))


def payout(trial: Trial) -> None:
    in_transit(trial, 60_000)
    account = account_of(trial.house, trial.merchant)
    trial.address, trial.action = "/m/settlements", f"/m/settlements/{account.id}/payout"
    trial.told = {"currency": "CRC"}
    trial.typed = {"amount": "400,00", "on": f"{trial.house.today:%d/%m/%Y}", "reference": f"DEP-{trial.number}"}


def correction_of_payout(trial: Trial) -> None:
    in_transit(trial, 60_000)
    entry = deposit(trial, f"C-{trial.number}", 20_000)
    account = account_of(trial.house, trial.merchant)
    trial.address, trial.action = "/m/settlements", f"/m/settlements/{account.id}/payout/correct"
    trial.told, trial.typed = {"key": entry.key}, {"reason": "era de otra cuenta"}


def file_of_lines(trial: Trial) -> None:
    """The second button, below what the file would book."""
    paid(trial)
    trial.address = trial.action = "/m/settlements"
    account = account_of(trial.house, trial.merchant)
    gross = f"{trial.invoice.total / 100:.2f}".replace(".", ",")
    content = f"line_id;reference;gross;currency\nF-{trial.number};{trial.payment.reference};{gross};CRC\n".encode()
    shown = trial.seat.browser.post(
        "/m/settlements/file",
        data={"form": trial.seat.csrf, "account": account.id},
        files={"file": (f"pagos-{trial.number}.csv", content)},
        follow_redirects=True,
    )
    trial.told, trial.button = {"run": shown.url.params["run"]}, {"take": "1"}
    trial.page = shown.text


def file_of_invoices(trial: Trial) -> None:
    """The second button, below what the file would bill."""
    document, day = trial.customer_number, trial.house.today
    rows = "".join(f"DE-{trial.number}-{at};{document};{day};CRC;{at}000,50\n" for at in (1, 2))
    shown = trial.seat.browser.post(
        "/m/import",
        data={"form": trial.seat.csrf, "kind": "invoices"},
        files={"file": ("facturas.csv", f"numero;cliente;fecha;moneda;total\n{rows}".encode())},
        follow_redirects=True,
    )
    trial.action = trial.address = shown.url.path
    trial.button, trial.page = {"take": "1"}, shown.text


def billed_meanwhile(trial: Trial) -> None:
    """Somebody else brought one of the file's invoices."""
    trial.house.add_invoice(trial.debtor, f"DE-{trial.number}-1", 100_050, "CRC")


def payer(trial: Trial) -> None:
    trial.browser = trial.house.browser()
    trial.address = f"{trial.debtor.path}/pay?provider=nequi&invoice={trial.invoice.id}"
    trial.action, trial.typed = f"{trial.debtor.path}/pay", {"field.push.phone": "3998764643"}


def shopper(trial: Trial) -> None:
    trial.browser = trial.house.browser()
    placed = order(trial.house, "CO")
    trial.action = f"{placed['path']}/pay"
    trial.address, trial.typed = f"{trial.action}?provider=nequi", {"field.push.phone": "3998764643"}
    every = trial.house.read(lambda tx: tx.orders.of(trial.merchant.id, trial.debtor.invoices[0].mode))
    (found,) = [item for item in every if item.number == placed["number"]]
    customer = trial.house.read(lambda tx: tx.customers.get(found.customer_id))
    trial.debtor = attrs.evolve(trial.debtor, customer=customer)


SAYS: Final[Mapping[Callable[[Trial], Any], str]] = {
    another_bill: "Lo que se debe.",
    credit: "El saldo a favor.",
    another_payment: "Los pagos en línea en curso.",
    billed_otherwise: "Lo que se debe.",
    another_plan: "Lo que se debe.",
    another_write_off: "Lo que se debe.",
    inquiry: "Una disputa.",
    a_refund_is_unknown: "Una devolución o cancelación.",
    a_part_went_back: "El dinero de este pago.",
    taken_up_again: "La línea.",
    another_deposit: "Lo que está en camino al banco o en reserva.",
    billed_meanwhile: "Lo que el archivo cambiaría.",
}
"""What the page of a company says of each change; a payer's says that what he owes changed."""


@attrs.frozen
class Case:
    """How a form is come by, what may happen meanwhile, and in which country it is tried."""

    prepare: Prepare
    changes: tuple[Callable[[Trial], Any], ...] = PAYMENTS
    country: str = "CO"


CASES: Final[Mapping[str, Case]] = {
    "/m/conversions/{}/void": Case(void_of_conversion, (another_bill,)),
    "/m/customers/{}/conversion": Case(conversion_by_hand, CUSTOMERS),
    "/m/customers/{}/correct": Case(correction_of_customer, (another_bill, another_payment)),
    "/m/customers/{}/credit": Case(use_credit, CUSTOMERS),
    "/m/customers/{}/disbursement": Case(
        on_customer("disbursement", means="cash", amount="2000", reference="TR 991", why="lo pidió él"), CUSTOMERS
    ),
    "/m/customers/{}/receipt": Case(receipt_by_hand, CUSTOMERS),
    "/m/disbursements/{}/void": Case(void_of_disbursement, (another_bill, credit)),
    "/m/import/{}": Case(file_of_invoices, (billed_meanwhile,), country="CR"),
    "/m/invoices/{}/correct": Case(correction_of_invoice, (another_write_off,)),
    "/m/invoices/{}/credit-note": Case(credit_note, (billed_otherwise,)),
    "/m/invoices/{}/plan": Case(plan, (another_plan,)),
    "/m/invoices/{}/rebill": Case(anew, (billed_otherwise,)),
    "/m/invoices/{}/void": Case(void_of_bill, (billed_otherwise,)),
    "/m/invoices/{}/write-off": Case(write_off, (billed_otherwise,)),
    "/m/payments/{}/bounced": Case(bounced),
    "/m/payments/{}/cancel": Case(live("cancel"), (another_bill,)),
    "/m/payments/{}/capture": Case(held, (another_bill,), country="CR"),
    "/m/payments/{}/conversion": Case(conversion_in_suspense, (another_bill, credit)),
    "/m/payments/{}/concluded": Case(unclear_refund, (another_bill,)),
    "/m/payments/{}/correct": Case(correction_of_payment, (another_bill, inquiry)),
    "/m/payments/{}/dispute": Case(dispute, (another_bill, inquiry, a_refund_is_unknown)),
    "/m/payments/{}/dispute-end": Case(end_of_dispute, (another_bill, a_part_went_back)),
    "/m/payments/{}/receipt": Case(receipt_of_payment),
    "/m/payments/{}/recorded": Case(
        live("recorded", outcome="not_paid", evidence="el panel del 3", why="no está en el panel"),
        (another_bill, credit),
    ),
    "/m/payments/{}/refund": Case(on_payment("refund", why="no le sirvió a él"), (another_bill, credit)),
    "/m/payments/{}/release": Case(
        live("release", why="cerró la página él", sure="1"), (another_bill, credit), country="CR"
    ),
    "/m/payments/{}/returned": Case(
        on_payment("returned", amount="12", evidence="el panel del 3", why="lo pidió él"), PAYMENTS
    ),
    "/m/payments/{}/reviews/{}": Case(review_on_payment, (another_bill, a_part_went_back, a_refund_is_unknown)),
    "/m/payments/{}/reviews/{}/answer": Case(answer),
    "/m/payments/{}/withheld/{}": Case(withheld_above_cap),
    "/m/receipts/{}/void": Case(void_of_receipt, (another_bill, credit)),
    "/m/receipts/{}/withheld": Case(withheld, (another_bill, credit)),
    "/m/reviews/{}/resolve": Case(review_in_list, (a_part_went_back, inquiry)),
    "/m/settlements": Case(file_of_lines, (another_deposit,), country="CR"),
    "/m/settlements/{}/line": Case(line, (taken_up_again,), country="CR"),
    "/m/settlements/{}/payout": Case(payout, (another_deposit,), country="CR"),
    "/m/settlements/{}/payout/correct": Case(correction_of_payout, (another_deposit,), country="CR"),
    "/o/{}/pay": Case(shopper, (credit,)),
    "/r/{}": Case(receipt_by_mail),
    "/s/{}/pay": Case(payer, (another_bill, another_payment)),
}
"""A case for every address that leads to money."""

TRIALS: Final = [
    pytest.param(path, change, id=f"{path} {change.__name__}")
    for path, case in CASES.items()
    for change in case.changes
]


@pytest.fixture(scope="module")
def companies(house: House, company: Callable[..., Merchant]) -> Mapping[str, Merchant]:
    """In Costa Rica one of its own, whose payouts nobody else has."""
    return {"CO": house.merchants["CO"], "CR": company("CR", "formularios", connected=True)}


@pytest.fixture
def begin(
    house: House, companies: Mapping[str, Merchant], seat: Callable[..., Seat]
) -> Iterator[Callable[[str], Trial]]:
    """A trial of the form of an address."""
    begun = list[Trial]()

    def begin(path: str) -> Trial:
        case = CASES[path]
        merchant = companies[case.country]
        debtor = house.debtor(case.country, (5_000_000, -2), merchant=merchant)
        desk = seat(merchant)
        trial = Trial(house=house, seat=desk, merchant=merchant, debtor=debtor, browser=desk.browser)
        begun.append(trial)
        case.prepare(trial)
        return trial

    yield begin
    for trial in begun:
        if trial.browser is not trial.seat.browser:
            trial.browser.close()


CHANGED: Final = re.compile(
    "esto cambió desde que abr[a-zóé]+ el formulario: (.+?) Revis|Lo que debes? cambió mientras tanto"
)


def is_drawn_again(answer: httpx.Response, typed: Mapping[str, Any], says: str) -> bool:
    """It says what changed, and has what was typed."""
    page, said = html.unescape(answer.text), seen_in(answer.text)
    kept = [text for text in typed.values() if isinstance(text, str) and len(text) > 2]
    missing = [text for text in kept if text not in page]
    assert not missing, (missing, said[:600])
    return answer.status_code == 422 and bool(found := CHANGED.search(said)) and (found[1] is None or says in found[1])


@pytest.mark.parametrize(("path", "change"), TRIALS)
def test_a_form_is_drawn_again_where_something_changed_and_books_once(
    begin: Begin, path: str, change: Callable[[Trial], Any]
) -> None:
    trial = begin(path)
    sent = trial.open()
    change(trial)
    before = trial.booked()

    refused = trial.browser.post(trial.action, data=sent)
    assert is_drawn_again(refused, trial.typed, SAYS[change]), (refused.status_code, seen_in(refused.text)[:900])
    assert trial.booked() == before

    again = {**trial.form_in(refused.text), **trial.typed, **trial.button}
    again["drawn"] = trial.form_in(refused.text)["drawn"]
    done = trial.browser.post(trial.action, data=again)
    booked = trial.booked()
    assert done.status_code in (200, 303), seen_in(done.text)[:900]
    assert booked != before

    trial.browser.post(trial.action, data=again)
    assert trial.booked() == booked


def test_every_address_that_leads_to_money_is_tried() -> None:
    assert set(CASES) == {path for path, handler in handlers().items() if books_money(handler.fn)} - set(EXEMPT)


@pytest.mark.parametrize("path", CASES)
def test_a_form_that_does_not_say_what_it_shows_books_nothing(begin: Begin, path: str) -> None:
    trial = begin(path)
    sent, before = trial.open(), trial.booked()

    answer = trial.browser.post(trial.action, data={**sent, "drawn": ""})

    assert answer.status_code == 422, seen_in(answer.text)[:600]
    assert trial.booked() == before


@pytest.mark.parametrize(
    "path", ["/m/import/{}", "/m/payments/{}/returned", "/m/receipts/{}/void", "/m/settlements/{}/line"]
)
def test_control_a_form_that_is_not_compared_books_what_nobody_saw(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(DrawnFrom, "changed_since", lambda _state, _mark: ())
    with pytest.raises(AssertionError):
        test_a_form_is_drawn_again_where_something_changed_and_books_once(begin, path, CASES[path].changes[0])
