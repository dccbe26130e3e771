"""What the columns of a file are: our fields, and what is asked where several may be one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "column.which": "¿Qué columna del archivo es «{field}»?",
    "money.which": "La columna «{name}» tiene montos y no se conoce. ¿Qué es?",
    "money.balance": "lo que todavía se debe de la factura",
    "money.paid": "lo que ya se abonó o se rebajó de la factura",
    "money.neither": "no cambia lo que se debe",
    "money.example": "línea {line}: total {total}, la columna dice {value}; se deben {owed}",
    "column.heading": "la columna «{name}»",
    "column.cell": "línea {line}: {value}",
    "column.identity_type": "Hay identificaciones que pueden ser de varios tipos. ¿De cuál son?",
    "column.identity_label": "{type}",
    "identity.fits_none": "El número no tiene la forma de ningún tipo de identificación de {country}.",
    "change.other_emails": "otros correos",
    "cell.says_nothing": "No dice nada: se deja lo que ya se sabía.",
    "field.number": "Número de factura",
    "field.customer": "Identificación o correo del cliente",
    "field.customer_name": "Nombre del cliente",
    "field.kind": "Tipo de documento o de línea",
    "field.issued_on": "Fecha de emisión",
    "field.due_on": "Vencimiento",
    "field.currency": "Moneda",
    "field.total": "Total",
    "field.balance": "Saldo",
    "field.paid": "Abonos",
    "field.state": "Estado",
    "field.description": "Descripción",
    "field.credits": "Factura que la nota rebaja",
    "field.branch": "Sucursal",
    "field.email": "Correo",
    "field.other_email": "Otro correo",
    "field.phone": "Teléfono",
    "field.name": "Nombre o razón social",
    "field.check_digit": "Dígito de verificación",
    "field.address": "Dirección",
    "field.language": "Idioma",
    "field.line_id": "Número de la línea",
    "field.reference": "Nuestra referencia",
    "field.provider_reference": "Referencia del proveedor",
    "field.authorisation": "Autorización",
    "field.movement": "Movimiento",
    "field.gross": "Bruto",
    "field.fee": "Comisión",
    "field.fee_tax": "IVA de la comisión",
    "field.net": "Neto",
    "field.reserve": "Reserva",
    "field.settled_on": "Fecha de abono",
}
