"""What a customer hands in to show that he paid outside the hub: a picture or a PDF,
never believed by itself."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import attrs

from hub_hookspecs import Mode

MAX_BYTES: Final = 5 * 1024 * 1024

KINDS: Final = (
    (re.compile(rb"%PDF-1\.[0-9]|%PDF-2\.[0-9]"), "application/pdf", "pdf"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", "png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", "jpg"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp", "webp"),
    (re.compile(rb".{4}ftyp(?:heic|heix|mif1|msf1)", re.DOTALL), "image/heic", "heic"),
)
"""How the files that are taken begin; what a browser or a name says of them counts for nothing."""


@attrs.frozen(kw_only=True)
class Attachment:
    """A file that was handed in; its content lies apart, under a name that says nothing.

    Attributes:
        review_id: The exception that the merchant looks into.
        name: What the customer called it, shortened, for people alone.
        kind: Media type by its first bytes.
        file: Random name in the folder.
    """

    id: str
    merchant_id: str
    mode: Mode
    customer_id: str
    review_id: str
    name: str
    kind: str
    size: int
    sha256: str
    file: str
    stored_at: datetime


class NotTaken(ValueError):
    """A file that is not taken; ``code`` is ``empty``, ``size`` or ``kind``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def kind_of(content: bytes) -> tuple[str, str]:
    """Media type and ending of a file that may be taken.

    Raises:
        NotTaken: Nothing, too much, or neither a picture nor a PDF.
    """
    if not content:
        raise NotTaken("empty")
    if len(content) > MAX_BYTES:
        raise NotTaken("size")
    for begins, kind, ending in KINDS:
        if begins.match(content):
            return kind, ending
    raise NotTaken("kind")


def plain_name(name: str, ending: str) -> str:
    """A file's name as people may read it: without folders, controls or surprises,
    and with its true ending."""
    last = re.split(r"[/\\]", name)[-1]
    stem = re.sub(r"[^\w .()-]", "", last.rpartition(".")[0] or last, flags=re.UNICODE).strip(" .")[:60]
    return f"{stem or 'comprobante'}.{ending}"
