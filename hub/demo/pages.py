"""The demo's own pages: who do you want to be, and the mailbox in which every mail of the demo arrives."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import attrs
from jinja2 import Environment, PackageLoader

from .words import WORDS

if TYPE_CHECKING:
    from .town import Town

Scope = Mapping[str, Any]

STYLE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:; form-action 'self';"
    " frame-src 'self'; frame-ancestors 'self'; base-uri 'none'"
)


@attrs.frozen
class Person:
    """One card of the start page: a role, one link and one sentence."""

    title: str
    sentence: str
    link: str
    label: str


@attrs.define
class Guide:
    """An ASGI application for ``/demo`` and ``/mail``."""

    town: Town
    lang: str
    people: list[Person] = attrs.Factory(list)
    _templates: Environment = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._templates = Environment(loader=PackageLoader("hub.demo"), autoescape=True)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path, query = scope["path"], parse_qs(scope["query_string"].decode("latin-1"))
        if path.startswith("/mail"):
            status, body = self._mail(path.removeprefix("/mail").strip("/"), query)
        else:
            status, body = 200, self._draw("start.html", people=self.people)
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-security-policy", STYLE.encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body.encode()})

    def _draw(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(
            words=WORDS[self.lang], lang=self.lang, base=self.town.base_url, **values
        )

    def _mail(self, rest: str, query: Mapping[str, list[str]]) -> tuple[int, str]:
        mails = list(self.town.mailbox.mails)
        if not rest:
            to = query.get("to", [""])[0]
            shown = [(at, mail) for at, mail in enumerate(mails) if not to or to in str(mail["To"])]
            return 200, self._draw("mailbox.html", mails=shown[::-1], to=to)
        number, _, part = rest.partition("/")
        if not number.isdigit() or int(number) >= len(mails):
            return 404, self._draw("mailbox.html", mails=[], to="")
        mail = mails[int(number)]
        if part == "body":
            return 200, body_of(mail, "html") or f"<pre>{body_of(mail, 'plain')}</pre>"
        return 200, self._draw("mail.html", mail=mail, number=number, text=body_of(mail, "plain"))


def body_of(mail: EmailMessage, kind: str) -> str:
    """The HTML or plain part of a mail."""
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
