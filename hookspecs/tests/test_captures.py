"""The proofs of captures: a sound provider holds them, and each planted fault is found."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import pytest
from starlette.responses import JSONResponse
from starlette.routing import Route

import hub_hookspecs as contract
from hub_hookspecs import Kind, Money, Observation, hookimpl
from hub_hookspecs.testing.contract import prove
from hub_hookspecs.testing.proofs import captures
from hub_hookspecs.testing.simulator import Simulator, Stage
from hub_hookspecs.testing.subject import Subject

CARD = contract.Way(
    code="card",
    label="Tarjeta",
    starts=contract.Starts.SESSION,
    outcome=frozenset({"query"}),
    query_by=contract.QueryBy.OURS,
    authorises=True,
)
STATES = {"open": Kind.ACCEPTED, "held": Kind.AUTHORISED, "taken": Kind.PAID, "lapsed": Kind.EXPIRED}
VOUCHED = frozenset({"reference", "movement", "amount"})


def app(config: Any, *, takes_all: bool = False, takes_again: bool = False) -> Any:
    rows: dict[str, dict[str, Any]] = {}
    stage = Stage(forget=rows.clear)

    async def end(state: str, ref: str, _body: Any) -> None:
        if rows[ref]["state"] in ("open", "held"):
            rows[ref]["state"] = state

    async def open_(request: Any) -> Any:
        body = await request.json()
        return JSONResponse(rows.setdefault(body["ref"], {**body, "state": "open", "taken": 0}))

    async def show(request: Any) -> Any:
        row = rows.get(request.path_params["ref"])
        return JSONResponse(row or {}, 200 if row else 404)

    async def take(request: Any) -> Any:
        row, cents = rows.get(request.path_params["ref"]), (await request.json())["cents"]
        if row is None:
            return JSONResponse({}, 404)
        if cents > row["cents"] or row["state"] != ("held" if not takes_again else row["state"]):
            return JSONResponse({"error": "no"}, 422)
        row.update(state="taken", taken=row["cents"] if takes_all else cents)
        stage.capture(row["ref"], row["ref"], "m1", Money(row["taken"], "CRC"))
        return JSONResponse(row)

    stage.actions.update(approve=partial(end, "held"), expire=partial(end, "lapsed"), reject=partial(end, "lapsed"))
    routes = [Route("/open", open_, methods=["POST"]), Route("/take/{ref}", take, methods=["POST"])]
    return stage.wrap([*routes, Route("/look/{ref}", show)])


def simulator(**manners: bool) -> Simulator:
    return Simulator(
        code="tiny",
        configure=lambda config: {"merchants": [{"id": "m1", "name": "Tienda"}], **config},
        app=lambda config: app(config, **manners),
        endpoints=lambda base: {"api": base},
        settings=lambda _config, _merchant: {},
    )


def ask(account: Any, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return contract.Request(method, f"{account.endpoints['api']}/{path}", json=body)


def news(answer: Any) -> tuple[Observation, ...]:
    if answer.status_code == 422:
        raise contract.Refused(contract.Reason(contract.ReasonKind.DENIED))
    said = contract.json_object(answer)
    if answer.status_code != 200 or said.get("state") not in STATES:
        raise contract.OutcomeUnknown("it says nothing")
    kind = STATES[str(said["state"])]
    cents = said["taken"] if kind is Kind.PAID else said["cents"]
    amount = Money(cents, "CRC")
    ref = str(said["ref"])
    return (Observation(kind=kind, reference=ref, movement=ref, amount=amount, vouched=VOUCHED),)


class Sound:
    """Its hooks."""

    @staticmethod
    @hookimpl
    def describe_provider() -> Any:
        return contract.ProviderInfo(
            code="tiny",
            name="Tiny",
            contract_version=(1, 1),
            countries=("CR",),
            currencies=(contract.CurrencyRule(currency="CRC", decimals=2),),
            channels=frozenset(contract.Channel),
            ways=(CARD,),
            reference=contract.ReferenceRule(12),
            endpoints={"live": {"api": "https://api.tiny.example"}, "test": {"api": "https://api.tiny.example"}},
            names_account=False,
        )

    @staticmethod
    @hookimpl
    def render_pay_button(offer: Any) -> Any:
        return contract.PayButton(label="Tiny", accessible_label="Tiny", background="#123456")

    @staticmethod
    @hookimpl
    def validate_identity(check: Any, account: Any) -> Any:
        return contract.IdentityReport(credentials=contract.Credentials.ACCEPTED)

    @staticmethod
    @hookimpl
    def create_payment(order: Any, account: Any) -> Any:
        body = {"ref": order.reference, "cents": order.amount.minor}
        yield contract.opens_session(ask(account, "POST", "open", body))
        return contract.PaymentStarted(action=contract.Redirect(f"{account.endpoints['api']}/page"))

    @staticmethod
    @hookimpl
    def query_payment(query: Any, account: Any) -> Any:
        return news((yield contract.harmless(ask(account, "GET", f"look/{query.reference}"))))

    @staticmethod
    @hookimpl
    def capture_payment(capture: Any, account: Any) -> Any:
        body = {"cents": capture.amount.minor}
        return news((yield ask(account, "POST", f"take/{capture.reference}", body)))


def plugin(**hooks: Callable[..., Any]) -> Any:
    return type("Plugin", (Sound,), {name: staticmethod(hookimpl(hook)) for name, hook in hooks.items()})


def found(examined: Any, **manners: bool) -> dict[str, list[str]]:
    results = prove(Subject(plugin=examined, simulator=simulator(**manners)), captures.PROOFS)
    return {item.proof.name: [str(text) for text in item.findings] for item in results if item.findings}


def paid_when_held(query: Any, account: Any) -> Any:
    said = news((yield contract.harmless(ask(account, "GET", f"look/{query.reference}"))))

    return tuple(attrs.evolve(item, kind=Kind.PAID if item.kind is Kind.AUTHORISED else item.kind) for item in said)


def always_all(capture: Any, account: Any) -> Any:
    return news((yield ask(account, "POST", f"take/{capture.reference}", {"cents": capture.authorised.minor})))


def believes_itself(capture: Any, account: Any) -> Any:
    yield ask(account, "POST", f"take/{capture.reference}", {"cents": capture.amount.minor})
    ref = capture.reference
    return (Observation(kind=Kind.PAID, reference=ref, movement=ref, amount=capture.amount, vouched=VOUCHED),)


def refused_when_lost(capture: Any, account: Any) -> Any:
    answer = yield ask(account, "POST", f"take/{capture.reference}", {"cents": capture.amount.minor})
    if answer.status_code != 200:
        raise contract.Refused(contract.Reason(contract.ReasonKind.DENIED))
    return news(answer)


def another_movement(capture: Any, account: Any) -> Any:
    said = news((yield ask(account, "POST", f"take/{capture.reference}", {"cents": capture.amount.minor})))

    return tuple(attrs.evolve(item, movement=capture.operation) for item in said)


HELD, ONCE, NO_MORE, ANSWERS = (proof.name for proof in captures.PROOFS)
PLANTED = [
    ("held money told as paid", plugin(query_payment=paid_when_held), {}, HELD),
    ("all is asked for where a part was", plugin(capture_payment=always_all), {}, ONCE),
    ("all is taken where a part was asked for", Sound, {"takes_all": True}, ONCE),
    ("it is taken each time", Sound, {"takes_again": True}, ONCE),
    ("what nobody authorised is taken", Sound, {"takes_again": True}, NO_MORE),
    ("paid whatever was answered", plugin(capture_payment=believes_itself), {}, NO_MORE),
    ("paid whatever happened", plugin(capture_payment=believes_itself), {}, ANSWERS),
    ("refused where the answer was lost", plugin(capture_payment=refused_when_lost), {}, ANSWERS),
    ("another movement in the answer", plugin(capture_payment=another_movement), {}, ONCE),
]


def test_a_sound_provider_holds_them_all() -> None:
    assert found(Sound) == {}


@pytest.mark.parametrize(("examined", "manners", "proof"), [case[1:] for case in PLANTED], ids=[c[0] for c in PLANTED])
def test_each_planted_fault_is_found(examined: Any, manners: dict[str, bool], proof: str) -> None:
    assert proof in found(examined, **manners)


def test_they_do_not_apply_to_a_provider_that_charges_at_once() -> None:
    class Charges(Sound):
        @staticmethod
        @hookimpl
        def describe_provider() -> Any:

            return attrs.evolve(Sound.describe_provider(), ways=(attrs.evolve(CARD, authorises=False),))

    results = prove(Subject(plugin=Charges, simulator=simulator()), captures.PROOFS)
    assert {item.excuse for item in results} == {"no capture_payment"}
