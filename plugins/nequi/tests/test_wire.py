"""Translation both ways, without anybody to talk to."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from hub_hookspecs import Account, Company, IdentityDocument, Kind, Mode, Money, OutcomeUnknown, Refused
from hub_hookspecs.http import library as httpx
from hub_nequi import report, status, tokens, wire

NOW = datetime(2026, 3, 2, 14, 5, 9, 120999, tzinfo=UTC)


def account(**settings):
    return Account(
        company=Company(country="CO", document=IdentityDocument("NIT", "900123456"), legal_name="La Compañía SAS"),
        mode=Mode.LIVE,
        settings={
            "client_id": "client",
            "client_secret": "s3cr3t",
            "api_key": "k3y",
            "code": "NIT_900123456",
            "client_ref": "hub-01",
            **settings,
        },
        endpoints={"oauth": "https://oauth.nequi.com/oauth2/token", "api": "https://api.nequi.com"},
    )


def answered(status="35", code="0", key="getStatusPaymentRS", message_id="POLL000009", **body):
    header = {
        "Channel": "PNP04-C001",
        "ResponseDate": "2026-03-02T14:21:02.004Z",
        "Status": {"StatusCode": code, "StatusDesc": "whatever"},
        "MessageID": message_id,
        "ClientID": "hub-01",
    }
    any_body = {key: {"status": status, **body}} if code == "0" else {}
    return {"ResponseMessage": {"ResponseHeader": header, "ResponseBody": {"any": any_body}}}


def read(payload, status=200, message_id="POLL000009"):
    return wire.answer_from(httpx.Response(status, json=payload), wire.STATUS, message_id)


def test_a_push_is_written_as_the_official_clients_write_it():
    """The example of the documents, key by key."""
    body = {"phoneNumber": "3998764643", "code": "NIT_900123456", "value": "185000", "reference1": "Factura F-421"}
    request = wire.request_for(wire.PUSH, body, account=account(), message_id="INV0000421", now=NOW)

    assert str(request.url) == "https://api.nequi.com/payments/v2/-services-paymentservice-unregisteredpayment"
    assert json.loads(request.content) == {
        "RequestMessage": {
            "RequestHeader": {
                "Channel": "PNP04-C001",
                "RequestDate": "2026-03-02T14:05:09.120Z",
                "MessageID": "INV0000421",
                "ClientID": "hub-01",
                "Destination": {
                    "ServiceName": "PaymentsService",
                    "ServiceOperation": "unregisteredPayment",
                    "ServiceRegion": "C001",
                    "ServiceVersion": "1.2.0",
                },
            },
            "RequestBody": {"any": {"unregisteredPaymentRQ": body}},
        }
    }
    assert (request.method, request.headers["x-api-key"]) == ("POST", "k3y")


@pytest.mark.parametrize(
    ("service", "path", "channel", "name", "operation", "version", "key"),
    [
        (wire.STATUS, "payments/v2/-services-paymentservice-getstatuspayment", "PNP04-C001", "PaymentsService",
         "getStatusPayment", "1.0.0", "getStatusPaymentRQ"),
        (wire.CODE_STATUS, "payments/v2/-services-paymentservice-getstatuspayment", "PQR03-C001", "PaymentsService",
         "getStatusPayment", "1.0.0", "getStatusPaymentRQ"),
        (wire.CANCEL, "payments/v2/-services-paymentservice-cancelunregisteredpayment", "PNP04-C001",
         "PaymentsService", "cancelUnregisteredPayment", "1.0.0", "cancelUnregisteredPaymentRQ"),
        (wire.REVERSAL, "payments/v2/-services-reverseservices-reversetransaction", "PNP04-C001", "ReverseServices",
         "reverseTransaction", "1.0.0", "reversionRQ"),
        (wire.CODE_REVERSAL, "payments/v2/-services-reverseservices-reversetransaction", "PQR03-C001",
         "reverseServices", "reverseTransaction", "1.0.0", "reversionRQ"),
        (wire.CODE, "payments/v2/-services-paymentservice-generatecodeqr", "PQR03-C001", "PaymentsService",
         "generateCodeQR", "1.2.0", "generateCodeQRRQ"),
        (wire.REPORT, "partners/v2/-services-reportsservice-getreports", "MF-001", "ReportsService", "getReports",
         "1.0.0", "getReportsRQ"),
    ],
)  # fmt: skip
def test_each_operation_has_its_own_envelope(service, path, channel, name, operation, version, key):
    request = wire.request_for(service, {"a": "b"}, account=account(), message_id="M", now=NOW)
    message = json.loads(request.content)["RequestMessage"]
    header = message["RequestHeader"]
    assert str(request.url) == f"https://api.nequi.com/{path}"
    assert (header["Channel"], header["Destination"]["ServiceName"]) == (channel, name)
    assert (header["Destination"]["ServiceOperation"], header["Destination"]["ServiceVersion"]) == (operation, version)
    assert message["RequestBody"]["any"] == {key: {"a": "b"}}


def test_the_token_is_asked_for_with_basic_and_the_grant_type_in_the_query():
    request = tokens.token_request(account())
    assert str(request.url) == "https://oauth.nequi.com/oauth2/token?grant_type=client_credentials"
    assert (request.content, request.headers["authorization"]) == (b"", "Basic Y2xpZW50OnMzY3IzdA==")
    assert "x-api-key" not in request.headers


@pytest.mark.parametrize("life", [3600, "3600", 3600.0])
def test_expires_in_is_a_number_or_a_text(life):
    response = httpx.Response(200, json={"access_token": "t.o.k", "expires_in": life, "token_type": "Bearer"})
    grant = tokens.grant_from(response, NOW)
    assert (dict(grant.headers), grant.expires_at) == ({"authorization": "Bearer t.o.k"}, NOW + timedelta(hours=1))
    assert "t.o.k" not in repr(grant)


@pytest.mark.parametrize("status", [400, 401])
def test_wrong_client_credentials_are_refused(status):
    with pytest.raises(Refused) as refused:
        tokens.grant_from(httpx.Response(status, json={"error": "invalid_client"}), NOW)
    assert refused.value.alert


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(500),
        httpx.Response(400, json={"error": "invalid_request"}),
        httpx.Response(401, json={"message": "Unauthorized"}),
        httpx.Response(403, text="<html>"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"access_token": "", "expires_in": 3600}),
        httpx.Response(200, json={"access_token": "a\r\nx-evil: 1", "expires_in": 3600}),
        httpx.Response(200, json={"access_token": ["a"], "expires_in": 3600}),
        httpx.Response(200, json={"access_token": "a", "expires_in": "soon"}),
        httpx.Response(200, json={"access_token": "a", "expires_in": -5}),
        httpx.Response(200, json={"access_token": "a", "expires_in": True}),
        httpx.Response(200, json={"access_token": "a", "expires_in": 10**12}),
    ],
)
def test_any_other_token_answer_tells_nothing(response):
    with pytest.raises(OutcomeUnknown):
        tokens.grant_from(response, NOW)


def test_an_answer_is_the_code_and_the_operations_body():
    answer = read(answered(status=" 35 ", name="MI COMERCIO"))
    assert (answer.code, answer.text("status"), answer.text("name"), answer.text("absent")) == (
        "0", "35", "MI COMERCIO", "",
    )  # fmt: skip


def _without(payload, *path):
    here = payload
    for key in path[:-1]:
        here = here[key]
    del here[path[-1]]
    return payload


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(status, json=answered())
        for status in (201, 204, 301, 400, 401, 403, 404, 408, 429, 500, 502, 503, 504)
    ]
    + [
        httpx.Response(200, content=content)
        for content in (b"", b"{", b"[]", b"null", b'"0"', b"\xff\xfe", b"<html>", b"{}", b"[" * 100_000, b"NaN")
    ]
    + [
        httpx.Response(200, json=payload)
        for payload in (
            answered(message_id="POLL000010"),
            answered(message_id=None),
            answered(code=""),
            answered(code="0\n1"),
            answered(code="x" * 50),
            answered(code=["0"]),
            _without(answered(), "ResponseMessage", "ResponseHeader"),
            _without(answered(), "ResponseMessage", "ResponseHeader", "MessageID"),
            _without(answered(), "ResponseMessage", "ResponseHeader", "Status"),
            _without(answered(), "ResponseMessage", "ResponseHeader", "Status", "StatusCode"),
            {"ResponseMessage": "0"},
        )
    ],
)
def test_what_is_no_answer_to_this_request_is_unknown(response):
    with pytest.raises(OutcomeUnknown) as unknown:
        wire.answer_from(response, wire.STATUS, "POLL000009")
    assert len(str(unknown.value)) < 200


def test_a_key_given_twice_is_no_answer():
    raw = json.dumps(answered()).replace('"StatusCode": "0"', '"StatusCode": "10-454", "StatusCode": "0"').encode()
    with pytest.raises(OutcomeUnknown):
        wire.answer_from(httpx.Response(200, content=raw), wire.STATUS, "POLL000009")


def test_a_business_error_has_an_empty_body():
    answer = read(answered(code="20-08A "))
    assert (answer.code, dict(answer.body)) == ("20-08A", {})


@pytest.mark.parametrize("body", ["", {}, None, [], "x"])
def test_a_body_that_is_no_object_is_empty(body):
    """reversionRS is ``{}`` in sandbox traffic, ``""`` in the portal's sample."""
    payload = answered()
    payload["ResponseMessage"]["ResponseBody"]["any"] = {"getStatusPaymentRS": body}
    assert dict(read(payload).body) == {}


