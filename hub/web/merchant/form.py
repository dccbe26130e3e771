"""A form that came from our own page, its fields as text, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.identity import FieldError
from hub.domain.text import Text
from hub.web.form_token import FORM_FIELD, is_same
from hub.web.request import Request

from .context import Context, FormRefused

FieldErrors: TypeAlias = Mapping[str, Sequence[Text | str]]
"""What is wrong with a form, by the field that it stands beside."""

PROSE = frozenset({"note", "notes", "text", "reason", "why", "bank_account", "name"})
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


async def checked_form(request: Request, context: Context) -> SubmittedForm:
    """A form of a signed-in page, whose token was checked.

    Raises:
        Refused: The form did not come from our page of this session.
    """
    form = await read_form(request)
    if not is_same(context.session.csrf, form.values.get(FORM_FIELD)):
        raise FormRefused("El formulario venció. Abra la página de nuevo y repita el paso.")
    return form


def by_field(problems: tuple[FieldError, ...]) -> FieldErrors:
    """Errors by the field that they stand beside."""
    found: dict[str, list[Text | str]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(problem.message)
    return found
