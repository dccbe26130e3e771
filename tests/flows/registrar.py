"""A provider that is told by a call where its notifications go, over real HTTP; it loses answers as told."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import attrs

import hub_hookspecs as contract
from hub_hookspecs import WebhookAct, WebhookReport, harmless
from hub_hookspecs.http import Request

SETTINGS = (
    contract.Setting(name="key", label="Llave", help="Panel.", secret=True),
    contract.Setting(name="signing", label="Secreto de firma", help="Lo da el registro.", secret=True, optional=True),
)


@attrs.define
class Registrar:
    """The provider: one address at most, and each registration has a secret of its own.

    Attributes:
        troubles: What happens to the next changes: ``before`` and ``after`` lose the answer, before or after it was
            done; ``500`` and ``no`` are answers; an empty text is none.
    """

    standing: dict[str, str] = attrs.Factory(dict)
    troubles: list[str] = attrs.Factory(list)
    asked: list[str] = attrs.Factory(list)
    count: int = 0
    deaf: bool = False
    url: str = ""
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Registrar:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_exception: object) -> None:
        assert self._server
        self._server.close()

    def foreign(self, address: str) -> None:
        """Somebody else's address stands there."""
        self.standing = {"id": "theirs", "address": address, "secret": "their-secret"}

    @property
    def changes(self) -> list[str]:
        return [line for line in self.asked if not line.startswith("GET")]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split("\r\n")[0].split(" ")
        length = next((int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:")), 0)
        body = json.loads(await reader.readexactly(length)) if length else {}
        self.asked.append(f"{method} {path}")
        trouble = self.troubles.pop(0) if method != "GET" and self.troubles else "before" if self.deaf else ""
        answer = b""
        if trouble == "500":
            answer = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
        elif trouble == "no":
            answer = _json(422, {"error": "not allowed"})
        elif trouble != "before":
            answer = self._done(method, path, body)
        if trouble != "after":
            writer.write(answer)
            await writer.drain()
        writer.close()

    def _done(self, method: str, path: str, body: dict[str, Any]) -> bytes:
        if method == "PUT":
            if self.standing and self.standing["id"] != body.get("instead"):
                return _json(409, {"error": "taken"})
            self.count += 1
            self.standing = {"id": f"w{self.count}", "address": body["address"], "secret": f"secret-{self.count}"}
            return _json(200, self.standing)
        if method == "DELETE":
            if self.standing.get("id") == path.rpartition("/")[2]:
                self.standing = {}
            return _json(200, {})
        return _json(200, {name: text for name, text in self.standing.items() if name != "secret"})


def _json(status: int, body: dict[str, Any]) -> bytes:
    text = json.dumps(body).encode()
    return b"HTTP/1.1 %d Answer\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        status,
        len(text),
        text,
    )


def validate_identity(check: Any, account: Any) -> contract.IdentityReport:
    """Whoever has a key is let in."""
    return contract.IdentityReport(credentials=contract.Credentials.ACCEPTED)


def register_webhook(webhook: Any, account: Any) -> Any:
    """A sound implementation."""
    url = f"{account.endpoints['api']}/webhook"
    body = contract.json_object((yield harmless(Request("GET", url))))
    standing, ours = body.get("address"), body.get("address") == webhook.address
    if webhook.act is WebhookAct.REGISTER and not ours and standing in (None, webhook.may_replace):
        answer = yield Request("PUT", url, json={"address": webhook.address, "instead": body.get("id")})
        if answer.status_code != 200:
            raise contract.Refused(contract.Reason(contract.ReasonKind.NOT_PERMITTED))
        body = contract.json_object(answer)
        return WebhookReport(ours=True, webhook_id=body["id"], settings={"signing": body["secret"]})
    if webhook.act is WebhookAct.REMOVE and ours:
        answer = yield Request("DELETE", f"{url}/{body['id']}")
        if answer.status_code != 200:
            raise contract.Refused(contract.Reason(contract.ReasonKind.NOT_PERMITTED))
        return WebhookReport(ours=False)
    return WebhookReport(
        ours=ours, webhook_id=body["id"] if ours else None, foreign=(standing,) if standing and not ours else ()
    )
