"""A third provider with a country of its own: installed beside the hub, no other file touched."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest
import uvicorn

from hub.providers.countries import load_countries
from hub.providers.exchange import Exchanger
from hub.providers.load import load_providers
from hub.providers.registry import ProviderNotServed, Registry
from hub.providers.simulators import load_simulators
from hub.proving.check import NoSimulator, check_provider
from hub_hookspecs import Account, Channel, Company, IdentityDocument, Mode, Money, Offer, Order, Payer, Query
from hub_hookspecs.http import library as httpx
from hub_hookspecs.testing.countries import country_findings

DOCS = Path(__file__).parents[2] / "docs" / "writing-a-provider.md"


def test_it_is_found_with_its_country_and_its_simulator(dummy_pe):
    assert load_providers()["dummy-pe"].distribution == "payment-hub-dummy-pe"
    assert load_countries()["PE"].name == "Perú"
    assert "dummy-pe" in load_simulators()


def test_it_keeps_the_contract(dummy_pe):
    results = check_provider("dummy-pe")
    assert [str(finding) for result in results for finding in result.findings] == []
    lacking = {"handle_notification", "authorize", "cancel_payment", "refund_payment"}
    lacking |= {"fetch_settlement", "parse_settlement", "capture_payment", "register_webhook"}
    excuses = {result.excuse for result in results} - {""}
    of_hooks = {f"no {hook}" for hook in lacking} | {"no cancel_payment and no refund_payment"}
    of_others = {
        "its references have letters of one case",
        "its simulator plays one reading",
        "no way can be undone",
        "not declared as idempotent",
    }
    assert excuses == of_hooks | of_others


def test_its_country_proves_what_every_country_must(dummy_pe, monkeypatch):
    monkeypatch.syspath_prepend(dummy_pe.parent / "otherwise-pe")
    import otherwise_pe

    for country in (load_countries()["PE"], otherwise_pe.COUNTRY):
        assert list(map(str, country_findings(country))) == []


def test_it_speaks_english_where_it_is_asked_to_and_no_other_plugin_does_with_its_words(dummy_pe):
    registry = load_providers()
    provider = registry["dummy-pe"]
    offer = Offer(channel=Channel.CHECKOUT, currency="PEN", minor=100, locale="en_US")

    assert provider.info.settings[0].label == "Llave"
    assert provider.info_for("es_PE") == provider.info
    english = provider.info_for("en")
    assert [(item.label, item.help) for item in english.settings] == [("Key", "Dummy's panel, section Integration.")]
    assert [way.label for way in english.ways] == ["Card"]
    assert provider.button(offer).label == "Pay with Dummy"
    assert provider.button(attrs.evolve(offer, locale="es_PE")).label == "Paga con Dummy"
    assert provider.said("Tarjeta", "en") == "Card"
    assert registry["nequi"].said("Tarjeta", "en") == "Tarjeta"


@pytest.mark.parametrize(
    ("catalogue", "said"),
    [
        ('msgid "Llave"\nmsgstr "<script>"\n', "<script>"),
        ('msgid "Llave"\nmsgstr __import__("os")\n', "Llave"),
        ("no catalogue", "Llave"),
    ],
)
def test_a_catalogue_that_cannot_be_read_costs_the_language_and_not_the_plugin(
    dummy_pe, tmp_path, monkeypatch, catalogue, said
):
    """The first is read: what it says is text like any other, and pages escape it."""
    shutil.copytree(dummy_pe / "src", tmp_path / "copy")
    (tmp_path / "copy" / "hub_dummy_pe" / "locale" / "en.po").write_text(catalogue, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "copy")
    assert load_providers()["dummy-pe"].info_for("en").settings[0].label == said


def test_it_has_at_most_120_lines(dummy_pe):
    files = (dummy_pe / "src").rglob("*.py")
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= 120


def test_a_plugin_that_is_not_there_or_has_no_simulator_cannot_be_checked(dummy_pe):
    with pytest.raises(ProviderNotServed, match="no provider 'nobody' is installed"):
        check_provider("nobody")
    with pytest.raises(NoSimulator, match="brings no simulator"):
        check_provider("dummy-pe", simulators={})


@asynccontextmanager
async def served(app: object) -> AsyncIterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await task
    listening.close()


def test_it_is_paid_over_real_http(dummy_pe):
    """The browser posts the form, the payer approves, and the query says so."""
    asyncio.run(pay())


async def pay() -> None:
    simulator = load_simulators()["dummy-pe"]
    config = simulator.configure({})
    async with served(simulator.app(config)) as base, httpx.AsyncClient(trust_env=False) as browser:
        registry = load_providers(settings={"dummy-pe": {"endpoints": dict(simulator.endpoints(base))}})
        async with Exchanger(registry) as exchanger:
            account = an_account(registry, dict(simulator.settings(config, "m1")))
            order = an_order()
            started = await exchanger.run(
                registry["dummy-pe"], "create_payment", account=account, account_id="a", order=order
            )
            action = started.conclusion.value.action
            assert action.url == f"{base}/form"
            assert (await browser.post(action.url, data=dict(action.fields))).status_code == 200
            await browser.send(simulator.drive(base, "approve", order.reference))
            asked = await exchanger.run(
                registry["dummy-pe"], "query_payment", account=account, account_id="a", query=a_query(order)
            )
            (paid,) = asked.conclusion.value
            assert (paid.kind, paid.amount, paid.movement) == ("paid", order.amount, order.reference)


def an_account(registry: Registry, settings: dict[str, str]) -> Account:
    company = Company(country="PE", document=IdentityDocument("RUC", "20100070970"), legal_name="Bodega Lima SAC")
    endpoints = registry["dummy-pe"].endpoints(Mode.TEST)
    return Account(company=company, mode=Mode.TEST, settings=settings, endpoints=endpoints)


def an_order() -> Order:
    return Order(
        reference="0123456789AB",
        way="form",
        amount=Money(12_050, "PEN"),
        description="Boleta B001-15",
        lines=(),
        payer=Payer(name="Rosa"),
        return_url="https://hub.example/return/x",
        locale="es_PE",
        now=datetime.now(UTC),
        call_id="ABCDEFGHIJ",
    )


def a_query(order: Order) -> Query:
    return Query(
        reference=order.reference,
        provider_reference=None,
        way=order.way,
        amount=order.amount,
        created_at=order.now,
        memory={},
        now=order.now,
        call_id="ABCDEFGHIK",
    )


QUOTE = re.compile(r"^```(?:python|toml)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_the_guide_quotes_its_code_word_for_word(dummy_pe):
    plugins = dummy_pe.parent
    files = [path.read_text(encoding="utf-8") for path in plugins.rglob("*") if path.suffix in (".py", ".toml")]
    sound = dummy_pe.parents[2] / "hookspecs" / "tests" / "sound"
    files += [path.read_text(encoding="utf-8") for path in sound.glob("*.py")]
    quotes = QUOTE.findall(DOCS.read_text(encoding="utf-8"))
    assert len(quotes) >= 8
    assert [quote for quote in quotes if not any(quote.strip("\n") in text for text in files)] == []


def test_the_guide_names_every_hook_with_its_arguments():
    """A hook that is not in the guide is a hook that nobody will implement."""
    import inspect

    from hub_hookspecs import specs

    text = DOCS.read_text(encoding="utf-8")
    hooks = [
        (name, function)
        for name, function in inspect.getmembers(specs, inspect.isfunction)
        if function.__module__ == specs.__name__
    ]
    headings = [f"`{name}({', '.join(inspect.signature(function).parameters)})`" for name, function in hooks]
    assert [heading for heading in headings if heading not in text] == []
