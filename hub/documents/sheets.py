"""One function a mail: from its values to the parts that HTML and text are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import attrs

from hub.documents.parts import (
    Button,
    Cell,
    Code,
    Divider,
    Facts,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Part,
    PayBar,
    Quote,
    Rows,
    Sheet,
    Title,
    Tone,
)
from hub.documents.safe import picture
from hub.documents.shown import Reader, sentence
from hub.domain.account import AccountStatus
from hub.domain.papers import (
    AccountAttentionMail,
    AccountRequestedMail,
    AccountResultMail,
    CashReceiptMail,
    MailValue,
    MoneyBack,
    NotOffered,
    OrderMail,
    PaidLine,
    PayLink,
    PaymentDeclinedMail,
    PaymentDigestMail,
    PaymentPendingMail,
    PaymentReceivedMail,
    PaymentReturnedMail,
    PayWays,
    ReceiptMail,
    ReceivedTransaction,
    ReviewMail,
    SettledLine,
    SignInMail,
    StatementMail,
)
from hub.domain.statement import Section, Standing, StatementRow
from hub_hookspecs import Credentials, FieldMatch, Match, Money

MOST_ROWS = 30
"""Rows of a statement in a mail; mail programs cut a mail of more than about 100 KB, the button at its end included."""


def sheet_for(value: MailValue, reader: Reader) -> Sheet:
    """The parts of a mail."""
    match value:
        case StatementMail():
            return statement(value, reader)
        case CashReceiptMail():
            return cash_receipt(value, reader)
        case ReceiptMail():
            return receipt(value, reader)
        case PaymentReceivedMail():
            return payment_received(value, reader)
        case PaymentDigestMail():
            return payment_digest(value, reader)
        case PaymentDeclinedMail():
            return payment_declined(value, reader)
        case PaymentPendingMail():
            return payment_pending(value, reader)
        case PaymentReturnedMail():
            return payment_returned(value, reader)
        case AccountResultMail():
            return account_result(value, reader)
        case AccountRequestedMail():
            return account_requested(value, reader)
        case AccountAttentionMail():
            return account_attention(value, reader)
        case SignInMail():
            return sign_in(value, reader)
        case OrderMail():
            return order(value, reader)
        case ReviewMail():
            return review(value, reader)
    assert_never(value)


# ---------------------------------------------------------------- statement


def statement(value: StatementMail, reader: Reader) -> Sheet:
    """What is owed, the bar "Pagar en línea", and the link to the live page."""
    t = reader.t
    statement = value.statement
    ways = {way.currency: way for way in value.ways}
    reader = attrs.evolve(reader, codes=len(statement.sections) > 1)
    parts: list[Part] = [
        Title(t("statement.title")),
        _greeting(statement.customer.name, reader),
        Paragraph(t("statement.intro", date=reader.day(statement.cut_off))),
    ]
    if value.note:
        parts.append(Quote(value.note))
    for section in statement.sections:
        parts += _owed(section, ways.get(section.currency), reader)
    if statement.has_undated:
        parts.append(Paragraph(t("statement.undated"), small=True))
    if value.letterhead.other_ways and not statement.is_clear:
        parts += [Heading(t("statement.others")), Quote(value.letterhead.other_ways)]
    if statement.is_clear:
        parts.append(Notice(t("statement.nothing"), Tone.GOOD))
    parts += [
        Button(label=t("statement.view"), url=value.url),
        *([Paragraph(t("statement.number", number=value.number), small=True)] if value.number else []),
        Paragraph(t("statement.as_of", moment=reader.moment(statement.as_of)), small=True),
        Paragraph(t("statement.expires", date=reader.day_of(value.expires_at)), small=True),
    ]
    owed = tuple(section.outstanding for section in statement.sections if section.rows)
    return Sheet(
        subject=t("statement.subject"),
        preview=t("statement.preview", amount=reader.sums(owed)) if owed else t("statement.nothing"),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
        unsubscribe=t("unsubscribe.subject"),
        unsubscribe_url=value.unsubscribe_url,
    )


def _owed(section: Section, ways: PayWays | None, reader: Reader) -> list[Part]:
    t = reader.t
    parts: list[Part] = []
    if section.rows:
        days = reader.days(section.oldest_days_overdue)
        overdue = t("statement.overdue", amount=reader.money(section.overdue), days=days)
        below, tone = (overdue, Tone.WARNING) if section.overdue else (t("statement.not_overdue"), Tone.PLAIN)
        parts.append(Figure(t("statement.outstanding"), reader.money(section.outstanding), below, tone))
    if section.credit:
        parts.append(Paragraph(t("statement.credit", amount=reader.money(section.credit))))
        if section.rows and section.net.minor > 0:
            parts.append(Paragraph(t("statement.net", amount=reader.money(section.net))))
    if not section.rows:
        return parts
    if ways:
        title = t("statement.bar.currency", currency=section.currency) if reader.codes else t("statement.bar")
        parts.append(_pay_bar(title, t("statement.pay"), ways.buttons, ways.not_offered, reader))
    head = (t("label.invoice"), t("label.due"), t("label.balance"))
    plain = attrs.evolve(reader, codes=False)  # the figure above names the currency
    rows = tuple(_owed_row(row, plain) for row in section.rows[:MOST_ROWS])
    rest = [row.item.balance for row in section.rows[MOST_ROWS:]]
    more = None
    if rest:
        more = (t("statement.more", count=len(rest)), plain.money(sum(rest, Money(0, section.currency))))
    total = (t("label.total"), reader.money(section.outstanding))
    parts += [Heading(t("statement.invoices")), Rows(head, rows, total, more)]
    return parts


def _owed_row(row: StatementRow, reader: Reader) -> tuple[Cell, ...]:
    t = reader.t
    item = row.item
    late = ""
    if row.is_overdue:
        late = t("statement.days_overdue", days=reader.days(row.days_overdue))
    elif row.standing is Standing.DUE_TODAY:
        late = t("statement.due_today")
    part_paid = t("statement.of_total", amount=reader.money(item.total)) if row.is_partly_paid else ""
    return (
        Cell(item.number, t("statement.issued", date=reader.day(item.issued_on))),
        Cell(reader.day(row.due_on), late, Tone.WARNING if row.is_overdue else Tone.PLAIN),
        Cell(reader.money(item.balance), part_paid if row.is_payable else t("statement.in_process")),
    )


def _pay_bar(
    title: str, intro: str, links: Sequence[PayLink], not_offered: Sequence[NotOffered], reader: Reader
) -> PayBar:
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
    remarks = tuple(sentence(reader, item) for item in not_offered)
    return PayBar(title, intro if buttons else reader.t("offer.none"), buttons, remarks)


# ---------------------------------------------------------------- to the payer


def receipt(value: ReceiptMail, reader: Reader) -> Sheet:
    """The proof of one payment."""
    t = reader.t
    parts: list[Part] = [
        Title(t("receipt.title")),
        _greeting(value.payer, reader),
        Paragraph(t("receipt.intro")),
        Figure(
            reader.became(value.back),
            reader.money(value.amount),
            reader.paid_caption(value.paid_at, is_learnt=value.is_learnt),
            Tone.WARNING if value.back else Tone.GOOD,
        ),
        *_went_back(value.back, reader),
    ]
    if value.stated is not None:
        corrected = t("money.corrected", stated=reader.money(value.stated), amount=reader.money(value.amount))
        parts.append(Notice(corrected, Tone.WARNING))
    if value.asked is not None and value.asked != value.amount:
        asked = t("receipt.asked", asked=reader.money(value.asked), amount=reader.money(value.amount))
        parts.append(Notice(asked, Tone.WARNING))
    if value.duplicate:
        parts.append(Notice(t("receipt.duplicate"), Tone.WARNING))
    elif value.late:
        parts.append(Notice(t("receipt.late")))
    if value.lines:
        parts += [Heading(t("receipt.applied")), _applied(value.lines, reader)]
    if value.credit:
        parts.append(Notice(t("receipt.credit", amount=reader.money(value.credit)), Tone.GOOD))
    parts += [
        Facts(
            (
                (t("label.provider"), value.provider),
                (t("label.instrument"), _both(reader.told(value.method), value.instrument)),
                (t("label.provider_reference", provider=value.provider), value.provider_reference),
                (t("label.authorisation"), value.authorisation),
                reader.paid_fact(value.paid_at, is_learnt=value.is_learnt),
                (t("label.reference"), value.reference),
                (t("label.payer"), value.payer),
                (t("label.identity"), value.payer_identity),
                (t("label.mail"), value.payer_email),
            )
        ),
        Paragraph(
            t("receipt.left", amount=reader.sums(value.left)) if value.left else t("receipt.nothing_left"),
        ),
        Button(label=t("receipt.view"), url=value.url),
    ]
    if value.verify_url:
        parts += [Paragraph(f"{t('label.verify')}:", small=True), Code(value.verify_url)]
    parts.append(Paragraph(t("receipt.no_invoice"), small=True))
    return Sheet(
        subject=t("receipt.subject"),
        preview=t("receipt.preview", amount=reader.money(value.amount), provider=value.provider),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


def cash_receipt(value: CashReceiptMail, reader: Reader) -> Sheet:
    """The merchant's numbered cash receipt."""
    t, paper = reader.t, value.paper
    rows = tuple(
        (
            Cell(line.number, _less(line, reader)),
            Cell(reader.money(line.applied)),
        )
        for line in paper.lines
    )
    parts: list[Part] = [
        Title(t("cashmail.title", number=paper.number)),
        _greeting(paper.customer, reader),
        Paragraph(t("cashmail.intro", number=paper.number)),
        Figure(t("cashmail.received"), reader.money(paper.cash), paper.words.upper(), Tone.GOOD),
    ]
    if paper.void_reason:
        parts.append(Notice(t("cashmail.void", reason=paper.void_reason), Tone.BAD))
    if rows:
        parts += [Heading(t("receipt.applied")), Rows((reader.what(paper.lines), t("label.amount")), rows)]
    if paper.advance:
        parts.append(Notice(t("receipt.credit", amount=reader.money(paper.advance)), Tone.GOOD))
    parts += [
        Facts(
            (
                (t("label.date"), reader.day(paper.received_on)),
                (t("label.concept"), reader.told(paper.concept)),
                (t("label.method"), _both(reader.told(paper.means), paper.provider)),
                (t("label.authorisation"), paper.authorisation),
                (t("label.reference"), paper.reference),
                (t("label.bank_account"), paper.bank_account),
                (t("label.note"), paper.note),
            )
        ),
        Paragraph(t("cashmail.no_invoice"), small=True),
    ]
    return Sheet(
        subject=t("cashmail.subject", number=paper.number),
        preview=t("cashmail.preview", amount=reader.money(paper.cash), concept=reader.told(paper.concept)),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


def _less(line: SettledLine, reader: Reader) -> str:
    """What is left of a line, and what settled it beside the money."""
    left = reader.t("receipt.line.left", amount=reader.money(line.after)) if line.after else reader.settled(line)
    return "; ".join((left, *(f"{reader.told(name)} {reader.money(amount)}" for name, amount in line.less)))


def payment_declined(value: PaymentDeclinedMail, reader: Reader) -> Sheet:
    """Why a payment was refused, and the way to try again."""
    t = reader.t
    reason = reader.reason(value.reason)
    parts: list[Part] = [
        Title(t("declined.title")),
        _greeting(value.payer, reader),
        Paragraph(t("declined.intro", provider=value.provider)),
        Notice(reason, Tone.BAD),
    ]
    if value.not_charged:
        parts.append(Paragraph(t("declined.not_charged")))
    parts += [
        Facts(
            (
                (t("label.amount"), reader.money(value.amount)),
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.moment"), reader.moment(value.at)),
                (t("label.reference"), value.reference),
            )
        ),
        Button(label=t("declined.again"), url=value.url),
    ]
    return Sheet(subject=t("declined.subject"), preview=reason, parts=tuple(parts), footer=t("mail.why.customer"))


def payment_pending(value: PaymentPendingMail, reader: Reader) -> Sheet:
    """A payment that is not confirmed; where the outcome is unknown it says not to pay again."""
    t = reader.t
    act = t("pending.act", moment=reader.moment(value.expires_at)) if value.expires_at else t("pending.wait")
    parts: list[Part] = [
        Title(t("pending.title")),
        _greeting(value.payer, reader),
        Paragraph(t("pending.intro", provider=value.provider)),
        Notice(t("pending.unknown") if value.unknown else act, Tone.WARNING),
        Facts(
            (
                (t("label.amount"), reader.money(value.amount)),
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.started_at"), reader.moment(value.started_at)),
                (t("label.reference"), value.reference),
            )
        ),
        Button(label=t("payment.view"), url=value.url),
        Paragraph(t("pending.not_receipt"), small=True),
    ]
    return Sheet(
        subject=t("pending.subject"),
        preview=t("pending.intro", provider=value.provider),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


def payment_returned(value: PaymentReturnedMail, reader: Reader) -> Sheet:
    """What went back, to the payer or to the merchant."""
    t = reader.t
    amount = reader.money(value.amount)
    merchant = ".merchant" if value.to_merchant else ""
    back = ".charged_back" if value.charged_back else ""
    intro = t(
        f"returned.intro{merchant}{back}",
        amount=amount,
        paid=reader.money(value.paid),
        provider=value.provider,
        customer=value.payer,
    )
    part = ".part" if value.remains else ""
    parts: list[Part] = [Title(t(f"returned.title{back}{part}")), _greeting("" if merchant else value.payer, reader)]
    parts += [
        Paragraph(intro),
        Figure(t("label.returned"), amount, reader.moment(value.returned_at)),
        Facts(
            (
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.instrument"), value.instrument),
                (t("label.provider_reference", provider=value.provider), value.provider_reference),
                (t("label.reference"), value.reference),
            )
        ),
    ]
    if value.remains:
        parts.append(Paragraph(t("returned.remains", amount=reader.money(value.remains))))
    if value.left:
        left = t(f"returned.left{merchant}", amount=reader.sums(value.left), customer=value.payer)
        parts.append(Notice(left, Tone.WARNING))
    if not merchant and not back:
        parts.append(Paragraph(t("returned.wait")))
    parts.append(Button(label=t("payment.view"), url=value.url))
    subject = t("returned.subject")
    if merchant:
        subject = t(f"returned.subject{back or merchant}", customer=value.payer, amount=amount)
    return Sheet(
        subject=subject,
        preview=intro,
        parts=tuple(parts),
        footer=t("mail.why.merchant" if merchant else "mail.why.customer"),
        answers=not merchant,
    )


# ---------------------------------------------------------------- to the merchant


def payment_received(value: PaymentReceivedMail, reader: Reader) -> Sheet:
    """Every transaction, and for each the way to its cash receipt."""
    t = reader.t
    count = len(value.transactions)
    number = "one" if count == 1 else "other"
    first = value.transactions[0]
    parts: list[Part] = [
        Title(t(f"received.title.{number}")),
        Paragraph(t(f"received.intro.{number}", provider=value.provider)),
    ]
    if count > 1:
        parts.append(Figure(t("received.sum"), _sum_of(value.transactions, reader)))
    for place, transaction in enumerate(value.transactions, start=1):
        if count > 1:
            parts += [Divider(), Heading(t("received.transaction", number=place, count=count))]
        parts += _transaction(transaction, value.provider, reader)
    if value.automatic:
        parts.append(Paragraph(t("received.automatic"), small=True))
    if any(item.record_url for item in value.transactions):
        parts.append(Paragraph(t("received.add.hint"), small=True))
    subject = t(
        f"received.subject.{number}",
        provider=value.provider,
        amount=reader.money(first.gross),
        customer=first.customer,
        count=count,
    )
    return Sheet(
        subject=subject,
        preview=t(f"received.intro.{number}", provider=value.provider),
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


def _sum_of(transactions: Sequence[ReceivedTransaction], reader: Reader) -> str:
    sums: dict[str, Money] = {}
    for item in transactions:
        known = sums.get(item.gross.currency)
        sums[item.gross.currency] = item.gross if known is None else known + item.gross
    return reader.sums(tuple(sums.values()))


def _transaction(item: ReceivedTransaction, provider: str, reader: Reader) -> list[Part]:
    t = reader.t
    net = None
    if item.fee is not None:
        net = item.gross - item.fee if item.withheld is None else item.gross - item.fee - item.withheld
    parts: list[Part] = [
        Figure(
            reader.became(item.back) if item.back else item.status,
            reader.money(item.gross),
            item.customer,
            Tone.WARNING if item.back else Tone.GOOD,
        ),
        *_went_back(item.back, reader),
        *(Notice(reader.told(remark), Tone.WARNING) for remark in item.remarks),
        Facts(
            (
                (t("label.customer"), item.customer),
                (t("label.identity"), item.customer_identity),
                reader.paid_fact(item.paid_at, is_learnt=item.is_learnt),
                (t("label.method"), _both(reader.told(item.method), item.instrument)),
                (t("label.gross"), reader.money(item.gross)),
                (t("label.fee"), reader.money(item.fee) if item.fee is not None else ""),
                (t("label.withheld"), reader.money(item.withheld) if item.withheld is not None else ""),
                (t("label.net"), reader.money(net) if net is not None else ""),
                (t("label.provider_reference", provider=provider), item.provider_reference),
                (t("label.authorisation"), item.authorisation),
                (t("label.reference"), item.reference),
            )
        ),
    ]
    if item.lines:
        parts += [Heading(t("received.applied")), _applied(item.lines, reader)]
    else:
        parts.append(Paragraph(t("received.nothing_applied")))
    if item.credit:
        parts.append(Notice(t("received.credit", amount=reader.money(item.credit))))
    if item.cash_receipt:
        parts.append(Notice(t("received.recorded", label=item.cash_receipt), Tone.GOOD))
        if item.receipt_url:
            parts.append(Button(label=t("received.view_receipt"), url=item.receipt_url))
    elif item.record_url:
        parts.append(Button(label=t("received.add"), url=item.record_url))
    if item.url:
        parts.append(_link(t("received.view"), item.url))
    return parts


def payment_digest(value: PaymentDigestMail, reader: Reader) -> Sheet:
    """All transactions of a day, short, and for each the way to its cash receipt; the seal of the books at the end."""
    t = reader.t
    date = reader.day(value.day)
    number = "one" if value.count == 1 else "other"
    received = reader.sums(value.received)
    parts: list[Part] = [
        Title(t("digest.title", date=date)),
        Paragraph(t("digest.intro")),
        Figure(t("digest.sum"), received, t(f"digest.count.{number}", count=value.count)),
    ]
    for transaction in value.transactions:
        parts += [Divider(), *_told_shortly(transaction, reader)]
    if any(item.record_url for item in value.transactions):
        parts.append(Paragraph(t("received.add.hint"), small=True))
    if rest := value.count - len(value.transactions):
        parts += [Divider(), Paragraph(t("digest.rest", count=rest, amount=reader.sums(value.rest)))]
    parts += [
        Button(label=t("digest.list"), url=value.url),
        Heading(t("digest.seal")),
        Code(value.seal.hash),
        Paragraph(t("digest.seal.what", count=value.seal.number, moment=reader.moment(value.seal.at)), small=True),
    ]
    return Sheet(
        subject=t(f"digest.subject.{number}", date=date, count=value.count),
        preview=f"{t('digest.sum')}: {received}",
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


MOST_LINES = 6
"""Invoices that a digest names of one transaction."""
LONGEST_CUSTOMER = 120


def _told_shortly(item: ReceivedTransaction, reader: Reader) -> list[Part]:
    t = reader.t
    lines = [
        t(
            "digest.line.left" if line.left else "digest.line",
            number=line.number,
            amount=reader.money(line.applied),
            left=reader.money(line.left),
        )
        for line in item.lines[:MOST_LINES]
    ]
    if more := len(item.lines) - len(lines):
        lines.append(t("digest.lines.more", count=more))
    authorisation = t("report.authorisation", code=item.authorisation) if item.authorisation else ""
    parts: list[Part] = [Heading(f"{reader.money(item.gross)} · {item.customer[:LONGEST_CUSTOMER]}")]
    parts += _went_back(item.back, reader)
    if item.remarks:
        parts.append(Notice(" ".join(reader.told(remark) for remark in item.remarks), Tone.WARNING))
    parts.append(
        Facts(
            (
                (t("label.identity"), item.customer_identity),
                reader.paid_fact(item.paid_at, is_learnt=item.is_learnt),
                (t("label.method"), _both(_both(item.provider, reader.told(item.method)), item.instrument)),
                (
                    t("label.provider_reference", provider=item.provider),
                    _both(item.provider_reference, authorisation),
                ),
                (t("label.reference"), item.reference),
                (t("received.applied"), "; ".join(lines) or t("received.nothing_applied")),
                (t("paper.credit"), reader.money(item.credit) if item.credit else ""),
                (t("label.cash_receipt"), item.cash_receipt),
            )
        )
    )
    if item.record_url and not item.cash_receipt:
        parts.append(Button(label=t("received.add"), url=item.record_url))
    return parts


def account_result(value: AccountResultMail, reader: Reader) -> Sheet:
    """What a validation said of credentials, identity and notifications."""
    t = reader.t
    name, tone = {
        AccountStatus.ACTIVE: ("active", Tone.GOOD),
        AccountStatus.NEEDS_CONFIRMATION: ("confirm", Tone.WARNING),
    }.get(value.status, ("failed", Tone.BAD))
    summary = t(f"result.{name}", provider=value.provider)
    parts: list[Part] = [
        Title(t("result.title")),
        Notice(summary, tone),
        Facts(
            (
                (t("label.provider"), value.provider),
                (t("label.checked_at"), reader.moment(value.checked_at)),
                (t("label.checked_by"), value.checked_by),
            )
        ),
        Heading(t("result.credentials")),
        Paragraph(t(f"result.credentials.{value.credentials.value}", provider=value.provider)),
    ]
    if value.culprits:
        parts.append(Paragraph(t("result.culprits", names=", ".join(value.culprits))))
    elif value.credentials is Credentials.REFUSED and not value.asked:
        parts.append(Paragraph(t("result.operator")))
    if value.code:
        parts.append(Paragraph(t("result.code", code=value.code)))
    parts.append(Heading(t("result.identity")))
    if value.fields:
        head = ("", t("field.ours"), t("field.theirs", provider=value.provider))
        parts.append(Rows(head, tuple(_field_row(field, reader) for field in value.fields)))
    else:
        parts.append(Paragraph(t("result.identity.none", provider=value.provider)))
    if value.confirmed_by:
        parts.append(Paragraph(t("result.confirmed_by", name=value.confirmed_by)))
    parts.append(Heading(t("result.notifications")))
    if value.last_heard_at:
        moment = reader.moment(value.last_heard_at)
        parts.append(Paragraph(t("result.heard", provider=value.provider, moment=moment)))
    else:
        heard = "result.unproven" if value.proves_nothing else "result.not_heard"
        parts.append(Paragraph(t(heard, provider=value.provider)))
    if value.notification_address:
        parts += [Paragraph(t("result.address", provider=value.provider)), Code(value.notification_address)]
    if value.status is AccountStatus.ACTIVE:
        channels = ", ".join(reader.told(channel) for channel in value.channels)
        parts += [Paragraph(t("result.seen", button=button, channels=channels)) for button in value.buttons]
        parts.append(Paragraph(t("result.deactivate"), small=True))
    parts.append(Button(label=t("result.open"), url=value.url))
    return Sheet(
        subject=t(f"result.subject.{name}", provider=value.provider),
        preview=summary,
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


def _field_row(field: FieldMatch, reader: Reader) -> tuple[Cell, ...]:
    tone = {Match.EQUAL: Tone.GOOD, Match.DIFFERENT: Tone.BAD}.get(field.match, Tone.WARNING)
    verdict = reader.t(f"match.{field.match.value}")
    return (
        Cell(reader.t(f"field.{field.field}"), verdict, tone),
        Cell(field.ours or "—"),
        Cell(field.theirs or "—"),
    )


def account_requested(value: AccountRequestedMail, reader: Reader) -> Sheet:
    """What the operator must put in, and how."""
    t = reader.t
    company = reader.letterhead
    intro = t("requested.intro", provider=value.provider)
    parts: list[Part] = [
        Title(t("requested.title")),
        Paragraph(intro),
        Facts(
            (
                (t("label.provider"), value.provider),
                (t("label.company"), company.legal_name or company.name),
                (t("label.identity"), company.identity),
                (t("label.requested_by"), value.requested_by),
                (t("label.requested_at"), reader.moment(value.requested_at)),
                (t("requested.missing"), ", ".join(value.missing)),
            )
        ),
        Paragraph(t("requested.command")),
        Code(value.command),
        Paragraph(t("requested.then"), small=True),
    ]
    if value.url:
        parts.append(Button(label=t("result.open"), url=value.url))
    return Sheet(
        subject=t("requested.subject", provider=value.provider),
        preview=intro,
        parts=tuple(parts),
        footer=t("mail.why.operator"),
        answers=False,
    )


def account_attention(value: AccountAttentionMail, reader: Reader) -> Sheet:
    """Why a connection stopped working, and where to mend it."""
    t = reader.t
    said = t(f"attention.{value.cause.value}", provider=value.provider)
    parts: list[Part] = [Title(t("attention.title")), Notice(said, Tone.WARNING)]
    if value.details:
        parts.append(Quote(value.details))
    parts.append(
        Facts(
            (
                (t("label.provider"), value.provider),
                (t("label.changed"), ", ".join(t(f"field.{name}") for name in value.changed)),
                (t("label.moment"), reader.moment(value.at)),
            )
        )
    )
    if value.buttons_hidden:
        parts.append(Paragraph(t("attention.hidden", provider=value.provider)))
    parts.append(Button(label=t("attention.open"), url=value.url))
    return Sheet(
        subject=t("attention.subject", provider=value.provider),
        preview=said,
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


def sign_in(value: SignInMail, reader: Reader) -> Sheet:
    """The link that signs a member in."""
    t = reader.t
    return Sheet(
        subject=t("sign_in.subject"),
        preview=t("sign_in.intro"),
        parts=(
            Title(t("sign_in.title")),
            Paragraph(t("sign_in.intro")),
            Button(label=t("sign_in.button"), url=value.url),
            Paragraph(t("sign_in.expires", moment=reader.moment(value.expires_at)), small=True),
            Facts(((t("label.requested_at"), reader.moment(value.requested_at)),)),
        ),
        footer=t("mail.why.merchant"),
        answers=False,
    )


def review(value: ReviewMail, reader: Reader) -> Sheet:
    """An exception, what is known of it, and what to do."""
    t = reader.t
    cause = reader.cause(value.cause)
    told = f"{cause[:1].upper()}{cause[1:]}"
    parts: list[Part] = (
        [Title(told), Paragraph(t("note.intro", customer=value.customer))]
        if value.written
        else [Title(t("review.title")), Notice(told, Tone.WARNING), Paragraph(t("review.intro"))]
    )
    parts += [Quote(words) for words in (value.details, value.advice) if words]
    parts.append(
        Facts(
            (
                (t("label.customer"), value.customer),
                (t("label.amount"), reader.money(value.amount) if value.amount is not None else ""),
                (t("label.provider"), value.provider),
                (t("label.provider_reference", provider=value.provider), value.provider_reference),
                (t("label.reference"), value.reference),
                (t("label.opened_at"), reader.moment(value.opened_at)),
            )
        )
    )
    if value.url:
        parts.append(Button(label=t("review.open"), url=value.url))
    return Sheet(
        subject=t("note.subject", cause=told, customer=value.customer)
        if value.written
        else t("review.subject", cause=cause),
        preview=cause,
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


# ---------------------------------------------------------------- store


def order(value: OrderMail, reader: Reader) -> Sheet:
    """What was ordered, and the buttons or the proof of its payment."""
    t = reader.t
    paid = ".paid" if value.paid else ""
    parts: list[Part] = [
        Title(t("order.title", number=value.number)),
        _greeting(value.customer, reader),
        Paragraph(t(f"order.intro{paid}")),
        Figure(
            t("label.paid") if value.paid else t("label.total"),
            reader.money(value.total),
            reader.paid_caption(value.paid_at or value.placed_at, is_learnt=value.is_learnt),
            Tone.GOOD if value.paid else Tone.PLAIN,
        ),
    ]
    parts += _went_back(value.back, reader)
    if not value.paid and (value.buttons or not value.back):
        if value.hold_until:
            parts.append(Notice(t("order.hold", moment=reader.moment(value.hold_until))))
        parts.append(_pay_bar(t("statement.bar"), t("statement.pay"), value.buttons, value.not_offered, reader))
    parts += [
        Heading(t("order.items")),
        Rows(
            (t("label.item"), t("label.amount")),
            tuple(
                (
                    Cell(item.description, f"{item.quantity} × {reader.money(item.price)}"),
                    Cell(reader.money(item.amount)),
                )
                for item in value.items
            ),
            (t("label.total"), reader.money(value.total)),
        ),
    ]
    if value.paid:
        parts += [
            Facts(
                (
                    (t("label.provider"), value.provider),
                    (t("label.instrument"), value.instrument),
                    (t("label.provider_reference", provider=value.provider), value.provider_reference),
                    (t("label.authorisation"), value.authorisation),
                    (t("label.reference"), value.reference),
                )
            ),
            Paragraph(t("receipt.no_invoice"), small=True),
        ]
    parts.append(Button(label=t("order.view"), url=value.url))
    return Sheet(
        subject=t(f"order.subject{paid}", number=value.number),
        preview=t(f"order.intro{paid}"),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


# ---------------------------------------------------------------- shared


def _greeting(name: str, reader: Reader) -> Paragraph:
    return Paragraph(reader.t("greeting", name=name) if name else reader.t("greeting.plain"))


def _went_back(back: MoneyBack | None, reader: Reader) -> list[Part]:
    """How much of the money went back, and what remains; nothing where all is here."""
    return [Notice(reader.went_back(back), Tone.WARNING)] if back else []


def _applied(lines: Sequence[PaidLine], reader: Reader) -> Rows:
    """Which invoices a payment settled, how much of each, and what is left of it."""
    t = reader.t
    rows = tuple((Cell(line.number, _what_is_left(line, reader)), Cell(reader.money(line.applied))) for line in lines)
    return Rows((reader.what(lines), t("label.amount")), rows)


def _what_is_left(line: PaidLine, reader: Reader) -> str:
    t = reader.t
    words = t("receipt.line.left", amount=reader.money(line.left)) if line.left else reader.settled(line)
    if line.withheld:
        words = t("receipt.line.withheld", words=words, amount=reader.money(line.withheld))
    if line.discount:
        words = t("receipt.line.discount", words=words, amount=reader.money(line.discount))
    return words


def _link(label: str, url: str) -> Button:
    """A plain link: a button without colours of its own."""
    return Button(label=label, url=url, background="none")


def _both(first: str, second: str) -> str:
    return ", ".join(filter(None, (first, second)))
