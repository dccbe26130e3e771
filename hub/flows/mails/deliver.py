"""Deliver a mail that is owed: drawn from the rows it names when its turn comes near, the same Message-ID at every try.

Mails are drawn ahead, several together, and handed over one by one: between the server's yes and our own note of it
there is one mail at most, so a process that dies repeats one. The system has that note at once, the disk with the next
commit that waits for it: see docs/adr/0030.
"""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Awaitable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

import attrs
import structlog

from hub.domain.account import with_defaults
from hub.domain.merchant import Link, LinkKind, Merchant, locale_at, locale_for
from hub.domain.message import MOVEMENT, Delivery, DeliveryKind, DeliveryState
from hub.domain.papers import (
    AccountAttentionMail,
    AccountRequestedMail,
    AccountResultMail,
    Attention,
    CashReceiptMail,
    Letterhead,
    MailValue,
    Movement,
    OrderedItem,
    OrderMail,
    Paper,
    PaymentDeclinedMail,
    PaymentDigestMail,
    PaymentPendingMail,
    PaymentReceivedMail,
    PaymentReturnedMail,
    ReceiptMail,
    ReceivedTransaction,
    ReviewMail,
    SignInMail,
    StatementMail,
    StatementPaper,
)
from hub.domain.payment import Flag, Payment, Status, returns_in
from hub.domain.statement import number_of
from hub.domain.text import Text
from hub.flows.ground.open_link import link_to, url_of
from hub.flows.ground.ports import Hub, Mail, MailRefused, Tx
from hub.flows.ground.tell import tell
from hub.flows.ground.turns import drawing_turns, mail_turns
from hub.flows.ground.write_outcome import write_outcome
from hub.flows.merchants.save_logo import with_logo
from hub.flows.merchants.sign_in import sign_in_token
from hub.flows.operations.raise_alerts import alert_mail, is_posted, post_alert
from hub.flows.operations.view_hearing import hearing_of
from hub.flows.payments.view_payment import PaymentView, in_language, of_movement, view_of
from hub.flows.statements.end_reminders import unsubscribe_url
from hub.flows.statements.view_order import OrderView, order_of
from hub.flows.statements.view_statement import statement_of
from hub.flows.statements.write_note import author_of
from hub.flows.views.print_paper import (
    back_of,
    came_in,
    cash_receipt_paper,
    identity_of,
    letterhead_of,
    paid_lines,
    pay_links,
    pay_ways,
    payments_paper,
    print_paper,
    prints,
    proof_of,
    seal_of,
    still_owed,
)
from hub_hookspecs import CROCKFORD, Channel, Country, Credentials, FieldMatch, Kind, Money, Reason, ReasonKind

log = structlog.get_logger()

PAUSES = (10, 30, 60, 300, 900, 1800, 3600)
"""Seconds between tries; the last one repeats."""

GIVE_UP = timedelta(days=5)
CLAIM = timedelta(seconds=120)
"""How long a mail that is claimed is nobody else's."""

HAND_OVER = timedelta(seconds=90)
"""How long a server may take over one mail; the claim lasts longer."""

FRESH = timedelta(seconds=1)
"""How long a look at a delivery is good for; whose turn comes later is looked up again."""

SYNC_EVERY = timedelta(seconds=1)
"""How much a power cut may make a round repeat."""

FIRST = frozenset({DeliveryKind.SIGN_IN, DeliveryKind.ALERT})
"""Somebody sits before a page and waits for it, or must get up at night."""

RECEIPT_DAYS = 7
MOST_TOLD = 15
"""Transactions that a digest tells one by one; mail programs cut a mail of more than about 100 KB."""

LARGEST_PAPER = 4 * 1024 * 1024
"""Of a PDF that is attached, in bytes; mail servers refuse larger mails."""


SYNCED = "mail_synced_at"


class NothingToSay(Exception):
    """What the mail was about is no more; it is not sent."""


class NotYet(Exception):
    """It cannot be drawn now, and may be later: the plugin that it tells of is not served."""


