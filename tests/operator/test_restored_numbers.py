"""A number that left the house never leaves it again, though the house was put back to the day before."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hub.cli.restoring
from hub.bootstrap import open_hub
from hub.flows.mails.mail_cash_receipt import mail_cash_receipt
from hub.flows.operations import record_restore
from hub.settings import load_settings
from hub_demo.mailbox import Mailbox
from tests.cli.conftest import Ended, call
from tests.cli.conftest import made as made
from tests.cli.conftest import shop as shop

ALEJANDRO = "alejandro@example.com"
RC = "tornillo/test/RC"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A real mail server."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    box = Mailbox(host="127.0.0.1", port=0)
    asyncio.run_coroutine_threadsafe(box.start(), loop).result(10)
    yield box
    asyncio.run_coroutine_threadsafe(box.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def night(shop: Path, mailbox: Mailbox, tmp_path: Path) -> Path:
    """RC-1, the backup of the night, and RC-2, which is mailed in the morning; then the house burns down."""
    settings(shop, mailbox)
    issue(shop)
    assert call("backup", str(tmp_path / "nightly.db")).code == 0
    issue(shop)
    assert numbers_in(mailbox) == ["RC-000001", "RC-000002"]
    (shop / "keys.json").rename(tmp_path / "keys.json")
    return tmp_path


def settings(data: Path, mailbox: Mailbox) -> None:
    data.mkdir(exist_ok=True)
    (data / "hub.toml").write_text(f'smtp_host = "127.0.0.1"\nsmtp_port = {mailbox.port}\n', encoding="utf-8")


def issue(data: Path) -> str:
    """Record 10.00 in cash, and hand the mail over."""
    told = call(
        *("receipt", "record", "--means", "cash", "--customer", ALEJANDRO, "--amount", "10.00", "--invoice"),
        *("FE-001=10.00", "--data", str(data)),
    )
    assert told.code == 0, told
    found = re.search(r"RC-\d+", told.out)
    assert found

    async def mail() -> None:
        opened = open_hub(load_settings(data))
        merchant = await opened.hub.store.read(lambda tx: tx.merchants.by_slug("tornillo"))
        assert merchant is not None
        receipts = await opened.hub.store.read(lambda tx: tx.receipts.of(merchant.id, merchant.mode))
        await mail_cash_receipt(opened.hub, merchant, next(item.id for item in receipts if item.label == found[0]))
        await opened.close()

    asyncio.run(mail())
    assert call("worker", "--once", "--data", str(data)).code == 0
    return found[0]


def numbers_in(mailbox: Mailbox) -> list[str]:
    return [found[0] for mail in mailbox.to(ALEJANDRO) if (found := re.search(r"RC-\d+", mail.subject + mail.text))]


def restored(night: Path, *more: str) -> Ended:
    return call(
        *("restore", str(night / "nightly.db"), "--keys", str(night / "keys.json"), "--data", str(night / "new"), *more)
    )


def numbered(**last: int) -> list[str]:
    """The last number of each series; of one that is not named nothing was issued."""
    words = []
    for series, number in ({"RC": 1, "CE": 0, "ND": 0} | last).items():
        words += ["--last-number", f"tornillo/test/{series}={number}"]
    return words


def gaps(night: Path) -> list[Any]:
    told = call("receipt", "gaps", "--json", "--data", str(night / "new"))
    assert told.code == 0, told
    return list(json.loads(told.out))


def test_a_restore_without_a_word_about_the_last_numbers_puts_nothing_back(night: Path) -> None:
    ended = restored(night)

    assert ended.code == 2
    assert f"--last-number {RC}=1" in ended.err
    assert "--skip-numbers" in ended.err
    assert not (night / "new" / "hub.db").exists()


def test_the_next_number_after_a_restore_is_one_that_nobody_has(night: Path, mailbox: Mailbox) -> None:
    assert restored(night, *numbered(RC=2)).code == 0
    settings(night / "new", mailbox)

    assert issue(night / "new") == "RC-000003"
    assert numbers_in(mailbox) == ["RC-000001", "RC-000002", "RC-000003"]
    (gap,) = gaps(night)
    assert (gap["first"], gap["last"]) == ("RC-000002", "RC-000002")
    assert "nightly.db" in gap["why"]
    assert "operator" in gap["by"]
    listed = call("receipt", "list", "--data", str(night / "new")).out
    assert "RC-000002 is not here, and never given again" in listed
    assert call("ledger", "verify", "--data", str(night / "new")).code == 0


def test_who_does_not_know_the_last_number_goes_on_far_ahead(night: Path, mailbox: Mailbox) -> None:
    told = restored(night, "--skip-numbers", "500")
    assert told.code == 0
    assert "tornillo test: documents go on after RC-000501" in told.out
    assert "payment-hub receipt gaps --company tornillo\n" in told.out
    settings(night / "new", mailbox)

    assert issue(night / "new") == "RC-000502"
    left_out = [(gap["first"], gap["last"]) for gap in gaps(night)]
    assert sorted(left_out) == [("CE-000001", "CE-000500"), ("ND-000001", "ND-000500"), ("RC-000002", "RC-000501")]


def pay_out(data: Path) -> str:
    """Receive an advance and pay it out again; the number of that document."""
    there = ("--data", str(data))
    came = ("receipt", "record", "--means", "cash", "--customer", ALEJANDRO, "--amount", "10.00", *there)
    went = ("credit", "disburse", ALEJANDRO, "10.00", "--means", "cash", "--by", "Ana", "--why", "lo pidió", *there)
    assert call(*came).code == 0
    told = call(*went)
    assert told.code == 0, told
    return told.out.partition(":")[0]


def test_a_series_that_the_backup_has_not_seen_gives_no_number_again_either(night: Path) -> None:
    """What was paid out only after the backup has a document that the customer holds."""
    assert "--last-number tornillo/test/CE=0" in restored(night).err
    assert "--last-number tornillo/test/ND=0" in restored(night).err

    assert restored(night, *numbered(RC=2, CE=1, ND=0)).code == 0

    assert pay_out(night / "new") == "CE-000002"
    assert [gap["first"] for gap in gaps(night)] == ["CE-000001", "RC-000002"]
    assert call("ledger", "verify", "--data", str(night / "new")).code == 0


def test_a_person_leaves_out_a_number_of_any_series_later(night: Path) -> None:
    assert restored(night, *numbered(RC=2)).code == 0
    there = ("--data", str(night / "new"))

    assert call("receipt", "skip", "CE-000001", "--why", "Alejandro has it", *there).code == 0
    assert call("receipt", "skip", "XX-000001", "--why", "nobody has it", *there).code == 1

    assert pay_out(night / "new") == "CE-000002"


def test_control_a_restore_that_asks_for_receipts_alone_gives_a_document_of_a_payout_again(
    night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_restore, "NUMBERED", ())
    assert restored(night, "--last-number", f"{RC}=2").code == 0

    assert pay_out(night / "new") == "CE-000001"


def test_nothing_issued_since_the_backup_leaves_no_gap(night: Path) -> None:
    assert restored(night, *numbered(RC=1)).code == 0

    assert gaps(night) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("--last-number", f"{RC}=0"), "the backup itself has RC-000001"),
        (("--last-number", "tornillo/test/RX=4"), "tornillo/test/RX"),
        (("--last-number", "RC-000002"), "COMPANY/MODE/SERIES=NUMBER"),
        (("--last-number", f"{RC}=99000000"), "99000000"),
        (("--last-number", f"{RC}={'9' * 5000}"), "COMPANY/MODE/SERIES=NUMBER"),
        (("--last-number", f"{RC}=2", "--last-number", f"{RC}=1"), "was said twice: 2 and 1"),
    ],
)
def test_a_last_number_that_cannot_be_is_refused_and_nothing_is_put_back(
    night: Path, said: tuple[str, ...], told: str
) -> None:
    ended = restored(night, *said)

    assert ended.code in (1, 2)
    assert told in ended.err
    assert not (night / "new" / "hub.db").exists()


def test_control_of_two_numbers_said_the_later_word_gave_one_again(
    night: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.cli.restoring, "_each_once", dict)
    assert restored(night, *numbered(RC=2), "--last-number", f"{RC}=1").code == 0
    settings(night / "new", mailbox)

    assert issue(night / "new") == "RC-000002"


def test_a_person_documents_a_gap_later_and_sees_it(night: Path, mailbox: Mailbox) -> None:
    assert restored(night, *numbered(RC=1)).code == 0
    settings(night / "new", mailbox)
    there = ("--data", str(night / "new"))

    assert call("receipt", "skip", "RC-000002", "--why", "Alejandro has a printed one", *there).code == 0

    assert issue(night / "new") == "RC-000003"
    assert [gap["why"] for gap in gaps(night)] == ["Alejandro has a printed one"]
    assert call("receipt", "skip", "RC-000002", "--why", "again", *there).code == 1
    assert call("receipt", "skip", "RC-000004", *there).code == 2


def test_control_a_restore_that_says_nothing_of_numbers_gives_one_again(
    night: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.cli.restoring, "continuing", lambda *_said: (), raising=False)
    assert restored(night).code == 0
    settings(night / "new", mailbox)

    assert issue(night / "new") == "RC-000002"
    assert numbers_in(mailbox).count("RC-000002") == 2
