"""The driver against real servers on loopback: what it sends, how often, and what the exchange concludes."""

from __future__ import annotations

import asyncio
import functools
import gzip
import re
import ssl
import time
import tracemalloc
import types
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
import structlog

from hub.providers import exchange, wire
from hub.providers.exchange import Exchanger
from hub.providers.limits import Breaker, Limits, TokenBucket
from hub.providers.ran import Ran
from hub.providers.registry import Registry
from hub.providers.wire import is_public
from hub_hookspecs import (
    Done,
    Grant,
    Mode,
    NotExecuted,
    Observation,
    Outcome,
    OutcomeUnknown,
    PaymentStarted,
    Reading,
    Reason,
    ReasonKind,
    Refused,
    Verdict,
    harmless,
    json_object,
    opens_session,
    without_grant,
)
from hub_hookspecs.http import library as httpx

PATIENT = Limits(connect=60, request=60, call=90, step=60, pauses=(0.01, 0.01), trips=3)
"""Everything that comes is waited for, however slow the machine is."""

SILENT = attrs.evolve(PATIENT, request=2)
"""For an answer that never comes."""

HANGING = attrs.evolve(PATIENT, step=0.5)
"""For a plugin that hangs."""


def post(account, path="/pay", **options):
    return httpx.Request("POST", account.endpoints["api"] + path, json={"amount": 1}, **options)


def get(account, path="/state"):
    return harmless(httpx.Request("GET", account.endpoints["api"] + path))


def charge(order, account):
    body = json_object((yield post(account)))
    if body.get("status") == "no":
        raise Refused(Reason(ReasonKind.DENIED, "51"))
    return PaymentStarted(action=Done(), observations=(Observation(kind="paid", movement="m"),))


def open_session(order, account):
    json_object((yield opens_session(post(account))))
    return PaymentStarted(action=Done())


def ask(query, account):
    body = json_object((yield get(account)))
    return (Observation(kind="accepted", provider_reference=str(body.get("id"))),)


@pytest.fixture
def drive(provider_with, account_at, listener) -> Callable[..., Any]:
    """drive([behaviours], hook=function): what was concluded, and the server that played the provider."""

    def run(behaviours, *, hook="create_payment", times=1, info=None, limits=PATIENT, hooks=None, **options):
        provider = provider_with(info, **(hooks or {}))
        registry = Registry({provider.code: provider})

        async def play():
            async with listener(list(behaviours)) as server, Exchanger(registry, limits=limits) as exchanger:
                account = account_at(server.url)
                records = {"order" if hook == "create_payment" else "query": None}
                for _ in range(times):
                    ran = await exchanger.run(provider, hook, account=account, account_id="a", **records, **options)
            return ran, server

        return asyncio.run(play())

    return run


def test_an_answered_charge_is_concluded_as_the_plugin_says(drive, behave):
    ran, server = drive([behave.replies()], hooks={"create_payment": charge})

    assert ran.conclusion.outcome is Outcome.RESULT
    assert len(server.requests) == 1
    (step,) = ran.steps
    assert (step.number, step.mark, step.method, step.host, step.path, step.status, step.wrote) == (
        1,
        "charging",
        "POST",
        "127.0.0.1",
        "/pay",
        200,
        True,
    )


def test_a_complete_refusal_is_declined(drive, behave):
    ran, _ = drive([behave.replies(200, b'{"status":"no"}')], hooks={"create_payment": charge})
    assert (ran.conclusion.outcome, ran.conclusion.reason.code) == (Outcome.DECLINED, "51")


BOMB = gzip.compress(b" " * (3 << 20))

UNCLEAR = {
    "the connection breaks": lambda behave: behave.cuts,
    "the answer breaks off": lambda behave: behave.cuts_midway,
    "no answer comes": lambda behave: behave.hangs,
    "the answer never ends": lambda behave: behave.trickles,
    "the answer is too large": lambda behave: behave.replies(200, b" " * ((1 << 20) + 1)),
    "the answer is a gzip bomb": lambda behave: behave.replies(200, BOMB, content_encoding="gzip"),
    "the answer is broken gzip": lambda behave: behave.replies(200, BOMB[:50], content_encoding="gzip"),
    "the encoding is unknown": lambda behave: behave.replies(200, b"{}", content_encoding="br"),
    "the answer is no JSON": lambda behave: behave.replies(200, b"<html>"),
    "the answer is a 500": lambda behave: behave.replies(500),
    "the answer is a 401": lambda behave: behave.replies(401),
    "the answer is a refusal with status 503": lambda behave: behave.replies(503, b'{"status":"no"}'),
}


