"""The hub's own door and ledger judge a plugin by its provider's book, whatever the order of the news."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from hub.providers.load import load_providers
from hub.providers.simulators import load_simulators
from hub.proving import books
from hub_hookspecs.testing import Subject, prove

FOLDER = Path(__file__).parents[1] / "plugins" / "condor-pe"


def loaded(name: str, *changes: tuple[str, str]) -> ModuleType:
    """A module of the Cóndor's, with some of its lines otherwise."""
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    for right, wrong in changes:
        assert right in source, right
        source = source.replace(right, wrong)
    module = ModuleType(f"{name}_otherwise" if changes else name)
    exec(compile(source, str(FOLDER / f"{name}.py"), "exec"), vars(module))
    return module


def found(plugin: ModuleType, simulator: ModuleType | None = None) -> list[str]:
    subject = Subject(plugin=plugin, simulator=(simulator or loaded("simulator")).SIMULATOR)
    (result,) = prove(subject, books.PROOFS)
    assert not result.excuse
    return list(map(str, result.findings))


BROKEN = {
    "each channel names its own movement: 140,000 for 70,000": (
        [("    return told(body) if answer", "    body['charge'] = body.get('ref')\n    return told(body) if answer")],
        "one movement has the same text on every channel",
    ),
    "a refund of a part is told as one of all": (
        [('amount=hub.Money(part["cents"], "PEN"), **common)', 'amount=hub.Money(body["cents"], "PEN"), **common)')],
        "was to go back, ",
    ),
    "what was refused is told as paid": ([('"refused": Kind.DECLINED', '"refused": Kind.PAID')], "reject"),
    "a chargeback is told with a part of its amount": (
        [('amount=hub.Money(case["cents"], "PEN")', 'amount=hub.Money(case["cents"] // 2, "PEN")')],
        "chargeback once it was paid: the hub's books hold 18250.75 PEN taken and 9125.37 PEN given",
    ),
    "an amount is told in another unit": (
        [('amount=hub.Money(body["cents"], "PEN")', 'amount=hub.Money(body["cents"] // 100, "PEN")')],
        "the hub's books hold",
    ),
    "no notification proves itself": ([('x-condor-signature") or', 'x-kondor-signature") or')], "401"),
    "its credentials never work": ([('"ruc" in hub.json_object(answer)', "False")], "its account is failed"),
}


@pytest.mark.usefixtures("dummy_pe")
def test_a_plugin_that_tells_of_each_movement_by_one_name_leaves_the_providers_book() -> None:
    assert found(loaded("condor")) == []


@pytest.mark.usefixtures("dummy_pe")
@pytest.mark.parametrize(("changes", "said"), BROKEN.values(), ids=BROKEN)
def test_what_the_books_do_not_agree_about_is_found(changes: list[tuple[str, str]], said: str) -> None:
    findings = found(loaded("condor", *changes))
    assert len(findings) == 1
    assert said in findings[0], findings


@pytest.mark.usefixtures("dummy_pe")
def test_money_that_is_booked_twice_is_told_with_both_sums() -> None:
    changes, _said = BROKEN["each channel names its own movement: 140,000 for 70,000"]
    (finding,) = found(loaded("condor", *changes))
    assert re.sub("(ch_)?[0-9A-Z]{16}", r"\1R", finding) == (
        "page, 18250.75 PEN, approve, where the answer comes before the notifications: "
        "the hub's books hold 36501.50 PEN taken and 0.00 PEN given back, "
        "the provider's book 18250.75 PEN taken and 0.00 PEN given back; "
        "paid movements: R by query, ch_R by notification; one movement has the same text on every channel"
    )


@pytest.mark.usefixtures("dummy_pe")
def test_a_simulator_that_raises_is_a_finding_with_its_line() -> None:
    simulator = loaded("simulator", ('row["state"] = state\n', 'row["state"] = state[9 // 0]\n'))
    (finding,) = found(loaded("condor"), simulator)
    assert finding.startswith("the simulator raised ZeroDivisionError: ")
    assert finding.endswith(", at condor-pe/simulator.py, line 41")


def test_where_its_country_is_not_installed_it_does_not_apply() -> None:
    (result,) = prove(Subject(plugin=loaded("condor"), simulator=loaded("simulator").SIMULATOR), books.PROOFS)
    assert result.excuse == "no country of PE is installed"


def test_what_a_payer_chooses_types_and_accepts_is_made_up_so_that_each_way_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody acts at the simulator of these ways: they start, and that is all."""
    monkeypatch.syspath_prepend(FOLDER.parent / "ways-co" / "src")
    import hub_ways_co
    from hub_ways_co.simulator import SIMULATOR

    (result,) = prove(Subject(plugin=hub_ways_co, simulator=SIMULATOR), books.PROOFS)
    (text,) = map(str, result.findings)
    assert text.startswith("bank,")
    assert text.endswith("the hub has it as pending (and so in 2 more scenes)")


@pytest.mark.parametrize("code", ["greenpay", "nequi", "onvo"])
def test_our_own_providers_leave_the_books_as_their_simulators_have_them(code: str) -> None:
    subject = Subject(plugin=load_providers()[code].module, simulator=load_simulators()[code])
    assert [str(finding) for result in prove(subject, books.PROOFS) for finding in result.findings] == []
