"""The hosted form as the payer sees it: plain HTML that works without script and on a phone.

Card data typed here stay inside the simulator, as at the provider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from typing import Final
from urllib.parse import parse_qs

import attrs
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub_hookspecs.money import Money

from .cards import APPROVED, DECLINED_CARDS, GOOD_CARD, MEANINGS, Card, CardError, new_card
from .session import Session, State, return_address
from .world import World

OFTEN: Final = ("05", "51", "54")
COSTA_RICA: Final = timezone(timedelta(hours=-6))

STYLE: Final = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#eef3f0;color:#16241c;font:1rem/1.5 system-ui,sans-serif}
.simulated{background:#7a1f00;color:#fff;text-align:center;padding:.5rem 1rem;font-weight:700}
main{max-width:28rem;margin:0 auto;padding:1rem}
.panel{background:#fff;border:1px solid #c6d5cc;border-radius:.75rem;padding:1.25rem;margin-bottom:1rem}
h1{font-size:1.25rem;margin:0 0 .75rem}h2{font-size:1.05rem;margin:0}
.problem p{margin:0}
.amount{font-size:1.75rem;font-weight:700;margin:0}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem .75rem;margin:.75rem 0 0}
dt{color:#46594e}dd{margin:0;overflow-wrap:anywhere}
label{display:block;font-weight:600;margin:.75rem 0 .25rem}
input{width:100%;padding:.65rem;border:1px solid #5c7266;border-radius:.4rem;font:inherit;background:#fff;color:inherit}
input[aria-invalid=true]{border:2px solid #a3160b}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.75rem}
.error{color:#a3160b;margin:.25rem 0 0}
.problem{border-left:.4rem solid #a3160b;background:#fdecea;padding:.75rem 1rem;margin:0 0 1rem}
button{width:100%;padding:.8rem;margin-top:1rem;border-radius:.4rem;font:inherit;font-weight:700;cursor:pointer;
border:1px solid #0b6b3a;background:#0b6b3a;color:#fff}
button.second{background:#fff;color:#0b6b3a}
:focus-visible{outline:3px solid #1a5fb4;outline-offset:2px}
table{width:100%;border-collapse:collapse;font-size:.9rem}
th,td{text-align:left;padding:.3rem .25rem;border-bottom:1px solid #dbe5df}
summary{cursor:pointer;font-weight:600;margin-top:.75rem}
a{color:#0b4f9c}
.mono{font-family:ui-monospace,monospace;white-space:nowrap}
"""


@attrs.frozen(kw_only=True)
class Typed:
    """What stands in the fields of the form."""

    number: str = ""
    holder: str = ""
    expiry: str = ""


@attrs.frozen
class Pages:
    """The hosted form of one world."""

    world: World

    def routes(self) -> list[BaseRoute]:
        """``/form/{session}``: GET shows, POST tries a card or cancels."""
        return [Route("/form/{session}", self.form, methods=["GET", "POST"])]

    async def form(self, request: Request) -> Response:
        """The form, or why there is none."""
        session = self.world.sessions.get(request.path_params["session"])
        if session is None:
            return _page("Página no encontrada", "<p>Esta página de pago no existe. Vuelva al comercio.</p>", 404)
        if session.state is State.PAID:
            return _already_paid(session)
        if not self.world.is_open(session):
            return _expired(session)
        if request.method != "POST":
            return _form(session, self._typed(request), {})
        return self._posted(session, parse_qs((await request.body()).decode("utf-8", "replace")))

    def _typed(self, request: Request) -> Typed:
        """A test card chosen in the table fills the fields."""
        number = request.query_params.get("card", "")
        if number != GOOD_CARD and number not in DECLINED_CARDS:
            return Typed()
        return Typed(number=number, holder="Ana Prueba", expiry=f"12/{(self.world.stage.now().year + 3) % 100:02}")

    def _posted(self, session: Session, fields: Mapping[str, list[str]]) -> Response:
        if _first(fields, "action") == "cancel":
            return _back(session, f"{session.callback}/cancel")
        card, problems = _read(fields)
        if card is None:
            typed = Typed(
                number=_first(fields, "cardNumber"),
                holder=_first(fields, "cardHolder"),
                expiry=_first(fields, "expiry"),
            )
            return _form(session, typed, problems)
        self.world.charge(session, card)
        return _back(session, return_address(session))


def _first(fields: Mapping[str, list[str]], name: str) -> str:
    return fields.get(name, [""])[0].strip()


def _read(fields: Mapping[str, list[str]]) -> tuple[Card | None, dict[str, str]]:
    problems = {}
    number = re.sub(r"[ -]", "", _first(fields, "cardNumber"))
    if not re.fullmatch(r"[0-9]{12,19}", number):
        problems["cardNumber"] = "Escriba los números de la tarjeta."
    if not _first(fields, "cardHolder"):
        problems["cardHolder"] = "Escriba el nombre como aparece en la tarjeta."
    expiry = re.fullmatch(r"(0?[1-9]|1[0-2]) ?/ ?([0-9]{2}|[0-9]{4})", _first(fields, "expiry"))
    if not expiry:
        problems["expiry"] = "Escriba mes y año, por ejemplo 09/31."
    if not re.fullmatch(r"[0-9]{3,4}", _first(fields, "cvc")):
        problems["cvc"] = "Escriba los 3 o 4 números del código."
    if problems or not expiry:
        return None, problems
    try:
        card = new_card(
            number=number,
            holder=_first(fields, "cardHolder"),
            month=expiry[1],
            year=expiry[2],
            cvc=_first(fields, "cvc"),
        )
    except CardError:
        return None, {"cardNumber": "Revise los datos de la tarjeta."}
    return card, {}


