"""What a simulator can be told to play: options with their meaning,
and refusals of those that it does not have."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from typing import Any

import attrs


class WrongOption(ValueError):
    """An option that a simulator does not have, or a value that it does not take;
    the message says what it does."""


@attrs.frozen(kw_only=True)
class Option:
    """One way in which a simulator can play its provider.

    Where public sources differ a simulator is as strict as the strictest of them, or has an option
    that says which it plays; so a plugin can be proven under each.

    Attributes:
        default: What is played unless it is told otherwise; other values are of the same type.
        text: What it does, for whoever reads ``payment-hub simulator CODE --help``.
        choices: All values that it takes; any of the type where there are none.
    """

    name: str
    default: Any
    text: str
    choices: tuple[Any, ...] = ()

    def takes(self, value: object) -> bool:
        """Whether it can be set so."""
        if self.choices:
            return value in self.choices
        if isinstance(self.default, bool) or isinstance(value, bool):
            return type(value) is type(self.default)
        if self.default is None:
            return value is None or isinstance(value, int)
        return isinstance(value, int | float if isinstance(self.default, int | float) else type(self.default))

    @property
    def wanted(self) -> str:
        """What it takes, in words."""
        if self.choices:
            return ", ".join(json.dumps(choice) for choice in self.choices)
        names = {
            bool: "true or false",
            int: "a number",
            float: "a number",
            str: "a text",
            list: "a list",
            dict: "a map",
        }
        return names.get(type(self.default), "a number or null")


def read_options(declared: Iterable[Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """All options, as given and else as they are declared.

    Raises:
        WrongOption: One is unknown, or cannot be set so.
    """
    known = {option.name: option for option in declared}
    check_options(known.values(), given)
    return {**{name: copy.deepcopy(option.default) for name, option in known.items()}, **given}


def check_options(declared: Iterable[Option], given: Mapping[str, Any]) -> None:
    """Refuse an option that is not declared, or a value that it does not take.

    Raises:
        WrongOption: As above.
    """
    known = {option.name: option for option in declared}
    for name, value in given.items():
        if name not in known:
            raise WrongOption(f"there is no option {name}; there are: {', '.join(known) or 'none'}")
        if not known[name].takes(value):
            raise WrongOption(f"option {name} takes {known[name].wanted}")
