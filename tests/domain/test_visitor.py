"""Whom a proxy speaks for, whose word is believed, and whose tries are counted together."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.visitor import (
    LOOPBACK,
    UnusableNetwork,
    address_of,
    counted_as,
    is_among,
    network_of,
    networks_of,
    visitor_behind,
)

TRUSTED = networks_of(("10.0.0.0/8", "127.0.0.1", "fd00::/8"))


@pytest.mark.parametrize(
    ("forwarded", "visitor"),
    [
        ("", "10.0.0.1"),
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        ("203.0.113.7, fd00::1, 10.0.0.9", "203.0.113.7"),
        ("198.51.100.1,203.0.113.7:5123", "203.0.113.7"),
        ("198.51.100.1, [2001:db8::7]:443", "2001:db8::7"),
        ("198.51.100.1, [2001:db8::7]", "2001:db8::7"),
        ("198.51.100.1, ::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, ::ffff:10.0.0.9", "203.0.113.7"),
        ("198.51.100.1, fe80::7%eth0", "fe80::7"),
        (" , 203.0.113.7 ,, ", "203.0.113.7"),
        ("10.0.0.7", "10.0.0.7"),
        ("10.0.0.7, 10.0.0.8", "10.0.0.7"),
        ("203.0.113.7, unknown", "10.0.0.1"),
        ("203.0.113.7, _hidden, 10.0.0.9", "10.0.0.9"),
        ("203.0.113.7, 203.0.113.999", "10.0.0.1"),
        ("203.0.113.7, [fd00::1", "10.0.0.1"),
        ("203.0.113.7, 1.2.3.4:http", "10.0.0.1"),
        (f"203.0.113.7, {'1' * 5000}", "10.0.0.1"),
        ("203.0.113.7; 10.0.0.9", "10.0.0.1"),
    ],
)
def test_the_right_most_address_that_is_not_trusted_is_the_visitor(forwarded: str, visitor: str) -> None:
    assert visitor_behind("10.0.0.1", forwarded, TRUSTED) == visitor


@pytest.mark.parametrize("peer", ["203.0.113.9", "127.0.0.2", "::1", "", "unknown"])
def test_whoever_is_not_trusted_speaks_for_nobody(peer: str) -> None:
    assert visitor_behind(peer, "198.51.100.1", TRUSTED) == peer


@pytest.mark.parametrize("peer", ["::ffff:10.0.0.1", "10.0.0.1", "fd00::9%eth0"])
def test_a_proxy_is_known_however_its_address_is_written(peer: str) -> None:
    assert visitor_behind(peer, "198.51.100.1", TRUSTED) == "198.51.100.1"


@given(st.text(max_size=80))
def test_nothing_at_the_left_changes_what_the_proxy_said(made_up: str) -> None:
    assert visitor_behind("10.0.0.1", f"{made_up}, 203.0.113.7", TRUSTED) == "203.0.113.7"


@given(st.text(max_size=80))
def test_no_text_is_more_than_an_address(text: str) -> None:
    found = address_of(text)
    assert found is None or address_of(str(found)) == found
    assert counted_as(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_a_house_with_a_whole_network_is_one_visitor(one: str, other: str, same: bool) -> None:
    assert (counted_as(one) == counted_as(other)) is same


def test_by_itself_this_machine_alone_is_trusted() -> None:
    assert [is_among(host, networks_of(LOOPBACK)) for host in ("127.0.0.1", "::1", "127.0.0.2", "::2", "10.0.0.1")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_an_ipv4_network_that_is_written_as_an_ipv6_one_is_that_network() -> None:
    assert network_of("::ffff:10.0.0.0/104") == ip_network("10.0.0.0/8")
    assert network_of(" ::ffff:10.0.0.5 ") == ip_network("10.0.0.5/32")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("proxy", "a name does not serve"),
        ("", "no address and no network"),
        ("*", "no address and no network"),
        ("10.0.0.5:80", "no address and no network"),
        ("10.0.0.5/8", "write 10.0.0.0/8 for all of it, or 10.0.0.5 alone"),
        ("fd00::1/8", "write fd00::/8 for all of it, or fd00::1 alone"),
        ("0.0.0.0/0", "everybody"),
        ("::/0", "everybody"),
        ("::ffff:0:0/96", "everybody"),
    ],
)
def test_what_names_no_proxies_is_refused_with_what_to_write(text: str, told: str) -> None:
    with pytest.raises(UnusableNetwork, match=told):
        network_of(text)
