"""Money, untrusted JSON, identity, and what a provider declares."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs
import pytest

import hub_hookspecs
from hub_hookspecs import (
    EXPONENTS,
    LIMIT,
    Account,
    Channel,
    Company,
    CurrencyRule,
    Grant,
    Holidays,
    IdentityDocument,
    Links,
    Literal,
    Match,
    Message,
    Mode,
    Money,
    MoneyError,
    OutcomeUnknown,
    PayButton,
    PayerField,
    PluginFault,
    ProviderInfo,
    QueryBy,
    ReferenceRule,
    Setting,
    Source,
    Starts,
    Way,
    check_button,
    compare_names,
    compare_numbers,
    easter,
    info_faults,
    json_bytes,
    json_object,
    mask,
    monday_from,
    name_key,
    number,
    plain,
    strict_json,
)
from hub_hookspecs.http import library as httpx


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("18250.75", "CRC", 1_825_075),
        ("185000", "COP", 18_500_000),
        ("0.01", "PEN", 1),
        (" 1.10 ", "PEN", 110),
        ("8.87", "USD", 887),
        ("-5", "USD", -500),
        ("1234", "CLP", 1234),
        ("10000000000000", "CRC", LIMIT),
        (Decimal("1.5"), "CRC", 150),
        (7, "CRC", 700),
    ],
)
def test_an_amount_is_read_exactly(text, currency, minor):
    assert Money.parse(text, currency) == Money(minor, currency)


NO_AMOUNT = (
    "", "1,5", "1.2.3", "1e3", "NaN", "Infinity", "+5", "--5", "0x10", "1 000", "١٢", "0.001", "10000000000000.01",
    "9" * 400, ".", "-", 1.5, True, None, Decimal("NaN"), Decimal("1e30"), b"5",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_AMOUNT, ids=repr)
def test_what_is_no_exact_amount_is_refused(text):
    with pytest.raises(MoneyError):
        Money.parse(text, "CRC")


def test_money_is_made_of_whole_minor_units_of_a_known_currency():
    for minor, currency in ((1.0, "CRC"), (True, "CRC"), ("1", "CRC"), (1, "XXX"), (LIMIT + 1, "CRC")):
        with pytest.raises(MoneyError):
            Money(minor, currency)


def test_amounts_of_one_currency_are_reckoned_and_compared():
    one, two = Money(1, "CRC"), Money(2, "CRC")
    assert (one + one, two - one, -one) == (two, one, Money(-1, "CRC"))
    assert one < two <= two
    assert not two <= one
    assert two > one >= one
    assert bool(one) is not bool(one - one)


def test_what_is_no_money_is_named_in_the_refusal():
    refused = (
        (lambda: Money(1.0, "CRC"), "minor units are an integer, not float"),
        (lambda: Money(LIMIT + 1, "CRC"), f"{LIMIT + 1} minor units are beyond the limit of {LIMIT}"),
        (lambda: Money(1, "XXX"), "unknown currency 'XXX'"),
        (lambda: Money.parse("1", "XXX"), "unknown currency 'XXX'"),
        (lambda: Money.parse(1.5, "CRC"), "an amount is text, Decimal or int, not float"),
        (lambda: Money.parse("x" * 50, "CRC"), f"not a plain decimal number: '{'x' * 40}'"),
        (lambda: Money.parse(Decimal("NaN"), "CRC"), "not a finite number"),
        (lambda: Money.parse("9" * 400, "CRC"), f"beyond the limit of {LIMIT} minor units"),
        (lambda: Money.parse("0.001", "CRC"), "0.001 CRC is finer than a minor unit"),
        (lambda: number(Money(1, "COP"), 0), "0.01 COP is finer than the provider's 0 decimals"),
        (lambda: Money(1, "CRC") + 1, "money meets int"),
        (lambda: Money(1, "CRC") + Money(1, "USD"), "CRC meets USD"),
        (lambda: json_bytes({"amount": Decimal("1.5")}), "Decimal in a body: write amounts with number(Money)"),
    )
    for attempt, said in refused:
        with pytest.raises(MoneyError) as refusal:
            attempt()
        assert str(refusal.value) == said


def test_currencies_never_mix():
    for operation in (Money.__add__, Money.__sub__, Money.__lt__, Money.__ge__):
        with pytest.raises(MoneyError):
            operation(Money(1, "CRC"), Money(1, "USD"))
    with pytest.raises(MoneyError):
        Money(1, "CRC") + 1
    assert Money(1, "CRC") != Money(1, "USD")


@pytest.mark.parametrize("currency", EXPONENTS)
def test_every_currency_survives_the_wire(currency):
    for minor in (1, 7, 10, 99, 110, 887, 100_000, 123_456_789, 81_999_999_999, LIMIT):
        amount = Money(minor, currency)
        assert Money.parse(plain(amount), currency) == amount
        decoded = json.loads(json_bytes({"amount": number(amount)}), parse_float=Decimal)
        assert Money.parse(decoded["amount"], currency) == amount


def test_an_amount_finer_than_the_wire_is_refused_and_never_rounded():
    assert plain(Money(18_500_000, "COP"), 0) == "185000"
    assert plain(Money(150, "CLP"), 2) == "150.00"
    for money, decimals in ((Money(18_500_050, "COP"), 0), (Money(1_825_075, "CRC"), 1)):
        with pytest.raises(MoneyError, match="finer"):
            number(money, decimals)


def test_no_float_gets_into_a_body():
    assert json_bytes({"a": [1, "é", None, True, Literal("18250.75")]}) == '{"a":[1,"é",null,true,18250.75]}'.encode()
    for value in (1.5, Decimal("1.5"), {1, 2}, b"x", Money(1, "CRC")):
        with pytest.raises(MoneyError):
            json_bytes({"amount": value})


HOSTILE = {
    "nothing": b"",
    "half": b'{"a":',
    "no UTF-8": b'{"a":"\xff"}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a lone surrogate in a key": b'{"\\udfff":1}',
    "a key twice": b'{"a":1,"a":2}',
    "a key twice, deep": b'{"a":[{"b":1,"b":1}]}',
    "NaN": b'{"a":NaN}',
    "Infinity": b"-Infinity",
    "a huge integer": b"9" * 5000,
    "an integer of 21 digits": b"1" * 21,
    "deep lists": b"[" * 100_000,
    "deep maps": b'{"a":' * 100_000,
    "deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "two values": b"{} {}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a control character": b'{"a":"\x00"}',
    "a comment": b"{} // x",
    "a huge exponent": b'{"a":1e999999999999999999999}',
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_refused_with_one_exception(raw):
    with pytest.raises(ValueError):  # noqa: PT011 - the type is the promise; the text is for people
        strict_json(raw)
    with pytest.raises(OutcomeUnknown):
        json_object(httpx.Response(200, content=raw))


def test_nesting_is_counted_and_not_left_to_the_interpreter():
    brackets = '"' + "[{" * 500 + '\\"' + "[" * 500 + '"'
    assert strict_json(b"[" * 100 + b"]" * 100)
    assert strict_json(b"[" + b"[]," * 500 + b"[]]") == [[]] * 501
    assert strict_json(brackets.encode()) == json.loads(brackets)
    for deep in (b"[" * 101 + b"]" * 101, b'{"a":[' * 51 + b"]}" * 51, b"[" * 101):
        with pytest.raises(ValueError, match="nested deeper than 100"):
            strict_json(deep)


def test_good_json_comes_with_exact_numbers():
    assert strict_json('{"a":18250.75,"b":7,"c":"ñ 😀","d":[null,true]}'.encode()) == {
        "a": Decimal("18250.75"),
        "b": 7,
        "c": "ñ 😀",
        "d": [None, True],
    }


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"ok"', b"7"])
def test_an_answer_that_is_no_object_concludes_nothing(raw):
    with pytest.raises(OutcomeUnknown):
        json_object(httpx.Response(200, content=raw))


@pytest.mark.parametrize(
    ("ours", "theirs", "match"),
    [
        ("La Compañía S.A.S.", "LA COMPANIA SAS", Match.EQUAL),
        ("Ferretería El Sol S.A.", "Ferreteria el sol sociedad anonima", Match.EQUAL),
        ("Ferretería El Sol Ltda.", "FERRETERIA EL SOL", Match.EQUAL),
        ("Ferretería El Sol", "Ferretería El Sol de Alajuela", Match.NEAR),
        ("Ferretería El Sol", "Ferretería La Luna", Match.DIFFERENT),
        ("Ferretería El Sol", "  ", Match.UNAVAILABLE),
        ("S.A.", "Ferretería El Sol", Match.DIFFERENT),
    ],
)
def test_company_names_are_compared_without_case_accents_and_legal_form(ours, theirs, match):
    assert compare_names(ours, theirs) is match


def test_a_name_that_is_only_a_legal_form_is_not_reduced_to_nothing():
    assert name_key("S.A.") != ""


@pytest.mark.parametrize(
    ("theirs", "match"),
    [
        ("900.123.456-8", Match.EQUAL),
        ("900123456", Match.EQUAL),
        ("9001234568", Match.EQUAL),
        ("900123457", Match.DIFFERENT),
        ("", Match.UNAVAILABLE),
        ("N/A"[1:2], Match.UNAVAILABLE),
    ],
)
def test_numbers_are_equal_with_or_without_their_check_digit(theirs, match):
    assert compare_numbers(IdentityDocument("NIT", "900123456", "8"), theirs) is match


@pytest.mark.parametrize("text", ["", "1", "12", "123", "1234", "12345678", "900123456", "x" * 40])
def test_a_masked_text_never_shows_more_than_its_ends(text):
    masked = mask(text)
    assert len(masked) == len(text)
    assert masked.count("*") >= len(text) // 2


def test_a_header_that_is_given_twice_is_given_by_nobody():
    message = Message(
        source=Source.NOTIFICATION,
        method="POST",
        path="",
        query="",
        headers=(("x-sign", "a"), ("x-sign", "a"), ("x-one", "b")),
        body=b"secret",
        received_at=datetime.now(UTC),
    )
    assert (message.header("X-Sign"), message.header("X-One"), message.header("x-none")) == (None, "b", None)
    assert "secret" not in repr(message)


def test_secrets_do_not_show_in_a_repr():
    company = Company(country="CR", document=IdentityDocument("CJ", "1"), legal_name="x")
    account = Account(company=company, mode=Mode.TEST, settings={"key": "CANARY"})
    grant = Grant(headers={"authorization": "CANARY"}, expires_at=datetime.now(UTC))
    assert "CANARY" not in f"{account!r}{grant!r}"


WAY = Way(code="form", label="Form", starts=Starts.SESSION, outcome=frozenset({"query"}), query_by=QueryBy.OURS)
GOOD = ProviderInfo(
    code="acme",
    name="Acme",
    contract_version=(1, 1),
    countries=("CR",),
    currencies=(CurrencyRule(currency="CRC", decimals=2),),
    channels=frozenset(Channel),
    ways=(WAY,),
    reference=ReferenceRule(10),
    endpoints={"live": {"api": "https://api.acme.example"}, "test": {"api": "https://test.acme.example"}},
)
KEY = Setting(name="key", label="K", help="h")
FIELD = PayerField(name="phone", label="P", pattern="3[0-9]{9}")
FAULTS = {
    "not a lower-case slug": {"code": "Acme Pay"},
    "name is empty": {"name": " "},
    "no ISO 3166-1": {"countries": ("cr",)},
    "no country": {"countries": ()},
    "currency CRC is declared twice": {"currencies": GOOD.currencies * 2},
    "no currency": {"currencies": ()},
    "decimals": {"currencies": (CurrencyRule(currency="CRC", decimals=9),)},
    "allow no amount": {"currencies": (CurrencyRule(currency="CRC", decimals=2, minimum=5, maximum=4),)},
    "no channel": {"channels": frozenset()},
    "way form is declared twice": {"ways": (WAY, WAY)},
    "notification, return or query": {"ways": (attrs.evolve(WAY, outcome=frozenset({"pigeon"})),)},
    "cannot be asked for": {"ways": (attrs.evolve(WAY, query_by=QueryBy.NONE),)},
    "expiry setting 'x' is not declared": {"ways": (attrs.evolve(WAY, expiry_setting="x"),)},
    "payer field phone: its pattern": {"ways": (attrs.evolve(WAY, payer_fields=(attrs.evolve(FIELD, pattern="("),)),)},
    "6 to 64": {"reference": ReferenceRule(70)},
    "at least 10 characters": {"reference": ReferenceRule(10, "01")},
    "letters, digits": {"reference": ReferenceRule(10, "0123456789 /")},
    "no live endpoint": {"endpoints": {"test": {"api": "https://test.acme.example"}}},
    "different roles": {"endpoints": {**GOOD.endpoints, "test": {"other": "https://test.acme.example"}}},
    "not a plain https address": {"endpoints": {**GOOD.endpoints, "test": {"api": "http://test.acme.example"}}},
    "unknown modes": {"endpoints": {**GOOD.endpoints, "sandbox": {"api": "https://test.acme.example"}}},
    "not an identifier": {"settings": (attrs.evolve(KEY, name="my key"),)},
    "enables USD": {"settings": (attrs.evolve(KEY, enables="USD"),)},
    "secret and has a default": {"settings": (attrs.evolve(KEY, secret=True, default="x"),)},
    "so it is required, and no secret": {"settings": (attrs.evolve(KEY, secret=True, identifies=True),)},
    "names_account says that none does": {"settings": (attrs.evolve(KEY, identifies=True),), "names_account": False},
    "hold_above names USD": {"hold_above": {"USD": 1}},
    "1 to 60": {"timeout_seconds": 120},
    "{address}": {"notification_setup": "Call us."},
    "https://": {"links": Links(help="http://acme.example")},
    "wrong type": {"settings": (7,)},
}


@pytest.mark.parametrize(("words", "changes"), FAULTS.items(), ids=FAULTS)
def test_a_declaration_that_cannot_be_true_is_named(words, changes):
    assert info_faults(GOOD) == ()
    assert words in " ".join(info_faults(attrs.evolve(GOOD, **changes)))


GOOD_BUTTON = PayButton(label="Paga", accessible_label="Pagar con Acme")
BUTTONS = {
    "nothing": None,
    "a long label": attrs.evolve(GOOD_BUTTON, label="x" * 41),
    "no label": attrs.evolve(GOOD_BUTTON, label=" "),
    "a line break": attrs.evolve(GOOD_BUTTON, hint="a\nb"),
    "a style": attrs.evolve(GOOD_BUTTON, background="red;position:fixed"),
    "a short colour": attrs.evolve(GOOD_BUTTON, foreground="#fff"),
    "a GIF": attrs.evolve(GOOD_BUTTON, logo=b"GIF89a"),
    "a large logo": attrs.evolve(GOOD_BUTTON, logo=b"\x89PNG\r\n\x1a\n" + b"x" * 17_000),
    "a number for a label": attrs.evolve(GOOD_BUTTON, label=7),
}


@pytest.mark.parametrize("button", BUTTONS.values(), ids=BUTTONS)
def test_a_button_that_cannot_be_drawn_safely_is_a_fault(button):
    assert check_button(GOOD_BUTTON) is GOOD_BUTTON
    with pytest.raises(PluginFault):
        check_button(button)


PUBLIC = """
ChannelAccount ChannelInfo ContactRules Notice NoticeRefused NoticeTaken OFFICE_HOURS
AcceptedTerms Account ApproveInApp Ask Barcode CONTRACT_VERSION CROCKFORD Cancel Capture CaptureOrder Catalogue
Channel Choice Company Conclusion Country Credentials CurrencyRule DOUBTFUL Dispute DisputeStage Done EXPONENTS
EnteredBy Exchange FieldMatch FormRequest Grant GrantRequest HUB_KINDS Holidays IdentityCheck IdentityDocument
IdentityReport IdentityType Instrument JsonMap Kind LEGAL LEGAL_FORMS LIMIT Links Literal MAX_ANSWER MAX_MEMORY
MAX_REQUESTS Mark Match Message Mode Money MoneyError NextAction NotExecuted NotSent Observation Offer Order OrderLine
Outcome OutcomeUnknown PROJECT PayButton Payer PayerField PaymentForm PaymentStarted Period PluginFault PostForm
ProviderError ProviderInfo Query QueryBy RENAMED RESULTS Reading Reason ReasonKind ReceiptRules Redirect ReferenceRule
Refund RefundKind Refunds Refused Repeat Reply Request Response Sender Setting SettingKind SettlementFile
SettlementLine ShowQr ShowReference Source Starts Step Steps Symbology Terms Verdict Way WebhookAct WebhookReport
WebhookRequest catalogue_for check_browser_url check_button check_deep_link check_observations check_result
compare_names compare_numbers country_faults easter exchange_of harmless hint_for hookimpl hookspec info_faults
json_bytes json_object mark_of mask monday_from money_or_none name_key number opens_session origin_of plain
read_catalogues repeat_for strict_json texts_of translate translate_button translate_info wants_grant without_grant
"""
MODULES = {
    "actions", "channel", "channel_specs", "contact",
    "country", "currencies", "declared", "declared_country", "errors", "exchange", "form", "holidays",
    "http", "identity", "markers", "messages", "money", "patterns", "payment", "provider", "renamed",
    "request_mark", "results", "specs", "testing", "texts", "webhook", "wire",
}  # fmt: skip


def test_these_names_are_public_and_no_others():
    names = {name for name in vars(hub_hookspecs) if not name.startswith("_")} - MODULES
    assert sorted(names) == sorted(PUBLIC.split())


LOADED = """
import sys, {module}
print(sorted({{name.partition(".")[0] for name in sys.modules}} & {{"pytest", "starlette", "hub", "sqlalchemy"}}))
"""


@pytest.mark.parametrize("module", ["hub_hookspecs", "hub_hookspecs.testing"])
def test_the_contract_and_its_kit_load_neither_pytest_nor_starlette_nor_the_hub(module):
    """What is checked in production has neither; a plugin's own environment has no hub."""
    run = subprocess.run(
        [sys.executable, "-c", LOADED.format(module=module)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("year", [1900, 2000, 2019, 2038, 2076, 2100, 2285])
def test_easter_is_the_sunday_that_the_tables_name(year: int) -> None:
    sundays = {1900: "04-15", 2000: "04-23", 2019: "04-21", 2038: "04-25", 2076: "04-19", 2100: "03-28", 2285: "03-22"}

    assert f"{easter(year):%m-%d}" == sundays[year]


def test_a_holiday_is_kept_on_its_own_monday_or_the_next() -> None:
    assert [monday_from(date(2026, 11, day)).day for day in (1, 2, 3, 8)] == [2, 2, 9, 9]


def test_holidays_by_a_rule_are_asked_like_a_set_of_dates() -> None:
    holidays = Holidays(lambda year: {date(year, 2, 28) + timedelta(days=1)})

    assert (date(2028, 2, 29) in holidays, date(2029, 3, 1) in holidays, date(2029, 2, 28) in holidays) == (
        True,
        True,
        False,
    )
    assert "2028-02-29" not in holidays
