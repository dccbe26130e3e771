"""What an exchange concludes: the table of what happened, what is recorded, and what may be sent again."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

import hub_hookspecs.exchange
from hub_hookspecs import (
    DOUBTFUL,
    LEGAL,
    MAX_REQUESTS,
    Account,
    ApproveInApp,
    Ask,
    Channel,
    Company,
    CurrencyRule,
    Done,
    IdentityDocument,
    IdentityReport,
    Kind,
    Mark,
    Mode,
    Money,
    NotExecuted,
    NotSent,
    Observation,
    Outcome,
    OutcomeUnknown,
    PaymentStarted,
    PluginFault,
    PostForm,
    ProviderInfo,
    QueryBy,
    Reading,
    Reason,
    ReasonKind,
    Redirect,
    ReferenceRule,
    Refused,
    Repeat,
    ShowQr,
    ShowReference,
    Starts,
    Steps,
    Verdict,
    Way,
    exchange_of,
    harmless,
    mark_of,
    opens_session,
    repeat_for,
    wants_grant,
    without_grant,
)
from hub_hookspecs.http import library as httpx

API = "https://api.acme.example"
NO = Reason(ReasonKind.DENIED, "51")
PAID = PaymentStarted(action=Done(), observations=(Observation(kind=Kind.PAID, movement="m"),))


def an_info():
    way = Way(code="push", label="Push", starts=Starts.CHARGE, outcome=frozenset({"query"}), query_by=QueryBy.OURS)
    return ProviderInfo(
        code="acme",
        name="Acme",
        contract_version=(1, 1),
        countries=("CR",),
        currencies=(CurrencyRule(currency="CRC", decimals=2),),
        channels=frozenset(Channel),
        ways=(way,),
        reference=ReferenceRule(10),
        endpoints={"live": {"api": API}, "test": {"api": API}},
        not_executed=tuple(NotExecuted(hook="create_payment", status=s, body_key="message") for s in (401, 403, 429)),
    )


def an_account(mode=Mode.TEST, **endpoints):
    company = Company(country="CR", document=IdentityDocument("CJ", "3101234567"), legal_name="El Sol")
    return Account(company=company, mode=mode, endpoints=endpoints or {"api": API})


def post(path="/pay", url=API):
    return httpx.Request("POST", url + path)


def get(path="/state"):
    return harmless(httpx.Request("GET", API + path))


def ok(status=200, body="{}"):
    return httpx.Response(status, text=body)


def play(flow, *events, hook="create_payment", account=None):
    """Drive an exchange: each event is an answer, or (trouble, whether a byte left)."""
    steps = Steps(hook, flow, info=an_info(), account=account or an_account())
    step = steps.first()
    for event in events:
        assert isinstance(step, Ask), step
        step = steps.answered(event) if isinstance(event, httpx.Response) else steps.failed(event[0], wrote=event[1])
    return step


def then(*requests, end=PAID):
    """Yield these requests, whatever comes back, and end so."""

    def flow():
        for request in requests:  # noqa: UP028 - an iterator cannot be sent answers
            yield request
        if isinstance(end, BaseException):
            raise end
        return end

    return flow()


def stubborn(*requests, end=PAID):
    """The same, deaf to trouble."""

    def flow():
        for request in requests:
            try:
                yield request
            except (NotSent, OutcomeUnknown):
                continue
        if isinstance(end, BaseException):
            raise end
        return end

    return flow()


LOST = (OutcomeUnknown("cut"), True)
UNSENT = (NotSent("no connection"), False)


def conclusions():
    """What happens in an exchange, and what it comes to; drawn up anew each time, since an exchange is played once."""
    return {
        "no request at all": (then(), (), Outcome.RESULT),
        "no request, and a no": (then(end=Refused(NO)), (), Outcome.DECLINED),
        "it raises before any request": (then(end=KeyError("x")), (), Outcome.NEVER_SENT),
        "the charge could not be sent": (then(post()), (UNSENT,), Outcome.NEVER_SENT),
        "a harmless request was lost before the charge": (then(get(), post()), (LOST,), Outcome.NEVER_SENT),
        "a session's answer was lost": (then(opens_session(post())), (LOST,), Outcome.NEVER_SENT),
        "a session's answer was a 500 and the plugin gives up": (
            then(opens_session(post()), end=OutcomeUnknown("500")),
            (ok(500),),
            Outcome.NEVER_SENT,
        ),
        "a session was refused": (then(opens_session(post()), end=Refused(NO)), (ok(),), Outcome.DECLINED),
        "a session was opened": (then(opens_session(post())), (ok(),), Outcome.RESULT),
        "the charge was answered": (then(post()), (ok(),), Outcome.RESULT),
        "the charge was refused": (then(post(), end=Refused(NO)), (ok(),), Outcome.DECLINED),
        "the charge was refused with 422": (then(post(), end=Refused(NO)), (ok(422),), Outcome.DECLINED),
        "the charge was answered unreadably": (then(post(), end=OutcomeUnknown("x")), (ok(),), Outcome.UNKNOWN),
        "the charge was lost": (then(post()), (LOST,), Outcome.UNKNOWN),
        "the charge was lost and the plugin says declined": (
            stubborn(post(), end=Refused(NO)),
            (LOST,),
            Outcome.UNKNOWN,
        ),
        "the charge was lost and the plugin says paid": (stubborn(post()), (LOST,), Outcome.UNKNOWN),
        "the charge got 500 and the plugin says declined": (then(post(), end=Refused(NO)), (ok(500),), Outcome.UNKNOWN),
        "the charge got 500 and the plugin says paid": (then(post()), (ok(500),), Outcome.UNKNOWN),
        "the charge got 401 with the provider's own body": (
            then(post()),
            (ok(401, '{"message":"x"}'),),
            Outcome.NEVER_SENT,
        ),
        "the charge got 429 with the provider's own body": (
            then(post()),
            (ok(429, '{"message":"x"}'),),
            Outcome.NEVER_SENT,
        ),
        "the charge got 401 with another body": (then(post()), (ok(401, "<html>"),), Outcome.UNKNOWN),
        "the charge got 503, which is not declared": (then(post()), (ok(503, '{"message":"x"}'),), Outcome.UNKNOWN),
        "the plugin raises after the charge": (then(post(), end=KeyError("x")), (ok(),), Outcome.UNKNOWN),
        "the plugin ends the process after the charge": (then(post(), end=SystemExit(1)), (ok(),), Outcome.UNKNOWN),
        "the plugin returns nonsense after the charge": (then(post(), end=7), (ok(),), Outcome.UNKNOWN),
        "a harmless request after the charge is lost": (then(post(), get()), (ok(), LOST), Outcome.UNKNOWN),
        "a harmless request after the charge could not be sent": (then(post(), get()), (ok(), UNSENT), Outcome.UNKNOWN),
        "the same, and the plugin says declined": (
            stubborn(post(), get(), end=Refused(NO)),
            (ok(), UNSENT),
            Outcome.UNKNOWN,
        ),
        "everything was answered": (then(get(), post(), get()), (ok(), ok(), ok()), Outcome.RESULT),
        "a charge that could not be sent, then one that was answered": (
            stubborn(post(), post("/again")),
            (UNSENT, ok()),
            Outcome.RESULT,
        ),
        "the second charge gets an undeclared doubt": (
            stubborn(post(), post("/again")),
            (ok(), ok(401, '{"message":"x"}')),
            Outcome.UNKNOWN,
        ),
    }


@pytest.mark.parametrize("case", conclusions())
def test_the_conclusion_belongs_to_the_exchange_and_not_to_its_last_request(case):
    flow, events, outcome = conclusions()[case]
    conclusion = play(flow, *events)
    assert conclusion.outcome is outcome
    if outcome is Outcome.UNKNOWN:
        assert conclusion.reason is None


@pytest.mark.parametrize("status", sorted(DOUBTFUL | {500, 502, 503, 504, 599}))
def test_no_charge_is_concluded_under_a_doubtful_status(status):
    assert play(then(post()), ok(status)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("flow", "events", "said", "cause", "fault"),
    [
        (lambda: then(post()), (ok(),), "a result", "", False),
        (lambda: stubborn(post()), (LOST,), "a result", "the charging request got no clear answer", False),
        (lambda: then(end=Refused(NO)), (), "declined", "denied (51)", False),
        (
            lambda: stubborn(post(), end=Refused(NO)),
            (LOST,),
            "declined",
            "the charging request got no clear answer",
            False,
        ),
        (lambda: then(post()), (LOST,), "OutcomeUnknown", "cut", False),
        (lambda: then(end=PluginFault("no terminal")), (), "PluginFault", "no terminal", True),
        (lambda: then(end=KeyError("secret")), (), "KeyError", "the plugin raised KeyError", True),
        (lambda: then(end=7), (), "an illegal result", "create_payment returned int, not PaymentStarted", True),
        (lambda: then("GET /"), (), "an illegal request", "yielded str, not a request", True),
        (
            lambda: then(*(get() for _ in range(9))),
            (ok(),) * 8,
            "an illegal request",
            "more than 8 requests in one call",
            True,
        ),
        (
            lambda: then(httpx.Request("GET", "https://evil.example/")),
            (),
            "an illegal request",
            "host 'evil.example' is not declared",
            True,
        ),
        (lambda: then(post()), (ok(429, '{"message":"x"}'),), "", "answered 429, not executed", False),
    ],
)
def test_a_conclusion_tells_what_the_plugin_itself_said_and_why_there_is_no_result(flow, events, said, cause, fault):
    concluded = play(flow(), *events)
    assert (concluded.plugin_said, concluded.cause, concluded.fault) == (said, cause, fault)


def test_beside_an_unknown_outcome_the_memory_is_kept():
    started = PaymentStarted(action=ApproveInApp("x"), memory={"phone": "300"})
    assert play(stubborn(post(), end=started), LOST).value.memory == {"phone": "300"}


def test_an_abandoned_exchange_is_unknown_once_its_charge_may_have_left():
    for wrote, outcome in ((False, Outcome.NEVER_SENT), (True, Outcome.UNKNOWN)):
        steps = Steps("create_payment", then(post()), info=an_info(), account=an_account())
        steps.first()
        concluded = steps.abandon("hung", wrote=wrote)
        assert (concluded.outcome, concluded.cause) == (outcome, "hung")
        assert (concluded.plugin_said, concluded.fault) == ("nothing", True)


def test_a_hook_that_yields_nothing_concludes_at_once_and_has_nothing_to_close():
    steps = Steps("create_payment", PAID, info=an_info(), account=an_account())
    assert steps.first().outcome is Outcome.RESULT
    steps.close()


def test_a_plugin_that_owns_up_to_a_fault_has_one():
    concluded = play(then(end=PluginFault("no terminal for this currency")))
    assert (concluded.outcome, concluded.plugin_said, concluded.fault) == (Outcome.NEVER_SENT, "PluginFault", True)


def test_what_the_call_itself_raises_belongs_to_the_exchange():
    def refuses():
        raise Refused(NO)

    assert play(exchange_of(refuses)).outcome is Outcome.DECLINED
    assert play(exchange_of(lambda: PAID)).outcome is Outcome.RESULT
    assert play(exchange_of(lambda: then(post())), ok()).outcome is Outcome.RESULT


MARKS = {Mark.HARMLESS: harmless, Mark.SESSION: opens_session, Mark.CHARGING: lambda request: request}
HOOKS = ("authorize", "handle_notification", "query_payment", "fetch_settlement", *LEGAL)


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("mark", Mark)
def test_a_hook_may_yield_only_the_marks_that_the_contract_gives_it(hook, mark):
    step = play(then(MARKS[mark](post())), hook=hook)
    legal = {
        "create_payment": set(Mark),
        "refund_payment": {Mark.HARMLESS, Mark.CHARGING},
        "cancel_payment": {Mark.HARMLESS, Mark.CHARGING},
        "capture_payment": {Mark.HARMLESS, Mark.CHARGING},
        "register_webhook": {Mark.HARMLESS, Mark.CHARGING},
        "validate_identity": {Mark.HARMLESS, Mark.SESSION},
    }.get(hook, {Mark.HARMLESS})
    if mark in legal:
        assert isinstance(step, Ask)
    else:
        assert (step.outcome, step.fault) == (Outcome.NEVER_SENT, True)
        assert step.cause == f"{hook} may not yield a {mark} request"


ILLEGAL = {
    "another host": httpx.Request("GET", "https://evil.example/"),
    "another port": httpx.Request("GET", "https://api.acme.example:8443/"),
    "another scheme": httpx.Request("GET", "http://api.acme.example/"),
    "a host that only begins alike": httpx.Request("GET", "https://api.acme.example.evil.example/"),
    "a host hidden behind a name": httpx.Request("GET", "https://api.acme.example@evil.example/"),
    "no request": "GET /",
}


@pytest.mark.parametrize("request_", ILLEGAL.values(), ids=ILLEGAL)
def test_only_requests_to_declared_hosts_leave(request_):
    step = play(then(request_))
    assert (step.outcome, step.fault) == (Outcome.NEVER_SENT, True)


@pytest.mark.parametrize("request_", [item for item in ILLEGAL.values() if isinstance(item, httpx.Request)])
def test_control_without_the_check_a_request_leaves_for_anywhere(request_, monkeypatch):
    monkeypatch.setattr(Steps, "_objection", lambda _self, _request: "")
    assert isinstance(play(then(harmless(request_))), Ask)


def test_a_live_account_is_reached_by_https_alone():
    plain = an_account(Mode.LIVE, api="http://127.0.0.1:1")
    concluded = play(then(post(url="http://127.0.0.1:1")), account=plain)
    assert (concluded.fault, concluded.cause) == (True, "a live account is reached by https alone")


def test_a_hook_call_has_a_limited_number_of_requests():
    step = play(then(*(get() for _ in range(20))), *(ok() for _ in range(MAX_REQUESTS)))
    assert (step.outcome, step.fault) == (Outcome.NEVER_SENT, True)


def test_marks_travel_with_the_request():
    assert mark_of(post()) is Mark.CHARGING
    assert mark_of(harmless(post())) is Mark.HARMLESS
    assert mark_of(opens_session(post())) is Mark.SESSION
    assert (wants_grant(post()), wants_grant(without_grant(harmless(post())))) == (True, False)


@pytest.mark.parametrize("mark", [Mark.SESSION, Mark.CHARGING])
@pytest.mark.parametrize("outcome", [NotSent("x"), OutcomeUnknown("x"), ok(401), ok(429), ok(500), ok(503)], ids=str)
def test_only_a_harmless_request_is_ever_repeated(mark, outcome):
    assert repeat_for(mark, outcome) is Repeat.NO


@pytest.mark.parametrize(
    ("outcome", "repeat"),
    [
        (NotSent("x"), Repeat.AGAIN),
        (OutcomeUnknown("x"), Repeat.AGAIN),
        (ok(500), Repeat.AGAIN),
        (ok(429), Repeat.AGAIN),
        (ok(401), Repeat.WITH_NEW_GRANT),
        (ok(200), Repeat.NO),
        (ok(404), Repeat.NO),
    ],
    ids=str,
)
def test_a_harmless_request_is_repeated_after_a_loss_a_5xx_a_429_or_a_401(outcome, repeat):
    assert repeat_for(Mark.HARMLESS, outcome) is repeat


def started(action, **more):
    return PaymentStarted(action=action, **more)


NAIVE = datetime.fromisoformat("2026-11-30T21:00:00")

BAD_RESULTS = {
    "nothing": ("create_payment", None),
    "another record": ("create_payment", Reading(verdict=Verdict.VALID)),
    "a list of observations": ("query_payment", [Observation(kind=Kind.PAID, movement="m")]),
    "something among observations": ("query_payment", (7,)),
    "what only the hub may conclude": ("query_payment", (Observation(kind=Kind.NEVER_SENT),)),
    "paid without its movement": ("query_payment", (Observation(kind=Kind.PAID),)),
    "an amount that is none": ("query_payment", (Observation(kind=Kind.PAID, movement="m", amount=Money(0, "CRC")),)),
    "too many observations": ("query_payment", (Observation(kind=Kind.ACCEPTED),) * 101),
    "observations of an unsigned message": (
        "handle_notification",
        Reading(verdict=Verdict.UNSIGNED, observations=(Observation(kind=Kind.ACCEPTED),)),
    ),
    "a reason without end": ("handle_notification", Reading(verdict=Verdict.INVALID, reason="x" * 201)),
    "a redirect elsewhere": ("create_payment", started(Redirect("https://evil.example/"))),
    "a redirect to no address": ("create_payment", started(Redirect("https://[::1"))),
    "a redirect to a script": ("create_payment", started(Redirect("javascript:alert(1)"))),
    "a redirect to data": ("create_payment", started(Redirect("data:text/html,x"))),
    "a redirect without a scheme": ("create_payment", started(Redirect("//api.acme.example/"))),
    "a redirect with a name in it": ("create_payment", started(Redirect("https://a:b@api.acme.example/"))),
    "a form elsewhere": ("create_payment", started(PostForm("https://evil.example/", {}))),
    "an empty code": ("create_payment", started(ShowQr(""))),
    "an endless code": ("create_payment", started(ShowQr("x" * 2001))),
    "no action": ("create_payment", started(None)),
    "a large memory": ("create_payment", started(Done(), memory={"x": "y" * 5000})),
    "a memory of lists": ("create_payment", started(Done(), memory={"x": [1]})),
    "a memory of floats": ("create_payment", started(Done(), memory={"x": 1.5})),
    "an end that is a text": ("create_payment", started(ShowQr("x", "2026-11-30T21:00:00Z"))),
    "an end without its zone": ("create_payment", started(ShowReference("1", NAIVE))),
    "a barcode that is a text": ("create_payment", started(ShowReference("1", barcode="4157709998"))),
    "a payload that is a number": ("create_payment", started(ShowQr(7))),
    "a reference that is a number": ("create_payment", started(ShowReference(7))),
    "a movement that is a number": ("query_payment", (Observation(kind=Kind.PAID, movement=7),)),
    "an amount that is a number": ("query_payment", (Observation(kind=Kind.PAID, movement="m", amount=7),)),
    "a moment that is a text": ("query_payment", (Observation(kind=Kind.ACCEPTED, occurred_at="today"),)),
    "a moment without its zone": (
        "query_payment",
        (Observation(kind=Kind.ACCEPTED, occurred_at=NAIVE),),
    ),
    "a settlement of other things": ("fetch_settlement", (7,)),
    "an exchange that is none": ("render_pay_button", None),
}


@pytest.mark.parametrize(("hook", "value"), BAD_RESULTS.values(), ids=BAD_RESULTS)
def test_a_result_that_the_contract_does_not_allow_is_a_fault(hook, value):
    conclusion = play(then(end=value), hook=hook)
    assert (conclusion.outcome, conclusion.fault, conclusion.value) == (Outcome.NEVER_SENT, True, None)


@pytest.mark.parametrize(("hook", "value"), BAD_RESULTS.values(), ids=BAD_RESULTS)
def test_control_without_the_check_a_result_that_is_not_allowed_is_handed_on(hook, value, monkeypatch):
    monkeypatch.setattr(hub_hookspecs.exchange, "check_result", lambda *_given: None)
    conclusion = play(then(end=value), hook=hook)
    assert (conclusion.outcome, conclusion.fault, conclusion.value) == (Outcome.RESULT, False, value)


GOOD_RESULTS = {
    "a redirect to a declared host": ("create_payment", started(Redirect(f"{API}/form/1?x=1"))),
    "a small memory": ("create_payment", started(Done(), memory={"id": "1", "n": 2, "none": None})),
    "nothing learnt": ("query_payment", ()),
    "an unsigned message": ("handle_notification", Reading(verdict=Verdict.UNSIGNED, hints=("R",))),
    "a report": ("validate_identity", IdentityReport(credentials="accepted")),
}


@pytest.mark.parametrize(("hook", "value"), GOOD_RESULTS.values(), ids=GOOD_RESULTS)
def test_a_good_result_is_handed_on(hook, value):
    assert play(then(end=value), hook=hook).value == value


def test_errors_say_what_is_known_and_whether_a_retry_is_safe():
    assert [kind.retry_is_safe for kind in (NotSent, OutcomeUnknown, Refused, PluginFault)] == [
        True,
        False,
        False,
        False,
    ]
    assert json.dumps(str(Refused(NO))) == '"denied (51)"'
