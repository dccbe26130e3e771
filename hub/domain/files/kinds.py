"""What a file is that people bring in place of a list, by its first bytes: named, with what to do."""

from __future__ import annotations

import re
import zipfile
from typing import Final

from hub.domain.text import Text

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIPPED: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
PDF_WITHIN: Final = 1024
LOOKED_AT: Final = 64 * 1024

SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", Text("file.picture")),
    (b"\xff\xd8\xff", Text("file.picture")),
    (b"GIF8", Text("file.picture")),
    (b"II*\x00", Text("file.picture")),
    (b"MM\x00*", Text("file.picture")),
    (b"{\\rtf", Text("file.word")),
    (b"Rar!\x1a\x07", Text("file.archive")),
    (b"7z\xbc\xaf\x27\x1c", Text("file.archive")),
    (b"\x1f\x8b", Text("file.archive")),
    (b"BZh", Text("file.archive")),
    (b"\xfd7zXZ\x00", Text("file.archive")),
    (b"\x7fELF", Text("file.program")),
    (b"SQLite format 3\x00", Text("file.database")),
    (b"MIME-Version:", Text("file.web_archive")),
    (b"From: <Saved by", Text("file.web_archive")),
)
IN_OLE: Final = (
    ("EncryptedPackage", Text("workbook.locked")),
    ("WordDocument", Text("file.word")),
    ("PowerPoint Document", Text("file.slides")),
    ("Workbook", Text("workbook.old")),
    ("Book", Text("workbook.old")),
)
ROOT: Final = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)([^<>]*)>")
COMMENT: Final = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)
ELECTRONIC_INVOICES: Final = frozenset(
    {
        # Costa Rica
        "FacturaElectronica", "NotaCreditoElectronica", "NotaDebitoElectronica", "TiqueteElectronico",
        "FacturaElectronicaCompra", "FacturaElectronicaExportacion", "ReciboElectronicoPago", "MensajeHacienda",
        "MensajeReceptor",
        # Colombia and others, by UBL
        "Invoice", "CreditNote", "DebitNote", "AttachedDocument", "ApplicationResponse",
        # Chile, Mexico
        "DTE", "EnvioDTE", "SetDTE", "EnvioBOLETA", "Comprobante",
    }
)  # fmt: skip


def refusal_of(data: bytes) -> Text | None:
    """Why these bytes are no list, where their beginning tells; None where they may be one."""
    for signature, refusal in SIGNATURES:
        if data.startswith(signature):
            return refusal
    if b"%PDF-" in data[:PDF_WITHIN] and data.lstrip()[:5] == b"%PDF-":
        return Text("file.pdf")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Text("file.picture")
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"avif", b"msf1"):
        return Text("file.picture")
    if data[:2] == b"BM" and b"\x00" in data[6:14]:
        return Text("file.picture")
    if data[:2] == b"MZ" and b"\x00" in data[:64]:
        return Text("file.program")
    if data.startswith(OLE[:4]):
        named = (refusal for name, refusal in IN_OLE if name.encode("utf-16-le") in data)
        return next(named, Text("workbook.old_or_locked"))
    return None


def refusal_of_archive(archive: zipfile.ZipFile) -> Text | None:
    """Why a zipped file is no workbook that we read, where its parts tell."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return Text("file.archive_locked")
    if "mimetype" in names and "content.xml" in names:
        return Text("file.open_document")
    if "xl/workbook.bin" in names:
        return Text("workbook.binary")
    if any(name.startswith("word/") for name in names):
        return Text("file.word")
    if any(name.startswith("ppt/") for name in names):
        return Text("file.slides")
    if "Index/Document.iwa" in names or any(name.endswith(".iwa") for name in names):
        return Text("file.numbers")
    if "_rels/.rels" in names:
        return None
    files = [name.lower() for name in names if not name.endswith("/") and not name.startswith("__MACOSX/")]
    if files and all(name.endswith((".xml", ".pdf")) for name in files) and any(".xml" in name for name in files):
        return Text("file.electronic_invoices")
    return Text("file.archive") if files else None


def refusal_of_xml(text: str) -> Text | None:
    """What an XML file is that is no table; None for one that is not XML."""
    head = COMMENT.sub("", text[:LOOKED_AT]).lstrip("\ufeff \t\r\n")
    if not head.startswith("<"):
        return None
    if not (found := ROOT.search(head)):
        return Text("file.xml")
    name = found[1]
    if name in ELECTRONIC_INVOICES:
        return Text("file.electronic_invoice")
    return Text("file.picture") if name == "svg" else Text("file.xml")
