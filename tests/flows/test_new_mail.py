"""A new mail is one module: dropped beside the others it is found, owed, drawn, sent, listed and shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

import hub.documents.mails
from hub.documents.mails import mail_kinds
from hub.documents.mails.kind import MailKind
from hub.domain.message import DeliveryKind, DeliveryState
from hub.flows.mails.preview_mail import preview_mail
from hub.flows.mails.resend_mail import resend_mail
from hub.flows.mails.view_deliveries import list_deliveries
from hub.web.merchant.words import mail_names
from hub_hookspecs import Kind, Observation
from tests.faults.harness import Desk, World, broken

FOLDER = Path(__file__).parent / "made_up"


@pytest.fixture
def one_more(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, MailKind[Any]]]:
    """The kinds of mail where the package of mails has one module more."""
    monkeypatch.setattr(hub.documents.mails, "__path__", [*hub.documents.mails.__path__, str(FOLDER)])
    yield mail_kinds.__wrapped__()
    sys.modules.pop("hub.documents.mails.thanks", None)


def test_a_new_mail_is_one_module(world: World, one_more: Mapping[str, MailKind[Any]]) -> None:
    world.hub.documents.mails = one_more
    debtor = world.debtor("CR", 150_000)
    payment = world.pay(debtor)
    world.approve(payment)
    world.deliver(payment, times=2)
    world.work()

    merchant = world.companies["CR"]
    [row], _after = world.run(list_deliveries(world.hub, merchant, kind="thanks"))
    assert (row.delivery.state, row.delivery.recipient) == (DeliveryState.SENT, debtor.customer.email)
    subjects = world.mailed(debtor.customer.email)
    assert len([subject for subject in subjects if subject.endswith("Soporte de pago")]) == 1, subjects
    [mail] = [mail for mail in world.town.mailbox.to(debtor.customer.email) if mail.subject.endswith("de pago")]
    assert "₡1" in mail.text
    assert "₡1" in mail.html
    shown = world.run(preview_mail(world.hub, merchant, row.delivery.id))
    assert not shown.gone
    assert shown.kind == "thanks"
    assert mail_names(world.hub)["thanks"] == "Agradecimiento"
    assert world.run(resend_mail(world.hub, merchant, row.delivery.id)).state is DeliveryState.DUE
    assert broken(world) == []


def test_a_mail_of_a_kind_that_is_not_known_here_waits_for_its_module(
    desk: Desk, one_more: Mapping[str, MailKind[Any]]
) -> None:
    desk.hub.documents.mails = one_more
    payment = desk.sent(desk.debtor("CR", 100_000))
    desk.tell(payment, Observation(kind=Kind.PAID, movement="M1"))
    desk.hub.documents.mails = mail_kinds()
    desk.do_what_is_due()
    [mail] = desk.owed_mails(payment, "thanks")
    assert (mail.state, mail.last_error) == (DeliveryState.DUE, "NotYet")

    desk.hub.documents.mails = one_more
    desk.clock.now += timedelta(minutes=1)
    desk.do_what_is_due()
    [mail] = desk.owed_mails(payment, "thanks")
    assert mail.state is DeliveryState.SENT


def test_every_kind_that_code_names_has_its_module_but_the_alert() -> None:
    """An alert is the operator's own, plain and without a company's letterhead."""
    assert [*mail_kinds()] == [kind for kind in DeliveryKind if kind is not DeliveryKind.ALERT]
    assert all(attrs.has(type(kind)) and kind.name for kind in mail_kinds().values())
