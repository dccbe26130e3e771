"""The report as a settlement: what was paid in a period, each line by our MessageID."""

from datetime import timedelta

import pytest

from hub_hookspecs import Money, Outcome, Period

REFERENCE = "INV0000421"
EVERY_READING = True


def period(nequi, days: int = 0) -> Period:
    order = nequi.order()
    today = order.now.date()
    return Period(
        first=today - timedelta(days=2 + days),
        last=today - timedelta(days=days - 1),
        now=order.now,
        call_id="SETTLE0001",
    )


def test_what_was_paid_is_listed_under_our_reference_and_settled_whole(nequi):
    nequi.start()
    nequi.control("approve", reference=REFERENCE)

    (line,) = nequi.result("fetch_settlement", period(nequi))

    assert (line.reference, line.gross, line.net, line.fee) == (REFERENCE, Money(18500000, "COP"), line.gross, None)
    assert line.line_id == line.authorisation
    assert line.occurred_at is not None


def test_a_period_without_payments_has_no_lines(nequi):
    nequi.start()
    nequi.control("approve", reference=REFERENCE)

    assert nequi.result("fetch_settlement", period(nequi, days=30)) == ()


@pytest.mark.parametrize("reports", ["denied", "closed"])
def test_a_report_that_is_not_given_is_no_empty_settlement(make_nequi, reports):
    nequi = make_nequi(reports=reports)

    assert nequi.run("fetch_settlement", period(nequi)).outcome is not Outcome.RESULT


@pytest.mark.parametrize("key", ["transactions", "transactionValue"])
def test_a_report_that_cannot_be_read_is_no_empty_settlement(make_nequi, key):
    nequi = make_nequi(omit_keys=[key])
    nequi.start()
    nequi.control("approve", reference=REFERENCE)

    assert nequi.run("fetch_settlement", period(nequi)).outcome is not Outcome.RESULT


def test_without_the_report_product_nothing_is_asked(nequi):
    conclusion = nequi.run("fetch_settlement", period(nequi), nequi.account(reports="false"))

    assert conclusion.outcome is not Outcome.RESULT
