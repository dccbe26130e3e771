"""Faults that lose or invent money though every single request and answer looks right: one a line,
with what is changed and what is said of it."""

from __future__ import annotations

from typing import Any

import attrs

from hub_hookspecs import Kind, Literal, Observation, Reading, Starts, Verdict, harmless

from .desks import Careless, Falls, PaidTwice
from .planted import Planted, otherwise
from .tiny import STATUSES, VOUCHED, Tiny

HARMLESS = "a request marked harmless moves no money when it is sent twice"
ADDS_UP = "what it tells on all channels adds up to the provider's book"
GOES_BACK = "what goes back is what was asked for, and never more than came"
HAPPENS = "whatever happens at the provider is told as its book has it"
ITS_NO = "the provider's own no is no conclusion of ours"
ALONE = "it needs neither hub nor simulator, and reaches nothing by itself"
COPY = "another copy of it does the same"
WRITTEN = "an amount is written as no float would write it"
MARKS = "its marks are what it declares"
SIMULATOR = "its simulator answers, and never fails"


def session(plugin: Any) -> Any:
    info = Tiny.info(plugin)
    return attrs.evolve(info, ways=(attrs.evolve(info.ways[0], starts=Starts.SESSION),))


def harmless_refund(plugin: Any, refund: Any, account: Any) -> Any:
    return harmless(Tiny.ask_for_refund(plugin, refund, account))


def query_that_refunds(plugin: Any, query: Any, account: Any) -> Any:
    yield harmless(plugin.request("POST", account, f"payments/{query.reference}/refunds", {"op": "x"}))
    return ()


def returned_whatever(plugin: Any, answer: Any, refund: Any) -> Any:
    if answer.status_code == 409:
        return (
            Observation(kind=Kind.RETURNED, reference=refund.reference, movement=refund.reference, vouched=VOUCHED),
        )
    return Tiny.refunded(plugin, answer, refund)


def cancelled_whatever(plugin: Any, cancel: Any, account: Any) -> Any:
    answer = yield plugin.request("POST", account, f"payments/{cancel.reference}/cancel", {})
    if answer.status_code == 409:
        return (Observation(kind=Kind.CANCELLED, reference=cancel.reference),)
    return plugin.read(answer, cancel.reference)


def named(plugin: Any, answer: Any, refund: Any, **changes: Any) -> Any:
    return tuple(attrs.evolve(item, **changes) for item in Tiny.refunded(plugin, answer, refund))


def query_by_id(plugin: Any, query: Any, account: Any) -> Any:
    told = yield from Tiny.query_payment(plugin, query, account)
    return tuple(attrs.evolve(item, movement=item.movement and item.provider_reference) for item in told)


def query_by_call(plugin: Any, query: Any, account: Any) -> Any:
    told = yield from Tiny.query_payment(plugin, query, account)
    return tuple(attrs.evolve(item, movement=item.movement and query.call_id) for item in told)


def deaf(plugin: Any, message: Any, account: Any) -> Any:
    return Reading(verdict=Verdict.VALID)


