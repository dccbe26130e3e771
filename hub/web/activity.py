"""A statement of activity as payers and merchants ask for it: the days of the form, and the file."""

from __future__ import annotations

from datetime import date
from typing import Final

from litestar import Response

from hub.domain.activity import MAX_DAYS, NoPeriod
from hub.domain.cells import Unreadable
from hub.domain.export import csv_of
from hub.domain.typed_day import read_typed_day
from hub.flows.views.view_activity import ActivityView, rows_of
from hub.texts.engine import message as _

from .reader import PageReader
from .responses import HEADERS, policy

COLUMNS: Final = (
    *(_("Moneda"), _("Fecha"), _("Concepto"), _("Documento")),
    *(_("Detalle"), _("Cargo"), _("Abono"), _("Saldo"), _("Registrado")),
)
NO_DAY: Final = _("Escriba las fechas como día/mes/año.")
NO_PERIOD: Final = _("Elija un período de hasta tres años que empiece antes de terminar y no pase de hoy.")
assert MAX_DAYS == 1100  # what the sentence says


def read_period(since: str, until: str) -> tuple[date | None, date | None]:
    """The days of the form; None where one was left empty.

    Raises:
        NoPeriod: What was typed is no day.
    """
    try:
        first, last = (read_typed_day(text.strip()) if text.strip() else None for text in (since, until))
    except Unreadable:
        raise NoPeriod(NO_DAY) from None
    return first, last


def period_error(error: NoPeriod) -> str:
    """What to tell whoever chose the days."""
    return NO_DAY if str(error) == NO_DAY else NO_PERIOD


def csv_answer(view: ActivityView, reader: PageReader) -> Response[bytes]:
    """The file of a statement of activity, to be saved."""
    say = reader.say
    name = f"{say(_('movimientos'))}-{view.activity.since.isoformat()}-{view.activity.until.isoformat()}.csv"
    return Response(
        csv_of([say(column) for column in COLUMNS], rows_of(view.activity, reader.say)),
        media_type="text/csv",
        headers={
            **HEADERS,
            "Content-Security-Policy": policy(),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )
