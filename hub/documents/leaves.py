"""One function a paper: from its values to the words that its typst template lays out.

Everything is text that is ready to be read; a template adds none. Data reaches it as JSON, never as markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never

import attrs

from hub.documents.qr import qr_file
from hub.documents.safe import colours, href, picture, within
from hub.documents.shown import Reader, sentence
from hub.domain.activity import ActivityRow, ActivitySection
from hub.domain.papers import (
    ActivityPaper,
    CashReceiptPaper,
    Direction,
    Movement,
    PaidLine,
    Paper,
    PayLink,
    PaymentsPaper,
    PaymentsTotal,
    PayWays,
    ReceiptMail,
    StatementPaper,
)
from hub.domain.statement import Section, Standing, StatementRow
from hub_hookspecs import Mode

Words = dict[str, Any]

STANDINGS = {
    Standing.OVERDUE: "standing.overdue",
    Standing.DUE_TODAY: "standing.due_today",
    Standing.NOT_DUE: "standing.not_due",
}
WIDTH = 22
"""Letters without a blank that fit every column; a longer word may break."""

REFERENCE_WIDTH = 30
"""The same for references, which people copy and search."""

BREAK = "\u200b"


@attrs.frozen(kw_only=True)
class Leaf:
    """A paper before it is laid out.

    Attributes:
        template: File name of its typst template.
        file: Name under which it is saved, without the ending.
        made_at: The document's own time, so that the same paper is the same file.
    """

    template: str
    file: str
    made_at: datetime
    words: Words


def leaf_for(paper: Paper, reader: Reader) -> Leaf:
    """The words of a paper."""
    match paper:
        case StatementPaper():
            return statement(paper, reader)
        case ActivityPaper():
            return activity(paper, reader)
        case ReceiptMail():
            return receipt(paper, reader)
        case CashReceiptPaper():
            return cash_receipt(paper, reader)
        case PaymentsPaper():
            return payments(paper, reader)
    assert_never(paper)


def statement(paper: StatementPaper, reader: Reader) -> Leaf:
    """What is owed per currency, how old it is, every invoice, and how to pay."""
    t, computed = reader.t, paper.statement
    reader = attrs.evolve(reader, codes=len(computed.sections) > 1)
    ways = {way.currency: way for way in paper.ways}
    customer = computed.customer
    notes = [t("statement.as_of", moment=reader.moment(computed.as_of))]
    if computed.has_undated:
        notes.insert(0, t("statement.undated"))
    if paper.expires_at:
        notes.append(t("paper.expires", date=reader.day_of(paper.expires_at)))
    return Leaf(
        template="statement.typ",
        file=t("file.statement", date=computed.cut_off.isoformat()),
        made_at=computed.as_of,
        words={
            **_frame(
                reader,
                t("statement.title"),
                " · ".join(_some(paper.number, t("paper.at", moment=reader.moment(computed.as_of)))),
            ),
            "running": " · ".join(_some(t("statement.title"), paper.number, customer.name)),
            "to": t("paper.for"),
            "customer": customer.name,
            "customer_lines": _some(paper.customer_identity, customer.address, customer.phone, customer.email),
            "sections": [_section(section, ways.get(section.currency), reader) for section in computed.sections],
            "nothing": t("statement.nothing") if computed.is_clear else "",
            "others_title": t("statement.others"),
            "others": [] if computed.is_clear else paper.letterhead.other_ways.splitlines(),
            "page_link": _link(t("statement.view"), paper.url) if paper.url else None,
            "notes": [*notes, *_questions(reader)],
        },
    )


def _section(section: Section, ways: PayWays | None, reader: Reader) -> Words:
    t = reader.t
    plain = attrs.evolve(reader, codes=False)  # the figures above name the currency
    figures = [
        (t("paper.overdue"), reader.money(section.overdue)),
        (t("paper.not_due"), reader.money(section.not_due)),
    ]
    if section.in_process:
        figures.append((t("paper.in_process"), reader.money(section.in_process)))
    if section.credit:
        figures.append((t("paper.credit"), reader.money(section.credit)))
        figures.append((t("paper.net"), reader.money(section.net)))
    figures.append((t("paper.documents"), str(section.count)))
    if section.oldest_days_overdue:
        figures.append((t("paper.oldest"), reader.days(section.oldest_days_overdue)))
    return {
        "heading": t("paper.currency", currency=section.currency) if reader.codes else "",
        "first": (t("statement.outstanding"), reader.money(section.outstanding)),
        "is_overdue": bool(section.overdue),
        "figures": figures,
        "ageing_title": t("paper.ageing"),
        "ageing": [
            {
                "label": t(f"ageing.{bucket.key}"),
                "amount": plain.money(bucket.amount),
                "share": bucket.amount.minor / section.outstanding.minor if section.outstanding else 0,
                "late": bucket.key != "not_due",
            }
            for bucket in section.ageing
        ],
        "bar": _bar(section, ways, reader) if ways and section.rows else None,
        "rows_title": t("statement.invoices"),
        "head": [
            *(t("label.invoice"), t("paper.issued"), t("label.due"), t("label.status")),
            *(t("label.total"), t("paper.settled"), t("label.balance")),
        ],
        "rows": [_row(row, plain) for row in section.rows],
        "total": (t("label.total"), reader.money(section.outstanding)),
    }


def _row(row: StatementRow, reader: Reader) -> Words:
    t, item = reader.t, row.item
    days = reader.days(row.days_overdue)
    standing = t(STANDINGS[row.standing], days=days) if row.is_payable else t("standing.in_process")
    return {
        "number": narrow(item.number),
        "issued": reader.day(item.issued_on),
        "due": t("paper.undated") if row.undated else reader.day(row.due_on),
        "standing": t("standing.partly", standing=standing) if row.is_partly_paid and row.is_payable else standing,
        "late": row.is_overdue,
        "total": reader.money(item.total),
        "settled": reader.money(item.settled),
        "balance": reader.money(item.balance),
    }


def _bar(section: Section, ways: PayWays, reader: Reader) -> Words:
    t = reader.t
    title = t("statement.bar.currency", currency=section.currency) if reader.codes else t("statement.bar")
    return {
        "title": title,
        "intro": t("paper.scan") if ways.buttons else t("offer.none"),
        "buttons": [_button(link, reader) for link in ways.buttons],
        "remarks": [sentence(reader, item) for item in ways.not_offered],
    }


def _button(link: PayLink, reader: Reader) -> Words:
    background, foreground = colours(link.button.background, link.button.foreground)
    logo = picture(link.button.logo)
    return {
        "label": link.button.label,
        "hint": link.button.hint,
        "url": href(link.url),
        "background": background,
        "foreground": foreground,
        "logo": list(logo) if logo else None,
        "qr": qr_file(link.url),
        "qr_name": reader.t("paper.qr", label=link.button.accessible_label),
    }


def activity(paper: ActivityPaper, reader: Reader) -> Leaf:
    """How what is owed moved, per currency: opening balance, every movement, closing balance."""
    t, computed = reader.t, paper.activity
    reader = attrs.evolve(reader, codes=len(computed.sections) > 1)
    customer = computed.customer
    period = t("report.period", since=reader.day(computed.since), until=reader.day(computed.until))
    return Leaf(
        template="activity.typ",
        file=t("file.activity", since=computed.since.isoformat(), until=computed.until.isoformat()),
        made_at=computed.as_of,
        words={
            **_frame(reader, t("activity.title"), period),
            "running": " · ".join((t("activity.title"), customer.name, period)),
            "to": t("paper.for"),
            "customer": customer.name,
            "customer_lines": _some(paper.customer_identity, customer.address, customer.phone, customer.email),
            "nothing": t("activity.nothing") if computed.is_empty else "",
            "head": [
                *(t("label.date"), t("label.concept"), t("activity.number")),
                *(t("activity.debit"), t("activity.credit"), t("label.balance")),
            ],
            "sections": [_activity_section(section, reader) for section in computed.sections],
            "notes": [t("statement.as_of", moment=reader.moment(computed.as_of)), *_questions(reader)],
        },
    )


def _activity_section(section: ActivitySection, reader: Reader) -> Words:
    t = reader.t
    plain = attrs.evolve(reader, codes=False)  # the heading names the currency
    return {
        "heading": t("paper.currency", currency=section.currency) if reader.codes else "",
        "opening": (t("activity.opening"), plain.money(section.opening)),
        "rows": [_activity_row(row, plain) for row in section.rows],
        "sums": (t("label.total"), plain.money(section.debits), plain.money(section.credits)),
        "closing": (t("activity.closing"), reader.money(section.closing)),
    }


def _activity_row(row: ActivityRow, reader: Reader) -> Words:
    item = row.movement
    return {
        "on": reader.day(item.on),
        "concept": reader.t(f"concept.{item.concept.name.lower()}"),
        "number": narrow(item.number),
        "about": narrow(item.about),
        "debit": reader.money(row.debit) if row.debit else "",
        "credit": reader.money(row.credit) if row.credit else "",
        "balance": reader.money(row.balance),
    }


def receipt(paper: ReceiptMail, reader: Reader) -> Leaf:
    """The payer's proof of one payment."""
    t = reader.t
    notices = []
    if paper.asked is not None and paper.asked != paper.amount:
        notices.append(t("receipt.asked", asked=reader.money(paper.asked), amount=reader.money(paper.amount)))
    if paper.stated is not None:
        notices.append(t("money.corrected", stated=reader.money(paper.stated), amount=reader.money(paper.amount)))
    if paper.back:
        notices.append(reader.went_back(paper.back))
    if paper.duplicate:
        notices.append(t("receipt.duplicate"))
    elif paper.late:
        notices.append(t("receipt.late"))
    if paper.credit:
        notices.append(t("receipt.credit", amount=reader.money(paper.credit)))
    withheld = any(line.withheld for line in paper.lines)
    left = t("receipt.left", amount=reader.sums(paper.left)) if paper.left else t("receipt.nothing_left")
    verify = None
    if paper.verify_url:
        verify = {**_link(t("label.verify"), paper.verify_url), "qr": qr_file(paper.verify_url)}
        verify |= {"words": t("paper.verify"), "qr_name": t("paper.qr", label=t("label.verify"))}
    return Leaf(
        template="receipt.typ",
        file=t("file.receipt", reference=paper.reference),
        made_at=paper.paid_at,
        words={
            **_frame(reader, t("receipt.title"), paper.reference),
            "running": f"{t('receipt.title')} · {paper.reference}",
            "status": reader.became(paper.back),
            "amount": reader.money(paper.amount),
            "moment": reader.paid_caption(paper.paid_at, is_learnt=paper.is_learnt),
            "notices": notices,
            "applied": t("receipt.applied"),
            "head": [
                reader.what(paper.lines),
                t("label.paid"),
                *([t("label.withheld")] if withheld else []),
                t("paper.left"),
            ],
            "rows": [_paid(line, reader, withheld=withheld) for line in paper.lines],
            "facts": _facts(
                (t("label.status"), reader.became(paper.back) if paper.back else t("paper.approved")),
                (t("label.payer"), paper.payer),
                (t("label.identity"), paper.payer_identity),
                (t("label.mail"), paper.payer_email),
                (t("label.provider"), paper.provider),
                (t("label.instrument"), ", ".join(_some(reader.told(paper.method), paper.instrument))),
                (t("label.provider_reference", provider=paper.provider), paper.provider_reference),
                (t("label.authorisation"), paper.authorisation),
                reader.paid_fact(paper.paid_at, is_learnt=paper.is_learnt),
                (t("label.reference"), paper.reference),
            ),
            "left": left,
            "verify": verify,
            "notes": [t("receipt.no_invoice"), *_questions(reader)],
        },
    )


