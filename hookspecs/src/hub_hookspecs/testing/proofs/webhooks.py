"""register_webhook: what the hub did not set is never touched, and a look changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.subject import Subject
from hub_hookspecs.webhook import WebhookAct, WebhookReport, WebhookRequest

OURS: Final = "https://hub.example/n/this/ours"
THEIRS: Final = "https://hub.example/n/this/somebody-elses"
OTHERS: Final = "https://shop.example/hooks"


def _asked(world: World, act: WebhookAct, address: str, may_replace: str | None = None) -> WebhookReport | str:
    """What the plugin reports, or what it did instead."""
    subject = world.subject
    request = WebhookRequest(
        act=act, address=address, now=subject.now, call_id=subject.call_id(), may_replace=may_replace
    )
    played = world.play("register_webhook", webhook=request)
    if played.conclusion.outcome is Outcome.RESULT and isinstance(played.value, WebhookReport):
        return played.value
    return played.did


def _stands(world: World, address: str) -> bool:
    report = _asked(world, WebhookAct.LOOK, address)
    return isinstance(report, WebhookReport) and report.ours


def _leaves_others_alone(bench: Bench) -> Iterator[str]:
    """Whoever registers first stands for somebody else, of whom the hub knows nothing."""
    acts = {
        "look": (WebhookAct.LOOK, None),
        "register": (WebhookAct.REGISTER, None),
        "register, where another address may be replaced": (WebhookAct.REGISTER, OTHERS),
        "remove": (WebhookAct.REMOVE, None),
    }
    for name, (act, may_replace) in acts.items():
        world = bench.world()
        begun = _asked(world, WebhookAct.REGISTER, THEIRS)
        if not isinstance(begun, WebhookReport) or not begun.ours or not _stands(world, THEIRS):
            yield f"register_webhook: nothing stood there; the plugin registered nothing ({begun})"
            return
        report = _asked(world, act, OURS, may_replace)
        if not _stands(world, THEIRS):
            yield f"register_webhook, {name}: an address that the hub did not set is gone"
        if isinstance(report, WebhookReport) and not report.ours and THEIRS not in report.foreign and act != "remove":
            yield f"register_webhook, {name}: an address that the hub did not set is not among the foreign ones"
        if isinstance(report, WebhookReport) and report.ours != _stands(world, OURS):
            yield f"register_webhook, {name}: it reports ours={report.ours}, and the next look does not"


def _registers_once(bench: Bench) -> Iterator[str]:
    world = bench.world()
    for _time in range(2):
        _asked(world, WebhookAct.REGISTER, OURS)
    if not _stands(world, OURS):
        yield "register_webhook: registered twice; the plugin left none"
    _asked(world, WebhookAct.REMOVE, OURS)
    if _stands(world, OURS):
        yield "register_webhook: registered twice and removed once; one is left"


def _replaces_what_it_may(bench: Bench) -> Iterator[str]:
    world = bench.world()
    _asked(world, WebhookAct.REGISTER, THEIRS)
    report = _asked(world, WebhookAct.REGISTER, OURS, THEIRS)
    if not (isinstance(report, WebhookReport) and report.ours and _stands(world, OURS)):
        yield f"register_webhook: ours may take the place of the one that stands there; the plugin did {report}"


def _can(subject: Subject) -> str:
    return "" if subject.can("register_webhook") else "no register_webhook"


PROOFS: Final = (
    Proof("it never replaces or deletes an address that the hub did not set", _leaves_others_alone, _can),
    Proof("registering twice leaves one, and removing it none", _registers_once, _can),
    Proof("ours takes the place of an address of which a person said so", _replaces_what_it_may, _can),
)
