"""A dispute on the merchant's pages: told on the start page, recorded and ended on the payment's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.domain.dispute import DisputeOutcome
from hub.domain.payment import Payment
from hub_hookspecs import Kind, Money
from tests.web.conftest import House, Seat
from tests.web.test_shown_money import TOTAL, pay, tell


def record(desk: Seat, payment: Payment, **said: str) -> str:
    """Say what the bank says."""
    return desk.go(f"/m/payments/{payment.id}/dispute", **{"stage": "inquiry", "reason": "no recibido", **said})


def test_an_inquiry_stands_on_the_start_page_with_the_nearest_day_first(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    payment = pay(house)
    desk = seat(house.merchants["CO"])
    soon, late = (f"{house.hub.clock().year + 1}-12-0{day}" for day in (3, 9))
    record(desk, payment, case="TARDE", respond_by=late)
    page = seen(record(desk, payment, case="PRONTO", respond_by=soon, amount="40000"))
    start = seen(desk.read("/m")).replace("\u00a0", " ")

    reviews = desk.read("/m/reviews")

    assert "PRONTO" in page
    assert reviews.count("Anotar en qué va o cómo terminó") == 2
    assert all(f"<dt>Caso</dt><dd><code>{case}</code></dd>" in reviews for case in ("TARDE", "PRONTO"))
    assert "El banco pregunta" in page
    assert start.index("$40.000") < start.index("$100.000")

    for case in ("TARDE", "PRONTO"):
        said = {"case": case, "outcome": "accepted", "evidence": "correo del banco", "why": "tenía razón"}
        assert "Aceptada" in desk.go(f"/m/payments/{payment.id}/dispute-end", **said)
    assert "disputa" not in seen(desk.read("/m"))


def test_a_dispute_that_is_won_on_the_page_brings_the_money_back(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    payment = pay(house)
    tell(house, payment, Kind.CHARGED_BACK, TOTAL, f"D-{payment.id}")
    desk = seat(house.merchants["CO"])
    said = {"case": f"D-{payment.id}", "outcome": "won", "evidence": "panel", "why": "la devolvieron"}
    page = seen(desk.go(f"/m/payments/{payment.id}/dispute-end", **said))

    assert "Ganada" in page
    assert "Aprobado" in page
    [found] = house.read(lambda tx: tx.disputes.of_payments([payment.id]))
    assert (found.outcome, found.ended_by) == (DisputeOutcome.WON, desk.email)


def test_what_is_missing_is_said_on_the_page(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    payment = pay(house)
    desk = seat(house.merchants["CO"])
    for path, said, words in (
        ("dispute", {"stage": "inquiry", "case": "K1", "reason": ""}, "Falta el motivo"),
        ("dispute", {"stage": "inquiry", "case": "K1", "reason": "x", "respond_by": "ayer"}, "fecha límite como"),
        ("dispute", {"stage": "arbitration", "case": "K1", "reason": "x"}, "primero el contracargo"),
        ("dispute", {"stage": "inquiry", "case": "K1", "reason": "x", "amount": "0"}, "va de más de cero hasta"),
        ("dispute", {"stage": "paso", "case": "K1", "reason": "x"}, "en qué etapa está la disputa"),
        ("returned", {"kind": "otro", "amount": "1", "evidence": "x", "why": "x"}, "lo devolvió o si el banco"),
        ("dispute-end", {"case": "K1"}, "cómo terminó la disputa"),
        ("dispute-end", {"case": "K1", "outcome": "won", "evidence": "x", "why": "x"}, "No hay una disputa abierta"),
    ):
        answer = desk.post(f"/m/payments/{payment.id}/{path}", **said)
        assert answer.status_code == 422
        assert words in seen(answer.text)


def test_a_part_is_won_on_the_payments_page(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    payment = pay(house)
    tell(house, payment, Kind.CHARGED_BACK, TOTAL, f"D-{payment.id}")
    desk = seat(house.merchants["CO"])
    path = f"/m/payments/{payment.id}/dispute-end"
    said = {"case": f"D-{payment.id}", "outcome": "partly_won", "evidence": "panel", "why": "la mitad"}
    for won, words in (("", "dice cuánto volvió"), ("cien", "monto"), ("999999999", "lo que el banco tomó")):
        refused = desk.post(path, **said, won=won)
        assert refused.status_code == 422
        assert words in seen(refused.text)

    page = seen(desk.go(path, **said, won="40000")).replace("\u00a0", " ")

    assert "Ganada en parte" in page
    assert "$40.000" in page
    [found] = house.read(lambda tx: tx.disputes.of_payments([payment.id]))
    assert (found.outcome, found.won) == (DisputeOutcome.PARTLY_WON, Money(4_000_000, "COP"))


def test_a_refund_that_bounced_is_recorded_on_the_payments_page(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str], forms: Callable[[str], list[dict[str, Any]]]
) -> None:
    payment = pay(house)
    tell(house, payment, Kind.RETURNED, TOTAL, f"R-{payment.id}")
    desk = seat(house.merchants["CO"])
    path = f"/m/payments/{payment.id}/bounced"
    (form,) = [form for form in forms(desk.read(f"/m/payments/{payment.id}")) if form["action"] == path]
    typed = {**form["fields"], "refund": f"R-{payment.id}", "evidence": "panel", "why": "cuenta cerrada"}
    for wrong, words in (
        ({"refund": "otra"}, "cuál devolución"),
        ({"evidence": ""}, "prueba"),
        ({"drawn": "0" * 16}, "cambió"),
        ({"on": "2099-01-01"}, "todavía no llega"),
    ):
        refused = desk.post(path, **{**typed, **wrong})
        assert refused.status_code == 422
        assert words in seen(refused.text)

    page = desk.go(path, **typed)

    assert path not in page
    assert "rebotó el" in seen(page)
    owed = house.read(lambda tx: tx.payables.many([line.payable_id for line in payment.lines]))
    assert [payable.due for payable in owed] == [0] * len(owed)
