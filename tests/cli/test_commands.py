"""What the commands do, on a real data folder."""

import json
import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.bootstrap import open_hub
from hub.cli.finding import clock_in, since_moment
from hub.flows.merchants.save_company import TYPED, CompanyForm
from hub.settings import Settings

from .conftest import CREATE, Run, row

FORM = [field.name for field in attrs.fields(CompanyForm)]
USAGE = [
    (("nope",), "No such command 'nope'"),
    (("payment", "list", "--nope"), "No such option"),
    (("company", "create", "x"), "Missing option"),
    (("statement", "send"), "name customers, or say --all"),
    (("delivery", "retry"), "name one delivery, or say --dead"),
    (("demo", "--json"), "--json goes with --play"),
    (("receipt", "record", "--means", "card", "--customer", "x", "--amount", "1"), "'card' is not one of"),
]


@pytest.mark.parametrize(
    ("words", "told"), USAGE, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_wrong_usage_ends_with_2(run: Run, words: tuple[str, ...], told: str) -> None:
    ended = run(*words)
    assert ended.code == 2
    assert told in ended.err
    assert ended.out == ""


def test_a_folder_without_a_database_is_refused_with_the_remedy(run: Run, tmp_path: Path) -> None:
    for words in (("company", "list"), ("serve",), ("worker",), ("account", "rotate-keys")):
        ended = run(*words, "--data", str(tmp_path))
        assert ended.code == 1
        assert "payment-hub migrate --data" in ended.err
        assert len(ended.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_migrate_makes_the_folder_and_may_run_again(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert run("migrate", "--data", str(folder)).out.endswith("hub.db is made\n")
    assert run("migrate", "--data", str(folder)).out.endswith("hub.db is up to date\n")
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600


def test_wrong_settings_are_named_without_a_traceback(run: Run, bare: Path) -> None:
    (bare / "hub.toml").write_text("prot = 80\n", encoding="utf-8")
    ended = run("company", "list")
    assert ended.code == 1
    assert "prot" in ended.err
    assert "Traceback" not in ended.err


def test_a_company_is_registered_shown_and_changed(run: Run, bare: Path) -> None:
    assert run(*CREATE).out == "tornillo created: Ferretería El Tornillo S.A., CJ 3101234567\n"
    assert row(run("company", "list"), "tornillo")[1:5] == ["CR", "test", "CJ", "3101234567"]
    assert run("company", "edit", "tornillo", "--trade-name", "El Tornillo", "--address", "province=Heredia").code == 0
    shown = json.loads(run("company", "show", "--json").out)
    assert shown["trade_name"] == "El Tornillo"
    assert shown["legal_name"] == "Ferretería El Tornillo S.A."
    assert shown["address"]["province"] == "Heredia"
    assert shown["members"] == [{"email": "duena@eltornillo.example", "role": "owner"}]


def test_every_field_of_a_company_is_taken_stored_and_told(run: Run, bare: Path) -> None:
    given = {
        "identity_type": "CJ",
        "identity_number": "3101234567",
        "legal_name": "Café Uno S.A.",
        "trade_name": "Café Uno",
        "phone": "2222-3333",
        "email": "uno@cafe.example",
        "zone": "America/Bogota",
    }
    options = [part for name, text in given.items() for part in (f"--{name.replace('_', '-')}", text)]
    address = ("--address", "province=Heredia")
    created = run("company", "create", "cafe", "--country", "CR", "--owner", "ana@cafe.example", *address, *options)
    assert created.code == 0
    shown = json.loads(run("company", "show", "--json").out)
    assert {name: shown[name] for name in given} == given
    assert {*given, "check_digit"} == set(TYPED)
    assert [name for name in shown if name in FORM] == list(FORM)
    assert run("company", "edit", "cafe", "--phone", "2222-4444").code == 0
    assert json.loads(run("company", "show", "--json").out) == {**shown, "phone": "2222-4444"}


def test_every_fault_of_a_company_is_told(run: Run, bare: Path) -> None:
    ended = run(
        *("company", "create", "cafe", "--country", "CO", "--type", "NIT", "--number", "900123456-1"),
        *("--name", "", "--owner", "ana@cafe.example"),
    )
    assert ended.code == 1
    assert [line.split(":")[0].strip() for line in ended.err.splitlines()] == ["Error", "legal_name"]
    assert "check_digit" in ended.err
    assert run("company", "list", "--json").out == "[]\n"


def test_a_part_that_the_countrys_addresses_lack_is_refused(run: Run, bare: Path) -> None:
    ended = run(*CREATE, "--address", "provinz=Heredia")
    assert ended.code == 2
    assert "it has province, canton" in ended.err


def test_options_change_only_what_is_given(run: Run, shop: Path) -> None:
    run("company", "options", "tornillo", "--auto-record", "--notify", "a@tornillo.example")
    ended = run("company", "options", "tornillo", "--partial")
    assert ended.out == "tornillo: cash receipts by themselves, part payments allowed, told: a@tornillo.example\n"
    assert "told: admin@eltornillo.example" in run("company", "options", "tornillo", "--notify-company").out


def test_a_member_is_added_once(run: Run, shop: Path) -> None:
    assert run("company", "member", "add", "Luis@tornillo.example").code == 0
    assert run("company", "member", "add", "luis@tornillo.example").code == 1
    assert row(run("company", "member", "list"), "luis@") == ["luis@tornillo.example", "accountant", "-", "tornillo"]


def test_of_several_companies_one_must_be_named(run: Run, shop: Path) -> None:
    run(
        *("company", "create", "montana", "--country", "CO", "--type", "NIT", "--number", "900123456-8"),
        *("--name", "Café SAS", "--owner", "d@cafe.example"),
    )
    ended = run("statement", "show", "Alejandro")
    assert (ended.code, "montana, tornillo" in ended.err) == (2, True)
    assert run("statement", "show", "Alejandro", "--company", "tornillo").code == 0
    assert "there is no company 'x'" in run("statement", "show", "Alejandro", "--company", "x").err


def test_a_provider_is_offered_where_it_is_enabled_and_the_reason_names_what_is_missing(run: Run, bare: Path) -> None:
    assert run("country", "enable", "cr", "greenpay").code == 0
    places = {(item["country"], item["provider"]): item for item in json.loads(run("country", "list", "--json").out)}
    assert places["CR", "greenpay"]["offered"]
    assert places["CO", "greenpay"]["reason"] == "not_declared"
    assert places["CO", "nequi"]["reason"] == "not_enabled"
    assert run("country", "disable", "CR", "greenpay").code == 0
    assert row(run("country", "list"), "CR       greenpay")[2] == "no"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("XX", "greenpay"), "XX is not installed"),
        (("CR", "nope"), "nope is not installed; there are: greenpay, nequi"),
        (("CR", "nequi"), "nequi does not work in CR, only in CO"),
    ],
)
def test_what_cannot_be_offered_cannot_be_enabled(run: Run, bare: Path, words: tuple[str, ...], told: str) -> None:
    ended = run("country", "enable", *words)
    assert ended.code == 1
    assert told in ended.err


