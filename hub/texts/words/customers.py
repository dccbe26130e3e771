"""What is said of customers whom people write down and correct by hand, and of whom a mail went to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "customer.name_missing": "Falta el nombre",
    "customer.language_unknown": "Elija uno de los idiomas de la lista.",
    "customer.phone_invalid": "«{phone}» no parece un teléfono. Se escribe uno por línea, como +506 8888-8888.",
    "customer.same_missing": (
        "Si es el mismo cliente y solo se corrige su identificación, márquelo aquí. Si es otro, créelo aparte."
    ),
    "customer.too_many": "Son demasiados; caben {limit}",
    "customer_field.address": "Dirección",
    "customer_field.contact": "Persona de contacto",
    "customer_field.document": "Identificación",
    "customer_field.email": "Correo",
    "customer_field.language": "Idioma de sus correos",
    "customer_field.name": "Nombre o razón social",
    "customer_field.other_emails": "Otros correos",
    "customer_field.other_phones": "Otros teléfonos",
    "customer_field.phone": "Teléfono",
    "customer_field.reminders": "No recordar",
    "import.left_as_written": "Se queda lo que una persona escribió en la página del cliente.",
    "import.number_corrected": (
        "Este número era de un cliente hasta que una persona lo corrigió, y el nombre es otro. Remedio: poner en el"
        " archivo la identificación de hoy, o crear el cliente a mano."
    ),
    "mail.address_replaced": (
        "Este correo iba a {address}, que alguien cambió después en la página del cliente: no se repite, para que no le"
        " llegue a otra persona. El documento se puede descargar y enviar a la dirección de hoy."
    ),
}
