"""A barcode is what the provider gave, as a scanner reads it, or there is none."""

from __future__ import annotations

import re

import pytest
import zxingcpp
from barcode import get_barcode_class
from PIL import Image, ImageDraw

from hub.domain.bars import bars_svg
from hub.domain.figures import in_groups
from hub_hookspecs import Barcode, Symbology


def scanned(svg: str) -> list[str]:
    """What a till reads of it."""
    found = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    assert found
    width, height = int(found[1]), int(found[2])
    picture = Image.new("L", (width * 3, height * 3), 255)
    for x, wide in re.findall(r"M(\d+) 0h(\d+)v60h-\d+z", svg):
        box = (int(x) * 3, 0, (int(x) + int(wide)) * 3 - 1, height * 3)
        ImageDraw.Draw(picture).rectangle(box, fill=0)
    return [read.text for read in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize(
    ("symbology", "payload"),
    [
        (Symbology.CODE128, "415770999801234580209988776655"),
        (Symbology.CODE128, "Ref-2026/11 A"),
        (Symbology.ITF, "00123456789012345678"),
        (Symbology.EAN13, "7702004003508"),
    ],
)
def test_a_scanner_reads_what_was_given(symbology: Symbology, payload: str) -> None:
    assert scanned(bars_svg(Barcode(payload, symbology))) == [payload]


@pytest.mark.parametrize(
    ("symbology", "payload", "instead"),
    [(Symbology.EAN13, "7702004003509", "7702004003508"), (Symbology.ITF, "1234567", "01234567")],
)
def test_what_could_only_be_drawn_as_another_number_is_not_drawn(
    symbology: Symbology, payload: str, instead: str
) -> None:
    assert bars_svg(Barcode(payload, symbology)) == ""
    assert get_barcode_class(symbology.value)(payload).get_fullcode() == instead  # the control: it would be drawn


@pytest.mark.parametrize(
    ("symbology", "payload"),
    [
        (Symbology.CODE128, ""),
        (Symbology.CODE128, "ñ"),
        (Symbology.EAN13, "77"),
        (Symbology.EAN13, "77020040035O8"),
        (Symbology.ITF, "12AB"),
        (Symbology.ITF, ""),
        (Symbology.CODE128, "7" * 300),
    ],
)
def test_what_cannot_be_a_barcode_is_none_and_no_error(symbology: Symbology, payload: str) -> None:
    svg = bars_svg(Barcode(payload, symbology))
    assert svg == "" or scanned(svg) == [payload]


@pytest.mark.parametrize(
    ("reference", "shown"),
    [
        ("9988776655443322", "9988 7766 5544 3322"),
        ("1234567", "1234 567"),
        ("123456", "123456"),
        ("1234 5678 9012", "1234 5678 9012"),
        ("AB-12-CD-99", "AB-12-CD-99"),
    ],
)
def test_a_long_reference_is_read_in_groups(reference: str, shown: str) -> None:
    assert in_groups(reference) == shown
