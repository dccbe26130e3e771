"""What was found, one page each: what it is, how it stands, and what may be done with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import attrs
import click

from hub.domain.account import ProviderAccount
from hub.domain.figures import money_text
from hub.domain.held import together
from hub.domain.merchant import Customer, LinkKind, Member, Merchant
from hub.domain.message import Delivery, DeliveryState, Review, StoredMessage
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt
from hub.flows.ground.open_link import Shut
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import held_of
from hub.flows.merchants.remove_member import Removal
from hub.flows.merchants.revoke_api_key import KeyLine
from hub.flows.operations.view_hearing import hearing_of
from hub.flows.views.find_anything import LinkFound, Thing
from hub_hookspecs import Mode, Money

from .printing import SHORT, command_line, local, print_facts, print_hanging
from .reading import state_word
from .standing import standing

FEW = 5
"""Payments, invoices and mails that a page names."""

LINKS = {
    LinkKind.STATEMENT: "a statement",
    LinkKind.PAYMENT: "a payment",
    LinkKind.ORDER: "an order",
    LinkKind.RECEIPT: "the form of a cash receipt",
}
SHUT = {None: "opens", Shut.EXPIRED: "expired", Shut.REVOKED: "revoked", Shut.UNKNOWN: "unknown"}

Facts = Sequence[tuple[str, object]]
Words = tuple[str, ...]
Choice = tuple[str, Words]
"""Why, and the words of the command."""


@attrs.frozen(kw_only=True)
class Page:
    """One thing that was found.

    Attributes:
        title: What it is and what it is called, as the page is headed.
        brief: What it is called in a list of several.
        narrow: Words of the command that finds this alone.
        zone: On whose clock its times stand.
    """

    kind: str
    title: str
    brief: str
    state: str
    company: str
    mode: Mode | None
    facts: Facts
    choices: Sequence[Choice]
    narrow: Words
    zone: str

    @property
    def place(self) -> str:
        """Whose it is, and of which mode."""
        return ", ".join(filter(None, (self.company or "the hub's own", self.mode and self.mode.value)))

    def print(self) -> None:
        """The page, for people."""
        test = "  TEST - NO VALUE" if self.mode is Mode.TEST else ""
        print_hanging("", f"{self.title}: {self.state}{test}")
        click.echo("")
        print_facts((("company", self.company), *self.facts), zone=self.zone)
        click.echo("\nwhat you may do now" if self.choices else "\nthere is nothing to do now")
        for why, words in self.choices:
            print_hanging("  ", f"{why}:")
            click.echo(f"    {command_line(*words)}")

    def as_data(self) -> dict[str, object]:
        """The page as data."""
        return {
            "kind": self.kind,
            "what": self.brief,
            "state": self.state,
            "company": self.company or None,
            "mode": self.mode.value if self.mode else None,
            "facts": {name: value for name, value in self.facts if value not in ("", None, ())},
            "may_do": [{"why": why, "command": command_line(*words)} for why, words in self.choices],
        }


async def pages_of(hub: Hub, things: Sequence[Thing]) -> tuple[Page, ...]:
    """A page for each thing, as all stands at one moment."""
    now = hub.clock()
    return await hub.store.read(lambda tx: tuple(_Pages(tx, hub, now).page(thing) for thing in things))


def _key_of(customer: Customer) -> str:
    """What a command takes for a customer."""
    return customer.document.number if customer.document else customer.id


@attrs.frozen
class _Pages:
    """Draws pages in one transaction."""

    tx: Tx
    hub: Hub
    now: datetime

    def page(self, thing: Thing) -> Page:
        match thing:
            case Payable():
                return self._payable(thing)
            case Customer():
                return self._customer(thing)
            case Payment():
                return self._payment(thing)
            case CashReceipt():
                return self._receipt(thing)
            case LinkFound():
                return self._link(thing)
            case StoredMessage():
                return self._message(thing)
            case Review():
                return self._review(thing)
            case Delivery():
                return self._delivery(thing)
            case ProviderAccount():
                return self._account(thing)
            case Merchant():
                return self._company(thing)
            case Member():
                return self._member(thing)
            case Removal():
                return self._removal(thing)
            case KeyLine():
                return self._api_key(thing)

    def _merchant(self, merchant_id: str) -> Merchant:
        merchant = self.tx.merchants.get(merchant_id)
        assert merchant is not None
        return merchant

    def _customer_of(self, customer_id: str) -> Customer:
        customer = self.tx.customers.get(customer_id)
        assert customer is not None
        return customer

    # ---------------------------------------------------------------- invoices and orders

    def _payable(self, payable: Payable) -> Page:
        merchant, customer = self._merchant(payable.merchant_id), self._customer_of(payable.customer_id)
        payments = self.tx.payments.with_payables([payable.id])[::-1]
        is_order = payable.kind is PayableKind.ORDER
        state = self._owed_state(payable, payments)
        total = Money(payable.total, payable.currency)
        return Page(
            kind=payable.kind.value,
            title=f"{'Order' if is_order else 'Invoice'} {payable.number}",
            brief=f"{payable.number} of {customer.name}",
            state=state,
            company=merchant.slug,
            mode=payable.mode,
            facts=(
                ("customer", _called(customer)),
                ("total", _money(total, merchant)),
                ("still owed", _money(payable.balance, merchant)),
                ("issued", payable.issued_on),
                ("due", self._due(payable, merchant)),
                ("held until", payable.offered_until if is_order else None),
                ("cancelled", payable.cancelled_at),
                *(("payment", self._payment_line(item, merchant)) for item in payments[:FEW]),
                ("payments", "" if payments else "no payment of it was ever started"),
                self._other_mode(merchant, payable.mode),
            ),
            choices=tuple(self._payable_choices(payable, merchant, customer, payments)),
            narrow=("find", payable.id),
            zone=merchant.company.zone,
        )

    def _owed_state(self, payable: Payable, payments: Sequence[Payment]) -> str:
        if payable.cancelled_at:
            return "cancelled"
        if payable.due == 0:
            held = (item for payment in payments for item in held_of(self.tx, payment))
            return "charged back" if together(held, payable.currency).charged_back else "paid"
        if any(payment.is_live for payment in payments):
            return "being paid"
        if payable.kind is PayableKind.ORDER:
            return "held" if payable.is_offered(self.now) else "over"
        return "open"

    def _due(self, payable: Payable, merchant: Merchant) -> str:
        if payable.due_on is None:
            return ""
        days = (self.now.astimezone(ZoneInfo(merchant.company.zone)).date() - payable.due_on).days
        late = f", {days} days overdue" if days > 0 and payable.due and not payable.cancelled_at else ""
        return f"{payable.due_on}{late}"

    def _payable_choices(
        self, payable: Payable, merchant: Merchant, customer: Customer, payments: Sequence[Payment]
    ) -> Iterator[Choice]:
        for payment in payments[:FEW]:
            yield f"follow the payment that is {self._status(payment)}", ("payment", "show", payment.reference)
        yield "see its customer", ("find", _key_of(customer), "--company", merchant.slug)
        if payable.mode is not merchant.mode or payable.kind is PayableKind.ORDER:
            return
        of = ("--company", merchant.slug)
        if payable.due and not payable.cancelled_at and not any(payment.is_live for payment in payments):
            yield from self._statement(customer, merchant)
            received = (
                "--means",
                "transfer",
                "--customer",
                _key_of(customer),
                "--amount",
                f"{payable.balance.decimal:f}",
            )
            own = ("--currency", payable.currency, "--invoice", payable.number)
            yield "record that it was paid outside, by transfer", ("receipt", "record", *received, *own, *of)
            yield "write it off", ("ledger", "write-off", payable.number, "--reason", "TEXT", *of)

    def _statement(self, customer: Customer, merchant: Merchant) -> Iterator[Choice]:
        key, of = _key_of(customer), ("--company", merchant.slug)
        yield "see the statement, and which buttons are on it", ("statement", "show", key, *of)
        if customer.email:
            yield f"mail the statement to {customer.email}", ("statement", "send", key, *of)
        yield "hand the statement's link over", ("statement", "link", key, *of)

    def _other_mode(self, merchant: Merchant, mode: Mode) -> tuple[str, str]:
        other = f"{merchant.slug} works in {merchant.mode.value} mode, so commands about what is owed do not reach this"
        return "note", "" if mode is merchant.mode else other

    # ---------------------------------------------------------------- people

    def _customer(self, customer: Customer) -> Page:
        merchant = self._merchant(customer.merchant_id)
        open_ = self.tx.payables.open_of(customer.id, merchant.mode)
        payments = self.tx.payments.of_customer(customer.id, merchant.mode)
        mails = self.tx.deliveries.to(customer.email, limit=FEW) if customer.email else ()
        credit = self.tx.ledger.credit_of(customer.id, merchant.mode)
        owed = {item.currency: 0 for item in open_}
        for item in open_:
            owed[item.currency] += item.due
        sums = " and ".join(_money(Money(minor, currency), merchant) for currency, minor in owed.items())
        more = f" and {len(open_) - FEW} more" if len(open_) > FEW else ""
        return Page(
            kind="customer",
            title=f"Customer {customer.name}",
            brief=customer.name,
            state=f"owes {sums or 'nothing'}",
            company=merchant.slug,
            mode=merchant.mode,
            facts=(
                ("identity", f"{customer.document.type} {customer.document.number}" if customer.document else ""),
                ("mail", customer.email),
                ("phone", customer.phone),
                ("no reminders since", customer.unsubscribed_at),
                (
                    "credit",
                    " and ".join(_money(Money(minor, code), merchant) for code, minor in credit.items() if minor),
                ),
                ("open invoices", ", ".join(item.number for item in open_[:FEW]) + more),
                *(("payment", self._payment_line(item, merchant)) for item in payments[:FEW]),
                ("payments", "" if payments else "none was ever started"),
                *(("mail sent", self._mail_line(item, merchant)) for item in mails),
            ),
            choices=tuple(self._customer_choices(customer, merchant, open_, payments, mails)),
            narrow=("find", _key_of(customer), "--company", merchant.slug),
            zone=merchant.company.zone,
        )

    def _customer_choices(
        self,
        customer: Customer,
        merchant: Merchant,
        open_: Sequence[Payable],
        payments: Sequence[Payment],
        mails: Sequence[Delivery],
    ) -> Iterator[Choice]:
        if open_:
            yield from self._statement(customer, merchant)
        for payment in [item for item in payments if item.is_live] or payments[:1]:
            yield f"follow the payment that is {self._status(payment)}", ("payment", "show", payment.reference)
        for mail in mails:
            if mail.state is DeliveryState.DEAD:
                yield f"try the mail {mail.kind.value} again", ("delivery", "retry", mail.id)
        if open_:
            words = ("statement", "revoke", _key_of(customer), "--company", merchant.slug)
            yield "make every link to the statement dead", words

    def _mail_line(self, mail: Delivery, merchant: Merchant) -> str:
        at = local(mail.sent_at or mail.created_at, merchant.company.zone)
        fault = f", {mail.last_error}" if mail.last_error and not mail.sent_at else ""
        return f"{mail.kind.value}, {mail.state.value} {at}{fault}"

    def _member(self, member: Member) -> Page:
        merchant = self._merchant(member.merchant_id)
        return Page(
            kind="member",
            title=f"Member {member.email}",
            brief=member.email,
            state=f"{member.role.value}, may sign in",
            company=merchant.slug,
            mode=None,
            facts=(("language", member.language),),
            choices=(
                (
                    "end this person's access",
                    ("company", "member", "remove", member.email, "--company", merchant.slug),
                ),
                ("see who else signs in", ("company", "member", "list", "--company", merchant.slug)),
            ),
            narrow=("find", member.email, "--company", merchant.slug),
            zone=merchant.company.zone,
        )

    def _removal(self, removal: Removal) -> Page:
        merchant = self._merchant(removal.merchant_id)
        of = ("--company", merchant.slug)
        return Page(
            kind="former_member",
            title=f"Former member {removal.email}",
            brief=removal.email,
            state="removed, cannot sign in",
            company=merchant.slug,
            mode=None,
            facts=(("removed", removal.at), ("by", removal.by)),
            choices=(
                ("see who signs in", ("company", "member", "list", *of)),
                ("let this person in again", ("company", "member", "add", removal.email, *of)),
            ),
            narrow=("find", removal.email, *of),
            zone=merchant.company.zone,
        )

    def _api_key(self, line: KeyLine) -> Page:
        key, merchant = line.key, line.merchant
        revoke = (("end it; its shop is refused from then on", ("api-key", "revoke", key.id)),)
        return Page(
            kind="api_key",
            title=f"API key {key.name}",
            brief=f"{key.name} ({key.id})",
            state="revoked" if key.revoked_at else "in use",
            company=merchant.slug,
            mode=key.mode,
            facts=(("id", key.id), ("created", key.created_at), ("revoked", key.revoked_at), ("by", line.revoked_by)),
            choices=() if key.revoked_at else revoke,
            narrow=("find", key.id),
            zone=merchant.company.zone,
        )

    # ---------------------------------------------------------------- money

    def _payment(self, payment: Payment) -> Page:
        merchant, customer = self._merchant(payment.merchant_id), self._customer_of(payment.customer_id)
        return Page(
            kind="payment",
            title=f"Payment {payment.reference}",
            brief=f"{payment.reference} of {customer.name}, {_money(payment.amount, merchant)}",
            state=self._status(payment),
            company=merchant.slug,
            mode=payment.mode,
            facts=(
                ("customer", _called(customer)),
                ("amount", _money(payment.amount, merchant)),
                ("provider", payment.provider),
                ("their reference", payment.provider_reference),
                ("for", ", ".join(line.number for line in payment.lines)),
                ("created", payment.created_at),
            ),
            choices=(("follow it", ("payment", "show", payment.reference)),),
            narrow=("find", payment.reference),
            zone=merchant.company.zone,
        )

    def _status(self, payment: Payment) -> str:
        return standing(payment, held_of(self.tx, payment))

    def _payment_line(self, payment: Payment, merchant: Merchant) -> str:
        at, amount = local(payment.created_at, merchant.company.zone), _money(payment.amount, merchant)
        return f"{payment.reference}, {amount}, {self._status(payment)}, {payment.provider}, {at}"

    def _receipt(self, receipt: CashReceipt) -> Page:
        merchant, customer = self._merchant(receipt.merchant_id), self._customer_of(receipt.customer_id)
        payment = self.tx.payments.get(receipt.payment_id) if receipt.payment_id else None
        of = ("--company", merchant.slug)
        choices: list[Choice] = [("follow its payment", ("payment", "show", payment.reference))] if payment else []
        choices.append(("see its customer", ("find", _key_of(customer), *of)))
        if receipt.mode is merchant.mode:
            choices.append(("see everything on it", ("receipt", "show", receipt.label, *of)))
            if not receipt.voided_at:
                choices.append(("void it", ("receipt", "void", receipt.label, "--reason", "TEXT", *of)))
        return Page(
            kind="cash_receipt",
            title=f"Cash receipt {receipt.label}",
            brief=f"{receipt.label} of {customer.name}, {_money(receipt.cash, merchant)}",
            state=f"void: {receipt.void_reason}" if receipt.voided_at else "issued",
            company=merchant.slug,
            mode=receipt.mode,
            facts=(
                ("customer", _called(customer)),
                ("received", f"{_money(receipt.cash, merchant)} on {receipt.received_on}, {receipt.means.value}"),
                ("for", ", ".join(line.number for line in receipt.lines)),
                ("issued", f"{local(receipt.issued_at, merchant.company.zone)} by {receipt.issued_by}"),
                ("payment", self._payment_line(payment, merchant) if payment else ""),
                self._other_mode(merchant, receipt.mode),
            ),
            choices=choices,
            narrow=("find", receipt.label, *of),
            zone=merchant.company.zone,
        )

    # ---------------------------------------------------------------- mails, links and messages

    def _link(self, found: LinkFound) -> Page:
        link, merchant = found.link, self._merchant(found.link.merchant_id)
        opened, choices = self._behind(link.kind, link.target, merchant, found.why)
        return Page(
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
                self._other_mode(merchant, link.mode),
            ),
            choices=choices if link.mode is merchant.mode or link.kind is not LinkKind.STATEMENT else (),
            narrow=("find", link.target),
            zone=merchant.company.zone,
        )

    def _behind(
        self, kind: LinkKind, target: str, merchant: Merchant, why: Shut | None
    ) -> tuple[str, Sequence[Choice]]:
        """What a link leads to, and what may be done with that."""
        if kind is LinkKind.STATEMENT:
            customer = self._customer_of(target)
            revoke = ("statement", "revoke", _key_of(customer), "--company", merchant.slug)
            end: tuple[Choice, ...] = () if why else (("make this and every other link to it dead", revoke),)
            return _called(customer), (*self._statement(customer, merchant), *end)
        if kind is LinkKind.ORDER:
            payable = self.tx.payables.get(target)
            assert payable is not None
            return payable.number, (("see the order", ("find", payable.number, "--company", merchant.slug)),)
        payment = self.tx.payments.get(target)
        assert payment is not None
        return self._payment_line(payment, merchant), (("follow the payment", ("payment", "show", payment.reference)),)

    def _delivery(self, mail: Delivery) -> Page:
        merchant = self.tx.merchants.get(mail.merchant_id)
        zone = merchant.company.zone if merchant else "UTC"
        retry = ("try it now", ("delivery", "retry", mail.id))
        behind = tuple(self._about(mail))
        return Page(
            kind="mail",
            title=f"Mail {mail.kind.value}",
            brief=f"{mail.kind.value} to {mail.recipient} of {local(mail.created_at, zone)}",
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

    def _about(self, mail: Delivery) -> Iterator[Choice]:
        """What a mail is about."""
        payment, customer = self.tx.payments.get(mail.subject_id), self.tx.customers.get(mail.subject_id)
        if payment:
            yield "follow its payment", ("payment", "show", payment.reference)
        if customer:
            slug = self._merchant(customer.merchant_id).slug
            yield "see its customer", ("find", _key_of(customer), "--company", slug)

    def _message(self, message: StoredMessage) -> Page:
        account, merchant = self.tx.accounts.get(message.account_id), self._merchant(message.merchant_id)
        payment = self.tx.payments.get(message.payment_id) if message.payment_id else None
        named = message.id[:SHORT]
        state = state_word(message.state)
        follow = (("follow its payment", ("payment", "show", payment.reference)),) if payment else ()
        replay = () if state in ("pending", "applied") else (("read it again", ("message", "replay", named)),)
        return Page(
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
                ("payment", self._payment_line(payment, merchant) if payment else ""),
            ),
            choices=(("see its shape, and what a replay would do", ("message", "show", named)), *replay, *follow),
            narrow=("find", message.id),
            zone=merchant.company.zone,
        )

    def _review(self, review: Review) -> Page:
        merchant = self._merchant(review.merchant_id)
        payment = self.tx.payments.get(review.payment_id) if review.payment_id else None
        named = review.id[:SHORT]
        follow = (("follow its payment", ("payment", "show", payment.reference)),) if payment else ()
        resolve = ("review", "resolve", named, "--by", "NAME", "--why", "TEXT")
        return Page(
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
                *(() if review.resolved_at else (("say what became of it", resolve),)),
            ),
            narrow=("find", review.id),
            zone=merchant.company.zone,
        )

    # ---------------------------------------------------------------- companies and accounts

    def _account(self, account: ProviderAccount) -> Page:
        merchant, heard = self._merchant(account.merchant_id), hearing_of(self.tx, account)
        zone, of = merchant.company.zone, ("--company", merchant.slug)
        newest = heard.unproven.id[:SHORT] if heard.unproven else ""
        read = (("see the newest message", ("message", "show", newest)),) if newest else ()
        named = account.id if account.is_retired else account.provider
        own = (
            ("see its settings and its notification address", ("account", "show", named, *of)),
            ("ask the provider about it again", ("account", "validate", named, *of)),
        )
        return Page(
            kind="account",
            title=f"Account {account.provider} of {merchant.slug}",
            brief=f"{account.provider} of {merchant.slug}",
            state="retired" if account.is_retired else account.status.value,
            company=merchant.slug,
            mode=account.mode,
            facts=(
                ("retired", _retired(account, zone)),
                ("last heard from", local(heard.at, zone) if heard.at else ""),
                ("messages", f"come, but {heard.what}" if heard.what else "" if heard.at else "none ever came"),
                ("paused", account.paused),
                (
                    "confirmed",
                    f"{local(account.confirmed_at, zone)} by {account.confirmed_by}" if account.confirmed_at else "",
                ),
                self._other_mode(merchant, account.mode),
            ),
            choices=(
                *(own if account.mode is merchant.mode else ()),
                *read,
                ("list its messages", ("message", "list", "--account", account.provider, *of)),
            ),
            narrow=("account", "show", named, *of),
            zone=zone,
        )

    def _company(self, merchant: Merchant) -> Page:
        company, of = merchant.company, ("--company", merchant.slug)
        accounts = self.tx.accounts.current_of(merchant.id, merchant.mode)
        return Page(
            kind="company",
            title=f"Company {merchant.slug}",
            brief=f"{merchant.slug}, {company.legal_name}",
            state=f"works in {merchant.mode.value} mode",
            company=merchant.slug,
            mode=None,
            facts=(
                ("name", company.legal_name),
                ("identity", f"{company.document.type} {company.document.number}"),
                ("clock", company.zone),
                ("mail", company.email),
                ("accounts", ", ".join(f"{item.provider} {item.status.value}" for item in accounts) or "none"),
                ("members", ", ".join(item.email for item in self.tx.merchants.members(merchant.id)[:FEW])),
                ("open reviews", len(self.tx.reviews.of(merchant_id=merchant.id)) or ""),
            ),
            choices=(
                ("see everything about it", ("company", "show", merchant.slug)),
                ("list its payments", ("payment", "list", *of)),
                ("list its open reviews", ("review", "list", *of)),
                ("list who signs in", ("company", "member", "list", *of)),
                ("list the keys of its shops", ("api-key", "list", *of)),
            ),
            narrow=("find", merchant.slug),
            zone=company.zone,
        )


def _retired(account: ProviderAccount, zone: str) -> str:
    """When and by whom, and why; empty for a current one."""
    if account.retired_at is None:
        return ""
    why = f": {account.retired_why}" if account.retired_why else ""
    return f"{local(account.retired_at, zone)} by {account.retired_by}{why}"


def _called(customer: Customer) -> str:
    """A customer's name and number."""
    return f"{customer.name}{f', {customer.document.number}' if customer.document else ''}"


def _money(amount: Money, merchant: Merchant) -> str:
    return money_text(amount, merchant.locale, with_code=True)
