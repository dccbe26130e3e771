"""Run a provider's simulator alone."""

from __future__ import annotations

from typing import IO, Any

import click


@click.command()
@click.argument("code", metavar="PROVIDER")
@click.option("--port", type=click.IntRange(0, 65535), required=True, help="On 127.0.0.1; 0 takes a free one.")
@click.option("--config", type=click.File("rb"), metavar="FILE", help="JSON; what is missing is filled with defaults.")
@click.option("--settings", metavar="FILE", help="Write there what `account connect` or `account provision` wants.")
def command(code: str, port: int, config: IO[bytes] | None, settings: str | None) -> int:
    """Fake PROVIDER over real HTTP until Ctrl-C; one line of JSON says where and with which credentials."""
    import json

    from hub.providers.load import load_simulators

    simulators = load_simulators()
    if code not in simulators:
        raise click.ClickException(f"no simulator {code!r} is installed; there are: {', '.join(simulators) or 'none'}")
    simulator = simulators[code]
    filled = simulator.configure(_given(config))
    from .serving import listening, serve_app

    sock = listening("127.0.0.1", port)
    base = f"http://127.0.0.1:{sock.getsockname()[1]}"
    line = json.dumps(simulator.line(base, filled), ensure_ascii=False)
    if settings:
        _write_private(settings, json.dumps(dict(simulator.settings(filled, filled["merchants"][0]["id"])), indent=1))
    return serve_app(simulator.app(filled), sock, lambda: click.echo(line))


def _write_private(path: str, text: str) -> None:
    """Credentials, even simulated ones, are for their owner alone."""
    import os

    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{text}\n")


def _given(file: IO[bytes] | None) -> dict[str, Any]:
    import json

    if file is None:
        return {}
    try:
        found = json.load(file)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file.name} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise click.ClickException(f"{file.name} must hold one JSON object")
    return found
