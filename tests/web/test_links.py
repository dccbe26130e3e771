"""The address that was meant, out of what a mail program made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.web.links import is_cut, mended

TOKEN = f"01ABCDEFGHJKMNPQRSTVWXYZ00.{'a_-Z' * 10}xyA"
LINK = f"/s/{TOKEN}"
BACK = f"/pay/return/{'0123456789ABCDEF' * 2}"


@pytest.mark.parametrize(
    ("path", "query", "meant"),
    [
        (LINK, "", ""),
        (LINK, "lang=en", ""),
        (LINK, "lang=%22%3E%3Cb%3E", ""),
        (f"{LINK}/pay", "name=Luz S.A.&note=hola.", ""),
        (f"{LINK}A", "", ""),
        (f"{LINK}_A", "", ""),
        (f"/x{LINK}", "", ""),
        (f"/s/x/{TOKEN}", "", ""),
        (f"{LINK}_", "", LINK),
        (f"{LINK}_*", "", LINK),
        (f"{LINK}.", "lang=en", f"{LINK}?lang=en"),
        (LINK, "lang=en%29.", f"{LINK}?lang=en"),
        (LINK, ").", LINK),
        (f"{LINK}/pay", "invoice=1&amp;currency=CRC", f"{LINK}/pay?invoice=1&currency=CRC"),
        (f"{LINK}/pay/../note", "", ""),
        (f"{LINK}/../../m/payments.", "", ""),
        (f"{LINK}/pay..", "", f"{LINK}/pay"),
        (f"//evil.example{LINK}", "", ""),
        (f"/https://evil.example{LINK}", "", LINK),
        (f"/s/{TOKEN[:9]}\r\n> > {TOKEN[9:]}", "", LINK),
        (f"/s/{TOKEN[:26]}\u00ad{TOKEN[26:]}\ufeff", "", LINK),
        (BACK, "signature=a%3D%3D.", ""),
        (f"{BACK}/eyJ4IjoxfQ==", "", ""),
        (f"{BACK}/a b).", "x=1.", ""),
        (f"{BACK}).", "x=1.", f"{BACK}?x=1."),
    ],
)
def test_what_cannot_belong_to_a_link_is_left_out_and_nothing_else(path: str, query: str, meant: str) -> None:
    assert mended(path, query) == meant


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_what_was_mended_needs_no_mending_and_leads_to_our_own_pages(before: str, behind: str, query: str) -> None:
    for path in (f"{before}{LINK}{behind}", f"/s/{before}{TOKEN}{behind}", f"{LINK}/{behind}", f"{BACK}{behind}"):
        meant = mended(path, query)
        found, _, asked = meant.partition("?")
        assert not meant or found.startswith(("/s/", "/pay/return/"))
        assert not meant or mended(found, asked) == ""


def test_an_address_of_any_length_is_read_once() -> None:
    signs = "!" * 1_000_000  # read again from each of its signs, this would not end today
    assert not is_cut(f"/s/{signs}a")
    assert is_cut(f"/s/{TOKEN[:9]}{signs}")
    assert mended(f"/s/{signs}a{signs}", f"lang={signs}") == ""


@pytest.mark.parametrize(
    ("path", "cut"),
    [
        (LINK, False),
        (f"{LINK}A", False),
        (LINK[:-1], True),
        (f"{LINK[:-1]}=", True),
        (f"{LINK[:-1]}>", True),
        (f"{LINK[:30]}/pay", True),
        ("/s/", True),
        (f"/m/sign-in/{TOKEN[:-5]}", True),
        ("/m/sign-in", False),
        (f"/m/sign-in/{'0' * 70}", False),
        (BACK[:-3], False),
        ("/m/payments", False),
    ],
)
def test_the_beginning_of_a_link_is_known_without_knowing_any(path: str, cut: bool) -> None:
    assert is_cut(path) is cut
