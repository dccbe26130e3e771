"""Who may do what on the merchant's pages; each route names the right it needs,
and one that names none is the owner's.

| right  | owner | accountant | operator | what                                                            |
|--------|-------|------------|----------|-----------------------------------------------------------------|
| see    | yes   | yes        | yes      | every page that shows something                                 |
| tend   | yes   | yes        | yes      | send a mail again, revoke a link, close an exception            |
| send   | yes   | yes        |          | import, send and schedule statements, hand links over           |
| book   | yes   | yes        |          | cash receipts: add, mail, void                                  |
| export | yes   | yes        |          | files with everything that was paid                             |
| own    | yes   |            |          | company, options, connections, people, keys; money back         |
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from hub.domain.merchant import Role


class Right(enum.StrEnum):
    """What a route asks of whoever is signed in."""

    SEE = "see"
    TEND = "tend"
    SEND = "send"
    BOOK = "book"
    EXPORT = "export"
    OWN = "own"


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.OWNER: frozenset(Right),
    Role.ACCOUNTANT: frozenset(Right) - {Right.OWN},
    Role.OPERATOR: frozenset({Right.SEE, Right.TEND}),
}

ROLES: Final[Mapping[Role, tuple[str, str]]] = {
    Role.OWNER: ("Administra", "Todo, también la empresa, las conexiones, las personas y las devoluciones."),
    Role.ACCOUNTANT: ("Contabilidad", "Importa, envía estados de cuenta, agrega y anula recibos de caja, y exporta."),
    Role.OPERATOR: ("Soporte", "Ve todo, repite correos, anula enlaces y cierra excepciones; no anota dinero."),
}
"""What a role is called, and what it may do, for people."""
