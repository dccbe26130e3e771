"""The hosted checkout page as the payer sees it: a card, or a SINPE Móvil transfer that is waited for.

Card data typed here stay inside the simulator, as at the provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from html import escape
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

import attrs
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub_hookspecs.money import Money

from . import typed
from .errors import ApiError
from .html import page, shown
from .records import Intent, Session
from .rendering import account_number, pages_of
from .transfers import Transfers, sender_of
from .world import CHALLENGE_FAILED, World

ELSEWHERE: Final = "https://onvopay.com"
"""Where a payer goes whose session is over and names no address."""

NOT_CONFIRMED: Final = "Su banco no confirmó que fuera usted"
REFRESH_SECONDS: Final = 3
WAITING: Final = timedelta(minutes=5)
"""How long the page waits for a transfer; the intent goes on waiting."""


@attrs.frozen
class Pages:
    """The pages of one world."""

    world: World

    def routes(self) -> list[BaseRoute]:
        """Below ``/checkout``, which stands for checkout.onvopay.com."""
        return [
            Route("/checkout/pay/{session}", self.pay, methods=["GET", "POST"]),
            Route("/checkout/3ds/{intent}", self.challenge, methods=["GET", "POST"]),
        ]

    async def pay(self, request: Request) -> Response:
        """The page of a session: a form, what is waited for, or the way back."""
        session = self.world.sessions.get(request.path_params["session"])
        if session is None:
            return page("Página no encontrada", "<h1>Esta página de pago no existe</h1>", status=404)
        if session.paid:
            return self._paid(session)
        if not self.world.is_open(session):
            return RedirectResponse(session.cancel_url or ELSEWHERE, 303)
        fields = _first(await request.body()) if request.method == "POST" else {}
        if fields.get("action") == "cancel":
            return RedirectResponse(session.cancel_url or ELSEWHERE, 303)
        match session.intent.status:
            case "processing":
                return self._wait(session, fields)
            case "requires_action":
                return RedirectResponse(f"../3ds/{session.intent.id}", 303)
            case "canceled":
                return RedirectResponse(session.cancel_url or ELSEWHERE, 303)
        if request.method == "POST":
            return self._try(session, fields, pages_of(request))
        return self._form(session, request.query_params, {})

    # Trying to pay

    def _try(self, session: Session, fields: Mapping[str, str], pages: str) -> Response:
        """A card or a phone was sent."""
        intent, by_sinpe = session.intent, fields.get("action") == "sinpe"
        read = typed.mobile if by_sinpe else typed.card
        parts, problems = read(fields, self.world.stage)
        if parts is None or (by_sinpe and intent.currency != "CRC"):
            return self._form(session, {**fields, "method": "sinpe" if by_sinpe else "card"}, problems)
        customer = intent.customer or self.world.make_customer(session.merchant, session.payer)
        try:
            self.world.confirm(intent, self.world.make_method(customer, **parts), None, pages)
        except ApiError:
            return RedirectResponse(session.id, 303)
        Transfers(self.world).expect(intent)
        if intent.status == "requires_action":
            return RedirectResponse(f"../3ds/{intent.id}", 303)
        return self._paid(session) if session.paid else RedirectResponse(session.id, 303)

    def _form(self, session: Session, values: Mapping[str, str], problems: Mapping[str, str]) -> Response:
        intent, values = session.intent, {**_known(session), **values}
        by_sinpe = values.get("method") == "sinpe" and intent.currency == "CRC"
        notice = ""
        if problems:
            notice = _problem("Revise los campos marcados.")
        elif intent.error:
            said = NOT_CONFIRMED if intent.error["message"] == CHALLENGE_FAILED else intent.error["message"]
            notice = _problem(f"{escape(said)}. Puede intentar de nuevo o con otro medio.")
        choice = ""
        if intent.currency == "CRC":
            links = (("card", "Tarjeta", not by_sinpe), ("sinpe", "SINPE Móvil", by_sinpe))
            choice = "".join(
                f'<a href="?method={name}"{" aria-current=page" if chosen else ""}>{label}</a>'
                for name, label, chosen in links
            )
            choice = f'<nav aria-label="Medio de pago">{choice}</nav>'
        form = typed.mobile_form if by_sinpe else typed.card_form
        cancel = (
            '<form method="post"><button class="second" name="action" value="cancel">Cancelar y volver</button></form>'
        )
        body = (
            f"{_summary(session)}<div><section class=panel>{notice}{choice}"
            f"{form(values, problems, shown(intent.money))}{cancel}</section>"
            f"{typed.test_data(by_sinpe=by_sinpe)}</div>"
        )
        return page("Pagar", body, status=422 if problems else 200, wide=True)

    # Waiting for a transfer

    def _wait(self, session: Session, fields: Mapping[str, str]) -> Response:
        """What the payer has to send, and to whom; or, in this simulator, that it arrives now."""
        intent, transfers = session.intent, Transfers(self.world)
        missing = transfers.missing(intent)
        if (action := fields.get("action")) in ("arrive", "half"):
            transfers.arrive_for(intent, missing if action == "arrive" else min(missing, transfers.half(intent)))
            return RedirectResponse(session.id, 303)
        since = intent.waiting_since or intent.updated
        over = self.world.stage.now() >= since + WAITING
        method = intent.method
        phone = method.shown["maskedNumber"] if method else ""
        who = sender_of(method).identification if method else ""
        arrived = intent.amount - missing
        part = (
            f'<p role="status">Recibimos {shown(Money(arrived, "CRC"))}; falta {shown(Money(missing, "CRC"))}.</p>'
            if arrived
            else ""
        )
        state = (
            "<p role=status><strong>Todavía no vemos su transferencia.</strong> Puede cerrar esta página: si la envió, "
            "se confirmará al llegar. No la envíe dos veces.</p>"
            if over
            else "<p role=status>Esperamos su transferencia. Esta página se actualiza sola.</p>"
        )
        body = f"""{_summary(session)}<div><section class="panel">
