"""What a program's word for the state or the kind of an invoice means; one that has two meanings is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from hub.domain.files.bill_state import BillState, RowKind
from hub.domain.files.columns import heading_key, reduced
from hub.domain.files.question import Choice, Question
from hub.domain.files.row_cells import RowCells
from hub.domain.files.sheet import shorten
from hub.domain.text import Text

WORDS: Final[Mapping[BillState, str]] = {
    BillState.OPEN: (
        "abierta abierto pendiente pendiente_de_pago pendiente_por_cobrar pendiente_de_cobro por_cobrar por_pagar"
        " emitida emitido vigente activa activo vencida vencido por_vencer no_vencida al_dia en_mora mora atrasada"
        " parcial pago_parcial pagada_parcialmente parcialmente_pagada parcialmente_pagado pagada_parcial cobro_parcial"
        " impaga impago no_pagada no_pagado sin_pagar enviada enviado aceptada aceptado aprobada aprobado timbrada"
        " timbrado autorizada autorizado contabilizada contabilizado publicada publicado confirmada"
        " open unpaid due overdue not_due outstanding pending sent viewed partial partially_paid posted issued"
        " factura facturas factura_electronica factura_de_venta factura_electronica_de_venta factura_venta"
        " fe fv fev fac fact invoice tiquete tiquete_electronico te nota_de_debito nota_debito"
        " nota_debito_electronica nd nde"
    ),
    BillState.PAID: (
        "pagada pagado pagada_totalmente totalmente_pagada totalmente_pagado pago_total cobrada cobrado saldada saldado"
        " pago_completo paid paid_in_full fully_paid in_payment"
    ),
    BillState.VOID: "anulada anulado anulacion nula nulo void voided annulled invalidada",
    BillState.NOTE: (
        "nota_de_credito nota_credito nota_credito_electronica nota_de_credito_electronica nota_cr nota_de_cr"
        " nota_de_credito_de_venta nota_credito_venta nota_credito_cliente notas_de_credito notas_credito"
        " nc nce ncr n_c n_cr credit_note credit_memo creditmemo"
    ),
    BillState.SKIP: (
        "borrador draft cotizacion presupuesto proforma pro_forma quote quotation estimate pedido orden_de_compra"
        " orden_de_pedido order remision"
    ),
}
_RECEIPTS: Final = (
    "recibo recibo_de_caja recibo_caja recibo_de_dinero recibo_de_pago recibo_oficial recibo_de_ingreso rc anticipo"
    " anticipo_de_cliente anticipo_cliente anticipo_de_clientes abono abono_a_factura abono_cliente pago pagos"
    " pago_recibido pago_de_cliente pago_cliente pago_de_factura pago_a_cuenta cobro cobro_de_cliente"
    " complemento_de_pago deposito transferencia consignacion comprobante_de_ingreso payment receipt"
    " customer_payment deposit advance prepayment"
)
RECEIPTS: Final = frozenset(_RECEIPTS.split())
"""What the kind of a row is called that is money which came, and neither an invoice nor a note."""
MEANS: Final[Mapping[str, BillState]] = {word: state for state, words in WORDS.items() for word in words.split()}


def word_key(written: str) -> str:
    """Under which key of a layout's answers it is said what a word means."""
    return f"word:{reduced(written)}"


def state_of(written: str, answers: Mapping[str, str]) -> BillState | None:
    """What a word means, as somebody answered or as everybody writes it; None where it must be asked.

    ``Cancelada`` is paid where accountants of Costa Rica and Colombia write it, and annulled elsewhere; ``Cerrada``,
    ``Abonada`` and ``Rechazada`` are as doubtful.
    """
    if said := answers.get(word_key(written)):
        return BillState(said) if said in tuple(BillState) else None
    return MEANS.get(reduced(written))


_YES_SAYS: Final = {
    "pagada": "pagado pagada pagados pagadas pago paid is_paid esta_pagada esta_pagado factura_pagada ya_pagada ya_pago"
    " cobrado cobrada saldado saldada pagada_si_no pagado_si_no pagado_s_n pagada_s_n pagado_totalmente",
    "cancelada": "cancelado cancelada cancelled canceled factura_cancelada cancelado_si_no cancelada_si_no",
    "anulada": "anulado anulada anulados anuladas nula nulo void voided esta_anulada esta_anulado factura_anulada"
    " anulada_si_no anulado_si_no",
}
YES_SAYS: Final[Mapping[str, str]] = {name: word for word, names in _YES_SAYS.items() for name in names.split()}
"""The word that *Sí* is below such a heading."""
_NAMED: Final = {heading_key(name): word for name, word in YES_SAYS.items()}
YES: Final = frozenset(["si", "s", "x", "yes", "y", "true", "verdadero"])
NO: Final = frozenset(["no", "n", "false", "falso"])


