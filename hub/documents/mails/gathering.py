"""What most mails read from the rows: merchant, letterhead, the reader's language, payment, account."""

from __future__ import annotations

from datetime import datetime

from hub.domain.account import ProviderAccount
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay, NotYet
from hub.domain.merchant import Merchant, locale_at, locale_for
from hub.domain.message import MOVEMENT, Delivery
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.payment_view import PaymentView
from hub.flows.payments.view_payment import in_language, of_movement, view_of
from hub.flows.views.print_document import letterhead_of
from hub_hookspecs import ProviderInfo


def merchant_of(tx: Tx, delivery: Delivery) -> Merchant:
    """The merchant whose mail it is.

    Raises:
        NothingToSay: There is none any more.
    """
    merchant = tx.merchants.get(delivery.merchant_id)
    if merchant is None:
        raise NothingToSay("the merchant is gone")
    return merchant


def head_for(tx: Tx, hub: Hub, delivery: Delivery) -> Letterhead:
    """The merchant's letterhead of today."""
    return letterhead_of(hub, merchant_of(tx, delivery), delivery.mode)


def language_of(tx: Tx, delivery: Delivery) -> str:
    """The language of a recipient on the merchant's side."""
    merchant = merchant_of(tx, delivery)
    return locale_at(merchant, tx.merchants.members(merchant.id), delivery.recipient)


def view_for_payer(
    tx: Tx, hub: Hub, delivery: Delivery, now: datetime, *, one_movement: bool = False
) -> tuple[PaymentView, str]:
    """The payment of a mail to its payer, and the payer's language.

    Args:
        one_movement: The mail is about the movement that its delivery names alone.

    Raises:
        NothingToSay: The payment is gone.
    """
    view = _view(tx, hub, delivery, now, one_movement=one_movement)
    locale = locale_for(merchant_of(tx, delivery), view.customer, view.payment.locale)
    return in_language(hub, view, locale), locale


def view_for_merchant(
    tx: Tx, hub: Hub, delivery: Delivery, now: datetime, *, one_movement: bool = False
) -> tuple[PaymentView, str]:
    """The same for a mail to its merchant."""
    view = _view(tx, hub, delivery, now, one_movement=one_movement)
    locale = language_of(tx, delivery)
    return in_language(hub, view, locale), locale


def _view(tx: Tx, hub: Hub, delivery: Delivery, now: datetime, *, one_movement: bool) -> PaymentView:
    payment = tx.payments.get(delivery.subject_id)
    if payment is None:
        raise NothingToSay("the payment is gone")
    view = view_of(tx, hub, payment, now)
    return of_movement(tx, view, delivery.details.get(MOVEMENT, "")) if one_movement else view


def payer_of(view: PaymentView) -> str:
    """The name of whoever pays."""
    return view.payment.payer.name or view.customer.name


def connection_of(tx: Tx, hub: Hub, delivery: Delivery, locale: str) -> tuple[ProviderAccount, ProviderInfo]:
    """The account of a mail, and its provider in a language.

    Raises:
        NothingToSay: The account is gone.
        NotYet: Its plugin is not served here.
    """
    account = tx.accounts.get(delivery.subject_id)
    if account is None:
        raise NothingToSay("the account is gone")
    provider = hub.providers.get(account.provider)
    if provider is None:
        raise NotYet(f"{account.provider} is not served here")
    return account, provider.info_for(locale)
