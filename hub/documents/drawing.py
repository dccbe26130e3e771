"""Draws mails: one sheet of parts, from it HTML for those who see it and plain text for those who do not."""

from __future__ import annotations

import re
from email.headerregistry import Address
from urllib.parse import quote, urlsplit

import css_inline
import jinja2

from hub.documents.parts import Sheet
from hub.documents.sheets import sheet_for
from hub.documents.shown import Reader, clean
from hub.documents.texts import Wording
from hub.domain.mail import Mail, MailRefused
from hub.domain.papers import Letterhead, MailValue
from hub_hookspecs import Mode

COLOUR = re.compile("#[0-9a-fA-F]{6}")
OWN_COLOURS = ("#1f2937", "#ffffff")
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
LONGEST_SUBJECT = 150
LONGEST_NAME = 80


class Documents:
    """Draws mails from the values of ``hub.domain.papers``.

    Args:
        sender: Address in From; the display name is the company's.
        wording: A country's own words, by locale: ``{country.locale: country.wording}``.
    """

    def __init__(self, *, sender: str, wording: Wording | None = None) -> None:
        self._sender = sender
        self._wording: Wording = wording or {}
        self._html = environment(autoescape=True)
        self._text = environment(autoescape=False)
        self._inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

    def mail(self, value: MailValue, *, recipient: str, message_id: str, locale: str) -> Mail:
        """Subject, text and HTML of one mail; ``message_id`` is its left part, the same for every try.

        Raises:
            MailRefused: The recipient is no mail address.
        """
        address = mail_address(recipient)
        value = clean(value)
        reader = Reader(locale, value.letterhead, self._wording)
        sheet = sheet_for(value, reader)
        html = self._html.get_template("mail.html").render(sheet=sheet, reader=reader, h=value.letterhead)
        return Mail(
            message_id=f"<{_left_part(message_id)}@{self._sender.rpartition('@')[2]}>",
            sender=_named(value.letterhead.name, self._sender),
            recipient=address,
            subject=_subject(sheet, reader),
            text=_tidy(self._text.get_template("mail.txt").render(sheet=sheet, reader=reader, h=value.letterhead)),
            html=self._inliner.inline(html),
            headers=_headers(sheet, value.letterhead),
        )


def environment(*, autoescape: bool) -> jinja2.Environment:
    """Jinja with the templates of this package."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("hub.documents"),
        autoescape=autoescape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["href"] = href
    found.filters["colours"] = colours
    return found


def mail_address(text: str) -> str:
    """A mail address in the form that goes on the wire, its domain in ASCII.

    Raises:
        MailRefused: It is none.
    """
    local, at, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        domain = ""
    if not (at and len(local) <= 64 and LOCAL_PART.fullmatch(local) and DOMAIN.fullmatch(domain)):
        raise MailRefused("the recipient is not a mail address: correct it and send again")
    return f"{local}@{domain}"


def href(url: str) -> str:
    """An address that may stand in a link.

    Raises:
        ValueError: It is neither http nor https.
    """
    if urlsplit(url).scheme not in ("http", "https") or re.search(r"[\s<>\"]", url):
        raise ValueError("a link in a mail is a full http or https address")
    return url


def colours(background: str, foreground: str) -> tuple[str, str]:
    """A button's colours, changed where they are none or too close to be read."""
    if not (COLOUR.fullmatch(background) and COLOUR.fullmatch(foreground)):
        return OWN_COLOURS
    if _contrast(background, foreground) >= 4.5:
        return background, foreground
    return background, max(("#ffffff", "#111827"), key=lambda colour: _contrast(background, colour))


def _contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _subject(sheet: Sheet, reader: Reader) -> str:
    mark = reader.t("mark.subject") if reader.letterhead.mode is Mode.TEST else ""
    return _short(_undecoded(f"{mark}{sheet.subject}"), LONGEST_SUBJECT)


def _headers(sheet: Sheet, letterhead: Letterhead) -> dict[str, str]:
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    try:
        company = mail_address(letterhead.email)
    except MailRefused:
        return headers
    if sheet.answers:
        headers["Reply-To"] = _named(letterhead.name, company)
    if sheet.unsubscribe:
        headers["List-Unsubscribe"] = f"<mailto:{quote(company, safe='@')}?subject={quote(sheet.unsubscribe)}>"
    return headers


def _named(name: str, address: str) -> str:
    """``Name <address>``."""
    return str(Address(_short(_undecoded(name), LONGEST_NAME), addr_spec=address))


def _undecoded(words: str) -> str:
    """Words that no mail program takes for an encoded word, which could hold a line break."""
    return words.replace("=?", "= ?")


def _short(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def _left_part(message_id: str) -> str:
    """Only what may stand in a Message-ID; ids of ours are letters and digits anyway."""
    return re.sub("[^A-Za-z0-9._-]", "-", message_id).strip(".") or "mail"


def _tidy(text: str) -> str:
    """Never more than one empty line, no blanks at line ends."""
    text = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
