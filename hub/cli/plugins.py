"""Installed providers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import data_option, json_option
from .plugin_beginning import new, update
from .plugins_certify import certify
from .plugins_replay import replay
from .plugins_try import try_
from .printing import print_facts, print_json, print_table
from .running import pass_hub

if TYPE_CHECKING:
    from hub.flows.ground.ports import Hub
    from hub.providers.countries import CountryRecords
    from hub.providers.registry import LoadFailure, Provider, Registry
    from hub_hookspecs.testing import Result


@click.group(invoke_without_command=True)
@json_option
@data_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, data: str | None) -> None:
    """Installed providers; without a command they are listed."""
    if ctx.invoked_subcommand is None:
        _list(as_json, data)


for further in (new, update, try_, replay, certify):
    command.add_command(further)


@command.command("list")
@json_option
@data_option
def list_(as_json: bool, data: str | None) -> None:
    """List installed providers and countries, and those in quarantine with the reason."""
    _list(as_json, data)


def _registry(data: str | None) -> Registry:
    """The installed providers, with the endpoints of the data folder's settings."""
    from hub.logs import set_up_logs
    from hub.providers.load import load_providers
    from hub.settings import load_settings

    set_up_logs("critical")  # what failed is printed as data
    endpoints = load_settings(Path(data) if data else None).endpoints
    return load_providers(settings={code: {"endpoints": dict(roles)} for code, roles in endpoints.items()})


def _list(as_json: bool, data: str | None) -> None:

    from hub.providers.countries import load_countries

    rows, countries = list(_rows(_registry(data))), load_countries()
    places = list(_places(countries))
    if as_json:
        names = {"provider": None, "country": None}
        print_json([{**names, **row} for row in (*rows, *places)])
        return
    if not rows:
        click.echo("no provider is installed: install one beside the hub, such as payment-hub-greenpay", err=True)
    print_table(
        ("PROVIDER", "DISTRIBUTION", "VERSION", "HOOKS", "STATE", "REASON"),
        [
            (row["provider"], row["distribution"], row["version"], len(row["hooks"]) or "", row["state"], row["reason"])
            for row in rows
        ],
        fold=("REASON",),
    )
    click.echo("")
    print_table(
        ("COUNTRY", "NAME", "DISTRIBUTION", "VERSION", "STATE", "REASON"),
        [
            (row["country"], row["name"], row["distribution"], row["version"], row["state"], row["reason"])
            for row in places
        ],
        fold=("REASON",),
    )


def _rows(registry: Registry) -> Any:
    for provider in registry:
        yield {
            "provider": provider.code,
            "distribution": provider.distribution,
            "version": provider.version,
            "hooks": sorted(provider.capabilities),
            "state": "served",
            "reason": "",
        }
    for failure in registry.failures:
        yield {
            "provider": failure.code,
            "distribution": failure.distribution,
            "version": failure.version,
            "hooks": [],
            "state": "quarantined",
            "reason": _reason(failure),
        }


def _places(countries: CountryRecords) -> Any:
    for country in countries:
        distribution, version = countries.origins.get(country.code, ("", ""))
        yield {
            "country": country.code,
            "name": country.name,
            "distribution": distribution,
            "version": version,
            "state": "served",
            "reason": "",
        }
    for failure in countries.failures:
        yield {
            "country": failure.code,
            "name": "",
            "distribution": failure.distribution,
            "version": failure.version,
            "state": "quarantined",
            "reason": _reason(failure),
        }


def _reason(failure: LoadFailure) -> str:
    return f"{failure.stage.value}: {failure.error.rstrip('.')}. {failure.remedy}".strip()


@command.command()
@click.argument("code")
@json_option
@data_option
def show(code: str, as_json: bool, data: str | None) -> None:
    """Show what a provider declares."""
    provider = _registry(data)[code]
    facts = _facts(provider)
    if as_json:
        print_json(facts)
        return
    settings = facts.pop("settings")
    print_facts((name, _readable(value)) for name, value in facts.items())
    click.echo("settings")
    for item in settings:
        marks = "".join(f", {what}" for what in ("secret", "identifies") if item[what])
        click.echo(f"  {item['name']}  {item['label']} (entered by {item['entered_by']}{marks})")


