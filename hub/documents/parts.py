"""What a mail is made of: the HTML template and the text template draw every one of these, from the same values."""

from __future__ import annotations

import enum

import attrs


class Tone(enum.StrEnum):
    """How a notice is meant."""

    GOOD = "good"
    PLAIN = "plain"
    WARNING = "warning"
    BAD = "bad"


@attrs.frozen
class Title:
    """The one heading of a mail."""

    text: str
    part = "title"


@attrs.frozen
class Heading:
    """A heading inside a mail."""

    text: str
    part = "heading"


@attrs.frozen
class Paragraph:
    """Running text; small for what is said in passing."""

    text: str
    small: bool = False
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
    """The amount that the mail is about."""

    label: str
    amount: str
    below: str = ""
    tone: Tone = Tone.PLAIN
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
class Cell:
    """What stands in a table, with a smaller line below."""

    text: str
    below: str = ""
    tone: Tone = Tone.PLAIN


@attrs.frozen
class Rows:
    """A table; the last column holds amounts.

    Attributes:
        more: Label and amount of the rows that are left out.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[str, str] | None = None
    more: tuple[str, str] | None = None
    part = "rows"


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
    """The bar "Pagar en línea": one button a provider, and why another is not offered."""

    title: str
    intro: str
    buttons: tuple[Button, ...]
    remarks: tuple[str, ...] = ()
    part = "pay_bar"


@attrs.frozen
class Code:
    """Text to be copied as it is: an address, a command."""

    text: str
    part = "code"


@attrs.frozen
class Divider:
    """A line between two things of the same kind."""

    part = "divider"


Part = Title | Heading | Paragraph | Quote | Notice | Figure | Facts | Rows | Button | PayBar | Code | Divider


@attrs.frozen(kw_only=True)
class Sheet:
    """A mail before it is drawn.

    Attributes:
        preview: What a mail program shows beside the subject.
        footer: Why the reader gets this mail.
        answers: Whether a reply reaches the company.
        unsubscribe: Subject of the mail that ends such mails; empty where they cannot be ended.
        unsubscribe_url: The page that ends them.
    """

    subject: str
    preview: str
    parts: tuple[Part, ...]
    footer: str
    answers: bool = True
    unsubscribe: str = ""
    unsubscribe_url: str = ""
