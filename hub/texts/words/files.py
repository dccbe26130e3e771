"""What is wrong with a file of rows: its cells, its columns, the workbook, the lines of a payout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "file.empty": "El archivo está vacío.",
    "file.no_rows": "El archivo no tiene filas.",
    "file.no_text": "No es un archivo de texto.",
    "file.not_encoded": "Hay letras que no son {encoding}. Remedio: guardar el archivo como CSV UTF-8.",
    "file.delimited": "CSV con {delimiter}, {encoding}",
    "file.semicolon": "punto y coma",
    "file.tab": "tabulador",
    "file.comma": "coma",
    "file.quote_open": "La comilla que se abre aquí no se cierra en todo el archivo.",
    "file.quotes_misplaced": (
        "Las comillas de esta fila no están bien puestas; dentro de una celda entre comillas se escriben dobles."
    ),
    "file.cell_too_long": "Una celda es demasiado larga; quizás falta cerrar una comilla.",
    "file.row_longer": "La fila tiene {cells} celdas y el encabezado {columns}; ¿hay una coma sin comillas?",
    "file.all_hidden": "Todas las filas están ocultas o filtradas. Remedio: quitar el filtro en Excel, y guardarlo.",
    "file.archive": "Es un archivo comprimido. Remedio: descomprimirlo y traer la lista que está adentro.",
    "file.archive_locked": "Es un archivo con contraseña. Remedio: guardarlo sin ella, en Excel o CSV.",
    "file.bar": "barra",
    "file.database": "Es una base de datos, no una lista. Remedio: sacar del programa la lista en Excel o CSV.",
    "file.electronic_invoice": (
        "Es una factura electrónica (XML), no una lista. "
        "Remedio: sacar del programa la lista de facturas en Excel o CSV."
    ),
    "file.electronic_invoices": (
        "Son facturas electrónicas comprimidas, no una lista. "
        "Remedio: sacar del programa la lista de facturas en Excel o CSV."
    ),
    "file.letters_unsure": (
        "No se puede saber qué letras son las que llevan tilde o eñe. "
        "Remedio: abrirlo en Excel, revisar los nombres y guardarlo como Libro de Excel (.xlsx) o CSV UTF-8."
    ),
    "file.numbers": "Es un documento de Numbers. Remedio: Archivo > Exportar a > Excel.",
    "file.open_document": (
        "Es una hoja de LibreOffice (.ods). Remedio: abrirla y Archivo > Guardar como > Excel (.xlsx)."
    ),
    "file.page": "Tabla de una página web, {encoding}",
    "file.page_of_frames": (
        "Es una página guardada desde Excel que deja sus hojas en otros archivos. "
        "Remedio: abrirla en Excel y guardarla como Libro de Excel (.xlsx)."
    ),
    "file.page_without_table": (
        "Es una página web (HTML) sin ninguna tabla. Remedio: sacar del programa la lista en Excel (.xlsx) o CSV."
    ),
    "file.pdf": "Es un PDF, y de un PDF no se leen filas. Remedio: sacar del programa la misma lista en Excel o CSV.",
    "file.picture": "Es una imagen, no una lista. Remedio: sacar del programa la lista en Excel o CSV.",
    "file.program": "Es un programa, no una lista.",
    "file.slides": "Es una presentación, no una lista. Remedio: guardar la lista en Excel o CSV.",
    "file.table_in_table": (
        "Es una página web con tablas dentro de tablas, que se puede leer de varias maneras. "
        "Remedio: abrirla en Excel y guardarla como Libro de Excel (.xlsx)."
    ),
    "group.none": (
        "Ninguna línea de arriba dice de qué cliente es. Remedio: escribirlo en la columna del cliente y subir la fila."
    ),
    "group.unclear": (
        "La línea {line}, que nombra al cliente, no dice uno solo. "
        "Remedio: escribirlo en la columna del cliente y subir la fila."
    ),
    "group.broken": (
        "La línea {line} puede ser el nombre de otro cliente, así que no es seguro de quién es esta factura. "
        "Remedio: escribirlo en la columna del cliente y subir la fila."
    ),
    "group.hidden": (
        "Antes de la línea {line} hay otra que no se ve y que puede nombrar a otro cliente. "
        "Remedio: quitar el filtro en Excel, o escribir el cliente en su columna."
    ),
    "group.other_sum": (
        "Está debajo de «{owner}», y la suma que la cierra dice «{sum}». "
        "Remedio: escribir el cliente en su columna y subir la fila."
    ),
    "file.too_many_columns": "Tiene más de {most} columnas. Remedio: dejar solo las que hacen falta.",
    "file.web_archive": (
        "Es una página web guardada en un solo archivo. "
        "Remedio: abrirla en Excel y guardarla como Libro de Excel (.xlsx)."
    ),
    "file.word": "Es un documento de texto (Word), no una lista. Remedio: copiar la tabla a Excel y guardarla allí.",
    "file.xml": "Es un archivo XML, no una lista. Remedio: sacar del programa la lista en Excel o CSV.",
    "workbook.binary": "Es un libro binario de Excel (.xlsb). Remedio: Guardar como > Libro de Excel (.xlsx).",
    "workbook.locked": "El libro de Excel tiene contraseña. Remedio: quitársela en Archivo > Información, y guardarlo.",
    "workbook.old": "Es un libro de Excel antiguo (.xls). Remedio: abrirlo y Guardar como > Libro de Excel (.xlsx).",
    "json.bad_end": "La lista JSON no termina bien.",
    "json.column_twice": "La columna «{column}» está dos veces en la misma fila.",
    "json.list_inside": "Las filas van en una lista al comienzo del archivo, no dentro de un objeto.",
    "json.malformed": "No es JSON bien formado desde aquí.",
    "json.no_number": "{text} no es un número.",
    "json.no_object": "Cada elemento debe ser un objeto JSON con las columnas de una fila.",
    "json.no_value": "Se espera un texto o un número.",
    "workbook.sheet": "Excel, hoja «{name}»",
    "workbook.sheet_of": "Excel, hoja «{name}», la {at}.ª de {all}; no se lee de {others}",
    "workbook.resave": "Remedio: abrirlo en Excel y guardarlo como Libro de Excel (.xlsx) o como CSV UTF-8.",
    "workbook.damaged": "El libro de Excel está dañado. {remedy}",
    "workbook.declaration": "El libro de Excel tiene una declaración que Excel nunca escribe. {remedy}",
    "workbook.no_result": "La fórmula de la celda {cell} no trae su resultado. {remedy}",
    "workbook.no_visible_sheet": "El libro de Excel no tiene ninguna hoja visible.",
    "workbook.none": "No es un libro de Excel. {remedy}",
    "workbook.old_or_locked": (
        "Es un libro de Excel antiguo o con contraseña. Remedio: Guardar como > Libro de Excel (.xlsx)."
    ),
    "workbook.other_book": (
        "La celda {cell} trae su valor de otro libro, {book}, y no se sabe si está al día. "
        "Remedio: en Excel, copiarla y pegarla como valores."
    ),
    "workbook.other_kind": "Es un libro de Excel de otra clase. {remedy}",
    "workbook.part_missing": "Al libro de Excel le falta una parte. {remedy}",
    "workbook.xml_sheet": "Excel XML de 2003, hoja «{name}»",
    "workbook.too_large": "El libro de Excel es demasiado grande; divídalo en varios.",
    "workbook.too_many_columns": "La hoja usa más de {most} columnas.",
    "workbook.too_many_parts": "El libro tiene demasiadas partes. {remedy}",
    "workbook.too_many_rows": "La hoja tiene más de {most} filas; divídala en varias.",
    "column.currency_missing": "Falta la columna de la moneda.",
    "column.mapped_absent": "El archivo no tiene la columna que se asigna. Tiene: {columns}.",
    "column.mapped_to_unknown": "Se asigna a un nombre desconocido. Son: {names}.",
    "column.same": ByReader(
        browser="Es la misma columna que «{other}» ({name}). Remedio: quitar una de las dos.",
        terminal='Es la misma columna que «{other}» ({name}). Remedio: quitar una de las dos (--map "{column}=-").',
    ),
    "cell.missing": "Falta este dato.",
    "cell.too_long": "Es demasiado largo: {length} caracteres, y caben {most}.",
    "cell.unprintable": "Tiene caracteres que no se pueden imprimir.",
    "cell.twice": "Está también en la línea {lines}.",
    "cell.no_document_number": "No es un número de documento. Remedio: escribirlo como texto, entre comillas.",
    "cell.no_phone_number": "No es un número de teléfono.",
    "cell.unknown_language": "Se escribe en español o en inglés: es, en.",
    "cell.due_before_issue": "La factura vencería antes de su emisión, que es el {issued_on}.",
    "cell.total_not_positive": "El total debe ser mayor que cero.",
    "cell.balance_negative": "El saldo no puede ser negativo.",
    "cell.balance_over_total": "El saldo es mayor que el total, que es {total}.",
    "settlement.no_currency": "No es el código de una moneda.",
    "settlement.nothing_names_payment": (
        "Falta con qué encontrar el pago: reference, provider_reference o authorisation."
    ),
    "settlement.line_unnamed": "línea {line}: su identificación no sirve",
    "settlement.currencies_differ": "línea {line}: tiene más de una moneda",
    "settlement.does_not_add_up": "línea {line}: bruto menos comisión, impuesto y retenciones no da el neto",
    "settlement.no_charge": "línea {line}: un cargo no trae un bruto a favor",
    "settlement.no_kind": "Se conocen {known}.",
    "settlement.no_release": "línea {line}: una reserva que se libera tiene bruto cero, y su neto es lo que se libera",
    "settlement.no_tax": "línea {line}: «{tax}» no es el nombre de una retención",
    "setting.required": "Este dato es obligatorio",
    "setting.malformed": "El dato no tiene el formato esperado",
    "setting.one_of": "Indique al menos uno: {labels}",
}