@pytest.mark.parametrize("behaviour", UNCLEAR.values(), ids=UNCLEAR)
def test_a_charge_without_a_clear_answer_is_unknown_and_never_sent_again(drive, behave, behaviour):
    never_comes = behaviour(behave) in (behave.hangs, behave.trickles)
    limits = SILENT if never_comes else PATIENT
    ran, server = drive([behaviour(behave)], hooks={"create_payment": charge}, limits=limits)

    assert ran.conclusion.outcome is Outcome.UNKNOWN
    assert len(server.requests) == 1


def test_a_compressed_answer_is_read(drive, behave):
    body = gzip.compress(b'{"status":"no"}')
    ran, _ = drive([behave.replies(200, body, content_encoding="gzip")], hooks={"create_payment": charge})
    assert ran.conclusion.outcome is Outcome.DECLINED


def test_a_redirect_is_not_followed(drive, behave):
    elsewhere = behave.replies(302, b"{}", location="http://127.0.0.1:1/stolen")
    ran, server = drive([elsewhere], hooks={"create_payment": charge})

    assert len(server.requests) == 1
    assert [step.status for step in ran.steps] == [302]


def test_nothing_was_sent_where_nobody_listens(provider_with, account_at, drive):
    """A refused connection is no unknown: the payer may press again at once."""
    provider = provider_with(create_payment=charge)

    async def play() -> Ran:
        async with Exchanger(Registry(), limits=PATIENT) as exchanger:
            return await exchanger.run(
                provider, "create_payment", account=account_at("http://127.0.0.1:1"), account_id="a", order=None
            )

    ran = asyncio.run(play())
    assert ran.conclusion.outcome is Outcome.NEVER_SENT
    assert not ran.has_written
    assert "NotSent: 127.0.0.1: ConnectError" in ran.steps[0].trouble


def test_a_request_that_cannot_be_encoded_was_not_sent(drive, behave):
    def broken(order, account):
        yield post(account, headers={"x": "a\nb"})

    ran, server = drive([behave.replies()], hooks={"create_payment": broken})

    assert ran.conclusion.outcome is Outcome.NEVER_SENT
    assert server.requests == []


def test_each_charge_has_a_connection_of_its_own(drive, behave):
    _, server = drive([behave.replies()], hooks={"create_payment": charge}, times=3)
    assert (len(server.requests), server.connections) == (3, 3)


def test_harmless_requests_share_a_connection(drive, behave):
    _, server = drive([behave.replies()], hook="query_payment", hooks={"query_payment": ask}, times=3)
    assert (len(server.requests), server.connections) == (3, 1)


def test_a_later_loss_leaves_the_charge_unknown(drive, behave):
    def charge_then_ask(order, account):
        yield post(account)
        yield get(account)
        return PaymentStarted(action=Done())

    ran, server = drive([behave.replies(), behave.cuts], hooks={"create_payment": charge_then_ask})

    assert ran.conclusion.outcome is Outcome.UNKNOWN
    assert len(server.requests) == 4, "one charge, and the harmless request three times"


def test_a_session_is_opened_once_and_a_lost_answer_means_that_nobody_can_have_paid(drive, behave):
    ran, server = drive([behave.cuts], hooks={"create_payment": open_session})
    assert ran.conclusion.outcome is Outcome.NEVER_SENT
    assert len(server.requests) == 1


def test_an_undeclared_host_is_never_called(drive, behave, listener):
    def stray(order, account):
        yield harmless(httpx.Request("GET", "http://127.0.0.1:1/steal"))

    ran, _server = drive([behave.replies()], hooks={"create_payment": stray})
    assert (ran.conclusion.outcome, ran.conclusion.fault) == (Outcome.NEVER_SENT, True)
    assert ran.steps == ()


