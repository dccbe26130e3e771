"""What a complete list lacks and one person proposed to close: another one says yes or no on the import's page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.complete_list import reason_of
from hub.domain.decision import Decision, Signed
from hub.domain.identity import Invalid
from hub.domain.text import Text
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.refuse_proposal import refuse_proposal
from hub.flows.imports.hand_in import import_of
from hub.flows.imports.take_in import PATIENCE
from hub.flows.payments.decide import NotAllowed
from hub.flows.views.view_proposals import ClosingView, view_closing
from hub.web.responses import Page, redirect

from .context import Context, unknown_is_404
from .decisions import VIA
from .form import CheckedForm, why_not
from .import_run import told
from .rights import Right


@post("/import/{run_id:str}/closing", status_code=200, right=Right.BOOK)
async def decide_closing(context: Context, form: CheckedForm, run_id: FromPath[str]) -> Page:
    """Confirmar or Rechazar; what the page showed is the proposal, which never changes: another one is not answered."""
    hub, merchant, by = context.hub, context.merchant, context.session.email
    with unknown_is_404():
        run = await import_of(hub, merchant, run_id)
        proposed = await view_closing(hub, merchant, run_id)
    if not isinstance(proposed, ClosingView) or proposed.decision.id != form.get("proposal"):
        return await told(context, run, form_error=Text("closing.over"))
    decision_id, why = proposed.decision.id, form.get("why")
    try:
        if form.has("refuse"):
            await refuse_proposal(hub, merchant, decision_id, signed=Signed(by=by, why=why, via=VIA))
            return redirect(f"/m/import/{run_id}")
        if form.get("closing_count") != str(proposed.count):
            wrong = Text("closing.wrong_count", count=proposed.count)
            return await told(context, run, form_error=wrong, typed=form)
        why = why or reason_of(proposed.as_of, run.name)
        closing = asyncio.ensure_future(approve_decision(hub, decision_id, signed=Signed(by=by, why=why, via=VIA)))
        done, _rest = await asyncio.wait({closing}, timeout=PATIENCE)  # of thousands the page tells how far it is
        if done:
            closing.result()
        else:
            hub.spawn(_finish(closing))
    except LookupError:
        return await told(context, run, form_error=Text("closing.over"))
    except (NotAllowed, Invalid) as refusal:
        return await told(context, run, form_error=why_not(refusal), typed=form)
    return redirect(f"/m/import/{run_id}")


async def _finish(closing: Awaitable[Decision]) -> None:
    await closing


HANDLERS: list[ControllerRouterHandler] = [decide_closing]
