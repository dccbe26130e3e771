"""Run a provider's simulator alone."""

from __future__ import annotations

import json
import os
from typing import IO, Any

import click

ABOUT_OPTIONS = "`payment-hub simulator PROVIDER --help` lists the options of PROVIDER's simulator."


class WithOptions(click.Command):
    """A command whose help lists the options of the simulator that it was given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words: help is answered before they are read."""
        ctx.meta["words"] = tuple(args)
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """After all else: what --option takes."""
        from hub.providers.simulators import load_simulators

        words = ctx.meta.get("words", ())
        simulators = load_simulators() if words[1:] else {}
        code = next((word for word in words if word in simulators), None)
        if code is None:
            formatter.write_paragraph()
            formatter.write_text(ABOUT_OPTIONS)
            return
        if options := simulators[code].options:
            with formatter.section(f"What --option takes for {code}"):
                formatter.write_dl([(item.name, _described(item)) for item in options])


def _described(option: Any) -> str:
    return f"{option.text} It takes {option.wanted}; without it: {json.dumps(option.default)}."


@click.command(cls=WithOptions)
@click.argument("code", metavar="PROVIDER")
@click.option("--port", type=click.IntRange(0, 65535), required=True, help="On 127.0.0.1; 0 takes a free one.")
@click.option("--config", type=click.File("rb"), metavar="FILE", help="JSON; what is missing is filled with defaults.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="Which reading of its documents it plays, and other manners; may be repeated.",
)
@click.option("--settings", metavar="FILE", help="Write there what `account connect` or `account provision` wants.")
def command(code: str, port: int, config: IO[bytes] | None, options: tuple[str, ...], settings: str | None) -> int:
    """Fake PROVIDER over real HTTP until Ctrl-C; one line of JSON says where and with which credentials."""
    from hub.providers.simulators import load_simulators

    simulators = load_simulators()
    if code not in simulators:
        raise click.ClickException(f"no simulator {code!r} is installed; there are: {', '.join(simulators) or 'none'}")
    simulator = simulators[code]
    filled = _configured(simulator, _given(config), options)
    from .serving import listening, serve_app

    sock = listening("127.0.0.1", port)
    base = f"http://127.0.0.1:{sock.getsockname()[1]}"
    line = json.dumps(simulator.line(base, filled), ensure_ascii=False)
    if settings:
        _write_private(settings, json.dumps(dict(simulator.settings(filled, filled["merchants"][0]["id"])), indent=1))
    return serve_app(simulator.app(filled), sock, lambda: click.echo(line))


def _configured(simulator: Any, config: dict[str, Any], options: tuple[str, ...]) -> dict[str, Any]:
    from hub_hookspecs.testing.options import WrongOption

    try:
        return dict(simulator.configure({**config, "options": {**config.get("options", {}), **read_options(options)}}))
    except WrongOption as wrong:
        raise click.ClickException(f"{simulator.code}: {wrong}") from None


def read_options(given: tuple[str, ...]) -> dict[str, Any]:
    """``NAME=VALUE`` each; a value that is JSON is read as that, any other is a text."""
    found: dict[str, Any] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign:
            raise click.BadParameter(f"{text}: write NAME=VALUE", param_hint="--option")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _write_private(path: str, text: str) -> None:
    """Credentials, even simulated ones, are for their owner alone."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{text}\n")


def _given(file: IO[bytes] | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        found = json.load(file)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file.name} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise click.ClickException(f"{file.name} must hold one JSON object")
    return found
