"""A country with every fact otherwise than the two that come along: none of theirs is taken for everybody's.

Peru as it is, but for its second time zone, which it does not have.
"""

from datetime import date, timedelta

import hub_hookspecs as hub

WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def check_ruc(number):
    """The last digit of a RUC; here it stands apart, as it does on no Peruvian paper."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False)) % 11
    return str(rest % 10)


def holidays_of(year):
    """New year, Good Friday and the last Friday of June."""
    june = next(date(year, 6, day) for day in range(30, 23, -1) if date(year, 6, day).weekday() == 4)
    return frozenset({date(year, 1, 1), hub.easter(year) - timedelta(days=2), june})


COUNTRY = hub.Country(
    code="PE",
    name="Perú",
    identity_types=(
        hub.IdentityType(
            code="RUC",
            label="RUC",
            pattern="(10|15|17|20)[0-9]{8}",
            example="2010007097-0",
            check_digit=check_ruc,
            legal_person=True,
            tax_code="6",
        ),
        hub.IdentityType(code="DNI", label="Documento Nacional de Identidad", pattern="[0-9]{8}", tax_code="1"),
    ),
    currencies=("PEN", "USD"),
    locale="es_PE",
    zone="America/Lima",
    zones=("Pacific/Galapagos",),
    address_parts=(("region", "Región"), ("ubigeo", "Ubigeo"), ("road", "Vía y número")),
    mobile="9[0-9]{8}",
    phone_prefix="+51",
    receipts=hub.ReceiptRules(
        major={"PEN": ("sol", "soles"), "USD": ("dólar", "dólares")}, tail={"PEN": "SOLES"}, series="RI"
    ),
    wording={"statement.subject": "Lo que tienes pendiente con {company}"},
    holidays=hub.Holidays(holidays_of),
    withholdings=True,
    withheld_taxes=(("igv", "Retención del IGV"), ("cuarta", "Renta de cuarta categoría")),
    withheld_of_vat=("igv",),
    state_withholds=True,
    means=(("yape", "Yape"), ("plin", "Plin")),
    decimal_sign=".",
    familiar=True,
)
