"""One rule says whether an account may take an amount now; offer, pay step and start of a payment ask it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from hub.domain.account import AccountStatus
from hub.domain.intake import Share
from hub.domain.merchant import LinkKind, Merchant
from hub.domain.offer import Absence
from hub.flows.accounts.pause_provider import pause_provider
from hub.flows.accounts.watch_account import HELD
from hub.flows.ground.read_drawn import Subject, drawn_from
from hub.flows.payments.offer_buttons import offers_for
from hub.flows.payments.open_payment import NotPossible, PayRequest
from hub.flows.payments.start_payment import start_payment
from hub.vault.key_changes import create_keys
from hub.web.form_token import form_token
from hub.web.pay_step import PURPOSE
from hub_hookspecs import Channel, Mode, Money
from tests.web.conftest import Debtor, House

USUAL: Final = 9_000_000
ELSEWHERE: Final = frozenset({Absence.NOT_CONNECTED, Absence.PLUGIN_FAILED})
"""Without an account nothing can be asked; and a button that cannot be drawn is
none of the account's faults."""


@attrs.frozen
class Moment:
    """The account that is judged, and the means to change how it stands;
    everything is as before afterwards."""

    house: Any
    merchant: Merchant
    account: Any
    patch: pytest.MonkeyPatch
    folder: Path

    def save(self, **changes: Any) -> None:
        self.house.write(lambda tx: tx.accounts.save(attrs.evolve(self.account, **changes)))

    def status(self, status: AccountStatus) -> None:
        self.house.write(lambda tx: tx.accounts.set_status(self.account.id, status, self.house.time()))

    def declare(self, **changes: Any) -> None:
        provider = self.house.hub.providers["nequi"]
        self.patch.setattr(provider, "info", attrs.evolve(provider.info, **changes))

    def rule(self, **changes: Any) -> None:
        (rule,) = self.house.hub.providers["nequi"].info.currencies
        self.declare(currencies=(attrs.evolve(rule, **changes),))

    def least(self, minor: int) -> None:
        options = attrs.evolve(self.merchant.options, minimum={"COP": minor}, partial=True)
        self.house.write(lambda tx: tx.merchants.save(attrs.evolve(self.merchant, options=options)))

    def lock(self) -> None:
        strange = create_keys(self.folder / "strange.json")
        for account, merchant, name, _sealed, _key in self.secrets():
            sealed, key = strange.seal(b"x", table="account_secret", column=name, row=account, merchant=merchant)
            self.house.write(lambda tx, n=name, s=sealed, k=key: tx.accounts.save_secret(self.account.id, n, s, k))

    def secrets(self) -> list[Any]:
        rows = self.house.read(lambda tx: tx.accounts.all_secrets())
        return [row for row in rows if row[0] == self.account.id]


CASES: Mapping[Absence, Callable[[Moment], object]] = {
    Absence.NOT_INSTALLED: lambda moment: moment.patch.delitem(moment.house.hub.providers, "nequi"),
    Absence.NOT_DECLARED: lambda moment: moment.declare(countries=("CR",)),
    Absence.NOT_ENABLED: lambda moment: moment.house.write(lambda tx: tx.countries.set("CO", "nequi", False)),
    Absence.NOT_ACTIVE: lambda moment: moment.status(AccountStatus.NEEDS_CONFIRMATION),
    Absence.NEEDS_REVALIDATION: lambda moment: moment.status(AccountStatus.NEEDS_REVALIDATION),
    Absence.SUSPENDED: lambda moment: moment.status(AccountStatus.SUSPENDED),
    Absence.PAUSED: lambda moment: moment.house.run(
        pause_provider(moment.house.hub, "nequi", text="Volvemos el lunes", by="operadora")
    ),
    Absence.CHANNEL: lambda moment: moment.declare(channels=frozenset({Channel.CHECKOUT})),
    Absence.CURRENCY: lambda moment: moment.rule(currency="USD"),
    Absence.BELOW_MINIMUM: lambda moment: moment.rule(minimum=USUAL + 1),
    Absence.MERCHANT_MINIMUM: lambda moment: moment.least(USUAL + 1),
    Absence.ABOVE_MAXIMUM: lambda moment: moment.rule(maximum=USUAL - 1),
    Absence.TOO_FINE: lambda moment: moment.rule(decimals=0),
    Absence.PROVIDER_DOWN: lambda moment: moment.house.write(
        lambda tx: HELD.of(moment.account.id).set(tx, "", moment.house.time() + timedelta(minutes=5))
    ),
    Absence.LOCKED: lambda moment: moment.lock(),
}
CHANNELS: Mapping[str, Callable[[Moment], object]] = {
    "switched off by the merchant": lambda moment: moment.save(channels=frozenset({Channel.CHECKOUT})),
    "not the provider's": CASES[Absence.CHANNEL],
}


