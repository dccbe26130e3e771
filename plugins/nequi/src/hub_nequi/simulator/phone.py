"""The payer's phone, as pages for people: what waits to be accepted, and codes to pay. No script, no state in it."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub_nequi.simulator.world import BOGOTA, PAYER, Charge, World

REFRESH_SECONDS = 3
DONE = {
    "accepted": "Listo: pagaste.",
    "rejected": "Rechazaste el pago.",
    "late": "Ese pago ya no está pendiente.",
    "unknown": "No reconocemos ese código QR.",
}
STATES = {
    "paid": "Pagado",
    "rejected": "Rechazado",
    "cancelled": "Cancelado por el comercio",
    "expired": "Venció",
    "pending": "Pendiente",
}

STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#efe9ef;color:#200020;font:16px/1.45 system-ui,sans-serif;display:flex;justify-content:center}
.phone{background:#fff;border:10px solid #200020;border-radius:34px;margin:1.5rem .75rem;width:25rem;max-width:100%;
 min-height:40rem;overflow:hidden;display:flex;flex-direction:column}
header{background:#200020;color:#fff;padding:0 1.25rem 1.1rem}
header p{margin:0;font-size:.9rem}
header .simulated{margin:0 -1.25rem 1.1rem;padding:.3rem}
h1{font-size:1.35rem;margin:0}
.simulated{background:#ffd84d;color:#200020;font-weight:700;letter-spacing:.12em;text-align:center;padding:.3rem;margin:0}
main{padding:1rem 1.25rem;flex:1}
h2{font-size:1.05rem;margin:1.3rem 0 .5rem}
h2:first-child{margin-top:0}
.card{border:1px solid #b9a9b9;border-radius:14px;padding:.9rem;margin:0 0 .8rem}
.card p{margin:.1rem 0}
.amount{font-size:1.5rem;font-weight:700}
.quiet{color:#5c475c;font-size:.9rem}
form{margin:0}
.answers{display:flex;gap:.6rem;margin-top:.8rem}
.answers form{flex:1}
button{width:100%;min-height:44px;border-radius:22px;border:2px solid #b3006a;font:inherit;font-weight:600;
 background:#fff;color:#8f0055;cursor:pointer}
button.yes{background:#b3006a;color:#fff}
label{display:block;font-weight:600;margin:.2rem 0}
input,textarea{width:100%;min-height:44px;border:1px solid #5c475c;border-radius:10px;padding:.5rem;font:inherit;
 margin-bottom:.7rem}
.said{background:#e5f6e8;border-left:5px solid #1b7a34;padding:.6rem .8rem;margin:0 0 1rem}
a{color:#8f0055}
nav{display:flex;justify-content:space-between;gap:.6rem;padding:.8rem 1.25rem;border-top:1px solid #d9cfd9}
nav a{display:inline-block;padding:.5rem 0}
:focus-visible{outline:3px solid #b3006a;outline-offset:2px}
"""


def routes(world: World) -> list[BaseRoute]:
    """The phone, its page for codes, and the two things one can do."""
    phone = Phone(world)
    return [
        Route("/phone", phone.show, methods=["GET"]),
        Route("/phone/qr", phone.show_codes, methods=["GET"]),
        Route("/phone/answer", phone.answer, methods=["POST"]),
        Route("/phone/pay", phone.pay, methods=["POST"]),
    ]


