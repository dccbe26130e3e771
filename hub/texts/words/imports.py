"""What the rows of a file do: why one is set aside, what is asked of a file, what is merely worth knowing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "import.change_voided": "anulada, por {total}",
    "import.closed_here": (
        "Cerrada aquí por {by} el {at} con una lista completa; no cambia nada. Remedio: deshacer esa importación."
    ),
    "import.customer_by_name": "Se reconoció solo por el nombre: ningún otro cliente se llama así.",
    "import.customer_several": (
        "Este dato es de más de un cliente, o de uno con otro tipo de identificación. "
        "Remedio: poner en el archivo el tipo y el número de identificación que tiene aquí."
    ),
    "import.customer_torn": (
        "Este correo es de otro cliente, no de {customer}: no se sabe de cuál es la factura. "
        "Remedio: corregir el correo o el número de identificación."
    ),
    "import.instalments_unclear": (
        "Los montos de las cuotas no se pueden saber por estas filas. Remedio: poner el saldo de cada cuota."
    ),
    "import.is_receipt": (
        "«{word}» es dinero que entró: no es factura ni nota crédito, y no descuenta nada. "
        "Remedio: registrar aquí ese recibo, si falta."
    ),
    "import.moved_by_name": (
        "Aquí esta factura es de otro cliente, y el archivo nombra al suyo solo por el nombre. "
        "Remedio: poner en el archivo el número de identificación."
    ),
    "import.no_invoice": "No es una factura; no se toma.",
    "import.not_whole": (
        "No se tomó nada, pues se pidió tomar todo o nada. Filas que quedan aparte: {count}. "
        "Remedio: corregirlas, o tomar las demás."
    ),
    "import.note_differs": (
        "La nota crédito {name} ya está registrada aquí por {amount}. Remedio: revisar su monto, o darle otro número."
    ),
    "import.note_invoice_unknown": (
        "Aquí no hay factura {number} de la que descontar esta nota crédito. "
        "Remedio: importar primero la factura, o corregir el número."
    ),
    "import.note_of_other_customer": (
        "La factura {number} es de otro cliente. Remedio: corregir la factura que nombra la nota crédito."
    ),
    "import.note_of_which": (
        "Es una nota crédito: ¿de qué factura? Remedio: una columna «Factura afectada» con el número de la factura."
    ),
    "import.note_on_void": (
        "La factura {number} está anulada; una nota crédito no le descuenta nada. Remedio: revisar cuál es la factura."
    ),
    "import.note_void": (
        "El archivo dice que esta nota crédito está anulada, y aquí está registrada como {name}. "
        "Remedio: revertirla en la página de su factura."
    ),
    "import.note_void_unbooked": "Es una nota crédito anulada; no descuenta nada.",
    "import.number_alike": (
        "Se parece a la factura {number} de este cliente, del {issued} por {total}, pero la fecha o el total son "
        "otros. Remedio: si es la misma, escribir su número así; si es otra, agregarle algo que las distinga, como el"
        " año."
    ),
    "import.number_alike_in_file": (
        "El archivo tiene también {number} de este cliente, que parece la misma factura. "
        "Remedio: dejar una sola, o escribir los números de modo que se distingan."
    ),
    "import.number_joined": "Es la factura {number}: coinciden el cliente, la fecha y el total.",
    "import.opened_again": (
        "Aquí estaba pagada por otro medio desde el {at}; el archivo la abre otra vez con {balance}. "
        "¿Es un archivo más viejo?"
    ),
    "import.paid_beside_money": (
        "El archivo dice que está pagada. Aquí se recibieron {amount} y aún se deben {balance}: no se sabe si el "
        "archivo cuenta ese mismo dinero. Remedio: registrar aquí lo que falta, o importar con el saldo."
    ),
    "import.paid_with_balance": "Dice «{word}», pero el saldo es {balance}. Remedio: corregir uno de los dos.",
    "import.reason": "Motivo",
    "import.same_row": "La fila es la misma que la de la línea {line}; cuenta una vez.",
    "import.total_of": ("Hay facturas con varias filas, una por cuota. ¿De qué es el total de cada fila?"),
    "import.total_of_example": "{number}, {count} filas: {total}",
    "import.total_of_instalment": "Es el monto de la cuota",
    "import.total_of_invoice": "Es el total de la factura, repetido en cada fila",
    "import.void_by_two": (
        "El archivo dice que está anulada; por el monto hacen falta dos personas. "
        "Remedio: anularla en la página de la factura {number}."
    ),
    "import.void_unbilled": "Está anulada en el archivo y nunca se cobró aquí; no se toma.",
    "import.beside_faulty": "No se toma porque otra fila de la misma factura tiene un error: línea {lines}.",
    "import.word": "¿Qué significa «{word}»? Filas que lo dicen: {count}.",
    "import.word_example": "Línea {line}: {number}, {total}",
    "import.word_note": "Es una nota crédito",
    "import.word_open": "Se debe",
    "import.word_paid": "Está pagada",
    "import.word_skip": "No es una factura: no se toma",
    "import.word_void": "Está anulada: nunca se debió",
    "layout.asks": "Falta decir algo más de él.",
    "layout.sum": "Es la fila de totales, y lo que se leyó suma otra cosa.",
}
