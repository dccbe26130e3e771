"""Llave that remembers the settings that worked, by company.

Wrong: ``validate_identity`` keeps an account's settings under the company's RUT, and every other hook prefers what was
kept. A company with two stores, each an account of its own, has the payments of both sent to the store that was tested
last: the money of one branch lands with the other, and a payment that was under way is asked for where it is not, found
nowhere, and its invoice is freed. Rule: no state between calls; an account is its settings, not its company.
"""

from __future__ import annotations

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl

_WORKING: dict[str, dict[str, str]] = {}


def working(account):
    """The account with the settings that Llave is known to take, so that a slip of a key does no harm."""
    return attrs.evolve(account, settings=_WORKING.get(account.company.document.number, account.settings))


@hookimpl
def validate_identity(check, account):
    report = yield from sound.validate_identity(check, account)
    if report.credentials is hub.Credentials.ACCEPTED:
        _WORKING[account.company.document.number] = dict(account.settings)
    return report


@hookimpl
def create_payment(order, account):
    return (yield from sound.create_payment(order, working(account)))


@hookimpl
def query_payment(query, account):
    return (yield from sound.query_payment(query, working(account)))


@hookimpl
def cancel_payment(cancel, account):
    return (yield from sound.cancel_payment(cancel, working(account)))


@hookimpl
def refund_payment(refund, account):
    return (yield from sound.refund_payment(refund, working(account)))


@hookimpl
def fetch_settlement(period, account):
    return (yield from sound.fetch_settlement(period, working(account)))