def test_a_lease_that_would_end_first_holds_the_charge_back(drive, behave):
    ran, server = drive(
        [behave.replies()],
        hooks={"create_payment": charge},
        lease_until=datetime.now(UTC) + timedelta(seconds=0.2),
    )
    assert ran.conclusion.outcome is Outcome.NEVER_SENT
    assert server.requests == []


def test_what_a_host_may_do_with_host_names_is_our_business(drive, behave):
    def spoof(order, account):
        yield post(account, headers={"host": "evil.example"})

    _, server = drive([behave.replies()], hooks={"create_payment": spoof})
    assert b"evil.example" not in server.requests[0]


@pytest.mark.parametrize("trouble", ["cuts", "cuts_midway"])
def test_a_harmless_request_is_sent_again(drive, behave, trouble):
    ran, server = drive(
        [getattr(behave, trouble), behave.replies(500), behave.replies(200, b'{"id":7}')],
        hook="query_payment",
        hooks={"query_payment": ask},
    )
    assert [item.provider_reference for item in ran.conclusion.value] == ["7"]
    assert len(server.requests) == 3
    assert [step.status for step in ran.steps] == [None, 500, 200]


def test_it_is_sent_three_times_at_most(drive, behave):
    ran, server = drive([behave.replies(503)], hook="query_payment", hooks={"query_payment": ask})
    assert len(server.requests) == 3
    assert ran.conclusion.outcome is Outcome.RESULT


def test_a_provider_may_ask_for_a_moment_but_not_for_an_hour(drive, behave):
    for seconds, expected in (("0", 3), ("3600", 1)):
        behaviour = behave.replies(429, retry_after=seconds)
        _, server = drive([behaviour], hook="query_payment", hooks={"query_payment": ask})
        assert len(server.requests) == expected


def authorize(request, account):
    body = json_object((yield without_grant(harmless(post(account, "/token")))))
    life = timedelta(seconds=int(body["life"]))
    return Grant(headers={"authorization": f"Bearer {body['token']}"}, expires_at=datetime.now(UTC) + life)


def token(behave, name="one", life=600):
    return behave.replies(200, f'{{"token":"{name}","life":{life}}}'.encode())


def paths_of(server):
    return [request.split(b" ")[1].decode() for request in server.requests]


def test_a_grant_is_fetched_once_and_kept(drive, behave):
    _ran, server = drive(
        [token(behave), behave.replies()], times=2, hooks={"create_payment": charge, "authorize": authorize}
    )
    assert paths_of(server) == ["/token", "/pay", "/pay"]
    assert b"authorization: Bearer one" in server.requests[1]
    assert b"Bearer" not in server.requests[0]


def test_a_grant_about_to_expire_is_renewed_before_a_charge_and_not_before_a_query(drive, behave):
    short = [token(behave, life=30), behave.replies(), token(behave, life=30), behave.replies()]
    _, server = drive(short, times=2, hooks={"create_payment": charge, "authorize": authorize})
    assert paths_of(server) == ["/token", "/pay", "/token", "/pay"]

    short = [token(behave, life=30), behave.replies()]
    _, server = drive(short, times=2, hook="query_payment", hooks={"query_payment": ask, "authorize": authorize})
    assert paths_of(server) == ["/token", "/state", "/state"]


def test_a_harmless_401_is_tried_once_more_with_a_new_grant(drive, behave):
    ran, server = drive(
        [token(behave), behave.replies(401), token(behave, "two"), behave.replies(401), behave.replies()],
        hook="query_payment",
        hooks={"query_payment": ask, "authorize": authorize},
    )
    assert paths_of(server) == ["/token", "/state", "/token", "/state"]
    assert b"Bearer two" in server.requests[3]
    assert [(step.hook, step.status) for step in ran.steps] == [
        ("authorize", 200),
        ("query_payment", 401),
        ("authorize", 200),
        ("query_payment", 401),
    ]


def test_a_charging_401_is_never_repeated_and_drops_the_grant(drive, behave, provider_with):
    info = attrs.evolve(
        provider_with().info, not_executed=(NotExecuted(hook="create_payment", status=401, body_key="message"),)
    )
    ran, server = drive(
        [token(behave), behave.replies(401, b'{"message":"expired"}'), token(behave, "two"), behave.replies()],
        times=2,
        info=info,
        hooks={"create_payment": charge, "authorize": authorize},
    )
    assert paths_of(server) == ["/token", "/pay", "/token", "/pay"]
    assert ran.conclusion.outcome is Outcome.RESULT


