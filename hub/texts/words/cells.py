"""What is said of amounts and dates that people wrote: why one cannot be read, and what is asked of a whole column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "cell.excel_error": "Es un error de Excel.",
    "cell.digits_lost": "Excel lo abrevió y se perdieron cifras. Remedio: dar formato de texto a la columna.",
    "cell.no_amount": "No es un monto. Se escribe solo el número, como 15000,50.",
    "cell.no_amount_but": "No es un monto: {text}.",
    "cell.percent": "Es un porcentaje, no un monto.",
    "cell.comma": "coma",
    "cell.point": "punto",
    "cell.other_decimal": "No es un monto con {sign} decimal.",
    "cell.two_readings": ByReader(
        browser="Se puede leer como {one} o como {other}. Remedio: indicar los decimales.",
        terminal="Se puede leer como {one} o como {other}. Remedio: indicar los decimales (--decimal , / --decimal .).",
    ),
    "cell.two_signs": ByReader(
        browser="La columna usa la coma y el punto como signo decimal. Remedio: indicar cuál es.",
        terminal=(
            "La columna usa la coma y el punto como signo decimal. "
            "Remedio: indicar cuál es (--decimal , / --decimal .)."
        ),
    ),
    "cell.other_currency": "El monto lleva «{mark}», pero la moneda de la fila es {currency}.",
    "cell.more_decimals": "Tiene más decimales que los {places} de {currency}. Remedio: escribirlo redondeado.",
    "cell.more_decimals_kept": (
        "Tiene más decimales que los {places} de {currency}. "
        "Remedio: redondearlo en Excel, o darle a la celda un formato con {places} decimales."
    ),
    "cell.amount_too_large": "El monto es demasiado grande.",
    "cell.several_currencies": "La fila tiene montos en varias monedas ({named}). Remedio: dejar los de una sola.",
    "cell.currency_not_of_heading": (
        "El encabezado del monto dice {named}. Remedio: dejar la moneda en un solo lugar, o que digan la misma."
    ),
    "currency.question": "El archivo dice «{words}». ¿De qué moneda son las filas que no dicen otra?",
    "currency.is": "{currency}",
    "currency.example": "Línea {line}: «{written}» en {currency}.",
    "currency.of_line": "Las filas que no dicen otra moneda son de {currency}: lo dice el título.",
    "currency.unsure": (
        "No es seguro de qué moneda es: la línea {line} dice «{words}». Remedio: agregar una columna con la moneda."
    ),
    "currency.scaled": (
        "Dice que los montos están en miles o en millones. "
        "Remedio: sacar del programa el reporte con los montos completos; si ya lo están, quitar esas palabras."
    ),
    "cell.unknown_currency": "No es una moneda conocida. Se escribe con su código, como CRC, COP o USD.",
    "cell.shown_otherwise": "El archivo tiene {stored} y muestra {shown}. Se toma lo que tiene.",
    "cell.shown_scaled": "El archivo tiene {stored}, aunque lo muestra en miles o millones. Se toma lo que tiene.",
    "cell.example_aside": "Línea {line}: «{written}» no se puede leer así, y la fila queda aparte.",
    "decimal.question": "¿Qué signo separa los decimales de los montos?",
    "decimal.question_of": "¿Qué signo separa los decimales de los montos en {currency}?",
    "decimal.comma": "La coma separa los decimales, y el punto los miles.",
    "decimal.point": "El punto separa los decimales, y la coma los miles.",
    "decimal.example": "Línea {line}: «{written}» es {amount}.",
    "cell.no_date": "No es una fecha. Remedio: dd/mm/aaaa o aaaa-mm-dd.",
    "cell.date_day_first": "dd/mm/aaaa",
    "cell.date_month_first": "mm/dd/aaaa",
    "cell.date_iso": "aaaa-mm-dd",
    "cell.short_year": "El año tiene solo dos cifras. Remedio: escribirlo con cuatro, dd/mm/aaaa.",
    "cell.serial_number": "Es un número de serie de Excel ({day}). Remedio: dar formato de fecha a la columna.",
    "cell.no_month": "El mes sería {month}: las fechas van {form}.",
    "cell.no_day": "El día {day} no existe en ese mes: las fechas van {form}.",
    "cell.strange_year": "El año {year} no parece correcto.",
    "cell.two_orders": "Una fecha del archivo tiene el mes antes del día. Remedio: indicar qué va primero.",
    "dates.question": "En las fechas, ¿qué va primero?",
    "dates.day_first": "El día: dd/mm/aaaa.",
    "dates.month_first": "El mes: mm/dd/aaaa.",
    "dates.example": "Línea {line}: «{written}» es el {day}.",
}
