"""The two sample companies, as they are registered."""

from __future__ import annotations

from hub.flows.merchants.save_company import CompanyForm

CR = CompanyForm(
    country="CR",
    identity_type="CJ",
    identity_number="3-101-234567",
    legal_name="Ferretería El Tornillo S.A.",
    trade_name="Ferretería El Tornillo",
    address={"province": "San José", "canton": "San José", "district": "Carmen", "details": "Avenida 7, calle 3"},
    phone="2222-1100",
    email="administracion@eltornillo.example",
)
CO = CompanyForm(
    country="CO",
    identity_type="NIT",
    identity_number="900123456",
    check_digit="8",
    legal_name="Café de la Montaña SAS",
    trade_name="Café de la Montaña",
    address={"department": "Bogotá, D.C.", "municipality": "Bogotá", "street": "Carrera 11 # 82-71"},
    phone="601 555 0100",
    email="administracion@cafemontana.example",
)
OWNERS = {"CR": "duena@eltornillo.example", "CO": "dueno@cafemontana.example"}
SLUGS = {"CR": "tornillo", "CO": "montana"}