def test_without_a_grant_nothing_is_charged(drive, behave):
    ran, server = drive([behave.replies(403)], hooks={"create_payment": charge, "authorize": authorize})
    assert ran.conclusion.outcome is Outcome.NEVER_SENT
    assert set(paths_of(server)) == {"/token"}


def test_a_grant_is_fetched_by_one_task_at_a_time(provider_with, account_at, listener, behave):
    provider = provider_with(create_payment=charge, authorize=authorize)

    async def play():
        async with listener([token(behave), behave.replies()]) as server, Exchanger(Registry()) as exchanger:
            account = account_at(server.url)
            calls = (
                exchanger.run(provider, "create_payment", account=account, account_id="a", order=None) for _ in range(5)
            )
            await asyncio.gather(*calls)
            return server

    assert sorted(paths_of(asyncio.run(play()))) == ["/pay"] * 5 + ["/token"]


def test_a_grant_belongs_to_the_credentials_it_was_fetched_with(provider_with, account_at, listener, behave):
    provider = provider_with(query_payment=ask, authorize=authorize)
    answers = [token(behave, "one"), behave.replies(), token(behave, "two"), behave.replies(), token(behave, "late")]

    async def play():
        async with listener([*answers, behave.replies(), behave.replies()]) as server, Exchanger(Registry()) as driver:
            account = account_at(server.url)
            for version in (1, 2, 1, 2):  # the third began before the credentials were replaced
                await driver.run(
                    provider, "query_payment", account=account, account_id="a", credentials=version, query=None
                )
            return server

    server = asyncio.run(play())
    assert paths_of(server) == ["/token", "/state", "/token", "/state", "/token", "/state", "/state"]
    assert b"Bearer late" in server.requests[5]
    assert b"Bearer two" in server.requests[6]


def test_a_grant_of_credentials_that_are_only_tried_is_kept_for_one_call(provider_with, account_at, listener, behave):
    def ask_twice(check, account):
        yield harmless(post(account, "/state"))
        yield harmless(post(account, "/state"))

    provider = provider_with(validate_identity=ask_twice, query_payment=ask, authorize=authorize)
    tried = [token(behave, "tried"), behave.replies(), behave.replies(401), token(behave, "again"), behave.replies()]
    answers = [token(behave, "kept"), behave.replies(), *tried, behave.replies()]

    async def play():
        async with listener(answers) as server, Exchanger(Registry()) as driver:
            common = {"account": account_at(server.url), "account_id": "a"}
            await driver.run(provider, "query_payment", **common, credentials=1, query=None)
            async with driver._grant_turns["a"]:  # the account's own payments wait for nobody's trial, nor it for them
                await driver.run(provider, "validate_identity", **common, credentials=None, check=None)
            await driver.run(provider, "query_payment", **common, credentials=1, query=None)
            return server

    server = asyncio.run(play())
    bearers = [re.search(rb"Bearer (\w+)", request) for request in server.requests]
    told = [found[1].decode() if found else "" for found in bearers]
    assert told == ["", "kept", "", "tried", "tried", "", "again", "kept"]


def test_a_refusal_tells_which_credentials_were_refused(provider_with, account_at, listener, behave):
    provider = provider_with(query_payment=ask)
    told: list[tuple[str, int, str]] = []

    async def play():
        def keep(*refused):
            told.append(refused)

        async with (
            listener([behave.replies(403)]) as server,
            Exchanger(Registry(), on_refused=keep) as driver,
        ):
            account = account_at(server.url)
            await driver.run(provider, "query_payment", account=account, account_id="a", credentials=7, query=None)

    asyncio.run(play())
    assert told == [("a", 7, "HTTP 403 to query_payment")]


