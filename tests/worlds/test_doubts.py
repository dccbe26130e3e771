"""Nothing is told "failed" while it is charged, nor charged twice,
however late providers are (F12, F14, G5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import hub.flows.payments.check_payment
from hub.domain.payment import Payment
from hub.flows.payments.record_observations import rule_claim
from hub_hookspecs import Kind, Way
from tests.faults.harness import seed_for

from .doubts import TIERS, Rules, wrong_in

CI = {"A": 2000, "B": 400, "QR": 100}
LONG = {"A": 120_000, "B": 60_000, "QR": 20_000}


@pytest.mark.parametrize("tier", TIERS)
def test_nothing_is_told_failed_while_it_is_charged_nor_charged_twice(tier: str) -> None:
    first = seed_for("doubts") % 10**9
    wrong, ends = wrong_in(tier, first, CI[tier])
    print(f"HUB_TEST_SEED={first}: {ends}")  # noqa: T201

    assert wrong == []
    assert ends["paid"] > CI[tier] // 5


@pytest.mark.long
@pytest.mark.parametrize("tier", TIERS)
def test_not_in_two_hundred_thousand_stories_either(
    lived: Callable[[str, int, int], tuple[list[str], list[str]]], tier: str
) -> None:
    first = seed_for("doubts") % 10**9
    figures, broken = lived(f"tests.worlds.doubts:{tier}", first, LONG[tier])
    print(f"HUB_TEST_SEED={first}: {figures}")  # noqa: T201

    assert broken == []
    assert sum(int(line.split()[0]) for line in figures) == LONG[tier]


@pytest.mark.parametrize("tier", TIERS)
def test_control_without_a_settle_time_charged_payments_are_told_failed(tier: str) -> None:
    wrong, _ends = wrong_in(tier, 1, 200, Rules(settles=False))

    assert any("told failed" in text for text in wrong)


@pytest.mark.parametrize("tier", ["A", "B"])
def test_control_a_retry_under_a_new_reference_charges_twice(tier: str) -> None:
    wrong, _ends = wrong_in(tier, 1, 200, Rules(waits=False))

    assert any("charged twice" in text for text in wrong)


def test_control_a_no_from_before_the_provider_had_settled_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three early negatives and an hour of silence are no three negatives after the settle time."""

    def early(tx: Any, _hub: Any, payment: Payment, way: Way) -> Any:
        seen = tx.payments.seen(payment.id)
        negatives = [item for item in seen if item.observation.kind is Kind.NOT_FOUND]
        over = seen and seen[-1].seen_at >= (payment.ended_at or payment.created_at) + timedelta(seconds=60)
        return rule_claim(Kind.NEVER_EXISTED, "early") if len(negatives) >= 3 and over and payment.is_live else None

    monkeypatch.setattr(hub.flows.payments.check_payment, "_never_existed", early)
    wrong, _ends = wrong_in("A", 1, 300)

    assert any("told failed" in text for text in wrong)