async def deliver(hub: Hub, delivery_id: str) -> bool:
    """Try one delivery; False when it must be tried again. Safe to run twice: at least once, same Message-ID."""
    seen_at = hub.clock()
    delivery = await hub.store.read(lambda tx: tx.deliveries.get(delivery_id))
    if delivery is None or delivery.state is not DeliveryState.DUE:
        return True
    if delivery.kind is DeliveryKind.ALERT and is_posted(delivery):
        return await _concluded(hub, delivery, post_alert(hub, delivery))
    try:
        mail = await _drawn(hub, delivery)
    except GONE as refusal:
        return await _given_up(hub, delivery, refusal)
    except NotYet as trouble:
        return await _put_off(hub, delivery, trouble)
    async with mail_turns(hub).turn(_rank(delivery)):
        held = await _held(hub, delivery, seen_at)
        if held is None:
            return True
        if held != delivery:  # it was long until its turn, and what it tells may have changed
            try:
                mail = await _drawn(hub, held)
            except GONE as refusal:
                return await _given_up(hub, held, refusal)
            except NotYet as trouble:
                return await _put_off(hub, held, trouble)
        return await _concluded(hub, held, hub.mailer.send(mail))


GONE = (MailRefused, NothingToSay, ValueError)
"""No further try can mend it; a ValueError says that it cannot be drawn."""


def _rank(delivery: Delivery) -> int:
    """Whose turn comes before whose: a round of ten thousand statements holds nobody up who pays or signs in."""
    if delivery.kind in FIRST:
        return 0
    return 1 if delivery.round_id is None else 2


async def _held(hub: Hub, delivery: Delivery, seen_at: datetime) -> Delivery | None:
    """The delivery if it is still ours for as long as handing it over may take; None when somebody else took it."""
    now = hub.clock()
    lasts = delivery.due_at is not None and delivery.due_at - now >= HAND_OVER
    if lasts and now - seen_at < FRESH:
        return delivery
    there = await hub.store.read(lambda tx: tx.deliveries.get(delivery.id))
    if there is None or (there.state, there.due_at) != (DeliveryState.DUE, delivery.due_at):
        return None
    if lasts:
        return there
    longer = attrs.evolve(there, due_at=now + CLAIM)
    held = await hub.store.write(lambda tx: tx.deliveries.replace(there, longer))
    return longer if held else None


async def _concluded(hub: Hub, delivery: Delivery, handing_over: Awaitable[None]) -> bool:
    """Hand over and write down how it ended, before anything else is handed over."""
    try:
        async with asyncio.timeout(HAND_OVER.total_seconds()):
            await handing_over
    except GONE as refusal:
        return await _given_up(hub, delivery, refusal)
    except (OSError, smtplib.SMTPException) as trouble:
        return await _put_off(hub, delivery, trouble)
    sent = attrs.evolve(
        delivery,
        state=DeliveryState.SENT,
        due_at=None,
        tries=delivery.tries + 1,
        last_error="",
        sent_at=hub.clock(),
    )
    await write_outcome(hub, lambda tx: _save_sent(tx, sent), synced=_is_synced(hub))
    return True


def _is_synced(hub: Hub) -> bool:
    """Whether to wait for the disk with the note of a mail: not while others wait for their turn, but once a second."""
    now, last = hub.clock(), hub.noted.get(SYNCED)
    if mail_turns(hub).is_awaited and isinstance(last, datetime) and timedelta() <= now - last < SYNC_EVERY:
        return False
    hub.noted[SYNCED] = now
    return True


def _save_sent(tx: Tx, sent: Delivery) -> None:
    tx.deliveries.save(sent)
    tell(tx, "mail_sent", delivery=sent.id, kind=sent.kind.value, about=sent.subject_id, payment=payment_of(sent))


def payment_of(delivery: Delivery) -> str | None:
    """The payment that a mail is about."""
    return delivery.subject_id if delivery.kind in ABOUT_PAYMENTS else None


async def _given_up(hub: Hub, delivery: Delivery, refusal: Exception) -> bool:
    await _note(hub, delivery, state=DeliveryState.DEAD, due_at=None, error=str(refusal) or type(refusal).__name__)
    log.warning("delivery_refused", delivery=delivery.id, kind=delivery.kind, payment=payment_of(delivery))
    return True


async def _put_off(hub: Hub, delivery: Delivery, trouble: Exception) -> bool:
    """It was not taken, or nobody knows: another try later, for some days."""
    now, error = hub.clock(), type(trouble).__name__
    over = now - delivery.created_at > GIVE_UP
    pause = timedelta(seconds=PAUSES[min(delivery.tries, len(PAUSES) - 1)])
    state = DeliveryState.DEAD if over else DeliveryState.DUE
    await _note(hub, delivery, state=state, due_at=None if over else now + pause, error=error)
    log.warning("delivery_failed", delivery=delivery.id, kind=delivery.kind, payment=payment_of(delivery), error=error)
    return False


