"""What a payer types on the simulated ONVO's page: the two forms, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from hub_hookspecs.testing.simulator import Stage

from .cards import BROKEN, CHALLENGED, DECLINED, GOOD, UNUSABLE, card_parts
from .errors import ApiError
from .html import field
from .transfers import IN_HALVES, LATE, NEVER, ON_TIME, mobile_parts

Values = Mapping[str, str]
Parts = dict[str, Any] | None

TEST_CARDS: Final = {
    GOOD: "aprobada",
    DECLINED: "declinada",
    CHALLENGED: "el banco pregunta (3-D Secure)",
    BROKEN: "error del procesador",
    UNUSABLE: "no se puede usar",
}
TEST_NUMBERS: Final = {
    ON_TIME: "llega en 15 segundos",
    IN_HALVES: "llega en dos mitades",
    LATE: "llega en 6 minutos",
    NEVER: "no llega",
}


def card(fields: Values, stage: Stage) -> tuple[Parts, dict[str, str]]:
    """A card, or what is wrong with it."""
    problems = {}
    number = re.sub("[ -]", "", fields.get("card", ""))
    expiry = re.fullmatch(r"(0?[1-9]|1[0-2]) ?/ ?([0-9]{2}|[0-9]{4})", fields.get("expiry", ""))
    if not re.fullmatch("[0-9]{12,19}", number):
        problems["card"] = "Escriba los números de la tarjeta."
    if not fields.get("holder"):
        problems["holder"] = "Escriba el nombre como aparece en la tarjeta."
    if not expiry:
        problems["expiry"] = "Escriba mes y año, por ejemplo 09/31."
    if not re.fullmatch("[0-9]{3,4}", fields.get("cvv", "")):
        problems["cvv"] = "Escriba los 3 o 4 números del código."
    if problems or not expiry:
        return None, problems
    given = {"number": number, "expMonth": int(expiry[1]), "expYear": int(expiry[2]), "holderName": fields["holder"]}
    try:
        return card_parts(given, stage.now()), {}
    except ApiError:
        return None, {"card": "Esta tarjeta no se puede usar. Revise los datos, o pruebe con una de las de abajo."}


def mobile(fields: Values, stage: Stage) -> tuple[Parts, dict[str, str]]:
    """The payer's identification and phone, or what is wrong with them."""
    problems = {}
    digits = re.sub(r"[^0-9]", "", fields.get("number", "").removeprefix("+506"))
    if not re.fullmatch("[0-9]{8}", digits):
        problems["number"] = "Escriba los 8 números de su teléfono SINPE Móvil."
    person = re.sub("[^0-9]", "", fields.get("identification", "")).removeprefix("0")
    if not re.fullmatch("[1-9][0-9]{8}", person):
        problems["identification"] = "Escriba los 9 números de su cédula, por ejemplo 1-1393-1919."
    if problems:
        return None, problems
    given = {
        "identification": f"0{person[0]}-{person[1:5]}-{person[5:]}",
        "identificationType": 0,
        "number": f"+506{digits}",
    }
    return mobile_parts(given, stage.options), {}


def card_form(values: Values, problems: Values, amount: str) -> str:
    """The fields of a card; a test card that was chosen fills them."""
    if values.get("card") in TEST_CARDS:
        values = {"expiry": "12/35", **{name: value for name, value in values.items() if value}}
        values = {**values, "holder": values.get("holder", "Ana Prueba")}
    return f"""<form method="post" novalidate>
{field("card", "Número de tarjeta", values, problems, autocomplete="cc-number", keyboard="numeric")}
{field("holder", "Nombre en la tarjeta", values, problems, autocomplete="cc-name")}
<div class="pair"><div>{field("expiry", "Vence (MM/AA)", values, problems, autocomplete="cc-exp")}</div>
<div>{_code(values, problems)}</div></div>
<button name="action" value="card">Pagar {amount}</button></form>"""


def _code(values: Values, problems: Values) -> str:
    return field("cvv", "Código (CVV)", values, problems, autocomplete="cc-csc", keyboard="numeric", kind="password")


def mobile_form(values: Values, problems: Values, _amount: str) -> str:
    """The fields of SINPE Móvil; a test number that was chosen fills them."""
    if values.get("number") in TEST_NUMBERS:
        values = {"identification": "1-1393-1919", **values}
    return f"""<form method="post" novalidate>
<p class="quiet">La transferencia se reconoce por la cédula de quien la envía.</p>
{field("identification", "Cédula de quien envía", values, problems, keyboard="numeric")}
{field("number", "Su teléfono SINPE Móvil", values, problems, autocomplete="tel", keyboard="tel", kind="tel")}
<button name="action" value="sinpe">Continuar</button></form>"""


def test_data(*, by_sinpe: bool) -> str:
    """What fills the form with the provider's own test data."""
    chosen = TEST_NUMBERS if by_sinpe else TEST_CARDS
    name, title = ("number", "Teléfonos de prueba") if by_sinpe else ("card", "Tarjetas de prueba")
    method = "sinpe" if by_sinpe else "card"
    rows = "".join(
        f'<li><a href="?method={method}&amp;{name}={key.replace("+", "%2B")}">{_grouped(key)}</a>'
        f"<span>{meaning}</span></li>"
        for key, meaning in chosen.items()
    )
    note = "" if by_sinpe else "<p>El código CVV puede ser cualquiera, por ejemplo 123.</p>"
    return f'<section class="panel tests"><h2>{title}</h2>{note}<ul>{rows}</ul></section>'


def _grouped(number: str) -> str:
    if number.startswith("+506"):
        return f"{number[4:8]} {number[8:]}"
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
