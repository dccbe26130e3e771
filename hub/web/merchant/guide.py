"""The first-run guide: from an empty account to a test payment whose mails stand on the page."""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar import get, post
from litestar.types import ControllerRouterHandler

from hub.domain.identity import Invalid
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.mails.deliver import private_kinds
from hub.flows.statements.try_payment import GuideStep, TrialWords, Try, start_try, view_guide, view_try
from hub.web.reader import reader_for
from hub.web.responses import Page, redirect
from hub_hookspecs import Mode

from .context import Context, MerchantContext
from .form import CheckedForm
from .mails import FRAMING
from .rights import Right

REFRESH_SECONDS = 4


@get("/guide", right=Right.SEE)
async def show_guide(context: Context) -> Page:
    """The five steps, and the next one."""
    return await _guide_page(context)


async def _guide_page(context: MerchantContext, *, form_error: Text | str = "") -> Page:
    return context.page(
        "guide.html",
        status=422 if form_error else 200,
        guide=await view_guide(context.hub, context.merchant),
        steps=GuideStep,
        is_trial=context.merchant.mode is Mode.TEST,
        form_error=form_error,
    )


@post("/guide/try", status_code=200, right=Right.SEND)
async def begin(context: Context, form: CheckedForm) -> Page:
    """Probar con un pago de prueba."""
    try:
        await start_try(context.hub, context.merchant, email=context.session.email, words=trial_words(context.merchant))
    except Invalid as invalid:
        return await _guide_page(context, form_error=invalid.problems[0].message)
    return redirect("/m/guide/try")


def trial_words(merchant: Merchant) -> TrialWords:
    """What a test payment of this merchant says."""
    say = reader_for(merchant).words
    return TrialWords(customer=say(Text("trial.customer")), item=say(Text("trial.item")), note=say(Text("trial.note")))


@get("/guide/try", right=Right.SEND)
async def show_try(context: Context) -> Page:
    """The test payment as far as it is, with every mail it made."""
    tried = await view_try(context.hub, context.merchant)
    if tried.customer is None:
        return redirect("/m/guide")
    return context.page(
        "try.html",
        headers=FRAMING,
        tried=tried,
        mails=[mail for mail in tried.mails if mail.kind not in private_kinds(context.hub)],
        path=urlsplit(tried.url).path,
        hints=_hints(context),
        refresh=REFRESH_SECONDS if _is_waiting(tried) else 0,
    )


def _is_waiting(tried: Try) -> bool:
    """Something is about to happen without the reader: a mail goes out, or the provider answers."""
    live = tried.payment is not None and tried.payment.payment.is_live
    return live or any(mail.state == "due" for mail in tried.mails) or (tried.payment is None and not tried.mails)


def _hints(context: MerchantContext) -> list[Text]:
    """What to type at the provider of each connection in test mode."""
    found = []
    for provider in context.hub.providers.values():
        if context.merchant.company.country not in provider.info.countries:
            continue
        kinds = {field.kind for way in provider.info.ways for field in way.payer_fields}
        name = provider.info.name
        found.append(
            Text("trial.hint_phone", provider=name) if "tel" in kinds else Text("trial.hint_card", provider=name)
        )
    return found


HANDLERS: list[ControllerRouterHandler] = [show_guide, begin, show_try]
