"""Keys that change, get lost or belong elsewhere, beside a hub that serves: nothing genuine is lost."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.domain.payment import Payment, Status
from tests.faults.harness import Clock, News, World, broken, until
from tests.operator.test_process import HUB, Served, environment, payments, serving
from tests.operator.test_process import served as served

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix: signals")

NEVER_LOOKS_AGAIN = "import hub.vault; hub.vault.Vault.follow = lambda self: None"
"""The bug: a process knows the keys that it found when it began, and no others."""


def payment_hub(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command that an operator types beside the running hub."""
    return subprocess.run([*HUB, *words], capture_output=True, text=True, env=environment(data), check=False)


def paid_at_the_provider(world: World, country: str) -> tuple[Payment, News]:
    """A payment that its payer has approved, and the news of it that nobody has delivered yet."""
    payment = world.pay(world.debtor(country, 1_500_000))
    world.approve(payment)
    return payment, world.news(payment)[0]


def deliver(served: Served, country: str, news: News) -> httpx.Response:
    """Hand a notification to the serving process, as the provider would."""
    account = served.world.accounts[country]
    url = f"{served.base}/n/{account.provider}/{account.path_token}{news.path}"
    with httpx.Client(timeout=90, trust_env=False) as provider:
        return provider.request(news.method, url, content=news.body, headers=list(news.headers))


def heard_from(world: World, country: str) -> datetime | None:
    """When a genuine notification came last."""
    found: Any = world.read(lambda tx: tx.accounts.get(world.accounts[country].id))
    return found.last_heard_at  # type: ignore[no-any-return]


@pytest.fixture
def beside(folder: Callable[[], Path]) -> World:
    """A world in the present, for a serving process beside it."""
    return World.open(folder(), clock=Clock(now=datetime.now(UTC)))


# ---------------------------------------------------------------- rotated


def test_a_hub_whose_keys_are_rotated_beside_it_goes_on_without_a_restart(served: Served) -> None:
    world = served.world
    link = served.link(world.debtor("CO", 150_000))
    for words in ((), ("--forget-old",)):
        told = {country: paid_at_the_provider(world, country) for country in ("CR", "CO")}
        assert payment_hub(world.data, "account", "rotate-keys", *words).returncode == 0
        for country, (payment, news) in told.items():
            assert (country, deliver(served, country, news).status_code) == (country, 200)
            assert until(lambda payment=payment: world.payment(payment).status is Status.PAID, 20)  # type: ignore[misc]
            assert until(lambda country=country: heard_from(world, country) is not None, 20)  # type: ignore[misc]

    before = {payment.id for payment in payments(world)}
    assert served.press(link).status_code == 303
    (fresh,) = [payment for payment in payments(world) if payment.id not in before]
    assert until(lambda: world.payment(fresh).status is Status.PENDING, 20)
    assert httpx.get(f"{served.base}/readyz", trust_env=False).status_code == 200
    assert not [line for line in served.told if "Traceback" in line]
    assert broken(world) == []


def test_control_a_hub_that_never_looks_at_its_keys_again_books_nothing(beside: World) -> None:
    with serving(beside, planted=NEVER_LOOKS_AGAIN) as served:
        _payment, news = paid_at_the_provider(beside, "CR")
        assert payment_hub(beside.data, "account", "rotate-keys", "--forget-old").returncode == 0

        assert deliver(served, "CR", news).status_code != 200
        assert heard_from(beside, "CR") is None
