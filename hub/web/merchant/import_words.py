"""What kinds, states and causes of an import are called on the merchant's pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from hub.domain.files.layout import FileKind
from hub.domain.files.same_number import BESIDE_FAULTY
from hub.domain.files.sheet import RowError
from hub.domain.import_run import RunState
from hub.domain.text import Text

KINDS: Final[Mapping[str, str]] = {FileKind.INVOICES: "Facturas de venta", FileKind.CUSTOMERS: "Clientes"}
"""What is brought by *Importar*; payouts are brought beside their provider."""

KIND_NAMES: Final[Mapping[str, str]] = {**KINDS, FileKind.PAYOUTS: "Liquidación"}

STATES: Final[Mapping[RunState, tuple[str, str]]] = {
    RunState.SHOWN: ("Sin importar", "warn"),
    RunState.TAKING: ("En curso", "wait"),
    RunState.TAKEN: ("Importado", "good"),
    RunState.CLOSING: ("Cerrando lo que falta", "wait"),
    RunState.UNDOING: ("Deshaciéndose", "wait"),
    RunState.UNDONE: ("Deshecho", ""),
}

EXAMPLES: Final = 3


@attrs.frozen
class Cause:
    """Rows for which the same is said.

    Attributes:
        count: How many rows; one may have it in several cells.
        more: Cells beyond the examples.
        examples: The first of them.
    """

    count: int
    more: int
    examples: tuple[RowError, ...]

    @property
    def message(self) -> Text | str:
        """What is said of the first."""
        return self.examples[0].message

    @property
    def is_of_rows(self) -> bool:
        """Whether rows have it, and not the file as a whole."""
        return any(example.line for example in self.examples)

    @property
    def is_told_each(self) -> bool:
        """Whether there is more to tell of it than its sentence."""
        return len(self.examples) > 1 or any(
            example.line or example.column or example.value for example in self.examples
        )

    @property
    def key(self) -> str:
        """What their sentences share."""
        return key_of(self.examples[0])


def key_of(error: RowError) -> str:
    """Which cause it is: the sentence without what fills it."""
    return error.message.id if isinstance(error.message, Text) else error.message


def causes_of(errors: Iterable[RowError]) -> tuple[Cause, ...]:
    """Errors by their cause, the most frequent first; what only follows from another comes last."""
    groups: dict[str, list[RowError]] = {}
    for error in errors:
        groups.setdefault(key_of(error), []).append(error)
    found = (
        Cause(len({error.line for error in group}), max(0, len(group) - EXAMPLES), tuple(group[:EXAMPLES]))
        for group in groups.values()
    )
    return tuple(sorted(found, key=lambda cause: (cause.key == BESIDE_FAULTY, -cause.count)))
