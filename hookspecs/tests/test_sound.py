"""The made-up providers beside these tests: each can be imported, says what it is, and its simulator answers."""

import asyncio
import importlib
from pathlib import Path

import pytest

import hub_hookspecs as hub
from hub_hookspecs.http import library as httpx

HERE = Path(__file__).parent
SOUND = ("llave", "empuje", "codigo", "reten")
BROKEN = sorted(file.stem for file in (HERE / "broken").glob("*.py"))


def module(room, name):
    return importlib.import_module(f"hookspecs.tests.{room}.{name}")


async def book_of(simulator):
    app = simulator.app(simulator.configure({}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        return (await client.get("/_control/book")).json()


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_provider_declares_itself_without_a_fault(name):
    info = module("sound", name).describe_provider()
    assert isinstance(info, hub.ProviderInfo)
    assert hub.info_faults(info) == ()


@pytest.mark.parametrize("name", SOUND)
def test_the_simulator_of_a_sound_provider_answers_and_holds_nobodys_money_yet(name):
    simulator = module("sound", name).SIMULATOR
    config = simulator.configure({})
    assert simulator.code == name
    assert set(simulator.settings(config, config["merchants"][0]["id"])) == {
        setting.name for setting in module("sound", name).describe_provider().settings
    }
    assert asyncio.run(book_of(simulator)) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_provider_is_a_provider_with_a_simulator_that_says_what_is_wrong_with_it(name):
    broken = module("broken", name)
    assert isinstance(broken.describe_provider(), hub.ProviderInfo)
    assert asyncio.run(book_of(broken.SIMULATOR)) == []
    assert broken.__doc__
    assert f"`{name}`" in (HERE / "broken" / "README.md").read_text("utf-8")
