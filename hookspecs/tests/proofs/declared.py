"""Faults in what a provider declares, and in what it says of account and payout."""

from __future__ import annotations

import uuid

import attrs

from hub_hookspecs import (
    Credentials,
    FieldMatch,
    IdentityReport,
    Match,
    PayButton,
    Refunds,
    harmless,
    hookimpl,
    opens_session,
)

from .planted import Planted, planted
from .tiny import Tiny

FAULTS: list[Planted] = []


@planted(FAULTS, "settlement lines can be asked for, and add up", "is not net")
class ForgetsTheFee(Tiny):
    def line(self, text):
        line = super().line(text)
        return attrs.evolve(line, net=line.gross)


@planted(FAULTS, "a settlement file that is not understood is refused", "the contract allows ValueError")
class ReadsAnyFile(Tiny):
    @hookimpl
    def parse_settlement(self, file, account):
        return ()


@planted(FAULTS, "it declares what can be true", "does not match its own pattern")
class PayerFieldThatRefusesItsExample(Tiny):
    def info(self):
        (way,) = super().info().ways
        field = attrs.evolve(way.payer_fields[0], pattern="8[0-9]{8}")
        return attrs.evolve(super().info(), ways=(attrs.evolve(way, payer_fields=(field,)),))


@planted(FAULTS, "it declares what can be true", "no setting identifies the account")
class NamesNoAccount(Tiny):
    def info(self):
        return attrs.evolve(super().info(), names_account=True)


@planted(FAULTS, "it declares what can be true", "differently each time")
class DescribesItselfAnew(Tiny):
    @hookimpl
    def describe_provider(self):
        return attrs.evolve(self.info(), tagline=uuid.uuid4().hex)


@planted(FAULTS, "it implements what it declares, and nothing else", "refund_payment: implemented, and not")
class RefundsUndeclared(Tiny):
    def info(self):
        (way,) = super().info().ways
        return attrs.evolve(super().info(), refunds=Refunds.NONE, ways=(attrs.evolve(way, undo=False),))


@planted(FAULTS, "it implements what it declares, and nothing else", "cancel_payment: declared")
class CancelDeclaredOnly(Tiny):
    cancel_payment = None


@planted(FAULTS, "it implements what it declares, and nothing else", "querry_payment: there is no such hook")
class MisspeltHook(Tiny):
    @hookimpl
    def querry_payment(self, query, account): ...


@planted(FAULTS, "its button is a value that can be drawn anywhere", "not markup")
class ButtonWithMarkup(Tiny):
    @hookimpl
    def render_pay_button(self, offer):
        return PayButton(label="<b>Paga</b>", accessible_label="Paga")


@planted(FAULTS, "its button is a value that can be drawn anywhere", "at most 40 characters")
class ButtonTooLong(Tiny):
    @hookimpl
    def render_pay_button(self, offer):
        return PayButton(label="Paga " * 20, accessible_label="Paga")


@planted(FAULTS, "good credentials are accepted, and every verified field is reported", "masked")
class ShowsTheWholeNumber(Tiny):
    @hookimpl
    def validate_identity(self, check, account):
        yield self.token_request(account)
        number = account.company.document.number
        field = FieldMatch(field="identity_number", match=Match.EQUAL, ours=number, theirs=number)
        return IdentityReport(credentials=Credentials.ACCEPTED, fields=(field,))


@planted(FAULTS, "wrong credentials are not accepted", "every secret was wrong")
class AcceptsAnybody(Tiny):
    @hookimpl
    def validate_identity(self, check, account):
        yield self.token_request(account)
        field = FieldMatch(field="identity_number", match=Match.UNAVAILABLE)
        return IdentityReport(credentials=Credentials.ACCEPTED, fields=(field,))


@planted(FAULTS, "its marks are what it declares", "declared to charge")
class CallsItsChargeASession(Tiny):
    def charge(self, order, account, terminal):
        return opens_session(super().charge(order, account, terminal))


@planted(FAULTS, "a grant can be had", "not marked without_grant")
class TokenRequestWantsAToken(Tiny):
    def token_request(self, account):
        return harmless(self.request("POST", account, "token", {"key": account.settings["key"]}))
