"""Draws mails and PDFs: what a record says as parts, and the parts by a renderer; a mail's addresses and headers."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import datetime
from email.headerregistry import Address
from typing import Any
from urllib.parse import quote

import attrs

from hub.documents.alerts import alert_mail
from hub.documents.content import pdf_content
from hub.documents.document import MailContent
from hub.documents.logo import redraw_logo
from hub.documents.mail_body import html_of, logo_id, text_of
from hub.documents.mails import mail_kinds
from hub.documents.mails.kind import MailKind
from hub.documents.parts import PayBar
from hub.documents.pdf import can_draw, draw_pdf
from hub.documents.shown import DocumentReader, clean
from hub.documents.texts import Wording, text
from hub.documents.wire import wire_of
from hub.domain.letterhead import Letterhead
from hub.domain.mail import Mail, MailRefused
from hub.domain.mail_address import MAX_ADDRESS_LENGTH, MAX_LOCAL_LENGTH, AddressError, AddressRefused, wire_address
from hub.domain.mail_value import MailValue
from hub.domain.pdf import PdfDocument, PdfFile
from hub.domain.text import Text
from hub_hookspecs import Mode

NO_ADDRESS = {
    AddressError.FORM: "the recipient is not a mail address: correct it and send again",
    AddressError.LENGTH: f"the recipient's address is longer than {MAX_ADDRESS_LENGTH} characters",
    AddressError.LOCAL_LENGTH: f"the recipient's address has more than {MAX_LOCAL_LENGTH} characters before the @",
    AddressError.LETTERS: "the recipient's address has letters beyond ASCII before the @: mail servers do not take it",
    AddressError.AMBIGUOUS: "the recipient's address could be read as another one: correct it and send again",
}

QUOTED = re.compile(r'[()<>@,:;\\"\[\]]+')
MAX_SUBJECT_LENGTH = 150
MAX_NAME_LENGTH = 80


class Documents:
    """Draws mails and PDFs from their records.

    Args:
        sender: Address in From; the display name is the company's.
        wording: A country's own words, by locale: ``{country.locale: country.wording}``.
        familiar: The locales of countries whose Spanish says *tú*.

    Attributes:
        mails: The kinds of mail, by their names.
    """

    def __init__(self, *, sender: str, wording: Wording | None = None, familiar: Container[str] = ()) -> None:
        self.mails: Mapping[str, MailKind[Any]] = mail_kinds()
        self._sender = sender
        self._wording: Wording = wording or {}
        self._familiar = familiar

    @property
    def draws_pdf(self) -> bool:
        """Whether PDFs can be drawn here."""
        return can_draw()

    def pdf(self, document: PdfDocument, *, locale: str) -> PdfFile:
        """A document as a PDF.

        Raises:
            PdfMissing: typst is not installed.
            ValueError: It cannot be drawn.
        """
        document = clean(document)
        reader = attrs.evolve(self._reader(locale, document.letterhead), one_mark=True)
        return draw_pdf(pdf_content(document, reader), reader)

    def said(self, label: Text, *, locale: str) -> str:
        """A label without figures in a language."""
        return text(label.id, locale)

    def redraw_logo(self, content: bytes) -> tuple[bytes, int, int]:
        """The PNG that is stored of a picture, its width and its height.

        Raises:
            LogoRefused: It is no picture that is taken.
        """
        return redraw_logo(content)

    def alert(self, title: str, text: str, *, recipient: str, message_id: str) -> Mail:
        """The mail of an alert.

        Raises:
            MailRefused: The recipient is no mail address.
        """
        address = mail_address(recipient)
        return alert_mail(title, text, sender=self._sender, recipient=address, message_id=_left_part(message_id))

    def mail(self, value: MailValue, *, recipient: str, message_id: str, locale: str) -> Mail:
        """Subject, text and HTML of one mail; ``message_id`` is its left part, the same for every try.

        Raises:
            MailRefused: The recipient is no mail address.
        """
        address = mail_address(recipient)
        value = clean(value)
        reader = self._reader(locale, value.letterhead)
        content = self.mails[value.kind].says(value, reader)
        logos = _logos(content, value.letterhead)
        return Mail(
            message_id=f"<{_left_part(message_id)}@{self._sender.rpartition('@')[2]}>",
            sender=_named(value.letterhead.name, self._sender),
            recipient=address,
            subject=_subject(content, reader),
            text=text_of(content, reader),
            html=html_of(content, reader),
            headers=_headers(content, value.letterhead),
            inline=tuple((logo_id(logo), "image/png", logo) for logo in logos),
        )

    def notice(self, value: MailValue, *, locale: str) -> str:
        """The same in a few words with the address of its page, for a channel that carries no mails.

        Raises:
            ValueError: Its kind has no such words.
        """
        said = self.mails[value.kind].notice
        if said is None:
            raise ValueError(f"a mail of kind {value.kind} has no words for a channel")
        value = clean(value)
        return said(value, self._reader(locale, value.letterhead))

    def _reader(self, locale: str, letterhead: Letterhead) -> DocumentReader:
        return DocumentReader(locale, letterhead, self._wording, familiar=locale in self._familiar)

    def wire(self, mail: Mail, now: datetime) -> bytes:
        """The mail as it goes on the wire.

        Raises:
            MailRefused: One of its headers is none.
        """
        return wire_of(mail, now)


def mail_address(text: str) -> str:
    """A mail address in the form that goes on the wire, its domain in ASCII.

    What stands before the @ must be ASCII by itself: many servers take nothing else, and it has no other spelling.

    Raises:
        MailRefused: It is none, or might become somebody else's on the way.
    """
    try:
        return wire_address(text)
    except AddressRefused as refusal:
        raise MailRefused(NO_ADDRESS[refusal.error]) from None


def _logos(content: MailContent, letterhead: Letterhead) -> tuple[bytes, ...]:
    """The pictures of head and buttons, each once."""
    buttons = (button for part in content.parts if isinstance(part, PayBar) for button in part.buttons)
    shown = (letterhead.picture, *(button.logo for button in buttons))
    return tuple(dict.fromkeys(logo for logo in shown if logo))


def _subject(content: MailContent, reader: DocumentReader) -> str:
    mark = reader.t("mark.subject") if reader.letterhead.mode is Mode.TEST else ""
    return _short(_undecoded(f"{mark}{content.subject}"), MAX_SUBJECT_LENGTH)


def _headers(content: MailContent, letterhead: Letterhead) -> dict[str, str]:
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    ways = [content.unsubscribe_url] if content.unsubscribe_url else []
    try:
        company = mail_address(letterhead.email)
    except MailRefused:
        pass
    else:
        if content.answers:
            headers["Reply-To"] = _named(letterhead.name, company)
        if content.unsubscribe:
            ways.append(f"mailto:{quote(company, safe='@')}?subject={quote(content.unsubscribe)}")
    if ways:
        headers["List-Unsubscribe"] = ", ".join(f"<{way}>" for way in ways)
    if content.unsubscribe_url.startswith("https://"):  # RFC 8058 asks for no less
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _named(name: str, address: str) -> str:
    """``Name <address>``."""
    return str(Address(_short(_phrase(_undecoded(name)), MAX_NAME_LENGTH), addr_spec=address))


def _phrase(name: str) -> str:
    """A name that needs no quotation marks.

    Folding a long header, Python loses the marks around a name, and what stood between them becomes an address. For the
    same reason it begins with no dot: without marks that is no name, and some who read it stumble.
    """
    return " ".join(QUOTED.sub(" ", name).split()).lstrip(". ")


def _undecoded(words: str) -> str:
    """Words that no mail program takes for an encoded word, which could hold a line break."""
    return words.replace("=?", "= ?")


def _short(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def _left_part(message_id: str) -> str:
    """Only what may stand in a Message-ID; ids of ours are letters and digits anyway."""
    return re.sub("[^A-Za-z0-9._-]", "-", message_id).strip(".") or "mail"