<h2>Envíe un SINPE Móvil</h2>
<dl><dt>Al número</dt><dd class="big">{account_number(session.merchant)}</dd>
<dt>Monto exacto</dt><dd class="big">{shown(Money(missing, "CRC"))}</dd>
<dt>Desde el banco de</dt><dd>{escape(who)}, teléfono {escape(str(phone))}</dd></dl>
{part}{state}
<form method="post"><button class="second" name="action" value="cancel">Volver al comercio</button></form></section>
<section class="panel tests"><h2>Solo en este simulador</h2><form method="post">
<button class="play" name="action" value="arrive">Llega lo que falta</button>
<button class="play" name="action" value="half">Llega la mitad</button></form></section></div>"""
        return page("Esperamos su transferencia", body, wide=True, refresh=0 if over else REFRESH_SECONDS)

    # 3-D Secure

    async def challenge(self, request: Request) -> Response:
        """What the payer's bank asks, for a session or for a page of the merchant's own."""
        intent = self.world.intents.get(request.path_params["intent"])
        if intent is None:
            return page("Página no encontrada", "<h1>Esta página no existe</h1>", status=404)
        if intent.status != "requires_action":
            return self._after(intent)
        if request.method == "POST":
            self.world.answer_challenge(intent, passed=_first(await request.body()).get("answer") == "yes")
            return self._after(intent)
        body = f"""<section class="panel"><h1>Su banco pregunta si es usted</h1>
<p>Pago a {escape(intent.merchant.name)} por</p><p class="amount">{shown(intent.money)}</p>
<form method="post"><button name="answer" value="yes">Sí, autorizar el pago</button>
<button class="second" name="answer" value="no">No, rechazar</button></form></section>"""
        return page("Autorizar el pago", body)

    def _after(self, intent: Intent) -> Response:
        if intent.return_url:
            return RedirectResponse(_with(intent.return_url, intent), 303)
        session = intent.session
        if session:
            return self._paid(session) if session.paid else RedirectResponse(f"../pay/{session.id}", 303)
        failed = bool(intent.error and intent.error["message"] == CHALLENGE_FAILED)
        return page("Listo", f"<section class=panel><h1>{'Rechazado' if failed else 'Listo'}</h1></section>")

    # The way back

    def _paid(self, session: Session) -> Response:
        if session.redirect_url:
            added = self.world.stage.options["return_query"] == "payment_intent_id"
            return RedirectResponse(_with(session.redirect_url, session.intent) if added else session.redirect_url, 303)
        body = f"""<section class="panel"><h1>Pago recibido</h1><p class="amount">{shown(session.intent.money)}</p>
<p>{escape(session.merchant.name)} recibió su pago. Puede cerrar esta página.</p></section>"""
        return page("Pago recibido", body)


def _known(session: Session) -> dict[str, str]:
    """What the merchant told of the payer fills the fields."""
    return {"holder": session.payer.get("name", ""), "number": session.payer.get("phone", "")}


def _summary(session: Session) -> str:
    lines = "".join(
        f"<li><span>{item['quantity']} × {escape(item['description'])}</span>"
        f"<span>{shown(Money(item['quantity'] * item['unitAmount'], item['currency']))}</span></li>"
        for item in session.lines
    )
    return (
        f'<section class="panel"><h1>{escape(session.merchant.name)}</h1>'
        f'<p class="amount">{shown(session.intent.money)}</p><ul class="lines">{lines}</ul></section>'
    )


def _problem(text: str) -> str:
    return f'<div class="problem" role="alert"><p>{text}</p></div>'


def _with(address: str, intent: Intent) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'payment_intent_id': intent.id})}"


def _first(body: bytes) -> dict[str, Any]:
    return {name: values[0].strip() for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
