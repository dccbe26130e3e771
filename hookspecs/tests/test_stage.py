"""The control address of every simulator: what it is told wrongly it says."""

import asyncio

import httpx
import pytest

from hub_hookspecs.testing.simulator import Stage


def stage() -> Stage:
    made = Stage()

    async def approve(reference, _body):
        raise LookupError(f"no payment {reference!r}")

    made.actions.update(approve=approve)
    return made


@pytest.mark.parametrize(
    ("action", "body", "status", "told"),
    [
        ("fault", b"{", 400, "the body is no JSON"),
        ("fault", b"[]", 400, "the body is no JSON object"),
        ("fault", b"{}", 400, "unknown fault None"),
        ("fault", b'{"kind": "delay"}', 400, "path is missing, or no text"),
        ("fault", b'{"kind": "delay", "path": "/x", "often": 2}', 400, "a fault has no often"),
        ("fault", b'{"kind": "forge", "path": "notification"}', 400, "this simulator cannot forge: its Stage was not"),
        ("clock", b'{"at": "soon"}', 400, "Invalid isoformat string"),
        ("clock", b'{"at": "2026-01-31T12:00:00"}', 400, "at needs its zone"),
        ("clock", b'{"seconds": "1"}', 400, "unsupported type"),
        ("notify", b'{"merchant": "m1"}', 400, "url is missing, or no text"),
        ("approve", b"{}", 400, "reference is missing, or no text"),
        ("approve", b'{"reference": "X"}', 404, "no payment 'X'"),
        ("dance", b"{}", 404, "unknown action 'dance'"),
        ("fault", b'{"kind": "delay", "path": "/x"}', 200, ""),
        ("clock", b'{"at": "2026-01-31T12:00:00Z"}', 200, ""),
    ],
)
def test_what_is_told_wrongly_is_answered_in_words(action: str, body: bytes, status: int, told: str) -> None:
    async def tell() -> httpx.Response:
        transport = httpx.ASGITransport(stage().wrap([]))
        async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as client:
            return await client.post(f"/_control/{action}", content=body)

    answer = asyncio.run(tell())
    assert (answer.status_code, told in answer.json().get("error", "")) == (status, True)
