"""Every form that leads to money says what it was drawn from, and whoever takes it compares: read from the code."""

from __future__ import annotations

import dis
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final

import pytest
from litestar import post
from litestar.handlers import HTTPRouteHandler

import hub.web
from hub.flows.books.settle_bill import apply_credit
from hub.flows.ground.as_drawn import as_drawn

TEMPLATES: Final = Path(hub.web.__file__).parent / "templates"

EXEMPT: Final = {
    "/m/guide/try": "a trial makes a customer and a bill of its own; it decides on nothing that a page shows",
    "/m/import/{}/closing": "it names the proposal, which never changes; each invoice is judged as it is closed",
    "/m/import/{}/undo": "whatever happened since with a row refuses it before it begins, and keeps that row then",
    "/m/payments/{}/check": "it decides nothing: the provider is asked, and whatever it says is booked once",
    "/m/proposals/{}/approve": "it names the proposal, which never changes; what it does is judged as it is done",
    "/m/proposals/{}/refuse": "it names the proposal, and nothing is booked",
    "/m/members/remove": "what that person proposed ends, and nothing is booked",
    "/p/{}/cancel": "the payer withdraws one request, which books nothing; its own status is compared where it is sent",
    "/v1/orders": "a shop's own program sends no form; its cart is billed once under its own number",
}
"""What leads to money and carries no mark, and why."""

BOOKED_BY: Final = {
    *(("ledger", verb) for verb in ("write", "write_many")),
    *((noun, verb) for noun in ("receipts", "disbursements", "conversions") for verb in ("add", "void")),
    *((noun, verb) for noun in ("decisions", "disputes") for verb in ("add", "save")),
    ("operations", "add"),
    ("payments", "add"),
    *(("payables", verb) for verb in ("add", "add_many", "revise")),
    *(("settlements", verb) for verb in ("add", "book", "book_to_account", "restate", "withdraw")),
}
"""What a transaction is asked for where money is booked, or somebody decides about it."""

MARKED: Final = re.compile(r'parts\.hidden\([^)]+\)|name="drawn"')

WHERE_TO: Final = {
    "{{ asked.path }}": ["/m/customers/{}/conversion", "/m/payments/{}/conversion"],
    "{{ basket.address }}": ["/s/{}/pay", "/o/{}/pay"],
    "": ["/m/payments/{}/receipt", "/r/{}"],
    "portal/note.html {{ address }}/note": ["/s/{}/note"],
    "portal/report.html {{ address }}/report": ["/s/{}/report"],
    "portal/promise.html {{ address }}/promise": ["/s/{}/promise"],
    "portal/payment.html {{ address }}/cancel": ["/p/{}/cancel"],
    "portal/reminders.html {{ address }}": ["/u/{}"],
    "portal/reminders.html {{ address }}/again": ["/u/{}/again"],
    "portal/shut.html {{ renew }}": ["/s/{}/renew"],
    "portal/payment.html {{ payment.action.url }}": [],
    "merchant/correct.html {{ action }}": [
        f"/m/{whose}/{{}}/correct" for whose in ("invoices", "payments", "customers")
    ],
    "{{ page }}/erase-note": [f"/m/{whose}/{{}}/erase-note" for whose in ("invoices", "payments", "customers")],
    "merchant/prove.html {{ action }}": [],
    "merchant/customer_form.html {{ address }}": ["/m/customers/new", "/m/customers/{}/edit"],
    "merchant/closed_month.html {{ here }}": [],
}
"""Where a form leads that only its page knows: of one template, or of all; a provider's own page is none of ours.

A form that is sent once more, after a fresh sign-in or for a closed month, carries the mark that it came with.
"""


def handlers() -> dict[str, HTTPRouteHandler]:
    """Whatever takes a form, by its address with {} for what varies."""
    found = {}
    for module in pkgutil.walk_packages(hub.web.__path__, "hub.web."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, HTTPRouteHandler) and "POST" in value.http_methods:
                beginning = "" if ".merchant" not in module.name else "/r" if "by_link" in module.name else "/m"
                for path in value.paths:
                    found[re.sub(r"{\w+:str}", "{}", f"{beginning}{path}")] = value
    return found


def codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code, and that of the functions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def reached_by(start: Callable[..., Any]) -> frozenset[FunctionType]:
    """Every function of the hub that a function names, and those name in turn."""
    seen: set[FunctionType] = set()
    todo: list[Any] = [start]
    while todo:
        function = todo.pop()
        function = getattr(function, "__wrapped__", function)
        is_ours = isinstance(function, FunctionType) and str(function.__module__).startswith(("hub.", __name__))
        if not is_ours or function in seen:
            continue
        seen.add(function)
        for name in {name for code in codes(function.__code__) for name in code.co_names}:
            value = function.__globals__.get(name)
            todo += vars(value).values() if isinstance(value, type) else [value]
    return frozenset(seen)


