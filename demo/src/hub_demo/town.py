"""The demo's town: hub, worker, the providers' simulators and the mailbox in one process and on one port.

All traffic between them is real HTTP and SMTP on loopback.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import httpx

from hub.bootstrap import DATABASE, OpenedHub, migrate_data, open_hub
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.merchant import Merchant, Options
from hub.flows.accounts.catalogue import notification_address
from hub.flows.ground.ports import Tx
from hub.flows.imports.import_files import import_customers, import_invoices
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.merchants.save_company import CompanyForm, create_company
from hub.jobs.embedded import Loop
from hub.providers.simulators import load_simulators
from hub.proving.folder import write_settings
from hub.settings import ProviderSettings, Settings
from hub.web.app import FRONT, create_app
from hub.web.serve import bind, serve
from hub_hookspecs import Mode
from hub_hookspecs.testing.simulator import Simulator

from .companies import CO, CR, OWNERS, SLUGS
from .design import Design
from .folder import SIMULATORS, WrongFolder, take
from .mailbox import Mailbox
from .pages import DemoGuide
from .shop import Shop

HOST = "127.0.0.1"
SIMULATED = {"greenpay": "CR", "onvo": "CR", "nequi": "CO"}
"""The providers of the demo, and the country of each."""

SHOP_KEY = "tienda"

SAMPLES_OF = date(2026, 11, 21)
"""The day on which the sample files were written;
their dates are moved by the days that have passed since."""
WRITTEN_DAY = re.compile(r"\b(?:\d{2}/\d{2}/\d{4}|\d{4}-\d{2}-\d{2})\b")

OPERATOR = "operador@hub.example"


class PortsBusy(OSError):
    """No free port near the one that was asked for."""


def listening(port: int) -> socket.socket:
    """A listening socket on the port or one of the next twenty; any free one for 0.

    Raises:
        PortsBusy: All of them are taken.
    """
    for chosen in range(port, port + 20) if port else (0,):
        with contextlib.suppress(OSError):
            return bind(HOST, chosen)
    raise PortsBusy(f"ports {port} to {port + 19} are all in use: choose another with --port")


@attrs.define(kw_only=True)
class Town:
    """Everything that runs."""

    opened: OpenedHub
    settings: Settings
    base_url: str
    mailbox: Mailbox
    simulators: Mapping[str, Simulator]
    configs: Mapping[str, dict[str, Any]]
    client: httpx.AsyncClient
    companies: dict[str, Merchant] = attrs.Factory(dict)
    guide: DemoGuide = attrs.field(init=False)
    shop: Shop = attrs.field(init=False)
    _stop: asyncio.Event = attrs.Factory(asyncio.Event)
    _tasks: list[asyncio.Task[None]] = attrs.Factory(list)
    _loop: Loop | None = None
    _folder: int | None = None

    def simulator_url(self, code: str) -> str:
        """Where a simulator is mounted."""
        return f"{self.base_url}/sim/{code}"

    async def control(self, code: str, action: str, **body: Any) -> None:
        """Tell a simulator what to do."""
        answer = await self.client.post(f"{self.simulator_url(code)}/_control/{action}", json=body)
        answer.raise_for_status()

    async def book(self, code: str) -> list[dict[str, Any]]:
        """The money that a simulator really took."""
        answer = await self.client.get(f"{self.simulator_url(code)}/_control/book")
        return list(answer.json())

    async def notifications(self, code: str, reference: str) -> list[dict[str, Any]]:
        """The notifications that a simulator owed for one of our references."""
        answer = await self.client.get(
            f"{self.simulator_url(code)}/_control/notifications", params={"reference": reference}
        )
        return list(answer.json())

    async def accounts_of(self, merchant: Merchant) -> list[ProviderAccount]:
        """A company's accounts that have not been replaced."""
        return list(await self.opened.hub.store.read(lambda tx: tx.accounts.current_of(merchant.id)))

    async def send_notifications_to(self, account: ProviderAccount) -> None:
        """Give the simulated provider the address that the merchant hands over."""
        code = account.provider
        url = notification_address(self.opened.hub, account)
        await self.control(code, "notify", merchant=self.configs[code]["merchants"][0]["id"], url=url)

    async def close(self, grace: float = 5.0) -> None:
        """End everything in order."""
        if self._loop:
            await self._loop.stop(grace)
        self._stop.set()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await asyncio.wait_for(task, grace)
        await self.client.aclose()
        await self.opened.close(grace)
        await self.mailbox.stop()
        if self._folder is not None:
            os.close(self._folder)


async def open_town(data: Path, *, port: int, lang: str = "es", new: bool = False) -> Town:
    """Start everything in a data folder.

    Args:
        new: Whether an earlier demo's folder is refused.
    """
    folder = take(data, new=new)
    sock = listening(port)
    base_url = f"http://{HOST}:{sock.getsockname()[1]}"
    mailbox = Mailbox(host=HOST, port=0)
    await mailbox.start()
    simulators = {code: simulator for code, simulator in load_simulators().items() if code in SIMULATED}
    configs = _configs(data, simulators)
    settings = Settings(
        data=data,
        base_url=base_url,
        smtp_host=HOST,
        smtp_port=mailbox.port,
        sender="pagos@hub.example",
        operator_email=OPERATOR,
        providers={
            code: ProviderSettings(endpoints=dict(simulator.endpoints(f"{base_url}/sim/{code}")))
            for code, simulator in simulators.items()
        },
    )
    write_settings(settings)
    fresh = not (data / DATABASE).exists()
    await asyncio.to_thread(migrate_data, settings)
    opened = open_hub(settings)
    town = Town(
        opened=opened,
        settings=settings,
        base_url=base_url,
        mailbox=mailbox,
        simulators=simulators,
        configs=configs,
        client=httpx.AsyncClient(timeout=30, trust_env=False),
        folder=folder,
    )
    try:
        await _begin(town, sock, lang)
        if not fresh:
            await _find_companies(town)
    except BaseException:
        await town.close()
        raise
    return town