async def _note(hub: Hub, delivery: Delivery, *, state: DeliveryState, due_at: datetime | None, error: str) -> None:
    """Write down a try that failed, unless somebody else has taken the mail over meanwhile."""
    tried = attrs.evolve(delivery, state=state, due_at=due_at, tries=delivery.tries + 1, last_error=error[:200])
    await hub.store.write(lambda tx: tx.deliveries.replace(delivery, tried))


async def _drawn(hub: Hub, delivery: Delivery) -> Mail:
    """The mail as it goes on the wire.

    Raises:
        MailRefused, NothingToSay, ValueError: There is none.
        NotYet: There is none now.
    """
    if delivery.kind is DeliveryKind.ALERT:
        return alert_mail(hub, delivery)
    now = hub.clock()
    if delivery.kind in (DeliveryKind.PAYMENT_RECEIVED, DeliveryKind.PAYMENT_DIGEST):
        link_ids = [hub.random_text(26, CROCKFORD) for _ in range(MOST_TOLD)]
        await hub.store.write(lambda tx: _receipt_links(tx, hub, delivery, now, link_ids))
    async with drawing_turns(hub).turn(_rank(delivery)):
        return await _as_drawn(hub, delivery, now)


async def _as_drawn(hub: Hub, delivery: Delivery, now: datetime) -> Mail:
    value, locale, paper = await hub.store.read(lambda tx: _said(tx, hub, delivery, now))
    draw = partial(hub.documents.mail, recipient=delivery.recipient, message_id=delivery.message_id, locale=locale)
    mail = await asyncio.to_thread(draw, value)
    mail = await _with_paper(hub, mail, paper, locale)
    return attrs.evolve(mail, wire=await asyncio.to_thread(hub.documents.wire, mail, now))


def _receipt_links(tx: Tx, hub: Hub, delivery: Delivery, now: datetime, fresh_ids: Sequence[str]) -> None:
    """The links "Agregar recibo de caja" of the payments that the mail tells of."""
    payment_ids = [delivery.subject_id]
    if delivery.kind is DeliveryKind.PAYMENT_DIGEST:
        payment_ids = list(_of_day(tx, hub, delivery))[:MOST_TOLD]
    for payment_id, fresh_id in zip(payment_ids, fresh_ids, strict=False):
        link_to(
            tx,
            hub,
            LinkKind.RECEIPT,
            payment_id,
            merchant_id=delivery.merchant_id,
            mode=delivery.mode,
            now=now,
            fresh_id=fresh_id,
            days=RECEIPT_DAYS,
        )


async def _with_paper(hub: Hub, mail: Mail, paper: Paper | None, locale: str) -> Mail:
    """The mail with its PDF; one that cannot be drawn keeps no mail from going out."""
    if paper is None:
        return mail
    try:
        file = await print_paper(hub, paper, locale)
    except ValueError:
        log.exception("paper_not_drawn", paper=type(paper).__name__)
        return mail
    if len(file.content) > LARGEST_PAPER:
        return mail
    return attrs.evolve(mail, attachments=((file.name, "application/pdf", file.content),))


