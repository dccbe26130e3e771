"""What mails and PDFs are made of: HTML, text and typst draw every one of these, from the same values.

A part holds words that are ready to be read, and what they mean; how that looks is the renderers'
affair. Each class names its ``part``, which is the name of its macro in ``templates/parts.html``
and ``templates/parts.txt`` and of its function in ``typst/parts.typ``.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator

import attrs

from hub_hookspecs import Barcode


class Tone(enum.StrEnum):
    """How a notice is meant."""

    GOOD = "good"
    PLAIN = "plain"
    WARNING = "warning"
    BAD = "bad"


@attrs.frozen
class Title:
    """The one heading of a mail; a PDF has its own beside the letterhead."""

    text: str
    part = "title"


@attrs.frozen
class Heading:
    """A heading; of level 3 below one of level 2. A small one stands before
    something that is large by itself."""

    text: str
    level: int = 2
    small: bool = False
    part = "heading"


@attrs.frozen
class Addressee:
    """For whom it is: a name under its label, and what else is known."""

    label: str
    name: str
    lines: tuple[str, ...] = ()
    part = "addressee"


@attrs.frozen
class Paragraph:
    """Running text; small for what is said in passing, strong for what it comes to."""

    text: str
    small: bool = False
    strong: bool = False
    part = "paragraph"


@attrs.frozen
class Quote:
    """Words of a person, with their own line breaks."""

    text: str
    part = "quote"

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines as typed."""
        return tuple(self.text.splitlines())


@attrs.frozen
class Notice:
    """A sentence that must not be overlooked."""

    text: str
    tone: Tone = Tone.PLAIN
    part = "notice"


@attrs.frozen
class Figure:
    """The amount that it is about, and what else there is to say in figures."""

    label: str
    amount: str
    below: str = ""
    tone: Tone = Tone.PLAIN
    pairs: tuple[tuple[str, str], ...] = ()
    part = "figure"


@attrs.frozen
class Facts:
    """Labels and values; a pair without a value is left out."""

    pairs: tuple[tuple[str, str], ...]
    part = "facts"

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """The pairs that have a value."""
        return tuple(pair for pair in self.pairs if pair[1])


@attrs.frozen
class AgeingBar:
    """What is owed of one age, and its share of everything, 0 to 1."""

    label: str
    amount: str
    share: float
    late: bool


@attrs.frozen
class Ageing:
    """How old it is what is owed."""

    title: str
    buckets: tuple[AgeingBar, ...]
    level: int = 2
    part = "ageing"


@attrs.frozen
class Cell:
    """What stands in a table, with a smaller line below.

    Attributes:
        tone: Of the line below, where there is one; else of the text.
        span: Over how many columns it goes.
        strong: It is what the row comes to.
        small: It is said in passing.
    """

    text: str
    below: str = ""
    tone: Tone = Tone.PLAIN
    span: int = 1
    strong: bool = False
    small: bool = False


@attrs.frozen
class ColumnHead:
    """What a column holds.

    Attributes:
        width: Its share of the width that is left; 0 for as narrow as its cells are. Mails do without.
        right: Amounts, one below the other.
        strong: The column that people look for.
        small: Codes, in small print.
    """

    label: str
    width: float = 0
    right: bool = False
    strong: bool = False
    small: bool = False


def _heads(labels: Iterable[str | ColumnHead]) -> tuple[ColumnHead, ...]:
    return tuple(ColumnHead(label) if isinstance(label, str) else label for label in labels)


@attrs.frozen
class Rows:
    """A table; in a mail its last column stands on the right.

    Attributes:
        head: A plain word is a column without anything special.
        total: Label and amount.
        more: Label and amount of the rows that are left out.
        total_in: The column of the total, where that is not the last one.
    """

    head: tuple[ColumnHead, ...] = attrs.field(converter=_heads)
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[str, str] | None = None
    more: tuple[str, str] | None = None
    total_in: int | None = None
    part = "rows"

    @property
    def placed(self) -> tuple[tuple[tuple[ColumnHead, Cell], ...], ...]:
        """The rows, each cell after the head of the column in which it begins."""
        return tuple(tuple(self._placed(row)) for row in self.rows)

    def _placed(self, row: tuple[Cell, ...]) -> Iterator[tuple[ColumnHead, Cell]]:
        column = 0
        for cell in row:
            yield self.head[column], cell
            column += cell.span


@attrs.frozen(kw_only=True)
class Button:
    """A link as large as a thumb.

    Attributes:
        logo: PNG that stands before the label.
    """

    label: str
    url: str
    accessible: str = ""
    background: str = ""
    foreground: str = ""
    hint: str = ""
    logo: bytes | None = attrs.field(default=None, repr=False)
    part = "button"


@attrs.frozen
class PayBar:
    """The bar "Pagar en línea": one button a provider, and why another is not offered.

    Attributes:
        scan: What is said instead of the intro where each button has its code beside it.
    """

    title: str
    intro: str
    buttons: tuple[Button, ...]
    remarks: tuple[str, ...] = ()
    scan: str = ""
    level: int = 2
    part = "pay_bar"


@attrs.frozen
class ScanLink:
    """An address to be copied from a mail, and to be scanned from paper.

    Attributes:
        hint: What the code is for; said where there is one.
        accessible: Name of the code.
    """

    label: str
    url: str
    hint: str
    accessible: str
    part = "scan_link"


@attrs.frozen
class Code:
    """Text to be copied as it is: an address, a command."""

    text: str
    part = "code"


@attrs.frozen
class Bars:
    """A barcode that is scanned from paper; a mail says its digits alone.

    Attributes:
        accessible: Name of the picture.
    """

    code: Barcode
    accessible: str
    part = "bars"


@attrs.frozen
class Steps:
    """What is done, one after the other."""

    steps: tuple[str, ...]
    part = "steps"


@attrs.frozen
class Signature:
    """Where somebody signs by hand."""

    text: str
    part = "signature"


@attrs.frozen
class Divider:
    """A line between two things of the same kind."""

    part = "divider"


Part = (
    Title
    | Heading
    | Addressee
    | Paragraph
    | Quote
    | Notice
    | Figure
    | Facts
    | Ageing
    | Rows
    | Button
    | PayBar
    | ScanLink
    | Code
    | Bars
    | Steps
    | Signature
    | Divider
)
