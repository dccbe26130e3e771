"""A form that dates something into a closed month: its owner is asked why, an accountant is told who can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.domain.lengths import REASON, too_long
from hub.domain.month_close import MonthClose
from hub.flows.ground.closed_months import REASON_FIELD, looking
from hub.flows.ground.ports import Hub
from hub.web.form_token import FORM_FIELD
from hub.web.request import Request
from hub.web.responses import Page

from .form import SubmittedForm

if TYPE_CHECKING:
    from .context import MerchantContext


class MonthIsClosed(Exception):
    """Something was dated into a closed month, and nothing was written."""

    def __init__(self, context: MerchantContext, form: SubmittedForm, close: MonthClose, owners: tuple[str, ...]):
        super().__init__(str(close.month))
        self.context, self.form, self.close, self.owners = context, form, close, owners


def looking_hub(context: MerchantContext, form: SubmittedForm) -> Hub:
    """The hub for whoever sends a form: the owner may date into a closed month with a reason, nobody else."""
    why = form.get(REASON_FIELD) if context.is_owner else ""
    return looking(
        context.hub,
        merchant_id=context.merchant.id,
        by=context.session.email,
        why="" if too_long(REASON_FIELD, why, REASON) else why,
        refuse=lambda close, owners: MonthIsClosed(context, form, close, owners),
    )


def show_closed(_request: Request, closed: MonthIsClosed) -> Page:
    """Ask for the reason, with everything that was typed; or say who may give one."""
    carried = {name: value for name, value in closed.form.values.items() if name not in (FORM_FIELD, REASON_FIELD)}
    return closed.context.page(
        "closed_month.html",
        status=422,
        close=closed.close,
        owners=closed.owners,
        carried=carried,
        why=closed.form.get(REASON_FIELD),
        reason_field=REASON_FIELD,
        longest=REASON,
        has_files=bool(closed.form.files),
    )
