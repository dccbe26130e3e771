"""The numbering of cash receipts in the browser: which number comes next, another series, numbers that are left out."""

from __future__ import annotations

from collections.abc import Callable

from hub.domain.merchant import Merchant, Role
from tests.web.conftest import Seat


def test_an_owner_begins_a_series_above_what_another_system_gave(
    company: Callable[..., Merchant], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    owner = seat(company("CR", "numeros"))
    assert "El próximo recibo de caja lleva el número RC-000001" in seen(owner.read("/m/receipt-series"))
    answer = owner.post("/m/receipt-series", series="rc 27", first="0")
    assert answer.status_code == 422
    assert "Escriba de una a diez letras o números" in seen(answer.text)
    assert 'value="rc 27"' in answer.text
    answer = owner.post("/m/receipt-series", series="rc27", first="1200")
    page = seen(answer.text)
    assert "El próximo recibo de caja es RC27-001200." in page
    assert "RC Cerrada" in page
    assert "Los números RC27-000001 a RC27-001199 no están aquí" in page
    assert "La serie empieza aquí en RC27-001200" in page
    assert "RC27-001199" in seen(owner.read("/m/receipts"))


def test_an_owner_leaves_numbers_out_and_says_why(
    company: Callable[..., Merchant], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    owner = seat(company("CO", "saltos"))
    answer = owner.post("/m/receipt-series/skip", number="41", reason="")
    assert "Indica por qué se deja sin usar" in seen(answer.text)
    page = seen(owner.post("/m/receipt-series/skip", number="41", reason="un cliente trajo el RC-000041").text)
    assert "Los números RC-000001 a RC-000041 quedan sin usar." in page
    assert "un cliente trajo el RC-000041" in page
    assert "El próximo recibo de caja lleva el número RC-000042" in page
    assert "ya se dio o ya se dejó sin usar" in seen(
        owner.post("/m/receipt-series/skip", number="RC-000041", reason="otra vez").text
    )


def test_an_accountant_sees_the_numbering_and_cannot_change_it(
    company: Callable[..., Merchant], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    clerk = seat(company("CR", "mirones"), Role.ACCOUNTANT)
    page = clerk.read("/m/receipt-series")
    assert "Solo quien administra la empresa puede cambiar la numeración." in seen(page)
    assert '<form method="post" action="/m/receipt-series' not in page
    assert clerk.post("/m/receipt-series", series="X", first="1").status_code == 403