class Phone:
    """Pages over the world; the phone's number is in the address."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def show(self, request: Request) -> Response:
        """Pending pushes of one number, which come by themselves, and what happened lately."""
        if not request.query_params.get("number"):
            return _page("Tu celular", "", "phone", _choose_number(), refresh=False)
        number = _number(request)
        waiting = self.world.pending(number)
        said = DONE.get(request.query_params.get("done", ""), "")
        parts = [
            f'<p class="said" role="status">{escape(said)}</p>' if said else "",
            "<h2>Pagos por aprobar</h2>",
            "".join(self._asked(charge, number) for charge in waiting)
            or '<p class="quiet">Nada por ahora. Esta página se actualiza sola.</p>',
            _recent([charge for charge in self.world.charges if charge.phone == number]),
        ]
        return _page("Tu celular", number, "phone", "".join(parts), refresh=True)

    async def show_codes(self, request: Request) -> Response:
        """Codes that wait to be paid, to pick or to paste; this page stays still while one types."""
        number = _number(request)
        parts = ["<h2>Códigos por pagar</h2>"]
        parts += [self._code(charge, number) for charge in self.world.pending()]
        if len(parts) == 1:
            parts.append('<p class="quiet">Ningún código espera un pago.</p>')
        parts.append(
            '<h2>Pegar un código</h2><form method="post" action="pay">'
            '<label for="payload">Contenido del código QR</label>'
            '<textarea id="payload" name="payload" rows="4" required></textarea>'
            f'{_hidden("number", number)}<button class="yes">Pagar QR</button></form>'
        )
        return _page("Pagar QR", number, "../phone", "".join(parts), refresh=False)

    async def answer(self, request: Request) -> Response:
        """The payer's yes or no to a push."""
        form = await _form(request)
        number = form.get("number", PAYER)
        charge = next(
            (item for item in self.world.pending(number) if item.transaction_id == form.get("transaction")), None
        )
        if charge is None:
            return _back(number, "late")
        if form.get("answer") == "accept":
            return _back(number, "accepted" if self.world.accept(charge) else "late")
        return _back(number, "rejected" if self.world.reject(charge) else "late")

    async def pay(self, request: Request) -> Response:
        """The payer pays a code."""
        form = await _form(request)
        number = form.get("number", PAYER)
        charge = self.world.by_payload(form.get("payload", "").strip())
        if charge is None or charge.is_push:
            return _back(number, "unknown")
        return _back(number, "accepted" if self.world.accept(charge, number) else "late")

    def _asked(self, charge: Charge, number: str) -> str:
        name, amount = escape(charge.merchant["name"]), _pesos(charge.value)
        answers = "".join(
            f'<form method="post" action="phone/answer">{_hidden("number", number)}'
            f"{_hidden('transaction', charge.transaction_id)}"
            f'<button name="answer" value="{value}" class="{style}" aria-label="{label} el pago de {amount} a {name}">'
            f"{label}</button></form>"
            for value, style, label in (("accept", "yes", "Aceptar"), ("reject", "no", "Rechazar"))
        )
        return (
            f'<section class="card" aria-label="Pago de {amount} a {name}"><p>{name} te pide</p>'
            f'<p class="amount">{amount}</p><p class="quiet">Pedido a las {_clock(charge)}</p>'
            f'<div class="answers">{answers}</div></section>'
        )

    def _code(self, charge: Charge, number: str) -> str:
        name, amount = escape(charge.merchant["name"]), _pesos(charge.value)
        return (
            f'<section class="card" aria-label="Código de {amount} de {name}"><p>{name}</p>'
            f'<p class="amount">{amount}</p><form class="answers" method="post" action="pay">'
            f"{_hidden('number', number)}{_hidden('payload', charge.qr_value)}"
            f'<button class="yes" aria-label="Pagar {amount} a {name}">Pagar</button></form></section>'
        )


def _choose_number() -> str:
    return (
        '<h2>¿De quién es este celular?</h2><form method="get" action="phone">'
        '<label for="number">Número de celular</label>'
        f'<input id="number" name="number" type="tel" inputmode="numeric" autocomplete="off" value="{PAYER}">'
        '<button class="yes">Abrir este celular</button></form>'
    )


def _recent(charges: list[Charge]) -> str:
    lines = "".join(
        f"<li>{escape(charge.merchant['name'])}: {_pesos(charge.value)}. "
        f"{'Devuelto' if charge.returned else STATES[charge.state]}</li>"
        for charge in reversed(charges)
        if charge.state != "pending"
    )
    return f"<h2>Movimientos</h2><ul>{lines}</ul>" if lines else ""


def _pesos(value: int) -> str:
    return f"$\N{NO-BREAK SPACE}{value:,}".replace(",", ".")


def _clock(charge: Charge) -> str:
    return f"{charge.created.astimezone(BOGOTA):%H:%M:%S}"


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _number(request: Request) -> str:
    number = re.sub("[^0-9]", "", request.query_params.get("number", ""))[:15]
    return number or PAYER


async def _form(request: Request) -> dict[str, str]:
    form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in form.items()}


def _back(number: str, done: str) -> Response:
    return RedirectResponse(f"../phone?number={quote(number)}&done={done}", 303)


def _page(title: str, number: str, home: str, body: str, *, refresh: bool) -> Response:
    """One page; ``home`` is the way to the phone's own page, since the simulator may be mounted anywhere."""
    codes = "phone/qr" if home == "phone" else "qr"
    links = (
        f'<nav aria-label="Páginas del celular"><a href="{home}?number={quote(number)}">Por aprobar</a>'
        f'<a href="{codes}?number={quote(number)}">Pagar QR</a><a href="{home}">Otro celular</a></nav>'
        if number
        else ""
    )
    owner = f"<p>Celular {escape(number)}</p>" if number else ""
    text = (
        '<!doctype html><html lang="es"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{title} · Nequi SIMULADO</title><style>{STYLE}</style></head><body><div class="phone">'
        f'<header><p class="simulated">SIMULADO</p><h1>{title}</h1>{owner}</header><main>{body}</main>{links}'
        "</div></body></html>"
    )
    headers = {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    }
    if refresh:  # as a header: the page needs no script, and says nothing twice to a screen reader
        headers["refresh"] = f"{REFRESH_SECONDS};url=phone?number={quote(number)}"
    return HTMLResponse(text, headers=headers)
