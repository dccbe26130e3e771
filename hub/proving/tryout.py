"""A plugin tried by hand: a hub with one company of the plugin's country, connected to the plugin's simulator."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import attrs

from hub.bootstrap import migrate_data
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.mail import Mail
from hub.domain.merchant import Customer, Merchant
from hub.domain.offer import currencies_of
from hub.flows.accounts.catalogue import notification_address
from hub.flows.accounts.enable_provider import enable_provider
from hub.flows.ground.ports import Hub, Tx
from hub.flows.merchants.save_company import create_company
from hub.flows.merchants.sign_in import add_sign_in, sign_in_token
from hub.flows.statements.send_statement import copy_link
from hub.providers.entry_points import found_in
from hub.providers.load import PROVIDERS
from hub.providers.simulators import SIMULATORS, load_simulators
from hub.settings import ProviderSettings, Settings
from hub_hookspecs import CROCKFORD, Country, Mode, ProviderInfo
from hub_hookspecs.http import library as httpx
from hub_hookspecs.testing.subject import usual_amount

from .example import OWNER, NotConnected, connect_example, example_company, owe
from .folder import take_folder, write_settings

MARK: Final = "simulator.json"
"""How the simulator is configured; only a folder in which a plugin is tried holds it."""

BY: Final = "payment-hub plugins try"
SLUG: Final = "ejemplo"
COMPILED: Final = "__pycache__"


class NothingToTry(LookupError):
    """The plugin or its simulator is not installed; the text names the remedy."""


@attrs.frozen(kw_only=True)
class Links:
    """Where a person goes, and what the simulator is told at; each opens in a browser or is posted to."""

    provider: str
    payer: str
    merchant: str
    control: str
    pages: Mapping[str, str]


@attrs.frozen
class ToldMailer:
    """Says of each mail to whom it would go; nothing is sent."""

    tell: Callable[[str], None]

    async def send(self, mail: Mail) -> None:
        """Hand a mail over."""
        self.tell(f"mail to {mail.recipient}, not sent: {mail.subject}")


def prepare_folder(data: Path, code: str, base: str, simulator_base: str) -> int:
    """Make the folder of a try, or take an earlier one up with its data; held until the descriptor is closed.

    Raises:
        NothingToTry: No plugin or no simulator of this code is installed.
        WrongFolder: The folder holds something else.
    """
    for group, what in ((PROVIDERS, "provider"), (SIMULATORS, "simulator")):
        known = sorted({entry.name for entry in found_in(group, None)})
        if code not in known:
            raise NothingToTry(f"no {what} {code!r} is installed; there are: {', '.join(known) or 'none'}")
    simulator = load_simulators()[code]
    held = take_folder(data, MARK, BY)
    if not (data / MARK).exists():
        config = json.dumps({"code": code, "config": simulator.configure({})})
        with os.fdopen(os.open(data / MARK, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(config)
    played, _config = played_in(data)
    if played != code:
        os.close(held)
        raise NothingToTry(f"{data} is of {played}: choose another folder with --data")
    endpoints = {code: ProviderSettings(endpoints=dict(simulator.endpoints(simulator_base)))}
    settings = Settings(data=data, base_url=base, providers=endpoints)
    write_settings(settings)
    migrate_data(settings)
    return held


def played_in(data: Path) -> tuple[str, dict[str, Any]]:
    """Whose simulator is played in a folder, and how it is configured."""
    held = json.loads((data / MARK).read_text(encoding="utf-8"))
    return str(held["code"]), dict(held["config"])


async def set_up(hub: Hub, data: Path, simulator_base: str) -> Links:
    """Found the company, connect it and bill an invoice, as far as that is not done yet; then say where everything is.

    Raises:
        NothingToTry: The plugin is quarantined, or none of its countries is served.
        NotConnected: Its account does not become active.
    """
    code, config = played_in(data)
    if code not in hub.providers:
        why = next((str(failure) for failure in hub.registry.failures if failure.code == code), "")
        raise NothingToTry(why or f"{code} is not served")
    info = hub.providers[code].info
    simulator, merchant_id = load_simulators()[code], config["merchants"][0]["id"]
    merchant = await hub.store.read(lambda tx: tx.merchants.by_slug(SLUG))
    if merchant is None:
        merchant = await _found(hub, info, str(config["merchants"][0].get("name") or ""))
    account = await _account(hub, merchant, code)
    if account is None or account.status is not AccountStatus.ACTIVE:
        account = await connect_example(hub, merchant, info, simulator.settings(config, merchant_id), by=BY)
    async with httpx.AsyncClient(trust_env=False) as client:
        told = {"merchant": merchant_id, "url": notification_address(hub, account)}
        (await client.post(f"{simulator_base}/_control/notify", json=told)).raise_for_status()
    customer = await _owing(hub, merchant, info, currencies_of(account, info))
    return Links(
        provider=code,
        payer=await copy_link(hub, merchant, customer.id),
        merchant=await _sign_in_link(hub, merchant),
        control=f"{simulator_base}/_control",
        pages=dict(simulator.pages(simulator_base)),
    )


async def _account(hub: Hub, merchant: Merchant, code: str) -> ProviderAccount | None:
    accounts = await hub.store.read(lambda tx: tx.accounts.current_of(merchant.id))
    return next((account for account in accounts if account.provider == code), None)


async def _found(hub: Hub, info: ProviderInfo, name: str) -> Merchant:
    country = _home(hub, info)
    await enable_provider(hub, country.code, info.code, True)
    form = example_company(country, name) if name else example_company(country)
    return (await create_company(hub, form, slug=SLUG, mode=Mode.TEST, owner_email=OWNER)).merchant


def _home(hub: Hub, info: ProviderInfo) -> Country:
    for code in info.countries:
        if code in hub.countries:
            return hub.countries[code]
    reasons = [str(failure) for failure in hub.lost_countries if failure.code in info.countries]
    raise NothingToTry(reasons[0] if reasons else f"no country of {', '.join(info.countries)} is installed")


async def _owing(hub: Hub, merchant: Merchant, info: ProviderInfo, currencies: tuple[str, ...]) -> Customer:
    """The customer, who owes an invoice: a further one where all were paid."""
    usual = hub.countries[merchant.company.country].currencies
    currency = next((code for code in usual if code in currencies), next(iter(currencies), ""))
    rule = info.currency_rule(currency)
    if rule is None:
        raise NotConnected("the account that its simulator's settings make takes no currency")
    amount = usual_amount(rule)

    def write(tx: Tx) -> Customer:
        customer = next(iter(tx.customers.of(merchant.id)), None)
        billed = tx.payables.search(merchant.id, merchant.mode)
        if customer is None or not any(payable.due for payable in billed):
            owed = owe(tx, hub, merchant, f"E-{1001 + len(billed)}", amount, customer=customer)
            customer = tx.customers.get(owed.customer_id)
        assert customer is not None
        return customer

    return await hub.store.write(write)


async def _sign_in_link(hub: Hub, merchant: Merchant) -> str:
    sign_in_id, now = hub.random_text(26, CROCKFORD), hub.clock()

    def write(tx: Tx) -> None:
        (owner,) = tx.merchants.members(merchant.id)
        add_sign_in(tx, hub, owner, sign_in_id, now)

    await hub.store.write(write)
    return f"{hub.base_url}/m/sign-in/{sign_in_token(hub, sign_in_id)}"


def sources_of(code: str) -> tuple[frozenset[Path], frozenset[Path]]:
    """Folders and files of which the code of a plugin and of its simulator is made; nothing is imported."""
    found: list[frozenset[Path]] = []
    for group in (PROVIDERS, SIMULATORS):
        modules = [entry.module for entry in found_in(group, None) if entry.name == code]
        found.append(frozenset(path for module in modules for path in _sources(module)))
    return found[0], found[1]


def _sources(module: str) -> Iterator[Path]:
    top, _, rest = module.partition(".")
    spec = find_spec(top)
    if spec is None:
        return
    for folder in spec.submodule_search_locations or ():
        inner = Path(folder, *rest.split(".")) if rest else Path(folder)
        yield inner if inner.is_dir() else inner.with_suffix(".py")
    if spec.origin and not spec.submodule_search_locations:
        yield Path(spec.origin)


def stamps(sources: frozenset[Path]) -> Mapping[Path, tuple[int, int]]:
    """When each file was written, and how long it is; compiled ones are left out."""
    files = [file for source in sources for file in ([source] if source.is_file() else source.rglob("*"))]
    found: dict[Path, tuple[int, int]] = {}
    for file in files:
        if COMPILED not in file.parts and file.is_file():
            known = file.stat()
            found[file] = (known.st_mtime_ns, known.st_size)
    return found
