"""What is said of a file that was handed in, while it is looked at and while it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "handed.empty": "Elija un archivo que no esté vacío.",
    "handed.too_large": "El archivo pasa de {most} MB; divídalo en varios, o guárdelo como CSV, que ocupa menos.",
    "handed.busy": (
        "Ahora mismo se está importando «{name}», de {by}. Se importa un archivo a la vez: espere a que termine "
        "y oprima Importar de nuevo; aquí no se perdió nada."
    ),
    "handed.busy_closing": (
        "Ahora mismo se está cerrando lo que faltaba en la lista completa «{name}». Espere a que termine y oprima "
        "Importar de nuevo; aquí no se perdió nada."
    ),
    "handed.busy_undoing": (
        "Ahora mismo {by} está deshaciendo la importación de «{name}». Espere a que termine y oprima Importar de "
        "nuevo; aquí no se perdió nada."
    ),
    "form.changed_file": "La forma de leer el archivo.",
    "form.changed_outcome": "Lo que el archivo cambiaría.",
}