class BrokenStore:
    """Fails where it is told to."""

    def __init__(self, *fails: str) -> None:
        self.fails = fails
        self.kept: Grant | None = None

    def __getattr__(self, name: str) -> Any:
        async def call(_account_id: str, _credentials: int = 0, grant: Grant | None = None) -> Grant | None:
            if name in self.fails:
                raise OSError("disk full")
            self.kept = grant or self.kept
            return self.kept

        return call


@pytest.mark.parametrize(
    ("fails", "outcome", "sent"),
    [(("load",), Outcome.NEVER_SENT, []), (("save",), Outcome.NEVER_SENT, ["/token"]), (("drop",), Outcome.UNKNOWN, 2)],
)
def test_a_store_that_fails_never_costs_an_outcome(provider_with, account_at, listener, behave, fails, outcome, sent):
    provider = provider_with(create_payment=charge, authorize=authorize)

    async def play():
        async with (
            listener([token(behave), behave.replies(401)]) as server,
            Exchanger(Registry(), limits=PATIENT, grants=BrokenStore(*fails)) as exchanger,
        ):
            account = account_at(server.url)
            ran = await exchanger.run(provider, "create_payment", account=account, account_id="a", order=None)
            return ran.conclusion.outcome, paths_of(server)

    concluded, paths = asyncio.run(play())
    assert concluded is outcome
    assert paths == (["/token", "/pay"] if sent == 2 else sent)


def test_a_breaker_opens_lets_a_probe_through_and_closes(provider_with, account_at, listener, behave, monkeypatch):
    provider = provider_with(create_payment=charge)
    closed: list[str] = []
    passed = [0.0]
    clock = types.SimpleNamespace(monotonic=lambda: time.monotonic() + passed[0])
    monkeypatch.setattr(exchange, "time", clock)
    probing = attrs.evolve(PATIENT, probe_every=3600)

    async def play():
        async with (
            listener([behave.cuts, behave.cuts, behave.cuts, behave.cuts, behave.replies()]) as server,
            Exchanger(Registry(), limits=probing, on_close=closed.append) as exchanger,
        ):

            async def pay(account_id="a"):
                ran = await exchanger.run(
                    provider, "create_payment", account=account_at(server.url), account_id=account_id, order=None
                )
                return str(ran.conclusion.outcome)

            first = [await pay() for _ in range(4)]
            assert exchanger.is_open("a")
            assert not exchanger.is_open("b")
            passed[0] += 3600
            assert not exchanger.is_open("a"), "a probe is due: whoever asks first may try"
            then = [await pay(), await pay()]  # a probe that fails
            passed[0] += 3600
            then += [await pay(), await pay()]
            assert not exchanger.is_open("a")
            return first, then, len(server.requests)

    first, then, sent = asyncio.run(play())
    assert first == ["unknown"] * 3 + ["never_sent"]
    assert then == ["unknown", "never_sent", "result", "result"]
    assert (sent, closed) == (6, ["a"])


def test_a_bucket_lets_a_burst_through_then_a_steady_rate():
    bucket = TokenBucket(rate=10, burst=3, tokens=3, filled_at=0)
    assert [bucket.wait_for(0, patience=0.15) for _ in range(4)] == [0, 0, 0, 0.1]
    assert bucket.wait_for(0, patience=0.15) is None
    assert bucket.wait_for(0.2, patience=0.15) == 0


def test_a_breaker_counts_consecutive_failures_only():
    breaker = Breaker(trips=2, probe_every=30)
    breaker.fail(0)
    assert not breaker.succeed()
    breaker.fail(0)
    assert not breaker.is_open
    breaker.fail(0)
    assert (breaker.holds(29), breaker.holds(30)) == (True, False)
    assert (breaker.lets_through(29), breaker.lets_through(30), breaker.lets_through(31)) == (False, True, False)
    assert breaker.succeed()


def sleeps_first(order, account):
    time.sleep(2)
    yield post(account)


def sleeps_after_the_charge(order, account):
    yield post(account)
    time.sleep(2)


def raises(error):
    def hook(order, account):
        yield post(account)
        raise error

    return hook


def returns_nonsense(order, account):
    yield post(account)
    return 7


