"""What a provider told is read again by another version of its plugin, and what that reads otherwise is told."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from hub.domain.message import MessageState
from hub.flows.ground.ports import Hub
from hub.flows.payments.read_message import read_message
from hub.flows.payments.store_message import Fate, sealed_message, store_messages
from hub.proving.trial import open_trial
from hub_hookspecs import Message, Money
from hub_hookspecs.testing import Subject
from tests.cli.conftest import Ended, call
from tests.conftest import Site

from .test_tryout import llama as llama

Replayed = Callable[..., Ended]
AMOUNT = Money(1_500_50, "PEN")


@attrs.frozen
class Recorded:
    """A data folder with one paid payment, whose message is stored, and a forged message of it."""

    data: Path
    reference: str
    secrets: tuple[str, ...]


@pytest.fixture
def recorded(llama: Path, tmp_path: Path) -> Recorded:
    return asyncio.run(_recorded(tmp_path / "data"))


async def _recorded(data: Path) -> Recorded:
    plugin = importlib.import_module("llama_pe")
    simulator = importlib.import_module("llama_pe_simulator").SIMULATOR
    subject = Subject(plugin=plugin, simulator=simulator)
    async with open_trial(subject, data) as trial:
        payment = await trial.start(subject.info.ways[0], AMOUNT)
        assert await trial.simulated.act("approve", payment.reference)
        (message,) = await trial.simulated.news(payment.reference)
        await read_later(trial.hub, trial.account, message)
        paid = await trial.hub.store.read(lambda tx: tx.payments.get(payment.id))
        assert paid.status == "paid"
        assert await trial.receive(attrs.evolve(message, body=message.body + b" ")) == 401
    return Recorded(data, payment.reference, tuple(simulator.settings(subject.filled, "m1").values()))


async def read_later(hub: Hub, account: object, message: Message) -> None:
    """A message of a burst: stored at once, booked by a job."""
    sealed = sealed_message(hub, account, message, Fate(MessageState.DUE, "valid"), hub.clock())
    await hub.store.write(lambda tx: store_messages(tx, hub, [sealed]))
    await read_message(hub, sealed[0].id)


def install(llama: Path, *changes: tuple[str, str]) -> None:
    """Another version of the plugin stands where the first one stood."""
    source = llama.read_text(encoding="utf-8")
    for right, wrong in changes:
        assert right in source
        source = source.replace(right, wrong)
    llama.write_text(f"{source}\n# another version\n", encoding="utf-8")
    for name in [name for name in sys.modules if name.startswith("llama_pe")]:
        del sys.modules[name]
    importlib.invalidate_caches()


def replay(recorded: Recorded, *words: str) -> Ended:
    return call("plugins", "replay", "llama-pe", "--since", "9000d", "--data", str(recorded.data), *words)


def rows_in(data: Path) -> str:
    with closing(sqlite3.connect(data / "hub.db")) as database:
        return hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()


def test_the_same_version_reads_everything_as_it_was_recorded(recorded: Recorded) -> None:
    before = rows_in(recorded.data)
    ended = replay(recorded)
    assert (ended.code, ended.err) == (0, "")
    assert "llama-pe 1.2.0: 2 messages read again, 0 differences (nothing was sent, nothing was written)" in ended.out
    assert rows_in(recorded.data) == before


def test_a_version_that_reads_a_status_otherwise_is_told_with_the_payment_and_its_money(
    llama: Path, recorded: Recorded
) -> None:
    install(llama, ('"paid": Kind.PAID', '"paid": Kind.DECLINED'))
    before = rows_in(recorded.data)
    ended = replay(recorded, "--json")
    assert ended.code == 1
    told = [
        (item["payment"], item["what"], item["before"], item["after"]) for item in json.loads(ended.out)["differences"]
    ]
    assert set(told) == {
        (recorded.reference, "observation", "nothing", "declined 1500.50 PEN"),
        (recorded.reference, "observation", "paid 1500.50 PEN", "nothing"),
        (recorded.reference, "status", "paid", "closed (declined)"),
        (recorded.reference, "money", "1500.50 PEN", "none"),
    }
    shown = replay(recorded)
    assert (shown.code, recorded.reference in shown.out, "4 differences" in shown.out) == (1, True, True)
    assert rows_in(recorded.data) == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('body["cents"], body', 'body["cents"] * 100, body'), ("money", "1500.50 PEN", "150050.00 PEN")),
        (("if not hmac.compare_digest(given.encode(), proof.encode()):", "if False:"), ("verdict", "invalid", "valid")),
        (("STATES.get(body.get", "STATES.get(body[0]"), ("verdict", "valid", "invalid")),
    ],
)
def test_other_amounts_and_other_proofs_are_differences(
    llama: Path, recorded: Recorded, change: tuple[str, str], told: tuple[str, str, str]
) -> None:
    install(llama, change)
    ended = replay(recorded, "--json")
    found = {(item["what"], item["before"], item["after"]) for item in json.loads(ended.out)["differences"]}
    assert (ended.code, told in found) == (1, True), found


def test_what_wants_an_answer_is_told_and_not_asked_and_nothing_of_a_person_or_a_secret_is_printed(
    llama: Path, recorded: Recorded
) -> None:
    asking = (
        "    body = hub.strict_json(message.body)",
        '    yield hub.harmless(call(account, "GET", "payments/ana@ejemplo.test/" + account.settings["token"]))\n'
        "    body = hub.strict_json(message.body)",
    )
    install(llama, asking)
    ended = replay(recorded)
    assert "asks GET test.llama.example, no answer stored" in ended.out
    everything = ended.out + ended.err + replay(recorded, "--json").out
    assert [secret for secret in (*recorded.secrets, "ana@ejemplo.test") if secret in everything] == []


def test_a_provider_without_an_account_here_is_named(recorded: Recorded, site: Site) -> None:
    ended = call("plugins", "replay", "nequi", "--since", "7d", "--data", str(recorded.data))
    assert (ended.code, "there is no account of nequi here" in ended.err) == (1, True)