def _paid(line: PaidLine, reader: Reader, *, withheld: bool) -> list[str]:
    left = reader.money(line.left) if line.left else reader.settled(line)
    if line.discount:
        left = reader.t("receipt.line.discount", words=left, amount=reader.money(line.discount))
    kept = [reader.money(line.withheld) if line.withheld else ""] if withheld else []
    return [narrow(line.number), reader.money(line.applied), *kept, left]


def cash_receipt(paper: CashReceiptPaper, reader: Reader) -> Leaf:
    """The merchant's numbered document."""
    t, money = reader.t, reader.money
    means = (
        t("cash.means_by", means=reader.told(paper.means), provider=paper.provider)
        if paper.provider
        else reader.told(paper.means)
    )
    voided = ""
    if paper.void_reason:
        at = paper.voided_at or paper.issued_at
        voided = t("cash.voided", moment=reader.moment(at), reason=paper.void_reason)
    has_less = any(line.less for line in paper.lines)
    rows = [
        [
            *(narrow(line.number), money(line.before), money(line.applied)),
            *(["\n".join(f"{name} {money(amount)}" for name, amount in line.less)] if has_less else []),
            money(line.after),
        ]
        for line in paper.lines
    ]
    if paper.advance:
        rows.append([t("cash.advance"), "", money(paper.advance), *([""] if has_less else []), ""])
    frame = _frame(reader, t("cash.title"), paper.number)
    return Leaf(
        template="cash_receipt.typ",
        file=t("file.cash", number=paper.number),
        made_at=paper.voided_at or paper.issued_at,
        words={
            **frame,
            "title": f"{t('cash.title')} {paper.number}",
            "across": [*frame["across"], *([t("cash.void")] if paper.void_reason else [])],
            "running": f"{t('cash.title')} {paper.number}",
            "voided": f"{t('cash.void')}. {voided}" if paper.void_reason else "",
            "facts": _facts(
                (t("label.date"), reader.day(paper.received_on)),
                (t("label.city"), paper.city),
                (t("cash.received_from"), paper.customer),
                (t("label.identity"), paper.customer_identity),
                (t("label.mail_address"), paper.customer_address),
            ),
            "received": (t("cash.received"), money(paper.cash)),
            "sum": (t("cash.amount"), f"{paper.words[:1].upper()}{paper.words[1:]}"),
            "more": _facts(
                (t("label.concept"), reader.told(paper.concept)),
                (t("cash.means"), means),
                (t("label.provider_reference", provider=paper.provider), paper.provider_reference),
                (t("label.authorisation"), paper.authorisation),
                (t("label.reference"), paper.reference),
                (t("label.bank_account"), paper.bank_account),
                (t("label.note"), paper.note),
            ),
            "head": [
                *(reader.what(paper.lines), t("cash.before"), t("cash.applied")),
                *([t("cash.less")] if has_less else []),
                t("cash.after"),
            ],
            "rows": rows,
            "none": "" if rows else t("cash.none"),
            "total": (t("cash.received"), money(paper.cash)),
            "clause": t(f"cash.clause.{paper.clause}"),
            "signature": t("cash.signature"),
            "notes": [t("cash.issued", moment=reader.moment(paper.issued_at), name=paper.issued_by)],
        },
    )