def _facts(provider: Provider) -> dict[str, Any]:
    info = provider.info_for("en")
    return {
        "provider": provider.code,
        "name": info.name,
        "distribution": provider.distribution,
        "version": provider.version,
        "contract": list(info.contract_version),
        "hooks": sorted(provider.capabilities),
        "countries": list(info.countries),
        "currencies": [rule.currency for rule in info.currencies],
        "channels": sorted(channel.value for channel in info.channels),
        "ways": {way.code: way.label for way in info.ways},
        "verified_fields": list(info.verified_fields),
        "endpoints": {mode: dict(urls) for mode, urls in info.endpoints.items()},
        "overrides": dict(provider.overrides),
        "settings": [
            {
                "name": setting.name,
                "label": setting.label,
                "entered_by": setting.entered_by.value,
                "secret": setting.secret,
                "identifies": setting.identifies,
                "optional": setting.optional or setting.default is not None,
            }
            for setting in info.settings
        ],
    }


def _readable(value: object) -> object:
    match value:
        case list():
            return ", ".join(map(str, value))
        case dict():
            return "; ".join(f"{name} {_readable(text)}" for name, text in value.items())
    return value


@command.command()
@click.argument("code")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="Which reading the simulator plays; `payment-hub simulator CODE --help` lists them. May be repeated.",
)
@click.option("-k", "words", default="", metavar="WORDS", help="Only the proofs whose name holds these words.")
@click.option("--record", metavar="FILE", help="Where every proof holds, write that there, with version and day.")
@json_option
@data_option
def check(code: str, options: tuple[str, ...], words: str, record: str | None, as_json: bool, data: str | None) -> int:
    """Prove a provider against its simulator; exit code 1 when a proof fails."""
    if record and (words or options):
        raise click.UsageError("--record is of all proofs, as the simulator plays by itself: leave -k and --option out")
    from hub.proving.check import UnknownProof, check_provider
    from hub_hookspecs.testing.options import WrongOption

    from .simulator import read_options

    provider = _registry(data)[code]
    try:
        results = check_provider(provider, options=read_options(options), words=words)
    except WrongOption as wrong:
        raise click.ClickException(f"{code}: {wrong}") from None
    except UnknownProof as unknown:
        raise click.BadParameter(str(unknown), param_hint="-k") from None
    failed = [result for result in results if not result.holds]
    if record:
        _record(Path(record), provider, results)
    if as_json:
        print_json(
            [
                {"proof": r.proof.name, "holds": r.holds, "excuse": r.excuse, "findings": [str(f) for f in r.findings]}
                for r in results
            ]
        )
        return 1 if failed else 0
    for result in results:
        mark = "FAIL" if not result.holds else "skip" if result.excuse else "ok"
        click.echo(f"{mark:5}{result.proof.name}{f' ({result.excuse})' if result.excuse else ''}")
        for finding in result.findings:
            click.echo(f"     {finding}")
    click.echo(f"{code}: {len(results) - len(failed)} of {len(results)} proofs hold")
    return 1 if failed else 0


def _record(file: Path, provider: Provider, results: tuple[Result, ...]) -> None:
    from datetime import UTC, datetime

    from hub.proving.green import green_of, record_green

    if green := green_of(provider, results, datetime.now(UTC).astimezone(UTC).date()):
        record_green(file, provider.code, green)


@command.command()
@click.argument("code", metavar="PROVIDER")
@pass_hub
async def release(hub: Hub, code: str) -> int:
    """Trust a plugin again that froze the process twice, from the next start on."""
    from hub.flows.operations.quarantine_plugin import release_plugin

    count = await release_plugin(hub, code)
    if not count:
        click.echo(f"no freeze of {code} is remembered")
        return 1
    click.echo(f"{count} freezes of {code} are forgiven; start serve and worker again")
    return 0
