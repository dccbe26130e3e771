"""Pages of links, mails, messages and reviews."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.cli.printing import SHORT, local
from hub.cli.reading import state_word
from hub.domain.merchant import LinkKind, Merchant
from hub.domain.message import Delivery, DeliveryState, Review, StoredMessage
from hub.domain.review_causes import needs_answer
from hub.flows.ground.open_link import WhyClosed
from hub.flows.views.find_anything import LinkFound

from .page import NextStep, ThingPage, called, key_of
from .snapshot import Snapshot, other_mode, statement_choices

LINKS = {
    LinkKind.STATEMENT: "a statement",
    LinkKind.PAYMENT: "a payment",
    LinkKind.ORDER: "an order",
    LinkKind.RECEIPT: "the form of a cash receipt",
}
SHUT = {None: "opens", WhyClosed.EXPIRED: "expired", WhyClosed.REVOKED: "revoked", WhyClosed.UNKNOWN: "unknown"}


def link_page(snapshot: Snapshot, found: LinkFound) -> ThingPage:
    """A link that somebody has: whether it opens, and what is behind it."""
    link, merchant = found.link, snapshot.merchant(found.link.merchant_id)
    opened, choices = _behind(snapshot, link.kind, link.target, merchant, found.why)
    return ThingPage(
        kind="link",
        title=f"Link to {LINKS[link.kind]}",
        brief=f"to {LINKS[link.kind]}",
        state=SHUT[found.why],
        company=merchant.slug,
        mode=link.mode,
        facts=(
            ("leads to", opened),
            ("works until", link.expires_at),
            ("revoked", link.revoked_at),
            ("first opened", link.opened_at),
            other_mode(merchant, link.mode),
        ),
        choices=choices if link.mode is merchant.mode or link.kind is not LinkKind.STATEMENT else (),
        narrow=("find", link.target),
        zone=merchant.company.zone,
    )


def _behind(
    snapshot: Snapshot, kind: LinkKind, target: str, merchant: Merchant, why: WhyClosed | None
) -> tuple[str, Sequence[NextStep]]:
    """What a link leads to, and what may be done with that."""
    if kind is LinkKind.STATEMENT:
        customer = snapshot.customer(target)
        revoke = ("statement", "revoke", key_of(customer), "--company", merchant.slug)
        end: tuple[NextStep, ...] = () if why else (("make this and every other link to it dead", revoke),)
        return called(customer), (*statement_choices(customer, merchant), *end)
    if kind is LinkKind.ORDER:
        payable = snapshot.tx.payables.get(target)
        assert payable is not None
        return payable.number, (("see the order", ("find", payable.number, "--company", merchant.slug)),)
    payment = snapshot.tx.payments.get(target)
    assert payment is not None
    return snapshot.payment_line(payment, merchant), (("follow the payment", ("payment", "show", payment.reference)),)


def mail_page(snapshot: Snapshot, mail: Delivery) -> ThingPage:
    """A mail: whether it was sent, and what it is about."""
    merchant = snapshot.tx.merchants.get(mail.merchant_id)
    zone = merchant.company.zone if merchant else "UTC"
    retry = ("try it now", ("delivery", "retry", mail.id))
    behind = tuple(_about(snapshot, mail))
    return ThingPage(
        kind="mail",
        title=f"Mail {mail.kind}",
        brief=f"{mail.kind} to {mail.recipient} of {local(mail.created_at, zone)}",
        state=mail.state.value,
        company=merchant.slug if merchant else "",
        mode=mail.mode if merchant else None,
        facts=(
            ("id", mail.id),
            ("to", mail.recipient),
            ("owed since", mail.created_at),
            ("sent", mail.sent_at),
            ("tries", mail.tries or ""),
            ("next try", mail.due_at),
            ("last error", mail.last_error),
        ),
        choices=behind if mail.state is DeliveryState.SENT else (retry, *behind),
        narrow=("find", mail.id),
        zone=zone,
    )


def _about(snapshot: Snapshot, mail: Delivery) -> Iterator[NextStep]:
    """What a mail is about."""
    payment, customer = snapshot.tx.payments.get(mail.subject_id), snapshot.tx.customers.get(mail.subject_id)
    if payment:
        yield "follow its payment", ("payment", "show", payment.reference)
    if customer:
        slug = snapshot.merchant(customer.merchant_id).slug
        yield "see its customer", ("find", key_of(customer), "--company", slug)


def message_page(snapshot: Snapshot, message: StoredMessage) -> ThingPage:
    """A kept notification: what became of it, and which payment it is about."""
    account, merchant = snapshot.tx.accounts.get(message.account_id), snapshot.merchant(message.merchant_id)
    payment = snapshot.tx.payments.get(message.payment_id) if message.payment_id else None
    named = message.id[:SHORT]
    state = state_word(message.state)
    follow = (("follow its payment", ("payment", "show", payment.reference)),) if payment else ()
    replay = () if state in ("pending", "applied") else (("read it again", ("message", "replay", named)),)
    return ThingPage(
        kind="message",
        title=f"Message {named}",
        brief=f"{named} of {account.provider if account else '?'}",
        state=state,
        company=merchant.slug,
        mode=message.mode,
        facts=(
            ("id", message.id),
            ("from", account.provider if account else "?"),
            ("arrived", message.message.received_at),
            ("verifier said", message.verdict or "nothing yet"),
            ("check failed" if state == "rejected" else "trouble", message.trouble),
            ("payment", snapshot.payment_line(payment, merchant) if payment else ""),
        ),
        choices=(("see its shape, and what a replay would do", ("message", "show", named)), *replay, *follow),
        narrow=("find", message.id),
        zone=merchant.company.zone,
    )


def review_page(snapshot: Snapshot, review: Review) -> ThingPage:
    """A review: what it says, and what became of it."""
    merchant = snapshot.merchant(review.merchant_id)
    payment = snapshot.tx.payments.get(review.payment_id) if review.payment_id else None
    named = review.id[:SHORT]
    follow = (("follow its payment", ("payment", "show", payment.reference)),) if payment else ()
    resolve = ("review", "resolve", named, "--by", "NAME", "--why", "TEXT")
    is_closed_by_word = not review.resolved_at and not needs_answer(review.cause)
    return ThingPage(
        kind="review",
        title=f"Review {review.cause}",
        brief=f"{review.cause} ({named})",
        state="resolved" if review.resolved_at else "open",
        company=merchant.slug,
        mode=review.mode,
        facts=(
            ("id", review.id),
            ("details", review.details),
            ("opened", review.opened_at),
            ("resolved", review.resolved_at),
            ("resolution", review.resolution),
        ),
        choices=(
            ("see what is known of it", ("review", "show", named)),
            *follow,
            *((("say what became of it", resolve),) if is_closed_by_word else ()),
        ),
        narrow=("find", review.id),
        zone=merchant.company.zone,
    )