def test_settings_are_refused_by_name_and_never_shown(run: Run, shop: Path) -> None:
    run("country", "enable", "CR", "greenpay")
    ended = run("account", "connect", "greenpay", "-", stdin=b"merchant_id=nope\nsecret=not-so-secret-9\nother=1\n")
    assert ended.code == 1
    assert "other" in ended.err
    assert "not-so-secret-9" not in ended.err + ended.out
    assert run("account", "list", "--json").out == "[]\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"merchant_id\n", "line 1 of the settings is not NAME=VALUE"),
        (b"# a comment\na=1\na=2\n", "line 3 of the settings gives a again"),
        (b"key=-----BEGIN PUBLIC KEY-----\nMIG\n", "key has no END line"),
        (b'{"secret": 12345}', "correct secret"),
        (b'{"secret": ', "no JSON: line 1"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_file_of_settings_that_cannot_be_read_names_the_line(run: Run, shop: Path, text: bytes, told: str) -> None:
    ended = run("account", "connect", "greenpay", "-", stdin=text)
    assert ended.code == 1
    assert told in ended.err
    assert "12345" not in ended.err


def test_a_pem_block_runs_over_several_lines() -> None:
    from hub.cli.values import read_values

    text = b"a = 1\nkey=-----BEGIN PUBLIC KEY-----\nMIG=\n-----END PUBLIC KEY-----\nb=x=y\n"
    pem = "-----BEGIN PUBLIC KEY-----\nMIG=\n-----END PUBLIC KEY-----"
    assert read_values(text) == {"a": "1", "key": pem, "b": "x=y"}


def test_without_a_terminal_settings_must_come_from_somewhere(run: Run, shop: Path) -> None:
    ended = run("account", "connect", "greenpay")
    assert ended.code == 2
    assert "merchant_id, secret, public_key" in ended.err


def test_an_account_that_is_not_there_is_named(run: Run, shop: Path) -> None:
    for command in ("show", "validate", "confirm", "disable"):
        ended = run("account", command, "greenpay")
        assert (ended.code, "not connected to 'greenpay'" in ended.err) == (1, True)


BAD = """numero;cliente;fecha;vencimiento;total
FE-003;1-1234-0567;31/02/2026;15/11/2026;5.000,00
;alejandro@example.com;02/11/2026;30/11/2026;abc
"""


def test_rows_with_faults_are_set_aside_each_with_line_and_column(run: Run, shop: Path) -> None:
    ended = run("import", "invoices", "-", stdin=BAD.encode())
    assert ended.code == 1
    assert "2 set aside" in ended.out
    places = re.findall(r"line (\d), (\w+):", ended.err)
    assert places == [("2", "fecha"), ("3", "numero"), ("3", "total")]
    told = json.loads(run("import", "invoices", "-", "--json", stdin=BAD.encode()).out)
    assert [(row["line"], row["column"]) for row in told["set_aside"]] == [(int(line), name) for line, name in places]
    assert told["faults"] == []


def test_a_dry_run_shows_the_first_rows_and_writes_nothing(run: Run, shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("Nº doc,customer,issued_on,total\nFE-009,1-1234-0567,2026-11-03,1.500\n", encoding="utf-8")
    words = ("import", "invoices", str(file), "--map", "Nº doc=number", "--decimal", ".")
    ended = run(*words, "--dry-run")
    assert ended.code == 0
    assert "more.csv: CSV with comma, UTF-8. The first rows as understood:" in ended.out
    assert "  FE-009  1-1234-0567  2026-11-03  due -  total 1.50 CRC\n" in ended.out
    assert "1 new" in ended.out
    assert "1 new" in run(*words).out
    assert "1 unchanged" in run(*words).out


def test_a_row_that_contradicts_a_payment_is_refused_and_the_exit_code_is_1(run: Run, shop: Path) -> None:
    record = ("receipt", "record", "--means", "cash", "--customer", "Alejandro", "--amount", "10000")
    assert run(*record, "--invoice", "FE-002").code == 0
    lower = "numero;cliente;fecha;total\nFE-002;1-1234-0567;02/11/2026;5.000,00\n"
    ended = run("import", "invoices", "-", stdin=lower.encode())
    assert ended.code == 1
    assert "line 2, numero" in ended.err
    assert "1 set aside" in ended.out


def test_a_transfer_is_recorded_once_and_another_amount_is_confirmed(run: Run, shop: Path) -> None:
    record = ("receipt", "record", "--means", "transfer", "--customer", "Alejandro", "--bank-reference", "tr 88")
    assert run(*record, "--amount", "4000").code == 0
    same = run(*record, "--amount", "4000")
    assert same.code == 1
    assert "it is receipt RC-000001" in same.err
    assert "--another-amount" in run(*record, "--amount", "3000").err
    assert run(*record, "--amount", "3000", "--another-amount").code == 0
    assert json.loads(run("receipt", "show", "1", "--json").out)["bank_reference"] == "TR 88"
    assert "TR 88" in run("receipt", "list").out


def test_where_file_and_hub_say_another_balance_each_import_lists_it_with_the_reason(run: Run, shop: Path) -> None:
    record = ("receipt", "record", "--means", "cash", "--customer", "Alejandro", "--amount", "4000")
    assert run(*record, "--invoice", "FE-002").code == 0
    file = b"numero;cliente;fecha;total;saldo\nFE-002;1-1234-0567;02/11/2026;18.250,75;10.000,00\n"
    words = ("import", "invoices", "-", "--decimal", ",")
    why = (
        "The file states 10000.00 CRC, here 6000.00 CRC are owed: 4000.00 CRC were received or taken off here and the"
        " file does not count them."
    )
    for more in (("--dry-run",), (), ()):
        ended = run(*words, *more, stdin=file)
        assert (ended.code, f"  line 2, saldo: {why} (FE-002)\n" in ended.out) == (0, True), ended
        listed = json.loads(run(*words, *more, "--json", stdin=file).out)["differences"]
        assert listed == [{"line": 2, "column": "saldo", "value": "FE-002", "message": why}]


@pytest.mark.parametrize("who", ["1-1234-0567", "112340567", "ALEJANDRO@example.com", "gonzález", "88888888"])
def test_a_customer_is_found_by_what_people_know(run: Run, shop: Path, who: str) -> None:
    shown = json.loads(run("statement", "show", who, "--json").out)
    assert shown["customer"] == "Alejandro González"
    assert shown["sections"][0]["outstanding"] == {"minor": 124456750, "currency": "CRC"}
    assert [row["number"] for row in shown["sections"][0]["invoices"]] == ["FE-001", "FE-002"]


def test_nobody_and_several_are_told_apart(run: Run, shop: Path) -> None:
    assert "no customer 'Zoe'" in run("statement", "link", "Zoe").err
    assert "2 customers of tornillo match 'a'" in run("statement", "link", "a").err


def test_a_statement_is_due_until_somebody_hands_it_over(run: Run, shop: Path) -> None:
    ended = run("statement", "send", "Alejandro")
    assert (ended.code, "due: statement to alejandro@example.com" in ended.out) == (0, True)
    (mail,) = json.loads(run("delivery", "list", "--json").out)
    assert (mail["kind"], mail["state"], mail["tries"]) == ("statement", "due", 0)
    (shop / "hub.toml").write_text('smtp_host = "127.0.0.1"\nsmtp_port = 1\n', encoding="utf-8")
    ended = run("delivery", "run")
    assert (ended.code, ended.out) == (1, "0 sent, 1 failed\n")
    assert "alejandro@example.com: ConnectionRefusedError" in ended.err
    assert run("delivery", "run").out == "0 sent, 0 failed\n"
    assert run("delivery", "retry", mail["id"]).code == 0
    assert run("delivery", "run").code == 1
    assert json.loads(run("delivery", "list", "--json").out)[0]["tries"] == 2


def test_who_has_no_mail_gets_none(run: Run, shop: Path) -> None:
    ended = run("statement", "send", "María")
    assert ended.code == 1
    assert "María Solís has no mail address" in ended.err


def test_a_link_is_made_and_revoked(run: Run, shop: Path) -> None:
    link = run("statement", "link", "Alejandro").out.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/s/[0-9A-Z]{26}\.[\w-]{43}", link)
    assert run("statement", "link", "Alejandro").out.strip() == link
    assert "are dead" in run("statement", "revoke", "Alejandro").out
    assert "had no open link" in run("statement", "revoke", "Alejandro").out
    assert run("statement", "link", "Alejandro").out.strip() != link


def test_money_received_elsewhere_goes_where_it_is_said(run: Run, shop: Path) -> None:
    record = ("receipt", "record", "--means", "sinpe", "--customer", "Alejandro")
    ended = run(*record, "--amount", "12000.00", "--invoice", "FE-002", "--invoice", "FE-001=1500.00")
    assert ended.code == 0
    assert ended.out.splitlines()[0].startswith("tornillo RC-000001: 12000.00 CRC (doce mil colones")
    shown = json.loads(run("receipt", "show", "1", "--json").out)
    applied = {line["number"]: line["applied"]["minor"] for line in shown["lines"]}
    assert applied == {"FE-001": 150000, "FE-002": 1000000}
    assert shown["advance"] == {"minor": 50000, "currency": "CRC"}
    assert shown["means"] == "sinpe"
    assert set(row(run("receipt", "list"), "RC-000001")[-2:]) == {"FE-001", "FE-002"}
    assert run("ledger", "verify").out == "the books are right\n"


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (("--amount", "100,50"), 2, "decimal point"),
        (("--amount", "12.000"), 2, "write 12.00 or 12000"),
        (("--amount", "100", "--invoice", "FE-002=1.000"), 2, "write 1.00 or 1000"),
        (("--amount", "12", "--invoice", "FE-002=12", "--invoice", "FE-001"), 1, "0.00 CRC are left"),
        (("--amount", "0"), 1, "zero"),
        (("--amount", "100", "--invoice", "FE-404"), 1, "no invoice 'FE-404'"),
        (("--amount", "100", "--invoice", "FE-002=200"), 1, "More is applied than was received"),
        (("--amount", "90000", "--invoice", "FE-002=20000"), 1, "no more can be applied to it"),
        (("--amount", "20000", "--invoice", "FE-002=5000", "--invoice", "FE-002=5000"), 1, "twice"),
        (("--amount", "100", "--received-on", "2099-01-01"), 1, "in the future"),
        (("--amount", "100", "--received-on", "ayer"), 2, "no date"),
    ],
)
def test_a_receipt_that_cannot_be_right_is_not_written(
    run: Run, shop: Path, more: tuple[str, ...], code: int, told: str
) -> None:
    ended = run("receipt", "record", "--means", "cash", "--customer", "Alejandro", *more)
    assert ended.code == code
    assert told in ended.err
    assert json.loads(run("receipt", "list", "--json").out) == []


