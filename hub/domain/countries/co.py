"""Colombia: identity documents, the NIT's check digit, pesos, and the familiar *tú*."""

from __future__ import annotations

from datetime import date, time, timedelta

from stdnum.co import nit

from hub_hookspecs import ContactRules, Country, Holidays, IdentityType, ReceiptRules, easter, monday_from

UP_TO_TWENTY = "[0-9A-Z]{1,20}"
ON_THE_DAY = ((1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25))
ON_A_MONDAY = ((1, 6), (3, 19), (6, 29), (8, 15), (10, 12), (11, 1), (11, 11))
CHIQUINQUIRA = (7, 9)
ASCENSION, CORPUS_CHRISTI, SACRED_HEART = 39, 60, 68
"""Days after Easter Sunday; kept on a Monday too."""


def check_digit(number: str) -> str:
    """The check digit of a NIT, modulo 11 with the tax office's weights."""
    return nit.calc_check_digit(number)


def thousands(number: str, digit: str | None) -> str:
    """``800197268``, ``4`` -> ``800.197.268-4``."""
    grouped = f"{int(number):,}".replace(",", ".") if number.isdecimal() else number
    return f"{grouped}-{digit}" if digit else grouped


def holidays_of(year: int) -> frozenset[date]:
    """The days of rest by Ley 51 of 1983, most of them kept on the following Monday.

    Ley 2578 of 2026 (1 June), article 6, adds the ninth of July, kept by the same rule.
    """
    sunday = easter(year)
    moved = [date(year, *day) for day in ON_A_MONDAY]
    moved += [sunday + timedelta(days=days) for days in (ASCENSION, CORPUS_CHRISTI, SACRED_HEART)]
    if year >= 2026:
        moved.append(date(year, *CHIQUINQUIRA))
    holy = (sunday - timedelta(days=3), sunday - timedelta(days=2))
    return frozenset({*holy, *(date(year, *day) for day in ON_THE_DAY), *map(monday_from, moved)})


