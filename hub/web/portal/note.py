"""Write to the merchant, and report a payment that was made another way; neither changes a balance."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs
from litestar import get, post
from litestar.datastructures import FormMultiDict, UploadFile

from hub.domain.allowance import Allowance
from hub.domain.attachment import MAX_BYTES, NotTaken
from hub.domain.cells import Unreadable, read_typed
from hub.domain.lengths import LETTER
from hub.domain.letterhead import letterhead_for
from hub.domain.merchant import Link
from hub.flows.statements.report_payment import Report, report_payment
from hub.flows.statements.view_statement import StatementView
from hub.flows.statements.write_note import write_note
from hub.texts.engine import message as _
from hub.web.form_token import form_token, is_form_token
from hub.web.request import Request, hub_of
from hub.web.responses import Page, redirect
from hub_hookspecs import Country, Money

from .letter import letter_of
from .statement import address_of, pages_for, statement_for

PURPOSE: Final = "note"
MAX_A_DAY: Final = 10
DAY_SECONDS: Final = 86_400.0
ROOM: Final = MAX_BYTES + 256 * 1024
"""Of a request with a file: the file, and the other fields."""

MAX_NUMBER_LENGTH: Final = 60
MAX_AGE: Final = timedelta(days=730)

MEANS: Final = (  # those of the country come after the first
    ("transfer", _("Transferencia bancaria")),
    ("deposit", _("Depósito")),
    ("cheque", _("Cheque")),
    ("cash", _("Efectivo")),
    ("other", _("Otro medio")),
)
ERRORS: Final = {
    "empty": _("El archivo está vacío."),
    "size": _("El archivo pasa de 5 MB."),
    "kind": _("El archivo no es una imagen ni un PDF."),
}
NO_WORDS: Final = _("Escriba su mensaje.")
TOO_MANY_WORDS: Final = _("El mensaje es demasiado largo: caben 1000 caracteres.")
LONG_NUMBER: Final = _("El número es demasiado largo: caben 60 caracteres.")
NO_AMOUNT: Final = _("Escriba el monto que pagó, por ejemplo 15000.")
NO_DAY: Final = _("Escriba la fecha del pago; no puede ser futura.")
TOO_OFTEN: Final = _("Ya envió varios mensajes hoy. Inténtelo mañana o escriba a la empresa.")
OVER: Final = _("Esta página venció. No se envió nada; envíelo de nuevo.")


def written() -> Allowance:
    """How many messages of each statement were taken today."""
    return Allowance(MAX_A_DAY, DAY_SECONDS)


@attrs.frozen
class ReportErrors:
    """What must be seen to, by field; ``form`` is about all of it."""

    by_field: dict[str, str] = attrs.Factory(dict)

    def of(self, name: str) -> str:
        """The error of a field."""
        return self.by_field.get(name, "")


@get("/s/{token:str}/note", include_in_schema=False)
async def show_note(request: Request) -> Page:
    """A few words to the merchant."""
    view = await statement_for(request)
    return _page(request, view, "portal/note.html", {}, ReportErrors())


@post("/s/{token:str}/note", include_in_schema=False)
async def send_note(request: Request) -> Page:
    """Hand them over."""
    hub, token = hub_of(request), request.path_params["token"]
    view = await statement_for(request)
    form = await request.form()
    typed = {"text": _lines(form)}
    errors = _of_words(typed["text"])
    if error := errors or _barred(request, view, form):
        return _page(request, view, "portal/note.html", typed, ReportErrors(error), status=422)
    await write_note(hub, token, typed["text"])
    return redirect(f"{address_of(request)}?said=note")


def _lines(form: FormMultiDict) -> str:
    """The message as its writer sees it: a browser sends two characters for each end of a line."""
    return str(form.get("text", "")).replace("\r\n", "\n")


def _of_words(text: str) -> dict[str, str]:
    """What is wrong with a message: nothing in it, or more than is kept."""
    if not text.strip():
        return {"text": NO_WORDS}
    return {"text": TOO_MANY_WORDS} if len(text.strip()) > LETTER else {}


@get("/s/{token:str}/report", include_in_schema=False)
async def show_report(request: Request) -> Page:
    """The form for a payment that was made another way."""
    view = await statement_for(request)
    return _page(request, view, "portal/report.html", {}, ReportErrors())


@post("/s/{token:str}/report", include_in_schema=False, request_max_body_size=ROOM)
async def send_report(request: Request) -> Page:
    """Hand the report and its proof over; a review, and nothing else."""
    hub, token = hub_of(request), request.path_params["token"]
    view = await statement_for(request)
    form = await request.form()
    typed = {name: str(value) for name, value in form.multi_items() if isinstance(value, str)}
    typed["text"] = _lines(form)
    country: Country = hub.countries[view.merchant.company.country]
    report, errors = await _report(view, country, form, typed)
    errors = errors or _barred(request, view, form)
    if report and not errors:
        try:
            await report_payment(hub, token, report, letter_of)
        except NotTaken as refusal:
            errors = {"proof": ERRORS[refusal.code]}
        else:
            return redirect(f"{address_of(request)}?said=report")
    return _page(request, view, "portal/report.html", typed, ReportErrors(errors), status=422)


def _page(
    request: Request,
    view: StatementView,
    template: str,
    typed: dict[str, str],
    errors: ReportErrors,
    *,
    status: int = 200,
) -> Page:
    hub = hub_of(request)
    country = hub.countries[view.merchant.company.country]
    return pages_for(request, view).page(
        template,
        merchant=view.merchant,
        mode=view.mode,
        status=status,
        view=view,
        letterhead=letterhead_for(view.merchant, country, view.mode),
        address=address_of(request),
        token=form_token(hub, PURPOSE, _link(view)),
        typed=typed,
        errors=errors,
        means=_means(country),
        today=_today(view).isoformat(),
    )


def _means(country: Country) -> tuple[tuple[str, str], ...]:
    """(code, name) of the ways in which a payment may be reported."""
    return (MEANS[0], *country.means, *MEANS[1:])


def _link(view: StatementView) -> Link:
    assert view.link is not None
    return view.link


def _today(view: StatementView) -> date:
    return view.statement.as_of.astimezone(ZoneInfo(view.merchant.company.zone)).date()


def _barred(request: Request, view: StatementView, form: FormMultiDict) -> dict[str, str]:
    """A form that is not ours, or one too many today."""
    hub, link = hub_of(request), _link(view)
    if not is_form_token(hub, PURPOSE, link, form.get("form")):
        return {"form": OVER}
    allowance: Allowance = request.app.state["written"]
    return {} if allowance.take(link.id, time.monotonic()) else {"form": TOO_OFTEN}


async def _report(
    view: StatementView, country: Country, form: FormMultiDict, typed: dict[str, str]
) -> tuple[Report | None, dict[str, str]]:
    """What was reported, or what must be seen to."""
    errors: dict[str, str] = {}
    means = dict(_means(country))
    currencies = [section.currency for section in view.statement.sections] or ["USD"]
    currency = typed.get("currency", currencies[0])
    currency = currency if currency in currencies else currencies[0]
    amount, paid_on = _amount(typed, currency, country.decimal_sign), _day(view, typed)
    if amount is None:
        errors["amount"] = NO_AMOUNT
    if paid_on is None:
        errors["paid_on"] = NO_DAY
    number = " ".join(typed.get("number", "").split())
    if len(number) > MAX_NUMBER_LENGTH:
        errors["number"] = LONG_NUMBER
    if len(typed.get("text", "").strip()) > LETTER:
        errors["text"] = TOO_MANY_WORDS
    file = next((item for item in form.getall("proof", []) if isinstance(item, UploadFile) and item.filename), None)
    given = (file.filename, await file.read(MAX_BYTES + 1)) if file else None
    if amount is None or paid_on is None or errors:
        return None, errors
    numbers = {row.item.payable_id: row.item.number for section in view.statement.sections for row in section.open_rows}
    chosen = tuple(dict.fromkeys(str(key) for key in form.getall("invoice", []) if str(key) in numbers))
    code = typed.get("means", "")
    return (
        Report(
            amount=amount,
            paid_on=paid_on,
            means=means.get(code, means["other"]),
            code=code if code in means else "other",
            number=number,
            invoices=tuple(dict.fromkeys(numbers[key] for key in chosen)),
            payable_ids=chosen,
            words=typed.get("text", ""),
            file=given,
        ),
        errors,
    )


def _amount(typed: dict[str, str], currency: str, sign: str) -> Money | None:
    try:
        amount = read_typed(typed.get("amount", ""), currency, sign)
    except Unreadable:
        return None
    return amount if amount.minor > 0 else None


def _day(view: StatementView, typed: dict[str, str]) -> date | None:
    try:
        day = date.fromisoformat(typed.get("paid_on", "").strip())
    except ValueError:
        return None
    today = _today(view)
    return day if today - MAX_AGE <= day <= today else None
