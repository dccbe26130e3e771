"""The statement of activity, a PDF: how what is owed moved in a period."""

from __future__ import annotations

import attrs

from hub.documents.content.phrases import questions
from hub.documents.document import PdfContent
from hub.documents.parts import Addressee, Cell, ColumnHead, Heading, Notice, Part, Rows
from hub.documents.shown import DocumentReader
from hub.domain.activity import ActivityRow, ActivitySection
from hub.domain.statement_document import ActivityDocument


def pdf(document: ActivityDocument, reader: DocumentReader) -> PdfContent:
    """Per currency: opening balance, every movement, closing balance."""
    t, activity = reader.t, document.activity
    reader = attrs.evolve(reader, codes=len(activity.sections) > 1)
    customer = activity.customer
    period = t("report.period", since=reader.day(activity.since), until=reader.day(activity.until))
    lines = (document.customer_identity, customer.address, customer.phone, customer.email)
    parts: list[Part] = [Addressee(t("paper.for"), customer.name, tuple(filter(None, lines)))]
    if activity.is_empty:
        parts.append(Notice(t("activity.nothing")))
    for section in activity.sections:
        if reader.codes:
            parts.append(Heading(t("paper.currency", currency=section.currency)))
        parts.append(_rows(section, reader))
    return PdfContent(
        kind=t("activity.title"),
        below=period,
        running=" · ".join((t("activity.title"), customer.name, period)),
        file=t("file.activity", since=activity.since.isoformat(), until=activity.until.isoformat()),
        made_at=activity.as_of,
        parts=tuple(parts),
        notes=(t("statement.as_of", moment=reader.moment(activity.as_of)), *questions(reader)),
    )


def _rows(section: ActivitySection, reader: DocumentReader) -> Rows:
    t = reader.t
    plain = attrs.evolve(reader, codes=False)  # the heading names the currency
    head = (
        ColumnHead(t("label.date")),
        ColumnHead(t("label.concept"), width=1.4),
        ColumnHead(t("activity.number"), width=1.2),
        ColumnHead(t("activity.debit"), right=True),
        ColumnHead(t("activity.credit"), right=True),
        ColumnHead(t("label.balance"), right=True),
    )
    opening = (
        Cell(t("activity.opening"), span=5, strong=True),
        Cell(plain.money(section.opening), strong=True),
    )
    sums = (
        Cell(t("label.total"), span=3, small=True),
        Cell(plain.money(section.debits), small=True),
        Cell(plain.money(section.credits), small=True),
        Cell(""),
    )
    rows = (opening, *(_row(row, plain) for row in section.rows), sums)
    return Rows(head, rows, (t("activity.closing"), reader.money(section.closing)))


def _row(row: ActivityRow, reader: DocumentReader) -> tuple[Cell, ...]:
    item = row.movement
    return (
        Cell(reader.day(item.on)),
        Cell(reader.words(item.concept.label), item.about),
        Cell(item.number),
        Cell(reader.money(row.debit) if row.debit else ""),
        Cell(reader.money(row.credit) if row.credit else ""),
        Cell(reader.money(row.balance)),
    )
