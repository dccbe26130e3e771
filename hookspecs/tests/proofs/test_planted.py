"""The kit itself: a good provider proves everything, and each planted fault is found by its proof."""

from __future__ import annotations

import attrs
import pytest

from hub_hookspecs import Reason, ReasonKind, Refunds, Refused, hookimpl
from hub_hookspecs.testing import PROOFS, ProviderContract, Result, Subject, prove, run_proofs
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.proofs import captures, webhooks

from . import concluded, counted, declared, kept
from .desk import SIMULATOR
from .planted import Planted
from .strangers import FOUND_BY
from .tiny import Tiny

LACKING = ("no capture_payment", "no register_webhook")
"""What a plain provider does not have; tests of their own prove those proofs."""

PLANTED = [*declared.FAULTS, *concluded.FAULTS, *counted.FAULTS, *kept.FAULTS]


class GivesBackTheWhole(Tiny):
    """A provider that gives back all or nothing."""

    def info(self):
        return attrs.evolve(super().info(), refunds=Refunds.FULL)

    def wanted(self, refund):
        return {"op": refund.operation}


class TestAGoodProvider(ProviderContract):
    plugin = Tiny()
    simulator = SIMULATOR


class TestAnother(ProviderContract):
    plugin = GivesBackTheWhole()
    simulator = SIMULATOR


def test_a_good_provider_proves_all_that_it_declares():
    results = prove(Subject(plugin=Tiny(), simulator=SIMULATOR))
    assert [str(finding) for result in results for finding in result.findings] == []
    assert {result.excuse for result in results if result.excuse} == {
        "not declared as idempotent",
        "its references have letters of one case",
        "its simulator plays one reading",
        *LACKING,
    }


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_planted_fault_is_found_by_its_proof(fault: Planted):
    proof = next(proof for proof in PROOFS if proof.name == fault.proof)

    with Bench(Subject(plugin=fault.plugin(), simulator=fault.simulator)) as bench:
        found = []
        for text in proof.check(bench):  # stop at the first: a proof plays what it needs
            found.append(text)
            if fault.said in text:
                return
    pytest.fail(f"not found among {found[:5]}")


def test_every_proof_has_a_provider_that_fails_it():
    special = {
        "each way starts a payment, and the provider's book agrees to the cent",
        "a language that it brings has all its texts",
    }
    proven_apart = {proof.name for proof in (*captures.PROOFS, *webhooks.PROOFS)}
    here = {fault.proof for fault in PLANTED} | special | set(FOUND_BY)
    assert {proof.name for proof in PROOFS} == here | proven_apart


def test_a_provider_that_starts_nothing_is_found():
    class StartsNothing(Tiny):
        @hookimpl
        def create_payment(self, order, account):
            raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE))

    findings = run_proofs(Subject(plugin=StartsNothing(), simulator=SIMULATOR))
    assert "create_payment (push): the plugin concluded declined" in map(str, findings)


def test_what_a_provider_does_not_have_is_excused_with_the_reason():
    class Silent(Tiny):
        handle_notification = None
        cancel_payment = None
        refund_payment = None
        fetch_settlement = None
        parse_settlement = None

        def info(self):
            (way,) = super().info().ways
            quiet = attrs.evolve(way, outcome=frozenset({"query"}), cancel=False, undo=False)
            return attrs.evolve(super().info(), ways=(quiet,), refunds=Refunds.NONE)

    results: tuple[Result, ...] = prove(Subject(plugin=Silent(), simulator=SIMULATOR))

    assert [str(finding) for result in results for finding in result.findings] == []
    assert {result.excuse for result in results if result.excuse} == {
        "no handle_notification",
        "no cancel_payment",
        "no cancel_payment and no refund_payment",
        "no refund_payment",
        "no fetch_settlement",
        "no parse_settlement",
        "no way can be undone",
        "not declared as idempotent",
        "its references have letters of one case",
        "its simulator plays one reading",
        *LACKING,
    }
