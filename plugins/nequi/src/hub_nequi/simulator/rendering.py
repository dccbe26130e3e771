"""How the simulated Nequi renders a payment in its answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub_nequi.simulator.world import BOGOTA, Charge

MONTHS = (
    *("Enero", "Febrero", "Marzo", "Abril", "Mayo", "Junio"),
    *("Julio", "Agosto", "Septiembre", "Octubre", "Noviembre", "Diciembre"),
)


def rendered(charge: Charge, status: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """A payment as the status call answers it, in the reading that is played."""
    answer = {
        "status": f" {status} " if options["blanks"] else status,
        "name": charge.merchant["name"],
        "value": str(charge.value),
        "date": long_date(charge.created),
        "trnId": charge.transaction_id,
        "originMoney": {} if options["origin_money"] == "object" else [],
        "ipAddress": "N/A",
    }
    if charge.state == "paid":
        stated = charge.ended if options["paid_date"] == "payment" else None
        numbers = {"number": charge.number, "client": charge.client, "transaction": charge.transaction_id}
        answer |= {
            "date": f"{(stated or charge.created).astimezone(BOGOTA):%Y-%m-%d %H:%M:%S}",
            "trnId": numbers[options["trn_id"]],
            "phoneNumber": charge.phone,
            "originMoney": {} if options["origin_money"] == "object" else [{}],
        }
    return answer


def report_line(charge: Charge) -> dict[str, Any]:
    """A paid payment as a line of the report."""
    paid = charge.ended or charge.created
    return {
        "buyerName": "ANA",
        "buyerLastName": "P",
        "transactionDate": f"{paid.astimezone(BOGOTA):%Y-%m-%d %H:%M:%S}",
        "commerceName": charge.merchant["name"],
        "productChannel": charge.channel,
        "transactionReference": charge.number,
        "messageId": charge.message_id,
        "transactionValue": str(charge.value),
    }


def long_date(moment: datetime) -> str:
    """A moment as the status call writes it: ``Marzo 02 - 2026 | 09:05 AM``."""
    local = moment.astimezone(BOGOTA)
    half, hour = ("AM" if local.hour < 12 else "PM"), (local.hour + 11) % 12 + 1
    return f"{MONTHS[local.month - 1]} {local.day:02} - {local.year} | {hour:02}:{local.minute:02} {half}"
