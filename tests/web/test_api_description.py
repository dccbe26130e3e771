"""The API answers as its description says, and says all that it answers:
schemathesis judges both, over HTTP."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import httpx
import pytest
import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from hub.flows.ground.ports import Unavailable
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.web.api import orders
from hub.web.api import schema as described
from hub.web.responses import HEADERS
from tests.faults.harness import seed_for
from tests.web.conftest import House

# The generator warns of its own long values, and of random numbers that the served hub draws in another thread.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")

NUMBERS = itertools.count(1)
THANKS = "https://tienda.example/gracias"
"""An address of the shop that the house's companies registered."""

IN_WORDS = ("a card number must never be sent here", "the order's total is at most")
"""Rules that no schema can say: the answer says them instead."""

OF_EVERY_PAGE = {name.lower() for name in HEADERS} | {"content-security-policy"}
OF_HTTP = {"content-type", "content-length", "date"}
PHASES = ("coverage", "fuzzing", "stateful")
JUDGED = ("content_type_conformance", "response_headers_conformance", "response_schema_conformance")


@pytest.fixture(scope="module")
def key(house: House) -> str:
    """An API key of the Costa Rican company."""
    return str(house.run(issue_api_key(house.hub, house.merchants["CR"], "tienda")))


@attrs.define
class Judged:
    """What a run showed.

    Attributes:
        differences: Between description and behaviour, each with the first request that shows it.
        answers: How often an operation answered with a status.
        in_words: Orders that fit the schema and were refused by a rule that only words can say.
    """

    differences: dict[str, str] = attrs.Factory(dict)
    answers: Counter[tuple[str, int]] = attrs.Factory(Counter)
    checks: set[str] = attrs.Factory(set)
    in_words: int = 0

    def take(self, event: Any) -> None:
        """Count what an event of the run tells."""
        match event:
            case events.NonFatalError():
                self.differences.setdefault(f"{event.label}: error", str(event.value))
            case events.FatalError():
                self.differences["error"] = str(event.exception)
            case events.SchemaAnalysisWarnings():
                self.differences["description"] = str(event.warnings)
            case events.ScenarioFinished():
                self._take_answers(event.recorder)

    def _take_answers(self, recorder: Any) -> None:
        for case_id, node in recorder.cases.items():
            label = node.value.operation.label
            sent = recorder.interactions.get(case_id)
            if sent and sent.response:
                self.answers[label, sent.response.status_code] += 1
            for check in recorder.checks.get(case_id, ()):
                self.checks.add(check.name)
                if check.status is Status.FAILURE:
                    self._take_failure(label, check, sent.response.text if sent and sent.response else "")

    def _take_failure(self, label: str, check: Any, answer: str) -> None:
        if check.name == "positive_data_acceptance" and any(words in answer for words in IN_WORDS):
            self.in_words += 1
            return
        failure = check.failure_info
        told = f"{failure.failure.message}\n{failure.code_sample}\n{answer}"
        self.differences.setdefault(f"{label}: {failure.failure.title}", told)


