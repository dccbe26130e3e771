"""Faults of a simulator on a real server: a hang and a cut end without an answer."""

import asyncio
import socket

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from hub_hookspecs.http import library as httpx
from hub_hookspecs.testing.simulator import Stage


async def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


@pytest.mark.parametrize("kind", ["hang_before", "hang_after", "cut_before", "cut_after"])
def test_a_hang_and_a_cut_never_become_an_answer(kind: str) -> None:
    async def ask() -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        app = Stage().wrap([Route("/hello", hello)])
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(trust_env=False, base_url=base) as client:
            fault = {"path": "/hello", "kind": kind, "seconds": 0.01}
            assert (await client.post("/_control/fault", json=fault)).status_code == 200
            with pytest.raises(httpx.TransportError):
                await client.get("/hello")
            after = (await client.get("/hello")).text
        server.should_exit = True
        await task
        listening.close()
        return after

    assert asyncio.run(ask()) == "hello"
