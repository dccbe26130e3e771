"""Redraws a logo that was handed in: decoded, made small and written anew; nothing else of the file is stored."""

from __future__ import annotations

import io
import re
import struct
from typing import TYPE_CHECKING, Final

from hub.domain.logo import HIGHEST, MAX_BYTES, MAX_PIXELS, MAX_STORED_BYTES, WIDEST, LogoRefused

if TYPE_CHECKING:
    from PIL.Image import Image

KINDS: Final = ("PNG", "JPEG", "WEBP")
"""Decoders that are tried; no other one ever sees the file."""

VECTOR: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<!DOCTYPE svg|<svg)|<svg[\s>]", re.IGNORECASE)
LIGHT: Final = 190
"""Mean brightness, 0 to 255, from which a see-through logo would be lost on white paper."""

DARK_GROUND: Final = (19, 32, 26)
SHRINK: Final = 0.85


def redraw_logo(content: bytes) -> tuple[bytes, int, int]:
    """The PNG that is stored of a picture, its width and its height.

    Raises:
        LogoRefused: Nothing, too much, no PNG, JPEG or WebP, or one that cannot be decoded.
    """
    if not content:
        raise LogoRefused("empty")
    if len(content) > MAX_BYTES:
        raise LogoRefused("size")
    picture = _small(_decoded(content))
    drawn = _encoded(picture)
    while len(drawn) > MAX_STORED_BYTES:
        drawn = _encoded(_few_colours(picture))
        if len(drawn) > MAX_STORED_BYTES:
            picture = picture.resize((max(1, int(picture.width * SHRINK)), max(1, int(picture.height * SHRINK))))
    width, height = int.from_bytes(drawn[16:20], "big"), int.from_bytes(drawn[20:24], "big")
    return drawn, width, height


def _decoded(content: bytes) -> Image:
    """The first picture of the file, upright, as RGBA."""
    from PIL import Image, UnidentifiedImageError

    if VECTOR.search(content[:1024]):
        raise LogoRefused("vector")
    try:
        with Image.open(io.BytesIO(content), formats=KINDS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise LogoRefused("pixels")
            opened.draft("RGB", (2 * WIDEST, 2 * HIGHEST))
            opened.load()
            deep = opened.mode.startswith("I")  # 16 bits of grey, which Pillow would cut and not scale
            shown = opened.point(lambda value: value / 256).convert("L") if deep else opened
            return _upright(shown).convert("RGBA")
    except UnidentifiedImageError:
        raise LogoRefused("kind") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise LogoRefused("pixels") from None
    except LogoRefused:
        raise
    except Exception as error:  # a broken file fails in as many ways as there are decoders
        raise LogoRefused("broken") from error


def _upright(picture: Image) -> Image:
    """Turned as its hidden data say, where they can be read."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(picture)
    except (SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, OSError, struct.error):
        return picture


def _small(picture: Image) -> Image:
    """Without its transparent rim, within the bounds, and on a ground of its own where it is light and see-through."""
    from PIL import Image, ImageStat

    alpha = picture.getchannel("A")
    if (seen := alpha.getbbox()) is None:
        raise LogoRefused("broken")
    picture, alpha = picture.crop(seen), alpha.crop(seen)
    picture.thumbnail((WIDEST, HIGHEST))
    alpha = picture.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return picture.convert("RGB")
    brightness = ImageStat.Stat(picture.convert("L"), mask=alpha.point(lambda value: 255 if value > 127 else 0))
    if brightness.count[0] and brightness.mean[0] >= LIGHT:
        rim = max(2, picture.height // 8)
        size = (min(WIDEST, picture.width + 2 * rim), min(HIGHEST, picture.height + 2 * rim))
        inside = picture.copy()
        inside.thumbnail((max(1, size[0] - 2 * rim), max(1, size[1] - 2 * rim)))
        ground = Image.new("RGB", (inside.width + 2 * rim, inside.height + 2 * rim), DARK_GROUND)
        ground.paste(inside, (rim, rim), inside)
        return ground
    return picture


def _few_colours(picture: Image) -> Image:
    from PIL import Image

    return picture.quantize(64, method=Image.Quantize.FASTOCTREE)


def _encoded(picture: Image) -> bytes:
    """A PNG with its picture alone: no text, no time, no profile."""
    bare, written = picture.copy(), io.BytesIO()
    bare.info = {}
    bare.save(written, format="PNG", optimize=True)
    return written.getvalue()
