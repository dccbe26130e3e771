"""Strict mode in a hub at work, and a plugin that ends the whole process (F44)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.bootstrap import open_hub
from hub.domain.payment import Phase, Status
from hub.flows.payments.run_operation import refund_payment
from hub.settings import Settings, load_settings
from tests.faults.harness import Clock, World, broken
from tests.operator.test_process import payments, refused, serving


@pytest.mark.parametrize("is_strict", [False, True])
def test_the_setting_reaches_every_plugin(folder_of_today: Callable[[], Path], is_strict: bool) -> None:
    data = folder_of_today()
    (data / "hub.toml").write_text(f"strict_plugins = {str(is_strict).lower()}\n", encoding="utf-8")
    settings: Settings = load_settings(data)
    opened = open_hub(settings)
    opened.store.close_now()
    found = [provider.is_strict for provider in opened.hub.providers.values()]

    assert len(found) >= 2
    assert set(found) == {is_strict}


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_our_own_plugins_do_their_work_in_strict_mode(world: World, country: str) -> None:
    for provider in world.hub.providers.values():
        provider.is_strict = True
    with capture_logs() as logs:
        payment = world.pay(world.debtor(country, 70_000))
        world.approve(payment)
        assert world.deliver(payment)[-1] == 200
        assert world.payment(payment).status is Status.PAID
        if country == "CO":
            world.run(refund_payment(world.hub, payment.id, by="Ana"))
        lost = world.pay(world.debtor(country, 80_000))
        world.approve(lost)  # nobody is told, so that it is asked for
        world.pass_time(hours=3)

    assert [line for line in logs if line["event"] == "plugin_refused"] == []
    assert (world.payment(lost).status is Status.PAID) == (country == "CO")
    assert broken(world) == []


ENDS_THE_PROCESS = """
    import hub_nequi
    from hub_hookspecs import hookimpl

    right = hub_nequi.create_payment

    @hookimpl
    def create_payment(order, account):
        exchange = right(order, account)
        request = next(exchange)
        if {before}:
            os._exit(7)
        answer = yield request
        os._exit(7)

    hub_nequi.create_payment = create_payment
"""


@pytest.mark.parametrize(("before", "pushed"), [(True, 0), (False, 1)])
def test_a_plugin_that_ends_the_process_leaves_a_payment_that_the_next_one_finds_out_about(
    folder_of_today: Callable[[], Path], before: bool, pushed: int
) -> None:
    world = World.open(folder_of_today(), clock=Clock.today())
    strict = "strict_plugins = true\n"
    with serving(world, strict, planted=ENDS_THE_PROCESS.format(before=before)) as served:
        link = served.link(world.debtor("CO", 150_000))
        pressing = threading.Thread(target=lambda: refused(served, link))
        pressing.start()
        assert served.ends() == 7
        pressing.join()
        (payment,) = payments(world)
        assert payment.phase is Phase.SENDING
        assert sum(path.endswith("unregisteredpayment") for path in world.front.paths) == pushed

        world.clock.now = datetime.now(UTC)
        world.pass_time(seconds=130)  # the next process, once the lease is over
        (after,) = payments(world)
        assert after.status is Status.UNKNOWN
        if pushed:
            world.approve(after)
            world.pass_time(hours=1)
            (after,) = payments(world)
            assert [row["captures"] for row in world.book("nequi")] == [1]
        else:
            world.pass_time(hours=3)
            (after,) = payments(world)
            assert after.status is Status.CLOSED
        assert not after.is_live
        assert sum(path.endswith("unregisteredpayment") for path in world.front.paths) == pushed
        assert broken(world) + world.book_differences() == []
