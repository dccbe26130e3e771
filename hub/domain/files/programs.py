"""Layouts of files that accounting programs write, where their headings are public; each names its source.

Most headings of these programs are among the usual ones already (``known_columns``); what stands here is what a name
alone does not tell. Siigo and QuickBooks publish the headings of what is brought into them, by the line of an invoice,
and not of the lists that they give out: their files are read by the usual names, or mapped once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from .heading_words import reduced
from .layout import FileKind, Layout


@attrs.frozen(kw_only=True)
class Program:
    """A file that a program writes.

    Attributes:
        signature: Headings by which such a file is known.
        source: Where its headings are published.
    """

    kind: FileKind
    signature: tuple[str, ...]
    layout: Layout
    source: str


PROGRAMS: Final = (
    Program(
        kind=FileKind.INVOICES,
        signature=("Nombre del contacto a mostrar en la factura", "Fecha de factura", "Importe adeudado"),
        layout=Layout(
            name="Odoo",
            columns={
                "Nombre del contacto a mostrar en la factura": "customer_name",
                "Fecha de factura": "issued_on",
                "Fecha de vencimiento": "due_on",
                "Importe adeudado": "balance",
                "Importe pendiente firmado": "-",
                "Importe libre de impuestos": "-",
            },
        ),
        source="https://github.com/odoo/odoo/blob/17.0/addons/account/i18n/es_419.po",
    ),
    Program(
        kind=FileKind.CUSTOMERS,
        signature=("RFC", "Razón social", "Teléfono 1", "Teléfono 2"),
        layout=Layout(
            name="Alegra",
            columns={
                "RFC": "identity_number",
                "Razón social": "name",
                "Email": "email",
                "Teléfono 1": "phone",
                "Teléfono 2": "-",
                "Celular": "-",
                "Calle": "address",
                "Exterior": "address",
                "Interior": "address",
                "Colonia": "address",
                "Localidad": "address",
                "Municipio / Delegación": "address",
                "Estado": "address",
            },
        ),
        source="https://ayudas.alegra.com/es/articles/1711982-importacion-masiva-de-contactos-en-alegra-mexico",
    ),
)


def program_layout(kind: FileKind, headings: Iterable[str]) -> Layout | None:
    """How a file with these headings is read, where a program is known by them; columns that it lacks are left away."""
    present = {reduced(heading) for heading in headings}
    for program in PROGRAMS:
        if program.kind is kind and {reduced(heading) for heading in program.signature} <= present:
            columns = {theirs: ours for theirs, ours in program.layout.columns.items() if reduced(theirs) in present}
            return attrs.evolve(program.layout, columns=columns)
    return None