def yes_or_no(cell: str) -> bool | None:
    """What a cell says that says nothing but yes or no; None of any other."""
    plain = reduced(cell)
    return True if plain in YES else False if plain in NO else None


def word_below(heading: str, written: str) -> str:
    """The word of a cell: ``Pagado``, ``Sí`` -> ``pagada``, and ``No`` -> ``pendiente``; not annulled says nothing."""
    word, said = _NAMED.get(heading_key(heading)), yes_or_no(written)
    if word is None or said is None:
        return written
    return word if said else "" if word == "anulada" else "pendiente"


NOTE_NUMBER: Final = re.compile(r"n\.?c\.?[er]?[\s._-]*[0-9].*", re.IGNORECASE)
RECEIPT_NUMBER: Final = re.compile(r"r\.?c\.?[\s._-]*[0-9].*", re.IGNORECASE)
LABELS: Final[Mapping[BillState, Text]] = {
    BillState.OPEN: Text("import.word_open"),
    BillState.PAID: Text("import.word_paid"),
    BillState.VOID: Text("import.word_void"),
    BillState.NOTE: Text("import.word_note"),
    BillState.SKIP: Text("import.word_skip"),
}
STRONGEST: Final = (BillState.RECEIPT, BillState.VOID, BillState.NOTE, BillState.SKIP, BillState.PAID, BillState.OPEN)
"""Where several columns say a state: what is annulled was issued too, and what is paid was open."""
EXAMPLES: Final = 3


def is_note_number(number: str) -> bool:
    """Whether a number is one of credit notes by its prefix: ``NC-5``, ``NCE 12``."""
    return NOTE_NUMBER.fullmatch(number) is not None


def is_receipt_number(number: str) -> bool:
    """Whether a number is one of receipts by its prefix: ``RC-5``."""
    return RECEIPT_NUMBER.fullmatch(number) is not None


class StateWords:
    """The words of one file's rows, and those that nobody can know."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers
        self._unknown: dict[str, tuple[str, list[RowCells]]] = {}

    def of(self, cells: RowCells) -> tuple[RowKind | None, BillState | None]:
        """What a row is, where a word says it, and the state of its invoice."""
        kinds, states = self.means(cells, "kind"), self.means(cells, "state")
        if not kinds and not states:
            return None, None
        found = {*kinds, *states}
        state = next((state for state in STRONGEST if state in found), None)
        if BillState.NOTE in found:
            is_void = BillState.VOID in found
            return RowKind.CREDIT_NOTE, BillState.VOID if is_void else BillState.OPEN
        return (RowKind.INVOICE if kinds else None), state if states or state is not BillState.OPEN else None

    def questions(self) -> tuple[Question, ...]:
        """One for each word that nobody can know, with rows that have it."""
        return tuple(self._question(key, *seen) for key, seen in self._unknown.items())

    def means(self, cells: RowCells, field: str) -> list[BillState]:
        """What the words of a field's cells mean; those that nobody can know are kept to be asked."""
        found = []
        for written in (word_below(heading, cell) for heading, cell in cells.named(field)):
            if not reduced(written):
                continue
            if state := self._said(written, field):
                found.append(state)
            else:
                self._unknown.setdefault(word_key(written), (written, []))[1].append(cells)
        return found

    def _said(self, written: str, field: str) -> BillState | None:
        state = state_of(written, self._answers)
        return BillState.RECEIPT if state is None and field == "kind" and reduced(written) in RECEIPTS else state

    @staticmethod
    def _question(key: str, written: str, rows: list[RowCells]) -> Question:
        examples = tuple(
            Text("import.word_example", line=cells.line, number=shorten(cells.raw("number")), total=cells.raw("total"))
            for cells in rows[:EXAMPLES]
        )
        return Question(
            key=key,
            text=Text("import.word", word=shorten(written), count=len(rows)),
            choices=tuple(Choice(value=state.value, label=label, examples=examples) for state, label in LABELS.items()),
        )