def payments(paper: PaymentsPaper, reader: Reader) -> Leaf:
    """Every movement of a period, and what it comes to per provider and currency."""
    t = reader.t
    totals = paper.totals
    reader = attrs.evolve(reader, codes=len({total.received.currency for total in totals}) > 1)
    since, until = reader.day(paper.since), reader.day(paper.until)
    period = t("report.day", since=since) if since == until else t("report.period", since=since, until=until)
    seal = t("report.seal", count=paper.seal.number, hash=paper.seal.hash)
    return Leaf(
        template="payments.typ",
        file=t("file.payments", since=paper.since.isoformat(), until=paper.until.isoformat()),
        made_at=paper.made_at,
        words={
            **_frame(reader, t("report.title"), period),
            "running": f"{t('report.title')} · {period}",
            "none": "" if paper.movements else t("report.none"),
            "totals_title": t("report.totals"),
            "totals_head": [
                *(t("report.provider"), t("report.count"), t("report.received")),
                *(t("report.returned"), t("report.net")),
            ],
            "totals": [_total(total, reader) for total in totals],
            "rows_title": t("report.movements"),
            "head": [
                *(t("label.date"), t("report.customer"), t("label.invoices"), t("report.provider")),
                *(t("report.references"), t("report.receipt"), t("report.amount")),
            ],
            "rows": [_movement(item, reader) for item in paper.movements],
            "notes": [t("report.gross"), t("report.made", moment=reader.moment(paper.made_at)), seal],
        },
    )


