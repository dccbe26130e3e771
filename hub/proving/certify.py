"""The package that a provider's certification asks for: what plugin and provider say, as Markdown and as an archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from hub.providers.registry import Provider

from .scenarios import Headers, Said, Scenario

MARKDOWN: Final = "certification.md"
ARCHIVE: Final = "certification.har"
NOTIFICATION: Final = "https://notification.invalid"
"""In the archive an address must stand where notifications arrive; it is the hub's and differs in each account."""


def write_package(into: Path, provider: Provider, scenarios: tuple[Scenario, ...], at: datetime) -> tuple[Path, ...]:
    """Write both files; whose they are and when they were made stands in each."""
    into.mkdir(parents=True, exist_ok=True)
    files = (into / MARKDOWN, into / ARCHIVE)
    files[0].write_text(markdown_of(provider, scenarios, at), encoding="utf-8")
    archive = json.dumps(archive_of(provider, scenarios, at), ensure_ascii=False, indent=1)
    files[1].write_text(archive + "\n", encoding="utf-8")
    return files


def markdown_of(provider: Provider, scenarios: tuple[Scenario, ...], at: datetime) -> str:
    """For people."""
    return "\n".join(_markdown(provider, scenarios, at)) + "\n"


def _markdown(provider: Provider, scenarios: tuple[Scenario, ...], at: datetime) -> Iterator[str]:
    info = provider.info
    yield f"# {info.name}: requests and answers by scenario"
    yield ""
    yield f"- plugin: {provider.distribution} {provider.version}, code `{provider.code}`"
    yield f"- contract: {'.'.join(map(str, info.contract_version))}"
    yield f"- made: {at:%Y-%m-%d}"
    yield "- against: the simulator that the plugin brings; addresses are the simulator's"
    yield "- redacted: settings marked secret, tokens, numbers of cards, headers that open something"
    yield ""
    yield "| scenario | requests | came to |"
    yield "|---|---|---|"
    for item in scenarios:
        yield f"| {item.name} | {sum(bool(said.status) for said in item.said)} | {item.came_to} |"
    for item in scenarios:
        yield ""
        yield f"## {item.name}"
        for said in item.said:
            yield from _shown(said)
        yield ""
        yield f"The plugin {item.came_to}."


def _shown(said: Said) -> Iterator[str]:
    yield ""
    yield "Request:" if said.status else "Notification:"
    yield ""
    yield from _block(f"{said.method} {said.url}", said.headers, said.body)
    if said.status:
        yield ""
        yield "Answer:"
        yield ""
        yield from _block(str(said.status), said.answer_headers, said.answer)


def _block(first: str, headers: Headers, body: str) -> Iterator[str]:
    yield f"    {first}"
    yield from (f"    {name}: {value}" for name, value in headers)
    if body:
        yield "    "
        yield from (f"    {line}" for line in body.splitlines())


def archive_of(provider: Provider, scenarios: tuple[Scenario, ...], at: datetime) -> dict[str, Any]:
    """For programs: an HTTP archive (HAR 1.2), a page a scenario."""
    moment = at.isoformat(timespec="seconds")
    pages = [
        {"id": f"scenario-{number}", "title": item.name, "startedDateTime": moment, "pageTimings": {}}
        for number, item in enumerate(scenarios, 1)
    ]
    entries = [
        _entry(said, page["id"], moment, item.came_to)
        for page, item in zip(pages, scenarios, strict=True)
        for said in item.said
    ]
    creator = {"name": provider.distribution, "version": provider.version}
    return {"log": {"version": "1.2", "creator": creator, "pages": pages, "entries": entries}}


def _entry(said: Said, page: object, moment: str, came_to: str) -> dict[str, Any]:
    return {
        "pageref": page,
        "startedDateTime": moment,
        "time": 0,
        "request": {
            "method": said.method,
            "url": said.url if said.status else f"{NOTIFICATION}{said.url}",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(said.headers),
            "queryString": [],
            "headersSize": -1,
            "bodySize": -1,
            **({"postData": {"mimeType": _type(said.headers), "text": said.body}} if said.body else {}),
        },
        "response": {
            "status": said.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(said.answer_headers),
            "content": {"size": -1, "mimeType": _type(said.answer_headers), "text": said.answer},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": came_to,
    }


def _pairs(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")
