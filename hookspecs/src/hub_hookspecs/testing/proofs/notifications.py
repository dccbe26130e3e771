"""Notifications that are forged, cut, repeated, or meant for somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

import attrs

from hub_hookspecs.messages import Message, Reading, Verdict
from hub_hookspecs.payment import Kind, Observation
from hub_hookspecs.provider import Way
from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.scenes import Started, Unplayable, an_order, notification_of, paid, pay, start
from hub_hookspecs.testing.subject import Subject

CANARY: Final = "canary4711kept"
"""Stands where a message says something, and must not be repeated."""

PART: Final = re.compile(rb"[A-Za-z0-9+/=_-]{6,}")
COMPUTED: Final = re.compile(r"[A-Za-z0-9+/=_-]{16,}")
"""Long enough to be a digest or a signature."""

Claim = tuple[object, ...]

MANY: Final = 9
"""More notifications than a provider sends of one payment."""

HOSTILE: Final = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"{}",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"status":1,"status":2}',
    b'{"status":' + b"9" * 5000 + b"}",
    b'{"status":NaN}',
    b'{"status":"\\ud800"}',
    b'{"orderId":{"a":1},"status":[]}',
    b"--x\r\ncontent-disposition: form-data\r\n\r\n",
)


def _genuine(bench: Bench) -> Iterator[tuple[Way, World, Started, Message, Played]]:
    """A genuine notification of each way that has them."""
    for way in bench.subject.info.ways:
        if "notification" not in way.outcome:
            continue
        world = bench.world()
        try:
            started = paid(world, way)
            message = notification_of(world, started)
        except Unplayable:
            continue
        yield way, world, started, message, world.play("handle_notification", message=message)


def _forged(bench: Bench) -> Iterator[str]:
    """One byte, one header, one member changed or missing:
    nothing may be claimed that was not proven."""
    for way, world, started, message, genuine in _genuine(bench):
        allowed = {_claim(item) for item in genuine.observations}
        for what, altered in (*_altered(message), *_disguised(message)):
            played = world.play("handle_notification", message=altered)
            yield from _judged(way, what, played, allowed)
        yield from _shortened(way, world, message)
        yield from _stale(way, world, message)
        yield from _for_another(way, world, started, message)
        yield from _simulated(bench, way)


def _judged(way: Way, what: str, played: Played, allowed: set[Claim]) -> Iterator[str]:
    title = f"handle_notification ({way.code}), {what}"
    if played.conclusion.fault:
        yield f"{title}: the plugin {played.did}; the contract allows invalid or unsigned"
    if played.sent and getattr(played.value, "verdict", None) is Verdict.INVALID:
        asked = played.sent[0].text
        yield f"{title}: the plugin asked for {asked} before it looked at the proof; the contract allows no request"
    for item in played.observations:
        if _claim(item) not in allowed:
            yield f"{title}: the plugin concluded {item.kind}; the contract allows invalid or unsigned"


def _claim(item: Observation) -> Claim:
    """What an observation says with a proof."""
    vouched = tuple((name, getattr(item, name, None)) for name in sorted(item.vouched))
    amount = item.amount if "amount" in item.vouched else None
    return item.kind, item.reference, item.movement, item.event_id, amount, vouched


def _altered(message: Message) -> Iterator[tuple[str, Message]]:
    body = message.body
    for place in range(0, len(body), max(1, len(body) // 120)):
        flipped = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        yield f"byte {place} flipped", attrs.evolve(message, body=flipped)
    for length in range(0, len(body), max(1, len(body) // 25)):
        yield f"cut after {length} bytes", attrs.evolve(message, body=body[:length])
    yield "with a blank at its end", attrs.evolve(message, body=body + b" ")
    for raw in HOSTILE:
        yield f"with the body {raw[:24]!r}", attrs.evolve(message, body=raw)


def _disguised(message: Message) -> Iterator[tuple[str, Message]]:
    for name, value in message.headers:
        others = tuple(item for item in message.headers if item[0] != name)
        flipped = value[:-1] + chr(ord(value[-1]) ^ 1) if value else "x"
        yield f"header {name} missing", attrs.evolve(message, headers=others)
        yield f"header {name} changed", attrs.evolve(message, headers=(*others, (name, flipped)))
        yield f"header {name} twice", attrs.evolve(message, headers=((name, flipped), *message.headers))
        yield f"header {name} empty", attrs.evolve(message, headers=(*others, (name, "")))
    yield "without headers", attrs.evolve(message, headers=())


def _shortened(way: Way, world: World, message: Message) -> Iterator[str]:
    """A header that proves must be there as a whole."""
    for name, value in message.headers:
        others = tuple(item for item in message.headers if item[0] != name)
        wrong = attrs.evolve(message, headers=(*others, (name, value[:-1] + chr(ord(value[-1]) ^ 1) if value else "x")))
        if _is_valid(world, wrong):
            continue
        for part in ("", value[:1], value[: len(value) // 2], value[:-1]):
            if _is_valid(world, attrs.evolve(message, headers=(*others, (name, part)))):
                yield (
                    f"handle_notification ({way.code}), header {name} cut to {len(part)} of {len(value)} characters: "
                    "the plugin called it valid; the contract allows invalid or unsigned"
                )
        if _is_valid(world, attrs.evolve(message, headers=others)):
            yield (
                f"handle_notification ({way.code}), header {name} missing: the plugin called it valid; "
                "the contract allows invalid or unsigned"
            )


def _is_valid(world: World, message: Message) -> bool:
    value = world.play("handle_notification", message=message).value
    return getattr(value, "verdict", None) is Verdict.VALID


def _stale(way: Way, world: World, message: Message) -> Iterator[str]:
    """Where the provider sends its time in a header, a message of long ago is no news."""
    second = int(world.subject.now.timestamp())
    stamps = {str(second + off) for off in range(-5, 6)}
    stamped = [name for name, value in message.headers if stamps & set(re.findall(r"\d+", value))]
    late = attrs.evolve(message, received_at=message.received_at + timedelta(days=30))
    if stamped and _is_valid(world, message) and _is_valid(world, late):
        yield (
            f"handle_notification ({way.code}), received 30 days after the time in its header {stamped[0]}: the plugin "
            "called it valid; the contract allows invalid"
        )


def _for_another(way: Way, world: World, started: Started, message: Message) -> Iterator[str]:
    """Rewritten to speak of a payment that nobody paid."""
    other = start(world, an_order(world, way))
    pairs = [(started.order.reference, other.order.reference)]
    if started.provider_reference and other.provider_reference:
        pairs.append((started.provider_reference, other.provider_reference))
    body, path = message.body, message.path
    for old, new in pairs:
        body, path = body.replace(old.encode(), new.encode()), path.replace(old, new)
    stripped = tuple(item for item in message.headers if item[0] in ("content-type", "accept"))
    for what, headers in (("rewritten", message.headers), ("rewritten and stripped", stripped)):
        played = world.play("handle_notification", message=attrs.evolve(message, body=body, path=path, headers=headers))
        claims = [item for item in played.observations if item.kind is Kind.PAID]
        if any(item.reference in (other.order.reference, None) for item in claims):
            yield (
                f"handle_notification ({way.code}), {what} for a payment that nobody paid: the plugin concluded "
                "paid; the contract allows invalid or unsigned"
            )


def _simulated(bench: Bench, way: Way) -> Iterator[str]:
    """A forgery as the simulator makes it, of each notification that tells of one payment: alone, and after genuine
    news of the same payment or of another one, which the forged message may repeat."""
    for before in ("", "another", *bench.world().actions()):
        world = bench.world()
        started = start(world, an_order(world, way))
        if before == "another":
            paid(world, way)
        elif before:
            world.drive(before, started.order.reference)
        genuine = len(world.notifications(started.order.reference))
        if not world.control("fault", path="notification", kind="forge", times=MANY):
            yield (
                f"handle_notification ({way.code}): the simulator cannot be told to forge a notification; "
                "give its Stage forge=, which returns the news with a broken proof"
            )
            return
        pay(world, started)
        title = f"handle_notification ({way.code}), forged{' after ' * bool(before)}{before}"
        for message in world.notifications(started.order.reference)[genuine:]:
            played = world.play("handle_notification", message=message)
            if getattr(played.value, "verdict", None) is Verdict.VALID or played.observations:
                yield f"{title}: the plugin {played.did}; the contract allows invalid"


def _someone_elses(bench: Bench) -> Iterator[str]:
    """A genuine notification at the address of another account, whose secrets are its own."""
    subject = bench.subject
    other = subject.account(config=subject.simulator.configure(dict(subject.config)))
    for way, world, _started, message, genuine in _genuine(bench):
        if getattr(genuine.value, "verdict", None) is not Verdict.VALID:
            continue
        played = world.play("handle_notification", message=message, account=other)
        if getattr(played.value, "verdict", None) is Verdict.VALID or played.observations:
            yield (
                f"handle_notification ({way.code}), genuine for another account: the plugin {played.did}; "
                "the contract allows invalid"
            )


def _replayed(bench: Bench) -> Iterator[str]:
    """The same news again, later: the same claims, so that it counts once."""
    for way, world, _started, message, genuine in _genuine(bench):
        first = {_claim(item) for item in genuine.observations}
        for later in (timedelta(seconds=1), timedelta(hours=2), timedelta(days=400)):
            again = attrs.evolve(message, received_at=message.received_at + later, call_id="R000000001")
            played = world.play("handle_notification", message=again)
            if played.conclusion.fault:
                yield f"handle_notification ({way.code}), replayed after {later}: the plugin {played.did}"
            elif getattr(played.value, "verdict", None) is Verdict.VALID and not played.observations and first:
                yield f"handle_notification ({way.code}), replayed after {later}: valid, and it claims nothing any more"
            elif {_claim(item) for item in played.observations} - first:
                yield f"handle_notification ({way.code}), replayed after {later}: it claims something else"


def _reasons(bench: Bench) -> Iterator[str]:
    """Operators and logs read why a message was not believed, so nothing of it,
    and nothing computed, stands there."""
    for way, world, _started, message, _read in _genuine(bench):
        secrets = world.subject.secrets(world.account)
        for what, altered in (*_disguised(message), *_marked(message)):
            reading = world.play("handle_notification", message=altered).value
            if isinstance(reading, Reading) and (shown := _repeated(reading.reason, altered, secrets)):
                yield f"handle_notification ({way.code}), {what}: its reason shows {shown}; the contract allows words"


def _marked(message: Message) -> Iterator[tuple[str, Message]]:
    """With a mark in place of what it says, and with bodies that are none."""
    for name, _value in message.headers:
        marked = tuple((other, CANARY if other == name else value) for other, value in message.headers)
        yield f"header {name} another", attrs.evolve(message, headers=marked)
    for part in sorted(set(PART.findall(message.body))):
        yield "a member another", attrs.evolve(message, body=message.body.replace(part, CANARY.encode()))
    for raw in (CANARY.encode(), f'{{"{CANARY}":"{CANARY}"}}'.encode(), f'["{CANARY}"]'.encode()):
        yield f"with the body {raw.decode()}", attrs.evolve(message, body=raw)


def _repeated(reason: str, message: Message, secrets: Iterable[str]) -> str:
    """What of a secret, of the message or of a computed proof stands in a reason."""
    if any(secret in reason for secret in secrets):
        return "a secret setting"
    sent = {value for _name, value in message.headers if len(value) > 5 and any(map(str.isdigit, value))}
    sent |= {part.decode() for part in PART.findall(message.body) if any(map(str.isdigit, part.decode()))}
    if CANARY in reason or any(value in reason for value in sent):
        return "what was sent"
    return "a computed proof" if any(any(map(str.isdigit, word)) for word in COMPUTED.findall(reason)) else ""


def _has_notifications(subject: Subject) -> str:
    if not subject.can("handle_notification"):
        return "no handle_notification"
    return "" if any("notification" in way.outcome for way in subject.info.ways) else "no way is told by notification"


PROOFS: Final = (
    Proof("a notification that is not genuine proves nothing", _forged, _has_notifications),
    Proof("a notification for another account proves nothing", _someone_elses, _has_notifications),
    Proof("a notification that arrives again says the same", _replayed, _has_notifications),
    Proof("why a message is not believed is told in words alone", _reasons, _has_notifications),
)
