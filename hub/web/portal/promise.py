"""The payer's own word: which invoices are paid by which day. It changes nothing that is due."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Final

from litestar import get, post

from hub.domain.allowance import Allowance
from hub.domain.identity import Invalid
from hub.domain.letterhead import letterhead_for
from hub.domain.open_item import StatementRow
from hub.domain.reminder import MAX_PROMISE_DAYS, Promise
from hub.domain.text import Text
from hub.flows.statements.promise_payment import give_promise
from hub.flows.statements.view_statement import StatementView
from hub.texts.engine import message as _
from hub.web.form_token import form_token, is_form_token
from hub.web.request import Request, hub_of
from hub.web.responses import Page, redirect

from .note import OVER, TOO_OFTEN
from .statement import address_of, pages_for, statement_for

PURPOSE: Final = "promise"
NO_DATE: Final = _("Escriba la fecha en que va a pagar.")


@get("/s/{token:str}/promise", include_in_schema=False)
async def show_promise(request: Request) -> Page:
    """Which invoices, and when."""
    view = await statement_for(request)
    return await _page(request, view)


@post("/s/{token:str}/promise", include_in_schema=False)
async def send_promise(request: Request) -> Page:
    """Take the word."""
    hub, token = hub_of(request), request.path_params["token"]
    view = await statement_for(request)
    form = await request.form()
    chosen = [str(key) for key in form.getall("invoice", [])]
    typed = str(form.get("until", "")).strip()
    assert view.link is not None
    allowance: Allowance = request.app.state["written"]
    until = _day(typed)
    problem: Text | str | None = None
    if not is_form_token(hub, PURPOSE, view.link, form.get("form")):
        problem = OVER
    elif until is None:
        problem = NO_DATE
    elif not allowance.take(view.link.id, time.monotonic()):
        problem = TOO_OFTEN
    else:
        try:
            await give_promise(hub, token, chosen, until)
        except Invalid as invalid:
            problem = invalid.problems[0].message
    if problem is None:
        return redirect(f"{address_of(request)}?said=promise")
    return await _page(request, view, chosen=chosen, typed=typed, problem=problem)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _page(
    request: Request,
    view: StatementView,
    *,
    chosen: list[str] | None = None,
    typed: str = "",
    problem: Text | str | None = None,
) -> Page:
    hub = hub_of(request)
    assert view.link is not None
    given = await _given(request, view)
    rows = [row for row in _rows(view) if row.item.payable_id not in given]
    today = view.statement.cut_off
    return pages_for(request, view).page(
        "portal/promise.html",
        merchant=view.merchant,
        mode=view.mode,
        status=422 if problem else 200,
        letterhead=letterhead_for(view.merchant, hub.countries[view.merchant.company.country], view.mode),
        address=address_of(request),
        token=form_token(hub, PURPOSE, view.link),
        rows=rows,
        given=[
            (row.item.number, given[row.item.payable_id].until) for row in _rows(view) if row.item.payable_id in given
        ],
        chosen=chosen if chosen is not None else [row.item.payable_id for row in rows],
        typed=typed,
        problem=problem,
        first=today.isoformat(),
        last=(today + timedelta(days=MAX_PROMISE_DAYS)).isoformat(),
    )


def _rows(view: StatementView) -> list[StatementRow]:
    return [row for section in view.statement.sections for row in section.rows]


async def _given(request: Request, view: StatementView) -> dict[str, Promise]:
    """What was promised before, by invoice."""
    ids = [row.item.payable_id for row in _rows(view)]
    found = await hub_of(request).store.read(lambda tx: tx.promises.of_payables(ids))
    return {promise.payable_id: promise for promise in found}
