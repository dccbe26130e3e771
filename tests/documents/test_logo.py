"""A logo that is handed in: decoded, redrawn small, and nothing else of the file kept."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

import attrs
import pytest
from PIL import Image, ImageDraw, PngImagePlugin
from pypdf import PdfReader

from hub.documents import Documents
from hub.documents.logo import redraw_logo
from hub.domain.logo import HIGHEST, MAX_BYTES, MAX_STORED_BYTES, WIDEST, Logo, LogoRefused
from hub.domain.statement_document import StatementDocument

SECRET = b"Ana Secreta, 9.934739,-84.087502"


def picture(width: int = 900, height: int = 300, *, mode: str = "RGBA", ink: str = "#a01c1c") -> Image.Image:
    """A round mark and a bar on nothing, or on white."""
    drawn = Image.new(mode, (width, height), (0, 0, 0, 0) if mode == "RGBA" else "white")
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((0, 0, height, height), fill=ink)
    pen.rectangle((height * 1.2, height * 0.3, width, height * 0.7), fill=ink)
    return drawn


def encoded(drawn: Image.Image, kind: str, **options: Any) -> bytes:
    written = io.BytesIO()
    drawn.save(written, format=kind, **options)
    return written.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """A picture that no PNG makes small."""
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def told(text: bytes) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", text.decode())
    return info


def huge() -> bytes:
    """A PNG of a few hundred bytes that says it has 400 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 20000, 20000, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


TAKEN = {
    "a PNG with nothing behind it": lambda: encoded(picture(), "PNG", pnginfo=told(SECRET)),
    "a JPEG": lambda: encoded(picture(mode="RGB"), "JPEG", comment=SECRET),
    "a JPEG for printers": lambda: encoded(picture(mode="RGB").convert("CMYK"), "JPEG"),
    "a WebP": lambda: encoded(picture(), "WEBP", exif=b"Exif\0\0" + SECRET),
    "a PNG with few colours": lambda: encoded(picture().quantize(16), "PNG"),
    "a grey PNG": lambda: encoded(picture(mode="RGB").convert("L"), "PNG"),
    "a deep grey PNG": lambda: encoded(Image.new("I;16", (400, 100), 40_000), "PNG"),
    "one pixel": lambda: encoded(Image.new("RGB", (1, 1), "red"), "PNG"),
    "a long thin line": lambda: encoded(picture(4000, 4), "PNG"),
    "noise": lambda: encoded(noise(590, 190), "JPEG", quality=95),
    "something hidden behind the end": lambda: encoded(picture(), "PNG") + SECRET,
}


@pytest.mark.parametrize("made", TAKEN.values(), ids=TAKEN.keys())
def test_what_is_kept_is_a_small_png_of_our_own(made: Any) -> None:
    drawn, width, height = redraw_logo(made())

    with Image.open(io.BytesIO(drawn), formats=["PNG"]) as kept:
        kept.load()
        assert (width, height) == kept.size
        assert set(kept.info) <= {"transparency"}
    assert width <= WIDEST
    assert height <= HIGHEST
    assert len(drawn) <= MAX_STORED_BYTES
    assert SECRET not in drawn


def test_a_photograph_keeps_its_upright_side() -> None:
    """Phones write a picture lying down and say in its hidden data how to turn it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    _, width, height = redraw_logo(encoded(picture(300, 100, mode="RGB"), "JPEG", exif=exif))
    assert (width, height) == (67, 200)


def test_light_letters_on_nothing_get_a_dark_ground() -> None:
    drawn, _, _ = redraw_logo(encoded(picture(ink="#ffffff"), "PNG"))
    with Image.open(io.BytesIO(drawn)) as kept:
        assert kept.convert("RGB").getpixel((0, 0)) == (19, 32, 26)
    dark, _, _ = redraw_logo(encoded(picture(ink="#111111"), "PNG"))
    with Image.open(io.BytesIO(dark)) as kept:
        assert kept.convert("RGBA").getpixel((kept.width // 3, 2))[3] == 0  # type: ignore[index]


REFUSED = {
    "nothing": ("empty", lambda: b""),
    "more than a megabyte": ("size", lambda: encoded(picture(), "PNG") + b"\0" * MAX_BYTES),
    "a drawing": ("vector", lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
    "a bare drawing": ("vector", lambda: b'\xef\xbb\xbf\n <svg onload="alert(1)"/>'),
    "a page": ("kind", lambda: b"<!doctype html><script>alert(1)</script>"),
    "a PDF": ("kind", lambda: b"%PDF-1.7\n" + b"\0" * 64),
    "a GIF": ("kind", lambda: encoded(picture(mode="RGB").convert("P"), "GIF")),
    "a TIFF": ("kind", lambda: encoded(picture(mode="RGB"), "TIFF")),
    "a first line of a PNG": ("kind", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 64),
    "half a PNG": ("broken", lambda: encoded(noise(200, 80), "PNG")[:9000]),
    "an empty sheet": ("broken", lambda: encoded(Image.new("RGBA", (100, 50)), "PNG")),
    "a picture that unpacks to a huge one": ("pixels", huge),
}


@pytest.mark.parametrize(("code", "made"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_picture_of_ours_is_refused_with_its_reason(code: str, made: Any) -> None:
    with pytest.raises(LogoRefused) as refused:
        redraw_logo(made())
    assert refused.value.code == code


def test_a_file_of_any_bytes_is_taken_or_refused_and_never_breaks_anything() -> None:
    dice, whole = random.Random(11), [made() for made in TAKEN.values()]
    for _ in range(300):
        content = bytearray(dice.choice(whole))
        for _ in range(dice.randint(1, 20)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        try:
            drawn, _, _ = redraw_logo(bytes(content[: dice.randint(1, len(content))]))
        except LogoRefused:
            continue
        assert len(drawn) <= MAX_STORED_BYTES


def test_it_stands_at_the_head_of_mails_and_papers(samples: Any, papers: Any, documents: Documents) -> None:
    drawn, width, height = redraw_logo(encoded(picture(), "PNG"))

    def shown(value: Any) -> Any:
        logo = Logo(sha256="0" * 64, width=width, height=height)
        return attrs.evolve(value, letterhead=attrs.evolve(value.letterhead, logo=logo, picture=drawn))

    value = next(item for item, _locale in samples.values() if isinstance(item, StatementDocument))
    for picture_wanted, given in ((True, shown(value)), (False, value)):
        mail = documents.mail(given, recipient="ana@correo.example", message_id="x", locale="es_CR")
        assert (drawn in [data for _name, _kind, data in mail.inline]) is picture_wanted
        assert (f'alt="{value.letterhead.name}"' in mail.html) is picture_wanted
    for paper, locale in papers.values():
        for pictures, given in ((1, shown(paper)), (0, paper)):
            pages = PdfReader(io.BytesIO(documents.pdf(given, locale=locale).content)).pages
            sizes = [image.image.size for image in pages[0].images if image.image]
            assert sizes.count((width, height)) == pictures, type(paper).__name__
