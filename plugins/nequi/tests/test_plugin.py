"""The hooks against the simulated Nequi: what each answer, and each missing answer, leads to."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

import hub_nequi
from hub_hookspecs import (
    Account,
    ApproveInApp,
    Channel,
    Company,
    Credentials,
    EnteredBy,
    GrantRequest,
    IdentityCheck,
    IdentityDocument,
    Kind,
    Mark,
    Match,
    Mode,
    Money,
    NotSent,
    Offer,
    OutcomeUnknown,
    Payer,
    Query,
    RefundKind,
    ShowQr,
    Steps,
    Verdict,
    catalogue_for,
    check_button,
    info_faults,
    mark_of,
    read_catalogues,
    translate_button,
)
from hub_hookspecs.http import library as httpx

PHONE = "3998764643"
REFERENCE = "INV0000421"
PUSH_PATH = "/api/payments/v2/-services-paymentservice-unregisteredpayment"
STATUS_PATH = "/api/payments/v2/-services-paymentservice-getstatuspayment"
QR_PATH = "/api/payments/v2/-services-paymentservice-generatecodeqr"
REVERSAL_PATH = "/api/payments/v2/-services-reverseservices-reversetransaction"
REPORT_PATH = "/api/partners/v2/-services-reportsservice-getreports"
TOKEN_PATH = "/oauth/oauth2/token"
EVERY_READING = True


# Declaration


def test_the_declaration_has_no_faults_and_asks_the_merchant_for_nothing():
    info = hub_nequi.describe_provider()
    assert info_faults(info) == ()
    assert {setting.entered_by for setting in info.settings} == {EnteredBy.OPERATOR}
    assert info == hub_nequi.describe_provider()


@pytest.mark.parametrize(("locale", "label"), [("es-CO", "Paga con Nequi"), ("en", "Pay with Nequi")])
def test_the_button_is_the_help_pages(locale, label):
    button = hub_nequi.render_pay_button(
        Offer(channel=Channel.STATEMENT, currency="COP", minor=18500000, locale=locale)
    )
    spoken = translate_button(button, catalogue_for(read_catalogues(hub_nequi), locale))
    assert check_button(spoken).label == label


# Push


def test_a_push_waits_in_the_app_and_is_paid_when_the_payer_accepts(nequi, reading):
    started = nequi.start()
    assert isinstance(started.action, ApproveInApp)
    assert PHONE not in started.action.hint
    (accepted,) = started.observations
    assert (accepted.kind, accepted.reference) == (Kind.ACCEPTED, REFERENCE)
    assert accepted.provider_reference.endswith(f"-{REFERENCE}")
    assert [item.kind for item in nequi.query(started)] == [Kind.ACCEPTED]

    nequi.control("approve", reference=REFERENCE)

    (paid,) = nequi.query(started)
    assert (paid.kind, paid.movement, paid.amount) == (Kind.PAID, REFERENCE, Money(18500000, "COP"))
    assert paid.provider_reference == accepted.provider_reference
    assert paid.authorisation == (None if reading.get("trn_id") == "client" else "S1000001")
    assert paid.instrument.label == "399***4643"
    assert paid.occurred_at is None
    assert [row["minor"] for row in nequi.book()] == [18500000]


def test_the_push_is_the_one_charging_request_and_bears_our_reference(nequi):
    started = nequi.start()
    (request,) = nequi.last.requests
    assert mark_of(request) is Mark.CHARGING
    assert f'"MessageID":"{REFERENCE}"'.encode() in request.content
    assert started.memory == {
        "transactionId": started.observations[0].provider_reference,
        "phone": PHONE,
        "value": "185000",
        "message_id": REFERENCE,
    }


def test_the_message_id_is_not_cut_off_the_transaction_id(nequi):
    """Nequi cuts at 50 characters: the longest ClientID that the setting allows leaves room for ours."""
    account = nequi.account(client_ref="x" * 20)
    started = nequi.result("create_payment", nequi.order(), account)
    assert started.observations[0].provider_reference.endswith(f"-{REFERENCE}")


@pytest.mark.parametrize(("minutes", "seconds"), [("", 900), ("15", 900), ("5", 300), ("0.33", 19)])
def test_a_push_lives_as_long_as_the_account_says(nequi, minutes, seconds):
    order = nequi.order()
    started = nequi.result("create_payment", order, nequi.account(push_expiry_minutes=minutes))
    assert started.action.expires_at == order.now + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("ending", "kind", "reason"), [("reject", Kind.CANCELLED, "10-455"), ("expire", Kind.EXPIRED, "10-454")]
)
@pytest.mark.parametrize("ended_as", ["code", "value"])
def test_an_ending_is_read_as_code_and_as_value(make_nequi, ending, kind, reason, ended_as):
    nequi = make_nequi(ended_as=ended_as)
    started = nequi.start()
    nequi.control(ending, reference=REFERENCE)
    (ended,) = nequi.query(started)
    assert (ended.kind, ended.reason.code) == (kind, reason)
    assert nequi.book() == []


def test_a_payment_unknown_to_nequi_is_not_found(nequi):
    assert [item.kind for item in nequi.query(None, provider_reference="350-1-1-NOBODY")] == [Kind.NOT_FOUND]


@pytest.mark.parametrize("phone", ["", "300", "+573998764643", "399876464300", "2998764643", "３９９８７６４６４３"])
def test_a_wrong_phone_is_refused_before_anything_is_sent(nequi, phone):
    conclusion = nequi.run("create_payment", nequi.order(payer=Payer(fields={"phone": phone})))
    assert (conclusion.outcome, nequi.last.requests) == ("declined", [])


@pytest.mark.parametrize("way", ["push", "qr"])
@pytest.mark.parametrize("amount", [Money(18500001, "COP"), Money(0, "COP"), Money(-100, "COP"), Money(100, "USD")])
def test_an_amount_that_the_wire_cannot_carry_is_refused_before_anything_is_sent(nequi, way, amount):
    conclusion = nequi.run("create_payment", nequi.order(way=way, amount=amount))
    assert (conclusion.outcome, conclusion.reason.kind) == ("declined", "invalid_amount")
    assert nequi.last.requests == []


def test_an_undeclared_way_is_refused(nequi):
    assert nequi.run("create_payment", nequi.order(way="card")).outcome == "declined"


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refusal_at_the_gateway_was_not_executed(nequi, status):
    order = nequi.order()
    answer = httpx.Response(status, json={"message": "Forbidden"})
    assert _concluded(nequi, order, answer).outcome == "never_sent"
    foreign = httpx.Response(status, text="<html>a proxy's page</html>")
    assert _concluded(nequi, order, foreign).outcome == "unknown"


def _concluded(nequi, order, answer):
    return _waiting(nequi, order).answered(answer)


def _waiting(nequi, order=None):
    """A push whose request is on its way."""
    account = nequi.account()
    exchange = hub_nequi.create_payment(order or nequi.order(), account)
    steps = Steps("create_payment", exchange, info=nequi.info, account=account)
    steps.first()
    return steps


def test_a_wrong_api_key_never_sends(nequi):
    conclusion = nequi.run("create_payment", nequi.order(), nequi.account(api_key="wrong"))
    assert (conclusion.outcome, conclusion.status) == ("never_sent", 403)


AFTER = ["hang_after", "status_after", "cut_after", "garbage", "empty", "html", "invalid_utf8", "oversized"]
BEFORE = ["status_before", "cut_before"]


@pytest.mark.parametrize("kind", AFTER + BEFORE)
def test_a_push_without_a_clear_answer_is_unknown_and_not_repeated(nequi, kind):
    nequi.control("fault", path=PUSH_PATH, kind=kind, seconds=0.01)
    conclusion = nequi.run("create_payment", nequi.order())
    assert conclusion.outcome == "unknown"
    assert not (conclusion.value and conclusion.value.observations)
    assert len(nequi.last.requests) == 1


def test_a_push_that_did_not_leave_is_never_sent(nequi):
    assert _waiting(nequi).failed(NotSent("connection refused"), wrote=False).outcome == "never_sent"


def test_what_an_undo_needs_is_kept_beside_a_lost_answer(nequi):
    conclusion = _waiting(nequi).failed(OutcomeUnknown("no answer in time"), wrote=True)
    assert (conclusion.outcome, conclusion.value.observations) == ("unknown", ())
    assert conclusion.value.memory == {
        "transactionId": None,
        "phone": PHONE,
        "value": "185000",
        "message_id": REFERENCE,
    }


@pytest.mark.parametrize("key", ["MessageID", "StatusCode", "Status", "ResponseHeader", "transactionId"])
def test_a_push_answered_without_what_matters_is_unknown(make_nequi, key):
    nequi = make_nequi(omit_keys=[key])
    assert nequi.run("create_payment", nequi.order()).outcome == "unknown"


@pytest.mark.parametrize("key", ["Destination", "Channel", "ClientID", "ResponseDate", "StatusDesc"])
def test_keys_that_do_not_matter_may_be_missing_and_others_may_come(make_nequi, key):
    nequi = make_nequi(omit_keys=[key], extra_keys=True, blanks=True)
    started = nequi.start()
    nequi.control("approve", reference=REFERENCE)
    assert [item.kind for item in nequi.query(started)] == [Kind.PAID]


def test_the_answer_to_another_request_is_unknown(nequi):
    stranger = {
        "ResponseMessage": {
            "ResponseHeader": {"Status": {"StatusCode": "0"}, "MessageID": "OTHER00001"},
            "ResponseBody": {"any": {"unregisteredPaymentRS": {"transactionId": "350-1-1-OTHER00001"}}},
        }
    }
    assert _concluded(nequi, nequi.order(), httpx.Response(200, json=stranger)).outcome == "unknown"


@pytest.mark.parametrize("key", ["value", "trnId", "phoneNumber"])
def test_a_paid_answer_may_lack_a_key(make_nequi, key):
    nequi = make_nequi()
    started = nequi.start()
    nequi.control("approve", reference=REFERENCE)
    nequi.control("options", omit_keys=[key])
    (paid,) = nequi.query(started)
    lacking = {"value": "amount", "trnId": "authorisation", "phoneNumber": "instrument"}[key]
    assert paid.kind is Kind.PAID
    assert getattr(paid, lacking) is None
    assert lacking not in paid.vouched


@pytest.mark.parametrize("kind", AFTER + BEFORE)
def test_a_query_without_an_answer_tells_nothing(nequi, kind):
    started = nequi.start()
    nequi.control("fault", path=STATUS_PATH, kind=kind, seconds=0.01)
    conclusion = nequi.run("query_payment", Query(created_at=datetime.now(UTC), **nequi.about(started)))
    assert (conclusion.outcome, conclusion.value) == ("never_sent", None)


# QR


@pytest.mark.parametrize(("form", "drawn"), [("both", "000201"), ("new", "000201"), ("old", "bancadigital-C001-")])
def test_a_code_is_drawn_in_either_form_and_asked_for_until_it_is_paid(make_nequi, form, drawn):
    nequi = make_nequi(qr_answer=form)
    started = nequi.start(way="qr")
    assert mark_of(nequi.last.requests[0]) is Mark.SESSION
    assert isinstance(started.action, ShowQr)
    assert started.action.payload.startswith(drawn)
    assert [item.kind for item in nequi.query(started, way="qr")] == [Kind.ACCEPTED]

    nequi.control("approve", reference=REFERENCE, phone="3001112233")

    (paid,) = nequi.query(started, way="qr")
    assert (paid.kind, paid.movement, paid.amount) == (Kind.PAID, REFERENCE, Money(18500000, "COP"))
    assert paid.instrument.label == "300***2233"


@pytest.mark.parametrize("kind", AFTER + BEFORE)
def test_a_lost_code_was_never_sent_since_nobody_has_seen_it(nequi, kind):
    nequi.control("fault", path=QR_PATH, kind=kind, seconds=0.01)
    conclusion = nequi.run("create_payment", nequi.order(way="qr"))
    assert conclusion.outcome == "never_sent"
    assert len(nequi.last.requests) == 1


@pytest.mark.parametrize("form", ["both", "old"])
def test_a_paid_code_is_reversed_with_the_phone_of_the_status_answer(make_nequi, form):
    nequi = make_nequi(qr_answer=form)
    started = nequi.start(way="qr")
    nequi.control("approve", reference=REFERENCE, phone="3001112233")
    conclusion = nequi.refund(started, way="qr")
    assert [item.kind for item in conclusion.value] == [Kind.RETURNED]
    *before, reversal = [mark_of(request) for request in nequi.last.requests]
    assert (set(before), reversal) == ({Mark.HARMLESS}, Mark.CHARGING)
    assert [row["state"] for row in nequi.book()] == ["returned"]


def test_a_code_that_nobody_paid_is_not_reversed(nequi):
    started = nequi.start(way="qr")
    assert nequi.refund(started, way="qr").outcome == "never_sent"
    assert {mark_of(request) for request in nequi.last.requests} == {Mark.HARMLESS}


def test_a_code_is_not_reversed_without_the_phone_that_paid_it(make_nequi):
    nequi = make_nequi(omit_keys=["phoneNumber"])
    started = nequi.start(way="qr")
    nequi.control("approve", reference=REFERENCE)
    assert nequi.refund(started, way="qr").outcome == "never_sent"
    assert [row["state"] for row in nequi.book()] == ["captured"]


# Cancel


def test_a_cancel_is_believed_when_the_status_call_says_so(nequi):
    started = nequi.start()
    conclusion = nequi.cancel(started)
    assert [item.kind for item in conclusion.value] == [Kind.CANCELLED]
    assert [mark_of(request) for request in nequi.last.requests] == [Mark.CHARGING, Mark.HARMLESS]


def test_a_payer_who_was_quicker_than_the_cancel_has_paid(nequi):
    started = nequi.start()
    nequi.control("approve", reference=REFERENCE)
    assert [item.kind for item in nequi.cancel(started).value] == [Kind.PAID]


def test_a_cancel_that_nequi_forgets_is_no_cancel(make_nequi):
    nequi = make_nequi(force={"cancelUnregisteredPayment": {"code": "0"}})
    assert [item.kind for item in nequi.cancel(nequi.start()).value] == [Kind.ACCEPTED]


def test_a_cancel_without_a_transaction_is_refused_before_anything_is_sent(nequi):
    started = attrs.evolve(nequi.start(), observations=(), memory={})
    assert nequi.cancel(started).outcome == "declined"
    assert nequi.last.requests == []


# Refund and undo


def test_a_paid_push_is_returned_once_in_full(nequi):
    started = nequi.start()
    nequi.control("approve", reference=REFERENCE)
    (returned,) = nequi.refund(started).value
    assert (returned.kind, returned.movement, returned.amount) == (Kind.RETURNED, REFERENCE, None)
    assert [row["state"] for row in nequi.book()] == ["returned"]
    assert nequi.refund(started).outcome == "declined"


def test_a_part_of_a_payment_is_not_returned(nequi):
    started = nequi.start()
    nequi.control("approve", reference=REFERENCE)
    conclusion = nequi.refund(started, amount=Money(100000, "COP"))
    assert (conclusion.outcome, nequi.last.requests) == ("declined", [])


@pytest.mark.parametrize("approved", [True, False])
def test_an_unknown_push_is_undone_by_our_reference(nequi, approved):
    """The answer is lost, and with it the transactionId: phone, amount and MessageID are enough."""
    nequi.control("fault", path=PUSH_PATH, kind="cut_after")
    assert nequi.run("create_payment", nequi.order()).outcome == "unknown"
    if approved:
        nequi.control("approve", reference=REFERENCE)

    conclusion = nequi.refund(None, kind=RefundKind.UNDO, payer_fields={"phone": PHONE})

    assert [item.kind for item in conclusion.value] == [Kind.RETURNED if approved else Kind.NOT_FOUND]
    assert [row["state"] for row in nequi.book()] == (["returned"] if approved else [])


def test_an_undo_without_a_phone_is_refused_before_anything_is_sent(nequi):
    conclusion = nequi.refund(None, kind=RefundKind.UNDO)
    assert (conclusion.outcome, conclusion.alert, nequi.last.requests) == ("declined", True, [])


@pytest.mark.parametrize("kind", AFTER + BEFORE)
@pytest.mark.parametrize("why", list(RefundKind))
def test_a_reversal_without_a_clear_answer_is_unknown_and_not_repeated(nequi, kind, why):
    started = nequi.start()
    nequi.control("approve", reference=REFERENCE)
    nequi.control("fault", path=REVERSAL_PATH, kind=kind, seconds=0.01)
    conclusion = nequi.refund(started, kind=why)
    assert (conclusion.outcome, conclusion.value) == ("unknown", None)
    assert len(nequi.last.requests) == 1


# The report


def test_a_lost_answer_is_found_in_the_report_by_our_message_id(nequi):
    nequi.control("fault", path=PUSH_PATH, kind="cut_after")
    nequi.run("create_payment", nequi.order())
    assert nequi.query(None) == ()

    nequi.control("approve", reference=REFERENCE)

    (paid,) = nequi.query(None)
    assert (paid.kind, paid.reference, paid.amount) == (Kind.PAID, REFERENCE, Money(18500000, "COP"))


@pytest.mark.parametrize("reports", ["denied", "closed"])
def test_a_report_that_is_not_given_proves_nothing(make_nequi, reports):
    assert make_nequi(reports=reports).query(None) == ()


def test_without_the_report_product_nothing_is_asked(nequi):
    about = nequi.about(None)
    account = nequi.account(reports="false")
    assert nequi.result("query_payment", Query(created_at=about["now"], **about), account) == ()
    assert nequi.last.requests == []


# Notifications


def test_a_signed_notification_is_confirmed_by_a_status_call(nequi):
    started = nequi.start()
    nequi.control("approve", reference=REFERENCE)
    (message,) = nequi.news()
    reading = nequi.result("handle_notification", message)

    assert reading.verdict is Verdict.VALID
    assert [item.kind for item in reading.observations] == [Kind.ACCEPTED, Kind.PAID]
    assert {item.reference for item in reading.observations} == {REFERENCE}
    assert [mark_of(request) for request in nequi.last.requests] == [Mark.HARMLESS]
    (asked,) = nequi.query(started)
    paid = reading.observations[1]
    assert attrs.evolve(paid, reference=None) == asked
    assert "reference" not in paid.vouched


def test_a_signed_notification_tells_the_transaction_of_a_lost_answer(nequi):
    nequi.control("fault", path=PUSH_PATH, kind="cut_after")
    nequi.run("create_payment", nequi.order())
    nequi.control("approve", reference=REFERENCE)
    nequi.control("options", force={"getStatusPayment": {"code": "11-18L"}})
    (message,) = nequi.news()
    (known,) = nequi.result("handle_notification", message).observations
    assert (known.kind, known.reference, known.vouched) == (
        Kind.ACCEPTED, REFERENCE, {"reference", "provider_reference"},
    )  # fmt: skip


def test_what_a_notification_says_of_the_money_is_not_believed(nequi):
    """A genuine notification with another amount: the status call decides."""
    nequi.start()
    nequi.control("fault", path="notification", kind="wrong_amount")
    nequi.control("approve", reference=REFERENCE)
    (message,) = nequi.news()
    assert b'"186000"' in message.body
    paid = nequi.result("handle_notification", message).observations[-1]
    assert paid.amount == Money(18500000, "COP")


def test_a_notification_of_success_before_the_payer_acted_is_not_paid(nequi):
    """Replayed from another day, or early: still pending is still pending."""
    nequi.start()
    nequi.control("approve", reference=REFERENCE)
    (message,) = nequi.news()
    nequi.control("reset")
    nequi.start()
    kinds = [item.kind for item in nequi.result("handle_notification", message).observations]
    assert kinds == [Kind.ACCEPTED, Kind.ACCEPTED]


def test_a_forged_notification_is_invalid_and_asks_nothing(nequi):
    nequi.start()
    nequi.control("fault", path="notification", kind="forge")
    nequi.control("approve", reference=REFERENCE)
    (message,) = nequi.news()
    reading = nequi.result("handle_notification", message)
    assert (reading.verdict, reading.observations, reading.hints) == (Verdict.INVALID, (), ())
    assert reading.reason == (
        "keyId is not the account's client_id, and the signature does not verify with the account's secret"
    )
    assert nequi.last.requests == []


def test_another_merchants_secret_does_not_open_this_account(nequi, make_nequi):
    nequi.start()
    nequi.control("approve", reference=REFERENCE)
    (message,) = nequi.news()
    assert make_nequi().result("handle_notification", message).verdict is Verdict.INVALID


def test_without_its_signature_a_notification_is_invalid_where_a_secret_is_set(nequi):
    nequi.start()
    nequi.control("approve", reference=REFERENCE)
    (message,) = nequi.news()
    bare = attrs.evolve(message, headers=tuple(pair for pair in message.headers if pair[0] != "signature"))
    reading = nequi.result("handle_notification", bare)
    assert (reading.verdict, reading.reason) == (Verdict.INVALID, "the signature header is missing")


def test_where_no_secret_is_set_a_notification_is_a_hint(make_nequi):
    nequi = make_nequi({"notification_secret": ""})
    nequi.start()
    nequi.control("approve", reference=REFERENCE)
    (message,) = nequi.news()
    reading = nequi.result("handle_notification", message)
    assert (reading.verdict, reading.observations, reading.hints) == (Verdict.UNSIGNED, (), (REFERENCE,))
    assert reading.reason == "the account has no notification_secret, so no signature can be checked"
    assert nequi.last.requests == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"messageId": 7}', b'{"messageId": "x"}',
     b'{"messageId": "' + b"A" * 5000 + b'"}', b'{"messageId": "INV0000421", "messageId": "INV0000422"}'],
)  # fmt: skip
def test_an_unsigned_body_that_names_no_reference_hints_at_nothing(make_nequi, body):
    nequi = make_nequi({"notification_secret": ""})
    nequi.start()
    nequi.control("approve", reference=REFERENCE)
    message = attrs.evolve(nequi.news()[0], body=body)
    reading = nequi.result("handle_notification", message)
    assert (reading.verdict, reading.hints) == (Verdict.UNSIGNED, ())


# Identity


def _check(nequi):
    return IdentityCheck(reference="VAL0000001", currencies=("COP",), now=datetime.now(UTC), call_id=nequi.call_id())


def _company(**changes):
    fields = {
        "country": "CO",
        "document": IdentityDocument("NIT", "900123456", "8"),
        "legal_name": "Mi Comercio S.A.S.",
        "zone": "America/Bogota",
    }
    return Company(**{**fields, **changes})


def test_the_company_is_compared_with_the_report(nequi):
    report = nequi.result("validate_identity", _check(nequi), nequi.account(_company()))
    assert report.credentials is Credentials.ACCEPTED
    assert {field.field: field.match for field in report.fields} == {
        "identity_type": Match.EQUAL,
        "identity_number": Match.EQUAL,
        "legal_name": Match.EQUAL,
    }
    assert not any("900123456" in field.ours + field.theirs for field in report.fields)


@pytest.mark.parametrize(
    ("company", "field", "match"),
    [
        (_company(document=IdentityDocument("CC", "900123456")), "identity_type", Match.DIFFERENT),
        (_company(document=IdentityDocument("NIT", "900123457")), "identity_number", Match.DIFFERENT),
        (_company(legal_name="Otra Empresa SAS"), "legal_name", Match.DIFFERENT),
        (_company(legal_name="Otra Empresa SAS", trade_name="Mi comercio"), "legal_name", Match.NEAR),
        (_company(legal_name="Mi Comercio de Bogotá"), "legal_name", Match.NEAR),
    ],
)
def test_a_field_that_differs_is_named(nequi, company, field, match):
    report = nequi.result("validate_identity", _check(nequi), nequi.account(company))
    assert {item.field: item.match for item in report.fields}[field] is match


@pytest.mark.parametrize("key", ["nit", "commerce"])
def test_what_the_report_leaves_out_is_unavailable(make_nequi, key):
    nequi = make_nequi(omit_keys=[key])
    report = nequi.result("validate_identity", _check(nequi), nequi.account(_company()))
    assert [item.match for item in report.fields].count(Match.UNAVAILABLE) == 1
    assert report.needs_confirmation


@pytest.mark.parametrize(("reports", "code"), [("denied", "20-10A"), ("closed", None)])
def test_without_the_report_the_credentials_are_good_and_the_fields_unavailable(make_nequi, reports, code):
    """A gateway that closes the report alone refuses it like a wrong key: the payments service tells them apart."""
    nequi = make_nequi(reports=reports)
    report = nequi.result("validate_identity", _check(nequi), nequi.account(_company()))
    assert (report.credentials, report.code) == (Credentials.ACCEPTED, code)
    assert {item.match for item in report.fields} == {Match.UNAVAILABLE}


def test_an_account_without_reports_is_tried_on_the_payments_service(nequi):
    report = nequi.result("validate_identity", _check(nequi), nequi.account(_company(), reports="false"))
    assert report.credentials is Credentials.ACCEPTED
    assert not any(REPORT_PATH in str(request.url) for request in nequi.last.requests)


@pytest.mark.parametrize(
    ("wrong", "culprits"),
    [
        ("client_id", ("client_id", "client_secret")),
        ("client_secret", ("client_id", "client_secret")),
        ("api_key", ("api_key",)),
    ],
)
def test_wrong_credentials_are_refused_and_named(nequi, wrong, culprits):
    nequi.query(None)  # a grant of the right credentials is at hand
    report = nequi.result("validate_identity", _check(nequi), nequi.account(_company(), **{wrong: "wrong"}))
    assert (report.credentials, report.culprits) == (Credentials.REFUSED, culprits)


@pytest.mark.parametrize("path", [TOKEN_PATH, REPORT_PATH])
@pytest.mark.parametrize("kind", AFTER + BEFORE)
def test_a_check_without_a_proper_answer_is_unclear(nequi, path, kind):
    nequi.query(None)
    nequi.control("fault", path=path, kind=kind, seconds=0.01)
    report = nequi.result("validate_identity", _check(nequi), nequi.account(_company()))
    assert report.credentials is Credentials.UNCLEAR
    assert {item.match for item in report.fields} == {Match.UNAVAILABLE}


def test_no_check_charges_anybody(nequi):
    nequi.result("validate_identity", _check(nequi), nequi.account(_company()))
    assert {mark_of(request) for request in nequi.last.requests} == {Mark.HARMLESS}


# The grant, and secrets


def test_a_wrong_secret_gives_no_grant(nequi):
    account = nequi.account(client_secret="wrong")
    conclusion = nequi.run("authorize", GrantRequest(now=datetime.now(UTC), call_id="CALL000001"), account)
    assert (conclusion.outcome, conclusion.reason.code, conclusion.alert) == ("declined", "invalid_client", True)


def test_no_secret_is_shown(nequi):
    account = nequi.account()
    secrets = [account.settings[name] for name in ("client_secret", "api_key", "notification_secret")]
    conclusion = nequi.run("authorize", GrantRequest(now=datetime.now(UTC), call_id="CALL000001"), account)
    shown = repr(conclusion) + repr(account) + repr(nequi.start()) + repr(nequi.last)
    assert not any(secret in shown for secret in secrets)


def test_live_accounts_talk_to_nequis_own_addresses():
    info = hub_nequi.describe_provider()
    account = Account(company=_company(), mode=Mode.LIVE, endpoints=info.endpoints["live"])
    assert account.endpoints == {"oauth": "https://oauth.nequi.com/oauth2/token", "api": "https://api.nequi.com"}
