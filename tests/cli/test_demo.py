"""The demo leaves foreign folders alone, is taken up again where it was kept, and ends in order."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from hub.domain.files.invoice_file import parse_invoices
from hub_demo.folder import SIMULATORS, WrongFolder, take
from hub_demo.town import SAMPLES_OF, of_today

from .conftest import Run

Start = Callable[..., "subprocess.Popen[str]"]

PAYER = "maria.solis@correo.example"
OPEN = {"es": "Abra ", "en": "Open "}


@pytest.fixture
def started() -> Iterator[Start]:
    """started("--play"): a demo in a process of its own; none of them outlives the test."""
    demos: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        demos.append(
            subprocess.Popen(
                [sys.executable, "-P", "-m", "hub", "demo", "--port", "0", *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        )
        return demos[-1]

    yield start
    for demo in demos:
        demo.kill()
        demo.communicate()


@pytest.mark.parametrize("today", [SAMPLES_OF, date(2028, 2, 29), date(2041, 1, 1)])
def test_the_samples_are_as_old_on_any_day(today: date) -> None:
    for name in ("cr_facturas.csv", "co_facturas.csv"):
        sample = (files("hub_demo") / "samples" / name).read_text(encoding="utf-8")
        rows = parse_invoices(of_today(sample, today).encode()).rows
        written = parse_invoices(sample.encode()).rows

        assert len(rows) == len(written) > 4
        for row, old in zip(rows, written, strict=True):
            assert row.due_on is not None
            assert old.due_on is not None
            assert (today - row.issued_on, today - row.due_on) == (SAMPLES_OF - old.issued_on, SAMPLES_OF - old.due_on)
            assert (row.number, row.total, row.balance) == (old.number, old.total, old.balance)


def until(demo: subprocess.Popen[str], words: str) -> str:
    """What the demo says, up to the line with these words."""
    assert demo.stdout is not None
    said = ""
    for line in demo.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def ended(demo: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    demo.send_signal(number)
    said, _ = demo.communicate(timeout=60)
    return demo.returncode, said


def test_a_folder_that_no_demo_made_is_refused_untouched(run: Run, bare: Path) -> None:
    (bare / "hub.toml").write_text('base_url = "https://pay.example"\n', encoding="utf-8")
    before = {file.name: file.read_bytes() for file in bare.iterdir()}
    told = run("demo", "--data", str(bare), "--port", "0")
    assert told.code == 1
    assert "no demo made it: choose another folder" in told.err
    assert "Traceback" not in told.err
    assert {file.name: file.read_bytes() for file in bare.iterdir()} == before


def test_a_folder_is_held_by_one_demo_at_a_time(tmp_path: Path) -> None:
    held = take(tmp_path / "kept")
    with pytest.raises(WrongFolder, match="a demo is running in"):
        take(tmp_path / "kept")
    os.close(held)
    os.close(take(tmp_path / "kept"))


def test_a_play_begins_anew(tmp_path: Path) -> None:
    for name in (SIMULATORS, "hub.db"):
        (tmp_path / name).touch()
    with pytest.raises(WrongFolder, match="holds an earlier demo"):
        take(tmp_path, new=True)
    os.close(take(tmp_path))


def test_a_demo_that_was_ended_while_it_was_made_says_so(run: Run, started: Start, tmp_path: Path) -> None:
    demo = started("--data", str(tmp_path))
    while not (tmp_path / "hub.db").exists():
        assert demo.poll() is None
        time.sleep(0.01)
    ended(demo, signal.SIGKILL)
    told = run("demo", "--data", str(tmp_path), "--port", "0")
    assert (told.code, "delete that folder" in told.err, "Traceback" in told.err) == (1, True, False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_end_a_demo_in_order_and_take_its_folder_along(started: Start, number: signal.Signals) -> None:
    demo = started()
    folder = Path(until(demo, "Preparando").split()[-1])
    until(demo, "presiona")
    code, said = ended(demo, number)
    assert (code, "se borraron" in said, "Traceback" in said) == (0, True, False)
    assert not folder.exists()


def test_a_play_that_was_interrupted_has_proved_nothing(started: Start) -> None:
    demo = started("--play")
    until(demo, "presiona")
    assert ended(demo, signal.SIGTERM)[0] == 130


def test_a_kept_demo_is_taken_up_again_with_mails_to_open(started: Start, tmp_path: Path) -> None:
    first = started("--data", str(tmp_path / "kept"), "--lang", "en")
    said = until(first, OPEN["en"])
    assert said.count("Approved: authorisation ") == 2
    assert ended(first, signal.SIGTERM)[0] == 0
    again = started("--data", str(tmp_path / "kept"))
    address = until(again, OPEN["es"]).split()[-1]
    mails = address.replace("/demo/", "/mail/")
    while "estado de cuenta" not in httpx.get(mails, params={"to": PAYER}, trust_env=False).text:
        assert again.poll() is None
        time.sleep(0.05)
    assert ended(again, signal.SIGTERM)[0] == 0


def test_the_start_says_what_this_is_and_the_mailbox_hands_its_files_over(started: Start) -> None:
    demo = started()
    base = until(demo, OPEN["es"]).split()[-1].removesuffix("/demo/")
    with httpx.Client(base_url=base, trust_env=False, timeout=30) as browser:
        start = browser.get("/demo/").text
        mailbox = browser.get("/mail/").text
        number = re.findall(r'href="/mail/(\d+)"[^\n]*📎', mailbox)[0]
        mail = browser.get(f"/mail/{number}").text
        address, name = re.findall(r'href="(/mail/\d+/\d+)" download="([^"]+)"', mail)[0]
        file = browser.get(address)
        missing = browser.get(f"/mail/{number}/9")

    assert start.index("Payment Hub envía a cada cliente lo que debe") < start.index("¿Quién quiere ser?")
    assert '<svg class="story"' in start
    assert name in mailbox
    assert (file.headers["content-type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert "application/pdf" not in missing.headers["content-type"]


def test_the_demos_address_alone_asks_who_you_want_to_be(started: Start) -> None:
    demo = started("--lang", "en")
    address = until(demo, OPEN["en"]).split()[-1]
    asked = [httpx.get(address.replace("/demo/", path), trust_env=False) for path in ("/", "/demo/", "/design")]

    assert [answer.status_code for answer in asked] == [200, 200, 200]
    assert "Who do you want to be?" in asked[0].text
    assert asked[0].text == asked[1].text
    assert "<h1>Componentes</h1>" in asked[2].text