def judge(
    house: House, key: str, *, examples: int, seed: int, only: str = "", phases: tuple[str, ...] = PHASES
) -> Judged:
    """Send what the description allows and what it forbids, and judge each answer with every check."""
    config = SchemathesisConfig.from_dict(
        {
            "base-url": house.base,
            "seed": seed,
            "headers": {"Authorization": f"Bearer {key}"},
            "continue-on-failure": True,
            "cache": {"enabled": False},
            "generation": {"max-examples": examples, "database": "none"},
            "phases": {
                "examples": {"enabled": False},  # the description gives none
                "coverage": {"enabled": "coverage" in phases},
                "fuzzing": {"enabled": "fuzzing" in phases},
                "stateful": {
                    "enabled": "stateful" in phases,
                    "generation": {"max-examples": max(1, examples // 4)},
                },
            },
        }
    )
    with house.browser() as browser:  # not from_url, which leaves out the operation that it was read by
        api = schemathesis.openapi.from_dict(browser.get("/v1/openapi.json").json(), config=config)
    judged = Judged()
    for event in from_schema(api.include(operation_id=only) if only else api).execute():
        judged.take(event)
    return judged


@schemathesis.hook("before_call")
def make_new(_context: Any, case: Any, _kwargs: Any) -> None:
    """An order that fits the schema is a new one of a registered shop, in digits alone,
    which no schema can say."""
    if case.method != "POST" or not isinstance(case.body, dict) or not case.meta.generation.mode.is_positive:
        return
    number = next(NUMBERS)
    case.body = json.loads(json.dumps(case.body), parse_float=lambda written: int(float(written)))
    case.body["number"] = f"{case.body['number'][:40]} {number}"
    case.headers["Idempotency-Key"] = f"{case.headers['Idempotency-Key'][:190]}{number}"
    if case.body.get("return_url"):
        case.body["return_url"] = THANKS


@pytest.fixture(autouse=True)
def _straight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_the_api_answers_as_its_description_says(house: House, key: str) -> None:
    seed = seed_for("description")
    judged = judge(house, key, examples=15, seed=seed)

    print(f"HUB_TEST_SEED={seed}: {sorted(judged.answers.items())}, {judged.in_words} in words")  # noqa: T201
    assert judged.differences == {}
    assert judged.checks >= set(CHECKS.get_all_names()) - {"max_response_time"}
    seen = {(label, status) for label, status in judged.answers}
    assert seen >= {("POST /v1/orders", status) for status in (201, 400, 401, 405, 415, 422)}
    assert seen >= {("GET /v1/orders/{id}", status) for status in (200, 401, 404, 405)}
    assert seen >= {("GET /v1/openapi.json", 200)}
    assert judged.answers["POST /v1/orders", 201] > 5 * judged.in_words


@pytest.mark.long
def test_nor_does_it_differ_in_thousands_of_requests(house: House, key: str) -> None:
    seed = seed_for("description")
    judged = judge(house, key, examples=1000, seed=seed)
    print(f"HUB_TEST_SEED={seed}: {sorted(judged.answers.items())}, {judged.in_words} in words")  # noqa: T201

    assert judged.differences == {}
    assert judged.answers["POST /v1/orders", 201] > 5 * judged.in_words


Ask = Callable[[httpx.Client], httpx.Response]


def cart(**changes: Any) -> dict[str, Any]:
    """An order that can be placed."""
    return {
        "number": f"B-{next(NUMBERS)}",
        "currency": "CRC",
        "items": [{"description": "Taladro", "quantity": 1, "price": 100}],
        "customer": {"email": "ana@tienda.example"},
        **changes,
    }


def largest_cart() -> bytes:
    """An order as long as the description allows, written as long as JSON allows."""
    item = {"description": "\U0001f527" * 200, "quantity": 100_000, "price": 1, "sku": "\U0001f527" * 60}
    return json.dumps(cart(items=[item] * 200), ensure_ascii=True, indent=1).encode()


def post(body: Any, **headers: str) -> Ask:
    """Place an order; a header that is given empty is left out."""
    sent = {"Idempotency-Key": f"d-{next(NUMBERS)}", "Content-Type": "application/json", **headers}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda browser: browser.post(
        "/v1/orders", content=raw, headers={name: value for name, value in sent.items() if value}
    )


def twice(browser: httpx.Client) -> httpx.Response:
    """The second answer to the same order."""
    ask = post(cart())
    ask(browser)
    return ask(browser)


def placed(browser: httpx.Client) -> httpx.Response:
    """An order as it stands."""
    return browser.get(f"/v1/orders/{post(cart())(browser).json()['id']}")


def read(path: str, **headers: str) -> Ask:
    """Read something."""
    return lambda browser: browser.get(path, headers=headers)


NOBODY = {"Authorization": "Bearer nobody"}
UNKNOWN = f"/v1/orders/ord_{'0' * 26}"

ASKED: dict[tuple[str, str], Ask] = {
    ("createOrder", "201"): post(cart()),
    ("createOrder", "200"): twice,
    ("createOrder", "400"): post(cart(), **{"Idempotency-Key": ""}),
    ("createOrder", "401"): post(cart(), **NOBODY),
    ("createOrder", "413"): post(b" " * 1_100_000),
    ("createOrder", "415"): post(cart(), **{"Content-Type": "text/plain"}),
    ("createOrder", "422"): post(cart(customer={"email": "nobody"})),
    ("createOrder", "500"): post(cart()),
    ("createOrder", "503"): post(cart()),
    ("readOrder", "200"): placed,
    ("readOrder", "401"): read(UNKNOWN, **NOBODY),
    ("readOrder", "404"): read(UNKNOWN),
    ("readOrder", "500"): read(UNKNOWN),
    ("readOrder", "503"): read(UNKNOWN),
    ("describeApi", "200"): read("/v1/openapi.json"),
}
FAULTS: dict[str, Exception] = {"500": RuntimeError("planted"), "503": Unavailable("planted")}


def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Path, method and words of each operation that is described, by its id."""
    return {
        words["operationId"]: (path, method, words)
        for path, methods in described.description()["paths"].items()
        for method, words in methods.items()
        if isinstance(words, dict)
    }


@pytest.fixture
def browser(house: House, key: str) -> Iterator[httpx.Client]:
    """A shop's server."""
    with house.browser() as opened:
        opened.headers["Authorization"] = f"Bearer {key}"
        yield opened


def test_every_answer_that_is_described_is_tried() -> None:
    assert {(name, status) for name, (_, _, words) in operations().items() for status in words["responses"]} == set(
        ASKED
    )


@pytest.mark.parametrize(("name", "status"), ASKED)
def test_each_described_answer_is_given_as_described(
    house: House, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch, name: str, status: str
) -> None:
    if fault := FAULTS.get(status):

        async def fall(*_given: Any) -> Any:
            raise fault

        monkeypatch.setattr(orders, "place_order" if name == "createOrder" else "find_order", fall)
    answer = ASKED[name, status](browser)

    assert answer.status_code == int(status), answer.text
    path, method, words = operations()[name]
    api = schemathesis.openapi.from_url(f"{house.base}/v1/openapi.json")
    api[path][method.upper()].Case().validate_response(answer, checks=CHECKS.get_by_names(JUDGED))
    named = {header.lower() for header in resolved(words["responses"][status]).get("headers", {})}
    assert set(answer.headers) - OF_EVERY_PAGE - OF_HTTP <= named <= set(answer.headers)


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    """A response, wherever it stands in the description."""
    if name := response.get("$ref"):
        return dict(described.description()["components"]["responses"][name.rpartition("/")[2]])
    return response


def test_what_an_order_must_be_is_described() -> None:
    found = described.description()
    parts = found["components"]["schemas"]
    (key,) = found["paths"]["/v1/orders"]["post"]["parameters"]

    assert parts["Shopper"]["properties"]["email"]["format"] == "email"
    assert key["schema"]["pattern"] == "^[!-~]+$"
    assert "CRC" in parts["NewOrder"]["properties"]["currency"]["enum"]
    assert "paid" in parts["OrderState"]["properties"]["status"]["enum"]


@pytest.mark.parametrize("path", ["/v1/orders", UNKNOWN, "/v1/openapi.json"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_another_method_is_told_which_there_are(browser: httpx.Client, path: str, method: str) -> None:
    answer = browser.request(method, path)

    assert answer.status_code == 405
    assert answer.json()["status"] == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("POST" if path == "/v1/orders" else "GET") in answer.headers["allow"]


def test_the_largest_order_that_is_described_is_taken(browser: httpx.Client) -> None:
    answer = post(largest_cart())(browser)

    assert answer.status_code == 201, answer.text


def test_an_order_has_one_id(browser: httpx.Client) -> None:
    whole = post(cart())(browser).json()["id"]
    answers = [browser.get(f"/v1/orders/{given}") for given in (whole, whole.removeprefix("ord_"), f"ord_{whole}")]

    assert [answer.status_code for answer in answers] == [200, 404, 404]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"currency": "XXX"}, "currency: "),
        ({"items": [{"description": "Taladro", "quantity": 100_000, "price": 10**12}]}, "items: "),
        ({"customer": {"email": "ana..mora@tienda.example"}}, "customer.email: "),
        ({"customer": {"email": "ana@-tienda.example"}}, "customer.email: "),
        ({"customer": {"email": f"{'a' * 65}@tienda.example"}}, "customer.email: "),
        ({"customer": {"email": "ana@tienda"}}, "customer.email: "),
        ({"number": "\ufeff"}, "number: "),
        ({"number": " \u2003"}, "number: "),
    ],
)
def test_what_the_description_forbids_is_refused_by_name(
    browser: httpx.Client, changes: dict[str, Any], named: str
) -> None:
    answer = post(cart(**changes))(browser)

    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"].startswith(named)


