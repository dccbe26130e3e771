"""Translation: what goes to Greenpay, and what is read from it. No network: answers are handed to the exchange."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import attrs
import pytest

import hub_greenpay
from hub_greenpay import observations, wire
from hub_hookspecs import (
    Account,
    Ask,
    Channel,
    Conclusion,
    Credentials,
    IdentityCheck,
    Instrument,
    Kind,
    Mark,
    Match,
    Message,
    Money,
    NotSent,
    Offer,
    Order,
    OutcomeUnknown,
    Reason,
    ReasonKind,
    Redirect,
    Refused,
    Steps,
    Verdict,
    mark_of,
)
from hub_hookspecs.http import library as httpx

INFO = hub_greenpay.describe_provider()
SESSION = "0d4f9a52-9a3c-4a43-9a5e-2f7f6d5b8f10"
OPENED = httpx.Response(200, json={"session": SESSION, "token": "t0ken"})
Notify = Callable[..., Message]


def run(hook: str, exchange, account: Account, answers: list[httpx.Response | Exception]) -> Conclusion:
    """Drive an exchange as the hub does; a NotSent or OutcomeUnknown among the answers is thrown in."""
    steps = Steps(hook, exchange, info=INFO, account=account)
    step = steps.first()
    for answer in answers:
        assert isinstance(step, Ask)
        if isinstance(answer, httpx.Response):
            step = steps.answered(answer)
        else:
            step = steps.failed(answer, wrote=isinstance(answer, OutcomeUnknown))
    assert isinstance(step, Conclusion), f"one more request: {step}"
    return step


def pay(order: Order, account: Account, *answers: httpx.Response | Exception) -> Conclusion:
    exchange = hub_greenpay.create_payment(order=order, account=account)
    return run("create_payment", exchange, account, list(answers))


def validate(check: IdentityCheck, account: Account, *answers: httpx.Response | Exception) -> Conclusion:
    exchange = hub_greenpay.validate_identity(check=check, account=account)
    return run("validate_identity", exchange, account, list(answers))


def body_of(request: httpx.Request) -> dict:
    return json.loads(request.content, parse_float=Decimal)


def without(account: Account, *names: str) -> Account:
    return attrs.evolve(account, settings={key: value for key, value in account.settings.items() if key not in names})


def refusal(text: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"status": 500, "errors": [text]})


# The order


def test_an_order_goes_to_the_bare_base_and_opens_a_session(order: Order, account: Account) -> None:
    request = next(hub_greenpay.create_payment(order=order, account=account))

    assert request.method == "POST"
    assert str(request.url) == "http://127.0.0.1:9/gp/merchant"
    assert mark_of(request) == Mark.SESSION
    assert request.headers["content-type"] == "application/json"


def test_the_order_carries_the_exact_amount_and_the_terminal_of_its_currency(order: Order, account: Account) -> None:
    request = next(hub_greenpay.create_payment(order=order, account=account))
    body = body_of(request)

    assert b'"amount":18250.75,' in request.content
    assert b'"price":8250.75,' in request.content
    assert {
        "secret": "c2VjcmV0LWNhbmFyeQ==",
        "merchantId": "06c229a2-0000-4000-8000-000000000001",
        "terminal": "Ferreteria-1a2b-BNCR-CRC",
        "amount": Decimal("18250.75"),
        "currency": "CRC",
        "description": "Facturas FE-41 y FE-42",
        "orderReference": order.reference,
        "callback": "https://hub.example/return/abc",
    } == {name: value for name, value in body.items() if name != "additional"}
    assert body["additional"]["customer"] == {
        "name": "Alejandro González",
        "email": "alejandro@example.com",
        "identification": "101230456",
        "billingAddress": {"country": "CR", "street1": "No indicada"},
        "shippingAddress": {"country": "CR", "street1": "No indicada"},
    }
    assert [(item["skuId"], item["description"]) for item in body["additional"]["products"]] == [
        ("FE-41", "Cemento"),
        ("FE-42", "FE-42"),
    ]


@pytest.mark.parametrize(
    ("minor", "currency", "literal"),
    [
        (1, "CRC", b"0.01"),
        (1500050, "CRC", b"15000.50"),
        (1500000, "CRC", b"15000.00"),
        (10**15, "CRC", b"10000000000000.00"),
        (29, "USD", b"0.29"),
        (1999, "USD", b"19.99"),
    ],
)
def test_every_amount_is_written_exactly(
    minor: int, currency: str, literal: bytes, order: Order, account: Account
) -> None:
    changed = attrs.evolve(order, amount=Money(minor, currency), lines=())

    request = next(hub_greenpay.create_payment(order=changed, account=account))

    assert b'"amount":' + literal + b',"currency":"' + currency.encode() in request.content
    assert f"Ferreteria-1a2b-BNCR-{currency}" == body_of(request)["terminal"]


def test_an_equal_order_makes_an_equal_request(order: Order, account: Account) -> None:
    later = attrs.evolve(order, now=order.now + timedelta(hours=1), call_id="zzzzzzzzzz")

    first, second = (next(hub_greenpay.create_payment(order=item, account=account)) for item in (order, later))

    assert first.content == second.content


def test_an_order_without_a_terminal_or_an_amount_is_refused_before_a_byte(order: Order, account: Account) -> None:
    dollars = attrs.evolve(order, amount=Money(100, "USD"))
    euros = attrs.evolve(order, amount=Money(100, "EUR"))
    nothing = attrs.evolve(order, amount=Money(0, "CRC"))

    assert pay(dollars, without(account, "terminal_usd")).alert
    assert pay(euros, account).reason.kind == ReasonKind.METHOD_UNAVAILABLE
    assert pay(nothing, account).reason.kind == ReasonKind.INVALID_AMOUNT


def test_texts_of_people_travel_as_one_line(order: Order, account: Account) -> None:
    odd = attrs.evolve(order, description='Línea 1\r\nLínea "2"\x00' + "x" * 500)

    body = body_of(next(hub_greenpay.create_payment(order=odd, account=account)))

    assert body["description"].startswith('Línea 1 Línea "2" xxx')
    assert len(body["description"]) == 250


# Its answer


def test_a_session_sends_the_payer_to_the_form(order: Order, account: Account) -> None:
    started = pay(order, account, OPENED).value

    assert Redirect(f"http://127.0.0.1:9/gp/form/{SESSION}", order.now + timedelta(minutes=30)) == started.action
    assert started.memory == {"session": SESSION}
    [accepted] = started.observations
    assert (
        accepted.kind,
        accepted.provider_reference,
        accepted.reference,
        accepted.amount,
    ) == (Kind.ACCEPTED, SESSION, None, None)
    assert "t0ken" not in repr(started)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b'{"un'),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(200, text="<html>ok</html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"session": SESSION}),
        httpx.Response(200, json={"token": "t"}),
        httpx.Response(200, json={"session": SESSION, "token": 7}),
        httpx.Response(200, json={"session": 12345678, "token": "t"}),
        httpx.Response(200, json={"session": "../../x", "token": "t"}),
        httpx.Response(200, json={"session": "a@evil.example/x", "token": "t"}),
        httpx.Response(200, json={"session": "", "token": "t"}),
        httpx.Response(200, json={"session": SESSION, "token": "t", "errors": ["x"]}),
        httpx.Response(200, json={"status": 500, "errors": []}),
        httpx.Response(500, json={"session": SESSION, "token": "t"}),
        httpx.Response(502, text="Bad gateway"),
        httpx.Response(504),
        httpx.Response(302, headers={"location": "https://elsewhere.example"}),
        OutcomeUnknown("lost"),
        NotSent("no route"),
    ],
    ids=repr,
)
def test_an_unusable_answer_was_never_sent_since_nobody_knows_the_session(
    answer: httpx.Response | Exception, order: Order, account: Account
) -> None:
    conclusion = pay(order, account, answer)

    assert (conclusion.outcome, conclusion.fault) == ("never_sent", False)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refusal("Merchant doesn't exist"), "Merchant doesn't exist"),
        (refusal("Error: Bank entity doesn’t exist."), "Bank entity doesn't exist"),
        (refusal("orderReference already exists", 400), "orderReference already exists"),
        (httpx.Response(500, json={"errors": [["order", "Merchant doesn't exist"]]}), "Merchant doesn't exist"),
        (httpx.Response(400, json={"message": "Bank entity doesn't exist"}), "Bank entity doesn't exist"),
    ],
)
def test_greenpays_own_refusal_declines_and_tells_the_merchant(
    answer: httpx.Response, code: str, order: Order, account: Account
) -> None:
    conclusion = pay(order, account, answer)

    assert (conclusion.outcome, conclusion.alert) == ("declined", True)
    assert Reason(ReasonKind.METHOD_UNAVAILABLE, code) == conclusion.reason


def test_a_refusal_that_echoes_the_secret_is_not_repeated(order: Order, account: Account) -> None:
    conclusion = pay(order, account, refusal(f"bad secret {account.settings['secret']}"))

    assert conclusion.outcome == "declined"
    assert account.settings["secret"] not in repr(conclusion) + conclusion.cause


# Identity


def test_each_terminal_is_tried_with_a_reference_of_its_own(check: IdentityCheck, account: Account) -> None:
    exchange = hub_greenpay.validate_identity(check=check, account=account)
    requests = [next(exchange), exchange.send(OPENED)]
    bodies = [body_of(request) for request in requests]

    assert [mark_of(request) for request in requests] == [Mark.SESSION] * 2
    assert [body["terminal"] for body in bodies] == ["Ferreteria-1a2b-BNCR-CRC", "Ferreteria-1a2b-BNCR-USD"]
    references = {body["orderReference"] for body in bodies}
    assert len(references) == 2
    rule = INFO.reference
    assert all(len(item) == rule.length and set(item) <= set(rule.alphabet) for item in references)


def test_accepted_credentials_still_need_the_merchants_confirmation(check: IdentityCheck, account: Account) -> None:
    report = validate(check, account, OPENED, OPENED).value

    assert (report.credentials, report.culprits) == (Credentials.ACCEPTED, ())
    assert report.needs_confirmation
    assert not report.contradicts
    assert [(field.field, field.match) for field in report.fields] == [
        ("identity_type", Match.UNAVAILABLE),
        ("identity_number", Match.UNAVAILABLE),
    ]
    assert "3101123456" not in repr(report)


@pytest.mark.parametrize(
    ("answers", "credentials", "culprits"),
    [
        ([refusal("Merchant doesn't exist")], Credentials.REFUSED, ("secret", "merchant_id")),
        ([refusal("Bank entity doesn't exist"), OPENED], Credentials.REFUSED, ("terminal_crc",)),
        ([OPENED, refusal("Bank entity doesn't exist")], Credentials.REFUSED, ("terminal_usd",)),
        ([refusal("Bank entity doesn't exist")] * 2, Credentials.REFUSED, ("terminal_crc", "terminal_usd")),
        ([OutcomeUnknown("lost"), refusal("Bank entity doesn't exist")], Credentials.REFUSED, ("terminal_usd",)),
        ([OPENED, OutcomeUnknown("lost")], Credentials.UNCLEAR, ()),
        ([NotSent("no route"), NotSent("no route")], Credentials.UNCLEAR, ()),
        ([refusal("please try later"), OPENED], Credentials.UNCLEAR, ()),
        ([httpx.Response(503), httpx.Response(200, text="hi")], Credentials.UNCLEAR, ()),
    ],
)
def test_what_greenpay_says_of_the_credentials(
    answers: list[httpx.Response | Exception],
    credentials: Credentials,
    culprits: tuple[str, ...],
    check: IdentityCheck,
    account: Account,
) -> None:
    report = validate(check, account, *answers).value

    assert (credentials, culprits) == (report.credentials, report.culprits)


def test_a_public_key_that_cannot_verify_is_refused_at_once(check: IdentityCheck, account: Account) -> None:
    broken = attrs.evolve(account, settings={**account.settings, "public_key": "MIGf"})

    report = validate(check, broken, OPENED, OPENED).value

    assert (report.credentials, report.culprits) == (Credentials.REFUSED, ("public_key",))


def test_only_terminals_that_are_there_are_tried(check: IdentityCheck, account: Account) -> None:
    one = without(account, "terminal_crc")

    assert validate(check, one, OPENED).value.credentials == Credentials.ACCEPTED
    assert validate(check, without(one, "terminal_usd")).value.credentials == Credentials.UNCLEAR


# News


def read(message: Message, account: Account):
    return hub_greenpay.handle_notification(message=message, account=account)


def test_a_signed_approval_is_paid_without_an_amount(greenpay, account: Account, notification: Notify) -> None:
    reading = read(notification(greenpay.sample("approved")), account)
    [paid] = reading.observations

    assert (reading.verdict, paid.kind) == (Verdict.VALID, Kind.PAID)
    assert paid.reference == paid.movement == "7Q2M9XK4T0VB3H8C5RZN6WDJ1E"
    assert (paid.amount, paid.provider_reference, paid.event_id) == (None, None, None)
    assert {"status", "reference"} == paid.vouched
    assert ("612044", Instrument("card", "Visa ****1111")) == (paid.authorisation, paid.instrument)


def test_a_signed_decline_is_one_try_with_its_reason(greenpay, account: Account, notification: Notify) -> None:
    [told] = read(notification(greenpay.sample("declined")), account).observations

    assert (Kind.TRY_DECLINED, Reason(ReasonKind.DENIED, "05")) == (told.kind, told.reason)
    assert (told.authorisation, told.movement) == (None, None)


def test_a_try_stopped_before_the_bank_has_no_code(greenpay, account: Account, notification: Notify) -> None:
    [told] = read(notification(greenpay.sample("stopped_before_the_bank")), account).observations

    assert (Kind.TRY_DECLINED, Reason(ReasonKind.OTHER)) == (told.kind, told.reason)
    assert Instrument("card", "Tarjeta ****1111") == told.instrument


def test_where_a_decline_ends_the_session_it_is_final(greenpay) -> None:
    answer = wire.parse_answer(greenpay.sample("declined"))

    [told] = observations.observations_for(answer, decline_ends_session=True)

    assert told.kind == Kind.DECLINED


@pytest.mark.parametrize("status", [0, 100, 201, 202, 300, 404, 501, -1])
def test_a_status_that_is_not_documented_concludes_nothing(
    status: int, greenpay, account: Account, notification: Notify
) -> None:
    reading = read(notification(greenpay.sample("approved", status=status)), account)

    assert (reading.verdict, reading.observations) == (Verdict.VALID, ())
    assert reading.hints == (json.loads(greenpay.sample("approved"))["orderId"],)
    assert reading.reason == "it is genuine, and of a status that is not documented"


@pytest.mark.parametrize("code", [*observations.REASONS, "00", "77", "X9", 51, None, {"a": 1}, "<script>", "9" * 99])
def test_every_code_is_a_decline_and_unknown_ones_have_no_reason(
    code: object, greenpay, account: Account, notification: Notify
) -> None:
    body = greenpay.sample("declined", result={"resp_code": code})

    [told] = read(notification(body), account).observations

    assert told.kind == Kind.TRY_DECLINED
    assert told.reason.kind == observations.REASONS.get(str(code), ReasonKind.OTHER)
    assert told.reason.code is None or len(told.reason.code) <= 8


@pytest.mark.parametrize(
    "members",
    [
        {"last4": "4111111111111111"},
        {"last4": None},
        {"authorization": "4111111111111111", "result": None},
        {"authorization": ["x"], "result": []},
        {"brand": "<b>4111111111111111</b>"},
        {"brand": 5, "last4": 1111},
    ],
)
def test_unsigned_members_never_carry_more_than_they_may(
    members: dict, greenpay, account: Account, notification: Notify
) -> None:
    """A genuine signature does not cover them, so anything may stand there."""
    [paid] = read(notification(greenpay.sample("approved", **members)), account).observations

    assert paid.kind == Kind.PAID
    assert "4111111111111111" not in repr(paid)


@pytest.mark.parametrize("path", ["", "/"])
def test_a_notification_comes_with_or_without_a_slash(
    path: str, greenpay, account: Account, notification: Notify
) -> None:
    assert read(notification(greenpay.sample("approved"), path), account).verdict == Verdict.VALID


@pytest.mark.parametrize("path", ["newCard", "bulkResume", "subscription/payment/results", "newCard/"])
@pytest.mark.parametrize("sample", ["approved", "declined"])
def test_other_routes_are_taken_and_cause_nothing(
    path: str, sample: str, greenpay, account: Account, notification: Notify
) -> None:
    for body in (b"", b"{}", b"\xff", greenpay.sample(sample)):
        reading = read(notification(body, path), account)

        assert (reading.verdict, reading.observations, reading.hints) == (Verdict.UNSIGNED, (), ())


def test_a_saved_card_that_proves_itself_causes_nothing_either(
    greenpay, account: Account, notification: Notify
) -> None:
    body = json.dumps({"status": 201, "requestId": "r-1", "_signature": greenpay.sign("status:201,requestId:r-1")})

    on_its_route = read(notification(body.encode(), "newCard"), account)

    assert (on_its_route.verdict, on_its_route.observations) == (Verdict.VALID, ())
    assert read(notification(body.encode()), account).verdict == Verdict.INVALID


def test_a_proven_payment_on_an_unknown_route_still_counts(greenpay, account: Account, notification: Notify) -> None:
    """A merchant may have given Greenpay the address with something after it."""
    assert len(read(notification(greenpay.sample("approved"), "pagos/"), account).observations) == 1
    assert read(notification(b"{}", "pagos/"), account).verdict == Verdict.UNSIGNED


def test_without_a_key_nothing_is_proven(greenpay, account: Account, notification: Notify) -> None:
    reading = read(notification(greenpay.sample("approved")), without(account, "public_key"))

    assert (reading.verdict, reading.observations) == (Verdict.UNSIGNED, ())


def test_what_cannot_be_read_differs_from_what_is_forged(greenpay, account: Account, notification: Notify) -> None:
    forged = {**json.loads(greenpay.sample("declined")), "status": 200}

    refused = read(notification(json.dumps(forged).encode()), account)
    strange = read(notification(json.dumps({**forged, "orderId": "FE-1"}).encode()), account)
    garbage = read(notification(b'{"un'), account)

    assert (refused.verdict, refused.reply.status, refused.hints) == ("invalid", 200, ("7Q2M9XK4T0VB3H8C5RZN6WDJ1E",))
    assert (strange.verdict, strange.hints) == ("invalid", ())
    assert (garbage.verdict, garbage.reply.status, garbage.hints) == ("invalid", 400, ())


# The browser's return


def encodings(raw: bytes) -> dict[str, str]:
    standard = base64.b64encode(raw).decode()
    return {
        "standard": standard,
        "percent-encoded": standard.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
        "percent-encoded twice": standard.replace("+", "%252B").replace("/", "%252F").replace("=", "%253D"),
        "lower-case percent": standard.replace("+", "%2b").replace("/", "%2f").replace("=", "%3d"),
        "URL-safe": base64.urlsafe_b64encode(raw).decode(),
        "unpadded": standard.rstrip("="),
        "URL-safe and unpadded": base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "blank for plus": standard.replace("+", " "),
        "trailing slash": standard + "/",
    }


@pytest.mark.parametrize("encoding", encodings(b""))
@pytest.mark.parametrize("filler", ["", "?", "??", "???>>>~~~ÿÿÿñññ", "a~?>"])
def test_a_return_says_the_same_as_the_notification(
    encoding: str, filler: str, greenpay, account: Account, notification: Notify, browser_return
) -> None:
    raw = greenpay.sample("approved", errors=[filler])

    told = read(browser_return(encodings(raw)[encoding]), account)

    assert read(notification(raw), account) == told
    assert told.verdict == Verdict.VALID


def test_the_samples_of_a_return_really_hold_slash_plus_and_equals(greenpay) -> None:
    paths = "".join(
        encodings(greenpay.sample("approved", errors=[x]))["standard"] for x in ("?", "??", "???>>>~~~ÿÿÿñññ")
    )

    assert {"/", "+", "="} <= set(paths)


@pytest.mark.parametrize("path", ["cancel", "cancel/", ""])
def test_a_cancel_proves_nothing(path: str, account: Account, browser_return) -> None:
    reading = read(browser_return(path), account)

    assert (reading.verdict, reading.observations) == (Verdict.UNSIGNED, ())


@pytest.mark.parametrize("path", ["x", "%", "%FF", "%%%", "€", "a" * 5, "bm9wZQ==", "e30=", "/" * 50, "\x00", "=" * 9])
def test_a_return_that_is_no_answer_is_invalid(path: str, account: Account, browser_return) -> None:
    assert read(browser_return(path), account).verdict == Verdict.INVALID or not path.strip("/")


def test_a_changed_return_is_invalid(greenpay, account: Account, browser_return) -> None:
    body = json.loads(greenpay.sample("declined"))
    forged = base64.b64encode(json.dumps({**body, "status": 200}).encode()).decode()

    assert read(browser_return(forged), account).verdict == Verdict.INVALID


# What it declares


def test_no_secret_shows_in_any_refusal_or_repr(order: Order, account: Account) -> None:
    exchange = hub_greenpay.create_payment(order=order, account=account)
    next(exchange)
    with pytest.raises(Refused) as caught:
        exchange.send(refusal("Merchant doesn't exist"))

    assert account.settings["secret"] not in repr(caught.value) + repr(account)


def test_the_ready_made_mail_names_the_address_once() -> None:
    assert INFO.notification_setup.count("{address}") == 1
    assert "https://hub.example/n/1" in INFO.notification_setup.replace("{address}", "https://hub.example/n/1")


def test_live_endpoints_are_greenpays_own() -> None:
    assert {"merchant", "checkout", "form"} == set(INFO.endpoints["live"]) == set(INFO.endpoints["test"])
    hosts = [httpx.URL(url) for mode in INFO.endpoints.values() for url in mode.values()]
    assert all(url.scheme == "https" and url.host.endswith(".greenpay.me") for url in hosts)


def test_the_button_is_called_as_the_help_page_calls_it() -> None:
    offer = Offer(channel=Channel.STATEMENT, currency="CRC", minor=100, locale="es-CR")
    button = hub_greenpay.render_pay_button(offer=offer)

    assert button.label == "Greenpay"
    assert button.accessible_label == "Pagar con Greenpay, tarjeta de crédito o débito"
    assert button.logo.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(button.logo) < 16 * 1024
