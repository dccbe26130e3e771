"""Run the demo: first line at once, the first payment of each country, then one address;
or play everything."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

from .words import PEOPLE, WORDS

READING = 0.8
"""Seconds that a reader gets for a sentence."""

INTERRUPTED = 130


@attrs.define
class Narrator:
    """Says sentences with their time, on stderr when stdout is for data."""

    lang: str
    to_stderr: bool = False

    def __call__(self, key: str, *, quiet: bool = False, **values: object) -> str:
        """Say one sentence; ``quiet`` only words it."""
        sentence = WORDS[self.lang][key].format(**values)
        if not quiet:
            stream = sys.stderr if self.to_stderr else sys.stdout
            stream.write(f"{datetime.now().astimezone():%H:%M:%S} {sentence}\n")
            stream.flush()
        return sentence


def run_demo(*, data: Path | None, port: int, lang: str, play: bool, as_json: bool) -> int:
    """Run the demo until Ctrl-C, or with ``play`` to its end; the exit status."""
    say = Narrator(lang, to_stderr=as_json)
    folder = (data or Path(tempfile.mkdtemp(prefix="payment-hub-"))).absolute()
    say("preparing", data=folder)
    status = 0
    try:
        import uvloop

        with _ending_like_ctrl_c(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            status = runner.run(_demo(folder, port, lang, say, play, as_json))
    except KeyboardInterrupt:
        status = INTERRUPTED if play else 0  # a play that did not end has proved nothing
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)
    kept = say("kept", quiet=True, data=folder) if data else say("gone", quiet=True)
    say("bye", kept=kept)
    return status


@contextlib.contextmanager
def _ending_like_ctrl_c() -> Iterator[None]:
    """SIGTERM and a closed terminal end the demo as Ctrl-C does,
    even where the caller's shell ignores that."""

    def press(_number: int, _frame: object) -> None:
        signal.raise_signal(signal.SIGINT)

    wanted = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: press}
    if hasattr(signal, "SIGHUP"):
        wanted[signal.SIGHUP] = press
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _demo(folder: Path, port: int, lang: str, say: Narrator, play: bool, as_json: bool) -> int:
    from hub.logs import set_up_logs

    from .story import Story
    from .town import open_town

    set_up_logs("error")
    town = await open_town(folder, port=port, lang=lang, new=play)
    try:
        used = int(town.base_url.rsplit(":", 1)[1])
        if port and used != port:
            say("moved", port=port, used=used)
        say("running", url=town.base_url)
        story = Story(town=town, say=say, pace=0.0 if play else READING)
        fresh = not town.companies
        if fresh:
            await _found(town, say)
        if play:
            return await _play(story, as_json)
        if fresh:
            await story.first_payments()
        await _mail_statements(town)
        await _invite(town, lang, folder, say)
        await asyncio.Event().wait()
    finally:
        await town.close()
    return 0


async def _found(town: Any, say: Narrator) -> None:
    """Companies, customers, invoices, and connected providers in each country."""
    from .companies import CO, CR
    from .connections import connect_greenpay, connect_onvo, enable, provision_nequi, request_nequi
    from .town import SIMULATED, found_company

    for code, country in SIMULATED.items():
        await enable(town, country, code)
    for country, form, auto in (("CR", CR, True), ("CO", CO, False)):
        merchant = await found_company(town, country, form, auto_record=auto)
        count = await town.opened.hub.store.read(
            lambda tx, m=merchant: (len(tx.customers.of(m.id)), len(tx.payables.search(m.id, m.mode)))
        )
        say("company", company=merchant.company.name, customers=count[0], invoices=count[1])
    await connect_greenpay(town)
    say("connected", provider="Greenpay")
    await connect_onvo(town)
    say("connected", provider="ONVO Pay")
    await request_nequi(town)
    say("requested")
    await provision_nequi(town)
    say("provisioned")


async def _play(story: Any, as_json: bool) -> int:
    from .town import open_shop
    from .whole_play import play_everything

    await open_shop(story.town)
    report = await play_everything(story, story.town.shop.keys)
    held = sum(check["ok"] for check in report["checks"])
    story.say("checked", held=held, count=len(report["checks"]))
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    else:
        for check in report["checks"]:
            detail = f"  [{check['detail']}]" if check["detail"] else ""
            sys.stdout.write(f"{'ok  ' if check['ok'] else 'FAIL'} {check['name']}{detail}\n")
    return 0 if all(check["ok"] for check in report["checks"]) else 1


async def _mail_statements(town: Any) -> None:
    """The customers get their statement: mailboxes begin empty,
    and shall have something to open."""
    from hub.flows.statements.send_statement import NoMail, send_statement

    for merchant in town.companies.values():
        customers = await town.opened.hub.store.read(lambda tx, m=merchant: tx.customers.of(m.id))
        for customer in customers:
            try:
                await send_statement(town.opened.hub, merchant, customer.id)
            except NoMail:
                continue


async def _invite(town: Any, lang: str, folder: Path, say: Narrator) -> None:
    """Print one address: who do you want to be?"""
    from hub.flows.merchants.sign_in import request_sign_in

    from .companies import OWNERS
    from .pages import Person
    from .story import PHONE
    from .town import open_shop

    await open_shop(town)
    for owner in OWNERS.values():
        await request_sign_in(town.opened.hub, owner)
    values = {"data": folder, "phone": PHONE}
    base = town.base_url
    payers = {"payer_cr": "maria.solis@correo.example", "payer_co": "luisa.rojas@correo.example"}
    names = {"payer_cr": "María Fernanda Solís", "payer_co": "Luisa Fernanda Rojas"}
    owners = ("owner_cr", "owner_co")
    companies = {key: town.companies[key[-2:].upper()].company.name for key in (*owners, "shopper_cr", "shopper_co")}
    links = {
        **{key: f"{base}/mail/?to={address}" for key, address in payers.items()},
        **{key: f"{base}/mail/?to={OWNERS[key[-2:].upper()]}" for key in owners},
        "shopper_cr": f"{base}/shop/cr",
        "shopper_co": f"{base}/shop/co",
        "operator": f"{base}/mail/",
        "nequi_phone": f"{town.simulator_url('nequi')}/phone?number={PHONE}",
    }
    town.guide.people = [
        Person(
            title=title,
            sentence=sentence.format(**values, customer=names.get(key, ""), company=companies.get(key, "")),
            link=links[key],
            label=label,
        )
        for key, (title, sentence, label) in PEOPLE[lang].items()
    ]
    say("open", url=f"{base}/demo/")
    say("stop")