def test_a_paid_answer_becomes_an_observation():
    answer = read(
        answered(
            value="52300", date="2026-03-02 09:06:41", trnId="54321", phoneNumber="3998764643", name="MI COMERCIO",
            originMoney=[{}], ipAddress="N/A",
        )
    )  # fmt: skip
    (paid,) = status.observations_from(answer, movement="aB3dE5gH7j", asked="350-1-1-aB3dE5gH7j")
    assert (paid.kind, paid.movement, paid.provider_reference) == (Kind.PAID, "aB3dE5gH7j", "350-1-1-aB3dE5gH7j")
    assert (paid.amount, paid.reference) == (Money(5230000, "COP"), None)
    assert paid.occurred_at is None  # its date is when it was pushed
    assert paid.authorisation == "54321"
    assert (paid.instrument.kind, paid.instrument.label) == ("wallet", "399***4643")
    assert paid.vouched == {"provider_reference", "amount", "authorisation", "instrument"}


def test_what_nequi_did_not_say_is_not_filled_in():
    (paid,) = status.observations_from(read(answered()), movement="M", asked="T")
    assert (paid.amount, paid.occurred_at, paid.authorisation, paid.instrument) == (None, None, None, None)
    assert paid.vouched == {"provider_reference"}


AMOUNTS = {
    "52300": 5230000,
    "1": 100,
    " 15000 ": 1500000,
    "15000.0": 1500000,
    "15000.00": 1500000,
    "007": 700,
    15000: 1500000,
    **dict.fromkeys(
        ["", "0", "0.0", "-1", "+5", "52.300", "52,300", "1.000.000", "1e3", "NaN", "Infinity", "0x10", "15000.5",
         "0.005", "1000000000000000000", "99999999999999", "１５", "15 000", "$15000", None, True, (), 15.5],
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("value", AMOUNTS, ids=repr)
def test_an_amount_is_whole_pesos_or_nothing(value):
    """``52.300`` may be fifty-two thousand or fifty-two pesos: never guessed."""
    minor = AMOUNTS[value]
    assert wire.amount_from(value) == (None if minor is None else Money(minor, "COP"))


@pytest.mark.parametrize("minor", [100, 1_500_000, 18_500_000, 10**15])
def test_every_amount_that_can_be_written_comes_back(minor):
    assert wire.amount_from(wire.value_for(Money(minor, "COP"))) == Money(minor, "COP")


@pytest.mark.parametrize(
    "amount", [Money(1, "COP"), Money(150, "COP"), Money(0, "COP"), Money(-100, "COP"), Money(100, "USD")], ids=str
)
def test_an_amount_that_the_wire_cannot_carry_is_refused(amount):
    with pytest.raises(Refused) as refused:
        wire.value_for(amount)
    assert refused.value.reason.kind == "invalid_amount"


MOMENTS = {
    "2026-03-02 09:06:41": datetime(2026, 3, 2, 14, 6, 41, tzinfo=UTC),
    "2026-03-02T09:06:41": datetime(2026, 3, 2, 14, 6, 41, tzinfo=UTC),
    "Marzo 02 - 2026 | 09:05 AM": datetime(2026, 3, 2, 14, 5, tzinfo=UTC),
    "Diciembre 31 - 2026 | 11:59 PM": datetime(2027, 1, 1, 4, 59, tzinfo=UTC),
    "enero 1 - 2026 | 12:00 a. m.": datetime(2026, 1, 1, 5, 0, tzinfo=UTC),
    "Setiembre 05 - 2026 | 12:30 p.m.": datetime(2026, 9, 5, 17, 30, tzinfo=UTC),
    **dict.fromkeys(
        ["", "hoy", "2026-02-30 09:06:41", "2026-13-01 00:00:00", "March 02 - 2026 | 09:05 AM",
         "Marzo 02 - 2026 | 13:05 PM", "Marzo 02 - 2026 | 00:05 AM", "2026-03-02", None, 5],
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", MOMENTS, ids=repr)
def test_a_date_in_either_form_is_colombias_time(text):
    assert wire.moment_from(text) == MOMENTS[text]


def test_the_last_moment_of_the_calendar_is_no_trouble():
    assert wire.moment_from("9999-12-31 23:59:59") is None


def test_our_payment_is_found_in_a_report_by_its_message_id():
    line = {
        "buyerName": "ANA",
        "transactionDate": "2026-03-02 09:05:30",
        "transactionReference": "S1000001",
        "messageId": "INV0000421",
        "transactionValue": "185000",
    }
    answer = wire.Answer("0", {"transactions": [{**line, "messageId": "OTHER00001"}, "nonsense", line]})
    (paid,) = report.listed_payments(answer, "INV0000421")
    assert (paid.kind, paid.reference, paid.movement) == (Kind.PAID, "INV0000421", "INV0000421")
    assert (paid.amount, paid.authorisation) == (Money(18500000, "COP"), "S1000001")
    assert "reference" in paid.vouched
    assert report.listed_payments(answer, "NOTLISTED1") == ()


@pytest.mark.parametrize("body", [{}, {"transactions": None}, {"transactions": {}}, {"transactions": "x"}])
def test_a_report_without_lines_lists_nothing(body):
    assert report.listed_payments(wire.Answer("0", body), "INV0000421") == ()
    assert report.listed_payments(wire.Answer("20-10A", body), "INV0000421") == ()


def test_a_hook_calls_further_requests_have_message_ids_of_their_own():
    ids = {wire.message_id_for("CALL000001", number) for number in (2, 3)} | {wire.message_id_for("CALL000002", 2)}
    assert len(ids) == 3
    assert all(len(item) == 10 and item.isalnum() for item in ids)


def test_a_reference_text_is_short_and_plain():
    assert wire.short("Factura\nF-421  de\tmarzo") == "Factura F-421 de marzo"
    assert wire.short("\ud800x") == "?x"
    assert len(wire.short("ñ" * 100)) == 45
