"""The browser comes back: what anybody can type proves nothing."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from hub_hookspecs.messages import Message, Source
from hub_hookspecs.payment import Kind
from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.scenes import Unplayable, query_for
from hub_hookspecs.testing.story import Story, begin, begin_paid
from hub_hookspecs.testing.subject import Subject


def _returned(bench: Bench) -> Iterator[str]:
    """Browser returns that anybody can type, with the provider's own words for a payment that nobody paid."""
    junk = base64.b64encode(b'{"status":200,"orderId":"x"}').decode()
    paths = ("", "cancel", "x", "%00", "%ff%fe", "../..", "a" * 5000, junk, junk[:-3], junk + "==/")
    world = bench.world()
    for path in paths:
        yield from _typed(world, path, "status=paid&ok=1")
    for way in bench.subject.info.ways:
        try:
            story = begin(world, way)
            names, words = _words_of(begin_paid(bench.world(), way))
        except Unplayable:
            continue
        ours = dict.fromkeys(REFERENCES, story.reference)
        theirs = dict.fromkeys(THEIRS, story.provider_reference or story.reference)
        for word in words:
            said = {name: word for name in (*STATES, *names) if name not in {*ours, *theirs}}
            for path in ("", story.reference):
                yield from _typed(world, path, urlencode({**said, **theirs, **ours}))


REFERENCES: Final = (
    "ref",
    "reference",
    "order",
    "orderId",
    "order_id",
    "orderReference",
    "merchantReference",
    "invoice",
)
THEIRS: Final = ("id", "payment", "payment_id", "paymentId", "transaction", "transactionId", "session", "token")
STATES: Final = ("status", "state", "result", "estado", "resultado", "code", "ok", "approved", "success")
PAID_WORDS: Final = ("paid", "approved", "success", "captured", "succeeded", "pagado", "true", "1", "00", "200")


def _words_of(story: Story) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and short words in what a provider says of a payment that was paid."""
    text = b" ".join(message.body for message in story.world.notifications(story.reference))
    if story.can_be_asked_for:
        played = story.world.play("query_payment", query=query_for(story.world, story.payment, **story.known()))
        text += b" ".join(getattr(item.handed, "content", b"") for item in played.sent)
    names = re.findall(rb'"([A-Za-z_]{2,20})"\s*:', text)
    words = re.findall(rb':\s*"([A-Za-z_]{2,16})"', text)
    return _texts(names), tuple(dict.fromkeys((*_texts(words)[:8], *PAID_WORDS)))


def _texts(found: list[bytes]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.decode() for item in found))


def _typed(world: World, path: str, query: str) -> Iterator[str]:
    message = Message(
        source=Source.RETURN,
        method="GET",
        path=path,
        query=query,
        headers=(("accept", "text/html"),),
        body=b"",
        received_at=world.subject.now,
        call_id=world.subject.call_id(),
    )
    played = world.play("handle_notification", message=message)
    money = [item for item in played.observations if item.kind is not Kind.ACCEPTED]
    if played.conclusion.fault or money or (played.observations and not played.sent):
        yield f"handle_notification, a return to {path[:20]!r}: the plugin {played.did}; it proves nothing"


def _reads(subject: Subject) -> str:
    return "" if subject.can("handle_notification") else "no handle_notification"


PROOFS: Final = (Proof("a browser return that anybody can type proves nothing", _returned, _reads),)
