"""What a finding says: one a cause, the place in whoever's code it is, and what to do instead."""

from __future__ import annotations

import pytest

from hub_hookspecs import PaymentStarted, Redirect
from hub_hookspecs.testing import Subject, prove, run_proofs
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.causes import cause_of, joined
from hub_hookspecs.testing.scenes import an_order

from .desk import SIMULATOR, simulator
from .desks import Falls
from .planted import otherwise
from .tiny import Tiny


def played(plugin):
    with Bench(Subject(plugin=plugin, simulator=SIMULATOR)) as bench:
        world = bench.world()
        (way,) = bench.subject.info.ways
        return world.play("create_payment", order=an_order(world, way))


def elsewhere(plugin, method, account, path, body=None):
    request = Tiny.request(plugin, method, account, path, body)
    request.url = request.url.copy_with(host="api.tiny.example")
    return request


def redirects(plugin, order, account):
    yield plugin.charge(order, account, "T1")
    return PaymentStarted(action=Redirect("https://test.tiny.example/pay"))


@pytest.mark.parametrize("changes", [{"request": elsewhere}, {"create_payment": redirects}])
def test_a_host_that_is_declared_for_another_mode_is_told_with_its_role(changes):
    assert played(otherwise(**changes)()).did.endswith("; use account.endpoints['api']")


def test_what_a_plugin_raises_is_told_with_its_text_file_and_line():
    did = played(otherwise(charge=lambda self, order, account, terminal: {}["terminal"])()).did
    assert did.startswith("broke its contract: it raised KeyError: 'terminal', at proofs/test_findings.py, line ")


def test_what_is_raised_at_one_place_is_one_finding_however_many_proofs_come_upon_it():
    broken = otherwise(read=lambda self, answer, reference: answer.json()["nothing"])()
    results = prove(Subject(plugin=broken, simulator=SIMULATOR))
    findings = [str(finding) for result in results for finding in result.findings]
    assert sum("KeyError: 'nothing'" in text for text in findings) == 1
    assert any(result.excuse.startswith("not seen to its end, see: ") for result in results)


def test_a_simulator_that_raises_is_a_finding_and_no_traceback():
    (finding,) = run_proofs(Subject(plugin=Tiny(), simulator=simulator(Falls)))
    assert str(finding).startswith(
        "the simulator raised RuntimeError: nobody wrote what verify does, at proofs/desks.py"
    )
    assert str(finding).endswith("(POST /_control/verify)")


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (
            "create_payment (push): 1.10 PEN were owed, 1.09 PEN were taken",
            "create_payment (qr): 8.87 PEN were owed, 8.86 PEN were taken",
            True,
        ),
        (
            "query_payment, request 1: GET /p/A1 was answered 500; the plugin concluded declined; no more",
            "query_payment, request 2: GET /p/B2 was answered with null; the plugin concluded declined; no more",
            True,
        ),
        (
            "query_payment, request 1: GET /p/A1 was answered 500; the plugin concluded declined; no more",
            "cancel_payment, request 1: GET /p/A1 was answered 500; the plugin concluded declined; no more",
            False,
        ),
        (
            "query_payment: the plugin broke its contract: it raised KeyError: 'id', at acme/wire.py, line 33",
            "cancel_payment (push): the plugin raised KeyError: 'ref', at acme/wire.py, line 33",
            True,
        ),
        (
            "query_payment: the plugin broke its contract: it raised KeyError: 'id', at acme/wire.py, line 33",
            "query_payment: the plugin broke its contract: it raised KeyError: 'id', at acme/wire.py, line 34",
            False,
        ),
    ],
)
def test_findings_of_one_cause_are_one(one, two, same):
    assert (cause_of(one) == cause_of(two)) is same
    assert len(joined([one, two])) == (1 if same else 2)


def test_a_finding_says_in_how_many_more_scenes_it_shows():
    texts = [f"create_payment (w{number}): {number}.10 PEN were owed, 1.09 PEN were taken" for number in range(3)]
    assert list(joined(texts).values()) == [f"{texts[0]} (and so in 2 more scenes)"]