def _back(session: Session, address: str) -> Response:
    if session.callback:
        return RedirectResponse(address, 303)
    if session.state is State.PAID:
        return _already_paid(session)
    return _page("Resultado", f"<p>{_said(session) or 'Cancelado.'}</p>")


def _form(session: Session, typed: Typed, problems: Mapping[str, str]) -> Response:
    notice = ""
    if problems:
        notice = '<div class="problem" role="alert"><p>Revise los campos marcados.</p></div>'
    elif _said(session):
        notice = f'<div class="problem" role="alert"><p>{_said(session)} Puede intentar con otra tarjeta.</p></div>'
    body = f"""
<div class="panel">
<p class="amount">{_shown(session.amount)}</p>
<dl><dt>Comercio</dt><dd>{escape(session.merchant.name)}</dd>
<dt>Concepto</dt><dd>{escape(session.description)}</dd>
<dt>Orden</dt><dd>{escape(session.reference)}</dd>
<dt>Abierta hasta</dt><dd>{_clock(session.expires_at)} (hora de Costa Rica)</dd></dl>
</div>
<form class="panel" method="post" novalidate>
{notice}
{_field("cardNumber", "Número de tarjeta", typed.number, problems, "cc-number", "numeric", "text")}
{_field("cardHolder", "Nombre en la tarjeta", typed.holder, problems, "cc-name", "text", "text")}
<div class="pair"><div>
{_field("expiry", "Vence (MM/AA)", typed.expiry, problems, "cc-exp", "text", "text")}
</div><div>
{_field("cvc", "Código (CVC)", "", problems, "cc-csc", "numeric", "password")}
</div></div>
<button type="submit" name="action" value="pay">Pagar</button>
<button type="submit" name="action" value="cancel" class="second">Cancelar</button>
</form>
{_test_cards()}
"""
    return _page("Pagar con tarjeta", body, 422 if problems else 200)


def _field(
    name: str, label: str, value: str, problems: Mapping[str, str], autocomplete: str, keyboard: str, kind: str
) -> str:
    problem = problems.get(name)
    marks = f' aria-invalid="true" aria-describedby="{name}-error"' if problem else ""
    error = f'<p class="error" id="{name}-error">{escape(problem)}</p>' if problem else ""
    return (
        f'<label for="{name}">{label}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" inputmode="{keyboard}" autocomplete="{autocomplete}" '
        f'required value="{escape(value)}"{marks}>{error}'
    )


def _test_cards() -> str:
    often = [GOOD_CARD, *(number for number, code in DECLINED_CARDS.items() if code in OFTEN)]
    rest = sorted(set(DECLINED_CARDS) - set(often), key=lambda number: (len(DECLINED_CARDS[number]), number))
    return f"""
<section class="panel"><h2>Tarjetas de prueba</h2>
<p>Elija una para llenar el formulario; el código CVC puede ser cualquiera, por ejemplo 123. Toda otra tarjeta con
número válido es aprobada.</p>
{_table(often)}
<details><summary>Todas las respuestas</summary>{_table(rest)}</details></section>
"""


def _table(numbers: list[str]) -> str:
    codes = {**DECLINED_CARDS, GOOD_CARD: APPROVED}
    rows = "".join(
        f'<tr><td class="mono"><a href="?card={number}">{_grouped(number)}</a></td>'
        f"<td>{codes[number]} {MEANINGS[codes[number]]}</td></tr>"
        for number in numbers
    )
    head = '<thead><tr><th scope="col">Tarjeta</th><th scope="col">Respuesta</th></tr></thead>'
    return f"<table>{head}<tbody>{rows}</tbody></table>"


def _already_paid(session: Session) -> Response:
    authorization = escape(session.authorization)
    back = f'<p><a href="{escape(return_address(session))}">Volver al comercio</a></p>' if session.callback else ""
    return _page(
        "Esta orden ya fue pagada",
        f'<div class="panel"><p class="amount">{_shown(session.amount)}</p>'
        f"<p>El pago a {escape(session.merchant.name)} fue aprobado. Autorización {authorization}.</p>{back}</div>",
    )


def _expired(session: Session) -> Response:
    back = f'<p><a href="{escape(session.callback)}/cancel">Volver al comercio</a></p>' if session.callback else ""
    return _page(
        "Esta página de pago venció",
        '<div class="panel"><p>La orden ya no puede pagarse aquí. Vuelva al comercio y pida una nueva.</p>'
        f"{back}</div>",
        410,
    )


def _said(session: Session) -> str:
    """What the bank said to the last try."""
    if not session.answer or session.state is State.PAID:
        return ""
    return f"La tarjeta fue rechazada: {escape(str(session.answer['result']['reserved_private4']))}."


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    html = f"""<!doctype html>
<html lang="es"><head><meta charset="utf-8"><title>{title} · Greenpay SIMULADO</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<style>{STYLE}</style></head>
<body><header class="simulated">SIMULADO: no es Greenpay y no se cobra dinero</header>
<main><h1>{title}</h1>{body}</main></body></html>
"""
    return HTMLResponse(html, status, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})


def _shown(amount: Money) -> str:
    whole, _, cents = f"{amount.decimal:.2f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", "\N{NO-BREAK SPACE}")
    symbol = {"CRC": "₡", "USD": "US$\N{NO-BREAK SPACE}"}[amount.currency]
    return f"{symbol}{grouped},{cents}"


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).astimezone(COSTA_RICA):%H:%M}"


def _grouped(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
