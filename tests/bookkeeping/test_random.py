"""Whatever an accountant, a provider and a customer do in whatever order,
the books stay right and Beancount agrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.bootstrap import DATABASE
from hub.domain.identity import Invalid
from hub.domain.refusals import Conflict
from hub.flows.corrections import convert_money
from hub_hookspecs import Mode
from tests.bookkeeping.desk import Desk, Missing, Refused
from tests.bookkeeping.referee import agreed
from tests.bookkeeping.test_activity import differences
from tests.per_customer import broken_at

NUMBERS = ("FE-1", "FE-2", "FE-3")
AMOUNTS = ("0.01", "10.00", "33.33", "60.00", "100.00", "130.50")

number = st.sampled_from(NUMBERS)
amount = st.sampled_from(AMOUNTS)
payment = st.sampled_from(("A", "B", "C"))
receipt = st.sampled_from(("RC-000001", "RC-000002", "RC-000003"))


def said(*parts: object) -> st.SearchStrategy[str]:
    """A line of a case, of fixed words and drawn ones."""
    drawn = [part if isinstance(part, st.SearchStrategy) else st.just(str(part)) for part in parts]
    return st.tuples(*drawn).map(" ".join)


EVENTS = st.one_of(
    said("invoice", number, amount),
    said("invoice", number, "130.50", "owes", amount),
    said("received", st.sampled_from(("cash", "transfer")), amount),
    said("received transfer", amount, "bank", st.sampled_from(("8811", "8812"))),
    said("received transfer", amount, "bank 8811 other"),
    said("received cash", amount, "for", number, amount),
    said("received sinpe", amount, "for", number, amount, "withheld", number, "iva", amount),
    said("received cheque", amount, "discount", number, amount),
    said("pays", payment, number, amount),
    said("pays", payment, number, amount, "credit", number, amount),
    said("pays", payment, "FE-1", amount, "credit FE-1", amount),
    said("pays", payment, number, "60.00 waits", number, "iva 40.00"),
    said(st.sampled_from(("accept-withheld", "refuse-withheld")), payment, number),
    said("resting", payment, number, "99.60 0.40"),
    said("resting", payment, number, "130.00 0.50"),
    said("paid", payment),
    said("paid", payment, amount),
    said("paid", payment, amount, "as", st.sampled_from(("M1", "M2"))),
    said("paid", payment, "20.00 USD as M3"),
    said("proved", payment),
    said("declined", payment),
    said("unheard", payment),
    said("returned", payment, amount, "as", st.sampled_from(("R1", "R2"))),
    said("chargeback", payment, amount, "as", st.sampled_from(("K1", "K2"))),
    said("inquiry", payment, st.sampled_from(("K1", "K2"))),
    said("dispute-ends", payment, st.sampled_from(("K1", "K2")), st.sampled_from(("won", "lost"))),
    said("dispute-ends", payment, st.sampled_from(("K1", "K2")), "won", amount),
    said("bounced", payment, amount),
    said("seen-back", payment, amount),
    said("seen-back", payment, amount, "another yes as S1"),
    said("seen-taken", payment, amount, "another yes"),
    said("seen-taken", payment, amount, "case", st.sampled_from(("K1", "K2"))),
    said("settled", st.sampled_from(("L8", "L9")), payment, st.sampled_from(("-100.00", "-60.00", "60.00"))),
    said("correct", "refund:acct:{S1}"),
    said("receipt", payment, "withheld", number, "renta", amount),
    said("void", receipt),
    said("disburse cash", amount),
    said("disburse sinpe", amount, "as E1"),
    said("void-disbursement E1"),
    said("converted cash 1.00 USD to CRC at", st.sampled_from(("33.335", "60"))),
    said("convert", payment, "at 4.99 as Y"),
    said("void-conversion", st.sampled_from(("X", "Y"))),
    said("void-disbursement CE-000001"),
    said("credit-note", st.sampled_from(("N1", "N2")), number, amount),
    said("write-off", number),
    said("write-off", number, amount),
    said("use-credit", number, amount),
    said("void-bill", number),
    said("order", "P-1", amount),
    said("pays", payment, "P-1", amount),
    said("rebill", number, amount),
    said("rebill", number, amount, "USD of c2"),
    said("correct", st.sampled_from(("credit:N1", "credit:N2", "refund:acct:R1", "chargeback:acct:K1"))),
    said("correct", "writeoff:{FE-1}:0"),
    said("certificate", st.sampled_from(("CT-1", "CT-2")), "withheld", number, "renta", amount),
    said("received cash", amount, "for ND-000001", amount),
    said(st.sampled_from(("void-bill", "write-off")), "ND-000001"),
    said("use-credit", st.sampled_from(("ND-000001", "P-1")), amount),
    said("received cash", amount, "for P-1", amount),
    said("inquiry", payment, "K1"),
    said("seen-back", payment, "20.00 USD another yes"),
    said("returned", payment, st.sampled_from(("20.00 USD", "7.00 USD")), "as R3"),
    said("correct", st.sampled_from(("alloc:capture:acct:M1:{FE-1}:0", "alloc:capture:acct:REFA:order-P-1:0"))),
    said("correct", "capture:acct:M1", amount),
    said("correct", "withheld:{RC-000001}:{FE-1}:iva"),
    said("correct", "capture:acct:REFA", amount),
    said("correct", "manual:{RC-000001}", amount),
    said("settled", st.sampled_from(("L1", "L2", "L3")), payment, amount, "fee 1.00 fee-tax 0.13"),
    said("settled L4", payment, "100.00 fee 2.00 kept iva 1.77"),
    said("settled L5", payment, "-10.00"),
    said("withdraw", st.sampled_from(("L1", "L4", "L6", "S1", "F1"))),
    said("reopen", st.sampled_from(("L1", "L4", "F1"))),
    said("settled L6", payment, amount, "fee 1.00 reserve 5.00"),
    said("charged F1 0.00 fee", amount, "fee-tax 0.13"),
    said("charged F2 0.00 reserve", st.sampled_from(("-5.00", "-10.00")), "as release"),
    said("charge", st.sampled_from(("L1", "L2", "L5"))),
    said("reported S1", payment, amount),
    said("payout", st.sampled_from(("B-1", "B-2")), amount, "fee 0.01 fee-tax 0.01"),
    said("correct", st.sampled_from(("payout:acct:2026-03-02-B-1", "payout:acct:2026-03-02-B-2"))),
)


NEWS_VERBS = ("paid", "proved", "declined", "unheard", "returned", "chargeback", "settled")
"""News is never refused, unless it is about nothing that is there."""


def attempt(desk: Desk, line: str) -> bool:
    """Whether it was done; what names nothing that is there yet, or must not be, is not."""
    refusals: tuple[type[Exception], ...] = (KeyError, Missing)
    if line.split()[0] not in NEWS_VERBS:
        refusals += (Invalid, Conflict, Refused, LookupError)
    try:
        desk.do(line)
    except refusals:
        return False
    return True


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENTS, min_size=5, max_size=25))
def test_any_sequence_of_events_keeps_the_books_right(fresh: Callable[[], Desk], events: list[str]) -> None:
    desk = fresh()
    done = [line for line in ("invoice FE-1 100.00", *events) if attempt(desk, line)]

    assert desk.read(lambda tx: tx.ledger.verify()) == (), done
    assert differences(desk) == [], done
    assert broken_at(desk.data / DATABASE) == [], done
    assert agreed(desk.exported()) == desk.balances()
    assert desk.read(lambda tx: badly_receipted(tx, desk.merchant.id)) == [], done


def badly_receipted(tx: Any, merchant_id: str) -> list[str]:
    """Money by hand or converted that has no cash receipt, or two; and numbers that are left out."""
    receipts = tx.receipts.of(merchant_id, Mode.TEST)
    entries = tx.ledger.entries(merchant_id, Mode.TEST)
    by_hand = {entry.key for entry in entries if entry.key.startswith("manual:")}
    wrong = list(by_hand ^ {f"manual:{item.id}" for item in receipts if not item.payment_id and not item.came})
    if sorted(item.number for item in receipts) != list(range(1, len(receipts) + 1)):
        wrong.append("a number")
    made = {(item.id, item.payment_id, bool(item.voided_at)) for item in tx.conversions.of(merchant_id, Mode.TEST)}
    wrong += [this for this, *_rest in made ^ {(r.id, r.payment_id, bool(r.voided_at)) for r in receipts if r.came}]
    stands = Counter((item.payment_id, item.movement) for item in receipts if item.payment_id and not item.voided_at)
    return wrong + [f"two of {about}" for about, count in stands.items() if count > 1]


def test_control_a_conversion_whose_receipt_stays_when_it_is_void_is_found(
    fresh: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert_money, "void_for_conversion", lambda *_all, **_more: None)
    desk = fresh()
    for line in ("converted cash 1.00 USD to CRC at 60 as X", "void-conversion X"):
        desk.do(line)

    assert desk.read(lambda tx: badly_receipted(tx, desk.merchant.id)) != []


NEWS = (
    "paid A 100.00 as M1",
    "paid A 100.00 as M2",
    "returned A 60.00 as R1",
    "returned A 30.00 as R2",
    "chargeback A 50.00 as K1",
    "paid B 80.00",
    "returned B 80.00 as R3",
    "declined B",
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_news_does_not_matter_to_any_balance(fresh: Callable[[], Desk], data: st.DataObject) -> None:
    """L8 for money that comes and goes: whatever part of the news, in whatever order and however often."""
    chosen = data.draw(st.lists(st.sampled_from(NEWS), min_size=1, max_size=len(NEWS), unique=True))
    shuffled = data.draw(st.permutations(chosen + chosen[:2]))

    def balances(news: list[str]) -> tuple[object, ...]:
        desk = fresh()
        desk.do("invoice FE-1 100.00")
        desk.do("pays A FE-1 100.00")
        desk.do("unheard A")
        desk.do("pays B FE-1 80.00")
        for line in news:
            desk.do(line)
        assert desk.read(lambda tx: tx.ledger.verify()) == ()
        return desk.balances(), desk._payable("FE-1").due

    assert balances(chosen) == balances(shuffled), (chosen, shuffled)


CREDIT_NEWS = (
    "paid A 80.00 as M1",
    "paid A 80.00 as M2",
    "returned A 60.00 as R1",
    "returned A 20.00 as R2",
    "chargeback A 50.00 as K1",
    "paid B 100.00",
    "returned B 100.00 as R3",
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_news_does_not_matter_where_credit_is_used(fresh: Callable[[], Desk], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(CREDIT_NEWS), min_size=1, max_size=len(CREDIT_NEWS), unique=True))
    shuffled = data.draw(st.permutations(chosen + chosen[:2]))

    def balances(news: list[str]) -> tuple[object, ...]:
        desk = fresh()
        desk.do("received transfer 20.00")
        desk.do("invoice FE-1 100.00")
        desk.do("pays A FE-1 80.00 credit FE-1 20.00")
        desk.do("unheard A")
        desk.do("pays B FE-1 100.00")
        for line in news:
            desk.do(line)
        assert desk.read(lambda tx: tx.ledger.verify()) == ()
        return desk.balances(), desk._payable("FE-1").due

    assert balances(chosen) == balances(shuffled), (chosen, shuffled)