COUNTRY = Country(
    code="CO",
    name="Colombia",
    identity_types=(
        IdentityType(
            code="NIT",
            label="NIT",
            pattern="[1-9][0-9]{4,9}",
            # Companies have nine digits; a person's NIT is the number of the cédula.
            usual="[89][0-9]{8}|[1-9][0-9]{4,7}|1[0-9]{9}",
            warning="Un NIT de empresa suele tener nueve cifras y empezar por 8 o 9; conviene revisarlo.",
            example="900.123.456-8",
            check_digit=check_digit,
            show=thousands,
            legal_person=True,
            tax_code="31",
            also_called=("Persona jurídica", "Jurídica", "Número de identificación tributaria", "Empresa"),
        ),
        IdentityType(
            code="CC",
            label="Cédula de ciudadanía",
            pattern="[1-9][0-9]{2,9}",
            usual="[1-9][0-9]{4,7}|1[0-9]{9}",
            warning="La cédula de ciudadanía suele tener hasta ocho cifras, o diez que empiezan por 1.",
            example="1.020.304.050",
            show=thousands,
            tax_code="13",
            also_called=("Cédula", "Cédula ciudadanía"),
        ),
        IdentityType(
            code="CE",
            label="Cédula de extranjería",
            pattern="[0-9A-Z]{3,12}",
            usual="[0-9]{6,7}",
            warning="La cédula de extranjería suele tener seis o siete cifras.",
            example="345678",
            tax_code="22",
            also_called=("Cédula extranjería", "Cédula de extranjero"),
        ),
        IdentityType(
            code="TI", label="Tarjeta de identidad", pattern="[0-9]{10,11}", example="1020304050", tax_code="12"
        ),
        IdentityType(code="RC", label="Registro civil", pattern="[0-9A-Z]{8,11}", example="1020304050", tax_code="11"),
        IdentityType(
            code="TE", label="Tarjeta de extranjería", pattern="[0-9A-Z]{1,12}", example="123456", tax_code="21"
        ),
        IdentityType(
            code="PP",
            label="Pasaporte",
            pattern="[0-9A-Z]{3,16}",
            example="AV123456",
            tax_code="41",
            also_called=("PAS",),
        ),
        IdentityType(
            code="DIE",
            label="Documento extranjero",
            pattern=UP_TO_TWENTY,
            example="AB123456",
            tax_code="42",
            also_called=("Documento de identificación extranjero", "Tipo de documento extranjero"),
        ),
        IdentityType(
            code="PEP",
            label="Permiso especial de permanencia",
            pattern=UP_TO_TWENTY,
            usual="[0-9]{15}",
            warning="El permiso especial de permanencia suele tener quince cifras.",
            example="912345678901234",
            tax_code="47",
            also_called=("Permiso especial",),
        ),
        IdentityType(
            code="PPT",
            label="Permiso por protección temporal",
            pattern=UP_TO_TWENTY,
            usual="[0-9]{6,8}",
            warning="El permiso por protección temporal suele tener entre seis y ocho cifras.",
            example="1234567",
            tax_code="48",
            also_called=("Permiso de protección temporal",),
        ),
        IdentityType(
            code="FOREIGN_NIT",
            label="NIT de otro país",
            pattern=UP_TO_TWENTY,
            example="20123456789",
            legal_person=True,
            tax_code="50",
            also_called=("NIT otro país", "NIT extranjero"),
        ),
        IdentityType(code="NUIP", label="NUIP", pattern="[0-9]{10}", example="1020304050", tax_code="91"),
    ),
    currencies=("COP", "USD"),
    locale="es_CO",
    zone="America/Bogota",
    address_parts=(
        ("department", "Departamento"),
        ("municipality", "Municipio"),
        ("street", "Dirección"),
    ),
    mobile="3[0-9]{9}",
    phone_prefix="+57",
    receipts=ReceiptRules(
        major={"COP": ("peso", "pesos"), "USD": ("dólar", "dólares")},
        tail={"COP": "M/CTE"},
    ),
    wording={
        "link.expired": "Este enlace ya venció. Podemos enviarte uno nuevo al correo que tenemos registrado.",
        "mail.questions": "Si tienes preguntas, responde a este correo.",
        "payment.approve_in_app": "Abre {provider} en tu celular y aprueba el pago.",
        "payment.choose": "Elige las facturas que quieres pagar.",
        "payment.closed": "El pago no se realizó. Puedes intentarlo de nuevo cuando quieras.",
        "payment.paid": "Recibimos tu pago. ¡Muchas gracias!",
        "payment.pending": "Tu pago está en proceso. Te avisaremos por correo en cuanto se confirme.",
        "payment.unknown": "Aún no sabemos si tu pago se realizó. No pagues de nuevo; te avisaremos por correo.",
        "receipt.intro": "Este es el soporte de tu pago a {company}.",
        "receipt.subject": "Soporte de tu pago a {company}",
        "sign_in.intro": "Usa este enlace para entrar; si no lo pediste, ignora este correo.",
        "statement.intro": "Te compartimos tu estado de cuenta al {date}.",
        "statement.pay": "Paga en línea con el botón que prefieras.",
        "statement.subject": "Tu estado de cuenta con {company}",
    },
    holidays=Holidays(holidays_of),
    withholdings=True,
    withheld_taxes=(("retefuente", "Retefuente"), ("reteiva", "ReteIVA"), ("reteica", "ReteICA")),
    withheld_of_vat=("reteiva",),
    decimal_sign=",",
    familiar=True,
    contacts=ContactRules(
        windows={**dict.fromkeys(range(5), (time(7), time(19))), 5: (time(8), time(15))},
        authorised_only=True,
        source=(
            "Ley 2300 de 2023, artículos 3 a 5: de lunes a viernes de 7 a. m. a 7 p. m., sábados de 8 a. m. a 3 p. m.;"
            " nunca domingos ni festivos; un contacto al día y un canal a la semana, solo por canales autorizados"
            " y solo a quien debe. Uno a la semana, contando todas las facturas, es una decisión propia."
        ),
    ),
)
