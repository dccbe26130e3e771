"""Hooks are pure: no clock, environment, file, socket, thread or state of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hub_hookspecs.provider import Offer
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.guard import watched
from hub_hookspecs.testing.scenes import all_takes
from hub_hookspecs.testing.subject import usual_amount


def _pure(bench: Bench) -> Iterator[str]:
    """Every scene, well and with each fault, while the interpreter watches."""
    for take in all_takes(bench):
        yield from (f"{take.scene.hook}: the plugin {what}; hooks are pure" for what in sorted(take.played.impure))
    yield from _draws(bench)


def _draws(bench: Bench) -> Iterator[str]:
    subject = bench.subject
    found: set[str] = set()
    rule = subject.info.currencies[0]
    channel = next(iter(subject.info.channels))
    offer = Offer(channel=channel, currency=rule.currency, minor=usual_amount(rule).minor, locale="es")
    with watched(subject.package, found):
        subject.hooks.render_pay_button(offer=offer)
        subject.hooks.describe_provider()
    yield from (f"render_pay_button: the plugin {what}; hooks are pure" for what in sorted(found))


PROOFS: Final = (Proof("its hooks are pure", _pure),)