def _total(total: PaymentsTotal, reader: Reader) -> list[str]:
    amounts = (reader.money(total.received), reader.money(total.returned), reader.money(total.net))
    return [f"{total.provider} · {total.received.currency}", str(total.count), *amounts]


def _movement(item: Movement, reader: Reader) -> Words:
    t = reader.t
    went_back = item.direction is not Direction.RECEIVED
    signed = -item.amount if went_back else item.amount
    authorisation = t("report.authorisation", code=item.authorisation) if item.authorisation else ""
    amount = reader.money(-signed if signed.minor < 0 else signed)
    return {
        "at": reader.day(item.on) if item.on else reader.clock(item.at),
        "customer": narrow(item.customer),
        "kind": _kind(item, reader),
        "numbers": narrow(", ".join(item.numbers)),
        "provider": item.provider,
        "instrument": item.instrument,
        "references": [
            narrow(words, REFERENCE_WIDTH)
            for words in _some(" · ".join(_some(item.provider_reference, authorisation)), item.reference)
        ],
        "receipt": item.cash_receipt,
        "amount": f"−{amount}" if signed.minor < 0 else amount,
        "back": signed.minor < 0,
    }


def _kind(item: Movement, reader: Reader) -> str:
    if item.is_correction:
        return reader.t("report.is_correction")
    return "" if item.direction is Direction.RECEIVED else reader.t(f"report.is_{item.direction.value}")


