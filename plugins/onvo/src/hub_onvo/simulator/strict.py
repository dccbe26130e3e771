"""The strictest reading of ONVO's requests: what is documented, of its type, and nothing besides.

Unknown properties are refused in the words that were measured; the other sentences are in their manner.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from hub_hookspecs.money import LIMIT

from .errors import of_form

Check = Callable[[Any], str | None]
"""What is wrong with a value; None where nothing is."""

Shape = Mapping[str, Any]
"""Check, shape, or list of one shape by property; ``?`` behind one that may be missing."""

METADATA_PAIRS: Final = 50
METADATA_KEY: Final = 40
METADATA_VALUE: Final = 500


def text(value: Any) -> str | None:
    """A text."""
    return None if isinstance(value, str) else "must be a string"


def filled(value: Any) -> str | None:
    """A text with something in it."""
    return text(value) or (None if value.strip() else "should not be empty")


def whole(least: int, most: int = LIMIT) -> Check:
    """An integer within its ends."""

    def check(value: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return "must be an integer number"
        if value < least:
            return f"must not be less than {least}"
        return f"must not be greater than {most}" if value > most else None

    return check


def form(pattern: str, words: str) -> Check:
    """A text of a form."""

    def check(value: Any) -> str | None:
        return None if isinstance(value, str) and re.fullmatch(pattern, value) else words

    return check


def one_of(*values: Any) -> Check:
    """One of these, and of its type."""

    def check(value: Any) -> str | None:
        good = any(type(value) is type(item) and value == item for item in values)
        return None if good else f"must be one of the following values: {', '.join(map(str, values))}"

    return check


def anything(value: Any) -> str | None:
    """An object whose members are not documented."""
    return None if isinstance(value, dict) else "must be an object"


def metadata(value: Any) -> str | None:
    """At most 50 short texts."""
    if not isinstance(value, dict):
        return "must be an object"
    if len(value) > METADATA_PAIRS:
        return f"must have at most {METADATA_PAIRS} pairs"
    for key, item in value.items():
        if len(key) > METADATA_KEY:
            return f"keys must be shorter than or equal to {METADATA_KEY} characters"
        if not isinstance(item, str):
            return f"{key} must be a string"
        if len(item) > METADATA_VALUE:
            return f"{key} must be shorter than or equal to {METADATA_VALUE} characters"
    return None


url: Final = form(r"https?://[^\s<>\"]{1,2000}", "must be a URL address")
email: Final = form(r"[^@\s]+@[^@\s]+\.[^@\s]+", "must be an email")
an_id: Final = form(r"[A-Za-z0-9_-]{1,150}", "must be an id")
phone: Final = form(r"\+506[0-9]{8}", "must be a valid phone number")
national: Final = form(r"0[1-9]-[0-9]{4}-[0-9]{4}", "must be a valid identification")

LINE: Final[Shape] = {
    "priceId?": an_id,
    "quantity": whole(1),
    "unitAmount?": whole(1),
    "currency?": text,
    "description?": filled,
}
SESSION: Final[Shape] = {
    "lineItems": [LINE],
    "customerName?": text,
    "customerEmail?": email,
    "customerPhone?": text,
    "redirectUrl?": url,
    "cancelUrl?": url,
    "metadata?": metadata,
}
INTENT: Final[Shape] = {
    "amount": whole(1),
    "currency": text,
    "description?": text,
    "customerId?": an_id,
    "metadata?": metadata,
    "captureMethod?": one_of("automatic", "manual"),
    "officeId?": an_id,
    "onBehalfOf?": an_id,
}
CHANGED_INTENT: Final[Shape] = {f"{name.removesuffix('?')}?": check for name, check in INTENT.items()}
CONFIRM: Final[Shape] = {
    "paymentMethodId": an_id,
    "returnUrl?": url,
    "cvv?": form("[0-9]{3,4}", "must be 3 or 4 digits"),
    "credixInstallmentMonths?": whole(1),
}
CAPTURE: Final[Shape] = {"amountToCapture?": whole(1)}
NOTHING: Final[Shape] = {}
CUSTOMER: Final[Shape] = {
    "name?": text,
    "email?": email,
    "phone?": text,
    "address?": anything,
    "description?": text,
}
CARD: Final[Shape] = {
    "number": form("[0-9]{12,19}", "must be a credit card"),
    "expMonth": whole(1, 12),
    "expYear": whole(1),
    "cvv": form("[0-9]{3,4}", "must be 3 or 4 digits"),
    "holderName": filled,
}
MOBILE_NUMBER: Final[Shape] = {
    "identification": filled,
    "identificationType": one_of(0, 1, 2, 3, 4, 5, 9),
    "number": phone,
}
METHOD: Final[Shape] = {
    "type": one_of("card", "mobile_number"),
    "card?": CARD,
    "mobileNumber?": MOBILE_NUMBER,
    "customerId?": an_id,
    "customer?": CUSTOMER,
    "billing?": anything,
}
REFUND: Final[Shape] = {
    "paymentIntentId": an_id,
    "amount?": whole(1),
    "reason?": one_of("requested_by_customer", "fraudulent", "duplicate"),
    "description?": text,
}


def check(body: Any, shape: Shape) -> dict[str, Any]:
    """The body, if nothing is wrong with it.

    Raises:
        ApiError: 400 with all that is.
    """
    if not isinstance(body, dict):
        raise of_form(["the body must be an object"])
    if problems := list(_problems(body, shape, "")):
        raise of_form(problems)
    return body


def _problems(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path.removesuffix('.')} must be an object"
        return
    checks = {name.removesuffix("?"): (name.endswith("?"), wanted) for name, wanted in shape.items()}
    yield from (f"{path}property {name} should not exist" for name in value if name not in checks)
    for name, (optional, wanted) in checks.items():
        if name in value:
            yield from _of_one(value[name], wanted, f"{path}{name}")
        elif not optional:
            yield f"{path}{name} should not be empty"


def _of_one(value: Any, wanted: Any, path: str) -> Iterator[str]:
    match wanted:
        case dict():
            yield from _problems(value, wanted, f"{path}.")
        case [shape]:
            if not isinstance(value, list) or not value:
                yield f"{path} should not be empty"
            else:
                for place, item in enumerate(value):
                    yield from _problems(item, shape, f"{path}.{place}.")
        case _:
            if problem := wanted(value):
                yield f"{path} {problem}"