def test_an_api_key_is_shown_once_and_kept_as_a_hash(run: Run, shop: Path) -> None:
    ended = run("api-key", "create", "--name", "tienda")
    assert re.fullmatch(r"phk_test_[0-9A-Z]{40}\n", ended.out)
    assert ended.out.strip().encode() not in (shop / "hub.db").read_bytes()


def test_lists_are_json_and_empty_where_there_is_nothing(run: Run, shop: Path) -> None:
    for words in (("payment", "list"), ("order", "list"), ("receipt", "list"), ("account", "list")):
        assert run(*words, "--json").out == "[]\n"
    assert run("payment", "list", "--format", "csv").out.startswith("created,reference,company,")
    assert "neither a date" in run("payment", "list", "--since", "gestern").err
    assert "no payment matches 'FE-001'" in run("payment", "show", "FE-001").err


def test_a_day_begins_where_the_company_is(run: Run, shop: Path) -> None:
    hours = [
        since_moment(text, datetime.now(UTC), ZoneInfo("America/Costa_Rica"))
        for text in ("2026-11-30", "2026-11-30T00:00Z")
    ]

    assert hours == [datetime(2026, 11, 30, 6, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)]
    opened = open_hub(Settings(data=shop))
    assert (
        opened.store.read_now(lambda tx: [clock_in(tx, slug) for slug in (None, "tornillo")])
        == [ZoneInfo("America/Costa_Rica")] * 2
    )
    opened.store.close_now()