def asked_of_tx(function: FunctionType) -> Iterator[tuple[str, str]]:
    """(noun, verb) of whatever reads ``x.noun.verb``."""
    for code in codes(function.__code__):
        before = ""
        for step in dis.get_instructions(code):
            name = str(step.argval) if step.opname in ("LOAD_ATTR", "LOAD_METHOD") else ""
            if before and name:
                yield before, name
            before = name


def books_money(start: Callable[..., Any]) -> bool:
    return any(not BOOKED_BY.isdisjoint(asked_of_tx(function)) for function in reached_by(start))


def unmarked(found: dict[str, HTTPRouteHandler]) -> list[str]:
    """What leads to money and compares nothing: its route declares no subject, and it makes no comparing hub itself."""
    return [
        path
        for path, handler in found.items()
        if books_money(handler.fn) and not handler.opt.get("drawn") and as_drawn not in reached_by(handler.fn)
    ]


def posting(name: str, text: str) -> Iterator[tuple[list[str], str]]:
    """(addresses, form) of each form of a template that is posted."""
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        if 'method="post"' not in form:
            continue
        action = re.search(r'(?<!{% if action %} )action="([^"]*)"', form.partition("\n")[0])
        where = action[1] if action else ""
        plain = re.sub(r"{{.*?}}", "{}", where)
        others = re.findall(r'formaction="([^"]*)"', form)
        addresses = [*WHERE_TO.get(f"{name} {where}", WHERE_TO.get(where, [plain])), *others]
        yield [address.partition("#")[0] for address in addresses], form


def without_mark(name: str, text: str, money: set[str]) -> list[str]:
    """Addresses of money to which a template's forms lead without saying what they were drawn from."""
    return [
        path
        for addresses, form in posting(name, text)
        for path in addresses
        if path in money and not MARKED.search(form)
    ]


@pytest.fixture(scope="module")
def found() -> dict[str, HTTPRouteHandler]:
    return handlers()


@pytest.fixture(scope="module")
def money(found: dict[str, HTTPRouteHandler]) -> set[str]:
    """Addresses that lead to money."""
    return {path for path, handler in found.items() if books_money(handler.fn)}


def test_whoever_takes_a_form_that_leads_to_money_compares_what_it_showed(found: dict[str, HTTPRouteHandler]) -> None:
    assert sorted(unmarked(found)) == sorted(EXEMPT)


def test_nothing_compares_that_leads_to_no_money(found: dict[str, HTTPRouteHandler], money: set[str]) -> None:
    assert {path for path, handler in found.items() if handler.opt.get("drawn")} <= money - set(EXEMPT)


def test_every_form_that_leads_to_money_says_what_it_was_drawn_from(money: set[str]) -> None:
    without = {
        f"{name} -> {path}"
        for file in TEMPLATES.rglob("*.html")
        for name in [str(file.relative_to(TEMPLATES))]
        for path in without_mark(name, file.read_text(encoding="utf-8"), money - set(EXEMPT))
    }
    assert not without


def test_every_form_leads_to_a_page_that_takes_it(found: dict[str, HTTPRouteHandler]) -> None:
    """An address that this test reads wrongly would be asked for nothing."""
    led_to = {
        path
        for file in TEMPLATES.rglob("*.html")
        for addresses, _form in posting(str(file.relative_to(TEMPLATES)), file.read_text(encoding="utf-8"))
        for path in addresses
    }
    assert led_to <= set(found)
    assert set(found) - led_to == {"/v1/orders"}


def test_control_a_handler_that_compares_nothing_is_found(found: dict[str, HTTPRouteHandler]) -> None:
    @post("/m/planted")
    async def planted(context: Any) -> None:
        await apply_credit(context.hub, context.merchant, "c1", [], by="x")

    assert "/m/planted" in unmarked({**found, "/m/planted": planted})


def test_control_a_form_without_its_mark_is_found(money: set[str]) -> None:
    text = (TEMPLATES / "merchant" / "use_credit.html").read_text(encoding="utf-8")

    assert not without_mark("merchant/use_credit.html", text, money)
    assert without_mark("merchant/use_credit.html", text.replace("hidden(drawn)", "hidden()"), money) == [
        "/m/customers/{}/credit"
    ]
