"""Costa Rica: identity documents, colones, and the formal *usted*."""

from __future__ import annotations

import re
from datetime import date, timedelta

from hub.domain.countries.careful import CAREFUL
from hub_hookspecs import Country, Holidays, IdentityType, ReceiptRules, easter

USUAL_COMPANY_CLASSES = (
    "2100|2200|2300|2400"
    "|3002|3003|3004|3005|3006|3007|3008|3009|3010|3011|3012|3013|3014"
    "|3101|3102|3103|3104|3105|3106|3107|3108|3109|3110"
    "|4000|5001"
)
FREE_TEXT = "[0-9A-ZÑ/]{1,20}"
HOLIDAYS = ((1, 1), (4, 11), (5, 1), (7, 25), (8, 2), (8, 15), (8, 31), (9, 15), (12, 1), (12, 25))


def nine_digits(number: str) -> str:
    """A cédula física as the tax office writes it; many systems put a zero before it."""
    return number[1:] if re.fullmatch(r"0[1-9][0-9]{8}", number) else number


def show_person(number: str, _digit: str | None) -> str:
    """``112340567`` -> ``1-1234-0567``."""
    return f"{number[0]}-{number[1:5]}-{number[5:]}"


def show_company(number: str, _digit: str | None) -> str:
    """``3101234567`` -> ``3-101-234567``."""
    return f"{number[0]}-{number[1:4]}-{number[4:]}"


def holidays_of(year: int) -> frozenset[date]:
    """Código de Trabajo, article 148, as it stands since Ley 10050 of 2021; each is kept on its day.

    Those without compulsory pay are included: an estimate is then never too early.
    That some were kept on a Monday ended with the year 2024 (Ley 9875).
    """
    sunday = easter(year)
    holy = (sunday - timedelta(days=3), sunday - timedelta(days=2))
    return frozenset({*holy, *(date(year, *day) for day in HOLIDAYS)})


COUNTRY = Country(
    code="CR",
    name="Costa Rica",
    identity_types=(
        IdentityType(
            code="CF",
            label="Cédula física",
            pattern="[1-9][0-9]{8}",
            usual="[1-8][0-9]{8}",
            warning="La cédula física suele empezar por una cifra de 1 a 8.",
            example="1-1234-0567",
            normalise=nine_digits,
            show=show_person,
            tax_code="01",
            also_called=(
                "Física",
                "Cédula de persona física",
                "Persona física",
                "Físico",
                "Cédula",
                "Cédula de identidad",
                "Cédula nacional",
            ),
        ),
        IdentityType(
            code="CJ",
            label="Cédula jurídica",
            # Company numbers get letters from late 2026 on; their formal pattern is not published yet.
            pattern="[2-5][0-9]{3}[0-9A-Z]{6}",
            usual=f"(?:{USUAL_COMPANY_CLASSES})[0-9A-Z][0-9]{{5}}",
            warning="La clase de esta cédula jurídica no es de las más comunes; conviene revisarla.",
            example="3-101-234567",
            show=show_company,
            legal_person=True,
            tax_code="02",
            also_called=("Jurídica", "Persona jurídica", "Jurídico", "Cédula", "Cédula de persona jurídica", "Empresa"),
        ),
        IdentityType(
            code="DIMEX",
            label="DIMEX",
            pattern="1[0-9]{10,11}",
            example="155812345678",
            tax_code="03",
            also_called=(
                "Residente",
                "Cédula de residencia",
                "Documento de identidad migratorio para extranjeros",
                "Documento de identificación migratorio",
            ),
        ),
        IdentityType(
            code="NITE",
            label="NITE",
            pattern="[0-9]{10}",
            example="1234567890",
            tax_code="04",
            also_called=("Número de identificación tributario especial", "Identificación tributaria especial"),
        ),
        IdentityType(
            code="EXT",
            label="Extranjero no domiciliado",
            pattern=FREE_TEXT,
            example="AB123456",
            tax_code="05",
            also_called=("Extranjero", "Pasaporte"),
        ),
        IdentityType(code="NC", label="No contribuyente", pattern=FREE_TEXT, example="AB123456", tax_code="06"),
    ),
    currencies=("CRC", "USD"),
    locale="es_CR",
    zone="America/Costa_Rica",
    address_parts=(
        ("province", "Provincia"),
        ("canton", "Cantón"),
        ("district", "Distrito"),
        ("neighbourhood", "Barrio"),
        ("details", "Otras señas"),
    ),
    mobile="[5-8][0-9]{7}",
    phone_prefix="+506",
    receipts=ReceiptRules(major={"CRC": ("colón", "colones"), "USD": ("dólar", "dólares")}),
    wording={
        "link.expired": "Este enlace ya venció. Podemos enviarle uno nuevo al correo que tenemos registrado.",
        "mail.questions": "Si tiene preguntas, responda a este correo.",
        "payment.approve_in_app": "Abra {provider} en su celular y apruebe el pago.",
        "payment.choose": "Elija las facturas que desea pagar.",
        "payment.closed": "El pago no se realizó. Puede intentarlo de nuevo cuando guste.",
        "payment.paid": "Recibimos su pago. ¡Muchas gracias!",
        "payment.pending": "Su pago está en proceso. Le avisaremos por correo en cuanto se confirme.",
        "payment.unknown": "Aún no sabemos si su pago se realizó. No pague de nuevo; le avisaremos por correo.",
        "receipt.intro": "Este es el soporte de su pago a {company}.",
        "receipt.subject": "Soporte de su pago a {company}",
        "sign_in.intro": "Use este enlace para entrar; si no lo pidió, ignore este correo.",
        "statement.intro": "Le compartimos su estado de cuenta al {date}.",
        "statement.pay": "Pague en línea con el botón que prefiera.",
        "statement.subject": "Su estado de cuenta con {company}",
    },
    holidays=Holidays(holidays_of),
    withholdings=False,
    state_withholds=True,
    # Version 4.4 of the electronic documents (resolution MH-DGT-RES-0027-2024): 08 are services to the State on credit,
    # 10 sales on credit of up to 90 days whose tax is owed when they are paid.
    payment_receipt_terms=("08", "10"),
    means=(("sinpe", "SINPE Móvil"),),
    contacts=CAREFUL,
)
