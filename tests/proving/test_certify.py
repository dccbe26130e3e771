"""What a certification asks for is written by scenario, and nothing secret is in it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.providers.load import load_providers
from hub.proving.certify import archive_of, markdown_of
from hub.proving.check import subject_of
from hub.proving.scenarios import REDACTED, Redaction, scenarios_of
from tests.cli.conftest import call

from .test_tryout import llama as llama

SECRET = 's3cr3t/"canary"+9'


def test_requests_and_answers_are_written_with_the_version_and_the_day(tmp_path: Path) -> None:
    ended = call("plugins", "certify", "nequi", "--into", str(tmp_path / "out"))
    assert (ended.code, ended.err) == (0, "")
    text = (tmp_path / "out" / "certification.md").read_text(encoding="utf-8")
    for words in (
        "- plugin: payment-hub-nequi 0.1.0, code `nequi`",
        f"- made: {datetime.now(UTC):%Y-%m-%d}",
        "## create_payment (a new push)",
        "## query_payment (a refused push)",
        "## refund_payment (a paid push)",
        "Notification:",
    ):
        assert words in text, words
    archive = json.loads((tmp_path / "out" / "certification.har").read_text(encoding="utf-8"))["log"]
    assert archive["creator"] == {"name": "payment-hub-nequi", "version": "0.1.0"}
    assert [page["title"] for page in archive["pages"]] == [
        line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")
    ]
    assert {entry["pageref"] for entry in archive["entries"]} <= {page["id"] for page in archive["pages"]}


@pytest.mark.parametrize("code", ["greenpay", "nequi", "onvo"])
def test_no_secret_no_token_and_no_card_is_in_it(code: str) -> None:
    provider = load_providers()[code]
    subject = subject_of(provider)
    settings = subject.account().settings
    scenarios = scenarios_of(subject)
    now = datetime.now(UTC)
    text = markdown_of(provider, scenarios, now) + json.dumps(archive_of(provider, scenarios, now))
    secrets = [settings[item.name] for item in provider.info.settings if item.secret and settings.get(item.name)]
    assert secrets
    assert [secret for secret in secrets if secret in text] == []
    assert "Bearer " not in text
    assert len(scenarios) >= 4


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        json.dumps({"note": SECRET}),
        "k=s3cr3t%2F%22canary%22%2B9",
        SECRET.encode().hex(),
        base64.b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_secret_is_taken_out_however_it_is_spelled(text: str) -> None:
    redaction = Redaction({})
    redaction.add(SECRET, "key")
    assert redaction.left_in(text)
    assert not redaction.left_in(redaction.text(text))
    assert "[key, redacted]" in redaction.text(text)


def test_what_is_named_like_a_secret_is_taken_out_and_a_card_keeps_its_last_digits() -> None:
    redaction = Redaction({})
    body = redaction.body(b'{"access_token": "abc", "card": {"pan": 4242424242424242, "cvv": "123"}, "amount": 10}')
    assert json.loads(body) == {"access_token": REDACTED, "card": {"pan": REDACTED, "cvv": REDACTED}, "amount": 10}
    assert "4242424242424242" not in redaction.body(b'{"said": "4242 4242 4242 4242"}')
    assert redaction.body(b"user=ana&password=abc&x") == f"user=ana&password={REDACTED}&x"
    assert redaction.headers([("Authorization", "Basic abc"), ("x-api-key", "abc"), ("accept", "json")]) == (
        ("Authorization", REDACTED),
        ("x-api-key", REDACTED),
        ("accept", "json"),
    )
    assert redaction.body(b"\xff\xfe") == "<2 bytes that are no text>"


def test_nothing_is_written_where_something_secret_would_be_left(
    llama: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = llama.read_text(encoding="utf-8")
    told = source.replace('"back": order', '"memo": account.settings["token"], "back": order')
    assert told != source
    llama.write_text(told, encoding="utf-8")
    subject = subject_of(load_providers()["llama-pe"])
    started = next(item for item in scenarios_of(subject) if item.hook == "create_payment")
    assert '"memo": "[token, redacted]"' in started.said[0].body

    monkeypatch.setattr(Redaction, "text", lambda _self, text: text)
    ended = call("plugins", "certify", "llama-pe", "--into", str(tmp_path / "out"))
    assert (ended.code, "a secret of llama-pe was left" in ended.err) == (1, True)
    assert not (tmp_path / "out").exists()
