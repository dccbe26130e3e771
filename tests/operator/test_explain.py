"""Why a provider is offered or not, and what a payment waits for: told by the rules that the hub follows itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.cli.explaining import words
from hub.domain.account import AccountStatus
from hub.domain.offer import Absence, Asked, absence_of, judged
from hub.flows.accounts.watch_account import answer_again, hold_back
from hub.flows.payments.offer_buttons import conditions_at, offers_for, standing_of
from hub.flows.views.explain_offer import explain_offer
from hub_hookspecs import Channel, Mode, Money
from tests.cli.conftest import Ended
from tests.faults.harness import World
from tests.operator.test_messages import shell as shell

Shell = Callable[..., Ended]
NEQUI = ("explain", "provider", "nequi", "--company", "montana")


def account_is(world: World, **changes: Any) -> None:
    def change(tx: Any) -> None:
        (account,) = (item for item in tx.accounts.all() if item.provider == "nequi")
        tx.accounts.save(attrs.evolve(account, **changes))

    world.write(change)


def conditions(ended: Ended) -> dict[str, Any]:
    return {row["name"]: row["holds"] for row in json.loads(ended.out)["conditions"]}


def test_a_provider_that_is_offered_tells_every_condition(world: World, shell: Shell) -> None:
    ended = shell(*NEQUI)
    assert (ended.code, ended.out.splitlines()[0]) == (0, "nequi for montana: offered")
    for line in (
        "yes  It is installed (payment-hub-nequi 0.1.0)",
        "yes  It is enabled in Colombia",
        "yes  The account is active (now: active)",
        "yes  It is not paused",
        "     The account takes: COP",
        "yes  It answers: it is not held back for recent failures",
    ):
        assert line in ended.out.splitlines(), line
    judged_too = shell(*NEQUI, "--amount", "5000", "--json")
    assert judged_too.code == 0
    assert set(conditions(judged_too).values()) == {True}


@pytest.mark.parametrize(
    ("words", "absence", "line"),
    [
        (("--amount", "5000", "--currency", "USD"), Absence.CURRENCY, "NO   It takes USD (the account takes: COP)"),
        (("--amount", "0.01"), Absence.BELOW_MINIMUM, "NO   The provider's minimum is "),
        (("--amount", "5000.50"), Absence.TOO_FINE, "NO   The provider's smallest unit is 1.00 COP"),
        (("--amount", "5000", "--channel", "checkout"), None, "yes  It is offered in the shop"),
    ],
)
def test_what_an_amount_hangs_on_is_judged_as_the_offer_judges_it(
    world: World, shell: Shell, words: tuple[str, ...], absence: Absence | None, line: str
) -> None:
    ended = shell(*NEQUI, *words)
    assert (ended.code, line in ended.out) == (1 if absence else 0, True), ended.out
    given = dict(zip(words[::2], words[1::2], strict=True))
    amount = Money.parse(given["--amount"], given.get("--currency", "COP"))
    channel = Channel(given.get("--channel", "statement"))
    (offer,) = world.run(offers_for(world.hub, world.town.companies["CO"], Mode.TEST, channel=channel, amount=amount))
    assert offer.absence is absence


def test_each_thing_that_takes_the_button_away_is_named(world: World, shell: Shell) -> None:
    account_is(world, status=AccountStatus.NEEDS_CONFIRMATION)
    assert "NO   The account is active (now: a person has to confirm whose it is)" in shell(*NEQUI).out
    account_is(world, status=AccountStatus.ACTIVE)

    assert shell("provider", "pause", "nequi", "--text", "Volvemos a las 10").code == 0
    assert "NO   It is not paused (now it is, and customers read: Volvemos a las 10)" in shell(*NEQUI).out
    assert shell("provider", "resume", "nequi").code == 0

    assert shell("country", "disable", "CO", "nequi").code == 0
    ended = shell(*NEQUI, "--json")
    assert (ended.code, [name for name, holds in conditions(ended).items() if holds is False]) == (1, ["enabled"])
    assert shell("country", "enable", "CO", "nequi").code == 0

    assert "NO   The company connected it" in shell("explain", "provider", "greenpay", "--company", "montana").out
    assert "NO   It is installed" in shell("explain", "provider", "nobody", "--company", "montana").out
    assert shell(*NEQUI).code == 0


def test_the_first_condition_that_fails_is_the_rules_own_answer(world: World) -> None:
    def compare(tx: Any) -> int:
        merchant, seen = world.town.companies["CO"], 0
        (account,) = (item for item in tx.accounts.all() if item.provider == "nequi")
        standing = standing_of(tx, world.hub, merchant, account, conditions_at(tx, world.hub.clock()))
        for status in AccountStatus:
            for enabled in (True, False):
                for currency in ("COP", "CRC"):
                    now = attrs.evolve(standing, account=attrs.evolve(account, status=status), enabled=enabled)
                    asked = Asked(channel=Channel.STATEMENT, amount=Money(500_000, currency))
                    lines = [absence for _condition, absence in judged(now, asked) if absence]
                    assert absence_of(now, asked) is next(iter(lines), None)
                    seen += 1
        return seen

    assert world.read(compare) == 32


def test_a_payment_tells_what_it_waits_for_and_when_it_is_looked_at(world: World, shell: Shell) -> None:
    payment = world.pay(world.debtor("CO", 150_000))
    told = json.loads(shell("explain", "payment", payment.reference, "--json").out)
    assert told["waits_for"] == "The customer has to approve it in Nequi's app"
    assert any(line.startswith("The customer can pay it until 20") for line in told["next"]), told
    assert any("check" in line for line in told["next"]), told
    shown = shell("explain", "payment", payment.reference).out
    assert shown.startswith(f"{payment.reference}: pending, on the clock of America/Bogota")
    assert told["waits_for"] in shell("payment", "show", payment.reference).out

    world.approve(payment)
    world.deliver(payment)
    world.pass_time(seconds=20)
    after = json.loads(shell("explain", "payment", payment.reference, "--json").out)
    assert (after["status"], after["next"]) == ("paid", ["No check: nothing more can be learnt by looking"])


def test_a_payment_that_nobody_knows_of_says_when_it_is_undone(world: World, shell: Shell) -> None:
    world.fault("nequi", "*unregisteredpayment", "cut_after", times=1)
    payment = world.pay(world.debtor("CO", 150_000))
    assert world.payment(payment).status == "unknown"
    told = json.loads(shell("explain", "payment", payment.reference, "--json").out)
    assert told["waits_for"].startswith("It waits for Nequi to say whether anything was charged")
    undone = [line for line in told["next"] if line.startswith("Without any news it is undone on ")]
    assert len(undone) == 1, told


def lines_of(world: World) -> dict[str, tuple[bool | None, str]]:
    told = world.run(explain_offer(world.hub, world.town.companies["CO"], "nequi"))
    return {line.name: (line.holds, words(line.text)) for line in told}


def test_an_account_that_does_not_answer_is_named_until_it_answers_again(world: World) -> None:
    (account,) = world.read(lambda tx: [item for item in tx.accounts.all() if item.provider == "nequi"])
    world.run(hold_back(world.hub, account.id))
    assert lines_of(world)["answers"] == (False, "It answers: it is not held back for recent failures")
    world.run(answer_again(world.hub, account.id))
    assert lines_of(world)["answers"][0] is True


def test_a_plugin_in_quarantine_is_told_with_the_reason(world: World) -> None:
    world.hub.registry.quarantine("nequi", "it computed for more than 5 s, 3 times")
    lines = lines_of(world)
    assert list(lines) == ["installed"]
    holds, text = lines["installed"]
    assert (holds, "quarantined" in text, "it computed for more than 5 s" in text) == (False, True, True), text
