"""What is said to people, before anybody knows who reads it and where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias

import attrs

from hub_hookspecs import Money

Value: TypeAlias = "str | int | Money | date | datetime | Declared | Text | tuple[Text, ...]"
"""What fills a place of a text: names and numbers as they are, figures for the reader to write, further texts."""


@attrs.frozen
class Declared:
    """Spanish words of a country's record, such as the label of an identity type, which the catalogues translate."""

    words: str

    def __str__(self) -> str:
        return self.words


@attrs.frozen(init=False)
class Text:
    """A sentence or a label as a value: ``Text("bill.owes", number="FE-1", balance=Money(...))``.

    It becomes words where its reader is known, from the table in ``hub.texts.words``.

    Attributes:
        id: A symbol, ``room.what``; the table has the words of each.
    """

    id: str
    _values: tuple[tuple[str, Value], ...]

    def __init__(self, id: str, /, **values: Value) -> None:
        self.__attrs_init__(id, tuple(sorted(values.items())))

    @property
    def values(self) -> Mapping[str, Value]:
        """What fills the places of the words, by name."""
        return dict(self._values)

    def __str__(self) -> str:
        """For developers: ``bill.owes(balance=5.00 CRC, number=FE-1)``."""
        filled = ", ".join(f"{name}={value}" for name, value in self._values)
        return f"{self.id}({filled})" if filled else self.id


def stored(text: Text) -> str:
    """A text as a column stores it, without a language: compact JSON that ``read_stored`` reads."""
    import json  # not loaded by commands that store nothing

    return json.dumps(_packed(text), ensure_ascii=False, separators=(",", ":"))


def read_stored(column: str) -> Text | str:
    """What a column stores: a text of ours, or the words of whoever wrote it, as they stand."""
    if not column.startswith(f'{{"{MARK}":'):
        return column
    import json

    try:
        return _unpacked(json.loads(column))
    except (ValueError, TypeError, KeyError, AttributeError):
        return column


def _packed(text: Text) -> dict[str, object]:
    for name, value in text.values.items():
        if type(value) not in (str, int):
            raise TypeError(f"{text.id}: {name} is neither a name nor a number, and no column stores it")
    return {MARK: text.id, **text.values}


def _unpacked(packed: dict[str, str | int]) -> Text:
    if any(type(value) not in (str, int) for value in packed.values()):
        raise TypeError("what we stored has names and numbers alone")
    return Text(str(packed.pop(MARK)), **packed)


def packed(value: Value) -> Any:
    """A value with all that fills it as JSON can hold it, without a language; see ``unpacked``."""
    match value:
        case Text():
            return {MARK: value.id, **{name: packed(inner) for name, inner in value.values.items()}}
        case Declared():
            return {"words": value.words}
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case tuple():
            return [packed(inner) for inner in value]
        case int():
            return int(value)
    return str(value)


def unpacked(data: Any) -> Any:
    """The value that was packed."""
    if isinstance(data, list):
        return tuple(unpacked(inner) for inner in data)
    if not isinstance(data, Mapping):
        return data
    if MARK in data:
        return Text(data[MARK], **{name: unpacked(inner) for name, inner in data.items() if name != MARK})
    if "minor" in data:
        return Money(data["minor"], data["currency"])
    if "day" in data:
        return date.fromisoformat(data["day"])
    return datetime.fromisoformat(data["moment"]) if "moment" in data else Declared(data["words"])


MARK: Final = "text"
"""Under which name a stored text has its id; none of its values is called so."""


class Refusal(ValueError):
    """Why something is not done, as a text for whoever asked."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message
