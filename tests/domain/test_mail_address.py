"""One rule for mail addresses: what is one, how it is stored, how it goes on the wire."""

from __future__ import annotations

import re

import pytest

from hub.domain.mail_address import MAX_ADDRESS_LENGTH, AddressError, AddressRefused, read_address, wire_address
from tests.spoken import refused, spoken


@pytest.mark.parametrize(
    ("written", "stored", "wire"),
    [
        ("ana@correo.example", "ana@correo.example", "ana@correo.example"),
        (" \tana@correo.example\n", "ana@correo.example", "ana@correo.example"),
        ("Ana.Mora+1@CORREO.Example", "Ana.Mora+1@correo.example", "Ana.Mora+1@correo.example"),
        ("Info@correo.example", "Info@correo.example", "Info@correo.example"),
        ("o'hara_2@correo.example", "o'hara_2@correo.example", "o'hara_2@correo.example"),
        ("ana@Señal.example", "ana@señal.example", "ana@xn--seal-hqa.example"),
        ("ana@sen\u0303al.example", "ana@señal.example", "ana@xn--seal-hqa.example"),
        ("ana@xn--seal-hqa.example", "ana@xn--seal-hqa.example", "ana@xn--seal-hqa.example"),
        ("caja@oficina.local", "caja@oficina.local", "caja@oficina.local"),
        ("a@b.c", "a@b.c", "a@b.c"),
    ],
)
def test_an_address_is_stored_as_it_was_written_and_sent_in_ascii(written: str, stored: str, wire: str) -> None:
    assert read_address(written) == stored
    assert read_address(stored) == stored
    assert wire_address(written) == wire_address(stored) == wire


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ana",
        "ana@",
        "@correo.example",
        "ana@x.com.",
        "ana@.com",
        "ana@-correo.example",
        "ana@correo_uno.example",
        "ana..mora@correo.example",
        ".ana@correo.example",
        "ana.@correo.example",
        "ana mora@correo.example",
        "ana@correo.example\r\nBcc: b@correo.example",
        "ana\x00@correo.example",
        "ana@cor\u202ereo.example",
        "ana@correo.example,b@correo.example",
        "ana@correo.example; b@correo.example",
        "ana@correo.example b@correo.example",
        "ana@b@correo.example",
        "Ana <ana@correo.example>",
        "<ana@correo.example>",
        '"ana"@correo.example',
        "ana(caja)@correo.example",
        "ana@[127.0.0.1]",
        "ana＠correo.example",
    ],
)
def test_what_is_no_single_address_is_refused(written: str) -> None:
    for read in (read_address, wire_address):
        with refused(AddressRefused) as caught:
            read(written)
        assert caught.value.error is AddressError.FORM
        assert "uno solo, como nombre@empresa.com" in spoken(caught.value)


@pytest.mark.parametrize(
    ("written", "error", "limit"),
    [
        (
            f"ana@{'x' * 60}.{'y' * 60}.{'z' * 60}.{'w' * 60}.example.com",
            AddressError.LENGTH,
            "259 caracteres, y caben 254",
        ),
        (f"{'a' * 65}@correo.example", AddressError.LOCAL_LENGTH, "65 caracteres, y caben 64"),
        ("josé@correo.example", AddressError.LETTERS, "sin tilde"),
        ("ana@straße.example", AddressError.AMBIGUOUS, "otro"),
        ("=?utf-8?q?a?=@correo.example", AddressError.AMBIGUOUS, "otro"),
    ],
)
def test_a_refusal_tells_its_reason_and_its_limit(written: str, error: AddressError, limit: str) -> None:
    for read in (read_address, wire_address):
        with refused(AddressRefused, match=re.escape(limit)) as caught:
            read(written)
        assert caught.value.error is error


def test_the_longest_address_is_taken() -> None:
    name, label = "a" * 64, "x" * 62
    longest = f"{name}@{label}.{label}.{label[1:]}.e"
    assert len(longest) == MAX_ADDRESS_LENGTH
    assert read_address(longest) == wire_address(longest) == longest


def test_a_host_of_an_own_network_serves_the_operator_and_the_wire_alone() -> None:
    with pytest.raises(AddressRefused):
        read_address("root@localhost")
    assert read_address("root@localhost", dotless=True) == wire_address("root@localhost") == "root@localhost"