async def _begin(town: Town, sock: socket.socket, lang: str) -> None:
    """Serve hub, simulators, mailbox and shop, and do what is due."""
    mounts: list[tuple[str, Any]] = [
        (f"/sim/{code}", simulator.app(town.configs[code])) for code, simulator in town.simulators.items()
    ]
    town.guide, town.shop = DemoGuide(town.mailbox, town.base_url, lang), Shop(town.client, town.base_url, lang)
    mounts += [("/demo", town.guide), ("/mail", town.guide), ("/shop", town.shop), (FRONT, town.guide)]
    mounts += [("/design", Design(town.opened.hub))]
    app = create_app(town.opened.hub, mounts=mounts)
    town._loop = Loop(town.opened.hub)
    ready = asyncio.Event()
    town._tasks = [
        asyncio.create_task(serve(app, [sock], stop=town._stop, ready=ready.set)),
        asyncio.create_task(town._loop.run()),
    ]
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({waiting, town._tasks[0]}, return_when=asyncio.FIRST_COMPLETED)
    if not ready.is_set():
        await town._tasks[0]


def _configs(data: Path, simulators: Mapping[str, Simulator]) -> dict[str, dict[str, Any]]:
    """Configurations of the simulators; stored,
    so that a stored data folder's credentials stay valid."""
    file = data / SIMULATORS
    kept = dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}
    if kept.keys() >= simulators.keys():
        return kept
    names = {
        "greenpay": {"name": CR.trade_name},
        "onvo": {"name": CR.trade_name},
        "nequi": {"name": CO.legal_name, "nit": "900123456"},
    }
    fresh = {code: simulator.configure({"merchants": [names[code]]}) for code, simulator in simulators.items()}
    configs = {**fresh, **kept}
    data.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(configs), encoding="utf-8")
    return configs


async def _find_companies(town: Town) -> None:
    found = await town.opened.hub.store.read(lambda tx: tx.merchants.all())
    by_slug = {merchant.slug: merchant for merchant in found}
    for country, slug in SLUGS.items():
        merchant = by_slug.get(slug)
        if merchant is None or not await _connected(town, merchant):
            raise WrongFolder(f"the demo in {town.settings.data} was ended while it was made: delete that folder")
        town.companies[country] = merchant
        for account in await town.accounts_of(merchant):
            if account.provider in town.simulators:
                await town.send_notifications_to(account)


async def _connected(town: Town, merchant: Merchant) -> bool:
    return any(account.status is not AccountStatus.REQUESTED for account in await town.accounts_of(merchant))


async def found_company(town: Town, country: str, form: CompanyForm, *, auto_record: bool) -> Merchant:
    """Register a company with its customers and invoices from the sample files."""
    hub = town.opened.hub
    saved = await create_company(
        hub,
        form,
        slug=SLUGS[country],
        mode=Mode.TEST,
        owner_email=OWNERS[country],
        options=Options(auto_record=auto_record, partial=True, notify=(OWNERS[country],)),
    )
    samples, today = files("hub_demo") / "samples", hub.clock().astimezone(ZoneInfo(saved.merchant.company.zone)).date()
    for kind, load in (("clientes", import_customers), ("facturas", import_invoices)):
        name = f"{country.lower()}_{kind}.csv"
        sample = of_today((samples / name).read_text(encoding="utf-8"), today)
        report = await load(hub, saved.merchant, sample.encode(), name=name)
        if report.faults or report.set_aside:
            raise RuntimeError(f"{name}: {[str(fault) for fault in (*report.faults, *report.set_aside)]}")
    town.companies[country] = saved.merchant
    return saved.merchant


def of_today(sample: str, today: date) -> str:
    """A sample file as if it had been written today:
    what was overdue by nine days is overdue by nine days."""

    def moved(found: re.Match[str]) -> str:
        form = "%d/%m/%Y" if "/" in found[0] else "%Y-%m-%d"
        day = datetime.strptime(found[0], form).date()  # noqa: DTZ007 - a day
        return f"{day + (today - SAMPLES_OF):{form}}"

    return WRITTEN_DAY.sub(moved, sample)


async def open_shop(town: Town) -> None:
    """Register the shop's address with each company and give it a key: a new one,
    which ends that of the last start."""
    hub = town.opened.hub
    for country, merchant in town.companies.items():
        origins = tuple(dict.fromkeys((*merchant.options.shop_origins, town.base_url)))
        known = attrs.evolve(merchant, options=attrs.evolve(merchant.options, shop_origins=origins))
        await hub.store.write(partial(_end_keys, merchant=known, now=hub.clock()))
        town.companies[country] = known
        town.shop.open(known, await issue_api_key(hub, known, SHOP_KEY))


def _end_keys(tx: Tx, *, merchant: Merchant, now: datetime) -> None:
    tx.merchants.save(merchant)
    for key in tx.merchants.api_keys(merchant.id):
        if key.name == SHOP_KEY and key.revoked_at is None:
            tx.merchants.revoke_api_key(merchant.id, key.id, now)
