"""Credentials that the operator enters, of an account whose owner a person must confirm."""

import json
from collections.abc import Callable

from tests.cli.conftest import Ended
from tests.faults.harness import World
from tests.operator.test_messages import shell as shell

Shell = Callable[..., Ended]


def provision(world: World, shell: Shell, *words: str) -> Ended:
    """Credentials of an account that may not call the report service, which alone tells whose it is."""
    config = world.town.configs["nequi"]
    values = world.town.simulators["nequi"].settings(config, config["merchants"][0]["id"])
    text = json.dumps({**values, "reports": "false"}).encode()
    return shell("account", "provision", "nequi", "-", "--company", world.companies["CO"].slug, *words, stdin=text)


def test_provisioned_credentials_are_confirmed_in_the_same_breath(world: World, shell: Shell) -> None:
    before = provision(world, shell)
    assert (before.code, "a person must confirm whose they are" in before.err) == (1, True), before
    ended = provision(world, shell, "--confirm")
    assert (ended.code, "nequi: active" in ended.out) == (0, True), ended
    account = world.read(lambda tx: tx.accounts.get(world.accounts["CO"].id))
    assert (account.status.value, account.confirmed_by.startswith("operator")) == ("active", True)


def test_control_who_only_says_replace_anyway_is_left_with_an_account_that_waits(world: World, shell: Shell) -> None:
    ended = provision(world, shell, "--replace-anyway")
    assert "nequi: active" not in ended.out
    assert world.read(lambda tx: tx.accounts.get(world.accounts["CO"].id)).status.value == "needs_confirmation"
