"""Several pieces of news in one message: a batch is believed whole or not at all (F35).

No provider of today sends one, so the trial brings its own, which signs each item by itself.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import attrs
import pluggy
import pytest

from hub.domain.payment import Payment, Status
from hub.flows.accounts.open_account import open_account
from hub.flows.payments.receive_message import receive_notification
from hub.providers.registry import Registry
from hub_hookspecs import PROJECT, Account, Kind, Message, Money, Observation, Reading, Source, Verdict, hookimpl, specs
from tests.faults.harness import Desk, broken, rows

ITEMS = 5
VOUCHED = frozenset({"reference", "movement", "amount"})

Item = Mapping[str, Any]
Size = Callable[[int, int], int]


def key_of(account: Account) -> bytes:
    return account.settings["notification_secret"].encode()


def proof_of(key: bytes, item: Item) -> str:
    return hmac.digest(key, f"{item['reference']}|{item['minor']}".encode(), "sha256").hex()


def is_genuine(key: bytes, item: Item) -> bool:
    return hmac.compare_digest(proof_of(key, item), str(item.get("proof", "")))


def read_whole(message: Message, account: Account) -> Reading:
    """Every item is verified before any is believed."""
    items, key = json.loads(message.body), key_of(account)
    return reading_of(items) if all(is_genuine(key, item) for item in items) else Reading(verdict=Verdict.INVALID)


def read_by_the_first(message: Message, account: Account) -> Reading:
    """The bug: whoever has one genuine item of his own may write whatever he likes behind it."""
    items, key = json.loads(message.body), key_of(account)
    return reading_of(items) if is_genuine(key, items[0]) else Reading(verdict=Verdict.INVALID)


def read_the_good(message: Message, account: Account) -> Reading:
    """Another one: the forged are left out, but the batch is acknowledged, and its sender not told."""
    items, key = json.loads(message.body), key_of(account)
    good = [item for item in items if is_genuine(key, item)]
    return attrs.evolve(reading_of(good), verdict=Verdict.VALID if len(good) == len(items) else Verdict.INVALID)


def reading_of(items: Sequence[Item]) -> Reading:
    observations = tuple(
        Observation(
            kind=Kind.PAID,
            reference=item["reference"],
            movement=f"M-{item['reference']}",
            amount=Money(item["minor"], "COP"),
            vouched=VOUCHED,
        )
        for item in items
    )
    return Reading(verdict=Verdict.VALID, observations=observations)


def sends_batches(desk: Desk, read: Callable[[Message, Account], Reading]) -> None:
    """From now on the provider of the Colombian company sends batches, read like this."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(specs)
    manager.register(SimpleNamespace(handle_notification=hookimpl(lambda message, account: read(message, account))))
    registry: Registry = desk.hub.registry
    provider = attrs.evolve(registry["nequi"], hooks=manager.hook, capabilities=frozenset({"handle_notification"}))
    registry.providers = {**registry.providers, "nequi": provider}


def account_of(desk: Desk) -> Account:
    record = desk.accounts["CO"]
    opened: Account = desk.read(lambda tx: open_account(tx, desk.hub, record, desk.clock.now).account)
    return opened


def post(desk: Desk, items: Sequence[Item]) -> int:
    message = Message(
        source=Source.NOTIFICATION, method="POST", path="", query="", headers=(("content-type", "application/json"),),
        body=json.dumps(items).encode(), received_at=desk.clock(), call_id="ABCDEFGHJK",
    )  # fmt: skip
    answer = asyncio.run(receive_notification(desk.hub, desk.accounts["CO"].path_token, message))
    return answer.status


def items_of(desk: Desk, payments: Sequence[Payment]) -> list[dict[str, Any]]:
    key = key_of(account_of(desk))
    items = [{"reference": item.reference, "minor": item.amount.minor} for item in payments]
    return [{**item, "proof": proof_of(key, item)} for item in items]


def forged(item: Item, dice: random.Random) -> dict[str, Any]:
    """The same with a proof that is none, in one of the ways there are."""
    ways: tuple[Callable[[], dict[str, Any]], ...] = (
        lambda: {**item, "proof": ""},
        lambda: {name: value for name, value in item.items() if name != "proof"},
        lambda: {**item, "proof": "0" * 64},
        lambda: {**item, "minor": item["minor"] + 1},
        lambda: {**item, "proof": item["proof"].upper()},
        lambda: {**item, "proof": proof_of(b"another merchant's", item)},
    )
    return dice.choice(ways)()


def batches(items: Sequence[Item], dice: random.Random) -> Iterator[tuple[str, list[Item]]]:
    """One good item among forged ones, and one forged among good ones, at each place."""
    for place in range(len(items)):
        yield f"good at {place}", [item if at == place else forged(item, dice) for at, item in enumerate(items)]
        yield f"forged at {place}", [forged(item, dice) if at == place else item for at, item in enumerate(items)]


def believed(desk: Desk, dice: random.Random, times: int) -> list[str]:
    """What came of batches that hold something forged, but for a refusal."""
    payments = desk.sent_all(desk.debtors("CO", ITEMS, 70_000))
    wrong = []
    for name, batch in (found for _ in range(times) for found in batches(items_of(desk, payments), dice)):
        status = post(desk, batch)
        if status != 401:
            wrong.append(f"{name}: answered {status}")
        found = [desk.payment(item).status for item in payments]
        if set(found) != {Status.PENDING}:
            wrong.append(f"{name}: {found}")
    if rows(desk.path, "SELECT id FROM raw_message WHERE due_at IS NOT NULL"):
        wrong.append("something is due")
    return wrong


def test_a_batch_with_anything_forged_at_any_place_is_refused_whole(
    desk: Desk, dice: random.Random, size: Size
) -> None:
    sends_batches(desk, read_whole)

    assert believed(desk, dice, size(4, 200)) == []
    assert broken(desk) == []


def test_a_genuine_batch_pays_each_of_its_payments_once(desk: Desk) -> None:
    sends_batches(desk, read_whole)
    payments = desk.sent_all(desk.debtors("CO", ITEMS, 70_000))
    items = items_of(desk, payments)

    assert [post(desk, items), post(desk, items), post(desk, items[::-1])] == [200] * 3
    assert {desk.payment(item).status for item in payments} == {Status.PAID}
    assert desk.balance("CO", "provider_clearing") == ITEMS * 70_000
    assert broken(desk) == []


def test_a_plugin_that_hands_over_the_good_ones_of_a_refused_batch_has_proved_nothing(
    desk: Desk, dice: random.Random
) -> None:
    """The hub takes no observation beside another verdict than valid."""
    sends_batches(desk, read_the_good)

    assert believed(desk, dice, 1) == []


def test_control_a_plugin_that_checks_the_first_item_alone_is_believed_in_all(desk: Desk, dice: random.Random) -> None:
    sends_batches(desk, read_by_the_first)
    wrong = believed(desk, dice, 1)

    assert any(text.startswith("good at 0: answered 200") for text in wrong)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"[1]", b'[{"reference": "x"}]', b"[[]]", b""])
def test_a_batch_that_is_none_moves_nothing(desk: Desk, body: bytes) -> None:
    sends_batches(desk, read_whole)
    message = Message(
        source=Source.NOTIFICATION, method="POST", path="", query="", headers=(), body=body,
        received_at=desk.clock(), call_id="ABCDEFGHJK",
    )  # fmt: skip
    asyncio.run(receive_notification(desk.hub, desk.accounts["CO"].path_token, message))

    assert rows(desk.path, "SELECT id FROM observation") == []