def _said(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[MailValue, str, Paper | None]:
    """What the mail says, its language, and the paper that goes with it."""
    value, locale = value_of(tx, hub, delivery, now)
    return with_logo(tx, value), locale, _paper(tx, hub, delivery, value, now) if prints(hub) else None


def _paper(tx: Tx, hub: Hub, delivery: Delivery, value: MailValue, now: datetime) -> Paper | None:
    merchant = _merchant(tx, delivery)
    match value:
        case StatementMail():
            return StatementPaper(
                letterhead=value.letterhead,
                statement=value.statement,
                customer_identity=identity_of(hub, merchant, value.statement.customer),
                ways=value.ways,
                url=value.url,
                expires_at=value.expires_at,
                number=value.number,
            )
        case ReceiptMail():
            return value
        case CashReceiptMail():
            return value.paper
        case PaymentReceivedMail():
            payment = tx.payments.get(delivery.subject_id)
            receipt = _view(tx, hub, delivery, payment, now).cash_receipt if payment else None
            return cash_receipt_paper(hub, merchant, receipt, payment) if receipt else None
        case PaymentDigestMail():
            movements = [item for items in _of_day(tx, hub, delivery).values() for item in items]
            return payments_paper(tx, hub, merchant, delivery.mode, value.day, value.day, movements, now)
    return None


def _merchant(tx: Tx, delivery: Delivery) -> Merchant:
    merchant = tx.merchants.get(delivery.merchant_id)
    if merchant is None:
        raise NothingToSay("the merchant is gone")
    return merchant


def value_of(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[MailValue, str]:
    """What the mail says, and the language of whoever receives it."""
    merchant = _merchant(tx, delivery)
    head = letterhead_of(hub, merchant, delivery.mode)
    ours = locale_at(merchant, tx.merchants.members(merchant.id), delivery.recipient)
    match delivery.kind:
        case DeliveryKind.STATEMENT:
            locale = locale_for(merchant, tx.customers.get(delivery.subject_id))
            return _statement(tx, hub, delivery, head, now, locale), locale
        case DeliveryKind.CASH_RECEIPT:
            receipt = tx.receipts.get(delivery.subject_id)
            customer = tx.customers.get(receipt.customer_id) if receipt else None
            return _cash_receipt(tx, hub, delivery, merchant, head), locale_for(merchant, customer)
        case DeliveryKind.ORDER:
            placed = order_of(tx, hub, delivery.subject_id, now, medium="mail")
            return _order(tx, hub, placed, head, now), placed.locale
        case DeliveryKind.SIGN_IN:
            return _sign_in(hub, delivery, head), ours
        case DeliveryKind.ACCOUNT_RESULT | DeliveryKind.ACCOUNT_REQUESTED | DeliveryKind.ACCOUNT_ATTENTION:
            return _account(tx, hub, delivery, merchant, head, ours), ours
        case DeliveryKind.PAYMENT_DIGEST:
            return _digest(tx, hub, delivery, merchant, head, now, ours), ours
        case DeliveryKind.REVIEW:
            return _review(tx, hub, delivery, head), ours
    payment = tx.payments.get(delivery.subject_id)
    if payment is None:
        raise NothingToSay("the payment is gone")
    view = _view(tx, hub, delivery, payment, now)
    locale = locale_for(merchant, view.customer, payment.locale) if delivery.kind in TO_PAYERS else ours
    return _about_payment(tx, hub, delivery, head, in_language(hub, view, locale), now), locale


def _view(tx: Tx, hub: Hub, delivery: Delivery, payment: Payment, now: datetime) -> PaymentView:
    """The payment as the mail shows it: a receipt, and the notice of money, tell of one movement."""
    view = view_of(tx, hub, payment, now)
    if delivery.kind in (DeliveryKind.RECEIPT, DeliveryKind.PAYMENT_RECEIVED):
        return of_movement(tx, view, delivery.details.get(MOVEMENT, ""))
    return view


TO_PAYERS = frozenset(
    {
        DeliveryKind.RECEIPT,
        DeliveryKind.PAYMENT_PENDING,
        DeliveryKind.PAYMENT_DECLINED,
        DeliveryKind.PAYMENT_RETURNED,
    }
)
"""Mails to whoever pays; the others are the merchant's."""

ABOUT_PAYMENTS = TO_PAYERS | {DeliveryKind.PAYMENT_RECEIVED}


def _statement(tx: Tx, hub: Hub, delivery: Delivery, head: Letterhead, now: datetime, locale: str) -> StatementMail:
    link = tx.links.get(delivery.details["link"])
    if link is None or not link.is_open(now):
        raise NothingToSay("the link was revoked")
    customer = tx.customers.get(delivery.subject_id)
    if delivery.round_id and customer and customer.unsubscribed_at:
        raise NothingToSay("the customer asked for no more reminders")
    return statement_mail(tx, hub, delivery, head, link, now, locale)


def statement_mail(
    tx: Tx, hub: Hub, delivery: Delivery, head: Letterhead, link: Link, now: datetime, locale: str = ""
) -> StatementMail:
    """The statement of the delivery's customer, with the link that opens it."""
    view = statement_of(tx, hub, delivery.subject_id, delivery.mode, now=now, medium="mail", locale=locale)
    url = url_of(hub, link)
    return StatementMail(
        letterhead=head,
        statement=view.statement,
        ways=pay_ways(view, url),
        url=url,
        expires_at=link.expires_at,
        note=delivery.details.get("note", ""),
        unsubscribe_url=unsubscribe_url(hub, delivery.subject_id),
        number=number_of(link.id, view.statement.cut_off),
    )


def _cash_receipt(tx: Tx, hub: Hub, delivery: Delivery, merchant: Merchant, head: Letterhead) -> CashReceiptMail:
    receipt = tx.receipts.get(delivery.subject_id)
    customer = tx.customers.get(receipt.customer_id) if receipt else None
    if receipt is None or customer is None or receipt.merchant_id != merchant.id:
        raise NothingToSay("the cash receipt is gone")
    payment = tx.payments.get(receipt.payment_id) if receipt.payment_id else None
    paper = cash_receipt_paper(hub, merchant, receipt, payment)
    today = attrs.evolve(paper.letterhead, phone=head.phone, email=head.email)  # whoever answers reaches somebody
    return CashReceiptMail(letterhead=today, paper=paper)


def _order(tx: Tx, hub: Hub, view: OrderView, head: Letterhead, now: datetime) -> OrderMail:
    link = tx.links.get(f"o{view.order.id}")
    url = url_of(hub, link) if link else hub.base_url
    paid = view_of(tx, hub, view.payment, now) if view.payment and view.payment.status is Status.PAID else None
    buttons, absent = pay_links(view.buttons, f"{url}?")
    currency = view.order.total.currency
    return OrderMail(
        letterhead=head,
        customer=view.customer.name,
        number=view.order.number,
        placed_at=view.order.created_at,
        items=tuple(
            OrderedItem(
                description=item.description,
                quantity=item.quantity,
                price=Money(item.price, currency),
                amount=Money(item.price * item.quantity, currency),
            )
            for item in view.order.items
        ),
        total=view.order.total,
        paid=view.is_paid,
        back=view.back,
        provider=paid.provider_name if paid else "",
        provider_reference=(paid.payment.provider_reference or "") if paid else "",
        authorisation=paid.authorisation if paid else "",
        instrument=paid.instrument.label if paid and paid.instrument else "",
        reference=paid.payment.reference if paid else "",
        paid_at=paid.paid_at if paid else None,
        is_learnt=paid.is_learnt if paid else False,
        hold_until=None if view.is_paid else view.order.hold_until,
        buttons=() if view.is_paid else buttons,
        not_offered=() if view.is_paid else absent,
        url=url,
    )


def _sign_in(hub: Hub, delivery: Delivery, head: Letterhead) -> SignInMail:
    return SignInMail(
        letterhead=head,
        url=f"{hub.base_url}/m/sign-in/{sign_in_token(hub, delivery.id)}",
        expires_at=datetime.fromisoformat(delivery.details["expires_at"]),
        requested_at=delivery.created_at,
    )


def _account(tx: Tx, hub: Hub, delivery: Delivery, merchant: Merchant, head: Letterhead, locale: str) -> MailValue:
    account = tx.accounts.get(delivery.subject_id)
    if account is None:
        raise NothingToSay("the account is gone")
    provider = hub.providers.get(account.provider)
    if provider is None:
        raise NotYet(f"{account.provider} is not served here")
    info = provider.info_for(locale)
    if delivery.kind is DeliveryKind.ACCOUNT_REQUESTED:
        given = with_defaults(info, {**account.settings, **dict.fromkeys(account.secret_names, "x")})
        return AccountRequestedMail(
            letterhead=head,
            provider=info.name,
            requested_by=merchant.company.name,
            requested_at=delivery.created_at,
            missing=tuple(
                setting.label
                for setting in info.settings
                if setting.entered_by == "operator" and not setting.optional and setting.name not in given
            ),
            command=f"payment-hub account provision {info.code} --company {merchant.slug}",
        )
    url = f"{hub.base_url}/m/integrations/{account.provider}"
    if delivery.kind is DeliveryKind.ACCOUNT_ATTENTION:
        cause = Attention(delivery.details.get("cause", Attention.SUSPENDED))
        changed = tuple(filter(None, delivery.details.get("changed", "").split(",")))
        return AccountAttentionMail(
            letterhead=head, provider=info.name, cause=cause, changed=changed, at=delivery.created_at, url=url
        )
    report = account.report
    asked = {setting.name: setting.label for setting in info.settings if setting.entered_by == "merchant"}
    labels = {Channel.STATEMENT: Text("told.channel.statement"), Channel.CHECKOUT: Text("told.channel.checkout")}
    return AccountResultMail(
        letterhead=head,
        provider=info.name,
        status=account.status,
        checked_at=account.updated_at,
        checked_by=account.confirmed_by,
        credentials=report.credentials if report else Credentials.UNCLEAR,
        culprits=tuple(asked[name] for name in report.culprits if name in asked) if report else (),
        asked=bool(asked),
        code=(report.code or "") if report else "",
        fields=tuple(_by_name(hub.countries[merchant.company.country], field) for field in report.fields)
        if report
        else (),
        confirmed_by=account.confirmed_by,
        notification_address=f"{hub.base_url}/n/{account.provider}/{account.path_token}"
        if info.notification_setup
        else "",
        last_heard_at=account.last_heard_at,
        proves_nothing=hearing_of(tx, account).proves_nothing,
        buttons=(info.name,) if account.status == "active" else (),
        channels=tuple(labels[channel] for channel in sorted(account.channels)),
        url=url,
    )


def _by_name(country: Country, field: FieldMatch) -> FieldMatch:
    """A comparison in which types of identity documents stand by their names, not their codes."""
    if field.field != "identity_type":
        return field
    names = {kind.code: kind.label for kind in country.identity_types}
    return attrs.evolve(field, ours=names.get(field.ours, field.ours), theirs=names.get(field.theirs, field.theirs))


def _review(tx: Tx, hub: Hub, delivery: Delivery, head: Letterhead) -> ReviewMail:
    reviews = [item for item in tx.reviews.of(merchant_id=delivery.merchant_id) if item.id == delivery.subject_id]
    if not reviews:
        raise NothingToSay("the review is gone")
    review = reviews[0]
    payment = tx.payments.get(review.payment_id) if review.payment_id else None
    writer = None if payment else author_of(tx, review)
    customer = tx.customers.get(payment.customer_id) if payment else writer
    return ReviewMail(
        letterhead=head,
        cause=review.cause,
        details=review.details,
        opened_at=review.opened_at,
        customer=customer.name if customer else "",
        amount=payment.amount if payment else None,
        provider=payment.provider if payment else "",
        reference=payment.reference if payment else "",
        provider_reference=(payment.provider_reference or "") if payment else "",
        written=writer is not None,
        url=f"{hub.base_url}/m/payments/{payment.id}" if payment else f"{hub.base_url}/m/reviews" if writer else "",
    )


def _about_payment(
    tx: Tx, hub: Hub, delivery: Delivery, head: Letterhead, view: PaymentView, now: datetime
) -> MailValue:
    payment = view.payment
    payer = payment.payer.name or view.customer.name
    numbers = tuple(line.number for line in view.lines)
    match delivery.kind:
        case DeliveryKind.RECEIPT:
            return proof_of(tx, hub, view)
        case DeliveryKind.PAYMENT_RECEIVED:
            return _received(tx, hub, view, head, now)
        case DeliveryKind.PAYMENT_DECLINED:
            return PaymentDeclinedMail(
                letterhead=head,
                payer=payer,
                amount=view.amount,
                provider=view.provider_name,
                reference=payment.reference,
                url=view.back_url or view.url,
                numbers=numbers,
                is_order=view.is_order,
                at=view.seen[-1].seen_at if view.seen else now,
                reason=(view.reason or Reason(ReasonKind.OTHER)).kind,
                not_charged=not payment.is_unproven,
            )
        case DeliveryKind.PAYMENT_PENDING if payment.is_live:
            return PaymentPendingMail(
                letterhead=head,
                payer=payer,
                amount=view.amount,
                provider=view.provider_name,
                reference=payment.reference,
                url=view.url,
                numbers=numbers,
                is_order=view.is_order,
                started_at=payment.created_at,
                unknown=payment.status is Status.UNKNOWN,
                expires_at=payment.expires_at,
            )
        case DeliveryKind.PAYMENT_RETURNED:
            amount, remains = _returned(view)
            return PaymentReturnedMail(
                letterhead=head,
                payer=payer,
                amount=amount,
                remains=remains,
                provider=view.provider_name,
                reference=payment.reference,
                url=view.url,
                paid=view.amount,
                numbers=numbers,
                is_order=view.is_order,
                provider_reference=payment.provider_reference or "",
                returned_at=_returned_at(view) or now,
                left=still_owed(tx, view),
            )
    raise NothingToSay(f"nothing to say any more: {delivery.kind}")


def _returned(view: PaymentView) -> tuple[Money, Money | None]:
    """What went back to the payer, and what of the payment remains; before the money is known to have come, as told.

    Raises:
        NothingToSay: It did not go back after all.
    """
    if view.held:
        if view.money.returned <= 0:
            raise NothingToSay("the return was corrected")
        return view.money.money(view.money.returned), view.remains or None
    asked = view.payment.amount
    told = sum((back.amount or asked).minor for back in returns_in(view.seen) if back.kind is Kind.RETURNED)
    return Money(min(told, asked.minor), asked.currency), None


def _returned_at(view: PaymentView) -> datetime | None:
    return max((item.seen_at for item in view.seen if item.observation.kind is Kind.RETURNED), default=None)


REMARKS = {
    Flag.DUPLICATE_CHARGE: Text("told.remark.duplicate_charge"),
    Flag.LATE: Text("told.remark.late"),
    Flag.AMOUNT_MISMATCH: Text("told.remark.amount_mismatch"),
    Flag.CURRENCY_MISMATCH: Text("told.remark.currency_mismatch"),
    Flag.CONFLICT: Text("told.remark.conflict"),
}


def _received(tx: Tx, hub: Hub, view: PaymentView, head: Letterhead, now: datetime) -> PaymentReceivedMail:
    return PaymentReceivedMail(
        letterhead=head,
        provider=view.provider_name,
        transactions=(_transaction(tx, hub, view, now),),
        automatic=view.merchant.options.auto_record,
    )


def _transaction(tx: Tx, hub: Hub, view: PaymentView, now: datetime) -> ReceivedTransaction:
    payment = view.payment
    link = tx.links.find(LinkKind.RECEIPT, payment.id, payment.mode, now)
    recorded = () if view.is_unrecorded else view.cash_receipts
    return ReceivedTransaction(
        customer=view.customer.name,
        customer_identity=identity_of(hub, view.merchant, view.customer),
        paid_at=view.paid_at or payment.created_at,
        is_learnt=view.is_learnt,
        method=view.method,
        instrument=view.instrument.label if view.instrument else "",
        gross=view.amount,
        provider_reference=payment.provider_reference or "",
        authorisation=view.authorisation,
        reference=payment.reference,
        lines=paid_lines(view),
        credit=view.credit,
        status="Aprobada",
        back=back_of(view),
        remarks=tuple(REMARKS[flag] for flag in sorted(payment.flags) if flag in REMARKS),
        cash_receipt=", ".join(receipt.label for receipt in recorded),
        record_url=url_of(hub, link) if link and not recorded else "",
        receipt_url=url_of(hub, link) if link and recorded else "",
        url=f"{hub.base_url}/m/payments/{payment.id}",
        provider=view.provider_name,
    )


def _of_day(tx: Tx, hub: Hub, delivery: Delivery) -> dict[str, list[Movement]]:
    """The money that a digest is about, by payment: what became known to have come on its day."""
    merchant = _merchant(tx, delivery)
    return came_in(tx, hub, merchant, delivery.mode, date.fromisoformat(delivery.details["day"]))


def _digest(
    tx: Tx, hub: Hub, delivery: Delivery, merchant: Merchant, head: Letterhead, now: datetime, locale: str
) -> PaymentDigestMail:
    by_payment = _of_day(tx, hub, delivery)
    if not by_payment:
        raise NothingToSay("no money came that day")
    told = list(by_payment)[:MOST_TOLD]
    transactions = []
    for payment_id in told:
        payment = tx.payments.get(payment_id)
        assert payment is not None
        amounts = [item.amount for item in by_payment[payment_id]]
        view = in_language(hub, view_of(tx, hub, payment, now), locale)
        transactions.append(attrs.evolve(_transaction(tx, hub, view, now), gross=_sums(amounts)[0]))
    day = date.fromisoformat(delivery.details["day"])
    return PaymentDigestMail(
        letterhead=head,
        day=day,
        transactions=tuple(transactions),
        count=len(by_payment),
        received=_sums(item.amount for items in by_payment.values() for item in items),
        rest=_sums(item.amount for key, items in by_payment.items() if key not in told for item in items),
        seal=seal_of(tx, merchant, delivery.mode, now),
        url=f"{hub.base_url}/m/payments?since={day.isoformat()}",
    )


def _sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money(0, amount.currency)) + amount
    return tuple(sums.values())
