"""Parts and phrases that several documents share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.documents.parts import Button, Notice, Paragraph, Part, PayBar, Tone
from hub.documents.safe import picture
from hub.documents.shown import DocumentReader, sentence
from hub.domain.receipt_document import MoneyBack
from hub.domain.statement_document import NotOffered, PayLink


def greeting(name: str, reader: DocumentReader) -> Paragraph:
    """How a mail begins."""
    return Paragraph(reader.t("greeting", name=name) if name else reader.t("greeting.plain"))


def went_back(back: MoneyBack | None, reader: DocumentReader) -> list[Part]:
    """How much of the money went back, and what remains; nothing where all is here."""
    return [Notice(reader.went_back(back), Tone.WARNING)] if back else []


def voided(issued_at: datetime, voided_at: datetime | None, reason: str, reader: DocumentReader) -> list[Part]:
    """Since when a numbered document is void, and why; nothing where it stands."""
    if not reason:
        return []
    words = reader.t("cash.voided", moment=reader.moment(voided_at or issued_at), reason=reason)
    return [Notice(f"{reader.t('cash.void')}. {words}", Tone.BAD)]


def pay_bar(
    title: str,
    links: Sequence[PayLink],
    not_offered: Sequence[NotOffered],
    reader: DocumentReader,
    *,
    level: int = 2,
    asks: str = "",
) -> PayBar:
    """The bar "Pagar en línea"; ``asks`` is the amount that its buttons lead to, where that is one."""
    t = reader.t
    buttons = tuple(
        Button(
            label=link.button.label,
            url=link.url,
            accessible=link.button.accessible_label,
            background=link.button.background,
            foreground=link.button.foreground,
            hint=link.button.hint,
            logo=picture(link.button.logo),
        )
        for link in links
    )
    return PayBar(
        title,
        _intro(asks, reader) if buttons else t("offer.none"),
        buttons,
        tuple(sentence(reader, item) for item in not_offered),
        scan=t("paper.scan.asks", amount=asks) if asks else t("paper.scan"),
        level=level,
    )


def _intro(asks: str, reader: DocumentReader) -> str:
    return reader.t("statement.pay.asks", amount=asks) if asks else reader.t("statement.pay")


def text_link(label: str, url: str) -> Button:
    """A plain link: a button without colours of its own."""
    return Button(label=label, url=url, background="none")


def questions(reader: DocumentReader) -> tuple[str, ...]:
    """Whom to ask, at the end of a PDF; nothing where nobody can be reached."""
    contact = reader.letterhead.email or reader.letterhead.phone
    return (reader.t("paper.questions", contact=contact),) if contact else ()


def both(first: str, second: str) -> str:
    """Two words of one kind, where both are known."""
    return ", ".join(filter(None, (first, second)))