# ---------------------------------------------------------------- shared


def _frame(reader: Reader, title: str, below: str) -> Words:
    """What stands on every paper: whose it is, what it is, its marks and the words of its page numbers."""
    head = reader.letterhead
    test = reader.t("mark.test") if head.mode is Mode.TEST else ""
    simulated = reader.t("mark.simulated") if head.simulated else ""
    language, _, region = reader.locale.partition("_")
    before, between, after = reader.t("paper.page", number="\x00", count="\x00").split("\x00")
    return {
        "language": language,
        "region": region.lower() or None,
        "title": title,
        "kind": title,
        "below": below,
        "logo": list(head.picture) if head.picture else None,
        "logo_height": within(head.logo, 150, 40)[1] if head.logo else 0,
        "company": head.legal_name or head.name,
        "company_lines": _some(
            head.name if head.legal_name and head.name != head.legal_name else "",
            *(head.identity, head.address, " · ".join(_some(head.phone, head.email))),
        ),
        "mark": " · ".join(_some(test, simulated)),
        "across": _some(test or simulated),
        "page": [before, between, after],
    }


def _questions(reader: Reader) -> list[str]:
    head = reader.letterhead
    contact = head.email or head.phone
    return [reader.t("paper.questions", contact=contact)] if contact else []


def _facts(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[1]]


def _link(label: str, url: str) -> Words:
    return {"label": label, "url": href(url)}


def _some(*words: str) -> list[str]:
    return [word for word in words if word]


def narrow(words: str, width: int = WIDTH) -> str:
    """Words for a column: one that is wider may break."""
    return re.sub(rf"[^\s-]{{{width + 1},}}", lambda found: BREAK.join(_pieces(found[0], width)), words)


def _pieces(word: str, width: int) -> Sequence[str]:
    return [word[start : start + width] for start in range(0, len(word), width)]
