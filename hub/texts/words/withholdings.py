"""What payers withhold: rates, what waits for the merchant's word, and certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "certificate.every_month": "cada mes",
    "certificate.every_two_months": "cada dos meses",
    "certificate.every_year": "cada año",
    "certificate.file_not_taken": "El certificado se adjunta como PDF o foto (PNG, JPEG, WebP, HEIC) de hasta 5 MB.",
    "certificate.known": "El certificado {number} de esa retención ya está registrado.",
    "certificate.period_backwards": "El período termina antes de empezar.",
    "certificate.void_already": "El certificado {number} ya está anulado.",
    "export.certificate_certified": "Certificado",
    "export.certificate_days": "Días desde que terminó",
    "export.certificate_from": "Desde",
    "export.certificate_missing": "Falta certificar",
    "export.certificate_tax": "Retención",
    "export.certificate_to": "Hasta",
    "export.certificate_withheld": "Retenido",
    "rate.begins_later": "Ese concepto ya tiene una tarifa que rige desde el {day}. Elija un día posterior, o quítela.",
    "rate.closed_already": "Esta tarifa ya se cerró: rigió hasta el {day}.",
    "rate.concept_long": "El concepto tiene más de {most} letras.",
    "rate.concept_missing": "Escriba el concepto, por ejemplo Servicios generales.",
    "rate.days_taken": "En esos días ya rige otra tarifa de ese concepto. Elija otro día.",
    "rate.is_used": "Ya hay pagos con esta tarifa: ciérrela con su último día.",
    "rate.not_begun": "Esta tarifa rige desde el {day}; su último día no puede ser anterior.",
    "rate.not_a_rate": "Escriba la tarifa solo con cifras, por ejemplo 2,5 o 9,66.",
    "rate.not_a_share": "Escriba un porcentaje entre 0,01 y 100, o déjelo vacío.",
    "withheld.answer_missing": "Elija si la empresa acepta lo retenido.",
    "withheld.settles_nothing": (
        "No se anotó nada: {number} debe {balance}, y de este pago ya no hay retención que aplicarle. Rechácela."
    ),
}
