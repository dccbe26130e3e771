"""A form that came from our own page, its fields as text, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text
from hub.flows.payments.decide import NotAllowed
from hub.web.request import Request

FieldErrors: TypeAlias = Mapping[str, Sequence[Text | str]]
"""What is wrong with a form, by the field that it stands beside."""

PROSE = frozenset({"note", "notes", "text", "reason", "why", "bank_account", "name", "into_closed"})
"""Fields in which people write what they like."""


@attrs.frozen
class SubmittedForm:
    """What a form brought, as text."""

    values: Mapping[str, str]
    files: Mapping[str, UploadFile] = attrs.Factory(dict)

    def get(self, name: str) -> str:
        """A field without the blanks around it, and without card numbers where people write; empty when missing."""
        text = self.values.get(name, "").strip()
        return mask_card_numbers(text) if name in PROSE else text

    def has(self, name: str) -> bool:
        """Whether a box was ticked or a button pressed."""
        return name in self.values

    def beginning(self, prefix: str) -> dict[str, str]:
        """Fields whose names begin so, by the rest of their names."""
        return {name.removeprefix(prefix): self.get(name) for name in self.values if name.startswith(prefix)}


NOTHING: Final = SubmittedForm({})
"""A form that nobody has sent yet."""

CheckedForm = NamedDependency[SubmittedForm]
"""The form of the request, its token checked, as a handler asks for it."""


async def read_form(request: Request) -> SubmittedForm:
    """A form, without looking at its token."""
    given: Any = await request.form()
    values: dict[str, str] = {}
    files: dict[str, UploadFile] = {}
    for name, value in given.multi_items():
        if isinstance(value, UploadFile):
            files[name] = value
        elif isinstance(value, str):
            values[name] = value
    return SubmittedForm(values, files)


def by_field(problems: tuple[FieldError, ...]) -> FieldErrors:
    """Errors by the field that they stand beside."""
    found: dict[str, list[Text | str]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(problem.message)
    return found


def why_not(refusal: NotAllowed | Invalid) -> Text | str:
    """Why an act was refused, where one sentence stands above the page."""
    return refusal.message if isinstance(refusal, NotAllowed) else refusal.problems[0].message
