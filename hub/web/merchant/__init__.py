"""The merchant's pages: sign-in, company, connections, customers, payments and cash receipts."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from . import (
    activity,
    bill_acts,
    bills,
    by_link,
    certificates,
    closes,
    conversions,
    corrections,
    customer_forms,
    customers,
    disbursements,
    exports,
    found,
    guide,
    import_closing,
    import_run,
    import_undo,
    imports,
    integrations,
    live,
    mails,
    outcomes,
    payments,
    people,
    plans,
    proofs,
    proposals,
    receipt_desk,
    receipts,
    reminders,
    reports,
    rounds,
    series,
    settings,
    settlement_lines,
    settlements,
    sign_in,
    start,
    use_credit,
    withheld_answers,
    withholding_rates,
)
from .closed_months import MonthIsClosed, show_closed
from .context import FormRefused, NotFresh, NotSignedIn, checked_form, open_context, show_refused, show_sign_in
from .prove import HANDLERS as PROVE
from .prove import show_proof


def routes() -> list[ControllerRouterHandler]:
    """Everything below ``/m``, and the mail's link ``/r/{token}``."""
    context = Router(
        path="/m",
        route_handlers=[
            *sign_in.HANDLERS,
            *found.HANDLERS,
            *PROVE,
            *start.HANDLERS,
            *guide.HANDLERS,
            *settings.HANDLERS,
            *integrations.HANDLERS,
            *people.HANDLERS,
            *live.HANDLERS,
            *customer_forms.HANDLERS,
            *customers.HANDLERS,
            *disbursements.HANDLERS,
            *conversions.HANDLERS,
            *corrections.HANDLERS,
            *use_credit.HANDLERS,
            *certificates.HANDLERS,
            *withheld_answers.HANDLERS,
            *withholding_rates.HANDLERS,
            *activity.HANDLERS,
            *rounds.HANDLERS,
            *series.HANDLERS,
            *reminders.HANDLERS,
            *mails.HANDLERS,
            *payments.HANDLERS,
            *outcomes.HANDLERS,
            *proposals.HANDLERS,
            *bills.HANDLERS,
            *bill_acts.HANDLERS,
            *plans.HANDLERS,
            *settlements.HANDLERS,
            *settlement_lines.HANDLERS,
            *receipts.HANDLERS,
            *receipt_desk.HANDLERS,
            *proofs.HANDLERS,
            *imports.HANDLERS,
            *import_run.HANDLERS,
            *import_closing.HANDLERS,
            *import_undo.HANDLERS,
            *exports.HANDLERS,
            *closes.HANDLERS,
            *reports.HANDLERS,
        ],
        dependencies={"context": Provide(open_context), "form": Provide(checked_form)},
        exception_handlers={
            NotSignedIn: show_sign_in,
            NotFresh: show_proof,
            FormRefused: show_refused,
            MonthIsClosed: show_closed,
        },
        include_in_schema=False,
    )
    link = Router(
        path="/r",
        route_handlers=by_link.HANDLERS,
        exception_handlers={FormRefused: show_refused},
        include_in_schema=False,
    )
    return [context, link]
