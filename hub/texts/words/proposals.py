"""What is said of a proposal that waits for a second person, and of one that waits no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "closing.wrong_count": "Escriba cuántas facturas se cierran: son {count}",
    "closing.over": "Lo que se había propuesto ya no espera respuesta",
    "proposal.undone": "La importación de la que salió se deshizo; ya no se puede confirmar",
    "proposal.too_old": "Se propuso hace más de {days} días; ya no se puede confirmar, y hay que proponerlo de nuevo",
    "proposal.no_right": "{by} ya no puede proponerlo; hay que proponerlo de nuevo",
}
