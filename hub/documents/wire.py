"""A mail as it goes on the wire, byte for byte by our own hand: the same on every Python, whatever its library folds.

Lines of 76 octets where blanks allow it, and never more than 998 (RFC 5322); texts with letters beyond ASCII as encoded
words of at most 64 octets, blanks included, so that none is lost between two of them (RFC 2047); names of files as in
RFC 2231. Addresses, ids and list headers are plain ASCII, or the mail is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from hub.domain.mail import Mail, MailRefused

LINE = 76
MAX_LINE_LENGTH = 998
MAX_WORD_LENGTH = 64
BEGINS, ENDS = "=?utf-8?q?", "?="
MAX_PIECE_LENGTH = 60
"""Of a word or quoted name that stands as it is; longer ones are encoded, for an encoded word can be cut anywhere."""

WORDS = re.compile(rf"[!-~]{{1,{MAX_PIECE_LENGTH}}}( [!-~]{{1,{MAX_PIECE_LENGTH}}})*")
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
QUOTABLE = re.compile(r"[ !#-\[\]-~]*")
ADDRESS = re.compile(r"[^\s<>(),;:\\\"@\[\]]+@[A-Za-z0-9.-]+")
PLAIN = re.compile(r"[!-~]+( [!-~]+)*")
SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
"""What stands for itself in every encoded word, that of a name included."""

FILE_NAME = re.compile(r"[A-Za-z0-9._-]([A-Za-z0-9 ._-]{0,48}[A-Za-z0-9._-])?")
OF_ADDRESSES = frozenset({"From", "To", "Reply-To"})


def wire_of(mail: Mail, now: datetime) -> bytes:
    """Text first, then HTML with its pictures, then attachments.

    Raises:
        MailRefused: A header is none: a line break in it would have smuggled in another one, or it is not plain ASCII.
    """
    given = {"From": mail.sender, "To": mail.recipient, "Subject": mail.subject, "Message-ID": mail.message_id}
    headers = {**given, **mail.headers}
    if any(set(f"{name}{value}") & set("\r\n\0") for name, value in headers.items()):
        raise MailRefused("a header of the mail holds a line break or is no header")
    head = [_header(name, value) for name, value in headers.items()]
    head += [_line("Date", [format_datetime(now)]), "MIME-Version: 1.0"]
    return _crlf(head) + _body(mail)


def bare(sender: str) -> str:
    """The address of ``"Name" <address>``."""
    return sender.rpartition("<")[2].rstrip(">") if sender.endswith(">") else sender


def _header(name: str, value: str) -> str:
    if name == "Subject":
        return _line(name, _words(value))
    if name in OF_ADDRESSES:
        return _line(name, _address(value))
    if not PLAIN.fullmatch(value):
        raise MailRefused(f"the header {name} of the mail is not plain ASCII")
    return _line(name, value.split(" "))


def _line(name: str, pieces: Iterable[str]) -> str:
    """A header, folded before the pieces that a line has no room for."""
    lines, line = [], f"{name}:"
    for at, piece in enumerate(pieces):
        if at and len(line) + 1 + len(piece) > LINE:
            lines.append(line)
            line = ""
        line += f" {piece}"
    lines.append(line)
    if max(map(len, lines)) > MAX_LINE_LENGTH:
        raise MailRefused(f"the header {name} of the mail is too long")
    return "\r\n".join(lines)


def _words(text: str) -> list[str]:
    """A text that may be folded between its words."""
    return text.split(" ") if WORDS.fullmatch(text) and "=?" not in text else list(_encoded(text))


def _address(value: str) -> list[str]:
    """``Name <address>``, its name in whichever form is read as it is meant."""
    address = bare(value)
    if not (address.isascii() and ADDRESS.fullmatch(address)):
        raise MailRefused("an address is not in the form that mail servers take: letters and digits of ASCII")
    name = value.removesuffix(f"<{address}>").rstrip() if value != address else ""
    if name.startswith('"') and name.endswith('"') and len(name) > 1:
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return [*_phrase(name), f"<{address}>"] if name else [address]


def _phrase(name: str) -> list[str]:
    if "=?" not in name and max(map(len, name.split(" "))) <= MAX_PIECE_LENGTH:
        if ATOMS.fullmatch(name):
            return name.split(" ")
        if QUOTABLE.fullmatch(name) and len(name) + 2 <= MAX_PIECE_LENGTH:
            return [f'"{name}"']
    return list(_encoded(name))


def _encoded(text: str) -> Iterator[str]:
    """Encoded words, blanks and all; each holds whole characters."""
    word = ""
    for character in text:
        octets = character.encode("utf-8", "replace")
        added = "_" if character == " " else "".join(chr(o) if o in SAFE else f"={o:02X}" for o in octets)
        if len(BEGINS) + len(word) + len(added) + len(ENDS) > MAX_WORD_LENGTH:
            yield f"{BEGINS}{word}{ENDS}"
            word = ""
        word += added
    yield f"{BEGINS}{word}{ENDS}"


def _crlf(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _body(mail: Mail) -> bytes:
    """The part that the whole mail is, its own headers first."""
    html = _text("html", mail.html)
    if mail.inline:
        pictures = (_file(kind, content, content_id=name) for name, kind, content in mail.inline)
        html = _parts(mail, 'related; type="text/html"', [html, *pictures])
    body = _parts(mail, "alternative", [_text("plain", mail.text), html])
    if not mail.attachments:
        return body
    return _parts(mail, "mixed", [body, *(_file(kind, content, name=name) for name, kind, content in mail.attachments)])


def _parts(mail: Mail, kind: str, parts: Iterable[bytes]) -> bytes:
    """Parts in one; what stands between them cannot stand in any: neither encoding makes an underscore after ``=``."""
    between = f"=_{hashlib.sha256(f'{mail.message_id} {kind}'.encode('utf-8', 'replace')).hexdigest()[:32]}"
    head = _crlf([f"Content-Type: multipart/{kind};", f' boundary="{between}"', ""])
    body = b"".join(b"--" + between.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return head + body + b"--" + between.encode() + b"--\r\n"


def _text(kind: str, text: str) -> bytes:
    lines = "\r\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    head = [f'Content-Type: text/{kind}; charset="utf-8"', "Content-Transfer-Encoding: quoted-printable", ""]
    return _crlf(head) + binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True)


def _file(media_type: str, content: bytes, *, name: str = "", content_id: str = "") -> bytes:
    main, _, sub = media_type.partition("/")
    head = [f"Content-Type: {main}/{sub or 'octet-stream'}", "Content-Transfer-Encoding: base64"]
    if content_id:
        head += [f"Content-ID: <{content_id}>", "Content-Disposition: inline"]
    else:
        head += [";\r\n ".join(["Content-Disposition: attachment", *_file_name(name)])]
    if any(not line.isascii() for line in head):
        raise MailRefused("a file of the mail has a type that is not plain ASCII")
    return _crlf([*head, ""]) + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _file_name(name: str) -> list[str]:
    """The parameter, cut between whole characters where a line has no room for it."""
    if FILE_NAME.fullmatch(name):
        return [f'filename="{name}"']
    cuts = [""]
    for character in name:
        added = quote(character, safe="", errors="replace")
        if len(cuts[-1]) + len(added) > MAX_PIECE_LENGTH - 12:
            cuts.append("")
        cuts[-1] += added
    if len(cuts) == 1:
        return [f"filename*=utf-8''{cuts[0]}"]
    charset = ("utf-8''", *("" for _ in cuts[1:]))
    return [f"filename*{at}*={lead}{cut}" for at, (lead, cut) in enumerate(zip(charset, cuts, strict=True))]
