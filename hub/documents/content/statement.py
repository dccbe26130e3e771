"""The statement of account: a mail with pay buttons, and a PDF with their codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from hub.documents.content.phrases import greeting, pay_bar, questions
from hub.documents.document import MailContent, PdfContent
from hub.documents.parts import (
    Addressee,
    Ageing,
    AgeingBar,
    Button,
    Cell,
    ColumnHead,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Part,
    Quote,
    Rows,
    Title,
    Tone,
)
from hub.documents.shown import DocumentReader, sentence
from hub.domain.no_way import NoWay, why_text
from hub.domain.open_item import RowPart, Standing, StatementRow
from hub.domain.statement import Section, Statement
from hub.domain.statement_document import NotOffered, PayWays, StatementDocument
from hub_hookspecs import Money

MAX_ROWS = 30
"""Rows of a statement in a mail; mail programs cut a mail of more than about 100 KB, the button at its end included."""

STANDINGS = {
    Standing.OVERDUE: "standing.overdue",
    Standing.DUE_TODAY: "standing.due_today",
    Standing.NOT_DUE: "standing.not_due",
}


def mail(value: StatementDocument, reader: DocumentReader) -> MailContent:
    """What is owed, the bar "Pagar en línea", and the link to the live page."""
    t = reader.t
    statement = value.statement
    ways = {way.currency: way for way in value.ways}
    reader = _with_codes(statement, reader)
    parts: list[Part] = [
        Title(t("statement.title")),
        greeting(statement.customer.name, reader),
        Paragraph(t("statement.intro", date=reader.day(statement.cut_off))),
    ]
    if value.note:
        parts.append(Quote(value.note))
    for section in statement.sections:
        parts += _owed(section, ways.get(section.currency), reader)
    if statement.has_undated:
        parts.append(Paragraph(t("statement.undated"), small=True))
    parts += _other_ways(statement, reader)
    if statement.is_clear:
        parts.append(_nothing_owed(reader))
    parts += [
        Button(label=t("statement.use_credit" if _is_covered(statement) else "statement.view"), url=value.url),
        *([Paragraph(t("statement.number", number=value.number), small=True)] if value.number else []),
        Paragraph(t("statement.as_of", moment=reader.moment(statement.as_of)), small=True),
    ]
    if value.expires_at:
        parts.append(Paragraph(t("statement.expires", date=reader.day_of(value.expires_at)), small=True))
    return MailContent(
        subject=t("statement.subject"),
        preview=_preview(statement, ways, reader),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
        unsubscribe=t("unsubscribe.subject"),
        unsubscribe_url=value.unsubscribe_url,
    )


def _owed(section: Section, ways: PayWays | None, reader: DocumentReader) -> list[Part]:
    """What a mail says of one currency."""
    t = reader.t
    parts: list[Part] = []
    if section.rows:
        parts.append(_headline(section, ways, reader))
    if section.credit:
        parts.append(Paragraph(t("statement.credit", amount=reader.money(section.credit))))
    if section.held:
        parts.append(Paragraph(t("statement.held", amount=reader.money(section.held))))
    if section.is_covered:
        parts.append(Paragraph(t("statement.covered")))
    elif section.credit_used:
        used, left = _uses(section, ways)
        parts.append(Paragraph(t("statement.uses", credit=reader.money(used), amount=reader.money(left))))
    if not section.rows:
        return [*parts, *_in_clarification(section, reader)]
    parts += _due_now(section, reader)
    if ways:
        parts += _pay_bar(section, ways, reader)
    head = (t("label.invoice"), t("label.due"), t("label.balance"))
    plain = attrs.evolve(reader, codes=False)  # the figure above names the currency
    rows = tuple(_owed_row(row, plain) for row in section.rows[:MAX_ROWS])
    rest = [row.item.balance for row in section.rows[MAX_ROWS:]]
    more = None
    if rest:
        more = (t("statement.more", count=len(rest)), plain.money(sum(rest, Money(0, section.currency))))
    total = (t("label.total"), reader.money(section.outstanding))
    parts += [Heading(t("statement.invoices")), Rows(head, rows, total, more)]
    return [*parts, *_in_clarification(section, reader)]


def _due_now(section: Section, reader: DocumentReader) -> list[Part]:
    """What of the instalments falls due now, which may be paid alone."""
    if not section.is_planned or section.is_covered:
        return []
    return [Paragraph(reader.t("statement.due_now", amount=reader.money(section.due_now_to_pay)))]


def _instalments(row: StatementRow, reader: DocumentReader) -> str:
    """Each instalment in a few words; nothing where there is no plan."""
    t = reader.t

    def state(part: RowPart) -> str:
        if not part.due:
            return t("instalment.paid")
        if part.is_overdue:
            return t("instalment.overdue")
        return t("instalment.next") if part == row.next_part else t("instalment.open")

    return " · ".join(
        t(
            "instalment.one",
            number=part.number,
            all=len(row.parts),
            day=reader.day(part.due_on),
            amount=reader.money(part.amount),
            state=state(part),
        )
        for part in (row.parts if row.is_planned else ())
    )


def _in_clarification(section: Section, reader: DocumentReader, level: int = 2) -> list[Part]:
    """What is open and not asked for, beside all that is."""
    t, plain = reader.t, attrs.evolve(reader, codes=False)  # the heading names the currency
    if not section.in_clarification:
        return []
    rows = tuple(
        (
            Cell(row.item.number, t("statement.issued", date=reader.day(row.item.issued_on))),
            Cell(plain.money(row.item.balance)),
        )
        for row in section.in_clarification
    )
    head = (ColumnHead(t("label.invoice")), ColumnHead(t("label.balance"), right=True))
    of = f" ({section.currency})" if reader.codes else ""
    return [
        Heading(f"{t('statement.in_clarification')}{of}", level, small=True),
        Paragraph(t("statement.in_clarification.why")),
        Rows(head, rows),
    ]


def _headline(section: Section, ways: PayWays | None, reader: DocumentReader) -> Figure:
    """The amount that the buttons below lead to; where there are none, all that is owed."""
    t, demand = reader.t, ways.demand if ways and ways.buttons else None
    owed = reader.money(section.outstanding)
    if demand and demand.due_before:
        days = reader.days(section.oldest_days_overdue)
        below = t("statement.late.below", days=days, amount=owed)
        return Figure(t("statement.late"), reader.money(demand.to_pay), below, Tone.WARNING)
    below, tone = _below(section, reader)
    if demand and demand.to_pay != section.outstanding:
        total = t("statement.to_pay.below", amount=owed)
        return Figure(t("statement.to_pay"), reader.money(demand.to_pay), f"{total} · {below}", tone)
    return Figure(t("statement.outstanding"), owed, below, tone)


def _uses(section: Section, ways: PayWays | None) -> tuple[Money, Money]:
    """What of the credit is used for what the buttons lead to, and what is left to pay of that; else of everything."""
    demand = ways.demand if ways and ways.buttons else None
    return (demand.credit, demand.to_pay) if demand else (section.credit_used, section.to_pay)


def _part(ways: PayWays, reader: DocumentReader) -> list[Part]:
    """That a part may be paid, and how little."""
    t = reader.t
    if ways.part is None or not ways.buttons:
        return []
    least = t("statement.part.least", amount=reader.money(ways.part)) if ways.part else t("statement.part")
    return [Paragraph(least, small=True)]


def _below(section: Section, reader: DocumentReader) -> tuple[str, Tone]:
    """What a mail says below what is owed; whoever has credit for all of it is not warned of a delay."""
    t = reader.t
    if section.is_covered:
        return t("statement.nothing_to_pay"), Tone.GOOD
    if not section.overdue:
        return t("statement.not_overdue"), Tone.PLAIN
    days = reader.days(section.oldest_days_overdue)
    return t("statement.overdue", amount=reader.money(section.overdue), days=days), Tone.WARNING


def _is_covered(statement: Statement) -> bool:
    """Whether credit pays all that is owed in every currency."""
    owing = [section for section in statement.sections if section.rows]
    return bool(owing) and all(section.is_covered for section in owing)


def _preview(statement: Statement, ways: Mapping[str, PayWays], reader: DocumentReader) -> str:
    """What a mail program shows beside the subject."""
    t, owed = reader.t, tuple(section.outstanding for section in statement.sections if section.rows)
    if not owed:
        return t("statement.nothing" if statement.is_clear else "statement.in_clarification.why")
    if _is_covered(statement):
        return t("statement.covered")
    asked = tuple(way.demand.to_pay for way in ways.values() if way.demand and way.buttons)
    if not asked:
        return t("statement.preview.owed", amount=reader.sums(owed))
    return t("statement.preview", amount=reader.sums(asked))


def _owed_row(row: StatementRow, reader: DocumentReader) -> tuple[Cell, ...]:
    t = reader.t
    item = row.item
    late = ""
    if row.is_overdue:
        late = t("statement.days_overdue", days=reader.days(row.days_overdue))
    elif row.standing is Standing.DUE_TODAY:
        late = t("statement.due_today")
    issued = t("statement.issued", date=reader.day(item.issued_on))
    part_paid = t("statement.of_total", amount=reader.money(item.total)) if row.is_partly_paid else ""
    return (
        Cell(item.number, " · ".join(filter(None, (issued, _instalments(row, reader))))),
        Cell(reader.day(row.due_on), late, _tone(row)),
        Cell(reader.money(item.balance), part_paid if row.is_payable else t("statement.in_process")),
    )


def pdf(document: StatementDocument, reader: DocumentReader) -> PdfContent:
    """What is owed per currency, how old it is, every invoice, and how to pay."""
    t, statement = reader.t, document.statement
    reader = _with_codes(statement, reader)
    ways = {way.currency: way for way in document.ways}
    customer = statement.customer
    lines = (document.customer_identity, customer.address, customer.phone, customer.email)
    parts: list[Part] = [Addressee(t("paper.for"), customer.name, tuple(filter(None, lines)))]
    if statement.is_clear:
        parts.append(_nothing_owed(reader))
    for section in statement.sections:
        parts += _section(section, ways.get(section.currency), reader)
    parts += _other_ways(statement, reader)
    if document.url:
        parts.append(Button(label=t("statement.view"), url=document.url))
    notes = [t("statement.as_of", moment=reader.moment(statement.as_of))]
    if statement.has_undated:
        notes.insert(0, t("statement.undated"))
    if document.expires_at:
        notes.append(t("paper.expires", date=reader.day_of(document.expires_at)))
    below = (document.number, t("paper.at", moment=reader.moment(statement.as_of)))
    running = (t("statement.title"), document.number, customer.name)
    return PdfContent(
        kind=t("statement.title"),
        below=" · ".join(filter(None, below)),
        running=" · ".join(filter(None, running)),
        file=t("file.statement", date=statement.cut_off.isoformat()),
        made_at=statement.as_of,
        parts=tuple(parts),
        notes=(*notes, *questions(reader)),
    )


def _section(section: Section, ways: PayWays | None, reader: DocumentReader) -> list[Part]:
    """What a PDF says of one currency."""
    t = reader.t
    parts: list[Part] = []
    if reader.codes:
        parts.append(Heading(t("paper.currency", currency=section.currency)))
    if section.rows or section.credit:
        owed = reader.money(section.outstanding)
        parts.append(Figure(t("statement.outstanding"), owed, pairs=_figures(section, reader)))
    if section.is_covered:
        parts.append(Paragraph(t("statement.covered")))
    parts += _due_now(section, reader)
    level = 3 if reader.codes else 2
    if not section.rows:
        return [*parts, *_in_clarification(section, reader, level)]
    parts.append(Ageing(t("paper.ageing"), _buckets(section, reader), level))
    if ways:
        parts += _pay_bar(section, ways, reader, level=level)
    parts += [Heading(t("statement.invoices"), level, small=True), _invoices(section, reader)]
    return [*parts, *_in_clarification(section, reader, level)]


def _figures(section: Section, reader: DocumentReader) -> tuple[tuple[str, str], ...]:
    t = reader.t
    figures = [
        (t("paper.overdue"), reader.money(section.overdue)),
        (t("paper.not_due"), reader.money(section.not_due)),
    ]
    if section.in_process:
        figures.append((t("paper.in_process"), reader.money(section.in_process)))
    if section.credit:
        figures.append((t("paper.credit"), reader.money(section.credit)))
    if section.held:
        figures.append((t("paper.held"), reader.money(section.held)))
    if section.credit_used:
        figures.append((t("paper.credit_used"), reader.money(section.credit_used)))
        figures.append((t("paper.to_pay"), reader.money(section.to_pay)))
    figures.append((t("paper.documents"), str(section.count)))
    if section.oldest_days_overdue:
        figures.append((t("paper.oldest"), reader.days(section.oldest_days_overdue)))
    return tuple(figures)


def _buckets(section: Section, reader: DocumentReader) -> tuple[AgeingBar, ...]:
    plain = attrs.evolve(reader, codes=False)  # the figures above name the currency
    return tuple(
        AgeingBar(
            label=reader.words(bucket.label),
            amount=plain.money(bucket.amount),
            share=bucket.amount.minor / section.outstanding.minor if section.outstanding else 0,
            late=bucket.key != "not_due",
        )
        for bucket in section.ageing
    )


def _invoices(section: Section, reader: DocumentReader) -> Rows:
    t = reader.t
    plain = attrs.evolve(reader, codes=False)  # the figures above name the currency
    head = (
        ColumnHead(t("label.invoice"), width=1.5),
        ColumnHead(t("paper.issued")),
        ColumnHead(t("label.due")),
        ColumnHead(t("label.status"), width=1.1),
        ColumnHead(t("label.total"), right=True),
        ColumnHead(t("paper.settled"), right=True),
        ColumnHead(t("label.balance"), right=True, strong=True),
    )
    total = (t("label.total"), reader.money(section.outstanding))
    return Rows(head, tuple(_invoice(row, plain) for row in section.rows), total)


def _invoice(row: StatementRow, reader: DocumentReader) -> tuple[Cell, ...]:
    t, item = reader.t, row.item
    days = reader.days(row.days_overdue)
    standing = t(STANDINGS[row.standing], days=days) if row.is_payable else t("standing.in_process")
    if row.is_partly_paid and row.is_payable:
        standing = t("standing.partly", standing=standing)
    return (
        Cell(item.number, _instalments(row, reader)),
        Cell(reader.day(item.issued_on)),
        Cell(t("paper.undated") if row.undated else reader.day(row.due_on)),
        Cell(standing, tone=_tone(row)),
        *(Cell(reader.money(amount)) for amount in (item.total, item.settled, item.balance)),
    )


def _with_codes(statement: Statement, reader: DocumentReader) -> DocumentReader:
    return attrs.evolve(reader, codes=len(statement.sections) > 1)


def _tone(row: StatementRow) -> Tone:
    return Tone.WARNING if row.is_overdue else Tone.PLAIN


def _nothing_owed(reader: DocumentReader) -> Notice:
    return Notice(reader.t("statement.nothing"), Tone.GOOD)


def _other_ways(statement: Statement, reader: DocumentReader) -> list[Part]:
    """How the merchant is paid without a provider, where something is asked for."""
    words = reader.letterhead.other_ways
    if not words or not any(section.rows for section in statement.sections):
        return []
    return [Heading(reader.t("statement.others"), small=True), Quote(words)]


def _pay_bar(section: Section, ways: PayWays, reader: DocumentReader, *, level: int = 2) -> list[Part]:
    """How it is paid online; where it cannot be, why, and whom to ask."""
    t = reader.t
    if ways.no_way:
        return _no_way(section, ways.no_way, ways.not_offered, reader)
    title = t("statement.bar.currency", currency=section.currency) if reader.codes else t("statement.bar")
    asks = reader.money(ways.demand.to_pay) if ways.demand else ""
    bar = pay_bar(title, ways.buttons, ways.not_offered, reader, level=level, asks=asks)
    return [bar, *_part(ways, reader)]


def _no_way(section: Section, why: NoWay, absent: Sequence[NotOffered], reader: DocumentReader) -> list[Part]:
    t, head = reader.t, reader.letterhead
    said = [reader.words(why_text(why, head.name, section.currency))]
    if why in (NoWay.AMOUNT, NoWay.FOR_NOW):
        said += [sentence(reader, item) for item in absent]
    contact = " · ".join(filter(None, (head.phone, head.email)))
    said += [t("no_way.ask", contact=contact)] if contact else []
    said += [t("no_way.others")] if head.other_ways else []
    return [Notice(" ".join(said))]
