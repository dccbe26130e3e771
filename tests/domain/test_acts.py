"""Every act says what it does while something is under way."""

import itertools

import pytest

from hub.domain.acts import RULES, Act, Pending, Rule, why_refused
from tests.spoken import spoken


@pytest.mark.parametrize(("act", "pending"), list(itertools.product(Act, Pending)))
def test_no_field_of_the_table_is_empty(act: Act, pending: Pending) -> None:
    assert RULES[act][pending] in Rule


def test_what_was_never_owed_is_not_voided_while_anything_is_under_way() -> None:
    assert set(RULES[Act.VOID_BILL].values()) == {Rule.REFUSED}


def test_no_refund_is_sent_while_another_is_unknown_or_a_bank_wants_the_money() -> None:
    assert RULES[Act.REFUND][Pending.REFUND_UNKNOWN] is RULES[Act.REFUND][Pending.DISPUTE_OPEN] is Rule.REFUSED


@pytest.mark.parametrize("pending", list(Pending))
def test_each_reason_names_the_invoice(pending: Pending) -> None:
    assert "FE-1" in spoken(why_refused(pending, "FE-1"))
