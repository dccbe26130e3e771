"""What is said of a proposal that waits for a second person, and of one that waits no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "mail_kind.closing_proposed": "Cierre por confirmar",
    "closing.subject": "Por confirmar: {by} propone cerrar facturas ({count})",
    "closing.title": "Facturas por cerrar, si usted lo confirma: {count}",
    "closing.intro": (
        "{by} subió una lista completa de las facturas abiertas y propone cerrar las que no están en ella: {count}. "
        "Tiene que decirlo también otra persona de la empresa."
    ),
    "closing.owed": "Lo que deben",
    "closing.outside": "Se dan por pagadas por otro medio",
    "closing.void": "Se anulan",
    "closing.by": "Lo propuso",
    "closing.file": "Archivo",
    "closing.as_of": "La lista es del día",
    "closing.proposed_at": "Propuesto",
    "closing.until": (
        "Mientras nadie lo confirme, siguen abiertas. En la página puede verlas una por una, confirmar o rechazar."
    ),
    "closing.open": "Ver y decidir",
    "closing.why": "Recibe este correo porque puede decidirlo en esta empresa.",
    "closing.wrong_count": "Escriba cuántas facturas se cierran: son {count}",
    "closing.over": "Lo que se había propuesto ya no espera respuesta",
    "proposal.undone": "La importación de la que salió se deshizo; ya no se puede confirmar",
    "proposal.too_old": "Se propuso hace más de {days} días; ya no se puede confirmar, y hay que proponerlo de nuevo",
    "proposal.no_right": "{by} ya no puede proponerlo; hay que proponerlo de nuevo",
}
