"""Settings come from defaults, hub.toml and the environment, and say which key is wrong where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(folder: Path, text: str) -> Path:
    (folder / "hub.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings(data=tmp_path)


def test_the_file_goes_before_defaults_and_the_environment_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'port = 9000\nsmtp_host = "mail.example"\nbase_url = "https://pagos.example/"')
    monkeypatch.setenv("HUB_PORT", "9100")
    monkeypatch.setenv("HUB_SMTP_STARTTLS", "true")
    settings = load_settings(tmp_path)
    assert (settings.port, settings.smtp_host, settings.smtp_starttls) == (9100, "mail.example", True)
    assert settings.base_url == "https://pagos.example", "addresses are built by adding a path"


def test_the_folder_is_the_one_asked_for_else_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATA", str(tmp_path / "there"))
    assert load_settings().data == tmp_path / "there"
    assert load_settings(tmp_path / "here").data == tmp_path / "here"


def test_endpoints_of_a_provider_can_be_pointed_at_a_simulator(tmp_path: Path) -> None:
    write(tmp_path, '[providers.greenpay.endpoints]\napi = "http://127.0.0.1:9001"')
    assert load_settings(tmp_path).endpoints == {"greenpay": {"api": "http://127.0.0.1:9001"}}


def test_proxies_are_named_in_the_file_or_in_one_text_with_commas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "trusted_proxies = ['10.0.0.5', 'fd00::/8']")
    assert load_settings(tmp_path).trusted_proxies == ("10.0.0.5", "fd00::/8")
    monkeypatch.setenv("HUB_TRUSTED_PROXIES", "::1, 172.18.0.0/16,")
    assert load_settings(tmp_path).trusted_proxies == ("::1", "172.18.0.0/16")
    monkeypatch.setenv("HUB_TRUSTED_PROXIES", "")
    assert load_settings(tmp_path).trusted_proxies == ()


def test_the_password_never_shows(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, 'smtp_password = "canary"'))
    assert settings.smtp_password == "canary"
    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prt = 1", "prt"),
        ("[smtp]\nhost = 'x'", "smtp"),
        ("[providers.greenpay]\nendpints = 1", "endpints"),
        ("port = 'a'", "port must be a whole number"),
        ("port = 99999", "port must lie between"),
        ("port =", "not valid TOML"),
        ("base_url = 'pagos.example'", "base_url"),
        ("base_url = 'javascript:alert(1)'", "base_url"),
        ("base_url = 'https://pagos.example/hub/'", "base_url must be scheme and host alone"),
        ("base_url = 'https://pagos.example?canary'", "base_url must be scheme and host alone"),
        ("base_url = 'HTTPS://pagos.example'", "base_url must be scheme and host alone"),
        ("base_url = 'https://canary@pagos.example'", "base_url must be scheme and host alone"),
        ("sender = 'Pagos <pagos@example.com>'", "sender"),
        ("operator_email = 'a@b, c@d'", "operator_email"),
        ("link_days = 0", "link_days"),
        ("log_level = 'loud'", "log_level"),
        ("data = '/tmp'", "data"),
        ("[providers.greenpay.endpoints]\napi = 'ftp://x'", "providers.greenpay.endpoints.api"),
        ("smtp_host = 'mail.example'\nsmtp_password = 'canary'", "smtp_starttls"),
        ("trusted_proxies = 7", "trusted_proxies must be a list of texts"),
        ("trusted_proxies = ['10.0.0.5', 'canary']", "trusted_proxies, entry 2: no address"),
        ("[trusted_proxies]", "trusted_proxies must be a list of texts, not a table"),
        ("[trusted_proxies]\n'10.0.0.5' = true", "trusted_proxies must be a list of texts, not a table"),
        ("trusted_proxies = ['10.0.0.5/8']", "write 10.0.0.0/8"),
        ("trusted_proxies = ['::/0']", "entry 1: ::/0 is everybody"),
    ],
)
def test_a_wrong_setting_is_refused_by_name_and_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(write(tmp_path, text))
    assert told in str(refusal.value)
    assert "hub.toml" in str(refusal.value)
    assert "canary" not in str(refusal.value)


def test_every_fault_is_listed_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(write(tmp_path, "port = 99999\nlink_days = 0"))
    assert len(refusal.value.problems) == 2


def test_a_wrong_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "canary")
    with pytest.raises(SettingsError, match="HUB_PORT must be a whole number") as refusal:
        load_settings(tmp_path)
    assert "canary" not in str(refusal.value)
