"""Every fault at every request of every exchange: what may be concluded then,
and what may be sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.identity import Credentials, IdentityReport
from hub_hookspecs.payment import Grant, Kind, PaymentStarted
from hub_hookspecs.request_mark import Mark
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.faults import Fault
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Sent
from hub_hookspecs.testing.scenes import Take, all_takes, struck_takes

from .payments import CLOSING

CONCLUDING: Final = CLOSING | {
    Kind.PAID,
    Kind.NOT_FOUND,
    Kind.RETURNED,
    Kind.TRY_DECLINED,
    Kind.CHARGED_BACK,
    Kind.SETTLED,
}


def _concludes(bench: Bench) -> Iterator[str]:
    """Cut, lost, garbage, 5xx, wrong type, oversized, empty, invalid UTF-8,
    401 at every request."""
    for take in struck_takes(bench):
        if take.fault and len(take.played.sent) >= take.number:
            yield from _judged(_Case(take, take.fault))


def _sends_once(bench: Bench) -> Iterator[str]:
    """Whatever happens to a request that is not harmless, it is not asked for again."""
    for take in all_takes(bench):
        yield from _twice(take)


class _Case:
    """One fault in one scene, and what came of it."""

    def __init__(self, take: Take, fault: Fault) -> None:
        self.scene, self.records, self.world, self.played = take.scene, take.records, take.world, take.played
        self.fault = fault
        self.struck = take.struck
        self.recovered = any(item.genuine for item in take.played.sent[take.number :])

    def finding(self, allowed: str, did: str | None = None) -> str:
        """The finding's words."""
        return (
            f"{self.scene.hook}, request {self.struck.number}: {self.struck.text} {self.fault.tells}; "
            f"the plugin {did or self.played.did}; the contract allows {allowed}"
        )

    @property
    def reference(self) -> str | None:
        """Our reference of the payment that is concerned, if one is."""
        if self.scene.hook == "validate_identity":
            return None
        return next((ref for record in self.records.values() if (ref := getattr(record, "reference", None))), None)


def _judged(case: _Case) -> Iterator[str]:
    played = case.played
    if played.conclusion.fault:
        yield case.finding("ProviderError or a result")
        return
    if case.struck.mark is Mark.CHARGING and case.fault.wrote:
        yield from _after_a_charge(case)
    elif not case.recovered:
        yield from _nothing_learnt(case)
    yield from _against_the_book(case)


def _after_a_charge(case: _Case) -> Iterator[str]:
    """Only observations of a later, complete answer count."""
    conclusion = case.played.conclusion
    if conclusion.outcome is Outcome.NEVER_SENT and conclusion.status is not None:
        if case.fault.delivered:
            yield case.finding("no conclusion: the request took effect", "declared this status as not executed")
    elif not case.recovered and (conclusion.plugin_said == "declined" or case.played.kinds):
        yield case.finding("no conclusion")


def _nothing_learnt(case: _Case) -> Iterator[str]:
    """Nothing genuine came after the fault, so nothing was learnt from that request on."""
    played = case.played
    if played.conclusion.plugin_said == "declined" and not (case.fault.may_refuse and case.scene.hook == "authorize"):
        yield case.finding("no conclusion")
    match played.value:
        case IdentityReport(credentials=Credentials.REFUSED) if not case.fault.may_refuse:
            yield case.finding("unclear", "called the credentials refused")
        case IdentityReport(credentials=Credentials.ACCEPTED) if not any(item.genuine for item in played.sent):
            yield case.finding("unclear", "called the credentials accepted")
        case Grant():
            yield case.finding("no grant")
        case PaymentStarted() if case.struck.mark is Mark.SESSION:
            yield case.finding("no conclusion")
    if played.observations and played.conclusion.outcome is Outcome.RESULT:
        yield from _invented(case)


def _invented(case: _Case) -> Iterator[str]:
    """Claims that the exchange makes when the answer is missing,
    though it was the last that could tell."""
    if case.scene.hook == "handle_notification":  # the message itself may prove it
        return
    if not any(item.genuine for item in case.played.sent) and CONCLUDING & set(case.played.kinds):
        yield case.finding("no conclusion")


def _against_the_book(case: _Case) -> Iterator[str]:
    if case.reference is None:
        return
    captured = case.world.captures(case.reference) > 0
    kinds = set(case.played.kinds)
    declined = case.scene.hook == "create_payment" and case.played.conclusion.outcome is Outcome.DECLINED
    if captured and (declined or CLOSING & kinds) and case.scene.hook != "refund_payment":
        yield case.finding("no conclusion: the provider's book has the money")
    if not captured and Kind.PAID in kinds:
        yield case.finding("no conclusion: the provider's book has no money")
    if Kind.RETURNED in kinds and "returned" not in {row["state"] for row in case.world.book(case.reference)}:
        yield case.finding("no conclusion: the provider's book still has the money")


def _twice(take: Take) -> Iterator[str]:
    seen: dict[tuple[str, str, bytes], Sent] = {}
    charged: Sent | None = None
    for item in take.played.sent:
        if item.mark is Mark.HARMLESS:
            continue
        first = seen.setdefault(item.key, item)
        if first is not item or (charged is not None and item.mark is Mark.CHARGING):
            before = first if first is not item else charged
            assert before is not None
            tells = take.fault.tells if take.fault and before.number == take.number else "was sent"
            yield (
                f"{take.scene.hook}, request {before.number}: {before.text} {tells}; the plugin asked for {item.text} "
                f"in request {item.number}; the contract allows no {item.mark} request to be sent again"
            )
        if item.mark is Mark.CHARGING and item.wrote:
            charged = item


PROOFS: Final = (
    Proof("at every step, trouble leads to the conclusions that the contract allows", _concludes),
    Proof("no request but a harmless one is sent twice", _sends_once),
)