def test_plugins_are_listed_with_their_distribution(run: Run, bare: Path) -> None:
    bare_list = run("plugins", "--json")
    assert bare_list.out == run("plugins", "list", "--json").out
    rows = {item["provider"]: item for item in json.loads(bare_list.out)}
    assert rows["greenpay"]["distribution"] == "payment-hub-greenpay"
    assert rows["greenpay"]["state"] == "served"
    assert "create_payment" in rows["greenpay"]["hooks"]
    assert "secret" in run("plugins", "show", "greenpay").out
    assert "no provider 'nope' is installed" in run("plugins", "show", "nope").err


def test_a_plugin_that_cannot_be_configured_is_listed_with_the_reason(run: Run, bare: Path) -> None:
    (bare / "hub.toml").write_text('[providers.greenpay.endpoints]\nnope = "http://127.0.0.1:1"\n', encoding="utf-8")
    rows = {item["provider"]: item for item in json.loads(run("plugins", "list", "--json").out)}
    assert rows["greenpay"]["state"] == "quarantined"
    assert 'unknown endpoint "nope"' in rows["greenpay"]["reason"]
    assert rows["nequi"]["state"] == "served"
    ended = run("serve", "--strict", "--port", "0")
    assert (ended.code, "greenpay" in ended.err) == (1, True)