def halved(plugin: Any, message: Any, account: Any) -> Any:
    reading = Tiny.handle_notification(plugin, message, account)
    told = tuple(
        attrs.evolve(item, amount=item.amount and type(item.amount)(item.amount.minor // 2 or 1, item.amount.currency))
        for item in reading.observations
    )
    return attrs.evolve(reading, observations=told)


def without_times(plugin: Any, body: Any, name: str, kind: Kind) -> Any:
    return () if name == "disputes" else Tiny.went_back(plugin, body, name, kind)


def total(plugin: Any, body: Any, name: str, kind: Kind) -> Any:
    """One sum of all that went back, as the provider's panel shows it."""
    told = Tiny.went_back(plugin, body, name, kind)
    if not told:
        return ()
    amount = sum((item.amount for item in told[1:]), told[0].amount)
    return (attrs.evolve(told[0], amount=amount, event_id=None),)


def written(text: Any) -> Any:
    """The amount in the body of an order, as a function of it has it."""

    def body(plugin: Any, order: Any, terminal: Any) -> Any:
        return {**Tiny.body(plugin, order, terminal), "amount": text(order.amount.decimal)}

    return otherwise(body=body)


def in_the_query(plugin: Any, order: Any, account: Any, terminal: Any) -> Any:
    request = Tiny.charge(plugin, order, account, terminal)
    request.url = request.url.copy_with(params={"amount": repr(float(order.amount.decimal) * 1.1 / 1.1)})
    return request


class ImportsTheHub(Tiny):
    def later(self) -> Any:
        from hub.domain import payment

        return payment


class Remembers(Tiny):
    """Keeps what was owed between two calls, as long as its process lives."""

    def __init__(self) -> None:
        self.owed: dict[str, Any] = {}

    def charge(self, order: Any, account: Any, terminal: Any) -> Any:
        self.owed[order.reference] = order.amount
        return super().charge(order, account, terminal)

    def amount(self, body: Any) -> Any:
        return self.owed.get(body.get("ref"))


class CountsTheRest(Tiny):
    """Has the first account's token for all of them."""

    def __init__(self) -> None:
        self.key = ""

    def token_request(self, account: Any) -> Any:
        self.key = self.key or account.settings["key"]
        return Tiny.token_request(self, attrs.evolve(account, settings={**account.settings, "key": self.key}))


def declined_while_verified() -> type:
    return otherwise(statuses={**STATUSES, "verifying": Kind.DECLINED})


FAULTS = [
    Planted(
        "a refund is harmless",
        HARMLESS,
        "is marked harmless, and the provider's book changed",
        otherwise(ask_for_refund=harmless_refund),
    ),
    Planted(
        "a query gives back", HARMLESS, "query_payment, request 1: POST", otherwise(query_payment=query_that_refunds)
    ),
    Planted("a push is a session", MARKS, "the provider itself asks the payer to approve", otherwise(info=session)),
    Planted(
        "all goes back for a part",
        GOES_BACK,
        "were to go back",
        otherwise(wanted=lambda self, refund: {"op": refund.operation}),
    ),
    Planted(
        "what came goes back for a part",
        GOES_BACK,
        "can go back; the plugin concluded declined",
        otherwise(
            wanted=lambda self, refund: Tiny.wanted(
                self, attrs.evolve(refund, amount=refund.captured + refund.captured)
            )
        ),
    ),
    Planted("any 409 is returned", GOES_BACK, "the provider gave nothing", otherwise(refunded=returned_whatever)),
    Planted(
        "any 409 to a refund of nothing is returned",
        ITS_NO,
        "of a push payment that is pending): the provider gave nothing",
        otherwise(refunded=returned_whatever),
    ),
    Planted(
        "any 409 is cancelled",
        ITS_NO,
        "after it was paid): the provider's book has the money; the plugin concluded cancelled",
        otherwise(cancel_payment=cancelled_whatever),
    ),
    Planted(
        "a refund has our id in its answer, theirs in its news",
        GOES_BACK,
        "went back; the plugin told of",
        otherwise(refunded=lambda self, answer, refund: named(self, answer, refund, event_id=f"op-{refund.operation}")),
    ),
    Planted(
        "all refunds have one id",
        GOES_BACK,
        "went back; the plugin told of",
        otherwise(back=lambda self, row, kind: attrs.evolve(Tiny.back(self, row, kind), event_id=row["ref"])),
    ),
    Planted(
        "a refund is told with all that came",
        GOES_BACK,
        "went back; the plugin told of",
        otherwise(
            refunded=lambda self, answer, refund: named(self, answer, refund, amount=refund.captured, event_id=None)
        ),
    ),
    Planted("refunds are told as a sum", GOES_BACK, "went back; the plugin told of", otherwise(went_back=total)),
    Planted(
        "a query names the movement by their id",
        ADDS_UP,
        "was taken; the plugin told of",
        otherwise(query_payment=query_by_id),
    ),
    Planted(
        "a query names the movement by its call",
        ADDS_UP,
        "was taken; the plugin told of",
        otherwise(query_payment=query_by_call),
    ),
    Planted(
        "a notification tells half", ADDS_UP, "was taken; the plugin told of", otherwise(handle_notification=halved)
    ),
    Planted(
        "what is verified is paid",
        HAPPENS,
        "verify of a pending push payment in PEN: by the provider's book 0.00 PEN was taken",
        otherwise(statuses={**STATUSES, "verifying": Kind.PAID}),
    ),
    Planted(
        "what is verified is declined",
        HAPPENS,
        "the payer can still pay, and did; the plugin concluded declined",
        declined_while_verified(),
    ),
    Planted(
        "a dispute is not read",
        HAPPENS,
        "dispute of a paid push payment in PEN: by the provider's book",
        otherwise(went_back=without_times),
    ),
    Planted(
        "what went back was cancelled",
        HAPPENS,
        "the plugin concluded cancelled; the contract allows paid",
        otherwise(statuses={**STATUSES, "returned": Kind.CANCELLED}),
    ),
    Planted("a second payment is not told", HAPPENS, "approve_again of a paid push payment", Tiny, PaidTwice),
    Planted(
        "its simulator raises",
        SIMULATOR,
        "the simulator raised RuntimeError: nobody wrote what verify does, at proofs/desks.py",
        Tiny,
        Falls,
    ),
    Planted(
        "it imports the hub",
        ALONE,
        "imports hub.domain.payment; a plugin depends on hub_hookspecs alone",
        ImportsTheHub,
    ),
    Planted("it remembers what was owed", COPY, "the same answers give another result in a copy", Remembers),
    Planted("it has one token for all", COPY, "POST /v1/token is another request in a copy", CountsTheRest),
    Planted(
        "floats stand in the body",
        WRITTEN,
        "amount in its body: '1000.0', which a float wrote",
        written(lambda amount: Literal(repr(float(amount)))),
    ),
    Planted(
        "floats leave their dust",
        WRITTEN,
        "is written as",
        written(lambda amount: Literal(repr(float(amount) * 1.1 / 1.1))),
    ),
    Planted("thousands are parted", WRITTEN, "holds separators", written(lambda amount: f"{amount:,.2f}"), Careless),
    Planted(
        "an exponent stands in the body",
        WRITTEN,
        "which a float wrote",
        written(lambda amount: Literal(f"{float(amount):e}")),
    ),
    Planted("floats stand in the query", WRITTEN, "amount in its query", otherwise(charge=in_the_query)),
]