PLUGIN_TROUBLE = {
    "it hangs before the charge": (sleeps_first, Outcome.NEVER_SENT),
    "it hangs after the charge": (sleeps_after_the_charge, Outcome.UNKNOWN),
    "it raises after the charge": (raises(KeyError("x")), Outcome.UNKNOWN),
    "it ends the process": (raises(SystemExit(1)), Outcome.UNKNOWN),
    "it returns nonsense": (returns_nonsense, Outcome.UNKNOWN),
    "it returns nothing at once": (lambda order, account: None, Outcome.NEVER_SENT),
    "its body fails": (
        lambda order, account: (yield httpx.Request("POST", account.endpoints["api"], content=iter([1 / 1, None]))),
        Outcome.NEVER_SENT,
    ),
}


def raises_at(error, step):
    def hook(order, account):
        if step == "first":
            raise error
        yield post(account)
        raise error

    return hook


RAISED = (
    Exception("x"),
    BaseException("x"),
    SystemExit(0),
    KeyboardInterrupt(),
    RecursionError("deep"),
    MemoryError(),
    GeneratorExit(),
    StopIteration(7),
)


@pytest.mark.parametrize(("step", "outcome"), [("first", Outcome.NEVER_SENT), ("second", Outcome.UNKNOWN)])
@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_whatever_a_plugin_raises_at_any_step_ends_its_own_exchange_alone(drive, behave, error, step, outcome):
    ran, server = drive([behave.replies()], hooks={"create_payment": raises_at(error, step)})

    assert (ran.conclusion.outcome, ran.conclusion.fault) == (outcome, True)
    assert len(server.requests) == (step == "second")


@pytest.mark.parametrize(("hook", "outcome"), PLUGIN_TROUBLE.values(), ids=PLUGIN_TROUBLE)
def test_a_plugin_that_misbehaves_ends_its_own_exchange_alone(drive, behave, hook, outcome):
    ran, _ = drive([behave.replies()], hooks={"create_payment": hook}, limits=HANGING)
    assert (ran.conclusion.outcome, ran.conclusion.fault) == (outcome, True)


def test_the_third_step_that_hangs_quarantines_the_plugin_and_others_go_on(provider_with, account_at, listener, behave):
    slow = provider_with(create_payment=sleeps_first)
    registry = Registry({"acme": slow})

    async def play():
        async with listener([behave.replies()]) as server, Exchanger(registry, limits=HANGING) as exchanger:
            other = attrs.evolve(provider_with(query_payment=ask), code="other")
            account = account_at(server.url)
            for left in (2, 1, 0):
                assert "acme" in registry, f"{left + 1} chances were left"
                hanging = asyncio.create_task(
                    exchanger.run(slow, "create_payment", account=account, account_id="a", order=None)
                )
                ran = await exchanger.run(other, "query_payment", account=account, account_id="b", query=None)
                assert ran.conclusion.outcome is Outcome.RESULT
                await hanging

    asyncio.run(play())
    assert "acme" not in registry
    (failure,) = registry.failures
    assert (failure.stage, slow.hung) == ("run", 3)
    assert "computed for more than 0.5 s in create_payment" in str(failure)


def test_a_notification_is_read_up_to_its_first_request_and_no_further(provider_with, account_at):
    def reads(message, account):
        if message == "asks":
            yield get(account)
        return Reading(verdict=Verdict.UNSIGNED)

    provider = provider_with(handle_notification=reads)
    account = account_at("http://127.0.0.1:1")

    def peek(message):
        return Exchanger(Registry()).peek(
            provider, "handle_notification", account=account, account_id="a", message=message
        )

    assert peek("says").value.verdict is Verdict.UNSIGNED
    assert peek("asks") is None


def test_a_verifier_that_raises_concludes_nothing(provider_with, account_at):
    def fails(message, account):
        raise UnicodeDecodeError("utf-8", b"", 0, 1, "")

    conclusion = Exchanger(Registry()).peek(
        provider_with(handle_notification=fails),
        "handle_notification",
        account=account_at("http://127.0.0.1:1"),
        account_id="a",
        message="",
    )
    assert (conclusion.value, conclusion.fault) == (None, True)