def test_a_simulator_that_is_not_there_is_named(run: Run) -> None:
    assert "there are: greenpay, nequi" in run("simulator", "nope", "--port", "0").err


@pytest.mark.parametrize("code", ["greenpay", "nequi"])
def test_the_help_of_a_simulator_lists_what_it_can_play(run: Run, code: str) -> None:
    from hub.providers.simulators import load_simulators

    told = " ".join(run("simulator", code, "--help").out.split())
    options = load_simulators()[code].options
    assert options
    assert [option.name for option in options if f" {option.name} {option.text} It takes" not in told] == []
    assert options[0].name not in run("simulator", "--help").out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("strict_key=true", "Error: nequi: there is no option strict_key; there are: strict_keys, "),
        ("strict_keys=maybe", "Error: nequi: option strict_keys takes true or false"),
        ("strict_keys", "strict_keys: write NAME=VALUE"),
    ],
)
@pytest.mark.parametrize("words", [("simulator", "nequi", "--port", "0"), ("plugins", "check", "nequi")])
def test_an_option_that_a_simulator_does_not_have_is_refused(
    run: Run, words: tuple[str, ...], given: str, told: str
) -> None:
    ended = run(*words, "--option", given)
    assert ended.code != 0
    assert told in ended.err


SPANISH = re.compile(r"[áéíóúñ¿¡«]|\b(el|la|los|las|del|que|se|su|una?|con|por|para|hay|es|está|al|ya|sin|más)\b", re.I)
REFUSED = {
    "a member twice": ("company", "member", "add", "duena@eltornillo.example"),
    "a member without mail": ("company", "member", "add", "nobody"),
    "an address that is none": ("company", "options", "tornillo", "--notify", "nobody"),
    "a shop that is none": ("company", "options", "tornillo", "--shop-origin", "ftp://x"),
    "an identity that cannot be": ("company", "edit", "tornillo", "--number", "12"),
    "a receipt of more than was received": (
        *("receipt", "record", "--means", "cash", "--customer", "1-1234-0567", "--amount", "100"),
        *("--invoice", "FE-001=500"),
    ),
    "a credit note without a number": ("ledger", "credit-note", "FE-002", " ", "100", "--why", "x"),
    "a write-off that nobody explains": ("ledger", "write-off", "FE-002", "--why", " "),
    "a file with faults": ("import", "invoices", "-"),
}


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_a_refusal_reaches_the_operator_in_english(run: Run, shop: Path, words: tuple[str, ...]) -> None:
    ended = run(*words, stdin=b"numero;cliente;fecha;total;saldo\nFE-9;nadie;ayer;mucho;1\n")
    assert ended.code == 1
    assert ended.err
    assert SPANISH.findall(ended.err.replace("fecha", "")) == []


def test_a_provider_that_cannot_be_reached_has_refused_nothing(run: Run, shop: Path, tmp_path: Path) -> None:
    (shop / "hub.toml").write_text(
        '[providers.greenpay.endpoints]\nmerchant = "http://127.0.0.1:1/merchant"\n', encoding="utf-8"
    )
    settings = {"secret": "x" * 64, "merchant_id": "06c229a2-0000-4000-8000-000000000001", "terminal_crc": "T-CRC"}
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    settings["public_key"] = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert run("country", "enable", "CR", "greenpay").code == 0
    ended = run("account", "connect", "greenpay", "-", stdin=json.dumps(settings).encode())

    assert ended.code == 1
    assert "credentials: unclear" in ended.out
    assert "gave no clear answer" in ended.err
    assert "payment-hub account validate greenpay --company" in ended.err


def test_what_keeps_a_provider_from_being_connected_is_said_in_words(run: Run, shop: Path) -> None:
    assert "Nequi does not work in this country" in run("account", "connect", "nequi", "-", stdin=b"{}").err
    assert "payment-hub country enable CR greenpay" in run("account", "connect", "greenpay", "-", stdin=b"{}").err
    assert "wompi is not installed" in run("account", "connect", "wompi", "-", stdin=b"{}").err
