"""What is wrong with an identity document, or merely unusual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "identity.unknown_type": "«{type}» no es un tipo de identificación de {country}: {codes}.",
    "identity.number_missing": "Falta el número de identificación.",
    "identity.number_too_long": "El número es demasiado largo. {example}",
    "identity.number_malformed": "El número no tiene la forma de {type}. {example}",
    "identity.has_no_digit": "{type} no lleva dígito de verificación.",
    "identity.digit_is_one": "El dígito de verificación es una sola cifra.",
    "identity.digits_differ": "El número termina en -{written}, pero el dígito de verificación dice {digit}.",
    "identity.digit_wrong": "El dígito de verificación de {number} es {expected}, no {digit}.",
    "identity.digit_apart": "{reason} El dígito de verificación va aparte, después de un guion. {example}",
    "identity.digit_unclear": "No se sabe si el {digit} final es el dígito de verificación.",
    "identity.digit_unexpected": "El {digit} final no es el dígito de verificación esperado.",
    "identity.digit_left_out": "Se leyó sin dígito de verificación; el que corresponde es {digit}.",
    "identity.example": "Por ejemplo: {number}.",
    "identity.unusual": "{warning}",
}
