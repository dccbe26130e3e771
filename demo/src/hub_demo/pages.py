"""The demo's own pages: who do you want to be,
and the mailbox in which every mail of the demo arrives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import attrs
from jinja2 import Environment, PackageLoader

from .mailbox import Attached, Mailbox
from .words import WORDS

Scope = Mapping[str, Any]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none';"
    " frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
IN_FRAME = "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:; frame-ancestors 'self'; base-uri 'self'"
"""A mail brings its own styles along, and our pages no others."""


@attrs.frozen
class Person:
    """One card of the start page: a role, one link and one sentence."""

    title: str
    sentence: str
    link: str
    label: str


@attrs.define
class DemoGuide:
    """An ASGI application for ``/demo``, the demo's address alone, and ``/mail``."""

    mailbox: Mailbox
    base_url: str
    lang: str
    people: list[Person] = attrs.Factory(list)
    _templates: Environment = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._templates = Environment(loader=PackageLoader("hub_demo"), autoescape=True)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path, query = scope["path"], parse_qs(scope["query_string"].decode("latin-1"))
        kind, policy = "text/html; charset=utf-8", IN_FRAME if path.endswith("/body") else POLICY
        if file := self._file(path):
            status, body, kind = 200, file.content, file.kind
        elif path.startswith("/mail"):
            status, text = self._mail(path.removeprefix("/mail").strip("/"), query)
            body = text.encode()
        else:
            status, body = 200, self._draw("start.html", people=self.people).encode()
        headers = [
            (b"content-type", kind.encode()),
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _draw(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(
            words=WORDS[self.lang], lang=self.lang, base=self.base_url, **values
        )

    def _file(self, path: str) -> Attached | None:
        """A file of a mail: ``/mail/13/1``."""
        found = re.fullmatch(r"/mail/([0-9]+)/([0-9]+)", path)
        mail = self.mailbox.by_number(int(found[1])) if found else None
        files = mail.attachments if mail else ()
        number = int(found[2]) if found else 0
        return files[number - 1] if 0 < number <= len(files) else None

    def _mail(self, rest: str, query: Mapping[str, list[str]]) -> tuple[int, str]:
        if not rest:
            to = query.get("to", [""])[0]
            shown = self.mailbox.to(to) if to else tuple(self.mailbox.mails)
            return 200, self._draw("mailbox.html", mails=shown[::-1], to=to)
        number, _, part = rest.partition("/")
        mail = self.mailbox.by_number(int(number)) if number.isdigit() else None
        if mail is None:
            return 404, self._draw("mailbox.html", mails=[], to="")
        if part == "body":
            return 200, mail.html.replace("<head>", '<head><base target="_top">', 1)
        return 200, self._draw("mail.html", mail=mail)
