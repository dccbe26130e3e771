"""The payment report, a PDF: what moved in a period, per provider and currency."""

from __future__ import annotations

import attrs

from hub.documents.document import PdfContent
from hub.documents.parts import Cell, ColumnHead, Heading, Notice, Part, Rows, Tone
from hub.documents.shown import DocumentReader
from hub.domain.payments_document import Direction, PaymentsDocument, PaymentsTotal, ReportMovement


def pdf(document: PaymentsDocument, reader: DocumentReader) -> PdfContent:
    """Every movement of a period, and what it comes to per provider and currency."""
    t, totals = reader.t, tuple(sorted(document.totals, key=lambda total: reader.say(total.provider)))
    reader = attrs.evolve(reader, codes=len({total.received.currency for total in totals}) > 1)
    since, until = reader.day(document.since), reader.day(document.until)
    period = t("report.day", since=since) if since == until else t("report.period", since=since, until=until)
    seal = t("report.seal", count=document.seal.number, hash=document.seal.hash)
    parts: list[Part] = [Notice(t("report.none"))]
    if document.movements:
        parts = [
            Heading(t("report.totals")),
            _totals(totals, reader),
            Heading(t("report.movements")),
            _movements(document.movements, reader),
        ]
    return PdfContent(
        kind=t("report.title"),
        below=period,
        running=f"{t('report.title')} · {period}",
        file=t("file.payments", since=document.since.isoformat(), until=document.until.isoformat()),
        made_at=document.made_at,
        parts=tuple(parts),
        landscape=True,
        notes=(t("report.gross"), t("report.made", moment=reader.moment(document.made_at)), seal),
    )


def _totals(totals: tuple[PaymentsTotal, ...], reader: DocumentReader) -> Rows:
    t = reader.t
    head = (
        ColumnHead(t("report.provider"), width=1),
        ColumnHead(t("report.count"), right=True),
        ColumnHead(t("report.received"), right=True),
        ColumnHead(t("report.returned"), right=True),
        ColumnHead(t("report.net"), right=True, strong=True),
    )
    rows = tuple(
        (
            Cell(f"{reader.say(total.provider)} · {total.received.currency}"),
            Cell(str(total.count)),
            *(Cell(reader.money(amount)) for amount in (total.received, total.returned, total.net)),
        )
        for total in totals
    )
    return Rows(head, rows)


def _movements(movements: tuple[ReportMovement, ...], reader: DocumentReader) -> Rows:
    t = reader.t
    head = (
        ColumnHead(t("label.date")),
        ColumnHead(t("report.customer"), width=1.5),
        ColumnHead(t("label.invoices"), width=1.3),
        ColumnHead(t("report.provider"), width=1.1),
        ColumnHead(t("report.references"), width=2, small=True),
        ColumnHead(t("report.receipt")),
        ColumnHead(t("report.amount"), right=True, strong=True),
    )
    return Rows(head, tuple(_movement(item, reader) for item in movements))


def _movement(item: ReportMovement, reader: DocumentReader) -> tuple[Cell, ...]:
    went_back = item.direction is not Direction.RECEIVED
    signed = -item.amount if went_back else item.amount
    amount = reader.money(-signed if signed.minor < 0 else signed)
    is_less = signed.minor < 0
    kind = _kind(item, reader)
    return (
        Cell(reader.day(item.on) if item.on else reader.clock(item.at)),
        Cell(item.customer),
        Cell(", ".join(item.numbers), kind, Tone.WARNING if kind else Tone.PLAIN),
        Cell(reader.say(item.provider), reader.say(item.instrument)),
        Cell("\n".join(_references(item, reader))),
        Cell(item.cash_receipt),
        Cell(f"−{amount}" if is_less else amount, tone=Tone.WARNING if is_less else Tone.PLAIN),
    )


def _references(item: ReportMovement, reader: DocumentReader) -> list[str]:
    authorisation = reader.t("report.authorisation", code=item.authorisation) if item.authorisation else ""
    theirs = " · ".join(filter(None, (item.provider_reference, authorisation)))
    return [words for words in (theirs, item.reference) if words]


def _kind(item: ReportMovement, reader: DocumentReader) -> str:
    if item.is_correction:
        return reader.t("report.is_correction")
    return "" if item.direction is Direction.RECEIVED else reader.t(f"report.is_{item.direction.value}")
