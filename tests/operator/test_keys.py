"""Keys are rotated or lost beside a hub that serves: it goes on,
and nothing is sealed under a key that is gone."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

import hub.flows.accounts.replace_credentials
from hub.domain.files.layout import FileKind
from hub.domain.import_run import ImportRun
from hub.domain.payment import Payment, Status
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.reseal_secrets import StillSealed, forget_keys, reseal_secrets
from hub.flows.ground.ports import Unopened
from hub.flows.imports.hand_in import content_in, hand_in
from hub.storage.imports import Imports
from hub.vault.key_changes import drop_key, rotate_keys
from hub.vault.sealing import Vault, open_vault
from tests.cli.conftest import call
from tests.faults.harness import Clock, Desk, News, World, broken, rows, until
from tests.operator.test_process import HUB, Served, environment, payments, serving
from tests.operator.test_process import served as served

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix: signals")

NEVER_LOOKS_AGAIN = "import hub.vault.sealing; hub.vault.sealing.Vault.follow = lambda self: None"
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


def ready(served: Served) -> tuple[int, str]:
    """What the process says of itself."""
    answer = httpx.get(f"{served.base}/readyz", trust_env=False, timeout=90)
    return answer.status_code, answer.text


def last_received(world: World, country: str) -> datetime | None:
    """When a genuine notification came last."""
    found: Any = world.read(lambda tx: tx.accounts.get(world.accounts[country].id))
    return found.last_heard_at  # type: ignore[no-any-return]


def is_booked(world: World, payment: Payment, country: str) -> bool:
    """Whether the news of it was taken for genuine, and applied."""
    return until(lambda: world.payment(payment).status is Status.PAID and last_received(world, country) is not None, 20)


@pytest.fixture
def beside(folder_of_today: Callable[[], Path]) -> World:
    """A world in the present, for a serving process beside it."""
    return World.open(folder_of_today(), clock=Clock.today())


def test_a_hub_whose_keys_are_rotated_beside_it_goes_on_without_a_restart(served: Served) -> None:
    world = served.world
    link = served.link(world.debtor("CO", 150_000))
    for words in ((), ("--forget-old",)):
        told = {country: paid_at_the_provider(world, country) for country in ("CR", "CO")}
        assert payment_hub(world.data, "account", "rotate-keys", *words).returncode == 0
        for country, (payment, news) in told.items():
            assert (country, deliver(served, country, news).status_code) == (country, 200)
            assert is_booked(world, payment, country)

    before = {payment.id for payment in payments(world)}
    assert served.press(link).status_code == 303
    (fresh,) = [payment for payment in payments(world) if payment.id not in before]
    assert until(lambda: world.payment(fresh).status is Status.PENDING, 20)
    assert ready(served) == (200, "ready\n")
    assert not [line for line in served.told if "Traceback" in line]
    assert broken(world) == []


def test_control_a_hub_that_never_looks_at_its_keys_again_books_nothing(beside: World) -> None:
    with serving(beside, planted=NEVER_LOOKS_AGAIN) as served:
        _payment, news = paid_at_the_provider(beside, "CR")
        assert payment_hub(beside.data, "account", "rotate-keys", "--forget-old").returncode == 0

        assert deliver(served, "CR", news).status_code != 200
        assert last_received(beside, "CR") is None


def test_a_hub_whose_key_file_is_lost_goes_on_with_the_keys_that_it_holds_and_says_so(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, keys = served.world, served.world.data / "keys.json"
    monkeypatch.setenv("HUB_DATA", str(world.data))
    text = keys.read_bytes()
    for spoil in (keys.unlink, keys.mkdir):
        spoil()
        payment, news = paid_at_the_provider(world, "CR")
        assert deliver(served, "CR", news).status_code == 200
        assert is_booked(world, payment, "CR")
        assert ready(served)[0] == 200
    ended = call("doctor", "--no-mail")
    assert (ended.code, "keys.json cannot be read" in ended.out) == (1, True)
    keys.rmdir()
    refused = call("serve", "--port", "0")
    assert (refused.code, "restore" in refused.err) == (1, True)
    keys.write_bytes(text)
    keys.chmod(0o600)
    assert not [line for line in served.told if "Traceback" in line]


@pytest.fixture
def others(folder: Callable[[], Path]) -> Iterator[tuple[World, Desk]]:
    """A process that serves, and another one in which an operator works, on the same folder."""
    data = folder()
    world = World.open(data)
    with Desk.open(data) as desk:
        yield world, desk
    world.close()


def sealed_under(world: World) -> set[str]:
    """Ids of the keys under which anything is sealed."""
    tables = ("raw_message", "account_secret", "import_content")
    found = rows(world.path, " UNION ".join(f"SELECT key_id FROM {table}" for table in tables))
    return {key_id for (key_id,) in found}


def rotate_and_forget(desk: Desk) -> None:
    """What ``account rotate-keys --forget-old`` does."""
    keys = desk.data / "keys.json"
    fresh = rotate_keys(keys).current
    old = [name for name in open_vault(keys).key_ids if name != fresh]

    async def work() -> None:
        await reseal_secrets(desk.hub, current=fresh)
        await forget_keys(desk.hub, old, lambda name: drop_key(keys, name))

    asyncio.run(work())


def before_it_is_stored(world: World, act: Callable[[], None]) -> None:
    """Let something happen after the next message was sealed, and before its transaction begins."""
    real = world.hub.store.write

    async def write(fn: Any) -> Any:
        world.hub.store.write = real
        await asyncio.to_thread(act)
        return await real(fn)

    world.hub.store.write = write


def kept_in_the_ring(world: World) -> bool:
    """Whether everything that is sealed opens after a restart."""
    return sealed_under(world) <= set(open_vault(world.data / "keys.json").key_ids)


def test_a_key_that_is_forgotten_between_sealing_and_storing_costs_no_message(others: tuple[World, Desk]) -> None:
    world, desk = others
    payment, news = paid_at_the_provider(world, "CO")
    before_it_is_stored(world, lambda: rotate_and_forget(desk))
    assert world.post("CO", news).status_code == 200
    assert kept_in_the_ring(world)
    world.work()
    assert world.payment(payment).status is Status.PAID


def test_control_without_a_look_inside_the_transaction_a_message_lies_under_a_key_that_is_gone(
    others: tuple[World, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, desk = others
    _payment, news = paid_at_the_provider(world, "CO")
    monkeypatch.setattr(Vault, "needs_resealing", lambda _self, _key: False)
    before_it_is_stored(world, lambda: rotate_and_forget(desk))
    assert world.post("CO", news).status_code == 200
    assert not kept_in_the_ring(world)


def test_a_process_that_cannot_read_the_key_file_never_seals_under_a_key_that_is_forgotten(
    others: tuple[World, Desk], tmp_path: Path
) -> None:
    world, desk = others
    payment, news = paid_at_the_provider(world, "CR")
    world.hub.vault._path = tmp_path  # as if the file belonged to another user now
    rotate_and_forget(desk)
    world.hub.cached.clear()
    assert world.post("CR", news).status_code == 503
    assert kept_in_the_ring(world)
    world.hub.vault._path = world.data / "keys.json"
    assert world.post("CR", news).status_code == 200
    assert world.payment(payment).status is Status.PAID


def hand_in_a_file(world: World) -> ImportRun:
    known = {"kind": FileKind.INVOICES, "name": "cartera.csv", "by": "ana@cr.example"}
    return world.run(hand_in(world.hub, world.companies["CR"], b"numero,total\n", **known))


def test_an_imported_file_is_sealed_again_when_keys_are_rotated_and_opens_after_a_restart(
    others: tuple[World, Desk],
) -> None:
    world, desk = others
    run = hand_in_a_file(world)
    rotate_and_forget(desk)
    assert kept_in_the_ring(world)
    assert world.read(lambda tx: content_in(tx, world.hub, run)) == b"numero,total\n"
    assert open_vault(world.data / "keys.json").current in sealed_under(world)


def test_control_a_key_that_is_forgotten_without_a_look_at_the_files_leaves_one_that_opens_nowhere(
    others: tuple[World, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, desk = others
    hand_in_a_file(world)
    monkeypatch.setattr(Imports, "key_ids", lambda _self: {})
    monkeypatch.setattr(Imports, "sealed_otherwise", lambda *_args, **_named: ())
    rotate_and_forget(desk)
    assert not kept_in_the_ring(world)


def test_a_file_is_not_taken_in_under_a_key_that_is_forgotten(others: tuple[World, Desk], tmp_path: Path) -> None:
    world, desk = others
    world.hub.vault._path = tmp_path  # as if the file belonged to another user now
    rotate_and_forget(desk)
    with pytest.raises(Unopened, match="cannot be read"):
        hand_in_a_file(world)
    assert kept_in_the_ring(world)


def test_a_key_under_which_something_does_not_open_is_not_forgotten(others: tuple[World, Desk]) -> None:
    world, desk = others
    old = world.hub.vault.current
    assert world.post("CR", News(body=b"{}")).status_code == 400
    (message,) = world.read(lambda tx: tx.messages.of(states=["rejected"]))
    world.write(lambda tx: tx.messages.reseal(message.id, bytes([1, len(old)]) + old.encode() + bytes(40), old))
    with pytest.raises(StillSealed, match="does not open"):
        rotate_and_forget(desk)
    assert old in open_vault(world.data / "keys.json").key_ids


def enter_credentials(world: World) -> None:
    """Somebody enters the credentials of an account again, as Greenpay gave them."""
    town = world.town
    known = town.configs["greenpay"]["merchants"][0]["id"]
    values = town.simulators["greenpay"].settings(town.configs["greenpay"], known)
    world.run(connect_account(world.hub, world.companies["CR"].id, "greenpay", values, by="ana"))


def test_credentials_that_are_entered_while_the_key_file_cannot_be_read_never_lie_under_a_forgotten_key(
    others: tuple[World, Desk], tmp_path: Path
) -> None:
    world, desk = others
    world.hub.vault._path = tmp_path  # as if the file belonged to another user now
    rotate_and_forget(desk)
    with pytest.raises(Unopened, match="cannot be read"):
        enter_credentials(world)
    assert kept_in_the_ring(world)
    world.hub.vault._path = world.data / "keys.json"
    enter_credentials(world)
    assert kept_in_the_ring(world)


def test_control_credentials_that_nobody_looks_after_lie_under_a_key_that_is_gone(
    others: tuple[World, Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, desk = others
    monkeypatch.setattr(hub.flows.accounts.replace_credentials, "refuse_forgotten", lambda _tx, _hub: None)
    world.hub.vault._path = tmp_path
    rotate_and_forget(desk)
    enter_credentials(world)
    assert not kept_in_the_ring(world)