def test_trouble_is_thrown_into_the_plugin_which_may_ask_something_else(drive, behave):
    def asks_again(query, account):
        try:
            yield get(account, "/first")
        except OutcomeUnknown:
            body = json_object((yield get(account, "/second")))
            return (Observation(kind="accepted", provider_reference=str(body["id"])),)
        return ()

    behaviours = [behave.cuts, behave.cuts, behave.cuts, behave.replies(200, b'{"id":7}')]
    ran, _ = drive(behaviours, hook="query_payment", hooks={"query_payment": asks_again}, limits=Limits(pauses=(0,)))
    assert [item.provider_reference for item in ran.conclusion.value] == ["7"]


def test_a_request_leaves_one_line_without_query_headers_or_body(drive, behave):
    def secretive(query, account):
        request = httpx.Request("GET", account.endpoints["api"] + "/state?token=CANARY", headers={"x-key": "CANARY"})
        yield harmless(request)
        return ()

    with structlog.testing.capture_logs() as lines:
        ran, _ = drive([behave.replies(200, b'"CANARY"')], hook="query_payment", hooks={"query_payment": secretive})

    (line,) = lines
    assert {"provider": "acme", "hook": "query_payment", "path": "/state", "status": 200}.items() <= line.items()
    assert "CANARY" not in f"{lines}{ran}"


ADDRESSES = {
    "127.0.0.1": False, "10.1.2.3": False, "192.168.0.1": False, "172.16.0.1": False, "169.254.169.254": False,
    "100.64.0.1": False, "0.0.0.0": False, "224.0.0.1": False, "::1": False, "fe80::1": False, "fd00::1": False,
    "::ffff:127.0.0.1": False, "64:ff9b::a00:1": False, "2002:7f00:1::": False, "::": False,
    "190.10.20.30": True, "2600:1f18::1": True, "64:ff9b::be0a:141e": True,
}  # fmt: skip


@pytest.mark.parametrize(("address", "public"), ADDRESSES.items())
def test_only_addresses_of_the_public_internet_are_public(address, public):
    assert is_public(address) is public


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_live_account_whose_host_leads_into_the_private_network_is_not_called(provider_with, account_at, host):
    async def play():
        async with Exchanger(Registry(), limits=PATIENT) as exchanger:
            account = account_at(f"https://{host}", Mode.LIVE)
            provider = provider_with(create_payment=charge)
            return await exchanger.run(provider, "create_payment", account=account, account_id="a", order=None)

    ran = asyncio.run(play())
    assert ran.conclusion.outcome is Outcome.NEVER_SENT
    assert "its address is not public" in ran.steps[0].trouble


def test_a_live_account_is_connected_to_the_checked_address_under_the_hosts_own_name(
    provider_with, account_at, listener, behave, certificate
):
    """The certificate is the host's, though the connection goes to an address; a second address stands in."""
    server_side, client_side = certificate("api.acme.example")
    asked: list[str] = []

    async def addresses(host, port):
        asked.append(host)
        return ["127.0.0.2", "127.0.0.1"]

    async def play(host):
        async with (
            listener([behave.replies()], tls=server_side) as server,
            Exchanger(Registry(), limits=PATIENT, addresses_of=addresses, ssl_context=client_side) as exchanger,
        ):
            account = account_at(server.url.replace("127.0.0.1", host), Mode.LIVE)
            provider = provider_with(create_payment=charge)
            ran = await exchanger.run(provider, "create_payment", account=account, account_id="a", order=None)
            return ran, server.requests

    ran, requests = asyncio.run(play("api.acme.example"))
    assert ran.conclusion.outcome is Outcome.RESULT
    assert b"\r\nhost: api.acme.example:" in requests[0].lower()
    assert asked == ["api.acme.example"]

    ran, requests = asyncio.run(play("other.acme.example"))
    assert (ran.conclusion.outcome, requests) == (Outcome.NEVER_SENT, [])


def endless(total: int, head: bytes = b"") -> Any:
    """An answer of so many bytes, whatever it says of itself."""

    async def behave(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + head + b"\r\n")
        for _ in range(total >> 16):
            writer.write(b" " * (1 << 16))
            await writer.drain()

    return behave