@pytest.fixture(scope="module")
def shop(company: Callable[..., Merchant]) -> Merchant:
    return company("CO", "una-regla", connected=True)


@pytest.fixture
def moment(house: House, shop: Merchant, tmp_path: Path) -> Any:
    (account,) = house.read(lambda tx: tx.accounts.current_of(shop.id))
    with pytest.MonkeyPatch.context() as patch:
        found = Moment(house, shop, account, patch, tmp_path)
        secrets = found.secrets()
        yield found

    def restore(tx: Any) -> None:
        tx.accounts.save(account)
        tx.accounts.set_status(account.id, account.status, house.time())
        for _account, _merchant, name, sealed, key in secrets:
            tx.accounts.save_secret(account.id, name, sealed, key)
        tx.countries.set("CO", "nequi", True)
        tx.countries.resume("nequi")
        HELD.of(account.id).drop(tx)
        tx.merchants.save(shop)

    house.write(restore)
    house.hub.cached.clear()


@attrs.frozen
class Told:
    """What the three say of one amount.

    Attributes:
        offer: Why there is no button; None where there is one.
        start: Why no payment was started; None where one was.
        is_pressed: The pay step's form started one.
    """

    offer: Absence | None
    start: Absence | None
    is_pressed: bool


def asked_of_all(moment: Moment, minor: int) -> Told:
    """Put the same amount of a fresh debt to the offer, to the start of a payment, and to the pay step."""
    house, hub = moment.house, moment.house.hub
    debtor = house.debtor("CO", (minor, -3), (minor, -3), email="ana@correo.example", merchant=moment.merchant)
    hub.cached.clear()
    first = debtor.invoices[0]
    offers = house.run(
        offers_for(
            hub,
            house.read(lambda tx: tx.merchants.get(moment.merchant.id)),
            Mode.TEST,
            channel=Channel.STATEMENT,
            amount=Money(minor, "COP"),
            customer_id=debtor.customer.id,
        )
    )
    is_pressed, start = _pressed(moment, debtor, minor), None
    try:
        house.run(start_payment(hub, _request(moment, debtor, first, minor)))
    except NotPossible as refusal:
        start = refusal.absence
    if start:
        assert house.read(lambda tx: tx.payments.with_payables([first.id])) == ()
    return Told(offers[0].absence, start, is_pressed)


def _request(moment: Moment, debtor: Debtor, invoice: Any, minor: int) -> PayRequest:
    return PayRequest(
        account_id=moment.account.id,
        way="push",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(invoice.id, minor)],
        fields={"phone": "3001234567"},
    )


def _pressed(moment: Moment, debtor: Debtor, minor: int) -> bool:
    """Whether the form of the pay step starts a payment of the second invoice."""
    house, invoice = moment.house, debtor.invoices[1]
    link = house.read(lambda tx: tx.links.find(LinkKind.STATEMENT, debtor.customer.id, Mode.TEST, house.time()))
    fields = {
        "form": form_token(house.hub, PURPOSE, link),
        "drawn": house.run(drawn_from(house.hub, Subject.CUSTOMER, debtor.customer.id, Mode.TEST)),
        "provider": "nequi",
        "way": "push",
        "currency": "COP",
        "invoice": invoice.id,
        "total": str(minor),
        "field.push.phone": "3001234567",
    }
    with house.browser() as browser:
        answer = browser.post(f"{debtor.path}/pay", data=fields)
    paid = bool(house.read(lambda tx: tx.payments.with_payables([invoice.id])))
    assert answer.status_code == (303 if paid else 422), answer.text[:500]
    return paid


def test_every_reason_is_put_to_the_three() -> None:
    assert set(CASES) | ELSEWHERE == set(Absence)


def test_an_account_that_stands_well_is_offered_pressed_and_started(moment: Moment) -> None:
    assert asked_of_all(moment, USUAL) == Told(None, None, True)


@pytest.mark.parametrize("absence", sorted(CASES))
def test_offer_pay_step_and_start_refuse_for_the_same_reason(moment: Moment, absence: Absence) -> None:
    CASES[absence](moment)

    assert asked_of_all(moment, USUAL + 50 if absence is Absence.TOO_FINE else USUAL) == Told(absence, absence, False)


@pytest.mark.parametrize("whose", sorted(CHANNELS))
def test_a_channel_is_closed_by_the_merchant_or_the_provider(moment: Moment, whose: str) -> None:
    CHANNELS[whose](moment)

    assert asked_of_all(moment, USUAL) == Told(Absence.CHANNEL, Absence.CHANNEL, False)


def test_control_a_start_that_asks_nobody_takes_what_is_not_offered(
    moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.flows.payments.open_payment.absence_of", lambda *_given: None)
    CASES[Absence.NOT_ENABLED](moment)

    assert asked_of_all(moment, USUAL) == Told(Absence.NOT_ENABLED, None, False)