@pytest.mark.parametrize("email", ["a=?b@shop.example", "=?@shop.example", "?^'n72=?dm@shop.example"])
def test_a_coded_word_in_an_address_is_described_as_none(browser: httpx.Client, email: str) -> None:
    shopper = browser.get("/v1/openapi.json").json()["components"]["schemas"]["Shopper"]["properties"]["email"]

    assert not re.search(shopper["pattern"], email)
    assert re.search(shopper["pattern"], "a=b?c==@shop.example")


def test_control_an_api_that_lets_anybody_in_is_seen(house: House, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def anybody(_request: Any) -> Any:
        merchant = house.merchants["CR"]
        return merchant, merchant.mode

    monkeypatch.setattr(orders, "_caller", anybody)
    judged = judge(house, key, examples=8, seed=1, phases=("stateful",))

    assert any("accepts" in title or "auth" in title.lower() for title in judged.differences), judged.differences


def test_control_the_description_as_it_was_is_seen(house: House, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = described.description

    def as_it_was() -> dict[str, Any]:
        found = whole()
        del found["paths"]["/v1/orders"]["post"]["responses"]["415"]
        email = found["components"]["schemas"]["Shopper"]["properties"]["email"]
        del email["format"], email["pattern"]
        return found

    monkeypatch.setattr(described, "description", as_it_was)
    judged = judge(house, key, examples=1, seed=1, only="createOrder", phases=("coverage",))

    assert {title.rpartition(": ")[2] for title in judged.differences} >= {
        "Undocumented status code",
        "Schema-valid request rejected",
    }