@functools.cache
def bomb(size: int) -> bytes:
    """So many blanks in a few kilobytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([packer.compress(b" " * (1 << 20)) for _ in range(size >> 20)]) + packer.flush()


LARGE = {
    "50 MB, as announced": lambda behave: endless(50 << 20, b"content-length: 52428800\r\n"),
    "50 MB without a word": lambda behave: endless(50 << 20, b"connection: close\r\n"),
    "50 MB, announced as 2 bytes": lambda behave: endless(50 << 20, b"content-length: 2\r\n"),
    "a gzip bomb of 500 MB": lambda behave: behave.replies(200, bomb(500 << 20), content_encoding="gzip"),
}
STEPS = {
    "a charge": ("create_payment", charge, Outcome.UNKNOWN),
    "a session": ("create_payment", open_session, Outcome.NEVER_SENT),
    "a question": ("query_payment", ask, Outcome.NEVER_SENT),
}


def memory_for(drive, behaviour, hook, name) -> tuple[int, Any]:
    """The most bytes that one exchange held, and what was concluded."""
    tracemalloc.start()
    try:
        ran, _ = drive([behaviour], hook=name, hooks={name: hook}, limits=PATIENT)
        return tracemalloc.get_traced_memory()[1], ran.conclusion.outcome
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("behaviour", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize(("name", "hook", "outcome"), STEPS.values(), ids=STEPS)
def test_no_answer_costs_more_than_32_mib_at_any_step(drive, behave, behaviour, name, hook, outcome):
    most, concluded = memory_for(drive, behaviour(behave), hook, name)

    assert most <= 32 << 20
    assert concluded is outcome


def test_control_without_the_limit_an_answer_fills_the_memory(drive, behave, monkeypatch):
    monkeypatch.setattr(wire, "MAX_ANSWER", 1 << 40)
    most, _ = memory_for(drive, endless(50 << 20, b"content-length: 52428800\r\n"), charge, "create_payment")

    assert most > 32 << 20


CERTIFICATES = {
    "expired": {"ends": timedelta(days=-1)},
    "not valid yet": {"begins": timedelta(days=1), "ends": timedelta(days=2)},
    "of another host": {"host": "api.evil.example"},
    "of a part of the name": {"host": "acme.example"},
    "of nobody we know": {"known": False},
}


def tell_a_secret(order, account):
    yield httpx.Request("POST", f"{account.endpoints['api']}/pay", json={"secret": account.settings["key"]})
    return PaymentStarted(action=Done())


def told(provider_with, account_at, listener, behave, certificate, *, trusting=False, hook=tell_a_secret, **made):
    """What a server with this certificate hears, and what is concluded."""
    server_side, client_side = certificate(made.pop("host", "api.acme.example"), **made)
    if trusting:
        client_side.check_hostname, client_side.verify_mode = False, ssl.CERT_NONE

    async def play():
        async with (
            listener([behave.replies()], tls=server_side) as server,
            Exchanger(Registry(), limits=PATIENT, addresses_of=here, ssl_context=client_side) as exchanger,
        ):
            account = account_at(server.url.replace("127.0.0.1", "api.acme.example"), Mode.LIVE)
            provider = provider_with(create_payment=hook)
            ran = await exchanger.run(provider, "create_payment", account=account, account_id="a", order=None)
            return ran.conclusion.outcome, server.requests

    async def here(_host, _port):
        return ["127.0.0.1"]

    return asyncio.run(play())


@pytest.mark.parametrize("made", CERTIFICATES.values(), ids=CERTIFICATES)
def test_a_host_with_a_wrong_certificate_is_told_nothing(
    provider_with, account_at, listener, behave, certificate, made
):
    assert told(provider_with, account_at, listener, behave, certificate, **made) == (Outcome.NEVER_SENT, [])


def test_a_host_with_a_right_certificate_is_told(provider_with, account_at, listener, behave, certificate):
    outcome, requests = told(provider_with, account_at, listener, behave, certificate)

    assert outcome is Outcome.RESULT
    assert b"s3cr3t-canary" in requests[0]


@pytest.mark.parametrize("made", CERTIFICATES.values(), ids=CERTIFICATES)
def test_control_a_client_that_trusts_anybody_tells_its_secret(
    provider_with, account_at, listener, behave, certificate, made
):
    _, requests = told(provider_with, account_at, listener, behave, certificate, trusting=True, **made)

    assert b"s3cr3t-canary" in requests[0]
