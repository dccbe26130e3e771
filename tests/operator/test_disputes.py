"""A dispute from the shell: opened, shown with its payment, ended; above an amount by two people."""

import json
from typing import Any

import pytest

from hub_hookspecs import Kind, Money, Observation
from tests.cli.conftest import call
from tests.faults.harness import Desk, broken

SIGNED = ("--by", "Ana", "--why", "bank's letter")
LETTER = ("--evidence", "letter of 3 Dec")


@pytest.fixture
def shell(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A paid payment, and its command."""
    monkeypatch.setenv("HUB_DATA", str(desk.data))
    payment = desk.sent(desk.debtor("CR", 1_500_000))
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(1_500_000, "CRC")))

    def dispute(*words: str, code: int = 0) -> Any:
        ended = call("payment", "dispute", payment.reference, "--case", "CB-7", *words)
        assert ended.code == code, ended
        return ended

    return payment, dispute


def test_an_inquiry_is_recorded_shown_and_ended(desk: Desk, shell: Any) -> None:
    payment, dispute = shell
    made = json.loads(
        dispute("--stage", "inquiry", "--amount", "9000", "--respond-by", "2099-12-09", *SIGNED, "--json").out
    )
    assert (made["case"], made["amount"], made["respond_by"]) == (
        *("CB-7", {"minor": 900_000, "currency": "CRC"}),
        "2099-12-10T05:59:00Z",
    )

    shown = " ".join(call("payment", "show", payment.reference).out.split())
    assert "CB-7: " in shown
    assert "inquiry, to be answered by" in shown
    assert f"payment-hub payment dispute {payment.reference} --case CB-7 --won --by NAME" in shown
    assert "resolve the review dispute" not in shown

    assert "is won; decided by Ana" in dispute("--won", *SIGNED, *LETTER).out
    (kept,) = json.loads(call("payment", "show", payment.reference, "--json").out)["disputes"]
    assert (kept["outcome"], kept["ended_by"]) == ("won", "Ana")
    assert broken(desk) == []


def test_what_does_not_go_together_is_said(shell: Any) -> None:
    _payment, dispute = shell
    assert "say --stage" in dispute(*SIGNED, code=2).err
    assert "or with --won" in dispute("--lost", "--amount", "1", *SIGNED, *LETTER, code=2).err
    assert "go with --stage" in dispute("--won", "--reason", "x", *SIGNED, *LETTER, code=2).err
    assert "no date such as" in dispute("--stage", "inquiry", "--respond-by", "soon", *SIGNED, code=2).err
    assert "CB-7" in dispute("--lost", *SIGNED, *LETTER, code=1).err


def test_above_the_amount_two_people_end_it(desk: Desk, shell: Any) -> None:
    (desk.data / "hub.toml").write_text('[second_person_above]\nCRC = "10000"\n', encoding="utf-8")
    payment, dispute = shell
    desk.tell(payment, Observation(kind=Kind.CHARGED_BACK, event_id="CB-7", vouched=frozenset({"event_id"})))
    assert desk.balance("CR", "provider_clearing") == 0

    first = json.loads(dispute("--won", *SIGNED, *LETTER, "--json").out)
    assert (first["decided"], first["outcome"]) == (False, None)
    approved = call("review", "approve", first["decision"], "--by", "Luis", "--why", "the letter says so")
    assert (approved.code, "decided by Ana and Luis" in approved.out) == (0, True), approved

    assert desk.balance("CR", "provider_clearing") == 1_500_000
    assert broken(desk) == []


def test_a_part_is_won(desk: Desk, shell: Any) -> None:
    payment, dispute = shell
    desk.tell(payment, Observation(kind=Kind.CHARGED_BACK, event_id="CB-7", vouched=frozenset({"event_id"})))

    told = dispute("--won", "--amount", "4000", *SIGNED, *LETTER).out
    assert "is partly won: 4000.00 CRC of 15000.00 CRC" in told
    assert desk.balance("CR", "provider_clearing") == 400_000
    (kept,) = json.loads(call("payment", "show", payment.reference, "--json").out)["disputes"]
    assert (kept["outcome"], kept["won"]) == ("partly_won", {"minor": 400_000, "currency": "CRC"})
    assert "partly won" in " ".join(call("payment", "show", payment.reference).out.split())
    assert broken(desk) == []


def test_a_refund_that_bounced_is_recorded(desk: Desk, shell: Any) -> None:
    payment, _dispute = shell
    desk.tell(payment, Observation(kind=Kind.RETURNED, event_id="R-7", vouched=frozenset({"event_id"})))
    words = ("payment", "record", payment.reference, "--bounced", "15000", *SIGNED, *LETTER)

    mixed = call(*words, "--returned", "1")
    assert (mixed.code, "say one of" in mixed.err) == (2, True)
    assert (
        call("payment", "record", payment.reference, "--returned", "1", "--refund", "R-7", *SIGNED, *LETTER).code == 2
    )
    other = call(*words, "--refund", "R-8")
    assert (other.code, "may have bounced" in other.err) == (1, True)
    ended = call(*words, "--refund", "R-7")

    assert (ended.code, "booked as bounced" in ended.out) == (0, True), ended
    assert desk.balance("CR", "provider_clearing") == 1_500_000
    assert broken(desk) == []
