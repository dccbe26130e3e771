"""A whole mail or PDF: its parts, and what only the one or the other has beside them."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.parts import Part


@attrs.frozen(kw_only=True)
class MailContent:
    """What a mail says.

    Attributes:
        preview: What a mail program shows beside the subject.
        footer: Why the reader gets this mail.
        answers: Whether a reply reaches the company.
        unsubscribe: Subject of the mail that ends such mails; empty where they cannot be ended.
        unsubscribe_url: The page that ends them.
    """

    subject: str
    preview: str
    parts: tuple[Part, ...]
    footer: str
    answers: bool = True
    unsubscribe: str = ""
    unsubscribe_url: str = ""


@attrs.frozen(kw_only=True)
class PdfContent:
    """What a PDF says.

    Attributes:
        kind: What it is, beside the letterhead.
        below: What tells it from others of its kind: its number, its period.
        running: What heads every further page.
        title: What a reader program shows; the kind where nothing else is said.
        file: Name under which it is saved, without the ending.
        made_at: The document's own time, so that the same document is the same file.
        void: A word across every page: it is worth nothing.
        landscape: It is wider than high.
        notes: What stands at its end in small print.
    """

    kind: str
    below: str
    running: str
    title: str = ""
    file: str
    made_at: datetime
    parts: tuple[Part, ...]
    void: str = ""
    landscape: bool = False
    notes: tuple[str, ...] = ()
